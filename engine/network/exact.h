/**
 * exact.h - the decisions that doubles must not take: rational arithmetic with GMP.
 *
 * Memory: GMP cannot report a failed allocation; ours leaves by longjmp and gives everything back.
 * Errors: AT_NO_MEMORY. Threads: one call at a time in each.
 * Source: specification "analysis" G4 (eps = 1e-12), O2, O9.
 */
#ifndef ASSETTRACE_NETWORK_EXACT_H
#define ASSETTRACE_NETWORK_EXACT_H

#include "engine/network/stake.h"

enum { AT_EXACT_GROUP_MAX = 64, AT_EXACT_BODIES_MAX = 2000 };

/* How the slack of a column (1 - sum of lower ends) is spent: stakes in this order rise to their
 * upper ends while slack lasts. */
typedef struct at_spending {
    const uint32_t *start;  /* by body, body_count + 1; NULL = nothing is spent anywhere */
    const uint32_t *stakes; /* numbers of stakes */
} at_spending;

/**
 * Weights of one column under a spending order.
 *
 * @param weight    by position in the column
 * @param exit_out  1 - sum of the weights, 0 when they reach 1
 * @param over_out  lower ends pass 1 + eps; then weight and exit say nothing
 * @param order     positions in the column, `order_count` of them
 */
AT_CHECKED at_status at_exact_column(double *weight, double *exit_out, bool *over_out,
                                     const at_stake *column, uint32_t count, const uint32_t *order,
                                     uint32_t order_count, at_error *err);

/** Upper ends of a column, each at most 1 - the other stakes' lower ends. */
AT_CHECKED at_status at_exact_highs(double *high, const at_stake *column, uint32_t count,
                                    at_error *err);

/**
 * Sum of the stakes marked in `in` (lower ends, or upper ends when `high`) against a threshold: -1
 * below it, 0 equal within eps, 1 above. What one owner has in several names rises by the column's
 * slack at most.
 */
AT_CHECKED at_status at_exact_sum(int *out, const at_stake *column, const bool *in, uint32_t count,
                                  bool high, at_ratio threshold, at_error *err);

/**
 * Integrated share of `source` in `target` against a threshold, exactly: -1, 0 (within eps) or 1.
 *
 * Only the bodies between the two count: those with a walk from the source to the target.
 *
 * @param decided  false, and `out` untouched, when a strongly connected group passes
 * AT_EXACT_GROUP_MAX or the bodies AT_EXACT_BODIES_MAX
 */
AT_CHECKED at_status at_exact_share(int *out, bool *decided, const at_matrix *matrix,
                                    const at_spending *spending, uint32_t source, uint32_t target,
                                    at_ratio threshold, at_error *err);

#endif
