/* Goal: words, kinds and addresses have one spelling, and an empty fact says nothing.
 * Method: every word list is walked against its enumeration; addresses are a table. */
#include "engine/model/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define LOUD "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef"

static void test_words_match_their_enums(void **state) {
    (void)state;
    static const struct {
        const char *const *words;
        const char *first, *last;
        int last_value;
    } rows[] = {
        {at_party_types, "unknown", "unnamed", AT_UNNAMED},
        {at_name_kinds, "primary", "transliteration", AT_NAME_TRANSLITERATION},
        {at_account_kinds, "account", "asset", AT_ACCOUNT_ASSET},
        {at_asset_types, "land", "other", 12},
        {at_identifier_types, "national_id", "other", 23},
        {at_interests, "capital", "director", AT_DIRECTOR},
        {at_transfer_types, "transfer", "other", AT_TRANSFER_OTHER},
        {at_link_kinds, "directs", "other", 17},
        {at_listing_kinds, "sanctions", "internal", 4},
        {at_event_kinds, "seizure", "other", 6},
    };
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        int count = 0;
        for (; rows[i].words[count] != NULL; count++)
            assert_int_equal(at_word_find(rows[i].words, rows[i].words[count]), count);
        assert_int_equal(count, rows[i].last_value + 1);
        assert_int_equal(at_word_find(rows[i].words, rows[i].first), 0);
        assert_int_equal(at_word_find(rows[i].words, rows[i].last), rows[i].last_value);
        assert_int_equal(at_word_find(rows[i].words, "Primary"), -1);
        assert_int_equal(at_word_find(rows[i].words, ""), -1);
        assert_int_equal(at_word_find(rows[i].words, NULL), -1);
    }
    assert_int_equal(at_word_find(at_account_kinds, "cash"), AT_ACCOUNT_CASH);
    assert_int_equal(at_word_find(at_account_kinds, "external"), AT_ACCOUNT_EXTERNAL);
    assert_int_equal(at_word_find(at_interests, "registered_keeper"), AT_REGISTERED_KEEPER);
    assert_int_equal(at_word_find(at_transfer_types, "cash_out"), AT_CASH_OUT);
    assert_int_equal(at_word_find(at_transfer_types, "exchange"), AT_EXCHANGE);
}

static void test_kinds(void **state) {
    (void)state;
    for (int kind = AT_PARTY; kind < AT_KIND_COUNT; kind++)
        assert_int_equal(at_kind_parse(at_kind_text((at_kind)kind)), kind);
    assert_string_equal(at_kind_text(AT_STATEMENT), "statement");
    assert_string_equal(at_kind_text(AT_KIND_NONE), "none");
    assert_int_equal(at_kind_parse("none"), AT_KIND_NONE);
    assert_int_equal(at_kind_parse("parties"), AT_KIND_NONE);
    assert_int_equal(at_kind_parse(NULL), AT_KIND_NONE);
}

static void test_address(void **state) {
    (void)state;
    static const struct {
        const char *story, *text;
        bool good;
        uint64_t offset, bytes;
    } rows[] = {
        {"an address", HASH ":118+44", true, 118, 44},
        {"from the start", HASH ":0+1", true, 0, 1},
        {"the largest", HASH ":18446744073709551614+1", true, UINT64_MAX - 1, 1},
        {"past the end of numbers", HASH ":18446744073709551615+1", false, 0, 0},
        {"an offset past 64 bits", HASH ":18446744073709551616+0", false, 0, 0},
        {"an offset far past it", HASH ":99999999999999999999+0", false, 0, 0},
        {"a leading zero", HASH ":0118+44", false, 0, 0},
        {"a short hash", "0123:118+44", false, 0, 0},
        {"a long hash", HASH "0:118+44", false, 0, 0},
        {"capitals", LOUD ":1+4", false, 0, 0},
        {"no colon", HASH "/118+44", false, 0, 0},
        {"no offset", HASH ":+44", false, 0, 0},
        {"no length", HASH ":118+", false, 0, 0},
        {"no plus", HASH ":118", false, 0, 0},
        {"something behind", HASH ":118+44 ", false, 0, 0},
        {"a sign", HASH ":-118+44", false, 0, 0},
        {"nothing", "", false, 0, 0},
    };
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        at_error err = {0};
        at_address address = {.line = 7};
        char text[AT_ADDRESS_TEXT_BYTES];
        print_message("  %s\n", rows[i].story);
        assert_int_equal(at_address_parse(&address, rows[i].text, &err),
                         rows[i].good ? AT_OK : AT_BAD_INPUT);
        if (!rows[i].good) {
            assert_string_equal(err.code, "E-ADDRESS-TEXT");
            assert_int_equal(address.line, 7);
            continue;
        }
        assert_string_equal(address.content, HASH);
        assert_true(address.offset == rows[i].offset && address.bytes == rows[i].bytes);
        assert_int_equal(address.line, 0);
        at_address_format(text, &address);
        assert_string_equal(text, rows[i].text);
    }
}

