/* Goal: a document is understood exactly, every complaint points at its place, and what we write
 * is canonical.
 * Method: tables of documents; the writer and the canonical check are held against each other. */
#include "engine/base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *story, *text, *code, *place, *words;
} refused[] = {
    {"nothing", "", "E-JSON-SYNTAX", "line 1, column 1 of case.json", "expected a value"},
    {"space only", " \n\t ", "E-JSON-SYNTAX", "line 2, column 3 of case.json", "found the end"},
    {"two documents", "{} {}", "E-JSON-SYNTAX", "line 1, column 4 of case.json", "\"{\""},
    {"a comma too many", "{\n \"a\": 1,\n}", "E-JSON-SYNTAX", "line 3, column 1 of case.json",
     "a key in double quotes"},
    {"a comma missing", "[1\n 2]", "E-JSON-SYNTAX", "line 2, column 2 of case.json", "found \"2\""},
    {"no colon", "{\"a\" 1}", "E-JSON-SYNTAX", "line 1, column 6 of case.json", "\":\""},
    {"a comment", "// x", "E-JSON-SYNTAX", "line 1, column 1 of case.json", "found \"/\""},
    {"wrong bracket", "[1}", "E-JSON-SYNTAX", "line 1, column 3 of case.json", "found \"}\""},
    {"leading zero", "[01]", "E-JSON-SYNTAX", "line 1, column 3 of case.json", "found \"1\""},
    {"a plus", "[+1]", "E-JSON-SYNTAX", "line 1, column 2 of case.json", "a value"},
    {"a point alone", "[1.]", "E-JSON-SYNTAX", "line 1, column 4 of case.json", "a digit"},
    {"NaN", "NaN", "E-JSON-SYNTAX", "line 1, column 1 of case.json", "a value"},
    {"half a word", "[nul]", "E-JSON-SYNTAX", "line 1, column 5 of case.json", "null"},
    {"a tab in a string", "[\"a\tb\"]", "E-JSON-SYNTAX", "line 1, column 4 of case.json", "0x09"},
    {"an unknown escape", "[\"\\x\"]", "E-JSON-SYNTAX", "line 1, column 4 of case.json",
     "after the backslash"},
    {"three hex digits", "[\"\\u12G4\"]", "E-JSON-SYNTAX", "line 1, column 7 of case.json",
     "four hex digits"},
    {"an open string", "[\"abc", "E-JSON-SYNTAX", "line 1, column 6 of case.json", "closing quote"},
    {"columns count characters", "[\"\xD9\xBE\xD8\xAF\xD8\xB1\", x]", "E-JSON-SYNTAX",
     "line 1, column 9 of case.json", "found \"x\""},
    {"not UTF-8", "[\"\xFF\"]", "E-JSON-TEXT", "line 1, column 3 of case.json", "not UTF-8"},
    {"a byte order mark", "\xEF\xBB\xBF{}", "E-JSON-TEXT", "line 1, column 1 of case.json",
     "byte order mark"},
    {"half a surrogate pair", "[\"\\ud83d\"]", "E-JSON-TEXT", "line 1, column 3 of case.json",
     "surrogate"},
    {"a high and no low", "[\"\\ud83d\\u0041\"]", "E-JSON-TEXT", "line 1, column 3 of case.json",
     "surrogate"},
    {"U+0000", "[\"ab\\u0000\"]", "E-JSON-TEXT", "line 1, column 5 of case.json", "U+0000"},
    {"a key twice", "{\"a\":1,\n\"b\":2,\n \"a\":3}", "E-JSON-DUPLICATE",
     "line 3, column 2 of case.json", "\"a\""},
    {"a key twice by escape", "{\"a\":1,\"\\u0061\":2}", "E-JSON-DUPLICATE",
     "line 1, column 8 of case.json", "\"a\""},
    {"deep inside", "[{\"x\":{\"k\":1,\"k\":1}}]", "E-JSON-DUPLICATE",
     "line 1, column 14 of case.json", "\"k\""},
};

