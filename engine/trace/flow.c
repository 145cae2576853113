#include "engine/trace/flow.h"

#include <assert.h>

#include "engine/base/interrupt.h"

/* An arc names its way back in 31 bits. */
static const uint32_t edges_max = UINT32_C(1) << 30, arc_bits = (UINT32_C(1) << 31) - 1;

at_status at_flow_node(uint32_t *out, at_flow *flow, at_error *err) {
    if (flow->node_count >= AT_NONE - 1)
        return at_fail(err, AT_LIMIT, "E-LIMIT", "a network of more than %u nodes", AT_NONE - 1);
    *out = flow->node_count++;
    return AT_OK;
}

at_status at_flow_edge_add(uint32_t *out, at_flow *flow, uint32_t from, uint32_t to,
                           int64_t capacity, int64_t units, bool stays, at_error *err) {
    assert(units >= 0 && units <= capacity);
    if (flow->edge_count >= edges_max)
        return at_fail(err, AT_LIMIT, "E-LIMIT", "a network of more than %u edges", edges_max);
    AT_TRY(AT_GROW(&flow->edges, &flow->edge_capacity, flow->edge_count, flow->arena, err));
    if (out != NULL)
        *out = (uint32_t)flow->edge_count;
    flow->edges[flow->edge_count++] = (at_flow_edge){
        .capacity = capacity, .units = units, .from = from, .to = to, .stays = stays};
    return AT_OK;
}

at_status at_flow_seal(at_flow *flow, at_error *err) {
    const size_t nodes = flow->node_count;
    AT_TRY(AT_NEW(&flow->arcs, flow->arena, 2 * flow->edge_count, err));
    AT_TRY(AT_NEW(&flow->arc_of, flow->arena, flow->edge_count, err));
    AT_TRY(AT_NEW(&flow->first, flow->arena, nodes + 1, err));
    AT_TRY(AT_NEW(&flow->round, flow->arena, nodes, err));
    AT_TRY(AT_NEW(&flow->distance, flow->arena, nodes, err));
    AT_TRY(AT_NEW(&flow->later, flow->arena, nodes, err));
    AT_TRY(AT_NEW(&flow->on_path, flow->arena, nodes, err));
    AT_TRY(AT_NEW(&flow->queue, flow->arena, nodes, err));
    AT_TRY(AT_NEW(&flow->next, flow->arena, nodes, err));
    AT_TRY(AT_NEW(&flow->path, flow->arena, nodes, err));
    for (size_t i = 0; i < flow->edge_count; i++) {
        flow->first[flow->edges[i].from + 1]++;
        flow->first[flow->edges[i].to + 1]++;
    }
    for (size_t node = 0; node < nodes; node++) {
        flow->first[node + 1] += flow->first[node];
        flow->next[node] = flow->first[node];
    }
    for (size_t i = 0; i < flow->edge_count; i++) {
        const at_flow_edge *edge = &flow->edges[i];
        const uint32_t there = flow->next[edge->from]++, back = flow->next[edge->to]++;
        flow->arcs[there] = (at_flow_arc){.left = edge->capacity - edge->units,
                                          .to = edge->to,
                                          .back = back & arc_bits,
                                          .stays = edge->stays};
        flow->arcs[back] = (at_flow_arc){
            .left = edge->units, .to = edge->from, .back = there & arc_bits, .stays = edge->stays};
        flow->arc_of[i] = there;
    }
    return AT_OK;
}

void at_flow_set(at_flow *flow, uint32_t edge, int64_t units, int64_t room) {
    at_flow_arc *arc = &flow->arcs[flow->arc_of[edge]];
    arc->left = room;
    flow->arcs[arc->back].left = units;
}

/* What can still go along an arc, seen from the node where the search began. */
static int64_t *left_on(const at_flow *flow, uint32_t arc, at_flow_way way) {
    return &flow->arcs[way == AT_FLOW_OUT ? arc : flow->arcs[arc].back].left;
}

static bool spend(uint64_t *steps, uint64_t spent) {
    *steps -= *steps > spent ? spent : *steps;
    return *steps > 0;
}

/* Meet what can be reached from `here`: at its distance, into `queue`, or one further. */
static void look_around(at_flow *flow, uint32_t here, at_flow_way way, size_t *count,
                        size_t *later) {
    const uint32_t distance = flow->distance[here];
    flow->next[here] = flow->first[here];
    for (uint32_t arc = flow->first[here]; arc < flow->first[here + 1]; arc++) {
        const uint32_t there = flow->arcs[arc].to, reached = distance + !flow->arcs[arc].stays;
        const bool known = flow->round[there] == flow->rounds;
        if ((known && flow->distance[there] <= reached) || *left_on(flow, arc, way) == 0)
            continue;
        flow->round[there] = flow->rounds;
        flow->distance[there] = reached;
        if (reached == distance)
            flow->queue[(*count)++] = there;
        else if (!known)
            flow->later[(*later)++] = there;
    }
}

