/* flow_rows.c - transfers, both sides known, as rows. */
#include "engine/base/progress.h"
#include "engine/store/column.h"
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

static at_status add_transfer(at_flow *flow, const at_transfer *transfer, at_record_id record,
                              uint32_t name_space, bool id_given, at_error *err) {
    const at_identity *identity = &flow->reader->identity;
    const at_thing from = at_identity_class(identity, transfer->from.thing);
    const at_thing to = at_identity_class(identity, transfer->to.thing);
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
    return at_flow_add_row(flow, &row, err);
}

at_status at_flow_read_transfers(at_flow *flow, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text sql = {.data = NULL};
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = 0};
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    AT_CLEANUP(at_progress_end)
    at_progress bar = {.what = "transfers", .unit = AT_PROGRESS_COUNT};
    int64_t last = 0;
    bool row = false;
    AT_TRY(at_db_number(&last, flow->reader->db, 0, NULL, 0, "SELECT max(fact) FROM main.transfer",
                        err));
    bar.total = (uint64_t)last;
    at_progress_begin(&bar);
    AT_TRY(at_text_add(&sql, "SELECT f.record, f.source, f.id_given, f.fact, ", err));
    AT_TRY(at_column_select_sql(&sql, AT_TRANSFER, "f", err));
    AT_TRY(at_text_add(&sql, " FROM main.transfer f WHERE " AT_VISIBLE " ORDER BY f.fact", err));
    AT_TRY(at_db_prepare(&statement, flow->reader->db, at_text_string(&sql), err));
    for (;;) {
        at_fact fact;
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            return AT_OK;
        at_arena_reset(&scratch);
        AT_TRY(at_column_read(&fact, AT_TRANSFER, statement, 4, &scratch, err));
        at_transfer *transfer = &fact.transfer;
        AT_TRY(at_arena_text(&transfer->id, flow->arena, transfer->id, err));
        AT_TRY(at_arena_text(&transfer->reverses, flow->arena, transfer->reverses, err));
        at_progress_step(&bar, (uint64_t)at_db_int(statement, 3));
        AT_TRY(add_transfer(flow, transfer, at_db_int(statement, 0),
                            flow->name_space_of[at_db_int(statement, 1)],
                            at_db_int(statement, 2) != 0, err));
    }
}
