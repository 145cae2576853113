/**
 * text.h - a growing byte string, and the few text helpers everybody needs.
 *
 * `AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = N};` starts empty; limit 0 means
 * 64 MiB. `data` is NUL-terminated once anything was appended ("" is at_text_string of an empty
 * one).
 *
 * Errors: AT_NO_MEMORY, AT_LIMIT past limit_bytes (nothing is appended then).
 */
#ifndef ASSETTRACE_BASE_TEXT_H
#define ASSETTRACE_BASE_TEXT_H

#include <stdbool.h>

#include "engine/base/error.h"

/* Borrowed bytes; not NUL-terminated. */
typedef struct at_span {
    const char *data;
    size_t bytes;
} at_span;

typedef struct at_text {
    char *data;
    size_t bytes;
    size_t capacity;
    size_t limit_bytes;
} at_text;

void at_text_clear(at_text *text);
void at_text_reset(at_text *text); /* empty it, keep the memory */
const char *at_text_string(const at_text *text);
AT_CHECKED at_status at_text_add(at_text *text, const char *string, at_error *err);
AT_CHECKED at_status at_text_add_bytes(at_text *text, const void *bytes, size_t count,
                                       at_error *err);
AT_CHECKED at_status at_text_add_char(at_text *text, char c, at_error *err);
/** Bytes that fit behind the end without asking for memory and within the limit; who writes them
 * there itself adds them to `bytes` and writes the NUL. */
static inline size_t at_text_room(const at_text *text) {
    return text->capacity > 0 ? text->capacity - text->bytes - 1 : 0;
}
/** Make the text `count` bytes longer; the caller fills them at *out. */
AT_CHECKED at_status at_text_extend(char **out, at_text *text, size_t count, at_error *err);
AT_CHECKED at_status at_text_print(at_text *text, at_error *err, const char *format, ...)
    AT_PRINTF(3, 4);
AT_CHECKED at_status at_text_add_int(at_text *text, int64_t number,
                                     at_error *err); /* no printf: hot path */

enum { AT_INT_BYTES_MAX = 20 };
/** Decimal digits without a NUL; `out` has room for AT_INT_BYTES_MAX. How many there are. */
size_t at_int_write(char *out, int64_t number);
/** "07" of 7; `number` < 100. */
static inline void at_two_digits(char *out, unsigned number) {
    out[0] = (char)('0' + number / 10);
    out[1] = (char)('0' + number % 10);
}

/** Bytewise order as the specification wants it: memcmp over the shorter, then length. NULL sorts
 * first. */
int at_text_compare(const char *a, const char *b);
int at_span_compare(at_span a, at_span b);
bool at_text_equal(const char *a, const char *b); /* NULL equals only NULL */
bool at_text_starts(const char *text, const char *prefix);

/** Is this well-formed UTF-8 (no surrogates, no overlong forms, no NUL)? `bad` = offset of the
 * first bad byte. */
bool at_utf8_valid(const char *data, size_t bytes, size_t *bad);
/** Decode one code point at data[*offset], advancing; the input must be valid. */
uint32_t at_utf8_next(const char *data, size_t bytes, size_t *offset);
AT_CHECKED at_status at_utf8_add(at_text *text, uint32_t code_point, at_error *err);
/** Value 0-9 of an ASCII, Arabic-Indic or Persian digit, else -1. */
int at_digit_value(uint32_t code_point);

/** Lower-case hex. `out` has room for 2 * count + 1. */
void at_hex_encode(char *out, const uint8_t *bytes, size_t count);
/** Exactly 2 * count lower-case hex digits, else false. */
bool at_hex_decode(uint8_t *out, size_t count, const char *hex);

/** Whole text as a decimal int64 (optional '-', ASCII digits, no leading '+'); false if it is none.
 */
bool at_int_parse(int64_t *out, const char *text);

/** The nearest of `words` (NULL-terminated) to `word` by edit distance, or NULL when none is close
 * ("did you mean"). */
const char *at_text_nearest(const char *word, const char *const *words);

#endif
