/**
 * encoding.h - bytes of a declared encoding to UTF-8.
 *
 * Strict: a byte that means nothing in the encoding is an error with its place, never a
 * replacement character. A NUL is refused in every encoding. Encodings are declared, not guessed;
 * only a byte order mark speaks for itself.
 *
 * Errors:  AT_BAD_INPUT "E-ENCODING-NAME", "E-ENCODING-BYTE"; AT_NO_MEMORY, AT_LIMIT of the text.
 * Threads: free to call.
 * Source:  the mapping tables of unicode.org (ISO8859, VENDORS/MICSFT/WINDOWS).
 */
#ifndef ASSETTRACE_NAMES_ENCODING_H
#define ASSETTRACE_NAMES_ENCODING_H

#include "engine/base/text.h"

typedef enum at_encoding {
    AT_UTF_8,
    AT_UTF_16LE,
    AT_UTF_16BE,
    AT_WINDOWS_1251,
    AT_WINDOWS_1256,
    AT_ISO_8859_1,
    AT_ISO_8859_5,
    AT_ISO_8859_6,
} at_encoding;
extern const char *const at_encodings[]; /* "utf-8", "utf-16le" ... in that order */

/** By name, without regard to case, '-' and '_': "UTF-8", "Windows-1256", "cp1256", "latin1". */
AT_CHECKED at_status at_encoding_parse(at_encoding *out, const char *name, at_error *err);

/** The encoding that a byte order mark at the start of `head` names, and the length of the mark;
 *  false when there is none. */
bool at_encoding_mark(at_encoding *out, size_t *mark_bytes_out, at_span head);

/** Bytes of one code unit: 2 for UTF-16, else 1. */
size_t at_encoding_unit_bytes(at_encoding encoding);

/**
 * Append `bytes` as UTF-8 to `out`; a byte order mark is U+FEFF like any other character. On
 * failure `out` is as before.
 *
 * @param bad_out  set on "E-ENCODING-BYTE" to the offset of the first byte that cannot be read;
 *                 may be NULL
 */
AT_CHECKED at_status at_encoding_decode(at_text *out, at_encoding encoding, at_span bytes,
                                        size_t *bad_out, at_error *err);

#endif
