/* Goal: what was answered at a revision is answered again, whatever came later; what is known
 * already is not loaded twice, and counts again when its first source is withdrawn.
 * Method: stories over small sources; an answer is the ledger printed as text. */
#include "tests/support/store.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* "from>to amount grade" a line, in the order of the ledger; and the accounts. */
static void print_answer(at_text *out, test_store *test, int64_t revision) {
    at_error err = {.status = AT_OK};
    const at_ledger *ledger = NULL;
    at_fact_list accounts;
    at_reader *reader = test_reader(test, revision);
    const at_facts *facts = at_reader_facts(reader);
    assert_int_equal(at_reader_ledger(&ledger, reader, &err), AT_OK);
    at_text_reset(out);
    for (size_t i = 0; i < ledger->count; i++)
        assert_int_equal(at_text_print(out, &err, "%s %s>%s %" PRId64 " %s\n",
                                       at_ledger_id(ledger, i), ledger->nodes[ledger->from[i]].id,
                                       ledger->nodes[ledger->to[i]].id, ledger->amount[i],
                                       at_grade_text((at_grade)ledger->grade[i])),
                         AT_OK);
    assert_int_equal(facts->list(facts->self, &accounts, AT_ACCOUNT, 0, &err), AT_OK);
    for (size_t i = 0; i < accounts.count; i++)
        assert_int_equal(
            at_text_print(out, &err, "account %s\n", accounts.facts[i].account.self.id), AT_OK);
    at_reader_close(&reader);
}

static void put_transfer(test_source *source, const char *id, const char *from, const char *to,
                         int64_t time_us, int64_t amount) {
    const at_fact fact = test_transfer(id, from, to, time_us, amount);
    test_put(source, &fact, 1);
}

static void test_old_answers(void **state) {
    test_store test;
    AT_CLEANUP(at_text_clear) at_text first = {.data = NULL};
    AT_CLEANUP(at_text_clear) at_text second = {.data = NULL};
    AT_CLEANUP(at_text_clear) at_text now = {.data = NULL};
    at_error err = {.status = AT_OK};
    int64_t revision = 0;
    (void)state;
    test_store_make(&test);
    test_source source = test_source_begin(&test, "a", 'a', 4);
    put_transfer(&source, "T1", "X", "Y", 10, 5);
    put_transfer(&source, "T2", "Y", "Z", 20, 3);
    at_fact account = test_account("X", AT_ACCOUNT_BANK, "EUR", 100);
    test_put(&source, &account, 1);
    assert_int_equal(test_publish(&source).revision, 1);
    print_answer(&first, &test, 0);
    assert_string_equal(at_text_string(&first),
                        "T1 X>Y 5 observed\nT2 Y>Z 3 observed\naccount X\n");

    source = test_source_begin(&test, "b", 'b', 4);
    put_transfer(&source, "T9", "X", "Y", 15, 7);
    const at_fact same = test_same(AT_ACCOUNT, "X", "a/X");
    test_put(&source, &same, 1);
    assert_int_equal(test_publish(&source).revision, 2);
    print_answer(&second, &test, 0);
    print_answer(&now, &test, 1);
    assert_string_equal(at_text_string(&now), at_text_string(&first));
    assert_string_not_equal(at_text_string(&second), at_text_string(&first));

    assert_int_equal(at_source_withdraw(&revision, test.store, 2, "sent by mistake", &err), AT_OK);
    assert_int_equal(revision, 3);
    print_answer(&now, &test, 0);
    assert_string_equal(at_text_string(&now), at_text_string(&first));
    print_answer(&now, &test, 2);
    assert_string_equal(at_text_string(&now), at_text_string(&second));

    assert_int_equal(at_source_withdraw(&revision, test.store, 2, "again", &err), AT_BAD_INPUT);
    assert_string_equal(err.code, "E-SOURCE-WITHDRAWN");
    assert_int_equal(at_source_withdraw(&revision, test.store, 9, "none", &err), AT_BAD_INPUT);
    assert_string_equal(err.code, "E-SOURCE-UNKNOWN");
    at_reader *reader = NULL;
    assert_int_equal(at_reader_open(&reader, test.store, 4, &test.arena, &err), AT_BAD_INPUT);
    assert_string_equal(err.code, "E-REVISION-UNKNOWN");
    test_store_drop(&test);
}

