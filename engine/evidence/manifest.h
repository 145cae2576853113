/**
 * manifest.h - manifests as we write them: one spelling, nothing else.
 *
 * A line is lower-case hex, two spaces, a path and LF - what sha256sum writes and `sha256sum -c
 * --strict` reads. Paths obey at_plain_path_ok and ascend bytewise, so that one list has one
 * manifest.
 *
 * Ownership: a parsed manifest lives in the arena.
 * Errors:    AT_BAD_INPUT "E-MANIFEST-FORMAT" with the line; the caller decides whether that is
 * tampering.
 */
#ifndef ASSETTRACE_EVIDENCE_MANIFEST_H
#define ASSETTRACE_EVIDENCE_MANIFEST_H

#include "engine/base/arena.h"
#include "engine/base/text.h"
#include "engine/crypto/hash.h"

typedef struct at_manifest_line {
    const char *hash; /* lower-case hex */
    const char *path;
} at_manifest_line;

typedef struct at_manifest {
    at_manifest_line *lines;
    size_t count;
} at_manifest;

/** `kind` AT_SHA256 or AT_SHA512 fixes the length of the hashes. An empty manifest is refused. */
AT_CHECKED at_status at_manifest_parse(at_manifest *out, const char *text, size_t bytes,
                                       at_hash_kind kind, at_arena *arena, at_error *err);
AT_CHECKED at_status at_manifest_format(at_text *out, const at_manifest *manifest, at_error *err);
/** The line of a path, or NULL. O(log n). */
const at_manifest_line *at_manifest_find(const at_manifest *manifest, const char *path);

#endif
