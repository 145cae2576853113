#include "engine/store/writer.h"

#include "engine/crypto/hash.h"
#include "engine/store/custody.h"
#include "engine/store/pairing.h"
#include "engine/store/publish.h"
#include "engine/store/put.h"
#include "engine/store/recover.h"
#include "engine/store/validate.h"
#include "engine/store/views.h"
#include "engine/store/withdraw.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool at_import_already(const at_import *import) {
    return import->already != 0;
}

at_input *at_import_input(at_import *import) {
    return import->input;
}

uint64_t at_import_bytes(const at_import *import) {
    return import->archived.bytes;
}

const at_sink *at_import_sink(const at_import *import) {
    return import->already ? NULL : &import->sink;
}

at_status at_import_describe(const char **out, at_import *import, at_error *err) {
    const at_source_info *info = &import->info;
    AT_TRY(at_arena_print(out, &import->arena, err, "import of \"%s\" as %s/%d in %s", info->name,
                          info->importer, info->importer_version, info->name_space));
    if (!info->replaces)
        return AT_OK;
    return at_arena_print(out, &import->arena, err, "%s, replacing source %" PRId64 ": %s", *out,
                          info->replaces, info->reason);
}

static at_status log_import(at_import *import, const char *action, const char *result,
                            at_error *err) {
    const char *detail = NULL;
    AT_TRY(at_import_describe(&detail, import, err));
    return at_custody_append(import->store,
                             &(at_custody_entry){.action = action,
                                                 .object = import->archived.received,
                                                 .detail = detail,
                                                 .result = result},
                             err);
}

static at_status copy_info(at_import *import, const at_source_info *info, at_error *err) {
    at_arena *arena = &import->arena;
    import->info = *info;
    if (!at_utf8_valid(info->name, strlen(info->name), NULL))
        return at_fail(err, AT_BAD_INPUT, "E-SOURCE-NAME",
                       "the name of the file is not UTF-8; rename it or give another name");
    AT_TRY(at_arena_text(&import->info.name, arena, info->name, err));
    AT_TRY(at_arena_text(&import->info.name_space, arena, info->name_space, err));
    AT_TRY(at_arena_text(&import->info.importer, arena, info->importer, err));
    AT_TRY(at_arena_text(&import->info.options, arena, info->options, err));
    AT_TRY(at_arena_text(&import->info.reason, arena, info->reason, err));
    if (info->token_count) {
        at_token *tokens = NULL;
        AT_TRY(AT_NEW(&tokens, arena, info->token_count, err));
        memcpy(tokens, info->tokens, info->token_count * sizeof *tokens);
        import->info.tokens = tokens;
    }
    return AT_OK;
}

/* The source that was read from the same content in the same way and still stands; 0 = none. */
static at_status find_same(at_import *import, const char *mapping, at_error *err) {
    static const char sql[] =
        "SELECT s.number FROM main.source s JOIN main.name_space n ON n.number = s.name_space"
        " WHERE s.content = ? AND s.importer = ? AND s.importer_version = ? AND s.options IS ?"
        "   AND s.mapping IS ? AND n.name = ?"
        "   AND s.number NOT IN (SELECT source FROM main.withdrawal) ORDER BY s.number LIMIT 1";
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    const at_source_info *info = &import->info;
    bool row = false;
    AT_TRY(at_db_prepare(&statement, import->store->db, sql, err));
    AT_TRY(at_db_bind_text(statement, 1, import->archived.content, err));
    AT_TRY(at_db_bind_text(statement, 2, info->importer, err));
    AT_TRY(at_db_bind_int(statement, 3, info->importer_version, err));
    AT_TRY(at_db_bind_text(statement, 4, info->options, err));
    AT_TRY(at_db_bind_text(statement, 5, mapping, err));
    AT_TRY(at_db_bind_text(statement, 6, info->name_space, err));
    AT_TRY(at_db_step(&row, statement, err));
    import->already = row ? at_db_int(statement, 0) : 0;
    return AT_OK;
}

static at_status keep_mapping(at_import *import, const char *mapping, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    if (!mapping)
        return AT_OK;
    AT_TRY(at_db_prepare(&statement, import->store->db,
                         "INSERT OR IGNORE INTO main.mapping (sha256, bytes) VALUES (?, ?)", err));
    AT_TRY(at_db_bind_text(statement, 1, mapping, err));
    AT_TRY(at_db_bind_bytes(statement, 2, import->info.mapping, import->info.mapping_bytes, err));
    return at_db_once(statement, err);
}

