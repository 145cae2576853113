#include "engine/trace/pass_event.h"

#include <assert.h>

static at_status add_note(at_pass *pass, at_trace_note note, at_error *err) {
    at_trace *trace = pass->trace;
    AT_TRY(AT_GROW(&trace->notes, &pass->note_capacity, trace->note_count, pass->arena, err));
    trace->notes[trace->note_count++] = note;
    return AT_OK;
}

/* --- Sources (T20) ---------------------------------------------------------------------------- */

/* Relabel what `source` declares in `lots`; `where` says what a note is about. */
static at_status apply_source(int64_t *done_out, at_pass *pass, uint32_t index, at_lots *lots,
                              at_trace_note where, at_error *err) {
    const at_trace_source *source = &pass->options->sources[index];
    const uint32_t label = pass->source_label[index];
    const int64_t asked = source->amount == AT_AMOUNT_NONE ? lots->total : source->amount;
    const int64_t wanted = asked < lots->total ? asked : lots->total;
    AT_TRY(at_lots_relabel(done_out, lots, &pass->lots, label, pass->trace->tainted_count, wanted,
                           err));
    AT_TRY(at_money_add(&pass->trace->injected[label], *done_out, err));
    where.source = index;
    if (asked > lots->total) {
        where.code = "SOURCE_CAPPED";
        where.amount = asked - lots->total;
        AT_TRY(add_note(pass, where, err));
    }
    if (*done_out < wanted) {
        where.code = "SOURCE_OVERLAP";
        where.amount = wanted - *done_out;
        AT_TRY(add_note(pass, where, err));
    }
    return AT_OK;
}

static at_status apply_account_sources(at_pass *pass, int64_t until_us, at_error *err) {
    for (; pass->next_source < pass->source_count; pass->next_source++) {
        const uint32_t index = pass->source_order[pass->next_source];
        const at_trace_source *source = &pass->options->sources[index];
        if (!source->on_account || source->time_us > until_us)
            break;
        at_pass_account *account = &pass->accounts[source->node];
        int64_t done = 0;
        AT_TRY(apply_source(
            &done, pass, index, &account->lots,
            (at_trace_note){.node = source->node, .row = AT_NONE, .against = AT_NONE}, err));
        if (done == 0)
            continue;
        account->reached = true;
        const at_reach start = {.node = source->node,
                                .label = pass->source_label[index],
                                .move = AT_NONE,
                                .source = index};
        AT_TRY(at_reaches_note(&pass->trace->reaches, &start, err));
    }
    return AT_OK;
}

static at_status apply_transfer_sources(bool *any_out, at_pass *pass, const at_pass_event *event,
                                        at_lots *block, at_error *err) {
    *any_out = false;
    if (!pass->declared[event->row])
        return AT_OK;
    for (size_t i = 0; i < pass->source_count; i++) {
        const uint32_t index = pass->source_order[i];
        const at_trace_source *source = &pass->options->sources[index];
        if (source->on_account || source->row != event->row || source->fee != event->fee)
            continue;
        int64_t done = 0;
        AT_TRY(apply_source(
            &done, pass, index, block,
            (at_trace_note){
                .node = AT_NONE, .row = event->row, .fee = event->fee, .against = AT_NONE},
            err));
        pass->applied[index] = true;
        if (done > 0) {
            pass->label_source[pass->source_label[index]] = index;
            *any_out = true;
        }
    }
    return AT_OK;
}

/* --- A block's labels ------------------------------------------------------------------------- */

static void count_labels(at_pass *pass, const at_lots *lots) {
    uint32_t index = lots->total > 0 ? lots->oldest : AT_NONE;
    for (; index != AT_NONE; index = at_lot_at(&pass->lots, index)->newer) {
        const at_lot *lot = at_lot_at(&pass->lots, index);
        if (pass->units[lot->label] == 0)
            pass->touched[pass->touched_count++] = lot->label;
        pass->units[lot->label] += lot->units;
    }
}

