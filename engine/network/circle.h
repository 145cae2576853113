/**
 * circle.h - groups of bodies that own parts of each other.
 *
 * A group is a strongly connected component of the certain capital (lower ends, no column that is
 * over) with an edge inside: a body that owns part of itself is one alone. A group is closed when
 * every member belongs wholly to members: then nobody outside owns any of it, for ever.
 *
 * Source: specification "analysis" O2, O5.
 */
#ifndef ASSETTRACE_NETWORK_CIRCLE_H
#define ASSETTRACE_NETWORK_CIRCLE_H

#include "engine/network/stake.h"
#include "engine/network/strong.h"

typedef struct at_circle {
    const uint32_t *bodies; /* ascending; the first names the group */
    const double *internal; /* by place in `bodies`: the part that belongs to members */
    uint32_t body_count;
    bool closed;
} at_circle;

typedef struct at_circles {
    const at_circle *circles; /* by first body */
    size_t count;
    uint32_t possible; /* bodies in no circle that could be in one if ranges are at their ends */
} at_circles;

/** Components along stakes that carry something under `weight`, of columns that are not over. */
AT_CHECKED at_status at_circle_groups(at_strong *out, const at_matrix *matrix, const double *weight,
                                      at_arena *arena, at_error *err);

/** O(bodies + stakes). */
AT_CHECKED at_status at_circles_find(at_circles *out, const at_matrix *capital, at_arena *arena,
                                     at_error *err);

#endif
