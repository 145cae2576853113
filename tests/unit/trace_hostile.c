/* Goal: a trace does not depend on what things are called, and survives ledgers made to break it.
 * Method: random worlds under other names. A map that keeps the order of labels and accounts
 * changes nothing but names, by every rule. A map that does not may change only what the order of
 * names decides: which of several labels declared on one thing comes first, and who gets the units
 * that a division leaves over; so worlds without either are the same under any map. Names of
 * accounts alone decide nothing. Then a million transfers in one microsecond, each of which waits
 * for the next one in the file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/world.h"

enum { WORLDS = 3000, CROWD = 1000000, NAME_BYTES = 16 };

static char labels[4][2][8]; /* as they were, ascending; as they are called now */
static int label_count;

static const char *new_label(const char *label) {
    for (int i = 0; i < label_count; i++)
        if (strcmp(labels[i][0], label) == 0)
            return labels[i][1];
    return label; /* untainted */
}

static void list_labels(const coin_world *world, bool keep_order) {
    static const char *const known[] = {"0-9", "A", "B", "a"}; /* what worlds use, ascending */
    label_count = 0;
    for (size_t i = 0; i < AT_COUNT(known); i++)
        for (int s = 0; s < world->source_count; s++)
            if (strcmp(world->sources[s].label, known[i]) == 0) {
                snprintf(labels[label_count][0], sizeof labels[0][0], "%s", known[i]);
                label_count++;
                break;
            }
    for (int i = 0; i < label_count; i++)
        snprintf(labels[i][1], sizeof labels[0][1], "%c%s",
                 keep_order ? 'p' + i : 'p' + label_count - i, i % 2 == 0 ? "" : ".x");
}

static void new_node(char *out, size_t bytes, const coin_world *world, int node, bool keep_order) {
    if (keep_order)
        snprintf(out, bytes, "n%s", world->nodes[node].id);
    else
        snprintf(out, bytes, "%c.%d", 'z' - node, node);
}

static void rename_world(coin_world *out, const coin_world *world, bool keep_order) {
    *out = *world;
    for (int i = 0; i < world->node_count; i++)
        new_node(out->nodes[i].id, sizeof out->nodes[i].id, world, i, keep_order);
    for (int s = 0; s < world->source_count; s++)
        snprintf(out->sources[s].label, sizeof out->sources[s].label, "%s",
                 new_label(world->sources[s].label));
}

/* A node's name in a line: one of the world, of a debt paid there, or of neither. */
static void translate_node(char *out, size_t bytes, const char *name, const coin_world *world,
                           const coin_world *renamed) {
    static const char debt[] = "@overdraft:";
    const size_t skip = at_text_starts(name, debt) ? sizeof debt - 1 : 0;
    snprintf(out, bytes, "%s", name);
    for (int i = 0; i < world->node_count; i++)
        if (strcmp(world->nodes[i].id, name + skip) == 0)
            snprintf(out, bytes, "%.*s%s", (int)skip, debt, renamed->nodes[i].id);
}

/* The lines of the world as they must read under the new names. */
static void translate(test_lines *out, const test_lines *lines, const coin_world *world,
                      const coin_world *renamed) {
    out->count = 0;
    for (size_t i = 0; i < lines->count; i++) {
        char kind[NAME_BYTES], name[2 * NAME_BYTES], node[2 * NAME_BYTES], changed[3 * NAME_BYTES];
        int end = 0, second = 0;
        const char *line = lines->text[i];
        assert_true(sscanf(line, "%15s %31s%n %31s%n", kind, name, &end, node, &second) >= 2);
        if (strcmp(kind, "note") == 0 || strcmp(kind, "holding") == 0) {
            translate_node(changed, sizeof changed, node, world, renamed);
            test_line(out, "%s %s %s%s", kind, kind[0] == 'h' ? new_label(name) : name, changed,
                      line + second);
        } else {
            test_line(out, "%s %s%s", kind, new_label(name), line + end);
        }
    }
    test_lines_sort(out);
}

static void trace_lines(test_lines *out, const coin_world *world) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_trace trace;
    assert_int_equal(world_trace(&trace, world, &arena, NULL), AT_OK);
    world_lines(out, world, &trace, &arena);
    test_lines_sort(out);
}

