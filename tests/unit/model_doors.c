/* Goal: a query and an importer find what they were given, and only that.
 * Method: one question with every way an argument can be given or missing; one set of options. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engine/importer.h"
#include "engine/query.h"

static const at_arg args[] = {
    {.name = "party", .type = AT_ARG_THING, .repeat = true},
    {.name = "limit", .type = AT_ARG_COUNT, .fallback = "7"},
    {.name = "as_of", .type = AT_ARG_END},
    {.name = "text", .type = AT_ARG_TEXT},
    {.name = NULL},
};

static void test_question(void **state) {
    (void)state;
    const at_argument given[] = {
        {.arg = &args[0], .text = "A", .thing = 3},
        {.arg = &args[0], .text = "B", .thing = 4},
        {.arg = &args[1], .text = "7", .number = 7},
    };
    const at_question question = {.arguments = given, .argument_count = AT_COUNT(given)};
    const at_argument *first = at_question_get(&question, "party");
    assert_ptr_equal(first, &given[0]);
    assert_ptr_equal(at_question_next(&question, first), &given[1]);
    assert_null(at_question_next(&question, &given[1])); /* the next is another argument */
    assert_null(at_question_next(&question, &given[2])); /* there is no next */
    assert_string_equal(at_question_text(&question, "party"), "A");
    assert_int_equal(at_question_number(&question, "limit"), 7);
    assert_null(at_question_get(&question, "text"));
    assert_null(at_question_text(&question, "text"));
    assert_int_equal(at_question_time(&question, "as_of"), AT_TIME_NONE);

    const at_argument timed[] = {{.arg = &args[2], .text = "2024-03-01", .time_us = 99}};
    const at_question later = {.arguments = timed, .argument_count = 1};
    assert_int_equal(at_question_time(&later, "as_of"), 99);
}

static void test_options(void **state) {
    (void)state;
    const char *const names[] = {"currency", "epoch"}, *const values[] = {"USD", "2017-01-01"};
    const at_import_options options = {.names = names, .values = values, .count = 2};
    assert_string_equal(at_import_option(&options, "currency"), "USD");
    assert_string_equal(at_import_option(&options, "epoch"), "2017-01-01");
    assert_null(at_import_option(&options, "unit"));
    assert_null(at_import_option(NULL, "currency"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_question),
        cmocka_unit_test(test_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
