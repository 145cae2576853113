/**
 * span.h - where the records of a source lie, packed: the places that its tree has leaves for.
 *
 * A record is one or two varints (LEB128): twice its length, plus one where the gap between it and
 * the record before is not the gap before that one; then, only there, the zigzag gap. The first
 * record's gap is counted from byte 0, and the gap before it is 0. A row of a bank's file so takes
 * one or two bytes.
 *
 * Errors: AT_TAMPERED "E-STORE-DAMAGED" for bytes that were not written like this.
 */
#ifndef ASSETTRACE_STORE_SPAN_H
#define ASSETTRACE_STORE_SPAN_H

#include "engine/base/text.h"

typedef struct at_record_span {
    uint64_t offset, bytes;
} at_record_span;

/* The record before: where it ended, and the gap in front of it. Zero-initialised at the start. */
typedef struct at_span_state {
    uint64_t end, gap;
} at_span_state;

AT_CHECKED at_status at_span_pack(at_text *out, at_span_state *state, at_record_span span,
                                  at_error *err);

/* Reading: what is left of the bytes. */
typedef struct at_span_reader {
    const uint8_t *at, *stop;
    at_span_state state;
} at_span_reader;

/** The next one; *more false when there is none. */
AT_CHECKED at_status at_span_next(at_record_span *out, bool *more, at_span_reader *reader,
                                  at_error *err);

#endif
