/* Goal: plans of freezing are what the specification says (F1 - F5, F7): what a set stops, the best
 * set, the greedy rules to the letter, the bound.
 * Method: seeded random worlds; tests/support/freeze_game.c weighs every set, backwards in time and
 * with no code of the engine. The worked example is a table. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/freeze_game.h"
#include "engine/trace/freeze_part.h"

enum { CASES = 2000, NODES_MAX = 8, LARGE_CASES = 12, LONG_CASES = 60 };

static uint64_t state;

static int roll(int sides) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)((state >> 33) % (uint64_t)sides);
}

/* Few different figures, so that ties are common. */
static void make_game(freeze_game *game, uint64_t seed, int count) {
    memset(game, 0, sizeof *game);
    state = seed * 2654435761u + 11;
    for (int i = 0; i < 8; i++)
        roll(2);
    game->count = count > 0 ? count : 1 + roll(NODES_MAX);
    game->horizon = roll(8);
    const bool plain = roll(3) == 0;
    for (int a = 0; a < game->count; a++) {
        game->held[a] = roll(3) == 0 ? 0 : 100 * (1 + roll(plain ? 2 : 9));
        game->cost[a] = plain ? 1 : 1 + roll(4);
        game->lead[a] = roll(3) == 0 ? roll(game->horizon + 2) : 0;
        game->candidate[a] = roll(8) != 0;
        int left = 12;
        for (int k = roll(4); k > 0 && left > 0; k--) {
            const int part = 1 + roll(left);
            game->rate[a][roll(game->count + 1)] += part / 12.0;
            left -= part;
        }
    }
    game->held[game->count] = roll(10) == 0 ? 100 : 0;
}

/* The same as the engine reads it, with nodes behind that hold nothing: a large model is searched
 * in another way. */
enum { PADDED = 80 };

typedef struct as_model {
    at_freeze_model model;
    int64_t held[PADDED + 1], cost[PADDED], lead[PADDED];
    bool candidate[PADDED];
    uint64_t start[PADDED + 2];
    uint32_t to[GAME_NODES_MAX * (GAME_NODES_MAX + 1)];
    at_forecast rate[GAME_NODES_MAX * (GAME_NODES_MAX + 1)];
} as_model;

static void make_model(as_model *out, const freeze_game *game, int count) {
    uint64_t rates = 0;
    memset(out, 0, sizeof *out);
    for (int a = 0; a < count; a++) {
        out->start[a] = rates;
        out->cost[a] = 1;
        if (a >= game->count)
            continue;
        out->held[a] = game->held[a];
        out->cost[a] = game->cost[a];
        out->lead[a] = game->lead[a];
        out->candidate[a] = game->candidate[a];
        for (int b = 0; b <= game->count; b++)
            if (game->rate[a][b] > 0) {
                out->to[rates] = (uint32_t)(b < game->count ? b : count);
                out->rate[rates++] = game->rate[a][b];
            }
    }
    out->held[count] = game->held[game->count];
    out->start[count] = out->start[count + 1] = rates;
    out->model = (at_freeze_model){.count = (uint32_t)count,
                                   .held = out->held,
                                   .cost = out->cost,
                                   .lead = out->lead,
                                   .candidate = out->candidate,
                                   .start = out->start,
                                   .to = out->to,
                                   .rate = out->rate,
                                   .horizon = game->horizon};
}

static void solve(at_freeze_plan *out, const as_model *model, const at_freeze_wish *wish,
                  at_arena *arena) {
    at_freeze_work work;
    assert_int_equal(at_freeze_begin(&work, &model->model, 0, arena, NULL), AT_OK);
    assert_int_equal(at_freeze_solve(out, &work, wish, arena, NULL), AT_OK);
}

static uint32_t set_of(const at_freeze_plan *plan) {
    uint32_t set = 0;
    for (uint32_t i = 0; i < plan->count; i++)
        set |= 1u << plan->picks[i].node;
    return set;
}

static void check_close(const freeze_game *game, double a, double b) {
    assert_true(fabs(a - b) <= 1e-9 * game_total(game));
}

/* What every plan says of itself. */
static void check_picks(const freeze_game *game, const at_freeze_plan *plan) {
    uint32_t set = 0;
    double before = 0;
    for (uint32_t i = 0; i < plan->count; i++) {
        const at_freeze_pick *pick = &plan->picks[i];
        set |= 1u << pick->node;
        check_close(game, pick->alone, game_value(game, 1u << pick->node));
        check_close(game, pick->intercepted, game_value(game, set));
        check_close(game, pick->marginal, game_value(game, set) - before);
        before = game_value(game, set);
    }
    check_close(game, plan->intercepted, before);
    assert_int_equal(plan->cost, game_cost(game, set));
}

static void check_order(const at_freeze_plan *plan, const int *order, int count) {
    assert_int_equal(plan->count, count);
    for (int i = 0; i < count; i++)
        assert_int_equal(plan->picks[i].node, order[i]);
}

/* --- Rules ------------------------------------------------------------------------------------ */

