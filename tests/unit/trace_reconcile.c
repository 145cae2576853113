/* Goal: a turnover is the sum of the right rows, or an error past int64.
 * Method: one ledger, a table of windows; and amounts at the end of int64. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/support/world.h"
#include "engine/base/day.h"
#include "engine/trace/reconcile.h"

static const struct {
    const char *story;
    const char *node;
    int64_t since_us, until_us, credits, debits, rows;
} windows[] = {
    {"everything", "X", AT_TIME_NONE, AT_TIME_NONE, 100, 46, 4},
    {"the end is not part of it", "X", 1, 5, 100, 35, 2},
    {"the beginning is", "X", 5, AT_TIME_NONE, 0, 11, 2},
    {"an open beginning", "X", AT_TIME_NONE, 2, 100, 0, 1},
    {"a self-transfer moves its fee", "X", 9, 10, 0, 1, 1},
    {"no fee without a transfer (T3)", "Y", 7, 8, 0, 0, 1},
    {"nothing", "X", 2, 4, 0, 0, 0},
};

static void test_windows(void **state) {
    static const coin_world world = {
        .nodes = {{.id = "OUT", .currency = "EUR"},
                  {.id = "X", .currency = "EUR", .held = true},
                  {.id = "Y", .currency = "EUR", .held = true}},
        .rows =
            {{.id = "a", .time = 1, .from = 0, .to = 1, .amount = 100, .amount_in = 100},
             {.id = "b", .time = 4, .from = 1, .to = 2, .amount = 33, .amount_in = 40, .fee = 2},
             {.id = "c", .time = 5, .from = 1, .to = 2, .amount = 10, .amount_in = 10},
             {.id = "d", .time = 7, .from = 2, .to = 0, .fee = 5},
             {.id = "e", .time = 9, .from = 1, .to = 1, .amount = 7, .amount_in = 7, .fee = 1}},
        .node_count = 3,
        .row_count = 5,
    };
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_ledger ledger;
    (void)state;
    world_ledger(&ledger, &world, &arena);
    for (size_t i = 0; i < AT_COUNT(windows); i++) {
        at_turnover turnover = {0};
        print_message("  %s\n", windows[i].story);
        assert_int_equal(at_turnover_of(&turnover, &ledger,
                                        at_ledger_node(&ledger, windows[i].node),
                                        windows[i].since_us, windows[i].until_us, NULL),
                         AT_OK);
        assert_int_equal(turnover.credits, windows[i].credits);
        assert_int_equal(turnover.debits, windows[i].debits);
        assert_int_equal(turnover.rows, windows[i].rows);
    }
}

static void test_range(void **state) {
    static const struct {
        int64_t opening, credits, debits, closing; /* closing 0: refused */
    } sums[] = {{INT64_MAX, 1, 0, 0},
                {-INT64_MAX, 0, 2, 0},
                {INT64_MAX, 0, 5, INT64_MAX - 5},
                {AT_AMOUNT_NONE, 1, 1, AT_AMOUNT_NONE}};
    (void)state;
    for (size_t i = 0; i < AT_COUNT(sums); i++) {
        const at_turnover turnover = {.credits = sums[i].credits, .debits = sums[i].debits};
        int64_t closing = 77;
        const at_status status = at_turnover_closing(&closing, sums[i].opening, &turnover, NULL);
        assert_int_equal(status, sums[i].closing == 0 ? AT_LIMIT : AT_OK);
        assert_int_equal(closing, sums[i].closing == 0 ? 77 : sums[i].closing);
    }
}

/* Three rows of INT64_MAX: credits, debits and fees each add up to too much. */
static void test_turnover_range(void **state) {
    (void)state;
    for (int way = 0; way < 3; way++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_ledger_builder *builder = NULL;
        at_ledger ledger;
        at_turnover turnover = {.rows = 77};
        uint32_t nodes[2];
        assert_int_equal(at_ledger_begin(&builder, &arena, NULL), AT_OK);
        for (int n = 0; n < 2; n++) {
            const at_node node = {.account_id = n == 0 ? "A" : "B", .currency = {"EUR"}};
            assert_int_equal(at_ledger_add_node(&nodes[n], builder, &node, NULL), AT_OK);
        }
        for (int r = 0; r < 2; r++) {
            const at_ledger_row_in row = {.id = r == 0 ? "1" : "2",
                                          .from = nodes[way == 0],
                                          .to = nodes[way != 0],
                                          .time_us = r,
                                          .amount = way == 2 ? 1 : INT64_MAX,
                                          .amount_in = INT64_MAX,
                                          .fee = way == 2 ? INT64_MAX : 0};
            assert_int_equal(at_ledger_add_row(builder, &row, NULL), AT_OK);
        }
        assert_int_equal(at_ledger_finish(&ledger, builder, NULL), AT_OK);
        assert_int_equal(at_turnover_of(&turnover, &ledger, at_ledger_node(&ledger, "A"),
                                        AT_TIME_NONE, AT_TIME_NONE, NULL),
                         AT_LIMIT);
        assert_int_equal(turnover.rows, 77);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_range),
        cmocka_unit_test(test_turnover_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
