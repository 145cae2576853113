#include "engine/store/publish.h"

#include "engine/base/day.h"
#include "engine/store/custody.h"
#include "engine/store/log.h"

static at_status insert_revision(at_store *store, const at_publication *publication,
                                 const char *announced, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    AT_TRY(at_db_prepare(&statement, store->db,
                         "INSERT INTO main.revision (number, kind, at_us, source, announced)"
                         " VALUES (?, ?, ?, ?, ?)",
                         err));
    AT_TRY(at_db_bind_int(statement, 1, publication->revision, err));
    AT_TRY(at_db_bind_text(statement, 2, publication->kind, err));
    if (store->options.now_us)
        AT_TRY(at_db_bind_int(statement, 3, store->options.now_us(), err));
    if (publication->source)
        AT_TRY(at_db_bind_int(statement, 4, publication->source, err));
    AT_TRY(at_db_bind_text(statement, 5, announced, err));
    return at_db_once(statement, err);
}

at_status at_publish(at_store *store, const at_publication *publication, at_error *err) {
    char announced[AT_LOG_HASH_BYTES];
    at_custody_entry entry = {.action = "publish-intent",
                              .object = publication->object,
                              .detail = publication->detail,
                              .result = publication->result,
                              .revision = publication->revision};
    at_status status = at_log_entry(announced, store, &entry, err);
    if (status != AT_OK) {
        at_db_rollback(store->db);
        return status;
    }
    status = insert_revision(store, publication, announced, err);
    if (status == AT_OK)
        status = at_db_commit(store->db, err);
    if (status != AT_OK)
        at_db_rollback(store->db);
    entry.action = status == AT_OK ? "published" : "rolled-back";
    /* Either way the next start finds out by itself, should this line not get written. */
    (void)!at_log_entry(NULL, store, &entry, NULL);
    return status;
}
