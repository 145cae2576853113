#include "engine/model/share.h"

#include <assert.h>
#include <string.h>

#include "engine/base/text.h"

__extension__ typedef __int128 wide;

enum { DECIMALS_MAX = 18 };

static wide common_divisor(wide a, wide b) {
    while (b != 0) {
        const wide rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* The next code point of a text known to be UTF-8; 0 at its end. */
static uint32_t next(const char *text, size_t bytes, size_t *offset) {
    return *offset < bytes ? at_utf8_next(text, bytes, offset) : 0;
}

/* Digits onto *value; the code point after them is left in *c. False past 18 digits of value. */
static bool read_digits(wide *value, int *count, const char *text, size_t bytes, size_t *offset,
                        uint32_t *c) {
    while (at_digit_value(*c) >= 0) {
        *value = *value * 10 + at_digit_value(*c);
        if (*value >= INT64_MAX)
            return false;
        ++*count;
        *c = next(text, bytes, offset);
    }
    return true;
}

/* "n", "n/d", "n.m", each but the second with '%' behind; false when it is none of them. */
static bool read_ratio(wide *num, wide *den, const char *text, size_t bytes) {
    size_t offset = 0;
    uint32_t c = next(text, bytes, &offset);
    int count = 0, decimals = 0;
    *num = 0;
    *den = 1;
    if (!read_digits(num, &count, text, bytes, &offset, &c) || count == 0)
        return false;
    if (c == '/') {
        c = next(text, bytes, &offset);
        *den = 0;
        count = 0;
        return read_digits(den, &count, text, bytes, &offset, &c) && *den > 0 && c == 0;
    }
    if (c == '.' || c == 0x066B) {
        c = next(text, bytes, &offset);
        if (!read_digits(num, &decimals, text, bytes, &offset, &c) || decimals == 0 ||
            decimals > DECIMALS_MAX)
            return false;
        for (int i = 0; i < decimals; i++)
            *den *= 10;
    }
    while (c == ' ' || c == 0x00A0)
        c = next(text, bytes, &offset);
    if (c == '%' || c == 0x066A) {
        *den *= 100;
        c = next(text, bytes, &offset);
    }
    return c == 0 && offset == bytes;
}

at_status at_ratio_parse(at_ratio *out, const char *text, at_error *err) {
    assert(out != NULL && text != NULL);
    at_span span = {text, strlen(text)};
    while (span.bytes > 0 && span.data[0] == ' ')
        span = (at_span){span.data + 1, span.bytes - 1};
    while (span.bytes > 0 && span.data[span.bytes - 1] == ' ')
        span.bytes--;
    wide num = 0, den = 1;
    bool good =
        at_utf8_valid(span.data, span.bytes, NULL) && read_ratio(&num, &den, span.data, span.bytes);
    if (good) {
        const wide divisor = common_divisor(num, den);
        num /= divisor;
        den /= divisor;
        good = den <= INT64_MAX;
    }
    if (!good) {
        const at_status status =
            at_fail(err, AT_BAD_INPUT, "E-SHARE-TEXT", "\"%s\" is not a share", text);
        at_hint(err, "write it as 12.5%%, 1/8 or 0.125, with at most 18 digits");
        return status;
    }
    *out = (at_ratio){(int64_t)num, (int64_t)den};
    return AT_OK;
}

int at_ratio_compare(at_ratio a, at_ratio b) {
    assert(a.den > 0 && b.den > 0);
    const wide left = (wide)a.num * b.den, right = (wide)b.num * a.den;
    return (left > right) - (left < right);
}

double at_ratio_real(at_ratio ratio) {
    assert(ratio.den > 0);
    return (double)ratio.num / (double)ratio.den;
}

void at_ratio_format(char out[AT_RATIO_TEXT_BYTES], at_ratio ratio) {
    const int64_t parts[] = {ratio.num, ratio.den};
    size_t length = 0;
    for (size_t i = 0; i < AT_COUNT(parts); i++) {
        char reversed[AT_RATIO_TEXT_BYTES];
        size_t count = 0;
        uint64_t left = parts[i] < 0 ? UINT64_C(0) - (uint64_t)parts[i] : (uint64_t)parts[i];
        if (i > 0)
            out[length++] = '/';
        if (parts[i] < 0)
            out[length++] = '-';
        do {
            reversed[count++] = (char)('0' + left % 10);
            left /= 10;
        } while (left > 0);
        while (count > 0)
            out[length++] = reversed[--count];
    }
    out[length] = '\0';
}

at_share at_share_exact(at_ratio ratio) {
    return (at_share){.lo = ratio, .hi = ratio, .known = true};
}

at_share at_share_unknown(void) {
    return (at_share){.lo = {0, 1}, .hi = {1, 1}};
}

at_status at_share_parse(at_share *out, const char *lo, const char *hi, at_error *err) {
    assert(out != NULL);
    at_share share = at_share_unknown();
    share.known = lo != NULL || hi != NULL;
    if (lo != NULL)
        AT_TRY(at_ratio_parse(&share.lo, lo, err));
    if (hi != NULL)
        AT_TRY(at_ratio_parse(&share.hi, hi, err));
    else if (lo != NULL)
        share.hi = share.lo;
    if (at_ratio_compare(share.hi, (at_ratio){1, 1}) > 0)
        return at_fail(err, AT_BAD_INPUT, "E-SHARE-RANGE", "share \"%s\" is more than the whole",
                       hi != NULL ? hi : lo);
    if (at_ratio_compare(share.lo, share.hi) > 0)
        return at_fail(err, AT_BAD_INPUT, "E-SHARE-RANGE",
                       "share \"%s\" is more than its upper end \"%s\"", lo, hi != NULL ? hi : "1");
    *out = share;
    return AT_OK;
}
