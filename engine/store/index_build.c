/* index_build.c - making an index from the store (index_build.h). */
#include "engine/store/index_build.h"

#include "engine/base/progress.h"
#include "engine/store/index_columns.h"
#include "engine/store/index_keep.h"
#include "engine/store/index_nodes.h"

#include <stdlib.h>
#include <string.h>

/* Columns of rows that are known once a row is met in its order; values in this order. */
static const at_index_column_of row_columns[] = {
    {AT_INDEX_FROM, 4},   {AT_INDEX_TO, 4},        {AT_INDEX_TIME, 8},     {AT_INDEX_SEQ, 8},
    {AT_INDEX_AMOUNT, 8}, {AT_INDEX_AMOUNT_IN, 8}, {AT_INDEX_FEE, 8},      {AT_INDEX_FLAGS, 1},
    {AT_INDEX_GRADE, 1},  {AT_INDEX_RECORD, 8},    {AT_INDEX_RECORD_IN, 8}};
enum { FROM_COLUMN = 0, TO_COLUMN = 1 };

typedef struct build {
    at_arena *arena; /* the reader's: what the flow keeps */
    at_flow flow;
    at_index_rows rows;
    /* nodes in their order, and by the flow's number their place in it */
    at_node **nodes;
    size_t node_count;
    uint32_t *place;
    uint32_t *out_start, *in_start; /* node_count + 1 */
    /* rows in their order */
    at_index_columns columns;
    at_spool *id_spool; /* ids, each with its NUL */
    at_text ids;        /* those not written yet */
    uint64_t id_bytes;
    at_text id_starts; /* of each 16th */
    at_sorter by_id;
    at_index_reversals reversals;
} build;

static void end_build(build *all) {
    at_flow_end(&all->flow);
    at_index_rows_end(&all->rows);
    at_index_columns_end(&all->columns);
    at_spool_close(&all->id_spool);
    at_text_clear(&all->ids);
    at_text_clear(&all->id_starts);
    at_sorter_end(&all->by_id);
    at_index_reversals_end(&all->reversals);
}

/* --- Nodes ------------------------------------------------------------------------------------ */

static int compare_named(const void *first, const void *second, void *context) {
    const at_flow_node *nodes = context;
    const uint32_t a = *(const uint32_t *)first, b = *(const uint32_t *)second;
    const int by_id = strcmp(nodes[a].node.account_id, nodes[b].node.account_id);
    if (by_id)
        return by_id;
    const int by_code = strcmp(nodes[a].node.currency.code, nodes[b].node.currency.code);
    return by_code ? by_code : (a > b) - (a < b);
}

/* Names that are made can be equal - payments in transit of two namespaces - and are one node then,
 * of which counts what was said first. `same[i]` is the node that stands for node i. */
static at_status unite_nodes(uint32_t *same, const at_flow *flow, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = SIZE_MAX};
    uint32_t *made = NULL;
    size_t count = 0, capacity = 0;
    for (uint32_t i = 0; i < flow->node_count; i++) {
        same[i] = i;
        if (flow->nodes[i].role == AT_ROLE_SELF)
            continue;
        AT_TRY(AT_GROW(&made, &capacity, count, &arena, err));
        made[count++] = i;
    }
    if (count)
        qsort_r(made, count, sizeof *made, compare_named, flow->nodes);
    for (size_t i = 1; i < count; i++) {
        const at_node *a = &flow->nodes[made[i - 1]].node, *b = &flow->nodes[made[i]].node;
        if (strcmp(a->account_id, b->account_id) == 0 &&
            strcmp(a->currency.code, b->currency.code) == 0)
            same[made[i]] = same[made[i - 1]];
    }
    return AT_OK;
}

static at_status order_nodes(build *all, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = SIZE_MAX};
    const at_flow *flow = &all->flow;
    uint32_t *same = NULL;
    _Static_assert(offsetof(at_flow_node, node) == 0, "a node's address is that of its flow node");
    AT_TRY(AT_NEW(&same, &arena, flow->node_count, err));
    AT_TRY(unite_nodes(same, flow, err));
    AT_TRY(AT_NEW(&all->nodes, all->arena, flow->node_count, err));
    AT_TRY(AT_NEW(&all->place, all->arena, flow->node_count, err));
    for (uint32_t i = 0; i < flow->node_count; i++)
        if (same[i] == i)
            all->nodes[all->node_count++] = &flow->nodes[i].node;
    AT_TRY(at_ledger_name_nodes(all->nodes, all->node_count, all->arena, err));
    for (size_t i = 0; i < all->node_count; i++)
        all->place[(const at_flow_node *)(const void *)all->nodes[i] - flow->nodes] = (uint32_t)i;
    for (uint32_t i = 0; i < flow->node_count; i++)
        all->place[i] = all->place[same[i]];
    AT_TRY(AT_NEW(&all->out_start, all->arena, all->node_count + 1, err));
    return AT_NEW(&all->in_start, all->arena, all->node_count + 1, err);
}

