/**
 * around.h - everything within so many hops of some subjects.
 *
 * Breadth first; a hub is reached but not passed, unless it is a subject. Of several ties by which
 * a member could be reached, the one from the smallest id counts, and of those the plainest kind (a
 * holding before a link before transfers). Accounts without a ledger are not reached.
 */
#ifndef ASSETTRACE_NETWORK_AROUND_H
#define ASSETTRACE_NETWORK_AROUND_H

#include "engine/network/group.h"

typedef struct at_around {
    const uint32_t *members; /* by (hops, id) */
    uint32_t count;
    const uint32_t *hops;  /* by member; AT_NONE = not in it */
    const uint32_t *tie;   /* by member: the tie by which it was reached; AT_NONE for a subject */
    const uint8_t *grade;  /* by member: the weakest at_grade on the way from its subject */
    uint32_t seen_count;   /* members met, kept or not */
    const at_loss *losses; /* transfers between what was kept and what was not */
    size_t loss_count;
} at_around;

/** @param max_members  0 = no limit; what is cut is the end of the order */
AT_CHECKED at_status at_around_find(at_around *out, const at_graph *graph, const uint32_t *subjects,
                                    uint32_t subject_count, uint32_t hops, uint32_t max_members,
                                    at_arena *arena, at_error *err);

/** The weaker of two grades: inferred, accepted, observed, corroborated. */
at_grade at_grade_weaker(at_grade a, at_grade b);

#endif
