/* Goal: the published examples come out to the unit, and every rule of section 1 does what it says.
 * Method: one table; a row is one small ledger and the tainted money it leaves, by fifo and lifo;
 * then memory that fails at every allocation, and sums past int64. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/world.h"

#define ACCOUNT(name, opening_) \
    { .id = name, .currency = "GBP", .held = true, .known = true, .opening = opening_ }
#define UNKNOWN(name) \
    { .id = name, .currency = "GBP", .held = true }
#define OUTSIDE(name) \
    { .id = name, .currency = "GBP" }
#define ROW(name, time_, from_, to_, amount_) \
    { .id = name, .time = time_, .from = from_, .to = to_, .amount = amount_ }
#define BACK(name, time_, from_, to_, amount_, of) \
    { .id = name, .time = time_, .from = from_, .to = to_, .amount = amount_, .reverses = of }
#define DECLARE(name, id) \
    { .label = name, .transfer = id, .amount = -1 }
#define PART(name, id, units) \
    { .label = name, .transfer = id, .amount = units }
#define HELD(name, node_, time_, units) \
    { .label = name, .node = node_, .time = time_, .amount = units }

static const struct {
    const char *story;
    coin_world world;        /* amount_in 0 means the same as amount; as_of 0 means everything */
    const char *fifo, *lifo; /* tainted holdings and notes, sorted; NULL lifo: as fifo */
} rows[] = {
    {"Todd: Paul, Michael, spend, Karen, spend",
     {.nodes = {OUTSIDE("OUT"), ACCOUNT("X", 0), OUTSIDE("Y")},
      .rows = {ROW("p", 1, 0, 1, 1000), ROW("m", 2, 0, 1, 1000), ROW("s1", 3, 1, 2, 1000),
               ROW("k", 4, 0, 1, 1000), ROW("s2", 5, 1, 2, 1000)},
      .sources = {DECLARE("Paul", "p"), DECLARE("Michael", "m"), DECLARE("Karen", "k")}},
     "holding Karen X 1000; holding Michael Y 1000; holding Paul Y 1000",
     "holding Karen Y 1000; holding Michael Y 1000; holding Paul X 1000"},
    {"Roscoe v Winder: own money added later is not the claimant's",
     {.nodes = {OUTSIDE("OUT"), ACCOUNT("X", 100), OUTSIDE("Y")},
      .rows = {ROW("t", 1, 0, 1, 455), ROW("s", 2, 1, 2, 530), ROW("o", 3, 0, 1, 333)},
      .sources = {DECLARE("T", "t")}},
     "holding T X 25; holding T Y 430",
     "holding T Y 455"},
    {"Re Oatway in pence: a partly tainted deposit counts as its oldest part (T20)",
     {.nodes = {OUTSIDE("OUT"), ACCOUNT("BANK", 18640), ACCOUNT("SHARES", 0), OUTSIDE("Y")},
      .rows = {ROW("d1", 1, 0, 1, 1680000), ROW("d2", 2, 0, 1, 7200), ROW("w1", 3, 1, 3, 122400),
               ROW("buy", 4, 1, 2, 513027), ROW("w2", 5, 1, 3, 1070413)},
      .sources = {PART("TRUST", "d1", 720000)}},
     "holding TRUST SHARES 513027; holding TRUST Y 206973",
     "holding TRUST Y 720000"},
    {"a debt is repaid out of the tainted credit, and what made the debt is listed, not charged",
     {.nodes = {OUTSIDE("OUT"), ACCOUNT("X", -500), ACCOUNT("ASSET", 0), OUTSIDE("Y")},
      .rows = {ROW("buy", 1, 1, 2, 200), ROW("t", 2, 0, 1, 1000), ROW("spend", 3, 1, 3, 100)},
      .sources = {DECLARE("T", "t")}},
     "holding T @overdraft:X 700; holding T X 200; holding T Y 100; "
     "note overdraft X t @opening 500; note overdraft X t buy 200",
     NULL},
    {"a conversion rounds each boundary down (T18)",
     {.nodes = {OUTSIDE("OUT"),
                {.id = "USD", .currency = "USD", .held = true, .known = true},
                {.id = "EUR", .currency = "EUR", .held = true, .known = true}},
      .rows = {{.id = "t", .time = 1, .to = 1, .amount = 3333, .amount_in = 3333},
               {.id = "c", .time = 2, .to = 1, .amount = 6667, .amount_in = 6667},
               {.id = "fx", .time = 3, .from = 1, .to = 2, .amount = 10000, .amount_in = 9100}},
      .sources = {DECLARE("T", "t")}},
     "holding T EUR 3033",
     NULL},
    {"a conversion that rounds a lot to nothing drops it",
     {.nodes = {OUTSIDE("OUT"), ACCOUNT("X", 0), ACCOUNT("Y", 0)},
      .rows = {ROW("t", 1, 0, 1, 1),
               ROW("c", 2, 0, 1, 9),
               {.id = "fx", .time = 3, .from = 1, .to = 2, .amount = 10, .amount_in = 5}},
      .sources = {DECLARE("T", "t")}},
     "",
     NULL},
    {"money that goes round keeps its order",
     {.nodes = {OUTSIDE("OUT"), ACCOUNT("A", 0), ACCOUNT("B", 0), ACCOUNT("C", 0), ACCOUNT("D", 0)},
      .rows = {ROW("c", 1, 0, 1, 100), ROW("t", 2, 0, 1, 100), ROW("ab", 3, 1, 2, 100),
               ROW("bc", 4, 2, 3, 100), ROW("ca", 5, 3, 1, 100), ROW("ad", 6, 1, 4, 150)},
      .sources = {DECLARE("T", "t")}},
     "holding T D 100",
     NULL},
    {"an unknown opening is the least that keeps the account above zero (T6)",
     {.nodes = {OUTSIDE("OUT"), UNKNOWN("X"), OUTSIDE("Y")},
      .rows = {ROW("s", 1, 1, 2, 30), ROW("t", 2, 0, 1, 50), ROW("u", 3, 1, 2, 40)},
      .sources = {DECLARE("T", "t")}},
     "holding T X 10; holding T Y 40; note IMPUTED_OPENING X - - 30",
     NULL},
    {"a fee leaves right behind its transfer (T15)",
     {.nodes = {OUTSIDE("OUT"), ACCOUNT("X", 0), ACCOUNT("Y", 0)},
      .rows = {ROW("t", 1, 0, 1, 10),
               ROW("c", 2, 0, 1, 10),
               {.id = "p", .time = 3, .from = 1, .to = 2, .amount = 9, .fee = 3}},
      .sources = {DECLARE("T", "t")}},
     "holding T @fee 1; holding T Y 9",
     "holding T @fee 2; holding T X 8"},
    {"a fee in two currencies goes to two sinks, and may itself be declared",
     {.nodes = {ACCOUNT("X", 10),
                {.id = "U", .currency = "USD", .held = true, .known = true, .opening = 10}},
      .rows = {{.id = "p", .time = 1, .from = 0, .to = 0, .amount = 1, .fee = 3},
               {.id = "q", .time = 2, .from = 1, .to = 0, .amount = 2, .amount_in = 2, .fee = 4}},
      .sources = {DECLARE("F", "p/fee"), DECLARE("G", "q/fee")}},
     "holding F @fee/GBP 3; holding G @fee/USD 4; note SELF_TRANSFER X p - 1",
     NULL},
    {"a reversal undoes its transfer (T16)",
     {.nodes = {OUTSIDE("OUT"), ACCOUNT("X", 0), ACCOUNT("Y", 0)},
      .rows = {ROW("t", 1, 0, 1, 100), ROW("p", 2, 1, 2, 60), BACK("r", 3, 2, 1, 60, "p")},
      .sources = {DECLARE("T", "t")}},
     "holding T X 100; note REVERSAL_CANCELLED - r - 60",
     NULL},
    {"half a reversal leaves half the transfer",
     {.nodes = {OUTSIDE("OUT"), ACCOUNT("X", 0), ACCOUNT("Y", 0)},
      .rows = {ROW("t", 1, 0, 1, 100), ROW("p", 2, 1, 2, 60), BACK("r", 3, 2, 1, 25, "p")},
      .sources = {DECLARE("T", "p")}},
     "holding T Y 35; note REVERSAL_CANCELLED - r - 25",
     NULL},
    {"a reversal not yet known at as_of leaves its transfer standing",
     {.nodes = {OUTSIDE("OUT"), ACCOUNT("X", 0), ACCOUNT("Y", 0)},
      .rows = {ROW("t", 1, 0, 1, 100), ROW("p", 2, 1, 2, 60), BACK("r", 3, 2, 1, 60, "p")},
      .sources = {DECLARE("T", "t")},
      .as_of = 2},
     "holding T X 40; holding T Y 60",
     NULL},
    {"reversals of nothing, of the wrong thing and of spent money are ordinary transfers",
     {.nodes = {OUTSIDE("OUT"), ACCOUNT("X", 0), ACCOUNT("Y", 0), OUTSIDE("Z")},
      .rows = {ROW("t", 1, 0, 1, 100), ROW("p", 2, 1, 2, 60), ROW("s", 3, 2, 3, 10),
               BACK("r1", 4, 2, 1, 50, "p"), BACK("r2", 5, 1, 2, 7, "gone"),
               BACK("r3", 6, 1, 3, 8, "p"), BACK("r4", 7, 1, 2, 1, "r4"),
               BACK("r5", 8, 1, 2, 60, "r1")},
      .sources = {DECLARE("T", "t")}},
     "holding T X 14; holding T Y 68; holding T Z 18; note MISMATCH - r3 - 8; "
     "note MISMATCH - r5 - 60; note SPENT - r1 - 50; note UNMATCHED - r2 - 7; "
     "note UNMATCHED - r4 - 1",
     NULL},
    {"what was reversed whole cannot be reversed again, nor declared",
     {.nodes = {OUTSIDE("OUT"), ACCOUNT("X", 100), ACCOUNT("Y", 0)},
      .rows = {ROW("p", 2, 1, 2, 60), BACK("r", 3, 2, 1, 60, "p"), BACK("q", 4, 2, 1, 5, "p")},
      .sources = {DECLARE("T", "p")}},
     "note REVERSAL_CANCELLED - r - 60; note SOURCE_MISSING - p - -; note UNMATCHED - q - 5",
     NULL},
    {"as_new knows no reversals",
     {.nodes = {OUTSIDE("OUT"), ACCOUNT("X", 10), ACCOUNT("Y", 0)},
      .rows = {ROW("t", 1, 0, 1, 20), ROW("p", 2, 1, 2, 30), BACK("r", 3, 2, 1, 30, "p")},
      .sources = {DECLARE("T", "t")},
      .as_new = true},
     "holding T X 20",
     NULL},
    {"a self-transfer whose fee was charged is spent",
     {.nodes = {ACCOUNT("X", 10), ACCOUNT("Y", 0)},
      .rows = {{.id = "p", .time = 1, .amount = 5, .fee = 1}, BACK("r", 2, 0, 0, 5, "p")},
      .sources = {HELD("T", 0, 0, 4)}},
     "holding T @fee 1; holding T X 3; note SELF_TRANSFER X p - 5; note SELF_TRANSFER X r - 5; "
     "note SPENT - r - 5",
     "holding T X 4; note SELF_TRANSFER X p - 5; note SELF_TRANSFER X r - 5; "
     "note SPENT - r - 5"},
    {"a source cannot be more than the money there is, nor overwrite another (T20)",
     {.nodes = {OUTSIDE("OUT"), ACCOUNT("X", 0)},
      .rows = {ROW("t", 1, 0, 1, 100)},
      .sources = {PART("B", "t", 120), PART("A", "t", 70), DECLARE("C", "none")}},
     "holding A X 70; holding B X 30; note SOURCE_CAPPED - t - 20; note SOURCE_MISSING - none - -; "
     "note SOURCE_OVERLAP - t - 70",
     NULL},
    {"an account's money is declared before the first transfer of that time",
     {.nodes = {OUTSIDE("OUT"), ACCOUNT("X", 50), ACCOUNT("Y", 0)},
      .rows = {ROW("a", 1, 0, 1, 50), ROW("b", 5, 1, 2, 60)},
      .sources = {HELD("T", 1, 5, 55), HELD("U", 1, 9, -1), HELD("V", 2, 7, 99)}},
     "holding T Y 55; holding U X 40; holding V Y 5; note SOURCE_CAPPED Y - - 39; "
     "note SOURCE_OVERLAP Y - - 55",
     "holding T X 40; holding T Y 15; holding V Y 45; note SOURCE_CAPPED Y - - 39; "
     "note SOURCE_OVERLAP X - - 40; note SOURCE_OVERLAP Y - - 15"},
    {"an account declared after as_of is not declared",
     {.nodes = {OUTSIDE("OUT"), ACCOUNT("X", 50)},
      .rows = {ROW("a", 1, 0, 1, 50)},
      .sources = {HELD("T", 1, 5, -1)},
      .as_of = 4},
     "",
     NULL},
    {"outside money is clean whatever came in before (T14)",
     {.nodes = {OUTSIDE("OUT"), ACCOUNT("X", 0), ACCOUNT("Y", 0)},
      .rows = {ROW("t", 1, 0, 1, 50), ROW("a", 2, 1, 0, 50), ROW("b", 3, 0, 2, 50)},
      .sources = {DECLARE("T", "t")}},
     "holding T OUT 50",
     NULL},
    {"credits first: the account that pays on has its money already (T2)",
     {.nodes = {OUTSIDE("OUT"), ACCOUNT("X", 5), ACCOUNT("Y", 0)},
      .rows = {ROW("a", 1, 1, 2, 25), ROW("t", 1, 0, 1, 20)},
      .sources = {DECLARE("T", "t")},
      .credit_first = true},
     "holding T Y 20",
     NULL},
    {"as recorded, the same money repays a debt",
     {.nodes = {OUTSIDE("OUT"), ACCOUNT("X", 5), ACCOUNT("Y", 0)},
      .rows = {ROW("a", 1, 1, 2, 25), ROW("t", 1, 0, 1, 20)},
      .sources = {DECLARE("T", "t")}},
     "holding T @overdraft:X 20; note overdraft X t a 20",
     NULL},
    {"tainted money that refills a recent debit is listed, the latest debit first",
     {.nodes = {OUTSIDE("OUT"), ACCOUNT("X", 100), ACCOUNT("Y", 0)},
      .rows = {ROW("old", 1, 1, 2, 10), ROW("d1", 7, 1, 2, 20), ROW("d2", 8, 1, 2, 15),
               ROW("t", 10, 0, 1, 30), ROW("u", 11, 0, 1, 30)},
      .sources = {DECLARE("T", "t"), DECLARE("U", "u")},
      .window = 3},
     "holding T X 30; holding U X 30; note replenished X t d1 15; note replenished X t d2 15",
     NULL},
    {"a zero amount is no transfer at all (T3)",
     {.nodes = {OUTSIDE("OUT"), ACCOUNT("X", 10)},
      .rows = {{.id = "z", .time = 1, .from = 1, .fee = 3}, ROW("t", 2, 0, 1, 5)},
      .sources = {DECLARE("T", "t"), DECLARE("Z", "z")}},
     "holding T X 5; note SOURCE_MISSING - z - -",
     NULL},
};

