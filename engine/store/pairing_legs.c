#include "engine/store/pairing.h"

#include "engine/store/chunks.h"
#include "engine/store/names.h"
#include "engine/store/views.h"

#include <stdlib.h>
#include <string.h>

/* --- Amounts ---------------------------------------------------------------------------------- */

enum { BITS_A_LEG = 12, BITS_FIRST = 1 << 12 };

at_status at_pair_amounts_begin(at_pair_amounts *out, size_t count, at_arena *arena,
                                at_error *err) {
    *out = (at_pair_amounts){.bit_count = BITS_FIRST};
    while (out->bit_count < count * BITS_A_LEG)
        out->bit_count *= 2;
    return AT_NEW(&out->bits, arena, out->bit_count / 64, err);
}

uint64_t at_pair_amount_hash(int64_t amount, const char *currency) {
    const size_t bytes = strlen(currency);
    const uint64_t code = at_names_hash(3, currency, bytes);
    const uint64_t mixed = ((uint64_t)amount ^ code) * UINT64_C(0x9E3779B97F4A7C15);
    return (mixed ^ mixed >> 32) * UINT64_C(0xD6E8FEB86659FD93);
}

static size_t bit_of(const at_pair_amounts *amounts, int64_t amount, const char *currency) {
    return (size_t)(at_pair_amount_hash(amount, currency) >> 20) & (amounts->bit_count - 1);
}

void at_pair_amounts_add(at_pair_amounts *amounts, int64_t amount, const char *currency) {
    const size_t bit = bit_of(amounts, amount, currency);
    amounts->bits[bit / 64] |= UINT64_C(1) << bit % 64;
}

bool at_pair_amounts_have(const at_pair_amounts *amounts, int64_t amount, const char *currency) {
    if (amounts->all)
        return true;
    const size_t bit = bit_of(amounts, amount, currency);
    return (amounts->bits[bit / 64] >> bit % 64 & 1) != 0;
}

/* --- Legs ------------------------------------------------------------------------------------- */

static int compare_found(const void *first, const void *second) {
    const at_leg_found *a = *(at_leg_found *const *)first, *b = *(at_leg_found *const *)second;
    return (a->number > b->number) - (a->number < b->number);
}

static void fill(at_leg_found *out, const at_chunk *chunk, int64_t source, size_t row) {
    out->record = AT_RECORD_ID(source, (uint64_t)at_chunk_int(chunk, AT_CHUNK_NUMBER, row));
    out->offset = (uint64_t)at_chunk_int(chunk, AT_CHUNK_OFFSET, row);
    out->bytes = (uint64_t)at_chunk_int(chunk, AT_CHUNK_BYTES, row);
    out->amount = at_chunk_int(chunk, AT_CHUNK_AMOUNT, row);
    strncpy(out->currency.code, at_chunk_code(chunk, row), sizeof out->currency.code - 1);
}

/* The row of the k-th leg of a chunk, k from 0. */
static size_t row_of(const at_chunk *chunk, const at_chunk_entry *entry, size_t k) {
    if (entry->leg_count == entry->count)
        return k;
    for (size_t row = 0;; row++)
        if (row == chunk->count || (at_chunk_is_leg(chunk, row) && k-- == 0))
            return row;
}

at_status at_legs_find(at_leg_found *items, size_t count, sqlite3 *db, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = SIZE_MAX};
    AT_CLEANUP(at_chunks_close) at_chunks chunks = {.db = NULL};
    at_leg_found **order = NULL;
    if (!count)
        return AT_OK;
    AT_TRY(AT_NEW(&order, &arena, count, err));
    for (size_t i = 0; i < count; i++)
        order[i] = &items[i];
    qsort(order, count, sizeof *order, compare_found);
    AT_TRY(at_chunks_open(&chunks, db, "leg_count > 0", 0, AT_CHUNK_PLACES | AT_CHUNK_SUMS, &arena,
                          err));
    for (size_t i = 0; i < count; i++) {
        const size_t place = at_chunks_find_leg(&chunks, order[i]->number);
        order[i]->record = 0;
        if (place == SIZE_MAX)
            continue;
        const at_chunk_entry *entry = &chunks.entries[place];
        AT_TRY(at_chunks_load(&chunks, place, err));
        const size_t k = (size_t)(at_record_number(order[i]->number) - entry->leg_first);
        const size_t row = row_of(&chunks.loaded, entry, k);
        if (row < chunks.loaded.count)
            fill(order[i], &chunks.loaded, entry->source, row);
    }
    return AT_OK;
}

