/**
 * check.h - what the parts of at_store_check share: findings, and how to go on after one.
 *
 * Ownership: findings live in the arena of the check.
 */
#ifndef ASSETTRACE_STORE_CHECK_H
#define ASSETTRACE_STORE_CHECK_H

#include "engine/store/handle.h"
#include "engine/store/sources.h"

typedef struct at_checking {
    at_store *store;
    at_arena *arena;
    bool read_data;
    at_store_finding *list;
    size_t count, capacity;
    const at_source *sources;
    size_t source_count;
} at_checking;

/** Add a finding; `code` NULL: said for information. */
AT_CHECKED at_status at_check_add(at_checking *all, at_status status, const char *code,
                                  at_error *err, const char *format, ...) AT_PRINTF(5, 6);

/**
 * A part of the check failed with `found`: a finding if that is about the store, else the failure
 * itself (no memory, interrupted, our bug).
 */
AT_CHECKED at_status at_check_failed(at_checking *all, const at_error *found, at_error *err);

/** Files, folders and their modes (check_files.c). */
AT_CHECKED at_status at_check_files(at_checking *all, at_error *err);
/** Trees, rows and what they refer to (check_rows.c). */
AT_CHECKED at_status at_check_rows(at_checking *all, at_error *err);

#endif