static void check_cover(const freeze_game *game, const as_model *model, const double *values,
                        double cover, at_arena *arena) {
    at_freeze_wish wish = {.goal = AT_FREEZE_COVER, .cover = cover};
    const double goal = cover * game_total(game), tie = 1e-12 * game_total(game);
    const double most = values[game_candidates(game)];
    const bool reached = most >= goal - tie;
    at_freeze_plan plan;
    int order[GAME_NODES_MAX];
    solve(&plan, model, &wish, arena);
    check_picks(game, &plan);
    assert_int_equal(plan.reached, reached);
    if (reached) {
        assert_int_equal(plan.way, AT_FREEZE_BEST);
        assert_int_equal(set_of(&plan), game_best_cover(game, values, goal));
    }
    wish.solver = AT_FREEZE_GREEDY;
    solve(&plan, model, &wish, arena);
    check_picks(game, &plan);
    check_order(&plan, order, game_greedy_cover(order, game, reached ? goal : most));
}

static void check_budget(const freeze_game *game, const as_model *model, const double *values,
                         int64_t budget, at_arena *arena) {
    at_freeze_wish wish = {.goal = AT_FREEZE_BUDGET, .budget = budget};
    const uint32_t best = game_best_budget(game, values, budget);
    at_freeze_plan plan;
    int order[GAME_NODES_MAX];
    solve(&plan, model, &wish, arena);
    check_picks(game, &plan);
    assert_int_equal(set_of(&plan), best);
    check_close(game, plan.bound, game_bound(game, best, budget));
    wish.solver = AT_FREEZE_GREEDY;
    solve(&plan, model, &wish, arena);
    check_picks(game, &plan);
    check_order(&plan, order, game_greedy_budget(order, game, budget));
    check_close(game, plan.bound, game_bound(game, set_of(&plan), budget));
    assert_true(plan.bound >= values[best] - 1e-9 * game_total(game));
    assert_true(plan.intercepted >= .316 * values[best] - 1e-9 * game_total(game));
}

/* F3: what one more adds falls when the set grows. */
static void check_submodular(const freeze_game *game, const double *values) {
    const double room = 1e-9 * game_total(game);
    for (uint32_t set = 0; set < 1u << game->count; set++)
        for (int u = 0; u < game->count; u++)
            for (int v = 0; v < game->count; v++) {
                const uint32_t with_u = set | 1u << u, with_v = set | 1u << v;
                assert_true(values[with_v] >= values[set] - room);
                assert_true(values[with_v] - values[set] >=
                            values[with_u | with_v] - values[with_u] - room);
            }
}

static void test_small(void **unused) {
    static double values[1 << NODES_MAX];
    (void)unused;
    for (uint64_t seed = 1; seed <= CASES; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        freeze_game game;
        as_model model;
        at_freeze_work work;
        make_game(&game, seed, 0);
        make_model(&model, &game, game.count);
        game_values(values, &game);
        check_submodular(&game, values);
        assert_int_equal(at_freeze_begin(&work, &model.model, 0, &arena, NULL), AT_OK);
        for (uint32_t set = 0; set < 1u << game.count; set++) {
            bool marks[NODES_MAX];
            at_forecast value;
            for (int a = 0; a < game.count; a++)
                marks[a] = (set >> a & 1) != 0;
            assert_int_equal(at_freeze_intercepted(&value, &work, marks, NULL), AT_OK);
            check_close(&game, value, values[set]);
        }
        if (seed % 2 == 0) /* the same by the way for large models */
            make_model(&model, &game, PADDED);
        const double covers[] = {0, .25, .5, .9, 1};
        for (size_t i = 0; i < AT_COUNT(covers); i++)
            check_cover(&game, &model, values, covers[i], &arena);
        for (int64_t budget = 0; budget <= 9; budget += 1 + roll(3))
            check_budget(&game, &model, values, budget, &arena);
    }
}

/* What a node can add at most is not less than what it adds, and just that where no money comes
 * back. */
static void test_bounds(void **unused) {
    (void)unused;
    for (uint64_t seed = 1; seed <= CASES; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        freeze_game game;
        as_model model;
        at_freeze_work work;
        at_forecast bounds[NODES_MAX];
        bool marks[NODES_MAX];
        make_game(&game, 55000 + seed, 0);
        const bool forward = roll(2) == 0;
        for (int a = 0; forward && a < game.count; a++)
            for (int b = 0; b < a; b++)
                game.rate[a][b] = 0;
        make_model(&model, &game, game.count);
        const uint32_t set = (uint32_t)roll(1 << game.count);
        for (int a = 0; a < game.count; a++)
            marks[a] = (set >> a & 1) != 0;
        assert_int_equal(at_freeze_begin(&work, &model.model, 0, &arena, NULL), AT_OK);
        assert_int_equal(at_freeze_gain_bounds(bounds, &work, marks, &arena, NULL), AT_OK);
        for (int a = 0; a < game.count; a++) {
            const double gain = game_value(&game, set | 1u << a) - game_value(&game, set);
            if (marks[a])
                continue;
            assert_true(bounds[a] >= gain - 1e-9 * game_total(&game));
            if (forward)
                check_close(&game, bounds[a], gain);
        }
    }
}

