/* Goal: a delimited file comes apart exactly as RFC 4180 says, every record with its own bytes.
 * Method: a table; a row is one story: bytes in, records out as text, the same through windows
 * of every small size. The public collections csv-spectrum and csv-test-data must come out as
 * their JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "importers/csv.h"
#include "importers/csv_line.h"
#include "engine/base/file.h"
#include "engine/base/json.h"

#define BYTES(text) text, sizeof(text) - 1

static const struct {
    const char *story, *bytes;
    size_t count;
    at_csv_style style;
    size_t columns;
    const char
        *told; /* [a|b] a record, !CODE a defect, @line:offset+bytes after each; then the end */
} rows[] = {
    {"commas, no line end at the end", BYTES("a,b\nc,"), {0}, 0, "[a|b]@1:0+3 [c|]@2:4+2 ."},
    {"CRLF is no part of a record", BYTES("a,b\r\nc,d\r\n"), {0}, 0, "[a|b]@1:0+3 [c|d]@2:5+3 ."},
    {"a CR cut off from its LF at the end", BYTES("a\r\nb\r"), {0}, 0, "[a]@1:0+1 [b]@2:3+1 ."},
    {"a CR inside a field is content", BYTES("a\rb,c\n"), {0}, 0, "[a\rb|c]@1:0+5 ."},
    {"nothing", BYTES(""), {0}, 0, "."},
    {"a byte order mark is not content",
     BYTES("\xEF\xBB\xBF"
           "a\n"),
     {0},
     0,
     "[a]@1:3+1 ."},
    {"blank lines are no records", BYTES("\n\na\n\r\nb\n\n"), {0}, 0, "[a]@3:2+1 [b]@5:6+1 ."},
    {"but in a file of one column they are",
     BYTES("a\n\nb\n"),
     {0},
     1,
     "[a]@1:0+1 []@2:2+0 [b]@3:3+1 ."},
    {"quotes hold delimiters, quotes and lines",
     BYTES("\"a,\"\"b\"\"\nc\",d\ne\n"),
     {0},
     0,
     "[a,\"b\"\nc|d]@1:0+13 [e]@3:14+1 ."},
    {"an empty quoted field", BYTES("\"\",\"\"\n"), {0}, 0, "[|]@1:0+5 ."},
    {"a quoted field at the very end", BYTES("a,\"b\""), {0}, 0, "[a|b]@1:0+5 ."},
    {"a quote in the middle spoils its record alone",
     BYTES("a\"b,c\nd,e\n"),
     {0},
     0,
     "!E-CSV-STRAY@1:0+5 [d|e]@2:6+3 ."},
    {"and so does one that closes early",
     BYTES("\"a\"b,c\nd,e\n"),
     {0},
     0,
     "!E-CSV-STRAY@1:0+6 [d|e]@2:7+3 ."},
    {"an open quote breaks the file",
     BYTES("a,b\nc,\"d\ne\n"),
     {0},
     0,
     "[a|b]@1:0+3 E-CSV-QUOTE line 2"},
    {"it is named where it opened, not where its row began",
     BYTES("\"a\nb\",\"c\nd\n"),
     {0},
     0,
     "E-CSV-QUOTE line 2"},
    {"unless quotes mean nothing",
     BYTES("a,\"b\nc\n"),
     {.no_quote = true},
     0,
     "[a|\"b]@1:0+4 [c]@2:5+1 ."},
    {"another quote and delimiter",
     BYTES("'a;''b';c\n"),
     {.delimiter = ';', .quote = '\''},
     0,
     "[a;'b|c]@1:0+9 ."},
    {"a NUL spoils its record", BYTES("a\0b,c\nd,e\n"), {0}, 0, "!E-CSV-NUL@1:0+5 [d|e]@2:6+3 ."},
    {"bytes that are not UTF-8 too",
     BYTES("\xC3\x28,c\nd,\xC3\xA9\n"),
     {0},
     0,
     "!E-CSV-UTF8@1:0+4 [d|\xC3\xA9]@2:5+4 ."},
    {"another number of fields too",
     BYTES("a,b\nc\nd,e,f\ng,h\n"),
     {0},
     2,
     "[a|b]@1:0+3 !E-CSV-FIELDS@2:4+1 !E-CSV-FIELDS@3:6+5 [g|h]@4:12+3 ."},
    {"lines above and below",
     BYTES("\"title\nto whom\na\nb\n\"sum\nend\n\n\n"),
     {.skip_lines = 2, .trailer_lines = 2},
     0,
     "[a]@3:15+1 [b]@4:17+1 ."},
    {"more lines to leave out than there are", BYTES("a\nb\n"), {.trailer_lines = 9}, 0, "."},
    {"more lines to skip than there are", BYTES("a\nb\n"), {.skip_lines = 9}, 0, "."},
    {"UTF-16, a letter whose byte looks like a comma",
     BYTES("\xFF\xFE"
           "a\0\x2C\x26,\0\"\0b\0,\0\"\0\r\0\n\0c\0\r\0\n\0"),
     {.encoding = AT_UTF_16LE},
     0,
     "[a\xE2\x98\xAC|b,]@1:2+14 [c]@2:20+2 ."},
    {"UTF-16 from the other end",
     BYTES("\0a\0,\x01\x0A\0\n\0c"),
     {.encoding = AT_UTF_16BE},
     0,
     "[a|\xC4\x8A]@1:0+6 [c]@2:8+2 ."},
    {"half a unit of UTF-16 at the end",
     BYTES("a\0\n\0b"),
     {.encoding = AT_UTF_16LE},
     0,
     "[a]@1:0+2 !E-ENCODING-BYTE@2:4+1 ."},
    {"windows-1251",
     BYTES("\xEF\xF0,a\nb,\x98\n"),
     {.encoding = AT_WINDOWS_1251},
     0,
     "[\xD0\xBF\xD1\x80|a]@1:0+4 !E-ENCODING-BYTE@2:5+3 ."},
    {"windows-1256",
     BYTES("\xDA\xE1\xED\n"),
     {.encoding = AT_WINDOWS_1256},
     0,
     "[\xD8\xB9\xD9\x84\xD9\x8A]@1:0+3 ."},
    {"a mark that contradicts what was declared",
     BYTES("\xFF\xFE"
           "a\0"),
     {0},
     0,
     "E-CSV-ENCODING"},
};

