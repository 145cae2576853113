/**
 * money_path.h - time-respecting paths of money between entities of the same network.
 *
 * One scan in ledger order: what an account has received before, it may send on. Each node keeps
 * the first two different entities from which money reached it, which is enough to know whether one
 * of them differs from the receiver.
 *
 * Source: specification "analysis" N1, J3.
 */
#ifndef ASSETTRACE_NETWORK_MONEY_PATH_H
#define ASSETTRACE_NETWORK_MONEY_PATH_H

#include "engine/network/group.h"
#include "engine/network/place.h"

typedef struct at_money_path {
    const uint32_t *rows; /* ledger rows in order; the earliest to arrive in its network */
    uint32_t count;       /* 0 = none */
} at_money_path;

/**
 * For each network the first path from an entity active in one country to another active in the
 * other.
 *
 * @param active  by member, for each country
 * @param paths   by network, zeroed
 */
AT_CHECKED at_status at_money_paths(at_money_path *paths, const at_graph *graph,
                                    const at_groups *groups, const at_places *places,
                                    const bool *const active[2], at_arena *arena, at_error *err);

#endif
