/* Goal: lo and hi are the least and the most that any choice of units could place in a node (T21).
 * Method: small random ledgers prepared by the coins; every debit and every repayment tries every
 * number of tainted units it could take, and the extremes are compared with the greatest flows.
 * Then larger ledgers, where every method has to stay between its bounds (I8). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/coin_game.h"
#include "tests/support/world.h"
#include "engine/trace/envelope.h"

enum {
    WORLDS = 12000,
    LARGE_WORLDS = 6000,
    ALL_NODES = 3 * COIN_NODES,
    OUTCOMES_MAX = 100000,
    TARGETS = 3
};

/* Every choice, one after the other. */
typedef struct chooser {
    coin_game game;
    int balance[ALL_NODES], tainted[ALL_NODES];
    bool declared[COIN_SOURCES];
    int injected;
    int least[ALL_NODES], most[ALL_NODES];
    int64_t elsewhere[ALL_NODES]; /* as the engine says, to check every single outcome */
    int injected_least, injected_most;
    int targets[TARGETS], together[TARGETS]; /* most of the first ones together (T12b) */
    size_t outcomes;
} chooser;

static void play(chooser *all, int number);

static int low(int a, int b) {
    return a < b ? a : b;
}

static int high(int a, int b) {
    return a > b ? a : b;
}

static void record(chooser *all) {
    for (int node = 0; node < ALL_NODES; node++) {
        all->least[node] = low(all->least[node], all->tainted[node]);
        all->most[node] = high(all->most[node], all->tainted[node]);
        assert_true(all->tainted[node] >= all->injected - all->elsewhere[node]);
    }
    for (int i = 0, sum = 0; i < TARGETS; i++) {
        sum += all->tainted[all->targets[i]];
        all->together[i] = high(all->together[i], sum);
    }
    all->injected_least = low(all->injected_least, all->injected);
    all->injected_most = high(all->injected_most, all->injected);
    all->outcomes++;
}

/* What a declaration finds untainted in `units`, of which `dirty` are not. */
static int find_untainted(const coin_source *source, int units, int dirty) {
    const int wanted = source->amount < 0 ? units : low(source->amount, units);
    return low(wanted, units - dirty);
}

/* Declarations on accounts due at `time`, then what follows; all is as before when it returns. */
static void declare_then(chooser *all, int time, int number) {
    const coin_world *world = all->game.world;
    for (int s = 0; s < world->source_count; s++) {
        const coin_source *source = &world->sources[s];
        if (all->declared[s] || source->transfer[0] != '\0' || source->time > time)
            continue;
        const int units =
            find_untainted(source, high(all->balance[source->node], 0), all->tainted[source->node]);
        all->declared[s] = true;
        all->tainted[source->node] += units;
        all->injected += units;
        declare_then(all, time, number);
        all->declared[s] = false;
        all->tainted[source->node] -= units;
        all->injected -= units;
        return;
    }
    if (number < 0)
        record(all);
    else
        play(all, number);
}

static void go_on(chooser *all, int number) {
    const coin_game *game = &all->game;
    if (number < game->count && game->list[number].time <= game->world->as_of)
        declare_then(all, game->list[number].time, number);
    else
        declare_then(all, game->world->as_of, -1);
}

/* The block arrives with `dirty` tainted units: every way to pay the debt back. */
static void arrive(chooser *all, int number, int dirty) {
    const coin_entry *entry = &all->game.list[number];
    const bool held = all->game.nodes[entry->to].held;
    const int debt = held ? high(-all->balance[entry->to], 0) : 0;
    const int repaid = low(debt, entry->amount), sink = 2 * COIN_NODES + entry->to;
    const int last = low(repaid, dirty);
    all->balance[entry->to] += entry->amount;
    for (int paid = high(0, repaid - (entry->amount - dirty)); paid <= last; paid++) {
        all->tainted[sink] += paid;
        all->tainted[entry->to] += dirty - paid;
        go_on(all, number + 1);
        all->tainted[sink] -= paid;
        all->tainted[entry->to] -= dirty - paid;
    }
    all->balance[entry->to] -= entry->amount;
}