/* A reader that was open before an import does not see it. */
static void test_snapshot(void **state) {
    test_store test;
    at_error err = {.status = AT_OK};
    const at_ledger *ledger = NULL;
    (void)state;
    test_store_make(&test);
    at_reader *before = test_reader(&test, 0);
    assert_int_equal(at_reader_revision(before), 0);
    test_source source = test_source_begin(&test, "a", 'a', 1);
    put_transfer(&source, "T1", "X", "Y", 10, 5);
    at_reader *during = test_reader(&test, 0); /* a reader does not wait for the writer */
    test_publish(&source);
    at_reader *after = test_reader(&test, 0);
    assert_int_equal(at_reader_ledger(&ledger, before, &err), AT_OK);
    assert_int_equal(ledger->count, 0);
    assert_int_equal(at_reader_ledger(&ledger, during, &err), AT_OK);
    assert_int_equal(ledger->count, 0);
    assert_int_equal(at_reader_ledger(&ledger, after, &err), AT_OK);
    assert_int_equal(ledger->count, 1);
    at_reader_close(&before);
    at_reader_close(&during);
    at_reader_close(&after);
    test_store_drop(&test);
}

static void test_same_bytes(void **state) {
    test_store test;
    at_error err = {.status = AT_OK};
    int64_t revision = 0;
    (void)state;
    test_store_make(&test);
    test_source source = test_source_begin(&test, "a", 'a', 1);
    put_transfer(&source, "T1", "X", "Y", 10, 5);
    test_publish(&source);
    source = test_source_begin(&test, "a", 'a', 1);
    assert_true(at_import_already(source.import));
    assert_null(at_import_input(source.import));
    at_receipt receipt = test_publish(&source);
    assert_true(receipt.already);
    assert_int_equal(receipt.revision, 1);
    assert_int_equal(receipt.loaded, 1);
    /* Another namespace is another statement. */
    source = test_source_begin(&test, "b", 'a', 1);
    assert_false(at_import_already(source.import));
    test_publish(&source);
    /* A withdrawn source may come again. */
    assert_int_equal(at_source_withdraw(&revision, test.store, 1, "gone", &err), AT_OK);
    source = test_source_begin(&test, "a", 'a', 1);
    assert_false(at_import_already(source.import));
    put_transfer(&source, "T1", "X", "Y", 10, 5);
    receipt = test_publish(&source);
    assert_int_equal(receipt.revision, 4);
    assert_int_equal(receipt.loaded, 1);
    test_store_drop(&test);
}

/* What the second of two sources makes of each of its records. */
static const struct {
    const char *story;
    const char *name_space; /* of the second; the first is "a" */
    struct {
        const char *id;
        int64_t time_us, amount;
    } first[3], second[4];
    uint64_t loaded, duplicates, rejected;
    const char *before, *after; /* the ledger, and again when the first source is gone */
} repeats[] = {
    {"equal id and content is a duplicate",
     "a",
     {{"T1", 1, 5}},
     {{"T1", 1, 5}, {"T2", 2, 6}},
     1,
     1,
     0,
     "T1 5,T2 6,",
     "T1 5,T2 6,"},
    {"equal id and other content is refused",
     "a",
     {{"T1", 1, 5}},
     {{"T1", 1, 6}, {"T2", 2, 6}},
     1,
     0,
     1,
     "T1 5,T2 6,",
     "T2 6,"},
    {"without ids the k-th here is the k-th there",
     "a",
     {{NULL, 1, 5}, {NULL, 1, 5}},
     {{NULL, 1, 5}, {NULL, 1, 5}, {NULL, 1, 5}},
     1,
     2,
     0,
     "1:1 5,1:2 5,2:3 5,",
     "2:1 5,2:2 5,2:3 5,"},
    {"an id is no match for a row without one",
     "a",
     {{"T1", 1, 5}},
     {{NULL, 1, 5}},
     1,
     0,
     0,
     "2:1 5,T1 5,",
     "2:1 5,"},
    {"never across namespaces",
     "b",
     {{"T1", 1, 5}, {NULL, 2, 7}},
     {{"T1", 1, 6}, {NULL, 2, 7}},
     2,
     0,
     0,
     "a/T1 5,b/T1 6,1:2 7,2:2 7,",
     "T1 6,2:2 7,"},
    {"within one source equal rows without ids are separate payments",
     "a",
     {{NULL, 9, 9}},
     {{NULL, 1, 5}, {NULL, 1, 5}, {NULL, 1, 5}},
     3,
     0,
     0,
     "2:1 5,2:2 5,2:3 5,1:1 9,",
     "2:1 5,2:2 5,2:3 5,"},
    {"within one source an id may be said twice but not contradicted",
     "a",
     {{NULL, 9, 9}},
     {{"T1", 1, 5}, {"T1", 1, 5}, {"T1", 1, 6}},
     1,
     1,
     1,
     "T1 5,1:1 9,",
     "T1 5,"},
};

