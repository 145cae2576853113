/* Goal: round_trips, scatter_gather and stack find what N0, N6, N7 and N10 say, in that order, and
 * a list that was cut is the beginning of the whole.
 * Method: thousands of seeded random ledgers with equal times, self-transfers, zero amounts,
 * reversals, two currencies, and payments whose legs stand apart; cycles are walked without any
 * look ahead, middles tried one by one, groups joined as sets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/pattern_world.h"

enum { CASES = 6000, PAIRS_MAX = PW_NODES_MAX * PW_NODES_MAX };

static char wanted_lines[PW_LINES_MAX][PW_LINE_BYTES], found_lines[PW_LINES_MAX][PW_LINE_BYTES];

/* --- N7 --- */

typedef struct walk {
    pw_lines *lines;
    const pw_world *world;
    const at_cycle_rule *rule;
    int path[PW_PAYMENTS_MAX], length;
} walk;

static void close_walk(walk *w) {
    uint64_t mask = 0;
    int64_t least = INT64_MAX;
    for (int i = 0; i < w->length; i++) {
        const pw_payment *p = &w->world->payments[w->path[i]];
        mask |= pw_mask(p);
        least = p->amount < least ? p->amount : least;
    }
    pw_add(w->lines, w->world, w->world->names[w->world->payments[w->path[0]].from], mask,
           w->length, least);
}

/* A payment whose legs stand apart takes from the earlier one to the later one. */
static int64_t leaves(const pw_payment *p) {
    return p->out_us < p->in_us ? p->out_us : p->in_us;
}

static int64_t arrives(const pw_payment *p) {
    return p->out_us > p->in_us ? p->out_us : p->in_us;
}

static bool may_follow(const walk *w, int next) {
    const pw_payment *first = &w->world->payments[w->path[0]];
    const pw_payment *last = &w->world->payments[w->path[w->length - 1]];
    const pw_payment *p = &w->world->payments[next];
    if (!pw_counts(p) || p->from != last->to || leaves(p) <= arrives(last) ||
        arrives(p) > leaves(first) + w->rule->delta_us)
        return false;
    if (w->rule->by_ratio && (p->amount * w->rule->lo.den < last->amount_in * w->rule->lo.num ||
                              p->amount * w->rule->hi.den > last->amount_in * w->rule->hi.num))
        return false;
    for (int i = 1; i < w->length; i++)
        if (w->world->payments[w->path[i]].from == p->to)
            return false;
    return p->to != last->to;
}

static void go_on(walk *w) {
    const pw_payment *first = &w->world->payments[w->path[0]];
    if (w->length == (int)w->rule->maxlen)
        return;
    for (int next = 0; next < w->world->payment_count; next++) {
        if (!may_follow(w, next))
            continue;
        w->path[w->length++] = next;
        if (w->world->payments[next].to == first->from)
            close_walk(w);
        else
            go_on(w);
        w->length--;
    }
}

static void cycles(pw_lines *lines, const pw_world *world, const at_cycle_rule *rule) {
    for (int first = 0; first < world->payment_count; first++) {
        walk w = {.lines = lines, .world = world, .rule = rule, .path = {first}, .length = 1};
        if (pw_counts(&world->payments[first]))
            go_on(&w);
    }
}

/* --- N6, N10 --- */

typedef struct pair {
    int source, target;
    uint64_t rows, seconds;
    unsigned middles;
    char centre[24];
} pair;

static int bits(unsigned set) {
    int count = 0;
    for (; set != 0; set &= set - 1)
        count++;
    return count;
}

static int64_t received(const pw_world *world, uint64_t seconds) {
    int64_t sum = 0;
    for (int i = 0; i < world->payment_count; i++)
        if (seconds >> world->payments[i].in_at & 1)
            sum += world->payments[i].amount_in;
    return sum;
}

static pair make_pair(const pw_world *world, int source, int target, int64_t delta) {
    pair out = {.source = source, .target = target};
    for (int a = 0; a < world->payment_count; a++)
        for (int b = 0; b < world->payment_count; b++) {
            const pw_payment *one = &world->payments[a], *two = &world->payments[b];
            if (!pw_counts(one) || !pw_counts(two) || one->from != source || two->to != target ||
                one->to != two->from || one->to == target || one->to == source ||
                two->out_at <= one->in_at || two->out_us - one->in_us > delta)
                continue;
            out.rows |= pw_mask(one) | pw_mask(two);
            out.seconds |= UINT64_C(1) << two->in_at;
            out.middles |= 1u << one->to;
        }
    snprintf(out.centre, sizeof out.centre, "%s>%s", world->names[source], world->names[target]);
    return out;
}

