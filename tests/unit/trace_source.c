/* Goal: a declaration is read as the specification writes it, or refused with a reason.
 * Method: one table for the text, one for what T20 calls argument errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/world.h"
#include "engine/base/day.h"

#define NONE AT_AMOUNT_NONE
#define DAY_1 INT64_C(1704067200000000) /* 2024-01-01 */

static const struct {
    const char *story, *text, *code; /* code NULL: read */
    const char *label, *id;
    bool on_account;
    int64_t time_us, amount;
} texts[] = {
    {"a transfer", "L=transfer:T1", NULL, "L", "T1", false, 0, NONE},
    {"a transfer in part", "L=transfer:T1,250", NULL, "L", "T1", false, 0, 250},
    {"a comma before other than digits belongs to the id", "L=transfer:T,a", NULL, "L", "T,a",
     false, 0, NONE},
    {"a trailing comma belongs to the id", "L=transfer:T,", NULL, "L", "T,", false, 0, NONE},
    {"the last comma divides", "L=transfer:T,1,2", NULL, "L", "T,1", false, 0, 2},
    {"quotes keep comma and digits", "L=transfer:\"T,1\"", NULL, "L", "T,1", false, 0, NONE},
    {"quotes, then an amount", "L=transfer:\"T,1\",7", NULL, "L", "T,1", false, 0, 7},
    {"a quote inside is written twice", "L=transfer:\"a\"\"b\"", NULL, "L", "a\"b", false, 0, NONE},
    {"an account at a date is its first moment", "L=account:A@2024-01-01", NULL, "L", "A", true,
     DAY_1, NONE},
    {"an account at a moment, in part", "L=account:A@2024-01-01T00:00:01Z,90", NULL, "L", "A", true,
     DAY_1 + 1000000, 90},
    {"the last at sign divides", "L=account:a@b@2024-01-01", NULL, "L", "a@b", true, DAY_1, NONE},
    {"a bare integer is microseconds", "L=account:A@12", NULL, "L", "A", true, 12, NONE},
    {"a quoted account", "L=account:\"a@b,1\"@12,5", NULL, "L", "a@b,1", true, 12, 5},
    {"the label ends at the first equals sign", "L=transfer:a=b", NULL, "L", "a=b", false, 0, NONE},
    {"every character a label may have", "aZ0._-=transfer:T", NULL, "aZ0._-", "T", false, 0, NONE},
    {"nothing is traced", "L=transfer:T,0", NULL, "L", "T", false, 0, 0},
    {"no label", "transfer:T", "E-TRACE-SOURCE", 0, 0, 0, 0, 0},
    {"an empty label", "=transfer:T", "E-TRACE-LABEL", 0, 0, 0, 0, 0},
    {"a label of ours", "@clean=transfer:T", "E-TRACE-LABEL", 0, 0, 0, 0, 0},
    {"a blank in a label", "a b=transfer:T", "E-TRACE-LABEL", 0, 0, 0, 0, 0},
    {"a label of 65 characters",
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=transfer:T",
     "E-TRACE-LABEL", 0, 0, 0, 0, 0},
    {"neither transfer nor account", "L=party:P", "E-TRACE-SOURCE", 0, 0, 0, 0, 0},
    {"no id", "L=transfer:", "E-TRACE-SOURCE", 0, 0, 0, 0, 0},
    {"no account", "L=account:@12", "E-TRACE-SOURCE", 0, 0, 0, 0, 0},
    {"an account without a time", "L=account:A", "E-TRACE-SOURCE", 0, 0, 0, 0, 0},
    {"an account with a time that is none", "L=account:A@soon", "E-TIME-FORM", 0, 0, 0, 0, 0},
    {"an amount past int64", "L=transfer:T,9223372036854775808", "E-AMOUNT-RANGE", 0, 0, 0, 0, 0},
    {"an open quote", "L=transfer:\"T", "E-TRACE-SOURCE", 0, 0, 0, 0, 0},
    {"text behind a quote", "L=transfer:\"T\"x", "E-TRACE-SOURCE", 0, 0, 0, 0, 0},
    {"a quoted id with an amount that is none", "L=transfer:\"T\",x", "E-TRACE-SOURCE", 0, 0, 0, 0,
     0},
    {"text between a quote and its time", "L=account:\"A\"x@12", "E-TRACE-SOURCE", 0, 0, 0, 0, 0},
};

static void test_parse(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(texts); i++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_trace_source source = {.amount = 77};
        at_error err = {0};
        print_message("  %s\n", texts[i].story);
        const at_status status = at_trace_source_parse(&source, texts[i].text, &arena, &err);
        if (texts[i].code != NULL) {
            assert_int_not_equal(status, AT_OK);
            assert_string_equal(err.code, texts[i].code);
            assert_int_equal(source.amount, 77);
            continue;
        }
        assert_int_equal(status, AT_OK);
        assert_string_equal(source.label, texts[i].label);
        assert_string_equal(source.id, texts[i].id);
        assert_int_equal(source.on_account, texts[i].on_account);
        assert_int_equal(source.time_us, texts[i].time_us);
        assert_int_equal(source.amount, texts[i].amount);
        assert_int_equal(source.row, AT_NONE);
        assert_int_equal(source.node, AT_NONE);
    }
}

static const coin_world bound = {
    .nodes = {{.id = "OUT", .currency = "EUR"}, {.id = "X", .currency = "EUR", .held = true}},
    .rows = {{.id = "t", .to = 1, .amount = 5, .amount_in = 5, .fee = 1},
             {.id = "u/fee", .to = 1, .amount = 5, .amount_in = 5}},
    .node_count = 2,
    .row_count = 2,
};

