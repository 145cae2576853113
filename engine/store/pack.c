#include "engine/store/pack.h"

#include <assert.h>
#include <string.h>

enum { CHECK_BYTES = 8, VARINT_MAX = 10, DECIMAL_DIGITS_MAX = 18, PIECE_BYTES = 4096 };

enum { MODE_STEP = 1, MODE_DELTA = 2, MODE_PLAIN = 3, MODE_DECIMAL = 4, MODE_SHARED = 5 };

static const size_t pool_limit = (size_t)1 << 32;

/* What differences of times are mostly made of; each divides the one before. */
static const int64_t units[] = {INT64_C(86400000000), INT64_C(60000000), 1000000, 1000, 1};

static uint64_t zigzag(int64_t value) {
    return (uint64_t)value << 1 ^ (uint64_t)(value >> 63);
}

static int64_t unzigzag(uint64_t value) {
    return (int64_t)(value >> 1 ^ (0 - (value & 1)));
}

static size_t varint_bytes(uint64_t value) {
    return value ? ((size_t)(63 - __builtin_clzll(value)) / 7) + 1 : 1;
}

static size_t put_varint(unsigned char *out, uint64_t value) {
    size_t bytes = 0;
    for (; value >= 0x80; value >>= 7)
        out[bytes++] = (unsigned char)(value | 0x80);
    out[bytes++] = (unsigned char)value;
    return bytes;
}

/* A multiplication and a shift a word: not against forgers, whom the hash of the source stops, but
 * against bits that fell over. */
static uint64_t check_of(const void *data, size_t bytes, uint32_t key, size_t count) {
    const char *at = data;
    uint64_t sum = UINT64_C(0x9E3779B97F4A7C15) ^ key ^ (uint64_t)count << 32 ^ bytes;
    for (; bytes >= sizeof(uint64_t); bytes -= sizeof(uint64_t), at += sizeof(uint64_t)) {
        uint64_t word = 0;
        memcpy(&word, at, sizeof word);
        sum = (sum ^ word) * UINT64_C(0xFF51AFD7ED558CCD);
        sum ^= sum >> 32;
    }
    uint64_t last = 0;
    memcpy(&last, at, bytes);
    sum = (sum ^ last) * UINT64_C(0xC4CEB9FE1A85EC53);
    return sum ^ sum >> 29;
}

static at_status finish(at_text *out, size_t start, uint32_t key, size_t count, at_error *err) {
    const uint64_t check = check_of(out->data + start, out->bytes - start, key, count);
    unsigned char bytes[CHECK_BYTES];
    for (int i = 0; i < CHECK_BYTES; i++)
        bytes[i] = (unsigned char)(check >> 8 * i);
    return at_text_add_bytes(out, bytes, sizeof bytes, err);
}

at_status at_pack_seal(at_text *out, uint32_t key, size_t count, at_error *err) {
    return finish(out, 0, key, count, err);
}

static at_status fail_damaged(at_error *err) {
    return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED", "a column of transfers is damaged");
}

/* The bytes of a column without its check, when that is right. */
static at_status open_column(at_span *out, uint32_t key, size_t count, at_span packed,
                             at_error *err) {
    uint64_t check = 0;
    if (packed.bytes <= CHECK_BYTES)
        return fail_damaged(err);
    out->data = packed.data;
    out->bytes = packed.bytes - CHECK_BYTES;
    for (int i = 0; i < CHECK_BYTES; i++)
        check |= (uint64_t)(unsigned char)packed.data[out->bytes + (size_t)i] << 8 * i;
    return check == check_of(out->data, out->bytes, key, count) ? AT_OK : fail_damaged(err);
}

/* --- Numbers ---------------------------------------------------------------------------------- */

static bool is_step(int64_t *step_out, const int64_t *values, size_t count) {
    const uint64_t step = count > 1 ? (uint64_t)values[1] - (uint64_t)values[0] : 0;
    for (size_t i = 1; i < count; i++)
        if ((uint64_t)values[i] - (uint64_t)values[i - 1] != step)
            return false;
    *step_out = (int64_t)step;
    return true;
}

/* The largest of `units` that divides all values; 1 where dividing could overflow. */
static int64_t unit_of(const int64_t *values, size_t count) {
    size_t unit = 0;
    for (size_t i = 0; i < count; i++) {
        if (values[i] > INT64_MAX / 4 || values[i] < -(INT64_MAX / 4))
            return 1;
        while (values[i] % units[unit] != 0)
            unit++;
        if (units[unit] == 1)
            return 1;
    }
    return units[unit];
}

static size_t delta_bytes(const int64_t *values, size_t count, int64_t unit) {
    size_t bytes = 0;
    if (unit == 1)
        for (size_t i = 1; i < count; i++)
            bytes += varint_bytes(zigzag((int64_t)((uint64_t)values[i] - (uint64_t)values[i - 1])));
    else
        for (size_t i = 1; i < count; i++)
            bytes += varint_bytes(zigzag((values[i] - values[i - 1]) / unit));
    return bytes;
}

