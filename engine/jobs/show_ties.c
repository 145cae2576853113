#include "engine/jobs/show_ties.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/jobs/look.h"
#include "engine/network/graph.h"

/* --- Transfers -------------------------------------------------------------------------------- */

/* One transfer as one of the thing's accounts sees it. */
typedef struct side {
    uint32_t other, own, row;
    bool credit;
} side;

typedef struct sides {
    side *items;
    size_t count, capacity;
} sides;

static int compare_sides(const void *left, const void *right) {
    const side *a = left, *b = right;
    if (a->other != b->other)
        return a->other < b->other ? -1 : 1;
    if (a->credit != b->credit)
        return a->credit ? 1 : -1;
    if (a->own != b->own)
        return a->own < b->own ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

static bool same_tie(const side *a, const side *b) {
    return a->other == b->other && a->credit == b->credit && a->own == b->own;
}

static at_status add_side(sides *found, const at_ledger *ledger, uint32_t row, uint32_t own,
                          uint32_t other, bool credit, at_arena *arena, at_error *err) {
    if (ledger->flags[row] & AT_ROW_SELF)
        return AT_OK;
    AT_TRY(AT_GROW(&found->items, &found->capacity, found->count, arena, err));
    found->items[found->count++] = (side){other, own, row, credit};
    return AT_OK;
}

/* A payment in transit is told with the account at its far end. */
static at_status collect(sides *found, const at_ledger *ledger, const bool *own, at_arena *arena,
                         at_error *err) {
    for (uint32_t row = 0; row < ledger->count; row++) {
        uint32_t from = ledger->from[row], to = ledger->to[row], credit_row = row;
        if (!at_row_ends(&from, &to, &credit_row, ledger, row) &&
            at_node_is_transit(&ledger->nodes[from]))
            continue; /* told at its first half */
        if (own[from])
            AT_TRY(add_side(found, ledger, row, from, to, false, arena, err));
        else if (own[to])
            AT_TRY(add_side(found, ledger, credit_row, to, from, true, arena, err));
    }
    return AT_OK;
}

/* "12 transfers of A-1, 4500 minor units of EUR, 2024-01-01T.. to 2024-05-02T..". */
static at_status show_tie(at_fact_show *state, const at_ledger *ledger, const side *items,
                          size_t count, at_error *err) {
    const at_node *own = &ledger->nodes[items[0].own], *other = &ledger->nodes[items[0].other];
    char first[AT_TIME_TEXT_BYTES], last[AT_TIME_TEXT_BYTES];
    const char *field, *value;
    int64_t amount = 0;
    for (size_t i = 0; i < count; i++)
        AT_TRY(at_money_add(
            &amount,
            items[i].credit ? ledger->amount_in[items[i].row] : ledger->amount[items[i].row], err));
    at_time_format(first, ledger->time_us[items[0].row], AT_MICROSECOND);
    at_time_format(last, ledger->time_us[items[count - 1].row], AT_MICROSECOND);
    AT_TRY(at_arena_print(&field, state->arena, err, "%s %s", items[0].credit ? "from" : "to",
                          other->id));
    AT_TRY(at_arena_print(&value, state->arena, err,
                          "%zu of %s, %" PRId64 " minor units of %s, %s to %s", count, own->id,
                          amount, own->currency.code, first, last));
    state->what = "transfers";
    state->record = ledger->record[items[0].row];
    AT_TRY(at_show_field(state, field, value, err));
    at_row *row = &state->table->rows[state->table->row_count - 1];
    row->grade = (at_grade)ledger->grade[items[0].row];
    for (size_t i = 0; i < count; i++) {
        const at_grade grade = (at_grade)ledger->grade[items[i].row];
        if (grade == AT_INFERRED || (grade == AT_OBSERVED && row->grade == AT_CORROBORATED))
            row->grade = grade;
        AT_TRY(at_row_cite(row, state->table, ledger->record[items[i].row], err));
        AT_TRY(at_row_cite(row, state->table, ledger->record_in[items[i].row], err));
    }
    return AT_OK;
}

at_status at_show_transfers(at_fact_show *state, const at_ledger *ledger, const bool *own,
                            at_error *err) {
    sides found = {0};
    size_t ties = 0;
    AT_TRY(collect(&found, ledger, own, state->arena, err));
    if (found.count > 1)
        qsort(found.items, found.count, sizeof *found.items, compare_sides);
    for (size_t start = 0, end = 0; start < found.count; start = end, ties++) {
        for (end = start + 1;
             end < found.count && same_tie(&found.items[start], &found.items[end]);)
            end++;
        if (ties < AT_SHOW_TIES_MAX)
            AT_TRY(show_tie(state, ledger, &found.items[start], end - start, err));
    }
    if (ties <= AT_SHOW_TIES_MAX)
        return AT_OK;
    return at_table_note(state->table, err, "TIES_LIMIT",
                         "only %d of %zu counterparties are shown: `ask timeline` lists every "
                         "transfer",
                         AT_SHOW_TIES_MAX, ties);
}

/* --- Sources ---------------------------------------------------------------------------------- */

typedef struct spoken {
    at_address address; /* of the first record met */
    at_record_id *records;
    size_t count, capacity;
} spoken;

typedef struct spoken_list {
    spoken *items;
    size_t count, capacity;
} spoken_list;

static at_status find_source(spoken **out, spoken_list *list, const at_address *address,
                             at_arena *arena, at_error *err) {
    for (size_t i = 0; i < list->count; i++) {
        *out = &list->items[i];
        if (strcmp((*out)->address.content, address->content) == 0 &&
            at_text_equal((*out)->address.name_space, address->name_space) &&
            at_text_equal((*out)->address.source_name, address->source_name))
            return AT_OK;
    }
    AT_TRY(AT_GROW(&list->items, &list->capacity, list->count, arena, err));
    *out = &list->items[list->count++];
    **out = (spoken){.address = *address};
    return AT_OK;
}

static int compare_records(const void *left, const void *right) {
    const at_record_id *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

/* All records of the rows so far, ascending, each once. */
static at_status list_records(at_record_id **out, size_t *count_out, const at_table *table,
                              at_arena *arena, at_error *err) {
    at_record_id *records;
    size_t all = 0, kept = 0;
    for (size_t i = 0; i < table->row_count; i++)
        all += table->rows[i].record_count;
    AT_TRY(AT_NEW(&records, arena, all, err));
    all = 0;
    for (size_t i = 0; i < table->row_count; i++)
        for (size_t k = 0; k < table->rows[i].record_count; k++)
            records[all++] = table->rows[i].records[k];
    if (all > 1)
        qsort(records, all, sizeof *records, compare_records);
    for (size_t i = 0; i < all; i++)
        if (i == 0 || records[i] != records[kept - 1])
            records[kept++] = records[i];
    *out = records;
    *count_out = kept;
    return AT_OK;
}

/* An id is stated by records of its namespace: the first that speaks of the thing is cited. */
static at_status cite_ids(at_table *table, size_t row_count, const spoken *source, at_error *err) {
    for (size_t i = 0; i < row_count; i++) {
        const at_cell *cells = table->rows[i].cells;
        if (table->rows[i].record_count == 0 && at_text_equal(cells[0].text, "id") &&
            at_text_equal(cells[1].text, source->address.name_space))
            AT_TRY(at_row_cite(&table->rows[i], table, source->records[0], err));
    }
    return AT_OK;
}

at_status at_show_sources(at_fact_show *state, at_error *err) {
    const size_t row_count = state->table->row_count;
    spoken_list list = {0};
    at_record_id *records;
    size_t count;
    AT_TRY(list_records(&records, &count, state->table, state->arena, err));
    for (size_t i = 0; i < count; i++) {
        at_address address;
        spoken *source;
        AT_TRY(state->facts->address(state->facts->self, &address, records[i], err));
        AT_TRY(find_source(&source, &list, &address, state->arena, err));
        AT_TRY(AT_GROW(&source->records, &source->capacity, source->count, state->arena, err));
        source->records[source->count++] = records[i];
    }
    for (size_t i = 0; i < list.count; i++) {
        const spoken *source = &list.items[i];
        const char *value;
        AT_TRY(cite_ids(state->table, row_count, source, err));
        AT_TRY(at_arena_print(&value, state->arena, err, "%s, cited records: %zu (%.16s)",
                              source->address.source_name, source->count, source->address.content));
        state->what = "source";
        state->record = source->records[0];
        AT_TRY(at_show_field(state, source->address.name_space, value, err));
        at_row *row = &state->table->rows[state->table->row_count - 1];
        for (size_t k = 1; k < source->count; k++)
            AT_TRY(at_row_cite(row, state->table, source->records[k], err));
    }
    return AT_OK;
}
