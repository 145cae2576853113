#include "queries/trace_cite.h"
#include "queries/trace_support.h"

/* The rows of one account under one method, as its holder could read them in a statement. */
typedef struct account_view {
    const at_traced_run *run;
    uint32_t node;
    const int64_t *tainted; /* by row, then by its fee: traced units as credited */
    int64_t balance;
    uint64_t place;
} account_view;

/* Traced units of every row and fee of a run. Under poison every label counts the same money. */
static at_status sum_moves(int64_t **out, const at_traced_run *run, at_arena *scratch,
                           at_error *err) {
    const at_trace *trace = &run->trace;
    int64_t *tainted = NULL;
    AT_TRY(AT_NEW(&tainted, scratch, 2 * trace->effective->ledger->count, err));
    for (uint32_t i = 0; i < trace->moves.count; i++) {
        const at_trace_move *move = at_pool_at(&trace->moves, i);
        int64_t *sum = &tainted[2 * (size_t)move->row + move->fee];
        if (move->source == AT_NONE)
            continue;
        if (run->rule == AT_TRACE_POISON)
            *sum = move->amount;
        else
            AT_TRY(at_money_add(sum, move->amount, err));
    }
    *out = tainted;
    return AT_OK;
}

/* One line of the account; `debit` 0 for a credit and the other way round. */
static at_status put_line(at_table *out, account_view *view, uint32_t row, bool fee, int64_t credit,
                          int64_t debit, at_error *err) {
    const at_trace *trace = &view->run->trace;
    const at_ledger *ledger = trace->effective->ledger;
    const char *node = NULL, *transfer = NULL, *other = "@fee";
    at_row *line = NULL;
    AT_TRY(at_money_add(&view->balance, credit - debit, err));
    AT_TRY(at_traced_event(&transfer, out, ledger, row, fee, err));
    AT_TRY(at_traced_text(&node, out, ledger->nodes[view->node].id, err));
    if (!fee)
        AT_TRY(at_traced_text(
            &other, out, ledger->nodes[debit > 0 ? ledger->to[row] : ledger->from[row]].id, err));
    AT_TRY(at_table_row(&line, out, err));
    at_cell_text(&line->cells[0], view->run->method);
    at_cell_text(&line->cells[1], node);
    at_cell_integer(&line->cells[2], (int64_t)++view->place);
    at_cell_time(&line->cells[3], ledger->time_us[row],
                 (ledger->flags[row] & AT_ROW_DATE_ONLY) != 0 ? AT_DAY : AT_MICROSECOND);
    at_cell_text(&line->cells[4], transfer);
    at_cell_text(&line->cells[5], other);
    at_cell_integer(&line->cells[6], credit > 0 ? credit : AT_AMOUNT_NONE);
    at_cell_integer(&line->cells[7], debit > 0 ? debit : AT_AMOUNT_NONE);
    at_cell_integer(&line->cells[8], view->balance);
    if (debit == 0 || fee || at_effective_in(trace->effective, row) == debit)
        at_cell_integer(&line->cells[9], view->tainted[2 * (size_t)row + fee]);
    at_cell_text(&line->cells[10], ledger->nodes[view->node].currency.code);
    at_cite cite = {.row = line, .table = out, .trace = trace};
    AT_TRY(at_cite_row(&cite, row, err));
    at_cite_end(&cite);
    return AT_OK;
}

static at_status put_account(at_table *out, account_view *view, at_error *err) {
    const at_trace *trace = &view->run->trace;
    const at_effective *effective = trace->effective;
    const at_ledger *ledger = effective->ledger;
    view->balance = effective->opening[view->node];
    for (uint32_t place = 0; place < ledger->count; place++) {
        const uint32_t row = at_effective_row(effective, place);
        const int64_t fee = at_effective_fee(effective, row);
        if (ledger->time_us[row] > trace->options.as_of_us)
            break;
        if (at_effective_moves(effective, row) && ledger->from[row] == view->node)
            AT_TRY(put_line(out, view, row, false, 0, effective->amount[row], err));
        if (at_effective_moves(effective, row) && ledger->to[row] == view->node)
            AT_TRY(put_line(out, view, row, false, at_effective_in(effective, row), 0, err));
        if (fee > 0 && ledger->from[row] == view->node)
            AT_TRY(put_line(out, view, row, true, 0, fee, err));
    }
    return AT_OK;
}

static at_status run(at_table *out, const at_question *question, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = AT_TRACE_BYTES_MAX};
    at_traced traced;
    AT_TRY(at_traced_prepare(&traced, out, question, AT_TRACED_TAINTED, &scratch, err));
    for (size_t i = 0; i < traced.run_count; i++) {
        const at_traced_run *one = &traced.runs[i];
        int64_t *tainted = NULL;
        if (!at_traced_moves(one->rule))
            continue; /* a division, not a path */
        AT_TRY(sum_moves(&tainted, one, &scratch, err));
        for (uint32_t node = 0; node < traced.ledger->node_count; node++) {
            account_view view = {.run = one, .node = node, .tainted = tainted};
            if (at_node_chosen(&traced.to, &one->trace, node) &&
                at_node_held(traced.ledger->nodes[node].kind))
                AT_TRY(put_account(out, &view, err));
        }
    }
    return at_table_sort(out, err);
}

const at_query query_trace_account = {
    .name = "trace_account",
    .summary = "accounts line by line, as a statement, with the traced part of every credit and "
               "debit by each rule; to=ACCOUNT chooses which",
    .version = 1,
    .needs = AT_NEEDS_FACTS | AT_NEEDS_LEDGER,
    .args = AT_TRACED_ARGS,
    .columns =
        (const at_column[]){
            {"method", AT_COLUMN_TEXT, "the rule"},
            {"node", AT_COLUMN_ID, "the account"},
            {"line", AT_COLUMN_COUNT, "its number, in the order of the trace"},
            {"time", AT_COLUMN_TIME, "as the ledger orders it"},
            {"transfer", AT_COLUMN_ID, "its id; ID/fee is the fee charged behind it"},
            {"counterparty", AT_COLUMN_ID, "the other side"},
            {"credit", AT_COLUMN_AMOUNT, "minor units, less what was reversed"},
            {"debit", AT_COLUMN_AMOUNT, "minor units, less what was reversed"},
            {"balance", AT_COLUMN_AMOUNT, "after the line"},
            {"traced", AT_COLUMN_AMOUNT,
             "the part of the credit or debit under any declared label; empty for a debit that is "
             "changed into another currency"},
            {"currency", AT_COLUMN_TEXT, "of the account"},
            {0},
        },
    .run = run,
    .limits = at_traced_limits,
};
