/* Goal: whoever edits, cuts, swaps or replaces the custody log, or the store beside it, is found
 * out.
 * Method: one store with three revisions and a question logged; each row tampers with a copy of the
 * log in one way and names the code and the line that verify must give. Then what a killed writer
 * leaves in it. */
#include "tests/support/store.h"
#include "engine/base/file.h"
#include "engine/store/custody.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LINES_MAX = 32 };

typedef struct log_lines {
    char *line[LINES_MAX]; /* with their line feeds */
    size_t count;
} log_lines;

typedef void tamper(log_lines *log);

static void edit(log_lines *log) {
    char *actor = strstr(log->line[4], "tester");
    actor[0] = 'T';
}
static void swap(log_lines *log) {
    char *line = log->line[3];
    log->line[3] = log->line[4];
    log->line[4] = line;
}
static void cut_middle(log_lines *log) {
    for (size_t i = 3; i + 1 < log->count; i++)
        log->line[i] = log->line[i + 1];
    log->count--;
}
static void cut_first(log_lines *log) {
    for (size_t i = 0; i + 1 < log->count; i++)
        log->line[i] = log->line[i + 1];
    log->count--;
}
static void cut_last_revision(log_lines *log) {
    log->count = 7;
}
static void cut_all(log_lines *log) {
    log->count = 0;
}
static void repeat(log_lines *log) {
    for (size_t i = log->count; i > 3; i--)
        log->line[i] = log->line[i - 1];
    log->count++;
}
static void respace(log_lines *log) {
    memmove(log->line[2] + 2, log->line[2] + 1, strlen(log->line[2] + 1) + 1);
    log->line[2][1] = ' ';
}
static void junk(log_lines *log) {
    memcpy(log->line[2], "junk\n", 6);
}
static void half_line(log_lines *log) {
    log->line[log->count - 1][30] = '\0';
}
static void empty_line(log_lines *log) {
    memcpy(log->line[5], "\n", 2);
}

static const struct {
    const char *story;
    tamper *tamper;
    const char *code, *place;
} rows[] = {
    {"an edited entry", edit, "E-CUSTODY-CHAIN", "line 6 "}, /* what follows no longer fits */
    {"two entries swapped", swap, "E-CUSTODY-CHAIN", "line 4 "},
    {"an entry cut out", cut_middle, "E-CUSTODY-CHAIN", "line 4 "},
    {"the first entry cut off", cut_first, "E-CUSTODY-CHAIN", "line 1 "},
    {"the last revision cut off", cut_last_revision, "E-CUSTODY-STORE", ""},
    {"everything cut off", cut_all, "E-CUSTODY-STORE", ""},
    {"an entry twice", repeat, "E-CUSTODY-CHAIN", "line 5 "},
    {"an entry that is not canonical", respace, "E-CUSTODY-CHAIN", "line 3 "},
    {"a line that is no entry", junk, "E-CUSTODY-CHAIN", "line 3 "},
    {"half a line at the end", half_line, "E-CUSTODY-CHAIN", "line "},
    {"an empty line", empty_line, "E-CUSTODY-CHAIN", "line 6 "},
};

static void fill(test_store *test) {
    int64_t revision = 0;
    test_store_make(test);
    for (int i = 0; i < 2; i++) {
        test_source source = test_source_begin(test, "a", (char)('a' + i), 2);
        const at_fact fact = test_transfer(NULL, "X", "Y", i, 5);
        test_put(&source, &fact, 1);
        test_publish(&source);
    }
    const at_custody_entry question = {
        .action = "ask", .object = "assets_of", .detail = "of=P1", .result = "3 rows"};
    assert_int_equal(at_custody_append(test->store, &question, NULL), AT_OK);
    assert_int_equal(at_source_withdraw(&revision, test->store, 1, "mistake", NULL), AT_OK);
}

static void read_log(at_text *out, const test_store *test) {
    char path[160];
    at_text_reset(out);
    snprintf(path, sizeof path, "%s/custody/log.jsonl", test->path);
    assert_int_equal(at_file_read(out, path, 1 << 20, NULL), AT_OK);
}

