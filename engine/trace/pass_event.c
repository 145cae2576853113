#include "engine/trace/pass_event.h"

#include <assert.h>

#include "engine/base/interrupt.h"
#include "engine/base/progress.h"

/* --- A block's labels ------------------------------------------------------------------------- */

static void touch_label(void *self, uint32_t label, int64_t units) {
    at_pass *pass = self;
    if (pass->units[label] == 0)
        pass->touched[pass->touched_count++] = label;
    pass->units[label] += units;
}

void at_pass_forget(at_pass *pass) {
    for (size_t i = 0; i < pass->touched_count; i++) {
        const uint32_t label = pass->touched[i];
        pass->units[label] = 0;
        pass->repaid[label] = 0;
        pass->label_source[label] = AT_NONE;
    }
    pass->touched_count = 0;
}

typedef struct tainted_count {
    uint32_t labels; /* those below are tainted */
    int64_t units;
} tainted_count;

static void add_tainted(void *self, uint32_t label, int64_t units) {
    tainted_count *count = self;
    count->units += label < count->labels ? units : 0;
}

at_status at_pass_tainted(int64_t *out, at_pass *pass, at_lots *lots, at_error *err) {
    tainted_count count = {.labels = pass->trace->tainted_count};
    AT_TRY(at_take_count(lots, &pass->take, add_tainted, &count, err));
    *out = count.units;
    return AT_OK;
}

static at_status keep_move(at_pass *pass, const at_pass_event *event, uint32_t label,
                           at_error *err) {
    at_pass_way *way = &pass->ways[label];
    AT_TRY(at_pool_add(&way->move, &pass->trace->moves, err));
    *(at_trace_move *)at_pool_at(&pass->trace->moves, way->move) =
        (at_trace_move){.amount = pass->units[label],
                        .row = event->row,
                        .label = label,
                        .parent = way->parent,
                        .source = way->source,
                        .fee = event->fee};
    return AT_OK;
}

at_status at_pass_moves(at_pass *pass, const at_pass_event *event, at_error *err) {
    at_trace *trace = pass->trace;
    for (size_t i = 0; i < pass->touched_count; i++) {
        const uint32_t label = pass->touched[i];
        const bool tainted = label < trace->tainted_count;
        if (!tainted && !pass->options->all_moves)
            continue;
        at_pass_way way = {
            .move = AT_NONE, .parent = AT_NONE, .source = pass->label_source[label], .hops = 1};
        if (tainted && way.source == AT_NONE) {
            at_reach *reach = NULL;
            AT_TRY(at_reaches_add(&reach, &trace->reaches, event->from, label, err));
            assert(reach->hops != AT_NONE); /* a label leaves only where it came or was declared */
            way.parent = reach->move;
            way.source = reach->source;
            way.hops = reach->hops + 1;
        }
        pass->ways[label] = way;
        if (!pass->options->ways_only)
            AT_TRY(keep_move(pass, event, label, err));
    }
    return AT_OK;
}

at_status at_pass_reach(at_pass *pass, const at_pass_event *event, uint32_t node, uint32_t label,
                        at_error *err) {
    const at_pass_way *way = &pass->ways[label];
    at_reach *reach = NULL;
    AT_TRY(at_reaches_add(&reach, &pass->trace->reaches, node, label, err));
    reach->records += at_row_records(pass->ledger, event->row);
    if (way->hops >= reach->hops)
        return AT_OK;
    if (way->move == AT_NONE)
        AT_TRY(keep_move(pass, event, label, err));
    reach->hops = way->hops;
    reach->move = way->move;
    reach->source = way->source;
    return AT_OK;
}

/* --- One event -------------------------------------------------------------------------------- */

/* Only oatway asks: it takes tainted money first for what is preserved (T12). */
static bool goes_where_preserved(const at_pass *pass, const at_pass_event *event) {
    const bool *preserved = pass->options->preserved;
    return pass->take.method == AT_TRACE_OATWAY && event->stopped == NULL &&
           ((pass->effective->marks[event->to] & AT_MARK_ASSET) != 0 ||
            (preserved != NULL && preserved[event->to]));
}

