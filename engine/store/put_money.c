/* put_money.c - transfers and legs of a record as rows of the open chunk. */
#include "engine/store/put.h"
#include "engine/store/views.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

static at_status side_of(at_name_key *out, at_import *import, const at_ref *ref, at_error *err) {
    int64_t name_space = import->name_space;
    if (ref->name_space)
        AT_TRY(at_intern_name_space(&name_space, &import->intern, ref->name_space, err));
    if (name_space >= INT64_C(1) << 28)
        return at_fail(err, AT_LIMIT, "E-LIMIT", "a store holds 2^28 namespaces at most");
    *out = (at_name_key){
        .id = ref->id, .bytes = strlen(ref->id), .space = AT_NAME_SPACE(ref->kind, name_space)};
    out->hash = at_names_hash(out->space, out->id, out->bytes);
    at_names_ahead(&import->chunks.names, out->hash); /* it is looked for a little later */
    return AT_OK;
}

at_status at_put_sides(at_name_key *from_out, at_name_key *to_out, at_import *import,
                       const at_transfer *transfer, at_error *err) {
    AT_TRY(side_of(from_out, import, &transfer->from, err));
    return side_of(to_out, import, &transfer->to, err);
}

/* What was not looked at yet is left to put, which says what is wrong with it; a namespace that the
 * source names first there has no number before. */
static bool is_told(const at_import *import, const at_ref *ref) {
    return ref->id && (!ref->name_space || at_intern_knows(&import->intern, ref->name_space));
}

void at_put_tell(void *self, const at_fact *facts, size_t fact_count) {
    at_import *import = self;
    at_put_ahead *told = &import->ahead[import->ahead_told++ % AT_PUT_AHEAD];
    told->fact = NULL;
    if (fact_count == 1 && facts->kind == AT_TRANSFER && is_told(import, &facts->transfer.from) &&
        is_told(import, &facts->transfer.to) &&
        at_put_sides(&told->from, &told->to, import, &facts->transfer, NULL) == AT_OK)
        told->fact = facts;
}

const at_put_ahead *at_put_told(at_import *import, const at_fact *facts) {
    if (import->ahead_used == import->ahead_told)
        return NULL;
    at_put_ahead *told = &import->ahead[import->ahead_used++ % AT_PUT_AHEAD];
    const bool same = told->fact == facts;
    told->fact = NULL;
    return same ? told : NULL;
}

at_status at_put_leg_sides(at_name_key *own_out, at_name_key *other_out, at_import *import,
                           const at_leg *leg, at_error *err) {
    AT_TRY(side_of(own_out, import, &leg->account, err));
    return leg->counterparty.id && *leg->counterparty.id
               ? side_of(other_out, import, &leg->counterparty, err)
               : AT_OK;
}

/* Does one account's money leave 64 bits? Only once all of it together does. */
static at_status check_sums(at_import *import, bool counts, at_error *err) {
    at_chunk *open = &import->chunks.open;
    const char *currency = NULL;
    int64_t in = 0;
    bool fits = true;
    if (!counts)
        return AT_OK;
    if (!at_chunk_is_leg(open, open->count))
        at_chunk_credit(&in, &currency, open, open->count);
    import->all_money += (at_wide)at_chunk_int(open, AT_CHUNK_AMOUNT, open->count) + in;
    if (import->all_money > INT64_MAX && !import->totals.arena)
        AT_TRY(at_put_count_again(import, err));
    if (import->totals.arena)
        AT_TRY(at_totals_add(&fits, &import->totals, open, open->count, err));
    if (fits)
        return AT_OK;
    return at_fail(err, AT_LIMIT, "E-AMOUNT-RANGE",
                   "the sum of one account's transfers leaves 64 bits at record %" PRIu64,
                   import->rows);
}

at_status at_put_flush(at_import *import, at_error *err) {
    const size_t count = import->chunks.open.count;
    if (!count)
        return AT_OK;
    AT_TRY(at_chunk_writer_flush(&import->chunks, err));
    return at_repeats_flushed(&import->repeats, count, err);
}

static at_status number_of(uint32_t *out, at_import *import, const at_name_key *name,
                           at_error *err) {
    return at_names_number(out, &import->chunks.names, name->space, name->id, name->bytes,
                           name->hash, err);
}

at_status at_put_money(at_import *import, const at_origin *origin, const at_put_row *row,
                       at_error *err) {
    at_chunk *open = &import->chunks.open;
    const at_transfer *transfer = row->row.transfer;
    uint32_t from = 0, to = 0;
    assert(open->count < AT_CHUNK_ROWS);
    AT_TRY(number_of(&from, import, &row->row.from, err));
    if (row->row.to.id)
        AT_TRY(number_of(&to, import, &row->row.to, err));
    const struct {
        at_chunk_column column;
        int64_t value;
    } values[] = {{AT_CHUNK_NUMBER, (int64_t)import->rows},
                  {AT_CHUNK_OFFSET, (int64_t)origin->offset},
                  {AT_CHUNK_BYTES, (int64_t)origin->bytes},
                  {AT_CHUNK_LINE, (int64_t)origin->line},
                  {AT_CHUNK_FROM, from},
                  {AT_CHUNK_TO, to},
                  {AT_CHUNK_PART, row->part > 1 ? row->part : 0}};
    for (size_t i = 0; i < AT_COUNT(values); i++)
        AT_TRY(at_chunk_set(open, values[i].column, values[i].value, err));
    AT_TRY(transfer ? at_chunk_set_transfer(open, transfer, err)
                    : at_chunk_set_leg(open, row->row.leg, row->row.to.id != NULL, err));
    AT_TRY(check_sums(import, row->counts, err));
    open->count++;
    AT_TRY(at_repeats_added(&import->repeats, transfer ? transfer->id : row->row.leg->id, err));
    return open->count < AT_CHUNK_ROWS ? AT_OK : at_put_flush(import, err);
}

/* --- Sums ------------------------------------------------------------------------------------- */

static at_status count_chunk(at_totals *totals, const at_chunk *chunk, int64_t source,
                             at_hidden *repeated, at_error *err) {
    bool fits = true;
    for (size_t i = 0; i < chunk->count; i++) {
        const int64_t number = at_chunk_int(chunk, AT_CHUNK_NUMBER, i);
        if (!at_hidden_has(repeated, AT_RECORD_ID(source, (uint64_t)number)))
            AT_TRY(at_totals_add(&fits, totals, chunk, i, err));
    } /* sums that did not fit ended the import before */
    return AT_OK;
}

at_status at_put_totals(at_totals *totals, sqlite3 *db, int64_t source, const at_chunk *open,
                        at_error *err) {
    AT_CLEANUP(at_chunks_close) at_chunks chunks = {.db = NULL};
    at_hidden repeated;
    AT_TRY(at_repeated_read(&repeated, db, source, totals->arena, err));
    AT_TRY(
        at_chunks_open(&chunks, db, AT_CHUNKS_SOURCE, source, AT_CHUNK_MONEY, totals->arena, err));
    for (size_t i = 0; i < chunks.count; i++) {
        AT_TRY(at_chunks_load(&chunks, i, err));
        AT_TRY(count_chunk(totals, &chunks.loaded, source, &repeated, err));
    }
    return open ? count_chunk(totals, open, source, &repeated, err) : AT_OK;
}

at_status at_put_count_again(at_import *import, at_error *err) {
    import->totals = (at_totals){.arena = &import->arena};
    return at_put_totals(&import->totals, import->store->db, import->source, &import->chunks.open,
                         err);
}
