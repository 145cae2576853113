/* Goal: the trace of every small ledger is right to the unit.
 * Method: random ledgers with debts, unknown openings, fees, reversals, conversions, ties, cycles,
 * externals and overlapping sources, against a coin-by-coin implementation that was written from
 * the specification and shares no code with the engine; and what must hold of any trace
 * (specification 1.5) whatever the ledger. A failure prints its seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/world.h"

enum { WORLDS = 40000, INVARIANT_WORLDS = 4000, SCALE = 7, FINE = 1000000 };

/* What the worlds must have met, lest their agreement mean little. */
static struct {
    const char *text;
    size_t seen;
} met[] = {
    {"note IMPUTED_OPENING", 0}, {"note REVERSAL_CANCELLED", 0},
    {"note UNMATCHED", 0},       {"note MISMATCH", 0},
    {"note SPENT", 0},           {"note SELF_TRANSFER", 0},
    {"note SOURCE_CAPPED", 0},   {"note SOURCE_OVERLAP", 0},
    {"note SOURCE_MISSING", 0},  {"note overdraft", 0},
    {"note replenished", 0},     {"@overdraft:", 0},
    {"holding @credit", 0},      {" @fee ", 0},
    {" @fee/USD ", 0},           {"move A ", 0},
    {"roundings ", 0},           {"part A ", 0},
    {"note SALE_SHARE", 0},      {"note SALE_LIEN", 0},
};

static void count_met(const test_lines *lines) {
    for (size_t i = 0; i < AT_COUNT(met); i++)
        for (size_t line = 0; line < lines->count; line++)
            met[i].seen += strstr(lines->text[line], met[i].text) != NULL;
}

static void test_coin_by_coin(void **state) {
    static coin_world world;
    static test_lines ours, theirs;
    (void)state;
    for (uint64_t seed = 1; seed <= WORLDS; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_trace trace;
        at_error err = {0};
        world_make(&world, seed);
        if (world_trace(&trace, &world, &arena, &err) != AT_OK)
            fail_msg("seed %llu: %s", (unsigned long long)seed, err.message);
        world_lines(&ours, &world, &trace, &arena);
        coin_run(&theirs, &world);
        if (!test_lines_equal(&ours, &theirs))
            fail_msg("seed %llu: the engine (<) and the coins (>) differ",
                     (unsigned long long)seed);
        count_met(&ours);
    }
    for (size_t i = 0; i < AT_COUNT(met); i++) {
        print_message("  %7zu lines with \"%s\"\n", met[i].seen, met[i].text);
        assert_true(met[i].seen > WORLDS / 100);
    }
}

/* --- Invariants ------------------------------------------------------------------------------- */

typedef struct account_totals {
    int64_t balance[COIN_NODES]; /* opening + credits - debits, effective and raw (I13) */
    int64_t raw[COIN_NODES];
} account_totals;

static void add_up(account_totals *out, const at_trace *trace) {
    const at_effective *effective = trace->effective;
    const at_ledger *ledger = effective->ledger;
    *out = (account_totals){0};
    for (uint32_t node = 0; node < ledger->node_count; node++)
        out->balance[node] = out->raw[node] = effective->opening[node];
    for (uint32_t row = 0; row < ledger->count; row++) {
        if (ledger->time_us[row] > trace->options.as_of_us)
            continue;
        const int64_t fee = at_effective_fee(effective, row);
        out->balance[ledger->from[row]] -= effective->amount[row] + fee;
        out->raw[ledger->from[row]] -= ledger->amount[row] + fee;
        out->balance[ledger->to[row]] +=
            effective->amount[row] > 0 ? at_effective_in(effective, row) : 0;
        out->raw[ledger->to[row]] += ledger->amount_in[row];
    }
}

