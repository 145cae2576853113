/* Goal: the trace questions find what a person names, cite the records that carry an amount, grade
 * it by the weakest, and say what has to be said.
 * Method: small ledgers, facts made by hand, arguments as the command line gives them; answers are
 * compared row by row as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/asked.h"

extern const at_query query_trace, query_trace_transfers, query_trace_notes, query_trace_breaks;

static const struct {
    const char *story;
    const at_query *query;
    const char *arguments, *code; /* code NULL: an answer */
    const char *lines[20];
} questions[] = {
    {"where the money is, with the way it took",
     &query_trace,
     "envelope=none source=L=transfer:t1 method=fifo to=X to=Z to=@fee to=@overdraft:multi/EUR "
     "to=multi/EUR",
     NULL,
     {"fifo|@clean|X|EUR|2|||inferred|900,11,9,8,6,7(9)", "fifo|@unknown|Z|EUR|15|||inferred|5(1)",
      "fifo|L|@fee|EUR|4|||inferred|1,2,3(3)",
      "fifo|L|@overdraft:multi/EUR|EUR|5|||corroborated|1,2,6,7(4)",
      "fifo|L|X|EUR|26|||corroborated|1,2(2)", "fifo|L|Z|EUR|60|||inferred|1,2,3,5(4)",
      "fifo|L|multi/EUR|EUR|5|||corroborated|1,2,6,7(4)",
      "# INJECTED fifo: 100 minor units were found to be \"L\"",
      "# GRADES fifo, \"L\" in EUR: observed 0, corroborated 36, accepted 0, inferred 64 minor "
      "units"}},
    {"untainted fees and debts cite what paid them",
     &query_trace,
     "envelope=none source=L=account:Z@9 method=fifo to=@fee to=@overdraft:multi/EUR to=@nothing",
     NULL,
     {"fifo|@clean|@fee|EUR|4|||inferred|3(1)",
      "fifo|@clean|@overdraft:multi/EUR|EUR|5|||corroborated|901,6,7(3)",
      "# INJECTED fifo: 75 minor units were found to be \"L\""}},
    {"a party stands for its accounts; a known thing without money is said",
     &query_trace,
     "envelope=none source=L=transfer:t1 method=fifo to=owner to=account:idle to=account:Y as_of=2",
     NULL,
     {"fifo|@unknown|Y|EUR|15|||inferred|5,3(2)", "fifo|L|Y|EUR|60|||inferred|1,2,3(3)",
      "# TARGET_WITHOUT_MONEY \"account:idle\" is known but no transfer names it or an account of "
      "it",
      "# INJECTED fifo: 100 minor units were found to be \"L\"",
      "# GRADES fifo, \"L\" in EUR: observed 0, corroborated 0, accepted 0, inferred 60 minor "
      "units"}},
    {"an account's own money, cited by its declaration; by rows where there is none",
     &query_trace,
     "envelope=none source=L=account:Y@1 source=M=account:X@2 method=lifo method=fifo method=lifo "
     "to=X to=Y as_of=1",
     NULL,
     {"fifo|@clean|X|EUR|100|||corroborated|900,1,2(3)", "fifo|L|Y|EUR|15|||inferred|5,3(2)",
      "lifo|@clean|X|EUR|100|||corroborated|900,1,2(3)", "lifo|L|Y|EUR|15|||inferred|5,3(2)",
      "# INJECTED fifo: 15 minor units were found to be \"L\"",
      "# INJECTED fifo: 0 minor units were found to be \"M\"",
      "# INJECTED lifo: 15 minor units were found to be \"L\"",
      "# INJECTED lifo: 0 minor units were found to be \"M\"",
      "# GRADES fifo, \"L\" in EUR: observed 0, corroborated 0, accepted 0, inferred 15 minor "
      "units",
      "# GRADES lifo, \"L\" in EUR: observed 0, corroborated 0, accepted 0, inferred 15 minor "
      "units"}},
    {"an account in the currency meant, however it is written",
     &query_trace,
     "envelope=none source=L=account:account:multi/EUR@5 method=lifo to=multi",
     NULL,
     {"lifo|L|multi/EUR|EUR|5|||observed|901(1)",
      "# INJECTED lifo: 5 minor units were found to be \"L\"",
      "# GRADES lifo, \"L\" in EUR: observed 5, corroborated 0, accepted 0, inferred 0 minor "
      "units"}},
    {"every transfer, in the order of columns",
     &query_trace_transfers,
     "source=L=transfer:t1 method=fifo as_of=4",
     NULL,
     {"fifo|@unknown|t3|15|EUR|Y|Z|1970-01-01T00:00:00.000003Z|observed|5(1)",
      "fifo|L|t1|100|EUR|OUT|X|1970-01-01T00:00:00.000001Z|corroborated|1,2(2)",
      "fifo|L|t2|60|EUR|X|Y|1970-01-01T00:00:00.000002Z|inferred|1,2,3(3)",
      "fifo|L|t2/fee|4|EUR|X|@fee|1970-01-01T00:00:00.000002Z|inferred|1,2,3(3)",
      "fifo|L|t3|60|EUR|Y|Z|1970-01-01T00:00:00.000003Z|inferred|1,2,3,5(4)",
      "fifo|L|t4|10|EUR|X|multi/EUR|1970-01-01T00:00:00.000004Z|corroborated|1,2,6,7(4)",
      "# INJECTED fifo: 100 minor units were found to be \"L\""}},
    {"what must be said beside it",
     &query_trace_notes,
     "source=L=transfer:t1 source=M=transfer:none source=N=account:X@3,99 method=lifo",
     NULL,
     {"lifo|IMPUTED_OPENING|Y||15|||inferred|5,3(2)", "lifo|LEG_AMBIGUOUS|Y|t2|60|L||inferred|3(1)",
      "lifo|SELF_TRANSFER|X|odd/s|1|||observed|11(1)",
      "lifo|SOURCE_CAPPED|X||63|N||observed|900(1)", "lifo|SOURCE_MISSING||none||M||observed|(0)",
      "lifo|SOURCE_OVERLAP|X||36|N||observed|900(1)", "lifo|UNRECONCILED|Y|||||inferred|5,3(2)",
      "lifo|overdraft|multi/EUR|t4|5||@opening|corroborated|6,7,901(3)",
      "# INJECTED lifo: 100 minor units were found to be \"L\"",
      "# INJECTED lifo: 0 minor units were found to be \"M\"",
      "# INJECTED lifo: 0 minor units were found to be \"N\""}},
    {"what refilled a debit, in a window of any unit",
     &query_trace_notes,
     "source=L=transfer:odd/n method=fifo backward_window=7",
     NULL,
     {"fifo|IMPUTED_OPENING|Y||15|||inferred|5,3(2)",
      "fifo|SELF_TRANSFER|X|odd/s|1|||observed|11(1)",
      "fifo|replenished|X|odd/n|1||t4|observed|9,6,7(3)",
      "# INJECTED fifo: 1 minor units were found to be \"L\""}},
    {"an account whose statements do not add up is where to ask next",
     &query_trace_breaks,
     "source=L=transfer:t1 method=fifo as_of=2",
     NULL,
     {"fifo|L|EUR|1|Y|unreconciled|60|t2|1970-01-01T00:00:00.000002Z|inferred|1,2,3(3)",
      "# INJECTED fifo: 100 minor units were found to be \"L\""}},
    {"an unknown account",
     &query_trace,
     "envelope=none source=L=account:nobody@1 method=fifo",
     "E-ID-UNKNOWN",
     {NULL}},
    {"an account in a currency it does not have",
     &query_trace,
     "envelope=none source=L=account:account:multi/GBP@1 method=fifo",
     "E-TRACE-ACCOUNT",
     {NULL}},
    {"an account in several currencies",
     &query_trace,
     "envelope=none source=L=account:multi@1 method=fifo",
     "E-TRACE-ACCOUNT",
     {NULL}},
    {"an account without money",
     &query_trace,
     "envelope=none source=L=account:idle@1 method=fifo",
     "E-TRACE-ACCOUNT",
     {NULL}},
    {"an external account",
     &query_trace,
     "envelope=none source=L=account:OUT@1 method=fifo",
     "E-TRACE-ACCOUNT",
     {NULL}},
    {"an unknown target",
     &query_trace,
     "envelope=none source=L=transfer:t1 method=fifo to=nobody",
     "E-ID-UNKNOWN",
     {NULL}},
    {"a transfer that two namespaces have",
     &query_trace,
     "envelope=none source=L=transfer:n method=fifo",
     "E-ID-AMBIGUOUS",
     {NULL}},
    {"the same declared twice",
     &query_trace,
     "envelope=none source=L=transfer:t1 source=L=transfer:t1 method=fifo",
     "E-TRACE-TWICE",
     {NULL}},
    {"no declaration", &query_trace, "source=t1 method=fifo", "E-TRACE-SOURCE", {NULL}},
    {"a window in parsecs",
     &query_trace,
     "envelope=none source=L=transfer:t1 method=fifo backward_window=3p",
     "E-TRACE-WINDOW",
     {NULL}},
    {"a window without a number",
     &query_trace,
     "envelope=none source=L=transfer:t1 method=fifo backward_window=d",
     "E-TRACE-WINDOW",
     {NULL}},
    {"a window with a tail",
     &query_trace,
     "envelope=none source=L=transfer:t1 method=fifo backward_window=3dd",
     "E-TRACE-WINDOW",
     {NULL}},
    {"a window past all time",
     &query_trace,
     "envelope=none source=L=transfer:t1 method=fifo backward_window=999999999999999999d",
     "E-TRACE-WINDOW",
     {NULL}},
};

