/* Goal: what records tie together is one network, what they do not is not; key players,
 * countries and money paths are those of the small cases that can be seen at a glance.
 * Method: a story is a world of a few statements; a row asks the registered query and compares
 * its printed rows. Add a row, not a function. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/known.h"
#include "engine/network/glue.h"
#include "engine/network/keyplayer.h"
#include "engine/network/place.h"

extern const at_query query_network, query_network_ties, query_networks, query_network_members;

enum { STATEMENTS_MAX = 16 };

/* "pay A B 5 100" (day, cents), "own P C", "account A1 P AZ", "party P AZ", "asset L AZ",
 * "link P directs C", "id P phone 123", "external E"; a country not in the list is none. */
static void state_one(known_world *known, const char *statement) {
    static char ids[64][8];
    char a[24] = "", b[24] = "", c[24] = "", d[24] = "", e[24] = "";
    int count = sscanf(statement, "%23s %23s %23s %23s %23s", a, b, c, d, e);
    const char *country = NULL;
    static const char *const countries[] = {"AZ", "IR", "TR", NULL};
    int place = at_word_find(countries, count == 3 ? c : d);
    if (place >= 0)
        country = countries[place];
    if (strcmp(a, "pay") == 0) {
        char *id = ids[known->fact_count % 64];
        snprintf(id, 8, "T%zu", known->fact_count);
        known_transfer(known, id, b, c, (int32_t)strtol(d, NULL, 10), strtol(e, NULL, 10));
    } else if (strcmp(a, "own") == 0) {
        known_hold(known, b, c, "1/2");
    } else if (strcmp(a, "ended") == 0) {
        known_hold(known, b, c, "1/2")->period.until_us = 5 * AT_US_PER_DAY;
    } else if (strcmp(a, "account") == 0) {
        known_account(known, b, strcmp(c, "-") == 0 ? NULL : c, country);
    } else if (strcmp(a, "external") == 0) {
        known_account(known, b, NULL, NULL)->kind = AT_ACCOUNT_EXTERNAL;
    } else if (strcmp(a, "party") == 0) {
        known_party(known, b, AT_PERSON, country);
    } else if (strcmp(a, "asset") == 0) {
        known_asset(known, b, country, 100);
    } else if (strcmp(a, "link") == 0) {
        known_link(known, b, strcmp(c, "directs") == 0 ? "directs" : "associate", d);
    } else if (strcmp(a, "id") == 0) {
        assert_int_equal(
            at_arena_text(
                &known_identifier(known, b, strcmp(c, "phone") == 0 ? "phone" : "bic", "")->key,
                known->arena, d, NULL),
            AT_OK);
    } else {
        fail_msg("what is \"%s\"?", statement);
    }
}

