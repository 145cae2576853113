/**
 * joint.h - networks active in two countries.
 *
 * Level 1: one entity is active in both. Level 2: two entities connected by ties are. Apart from
 * the level: does money travel, in the order of time and inside the window, from an entity active
 * in one to another active in the other (or back)?
 *
 * Source: specification "analysis" J1-J4, N1. O(members + ties + transfers).
 */
#ifndef ASSETTRACE_NETWORK_JOINT_H
#define ASSETTRACE_NETWORK_JOINT_H

#include "engine/network/group.h"
#include "engine/network/place.h"

typedef struct at_joint {
    uint32_t group;
    uint32_t name; /* its smallest member */
    int level;
    /* Members active in the first and in the second country, ascending. */
    const uint32_t *active[2];
    uint32_t active_count[2];
    /* The shortest path from one active in the first to one active in the second: members, and the
     * tie that leads to each but the first. Of equal length, the one of the smallest ids. */
    const uint32_t *path;
    const at_tie *const *path_ties;
    uint32_t path_count;
    /* The money path that arrives first: ledger rows in order; none = 0. */
    const uint32_t *money;
    uint32_t money_count;
    int64_t money_amount; /* the smallest amount on it; AT_AMOUNT_NONE when currencies differ */
} at_joint;

typedef struct at_joints {
    const at_joint *joints; /* by (level, name) */
    uint32_t count;
} at_joints;

AT_CHECKED at_status at_joints_find(at_joints *out, const at_graph *graph, const at_groups *groups,
                                    const at_places *places, const char *const country[2],
                                    at_arena *arena, at_error *err);

#endif
