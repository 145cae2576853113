/* Goal: a plan of freezing that runs out of memory anywhere says so, and leaks nothing.
 * Method: a file of holdings with estimated rates, and an earlier trace by hand, over one small
 * ledger; every allocation refused in turn. Leaks and wild reads are the sanitizers' to find. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/asked.h"

extern const at_query query_freeze_plan, query_trace;

static const char file[] = "{\"holdings\": {\"X\": 60, \"Q\": 40}, \"cost\": {\"X\": 2},"
                           " \"rate\": {\"Q\": {\"@exit\": \"1/2\"}}}";

enum { ARGUMENTS_MAX = 16 };

/* Arguments of the query by name: `text` for one of them, fallbacks for the others. */
static size_t fill(at_argument *out, const char *name, const char *text, bool budget) {
    size_t count = 0;
    for (const at_arg *arg = query_freeze_plan.args; arg->name != NULL; arg++) {
        at_argument item = {.arg = arg, .text = arg->fallback};
        if (strcmp(arg->name, name) == 0)
            item.text = text;
        if (budget && strcmp(arg->name, "budget") == 0)
            item.text = "2";
        if (item.text == NULL)
            continue;
        if (arg->type == AT_ARG_FILE)
            item.file = (at_span){text, strlen(text)};
        else if (arg->type == AT_ARG_CHOICE)
            item.number = at_word_find(arg->choices, item.text);
        else if (arg->type == AT_ARG_DURATION)
            item.number = 2;
        else
            (void)at_int_parse(&item.number, item.text);
        out[count++] = item;
    }
    return count;
}

/* Three rows as `trace` would say them. */
static void make_trace(at_table *out, at_arena *arena) {
    static const char *const nodes[] = {"X", "OUT", "Y"};
    at_table_init(out, "trace", 1, query_trace.columns, arena);
    for (size_t i = 0; i < AT_COUNT(nodes); i++) {
        at_row *row;
        assert_int_equal(at_table_row(&row, out, NULL), AT_OK);
        at_cell_text(&row->cells[0], "fifo");
        at_cell_text(&row->cells[1], "L");
        at_cell_text(&row->cells[2], nodes[i]);
        at_cell_text(&row->cells[3], "EUR");
        at_cell_integer(&row->cells[4], 30);
        assert_int_equal(at_row_cite(row, out, 40 + (at_record_id)i, NULL), AT_OK);
    }
}

static at_status ask(at_table *out, bool traced, bool budget, const at_table *trace,
                     const at_ledger *ledger, at_arena *arena, at_error *err) {
    at_argument arguments[ARGUMENTS_MAX];
    const at_answer earlier = {.id = "q1", .table = trace, .as_of_us = 4};
    const size_t count =
        traced ? fill(arguments, "of", "q1", budget) : fill(arguments, "holdings", file, budget);
    const at_question question = {.query = &query_freeze_plan,
                                  .arguments = arguments,
                                  .argument_count = count,
                                  .ledger = ledger,
                                  .earlier = &earlier,
                                  .earlier_count = 1,
                                  .arena = arena};
    at_table_init(out, "freeze_plan", 1, query_freeze_plan.columns, arena);
    return query_freeze_plan.run(out, &question, err);
}

static void test_every_allocation(void **state) {
    AT_CLEANUP(at_arena_clear) at_arena setup = {0};
    at_ledger ledger;
    at_table trace;
    (void)state;
    asked_ledger(&ledger, &setup);
    make_trace(&trace, &setup);
    for (int which = 0; which < 4; which++) {
        at_status status = AT_NO_MEMORY;
        uint64_t refused = 0;
        while (status != AT_OK) {
            AT_CLEANUP(at_arena_clear) at_arena arena = {0};
            at_table table;
            at_error err = {0};
            at_memory_fail_after(refused + 1);
            status = ask(&table, which % 2 != 0, which > 1, &trace, &ledger, &arena, &err);
            at_memory_fail_after(0);
            if (status == AT_OK) {
                assert_true(table.row_count > 0);
                break;
            }
            refused++;
            if (status != AT_NO_MEMORY || strcmp(err.code, "E-MEMORY") != 0)
                fail_msg("plan %d, allocation %d: status %d, \"%s\"", which, (int)refused, status,
                         err.message);
        }
        print_message("  plan %d: %d refusals\n", which, (int)refused);
        assert_true(refused > 2);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_allocation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
