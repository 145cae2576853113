/* Goal: integrated shares, their upper ends, what is attributed to closed groups, and verdicts
 * near a threshold are the exact rationals of the specification (O2-O5, O9, G4).
 * Method: thousands of seeded random matrices with cycles, ranges, self-holdings, closed groups
 * and columns over 100 %, solved again here by dense Gauss in rationals; upper ends by trying every
 * order in which every column can spend its slack; bounds are never below those. Nothing of the
 * engine's arithmetic is used. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gmp.h>

#include "engine/network/bound.h"

enum { BODIES_MAX = 9, STAKES_MAX = 40, CASES = 4000, COMBINATIONS_MAX = 3000 };

typedef struct random_matrix {
    uint32_t body_count, stake_count;
    at_stake stakes[STAKES_MAX];
} random_matrix;

static uint64_t state;

static uint32_t roll(uint32_t sides) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(state >> 33) % sides;
}

static at_ratio ratio_of(int64_t num, int64_t den) {
    int64_t a = num, b = den;
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return (at_ratio){num / a, den / a};
}

/* A column in hundredths, so that whole, closed, over-full and sparse columns all come up often. */
static void fill_column(random_matrix *sample, uint32_t body, uint32_t style) {
    static const int64_t bases[] = {100, 1000, 7, 10000000};
    int64_t base = bases[roll(4)], left = base;
    bool used[BODIES_MAX] = {false};
    uint32_t owners = 1 + roll(3);
    for (uint32_t i = 0; i < owners && sample->stake_count < STAKES_MAX; i++) {
        uint32_t owner = style == 1 ? 1 + roll(2) : roll(sample->body_count);
        if (used[owner] || (owner == body && roll(3) != 0))
            continue;
        used[owner] = true;
        int64_t part = i + 1 == owners && roll(2) ? left : 1 + roll((uint32_t)base);
        if (part > left && roll(12) != 0)
            part = left;
        if (part <= 0)
            continue;
        at_stake *stake = &sample->stakes[sample->stake_count++];
        *stake = (at_stake){.owner = owner, .legal = owner, .owned = body};
        stake->share = at_share_exact(ratio_of(part, base));
        left -= part < left ? part : left;
        if (style == 2 && roll(2)) {
            stake->share.lo = roll(3) ? ratio_of(part / 2, base) : (at_ratio){0, 1};
            stake->share.hi = roll(3) ? stake->share.hi : (at_ratio){1, 1};
        }
    }
}

static void make_sample(random_matrix *sample, uint64_t seed) {
    state = seed * 2654435761u + 1;
    for (int i = 0; i < 8; i++)
        roll(2);
    memset(sample, 0, sizeof *sample);
    sample->body_count = 3 + roll(BODIES_MAX - 3);
    uint32_t style = roll(4);
    for (uint32_t body = 1; body < sample->body_count; body++)
        if (roll(5) != 0)
            fill_column(sample, body, style);
}

/* --- The second opinion ----------------------------------------------------------------------- */

typedef mpq_t weights[STAKES_MAX];

static void set(mpq_t out, at_ratio ratio) {
    mpq_set_si(out, ratio.num, (unsigned long)ratio.den);
    mpq_canonicalize(out);
}

static bool is_over(const random_matrix *sample, uint32_t body) {
    mpq_t sum, part, limit;
    mpq_inits(sum, part, limit, NULL);
    for (uint32_t i = 0; i < sample->stake_count; i++) {
        set(part, sample->stakes[i].share.lo);
        if (sample->stakes[i].owned == body)
            mpq_add(sum, sum, part);
    }
    mpq_set_si(limit, 1000000000001, 1000000000000);
    bool over = mpq_cmp(sum, limit) > 0;
    mpq_clears(sum, part, limit, NULL);
    return over;
}

static void lower_weights(weights out, const random_matrix *sample) {
    for (uint32_t i = 0; i < sample->stake_count; i++)
        if (is_over(sample, sample->stakes[i].owned))
            mpq_set_si(out[i], 0, 1);
        else
            set(out[i], sample->stakes[i].share.lo);
}

