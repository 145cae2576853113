/* Goal: fan_in, fan_out, gather_scatter, pass_through, structuring and mirror find what N0, N4, N5,
 * N8 and N9 say, and in that order.
 * Method: thousands of seeded random ledgers with equal times, self-transfers, zero amounts,
 * reversals, two currencies, and payments whose legs stand apart; every window is tried by itself,
 * money is consumed unit by unit, and windows are joined as sets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/pattern_world.h"

enum { CASES = 6000, HOLDERS = 3 };

static char wanted_lines[PW_LINES_MAX][PW_LINE_BYTES], found_lines[PW_LINES_MAX][PW_LINE_BYTES];

/* --- Small questions about a payment as one account sees it --- */

static int at_of(const pw_payment *p, bool credit) {
    return credit ? p->in_at : p->out_at;
}

static int64_t us_of(const pw_payment *p, bool credit) {
    return credit ? p->in_us : p->out_us;
}

static int64_t worth(const pw_payment *p, bool credit) {
    return credit ? p->amount_in : p->amount;
}

static bool touches(const pw_payment *p, int node, bool credit) {
    return pw_counts(p) && (credit ? p->to : p->from) == node;
}

static bool has_payment(const pw_world *world, uint64_t mask, int i) {
    return (mask & pw_mask(&world->payments[i])) != 0;
}

/* Distinct other ends of the credits (or debits) of a node in a set, and their sum. */
static int others(const pw_world *world, int node, bool credit, uint64_t mask, int64_t *sum) {
    bool seen[PW_NODES_MAX] = {false};
    int count = 0;
    *sum = 0;
    for (int i = 0; i < world->payment_count; i++) {
        const pw_payment *p = &world->payments[i];
        if (!touches(p, node, credit) || !has_payment(world, mask, i))
            continue;
        const int other = credit ? p->from : p->to;
        count += !seen[other];
        seen[other] = true;
        *sum += worth(p, credit);
    }
    return count;
}

/* --- N4 --- */

static void fan(pw_lines *lines, const pw_world *world, bool credit, int k, int64_t delta) {
    for (int node = 0; node < world->node_count; node++) {
        uint64_t masks[PW_PAYMENTS_MAX];
        int count = 0;
        int64_t sum;
        for (int r = 0; r < world->payment_count; r++) {
            const pw_payment *end = &world->payments[r];
            uint64_t mask = 0;
            if (!touches(end, node, credit))
                continue;
            for (int i = 0; i < world->payment_count; i++) {
                const pw_payment *p = &world->payments[i];
                if (touches(p, node, credit) && at_of(p, credit) <= at_of(end, credit) &&
                    us_of(p, credit) >= us_of(end, credit) - delta)
                    mask |= pw_mask(p);
            }
            if (others(world, node, credit, mask, &sum) >= k)
                masks[count++] = mask;
        }
        count = pw_merge(masks, count);
        for (int i = 0; i < count; i++) {
            const int distinct = others(world, node, credit, masks[i], &sum);
            pw_add(lines, world, world->names[node], masks[i], distinct, sum);
        }
    }
}

/* --- N5 --- */

static void gather(pw_lines *lines, const pw_world *world, const at_gather_rule *rule) {
    for (int node = 0; node < world->node_count; node++) {
        uint64_t masks[PW_PAYMENTS_MAX];
        int count = 0;
        int64_t sum;
        for (int pivot = 0; pivot < world->payment_count; pivot++) {
            const pw_payment *out = &world->payments[pivot];
            uint64_t mask = 0;
            if (!touches(out, node, false))
                continue;
            for (int i = 0; i < world->payment_count; i++) {
                const pw_payment *p = &world->payments[i];
                if ((touches(p, node, true) && p->in_at < out->out_at &&
                     p->in_us >= out->out_us - rule->d1_us) ||
                    (touches(p, node, false) && p->out_at >= out->out_at &&
                     p->out_us <= out->out_us + rule->d2_us))
                    mask |= pw_mask(p);
            }
            if (others(world, node, true, mask, &sum) >= (int)rule->k1 &&
                others(world, node, false, mask, &sum) >= (int)rule->k2)
                masks[count++] = mask;
        }
        count = pw_merge(masks, count);
        for (int i = 0; i < count; i++) {
            int distinct = others(world, node, true, masks[i], &sum);
            distinct += others(world, node, false, masks[i], &sum);
            pw_add(lines, world, world->names[node], masks[i], distinct, sum);
        }
    }
}

