#include "engine/store/chunk.h"

#include <assert.h>
#include <inttypes.h>

enum { KEY_CODES = 64, CODE_BYTES_MAX = AT_CURRENCY_BYTES - 1 };

const char *const at_chunk_columns[] = {
    "number",
    "place",
    "bytes",
    "line",
    "from_account",
    "to_account",
    "time_us",
    "seq",
    "amount",
    "currency",
    "flags",
    "part",
    "amount_in",
    "scale_in",
    "currency_in",
    "fee",
    "type",
    "value_us",
    "value_flags",
    "balance_after",
    "id",
    "reverses",
    "reference",
    "counterparty_name",
    "counterparty_institution",
    "counterparty_country",
    NULL,
};

/* What tells a column apart in its check: numbers that never change, whatever comes between. */
static uint32_t key_of_column(int column) {
    static const uint32_t keys[AT_CHUNK_COLUMNS + 1] = {
        [AT_CHUNK_VALUE_TIME] = 65, [AT_CHUNK_VALUE_FLAGS] = 66,
        [AT_CHUNK_BALANCE] = 67,    [AT_CHUNK_ID] = 17,
        [AT_CHUNK_REVERSES] = 18,   [AT_CHUNK_REFERENCE] = 68,
        [AT_CHUNK_NAME] = 69,       [AT_CHUNK_INSTITUTION] = 70,
        [AT_CHUNK_COUNTRY] = 71,    [AT_CHUNK_COLUMNS] = KEY_CODES};
    return keys[column] ? keys[column] : (uint32_t)column;
}

void at_chunk_clear(at_chunk *chunk) {
    for (int i = 0; i < AT_CHUNK_INTS; i++)
        at_memory_resize(chunk->kept[i], 0);
    for (int i = 0; i < AT_CHUNK_TEXTS; i++)
        at_pack_texts_clear(&chunk->texts[i]);
    at_pack_texts_clear(&chunk->codes);
    *chunk = (at_chunk){.count = 0};
}

at_status at_chunk_take(at_chunk *chunk, at_chunk_column column, at_error *err) {
    if (!chunk->kept[column]) {
        void *room = at_memory_resize(NULL, AT_CHUNK_ROWS * sizeof(int64_t));
        if (!room)
            return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory for a column of transfers");
        chunk->kept[column] = room;
    }
    chunk->ints[column] = chunk->kept[column];
    return AT_OK;
}

/* --- Out -------------------------------------------------------------------------------------- */

static bool is_zero(const int64_t *values, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (values[i])
            return false;
    return true;
}

/* The first offset stands before the gaps; their check covers it too. */
static uint32_t key_of(uint64_t first) {
    return AT_CHUNK_OFFSET ^ (uint32_t)(first * UINT64_C(0x9E3779B97F4A7C15) >> 32);
}

/* Offsets as gaps after the record before; the first is kept whole, before them. */
static at_status pack_offsets(at_text *out, const at_chunk *chunk, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text room = {.data = NULL};
    const int64_t *offset = chunk->ints[AT_CHUNK_OFFSET];
    char *data = NULL;
    AT_TRY(at_text_extend(&data, &room, chunk->count * sizeof(int64_t), err));
    int64_t *gap = (int64_t *)(void *)data;
    for (size_t i = 1; i < chunk->count; i++)
        gap[i] = (int64_t)((uint64_t)offset[i] - (uint64_t)offset[i - 1] -
                           (uint64_t)at_chunk_int(chunk, AT_CHUNK_BYTES, i - 1));
    gap[0] = chunk->count > 1 ? gap[1] : 0;
    const int64_t first = offset[0];
    AT_TRY(at_text_add_bytes(out, &first, sizeof first, err));
    return at_pack_ints(out, key_of((uint64_t)first), gap, chunk->count, err);
}