/* y of O3 for every body, by dense Gauss over the bodies that the source reaches. */
static void solve(mpq_t *share, const random_matrix *sample, weights weight, uint32_t source) {
    uint32_t n = sample->body_count;
    bool reached[BODIES_MAX] = {false};
    static mpq_t cells[BODIES_MAX][BODIES_MAX + 1];
    mpq_t factor, part;
    mpq_inits(factor, part, NULL);
    for (bool again = true; again;) {
        again = false;
        for (uint32_t i = 0; i < sample->stake_count; i++) {
            const at_stake *stake = &sample->stakes[i];
            if (mpq_sgn(weight[i]) > 0 && !reached[stake->owned] &&
                (stake->owner == source || reached[stake->owner])) {
                reached[stake->owned] = true;
                again = true;
            }
        }
    }
    for (uint32_t row = 0; row < n; row++)
        for (uint32_t column = 0; column <= n; column++)
            mpq_init(cells[row][column]);
    for (uint32_t row = 0; row < n; row++)
        mpq_set_si(cells[row][row], 1, 1);
    for (uint32_t i = 0; i < sample->stake_count; i++) {
        const at_stake *stake = &sample->stakes[i];
        if (!reached[stake->owned])
            continue;
        if (stake->owner == source)
            mpq_add(cells[stake->owned][n], cells[stake->owned][n], weight[i]);
        else if (reached[stake->owner])
            mpq_sub(cells[stake->owned][stake->owner], cells[stake->owned][stake->owner],
                    weight[i]);
    }
    for (uint32_t pivot = 0; pivot < n; pivot++) {
        uint32_t best = pivot;
        while (best < n && mpq_sgn(cells[best][pivot]) == 0)
            best++;
        assert_true(best < n);
        for (uint32_t column = 0; column <= n && best != pivot; column++)
            mpq_swap(cells[best][column], cells[pivot][column]);
        for (uint32_t row = 0; row < n; row++) {
            if (row == pivot || mpq_sgn(cells[row][pivot]) == 0)
                continue;
            mpq_div(factor, cells[row][pivot], cells[pivot][pivot]);
            for (uint32_t column = pivot; column <= n; column++) {
                mpq_mul(part, factor, cells[pivot][column]);
                mpq_sub(cells[row][column], cells[row][column], part);
            }
        }
    }
    for (uint32_t row = 0; row < n; row++)
        mpq_div(share[row], cells[row][n], cells[row][row]);
    for (uint32_t row = 0; row < n; row++)
        for (uint32_t column = 0; column <= n; column++)
            mpq_clear(cells[row][column]);
    mpq_clears(factor, part, NULL);
}

/* One column under one order of spending; `order` holds numbers of stakes. */
static void spend(weights out, const random_matrix *sample, const uint32_t *order, uint32_t count) {
    mpq_t slack, room;
    mpq_inits(slack, room, NULL);
    mpq_set_si(slack, 1, 1);
    for (uint32_t i = 0; i < count; i++) {
        set(out[order[i]], sample->stakes[order[i]].share.lo);
        mpq_sub(slack, slack, out[order[i]]);
    }
    for (uint32_t i = 0; i < count; i++) {
        set(room, sample->stakes[order[i]].share.hi);
        mpq_sub(room, room, out[order[i]]);
        if (mpq_cmp(room, slack) > 0)
            mpq_set(room, slack);
        if (mpq_sgn(room) <= 0)
            continue;
        mpq_add(out[order[i]], out[order[i]], room);
        mpq_sub(slack, slack, room);
    }
    mpq_clears(slack, room, NULL);
}

typedef struct brute_force {
    const random_matrix *sample;
    uint32_t source;
    weights weight;
    mpq_t *high;
    uint32_t combinations;
} brute_force;

static void try_orders(brute_force *brute, uint32_t body);

static void permute(brute_force *brute, uint32_t body, uint32_t *order, uint32_t count,
                    uint32_t fixed) {
    if (fixed == count) {
        spend(brute->weight, brute->sample, order, count);
        try_orders(brute, body + 1);
        return;
    }
    for (uint32_t i = fixed; i < count; i++) {
        uint32_t kept = order[fixed];
        order[fixed] = order[i];
        order[i] = kept;
        permute(brute, body, order, count, fixed + 1);
        kept = order[fixed];
        order[fixed] = order[i];
        order[i] = kept;
    }
}

