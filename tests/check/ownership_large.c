/* Goal: groups too large for plain elimination have the shares of dense Gauss, downward and upward:
 * with few edges back, with many, owning themselves all but 10^-7 of a column, and as rings.
 * Method: seeded groups of some hundred bodies with two persons outside, solved again here in long
 * doubles with pivots; rings of 100,000 and of one against their closed forms. Verdicts at a
 * threshold and a hair beside it, where the fraction is known whatever the circle. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/network/share.h"

enum { BODIES_MAX = 420, STAKES_MAX = 4000, PARTS = 100000000, PERSONS = 2 };

typedef struct large_group {
    uint32_t count; /* companies; the persons come behind them */
    uint32_t stake_count;
    at_stake stakes[STAKES_MAX];
} large_group;

static uint64_t state;
static large_group group;
static long double cells[BODIES_MAX][BODIES_MAX + 1];

static uint32_t roll(uint32_t sides) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(state >> 33) % sides;
}

static at_share share_of(int64_t parts) {
    int64_t a = parts, b = PARTS;
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return at_share_exact((at_ratio){parts / a, PARTS / a});
}

/* What was really added: a pair that is there already is left as it is. */
static int64_t add_stake(uint32_t owner, uint32_t owned, int64_t parts) {
    for (uint32_t i = 0; i < group.stake_count; i++)
        if (group.stakes[i].owner == owner && group.stakes[i].owned == owned)
            return 0;
    assert_true(group.stake_count < STAKES_MAX);
    group.stakes[group.stake_count++] =
        (at_stake){.owner = owner, .legal = owner, .owned = owned, .share = share_of(parts)};
    return parts;
}

/* A chain through all, back from the last to the first, and `chords` more owners a company from
 * anywhere; of every column `rest` is not the group's, half of that a person's. */
static void make_group(uint32_t count, uint32_t chords, int64_t rest) {
    group.count = count;
    group.stake_count = 0;
    for (uint32_t body = 0; body < count; body++) {
        uint32_t before = (body + count - 1) % count;
        int64_t left = PARTS - rest, each = left / (chords + 1);
        for (uint32_t i = 0; i < chords; i++) {
            uint32_t owner = roll(count);
            left -= owner != before ? add_stake(owner, body, each) : 0;
        }
        add_stake(before, body, left);
        if (rest > 1)
            add_stake(count + roll(PERSONS), body, rest / 2);
    }
}

/* Shares of `source` by Gauss with pivots. */
static void solve(long double *share, const at_matrix *matrix, uint32_t source) {
    const uint32_t n = group.count;
    for (uint32_t row = 0; row < n; row++)
        for (uint32_t column = 0; column <= n; column++)
            cells[row][column] = row == column;
    for (uint32_t i = 0; i < matrix->stake_count; i++) {
        const at_stake *stake = &matrix->stakes[i];
        const long double part = (long double)stake->share.lo.num / stake->share.lo.den;
        if (stake->owner == source)
            cells[stake->owned][n] += part;
        else if (stake->owner < n)
            cells[stake->owned][stake->owner] -= part;
    }
    for (uint32_t pivot = 0; pivot < n; pivot++) {
        uint32_t best = pivot;
        for (uint32_t row = pivot + 1; row < n; row++)
            if (fabsl(cells[row][pivot]) > fabsl(cells[best][pivot]))
                best = row;
        for (uint32_t column = pivot; column <= n && best != pivot; column++) {
            long double kept = cells[pivot][column];
            cells[pivot][column] = cells[best][column];
            cells[best][column] = kept;
        }
        for (uint32_t row = pivot + 1; row < n; row++) {
            long double factor = cells[row][pivot] / cells[pivot][pivot];
            for (uint32_t column = pivot; factor != 0 && column <= n; column++)
                cells[row][column] -= factor * cells[pivot][column];
        }
    }
    for (uint32_t row = n; row-- > 0;) {
        share[row] = cells[row][n];
        for (uint32_t column = row + 1; column < n; column++)
            share[row] -= cells[row][column] * share[column];
        share[row] /= cells[row][row];
    }
}

