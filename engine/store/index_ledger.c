/* index_ledger.c - the ledger out of an index (index.h); index_build.c puts it in. */
#include "engine/store/index_keep.h"
#include "engine/store/index_nodes.h"

#include <string.h>

at_status at_index_get_texts(const char **pool_out, uint64_t *starts, at_index_file *file,
                             at_index_column_name column, size_t count, at_arena *arena,
                             at_error *err) {
    const size_t bytes = at_index_count(file, column);
    char *pool = NULL;
    size_t at = 0;
    AT_TRY(AT_NEW(&pool, arena, bytes + 1, err));
    AT_TRY(at_index_get_bytes(pool, file, column, 0, bytes, err));
    for (size_t i = 0; i < count; i++) {
        if (at >= bytes)
            return at_index_damaged(err, "texts are missing");
        starts[i] = at;
        at += strlen(pool + at) + 1;
    }
    if (at != bytes)
        return at_index_damaged(err, "texts are left over");
    *pool_out = pool;
    return AT_OK;
}

/* Zero everywhere: nearly every ledger has two such columns, and one array serves both. */
static bool is_zero(const at_index_file *file, at_index_column_name name, size_t count) {
    const at_index_column *column = &file->head.columns[name];
    return column->width == 0 && column->base == 0 && column->step == 0 && column->count == count;
}

static at_status get_numbers(const int64_t **out, at_index_file *file, at_index_column_name column,
                             size_t count, uint64_t most, at_arena *arena, at_error *err) {
    int64_t *values = NULL;
    AT_TRY(AT_NEW(&values, arena, count, err));
    AT_TRY(AT_INDEX_GET(values, file, column, count, most, err));
    *out = values;
    return AT_OK;
}

static at_status get_places(const uint32_t **out, at_index_file *file, at_index_column_name column,
                            size_t count, size_t limit, at_arena *arena, at_error *err) {
    uint32_t *values = NULL;
    AT_TRY(AT_NEW(&values, arena, count, err));
    AT_TRY(AT_INDEX_GET(values, file, column, count, limit ? limit - 1 : 0, err));
    if (count && !limit)
        return at_index_damaged(err, "it has rows without nodes");
    *out = values;
    return AT_OK;
}

static at_status get_bytes(const uint8_t **out, at_index_file *file, at_index_column_name column,
                           size_t count, uint64_t most, at_arena *arena, at_error *err) {
    uint8_t *values = NULL;
    AT_TRY(AT_NEW(&values, arena, count, err));
    AT_TRY(AT_INDEX_GET(values, file, column, count, most, err));
    *out = values;
    return AT_OK;
}

/* The amount credited is nearly always the amount: then it is the same column. */
static at_status get_amounts(at_ledger *out, at_index_file *file, at_arena *arena, at_error *err) {
    int64_t *credited = NULL;
    AT_TRY(get_numbers(&out->amount, file, AT_INDEX_AMOUNT, out->count, INT64_MAX, arena, err));
    if (is_zero(file, AT_INDEX_AMOUNT_IN, out->count)) {
        out->amount_in = out->amount;
        return AT_OK;
    }
    AT_TRY(AT_NEW(&credited, arena, out->count, err));
    AT_TRY(AT_INDEX_GET(credited, file, AT_INDEX_AMOUNT_IN, out->count, UINT64_MAX, err));
    for (size_t i = 0; i < out->count; i++) {
        if (__builtin_add_overflow(credited[i], out->amount[i], &credited[i]) || credited[i] < 0)
            return at_index_damaged(err, "an amount cannot be");
    }
    out->amount_in = credited;
    return AT_OK;
}

static at_status get_reverses(at_ledger *out, at_index_file *file, at_arena *arena, at_error *err) {
    uint32_t *reverses = NULL;
    AT_TRY(AT_NEW(&reverses, arena, out->count, err));
    AT_TRY(AT_INDEX_GET(reverses, file, AT_INDEX_REVERSES, out->count, out->count + 1, err));
    for (size_t i = 0; i < out->count; i++)
        reverses[i] -= 2;
    out->reverses = reverses;
    return AT_OK;
}

