/**
 * archive.h - every file as received, kept byte for byte under its own hash.
 *
 * Errors: AT_IO, AT_BAD_INPUT for the path; a compressed file that is damaged is kept all the same,
 *         and at_archive_content says where it breaks.
 */
#ifndef ASSETTRACE_STORE_ARCHIVE_H
#define ASSETTRACE_STORE_ARCHIVE_H

#include "engine/crypto/hash.h"
#include "engine/store/handle.h"
#include "engine/store/writer.h"

/* How often the state of SHA-256 is noted while a file is copied (crypto/prefix.h). */
#define AT_ARCHIVE_STEP (UINT64_C(1) << 20)

/* What a file system says of a file, by which it is known again. The time of its last change of any
 * kind cannot be set. */
typedef struct at_file_mark {
    bool known;
    uint64_t device, inode, bytes;
    int64_t written_ns, changed_ns;
} at_file_mark;

typedef struct at_archived {
    const char *path;  /* in the store */
    char received[65]; /* SHA-256 of the file */
    char content[65];  /* SHA-256 after decompression; at_archive_content */
    uint64_t bytes, content_bytes;
    at_file_mark mark; /* of what was copied, when nobody wrote to it meanwhile */
    at_span states;    /* AT_PREFIX_BYTES each, after every AT_ARCHIVE_STEP bytes; in the arena */
} at_archived;

/** Copy into sources/, hashing on the way. The writer's lock must be held. */
AT_CHECKED at_status at_archive(at_archived *out, at_store *store, const at_source_info *info,
                                at_arena *arena, at_error *err);
/** Fill content and content_bytes from the archived copy; `name` is what messages call it. */
AT_CHECKED at_status at_archive_content(at_archived *archived, const char *name, at_error *err);

/** What is known of a file now; `known` false when it cannot be told. */
void at_file_mark_of(at_file_mark *out, const char *path);
/** Is it, as far as the mark and samples of its bytes tell, the file that was archived? */
bool at_archive_is_of(const at_archived *archived, const char *path);
/** AT_OK when the archived file's bytes from the last state at or before `offset` on continue to
 * its hash; AT_TAMPERED "E-SOURCE-TAMPERED" else. *again_out: bytes read before `offset`. */
AT_CHECKED at_status at_archive_check_end(uint64_t *again_out, const at_archived *archived,
                                          uint64_t offset, const char *name, at_error *err);

/** Path of an archived file by the hash it was received with. */
AT_CHECKED at_status at_archive_path(const char **out, const at_store *store, const char *received,
                                     at_arena *arena, at_error *err);

#endif
