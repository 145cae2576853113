#include "engine/network/cutset.h"

#include "engine/network/glue.h"

static igraph_integer_t way_in(uint32_t node) {
    return 2 * (igraph_integer_t)node;
}

static igraph_integer_t way_out(uint32_t node) {
    return 2 * (igraph_integer_t)node + 1;
}

/* Edge `node` goes through that node; then one a pair; then one a beginning. */
at_status at_cutset_find(at_cutset *out, const at_crossing *crossing, const int64_t *cost,
                         at_arena *arena, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    AT_CLEANUP(at_net_close) at_net net = {0};
    AT_CLEANUP(igraph_vector_destroy) igraph_vector_t room = {0};
    AT_CLEANUP(igraph_vector_int_destroy) igraph_vector_int_t cut = {0};
    const uint32_t count = crossing->count, start = 2 * count, end = start + 1;
    const size_t edges_max = 2 * (size_t)count + crossing->pair_count;
    size_t edges = 0;
    double all = 1;
    igraph_real_t value;
    at_cutset found = {0};
    uint32_t *ends;
    for (uint32_t node = 0; node < count; node++)
        all += (double)cost[node];
    AT_TRY(AT_NEW(&ends, &scratch, 2 * edges_max, err));
    AT_IGRAPH(igraph_vector_init(&room, (igraph_integer_t)edges_max), err);
    for (uint32_t node = 0; node < count; node++, edges++) {
        ends[2 * edges] = (uint32_t)way_in(node);
        ends[2 * edges + 1] = (uint32_t)way_out(node);
        VECTOR(room)[edges] = cost[node] > 0 ? (double)cost[node] : all;
    }
    for (size_t i = 0; i < crossing->pair_count; i++, edges++) {
        const uint32_t to = crossing->ends[2 * i + 1];
        ends[2 * edges] = (uint32_t)way_out(crossing->ends[2 * i]);
        ends[2 * edges + 1] = to == count ? end : (uint32_t)way_in(to);
        VECTOR(room)[edges] = all;
    }
    for (uint32_t node = 0; node < count; node++) {
        if (!crossing->begins[node])
            continue;
        ends[2 * edges] = start;
        ends[2 * edges + 1] = (uint32_t)way_in(node);
        VECTOR(room)[edges++] = all;
    }
    AT_TRY(at_net_open(&net, end + 1, ends, edges, true, err));
    AT_IGRAPH(igraph_vector_resize(&room, (igraph_integer_t)edges), err);
    AT_IGRAPH(igraph_vector_int_init(&cut, 0), err);
    AT_IGRAPH(igraph_st_mincut(&net.graph, &value, &cut, NULL, NULL, start, end, &room), err);
    AT_TRY(AT_NEW(&found.nodes, arena, count, err));
    found.found = value < all;
    igraph_vector_int_sort(&cut);
    for (igraph_integer_t i = 0; found.found && i < igraph_vector_int_size(&cut); i++)
        if (VECTOR(cut)[i] < (igraph_integer_t)count) {
            found.nodes[found.count] = (uint32_t)VECTOR(cut)[i];
            found.cost += (double)cost[found.nodes[found.count++]];
        }
    *out = found;
    return AT_OK;
}

at_status at_crossing_flow(double *out, const at_crossing *crossing, const int64_t *held,
                           const double *room, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = arena->limit_bytes};
    AT_CLEANUP(at_net_close) at_net net = {0};
    AT_CLEANUP(igraph_vector_destroy) igraph_vector_t rooms = {0};
    const uint32_t start = crossing->count + 1;
    const size_t edges_max = crossing->pair_count + crossing->count;
    size_t edges = 0;
    igraph_real_t value;
    uint32_t *ends;
    AT_TRY(AT_NEW(&ends, &scratch, 2 * edges_max, err));
    AT_IGRAPH(igraph_vector_init(&rooms, (igraph_integer_t)edges_max), err);
    for (size_t i = 0; i < crossing->pair_count; i++, edges++) {
        ends[2 * edges] = crossing->ends[2 * i];
        ends[2 * edges + 1] = crossing->ends[2 * i + 1];
        VECTOR(rooms)[edges] = room[i];
    }
    for (uint32_t node = 0; node < crossing->count; node++) {
        if (!crossing->begins[node])
            continue;
        ends[2 * edges] = start;
        ends[2 * edges + 1] = node;
        VECTOR(rooms)[edges++] = (double)held[node];
    }
    AT_TRY(at_net_open(&net, start + 1, ends, edges, true, err));
    AT_IGRAPH(igraph_vector_resize(&rooms, (igraph_integer_t)edges), err);
    AT_IGRAPH(igraph_maxflow_value(&net.graph, &value, start, crossing->count, &rooms, NULL), err);
    *out = value;
    return AT_OK;
}
