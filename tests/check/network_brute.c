/* Goal: components, cut points, bridges, cores, betweenness, fragmentation, distances, and networks
 * active in two countries are what their definitions say (N1, N2, N11, J3).
 * Method: thousands of seeded random worlds of up to 12 accounts; everything is computed again by
 * removing, enumerating and walking, with no graph library and no code of the engine. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/known.h"
#include "engine/network/around.h"
#include "engine/network/joint.h"
#include "engine/network/keyplayer.h"

enum { NODES_MAX = 12, TRANSFERS_MAX = 40, CASES = 3000 };

typedef struct random_world {
    int node_count, transfer_count;
    char name[NODES_MAX][8];
    char id[TRANSFERS_MAX][8];
    int from[TRANSFERS_MAX], to[TRANSFERS_MAX], day[TRANSFERS_MAX];
    const char *country[NODES_MAX];
    bool tied[NODES_MAX][NODES_MAX];
} random_world;

static uint64_t state;

static int roll(int sides) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)((state >> 33) % (uint64_t)sides);
}

/* Names are shuffled so that the order of ids is not the order of making; node i has the i-th
 * id. */
static void make_world(random_world *world, uint64_t seed) {
    static const char *const countries[] = {"AZ", "IR", NULL, NULL};
    memset(world, 0, sizeof *world);
    state = seed * 2654435761u + 7;
    for (int i = 0; i < 8; i++)
        roll(2);
    world->node_count = 2 + roll(NODES_MAX - 1);
    world->transfer_count = roll(3 * world->node_count);
    for (int i = 0; i < world->node_count; i++) {
        snprintf(world->name[i], sizeof world->name[i], "N%02d", i);
        world->country[i] = countries[roll(4)];
    }
    for (int i = 0; i < world->transfer_count; i++) {
        snprintf(world->id[i], sizeof world->id[i], "T%02d", i);
        world->from[i] = roll(world->node_count);
        world->to[i] = roll(world->node_count);
        world->day[i] = roll(10);
        if (world->from[i] != world->to[i])
            world->tied[world->from[i]][world->to[i]] = world->tied[world->to[i]][world->from[i]] =
                true;
    }
}

static void make_graph(at_graph *out, at_ledger *ledger, at_facts *facts, known_world *known,
                       const random_world *world, const at_graph_options *options) {
    int order[NODES_MAX];
    for (int i = 0; i < world->node_count; i++) {
        int place = roll(i + 1);
        order[i] = order[place];
        order[place] = i;
    }
    for (int i = 0; i < world->node_count; i++)
        known_account(known, world->name[order[i]], NULL, world->country[order[i]]);
    for (int i = 0; i < world->transfer_count; i++)
        known_transfer(known, world->id[i], world->name[world->from[i]], world->name[world->to[i]],
                       world->day[i], 100);
    known_ledger(ledger, known);
    *facts = known_facts(known);
    assert_int_equal(at_graph_make(out, facts, ledger, options, known->arena, NULL), AT_OK);
    assert_int_equal(out->member_count, world->node_count);
}

/* --- The second opinion ----------------------------------------------------------------------- */

/* Label what hangs together when the marked nodes and one edge are removed; gives the labels. */
static int label(int *labels, const random_world *world, const bool *removed, int cut_a,
                 int cut_b) {
    int count = 0;
    for (int i = 0; i < world->node_count; i++)
        labels[i] = -1;
    for (int root = 0; root < world->node_count; root++) {
        if (labels[root] >= 0 || removed[root])
            continue;
        labels[root] = count;
        for (bool again = true; again;) {
            again = false;
            for (int a = 0; a < world->node_count; a++) {
                for (int b = 0; b < world->node_count; b++) {
                    bool is_cut = (a == cut_a && b == cut_b) || (a == cut_b && b == cut_a);
                    if (world->tied[a][b] && !is_cut && !removed[b] && labels[a] == count &&
                        labels[b] < 0) {
                        labels[b] = count;
                        again = true;
                    }
                }
            }
        }
        count++;
    }
    return count;
}

