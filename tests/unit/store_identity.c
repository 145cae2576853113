/* Goal: names that visible records state to be one thing are one thing, are shown without
 * ambiguity, and are found again by what is shown.
 * Method: one store of several namespaces; tables of names and what they mean; then every shown
 * name is resolved. */
#include "tests/support/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static at_fact asset(const char *id, const char *description) {
    at_fact fact = at_fact_new(AT_ASSET);
    fact.asset.self = test_ref(AT_ASSET, id);
    fact.asset.type = "vessel";
    fact.asset.description = description;
    return fact;
}

static at_fact holding(const char *owner, at_kind kind, const char *owned) {
    at_fact fact = at_fact_new(AT_HOLDING);
    fact.holding.owner = test_ref(AT_PARTY, owner);
    fact.holding.owned = test_ref(kind, owned);
    return fact;
}

static void fill(test_store *test) {
    static const at_name names[] = {{"Anna Alias", AT_NAME_ALIAS, NULL},
                                    {"Anna", AT_NAME_PRIMARY, NULL},
                                    {"Harbour Ltd", AT_NAME_PRIMARY, NULL}};
    test_source source = test_source_begin(test, "reg", 'a', 16);
    const at_fact facts[] = {
        test_party("P1", &names[0]),
        test_party("P1", &names[1]),
        test_party("C1", &names[2]),
        asset("V1", "MV Example"),
        holding("P1", AT_PARTY, "C1"),
        holding("C1", AT_ASSET, "V1"),
        holding("P1", AT_ACCOUNT, "bank/A1"), /* points into a namespace that comes later */
        holding("P1", AT_PARTY, "other/X"),   /* and into one that never comes */
        test_party("A1", NULL),               /* a party that is called like an account */
    };
    for (size_t i = 0; i < AT_COUNT(facts); i++)
        test_put(&source, &facts[i], 1);
    test_publish(&source);
    source = test_source_begin(test, "bank", 'b', 16);
    at_fact account = test_account("A1", AT_ACCOUNT_BANK, "EUR", 0);
    account.account.holder = test_ref(AT_PARTY, "reg/P1");
    account.account.institution = "Example Bank";
    at_fact iban = test_account("DE89370400440532013000", AT_ACCOUNT_BANK, "EUR", 0);
    iban.account.self.name_space = "iban";
    const at_fact more[] = {account,
                            iban,
                            test_transfer("T1", "A1", "reg/V1", 1, 5), /* money into the vessel */
                            test_party("P1", NULL),                    /* another one */
                            test_same(AT_PARTY, "Q1", "reg/C1"),
                            test_party("Q1", NULL)};
    for (size_t i = 0; i < AT_COUNT(more); i++)
        test_put(&source, &more[i], 1);
    test_publish(&source);
    source = test_source_begin(test, "other-bank", 'c', 4);
    iban = test_transfer("T2", "DE89370400440532013000", "Z", 1, 5);
    iban.transfer.from.name_space = "iban";
    test_put(&source, &iban, 1);
    test_publish(&source);
}

/* What a person writes, and the shown name of what is meant; NULL = an error with that code. */
static const struct {
    const char *story, *text;
    unsigned kinds;
    const char *shown, *code;
} rows[] = {
    {"a vessel by its id", "V1", AT_ANY_THING, "V1", NULL},
    {"the same vessel as an account names it", "reg/V1", AT_KIND_BIT(AT_ACCOUNT), "V1", NULL},
    {"an id of two namespaces", "P1", AT_ANY_THING, NULL, "E-ID-AMBIGUOUS"},
    {"with its namespace", "reg/P1", AT_ANY_THING, "reg/P1", NULL},
    {"with the other one", "bank/P1", AT_ANY_THING, "bank/P1", NULL},
    {"with kind and namespace", "party:bank/P1", AT_ANY_THING, "bank/P1", NULL},
    {"an id of two kinds", "A1", AT_ANY_THING, NULL, "E-ID-AMBIGUOUS"},
    {"an id of two kinds where one is asked for", "A1", AT_KIND_BIT(AT_ACCOUNT), "account:A1",
     NULL},
    {"an id of two kinds by its kind", "party:A1", AT_ANY_THING, "party:A1", NULL},
    {"the wrong kind for the question", "party:A1", AT_KIND_BIT(AT_ACCOUNT), NULL, "E-ID-UNKNOWN"},
    {"a reference into another namespace", "bank/A1", AT_KIND_BIT(AT_ACCOUNT), "account:A1", NULL},
    {"one company under two ids", "Q1", AT_ANY_THING, "C1", NULL},
    {"and under the other", "C1", AT_ANY_THING, "C1", NULL},
    {"a reference that leads nowhere is its own name", "other/X", AT_ANY_THING, "other/X", NULL},
    {"nothing", "nothing", AT_ANY_THING, NULL, "E-ID-UNKNOWN"},
    {"a kind and nothing", "party:", AT_ANY_THING, NULL, "E-ID-UNKNOWN"},
    {"a namespace and nothing", "reg/", AT_ANY_THING, NULL, "E-ID-UNKNOWN"},
    {"an IBAN two banks wrote", "DE89370400440532013000", AT_ANY_THING, "DE89370400440532013000",
     NULL},
};

