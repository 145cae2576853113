/* Goal: every valid statement of the standard's own suite is taken without a word, and every
 * invalid one is refused or flagged for the reason, and at the place, that the suite names.
 * Method: the suite (fixtures/suites/bods) is walked by name; expected_errors.csv gives file,
 * keyword of the schema, JSON path and member, and a table here says which of our codes stands for
 * a keyword. The suite beside the project is read too where it is present. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "importers/json_items.h"
#include "tests/support/import_log.h"
#include "engine/base/file.h"

enum { PATH_BYTES = 1024, FILE_BYTES_MAX = 1 << 20 };

static char suite[PATH_BYTES];

static const struct {
    const char *keyword, *code;
} keywords[] = {
    {"type", "E-BODS-TYPE"},        {"required", "E-BODS-MISSING"}, {"enum", "E-BODS-WORD"},
    {"minLength", "E-BODS-LENGTH"}, {"maxLength", "E-BODS-LENGTH"}, {"format", "E-BODS-FORMAT"},
    {"minimum", "E-BODS-RANGE"},    {"maximum", "E-BODS-RANGE"},    {"oneOf", "E-BODS-TYPE"},
    {"const", "E-BODS-RULE"},
};

/* anyOf stands for two things: a date or a time, and a name or an address on the web. */
static const char *code_of(const char *keyword, const char *member) {
    for (size_t i = 0; i < AT_COUNT(keywords); i++)
        if (strcmp(keywords[i].keyword, keyword) == 0)
            return keywords[i].code;
    assert_string_equal(keyword, "anyOf");
    return strcmp(member, "publisher") == 0 ? "E-BODS-MISSING" : "E-BODS-FORMAT";
}

/* "$[0].recordDetails.names[0]" becomes "/0/recordDetails/names/0, ". */
static void place_of(char *out, size_t room, const char *path) {
    size_t length = 0;
    assert_int_equal(path[0], '$');
    for (const char *c = path + 1; *c != '\0'; c++) {
        assert_in_range(length, 0, room - 4);
        if (*c == '[' || *c == '.')
            out[length++] = '/';
        else if (*c != ']')
            out[length++] = *c;
    }
    memcpy(out + length, ", ", 3);
}

static void read_file(import_log *log, const char *folder, const char *name) {
    at_text data = {0};
    at_error err = {0};
    char path[3 * PATH_BYTES];
    const import_case said = {NULL, NULL};
    (void)snprintf(path, sizeof path, "%s/%s/%s", suite, folder, name);
    if (at_file_read(&data, path, FILE_BYTES_MAX, &err) != AT_OK)
        fail_msg("%s: %s", path, err.message);
    assert_int_equal(import_run(log, import_find("bods"), &said, data.data, data.bytes, name, &err),
                     AT_OK);
    if (log->broken[0] != '\0')
        fail_msg("%s: %s", name, log->broken);
    assert_int_equal(log->status, AT_OK);
    at_text_clear(&data);
}

static void check_invalid(const char *name, const char *keyword, const char *path,
                          const char *member) {
    import_log log = {.text = {.limit_bytes = FILE_BYTES_MAX}};
    char place[PATH_BYTES] = "", code[64] = "", wanted[PATH_BYTES + 16];
    read_file(&log, "invalid-statements", name);
    place_of(place, sizeof place, path);
    (void)snprintf(wanted, sizeof wanted, "\"place\":\"%s", place);
    (void)snprintf(code, sizeof code, "\"code\":\"%s\"", code_of(keyword, member));
    if (log.rejected + log.warned == 0)
        fail_msg("%s was taken without a word", name);
    bool said = false;
    const char *text = at_text_string(&log.text);
    for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1) {
        char one[4096] = "";
        memcpy(one, line, strcspn(line, "\n") < sizeof one ? strcspn(line, "\n") : 0);
        said = said || (strstr(one, code) != NULL && strstr(one, wanted) != NULL &&
                        (strcmp(keyword, "required") != 0 || strstr(one, member) != NULL));
    }
    if (!said)
        fail_msg("%s: no %s at %s in\n%s", name, code, wanted, text);
    import_log_clear(&log);
}

