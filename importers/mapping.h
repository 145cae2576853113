/**
 * mapping.h - a mapping file, checked and made ready: which column feeds which field.
 *
 * The format is published as engine/model/schema/mapping.json ("assettrace/mapping/1"). Two
 * whole examples. A bank statement in Persian, of one account, Jalali dates, amounts in toman,
 * debit and credit columns, a running balance, the newest row first:
 *
 *   {
 *     "schema": "assettrace/mapping/1",
 *     "delimiter": ",", "encoding": "utf-8", "skip_lines": 3, "trailer_lines": 1,
 *     "date": "YYYY/MM/DD hh:mm", "calendar": "jalali", "zone": "+03:30",
 *     "decimal": ".", "grouping": ",", "multiply": 10,
 *     "records": [
 *       {"kind": "account", "once": true,
 *        "fields": {"id": {"constant": "IR120570028870010872160001"},
 *                   "currency": {"constant": "IRR"}, "kind": {"constant": "account"}}},
 *       {"kind": "leg", "statement": {"order": "newest_first", "opening": "1,250,000"},
 *        "fields": {"account": {"constant": "IR120570028870010872160001"},
 *                   "currency": {"constant": "IRR"},
 *                   "time": {"columns": ["تاریخ", "ساعت"]},
 *                   "debit": "بدهکار", "credit": "بستانکار", "balance": "مانده",
 *                   "counterparty": "حساب مقابل", "reference": "شماره پیگیری"}}
 *     ]
 *   }
 *
 * An export of many accounts without a header, decimal commas, one signed amount; every row also
 * gives the counterparty's account, and only booked rows count:
 *
 *   {
 *     "delimiter": ";", "encoding": "windows-1251", "header": false,
 *     "date": "DD.MM.YYYY", "decimal": ",", "grouping": ".",
 *     "where": [{"column": 9, "is": ["BOOKED", "SETTLED"]}],
 *     "records": [
 *       {"kind": "leg",
 *        "fields": {"account": 1, "id": 2, "time": 3, "value_date": 4, "amount": 5, "currency": 6,
 *                   "counterparty": {"column": 7, "prefix": "other-bank/"}, "reference": 8,
 *                   "balance": 10}},
 *       {"kind": "account", "when": [{"column": 7, "empty": false}],
 *        "fields": {"id": {"column": 7, "prefix": "other-bank/"}, "currency": 6,
 *                   "kind": {"constant": "external"}}}
 *     ]
 *   }
 *
 * Values. A text is a column by its name in the header, an integer a column by its number from
 * 1; an object may say constant | column | columns (joined by `separator`, a blank), prefix,
 * words, and for this field alone date, calendar, multiply, unsigned ("out": an amount without a
 * sign is negative, as where only what comes in has its "+"). Blanks around a cell are dropped;
 * an empty cell is "not stated". Ids and references have Persian and Arabic digits written as ASCII
 * digits; a reference `namespace/id` points into another namespace. Columns that no field names
 * are ignored.
 *
 * Legs. The amount is either `amount` alone (negative = money out), `amount` with `direction`
 * ("in" or "out", usually through `words`), or `debit` and `credit` of which exactly one is
 * stated (or the other is zero). `seq` is the row number unless mapped, counted backwards where
 * the newest row comes first. With `balance` every row is checked, previous + in - out =
 * balance, per account and currency; a row that does not follow is loaded with the warning
 * E-BALANCE-BREAK, and the account's statement says how many there are. Each account's statement
 * (period, opening, closing, rows, breaks) follows the last row of the file.
 *
 * Dates. `date` is "iso", "unix_seconds", "unix_milliseconds" or a pattern of
 * engine/names/calendar.h: YYYY or YY, MM or M, MMM (a month's name), DD or D, hh or h, mm, ss,
 * f, a; every other character stands for itself. A cell may end after the date: the time is then
 * a whole day, which `zone` does not move. With `century` YY is two digits after it, and stands
 * after doubled letters only: "YYMMDD", "DD.MM.YY".
 */
#ifndef ASSETTRACE_IMPORTERS_MAPPING_H
#define ASSETTRACE_IMPORTERS_MAPPING_H

#include "importers/csv.h"
#include "importers/rows.h"
#include "engine/importer.h"
#include "engine/names/calendar.h"