/* One token has one scale in a store, or sums over sources would mix units. */
static at_status keep_tokens(at_import *import, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *other = NULL;
    AT_CLEANUP(at_db_done) sqlite3_stmt *insert = NULL;
    sqlite3 *db = import->store->db;
    AT_TRY(at_db_prepare(&other, db,
                         "SELECT scale FROM main.token WHERE code = ? AND scale <> ?"
                         " AND source IN (SELECT source FROM temp.visible) LIMIT 1",
                         err));
    AT_TRY(at_db_prepare(&insert, db,
                         "INSERT INTO main.token (source, code, scale) VALUES (?, ?, ?)", err));
    for (size_t i = 0; i < import->info.token_count; i++) {
        const at_token *token = &import->info.tokens[i];
        bool row = false;
        AT_TRY(at_db_bind_text(other, 1, token->currency.code, err));
        AT_TRY(at_db_bind_int(other, 2, token->scale, err));
        AT_TRY(at_db_step(&row, other, err));
        const int64_t scale = row ? at_db_int(other, 0) : 0;
        at_db_again(other);
        if (row)
            return at_fail(err, AT_BAD_INPUT, "E-TOKEN-SCALE",
                           "token \"%s\" has %d decimals here and %" PRId64 " in another source",
                           token->currency.code, token->scale, scale);
        AT_TRY(at_db_bind_int(insert, 1, import->source, err));
        AT_TRY(at_db_bind_text(insert, 2, token->currency.code, err));
        AT_TRY(at_db_bind_int(insert, 3, token->scale, err));
        AT_TRY(at_db_once(insert, err));
    }
    return AT_OK;
}

static at_status mapping_hash(char out[65], const at_source_info *info, at_error *err) {
    *out = '\0';
    return info->mapping ? at_sha256_text(out, info->mapping, info->mapping_bytes, err) : AT_OK;
}

/* What is replaced must stand, and what replaces it must say something new. */
static at_status check_replaced(at_import *import, at_error *err) {
    at_source replaced;
    if (!import->info.replaces)
        return AT_OK;
    AT_TRY(at_withdraw_find(&replaced, import->store, import->info.replaces, &import->arena, err));
    if (!import->already)
        return AT_OK;
    at_fail(err, AT_BAD_INPUT, "E-SOURCE-SAME",
            "\"%s\" is source %" PRId64 " already, read in the same way", import->info.name,
            import->already);
    at_hint(err, import->already == replaced.number ? "There is nothing to replace."
                                                    : "Withdraw the other source instead.");
    return AT_BAD_INPUT;
}

/* Where it stands in its file, as words for the log. */
static void say_place(char out[64], uint64_t offset) {
    snprintf(out, 64, "kept up to byte %" PRIu64, offset);
}

static at_status log_begin(at_import *import, const at_pending *pending, at_error *err) {
    char place[64];
    say_place(place, pending->offset);
    return pending->source ? log_import(import, "resumed", place, err)
                           : log_import(import, "import", NULL, err);
}

static at_status begin_rows(at_import *import, const at_pending *pending, at_error *err) {
    sqlite3 *db = import->store->db;
    const bool resumed = pending->source != 0;
    char mapping[65];
    int64_t newest = 0, last = 0;
    AT_TRY(mapping_hash(mapping, &import->info, err));
    AT_TRY(at_db_begin(db, err));
    AT_TRY(find_same(import, *mapping ? mapping : NULL, err));
    AT_TRY(check_replaced(import, err));
    if (import->already) {
        at_db_rollback(db);
        return log_import(import, "repeated", NULL, err);
    }
    AT_TRY(log_begin(import, pending, err));
    import->begun = true;
    AT_TRY(at_db_number(&last, db, 0, NULL, 0, "SELECT max(number) FROM main.source", err));
    import->source = last + 1;
    if (resumed && pending->source != import->source)
        return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED",
                       "the pending import is not the store's next source");
    AT_TRY(at_store_newest(&newest, db, err));
    AT_TRY(at_pieces_begin(import, err));
    AT_TRY(at_views_without(db, newest, import->info.replaces, err));
    AT_TRY(at_intern_begin(&import->intern, db, &import->arena, err));
    AT_TRY(
        at_intern_name_space(&import->name_space, &import->intern, import->info.name_space, err));
    AT_TRY(keep_mapping(import, *mapping ? mapping : NULL, err));
    if (!resumed)
        AT_TRY(keep_tokens(import, err));
    AT_TRY(at_put_begin(import, resumed ? pending->secret : NULL, err));
    if (resumed)
        AT_TRY(at_resume_load(import, pending, err));
    return at_input_open(&import->input, import->archived.path, import->info.name, 0, err);
}

/* The file itself was not at fault: the same import may go on where the last piece ends. */
static bool may_go_on(at_status status) {
    return status == AT_INTERRUPTED || status == AT_IO || status == AT_NO_MEMORY ||
           status == AT_LOCKED;
}

