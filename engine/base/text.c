#include "engine/base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/arena.h"

enum { TEXT_FIRST_BYTES = 64, NEAREST_BYTES_MAX = 64 };
static const size_t text_limit_default = (size_t)64 << 20;

void at_text_clear(at_text *text) {
    at_memory_resize(text->data, 0);
    *text = (at_text){.limit_bytes = text->limit_bytes};
}

void at_text_reset(at_text *text) {
    text->bytes = 0;
    if (text->data != NULL)
        text->data[0] = '\0';
}

const char *at_text_string(const at_text *text) {
    return text->data != NULL ? text->data : "";
}

/* Room for `count` more bytes and the NUL. */
static at_status make_room(at_text *text, size_t count, at_error *err) {
    const size_t limit = text->limit_bytes != 0 ? text->limit_bytes : text_limit_default;
    if (text->bytes > limit || count > limit - text->bytes)
        return at_fail(err, AT_LIMIT, "E-LIMIT", "a text grows past its limit of %zu bytes", limit);
    const size_t needed = text->bytes + count + 1;
    if (needed <= text->capacity)
        return AT_OK;
    size_t capacity = text->capacity == 0 ? (size_t)TEXT_FIRST_BYTES : text->capacity;
    while (capacity < needed)
        capacity = capacity > SIZE_MAX / 2 ? needed : capacity * 2;
    if (capacity - 1 > limit)
        capacity = limit + 1; /* so that room in memory is room below the limit */
    char *data = at_memory_resize(text->data, capacity);
    if (data == NULL)
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory for a text of %zu bytes", needed);
    text->data = data;
    text->capacity = capacity;
    return AT_OK;
}

at_status at_text_add(at_text *text, const char *string, at_error *err) {
    return at_text_add_bytes(text, string, strlen(string), err);
}

at_status at_text_add_bytes(at_text *text, const void *bytes, size_t count, at_error *err) {
    assert(bytes != NULL || count == 0);
    AT_TRY(make_room(text, count, err));
    if (count > 0)
        memcpy(text->data + text->bytes, bytes, count);
    text->bytes += count;
    text->data[text->bytes] = '\0';
    return AT_OK;
}

at_status at_text_add_char(at_text *text, char c, at_error *err) {
    return at_text_add_bytes(text, &c, 1, err);
}

at_status at_text_extend(char **out, at_text *text, size_t count, at_error *err) {
    AT_TRY(make_room(text, count, err));
    *out = text->data + text->bytes;
    text->bytes += count;
    text->data[text->bytes] = '\0';
    return AT_OK;
}

at_status at_text_print(at_text *text, at_error *err, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int needed = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (needed < 0)
        return at_fail(err, AT_BUG, "E-BUG", "the format \"%s\" cannot be printed", format);
    AT_TRY(make_room(text, (size_t)needed, err));
    va_start(arguments, format);
    (void)vsnprintf(text->data + text->bytes, (size_t)needed + 1, format, arguments);
    va_end(arguments);
    text->bytes += (size_t)needed;
    return AT_OK;
}

size_t at_int_write(char *out, int64_t number) {
    static const uint64_t powers[] = {
        0, /* zero has a digit too */
        UINT64_C(10),
        UINT64_C(100),
        UINT64_C(1000),
        UINT64_C(10000),
        UINT64_C(100000),
        UINT64_C(1000000),
        UINT64_C(10000000),
        UINT64_C(100000000),
        UINT64_C(1000000000),
        UINT64_C(10000000000),
        UINT64_C(100000000000),
        UINT64_C(1000000000000),
        UINT64_C(10000000000000),
        UINT64_C(100000000000000),
        UINT64_C(1000000000000000),
        UINT64_C(10000000000000000),
        UINT64_C(100000000000000000),
        UINT64_C(1000000000000000000),
        UINT64_C(10000000000000000000),
    };
    const bool negative = number < 0;
    /* Through uint64_t, because -INT64_MIN is no int64_t. */
    uint64_t left = negative ? UINT64_C(0) - (uint64_t)number : (uint64_t)number;
    out[0] = '-';
    /* 1233 / 4096 is a little more than log10(2): the guess is right or one too high. */
    const unsigned guess = (64 - (unsigned)__builtin_clzll(left | 1)) * 1233 >> 12;
    const size_t end = negative + guess + (left >= powers[guess]);
    size_t start = end;
    for (; left >= 100; left /= 100) {
        start -= 2;
        at_two_digits(out + start, (unsigned)(left % 100));
    }
    if (left >= 10)
        at_two_digits(out + start - 2, (unsigned)left);
    else
        out[start - 1] = (char)('0' + left);
    return end;
}