/* --- N8: every unit of a debit takes the oldest unit that is still there --- */

static void pass_at(pw_lines *lines, const pw_world *world, int node, const at_pass_rule *rule) {
    int64_t left[PW_PAYMENTS_MAX] = {0};
    uint64_t used[PW_PAYMENTS_MAX] = {0};
    for (int i = 0; i < world->payment_count; i++)
        left[i] = touches(&world->payments[i], node, true) ? world->payments[i].amount_in : 0;
    for (int at = 0; at < world->row_count; at++) {
        const pw_payment *debit = &world->payments[world->rows[at].payment];
        if (world->rows[at].second || !touches(debit, node, false))
            continue;
        for (int64_t unit = 0; unit < debit->amount; unit++) {
            int oldest = -1;
            for (int i = 0; i < world->payment_count; i++) {
                const pw_payment *p = &world->payments[i];
                if (left[i] > 0 && p->in_at < debit->out_at &&
                    debit->out_us <= p->in_us + rule->delta_us &&
                    (oldest < 0 || p->in_at < world->payments[oldest].in_at))
                    oldest = i;
            }
            if (oldest < 0)
                break;
            left[oldest]--;
            used[oldest] |= UINT64_C(1) << world->rows[at].payment;
        }
    }
    for (int i = 0; i < world->payment_count; i++) {
        const pw_payment *p = &world->payments[i];
        const int64_t consumed = p->amount_in - left[i];
        uint64_t mask = pw_mask(p);
        int debits = 0;
        if (!touches(p, node, true) || used[i] == 0 || p->amount_in < rule->min_amount ||
            consumed * rule->rho.den < p->amount_in * rule->rho.num)
            continue;
        for (int debit = 0; debit < world->payment_count; debit++)
            if (used[i] >> debit & 1) {
                mask |= pw_mask(&world->payments[debit]);
                debits++;
            }
        pw_add(lines, world, world->names[node], mask, debits, consumed);
    }
}

/* --- N9, mirror: by holder and currency --- */

typedef struct group {
    bool has[PW_NODES_MAX];
    bool own[PW_NODES_MAX]; /* in any currency */
    const char *name;
} group;

static const char *const holder_names[HOLDERS] = {"H2", "a-holder", "Z"};

/* Groups of one currency; returns how many. */
static int list_groups(group *groups, const pw_world *world) {
    int count = 0;
    for (int currency = 0; currency < 2; currency++) {
        for (int holder = 0; holder < HOLDERS; holder++) {
            group *g = &groups[count++];
            memset(g, 0, sizeof *g);
            g->name = holder_names[holder];
            for (int i = 0; i < world->node_count; i++) {
                g->own[i] = world->holder[i] == holder;
                g->has[i] = g->own[i] && world->currency[i] == currency;
            }
        }
        for (int i = 0; i < world->node_count; i++)
            if (world->holder[i] < 0 && world->currency[i] == currency) {
                group *g = &groups[count++];
                memset(g, 0, sizeof *g);
                g->name = world->names[i];
                g->own[i] = g->has[i] = true;
            }
    }
    return count;
}

