/* Goal: running balances are followed to the unit in both orders, and one lost row is one break.
 * Method: a table of small statements; then random ones whose balances are worked out here, read
 * whole in both orders, and read with one row missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "importers/statement.h"

#define NONE AT_AMOUNT_NONE

/* One row: in - out, and the balance printed beside it. */
typedef struct line {
    int64_t change, balance;
} line;

static const struct {
    const char *story;
    at_statement_terms terms;
    line lines[4];
    size_t count;
    uint64_t breaks; /* in the rows and at the end */
    int64_t opening, closing;
} rows[] = {
    {"what the first balance says is the opening",
     {false, NONE, NONE},
     {{5, 15}, {-3, 12}},
     2,
     0,
     10,
     12},
    {"newest first, the first balance is the closing",
     {true, NONE, NONE},
     {{-3, 12}, {5, 15}},
     2,
     0,
     10,
     12},
    {"a stated opening that does not fit the first row", {false, 9, NONE}, {{5, 15}}, 1, 1, 9, 15},
    {"a stated closing that does not fit the last", {false, NONE, 16}, {{5, 15}}, 1, 1, 10, 16},
    {"the same, newest first", {true, NONE, 16}, {{5, 15}}, 1, 1, 10, 16},
    {"a stated opening that does not fit, newest first", {true, 9, NONE}, {{5, 15}}, 1, 1, 9, 15},
    {"a break is one break, not one a row",
     {false, NONE, NONE},
     {{5, 15}, {-3, 13}, {1, 14}},
     3,
     1,
     10,
     14},
    {"rows without a balance are carried along",
     {false, NONE, NONE},
     {{5, NONE}, {-3, 12}, {1, NONE}},
     3,
     0,
     10,
     13},
    {"newest first too", {true, NONE, NONE}, {{1, NONE}, {-3, 12}, {5, NONE}}, 3, 0, 10, 13},
    {"no balances, but both ends", {false, 10, 13}, {{5, NONE}, {-2, NONE}}, 2, 0, 10, 13},
    {"and they do not meet", {false, 10, 14}, {{5, NONE}, {-2, NONE}}, 2, 1, 10, 14},
    {"nor backwards", {true, 10, 14}, {{-2, NONE}, {5, NONE}}, 2, 1, 10, 14},
    {"nothing is known", {false, NONE, NONE}, {{5, NONE}}, 1, 0, NONE, NONE},
    {"sums beyond 64 bits do not wrap",
     {false, NONE, NONE},
     {{INT64_MAX, NONE}, {INT64_MAX, NONE}, {0, 7}},
     3,
     0,
     NONE,
     7},
};

static at_leg make_leg(const char *account, int64_t change, int64_t balance, int64_t time_us) {
    at_leg leg = at_fact_new(AT_LEG).leg;
    leg.account = (at_ref){.id = account, .kind = AT_ACCOUNT};
    leg.currency = "EUR";
    leg.credit = change > 0;
    leg.amount = change < 0 ? -change : change;
    leg.balance_after = balance;
    leg.time = (at_time){.us = time_us, .precision = AT_SECOND};
    return leg;
}

/* The breaks of one statement, and the statement. */
static uint64_t follow(at_statement *out, const line *lines, size_t count,
                       const at_statement_terms *terms) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_statements statements = {.arena = &arena};
    at_break seen;
    at_error err = {0};
    uint64_t breaks = 0;
    for (size_t i = 0; i < count; i++) {
        const at_origin origin = {.offset = i};
        const at_leg leg = make_leg("a", lines[i].change, lines[i].balance,
                                    (int64_t)(terms->newest_first ? count - i : i));
        assert_int_equal(at_statements_add(&seen, &statements, &leg, &origin, terms, &err), AT_OK);
        breaks += seen.found;
    }
    assert_int_equal(statements.count, 1);
    assert_int_equal(statements.items[0].last.offset, count - 1);
    at_statement_close(out, &seen, &statements.items[0]);
    breaks += seen.found;
    assert_int_equal(out->breaks, breaks);
    assert_int_equal(out->rows, count);
    return breaks;
}

