/* find.c: folded text found in ids, names, addresses; identifiers in whatever spelling. */
#include <stdlib.h>
#include <string.h>

#include "engine/jobs/look.h"
#include "engine/names/fold.h"
#include "engine/names/identifier.h"

static const at_column find_columns[] = {
    {"thing", AT_COLUMN_ID, "what was found, as it can be asked about"},
    {"kind", AT_COLUMN_TEXT, "party, account, asset or event"},
    {"title", AT_COLUMN_TEXT, "its name"},
    {"matched", AT_COLUMN_TEXT,
     "where: id, name, identifier, address, description, institution or listing"},
    {"text", AT_COLUMN_TEXT, "what matched, as written"},
    {0},
};

/* One match; whole ones come first. */
typedef struct match {
    at_thing thing;
    const char *shown, *kind, *title, *where, *text;
    at_record_id record;
    bool whole;
} match;

/* What the asked text would be as an identifier of one type and country. */
typedef struct asked_key {
    const char *type, *country, *key;
} asked_key;

typedef struct find_state {
    const at_facts *facts;
    at_arena *arena;
    const char *asked; /* NULL: only names are compared */
    at_text key, candidate;
    at_text compact; /* the key without its spaces, when it may be a number; else empty */
    asked_key *keys;
    size_t key_count, key_capacity;
    match *items;
    size_t count, capacity;
} find_state;

static void state_clear(find_state *state) {
    at_text_clear(&state->key);
    at_text_clear(&state->candidate);
    at_text_clear(&state->compact);
}

static void remove_spaces(at_text *text) {
    size_t kept = 0;
    for (size_t i = 0; i < text->bytes; i++)
        if (text->data[i] != ' ')
            text->data[kept++] = text->data[i];
    text->bytes = kept;
    if (text->data != NULL)
        text->data[kept] = '\0';
}

/* A text with a digit may be an identifier in another layout; "a li" is none. */
static at_status read_asked(find_state *state, const char *text, at_error *err) {
    enum { COMPACT_MIN = 3 };
    state->asked = text;
    AT_TRY(at_fold_key(&state->key, text, err));
    if (strcspn(at_text_string(&state->key), "0123456789") == state->key.bytes)
        return AT_OK;
    AT_TRY(at_text_add(&state->compact, at_text_string(&state->key), err));
    remove_spaces(&state->compact);
    if (state->compact.bytes < COMPACT_MIN)
        at_text_reset(&state->compact);
    return AT_OK;
}

/* 0 = no, 1 = somewhere in it, 2 = the whole of it. */
static at_status compare(int *out, find_state *state, const char *text, at_error *err) {
    at_text_reset(&state->candidate);
    AT_TRY(at_fold_key(&state->candidate, text, err));
    const char *have = at_text_string(&state->candidate), *want = at_text_string(&state->key);
    *out = !strstr(have, want) ? 0 : (strcmp(have, want) == 0 ? 2 : 1);
    return AT_OK;
}

/* The same without regard to blanks and dashes. */
static at_status compare_compact(int *found, find_state *state, const char *text, at_error *err) {
    if (*found == 2 || !text || state->compact.bytes == 0)
        return AT_OK;
    at_text_reset(&state->candidate);
    AT_TRY(at_fold_key(&state->candidate, text, err));
    remove_spaces(&state->candidate);
    const char *have = at_text_string(&state->candidate);
    const char *want = at_text_string(&state->compact);
    if (strcmp(have, want) == 0)
        *found = 2;
    else if (strstr(have, want))
        *found = 1;
    return AT_OK;
}

/* The asked text as an identifier of this type and country; "" when it can be none. */
static at_status key_as(const char **out, find_state *state, const char *type, const char *country,
                        at_error *err) {
    const char *check;
    for (size_t i = 0; i < state->key_count; i++) {
        *out = state->keys[i].key;
        if (at_text_equal(state->keys[i].type, type) &&
            at_text_equal(state->keys[i].country, country))
            return AT_OK;
    }
    *out = "";
    if (strlen(state->asked) <= AT_IDENTIFIER_BYTES_MAX)
        AT_TRY(at_identifier_check(out, &check, type, state->asked, country, state->arena, err));
    AT_TRY(AT_GROW(&state->keys, &state->key_capacity, state->key_count, state->arena, err));
    state->keys[state->key_count++] = (asked_key){type, country, *out};
    return AT_OK;
}

static at_status keep_match(find_state *state, int found, at_thing thing, const char *where,
                            const char *text, at_record_id record, at_error *err) {
    if (!found)
        return AT_OK;
    at_thing_view view = {0};
    AT_TRY(state->facts->view(state->facts->self, &view, thing, err));
    AT_TRY(AT_GROW(&state->items, &state->capacity, state->count, state->arena, err));
    state->items[state->count++] = (match){.thing = thing,
                                           .shown = view.shown,
                                           .kind = at_kind_text(view.kind),
                                           .title = view.title,
                                           .where = where,
                                           .text = text,
                                           .record = record,
                                           .whole = found == 2};
    return AT_OK;
}

