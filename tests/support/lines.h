/**
 * lines.h - answers as text lines, to compare two ways of getting them.
 *
 * Errors: asserts past LINES_MAX.
 */
#ifndef ASSETTRACE_TESTS_LINES_H
#define ASSETTRACE_TESTS_LINES_H

#include <stdbool.h>
#include <stddef.h>

enum { LINES_MAX = 2000, LINE_BYTES = 200 };

typedef struct test_lines {
    char text[LINES_MAX][LINE_BYTES];
    size_t count;
} test_lines;

/** One more line, cut at LINE_BYTES. */
void test_line(test_lines *lines, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** Sort bytewise. */
void test_lines_sort(test_lines *lines);
/** Whether both hold the same; what differs is printed, `<` for lines of `a` alone. */
bool test_lines_equal(const test_lines *a, const test_lines *b);

#endif
