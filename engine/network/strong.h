/**
 * strong.h - strongly connected groups of a directed graph, in an order without back edges.
 *
 * Source: R. Tarjan, Depth-first search and linear graph algorithms, 1972; without recursion, so
 *         that a chain of a million companies does not need a deep stack. O(nodes + edges).
 */
#ifndef ASSETTRACE_NETWORK_STRONG_H
#define ASSETTRACE_NETWORK_STRONG_H

#include <stdbool.h>

#include "engine/base/arena.h"

/* Groups are numbered so that every edge leads to its own or a later group. */
typedef struct at_strong {
    uint32_t group_count;
    uint32_t *group_of;    /* by node */
    uint32_t *group_start; /* group_count + 1, into nodes */
    uint32_t *nodes;       /* ascending inside a group */
} at_strong;

/** Edges of node n are edge_to[edge_start[n] .. edge_start[n + 1]). Everything lives in `arena`. */
AT_CHECKED at_status at_strong_find(at_strong *out, uint32_t node_count, const uint32_t *edge_start,
                                    const uint32_t *edge_to, at_arena *arena, at_error *err);

/* Edges of which some carry nothing. */
typedef struct at_edges {
    const uint32_t *start, *to;
    const uint32_t *weight_at; /* by place in `to`: place of its weight; NULL = the same */
    const double *weight;      /* 0 = no edge */
} at_edges;

/**
 * Only what can be reached from `root`, without edges into `blocked`; group_of is UINT32_MAX for
 * the rest, which is in no group.
 */
AT_CHECKED at_status at_strong_from(at_strong *out, uint32_t node_count, const at_edges *edges,
                                    uint32_t root, uint32_t blocked, at_arena *arena,
                                    at_error *err);

#endif
