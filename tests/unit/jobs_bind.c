/* Goal: arguments become what their descriptor says, or are refused with a reason.
 * Method: a table of pairs against one query that has every type; the facts are a toy. */
#include "engine/jobs/ask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static at_status resolve(void *self, at_thing *out, unsigned kinds, const char *text,
                         at_error *err) {
    (void)self;
    if (strcmp(text, "P1") == 0 && (kinds & AT_KIND_BIT(AT_PARTY)))
        *out = 1;
    else if (strcmp(text, "A,1") == 0 && (kinds & AT_KIND_BIT(AT_ACCOUNT)))
        *out = 2;
    else
        return at_fail(err, AT_BAD_INPUT, "E-ID-UNKNOWN", "no \"%s\"", text);
    return AT_OK;
}

static const at_facts facts = {.resolve = resolve};
static const char *const words[] = {"fifo", "prorata", NULL};
static const at_arg args[] = {
    {.name = "of", .type = AT_ARG_THING, .required = true},
    {.name = "only", .type = AT_ARG_THING, .repeat = true, .kinds = AT_KIND_BIT(AT_PARTY)},
    {.name = "method", .type = AT_ARG_CHOICE, .choices = words, .repeat = true, .fallback = "fifo"},
    {.name = "since", .type = AT_ARG_START},
    {.name = "until", .type = AT_ARG_END},
    {.name = "share", .type = AT_ARG_RATIO, .fallback = "1/4"},
    {.name = "hops", .type = AT_ARG_COUNT, .fallback = "2"},
    {.name = "min", .type = AT_ARG_AMOUNT},
    {.name = "strict", .type = AT_ARG_FLAG, .fallback = "no"},
    {.name = "in", .type = AT_ARG_COUNTRY, .repeat = true},
    {.name = "node", .type = AT_ARG_NODE, .repeat = true},
    {.name = "source", .type = AT_ARG_SOURCE, .repeat = true},
    {.name = "text", .type = AT_ARG_TEXT},
    {0},
};
static const at_query query = {.name = "toy", .args = args};

enum { PAIRS = 3 };
static const struct {
    const char *story;
    at_pair pairs[PAIRS];
    at_status status;
    const char *code, *words;
} rows[] = {
    {"an unknown name has a neighbour",
     {{"of", "P1"}, {"hop", "1"}},
     AT_USAGE,
     "E-ASK-ARGUMENT",
     "hops"},
    {"what is required is missed", {{"hops", "1"}}, AT_USAGE, "E-ASK-MISSING", "of="},
    {"one value cannot be two",
     {{"of", "P1"}, {"hops", "1"}, {"hops", "2"}},
     AT_USAGE,
     "E-ASK-REPEATED",
     "hops"},
    {"an id nobody has", {{"of", "P9"}}, AT_BAD_INPUT, "E-ID-UNKNOWN", "P9"},
    {"an id of the wrong kind",
     {{"of", "P1"}, {"only", "\"A,1\""}},
     AT_BAD_INPUT,
     "E-ID-UNKNOWN",
     "A,1"},
    {"a word beside the choices",
     {{"of", "P1"}, {"method", "fiffo"}},
     AT_BAD_INPUT,
     "E-ASK-VALUE",
     "fifo"},
    {"a word far from the choices lists them",
     {{"of", "P1"}, {"method", "zzzzzzzz"}},
     AT_BAD_INPUT,
     "E-ASK-VALUE",
     "prorata"},
    {"a window that ends before it begins",
     {{"of", "P1"}, {"since", "2024-03-02"}, {"until", "2024-03-01"}},
     AT_BAD_INPUT,
     "E-ASK-VALUE",
     "after until"},
    {"a day that is none",
     {{"of", "P1"}, {"until", "2024-02-30"}},
     AT_BAD_INPUT,
     "E-TIME-VALUE",
     "2024-02"},
    {"a share that is none",
     {{"of", "P1"}, {"share", "much"}},
     AT_BAD_INPUT,
     "E-ASK-VALUE",
     "much"},
    {"a negative count", {{"of", "P1"}, {"hops", "-1"}}, AT_BAD_INPUT, "E-ASK-VALUE", "-1"},
    {"an amount with decimals",
     {{"of", "P1"}, {"min", "1.5"}},
     AT_BAD_INPUT,
     "E-ASK-VALUE",
     "minor"},
    {"a flag is yes or no",
     {{"of", "P1"}, {"strict", "maybe"}},
     AT_BAD_INPUT,
     "E-ASK-VALUE",
     "yes or no"},
    {"a country in small letters",
     {{"of", "P1"}, {"in", "ir"}},
     AT_BAD_INPUT,
     "E-ASK-VALUE",
     "capital"},
    {"an empty text", {{"of", "P1"}, {"text", ""}}, AT_BAD_INPUT, "E-ASK-VALUE", "empty"},
};

static size_t pair_count(const at_pair *pairs) {
    size_t count = 0;
    while (count < PAIRS && pairs[count].name)
        count++;
    return count;
}

static void test_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_error err = {0};
        at_question question = {0};
        print_message("  %s\n", rows[i].story);
        at_ask_request request = {
            .query = &query, .pairs = rows[i].pairs, .pair_count = pair_count(rows[i].pairs)};
        assert_int_equal(at_bind(&question, &request, &facts, &arena, &err), rows[i].status);
        assert_string_equal(err.code, rows[i].code);
        if (!strstr(err.message, rows[i].words) && !strstr(err.hint, rows[i].words))
            fail_msg("\"%s\" / \"%s\" lack \"%s\"", err.message, err.hint, rows[i].words);
        assert_int_equal(question.argument_count, 0);
    }
}

static void test_bound(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    static const at_pair pairs[] = {
        {"source", "L=transfer:T,5"}, {"of", "\"A,1\""},
        {"method", "prorata,fifo"},   {"in", "IR,IQ"},
        {"node", "x,\"y,z\""},        {"since", "2024-01-02"},
        {"until", "2024-01-02"},      {"strict", "yes"},
        {"source", "M=transfer:U"},   {"only", "P1,P1"},
    };
    at_ask_request request = {.query = &query, .pairs = pairs, .pair_count = AT_COUNT(pairs)};
    at_question question = {0};
    at_error err = {0};
    assert_int_equal(at_bind(&question, &request, &facts, &arena, &err), AT_OK);
    assert_int_equal(at_question_get(&question, "of")->thing, 2);
    const at_argument *method = at_question_get(&question, "method");
    assert_int_equal(method->number, 1);
    assert_int_equal(at_question_next(&question, method)->number, 0);
    const at_argument *node = at_question_next(&question, at_question_get(&question, "node"));
    assert_string_equal(node->text, "y,z");
    assert_int_equal(at_question_time(&question, "until") - at_question_time(&question, "since"),
                     AT_US_PER_DAY - 1);
    assert_int_equal(at_question_number(&question, "strict"), 1);
    assert_int_equal(at_question_number(&question, "hops"), 2);
    const at_argument *source = at_question_get(&question, "source");
    assert_string_equal(source->text, "L=transfer:T,5");
    assert_string_equal(at_question_next(&question, source)->text, "M=transfer:U");
    at_ratio share = at_question_get(&question, "share")->ratio;
    assert_true(share.num == 1 && share.den == 4);
    assert_null(at_question_get(&question, "text"));
    assert_null(at_question_next(&question,
                                 at_question_next(&question, at_question_get(&question, "only"))));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_refused),
                                       cmocka_unit_test(test_bound)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