at_status at_text_add_int(at_text *text, int64_t number, at_error *err) {
    char digits[AT_INT_BYTES_MAX];
    return at_text_add_bytes(text, digits, at_int_write(digits, number), err);
}

int at_span_compare(at_span a, at_span b) {
    const size_t shorter = a.bytes < b.bytes ? a.bytes : b.bytes;
    const int order = shorter > 0 ? memcmp(a.data, b.data, shorter) : 0;
    if (order != 0)
        return order < 0 ? -1 : 1;
    return a.bytes == b.bytes ? 0 : a.bytes < b.bytes ? -1 : 1;
}

int at_text_compare(const char *a, const char *b) {
    if (a == NULL || b == NULL)
        return (a != NULL) - (b != NULL);
    const int order = strcmp(a, b); /* compares as unsigned char: bytewise */
    return (order > 0) - (order < 0);
}

bool at_text_equal(const char *a, const char *b) {
    return at_text_compare(a, b) == 0;
}

bool at_text_starts(const char *text, const char *prefix) {
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Length of the well-formed sequence at `s`, 0 if there is none (Unicode 15, table 3-7). */
static size_t sequence_length(const unsigned char *s, size_t bytes) {
    const unsigned char c = s[0];
    if (c < 0x80)
        return c != 0;
    size_t length = 0;
    unsigned char low = 0x80, high = 0xBF; /* of the second byte */
    if (c >= 0xC2 && c <= 0xDF) {
        length = 2;
    } else if (c >= 0xE0 && c <= 0xEF) {
        length = 3;
        low = c == 0xE0 ? 0xA0 : 0x80;  /* no overlong form */
        high = c == 0xED ? 0x9F : 0xBF; /* no surrogate */
    } else if (c >= 0xF0 && c <= 0xF4) {
        length = 4;
        low = c == 0xF0 ? 0x90 : 0x80;
        high = c == 0xF4 ? 0x8F : 0xBF; /* not past U+10FFFF */
    }
    if (length == 0 || bytes < length || s[1] < low || s[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    return length;
}

/* Bytes of the characters of two bytes at the front: letters and digits of most of our files. */
static size_t two_bytes_run(const char *data, size_t bytes) {
    const unsigned char *s = (const unsigned char *)data;
    size_t run = 0;
    while (bytes - run >= 2 && s[run] >= 0xC2 && s[run] <= 0xDF && (s[run + 1] & 0xC0) == 0x80)
        run += 2;
    return run;
}

bool at_utf8_valid(const char *data, size_t bytes, size_t *bad) {
    const uint64_t high = UINT64_C(0x8080808080808080), ones = UINT64_C(0x0101010101010101);
    for (size_t i = 0; i < bytes;) {
        uint64_t word = 0;
        if (bytes - i >= sizeof word) { /* eight of ASCII but NUL at a time, the common case */
            memcpy(&word, data + i, sizeof word);
            if (((word | (word - ones)) & high) == 0) {
                i += sizeof word;
                continue;
            }
        }
        if ((unsigned char)(data[i] - 1) < 0x7F) {
            i++;
            continue;
        }
        const size_t run = two_bytes_run(data + i, bytes - i);
        if (run > 0) {
            i += run;
            continue;
        }
        const size_t length = sequence_length((const unsigned char *)data + i, bytes - i);
        if (length == 0) {
            if (bad != NULL)
                *bad = i;
            return false;
        }
        i += length;
    }
    return true;
}

uint32_t at_utf8_next(const char *data, size_t bytes, size_t *offset) {
    assert(*offset < bytes);
    const unsigned char *s = (const unsigned char *)data + *offset;
    const size_t length = s[0] < 0x80 ? 1 : s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
    assert(length <= bytes - *offset);
    static const unsigned char lead_mask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t code_point = s[0] & lead_mask[length];
    for (size_t i = 1; i < length; i++)
        code_point = code_point << 6 | (s[i] & 0x3Fu);
    *offset += length;
    return code_point;
}

at_status at_utf8_add(at_text *text, uint32_t code_point, at_error *err) {
    assert(code_point <= 0x10FFFF && (code_point < 0xD800 || code_point > 0xDFFF));
    if (code_point < 0x80)
        return at_text_add_char(text, (char)code_point, err);
    const size_t length = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
    static const unsigned char lead_bits[] = {0, 0, 0xC0, 0xE0, 0xF0};
    char bytes[4];
    for (size_t i = length; i-- > 1; code_point >>= 6)
        bytes[i] = (char)(0x80 | (code_point & 0x3F));
    bytes[0] = (char)(lead_bits[length] | code_point);
    return at_text_add_bytes(text, bytes, length, err);
}

int at_digit_value(uint32_t code_point) {
    static const uint32_t zeros[] = {'0', 0x0660, 0x06F0}; /* ASCII, Arabic-Indic, Persian */
    for (size_t i = 0; i < AT_COUNT(zeros); i++)
        if (code_point >= zeros[i] && code_point - zeros[i] <= 9)
            return (int)(code_point - zeros[i]);
    return -1;
}

void at_hex_encode(char *out, const uint8_t *bytes, size_t count) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < count; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * count] = '\0';
}

static int hex_value(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool at_hex_decode(uint8_t *out, size_t count, const char *hex) {
    for (size_t i = 0; i < 2 * count; i++) /* a NUL is no digit, so a short text stops here */
        if (hex_value(hex[i]) < 0)
            return false;
    if (hex[2 * count] != '\0')
        return false;
    for (size_t i = 0; i < count; i++)
        out[i] = (uint8_t)(hex_value(hex[2 * i]) * 16 + hex_value(hex[2 * i + 1]));
    return true;
}

bool at_int_parse(int64_t *out, const char *text) {
    const bool negative = text[0] == '-';
    const uint64_t most = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
    uint64_t value = 0;
    const char *digit = text + negative;
    if (*digit == '\0')
        return false;
    for (; *digit != '\0'; digit++) {
        if (*digit < '0' || *digit > '9')
            return false;
        const uint64_t unit = (uint64_t)(*digit - '0');
        if (value > (most - unit) / 10)
            return false;
        value = value * 10 + unit;
    }
    if (negative && value != 0)
        *out = -(int64_t)(value - 1) - 1; /* reaches INT64_MIN without leaving int64_t */
    else
        *out = (int64_t)value;
    return true;
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* But for the case of ASCII. */
static bool is_same_letter(char a, char b) {
    const char small_a = a >= 'A' && a <= 'Z' ? (char)(a - 'A' + 'a') : a;
    const char small_b = b >= 'A' && b <= 'Z' ? (char)(b - 'A' + 'a') : b;
    return small_a == small_b;
}

/* Insertions, deletions, replacements and swapped neighbours (Damerau 1964, restricted form). */
static size_t edit_distance(const char *a, size_t a_bytes, const char *b, size_t b_bytes) {
    size_t row[3][NEAREST_BYTES_MAX + 1];
    size_t *before = row[0], *last = row[1], *now = row[2];
    for (size_t j = 0; j <= b_bytes; j++)
        last[j] = j;
    for (size_t i = 1; i <= a_bytes; i++) {
        now[0] = i;
        for (size_t j = 1; j <= b_bytes; j++) {
            const size_t replaced = last[j - 1] + !is_same_letter(a[i - 1], b[j - 1]);
            now[j] = least(replaced, least(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], before[j - 2] + 1);
        }
        size_t *free_row = before;
        before = last;
        last = now;
        now = free_row;
    }
    return last[b_bytes];
}

const char *at_text_nearest(const char *word, const char *const *words) {
    const size_t bytes = strlen(word);
    if (bytes > NEAREST_BYTES_MAX)
        return NULL;
    size_t best = bytes / 3 > 1 ? bytes / 3 + 1 : 2; /* the first distance that is too far */
    const char *nearest = NULL;
    for (; *words != NULL; words++) {
        const size_t other = strlen(*words);
        if (other > NEAREST_BYTES_MAX)
            continue;
        const size_t distance = edit_distance(word, bytes, *words, other);
        if (distance < best) {
            best = distance;
            nearest = *words;
        }
    }
    return nearest;
}
