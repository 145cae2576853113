/**
 * bagit_text.h - the tag files of bags made by others, as lines of UTF-8.
 *
 * Ownership: lines live in the arena.
 * Errors:    AT_BAD_INPUT "E-BAGIT-BAG" with the file as place.
 */
#ifndef ASSETTRACE_EVIDENCE_BAGIT_TEXT_H
#define ASSETTRACE_EVIDENCE_BAGIT_TEXT_H

#include "engine/base/arena.h"
#include "engine/base/text.h"

typedef enum at_bagit_encoding { AT_BAGIT_UTF8, AT_BAGIT_UTF16, AT_BAGIT_LATIN1 } at_bagit_encoding;

typedef struct at_bagit_lines {
    const char **lines;
    size_t count;
} at_bagit_lines;

/** "UTF-8", "UTF-16", "ISO-8859-1", in any case; false for others. */
bool at_bagit_encoding_find(at_bagit_encoding *out, const char *name);

/** Lines end with LF, CR or CRLF, the last with or without. UTF-8 must not begin with a BOM. */
AT_CHECKED at_status at_bagit_read_lines(at_bagit_lines *out, const char *folder, const char *name,
                                         at_bagit_encoding encoding, at_arena *arena,
                                         at_error *err);

#endif
