/* calendar.c: days as people write them, worked out here and not by the program under test. */
#include <stdio.h>

#include "tests/world/world.h"

/* Gregorian, after Hinnant, "chrono-compatible low-level date algorithms": eras of 400 years. */
wm_date gregorian(int64_t day) {
    int64_t z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    int64_t month = mp < 10 ? mp + 3 : mp - 9;
    return (wm_date){(int)(yoe + era * 400 + (month <= 2)), (int)month,
                     (int)(doy - (153 * mp + 2) / 5 + 1)};
}

int64_t day_of(int year, int month, int day) {
    int64_t y = year - (month <= 2), era = y / 400, yoe = y - era * 400;
    int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

/* Leap years of the 33-year cycle, which the astronomical calendar follows from 1210 to 1479. */
static int jalali_days(int year) {
    return (25 * year + 11) % 33 < 8 ? 366 : 365;
}

/* Counted from 1 Farvardin 1403 = 20 March 2024. */
wm_date jalali(int64_t day) {
    int64_t rest = day - day_of(2024, 3, 20);
    int year = 1403;
    for (; rest < 0; rest += jalali_days(year))
        year--;
    for (; rest >= jalali_days(year); year++)
        rest -= jalali_days(year);
    if (rest < 186)
        return (wm_date){year, (int)(rest / 31) + 1, (int)(rest % 31) + 1};
    return (wm_date){year, (int)((rest - 186) / 30) + 7, (int)((rest - 186) % 30) + 1};
}

const char *iso_day(int64_t day, char out[DAY_BYTES]) {
    wm_date d = gregorian(day);
    snprintf(out, DAY_BYTES, "%04d-%02d-%02d", d.year, d.month, d.day);
    return out;
}

const char *iso_time(int64_t minute, char out[DAY_BYTES]) {
    wm_date d = gregorian(minute / 1440);
    snprintf(out, DAY_BYTES, "%04d-%02d-%02dT%02d:%02d:00Z", d.year, d.month, d.day,
             (int)(minute / 60 % 24), (int)(minute % 60));
    return out;
}

/* A birthday as the register of `of` writes it: Iran counts Jalali years. */
const char *register_day(int64_t day, const wm_country *of, char out[DAY_BYTES]) {
    if (of->style != STYLE_FA)
        return iso_day(day, out);
    wm_date d = jalali(day);
    snprintf(out, DAY_BYTES, "%04d-%02d-%02d", d.year, d.month, d.day);
    return out;
}

/* Persian (U+06F0) or Arabic-Indic (U+0660) digits in place of ASCII ones. */
const char *digits(const char *text, wm_style of, char *out, size_t bytes) {
    size_t n = 0;
    for (; *text && n + 3 < bytes; text++) {
        bool digit = *text >= '0' && *text <= '9';
        if (digit && of == STYLE_FA) {
            out[n++] = (char)0xdb;
            out[n++] = (char)(0xb0 + *text - '0');
        } else if (digit && of == STYLE_AR) {
            out[n++] = (char)0xd9;
            out[n++] = (char)(0xa0 + *text - '0');
        } else {
            out[n++] = *text;
        }
    }
    out[n] = '\0';
    return out;
}

/* An amount with groups of three and a decimal mark; whole rials have no decimals. */
const char *amount_text(int64_t minor, const wm_currency *of, char group, char mark,
                        char out[AMOUNT_BYTES]) {
    char plain[AMOUNT_BYTES];
    int64_t unit = 1, size = minor < 0 ? -minor : minor;
    for (int i = 0; i < of->decimals; i++)
        unit *= 10;
    int length = snprintf(plain, sizeof plain, "%lld", (long long)(size / unit));
    size_t n = 0;
    if (minor < 0)
        out[n++] = '-';
    for (int i = 0; i < length; i++) {
        if (group && i > 0 && (length - i) % 3 == 0)
            out[n++] = group;
        out[n++] = plain[i];
    }
    out[n] = '\0';
    if (of->granule < unit)
        snprintf(out + n, AMOUNT_BYTES - n, "%c%0*lld", mark, of->decimals,
                 (long long)(size % unit));
    return out;
}
