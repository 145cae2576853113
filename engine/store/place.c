/* place.c - records by their address: from bytes back to what was made of them. */
#include "engine/store/reader.h"
#include "engine/store/snapshot.h"

#include <string.h>

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

at_status at_reader_records_at(const at_record_place **out, size_t *count_out, at_reader *reader,
                               const at_address *address, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    at_record_place *places = NULL;
    size_t count = 0, capacity = 0;
    bool row = false;
    AT_TRY(at_db_prepare(&statement, reader->db,
                         "SELECT r.id, r.line, r.element,"
                         " r.id IN (SELECT record FROM temp.hidden),"
                         " s.name, n.name, s.importer, m.bytes, coalesce(length(m.bytes), 0)"
                         " FROM main.source s JOIN main.record r ON r.source = s.number"
                         " JOIN main.name_space n ON n.number = s.name_space"
                         " LEFT JOIN main.mapping m ON m.sha256 = s.mapping"
                         " WHERE s.content = ?1 AND s.number IN (SELECT source FROM temp.visible)"
                         "   AND r.offset = ?2 AND r.bytes = ?3 ORDER BY r.id",
                         err));
    AT_TRY(at_db_bind_text(statement, 1, address->content, err));
    AT_TRY(at_db_bind_int(statement, 2, (int64_t)address->offset, err));
    AT_TRY(at_db_bind_int(statement, 3, (int64_t)address->bytes, err));
    for (;;) {
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            break;
        AT_TRY(AT_GROW(&places, &capacity, count, reader->arena, err));
        AT_TRY(read_place(&places[count], statement, reader->arena, err));
        count++;
    }
    *out = places;
    *count_out = count;
    return AT_OK;
}
