/* Goal: owners that a range bears on and owners that hold the same are told, so that no owner is
 * left without the solve that it needs.
 * Method: a story is a list of holdings; a row names who is ranged and who stands for whom. Add a
 * row, not a function. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/known.h"
#include "engine/network/alike.h"
#include "engine/network/bound.h"

enum { STATEMENTS_MAX = 8 };

static const struct {
    const char *story;
    const char *statements[STATEMENTS_MAX];
    const char *ranged; /* in the order of ids */
    const char *alike;  /* "p2=p1": what p1 has, p2 has */
} rows[] = {
    {"exact shares: no range, and two who hold the same are alike",
     {"p1 A 1/4", "p2 A 1/4", "p3 A 1/5"},
     "",
     "p2=p1"},
    {"a range bears on who holds it, not on who holds an exact share beside it",
     {"p1 A 1/4", "p2 A 1/4..1/2"},
     "p2",
     ""},
    {"and on who leads down to it, through any number of bodies",
     {"p1 A 1/2", "A B 1/2", "B C 1/4..1/2", "p2 C 1/4", "p3 A 1/2"},
     "A B p1 p3",
     "p3=p1"},
    {"an open end alone is a range", {"p1 A (1/4..1/2)", "p2 A (1/4..1/2)"}, "p1 p2", "p2=p1"},
    {"the same ends, one of them open: not alike",
     {"p1 A 1/4..1/2", "p2 A (1/4..1/2)"},
     "p1 p2",
     ""},
    {"unknown shares of the same two bodies are alike, of one more they are not",
     {"p1 A ?", "p1 B ?", "p2 A ?", "p2 B ?", "p3 A ?"},
     "p1 p2 p3",
     "p2=p1"},
    {"who is owned stands for itself", {"p1 A 1/4", "p2 A 1/4", "x p2 1/2"}, "", ""},
    {"the same capital with other votes is not alike",
     {"p1 A 1/4", "p2 A 1/4", "votes p1 A 1/2"},
     "",
     ""},
    {"a column that is over carries nothing, its ranges bear on nobody",
     {"p1 A 60%", "p2 A 3/5..1", "p3 A 60%"},
     "",
     "p3=p1"},
};

static void load(at_ownership *out, const char *const *statements, at_arena *arena) {
    const at_ownership_options options = {.as_of_us = AT_TIME_NONE};
    known_world known;
    known_begin(&known, arena);
    for (size_t i = 0; i < STATEMENTS_MAX && statements[i] != NULL; i++)
        known_state(&known, statements[i]);
    const at_facts facts = known_facts(&known);
    assert_int_equal(at_ownership_load(out, &facts, &options, arena, NULL), AT_OK);
}

static void test_stories(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        AT_CLEANUP(at_text_clear) at_text told = {0};
        AT_CLEANUP(at_text_clear) at_text same = {0};
        at_ownership ownership;
        bool *ranged;
        uint32_t *alike;
        print_message("  %s\n", rows[i].story);
        load(&ownership, rows[i].statements, &arena);
        assert_int_equal(at_ranged_owners(&ranged, &ownership.capital, &arena, NULL), AT_OK);
        assert_int_equal(at_alike_owners(&alike, &ownership, &arena, NULL), AT_OK);
        for (uint32_t body = 0; body < ownership.body_count; body++) {
            const char *id = ownership.bodies[body].id;
            if (ranged[body])
                assert_int_equal(at_text_print(&told, NULL, "%s%s", told.bytes ? " " : "", id),
                                 AT_OK);
            if (alike[body] != body)
                assert_int_equal(at_text_print(&same, NULL, "%s%s=%s", same.bytes ? " " : "", id,
                                               ownership.bodies[alike[body]].id),
                                 AT_OK);
        }
        assert_string_equal(at_text_string(&told), rows[i].ranged);
        assert_string_equal(at_text_string(&same), rows[i].alike);
    }
}

