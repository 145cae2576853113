#include "engine/store/reading.h"

#include "engine/store/handle.h"

#include <inttypes.h>
#include <string.h>

static at_status read_mapping(at_reading *out, at_store *store, const at_source *source,
                              at_arena *arena, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *row = NULL;
    bool found = false;
    if (!source->mapping[0])
        return AT_OK;
    AT_TRY(at_db_prepare(&row, store->db, "SELECT bytes FROM main.mapping WHERE sha256 = ?", err));
    AT_TRY(at_db_bind_text(row, 1, source->mapping, err));
    AT_TRY(at_db_step(&found, row, err));
    if (!found)
        return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED",
                       "the mapping of source %" PRId64 " is missing", source->number);
    out->mapping_bytes = (size_t)sqlite3_column_bytes(row, 0);
    return at_arena_copy(&out->mapping, arena, sqlite3_column_blob(row, 0), out->mapping_bytes,
                         err);
}

static at_status read_tokens(at_reading *out, at_store *store, const at_source *source,
                             at_arena *arena, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *row = NULL;
    at_token *tokens = NULL;
    size_t capacity = 0;
    AT_TRY(at_db_prepare(&row, store->db,
                         "SELECT code, scale FROM main.token WHERE source = ? ORDER BY code", err));
    AT_TRY(at_db_bind_int(row, 1, source->number, err));
    for (bool more = false;;) {
        const char *code = NULL;
        AT_TRY(at_db_step(&more, row, err));
        if (!more)
            break;
        AT_TRY(AT_GROW(&tokens, &capacity, out->token_count, arena, err));
        at_token *token = &tokens[out->token_count++];
        *token = (at_token){.scale = (int)at_db_int(row, 1)};
        AT_TRY(at_db_text(&code, row, 0, arena, err));
        strncpy(token->currency.code, code, sizeof token->currency.code - 1);
    }
    out->tokens = tokens;
    return AT_OK;
}

at_status at_reading_get(at_reading *out, at_store *store, const at_source *source, at_arena *arena,
                         at_error *err) {
    at_reading reading = {.mapping = NULL};
    AT_TRY(read_mapping(&reading, store, source, arena, err));
    AT_TRY(read_tokens(&reading, store, source, arena, err));
    *out = reading;
    return AT_OK;
}