static size_t check_suite(void) {
    at_text csv = {0};
    at_error err = {0};
    char path[2 * PATH_BYTES];
    size_t count = 0;
    (void)snprintf(path, sizeof path, "%s/invalid-statements/expected_errors.csv", suite);
    assert_int_equal(at_file_read(&csv, path, FILE_BYTES_MAX, &err), AT_OK);
    char *rest = csv.data;
    while (*rest != '\0') {
        char *fields[4] = {rest};
        size_t field = 1;
        const size_t bytes = strcspn(rest, "\r\n");
        char *next = rest + bytes;
        while (*next == '\r' || *next == '\n')
            *next++ = '\0';
        for (char *c = rest; *c != '\0' && field < 4; c++)
            if (*c == ',') {
                *c = '\0';
                fields[field++] = c + 1;
            }
        assert_int_equal(field, 4);
        check_invalid(fields[0], fields[1], fields[2], fields[3]);
        count++;
        rest = next;
    }
    at_text_clear(&csv);
    return count;
}

static size_t check_valid(void) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_file_entry *entries = NULL;
    size_t count = 0, files = 0;
    at_error err = {0};
    char folder[2 * PATH_BYTES];
    (void)snprintf(folder, sizeof folder, "%s/valid-statements", suite);
    assert_int_equal(at_folder_walk(&entries, &count, folder, &arena, &err), AT_OK);
    for (size_t i = 0; i < count; i++) {
        import_log log = {.text = {.limit_bytes = FILE_BYTES_MAX}};
        read_file(&log, "valid-statements", entries[i].path);
        if (log.loaded == 0 || log.rejected + log.warned > 0)
            fail_msg("%s:\n%s", entries[i].path, at_text_string(&log.text));
        import_log_clear(&log);
        files++;
    }
    return files;
}

/* The numbers stand here so that a suite that is not found cannot pass. */
static void check_numbers(void) {
    const size_t invalid = check_suite(), valid = check_valid();
    print_message("  %s: %zu invalid, %zu valid\n", suite, invalid, valid);
    assert_int_equal(invalid, 88);
    assert_int_equal(valid, 56);
}

static void test_suite(void **state) {
    (void)state;
    (void)snprintf(suite, sizeof suite, "%s/fixtures/suites/bods", getenv("ASSETTRACE_ROOT"));
    check_numbers();
}

static void test_suite_beside(void **state) {
    (void)state;
    (void)snprintf(suite, sizeof suite, "%s/../shared/data/bods-data-standard/tests/data",
                   getenv("ASSETTRACE_ROOT"));
    if (at_file_kind_of(suite) != AT_FILE_FOLDER) {
        print_message("SKIPPED: there is no %s\n", suite);
        skip();
    }
    check_numbers();
}

/* --- Shares ----------------------------------------------------------------------------------- */