static void test_stories(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        at_statement statement;
        print_message("  %s\n", rows[i].story);
        assert_int_equal(follow(&statement, rows[i].lines, rows[i].count, &rows[i].terms),
                         rows[i].breaks);
        assert_int_equal(statement.opening, rows[i].opening);
        assert_int_equal(statement.closing, rows[i].closing);
    }
}

static void test_fee_and_period(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_statements statements = {.arena = &arena};
    const at_statement_terms terms = {false, 1000, NONE};
    const at_origin origin = {.line = 7};
    at_statement statement;
    at_break seen;
    at_error err = {0};
    at_leg leg = make_leg("a", -100, 895, 50);
    leg.fee = 5; /* on top of the amount */
    assert_int_equal(at_statements_add(&seen, &statements, &leg, &origin, &terms, &err), AT_OK);
    assert_false(seen.found);
    leg = make_leg("a", 5, 905, 20);
    leg.time.precision = AT_DAY;
    assert_int_equal(at_statements_add(&seen, &statements, &leg, &origin, &terms, &err), AT_OK);
    assert_true(seen.found);
    assert_true(seen.expected == 900 && seen.stated == 905);
    at_statement_close(&statement, &seen, &statements.items[0]);
    assert_int_equal(statement.period.since_us, 20);
    assert_int_equal(statement.period.until_us, 20 + AT_US_PER_DAY);
}

static void test_many_accounts(void **state) {
    (void)state;
    enum { ACCOUNTS = 1000 };
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_statements statements = {.arena = &arena};
    const at_statement_terms terms = {false, NONE, NONE};
    const at_origin origin = {.line = 1};
    at_break seen;
    at_error err = {0};
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < ACCOUNTS; i++) {
            char id[16];
            (void)snprintf(id, sizeof id, "a%d", i);
            at_leg leg = make_leg(id, 1, 10 + round, round);
            assert_int_equal(at_statements_add(&seen, &statements, &leg, &origin, &terms, &err),
                             AT_OK);
            leg.currency = "USD";
            assert_int_equal(at_statements_add(&seen, &statements, &leg, &origin, &terms, &err),
                             AT_OK);
            assert_false(seen.found);
        }
    assert_int_equal(statements.count, 2 * ACCOUNTS);
    assert_string_equal(statements.items[1].account, "a0");
    assert_string_equal(statements.items[1].currency, "USD");
    assert_string_equal(statements.items[2 * ACCOUNTS - 2].account, "a999");
}

static uint64_t next_random(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static void test_random(void **state) {
    (void)state;
    enum { LINES = 40, STATEMENTS = 500 };
    uint64_t seed = 7;
    for (int round = 0; round < STATEMENTS; round++) {
        line oldest[LINES], newest[LINES], cut[LINES - 1];
        const at_statement_terms ends[2] = {{false, NONE, NONE}, {true, NONE, NONE}};
        at_statement statement;
        int64_t balance = (int64_t)(next_random(&seed) % 1000), opening = balance;
        for (size_t i = 0; i < LINES; i++) {
            const int64_t change = (int64_t)(next_random(&seed) % 999) - 500;
            balance += change != 0 ? change : 1;
            oldest[i] = (line){change != 0 ? change : 1, balance};
            newest[LINES - 1 - i] = oldest[i];
        }
        assert_int_equal(follow(&statement, oldest, LINES, &ends[0]), 0);
        assert_int_equal(statement.opening, opening);
        assert_int_equal(statement.closing, balance);
        assert_int_equal(follow(&statement, newest, LINES, &ends[1]), 0);
        assert_int_equal(statement.opening, opening);
        assert_int_equal(statement.closing, balance);
        const size_t lost = 1 + next_random(&seed) % (LINES - 2); /* neither first nor last */
        for (int order = 0; order < 2; order++) {
            const line *all = order == 0 ? oldest : newest;
            memcpy(cut, all, lost * sizeof *cut);
            memcpy(cut + lost, all + lost + 1, (LINES - 1 - lost) * sizeof *cut);
            assert_int_equal(follow(&statement, cut, LINES - 1, &ends[order]), 1);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stories),
        cmocka_unit_test(test_fee_and_period),
        cmocka_unit_test(test_many_accounts),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
