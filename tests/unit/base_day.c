/* Goal: every written time means one microsecond, and what does not exist is refused by name.
 * Method: tables of texts at the borders of the calendar; the whole calendar counted day by day
 * against a clock that only knows how long months are. */
#include "engine/base/day.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_whole_calendar(void **state) {
    (void)state;
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int32_t day = -719162; /* 0001-01-01: 1969 years of 365 days and 477 leap days */
    for (int year = 1; year <= 9999; year++) {
        const bool leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
        for (int month = 1; month <= 12; month++) {
            const int length = lengths[month - 1] + (leap && month == 2);
            for (int d = 1; d <= length; d++, day++) {
                int y = 0, m = 0, dm = 0;
                at_day_to_date(day, &y, &m, &dm);
                if (at_day_from_date(year, month, d) != day || y != year || m != month || dm != d)
                    fail_msg("%04d-%02d-%02d", year, month, d);
            }
            assert_false(at_date_valid(year, month, length + 1));
            assert_true(at_date_valid(year, month, length));
        }
    }
    assert_int_equal(day, 2932897); /* the day after 9999-12-31 */
    assert_int_equal(at_day_from_date(1970, 1, 1), 0);
    assert_int_equal(at_day_from_date(2000, 3, 1), 11017);
    assert_false(at_date_valid(0, 1, 1));
    assert_false(at_date_valid(10000, 1, 1));
    assert_false(at_date_valid(2024, 0, 1));
    assert_false(at_date_valid(2024, 13, 1));
    assert_false(at_date_valid(2024, 1, 0));
    assert_false(at_date_valid(2024, -1, 1));
}

static void test_day_of_time_rounds_down(void **state) {
    (void)state;
    static const struct {
        int64_t us;
        int32_t day;
    } rows[] = {
        {0, 0},
        {AT_US_PER_DAY - 1, 0},
        {AT_US_PER_DAY, 1},
        {-1, -1},
        {-AT_US_PER_DAY, -1},
        {-AT_US_PER_DAY - 1, -2},
        {INT64_MAX, 106751991},
        {INT64_MIN, -106751992},
    };
    for (size_t i = 0; i < AT_COUNT(rows); i++)
        assert_int_equal(at_day_of_time(rows[i].us), rows[i].day);
}

