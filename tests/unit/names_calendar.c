/* Goal: a date of any calendar is one day, there and back, and a date that does not exist is
 * refused.
 * Method: 200 years of Jalali days against month lengths and the 33-year cycle; Hijri days without
 * a gap against published new years; tables of texts. */
#include "engine/names/calendar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/arena.h"

static int32_t day_of(at_calendar calendar, int year, int month, int day) {
    int32_t out = AT_DAY_NONE;
    assert_int_equal(at_calendar_to_day(&out, calendar, year, month, day, NULL), AT_OK);
    return out;
}

static bool exists(at_calendar calendar, int year, int month, int day) {
    int32_t out = 77;
    at_error err = {0};
    const at_status status = at_calendar_to_day(&out, calendar, year, month, day, &err);
    if (status != AT_OK) {
        assert_int_equal(status, AT_BAD_INPUT);
        assert_string_equal(err.code, "E-DATE-VALUE");
        assert_int_equal(out, 77);
    }
    return status == AT_OK;
}

static void check_back(at_calendar calendar, int32_t at, int year, int month, int day) {
    int y = 0, m = 0, d = 0;
    assert_int_equal(at_calendar_from_day(&y, &m, &d, calendar, at, NULL), AT_OK);
    if (y != year || m != month || d != day)
        fail_msg("%d-%d-%d came back as %d-%d-%d", year, month, day, y, m, d);
}

static void test_jalali_day_by_day(void **state) {
    (void)state;
    int32_t day = at_day_from_date(1921, 3, 21); /* 1 Farvardin 1300 */
    for (int year = 1300; year < 1500; year++) {
        const bool leap = (25 * year + 11) % 33 < 8; /* Birashk's cycle, good for these years */
        for (int month = 1; month <= 12; month++) {
            const int length = month <= 6 ? 31 : month <= 11 || leap ? 30 : 29;
            for (int d = 1; d <= length; d++, day++) {
                if (day_of(AT_JALALI, year, month, d) != day)
                    fail_msg("%d-%d-%d", year, month, d);
                check_back(AT_JALALI, day, year, month, d);
            }
            assert_false(exists(AT_JALALI, year, month, length + 1));
        }
    }
    assert_int_equal(day, at_day_from_date(2121, 3, 21)); /* 1 Farvardin 1500 */
}

static void test_jalali_leap_years(void **state) {
    (void)state;
    static const int leap[] = {1354, 1358, 1362, 1366, 1370, 1375, 1379, 1383,
                               1387, 1391, 1395, 1399, 1403, 1408, 1412, 1416};
    size_t at = 0;
    for (int year = 1354; year <= 1416; year++) {
        const bool wanted = leap[at] == year;
        at += wanted;
        assert_int_equal(exists(AT_JALALI, year, 12, 30), wanted);
    }
    assert_int_equal(at, AT_COUNT(leap));
    assert_int_equal(day_of(AT_JALALI, 1403, 12, 30), at_day_from_date(2025, 3, 20));
    assert_int_equal(day_of(AT_JALALI, 1402, 7, 15), at_day_from_date(2023, 10, 7));
    assert_int_equal(day_of(AT_JALALI, 1357, 11, 22), at_day_from_date(1979, 2, 11));
}

static void check_without_gap(at_calendar calendar, int first, int last) {
    int32_t day = day_of(calendar, first, 1, 1);
    for (int year = first; year < last; year++) {
        const int32_t start = day;
        for (int month = 1; month <= 12; month++) {
            const int length = exists(calendar, year, month, 30) ? 30 : 29;
            assert_false(exists(calendar, year, month, 31));
            for (int d = 1; d <= length; d++, day++) {
                if (day_of(calendar, year, month, d) != day)
                    fail_msg("%d-%d-%d", year, month, d);
                check_back(calendar, day, year, month, d);
            }
        }
        assert_in_range(day - start, 354, 355);
    }
    assert_int_equal(day_of(calendar, last, 1, 1), day);
}

