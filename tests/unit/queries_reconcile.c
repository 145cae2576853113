/* Goal: reconcile says which statements add up, which do not, and where nothing speaks.
 * Method: one table; a row is the statements of some accounts of one small ledger and an answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/asked.h"

extern const at_query query_reconcile;

static at_fact statement(at_thing thing, int64_t since_us, int64_t until_us, int64_t opening,
                         int64_t closing, uint64_t breaks, at_record_id record) {
    at_fact fact = at_fact_new(AT_STATEMENT);
    fact.record = record;
    fact.statement.account.thing = thing;
    fact.statement.currency = thing == MULTI ? "EUR" : NULL;
    fact.statement.period = (at_period){since_us, until_us};
    fact.statement.opening = opening;
    fact.statement.closing = closing;
    fact.statement.breaks = breaks;
    return fact;
}

static const struct {
    const char *story, *arguments, *code;
    struct {
        at_thing thing;
        int64_t since_us, until_us, opening, closing;
        uint64_t breaks;
    } statements[3];
    const char *lines[8];
} reconciliations[] = {
    {"one statement that adds up",
     "of=X",
     NULL,
     {{X, 1, 5, 0, 26, 0}},
     {"X|EUR|1970-01-01T00:00:00.000001Z|1970-01-01T00:00:00.000005Z|0|100|74|26|26|0|reconciled|"
      "3|0|observed|500,900,1,2,3,6,7(7)"}},
    {"one that does not, and one whose running balance breaks",
     "of=X",
     NULL,
     {{X, 1, 4, 0, 30, 0}, {X, 4, 5, 30, 20, 2}},
     {"X|EUR|1970-01-01T00:00:00.000001Z|1970-01-01T00:00:00.000004Z|0|100|64|36|30|-6|"
      "unreconciled|2|0|observed|500,900,1,2,3(5)",
      "X|EUR|1970-01-01T00:00:00.000004Z|1970-01-01T00:00:00.000005Z|30|0|10|20|20|0|broken|1|2|"
      "observed|501,900,6,7(4)"}},
    {"a hole between two statements, and money missing in it",
     "of=X",
     NULL,
     {{X, 4, 5, 90, 80, 0}, {X, 1, 2, 0, 100, 0}},
     {"X|EUR|1970-01-01T00:00:00.000001Z|1970-01-01T00:00:00.000002Z|0|100|0|100|100|0|reconciled|"
      "1|0|observed|501,900,1,2(4)",
      "X|EUR|1970-01-01T00:00:00.000002Z|1970-01-01T00:00:00.000004Z|100|0|64|36|90|54|gap|1|0|"
      "observed|501,500,900,3(4)",
      "X|EUR|1970-01-01T00:00:00.000004Z|1970-01-01T00:00:00.000005Z|90|0|10|80|80|0|reconciled|1|"
      "0|observed|500,900,6,7(4)"}},
    {"balances that carry over leave no gap, overlapping statements neither",
     "of=X until=1970-01-01T00:00:00.000005Z",
     NULL,
     {{X, 1, 2, 0, 100, 0}, {X, 4, AT_TIME_NONE, 36, AT_AMOUNT_NONE, 0}, {X, 9, 10, 1, 1, 0}},
     {"X|EUR|1970-01-01T00:00:00.000001Z|1970-01-01T00:00:00.000002Z|0|100|0|100|100|0|reconciled|"
      "1|0|observed|500,900,1,2(4)",
      "X|EUR|1970-01-01T00:00:00.000004Z||36|2|10|28|||unstated|4|0|observed|"
      "501,900,8,9,11,6,7(7)"}},
    {"a running balance that breaks without stated ends",
     "of=X since=1970-01-01T00:00:00.000003Z",
     NULL,
     {{X, 1, 5, AT_AMOUNT_NONE, AT_AMOUNT_NONE, 1}, {X, 0, 1, 0, 0, 0}, {X, 4, 9, 0, 5, 0}},
     {"X|EUR|1970-01-01T00:00:00.000001Z|1970-01-01T00:00:00.000005Z||100|74||||broken|3|1|"
      "observed|500,900,1,2,3,6,7(7)",
      "X|EUR|1970-01-01T00:00:00.000004Z|1970-01-01T00:00:00.000009Z|0|0|10|-10|5|15|unreconciled|"
      "1|0|observed|502,900,6,7(4)"}},
    {"no statement: known and imputed openings, per currency",
     "of=account:multi of=Y of=idle of=OUT",
     NULL,
     {{MULTI, 0, 9, -5, 5, 0}},
     {"Y|EUR|||15|60|75|0|||imputed|2|0|inferred|3,5(2)",
      "multi/EUR|EUR|1970-01-01T00:00:00Z|1970-01-01T00:00:00.000009Z|-5|10|0|5|5|0|reconciled|1|"
      "0|observed|500,901,6,7(4)",
      "# TARGET_WITHOUT_MONEY \"idle\" is known but no transfer names it"}},
    {"no statement, from a time on",
     "of=Y since=1970-01-01T00:00:00.000003Z until=1970-01-01T00:00:00.000003Z",
     NULL,
     {{0}},
     {"Y|EUR|1970-01-01T00:00:00.000003Z|1970-01-01T00:00:00.000004Z|75|0|75|0|||imputed|1|0|"
      "inferred|5(1)"}},
    {"an unknown account", "of=nobody", "E-ID-UNKNOWN", {{0}}, {NULL}},
};

static void test_reconcile(void **state) {
    static test_lines said;
    (void)state;
    for (size_t i = 0; i < AT_COUNT(reconciliations); i++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_ledger ledger;
        at_table table;
        at_error err = {0};
        print_message("  %s\n", reconciliations[i].story);
        asked_ledger(&ledger, &arena);
        at_fact statements[3];
        size_t count = 0;
        for (size_t j = 0; j < 3 && reconciliations[i].statements[j].thing != 0; j++)
            statements[count++] = statement(
                reconciliations[i].statements[j].thing, reconciliations[i].statements[j].since_us,
                reconciliations[i].statements[j].until_us, reconciliations[i].statements[j].opening,
                reconciliations[i].statements[j].closing, reconciliations[i].statements[j].breaks,
                (at_record_id)(500 + j));
        asked_statements(statements, count);
        const at_status status =
            asked(&table, &query_reconcile, reconciliations[i].arguments, &ledger, &arena, &err);
        asked_statements(NULL, 0);
        if (reconciliations[i].code != NULL) {
            assert_string_equal(err.code, reconciliations[i].code);
            continue;
        }
        assert_int_equal(status, AT_OK);
        asked_print(&said, &table);
        for (size_t line = 0; line < said.count; line++) {
            assert_non_null(reconciliations[i].lines[line]);
            assert_string_equal(said.text[line], reconciliations[i].lines[line]);
        }
        assert_null(reconciliations[i].lines[said.count]);
    }
}

/* All accounts, no word about them, and a store that fails. */
static void test_reconcile_all(void **state) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_ledger ledger;
    at_table table;
    at_error err = {0};
    (void)state;
    asked_ledger(&ledger, &arena);
    assert_int_equal(asked(&table, &query_reconcile, "", &ledger, &arena, &err), AT_OK);
    assert_int_equal(table.row_count, 4); /* OUT holds no ledger, nothing names multi/USD */
    asked_fail(true);
    assert_int_equal(asked(&table, &query_reconcile, "", &ledger, &arena, &err), AT_IO);
    asked_fail(false);
}

/* Every allocation refused in turn. */
static void test_memory(void **state) {
    AT_CLEANUP(at_arena_clear) at_arena setup = {0};
    const at_fact told = statement(X, 1, 5, 0, 26, 0, 500);
    at_ledger ledger;
    size_t refused = 0;
    (void)state;
    asked_ledger(&ledger, &setup);
    asked_statements(&told, 1);
    for (size_t limit = 1; limit < ((size_t)1 << 20); limit += 64) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = limit};
        at_table table;
        at_error err = {0};
        const at_status status = asked(&table, &query_reconcile, "", &ledger, &arena, &err);
        if (status == AT_OK)
            break;
        assert_int_equal(status, AT_LIMIT);
        refused++;
    }
    asked_statements(NULL, 0);
    assert_true(refused > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reconcile),
        cmocka_unit_test(test_reconcile_all),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