static void print_ids(at_text *out, test_store *test) {
    at_error err = {.status = AT_OK};
    const at_ledger *ledger = NULL;
    at_reader *reader = test_reader(test, 0);
    assert_int_equal(at_reader_ledger(&ledger, reader, &err), AT_OK);
    at_text_reset(out);
    for (size_t i = 0; i < ledger->count; i++)
        assert_int_equal(
            at_text_print(out, &err, "%s %" PRId64 ",", at_ledger_id(ledger, i), ledger->amount[i]),
            AT_OK);
    at_reader_close(&reader);
}

static void test_repeats(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(repeats); i++) {
        test_store test;
        at_error err = {.status = AT_OK};
        int64_t revision = 0;
        AT_CLEANUP(at_text_clear) at_text now = {.data = NULL};
        print_message("  %s\n", repeats[i].story);
        test_store_make(&test);
        test_source source = test_source_begin(&test, "a", 'a', 4);
        for (size_t k = 0; k < 3 && repeats[i].first[k].time_us; k++)
            put_transfer(&source, repeats[i].first[k].id, "X", "Y", repeats[i].first[k].time_us,
                         repeats[i].first[k].amount);
        test_publish(&source);
        source = test_source_begin(&test, repeats[i].name_space, 'b', 4);
        for (size_t k = 0; k < 4 && repeats[i].second[k].time_us; k++)
            put_transfer(&source, repeats[i].second[k].id, "X", "Y", repeats[i].second[k].time_us,
                         repeats[i].second[k].amount);
        const at_receipt receipt = test_publish(&source);
        assert_int_equal(receipt.loaded, repeats[i].loaded);
        assert_int_equal(receipt.duplicates, repeats[i].duplicates);
        assert_int_equal(receipt.rejected, repeats[i].rejected);
        assert_int_equal(receipt.rows, receipt.loaded + receipt.duplicates + receipt.rejected);
        assert_int_equal(receipt.state, receipt.rejected ? AT_SOURCE_PARTIAL : AT_SOURCE_COMPLETE);
        assert_int_equal(receipt.duplicate_count, receipt.duplicates);
        assert_int_equal(receipt.reject_count, receipt.rejected);
        if (receipt.rejected) {
            assert_string_equal(receipt.rejects[0].code, "E-IMPORT-DUPID");
            assert_int_equal(strlen(receipt.rejects[0].first.content), 64);
        }
        if (receipt.duplicates) /* both addresses */
            assert_int_equal(receipt.duplicate_lines[0].first.bytes, TEST_LINE_BYTES);
        print_ids(&now, &test);
        assert_string_equal(at_text_string(&now), repeats[i].before);
        assert_int_equal(at_source_withdraw(&revision, test.store, 1, "gone", &err), AT_OK);
        print_ids(&now, &test);
        assert_string_equal(at_text_string(&now), repeats[i].after);
        test_store_drop(&test);
    }
}

/* Three sources with the same payment: it counts once, whichever of them stands. */
static void test_chain_of_withdrawals(void **state) {
    static const char *const tags = "abc";
    static const int64_t order[] = {1, 2, 3};
    test_store test;
    at_error err = {.status = AT_OK};
    AT_CLEANUP(at_text_clear) at_text now = {.data = NULL};
    int64_t revision = 0;
    (void)state;
    test_store_make(&test);
    for (int i = 0; i < 3; i++) {
        test_source source = test_source_begin(&test, "a", tags[i], 1);
        put_transfer(&source, NULL, "X", "Y", 1, 5);
        assert_int_equal(test_publish(&source).duplicates, i > 0);
    }
    static const char *const answers[] = {"1:1 5,", "2:1 5,", "3:1 5,", ""};
    for (int i = 0; i < 3; i++) {
        print_ids(&now, &test);
        assert_string_equal(at_text_string(&now), answers[i]);
        assert_int_equal(at_source_withdraw(&revision, test.store, order[i], "gone", &err), AT_OK);
    }
    print_ids(&now, &test);
    assert_string_equal(at_text_string(&now), answers[3]);
    test_store_drop(&test);
}