static void test_what_is_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(refused); i++) {
        at_json *json = NULL;
        at_error err = {0};
        const char *text = refused[i].text;
        print_message("  %s\n", refused[i].story);
        assert_int_equal(at_json_parse(&json, text, strlen(text), "case.json", &err), AT_BAD_INPUT);
        assert_null(json);
        assert_string_equal(err.code, refused[i].code);
        assert_string_equal(err.place, refused[i].place);
        assert_non_null(strstr(err.message, refused[i].words));
        assert_false(at_json_is_canonical(text, strlen(text)));
    }
    at_error err = {0};
    at_json *json = NULL;
    assert_int_equal(at_json_parse(&json, "[1]\0", 4, "x", &err), AT_BAD_INPUT);
    assert_string_equal(err.place, "line 1, column 4 of x");
}

static void test_depth(void **state) {
    (void)state;
    char text[2 * AT_JSON_DEPTH_MAX + 3];
    for (size_t depth = AT_JSON_DEPTH_MAX; depth <= AT_JSON_DEPTH_MAX + 1; depth++) {
        AT_CLEANUP(at_json_close) at_json *json = NULL;
        at_error err = {0};
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        const bool fine = depth == AT_JSON_DEPTH_MAX;
        assert_int_equal(at_json_parse(&json, text, 2 * depth, "x", &err), fine ? AT_OK : AT_LIMIT);
        assert_string_equal(err.code, fine ? "" : "E-JSON-DEPTH");
        assert_string_equal(err.place, fine ? "" : "line 1, column 65 of x");
        assert_int_equal(at_json_is_canonical(text, 2 * depth), fine);
        if (!fine)
            continue;
        AT_CLEANUP(at_text_clear) at_text out = {0};
        at_json_writer writer = {.out = &out};
        at_json_put_value(&writer, at_json_root(json));
        assert_int_equal(at_json_finish(&writer, &err), AT_OK);
        assert_int_equal(out.bytes, 2 * depth);
        at_text_reset(&out);
        writer = (at_json_writer){.out = &out};
        at_json_array(&writer); /* one level more than there may be */
        at_json_put_value(&writer, at_json_root(json));
        at_json_array_end(&writer);
        assert_int_equal(at_json_finish(&writer, &err), AT_LIMIT);
    }
}

static at_json *parse(const char *text) {
    at_json *json = NULL;
    at_error err = {0};
    if (at_json_parse(&json, text, strlen(text), "case.json", &err) != AT_OK)
        fail_msg("%s: %s", err.place, err.message);
    return json;
}

static const char case_text[] = "{\n"
                                "  \"Purpose\": \"trace \\ud83d\\ude02 \\u0628\\/\\n\",\n"
                                "  \"questions\": [\n"
                                "    {\"ask\": \"network\", \"a/b~c\": true},\n"
                                "    [],\n"
                                "    null, false, -1.50e+2\n"
                                "  ],\n"
                                "  \"empty\": {}, \"\": 7\n"
                                "}\n";

static void test_walk(void **state) {
    (void)state;
    AT_CLEANUP(at_json_close) at_json *json = parse(case_text);
    const at_json_value *root = at_json_root(json);
    assert_int_equal(at_json_type_of(root), AT_JSON_OBJECT);
    assert_int_equal(at_json_count(root), 4);
    assert_null(at_json_key(root));
    assert_null(at_json_next(root));
    assert_int_equal(at_json_line(root), 1);
    assert_string_equal(at_json_text(at_json_get(root, "Purpose")),
                        "trace \xF0\x9F\x98\x82 \xD8\xA8/\n");
    assert_null(at_json_get(root, "purpose")); /* case-sensitive */
    assert_null(at_json_get(NULL, "purpose"));
    assert_string_equal(at_json_number(at_json_get(root, "")), "7");

    static const struct {
        at_json_type type;
        uint64_t line;
        size_t count;
    } rows[] = {
        {AT_JSON_OBJECT, 4, 2}, {AT_JSON_ARRAY, 5, 0},  {AT_JSON_NULL, 6, 0},
        {AT_JSON_FALSE, 6, 0},  {AT_JSON_NUMBER, 6, 0},
    };
    const at_json_value *list = at_json_get(root, "questions");
    const at_json_value *item = at_json_first(list);
    assert_int_equal(at_json_count(list), AT_COUNT(rows));
    assert_null(at_json_get(list, "ask"));
    for (size_t i = 0; i < AT_COUNT(rows); i++, item = at_json_next(item)) {
        assert_int_equal(at_json_type_of(item), rows[i].type);
        assert_int_equal(at_json_line(item), rows[i].line);
        assert_int_equal(at_json_count(item), rows[i].count);
        assert_int_equal(at_json_first(item) != NULL, rows[i].count > 0);
        assert_null(at_json_key(item));
        assert_null(at_json_text(item));
        if (rows[i].type == AT_JSON_NUMBER)
            assert_string_equal(at_json_number(item), "-1.50e+2");
        else
            assert_null(at_json_number(item));
    }
    assert_null(item);
    const at_json_value *first = at_json_first(root);
    assert_string_equal(at_json_key(first), "Purpose");
    assert_string_equal(at_json_key(at_json_next(first)), "questions");
}