/* Nothing of it stays but the archived bytes and this line in the log - and the pieces, where it
 * may go on. */
static at_status give_up(at_import *import, at_status status, const char *why, at_error *err) {
    char place[64];
    at_put_end(import);
    at_db_rollback(import->store->db);
    if (import->pieces.count && !may_go_on(status)) {
        at_status undone =
            at_recover_undo(NULL, import->store, why ? why : "it failed", &import->arena, err);
        import->pieces.count = undone == AT_OK ? 0 : import->pieces.count;
        AT_TRY(undone);
    }
    if (!import->begun)
        return AT_OK;
    import->begun = false;
    say_place(place, import->pieces.offset);
    return import->pieces.count ? log_import(import, "stopped", place, err)
                                : log_import(import, "failed", why, err);
}

/* The bytes, archived now or by the same import that was stopped, which then goes on. */
static at_status take_bytes(at_pending *pending, at_import *import, at_error *err) {
    bool same = false;
    AT_TRY(at_pending_read(pending, import->store->db, &import->arena, err));
    AT_TRY(at_resume_find(&same, import, pending, err));
    if (same)
        return AT_OK;
    AT_TRY(at_recover_undo(&import->undone, import->store, "another file was imported",
                           &import->arena, err));
    *pending = (at_pending){.source = 0};
    return AT_OK;
}

static at_status begin(at_import *import, const at_source_info *info, at_error *err) {
    at_store *store = import->store;
    at_pending pending = {.source = 0};
    AT_TRY(at_store_lock(store, store->options.lock_wait_ms, err));
    import->locked = store;
    AT_TRY(copy_info(import, info, err));
    AT_TRY(take_bytes(&pending, import, err));
    at_status status =
        pending.source ? AT_OK : at_archive_content(&import->archived, import->info.name, err);
    if (status == AT_OK)
        status = begin_rows(import, &pending, err);
    if (status == AT_OK)
        return AT_OK;
    /* The bytes are kept; the log says why nothing was read from them. */
    import->begun = true;
    import->pieces.count = pending.number;
    import->pieces.offset = pending.offset;
    (void)!give_up(import, status, err ? err->message : NULL, NULL);
    return status;
}

at_status at_import_begin(at_import **out, at_store *store, const at_source_info *info,
                          at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = SIZE_MAX};
    AT_CLEANUP(at_import_close) at_import *import = NULL;
    at_import *fresh = NULL;

    assert(store && info && info->name && info->name_space && info->importer);
    assert(info->path || info->data || !info->data_bytes);
    AT_TRY(at_validate_name_space(info->name_space, err));
    AT_TRY(AT_NEW(&fresh, &arena, 1, err));
    *fresh = (at_import){.arena = arena, .store = store};
    arena = (at_arena){.limit_bytes = 0};
    import = fresh;
    AT_TRY(begin(import, info, err));
    *out = import;
    import = NULL;
    return AT_OK;
}

