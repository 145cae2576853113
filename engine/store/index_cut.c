/* index_cut.c - the rows of some things out of an index: a question about one account reads its
 * blocks and no others. */
#include "engine/store/index_keep.h"
#include "engine/store/index_nodes.h"

#include <stdlib.h>
#include <string.h>

/* Past so many things, or this part of the rows, everything is read: a pass in order is faster. */
enum { THINGS_MAX = 64, ROWS_SHARE = 64, ROWS_FREE = 4096 };

typedef struct number_list {
    uint32_t *items;
    size_t count, capacity;
} number_list;

typedef struct ledger_cut {
    at_index_file *file;
    at_arena *arena, *scratch;
    at_index_codes codes;
    size_t all_rows, all_nodes;
    at_thing class_count;
    number_list nodes, rows; /* of the index */
    bool much;
} ledger_cut;

static at_status add_number(number_list *list, uint32_t number, at_arena *arena, at_error *err) {
    AT_TRY(AT_GROW(&list->items, &list->capacity, list->count, arena, err));
    list->items[list->count++] = number;
    return AT_OK;
}

static int compare_numbers(const void *left, const void *right) {
    const uint32_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

/* In order, each once. */
static void settle(number_list *list) {
    size_t kept = 0;
    if (list->count > 1)
        qsort(list->items, list->count, sizeof *list->items, compare_numbers);
    for (size_t i = 0; i < list->count; i++)
        if (i == 0 || list->items[i] != list->items[kept - 1])
            list->items[kept++] = list->items[i];
    list->count = kept;
}

static uint32_t place_of(const number_list *list, uint32_t number) {
    const uint32_t *found =
        list->count ? bsearch(&number, list->items, list->count, sizeof number, compare_numbers)
                    : NULL;
    return found ? (uint32_t)(found - list->items) : AT_NONE;
}

/* --- Which rows ------------------------------------------------------------------------------- */

/* A node by its place among those sorted by account, and its account. */
static at_status node_at(uint32_t *node_out, uint32_t *account_out, ledger_cut *cut, size_t place,
                         at_error *err) {
    AT_TRY(AT_INDEX_GET_PART(node_out, cut->file, AT_INDEX_NODE_BY_ACCOUNT, place, 1,
                             cut->all_nodes - 1, err));
    return AT_INDEX_GET_PART(account_out, cut->file, AT_INDEX_NODE_ACCOUNT, *node_out, 1,
                             cut->class_count, err);
}

static at_status find_nodes(ledger_cut *cut, at_thing thing, at_error *err) {
    size_t low = 0, high = cut->all_nodes;
    uint32_t node = 0, account = 0;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        AT_TRY(node_at(&node, &account, cut, middle, err));
        if (account < thing)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < cut->all_nodes; low++) {
        AT_TRY(node_at(&node, &account, cut, low, err));
        if (account != thing)
            break;
        AT_TRY(add_number(&cut->nodes, node, cut->scratch, err));
    }
    return AT_OK;
}

static at_status add_rows(ledger_cut *cut, uint32_t node, at_index_column_name start_column,
                          at_index_column_name row_column, at_error *err) {
    int64_t bounds[2];
    AT_TRY(AT_INDEX_GET_PART(bounds, cut->file, start_column, node, 2, cut->all_rows, err));
    if (bounds[0] > bounds[1])
        return at_index_damaged(err, "rows of nodes cannot be so");
    const size_t count = (size_t)(bounds[1] - bounds[0]);
    uint32_t *rows = NULL;
    cut->much = cut->much || cut->rows.count + count > cut->all_rows / ROWS_SHARE + ROWS_FREE;
    if (cut->much || !count)
        return AT_OK;
    AT_TRY(AT_NEW(&rows, cut->scratch, count, err));
    AT_TRY(AT_INDEX_GET_PART(rows, cut->file, row_column, (uint64_t)bounds[0], count,
                             cut->all_rows - 1, err));
    for (size_t i = 0; i < count; i++)
        AT_TRY(add_number(&cut->rows, rows[i], cut->scratch, err));
    return AT_OK;
}

static at_status add_rows_of(ledger_cut *cut, uint32_t node, at_error *err) {
    AT_TRY(add_rows(cut, node, AT_INDEX_OUT_START, AT_INDEX_OUT_ROWS, err));
    return add_rows(cut, node, AT_INDEX_IN_START, AT_INDEX_IN_ROWS, err);
}

/* The other half of each payment in transit: all rows of the node between them. */
static at_status add_transits(ledger_cut *cut, at_error *err) {
    static const at_index_column_name ends[] = {AT_INDEX_FROM, AT_INDEX_TO};
    const size_t count = cut->rows.count;
    for (size_t i = 0; i < count && !cut->much; i++) {
        const uint32_t row = cut->rows.items[i];
        uint8_t flags = 0;
        AT_TRY(AT_INDEX_GET_PART(&flags, cut->file, AT_INDEX_FLAGS, row, 1, UINT8_MAX, err));
        if (!(flags & AT_ROW_TRANSIT))
            continue;
        for (size_t end = 0; end < AT_COUNT(ends); end++) {
            uint32_t node = 0, account = 0;
            AT_TRY(AT_INDEX_GET_PART(&node, cut->file, ends[end], row, 1, cut->all_nodes - 1, err));
            AT_TRY(AT_INDEX_GET_PART(&account, cut->file, AT_INDEX_NODE_ACCOUNT, node, 1,
                                     cut->class_count, err));
            if (!account)
                AT_TRY(add_rows_of(cut, node, err));
        }
    }
    return AT_OK;
}

