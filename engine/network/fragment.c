#include <assert.h>
#include <string.h>

#include "engine/network/keyplayer.h"

/* One depth-first walk over what is left tells, for every member, into which pieces its component
 * would fall: a branch that cannot reach above the member becomes a piece of its own. */
typedef struct fragment_walk {
    const at_simple *graph;
    const bool *removed;
    uint32_t *found, *low, *next, *path, *size;
    uint64_t *kept;   /* by member: ordered pairs still together inside its component without it */
    uint32_t *parted; /* by member: size of the pieces that hang below it alone */
    uint32_t *order;  /* members of the component at hand */
    uint64_t *gain;   /* by member: ordered pairs parted when it is removed */
    uint32_t clock;
} fragment_walk;

static uint64_t pairs(uint64_t size) {
    return size < 2 ? 0 : size * (size - 1);
}

static void enter(fragment_walk *walk, uint32_t node, uint32_t depth) {
    walk->found[node] = walk->low[node] = ++walk->clock;
    walk->next[node] = walk->graph->start[node];
    walk->path[depth] = node;
    walk->size[node] = 1;
    walk->kept[node] = 0;
    walk->parted[node] = 0;
}

static void leave(fragment_walk *walk, uint32_t node, uint32_t parent) {
    if (walk->low[node] < walk->low[parent])
        walk->low[parent] = walk->low[node];
    if (walk->low[node] >= walk->found[parent]) {
        walk->kept[parent] += pairs(walk->size[node]);
        walk->parted[parent] += walk->size[node];
    }
    walk->size[parent] += walk->size[node];
}

/* Walk one component and set the gain of its members; gives the pairs that are together in it. */
static uint64_t walk_component(fragment_walk *walk, uint32_t root) {
    const at_simple *graph = walk->graph;
    uint32_t depth = 0, count = 0;
    enter(walk, root, 0);
    walk->order[count++] = root;
    for (;;) {
        uint32_t node = walk->path[depth];
        if (walk->next[node] < graph->start[node + 1]) {
            uint32_t to = graph->to[walk->next[node]++];
            if (walk->removed[to])
                continue;
            if (walk->found[to] == 0) {
                enter(walk, to, ++depth);
                walk->order[count++] = to;
            } else if (walk->found[to] < walk->low[node]) {
                walk->low[node] = walk->found[to];
            }
            continue;
        }
        if (depth == 0)
            break;
        leave(walk, node, walk->path[--depth]);
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t node = walk->order[i];
        uint64_t rest = pairs(count - 1 - walk->parted[node]);
        walk->gain[node] = pairs(count) - walk->kept[node] - rest;
    }
    return pairs(count);
}

/* Gains of all members not removed; gives the pairs that are together now. */
static uint64_t weigh(fragment_walk *walk) {
    uint64_t together = 0;
    walk->clock = 0;
    memset(walk->found, 0, walk->graph->count * sizeof *walk->found);
    for (uint32_t node = 0; node < walk->graph->count; node++)
        if (!walk->removed[node] && walk->found[node] == 0)
            together += walk_component(walk, node);
    return together;
}

/* The member with the largest gain, the smallest of equals; AT_NONE when nothing can be parted. */
static uint32_t best_gain(const fragment_walk *walk) {
    uint32_t best = AT_NONE;
    for (uint32_t node = 0; node < walk->graph->count; node++)
        if (!walk->removed[node] && walk->gain[node] > 0 &&
            (best == AT_NONE || walk->gain[node] > walk->gain[best]))
            best = node;
    return best;
}

static at_ratio fraction(uint64_t together, uint64_t all) {
    uint64_t a = all, b = all - together;
    if (all == 0)
        return (at_ratio){0, 1};
    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return (at_ratio){(int64_t)((all - together) / a), (int64_t)(all / a)};
}

/* One pass: put each chosen member back and take the best instead, if that parts more. */
static uint64_t swap_pass(fragment_walk *walk, bool *removed, uint32_t *set, uint32_t count,
                          uint64_t together) {
    for (uint32_t i = 0; i < count; i++) {
        removed[set[i]] = false;
        uint64_t without = weigh(walk);
        uint32_t best = best_gain(walk);
        if (best != AT_NONE && without - walk->gain[best] < together) {
            together = without - walk->gain[best];
            set[i] = best;
        }
        removed[set[i]] = true;
    }
    return together;
}

at_status at_fragment(uint32_t *set, uint32_t *count_out, at_ratio *before, at_ratio *after,
                      const at_simple *graph, uint32_t set_size, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    bool *removed;
    fragment_walk walk = {.graph = graph};
    uint64_t all = pairs(graph->count), together;
    uint32_t count = 0;
    AT_TRY(AT_NEW(&removed, &scratch, graph->count, err));
    AT_TRY(AT_NEW(&walk.found, &scratch, graph->count, err));
    AT_TRY(AT_NEW(&walk.low, &scratch, graph->count, err));
    AT_TRY(AT_NEW(&walk.next, &scratch, graph->count, err));
    AT_TRY(AT_NEW(&walk.path, &scratch, graph->count, err));
    AT_TRY(AT_NEW(&walk.size, &scratch, graph->count, err));
    AT_TRY(AT_NEW(&walk.kept, &scratch, graph->count, err));
    AT_TRY(AT_NEW(&walk.parted, &scratch, graph->count, err));
    AT_TRY(AT_NEW(&walk.order, &scratch, graph->count, err));
    AT_TRY(AT_NEW(&walk.gain, &scratch, graph->count, err));
    walk.removed = removed;
    together = weigh(&walk);
    *before = fraction(together, all);
    while (count < set_size) {
        uint32_t best = best_gain(&walk);
        if (best == AT_NONE)
            break;
        set[count++] = best;
        removed[best] = true;
        together = weigh(&walk);
    }
    together = swap_pass(&walk, removed, set, count, together);
    *after = fraction(together, all);
    *count_out = count;
    return AT_OK;
}
