/**
 * state.h - numbers and bytes laid one after another, to be read back in the same order.
 *
 * For what a program writes for itself alone, and forgets: where an interrupted job stood. Numbers
 * are 8 bytes, the lowest first; bytes come after their count.
 *
 * Ownership: bytes read are borrowed from what is read.
 * Errors:    a reader that runs out or meets a count past the end gives zeros from there on and is
 *            not whole; who asks at_state_whole at the end needs to ask nothing before.
 */
#ifndef ASSETTRACE_BASE_STATE_H
#define ASSETTRACE_BASE_STATE_H

#include "engine/base/text.h"

__extension__ typedef __int128 at_state_wide; /* a wide sum */

AT_CHECKED at_status at_state_put(at_text *out, uint64_t value, at_error *err);
AT_CHECKED at_status at_state_put_wide(at_text *out, at_state_wide value, at_error *err);
AT_CHECKED at_status at_state_put_bytes(at_text *out, const void *data, size_t bytes,
                                        at_error *err);
/** A text with its NUL; NULL stays NULL. */
AT_CHECKED at_status at_state_put_text(at_text *out, const char *text, at_error *err);

/* What is left to read. */
typedef struct at_state_reader {
    const char *at;
    size_t left;
    bool failed;
} at_state_reader;

at_state_reader at_state_read(at_span state);
uint64_t at_state_next(at_state_reader *reader);
at_state_wide at_state_next_wide(at_state_reader *reader);
at_span at_state_next_bytes(at_state_reader *reader);
const char *at_state_next_text(at_state_reader *reader);
/** Was all of it read, and nothing beyond? */
bool at_state_whole(const at_state_reader *reader);

#endif