static void check_holdings(const at_trace *trace) {
    const at_ledger *ledger = trace->effective->ledger;
    int64_t held[COIN_NODES] = {0};
    account_totals totals;
    add_up(&totals, trace);
    for (size_t i = 0; i < trace->holding_count; i++) {
        assert_true(trace->holdings[i].amount > 0); /* I4 */
        if (trace->holdings[i].node < ledger->node_count)
            held[trace->holdings[i].node] += trace->holdings[i].amount;
    }
    for (uint32_t node = 0; node < ledger->node_count; node++) {
        const int64_t balance = totals.balance[node];
        if (!at_node_held(ledger->nodes[node].kind))
            continue;
        assert_int_equal(held[node], balance > 0 ? balance : 0); /* I1 */
        assert_int_equal(balance, totals.raw[node]);             /* I13 */
    }
}

static void check_moves(const at_trace *trace, bool converts) {
    const at_effective *effective = trace->effective;
    int64_t moved[2 * COIN_ROWS] = {0}, traced[COIN_SOURCES] = {0};
    for (uint32_t i = 0; i < trace->moves.count; i++) {
        const at_trace_move *move = at_pool_at(&trace->moves, i);
        assert_true(move->amount > 0);
        moved[2 * move->row + move->fee] += move->amount;
    }
    for (uint32_t row = 0; row < effective->ledger->count; row++) { /* I2 */
        const bool known = effective->ledger->time_us[row] <= trace->options.as_of_us;
        assert_int_equal(moved[2 * row], known && at_effective_moves(effective, row)
                                             ? at_effective_in(effective, row)
                                             : 0);
        assert_int_equal(moved[2 * row + 1], known ? at_effective_fee(effective, row) : 0);
    }
    if (converts)
        return;
    for (size_t i = 0; i < trace->holding_count; i++)
        if (trace->holdings[i].label < trace->tainted_count)
            traced[trace->holdings[i].label] += trace->holdings[i].amount;
    /* I3 counts what stopped in externals too, whence nothing tainted comes back. */
    for (uint32_t label = 0; label < trace->tainted_count; label++)
        assert_int_equal(traced[label], trace->injected[label]);
}

/* The way to each tainted amount starts at a declaration and never goes back in time. */
static void check_paths(const at_trace *trace, at_arena *arena) {
    const at_ledger *ledger = trace->effective->ledger;
    for (size_t i = 0; i < trace->holding_count; i++) {
        const at_trace_holding *holding = &trace->holdings[i];
        const at_reach *reach = at_reaches_find(&trace->reaches, holding->node, holding->label);
        const at_trace_move **path = NULL;
        size_t count = 0, hops = 0;
        if (holding->label >= trace->tainted_count) {
            assert_null(reach);
            continue;
        }
        assert_non_null(reach);
        assert_int_equal(
            at_trace_path(&path, &count, &hops, &trace->moves, reach->move, 99, arena, NULL),
            AT_OK);
        const at_trace_source *source = &trace->options.sources[reach->source];
        assert_string_equal(source->label, trace->labels[holding->label]);
        assert_int_equal(hops, reach->hops);
        uint32_t at = source->on_account ? source->node : AT_NONE;
        for (size_t step = 0; step < count; step++) {
            assert_int_equal(path[step]->label, holding->label);
            if (at == AT_NONE)
                assert_true(path[step]->row == source->row && path[step]->fee == source->fee);
            else
                assert_int_equal(ledger->from[path[step]->row], at);
            if (step > 0)
                assert_true(ledger->time_us[path[step]->row] >=
                            ledger->time_us[path[step - 1]->row]);
            at = ledger->to[path[step]->row];
        }
        if (count == 0)
            assert_int_equal(at, holding->node);
    }
}

static bool converts(const coin_world *world) {
    bool any = false;
    for (int i = 0; i < world->row_count; i++)
        any = any || world->rows[i].amount != world->rows[i].amount_in;
    return any;
}

static void lines_of(test_lines *out, const coin_world *world) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_trace trace;
    assert_int_equal(world_trace(&trace, world, &arena, NULL), AT_OK);
    world_lines(out, world, &trace, &arena);
}

/* I6: the order of the file's lines is nothing. */
static void check_permuted(const coin_world *world, const test_lines *lines, uint64_t *random) {
    static coin_world other;
    static test_lines others;
    other = *world;
    for (int i = other.row_count - 1; i > 0; i--) {
        const int j = (int)(world_random(random) % (uint64_t)(i + 1));
        const coin_row swap = other.rows[i];
        other.rows[i] = other.rows[j];
        other.rows[j] = swap;
    }
    lines_of(&others, &other);
    assert_true(test_lines_equal(lines, &others));
}

