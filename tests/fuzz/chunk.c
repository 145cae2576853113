/* Goal: no bytes bring the readers of chunks down, even where somebody made the check right.
 * Method: the input is cut into columns; each gets the check that belongs to it and is read. What
 * is accepted is packed again and must read as the same. */
#include "engine/store/chunk.h"
#include "engine/store/names.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

enum { COLUMNS = AT_CHUNK_COLUMNS + 1 };

/* Two bytes of length, then the column; no length, no column. */
static at_status take_column(at_text *out, const uint8_t **data, size_t *bytes, int column,
                             size_t count) {
    if (*bytes < 2)
        return AT_OK;
    size_t length = (size_t)((*data)[0] | (*data)[1] << 8);
    *data += 2;
    *bytes -= 2;
    length = length < *bytes ? length : *bytes;
    if (length)
        AT_TRY(at_text_add_bytes(out, *data, length, NULL));
    *data += length;
    *bytes -= length;
    return length ? at_chunk_seal(out, column, count, NULL) : AT_OK;
}

static at_status pack_again(at_text *room, at_span *columns, const at_chunk *chunk) {
    for (int i = 0; i < COLUMNS; i++) {
        if (i == AT_CHUNK_COLUMNS && !chunk->codes.count)
            continue;
        AT_TRY(at_chunk_pack(&room[i], chunk, i, NULL));
        columns[i] = (at_span){room[i].bytes ? room[i].data : NULL, room[i].bytes};
    }
    return AT_OK;
}

static void compare(const at_chunk *a, const at_chunk *b) {
    for (size_t row = 0; row < a->count; row++) {
        for (int i = 0; i < AT_CHUNK_INTS; i++)
            assert(at_chunk_int(a, (at_chunk_column)i, row) ==
                   at_chunk_int(b, (at_chunk_column)i, row));
        for (int i = AT_CHUNK_ID; i < AT_CHUNK_COLUMNS; i++)
            assert(strcmp(at_chunk_text(a, i, row), at_chunk_text(b, i, row)) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    AT_CLEANUP(at_chunk_clear) at_chunk chunk = {.count = 0};
    AT_CLEANUP(at_chunk_clear) at_chunk again = {.count = 0};
    at_text rooms[2 * COLUMNS] = {{NULL, 0, 0, 0}};
    at_span columns[COLUMNS] = {{NULL, 0}}, packed[COLUMNS] = {{NULL, 0}};
    if (bytes < 3)
        return 0;
    const size_t count = (size_t)(data[0] | data[1] << 8) % 300, codes = data[2] % 8;
    at_status status = AT_OK;
    data += 3;
    bytes -= 3;
    for (int i = 0; status == AT_OK && i < COLUMNS; i++) {
        status = take_column(&rooms[i], &data, &bytes, i, i == AT_CHUNK_COLUMNS ? codes : count);
        columns[i] = (at_span){rooms[i].bytes ? rooms[i].data : NULL, rooms[i].bytes};
    }
    if (status == AT_OK)
        status = at_chunk_unpack(&chunk, count, columns, columns[AT_CHUNK_COLUMNS], codes, NULL);
    if (status == AT_OK && pack_again(rooms + COLUMNS, packed, &chunk) == AT_OK) {
        const at_status read = at_chunk_unpack(&again, count, packed, packed[AT_CHUNK_COLUMNS],
                                               chunk.codes.count, NULL);
        assert(read == AT_OK);
        compare(&chunk, &again);
    }
    for (size_t i = 0; i < AT_COUNT(rooms); i++)
        at_text_clear(&rooms[i]);
    return 0;
}
