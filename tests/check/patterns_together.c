/* Goal: with the currencies of an account together, a pattern is what it would be if the account
 * had one currency; its amount is the sum in the currency of its first transfer, and says so.
 * Method: thousands of seeded random ledgers in one currency, and the same with every payment put
 * on one of two currencies of its accounts: the findings must have the same centres and records.
 * The sum is made again from the rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/pattern_world.h"

enum { CASES = 4000, FAMILIES = 5 };

static char wanted_lines[PW_LINES_MAX][PW_LINE_BYTES], found_lines[PW_LINES_MAX][PW_LINE_BYTES];

typedef struct rules {
    int family;
    uint64_t k;
    at_gather_rule gather;
    at_scatter_rule scatter;
    at_cycle_rule cycle;
} rules;

static rules roll_rules(int family) {
    rules r = {.family = family, .k = 2 + (uint64_t)pw_roll(2)};
    r.gather = (at_gather_rule){r.k, 2, pw_roll(9), pw_roll(9)};
    r.scatter = (at_scatter_rule){.k = 2, .delta_us = pw_roll(20), .hub = 1000};
    r.cycle = (at_cycle_rule){.delta_us = pw_roll(40), .maxlen = 5, .many = (uint64_t)pw_roll(4)};
    return r;
}

static void find(at_patterns *out, const at_moves *moves, const rules *r) {
    at_status status = AT_BUG;
    if (r->family < 2)
        status = at_pattern_fan(out, moves, r->family == 0, r->k, r->scatter.delta_us, NULL);
    if (r->family == 2)
        status = at_pattern_gather(out, moves, &r->gather, NULL);
    if (r->family == 3)
        status = at_pattern_scatter(out, moves, &r->scatter, NULL);
    if (r->family == 4)
        status = at_pattern_cycles(out, moves, &r->cycle, NULL);
    assert_int_equal(status, AT_OK);
}

/* In a cycle the smallest leg counts, whatever its currency; any other amount is compared apart. */
static void list(pw_lines *lines, at_patterns *found, const at_ledger *ledger, bool amounts) {
    lines->count = 0;
    at_patterns_finish(found, ledger, 0);
    pw_add_patterns(lines, found, ledger);
    for (int i = 0; i < lines->count && !amounts; i++)
        *strrchr(lines->lines[i], ' ') = '\0';
}

/* What a finding of fan_in or fan_out sums, from its rows alone. */
static bool check_sums(const at_patterns *found, const at_ledger *ledger, bool credit) {
    bool any = false;
    for (size_t i = 0; i < found->count; i++) {
        const at_pattern_finding *f = &found->items[i];
        const char *currency = NULL;
        int64_t sum = 0;
        bool mixed = false;
        for (size_t at = 0; at < f->row_count; at++) {
            const uint32_t row = f->rows[at], end = credit ? ledger->to[row] : ledger->from[row];
            const at_node *node = &ledger->nodes[end];
            if (strcmp(node->account_id, f->centre) != 0)
                continue; /* the other half of a payment in transit */
            if (currency == NULL)
                currency = node->currency.code;
            if (strcmp(currency, node->currency.code) == 0)
                sum += credit ? ledger->amount_in[row] : ledger->amount[row];
            else
                mixed = true;
        }
        assert_int_equal(f->amount, sum);
        assert_int_equal(f->mixed, mixed);
        assert_string_equal(ledger->nodes[f->node].currency.code, currency);
        any = any || mixed;
    }
    return any;
}

static void test_together(void **state) {
    int totals[FAMILIES] = {0}, mixed = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= CASES; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        pw_lines wanted = {wanted_lines, 0}, found = {found_lines, 0};
        at_patterns one = {.arena = &arena}, two = {.arena = &arena};
        at_ledger plain, spread;
        at_moves apart, together;
        pw_world world;
        pw_seed(seed);
        pw_make(&world, PW_NODES_MAX, PW_PAYMENTS_MAX, 4 + pw_roll(20));
        memset(world.currency, 0, sizeof world.currency);
        const rules r = roll_rules((int)seed % FAMILIES);
        pw_ledger(&plain, &world, &arena);
        world.spread = true;
        pw_ledger(&spread, &world, &arena);
        assert_int_equal(at_moves_make(&apart, &plain, 0, &arena, NULL), AT_OK);
        assert_int_equal(at_moves_make(&together, &spread, AT_MOVES_TOGETHER, &arena, NULL), AT_OK);
        find(&one, &apart, &r);
        find(&two, &together, &r);
        list(&wanted, &one, &plain, r.family == 4);
        list(&found, &two, &spread, r.family == 4);
        pw_compare("together", seed, &wanted, &found);
        totals[r.family] += (int)two.count;
        if (r.family < 2)
            mixed += check_sums(&two, &spread, r.family == 0);
    }
    print_message("  %d ledgers: fan_in %d, fan_out %d, gather_scatter %d, scatter_gather %d, "
                  "round_trips %d; in several currencies %d\n",
                  CASES, totals[0], totals[1], totals[2], totals[3], totals[4], mixed);
    for (int i = 0; i < FAMILIES; i++)
        assert_true(totals[i] > CASES / 20);
    assert_true(mixed > CASES / 20);
}

/* A credit in one currency and a debit in another have no ratio; in one currency they have. */
static void test_ratio(void **state) {
    static const int payments[][3] = {{0, 1, 1}, {1, 0, 2}};
    (void)state;
    for (int spread = 0; spread < 2; spread++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        const at_cycle_rule rule = {
            .delta_us = 9, .maxlen = 2, .by_ratio = true, .lo = {1, 1}, .hi = {1, 1}};
        at_patterns out = {.arena = &arena};
        at_ledger ledger;
        at_moves moves;
        pw_world world;
        pw_set(&world, payments, 2);
        world.spread = spread == 1; /* credited in EUR, debited in IRR */
        pw_ledger(&ledger, &world, &arena);
        assert_int_equal(at_moves_make(&moves, &ledger, AT_MOVES_TOGETHER, &arena, NULL), AT_OK);
        assert_int_equal(at_pattern_cycles(&out, &moves, &rule, NULL), AT_OK);
        assert_int_equal(out.count, spread == 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_together),
        cmocka_unit_test(test_ratio),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
