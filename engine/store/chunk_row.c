/* chunk_row.c - the row of a chunk that is being added. */
#include "engine/store/chunk.h"

#include <string.h>

/* The place of a currency in the open chunk's list. */
static at_status code_of(int64_t *out, at_chunk *chunk, const char *code, at_error *err) {
    size_t at = 0;
    while (at < chunk->codes.count && strcmp(at_pack_text(&chunk->codes, at), code) != 0)
        at++;
    *out = (int64_t)at;
    return at < chunk->codes.count ? AT_OK
                                   : at_pack_texts_add(&chunk->codes, code, strlen(code), err);
}

at_status at_chunk_set_text(at_chunk *chunk, int column, const char *text, at_error *err) {
    at_pack_texts *texts = &chunk->texts[column - AT_CHUNK_ID];
    if (!text && !texts->count)
        return AT_OK;
    while (texts->count < chunk->count)
        AT_TRY(at_pack_texts_add(texts, "", 0, err));
    chunk->has_texts[column - AT_CHUNK_ID] = true;
    return at_pack_texts_add(texts, text ? text : "", text ? strlen(text) : 0, err);
}

at_status at_chunk_set_first(at_chunk *chunk, at_chunk_column column, int64_t value,
                             at_error *err) {
    AT_TRY(at_chunk_take(chunk, column, err));
    memset(chunk->ints[column], 0, chunk->count * sizeof(int64_t));
    chunk->ints[column][chunk->count] = value;
    return AT_OK;
}

static int64_t time_flags(const at_time *time) {
    return (int64_t)time->precision | (time->zone_assumed ? AT_CHUNK_ZONE_ASSUMED : 0);
}

static int64_t transfer_flags(const at_transfer *transfer) {
    return time_flags(&transfer->time) | (transfer->id ? AT_CHUNK_ID_GIVEN : 0) |
           (transfer->amount_in != AT_AMOUNT_NONE ? AT_CHUNK_HAS_IN : 0);
}

static int64_t leg_flags(const at_leg *leg, bool has_other) {
    return AT_CHUNK_LEG | time_flags(&leg->time) | (leg->id ? AT_CHUNK_ID_GIVEN : 0) |
           (leg->credit ? AT_CHUNK_CREDIT : 0) | (has_other ? AT_CHUNK_HAS_OTHER : 0) |
           (leg->value_date.us != AT_TIME_NONE ? AT_CHUNK_HAS_VALUE : 0) |
           (leg->balance_after != AT_AMOUNT_NONE ? AT_CHUNK_HAS_BALANCE : 0);
}

static at_status set_money(at_chunk *chunk, const at_transfer *transfer, at_error *err) {
    int64_t code = 0, code_in = 0;
    AT_TRY(code_of(&code, chunk, transfer->currency, err));
    if (transfer->currency_in) {
        AT_TRY(code_of(&code_in, chunk, transfer->currency_in, err));
        code_in++;
    }
    const int64_t in = transfer->amount_in;
    AT_TRY(at_chunk_set(chunk, AT_CHUNK_AMOUNT, transfer->amount, err));
    AT_TRY(at_chunk_set(chunk, AT_CHUNK_CURRENCY, code, err));
    AT_TRY(at_chunk_set(chunk, AT_CHUNK_AMOUNT_IN, in == AT_AMOUNT_NONE ? 0 : in, err));
    AT_TRY(at_chunk_set(chunk, AT_CHUNK_SCALE_IN, transfer->amount_in_scale + 1, err));
    AT_TRY(at_chunk_set(chunk, AT_CHUNK_CURRENCY_IN, code_in, err));
    return at_chunk_set(chunk, AT_CHUNK_FEE, transfer->fee, err);
}

typedef struct value {
    at_chunk_column column;
    int64_t value;
} value;

static at_status set_all(at_chunk *chunk, const value *values, size_t count, at_error *err) {
    for (size_t i = 0; i < count; i++)
        AT_TRY(at_chunk_set(chunk, values[i].column, values[i].value, err));
    return AT_OK;
}