static const struct {
    const char *story;
    const char *statements[STATEMENTS_MAX];
    const at_query *query;
    const char *pairs;
    const char *rows[6]; /* each must be part of the printed answer */
    const char *not_there;
} rows[] = {
    {"two networks, the larger first; a thing without a tie is none",
     {"pay A B 1 100", "pay C D 1 100", "pay D E 2 100", "party lonely -"},
     &query_networks,
     "",
     {"C | 3 |  | 0 | 3 | 0 | 2 | 1970-01-02T00:00:00Z | 1970-01-03T00:00:00Z |",
      "A | 2 |  | 0 | 2 | 0 | 1 |", "SINGLES: 1 things have no tie",
      "HUB_CUT: hubs with more than 1000 counterparties or flagged are cut: 0 hubs; lost with "
      "them: 0 ties"},
     "lonely |"},
    {"of equal size, the smaller name first",
     {"pay D C 1 100", "pay B A 1 100"},
     &query_networks,
     "",
     {"A | 2 |  | 0 | 2 | 0 | 1 | 1970-01-02T00:00:00Z | 1970-01-02T00:00:00Z |  |  |  |  |  |  |  "
      "|  |  | \nC | 2 |"},
     NULL},
    {"every member is listed under its network",
     {"pay D C 1 100", "pay B A 1 100", "account A P", "own P Q"},
     &query_network_members,
     "",
     {"A | A | account |", "A | B | account |", "A | P | party |", "A | Q | party |",
      "C | C | account |", "C | D | account |"},
     NULL},
    {"a hub ties nobody, and what is lost with it is said",
     {"pay A hub 1 100", "pay B hub 1 200", "pay C hub 1 300", "pay A D 1 400"},
     &query_networks,
     "hub_degree=2",
     {"A | 2 |",
      "HUB_CUT: hubs with more than 2 counterparties or flagged are cut: 1 hubs; lost with them: 3 "
      "ties, 600 EUR (minor units) in 3 transfers"},
     "A | 5 |"},
    {"a flagged hub is one whatever its degree",
     {"pay A hub 1 100", "pay B hub 1 200"},
     &query_networks,
     "hub=hub hub_degree=0",
     {"HUB_CUT: only flagged hubs are cut: 1 hubs; lost with them: 2 ties, 300 EUR"},
     "A | 3"},
    {"the words of the specification tie accounts to their holders too",
     {"own P Q", "account A P", "account B Q", "pay A C 1 100"},
     &query_networks,
     "tie=ownership",
     {"A | 4 |"},
     "C |"},
    {"money alone",
     {"own P Q", "account A P", "account B Q", "pay A C 1 100"},
     &query_networks,
     "tie=money",
     {"A | 3 |", "B | 2 |"},
     "A | 5 |"},
    {"neither ownership nor money is control",
     {"own P Q", "account A P", "account B Q", "pay A C 1 100"},
     &query_networks,
     "tie=control,shared",
     {"A | 2 |", "B | 2 |"},
     "A | 4 |"},
    {"what a pair pays in all may be too little",
     {"pay A B 1 100", "pay A B 2 100", "pay A C 1 150"},
     &query_networks,
     "min_total=200",
     {"A | 2 |", "SMALL_LEFT_OUT: transfers of 1 pairs"},
     "A | 3 |"},
    {"a half is a half",
     {"own P Q", "pay A B 1 100"},
     &query_networks,
     "min_share=1/2",
     {"A | 2 |", "P | 2 |"},
     NULL},
    {"and less than two thirds",
     {"own P Q", "pay A B 1 100"},
     &query_networks,
     "min_share=2/3",
     {"A | 2 |"},
     "P |"},
    {"a country that nobody is active in is said",
     {"party P AZ", "party Q AZ", "own P Q"},
     &query_networks,
     "active_in=AZ,XX",
     {"NO_ACTIVITY: no record shows activity of this kind in XX"},
     "in AZ"},
    {"an account without a ledger ties nobody",
     {"external shop", "pay A shop 1 100", "pay B shop 1 100", "pay A C 1 100"},
     &query_networks,
     "",
     {"A | 2 |", "OUTSIDE: 2 transfers"},
     "shop"},
    {"neither does an '@' node",
     {"pay A @cash-unknown 1 100", "pay @cash-unknown B 2 100", "pay A C 1 100"},
     &query_networks,
     "",
     {"A | 2 |", "OUTSIDE: 2 transfers"},
     "B |"},
    {"a payment in transit is one transfer from end to end",
     {"pay A @transit:x 1 100", "pay @transit:x B 3 100"},
     &query_network_ties,
     "of=A",
     {"A | B | transfers |  | 1 | 100 | EUR | 1970-01-02T00:00:00Z | 1970-01-02T00:00:00Z"},
     "@transit"},
    {"transfers of a pair in one direction are one tie",
     {"pay A B 1 100", "pay A B 3 50", "pay B A 2 7"},
     &query_network_ties,
     "of=A",
     {"A | B | transfers |  | 2 | 150 | EUR | 1970-01-02T00:00:00Z | 1970-01-04T00:00:00Z",
      "B | A | transfers |  | 1 | 7 | EUR"},
     NULL},
    {"transfers outside the window and small ones tie nobody",
     {"pay A B 1 100", "pay B C 5 100", "pay C D 5 9", "pay D E 9 100"},
     &query_networks,
     "since=1970-01-03 until=1970-01-06 min_amount=10",
     {"B | 2 |", "SMALL_LEFT_OUT: 1 transfers"},
     "A |"},
    {"a holding that ended before the window ties nobody",
     {"ended P C", "own P D"},
     &query_networks,
     "since=1970-01-07",
     {"D | 2 |"},
     "C |"},
    {"the same phone ties, the same BIC does not",
     {"id P phone 123", "id Q phone 123", "id R bic X", "id S bic X"},
     &query_network_ties,
     "of=P,R",
     {"P | Q | identifier | phone | 2 |"},
     "R | S"},
    {"only the chosen kinds of tie",
     {"pay A B 1 100", "account B Q", "own P Q"},
     &query_networks,
     "tie=holding,holder",
     {"B | 3 |"},
     "A |"},
    {"hops, and the tie by which each was reached",
     {"party P -", "account A P", "pay A B 1 100", "account B Q", "link R directs Q"},
     &query_network,
     "of=P hops=3",
     {"P | party |  | 0 |  | subject |", "A | account |  | 1 | P | account held |",
      "B | account |  | 2 | A | 1 transfers from it, 100 EUR (minor units) |",
      "Q | party |  | 3 | B | its account holder |"},
     "R |"},
    {"a holding is a plainer reason than a link or a phone",
     {"id P phone 1", "id X phone 1", "link P associate X", "own P X"},
     &query_network,
     "of=P",
     {"X | party |  | 1 | P | owned (capital)"},
     NULL},
    {"a hub is reached but not passed",
     {"pay A H 1 1", "pay B H 1 1", "pay C H 1 1"},
     &query_network,
     "of=A hub_degree=2",
     {"H | account |  | 1 | A | 1 transfers from it, 1 EUR (minor units) |  |  |  |  |  |  |  | "
      "hub: not passed"},
     "B |"},
    {"unless it is the subject",
     {"pay A H 1 1", "pay B H 1 1", "pay C H 1 1"},
     &query_network,
     "of=H hub_degree=2",
     {"A | account |", "B | account |", "C | account |"},
     "not passed"},
    {"the middle of a path of five is its key player: F = 16/20",
     {"pay a b 1 1", "pay b c 1 1", "pay c d 1 1", "pay d e 1 1"},
     &query_network,
     "of=c key_set=1",
     {"c | account |  | 0 |  | subject |  | a | yes | 2 | 1 | 1 | 1 | removal 1 of the set; cut "
      "point with 2 bridges; on shortest paths, rank 1 of 5",
      "FRAGMENTATION: pairs of members not connected: 0/1; with the members picked removed: 4/5"},
     NULL},
    {"what a limit cuts is said",
     {"pay A B 1 100", "pay A C 1 200", "pay A D 1 300", "pay D E 1 5"},
     &query_network,
     "of=A max_nodes=3",
     {"C | account |  | 1",
      "TRUNCATED: max_nodes 3: 4 members seen, 3 kept; transfers between kept and dropped members: "
      "300 EUR (minor units)"},
     "D |"},
    {"level 1: one entity is active in both countries",
     {"party P AZ", "account A P IR"},
     &query_networks,
     "active_in=AZ,IR",
     {"A | 2 | 1 | 1 | 1 | 0 | 0 |  |  | AZ,IR | P registration | P account A | P | no |"},
     NULL},
    {"level 2: connected ones are, by ownership",
     {"party P AZ", "party Q IR", "own P C", "own Q C", "party lonely TR"},
     &query_networks,
     "active_in=AZ,IR",
     {"C | 3 | 2 | 3 | 0 | 0 | 0 |  |  | AZ,IR | P registration | Q registration | P -holding- C "
      "-holding- Q | no |"},
     "lonely"},
    {"a country with nobody active in it has no network",
     {"party P AZ", "own P C"},
     &query_networks,
     "active_in=AZ,IR",
     {"HUB_CUT"},
     "C |"},
    {"money that travels from one to the other in order of time",
     {"account A P AZ", "account B - -", "account C Q IR", "pay A B 1 100", "pay B C 2 60"},
     &query_networks,
     "active_in=AZ,IR activity=account",
     {"| P account A | Q account C | P -holder- A -transfers- B -transfers- C -holder- Q | yes | A "
      "> B > C | 1970-01-02T00:00:00Z | 1970-01-03T00:00:00Z | 60 | EUR"},
     NULL},
    {"money that would have to travel back in time does not",
     {"account A P AZ", "account B - -", "account C Q IR", "pay A B 3 100", "pay B C 2 60"},
     &query_networks,
     "active_in=AZ,IR activity=account",
     {"A | 5 | 2 | ", "| no |"},
     "yes"},
    {"a payment in transit is followed",
     {"account A P AZ", "account C Q IR", "pay A @transit:x 1 100", "pay @transit:x C 2 100"},
     &query_networks,
     "active_in=AZ,IR activity=account",
     {"| yes | A > C | 1970-01-02T00:00:00Z |"},
     NULL},
    {"a transaction is in both accounts' countries, for both",
     {"account A P AZ", "account C Q IR", "pay A C 1 100"},
     &query_networks,
     "active_in=AZ,IR activity=transaction",
     {"| 4 | 1 | 2 | 2 | 0 | 1 |", "| P transaction A; Q transaction C | P transaction A; Q "
                                   "transaction C |"},
     NULL},
    {"land is activity of its owner, in its country",
     {"asset L IR", "own P asset:L", "party P AZ"},
     &query_networks,
     "active_in=AZ,IR",
     {"L | 2 | 1 | 1 | 0 | 1 | 0 |  |  | AZ,IR | P registration | P asset L |"},
     NULL},
    {"by level, then by name",
     {"party P AZ", "party Q IR", "own P A", "own Q A", "party X AZ", "account Y X IR"},
     &query_networks,
     "active_in=AZ,IR",
     {"X | 2 | 1 |", "| \nA | 3 | 2 |"},
     NULL},
};

