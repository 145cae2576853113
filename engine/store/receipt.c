#include "engine/store/receipt.h"

#include "engine/store/chunks.h"
#include "engine/store/handle.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

const char *at_source_state_text(at_source_state state) {
    static const char *const texts[] = {"complete", "partial", "failed"};
    assert(state >= 0 && (size_t)state < AT_COUNT(texts));
    return texts[state];
}

/* The last column is the record that is repeated or contradicted. */
static const char lines_sql[] =
    "SELECT l.offset, l.bytes, l.line, l.element, l.code, l.message, l.hint, l.first"
    "  FROM main.receipt_line l"
    " WHERE l.source = ?1 AND l.kind = ?2 ORDER BY l.number LIMIT ?3 OFFSET ?4";

/* Duplicates are records of their own; statements about a record never are. */
static const char duplicates_sql[] =
    "SELECT d.offset, d.bytes, d.line, d.element, NULL, NULL, NULL, d.duplicate_of"
    "  FROM main.record d"
    " WHERE d.source = ?1 AND d.duplicate_of IS NOT NULL AND ?2 IS NOT NULL"
    " ORDER BY d.id LIMIT ?3 OFFSET ?4";

/* Addresses of records of any published source: chunks of the source asked last stay open. */
typedef struct address_book {
    sqlite3 *db;
    at_arena *arena;
    sqlite3_stmt *row, *source;
    at_chunks chunks;
    int64_t open_source;
} address_book;

static void close_book(address_book *book) {
    at_db_done(&book->row);
    at_db_done(&book->source);
    at_chunks_close(&book->chunks);
}

static at_status open_book(address_book *book, sqlite3 *db, at_arena *arena, at_error *err) {
    *book = (address_book){.db = db, .arena = arena, .chunks = {.loaded_index = SIZE_MAX}};
    AT_TRY(at_db_prepare(&book->row, db,
                         "SELECT offset, bytes, line FROM main.record WHERE id = ?1", err));
    return at_db_prepare(&book->source, db,
                         "SELECT s.content, n.name, s.name FROM main.source s"
                         "  JOIN main.name_space n ON n.number = s.name_space"
                         " WHERE s.number = ?1",
                         err);
}

static at_status place_in_chunks(at_address *out, address_book *book, at_record_id record,
                                 at_error *err) {
    if (book->open_source != at_record_source(record)) {
        at_chunks_close(&book->chunks);
        book->open_source = at_record_source(record);
        AT_TRY(at_chunks_open(&book->chunks, book->db, AT_CHUNKS_SOURCE, book->open_source,
                              AT_CHUNK_PLACES, book->arena, err));
    }
    const size_t index = at_chunks_find(&book->chunks, record);
    if (index == SIZE_MAX)
        return AT_OK;
    AT_TRY(at_chunks_load(&book->chunks, index, err));
    const at_chunk *chunk = &book->chunks.loaded;
    const size_t row = at_chunk_row(chunk, at_record_number(record));
    if (row == chunk->count)
        return AT_OK;
    out->offset = (uint64_t)at_chunk_int(chunk, AT_CHUNK_OFFSET, row);
    out->bytes = (uint64_t)at_chunk_int(chunk, AT_CHUNK_BYTES, row);
    out->line = (uint64_t)at_chunk_int(chunk, AT_CHUNK_LINE, row);
    return AT_OK;
}

static at_status find_address(at_address *out, address_book *book, at_record_id record,
                              at_error *err) {
    bool row = false;
    AT_TRY(at_db_bind_int(book->source, 1, at_record_source(record), err));
    at_status status = at_db_step(&row, book->source, err);
    if (status == AT_OK && row) {
        at_db_hash(out->content, book->source, 0);
        status = at_db_text(&out->name_space, book->source, 1, book->arena, err);
        if (status == AT_OK)
            status = at_db_text(&out->source_name, book->source, 2, book->arena, err);
    }
    at_db_again(book->source);
    AT_TRY(status);
    AT_TRY(at_db_bind_int(book->row, 1, record, err));
    status = at_db_step(&row, book->row, err);
    if (status == AT_OK && row) {
        out->offset = (uint64_t)at_db_int(book->row, 0);
        out->bytes = (uint64_t)at_db_int(book->row, 1);
        out->line = (uint64_t)at_db_int(book->row, 2);
    }
    at_db_again(book->row);
    AT_TRY(status);
    return row ? AT_OK : place_in_chunks(out, book, record, err);
}

static at_status read_line(at_receipt_line *out, sqlite3_stmt *row, address_book *book,
                           at_error *err) {
    at_arena *arena = book->arena;
    *out = (at_receipt_line){.origin = {.offset = (uint64_t)at_db_int(row, 0),
                                        .bytes = (uint64_t)at_db_int(row, 1),
                                        .line = (uint64_t)at_db_int(row, 2)}};
    AT_TRY(at_db_text(&out->origin.element, row, 3, arena, err));
    AT_TRY(at_db_text(&out->code, row, 4, arena, err));
    AT_TRY(at_db_text(&out->message, row, 5, arena, err));
    AT_TRY(at_db_text(&out->hint, row, 6, arena, err));
    return at_db_is_null(row, 7) ? AT_OK : find_address(&out->first, book, at_db_int(row, 7), err);
}

