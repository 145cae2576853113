#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "importers/fields.h"
#include "importers/mapping.h"

/* Blanks and direction marks at the ends of a cell are layout. */
static bool is_edge(uint32_t c) {
    return c == ' ' || c == '\t' || c == 0x00A0 || c == 0x202F || c == 0x200E || c == 0x200F ||
           c == 0x061C || c == 0xFEFF || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069);
}

static at_span trim(at_span cell) {
    size_t start = cell.bytes, end = 0;
    for (size_t i = 0; i < cell.bytes;) {
        const size_t at = i;
        if (is_edge(at_utf8_next(cell.data, cell.bytes, &i)))
            continue;
        start = start < at ? start : at;
        end = i;
    }
    return end == 0 ? (at_span){cell.data, 0} : (at_span){cell.data + start, end - start};
}

/* A cell without blanks around it; NULL when nothing is left. */
static at_status read_cell(const char **out, const at_map_column *column, at_row *row,
                           at_error *err) {
    const char *text = at_row_text(row, column->number);
    *out = NULL;
    if (text == NULL)
        return AT_OK;
    const at_span all = row->fields[column->number - 1], cell = trim(all);
    if (cell.bytes == 0)
        return AT_OK;
    if (cell.data + cell.bytes == all.data + all.bytes) { /* the NUL is where it should be */
        *out = cell.data;
        return AT_OK;
    }
    return at_arena_copy(out, row->scratch, cell.data, cell.bytes, err);
}

static at_status join_cells(const char **out, const at_map_value *value, at_row *row,
                            at_error *err) {
    const char *joined = NULL;
    for (size_t i = 0; i < value->column_count; i++) {
        const char *cell = NULL;
        AT_TRY(read_cell(&cell, &value->columns[i], row, err));
        if (joined != NULL && cell != NULL)
            AT_TRY(at_arena_print(&joined, row->scratch, err, "%s%s%s", joined, value->separator,
                                  cell));
        else if (cell != NULL)
            joined = cell;
    }
    *out = joined;
    return AT_OK;
}

at_status at_map_text(const char **out, const at_map_value *value, at_row *row, at_error *err) {
    if (value->constant != NULL) {
        row->last = 0;
        *out = value->constant;
        return AT_OK;
    }
    const char *text = NULL;
    AT_TRY(join_cells(&text, value, row, err));
    for (size_t i = 0; text != NULL && i < value->word_count; i++)
        if (strcmp(text, value->words[i].from) == 0) {
            text = value->words[i].to[0] != '\0' ? value->words[i].to : NULL;
            break;
        }
    if (text != NULL && value->prefix != NULL)
        AT_TRY(at_arena_print(&text, row->scratch, err, "%s%s", value->prefix, text));
    *out = text;
    return AT_OK;
}

at_status at_map_holds(bool *out, const at_map_conditions *conditions, at_row *row, at_error *err) {
    bool holds = true;
    for (size_t i = 0; i < conditions->count && holds; i++) {
        const at_map_condition *condition = &conditions->items[i];
        const char *cell = NULL;
        AT_TRY(read_cell(&cell, &condition->column, row, err));
        bool is = condition->about_empty && cell == NULL;
        for (size_t word = 0; word < condition->word_count; word++)
            is = is || strcmp(cell != NULL ? cell : "", condition->words[word]) == 0;
        holds = is == condition->wanted;
    }
    *out = holds;
    return AT_OK;
}

/* --- Dates ------------------------------------------------------------------------------------ */

/* "YYMMDD" becomes "YYYYMMDD", and the century goes before the YY of a cell. */
static at_status expand_century(at_map_date *date, at_arena *arena, at_error *err) {
    const char *pattern = date->style.pattern, *year = strstr(pattern, "YY");
    for (const char *c = pattern; c < year; c++)
        if (strchr("MDhmsfa", *c) != NULL && c[1] != *c && (c == pattern || c[-1] != *c))
            return at_fail(err, AT_BAD_INPUT, "E-MAP-DATE",
                           "before the YY of \"%s\" all parts must be of fixed length", pattern);
    date->century_at = (size_t)(year - pattern);
    return at_arena_print(&date->style.pattern, arena, err, "%.*sYY%s", (int)date->century_at,
                          pattern, year);
}

at_status at_map_date_ready(at_map_date *date, at_arena *arena, at_error *err) {
    if (date->form != AT_DATE_PATTERN) {
        if (date->style.calendar != AT_GREGORIAN && date->form != AT_DATE_ISO)
            return at_fail(err, AT_BAD_INPUT, "E-MAP-DATE", "seconds since 1970 have no calendar");
        return AT_OK;
    }
    if (strstr(date->style.pattern, "YYYY") != NULL || strstr(date->style.pattern, "YY") == NULL)
        date->century = -1; /* the file's century is for other fields */
    if (date->century >= 0)
        AT_TRY(expand_century(date, arena, err));
    return at_date_style_check(&date->style, err);
}

