/**
 * custody.h - the log of what was done with the evidence.
 *
 * custody/log.jsonl: one canonical JSON object a line,
 *   {"action","actor","detail","object","prev","result","revision","seq","time"}
 * where prev is the SHA-256 of the line before without its line feed (64 zeros for the first), seq
 * counts from 1, revision 0 stands for none, and a text not stated is null. It lies beside the
 * database, appended under flock with fdatasync, so that a question can be logged while an import
 * holds the write lock.
 *
 * Every revision is announced (publish-intent), committed, and confirmed (published); the database
 * keeps the hash of the announcement. So a log that was cut, edited, reordered or replaced no
 * longer fits its store. What it cannot show alone: entries after the last revision cut off
 * together. Sealed bundles quote the head.
 *
 * Errors: AT_TAMPERED "E-CUSTODY-CHAIN", "E-CUSTODY-STORE"; AT_IO; AT_LIMIT for an entry past
 *         AT_CUSTODY_LINE_BYTES; AT_REFUSED "E-CUSTODY-READONLY" on read-only media.
 */
#ifndef ASSETTRACE_STORE_CUSTODY_H
#define ASSETTRACE_STORE_CUSTODY_H

#include "engine/store/store.h"

enum { AT_CUSTODY_LINE_BYTES = 65536 };

typedef struct at_custody_entry {
    const char *action; /* "init", "import", "publish-intent", "published", "ask", "seal" ... */
    const char *object; /* a hash or id it is about; may be NULL */
    const char *detail; /* one line for people; may be NULL */
    const char *result; /* a hash or word; may be NULL */
    int64_t revision;   /* 0 = none */

    /* Filled when read; ignored when appended. */
    int64_t seq;
    const char *actor, *time; /* RFC 3339; NULL when not stated */
    char hash[65], prev[65];
} at_custody_entry;

/** Time and actor are the store's options. */
AT_CHECKED at_status at_custody_append(at_store *store, const at_custody_entry *entry,
                                       at_error *err);
/** Entries first_seq .. (from 1), `limit` at most (0 = all), in order. Refuses lines that are no
 * entries. */
AT_CHECKED at_status at_custody_list(const at_custody_entry **out, size_t *count_out,
                                     at_store *store, int64_t first_seq, size_t limit,
                                     at_arena *arena, at_error *err);
/** Hash of the last line: what a seal quotes. */
AT_CHECKED at_status at_custody_head(char out[65], int64_t *seq_out, at_store *store,
                                     at_error *err);
/** Check the chain, and the log against the store's revisions; the place names the line. */
AT_CHECKED at_status at_custody_verify(int64_t *entry_count_out, at_store *store, at_error *err);

#endif
