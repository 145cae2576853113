/* Goal: what could not be asked about later does not get in, and the receipt says why and where.
 * Method: one table; a row spoils one thing of a good fact and names the code. Then totals,
 * warnings, failures. */
#include "tests/support/store.h"
#include "engine/store/custody.h"
#include "engine/store/validate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

typedef void spoil(at_fact *fact);

static void negative(at_fact *fact) {
    fact->transfer.amount = -1;
}
static void no_amount(at_fact *fact) {
    fact->transfer.amount = AT_AMOUNT_NONE;
}
static void negative_fee(at_fact *fact) {
    fact->transfer.fee = -1;
}
static void negative_in(at_fact *fact) {
    fact->transfer.amount_in = -1;
}
static void empty_from(at_fact *fact) {
    fact->transfer.from.id = "";
}
static void no_to(at_fact *fact) {
    fact->transfer.to.id = NULL;
}
static void reserved(at_fact *fact) {
    fact->transfer.to.id = "@fee";
}
static void reserved_id(at_fact *fact) {
    fact->transfer.id = "@T1";
}
static void empty_id(at_fact *fact) {
    fact->transfer.id = "";
}
static void control(at_fact *fact) {
    fact->transfer.to.id = "a\nb";
}
static void no_utf8(at_fact *fact) {
    fact->transfer.to.id = "a\xFF";
}
static void party_as_account(at_fact *fact) {
    fact->transfer.to.kind = AT_PARTY;
}
static void bad_name_space(at_fact *fact) {
    fact->transfer.to.name_space = "a/b";
}
static void no_currency(at_fact *fact) {
    fact->transfer.currency = NULL;
}
static void unknown_currency(at_fact *fact) {
    fact->transfer.currency = "ZZQ";
}
static void unknown_currency_in(at_fact *fact) {
    fact->transfer.currency_in = "eur";
}
static void no_time(at_fact *fact) {
    fact->transfer.time.us = AT_TIME_NONE;
}
static void bad_type(at_fact *fact) {
    fact->transfer.type = (at_transfer_type)99;
}
static void self_with_gain(at_fact *fact) {
    fact->transfer.to.id = "X";
    fact->transfer.amount_in = 6;
    fact->transfer.currency_in = fact->transfer.currency;
}
static void no_kind(at_fact *fact) {
    fact->kind = AT_KIND_NONE;
}
static void fee_on_credit(at_fact *fact) {
    *fact = test_leg("X", true, "Y", 1, 5);
    fact->leg.fee = 1;
}
static void external_opening(at_fact *fact) {
    *fact = test_account("X", AT_ACCOUNT_EXTERNAL, "EUR", 0);
}
static void sink_opening(at_fact *fact) {
    *fact = test_account("X", AT_ACCOUNT_SINK, "EUR", 5);
}
static void bad_asset_type(at_fact *fact) {
    *fact = at_fact_new(AT_ASSET);
    fact->asset.self = test_ref(AT_ASSET, "S");
    fact->asset.type = "vesel";
}
static void no_asset_type(at_fact *fact) {
    *fact = at_fact_new(AT_ASSET);
    fact->asset.self = test_ref(AT_ASSET, "S");
}
static void big_share(at_fact *fact) {
    *fact = at_fact_new(AT_HOLDING);
    fact->holding.owner = test_ref(AT_PARTY, "P");
    fact->holding.owned = test_ref(AT_PARTY, "C");
    fact->holding.share = (at_share){{1, 2}, {3, 2}, false, false, true};
}
static void empty_name(at_fact *fact) {
    static const at_name name = {"", AT_NAME_PRIMARY, NULL};
    *fact = test_party("P", &name);
}
static void label_of_nothing(at_fact *fact) {
    *fact = at_fact_new(AT_LABEL);
    fact->label.name = "isFraud";
}
static void event_of_empty(at_fact *fact) {
    static const at_ref things[1] = {{.id = "", .kind = AT_PARTY}};
    *fact = at_fact_new(AT_EVENT);
    fact->event.self = test_ref(AT_EVENT, "E");
    fact->event.kind = "seizure";
    fact->event.things = things;
    fact->event.thing_count = 1;
}

