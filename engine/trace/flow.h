/**
 * flow.h - the greatest flow through a network of capacities (Dinic).
 *
 * Build nodes and edges, run as often as wanted; at_flow_reset takes all flow out again, and an
 * edge's capacity may be changed between runs.
 *
 * Units:      capacities >= 0 as int64; a total is 128 bits wide.
 * Ownership:  the arena's. {.arena = arena} is a valid empty network.
 * Errors:     AT_NO_MEMORY, AT_LIMIT.
 * Complexity: counted in steps (edges looked at), so that a caller can stop without a clock.
 */
#ifndef ASSETTRACE_TRACE_FLOW_H
#define ASSETTRACE_TRACE_FLOW_H

#include <stdbool.h>

#include "engine/model/ledger.h"

typedef struct at_flow_edge {
    int64_t left;  /* what more can go through */
    uint32_t to;   /* the edge back is this one's number ^ 1 */
    uint32_t next; /* of the same node, or AT_NONE */
} at_flow_edge;

typedef struct at_flow {
    at_arena *arena;
    at_flow_edge *edges;
    size_t edge_count, edge_capacity;
    int64_t *capacity; /* by pair of edges */
    size_t capacity_capacity;
    uint32_t *first; /* by node */
    size_t node_count, node_capacity;

    uint32_t *distance, *arc, *queue, *path; /* by node; made at the first run */
} at_flow;

AT_CHECKED at_status at_flow_node(uint32_t *out, at_flow *flow, at_error *err);
/** `out` is the number of the pair, for at_flow_limit; may be NULL. */
AT_CHECKED at_status at_flow_edge_add(uint32_t *out, at_flow *flow, uint32_t from, uint32_t to,
                                      int64_t capacity, at_error *err);
/** Another capacity from the next at_flow_reset on. */
static inline void at_flow_limit(at_flow *flow, uint32_t pair, int64_t capacity) {
    flow->capacity[pair] = capacity;
}
void at_flow_reset(at_flow *flow);
/** The greatest flow from source to sink, added to what flows. No node or edge may be added after
 *  the first run.
 *
 *  @param steps  what it may cost; lowered by what it did, 0 when that was not enough, and then
 *                the flow is not the greatest */
AT_CHECKED at_status at_flow_run(at_wide *out, at_flow *flow, uint32_t source, uint32_t sink,
                                 uint64_t *steps, at_error *err);

#endif