/* Distances from `node` over arcs that still carry, as far as `end`. Whether it was met. */
static bool measure(at_flow *flow, uint32_t node, uint32_t end, at_flow_way way, uint64_t *steps) {
    size_t count = 1;
    flow->rounds++;
    flow->queue[0] = node;
    flow->round[node] = flow->rounds;
    flow->distance[node] = 0;
    for (uint32_t distance = 0; count > 0 && flow->round[end] != flow->rounds; distance++) {
        size_t later = 0;
        for (size_t at = 0; at < count; at++) {
            const uint32_t here = flow->queue[at];
            if (!spend(steps, flow->first[here + 1] - flow->first[here]))
                return false;
            look_around(flow, here, way, &count, &later);
        }
        count = 0;
        for (size_t i = 0; i < later; i++)
            if (flow->distance[flow->later[i]] > distance)
                flow->queue[count++] = flow->later[i];
    }
    return flow->round[end] == flow->rounds;
}

/* As much as the path carries, at most `limit`, and the place in it of the first arc that is full
 * after; `length` when none is. */
static int64_t carry(at_flow *flow, size_t length, at_flow_way way, int64_t limit, size_t *full) {
    int64_t units = limit;
    *full = length;
    for (size_t i = 0; i < length; i++) {
        const int64_t left = *left_on(flow, flow->path[i], way);
        if (left < units || (left == units && *full == length)) {
            units = left;
            *full = i;
        }
    }
    for (size_t i = 0; i < length; i++) {
        *left_on(flow, flow->path[i], way) -= units;
        *left_on(flow, flow->arcs[flow->path[i]].back, way) += units;
    }
    return units;
}

/* Whether the next arc of a shortest way leads on: no nearer to where the search began, and past
 * nothing that lies as far as the end. */
static bool leads_on(const at_flow *flow, uint32_t here, uint32_t arc, uint32_t end,
                     at_flow_way way) {
    const uint32_t there = flow->arcs[arc].to;
    return flow->round[there] == flow->rounds && !flow->on_path[there] &&
           (there == end || flow->distance[there] < flow->distance[end]) &&
           flow->distance[there] == flow->distance[here] + !flow->arcs[arc].stays &&
           *left_on(flow, arc, way) > 0;
}

/* Go back to the node before place `to` of the path; where that is. */
static uint32_t go_back(at_flow *flow, size_t *length, size_t to) {
    while (*length > to)
        flow->on_path[flow->arcs[flow->path[--*length]].to] = false;
    return flow->arcs[flow->arcs[flow->path[to]].back].to;
}

/* Fill every shortest path, until `limit` is reached. */
static int64_t fill(at_flow *flow, uint32_t node, uint32_t end, at_flow_way way, int64_t limit,
                    uint64_t *steps) {
    int64_t total = 0;
    size_t length = 0;
    uint32_t here = node;
    flow->on_path[node] = true;
    while (total < limit && spend(steps, 1)) {
        if (here == end) {
            size_t full = 0;
            (void)spend(steps, length);
            total += carry(flow, length, way, limit - total, &full);
            here = go_back(flow, &length, full < length ? full : 0);
            continue;
        }
        const uint32_t arc = flow->next[here];
        if (arc == flow->first[here + 1]) {
            if (here == node)
                break;
            flow->round[here] = 0;
            here = go_back(flow, &length, length - 1);
        } else if (leads_on(flow, here, arc, end, way)) {
            here = flow->arcs[arc].to;
            flow->on_path[here] = true;
            flow->path[length++] = arc;
        } else {
            flow->next[here]++;
        }
    }
    if (length > 0)
        (void)go_back(flow, &length, 0);
    flow->on_path[node] = false;
    return total;
}

at_status at_flow_push(int64_t *out, at_flow *flow, uint32_t node, uint32_t end, at_flow_way way,
                       int64_t limit, uint64_t *steps, at_error *err) {
    int64_t total = 0;
    assert(node != end);
    while (total < limit && measure(flow, node, end, way, steps)) {
        AT_TRY(at_deadline_check(err));
        total += fill(flow, node, end, way, limit - total, steps);
    }
    *out = total;
    return at_deadline_check(err);
}