/* I9: everything times k is everything times k, where nothing is converted. */
static void scale(coin_world *out, const coin_world *world, int times) {
    *out = *world;
    for (int i = 0; i < out->node_count; i++)
        out->nodes[i].opening *= times;
    for (int i = 0; i < out->row_count; i++) {
        out->rows[i].amount *= times;
        out->rows[i].amount_in *= times;
        out->rows[i].fee *= times;
    }
    for (int i = 0; i < out->source_count; i++)
        out->sources[i].amount *= out->sources[i].amount < 0 ? 1 : times;
}

static void check_scaled(const coin_world *world) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    static coin_world other;
    at_trace one, many;
    scale(&other, world, SCALE);
    assert_int_equal(world_trace(&one, world, &arena, NULL), AT_OK);
    assert_int_equal(world_trace(&many, &other, &arena, NULL), AT_OK);
    assert_int_equal(one.holding_count, many.holding_count);
    for (size_t i = 0; i < one.holding_count; i++)
        assert_int_equal(one.holdings[i].amount * SCALE, many.holdings[i].amount);
    assert_int_equal(one.moves.count, many.moves.count);
    for (uint32_t i = 0; i < one.moves.count; i++) {
        const at_trace_move *a = at_pool_at(&one.moves, i), *b = at_pool_at(&many.moves, i);
        assert_int_equal(a->amount * SCALE, b->amount);
    }
}

static int64_t amount_of(const at_trace *trace, const at_trace_holding *like) {
    for (size_t i = 0; i < trace->holding_count; i++)
        if (trace->holdings[i].label == like->label &&
            strcmp(at_trace_node_id(trace, trace->holdings[i].node),
                   at_trace_node_id(trace, like->node)) == 0)
            return trace->holdings[i].amount;
    return 0;
}

/* I11: no amount is further from the exact fraction than there were roundings. The fraction is
 * known from the same ledger in units a million times smaller, within its own roundings. */
static void check_drift(const coin_world *world, const at_trace *trace) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    static coin_world other;
    at_trace fine;
    scale(&other, world, FINE);
    assert_int_equal(world_trace(&fine, &other, &arena, NULL), AT_OK);
    const int64_t slack = FINE * (int64_t)trace->roundings + (int64_t)fine.roundings;
    for (size_t i = 0; i < fine.holding_count; i++) {
        const int64_t near = amount_of(trace, &fine.holdings[i]) * FINE;
        assert_true(llabs(near - fine.holdings[i].amount) <= slack);
    }
}

/* I10: every method's labels are where poison has them; overdraft sinks have none of it. */
static void check_within_poison(const at_trace *trace, const coin_world *world) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    static coin_world other;
    at_trace poison;
    other = *world;
    other.method = COIN_POISON;
    assert_int_equal(world_trace(&poison, &other, &arena, NULL), AT_OK);
    for (size_t i = 0; i < trace->holding_count; i++) {
        const at_trace_holding *holding = &trace->holdings[i];
        const char *node = at_trace_node_id(trace, holding->node);
        bool found = holding->label >= trace->tainted_count || strncmp(node, "@over", 5) == 0;
        for (size_t j = 0; j < poison.holding_count && !found; j++)
            found = poison.holdings[j].label == holding->label &&
                    strcmp(at_trace_node_id(&poison, poison.holdings[j].node), node) == 0;
        assert_true(found);
    }
}