static void test_stories(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        AT_CLEANUP(at_text_clear) at_text printed = {0};
        known_world known;
        at_ledger ledger;
        at_table table;
        at_error err = {0};
        print_message("  %s\n", rows[i].story);
        known_begin(&known, &arena);
        for (size_t k = 0; k < STATEMENTS_MAX && rows[i].statements[k] != NULL; k++)
            state_one(&known, rows[i].statements[k]);
        known_ledger(&ledger, &known);
        if (known_ask(&printed, &table, rows[i].query, &known, &ledger, rows[i].pairs, &err))
            fail_msg("%s", err.message);
        /* A line begins like a cell, so that "| A |" finds a first column too. */
        const char *text = at_text_string(&printed);
        for (size_t k = 0; k < AT_COUNT(rows[i].rows) && rows[i].rows[k] != NULL; k++)
            if (strstr(text, rows[i].rows[k]) == NULL)
                fail_msg("no \"%s\" in\n%s", rows[i].rows[k], text);
        if (rows[i].not_there != NULL && strstr(text, rows[i].not_there) != NULL)
            fail_msg("\"%s\" in\n%s", rows[i].not_there, text);
        for (size_t k = 0; k < table.row_count; k++)
            assert_true(table.rows[k].record_count > 0);
    }
}

