/* Goal: the worked examples of ownership and control come out exactly, each by its name, and
 * what the records leave open is said.
 * Method: a story is a list of holdings "owner owned share"; a row asks the registered query and
 * compares its printed rows. Add a row, not a function. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/known.h"
#include "engine/network/share.h"

extern const at_query query_assets_of, query_owners_of, query_ownership_chain;

enum { STATEMENTS_MAX = 12 };

static const struct {
    const char *story;
    const char *statements[STATEMENTS_MAX];
    const at_query *query;
    const char *pairs;
    const char *rows[6]; /* each must be part of the printed answer */
    const char *not_there;
} rows[] = {
    {"cross-holding: P 58 % of A, Q 58 % of D, A and D 42 % of each other",
     {"P A 58%", "Q D 58%", "A D 42%", "D A 42%"},
     &query_assets_of,
     "of=P",
     /* 1450/2059 and 609/2059 */
     {"A | party | 0.704225352113 | 0.704225352113 |", "D | party | 0.295774647887 |"},
     "Q |"},
    {"a closed group has no ultimate owner",
     {"A B 100%", "B A 100%", "B T 60%", "P T 40%", "person P"},
     &query_owners_of,
     "of=T",
     {"P | 0.400000000000 | 0.400000000000 | 0.400000000000 | definite",
      "CLOSED_GROUP: 0.600000000000 of \"T\" ends at \"@closed:A\": a group of 2"},
     NULL},
    {"51 % of 51 % of 51 %: control carries where the share does not",
     {"p A 51%", "A B 51%", "B C 51%"},
     &query_owners_of,
     "of=C",
     {"p | 0.132651000000 | 0.132651000000 | 0.510000000000 | definite |  | control |",
      "KIND_ASSUMED: no record says what \"p\" is"},
     NULL},
    {"a company that owns 20 % of itself belongs wholly to the owner of the rest",
     {"A A 20%", "p A 80%"},
     &query_owners_of,
     "of=A",
     {"p | 1.000000000000 | 1.000000000000 | 0.800000000000 | definite"},
     NULL},
    {"p 40 % of A, A 70 % of T: 28 % by share, nothing by control",
     {"p A 40%", "A T 70%"},
     &query_owners_of,
     "of=T op=gt",
     {"p | 0.280000000000 | 0.280000000000 | 0.000000000000 | definite |  | share |"},
     NULL},
    {"p 60 % of A, A 30 % of T: 18 % by share, 30 % by control",
     {"p A 60%", "A T 30%"},
     &query_owners_of,
     "of=T op=gt",
     {"p | 0.180000000000 | 0.180000000000 | 0.300000000000 | definite |  | control |"},
     NULL},
    {"exactly a quarter is a quarter or more",
     {"p A 50%", "A T 50%"},
     &query_owners_of,
     "of=T",
     {"p | 0.250000000000"},
     NULL},
    {"exactly a quarter is not more than a quarter",
     {"p A 50%", "A T 50%"},
     &query_owners_of,
     "of=T op=gt",
     {"UNDISCLOSED: 0.500000000000 of \"T\" ends at \"@undisclosed:T\""},
     "p |"},
    {"votes decide control, capital what is owned",
     {"p A 10%", "votes p A 60%", "A T 30%"},
     &query_owners_of,
     "of=T",
     {"p | 0.030000000000 | 0.030000000000 | 0.300000000000 | definite |  | control |"},
     NULL},
    {"control that only unknown votes could give is possible, without a share",
     {"votes p A ?", "A T 30%"},
     &query_owners_of,
     "of=T",
     {"p | 0.000000000000 | 0.000000000000 | 0.000000000000 | possible |  | control |"},
     NULL},
    {"a party in which votes are held is no person",
     {"votes p A 60%", "A T 30%"},
     &query_owners_of,
     "of=T",
     {"p | 0.000000000000 | 0.000000000000 | 0.300000000000 | definite |  | control |"},
     "A | "},
    {"a tenth or less, but not all of a tenth, is not a tenth",
     {"p T (1/20..1/10)"},
     &query_owners_of,
     "of=T threshold=1/10",
     {"UNDISCLOSED: "},
     "p |"},
    {"up to a tenth is possibly a tenth",
     {"p T 1/20..1/10"},
     &query_owners_of,
     "of=T threshold=1/10",
     {"p | 0.050000000000 | 0.100000000000 | 0.050000000000 | possible"},
     NULL},
    {"a share stated as a range is possible, not definite",
     {"p T 1/5..1/2"},
     &query_owners_of,
     "of=T",
     {"p | 0.200000000000 | 0.500000000000 | 0.200000000000 | possible"},
     NULL},
    {"an unknown share can be anything",
     {"p T ?", "q T 80%"},
     &query_owners_of,
     "of=T threshold=1/5",
     {"p | 0.000000000000 | 0.200000000000 | 0.000000000000 | possible", "q | 0.8"},
     NULL},
    {"less than a quarter, however near, is not a quarter: the end is open",
     {"p T (1/5..1/4)"},
     &query_owners_of,
     "of=T",
     {"UNDISCLOSED"},
     "p |"},
    {"more than a quarter, however near, is more: the end is open",
     {"p T (1/4..1/2)"},
     &query_owners_of,
     "of=T op=gt",
     {"p | 0.250000000000 | 0.500000000000 | 0.250000000000 | definite"},
     NULL},
    {"owners of more than the whole own nothing by share, and control is only possible",
     {"p T 60%", "q T 60%"},
     &query_owners_of,
     "of=T",
     {"p | 0.000000000000 | 0.000000000000 | 0.600000000000 | possible",
      "OVER_100: the recorded owners of \"T\""},
     NULL},
    {"share classes of one source add up",
     {"p T 10%", "p T 20%"},
     &query_owners_of,
     "of=T",
     {"p | 0.300000000000"},
     NULL},
    {"of two sources the later is kept, and the conflict said",
     {"source 1", "p T 10%", "source 2", "p T 30%"},
     &query_owners_of,
     "of=T",
     {"p | 0.300000000000", "CONFLICT: sources disagree on what \"p\" holds of \"T\""},
     NULL},
    {"two sources that agree are no conflict",
     {"source 1", "p T 30%", "source 2", "p T 15%", "p T 15%"},
     &query_owners_of,
     "of=T",
     {"p | 0.300000000000"},
     "CONFLICT"},
    {"a nominee's stake is the principal's",
     {"N T 60% for P", "person P"},
     &query_owners_of,
     "of=T",
     {"P | 0.600000000000 | 0.600000000000 | 0.600000000000 | definite |  | share and control | "
      "N (for P) -3/5-> T",
      "NOMINEE: \"N\" holds 3/5 of \"T\" for \"P\""},
     "N | "},
    {"a nominee of nobody named hides an owner",
     {"N T 60% for ?"},
     &query_owners_of,
     "of=T",
     {"@undisclosed:N | 0.600000000000"},
     "KIND_ASSUMED"},
    {"a company that nobody owns is no person",
     {"company C", "C T 60%", "p T 40%"},
     &query_owners_of,
     "of=T",
     {"p | 0.4", "UNDISCLOSED: 0.600000000000 of \"T\" ends at \"@undisclosed:C\""},
     "C | "},
    {"without a day, a holding that has ended does not count",
     {"until P A 60%", "Q A 40%"},
     &query_owners_of,
     "of=A",
     {"Q | 0.4"},
     "P | "},
    {"on a day before its end it does",
     {"until P A 60%", "Q A 40%"},
     &query_owners_of,
     "of=A as_of=1970-04-10",
     {"P | 0.6", "Q | 0.4"},
     NULL},
    {"on the day of its end it does not: the end is exclusive",
     {"until P A 60%", "Q A 40%"},
     &query_owners_of,
     "of=A as_of=1970-04-11",
     {"Q | 0.4"},
     "P | "},
    {"an account is its holder's",
     {"P C 50%", "account A1 C"},
     &query_assets_of,
     "of=P",
     {"A1 | account | 0.500000000000 | 0.500000000000 |  |  |  | P -1/2-> C -1/1-> A1",
      "C | party | 0.5"},
     NULL},
    {"of a joint account each holder owns an unknown part",
     {"account A1 P", "account A1 Q"},
     &query_assets_of,
     "of=P",
     {"A1 | account | 0.000000000000 | 1.000000000000 |  |  |  | P -?-> A1"},
     NULL},
    {"an asset has its value",
     {"asset land1", "P C 1/2", "C asset:land1 1/2"},
     &query_assets_of,
     "of=P",
     {"land1 | asset | 0.250000000000 | 0.250000000000 | 12345 | EUR |  | P -1/2-> C -1/2-> "
      "land1"},
     NULL},
    {"a title stated again is no second title",
     {"asset land1", "P asset:land1 1/1", "P asset:land1 1/1"},
     &query_assets_of,
     "of=P",
     {"land1 | asset | 1.000000000000 | 1.000000000000 |"},
     "OVER_100"},
    {"a smallest share leaves out what is smaller",
     {"P A 1/2", "A B 1/2"},
     &query_assets_of,
     "of=P min_share=1/2",
     {"A | party | 0.5"},
     "B | "},
    {"who holds nothing has nothing",
     {"person P"},
     &query_assets_of,
     "of=P",
     {"NOTHING_HELD: no holding in force concerns \"P\""},
     "|"},
    {"chains by product, the rest is the residual",
     {"P A 1/2", "P B 1/2", "A T 1/2", "B T 1/4", "A B 1/4"},
     &query_ownership_chain,
     "of=T",
     {"P | 1 | 0.250000000000 | 0.250000000000 | 2 | 0.406250000000 | 0.406250000000 | "
      "0.000000000000 | P -1/2-> A -1/2-> T |  | person assumed",
      "P | 2 | 0.125000000000 | 0.125000000000 | 2 |",
      "P | 3 | 0.031250000000 | 0.031250000000 | 3 |",
      "@undisclosed:T | 1 |  |  |  | 0.250000000000"},
     NULL},
    {"cycles are the residual",
     {"P A 58%", "Q D 58%", "A D 42%", "D A 42%"},
     &query_ownership_chain,
     "of=A to=P",
     /* 1450/2059 - 58/100 */
     {"P | 1 | 0.580000000000 | 0.580000000000 | 1 | 0.704225352113 | 0.704225352113 | "
      "0.124225352113 | P -29/50-> A |"},
     "Q |"},
    {"a nominee step is shown in both views",
     {"P A 1/2", "N T 60% for A"},
     &query_ownership_chain,
     "of=T to=P",
     {"P -1/2-> A -3/5-> T | P -1/2-> N (for A) -3/5-> T | person assumed"},
     NULL},
    {"a closed group is an end",
     {"A B 100%", "B A 100%", "B T 60%"},
     &query_ownership_chain,
     "of=T",
     {"@closed:A | 1 | 0.600000000000 | 0.600000000000 | 2 | 0.600000000000",
      "@undisclosed:T | 1 |  |  |  | 0.400000000000"},
     NULL},
    {"no chain leads from a stranger",
     {"P A 1/2", "Q B 1/2"},
     &query_ownership_chain,
     "of=A to=Q",
     {"NO_CHAIN: no recorded chain leads from \"Q\" to \"A\""},
     "|"},
};

