/**
 * total.h - money of each account of one source's transfers and legs, by currency.
 *
 * Not kept in the store: it follows from the chunks. Receipts work it out again; an import does so
 * from the moment on when all its money together would no longer fit 64 bits.
 *
 * Ownership: lives in the arena given.
 */
#ifndef ASSETTRACE_STORE_TOTAL_H
#define ASSETTRACE_STORE_TOTAL_H

#include "engine/store/chunk.h"

typedef struct at_total {
    at_currency currency;
    int64_t in, out;
    uint64_t count;
    uint32_t next; /* of the same account, or UINT32_MAX */
} at_total;

typedef struct at_totals {
    at_arena *arena;
    uint32_t *first; /* by account: its first total, or UINT32_MAX */
    size_t account_count, account_capacity;
    at_total *items;
    size_t count, capacity;
} at_totals;

/** Add one row; *fits_out false, and nothing added, when a sum leaves 64 bits. */
AT_CHECKED at_status at_totals_add(bool *fits_out, at_totals *totals, const at_chunk *chunk,
                                   size_t row, at_error *err);
/** What a row credits `to` with, and in which currency (specification T1, as far as it says). */
void at_chunk_credit(int64_t *amount, const char **currency, const at_chunk *chunk, size_t row);

#endif
