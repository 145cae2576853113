/**
 * index_pack.h - values of a column of an index, to bytes and back (index_file.h has the format).
 */
#ifndef ASSETTRACE_STORE_INDEX_PACK_H
#define ASSETTRACE_STORE_INDEX_PACK_H

#include "engine/store/index_file.h"

/* Values are fetched eight bytes at a time: so many may lie in front of a block and behind it. */
enum { AT_INDEX_SPARE_BYTES = 16 };

/* The column that holds some values in the fewest bytes, as they are met: {0} to begin with. */
typedef struct at_index_shaping {
    size_t count;
    uint64_t first, second, last, divisor; /* divisor: of all differences */
    int64_t least, most;
    bool broken; /* it does not count up */
} at_index_shaping;

void at_index_shaping_add(at_index_shaping *shaping, const void *values, size_t size, size_t count);
/** The offset is left to others. */
at_index_column at_index_shape(const at_index_shaping *shaping);
/** Pack values [first, first + count) of a column behind each other. */
void at_index_pack(uint8_t *out, const at_index_column *column, const void *values, size_t size,
                   size_t first, size_t count);

typedef struct at_index_unpacking {
    const at_index_column *column;
    void *out;
    size_t size;
    uint64_t most;
    size_t first, place; /* the place of out[0]; of the next value */
    bool passed;         /* one was above `most`, or does not fit into `size` */
} at_index_unpacking;

/** The next `count` values; eight bytes before `bytes + count * width` can be read. */
void at_index_unpack(at_index_unpacking *work, const uint8_t *bytes, size_t count);
/** One value from its bytes, zeros behind them. */
int64_t at_index_value(const at_index_column *column, uint64_t place, const uint8_t bytes[8]);

#endif
