/* Goal: every field of every kind of fact comes out of the store as it went in.
 * Method: one fully filled fact a kind is put, listed, and its content compared byte for byte with
 * what went in; then the questions around it: addresses, names, titles, what it is about. */
#include "tests/support/store.h"
#include "engine/store/column.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Fill every plain field of a fact with something that is not its empty value. */
static void fill(at_fact *fact, at_kind kind) {
    const at_fact_table *table = &at_fact_tables[kind];
    static const char *const texts[] = {"alpha", "beta", "\xD8\xB3\xD9\x84\xD8\xA7\xD9\x85",
                                        "O'Brien; -- \"x\"", "\t tab \n line"};
    *fact = at_fact_new(kind);
    for (size_t i = 0; i < table->column_count; i++) {
        const at_fact_column *column = &table->columns[i];
        void *field = at_column_field(column, fact);
        int32_t narrow = 1;
        int64_t wide = 1000 + (int64_t)i;
        switch (column->form) {
        case AT_FORM_TEXT:
            *(const char **)field = texts[i % AT_COUNT(texts)];
            break;
        case AT_FORM_CHOICE:
            *(const char **)field = column->words[1];
            break;
        case AT_FORM_REF:
            for (at_kind k = AT_EVENT; k >= AT_PARTY; k--)
                if (column->kinds & (1u << k))
                    *(at_ref *)field = test_ref(k, i % 2 ? "thing-1" : "thing/2");
            break;
        case AT_FORM_OPTIONAL:
        case AT_FORM_INT:
            memcpy(field, &wide, sizeof wide);
            break;
        case AT_FORM_BYTE:
            *(int8_t *)field = 3;
            break;
        case AT_FORM_FLAG:
            *(bool *)field = true;
            break;
        case AT_FORM_DAY:
            narrow = -1234;
            memcpy(field, &narrow, sizeof narrow);
            break;
        case AT_FORM_ENUM:
        case AT_FORM_WORD:
            memcpy(field, &narrow, sizeof narrow);
            break;
        case AT_FORM_UNNAMED:
            break;
        }
    }
}

static void suit(at_fact *fact) {
    switch (fact->kind) {
    case AT_ACCOUNT:
        fact->account.currency = "EUR";
        break;
    case AT_ASSET:
        fact->asset.currency = "AZN";
        break;
    case AT_STATEMENT:
        fact->statement.currency = "IQD";
        break;
    case AT_HOLDING:
        fact->holding.share = (at_share){{1, 8}, {1, 3}, true, false, true};
        break;
    case AT_TRANSFER:
        fact->transfer.id = "T-1";
        fact->transfer.to.id = "thing-3";
        fact->transfer.currency = "EUR";
        fact->transfer.currency_in = "USD";
        break;
    case AT_LEG:
        fact->leg.id = "L-1";
        fact->leg.currency = "EUR";
        fact->leg.fee = 0;
        break;
    case AT_LABEL:
        fact->label.transfer = NULL;
        break;
    default:
        break;
    }
}

/* Texts of references come back as those of the thing; the rest must be the same bytes. */
static void compare(const at_fact *in, const at_fact *out) {
    const at_fact_table *table = &at_fact_tables[in->kind];
    assert_int_equal(in->kind, out->kind);
    for (size_t i = 0; i < table->column_count; i++) {
        const at_fact_column *column = &table->columns[i];
        const void *a = at_column_field(column, in), *b = at_column_field(column, out);
        const at_ref *before = a, *after = b;
        switch (column->form) {
        case AT_FORM_TEXT:
        case AT_FORM_CHOICE:
            assert_true(at_text_equal(*(const char *const *)a, *(const char *const *)b));
            break;
        case AT_FORM_REF:
            assert_string_equal(before->id, after->id);
            assert_string_equal("reg", after->name_space);
            assert_int_equal(before->kind, after->kind);
            assert_int_not_equal(after->thing, 0);
            break;
        case AT_FORM_UNNAMED:
            break;
        case AT_FORM_BYTE:
        case AT_FORM_FLAG:
            assert_memory_equal(a, b, 1);
            break;
        case AT_FORM_DAY:
        case AT_FORM_ENUM:
        case AT_FORM_WORD:
            assert_memory_equal(a, b, 4);
            break;
        case AT_FORM_OPTIONAL:
        case AT_FORM_INT:
            assert_memory_equal(a, b, 8);
            break;
        }
    }
}

