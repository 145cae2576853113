/**
 * bound.h - what owners have of one body at most, without a solve for each of them.
 *
 * A walk that meets an owner came from something the owner holds directly, and is there again only
 * by a circle: so the upper ends of the owner's stakes, each times how often a walk can be at what
 * is held, are never below its share of anything. How the walk comes to a body, and back to it, is
 * the same whoever holds the rest of that body: one solve from it serves all its holders. For one
 * that nobody owns and that holds nothing else the bound is its share itself: with w the stake and
 * r the way back from the other owners, to * w / (1 - r), the slack of the column being spent on
 * the holder first (O9: nothing is worth more).
 *
 * Units:     doubles, within 1e-12 of the share where `exact`, else never below it by more.
 * Ownership: everything lives in the arena handed in first.
 * Source:    specification "analysis" O3, O9. O(stakes) to make, a solve for each body held.
 * Errors:    AT_NO_MEMORY.
 */
#ifndef ASSETTRACE_NETWORK_BOUND_H
#define ASSETTRACE_NETWORK_BOUND_H

#include "engine/network/share.h"

/* Of one held body: how a walk from the target comes to it, and back to it from its owners. */
typedef struct at_passage at_passage;

typedef struct at_bounds {
    const at_matrix *matrix;
    uint32_t target;
    const double *again; /* by body: visits to it at most, once it was met; infinite = not known */
    at_passage **passages; /* by body, NULL until one of its holders is asked about */
    uint32_t solve_count;
    at_arena *arena;
} at_bounds;

/** @param target  UINT32_MAX when only at_bounds_anywhere is asked */
AT_CHECKED at_status at_bounds_make(at_bounds *out, const at_matrix *matrix, uint32_t target,
                                    at_arena *arena, at_error *err);

/** Never below the upper end of the owner's share of any body but itself. */
double at_bounds_anywhere(const at_bounds *bounds, uint32_t owner);

typedef struct at_bounded {
    double most; /* never below the upper end of the owner's share of the target */
    bool exact;  /* it is that upper end */
} at_bounded;

/** The owner is not the target. */
AT_CHECKED at_status at_bounds_of(at_bounded *out, at_bounds *bounds, uint32_t owner,
                                  at_error *err);

#endif
