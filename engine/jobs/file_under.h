/**
 * file_under.h - a sink before the sink: account ids that are IBANs are filed under "iban".
 *
 * Two banks write one account with or without blanks, each under its own namespace; the number
 * itself is the same worldwide. Everything else passes through unchanged.
 *
 * Ownership: the inner sink must outlive this one; copies live in the arena, which is reset at
 *            every put. Threads: one.
 */
#ifndef ASSETTRACE_JOBS_FILE_UNDER_H
#define ASSETTRACE_JOBS_FILE_UNDER_H

#include "engine/base/arena.h"
#include "engine/model/sink.h"

#define AT_IBAN_NAME_SPACE "iban"

typedef struct at_iban_sink {
    const at_sink *inner;
    at_arena arena; /* zero-initialised; at_arena_clear when done */
} at_iban_sink;

/** A sink that files under and hands on to `self->inner`. */
at_sink at_iban_sink_of(at_iban_sink *self);

#endif
