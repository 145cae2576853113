/**
 * put.h - an import while it runs: what writer.c opens and closes and put.c fills.
 *
 * Ownership: at_import lives in its own arena until at_import_close.
 */
#ifndef ASSETTRACE_STORE_PUT_H
#define ASSETTRACE_STORE_PUT_H

#include "engine/store/archive.h"
#include "engine/store/duplicate.h"
#include "engine/store/handle.h"
#include "engine/store/intern.h"
#include "engine/store/leaves.h"
#include "engine/store/writer.h"

struct at_import {
    at_arena arena, scratch; /* scratch is reset with every record */
    at_store *store;
    at_store *locked; /* = store while the writer's lock is held */
    at_source_info info;
    at_archived archived;
    bool begun; /* the log says so; publish, fail or close must say how it ended */
    bool finished;
    int64_t already; /* the source that has the same content; 0 = none */
    int64_t source, name_space;
    at_input *input;
    at_sink sink;

    at_intern intern;
    at_duplicates duplicates;
    at_leaves leaves;
    sqlite3_stmt *insert[AT_KIND_COUNT];
    sqlite3_stmt *insert_record, *insert_name, *insert_event_thing, *insert_line;

    uint64_t rows, loaded, duplicate_rows, rejected, warnings, extra_lines;
    uint64_t facts[AT_KIND_COUNT];
    bool legs_put;
    char tree[AT_TREE_TEXT_BYTES]; /* for the log; at_put_finish */
};

/** Prepare statements and the sink of an import whose transaction has begun. */
AT_CHECKED at_status at_put_begin(at_import *import, at_error *err);
/** Write what was collected and finish the statements. */
AT_CHECKED at_status at_put_finish(at_import *import, at_error *err);
void at_put_end(at_import *import); /* finish the statements only */

#endif