static void forget_labels(at_pass *pass) {
    for (size_t i = 0; i < pass->touched_count; i++) {
        const uint32_t label = pass->touched[i];
        pass->units[label] = 0;
        pass->repaid[label] = 0;
        pass->label_source[label] = AT_NONE;
    }
    pass->touched_count = 0;
}

static int64_t tainted_units(const at_pass *pass, const at_lots *lots) {
    int64_t units = 0;
    uint32_t index = lots->total > 0 ? lots->oldest : AT_NONE;
    for (; index != AT_NONE; index = at_lot_at(&pass->lots, index)->newer) {
        const at_lot *lot = at_lot_at(&pass->lots, index);
        units += lot->label < pass->trace->tainted_count ? lot->units : 0;
    }
    return units;
}

static at_status record_moves(at_pass *pass, const at_pass_event *event, at_error *err) {
    at_trace *trace = pass->trace;
    for (size_t i = 0; i < pass->touched_count; i++) {
        const uint32_t label = pass->touched[i];
        const bool tainted = label < trace->tainted_count;
        if (!tainted && !pass->options->all_moves)
            continue;
        uint32_t parent = AT_NONE, source = pass->label_source[label], hops = 0;
        if (tainted && source == AT_NONE) {
            const at_reach *reach = at_reaches_find(&trace->reaches, event->from, label);
            assert(reach != NULL); /* a label leaves only where it came or was declared */
            parent = reach->move;
            source = reach->source;
            hops = reach->hops;
        }
        AT_TRY(at_pool_add(&pass->label_move[label], &trace->moves, err));
        *(at_trace_move *)at_pool_at(&trace->moves, pass->label_move[label]) =
            (at_trace_move){.amount = pass->units[label],
                            .row = event->row,
                            .label = label,
                            .parent = parent,
                            .source = source,
                            .fee = event->fee};
        pass->label_hops[label] = hops + 1;
    }
    return AT_OK;
}

static at_status note_reach(at_pass *pass, const at_pass_event *event, uint32_t node,
                            uint32_t label, at_error *err) {
    const uint32_t move = pass->label_move[label];
    const at_trace_move *last = at_pool_at(&pass->trace->moves, move);
    const at_reach way = {.node = node,
                          .label = label,
                          .hops = pass->label_hops[label],
                          .move = move,
                          .source = last->source,
                          .records = at_row_records(pass->ledger, event->row)};
    return at_reaches_note(&pass->trace->reaches, &way, err);
}

/* --- Debt (T13) ------------------------------------------------------------------------------- */

static at_status add_debt(at_pass *pass, at_pass_account *account, int64_t units, uint32_t row,
                          bool fee, at_error *err) {
    uint32_t index = 0;
    AT_TRY(at_money_add(&account->debt, units, err));
    AT_TRY(at_pool_add(&index, &pass->debts, err));
    *(at_pass_debt *)at_pool_at(&pass->debts, index) =
        (at_pass_debt){.units = units, .row = row, .fee = fee, .next = AT_NONE};
    if (account->debt_first == AT_NONE)
        account->debt_first = index;
    else
        ((at_pass_debt *)at_pool_at(&pass->debts, account->debt_last))->next = index;
    account->debt_last = index;
    return AT_OK;
}

static at_status settle_debts(at_pass *pass, const at_pass_event *event, int64_t units,
                              bool tainted, at_error *err) {
    at_pass_account *account = &pass->accounts[event->to];
    account->debt -= units;
    while (units > 0) {
        at_pass_debt *oldest = at_pool_at(&pass->debts, account->debt_first);
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
            AT_TRY(add_note(pass, note, err));
        units -= paid;
        oldest->units -= paid;
        if (oldest->units == 0)
            account->debt_first = oldest->next;
    }
    return AT_OK;
}