at_status at_chunk_pack(at_text *out, const at_chunk *chunk, int column, at_error *err) {
    assert(chunk->count > 0 && chunk->count <= AT_CHUNK_ROWS);
    if (column == AT_CHUNK_COLUMNS)
        return at_pack_texts_write(out, KEY_CODES, &chunk->codes, err);
    if (column >= AT_CHUNK_INTS)
        return chunk->has_texts[column - AT_CHUNK_ID]
                   ? at_pack_texts_write(out, key_of_column(column),
                                         &chunk->texts[column - AT_CHUNK_ID], err)
                   : AT_OK;
    if (!chunk->ints[column] || is_zero(chunk->ints[column], chunk->count))
        return AT_OK;
    if (column == AT_CHUNK_OFFSET)
        return pack_offsets(out, chunk, err);
    return at_pack_ints(out, key_of_column(column), chunk->ints[column], chunk->count, err);
}

at_status at_chunk_seal(at_text *out, int column, size_t count, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text gaps = {.data = NULL};
    uint64_t first = 0;
    if (column != AT_CHUNK_OFFSET)
        return at_pack_seal(out, key_of_column(column), count, err);
    if (out->bytes < sizeof first)
        return AT_OK; /* too short to be one */
    __builtin_memcpy(&first, out->data, sizeof first);
    AT_TRY(at_text_add_bytes(&gaps, out->data + sizeof first, out->bytes - sizeof first, err));
    AT_TRY(at_pack_seal(&gaps, key_of(first), count, err));
    return at_text_add_bytes(out, gaps.data + out->bytes - sizeof first,
                             gaps.bytes - (out->bytes - sizeof first), err);
}

/* --- In --------------------------------------------------------------------------------------- */

static at_status fail_damaged(int column, at_error *err) {
    return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED",
                   "the column \"%s\" of a chunk of transfers is damaged",
                   at_chunk_columns[column]);
}

static at_status unpack_offsets(int64_t *out, const at_chunk *chunk, at_span packed,
                                at_error *err) {
    uint64_t at = 0;
    if (packed.bytes < sizeof at)
        return fail_damaged(AT_CHUNK_OFFSET, err);
    __builtin_memcpy(&at, packed.data, sizeof at);
    const at_span gaps = {packed.data + sizeof at, packed.bytes - sizeof at};
    AT_TRY(at_unpack_ints(out, key_of(at), chunk->count, gaps, err));
    for (size_t i = 0; i < chunk->count; i++) {
        if (i > 0)
            at += (uint64_t)out[i] + (uint64_t)at_chunk_int(chunk, AT_CHUNK_BYTES, i - 1);
        out[i] = (int64_t)at;
    }
    return AT_OK;
}

/* Largest value a column may hold; what is never negative is checked by comparing unsigned. */
static uint64_t largest(int column, size_t code_count) {
    switch (column) {
    case AT_CHUNK_NUMBER:
        return AT_RECORD_EXTRA - 1;
    case AT_CHUNK_FROM:
    case AT_CHUNK_TO:
    case AT_CHUNK_PART:
        return UINT32_MAX;
    case AT_CHUNK_FLAGS:
        return AT_CHUNK_FLAGS_MAX;
    case AT_CHUNK_VALUE_FLAGS:
        return AT_CHUNK_PRECISION | AT_CHUNK_ZONE_ASSUMED;
    case AT_CHUNK_CURRENCY:
        return code_count ? code_count - 1 : 0;
    case AT_CHUNK_CURRENCY_IN:
        return code_count;
    case AT_CHUNK_SCALE_IN:
        return AT_SCALE_MAX + 1;
    case AT_CHUNK_TYPE:
        return AT_TRANSFER_OTHER;
    case AT_CHUNK_OFFSET:
    case AT_CHUNK_BYTES:
    case AT_CHUNK_LINE:
    case AT_CHUNK_AMOUNT:
    case AT_CHUNK_AMOUNT_IN:
    case AT_CHUNK_FEE:
        return INT64_MAX;
    default:
        return UINT64_MAX;
    }
}

static at_status check_range(const at_chunk *chunk, int column, size_t code_count, at_error *err) {
    const uint64_t most = largest(column, code_count);
    const int64_t *values = chunk->ints[column];
    bool good = true;
    for (size_t i = 0; i < chunk->count; i++)
        good &= (uint64_t)values[i] <= most;
    if (column == AT_CHUNK_FLAGS || column == AT_CHUNK_VALUE_FLAGS)
        for (size_t i = 0; i < chunk->count; i++)
            good &= (values[i] & AT_CHUNK_PRECISION) <= AT_YEAR;
    return good ? AT_OK : fail_damaged(column, err);
}

