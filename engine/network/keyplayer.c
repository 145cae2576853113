#include "engine/network/keyplayer.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "engine/network/glue.h"

at_status at_simple_make(at_simple *out, const at_graph *graph, const uint32_t *members,
                         uint32_t count, at_arena *arena, at_error *err) {
    uint32_t *number, *start, *to;
    double *weight;
    size_t room = 0, used = 0;
    AT_TRY(AT_NEW(&number, arena, graph->member_count, err));
    AT_TRY(AT_NEW(&start, arena, (size_t)count + 1, err));
    for (uint32_t i = 0; i < count; i++) {
        number[members[i]] = i + 1;
        room += graph->tie_start[members[i] + 1] - graph->tie_start[members[i]];
    }
    AT_TRY(AT_NEW(&to, arena, room, err));
    AT_TRY(AT_NEW(&weight, arena, room, err));
    for (uint32_t i = 0; i < count; i++) {
        uint32_t member = members[i], last = 0;
        start[i] = (uint32_t)used;
        for (uint32_t k = graph->tie_start[member]; k < graph->tie_start[member + 1]; k++) {
            const at_tie *tie = &graph->ties[graph->tie_of[k]];
            uint32_t other = number[at_tie_other(tie, member)];
            if (other == 0 || !at_tie_leads(graph, tie))
                continue;
            if (other != last)
                to[used++] = other - 1;
            weight[used - 1] += tie->kind == AT_TIE_TRANSFERS ? tie->transfer_count : 1;
            last = other;
        }
    }
    start[count] = (uint32_t)used;
    *out = (at_simple){.count = count, .start = start, .to = to, .weight = weight};
    return AT_OK;
}

/* Each edge once, smaller end first; in the order of the ends. */
static at_status open_net(at_net *out, const at_simple *simple, uint32_t *edge_count,
                          at_arena *arena, at_error *err) {
    uint32_t *ends;
    size_t count = 0;
    AT_TRY(AT_NEW(&ends, arena, simple->start[simple->count] + (size_t)1, err));
    for (uint32_t node = 0; node < simple->count; node++) {
        for (uint32_t i = simple->start[node]; i < simple->start[node + 1]; i++) {
            if (simple->to[i] <= node)
                continue;
            ends[2 * count] = node;
            ends[2 * count++ + 1] = simple->to[i];
        }
    }
    *edge_count = (uint32_t)count;
    return at_net_open(out, simple->count, ends, count, false, err);
}

static at_status find_cores(at_key_players *players, const igraph_t *graph, at_error *err) {
    AT_CLEANUP(igraph_vector_int_destroy) igraph_vector_int_t found = {0};
    AT_IGRAPH(igraph_vector_int_init(&found, 0), err);
    AT_IGRAPH(igraph_coreness(graph, &found, IGRAPH_ALL), err);
    for (uint32_t i = 0; i < players->count; i++)
        players->positions[i].core = (uint32_t)VECTOR(found)[i];
    return AT_OK;
}

typedef struct ranked {
    int64_t digits;
    uint32_t number;
} ranked;

static int compare_ranked(const void *left, const void *right) {
    const ranked *a = left, *b = right;
    if (a->digits != b->digits)
        return a->digits > b->digits ? -1 : 1;
    return a->number < b->number ? -1 : 1;
}

/* Sums of doubles may differ in the last bits when ids change: rank by what is surely different. */
static at_status rank_positions(at_key_players *players, at_arena *arena, at_error *err) {
    ranked *order;
    AT_TRY(AT_NEW(&order, arena, players->count, err));
    double most = 1;
    for (uint32_t i = 0; i < players->count; i++)
        most = fmax(most, players->positions[i].betweenness);
    for (uint32_t i = 0; i < players->count; i++)
        order[i] = (ranked){llround(players->positions[i].betweenness / most * 1e9), i};
    if (players->count > 1)
        qsort(order, players->count, sizeof *order, compare_ranked);
    for (uint32_t i = 0, rank = 1; i < players->count && order[i].digits > 0; i++) {
        if (i > 0 && order[i].digits != order[i - 1].digits)
            rank = i + 1;
        players->positions[order[i].number].rank = rank;
    }
    return AT_OK;
}