static void complete(coin_world *out, const coin_world *world) {
    *out = *world;
    while (out->node_count < COIN_NODES && out->nodes[out->node_count].id[0] != '\0')
        out->node_count++;
    for (; out->row_count < COIN_ROWS && out->rows[out->row_count].id[0] != '\0'; out->row_count++)
        if (out->rows[out->row_count].amount_in == 0)
            out->rows[out->row_count].amount_in = out->rows[out->row_count].amount;
    while (out->source_count < COIN_SOURCES && out->sources[out->source_count].label[0] != '\0')
        out->source_count++;
    out->as_of = out->as_of == 0 ? 1000 : out->as_of;
    out->window = out->window == 0 ? AT_TRACE_WINDOW_OFF : out->window;
}

/* Tainted holdings and all notes, joined. */
static void summarise(char *out, size_t bytes, const coin_world *world, const at_trace *trace,
                      at_arena *arena) {
    static test_lines lines;
    size_t used = 0;
    world_lines(&lines, world, trace, arena);
    out[0] = '\0';
    for (size_t i = 0; i < lines.count; i++)
        if (strncmp(lines.text[i], "note ", 5) == 0 ||
            (strncmp(lines.text[i], "holding ", 8) == 0 && lines.text[i][8] != '@'))
            used += (size_t)snprintf(out + used, bytes - used, "%s%s", used > 0 ? "; " : "",
                                     lines.text[i]);
}

