/* Goal: no text brings the readers of amounts, shares, dates and currencies down, and what they
 * accept is written back as something they read alike.
 * Method: the first byte chooses a calendar and a scale, the rest up to a NUL is the text, what
 * follows a pattern of dates. */
#include "engine/base/day.h"
#include "engine/model/money.h"
#include "engine/model/share.h"
#include "engine/names/calendar.h"
#include "engine/names/identifier.h"

#include <assert.h>
#include <string.h>

enum { TEXT_BYTES_MAX = 512 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void read_money(const char *text, int scale) {
    char again[AT_AMOUNT_TEXT_BYTES];
    at_error err = {0};
    int64_t amount = 0, amount_again = 0;
    at_currency currency;
    if (at_money_parse(&amount, text, scale, NULL, NULL, &err) == AT_OK) {
        at_money_format(again, amount, scale);
        assert(at_money_parse(&amount_again, again, scale, NULL, NULL, &err) == AT_OK);
        assert(amount == amount_again);
    }
    (void)!at_currency_parse(&currency, text, NULL, 0, &err);
}

static void read_share(const char *text) {
    char again[AT_RATIO_TEXT_BYTES];
    at_error err = {0};
    at_ratio ratio, ratio_again;
    at_share share;
    if (at_ratio_parse(&ratio, text, &err) == AT_OK) {
        at_ratio_format(again, ratio);
        assert(at_ratio_parse(&ratio_again, again, &err) == AT_OK);
        assert(at_ratio_compare(ratio, ratio_again) == 0);
    }
    (void)!at_share_parse(&share, text, text, &err);
}

static void read_time(const char *text, const char *pattern, at_calendar calendar) {
    char again[AT_TIME_TEXT_BYTES];
    at_error err = {0};
    at_time time, time_again;
    at_date_range range;
    int32_t day = 0;
    int64_t us = 0;
    const at_date_style style = {
        .calendar = calendar, .pattern = pattern, .zone_minutes = AT_ZONE_UNKNOWN};
    if (at_time_parse(&time, text, &err) == AT_OK) {
        at_time_format(again, time.us, time.precision);
        assert(at_time_parse(&time_again, again, &err) == AT_OK && time.us == time_again.us);
    }
    (void)!at_day_parse(&day, text, &err);
    (void)!at_time_parse_end(&us, text, &err);
    if (at_date_style_check(&style, &err) == AT_OK)
        (void)!at_date_read(&time, text, &style, &err);
    (void)!at_date_range_read(&range, text, calendar, NULL, &err);
    (void)!at_date_range_read(&range, text, AT_CALENDAR_BY_YEAR, "IR", &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    char text[TEXT_BYTES_MAX] = "", pattern[TEXT_BYTES_MAX] = "YYYY-MM-DD hh:mm:ss";
    if (bytes == 0 || bytes > TEXT_BYTES_MAX)
        return 0;
    memcpy(text, data + 1, bytes - 1);
    const size_t length = strlen(text);
    if (length + 2 < bytes)
        memcpy(pattern, text + length + 1, bytes - length - 2);
    if (length + 2 < bytes)
        pattern[bytes - length - 2] = '\0';
    read_money(text, data[0] % (AT_SCALE_MAX + 1));
    read_share(text);
    read_time(text, pattern, (at_calendar)(data[0] % AT_CALENDAR_BY_YEAR));
    return 0;
}