static void test_pointers_and_places(void **state) {
    (void)state;
    static const char *const keys[] = {"ask", "Purpose", "questions", "empty", NULL};
    AT_CLEANUP(at_json_close) at_json *json = parse(case_text);
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    const at_json_value *root = at_json_root(json);
    const at_json_value *question = at_json_first(at_json_get(root, "questions"));
    const at_json_value *odd = at_json_get(question, "a/b~c");
    const char *pointer = NULL;
    at_error err = {0};
    assert_int_equal(at_json_pointer(&pointer, odd, &arena, &err), AT_OK);
    assert_string_equal(pointer, "/questions/0/a~1b~0c");
    assert_int_equal(at_json_pointer(&pointer, root, &arena, &err), AT_OK);
    assert_string_equal(pointer, "");

    assert_int_equal(at_json_fail(&err, odd, "E-JSON-KEY", "bad \"%s\"", "x"), AT_BAD_INPUT);
    assert_string_equal(err.message, "bad \"x\"");
    assert_string_equal(err.place, "/questions/0/a~1b~0c, line 4 of case.json");
    assert_int_equal(at_json_fail(&err, root, "E-JSON-KEY", "bad"), AT_BAD_INPUT);
    assert_string_equal(err.place, "line 1 of case.json");
    at_memory_fail_after(1); /* no memory for the pointer: the line still says where */
    assert_int_equal(at_json_fail(&err, odd, "E-JSON-KEY", "bad"), AT_BAD_INPUT);
    at_memory_fail_after(0);
    assert_string_equal(err.place, "line 4 of case.json");

    assert_int_equal(at_json_only(question, keys, &err), AT_BAD_INPUT);
    assert_non_null(strstr(err.message, "\"a/b~c\""));
    assert_string_equal(err.hint, "");
    assert_string_equal(err.code, "E-JSON-KEY");
    AT_CLEANUP(at_json_close) at_json *typo = parse("{\"note\": \"x\", \"questoins\": 1}");
    assert_int_equal(at_json_only(at_json_root(typo), keys, &err), AT_BAD_INPUT);
    assert_string_equal(err.hint, "did you mean \"questions\"?");
    assert_string_equal(err.place, "/questoins, line 1 of case.json");
    AT_CLEANUP(at_json_close) at_json *list = parse("[1]");
    assert_int_equal(at_json_only(at_json_root(list), keys, &err), AT_BAD_INPUT);
    assert_string_equal(err.code, "E-JSON-KIND");
    AT_CLEANUP(at_json_close) at_json *fine = parse("{\"note\": \"x\", \"ask\": 1}");
    assert_int_equal(at_json_only(at_json_root(fine), keys, &err), AT_OK);
}

static void test_integers(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool good;
        int64_t value;
    } rows[] = {
        {"0", true, 0},
        {"-1", true, -1},
        {"9007199254740991", true, INT64_C(9007199254740991)},
        {"-9007199254740991", true, INT64_C(-9007199254740991)},
        {"9007199254740992", false, 0},
        {"-9007199254740992", false, 0},
        {"99999999999999999999999999", false, 0},
        {"-0", false, 0},
        {"1.0", false, 0},
        {"1e3", false, 0},
        {"\"1\"", false, 0},
        {"null", false, 0},
    };
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        AT_CLEANUP(at_json_close) at_json *json = parse(rows[i].text);
        int64_t value = 77;
        assert_int_equal(at_json_int(&value, at_json_root(json)), rows[i].good);
        assert_int_equal(value, rows[i].good ? rows[i].value : 77);
        /* The check and the writer agree about every one of them. */
        AT_CLEANUP(at_text_clear) at_text out = {0};
        at_json_writer writer = {.out = &out};
        at_json_put_value(&writer, at_json_root(json));
        const bool written = at_json_finish(&writer, NULL) == AT_OK;
        assert_int_equal(at_json_is_canonical(rows[i].text, strlen(rows[i].text)), written);
        if (written)
            assert_string_equal(out.data, rows[i].text);
    }
}