static void test_stories(void **state) {
    static coin_world world;
    char said[1000];
    (void)state;
    for (size_t i = 0; i < 2 * AT_COUNT(rows); i++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_trace trace;
        complete(&world, &rows[i / 2].world);
        world.method = i % 2 == 1 ? COIN_LIFO : COIN_FIFO;
        print_message("  %s: %s\n", coin_methods[world.method], rows[i / 2].story);
        assert_int_equal(world_trace(&trace, &world, &arena, NULL), AT_OK);
        summarise(said, sizeof said, &world, &trace, &arena);
        const bool same = world.method == COIN_FIFO || rows[i / 2].lifo == NULL;
        assert_string_equal(said, same ? rows[i / 2].fifo : rows[i / 2].lifo);
    }
}

/* Both orders of one world and their comparison, as a question does it. */
static at_status trace_both(at_trace *out, bool *equal_out, const coin_world *world,
                            const at_ledger *ledger, const at_trace_source *sources,
                            at_arena *arena, at_error *err) {
    at_effective recorded, credited;
    at_trace other;
    const at_trace_options options = {.method = world_method(world->method),
                                      .as_of_us = world->as_of,
                                      .backward_window_us = world->window,
                                      .sources = sources,
                                      .source_count = (size_t)world->source_count,
                                      .all_moves = world->method != COIN_FIFO};
    AT_TRY(at_effective_make(&recorded, ledger, AT_TIE_RECORD, AT_REVERSALS_CANCEL, world->as_of,
                             arena, err));
    AT_TRY(at_effective_make(&credited, ledger, AT_TIE_CREDIT_FIRST, AT_REVERSALS_CANCEL,
                             world->as_of, arena, err));
    AT_TRY(at_trace_run(&other, &credited, &options, arena, err));
    AT_TRY(at_trace_run(out, &recorded, &options, arena, err));
    return at_trace_equal(equal_out, out, &other, arena, err);
}

