/* index_file.c - reading the file of an index. */
#include "engine/store/index_file.h"

#include "engine/base/checksum.h"
#include "engine/store/index_pack.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

enum {
    ROOM_BYTES = AT_INDEX_BLOCK_BYTES + 2 * AT_INDEX_SPARE_BYTES,
    PART_VALUES = 512,
    TEXT_PART_BYTES = 256,
    LONG_BYTES = 16 * AT_INDEX_BLOCK_BYTES
};

at_status at_index_damaged(at_error *err, const char *what) {
    at_fail(err, AT_TAMPERED, "E-INDEX-DAMAGED", "the index is damaged: %s", what);
    at_hint(err, "It holds nothing that is not in the store: remove it, and it is made again.");
    return AT_TAMPERED;
}

static at_status read_at(int descriptor, void *out, size_t bytes, uint64_t offset, at_error *err) {
    for (size_t done = 0; done < bytes;) {
        const ssize_t got =
            pread(descriptor, (char *)out + done, bytes - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return at_fail(err, AT_IO, "E-IO", "the index: %s", strerror(errno));
        if (got == 0)
            return at_index_damaged(err, "it is cut short");
        done += (size_t)got;
    }
    return AT_OK;
}

/* Do the columns lie behind one another, as wide as they say, and fill the blocks? */
static bool columns_fit(const at_index_head *head) {
    uint64_t end = 0;
    for (size_t i = 0; i < AT_INDEX_COLUMNS; i++) {
        const at_index_column *column = &head->columns[i];
        uint64_t bytes = 0;
        if (column->width > 8 || column->offset != end || column->count > SIZE_MAX / 16 ||
            __builtin_mul_overflow(column->count, column->width, &bytes) ||
            __builtin_add_overflow(end, bytes, &end))
            return false;
    }
    return end == head->data_bytes;
}

static at_status read_head(at_index_file *file, bool *fresh_out,
                           const uint8_t key[AT_INDEX_KEY_BYTES], at_error *err) {
    uint8_t bytes[AT_INDEX_HEAD_BYTES];
    uint64_t sum = 0;
    at_index_head *head = &file->head;
    AT_TRY(read_at(file->descriptor, bytes, sizeof bytes, 0, err));
    memcpy(head, bytes, sizeof *head);
    memcpy(&sum, bytes + sizeof bytes - sizeof sum, sizeof sum);
    if (memcmp(head->magic, AT_INDEX_MAGIC, sizeof head->magic) != 0 ||
        head->version != AT_INDEX_VERSION || head->order != AT_INDEX_ORDER)
        return AT_OK; /* of another program */
    if (sum != at_checksum(bytes, sizeof bytes - sizeof sum, 0))
        return at_index_damaged(err, "its head was changed");
    *fresh_out = memcmp(head->key, key, AT_INDEX_KEY_BYTES) == 0;
    return AT_OK;
}

static at_status read_sums(at_index_file *file, at_error *err) {
    const at_index_head *head = &file->head;
    struct stat status;
    if (!columns_fit(head))
        return at_index_damaged(err, "its columns do not fit");
    file->block_count =
        head->data_bytes / AT_INDEX_BLOCK_BYTES + (head->data_bytes % AT_INDEX_BLOCK_BYTES != 0);
    const uint64_t bytes = file->block_count * sizeof *file->sums;
    if (fstat(file->descriptor, &status) != 0)
        return at_fail(err, AT_IO, "E-IO", "the index: %s", strerror(errno));
    if (status.st_size < 0 ||
        (uint64_t)status.st_size != AT_INDEX_HEAD_BYTES + head->data_bytes + bytes)
        return at_index_damaged(err, "it is cut short or too long");
    memcpy(&file->seed, head->key, sizeof file->seed);
    file->sums = at_memory_resize(NULL, bytes + 1);
    file->room = at_memory_resize(NULL, ROOM_BYTES);
    if (!file->sums || !file->room)
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory for the index");
    memset(file->room, 0, ROOM_BYTES);
    AT_TRY(
        read_at(file->descriptor, file->sums, bytes, AT_INDEX_HEAD_BYTES + head->data_bytes, err));
    if (at_checksum(file->sums, bytes, file->seed) != head->sums_sum)
        return at_index_damaged(err, "its checksums were changed");
    return AT_OK;
}

at_status at_index_file_open(at_index_file *out, bool *fresh_out, int descriptor,
                             const uint8_t key[AT_INDEX_KEY_BYTES], at_error *err) {
    AT_CLEANUP(at_index_file_close)
    at_index_file file = {.descriptor = descriptor, .block = UINT64_MAX};
    bool fresh = false;
    AT_TRY(read_head(&file, &fresh, key, err));
    if (fresh) {
        AT_TRY(read_sums(&file, err));
        *out = file;
        file = (at_index_file){.descriptor = -1};
    }
    *fresh_out = fresh;
    return AT_OK;
}

void at_index_file_close(at_index_file *file) {
    if (file->descriptor >= 0)
        close(file->descriptor);
    for (uint64_t i = 0; i < file->kept_count && i < AT_INDEX_KEPT_MAX; i++)
        at_memory_resize(file->kept[file->ring[i]], 0);
    at_memory_resize(file->kept, 0);
    at_memory_resize(file->sums, 0);
    at_memory_resize(file->room, 0);
    *file = (at_index_file){.descriptor = -1};
}

static size_t block_size(const at_index_file *file, uint64_t block) {
    const uint64_t left = file->head.data_bytes - block * AT_INDEX_BLOCK_BYTES;
    return left < AT_INDEX_BLOCK_BYTES ? (size_t)left : AT_INDEX_BLOCK_BYTES;
}

static at_status read_block(uint8_t *data, at_index_file *file, uint64_t block, at_error *err) {
    const size_t bytes = block_size(file, block);
    AT_TRY(read_at(file->descriptor, data, bytes,
                   AT_INDEX_HEAD_BYTES + block * AT_INDEX_BLOCK_BYTES, err));
    return at_checksum(data, bytes, file->seed) == file->sums[block]
               ? AT_OK
               : at_index_damaged(err, "a block was changed");
}

/* Have a block in `room`, checked. */
static at_status need_block(at_index_file *file, uint64_t block, at_error *err) {
    if (file->block == block)
        return AT_OK;
    file->block = UINT64_MAX;
    AT_TRY(read_block(file->room + AT_INDEX_SPARE_BYTES, file, block, err));
    file->block = block;
    return AT_OK;
}

static at_status no_memory(at_error *err) {
    return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory for the index");
}

/* The room of the block that was kept longest, or new room. */
static at_status make_room(uint8_t **out, at_index_file *file, at_error *err) {
    *out = NULL;
    if (!file->kept) {
        file->kept = at_memory_resize(NULL, (file->block_count + 1) * sizeof *file->kept);
        if (!file->kept)
            return no_memory(err);
        memset(file->kept, 0, (file->block_count + 1) * sizeof *file->kept);
    }
    if (file->kept_count >= AT_INDEX_KEPT_MAX) {
        const uint64_t oldest = file->ring[file->kept_count % AT_INDEX_KEPT_MAX];
        *out = file->kept[oldest];
        file->kept[oldest] = NULL;
    }
    if (!*out)
        *out = at_memory_resize(NULL, AT_INDEX_BLOCK_BYTES);
    return *out ? AT_OK : no_memory(err);
}

/* A block among those kept, checked. */
static at_status keep_block(const uint8_t **out, at_index_file *file, uint64_t block,
                            at_error *err) {
    uint8_t *room = NULL;
    if (file->kept && file->kept[block]) {
        *out = file->kept[block];
        return AT_OK;
    }
    AT_TRY(make_room(&room, file, err));
    const at_status status = read_block(room, file, block, err);
    if (status != AT_OK) {
        at_memory_resize(room, 0);
        return status;
    }
    file->kept[block] = room;
    file->ring[file->kept_count++ % AT_INDEX_KEPT_MAX] = block;
    *out = room;
    return AT_OK;
}

at_status at_index_get_bytes(void *out, at_index_file *file, at_index_column_name column,
                             uint64_t first, size_t bytes, at_error *err) {
    const at_index_column *of = &file->head.columns[column];
    const uint64_t end = of->count * of->width;
    if (first > end || bytes > end - first)
        return at_index_damaged(err, "a column is too short");
    for (uint64_t at = of->offset + first, done = 0; done < bytes;) {
        const uint64_t block = at / AT_INDEX_BLOCK_BYTES, inside = at % AT_INDEX_BLOCK_BYTES;
        const uint8_t *data = file->room + AT_INDEX_SPARE_BYTES;
        if (bytes > LONG_BYTES) /* read once and not again */
            AT_TRY(need_block(file, block, err));
        else
            AT_TRY(keep_block(&data, file, block, err));
        uint64_t part = AT_INDEX_BLOCK_BYTES - inside;
        part = part < bytes - done ? part : bytes - done;
        memcpy((char *)out + done, data + inside, part);
        at += part;
        done += part;
    }
    return AT_OK;
}

at_status at_index_get_one(int64_t *out, at_index_file *file, at_index_column_name column,
                           uint64_t place, at_error *err) {
    const at_index_column *of = &file->head.columns[column];
    uint8_t bytes[8] = {0};
    if (place >= of->count)
        return at_index_damaged(err, "a column is too short");
    AT_TRY(at_index_get_bytes(bytes, file, column, place * of->width, of->width, err));
    *out = at_index_value(of, place, bytes);
    return AT_OK;
}

at_status at_index_get_number(uint32_t *out, at_index_file *file, at_index_column_name column,
                              uint64_t place, uint64_t most, at_error *err) {
    int64_t value = 0;
    AT_TRY(at_index_get_one(&value, file, column, place, err));
    if (value < 0 || (uint64_t)value > most || value > UINT32_MAX)
        return at_index_damaged(err, "a number is too large");
    *out = (uint32_t)value;
    return AT_OK;
}

at_status at_index_get_part(void *out, at_index_file *file, at_index_column_name name, size_t size,
                            uint64_t first, size_t count, uint64_t most, at_error *err) {
    const at_index_column *column = &file->head.columns[name];
    uint8_t bytes[PART_VALUES * 8 + AT_INDEX_SPARE_BYTES] = {0};
    at_index_unpacking work = {.column = column,
                               .out = out,
                               .size = size,
                               .most = most,
                               .first = (size_t)first,
                               .place = (size_t)first};
    if (first > column->count || count > column->count - first)
        return at_index_damaged(err, "a column is too short");
    for (size_t done = 0; done < count;) {
        const size_t part = count - done < PART_VALUES ? count - done : PART_VALUES;
        AT_TRY(at_index_get_bytes(bytes, file, name, work.place * column->width,
                                  part * column->width, err));
        at_index_unpack(&work, bytes, part);
        done += part;
    }
    return work.passed ? at_index_damaged(err, "a number is too large") : AT_OK;
}

/* The texts from the last known start on are passed over one by one. */
at_status at_index_get_text(const char **out, at_index_file *file, at_index_column_name texts,
                            at_index_column_name starts, uint64_t place, at_arena *arena,
                            at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = 0};
    char part[TEXT_PART_BYTES];
    const uint64_t end = at_index_count(file, texts);
    uint64_t left = place % AT_INDEX_STARTS_EVERY;
    int64_t at = 0;
    AT_TRY(at_index_get_one(&at, file, starts, place / AT_INDEX_STARTS_EVERY, err));
    for (;;) {
        if (at < 0 || (uint64_t)at >= end)
            return at_index_damaged(err, "texts are missing");
        const size_t bytes = end - (uint64_t)at < sizeof part ? end - (uint64_t)at : sizeof part;
        AT_TRY(at_index_get_bytes(part, file, texts, (uint64_t)at, bytes, err));
        for (size_t i = 0; i < bytes; i++) {
            if (left == 0 && part[i])
                AT_TRY(at_text_add_char(&text, part[i], err));
            else if (left == 0)
                return at_arena_text(out, arena, at_text_string(&text), err);
            else
                left -= part[i] == '\0';
        }
        at += (int64_t)bytes;
    }
}