static void add(char *out, size_t room, const char *format, ...) AT_PRINTF(3, 4);
static void add(char *out, size_t room, const char *format, ...) {
    const size_t length = strlen(out);
    va_list arguments;
    va_start(arguments, format);
    const int bytes = vsnprintf(out + length, room - length, format, arguments);
    va_end(arguments);
    assert_true(bytes >= 0 && (size_t)bytes < room - length);
}

static void tell_record(char *out, size_t room, const at_csv_record *record) {
    if (record->defect != NULL)
        add(out, room, "!%s", record->defect->code);
    else
        for (size_t i = 0; i < record->field_count; i++) {
            add(out, room, "%s%s", i == 0 ? "[" : "|", record->fields[i].data);
            assert_int_equal(strlen(record->fields[i].data), record->fields[i].bytes);
        }
    add(out, room, "%s@%d:%d+%d ", record->defect != NULL ? "" : "]", (int)record->origin.line,
        (int)record->origin.offset, (int)record->origin.bytes);
}

static void tell(char *out, size_t room, const char *bytes, size_t count, const at_csv_style *style,
                 size_t columns) {
    AT_CLEANUP(at_csv_clear) at_csv csv = {0};
    AT_CLEANUP(at_input_close) at_input *in = NULL;
    at_error err = {0};
    at_csv_record record;
    bool ended = false;
    out[0] = '\0';
    assert_int_equal(at_input_open_memory(&in, bytes, count, "x", &err), AT_OK);
    at_status status = at_csv_init(&csv, in, style, &err);
    at_csv_expect(&csv, columns);
    while (status == AT_OK) {
        status = at_csv_next(&record, &ended, &csv, &err);
        if (status == AT_OK && ended) {
            add(out, room, ".");
            return;
        }
        if (status == AT_OK)
            tell_record(out, room, &record);
    }
    assert_int_equal(status, AT_BAD_INPUT);
    const char *line = strstr(err.place, "line ");
    add(out, room, "%s%s%.6s", err.code, line != NULL ? " " : "", line != NULL ? line : "");
}

static void test_stories(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        print_message("  %s\n", rows[i].story);
        for (size_t window = 0; window < 12; window++) {
            char told[512];
            at_csv_window(window);
            tell(told, sizeof told, rows[i].bytes, rows[i].count, &rows[i].style, rows[i].columns);
            assert_string_equal(told, rows[i].told);
        }
    }
    at_csv_window(0);
}

