#include "engine/store/chunks.h"

#include <inttypes.h>
#include <string.h>

enum { CODES = AT_CHUNK_COLUMNS, SPACES, IDS };

static int64_t last_of(const at_chunk *chunk) {
    int64_t last = 0;
    for (size_t i = 0; i < chunk->count; i++)
        if (chunk->ints[AT_CHUNK_NUMBER][i] > last)
            last = chunk->ints[AT_CHUNK_NUMBER][i];
    return last;
}

static at_status fail_chunk(int64_t chunk, at_error *err) {
    at_place(err, "chunk %" PRId64 " of the store", chunk);
    return err ? err->status : AT_TAMPERED;
}

/* --- Reading ---------------------------------------------------------------------------------- */

static at_status prepare_read(at_chunks *out, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text sql = {.data = NULL};
    AT_TRY(at_text_add(&sql, "SELECT code_count, code", err));
    for (int i = 0; i < AT_CHUNK_COLUMNS; i++)
        if (out->columns & AT_CHUNK_BIT(i))
            AT_TRY(at_text_print(&sql, err, ", %s", at_chunk_columns[i]));
    AT_TRY(at_text_add(&sql, " FROM main.chunk WHERE chunk = ?1", err));
    return at_db_prepare(&out->read, out->db, at_text_string(&sql), err);
}

static at_status read_entries(at_chunks *out, const char *which, int64_t source, at_arena *arena,
                              at_error *err) {
    AT_CLEANUP(at_text_clear) at_text sql = {.data = NULL};
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    size_t capacity = 0;
    bool row = false;
    AT_TRY(at_text_print(&sql, err,
                         "SELECT chunk, source, first, last, row_count, time_first, time_last,"
                         " offset_first, offset_last, leg_count, leg_first"
                         " FROM main.chunk WHERE %s"
                         " ORDER BY source, first",
                         which));
    AT_TRY(at_db_prepare(&statement, out->db, at_text_string(&sql), err));
    if (sqlite3_bind_parameter_count(statement))
        AT_TRY(at_db_bind_int(statement, 1, source, err));
    for (;;) {
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            return AT_OK;
        AT_TRY(AT_GROW(&out->entries, &capacity, out->count, arena, err));
        out->entries[out->count++] = (at_chunk_entry){.chunk = at_db_int(statement, 0),
                                                      .source = at_db_int(statement, 1),
                                                      .first = at_db_int(statement, 2),
                                                      .last = at_db_int(statement, 3),
                                                      .count = (size_t)at_db_int(statement, 4),
                                                      .time_first = at_db_int(statement, 5),
                                                      .time_last = at_db_int(statement, 6),
                                                      .offset_first = at_db_int(statement, 7),
                                                      .offset_last = at_db_int(statement, 8),
                                                      .leg_count = (size_t)at_db_int(statement, 9),
                                                      .leg_first = at_db_int(statement, 10)};
    }
}

at_status at_chunks_open(at_chunks *out, sqlite3 *db, const char *which, int64_t source,
                         unsigned columns, at_arena *arena, at_error *err) {
    *out = (at_chunks){.db = db, .columns = columns, .loaded_index = SIZE_MAX};
    AT_TRY(read_entries(out, which, source, arena, err));
    return prepare_read(out, err);
}

void at_chunks_close(at_chunks *chunks) {
    at_db_done(&chunks->read);
    at_chunk_clear(&chunks->loaded);
    *chunks = (at_chunks){.loaded_index = SIZE_MAX};
}

static at_span blob_of(sqlite3_stmt *statement, int column) {
    return (at_span){sqlite3_column_blob(statement, column),
                     (size_t)sqlite3_column_bytes(statement, column)};
}

at_status at_chunks_load(at_chunks *chunks, size_t index, at_error *err) {
    at_span columns[AT_CHUNK_COLUMNS] = {{NULL, 0}};
    const at_chunk_entry *entry = &chunks->entries[index];
    bool row = false;
    if (chunks->loaded_index == index)
        return AT_OK;
    chunks->loaded_index = SIZE_MAX;
    AT_TRY(at_db_bind_int(chunks->read, 1, entry->chunk, err));
    at_status status = at_db_step(&row, chunks->read, err);
    if (status == AT_OK && !row)
        status = at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED", "a chunk of transfers is missing");
    if (status == AT_OK) {
        int at = 2;
        for (int i = 0; i < AT_CHUNK_COLUMNS; i++)
            if (chunks->columns & AT_CHUNK_BIT(i))
                columns[i] = blob_of(chunks->read, at++);
        status = at_chunk_unpack(&chunks->loaded, entry->count, columns, blob_of(chunks->read, 1),
                                 (size_t)at_db_int(chunks->read, 0), err);
    }
    at_db_again(chunks->read);
    if (status == AT_TAMPERED)
        return fail_chunk(entry->chunk, err);
    AT_TRY(status);
    chunks->loaded_index = index;
    return AT_OK;
}

