/* receipt_total.c - money of a source by account and currency. */
#include "engine/store/chunks.h"
#include "engine/store/handle.h"
#include "engine/store/put.h"
#include "engine/store/receipt.h"
#include "engine/store/views.h"

#include <stdlib.h>
#include <string.h>

enum { CURRENCIES_MAX = 1024 };

typedef struct total_list {
    at_receipt_total *items;
    size_t count, capacity;
} total_list;

/* Totals of chunks, named as they are met. */
typedef struct name_walk {
    total_list *list;
    const at_totals *totals;
    at_arena *arena;
    const char **name_spaces;
    size_t name_space_limit;
    size_t account;
} name_walk;

static at_status visit_names(void *self, int64_t source, const at_name_list *names, size_t count,
                             at_error *err) {
    name_walk *walk = self;
    (void)source;
    for (size_t i = 0; i < count; i++, walk->account++) {
        const char *id = NULL;
        const size_t name_space = (size_t)names->spaces[i] >> 4;
        if (walk->account >= walk->totals->account_count)
            continue; /* named by transfers that count for nothing */
        for (uint32_t at = walk->totals->first[walk->account]; at != UINT32_MAX;
             at = walk->totals->items[at].next) {
            const at_total *total = &walk->totals->items[at];
            if (!id)
                AT_TRY(at_arena_text(&id, walk->arena, at_pack_text(&names->ids, i), err));
            if (name_space >= walk->name_space_limit)
                return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED",
                               "a chunk has an account of no known namespace");
            AT_TRY(AT_GROW(&walk->list->items, &walk->list->capacity, walk->list->count,
                           walk->arena, err));
            walk->list->items[walk->list->count++] =
                (at_receipt_total){.account = id,
                                   .name_space = walk->name_spaces[name_space],
                                   .currency = total->currency,
                                   .in = total->in,
                                   .out = total->out,
                                   .count = total->count};
        }
    }
    return AT_OK;
}

static at_status read_name_spaces(name_walk *walk, sqlite3 *db, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    int64_t last = 0;
    bool row = false;
    AT_TRY(at_db_number(&last, db, 0, NULL, 0, "SELECT max(number) FROM main.name_space", err));
    walk->name_space_limit = (size_t)last + 1;
    AT_TRY(AT_NEW(&walk->name_spaces, walk->arena, walk->name_space_limit, err));
    AT_TRY(at_db_prepare(&statement, db, "SELECT number, name FROM main.name_space", err));
    for (;;) {
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            return AT_OK;
        AT_TRY(at_db_text(&walk->name_spaces[at_db_int(statement, 0)], statement, 1, walk->arena,
                          err));
    }
}

static int compare_totals(const void *first, const void *second) {
    const at_receipt_total *a = first, *b = second;
    int order = strcmp(a->account, b->account);
    order = order ? order : strcmp(a->name_space, b->name_space);
    return order ? order : strcmp(a->currency.code, b->currency.code);
}

static at_status add_sum(at_receipt *out, at_receipt_sum *sums, size_t limit, const char *code,
                         at_wide in, at_wide paid, uint64_t count, at_error *err) {
    size_t at = 0;
    while (at < out->sum_count && strcmp(sums[at].currency.code, code) < 0)
        at++;
    if (at == out->sum_count || strcmp(sums[at].currency.code, code) != 0) {
        if (out->sum_count == limit)
            return at_fail(err, AT_LIMIT, "E-LIMIT", "a source has more than %zu currencies",
                           limit);
        for (size_t k = out->sum_count++; k > at; k--)
            sums[k] = sums[k - 1];
        sums[at] = (at_receipt_sum){.count = 0};
        strncpy(sums[at].currency.code, code, sizeof sums[at].currency.code - 1);
    }
    sums[at].in += in;
    sums[at].out += paid;
    sums[at].count += count;
    return AT_OK;
}

