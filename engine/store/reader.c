#include "engine/store/reader.h"

#include "engine/store/index_keep.h"
#include "engine/store/pairing.h"
#include "engine/store/pairs.h"
#include "engine/store/snapshot.h"
#include "engine/store/views.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* From the index where there is one that fits, as it is needed. */
static at_status load_identity(at_reader *reader, at_error *err) {
    AT_TRY(at_index_open(reader, err));
    if (reader->index.descriptor >= 0) {
        const at_status status =
            at_identity_part(&reader->identity, &reader->index, reader->db, reader->arena, err);
        if (!at_index_passed_over(&reader->index, status))
            return status;
        at_identity_end(&reader->identity);
    }
    return at_identity_load(&reader->identity, reader->db, reader->arena, err);
}

static at_status open_snapshot(at_reader *reader, int64_t revision, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = 0};
    at_store *store = reader->store;
    const char *path = NULL;
    int64_t newest = 0;
    AT_TRY(at_store_file(&path, store, AT_STORE_DATABASE, &scratch, err));
    AT_TRY(at_db_open(&reader->db, path, store->immutable ? AT_DB_IMMUTABLE : AT_DB_READ,
                      store->options.lock_wait_ms, err));
    /* The first read fixes what this connection sees until it is closed. */
    AT_TRY(at_db_run(reader->db, "BEGIN", err));
    AT_TRY(at_store_newest(&newest, reader->db, err));
    if (revision < 0 || revision > newest)
        return at_fail(err, AT_BAD_INPUT, "E-REVISION-UNKNOWN",
                       "there is no revision %" PRId64 "; the newest is %" PRId64, revision,
                       newest);
    reader->revision = revision ? revision : newest;
    reader->newest = reader->revision == newest;
    AT_TRY(at_views_visible(reader->db, reader->revision, 0, err));
    return load_identity(reader, err);
}

at_status at_reader_open(at_reader **out, at_store *store, int64_t revision, at_arena *arena,
                         at_error *err) {
    AT_CLEANUP(at_reader_close) at_reader *reader = NULL;
    at_reader *fresh = NULL;
    assert(store && arena);
    AT_TRY(AT_NEW(&fresh, arena, 1, err));
    *fresh = (at_reader){.arena = arena, .store = store, .index = {.descriptor = -1}};
    reader = fresh;
    AT_TRY(open_snapshot(reader, revision, err));
    at_reader_make_facts(reader);
    *out = reader;
    reader = NULL;
    return AT_OK;
}

void at_reader_close(at_reader **reader) {
    if (!*reader)
        return;
    at_input_close(&(*reader)->open_input);
    at_db_done(&(*reader)->address_statement);
    for (size_t i = 1; i < AT_PLACE_CHUNKS; i++)
        at_chunk_clear(&(*reader)->chunks[i].loaded);
    at_chunks_close(&(*reader)->chunks[0]);
    at_identity_end(&(*reader)->identity);
    at_index_file_close(&(*reader)->index);
    at_db_rollback((*reader)->db);
    at_db_close(&(*reader)->db);
    *reader = NULL;
}

int64_t at_reader_revision(const at_reader *reader) {
    return reader->revision;
}

const at_facts *at_reader_facts(at_reader *reader) {
    return &reader->facts;
}

at_status at_reader_tokens(const at_token **out, size_t *count_out, at_reader *reader,
                           at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    at_token *tokens = NULL;
    size_t count = 0, capacity = 0;
    bool row = false;
    if (!reader->tokens_loaded) {
        AT_TRY(at_db_prepare(&statement, reader->db,
                             "SELECT DISTINCT code, scale FROM main.token"
                             " WHERE source IN (SELECT source FROM temp.visible)"
                             " ORDER BY code, scale",
                             err));
        for (;;) {
            const char *code = NULL;
            AT_TRY(at_db_step(&row, statement, err));
            if (!row)
                break;
            AT_TRY(AT_GROW(&tokens, &capacity, count, reader->arena, err));
            AT_TRY(at_db_text(&code, statement, 0, reader->arena, err));
            tokens[count] = (at_token){.scale = (int)at_db_int(statement, 1)};
            strncpy(tokens[count].currency.code, code, AT_CURRENCY_BYTES - 1);
            count++;
        }
        reader->tokens = tokens;
        reader->token_count = count;
        reader->tokens_loaded = true;
    }
    *out = reader->tokens;
    *count_out = reader->token_count;
    return AT_OK;
}

static int compare_views(const void *first, const void *second) {
    const at_pair_view *a = first, *b = second;
    if (a->debit != b->debit)
        return a->debit < b->debit ? -1 : 1;
    return (a->credit > b->credit) - (a->credit < b->credit);
}

at_status at_reader_pairs(const at_pair_view **out, size_t *count_out, at_reader *reader,
                          at_error *err) {
    at_standing standing;
    at_leg_found *found = NULL;
    at_pair_view *pairs = NULL;
    AT_TRY(at_standing_read(&standing, reader->db, reader->revision, reader->arena, err));
    const size_t count = standing.pair_count;
    AT_TRY(AT_NEW(&found, reader->arena, 2 * count, err));
    AT_TRY(AT_NEW(&pairs, reader->arena, count, err));
    for (size_t i = 0; i < count; i++) {
        found[2 * i].number = standing.pairs[i].debit;
        found[2 * i + 1].number = standing.pairs[i].credit;
    }
    AT_TRY(at_legs_find(found, 2 * count, reader->db, err));
    for (size_t i = 0; i < count; i++)
        pairs[i] = (at_pair_view){found[2 * i].record, found[2 * i + 1].record};
    if (count)
        qsort(pairs, count, sizeof *pairs, compare_views);
    *out = pairs;
    *count_out = count;
    return AT_OK;
}

static int compare_records(const void *first, const void *second) {
    const at_record_id a = *(const at_record_id *)first, b = *(const at_record_id *)second;
    return (a > b) - (a < b);
}

at_status at_reader_ambiguous(const at_record_id **out, size_t *count_out, at_reader *reader,
                              at_error *err) {
    at_standing standing;
    at_leg_found *found = NULL;
    at_record_id *records = NULL;
    AT_TRY(at_standing_read(&standing, reader->db, reader->revision, reader->arena, err));
    const size_t count = standing.ambiguous_count;
    AT_TRY(AT_NEW(&found, reader->arena, count, err));
    AT_TRY(AT_NEW(&records, reader->arena, count, err));
    for (size_t i = 0; i < count; i++)
        found[i].number = standing.ambiguous[i];
    AT_TRY(at_legs_find(found, count, reader->db, err));
    for (size_t i = 0; i < count; i++)
        records[i] = found[i].record;
    if (count)
        qsort(records, count, sizeof *records, compare_records);
    *out = records;
    *count_out = count;
    return AT_OK;
}
