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

/** Every strand that facts and ledger state inside the window; counts on the way go to `graph`. */
AT_CHECKED at_status at_strands_collect(at_strands *out, at_graph *graph, const at_facts *facts,
                                        const at_ledger *ledger, const at_graph_options *options,
                                        at_arena *arena, at_error *err);

#endif