static void test_hijri(void **state) {
    (void)state;
    check_without_gap(AT_HIJRI, 1300, 1500);
    check_without_gap(AT_HIJRI_CIVIL, 1300, 1500);
    /* Umm al-Qura, as printed in Mecca. */
    assert_int_equal(day_of(AT_HIJRI, 1446, 1, 1), at_day_from_date(2024, 7, 7));
    assert_int_equal(day_of(AT_HIJRI, 1445, 1, 1), at_day_from_date(2023, 7, 19));
    assert_int_equal(day_of(AT_HIJRI, 1445, 9, 1), at_day_from_date(2024, 3, 11));
    assert_int_equal(day_of(AT_HIJRI, 1444, 1, 1), at_day_from_date(2022, 7, 30));
    /* The cycle: year 2, 5, 7, 10 ... of 30 have 355 days. */
    assert_int_equal(day_of(AT_HIJRI_CIVIL, 1, 1, 1), at_day_from_date(622, 7, 19));
    assert_true(exists(AT_HIJRI_CIVIL, 1442, 12, 30));
    assert_false(exists(AT_HIJRI_CIVIL, 1443, 12, 30));
}

static void test_refused_dates(void **state) {
    (void)state;
    for (int calendar = AT_GREGORIAN; calendar <= AT_HIJRI_CIVIL; calendar++) {
        const at_calendar c = (at_calendar)calendar;
        assert_false(exists(c, 0, 1, 1) || exists(c, -1, 1, 1) || exists(c, 10000, 1, 1));
        assert_false(exists(c, 1400, 0, 1) || exists(c, 1400, 13, 1));
        assert_false(exists(c, 1400, 1, 0) || exists(c, 1400, 1, 32) || exists(c, 1400, 12, 32));
        int y = 7, m = 7, d = 7;
        at_error err = {0};
        assert_int_equal(at_calendar_from_day(&y, &m, &d, c, -800000, &err), AT_BAD_INPUT);
        assert_int_equal(at_calendar_from_day(&y, &m, &d, c, 3000000, NULL), AT_BAD_INPUT);
        assert_string_equal(err.code, "E-DATE-VALUE");
        assert_int_equal(y + m + d, 21);
    }
    int y = 7, m = 7, d = 7;
    const int32_t before = at_day_from_date(600, 1, 1);
    assert_int_equal(at_calendar_from_day(&y, &m, &d, AT_JALALI, before, NULL), AT_BAD_INPUT);
    assert_int_equal(at_calendar_from_day(&y, &m, &d, AT_HIJRI, before, NULL), AT_BAD_INPUT);
    assert_int_equal(at_calendar_from_day(&y, &m, &d, AT_GREGORIAN, before, NULL), AT_OK);
    assert_int_equal(y, 600);
}

static void test_format(void **state) {
    (void)state;
    char text[AT_TIME_TEXT_BYTES] = "kept";
    const int32_t day = at_day_from_date(2023, 10, 7);
    assert_int_equal(at_calendar_format(text, AT_JALALI, day, NULL), AT_OK);
    assert_string_equal(text, "1402-07-15");
    assert_int_equal(at_calendar_format(text, AT_HIJRI, day, NULL), AT_OK);
    assert_string_equal(text, "1445-03-22");
    assert_int_equal(at_calendar_format(text, AT_GREGORIAN, day, NULL), AT_OK);
    assert_string_equal(text, "2023-10-07");
    assert_int_equal(at_calendar_format(text, AT_JALALI, -719162, NULL), AT_BAD_INPUT);
    assert_string_equal(text, "2023-10-07");
    assert_int_equal(at_word_find(at_calendars, "jalali"), AT_JALALI);
    assert_int_equal(at_word_find(at_calendars, "hijri_civil"), AT_HIJRI_CIVIL);
}

/* --- Patterns --------------------------------------------------------------------------------- */

enum { UTC = 0, TEHRAN = 210, NOWHERE = AT_ZONE_UNKNOWN };

