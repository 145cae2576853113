/**
 * sorter.h - records put in order that need not fit into memory together.
 *
 * What is added is kept in a room of `room_bytes`; each time that is full it is sorted and written
 * behind the last such run, in one file of the store's tmp/ (spool.h); then all runs are merged.
 * What fits into the room stays there and touches no disk.
 *
 * Order:     high, low, then text bytewise; equal ones as they were added.
 * Memory:    `room_bytes`, twice the keys of what is in it, 64 KiB for each run.
 * Ownership: a value, ended by scope. A record that was read is valid until the next is.
 * Errors:    AT_IO, AT_NO_MEMORY, AT_INTERRUPTED.
 * Threads:   one.
 */
#ifndef ASSETTRACE_STORE_SORTER_H
#define ASSETTRACE_STORE_SORTER_H

#include <stdbool.h>

#include "engine/base/arena.h"

struct at_spool;

typedef struct at_sorted {
    uint64_t high, low;
    const char *text; /* NUL-terminated; "" when numbers are all */
    const void *data; /* carried along; aligned for numbers of 8 bytes */
    size_t bytes;
} at_sorted;

typedef struct at_sorter_run at_sorter_run;

typedef struct at_sorter {
    const char *store; /* its path; NULL = /tmp */
    size_t room_bytes;
    at_arena arena; /* keys of what is in the room; runs */
    uint8_t *room;
    size_t room_taken, room_used, room_count;
    struct at_sort_key *keys; /* once sorted, where no run was written */
    struct at_spool *spool;
    uint64_t spooled;
    at_sorter_run *runs;
    size_t run_count, run_capacity;
    uint32_t *heap; /* runs that are not through, the least record's first */
    size_t heap_count;
    uint64_t next, count;
} at_sorter;

at_sorter at_sorter_begin(const char *store, size_t room_bytes);
void at_sorter_end(at_sorter *sorter);

AT_CHECKED at_status at_sorter_add(at_sorter *sorter, const at_sorted *record, at_error *err);
/** All is added: go to the first record. May be called again to read once more. */
AT_CHECKED at_status at_sorter_rewind(at_sorter *sorter, at_error *err);
/** The next record; *got_out false behind the last. */
AT_CHECKED at_status at_sorter_next(at_sorted *out, bool *got_out, at_sorter *sorter,
                                    at_error *err);

#endif
