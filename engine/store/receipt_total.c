/* receipt_total.c - money of a source by account and currency: of legs and of chunks. */
#include "engine/store/chunks.h"
#include "engine/store/handle.h"
#include "engine/store/put.h"
#include "engine/store/receipt.h"

#include <stdlib.h>
#include <string.h>

typedef struct total_list {
    at_receipt_total *items;
    size_t count, capacity;
} total_list;

static at_status read_rows(total_list *list, sqlite3 *db, int64_t source, at_arena *arena,
                           at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    bool row = false;
    AT_TRY(at_db_prepare(&statement, db,
                         "SELECT h.id, n.name, t.currency, t.incoming, t.outgoing, t.row_count"
                         "  FROM main.receipt_total t JOIN main.thing h ON h.number = t.thing"
                         "  JOIN main.name_space n ON n.number = h.name_space"
                         " WHERE t.source = ?",
                         err));
    AT_TRY(at_db_bind_int(statement, 1, source, err));
    for (;;) {
        const char *currency = NULL;
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            return AT_OK;
        AT_TRY(AT_GROW(&list->items, &list->capacity, list->count, arena, err));
        at_receipt_total *total = &list->items[list->count];
        *total = (at_receipt_total){.in = at_db_int(statement, 3),
                                    .out = at_db_int(statement, 4),
                                    .count = (uint64_t)at_db_int(statement, 5)};
        AT_TRY(at_db_text(&total->account, statement, 0, arena, err));
        AT_TRY(at_db_text(&total->name_space, statement, 1, arena, err));
        AT_TRY(at_db_text(&currency, statement, 2, arena, err));
        strncpy(total->currency.code, currency, sizeof total->currency.code - 1);
        list->count++;
    }
}

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

/* An account may have legs and transfers in one source: one total, unless that leaves 64 bits. */
static void unite_equal(total_list *list) {
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        at_receipt_total sum = list->items[i];
        at_receipt_total *last = kept ? &list->items[kept - 1] : NULL;
        if (last && compare_totals(last, &sum) == 0 &&
            !__builtin_add_overflow(sum.in, last->in, &sum.in) &&
            !__builtin_add_overflow(sum.out, last->out, &sum.out)) {
            last->in = sum.in;
            last->out = sum.out;
            last->count += sum.count;
        } else {
            list->items[kept++] = list->items[i];
        }
    }
    list->count = kept;
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

static at_status add_up(at_receipt *out, const at_totals *totals, const total_list *rows,
                        at_arena *arena, at_error *err) {
    enum { CURRENCIES_MAX = 1024 };
    at_receipt_sum *sums = NULL;
    AT_TRY(AT_NEW(&sums, arena, CURRENCIES_MAX, err));
    for (size_t i = 0; i < totals->count; i++)
        AT_TRY(add_sum(out, sums, CURRENCIES_MAX, totals->items[i].currency.code,
                       totals->items[i].in, totals->items[i].out, totals->items[i].count, err));
    for (size_t i = 0; i < rows->count; i++)
        AT_TRY(add_sum(out, sums, CURRENCIES_MAX, rows->items[i].currency.code, rows->items[i].in,
                       rows->items[i].out, rows->items[i].count, err));
    out->sums = sums;
    return AT_OK;
}

at_status at_receipt_totals(at_receipt *out, at_store *store, int64_t source, at_arena *arena,
                            at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = SIZE_MAX};
    at_totals totals = {.arena = &scratch};
    total_list list = {.count = 0};
    name_walk walk = {.list = &list, .totals = &totals, .arena = arena};
    AT_TRY(read_rows(&list, store->db, source, arena, err));
    AT_TRY(at_put_totals(&totals, store->db, source, NULL, err));
    AT_TRY(add_up(out, &totals, &list, arena, err));
    if (totals.count + list.count > AT_RECEIPT_TOTALS) {
        out->totals_left_out = totals.count + list.count;
        return AT_OK;
    }
    AT_TRY(read_name_spaces(&walk, store->db, err));
    if (totals.count)
        AT_TRY(at_chunks_names(store->db, AT_CHUNKS_SOURCE, source, visit_names, &walk, err));
    if (list.count)
        qsort(list.items, list.count, sizeof *list.items, compare_totals);
    unite_equal(&list);
    out->totals = list.items;
    out->total_count = list.count;
    return AT_OK;
}