static int pairs_together(const random_world *world, const bool *removed) {
    int labels[NODES_MAX], pairs = 0;
    label(labels, world, removed, -1, -1);
    for (int a = 0; a < world->node_count; a++)
        for (int b = 0; b < world->node_count; b++)
            pairs += a != b && labels[a] >= 0 && labels[a] == labels[b];
    return pairs;
}

/* N11 to the letter: greedy, ties to the smallest, then one pass of swaps. */
static int fragment(int *set, const random_world *world, int size) {
    bool removed[NODES_MAX] = {false};
    int count = 0, together = pairs_together(world, removed);
    while (count < size && together > 0) {
        int best = -1, least = together;
        for (int node = 0; node < world->node_count; node++) {
            if (removed[node])
                continue;
            removed[node] = true;
            int now = pairs_together(world, removed);
            removed[node] = false;
            if (now < least) {
                least = now;
                best = node;
            }
        }
        removed[best] = true;
        set[count++] = best;
        together = least;
    }
    for (int i = 0; i < count; i++) {
        removed[set[i]] = false;
        int best = set[i], least = together;
        for (int node = 0; node < world->node_count; node++) {
            if (removed[node])
                continue;
            removed[node] = true;
            int now = pairs_together(world, removed);
            removed[node] = false;
            if (now < least) {
                least = now;
                best = node;
            }
        }
        set[i] = best;
        removed[best] = true;
        together = least;
    }
    return count;
}

static void measure(int distance[NODES_MAX][NODES_MAX], double paths[NODES_MAX][NODES_MAX],
                    const random_world *world) {
    int n = world->node_count;
    for (int a = 0; a < n; a++)
        for (int b = 0; b < n; b++) {
            distance[a][b] = a == b ? 0 : world->tied[a][b] ? 1 : 99;
            paths[a][b] = a == b;
        }
    for (int k = 0; k < n; k++)
        for (int a = 0; a < n; a++)
            for (int b = 0; b < n; b++)
                if (distance[a][k] + distance[k][b] < distance[a][b])
                    distance[a][b] = distance[a][k] + distance[k][b];
    for (int length = 1; length < n; length++)
        for (int a = 0; a < n; a++)
            for (int b = 0; b < n; b++)
                for (int k = 0; k < n && distance[a][b] == length; k++)
                    if (world->tied[k][b] && distance[a][k] == length - 1)
                        paths[a][b] += paths[a][k];
}

static int core_of(const random_world *world, int node) {
    for (int k = 1;; k++) {
        bool removed[NODES_MAX] = {false};
        for (bool again = true; again;) {
            again = false;
            for (int a = 0; a < world->node_count; a++) {
                int degree = 0;
                for (int b = 0; b < world->node_count; b++)
                    degree += world->tied[a][b] && !removed[b];
                if (!removed[a] && degree < k) {
                    removed[a] = true;
                    again = true;
                }
            }
        }
        if (removed[node])
            return k - 1;
    }
}

static bool is_before(const random_world *world, int a, int b) {
    return world->day[a] < world->day[b] || (world->day[a] == world->day[b] && a < b);
}

/* Is there a chain of transfers, each later than the one before, that ends in the country? */
static bool leads_to(const random_world *world, int origin, int last, const char *country) {
    int node = world->to[last];
    if (node != origin && world->country[node] && strcmp(world->country[node], country) == 0)
        return true;
    for (int next = 0; next < world->transfer_count; next++)
        if (world->from[next] == node && world->to[next] != node && is_before(world, last, next) &&
            leads_to(world, origin, next, country))
            return true;
    return false;
}

static bool money_leads(const random_world *world, const int *labels, int network, const char *from,
                        const char *to) {
    for (int i = 0; i < world->transfer_count; i++) {
        int node = world->from[i];
        if (labels[node] == network && node != world->to[i] && world->country[node] &&
            strcmp(world->country[node], from) == 0 && leads_to(world, node, i, to))
            return true;
    }
    return false;
}

/* --- The comparisons -------------------------------------------------------------------------- */