/* What only legs have is set too: other rows of the chunk may be legs. */
at_status at_chunk_set_transfer(at_chunk *chunk, const at_transfer *transfer, at_error *err) {
    const value values[] = {{AT_CHUNK_TIME, transfer->time.us},
                            {AT_CHUNK_SEQ, transfer->seq},
                            {AT_CHUNK_FLAGS, transfer_flags(transfer)},
                            {AT_CHUNK_TYPE, transfer->type},
                            {AT_CHUNK_VALUE_TIME, 0},
                            {AT_CHUNK_VALUE_FLAGS, 0},
                            {AT_CHUNK_BALANCE, 0}};
    AT_TRY(set_all(chunk, values, AT_COUNT(values), err));
    AT_TRY(set_money(chunk, transfer, err));
    AT_TRY(at_chunk_set_text(chunk, AT_CHUNK_ID, transfer->id, err));
    AT_TRY(at_chunk_set_text(chunk, AT_CHUNK_REVERSES, transfer->reverses, err));
    for (int column = AT_CHUNK_REFERENCE; column < AT_CHUNK_COLUMNS; column++)
        if (chunk->texts[column - AT_CHUNK_ID].count) /* of legs before */
            AT_TRY(at_chunk_set_text(chunk, column, NULL, err));
    return AT_OK;
}

at_status at_chunk_set_leg(at_chunk *chunk, const at_leg *leg, bool has_other, at_error *err) {
    const bool value_date = leg->value_date.us != AT_TIME_NONE;
    const bool balance = leg->balance_after != AT_AMOUNT_NONE;
    int64_t code = 0;
    AT_TRY(code_of(&code, chunk, leg->currency, err));
    const value values[] = {{AT_CHUNK_TIME, leg->time.us},
                            {AT_CHUNK_SEQ, leg->seq},
                            {AT_CHUNK_FLAGS, leg_flags(leg, has_other)},
                            {AT_CHUNK_AMOUNT, leg->amount},
                            {AT_CHUNK_CURRENCY, code},
                            {AT_CHUNK_AMOUNT_IN, 0},
                            {AT_CHUNK_SCALE_IN, 0},
                            {AT_CHUNK_CURRENCY_IN, 0},
                            {AT_CHUNK_FEE, leg->fee},
                            {AT_CHUNK_TYPE, leg->type},
                            {AT_CHUNK_VALUE_TIME, value_date ? leg->value_date.us : 0},
                            {AT_CHUNK_VALUE_FLAGS, time_flags(&leg->value_date)},
                            {AT_CHUNK_BALANCE, balance ? leg->balance_after : 0}};
    const struct {
        int column;
        const char *text;
    } texts[] = {{AT_CHUNK_ID, leg->id},
                 {AT_CHUNK_REVERSES, leg->reverses},
                 {AT_CHUNK_REFERENCE, leg->reference},
                 {AT_CHUNK_NAME, leg->counterparty_name},
                 {AT_CHUNK_INSTITUTION, leg->counterparty_institution},
                 {AT_CHUNK_COUNTRY, leg->counterparty_country}};
    AT_TRY(set_all(chunk, values, AT_COUNT(values), err));
    for (size_t i = 0; i < AT_COUNT(texts); i++)
        AT_TRY(at_chunk_set_text(chunk, texts[i].column, texts[i].text, err));
    return AT_OK;
}

at_status at_chunk_copy_row(at_chunk *chunk, const at_chunk *from, size_t row, at_error *err) {
    const int64_t code_in = at_chunk_int(from, AT_CHUNK_CURRENCY_IN, row);
    for (int i = 0; i < AT_CHUNK_INTS; i++)
        AT_TRY(at_chunk_set(chunk, (at_chunk_column)i, at_chunk_int(from, (at_chunk_column)i, row),
                            err));
    for (int i = AT_CHUNK_ID; i < AT_CHUNK_COLUMNS; i++) {
        const char *text = at_chunk_text(from, i, row);
        AT_TRY(at_chunk_set_text(chunk, i, *text ? text : NULL, err));
    }
    int64_t code = 0;
    AT_TRY(code_of(&code, chunk, at_chunk_code(from, row), err));
    AT_TRY(at_chunk_set(chunk, AT_CHUNK_CURRENCY, code, err));
    if (!code_in)
        return AT_OK;
    AT_TRY(code_of(&code, chunk, at_pack_text(&from->codes, (size_t)code_in - 1), err));
    return at_chunk_set(chunk, AT_CHUNK_CURRENCY_IN, code + 1, err);
}
