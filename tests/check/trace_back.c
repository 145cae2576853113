/* Goal: backward entries are what a forward trace of each leaves, and sum to the holding (T22).
 * Method: random ledgers; for fifo and lifo every entry is declared alone to the coin-by-coin
 * implementation, which knows nothing of the engine; for prorata to a forward trace in units a
 * million times smaller, whose roundings then hardly count. Reach is compared with where the coins
 * of an entry declared alone are by poison; and answers over what can lead to a node with those
 * over the whole ledger. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/world.h"
#include "engine/trace/backward.h"
#include "engine/trace/restrict.h"

enum { WORLDS = 1500, REACH_WORLDS = 500, FINE = 1000000 };

/* A world made ready: its ledger, and which sinks a trace of it has. */
typedef struct prepared {
    coin_world world;
    at_effective effective;
    at_trace plain;
    uint32_t total;
} prepared;

static void prepare(prepared *out, uint64_t seed, at_arena *arena) {
    world_make(&out->world, seed);
    out->world.lien = false; /* backward goes by share */
    out->world.source_count = 0;
    out->world.method = COIN_FIFO;
    assert_int_equal(world_trace(&out->plain, &out->world, arena, NULL), AT_OK);
    out->effective = *out->plain.effective;
    out->total = (uint32_t)out->effective.ledger->node_count + out->plain.sink_count;
}

/* The world in which one entry alone is declared, as label T. */
static void declare_alone(coin_world *out, const coin_world *world, const char *entry) {
    coin_source *source = &out->sources[0];
    *out = *world;
    out->source_count = 1;
    *source = (coin_source){.label = "T", .amount = -1, .time = -1};
    if (strncmp(entry, "in:", 3) == 0) {
        snprintf(source->transfer, sizeof source->transfer, "%s", entry + 3);
        return;
    }
    while (strcmp(world->nodes[source->node].id, entry + strlen("open:")) != 0)
        source->node++;
}

static int coins_at(const coin_world *world, const char *node) {
    static test_lines lines;
    char start[60];
    const int bytes = snprintf(start, sizeof start, "holding T %s ", node);
    coin_run(&lines, world);
    for (size_t i = 0; i < lines.count; i++)
        if (strncmp(lines.text[i], start, (size_t)bytes) == 0)
            return (int)strtol(lines.text[i] + bytes, NULL, 10);
    return 0;
}

/* Every entry of every node by fifo or lifo, against the coins. */
static void check_exact(const prepared *ready, enum coin_method method, at_arena *arena,
                        size_t *entries) {
    at_trace_source *sources = NULL;
    bool *targets = NULL;
    size_t count = 0;
    at_trace trace;
    coin_world world = ready->world, alone;
    world.method = method;
    assert_int_equal(AT_NEW(&targets, arena, ready->total, NULL), AT_OK);
    for (uint32_t node = 0; node < ready->total; node++)
        targets[node] = true;
    assert_int_equal(at_backward_sources(&sources, &count, &ready->effective, &ready->plain,
                                         targets, world.as_of, arena, NULL),
                     AT_OK);
    const at_trace_options options = {.method = world_method(method),
                                      .as_of_us = world.as_of,
                                      .backward_window_us = AT_TRACE_WINDOW_OFF,
                                      .sources = sources,
                                      .source_count = count};
    assert_int_equal(at_trace_run(&trace, &ready->effective, &options, arena, NULL), AT_OK);
    for (size_t i = 0; i < count; i++) {
        declare_alone(&alone, &world, sources[i].label);
        for (uint32_t node = 0; node < ready->total; node++) {
            int64_t amount = 0;
            for (size_t j = 0; j < trace.holding_count; j++)
                if (trace.holdings[j].node == node && trace.holdings[j].label < count &&
                    strcmp(trace.labels[trace.holdings[j].label], sources[i].label) == 0)
                    amount = trace.holdings[j].amount;
            assert_int_equal(amount, coins_at(&alone, at_trace_node_id(&trace, node)));
            *entries += amount > 0;
        }
    }
    /* Nothing is left without an entry but what banks lent. */
    for (size_t j = 0; j < trace.holding_count; j++)
        assert_true(trace.holdings[j].label < count || trace.holdings[j].label == count + 1);
}

static void test_exact(void **state) {
    static prepared ready;
    size_t entries = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= WORLDS; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        prepare(&ready, seed * 17, &arena);
        check_exact(&ready, seed % 2 == 0 ? COIN_FIFO : COIN_LIFO, &arena, &entries);
    }
    print_message("  %zu amounts\n", entries);
    assert_true(entries > 2 * WORLDS);
}

