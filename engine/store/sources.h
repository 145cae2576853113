/**
 * sources.h - the list of what was received, and what may be done with it later: withdraw.
 *
 * A withdrawal is a revision: from it on the source's facts are not visible; before it, they still
 * are.
 *
 * Ownership: lists live in the arena given.
 * Errors:    AT_BAD_INPUT "E-SOURCE-UNKNOWN", "E-SOURCE-AMBIGUOUS", "E-SOURCE-WITHDRAWN";
 *            AT_LOCKED.
 */
#ifndef ASSETTRACE_STORE_SOURCES_H
#define ASSETTRACE_STORE_SOURCES_H

#include "engine/store/receipt.h"

typedef struct at_source {
    int64_t number, revision;
    int64_t withdrawn; /* the revision that withdrew it; 0 = it stands */
    const char *withdrawn_reason;
    const char *name, *name_space, *importer, *options; /* options may be NULL */
    int importer_version;
    char received[65], content[65];
    char mapping[65]; /* SHA-256 of the mapping file, "" when none */
    uint64_t bytes, content_bytes;
    at_source_state state;
    uint64_t rows, loaded, duplicates, rejected, warnings;
} at_source;

/** Every source published at or before `revision` (0 = newest), withdrawn ones too, by number. */
AT_CHECKED at_status at_sources_list(const at_source **out, size_t *count_out, at_store *store,
                                     int64_t revision, at_arena *arena, at_error *err);

/** What is stored of a large import that is not published, as a sentence; NULL when nothing. */
AT_CHECKED at_status at_store_pending(const char **out, at_store *store, at_arena *arena,
                                      at_error *err);

/** The one source meant by a number ("3"), the beginning (8 digits or more) of its received or
 * content hash, or its name. */
AT_CHECKED at_status at_source_find(at_source *out, at_store *store, const char *text,
                                    at_arena *arena, at_error *err);

/** Withdraw a source; *revision_out is the new revision. */
AT_CHECKED at_status at_source_withdraw(int64_t *revision_out, at_store *store, int64_t source,
                                        const char *reason, at_error *err);

/** Where the first record of a source begins and the last one ends: what stands above (a header)
 * and below (a trailer) is no record's. Both 0 when it has none. */
AT_CHECKED at_status at_source_edges(uint64_t *first_out, uint64_t *end_out, at_store *store,
                                     int64_t source, at_error *err);

/** Path of the archived file as received. To replace a source see at_source_info.replaces. */
AT_CHECKED at_status at_source_path(const char **out, at_store *store, const at_source *source,
                                    at_arena *arena, at_error *err);

/* Settings that decide answers are revisions too: "leg_window_us" (259200000000), "cash_window_us"
 * (2592000000000). */
AT_CHECKED at_status at_setting_get(int64_t *out, at_store *store, const char *name,
                                    int64_t revision, at_error *err);
AT_CHECKED at_status at_setting_put(int64_t *revision_out, at_store *store, const char *name,
                                    int64_t value, at_error *err);

/* One revision, for `log` and `status`. */
typedef struct at_revision {
    int64_t number;
    const char *kind; /* "import", "replace", "withdraw", "setting", "judge" */
    int64_t at_us;  /* when it was published, by the clock of then; AT_TIME_NONE when not stated */
    int64_t source; /* 0 when it is about none */
} at_revision;

AT_CHECKED at_status at_revisions_list(const at_revision **out, size_t *count_out, at_store *store,
                                       at_arena *arena, at_error *err);

#endif
