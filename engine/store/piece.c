#include "engine/store/piece.h"

#include "engine/base/checksum.h"
#include "engine/base/state.h"
#include "engine/store/put.h"
#include "engine/store/sources.h"

#include <inttypes.h>
#include <string.h>

/* Names and totals of very many things; SQLite takes a gigabyte. */
enum { STATE_BYTES_MAX = 1 << 29 };

/* --- What is kept ----------------------------------------------------------------------------- */

at_status at_pending_source(int64_t *out, sqlite3 *db, at_error *err) {
    return at_db_number(out, db, 0, NULL, 0, "SELECT max(source) FROM main.pending", err);
}

static at_status copy_blob(at_span *out, sqlite3_stmt *row, int column, at_arena *arena,
                           at_error *err) {
    const size_t bytes = (size_t)sqlite3_column_bytes(row, column);
    const void *data = sqlite3_column_blob(row, column);
    char *copy = NULL;
    AT_TRY(AT_NEW(&copy, arena, bytes + 1, err));
    if (bytes)
        memcpy(copy, data, bytes);
    *out = (at_span){copy, bytes};
    return AT_OK;
}

static at_status read_mark(at_file_mark *out, at_span mark, at_error *err) {
    at_state_reader reader = at_state_read(mark);
    out->known = at_state_next(&reader) != 0;
    out->device = at_state_next(&reader);
    out->inode = at_state_next(&reader);
    out->bytes = at_state_next(&reader);
    out->written_ns = (int64_t)at_state_next(&reader);
    out->changed_ns = (int64_t)at_state_next(&reader);
    return at_state_whole(&reader) ? AT_OK
                                   : at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED",
                                             "the mark of a pending import is damaged");
}

static at_status read_last_piece(at_pending *out, sqlite3 *db, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *row = NULL;
    bool found = false;
    AT_TRY(at_db_prepare(&row, db,
                         "SELECT number, offset, state FROM main.piece WHERE source = ?"
                         " ORDER BY number DESC LIMIT 1",
                         err));
    AT_TRY(at_db_bind_int(row, 1, out->source, err));
    AT_TRY(at_db_step(&found, row, err));
    if (!found)
        return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED", "a pending import has no piece");
    out->number = at_db_int(row, 0);
    out->offset = (uint64_t)at_db_int(row, 1);
    return copy_blob(&out->state, row, 2, arena, err);
}

at_status at_pending_read(at_pending *out, sqlite3 *db, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *row = NULL;
    at_span secret, mark;
    bool found = false;
    *out = (at_pending){.source = 0};
    AT_TRY(at_pending_source(&out->source, db, err));
    if (!out->source)
        return AT_OK;
    AT_TRY(at_db_prepare(&row, db,
                         "SELECT newest, first_thing, first_name_space, bytes, content_bytes,"
                         " request, received, content, detail, mark, states, secret"
                         " FROM main.pending WHERE source = ?",
                         err));
    AT_TRY(at_db_bind_int(row, 1, out->source, err));
    AT_TRY(at_db_step(&found, row, err));
    if (!found)
        return at_fail(err, AT_BUG, "E-BUG", "a pending import went while it was read");
    out->newest = at_db_int(row, 0);
    out->first_thing = at_db_int(row, 1);
    out->first_name_space = at_db_int(row, 2);
    out->bytes = (uint64_t)at_db_int(row, 3);
    out->content_bytes = (uint64_t)at_db_int(row, 4);
    at_db_hash(out->request, row, 5);
    at_db_hash(out->received, row, 6);
    at_db_hash(out->content, row, 7);
    AT_TRY(at_db_text(&out->detail, row, 8, arena, err));
    AT_TRY(copy_blob(&mark, row, 9, arena, err));
    AT_TRY(read_mark(&out->mark, mark, err));
    AT_TRY(copy_blob(&out->states, row, 10, arena, err));
    AT_TRY(copy_blob(&secret, row, 11, arena, err));
    memcpy(out->secret, secret.data, sizeof out->secret); /* the table checks its length */
    return read_last_piece(out, db, arena, err);
}

at_status at_pending_say(const char **out, const at_pending *pending, at_arena *arena,
                         at_error *err) {
    return at_arena_print(out, arena, err,
                          "%s is stored up to byte %" PRIu64 " of %" PRIu64 " and not published; "
                          "the same import goes on there, any other change takes it back",
                          pending->detail, pending->offset, pending->content_bytes);
}

at_status at_store_pending(const char **out, at_store *store, at_arena *arena, at_error *err) {
    at_pending pending;
    *out = NULL;
    AT_TRY(at_pending_read(&pending, store->db, arena, err));
    return pending.source ? at_pending_say(out, &pending, arena, err) : AT_OK;
}

/* --- Keeping ---------------------------------------------------------------------------------- */

at_status at_pieces_begin(at_import *import, at_error *err) {
    at_pieces *pieces = &import->pieces;
    sqlite3 *db = import->store->db;
    const uint64_t asked = import->store->options.piece_bytes;
    const uint64_t piece_bytes = asked ? asked : AT_PIECE_BYTES;
    if (import->archived.content_bytes / AT_PIECES_FROM < piece_bytes)
        return AT_OK;
    pieces->piece_bytes = piece_bytes;
    pieces->border = piece_bytes;
    AT_TRY(at_store_newest(&pieces->newest, db, err));
    AT_TRY(at_db_number(&pieces->first_thing, db, 0, NULL, 0,
                        "SELECT coalesce(max(number), 0) + 1 FROM main.thing", err));
    return at_db_number(&pieces->first_name_space, db, 0, NULL, 0,
                        "SELECT coalesce(max(number), 0) + 1 FROM main.name_space", err);
}