static void test_questions(void **state) {
    static test_lines said;
    (void)state;
    for (size_t i = 0; i < AT_COUNT(questions); i++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_ledger ledger;
        at_table table;
        at_error err = {0};
        print_message("  %s\n", questions[i].story);
        asked_ledger(&ledger, &arena);
        const at_status status =
            asked(&table, questions[i].query, questions[i].arguments, &ledger, &arena, &err);
        if (questions[i].code != NULL) {
            assert_int_not_equal(status, AT_OK);
            assert_string_equal(err.code, questions[i].code);
            continue;
        }
        assert_int_equal(status, AT_OK);
        asked_print(&said, &table);
        size_t line = 0;
        for (size_t j = 0; j < said.count; j++) {
            if (questions[i].lines[line] == NULL)
                fail_msg("one line too many: %s", said.text[j]);
            assert_string_equal(said.text[j], questions[i].lines[line++]);
        }
        assert_null(questions[i].lines[line]);
    }
}

/* --- Order, memory, long ways ------------------------------------------------------------ */

/* A ledger of one chain and, at its end, a tie: what pays on stands before what comes in. */
static void make_chain(at_ledger *out, size_t length, at_arena *arena) {
    at_ledger_builder *builder = NULL;
    uint32_t before = 0;
    assert_int_equal(at_ledger_begin(&builder, arena, NULL), AT_OK);
    for (size_t i = 0; i <= length; i++) {
        char id[16];
        uint32_t number = 0;
        snprintf(id, sizeof id, "N%03zu", i);
        const at_node node = {.account_id = id,
                              .currency = {"EUR"},
                              .kind = i == 0 ? AT_NODE_EXTERNAL : AT_NODE_ACCOUNT,
                              .opening = i == 0 ? AT_AMOUNT_NONE : 0};
        assert_int_equal(at_ledger_add_node(&number, builder, &node, NULL), AT_OK);
        snprintf(id, sizeof id, "t%03zu", length - i);
        const at_ledger_row_in row = {.id = id,
                                      .from = before,
                                      .to = number,
                                      .time_us = i == length ? (int64_t)i - 1 : (int64_t)i,
                                      .amount = 7,
                                      .amount_in = 7,
                                      .grade = i == length / 2 ? AT_ACCEPTED : AT_OBSERVED,
                                      .record = (at_record_id)i};
        if (i > 0)
            assert_int_equal(at_ledger_add_row(builder, &row, NULL), AT_OK);
        before = number;
    }
    assert_int_equal(at_ledger_finish(out, builder, NULL), AT_OK);
}