/* Registers: parties may be described in several rows; a re-issued register adds nothing. */
static void test_registers(void **state) {
    static const at_name one = {"Anna", AT_NAME_PRIMARY, NULL};
    static const at_name two = {"Anja", AT_NAME_ALIAS, NULL};
    test_store test;
    at_fact holding = at_fact_new(AT_HOLDING);
    (void)state;
    test_store_make(&test);
    holding.holding.owner = test_ref(AT_PARTY, "P1");
    holding.holding.owned = test_ref(AT_PARTY, "C1");
    const at_fact rows[] = {test_party("P1", &one), test_party("P1", &two), test_party("P1", &one),
                            holding, holding};
    for (int round = 0; round < 2; round++) {
        test_source source = test_source_begin(&test, "reg", (char)('a' + round), 8);
        for (size_t i = 0; i < AT_COUNT(rows); i++)
            test_put(&source, &rows[i], 1);
        const at_receipt receipt = test_publish(&source);
        /* the third row repeats the first; equal holdings of one register are two statements */
        assert_int_equal(receipt.loaded, round == 0 ? 4 : 0);
        assert_int_equal(receipt.duplicates, round == 0 ? 1 : 5);
    }
    const at_fact accounts[] = {
        test_account("A", AT_ACCOUNT_BANK, "EUR", 1), test_account("A", AT_ACCOUNT_BANK, "USD", 2),
        test_account("A", AT_ACCOUNT_BANK, "EUR", 1), test_account("A", AT_ACCOUNT_BANK, "EUR", 3)};
    test_source source = test_source_begin(&test, "bank", 'z', 8);
    for (size_t i = 0; i < AT_COUNT(accounts); i++)
        test_put(&source, &accounts[i], 1);
    const at_receipt receipt = test_publish(&source);
    assert_int_equal(receipt.loaded, 2);
    assert_int_equal(receipt.duplicates, 1);
    assert_int_equal(receipt.rejected, 1);
    assert_string_equal(receipt.rejects[0].code, "E-IMPORT-DUPID");
    test_store_drop(&test);
}

/* One record may hold several transfers: it repeats all of them or none. */
static void test_records_of_several(void **state) {
    test_store test;
    (void)state;
    test_store_make(&test);
    const at_fact pair[] = {test_transfer("T1", "X", "Y", 1, 5),
                            test_transfer("T2", "Y", "Z", 1, 5)};
    const at_fact half[] = {test_transfer("T2", "Y", "Z", 1, 5),
                            test_transfer("T3", "Z", "X", 1, 5)};
    const at_fact bare[] = {test_transfer(NULL, "X", "Y", 3, 5),
                            test_transfer(NULL, "Y", "Z", 3, 5)};
    test_source source = test_source_begin(&test, "a", 'a', 8);
    test_put(&source, pair, 2);
    test_put(&source, bare, 2);
    at_receipt receipt = test_publish(&source);
    assert_int_equal(receipt.loaded, 2);
    assert_int_equal(receipt.facts[AT_TRANSFER], 4);
    source = test_source_begin(&test, "a", 'b', 8);
    test_put(&source, pair, 2);
    test_put(&source, half, 2);
    test_put(&source, bare, 2);
    receipt = test_publish(&source);
    assert_int_equal(receipt.duplicates, 2);
    assert_int_equal(receipt.rejected, 1);
    assert_string_equal(receipt.rejects[0].code, "E-IMPORT-DUPPART");
    test_store_drop(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_old_answers),          cmocka_unit_test(test_snapshot),
        cmocka_unit_test(test_same_bytes),           cmocka_unit_test(test_repeats),
        cmocka_unit_test(test_chain_of_withdrawals), cmocka_unit_test(test_registers),
        cmocka_unit_test(test_records_of_several),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