static const struct {
    const char *story;
    at_calendar calendar;
    const char *pattern;
    int32_t zone;
    const char *text,
        *wanted; /* as at_time_format prints it; NULL: refused as text; "": as value */
    at_precision precision;
} rows[] = {
    {"Jalali", AT_JALALI, "YYYY/MM/DD", TEHRAN, "1402/07/15", "2023-10-07", AT_DAY},
    {"Jalali in Persian digits", AT_JALALI, "YYYY/MM/DD", TEHRAN, "۱۴۰۲/۰۷/۱۵", "2023-10-07",
     AT_DAY},
    {"Arabic digits", AT_GREGORIAN, "DD/MM/YYYY", UTC, "٠٧/١٠/٢٠٢٣", "2023-10-07", AT_DAY},
    {"day first, dots", AT_JALALI, "DD.MM.YYYY", TEHRAN, "15.07.1402", "2023-10-07", AT_DAY},
    {"no separators", AT_GREGORIAN, "YYYYMMDD", UTC, "20231007", "2023-10-07", AT_DAY},
    {"short numbers", AT_GREGORIAN, "D.M.YYYY", UTC, "7.10.2023", "2023-10-07", AT_DAY},
    {"short numbers, written long", AT_GREGORIAN, "D.M.YYYY", UTC, "07.10.2023", "2023-10-07",
     AT_DAY},
    {"30 Esfand of a leap year", AT_JALALI, "YYYY-MM-DD", TEHRAN, "1403-12-30", "2025-03-20",
     AT_DAY},
    {"30 Esfand of a common year", AT_JALALI, "YYYY-MM-DD", TEHRAN, "1404-12-30", "", AT_DAY},
    {"30 February", AT_GREGORIAN, "YYYY-MM-DD", UTC, "2024-02-30", "", AT_DAY},
    {"month 13", AT_GREGORIAN, "YYYY-MM-DD", UTC, "2024-13-01", "", AT_DAY},
    {"month 0", AT_GREGORIAN, "YYYY-MM-DD", UTC, "2024-00-01", "", AT_DAY},
    {"Hijri", AT_HIJRI, "YYYY/MM/DD", UTC, "1446/01/01", "2024-07-07", AT_DAY},
    {"direction marks", AT_JALALI, "YYYY/MM/DD", TEHRAN, "\xE2\x80\x8F۱۴۰۲/۰۷/۱۵\xE2\x80\x8E",
     "2023-10-07", AT_DAY},
    {"isolates inside", AT_JALALI, "YYYY/MM/DD", TEHRAN, "\xE2\x81\xA6۱۴۰۲\xE2\x81\xA9/۰۷/۱۵",
     "2023-10-07", AT_DAY},
    {"blanks around", AT_GREGORIAN, "YYYY-MM-DD", UTC, "  2023-10-07 ", "2023-10-07", AT_DAY},
    {"a year", AT_GREGORIAN, "YYYY", UTC, "2023", "2023-01-01", AT_YEAR},
    {"a month", AT_JALALI, "YYYY/MM", TEHRAN, "1402/07", "2023-09-23", AT_MONTH},

    {"time in Tehran", AT_JALALI, "YYYY/MM/DD hh:mm:ss", TEHRAN, "1402/07/15 10:20:30",
     "2023-10-07T06:50:30Z", AT_SECOND},
    {"time in Tehran, before midnight UTC", AT_JALALI, "YYYY/MM/DD hh:mm", TEHRAN,
     "1402/07/15 00:20", "2023-10-06T20:50:00Z", AT_MINUTE},
    {"time missing", AT_JALALI, "YYYY/MM/DD hh:mm:ss", TEHRAN, "1402/07/15", "2023-10-07", AT_DAY},
    {"seconds missing", AT_GREGORIAN, "YYYY-MM-DD hh:mm:ss", UTC, "2023-10-07 10:20",
     "2023-10-07T10:20:00Z", AT_MINUTE},
    {"minutes missing", AT_GREGORIAN, "YYYY-MM-DD hh:mm:ss", UTC, "2023-10-07 10", NULL, AT_DAY},
    {"seconds announced and missing", AT_GREGORIAN, "YYYY-MM-DD hh:mm:ss", UTC,
     "2023-10-07 10:20:", NULL, AT_DAY},
    {"half a date", AT_GREGORIAN, "YYYY-MM-DD hh:mm", UTC, "2023-10", NULL, AT_DAY},
    {"a run of blanks", AT_GREGORIAN, "YYYY-MM-DD hh:mm", UTC, "2023-10-07 \xC2\xA0\t 10:20",
     "2023-10-07T10:20:00Z", AT_MINUTE},
    {"a T between", AT_GREGORIAN, "YYYY-MM-DDThh:mm:ss", UTC, "2023-10-07T10:20:30",
     "2023-10-07T10:20:30Z", AT_SECOND},
    {"a T without time", AT_GREGORIAN, "YYYY-MM-DDThh:mm:ss", UTC, "2023-10-07T", NULL, AT_DAY},
    {"a fraction", AT_GREGORIAN, "YYYY-MM-DD hh:mm:ss.f", UTC, "2023-10-07 10:20:30.25",
     "2023-10-07T10:20:30.25Z", AT_MICROSECOND},
    {"a fraction of nine digits", AT_GREGORIAN, "YYYY-MM-DD hh:mm:ss.f", UTC,
     "2023-10-07 10:20:30.123456000", "2023-10-07T10:20:30.123456Z", AT_MICROSECOND},
    {"a fraction below a microsecond", AT_GREGORIAN, "YYYY-MM-DD hh:mm:ss.f", UTC,
     "2023-10-07 10:20:30.1234567", NULL, AT_DAY},
    {"a fraction of ten digits", AT_GREGORIAN, "YYYY-MM-DD hh:mm:ss.f", UTC,
     "2023-10-07 10:20:30.1234560000", NULL, AT_DAY},
    {"a fraction missing", AT_GREGORIAN, "YYYY-MM-DD hh:mm:ss.f", UTC, "2023-10-07 10:20:30",
     "2023-10-07T10:20:30Z", AT_SECOND},
    {"a fraction of nothing", AT_GREGORIAN, "YYYY-MM-DD hh:mm:ss.f", UTC, "2023-10-07 10:20:30.",
     NULL, AT_DAY},
    {"time first", AT_GREGORIAN, "hh:mm YYYY-MM-DD", UTC, "10:20 2023-10-07",
     "2023-10-07T10:20:00Z", AT_MINUTE},
    {"time first, date missing", AT_GREGORIAN, "hh:mm YYYY-MM-DD", UTC, "10:20", NULL, AT_DAY},
    {"before noon", AT_GREGORIAN, "M/D/YYYY h:mm a", UTC, "3/25/2015 9:05 AM",
     "2015-03-25T09:05:00Z", AT_MINUTE},
    {"after noon", AT_GREGORIAN, "M/D/YYYY h:mm a", UTC, "3/25/2015 9:05 p.m.",
     "2015-03-25T21:05:00Z", AT_MINUTE},
    {"noon", AT_GREGORIAN, "M/D/YYYY hh:mm a", UTC, "3/25/2015 12:00 pm", "2015-03-25T12:00:00Z",
     AT_MINUTE},
    {"midnight", AT_GREGORIAN, "M/D/YYYY hh:mm a", UTC, "3/25/2015 12:00 am",
     "2015-03-25T00:00:00Z", AT_MINUTE},
    {"thirteen o'clock before noon", AT_GREGORIAN, "M/D/YYYY hh:mm a", UTC, "3/25/2015 13:00 am",
     "", AT_DAY},
    {"zero o'clock of twelve hours", AT_GREGORIAN, "M/D/YYYY hh:mm a", UTC, "3/25/2015 00:00 am",
     "", AT_DAY},
    {"the half of the day missing", AT_GREGORIAN, "M/D/YYYY hh:mm a", UTC, "3/25/2015 10:00", NULL,
     AT_DAY},
    {"after noon in Persian", AT_JALALI, "YYYY/MM/DD h:mm a", TEHRAN, "۱۴۰۲/۰۷/۱۵ ۹:۰۵ ب.ظ",
     "2023-10-07T17:35:00Z", AT_MINUTE},
    {"after noon in Arabic", AT_GREGORIAN, "YYYY/MM/DD h:mm a", UTC, "2023/10/07 9:05 م",
     "2023-10-07T21:05:00Z", AT_MINUTE},
    {"24 o'clock", AT_GREGORIAN, "YYYY-MM-DD hh:mm", UTC, "2023-10-07 24:00", "", AT_DAY},
    {"minute 60", AT_GREGORIAN, "YYYY-MM-DD hh:mm", UTC, "2023-10-07 10:60", "", AT_DAY},
    {"a leap second", AT_GREGORIAN, "YYYY-MM-DD hh:mm:ss", UTC, "2016-12-31 23:59:60", "", AT_DAY},

    {"an English month", AT_GREGORIAN, "MMM D, YYYY", UTC, "Mar 25, 2015", "2015-03-25", AT_DAY},
    {"an English month in full", AT_GREGORIAN, "D MMM YYYY", UTC, "25 SEPTEMBER 2015", "2015-09-25",
     AT_DAY},
    {"a Russian month", AT_GREGORIAN, "D MMM YYYY", UTC, "5 МАЯ 2024", "2024-05-05", AT_DAY},
    {"a Russian month, cut", AT_GREGORIAN, "DD-MMM-YYYY", UTC, "25-сен-2015", "2015-09-25", AT_DAY},
    {"an Azerbaijani month", AT_GREGORIAN, "D MMM YYYY", UTC, "7 İyun 2024", "2024-06-07", AT_DAY},
    {"an Arabic month", AT_GREGORIAN, "D MMM YYYY", UTC, "١٢ أغسطس ٢٠٢٣", "2023-08-12", AT_DAY},
    {"an Arabic month of two words", AT_GREGORIAN, "D MMM YYYY", UTC, "1 كانون الثاني 2024",
     "2024-01-01", AT_DAY},
    {"a Persian name of a Gregorian month", AT_GREGORIAN, "D MMM YYYY", UTC, "۳ ژوئیه ۲۰۲۴",
     "2024-07-03", AT_DAY},
    {"no month", AT_GREGORIAN, "D MMM YYYY", UTC, "25 Mai 2015", NULL, AT_DAY},
    {"a Persian month", AT_JALALI, "D MMM YYYY", TEHRAN, "۱۵ مهر ۱۴۰۲", "2023-10-07", AT_DAY},
    {"a Persian month with Arabic yeh", AT_JALALI, "D MMM YYYY", TEHRAN,
     "۱ اردي\xD8\xA8\xD9\x87\xD8\xB4\xD8\xAA ۱۴۰۲", "2023-04-21", AT_DAY},
    {"Mordad with and without alef", AT_JALALI, "D MMM YYYY", TEHRAN, "۱ امرداد ۱۴۰۲", "2023-07-23",
     AT_DAY},
    {"a Hijri month of two words", AT_HIJRI, "D MMM YYYY", UTC, "١ ربيع الأول ١٤٤٥", "2023-09-16",
     AT_DAY},
    {"the same without hamza", AT_HIJRI, "D MMM YYYY", UTC, "١ ربيع الاول ١٤٤٥", "2023-09-16",
     AT_DAY},
    {"a cut month", AT_HIJRI, "D MMM YYYY", UTC, "١ ربيع", NULL, AT_DAY},

    {"two digits of a year", AT_GREGORIAN, "DD.MM.YY", UTC, "07.10.23", "2023-10-07", AT_DAY},
    {"two digits of the last century", AT_GREGORIAN, "DD.MM.YY", UTC, "07.10.70", "1970-10-07",
     AT_DAY},
    {"two digits of a Jalali year", AT_JALALI, "YY/MM/DD", TEHRAN, "02/07/15", "2023-10-07",
     AT_DAY},
    {"two digits of a Jalali year before", AT_JALALI, "YY/MM/DD", TEHRAN, "99/12/30", "2021-03-20",
     AT_DAY},
    {"two digits of a Hijri year", AT_HIJRI, "YY/MM/DD", UTC, "46/01/01", "2024-07-07", AT_DAY},
    {"two digits of a civil Hijri year", AT_HIJRI_CIVIL, "YY/MM/DD", UTC, "46/01/01", "2024-07-08",
     AT_DAY},

    {"another separator", AT_GREGORIAN, "YYYY-MM-DD", UTC, "2023/10/07", NULL, AT_DAY},
    {"something behind", AT_GREGORIAN, "YYYY-MM-DD", UTC, "2023-10-07x", NULL, AT_DAY},
    {"three digits of a year", AT_GREGORIAN, "YYYY-MM-DD", UTC, "023-10-07", NULL, AT_DAY},
    {"one digit of a month", AT_GREGORIAN, "YYYY-MM-DD", UTC, "2023-1-07", NULL, AT_DAY},
    {"no blank before the time", AT_GREGORIAN, "YYYY-MM-DD hh:mm", UTC, "2023-10-0710:20", NULL,
     AT_DAY},
    {"a literal of the pattern missing at the end", AT_GREGORIAN, "YYYY-MM-DD Z", UTC, "2023-10-07",
     "2023-10-07", AT_DAY},
    {"nothing", AT_GREGORIAN, "YYYY-MM-DD", UTC, "", NULL, AT_DAY},
    {"no UTF-8", AT_GREGORIAN, "YYYY-MM-DD", UTC, "2023-10-07\xFF", NULL, AT_DAY},
    {"a text too long for a date", AT_GREGORIAN, "YYYY-MM-DD", UTC,
     "2023-10-07                                                          x", NULL, AT_DAY},
};

