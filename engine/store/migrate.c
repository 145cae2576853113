#include "engine/store/migrate.h"

#include <inttypes.h>

extern const char at_schema_sql[]; /* schema.sql, embedded by the build */

const at_migration at_migrations[] = {
    {"SELECT 1", "transfers as rows: no longer made or read", NULL},
    {at_schema_sql, "transfers as columns", NULL},
    {"CREATE TABLE revision_of_3 ("
     " number INTEGER PRIMARY KEY,"
     " kind TEXT NOT NULL CHECK (kind IN ('import', 'replace', 'withdraw', 'setting', 'judge')),"
     " at_us INTEGER, source INTEGER, announced TEXT NOT NULL) STRICT;"
     "INSERT INTO revision_of_3 (number, kind, at_us, source, announced)"
     " SELECT number, kind, at_us, source, announced FROM revision;"
     "DROP TABLE revision;"
     "ALTER TABLE revision_of_3 RENAME TO revision",
     "judgements are revisions", NULL},
    {"CREATE TABLE pending ("
     " source INTEGER PRIMARY KEY, newest INTEGER NOT NULL, first_thing INTEGER NOT NULL,"
     " first_name_space INTEGER NOT NULL, detail TEXT NOT NULL, request TEXT NOT NULL,"
     " received TEXT NOT NULL, content TEXT NOT NULL, bytes INTEGER NOT NULL,"
     " content_bytes INTEGER NOT NULL, mark BLOB NOT NULL, states BLOB NOT NULL,"
     " secret BLOB NOT NULL CHECK (length(secret) = 32)) STRICT;"
     "CREATE TABLE piece ("
     " source INTEGER NOT NULL, number INTEGER NOT NULL, offset INTEGER NOT NULL,"
     " state BLOB NOT NULL, things BLOB NOT NULL,"
     " PRIMARY KEY (source, number)) STRICT, WITHOUT ROWID",
     "large files are stored in pieces (piece.h)", NULL},
    {"ALTER TABLE chunk ADD COLUMN leg_count INTEGER NOT NULL DEFAULT 0;"
     "ALTER TABLE chunk ADD COLUMN leg_first INTEGER NOT NULL DEFAULT 0;"
     "ALTER TABLE chunk ADD COLUMN value_us BLOB;"
     "ALTER TABLE chunk ADD COLUMN value_flags BLOB;"
     "ALTER TABLE chunk ADD COLUMN balance_after BLOB;"
     "ALTER TABLE chunk ADD COLUMN reference BLOB;"
     "ALTER TABLE chunk ADD COLUMN counterparty_name BLOB;"
     "ALTER TABLE chunk ADD COLUMN counterparty_institution BLOB;"
     "ALTER TABLE chunk ADD COLUMN counterparty_country BLOB;"
     "CREATE TABLE pair_chunk ("
     " number INTEGER PRIMARY KEY,"
     " source INTEGER NOT NULL," /* of the legs */
     " revision INTEGER NOT NULL,"
     " kind INTEGER NOT NULL," /* at_pair_kind */
     " row_count INTEGER NOT NULL,"
     " first INTEGER NOT NULL, last INTEGER NOT NULL," /* which legs of the source */
     " leg BLOB NOT NULL, partner BLOB) STRICT;"
     "CREATE INDEX pair_chunk_source ON pair_chunk (source, first)",
     "legs as columns", at_layout5},
};
const size_t at_migration_count = AT_COUNT(at_migrations);

at_status at_migrate_version(int64_t *out, sqlite3 *db, at_error *err) {
    int64_t version = 0, application = 0;
    AT_TRY(at_db_number(&version, db, 0, NULL, 0, "PRAGMA user_version", err));
    AT_TRY(at_db_number(&application, db, 0, NULL, 0, "PRAGMA application_id", err));
    if (application != (version ? AT_STORE_APPLICATION : 0))
        return at_fail(err, AT_NO_STORE, "E-STORE-NONE", "the database is not that of a store");
    *out = version;
    return AT_OK;
}

static at_status run_step(sqlite3 *db, const at_migration *step, int64_t version, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text sql = {.data = NULL};
    AT_TRY(at_text_print(&sql, err, "PRAGMA application_id = %d; PRAGMA user_version = %" PRId64,
                         (int)AT_STORE_APPLICATION, version));
    AT_TRY(at_db_begin(db, err));
    at_status status = at_db_run(db, step->sql, err);
    if (status == AT_OK && step->run)
        status = step->run(db, err);
    if (status == AT_OK)
        status = at_db_run(db, at_text_string(&sql), err);
    if (status == AT_OK)
        status = at_db_commit(db, err);
    at_db_rollback(db);
    return status;
}

at_status at_migrate(sqlite3 *db, const at_migration *steps, size_t count, at_error *err) {
    int64_t version = 0;
    AT_TRY(at_migrate_version(&version, db, err));
    if (version > (int64_t)count) {
        at_fail(err, AT_NO_STORE, "E-STORE-NEWER",
                "the store has layout %" PRId64 ", this program knows up to %zu", version, count);
        at_hint(err, "Use the newer program that wrote it.");
        return AT_NO_STORE;
    }
    for (; version < (int64_t)count; version++)
        AT_TRY(run_step(db, &steps[version], version + 1, err));
    return AT_OK;
}