static at_status overdraft_sink(uint32_t *out, at_pass *pass, uint32_t node, at_error *err) {
    at_pass_account *account = &pass->accounts[node];
    if (account->sink == AT_NONE)
        AT_TRY(at_pass_add_sink(&account->sink, pass, node, false, err));
    *out = account->sink;
    return AT_OK;
}

/* The part of the block that pays debt back, into its sink. */
static at_status repay_debt(at_pass *pass, const at_pass_event *event, at_lots *block,
                            at_error *err) {
    const at_pass_account *account = &pass->accounts[event->to];
    const int64_t units = account->debt < block->total ? account->debt : block->total;
    if (units == 0)
        return AT_OK;
    at_lots part = {0};
    uint32_t sink_number = 0;
    AT_TRY(at_trace_take(&part, block, &pass->lots, pass->options->method, units, err));
    AT_TRY(overdraft_sink(&sink_number, pass, event->to, err));
    at_pass_sink *sink = at_pool_at(&pass->sinks, sink_number);
    bool tainted = false;
    for (uint32_t index = part.oldest; index != AT_NONE;
         index = at_lot_at(&pass->lots, index)->newer) {
        const at_lot lot = *at_lot_at(&pass->lots, index);
        AT_TRY(at_lots_tally(&sink->lots, &pass->lots, lot.label, lot.units, err));
        if (lot.label < pass->trace->tainted_count) {
            tainted = true;
            if (pass->repaid[lot.label] == 0)
                AT_TRY(note_reach(pass, event, pass->node_count + sink_number, lot.label, err));
            pass->repaid[lot.label] += lot.units;
        }
    }
    at_lots_drop(&part, &pass->lots);
    return settle_debts(pass, event, units, tainted, err);
}

/* --- Class replenished (T13) ------------------------------------------------------------------ */

static at_status remember_debit(at_pass *pass, const at_pass_event *event, const at_lots *block,
                                at_error *err) {
    if (pass->options->backward_window_us == AT_TRACE_WINDOW_OFF || !event->from_held)
        return AT_OK;
    const int64_t units = block->total - tainted_units(pass, block);
    if (units == 0)
        return AT_OK;
    at_pass_account *account = &pass->accounts[event->from];
    uint32_t index = 0;
    AT_TRY(at_pool_add(&index, &pass->debits, err));
    *(at_pass_debit *)at_pool_at(&pass->debits, index) = (at_pass_debit){.units = units,
                                                                         .time_us = event->time_us,
                                                                         .row = event->row,
                                                                         .fee = event->fee,
                                                                         .older = account->debits};
    account->debits = index;
    return AT_OK;
}