/* GNU date -u -d TEXT +%s gave the seconds of the rows with a time. */
static const struct {
    const char *story, *text;
    int64_t us;
    at_precision precision;
    bool zone_assumed;
    const char *back; /* as at_time_format writes it */
} good[] = {
    {"a date", "2024-03-01", 1709251200000000, AT_DAY, false, "2024-03-01"},
    {"the epoch", "1970-01-01", 0, AT_DAY, false, "1970-01-01"},
    {"first day", "0001-01-01", -62135596800000000, AT_DAY, false, "0001-01-01"},
    {"last day", "9999-12-31", 253402214400000000, AT_DAY, false, "9999-12-31"},
    {"a leap day", "2024-02-29", 1709164800000000, AT_DAY, false, "2024-02-29"},
    {"a leap day of a century", "2000-02-29", 951782400000000, AT_DAY, false, "2000-02-29"},
    {"UTC", "2024-03-01T10:20:30Z", 1709288430000000, AT_SECOND, false, "2024-03-01T10:20:30Z"},
    {"no zone is assumed UTC", "2024-03-01T10:20:30", 1709288430000000, AT_SECOND, true,
     "2024-03-01T10:20:30Z"},
    {"a space for T", "2024-03-01 10:20", 1709288400000000, AT_MINUTE, true,
     "2024-03-01T10:20:00Z"},
    {"microseconds", "2024-03-01T10:20:30.123456Z", 1709288430123456, AT_MICROSECOND, false,
     "2024-03-01T10:20:30.123456Z"},
    {"one decimal", "2024-03-01T10:20:30.5Z", 1709288430500000, AT_MICROSECOND, false,
     "2024-03-01T10:20:30.5Z"},
    {"nine decimals, three of them zeros", "2024-03-01T10:20:30.000001000Z", 1709288430000001,
     AT_MICROSECOND, false, "2024-03-01T10:20:30.000001Z"},
    {"east of Greenwich", "2024-03-01T02:20:30+03:30", 1709247030000000, AT_SECOND, false,
     "2024-02-29T22:50:30Z"},
    {"west of Greenwich", "2023-12-31T20:00:00-05:00", 1704070800000000, AT_SECOND, false,
     "2024-01-01T01:00:00Z"},
    {"zero offset", "2024-03-01T10:20:30-00:00", 1709288430000000, AT_SECOND, false,
     "2024-03-01T10:20:30Z"},
    {"an offset without colon", "2024-03-01T02:20:30+0330", 1709247030000000, AT_SECOND, false,
     "2024-02-29T22:50:30Z"},
    {"an offset of hours", "2023-12-31T20:00:00-05", 1704070800000000, AT_SECOND, false,
     "2024-01-01T01:00:00Z"},
    {"widest offset", "1970-01-02T00:00+23:59", 60000000, AT_MINUTE, false, "1970-01-01T00:01:00Z"},
    {"before the epoch", "1969-12-31T23:59:59.999999Z", -1, AT_MICROSECOND, false,
     "1969-12-31T23:59:59.999999Z"},
    {"first moment", "0001-01-01T00:00:00Z", -62135596800000000, AT_SECOND, false,
     "0001-01-01T00:00:00Z"},
    {"last moment", "9999-12-31T23:59:59.999999Z", 253402300799999999, AT_MICROSECOND, false,
     "9999-12-31T23:59:59.999999Z"},
    {"integer microseconds", "1709288430123456", 1709288430123456, AT_MICROSECOND, false,
     "2024-03-01T10:20:30.123456Z"},
    {"four digits are microseconds, not a year", "2024", 2024, AT_MICROSECOND, false,
     "1970-01-01T00:00:00.002024Z"},
    {"negative microseconds", "-1", -1, AT_MICROSECOND, false, "1969-12-31T23:59:59.999999Z"},
    {"first microsecond", "-62135596800000000", -62135596800000000, AT_MICROSECOND, false,
     "0001-01-01T00:00:00Z"},
};

static void test_times_are_read(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(good); i++) {
        at_error err = {0};
        at_time time = {.us = 77};
        int64_t start = 77, end = 77;
        int32_t day = 77;
        char back[AT_TIME_TEXT_BYTES];
        print_message("  %s\n", good[i].story);
        assert_int_equal(at_time_parse(&time, good[i].text, &err), AT_OK);
        assert_int_equal(time.us, good[i].us);
        assert_int_equal(time.precision, good[i].precision);
        assert_int_equal(time.zone_assumed, good[i].zone_assumed);
        at_time_format(back, time.us, time.precision);
        assert_string_equal(back, good[i].back);

        const bool date = good[i].precision == AT_DAY;
        assert_int_equal(at_time_parse_start(&start, good[i].text, &err), AT_OK);
        assert_int_equal(at_time_parse_end(&end, good[i].text, &err), AT_OK);
        assert_int_equal(start, good[i].us);
        assert_int_equal(end, good[i].us + (date ? AT_US_PER_DAY - 1 : 0));
        assert_int_equal(at_day_parse(&day, good[i].text, &err), date ? AT_OK : AT_BAD_INPUT);
        assert_int_equal(day, date ? at_day_of_time(time.us) : 77);
    }
}

