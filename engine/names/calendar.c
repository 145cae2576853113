#include "engine/names/calendar.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include <unicode/ucal.h>

const char *const at_calendars[] = {"gregorian", "jalali", "hijri", "hijri_civil", NULL};

static const double ms_per_day = 86400000.0;
static const int32_t first_day = -719162, end_day = 2932897; /* 0001-01-01, 10000-01-01 */

static at_status fail_date(at_error *err, at_calendar calendar, int year, int month, int day) {
    return at_fail(err, AT_BAD_INPUT, "E-DATE-VALUE",
                   "there is no %04d-%02d-%02d in the %s calendar", year, month, day,
                   at_calendars[calendar]);
}

static at_status fail_icu(at_error *err, UErrorCode code) {
    if (code == U_MEMORY_ALLOCATION_ERROR)
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory for a calendar");
    return at_fail(err, AT_BUG, "E-BUG", "ICU cannot reckon a calendar: %s", u_errorName(code));
}

static void close_calendar(UCalendar **calendar) {
    ucal_close(*calendar); /* accepts NULL */
}

/* Midnight of no date at all, in UTC, strict: lenient ICU would turn 30 Esfand into 1 Farvardin. */
static at_status open_calendar(UCalendar **out, at_calendar calendar, at_error *err) {
    static const char *const locales[] = {
        [AT_JALALI] = "@calendar=persian",
        [AT_HIJRI] = "@calendar=islamic-umalqura",
        [AT_HIJRI_CIVIL] = "@calendar=islamic-civil",
    };
    static const UChar utc[] = {'U', 'T', 'C', 0};
    UErrorCode code = U_ZERO_ERROR;
    UCalendar *opened = ucal_open(utc, -1, locales[calendar], UCAL_TRADITIONAL, &code);
    if (U_FAILURE(code)) {
        ucal_close(opened);
        return fail_icu(err, code);
    }
    ucal_clear(opened);
    ucal_setAttribute(opened, UCAL_LENIENT, 0);
    *out = opened;
    return AT_OK;
}

at_status at_calendar_to_day(int32_t *out, at_calendar calendar, int year, int month, int day,
                             at_error *err) {
    assert(out != NULL && calendar >= AT_GREGORIAN && calendar <= AT_HIJRI_CIVIL);
    if (calendar == AT_GREGORIAN) {
        if (!at_date_valid(year, month, day))
            return fail_date(err, calendar, year, month, day);
        *out = at_day_from_date(year, month, day);
        return AT_OK;
    }
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31)
        return fail_date(err, calendar, year, month, day);
    AT_CLEANUP(close_calendar) UCalendar *opened = NULL;
    UErrorCode code = U_ZERO_ERROR;
    AT_TRY(open_calendar(&opened, calendar, err));
    ucal_setDateTime(opened, year, month - 1, day, 0, 0, 0, &code);
    const double ms = ucal_getMillis(opened, &code);
    if (code == U_ILLEGAL_ARGUMENT_ERROR)
        return fail_date(err, calendar, year, month, day);
    if (U_FAILURE(code))
        return fail_icu(err, code);
    *out = (int32_t)(ms / ms_per_day); /* whole days: exact in a double */
    return AT_OK;
}

at_status at_calendar_from_day(int *year, int *month, int *day_of_month, at_calendar calendar,
                               int32_t day, at_error *err) {
    assert(year != NULL && month != NULL && day_of_month != NULL);
    assert(calendar >= AT_GREGORIAN && calendar <= AT_HIJRI_CIVIL);
    if (day < first_day || day >= end_day)
        return at_fail(err, AT_BAD_INPUT, "E-DATE-VALUE", "day %d lies outside years 1 to 9999",
                       (int)day);
    if (calendar == AT_GREGORIAN) {
        at_day_to_date(day, year, month, day_of_month);
        return AT_OK;
    }
    AT_CLEANUP(close_calendar) UCalendar *opened = NULL;
    UErrorCode code = U_ZERO_ERROR;
    AT_TRY(open_calendar(&opened, calendar, err));
    ucal_setMillis(opened, day * ms_per_day, &code);
    const int y = ucal_get(opened, UCAL_EXTENDED_YEAR, &code);
    const int m = ucal_get(opened, UCAL_MONTH, &code) + 1;
    const int d = ucal_get(opened, UCAL_DATE, &code);
    if (U_FAILURE(code))
        return fail_icu(err, code);
    if (y < 1) {
        char text[AT_TIME_TEXT_BYTES];
        at_day_format(text, day);
        return at_fail(err, AT_BAD_INPUT, "E-DATE-VALUE", "%s is before the %s calendar", text,
                       at_calendars[calendar]);
    }
    *year = y;
    *month = m;
    *day_of_month = d;
    return AT_OK;
}

at_status at_calendar_format(char out[AT_TIME_TEXT_BYTES], at_calendar calendar, int32_t day,
                             at_error *err) {
    int year = 0, month = 0, day_of_month = 0;
    AT_TRY(at_calendar_from_day(&year, &month, &day_of_month, calendar, day, err));
    (void)snprintf(out, AT_TIME_TEXT_BYTES, "%04d-%02d-%02d", year, month, day_of_month);
    return AT_OK;
}