static at_status read_unix(at_time *out, const char *text, bool millis, at_row *row,
                           at_error *err) {
    enum { MICROS_PER_MILLI = 1000 };
    int64_t value = 0, us = 0;
    AT_TRY(at_field_digits(&text, text, row->scratch, err));
    const int64_t unit = millis ? MICROS_PER_MILLI : AT_US_PER_SECOND;
    if (!at_int_parse(&value, text) || __builtin_mul_overflow(value, unit, &us))
        return at_fail(err, AT_BAD_INPUT, "E-TIME-FORM", "\"%s\" is no number of %sseconds", text,
                       millis ? "milli" : "");
    char digits[AT_AMOUNT_TEXT_BYTES];
    at_money_format(digits, us, 0);
    AT_TRY(at_time_parse(out, digits, err)); /* which knows the years there are */
    out->precision = millis ? AT_MICROSECOND : AT_SECOND;
    return AT_OK;
}

static at_status read_pattern(at_time *out, const char *text, const at_map_date *date, at_row *row,
                              at_error *err) {
    if (date->century >= 0) {
        AT_TRY(at_field_digits(&text, text, row->scratch, err));
        const size_t at = date->century_at;
        if (strlen(text) <= at)
            return at_fail(err, AT_BAD_INPUT, "E-DATE-TEXT", "\"%s\" does not follow \"%s\"", text,
                           date->style.pattern);
        AT_TRY(at_arena_print(&text, row->scratch, err, "%.*s%02d%s", (int)at, text,
                              date->century / 100, text + at));
    }
    return at_date_read(out, text, &date->style, err);
}

/* A date by a pattern, when the calendar was left unsaid, is not silently a year of the Middle
 * Ages. */
static at_status check_calendar(const at_time *time, const char *text, const at_map_date *date,
                                at_error *err) {
    if (date->calendar_stated || time->us < at_day_from_date(1250, 1, 1) * AT_US_PER_DAY ||
        time->us >= at_day_from_date(1500, 1, 1) * AT_US_PER_DAY)
        return AT_OK;
    const at_status status = at_fail(err, AT_BAD_INPUT, "E-TIME-CALENDAR",
                                     "\"%s\" is not a Gregorian date of our time", text);
    at_hint(err, "say \"calendar\": \"jalali\" (or \"hijri\") in the mapping");
    return status;
}

at_status at_map_time(at_time *out, const char *text, const at_map_date *date, at_row *row,
                      at_error *err) {
    at_time time;
    if (date->form == AT_DATE_UNIX_S || date->form == AT_DATE_UNIX_MS) {
        AT_TRY(read_unix(&time, text, date->form == AT_DATE_UNIX_MS, row, err));
    } else if (date->form == AT_DATE_PATTERN) {
        AT_TRY(read_pattern(&time, text, date, row, err));
        AT_TRY(check_calendar(&time, text, date, err));
    } else {
        AT_TRY(at_field_time(&time, text, row->scratch, err));
        if (time.zone_assumed && date->style.zone_minutes != AT_ZONE_UNKNOWN) {
            time.us -= date->style.zone_minutes * (60 * AT_US_PER_SECOND);
            time.zone_assumed = false;
        }
    }
    *out = time;
    return AT_OK;
}

/* --- Amounts ---------------------------------------------------------------------------------- */

/* Multiply first, so that half a toman is five rial and nothing is cut that the scale can hold. */
static at_status multiply_amount(at_wide *out, at_wide *dust, const char *text, int scale,
                                 int64_t multiply, const at_number_style *style, at_error *err) {
    int64_t amount = 0;
    int8_t decimals = 0;
    AT_TRY(at_field_written(&amount, &decimals, text, style, err));
    at_wide product = (at_wide)amount * multiply, unit = 1;
    for (int i = decimals; i < scale && product <= INT64_MAX && product >= -INT64_MAX; i++)
        product *= 10;
    for (int i = scale; i < decimals; i++)
        unit *= 10;
    at_wide rest = product % unit;
    if (rest != 0 && !style->dust_floor)
        return at_fail(err, AT_BAD_INPUT, "E-MONEY-DECIMALS",
                       "amount \"%s\" times %" PRId64 " has more than %d decimals", text, multiply,
                       scale);
    *out = product / unit;
    for (int i = decimals; i < AT_SCALE_MAX; i++)
        rest *= 10;
    *dust = rest;
    return AT_OK;
}

static bool has_sign(const char *text) {
    return strpbrk(text, "+-(") != NULL || strstr(text, "\u2212") != NULL;
}

at_status at_map_amount(int64_t *out, const char *text, int scale, const at_map_value *value,
                        at_map_row *map, at_error *err) {
    const at_number_style *style = &map->mapping->numbers;
    at_wide amount = 0, dust = 0;
    if (value->multiply == 1) {
        int64_t plain = 0, plain_dust = 0;
        AT_TRY(at_money_parse(&plain, text, scale, style, &plain_dust, err));
        amount = plain;
        dust = plain_dust;
    } else {
        AT_TRY(multiply_amount(&amount, &dust, text, scale, value->multiply, style, err));
    }
    if (amount > INT64_MAX || amount < -INT64_MAX)
        return at_fail(err, AT_LIMIT, "E-AMOUNT-RANGE",
                       "amount \"%s\" times %" PRId64 " is too large", text, value->multiply);
    map->dust += dust < 0 ? -dust : dust;
    *out = (int64_t)(value->unsigned_out && !has_sign(text) ? -amount : amount);
    return AT_OK;
}