static size_t plain_bytes(const int64_t *values, size_t count) {
    size_t bytes = 0;
    for (size_t i = 1; i < count; i++)
        bytes += varint_bytes(zigzag(values[i]));
    return bytes;
}

static at_status add_values(at_text *out, const int64_t *values, size_t count, int mode,
                            int64_t unit, at_error *err) {
    unsigned char piece[PIECE_BYTES];
    size_t used = 0;
    int64_t last = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t value = values[i];
        if (mode == MODE_DELTA) {
            value = (int64_t)((uint64_t)value - (uint64_t)last);
            last = values[i];
            if (unit != 1)
                value /= unit;
        }
        used += put_varint(piece + used, zigzag(value));
        if (used > PIECE_BYTES - VARINT_MAX) {
            AT_TRY(at_text_add_bytes(out, piece, used, err));
            used = 0;
        }
    }
    return at_text_add_bytes(out, piece, used, err);
}

static at_status add_ints(at_text *out, const int64_t *values, size_t count, at_error *err) {
    unsigned char head[1 + 2 * VARINT_MAX];
    size_t bytes = 1;
    int64_t step = 0;
    if (is_step(&step, values, count)) {
        head[0] = MODE_STEP;
        bytes += put_varint(head + bytes, zigzag(count ? values[0] : 0));
        bytes += put_varint(head + bytes, zigzag(step));
        return at_text_add_bytes(out, head, bytes, err);
    }
    const int64_t unit = unit_of(values, count);
    const bool delta = delta_bytes(values, count, unit) < plain_bytes(values, count);
    head[0] = delta ? MODE_DELTA : MODE_PLAIN;
    if (delta)
        bytes += put_varint(head + bytes, (uint64_t)unit);
    AT_TRY(at_text_add_bytes(out, head, bytes, err));
    return add_values(out, values, count, head[0], unit, err);
}

at_status at_pack_ints(at_text *out, uint32_t key, const int64_t *values, size_t count,
                       at_error *err) {
    const size_t start = out->bytes;
    AT_TRY(add_ints(out, values, count, err));
    return finish(out, start, key, count, err);
}

/* A varint at *at; false when it ends too late or does not end. */
static bool take_varint(uint64_t *out, const unsigned char **at, const unsigned char *end) {
    uint64_t value = 0;
    for (unsigned shift = 0; *at < end && shift < 64; shift += 7) {
        const unsigned char byte = *(*at)++;
        if (shift == 63 && byte > 1)
            return false;
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            *out = value;
            return true;
        }
    }
    return false;
}

static bool take_step(int64_t *out, size_t count, const unsigned char *at,
                      const unsigned char *end) {
    uint64_t first = 0, step = 0;
    if (!take_varint(&first, &at, end) || !take_varint(&step, &at, end) || at != end)
        return false;
    uint64_t value = (uint64_t)unzigzag(first);
    for (size_t i = 0; i < count; i++, value += (uint64_t)unzigzag(step))
        out[i] = (int64_t)value;
    return true;
}

static bool take_values(int64_t *out, size_t count, const unsigned char *at,
                        const unsigned char *end, bool delta, uint64_t unit) {
    uint64_t last = 0, value = 0;
    for (size_t i = 0; i < count; i++) {
        if (at < end && *at < 0x80)
            value = *at++;
        else if (!take_varint(&value, &at, end))
            return false;
        value = (uint64_t)unzigzag(value);
        if (delta) {
            last += value * unit;
            value = last;
        }
        out[i] = (int64_t)value;
    }
    return at == end;
}

static bool take_ints(int64_t *out, size_t count, at_span column) {
    const unsigned char *at = (const unsigned char *)column.data, *end = at + column.bytes;
    const int mode = *at++;
    uint64_t unit = 1;
    if (mode == MODE_STEP)
        return take_step(out, count, at, end);
    if (mode != MODE_DELTA && mode != MODE_PLAIN)
        return false;
    if (mode == MODE_DELTA && !take_varint(&unit, &at, end))
        return false;
    return take_values(out, count, at, end, mode == MODE_DELTA, unit);
}

at_status at_unpack_ints(int64_t *out, uint32_t key, size_t count, at_span packed, at_error *err) {
    at_span column = {NULL, 0};
    AT_TRY(open_column(&column, key, count, packed, err));
    return take_ints(out, count, column) ? AT_OK : fail_damaged(err);
}

/* --- Texts ------------------------------------------------------------------------------------ */

void at_pack_texts_reset(at_pack_texts *texts) {
    at_text_reset(&texts->pool);
    at_text_reset(&texts->starts);
    texts->count = 0;
}

void at_pack_texts_clear(at_pack_texts *texts) {
    at_text_clear(&texts->pool);
    at_text_clear(&texts->starts);
    texts->count = 0;
}