/* Many members: duplicates are found and order is made without going through all pairs. */
static void test_many_members(void **state) {
    (void)state;
    enum { MEMBERS = 20000 };
    AT_CLEANUP(at_text_clear) at_text text = {0}, out = {0};
    assert_int_equal(at_text_add(&text, "{", NULL), AT_OK);
    for (int i = 0; i < MEMBERS; i++)
        assert_int_equal(
            at_text_print(&text, NULL, "%s\"%d\":%d", i > 0 ? "," : "", i * 7919 % MEMBERS, i),
            AT_OK);
    AT_CLEANUP(at_json_close) at_json *json = NULL;
    at_text twice = {0};
    assert_int_equal(at_text_print(&twice, NULL, "%s,\n\"4\":0}", text.data), AT_OK);
    assert_int_equal(at_text_add(&text, "}", NULL), AT_OK);
    assert_int_equal(at_json_parse(&json, text.data, text.bytes, "x", NULL), AT_OK);
    assert_int_equal(at_json_count(at_json_root(json)), MEMBERS);
    at_json_writer writer = {.out = &out};
    at_json_put_value(&writer, at_json_root(json));
    assert_int_equal(at_json_finish(&writer, NULL), AT_OK);
    assert_true(at_json_is_canonical(out.data, out.bytes));
    assert_false(at_json_is_canonical(text.data, text.bytes));

    at_json *refused_json = NULL;
    at_error err = {0};
    assert_int_equal(at_json_parse(&refused_json, twice.data, twice.bytes, "x", &err),
                     AT_BAD_INPUT);
    assert_string_equal(err.place, "line 2, column 1 of x");
    at_text_clear(&twice);
}

static void test_writer(void **state) {
    (void)state;
    AT_CLEANUP(at_text_clear) at_text out = {0};
    at_json_writer writer = {.out = &out};
    at_json_object(&writer);
    at_json_put_key(&writer, "");
    at_json_put_text(&writer, "\"\\/\b\f\n\r\t\x01\x1F\x7F \xD9\xBE\xF0\x9F\x98\x82");
    at_json_put_key(&writer, "a");
    at_json_array(&writer);
    at_json_put_int(&writer, 0);
    at_json_put_int(&writer, -INT64_C(9007199254740991));
    at_json_put_amount(&writer, INT64_MIN);
    at_json_object(&writer);
    at_json_object_end(&writer);
    at_json_array_end(&writer);
    at_json_put_key(&writer, "aa");
    at_json_put_bool(&writer, true);
    at_json_put_key(&writer, "b");
    at_json_put_text(&writer, NULL);
    at_json_object_end(&writer);
    assert_int_equal(at_json_finish(&writer, NULL), AT_OK);
    assert_string_equal(out.data, "{\"\":\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7F "
                                  "\xD9\xBE\xF0\x9F\x98\x82\","
                                  "\"a\":[0,-9007199254740991,\"-9223372036854775808\",{}],"
                                  "\"aa\":true,\"b\":null}");
    assert_true(at_json_is_canonical(out.data, out.bytes));
    /* What was written is read back as the same tree. */
    AT_CLEANUP(at_json_close) at_json *json = parse(out.data);
    AT_CLEANUP(at_text_clear) at_text again = {0};
    writer = (at_json_writer){.out = &again};
    at_json_put_value(&writer, at_json_root(json));
    assert_int_equal(at_json_finish(&writer, NULL), AT_OK);
    assert_string_equal(again.data, out.data);
    /* After finish the writer begins the next line. */
    at_json_put_bool(&writer, false);
    assert_int_equal(at_json_finish(&writer, NULL), AT_OK);
    assert_true(at_text_starts(again.data + out.bytes, "false"));
}

