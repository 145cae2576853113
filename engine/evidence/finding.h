/**
 * finding.h - answers as lines of canonical JSON, and back.
 *
 *   {"cells":{"share":"0.250000000","thing":"A-17"},"grade":"observed","row":1,
 *    "sources":["<address>"],"support":1}                                 (on one line)
 *
 * A cell is a text, printed as in every machine output, shares with 9 places; null where it is not
 * defined. `support` counts all records cited, `sources` lists at most 32 of them.
 *
 * Ownership: what is read lives in the arena.
 * Errors:    AT_BAD_INPUT "E-BUNDLE-FINDING" with the line as place; AT_BUG for a record
 *            nobody gave.
 */
#ifndef ASSETTRACE_EVIDENCE_FINDING_H
#define ASSETTRACE_EVIDENCE_FINDING_H

#include "engine/evidence/cite.h"
#include "engine/model/table.h"

enum { AT_SHARE_PLACES = 9, AT_FINDING_LINE_BYTES_MAX = 8 << 20 };

/* One row as read back. */
typedef struct at_finding_row {
    const char *const *names;  /* ascending */
    const char *const *values; /* NULL = not defined */
    size_t cell_count;
    const char *grade;
    const char *const *sources;
    size_t source_count;
    int64_t row, support;
} at_finding_row;

/** Append one line a row; every cited record is marked in `cites`. */
AT_CHECKED at_status at_findings_write(at_text *out, const at_table *table, at_cites *cites,
                                       at_error *err);

/** Every line. Refuses what is not canonical, has other members, or is out of sequence. */
AT_CHECKED at_status at_findings_read(at_finding_row **out, size_t *count_out, const char *data,
                                      size_t bytes, at_arena *arena, at_error *err);
/** The cell of that name; NULL when empty or absent. */
const char *at_finding_cell(const at_finding_row *row, const char *name);

#endif
