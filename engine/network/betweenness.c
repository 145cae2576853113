#include "engine/network/keyplayer.h"

#include <string.h>

#include "engine/base/interrupt.h"

/* From one source: distances, numbers of shortest paths, and the order in which nodes were met. */
typedef struct path_count {
    const at_simple *graph;
    uint32_t *depth; /* from 1; 0 = not met */
    double *paths, *share;
    uint32_t *order;
} path_count;

/* Walk from `source` to at most `steps` away; gives how many nodes were met. */
static uint32_t walk_out(path_count *count, uint32_t source, uint32_t steps) {
    const at_simple *graph = count->graph;
    uint32_t met = 1;
    count->order[0] = source;
    count->depth[source] = 1;
    count->paths[source] = 1;
    for (uint32_t next = 0; next < met; next++) {
        uint32_t node = count->order[next], depth = count->depth[node];
        if (depth > steps)
            break;
        for (uint32_t i = graph->start[node]; i < graph->start[node + 1]; i++) {
            uint32_t to = graph->to[i];
            if (count->depth[to] == 0) {
                count->depth[to] = depth + 1;
                count->order[met++] = to;
            }
            if (count->depth[to] == depth + 1)
                count->paths[to] += count->paths[node];
        }
    }
    return met;
}

/* Backward: each node takes its part of what depends on those behind it. `share` becomes (1 + what
 * depends on the node) for each of its paths; nothing depends on the last layer, which is not
 * walked. */
static void walk_back(path_count *count, double *out, uint32_t met, uint32_t steps) {
    const at_simple *graph = count->graph;
    for (uint32_t i = met; i-- > 0;) {
        const uint32_t node = count->order[i], depth = count->depth[node];
        double behind = 0;
        for (uint32_t k = graph->start[node]; k < graph->start[node + 1] && depth <= steps; k++)
            if (count->depth[graph->to[k]] == depth + 1)
                behind += count->share[graph->to[k]];
        behind *= count->paths[node];
        count->share[node] = (1 + behind) / count->paths[node];
        if (i > 0)
            out[node] += behind;
    }
    for (uint32_t i = 0; i < met; i++) {
        uint32_t node = count->order[i];
        count->depth[node] = 0;
        count->paths[node] = count->share[node] = 0;
    }
}

/* As many walks as begin at a source are at least the looks it takes; it looks at no edge twice. */
uint32_t at_betweenness_steps(const at_simple *graph, double *walks, double *longer) {
    const double edges = graph->start[graph->count];
    double looks = 0;
    for (uint32_t node = 0; node < graph->count; node++)
        walks[node] = 1;
    for (uint32_t steps = 1;; steps++) {
        double more = 0;
        for (uint32_t node = 0; node < graph->count; node++) {
            longer[node] = 0;
            for (uint32_t k = graph->start[node]; k < graph->start[node + 1]; k++)
                longer[node] += walks[graph->to[k]];
            longer[node] = longer[node] < edges ? longer[node] : edges;
            more += longer[node];
        }
        looks += more;
        if (looks > AT_BETWEENNESS_LOOKS || steps == AT_BETWEENNESS_STEPS_MAX)
            return steps - (looks > AT_BETWEENNESS_LOOKS);
        double *swap = walks;
        walks = longer;
        longer = swap;
    }
}

at_status at_betweenness(double *out, const at_simple *graph, uint32_t steps, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    path_count count = {.graph = graph};
    AT_TRY(AT_NEW(&count.depth, &scratch, graph->count, err));
    AT_TRY(AT_NEW(&count.paths, &scratch, graph->count, err));
    AT_TRY(AT_NEW(&count.share, &scratch, graph->count, err));
    AT_TRY(AT_NEW(&count.order, &scratch, graph->count, err));
    memset(out, 0, graph->count * sizeof *out);
    for (uint32_t source = 0; source < graph->count; source++) {
        AT_TRY(at_deadline_check(err));
        walk_back(&count, out, walk_out(&count, source, steps), steps);
    }
    /* Every pair was walked from both ends. */
    for (uint32_t node = 0; node < graph->count; node++)
        out[node] /= 2;
    return AT_OK;
}
