#include "engine/model/money.h"

#include <assert.h>
#include <string.h>

enum { DUST_DIGITS = 18, GROUP_DIGITS = 3 };

/* What a character of an amount is. */
typedef enum mark { MARK_DIGIT, MARK_MINUS, MARK_PLUS, MARK_DECIMAL, MARK_GROUP, MARK_OTHER } mark;

/* An amount being read: sign, digits, where the decimals begin. */
typedef struct reading {
    const at_number_style *style;
    int scale;
    bool negative, has_sign, has_decimals, overflow, below_dust;
    uint32_t separator; /* the one grouping character of this amount; 0 = none seen */
    int group_digits;   /* digits since the last grouping character, or since the start */
    int digits, decimals;
    int64_t minor; /* digits down to the scale */
    int64_t dust;  /* digits below it, as a count of 10^-18 */
} reading;

/* Blanks and direction marks around a number are how it was laid out, not what it says. */
static bool is_edge(uint32_t c) {
    return c == ' ' || c == '\t' || c == 0x00A0 || c == 0x202F || c == 0x200E || c == 0x200F ||
           c == 0x061C || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

static bool is_group(uint32_t c, char grouping) {
    if (grouping == '\0')
        return false;
    if (c == (uint32_t)(unsigned char)grouping || c == 0x066C || c == 0x00A0 || c == 0x2009 ||
        c == 0x202F)
        return true;
    return grouping == '\'' && c == 0x2019;
}

static mark mark_of(uint32_t c, const at_number_style *style) {
    const char decimal = style->decimal_mark != '\0' ? style->decimal_mark : '.';
    if (at_digit_value(c) >= 0)
        return MARK_DIGIT;
    if (c == '-' || c == 0x2212)
        return MARK_MINUS;
    if (c == '+')
        return MARK_PLUS;
    if (c == (uint32_t)(unsigned char)decimal || c == 0x066B)
        return MARK_DECIMAL;
    return is_group(c, style->grouping) ? MARK_GROUP : MARK_OTHER;
}

/* value = value * 10 + digit, noting when it leaves int64. */
static void push_digit(reading *amount, int64_t *value, int digit) {
    if (__builtin_mul_overflow(*value, 10, value) || __builtin_add_overflow(*value, digit, value))
        amount->overflow = true;
}

static bool read_digit(reading *amount, int digit) {
    amount->digits++;
    if (!amount->has_decimals) {
        amount->group_digits++;
        push_digit(amount, &amount->minor, digit);
        return amount->separator == 0 || amount->group_digits <= GROUP_DIGITS;
    }
    if (amount->decimals < amount->scale)
        push_digit(amount, &amount->minor, digit);
    else if (amount->decimals < DUST_DIGITS)
        push_digit(amount, &amount->dust, digit);
    else if (digit != 0)
        amount->below_dust = true;
    amount->decimals++;
    return true;
}

/* Groups are of exactly three digits, only the first may be shorter. */
static bool read_group(reading *amount, uint32_t c) {
    if (amount->has_decimals || amount->group_digits == 0)
        return false;
    const bool fits = amount->separator == 0
                          ? amount->group_digits <= GROUP_DIGITS
                          : amount->separator == c && amount->group_digits == GROUP_DIGITS;
    amount->separator = c;
    amount->group_digits = 0;
    return fits;
}

static bool group_is_whole(const reading *amount) {
    return amount->separator == 0 || amount->group_digits == GROUP_DIGITS;
}

/* One character that is not a trailing sign; false when an amount cannot hold it there. */
static bool read_mark(reading *amount, uint32_t c) {
    switch (mark_of(c, amount->style)) {
    case MARK_DIGIT:
        return read_digit(amount, at_digit_value(c));
    case MARK_DECIMAL:
        if (amount->has_decimals || !group_is_whole(amount))
            return false;
        amount->has_decimals = true;
        return true;
    case MARK_GROUP:
        return read_group(amount, c);
    case MARK_MINUS:
    case MARK_PLUS:
        if (amount->has_sign || amount->has_decimals || amount->digits > 0)
            return false;
        amount->has_sign = true;
        amount->negative = c != '+';
        return true;
    case MARK_OTHER:
        break;
    }
    return false;
}

/* `text` without blanks and direction marks at its ends; false when it is no UTF-8 at all. */
static bool trim(at_span *out, const char *text) {
    const size_t bytes = strlen(text);
    if (!at_utf8_valid(text, bytes, NULL))
        return false;
    size_t start = 0, end = 0;
    bool started = false;
    for (size_t i = 0; i < bytes;) {
        const size_t at = i;
        if (is_edge(at_utf8_next(text, bytes, &i)))
            continue;
        if (!started)
            start = at;
        started = true;
        end = i;
    }
    *out = (at_span){text + start, end - start};
    return true;
}

static bool read_amount(reading *amount, const char *text) {
    at_span span;
    if (!trim(&span, text))
        return false;
    for (size_t i = 0; i < span.bytes;) {
        const uint32_t c = at_utf8_next(span.data, span.bytes, &i);
        const bool last = i == span.bytes;
        /* "12.50-" is how some banks write an outflow. */
        if (last && mark_of(c, amount->style) == MARK_MINUS && amount->digits > 0 &&
            !amount->has_sign) {
            amount->negative = true;
            break;
        }
        if (!read_mark(amount, c))
            return false;
    }
    return amount->digits > 0 && group_is_whole(amount) &&
           !(amount->has_decimals && amount->decimals == 0);
}

static at_status fail_text(at_error *err, const char *text, const at_number_style *style) {
    const char decimal = style->decimal_mark != '\0' ? style->decimal_mark : '.';
    const char other = decimal == '.' ? ',' : '.';
    const at_status status =
        at_fail(err, AT_BAD_INPUT, "E-MONEY-TEXT", "amount \"%s\" is not a number", text);
    if (strchr(text, other) != NULL && style->grouping != other)
        at_hint(err, "'%c' is neither its decimal mark nor its grouping: say which it is", other);
    else if (style->grouping != '\0')
        at_hint(err, "grouping by '%c' must leave exactly three digits between", style->grouping);
    return status;
}

/* Fill up to the scale, or to the 18 places of dust, with the zeros that were not written. */
static void pad(reading *amount) {
    for (int place = amount->decimals; place < amount->scale; place++)
        push_digit(amount, &amount->minor, 0);
    if (amount->dust == 0) /* at scale 18 there are no such places */
        return;
    const int start = amount->decimals > amount->scale ? amount->decimals : amount->scale;
    for (int place = start; place < DUST_DIGITS; place++)
        push_digit(amount, &amount->dust, 0);
}

/* What nearly every amount is: ASCII digits, a point, no more decimals than there may be, and short
 * enough for 64 bits. False: whatever else it may be is read above. */
static bool read_simple(int64_t *out, const char *text, int scale) {
    enum { SAFE_DIGITS = 18 };
    const bool negative = *text == '-';
    const char *at = text + negative;
    int64_t value = 0;
    int digits = 0, decimals = 0;
    for (; *at >= '0' && *at <= '9' && digits < SAFE_DIGITS; at++, digits++)
        value = value * 10 + (*at - '0');
    if (digits == 0)
        return false;
    if (*at == '.') {
        for (at++; *at >= '0' && *at <= '9' && digits < SAFE_DIGITS; at++, digits++, decimals++)
            value = value * 10 + (*at - '0');
        if (decimals == 0)
            return false;
    }
    if (*at || decimals > scale || digits + scale - decimals > SAFE_DIGITS)
        return false;
    for (; decimals < scale; decimals++)
        value *= 10;
    *out = negative ? -value : value;
    return true;
}

at_status at_money_parse(int64_t *out, const char *text, int scale, const at_number_style *style,
                         int64_t *dust, at_error *err) {
    assert(out != NULL && text != NULL && scale >= 0 && scale <= AT_SCALE_MAX);
    static const at_number_style plain = {.decimal_mark = '.'};
    if (style == NULL && read_simple(out, text, scale)) {
        if (dust != NULL)
            *dust = 0;
        return AT_OK;
    }
    reading amount = {.style = style != NULL ? style : &plain, .scale = scale};
    if (!read_amount(&amount, text))
        return fail_text(err, text, amount.style);
    if (amount.below_dust || (amount.decimals > scale && !amount.style->dust_floor)) {
        const int most = amount.style->dust_floor ? DUST_DIGITS : scale;
        return at_fail(err, AT_BAD_INPUT, "E-MONEY-DECIMALS",
                       "amount \"%s\" has more than %d decimals", text, most);
    }
    pad(&amount);
    if (amount.overflow)
        return at_fail(err, AT_LIMIT, "E-AMOUNT-RANGE", "amount \"%s\" is too large", text);
    *out = amount.negative ? -amount.minor : amount.minor;
    if (dust != NULL)
        *dust = amount.negative ? -amount.dust : amount.dust;
    return AT_OK;
}

void at_money_format(char out[AT_AMOUNT_TEXT_BYTES], int64_t amount_minor, int scale) {
    assert(amount_minor != AT_AMOUNT_NONE && scale >= 0 && scale <= AT_SCALE_MAX);
    char reversed[AT_AMOUNT_TEXT_BYTES];
    size_t count = 0, length = 0;
    int64_t left = amount_minor < 0 ? -amount_minor : amount_minor;
    for (int place = 0; place <= scale || left > 0; place++) {
        if (place == scale && scale > 0)
            reversed[count++] = '.';
        reversed[count++] = (char)('0' + left % 10);
        left /= 10;
    }
    if (amount_minor < 0)
        out[length++] = '-';
    while (count > 0)
        out[length++] = reversed[--count];
    out[length] = '\0';
}

at_status at_money_add(int64_t *total, int64_t amount, at_error *err) {
    assert(total != NULL && *total != AT_AMOUNT_NONE && amount != AT_AMOUNT_NONE);
    int64_t sum;
    if (__builtin_add_overflow(*total, amount, &sum) || sum == AT_AMOUNT_NONE)
        return at_fail(err, AT_LIMIT, "E-AMOUNT-RANGE",
                       "the sum of amounts leaves the range of 64 bits");
    *total = sum;
    return AT_OK;
}

at_status at_money_share(int64_t *out, int64_t a, int64_t b, int64_t c, at_error *err) {
    assert(out != NULL && a >= 0 && b >= 0 && c > 0);
    const at_wide share = (at_wide)a * b / c;
    if (share > INT64_MAX)
        return at_fail(err, AT_LIMIT, "E-AMOUNT-RANGE",
                       "a share of an amount leaves the range of 64 bits");
    *out = (int64_t)share;
    return AT_OK;
}

void at_wide_format(char out[AT_WIDE_BYTES], at_wide amount) {
    char digits[AT_WIDE_BYTES];
    size_t count = 0, length = 0;
    const bool minus = amount < 0;
    do {
        const int digit = (int)(amount % 10);
        digits[count++] = (char)('0' + (digit < 0 ? -digit : digit));
        amount /= 10;
    } while (amount != 0);
    if (minus)
        out[length++] = '-';
    while (count > 0)
        out[length++] = digits[--count];
    out[length] = '\0';
}
