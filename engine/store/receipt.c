#include "engine/store/receipt.h"

#include "engine/store/handle.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

const char *at_source_state_text(at_source_state state) {
    static const char *const texts[] = {"complete", "partial", "failed"};
    assert(state >= 0 && (size_t)state < AT_COUNT(texts));
    return texts[state];
}

static const char lines_sql[] =
    "SELECT l.offset, l.bytes, l.line, l.element, l.code, l.message, l.hint,"
    "       s.content, r.offset, r.bytes, r.line, n.name, s.name"
    "  FROM main.receipt_line l LEFT JOIN main.record r ON r.id = l.first"
    "  LEFT JOIN main.source s ON s.number = r.source"
    "  LEFT JOIN main.name_space n ON n.number = s.name_space"
    " WHERE l.source = ?1 AND l.kind = ?2 ORDER BY l.number LIMIT ?3 OFFSET ?4";

/* Duplicates are records of their own; statements about a record never are. */
static const char duplicates_sql[] =
    "SELECT d.offset, d.bytes, d.line, d.element, NULL, NULL, NULL,"
    "       s.content, r.offset, r.bytes, r.line, n.name, s.name"
    "  FROM main.record d JOIN main.record r ON r.id = d.duplicate_of"
    "  LEFT JOIN main.source s ON s.number = r.source"
    "  LEFT JOIN main.name_space n ON n.number = s.name_space"
    " WHERE d.source = ?1 AND d.duplicate_of IS NOT NULL AND ?2 IS NOT NULL"
    " ORDER BY d.id LIMIT ?3 OFFSET ?4";

static at_status read_line(at_receipt_line *out, sqlite3_stmt *row, at_arena *arena,
                           at_error *err) {
    *out = (at_receipt_line){.origin = {.offset = (uint64_t)at_db_int(row, 0),
                                        .bytes = (uint64_t)at_db_int(row, 1),
                                        .line = (uint64_t)at_db_int(row, 2)},
                             .first = {.offset = (uint64_t)at_db_int(row, 8),
                                       .bytes = (uint64_t)at_db_int(row, 9),
                                       .line = (uint64_t)at_db_int(row, 10)}};
    AT_TRY(at_db_text(&out->origin.element, row, 3, arena, err));
    AT_TRY(at_db_text(&out->code, row, 4, arena, err));
    AT_TRY(at_db_text(&out->message, row, 5, arena, err));
    AT_TRY(at_db_text(&out->hint, row, 6, arena, err));
    at_db_hash(out->first.content, row, 7);
    AT_TRY(at_db_text(&out->first.name_space, row, 11, arena, err));
    return at_db_text(&out->first.source_name, row, 12, arena, err);
}

at_status at_receipt_lines(const at_receipt_line **out, size_t *count_out, at_store *store,
                           int64_t source, at_receipt_kind kind, uint64_t first, size_t limit,
                           at_arena *arena, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    at_receipt_line *lines = NULL;
    size_t count = 0, capacity = 0;
    bool row = false;
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
        AT_TRY(read_line(&lines[count], statement, arena, err));
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

static at_status read_totals(at_receipt *out, at_store *store, int64_t source, at_arena *arena,
                             at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    at_receipt_total *totals = NULL;
    size_t capacity = 0;
    bool row = false;
    AT_TRY(at_db_prepare(&statement, store->db,
                         "SELECT h.id, n.name, t.currency, t.incoming, t.outgoing, t.row_count"
                         "  FROM main.receipt_total t JOIN main.thing h ON h.number = t.thing"
                         "  JOIN main.name_space n ON n.number = h.name_space"
                         " WHERE t.source = ? ORDER BY h.id, n.name, t.currency",
                         err));
    AT_TRY(at_db_bind_int(statement, 1, source, err));
    for (;;) {
        const char *currency = NULL;
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            break;
        AT_TRY(AT_GROW(&totals, &capacity, out->total_count, arena, err));
        at_receipt_total *total = &totals[out->total_count];
        *total = (at_receipt_total){.in = at_db_int(statement, 3),
                                    .out = at_db_int(statement, 4),
                                    .count = (uint64_t)at_db_int(statement, 5)};
        AT_TRY(at_db_text(&total->account, statement, 0, arena, err));
        AT_TRY(at_db_text(&total->name_space, statement, 1, arena, err));
        AT_TRY(at_db_text(&currency, statement, 2, arena, err));
        strncpy(total->currency.code, currency, sizeof total->currency.code - 1);
        out->total_count++;
    }
    out->totals = totals;
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
    AT_TRY(read_totals(&receipt, store, source, arena, err));
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
