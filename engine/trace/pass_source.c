#include "engine/trace/pass_event.h"

at_status at_pass_note(at_pass *pass, at_trace_note note, at_error *err) {
    at_trace *trace = pass->trace;
    AT_TRY(AT_GROW(&trace->notes, &pass->note_capacity, trace->note_count, pass->arena, err));
    trace->notes[trace->note_count++] = note;
    return AT_OK;
}

/* --- Sources (T20) ---------------------------------------------------------------------------- */

uint32_t at_pass_declared(const at_pass *pass, uint32_t row) {
    const at_trace_source *sources = pass->options->sources;
    uint32_t low = 0, high = pass->source_count;
    if (!at_pass_apart(pass, row))
        return 0;
    while (low < high) { /* those on accounts come first, then by row */
        const uint32_t middle = low + (high - low) / 2;
        const at_trace_source *source = &sources[pass->source_order[middle]];
        if (source->on_account || source->row < row)
            low = middle + 1;
        else
            high = middle;
    }
    const bool found = low < pass->source_count && sources[pass->source_order[low]].row == row;
    return found ? low + 1 : 0;
}

/* Relabel what `source` declares in `lots`; `where` says what a note is about. */
static at_status apply_source(int64_t *done_out, at_pass *pass, uint32_t index, at_lots *lots,
                              at_trace_note where, at_error *err) {
    const at_trace_source *source = &pass->options->sources[index];
    const uint32_t label = pass->source_label[index];
    const int64_t asked = source->amount == AT_AMOUNT_NONE ? lots->total : source->amount;
    const int64_t wanted = asked < lots->total ? asked : lots->total;
    AT_TRY(at_take_relabel(done_out, &pass->take, lots, label, wanted, err));
    AT_TRY(at_money_add(&pass->trace->injected[label], *done_out, err));
    where.source = index;
    if (asked > lots->total) {
        where.code = "SOURCE_CAPPED";
        where.amount = asked - lots->total;
        AT_TRY(at_pass_note(pass, where, err));
    }
    if (*done_out < wanted) {
        where.code = "SOURCE_OVERLAP";
        where.amount = wanted - *done_out;
        AT_TRY(at_pass_note(pass, where, err));
    }
    return AT_OK;
}

at_status at_pass_account_sources(at_pass *pass, int64_t until_us, at_error *err) {
    for (; pass->next_source < pass->source_count; pass->next_source++) {
        const uint32_t index = pass->source_order[pass->next_source];
        const at_trace_source *source = &pass->options->sources[index];
        if (!source->on_account || source->time_us > until_us)
            break;
        at_pass_account *account = &pass->accounts[source->node];
        int64_t done = 0;
        AT_TRY(at_pass_list(pass, source->node, err));
        if (pass->mixes.pairs != NULL)
            AT_TRY(at_pass_unmix(pass, source->node, err));
        if (pass->take.method == AT_TRACE_POISON)
            AT_TRY(at_pass_infect(pass, source->node, pass->source_label[index], 0, err));
        else
            AT_TRY(apply_source(
                &done, pass, index, &account->lots,
                (at_trace_note){.node = source->node, .row = AT_NONE, .against = AT_NONE}, err));
        AT_TRY(at_pass_watch(pass,
                             (at_trace_moment){.node = source->node,
                                               .row = AT_NONE,
                                               .source = index,
                                               .move_first = pass->trace->moves.count},
                             err));
        if (done == 0 && pass->take.method != AT_TRACE_POISON)
            continue;
        account->reached = true;
        const at_reach start = {.move = AT_NONE, .source = index};
        AT_TRY(at_reaches_note(&pass->trace->reaches, source->node, pass->source_label[index],
                               &start, err));
    }
    return AT_OK;
}

at_status at_pass_transfer_sources(bool *any_out, at_pass *pass, const at_pass_event *event,
                                   at_lots *block, at_error *err) {
    const uint32_t declared = at_pass_declared(pass, event->row);
    *any_out = false;
    if (declared == 0)
        return AT_OK;
    for (size_t i = declared - 1; i < pass->source_count; i++) {
        const uint32_t index = pass->source_order[i];
        const at_trace_source *source = &pass->options->sources[index];
        if (source->row != event->row)
            break;
        if (source->fee != event->fee)
            continue;
        int64_t done = 0;
        if (block != NULL)
            AT_TRY(apply_source(
                &done, pass, index, block,
                (at_trace_note){
                    .node = AT_NONE, .row = event->row, .fee = event->fee, .against = AT_NONE},
                err));
        pass->applied[index] = true;
        if (done > 0 || block == NULL) {
            pass->label_source[pass->source_label[index]] = index;
            *any_out = true;
        }
    }
    return AT_OK;
}