static const struct {
    const char *story;
    spoil *spoil;
    const char *code;
} rows[] = {
    {"a negative amount", negative, "E-AMOUNT-NEGATIVE"},
    {"no amount", no_amount, "E-FACT-MISSING"},
    {"a negative fee", negative_fee, "E-AMOUNT-NEGATIVE"},
    {"a negative amount received", negative_in, "E-AMOUNT-NEGATIVE"},
    {"an empty sender", empty_from, "E-ID-EMPTY"},
    {"no receiver", no_to, "E-ID-EMPTY"},
    {"a reserved account", reserved, "E-ID-RESERVED"},
    {"a reserved transfer id", reserved_id, "E-ID-RESERVED"},
    {"an empty transfer id", empty_id, "E-ID-EMPTY"},
    {"a line feed in an id", control, "E-ID-TEXT"},
    {"an id that is no UTF-8", no_utf8, "E-ID-TEXT"},
    {"money to a person instead of an account", party_as_account, "E-FACT-KIND"},
    {"a namespace with a slash", bad_name_space, "E-NAMESPACE"},
    {"no currency", no_currency, "E-FACT-MISSING"},
    {"an unknown currency", unknown_currency, "E-CURRENCY-UNKNOWN"},
    {"a currency in small letters", unknown_currency_in, "E-CURRENCY-UNKNOWN"},
    {"no time", no_time, "E-TIME-MISSING"},
    {"a type that is no word", bad_type, "E-FACT-WORD"},
    {"a payment to oneself that grows", self_with_gain, "E-TRANSFER-SELF"},
    {"no kind", no_kind, "E-FACT-KIND"},
    {"a fee on incoming money", fee_on_credit, "E-LEG-FEE"},
    {"an opening outside", external_opening, "E-ACCOUNT-OPENING"},
    {"an opening of a sink", sink_opening, "E-ACCOUNT-OPENING"},
    {"a misspelt asset type", bad_asset_type, "E-FACT-WORD"},
    {"no asset type", no_asset_type, "E-FACT-MISSING"},
    {"a share above the whole", big_share, "E-SHARE-RANGE"},
    {"a name without text", empty_name, "E-FACT-MISSING"},
    {"a label of nothing", label_of_nothing, "E-FACT-MISSING"},
    {"an event about an empty id", event_of_empty, "E-ID-EMPTY"},
};

static void test_refusals(void **state) {
    test_store test;
    (void)state;
    test_store_make(&test);
    test_source source = test_source_begin(&test, "a", 'a', 64);
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        at_fact facts[2] = {test_account("X", AT_ACCOUNT_BANK, "EUR", AT_AMOUNT_NONE),
                            test_transfer(NULL, "X", "Y", 1, 5)};
        rows[i].spoil(&facts[1]);
        test_put(&source, facts, 2); /* the good fact goes with the bad one */
    }
    const at_receipt receipt = test_publish(&source);
    assert_int_equal(receipt.rows, AT_COUNT(rows));
    assert_int_equal(receipt.rejected, AT_COUNT(rows));
    assert_int_equal(receipt.loaded, 0);
    assert_int_equal(receipt.state, AT_SOURCE_PARTIAL);
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        print_message("  %s: %s\n", rows[i].story, receipt.rejects[i].message);
        assert_string_equal(receipt.rejects[i].code, rows[i].code);
        assert_int_equal(receipt.rejects[i].origin.line, i + 1);
        assert_int_equal(receipt.rejects[i].origin.offset, i * TEST_LINE_BYTES);
    }
    assert_non_null(strstr(receipt.rejects[23].hint, "vessel"));
    at_reader *reader = test_reader(&test, 0);
    const at_facts *facts = at_reader_facts(reader);
    const char *const *partial = NULL;
    size_t count = 0;
    assert_int_equal(facts->partial_sources(facts->self, &partial, &count, NULL), AT_OK);
    assert_int_equal(count, 1);
    assert_int_equal(facts->thing_limit, 1); /* nothing of a refused record stays behind */
    at_reader_close(&reader);
    test_store_drop(&test);
}

