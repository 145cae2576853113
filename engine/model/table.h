/**
 * table.h - an answer: typed columns, rows in a total order, every row citing records.
 *
 * Columns come from the query's descriptor. A row is built cell by cell (at_table_row, then one
 * at_cell_* call a column in order, then at_row_cite for its records); at_table_finish sorts and
 * checks.
 *
 * Empty means not defined; 0 is zero. Amounts are minor units; shares are decimals, printed with
 * 12 places in `ask` and 9 in bundles (AT_COLUMN_SHARE); times RFC 3339 UTC.
 * Ownership: texts are borrowed and must live as long as the table's arena.
 */
#ifndef ASSETTRACE_MODEL_TABLE_H
#define ASSETTRACE_MODEL_TABLE_H

#include "engine/base/arena.h"
#include "engine/model/ledger.h"

typedef enum at_column_type {
    AT_COLUMN_TEXT,
    AT_COLUMN_ID,     /* a thing, node or transfer as a person may type it back */
    AT_COLUMN_COUNT,  /* an integer */
    AT_COLUMN_AMOUNT, /* an integer of minor units; the row has a column "currency" */
    AT_COLUMN_SHARE,  /* a decimal */
    AT_COLUMN_RATIO,  /* "n/d", exact */
    AT_COLUMN_TIME,   /* RFC 3339 */
    AT_COLUMN_IDS,    /* several ids, text with a line feed between; an array in JSON, and shown
                         elsewhere only when the column is named */
} at_column_type;

typedef struct at_column {
    const char *name; /* NULL ends a list */
    at_column_type type;
    const char *summary;
} at_column;

enum { AT_SOURCES_MAX = 32 };

typedef struct at_cell {
    bool empty;
    union {
        const char *text; /* TEXT, ID, IDS */
        int64_t integer;  /* COUNT, AMOUNT, TIME (microseconds) */
        double real;      /* SHARE - not money */
        at_ratio ratio;
    };
    at_precision precision; /* TIME */
} at_cell;

typedef struct at_row {
    at_cell *cells;
    at_grade grade;
    at_record_id *records; /* at most AT_SOURCES_MAX, in the order cited, no duplicates */
    size_t record_count;
    size_t support;     /* records cited in all, listed or not */
    at_record_id *seen; /* the set behind support once the list is full; at_row_cite's own */
    size_t seen_capacity;
} at_row;

/* Something the answer must say beside its rows: a limit, a gap, counter-evidence. */
typedef struct at_note {
    const char *code; /* "PARTIAL_SOURCE", "HUB_CUT", "ORDER_SENSITIVE" */
    const char *text;
} at_note;

typedef struct at_table {
    const char *query;
    int version;
    const at_column *columns;
    size_t column_count;
    at_row *rows;
    size_t row_count, row_capacity;
    at_note *notes;
    size_t note_count, note_capacity;
    bool truncated; /* a limit cut something; exit 20 */
    at_arena *arena;
} at_table;

void at_table_init(at_table *table, const char *query, int version, const at_column *columns,
                   at_arena *arena);
/** Begin a row; the pointer is valid until the next at_table_row. Grade starts observed. */
AT_CHECKED at_status at_table_row(at_row **out, at_table *table, at_error *err);
void at_cell_text(at_cell *cell, const char *text);   /* NULL = empty */
void at_cell_integer(at_cell *cell, int64_t integer); /* AT_AMOUNT_NONE = AT_TIME_NONE = empty */
void at_cell_real(at_cell *cell, double real);
void at_cell_ratio(at_cell *cell, at_ratio ratio);
void at_cell_time(at_cell *cell, int64_t us, at_precision precision);
AT_CHECKED at_status at_row_cite(at_row *row, at_table *table, at_record_id record,
                                 at_error *err); /* 0 is ignored; repeats count once */
AT_CHECKED at_status at_table_note(at_table *table, at_error *err, const char *code,
                                   const char *format, ...) AT_PRINTF(4, 5);
/** Rows in the order of the columns, bytewise by printed text, counts and amounts by value, empty
 *  first; then by grade and cited records. Stable; drops nothing. A query that ranks adds its rows
 *  in order and does not sort. */
AT_CHECKED at_status at_table_sort(at_table *table, at_error *err);

/** The printed form of a cell ("" when empty), shares with `places` decimals. */
AT_CHECKED at_status at_cell_print(at_text *out, const at_column *column, const at_cell *cell,
                                   int places, at_error *err);
/** Column index by name, or -1. */
int at_table_column(const at_table *table, const char *name);

#endif