static at_status find_rows(ledger_cut *cut, const bool *things, at_error *err) {
    size_t wanted = 0;
    for (at_thing thing = 1; thing <= cut->class_count; thing++)
        wanted += things[thing];
    cut->much = wanted > THINGS_MAX;
    for (at_thing thing = 1; thing <= cut->class_count && !cut->much; thing++)
        if (things[thing])
            AT_TRY(find_nodes(cut, thing, err));
    for (size_t i = 0; i < cut->nodes.count && !cut->much; i++)
        AT_TRY(add_rows_of(cut, cut->nodes.items[i], err));
    AT_TRY(add_transits(cut, err));
    settle(&cut->rows);
    return AT_OK;
}

/* --- The ledger of these rows ----------------------------------------------------------------- */

static at_status get_column(const int64_t **out, ledger_cut *cut, at_index_column_name column,
                            uint64_t most, at_error *err) {
    int64_t *values = NULL;
    AT_TRY(AT_NEW(&values, cut->arena, cut->rows.count, err));
    for (size_t i = 0; i < cut->rows.count; i++)
        AT_TRY(AT_INDEX_GET_PART(&values[i], cut->file, column, cut->rows.items[i], 1, most, err));
    *out = values;
    return AT_OK;
}

static at_status get_small(const uint8_t **out, ledger_cut *cut, at_index_column_name column,
                           uint64_t most, at_error *err) {
    uint8_t *values = NULL;
    AT_TRY(AT_NEW(&values, cut->arena, cut->rows.count, err));
    for (size_t i = 0; i < cut->rows.count; i++)
        AT_TRY(AT_INDEX_GET_PART(&values[i], cut->file, column, cut->rows.items[i], 1, most, err));
    *out = values;
    return AT_OK;
}

/* Nodes of the index for now; the nodes met are added to the list. */
static at_status get_ends(uint32_t **out, ledger_cut *cut, at_index_column_name column,
                          at_error *err) {
    uint32_t *nodes = NULL;
    AT_TRY(AT_NEW(&nodes, cut->arena, cut->rows.count, err));
    for (size_t i = 0; i < cut->rows.count; i++) {
        AT_TRY(AT_INDEX_GET_PART(&nodes[i], cut->file, column, cut->rows.items[i], 1,
                                 cut->all_nodes - 1, err));
        AT_TRY(add_number(&cut->nodes, nodes[i], cut->scratch, err));
    }
    *out = nodes;
    return AT_OK;
}

static at_status get_amounts(at_ledger *out, ledger_cut *cut, at_error *err) {
    int64_t *credited = NULL;
    const int64_t *more = NULL;
    AT_TRY(get_column(&out->amount, cut, AT_INDEX_AMOUNT, INT64_MAX, err));
    AT_TRY(get_column(&more, cut, AT_INDEX_AMOUNT_IN, UINT64_MAX, err));
    AT_TRY(AT_NEW(&credited, cut->arena, out->count, err));
    for (size_t i = 0; i < out->count; i++)
        if (__builtin_add_overflow(more[i], out->amount[i], &credited[i]) || credited[i] < 0)
            return at_index_damaged(err, "an amount cannot be");
    out->amount_in = credited;
    return AT_OK;
}

/* A reversed transfer that is not among these rows is one that is not here. */
static at_status get_reverses(at_ledger *out, ledger_cut *cut, at_error *err) {
    uint32_t *reverses = NULL;
    AT_TRY(AT_NEW(&reverses, cut->arena, out->count, err));
    for (size_t i = 0; i < out->count; i++) {
        AT_TRY(AT_INDEX_GET_PART(&reverses[i], cut->file, AT_INDEX_REVERSES, cut->rows.items[i], 1,
                                 cut->all_rows + 1, err));
        reverses[i] -= 2;
        if (reverses[i] >= AT_NONE - 1)
            continue;
        const uint32_t place = place_of(&cut->rows, reverses[i]);
        reverses[i] = place != AT_NONE ? place : AT_NONE - 1;
    }
    out->reverses = reverses;
    return AT_OK;
}

static int compare_ids(const void *first, const void *second, void *context) {
    const at_ledger *ledger = context;
    return strcmp(at_ledger_id(ledger, *(const uint32_t *)first),
                  at_ledger_id(ledger, *(const uint32_t *)second));
}

