#include "queries/trace_part.h"

/* Both runs list holdings in one order: nodes of the ledger, fees, then repaid debts by account. */
static int compare_holdings(const at_trace *a, const at_trace_holding *left, const at_trace *b,
                            const at_trace_holding *right) {
    const uint32_t nodes = (uint32_t)a->effective->ledger->node_count;
    const bool left_sink = left->node >= nodes, right_sink = right->node >= nodes;
    uint32_t from = left->node, to = right->node;
    if (left_sink && right_sink) {
        const at_trace_sink *one = &a->sinks[from - nodes], *other = &b->sinks[to - nodes];
        if (one->fee != other->fee)
            return one->fee ? -1 : 1;
        from = one->base;
        to = other->base;
    }
    if (from != to)
        return from < to ? -1 : 1;
    return (left->label > right->label) - (left->label < right->label);
}

/* The interval of every traced amount that the order of equal times decides. */
static at_status note_intervals(at_table *table, const at_traced_run *run, const at_trace *other,
                                at_error *err) {
    enum { INTERVALS_LISTED = 50 };
    const at_trace *trace = &run->trace;
    size_t listed = 0, i = 0, j = 0;
    while (i < trace->holding_count || j < other->holding_count) {
        const at_trace_holding *left = i < trace->holding_count ? &trace->holdings[i] : NULL;
        const at_trace_holding *right = j < other->holding_count ? &other->holdings[j] : NULL;
        const int order = left == NULL    ? 1
                          : right == NULL ? -1
                                          : compare_holdings(trace, left, other, right);
        const int64_t here = order <= 0 ? left->amount : 0, there = order >= 0 ? right->amount : 0;
        const uint32_t label = order <= 0 ? left->label : right->label;
        const char *node =
            order <= 0 ? at_trace_node_id(trace, left->node) : at_trace_node_id(other, right->node);
        i += order <= 0;
        j += order >= 0;
        if (here == there || label >= trace->tainted_count || listed++ >= INTERVALS_LISTED)
            continue;
        AT_TRY(at_table_note(table, err, "ORDER_INTERVAL", "%s: \"%s\" in %s is %lld to %lld",
                             run->method, trace->labels[label], node,
                             (long long)(here < there ? here : there),
                             (long long)(here < there ? there : here)));
    }
    return listed <= INTERVALS_LISTED
               ? AT_OK
               : at_table_note(table, err, "ORDER_INTERVAL",
                               "%s: and %zu more; ask with the other tie to see them", run->method,
                               listed - INTERVALS_LISTED);
}

at_status at_traced_has_ties(bool *out, const at_ledger *ledger, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = AT_TRACE_BYTES_MAX};
    const uint32_t *order = NULL;
    AT_TRY(at_trace_order(&order, ledger, AT_TIE_CREDIT_FIRST, &arena, err));
    *out = order != NULL; /* else both orders are the ledger's */
    return AT_OK;
}

at_status at_traced_compare_ties(at_table *table, at_traced *traced, at_tie tie,
                                 at_reversals reversals, int64_t as_of_us, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = AT_TRACE_BYTES_MAX};
    const at_tie other = tie == AT_TIE_RECORD ? AT_TIE_CREDIT_FIRST : AT_TIE_RECORD;
    at_effective effective;
    AT_TRY(at_traced_effective(&effective, traced->ledger, traced->cut, other, reversals, as_of_us,
                               &arena, err));
    for (size_t i = 0; i < traced->run_count; i++) {
        at_trace trace;
        bool equal = true;
        at_trace_options options = traced->runs[i].trace.options;
        options.all_moves = false;
        options.watched = NULL;
        AT_TRY(at_trace_run(&trace, &effective, &options, &arena, err));
        AT_TRY(at_trace_equal(&equal, &traced->runs[i].trace, &trace, &arena, err));
        traced->runs[i].order_sensitive = !equal;
        if (!equal && at_traced_moves(traced->runs[i].rule))
            AT_TRY(note_intervals(table, &traced->runs[i], &trace, err));
    }
    return AT_OK;
}