static void test_writer_failures_stick(void **state) {
    (void)state;
    at_error err = {0};
    AT_CLEANUP(at_text_clear) at_text tight = {.limit_bytes = 5}, out = {0};
    at_json_writer writer = {.out = &tight};
    at_json_array(&writer);
    at_json_put_text(&writer, "too long");
    at_json_put_int(&writer, 1);
    at_json_array_end(&writer);
    assert_int_equal(at_json_finish(&writer, &err), AT_LIMIT);
    assert_string_equal(err.code, "E-LIMIT");
    writer = (at_json_writer){.out = &out};
    at_json_put_text(&writer, "\xFF");
    assert_int_equal(at_json_finish(&writer, &err), AT_BAD_INPUT);
    assert_string_equal(err.code, "E-JSON-WRITE");
    at_memory_fail_after(1);
    at_text_clear(&out);
    writer = (at_json_writer){.out = &out};
    at_json_put_bool(&writer, true);
    assert_int_equal(at_json_finish(&writer, &err), AT_NO_MEMORY);
    at_memory_fail_after(0);
}

static void test_canonical(void **state) {
    (void)state;
    static const struct {
        const char *story, *text;
        bool canonical;
    } rows[] = {
        {"a word", "null", true},
        {"an object in order", "{\"a\":1,\"b\":2}", true},
        {"out of order", "{\"b\":1,\"a\":2}", false},
        {"a key twice", "{\"a\":1,\"a\":2}", false},
        {"a prefix comes first", "{\"a\":1,\"aa\":2}", true},
        {"a prefix comes late", "{\"aa\":1,\"a\":2}", false},
        {"inner objects have their own order", "{\"b\":{\"a\":1},\"c\":1}", true},
        {"order inside an array", "[{\"b\":1},{\"a\":1}]", true},
        {"a space", "{\"a\": 1}", false},
        {"a line end at the end", "{}\n", false},
        {"an unneeded escape", "\"\\u0041\"", false},
        {"an escaped slash", "\"\\/\"", false},
        {"a control character, short", "\"\\n\"", true},
        {"a control character, long", "\"\\u000a\"", false},
        {"a control character without short form", "\"\\u001f\"", true},
        {"capital hex", "\"\\u001F\"", false},
        {"U+0000", "\"\\u0000\"", false},
        {"cut in an escape", "\"\\u001", false},
        {"DEL is plain", "\"\x7F\"", true},
        {"keys compare unescaped", "{\"\\n\":1,\" \":2}", true},
        {"a backslash sorts by its value", "{\"[\":1,\"\\\\\":2,\"]\":3}", true},
        {"a quote sorts by its value", "{\"!\":1,\"\\\"\":2,\"#\":3}", true},
        {"a surrogate pair sorts below U+FB33", "{\"\xF0\x9F\x98\x82\":1,\"\xEF\xAC\xB3\":2}",
         true},
        {"by bytes it would not", "{\"\xEF\xAC\xB3\":1,\"\xF0\x9F\x98\x82\":2}", false},
        {"planes among themselves", "{\"\xF0\x9F\x98\x82\":1,\"\xF0\x9F\x98\x83\":2}", true},
        {"equal lead surrogates", "{\"\xF0\x9F\x98\x83\":1,\"\xF0\x9F\x98\x82\":2}", false},
        {"below the surrogates", "{\"\xED\x9F\xBF\":1,\"\xF0\x90\x80\x80\":2}", true},
        {"leading zero", "[01]", false},
        {"an exponent", "1e2", false},
        {"a comma too many", "[1,]", false},
        {"an open array", "[1", false},
        {"an open string", "\"a", false},
        {"two values", "1 2", false},
        {"a minus alone", "-", false},
        {"nothing", "", false},
    };
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        const size_t bytes = strlen(rows[i].text);
        print_message("  %s\n", rows[i].story);
        assert_int_equal(at_json_is_canonical(rows[i].text, bytes), rows[i].canonical);
        if (!rows[i].canonical)
            continue;
        AT_CLEANUP(at_text_clear) at_text out = {0};
        AT_CLEANUP(at_json_close) at_json *json = parse(rows[i].text);
        at_json_writer writer = {.out = &out};
        at_json_put_value(&writer, at_json_root(json));
        assert_int_equal(at_json_finish(&writer, NULL), AT_OK);
        assert_string_equal(out.data, rows[i].text);
        for (size_t cut = 1; cut < bytes; cut++) /* no part of it is taken for the whole */
            if (rows[i].text[0] == '{' || rows[i].text[0] == '"')
                assert_false(at_json_is_canonical(rows[i].text, cut));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_walk),
        cmocka_unit_test(test_pointers_and_places),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_many_members),
        cmocka_unit_test(test_writer),
        cmocka_unit_test(test_writer_failures_stick),
        cmocka_unit_test(test_canonical),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
