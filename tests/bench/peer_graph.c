#include "tests/bench/peer_graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <igraph/igraph.h>

double bench_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void *memory(size_t count, size_t bytes) {
    void *room = calloc(count == 0 ? 1 : count, bytes);
    if (room == NULL) {
        fprintf(stderr, "bench: no memory\n");
        exit(1);
    }
    return room;
}

static uint32_t root_of(uint32_t *parent, uint32_t node) {
    while (parent[node] != node) {
        parent[node] = parent[parent[node]];
        node = parent[node];
    }
    return node;
}

double bench_peer_unite(const at_ledger *ledger, uint32_t *count_out) {
    const double began = bench_clock();
    uint32_t *parent = memory(ledger->node_count, sizeof *parent);
    for (uint32_t i = 0; i < ledger->node_count; i++)
        parent[i] = i;
    for (size_t row = 0; row < ledger->count; row++) {
        const uint32_t a = root_of(parent, ledger->from[row]);
        const uint32_t b = root_of(parent, ledger->to[row]);
        parent[a < b ? b : a] = a < b ? a : b;
    }
    *count_out = 0;
    for (uint32_t i = 0; i < ledger->node_count; i++)
        *count_out += root_of(parent, i) == i;
    free(parent);
    return bench_clock() - began;
}

static void must(igraph_error_t code) {
    if (code == IGRAPH_SUCCESS)
        return;
    fprintf(stderr, "bench: igraph: %s\n", igraph_strerror(code));
    exit(1);
}

double bench_peer_igraph(const at_ledger *ledger, uint32_t *count_out) {
    igraph_vector_int_t edges, members, sizes;
    igraph_t graph;
    igraph_integer_t count = 0;
    must(igraph_vector_int_init(&edges, (igraph_integer_t)(2 * ledger->count)));
    for (size_t row = 0; row < ledger->count; row++) {
        VECTOR(edges)[2 * row] = ledger->from[row];
        VECTOR(edges)[2 * row + 1] = ledger->to[row];
    }
    must(igraph_vector_int_init(&members, 0));
    must(igraph_vector_int_init(&sizes, 0));
    const double began = bench_clock();
    must(igraph_create(&graph, &edges, (igraph_integer_t)ledger->node_count, IGRAPH_DIRECTED));
    must(igraph_connected_components(&graph, &members, &sizes, &count, IGRAPH_WEAK));
    const double seconds = bench_clock() - began;
    *count_out = (uint32_t)count;
    igraph_destroy(&graph);
    igraph_vector_int_destroy(&edges);
    igraph_vector_int_destroy(&members);
    igraph_vector_int_destroy(&sizes);
    return seconds;
}

/* The first of the rows [start, end) of a node that is not before `since_us`. */
static uint64_t first_since(const at_ledger *ledger, const uint32_t *rows, uint64_t start,
                            uint64_t end, int64_t since_us) {
    while (start < end) {
        const uint64_t middle = start + (end - start) / 2;
        if (ledger->time_us[rows[middle]] < since_us)
            start = middle + 1;
        else
            end = middle;
    }
    return start;
}

double bench_peer_hops(const at_ledger *ledger, const uint32_t *seeds, uint32_t seed_count,
                       uint32_t hops, int64_t since_us, int64_t until_us, uint64_t *count_out) {
    uint32_t *seen = memory(ledger->node_count, sizeof *seen);
    uint32_t *queue = memory(ledger->node_count, sizeof *queue);
    const double began = bench_clock();
    *count_out = 0;
    for (uint32_t seed = 0; seed < seed_count; seed++) {
        uint32_t head = 0, tail = 0;
        queue[tail++] = seeds[seed];
        seen[seeds[seed]] = seed + 1;
        for (uint32_t hop = 0; hop < hops; hop++)
            for (const uint32_t end = tail; head < end; head++) {
                const uint64_t last = ledger->out_start[queue[head] + 1];
                for (uint64_t at = first_since(ledger, ledger->out_rows,
                                               ledger->out_start[queue[head]], last, since_us);
                     at < last; at++) {
                    const uint32_t row = ledger->out_rows[at], to = ledger->to[row];
                    if (ledger->time_us[row] > until_us)
                        break;
                    if (seen[to] == seed + 1)
                        continue;
                    seen[to] = seed + 1;
                    queue[tail++] = to;
                }
            }
        *count_out += tail;
    }
    const double seconds = bench_clock() - began;
    free(seen);
    free(queue);
    return seconds;
}

double bench_peer_reach(const at_ledger *ledger, uint32_t seed, int64_t since_us,
                        uint32_t *count_out) {
    int64_t *since = memory(ledger->node_count, sizeof *since);
    for (uint32_t i = 0; i < ledger->node_count; i++)
        since[i] = INT64_MAX;
    const double began = bench_clock();
    since[seed] = since_us;
    *count_out = 1;
    for (size_t row = 0; row < ledger->count; row++) {
        const int64_t time = ledger->time_us[row];
        const uint32_t to = ledger->to[row];
        if (since[ledger->from[row]] > time || since[to] <= time)
            continue;
        *count_out += since[to] == INT64_MAX;
        since[to] = time;
    }
    const double seconds = bench_clock() - began;
    free(since);
    return seconds;
}
