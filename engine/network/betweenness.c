#include "engine/network/keyplayer.h"

#include <string.h>

#include "engine/base/interrupt.h"

/* What is known of a node in the walks from one source; together, for a walk jumps about. */
typedef struct met_node {
    double paths;   /* shortest ones, going out; then what depends on the node, for each of them */
    uint32_t depth; /* from 1; 0 = not met */
} met_node;

/* From one source: distances, numbers of shortest paths, and the order in which nodes were met. */
typedef struct path_count {
    const at_simple *graph;
    met_node *nodes;
    uint32_t *order;
} path_count;

/* Walk from `source` to at most `steps` away; gives how many nodes were met. */
static uint32_t walk_out(path_count *count, uint32_t source, uint32_t steps) {
    const at_simple *graph = count->graph;
    uint32_t met = 1;
    count->order[0] = source;
    count->nodes[source] = (met_node){.depth = 1, .paths = 1};
    for (uint32_t next = 0; next < met; next++) {
        const uint32_t node = count->order[next], depth = count->nodes[node].depth;
        const double paths = count->nodes[node].paths;
        if (depth > steps)
            break;
        for (uint32_t i = graph->start[node]; i < graph->start[node + 1]; i++) {
            met_node *to = &count->nodes[graph->to[i]];
            if (to->depth == 0) {
                to->depth = depth + 1;
                count->order[met++] = graph->to[i];
            }
            if (to->depth == depth + 1)
                to->paths += paths;
        }
    }
    return met;
}

/* Backward: each node takes its part of what depends on those behind it. `paths` becomes (1 + what
 * depends on the node) for each of its paths; nothing depends on the last layer, which is not
 * walked. */
static void walk_back(path_count *count, double *out, uint32_t met, uint32_t steps) {
    const at_simple *graph = count->graph;
    for (uint32_t i = met; i-- > 0;) {
        const uint32_t node = count->order[i], depth = count->nodes[node].depth;
        const double paths = count->nodes[node].paths;
        double behind = 0;
        for (uint32_t k = graph->start[node]; k < graph->start[node + 1] && depth <= steps; k++) {
            const met_node *to = &count->nodes[graph->to[k]];
            if (to->depth == depth + 1)
                behind += to->paths;
        }
        behind *= paths;
        count->nodes[node].paths = (1 + behind) / paths;
        if (i > 0)
            out[node] += behind;
    }
    for (uint32_t i = 0; i < met; i++)
        count->nodes[count->order[i]] = (met_node){0};
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
    AT_TRY(AT_NEW(&count.nodes, &scratch, graph->count, err));
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
