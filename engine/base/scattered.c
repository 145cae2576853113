#include "engine/base/scattered.h"

#include <stdint.h>
#include <sys/mman.h>

void at_memory_scattered(void *item, size_t bytes) {
    const uintptr_t page = 4096, start = ((uintptr_t)item + page - 1) / page * page;
    const uintptr_t end = ((uintptr_t)item + bytes) / page * page;
    if (end > start)
        (void)madvise((void *)start, end - start, MADV_NOHUGEPAGE);
}