static void test_read(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        at_error err = {0};
        at_time time = {.us = 77};
        char text[AT_TIME_TEXT_BYTES];
        const at_date_style style = {rows[i].calendar, rows[i].pattern, rows[i].zone};
        print_message("  %s\n", rows[i].story);
        assert_int_equal(at_date_style_check(&style, NULL), AT_OK);
        const at_status status = at_date_read(&time, rows[i].text, &style, &err);
        if (rows[i].wanted == NULL || rows[i].wanted[0] == '\0') {
            assert_int_equal(status, AT_BAD_INPUT);
            assert_string_equal(err.code, rows[i].wanted == NULL ? "E-DATE-TEXT" : "E-DATE-VALUE");
            assert_int_equal(time.us, 77);
            continue;
        }
        assert_int_equal(status, AT_OK);
        assert_int_equal(time.precision, rows[i].precision);
        assert_false(time.zone_assumed);
        const bool date_only = time.precision >= AT_DAY;
        at_time_format(text, time.us, date_only ? AT_DAY : time.precision);
        assert_string_equal(text, rows[i].wanted);
    }
}

static void test_zone_assumed(void **state) {
    (void)state;
    const at_date_style style = {AT_GREGORIAN, "YYYY-MM-DD hh:mm", NOWHERE};
    at_time time = {0};
    assert_int_equal(at_date_style_check(&style, NULL), AT_OK);
    assert_int_equal(at_date_read(&time, "1970-01-01 00:01", &style, NULL), AT_OK);
    assert_true(time.zone_assumed);
    assert_int_equal(time.us, 60 * AT_US_PER_SECOND);
    assert_int_equal(at_date_read(&time, "1970-01-02", &style, NULL), AT_OK);
    assert_false(time.zone_assumed); /* a date needs no zone */
    assert_int_equal(time.us, AT_US_PER_DAY);
}

