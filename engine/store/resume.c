/* resume.c - an import that goes on after its last piece. */
#include "engine/store/piece.h"

#include "engine/base/release.h"
#include "engine/base/state.h"
#include "engine/store/put.h"

#include <string.h>

enum { STATE_FORMAT = 2 }; /* raised when what a piece keeps changes its form */

/* Everything that decides what a file's bytes become. */
at_status at_resume_request(char out[65], const at_source_info *info, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = 1 << 26};
    const char *words[] = {at_release,     at_source_tree, info->name,  info->name_space,
                           info->importer, info->options,  info->reason};
    AT_TRY(at_state_put(&text, STATE_FORMAT, err));
    for (size_t i = 0; i < AT_COUNT(words); i++)
        AT_TRY(at_state_put_text(&text, words[i], err));
    AT_TRY(at_state_put(&text, (uint64_t)info->importer_version, err));
    AT_TRY(at_state_put(&text, (uint64_t)info->replaces, err));
    AT_TRY(at_state_put_bytes(&text, info->mapping, info->mapping ? info->mapping_bytes : 0, err));
    for (size_t i = 0; i < info->token_count; i++) {
        AT_TRY(at_state_put_text(&text, info->tokens[i].currency.code, err));
        AT_TRY(at_state_put(&text, (uint64_t)info->tokens[i].scale, err));
    }
    return at_sha256_text(out, text.data, text.bytes, err);
}

static at_status kept_copy(at_archived *out, at_import *import, const at_pending *pending,
                           at_error *err) {
    *out = (at_archived){.bytes = pending->bytes,
                         .content_bytes = pending->content_bytes,
                         .mark = pending->mark,
                         .states = pending->states};
    memcpy(out->received, pending->received, sizeof out->received);
    memcpy(out->content, pending->content, sizeof out->content);
    return at_archive_path(&out->path, import->store, out->received, &import->arena, err);
}

/* The copy made then, if it is of the file named now and its end is what was received. */
static at_status take_copy(bool *out, at_import *import, const at_pending *pending, at_error *err) {
    at_error changed = {.status = AT_OK};
    at_archived kept;
    *out = false;
    AT_TRY(kept_copy(&kept, import, pending, err));
    if (!at_archive_is_of(&kept, import->info.path))
        return AT_OK;
    /* Places in a compressed file are not places in its content. */
    const bool plain = strcmp(kept.received, kept.content) == 0;
    const at_status status = at_archive_check_end(
        &import->pieces.again, &kept, plain ? pending->offset : 0, import->info.name, &changed);
    if (status == AT_TAMPERED || status == AT_BAD_INPUT)
        return AT_OK; /* it is copied once more, over what lies there */
    if (status != AT_OK) {
        if (err)
            *err = changed;
        return status;
    }
    import->archived = kept;
    *out = true;
    return AT_OK;
}

at_status at_resume_find(bool *out, at_import *import, const at_pending *pending, at_error *err) {
    int64_t newest = 0;
    *out = false;
    AT_TRY(at_resume_request(import->pieces.request, &import->info, err));
    AT_TRY(at_store_newest(&newest, import->store->db, err));
    const bool asked = pending->source && pending->newest == newest &&
                       strcmp(pending->request, import->pieces.request) == 0;
    if (asked)
        AT_TRY(take_copy(out, import, pending, err));
    if (*out)
        return AT_OK;
    AT_TRY(at_archive(&import->archived, import->store, &import->info, &import->arena, err));
    *out = asked && strcmp(pending->received, import->archived.received) == 0;
    if (*out) { /* the same bytes in another file: all of it was read to know that */
        memcpy(import->archived.content, pending->content, sizeof pending->content);
        import->archived.content_bytes = pending->content_bytes;
        import->pieces.again = pending->offset;
    }
    return AT_OK;
}

/* --- What the last piece left ----------------------------------------------------------------- */

static at_status add_names(void *self, int64_t source, const at_name_list *list, size_t count,
                           at_error *err) {
    at_names *names = self;
    (void)source;
    for (size_t i = 0; i < count; i++) {
        const char *id = at_pack_text(&list->ids, i);
        const uint32_t space = (uint32_t)list->spaces[i];
        const size_t bytes = strlen(id);
        uint32_t unused = 0;
        AT_TRY(at_names_number(&unused, names, space, id, bytes, at_names_hash(space, id, bytes),
                               err));
    }
    return AT_OK;
}

