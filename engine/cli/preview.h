/**
 * preview.h - `import --dry-run`: the first records of a file as they would be stored.
 *
 * A sink that keeps no record: the first few as rows of a table, the rest as counts.
 *
 * Ownership: rows live in the table's arena.
 */
#ifndef ASSETTRACE_CLI_PREVIEW_H
#define ASSETTRACE_CLI_PREVIEW_H

#include "engine/model/sink.h"
#include "engine/model/table.h"

typedef struct at_preview {
    at_table table; /* record, line, offset, bytes, what, field, value */
    uint64_t limit; /* records to show */
    uint64_t records, rejected, warnings;
} at_preview;

void at_preview_init(at_preview *preview, uint64_t limit, at_arena *arena);
at_sink at_preview_sink(at_preview *preview);

#endif
