/**
 * json_scan.h - the strict reading of JSON behind json.h; private to base/.
 *
 * The scanner accepts exactly the grammar of RFC 8259 in UTF-8 without a byte order mark, to a
 * depth of AT_JSON_DEPTH_MAX, and leaves a mark for every value in document order (a container
 * before its content). Lone surrogates are refused, because they are no text in any encoding.
 * U+0000 and equal keys are grammar; json.c refuses them, U+0000 by the flag here.
 *
 * Units:     offsets count bytes from 0, lines and columns count from 1 (columns: characters).
 * Ownership: marks live in the arena.
 * Errors:    AT_BAD_INPUT with place "line 3, column 14 of NAME", AT_LIMIT for depth.
 */
#ifndef ASSETTRACE_BASE_JSON_SCAN_H
#define ASSETTRACE_BASE_JSON_SCAN_H

#include "engine/base/arena.h"
#include "engine/base/json.h"

#define AT_JSON_NO_PARENT SIZE_MAX

typedef struct at_json_mark {
    size_t offset, bytes; /* of the value as written; a container's bytes are 1, its bracket */
    size_t key_offset;    /* of the key's opening quote, or `offset` where there is no key */
    size_t parent;        /* index of the container's mark, or AT_JSON_NO_PARENT */
    uint64_t line;        /* of the value's first byte */
    at_json_type type;
} at_json_mark;

typedef struct at_json_scan {
    const char *data;
    size_t bytes;
    const char *name; /* what messages call the document */
    at_arena *arena;
    at_json_mark *marks;
    size_t count, capacity;
    bool has_nul; /* some string holds \u0000, first at nul_offset */
    size_t nul_offset;
} at_json_scan;

/** Fill `marks`; the other members are the input. */
AT_CHECKED at_status at_json_scan_document(at_json_scan *scan, at_error *err);

/** Set the place of an error to line and column of `offset`. */
void at_json_place(const at_json_scan *scan, size_t offset, at_error *err);

/**
 * RFC 8785 section 3.2.3: keys in ascending order of their UTF-16 code units, which is byte order
 * for ASCII. With `escaped`, the spans are canonical JSON string content, else UTF-8.
 */
int at_json_key_compare(at_span a, at_span b, bool escaped);

#endif