static void grow(coin_world *world) {
    for (int i = 0; i < world->node_count; i++)
        world->nodes[i].opening *= FINE;
    for (int i = 0; i < world->row_count; i++) {
        world->rows[i].amount *= FINE;
        world->rows[i].amount_in *= FINE;
        world->rows[i].fee *= FINE;
    }
}

static int64_t amount_at(const at_trace *trace, uint32_t label, const char *node) {
    int64_t amount = 0;
    for (size_t i = 0; i < trace->holding_count; i++)
        if (strcmp(at_trace_node_id(trace, trace->holdings[i].node), node) == 0 &&
            (label == AT_NONE || trace->holdings[i].label == label))
            amount += trace->holdings[i].amount;
    return amount;
}

/* One entry's part against the fine forward trace of that entry. */
static void check_fraction(const prepared *ready, const at_entry *entry, const char *node) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    const at_ledger *ledger = ready->effective.ledger;
    static coin_world fine;
    at_trace trace;
    char name[60];
    if (entry->row != AT_NONE)
        snprintf(name, sizeof name, "in:%s%s", at_ledger_id(ledger, entry->row),
                 entry->fee ? "/fee" : "");
    else
        snprintf(name, sizeof name, "open:%s", ledger->nodes[entry->node].id);
    declare_alone(&fine, &ready->world, name);
    grow(&fine);
    fine.method = COIN_PRORATA;
    assert_int_equal(world_trace(&trace, &fine, &arena, NULL), AT_OK);
    const at_fraction expected = (at_fraction)amount_at(&trace, 0, node) / FINE;
    const at_fraction apart = entry->amount - expected;
    assert_true(apart < 0.02 && apart > -0.02);
}

static void test_fractions(void **state) {
    static prepared ready;
    size_t checked = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= WORLDS; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        prepare(&ready, seed * 13, &arena);
        for (uint32_t node = 0; node < ready.total; node++) {
            const char *id = at_trace_node_id(&ready.plain, node);
            at_entry *entries = NULL;
            size_t count = 0;
            at_fraction sum = 0;
            assert_int_equal(at_backward_prorata(&entries, &count, &ready.effective, &ready.plain,
                                                 node, ready.world.as_of, &arena, NULL),
                             AT_OK);
            for (size_t i = 0; i < count; i++) {
                sum += entries[i].amount;
                if (entries[i].row != AT_NONE || entries[i].node != AT_NONE)
                    check_fraction(&ready, &entries[i], id);
            }
            const at_fraction apart = sum - (at_fraction)amount_at(&ready.plain, AT_NONE, id);
            assert_true(apart < 1e-6 && apart > -1e-6);
            checked += count;
        }
    }
    print_message("  %zu fractions\n", checked);
    assert_true(checked > 2 * WORLDS);
}

static bool coins_poison(const coin_world *world, const char *entry, const char *node) {
    static test_lines lines;
    static coin_world alone;
    char start[60];
    bool found = false;
    declare_alone(&alone, world, entry);
    alone.method = COIN_POISON;
    const int bytes = snprintf(start, sizeof start, "holding T %s ", node);
    coin_run(&lines, &alone);
    for (size_t i = 0; i < lines.count && !found; i++)
        found = strncmp(lines.text[i], start, (size_t)bytes) == 0;
    return found;
}

static void reach_entries(at_trace_source **out, size_t *count, const at_effective *effective,
                          const at_trace *plain, uint32_t node, int64_t as_of, at_arena *arena) {
    const size_t total = effective->ledger->node_count + plain->sink_count;
    bool *targets = NULL;
    assert_int_equal(AT_NEW(&targets, arena, total, NULL), AT_OK);
    for (size_t i = 0; i < total; i++)
        targets[i] = node == AT_NONE || i == node;
    assert_int_equal(at_backward_sources(out, count, effective, plain, targets, as_of, arena, NULL),
                     AT_OK);
}

/* An entry is listed for a node if, and only if, it poisons the node. */
static void test_reach(void **state) {
    static prepared ready;
    size_t listed = 0, others = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= REACH_WORLDS; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_trace_source *all = NULL, *some = NULL;
        size_t all_count = 0, count = 0;
        prepare(&ready, seed * 19, &arena);
        reach_entries(&all, &all_count, &ready.effective, &ready.plain, AT_NONE, ready.world.as_of,
                      &arena);
        for (uint32_t node = 0; node < ready.effective.ledger->node_count; node++) {
            reach_entries(&some, &count, &ready.effective, &ready.plain, node, ready.world.as_of,
                          &arena);
            for (size_t i = 0; i < all_count; i++) {
                bool there = false;
                for (size_t j = 0; j < count && !there; j++)
                    there = strcmp(some[j].label, all[i].label) == 0;
                if (there !=
                    coins_poison(&ready.world, all[i].label, at_trace_node_id(&ready.plain, node)))
                    fail_msg("seed %llu: %s in %s", (unsigned long long)seed, all[i].label,
                             at_trace_node_id(&ready.plain, node));
                listed += there;
                others += !there;
            }
        }
    }
    print_message("  %zu entries reach a node, %zu do not\n", listed, others);
    assert_true(listed > 4 * REACH_WORLDS && others > 4 * REACH_WORLDS);
}

