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

static at_status open_chunks(at_reader *reader, at_error *err) {
    AT_TRY(at_chunks_open(&reader->chunks[0], reader->db, AT_CHUNKS_VISIBLE, 0, AT_CHUNK_PLACES,
                          reader->arena, err));
    for (size_t i = 1; i < AT_PLACE_CHUNKS; i++) {
        reader->chunks[i] = reader->chunks[0];
        reader->chunks[i].loaded = (at_chunk){.count = 0};
    }
    reader->chunks_open = true;
    return AT_OK;
}

/* The chunk unpacked; each has one place it can be in. */
static at_status load_chunk(const at_chunk **out, at_reader *reader, size_t index, at_error *err) {
    at_chunks *place = &reader->chunks[index % AT_PLACE_CHUNKS];
    AT_TRY(at_chunks_load(place, index, err));
    *out = &place->loaded;
    return AT_OK;
}

/* A record that stands in a chunk; *found false when none does. */
static at_status find_in_chunks(at_address *out, bool *found, at_reader *reader,
                                at_record_id record, at_error *err) {
    const at_chunk *chunk;
    if (!reader->chunks_open)
        AT_TRY(open_chunks(reader, err));
    const size_t index = at_chunks_find(&reader->chunks[0], record);
    *found = index != SIZE_MAX;
    if (!*found)
        return AT_OK;
    AT_TRY(load_chunk(&chunk, reader, index, err));
    const size_t row = at_chunk_row(chunk, at_record_number(record));
    *found = row < chunk->count;
    if (*found)
        *out = (at_address){.offset = (uint64_t)at_chunk_int(chunk, AT_CHUNK_OFFSET, row),
                            .bytes = (uint64_t)at_chunk_int(chunk, AT_CHUNK_BYTES, row),
                            .line = (uint64_t)at_chunk_int(chunk, AT_CHUNK_LINE, row)};
    return AT_OK;
}

static at_status find_in_rows(at_address *out, bool *found, at_reader *reader, at_record_id record,
                              at_error *err) {
    if (!reader->address_statement)
        AT_TRY(at_db_prepare(&reader->address_statement, reader->db,
                             "SELECT offset, bytes, line FROM main.record WHERE id = ?", err));
    sqlite3_stmt *statement = reader->address_statement;
    at_db_again(statement);
    AT_TRY(at_db_bind_int(statement, 1, record, err));
    AT_TRY(at_db_step(found, statement, err));
    if (*found)
        *out = (at_address){.offset = (uint64_t)at_db_int(statement, 0),
                            .bytes = (uint64_t)at_db_int(statement, 1),
                            .line = (uint64_t)at_db_int(statement, 2)};
    at_db_again(statement);
    return AT_OK;
}

/* An answer of many rows asks for many addresses: the statement is kept, sources are known. */
at_status at_reader_address(at_reader *reader, at_address *out, at_record_id record,
                            at_error *err) {
    const uint64_t source = (uint64_t)at_record_source(record);
    at_address address = {.offset = 0};
    bool found = false;
    if (!reader->places)
        AT_TRY(load_places(reader, err));
    if (source < reader->place_count && reader->places[source].content[0]) {
        AT_TRY(find_in_chunks(&address, &found, reader, record, err));
        if (!found)
            AT_TRY(find_in_rows(&address, &found, reader, record, err));
    }
    if (!found)
        return at_fail(err, AT_BUG, "E-BUG", "there is no record %" PRId64 " at revision %" PRId64,
                       record, reader->revision);
    const at_source_place *place = &reader->places[source];
    address.name_space = place->name_space;
    address.source_name = place->name;
    memcpy(address.content, place->content, sizeof address.content);
    *out = address;
    return AT_OK;
}
