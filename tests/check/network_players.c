/* Goal: the fragmentation set is close to the best there is, and how close is known; communities
 * hang together and have the modularity that is reported; long paths are left out by their cost.
 * Method: thousands of seeded random graphs of up to 14 members: every set of up to 3 is tried;
 * modularity is added up again from the ties of random worlds. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/active_world.h"
#include "engine/network/group.h"
#include "engine/network/keyplayer.h"

enum { NODES_MAX = 14, SET_MAX = 3, GRAPHS = 1500, WORLDS = 600 };

static uint64_t state;

static int roll(int sides) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)((state >> 33) % (uint64_t)sides);
}

typedef struct small_graph {
    int count;
    bool tied[NODES_MAX][NODES_MAX];
    uint32_t start[NODES_MAX + 1], to[NODES_MAX * NODES_MAX];
    at_simple simple;
} small_graph;

/* Thin ones, where removing somebody matters most. */
static void make_graph(small_graph *graph) {
    memset(graph, 0, sizeof *graph);
    graph->count = 5 + roll(NODES_MAX - 4);
    for (int i = 1; i < graph->count; i++)
        graph->tied[i][roll(i)] = roll(10) > 0;
    for (int i = roll(graph->count); i-- > 0;)
        graph->tied[roll(graph->count)][roll(graph->count)] = true;
    uint32_t used = 0;
    for (int a = 0; a < graph->count; a++) {
        graph->start[a] = used;
        for (int b = 0; b < graph->count; b++) {
            graph->tied[a][b] = a != b && (graph->tied[a][b] || graph->tied[b][a]);
            if (graph->tied[a][b])
                graph->to[used++] = (uint32_t)b;
        }
        for (int b = 0; b < a; b++)
            assert_int_equal(graph->tied[a][b], graph->tied[b][a]);
    }
    graph->start[graph->count] = used;
    graph->simple = (at_simple){(uint32_t)graph->count, graph->start, graph->to, NULL};
}

/* Ordered pairs of members that are together when a set (bits) is removed. */
static int together(const small_graph *graph, unsigned removed) {
    unsigned met = removed;
    int pairs = 0;
    for (int root = 0; root < graph->count; root++) {
        unsigned piece = 1u << root, before = 0;
        if (met >> root & 1)
            continue;
        while (piece != before) {
            before = piece;
            for (int a = 0; a < graph->count; a++)
                for (int b = 0; b < graph->count && before >> a & 1; b++)
                    if (graph->tied[a][b] && !(removed >> b & 1))
                        piece |= 1u << b;
        }
        met |= piece;
        const int size = __builtin_popcount(piece);
        pairs += size * (size - 1);
    }
    return pairs;
}

static int best_of_all(const small_graph *graph, int size) {
    int least = graph->count * graph->count;
    for (unsigned set = 0; set < 1u << graph->count; set++)
        if (__builtin_popcount(set) == size) {
            const int now = together(graph, set);
            least = now < least ? now : least;
        }
    return least;
}

static void test_fragmentation(void **unused) {
    int best = 0, sets = 0;
    double sum = 0, most = 0;
    (void)unused;
    state = 7;
    for (int i = 0; i < GRAPHS; i++) {
        small_graph graph;
        uint32_t set[SET_MAX], count;
        at_ratio before, after;
        make_graph(&graph);
        const int size = 1 + roll(SET_MAX), all = graph.count * (graph.count - 1);
        assert_int_equal(
            at_fragment(set, &count, &before, &after, &graph.simple, (uint32_t)size, NULL), AT_OK);
        unsigned removed = 0;
        for (uint32_t k = 0; k < count; k++)
            removed |= 1u << set[k];
        const int left = together(&graph, removed), least = best_of_all(&graph, size);
        assert_true(after.num * all == (all - left) * after.den);
        assert_true(before.num * all == (all - together(&graph, 0)) * before.den);
        assert_true(left >= least);
        const double gap = (double)(left - least) / all;
        best += left == least;
        sets++;
        sum += gap;
        most = gap > most ? gap : most;
    }
    print_message("%d of %d sets are the best there is; F is short by %.4f on average, %.4f at "
                  "most\n",
                  best, sets, sum / sets, most);
    assert_true(best > sets * 9 / 10 && most < 0.25);
}

/* --- Communities ------------------------------------------------------------------------------ */

typedef struct seen_ties {
    double weight[THINGS][THINGS], strength[THINGS], total;
} seen_ties;