static void test_names(void **state) {
    test_store test;
    (void)state;
    test_store_make(&test);
    fill(&test);
    at_reader *reader = test_reader(&test, 0);
    const at_facts *facts = at_reader_facts(reader);
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        at_thing thing = 0;
        at_thing_view view;
        at_error err = {.status = AT_OK};
        print_message("  %s\n", rows[i].story);
        const at_status status =
            facts->resolve(facts->self, &thing, rows[i].kinds, rows[i].text, &err);
        if (!rows[i].shown) {
            assert_int_equal(status, AT_BAD_INPUT);
            assert_string_equal(err.code, rows[i].code);
            continue;
        }
        assert_int_equal(status, AT_OK);
        assert_int_equal(facts->view(facts->self, &view, thing, &err), AT_OK);
        assert_string_equal(view.shown, rows[i].shown);
    }
    for (at_thing thing = 1; thing < facts->thing_limit; thing++) {
        at_thing_view view;
        at_thing again = 0;
        assert_int_equal(facts->view(facts->self, &view, thing, NULL), AT_OK);
        assert_int_equal(facts->resolve(facts->self, &again, AT_ANY_THING, view.shown, NULL),
                         AT_OK);
        assert_int_equal(again, thing);
    }
    at_reader_close(&reader);
    test_store_drop(&test);
}

static at_thing find(const at_facts *facts, const char *text) {
    at_thing thing = 0;
    assert_int_equal(facts->resolve(facts->self, &thing, AT_ANY_THING, text, NULL), AT_OK);
    return thing;
}

static void test_views(void **state) {
    test_store test;
    at_thing_view view;
    at_fact_list list;
    const at_ref *aliases = NULL;
    const at_thing *things = NULL;
    size_t count = 0;
    (void)state;
    test_store_make(&test);
    fill(&test);
    at_reader *reader = test_reader(&test, 0);
    const at_facts *facts = at_reader_facts(reader);

    assert_int_equal(facts->view(facts->self, &view, find(facts, "reg/P1"), NULL), AT_OK);
    assert_string_equal(view.title, "Anna"); /* the primary name, though it came second */
    assert_true(view.declared);
    assert_int_equal(view.kind, AT_PARTY);
    assert_string_equal(view.name_space, "reg");
    assert_int_equal(facts->view(facts->self, &view, find(facts, "V1"), NULL), AT_OK);
    assert_string_equal(view.title, "MV Example");
    assert_int_equal(view.kind, AT_ASSET);
    assert_int_equal(facts->view(facts->self, &view, find(facts, "account:A1"), NULL), AT_OK);
    assert_string_equal(view.title, "Example Bank");
    assert_int_equal(facts->view(facts->self, &view, find(facts, "other/X"), NULL), AT_OK);
    assert_false(view.declared);
    assert_null(view.title);

    assert_int_equal(facts->aliases(facts->self, &aliases, &count, find(facts, "C1"), NULL), AT_OK);
    assert_int_equal(count, 3); /* reg C1, bank Q1, and the spelling reg/C1 of bank */
    const at_thing anna = find(facts, "reg/P1");
    assert_int_equal(facts->list(facts->self, &list, AT_HOLDING, anna, NULL), AT_OK);
    assert_int_equal(list.count, 3);
    assert_string_equal(list.facts[1].holding.owned.id, "A1"); /* resolved */
    assert_string_equal(list.facts[1].holding.owned.name_space, "bank");
    assert_int_equal(facts->list(facts->self, &list, AT_ACCOUNT, anna, NULL), AT_OK);
    assert_int_equal(list.count, 1); /* as its holder */
    assert_int_equal(facts->list(facts->self, &list, AT_PARTY, anna, NULL), AT_OK);
    assert_int_equal(list.count, 2);
    assert_int_equal(facts->list(facts->self, &list, AT_LISTING, anna, NULL), AT_OK);
    assert_int_equal(list.count, 0);
    assert_int_equal(facts->things(facts->self, &things, &count, AT_PARTY, NULL), AT_OK);
    static const char *const parties[] = {"C1", "bank/P1", "other/X", "party:A1", "reg/P1"};
    assert_int_equal(count, AT_COUNT(parties));
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(facts->view(facts->self, &view, things[i], NULL), AT_OK);
        assert_string_equal(view.shown, parties[i]);
    }
    assert_int_equal(facts->list(facts->self, &list, AT_HOLDING, 999, NULL), AT_BUG);
    assert_int_equal(facts->view(facts->self, &view, 0, NULL), AT_BUG);
    at_address address;
    assert_int_equal(facts->address(facts->self, &address, 9999, NULL), AT_BUG);
    at_reader_close(&reader);

    /* Before the bank came, its account was only a name; a union goes with its source. */
    reader = test_reader(&test, 1);
    facts = at_reader_facts(reader);
    assert_int_equal(facts->view(facts->self, &view, find(facts, "bank/A1"), NULL), AT_OK);
    assert_false(view.declared);
    at_reader_close(&reader);
    int64_t revision = 0;
    assert_int_equal(at_source_withdraw(&revision, test.store, 2, "gone", NULL), AT_OK);
    reader = test_reader(&test, 0);
    facts = at_reader_facts(reader);
    assert_int_equal(facts->aliases(facts->self, &aliases, &count, find(facts, "C1"), NULL), AT_OK);
    assert_int_equal(count, 1);
    at_reader_close(&reader);
    test_store_drop(&test);
}

/* A suspected sameness unites nothing; nor does one between different kinds. */
static void test_no_union(void **state) {
    test_store test;
    (void)state;
    test_store_make(&test);
    at_fact suspected = test_same(AT_PARTY, "P1", "P2"), crossed = test_same(AT_PARTY, "P3", "A3");
    suspected.link.suspected = true;
    crossed.link.b.kind = AT_ACCOUNT;
    test_source source = test_source_begin(&test, "reg", 'a', 4);
    test_put(&source, &suspected, 1);
    test_put(&source, &crossed, 1);
    assert_int_equal(test_publish(&source).loaded, 2);
    at_reader *reader = test_reader(&test, 0);
    assert_int_equal(at_reader_facts(reader)->thing_limit, 5);
    at_reader_close(&reader);
    test_store_drop(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_views),
        cmocka_unit_test(test_no_union),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
