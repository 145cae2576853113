/**
 * keyplayer.h - who holds a network together.
 *
 * All figures are of the simplified undirected graph of the members given: several ties of a pair
 * count once (in communities: by how many they are), ties to others not at all. They describe the
 * recorded ties, never a role or an intent.
 *
 * Units:  betweenness counts shortest paths between unordered pairs; ranks start at 1, equal values
 *         (to 9 digits) share the smaller rank; fragmentation is an exact fraction in lowest terms.
 * Source: specification "analysis" N3, N11; Borgatti, Identifying sets of key players, 2006;
 *         Brandes, A faster algorithm for betweenness centrality, 2001; Hopcroft, Tarjan, Efficient
 *         algorithms for graph manipulation, 1973. igraph finds cores and communities (Leiden,
 *         AT_COMMUNITY_SEED); betweenness, cut points and bridges (each many times faster on the
 *         same definition) and fragmentation (a network's cut points tell every member's worth at
 *         once) are our own.
 */
#ifndef ASSETTRACE_NETWORK_KEYPLAYER_H
#define ASSETTRACE_NETWORK_KEYPLAYER_H

#include "engine/network/graph.h"

enum { AT_EXACT_EDGES_MAX = 20000, AT_KEY_SET_MAX = 16 };
/* Past so many edges, paths of up to as many steps count as take this many looks at an edge. */
enum { AT_BETWEENNESS_LOOKS = 150000000, AT_BETWEENNESS_STEPS_MAX = 8 };

/* Communities are found by chance moves: always the same ones. */
enum { AT_COMMUNITY_SEED = 20261121 };

/* One member's position; numbered as in the list handed in. */
typedef struct at_position {
    bool cut_point;
    uint32_t bridges; /* ties that are the only way across, at this member */
    uint32_t core;    /* largest k such that it is in the k-core */
    double betweenness;
    uint32_t rank;      /* by betweenness; 0 when no shortest path passes through */
    uint32_t community; /* number of its smallest member */
    uint32_t pick;      /* place in the fragmentation set, from 1; 0 = not in it */
} at_position;

typedef struct at_key_players {
    at_position *positions; /* by number */
    uint32_t count;
    uint32_t edge_count;
    bool betweenness_cut; /* only paths of up to so many steps were counted */
    uint32_t betweenness_steps;
    at_ratio before, after; /* fragmentation without and with the set removed */
    uint32_t community_count;
    double modularity; /* of the communities, by the weights of ties */
} at_key_players;

/**
 * @param members  member numbers of the graph, ascending;  @param set_size  at most AT_KEY_SET_MAX
 */
AT_CHECKED at_status at_key_players_find(at_key_players *out, const at_graph *graph,
                                         const uint32_t *members, uint32_t count, uint32_t set_size,
                                         at_arena *arena, at_error *err);

/* Neighbours of n are to[start[n] .. start[n + 1]), ascending, each once, both ways. The weight of
 * a pair is how often it is tied: each transfer, and each other tie. */
typedef struct at_simple {
    uint32_t count;
    const uint32_t *start, *to;
    const double *weight;
} at_simple;

/** The simple graph among the members. */
AT_CHECKED at_status at_simple_make(at_simple *out, const at_graph *graph, const uint32_t *members,
                                    uint32_t count, at_arena *arena, at_error *err);

/** Cut points and bridges of every member. O(members + ties). */
AT_CHECKED at_status at_cuts_find(at_position *positions, const at_simple *graph, at_error *err);

/**
 * For every member, the shortest paths between two others on which it lies, each pair's paths
 * counting 1 together. O(members * ties).
 *
 * @param steps  longer paths are not counted; UINT32_MAX = all
 */
AT_CHECKED at_status at_betweenness(double *out, const at_simple *graph, uint32_t steps,
                                    at_error *err);

/**
 * How long paths can be for at_betweenness to look at no more than AT_BETWEENNESS_LOOKS edges; 0
 * when not even the first step can be taken.
 *
 * @param walks, longer  room for a number by member
 */
uint32_t at_betweenness_steps(const at_simple *graph, double *walks, double *longer);

/**
 * N11: the set of `set_size` members whose removal leaves the most pairs apart, by greedy choice
 * (ties: the smallest) and one pass of swaps. F(S) = 1 - sum s(s-1) / (n(n-1)), n before removal.
 *
 * @param set        room for set_size; in order of choice
 * @param count_out  fewer than set_size when nothing is left to part
 */
AT_CHECKED at_status at_fragment(uint32_t *set, uint32_t *count_out, at_ratio *before,
                                 at_ratio *after, const at_simple *graph, uint32_t set_size,
                                 at_error *err);

#endif
