#include "engine/trace/pass_event.h"

/* --- Debt (T13) ------------------------------------------------------------------------------- */

at_status at_pass_past_of(at_pass_past **out, at_pass *pass, uint32_t node, at_error *err) {
    uint32_t number = pass->past_of[node];
    if (number == 0) {
        AT_TRY(at_pool_add(&number, &pass->pasts, err));
        *(at_pass_past *)at_pool_at(&pass->pasts, number) = (at_pass_past){
            .debt_first = AT_NONE, .debt_last = AT_NONE, .sink = AT_NONE, .debits = AT_NONE};
        pass->past_of[node] = ++number;
    }
    *out = at_pool_at(&pass->pasts, number - 1);
    return AT_OK;
}

at_status at_pass_lend(at_pass *pass, uint32_t node, int64_t units, uint32_t row, bool fee,
                       at_error *err) {
    at_pass_past *past = NULL;
    uint32_t index = 0;
    AT_TRY(at_pass_past_of(&past, pass, node, err));
    AT_TRY(at_money_add(&pass->accounts[node].debt, units, err));
    AT_TRY(at_pool_add(&index, &pass->debts, err));
    *(at_pass_debt *)at_pool_at(&pass->debts, index) =
        (at_pass_debt){.units = units, .row = row, .fee = fee, .next = AT_NONE};
    if (past->debt_first == AT_NONE)
        past->debt_first = index;
    else
        ((at_pass_debt *)at_pool_at(&pass->debts, past->debt_last))->next = index;
    past->debt_last = index;
    return AT_OK;
}

static at_status settle_debts(at_pass *pass, const at_pass_event *event, int64_t units,
                              bool tainted, at_error *err) {
    at_pass_past *past = NULL;
    AT_TRY(at_pass_past_of(&past, pass, event->to, err));
    pass->accounts[event->to].debt -= units;
    while (units > 0) {
        at_pass_debt *oldest = at_pool_at(&pass->debts, past->debt_first);
        const int64_t paid = oldest->units < units ? oldest->units : units;
        const at_trace_note note = {.code = "overdraft",
                                    .node = event->to,
                                    .row = event->row,
                                    .fee = event->fee,
                                    .against = oldest->row,
                                    .against_fee = oldest->fee,
                                    .source = AT_NONE,
                                    .amount = paid};
        if (tainted)
            AT_TRY(at_pass_note(pass, note, err));
        units -= paid;
        oldest->units -= paid;
        if (oldest->units == 0)
            past->debt_first = oldest->next;
    }
    return AT_OK;
}

static at_status overdraft_sink(uint32_t *out, at_pass *pass, uint32_t node, at_error *err) {
    at_pass_past *past = NULL;
    AT_TRY(at_pass_past_of(&past, pass, node, err));
    if (past->sink == AT_NONE)
        AT_TRY(at_pass_add_sink(&past->sink, pass, node, false, err));
    *out = past->sink;
    return AT_OK;
}

/* The part of the block that pays debt back, into its sink. */
at_status at_pass_repay(at_pass *pass, const at_pass_event *event, at_lots *block, at_error *err) {
    const at_pass_account *account = &pass->accounts[event->to];
    const int64_t units = account->debt < block->total ? account->debt : block->total;
    if (units == 0)
        return AT_OK;
    at_lots part = {0};
    uint32_t sink_number = 0;
    AT_TRY(at_take_units(&part, &pass->take, block, units, false, err));
    AT_TRY(overdraft_sink(&sink_number, pass, event->to, err));
    at_pass_sink *sink = at_pool_at(&pass->sinks, sink_number);
    bool tainted = false;
    for (uint32_t index = part.oldest; index != AT_NONE;
         index = at_lot_at(&pass->take.lots, index)->newer) {
        const at_lot lot = *at_lot_at(&pass->take.lots, index);
        AT_TRY(at_lots_tally(&sink->lots, &pass->take.lots, lot.label, lot.units, err));
        if (lot.label < pass->trace->tainted_count) {
            tainted = true;
            if (pass->repaid[lot.label] == 0)
                AT_TRY(at_pass_reach(pass, event, pass->node_count + sink_number, lot.label, err));
            pass->repaid[lot.label] += lot.units;
        }
    }
    at_lots_drop(&part, &pass->take.lots);
    return settle_debts(pass, event, units, tainted, err);
}

/* --- Class replenished (T13) ------------------------------------------------------------------ */

at_status at_pass_remember(at_pass *pass, const at_pass_event *event, at_lots *block,
                           at_error *err) {
    int64_t tainted = 0;
    if (pass->options->backward_window_us == AT_TRACE_WINDOW_OFF || !event->from_held)
        return AT_OK;
    AT_TRY(at_pass_tainted(&tainted, pass, block, err));
    const int64_t units = block->total - tainted;
    if (units == 0)
        return AT_OK;
    at_pass_past *past = NULL;
    uint32_t index = 0;
    AT_TRY(at_pass_past_of(&past, pass, event->from, err));
    AT_TRY(at_pool_add(&index, &pass->debits, err));
    *(at_pass_debit *)at_pool_at(&pass->debits, index) = (at_pass_debit){.units = units,
                                                                         .time_us = event->time_us,
                                                                         .row = event->row,
                                                                         .fee = event->fee,
                                                                         .older = past->debits};
    past->debits = index;
    return AT_OK;
}

at_status at_pass_refill(at_pass *pass, const at_pass_event *event, at_lots *block, at_error *err) {
    if (pass->options->backward_window_us == AT_TRACE_WINDOW_OFF)
        return AT_OK;
    int64_t left = 0;
    AT_TRY(at_pass_tainted(&left, pass, block, err));
    at_pass_past *past = NULL;
    AT_TRY(at_pass_past_of(&past, pass, event->to, err));
    uint32_t *link = &past->debits;
    while (left > 0 && *link != AT_NONE) {
        at_pass_debit *debit = at_pool_at(&pass->debits, *link);
        int64_t age = 0;
        if (__builtin_sub_overflow(event->time_us, debit->time_us, &age) ||
            age > pass->options->backward_window_us) {
            *link = AT_NONE; /* older ones are out of every later window too */
            break;
        }
        const int64_t units = debit->units < left ? debit->units : left;
        AT_TRY(at_pass_note(pass,
                            (at_trace_note){.code = "replenished",
                                            .node = event->to,
                                            .row = event->row,
                                            .fee = event->fee,
                                            .against = debit->row,
                                            .against_fee = debit->fee,
                                            .source = AT_NONE,
                                            .amount = units},
                            err));
        left -= units;
        debit->units -= units;
        if (debit->units == 0)
            *link = debit->older;
    }
    return AT_OK;
}