static at_status get_rows(at_ledger *out, at_index_file *file, at_arena *arena, at_error *err) {
    const size_t rows = out->count, nodes = out->node_count;
    AT_TRY(get_places(&out->from, file, AT_INDEX_FROM, rows, nodes, arena, err));
    AT_TRY(get_places(&out->to, file, AT_INDEX_TO, rows, nodes, arena, err));
    AT_TRY(get_numbers(&out->time_us, file, AT_INDEX_TIME, rows, UINT64_MAX, arena, err));
    AT_TRY(get_numbers(&out->seq, file, AT_INDEX_SEQ, rows, UINT64_MAX, arena, err));
    AT_TRY(get_amounts(out, file, arena, err));
    AT_TRY(get_numbers(&out->fee, file, AT_INDEX_FEE, rows, INT64_MAX, arena, err));
    AT_TRY(get_reverses(out, file, arena, err));
    AT_TRY(get_bytes(&out->flags, file, AT_INDEX_FLAGS, rows, UINT8_MAX, arena, err));
    AT_TRY(get_bytes(&out->grade, file, AT_INDEX_GRADE, rows, AT_INFERRED, arena, err));
    AT_TRY(get_numbers(&out->record, file, AT_INDEX_RECORD, rows, UINT64_MAX, arena, err));
    if (is_zero(file, AT_INDEX_FEE, rows) && is_zero(file, AT_INDEX_RECORD_IN, rows))
        out->record_in = out->fee;
    else
        AT_TRY(
            get_numbers(&out->record_in, file, AT_INDEX_RECORD_IN, rows, UINT64_MAX, arena, err));
    AT_TRY(get_places(&out->out_rows, file, AT_INDEX_OUT_ROWS, rows, rows, arena, err));
    return get_places(&out->in_rows, file, AT_INDEX_IN_ROWS, rows, rows, arena, err);
}

at_status at_index_get_ids(at_ledger *ledger, at_index_file *file, at_arena *arena, at_error *err) {
    const size_t rows = ledger->count;
    uint64_t *starts = NULL;
    AT_TRY(get_places(&ledger->by_id, file, AT_INDEX_ROW_BY_ID, rows, rows, arena, err));
    AT_TRY(AT_NEW(&starts, arena, rows, err));
    AT_TRY(at_index_get_texts(&ledger->id_pool, starts, file, AT_INDEX_ROW_IDS, rows, arena, err));
    ledger->id_offset = starts;
    return AT_OK;
}

static at_status get_starts(const uint64_t **out, at_index_file *file, at_index_column_name column,
                            const at_ledger *ledger, at_arena *arena, at_error *err) {
    uint64_t *starts = NULL;
    const size_t count = ledger->node_count + 1;
    AT_TRY(AT_NEW(&starts, arena, count, err));
    AT_TRY(AT_INDEX_GET(starts, file, column, count, ledger->count, err));
    bool rises = starts[0] == 0 && starts[count - 1] == ledger->count;
    for (size_t i = 1; i < count; i++)
        rises = rises && starts[i] >= starts[i - 1];
    *out = starts;
    return rises ? AT_OK : at_index_damaged(err, "rows of nodes cannot be so");
}

/* How large it is, and how many rows each node has. */
static at_status get_shape(at_ledger *out, at_index_file *file, at_arena *arena, at_error *err) {
    *out = (at_ledger){.count = at_index_count(file, AT_INDEX_FROM),
                       .node_count = at_index_count(file, AT_INDEX_NODE_KIND)};
    if (out->count >= AT_NONE - 1 || out->node_count >= AT_NONE)
        return at_index_damaged(err, "it is too large");
    AT_TRY(get_starts(&out->out_start, file, AT_INDEX_OUT_START, out, arena, err));
    return get_starts(&out->in_start, file, AT_INDEX_IN_START, out, arena, err);
}

at_status at_index_get_ends(at_ledger *out, at_index_file *file, at_arena *arena, at_error *err) {
    AT_TRY(get_shape(out, file, arena, err));
    AT_TRY(get_places(&out->from, file, AT_INDEX_FROM, out->count, out->node_count, arena, err));
    AT_TRY(get_places(&out->to, file, AT_INDEX_TO, out->count, out->node_count, arena, err));
    return get_bytes(&out->flags, file, AT_INDEX_FLAGS, out->count, UINT8_MAX, arena, err);
}

at_status at_index_get_ledger(at_ledger *out, at_index_file *file, at_thing class_count,
                              at_arena *arena, at_error *err) {
    at_node *nodes = NULL;
    at_ledger ledger;
    AT_TRY(get_shape(&ledger, file, arena, err));
    AT_TRY(AT_NEW(&nodes, arena, ledger.node_count, err));
    AT_TRY(at_index_get_nodes(nodes, ledger.node_count, file, class_count, arena, err));
    ledger.nodes = nodes;
    AT_TRY(get_rows(&ledger, file, arena, err));
    *out = ledger;
    return AT_OK;
}
