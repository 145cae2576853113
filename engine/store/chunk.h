/**
 * chunk.h - up to 65,536 transfers and legs of one source as columns: how they are kept.
 *
 * One row of the table `chunk` is one chunk, one BLOB a column (pack.h); a column that is zero
 * everywhere is absent. Accounts are local numbers, 0.. in the order in which the source first
 * names them; each chunk brings the names first used in it. A record's number in the store is
 * arithmetic (AT_RECORD_ID): what stands in a chunk needs no row in the table `record`, and has one
 * only when the record repeats another, says more than transfers and legs, or lies in an element.
 *
 * A leg is a row with AT_CHUNK_LEG: `from` is its own account, `to` its counterparty where one is
 * named. Its number in the store is arithmetic too: source << 40 | which leg of the source, from 1.
 *
 * Units:     as engine/model/record.h.
 * Ownership: an at_chunk holds its own memory until at_chunk_clear.
 * Errors:    AT_TAMPERED "E-STORE-DAMAGED" when a chunk is not what was written.
 */
#ifndef ASSETTRACE_STORE_CHUNK_H
#define ASSETTRACE_STORE_CHUNK_H

#include "engine/base/arena.h"
#include "engine/model/record.h"
#include "engine/store/db.h"
#include "engine/store/pack.h"

enum { AT_CHUNK_ROWS = 65536, AT_RECORD_BITS = 40 };

/* Source and place in it: records of a source have the numbers of its rows, from 1; statements
 * about records come after all of them. */
#define AT_RECORD_ID(source, number) \
    ((at_record_id)((uint64_t)(source) << AT_RECORD_BITS | (number)))
#define AT_RECORD_EXTRA (UINT64_C(1) << (AT_RECORD_BITS - 1))
static inline int64_t at_record_source(at_record_id record) {
    return record >> AT_RECORD_BITS;
}
static inline int64_t at_record_number(at_record_id record) {
    return record & ((INT64_C(1) << AT_RECORD_BITS) - 1);
}

/* Columns of numbers; their order is that of at_chunk_columns. */
typedef enum at_chunk_column {
    AT_CHUNK_NUMBER, /* of the record in its source */
    AT_CHUNK_OFFSET, /* kept as the gap after the record before */
    AT_CHUNK_BYTES,
    AT_CHUNK_LINE,
    AT_CHUNK_FROM, /* local numbers of accounts */
    AT_CHUNK_TO,
    AT_CHUNK_TIME,
    AT_CHUNK_SEQ,
    AT_CHUNK_AMOUNT,
    AT_CHUNK_CURRENCY, /* place in the chunk's list of codes */
    AT_CHUNK_FLAGS,
    AT_CHUNK_PART,        /* which transfer without an id of its record, from 1; 0 = the first */
    AT_CHUNK_AMOUNT_IN,   /* with AT_CHUNK_HAS_IN */
    AT_CHUNK_SCALE_IN,    /* amount_in_scale + 1 */
    AT_CHUNK_CURRENCY_IN, /* place in the list + 1, 0 = not stated */
    AT_CHUNK_FEE,
    AT_CHUNK_TYPE,
    AT_CHUNK_VALUE_TIME,  /* of legs, with AT_CHUNK_HAS_VALUE: the day the money counts from */
    AT_CHUNK_VALUE_FLAGS, /* as AT_CHUNK_FLAGS: precision and zone */
    AT_CHUNK_BALANCE,     /* with AT_CHUNK_HAS_BALANCE */
    AT_CHUNK_INTS
} at_chunk_column;
#define AT_CHUNK_BIT(column) (1u << (column))
enum {
    AT_CHUNK_ID = AT_CHUNK_INTS, /* texts: ids that the source gave; what a transfer reverses */
    AT_CHUNK_REVERSES,
    AT_CHUNK_REFERENCE, /* of legs, as the next three: of the counterparty */
    AT_CHUNK_NAME,
    AT_CHUNK_INSTITUTION,
    AT_CHUNK_COUNTRY,
    AT_CHUNK_COLUMNS,
    AT_CHUNK_TEXTS = AT_CHUNK_COLUMNS - AT_CHUNK_INTS
};
extern const char *const at_chunk_columns[]; /* names in the table */

/* AT_CHUNK_FLAGS: the lowest three bits are the time's precision. */
enum {
    AT_CHUNK_PRECISION = 7,
    AT_CHUNK_ZONE_ASSUMED = 8,
    AT_CHUNK_ID_GIVEN = 16,
    AT_CHUNK_HAS_IN = 32,
    AT_CHUNK_LEG = 64,
    AT_CHUNK_CREDIT = 128, /* of legs, as the next three */
    AT_CHUNK_HAS_OTHER = 256,
    AT_CHUNK_HAS_VALUE = 512,
    AT_CHUNK_HAS_BALANCE = 1024,
    AT_CHUNK_FLAGS_MAX = 2047
};

