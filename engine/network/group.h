/**
 * group.h - the networks of a case graph: weak components after cutting hubs.
 *
 * A network's name is its smallest member's id. A cut member belongs to none. Members without a tie
 * that leads anywhere form networks of one.
 *
 * Source: specification "analysis" N2; igraph_connected_components, or union-find over a loose
 *         graph (loose.h); the two agree. O(members + ties), O((members + rows) alpha).
 */
#ifndef ASSETTRACE_NETWORK_GROUP_H
#define ASSETTRACE_NETWORK_GROUP_H

#include "engine/model/table.h"
#include "engine/network/graph.h"

typedef struct at_group {
    const uint32_t *members; /* ascending: members[0] names it */
    uint32_t member_count;
} at_group;

typedef struct at_groups {
    const at_group *groups; /* by members descending, then name */
    uint32_t group_count;
    const uint32_t *group_of; /* by member; AT_NONE = cut */
} at_groups;

AT_CHECKED at_status at_groups_find(at_groups *out, const at_graph *graph, at_arena *arena,
                                    at_error *err);

/* Transfers between members of one network. */
typedef struct at_flow_count {
    int64_t transfer_count;
    int64_t first_us, last_us; /* AT_TIME_NONE without any */
} at_flow_count;

/** @param out  by network */
AT_CHECKED at_status at_groups_flow(at_flow_count **out, const at_groups *groups,
                                    const at_graph *graph, at_arena *arena, at_error *err);

/** Say in the answer what cutting hubs, amounts and outside accounts left out. */
AT_CHECKED at_status at_graph_notes(at_table *table, const at_graph *graph, at_error *err);

#endif