/* What p has of T at most, by hand: the bound, and whether it is the share itself. */
static const struct {
    const char *story;
    const char *statements[STATEMENTS_MAX];
    double most;
    bool exact;
    double anywhere;
} bounds[] = {
    {"one range: its upper end", {"p T 1/4..1/2"}, 0.5, true, 0.5},
    {"tightened by what the others surely hold", {"p T 1/4..1", "q T 1/2"}, 0.5, true, 0.5},
    {"times the chain that leads to what is held", {"p A 1/4..1/2", "A T 1/2"}, 0.25, true, 0.5},
    {"the chain can be a range as well", {"p A 1/4..1/2", "A T 1/4..4/5"}, 0.4, true, 0.5},
    {"a body that owns part of itself is passed through again",
     {"p T 1/4..1/2", "T T 1/5"},
     0.625,
     true,
     0.625},
    {"a circle leads back: 1/2 / (1 - 1/4 * 1/2), and anywhere 1/2 / (1 - 1/2)",
     {"p T 1/4..1/2", "A T 1/2", "T A 1/4"},
     0.5 / 0.875,
     true,
     1},
    {"two stakes are added up, and not the share itself",
     {"p A 1/5", "p B 1/4..1/2", "A T 1/2", "B T 1/2"},
     0.35,
     false,
     0.7},
    {"a circle from which next to nothing leads away has no bound but 1",
     {"p T 0..1/1000", "A T 999/1000", "T A 1"},
     1,
     false,
     (double)INFINITY},
    {"owners over the whole have nothing", {"p T 4/5..1", "q T 4/5"}, 0, true, 0},
    {"a stake of nothing is nothing", {"p T 0", "q T 1/2..1"}, 0, true, 0},
};

static void test_bounds(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(bounds); i++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_ownership ownership;
        at_bounds found;
        at_bounded bounded;
        uint32_t of = 0, owner = 0;
        print_message("  %s\n", bounds[i].story);
        load(&ownership, bounds[i].statements, &arena);
        for (uint32_t body = 0; body < ownership.body_count; body++) {
            of = strcmp(ownership.bodies[body].id, "T") == 0 ? body : of;
            owner = strcmp(ownership.bodies[body].id, "p") == 0 ? body : owner;
        }
        assert_int_equal(at_bounds_make(&found, &ownership.capital, of, &arena, NULL), AT_OK);
        const double anywhere = at_bounds_anywhere(&found, owner);
        assert_true(anywhere == bounds[i].anywhere || fabs(anywhere - bounds[i].anywhere) < 1e-15);
        for (int again = 0; again < 2; again++) {
            assert_int_equal(at_bounds_of(&bounded, &found, owner, NULL), AT_OK);
            assert_true(fabs(bounded.most - bounds[i].most) < 1e-15);
            assert_int_equal(bounded.exact, bounds[i].exact);
        }
        assert_true(found.solve_count <= 2);
    }
}

/* Memory runs out at each allocation once. */
static void test_no_memory(void **state) {
    static const char *const statements[STATEMENTS_MAX] = {"p A 1/4..1/2", "q A 1/3", "A T 1/2",
                                                           "T A 1/10"};
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_ownership ownership;
    at_status status = AT_NO_MEMORY;
    (void)state;
    load(&ownership, statements, &arena);
    for (size_t n = 1; status != AT_OK; n++) {
        AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
        at_bounds found;
        at_bounded bounded;
        bool *ranged;
        uint32_t *alike;
        at_memory_fail_after(n);
        status = at_ranged_owners(&ranged, &ownership.capital, &scratch, NULL);
        if (status == AT_OK)
            status = at_alike_owners(&alike, &ownership, &scratch, NULL);
        if (status == AT_OK)
            status = at_bounds_make(&found, &ownership.capital, 1, &scratch, NULL);
        for (uint32_t body = 0; body < ownership.body_count && status == AT_OK; body++)
            if (body != 1)
                status = at_bounds_of(&bounded, &found, body, NULL);
        at_memory_fail_after(0);
        assert_true(status == AT_OK || status == AT_NO_MEMORY);
        assert_true(status != AT_OK || n > 4);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stories),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
