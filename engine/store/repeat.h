/**
 * repeat.h - transfers and legs in chunks that a new one may repeat: by its id, or by what it says.
 *
 * The rules are those of duplicate.h. Known are the chunks of this source and of the visible ones
 * of its namespace; what is found by a hash is compared exactly before it counts. While a source
 * gives its ids in rising order - shorter before longer, then bytewise - none can repeat, and no
 * index of them is made: most files need none.
 *
 * Ownership: borrows the writer; everything else is its own until at_repeats_end.
 * Errors:    AT_NO_MEMORY, AT_TAMPERED, what db.h says.
 */
#ifndef ASSETTRACE_STORE_REPEAT_H
#define ASSETTRACE_STORE_REPEAT_H

#include "engine/store/chunks.h"

/* One account of a transfer or leg as the store will name it. */
typedef struct at_name_key {
    const char *id;
    size_t bytes;
    uint64_t hash; /* at_names_hash */
    uint32_t space;
} at_name_key;

/* A transfer or a leg that is about to be stored. */
typedef struct at_repeat_row {
    const at_transfer *transfer; /* NULL: it is a leg */
    const at_leg *leg;
    at_name_key from, to; /* of legs: its account, its counterparty (id NULL = none named) */
} at_repeat_row;

/* Hashes and where in the known chunks they come from; open addressing, in order of entry. */
typedef struct at_repeat_table {
    uint64_t *hashes; /* 0 = free */
    uint32_t *places;
    size_t slot_count, used;
} at_repeat_table;

/* The names of one source. */
typedef struct at_repeat_owner {
    int64_t source;
    at_names names;
} at_repeat_owner;

/* Chunks read last: a file in another order repeats rows of all of them in turn. */
enum { AT_REPEATS_KEPT = 16 };
typedef struct at_repeat_kept {
    at_chunk chunk;
    size_t index; /* + 1; 0 = none */
    uint64_t used;
} at_repeat_kept;

typedef struct at_repeats {
    sqlite3 *db;
    int64_t source;
    at_arena *arena;
    const at_chunk_writer *writer;
    at_chunks chunks; /* known ones; the open one comes after them */
    size_t entry_capacity;
    at_repeat_kept kept[AT_REPEATS_KEPT];
    uint64_t uses;
    at_repeat_owner *owners;
    size_t owner_count, owner_capacity;
    at_repeat_table ids, matches;
    bool indexed;    /* `ids` holds this source's rows too */
    bool any_id;     /* this source gave one: */
    at_text last_id; /* the highest of them */
    bool others;
    at_repeat_table taken; /* records of others that one of this source repeats already */
    sqlite3_stmt *root;
} at_repeats;

/** @param others  temp.kin holds sources; their chunks are known too */
AT_CHECKED at_status at_repeats_begin(at_repeats *out, sqlite3 *db, const at_chunk_writer *writer,
                                      bool others, at_arena *arena, at_error *err);
void at_repeats_end(at_repeats *repeats);
/** After at_repeats_begin: the source has chunks and duplicates already; `indexed`: its ids were
 * looked up. last_id and any_id are the caller's. */
AT_CHECKED at_status at_repeats_resume(at_repeats *repeats, bool indexed, at_error *err);

/** The first transfer or leg with this id: its record, or the one it repeats; 0 = none. Both share
 * one space of ids: what is of the other kind is not the same. */
AT_CHECKED at_status at_repeats_by_id(at_record_id *out, bool *same_out, at_repeats *repeats,
                                      const at_repeat_row *row, at_error *err);
/** The first record of another source with an equal transfer or leg without id, not taken yet. */
AT_CHECKED at_status at_repeats_by_match(at_record_id *out, at_repeats *repeats,
                                         const at_repeat_row *row, at_error *err);
/** What by_match found is repeated by a record of this source now. */
AT_CHECKED at_status at_repeats_take(at_repeats *repeats, at_record_id record, at_error *err);
/** Call after a row was added to the open chunk, and after that was written. */
AT_CHECKED at_status at_repeats_added(at_repeats *repeats, const char *id, at_error *err);
AT_CHECKED at_status at_repeats_flushed(at_repeats *repeats, size_t count, at_error *err);

/* repeat_row.c */

/* A row of a known chunk, and the names of its source. */
typedef struct at_repeat_known {
    const at_chunk *chunk;
    const at_names *names;
    size_t row;
    int64_t source;
} at_repeat_known;

/** Does it say the same, ids and place in the file apart? */
AT_CHECKED at_status at_repeat_same(bool *out, const at_repeat_known *known,
                                    const at_repeat_row *row, at_error *err);
/** Is it the same where neither has an id? Equal ones have equal hashes. */
AT_CHECKED at_status at_repeat_matches(bool *out, const at_repeat_known *known,
                                       const at_repeat_row *row, at_error *err);
AT_CHECKED at_status at_repeat_hash(uint64_t *out, const at_repeat_known *known, at_error *err);
uint64_t at_repeat_row_hash(const at_repeat_row *row);
uint64_t at_repeat_nonzero(uint64_t hash);

#endif
