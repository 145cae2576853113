/**
 * control.h - whom a body controls: more than half of the votes, directly or through what it
 * controls.
 *
 * Never multiplies along a chain. Rounds are synchronous: round 1 is what the seeds control alone.
 *
 * Source: specification "analysis" O6, O8. A company without recorded votes votes by capital.
 */
#ifndef ASSETTRACE_NETWORK_CONTROL_H
#define ASSETTRACE_NETWORK_CONTROL_H

#include "engine/network/share.h"

/* What may be assumed of ranges and of columns that are over. */
typedef enum at_certainty {
    AT_CERTAIN, /* lower ends, no column that is over: what is derived is definite */
    AT_STATED,  /* lower ends, columns as recorded */
    AT_AT_MOST, /* upper ends, columns as recorded: what is not derived is excluded */
} at_certainty;

/**
 * The least set with the seeds in it to which a body belongs when the set votes more than 1/2 of
 * it.
 *
 * @param round  by body: 0 for seeds, the round it joined in, UINT32_MAX for the rest
 */
AT_CHECKED at_status at_control_set(uint32_t *round, const at_matrix *voting, const uint32_t *seeds,
                                    size_t seed_count, at_certainty certainty, at_error *err);

/* What one owner and everything it controls hold of a target (O8 by_control). */
typedef struct at_controlled {
    double share; /* lower ends as stated */
    at_verdict verdict;
} at_controlled;

AT_CHECKED at_status at_control_of(at_controlled *out, const at_ownership *ownership,
                                   uint32_t owner, uint32_t target, at_ratio threshold,
                                   at_operator op, at_error *err);

#endif