/* A field of ten megabytes, quoted or not, costs its record and no memory; the next is read. */
static void test_long_record(void **state) {
    (void)state;
    enum { LONG = 10 << 20 };
    char *bytes = malloc(LONG + 64);
    assert_non_null(bytes);
    for (int quoted = 0; quoted < 2; quoted++) {
        AT_CLEANUP(at_csv_clear) at_csv csv = {0};
        AT_CLEANUP(at_input_close) at_input *in = NULL;
        at_error err = {0};
        at_csv_record record;
        bool ended = false;
        size_t count = 0;
        memcpy(bytes, "a,b\n", 4);
        count = 4;
        bytes[count++] = quoted ? '"' : 'x';
        memset(bytes + count, quoted ? '\n' : 'x', LONG);
        count += LONG;
        memcpy(bytes + count, quoted ? "\",y\nc,d" : "x,y\nc,d", 7);
        count += 7;
        assert_int_equal(at_input_open_memory(&in, bytes, count, "x", &err), AT_OK);
        assert_int_equal(at_csv_init(&csv, in, &(at_csv_style){0}, &err), AT_OK);
        assert_int_equal(at_csv_next(&record, &ended, &csv, &err), AT_OK);
        assert_int_equal(at_csv_next(&record, &ended, &csv, &err), AT_OK);
        assert_non_null(record.defect);
        assert_string_equal(record.defect->code, "E-CSV-RECORD");
        assert_string_equal(record.defect->place, "line 2 of \"x\"");
        assert_int_equal(record.origin.offset, 4);
        assert_int_equal(record.origin.bytes, LONG + 4);
        assert_int_equal(at_csv_next(&record, &ended, &csv, &err), AT_OK);
        assert_null(record.defect);
        assert_string_equal(record.fields[1].data, "d");
        assert_int_equal(record.origin.line, quoted ? 3 + LONG : 3);
        assert_int_equal(record.origin.offset, count - 3);
        assert_true(csv.memory.used_bytes < (4 << 20));
        assert_int_equal(at_csv_next(&record, &ended, &csv, &err), AT_OK);
        assert_true(ended);
    }
    free(bytes);
}

/* The limit is on the record: at it all is well, a byte more is refused. */
static void test_limit(void **state) {
    (void)state;
    char *bytes = malloc(AT_CSV_RECORD_MAX + 2);
    assert_non_null(bytes);
    memset(bytes, 'x', AT_CSV_RECORD_MAX + 2);
    for (size_t over = 0; over < 2; over++) {
        AT_CLEANUP(at_csv_clear) at_csv csv = {0};
        AT_CLEANUP(at_input_close) at_input *in = NULL;
        at_error err = {0};
        at_csv_record record;
        bool ended = false;
        assert_int_equal(at_input_open_memory(&in, bytes, AT_CSV_RECORD_MAX + over, "x", &err),
                         AT_OK);
        assert_int_equal(at_csv_init(&csv, in, &(at_csv_style){0}, &err), AT_OK);
        assert_int_equal(at_csv_next(&record, &ended, &csv, &err), AT_OK);
        assert_int_equal(record.defect != NULL, over);
        if (over == 0)
            assert_int_equal(record.fields[0].bytes, AT_CSV_RECORD_MAX);
    }
    free(bytes);
}

static void test_many_fields(void **state) {
    (void)state;
    char bytes[AT_CSV_FIELDS_MAX + 1];
    memset(bytes, ',', sizeof bytes);
    for (size_t over = 0; over < 2; over++) {
        AT_CLEANUP(at_csv_clear) at_csv csv = {0};
        AT_CLEANUP(at_input_close) at_input *in = NULL;
        at_error err = {0};
        at_csv_record record;
        bool ended = false;
        assert_int_equal(at_input_open_memory(&in, bytes, AT_CSV_FIELDS_MAX - 1 + over, "x", &err),
                         AT_OK);
        assert_int_equal(at_csv_init(&csv, in, &(at_csv_style){0}, &err), AT_OK);
        assert_int_equal(at_csv_next(&record, &ended, &csv, &err), AT_OK);
        assert_int_equal(record.defect != NULL, over);
        assert_int_equal(record.field_count, over ? 0 : AT_CSV_FIELDS_MAX);
    }
}

/* --- Public collections
 * ------------------------------------------------------------------------ */