static void test_stories(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        AT_CLEANUP(at_text_clear) at_text printed = {0};
        known_world known;
        at_table table;
        print_message("  %s\n", rows[i].story);
        known_begin(&known, &arena);
        for (size_t k = 0; k < STATEMENTS_MAX && rows[i].statements[k] != NULL; k++)
            known_state(&known, rows[i].statements[k]);
        assert_int_equal(
            known_ask(&printed, &table, rows[i].query, &known, NULL, rows[i].pairs, NULL), AT_OK);
        for (size_t k = 0; k < table.row_count; k++)
            assert_true(table.rows[k].record_count > 0);
        const char *text = at_text_string(&printed);
        for (size_t k = 0; k < AT_COUNT(rows[i].rows) && rows[i].rows[k] != NULL; k++)
            if (strstr(text, rows[i].rows[k]) == NULL)
                fail_msg("no \"%s\" in\n%s", rows[i].rows[k], text);
        if (rows[i].not_there != NULL && strstr(text, rows[i].not_there) != NULL)
            fail_msg("\"%s\" in\n%s", rows[i].not_there, text);
    }
}

/* Every allocation fails once: the question ends in an error and nothing is lost. */
static void test_no_memory(void **state) {
    (void)state;
    static const at_query *const queries[] = {&query_assets_of, &query_owners_of,
                                              &query_ownership_chain};
    static const char *const statements[] = {"P A 1/4..1/2", "A B 1/2", "B A 1/2", "N B 1/4 for Q",
                                             "votes P B 1/2"};
    for (size_t q = 0; q < AT_COUNT(queries); q++) {
        at_status status = AT_NO_MEMORY;
        for (uint64_t n = 1; status != AT_OK; n++) {
            AT_CLEANUP(at_arena_clear) at_arena arena = {0};
            AT_CLEANUP(at_arena_clear) at_arena answer = {0};
            known_world known;
            known_begin(&known, &arena);
            for (size_t i = 0; i < AT_COUNT(statements); i++)
                known_state(&known, statements[i]);
            at_facts facts = known_facts(&known);
            const at_arg *args = queries[q]->args;
            at_argument arguments[] = {
                {.arg = &args[0],
                 .text = q == 0 ? "P" : "B",
                 .thing = known_thing(&known, q == 0 ? "P" : "B")},
                {.arg = &args[1], .text = "1/4", .ratio = {1, 4}},
                {.arg = &args[2], .text = "ge"},
            };
            at_question question = {.query = queries[q],
                                    .arguments = arguments,
                                    .argument_count = q == 0   ? 2
                                                      : q == 1 ? 3
                                                               : 1,
                                    .facts = &facts,
                                    .arena = &answer};
            at_table table;
            at_table_init(&table, queries[q]->name, 1, queries[q]->columns, &answer);
            at_memory_fail_after(n);
            status = queries[q]->run(&table, &question, NULL);
            at_memory_fail_after(0);
            assert_true(status == AT_OK || status == AT_NO_MEMORY);
            if (status == AT_OK)
                assert_true(n > 10 && table.row_count > 0);
        }
    }
}