/* Every number of tainted units the block could have. */
static void play(chooser *all, int number) {
    const coin_world *world = all->game.world;
    const coin_entry *entry = &all->game.list[number];
    if (all->outcomes > OUTCOMES_MAX)
        return;
    if (entry->deleted || is_self(entry)) {
        go_on(all, number + 1);
        return;
    }
    const bool held = all->game.nodes[entry->from].held;
    const int holding = held ? high(all->balance[entry->from], 0) : 0;
    const int own = held ? all->tainted[entry->from] : 0;
    const int taken = low(entry->amount, holding), last = low(taken, own);
    for (int units = high(0, taken - (holding - own)); units <= last; units++) {
        int found = 0;
        for (int s = 0; s < world->source_count; s++)
            if (strcmp(world->sources[s].transfer, entry->id) == 0)
                found += find_untainted(&world->sources[s], entry->amount, units + found);
        all->injected += found;
        all->tainted[entry->from] -= units;
        all->balance[entry->from] -= entry->amount;
        arrive(all, number, units + found);
        all->balance[entry->from] += entry->amount;
        all->tainted[entry->from] += units;
        all->injected -= found;
    }
}

static void prepare(chooser *all, const coin_world *world) {
    static test_lines unused;
    *all = (chooser){.game = {.world = world, .out = &unused, .node_count = world->node_count}};
    coin_game *game = &all->game;
    unused.count = 0;
    memcpy(game->nodes, world->nodes, sizeof world->nodes);
    coin_sort_entries(game);
    if (world->credit_first)
        coin_credit_first(game);
    coin_expand_fees(game);
    if (!world->as_new)
        coin_cancel(game);
    coin_open_accounts(game);
    for (int node = 0; node < world->node_count; node++) {
        snprintf(game->nodes[2 * COIN_NODES + node].id, 16, "@overdraft:%.4s",
                 world->nodes[node].id);
        all->balance[node] = game->purses[node].held.count - game->purses[node].debt.count;
    }
    for (int node = 0; node < ALL_NODES; node++)
        all->least[node] = COIN_UNITS;
    all->injected_least = COIN_UNITS;
}

/* A world of at most eight transfers in one currency and one label, in small amounts. */
static void make_small(coin_world *out, uint64_t seed) {
    uint64_t random = seed;
    int kept = 0;
    world_make(out, seed);
    out->node_count = low(out->node_count, 4);
    for (int i = 0; i < out->node_count; i++) {
        coin_node *node = &out->nodes[i];
        memcpy(node->currency, "EUR", sizeof "EUR");
        node->opening %= 6;
        node->held = node->held || node->known || world_random(&random) % 2 == 0;
        if (node->known && world_random(&random) % 2 == 0)
            node->opening = (int)(world_random(&random) % 6);
    }
    out->row_count = low(out->row_count, 8);
    for (int i = 0; i < out->row_count; i++) {
        coin_row *row = &out->rows[i];
        row->from %= out->node_count;
        row->to %= out->node_count;
        if (row->from == row->to && world_random(&random) % 4 != 0)
            row->to = (row->to + 1) % out->node_count;
        row->amount = row->amount == 0 ? 0 : 1 + row->amount % 5;
        row->amount_in = row->amount;
        row->fee = row->fee > 0;
    }
    for (int i = 0; i < out->source_count; i++) {
        coin_source source = out->sources[i];
        bool twice = false;
        memcpy(source.label, "T", sizeof "T");
        source.amount = source.amount < 0 ? -1 : source.amount % 6;
        source.node %= out->node_count;
        if (source.transfer[0] == '\0' && !out->nodes[source.node].held)
            continue;
        for (int j = 0; j < kept; j++)
            twice =
                twice || (strcmp(out->sources[j].transfer, source.transfer) == 0 &&
                          (source.transfer[0] != '\0' || (out->sources[j].node == source.node &&
                                                          out->sources[j].time == source.time)));
        if (!twice)
            out->sources[kept++] = source;
    }
    out->source_count = kept;
    out->method = COIN_FIFO;
}

static int find_node(const chooser *all, const char *id) {
    for (int node = 0; node < ALL_NODES; node++)
        if (strcmp(all->game.nodes[node].id, id) == 0)
            return node;
    return -1;
}

static size_t compare(chooser *all, const at_trace *trace, const at_envelope *envelope) {
    const uint32_t total = (uint32_t)trace->effective->ledger->node_count + trace->sink_count;
    const bool fixed = all->injected_least == all->injected_most;
    size_t open = 0;
    for (uint32_t number = 0; number < total; number++) {
        const int node = find_node(all, at_trace_node_id(trace, number));
        const at_bound *bound = at_envelope_find(envelope, 0, number);
        const int64_t hi = bound != NULL ? bound->hi : 0;
        const int64_t lo = bound != NULL ? at_bound_lo(bound, all->injected_most) : 0;
        assert_true(node >= 0);
        assert_int_equal(hi, all->most[node]);
        if (fixed)
            assert_int_equal(lo, all->least[node]);
        open += hi > lo;
    }
    return open;
}