static int list_pairs(pair *pairs, const pw_world *world, const at_scatter_rule *rule) {
    int count = 0;
    for (int source = 0; source < world->node_count; source++)
        for (int target = 0; target < world->node_count; target++) {
            if (source == target)
                continue;
            pairs[count] = make_pair(world, source, target, rule->delta_us);
            count += bits(pairs[count].middles) >= (int)rule->k;
        }
    return count;
}

/* Groups grow until no pair outside shares enough with any inside. */
static void stacks(pw_lines *lines, const pw_world *world, const at_scatter_rule *rule) {
    pair pairs[PAIRS_MAX];
    bool done[PAIRS_MAX] = {false};
    const int count = list_pairs(pairs, world, rule);
    for (int start = 0; start < count; start++) {
        bool in[PAIRS_MAX] = {false};
        pair sum = pairs[start];
        unsigned sources = 0, targets = 0;
        if (done[start])
            continue;
        in[start] = true;
        for (bool again = true; again;) {
            again = false;
            for (int i = 0; i < count; i++)
                for (int k = 0; k < count; k++)
                    if (in[i] && !in[k] &&
                        bits(pairs[i].middles & pairs[k].middles) >= (int)rule->k &&
                        world->currency[pairs[i].target] == world->currency[pairs[k].target])
                        in[k] = again = true;
        }
        for (int i = 0; i < count; i++) {
            if (!in[i])
                continue;
            done[i] = true;
            sum.rows |= pairs[i].rows;
            sum.seconds |= pairs[i].seconds;
            sum.middles |= pairs[i].middles;
            sources |= 1u << pairs[i].source;
            targets |= 1u << pairs[i].target;
            if (strcmp(pairs[i].centre, sum.centre) < 0)
                memcpy(sum.centre, pairs[i].centre, sizeof sum.centre);
        }
        if (bits(sources) >= 2 && bits(targets) >= 2)
            pw_add(lines, world, sum.centre, sum.rows, bits(sum.middles),
                   received(world, sum.seconds));
    }
}

/* --- The comparison --- */

typedef struct trial {
    uint64_t seed;
    pw_world world;
    at_ledger ledger;
    at_moves moves;
    at_arena arena;
    pw_lines wanted, found;
} trial;

static void clear_trial(trial *t) {
    at_arena_clear(&t->arena);
}

static void begin(trial *t, int nodes, int payments) {
    t->wanted.lines = wanted_lines;
    t->found.lines = found_lines;
    pw_seed(t->seed);
    pw_make(&t->world, nodes, payments, 4 + pw_roll(40));
    pw_ledger(&t->ledger, &t->world, &t->arena);
    assert_int_equal(at_moves_make(&t->moves, &t->ledger, 0, &t->arena, NULL), AT_OK);
}

static void compare(trial *t, const char *what, at_patterns *out, size_t cap) {
    t->found.count = 0;
    at_patterns_finish(out, &t->ledger, cap);
    pw_add_patterns(&t->found, out, &t->ledger);
    pw_compare(what, t->seed, &t->wanted, &t->found);
}

static at_cycle_rule roll_cycles(void) {
    at_cycle_rule rule = {.delta_us = pw_roll(45), .maxlen = 2 + (uint32_t)pw_roll(6)};
    rule.by_ratio = pw_roll(2) == 0;
    rule.lo = (at_ratio){pw_roll(4), 4};
    rule.hi = (at_ratio){4 + pw_roll(5), 4};
    rule.many = (uint64_t)pw_roll(6); /* 1 - 5: accounts are spared; 0: none is large enough */
    return rule;
}

static void test_cycles(void **state) {
    (void)state;
    int total = 0, longest = 0;
    for (uint64_t seed = 1; seed <= CASES; seed++) {
        AT_CLEANUP(clear_trial) trial t = {.seed = seed};
        begin(&t, PW_NODES_MAX, PW_PAYMENTS_MAX);
        at_cycle_rule rule = roll_cycles();
        at_patterns out = {.arena = &t.arena}, cut = {.arena = &t.arena}, tired = cut;
        cycles(&t.wanted, &t.world, &rule);
        assert_int_equal(at_pattern_cycles(&out, &t.moves, &rule, NULL), AT_OK);
        compare(&t, "round_trips", &out, 0);
        total += t.wanted.count;
        for (size_t i = 0; i < out.count; i++)
            longest = (int)out.items[i].count > longest ? (int)out.items[i].count : longest;
        if (t.wanted.count < 2)
            continue;
        rule.cap = 1 + (size_t)pw_roll(t.wanted.count - 1);
        t.wanted.count = (int)rule.cap;
        assert_int_equal(at_pattern_cycles(&cut, &t.moves, &rule, NULL), AT_OK);
        compare(&t, "a cap leaves a prefix", &cut, rule.cap);
        assert_true(cut.capped);
        rule.cap = 0;
        tired.steps_max = 1 + (uint64_t)pw_roll((int)out.steps);
        assert_int_equal(at_pattern_cycles(&tired, &t.moves, &rule, NULL), AT_OK);
        t.wanted.count = (int)tired.count;
        compare(&t, "too few steps leave a prefix", &tired, 0);
        assert_true(tired.stopped || tired.count == out.count);
    }
    print_message("  %d ledgers: %d cycles, up to %d transfers\n", CASES, total, longest);
    assert_true(total > CASES);
    assert_true(longest >= 6);
}

