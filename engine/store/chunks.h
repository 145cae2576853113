/**
 * chunks.h - chunks of transfers and legs in the database: written one after another, found and
 * read again.
 *
 * Reading: a directory of the chunks of some sources, in the order of records, and one chunk at a
 * time, with the columns that were asked for when it was opened.
 *
 *   AT_CLEANUP(at_chunks_close) at_chunks chunks = {.db = NULL};
 *   AT_TRY(at_chunks_open(&chunks, db, AT_CHUNKS_VISIBLE, 0, AT_CHUNK_FACTS, arena, err));
 *   for (size_t i = 0; i < chunks.count; i++)
 *       AT_TRY(at_chunks_load(&chunks, i, err));     // chunks.loaded
 *
 * Ownership: the directory lives in the arena; the loaded chunk until the next load or close.
 * Errors:    AT_TAMPERED "E-STORE-DAMAGED"; what db.h says.
 */
#ifndef ASSETTRACE_STORE_CHUNKS_H
#define ASSETTRACE_STORE_CHUNKS_H

#include "engine/store/chunk.h"
#include "engine/store/names.h"

/* Which chunks: conditions on the table; ?1 is the source given. */
#define AT_CHUNKS_VISIBLE "source IN (SELECT source FROM temp.visible)"
#define AT_CHUNKS_SOURCE "source = ?1"
#define AT_CHUNKS_TRANSFERS " AND leg_count < row_count"
#define AT_CHUNKS_LEGS " AND leg_count > 0"

/* What is known of a chunk without reading it. */
typedef struct at_chunk_entry {
    int64_t chunk, source;
    int64_t first, last; /* records */
    size_t count, leg_count;
    int64_t leg_first; /* which leg of the source is its first, from 1 */
    int64_t time_first, time_last, offset_first, offset_last;
} at_chunk_entry;

typedef struct at_chunks {
    sqlite3 *db;
    unsigned columns;
    at_chunk_entry *entries; /* by source and record */
    size_t count;
    sqlite3_stmt *read;
    at_chunk loaded;
    size_t loaded_index; /* SIZE_MAX = none */
} at_chunks;

/** @param columns  AT_CHUNK_BIT of each that is read */
AT_CHECKED at_status at_chunks_open(at_chunks *out, sqlite3 *db, const char *which, int64_t source,
                                    unsigned columns, at_arena *arena, at_error *err);
void at_chunks_close(at_chunks *chunks);
AT_CHECKED at_status at_chunks_load(at_chunks *chunks, size_t index, at_error *err);
/** The chunk that may hold a record, by its number: SIZE_MAX when none does. */
size_t at_chunks_find(const at_chunks *chunks, at_record_id record);
/** The chunk that may hold a leg, by its number: SIZE_MAX when none does. */
size_t at_chunks_find_leg(const at_chunks *chunks, int64_t leg);
/** First row of the loaded chunk whose record is `number`; its count when none is. */
size_t at_chunk_row(const at_chunk *chunk, int64_t number);

/** One chunk after another with the names it brings, for those that need to know who is who. */
typedef at_status at_names_visitor(void *self, int64_t source, const at_name_list *list,
                                   size_t count, at_error *err);
AT_CHECKED at_status at_chunks_names(sqlite3 *db, const char *which, int64_t source,
                                     at_names_visitor *visit, void *self, at_error *err);

/* A chunk in the making; rows are added to `open` by who knows them (put_money.c). */
typedef struct at_chunk_writer {
    int64_t source;
    at_chunk open;
    at_names names;
    size_t names_written;
    int64_t legs_written;
    sqlite3_stmt *insert;
    at_text bytes[AT_CHUNK_COLUMNS + 3];
} at_chunk_writer;

AT_CHECKED at_status at_chunk_writer_begin(at_chunk_writer *out, sqlite3 *db, int64_t source,
                                           at_error *err);
/** Write what is open; nothing when it is empty. */
AT_CHECKED at_status at_chunk_writer_flush(at_chunk_writer *writer, at_error *err);
void at_chunk_writer_end(at_chunk_writer *writer);

#endif
