/**
 * print.h - a table in every format. All carry the same values in the same order.
 *
 *   table   columns by display width, for people; sources as file:line, or addresses when told
 *   TSV     a head line; tab, line end, backslash and control characters as \t \n \r \\ \xHH
 *   CSV     RFC 4180 with LF; quoted where needed
 *   JSON    {"columns","notes","revision","rows","schema","truncated"}, canonical (RFC 8785)
 *   NDJSON  the objects of "rows", one a line
 *
 * --fields chooses among the columns, "grade", "sources" and "support"; without it only the JSON
 * formats carry "support". Notes go to stderr except in JSON.
 *
 * Errors: AT_IO; AT_LIMIT "E-AMOUNT-RANGE"; AT_NO_MEMORY. A table that was cut is AT_LIMIT with an
 *         empty message, after printing: the exit code says so.
 */
#ifndef ASSETTRACE_CLI_PRINT_H
#define ASSETTRACE_CLI_PRINT_H

#include "engine/cli/output.h"
#include "engine/model/facts.h"
#include "engine/model/table.h"

enum { AT_ASK_PLACES = 12 };

typedef struct at_print {
    const at_table *table;
    const at_facts
        *facts;       /* where records have their addresses; NULL: a listing that cites nothing */
    int64_t revision; /* -1: none */
    const char *question; /* its id in a case, or NULL */
    bool whole_addresses; /* on a terminal */
} at_print;

/** One table, begun and finished. */
AT_CHECKED at_status at_print_table(at_output *out, const at_print *print, at_error *err);

/* The parts, for several tables in one document (print_json.c, print_text.c). */
AT_CHECKED at_status at_print_text(at_output *out, const at_print *print, at_error *err);
AT_CHECKED at_status at_print_json(at_output *out, const at_print *print, at_error *err);
AT_CHECKED at_status at_print_ndjson(at_output *out, const at_print *print, at_error *err);
AT_CHECKED at_status at_print_terminal(at_output *out, const at_print *print, at_error *err);
void at_print_notes(const at_print *print);

/** "<sha256>:<offset>+<bytes>" of each record of a row, spaces between. */
AT_CHECKED at_status at_print_sources(at_text *out, const at_print *print, const at_row *row,
                                      at_error *err);

/** The value of one field as TSV has it: a column's index or AT_FIELD_... (fields.h). */
AT_CHECKED at_status at_print_value(at_text *out, const at_print *print, const at_row *row,
                                    int field, at_error *err);

/* A listing (no query behind it): begin, fill rows, print. `columns` ends with a NULL name. */
AT_CHECKED at_status at_print_listing(at_cli *cli, const at_table *table, at_error *err);

#endif
