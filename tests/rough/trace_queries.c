/* Goal: a trace question that runs out of memory anywhere says so, and leaks nothing.
 * Method: one small ledger with a debt, a fee, an unknown opening and two currencies; every
 * question about traced money, with every allocation refused in turn. Leaks and wild reads are the
 * sanitizers' to find; engine/trace itself is refused item by item in tests/unit/trace_pass.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/asked.h"

extern const at_query query_trace, query_trace_transfers, query_trace_notes, query_trace_account,
    query_trace_breaks, query_trace_explain, query_trace_back;

static const struct {
    const at_query *query;
    const char *arguments;
} questions[] = {
    {&query_trace, "source=L=transfer:t1 source=M=account:X@3,99 method=fifo method=lifo "
                   "method=prorata method=libr method=oatway method=poison backward_window=3"},
    {&query_trace, "source=L=transfer:t1 method=paripassu fund=X"},
    {&query_trace, "source=L=transfer:t1 method=claimant_best targets=Z targets=X as_of=3"},
    {&query_trace, "source=L=transfer:t1 method=libr tie=credit_first sale=lien to=owner to=@fee"},
    {&query_trace_transfers, "source=L=transfer:t1 method=prorata"},
    {&query_trace_notes, "source=L=transfer:t1 source=M=transfer:none method=lifo"},
    {&query_trace_account, "source=L=transfer:t1 method=fifo to=X"},
    {&query_trace_breaks, "source=L=transfer:t1 method=fifo method=poison as_of=2"},
    {&query_trace_explain, "source=L=transfer:t1 method=fifo method=oatway to=X to=Y"},
    {&query_trace_back, "of=Z of=X method=fifo method=prorata"},
};

static void test_every_allocation(void **state) {
    AT_CLEANUP(at_arena_clear) at_arena setup = {0};
    at_ledger ledger;
    (void)state;
    asked_ledger(&ledger, &setup);
    for (size_t i = 0; i < AT_COUNT(questions); i++) {
        at_status status = AT_NO_MEMORY;
        uint64_t refused = 0;
        while (status != AT_OK) {
            AT_CLEANUP(at_arena_clear) at_arena arena = {0};
            at_table table;
            at_error err = {0};
            at_memory_fail_after(refused + 2); /* the first is for the arguments */
            status =
                asked(&table, questions[i].query, questions[i].arguments, &ledger, &arena, &err);
            at_memory_fail_after(0);
            if (status == AT_OK)
                break;
            refused++;
            if (status != AT_NO_MEMORY || strcmp(err.code, "E-MEMORY") != 0)
                fail_msg("%s, allocation %d: status %d, \"%s\"", questions[i].query->name,
                         (int)refused, status, err.message);
        }
        print_message("  %s: %d refusals\n", questions[i].query->name, (int)refused);
        assert_true(refused > 2);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_allocation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
