/**
 * pack.h - a column of numbers or texts as bytes, and back.
 *
 * Numbers: one byte says how - 1 first and step (a constant column, a count), 2 the first and then
 * differences, divided by what divides them all, 3 each by itself - then zigzag varints (7 bits a
 * byte, the lowest first). Texts: 4 canonical decimal numbers, then as numbers; 5 for each how many
 * bytes it shares with the one before, how many follow, and those. At the end of every column
 * stand eight bytes, little-endian: a check over the bytes before, `key` and the count. Whichever
 * byte is changed or missing, reading answers AT_TAMPERED "E-STORE-DAMAGED"; it never reads or
 * writes outside what it was given.
 *
 * Ownership: unpacked texts live in their at_pack_texts until cleared.
 * Errors:    AT_TAMPERED; AT_NO_MEMORY.
 */
#ifndef ASSETTRACE_STORE_PACK_H
#define ASSETTRACE_STORE_PACK_H

#include "engine/base/text.h"

enum { AT_PACK_TEXT_MAX = 65535 };

/** Append `count` numbers. `key` tells columns apart: reading must give the same. */
AT_CHECKED at_status at_pack_ints(at_text *out, uint32_t key, const int64_t *values, size_t count,
                                  at_error *err);
AT_CHECKED at_status at_unpack_ints(int64_t *out, uint32_t key, size_t count, at_span packed,
                                    at_error *err);

/** Append the check of the column that `out` holds, for who makes columns by hand. */
AT_CHECKED at_status at_pack_seal(at_text *out, uint32_t key, size_t count, at_error *err);

/* Texts one after another, each NUL-terminated. */
typedef struct at_pack_texts {
    at_text pool;
    at_text starts; /* uint32_t each: where in the pool it begins */
    size_t count;
} at_pack_texts;

static inline const char *at_pack_text(const at_pack_texts *texts, size_t index) {
    uint32_t start = 0;
    __builtin_memcpy(&start, texts->starts.data + index * sizeof start, sizeof start);
    return texts->pool.data + start;
}

AT_CHECKED at_status at_pack_texts_add(at_pack_texts *texts, const char *text, size_t bytes,
                                       at_error *err);
void at_pack_texts_reset(at_pack_texts *texts); /* empty it, keep the memory */
void at_pack_texts_clear(at_pack_texts *texts);

AT_CHECKED at_status at_pack_texts_write(at_text *out, uint32_t key, const at_pack_texts *texts,
                                         at_error *err);
/** Replaces what `out` held. */
AT_CHECKED at_status at_pack_texts_read(at_pack_texts *out, uint32_t key, size_t count,
                                        at_span packed, at_error *err);

#endif
