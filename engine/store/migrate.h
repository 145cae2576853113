/**
 * migrate.h - bringing a database to the layout this program writes.
 *
 * A list of steps; step i leads from version i to i + 1, where version = PRAGMA user_version. Steps
 * only add: facts are never rewritten. Each step and its version number are one transaction.
 *
 * Errors: AT_NO_STORE "E-STORE-NEWER" when the database is newer than the steps, "E-STORE-NONE"
 *         when it is no store of ours (PRAGMA application_id).
 */
#ifndef ASSETTRACE_STORE_MIGRATE_H
#define ASSETTRACE_STORE_MIGRATE_H

#include "engine/store/db.h"

enum { AT_STORE_APPLICATION = 0x61737472 }; /* "astr" */

typedef struct at_migration {
    const char *sql;
    const char *what;                             /* one line, for the custody log */
    at_status (*run)(sqlite3 *db, at_error *err); /* after the SQL; NULL = nothing more */
} at_migration;

/** layout5.c */
AT_CHECKED at_status at_layout5(sqlite3 *db, at_error *err);

/** The steps of this program. */
extern const at_migration at_migrations[];
extern const size_t at_migration_count;

/** Version of an existing database; 0 for an empty file. */
AT_CHECKED at_status at_migrate_version(int64_t *out, sqlite3 *db, at_error *err);
/** Run the steps that are missing. */
AT_CHECKED at_status at_migrate(sqlite3 *db, const at_migration *steps, size_t count,
                                at_error *err);

#endif