static void test_styles(void **state) {
    (void)state;
    static const struct {
        const char *story, *pattern;
        int32_t zone;
        bool good;
    } table[] = {
        {"a date", "YYYY-MM-DD", UTC, true},
        {"the whole of it", "YYYY-MM-DD hh:mm:ss.f a", UTC, true},
        {"no zone", "YYYY", AT_ZONE_UNKNOWN, true},
        {"the last zone", "YYYY", 18 * 60, true},
        {"past the last zone", "YYYY", 18 * 60 + 1, false},
        {"past the first zone", "YYYY", -18 * 60 - 1, false},
        {"nothing", "", UTC, false},
        {"no year", "MM-DD", UTC, false},
        {"two years", "YYYY YY", UTC, false},
        {"two months", "YYYY MM MMM", UTC, false},
        {"a day without month", "YYYY DD", UTC, false},
        {"a time without day", "YYYY-MM hh:mm", UTC, false},
        {"minutes without hours", "YYYY-MM-DD mm", UTC, false},
        {"seconds without minutes", "YYYY-MM-DD hh:ss", UTC, false},
        {"a fraction without seconds", "YYYY-MM-DD hh:mm.f", UTC, false},
        {"a half without hours", "YYYY-MM-DD a", UTC, false},
        {"a lone Y", "YYYY-MM-DD Y", UTC, false},
        {"a lone m", "YYYY-MM-DD hh:m", UTC, false},
        {"a lone s", "YYYY-MM-DD hh:mm:s", UTC, false},
        {"four M", "YYYY MMMM", UTC, false},
        {"no UTF-8", "YYYY\xFF", UTC, false},
        {"too long", "YYYY                                                              x", UTC,
         false},
    };
    for (size_t i = 0; i < AT_COUNT(table); i++) {
        at_error err = {0};
        const at_date_style style = {AT_JALALI, table[i].pattern, table[i].zone};
        print_message("  %s\n", table[i].story);
        assert_int_equal(at_date_style_check(&style, &err), table[i].good ? AT_OK : AT_BAD_INPUT);
        assert_string_equal(err.code, table[i].good ? "" : "E-DATE-PATTERN");
    }
}

