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

/* Backward: each node hands what depends on it to those before it, by their part of its paths. */
static void walk_back(path_count *count, double *out, uint32_t met) {
    const at_simple *graph = count->graph;
    for (uint32_t i = met; i-- > 0;) {
        uint32_t node = count->order[i], depth = count->depth[node];
        double part = (1 + count->share[node]) / count->paths[node];
        for (uint32_t k = graph->start[node]; k < graph->start[node + 1] && i > 0; k++)
            if (count->depth[graph->to[k]] == depth - 1)
                count->share[graph->to[k]] += count->paths[graph->to[k]] * part;
        if (i > 0)
            out[node] += count->share[node];
    }
    for (uint32_t i = 0; i < met; i++) {
        uint32_t node = count->order[i];
        count->depth[node] = 0;
        count->paths[node] = count->share[node] = 0;
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
        walk_back(&count, out, walk_out(&count, source, steps));
    }
    /* Every pair was walked from both ends. */
    for (uint32_t node = 0; node < graph->count; node++)
        out[node] /= 2;
    return AT_OK;
}