static bool read_shared(at_text *out, const char *path) {
    char whole[1024];
    at_error err = {0};
    const char *root = getenv("ASSETTRACE_ROOT");
    assert_non_null(root);
    (void)snprintf(whole, sizeof whole, "%s/../shared/data/%s", root, path);
    if (at_file_kind_of(whole) != AT_FILE_REGULAR) {
        print_message("  SKIPPED: %s is not here\n", path);
        return false;
    }
    assert_int_equal(at_file_read(out, whole, 1 << 20, &err), AT_OK);
    return true;
}

/* The collection's newlines_crlf.csv holds LF alone and its JSON CRLF: a CR before LF is not
 * compared. */
static bool same_lines(const char *cell, const char *expected) {
    for (; *cell != '\0' && *expected != '\0'; cell++, expected++) {
        cell += cell[0] == '\r' && cell[1] == '\n';
        expected += expected[0] == '\r' && expected[1] == '\n';
        if (*cell != *expected)
            return false;
    }
    return *cell == *expected;
}

/* One record against an array of texts, or an object whose keys are the header. */
static void compare_record(const at_csv_record *record, const at_json_value *expected) {
    size_t i = 0;
    assert_null(record->defect);
    assert_int_equal(record->field_count, at_json_count(expected));
    for (const at_json_value *cell = at_json_first(expected); cell != NULL;
         cell = at_json_next(cell))
        assert_true(same_lines(record->fields[i++].data, at_json_text(cell)));
}

static void compare_file(const char *collection, const char *csv_folder, const char *name) {
    AT_CLEANUP(at_text_clear) at_text bytes = {0}, json_bytes = {0};
    AT_CLEANUP(at_json_close) at_json *json = NULL;
    AT_CLEANUP(at_csv_clear) at_csv csv = {0};
    AT_CLEANUP(at_input_close) at_input *in = NULL;
    char path[256];
    at_error err = {0};
    at_csv_record record;
    bool ended = false;
    (void)snprintf(path, sizeof path, "%s/%s/%s.csv", collection, csv_folder, name);
    if (!read_shared(&bytes, path))
        return;
    (void)snprintf(path, sizeof path, "%s/json/%s.json", collection, name);
    if (!read_shared(&json_bytes, path))
        return;
    print_message("  %s\n", name);
    assert_int_equal(at_json_parse(&json, json_bytes.data, json_bytes.bytes, name, &err), AT_OK);
    assert_int_equal(at_input_open_memory(&in, bytes.data, bytes.bytes, name, &err), AT_OK);
    assert_int_equal(at_csv_init(&csv, in, &(at_csv_style){0}, &err), AT_OK);
    const at_json_value *expected = at_json_first(at_json_root(json));
    if (expected == NULL || at_json_type_of(expected) == AT_JSON_OBJECT) {
        assert_int_equal(at_csv_next(&record, &ended, &csv, &err), AT_OK);
        at_csv_expect(&csv, record.field_count);
    }
    for (; expected != NULL; expected = at_json_next(expected)) {
        assert_int_equal(at_csv_next(&record, &ended, &csv, &err), AT_OK);
        assert_false(ended);
        compare_record(&record, expected);
        at_csv_expect(&csv, record.field_count);
    }
    assert_int_equal(at_csv_next(&record, &ended, &csv, &err), AT_OK);
    assert_true(ended);
}

static void test_spectrum(void **state) {
    (void)state;
    static const char *const names[] = {"comma_in_quotes",
                                        "empty",
                                        "empty_crlf",
                                        "escaped_quotes",
                                        "json",
                                        "newlines",
                                        "newlines_crlf",
                                        "quotes_and_newlines",
                                        "simple",
                                        "simple_crlf",
                                        "utf8"};
    for (size_t i = 0; i < AT_COUNT(names); i++)
        compare_file("csv-spectrum", "csvs", names[i]);
}

/* all-empty is left out: two empty lines are two empty rows there, and blank lines here. */
static void test_test_data(void **state) {
    (void)state;
    static const char *const names[] = {"empty-field",
                                        "empty-one-column",
                                        "header-no-rows",
                                        "header-simple",
                                        "leading-space",
                                        "one-column",
                                        "quotes-empty",
                                        "quotes-with-comma",
                                        "quotes-with-escaped-quote",
                                        "quotes-with-newline",
                                        "quotes-with-space",
                                        "simple-crlf",
                                        "simple-lf",
                                        "trailing-newline",
                                        "trailing-newline-one-field",
                                        "trailing-space",
                                        "utf8"};
    for (size_t i = 0; i < AT_COUNT(names); i++)
        compare_file("testonly/csv-test-data", "csv", names[i]);
}