static const struct {
    const char *story, *text, *code, *words;
} bad[] = {
    {"no leap day", "2023-02-29", "E-TIME-VALUE", "day 29 does not exist in 2023-02"},
    {"no leap day in 1900", "1900-02-29", "E-TIME-VALUE", "day 29 does not exist in 1900-02"},
    {"30 February", "2024-02-30", "E-TIME-VALUE", "day 30 does not exist in 2024-02"},
    {"31 April", "2024-04-31T00:00Z", "E-TIME-VALUE", "day 31 does not exist in 2024-04"},
    {"day 0", "2024-04-00", "E-TIME-VALUE", "day 0 does not exist in 2024-04"},
    {"month 13", "2024-13-01", "E-TIME-VALUE", "month 13 does not exist"},
    {"month 0", "2024-00-01", "E-TIME-VALUE", "month 00 does not exist"},
    {"year 0", "0000-01-01", "E-TIME-VALUE", "there is no year 0000"},
    {"hour 24", "2024-03-01T24:00:00Z", "E-TIME-VALUE", "24:00:00 does not exist"},
    {"minute 60", "2024-03-01T23:60Z", "E-TIME-VALUE", "23:60:00 does not exist"},
    {"a leap second", "2016-12-31T23:59:60Z", "E-TIME-VALUE", "23:59:60 does not exist"},
    {"offset of a day", "2024-03-01T00:00+24:00", "E-TIME-VALUE", "offset 24:00"},
    {"offset with 60 minutes", "2024-03-01T00:00+03:60", "E-TIME-VALUE", "offset 03:60"},
    {"finer than a microsecond", "2024-03-01T00:00:00.0000001Z", "E-TIME-VALUE", "finer"},
    {"an offset past the last year", "9999-12-31T23:59:00-00:01", "E-TIME-VALUE", "outside"},
    {"an offset before the first year", "0001-01-01T00:00:00+00:01", "E-TIME-VALUE", "outside"},
    {"microseconds past the last year", "253402300800000000", "E-TIME-VALUE", "outside"},
    {"microseconds before the first year", "-62135596800000001", "E-TIME-VALUE", "outside"},
    {"microseconds past int64", "99999999999999999999", "E-TIME-VALUE", "outside"},
    {"nothing", "", "E-TIME-FORM", "not a date"},
    {"a minus alone", "-", "E-TIME-FORM", "not a date"},
    {"day first", "01.03.2024", "E-TIME-FORM", "not a date"},
    {"slashes", "2024/03/01", "E-TIME-FORM", "not a date"},
    {"one-digit month", "2024-3-01", "E-TIME-FORM", "not a date"},
    {"month only", "2024-03", "E-TIME-FORM", "not a date"},
    {"five-digit year", "12024-03-01", "E-TIME-FORM", "not a date"},
    {"space before", " 2024-03-01", "E-TIME-FORM", "not a date"},
    {"space after", "2024-03-01 ", "E-TIME-FORM", "not a date"},
    {"T and nothing", "2024-03-01T", "E-TIME-FORM", "not a date"},
    {"hours only", "2024-03-01T10", "E-TIME-FORM", "not a date"},
    {"a small t", "2024-03-01t10:20Z", "E-TIME-FORM", "not a date"},
    {"a point and nothing", "2024-03-01T10:20:30.Z", "E-TIME-FORM", "not a date"},
    {"text after the zone", "2024-03-01T10:20:30ZZ", "E-TIME-FORM", "not a date"},
    {"an offset of one digit", "2024-03-01T10:20:30+3", "E-TIME-FORM", "not a date"},
    {"an offset of three digits", "2024-03-01T10:20:30+033", "E-TIME-FORM", "not a date"},
    {"a colon and nothing", "2024-03-01T10:20:30+03:", "E-TIME-FORM", "not a date"},
    {"a sign and nothing", "2024-03-01T10:20:30+", "E-TIME-FORM", "not a date"},
    {"Z in an offset", "2024-03-01T10:20:30+03Z", "E-TIME-FORM", "not a date"},
    {"text after an offset", "2024-03-01T10:20:30+03300", "E-TIME-FORM", "not a date"},
    {"offset of a day without colon", "2024-03-01T00:00+2400", "E-TIME-VALUE", "offset 24:00"},
    {"a named zone", "2024-03-01T10:20:30 UTC", "E-TIME-FORM", "not a date"},
    {"Persian digits are read elsewhere", "\xDB\xB2\xDB\xB0\xDB\xB2\xDB\xB4-03-01", "E-TIME-FORM",
     "not a date"},
};

