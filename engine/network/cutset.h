/**
 * cutset.h - the cheapest members to take out so that nothing gets across, and how much can.
 *
 * Both are of a directed graph without time: what a cut stops, it stops whenever it is used, but a
 * cut that minds the order of time may be cheaper, and finding the cheapest of those is NP-hard
 * (Kempe, Kleinberg and Kumar, 2002; Zschoche and others, 2020).
 *
 * Units:     capacities are doubles; costs are whole numbers, so they are exact up to 2^53.
 * Ownership: the arena's. Errors: those of glue.h.
 * Source:    specification "analysis" F6. igraph finds the cut; a node becomes two with its cost
 *            between them. O(nodes^3) at worst, far less on what occurs.
 */
#ifndef ASSETTRACE_NETWORK_CUTSET_H
#define ASSETTRACE_NETWORK_CUTSET_H

#include <stdbool.h>

#include "engine/base/arena.h"

typedef struct at_crossing {
    uint32_t count; /* nodes; number `count` itself is the far side */
    size_t pair_count;
    const uint32_t *ends; /* 2 * pair_count: from, to, pair after pair */
    const bool *begins;   /* by node: where it starts */
} at_crossing;

typedef struct at_cutset {
    bool found;      /* false: some way cannot be cut */
    uint32_t *nodes; /* ascending */
    uint32_t count;
    double cost;
} at_cutset;

/** @param cost  by node, >= 1; 0 = cannot be taken out */
AT_CHECKED at_status at_cutset_find(at_cutset *out, const at_crossing *crossing,
                                    const int64_t *cost, at_arena *arena, at_error *err);

/** The most that can come across.
 *
 *  @param held, room  by node what starts there; by pair what it can carry */
AT_CHECKED at_status at_crossing_flow(double *out, const at_crossing *crossing, const int64_t *held,
                                      const double *room, at_arena *arena, at_error *err);

#endif
