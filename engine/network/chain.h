/**
 * chain.h - the chains behind a share: simple paths from an owner to what it owns.
 *
 * Order:   product descending (equal to 14 digits counts as equal), then length, then ids.
 * Limits:  product >= 10^-6, 20 steps, AT_CHAINS_MAX paths; passing the search limit is said.
 * Source:  specification "analysis" O11.
 */
#ifndef ASSETTRACE_NETWORK_CHAIN_H
#define ASSETTRACE_NETWORK_CHAIN_H

#include "engine/network/stake.h"

enum { AT_CHAINS_MAX = 10, AT_CHAIN_STEPS_MAX = 20 };

typedef struct at_chain {
    const uint32_t *stakes; /* from the owner down */
    size_t step_count;
    double product;
} at_chain;

typedef struct at_chains {
    const at_chain *chains;
    size_t count;
    bool cut; /* the search limit was met: a chain may be missing */
} at_chains;

/**
 * @param weight  by stake: matrix->weight for what is certain, matrix->high for what is possible
 * @param best    of at_chains_best, same weight and target, where nobody owns the source; or NULL
 */
AT_CHECKED at_status at_chains_find(at_chains *out, const at_matrix *matrix, const double *weight,
                                    const double *best, uint32_t source, uint32_t target,
                                    at_arena *arena, at_error *err);

/** What the searches from many sources to one target share: by body, the largest product of a chain
 * from it. */
AT_CHECKED at_status at_chains_best(const double **out, const at_matrix *matrix,
                                    const double *weight, uint32_t target, at_arena *arena,
                                    at_error *err);

/**
 * "P -3/5-> A -[1/4,1/2]-> T", in the economic view or with nominees' names: "N (for P) -3/5-> A".
 */
AT_CHECKED at_status at_chain_text(const char **out, const at_ownership *ownership,
                                   const at_matrix *matrix, const at_chain *chain, bool legal,
                                   at_arena *arena, at_error *err);

/** A stated share: "3/5", "[1/4,1/2)", "?" when nothing was stated. */
AT_CHECKED at_status at_share_text(const char **out, const at_share *share, at_arena *arena,
                                   at_error *err);

#endif
