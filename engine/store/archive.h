/**
 * archive.h - every file as received, kept byte for byte under its own hash.
 *
 * Errors: AT_IO, AT_BAD_INPUT for the path; a compressed file that is damaged is kept all the same,
 *         and at_archive_content says where it breaks.
 */
#ifndef ASSETTRACE_STORE_ARCHIVE_H
#define ASSETTRACE_STORE_ARCHIVE_H

#include "engine/store/handle.h"
#include "engine/store/writer.h"

typedef struct at_archived {
    const char *path;  /* in the store */
    char received[65]; /* SHA-256 of the file */
    char content[65];  /* SHA-256 after decompression; at_archive_content */
    uint64_t bytes, content_bytes;
} at_archived;

/** Copy into sources/, hashing on the way. The writer's lock must be held. */
AT_CHECKED at_status at_archive(at_archived *out, at_store *store, const at_source_info *info,
                                at_arena *arena, at_error *err);
/** Fill content and content_bytes from the archived copy; `name` is what messages call it. */
AT_CHECKED at_status at_archive_content(at_archived *archived, const char *name, at_error *err);

/** Path of an archived file by the hash it was received with. */
AT_CHECKED at_status at_archive_path(const char **out, const at_store *store, const char *received,
                                     at_arena *arena, at_error *err);

#endif