enum {
    AT_CHUNK_PLACES = AT_CHUNK_BIT(AT_CHUNK_NUMBER) | AT_CHUNK_BIT(AT_CHUNK_OFFSET) |
                      AT_CHUNK_BIT(AT_CHUNK_BYTES) | AT_CHUNK_BIT(AT_CHUNK_LINE),
    AT_CHUNK_ALL = AT_CHUNK_BIT(AT_CHUNK_COLUMNS) - 1,
    AT_CHUNK_FACTS = AT_CHUNK_ALL & ~(AT_CHUNK_BIT(AT_CHUNK_OFFSET) | AT_CHUNK_BIT(AT_CHUNK_BYTES) |
                                      AT_CHUNK_BIT(AT_CHUNK_LINE)),
    AT_CHUNK_SUMS = AT_CHUNK_BIT(AT_CHUNK_NUMBER) | AT_CHUNK_BIT(AT_CHUNK_AMOUNT) |
                    AT_CHUNK_BIT(AT_CHUNK_CURRENCY) | AT_CHUNK_BIT(AT_CHUNK_FLAGS) |
                    AT_CHUNK_BIT(AT_CHUNK_AMOUNT_IN) | AT_CHUNK_BIT(AT_CHUNK_CURRENCY_IN),
    AT_CHUNK_MONEY = AT_CHUNK_BIT(AT_CHUNK_NUMBER) | AT_CHUNK_BIT(AT_CHUNK_FROM) |
                     AT_CHUNK_BIT(AT_CHUNK_TO) | AT_CHUNK_BIT(AT_CHUNK_AMOUNT) |
                     AT_CHUNK_BIT(AT_CHUNK_CURRENCY) | AT_CHUNK_BIT(AT_CHUNK_FLAGS) |
                     AT_CHUNK_BIT(AT_CHUNK_AMOUNT_IN) | AT_CHUNK_BIT(AT_CHUNK_CURRENCY_IN),
};

typedef struct at_chunk {
    size_t count;
    int64_t *ints[AT_CHUNK_INTS];   /* AT_CHUNK_ROWS each once taken; NULL = zero everywhere */
    int64_t *kept[AT_CHUNK_INTS];   /* the memory of `ints` */
    bool has_texts[AT_CHUNK_TEXTS]; /* else "" everywhere */
    at_pack_texts texts[AT_CHUNK_TEXTS];
    at_pack_texts codes; /* currencies */
} at_chunk;

void at_chunk_clear(at_chunk *chunk);

static inline int64_t at_chunk_int(const at_chunk *chunk, at_chunk_column column, size_t row) {
    return chunk->ints[column] ? chunk->ints[column][row] : 0;
}
static inline const char *at_chunk_code(const at_chunk *chunk, size_t row) {
    return at_pack_text(&chunk->codes, (size_t)at_chunk_int(chunk, AT_CHUNK_CURRENCY, row));
}
/** AT_CHUNK_ID and after; "" = none. */
static inline const char *at_chunk_text(const at_chunk *chunk, int column, size_t row) {
    return chunk->has_texts[column - AT_CHUNK_ID]
               ? at_pack_text(&chunk->texts[column - AT_CHUNK_ID], row)
               : "";
}

static inline bool at_chunk_is_leg(const at_chunk *chunk, size_t row) {
    return (at_chunk_int(chunk, AT_CHUNK_FLAGS, row) & AT_CHUNK_LEG) != 0;
}

/** Make `ints[column]` a column of AT_CHUNK_ROWS to be written to. */
AT_CHECKED at_status at_chunk_take(at_chunk *chunk, at_chunk_column column, at_error *err);

/* chunk_row.c: the row after the last, which is one once `count` is raised. Each row sets every
 * column: one that no row has set is zero or "" so far, and takes no memory. */
AT_CHECKED at_status at_chunk_set_first(at_chunk *chunk, at_chunk_column column, int64_t value,
                                        at_error *err); /* the first that is not zero */
AT_CHECKED static inline at_status at_chunk_set(at_chunk *chunk, at_chunk_column column,
                                                int64_t value, at_error *err) {
    if (!chunk->ints[column])
        return value ? at_chunk_set_first(chunk, column, value, err) : AT_OK;
    chunk->ints[column][chunk->count] = value;
    return AT_OK;
}
AT_CHECKED at_status at_chunk_set_text(at_chunk *chunk, int column, const char *text,
                                       at_error *err); /* NULL = "" */
/** Everything but record, place, accounts and part. */
AT_CHECKED at_status at_chunk_set_transfer(at_chunk *chunk, const at_transfer *transfer,
                                           at_error *err);
/** @param has_other  it names a counterparty */
AT_CHECKED at_status at_chunk_set_leg(at_chunk *chunk, const at_leg *leg, bool has_other,
                                      at_error *err);
/** All of a row of another chunk. */
AT_CHECKED at_status at_chunk_copy_row(at_chunk *chunk, const at_chunk *from, size_t row,
                                       at_error *err);

/** Append the bytes of a column of a chunk; nothing where it is absent. */
AT_CHECKED at_status at_chunk_pack(at_text *out, const at_chunk *chunk, int column, at_error *err);
/** Append the check to a column made by hand (fuzzing); AT_CHUNK_COLUMNS = the codes. */
AT_CHECKED at_status at_chunk_seal(at_text *out, int column, size_t count, at_error *err);
/**
 * Read columns back; `columns[i]` has data NULL where absent, and so have columns not wanted.
 * Places in the list of codes are within it, words are words, amounts not negative.
 *
 * @param codes  the packed list of `code_count` currencies; needed whatever is read
 */
AT_CHECKED at_status at_chunk_unpack(at_chunk *out, size_t count, const at_span *columns,
                                     at_span codes, size_t code_count, at_error *err);

/** The id of a transfer as its source gave it, or derived: <source>:<record>, .2, .3 for more. */
AT_CHECKED at_status at_chunk_id(const char **out, const at_chunk *chunk, int64_t source,
                                 size_t row, at_arena *arena, at_error *err);
/** One row as the fact it came from; accounts, id and currencies are left to the caller. */
void at_chunk_transfer(at_transfer *out, const at_chunk *chunk, size_t row);
/** One row that is a leg; texts are those of the chunk; account, counterparty and id are left. */
void at_chunk_leg(at_leg *out, const at_chunk *chunk, size_t row);
/** Either, with its record and currencies; `thing` of references is the local number + 1, or 0. */
void at_chunk_fact(at_fact *out, const at_chunk *chunk, int64_t source, size_t row);

#endif