static void try_orders(brute_force *brute, uint32_t body) {
    const random_matrix *sample = brute->sample;
    uint32_t order[STAKES_MAX], count = 0;
    bool ranged = false;
    if (body == sample->body_count) {
        mpq_t share[BODIES_MAX];
        brute->combinations++;
        for (uint32_t i = 0; i < sample->body_count; i++)
            mpq_init(share[i]);
        solve(share, sample, brute->weight, brute->source);
        for (uint32_t i = 0; i < sample->body_count; i++) {
            if (mpq_cmp(share[i], brute->high[i]) > 0)
                mpq_set(brute->high[i], share[i]);
            mpq_clear(share[i]);
        }
        return;
    }
    for (uint32_t i = 0; i < sample->stake_count; i++) {
        if (sample->stakes[i].owned != body)
            continue;
        order[count++] = i;
        ranged |= at_ratio_compare(sample->stakes[i].share.lo, sample->stakes[i].share.hi) != 0;
    }
    if (ranged && !is_over(sample, body))
        permute(brute, body, order, count, 0);
    else
        try_orders(brute, body + 1);
}

static uint32_t count_combinations(const random_matrix *sample) {
    uint32_t product = 1;
    for (uint32_t body = 0; body < sample->body_count; body++) {
        uint32_t count = 0, orders = 1;
        bool ranged = false;
        for (uint32_t i = 0; i < sample->stake_count; i++) {
            if (sample->stakes[i].owned == body) {
                orders *= ++count;
                ranged |=
                    at_ratio_compare(sample->stakes[i].share.lo, sample->stakes[i].share.hi) != 0;
            }
        }
        product *= ranged ? orders : 1;
    }
    return product;
}

/* --- The comparisons -------------------------------------------------------------------------- */

static void expect_near(uint64_t seed, const char *what, uint32_t body, double ours, mpq_t exact) {
    if (fabs(ours - mpq_get_d(exact)) > 1e-12)
        fail_msg("seed %llu: %s of body %u is %.17g, exactly %.17g", (unsigned long long)seed, what,
                 body, ours, mpq_get_d(exact));
}

/* The verdict at the exact value, a hair below and a hair above; doubles alone could not tell. */
static void check_verdicts(uint64_t seed, const at_matrix *matrix, const at_shares *shares,
                           uint32_t body, mpq_t lo, mpq_t hi) {
    static const int64_t grids[] = {4, 100, 1000000, INT64_C(100000000000)};
    mpq_t threshold, eps, gap;
    mpq_inits(threshold, eps, gap, NULL);
    mpq_set_si(eps, 1, 1000000000000);
    for (size_t i = seed % 2; i < AT_COUNT(grids); i += 2) {
        for (int step = -1; step <= 1; step++) {
            for (int op = 0; op < 2; op++) {
                at_verdict got, want = AT_VERDICT_NO;
                int64_t num =
                    (int64_t)llround(mpq_get_d(i > 1 ? lo : hi) * (double)grids[i]) + step;
                if (num <= 0 || num > grids[i])
                    continue;
                at_ratio ratio = ratio_of(num, grids[i]);
                set(threshold, ratio);
                for (int end = 0; end < 2; end++) {
                    mpq_sub(gap, end ? lo : hi, threshold);
                    if (op == AT_AT_LEAST)
                        mpq_add(gap, gap, eps);
                    else
                        mpq_sub(gap, gap, eps);
                    if (op == AT_AT_LEAST ? mpq_sgn(gap) >= 0 : mpq_sgn(gap) > 0)
                        want = end ? AT_VERDICT_DEFINITE : AT_VERDICT_POSSIBLE;
                }
                assert_int_equal(
                    at_shares_verdict(&got, matrix, shares, body, ratio, (at_operator)op, NULL),
                    AT_OK);
                if (got != want)
                    fail_msg("seed %llu: body %u against %lld/%lld is %d, not %d",
                             (unsigned long long)seed, body, (long long)ratio.num,
                             (long long)ratio.den, got, want);
            }
        }
    }
    mpq_clears(threshold, eps, gap, NULL);
}

/* What bounds say of a source, and how often they say it exactly, where a range bears on it too. */
static size_t bounds_seen, bounds_exact, bounds_ranged;