/* --- Rows ------------------------------------------------------------------------------------- */

enum { IDS_AT_ONCE = 1 << 16 };

static at_status keep_id(build *all, const char *id, uint32_t row, at_error *err) {
    const at_sorted record = {.text = id, .data = &row, .bytes = sizeof row};
    if (row % AT_INDEX_STARTS_EVERY == 0)
        AT_TRY(at_text_add_bytes(&all->id_starts, &all->id_bytes, sizeof all->id_bytes, err));
    AT_TRY(at_text_add_bytes(&all->ids, id, strlen(id) + 1, err));
    all->id_bytes += strlen(id) + 1;
    if (all->ids.bytes >= IDS_AT_ONCE) {
        AT_TRY(at_spool_add(all->id_spool, all->ids.data, all->ids.bytes, err));
        at_text_reset(&all->ids);
    }
    return at_sorter_add(&all->by_id, &record, err);
}

static at_status keep_row(build *all, const at_index_row_view *view, uint32_t place,
                          at_error *err) {
    const at_index_row *row = view->row;
    const uint32_t from = all->place[row->from], to = all->place[row->to];
    const int64_t values[AT_COUNT(row_columns)] = {
        from,
        to,
        view->time_us,
        view->seq,
        row->amount,
        row->amount_in - row->amount, /* both >= 0 */
        row->fee,
        at_ledger_flags(row->flags, row->amount != row->amount_in, all->nodes[from],
                        all->nodes[to]),
        row->grade,
        (int64_t)row->record,
        (int64_t)row->record_in};
    all->out_start[from + 1]++;
    all->in_start[to + 1]++;
    AT_TRY(at_index_columns_add(&all->columns, values, err));
    AT_TRY(at_index_reversals_see(&all->reversals, &all->flow.reader->identity, view, place, err));
    return keep_id(all, view->id, place, err);
}

/* Each row in its order. */
static at_status read_rows(build *all, at_error *err) {
    AT_CLEANUP(at_progress_end)
    at_progress bar = {
        .what = "rows of the index", .unit = AT_PROGRESS_COUNT, .total = all->rows.count};
    at_index_row_view view;
    bool got = false;
    AT_TRY(at_sorter_rewind(&all->rows.sorter, err));
    at_progress_begin(&bar);
    for (uint32_t place = 0;; place++) {
        AT_TRY(at_index_rows_next(&view, &got, &all->rows, err));
        if (!got)
            break;
        AT_TRY(keep_row(all, &view, place, err));
        at_progress_step(&bar, place + 1);
    }
    at_index_rows_end(&all->rows);
    AT_TRY(at_spool_add(all->id_spool, at_text_string(&all->ids), all->ids.bytes, err));
    AT_TRY(at_index_columns_finish(&all->columns, err));
    for (size_t i = 0; i < all->node_count; i++) {
        all->out_start[i + 1] += all->out_start[i];
        all->in_start[i + 1] += all->in_start[i];
    }
    return at_index_reversals_find(&all->reversals, err);
}

/* --- Writing ---------------------------------------------------------------------------------- */

/* A row + 2; 1 none, 0 a transfer that is not here. */
static at_status reverses_values(void *self, void *out, size_t first, size_t count, at_error *err) {
    const build *all = self;
    (void)err;
    for (size_t i = 0; i < count; i++)
        ((uint32_t *)out)[i] = (all->reversals.rows ? all->reversals.rows[first + i] : AT_NONE) + 2;
    return AT_OK;
}

static at_status put_ids(at_index_writer *writer, build *all, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = SIZE_MAX};
    char *part = NULL;
    uint32_t *order = NULL;
    AT_TRY(AT_NEW(&part, &arena, IDS_AT_ONCE, err));
    AT_TRY(at_index_put_bytes(writer, AT_INDEX_ROW_IDS, "", 0, err));
    for (uint64_t at = 0; at < all->id_bytes;) {
        const uint64_t rest = all->id_bytes - at;
        const size_t bytes = rest < IDS_AT_ONCE ? (size_t)rest : IDS_AT_ONCE;
        AT_TRY(at_spool_read(all->id_spool, part, at, bytes, err));
        AT_TRY(at_index_put_bytes(writer, AT_INDEX_ROW_IDS, part, bytes, err));
        at += bytes;
    }
    at_spool_close(&all->id_spool);
    AT_TRY(at_index_put(writer, AT_INDEX_ROW_STARTS, all->id_starts.data, sizeof(int64_t),
                        all->id_starts.bytes / sizeof(int64_t), err));
    AT_TRY(AT_NEW(&order, &arena, all->columns.count, err));
    AT_TRY(at_index_by_id(order, &all->by_id, err));
    at_sorter_end(&all->by_id);
    return AT_INDEX_PUT(writer, AT_INDEX_ROW_BY_ID, order, all->columns.count, err);
}