/* Two labels on one thing at one time: the first of them has it. */
static bool names_decide(const coin_world *world) {
    const bool ordered =
        world->method == COIN_FIFO || world->method == COIN_LIFO || world->method == COIN_POISON;
    bool shared = false;
    for (int a = 0; a < world->source_count; a++)
        for (int b = 0; b < a; b++) {
            const coin_source *one = &world->sources[a], *other = &world->sources[b];
            shared = shared || (strcmp(one->transfer, other->transfer) == 0 &&
                                (one->transfer[0] != '\0' ||
                                 (one->node == other->node && one->time == other->time)));
        }
    return label_count > 1 && (shared || !ordered);
}

static void test_names(void **state) {
    static coin_world world, renamed;
    static test_lines before, wanted, after;
    size_t compared[2] = {0, 0};
    (void)state;
    for (uint64_t seed = 1; seed <= WORLDS; seed++) {
        world_make(&world, seed * 104729);
        trace_lines(&before, &world);
        for (int keep_order = 0; keep_order < 2; keep_order++) {
            list_labels(&world, keep_order);
            if (!keep_order && names_decide(&world))
                continue;
            rename_world(&renamed, &world, keep_order);
            translate(&wanted, &before, &world, &renamed);
            trace_lines(&after, &renamed);
            if (!test_lines_equal(&wanted, &after))
                fail_msg("seed %d: names changed more than names", (int)seed);
            compared[keep_order]++;
        }
    }
    print_message("  %zu worlds in another order, %zu in the same\n", compared[0], compared[1]);
    assert_true(compared[0] > WORLDS / 3 && compared[1] == WORLDS);
}

/* One unit goes through a row of accounts whose transfers stand in the file the wrong way round. */
static void make_crowd(at_ledger *out, at_arena *arena) {
    at_ledger_builder *builder = NULL;
    uint32_t before = 0;
    assert_int_equal(at_ledger_begin(&builder, arena, NULL), AT_OK);
    for (int i = 0; i <= CROWD; i++) {
        char id[NAME_BYTES];
        uint32_t number = 0;
        snprintf(id, sizeof id, "N%07d", i);
        const at_node node = {.account_id = id,
                              .currency = {"EUR"},
                              .kind = i == 0 ? AT_NODE_EXTERNAL : AT_NODE_ACCOUNT,
                              .opening = i == 0 ? AT_AMOUNT_NONE : 0};
        assert_int_equal(at_ledger_add_node(&number, builder, &node, NULL), AT_OK);
        snprintf(id, sizeof id, "t%07d", CROWD - i);
        const at_ledger_row_in row = {
            .id = id, .from = before, .to = number, .time_us = 5, .amount = 1, .amount_in = 1};
        if (i > 0)
            assert_int_equal(at_ledger_add_row(builder, &row, NULL), AT_OK);
        before = number;
    }
    assert_int_equal(at_ledger_finish(out, builder, NULL), AT_OK);
}

static void test_one_microsecond(void **state) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_ledger ledger;
    at_effective effective;
    at_trace trace;
    char first[NAME_BYTES];
    (void)state;
    make_crowd(&ledger, &arena);
    snprintf(first, sizeof first, "t%07d", CROWD - 1);
    at_trace_source source = {.label = "T", .id = first, .amount = AT_AMOUNT_NONE};
    at_trace_source_bind(&source, &ledger);
    const at_trace_options options = {.method = AT_TRACE_FIFO,
                                      .as_of_us = 5,
                                      .backward_window_us = AT_TRACE_WINDOW_OFF,
                                      .sources = &source,
                                      .source_count = 1};
    for (int tie = AT_TIE_RECORD; tie <= AT_TIE_CREDIT_FIRST; tie++) {
        assert_int_equal(at_effective_make(&effective, &ledger, (at_tie)tie, AT_REVERSALS_CANCEL, 5,
                                           &arena, NULL),
                         AT_OK);
        assert_int_equal(at_trace_run(&trace, &effective, &options, &arena, NULL), AT_OK);
        const at_trace_holding *held = trace.holdings;
        size_t tainted = 0;
        for (size_t i = 0; i < trace.holding_count; i++)
            if (trace.holdings[i].label == 0) {
                held = &trace.holdings[i];
                tainted++;
            }
        assert_int_equal(tainted, 1);
        assert_int_equal(held->amount, 1);
        /* As recorded every account pays before it is paid: the unit repays the first's debt. */
        assert_string_equal(at_trace_node_id(&trace, held->node),
                            tie == AT_TIE_RECORD ? "@overdraft:N0000001" : "N1000000");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_one_microsecond),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