at_status at_pair_amounts_of(at_pair_amounts *out, const int64_t *numbers, size_t count,
                             sqlite3 *db, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = SIZE_MAX};
    at_leg_found *found = NULL;
    AT_TRY(AT_NEW(&found, &scratch, count, err));
    for (size_t i = 0; i < count; i++)
        found[i].number = numbers[i];
    AT_TRY(at_legs_find(found, count, db, err));
    AT_TRY(at_pair_amounts_begin(out, count, arena, err));
    for (size_t i = 0; i < count; i++)
        if (found[i].record)
            at_pair_amounts_add(out, found[i].amount, found[i].currency.code);
    return AT_OK;
}

at_status at_pair_context_make(at_pair_context *out, sqlite3 *db, const at_identity *identity,
                               const at_pairing_task *task, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    const int64_t added = task ? task->added : 0;
    int64_t last = 0;
    uint32_t rank = 0;
    bool row = false;
    *out = (at_pair_context){.identity = identity};
    AT_TRY(at_db_number(&last, db, 0, NULL, 0, "SELECT max(number) FROM main.source", err));
    out->source_limit = (size_t)(last > added ? last : added) + 1;
    AT_TRY(AT_NEW(&out->ranks, arena, out->source_limit, err));
    AT_TRY(at_db_prepare(&statement, db,
                         "SELECT s.number, s.content, n.name FROM main.source s"
                         " JOIN main.name_space n ON n.number = s.name_space"
                         " UNION ALL SELECT ?1, ?2, name FROM main.name_space WHERE number = ?3"
                         " ORDER BY 2, 3, 1",
                         err));
    AT_TRY(at_db_bind_int(statement, 1, added, err));
    AT_TRY(at_db_bind_text(statement, 2, task ? task->content : NULL, err));
    AT_TRY(at_db_bind_int(statement, 3, task ? task->name_space : 0, err));
    for (;;) {
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            return AT_OK;
        out->ranks[at_db_int(statement, 0)] = rank++;
    }
}

at_status at_pair_leg_read(at_pair_leg *out, const at_chunk *chunk, int64_t source, size_t row,
                           const at_pair_context *context, at_error *err) {
    const at_identity *identity = context->identity;
    at_fact fact;
    at_chunk_fact(&fact, chunk, source, row);
    const at_leg *leg = &fact.leg;
    const int64_t flags = at_chunk_int(chunk, AT_CHUNK_FLAGS, row);
    *out = (at_pair_leg){
        .source = source,
        .record = fact.record,
        .credit = leg->credit,
        .alone = leg->type == AT_CASH_IN || leg->type == AT_CASH_OUT || leg->type == AT_FEE ||
                 leg->type == AT_INTEREST_PAID,
        .time_us = leg->time.us,
        .seq = leg->seq,
        .amount = leg->amount,
        .precision = leg->time.precision,
        .currency = leg->currency,
        .id = flags & AT_CHUNK_ID_GIVEN ? at_chunk_text(chunk, AT_CHUNK_ID, row) : NULL,
        .reference = leg->reference,
        .rank = (size_t)source < context->source_limit ? context->ranks[source] : 0,
        .account = at_identity_local(identity, source, (int64_t)leg->account.thing - 1),
        .counterparty =
            leg->counterparty.thing
                ? at_identity_local(identity, source, (int64_t)leg->counterparty.thing - 1)
                : 0};
    if (!out->account || (leg->counterparty.thing && !out->counterparty))
        return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED", "a chunk has accounts without names");
    return AT_OK;
}

