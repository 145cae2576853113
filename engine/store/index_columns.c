#include "engine/store/index_columns.h"

#include <assert.h>
#include <string.h>

at_status at_index_columns_begin(at_index_columns *out, const at_index_column_of *list,
                                 size_t list_count, const char *store, at_arena *arena,
                                 at_error *err) {
    *out = (at_index_columns){.list = list, .list_count = list_count};
    AT_TRY(AT_NEW(&out->offset, arena, list_count, err));
    for (size_t i = 0; i < list_count; i++) {
        out->offset[i] = out->room_bytes;
        out->room_bytes += AT_INDEX_PART_VALUES * list[i].size;
    }
    AT_TRY(AT_NEW(&out->room, arena, out->room_bytes, err));
    return at_spool_open(&out->spool, store, arena, err);
}

void at_index_columns_end(at_index_columns *columns) {
    at_spool_close(&columns->spool);
}

static void set_value(uint8_t *column, size_t size, size_t place, int64_t value) {
    const uint32_t number = (uint32_t)value;
    if (size == 1)
        column[place] = (uint8_t)value;
    else if (size == 4)
        memcpy(column + place * size, &number, size);
    else
        memcpy(column + place * size, &value, size);
}

at_status at_index_columns_add(at_index_columns *columns, const int64_t *values, at_error *err) {
    const size_t place = columns->count % AT_INDEX_PART_VALUES;
    for (size_t i = 0; i < columns->list_count; i++)
        set_value(columns->room + columns->offset[i], columns->list[i].size, place, values[i]);
    columns->count++;
    return place + 1 == AT_INDEX_PART_VALUES
               ? at_spool_add(columns->spool, columns->room, columns->room_bytes, err)
               : AT_OK;
}

at_status at_index_columns_finish(at_index_columns *columns, at_error *err) {
    return columns->count % AT_INDEX_PART_VALUES
               ? at_spool_add(columns->spool, columns->room, columns->room_bytes, err)
               : AT_OK;
}

at_status at_index_columns_read(const at_index_columns *columns, size_t column, void *out,
                                size_t first, size_t count, at_error *err) {
    assert(first % AT_INDEX_PART_VALUES == 0 && count <= AT_INDEX_PART_VALUES);
    assert(first + count <= columns->count);
    return at_spool_read(columns->spool, out,
                         (uint64_t)(first / AT_INDEX_PART_VALUES) * columns->room_bytes +
                             columns->offset[column],
                         count * columns->list[column].size, err);
}

typedef struct column_reader {
    const at_index_columns *columns;
    size_t column;
} column_reader;

static at_status read_part(void *self, void *out, size_t first, size_t count, at_error *err) {
    const column_reader *reader = self;
    return at_index_columns_read(reader->columns, reader->column, out, first, count, err);
}

at_status at_index_columns_put(at_index_writer *writer, const at_index_columns *columns,
                               at_index_column_name name, at_error *err) {
    column_reader reader = {.columns = columns};
    while (columns->list[reader.column].name != name)
        reader.column++;
    assert(reader.column < columns->list_count);
    return at_index_put_values(writer, name, columns->list[reader.column].size, columns->count,
                               read_part, &reader, err);
}
