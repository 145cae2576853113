#include "engine/base/day.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/text.h"

enum { YEAR_MIN = 1, YEAR_MAX = 9999, DAYS_TO_1970 = 719162, FRACTION_DIGITS = 6 };

/* Days before each month of a year that is not a leap year. */
static const int month_start[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};

static bool is_leap(int year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month) {
    return month_start[month] - month_start[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 0001-01-01 to the first of January of `year`. */
static int32_t days_before_year(int year) {
    const int past = year - 1;
    return past * 365 + past / 4 - past / 100 + past / 400;
}

bool at_date_valid(int year, int month, int day) {
    return year >= YEAR_MIN && year <= YEAR_MAX && month >= 1 && month <= 12 && day >= 1 &&
           day <= days_in_month(year, month);
}

int32_t at_day_from_date(int year, int month, int day) {
    assert(at_date_valid(year, month, day));
    return days_before_year(year) + month_start[month - 1] + (month > 2 && is_leap(year)) + day -
           1 - DAYS_TO_1970;
}

static bool day_in_range(int64_t day) {
    return day >= days_before_year(YEAR_MIN) - DAYS_TO_1970 &&
           day < days_before_year(YEAR_MAX + 1) - DAYS_TO_1970;
}

void at_day_to_date(int32_t day, int *year, int *month, int *day_of_month) {
    assert(day_in_range(day));
    const int32_t since_start = day + DAYS_TO_1970;
    int y = since_start / 366 + 1; /* never past the right year, and few years before it */
    while (days_before_year(y + 1) <= since_start)
        y++;
    int32_t left = since_start - days_before_year(y);
    int m = 1;
    while (left >= days_in_month(y, m))
        left -= days_in_month(y, m++);
    *year = y;
    *month = m;
    *day_of_month = left + 1;
}

int32_t at_day_of_time(int64_t us) {
    int64_t day = us / AT_US_PER_DAY;
    if (us % AT_US_PER_DAY < 0)
        day--;
    return (int32_t)day; /* int64 microseconds are at most 107 million days */
}

/* Exactly `count` ASCII digits at *text, moving past them. */
static bool read_digits(int *out, const char **text, int count) {
    int value = 0;
    for (int i = 0; i < count; i++) {
        const char c = (*text)[i];
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    *text += count;
    *out = value;
    return true;
}

static bool read_char(const char **text, char c) {
    if (**text != c)
        return false;
    (*text)++;
    return true;
}

static at_status refuse_form(const char *text, at_error *err) {
    const at_status status =
        at_fail(err, AT_BAD_INPUT, "E-TIME-FORM", "\"%s\" is not a date or a time", text);
    at_hint(err, "write 2024-03-01, 2024-03-01T10:20:30Z, 2024-03-01T10:20:30.5+03:30 or "
                 "microseconds since 1970");
    return status;
}

/* "YYYY-MM-DD" at *at, moving past it; `text` is the whole, for the message. */
static at_status read_date(int32_t *out, const char **at, const char *text, at_error *err) {
    int year = 0, month = 0, day = 0;
    if (!read_digits(&year, at, 4) || !read_char(at, '-') || !read_digits(&month, at, 2) ||
        !read_char(at, '-') || !read_digits(&day, at, 2))
        return refuse_form(text, err);
    if (year < YEAR_MIN)
        return at_fail(err, AT_BAD_INPUT, "E-TIME-VALUE", "\"%s\": there is no year 0000", text);
    if (month < 1 || month > 12)
        return at_fail(err, AT_BAD_INPUT, "E-TIME-VALUE", "\"%s\": month %02d does not exist", text,
                       month);
    if (!at_date_valid(year, month, day))
        return at_fail(err, AT_BAD_INPUT, "E-TIME-VALUE",
                       "\"%s\": day %d does not exist in %04d-%02d", text, day, year, month);
    *out = at_day_from_date(year, month, day);
    return AT_OK;
}

/* ".123456" at *at: further digits may only be zeros, because nothing is rounded. */
static at_status read_fraction(int64_t *us, const char **at, const char *text, at_error *err) {
    int64_t value = 0;
    int digits = 0;
    for (; **at >= '0' && **at <= '9'; (*at)++, digits++) {
        if (digits < FRACTION_DIGITS)
            value = value * 10 + (**at - '0');
        else if (**at != '0')
            return at_fail(err, AT_BAD_INPUT, "E-TIME-VALUE", "\"%s\" is finer than a microsecond",
                           text);
    }
    if (digits == 0)
        return refuse_form(text, err);
    for (; digits < FRACTION_DIGITS; digits++)
        value *= 10;
    *us += value;
    return AT_OK;
}

/* "10:20", "10:20:30" or "10:20:30.5" at *at: microseconds since midnight. */
static at_status read_clock(int64_t *us, at_precision *precision, const char **at, const char *text,
                            at_error *err) {
    int hour = 0, minute = 0, second = 0;
    int64_t fraction = 0;
    *precision = AT_MINUTE;
    if (!read_digits(&hour, at, 2) || !read_char(at, ':') || !read_digits(&minute, at, 2))
        return refuse_form(text, err);
    if (read_char(at, ':')) {
        *precision = AT_SECOND;
        if (!read_digits(&second, at, 2))
            return refuse_form(text, err);
        if (read_char(at, '.')) {
            *precision = AT_MICROSECOND;
            AT_TRY(read_fraction(&fraction, at, text, err));
        }
    }
    if (hour > 23 || minute > 59 || second > 59)
        return at_fail(err, AT_BAD_INPUT, "E-TIME-VALUE",
                       "\"%s\": the time of day %02d:%02d:%02d does not exist", text, hour, minute,
                       second);
    *us = ((int64_t)hour * 3600 + minute * 60 + second) * AT_US_PER_SECOND + fraction;
    return AT_OK;
}

/* "Z", "+03:30", "-0500", "+03" or nothing at *at. */
static at_status read_zone(int64_t *offset_us, bool *assumed, const char **at, const char *text,
                           at_error *err) {
    *offset_us = 0;
    *assumed = **at == '\0';
    if (*assumed || read_char(at, 'Z'))
        return AT_OK;
    const bool west = **at == '-';
    int hours = 0, minutes = 0;
    if (**at != '+' && !west)
        return refuse_form(text, err);
    (*at)++;
    if (!read_digits(&hours, at, 2))
        return refuse_form(text, err);
    const bool colon = read_char(at, ':');
    if ((colon || **at != '\0') && !read_digits(&minutes, at, 2))
        return refuse_form(text, err);
    if (hours > 23 || minutes > 59)
        return at_fail(err, AT_BAD_INPUT, "E-TIME-VALUE",
                       "\"%s\": the offset %02d:%02d does not exist", text, hours, minutes);
    const int64_t seconds = (int64_t)hours * 3600 + minutes * 60;
    *offset_us = (west ? -seconds : seconds) * AT_US_PER_SECOND;
    return AT_OK;
}

static at_status check_range(int64_t us, const char *text, at_error *err) {
    if (!day_in_range(at_day_of_time(us)))
        return at_fail(err, AT_BAD_INPUT, "E-TIME-VALUE",
                       "\"%s\" is outside the years 0001 to 9999", text);
    return AT_OK;
}

static bool is_integer(const char *text) {
    const char *digits = text + (text[0] == '-');
    if (digits == text && *digits && strnlen(text, 5) == 5 && text[4] == '-')
        return false; /* a date, as nearly every time begins with */
    return *digits != '\0' && digits[strspn(digits, "0123456789")] == '\0';
}

static at_status read_microseconds(at_time *out, const char *text, at_error *err) {
    int64_t us = 0;
    if (!at_int_parse(&us, text))
        return at_fail(err, AT_BAD_INPUT, "E-TIME-VALUE",
                       "\"%s\" is outside the years 0001 to 9999", text);
    AT_TRY(check_range(us, text, err));
    *out = (at_time){.us = us, .precision = AT_MICROSECOND};
    return AT_OK;
}

/* Eight characters as they stand in memory. */
static uint64_t eight(const char *text) {
    uint64_t word = 0;
    memcpy(&word, text, sizeof word);
    return word;
}

/* Is each of eight bytes what `form` has there: a digit where that has '0', else the same? */
static bool has_form(const char *text, const char *form) {
    static const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t given = eight(text), wanted = eight(form);
    const uint64_t differs = given ^ wanted;
    const uint64_t other = wanted ^ '0' * ones; /* no byte of a form has its top bit set */
    const uint64_t zeros = ~(other + 0x7F * ones) & 0x80 * ones;
    const uint64_t digits = (zeros >> 7) * 0x0F; /* '0' to '9' differ from '0' by 0 to 9 */
    return (differs & ~digits) == 0 && ((differs + 6 * ones) & 0xF0 * ones) == 0;
}

static int two_digits(const char *text) {
    return (text[0] - '0') * 10 + (text[1] - '0');
}

bool at_time_read_common(at_time *out, const char *text, int year_least) {
    enum { CLOCK_BYTES = 19 };
    const size_t bytes = strnlen(text, CLOCK_BYTES + 2);
    const bool zoned = bytes == CLOCK_BYTES + 1 && text[CLOCK_BYTES] == 'Z';
    if (!zoned && bytes != CLOCK_BYTES)
        return false;
    if (!has_form(text, "0000-00-") || !has_form(text + 8, "00T00:00") ||
        !has_form(text + 11, "00:00:00"))
        return false;
    const int year = two_digits(text) * 100 + two_digits(text + 2);
    const int month = two_digits(text + 5), day = two_digits(text + 8);
    const int hour = two_digits(text + 11), minute = two_digits(text + 14),
              second = two_digits(text + 17);
    if (year < year_least || !at_date_valid(year, month, day) || hour > 23 || minute > 59 ||
        second > 59)
        return false;
    *out = (at_time){.us = at_day_from_date(year, month, day) * AT_US_PER_DAY +
                           ((int64_t)hour * 3600 + minute * 60 + second) * AT_US_PER_SECOND,
                     .precision = AT_SECOND,
                     .zone_assumed = !zoned};
    return true;
}

at_status at_time_parse(at_time *out, const char *text, at_error *err) {
    assert(out != NULL && text != NULL);
    if (is_integer(text))
        return read_microseconds(out, text, err);
    const char *at = text;
    int32_t day = 0;
    AT_TRY(read_date(&day, &at, text, err));
    at_time time = {.us = day * AT_US_PER_DAY, .precision = AT_DAY};
    if (*at != '\0') {
        int64_t clock_us = 0, offset_us = 0;
        if (!read_char(&at, 'T') && !read_char(&at, ' '))
            return refuse_form(text, err);
        AT_TRY(read_clock(&clock_us, &time.precision, &at, text, err));
        AT_TRY(read_zone(&offset_us, &time.zone_assumed, &at, text, err));
        if (*at != '\0')
            return refuse_form(text, err);
        time.us += clock_us - offset_us;
        AT_TRY(check_range(time.us, text, err));
    }
    *out = time;
    return AT_OK;
}

at_status at_day_parse(int32_t *out, const char *text, at_error *err) {
    assert(out != NULL && text != NULL);
    const char *at = text;
    int32_t day = 0;
    const at_status status = read_date(&day, &at, text, err);
    if (status == AT_OK && *at == '\0') {
        *out = day;
        return AT_OK;
    }
    if (status != AT_OK && !is_integer(text))
        return status;
    (void)at_fail(err, AT_BAD_INPUT, "E-TIME-FORM", "\"%s\" is not a date", text);
    at_hint(err, "write the day as 2024-03-01");
    return AT_BAD_INPUT;
}

at_status at_time_parse_start(int64_t *out, const char *text, at_error *err) {
    at_time time = {0};
    AT_TRY(at_time_parse(&time, text, err));
    *out = time.us;
    return AT_OK;
}

at_status at_time_parse_end(int64_t *out, const char *text, at_error *err) {
    at_time time = {0};
    AT_TRY(at_time_parse(&time, text, err));
    *out = time.precision == AT_DAY ? time.us + (AT_US_PER_DAY - 1) : time.us;
    return AT_OK;
}

/* `number` >= 0 in exactly `places` digits, behind `before` unless that is 0; where the text goes
 * on. Answers hold hundreds of thousands of times: printf takes ten times as long. */
static char *put_digits(char *out, char before, int number, int places) {
    if (before != '\0')
        *out++ = before;
    for (int i = places - 1; i >= 0; i--, number /= 10)
        out[i] = (char)('0' + number % 10);
    return out + places;
}

static char *put_day(char *out, int32_t day) {
    int year = 0, month = 0, day_of_month = 0;
    at_day_to_date(day, &year, &month, &day_of_month);
    return put_digits(put_digits(put_digits(out, '\0', year, 4), '-', month, 2), '-', day_of_month,
                      2);
}

void at_day_format(char out[AT_TIME_TEXT_BYTES], int32_t day) {
    if (day == AT_DAY_NONE)
        out[0] = '\0';
    else if (!day_in_range(day))
        (void)snprintf(out, AT_TIME_TEXT_BYTES, "%" PRId32, day);
    else
        *put_day(out, day) = '\0';
}

void at_time_format(char out[AT_TIME_TEXT_BYTES], int64_t us, at_precision precision) {
    const int32_t day = at_day_of_time(us);
    if (us == AT_TIME_NONE) {
        out[0] = '\0';
        return;
    }
    if (!day_in_range(day)) { /* a damaged store: show what is there, as at_time_parse reads it */
        (void)snprintf(out, AT_TIME_TEXT_BYTES, "%" PRId64, us);
        return;
    }
    char *end = put_day(out, day);
    if (precision >= AT_DAY) {
        out[precision == AT_YEAR ? 4 : precision == AT_MONTH ? 7 : end - out] = '\0';
        return;
    }
    const int64_t in_day = us - day * AT_US_PER_DAY;
    const int seconds = (int)(in_day / AT_US_PER_SECOND);
    const int fraction = (int)(in_day % AT_US_PER_SECOND);
    end = put_digits(end, 'T', seconds / 3600, 2);
    end = put_digits(end, ':', seconds / 60 % 60, 2);
    end = put_digits(end, ':', seconds % 60, 2);
    if (fraction != 0) {
        end = put_digits(end, '.', fraction, 6);
        while (end[-1] == '0')
            end--;
    }
    memcpy(end, "Z", 2);
}

bool at_duration_parse(int64_t *out, const char *text) {
    static const struct {
        char unit;
        int64_t us;
    } units[] = {{'d', AT_US_PER_DAY},
                 {'h', 3600 * AT_US_PER_SECOND},
                 {'m', 60 * AT_US_PER_SECOND},
                 {'s', AT_US_PER_SECOND},
                 {'\0', 1}};
    enum { DIGITS_MAX = 20 };
    assert(out != NULL && text != NULL);
    char digits[DIGITS_MAX] = {0};
    const size_t bytes = strspn(text, "0123456789");
    int64_t number = 0;
    if (bytes == 0 || bytes >= sizeof digits)
        return false;
    memcpy(digits, text, bytes);
    for (size_t i = 0; i < AT_COUNT(units) && at_int_parse(&number, digits); i++)
        if (text[bytes] == units[i].unit && (text[bytes] == '\0' || text[bytes + 1] == '\0'))
            return !__builtin_mul_overflow(number, units[i].us, out);
    return false;
}
