/* importers/guess_header.c: where the rows begin and end, and what stands above their columns. */
#include <string.h>

#include "importers/guess_part.h"

enum { FIT_PERCENT = 70, TAIL_MAX = 20, SURE = 95, LIKELY = 85, UNSURE = 60 };

typedef enum look { LOOK_EMPTY, LOOK_DATE, LOOK_NUMBER, LOOK_TEXT } look;

static look look_of(const char *cell) {
    if (cell[0] == '\0')
        return LOOK_EMPTY;
    if (at_guess_looks_date(cell))
        return LOOK_DATE;
    return at_guess_is_number(cell) || at_guess_is_account(cell) ? LOOK_NUMBER : LOOK_TEXT;
}

/* What the step works with. */
typedef struct finder {
    const at_guess_records *records;
    size_t columns;
    size_t *whole, whole_count; /* records with that many fields */
    look *looks;                /* of each column; TEXT: says nothing */
    size_t date;                /* the column of dates filled most; columns = none */
    size_t first, last;         /* places in `whole` of the first and the last row */
} finder;

static const at_guess_record *whole_at(const finder *f, size_t i) {
    return &f->records->items[f->whole[i]];
}

/* The look of most cells of a column in the second half of the records, where headers are not. */
static void find_looks(finder *f) {
    size_t most = 0;
    f->date = f->columns;
    for (size_t k = 0; k < f->columns; k++) {
        size_t dates = 0, numbers = 0, filled = 0;
        for (size_t i = f->whole_count / 2; i < f->whole_count; i++) {
            const look now = look_of(whole_at(f, i)->fields[k]);
            filled += now != LOOK_EMPTY;
            dates += now == LOOK_DATE;
            numbers += now == LOOK_NUMBER;
        }
        f->looks[k] = 2 * dates >= filled && dates > 0 ? LOOK_DATE
                      : 2 * numbers > filled           ? LOOK_NUMBER
                                                       : LOOK_TEXT;
        if (f->looks[k] == LOOK_DATE && dates > most) {
            most = dates;
            f->date = k;
        }
    }
}

/* Does a record look like the rows do? */
static bool is_row(const finder *f, const at_guess_record *record) {
    size_t known = 0, fits = 0, filled = 0;
    for (size_t k = 0; k < f->columns; k++) {
        if (f->looks[k] == LOOK_TEXT)
            continue;
        const look now = look_of(record->fields[k]);
        known++;
        fits += now == f->looks[k] || now == LOOK_EMPTY;
        filled += now == f->looks[k];
    }
    if (f->date < f->columns)
        return look_of(record->fields[f->date]) == LOOK_DATE && 100 * fits >= FIT_PERCENT * known;
    return filled > 0 && 100 * fits >= FIT_PERCENT * known;
}

/* Without a column that could tell: a header's words are short, differ, and do not come again. */
static bool is_header_of_texts(const finder *f) {
    const at_guess_record *record = whole_at(f, 0);
    enum { NAME_BYTES_MAX = 80 };
    for (size_t k = 0; k < f->columns; k++) {
        const char *name = record->fields[k];
        if (name[0] == '\0' || strlen(name) > NAME_BYTES_MAX || look_of(name) != LOOK_TEXT)
            return false;
        for (size_t other = 0; other < k; other++)
            if (strcmp(record->fields[other], name) == 0)
                return false;
        for (size_t i = 1; i < f->whole_count; i++)
            if (strcmp(whole_at(f, i)->fields[k], name) == 0)
                return false;
    }
    return f->whole_count > 1;
}

/* Is there a column of dates or numbers? */
static bool is_known(const finder *f) {
    for (size_t k = 0; k < f->columns; k++)
        if (f->looks[k] != LOOK_TEXT)
            return true;
    return false;
}

static void find_rows(finder *f) {
    f->first = 0;
    f->last = f->whole_count - 1;
    if (!is_known(f)) {
        f->first = is_header_of_texts(f) ? 1 : 0;
        return;
    }
    while (f->first < f->whole_count && !is_row(f, whole_at(f, f->first)))
        f->first++;
    if (f->first == f->whole_count)
        f->first = 0;
    for (size_t i = f->whole_count; f->date < f->columns && i-- > f->first;)
        if (look_of(whole_at(f, i)->fields[f->date]) == LOOK_DATE) {
            f->last = i;
            break;
        }
}

/* Is this a row of "1;2;3;4" below the names? */
static bool is_numbering(const at_guess_record *record) {
    for (size_t k = 0; k < record->field_count; k++) {
        int64_t number = 0;
        if (!at_int_parse(&number, record->fields[k]) || number != (int64_t)k + 1)
            return false;
    }
    return true;
}

static bool could_be_names(const at_guess_record *record) {
    size_t texts = 0, others = 0;
    for (size_t k = 0; k < record->field_count && k < AT_GUESS_COLUMNS_MAX; k++) {
        const look now = look_of(record->fields[k]);
        texts += now == LOOK_TEXT;
        others += now == LOOK_DATE || now == LOOK_NUMBER;
    }
    return texts >= 2 && texts > 2 * others;
}