static void check_groups(uint64_t seed, const random_world *world, const at_graph *graph,
                         at_groups *groups, at_arena *arena) {
    int labels[NODES_MAX];
    const bool none[NODES_MAX] = {false};
    int count = label(labels, world, none, -1, -1);
    assert_int_equal(at_groups_find(groups, graph, arena, NULL), AT_OK);
    assert_int_equal(groups->group_count, count);
    for (int a = 0; a < world->node_count; a++)
        for (int b = 0; b < world->node_count; b++)
            if ((labels[a] == labels[b]) != (groups->group_of[a] == groups->group_of[b]))
                fail_msg("seed %llu: %d and %d", (unsigned long long)seed, a, b);
    for (uint32_t i = 1; i < groups->group_count; i++) {
        const at_group *left = &groups->groups[i - 1], *right = &groups->groups[i];
        assert_true(
            left->member_count > right->member_count ||
            (left->member_count == right->member_count && left->members[0] < right->members[0]));
    }
}

static void check_players(uint64_t seed, const random_world *world, const at_graph *graph,
                          at_arena *arena) {
    at_key_players players;
    uint32_t members[NODES_MAX];
    int labels[NODES_MAX], distance[NODES_MAX][NODES_MAX], set[NODES_MAX], size = 1 + roll(3);
    double paths[NODES_MAX][NODES_MAX];
    bool removed[NODES_MAX] = {false};
    int n = world->node_count, whole = label(labels, world, removed, -1, -1);
    for (int i = 0; i < n; i++)
        members[i] = (uint32_t)i;
    assert_int_equal(
        at_key_players_find(&players, graph, members, (uint32_t)n, (uint32_t)size, arena, NULL),
        AT_OK);
    measure(distance, paths, world);
    for (int node = 0; node < n; node++) {
        const at_position *position = &players.positions[node];
        int bridges = 0, alone = 1;
        double between = 0;
        removed[node] = true;
        int parts = label(labels, world, removed, -1, -1);
        removed[node] = false;
        for (int other = 0; other < n; other++) {
            alone &= !world->tied[node][other];
            bridges +=
                world->tied[node][other] && label(labels, world, removed, node, other) > whole;
        }
        for (int a = 0; a < n; a++)
            for (int b = a + 1; b < n; b++)
                if (a != node && b != node && distance[a][b] < 99 &&
                    distance[a][node] + distance[node][b] == distance[a][b])
                    between += paths[a][node] * paths[node][b] / paths[a][b];
        if (position->cut_point != (parts + alone > whole) ||
            position->bridges != (uint32_t)bridges ||
            position->core != (uint32_t)core_of(world, node) ||
            fabs(position->betweenness - between) > 1e-9)
            fail_msg("seed %llu: node %d is cut %d, %u bridges, core %u, between %g; not %g",
                     (unsigned long long)seed, node, position->cut_point, position->bridges,
                     position->core, position->betweenness, between);
        assert_int_equal(position->rank > 0, between > 1e-9);
    }
    int count = fragment(set, world, size);
    for (int i = 0; i < count; i++) {
        removed[set[i]] = true;
        if (players.positions[set[i]].pick != (uint32_t)i + 1)
            fail_msg("seed %llu: pick %d is not %d", (unsigned long long)seed, i + 1, set[i]);
    }
    int64_t all = n * (n - 1), apart = all - pairs_together(world, removed);
    assert_true(players.after.num * all == apart * players.after.den);
}

/* Short paths alone: those of more steps count nothing. */
static void check_short_paths(const random_world *world, const at_graph *graph, at_arena *arena) {
    int distance[NODES_MAX][NODES_MAX], n = world->node_count;
    double paths[NODES_MAX][NODES_MAX], found[NODES_MAX];
    uint32_t members[NODES_MAX];
    at_simple simple;
    for (int i = 0; i < n; i++)
        members[i] = (uint32_t)i;
    measure(distance, paths, world);
    assert_int_equal(at_simple_make(&simple, graph, members, (uint32_t)n, arena, NULL), AT_OK);
    assert_int_equal(at_betweenness(found, &simple, 2, NULL), AT_OK);
    for (int node = 0; node < n; node++) {
        double between = 0;
        for (int a = 0; a < n; a++)
            for (int b = a + 1; b < n; b++)
                if (distance[a][b] == 2 && world->tied[a][node] && world->tied[node][b])
                    between += 1 / paths[a][b];
        assert_true(fabs(found[node] - between) < 1e-9);
    }
}

