/**
 * reading.h - how a source was read: what reading it, or its successor, again needs.
 *
 * Ownership: everything lives in the arena given.
 */
#ifndef ASSETTRACE_STORE_READING_H
#define ASSETTRACE_STORE_READING_H

#include "engine/model/money.h"
#include "engine/store/sources.h"

typedef struct at_reading {
    const char *mapping; /* bytes of the mapping file; NULL = none */
    size_t mapping_bytes;
    const at_token *tokens; /* sorted by code */
    size_t token_count;
} at_reading;

AT_CHECKED at_status at_reading_get(at_reading *out, at_store *store, const at_source *source,
                                    at_arena *arena, at_error *err);

#endif