static at_span blob_of(sqlite3_stmt *row, int column) {
    return (at_span){sqlite3_column_blob(row, column), (size_t)sqlite3_column_bytes(row, column)};
}

static at_status damaged(at_error *err) {
    at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED",
            "where a pending import stood cannot be read back");
    at_hint(err, "what was stored of it is taken back; import it again");
    return AT_TAMPERED;
}

/* The sum lies after the state. */
static at_status check_sum(at_span *state, at_span things, uint64_t offset, at_error *err) {
    if (state->bytes < sizeof(uint64_t))
        return damaged(err);
    state->bytes -= sizeof(uint64_t);
    at_state_reader sum = at_state_read((at_span){state->data + state->bytes, sizeof(uint64_t)});
    return at_state_next(&sum) == at_piece_sum(*state, things, offset) ? AT_OK : damaged(err);
}

static at_status load_things(at_import *import, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *row = NULL;
    AT_TRY(at_db_prepare(&row, import->store->db,
                         "SELECT things, state, offset FROM main.piece WHERE source = ?"
                         " ORDER BY number",
                         err));
    AT_TRY(at_db_bind_int(row, 1, import->source, err));
    for (bool more = false;;) {
        AT_TRY(at_db_step(&more, row, err));
        if (!more)
            return AT_OK;
        at_span state = blob_of(row, 1);
        AT_TRY(check_sum(&state, blob_of(row, 0), (uint64_t)at_db_int(row, 2), err));
        AT_TRY(at_intern_load(&import->intern, blob_of(row, 0), err));
    }
}

static at_status load_counts(at_import *import, at_state_reader *state, at_error *err) {
    at_repeats *repeats = &import->repeats;
    uint64_t *const counts[] = {&import->rows,     &import->loaded,   &import->duplicate_rows,
                                &import->rejected, &import->warnings, &import->extra_lines};
    for (size_t i = 0; i < AT_COUNT(counts); i++)
        *counts[i] = at_state_next(state);
    const bool indexed = at_state_next(state) != 0;
    repeats->any_id = at_state_next(state) != 0;
    for (int kind = 0; kind < AT_KIND_COUNT; kind++)
        import->facts[kind] = at_state_next(state);
    import->all_money = at_state_next_wide(state);
    const at_span last_id = at_state_next_bytes(state);
    AT_TRY(at_text_add_bytes(&repeats->last_id, last_id.data, last_id.bytes, err));
    return at_repeats_resume(repeats, indexed, err);
}

at_status at_resume_load(at_import *import, const at_pending *pending, at_error *err) {
    at_pieces *pieces = &import->pieces;
    at_names *names = &import->chunks.names;
    AT_TRY(load_things(import, err)); /* each piece's sum is checked there */
    at_state_reader state =
        at_state_read((at_span){pending->state.data, pending->state.bytes - sizeof(uint64_t)});
    pieces->state = at_state_next_bytes(&state);
    AT_TRY(at_chunks_names(import->store->db, AT_CHUNKS_SOURCE, import->source, add_names, names,
                           err));
    import->chunks.names_written = names->count;
    AT_TRY(at_db_number(&import->chunks.legs_written, import->store->db, 0, &import->source, 1,
                        "SELECT sum(leg_count) FROM main.chunk WHERE source = ?1", err));
    AT_TRY(load_counts(import, &state, err));
    AT_TRY(at_leaves_resume(&import->leaves, &state, err));
    if (!at_state_whole(&state) || pieces->state.bytes == 0)
        return damaged(err);
    if (import->all_money > INT64_MAX)
        AT_TRY(at_put_count_again(import, err));
    pieces->count = pending->number;
    pieces->first_thing = pending->first_thing;
    pieces->first_name_space = pending->first_name_space;
    pieces->offset = pieces->resumed = pending->offset;
    pieces->border = pending->offset + pieces->piece_bytes;
    pieces->asked = import->rows;
    import->sink.resumed = pieces->state;
    return AT_OK;
}
