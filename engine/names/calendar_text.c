#include "engine/names/calendar.h"

#include <assert.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/names/calendar_words.h"

enum { POINTS_MAX = 64, ZONE_MINUTES_MAX = 18 * 60, FRACTION_DIGITS = 6 };

/* --- Texts as code points --------------------------------------------------------------------- */

/* A short text without direction marks and outer blanks, digits of all kinds as ASCII. */
typedef struct points {
    uint32_t at[POINTS_MAX];
    size_t count;
} points;

static bool is_blank(uint32_t c) {
    return c == ' ' || c == '\t' || c == 0x00A0 || c == 0x202F;
}

static bool is_direction_mark(uint32_t c) {
    return c == 0x200E || c == 0x200F || c == 0x061C || c == 0xFEFF ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

/* False when the text is no UTF-8 or longer than any date. */
static bool read_points(points *out, const char *text) {
    const size_t bytes = strlen(text);
    out->count = 0;
    if (!at_utf8_valid(text, bytes, NULL))
        return false;
    for (size_t i = 0; i < bytes;) {
        uint32_t c = at_utf8_next(text, bytes, &i);
        if (is_direction_mark(c) || (is_blank(c) && out->count == 0))
            continue;
        if (out->count == POINTS_MAX)
            return false;
        const int digit = at_digit_value(c);
        out->at[out->count++] = digit >= 0 ? (uint32_t)('0' + digit) : c;
    }
    while (out->count > 0 && is_blank(out->at[out->count - 1]))
        out->count--;
    return true;
}

static bool is_digit(const points *text, size_t at) {
    return at < text->count && text->at[at] >= '0' && text->at[at] <= '9';
}

/* Between `least` and `most` digits at *at, moving past them. */
static bool read_number(int *out, const points *text, size_t *at, size_t least, size_t most) {
    size_t count = 0;
    int value = 0;
    while (count < most && is_digit(text, *at + count))
        value = value * 10 + (int)(text->at[*at + count++] - '0');
    if (count < least)
        return false;
    *at += count;
    *out = value;
    return true;
}

/* --- Patterns --------------------------------------------------------------------------------- */

typedef enum field {
    FIELD_YEAR,
    FIELD_MONTH,
    FIELD_DAY,
    FIELD_HOUR,
    FIELD_MINUTE,
    FIELD_SECOND,
    FIELD_FRACTION,
    FIELD_HALF,
    FIELD_COUNT,
    FIELD_LITERAL = FIELD_COUNT,
} field;

/* Longer spellings first: the pattern is read greedily. */
static const struct {
    const char *spelling;
    field field;
    size_t least, most; /* digits; 0 = a word */
} spellings[] = {
    {"YYYY", FIELD_YEAR, 4, 4}, {"YY", FIELD_YEAR, 2, 2},   {"MMM", FIELD_MONTH, 0, 0},
    {"MM", FIELD_MONTH, 2, 2},  {"M", FIELD_MONTH, 1, 2},   {"DD", FIELD_DAY, 2, 2},
    {"D", FIELD_DAY, 1, 2},     {"hh", FIELD_HOUR, 2, 2},   {"h", FIELD_HOUR, 1, 2},
    {"mm", FIELD_MINUTE, 2, 2}, {"ss", FIELD_SECOND, 2, 2}, {"f", FIELD_FRACTION, 1, 9},
    {"a", FIELD_HALF, 0, 0},
};

typedef struct token {
    field field;
    size_t least, most;
    uint32_t literal;
} token;

/* The next token of a pattern known to be UTF-8; false for a lone Y, m or s. */
static bool next_token(token *out, const char *pattern, size_t bytes, size_t *offset) {
    for (size_t i = 0; i < AT_COUNT(spellings); i++) {
        if (pattern[*offset] != spellings[i].spelling[0] ||
            !at_text_starts(pattern + *offset, spellings[i].spelling))
            continue;
        *offset += strlen(spellings[i].spelling);
        *out = (token){spellings[i].field, spellings[i].least, spellings[i].most, 0};
        return true;
    }
    const uint32_t c = at_utf8_next(pattern, bytes, offset);
    *out = (token){FIELD_LITERAL, 0, 0, c};
    return c != 'Y' && c != 'm' && c != 's';
}

/* Which fields need which: a day means nothing without its month. */
static bool is_complete(const bool *seen) {
    static const field needs[FIELD_COUNT] = {
        [FIELD_YEAR] = FIELD_YEAR,       [FIELD_MONTH] = FIELD_YEAR,  [FIELD_DAY] = FIELD_MONTH,
        [FIELD_HOUR] = FIELD_DAY,        [FIELD_MINUTE] = FIELD_HOUR, [FIELD_SECOND] = FIELD_MINUTE,
        [FIELD_FRACTION] = FIELD_SECOND, [FIELD_HALF] = FIELD_HOUR,
    };
    for (int i = 0; i < FIELD_COUNT; i++)
        if (seen[i] && !seen[needs[i]])
            return false;
    return seen[FIELD_YEAR];
}

at_status at_date_style_check(const at_date_style *style, at_error *err) {
    assert(style != NULL && style->pattern != NULL);
    assert(style->calendar >= AT_GREGORIAN && style->calendar <= AT_HIJRI_CIVIL);
    const size_t bytes = strlen(style->pattern);
    bool seen[FIELD_COUNT] = {false};
    bool good = bytes <= POINTS_MAX && at_utf8_valid(style->pattern, bytes, NULL);
    for (size_t offset = 0; good && offset < bytes;) {
        token part;
        good = next_token(&part, style->pattern, bytes, &offset);
        if (good && part.field != FIELD_LITERAL) {
            good = !seen[part.field];
            seen[part.field] = true;
        }
    }
    if (!good || !is_complete(seen)) {
        const at_status status = at_fail(err, AT_BAD_INPUT, "E-DATE-PATTERN",
                                         "\"%s\" is not a pattern of dates", style->pattern);
        at_hint(err, "a year and what follows from it, each once: YYYY-MM-DD hh:mm:ss");
        return status;
    }
    if (style->zone_minutes != AT_ZONE_UNKNOWN &&
        (style->zone_minutes < -ZONE_MINUTES_MAX || style->zone_minutes > ZONE_MINUTES_MAX))
        return at_fail(err, AT_BAD_INPUT, "E-DATE-PATTERN", "no time zone is %d minutes off UTC",
                       (int)style->zone_minutes);
    return AT_OK;
}

/* --- Reading by a pattern --------------------------------------------------------------------- */

typedef struct reading {
    int value[FIELD_COUNT]; /* the fraction in microseconds */
    bool seen[FIELD_COUNT];
} reading;

/* A fraction to microseconds; digits below them must be zeros, or something would be lost. */
static bool read_fraction(int *out, const points *text, size_t *at, size_t most) {
    int us = 0;
    size_t count = 0;
    for (; count < most && is_digit(text, *at); count++, ++*at) {
        const int digit = (int)(text->at[*at] - '0');
        if (count < FRACTION_DIGITS)
            us = us * 10 + digit;
        else if (digit != 0)
            return false;
    }
    for (size_t place = count; place < FRACTION_DIGITS; place++)
        us *= 10;
    *out = us;
    return count > 0;
}

/* 1970-2069 and its like: a window, because two digits do not say the century. */
static int full_year(at_calendar calendar, int two_digits) {
    switch (calendar) {
    case AT_JALALI:
        return two_digits >= 50 ? 1300 + two_digits : 1400 + two_digits;
    case AT_HIJRI:
    case AT_HIJRI_CIVIL:
        return 1400 + two_digits;
    default:
        return two_digits >= 70 ? 1900 + two_digits : 2000 + two_digits;
    }
}

static bool read_field(reading *out, const token *part, const points *text, size_t *at,
                       at_calendar calendar) {
    int *value = &out->value[part->field];
    out->seen[part->field] = true;
    if (part->field == FIELD_FRACTION)
        return read_fraction(value, text, at, part->most);
    if (part->field == FIELD_HALF)
        return at_half_read(value, text->at, text->count, at);
    if (part->most == 0)
        return at_month_read(value, calendar, text->at, text->count, at);
    if (!read_number(value, text, at, part->least, part->most))
        return false;
    if (part->field == FIELD_YEAR && part->most == 2)
        *value = full_year(calendar, *value);
    return true;
}

static bool read_literal(uint32_t literal, const points *text, size_t *at) {
    if (!is_blank(literal)) {
        if (*at == text->count || text->at[*at] != literal)
            return false;
        ++*at;
        return true;
    }
    const size_t start = *at;
    while (*at < text->count && is_blank(text->at[*at]))
        ++*at;
    return *at > start;
}

/* May the text end here? After a whole date, or after minutes or seconds; never before the word
 * that says which half of the day it was. */
static bool may_end(const reading *out, const bool *wanted) {
    for (int i = FIELD_YEAR; i <= FIELD_DAY; i++)
        if (wanted[i] && !out->seen[i])
            return false;
    if (!out->seen[FIELD_HOUR])
        return true;
    return out->seen[FIELD_MINUTE] && out->seen[FIELD_HALF] == wanted[FIELD_HALF];
}

static bool read_by_pattern(reading *out, const points *text, const at_date_style *style) {
    token tokens[POINTS_MAX];
    bool wanted[FIELD_COUNT + 1] = {false};
    const size_t bytes = strlen(style->pattern);
    size_t count = 0, at = 0;
    for (size_t offset = 0; offset < bytes && count < POINTS_MAX; count++) {
        (void)next_token(&tokens[count], style->pattern, bytes, &offset);
        wanted[tokens[count].field] = true;
    }
    for (size_t i = 0; i < count; i++) {
        const bool after_field = i > 0 && tokens[i - 1].field != FIELD_LITERAL;
        if (at == text->count && after_field && may_end(out, wanted))
            return true;
        const bool good = tokens[i].field != FIELD_LITERAL
                              ? read_field(out, &tokens[i], text, &at, style->calendar)
                              : read_literal(tokens[i].literal, text, &at);
        if (!good)
            return false;
    }
    return at == text->count;
}

/* Hours of a day from hours of a half; false when there is no such time. */
static bool settle_time(reading *out) {
    int *hour = &out->value[FIELD_HOUR];
    if (out->seen[FIELD_HALF]) {
        if (*hour < 1 || *hour > 12)
            return false;
        *hour = *hour % 12 + 12 * out->value[FIELD_HALF];
    }
    return *hour < 24 && out->value[FIELD_MINUTE] < 60 && out->value[FIELD_SECOND] < 60;
}

static at_precision precision_of(const reading *out) {
    if (out->seen[FIELD_FRACTION])
        return AT_MICROSECOND;
    if (out->seen[FIELD_SECOND])
        return AT_SECOND;
    if (out->seen[FIELD_HOUR])
        return AT_MINUTE;
    if (out->seen[FIELD_DAY])
        return AT_DAY;
    return out->seen[FIELD_MONTH] ? AT_MONTH : AT_YEAR;
}

at_status at_date_read(at_time *out, const char *text, const at_date_style *style, at_error *err) {
    assert(out != NULL && text != NULL && style != NULL && style->pattern != NULL);
    points plain;
    reading date = {.value = {[FIELD_MONTH] = 1, [FIELD_DAY] = 1}};
    if (!read_points(&plain, text) || !read_by_pattern(&date, &plain, style))
        return at_fail(err, AT_BAD_INPUT, "E-DATE-TEXT", "date \"%s\" is not written as \"%s\"",
                       text, style->pattern);
    if (!settle_time(&date))
        return at_fail(err, AT_BAD_INPUT, "E-DATE-VALUE", "there is no time of day as in \"%s\"",
                       text);
    int32_t day = 0;
    AT_TRY(at_calendar_to_day(&day, style->calendar, date.value[FIELD_YEAR],
                              date.value[FIELD_MONTH], date.value[FIELD_DAY], err));
    at_time time = {.us = day * AT_US_PER_DAY, .precision = precision_of(&date)};
    if (date.seen[FIELD_HOUR]) {
        const int64_t minutes = date.value[FIELD_HOUR] * 60 + date.value[FIELD_MINUTE];
        time.us += (minutes * 60 + date.value[FIELD_SECOND]) * AT_US_PER_SECOND;
        time.us += date.value[FIELD_FRACTION];
        time.zone_assumed = style->zone_minutes == AT_ZONE_UNKNOWN;
        if (!time.zone_assumed)
            time.us -= style->zone_minutes * 60 * AT_US_PER_SECOND;
    }
    *out = time;
    return AT_OK;
}

/* --- Stated dates ----------------------------------------------------------------------------- */

/* year[-month[-day]]; absent parts stay 0. */
static bool read_parts(int parts[3], const points *text) {
    size_t at = 0;
    if (!read_number(&parts[0], text, &at, 4, 4))
        return false;
    const uint32_t mark = at < text->count ? text->at[at] : '-';
    if (mark != '-' && mark != '/' && mark != '.')
        return false;
    for (int i = 1; i < 3 && at < text->count; i++) {
        if (text->at[at++] != mark || !read_number(&parts[i], text, &at, 1, 2) || parts[i] == 0)
            return false;
    }
    return at == text->count;
}

/* Months end on the 28th at the earliest, in every calendar. */
static at_status last_day(int32_t *out, at_calendar calendar, int year, int month, at_error *err) {
    for (int day = 31; day > 28; day--) {
        at_error none = {.status = AT_OK};
        const at_status status = at_calendar_to_day(out, calendar, year, month, day, &none);
        if (status == AT_OK)
            return AT_OK;
        if (status != AT_BAD_INPUT)
            return at_fail(err, status, none.code, "%s", none.message);
    }
    return at_calendar_to_day(out, calendar, year, month, 28, err);
}

static at_status find_range(at_date_range *out, at_calendar calendar, const int parts[3],
                            at_error *err) {
    const int first = parts[1] != 0 ? parts[1] : 1, last = parts[1] != 0 ? parts[1] : 12;
    int32_t earliest = 0, latest = 0;
    if (parts[2] != 0) {
        AT_TRY(at_calendar_to_day(&earliest, calendar, parts[0], first, parts[2], err));
        latest = earliest;
    } else {
        AT_TRY(at_calendar_to_day(&earliest, calendar, parts[0], first, 1, err));
        AT_TRY(last_day(&latest, calendar, parts[0], last, err));
    }
    const int widening = calendar == AT_HIJRI || calendar == AT_HIJRI_CIVIL ? 1 : 0;
    out->earliest = earliest - widening;
    out->latest = latest + widening;
    out->calendar = at_calendars[calendar];
    return AT_OK;
}

/* One reading of two: *found says whether the calendar has such a date. */
static at_status try_range(at_date_range *out, bool *found, at_calendar calendar,
                           const int parts[3], at_error *err) {
    at_error none = {.status = AT_OK};
    const at_status status = find_range(out, calendar, parts, &none);
    *found = status == AT_OK;
    return *found || status == AT_BAD_INPUT ? AT_OK
                                            : at_fail(err, status, none.code, "%s", none.message);
}

/* A year of which one cannot tell whether it is solar or lunar: the span of both readings. */
static at_status find_both(at_date_range *out, const int parts[3], at_error *err) {
    at_date_range solar = *out, lunar = *out;
    bool has_solar = false, has_lunar = false;
    AT_TRY(try_range(&solar, &has_solar, AT_JALALI, parts, err));
    AT_TRY(try_range(&lunar, &has_lunar, AT_HIJRI, parts, err));
    if (!has_solar)
        return find_range(out, AT_HIJRI, parts, err); /* the only reading, or the error of both */
    *out = solar;
    if (!has_lunar)
        return AT_OK;
    out->earliest = lunar.earliest < solar.earliest ? lunar.earliest : solar.earliest;
    out->latest = lunar.latest > solar.latest ? lunar.latest : solar.latest;
    out->calendar = "jalali or hijri";
    return AT_OK;
}

at_status at_date_range_read(at_date_range *out, const char *text, at_calendar calendar,
                             const char *country, at_error *err) {
    assert(out != NULL && text != NULL);
    points plain;
    int parts[3] = {0, 0, 0};
    if (!read_points(&plain, text) || !read_parts(parts, &plain)) {
        const at_status status =
            at_fail(err, AT_BAD_INPUT, "E-DATE-TEXT", "\"%s\" is not a date", text);
        at_hint(err, "write the year first: 1983, 1983-04 or 1983-04-17");
        return status;
    }
    at_date_range range = {.text = text};
    range.precision = parts[2] != 0 ? AT_DAY : parts[1] != 0 ? AT_MONTH : AT_YEAR;
    if (calendar != AT_CALENDAR_BY_YEAR) {
        AT_TRY(find_range(&range, calendar, parts, err));
    } else if (parts[0] >= 1500) {
        AT_TRY(find_range(&range, AT_GREGORIAN, parts, err));
    } else if (parts[0] < 1250) {
        return at_fail(err, AT_BAD_INPUT, "E-DATE-VALUE",
                       "the year of \"%s\" belongs to no calendar that was declared", text);
    } else if (parts[2] == 31 || at_text_equal(country, "IR") || at_text_equal(country, "AF")) {
        AT_TRY(find_range(&range, AT_JALALI, parts, err));
    } else {
        AT_TRY(find_both(&range, parts, err));
    }
    *out = range;
    return AT_OK;
}
