/* Goal: the cut without time is the cheapest that leaves no way (F6), or none is; the greatest
 * flow is what the narrowest division lets through.
 * Method: seeded random graphs of up to 8 nodes; every set of nodes is taken out, every division of
 * them in two is measured. No code of the engine but what is tested. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "engine/network/cutset.h"

enum { CASES = 3000, NODES_MAX = 8, PAIRS_MAX = 24 };

typedef struct random_graph {
    uint32_t count, ends[2 * PAIRS_MAX];
    size_t pairs;
    int64_t cost[NODES_MAX], held[NODES_MAX];
    double room[PAIRS_MAX];
    bool begins[NODES_MAX];
} random_graph;

static uint64_t state;

static uint32_t roll(uint32_t sides) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((state >> 33) % sides);
}

static void make_world(random_graph *out, uint64_t seed) {
    memset(out, 0, sizeof *out);
    state = seed * 2654435761u + 5;
    for (int i = 0; i < 8; i++)
        roll(2);
    out->count = 1 + roll(NODES_MAX);
    for (uint32_t i = 0; i < out->count; i++) {
        out->cost[i] = roll(6) == 0 ? 0 : 1 + roll(5);
        out->held[i] = 1 + roll(50);
        out->begins[i] = roll(3) == 0;
    }
    for (uint32_t i = roll(PAIRS_MAX); i > 0; i--) {
        out->ends[2 * out->pairs] = roll(out->count);
        out->ends[2 * out->pairs + 1] = roll(out->count + 1);
        out->room[out->pairs++] = roll(40) / 8.0;
    }
}

/* Is there a way from a beginning to the far side around these nodes? */
static bool crosses(const random_graph *world, uint32_t removed) {
    uint32_t reached = 0;
    for (uint32_t i = 0; i < world->count; i++)
        if (world->begins[i])
            reached |= 1u << i;
    reached &= ~removed;
    for (uint32_t round = 0; round <= world->count; round++)
        for (size_t i = 0; i < world->pairs; i++)
            if (reached >> world->ends[2 * i] & 1)
                reached |= (1u << world->ends[2 * i + 1]) & ~removed;
    return (reached >> world->count & 1) != 0;
}

static double cheapest(const random_graph *world) {
    double best = INFINITY;
    for (uint32_t set = 0; set < 1u << world->count; set++) {
        double cost = 0;
        for (uint32_t i = 0; i < world->count; i++)
            if (set >> i & 1)
                cost += world->cost[i] > 0 ? (double)world->cost[i] : INFINITY;
        if (cost < best && !crosses(world, set))
            best = cost;
    }
    return best;
}

/* Every division with the beginnings' money on this side and the far side on that. */
static double narrowest(const random_graph *world) {
    double best = INFINITY;
    for (uint32_t here = 0; here < 1u << world->count; here++) {
        double room = 0;
        for (uint32_t i = 0; i < world->count; i++)
            if (world->begins[i] && !(here >> i & 1))
                room += (double)world->held[i];
        for (size_t i = 0; i < world->pairs; i++)
            if ((here >> world->ends[2 * i] & 1) && !(here >> world->ends[2 * i + 1] & 1))
                room += world->room[i];
        if (room < best)
            best = room;
    }
    return best;
}

static void test_cuts(void **unused) {
    int none = 0, some = 0;
    (void)unused;
    for (uint64_t seed = 1; seed <= CASES; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        random_graph world;
        at_cutset cut;
        double flow, cost = 0;
        uint32_t set = 0;
        make_world(&world, seed);
        const at_crossing crossing = {.count = world.count,
                                      .pair_count = world.pairs,
                                      .ends = world.ends,
                                      .begins = world.begins};
        assert_int_equal(at_cutset_find(&cut, &crossing, world.cost, &arena, NULL), AT_OK);
        const double best = cheapest(&world);
        assert_int_equal(cut.found, best < INFINITY);
        for (uint32_t i = 0; i < cut.count; i++) {
            set |= 1u << cut.nodes[i];
            cost += (double)world.cost[cut.nodes[i]];
        }
        if (cut.found) {
            assert_true(cost == best && cut.cost == best);
            assert_false(crosses(&world, set));
        }
        none += !cut.found;
        some += cut.found && cut.count > 1;
        assert_int_equal(at_crossing_flow(&flow, &crossing, world.held, world.room, &arena, NULL),
                         AT_OK);
        assert_true(fabs(flow - narrowest(&world)) < 1e-9);
    }
    print_message("  %d worlds without a cut, %d that need several\n", none, some);
    assert_true(none > 50 && some > 50);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cuts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
