/* Goal: a case file means what it says or is refused with pointer, line and the nearest key.
 * Method: one good file and a table of edits to it; a row is one mistake. */
#include "engine/jobs/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char *const methods[] = {"fifo", "lifo", NULL};
static const at_arg network_args[] = {
    {.name = "of", .type = AT_ARG_THING, .required = true, .repeat = true},
    {.name = "hops", .type = AT_ARG_COUNT, .fallback = "3"},
    {.name = "max_nodes", .type = AT_ARG_COUNT, .fallback = "5000"},
    {.name = "since", .type = AT_ARG_START},
    {.name = "until", .type = AT_ARG_END},
    {0},
};
static const at_arg trace_args[] = {
    {.name = "source", .type = AT_ARG_SOURCE, .required = true, .repeat = true},
    {.name = "method", .type = AT_ARG_CHOICE, .choices = methods, .required = true, .repeat = true},
    {0},
};
static const at_column columns[] = {{"thing", AT_COLUMN_ID, "a thing"}, {0}};
static const at_query network = {.name = "network", .args = network_args, .columns = columns};
static const at_query trace = {.name = "trace", .args = trace_args, .columns = columns};
static const at_query *const queries[] = {&network, &trace, NULL};

static const char good[] =
    "{ \"schema\": \"assettrace/case/1\", \"id\": \"c1\", \"note\": \"free text\",\n"
    "  \"title\": {\"en\": \"Harbour\"},\n"
    "  \"as_of\": \"2026-11-21\", \"at\": 3, \"purpose\": \"asset-freeze\","
    " \"legal_basis\": \"art. 5\",\n"
    "  \"subjects\": [{\"ref\": \"s1\", \"find\": {\"name\": \"Karim\", \"country\": \"IR\"},"
    " \"expect\": 1}],\n"
    "  \"defaults\": {\"max_nodes\": 100, \"include\": [\"observed\"]},\n"
    "  \"questions\": [\n"
    "    {\"id\": \"q1\", \"ask\": \"network\", \"of\": \"s1\", \"hops\": 4},\n"
    "    {\"id\": \"q2\", \"ask\": \"trace\", \"source\": {\"label\": \"L\", \"transfer\": \"T1\"},"
    " \"method\": [\"fifo\"]}],\n"
    "  \"freeze\": {\"request\": \"q1.thing\","
    " \"exclude\": [{\"asset\": \"a1\", \"reason\": \"home\"}]},\n"
    "  \"output\": {\"languages\": [\"fa\", \"en\"]} }\n";