static at_status unpack_ints(at_chunk *out, int column, at_span packed, size_t code_count,
                             at_error *err) {
    out->ints[column] = NULL;
    if (!packed.data)
        return AT_OK;
    AT_TRY(at_chunk_take(out, (at_chunk_column)column, err));
    AT_TRY(column == AT_CHUNK_OFFSET
               ? unpack_offsets(out->ints[column], out, packed, err)
               : at_unpack_ints(out->ints[column], key_of_column(column), out->count, packed, err));
    return check_range(out, column, code_count, err);
}

static at_status unpack_codes(at_chunk *out, at_span codes, size_t code_count, at_error *err) {
    at_pack_texts_reset(&out->codes);
    if (!codes.data || !code_count)
        return fail_damaged(AT_CHUNK_CURRENCY, err); /* every transfer has a currency */
    AT_TRY(at_pack_texts_read(&out->codes, KEY_CODES, code_count, codes, err));
    for (size_t i = 0; i < code_count; i++)
        if (__builtin_strlen(at_pack_text(&out->codes, i)) > CODE_BYTES_MAX)
            return fail_damaged(AT_CHUNK_CURRENCY, err);
    return AT_OK;
}

at_status at_chunk_unpack(at_chunk *out, size_t count, const at_span *columns, at_span codes,
                          size_t code_count, at_error *err) {
    if (count == 0 || count > AT_CHUNK_ROWS || code_count > AT_CHUNK_ROWS)
        return fail_damaged(AT_CHUNK_NUMBER, err);
    out->count = count;
    AT_TRY(unpack_codes(out, codes, code_count, err));
    /* Offsets follow from the lengths of the records. */
    AT_TRY(unpack_ints(out, AT_CHUNK_BYTES, columns[AT_CHUNK_BYTES], code_count, err));
    for (int i = 0; i < AT_CHUNK_INTS; i++)
        if (i != AT_CHUNK_BYTES)
            AT_TRY(unpack_ints(out, i, columns[i], code_count, err));
    for (int i = AT_CHUNK_ID; i < AT_CHUNK_COLUMNS; i++) {
        out->has_texts[i - AT_CHUNK_ID] = columns[i].data != NULL;
        if (columns[i].data)
            AT_TRY(at_pack_texts_read(&out->texts[i - AT_CHUNK_ID], key_of_column(i), count,
                                      columns[i], err));
    }
    return AT_OK;
}

static const char *text_or_null(const at_chunk *chunk, int column, size_t row) {
    const char *text = at_chunk_text(chunk, column, row);
    return *text ? text : NULL;
}

static at_time time_of(const at_chunk *chunk, at_chunk_column time, at_chunk_column flags,
                       size_t row) {
    const int64_t bits = at_chunk_int(chunk, flags, row);
    return (at_time){.us = at_chunk_int(chunk, time, row),
                     .precision = (at_precision)(bits & AT_CHUNK_PRECISION),
                     .zone_assumed = (bits & AT_CHUNK_ZONE_ASSUMED) != 0};
}

void at_chunk_transfer(at_transfer *out, const at_chunk *chunk, size_t row) {
    const int64_t flags = at_chunk_int(chunk, AT_CHUNK_FLAGS, row);
    const char *reverses = at_chunk_text(chunk, AT_CHUNK_REVERSES, row);
    *out = (at_transfer){
        .from = {.kind = AT_ACCOUNT},
        .to = {.kind = AT_ACCOUNT},
        .time = time_of(chunk, AT_CHUNK_TIME, AT_CHUNK_FLAGS, row),
        .seq = at_chunk_int(chunk, AT_CHUNK_SEQ, row),
        .amount = at_chunk_int(chunk, AT_CHUNK_AMOUNT, row),
        .amount_in =
            flags & AT_CHUNK_HAS_IN ? at_chunk_int(chunk, AT_CHUNK_AMOUNT_IN, row) : AT_AMOUNT_NONE,
        .amount_in_scale = (int8_t)(at_chunk_int(chunk, AT_CHUNK_SCALE_IN, row) - 1),
        .fee = at_chunk_int(chunk, AT_CHUNK_FEE, row),
        .reverses = *reverses ? reverses : NULL,
        .type = (at_transfer_type)at_chunk_int(chunk, AT_CHUNK_TYPE, row)};
}