static void test_others_are_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(bad); i++) {
        at_error err = {0};
        at_time time = {.us = 77};
        int64_t start = 77, end = 77;
        int32_t day = 77;
        print_message("  %s\n", bad[i].story);
        assert_int_equal(at_time_parse(&time, bad[i].text, &err), AT_BAD_INPUT);
        assert_string_equal(err.code, bad[i].code);
        assert_non_null(strstr(err.message, bad[i].words));
        assert_non_null(strstr(err.message, bad[i].text));
        assert_int_equal(at_time_parse_start(&start, bad[i].text, NULL), AT_BAD_INPUT);
        assert_int_equal(at_time_parse_end(&end, bad[i].text, NULL), AT_BAD_INPUT);
        assert_int_equal(at_day_parse(&day, bad[i].text, &err), AT_BAD_INPUT);
        assert_int_equal(time.us + start + end + day, 4 * 77);
    }
}

static void test_formats(void **state) {
    (void)state;
    char text[AT_TIME_TEXT_BYTES];
    const int64_t us = 1709288430120000;
    at_time_format(text, us, AT_MICROSECOND);
    assert_string_equal(text, "2024-03-01T10:20:30.12Z");
    at_time_format(text, us, AT_DAY);
    assert_string_equal(text, "2024-03-01");
    at_time_format(text, us, AT_MONTH);
    assert_string_equal(text, "2024-03");
    at_time_format(text, us, AT_YEAR);
    assert_string_equal(text, "2024");
    at_time_format(text, AT_TIME_NONE, AT_DAY);
    assert_string_equal(text, "");
    at_time_format(text, INT64_MAX, AT_SECOND); /* no date has it: shown as the number it is */
    assert_string_equal(text, "9223372036854775807");
    at_day_format(text, -719162);
    assert_string_equal(text, "0001-01-01");
    at_day_format(text, AT_DAY_NONE);
    assert_string_equal(text, "");
    at_day_format(text, INT32_MAX);
    assert_string_equal(text, "2147483647");
}

/* What is read at a glance is what is read with care; a character too many, too few or another says
 * that it is no such time. */
static void test_common_times(void **state) {
    (void)state;
    static const char *const texts[] = {"2024-03-01T10:20:30Z", "2024-02-29T00:00:00",
                                        "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z",
                                        "1970-01-01T00:00:00"};
    static const char changes[] = "0129:-TZ +/;.";
    size_t read = 0;
    for (size_t i = 0; i < AT_COUNT(texts); i++)
        for (size_t place = 0; place <= strlen(texts[i]); place++)
            for (size_t change = 0; change < sizeof changes; change++) {
                char text[24] = "";
                at_time glance = {.us = 7}, care = {.us = 7};
                memcpy(text, texts[i], strlen(texts[i]));
                text[place] = changes[change];
                if (!at_time_read_common(&glance, text, 1500)) {
                    assert_int_equal(glance.us, 7);
                    continue;
                }
                read++;
                assert_int_equal(at_time_parse(&care, text, NULL), AT_OK);
                assert_int_equal(glance.us, care.us);
                assert_int_equal(glance.precision, care.precision);
                assert_int_equal(glance.zone_assumed, care.zone_assumed);
                assert_in_range(text[0] * 10 + text[1], '1' * 10 + '5', '9' * 10 + '9');
            }
    assert_in_range(read, 100, 1000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_common_times),
        cmocka_unit_test(test_whole_calendar),
        cmocka_unit_test(test_day_of_time_rounds_down),
        cmocka_unit_test(test_times_are_read),
        cmocka_unit_test(test_others_are_refused),
        cmocka_unit_test(test_formats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
