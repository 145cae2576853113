/**
 * csv_line.h - the line that nearly every record is, found, copied and split in one sweep.
 *
 * A sweep looks at sixteen bytes at a time and gives up on whatever csv.c has more to say of: a
 * quote, a NUL, a line that is long, without fields, or not whole within the bytes given. Where the
 * processor cannot do that it always gives up, and csv.c reads the line itself.
 */
#ifndef ASSETTRACE_IMPORTERS_CSV_LINE_H
#define ASSETTRACE_IMPORTERS_CSV_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/text.h"

enum { AT_CSV_LINE_MAX = 1024, AT_CSV_LINE_ROOM = AT_CSV_LINE_MAX + 16, AT_CSV_LINE_FIELDS = 64 };

typedef struct at_csv_line {
    size_t bytes;     /* without the line end */
    size_t end_bytes; /* of the line end */
    size_t field_count;
    bool ascii;
} at_csv_line;

/**
 * The line at the beginning of `data`.
 *
 * @param fields  room for AT_CSV_LINE_FIELDS; they point into `text`, a NUL after each
 * @param text    room for AT_CSV_LINE_ROOM
 * @return false: no such line
 */
bool at_csv_line_sweep(at_csv_line *out, at_span *fields, char *text, at_span data, char delimiter,
                       char quote);

#endif
