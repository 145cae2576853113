/**
 * span.h - where the records of a source lie, packed: the places that its tree has leaves for.
 *
 * A record is two varints (LEB128): twice its length, plus one where it does not begin at the end
 * of the record before (of byte 0 for the first); then, only there, the zigzag distance from that
 * end. Rows of a bank's file so take one or two bytes each.
 *
 * Errors: AT_TAMPERED "E-STORE-DAMAGED" for bytes that were not written like this.
 */
#ifndef ASSETTRACE_STORE_SPAN_H
#define ASSETTRACE_STORE_SPAN_H

#include "engine/base/text.h"

typedef struct at_record_span {
    uint64_t offset, bytes;
} at_record_span;

/** Append one; *end is where the span before ended, and becomes where this one does. */
AT_CHECKED at_status at_span_pack(at_text *out, uint64_t *end, at_record_span span, at_error *err);

/* Reading: what is left of the bytes, and the end of the span before. */
typedef struct at_span_reader {
    const uint8_t *at, *stop;
    uint64_t end;
} at_span_reader;

/** The next one; *more false when there is none. */
AT_CHECKED at_status at_span_next(at_record_span *out, bool *more, at_span_reader *reader,
                                  at_error *err);

#endif
