/**
 * handle.h - what the files of this room know about an open store.
 *
 * Ownership: everything in it lives in its own arena until at_store_close.
 */
#ifndef ASSETTRACE_STORE_HANDLE_H
#define ASSETTRACE_STORE_HANDLE_H

#include "engine/store/db.h"
#include "engine/store/store.h"

/* File names inside a store's folder. */
#define AT_STORE_DATABASE "store.sqlite"
#define AT_STORE_SECRET "secret"
#define AT_STORE_LOCK "lock"
#define AT_STORE_SOURCES "sources"
#define AT_STORE_TMP "tmp"
#define AT_STORE_LOG "custody/log.jsonl"

struct at_store {
    at_arena arena;
    const char *path;
    at_store_options options;
    sqlite3 *db;           /* of the writer and of small questions; readers open their own */
    bool writable;         /* files can be made in the folder */
    bool immutable;        /* read-only media: SQLite is told that nothing can change */
    int lock;              /* descriptor of the writer's lock, or -1 */
    const char *recovered; /* see at_store_recovered */
};

/** `path`/`name` in `arena`. */
AT_CHECKED at_status at_store_file(const char **out, const at_store *store, const char *name,
                                   at_arena *arena, at_error *err);

/**
 * Become the one writer, waiting up to `wait_ms`, and settle what a killed one left (recover.h).
 * Released by at_store_unlock, by at_store_close, and by the kernel when the process dies.
 *
 * Errors: AT_LOCKED "E-STORE-LOCKED"; AT_IO on read-only media; AT_BUG if this handle has it
 *         already.
 */
AT_CHECKED at_status at_store_lock(at_store *store, int wait_ms, at_error *err);
void at_store_unlock(at_store **store); /* by address of the handle, for AT_CLEANUP; keeps it */

/** at_store_revision of the connection given. */
AT_CHECKED at_status at_store_newest(int64_t *out, sqlite3 *db, at_error *err);

#endif
