#include "queries/trace_cite.h"
#include "queries/trace_support.h"

static at_status put_move(at_table *out, const at_traced_run *run, uint32_t index, at_error *err) {
    const at_trace *trace = &run->trace;
    const at_ledger *ledger = trace->effective->ledger;
    const at_trace_move *move = at_pool_at(&trace->moves, index);
    const char *label = NULL, *transfer = NULL, *currency = NULL;
    const uint32_t from = ledger->from[move->row], to = ledger->to[move->row];
    at_row *row = NULL;
    AT_TRY(at_traced_text(&label, out, trace->labels[move->label], err));
    AT_TRY(at_traced_event(&transfer, out, ledger, move->row, move->fee, err));
    AT_TRY(at_traced_text(&currency, out, ledger->nodes[move->fee ? from : to].currency.code, err));
    AT_TRY(at_table_row(&row, out, err));
    at_cell_text(&row->cells[0], run->method);
    at_cell_text(&row->cells[1], label);
    at_cell_text(&row->cells[2], transfer);
    at_cell_integer(&row->cells[3], move->amount);
    at_cell_text(&row->cells[4], currency);
    at_cell_text(&row->cells[5], ledger->nodes[from].id);
    at_cell_text(&row->cells[6], move->fee ? "@fee" : ledger->nodes[to].id);
    at_cell_time(&row->cells[7], ledger->time_us[move->row],
                 (ledger->flags[move->row] & AT_ROW_DATE_ONLY) != 0 ? AT_DAY : AT_MICROSECOND);
    at_cite cite = {.row = row, .table = out, .trace = trace};
    if (move->source != AT_NONE)
        AT_TRY(at_cite_way(&cite, move->source, index, err));
    else
        AT_TRY(at_cite_row(&cite, move->row, err));
    at_cite_end(&cite);
    return AT_OK;
}

static at_status run(at_table *out, const at_question *question, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = AT_TRACE_BYTES_MAX};
    at_traced traced;
    AT_TRY(at_traced_prepare(&traced, out, question, AT_TRACED_MOVES, &scratch, err));
    for (size_t i = 0; i < traced.run_count; i++)
        for (uint32_t j = 0;
             at_traced_moves(traced.runs[i].rule) && j < traced.runs[i].trace.moves.count; j++)
            AT_TRY(put_move(out, &traced.runs[i], j, err));
    return at_table_sort(out, err);
}

const at_query query_trace_transfers = {
    .name = "trace_transfers",
    .summary = "every transfer of a trace and whose money it carried",
    .version = 1,
    .adds_up = true,
    .needs = AT_NEEDS_FACTS | AT_NEEDS_LEDGER,
    .args = at_traced_label_args,
    .columns =
        (const at_column[]){
            {"method", AT_COLUMN_TEXT, "the rule"},
            {"label", AT_COLUMN_TEXT, "whose money: a declared label, @clean, @credit, @unknown"},
            {"transfer", AT_COLUMN_ID, "its id; ID/fee is the fee charged behind it"},
            {"amount", AT_COLUMN_AMOUNT, "minor units credited under this label"},
            {"currency", AT_COLUMN_TEXT, "of the credited account"},
            {"from", AT_COLUMN_ID, "debited"},
            {"to", AT_COLUMN_ID, "credited"},
            {"time", AT_COLUMN_TIME, "as the ledger orders it"},
            {0},
        },
    .run = run,
    .limits = at_traced_limits,
};
