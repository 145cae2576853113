/**
 * pool.h - items of one size, numbered 0, 1, 2, ..., that never move.
 *
 * A pass over ten million transfers makes lots and moves in numbers nobody knows before. A
 * doubling array would leave half its bytes behind in the arena; chunks leave nothing.
 *
 * Ownership: the arena's. Limit: 2^31 items (AT_LIMIT "E-LIMIT").
 */
#ifndef ASSETTRACE_TRACE_POOL_H
#define ASSETTRACE_TRACE_POOL_H

#include "engine/base/arena.h"

enum { AT_POOL_CHUNK_BITS = 10, AT_POOL_CHUNK = 1 << AT_POOL_CHUNK_BITS };

/* {.arena = arena, .item_bytes = sizeof(item)} is a valid empty pool. */
typedef struct at_pool {
    at_arena *arena;
    size_t item_bytes;
    char **chunks;
    size_t chunk_count, chunk_capacity;
    uint32_t count;
} at_pool;

/** A new zeroed item; `out` is its number. */
AT_CHECKED at_status at_pool_add(uint32_t *out, at_pool *pool, at_error *err);

static inline void *at_pool_at(const at_pool *pool, uint32_t index) {
    return pool->chunks[index >> AT_POOL_CHUNK_BITS] +
           (size_t)(index & (AT_POOL_CHUNK - 1)) * pool->item_bytes;
}

#endif
