#include "engine/trace/restrict_cut.h"

#include <stdlib.h>
#include <string.h>

/* The columns while they are written; at_ledger shows them read-only. */
typedef struct columns {
    uint32_t *from, *to, *reverses, *by_id, *out_rows, *in_rows;
    int64_t *time_us, *seq, *amount, *amount_in, *fee;
    uint8_t *flags, *grade;
    at_record_id *record, *record_in;
    uint64_t *id_offset, *out_start, *in_start;
    at_node *nodes;
} columns;

/* What one row and one node take in a ledger. */
enum {
    ROW_BYTES = 6 * sizeof(uint32_t) + 5 * sizeof(int64_t) + 2 * sizeof(uint8_t) +
                2 * sizeof(at_record_id) + sizeof(uint64_t),
    NODE_BYTES = 2 * sizeof(uint64_t) + sizeof(at_node)
};

static at_status take_columns(columns *out, size_t rows, size_t nodes, at_arena *arena,
                              at_error *err) {
    AT_TRY(AT_NEW(&out->from, arena, rows, err));
    AT_TRY(AT_NEW(&out->to, arena, rows, err));
    AT_TRY(AT_NEW(&out->reverses, arena, rows, err));
    AT_TRY(AT_NEW(&out->by_id, arena, rows, err));
    AT_TRY(AT_NEW(&out->out_rows, arena, rows, err));
    AT_TRY(AT_NEW(&out->in_rows, arena, rows, err));
    AT_TRY(AT_NEW(&out->time_us, arena, rows, err));
    AT_TRY(AT_NEW(&out->seq, arena, rows, err));
    AT_TRY(AT_NEW(&out->amount, arena, rows, err));
    AT_TRY(AT_NEW(&out->amount_in, arena, rows, err));
    AT_TRY(AT_NEW(&out->fee, arena, rows, err));
    AT_TRY(AT_NEW(&out->flags, arena, rows, err));
    AT_TRY(AT_NEW(&out->grade, arena, rows, err));
    AT_TRY(AT_NEW(&out->record, arena, rows, err));
    AT_TRY(AT_NEW(&out->record_in, arena, rows, err));
    AT_TRY(AT_NEW(&out->id_offset, arena, rows, err));
    AT_TRY(AT_NEW(&out->nodes, arena, nodes, err));
    AT_TRY(AT_NEW(&out->out_start, arena, nodes + 1, err));
    return AT_NEW(&out->in_start, arena, nodes + 1, err);
}

static at_status list_rows(at_restriction *out, const at_cut *cut, at_arena *arena, at_error *err) {
    size_t count = 0;
    AT_TRY(AT_NEW(&out->rows, arena, cut->row_count, err));
    for (size_t word = 0; word < cut->ledger->count / 64 + 1; word++) {
        uint64_t left = cut->kept[word] | (cut->moments != NULL ? cut->moments[word] : 0);
        for (; left != 0; left &= left - 1)
            out->rows[count++] = (uint32_t)(word * 64) + (uint32_t)__builtin_ctzll(left);
    }
    return AT_OK;
}

/* `number`: by node of the ledger, its number in the cut. */
static at_status list_nodes(at_restriction *out, uint32_t **number, const at_cut *cut,
                            at_arena *arena, at_error *err) {
    const at_ledger *ledger = cut->ledger;
    bool *kept = NULL;
    size_t count = 0;
    AT_TRY(AT_NEW(&kept, cut->arena, ledger->node_count, err));
    AT_TRY(AT_NEW(number, cut->arena, ledger->node_count, err));
    memcpy(kept, cut->named, ledger->node_count * sizeof *kept);
    for (size_t i = 0; i < cut->row_count; i++)
        kept[ledger->from[out->rows[i]]] = kept[ledger->to[out->rows[i]]] = true;
    for (size_t node = 0; node < ledger->node_count; node++)
        count += kept[node];
    AT_TRY(AT_NEW(&out->nodes, arena, count, err));
    out->ledger.node_count = count;
    count = 0;
    for (uint32_t node = 0; node < ledger->node_count; node++)
        if (kept[node]) {
            (*number)[node] = (uint32_t)count;
            out->nodes[count++] = node;
        }
    return AT_OK;
}