static void test_bad_data(void **state) {
    (void)state;
    static const struct {
        const char *name, *told;
    } bad[] = {
        {"bad-header-less-fields", "!E-CSV-FIELDS"},
        {"bad-header-more-fields", "!E-CSV-FIELDS"},
        {"bad-missing-quote", "E-CSV-QUOTE line 2"},
        {"bad-quotes-with-unescaped-quote", "!E-CSV-STRAY"},
        {"bad-unescaped-quote", "!E-CSV-STRAY"},
    };
    for (size_t i = 0; i < AT_COUNT(bad); i++) {
        AT_CLEANUP(at_text_clear) at_text bytes = {0};
        char path[256], told[512];
        (void)snprintf(path, sizeof path, "testonly/csv-test-data/csv/%s.csv", bad[i].name);
        if (!read_shared(&bytes, path))
            continue;
        tell(told, sizeof told, bytes.data, bytes.bytes, &(at_csv_style){0}, 3);
        print_message("  %s: %s\n", bad[i].name, told);
        assert_non_null(strstr(told, bad[i].told));
    }
}

/* Is the text, up to its first line feed, what a sweep may take? Then its fields, one by one. */
static bool split_slowly(at_csv_line *out, at_span *fields, const char *data, size_t bytes) {
    size_t end = 0, start = 0;
    *out = (at_csv_line){.ascii = true, .end_bytes = 1};
    for (; end < bytes && data[end] != '\n'; end++) {
        if (data[end] == '"' || data[end] == '\0')
            return false;
        out->ascii = out->ascii && (unsigned char)data[end] < 0x80;
    }
    if (end == bytes)
        return false;
    if (end > 0 && data[end - 1] == '\r') {
        out->end_bytes = 2;
        end--;
    }
    out->bytes = end;
    for (size_t i = 0; i <= end; i++)
        if (i == end || data[i] == ',') {
            if (out->field_count == AT_CSV_LINE_FIELDS)
                return false;
            fields[out->field_count++] = (at_span){data + start, i - start};
            start = i + 1;
        }
    return end > 0;
}

static void test_sweeps(void **state) {
    (void)state;
    static const char alphabet[] = {'a',  '7', ',',  ',',    'b', '\n',
                                    '\r', '"', '\0', '\xC3', 'x', 'y'};
    char data[400], text[AT_CSV_LINE_ROOM];
    at_span swept[AT_CSV_LINE_FIELDS], slow[AT_CSV_LINE_FIELDS];
    uint64_t seed = 3;
    size_t taken = 0, refused = 0;
    for (int round = 0; round < 20000; round++) {
        /* Most rounds leave out most of what is odd, or lines would never be long. */
        const size_t letters = round % 4 ? 5 : sizeof alphabet;
        const size_t line = (size_t)round * 7 % 300;
        for (size_t i = 0; i < sizeof data; i++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
            data[i] = alphabet[(seed >> 40) % letters];
            if (round % 3 == 0 && data[i] == ',' && i % 9)
                data[i] = 'c';
        }
        data[line] = '\n';
        at_csv_line found, wanted;
        const bool could = split_slowly(&wanted, slow, data, sizeof data);
        if (!at_csv_line_sweep(&found, swept, text, (at_span){data, sizeof data}, ',', '"')) {
            refused += could;
            continue;
        }
        taken++;
        assert_true(could);
        assert_int_equal(found.bytes, wanted.bytes);
        assert_int_equal(found.end_bytes, wanted.end_bytes);
        assert_int_equal(found.ascii, wanted.ascii);
        assert_int_equal(found.field_count, wanted.field_count);
        for (size_t i = 0; i < found.field_count; i++) {
            assert_int_equal(swept[i].bytes, slow[i].bytes);
            assert_memory_equal(swept[i].data, slow[i].data, slow[i].bytes);
            assert_int_equal(swept[i].data[swept[i].bytes], '\0');
        }
    }
    /* Refused are those whose last sixteen bytes are not all there, or all where nothing sweeps. */
    assert_true(taken == 0 || (taken > 8000 && refused == 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sweeps),      cmocka_unit_test(test_stories),
        cmocka_unit_test(test_long_record), cmocka_unit_test(test_limit),
        cmocka_unit_test(test_many_fields), cmocka_unit_test(test_spectrum),
        cmocka_unit_test(test_test_data),   cmocka_unit_test(test_bad_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