static at_status try_text(find_state *state, at_thing thing, const char *where, const char *text,
                          at_record_id record, at_error *err) {
    int found;
    if (!text)
        return AT_OK;
    AT_TRY(compare(&found, state, text, err));
    return keep_match(state, found, thing, where, text, record, err);
}

static at_status try_id(find_state *state, at_thing thing, const char *id, at_error *err) {
    int found;
    AT_TRY(compare(&found, state, id, err));
    AT_TRY(compare_compact(&found, state, id, err));
    return keep_match(state, found, thing, "id", id, 0, err);
}

/* As written, in another layout, and by the form in which its type is compared. */
static at_status try_identifier(find_state *state, const at_identifier *identifier,
                                at_record_id record, at_error *err) {
    const char *key;
    int found;
    AT_TRY(compare(&found, state, identifier->text, err));
    AT_TRY(compare_compact(&found, state, identifier->text, err));
    AT_TRY(compare_compact(&found, state, identifier->key, err));
    if (found != 2 && identifier->key && identifier->key[0]) {
        AT_TRY(key_as(&key, state, identifier->type, identifier->country, err));
        if (strcmp(key, identifier->key) == 0)
            found = 2;
    }
    return keep_match(state, found, identifier->of.thing, "identifier", identifier->text, record,
                      err);
}

