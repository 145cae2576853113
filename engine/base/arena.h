/**
 * arena.h - memory that is released all at once.
 *
 * Everything of unknown number lives in an arena: one per import, question or bundle.
 * `at_arena arena = {.limit_bytes = N};` is a valid empty arena; a limit of 0 means
 * AT_ARENA_LIMIT_DEFAULT. Clear it by scope: AT_CLEANUP(at_arena_clear).
 *
 * Ownership: pointers stay valid until at_arena_clear or at_arena_reset.
 * Errors:    AT_NO_MEMORY, AT_LIMIT past limit_bytes or a deadline (interrupt.h); the arena stays
 *            usable.
 * Threads:   one arena, one thread.
 */
#ifndef ASSETTRACE_BASE_ARENA_H
#define ASSETTRACE_BASE_ARENA_H

#include <stdbool.h>

#include "engine/base/error.h"

#define AT_ARENA_LIMIT_DEFAULT ((size_t)2 << 30)

struct at_arena_block;

typedef struct at_arena {
    size_t limit_bytes;
    size_t used_bytes;             /* taken from the system so far */
    struct at_arena_block *blocks; /* newest first */
} at_arena;

void at_arena_clear(at_arena *arena);

/** Forget everything but keep the newest block for reuse: for scratch memory in a loop. */
void at_arena_reset(at_arena *arena);

/** Zeroed memory for `count` items of `size` bytes, aligned for any type; count 0 gives a valid
 * pointer. */
AT_CHECKED at_status at_arena_take(void **out, at_arena *arena, size_t count, size_t size,
                                   at_error *err);

/** AT_NEW(&items, arena, count, err): typed at_arena_take; `out` is the address of a typed pointer.
 */
#define AT_NEW(out, arena, count, err) \
    at_arena_take((void **)(out), (arena), (count), sizeof(**(out)), (err))

/** A NUL-terminated copy of `bytes` bytes of `text`. */
AT_CHECKED at_status at_arena_copy(const char **out, at_arena *arena, const char *text,
                                   size_t bytes, at_error *err);
/** A copy of a NUL-terminated text; NULL stays NULL. */
AT_CHECKED at_status at_arena_text(const char **out, at_arena *arena, const char *text,
                                   at_error *err);
AT_CHECKED at_status at_arena_print(const char **out, at_arena *arena, at_error *err,
                                    const char *format, ...) AT_PRINTF(4, 5);

/**
 * Make room for one more item in a growing array that lives in the arena (doubling, old copy
 * left behind). AT_GROW(&items, &count_capacity, count, arena, err) before items[count++] = x.
 */
AT_CHECKED at_status at_arena_grow(void **items, size_t *capacity, size_t count, size_t size,
                                   at_arena *arena, at_error *err);
#define AT_GROW(items, capacity, count, arena, err) \
    at_arena_grow((void **)(items), (capacity), (count), sizeof(**(items)), (arena), (err))

/** For tests of rough weather: the n-th allocation from now fails (0 = never), everywhere.
 * @return what was left of the count before: 0 when its allocation has failed, or none was to */
uint64_t at_memory_fail_after(uint64_t n);
/** All that is taken through this room together, by every thread, is at most `bytes` from now on
 * (0 = no limit): more is refused like memory that ran out. Rooms of 64 KiB or less may pass it by
 * 8 MiB, so that a job that met it can still undo what it did and say so. Threads have stacks
 * beside. */
void at_memory_limit(size_t bytes);
/** Was anything refused since the last call? *bytes_out is the limit. */
bool at_memory_limit_met(size_t *bytes_out);
size_t at_memory_taken(void); /* bytes, now */
/** The only door to malloc/realloc/free for base/text.c and foreign libraries' hooks. */
void *at_memory_resize(void *old, size_t bytes);
/** Zeroed pages for tables that are looked into at random: of the huge kind where the kernel has
 * them, because each miss of a small one costs as much as the look itself. NULL when none. */
void *at_memory_pages(size_t bytes);
/** Zeroed room of which few pages will be touched: small ones, taken when they are. */
void *at_memory_sparse(size_t bytes);
void at_memory_pages_free(void *pages, size_t bytes); /* NULL is fine */

#endif