at_status at_pack_texts_add(at_pack_texts *texts, const char *text, size_t bytes, at_error *err) {
    const uint32_t start = (uint32_t)texts->pool.bytes;
    assert(bytes <= AT_PACK_TEXT_MAX);
    texts->pool.limit_bytes = pool_limit;
    char *room = NULL;
    AT_TRY(at_text_add_bytes(&texts->starts, &start, sizeof start, err));
    AT_TRY(at_text_extend(&room, &texts->pool, bytes + 1, err));
    memcpy(room, text, bytes);
    room[bytes] = '\0';
    texts->count++;
    return AT_OK;
}

/* "0" or digits without a leading zero, 18 at most: what a number of int64 is written as. */
static bool is_decimal(int64_t *out, const char *text) {
    int64_t value = 0;
    int digits = 0;
    for (; text[digits] >= '0' && text[digits] <= '9' && digits < DECIMAL_DIGITS_MAX; digits++)
        value = value * 10 + (text[digits] - '0');
    *out = value;
    return digits > 0 && text[digits] == '\0' && (text[0] != '0' || digits == 1);
}

static bool all_decimal(int64_t *numbers, const at_pack_texts *texts) {
    for (size_t i = 0; i < texts->count; i++)
        if (!is_decimal(&numbers[i], at_pack_text(texts, i)))
            return false;
    return true;
}

/* `count` numbers in `room`; what realloc gives is aligned for them. */
static at_status take_numbers(int64_t **out, at_text *room, size_t count, at_error *err) {
    char *data = NULL;
    AT_TRY(at_text_extend(&data, room, count * sizeof **out, err));
    *out = (int64_t *)(void *)data;
    return AT_OK;
}

static at_status add_shared(at_text *out, const at_pack_texts *texts, at_error *err) {
    const char *last = "";
    for (size_t i = 0; i < texts->count; i++) {
        const char *text = at_pack_text(texts, i);
        unsigned char head[2 * VARINT_MAX];
        size_t shared = 0;
        while (text[shared] != '\0' && text[shared] == last[shared])
            shared++;
        const size_t rest = strlen(text + shared);
        size_t bytes = put_varint(head, shared);
        bytes += put_varint(head + bytes, rest);
        AT_TRY(at_text_add_bytes(out, head, bytes, err));
        AT_TRY(at_text_add_bytes(out, text + shared, rest, err));
        last = text;
    }
    return AT_OK;
}

at_status at_pack_texts_write(at_text *out, uint32_t key, const at_pack_texts *texts,
                              at_error *err) {
    AT_CLEANUP(at_text_clear) at_text room = {.data = NULL};
    const size_t start = out->bytes;
    int64_t *numbers = NULL;
    AT_TRY(take_numbers(&numbers, &room, texts->count, err));
    const bool decimal = texts->count && all_decimal(numbers, texts);
    AT_TRY(at_text_add_char(out, decimal ? MODE_DECIMAL : MODE_SHARED, err));
    AT_TRY(decimal ? add_ints(out, numbers, texts->count, err) : add_shared(out, texts, err));
    return finish(out, start, key, texts->count, err);
}

static at_status read_decimal(at_pack_texts *out, size_t count, at_span column, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text room = {.data = NULL}, word = {.data = NULL};
    int64_t *numbers = NULL;
    AT_TRY(take_numbers(&numbers, &room, count, err));
    if (column.bytes == 0 || !take_ints(numbers, count, column))
        return fail_damaged(err);
    for (size_t i = 0; i < count; i++) {
        at_text_reset(&word);
        AT_TRY(at_text_add_int(&word, numbers[i], err));
        AT_TRY(at_pack_texts_add(out, word.data, word.bytes, err));
    }
    return AT_OK;
}

static at_status read_shared(at_pack_texts *out, size_t count, at_span column, at_error *err) {
    const unsigned char *at = (const unsigned char *)column.data, *end = at + column.bytes;
    uint64_t shared = 0, rest = 0, last_bytes = 0;
    char text[AT_PACK_TEXT_MAX];
    for (size_t i = 0; i < count; i++) {
        if (!take_varint(&shared, &at, end) || !take_varint(&rest, &at, end) ||
            shared > last_bytes || rest > (uint64_t)(end - at) || rest > AT_PACK_TEXT_MAX - shared)
            return fail_damaged(err);
        memcpy(text + shared, at, rest);
        at += rest;
        last_bytes = shared + rest;
        AT_TRY(at_pack_texts_add(out, text, last_bytes, err));
    }
    return at == end ? AT_OK : fail_damaged(err);
}

at_status at_pack_texts_read(at_pack_texts *out, uint32_t key, size_t count, at_span packed,
                             at_error *err) {
    at_span column = {NULL, 0};
    at_pack_texts_reset(out);
    AT_TRY(open_column(&column, key, count, packed, err));
    const int mode = (unsigned char)*column.data;
    const at_span rest = {column.data + 1, column.bytes - 1};
    if (mode == MODE_DECIMAL)
        return read_decimal(out, count, rest, err);
    return mode == MODE_SHARED ? read_shared(out, count, rest, err) : fail_damaged(err);
}