/* All backward answers about one node, as lines. */
static void answer_lines(test_lines *out, const at_effective *effective, const at_trace *plain,
                         uint32_t node, int64_t as_of, at_arena *arena) {
    const at_ledger *ledger = effective->ledger;
    at_trace_source *sources = NULL;
    at_entry *entries = NULL;
    at_trace trace;
    size_t count = 0, entry_count = 0;
    out->count = 0;
    reach_entries(&sources, &count, effective, plain, node, as_of, arena);
    for (size_t i = 0; i < count; i++)
        test_line(out, "reach %s", sources[i].label);
    for (at_trace_method method = AT_TRACE_FIFO; method <= AT_TRACE_LIFO; method++) {
        const at_trace_options options = {.method = method,
                                          .as_of_us = as_of,
                                          .backward_window_us = AT_TRACE_WINDOW_OFF,
                                          .sources = sources,
                                          .source_count = count};
        assert_int_equal(at_trace_run(&trace, effective, &options, arena, NULL), AT_OK);
        for (size_t i = 0; i < trace.holding_count; i++)
            if (trace.holdings[i].node == node)
                test_line(out, "%d %s %lld", (int)method,
                          trace.holdings[i].label < trace.tainted_count
                              ? trace.labels[trace.holdings[i].label]
                              : "credit",
                          (long long)trace.holdings[i].amount);
    }
    assert_int_equal(
        at_backward_prorata(&entries, &entry_count, effective, plain, node, as_of, arena, NULL),
        AT_OK);
    for (size_t i = 0; i < entry_count; i++)
        test_line(out, "prorata %s %d %.6f",
                  entries[i].row != AT_NONE    ? at_ledger_id(ledger, entries[i].row)
                  : entries[i].node != AT_NONE ? ledger->nodes[entries[i].node].id
                                               : "credit",
                  entries[i].fee, entries[i].amount);
    test_lines_sort(out);
}

static void check_cut(const prepared *ready, uint32_t node, uint64_t seed, size_t *left_out,
                      at_arena *arena) {
    static test_lines whole, part;
    const coin_world *world = &ready->world;
    const at_ledger *ledger = ready->effective.ledger;
    at_restriction cut;
    at_effective effective;
    at_trace plain;
    bool *named = NULL;
    assert_int_equal(AT_NEW(&named, arena, ledger->node_count, NULL), AT_OK);
    named[node] = true;
    const at_restrict_options options = {.named = named,
                                         .as_of_us = world->as_of,
                                         .moments = world->credit_first,
                                         .rows_max = SIZE_MAX};
    assert_int_equal(at_restrict_back(&cut, ledger, &options, arena, NULL), AT_OK);
    *left_out += ledger->count - cut.ledger.count;
    assert_int_equal(
        at_restricted_effective(
            &effective, &cut, world->credit_first ? AT_TIE_CREDIT_FIRST : AT_TIE_RECORD,
            world->as_new ? AT_REVERSALS_AS_NEW : AT_REVERSALS_CANCEL, world->as_of, arena, NULL),
        AT_OK);
    const at_trace_options nothing = {.as_of_us = world->as_of,
                                      .backward_window_us = AT_TRACE_WINDOW_OFF};
    assert_int_equal(at_trace_run(&plain, &effective, &nothing, arena, NULL), AT_OK);
    answer_lines(&whole, &ready->effective, &ready->plain, node, world->as_of, arena);
    answer_lines(&part, &effective, &plain, at_restricted_node(&cut, node), world->as_of, arena);
    if (!test_lines_equal(&whole, &part))
        fail_msg("seed %llu: the whole (<) and the cut (>) differ about %s",
                 (unsigned long long)seed, ledger->nodes[node].id);
}

static void test_cut(void **state) {
    static prepared ready;
    size_t left_out = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= WORLDS; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        prepare(&ready, seed * 23, &arena);
        for (uint32_t node = 0; node < ready.effective.ledger->node_count; node++)
            check_cut(&ready, node, seed, &left_out, &arena);
    }
    print_message("  %zu rows left out\n", left_out);
    assert_true(left_out > 2 * WORLDS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact),
        cmocka_unit_test(test_fractions),
        cmocka_unit_test(test_reach),
        cmocka_unit_test(test_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
