/**
 * snapshot.h - a reader while it is open: what reader.c opens and the other files of the reading
 * side fill.
 *
 * Ownership: at_reader lives in the question's arena; its connection and open source are closed by
 *            at_reader_close.
 */
#ifndef ASSETTRACE_STORE_SNAPSHOT_H
#define ASSETTRACE_STORE_SNAPSHOT_H

#include "engine/base/input.h"
#include "engine/store/chunks.h"
#include "engine/store/handle.h"
#include "engine/store/identity.h"
#include "engine/store/index_file.h"
#include "engine/store/reader.h"

/* All visible facts of one kind, and which of them are about a class. */
typedef struct at_fact_index {
    bool loaded, indexed;
    at_fact *facts;
    size_t count;
    size_t *start;         /* class_count + 2; of class c: about[start[c] .. start[c + 1]) */
    const at_fact **about; /* copied out when asked */
} at_fact_index;

/* All things of one kind, by shown id. */
typedef struct at_thing_list {
    const at_thing *things; /* NULL until asked */
    size_t count;
} at_thing_list;

typedef struct at_source_place at_source_place;

/* Rows of an answer cite all over a store: so many chunks stay unpacked (2 MiB each, once they are
 * asked for), ten million transfers. */
enum { AT_PLACE_CHUNKS = 160 };

/* What a virtual table of chunks shows (sql_chunk.c): AT_TRANSFER or AT_LEG. */
typedef struct at_sql_kind {
    at_reader *reader;
    at_kind kind;
} at_sql_kind;

struct at_reader {
    at_arena *arena;
    at_store *store;
    sqlite3 *db;
    int64_t revision;
    at_identity identity;
    at_facts facts;
    at_fact_index kinds[AT_KIND_COUNT];
    at_thing_list things[AT_KIND_COUNT];
    const char **titles; /* by class; NULL until asked */
    at_ledger *ledger;   /* NULL until asked */
    at_summaries summaries;
    at_index_file index; /* open when one fits (index.h) */
    uint8_t index_key[AT_INDEX_KEY_BYTES];
    size_t index_room; /* bytes to sort in when one is made; 0 = as many as usual */
    bool newest;       /* its revision is the store's newest */
    const at_token *tokens;
    size_t token_count;
    bool tokens_loaded;
    bool own_sql;            /* a statement of ours is being prepared while a question runs */
    const char *view_prefix; /* of the inner views; NULL until SQL is asked */
    at_sql_kind sql_kinds[2];

    /* Addresses: by source number; NULL until asked. */
    at_source_place *places;
    size_t place_count;
    sqlite3_stmt *address_statement;
    at_chunks chunks[AT_PLACE_CHUNKS]; /* AT_CHUNK_PLACES; the first owns directory and statement */
    bool chunks_open;

    /* The source whose bytes were read last. */
    char open_content[65];
    at_input *open_input;
};

/** Where a record stands; AT_BUG when it is not visible at the reader's revision. */
AT_CHECKED at_status at_reader_address(at_reader *reader, at_address *out, at_record_id record,
                                       at_error *err);

/** Transfers and legs as tables "chunked_transfer" and "chunked_leg": sql_chunk.c. */
AT_CHECKED at_status at_reader_make_tables(at_reader *reader, at_error *err);

/** Fill reader->facts. */
void at_reader_make_facts(at_reader *reader);

#endif
