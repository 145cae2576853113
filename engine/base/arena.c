#include "engine/base/arena.h"

#include "engine/base/interrupt.h"

#include <assert.h>
#include <malloc.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    BLOCK_FIRST_BYTES = 4 << 10,
    BLOCK_GROWN_BYTES = 1 << 20,
    GROW_FIRST = 8,
    HUGE_BYTES = 8 << 20,
    LINE_BYTES = 64,
    SMALL_BYTES = 64 << 10,
    RESERVE_BYTES = 8 << 20
};

typedef struct at_arena_block {
    struct at_arena_block *next; /* older */
    size_t capacity;             /* of data */
    size_t used;
    bool fresh; /* what is not used yet is zero */
    alignas(max_align_t) unsigned char data[];
} at_arena_block;

/* Counts down to the allocation that fails; 0 = none. Atomic because importers have threads. */
static atomic_uint_fast64_t fail_countdown;

uint64_t at_memory_fail_after(uint64_t n) {
    return atomic_exchange(&fail_countdown, n);
}

static bool should_fail(void) {
    uint_fast64_t left = atomic_load_explicit(&fail_countdown, memory_order_relaxed);
    while (left != 0)
        if (atomic_compare_exchange_weak(&fail_countdown, &left, left - 1))
            return left == 1;
    return false;
}

/* What is taken through here, of all threads, and how much may be; 0 = anything. */
static atomic_size_t taken_bytes, limit_bytes;
static atomic_bool limit_met;

void at_memory_limit(size_t bytes) {
    atomic_store(&limit_bytes, bytes);
    atomic_store(&limit_met, false);
}

bool at_memory_limit_met(size_t *bytes_out) {
    *bytes_out = atomic_load(&limit_bytes);
    return atomic_exchange(&limit_met, false);
}

size_t at_memory_taken(void) {
    return atomic_load_explicit(&taken_bytes, memory_order_relaxed);
}

static void count(size_t before, size_t after) {
    if (after >= before)
        atomic_fetch_add_explicit(&taken_bytes, after - before, memory_order_relaxed);
    else
        atomic_fetch_sub_explicit(&taken_bytes, before - after, memory_order_relaxed);
}

/* Would this pass the limit? Small things have a reserve: who ends a job, undoes a step or says
 * what happened needs some, and what grows with a file grows in larger steps. */
static bool passes_limit(size_t before, size_t after) {
    const size_t limit = atomic_load_explicit(&limit_bytes, memory_order_relaxed);
    if (limit == 0 || after <= before)
        return false;
    const size_t reserve = after <= SMALL_BYTES ? (size_t)RESERVE_BYTES : 0;
    if (after - before <= limit + reserve &&
        at_memory_taken() <= limit + reserve - (after - before))
        return false;
    atomic_store(&limit_met, true);
    return true;
}

void *at_memory_resize(void *old, size_t bytes) {
    const size_t before = old != NULL ? malloc_usable_size(old) : 0;
    if (bytes == 0) {
        count(before, 0);
        free(old);
        return NULL;
    }
    if (should_fail() || passes_limit(before, bytes))
        return NULL;
    void *room = realloc(old, bytes);
    if (room != NULL)
        count(before, malloc_usable_size(room));
    return room;
}

/* The kernel gives zeros: a large room is not written twice. */
static void *zeroed(size_t bytes) {
    if (should_fail() || passes_limit(0, bytes))
        return NULL;
    void *room = calloc(1, bytes);
    if (room != NULL)
        count(0, malloc_usable_size(room));
    return room;
}

void *at_memory_pages(size_t bytes) {
    if (should_fail() || passes_limit(0, bytes))
        return NULL;
    void *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        return NULL;
    count(0, bytes);
    (void)madvise(pages, bytes, MADV_HUGEPAGE); /* only faster, and not everywhere */
    return pages;
}

void *at_memory_sparse(size_t bytes) {
    if (should_fail() || passes_limit(0, bytes))
        return NULL;
    void *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (pages == MAP_FAILED)
        return NULL;
    count(0, bytes);
    (void)madvise(pages, bytes, MADV_NOHUGEPAGE);
    return pages;
}

void at_memory_pages_free(void *pages, size_t bytes) {
    if (pages == NULL)
        return;
    (void)munmap(pages, bytes);
    count(bytes, 0);
}

void at_arena_clear(at_arena *arena) {
    while (arena->blocks != NULL) {
        at_arena_block *older = arena->blocks->next;
        at_memory_resize(arena->blocks, 0);
        arena->blocks = older;
    }
    arena->used_bytes = 0;
}

void at_arena_reset(at_arena *arena) {
    if (arena->blocks == NULL)
        return;
    at_arena rest = {.blocks = arena->blocks->next};
    at_arena_clear(&rest);
    arena->blocks->next = NULL;
    arena->blocks->used = 0;
    arena->blocks->fresh = false;
    arena->used_bytes = sizeof(at_arena_block) + arena->blocks->capacity;
}

static size_t align_up(size_t bytes) {
    const size_t step = alignof(max_align_t);
    return (bytes + step - 1) / step * step;
}

/* The size of the next block: generous while the limit allows it, else just what is needed. */
static size_t choose_capacity(const at_arena *arena, size_t bytes, size_t room) {
    size_t wanted = BLOCK_FIRST_BYTES;
    if (arena->blocks != NULL)
        wanted = arena->used_bytes < BLOCK_GROWN_BYTES ? align_up(arena->used_bytes)
                                                       : (size_t)BLOCK_GROWN_BYTES;
    if (wanted < bytes)
        wanted = bytes;
    return wanted > room ? bytes : wanted;
}

