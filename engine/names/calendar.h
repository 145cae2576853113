/**
 * calendar.h - dates of other calendars as days, and texts by a declared pattern as times.
 *
 * Jalali is the Persian solar calendar as ICU reckons it (33-year cycles, true for 1178-1501),
 * Hijri the Umm al-Qura table of Saudi Arabia (1300-1600, arithmetic outside), Hijri civil the
 * arithmetic calendar. A day that does not exist (30 Esfand of a common year) is refused, never
 * carried over into the next month.
 *
 * Units:   days and microseconds of base/day.h; years are those of the calendar itself.
 * Errors:  AT_BAD_INPUT "E-DATE-TEXT" (does not follow the pattern), "E-DATE-VALUE" (there is no
 *          such day), "E-DATE-PATTERN" (the pattern itself); AT_NO_MEMORY.
 * Threads: free to call.
 */
#ifndef ASSETTRACE_NAMES_CALENDAR_H
#define ASSETTRACE_NAMES_CALENDAR_H

#include "engine/model/record.h"

typedef enum at_calendar {
    AT_GREGORIAN,
    AT_JALALI,
    AT_HIJRI,            /* Umm al-Qura */
    AT_HIJRI_CIVIL,      /* 30-year cycle, epoch 16 July 622 */
    AT_CALENDAR_BY_YEAR, /* at_date_range_read alone: see there */
} at_calendar;
extern const char *const at_calendars[]; /* gregorian jalali hijri hijri_civil: for at_word_find */

/** The day of a date; "E-DATE-VALUE" when the calendar has no such date. */
AT_CHECKED at_status at_calendar_to_day(int32_t *out, at_calendar calendar, int year, int month,
                                        int day, at_error *err);
/** The date of a day; a day before year 1 of the calendar is "E-DATE-VALUE". */
AT_CHECKED at_status at_calendar_from_day(int *year, int *month, int *day_of_month,
                                          at_calendar calendar, int32_t day, at_error *err);
/** "1402-07-15". */
AT_CHECKED at_status at_calendar_format(char out[AT_TIME_TEXT_BYTES], at_calendar calendar,
                                        int32_t day, at_error *err);

#define AT_ZONE_UNKNOWN INT32_MIN /* read as UTC; zone_assumed when there is a time of day */

/*
 * How a source writes dates. In the pattern
 *   YYYY year   YY year of 1970-2069, Jalali 1350-1449, Hijri 1400-1499
 *   MM month    M one or two digits    MMM its name: English, Russian, Azerbaijani, Arabic or
 *               Persian for Gregorian, Persian for Jalali, Arabic for Hijri
 *   DD day      D one or two digits
 *   hh hour     h one or two digits; of 12 hours where the pattern has `a`
 *   mm minute   ss second   f fraction of 1-9 digits, zeros below a microsecond
 *   a  AM or PM, in English, Persian or Arabic
 * and everything else stands for itself, a blank for any run of blanks. What follows the date may
 * be missing in a text, and so may seconds and fraction.
 */
typedef struct at_date_style {
    at_calendar calendar;
    const char *pattern;
    int32_t zone_minutes; /* east of UTC, or AT_ZONE_UNKNOWN */
} at_date_style;

/** Check a style once, before the rows: a year, nothing twice, no gap (day without month). */
AT_CHECKED at_status at_date_style_check(const at_date_style *style, at_error *err);
/** "۱۴۰۲/۰۷/۱۵" by "YYYY/MM/DD". Digits of all three kinds; direction marks are skipped. A date
 *  alone is its first microsecond, whatever the zone. `style` has passed its check. */
AT_CHECKED at_status at_date_read(at_time *out, const char *text, const at_date_style *style,
                                  at_error *err);

/**
 * A stated date as an interval of days: "1983", "1983-04", "1362/5/17" (year first; '-', '/' or '.'
 * between). Hijri dates widen by a day at both ends, because the variants of that calendar do.
 *
 * Under AT_CALENDAR_BY_YEAR years from 1500 are Gregorian. Years 1250-1499 are Jalali when
 * `country` is IR or AF or the day is 31; else the interval spans both readings and calendar says
 * "jalali or hijri". Earlier years are refused.
 * @param text     borrowed by out->text
 * @param country  of the source or the party, ISO 3166 alpha-2; NULL = not stated
 */
AT_CHECKED at_status at_date_range_read(at_date_range *out, const char *text, at_calendar calendar,
                                        const char *country, at_error *err);

#endif