/* Every allocation fails once: the question ends in an error and nothing is lost. */
static void test_no_memory(void **state) {
    (void)state;
    static const struct {
        const at_query *query;
        const char *pairs;
    } questions[] = {
        {&query_network, "of=P"},
        {&query_network_ties, "of=P"},
        {&query_networks, "active_in=AZ,IR"},
        {&query_network_members, ""},
    };
    static const char *const statements[] = {"party P AZ",     "account A P IR", "account B Q AZ",
                                             "pay A B 1 100",  "own P C",        "link Q directs C",
                                             "id P phone 123", "id R phone 123"};
    for (size_t q = 0; q < AT_COUNT(questions); q++) {
        at_status status = AT_NO_MEMORY;
        for (uint64_t n = 1; status != AT_OK; n++) {
            AT_CLEANUP(at_arena_clear) at_arena arena = {0};
            AT_CLEANUP(at_text_clear) at_text printed = {0};
            known_world known;
            at_ledger ledger;
            at_table table;
            known_begin(&known, &arena);
            for (size_t i = 0; i < AT_COUNT(statements); i++)
                state_one(&known, statements[i]);
            known_ledger(&ledger, &known);
            at_memory_fail_after(n);
            status = known_ask(&printed, &table, questions[q].query, &known, &ledger,
                               questions[q].pairs, NULL);
            at_memory_fail_after(0);
            assert_true(status == AT_OK || status == AT_NO_MEMORY);
            if (status == AT_OK)
                assert_true(n > 1 && table.row_count > 0);
        }
    }
}

