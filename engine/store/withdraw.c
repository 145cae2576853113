#include "engine/store/withdraw.h"

#include "engine/store/handle.h"

#include <inttypes.h>
#include <stdio.h>

at_status at_withdraw_find(at_source *out, at_store *store, int64_t number, at_arena *arena,
                           at_error *err) {
    char text[24];
    at_source source;
    snprintf(text, sizeof text, "%" PRId64, number);
    AT_TRY(at_source_find(&source, store, text, arena, err));
    if (source.withdrawn)
        return at_fail(err, AT_BAD_INPUT, "E-SOURCE-WITHDRAWN",
                       "source %" PRId64 " was withdrawn by revision %" PRId64, source.number,
                       source.withdrawn);
    *out = source;
    return AT_OK;
}

at_status at_withdraw_insert(at_store *store, int64_t number, int64_t revision, const char *reason,
                             at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    AT_TRY(at_db_prepare(&statement, store->db,
                         "INSERT INTO main.withdrawal (source, revision, reason) VALUES (?, ?, ?)",
                         err));
    AT_TRY(at_db_bind_int(statement, 1, number, err));
    AT_TRY(at_db_bind_int(statement, 2, revision, err));
    AT_TRY(at_db_bind_text(statement, 3, reason, err));
    return at_db_once(statement, err);
}
