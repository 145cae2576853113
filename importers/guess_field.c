/* importers/guess_field.c: the fields of a leg or a transfer, from what the columns are. */
#include <assert.h>
#include <string.h>

#include "importers/guess_part.h"

enum { WORD_BYTES_MAX = 63 }; /* of a key of a mapping */

static at_guess_field *add(at_guess_fields *fields, const char *name) {
    assert(fields->count < AT_GUESS_FIELDS_MAX);
    at_guess_field *field = &fields->items[fields->count++];
    *field = (at_guess_field){.name = name, .columns = {AT_NO_COLUMN, AT_NO_COLUMN}};
    return field;
}

void at_guess_add_column(at_guess_fields *fields, const char *name, int column) {
    if (column >= 0)
        add(fields, name)->columns[0] = column;
}

void at_guess_add_constant(at_guess_fields *fields, const char *name, const char *constant) {
    add(fields, name)->constant = constant;
}

static void note_unsure(at_guess_fields *fields, const at_guesser *g) {
    for (size_t i = 0; i < fields->count; i++)
        for (size_t k = 0; k < g->out->point_count; k++) {
            const at_guess_point *point = &g->out->points[k];
            if (point->sure < AT_GUESS_SURE && strcmp(point->field, fields->items[i].name) == 0)
                fields->items[i].note = point->why;
        }
}

static bool add_word(at_guess_field *field, const char *from, const char *to) {
    for (size_t i = 0; i < field->word_count; i++)
        if (strcmp(field->words[i].from, from) == 0)
            return true;
    if (field->word_count == AT_GUESS_TRANSLATIONS_MAX || strlen(from) > WORD_BYTES_MAX)
        return false;
    field->words[field->word_count++] = (at_map_word){from, to};
    return true;
}

/* What a cell of this field means, where that is not what it says. */
typedef at_status translate(const char **out, const char *cell, at_error *err);

static at_status translate_type(const char **out, const char *cell, at_error *err) {
    AT_TRY(at_guess_type(out, cell, err));
    if (*out == NULL)
        *out = "other";
    return AT_OK;
}

static at_status translate_currency(const char **out, const char *cell, at_error *err) {
    int times = 1;
    return at_guess_currency(out, &times, cell, err);
}

static at_status add_words(at_guess_field *field, at_guesser *g, translate *meaning,
                           at_error *err) {
    const at_guess_table *t = &g->table;
    const char *seen[AT_GUESS_TRANSLATIONS_MAX];
    size_t seen_count = 0;
    AT_TRY(AT_NEW(&field->words, g->arena, AT_GUESS_TRANSLATIONS_MAX, err));
    for (size_t i = 0; i < t->row_count; i++) {
        const char *cell = t->cells[i][field->columns[0]], *means = NULL;
        size_t k = 0;
        while (cell != NULL && k < seen_count && strcmp(seen[k], cell) != 0)
            k++;
        if (cell == NULL || k < seen_count)
            continue;
        if (seen_count == AT_GUESS_TRANSLATIONS_MAX)
            return AT_OK;
        seen[seen_count++] = cell;
        AT_TRY(meaning(&means, cell, err));
        if (means != NULL && strcmp(means, cell) != 0 && !add_word(field, cell, means))
            return AT_OK;
    }
    return AT_OK;
}

static at_status add_amounts(at_guess_fields *out, at_guesser *g, at_error *err) {
    const at_guess_money *m = &g->money;
    if (m->joined) { /* a debit is written negative: the cell that is filled is the amount */
        at_guess_field *amount = add(out, "amount");
        amount->columns[0] = m->debit;
        amount->columns[1] = m->credit;
    } else {
        at_guess_add_column(out, "amount", m->amount);
        if (m->amount >= 0)
            out->items[out->count - 1].unsigned_out = g->table.columns[m->amount].plus;
        at_guess_add_column(out, "debit", m->debit);
        at_guess_add_column(out, "credit", m->credit);
    }
    if (m->direction >= 0) {
        at_guess_field *direction = add(out, "direction");
        direction->columns[0] = m->direction;
        AT_TRY(AT_NEW(&direction->words, g->arena, AT_GUESS_TRANSLATIONS_MAX, err));
        for (size_t i = 0; i < m->word_count; i++)
            add_word(direction, m->words[i], m->word_in[i] ? "in" : "out");
    }
    at_guess_add_column(out, "fee", m->fee);
    if (!g->is_transfer)
        at_guess_add_column(out, "balance", m->balance);
    return AT_OK;
}

static at_status add_words_of(at_guess_fields *out, at_guesser *g, const char *name, int column,
                              translate *meaning, at_error *err) {
    if (column < 0)
        return AT_OK;
    at_guess_field *field = add(out, name);
    field->columns[0] = column;
    return add_words(field, g, meaning, err);
}

static bool is_same_date(const at_map_date *a, const at_map_date *b) {
    return a->form == b->form &&
           (a->form != AT_DATE_PATTERN || (strcmp(a->style.pattern, b->style.pattern) == 0 &&
                                           a->style.calendar == b->style.calendar));
}

static void add_times(at_guess_fields *out, at_guesser *g) {
    const at_guess_table *t = &g->table;
    const int time = g->columns[AT_ROLE_TIME], value = g->columns[AT_ROLE_VALUE_DATE];
    at_guess_field *field = add(out, "time");
    field->columns[0] = time;
    field->columns[1] = g->columns[AT_ROLE_CLOCK];
    if (value < 0 || g->is_transfer)
        return;
    field = add(out, "value_date");
    field->columns[0] = value;
    if (!is_same_date(&t->columns[time].date, &t->columns[value].date))
        field->date = &t->columns[value].date;
}

at_status at_guess_leg_fields(at_guess_fields *out, at_guesser *g, at_error *err) {
    const int *columns = g->columns;
    *out = (at_guess_fields){.kind = g->is_transfer ? "transfer" : "leg"};
    add_times(out, g);
    AT_TRY(add_amounts(out, g, err));
    at_guess_add_column(out, "id", columns[AT_ROLE_ID]);
    if (columns[AT_ROLE_CURRENCY] >= 0)
        AT_TRY(
            add_words_of(out, g, "currency", columns[AT_ROLE_CURRENCY], translate_currency, err));
    else
        at_guess_add_constant(out, "currency", g->currency);
    AT_TRY(add_words_of(out, g, "type", columns[AT_ROLE_TYPE], translate_type, err));
    if (g->is_transfer) {
        at_guess_add_column(out, "from", columns[AT_ROLE_FROM]);
        at_guess_add_column(out, "to", columns[AT_ROLE_TO]);
        note_unsure(out, g);
        return AT_OK;
    }
    if (columns[AT_ROLE_ACCOUNT] >= 0)
        at_guess_add_column(out, "account", columns[AT_ROLE_ACCOUNT]);
    else
        at_guess_add_constant(out, "account", g->account);
    for (at_guess_role role = AT_ROLE_COUNTERPARTY; role <= AT_ROLE_REFERENCE; role++)
        at_guess_add_column(out, at_guess_roles[role], columns[role]);
    note_unsure(out, g);
    return AT_OK;
}