at_status at_receipt_lines(const at_receipt_line **out, size_t *count_out, at_store *store,
                           int64_t source, at_receipt_kind kind, uint64_t first, size_t limit,
                           at_arena *arena, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    AT_CLEANUP(close_book) address_book book = {.db = NULL};
    at_receipt_line *lines = NULL;
    size_t count = 0, capacity = 0;
    bool row = false;
    AT_TRY(open_book(&book, store->db, arena, err));
    AT_TRY(at_db_prepare(&statement, store->db,
                         kind == AT_RECEIPT_DUPLICATE ? duplicates_sql : lines_sql, err));
    AT_TRY(at_db_bind_int(statement, 1, source, err));
    AT_TRY(at_db_bind_int(statement, 2, kind, err));
    AT_TRY(at_db_bind_int(statement, 3, (int64_t)limit, err));
    AT_TRY(at_db_bind_int(statement, 4, (int64_t)first, err));
    for (;;) {
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            break;
        AT_TRY(AT_GROW(&lines, &capacity, count, arena, err));
        AT_TRY(read_line(&lines[count], statement, &book, err));
        count++;
    }
    *out = lines;
    *count_out = count;
    return AT_OK;
}

static at_status read_source(at_receipt *out, at_store *store, int64_t source, at_arena *arena,
                             at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *row = NULL;
    bool found = false;
    const char *state = NULL;
    AT_TRY(at_db_prepare(&row, store->db,
                         "SELECT s.revision, s.importer_version, s.bytes, s.row_count,"
                         " s.loaded_count, s.duplicate_count, s.rejected_count, s.warning_count,"
                         " s.pairs_made, s.pairs_ended, s.legs_ambiguous, s.received, s.content,"
                         " s.name, n.name, s.importer, s.state"
                         " FROM main.source s JOIN main.name_space n ON n.number = s.name_space"
                         " WHERE s.number = ?",
                         err));
    AT_TRY(at_db_bind_int(row, 1, source, err));
    AT_TRY(at_db_step(&found, row, err));
    if (!found)
        return at_fail(err, AT_BAD_INPUT, "E-SOURCE-UNKNOWN", "there is no source %" PRId64,
                       source);
    *out = (at_receipt){.source = source,
                        .revision = at_db_int(row, 0),
                        .importer_version = (int)at_db_int(row, 1),
                        .bytes = (uint64_t)at_db_int(row, 2),
                        .rows = (uint64_t)at_db_int(row, 3),
                        .loaded = (uint64_t)at_db_int(row, 4),
                        .duplicates = (uint64_t)at_db_int(row, 5),
                        .rejected = (uint64_t)at_db_int(row, 6),
                        .warnings = (uint64_t)at_db_int(row, 7),
                        .pairs_made = (uint64_t)at_db_int(row, 8),
                        .pairs_ended = (uint64_t)at_db_int(row, 9),
                        .legs_ambiguous = (uint64_t)at_db_int(row, 10)};
    at_db_hash(out->received, row, 11);
    at_db_hash(out->content, row, 12);
    AT_TRY(at_db_text(&out->name, row, 13, arena, err));
    AT_TRY(at_db_text(&out->name_space, row, 14, arena, err));
    AT_TRY(at_db_text(&out->importer, row, 15, arena, err));
    AT_TRY(at_db_text(&state, row, 16, arena, err));
    out->state = at_text_equal(state, "partial") ? AT_SOURCE_PARTIAL : AT_SOURCE_COMPLETE;
    return AT_OK;
}

static at_status read_fact_counts(at_receipt *out, at_store *store, int64_t source, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    bool row = false;
    AT_TRY(at_db_prepare(&statement, store->db,
                         "SELECT kind, fact_count FROM main.receipt_fact WHERE source = ?", err));
    AT_TRY(at_db_bind_int(statement, 1, source, err));
    for (;;) {
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            return AT_OK;
        const int64_t kind = at_db_int(statement, 0);
        if (kind > AT_KIND_NONE && kind < AT_KIND_COUNT)
            out->facts[kind] = (uint64_t)at_db_int(statement, 1);
    }
}

at_status at_receipt_get(at_receipt *out, at_store *store, int64_t source, at_arena *arena,
                         at_error *err) {
    at_receipt receipt;
    AT_TRY(read_source(&receipt, store, source, arena, err));
    AT_TRY(at_receipt_totals(&receipt, store, source, arena, err));
    AT_TRY(at_receipt_statements(&receipt, store, source, arena, err));
    AT_TRY(read_fact_counts(&receipt, store, source, err));
    AT_TRY(at_receipt_lines(&receipt.rejects, &receipt.reject_count, store, source,
                            AT_RECEIPT_REJECT, 0, AT_RECEIPT_LINES, arena, err));
    AT_TRY(at_receipt_lines(&receipt.duplicate_lines, &receipt.duplicate_count, store, source,
                            AT_RECEIPT_DUPLICATE, 0, AT_RECEIPT_LINES, arena, err));
    AT_TRY(at_receipt_lines(&receipt.warning_lines, &receipt.warning_count, store, source,
                            AT_RECEIPT_WARNING, 0, AT_RECEIPT_LINES, arena, err));
    *out = receipt;
    return AT_OK;
}