/* More than twenty candidates: greedy by cover, sets of three by budget. */
static void test_large(void **unused) {
    (void)unused;
    for (uint64_t seed = 1; seed <= LARGE_CASES; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        freeze_game game;
        as_model model;
        at_freeze_plan plan;
        int order[GAME_NODES_MAX];
        make_game(&game, 77000 + seed, 21 + (int)(seed % 3));
        for (int a = 0; a < game.count; a++)
            game.candidate[a] = true;
        make_model(&model, &game, game.count);
        const double goal = .7 * game_total(&game),
                     most = game_value(&game, game_candidates(&game));
        const at_freeze_wish cover = {.goal = AT_FREEZE_COVER, .cover = .7};
        solve(&plan, &model, &cover, &arena);
        check_picks(&game, &plan);
        check_order(&plan, order, game_greedy_cover(order, &game, goal <= most ? goal : most));
        const at_freeze_wish budget = {.goal = AT_FREEZE_BUDGET, .budget = 5};
        solve(&plan, &model, &budget, &arena);
        check_picks(&game, &plan);
        assert_int_equal(plan.way, AT_FREEZE_TRIPLES);
        assert_true(plan.cost <= 5);
        check_close(&game, plan.intercepted, game_triples(&game, 5));
    }
}

/* A long horizon is leapt over, and walked here. */
static void test_long(void **unused) {
    (void)unused;
    for (uint64_t seed = 1; seed <= LONG_CASES; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        freeze_game game;
        as_model model;
        at_freeze_work work;
        bool marks[NODES_MAX];
        at_forecast value;
        make_game(&game, 99000 + seed, 0);
        for (int a = 0; a < game.count; a++) {
            game.lead[a] *= 1000;
            for (int b = 0; b <= game.count; b++)
                game.rate[a][b] /= seed % 2 == 0 ? 1000 : 1;
        }
        make_model(&model, &game, game.count);
        model.model.horizon = 20000;
        const uint32_t set = (uint32_t)roll(1 << game.count);
        for (int a = 0; a < game.count; a++)
            marks[a] = (set >> a & 1) != 0;
        assert_int_equal(at_freeze_begin(&work, &model.model, 0, &arena, NULL), AT_OK);
        assert_int_equal(at_freeze_intercepted(&value, &work, marks, NULL), AT_OK);
        check_close(&game, value, game_walk(&game, set, 20000));
    }
}

/* --- F7 --------------------------------------------------------------------------------------- */

enum { A, B, C, D, EXIT };

static const struct {
    const char *story;
    at_freeze_wish wish;
    const char *picks;
    double intercepted;
} rows[] = {
    {"nine tenths: the best set", {AT_FREEZE_COVER, AT_FREEZE_AUTO, .9, 0}, "AB", 900},
    {"greedy takes D, B, A and gives D back",
     {AT_FREEZE_COVER, AT_FREEZE_GREEDY, .9, 0},
     "BA",
     900},
    {"one order", {AT_FREEZE_BUDGET, AT_FREEZE_AUTO, 0, 1}, "D", 630},
    {"two orders", {AT_FREEZE_BUDGET, AT_FREEZE_AUTO, 0, 2}, "AB", 900},
    {"two orders, greedy", {AT_FREEZE_BUDGET, AT_FREEZE_GREEDY, 0, 2}, "DB", 780},
    {"nothing wanted", {AT_FREEZE_COVER, AT_FREEZE_AUTO, 0, 0}, "", 0},
};

static void test_example(void **unused) {
    static const double alone[] = {600, 300, 100, 630};
    (void)unused;
    const freeze_game game = {.count = 4,
                              .horizon = 3,
                              .held = {600, 300, 100},
                              .cost = {1, 1, 1, 1},
                              .candidate = {true, true, true, true},
                              .rate = {[A] = {[D] = .8, [EXIT] = .2},
                                       [B] = {[D] = .5, [EXIT] = .5},
                                       [C] = {[EXIT] = 1},
                                       [D] = {[EXIT] = 1}}};
    as_model model;
    make_model(&model, &game, game.count);
    for (int a = A; a <= D; a++)
        check_close(&game, game_value(&game, 1u << a), alone[a]);
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_freeze_plan plan;
        print_message("  %s\n", rows[i].story);
        solve(&plan, &model, &rows[i].wish, &arena);
        assert_int_equal(plan.count, strlen(rows[i].picks));
        for (uint32_t k = 0; k < plan.count; k++) {
            assert_int_equal(plan.picks[k].node, rows[i].picks[k] - 'A');
            check_close(&game, plan.picks[k].alone, alone[plan.picks[k].node]);
        }
        check_close(&game, plan.intercepted, rows[i].intercepted);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_example), cmocka_unit_test(test_small), cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_large),   cmocka_unit_test(test_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
