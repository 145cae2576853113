/**
 * ordered.h - large ownership groups, solved along an order in which few edges lead back.
 *
 * A depth-first search gives an order of the group's bodies; the targets of edges against it are
 * its entries, and without them nothing goes round. Few entries: a walk is watched from entry to
 * entry, which is a small system of the same kind, eliminated without subtraction; the rest follows
 * along the order. Many entries: sweeps along the order (Gauss-Seidel), from below and from above
 * until both meet, or until all that flowed in has flowed out. What sweeps do not end, because the
 * group owns nearly all of itself, is watched up to AT_ORDERED_WATCHED_MAX entries; beyond, the
 * sweeps' own bound is said.
 *
 * Source: J. Kemeny, J. Snell, Finite Markov Chains, 1960 (the watched chain); system.h.
 * Errors: AT_NO_MEMORY.
 */
#ifndef ASSETTRACE_NETWORK_ORDERED_H
#define ASSETTRACE_NETWORK_ORDERED_H

#include "engine/network/system.h"

enum { AT_ORDERED_WATCHED_MAX = 2000 };

/**
 * The system of system.h, downward or upward.
 *
 * @param residual_out  how far off a share, or all together, can be; 0 when exact to rounding
 */
AT_CHECKED at_status at_ordered_solve(double *x, double *residual_out, const at_system *system,
                                      bool down, const double *b, at_error *err);

#endif
