#include "engine/trace/flow.h"

at_status at_flow_node(uint32_t *out, at_flow *flow, at_error *err) {
    AT_TRY(AT_GROW(&flow->first, &flow->node_capacity, flow->node_count, flow->arena, err));
    flow->first[flow->node_count] = AT_NONE;
    *out = (uint32_t)flow->node_count++;
    return AT_OK;
}

static at_status add_half(at_flow *flow, uint32_t from, uint32_t to, at_error *err) {
    AT_TRY(AT_GROW(&flow->edges, &flow->edge_capacity, flow->edge_count, flow->arena, err));
    flow->edges[flow->edge_count] = (at_flow_edge){.to = to, .next = flow->first[from]};
    flow->first[from] = (uint32_t)flow->edge_count++;
    return AT_OK;
}

at_status at_flow_edge_add(uint32_t *out, at_flow *flow, uint32_t from, uint32_t to,
                           int64_t capacity, at_error *err) {
    const uint32_t pair = (uint32_t)(flow->edge_count / 2);
    AT_TRY(AT_GROW(&flow->capacity, &flow->capacity_capacity, pair, flow->arena, err));
    flow->capacity[pair] = capacity;
    AT_TRY(add_half(flow, from, to, err));
    AT_TRY(add_half(flow, to, from, err));
    if (out != NULL)
        *out = pair;
    return AT_OK;
}

void at_flow_reset(at_flow *flow) {
    for (size_t edge = 0; edge < flow->edge_count; edge++)
        flow->edges[edge].left = edge % 2 == 0 ? flow->capacity[edge / 2] : 0;
}

static at_status make_room(at_flow *flow, at_error *err) {
    if (flow->distance != NULL)
        return AT_OK;
    AT_TRY(AT_NEW(&flow->arc, flow->arena, flow->node_count, err));
    AT_TRY(AT_NEW(&flow->queue, flow->arena, flow->node_count, err));
    AT_TRY(AT_NEW(&flow->path, flow->arena, flow->node_count, err));
    return AT_NEW(&flow->distance, flow->arena, flow->node_count, err);
}

static bool spend(uint64_t *steps) {
    if (*steps > 0)
        --*steps;
    return *steps > 0;
}

/* Distances to the sink over edges that still carry: only what leads there is visited. Whether the
 * source does. */
static bool measure(at_flow *flow, uint32_t source, uint32_t sink, uint64_t *steps) {
    for (size_t node = 0; node < flow->node_count; node++) {
        flow->distance[node] = AT_NONE;
        flow->arc[node] = flow->first[node];
    }
    size_t count = 0;
    flow->distance[sink] = 0;
    flow->queue[count++] = sink;
    for (size_t at = 0; at < count; at++) {
        const uint32_t node = flow->queue[at];
        for (uint32_t edge = flow->first[node]; edge != AT_NONE; edge = flow->edges[edge].next) {
            const uint32_t before = flow->edges[edge].to;
            if (!spend(steps))
                return false;
            if (flow->edges[edge ^ 1].left == 0 || flow->distance[before] != AT_NONE)
                continue;
            flow->distance[before] = flow->distance[node] + 1;
            flow->queue[count++] = before;
        }
    }
    return flow->distance[source] != AT_NONE;
}

/* As much as the path carries, and the place in it of the first edge that is full after. */
static int64_t push(at_flow *flow, size_t length, size_t *full) {
    int64_t units = INT64_MAX;
    for (size_t i = 0; i < length; i++) {
        const int64_t left = flow->edges[flow->path[i]].left;
        if (left < units) {
            units = left;
            *full = i;
        }
    }
    for (size_t i = 0; i < length; i++) {
        flow->edges[flow->path[i]].left -= units;
        flow->edges[flow->path[i] ^ 1].left += units;
    }
    return units;
}

/* Fill every shortest path. */
static at_wide fill(at_flow *flow, uint32_t source, uint32_t sink, uint64_t *steps) {
    at_wide total = 0;
    size_t length = 0;
    uint32_t node = source;
    while (spend(steps)) {
        if (node == sink) {
            size_t full = 0;
            *steps -= *steps > length ? length : *steps;
            total += push(flow, length, &full);
            length = full;
            node = flow->edges[flow->path[full] ^ 1].to;
            continue;
        }
        const uint32_t edge = flow->arc[node];
        if (edge == AT_NONE) {
            if (node == source)
                break;
            flow->distance[node] = AT_NONE;
            node = flow->edges[flow->path[--length] ^ 1].to;
            continue;
        }
        const uint32_t to = flow->edges[edge].to;
        if (flow->edges[edge].left > 0 && flow->distance[to] != AT_NONE &&
            flow->distance[to] + 1 == flow->distance[node]) {
            flow->path[length++] = edge;
            node = to;
        } else {
            flow->arc[node] = flow->edges[edge].next;
        }
    }
    return total;
}

at_status at_flow_run(at_wide *out, at_flow *flow, uint32_t source, uint32_t sink, uint64_t *steps,
                      at_error *err) {
    at_wide total = 0;
    AT_TRY(make_room(flow, err));
    while (measure(flow, source, sink, steps))
        total += fill(flow, source, sink, steps);
    *out = total;
    return AT_OK;
}