static void test_memory(void **state) {
    static coin_world world;
    size_t refused = 0, different = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena setup = {0};
        at_ledger ledger;
        at_trace_source sources[COIN_SOURCES];
        at_status status = AT_NO_MEMORY;
        bool equal = true;
        world_make(&world, seed);
        world_ledger(&ledger, &world, &setup);
        world_sources(sources, &world, &ledger);
        for (uint64_t nth = 1; status != AT_OK; nth++) {
            AT_CLEANUP(at_arena_clear) at_arena arena;
            at_trace trace;
            at_error err = {0};
            world_tight_arena(&arena);
            at_memory_fail_after(nth);
            status = trace_both(&trace, &equal, &world, &ledger, sources, &arena, &err);
            at_memory_fail_after(0);
            assert_true(status == AT_OK || status == AT_NO_MEMORY);
            refused += status != AT_OK;
        }
        different += !equal;
    }
    print_message("  %zu refusals, %zu worlds in which order matters\n", refused, different);
    assert_true(refused > 1000);
    assert_true(different > 3);
}

/* Amounts near int64 are refused where they add up to more, wherever that happens. */
static const struct {
    const char *story;
    int64_t opening[3], amount[3], amount_in[3];
    int from[3], to[3];
    bool fine;
} ranges[] = {
    {"one huge amount passes through",
     {0, 0, 0},
     {INT64_MAX, INT64_MAX, 0},
     {INT64_MAX, INT64_MAX, 0},
     {0, 1, 0},
     {1, 2, 1},
     true},
    {"a balance past int64",
     {0, 1, 0},
     {INT64_MAX, 1, 0},
     {INT64_MAX, 1, 0},
     {0, 0, 0},
     {1, 1, 1},
     false},
    {"an unknown opening past int64",
     {0, AT_AMOUNT_NONE, 0},
     {INT64_MAX, INT64_MAX, 0},
     {INT64_MAX, INT64_MAX, 0},
     {1, 1, 0},
     {0, 2, 1},
     false},
    {"a debt past int64",
     {0, -2, 0},
     {INT64_MAX, INT64_MAX, 0},
     {1, 1, 0},
     {1, 1, 0},
     {2, 2, 1},
     false},
    {"an external that took in too much",
     {0, 0, 0},
     {INT64_MAX, INT64_MAX, 1},
     {INT64_MAX, INT64_MAX, 1},
     {1, 2, 1},
     {0, 0, 0},
     false},
    {"a conversion of huge amounts is exact",
     {0, 0, 0},
     {INT64_MAX, INT64_MAX, 0},
     {INT64_MAX, INT64_MAX - 1, 0},
     {0, 1, 0},
     {1, 2, 1},
     true},
};