static void structuring(pw_lines *lines, const pw_world *world, const group *g,
                        const at_structuring_rule *rule) {
    uint64_t masks[PW_PAYMENTS_MAX];
    int count = 0;
    for (int round = 0; round < 2; round++) { /* windows, then the joined sets */
        const int limit = round == 0 ? world->payment_count : count;
        for (int r = 0; r < limit; r++) {
            const pw_payment *end = &world->payments[r];
            uint64_t mask = 0;
            int items = 0;
            int64_t sum = 0;
            for (int i = 0; i < world->payment_count; i++) {
                const pw_payment *p = &world->payments[i];
                if (!pw_counts(p) || !g->has[p->to] || p->amount_in >= rule->threshold ||
                    p->amount_in * rule->den < rule->threshold * rule->num)
                    continue;
                if (round == 0 ? p->in_at <= end->in_at && p->in_us >= end->in_us - rule->delta_us
                               : has_payment(world, masks[r], i)) {
                    mask |= pw_mask(p);
                    items++;
                    sum += p->amount_in;
                }
            }
            if (round == 1)
                pw_add(lines, world, g->name, mask, items, sum);
            else if ((mask & pw_mask(end)) == pw_mask(end) && g->has[end->to] &&
                     items >= (int)rule->k && sum >= rule->threshold)
                masks[count++] = mask;
        }
        if (round == 0)
            count = pw_merge(masks, count);
    }
}

static void mirror(pw_lines *lines, const pw_world *world, const group *g,
                   const at_mirror_rule *rule) {
    bool taken[PW_PAYMENTS_MAX] = {false};
    for (int at = 0; at < world->row_count; at++) {
        const pw_payment *out = &world->payments[world->rows[at].payment];
        int best = -1;
        if (world->rows[at].second || !pw_counts(out) || !g->has[out->from] || g->own[out->to])
            continue;
        for (int i = 0; i < world->payment_count; i++) {
            const pw_payment *in = &world->payments[i];
            const int64_t gap = llabs(out->amount - in->amount_in);
            if (pw_counts(in) && g->has[in->to] && !g->own[in->from] && !taken[i] &&
                in->in_at < out->out_at && out->out_us <= in->in_us + rule->delta_us &&
                in->amount_in >= rule->min_amount && in->from != out->to &&
                gap * rule->tolerance.den <= in->amount_in * rule->tolerance.num &&
                (best < 0 || in->in_at < world->payments[best].in_at))
                best = i;
        }
        if (best < 0)
            continue;
        taken[best] = true;
        pw_add(lines, world, g->name, pw_mask(out) | pw_mask(&world->payments[best]), 2,
               out->amount);
    }
}

/* --- The comparison --- */

typedef struct trial {
    uint64_t seed;
    pw_world world;
    at_ledger ledger;
    at_moves moves;
    at_arena arena;
    at_pattern_groups groups;
    pw_lines wanted, found;
    int totals[6];
} trial;

static void clear_trial(trial *t) {
    at_arena_clear(&t->arena);
}

/* The engine's groups: holders over both currencies, then single nodes. */
static void make_groups(trial *t) {
    static const char *names[HOLDERS + PW_NODES_MAX];
    static uint64_t start[HOLDERS + PW_NODES_MAX + 1];
    static uint32_t nodes[PW_NODES_MAX];
    size_t count = 0, placed = 0;
    start[0] = 0;
    for (int holder = 0; holder < HOLDERS + t->world.node_count; holder++) {
        names[count] = holder < HOLDERS ? holder_names[holder] : t->world.names[holder - HOLDERS];
        for (int currency = 0; currency < 2; currency++)
            for (int i = 0; i < t->world.node_count; i++)
                if (t->world.currency[i] == currency &&
                    (holder < HOLDERS ? t->world.holder[i] == holder
                                      : i == holder - HOLDERS && t->world.holder[i] < 0))
                    nodes[placed++] = at_ledger_node(&t->ledger, t->world.names[i]);
        start[++count] = placed;
    }
    t->groups = (at_pattern_groups){.count = count, .names = names, .start = start, .nodes = nodes};
}

static void compare(trial *t, const char *what, at_patterns *out, int total) {
    t->found.count = 0;
    at_patterns_finish(out, &t->ledger, 0);
    pw_add_patterns(&t->found, out, &t->ledger);
    pw_compare(what, t->seed, &t->wanted, &t->found);
    t->totals[total] += t->wanted.count;
    t->wanted.count = 0;
}

