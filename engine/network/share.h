/**
 * share.h - integrated ownership: what part of a body belongs to another through every chain.
 *
 * The share of s in t is the chance that a walk from t to a random owner, and on to that owner's
 * owner, ever meets s. It counts chains and cycles, never passes through s twice, and lies between
 * 0 and 1. Columns that are over (OVER_100) own nothing.
 *
 * Units:  doubles within 1e-12 of the exact rational; thresholds near a value are decided exactly.
 * Source: Baldone, Brioschi, Paleari, Ownership measures among firms connected by
 *         cross-shareholdings, 1998; specification "analysis" O3, O5, O9.
 */
#ifndef ASSETTRACE_NETWORK_SHARE_H
#define ASSETTRACE_NETWORK_SHARE_H

#include "engine/network/exact.h"

/* Shares of one source in everything. */
typedef struct at_shares {
    uint32_t source;
    const double *lo, *hi;   /* by body; of the source itself: what it owns of itself */
    const double *weight_hi; /* by stake: the weights that give hi */
    const double *exit_hi;   /* by body: what those leave */
    at_spending spending;    /* how they came about */
    double residual;         /* largest residual of a large group, 0 when there was none */
} at_shares;

AT_CHECKED at_status at_shares_from(at_shares *out, const at_matrix *matrix, uint32_t source,
                                    at_arena *arena, at_error *err);

/* A group that owns itself wholly: no walk leaves it. */
typedef struct at_closed {
    const uint32_t *bodies; /* ascending */
    uint32_t body_count;
    double share; /* of the target that ends in it */
} at_closed;

/* All ends of the walks from one body, for lower ends only. */
typedef struct at_ultimate {
    uint32_t target;
    const double *visits; /* by body: expected visits; the share of any body that nobody owns */
    const at_closed *closed;
    size_t closed_count;
    double residual;
} at_ultimate;

AT_CHECKED at_status at_ultimate_of(at_ultimate *out, const at_matrix *matrix, uint32_t target,
                                    at_arena *arena, at_error *err);

typedef enum at_operator { AT_AT_LEAST, AT_MORE_THAN } at_operator;

typedef enum at_verdict { AT_VERDICT_NO, AT_VERDICT_POSSIBLE, AT_VERDICT_DEFINITE } at_verdict;

/**
 * Does the share of the source in `target` reach the threshold? Equality (within 1e-12) of an end
 * that is not attained fails for the upper end and passes AT_MORE_THAN for the lower.
 */
AT_CHECKED at_status at_shares_verdict(at_verdict *out, const at_matrix *matrix,
                                       const at_shares *shares, uint32_t target, at_ratio threshold,
                                       at_operator op, at_error *err);

/** The same of a share that no range bears on: both of its ends are `share`, and attained. */
AT_CHECKED at_status at_exact_verdict(at_verdict *out, const at_matrix *matrix, double share,
                                      uint32_t source, uint32_t target, at_ratio threshold,
                                      at_operator op, at_error *err);

#endif