enum {
    AT_MAP_RECORDS_MAX = 12,
    AT_MAP_FIELDS_MAX = 24, /* of one record */
    AT_MAP_JOIN_MAX = 8,    /* columns of one value */
    AT_MAP_WORDS_MAX = 64,
    AT_MAP_CONDITIONS_MAX = 16,
};

/* A column by name (number filled in when the header is seen) or by number from 1. */
typedef struct at_map_column {
    const char *name; /* NULL: by number */
    size_t number;
} at_map_column;

typedef enum at_date_form {
    AT_DATE_ISO,
    AT_DATE_UNIX_S,
    AT_DATE_UNIX_MS,
    AT_DATE_PATTERN
} at_date_form;

/* How dates are written. */
typedef struct at_map_date {
    at_date_form form;
    at_date_style style;
    bool calendar_stated;
    int century;       /* of a two-digit year; -1 = as the calendar has it */
    size_t century_at; /* bytes before YY in a cell */
} at_map_date;

typedef struct at_map_word {
    const char *from, *to;
} at_map_word;

/* Where the text of one field comes from, and how it is read. */
typedef struct at_map_value {
    const char *constant; /* NULL: from columns */
    at_map_column columns[AT_MAP_JOIN_MAX];
    size_t column_count;
    const char *separator; /* between the cells of several columns */
    const char *prefix;    /* may be NULL */
    const at_map_word *words;
    size_t word_count;
    at_map_date date;
    bool own_date; /* `date` was stated for this field alone */
    int64_t multiply;
    bool unsigned_out; /* an amount without a sign is negative */
} at_map_value;

typedef struct at_map_condition {
    at_map_column column;
    bool about_empty; /* then: is it empty as `wanted` says? */
    bool wanted;      /* one of `words` (or empty), or none of them */
    const char *words[AT_MAP_WORDS_MAX];
    size_t word_count;
} at_map_condition;

typedef struct at_map_conditions {
    at_map_condition *items;
    size_t count;
} at_map_conditions;

/* One record a row may give. */
typedef struct at_map_record {
    const struct at_map_kind *kind;
    bool once, given; /* given: `once` was used up */
    at_map_conditions when;
    at_map_value
        *values[AT_MAP_FIELDS_MAX]; /* by the rule's place in its kind; NULL = not mapped */
    bool newest_first;
    int64_t opening, closing; /* AT_AMOUNT_NONE = not stated */
} at_map_record;

typedef struct at_mapping {
    at_csv_style style;
    bool no_header;
    at_number_style numbers;
    int64_t multiply;
    at_map_date date;
    at_map_conditions where;
    at_map_record records[AT_MAP_RECORDS_MAX];
    size_t record_count;
} at_mapping;

/**
 * Check a mapping and make it ready; everything is kept in the arena.
 *
 * Errors: AT_BAD_INPUT E-MAP-KEY, E-MAP-VALUE, E-MAP-FIELD, E-MAP-DATE and E-JSON-KEY, with the
 * JSON
 *         pointer and the line of the mapping as place.
 */
AT_CHECKED at_status at_mapping_read(at_mapping *out, const at_json_value *json,
                                     const at_import_options *options, at_arena *arena,
                                     at_error *err);

/** Find the mapped columns in the header. AT_BAD_INPUT E-MAP-COLUMN names the nearest. */
AT_CHECKED at_status at_mapping_bind(at_mapping *mapping, const at_csv_record *header,
                                     at_error *err);

/* --- map_value.c: cells to texts, texts to dates and amounts ---------------------------------- */

/* One row as a mapping sees it. */
typedef struct at_map_row {
    at_row *row;
    const at_mapping *mapping;
    const at_map_record *record;          /* being read */
    const char *texts[AT_MAP_FIELDS_MAX]; /* of its fields; NULL = empty */
    at_wide dust;                         /* 10^-18 units dropped in its amounts */
} at_map_row;

AT_CHECKED at_status at_map_text(const char **out, const at_map_value *value, at_row *row,
                                 at_error *err);
AT_CHECKED at_status at_map_holds(bool *out, const at_map_conditions *conditions, at_row *row,
                                  at_error *err);
AT_CHECKED at_status at_map_time(at_time *out, const char *text, const at_map_date *date,
                                 at_row *row, at_error *err);
