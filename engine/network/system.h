/**
 * system.h - the linear system of one strongly connected ownership group.
 *
 * W(k, t) is the part of t that k owns, inside the group; excess(t) is what is left of t for owners
 * outside it or unknown, computed without subtraction where it can be. The small case is eliminated
 * without any subtraction, so its error stays at rounding even when the group owns itself to
 * 1 - 10^-7; the large one goes along an order with few edges back (ordered.h).
 *
 * Source: W. Grassmann, M. Taksar, D. Heyman, Regenerative analysis and steady state distributions,
 *         1985 (elimination); specification "analysis" O3.
 * Errors: AT_NO_MEMORY.
 */
#ifndef ASSETTRACE_NETWORK_SYSTEM_H
#define ASSETTRACE_NETWORK_SYSTEM_H

#include <stdbool.h>

#include "engine/base/arena.h"

enum { AT_SYSTEM_DENSE_MAX = 300 };

typedef struct at_system {
    uint32_t count; /* bodies of the group */
    size_t entry_count;
    const uint32_t *owner,
        *owned;           /* by entry, numbers inside the group; owner == owned is allowed */
    const double *entry;  /* W(owner, owned) >= 0; repeats add up */
    const double *excess; /* by body, >= 0, somewhere > 0 */
} at_system;

/**
 * Downward, the shares that flow in from owners outside: x(t) = b(t) + sum of x(k) W(k, t).
 * Upward, the visits of a walk to owners: x(k) = b(k) + sum of W(k, t) x(t).
 *
 * @param residual_out  how far off the result can be, 0 for the elimination without subtraction
 */
AT_CHECKED at_status at_system_down(double *x, double *residual_out, const at_system *system,
                                    const double *b, at_error *err);
AT_CHECKED at_status at_system_up(double *x, double *residual_out, const at_system *system,
                                  const double *b, at_error *err);

/** Elimination whatever the size: O(count^3). */
AT_CHECKED at_status at_system_eliminate(double *x, const at_system *system, bool down,
                                         const double *b, at_error *err);

#endif