static void add_ties(seen_ties *seen, const at_graph *graph) {
    for (uint32_t i = 0; i < graph->tie_count; i++) {
        const at_tie *tie = &graph->ties[i];
        const double weight = tie->kind == AT_TIE_TRANSFERS ? tie->transfer_count : 1;
        if (graph->members[tie->a].cut || graph->members[tie->b].cut)
            continue;
        seen->weight[tie->a][tie->b] += weight;
        seen->weight[tie->b][tie->a] += weight;
        seen->strength[tie->a] += weight;
        seen->strength[tie->b] += weight;
        seen->total += weight;
    }
}

static bool hangs_together(const seen_ties *seen, const uint32_t *community, uint32_t name) {
    bool met[THINGS] = {false};
    met[name] = true;
    for (bool again = true; again;) {
        again = false;
        for (int a = 0; a < THINGS; a++)
            for (int b = 0; b < THINGS && met[a]; b++)
                if (seen->weight[a][b] > 0 && !met[b] && community[b] == name)
                    met[b] = again = true;
    }
    for (int a = 0; a < THINGS; a++)
        if (community[a] == name && !met[a])
            return false;
    return true;
}

static void check_communities(uint64_t seed, const at_graph *graph, at_arena *arena) {
    seen_ties seen = {.total = 0};
    uint32_t members[THINGS], community[THINGS], count = 0, communities = 0;
    double modularity = 0, strength[THINGS] = {0};
    at_key_players players;
    add_ties(&seen, graph);
    memset(community, 0xFF, sizeof community);
    for (uint32_t member = 0; member < THINGS; member++)
        if (!graph->members[member].cut)
            members[count++] = member;
    assert_int_equal(at_key_players_find(&players, graph, members, count, 1, arena, NULL), AT_OK);
    if (seen.total == 0)
        return;
    for (uint32_t i = 0; i < count; i++)
        community[members[i]] = members[players.positions[i].community];
    for (uint32_t a = 0; a < THINGS; a++) {
        if (community[a] == AT_NONE)
            continue;
        assert_true(community[a] <= a && community[community[a]] == community[a]);
        communities += community[a] == a;
        if (community[a] == a && !hangs_together(&seen, community, a))
            fail_msg("seed %llu: community %u falls apart", (unsigned long long)seed, a);
        strength[community[a]] += seen.strength[a];
        for (uint32_t b = 0; b < THINGS; b++)
            if (community[b] == community[a])
                modularity += seen.weight[a][b] / (2 * seen.total);
    }
    for (uint32_t a = 0; a < THINGS; a++)
        modularity -= strength[a] * strength[a] / (4 * seen.total * seen.total);
    assert_int_equal(communities, players.community_count);
    if (fabs(modularity - players.modularity) > 1e-9)
        fail_msg("seed %llu: modularity %.9f, not %.9f", (unsigned long long)seed,
                 players.modularity, modularity);
}

static void test_communities(void **unused) {
    (void)unused;
    for (uint64_t seed = 0; seed < WORLDS; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_graph_options options = at_graph_all();
        known_world known;
        active_world world;
        at_ledger ledger;
        at_graph graph;
        active_world_make(&world, seed);
        known_begin(&known, &arena);
        active_world_tell(&known, &world);
        known_ledger(&ledger, &known);
        const at_facts facts = known_facts(&known);
        assert_int_equal(at_graph_make(&graph, &facts, &ledger, &options, &arena, NULL), AT_OK);
        check_communities(seed, &graph, &arena);
    }
}

/* A star of many: its centre alone makes longer paths too dear. */
static void test_steps(void **unused) {
    enum { LEAVES = 20000 };
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    uint32_t *start, *to;
    double *room[2];
    (void)unused;
    assert_int_equal(AT_NEW(&start, &arena, LEAVES + 2, NULL), AT_OK);
    assert_int_equal(AT_NEW(&to, &arena, 2 * LEAVES, NULL), AT_OK);
    for (int i = 0; i < 2; i++)
        assert_int_equal(AT_NEW(&room[i], &arena, LEAVES + 1, NULL), AT_OK);
    for (uint32_t i = 0; i < LEAVES; i++) {
        start[i + 1] = LEAVES + i;
        to[i] = i + 1;
    }
    start[LEAVES + 1] = 2 * LEAVES;
    const at_simple star = {LEAVES + 1, start, to, NULL};
    assert_int_equal(at_betweenness_steps(&star, room[0], room[1]), 1);
    const at_simple small = {0, start, to, NULL};
    assert_int_equal(at_betweenness_steps(&small, room[0], room[1]), AT_BETWEENNESS_STEPS_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fragmentation),
        cmocka_unit_test(test_communities),
        cmocka_unit_test(test_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