static void test_store_fails(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    const at_ownership_options options = {.as_of_us = AT_TIME_NONE};
    at_ownership ownership;
    known_world known;
    known_begin(&known, &arena);
    known_state(&known, "P A 1/2");
    known.failing = true;
    at_facts facts = known_facts(&known);
    assert_int_equal(at_ownership_load(&ownership, &facts, &options, &arena, NULL), AT_IO);
}

/* Sums that no 64-bit ratio holds are rounded outward, and never far. */
static void test_share_add(void **state) {
    (void)state;
    at_share a = at_share_exact((at_ratio){1, INT64_C(3037000493)});
    at_share b = at_share_exact((at_ratio){1, INT64_C(4037000489)});
    at_share sum = at_share_add(a, b);
    assert_int_equal(at_ratio_compare(sum.lo, sum.hi), -1);
    assert_true(at_ratio_real(sum.hi) - at_ratio_real(sum.lo) < 1e-18);
    a = at_share_add(at_share_exact((at_ratio){1, 3}), at_share_exact((at_ratio){1, 6}));
    assert_true(a.lo.num == 1 && a.lo.den == 2 && a.hi.num == 1 && a.hi.den == 2);
    a = at_share_add(at_share_unknown(), at_share_unknown());
    assert_true(a.lo.num == 0 && a.hi.num == 1 && a.hi.den == 1 && !a.known);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stories),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_store_fails),
        cmocka_unit_test(test_share_add),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