static at_status list_replenished(at_pass *pass, const at_pass_event *event, const at_lots *block,
                                  at_error *err) {
    if (pass->options->backward_window_us == AT_TRACE_WINDOW_OFF)
        return AT_OK;
    int64_t left = tainted_units(pass, block);
    uint32_t *link = &pass->accounts[event->to].debits;
    while (left > 0 && *link != AT_NONE) {
        at_pass_debit *debit = at_pool_at(&pass->debits, *link);
        int64_t age = 0;
        if (__builtin_sub_overflow(event->time_us, debit->time_us, &age) ||
            age > pass->options->backward_window_us) {
            *link = AT_NONE; /* older ones are out of every later window too */
            break;
        }
        const int64_t units = debit->units < left ? debit->units : left;
        AT_TRY(add_note(pass,
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

/* --- One event -------------------------------------------------------------------------------- */

static at_status take_block(at_lots *block, at_pass *pass, const at_pass_event *event,
                            at_error *err) {
    const uint32_t clean = pass->trace->tainted_count;
    if (!event->from_held)
        return at_lots_push(block, &pass->lots, clean, event->amount, err);
    at_pass_account *account = &pass->accounts[event->from];
    const int64_t held = account->lots.total;
    const int64_t units = event->amount < held ? event->amount : held;
    AT_TRY(at_trace_take(block, &account->lots, &pass->lots, pass->options->method, units, err));
    if (units == event->amount)
        return AT_OK;
    AT_TRY(at_lots_push(block, &pass->lots, clean + 1, event->amount - units, err));
    return add_debt(pass, account, event->amount - units, event->row, event->fee, err);
}

/* What stops at a node without a ledger stays there by label. */
static at_status stop_block(at_pass *pass, const at_pass_event *event, at_lots *stopped,
                            at_lots *block, at_error *err) {
    for (size_t i = 0; i < pass->touched_count; i++) {
        const uint32_t label = pass->touched[i];
        AT_TRY(at_lots_tally(stopped, &pass->lots, label, pass->units[label], err));
        if (label < pass->trace->tainted_count)
            AT_TRY(note_reach(pass, event, event->to, label, err));
    }
    at_lots_drop(block, &pass->lots);
    return AT_OK;
}

static at_status deposit_block(at_pass *pass, const at_pass_event *event, at_lots *block,
                               at_error *err) {
    at_pass_account *account = &pass->accounts[event->to];
    AT_TRY(list_replenished(pass, event, block, err));
    AT_TRY(repay_debt(pass, event, block, err));
    for (size_t i = 0; i < pass->touched_count; i++) {
        const uint32_t label = pass->touched[i];
        if (label >= pass->trace->tainted_count || pass->units[label] == pass->repaid[label])
            continue;
        account->reached = true;
        AT_TRY(note_reach(pass, event, event->to, label, err));
    }
    return at_lots_append(&account->lots, &pass->lots, block, err);
}

static at_status run_event(at_pass *pass, const at_pass_event *event, at_error *err) {
    at_lots block = {0};
    bool declared = false;
    AT_TRY(take_block(&block, pass, event, err));
    AT_TRY(remember_debit(pass, event, &block, err));
    if (event->amount != event->amount_in)
        at_lots_convert(&block, &pass->lots, event->amount, event->amount_in);
    AT_TRY(apply_transfer_sources(&declared, pass, event, &block, err));
    /* Untainted money between two accounts needs no counting unless every move is wanted. */
    if (pass->options->all_moves || declared || event->stopped != NULL ||
        (event->from_held && pass->accounts[event->from].reached)) {
        count_labels(pass, &block);
        AT_TRY(record_moves(pass, event, err));
    }
    if (event->stopped != NULL)
        AT_TRY(stop_block(pass, event, event->stopped, &block, err));
    else
        AT_TRY(deposit_block(pass, event, &block, err));
    forget_labels(pass);
    return AT_OK;
}

static at_status run_row(at_pass *pass, uint32_t row, at_error *err) {
    const at_ledger *ledger = pass->ledger;
    at_pass_event event = {.row = row,
                           .from = ledger->from[row],
                           .to = ledger->to[row],
                           .time_us = ledger->time_us[row],
                           .amount = pass->effective->amount[row]};
    event.from_held = pass->accounts[event.from].held;
    if (at_effective_moves(pass->effective, row)) {
        event.amount_in = at_effective_in(pass->effective, row);
        if (!pass->accounts[event.to].held)
            event.stopped = &pass->accounts[event.to].lots;
        AT_TRY(run_event(pass, &event, err));
    } else if (event.amount > 0) {
        AT_TRY(add_note(pass,
                        (at_trace_note){.code = "SELF_TRANSFER",
                                        .node = event.from,
                                        .row = row,
                                        .source = AT_NONE,
                                        .against = AT_NONE,
                                        .amount = event.amount},
                        err));
    }
    event.amount = event.amount_in = at_effective_fee(pass->effective, row);
    if (event.amount == 0)
        return AT_OK;
    const uint32_t number = at_pass_fee_sink(pass, event.from);
    event.fee = true;
    event.to = pass->node_count + number;
    event.stopped = &((at_pass_sink *)at_pool_at(&pass->sinks, number))->lots;
    return run_event(pass, &event, err);
}

/* Accounts and lots lie all over memory and a row waits for each of them, so they are called for
 * some rows ahead: first the accounts, then what they hold. Half the time at ten million rows. */
static void call_ahead(const at_pass *pass, uint32_t place) {
    enum { ACCOUNTS_AHEAD = 16, LOTS_AHEAD = 8 };
    const at_ledger *ledger = pass->ledger;
    if (place + ACCOUNTS_AHEAD >= ledger->count)
        return;
    const uint32_t far = at_effective_row(pass->effective, place + ACCOUNTS_AHEAD);
    const uint32_t near = at_effective_row(pass->effective, place + LOTS_AHEAD);
    const at_lots *from = &pass->accounts[ledger->from[near]].lots;
    const at_lots *to = &pass->accounts[ledger->to[near]].lots;
    __builtin_prefetch(&pass->accounts[ledger->from[far]]);
    __builtin_prefetch(&pass->accounts[ledger->to[far]]);
    if (from->total > 0)
        __builtin_prefetch(at_lot_at(&pass->lots, from->oldest));
    if (to->total > 0)
        __builtin_prefetch(at_lot_at(&pass->lots, to->newest));
}

at_status at_pass_rows(at_pass *pass, at_error *err) {
    const at_ledger *ledger = pass->ledger;
    const int64_t as_of_us = pass->options->as_of_us;
    for (uint32_t place = 0; place < ledger->count; place++) {
        const uint32_t row = at_effective_row(pass->effective, place);
        if (ledger->time_us[row] > as_of_us)
            break;
        call_ahead(pass, place);
        AT_TRY(apply_account_sources(pass, ledger->time_us[row], err));
        AT_TRY(run_row(pass, row, err));
    }
    return apply_account_sources(pass, as_of_us, err);
}

at_status at_pass_open(at_pass *pass, at_error *err) {
    const uint32_t clean = pass->trace->tainted_count;
    for (uint32_t node = 0; node < pass->node_count; node++) {
        at_pass_account *account = &pass->accounts[node];
        const int64_t opening = pass->effective->opening[node];
        const bool imputed = at_opening_imputed(pass->effective, node);
        account->held = at_node_held(pass->ledger->nodes[node].kind);
        account->sink = account->debits = account->debt_first = AT_NONE;
        if (opening < 0)
            AT_TRY(add_debt(pass, account, -opening, AT_TRACE_OPENING, false, err));
        else
            AT_TRY(at_lots_push(&account->lots, &pass->lots, imputed ? clean + 2 : clean, opening,
                                err));
        if (imputed)
            AT_TRY(add_note(pass,
                            (at_trace_note){.code = "IMPUTED_OPENING",
                                            .node = node,
                                            .row = AT_NONE,
                                            .source = AT_NONE,
                                            .against = AT_NONE,
                                            .amount = opening},
                            err));
    }
    return AT_OK;
}

at_status at_pass_note_reversals(at_pass *pass, at_error *err) {
    const at_effective *effective = pass->effective;
    for (size_t i = 0; i < effective->reversal_count; i++) {
        const at_reversal *reversal = &effective->reversals[i];
        AT_TRY(add_note(pass,
                        (at_trace_note){.code = reversal->code,
                                        .node = AT_NONE,
                                        .row = reversal->row,
                                        .source = AT_NONE,
                                        .against = AT_NONE,
                                        .amount = reversal->amount},
                        err));
    }
    return AT_OK;
}

at_status at_pass_note_missing(at_pass *pass, at_error *err) {
    for (uint32_t i = 0; i < pass->source_count; i++) {
        const at_trace_source *source = &pass->options->sources[i];
        if (source->on_account || pass->applied[i])
            continue;
        AT_TRY(add_note(pass,
                        (at_trace_note){.code = "SOURCE_MISSING",
                                        .node = AT_NONE,
                                        .row = AT_NONE,
                                        .source = i,
                                        .against = AT_NONE,
                                        .amount = AT_AMOUNT_NONE},
                        err));
    }
    return AT_OK;
}