static void test_empty_facts(void **state) {
    (void)state;
    for (int kind = AT_PARTY; kind < AT_KIND_COUNT; kind++) {
        const at_fact fact = at_fact_new((at_kind)kind);
        assert_int_equal(fact.kind, kind);
        assert_int_equal(fact.record, 0);
    }
    const at_party party = at_fact_new(AT_PARTY).party;
    assert_int_equal(party.self.kind, AT_PARTY);
    assert_null(party.self.id);
    assert_int_equal(party.birth.earliest, AT_DAY_NONE);
    assert_int_equal(party.death.latest, AT_DAY_NONE);
    assert_int_equal(party.founded_us, AT_TIME_NONE);
    assert_int_equal(party.name_count, 0);
    const at_account account = at_fact_new(AT_ACCOUNT).account;
    assert_int_equal(account.opening, AT_AMOUNT_NONE);
    assert_int_equal(account.opening_scale, -1);
    assert_int_equal(account.holder.kind, AT_PARTY);
    assert_int_equal(account.period.until_us, AT_TIME_NONE);
    const at_holding holding = at_fact_new(AT_HOLDING).holding;
    assert_false(holding.share.known);
    assert_int_equal(holding.share.hi.num, 1);
    assert_null(holding.nominee_for.id);
    const at_transfer transfer = at_fact_new(AT_TRANSFER).transfer;
    assert_int_equal(transfer.amount, AT_AMOUNT_NONE);
    assert_int_equal(transfer.amount_in, AT_AMOUNT_NONE);
    assert_int_equal(transfer.amount_in_scale, -1);
    assert_int_equal(transfer.fee, 0);
    assert_int_equal(transfer.time.us, AT_TIME_NONE);
    assert_int_equal(transfer.from.kind, AT_ACCOUNT);
    assert_int_equal(at_fact_new(AT_ASSET).asset.value, AT_AMOUNT_NONE);
    assert_int_equal(at_fact_new(AT_ASSET).asset.valued_on_us, AT_TIME_NONE);
    assert_int_equal(at_fact_new(AT_EVENT).event.time.us, AT_TIME_NONE);
    assert_int_equal(at_fact_new(AT_LEG).leg.balance_after, AT_AMOUNT_NONE);
    assert_int_equal(at_fact_new(AT_LEG).leg.value_date.us, AT_TIME_NONE);
    assert_int_equal(at_fact_new(AT_STATEMENT).statement.closing, AT_AMOUNT_NONE);
    assert_int_equal(at_fact_new(AT_STATEMENT).statement.period.since_us, AT_TIME_NONE);
    assert_int_equal(at_fact_new(AT_LISTING).listing.party.kind, AT_PARTY);
    assert_int_equal(at_fact_new(AT_LINK).link.period.since_us, AT_TIME_NONE);
    assert_int_equal(at_fact_new(AT_IDENTIFIER).identifier.period.since_us, AT_TIME_NONE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_match_their_enums),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_address),
        cmocka_unit_test(test_empty_facts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