/* Counting sort of the rows by one of their nodes; their order stays within a node. */
static at_status put_rows_of(at_index_writer *writer, at_index_column_name name, const build *all,
                             size_t column, const uint32_t *start, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = SIZE_MAX};
    const size_t count = all->columns.count;
    uint32_t *next = NULL, *rows = NULL, *nodes = NULL;
    AT_TRY(AT_NEW(&next, &arena, all->node_count + 1, err));
    AT_TRY(AT_NEW(&rows, &arena, count, err));
    AT_TRY(AT_NEW(&nodes, &arena, AT_INDEX_PART_VALUES, err));
    memcpy(next, start, (all->node_count + 1) * sizeof *next);
    for (size_t first = 0; first < count; first += AT_INDEX_PART_VALUES) {
        const size_t rest = count - first;
        const size_t now = rest < AT_INDEX_PART_VALUES ? rest : AT_INDEX_PART_VALUES;
        AT_TRY(at_index_columns_read(&all->columns, column, nodes, first, now, err));
        for (size_t i = 0; i < now; i++)
            rows[next[nodes[i]]++] = (uint32_t)(first + i);
    }
    return AT_INDEX_PUT(writer, name, rows, count, err);
}

/* Columns are put in the order of their names. */
static at_status put_rows(at_index_writer *writer, build *all, at_error *err) {
    for (size_t i = 0; i < AT_COUNT(row_columns); i++) {
        if (row_columns[i].name == AT_INDEX_FLAGS)
            AT_TRY(at_index_put_values(writer, AT_INDEX_REVERSES, sizeof(uint32_t),
                                       all->columns.count, reverses_values, all, err));
        AT_TRY(at_index_columns_put(writer, &all->columns, row_columns[i].name, err));
    }
    AT_TRY(put_ids(writer, all, err));
    AT_TRY(put_rows_of(writer, AT_INDEX_OUT_ROWS, all, FROM_COLUMN, all->out_start, err));
    return put_rows_of(writer, AT_INDEX_IN_ROWS, all, TO_COLUMN, all->in_start, err);
}

/* --- All of it -------------------------------------------------------------------------------- */

static at_status read_flow(build *all, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena texts = {.limit_bytes = SIZE_MAX};
    all->flow.texts = &texts;
    const at_status status = at_flow_read(&all->flow, err);
    all->flow.texts = NULL;
    return status;
}

static at_status begin_build(build *all, const char *store, at_error *err) {
    AT_TRY(at_index_columns_begin(&all->columns, row_columns, AT_COUNT(row_columns), store,
                                  all->arena, err));
    AT_TRY(at_index_reversals_begin(&all->reversals, &all->rows, err));
    return at_spool_open(&all->id_spool, store, all->arena, err);
}

at_status at_index_build(at_index_writer *writer, at_reader *reader, at_error *err) {
    const char *store = reader->store->path;
    const size_t room = reader->index_room ? reader->index_room : AT_INDEX_ROOM_BYTES;
    AT_CLEANUP(end_build)
    build all = {.arena = reader->arena,
                 .rows = at_index_rows_begin(store, room),
                 .by_id = at_sorter_begin(store, room),
                 .ids = {.limit_bytes = SIZE_MAX},
                 .id_starts = {.limit_bytes = SIZE_MAX}};
    all.flow = (at_flow){
        .reader = reader, .arena = reader->arena, .take = at_index_rows_take, .taker = &all.rows};
    AT_TRY(read_flow(&all, err));
    AT_TRY(at_index_unique_ids(&all.rows, &reader->identity, err));
    AT_TRY(order_nodes(&all, err));
    AT_TRY(begin_build(&all, store, err));
    AT_TRY(read_rows(&all, err));
    at_index_node_list nodes = {.nodes = all.nodes,
                                .count = all.node_count,
                                .out_start = all.out_start,
                                .in_start = all.in_start};
    AT_TRY(at_index_put_identity(writer, &reader->identity, err));
    AT_TRY(at_index_put_nodes(writer, &nodes, err));
    return put_rows(writer, &all, err);
}
