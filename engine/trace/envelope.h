/**
 * envelope.h - how much of a label any rule at all could place in a node (specification T21).
 *
 * Whatever a debit takes, money can only go where transfers carried it and only as much as was
 * held: a network with a place for every holding between two debits and for every transfer. The
 * greatest flow into a node bounds every method from above; what cannot flow anywhere else bounds
 * it from below. One network a label, of what its own declarations can reach by as_of.
 *
 * Units:      minor units. Ownership: the arena's.
 * Errors:     AT_NO_MEMORY, AT_LIMIT.
 * Complexity: bounded, see `limited`; what was not answered has no bound.
 */
#ifndef ASSETTRACE_TRACE_ENVELOPE_H
#define ASSETTRACE_TRACE_ENVELOPE_H

#include "engine/trace/pass.h"

/* Rows answered times records reachable from their sources. */
#define AT_ENVELOPE_WORK_MAX UINT64_C(10000000)

typedef struct at_bound {
    uint32_t label, node; /* of the trace; nodes without one cannot have any of the label */
    int64_t hi;
    at_wide elsewhere; /* most of the label that could be in all other nodes together */
} at_bound;

typedef struct at_envelope {
    at_bound *bounds; /* by label, then node */
    size_t count;
    bool undefined; /* a conversion by as_of: units are not comparable, there are no bounds */
    bool limited;   /* the work limit was met: bounds are missing (ENVELOPE_LIMIT) */
} at_envelope;

/** @param trace   any method's but poison's: what it was asked, and its sinks
 *  @param wanted  by node of the trace, those to answer; NULL: all */
AT_CHECKED at_status at_envelope_make(at_envelope *out, const at_trace *trace, const bool *wanted,
                                      at_arena *arena, at_error *err);

/* What claimants could have in targets by priority (T12b). */
typedef struct at_claims {
    int64_t *amounts; /* by label, then target; those not reached by the work limit are missing */
    size_t count;
    bool undefined, limited; /* as of an envelope */
} at_claims;

/** Of each label the most that could be in the first target, then what more could be in the second
 *  at the same time, and so on: hi({a1..ai}) - hi({a1..a(i-1)}). All of a label's amounts can be
 *  there at once; the ways the money would have to take are not unique.
 *
 *  @param trace    as of at_envelope_make
 *  @param targets  nodes of the trace, no two equal */
AT_CHECKED at_status at_envelope_claims(at_claims *out, const at_trace *trace,
                                        const uint32_t *targets, size_t count, at_arena *arena,
                                        at_error *err);

/** The bound of (label, node), or NULL. O(log bounds). */
const at_bound *at_envelope_find(const at_envelope *envelope, uint32_t label, uint32_t node);

/** Least amount, given what a method found to be the label's (T20). */
static inline int64_t at_bound_lo(const at_bound *bound, int64_t injected) {
    return injected > bound->elsewhere ? (int64_t)(injected - bound->elsewhere) : 0;
}

#endif