static const struct {
    const char *story;
    uint32_t count, chords;
    int64_t rest;
    double near; /* a subtraction in the dense Gauss costs what is left of a column */
} rows[] = {
    {"one edge back", 400, 0, PARTS / 10, 1e-13},
    {"one edge back, 10^-7 left", 400, 0, 10, 1e-12},
    {"many edges back", 420, 3, PARTS / 10, 1e-13},
    {"many edges back, 10^-7 left", 420, 3, 10, 1e-12},
    {"fewer entries than bodies that are eliminated", 330, 1, PARTS / 100, 1e-13},
};

static void test_groups(void **test_state) {
    (void)test_state;
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        static long double exact[BODIES_MAX];
        at_matrix matrix;
        at_shares shares[PERSONS];
        double apart = 0, up = 0;
        print_message("  %s\n", rows[i].story);
        state = i + 1;
        make_group(rows[i].count, rows[i].chords, rows[i].rest);
        assert_int_equal(at_matrix_make(&matrix, group.count + PERSONS, group.stakes,
                                        group.stake_count, &arena, NULL),
                         AT_OK);
        for (uint32_t person = 0; person < PERSONS; person++) {
            assert_int_equal(
                at_shares_from(&shares[person], &matrix, group.count + person, &arena, NULL),
                AT_OK);
            solve(exact, &matrix, group.count + person);
            for (uint32_t body = 0; body < group.count; body++)
                apart = fmax(apart, fabs((double)(exact[body] - shares[person].lo[body])));
        }
        for (uint32_t target = 0; target < group.count; target += 97) {
            at_ultimate ultimate;
            assert_int_equal(at_ultimate_of(&ultimate, &matrix, target, &arena, NULL), AT_OK);
            for (uint32_t person = 0; person < PERSONS; person++)
                up = fmax(up,
                          fabs(ultimate.visits[group.count + person] - shares[person].lo[target]));
        }
        print_message("    apart: %.3g downward, %.3g upward\n", apart, up);
        if (apart > rows[i].near || up > rows[i].near)
            fail_msg("%s: %.3g and %.3g apart", rows[i].story, apart, up);
    }
}

/* Every company 9/10 of the next, round and round; a person has a tenth of the first. */
static void test_rings(void **test_state) {
    (void)test_state;
    static const uint32_t sizes[] = {1, 2, 299, 301, 100000};
    for (size_t i = 0; i < AT_COUNT(sizes); i++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        const uint32_t size = sizes[i];
        at_matrix matrix;
        at_shares shares;
        at_ultimate ultimate;
        at_stake *stakes;
        print_message("  a ring of %u\n", size);
        assert_int_equal(AT_NEW(&stakes, &arena, size + 1, NULL), AT_OK);
        for (uint32_t body = 0; body < size; body++)
            stakes[body] = (at_stake){.owner = body,
                                      .legal = body,
                                      .owned = (body + 1) % size,
                                      .share = at_share_exact((at_ratio){9, 10})};
        stakes[size] =
            (at_stake){.owner = size, .legal = size, .share = at_share_exact((at_ratio){1, 10})};
        assert_int_equal(at_matrix_make(&matrix, size + 1, stakes, size + 1, &arena, NULL), AT_OK);
        assert_int_equal(at_shares_from(&shares, &matrix, size, &arena, NULL), AT_OK);
        for (uint32_t body = 0; body < size; body++)
            assert_true(fabs(shares.lo[body] - 0.1 * pow(0.9, body) / (1 - pow(0.9, size))) <
                        1e-15);
        assert_true(shares.residual < 1e-15);
        assert_int_equal(at_ultimate_of(&ultimate, &matrix, size / 3, &arena, NULL), AT_OK);
        assert_true(fabs(ultimate.visits[size] - shares.lo[size / 3]) < 1e-15);
    }
}

/* A circle of companies that belong to each other, but for `rest` of each, which two persons (count
 * and count + 1) hold in equal parts: so each has half of every company, whatever those hold of
 * each other. One company holds half of a target (count + 2), so that a person has a quarter of it:
 * a hair more is a direct stake, a hair less comes off the half. */