static void make_range(at_ledger *out, size_t index, at_arena *arena) {
    static const char *const ids[] = {"O", "P", "Q"};
    at_ledger_builder *builder = NULL;
    uint32_t nodes[3];
    assert_int_equal(at_ledger_begin(&builder, arena, NULL), AT_OK);
    for (int n = 0; n < 3; n++) {
        const at_node node = {.account_id = ids[n],
                              .currency = {"EUR"},
                              .kind = n == 0 ? AT_NODE_EXTERNAL : AT_NODE_ACCOUNT,
                              .opening = n == 0 ? AT_AMOUNT_NONE : ranges[index].opening[n]};
        assert_int_equal(at_ledger_add_node(&nodes[n], builder, &node, NULL), AT_OK);
    }
    for (int r = 0; r < 3; r++) {
        const at_ledger_row_in row = {.id = ids[r],
                                      .from = nodes[ranges[index].from[r]],
                                      .to = nodes[ranges[index].to[r]],
                                      .time_us = r,
                                      .amount = ranges[index].amount[r],
                                      .amount_in = ranges[index].amount_in[r]};
        assert_int_equal(at_ledger_add_row(builder, &row, NULL), AT_OK);
    }
    assert_int_equal(at_ledger_finish(out, builder, NULL), AT_OK);
}