static void test_round_trip(void **state) {
    static const at_name names[] = {{"\xD0\x98\xD0\xB2\xD0\xB0\xD0\xBD", AT_NAME_PRIMARY, "ru"},
                                    {"Ivan", AT_NAME_TRANSLITERATION, NULL}};
    const at_ref things[] = {test_ref(AT_PARTY, "thing-1"), test_ref(AT_ASSET, "thing-9")};
    test_store test;
    (void)state;
    test_store_make(&test);
    for (at_kind kind = AT_PARTY; kind < AT_KIND_COUNT; kind++) {
        at_fact fact;
        at_error err = {.status = AT_OK};
        at_fact_list list;
        at_address address;
        AT_CLEANUP(at_text_clear) at_text bytes = {.data = NULL};
        print_message("  %s\n", at_kind_text(kind));
        fill(&fact, kind);
        suit(&fact);
        if (kind == AT_PARTY) {
            fact.party.names = names;
            fact.party.name_count = 2;
        }
        if (kind == AT_EVENT) {
            fact.event.things = things;
            fact.event.thing_count = 2;
        }
        test_source source = test_source_begin(&test, "reg", (char)('a' + kind), 3);
        test_put(&source, NULL, 0); /* a row that says nothing counts as loaded */
        test_put(&source, &fact, 1);
        const at_receipt receipt = test_publish(&source);
        assert_int_equal(receipt.rejected, 0);
        assert_int_equal(receipt.facts[kind], 1);
        at_reader *reader = test_reader(&test, 0);
        const at_facts *facts = at_reader_facts(reader);
        assert_int_equal(facts->list(facts->self, &list, kind, 0, &err), AT_OK);
        assert_int_equal(list.count, 1);
        compare(&fact, &list.facts[0]);
        if (kind == AT_PARTY) {
            assert_int_equal(list.facts[0].party.name_count, 2);
            assert_string_equal(list.facts[0].party.names[0].text, names[0].text);
            assert_string_equal(list.facts[0].party.names[0].lang, "ru");
            assert_int_equal(list.facts[0].party.names[1].kind, AT_NAME_TRANSLITERATION);
            assert_null(list.facts[0].party.names[1].lang);
        }
        if (kind == AT_EVENT) {
            assert_int_equal(list.facts[0].event.thing_count, 2);
            assert_string_equal(list.facts[0].event.things[1].id, "thing-9");
        }
        assert_int_equal(facts->address(facts->self, &address, list.facts[0].record, &err), AT_OK);
        assert_int_equal(address.offset, TEST_LINE_BYTES);
        assert_int_equal(address.line, 2);
        assert_string_equal(address.name_space, "reg");
        assert_int_equal(at_reader_record_bytes(&bytes, reader, list.facts[0].record, &err), AT_OK);
        assert_memory_equal(bytes.data, source.text + TEST_LINE_BYTES, TEST_LINE_BYTES);
        at_reader_close(&reader);
    }
    test_store_drop(&test);
}

/* Many things in one source: every name keeps its own number while the table of names grows. */
static void test_many_things(void **state) {
    enum { THINGS = 3000 };
    test_store test;
    at_error err = {.status = AT_OK};
    const at_thing *things = NULL;
    size_t count = 0;
    at_fact_list list;
    char a[16], b[16];
    (void)state;
    test_store_make(&test);
    test_source source = test_source_begin(&test, "reg", 'a', THINGS);
    for (int i = 0; i < THINGS; i++) {
        snprintf(a, sizeof a, "A%05d", i);
        snprintf(b, sizeof b, "A%05d", (i + 1) % THINGS);
        const at_fact fact = test_transfer(NULL, a, b, i, 5);
        test_put(&source, &fact, 1);
    }
    const at_receipt receipt = test_publish(&source);
    assert_int_equal(receipt.loaded, THINGS);
    assert_int_equal(receipt.total_count, THINGS);
    at_reader *reader = test_reader(&test, 0);
    const at_facts *facts = at_reader_facts(reader);
    const at_ledger *ledger = NULL;
    assert_int_equal(at_reader_ledger(&ledger, reader, &err), AT_OK);
    for (size_t i = 0; i < THINGS; i++) {
        snprintf(a, sizeof a, "A%05d", (int)i);
        assert_string_equal(receipt.totals[i].account, a);
        assert_int_equal(receipt.totals[i].in, 5);
        assert_string_equal(ledger->nodes[ledger->from[i]].id, a);
    }
    assert_int_equal(facts->things(facts->self, &things, &count, AT_ACCOUNT, &err), AT_OK);
    assert_int_equal(count, THINGS);
    assert_int_equal(facts->list(facts->self, &list, AT_TRANSFER, things[7], &err), AT_OK);
    assert_int_equal(list.count, 2); /* in and out */
    at_reader_close(&reader);
    test_store_drop(&test);
}

/* An event is found by every thing it is about, once. */
static void test_events(void **state) {
    const at_ref things[] = {test_ref(AT_PARTY, "P"), test_ref(AT_ASSET, "V"),
                             test_ref(AT_PARTY, "P")};
    test_store test;
    at_fact event = at_fact_new(AT_EVENT);
    at_fact_list list;
    at_thing thing = 0;
    (void)state;
    test_store_make(&test);
    event.event.self = test_ref(AT_EVENT, "E");
    event.event.kind = "seizure";
    event.event.things = things;
    event.event.thing_count = 3;
    test_source source = test_source_begin(&test, "reg", 'a', 1);
    test_put(&source, &event, 1);
    test_publish(&source);
    at_reader *reader = test_reader(&test, 0);
    const at_facts *facts = at_reader_facts(reader);
    static const char *const names[] = {"P", "V", "E"};
    for (size_t i = 0; i < AT_COUNT(names); i++) {
        assert_int_equal(facts->resolve(facts->self, &thing, AT_ANY_THING, names[i], NULL), AT_OK);
        assert_int_equal(facts->list(facts->self, &list, AT_EVENT, thing, NULL), AT_OK);
        assert_int_equal(list.count, 1);
    }
    at_reader_close(&reader);
    test_store_drop(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_many_things),
        cmocka_unit_test(test_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