static at_status insert_source(at_import *import, int64_t revision, const at_pairing_change *pairs,
                               at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    const at_source_info *info = &import->info;
    char mapping[65];
    const int64_t counts[] = {(int64_t)import->rows,           (int64_t)import->loaded,
                              (int64_t)import->duplicate_rows, (int64_t)import->rejected,
                              (int64_t)import->warnings,       (int64_t)pairs->made,
                              (int64_t)pairs->ended,           (int64_t)pairs->ambiguous};
    AT_TRY(mapping_hash(mapping, info, err));
    AT_TRY(at_db_prepare(&statement, import->store->db,
                         "INSERT INTO main.source (number, revision, name_space, bytes,"
                         " content_bytes, importer_version, name, received, content, importer,"
                         " options, mapping, state, row_count, loaded_count, duplicate_count,"
                         " rejected_count, warning_count, pairs_made, pairs_ended, legs_ambiguous)"
                         " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                         err));
    const int64_t numbers[] = {import->source,
                               revision,
                               import->name_space,
                               (int64_t)import->archived.bytes,
                               (int64_t)import->archived.content_bytes,
                               info->importer_version};
    const char *texts[] = {
        info->name,
        import->archived.received,
        import->archived.content,
        info->importer,
        info->options,
        *mapping ? mapping : NULL,
        at_source_state_text(import->rejected ? AT_SOURCE_PARTIAL : AT_SOURCE_COMPLETE)};
    int index = 1;
    for (size_t i = 0; i < AT_COUNT(numbers); i++)
        AT_TRY(at_db_bind_int(statement, index++, numbers[i], err));
    for (size_t i = 0; i < AT_COUNT(texts); i++)
        AT_TRY(at_db_bind_text(statement, index++, texts[i], err));
    for (size_t i = 0; i < AT_COUNT(counts); i++)
        AT_TRY(at_db_bind_int(statement, index++, counts[i], err));
    return at_db_once(statement, err);
}

static at_status publish(at_import *import, at_error *err) {
    at_store *store = import->store;
    at_pairing_change pairs = {.made = 0};
    const char *detail = NULL;
    int64_t newest = 0;
    at_arena_clear(&import->scratch);
    AT_TRY(at_put_finish(import, err));
    AT_TRY(at_store_newest(&newest, store->db, err));
    const at_pairing_task task = {.newest = newest,
                                  .added = import->source,
                                  .withdrawn = import->info.replaces,
                                  .content = import->archived.content,
                                  .name_space = import->name_space};
    if (task.withdrawn)
        AT_TRY(at_withdraw_insert(store, task.withdrawn, newest + 1, import->info.reason, err));
    AT_TRY(at_pairing_update(&pairs, store, &task, err));
    AT_TRY(insert_source(import, newest + 1, &pairs, err));
    if (import->pieces.count)
        AT_TRY(at_recover_forget(store, err));
    AT_TRY(at_import_describe(&detail, import, err));
    import->begun = false; /* from here at_publish says how it ended */
    return at_publish(store,
                      &(at_publication){.revision = newest + 1,
                                        .kind = task.withdrawn ? "replace" : "import",
                                        .source = import->source,
                                        .object = import->archived.received,
                                        .detail = detail,
                                        .result = import->tree},
                      err);
}

static void say_resumed(at_receipt *out, const at_import *import) {
    out->resumed_at = import->pieces.resumed;
    if (out->resumed_at)
        out->read_again = import->pieces.again + at_input_again_bytes(import->input);
}

at_status at_import_publish(at_receipt *out, at_import *import, at_arena *arena, at_error *err) {
    assert(out && import && !import->finished);
    if (!import->already)
        AT_TRY(publish(import, err));
    import->finished = true;
    at_store_unlock(&import->locked);
    AT_TRY(at_receipt_get(out, import->store, import->already ? import->already : import->source,
                          arena, err));
    out->already = import->already != 0;
    say_resumed(out, import);
    return AT_OK;
}

static at_status failed_receipt(at_receipt *out, at_import *import, at_arena *arena,
                                at_error *err) {
    at_receipt receipt = {.state = AT_SOURCE_FAILED,
                          .importer_version = import->info.importer_version,
                          .bytes = import->archived.bytes,
                          .rows = import->rows,
                          .loaded = import->loaded,
                          .duplicates = import->duplicate_rows,
                          .rejected = import->rejected,
                          .warnings = import->warnings};
    AT_TRY(at_arena_text(&receipt.name, arena, import->info.name, err));
    AT_TRY(at_arena_text(&receipt.name_space, arena, import->info.name_space, err));
    AT_TRY(at_arena_text(&receipt.importer, arena, import->info.importer, err));
    memcpy(receipt.received, import->archived.received, sizeof receipt.received);
    memcpy(receipt.content, import->archived.content, sizeof receipt.content);
    AT_TRY(at_receipt_lines(&receipt.rejects, &receipt.reject_count, import->store, import->source,
                            AT_RECEIPT_REJECT, 0, AT_RECEIPT_LINES, arena, err));
    AT_TRY(at_receipt_lines(&receipt.warning_lines, &receipt.warning_count, import->store,
                            import->source, AT_RECEIPT_WARNING, 0, AT_RECEIPT_LINES, arena, err));
    *out = receipt;
    return AT_OK;
}

at_status at_import_fail(at_receipt *out, at_import *import, at_arena *arena, at_error *err) {
    at_error later = {.status = AT_OK};
    char why[sizeof err->code + sizeof err->message + 2];
    assert(out && import && err && err->status != AT_OK && !import->already);
    const size_t length = strlen(err->code);
    memcpy(why, err->code, length);
    why[length] = ' ';
    memcpy(why + length + 1, err->message, strlen(err->message) + 1);
    at_status status = failed_receipt(out, import, arena, &later);
    if (status == AT_OK)
        status = give_up(import, err->status, why, &later);
    if (status == AT_OK && import->pieces.count)
        out->kept_to = import->pieces.offset;
    import->finished = true;
    at_store_unlock(&import->locked);
    if (status == AT_OK)
        return err->status;
    *err = later;
    return status;
}

void at_import_close(at_import **import) {
    if (!*import)
        return;
    at_import *closing = *import;
    at_input_close(&closing->input);
    if (!closing->finished && closing->locked)
        (void)!give_up(closing, AT_INTERRUPTED, "interrupted", NULL);
    at_put_end(closing);
    at_store_unlock(&closing->locked);
    at_arena_clear(&closing->scratch);
    at_arena arena = closing->arena; /* it holds the import itself */
    *import = NULL;
    at_arena_clear(&arena);
}