static at_status find_facts(find_state *state, at_kind kind, at_error *err) {
    at_fact_list list = {0};
    AT_TRY(state->facts->list(state->facts->self, &list, kind, 0, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_fact *fact = &list.facts[i];
        at_record_id record = fact->record;
        if (kind == AT_PARTY)
            for (size_t n = 0; n < fact->party.name_count; n++)
                AT_TRY(try_text(state, fact->party.self.thing, "name", fact->party.names[n].text,
                                record, err));
        if (kind == AT_PARTY)
            AT_TRY(try_text(state, fact->party.self.thing, "address", fact->party.address, record,
                            err));
        if (kind == AT_LISTING)
            AT_TRY(try_text(state, fact->listing.party.thing, "listing", fact->listing.number,
                            record, err));
        if (kind == AT_IDENTIFIER)
            AT_TRY(try_identifier(state, &fact->identifier, record, err));
        if (kind == AT_ACCOUNT)
            AT_TRY(try_text(state, fact->account.self.thing, "institution",
                            fact->account.institution, record, err));
        if (kind == AT_ASSET)
            AT_TRY(try_text(state, fact->asset.self.thing, "description", fact->asset.description,
                            record, err));
    }
    return AT_OK;
}

/* The record that first describes a thing: an id that matched must cite something. */
static at_status first_record(at_record_id *out, const at_facts *facts, at_thing thing,
                              at_error *err) {
    static const at_kind kinds[] = {AT_PARTY, AT_ACCOUNT, AT_ASSET, AT_EVENT,     AT_HOLDING,
                                    AT_LINK,  AT_LISTING, AT_LABEL, AT_STATEMENT, AT_IDENTIFIER};
    *out = 0;
    for (size_t i = 0; i < AT_COUNT(kinds) && *out == 0; i++) {
        at_fact_list list = {0};
        AT_TRY(facts->list(facts->self, &list, kinds[i], thing, err));
        if (list.count)
            *out = list.facts[0].record;
    }
    return AT_OK;
}

static at_status find_ids(find_state *state, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text key = {.data = NULL};
    const at_facts *facts = state->facts;
    const at_thing *things = NULL;
    size_t count = 0;
    AT_TRY(at_text_add(&key, at_text_string(&state->key), err));
    remove_spaces(&key);
    AT_TRY(facts->search(facts->self, &things, &count, at_text_string(&key), err));
    for (size_t i = 0; i < count; i++) {
        const at_ref *aliases = NULL;
        size_t alias_count = 0;
        AT_TRY(facts->aliases(facts->self, &aliases, &alias_count, things[i], err));
        for (size_t k = 0; k < alias_count; k++) {
            size_t before = state->count;
            AT_TRY(try_id(state, things[i], aliases[k].id, err));
            if (state->count > before)
                AT_TRY(first_record(&state->items[before].record, facts, things[i], err));
        }
    }
    return AT_OK;
}

static int by_match(const void *a, const void *b) {
    const match *x = a, *y = b;
    if (x->whole != y->whole)
        return x->whole ? -1 : 1;
    int order = at_text_compare(x->shown, y->shown);
    if (order == 0)
        order = at_text_compare(x->kind, y->kind);
    if (order == 0)
        order = at_text_compare(x->where, y->where);
    if (order == 0)
        order = at_text_compare(x->text, y->text);
    return order ? order : (x->record > y->record) - (x->record < y->record);
}

static bool same(const match *a, const match *b) {
    return a->thing == b->thing && at_text_equal(a->where, b->where) &&
           at_text_equal(a->text, b->text);
}

static at_status put_match(at_row **row, at_table *table, const match *item, at_error *err) {
    AT_TRY(at_table_row(row, table, err));
    at_cell_text(&(*row)->cells[0], item->shown);
    at_cell_text(&(*row)->cells[1], item->kind);
    at_cell_text(&(*row)->cells[2], item->title);
    at_cell_text(&(*row)->cells[3], item->where);
    at_cell_text(&(*row)->cells[4], item->text);
    return AT_OK;
}

/* Equal matches of several records are one row that cites them all. */
static at_status put_matches(at_table *table, const find_state *state, size_t max_rows,
                             at_error *err) {
    at_row *row = NULL;
    for (size_t i = 0; i < state->count; i++) {
        bool again = i > 0 && same(&state->items[i - 1], &state->items[i]);
        if (!again && max_rows && table->row_count == max_rows) {
            table->truncated = true;
            return at_table_note(table, err, "TRUNCATED", "only the first %zu matches are shown",
                                 max_rows);
        }
        if (!again)
            AT_TRY(put_match(&row, table, &state->items[i], err));
        AT_TRY(at_row_cite(row, table, state->items[i].record, err));
    }
    return AT_OK;
}

at_status at_find(at_table *out, at_reader *reader, const char *text, size_t max_rows,
                  at_arena *arena, at_error *err) {
    AT_CLEANUP(state_clear) find_state state = {.facts = at_reader_facts(reader), .arena = arena};
    AT_TRY(read_asked(&state, text, err));
    if (state.key.bytes == 0)
        return at_fail(err, AT_USAGE, "E-FIND-TEXT", "\"%s\" has no letter or digit to look for",
                       text);
    AT_TRY(find_ids(&state, err));
    static const at_kind described[] = {AT_PARTY, AT_IDENTIFIER, AT_ACCOUNT, AT_ASSET, AT_LISTING};
    for (size_t i = 0; i < AT_COUNT(described); i++)
        AT_TRY(find_facts(&state, described[i], err));
    if (state.count)
        qsort(state.items, state.count, sizeof *state.items, by_match);
    at_table table;
    at_table_init(&table, "find", 1, find_columns, arena);
    AT_TRY(put_matches(&table, &state, max_rows, err));
    *out = table;
    return AT_OK;
}

/* May the party have been born on the asked day, as far as its records say? */
static bool birth_fits(const at_party *party, int32_t day) {
    return party->birth.earliest != AT_DAY_NONE && party->birth.earliest <= day &&
           day <= party->birth.latest;
}

static bool country_fits(const at_party *party, const char *country) {
    return at_text_equal(party->nationality, country) || at_text_equal(party->residence, country) ||
           at_text_equal(party->registration, country);
}

/* What several records say of one party counts together. */
typedef struct fit {
    bool name, birth, country;
} fit;

static at_status fit_party(fit *fits, find_state *state, const at_party *party, int32_t birth,
                           const char *country, at_error *err) {
    fit *own = &fits[party->self.thing];
    for (size_t n = 0; state->key.bytes && n < party->name_count; n++) {
        int found;
        AT_TRY(compare(&found, state, party->names[n].text, err));
        own->name |= found == 2;
    }
    own->birth |= birth != AT_DAY_NONE && birth_fits(party, birth);
    own->country |= country && country_fits(party, country);
    return AT_OK;
}

at_status at_find_subject(const at_thing **out, size_t *count_out, const at_facts *facts,
                          const char *name, const char *birth, const char *country, at_arena *arena,
                          at_error *err) {
    AT_CLEANUP(state_clear) find_state state = {.facts = facts, .arena = arena};
    int32_t day = AT_DAY_NONE;
    if (name)
        AT_TRY(at_fold_key(&state.key, name, err));
    if (birth)
        AT_TRY(at_day_parse(&day, birth, err));
    fit *fits = NULL;
    AT_TRY(AT_NEW(&fits, arena, facts->thing_limit, err));
    at_fact_list parties = {0};
    AT_TRY(facts->list(facts->self, &parties, AT_PARTY, 0, err));
    for (size_t i = 0; i < parties.count; i++)
        AT_TRY(fit_party(fits, &state, &parties.facts[i].party, day, country, err));
    const at_thing *all = NULL;
    size_t all_count = 0, count = 0;
    AT_TRY(facts->things(facts->self, &all, &all_count, AT_PARTY, err));
    at_thing *found = NULL;
    AT_TRY(AT_NEW(&found, arena, all_count, err));
    for (size_t i = 0; i < all_count; i++) {
        const fit *own = &fits[all[i]];
        if ((!name || own->name) && (!birth || own->birth) && (!country || own->country))
            found[count++] = all[i];
    }
    *out = found;
    *count_out = count;
    return AT_OK;
}
