/* repeat_row.c - is a row that is about to be stored what a known one says? */
#include "engine/store/repeat.h"

#include <string.h>

uint64_t at_repeat_nonzero(uint64_t hash) {
    return hash ? hash : 1;
}

static uint64_t hash_text(const char *text) {
    return at_names_hash(0, text, strlen(text));
}

static uint64_t hash_match(uint64_t from, uint64_t to, int64_t time_us, int64_t amount,
                           const char *currency) {
    const uint64_t parts[] = {from, to, (uint64_t)time_us, (uint64_t)amount, hash_text(currency)};
    return at_repeat_nonzero(at_names_hash(1, (const char *)parts, sizeof parts));
}

/* Legs match by less than they say (duplicate.h): by none of what names the other side. */
static uint64_t hash_leg(uint64_t account, const at_leg *leg) {
    const uint64_t parts[] = {account,
                              leg->credit,
                              (uint64_t)leg->time.us,
                              (uint64_t)leg->amount,
                              hash_text(leg->currency),
                              leg->reference ? hash_text(leg->reference) : 0,
                              (uint64_t)leg->balance_after};
    return at_repeat_nonzero(at_names_hash(2, (const char *)parts, sizeof parts));
}

static at_status side_of(const char **id, uint32_t *space, const at_repeat_known *known,
                         at_chunk_column column, at_error *err) {
    const int64_t local = at_chunk_int(known->chunk, column, known->row);
    if ((uint64_t)local >= known->names->count)
        return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED", "a chunk has accounts without names");
    *id = at_names_id(known->names, (uint32_t)local);
    *space = at_names_space(known->names, (uint32_t)local);
    return AT_OK;
}

static at_status same_side(bool *out, const at_repeat_known *known, at_chunk_column column,
                           const at_name_key *key, at_error *err) {
    const char *id = NULL;
    uint32_t space = 0;
    AT_TRY(side_of(&id, &space, known, column, err));
    *out = *out && space == key->space && strcmp(id, key->id) == 0;
    return AT_OK;
}

static const char *code_at(const at_repeat_known *known, at_chunk_column column) {
    const int64_t place = at_chunk_int(known->chunk, column, known->row);
    if (column == AT_CHUNK_CURRENCY)
        return at_pack_text(&known->chunk->codes, (size_t)place);
    return place ? at_pack_text(&known->chunk->codes, (size_t)place - 1) : NULL;
}

/* Is everything that the transfer says what the known row says? Ids and order in the file are not
 * said (column.c). */
static at_status same_transfer(bool *out, const at_repeat_known *known, const at_repeat_row *row,
                               at_error *err) {
    const at_transfer *b = row->transfer;
    at_transfer a;
    at_chunk_transfer(&a, known->chunk, known->row);
    *out = a.time.us == b->time.us && a.time.precision == b->time.precision &&
           a.time.zone_assumed == b->time.zone_assumed && a.amount == b->amount &&
           a.amount_in == b->amount_in && a.amount_in_scale == b->amount_in_scale &&
           a.fee == b->fee && a.type == b->type && at_text_equal(a.reverses, b->reverses) &&
           at_text_equal(code_at(known, AT_CHUNK_CURRENCY), b->currency) &&
           at_text_equal(code_at(known, AT_CHUNK_CURRENCY_IN), b->currency_in);
    AT_TRY(same_side(out, known, AT_CHUNK_FROM, &row->from, err));
    return same_side(out, known, AT_CHUNK_TO, &row->to, err);
}

static bool same_time(const at_time *a, const at_time *b) {
    return a->us == b->us && a->precision == b->precision && a->zone_assumed == b->zone_assumed;
}

