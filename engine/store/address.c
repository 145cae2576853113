#include "engine/store/snapshot.h"

#include <inttypes.h>
#include <string.h>

/* What every address of one visible source has in common; content "" = not visible. */
struct at_source_place {
    char content[65];
    const char *name_space, *name;
};

static at_status load_places(at_reader *reader, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    int64_t newest = 0;
    bool row = false;
    AT_TRY(
        at_db_number(&newest, reader->db, 0, NULL, 0, "SELECT max(source) FROM temp.visible", err));
    at_source_place *places = NULL;
    AT_TRY(AT_NEW(&places, reader->arena, (size_t)newest + 1, err));
    AT_TRY(at_db_prepare(&statement, reader->db,
                         "SELECT s.number, s.content, n.name, s.name FROM main.source s"
                         "  JOIN main.name_space n ON n.number = s.name_space"
                         " WHERE s.number IN (SELECT source FROM temp.visible) ORDER BY s.number",
                         err));
    for (;;) {
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            break;
        at_source_place *place = &places[at_db_int(statement, 0)];
        at_db_hash(place->content, statement, 1);
        AT_TRY(at_db_text(&place->name_space, statement, 2, reader->arena, err));
        AT_TRY(at_db_text(&place->name, statement, 3, reader->arena, err));
    }
    reader->places = places;
    reader->place_count = (size_t)newest + 1;
    return AT_OK;
}

/* An answer of many rows asks for many addresses: the statement is kept, sources are known. */
at_status at_reader_address(at_reader *reader, at_address *out, at_record_id record,
                            at_error *err) {
    bool row = false;
    if (!reader->places)
        AT_TRY(load_places(reader, err));
    if (!reader->address_statement)
        AT_TRY(at_db_prepare(&reader->address_statement, reader->db,
                             "SELECT source, offset, bytes, line FROM main.record WHERE id = ?",
                             err));
    sqlite3_stmt *statement = reader->address_statement;
    at_db_again(statement);
    AT_TRY(at_db_bind_int(statement, 1, record, err));
    AT_TRY(at_db_step(&row, statement, err));
    const size_t source = row ? (size_t)at_db_int(statement, 0) : 0;
    if (!row || source >= reader->place_count || !reader->places[source].content[0])
        return at_fail(err, AT_BUG, "E-BUG", "there is no record %" PRId64 " at revision %" PRId64,
                       record, reader->revision);
    const at_source_place *place = &reader->places[source];
    at_address found = {.offset = (uint64_t)at_db_int(statement, 1),
                        .bytes = (uint64_t)at_db_int(statement, 2),
                        .line = (uint64_t)at_db_int(statement, 3),
                        .name_space = place->name_space,
                        .source_name = place->name};
    memcpy(found.content, place->content, sizeof found.content);
    at_db_again(statement);
    *out = found;
    return AT_OK;
}
