/**
 * flow.h - the greatest flow through a network of capacities (Dinic), kept while it is asked many
 * times.
 *
 * Build nodes and edges, each with what flows through it already; seal; then push. A push begins
 * its search at one node and ends it at the other, so it costs what lies between them and not the
 * network. Nothing is taken back between pushes: who asks for many ends goes on from what flows.
 * An account's holdings are a long chain of nodes; if each counted as a step, there would be as
 * many lengths of path as there are payments, and a search for each.
 *
 * Units:      capacities >= 0 as int64. Ownership: the arena's; {.arena = arena} is a valid empty
 *             network.
 * Errors:     AT_NO_MEMORY, AT_LIMIT, AT_LIMIT "E-TIME-LIMIT" past a deadline.
 * Complexity: counted in steps (arcs looked at), so that a caller can stop without a clock.
 */
#ifndef ASSETTRACE_TRACE_FLOW_H
#define ASSETTRACE_TRACE_FLOW_H

#include <stdbool.h>

#include "engine/model/ledger.h"

/* As added. */
typedef struct at_flow_edge {
    int64_t capacity, units; /* units <= capacity: what flows */
    uint32_t from, to;
    bool stays; /* in the same hands: it counts as no distance */
} at_flow_edge;

/* One direction of an edge; the arcs of a node lie together. */
typedef struct at_flow_arc {
    int64_t left; /* what more can go through; of a way back, what flows */
    uint32_t to;
    uint32_t back : 31; /* the other direction */
    uint32_t stays : 1;
} at_flow_arc;

typedef struct at_flow {
    at_arena *arena;
    at_flow_edge *edges;
    size_t edge_count, edge_capacity;
    uint32_t node_count;

    at_flow_arc *arcs;
    uint32_t *first;  /* by node, its first arc; node_count + 1 */
    uint32_t *arc_of; /* by edge */
    uint32_t *round;  /* by node: the search that met it last */
    uint32_t *distance, *next, *queue, *later, *path;
    bool *on_path; /* by node */
    uint32_t rounds;
} at_flow;

typedef enum at_flow_way { AT_FLOW_OUT, AT_FLOW_IN } at_flow_way;

AT_CHECKED at_status at_flow_node(uint32_t *out, at_flow *flow, at_error *err);
/** `out` is the number of the edge; may be NULL. `stays`: between holdings of one account. What
 *  flows into a node must flow out of it again, source and sink excepted. */
AT_CHECKED at_status at_flow_edge_add(uint32_t *out, at_flow *flow, uint32_t from, uint32_t to,
                                      int64_t capacity, int64_t units, bool stays, at_error *err);
/** No node or edge may be added after. O(nodes + edges). */
AT_CHECKED at_status at_flow_seal(at_flow *flow, at_error *err);

static inline int64_t at_flow_units(const at_flow *flow, uint32_t edge) {
    return flow->arcs[flow->arcs[flow->arc_of[edge]].back].left;
}
/** Close an edge for pushes (0 and 0), or open it again with what flows and what more can. */
void at_flow_set(at_flow *flow, uint32_t edge, int64_t units, int64_t room);

/** As much more as can go from `node` to `end` (AT_FLOW_OUT) or from `end` to `node`, at most
 *  `limit`.
 *
 *  @param steps  what it may cost; lowered by what it did, 0 when that was not enough, and then
 *                less than possible was pushed */
AT_CHECKED at_status at_flow_push(int64_t *out, at_flow *flow, uint32_t node, uint32_t end,
                                  at_flow_way way, int64_t limit, uint64_t *steps, at_error *err);

#endif