static at_status same_leg(bool *out, const at_repeat_known *known, const at_repeat_row *row,
                          at_error *err) {
    const at_leg *b = row->leg;
    const bool other =
        (at_chunk_int(known->chunk, AT_CHUNK_FLAGS, known->row) & AT_CHUNK_HAS_OTHER) != 0;
    at_leg a;
    at_chunk_leg(&a, known->chunk, known->row);
    *out = a.credit == b->credit && same_time(&a.time, &b->time) &&
           same_time(&a.value_date, &b->value_date) && a.amount == b->amount &&
           a.balance_after == b->balance_after && a.fee == b->fee && a.type == b->type &&
           at_text_equal(a.currency, b->currency) && at_text_equal(a.reference, b->reference) &&
           at_text_equal(a.counterparty_name, b->counterparty_name) &&
           at_text_equal(a.counterparty_institution, b->counterparty_institution) &&
           at_text_equal(a.counterparty_country, b->counterparty_country) &&
           at_text_equal(a.reverses, b->reverses) && other == (row->to.id != NULL);
    AT_TRY(same_side(out, known, AT_CHUNK_FROM, &row->from, err));
    return other && row->to.id ? same_side(out, known, AT_CHUNK_TO, &row->to, err) : AT_OK;
}

at_status at_repeat_same(bool *out, const at_repeat_known *known, const at_repeat_row *row,
                         at_error *err) {
    if (at_chunk_is_leg(known->chunk, known->row) != (row->transfer == NULL)) {
        *out = false;
        return AT_OK;
    }
    return row->transfer ? same_transfer(out, known, row, err) : same_leg(out, known, row, err);
}

/* Without ids a row is known by its accounts, time and money, a leg by what duplicate.h says. */
at_status at_repeat_matches(bool *out, const at_repeat_known *known, const at_repeat_row *row,
                            at_error *err) {
    const at_transfer *t = row->transfer;
    *out = at_chunk_is_leg(known->chunk, known->row) == (t == NULL);
    if (!*out)
        return AT_OK;
    if (!t) {
        at_leg a;
        at_chunk_leg(&a, known->chunk, known->row);
        *out = a.credit == row->leg->credit && a.time.us == row->leg->time.us &&
               a.amount == row->leg->amount && a.balance_after == row->leg->balance_after &&
               at_text_equal(a.currency, row->leg->currency) &&
               at_text_equal(a.reference, row->leg->reference);
        return same_side(out, known, AT_CHUNK_FROM, &row->from, err);
    }
    *out = at_chunk_int(known->chunk, AT_CHUNK_TIME, known->row) == t->time.us &&
           at_chunk_int(known->chunk, AT_CHUNK_AMOUNT, known->row) == t->amount &&
           at_text_equal(code_at(known, AT_CHUNK_CURRENCY), t->currency);
    AT_TRY(same_side(out, known, AT_CHUNK_FROM, &row->from, err));
    return same_side(out, known, AT_CHUNK_TO, &row->to, err);
}

at_status at_repeat_hash(uint64_t *out, const at_repeat_known *known, at_error *err) {
    const char *from = NULL, *to = NULL;
    uint32_t from_space = 0, to_space = 0;
    AT_TRY(side_of(&from, &from_space, known, AT_CHUNK_FROM, err));
    if (at_chunk_is_leg(known->chunk, known->row)) {
        at_leg leg;
        at_chunk_leg(&leg, known->chunk, known->row);
        *out = hash_leg(at_names_hash(from_space, from, strlen(from)), &leg);
        return AT_OK;
    }
    AT_TRY(side_of(&to, &to_space, known, AT_CHUNK_TO, err));
    *out = hash_match(
        at_names_hash(from_space, from, strlen(from)), at_names_hash(to_space, to, strlen(to)),
        at_chunk_int(known->chunk, AT_CHUNK_TIME, known->row),
        at_chunk_int(known->chunk, AT_CHUNK_AMOUNT, known->row), code_at(known, AT_CHUNK_CURRENCY));
    return AT_OK;
}

uint64_t at_repeat_row_hash(const at_repeat_row *row) {
    const at_transfer *t = row->transfer;
    return t ? hash_match(row->from.hash, row->to.hash, t->time.us, t->amount, t->currency)
             : hash_leg(row->from.hash, row->leg);
}
