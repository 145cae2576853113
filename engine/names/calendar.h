/**
 * calendar.h - dates of other calendars as days, and texts by a declared pattern as times.
 *
 * Jalali is the Persian solar calendar by its arithmetic of ICU, Hijri the Umm al-Qura table of Saudi Arabia
 * (1300-1600), Hijri civil the arithmetic one. A day that does not exist (30 Esfand of a common
 * year) is refused, never carried over into the next month.
 *
 * Units:  days and microseconds of base/day.h. Years 1-9999 of the calendar itself.
 * Errors: AT_BAD_INPUT "E-DATE-TEXT" (does not follow the pattern), "E-DATE-VALUE" (no such day),
 *         "E-DATE-PATTERN" (the pattern itself). Threads: free to call.
 */
#ifndef ASSETTRACE_NAMES_CALENDAR_H
#define ASSETTRACE_NAMES_CALENDAR_H

#include "engine/model/record.h"

typedef enum at_calendar {
    AT_GREGORIAN,
    AT_JALALI,
    AT_HIJRI,            /* Umm al-Qura */
    AT_HIJRI_CIVIL,      /* 30-year arithmetic cycle, epoch 16 July 622 */
    AT_CALENDAR_BY_YEAR, /* at_date_range_read only: by year, country and day, see there */
} at_calendar;
extern const char *const at_calendars[]; /* gregorian jalali hijri hijri_civil: for at_word_find */

AT_CHECKED at_status at_calendar_to_day(int32_t *out, at_calendar calendar, int year, int month,
                                        int day, at_error *err);
/** The date of a day; a day before year 1 of the calendar is AT_BAD_INPUT. */
AT_CHECKED at_status at_calendar_from_day(int *year, int *month, int *day_of_month,
                                          at_calendar calendar, int32_t day, at_error *err);
/** "1402-07-15" */
AT_CHECKED at_status at_calendar_format(char out[AT_TIME_TEXT_BYTES], at_calendar calendar,
                                        int32_t day, at_error *err);

#define AT_ZONE_UNKNOWN INT32_MIN /* read as UTC, zone_assumed set when there is a time of day */

/* How a source writes dates. */
typedef struct at_date_style {
    at_calendar calendar;
    /* YYYY year, MM month, DD day, MMM month's name (English; Persian for Jalali, Arabic for Hijri),
     * hh mm ss time of day, .f optional fraction of seconds (1-9 digits, below a microsecond zeros only);
     * one M, D or h takes one or two digits; everything else stands for itself, a blank for any run
     * of blanks. A whole time part at the end may be in [brackets]: it may be missing. */
    const char *pattern;
    int32_t zone_minutes; /* east of UTC, or AT_ZONE_UNKNOWN */
} at_date_style;

/** Check a pattern once, before the rows: it has YYYY, no letter twice, no letter we do not know. */
AT_CHECKED at_status at_date_style_check(const at_date_style *style, at_error *err);
/** "۱۴۰۲/۰۷/۱۵" by "YYYY/MM/DD". Digits of any of the three kinds; marks of direction are skipped. */
AT_CHECKED at_status at_date_read(at_time *out, const char *text, const at_date_style *style,
                                  at_error *err);

/**
 * A stated date as an interval of days: "1983", "1983-04", "1362/5/17" ('-', '/' or '.' between, year
 * first). Hijri dates widen by a day at both ends, because the variants of that calendar differ so.
 *
 * Under AT_CALENDAR_BY_YEAR: years 1500-2100 are Gregorian; 1250-1499 are Jalali when `country` is IR
 * or AF or the day is 31; else the interval holds both readings and calendar is "jalali_or_hijri".
 * @param text     borrowed by out->text
 * @param country  of the source or party, ISO 3166 alpha-2; may be NULL
 */
AT_CHECKED at_status at_date_range_read(at_date_range *out, const char *text, at_calendar calendar,
                                        const char *country, at_error *err);

#endif
