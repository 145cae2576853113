#include "engine/network/strong.h"

typedef struct tarjan {
    const uint32_t *edge_start, *edge_to;
    uint32_t *found; /* order of discovery from 1; 0 = not yet */
    uint32_t *low;   /* earliest node of the stack that can be reached */
    uint32_t *next;  /* next edge to look at */
    uint32_t *path;  /* the recursion */
    uint32_t *stack; /* nodes whose group is not known */
    uint32_t path_count, stack_count, clock;
    uint32_t *group_of; /* counted from 1 while walking, 0 = unknown */
    uint32_t group_count;
} tarjan;

static void enter(tarjan *walk, uint32_t node) {
    walk->found[node] = walk->low[node] = ++walk->clock;
    walk->next[node] = walk->edge_start[node];
    walk->path[walk->path_count++] = node;
    walk->stack[walk->stack_count++] = node;
}

/* Everything above `node` on the stack is its group. */
static void close_group(tarjan *walk, uint32_t node) {
    uint32_t member;
    walk->group_count++;
    do {
        member = walk->stack[--walk->stack_count];
        walk->group_of[member] = walk->group_count;
    } while (member != node);
}

static void walk_from(tarjan *walk, uint32_t root) {
    enter(walk, root);
    while (walk->path_count > 0) {
        uint32_t node = walk->path[walk->path_count - 1];
        if (walk->next[node] < walk->edge_start[node + 1]) {
            uint32_t to = walk->edge_to[walk->next[node]++];
            if (walk->found[to] == 0)
                enter(walk, to);
            else if (walk->group_of[to] == 0 && walk->found[to] < walk->low[node])
                walk->low[node] = walk->found[to];
            continue;
        }
        walk->path_count--;
        if (walk->path_count > 0) {
            uint32_t before = walk->path[walk->path_count - 1];
            if (walk->low[node] < walk->low[before])
                walk->low[before] = walk->low[node];
        }
        if (walk->low[node] == walk->found[node])
            close_group(walk, node);
    }
}

at_status at_strong_find(at_strong *out, uint32_t node_count, const uint32_t *edge_start,
                         const uint32_t *edge_to, at_arena *arena, at_error *err) {
    tarjan walk = {.edge_start = edge_start, .edge_to = edge_to};
    at_strong strong = {0};
    AT_TRY(AT_NEW(&walk.found, arena, node_count, err));
    AT_TRY(AT_NEW(&walk.low, arena, node_count, err));
    AT_TRY(AT_NEW(&walk.next, arena, node_count, err));
    AT_TRY(AT_NEW(&walk.path, arena, node_count, err));
    AT_TRY(AT_NEW(&walk.stack, arena, node_count, err));
    AT_TRY(AT_NEW(&walk.group_of, arena, node_count, err));
    for (uint32_t node = 0; node < node_count; node++)
        if (walk.found[node] == 0)
            walk_from(&walk, node);

    /* A group is closed after all that it leads to: number them backwards. */
    strong.group_count = walk.group_count;
    strong.group_of = walk.group_of;
    AT_TRY(AT_NEW(&strong.group_start, arena, (size_t)strong.group_count + 2, err));
    AT_TRY(AT_NEW(&strong.nodes, arena, node_count, err));
    for (uint32_t node = 0; node < node_count; node++) {
        strong.group_of[node] = walk.group_count - strong.group_of[node];
        strong.group_start[strong.group_of[node] + 2]++;
    }
    for (uint32_t group = 2; group <= strong.group_count; group++)
        strong.group_start[group] += strong.group_start[group - 1];
    for (uint32_t node = 0; node < node_count; node++)
        strong.nodes[strong.group_start[strong.group_of[node] + 1]++] = node;
    *out = strong;
    return AT_OK;
}