static void try_flows(trial *t) {
    at_patterns out = {.arena = &t->arena};
    const int k = 2 + pw_roll(3);
    const int64_t delta = pw_roll(6);
    const bool credit = pw_roll(2) == 0;
    fan(&t->wanted, &t->world, credit, k, delta);
    assert_int_equal(at_pattern_fan(&out, &t->moves, credit, (uint64_t)k, delta, NULL), AT_OK);
    compare(t, credit ? "fan_in" : "fan_out", &out, credit ? 0 : 1);

    const at_gather_rule gathers = {2 + (uint64_t)pw_roll(2), 2 + (uint64_t)pw_roll(2), pw_roll(6),
                                    pw_roll(6)};
    out = (at_patterns){.arena = &t->arena};
    gather(&t->wanted, &t->world, &gathers);
    assert_int_equal(at_pattern_gather(&out, &t->moves, &gathers, NULL), AT_OK);
    compare(t, "gather_scatter", &out, 2);

    const int den = 1 + pw_roll(5);
    const at_pass_rule passes = {pw_roll(6), {1 + pw_roll(den), den}, pw_roll(6)};
    out = (at_patterns){.arena = &t->arena};
    for (int node = 0; node < t->world.node_count; node++)
        pass_at(&t->wanted, &t->world, node, &passes);
    assert_int_equal(at_pattern_pass(&out, &t->moves, &passes, NULL), AT_OK);
    compare(t, "pass_through", &out, 3);
}

static void try_holders(trial *t) {
    group groups[2 * HOLDERS + PW_NODES_MAX];
    const int count = list_groups(groups, &t->world);
    at_patterns out = {.arena = &t->arena};
    const at_structuring_rule below = {.threshold = 3 + pw_roll(7),
                                       .num = pw_roll(4),
                                       .den = 4,
                                       .k = 2 + (uint64_t)pw_roll(2),
                                       .delta_us = pw_roll(6)};
    for (int i = 0; i < count; i++)
        structuring(&t->wanted, &t->world, &groups[i], &below);
    assert_int_equal(at_pattern_structuring(&out, &t->moves, &t->groups, &below, NULL), AT_OK);
    compare(t, "structuring", &out, 4);

    const at_mirror_rule mirrors = {pw_roll(6), {pw_roll(4), 4 + pw_roll(5)}, pw_roll(4)};
    out = (at_patterns){.arena = &t->arena};
    for (int i = 0; i < count; i++)
        mirror(&t->wanted, &t->world, &groups[i], &mirrors);
    assert_int_equal(at_pattern_mirror(&out, &t->moves, &t->groups, &mirrors, NULL), AT_OK);
    compare(t, "mirror", &out, 5);
}

static void test_random(void **state) {
    (void)state;
    int totals[6] = {0};
    for (uint64_t seed = 1; seed <= CASES; seed++) {
        AT_CLEANUP(clear_trial) trial t = {.seed = seed};
        t.wanted.lines = wanted_lines;
        t.found.lines = found_lines;
        pw_seed(seed);
        pw_make(&t.world, PW_NODES_MAX, PW_PAYMENTS_MAX, 3 + pw_roll(12));
        pw_ledger(&t.ledger, &t.world, &t.arena);
        assert_int_equal(at_moves_make(&t.moves, &t.ledger, 0, &t.arena, NULL), AT_OK);
        make_groups(&t);
        try_flows(&t);
        try_holders(&t);
        for (size_t i = 0; i < AT_COUNT(totals); i++)
            totals[i] += t.totals[i];
    }
    print_message("  %d ledgers: fan_in %d, fan_out %d, gather_scatter %d, pass_through %d, "
                  "structuring %d, mirror %d\n",
                  CASES, totals[0], totals[1], totals[2], totals[3], totals[4], totals[5]);
    for (size_t i = 0; i < AT_COUNT(totals); i++)
        assert_true(totals[i] > CASES / 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
