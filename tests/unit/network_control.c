/* Goal: control and the 50 % rules of sanctions as their sources work them out, with what ranges,
 * open ends and columns over 100 % leave possible; circles and close links by their names.
 * Method: a story is a list of holdings (known_state); a row asks the registered query and compares
 * its printed rows. Add a row, not a function. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/known.h"

extern const at_query query_controls, query_blocked_by, query_circular_ownership, query_close_links;

enum { STATEMENTS_MAX = 12 };

static const struct {
    const char *story;
    const char *statements[STATEMENTS_MAX];
    const at_query *query;
    const char *pairs;
    const char *rows[6]; /* each must be part of the printed answer */
    const char *not_there;
} rows[] = {
    /* OFAC, frequently asked questions 398 to 401. */
    {"FAQ 398: who controls without owning half does not block",
     {"X A 10%", "votes X A 90%"},
     &query_blocked_by,
     "of=X rule=ofac",
     {"EDITION: ofac: 50 % or more, together"},
     "A | "},
    {"FAQ 399: two blocked persons with a quarter each block together",
     {"X A 25%", "Y A 25%"},
     &query_blocked_by,
     "of=X,Y rule=ofac",
     {"A | 1 | 0.500000000000 | definite"},
     NULL},
    {"FAQ 400: one of them alone does not",
     {"X A 25%", "Y A 25%"},
     &query_blocked_by,
     "of=X rule=ofac",
     {"EDITION"},
     "A | "},
    {"FAQ 401, 1: half of what is half owned, though a quarter by product",
     {"X A 50%", "A B 50%"},
     &query_blocked_by,
     "of=X rule=ofac",
     {"A | 1 | 0.500000000000 | definite", "B | 2 | 0.500000000000 | definite"},
     NULL},
    {"FAQ 401, 2: two entities at a quarter each",
     {"X A 50%", "X B 50%", "A C 25%", "B C 25%"},
     &query_blocked_by,
     "of=X rule=ofac",
     {"C | 2 | 0.500000000000 | definite |  | X | shares | A 1/4, B 1/4"},
     NULL},
    {"FAQ 401, 3: directly and through an entity",
     {"X A 50%", "X B 10%", "A B 40%"},
     &query_blocked_by,
     "of=X rule=ofac",
     {"B | 2 | 0.500000000000 | definite |  | X | shares | A 2/5, X 1/10"},
     NULL},
    {"FAQ 401, 4: an entity of a quarter passes nothing on",
     {"X A 50%", "X B 25%", "A C 25%", "B C 25%"},
     &query_blocked_by,
     "of=X rule=ofac",
     {"A | 1 | "},
     "C | "},
    {"FAQ 401, 5: two entities of a quarter pass nothing on, whatever they own",
     {"X A 25%", "X B 25%", "A C 50%", "B C 50%"},
     &query_blocked_by,
     "of=X rule=ofac",
     {"EDITION"},
     " | definite"},
    {"UK: exactly half is not more than half",
     {"X A 50%"},
     &query_blocked_by,
     "of=X rule=uk",
     {"EDITION: uk"},
     "A | "},
    {"UK: two persons are not added up",
     {"X A 40%", "Y A 40%"},
     &query_blocked_by,
     "of=X,Y rule=uk",
     {"EDITION: uk"},
     "A | "},
    {"UK: what a majority stake holds is the person's",
     {"X A 60%", "A B 30%", "X B 30%"},
     &query_blocked_by,
     "of=X rule=uk",
     {"B | 2 | 0.600000000000 | definite"},
     NULL},
    {"EU: half counts since 3 July 2024",
     {"X A 50%"},
     &query_blocked_by,
     "of=X rule=eu as_of=2024-07-03",
     {"A | 1 | 0.500000000000 | definite", "EDITION: eu since 2024-07-03"},
     NULL},
    {"EU: the day before it does not",
     {"X A 50%"},
     &query_blocked_by,
     "of=X rule=eu as_of=2024-07-02",
     {"EDITION: eu until 2024-07-02"},
     "A | "},
    {"EU: the edition asked for, whatever the day",
     {"X A 50%"},
     &query_blocked_by,
     "of=X rule=eu edition=earlier",
     {"EDITION: eu until 2024-07-02"},
     "A | "},
    {"a hair below half is not half",
     {"X A 499999999/1000000000"},
     &query_blocked_by,
     "of=X rule=ofac",
     {"EDITION"},
     "A | "},
    {"less than half, however near, is not half: the end is open",
     {"X A (1/5..1/2)"},
     &query_blocked_by,
     "of=X rule=ofac",
     {"EDITION"},
     "A | "},
    {"up to half may be half",
     {"X A 1/5..1/2"},
     &query_blocked_by,
     "of=X rule=ofac",
     {"A | 1 | 0.500000000000 | possible"},
     NULL},
    {"owners of more than the whole: as recorded, and only possible",
     {"X A 60%", "q A 60%", "A B 50%"},
     &query_blocked_by,
     "of=X rule=ofac",
     {"A | 1 | 0.600000000000 | possible", "B | 2 | 0.500000000000 | possible", "OVER_100"},
     NULL},
    {"51 % of 51 % of 51 % is control, round by round",
     {"p A 51%", "A B 51%", "B C 51%"},
     &query_controls,
     "of=p",
     {"A | 1 | 0.510000000000 | definite |  | p 51/100", "B | 2 | ", "C | 3 | "},
     NULL},
    {"half of the votes is not more than half",
     {"p A 50%"},
     &query_controls,
     "of=p",
     {NULL},
     "A | "},
    {"more than half, however near, is more: the end is open",
     {"p A (1/2..3/4)"},
     &query_controls,
     "of=p",
     {"A | 1 | 0.500000000000 | definite"},
     NULL},
    {"who acts in concert is added up",
     {"p A 30%", "q A 30%"},
     &query_controls,
     "of=p,q",
     {"A | 1 | 0.600000000000 | definite |  | p 3/10, q 3/10"},
     NULL},
    {"a holding of a company in itself gives nobody control of it",
     {"A A 40%", "p A 30%"},
     &query_controls,
     "of=p",
     {NULL},
     "A | "},
    {"rounds are synchronous: what joins in a round counts from the next",
     {"p A 51%", "p B 30%", "A B 25%"},
     &query_controls,
     "of=p",
     {"A | 1 | ", "B | 2 | 0.550000000000"},
     NULL},
    {"enough without the column that is over is definite",
     {"p A 60%", "q A 60%", "p T 51%", "A T 20%"},
     &query_controls,
     "of=p",
     {"A | 1 | 0.600000000000 | possible", "T | 1 | 0.510000000000 | definite"},
     NULL},
    {"the legal graph gives the nominee what it holds",
     {"N T 60% for P"},
     &query_controls,
     "of=N graph=legal",
     {"T | 1 | 0.600000000000 | definite"},
     "NOMINEE"},
    {"the economic graph gives it to the principal",
     {"N T 60% for P"},
     &query_controls,
     "of=P",
     {"T | 1 | 0.600000000000 | definite", "NOMINEE: \"N\" holds 3/5 of \"T\" for \"P\""},
     NULL},
    {"what begins later is not held yet; what states no beginning is, and that is said",
     {"since p A 60%", "p B 60%"},
     &query_controls,
     "of=p as_of=1970-04-10",
     {"B | 1 | ", "START_ASSUMED: holdings that state no beginning: 1"},
     "A | "},
    {"a fifth links, and two of one holder are linked in common",
     {"z A 20%", "z B 40%", "A C 50%", "z D 19%"},
     &query_close_links,
     "of=A",
     {"A | C | 0.500000000000 | 0.500000000000 | definite | direct | 1",
      "z | A | 0.200000000000 | 0.200000000000 | definite | direct | 2",
      "z | B | 0.400000000000 | 0.400000000000 | definite | common:z | 2"},
     "| D |"},
    {"without a company asked about, every holder's list",
     {"z A 1/2", "A B 1/2", "y B 1/5"},
     &query_close_links,
     "",
     {"A | B | 0.500000000000 | 0.500000000000 | definite | direct | 1", "y | B | 0.2",
      "z | A | 0.5", "z | B | 0.25"},
     NULL},
    {"a fifth that a range only allows is possible",
     {"z A 1/10..1/2", "z B 1/2"},
     &query_close_links,
     "of=B",
     {"z | A | 0.100000000000 | 0.500000000000 | possible | common:z | 2"},
     NULL},
    {"a smaller threshold links more",
     {"z A 1/2", "z D 19%"},
     &query_close_links,
     "of=A th=19/100",
     {"z | D | 0.190000000000 | 0.190000000000 | definite | common:z | 2"},
     NULL},
    {"a group that owns itself wholly is closed",
     {"A B 100%", "B A 100%", "B T 60%"},
     &query_circular_ownership,
     "",
     {"A | A | 1.000000000000 | yes", "A | B | 1.000000000000 | yes",
      "CLOSED_GROUP: \"@closed:A\" is a group of 2"},
     "T | "},
    {"a company that owns part of itself is a circle of one",
     {"A A 20%", "p A 80%"},
     &query_circular_ownership,
     "",
     {"A | A | 0.200000000000 | no"},
     "CLOSED_GROUP"},
    {"one that owns all of itself is closed",
     {"A A 100%"},
     &query_circular_ownership,
     "",
     {"A | A | 1.000000000000 | yes"},
     NULL},
    {"an owner outside, however small, keeps a circle open",
     {"A B 100%", "B A 999999999/1000000000", "p A 1/1000000000"},
     &query_circular_ownership,
     "",
     {"A | A | 0.999999999000 | no", "A | B | 1.000000000000 | no"},
     "CLOSED_GROUP"},
    {"owners of more than the whole make no circle",
     {"A B 60%", "q B 60%", "B A 50%"},
     &query_circular_ownership,
     "",
     {"OVER_100"},
     "A | "},
    {"a circle through an unknown holding is possible, and not one",
     {"A B ?", "B A 50%"},
     &query_circular_ownership,
     "",
     {"CIRCLE_POSSIBLE: 2 more"},
     "A | "},
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

static void test_edition(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    AT_CLEANUP(at_text_clear) at_text printed = {0};
    at_error err = {0};
    known_world known;
    at_table table;
    known_begin(&known, &arena);
    known_state(&known, "X A 1/2");
    assert_int_equal(known_ask(&printed, &table, &query_blocked_by, &known, NULL,
                               "of=X rule=ofac edition=earlier", &err),
                     AT_BAD_INPUT);
    assert_string_equal(err.code, "E-BLOCKED-EDITION");
}

/* Every allocation fails once: the question ends in an error and nothing is lost. */
static void test_no_memory(void **state) {
    (void)state;
    static const struct {
        const at_query *query;
        const char *pairs;
    } asked[] = {{&query_controls, "of=P"},
                 {&query_blocked_by, "of=P,Q rule=uk"},
                 {&query_circular_ownership, ""},
                 {&query_close_links, "of=A th=1/5"}};
    static const char *const statements[] = {"P A 3/5..4/5", "A B 3/5", "B A 1/5", "N B 1/4 for Q",
                                             "votes Q D 3/5"};
    for (size_t q = 0; q < AT_COUNT(asked); q++) {
        at_status status = AT_NO_MEMORY;
        for (uint64_t n = 1; status != AT_OK; n++) {
            AT_CLEANUP(at_arena_clear) at_arena arena = {0};
            AT_CLEANUP(at_text_clear) at_text printed = {0};
            known_world known;
            at_table table;
            known_begin(&known, &arena);
            for (size_t i = 0; i < AT_COUNT(statements); i++)
                known_state(&known, statements[i]);
            at_memory_fail_after(n);
            status =
                known_ask(&printed, &table, asked[q].query, &known, NULL, asked[q].pairs, NULL);
            at_memory_fail_after(0);
            assert_true(status == AT_OK || status == AT_NO_MEMORY);
            if (status == AT_OK)
                assert_true(n > 10 && table.row_count > 0);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stories),
        cmocka_unit_test(test_edition),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
