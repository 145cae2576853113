/**
 * rows.h - from the records of a delimited file to the sink: one put or one reject a row.
 *
 * A row importer says how a file is written, looks at the header once and reads one row at a time
 * into facts. Everything that may go wrong with one row is a reason to reject that row; what goes
 * wrong with the header, the memory or the disk ends the import.
 *
 * Units:     rows are counted from 1, the header does not count.
 * Ownership: a row and all it points to live until the next row; header names until the end.
 * Errors:    AT_BAD_INPUT E-CSV-EMPTY, E-CSV-COLUMN and those of csv.h; what the sink answers.
 */
#ifndef ASSETTRACE_IMPORTERS_ROWS_H
#define ASSETTRACE_IMPORTERS_ROWS_H

#include "importers/csv.h"
#include "engine/base/state.h"
#include "engine/importer.h"

enum { AT_ROW_FACTS_MAX = 32, AT_ROW_WARNINGS_MAX = 4 };

/* A column of one of our own formats. */
typedef struct at_row_column {
    const char *name; /* NULL ends the list */
    bool required;
} at_row_column;

typedef struct at_row {
    at_origin origin;
    const at_span *fields;
    size_t field_count;
    uint64_t number;
    const at_import_options *options;
    at_arena *scratch; /* forgotten before the next row */
    size_t last;       /* the column read last, from 1; 0 = the row as a whole: for messages */
    bool zone_assumed; /* a time had no zone; counted once the row is loaded */
    size_t fact_count;
    size_t warning_count;
    at_fact facts[AT_ROW_FACTS_MAX];
    at_fact transfer; /* a new one, to be copied: for at_row_add */
    at_error warnings[AT_ROW_WARNINGS_MAX];
} at_row;

typedef struct at_row_reader {
    void *self;
    at_csv_style style;
    bool no_header; /* the first record is a row; `header` then sees it too, to count columns */
    at_status (*header)(void *self, const at_csv_record *header, at_error *err);
    /** AT_BAD_INPUT and AT_LIMIT reject the row, unless memory ran out; anything else ends the
     * import. */
    at_status (*row)(void *self, at_row *row, at_error *err);
    /** After a row was loaded; may be NULL. */
    at_status (*loaded)(void *self, const at_row *row, const at_sink *sink, at_error *err);
    /** What the rest of the file depends on besides its bytes and the header, and the same read
     * back; both NULL when it is nothing. */
    at_status (*save)(void *self, at_text *out, at_error *err);
    at_status (*load)(void *self, at_state_reader *state, at_error *err);
    /** After the last row; may be NULL. */
    at_status (*end)(void *self, const at_sink *sink, at_error *err);
} at_row_reader;

AT_CHECKED at_status at_rows_read(const at_row_reader *reader, at_input *in,
                                  const at_import_options *options, const at_sink *sink,
                                  at_arena *scratch, at_error *err);

/**
 * Find our own columns in a header: places[i] = number of columns[i] from 1, 0 = absent. Refuses an
 * unknown, a repeated and a missing column, naming the nearest.
 */
AT_CHECKED at_status at_columns_find(size_t *places, const at_row_column *columns,
                                     const at_csv_record *header, at_error *err);

/** The text of a column (from 1); NULL when the column is absent (0) or the field empty. */
const char *at_row_text(at_row *row, size_t place);
/** The same, but AT_BAD_INPUT E-FIELD-EMPTY when there is nothing; `name` is for the message. */
AT_CHECKED at_status at_row_need(const char **out, at_row *row, size_t place, const char *name,
                                 at_error *err);

/** A new fact of the row; at most AT_ROW_FACTS_MAX of them. */
at_fact *at_row_add(at_row *row, at_kind kind);
/** Something to say of the row once it is loaded; past AT_ROW_WARNINGS_MAX it is not said. */
at_error *at_row_warning(at_row *row);

/** T4: what an account pays to itself in one currency, of that many decimals, cannot grow or shrink
 *  on the way: AT_BAD_INPUT E-TRANSFER-SELF. Without a currency_in the account's own decides (T1),
 *  which another file may state, before or after: then the row is warned of. */
AT_CHECKED at_status at_row_check_self(const at_transfer *transfer, int scale, at_row *row,
                                       at_error *err);

/** How sure is it that `head` begins with a header of these columns? For at_importer.sniff. */
int at_columns_sniff(const at_row_column *columns, at_span head);

#endif