/* Three nodes in some order, as the trace numbers them. */
static void choose_targets(chooser *all, uint32_t *targets, const at_trace *trace, uint64_t seed) {
    const uint32_t total = (uint32_t)trace->effective->ledger->node_count + trace->sink_count;
    for (uint32_t i = 0; i < TARGETS; i++) {
        targets[i] = (uint32_t)(seed + i * (1 + seed % 3 % (total / TARGETS))) % total;
        all->targets[i] = find_node(all, at_trace_node_id(trace, targets[i]));
        for (uint32_t j = 0; j < i; j++)
            assert_int_not_equal(targets[i], targets[j]);
    }
}

/* @return whether an earlier target took something from a later one */
static bool compare_claims(const chooser *all, const uint32_t *targets, const at_trace *trace,
                           at_arena *arena) {
    at_claims claims;
    int64_t sum = 0;
    bool taken = false;
    assert_int_equal(at_envelope_claims(&claims, trace, targets, TARGETS, arena, NULL), AT_OK);
    assert_int_equal(claims.count, TARGETS);
    for (int i = 0; i < TARGETS; i++) {
        sum += claims.amounts[i];
        assert_int_equal(sum, all->together[i]);
        taken = taken || claims.amounts[i] < all->most[all->targets[i]];
    }
    return taken;
}

static void test_every_choice(void **state) {
    static chooser all;
    static coin_world world;
    size_t done = 0, open = 0, outcomes = 0, taken = 0;
    (void)state;
    for (uint64_t seed = 1; done < WORLDS; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_trace trace;
        at_envelope envelope;
        uint32_t targets[TARGETS];
        make_small(&world, seed);
        if (world.source_count == 0)
            continue;
        assert_int_equal(world_trace(&trace, &world, &arena, NULL), AT_OK);
        assert_int_equal(at_envelope_make(&envelope, &trace, NULL, &arena, NULL), AT_OK);
        assert_false(envelope.undefined || envelope.limited);
        prepare(&all, &world);
        for (int node = 0; node < ALL_NODES; node++)
            all.elsewhere[node] = COIN_UNITS;
        for (size_t i = 0; i < envelope.count; i++) {
            const at_bound *bound = &envelope.bounds[i];
            all.elsewhere[find_node(&all, at_trace_node_id(&trace, bound->node))] =
                (int64_t)bound->elsewhere;
        }
        const bool enough = world.node_count >= TARGETS;
        if (enough)
            choose_targets(&all, targets, &trace, seed);
        go_on(&all, 0);
        if (all.outcomes > OUTCOMES_MAX)
            continue;
        done++;
        outcomes += all.outcomes;
        open += compare(&all, &trace, &envelope);
        taken += enough && compare_claims(&all, targets, &trace, &arena);
    }
    print_message("  %zu outcomes, %zu nodes where rules may differ, %zu claims at others' cost\n",
                  outcomes, open, taken);
    assert_true(taken > WORLDS / 20);
    assert_true(open > WORLDS / 4 && outcomes > 4 * WORLDS);
}

/* I8, for every label of every method. */
static void test_methods_within(void **state) {
    static coin_world world;
    size_t checked = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= LARGE_WORLDS; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_trace trace;
        at_envelope envelope;
        world_make(&world, seed * 31 + 7);
        if (world.method == COIN_POISON)
            continue;
        assert_int_equal(world_trace(&trace, &world, &arena, NULL), AT_OK);
        assert_int_equal(at_envelope_make(&envelope, &trace, NULL, &arena, NULL), AT_OK);
        if (envelope.undefined)
            continue;
        const uint32_t total = (uint32_t)trace.effective->ledger->node_count + trace.sink_count;
        for (uint32_t label = 0; label < trace.tainted_count; label++)
            for (uint32_t node = 0; node < total; node++) {
                const at_bound *bound = at_envelope_find(&envelope, label, node);
                int64_t amount = 0;
                for (size_t i = 0; i < trace.holding_count; i++)
                    if (trace.holdings[i].node == node && trace.holdings[i].label == label)
                        amount = trace.holdings[i].amount;
                assert_true(amount <= (bound != NULL ? bound->hi : 0));
                if (bound != NULL)
                    assert_true(amount >= at_bound_lo(bound, trace.injected[label]));
                checked += amount > 0;
            }
    }
    print_message("  %zu amounts within their bounds\n", checked);
    assert_true(checked > LARGE_WORLDS / 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_choice),
        cmocka_unit_test(test_methods_within),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
