#include "engine/trace/pool.h"

static const uint32_t pool_items_max = UINT32_C(1) << 31;

at_status at_pool_add(uint32_t *out, at_pool *pool, at_error *err) {
    if (pool->count == pool_items_max)
        return at_fail(err, AT_LIMIT, "E-LIMIT", "a trace needs more than %u lots or moves",
                       pool_items_max);
    if (pool->count >> AT_POOL_CHUNK_BITS == pool->chunk_count) {
        char *chunk = NULL;
        AT_TRY(AT_GROW(&pool->chunks, &pool->chunk_capacity, pool->chunk_count, pool->arena, err));
        AT_TRY(at_arena_take((void **)&chunk, pool->arena, AT_POOL_CHUNK, pool->item_bytes, err));
        pool->chunks[pool->chunk_count++] = chunk;
    }
    *out = pool->count++;
    return AT_OK;
}