static void write_log(const test_store *test, const void *data, size_t bytes) {
    char path[160];
    snprintf(path, sizeof path, "%s/custody/log.jsonl", test->path);
    assert_int_equal(at_file_write(path, data, bytes, 0600, NULL), AT_OK);
}

static void test_whole_log(void **state) {
    test_store test;
    at_error err = {.status = AT_OK};
    const at_custody_entry *entries = NULL;
    size_t count = 0;
    int64_t seq = 0, verified = 0;
    char head[65];
    static const char *const actions[] = {
        "init",      "import", "publish-intent", "published", "import", "publish-intent",
        "published", "ask",    "publish-intent", "published"};
    (void)state;
    fill(&test);
    assert_int_equal(at_custody_verify(&verified, test.store, &err), AT_OK);
    assert_int_equal(verified, AT_COUNT(actions));
    assert_int_equal(at_custody_list(&entries, &count, test.store, 1, 0, &test.arena, &err), AT_OK);
    assert_int_equal(count, AT_COUNT(actions));
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(entries[i].action, actions[i]);
        assert_string_equal(entries[i].actor, "tester");
        assert_string_equal(entries[i].time, "2023-11-14T22:13:20Z");
        assert_int_equal(entries[i].seq, i + 1);
        if (i)
            assert_string_equal(entries[i].prev, entries[i - 1].hash);
    }
    assert_int_equal(entries[9].revision, 3);
    assert_string_equal(entries[8].detail, "withdrawal of source 1 \"a\": mistake");
    assert_int_equal(at_custody_head(head, &seq, test.store, &err), AT_OK);
    assert_string_equal(head, entries[9].hash);
    assert_int_equal(seq, 10);
    assert_int_equal(at_custody_list(&entries, &count, test.store, 8, 2, &test.arena, &err), AT_OK);
    assert_int_equal(count, 2);
    assert_string_equal(entries[0].object, "assets_of");
    char *big = NULL;
    assert_int_equal(AT_NEW(&big, &test.arena, AT_CUSTODY_LINE_BYTES, NULL), AT_OK);
    memset(big, 'x', AT_CUSTODY_LINE_BYTES - 1);
    const at_custody_entry huge = {.action = "ask", .detail = big};
    assert_int_equal(at_custody_append(test.store, &huge, &err), AT_LIMIT);
    assert_int_equal(at_custody_verify(&verified, test.store, &err), AT_OK);
    test_store_drop(&test);
}

static void test_tampering(void **state) {
    test_store test;
    AT_CLEANUP(at_text_clear) at_text good = {.data = NULL};
    (void)state;
    fill(&test);
    read_log(&good, &test);
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        at_error err = {.status = AT_OK};
        log_lines log = {.count = 0};
        AT_CLEANUP(at_text_clear) at_text bad = {.data = NULL};
        print_message("  %s\n", rows[i].story);
        for (const char *at = good.data; *at; at = strchr(at, '\n') + 1) {
            const size_t bytes = (size_t)(strchr(at, '\n') - at) + 1;
            char *line = NULL;
            assert_int_equal(AT_NEW(&line, &test.arena, bytes + 8, NULL), AT_OK);
            memcpy(line, at, bytes);
            log.line[log.count++] = line;
        }
        rows[i].tamper(&log);
        for (size_t k = 0; k < log.count; k++)
            assert_int_equal(at_text_add(&bad, log.line[k], NULL), AT_OK);
        write_log(&test, bad.data ? bad.data : "", bad.bytes);
        assert_int_equal(at_custody_verify(NULL, test.store, &err), AT_TAMPERED);
        print_message("    %s (%s)\n", err.message, err.place);
        assert_string_equal(err.code, rows[i].code);
        assert_memory_equal(err.place, rows[i].place, strlen(rows[i].place));
        const at_store_finding *findings = NULL;
        size_t count = 0;
        assert_int_equal(at_store_check(&findings, &count, test.store, false, &test.arena, &err),
                         AT_TAMPERED);
    }
    write_log(&test, good.data, good.bytes);
    assert_int_equal(at_custody_verify(NULL, test.store, NULL), AT_OK);
    test_store_drop(&test);
}