/* --- Stated dates ----------------------------------------------------------------------------- */

static const struct {
    const char *story, *text;
    at_calendar calendar;
    const char *country, *earliest, *latest; /* NULL: refused */
    at_precision precision;
    const char *kept; /* the calendar, or the code of the refusal */
} ranges[] = {
    {"a Gregorian day", "1983-04-17", AT_GREGORIAN, NULL, "1983-04-17", "1983-04-17", AT_DAY,
     "gregorian"},
    {"a Gregorian month", "1983-04", AT_GREGORIAN, NULL, "1983-04-01", "1983-04-30", AT_MONTH,
     "gregorian"},
    {"February of a leap year", "1984/2", AT_GREGORIAN, NULL, "1984-02-01", "1984-02-29", AT_MONTH,
     "gregorian"},
    {"February of a common year", "1983/2", AT_GREGORIAN, NULL, "1983-02-01", "1983-02-28",
     AT_MONTH, "gregorian"},
    {"a Gregorian year", "1983", AT_GREGORIAN, NULL, "1983-01-01", "1983-12-31", AT_YEAR,
     "gregorian"},
    {"a Jalali day", "1362/1/28", AT_JALALI, NULL, "1983-04-17", "1983-04-17", AT_DAY, "jalali"},
    {"a Jalali year", "۱۳۶۲", AT_JALALI, NULL, "1983-03-21", "1984-03-20", AT_YEAR, "jalali"},
    {"Esfand of a common year", "1363.12", AT_JALALI, NULL, "1985-02-20", "1985-03-20", AT_MONTH,
     "jalali"},
    {"a Hijri day is three", "1446/1/1", AT_HIJRI, NULL, "2024-07-06", "2024-07-08", AT_DAY,
     "hijri"},
    {"a civil Hijri month", "1446/1", AT_HIJRI_CIVIL, NULL, "2024-07-07", "2024-08-07", AT_MONTH,
     "hijri_civil"},
    {"by year: Gregorian", "1983-04-17", AT_CALENDAR_BY_YEAR, "IR", "1983-04-17", "1983-04-17",
     AT_DAY, "gregorian"},
    {"by year: Jalali of Iran", "1362-01-28", AT_CALENDAR_BY_YEAR, "IR", "1983-04-17", "1983-04-17",
     AT_DAY, "jalali"},
    {"by year: Jalali of Afghanistan", "1362-01-28", AT_CALENDAR_BY_YEAR, "AF", "1983-04-17",
     "1983-04-17", AT_DAY, "jalali"},
    {"by year: no lunar month has 31 days", "1362-01-31", AT_CALENDAR_BY_YEAR, "IQ", "1983-04-20",
     "1983-04-20", AT_DAY, "jalali"},
    {"by year: either", "1402-01-01", AT_CALENDAR_BY_YEAR, "IQ", "1981-10-28", "2023-03-21", AT_DAY,
     "jalali or hijri"},
    {"by year: either year", "1402", AT_CALENDAR_BY_YEAR, NULL, "1981-10-28", "2024-03-19", AT_YEAR,
     "jalali or hijri"},
    {"by year: only lunar has it", "1443-12-30", AT_CALENDAR_BY_YEAR, NULL, "2022-07-28",
     "2022-07-30", AT_DAY, "hijri"},
    {"by year: only solar has it", "1445-01-30", AT_CALENDAR_BY_YEAR, NULL, "2066-04-18",
     "2066-04-18", AT_DAY, "jalali"},
    {"by year: neither has it", "1404-12-30", AT_CALENDAR_BY_YEAR, NULL, NULL, NULL, AT_DAY,
     "E-DATE-VALUE"},
    {"by year: too early", "1249-01-01", AT_CALENDAR_BY_YEAR, "IR", NULL, NULL, AT_DAY,
     "E-DATE-VALUE"},
    {"by year: no such Gregorian day", "1983-02-29", AT_CALENDAR_BY_YEAR, NULL, NULL, NULL, AT_DAY,
     "E-DATE-VALUE"},
    {"by year: no such Jalali day", "1404-12-30", AT_CALENDAR_BY_YEAR, "IR", NULL, NULL, AT_DAY,
     "E-DATE-VALUE"},
    {"no such month", "1983-13", AT_GREGORIAN, NULL, NULL, NULL, AT_MONTH, "E-DATE-VALUE"},
    {"the year 0", "0000", AT_GREGORIAN, NULL, NULL, NULL, AT_YEAR, "E-DATE-VALUE"},
    {"month 0", "1983-00", AT_GREGORIAN, NULL, NULL, NULL, AT_MONTH, "E-DATE-TEXT"},
    {"two separators", "1983-04/17", AT_GREGORIAN, NULL, NULL, NULL, AT_DAY, "E-DATE-TEXT"},
    {"day first", "17-04-1983", AT_GREGORIAN, NULL, NULL, NULL, AT_DAY, "E-DATE-TEXT"},
    {"nothing behind the separator", "1983-", AT_GREGORIAN, NULL, NULL, NULL, AT_DAY,
     "E-DATE-TEXT"},
    {"something behind", "1983-04-17-1", AT_GREGORIAN, NULL, NULL, NULL, AT_DAY, "E-DATE-TEXT"},
    {"another separator", "1983_04", AT_GREGORIAN, NULL, NULL, NULL, AT_DAY, "E-DATE-TEXT"},
    {"words", "circa 1962", AT_GREGORIAN, NULL, NULL, NULL, AT_DAY, "E-DATE-TEXT"},
    {"nothing", "", AT_GREGORIAN, NULL, NULL, NULL, AT_DAY, "E-DATE-TEXT"},
};