static at_status get_ids(at_ledger *out, ledger_cut *cut, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text pool = {.limit_bytes = SIZE_MAX};
    uint64_t *offsets = NULL;
    uint32_t *by_id = NULL;
    const char *id = NULL;
    AT_TRY(AT_NEW(&offsets, cut->arena, out->count, err));
    AT_TRY(AT_NEW(&by_id, cut->arena, out->count, err));
    for (size_t i = 0; i < out->count; i++) {
        AT_TRY(at_index_get_text(&id, cut->file, AT_INDEX_ROW_IDS, AT_INDEX_ROW_STARTS,
                                 cut->rows.items[i], cut->scratch, err));
        offsets[i] = pool.bytes;
        by_id[i] = (uint32_t)i;
        AT_TRY(at_text_add_bytes(&pool, id, strlen(id) + 1, err));
    }
    AT_TRY(at_arena_copy(&out->id_pool, cut->arena, at_text_string(&pool), pool.bytes, err));
    out->id_offset = offsets;
    qsort_r(by_id, out->count, sizeof *by_id, compare_ids, out);
    out->by_id = by_id;
    return AT_OK;
}

static at_status get_nodes(at_ledger *out, ledger_cut *cut, at_error *err) {
    at_node *nodes = NULL;
    settle(&cut->nodes);
    out->node_count = cut->nodes.count;
    AT_TRY(AT_NEW(&nodes, cut->arena, out->node_count, err));
    for (size_t i = 0; i < out->node_count; i++)
        AT_TRY(at_index_get_node(&nodes[i], cut->file, &cut->codes, cut->nodes.items[i],
                                 cut->class_count, cut->arena, err));
    out->nodes = nodes;
    return AT_OK;
}

/* Ends as nodes of the cut, and the rows of each. */
static at_status index_rows(const uint64_t **start_out, const uint32_t **rows_out, uint32_t *ends,
                            ledger_cut *cut, at_error *err) {
    uint64_t *start = NULL, *next = NULL;
    uint32_t *rows = NULL;
    AT_TRY(AT_NEW(&start, cut->arena, cut->nodes.count + 1, err));
    AT_TRY(AT_NEW(&next, cut->scratch, cut->nodes.count + 1, err));
    AT_TRY(AT_NEW(&rows, cut->arena, cut->rows.count, err));
    for (size_t i = 0; i < cut->rows.count; i++) {
        ends[i] = place_of(&cut->nodes, ends[i]);
        start[ends[i] + 1]++;
    }
    for (size_t node = 0; node < cut->nodes.count; node++)
        start[node + 1] += start[node];
    memcpy(next, start, (cut->nodes.count + 1) * sizeof *next);
    for (size_t i = 0; i < cut->rows.count; i++)
        rows[next[ends[i]]++] = (uint32_t)i;
    *start_out = start;
    *rows_out = rows;
    return AT_OK;
}

static at_status fill(at_ledger *out, ledger_cut *cut, at_error *err) {
    uint32_t *from = NULL, *to = NULL;
    out->count = cut->rows.count;
    AT_TRY(get_ends(&from, cut, AT_INDEX_FROM, err));
    AT_TRY(get_ends(&to, cut, AT_INDEX_TO, err));
    AT_TRY(get_nodes(out, cut, err));
    AT_TRY(index_rows(&out->out_start, &out->out_rows, from, cut, err));
    AT_TRY(index_rows(&out->in_start, &out->in_rows, to, cut, err));
    out->from = from;
    out->to = to;
    AT_TRY(get_column(&out->time_us, cut, AT_INDEX_TIME, UINT64_MAX, err));
    AT_TRY(get_column(&out->seq, cut, AT_INDEX_SEQ, UINT64_MAX, err));
    AT_TRY(get_amounts(out, cut, err));
    AT_TRY(get_column(&out->fee, cut, AT_INDEX_FEE, INT64_MAX, err));
    AT_TRY(get_reverses(out, cut, err));
    AT_TRY(get_small(&out->flags, cut, AT_INDEX_FLAGS, UINT8_MAX, err));
    AT_TRY(get_small(&out->grade, cut, AT_INDEX_GRADE, AT_INFERRED, err));
    AT_TRY(get_column(&out->record, cut, AT_INDEX_RECORD, UINT64_MAX, err));
    AT_TRY(get_column(&out->record_in, cut, AT_INDEX_RECORD_IN, UINT64_MAX, err));
    return get_ids(out, cut, err);
}

at_status at_index_cut_ledger(at_ledger *out, bool *cut_out, at_index_file *file,
                              const bool *things, at_thing class_count, at_arena *arena,
                              at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = 0};
    ledger_cut cut = {.file = file,
                      .arena = arena,
                      .scratch = &scratch,
                      .all_rows = at_index_count(file, AT_INDEX_FROM),
                      .all_nodes = at_index_count(file, AT_INDEX_NODE_KIND),
                      .class_count = class_count};
    at_ledger ledger = {.count = 0};
    *cut_out = false;
    if (cut.all_rows >= AT_NONE - 1 || cut.all_nodes >= AT_NONE)
        return at_index_damaged(err, "it is too large");
    AT_TRY(at_index_get_codes(&cut.codes, file, &scratch, err));
    AT_TRY(find_rows(&cut, things, err));
    if (cut.much)
        return AT_OK;
    AT_TRY(fill(&ledger, &cut, err));
    *out = ledger;
    *cut_out = true;
    return AT_OK;
}
