/**
 * put.h - an import while it runs: what writer.c opens and closes and put.c fills.
 *
 * Ownership: at_import lives in its own arena until at_import_close.
 */
#ifndef ASSETTRACE_STORE_PUT_H
#define ASSETTRACE_STORE_PUT_H

#include "engine/store/archive.h"
#include "engine/store/chunks.h"
#include "engine/store/duplicate.h"
#include "engine/store/handle.h"
#include "engine/store/intern.h"
#include "engine/store/leaves.h"
#include "engine/store/piece.h"
#include "engine/store/repeat.h"
#include "engine/store/total.h"
#include "engine/store/validate.h"
#include "engine/store/writer.h"

/* Accounts of transfers that will be put next: at_sink.ahead. */
enum { AT_PUT_AHEAD = 16 };
typedef struct at_put_ahead {
    const at_fact *fact; /* NULL once used */
    at_name_key from, to;
} at_put_ahead;

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
    at_pieces pieces;
    const char *undone; /* what stood in the way and was taken back; NULL = nothing */

    at_intern intern;
    at_chunk_writer chunks;
    at_repeats repeats;
    at_duplicates duplicates;
    at_leaves leaves;
    at_wide all_money; /* of all transfers together: while it fits 64 bits, so does every sum */
    at_totals totals;  /* kept once it does not; arena NULL until then */
    sqlite3_stmt *insert[AT_KIND_COUNT];
    sqlite3_stmt *insert_record, *insert_name, *insert_event_thing, *insert_line;

    at_error reason; /* why the record at hand is refused; a kilobyte that no good one clears */
    at_known known;
    at_put_ahead ahead[AT_PUT_AHEAD];
    size_t ahead_told, ahead_used; /* of all so far */

    uint64_t rows, loaded, duplicate_rows, rejected, warnings, extra_lines;
    uint64_t facts[AT_KIND_COUNT];
    char tree[AT_TREE_TEXT_BYTES]; /* for the log; at_put_finish */
};

/* A transfer or leg of a record that is being stored. */
typedef struct at_put_row {
    at_repeat_row row;
    unsigned part; /* which of its record's transfers and legs without an id, from 1 */
    bool counts;   /* the record repeats no other */
} at_put_row;

/* put_money.c */

/** The accounts of a transfer as the store names them. */
AT_CHECKED at_status at_put_sides(at_name_key *from_out, at_name_key *to_out, at_import *import,
                                  const at_transfer *transfer, at_error *err);
/** Those of a leg; its counterparty's id is NULL where none is named. */
AT_CHECKED at_status at_put_leg_sides(at_name_key *own_out, at_name_key *other_out,
                                      at_import *import, const at_leg *leg, at_error *err);
/** at_sink.ahead. */
void at_put_tell(void *import, const at_fact *facts, size_t fact_count);
/** What was told of `facts`, the next to be put; NULL = nothing. */
const at_put_ahead *at_put_told(at_import *import, const at_fact *facts);
/** Add a row to the open chunk, and write that when it is full. */
AT_CHECKED at_status at_put_money(at_import *import, const at_origin *origin, const at_put_row *row,
                                  at_error *err);
/** Sums of all transfers and legs of a source that counted when it was read; `open` is not written
 * yet, or NULL. */
AT_CHECKED at_status at_put_totals(at_totals *totals, sqlite3 *db, int64_t source,
                                   const at_chunk *open, at_error *err);
/** Write the open chunk, unless it is empty. */
AT_CHECKED at_status at_put_flush(at_import *import, at_error *err);
/** From now on keep the sums of every account. */
AT_CHECKED at_status at_put_count_again(at_import *import, at_error *err);

/* writer.c */

/** "import of "bank.csv" as ledger_csv/1 in bank-a": how the log names it. */
AT_CHECKED at_status at_import_describe(const char **out, at_import *import, at_error *err);

/* put.c */

/** Prepare statements and the sink of an import whose transaction has begun; `secret` of its salts
 * NULL = a new one. */
AT_CHECKED at_status at_put_begin(at_import *import, const uint8_t *secret, at_error *err);
/** Write what was collected and finish the statements. */
AT_CHECKED at_status at_put_finish(at_import *import, at_error *err);
void at_put_end(at_import *import); /* finish the statements only */

#endif