/* `find` in the good file is replaced by `put`. */
static const struct {
    const char *story, *find, *put, *code, *place, *words;
} rows[] = {
    {"a misspelt key names the nearest", "\"purpose\"", "\"porpose\"", "E-JSON-KEY", "line 3",
     "purpose"},
    {"no purpose, no case", "\"purpose\": \"asset-freeze\", ", "", "E-CASE-MISSING", "line 1",
     "purpose"},
    {"nor without a legal basis", ", \"legal_basis\": \"art. 5\"", "", "E-CASE-MISSING", "line 1",
     "legal_basis"},
    {"another format", "assettrace/case/1", "assettrace/case/9", "E-CASE-SCHEMA", "line 1",
     "case/9"},
    {"a query that is not there", "\"ask\": \"network\"", "\"ask\": \"netwerk\"", "E-ASK-QUERY",
     "/questions/0/ask", "netwerk"},
    {"an argument the query has not", "\"hops\"", "\"hopps\"", "E-JSON-KEY", "/questions/0",
     "hops"},
    {"a default nobody knows", "\"max_nodes\"", "\"max_notes\"", "E-JSON-KEY", "line 5",
     "max_nodes"},
    {"an id used twice", "\"id\": \"q2\"", "\"id\": \"q1\"", "E-CASE-ID", "/questions/1/id", "q1"},
    {"a question called like a subject", "\"id\": \"q2\"", "\"id\": \"s1\"", "E-CASE-ID",
     "/questions/1/id", "s1"},
    {"an id that could not name a file", "\"id\": \"q2\"", "\"id\": \"Q/2\"", "E-CASE-ID",
     "/questions/1/id", "Q/2"},
    {"a subject that says nothing", "\"name\": \"Karim\", ", "", "E-CASE-SUBJECT", "/subjects/0",
     "s1"},
    {"a subject's search key misspelt", "\"country\"", "\"contry\"", "E-JSON-KEY",
     "/subjects/0/find", "country"},
    {"a date that is none", "2026-11-21", "2026-11-31", "E-CASE-TYPE", "/as_of", "2026-11-31"},
    {"revision nought", "\"at\": 3", "\"at\": 0", "E-CASE-TYPE", "/at", "revision"},
    {"expect must count", "\"expect\": 1", "\"expect\": -1", "E-CASE-TYPE", "/subjects/0/expect",
     "expect"},
    {"questions must be a list", "\"questions\": [", "\"questions\": [[", "E-JSON-SYNTAX", "line",
     ""},
    {"an exclusion without a reason", ", \"reason\": \"home\"", "", "E-CASE-MISSING",
     "/freeze/exclude/0", "reason"},
    {"a language we cannot write", "\"fa\", ", "\"xx\", ", "E-CASE-LANGUAGE", "/output/languages/0",
     "fa"},
    {"a key twice", "\"at\": 3", "\"at\": 3, \"at\": 4", "E-JSON-DUPLICATE", "line 3", "at"},
    {"text instead of a list", "[{\"ref\"", "{\"ref\"", "E-JSON-SYNTAX", "line", ""},
};

static char *edited(const char *find, const char *put) {
    static char text[4096];
    const char *place = strstr(good, find);
    assert_non_null(place);
    size_t before = (size_t)(place - good);
    memcpy(text, good, before);
    size_t put_bytes = strlen(put);
    memcpy(text + before, put, put_bytes);
    const char *rest = place + strlen(find);
    memcpy(text + before + put_bytes, rest, strlen(rest) + 1);
    return text;
}

static at_status read_text(at_case *out, const char *text, at_arena *arena, at_error *err) {
    return at_case_read_bytes(out, text, strlen(text), "case.json", queries, arena, err);
}

static void test_good(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    AT_CLEANUP(at_case_close) at_case value = {0};
    at_error err = {0};
    assert_int_equal(read_text(&value, good, &arena, &err), AT_OK);
    assert_string_equal(value.id, "c1");
    assert_string_equal(value.purpose, "asset-freeze");
    assert_int_equal(value.at_revision, 3);
    assert_int_equal(value.subject_count, 1);
    assert_string_equal(value.subjects[0].country, "IR");
    assert_int_equal(value.question_count, 2);
    assert_ptr_equal(value.questions[1].query, &trace);
    assert_int_equal(value.byte_count, sizeof good - 1);
    assert_memory_equal(value.bytes, good, sizeof good);
}

static void test_bad(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_case value = {0};
        at_error err = {0};
        print_message("  %s\n", rows[i].story);
        at_status status = read_text(&value, edited(rows[i].find, rows[i].put), &arena, &err);
        assert_int_equal(status, AT_BAD_INPUT);
        assert_string_equal(err.code, rows[i].code);
        if (!strstr(err.place, rows[i].place))
            fail_msg("place \"%s\" lacks \"%s\"", err.place, rows[i].place);
        if (!strstr(err.message, rows[i].words) && !strstr(err.hint, rows[i].words))
            fail_msg("\"%s\" / \"%s\" lack \"%s\"", err.message, err.hint, rows[i].words);
        assert_null(value.json);
    }
}

static void test_memory(void **state) {
    (void)state;
    for (uint64_t n = 1; n < 2000; n++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        AT_CLEANUP(at_case_close) at_case value = {0};
        at_memory_fail_after(n);
        at_status status = read_text(&value, good, &arena, NULL);
        at_memory_fail_after(0);
        if (status == AT_OK)
            return;
        assert_int_equal(status, AT_NO_MEMORY);
    }
    fail_msg("memory never sufficed");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
