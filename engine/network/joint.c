#include "engine/network/joint.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/network/loose.h"
#include "engine/network/money_path.h"

typedef struct joint_finder {
    const at_graph *graph;
    const at_groups *groups;
    bool *active[2]; /* by member */
    uint32_t *depth; /* by member: steps from the active ones; AT_NONE = not met */
    uint32_t *queue;
    at_arena *arena;
} joint_finder;

static at_status list_active(at_joint *joint, const joint_finder *finder, const at_group *group,
                             at_error *err) {
    for (int country = 0; country < 2; country++) {
        uint32_t *list, count = 0;
        for (uint32_t i = 0; i < group->member_count; i++)
            count += finder->active[country][group->members[i]];
        joint->active_count[country] = count;
        if (count == 0)
            return AT_OK;
        AT_TRY(AT_NEW(&list, finder->arena, count, err));
        count = 0;
        for (uint32_t i = 0; i < group->member_count; i++)
            if (finder->active[country][group->members[i]])
                list[count++] = group->members[i];
        joint->active[country] = list;
    }
    return AT_OK;
}

/* Breadth first from all active in the second country, until the layer in which the first active in
 * the first country lies; gives how many were met. */
static uint32_t spread(joint_finder *finder, const at_joint *joint) {
    uint32_t count = 0, last_layer = AT_NONE;
    for (uint32_t i = 0; i < joint->active_count[1]; i++) {
        const uint32_t member = joint->active[1][i];
        finder->queue[count++] = member;
        finder->depth[member] = 0;
        if (finder->active[0][member])
            last_layer = 0;
    }
    for (uint32_t next = 0; next < count; next++) {
        const uint32_t member = finder->queue[next], depth = finder->depth[member] + 1;
        at_neighbours walk = at_neighbours_of(finder->graph, member);
        uint32_t other;
        if (depth > last_layer)
            break;
        while (at_neighbours_next(&other, &walk)) {
            if (finder->depth[other] != AT_NONE)
                continue;
            finder->depth[other] = depth;
            finder->queue[count++] = other;
            if (finder->active[0][other])
                last_layer = depth;
        }
    }
    return count;
}

/* The first tie that leads one step nearer; ties are in order of the other end, so a path goes by
 * the smallest ids. */
static at_status step_nearer(const at_tie **out, const joint_finder *finder, uint32_t member,
                             at_error *err) {
    const at_tie *const *ties;
    uint32_t count, i = 0;
    AT_TRY(at_member_ties(&ties, &count, finder->graph, member, finder->arena, err));
    while (i < count && (!at_tie_leads(finder->graph, ties[i]) ||
                         finder->depth[at_tie_other(ties[i], member)] + 1 != finder->depth[member]))
        i++;
    assert(i < count);
    *out = ties[i];
    return AT_OK;
}

/* Is one member active in both countries? Then nobody walks. */
static bool is_single(const joint_finder *finder, const at_joint *joint) {
    for (uint32_t i = 0; i < joint->active_count[0]; i++)
        if (finder->active[1][joint->active[0][i]])
            return true;
    return false;
}

static at_status find_path(at_joint *joint, joint_finder *finder, at_error *err) {
    uint32_t member = joint->active[0][0];
    uint32_t *path;
    const at_tie **ties;
    if (!is_single(finder, joint))
        AT_TRY(at_graph_need_walks(finder->graph, err));
    const uint32_t met = spread(finder, joint);
    for (uint32_t i = 1; i < joint->active_count[0]; i++)
        if (finder->depth[joint->active[0][i]] < finder->depth[member])
            member = joint->active[0][i];
    joint->path_count = finder->depth[member] + 1;
    AT_TRY(AT_NEW(&path, finder->arena, joint->path_count, err));
    AT_TRY(AT_NEW(&ties, finder->arena, joint->path_count, err));
    path[0] = member;
    for (uint32_t i = 1; i < joint->path_count; i++) {
        AT_TRY(step_nearer(&ties[i], finder, path[i - 1], err));
        path[i] = at_tie_other(ties[i], path[i - 1]);
    }
    joint->path = path;
    joint->path_ties = ties;
    joint->level = joint->path_count == 1 ? 1 : 2;
    for (uint32_t i = 0; i < met; i++)
        finder->depth[finder->queue[i]] = AT_NONE;
    return AT_OK;
}

static at_status add_money(at_joint *joint, const at_money_path *path, const at_graph *graph,
                           at_error *err) {
    const at_ledger *ledger = graph->ledger;
    joint->money = path->rows;
    joint->money_count = path->count;
    joint->money_amount = AT_AMOUNT_NONE;
    for (uint32_t i = 0; i < path->count; i++) {
        uint32_t from, to, credit_row;
        AT_TRY(at_graph_need_row(graph, path->rows[i], err));
        if (!at_row_ends(&from, &to, &credit_row, ledger, path->rows[i]))
            continue;
        if (strcmp(ledger->nodes[from].currency.code, ledger->nodes[to].currency.code) != 0) {
            joint->money_amount = AT_AMOUNT_NONE;
            break;
        }
        int64_t amount = ledger->amount_in[credit_row];
        if (i == 0 || amount < joint->money_amount)
            joint->money_amount = amount;
    }
    return AT_OK;
}

static int compare_joints(const void *left, const void *right) {
    const at_joint *a = left, *b = right;
    if (a->level != b->level)
        return a->level < b->level ? -1 : 1;
    return a->name < b->name ? -1 : a->name > b->name;
}

static at_status mark_active(joint_finder *finder, const at_places *places,
                             const char *const country[2], at_error *err) {
    uint32_t count = finder->graph->member_count;
    for (int i = 0; i < 2; i++) {
        AT_TRY(AT_NEW(&finder->active[i], finder->arena, count, err));
        for (uint32_t member = 0; member < count; member++)
            finder->active[i][member] = at_places_in(places, member, country[i]) != NULL;
    }
    AT_TRY(AT_NEW(&finder->depth, finder->arena, count, err));
    AT_TRY(AT_NEW(&finder->queue, finder->arena, count, err));
    memset(finder->depth, 0xFF, count * sizeof *finder->depth);
    return AT_OK;
}

at_status at_joints_find(at_joints *out, const at_graph *graph, const at_groups *groups,
                         const at_places *places, const char *const country[2], at_arena *arena,
                         at_error *err) {
    joint_finder finder = {.graph = graph, .groups = groups, .arena = arena};
    at_money_path *paths;
    at_joint *joints;
    uint32_t count = 0;
    AT_TRY(mark_active(&finder, places, country, err));
    AT_TRY(AT_NEW(&paths, arena, groups->group_count, err));
    AT_TRY(AT_NEW(&joints, arena, groups->group_count, err));
    const bool *const active[2] = {finder.active[0], finder.active[1]};
    if (graph->ledger != NULL)
        AT_TRY(at_money_paths(paths, graph, groups, places, active, arena, err));
    for (uint32_t group = 0; group < groups->group_count; group++) {
        at_joint joint = {.group = group, .name = groups->groups[group].members[0]};
        AT_TRY(list_active(&joint, &finder, &groups->groups[group], err));
        if (joint.active_count[0] == 0 || joint.active_count[1] == 0)
            continue;
        AT_TRY(find_path(&joint, &finder, err));
        if (paths[group].count > 0)
            AT_TRY(add_money(&joint, &paths[group], graph, err));
        joints[count++] = joint;
    }
    if (count > 1)
        qsort(joints, count, sizeof *joints, compare_joints);
    *out = (at_joints){.joints = joints, .count = count};
    return AT_OK;
}
