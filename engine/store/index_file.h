/**
 * index_file.h - the file of an index: columns of numbers, packed, in blocks with checksums.
 *
 *   head (4096 bytes)   at_index_head
 *   blocks              65,536 bytes each, the last one fewer: the columns, one behind another
 *   sums                XXH64 of each block, seeded with the key
 *
 * A column is `count` values base + step * place + unit * stored, `stored` of 0 to 8 bytes, little
 * endian: what is the same everywhere, or counts up, takes no bytes, and times and amounts no more
 * than their range wants. Texts are columns of bytes.
 *
 * The head's own checksum and the key are checked when the file is opened, a block's when it is
 * read. Nothing is mapped: the bytes that were checked are the bytes that are used, whatever
 * happens to the file meanwhile, and a disk that fails is an error and no signal.
 *
 * Ownership: at_index_file and at_index_writer are values, closed by scope.
 * Errors:    AT_TAMPERED "E-INDEX-DAMAGED" for everything that was not written like this - whoever
 *            asked goes on without the index; AT_IO, AT_NO_MEMORY.
 * Threads:   one.
 */
#ifndef ASSETTRACE_STORE_INDEX_FILE_H
#define ASSETTRACE_STORE_INDEX_FILE_H

#include "engine/base/arena.h"
#include "engine/base/text.h"
#include "engine/model/summary.h"

enum {
    AT_INDEX_STARTS_EVERY = 16, /* texts */
    AT_INDEX_VERSION = 4,       /* raised when the same store would give other bytes */
    AT_INDEX_HEAD_BYTES = 4096,
    AT_INDEX_BLOCK_BYTES = 65536,
    AT_INDEX_KEY_BYTES = 32,
    AT_INDEX_KEPT_MAX = 1024 /* blocks, 64 MB */
};

typedef enum at_index_column_name {
    /* things, by place (identity.h) */
    AT_INDEX_THING_IDS,    /* texts, NUL-terminated */
    AT_INDEX_THING_STARTS, /* where that of each 16th thing begins */
    AT_INDEX_THING_NUMBER,
    AT_INDEX_THING_CLASS,
    AT_INDEX_THING_SPACE,
    AT_INDEX_THING_KIND, /* and whether it is declared, a spelling, the only one of its id */
    AT_INDEX_THING_BY_ID,
    AT_INDEX_MEMBER_START, /* by class */
    AT_INDEX_MEMBERS,
    AT_INDEX_BEST,
    AT_INDEX_LOCAL_COUNT, /* by source */
    AT_INDEX_LOCALS,
    AT_INDEX_LOCAL_FIRST, /* one number */
    /* nodes (model/ledger.h) */
    AT_INDEX_NODE_IDS,    /* texts: account_id */
    AT_INDEX_NODE_STARTS, /* where that of each 16th node begins */
    AT_INDEX_NODE_KIND,
    AT_INDEX_NODE_CURRENCY,
    AT_INDEX_NODE_ACCOUNT,
    AT_INDEX_NODE_OPENING,
    AT_INDEX_NODE_OPENING_RECORD,
    AT_INDEX_NODE_BY_ACCOUNT,
    AT_INDEX_OUT_START,
    AT_INDEX_IN_START,
    AT_INDEX_CURRENCIES, /* texts */
    /* rows, in T2 order */
    AT_INDEX_FROM,
    AT_INDEX_TO,
    AT_INDEX_TIME,
    AT_INDEX_SEQ,
    AT_INDEX_AMOUNT,
    AT_INDEX_AMOUNT_IN, /* what it is above the amount */
    AT_INDEX_FEE,
    AT_INDEX_REVERSES, /* a row + 2; 1 none, 0 a transfer that is not here */
    AT_INDEX_FLAGS,
    AT_INDEX_GRADE,
    AT_INDEX_RECORD,
    AT_INDEX_RECORD_IN,
    AT_INDEX_ROW_IDS,    /* texts */
    AT_INDEX_ROW_STARTS, /* where the id of each 16th row begins */
    AT_INDEX_ROW_BY_ID,
    AT_INDEX_OUT_ROWS,
    AT_INDEX_IN_ROWS,
    /* what `networks` found, in a file of its own that has none of the above (model/summary.h) */
    AT_INDEX_SUMMARY,
    AT_INDEX_COLUMNS = AT_INDEX_SUMMARY + AT_SUMMARY_COLUMNS
} at_index_column_name;

typedef struct at_index_column {
    uint64_t count;  /* values; of texts: bytes */
    uint64_t offset; /* from the first block on */
    int64_t base, step, unit;
    uint64_t width; /* bytes a value */
} at_index_column;

typedef struct at_index_head {
    char magic[8];
    uint32_t version, order; /* order: AT_INDEX_ORDER as this machine writes it */
    uint8_t key[AT_INDEX_KEY_BYTES];
    uint64_t data_bytes, sums_sum;
    at_index_column columns[AT_INDEX_COLUMNS];
} at_index_head;

#define AT_INDEX_MAGIC "ATINDEX"
#define AT_INDEX_ORDER UINT32_C(0x01020304)

/* --- Writing ---------------------------------------------------------------------------------- */

