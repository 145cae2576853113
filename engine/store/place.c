/* place.c - records by their address: from bytes back to what was made of them. */
#include "engine/store/reader.h"
#include "engine/store/snapshot.h"

#include <stdlib.h>
#include <string.h>

#define SOURCE_COLUMNS " s.name, n.name, s.importer, m.bytes, coalesce(length(m.bytes), 0)"
#define SOURCE_JOINS                                     \
    " JOIN main.name_space n ON n.number = s.name_space" \
    " LEFT JOIN main.mapping m ON m.sha256 = s.mapping"

typedef struct place_list {
    at_record_place *places;
    size_t count, capacity;
} place_list;

static at_status read_place(at_record_place *out, sqlite3_stmt *row, at_arena *arena,
                            at_error *err) {
    *out = (at_record_place){.record = at_db_int(row, 0),
                             .line = (uint64_t)at_db_int(row, 1),
                             .repeated = at_db_int(row, 3) != 0,
                             .mapping_bytes = (size_t)at_db_int(row, 8)};
    AT_TRY(at_db_text(&out->element, row, 2, arena, err));
    AT_TRY(at_db_text(&out->source_name, row, 4, arena, err));
    AT_TRY(at_db_text(&out->name_space, row, 5, arena, err));
    AT_TRY(at_db_text(&out->importer, row, 6, arena, err));
    if (at_db_is_null(row, 7))
        return AT_OK;
    return at_arena_copy(&out->mapping, arena, sqlite3_column_blob(row, 7), out->mapping_bytes,
                         err);
}

/* Records that have rows. */
static at_status read_rows(place_list *list, at_reader *reader, const at_address *address,
                           at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    bool row = false;
    AT_TRY(
        at_db_prepare(&statement, reader->db,
                      "SELECT r.id, r.line, r.element,"
                      " r.id IN (SELECT record FROM temp.hidden)," SOURCE_COLUMNS
                      " FROM main.source s JOIN main.record r ON r.source = s.number" SOURCE_JOINS
                      " WHERE s.content = ?1 AND s.number IN (SELECT source FROM temp.visible)"
                      "   AND r.offset = ?2 AND r.bytes = ?3 ORDER BY r.id",
                      err));
    AT_TRY(at_db_bind_text(statement, 1, address->content, err));
    AT_TRY(at_db_bind_int(statement, 2, (int64_t)address->offset, err));
    AT_TRY(at_db_bind_int(statement, 3, (int64_t)address->bytes, err));
    for (;;) {
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            return AT_OK;
        AT_TRY(AT_GROW(&list->places, &list->capacity, list->count, reader->arena, err));
        AT_TRY(read_place(&list->places[list->count], statement, reader->arena, err));
        list->count++;
    }
}

static bool is_listed(const place_list *list, at_record_id record) {
    for (size_t i = 0; i < list->count; i++)
        if (list->places[i].record == record)
            return true;
    return false;
}

/* A record that only chunks hold: it counts, and lies in no element. */
static at_status add_place(place_list *list, at_reader *reader, at_record_id record, int64_t line,
                           at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    bool row = false;
    if (is_listed(list, record))
        return AT_OK;
    AT_TRY(at_db_prepare(&statement, reader->db,
                         "SELECT ?1, ?2, NULL, 0," SOURCE_COLUMNS " FROM main.source s" SOURCE_JOINS
                         " WHERE s.number = ?3",
                         err));
    AT_TRY(at_db_bind_int(statement, 1, record, err));
    AT_TRY(at_db_bind_int(statement, 2, line, err));
    AT_TRY(at_db_bind_int(statement, 3, at_record_source(record), err));
    AT_TRY(at_db_step(&row, statement, err));
    if (!row)
        return AT_OK;
    AT_TRY(AT_GROW(&list->places, &list->capacity, list->count, reader->arena, err));
    AT_TRY(read_place(&list->places[list->count], statement, reader->arena, err));
    list->count++;
    return AT_OK;
}

static at_status read_chunks(place_list *list, at_reader *reader, const at_address *address,
                             at_error *err) {
    AT_CLEANUP(at_chunks_close) at_chunks chunks = {.db = NULL};
    AT_CLEANUP(at_db_done) sqlite3_stmt *sources = NULL;
    const int64_t offset = (int64_t)address->offset, bytes = (int64_t)address->bytes;
    bool more = false;
    AT_TRY(at_db_prepare(&sources, reader->db,
                         "SELECT number FROM main.source WHERE content = ?1"
                         " AND number IN (SELECT source FROM temp.visible) ORDER BY number",
                         err));
    AT_TRY(at_db_bind_text(sources, 1, address->content, err));
    for (;;) {
        AT_TRY(at_db_step(&more, sources, err));
        if (!more)
            return AT_OK;
        at_chunks_close(&chunks);
        AT_TRY(at_chunks_open(&chunks, reader->db, AT_CHUNKS_SOURCE, at_db_int(sources, 0),
                              AT_CHUNK_PLACES, reader->arena, err));
        for (size_t i = 0; i < chunks.count; i++) {
            const at_chunk_entry *entry = &chunks.entries[i];
            if (offset < entry->offset_first || offset > entry->offset_last)
                continue;
            AT_TRY(at_chunks_load(&chunks, i, err));
            for (size_t row = 0; row < entry->count; row++)
                if (at_chunk_int(&chunks.loaded, AT_CHUNK_OFFSET, row) == offset &&
                    at_chunk_int(&chunks.loaded, AT_CHUNK_BYTES, row) == bytes)
                    AT_TRY(add_place(
                        list, reader,
                        AT_RECORD_ID(entry->source,
                                     (uint64_t)at_chunk_int(&chunks.loaded, AT_CHUNK_NUMBER, row)),
                        at_chunk_int(&chunks.loaded, AT_CHUNK_LINE, row), err));
        }
    }
}

static int compare_places(const void *a, const void *b) {
    const at_record_id first = ((const at_record_place *)a)->record;
    const at_record_id second = ((const at_record_place *)b)->record;
    return (first > second) - (first < second);
}

at_status at_reader_records_at(const at_record_place **out, size_t *count_out, at_reader *reader,
                               const at_address *address, at_error *err) {
    place_list list = {.count = 0};
    AT_TRY(read_rows(&list, reader, address, err));
    AT_TRY(read_chunks(&list, reader, address, err));
    if (list.count)
        qsort(list.places, list.count, sizeof *list.places, compare_places);
    *out = list.places;
    *count_out = list.count;
    return AT_OK;
}