uint32_t at_cut_find(const uint32_t *numbers, size_t count, uint32_t wanted) {
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (numbers[middle] == wanted)
            return (uint32_t)middle;
        if (numbers[middle] < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return AT_NONE;
}

/* A reversal that is there for the order alone undoes nothing, or it would have to be judged. */
static uint32_t find_reversed(const at_restriction *out, const at_cut *cut, uint32_t row) {
    const uint32_t reversed = cut->ledger->reverses[row];
    if (reversed == AT_NONE || !at_cut_has(cut->kept, row))
        return AT_NONE;
    const uint32_t found = at_cut_find(out->rows, cut->row_count, reversed);
    return found != AT_NONE ? found : AT_NONE - 1;
}

static void fill_columns(columns *out, const at_restriction *kept, const at_cut *cut,
                         const uint32_t *number) {
    const at_ledger *ledger = cut->ledger;
    for (size_t i = 0; i < cut->row_count; i++) {
        const uint32_t row = kept->rows[i];
        out->from[i] = number[ledger->from[row]];
        out->to[i] = number[ledger->to[row]];
        out->reverses[i] = find_reversed(kept, cut, row);
        out->time_us[i] = ledger->time_us[row];
        out->seq[i] = ledger->seq[row];
        out->amount[i] = ledger->amount[row];
        out->amount_in[i] = ledger->amount_in[row];
        out->fee[i] = ledger->fee[row];
        out->flags[i] = ledger->flags[row];
        out->grade[i] = ledger->grade[row];
        out->record[i] = ledger->record[row];
        out->record_in[i] = ledger->record_in[row];
        out->id_offset[i] = ledger->id_offset[row];
        out->by_id[i] = (uint32_t)i;
    }
    for (size_t i = 0; i < kept->ledger.node_count; i++) {
        out->nodes[i] = ledger->nodes[kept->nodes[i]];
        if (cut->arrival_us[kept->nodes[i]] != INT64_MAX || !at_node_held(out->nodes[i].kind))
            continue;
        out->nodes[i].kind = AT_NODE_EXTERNAL; /* its history is not here */
        out->nodes[i].opening = AT_AMOUNT_NONE;
    }
}

static int compare_ids(const void *a, const void *b, void *context) {
    const at_ledger *ledger = context;
    return strcmp(at_ledger_id(ledger, *(const uint32_t *)a),
                  at_ledger_id(ledger, *(const uint32_t *)b));
}

/* What is asked of the whole ledger: whether any conversion lies by as_of, and whether fees are
 * charged in several currencies, so that a sink of fees is called by its own. */
static void look_over(at_restriction *out, const at_cut *cut) {
    const at_ledger *ledger = cut->ledger;
    const char *code = NULL;
    const at_effective plain = {.ledger = ledger, .amount = ledger->amount};
    out->converts = at_effective_converts(&plain, cut->as_of_us);
    out->bytes += (ledger->count - out->ledger.count) * sizeof *ledger->flags;
    for (size_t i = 0; i < out->ledger.count && code == NULL; i++)
        if (out->ledger.fee[i] > 0 && out->ledger.amount[i] > 0)
            code = out->ledger.nodes[out->ledger.from[i]].currency.code;
    if (code == NULL)
        return;
    out->bytes += (ledger->count - out->ledger.count) * sizeof *ledger->fee;
    for (size_t row = 0; row < ledger->count && !out->fees; row++)
        out->fees = ledger->fee[row] > 0 && ledger->amount[row] > 0 &&
                    strcmp(ledger->nodes[ledger->from[row]].currency.code, code) != 0;
}

uint64_t at_cut_bytes(const at_ledger *ledger) {
    return ledger->count * ROW_BYTES + ledger->node_count * NODE_BYTES;
}

at_status at_cut_make(at_restriction *out, const at_cut *cut, at_arena *arena, at_error *err) {
    const at_ledger *ledger = cut->ledger;
    at_restriction made = {.reached = cut->reached};
    columns column = {.from = NULL};
    uint32_t *number = NULL;
    AT_TRY(list_rows(&made, cut, arena, err));
    AT_TRY(list_nodes(&made, &number, cut, arena, err));
    const size_t rows = cut->row_count, nodes = made.ledger.node_count;
    AT_TRY(take_columns(&column, rows, nodes, arena, err));
    fill_columns(&column, &made, cut, number);
    at_ledger_rows_by_node(column.out_start, column.out_rows, column.from, rows, nodes);
    at_ledger_rows_by_node(column.in_start, column.in_rows, column.to, rows, nodes);
    made.ledger = (at_ledger){.count = rows,
                              .from = column.from,
                              .to = column.to,
                              .time_us = column.time_us,
                              .seq = column.seq,
                              .amount = column.amount,
                              .amount_in = column.amount_in,
                              .fee = column.fee,
                              .reverses = column.reverses,
                              .flags = column.flags,
                              .grade = column.grade,
                              .record = column.record,
                              .record_in = column.record_in,
                              .id_offset = column.id_offset,
                              .id_pool = ledger->id_pool,
                              .nodes = column.nodes,
                              .node_count = nodes,
                              .out_start = column.out_start,
                              .in_start = column.in_start,
                              .out_rows = column.out_rows,
                              .in_rows = column.in_rows,
                              .by_id = column.by_id};
    qsort_r(column.by_id, rows, sizeof *column.by_id, compare_ids, &made.ledger);
    made.bytes = (rows + cut->looked_at) * ROW_BYTES + nodes * NODE_BYTES;
    made.ledger_bytes = at_cut_bytes(ledger);
    look_over(&made, cut);
    *out = made;
    return AT_OK;
}