typedef struct at_index_writer {
    int descriptor; /* borrowed; positioned behind the head by begin */
    at_index_head head;
    uint8_t *block;
    size_t block_bytes;
    at_text sums;
} at_index_writer;

AT_CHECKED at_status at_index_writer_begin(at_index_writer *out, int descriptor,
                                           const uint8_t key[AT_INDEX_KEY_BYTES], at_error *err);
void at_index_writer_end(at_index_writer *writer);

/* Numbers of 1 (unsigned), 4 (unsigned) or 8 bytes (signed). */
#define AT_INDEX_PUT(writer, column, values, count, err) \
    at_index_put((writer), (column), (values), sizeof *(values), (count), (err))
/** Columns are put in the order of their names, each once. */
AT_CHECKED at_status at_index_put(at_index_writer *writer, at_index_column_name column,
                                  const void *values, size_t size, size_t count, at_error *err);
AT_CHECKED at_status at_index_put_bytes(at_index_writer *writer, at_index_column_name column,
                                        const void *data, size_t bytes, at_error *err);

enum { AT_INDEX_PART_VALUES = 8192 };
/** Fill `out` with values [first, first + count) of a column, as large as it was said to be. Asked
 * from the first on in parts of AT_INDEX_PART_VALUES, the last one smaller - twice: what a column
 * needs is known behind its last value. */
typedef at_status at_index_values(void *self, void *out, size_t first, size_t count, at_error *err);
/** A column by what says its values, so that it never lies in memory. */
AT_CHECKED at_status at_index_put_values(at_index_writer *writer, at_index_column_name column,
                                         size_t size, size_t count, at_index_values *values,
                                         void *self, at_error *err);

/** The text at a place; borrowed until the next is asked for. */
typedef at_status at_index_text(const char **out, void *self, size_t place, at_error *err);
/** A column of texts, and where each 16th begins. */
AT_CHECKED at_status at_index_put_texts(at_index_writer *writer, at_index_column_name texts,
                                        at_index_column_name starts, size_t count,
                                        at_index_text *text, void *self, at_error *err);
/** Sums and head: now it is an index. */
AT_CHECKED at_status at_index_writer_finish(at_index_writer *writer, at_error *err);

/* --- Reading ---------------------------------------------------------------------------------- */

typedef struct at_index_file {
    int descriptor; /* -1 = closed */
    at_index_head head;
    uint64_t seed, block_count;
    uint64_t *sums;
    uint8_t *room;  /* in front of the block: what is left of a value begun in the one before */
    uint64_t block; /* in `room`; UINT64_MAX = none */
    /* Blocks that parts were read from, checked: whoever looks up one thing comes back to them. */
    uint8_t **kept;                   /* by block, NULL = not here; NULL until asked */
    uint64_t ring[AT_INDEX_KEPT_MAX]; /* the blocks here; the oldest makes room */
    uint64_t kept_count;              /* so far, those that made room too */
} at_index_file;

/** Takes over `descriptor`, even on failure. *fresh_out: is the key the one expected? If not, the
 * file stays closed. */
AT_CHECKED at_status at_index_file_open(at_index_file *out, bool *fresh_out, int descriptor,
                                        const uint8_t key[AT_INDEX_KEY_BYTES], at_error *err);
void at_index_file_close(at_index_file *file);

/** Every block, for who wants to know. */
AT_CHECKED at_status at_index_file_check(at_index_file *file, at_error *err);

static inline uint64_t at_index_count(const at_index_file *file, at_index_column_name column) {
    return file->head.columns[column].count;
}

/** All values of a column, which has `count`, into room for them that is zeroed; none is above
 * `most`, read without a sign. */
#define AT_INDEX_GET(out, file, column, count, most, err) \
    at_index_get((out), (file), (column), sizeof *(out), (count), (most), (err))
AT_CHECKED at_status at_index_get(void *out, at_index_file *file, at_index_column_name column,
                                  size_t size, size_t count, uint64_t most, at_error *err);
/** Bytes [first, first + bytes) of a column of texts. */
AT_CHECKED at_status at_index_get_bytes(void *out, at_index_file *file, at_index_column_name column,
                                        uint64_t first, size_t bytes, at_error *err);
/** One value. */
AT_CHECKED at_status at_index_get_one(int64_t *out, at_index_file *file,
                                      at_index_column_name column, uint64_t place, at_error *err);

/** One that is not negative and at most `most`. */
AT_CHECKED at_status at_index_get_number(uint32_t *out, at_index_file *file,
                                         at_index_column_name column, uint64_t place, uint64_t most,
                                         at_error *err);

/** Values [first, first + count). */
#define AT_INDEX_GET_PART(out, file, column, first, count, most, err) \
    at_index_get_part((out), (file), (column), sizeof *(out), (first), (count), (most), (err))
AT_CHECKED at_status at_index_get_part(void *out, at_index_file *file, at_index_column_name column,
                                       size_t size, uint64_t first, size_t count, uint64_t most,
                                       at_error *err);
/** One of a column of texts, by the column that says where each 16th begins. */
AT_CHECKED at_status at_index_get_text(const char **out, at_index_file *file,
                                       at_index_column_name texts, at_index_column_name starts,
                                       uint64_t place, at_arena *arena, at_error *err);

/** What every finding of damage says. */
at_status at_index_damaged(at_error *err, const char *what);

#endif
