#include "tests/support/lines.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void test_line(test_lines *lines, const char *format, ...) {
    va_list arguments;
    assert(lines->count < LINES_MAX);
    va_start(arguments, format);
    vsnprintf(lines->text[lines->count++], LINE_BYTES, format, arguments);
    va_end(arguments);
}

static int compare_lines(const void *a, const void *b) {
    return strcmp(a, b);
}

void test_lines_sort(test_lines *lines) {
    qsort(lines->text, lines->count, LINE_BYTES, compare_lines);
}

bool test_lines_equal(const test_lines *a, const test_lines *b) {
    bool equal = true;
    for (size_t i = 0, j = 0; i < a->count || j < b->count;) {
        const int order = i == a->count ? 1 : j == b->count ? -1 : strcmp(a->text[i], b->text[j]);
        if (order != 0)
            printf("  %c %s\n", order < 0 ? '<' : '>', order < 0 ? a->text[i] : b->text[j]);
        equal = equal && order == 0;
        i += order <= 0;
        j += order >= 0;
    }
    return equal;
}
