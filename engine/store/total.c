#include "engine/store/total.h"

#include <string.h>

void at_chunk_credit(int64_t *amount, const char **currency, const at_chunk *chunk, size_t row) {
    const int64_t code_in = at_chunk_int(chunk, AT_CHUNK_CURRENCY_IN, row);
    const int64_t code = code_in ? code_in - 1 : at_chunk_int(chunk, AT_CHUNK_CURRENCY, row);
    const bool has_in = (at_chunk_int(chunk, AT_CHUNK_FLAGS, row) & AT_CHUNK_HAS_IN) != 0;
    *currency = at_pack_text(&chunk->codes, (size_t)code);
    *amount = at_chunk_int(chunk, has_in ? AT_CHUNK_AMOUNT_IN : AT_CHUNK_AMOUNT, row);
}

static at_status find(at_total **out, at_totals *all, int64_t account, const char *currency,
                      at_error *err) {
    while (all->account_count <= (size_t)account) {
        AT_TRY(AT_GROW(&all->first, &all->account_capacity, all->account_count, all->arena, err));
        all->first[all->account_count++] = UINT32_MAX;
    }
    for (uint32_t i = all->first[account]; i != UINT32_MAX; i = all->items[i].next)
        if (strcmp(all->items[i].currency.code, currency) == 0) {
            *out = &all->items[i];
            return AT_OK;
        }
    AT_TRY(AT_GROW(&all->items, &all->capacity, all->count, all->arena, err));
    at_total *fresh = &all->items[all->count];
    *fresh = (at_total){.next = all->first[account]};
    strncpy(fresh->currency.code, currency, sizeof fresh->currency.code - 1);
    all->first[account] = (uint32_t)all->count++;
    *out = fresh;
    return AT_OK;
}

/* A leg moves its own account alone. */
static at_status add_leg(bool *fits_out, at_totals *all, const at_chunk *chunk, size_t row,
                         at_error *err) {
    const int64_t amount = at_chunk_int(chunk, AT_CHUNK_AMOUNT, row);
    const bool credit = (at_chunk_int(chunk, AT_CHUNK_FLAGS, row) & AT_CHUNK_CREDIT) != 0;
    at_total *total = NULL;
    int64_t sum = 0;
    AT_TRY(
        find(&total, all, at_chunk_int(chunk, AT_CHUNK_FROM, row), at_chunk_code(chunk, row), err));
    int64_t *side = credit ? &total->in : &total->out;
    *fits_out = !__builtin_add_overflow(*side, amount, &sum);
    if (*fits_out) {
        *side = sum;
        total->count++;
    }
    return AT_OK;
}

at_status at_totals_add(bool *fits_out, at_totals *all, const at_chunk *chunk, size_t row,
                        at_error *err) {
    const char *debited =
        at_pack_text(&chunk->codes, (size_t)at_chunk_int(chunk, AT_CHUNK_CURRENCY, row));
    const char *credited = NULL;
    int64_t in = 0, sum_out = 0, sum_in = 0;
    const int64_t out = at_chunk_int(chunk, AT_CHUNK_AMOUNT, row);
    at_total *total = NULL;
    if (at_chunk_is_leg(chunk, row))
        return add_leg(fits_out, all, chunk, row, err);
    at_chunk_credit(&in, &credited, chunk, row);
    AT_TRY(find(&total, all, at_chunk_int(chunk, AT_CHUNK_FROM, row), debited, err));
    *fits_out = !__builtin_add_overflow(total->out, out, &sum_out);
    const size_t from = (size_t)(total - all->items); /* items may move */
    AT_TRY(find(&total, all, at_chunk_int(chunk, AT_CHUNK_TO, row), credited, err));
    *fits_out = *fits_out && !__builtin_add_overflow(total->in, in, &sum_in);
    if (!*fits_out)
        return AT_OK;
    total->in = sum_in;
    total->count++;
    all->items[from].out = sum_out;
    all->items[from].count++;
    return AT_OK;
}