static at_status find_betweenness(at_key_players *players, const at_simple *simple, at_arena *arena,
                                  at_error *err) {
    double *found;
    AT_TRY(AT_NEW(&found, arena, players->count, err));
    players->betweenness_steps = UINT32_MAX;
    players->betweenness_cut = players->edge_count > AT_EXACT_EDGES_MAX;
    if (players->betweenness_cut) {
        double *room;
        AT_TRY(AT_NEW(&room, arena, players->count, err));
        players->betweenness_steps = at_betweenness_steps(simple, found, room);
    }
    AT_TRY(at_betweenness(found, simple, players->betweenness_steps, err));
    for (uint32_t i = 0; i < players->count; i++)
        players->positions[i].betweenness = found[i];
    return rank_positions(players, arena, err);
}

/* The weights of the edges that open_net made, in their order; gives their sum. */
static at_status list_weights(igraph_vector_t *out, double *total, const at_simple *simple,
                              uint32_t edge_count, at_error *err) {
    igraph_integer_t count = 0;
    AT_IGRAPH(igraph_vector_init(out, edge_count), err);
    for (uint32_t node = 0; node < simple->count; node++)
        for (uint32_t i = simple->start[node]; i < simple->start[node + 1]; i++)
            if (simple->to[i] > node) {
                VECTOR(*out)[count++] = simple->weight[i];
                *total += simple->weight[i];
            }
    return AT_OK;
}

/* N3, with gamma 1. */
static at_status find_communities(at_key_players *players, const igraph_t *graph,
                                  const at_simple *simple, at_arena *arena, at_error *err) {
    AT_CLEANUP(igraph_vector_int_destroy) igraph_vector_int_t of = {0};
    AT_CLEANUP(igraph_vector_destroy) igraph_vector_t strength = {0};
    AT_CLEANUP(igraph_vector_destroy) igraph_vector_t weights = {0};
    double total = 0;
    igraph_rng_t *generator = igraph_rng_default();
    uint32_t *smallest;
    AT_TRY(AT_NEW(&smallest, arena, players->count, err));
    for (uint32_t i = 0; i < players->count; i++)
        players->positions[i].community = i;
    players->community_count = players->count;
    if (players->edge_count == 0)
        return AT_OK;
    AT_TRY(list_weights(&weights, &total, simple, players->edge_count, err));
    AT_IGRAPH(igraph_vector_int_init(&of, 0), err);
    AT_IGRAPH(igraph_vector_init(&strength, 0), err);
    AT_IGRAPH(igraph_strength(graph, &strength, igraph_vss_all(), IGRAPH_ALL, true, &weights), err);
    AT_IGRAPH(igraph_rng_seed(generator, AT_COMMUNITY_SEED), err);
    AT_IGRAPH(igraph_community_leiden(graph, &weights, &strength, 0.5 / total, 0.01, false, -1, &of,
                                      NULL, &players->modularity),
              err);
    for (uint32_t i = players->count; i-- > 0;)
        smallest[VECTOR(of)[i]] = i;
    players->community_count = 0;
    for (uint32_t i = 0; i < players->count; i++) {
        players->positions[i].community = smallest[VECTOR(of)[i]];
        players->community_count += smallest[VECTOR(of)[i]] == i;
    }
    return AT_OK;
}

at_status at_key_players_find(at_key_players *out, const at_graph *graph, const uint32_t *members,
                              uint32_t count, uint32_t set_size, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    AT_CLEANUP(at_net_close) at_net net = {0};
    at_key_players players = {.count = count};
    at_simple simple;
    uint32_t set[AT_KEY_SET_MAX], chosen;
    assert(set_size <= AT_KEY_SET_MAX);
    AT_TRY(AT_NEW(&players.positions, arena, count, err));
    AT_TRY(at_simple_make(&simple, graph, members, count, &scratch, err));
    AT_TRY(open_net(&net, &simple, &players.edge_count, &scratch, err));
    AT_TRY(at_cuts_find(players.positions, &simple, err));
    AT_TRY(find_cores(&players, &net.graph, err));
    AT_TRY(find_betweenness(&players, &simple, &scratch, err));
    AT_TRY(find_communities(&players, &net.graph, &simple, &scratch, err));
    AT_TRY(at_fragment(set, &chosen, &players.before, &players.after, &simple, set_size, err));
    for (uint32_t i = 0; i < chosen; i++)
        players.positions[set[i]].pick = i + 1;
    *out = players;
    return AT_OK;
}
