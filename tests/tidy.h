/**
 * tidy.h - what the two halves of tests/tidy.c share: a file as read, and how to complain.
 *
 * Ownership: tidy_source owns both texts; tidy_source_clear releases them.
 */
#ifndef ASSETTRACE_TESTS_TIDY_H
#define ASSETTRACE_TESTS_TIDY_H

#include <stdbool.h>
#include <stddef.h>

typedef struct tidy_source {
    const char *root; /* the project */
    const char *path; /* under root: "engine/base/text.c" */
    char *raw;        /* as read, NUL-terminated */
    char *code;       /* same length: comments are blanks, characters of literals are '"' */
    size_t bytes;
} tidy_source;

/** Print `file:line: rule: text` and count it; line 0 means the whole file. */
void tidy_report(const char *path, size_t line, const char *rule, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/** The content of root/path, NUL-terminated and to be freed; NULL when it cannot be read. */
char *tidy_read(size_t *bytes_out, const char *root, const char *path);

/** Whether error code `code` is a line of engine/base/codes.def. */
bool tidy_code_known(const char *code);

bool tidy_starts_with(const char *text, const char *prefix);
bool tidy_ends_with(const char *text, const char *suffix);

/** Whether `code` holds an identifier character: letter, digit or '_'. */
bool tidy_is_word(char character);

/** Whether `text` holds `word` as a whole word. */
bool tidy_has_word(const char *text, const char *word);

/** Every rule about one .c or .h file (tests/tidy_source.c). */
void tidy_check_source(const tidy_source *source);

#endif