static void test_receipt(void **state) {
    test_store test;
    at_error reason = {.status = AT_OK}, err = {.status = AT_OK};
    const at_receipt_line *lines = NULL;
    size_t count = 0;
    (void)state;
    test_store_make(&test);
    test_source source = test_source_begin(&test, "a", 'a', 400);
    const at_sink *sink = at_import_sink(source.import);
    at_fact fact = test_transfer("T1", "X", "Y", 1, 700);
    fact.transfer.amount_in = 600;
    fact.transfer.currency_in = "USD";
    test_put(&source, &fact, 1);
    fact = test_leg("X", true, "Z", 2, 50);
    test_put(&source, &fact, 1);
    fact = at_fact_new(AT_STATEMENT);
    fact.statement.account = test_ref(AT_ACCOUNT, "X");
    fact.statement.currency = "EUR";
    const at_origin last = test_origin(1);
    assert_int_equal(sink->put(sink->self, &last, &fact, 1, &err), AT_OK); /* not a record */
    at_fail(&reason, AT_BAD_INPUT, "E-MONEY-TEXT", "amount \"%s\" is not a number", "\xFF");
    at_hint(&reason, "Try again.");
    for (size_t i = 2; i < 300; i++) {
        const at_origin origin = test_origin(i);
        assert_int_equal(sink->reject(sink->self, &origin, &reason, &err), AT_OK);
    }
    assert_int_equal(sink->warn(sink->self, NULL, &reason, &err), AT_OK);
    const at_receipt receipt = test_publish(&source);
    assert_int_equal(receipt.rows, 300);
    assert_int_equal(receipt.loaded, 2);
    assert_int_equal(receipt.rejected, 298);
    assert_int_equal(receipt.reject_count, AT_RECEIPT_LINES);
    assert_int_equal(receipt.warning_count, 1);
    assert_string_equal(receipt.rejects[0].message, "amount \"\xEF\xBF\xBD\" is not a number");
    assert_string_equal(receipt.rejects[0].hint, "Try again.");
    assert_int_equal(receipt.facts[AT_STATEMENT], 1);
    assert_int_equal(at_receipt_lines(&lines, &count, test.store, receipt.source, AT_RECEIPT_REJECT,
                                      290, 50, &test.arena, &err),
                     AT_OK);
    assert_int_equal(count, 8);
    assert_int_equal(lines[7].origin.line, 300);
    static const struct {
        const char *account, *currency;
        int64_t in, out;
        uint64_t count;
    } totals[] = {{"X", "EUR", 50, 700, 2}, {"Y", "USD", 600, 0, 1}};
    assert_int_equal(receipt.total_count, AT_COUNT(totals));
    for (size_t i = 0; i < AT_COUNT(totals); i++) {
        assert_string_equal(receipt.totals[i].account, totals[i].account);
        assert_string_equal(receipt.totals[i].currency.code, totals[i].currency);
        assert_int_equal(receipt.totals[i].in, totals[i].in);
        assert_int_equal(receipt.totals[i].out, totals[i].out);
        assert_int_equal(receipt.totals[i].count, totals[i].count);
    }
    test_store_drop(&test);
}