static void check_bounds(uint64_t seed, at_bounds *bounds, uint32_t target, uint32_t source,
                         mpq_t low, mpq_t high) {
    at_bounded bounded;
    const double exactly = mpq_get_d(high);
    assert_int_equal(at_bounds_of(&bounded, bounds, source, NULL), AT_OK);
    if (bounded.exact)
        expect_near(seed, "bound", source, bounded.most, high);
    if (bounded.most < exactly - 1e-12 || at_bounds_anywhere(bounds, source) < exactly - 1e-12)
        fail_msg("seed %llu: %u has at most %.17g of %u, exactly %.17g", (unsigned long long)seed,
                 source, bounded.most, target, exactly);
    bounds_seen++;
    bounds_exact += bounded.exact && exactly > 0;
    bounds_ranged += bounded.exact && mpq_cmp(low, high) < 0;
}

static void check_source(uint64_t seed, const random_matrix *sample, const at_matrix *matrix,
                         uint32_t source, bool small, at_bounds *bounds, at_arena *arena) {
    at_shares shares;
    mpq_t low[BODIES_MAX], high[BODIES_MAX];
    brute_force brute = {.sample = sample, .source = source, .high = high};
    for (uint32_t i = 0; i < STAKES_MAX; i++)
        mpq_init(brute.weight[i]);
    for (uint32_t i = 0; i < sample->body_count; i++)
        mpq_inits(low[i], high[i], NULL);
    lower_weights(brute.weight, sample);
    solve(low, sample, brute.weight, source);
    assert_int_equal(at_shares_from(&shares, matrix, source, arena, NULL), AT_OK);
    for (uint32_t body = 0; body < sample->body_count; body++)
        expect_near(seed, "lower end", body, shares.lo[body], low[body]);
    if (small) {
        try_orders(&brute, 0);
        for (uint32_t body = 0; body < sample->body_count; body++) {
            expect_near(seed, "upper end", body, shares.hi[body], high[body]);
            check_verdicts(seed, matrix, &shares, body, low[body], high[body]);
            if (body != source)
                check_bounds(seed, &bounds[body], body, source, low[body], high[body]);
        }
    }
    for (uint32_t i = 0; i < STAKES_MAX; i++)
        mpq_clear(brute.weight[i]);
    for (uint32_t i = 0; i < sample->body_count; i++)
        mpq_clears(low[i], high[i], NULL);
}

static bool is_owned(const at_matrix *matrix, uint32_t body) {
    return !matrix->over[body] && matrix->column_start[body] < matrix->column_start[body + 1];
}

/* Walk upward once, and compare with one downward solve for each body that nobody owns; all ends of
 * the walk together are certain. A closed group's part: give the group to a stranger, and ask
 * his. */
static void check_ultimate(uint64_t seed, const random_matrix *sample, const at_matrix *matrix,
                           uint32_t target, size_t *closed_seen, at_arena *arena) {
    at_ultimate ultimate;
    random_matrix bought = *sample;
    mpq_t share[BODIES_MAX];
    weights weight;
    double all = 0;
    for (uint32_t i = 0; i < BODIES_MAX; i++)
        mpq_init(share[i]);
    for (uint32_t i = 0; i < STAKES_MAX; i++)
        mpq_init(weight[i]);
    lower_weights(weight, sample);
    assert_int_equal(at_ultimate_of(&ultimate, matrix, target, arena, NULL), AT_OK);
    for (uint32_t body = 0; body < sample->body_count; body++) {
        all += ultimate.visits[body] * matrix->exit[body];
        if (is_owned(matrix, body) || body == target)
            continue;
        solve(share, sample, weight, body);
        expect_near(seed, "visits", body, ultimate.visits[body], share[target]);
    }
    for (size_t i = 0; i < ultimate.closed_count; i++) {
        const at_closed *closed = &ultimate.closed[i];
        all += closed->share;
        ++*closed_seen;
        bought.body_count = sample->body_count + 1;
        for (uint32_t k = 0; k < sample->stake_count; k++)
            for (uint32_t m = 0; m < closed->body_count; m++)
                if (bought.stakes[k].owned == closed->bodies[m])
                    mpq_set_si(weight[k], 0, 1);
        for (uint32_t m = 0; m < closed->body_count; m++) {
            assert_true(bought.stake_count < STAKES_MAX);
            mpq_set_si(weight[bought.stake_count], 1, 1);
            bought.stakes[bought.stake_count++] =
                (at_stake){.owner = sample->body_count, .owned = closed->bodies[m]};
        }
        solve(share, &bought, weight, sample->body_count);
        expect_near(seed, "closed group", closed->bodies[0], closed->share, share[target]);
        break;
    }
    if (ultimate.closed_count < 2 && fabs(all - 1) > 1e-12)
        fail_msg("seed %llu: the ends of the walks from %u are %.17g in all",
                 (unsigned long long)seed, target, all);
    for (uint32_t i = 0; i < BODIES_MAX; i++)
        mpq_clear(share[i]);
    for (uint32_t i = 0; i < STAKES_MAX; i++)
        mpq_clear(weight[i]);
}