typedef struct leg_list {
    at_pair_leg *items;
    size_t count, capacity;
    at_arena *arena;
} leg_list;

static at_status load_chunk(leg_list *list, const at_chunk *chunk, const at_chunk_entry *entry,
                            const at_pair_amounts *amounts, at_hidden *hidden,
                            const at_pair_context *context, at_error *err) {
    int64_t number = AT_RECORD_ID(entry->source, (uint64_t)entry->leg_first);
    for (size_t row = 0; row < chunk->count; row++) {
        at_pair_leg leg;
        if (!at_chunk_is_leg(chunk, row))
            continue;
        const int64_t own = number++;
        if (!at_pair_amounts_have(amounts, at_chunk_int(chunk, AT_CHUNK_AMOUNT, row),
                                  at_chunk_code(chunk, row)))
            continue;
        AT_TRY(at_pair_leg_read(&leg, chunk, entry->source, row, context, err));
        leg.number = own;
        if (at_hidden_has(hidden, leg.record))
            continue;
        AT_TRY(at_arena_text(&leg.currency, list->arena, leg.currency, err));
        AT_TRY(at_arena_text(&leg.id, list->arena, leg.id, err));
        AT_TRY(at_arena_text(&leg.reference, list->arena, leg.reference, err));
        AT_TRY(AT_GROW(&list->items, &list->capacity, list->count, list->arena, err));
        list->items[list->count++] = leg;
    }
    return AT_OK;
}

at_status at_pairing_load(at_pair_leg **out, size_t *count_out, sqlite3 *db,
                          const at_pair_amounts *amounts, const at_identity *identity,
                          at_arena *arena, at_error *err) {
    AT_CLEANUP(at_chunks_close) at_chunks chunks = {.db = NULL};
    leg_list list = {.arena = arena};
    at_pair_context context;
    at_hidden hidden;
    AT_TRY(at_pair_context_make(&context, db, identity, NULL, arena, err));
    AT_TRY(at_hidden_read(&hidden, db, arena, err));
    AT_TRY(at_chunks_open(&chunks, db, AT_CHUNKS_VISIBLE AT_CHUNKS_LEGS, 0, AT_CHUNK_FACTS, arena,
                          err));
    for (size_t i = 0; i < chunks.count; i++) {
        AT_TRY(at_chunks_load(&chunks, i, err));
        AT_TRY(
            load_chunk(&list, &chunks.loaded, &chunks.entries[i], amounts, &hidden, &context, err));
    }
    *out = list.items;
    *count_out = list.count;
    return AT_OK;
}

at_status at_pairing_words(at_pair_word **out, size_t *count_out, sqlite3 *db, int64_t revision,
                           at_arena *arena, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    at_pair_word *words = NULL;
    size_t count = 0, capacity = 0;
    bool row = false;
    AT_TRY(at_db_prepare(&statement, db,
                         "SELECT debit_leg, credit_leg, accepted FROM main.pairing_judgement"
                         " WHERE accepted <> -1 AND number IN"
                         "  (SELECT max(number) FROM main.pairing_judgement WHERE revision <= ?1"
                         "   GROUP BY debit_leg, credit_leg)"
                         " ORDER BY debit_leg, credit_leg",
                         err));
    AT_TRY(at_db_bind_int(statement, 1, revision, err));
    for (;;) {
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            break;
        AT_TRY(AT_GROW(&words, &capacity, count, arena, err));
        words[count++] = (at_pair_word){.debit = at_db_int(statement, 0),
                                        .credit = at_db_int(statement, 1),
                                        .accepted = at_db_int(statement, 2) == 1};
    }
    *out = words;
    *count_out = count;
    return AT_OK;
}