/** Check the pattern and find where the century goes. */
AT_CHECKED at_status at_map_date_ready(at_map_date *date, at_arena *arena, at_error *err);
/** Minor units at `scale`, times the value's `multiply`; what dust: "floor" drops is added to
 * map->dust. */
AT_CHECKED at_status at_map_amount(int64_t *out, const char *text, int scale,
                                   const at_map_value *value, at_map_row *map, at_error *err);

/* --- map_fields.c, map_money.c: which fields a kind has --------------------------------------- */

/* One field of one kind: a line in a table. */
typedef struct at_map_rule {
    const char *name; /* NULL ends the table */
    bool required;    /* the mapping feeds it and no row leaves it empty */
    /** Put a text that is not empty into the fact; NULL: the kind's `finish` reads it. */
    at_status (*set)(at_fact *fact, const struct at_map_rule *rule, const char *text,
                     const at_map_value *value, at_map_row *map, at_error *err);
    size_t offset;            /* of the member in at_fact */
    at_kind kind;             /* of what a reference points to */
    const char *const *words; /* a closed vocabulary */
    const char *what;         /* its name */
} at_map_rule;

/* A line each: a member, a reference, a word of a vocabulary, and what `finish` reads. */
#define AT_FIELD(text, need, setter, member) \
    { .name = text, .required = need, .set = setter, .offset = offsetof(at_fact, member) }
#define AT_FIELD_REF(text, need, member, of)                   \
    {                                                          \
        .name = text, .required = need, .set = at_map_set_ref, \
        .offset = offsetof(at_fact, member), .kind = of        \
    }
#define AT_FIELD_WORDS(text, need, setter, member, list, noun)                              \
    {                                                                                       \
        .name = text, .required = need, .set = setter, .offset = offsetof(at_fact, member), \
        .words = list, .what = noun                                                         \
    }
#define AT_FIELD_LATE(text, need) \
    { .name = text, .required = need }
#define AT_FIELD_END \
    { .name = NULL }

typedef struct at_map_kind {
    at_kind kind;
    const at_map_rule *rules;
    /** Do the mapped fields go together? May be NULL. `fields` is for the message. */
    at_status (*check)(const at_map_record *record, const at_json_value *fields, at_error *err);
    /** What depends on several fields; may be NULL. */
    at_status (*finish)(at_fact *fact, at_map_row *map, at_error *err);
} at_map_kind;

extern const char *const at_map_kinds[]; /* the kinds a mapping can give */
/** `kind` is one of them. */
const at_map_kind *at_map_kind_of(at_kind kind);

/** Read one record of a row into a new fact of it. */
AT_CHECKED at_status at_map_read(const at_map_record *record, at_map_row *map, at_error *err);

/** The text of a field for `finish`; from here on what goes wrong is about its column. */
const char *at_map_late(at_map_row *map, size_t field);

/* Setters shared by the tables; `rule` says where to and of what. */
#define AT_MAP_SETTER(name)                                                  \
    at_status name(at_fact *fact, const at_map_rule *rule, const char *text, \
                   const at_map_value *value, at_map_row *map, at_error *err)
AT_CHECKED AT_MAP_SETTER(at_map_set_text);  /* const char * */
AT_CHECKED AT_MAP_SETTER(at_map_set_id);    /* const char *, not reserved */
AT_CHECKED AT_MAP_SETTER(at_map_set_ref);   /* at_ref; a kind before the id overrules rule->kind */
AT_CHECKED AT_MAP_SETTER(at_map_set_index); /* an enum: the word's place */
AT_CHECKED AT_MAP_SETTER(at_map_set_word);  /* const char *: the word */
AT_CHECKED AT_MAP_SETTER(at_map_set_country);  /* const char * */
AT_CHECKED AT_MAP_SETTER(at_map_set_currency); /* const char * */
AT_CHECKED AT_MAP_SETTER(at_map_set_time);     /* at_time */
AT_CHECKED AT_MAP_SETTER(at_map_set_moment);   /* int64_t, microseconds */
AT_CHECKED AT_MAP_SETTER(at_map_set_range);    /* at_date_range */
AT_CHECKED AT_MAP_SETTER(at_map_set_integer);  /* int64_t */

/* The kinds with amounts (map_money.c). */
extern const at_map_kind at_map_account, at_map_asset, at_map_transfer, at_map_leg;

#endif
