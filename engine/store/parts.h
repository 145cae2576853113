/**
 * parts.h - bytes sorted into parts that are read one at a time.
 *
 * For work that is too much for memory at once but falls into parts: bytes are appended to the
 * part they belong to, then each part is read whole. One part alone stays in memory; of several
 * only the ends do, the rest lies in files of the store's tmp/ (spool.h).
 *
 * Ownership: files and memory are the parts' until at_parts_clear.
 * Errors:    AT_IO; AT_NO_MEMORY.
 */
#ifndef ASSETTRACE_STORE_PARTS_H
#define ASSETTRACE_STORE_PARTS_H

#include "engine/base/text.h"
#include "engine/store/spool.h"

typedef struct at_part {
    at_spool *spool; /* NULL: nothing had to be written yet */
    uint64_t spooled;
    at_text bytes; /* what comes after it */
} at_part;

typedef struct at_parts {
    const char *store; /* its path */
    at_arena *arena;
    at_part *items;
    size_t count;
} at_parts;

AT_CHECKED at_status at_parts_begin(at_parts *out, const char *store, size_t count, at_arena *arena,
                                    at_error *err);
AT_CHECKED at_status at_parts_add(at_parts *parts, size_t part, const void *bytes, size_t count,
                                  at_error *err);
/** All bytes of a part, in the order of adding; they are gone from the parts then. */
AT_CHECKED at_status at_parts_take(at_text *out, at_parts *parts, size_t part, at_error *err);
void at_parts_clear(at_parts *parts);

#endif