static void test_range(void **state) {
    enum { METHODS = AT_TRACE_POISON + 1 };
    (void)state;
    for (size_t turn = 0; turn < AT_COUNT(ranges) * METHODS; turn++) {
        const size_t i = turn / METHODS;
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_ledger ledger;
        at_effective effective;
        at_trace trace;
        at_error err = {0};
        print_message("  %s: %s\n", at_trace_methods[turn % METHODS], ranges[i].story);
        make_range(&ledger, i, &arena);
        const at_trace_source source = {.label = "T", .id = "O", .amount = AT_AMOUNT_NONE};
        const at_trace_options options = {.method = turn % METHODS,
                                          .as_of_us = INT64_MAX,
                                          .backward_window_us = AT_TRACE_WINDOW_OFF,
                                          .sources = &source,
                                          .source_count = 1};
        at_status status = at_effective_make(&effective, &ledger, AT_TIE_RECORD,
                                             AT_REVERSALS_CANCEL, INT64_MAX, &arena, &err);
        if (status == AT_OK)
            status = at_trace_run(&trace, &effective, &options, &arena, &err);
        assert_int_equal(status, ranges[i].fine ? AT_OK : AT_LIMIT);
        if (!ranges[i].fine)
            assert_string_equal(err.code, "E-AMOUNT-RANGE");
    }
}

