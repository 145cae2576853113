/* Goal: lines and peeks give exactly the bytes asked for, and say where they lay.
 * Method: a table of contents read line by line, from memory and from a file alike. */
#include "engine/base/input.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/file.h"

static char root[64], path[128];

static void write_file(const void *data, size_t bytes) {
    assert_int_equal(at_file_write(path, data, bytes, 0600, NULL), AT_OK);
}

static const struct {
    const char *story, *content;
    size_t bytes;
    size_t limit;
    at_status status; /* after the lines */
    int count;
    struct {
        const char *text;
        size_t bytes, whole;
    } lines[4];
} line_rows[] = {
    {"nothing has no line", "", 0, 9, AT_OK, 0, {{0}}},
    {"one empty line", "\n", 1, 9, AT_OK, 1, {{"", 0, 1}}},
    {"LF and CRLF", "a\nbc\r\nd\n", 8, 9, AT_OK, 3, {{"a", 1, 2}, {"bc", 2, 4}, {"d", 1, 2}}},
    {"no line end at the end", "a\nbc", 4, 9, AT_OK, 2, {{"a", 1, 2}, {"bc", 2, 2}}},
    {"empty lines count", "\n\r\n\n", 4, 9, AT_OK, 3, {{"", 0, 1}, {"", 0, 2}, {"", 0, 1}}},
    {"a lone CR is content", "a\rb\n\r", 5, 9, AT_OK, 2, {{"a\rb", 3, 4}, {"\r", 1, 1}}},
    {"two CR: one belongs to the end", "a\r\r\n", 4, 9, AT_OK, 1, {{"a\r", 2, 4}}},
    {"NUL is content", "a\0b\n\0", 5, 9, AT_OK, 2, {{"a\0b", 3, 4}, {"\0", 1, 1}}},
    {"exactly the limit",
     "abc\nabc\r\nabc",
     12,
     3,
     AT_OK,
     3,
     {{"abc", 3, 4}, {"abc", 3, 5}, {"abc", 3, 3}}},
    {"one over the limit", "abc\nabcd\n", 9, 3, AT_LIMIT, 1, {{"abc", 3, 4}}},
    {"over the limit without end", "abc\nabcd", 8, 3, AT_LIMIT, 1, {{"abc", 3, 4}}},
    {"a last CR counts", "abc\nabc\r", 8, 3, AT_LIMIT, 1, {{"abc", 3, 4}}},
    {"limit 0 takes empty lines", "\n\r\nx", 4, 0, AT_LIMIT, 2, {{"", 0, 1}, {"", 0, 2}}},
};

static void check_lines(size_t row, at_input *input) {
    at_span line;
    bool ended = false;
    uint64_t offset = 77, expected = 0;
    size_t bytes = 77;
    at_error err = {0};
    for (int i = 0; i < line_rows[row].count; i++) {
        assert_int_equal(
            at_input_line(&line, &ended, &offset, &bytes, input, line_rows[row].limit, &err),
            AT_OK);
        assert_false(ended);
        assert_int_equal(line.bytes, line_rows[row].lines[i].bytes);
        assert_memory_equal(line.data, line_rows[row].lines[i].text, line.bytes);
        assert_int_equal(bytes, line_rows[row].lines[i].whole);
        assert_int_equal(offset, expected);
        expected += bytes;
    }
    for (int again = 0; again < 2; again++) { /* the end and the refusal both stay */
        assert_int_equal(
            at_input_line(&line, &ended, NULL, NULL, input, line_rows[row].limit, &err),
            line_rows[row].status);
        assert_int_equal(ended, line_rows[row].status == AT_OK);
        assert_int_equal(at_input_offset(input), expected);
    }
}

static void test_lines(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(line_rows); i++) {
        at_input *input = NULL;
        print_message("  %s\n", line_rows[i].story);
        assert_int_equal(
            at_input_open_memory(&input, line_rows[i].content, line_rows[i].bytes, "memory", NULL),
            AT_OK);
        assert_false(at_input_compressed(input));
        assert_string_equal(at_input_name(input), "memory");
        check_lines(i, input);
        at_input_close(&input);
        assert_null(input);
        at_input_close(&input);
        write_file(line_rows[i].content, line_rows[i].bytes);
        assert_int_equal(at_input_open(&input, path, "file", 0, NULL), AT_OK);
        assert_false(at_input_compressed(input));
        check_lines(i, input);
        at_input_close(&input);
    }
}

static void test_peek_does_not_move(void **state) {
    (void)state;
    AT_CLEANUP(at_input_close) at_input *input = NULL;
    at_span span;
    at_error err = {0};
    assert_int_equal(at_input_open_memory(&input, "abcdef", 6, "memory", NULL), AT_OK);
    assert_int_equal(at_input_peek(&span, input, 4, &err), AT_OK);
    assert_int_equal(span.bytes, 4);
    assert_int_equal(at_input_offset(input), 0);
    at_input_take(input, 3);
    at_input_take(input, 1);
    assert_int_equal(at_input_peek(&span, input, 4, &err), AT_OK);
    assert_int_equal(span.bytes, 2);
    assert_memory_equal(span.data, "ef", 2);
    assert_int_equal(at_input_peek(&span, input, 0, &err), AT_OK);
    assert_int_equal(span.bytes, 0);
    assert_int_equal(at_input_peek(&span, input, AT_INPUT_WINDOW_MAX + 1, &err), AT_LIMIT);
    assert_int_equal(at_input_offset(input), 4);
}

static void test_a_line_past_every_window(void **state) {
    (void)state;
    enum { BLOCK_BYTES = 1 << 20 };
    AT_CLEANUP(at_text_clear) at_text text = {0};
    AT_CLEANUP(at_input_close) at_input *input = NULL;
    at_span line;
    bool ended = false;
    at_error err = {0};
    assert_int_equal(at_text_add(&text, "short\n", NULL), AT_OK);
    for (size_t i = 0; i < AT_INPUT_WINDOW_MAX / BLOCK_BYTES + 1; i++) {
        for (size_t j = 0; j < BLOCK_BYTES / 16; j++)
            assert_int_equal(at_text_add_bytes(&text, "0123456789abcdef", 16, NULL), AT_OK);
    }
    write_file(text.data, text.bytes);
    assert_int_equal(at_input_open(&input, path, "file", 0, NULL), AT_OK);
    assert_int_equal(at_input_line(&line, &ended, NULL, NULL, input, SIZE_MAX, &err), AT_OK);
    assert_int_equal(at_input_line(&line, &ended, NULL, NULL, input, SIZE_MAX, &err), AT_LIMIT);
    assert_non_null(strstr(err.message, "byte 6 of \"file\""));
    assert_int_equal(at_input_offset(input), 6); /* still there for who wants to go past it */
    assert_int_equal(at_input_peek(&line, input, 4, &err), AT_OK);
    assert_memory_equal(line.data, "0123", 4);
}

static int set_up(void **state) {
    (void)state;
    (void)snprintf(root, sizeof root, "/tmp/assettrace-test-XXXXXX");
    if (mkdtemp(root) == NULL)
        return 1;
    (void)snprintf(path, sizeof path, "%s/file", root);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    return at_folder_remove(root, NULL) != AT_OK;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_peek_does_not_move),
        cmocka_unit_test(test_a_line_past_every_window),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
