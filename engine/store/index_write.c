/* index_write.c - writing the file of an index (index_file.h). */
#include "engine/store/index_file.h"

#include "engine/base/checksum.h"
#include "engine/base/interrupt.h"
#include "engine/store/index_pack.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

_Static_assert(sizeof(at_index_head) + sizeof(uint64_t) <= AT_INDEX_HEAD_BYTES,
               "the head and its checksum fit");

static at_status write_at(int descriptor, const void *data, size_t bytes, uint64_t offset,
                          at_error *err) {
    AT_TRY(at_interrupt_check(err));
    for (size_t done = 0; done < bytes;) {
        const ssize_t put =
            pwrite(descriptor, (const char *)data + done, bytes - done, (off_t)(offset + done));
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return at_fail(err, AT_IO, "E-IO", "the index: %s", strerror(put ? errno : ENOSPC));
        done += (size_t)put;
    }
    return AT_OK;
}

at_status at_index_writer_begin(at_index_writer *out, int descriptor,
                                const uint8_t key[AT_INDEX_KEY_BYTES], at_error *err) {
    *out = (at_index_writer){.descriptor = descriptor, .sums = {.limit_bytes = SIZE_MAX}};
    memcpy(out->head.magic, AT_INDEX_MAGIC, sizeof out->head.magic);
    memcpy(out->head.key, key, AT_INDEX_KEY_BYTES);
    out->head.version = AT_INDEX_VERSION;
    out->head.order = AT_INDEX_ORDER;
    out->block = at_memory_resize(NULL, AT_INDEX_BLOCK_BYTES);
    if (!out->block)
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory for the index");
    return AT_OK;
}

void at_index_writer_end(at_index_writer *writer) {
    at_memory_resize(writer->block, 0);
    at_text_clear(&writer->sums);
    *writer = (at_index_writer){.descriptor = -1};
}

static at_status flush(at_index_writer *writer, at_error *err) {
    uint64_t seed = 0;
    if (writer->block_bytes == 0)
        return AT_OK;
    memcpy(&seed, writer->head.key, sizeof seed);
    const uint64_t sum = at_checksum(writer->block, writer->block_bytes, seed);
    AT_TRY(at_text_add_bytes(&writer->sums, &sum, sizeof sum, err));
    AT_TRY(write_at(writer->descriptor, writer->block, writer->block_bytes,
                    AT_INDEX_HEAD_BYTES + writer->head.data_bytes - writer->block_bytes, err));
    writer->block_bytes = 0;
    return AT_OK;
}

static at_status add_bytes(at_index_writer *writer, const void *data, size_t bytes, at_error *err) {
    for (size_t done = 0; done < bytes;) {
        const size_t room = AT_INDEX_BLOCK_BYTES - writer->block_bytes;
        const size_t part = bytes - done < room ? bytes - done : room;
        memcpy(writer->block + writer->block_bytes, (const char *)data + done, part);
        writer->block_bytes += part;
        writer->head.data_bytes += part;
        done += part;
        if (writer->block_bytes == AT_INDEX_BLOCK_BYTES)
            AT_TRY(flush(writer, err));
    }
    return AT_OK;
}

at_status at_index_put_values(at_index_writer *writer, at_index_column_name name, size_t size,
                              size_t count, at_index_values *values, void *self, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = SIZE_MAX};
    at_index_shaping shaping = {.count = 0};
    at_index_column *column = &writer->head.columns[name];
    int64_t *part = NULL;
    uint8_t *bytes = NULL;
    AT_TRY(AT_NEW(&part, &arena, AT_INDEX_PART_VALUES, err));
    AT_TRY(AT_NEW(&bytes, &arena, (size_t)AT_INDEX_PART_VALUES * 8, err));
    for (int pass = 0; pass < 2; pass++) {
        if (pass == 1) {
            *column = at_index_shape(&shaping);
            column->offset = writer->head.data_bytes;
        }
        for (size_t first = 0; first < count; first += AT_INDEX_PART_VALUES) {
            const size_t rest = count - first;
            const size_t now = rest < AT_INDEX_PART_VALUES ? rest : AT_INDEX_PART_VALUES;
            if (pass == 1 && !column->width)
                break;
            AT_TRY(values(self, part, first, now, err));
            if (pass == 0) {
                at_index_shaping_add(&shaping, part, size, now);
                continue;
            }
            at_index_pack(bytes, column, part, size, 0, now);
            AT_TRY(add_bytes(writer, bytes, now * column->width, err));
        }
    }
    return AT_OK;
}

/* An array as it lies there. */
typedef struct at_array {
    const char *values;
    size_t size;
} at_array;

static at_status array_values(void *self, void *out, size_t first, size_t count, at_error *err) {
    const at_array *array = self;
    (void)err;
    memcpy(out, array->values + first * array->size, count * array->size);
    return AT_OK;
}

at_status at_index_put(at_index_writer *writer, at_index_column_name name, const void *values,
                       size_t size, size_t count, at_error *err) {
    at_array array = {values, size};
    return at_index_put_values(writer, name, size, count, array_values, &array, err);
}

at_status at_index_put_bytes(at_index_writer *writer, at_index_column_name name, const void *data,
                             size_t bytes, at_error *err) {
    at_index_column *column = &writer->head.columns[name];
    if (!column->unit)
        *column = (at_index_column){.offset = writer->head.data_bytes, .unit = 1, .width = 1};
    column->count += bytes;
    return add_bytes(writer, data, bytes, err);
}

at_status at_index_put_texts(at_index_writer *writer, at_index_column_name texts,
                             at_index_column_name starts, size_t count, at_index_text *text,
                             void *self, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text places = {.limit_bytes = SIZE_MAX};
    const char *now = NULL;
    AT_TRY(at_index_put_bytes(writer, texts, "", 0, err));
    for (size_t i = 0; i < count; i++) {
        const int64_t place = (int64_t)writer->head.columns[texts].count;
        if (i % AT_INDEX_STARTS_EVERY == 0)
            AT_TRY(at_text_add_bytes(&places, &place, sizeof place, err));
        AT_TRY(text(&now, self, i, err));
        AT_TRY(at_index_put_bytes(writer, texts, now, strlen(now) + 1, err));
    }
    return at_index_put(writer, starts, places.data, sizeof(int64_t),
                        places.bytes / sizeof(int64_t), err);
}

/* A column that was not put is an empty one, where it would have been. */
static void place_missing(at_index_head *head) {
    uint64_t end = 0;
    for (size_t i = 0; i < AT_INDEX_COLUMNS; i++) {
        at_index_column *column = &head->columns[i];
        if (column->count == 0)
            column->offset = end;
        end = column->offset + column->count * column->width;
    }
}

at_status at_index_writer_finish(at_index_writer *writer, at_error *err) {
    uint8_t bytes[AT_INDEX_HEAD_BYTES] = {0};
    uint64_t seed = 0;
    AT_TRY(flush(writer, err));
    memcpy(&seed, writer->head.key, sizeof seed);
    const at_text *sums = &writer->sums;
    writer->head.sums_sum = at_checksum(at_text_string(sums), sums->bytes, seed);
    AT_TRY(write_at(writer->descriptor, sums->data, sums->bytes,
                    AT_INDEX_HEAD_BYTES + writer->head.data_bytes, err));
    place_missing(&writer->head);
    memcpy(bytes, &writer->head, sizeof writer->head);
    const uint64_t sum = at_checksum(bytes, sizeof bytes - sizeof sum, 0);
    memcpy(bytes + sizeof bytes - sizeof sum, &sum, sizeof sum);
    return write_at(writer->descriptor, bytes, sizeof bytes, 0, err);
}