/* One chunk by currency; `by_code` has room for its codes. */
static at_status sum_chunk(at_receipt *out, at_receipt_sum *sums, at_receipt_sum *by_code,
                           const at_chunk *chunk, int64_t source, at_hidden *repeated,
                           at_error *err) {
    memset(by_code, 0, chunk->codes.count * sizeof *by_code);
    for (size_t i = 0; i < chunk->count; i++) {
        const int64_t number = at_chunk_int(chunk, AT_CHUNK_NUMBER, i);
        const int64_t code = at_chunk_int(chunk, AT_CHUNK_CURRENCY, i);
        const int64_t code_in = at_chunk_int(chunk, AT_CHUNK_CURRENCY_IN, i);
        const char *unused = NULL;
        int64_t in = 0;
        const int64_t amount = at_chunk_int(chunk, AT_CHUNK_AMOUNT, i);
        if (repeated->count && at_hidden_has(repeated, AT_RECORD_ID(source, (uint64_t)number)))
            continue;
        if (at_chunk_is_leg(chunk, i)) {
            const int64_t flags = at_chunk_int(chunk, AT_CHUNK_FLAGS, i);
            *(flags & AT_CHUNK_CREDIT ? &by_code[code].in : &by_code[code].out) += amount;
            by_code[code].count++;
            continue;
        }
        at_chunk_credit(&in, &unused, chunk, i);
        at_receipt_sum *credited = &by_code[code_in ? code_in - 1 : code];
        by_code[code].out += amount;
        by_code[code].count++;
        credited->in += in;
        credited->count++;
    }
    for (size_t i = 0; i < chunk->codes.count; i++)
        if (by_code[i].count)
            AT_TRY(add_sum(out, sums, CURRENCIES_MAX, at_pack_text(&chunk->codes, i), by_code[i].in,
                           by_code[i].out, by_code[i].count, err));
    return AT_OK;
}

static at_status sum_chunks(at_receipt *out, at_receipt_sum *sums, sqlite3 *db, int64_t source,
                            at_arena *scratch, at_error *err) {
    AT_CLEANUP(at_chunks_close) at_chunks chunks = {.db = NULL};
    at_receipt_sum *by_code = NULL;
    at_hidden repeated;
    AT_TRY(at_repeated_read(&repeated, db, source, scratch, err));
    AT_TRY(at_chunks_open(&chunks, db, AT_CHUNKS_SOURCE, source, AT_CHUNK_SUMS, scratch, err));
    if (chunks.count)
        AT_TRY(AT_NEW(&by_code, scratch, AT_CHUNK_ROWS, err));
    for (size_t i = 0; i < chunks.count; i++) {
        AT_TRY(at_chunks_load(&chunks, i, err));
        AT_TRY(sum_chunk(out, sums, by_code, &chunks.loaded, source, &repeated, err));
    }
    return AT_OK;
}

/* Each account of the chunks, when they are few enough to be read by somebody. */
static at_status list_accounts(total_list *list, at_receipt *out, sqlite3 *db, int64_t source,
                               at_arena *scratch, at_arena *arena, at_error *err) {
    at_totals totals = {.arena = scratch};
    name_walk walk = {.list = list, .totals = &totals, .arena = arena};
    int64_t named = 0, legs = 0;
    AT_TRY(at_db_number(&named, db, 0, &source, 1,
                        "SELECT sum(name_count) FROM main.chunk WHERE source = ?1", err));
    AT_TRY(at_db_number(&legs, db, 0, &source, 1,
                        "SELECT sum(leg_count) FROM main.chunk WHERE source = ?1", err));
    if (!named)
        return AT_OK;
    /* Legs name many counterparties and move few accounts of their own. */
    out->totals_left_out = (uint64_t)named;
    if (named > AT_RECEIPT_TOTALS && !legs)
        return AT_OK;
    AT_TRY(at_put_totals(&totals, db, source, NULL, err));
    out->totals_left_out = totals.count > AT_RECEIPT_TOTALS ? totals.count : 0;
    if (out->totals_left_out)
        return AT_OK;
    AT_TRY(read_name_spaces(&walk, db, err));
    return at_chunks_names(db, AT_CHUNKS_SOURCE, source, visit_names, &walk, err);
}

at_status at_receipt_totals(at_receipt *out, at_store *store, int64_t source, at_arena *arena,
                            at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = SIZE_MAX};
    at_receipt_sum *sums = NULL;
    total_list list = {.count = 0};
    AT_TRY(AT_NEW(&sums, arena, CURRENCIES_MAX, err));
    AT_TRY(sum_chunks(out, sums, store->db, source, &scratch, err));
    AT_TRY(list_accounts(&list, out, store->db, source, &scratch, arena, err));
    if (list.count)
        qsort(list.items, list.count, sizeof *list.items, compare_totals);
    out->sums = sums;
    out->totals = list.items;
    out->total_count = list.count;
    return AT_OK;
}