static at_status take_block(at_lots *block, at_pass *pass, const at_pass_event *event,
                            at_error *err) {
    const uint32_t clean = pass->trace->tainted_count;
    if (!event->from_held)
        return at_take_put(block, &pass->take, clean, event->amount, err);
    at_pass_account *account = &pass->accounts[event->from];
    const int64_t held = account->lots.total;
    const int64_t units = event->amount < held ? event->amount : held;
    AT_TRY(at_take_units(block, &pass->take, &account->lots, units,
                         goes_where_preserved(pass, event), err));
    if (units == event->amount)
        return AT_OK;
    AT_TRY(at_take_put(block, &pass->take, clean + 1, event->amount - units, err));
    return at_pass_lend(pass, event->from, event->amount - units, event->row, event->fee, err);
}

/* What stops at a node without a ledger stays there by label. */
static at_status stop_block(at_pass *pass, const at_pass_event *event, at_lots *stopped,
                            at_lots *block, at_error *err) {
    for (size_t i = 0; i < pass->touched_count; i++) {
        const uint32_t label = pass->touched[i];
        AT_TRY(at_lots_tally(stopped, &pass->take.lots, label, pass->units[label], err));
        if (label < pass->trace->tainted_count)
            AT_TRY(at_pass_reach(pass, event, event->to, label, err));
    }
    at_lots_drop(block, &pass->take.lots);
    return AT_OK;
}

static at_status deposit_block(at_pass *pass, const at_pass_event *event, at_lots *block,
                               at_error *err) {
    at_pass_account *account = &pass->accounts[event->to];
    AT_TRY(at_pass_refill(pass, event, block, err));
    AT_TRY(at_pass_repay(pass, event, block, err));
    for (size_t i = 0; i < pass->touched_count; i++) {
        const uint32_t label = pass->touched[i];
        if (label >= pass->trace->tainted_count || pass->units[label] == pass->repaid[label])
            continue;
        account->reached = true;
        AT_TRY(at_pass_reach(pass, event, event->to, label, err));
    }
    return at_take_join(&account->lots, &pass->take, block, err);
}

static at_status run_event(at_pass *pass, const at_pass_event *event, at_error *err) {
    at_lots block = {0};
    bool declared = false;
    const uint32_t move_first = pass->trace->moves.count;
    if (pass->take.method == AT_TRACE_POISON)
        return at_pass_poison(pass, event, err);
    bool done = false;
    if (pass->plain != NULL)
        AT_TRY(at_pass_plain_event(&done, pass, event, err));
    if (done)
        return AT_OK;
    AT_TRY(take_block(&block, pass, event, err));
    if (pass->plain != NULL)
        AT_TRY(at_pass_plain_block(&done, pass, event, &block, err));
    if (done)
        return AT_OK;
    AT_TRY(at_pass_remember(pass, event, &block, err));
    if (event->amount != event->amount_in)
        AT_TRY(at_pass_convert(pass, event, &block, err));
    AT_TRY(at_pass_transfer_sources(&declared, pass, event, &block, err));
    /* Untainted money between two accounts needs no counting unless every move is wanted. */
    if (pass->options->all_moves || declared || event->stopped != NULL ||
        (event->from_held && pass->accounts[event->from].reached)) {
        AT_TRY(at_take_count(&block, &pass->take, touch_label, pass, err));
        AT_TRY(at_pass_moves(pass, event, err));
    }
    if (event->stopped != NULL)
        AT_TRY(stop_block(pass, event, event->stopped, &block, err));
    else
        AT_TRY(deposit_block(pass, event, &block, err));
    at_pass_forget(pass);
    return at_pass_watch_event(pass, event, move_first, err);
}

static bool is_held(const at_pass *pass, uint32_t node) {
    return (pass->effective->marks[node] & AT_MARK_HELD) != 0;
}

/* An event of accounts one of which at least has lots: both do, as long as it runs. */
static at_status run_unmixed(at_pass *pass, const at_pass_event *event, at_error *err) {
    if (pass->mixes.pairs == NULL)
        return run_event(pass, event, err);
    AT_TRY(at_pass_unmix(pass, event->from, err));
    if (event->stopped == NULL)
        AT_TRY(at_pass_unmix(pass, event->to, err));
    AT_TRY(run_event(pass, event, err));
    AT_TRY(at_pass_remix(pass, event->from, err));
    return event->stopped == NULL ? at_pass_remix(pass, event->to, err) : AT_OK;
}