static uint32_t make_halves(at_stake *stakes, uint32_t count, uint32_t chords, int64_t rest,
                            int64_t hair) {
    static const int64_t den = INT64_C(1000000000000);
    uint32_t used = 0;
    for (uint32_t body = 0; body < count; body++) {
        int64_t left = PARTS - rest;
        for (uint32_t i = 0; i <= chords; i++) {
            const uint32_t back = 1 + i * (1 + body % 7);
            const int64_t parts = i == chords ? left : left / (2 + roll(3));
            left -= parts;
            stakes[used++] = (at_stake){
                .owner = (body + count - back) % count, .owned = body, .share = share_of(parts)};
        }
        for (uint32_t i = 0; i < PERSONS; i++)
            stakes[used++] =
                (at_stake){.owner = count + i, .owned = body, .share = share_of(rest / 2)};
    }
    stakes[used++] =
        (at_stake){.owner = count / 3,
                   .owned = count + PERSONS,
                   .share = at_share_exact((at_ratio){den / 2 + (hair < 0 ? 2 * hair : 0), den})};
    if (hair > 0)
        stakes[used++] = (at_stake){.owner = count,
                                    .owned = count + PERSONS,
                                    .share = at_share_exact((at_ratio){hair, den})};
    for (uint32_t i = 0; i < used; i++)
        stakes[i].legal = stakes[i].owner;
    return used;
}

static void expect_verdict(const at_matrix *matrix, const at_shares *shares, uint32_t target,
                           at_ratio threshold, int64_t hair) {
    for (int op = AT_AT_LEAST; op <= AT_MORE_THAN; op++) {
        const bool passes = hair > 0 || (hair == 0 && op == AT_AT_LEAST);
        at_verdict verdict;
        assert_int_equal(
            at_shares_verdict(&verdict, matrix, shares, target, threshold, (at_operator)op, NULL),
            AT_OK);
        if (verdict != (passes ? AT_VERDICT_DEFINITE : AT_VERDICT_NO))
            fail_msg("%u bodies, %lld beside the threshold: %.17g is %d", matrix->body_count,
                     (long long)hair, shares->lo[target], verdict);
    }
}

/* Within the circles that fractions decide (64), past them, and past 2,000 bodies. */
static void test_thresholds(void **test_state) {
    (void)test_state;
    static const struct {
        uint32_t count, chords;
        int64_t rest;
    } circles[] = {{40, 3, PARTS / 10},  {64, 1, 10},          {65, 1, 10},
                   {200, 3, 10},         {420, 5, PARTS / 10}, {2100, 0, 10},
                   {2100, 2, PARTS / 5}, {20000, 1, PARTS / 4}};
    static const int64_t hairs[] = {0, 1000, -1000, 3, -3};
    for (size_t i = 0; i < AT_COUNT(circles); i++) {
        const uint32_t count = circles[i].count;
        print_message("  a circle of %u, %u more owners each, %lld / 10^8 outside\n", count,
                      circles[i].chords, (long long)circles[i].rest);
        for (size_t h = 0; h < AT_COUNT(hairs); h++) {
            AT_CLEANUP(at_arena_clear) at_arena arena = {0};
            at_matrix matrix;
            at_shares shares;
            at_stake *stakes;
            state = i + 1;
            assert_int_equal(AT_NEW(&stakes, &arena, count * (circles[i].chords + 3) + 2, NULL),
                             AT_OK);
            const uint32_t used =
                make_halves(stakes, count, circles[i].chords, circles[i].rest, hairs[h]);
            assert_int_equal(
                at_matrix_make(&matrix, count + PERSONS + 1, stakes, used, &arena, NULL), AT_OK);
            assert_int_equal(at_shares_from(&shares, &matrix, count, &arena, NULL), AT_OK);
            expect_verdict(&matrix, &shares, count + PERSONS, (at_ratio){1, 4}, hairs[h]);
            expect_verdict(&matrix, &shares, count / 2, (at_ratio){1, 2}, 0);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_rings),
        cmocka_unit_test(test_thresholds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