bool at_pieces_due(void *self, uint64_t offset) {
    at_import *import = self;
    at_pieces *pieces = &import->pieces;
    const uint64_t records = pieces->asked++;
    if (offset < pieces->border || offset >= import->archived.content_bytes)
        return false;
    /* A little later a chunk is full, and none has to be written half empty. */
    if (records % AT_CHUNK_ROWS != 0 &&
        offset < pieces->border + pieces->piece_bytes / AT_PIECES_FROM)
        return false;
    pieces->border = offset + pieces->piece_bytes;
    return true;
}

/* No bytes are an empty blob, not NULL. */
static at_status bind_blob(sqlite3_stmt *insert, int index, const void *data, size_t bytes,
                           at_error *err) {
    return at_db_bind_bytes(insert, index, data ? data : "", bytes, err);
}

static at_status insert_pending(at_import *import, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *insert = NULL;
    AT_CLEANUP(at_text_clear) at_text mark = {.data = NULL};
    const at_pieces *pieces = &import->pieces;
    const at_archived *archived = &import->archived;
    const at_file_mark *file = &archived->mark;
    const char *detail = NULL;
    const uint64_t marks[] = {file->known,
                              file->device,
                              file->inode,
                              file->bytes,
                              (uint64_t)file->written_ns,
                              (uint64_t)file->changed_ns};
    for (size_t i = 0; i < AT_COUNT(marks); i++)
        AT_TRY(at_state_put(&mark, marks[i], err));
    AT_TRY(at_import_describe(&detail, import, err));
    const int64_t numbers[] = {import->source,           pieces->newest,
                               pieces->first_thing,      pieces->first_name_space,
                               (int64_t)archived->bytes, (int64_t)archived->content_bytes};
    const char *texts[] = {detail, pieces->request, archived->received, archived->content};
    int index = 1;
    AT_TRY(at_db_prepare(&insert, import->store->db,
                         "INSERT INTO main.pending (source, newest, first_thing, first_name_space,"
                         " bytes, content_bytes, detail, request, received, content, mark, states,"
                         " secret) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                         err));
    for (size_t i = 0; i < AT_COUNT(numbers); i++)
        AT_TRY(at_db_bind_int(insert, index++, numbers[i], err));
    for (size_t i = 0; i < AT_COUNT(texts); i++)
        AT_TRY(at_db_bind_text(insert, index++, texts[i], err));
    AT_TRY(bind_blob(insert, index++, mark.data, mark.bytes, err));
    AT_TRY(bind_blob(insert, index++, archived->states.data, archived->states.bytes, err));
    AT_TRY(
        at_db_bind_bytes(insert, index, import->leaves.secret, sizeof import->leaves.secret, err));
    return at_db_once(insert, err);
}

/* All that at_resume_load reads, in its order. */
static at_status save_import(at_text *out, at_import *import, at_span state, at_error *err) {
    const at_repeats *repeats = &import->repeats;
    const uint64_t numbers[] = {import->rows,     import->loaded,   import->duplicate_rows,
                                import->rejected, import->warnings, import->extra_lines,
                                repeats->indexed, repeats->any_id};
    AT_TRY(at_state_put_bytes(out, state.data, state.bytes, err));
    for (size_t i = 0; i < AT_COUNT(numbers); i++)
        AT_TRY(at_state_put(out, numbers[i], err));
    for (int kind = 0; kind < AT_KIND_COUNT; kind++)
        AT_TRY(at_state_put(out, import->facts[kind], err));
    AT_TRY(at_state_put_wide(out, import->all_money, err));
    AT_TRY(at_state_put_bytes(out, repeats->last_id.data, repeats->last_id.bytes, err));
    return at_leaves_pause(out, &import->leaves, err);
}

uint64_t at_piece_sum(at_span state, at_span things, uint64_t offset) {
    return at_checksum(state.data, state.bytes, at_checksum(things.data, things.bytes, offset));
}

static at_status insert_piece(at_import *import, uint64_t offset, at_span state, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *insert = NULL;
    AT_CLEANUP(at_text_clear) at_text saved = {.limit_bytes = STATE_BYTES_MAX};
    AT_CLEANUP(at_text_clear) at_text things = {.limit_bytes = STATE_BYTES_MAX};
    AT_TRY(save_import(&saved, import, state, err));
    AT_TRY(at_intern_save(&things, &import->intern, err));
    const at_span parts[] = {{saved.data, saved.bytes}, {things.data, things.bytes}};
    AT_TRY(at_state_put(&saved, at_piece_sum(parts[0], parts[1], offset), err));
    AT_TRY(at_db_prepare(&insert, import->store->db,
                         "INSERT INTO main.piece (source, number, offset, state, things)"
                         " VALUES (?, ?, ?, ?, ?)",
                         err));
    AT_TRY(at_db_bind_int(insert, 1, import->source, err));
    AT_TRY(at_db_bind_int(insert, 2, import->pieces.count + 1, err));
    AT_TRY(at_db_bind_int(insert, 3, (int64_t)offset, err));
    AT_TRY(bind_blob(insert, 4, saved.data, saved.bytes, err));
    AT_TRY(bind_blob(insert, 5, things.data, things.bytes, err));
    return at_db_once(insert, err);
}

at_status at_pieces_keep(void *self, uint64_t offset, at_span state, at_error *err) {
    at_import *import = self;
    at_pieces *pieces = &import->pieces;
    sqlite3 *db = import->store->db;
    AT_TRY(at_put_flush(import, err));
    if (pieces->count == 0)
        AT_TRY(insert_pending(import, err));
    AT_TRY(insert_piece(import, offset, state, err));
    AT_TRY(at_db_commit(db, err));
    pieces->count++;
    pieces->offset = offset;
    return at_db_begin(db, err);
}
