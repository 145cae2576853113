/**
 * store.h - a store: the folder `<name>.at` in which everything received is kept.
 *
 *   store.sqlite      facts, append-only (schema.sql)
 *   sources/<sha256>  every file as received, read-only
 *   custody/log.jsonl what was done, each line holding the hash of the line before (custody.h)
 *   secret            32 random bytes for salts, mode 0600
 *   lock              held by the one writer
 *   index/ tmp/       rebuildable, never evidence
 *
 * One writer, many readers: a writer waits up to lock_wait_ms for the one before it, readers never
 * wait. What a killed writer left is settled by the next at_store_open(AT_READ_WRITE) that finds
 * nobody writing, and said by at_store_recovered.
 *
 * Units:     times are microseconds UTC, handed in by the caller: the store reads no clock.
 * Ownership: at_store is a handle; texts it gives are borrowed until at_store_close.
 * Errors:    AT_NO_STORE "E-STORE-NONE", "E-STORE-NEWER"; AT_LOCKED "E-STORE-LOCKED"; AT_IO;
 *            AT_NO_MEMORY; AT_TAMPERED where log and store contradict each other.
 * Threads:   one handle, one thread.
 */
#ifndef ASSETTRACE_STORE_STORE_H
#define ASSETTRACE_STORE_STORE_H

#include "engine/base/arena.h"
#include "engine/base/text.h"

enum { AT_STORE_SECRET_BYTES = 32, AT_LOCK_WAIT_MS = 30000 };

typedef struct at_store at_store;

typedef enum at_store_mode { AT_READ_ONLY, AT_READ_WRITE } at_store_mode;

typedef struct at_store_options {
    at_store_mode mode;
    int lock_wait_ms;        /* how long a writer waits for another; 0 = not at all */
    int64_t (*now_us)(void); /* time of custody entries; NULL: entries carry none */
    const char *actor;       /* who, for custody entries; NULL: not stated */
    size_t pair_legs;        /* legs that are paired together at most; 0 = as pairing.h says */
    uint64_t piece_bytes;    /* of content, after which a large import is committed (piece.h); 0 =
                                as usual; for tests */
    /* Told what a killed writer left and what became of it, when that is settled; may be NULL. */
    void (*tell)(const char *sentence);
} at_store_options;

/** Make a new empty store at `path`, which must not exist ("E-STORE-EXISTS"). */
AT_CHECKED at_status at_store_create(const char *path, const at_store_options *options,
                                     at_error *err);

/**
 * Open a store. An older layout is migrated when mode is AT_READ_WRITE, else it is AT_BAD_INPUT
 * "E-STORE-OLDER". A store on read-only media is opened without any write (SQLite's immutable=1).
 */
AT_CHECKED at_status at_store_open(at_store **out, const char *path,
                                   const at_store_options *options, at_error *err);
void at_store_close(at_store **store);

const char *at_store_path(const at_store *store);
bool at_store_writable(const at_store *store); /* custody entries can be appended */
/** Newest published revision; 0 in a new store. */
AT_CHECKED at_status at_store_revision(int64_t *out, at_store *store, at_error *err);
/** What at_store_open found half done and settled, as a sentence; NULL when nothing. */
const char *at_store_recovered(const at_store *store);

/** The nearest `*.at` folder that is a store, in `folder` or above it, into `out`; AT_NO_STORE when
 * none. The bytewise first of several. */
AT_CHECKED at_status at_store_find(at_text *out, const char *folder, at_error *err);

/** HMAC-SHA256 under the store's secret: for salts that come out the same at each sealing, here
 * only. */
AT_CHECKED at_status at_store_salt(uint8_t out[AT_STORE_SECRET_BYTES], at_store *store,
                                   const void *data, size_t bytes, at_error *err);

/* One finding of at_store_check. */
typedef struct at_store_finding {
    at_status status; /* AT_OK: said for information */
    const char *code, *text;
} at_store_finding;

/**
 * Is the store whole? SQLite's own integrity check, custody log against the store, and with
 * read_data the SHA-256 of every archived source. Goes on after a finding.
 *
 * @return AT_OK, or AT_TAMPERED when a finding is worse than information; findings live in `arena`.
 */
AT_CHECKED at_status at_store_check(const at_store_finding **out, size_t *count_out,
                                    at_store *store, bool read_data, at_arena *arena,
                                    at_error *err);

#endif