static at_status name_columns(at_guesser *g, const finder *f, at_error *err) {
    at_guess_table *t = &g->table;
    const size_t first = f->whole[f->first];
    const at_guess_record *names = first > 0 ? &f->records->items[first - 1] : NULL;
    bool own = names != NULL;
    if (names != NULL && first > 1 && is_numbering(names)) {
        names = &f->records->items[first - 2];
        own = false;
    }
    if (names != NULL && !could_be_names(names))
        names = NULL;
    if (f->first > 0 && names == NULL && f->date == f->columns)
        names = whole_at(f, f->first - 1); /* a table without dates: whatever stands above it */
    const bool fits = names != NULL && names->field_count == t->column_count;
    t->header = own && fits;
    t->by_number = !t->header;
    for (size_t k = 0; k < t->column_count; k++) {
        const bool named = names != NULL && k < names->field_count && k < AT_GUESS_COLUMNS_MAX;
        AT_TRY(at_arena_text(&t->columns[k].name, g->arena, named ? names->fields[k] : "", err));
    }
    t->skip_lines = t->header ? names->line : f->records->items[first].line;
    if (t->header)
        return at_guess_say(g, "header", "true", SURE, err, "line %zu has no values, line %zu has",
                            names->line + 1, f->records->items[first].line + 1);
    const bool plain = names != NULL || (first == 0 && f->date < f->columns);
    return at_guess_say(g, "header", "false", plain ? LIKELY : UNSURE, err,
                        names != NULL ? "names do not stand one above each column: columns are "
                                        "given by number"
                                      : "the first line looks like the others");
}

/* Lines behind the last row with a date. */
static at_status find_trailer(at_guesser *g, const finder *f, at_error *err) {
    const at_guess_records *all = f->records;
    at_guess_table *t = &g->table;
    const size_t last = f->whole[f->last];
    const size_t tail = all->count - last - 1;
    if (f->date == f->columns || tail == 0 || t->cut)
        return AT_OK;
    if (tail > TAIL_MAX && tail > f->last - f->first)
        return at_guess_say(g, "trailer_lines", "0", UNSURE, err,
                            "%zu lines behind the last row have no date: another table?", tail);
    const at_guess_record *row = &all->items[last], *end = &all->items[all->count - 1];
    t->trailer_lines = end->line + end->lines - row->line - row->lines;
    const char *text = "";
    for (size_t k = 0; k < row[1].field_count && text[0] == '\0'; k++)
        text = row[1].fields[k];
    char number[AT_AMOUNT_TEXT_BYTES];
    at_money_format(number, (int64_t)t->trailer_lines, 0);
    return at_guess_say(g, "trailer_lines", number, LIKELY, err,
                        "no dates from line %zu on, which begins \"%.60s\"", row[1].line + 1, text);
}

static at_status keep_rows(at_guesser *g, const finder *f, at_error *err) {
    at_guess_table *t = &g->table;
    t->row_count = f->last - f->first + 1;
    t->odd_rows = f->whole[f->last] - f->whole[f->first] + 1 - t->row_count;
    AT_TRY(AT_NEW(&t->cells, g->arena, t->row_count, err));
    for (size_t i = 0; i < t->row_count; i++) {
        const at_guess_record *record = whole_at(f, f->first + i);
        AT_TRY(AT_NEW(&t->cells[i], g->arena, t->column_count, err));
        for (size_t k = 0; k < t->column_count; k++)
            if (record->fields[k][0] != '\0')
                AT_TRY(at_arena_text(&t->cells[i][k], g->arena, record->fields[k], err));
    }
    if (t->odd_rows == 0)
        return AT_OK;
    char number[AT_AMOUNT_TEXT_BYTES];
    at_money_format(number, (int64_t)t->odd_rows, 0);
    return at_guess_say(g, "columns", number, UNSURE, err,
                        "so many lines between the rows have another number of fields than %zu",
                        t->column_count);
}

/* The lines above the header or the first row, as they stand. */
static at_status keep_above(at_guesser *g, at_error *err) {
    at_guess_table *t = &g->table;
    const char *at = g->text, *end = g->text + g->text_bytes;
    AT_TRY(AT_NEW(&t->above, g->arena, t->skip_lines, err));
    while (t->above_count < t->skip_lines && at < end) {
        const char *feed = memchr(at, '\n', (size_t)(end - at));
        const size_t bytes = feed != NULL ? (size_t)(feed - at) : (size_t)(end - at);
        const size_t kept = bytes > 0 && at[bytes - 1] == '\r' ? bytes - 1 : bytes;
        AT_TRY(at_arena_copy(&t->above[t->above_count++], g->arena, at, kept, err));
        at += bytes + (feed != NULL);
    }
    if (t->skip_lines == 0)
        return AT_OK;
    char number[AT_AMOUNT_TEXT_BYTES];
    at_money_format(number, (int64_t)t->skip_lines, 0);
    return at_guess_say(g, "skip_lines", number, SURE, err,
                        "they are no rows; the first is \"%.60s\"", t->above[0]);
}

at_status at_guess_rows(at_guesser *g, const at_guess_records *records, size_t columns,
                        at_error *err) {
    finder f = {.records = records, .columns = columns};
    g->table.column_count = columns;
    AT_TRY(AT_NEW(&g->table.columns, g->arena, columns, err));
    AT_TRY(AT_NEW(&f.whole, g->arena, records->count, err));
    AT_TRY(AT_NEW(&f.looks, g->arena, columns, err));
    for (size_t i = 0; i < records->count; i++)
        if (records->items[i].field_count == columns)
            f.whole[f.whole_count++] = i;
    find_looks(&f);
    if (2 * f.whole_count < records->count && !is_known(&f))
        return at_fail(err, AT_BAD_INPUT, "E-GUESS-TABLE",
                       "only %zu of %zu lines have the same number of fields, and no dates or "
                       "numbers below each other",
                       f.whole_count, records->count);
    find_rows(&f);
    g->table.cut = g->table.cut || records->count == AT_GUESS_ROWS_MAX;
    AT_TRY(name_columns(g, &f, err));
    AT_TRY(find_trailer(g, &f, err));
    AT_TRY(keep_rows(g, &f, err));
    return keep_above(g, err);
}