static const struct {
    const char *story, *share, *wanted; /* of the share; or the code of the refusal */
} shares[] = {
    {"exact", "\"exact\":76.5", "[153/200, 153/200]"},
    {"exact wins over the ends beside it", "\"exact\":10,\"minimum\":5,\"maximum\":20",
     "[1/10, 1/10]"},
    {"nothing stated", "", NULL},
    {"from", "\"minimum\":25", "[1/4, 1/1]"},
    {"more than", "\"exclusiveMinimum\":25", "(1/4, 1/1]"},
    {"up to", "\"maximum\":25", "[0/1, 1/4]"},
    {"less than", "\"exclusiveMaximum\":25", "[0/1, 1/4)"},
    {"between", "\"minimum\":25,\"exclusiveMaximum\":50", "[1/4, 1/2)"},
    {"the tighter of two lower ends", "\"minimum\":30,\"exclusiveMinimum\":25", "[3/10, 1/1]"},
    {"the tighter of two equal ends", "\"maximum\":30,\"exclusiveMaximum\":30", "[0/1, 3/10)"},
    {"the tighter of two upper ends", "\"maximum\":40,\"exclusiveMaximum\":30", "[0/1, 3/10)"},
    {"the ends of the whole", "\"minimum\":0,\"maximum\":100", "[0/1, 1/1]"},
    {"a point", "\"minimum\":50,\"maximum\":50", "[1/2, 1/2]"},
    {"an exponent", "\"exact\":1e2", "[1/1, 1/1]"},
    {"a negative exponent", "\"exact\":125E-1", "[1/8, 1/8]"},
    {"an exponent with a sign", "\"exact\":0.5e+1", "[1/20, 1/20]"},
    {"minus nothing", "\"exact\":-0.0", "[0/1, 0/1]"},
    {"a small part", "\"exact\":1e-5", "[1/10000000, 1/10000000]"},
    {"above the whole", "\"exact\":100.01", "E-BODS-RANGE"},
    {"more digits than are kept", "\"exact\":1e19", "E-SHARE-TEXT"},
    {"an absurd exponent", "\"exact\":1e999999999999", "E-BODS-RANGE"},
    {"below nothing", "\"minimum\":-1", "E-BODS-RANGE"},
    {"ends the wrong way round", "\"minimum\":50,\"maximum\":25", "E-SHARE-RANGE"},
    {"a point that is left out", "\"minimum\":50,\"exclusiveMaximum\":50", "E-SHARE-RANGE"},
    {"a text", "\"exact\":\"50\"", "E-BODS-TYPE"},
};

static void run_text(import_log *log, const char *text) {
    at_error err = {0};
    const import_case said = {NULL, NULL};
    log->text.limit_bytes = FILE_BYTES_MAX;
    assert_int_equal(import_run(log, import_find("bods"), &said, text, strlen(text), "text", &err),
                     AT_OK);
    assert_string_equal(log->broken, "");
}

static void test_shares(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(shares); i++) {
        import_log log = {.quiet = false};
        char text[1024], wanted[128];
        print_message("  %s\n", shares[i].story);
        (void)snprintf(text, sizeof text,
                       "[{\"statementId\":\"0123456789abcdef0123456789abcdef\","
                       "\"declarationSubject\":\"C\",\"statementDate\":\"2020-01-10\","
                       "\"recordId\":\"R\",\"recordType\":\"relationship\",\"recordDetails\":{"
                       "\"isComponent\":false,\"subject\":\"C\",\"interestedParty\":\"P\","
                       "\"interests\":[{\"type\":\"shareholding\",\"share\":{%s}}]}}]",
                       shares[i].share);
        run_text(&log, text);
        const bool refused = shares[i].wanted != NULL && shares[i].wanted[0] == 'E';
        (void)snprintf(wanted, sizeof wanted, refused ? "\"code\":\"%s\"" : "\"share\":\"%s\"",
                       shares[i].wanted != NULL ? shares[i].wanted : "");
        assert_int_equal(log.rejected, refused);
        if (shares[i].wanted == NULL)
            assert_null(strstr(at_text_string(&log.text), "\"share\""));
        else if (strstr(at_text_string(&log.text), wanted) == NULL)
            fail_msg("no %s in %s", wanted, at_text_string(&log.text));
        import_log_clear(&log);
    }
}

/* One element longer than the limit is skipped whole, and the next one is read. */
static void test_too_long(void **state) {
    (void)state;
    static const char head[] = "[\n{\"statementId\":\"", tail[] = "\"},\n17]";
    const size_t filler = (size_t)2 * AT_JSON_ITEM_MAX + 12345;
    char *text = malloc(sizeof head + filler + sizeof tail);
    assert_non_null(text);
    memcpy(text, head, sizeof head);
    memset(text + strlen(head), 'x', filler);
    memcpy(text + strlen(head) + filler, tail, sizeof tail);
    import_log log = {.quiet = false};
    run_text(&log, text);
    assert_int_equal(log.status, AT_OK);
    assert_int_equal(log.rejected, 2);
    assert_non_null(strstr(at_text_string(&log.text), "\"code\":\"E-JSON-SIZE\""));
    assert_non_null(strstr(at_text_string(&log.text), "\"code\":\"E-BODS-TYPE\",\"line\":3"));
    import_log_clear(&log);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_suite),
        cmocka_unit_test(test_suite_beside),
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
