/* flow_rows.c - transfers, both sides known, as rows. */
#include "engine/base/progress.h"
#include "engine/store/chunks.h"
#include "engine/store/flow.h"
#include "engine/store/views.h"

#include <string.h>

/* The currency credited: as stated, else what `to` is declared with if in one, else that of the
 * amount (specification T1). */
static const char *currency_in_of(const at_flow *flow, const at_transfer *transfer, at_thing to) {
    if (transfer->currency_in)
        return transfer->currency_in;
    return flow->accounts[to].currency ? flow->accounts[to].currency : transfer->currency;
}

static at_status add_transfer(at_flow *flow, const at_transfer *transfer, at_thing from,
                              at_thing to, at_record_id record, uint32_t name_space, bool id_given,
                              at_error *err) {
    const char *currency_in = currency_in_of(flow, transfer, to);
    at_flow_row row = {.name_space = name_space, .id_given = id_given};
    row.row = (at_ledger_row_in){.id = transfer->id,
                                 .reverses = transfer->reverses,
                                 .time_us = transfer->time.us,
                                 .seq = transfer->seq,
                                 .amount = transfer->amount,
                                 .amount_in = transfer->amount_in,
                                 .fee = transfer->fee,
                                 .flags = at_flow_time_flags(&transfer->time),
                                 .grade = AT_OBSERVED,
                                 .record = record};
    if (transfer->amount_in == AT_AMOUNT_NONE)
        row.row.amount_in = transfer->amount;
    else if (transfer->amount_in_scale >= 0 && !transfer->currency_in)
        AT_TRY(at_flow_rescale(&row.row.amount_in, flow, transfer->amount_in,
                               transfer->amount_in_scale, currency_in, record, err));
    AT_TRY(at_flow_node_of(&row.row.from, flow, from, AT_ROLE_SELF, transfer->currency, err));
    AT_TRY(at_flow_node_of(&row.row.to, flow, to, AT_ROLE_SELF, currency_in, err));
    /* T4: what an account pays itself in one currency cannot become another amount. Its import
     * could not know the currency, and warned that it would then be left out. */
    if (row.row.from == row.row.to && row.row.amount_in != row.row.amount)
        return AT_OK;
    return at_flow_add_row(flow, &row, err);
}

/* A row that is left out still makes its nodes: how one is named depends on all of an account. */
static at_status meet_nodes(at_flow *flow, const at_transfer *transfer, at_thing from, at_thing to,
                            at_error *err) {
    uint32_t unused;
    AT_TRY(at_flow_node_of(&unused, flow, from, AT_ROLE_SELF, transfer->currency, err));
    return at_flow_node_of(&unused, flow, to, AT_ROLE_SELF, currency_in_of(flow, transfer, to),
                           err);
}

/* Everything of a row but what at_chunk_transfer reads. */
static at_status read_row(at_flow *flow, const at_chunk *chunk, int64_t source, size_t row,
                          at_record_id record, at_error *err) {
    at_transfer transfer;
    at_chunk_transfer(&transfer, chunk, row);
    const int64_t code_in = at_chunk_int(chunk, AT_CHUNK_CURRENCY_IN, row);
    const bool given = (at_chunk_int(chunk, AT_CHUNK_FLAGS, row) & AT_CHUNK_ID_GIVEN) != 0;
    transfer.currency =
        at_pack_text(&chunk->codes, (size_t)at_chunk_int(chunk, AT_CHUNK_CURRENCY, row));
    transfer.currency_in = code_in ? at_pack_text(&chunk->codes, (size_t)code_in - 1) : NULL;
    const at_thing from =
        at_identity_local(&flow->reader->identity, source, at_chunk_int(chunk, AT_CHUNK_FROM, row));
    const at_thing to =
        at_identity_local(&flow->reader->identity, source, at_chunk_int(chunk, AT_CHUNK_TO, row));
    if (!from || !to)
        return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED", "a chunk has accounts without names");
    if (flow->only && !flow->only[from] && !flow->only[to])
        return meet_nodes(flow, &transfer, from, to, err);
    AT_TRY(at_chunk_id(&transfer.id, chunk, source, row, flow->texts, err));
    AT_TRY(at_arena_text(&transfer.reverses, flow->texts, transfer.reverses, err));
    return add_transfer(flow, &transfer, from, to, record, flow->name_space_of[source], given, err);
}

at_status at_flow_read_transfers(at_flow *flow, at_error *err) {
    AT_CLEANUP(at_chunks_close) at_chunks chunks = {.db = NULL};
    AT_CLEANUP(at_progress_end)
    at_progress bar = {.what = "transfers", .unit = AT_PROGRESS_COUNT};
    uint64_t done = 0;
    at_hidden hidden;
    AT_TRY(at_hidden_read(&hidden, flow->reader->db, flow->arena, err));
    AT_TRY(at_chunks_open(&chunks, flow->reader->db, AT_CHUNKS_VISIBLE AT_CHUNKS_TRANSFERS, 0,
                          AT_CHUNK_FACTS, flow->arena, err));
    for (size_t i = 0; i < chunks.count; i++)
        bar.total += chunks.entries[i].count;
    if (!flow->only && !flow->take &&
        flow->row_count == 0) { /* a list that doubles is there twice */
        AT_TRY(AT_NEW(&flow->rows, flow->arena, bar.total, err));
        flow->row_capacity = bar.total;
    }
    at_progress_begin(&bar);
    for (size_t i = 0; i < chunks.count; i++) {
        const int64_t source = chunks.entries[i].source;
        AT_TRY(at_chunks_load(&chunks, i, err));
        for (size_t row = 0; row < chunks.loaded.count; row++) {
            const at_record_id record =
                AT_RECORD_ID(source, (uint64_t)at_chunk_int(&chunks.loaded, AT_CHUNK_NUMBER, row));
            if (!at_chunk_is_leg(&chunks.loaded, row) && !at_hidden_has(&hidden, record))
                AT_TRY(read_row(flow, &chunks.loaded, source, row, record, err));
            at_progress_step(&bar, ++done);
        }
        if (flow->texts != flow->arena)
            at_arena_reset(flow->texts);
    }
    return AT_OK;
}
