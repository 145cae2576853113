/**
 * day.h - points in time as the engine keeps them, in the proleptic Gregorian calendar.
 *
 * Units:  time is int64 microseconds since 1970-01-01T00:00:00Z; a day is int32 days since then.
 *         AT_TIME_NONE and AT_DAY_NONE stand for "not stated". Years 0001-9999.
 * Errors: AT_BAD_INPUT names the text and what is wrong ("day 30 does not exist in 2023-02").
 * Other calendars are read in engine/names/calendar.h; no clock and no time-zone file is used.
 */
#ifndef ASSETTRACE_BASE_DAY_H
#define ASSETTRACE_BASE_DAY_H

#include <stdbool.h>

#include "engine/base/error.h"

#define AT_TIME_NONE INT64_MIN
#define AT_DAY_NONE INT32_MIN
#define AT_US_PER_SECOND INT64_C(1000000)
#define AT_US_PER_DAY INT64_C(86400000000)

typedef enum at_precision {
    AT_MICROSECOND = 0,
    AT_SECOND,
    AT_MINUTE,
    AT_DAY,
    AT_MONTH,
    AT_YEAR
} at_precision;

/* A time as written: what it denotes, how exact it was, and whether a zone had to be assumed. */
typedef struct at_time {
    int64_t us;
    at_precision precision; /* AT_DAY: the first microsecond of the written date, flag DATE_ONLY */
    bool zone_assumed;      /* the text had a time of day but no zone: read as UTC */
} at_time;

bool at_date_valid(int year, int month, int day);
int32_t at_day_from_date(int year, int month, int day); /* asserts at_date_valid */
void at_day_to_date(int32_t day, int *year, int *month, int *day_of_month);
int32_t at_day_of_time(int64_t us); /* floor */

/** "2024-03-01", "2024-03-01T10:20:30.123456Z", offset +03:30, +0330 or +03, ' ' for 'T', seconds
 * optional, or integer microseconds. */
AT_CHECKED at_status at_time_parse(at_time *out, const char *text, at_error *err);
/** The same for "2024-03-01T10:20:30", with Z or without: what nearly every time is. False: it is
 * not one, or not of the years from `year_least` on, and at_time_parse says what it is. */
bool at_time_read_common(at_time *out, const char *text, int year_least);
/** A date "YYYY-MM-DD" only. */
AT_CHECKED at_status at_day_parse(int32_t *out, const char *text, at_error *err);
/** Arguments: a date means its last microsecond (inclusive end) or its first. */
AT_CHECKED at_status at_time_parse_end(int64_t *out, const char *text, at_error *err);
AT_CHECKED at_status at_time_parse_start(int64_t *out, const char *text, at_error *err);

/** A length of time in microseconds: "3d", "12h", "45m", "10s", or a bare number of microseconds.
 *  False when it is none, or passes int64. */
bool at_duration_parse(int64_t *out, const char *text);

/** RFC 3339 UTC into out: "2024-03-01T10:20:30Z", fraction only when not zero, date alone for
 * AT_DAY. */
#define AT_TIME_TEXT_BYTES 32
void at_time_format(char out[AT_TIME_TEXT_BYTES], int64_t us, at_precision precision);
void at_day_format(char out[AT_TIME_TEXT_BYTES], int32_t day);

#endif