/* Of two ways as short as each other the first stays, and a shorter one that comes later wins. */
enum { OUT, PAID, LEFT, RIGHT, BOTH, LATER, WAY_NODES };
static const struct {
    const char *id;
    uint32_t from, to;
} steps[] = {{"1", OUT, PAID},   {"2", PAID, LEFT},  {"3", PAID, RIGHT}, {"4", LEFT, BOTH},
             {"5", RIGHT, BOTH}, {"6", BOTH, LATER}, {"7", PAID, LATER}};
static const char *const shortest[WAY_NODES] = {"", "1", "12", "13", "124", "17"};

static void make_steps(at_ledger *out, at_arena *arena) {
    static const char *const ids[WAY_NODES] = {"A", "B", "C", "D", "E", "F"}; /* in that order */
    at_ledger_builder *builder = NULL;
    uint32_t node = 0;
    assert_int_equal(at_ledger_begin(&builder, arena, NULL), AT_OK);
    for (int n = 0; n < WAY_NODES; n++) {
        const at_node given = {.account_id = ids[n],
                               .currency = {"EUR"},
                               .kind = n == OUT ? AT_NODE_EXTERNAL : AT_NODE_ACCOUNT,
                               .opening = n == OUT ? AT_AMOUNT_NONE : 0};
        assert_int_equal(at_ledger_add_node(&node, builder, &given, NULL), AT_OK);
    }
    for (size_t r = 0; r < AT_COUNT(steps); r++) {
        const int64_t amount = r == 0 ? 1000 : 10;
        const at_ledger_row_in row = {.id = steps[r].id,
                                      .from = steps[r].from,
                                      .to = steps[r].to,
                                      .time_us = (int64_t)r,
                                      .amount = amount,
                                      .amount_in = amount};
        assert_int_equal(at_ledger_add_row(builder, &row, NULL), AT_OK);
    }
    assert_int_equal(at_ledger_finish(out, builder, NULL), AT_OK);
}

static void test_ways(void **state) {
    static const at_trace_method methods[] = {AT_TRACE_FIFO, AT_TRACE_LIFO, AT_TRACE_PRORATA,
                                              AT_TRACE_LIBR, AT_TRACE_OATWAY};
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_ledger ledger;
    make_steps(&ledger, &arena);
    const at_trace_source source = {.label = "T", .id = "1", .amount = AT_AMOUNT_NONE};
    for (size_t turn = 0; turn < 2 * AT_COUNT(methods); turn++) {
        const at_trace_options options = {.method = methods[turn / 2],
                                          .as_of_us = INT64_MAX,
                                          .backward_window_us = AT_TRACE_WINDOW_OFF,
                                          .ways_only = turn % 2 != 0,
                                          .sources = &source,
                                          .source_count = 1};
        at_effective effective;
        at_trace trace;
        assert_int_equal(at_effective_make(&effective, &ledger, AT_TIE_RECORD, AT_REVERSALS_CANCEL,
                                           INT64_MAX, &arena, NULL),
                         AT_OK);
        assert_int_equal(at_trace_run(&trace, &effective, &options, &arena, NULL), AT_OK);
        for (uint32_t n = PAID; n < WAY_NODES; n++) {
            const at_reach *reach = at_reaches_find(&trace.reaches, n, 0);
            const at_trace_move **path = NULL;
            size_t count = 0, hops = 0;
            char way[8] = "";
            assert_non_null(reach);
            assert_int_equal(
                at_trace_path(&path, &count, &hops, &trace.moves, reach->move, 4, &arena, NULL),
                AT_OK);
            for (size_t i = 0; i < count; i++)
                way[i] = at_ledger_id(&ledger, path[i]->row)[0];
            assert_string_equal(way, shortest[n]);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stories),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_range),
        cmocka_unit_test(test_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
