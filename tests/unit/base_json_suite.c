/* Goal: JSON is read exactly as RFC 8259 has it, but for what we refuse on purpose; canonical JSON
 * is written exactly as RFC 8785 has it, within our subset.
 * Method: two published collections, file by file. They lie beside the project; without them the
 * whole program is skipped and says so. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/file.h"
#include "engine/base/json.h"
#include "engine/base/json_scan.h"

static char data_folder[4096];

/* Legal by RFC 8259 and refused by at_json_parse: readers disagree about what these mean. */
static const struct {
    const char *name, *code;
} stricter[] = {
    {"y_object_duplicated_key.json", "E-JSON-DUPLICATE"},
    {"y_object_duplicated_key_and_value.json", "E-JSON-DUPLICATE"},
    {"y_object_escaped_null_in_key.json", "E-JSON-TEXT"},
    {"y_string_null_escape.json", "E-JSON-TEXT"},
};

/* What RFC 8259 leaves open and we accept: numbers of any size, kept as they are written. */
static const char open_accepted[] = "i_number_";

static const char *find_stricter(const char *name) {
    for (size_t i = 0; i < AT_COUNT(stricter); i++)
        if (strcmp(stricter[i].name, name) == 0)
            return stricter[i].code;
    return NULL;
}

static at_status scan_grammar(const at_text *text, const char *name) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_json_scan scan = {at_text_string(text), text->bytes, name, &arena, NULL, 0, 0, false, 0};
    return at_json_scan_document(&scan, NULL);
}

static void check_file(const char *name, const at_text *text, int counts[3]) {
    AT_CLEANUP(at_json_close) at_json *json = NULL;
    at_error err = {0};
    const at_status grammar = scan_grammar(text, name);
    const at_status parsed = at_json_parse(&json, at_text_string(text), text->bytes, name, &err);
    const char *code = find_stricter(name);
    assert_int_equal(json != NULL, parsed == AT_OK);
    if (parsed != AT_OK) {
        assert_int_equal(parsed, err.status);
        assert_true(at_text_starts(err.place, "line "));
        assert_false(at_json_is_canonical(at_text_string(text), text->bytes));
    }
    if (name[0] == 'y') {
        counts[0]++;
        if (grammar != AT_OK || (parsed == AT_OK) != (code == NULL))
            fail_msg("%s: %s", name, err.message);
        if (code != NULL)
            assert_string_equal(err.code, code);
    } else if (name[0] == 'n') {
        counts[1]++;
        if (grammar == AT_OK || (parsed != AT_BAD_INPUT && parsed != AT_LIMIT))
            fail_msg("%s was accepted", name);
    } else {
        counts[2]++;
        if ((parsed == AT_OK) != at_text_starts(name, open_accepted))
            fail_msg("%s: %s", name, err.message);
    }
}

static void test_parsing_suite(void **state) {
    (void)state;
    char path[5000];
    int counts[3] = {0};
    (void)snprintf(path, sizeof path, "%s/jsontestsuite/test_parsing", data_folder);
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_file_entry *entries = NULL;
    size_t count = 0;
    assert_int_equal(at_folder_walk(&entries, &count, path, &arena, NULL), AT_OK);
    for (size_t i = 0; i < count; i++) {
        AT_CLEANUP(at_text_clear) at_text text = {0};
        const char *full = NULL;
        assert_int_equal(at_path_join(&full, &arena, path, entries[i].path, NULL), AT_OK);
        assert_int_equal(at_file_read(&text, full, 0, NULL), AT_OK);
        check_file(entries[i].path, &text, counts);
    }
    print_message("  95 accepted by the grammar, 4 of them refused by our profile:\n");
    for (size_t i = 0; i < AT_COUNT(stricter); i++)
        print_message("    %s %s\n", stricter[i].name, stricter[i].code);
    assert_int_equal(counts[0], 95);
    assert_int_equal(counts[1], 188);
    assert_int_equal(counts[2], 35);
}

static void read_jcs(at_text *out, const char *folder, const char *name) {
    char path[5000];
    (void)snprintf(path, sizeof path, "%s/jcs-rfc8785/%s/%s.json", data_folder, folder, name);
    at_error err = {0};
    if (at_file_read(out, path, 0, &err) != AT_OK)
        fail_msg("%s", err.message);
}

static void test_canonical_suite(void **state) {
    (void)state;
    static const struct {
        const char *name;
        bool input_in_subset; /* integers only, written as integers */
        bool output_in_subset;
    } rows[] = {
        {"arrays", true, true},   {"french", true, true},
        {"unicode", true, true},  {"weird", true, true},
        {"values", false, false}, {"structures", false, true}, /* 56.0, which RFC 8785 makes 56 */
    };
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        AT_CLEANUP(at_text_clear) at_text input = {0}, expected = {0}, written = {0};
        AT_CLEANUP(at_json_close) at_json *json = NULL;
        at_error err = {0};
        read_jcs(&input, "input", rows[i].name);
        read_jcs(&expected, "output", rows[i].name);
        assert_int_equal(at_json_parse(&json, input.data, input.bytes, rows[i].name, &err), AT_OK);
        at_json_writer writer = {.out = &written};
        at_json_put_value(&writer, at_json_root(json));
        assert_int_equal(at_json_finish(&writer, &err),
                         rows[i].input_in_subset ? AT_OK : AT_BAD_INPUT);
        if (rows[i].input_in_subset)
            assert_string_equal(written.data, expected.data);
        else
            assert_string_equal(err.code, "E-JSON-WRITE");
        assert_false(at_json_is_canonical(input.data, input.bytes));
        assert_int_equal(at_json_is_canonical(expected.data, expected.bytes),
                         rows[i].output_in_subset);
    }
}

int main(void) {
    const char *project = getenv("ASSETTRACE_ROOT");
    (void)snprintf(data_folder, sizeof data_folder, "%s/../shared/data",
                   project != NULL ? project : ".");
    if (at_file_kind_of(data_folder) != AT_FILE_FOLDER) {
        printf("SKIPPED: %s is not there, so no published JSON collection was read\n", data_folder);
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parsing_suite),
        cmocka_unit_test(test_canonical_suite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