/* I5: of one wholly tainted deposit libr leaves the least of it and of the balances since (T10). */
static void test_lowest_balance(void **state) {
    (void)state;
    size_t cut = 0;
    for (uint64_t seed = 1; seed <= INVARIANT_WORLDS; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        uint64_t random = seed;
        at_trace trace;
        coin_world world = {.node_count = 2, .source_count = 1, .as_of = 1000, .window = -1};
        world.method = COIN_LIBR;
        world.nodes[0] = (coin_node){.id = "X", .currency = "EUR", .held = true, .known = true};
        world.nodes[1] = (coin_node){.id = "O", .currency = "EUR"};
        world.nodes[0].opening = (int)(world_random(&random) % 50);
        world.row_count = 2 + (int)(world_random(&random) % 12);
        const int deposit = (int)(world_random(&random) % (uint64_t)world.row_count);
        int balance = world.nodes[0].opening, expected = 0;
        for (int i = 0; i < world.row_count; i++) {
            coin_row *row = &world.rows[i];
            const bool credit = i == deposit || world_random(&random) % 2 == 0;
            snprintf(row->id, sizeof row->id, "t%d", i);
            row->time = i;
            row->from = credit;
            row->to = !credit;
            row->amount = row->amount_in = 1 + (int)(world_random(&random) % 40);
            const int before = balance;
            balance += credit ? row->amount : -row->amount;
            const int held = balance > 0 ? balance : 0;
            if (i == deposit)
                expected = before >= 0 ? row->amount : held;
            expected = i >= deposit && held < expected ? held : expected;
        }
        snprintf(world.sources[0].label, sizeof world.sources[0].label, "T");
        snprintf(world.sources[0].transfer, sizeof world.sources[0].transfer, "t%d", deposit);
        world.sources[0].amount = -1;
        assert_int_equal(world_trace(&trace, &world, &arena, NULL), AT_OK);
        const at_trace_holding like = {.node = at_ledger_node(trace.effective->ledger, "X")};
        assert_int_equal(amount_of(&trace, &like), expected);
        cut += expected < world.rows[deposit].amount;
    }
    assert_true(cut > INVARIANT_WORLDS / 10);
}

/* Tainted units by node, whatever their label. */
static void taint_by_node(int64_t *out, const at_trace *trace) {
    memset(out, 0, 3 * COIN_NODES * sizeof *out);
    for (size_t i = 0; i < trace->holding_count; i++)
        if (trace->holdings[i].label < trace->tainted_count)
            out[trace->holdings[i].node] += trace->holdings[i].amount;
}

/* I7: two labels made one are where the two were. A label of one source keeps its place among
 * sources, so the merged ones are told apart by what they name. */
static void check_merged(const coin_world *world) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    static coin_world other;
    at_trace apart, merged;
    int64_t left[3 * COIN_NODES], right[3 * COIN_NODES];
    other = *world;
    for (int i = 0; i < other.source_count; i++) {
        snprintf(other.sources[i].label, sizeof other.sources[i].label, "M");
        for (int j = 0; j < i; j++)
            if (strcmp(other.sources[i].transfer, other.sources[j].transfer) == 0 &&
                (other.sources[i].transfer[0] != '\0' ||
                 (other.sources[i].node == other.sources[j].node &&
                  other.sources[i].time == other.sources[j].time)))
                return; /* one label cannot be declared twice on one thing */
    }
    assert_int_equal(world_trace(&apart, world, &arena, NULL), AT_OK);
    assert_int_equal(world_trace(&merged, &other, &arena, NULL), AT_OK);
    taint_by_node(left, &apart);
    taint_by_node(right, &merged);
    assert_memory_equal(left, right, sizeof left);
}

static void test_invariants(void **state) {
    static coin_world world;
    static test_lines lines;
    (void)state;
    for (uint64_t seed = 1; seed <= INVARIANT_WORLDS; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        uint64_t random = seed;
        at_trace trace;
        world_make(&world, seed * 1000003);
        assert_int_equal(world_trace(&trace, &world, &arena, NULL), AT_OK);
        const bool ordered = world.method == COIN_FIFO || world.method == COIN_LIFO;
        if (world.method != COIN_POISON) {
            check_holdings(&trace);
            check_moves(&trace, converts(&world));
            check_within_poison(&trace, &world);
        }
        check_paths(&trace, &arena);
        world_lines(&lines, &world, &trace, &arena);
        check_permuted(&world, &lines, &random);
        if (ordered)
            check_merged(&world);
        if (ordered && !converts(&world))
            check_scaled(&world);
        if (world.method == COIN_PRORATA && !converts(&world))
            check_drift(&world, &trace);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_coin_by_coin),
        cmocka_unit_test(test_invariants),
        cmocka_unit_test(test_lowest_balance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