static void test_random(void **test_state) {
    (void)test_state;
    size_t over = 0, ranged = 0, closed = 0, brute_forced = 0;
    for (uint64_t seed = 1; seed <= CASES; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        random_matrix sample;
        at_matrix matrix;
        make_sample(&sample, seed);
        /* The engine sorts in place: keep both in the same order. */
        assert_int_equal(at_matrix_make(&matrix, sample.body_count, sample.stakes,
                                        sample.stake_count, &arena, NULL),
                         AT_OK);
        bool small = count_combinations(&sample) <= COMBINATIONS_MAX / 10;
        at_bounds bounds[BODIES_MAX];
        for (uint32_t body = 0; body < sample.body_count; body++)
            assert_int_equal(at_bounds_make(&bounds[body], &matrix, body, &arena, NULL), AT_OK);
        for (uint32_t source = 0; source < sample.body_count; source++) {
            check_source(seed, &sample, &matrix, source, small, bounds, &arena);
            if (sample.body_count < BODIES_MAX && sample.stake_count + BODIES_MAX < STAKES_MAX)
                check_ultimate(seed, &sample, &matrix, source, &closed, &arena);
        }
        for (uint32_t body = 0; body < sample.body_count; body++) {
            assert_int_equal(matrix.over[body], is_over(&sample, body));
            over += matrix.over[body];
        }
        ranged += matrix.ranged;
        brute_forced += small;
    }
    print_message("  %d matrices: %zu with ranges, %zu columns over 100 %%, %zu closed groups met, "
                  "%zu solved for every order\n",
                  CASES, ranged, over, closed, brute_forced);
    print_message("  %zu bounds, %zu of them the share itself, %zu that of a range\n", bounds_seen,
                  bounds_exact, bounds_ranged);
    assert_true(bounds_exact > 4000 && bounds_ranged > 500);
    assert_true(ranged > 500 && over > 100 && closed > 100 && brute_forced > 3000);
}

/* Two companies that own each other to 1 - 10^-7: rounding would cost seven digits if it could. */
static void test_nearly_closed(void **test_state) {
    (void)test_state;
    static const at_ratio cross = {9999999, 10000000}, rest = {1, 10000000};
    at_stake stakes[] = {
        {.owner = 1, .legal = 1, .owned = 2, .share = at_share_exact(cross)},
        {.owner = 2, .legal = 2, .owned = 1, .share = at_share_exact(cross)},
        {.owner = 0, .legal = 0, .owned = 1, .share = at_share_exact(rest)},
        {.owner = 3, .legal = 3, .owned = 2, .share = at_share_exact(rest)},
    };
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_matrix matrix;
    at_shares shares;
    assert_int_equal(at_matrix_make(&matrix, 4, stakes, AT_COUNT(stakes), &arena, NULL), AT_OK);
    assert_int_equal(at_shares_from(&shares, &matrix, 0, &arena, NULL), AT_OK);
    /* y(1) = r / (1 - c^2) = 1 / (1 + c), y(2) = c / (1 + c) with c = cross. */
    assert_true(fabs(shares.lo[1] - 10000000.0 / 19999999) < 1e-15);
    assert_true(fabs(shares.lo[2] - 9999999.0 / 19999999) < 1e-15);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_nearly_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