static void test_bind(void **state) {
    static const struct {
        const char *id;
        const char *row; /* NULL: none */
        bool fee;
    } ids[] = {{"t", "t", false},      {"t/fee", "t", true}, {"u/fee", "u/fee", false},
               {"u/fee/fee", NULL, 0}, {"v", NULL, 0},       {"v/fee", NULL, 0},
               {"/fee", NULL, 0}};
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    static char endless[5000];
    at_ledger ledger;
    (void)state;
    world_ledger(&ledger, &bound, &arena);
    for (size_t i = 0; i < AT_COUNT(ids); i++) {
        at_trace_source source = {.id = ids[i].id};
        at_trace_source_bind(&source, &ledger);
        assert_int_equal(source.fee, ids[i].fee);
        if (ids[i].row == NULL)
            assert_int_equal(source.row, AT_NONE);
        else
            assert_string_equal(at_ledger_id(&ledger, source.row), ids[i].row);
    }
    memset(endless, 'x', sizeof endless - 5);
    memcpy(endless + sizeof endless - 5, "/fee", 5);
    at_trace_source source = {.id = endless};
    at_trace_source_bind(&source, &ledger);
    assert_int_equal(source.row, AT_NONE);
}

static void test_check(void **state) {
    enum { OUT = 0, X = 1, MISSING = -1 };
    static const struct {
        const char *story;
        at_trace_source a, b;
        const char *code; /* NULL: fine */
    } pairs[] = {
        {"two labels on one transfer",
         {.label = "A", .id = "t", .row = 0},
         {.label = "B", .id = "t", .row = 0},
         NULL},
        {"a transfer and its fee",
         {.label = "A", .id = "t", .row = 0},
         {.label = "A", .id = "t/fee", .row = 0, .fee = true},
         NULL},
        {"one label twice on a transfer",
         {.label = "A", .id = "t", .row = 0},
         {.label = "A", .id = "ns/t", .row = 0},
         "E-TRACE-TWICE"},
        {"one label twice on a transfer that is not there",
         {.label = "A", .id = "v", .row = AT_NONE},
         {.label = "A", .id = "v", .row = AT_NONE},
         "E-TRACE-TWICE"},
        {"one label on two transfers that are not there",
         {.label = "A", .id = "v", .row = AT_NONE},
         {.label = "A", .id = "w", .row = AT_NONE},
         NULL},
        {"one label on a transfer and a missing one",
         {.label = "A", .id = "v", .row = AT_NONE},
         {.label = "A", .id = "t", .row = 0},
         NULL},
        {"one label twice on an account at one time",
         {.label = "A", .id = "X", .on_account = true, .node = X, .time_us = 3},
         {.label = "A", .id = "X", .on_account = true, .node = X, .time_us = 3},
         "E-TRACE-TWICE"},
        {"one label on an account at two times",
         {.label = "A", .id = "X", .on_account = true, .node = X, .time_us = 3},
         {.label = "A", .id = "X", .on_account = true, .node = X, .time_us = 4},
         NULL},
        {"one label on an account and a transfer",
         {.label = "A", .id = "X", .on_account = true, .node = X, .time_us = 3},
         {.label = "A", .id = "X", .row = 0},
         NULL},
        {"an external holds no ledger",
         {.label = "A", .id = "X", .on_account = true, .node = X, .time_us = 3},
         {.label = "B", .id = "OUT", .on_account = true, .node = OUT, .time_us = 3},
         "E-TRACE-ACCOUNT"},
    };
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_ledger ledger;
    (void)state;
    world_ledger(&ledger, &bound, &arena);
    for (size_t i = 0; i < AT_COUNT(pairs); i++) {
        const at_trace_source sources[] = {pairs[i].a, pairs[i].b};
        at_error err = {0};
        print_message("  %s\n", pairs[i].story);
        const at_status status = at_trace_sources_check(sources, 2, &ledger, &err);
        assert_int_equal(status, pairs[i].code != NULL ? AT_USAGE : AT_OK);
        if (pairs[i].code != NULL)
            assert_string_equal(err.code, pairs[i].code);
    }
}

static void test_labels(void **state) {
    const at_trace_source sources[] = {
        {.label = "b"}, {.label = "B"}, {.label = "a"}, {.label = "B"}, {.label = "9"}};
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    const char **labels = NULL;
    uint32_t count = 0;
    (void)state;
    assert_int_equal(at_trace_labels(&labels, &count, sources, 5, &arena, NULL), AT_OK);
    assert_int_equal(count, 4);
    assert_string_equal(labels[0], "9");
    assert_string_equal(labels[1], "B");
    assert_string_equal(labels[2], "a");
    assert_string_equal(labels[3], "b");
}

/* Every text, with memory that ends at every allocation in turn. */
static void test_memory(void **state) {
    size_t refused = 0;
    (void)state;
    for (size_t i = 0; i < AT_COUNT(texts); i++)
        for (uint64_t nth = 1;; nth++) {
            AT_CLEANUP(at_arena_clear) at_arena arena;
            at_trace_source source = {.amount = 77};
            at_error err = {0};
            world_tight_arena(&arena);
            at_memory_fail_after(nth);
            const at_status status = at_trace_source_parse(&source, texts[i].text, &arena, &err);
            at_memory_fail_after(0);
            if (status != AT_NO_MEMORY)
                break;
            assert_int_equal(source.amount, 77);
            refused++;
        }
    assert_true(refused > AT_COUNT(texts));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),  cmocka_unit_test(test_bind),   cmocka_unit_test(test_check),
        cmocka_unit_test(test_labels), cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