/* A store that cannot be read is no empty network. */
static void test_store_fails(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_graph_options options = at_graph_all();
    known_world known;
    at_graph graph;
    known_begin(&known, &arena);
    state_one(&known, "own P C");
    known.failing = true;
    at_facts facts = known_facts(&known);
    assert_int_equal(at_graph_make(&graph, &facts, NULL, &options, &arena, NULL), AT_IO);
}

/* igraph's refusals become errors of ours; it neither prints nor ends the program. */
static void test_igraph_refuses(void **state) {
    (void)state;
    igraph_t ring;
    at_error err = {0};
    at_igraph_begin();
    igraph_error_t code = igraph_ring(&ring, -5, false, false, false);
    assert_int_not_equal(code, IGRAPH_SUCCESS);
    assert_int_equal(at_igraph_fail(code, &err), AT_BUG);
    assert_string_equal(err.code, "E-NETWORK-IGRAPH");
    assert_non_null(strstr(err.message, "the graph library refused"));
    assert_int_equal(at_igraph_fail(IGRAPH_ENOMEM, &err), AT_NO_MEMORY);
    assert_int_equal(at_igraph_fail(IGRAPH_INTERRUPTED, &err), AT_INTERRUPTED);
}

/* What a person wrote wrongly is said. */
static void test_refused(void **state) {
    (void)state;
    static const struct {
        const char *story, *pairs, *message;
        const at_query *query;
    } refused[] = {
        {"three countries are not two", "active_in=AZ,IR,TR",
         "active_in names 3 countries, not two different", &query_networks},
        {"the same twice is one", "active_in=AZ,AZ",
         "active_in names 2 countries, not two different", &query_networks},
        {"a set of 17 is too large", "of=P key_set=17", "key_set 17 is more than 16",
         &query_network},
    };
    for (size_t i = 0; i < AT_COUNT(refused); i++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        AT_CLEANUP(at_text_clear) at_text printed = {0};
        known_world known;
        at_ledger ledger;
        at_table table;
        at_error err = {0};
        print_message("  %s\n", refused[i].story);
        known_begin(&known, &arena);
        state_one(&known, "own P C");
        known_ledger(&ledger, &known);
        assert_int_equal(
            known_ask(&printed, &table, refused[i].query, &known, &ledger, refused[i].pairs, &err),
            AT_BAD_INPUT);
        assert_string_equal(err.message, refused[i].message);
    }
}

/* The country of an account number is that of a valid IBAN, and of nothing else. */
static void test_iban(void **state) {
    (void)state;
    static const struct {
        const char *story, *text, *country;
    } ibans[] = {
        {"a valid one", "AZ21NABZ00000000137010001944", "AZ"},
        {"with blanks", "GB82 WEST 1234 5698 7654 32", "GB"},
        {"a wrong check digit", "AZ22NABZ00000000137010001944", NULL},
        {"not letters first", "1234567890123456", NULL},
        {"too short", "AZ21", NULL},
        {"too long", "AZ21NABZ000000001370100019440000000000", NULL},
        {"lower case is another number", "az21nabz00000000137010001944", NULL},
    };
    for (size_t i = 0; i < AT_COUNT(ibans); i++) {
        char country[3] = "";
        print_message("  %s\n", ibans[i].story);
        assert_int_equal(at_iban_country(country, ibans[i].text), ibans[i].country != NULL);
        assert_string_equal(country, ibans[i].country ? ibans[i].country : "");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stories),     cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_store_fails), cmocka_unit_test(test_igraph_refuses),
        cmocka_unit_test(test_refused),     cmocka_unit_test(test_iban),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
