/**
 * tape.h - the heads of a POSIX tar archive, as much of it as a backup needs.
 *
 * Format: ustar (POSIX.1-1988); a file of 8 GiB or more has its size in a pax record before it
 *         (POSIX.1-2001). Owner 0, no times: the same store gives the same bytes.
 * Errors: AT_BAD_INPUT "E-BACKUP-FORMAT" for what this program would not have written.
 */
#ifndef ASSETTRACE_STORE_TAPE_H
#define ASSETTRACE_STORE_TAPE_H

#include "engine/base/text.h"

enum { AT_TAPE_BLOCK = 512, AT_TAPE_NAME_BYTES = 101 };

typedef struct at_tape_entry {
    char name[AT_TAPE_NAME_BYTES]; /* "" at the end of the archive */
    uint64_t bytes;
    unsigned mode;
    bool is_pax; /* a pax record follows instead of a file: at_tape_read_pax */
} at_tape_entry;

/** Append the head of a file of at most 100 characters of name. */
AT_CHECKED at_status at_tape_head(at_text *out, const char *name, uint64_t bytes, unsigned mode,
                                  at_error *err);
AT_CHECKED at_status at_tape_read(at_tape_entry *out, const uint8_t block[AT_TAPE_BLOCK],
                                  at_error *err);
/** The size in a pax record of `bytes` bytes. */
AT_CHECKED at_status at_tape_read_pax(uint64_t *out, const char *record, size_t bytes,
                                      at_error *err);
/** Zeros after a file of that size. */
static inline size_t at_tape_padding(uint64_t bytes) {
    return (size_t)(-bytes % AT_TAPE_BLOCK);
}

#endif