void at_chunk_leg(at_leg *out, const at_chunk *chunk, size_t row) {
    const int64_t flags = at_chunk_int(chunk, AT_CHUNK_FLAGS, row);
    *out = (at_leg){.account = {.kind = AT_ACCOUNT},
                    .counterparty = {.kind = AT_ACCOUNT},
                    .credit = (flags & AT_CHUNK_CREDIT) != 0,
                    .time = time_of(chunk, AT_CHUNK_TIME, AT_CHUNK_FLAGS, row),
                    .value_date = time_of(chunk, AT_CHUNK_VALUE_TIME, AT_CHUNK_VALUE_FLAGS, row),
                    .seq = at_chunk_int(chunk, AT_CHUNK_SEQ, row),
                    .amount = at_chunk_int(chunk, AT_CHUNK_AMOUNT, row),
                    .currency = at_chunk_code(chunk, row),
                    .counterparty_name = text_or_null(chunk, AT_CHUNK_NAME, row),
                    .counterparty_institution = text_or_null(chunk, AT_CHUNK_INSTITUTION, row),
                    .counterparty_country = text_or_null(chunk, AT_CHUNK_COUNTRY, row),
                    .reference = text_or_null(chunk, AT_CHUNK_REFERENCE, row),
                    .balance_after = flags & AT_CHUNK_HAS_BALANCE
                                         ? at_chunk_int(chunk, AT_CHUNK_BALANCE, row)
                                         : AT_AMOUNT_NONE,
                    .fee = at_chunk_int(chunk, AT_CHUNK_FEE, row),
                    .reverses = text_or_null(chunk, AT_CHUNK_REVERSES, row),
                    .type = (at_transfer_type)at_chunk_int(chunk, AT_CHUNK_TYPE, row)};
    if (!(flags & AT_CHUNK_HAS_VALUE))
        out->value_date.us = AT_TIME_NONE;
}

void at_chunk_fact(at_fact *out, const at_chunk *chunk, int64_t source, size_t row) {
    const bool leg = at_chunk_is_leg(chunk, row);
    const int64_t code_in = at_chunk_int(chunk, AT_CHUNK_CURRENCY_IN, row);
    const at_thing from = (at_thing)at_chunk_int(chunk, AT_CHUNK_FROM, row) + 1;
    const at_thing to = (at_thing)at_chunk_int(chunk, AT_CHUNK_TO, row) + 1;
    *out = at_fact_new(leg ? AT_LEG : AT_TRANSFER);
    out->record = AT_RECORD_ID(source, (uint64_t)at_chunk_int(chunk, AT_CHUNK_NUMBER, row));
    if (leg) {
        at_chunk_leg(&out->leg, chunk, row);
        out->leg.account.thing = from;
        if (at_chunk_int(chunk, AT_CHUNK_FLAGS, row) & AT_CHUNK_HAS_OTHER)
            out->leg.counterparty.thing = to;
        return;
    }
    at_chunk_transfer(&out->transfer, chunk, row);
    out->transfer.from.thing = from;
    out->transfer.to.thing = to;
    out->transfer.currency = at_chunk_code(chunk, row);
    if (code_in)
        out->transfer.currency_in = at_pack_text(&chunk->codes, (size_t)code_in - 1);
}

at_status at_chunk_id(const char **out, const at_chunk *chunk, int64_t source, size_t row,
                      at_arena *arena, at_error *err) {
    if (at_chunk_int(chunk, AT_CHUNK_FLAGS, row) & AT_CHUNK_ID_GIVEN)
        return at_arena_text(out, arena, at_chunk_text(chunk, AT_CHUNK_ID, row), err);
    const int64_t number = at_chunk_int(chunk, AT_CHUNK_NUMBER, row);
    const int64_t part = at_chunk_int(chunk, AT_CHUNK_PART, row);
    if (!part)
        return at_arena_print(out, arena, err, "%" PRId64 ":%" PRId64, source, number);
    return at_arena_print(out, arena, err, "%" PRId64 ":%" PRId64 ".%" PRId64, source, number,
                          part);
}
