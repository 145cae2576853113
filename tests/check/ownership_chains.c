/* Goal: the chains listed are the ten first of all simple paths by product, then length, then ids
 * (O11), also where many products are equal.
 * Method: seeded random matrices whose shares are powers of one half, so that products are exact
 * and often equal; every simple path is enumerated and sorted here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/network/chain.h"

enum { BODIES = 8, STAKES_MAX = 40, PATHS_MAX = 4000, CASES = 2000 };

typedef struct path {
    double product;
    uint32_t length;
    uint32_t stakes[BODIES];
} path;

static uint64_t state;
static path paths[PATHS_MAX];
static size_t path_count;
static const at_matrix *matrix;

static uint32_t roll(uint32_t sides) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(state >> 33) % sides;
}

/* Two to four owners a body, of an eighth or a quarter each: no column passes the whole. */
static uint32_t make_stakes(at_stake *stakes) {
    uint32_t count = 0;
    for (uint32_t owned = 0; owned < BODIES; owned++) {
        uint32_t owners = 2 + roll(3);
        for (uint32_t i = 0; i < owners; i++) {
            uint32_t owner = roll(BODIES);
            at_stake stake = {.owner = owner, .legal = roll(6) ? owner : 0, .owned = owned};
            bool there = false;
            for (uint32_t k = 0; k < count; k++)
                there |= stakes[k].owned == owned && stakes[k].owner == owner &&
                         stakes[k].legal == stake.legal;
            stake.share = at_share_exact((at_ratio){1, roll(2) ? 4 : 8});
            if (!there && count < STAKES_MAX)
                stakes[count++] = stake;
        }
    }
    return count;
}

static void enumerate(path *so_far, bool *visited, uint32_t body, uint32_t target) {
    for (uint32_t i = 0; i < matrix->stake_count; i++) {
        const at_stake *stake = &matrix->stakes[i];
        if (stake->owner != body || (stake->owned != target && visited[stake->owned]))
            continue;
        path longer = *so_far;
        longer.stakes[longer.length++] = i;
        longer.product *= matrix->weight[i];
        if (stake->owned == target) {
            assert_true(path_count < PATHS_MAX);
            if (longer.product >= 1e-6)
                paths[path_count++] = longer;
            continue;
        }
        visited[stake->owned] = true;
        enumerate(&longer, visited, stake->owned, target);
        visited[stake->owned] = false;
    }
}

static int compare_paths(const void *left, const void *right) {
    const path *a = left, *b = right;
    if (a->product != b->product)
        return a->product > b->product ? -1 : 1;
    if (a->length != b->length)
        return a->length < b->length ? -1 : 1;
    for (uint32_t i = 0; i < a->length; i++) {
        const at_stake *x = &matrix->stakes[a->stakes[i]], *y = &matrix->stakes[b->stakes[i]];
        if (x->owned != y->owned)
            return x->owned < y->owned ? -1 : 1;
        if (x->legal != y->legal)
            return x->legal < y->legal ? -1 : 1;
        if (x->owner != y->owner)
            return x->owner < y->owner ? -1 : 1;
    }
    return 0;
}

static void test_random(void **test_state) {
    (void)test_state;
    size_t full = 0;
    for (uint64_t seed = 1; seed <= CASES; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_stake stakes[STAKES_MAX];
        at_matrix made;
        at_chains chains;
        state = seed * 2654435761u + 3;
        for (int i = 0; i < 8; i++)
            roll(2);
        uint32_t count = make_stakes(stakes), source = roll(BODIES - 1), target = BODIES - 1;
        assert_int_equal(at_matrix_make(&made, BODIES, stakes, count, &arena, NULL), AT_OK);
        matrix = &made;
        path_count = 0;
        bool visited[BODIES] = {false};
        path none = {.product = 1};
        visited[source] = true;
        enumerate(&none, visited, source, target);
        qsort(paths, path_count, sizeof *paths, compare_paths);
        assert_int_equal(
            at_chains_find(&chains, &made, made.weight, NULL, source, target, &arena, NULL), AT_OK);
        size_t wanted = path_count < AT_CHAINS_MAX ? path_count : AT_CHAINS_MAX;
        full += path_count > AT_CHAINS_MAX;
        assert_false(chains.cut);
        assert_int_equal(chains.count, wanted);
        for (size_t i = 0; i < wanted; i++) {
            path ours = {.product = chains.chains[i].product,
                         .length = (uint32_t)chains.chains[i].step_count};
            memcpy(ours.stakes, chains.chains[i].stakes, ours.length * sizeof *ours.stakes);
            if (compare_paths(&ours, &paths[i]) != 0)
                fail_msg("seed %llu: chain %zu", (unsigned long long)seed, i);
        }
    }
    print_message("  %d matrices, %zu with more than ten chains\n", CASES, full);
    assert_true(full > 200);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