/* Block after block. A value may begin in one and end in the next: its first bytes are put in front
 * of the block that ends it. */
at_status at_index_get(void *out, at_index_file *file, at_index_column_name name, size_t size,
                       size_t count, uint64_t most, at_error *err) {
    const at_index_column *column = &file->head.columns[name];
    const size_t width = column->width;
    at_index_unpacking work = {.column = column, .out = out, .size = size, .most = most};
    uint64_t at = column->offset;
    size_t carried = 0;
    if (file->descriptor < 0 || column->count != count)
        return at_index_damaged(err, "a column has another length");
    uint8_t *const block_data = file->room + AT_INDEX_SPARE_BYTES;
    if (width == 0 && column->base == 0 && column->step == 0)
        return AT_OK; /* zeros, as the room is */
    if (width == 0)
        at_index_unpack(&work, NULL, count);
    while (work.place < count) {
        const uint64_t block = at / AT_INDEX_BLOCK_BYTES, inside = at % AT_INDEX_BLOCK_BYTES;
        uint8_t carry[8];
        memcpy(carry, block_data + AT_INDEX_BLOCK_BYTES - carried, carried);
        AT_TRY(need_block(file, block, err));
        memcpy(block_data + inside - carried, carry, carried);
        const size_t there = block_size(file, block) - inside + carried;
        const size_t left = count - work.place;
        const size_t values = there / width < left ? there / width : left;
        at_index_unpack(&work, block_data + inside - carried, values);
        carried = there - values * width; /* not used again behind the last value */
        at = (block + 1) * AT_INDEX_BLOCK_BYTES;
    }
    return work.passed ? at_index_damaged(err, "a number is too large") : AT_OK;
}

at_status at_index_file_check(at_index_file *file, at_error *err) {
    for (uint64_t block = 0; block < file->block_count; block++)
        AT_TRY(need_block(file, block, err));
    return AT_OK;
}