static void check_around(const random_world *world, const at_graph *graph, at_arena *arena) {
    at_around around;
    int distance[NODES_MAX][NODES_MAX], hops = roll(4);
    double paths[NODES_MAX][NODES_MAX];
    uint32_t subject = (uint32_t)roll(world->node_count);
    measure(distance, paths, world);
    assert_int_equal(at_around_find(&around, graph, &subject, 1, (uint32_t)hops, 0, arena, NULL),
                     AT_OK);
    for (int node = 0; node < world->node_count; node++) {
        int away = distance[subject][node];
        assert_int_equal(around.hops[node], away <= hops ? (uint32_t)away : AT_NONE);
    }
    for (uint32_t i = 1; i < around.count; i++) {
        uint32_t member = around.members[i];
        uint32_t via = at_tie_other(&graph->ties[around.tie[member]], member);
        assert_int_equal(around.hops[via] + 1, around.hops[member]);
    }
}

static void check_joints(uint64_t seed, const random_world *world, const at_graph *graph,
                         const at_groups *groups, const at_facts *facts, const at_ledger *ledger,
                         size_t *money_seen, at_arena *arena) {
    static const char *const country[2] = {"AZ", "IR"};
    at_places places;
    at_joints joints;
    int labels[NODES_MAX], found = 0;
    const bool none[NODES_MAX] = {false};
    int count = label(labels, world, none, -1, -1);
    unsigned accounts = 1u << AT_ACCOUNT_THERE;
    assert_int_equal(at_places_find(&places, graph, facts, accounts, arena, NULL), AT_OK);
    assert_int_equal(at_joints_find(&joints, graph, groups, &places, country, arena, NULL), AT_OK);
    for (int network = 0; network < count; network++) {
        int distance[NODES_MAX][NODES_MAX], least = 99;
        double paths[NODES_MAX][NODES_MAX];
        measure(distance, paths, world);
        for (int a = 0; a < world->node_count; a++)
            for (int b = 0; b < world->node_count; b++)
                if (labels[a] == network && labels[b] == network && world->country[a] &&
                    world->country[b] && strcmp(world->country[a], "AZ") == 0 &&
                    strcmp(world->country[b], "IR") == 0 && distance[a][b] < least)
                    least = distance[a][b];
        if (least == 99)
            continue;
        const at_joint *joint = NULL;
        for (uint32_t i = 0; i < joints.count; i++)
            if (labels[joints.joints[i].name] == network)
                joint = &joints.joints[i];
        found++;
        assert_non_null(joint);
        assert_int_equal(joint->level, 2);
        assert_int_equal(joint->path_count, least + 1);
        bool money = money_leads(world, labels, network, "AZ", "IR") ||
                     money_leads(world, labels, network, "IR", "AZ");
        if (money != (joint->money_count > 0))
            fail_msg("seed %llu: money in network %d", (unsigned long long)seed, network);
        for (uint32_t i = 1; i < joint->money_count; i++) {
            assert_true(joint->money[i - 1] < joint->money[i]);
            assert_int_equal(ledger->to[joint->money[i - 1]], ledger->from[joint->money[i]]);
        }
        *money_seen += money;
    }
    assert_int_equal(joints.count, found);
}

static void test_random(void **test_state) {
    (void)test_state;
    size_t money_seen = 0;
    for (uint64_t seed = 1; seed <= CASES; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_graph_options options = at_graph_all();
        random_world world;
        known_world known;
        at_graph graph;
        at_groups groups;
        at_facts facts;
        at_ledger ledger;
        make_world(&world, seed);
        known_begin(&known, &arena);
        make_graph(&graph, &ledger, &facts, &known, &world, &options);
        check_groups(seed, &world, &graph, &groups, &arena);
        check_players(seed, &world, &graph, &arena);
        check_short_paths(&world, &graph, &arena);
        check_around(&world, &graph, &arena);
        check_joints(seed, &world, &graph, &groups, &facts, &ledger, &money_seen, &arena);
    }
    print_message("  %d worlds, %zu networks with a money path between two countries\n", CASES,
                  money_seen);
    assert_true(money_seen > 500);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
