#include "engine/network/keyplayer.h"

/* One depth-first walk over all members, without recursion. */
typedef struct cut_walk {
    uint32_t found; /* when, from 1; 0 = not yet */
    uint32_t low;   /* the earliest that it or what hangs below it is tied to */
    uint32_t next;  /* the tie to look at */
    uint32_t before;
} cut_walk;

/* What a branch that is done says of the member it hangs on. */
static void leave(at_position *positions, cut_walk *walk, uint32_t node, uint32_t parent,
                  bool is_root) {
    if (walk[node].low < walk[parent].low)
        walk[parent].low = walk[node].low;
    if (walk[node].low >= walk[parent].found && !is_root)
        positions[parent].cut_point = true;
    if (walk[node].low > walk[parent].found) {
        positions[node].bridges++;
        positions[parent].bridges++;
    }
}

static void walk_from(at_position *positions, cut_walk *walk, const at_simple *graph, uint32_t root,
                      uint32_t *clock) {
    uint32_t node = root, branches = 0;
    ++*clock;
    walk[root] = (cut_walk){*clock, *clock, graph->start[root], AT_NONE};
    for (;;) {
        const uint32_t before = walk[node].before;
        if (walk[node].next < graph->start[node + 1]) {
            const uint32_t to = graph->to[walk[node].next++];
            if (walk[to].found == 0) {
                ++*clock;
                walk[to] = (cut_walk){*clock, *clock, graph->start[to], node};
                branches += node == root;
                node = to;
            } else if (to != before && walk[to].found < walk[node].low) {
                walk[node].low = walk[to].found;
            }
            continue;
        }
        if (before == AT_NONE)
            break;
        leave(positions, walk, node, before, before == root);
        node = before;
    }
    positions[root].cut_point = branches > 1;
}

at_status at_cuts_find(at_position *positions, const at_simple *graph, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    cut_walk *walk;
    uint32_t clock = 0;
    AT_TRY(AT_NEW(&walk, &scratch, graph->count, err));
    for (uint32_t node = 0; node < graph->count; node++)
        if (walk[node].found == 0)
            walk_from(positions, walk, graph, node, &clock);
    return AT_OK;
}
