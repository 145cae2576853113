/**
 * graph_ties.h - inside graph.c: single statements of a tie, before those of a pair are joined.
 */
#ifndef ASSETTRACE_NETWORK_GRAPH_TIES_H
#define ASSETTRACE_NETWORK_GRAPH_TIES_H

#include "engine/network/graph.h"

/* One record (or paired records) that ties a to b. */
typedef struct at_strand {
    uint32_t a, b;
    at_tie_kind kind;
    at_grade grade;
    const char *what;
    int64_t amount, time_us;
    at_record_id record, record_in; /* record_in 0 = one record */
} at_strand;

typedef struct at_strands {
    at_strand *items;
    size_t count, capacity;
} at_strands;

/**
 * Every strand that facts and, with `transfers`, the graph's ledger state inside the window; counts
 * on the way go to `graph`.
 */
AT_CHECKED at_status at_strands_collect(at_strands *out, at_graph *graph, const at_facts *facts,
                                        bool transfers, const at_graph_options *options,
                                        at_arena *arena, at_error *err);

/** What one row states; credit_row as at_row_members gives it. Ends may be AT_NONE. */
at_strand at_row_strand(const at_graph *graph, uint32_t row, uint32_t credit_row);

/** Strands, in any order, as ties by (a, b, kind, what). */
AT_CHECKED at_status at_strands_join(at_tie **out, uint32_t *count_out, const at_strands *strands,
                                     at_arena *arena, at_error *err);

#endif