static at_status run_row(at_pass *pass, uint32_t row, at_error *err) {
    const at_ledger *ledger = pass->ledger;
    at_pass_event event = {.row = row,
                           .from = ledger->from[row],
                           .to = ledger->to[row],
                           .time_us = ledger->time_us[row],
                           .amount = pass->effective->amount[row]};
    event.from_held = is_held(pass, event.from);
    if (at_effective_moves(pass->effective, row)) {
        event.amount_in = at_effective_in(pass->effective, row);
        if (!is_held(pass, event.to))
            event.stopped = &pass->accounts[event.to].lots;
        AT_TRY(run_unmixed(pass, &event, err));
    } else if (event.amount > 0 && !pass->options->declared_only) {
        AT_TRY(at_pass_note(pass,
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
    return run_unmixed(pass, &event, err);
}

/* The first place whose row is not before that time. */
static uint32_t find_place(const at_pass *pass, int64_t time_us) {
    uint32_t low = 0, high = (uint32_t)pass->ledger->count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (pass->ledger->time_us[at_effective_row(pass->effective, middle)] < time_us)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Rows from `place` on that nothing on accounts is declared between. */
static at_status run_stretch(at_pass *pass, uint32_t place, uint32_t end, at_error *err) {
    const uint32_t first = place;
    uint32_t whole = 0;
    for (; place < end; place++, whole++) {
        if (pass->plain != NULL)
            at_pass_plain_rows(&place, pass, end);
        else if (pass->mixes.pairs != NULL)
            AT_TRY(at_pass_mix_rows(&place, pass, end, err));
        else
            at_pass_call(pass, place);
        if (place == end)
            break;
        AT_TRY(at_deadline_check(err));
        AT_TRY(run_row(pass, at_effective_row(pass->effective, place), err));
    }
    pass->busy = whole > (end - first) / 64;
    return AT_OK;
}

at_status at_pass_rows(at_pass *pass, at_error *err) {
    enum { STRETCH = 4096 };
    const at_ledger *ledger = pass->ledger;
    const int64_t as_of_us = pass->options->as_of_us;
    const uint32_t count = (uint32_t)ledger->count;
    const uint32_t last = as_of_us == INT64_MAX ? count : find_place(pass, as_of_us + 1);
    AT_CLEANUP(at_progress_end)
    at_progress bar = {.what = "trace", .unit = AT_PROGRESS_COUNT, .total = count};
    at_progress_begin(&bar);
    for (uint32_t place = 0, end; place < last; place = end) {
        at_progress_step(&bar, place);
        AT_TRY(at_deadline_check(err));
        AT_TRY(at_pass_account_sources(
            pass, ledger->time_us[at_effective_row(pass->effective, place)], err));
        end = last - place < STRETCH ? last : place + STRETCH;
        if (pass->next_source < pass->source_count) {
            const at_trace_source *next =
                &pass->options->sources[pass->source_order[pass->next_source]];
            const uint32_t due = next->on_account ? find_place(pass, next->time_us) : end;
            end = due < end ? due : end;
        }
        AT_TRY(run_stretch(pass, place, end, err));
    }
    return at_pass_account_sources(pass, as_of_us, err);
}

at_status at_pass_open(at_pass *pass, at_error *err) {
    const uint32_t clean = pass->trace->tainted_count;
    for (uint32_t node = 0; node < pass->node_count; node++) {
        const int64_t opening = pass->effective->opening[node];
        const bool held = is_held(pass, node), imputed = at_opening_imputed(pass->effective, node);
        if (pass->plain != NULL)
            pass->plain[node] = !held ? AT_PASS_OUTSIDE : opening < 0 ? AT_PASS_LISTED : opening;
        if (pass->mixes.pairs != NULL)
            at_pass_mix_open(pass, node, held, opening);
        if (pass->take.method == AT_TRACE_POISON)
            pass->poison[node].balance = opening;
        else if (opening < 0)
            AT_TRY(at_pass_lend(pass, node, -opening, AT_TRACE_OPENING, false, err));
        else if (pass->plain == NULL && pass->mixes.pairs == NULL)
            AT_TRY(at_take_put(&pass->accounts[node].lots, &pass->take, imputed ? clean + 2 : clean,
                               opening, err));
        if (pass->options->watched != NULL)
            AT_TRY(at_pass_watch(
                pass, (at_trace_moment){.node = node, .row = AT_NONE, .source = AT_NONE}, err));
        if (imputed && !pass->options->declared_only)
            AT_TRY(at_pass_note(pass,
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
        AT_TRY(at_pass_note(pass,
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
        AT_TRY(at_pass_note(pass,
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