/* Whoever walks through a large array at random waits for page tables more than for memory. What
 * the kernel makes of the advice changes nothing but time. */
static void advise_large(void *data, size_t bytes) {
    const uintptr_t page = 4096, start = ((uintptr_t)data + page - 1) / page * page;
    const uintptr_t end = ((uintptr_t)data + bytes) / page * page;
    if (bytes >= HUGE_BYTES)
        (void)madvise((void *)start, end - start, MADV_HUGEPAGE);
}

static at_status add_block(at_arena_block **out, at_arena *arena, size_t bytes, at_error *err) {
    const size_t limit = arena->limit_bytes != 0 ? arena->limit_bytes : AT_ARENA_LIMIT_DEFAULT;
    const size_t taken = arena->used_bytes + sizeof(at_arena_block);
    if (taken > limit || bytes > limit - taken)
        return at_fail(err, AT_LIMIT, "E-MEMORY",
                       "this job needs more than its %zu bytes of memory", limit);
    size_t capacity = choose_capacity(arena, bytes, limit - taken);
    const bool aligned = bytes >= HUGE_BYTES && limit - taken - capacity >= LINE_BYTES;
    capacity += aligned ? LINE_BYTES : 0;
    const bool large = capacity >= HUGE_BYTES;
    at_arena_block *block =
        large ? zeroed(sizeof *block + capacity) : at_memory_resize(NULL, sizeof *block + capacity);
    if (block == NULL)
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory for %zu bytes", bytes);
    advise_large(block, sizeof *block + capacity);
    block->capacity = capacity;
    block->fresh = large;
    /* An item of 32 or 64 bytes lies in one line of the cache, not across two. */
    block->used = aligned ? LINE_BYTES - (uintptr_t)block->data % LINE_BYTES : 0;
    arena->used_bytes += sizeof *block + capacity;
    /* A block made for one big item goes behind a newest block that still has more room. */
    at_arena_block *newest = arena->blocks;
    if (newest != NULL && newest->capacity - newest->used > capacity - bytes) {
        block->next = newest->next;
        newest->next = block;
    } else {
        block->next = newest;
        arena->blocks = block;
    }
    *out = block;
    return AT_OK;
}

at_status at_arena_take(void **out, at_arena *arena, size_t count, size_t size, at_error *err) {
    assert(out != NULL && arena != NULL && size > 0);
    if (count > (SIZE_MAX / 2) / size)
        return at_fail(err, AT_LIMIT, "E-MEMORY", "%zu items of %zu bytes are too many", count,
                       size);
    AT_TRY(at_deadline_check(err));
    const size_t bytes = align_up(count == 0 ? 1 : count * size);
    at_arena_block *block = arena->blocks;
    if (block == NULL || block->capacity - block->used < bytes)
        AT_TRY(add_block(&block, arena, bytes, err));
    void *taken = block->data + block->used;
    block->used += bytes;
    if (!block->fresh)
        memset(taken, 0, bytes);
    memcpy(out, &taken, sizeof taken); /* `out` is a typed pointer's address behind AT_NEW's cast */
    return AT_OK;
}

at_status at_arena_copy(const char **out, at_arena *arena, const char *text, size_t bytes,
                        at_error *err) {
    assert(text != NULL || bytes == 0);
    if (bytes == SIZE_MAX)
        return at_fail(err, AT_LIMIT, "E-MEMORY", "a text of %zu bytes is too long", bytes);
    void *copy = NULL;
    AT_TRY(at_arena_take(&copy, arena, bytes + 1, 1, err));
    if (bytes > 0)
        memcpy(copy, text, bytes);
    *out = copy;
    return AT_OK;
}

at_status at_arena_text(const char **out, at_arena *arena, const char *text, at_error *err) {
    if (text == NULL) {
        *out = NULL;
        return AT_OK;
    }
    return at_arena_copy(out, arena, text, strlen(text), err);
}

at_status at_arena_print(const char **out, at_arena *arena, at_error *err, const char *format,
                         ...) {
    va_list arguments;
    va_start(arguments, format);
    const int needed = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (needed < 0)
        return at_fail(err, AT_BUG, "E-BUG", "the format \"%s\" cannot be printed", format);
    void *text = NULL;
    AT_TRY(at_arena_take(&text, arena, (size_t)needed + 1, 1, err));
    va_start(arguments, format);
    (void)vsnprintf(text, (size_t)needed + 1, format, arguments);
    va_end(arguments);
    *out = text;
    return AT_OK;
}

at_status at_arena_grow(void **items, size_t *capacity, size_t count, size_t size, at_arena *arena,
                        at_error *err) {
    assert(count <= *capacity);
    if (count < *capacity)
        return AT_OK;
    const size_t wanted = *capacity == 0 ? GROW_FIRST : *capacity * 2;
    if (wanted <= count)
        return at_fail(err, AT_LIMIT, "E-MEMORY", "%zu items are too many", count);
    void *grown = NULL;
    AT_TRY(at_arena_take(&grown, arena, wanted, size, err));
    void *old = NULL;
    memcpy(&old, items, sizeof old); /* see at_arena_take */
    if (count > 0)
        memcpy(grown, old, count * size);
    memcpy(items, &grown, sizeof grown);
    *capacity = wanted;
    return AT_OK;
}