/* 3 leads to 4 at once and by a detour through 6 and 7; 2 has so many transfers that it is passed
 * over, so that ahead only the detour is seen, and 8 makes looking back the dearer side. */
static void test_detour(void **state) {
    (void)state;
    static const int payments[][3] = {{0, 1, 1}, {1, 2, 2}, {2, 3, 3}, {2, 5, 4}, {2, 5, 3},
                                      {1, 6, 2}, {6, 7, 3}, {7, 3, 4}, {3, 4, 5}, {4, 0, 6},
                                      {8, 0, 7}, {8, 0, 7}, {8, 0, 7}, {8, 0, 7}, {8, 0, 7},
                                      {8, 0, 7}, {8, 0, 7}, {8, 0, 7}, {8, 0, 7}, {8, 0, 7}};
    for (uint64_t many = 0; many < 6; many++)
        for (uint32_t maxlen = 2; maxlen <= 8; maxlen++) {
            AT_CLEANUP(clear_trial)
            trial t = {.seed = many, .wanted.lines = wanted_lines, .found.lines = found_lines};
            const at_cycle_rule rule = {.delta_us = 6, .maxlen = maxlen, .many = many};
            at_patterns out = {.arena = &t.arena};
            pw_set(&t.world, payments, (int)AT_COUNT(payments));
            pw_ledger(&t.ledger, &t.world, &t.arena);
            assert_int_equal(at_moves_make(&t.moves, &t.ledger, 0, &t.arena, NULL), AT_OK);
            cycles(&t.wanted, &t.world, &rule);
            assert_int_equal(t.wanted.count, (maxlen >= 5) + (maxlen >= 6));
            assert_int_equal(at_pattern_cycles(&out, &t.moves, &rule, NULL), AT_OK);
            compare(&t, "round_trips", &out, 0);
        }
}

static void test_middles(void **state) {
    (void)state;
    int pair_total = 0, stack_total = 0;
    for (uint64_t seed = 1; seed <= CASES; seed++) {
        AT_CLEANUP(clear_trial) trial t = {.seed = seed + CASES};
        begin(&t, 6, PW_PAYMENTS_MAX);
        const at_scatter_rule rule = {
            .k = 2 + (pw_roll(4) == 0), .delta_us = pw_roll(30), .hub = 1000};
        pair pairs[PAIRS_MAX];
        const int count = list_pairs(pairs, &t.world, &rule);
        at_patterns out = {.arena = &t.arena}, layers = out, cut = out;
        for (int i = 0; i < count; i++)
            pw_add(&t.wanted, &t.world, pairs[i].centre, pairs[i].rows, bits(pairs[i].middles),
                   received(&t.world, pairs[i].seconds));
        assert_int_equal(at_pattern_scatter(&out, &t.moves, &rule, NULL), AT_OK);
        compare(&t, "scatter_gather", &out, 0);
        pair_total += count;
        if (count > 1) {
            t.wanted.count = 1;
            assert_int_equal(at_pattern_scatter(&cut, &t.moves, &rule, NULL), AT_OK);
            compare(&t, "a cap leaves a prefix", &cut, 1);
            assert_true(cut.capped);
        }
        t.wanted.count = 0;
        stacks(&t.wanted, &t.world, &rule);
        assert_int_equal(at_pattern_stack(&layers, &t.moves, &rule, NULL), AT_OK);
        compare(&t, "stack", &layers, 0);
        stack_total += t.wanted.count;
    }
    print_message("  %d ledgers: scatter_gather %d, stack %d\n", CASES, pair_total, stack_total);
    assert_true(pair_total > CASES / 4);
    assert_true(stack_total > CASES / 50);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cycles),
        cmocka_unit_test(test_detour),
        cmocka_unit_test(test_middles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
