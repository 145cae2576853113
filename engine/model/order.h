/**
 * order.h - sorting many rows by a number pair or a text, for the ledger builder alone.
 *
 * A merge sort over fat keys: the part that nearly always decides lies in the key, so that
 * comparing does not wander through memory. Runs already in order cost one comparison a merge. Time
 * complexity: O(n log n), O(n) for sorted input. Errors: AT_NO_MEMORY, AT_LIMIT of the arena.
 */
#ifndef ASSETTRACE_MODEL_ORDER_H
#define ASSETTRACE_MODEL_ORDER_H

#include "engine/base/arena.h"

/* Compared by high, low, then text bytewise. */
typedef struct at_sort_key {
    uint64_t high, low;
    const char *text; /* never NULL */
    uint32_t item;    /* what is being sorted; carried along */
} at_sort_key;

/** Order-preserving image of a signed number. */
static inline uint64_t at_sort_signed(int64_t number) {
    return (uint64_t)number ^ (UINT64_C(1) << 63);
}

/** Sort in place, stable; `scratch` holds a second copy while it runs. */
AT_CHECKED at_status at_sort(at_sort_key *keys, size_t count, at_arena *scratch, at_error *err);

/**
 * Fill high, low and text from key->text, whole texts given: what all texts begin with is left
 * out, the next 16 bytes go into the key, the rest stays text. Bytewise order is kept.
 */
void at_sort_pack_texts(at_sort_key *keys, size_t count);

#endif