/* A broken container publishes nothing; the bytes and the reason are kept. */
static void test_failure(void **state) {
    test_store test;
    at_error err = {.status = AT_OK};
    at_receipt receipt;
    const at_custody_entry *entries = NULL;
    size_t count = 0;
    int64_t revision = -1;
    (void)state;
    test_store_make(&test);
    test_source source = test_source_begin(&test, "a", 'a', 4);
    at_fact fact = test_transfer("T1", "X", "Y", 1, 700);
    test_put(&source, &fact, 1);
    fact.transfer.amount = -1;
    test_put(&source, &fact, 1);
    at_fail(&err, AT_BAD_INPUT, "E-CSV-QUOTE", "a quote is open");
    assert_int_equal(at_import_fail(&receipt, source.import, &test.arena, &err), AT_BAD_INPUT);
    at_import_close(&source.import);
    assert_string_equal(err.code, "E-CSV-QUOTE");
    assert_int_equal(receipt.state, AT_SOURCE_FAILED);
    assert_int_equal(receipt.revision, 0);
    assert_int_equal(receipt.reject_count, 1);
    assert_int_equal(at_store_revision(&revision, test.store, &err), AT_OK);
    assert_int_equal(revision, 0);
    assert_int_equal(at_custody_list(&entries, &count, test.store, 1, 0, &test.arena, &err), AT_OK);
    assert_string_equal(entries[count - 1].action, "failed");
    assert_string_equal(entries[count - 1].result, "E-CSV-QUOTE a quote is open");
    assert_string_equal(entries[count - 1].object, receipt.received);
    /* A sum that leaves 64 bits ends the import. */
    source = test_source_begin(&test, "a", 'a', 4);
    fact = test_transfer("T1", "X", "Y", 1, INT64_MAX);
    test_put(&source, &fact, 1);
    fact = test_transfer("T2", "X", "Z", 1, 1);
    const at_origin origin = test_origin(1);
    const at_sink *sink = at_import_sink(source.import);
    assert_int_equal(sink->put(sink->self, &origin, &fact, 1, &err), AT_LIMIT);
    assert_string_equal(err.code, "E-AMOUNT-RANGE");
    at_import_close(&source.import);
    /* A record outside its source is the importer's mistake. */
    source = test_source_begin(&test, "a", 'a', 4);
    const at_origin outside = test_origin(4);
    sink = at_import_sink(source.import);
    assert_int_equal(sink->put(sink->self, &outside, &fact, 1, &err), AT_BUG);
    at_import_close(&source.import);
    assert_int_equal(at_custody_verify(NULL, test.store, &err), AT_OK);
    test_store_drop(&test);
}

static void test_names_of_sources(void **state) {
    static const char *const bad[] = {"", "a/b", "a:b", "@x", "a\nb", "\xFF"};
    test_store test;
    at_error err = {.status = AT_OK};
    at_import *import = NULL;
    (void)state;
    test_store_make(&test);
    for (size_t i = 0; i < AT_COUNT(bad); i++) {
        const at_source_info info = {.data = "x",
                                     .data_bytes = 1,
                                     .name = "x",
                                     .name_space = bad[i],
                                     .importer = "test",
                                     .importer_version = 1};
        assert_int_equal(at_import_begin(&import, test.store, &info, &err), AT_BAD_INPUT);
        assert_string_equal(err.code, "E-NAMESPACE");
        assert_null(import);
    }
    at_source_info info = {.path = "/nowhere/at/all",
                           .name = "all",
                           .name_space = "a",
                           .importer = "test",
                           .importer_version = 1};
    assert_int_equal(at_import_begin(&import, test.store, &info, &err), AT_BAD_INPUT);
    info.path = test.folder;
    assert_int_equal(at_import_begin(&import, test.store, &info, &err), AT_BAD_INPUT);
    test_store_drop(&test);
}

/* Ids are looked at eight bytes at a time: each byte at each place is as good as anywhere. */
static void test_bytes_of_ids(void **state) {
    enum { ID_BYTES = 19 };
    (void)state;
    for (int byte = 1; byte < 256; byte++)
        for (int place = 1; place < ID_BYTES; place++) {
            char id[ID_BYTES + 1];
            at_error err = {.status = AT_OK};
            at_fact fact = at_fact_new(AT_TRANSFER);
            memset(id, 'a', ID_BYTES);
            id[ID_BYTES] = '\0';
            id[place] = (char)byte;
            fact.transfer.from = (at_ref){.kind = AT_ACCOUNT, .id = id};
            fact.transfer.to = (at_ref){.kind = AT_ACCOUNT, .id = "b"};
            fact.transfer.currency = "EUR";
            fact.transfer.time.us = 0;
            fact.transfer.amount = 1;
            const bool good = byte >= 0x20 && byte < 0x7F;
            assert_int_equal(at_validate(&fact, &(at_known){.token_count = 0}, &err),
                             good ? AT_OK : AT_BAD_INPUT);
            if (!good)
                assert_string_equal(err.code, "E-ID-TEXT");
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_of_ids),     cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_receipt),          cmocka_unit_test(test_failure),
        cmocka_unit_test(test_names_of_sources),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
