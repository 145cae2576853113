/**
 * pairs.h - which legs are pairs, and which are ambiguous, from one revision to the next.
 *
 * What the rule (pairing.h) finds is kept as changes, never rewritten: rows of `pair_chunk`, each
 * with up to 65,536 legs of one source that become or stop being something at one revision, in
 * columns (pack.h). Read in the order of their numbers they say what stands; of one revision the
 * ends come first. A pair is written with its debit leg.
 *
 * Ownership: a writer and a window hold their memory until ended.
 * Errors:    AT_TAMPERED "E-STORE-DAMAGED"; what db.h says.
 */
#ifndef ASSETTRACE_STORE_PAIRS_H
#define ASSETTRACE_STORE_PAIRS_H

#include "engine/store/chunk.h"

/* In the order in which they are written. */
typedef enum at_pair_kind {
    AT_PAIR_ENDS = 1, /* the leg's pair is none any more */
    AT_PAIR_CLEAR,    /* the leg is ambiguous no more */
    AT_PAIR_BEGINS,   /* the leg and its partner are one payment */
    AT_PAIR_DOUBTED,  /* the leg is ambiguous */
    AT_PAIR_KINDS
} at_pair_kind;

typedef struct at_pair_event {
    int64_t leg, partner; /* numbers of legs; partner only where a pair begins */
    at_pair_kind kind;
} at_pair_event;

typedef struct at_pair_writer {
    sqlite3_stmt *insert;
    int64_t revision, source;
    at_pair_kind kind;
    int64_t *ordinals, *partners; /* AT_CHUNK_ROWS each */
    size_t count;
    at_text bytes[2];
} at_pair_writer;

AT_CHECKED at_status at_pair_writer_begin(at_pair_writer *out, sqlite3 *db, at_arena *arena,
                                          at_error *err);
/** One more; of one revision by kind, and then by leg. */
AT_CHECKED at_status at_pair_writer_add(at_pair_writer *writer, int64_t revision,
                                        const at_pair_event *event, at_error *err);
AT_CHECKED at_status at_pair_writer_flush(at_pair_writer *writer, at_error *err);
void at_pair_writer_end(at_pair_writer *writer);

/** One row after another, as events. */
typedef at_status at_pair_visitor(void *self, const at_pair_event *event, at_error *err);
/** Everything up to a revision. */
AT_CHECKED at_status at_pairs_visit(sqlite3 *db, int64_t revision, at_pair_visitor *visit,
                                    void *self, at_error *err);

/* What stands of some legs of one source that follow each other. */
typedef struct at_pair_window {
    sqlite3_stmt *select;
    int64_t *ordinals, *partners; /* of the row being read */
    int64_t *partner;             /* by leg of the window: 0 = none */
    bool *doubted;
} at_pair_window;

AT_CHECKED at_status at_pair_window_begin(at_pair_window *out, sqlite3 *db, at_arena *arena,
                                          at_error *err);
/** @param count  AT_CHUNK_ROWS at most */
AT_CHECKED at_status at_pair_window_read(at_pair_window *window, int64_t first_leg, size_t count,
                                         at_error *err);
void at_pair_window_end(at_pair_window *window);

typedef struct at_pair_standing {
    int64_t debit, credit; /* numbers of legs */
} at_pair_standing;
typedef struct at_standing {
    at_pair_standing *pairs; /* by debit leg */
    size_t pair_count;
    int64_t *ambiguous; /* legs, rising */
    size_t ambiguous_count;
} at_standing;
AT_CHECKED at_status at_standing_read(at_standing *out, sqlite3 *db, int64_t revision,
                                      at_arena *arena, at_error *err);

#endif
