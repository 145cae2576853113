/* importers/guess_text.c: what a cell looks like. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "importers/guess_part.h"
#include "engine/names/fold.h"

static bool is_mark(uint32_t c) {
    return c == 0x200E || c == 0x200F || c == 0x061C || c == 0xFEFF ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

static bool is_blank(uint32_t c) {
    return c == ' ' || c == '\t' || c == 0x00A0 || c == 0x202F || c == 0x2009;
}

/* "fromId" is two words. */
static at_status split_words(at_text *out, const char *text, at_error *err) {
    for (const char *c = text; *c != '\0'; c++) {
        const bool upper = *c >= 'A' && *c <= 'Z';
        if (upper && c > text && c[-1] >= 'a' && c[-1] <= 'z')
            AT_TRY(at_text_add_char(out, ' ', err));
        AT_TRY(at_text_add_char(out, *c, err));
    }
    return AT_OK;
}

at_status at_guess_key(const char **out, const char *text, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text split = {0}, key = {0};
    AT_TRY(split_words(&split, text, err));
    AT_TRY(at_fold_key(&key, at_text_string(&split), err));
    return at_arena_copy(out, arena, at_text_string(&key), key.bytes, err);
}

bool at_guess_has_word(const char *key, const char *word) {
    const size_t bytes = strlen(word);
    for (const char *at = strstr(key, word); at != NULL; at = strstr(at + 1, word))
        if ((at == key || at[-1] == ' ') && (at[bytes] == '\0' || at[bytes] == ' '))
            return true;
    return false;
}

bool at_guess_plain(char *out, size_t bytes, const char *text) {
    const size_t length = strlen(text);
    size_t count = 0;
    for (size_t i = 0; i < length;) {
        const size_t from = i;
        const uint32_t c = at_utf8_next(text, length, &i);
        const int digit = at_digit_value(c);
        if (is_mark(c) || (is_blank(c) && count == 0))
            continue;
        if (count + (i - from) >= bytes)
            return false;
        if (digit >= 0) {
            out[count++] = (char)('0' + digit);
        } else if (is_blank(c)) {
            out[count++] = ' ';
        } else {
            memcpy(out + count, text + from, i - from);
            count += i - from;
        }
    }
    while (count > 0 && out[count - 1] == ' ')
        count--;
    out[count] = '\0';
    return true;
}

bool at_guess_is_number(const char *text) {
    static const uint32_t others[] = {0x066B, 0x066C, 0x2019};
    enum { NUMBER_BYTES_MAX = 48 };
    char plain[NUMBER_BYTES_MAX];
    if (!at_guess_plain(plain, sizeof plain, text) || plain[0] == '\0')
        return false;
    size_t digits = 0;
    const size_t bytes = strlen(plain);
    for (size_t i = 0; i < bytes;) {
        const size_t at = i;
        const uint32_t c = at_utf8_next(plain, bytes, &i);
        bool known = c < 0x80 && strchr("., '", (int)c) != NULL;
        if (c == '+' || c == '-' || c == 0x2212)
            known = at == 0 || i == bytes;
        for (size_t k = 0; k < AT_COUNT(others); k++)
            known = known || c == others[k];
        if (c >= '0' && c <= '9')
            digits++;
        else if (!known)
            return false;
    }
    return digits > 0;
}

bool at_guess_is_account(const char *text) {
    enum { ACCOUNT_BYTES_MAX = 64, LEAST_ALL = 10, LEAST_SOME = 6 };
    char plain[ACCOUNT_BYTES_MAX];
    if (!at_guess_plain(plain, sizeof plain, text))
        return false;
    size_t digits = 0, letters = 0;
    for (const char *c = plain; *c != '\0'; c++) {
        if (*c >= '0' && *c <= '9')
            digits++;
        else if ((*c >= 'A' && *c <= 'Z') || *c == '*' || *c == 'X')
            letters++;
        else if (*c != '-' && *c != ' ' && *c != '/' && *c != '.')
            return false;
    }
    return letters == 0 ? digits >= LEAST_ALL : digits >= LEAST_SOME && letters <= digits;
}

at_status at_guess_say(at_guesser *g, const char *field, const char *value, int sure, at_error *err,
                       const char *why, ...) {
    enum { WHY_BYTES = 400 };
    char text[WHY_BYTES];
    va_list args;
    va_start(args, why);
    const int length = vsnprintf(text, sizeof text, why, args);
    va_end(args);
    size_t bytes = strlen(text), bad = 0;
    if (length >= WHY_BYTES && !at_utf8_valid(text, bytes, &bad))
        bytes = bad; /* cut inside a character */
    at_guess *out = g->out;
    AT_TRY(AT_GROW(&out->points, &out->point_capacity, out->point_count, g->arena, err));
    at_guess_point *point = &out->points[out->point_count];
    *point = (at_guess_point){.field = field, .sure = sure};
    AT_TRY(at_arena_text(&point->value, g->arena, value, err));
    AT_TRY(at_arena_copy(&point->why, g->arena, text, bytes, err));
    out->point_count++;
    return AT_OK;
}