size_t at_chunks_find(const at_chunks *chunks, at_record_id record) {
    const int64_t source = at_record_source(record), number = at_record_number(record);
    size_t low = 0, high = chunks->count; /* the first chunk that begins after the record */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const at_chunk_entry *entry = &chunks->entries[middle];
        if (entry->source < source || (entry->source == source && entry->first <= number))
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && chunks->entries[low - 1].source == source &&
                   chunks->entries[low - 1].last >= number
               ? low - 1
               : SIZE_MAX;
}

size_t at_chunks_find_leg(const at_chunks *chunks, int64_t leg) {
    const int64_t source = at_record_source(leg), ordinal = at_record_number(leg);
    size_t low = 0, high = chunks->count;
    while (low < high) { /* the first that ends behind it */
        const size_t middle = low + (high - low) / 2;
        const at_chunk_entry *entry = &chunks->entries[middle];
        if (entry->source < source ||
            (entry->source == source && entry->leg_first + (int64_t)entry->leg_count <= ordinal))
            low = middle + 1;
        else
            high = middle;
    }
    return low < chunks->count && chunks->entries[low].source == source &&
                   chunks->entries[low].leg_first <= ordinal
               ? low
               : SIZE_MAX;
}

size_t at_chunk_row(const at_chunk *chunk, int64_t number) {
    size_t low = 0, high = chunk->count;
    if (high && number >= at_chunk_int(chunk, AT_CHUNK_NUMBER, 0)) {
        /* Where every record has one transfer the row can be told from the number. */
        const uint64_t row = (uint64_t)(number - at_chunk_int(chunk, AT_CHUNK_NUMBER, 0));
        if (row < high && at_chunk_int(chunk, AT_CHUNK_NUMBER, row) == number &&
            (row == 0 || at_chunk_int(chunk, AT_CHUNK_NUMBER, row - 1) < number))
            return row;
    }
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (at_chunk_int(chunk, AT_CHUNK_NUMBER, middle) < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < chunk->count && at_chunk_int(chunk, AT_CHUNK_NUMBER, low) == number ? low
                                                                                     : chunk->count;
}

at_status at_chunks_names(sqlite3 *db, const char *which, int64_t source, at_names_visitor *visit,
                          void *self, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text sql = {.data = NULL};
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    AT_CLEANUP(at_name_list_clear) at_name_list list = {.spaces = NULL};
    bool row = false;
    AT_TRY(at_text_print(&sql, err,
                         "SELECT chunk, source, name_count, name_space, name FROM main.chunk"
                         " WHERE %s AND name_count > 0 ORDER BY source, first",
                         which));
    AT_TRY(at_db_prepare(&statement, db, at_text_string(&sql), err));
    if (sqlite3_bind_parameter_count(statement))
        AT_TRY(at_db_bind_int(statement, 1, source, err));
    for (;;) {
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            return AT_OK;
        const size_t count = (size_t)at_db_int(statement, 2);
        const at_status status =
            at_names_unpack(&list, count, blob_of(statement, 3), blob_of(statement, 4), err);
        if (status == AT_TAMPERED)
            return fail_chunk(at_db_int(statement, 0), err);
        AT_TRY(status);
        AT_TRY(visit(self, at_db_int(statement, 1), &list, count, err));
    }
}

/* --- Writing ---------------------------------------------------------------------------------- */

at_status at_chunk_writer_begin(at_chunk_writer *out, sqlite3 *db, int64_t source, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text sql = {.data = NULL};
    *out = (at_chunk_writer){.source = source};
    AT_TRY(at_text_add(&sql,
                       "INSERT INTO main.chunk (source, first, last, row_count, time_first,"
                       " time_last, offset_first, offset_last, name_count, code_count, leg_count,"
                       " leg_first, name_space, name, code",
                       err));
    for (int i = 0; i < AT_CHUNK_COLUMNS; i++)
        AT_TRY(at_text_print(&sql, err, ", %s", at_chunk_columns[i]));
    AT_TRY(at_text_add(&sql, ") VALUES (?", err));
    for (int i = 1; i < 15 + AT_CHUNK_COLUMNS; i++)
        AT_TRY(at_text_add(&sql, ", ?", err));
    AT_TRY(at_text_add(&sql, ")", err));
    return at_db_prepare(&out->insert, db, at_text_string(&sql), err);
}

void at_chunk_writer_end(at_chunk_writer *writer) {
    at_db_done(&writer->insert);
    at_chunk_clear(&writer->open);
    at_names_clear(&writer->names);
    for (size_t i = 0; i < AT_COUNT(writer->bytes); i++)
        at_text_clear(&writer->bytes[i]);
}

static void bounds(int64_t *low, int64_t *high, const int64_t *values, size_t count) {
    *low = *high = values ? values[0] : 0;
    for (size_t i = 1; values && i < count; i++) {
        *low = values[i] < *low ? values[i] : *low;
        *high = values[i] > *high ? values[i] : *high;
    }
}

static int64_t legs_of(const at_chunk *chunk) {
    const int64_t *flags = chunk->ints[AT_CHUNK_FLAGS];
    int64_t count = 0;
    for (size_t i = 0; flags && i < chunk->count; i++)
        count += (flags[i] & AT_CHUNK_LEG) != 0;
    return count;
}

static at_status pack_all(at_chunk_writer *writer, at_error *err) {
    for (size_t i = 0; i < AT_COUNT(writer->bytes); i++)
        at_text_reset(&writer->bytes[i]);
    for (int i = 0; i <= AT_CHUNK_COLUMNS; i++) /* the last are the codes */
        AT_TRY(at_chunk_pack(&writer->bytes[i], &writer->open, i, err));
    if (writer->names.count > writer->names_written)
        AT_TRY(at_names_pack(&writer->bytes[SPACES], &writer->bytes[IDS], &writer->names,
                             writer->names_written, err));
    return AT_OK;
}

static at_status bind_bytes(at_chunk_writer *writer, int index, int column, at_error *err) {
    const at_text *bytes = &writer->bytes[column];
    return bytes->bytes ? at_db_bind_bytes(writer->insert, index, bytes->data, bytes->bytes, err)
                        : at_db_bind_null(writer->insert, index, err);
}

at_status at_chunk_writer_flush(at_chunk_writer *writer, at_error *err) {
    at_chunk *open = &writer->open;
    int64_t time[2], offset[2];
    if (!open->count)
        return AT_OK;
    AT_TRY(pack_all(writer, err));
    bounds(&time[0], &time[1], open->ints[AT_CHUNK_TIME], open->count);
    bounds(&offset[0], &offset[1], open->ints[AT_CHUNK_OFFSET], open->count);
    const int64_t legs = legs_of(open);
    const int64_t numbers[] = {writer->source,
                               open->ints[AT_CHUNK_NUMBER][0],
                               last_of(open),
                               (int64_t)open->count,
                               time[0],
                               time[1],
                               offset[0],
                               offset[1],
                               (int64_t)(writer->names.count - writer->names_written),
                               (int64_t)open->codes.count,
                               legs,
                               legs ? writer->legs_written + 1 : 0};
    int index = 1;
    for (size_t i = 0; i < AT_COUNT(numbers); i++)
        AT_TRY(at_db_bind_int(writer->insert, index++, numbers[i], err));
    AT_TRY(bind_bytes(writer, index++, SPACES, err));
    AT_TRY(bind_bytes(writer, index++, IDS, err));
    AT_TRY(bind_bytes(writer, index++, CODES, err));
    for (int i = 0; i < AT_CHUNK_COLUMNS; i++)
        AT_TRY(bind_bytes(writer, index++, i, err));
    AT_TRY(at_db_once(writer->insert, err));
    writer->names_written = writer->names.count;
    open->count = 0;
    writer->legs_written += legs;
    for (int i = 0; i < AT_CHUNK_TEXTS; i++) {
        at_pack_texts_reset(&open->texts[i]);
        open->has_texts[i] = false;
    }
    for (int i = 0; i < AT_CHUNK_INTS; i++)
        open->ints[i] = NULL; /* zero everywhere, until a row says otherwise */
    at_pack_texts_reset(&open->codes);
    return AT_OK;
}