/* The log of one store beside the database of another, whole in itself. */
static void test_replaced(void **state) {
    test_store one, two;
    at_error err = {.status = AT_OK};
    AT_CLEANUP(at_text_clear) at_text log = {.data = NULL};
    (void)state;
    fill(&one);
    test_store_make(&two);
    test_source source = test_source_begin(&two, "a", 'q', 2);
    test_publish(&source);
    read_log(&log, &two);
    write_log(&one, log.data, log.bytes);
    assert_int_equal(at_custody_verify(NULL, one.store, &err), AT_TAMPERED);
    assert_string_equal(err.code, "E-CUSTODY-STORE");
    read_log(&log, &one);
    test_store_drop(&one);
    test_store_drop(&two);
}

/* What the next start makes of a log that ends in the middle of something. */
static void test_settling(void **state) {
    test_store test;
    at_error err = {.status = AT_OK};
    AT_CLEANUP(at_text_clear) at_text log = {.data = NULL};
    const at_custody_entry *entries = NULL;
    size_t count = 0;
    (void)state;
    fill(&test);
    assert_null(at_store_recovered(test.store));

    /* Announced and committed, but not confirmed: the last line is missing. */
    read_log(&log, &test);
    size_t end = log.bytes - 1;
    while (log.data[end - 1] != '\n')
        end--;
    write_log(&test, log.data, end);
    assert_int_equal(at_custody_verify(NULL, test.store, &err), AT_OK);
    test_store_reopen(&test);
    assert_non_null(strstr(at_store_recovered(test.store), "revision 3 was published"));
    assert_int_equal(at_custody_list(&entries, &count, test.store, 10, 0, &test.arena, &err),
                     AT_OK);
    assert_int_equal(count, 1);
    assert_string_equal(entries[0].action, "published");
    assert_string_equal(entries[0].result, "settled at the next start");

    /* Announced, but not committed. */
    const at_custody_entry intent = {
        .action = "publish-intent", .detail = "import of \"x\"", .revision = 4};
    assert_int_equal(at_custody_append(test.store, &intent, &err), AT_OK);
    test_store_reopen(&test);
    assert_non_null(strstr(at_store_recovered(test.store), "import of \"x\" was interrupted and"));
    assert_int_equal(at_custody_verify(NULL, test.store, &err), AT_OK);

    /* Begun, with a question after it, and half a line at the end. */
    const at_custody_entry begun = {.action = "import", .detail = "import of \"y\""};
    assert_int_equal(at_custody_append(test.store, &begun, &err), AT_OK);
    char detail[8000];
    memset(detail, 'x', sizeof detail);
    detail[sizeof detail - 1] = '\0';
    const at_custody_entry question = {.action = "ask", .detail = detail};
    for (int i = 0; i < 80; i++) /* further back than one step of the search */
        assert_int_equal(at_custody_append(test.store, &question, &err), AT_OK);
    read_log(&log, &test);
    assert_int_equal(at_text_add(&log, "{\"action\":\"as", &err), AT_OK);
    write_log(&test, log.data, log.bytes);
    test_store_reopen(&test);
    assert_non_null(strstr(at_store_recovered(test.store), "import of \"y\" was interrupted and"));
    assert_int_equal(at_custody_verify(NULL, test.store, &err), AT_OK);
    test_store_reopen(&test);
    assert_null(at_store_recovered(test.store));
    read_log(&log, &test);
    assert_non_null(strstr(log.data, "half a line of 13 bytes was cut off"));
    test_store_drop(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_log),
        cmocka_unit_test(test_tampering),
        cmocka_unit_test(test_replaced),
        cmocka_unit_test(test_settling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