static void test_ranges(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(ranges); i++) {
        at_error err = {0};
        at_date_range range = {.earliest = 77};
        char text[AT_TIME_TEXT_BYTES];
        print_message("  %s\n", ranges[i].story);
        const at_status status =
            at_date_range_read(&range, ranges[i].text, ranges[i].calendar, ranges[i].country, &err);
        if (ranges[i].earliest == NULL) {
            assert_int_equal(status, AT_BAD_INPUT);
            assert_string_equal(err.code, ranges[i].kept);
            assert_int_equal(range.earliest, 77);
            continue;
        }
        assert_int_equal(status, AT_OK);
        assert_string_equal(err.code, "");
        at_day_format(text, range.earliest);
        assert_string_equal(text, ranges[i].earliest);
        at_day_format(text, range.latest);
        assert_string_equal(text, ranges[i].latest);
        assert_int_equal(range.precision, ranges[i].precision);
        assert_string_equal(range.calendar, ranges[i].kept);
        assert_ptr_equal(range.text, ranges[i].text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_jalali_day_by_day),
        cmocka_unit_test(test_jalali_leap_years),
        cmocka_unit_test(test_hijri),
        cmocka_unit_test(test_refused_dates),
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_zone_assumed),
        cmocka_unit_test(test_styles),
        cmocka_unit_test(test_ranges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