static void test_order_and_length(void **state) {
    enum { LENGTH = 60 };
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    static test_lines said;
    at_ledger ledger;
    at_table table;
    at_error err = {0};
    char arguments[64], end[16];
    (void)state;
    make_chain(&ledger, LENGTH, &arena);
    snprintf(arguments, sizeof arguments, "source=L=transfer:t%03d method=fifo", LENGTH - 1);

    /* As recorded, the last two transfers stand the wrong way round. */
    assert_int_equal(asked(&table, &query_trace_notes, arguments, &ledger, &arena, &err), AT_OK);
    asked_print(&said, &table);
    assert_int_equal(table.row_count, 2);
    assert_string_equal(said.text[0], "fifo|ORDER_SENSITIVE||||||observed|1(1)");
    assert_string_equal(said.text[1], "fifo|overdraft|N059|t001|7||t000|observed|59,60(2)");

    snprintf(arguments, sizeof arguments, "source=L=transfer:t%03d method=fifo tie=credit_first",
             LENGTH - 1);
    assert_int_equal(asked(&table, &query_trace, arguments, &ledger, &arena, &err), AT_OK);
    snprintf(end, sizeof end, "N%03d", LENGTH);
    assert_int_equal(table.row_count, 1);
    const at_row *row = &table.rows[0];
    assert_string_equal(row->cells[2].text, end);
    assert_int_equal(row->grade, AT_ACCEPTED); /* a weak link that is not listed weakens all */
    assert_int_equal(row->support, LENGTH);
    assert_int_equal(row->records[0], 1); /* the declaration */
    assert_int_equal(row->records[row->record_count - 1], LENGTH);
    assert_true(row->record_count <= AT_SOURCES_MAX);
    size_t sensitive = 0;
    for (size_t i = 0; i < table.note_count; i++)
        sensitive += strcmp(table.notes[i].code, "ORDER_SENSITIVE") == 0;
    assert_int_equal(sensitive, 1);
}

static void test_memory(void **state) {
    static const at_query *const queries[] = {&query_trace, &query_trace_transfers,
                                              &query_trace_notes};
    AT_CLEANUP(at_arena_clear) at_arena setup = {0};
    at_ledger ledger;
    (void)state;
    asked_ledger(&ledger, &setup);
    for (size_t q = 0; q < AT_COUNT(queries); q++) {
        static const char text[] = "source=L=transfer:t1 source=M=account:X@3,99 method=fifo "
                                   "to=owner to=@fee backward_window=3";
        size_t refused = 0;
        for (size_t limit = 1; limit < ((size_t)1 << 20); limit += 64) {
            AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = limit};
            at_table table;
            at_error err = {0};
            const at_status status = asked(&table, queries[q], text, &ledger, &arena, &err);
            if (status == AT_OK)
                break;
            assert_int_equal(status, AT_LIMIT);
            refused++;
        }
        assert_true(refused > 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_questions),
        cmocka_unit_test(test_order_and_length),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
