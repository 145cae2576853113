#include "queries/trace_cite.h"
#include "queries/trace_support.h"

#include <string.h>

static at_status begin(at_row **out, at_cite *cite, at_table *table, const at_traced_run *run,
                       const char *code, at_error *err) {
    AT_TRY(at_table_row(out, table, err));
    at_cell_text(&(*out)->cells[0], run->method);
    at_cell_text(&(*out)->cells[1], code);
    *cite = (at_cite){.row = *out, .table = table, .trace = &run->trace};
    return AT_OK;
}

static at_status cite_sources(at_cite *cite, at_error *err) {
    for (uint32_t i = 0; i < cite->trace->options.source_count; i++)
        AT_TRY(at_cite_source(cite, i, err));
    return AT_OK;
}

/* What a note is about, in the order a reader wants to check it. */
static at_status cite_note(at_cite *cite, const at_trace_note *note, at_error *err) {
    const at_ledger *ledger = cite->trace->effective->ledger;
    if (note->row != AT_NONE)
        AT_TRY(at_cite_row(cite, note->row, err));
    if (note->against == AT_TRACE_OPENING)
        AT_TRY(at_cite_node(cite, note->node, err));
    else if (note->against != AT_NONE)
        AT_TRY(at_cite_row(cite, note->against, err));
    if (note->source != AT_NONE)
        AT_TRY(at_cite_source(cite, note->source, err));
    else if (note->row == AT_NONE)
        AT_TRY(at_cite_node(cite, note->node, err));
    else if (ledger->reverses[note->row] < ledger->count)
        AT_TRY(at_cite_row(cite, ledger->reverses[note->row], err));
    return AT_OK;
}

static at_status put_note(at_table *out, const at_traced_run *run, const at_trace_note *note,
                          at_error *err) {
    const at_trace *trace = &run->trace;
    const at_ledger *ledger = trace->effective->ledger;
    const char *transfer = NULL, *against = NULL, *label = NULL;
    at_row *row = NULL;
    at_cite cite;
    AT_TRY(at_traced_event(&transfer, out, ledger, note->row, note->fee, err));
    AT_TRY(at_traced_event(&against, out, ledger, note->against, note->against_fee, err));
    if (note->source != AT_NONE) {
        const at_trace_source *source = &trace->options.sources[note->source];
        AT_TRY(at_traced_text(&label, out, source->label, err));
        if (!source->on_account)
            AT_TRY(at_traced_text(&transfer, out, source->id, err));
    }
    if (note->label > 0)
        AT_TRY(at_traced_text(&label, out, trace->labels[note->label - 1], err));
    AT_TRY(begin(&row, &cite, out, run, note->code, err));
    if (note->node != AT_NONE)
        at_cell_text(&row->cells[2], ledger->nodes[note->node].id);
    at_cell_text(&row->cells[3], transfer);
    at_cell_integer(&row->cells[4], note->amount);
    at_cell_text(&row->cells[5], label);
    at_cell_text(&row->cells[6], against);
    AT_TRY(cite_note(&cite, note, err));
    at_cite_end(&cite);
    if (strcmp(note->code, "IMPUTED_OPENING") == 0)
        row->grade = AT_INFERRED;
    return AT_OK;
}

/* Whether declared money ever came to a node. */
static bool is_reached(const at_trace *trace, uint32_t node) {
    bool reached = false;
    for (uint32_t label = 0; label < trace->tainted_count && !reached; label++)
        reached = at_reaches_find(&trace->reaches, node, label) != NULL;
    return reached;
}

/* By node, whether it is an account that declared money came to, be it to repay a debt there: all
 * its rows are known in any cut. */
static at_status find_followed(bool **out, const at_trace *trace, at_arena *scratch,
                               at_error *err) {
    const at_ledger *ledger = trace->effective->ledger;
    const uint32_t nodes = (uint32_t)ledger->node_count;
    AT_TRY(AT_NEW(out, scratch, nodes, err));
    for (uint32_t node = 0; node < nodes; node++)
        (*out)[node] = at_node_held(ledger->nodes[node].kind) && is_reached(trace, node);
    for (uint32_t number = 0; number < trace->sink_count; number++)
        if (!trace->sinks[number].fee && is_reached(trace, nodes + number))
            (*out)[trace->sinks[number].base] = true;
    return AT_OK;
}

/* What is said of a row alone, where it is no matter of anything declared: what became of a
 * reversal. Only those of accounts that were reached are known in a cut. */
static bool is_elsewhere(const at_trace *trace, const at_trace_note *note, const bool *followed) {
    const at_ledger *ledger = trace->effective->ledger;
    return note->row != AT_NONE && note->source == AT_NONE && note->label == 0 &&
           note->against == AT_NONE && !followed[ledger->from[note->row]] &&
           !followed[ledger->to[note->row]];
}

/* What a trace of declared labels alone does not note, of the accounts that they reached: an
 * opening that had to be imputed, and transfers to itself. */
static at_status put_reached(at_table *out, const at_traced_run *run, uint32_t node,
                             at_error *err) {
    const at_effective *effective = run->trace.effective;
    const at_ledger *ledger = effective->ledger;
    at_trace_note note = {.code = "IMPUTED_OPENING",
                          .node = node,
                          .row = AT_NONE,
                          .source = AT_NONE,
                          .against = AT_NONE,
                          .amount = effective->opening[node]};
    if (at_opening_imputed(effective, node))
        AT_TRY(put_note(out, run, &note, err));
    note.code = "SELF_TRANSFER";
    for (uint64_t at = ledger->out_start[node]; at < ledger->out_start[node + 1]; at++) {
        note.row = ledger->out_rows[at];
        note.amount = effective->amount[note.row];
        if (ledger->to[note.row] == node && note.amount > 0 &&
            ledger->time_us[note.row] <= run->trace.options.as_of_us)
            AT_TRY(put_note(out, run, &note, err));
    }
    return AT_OK;
}

static at_status put_notes(at_table *out, const at_traced_run *run, at_arena *scratch,
                           at_error *err) {
    const at_trace *trace = &run->trace;
    const bool declared_only = trace->options.declared_only;
    bool *followed = NULL;
    AT_TRY(find_followed(&followed, trace, scratch, err));
    for (size_t i = 0; i < trace->note_count; i++)
        if (!declared_only || !is_elsewhere(trace, &trace->notes[i], followed))
            AT_TRY(put_note(out, run, &trace->notes[i], err));
    for (uint32_t node = 0; declared_only && node < trace->effective->ledger->node_count; node++)
        if (followed[node])
            AT_TRY(put_reached(out, run, node, err));
    return AT_OK;
}

/* Accounts that traced money crossed although their statements do not add up. */
static at_status put_unreconciled(at_table *out, const at_traced_run *run, at_error *err) {
    const at_trace *trace = &run->trace;
    const at_ledger *ledger = trace->effective->ledger;
    for (uint32_t node = 0; node < ledger->node_count; node++) {
        if (!ledger->nodes[node].unreconciled || !is_reached(trace, node))
            continue;
        at_row *row = NULL;
        at_cite cite;
        AT_TRY(begin(&row, &cite, out, run, "UNRECONCILED", err));
        at_cell_text(&row->cells[2], ledger->nodes[node].id);
        AT_TRY(at_cite_node(&cite, node, err));
        at_cite_end(&cite);
    }
    return AT_OK;
}

/* Transfers that carried traced money although more than one pairing of their legs is possible. */
static at_status put_ambiguous(at_table *out, const at_traced_run *run, at_error *err) {
    const at_trace *trace = &run->trace;
    const at_ledger *ledger = trace->effective->ledger;
    for (uint32_t i = 0; i < trace->moves.count; i++) {
        const at_trace_move *move = at_pool_at(&trace->moves, i);
        const char *label = NULL;
        at_row *row = NULL;
        at_cite cite;
        if (move->source == AT_NONE || move->fee ||
            (ledger->flags[move->row] & AT_ROW_AMBIGUOUS) == 0)
            continue;
        AT_TRY(at_traced_text(&label, out, trace->labels[move->label], err));
        AT_TRY(begin(&row, &cite, out, run, "LEG_AMBIGUOUS", err));
        at_cell_text(&row->cells[2], ledger->nodes[ledger->to[move->row]].id);
        at_cell_text(&row->cells[3], at_ledger_id(ledger, move->row));
        at_cell_integer(&row->cells[4], move->amount);
        at_cell_text(&row->cells[5], label);
        AT_TRY(at_cite_row(&cite, move->row, err));
        at_cite_end(&cite);
    }
    return AT_OK;
}

static at_status put_order(at_table *out, const at_traced_run *run, at_error *err) {
    at_row *row = NULL;
    at_cite cite;
    if (!run->order_sensitive)
        return AT_OK;
    AT_TRY(begin(&row, &cite, out, run, "ORDER_SENSITIVE", err));
    AT_TRY(cite_sources(&cite, err));
    at_cite_end(&cite);
    return AT_OK;
}

static at_status run(at_table *out, const at_question *question, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = AT_TRACE_BYTES_MAX};
    at_traced traced;
    AT_TRY(at_traced_prepare(&traced, out, question, AT_TRACED_AMOUNTS, &scratch, err));
    for (size_t i = 0; i < traced.run_count; i++) {
        const at_traced_run *one = &traced.runs[i];
        if (!at_traced_moves(one->rule))
            continue; /* a division, not a path: what is to be said is said of libr */
        AT_TRY(put_notes(out, one, &scratch, err));
        AT_TRY(put_unreconciled(out, one, err));
        AT_TRY(put_ambiguous(out, one, err));
        AT_TRY(put_order(out, one, err));
    }
    return at_table_sort(out, err);
}

const at_query query_trace_notes = {
    .name = "trace_notes",
    .summary =
        "what must be said beside a trace: imputed openings, repaid debts, reversals, sales, "
        "sources cut short, accounts that do not add up",
    .version = 1,
    .needs = AT_NEEDS_FACTS | AT_NEEDS_LEDGER,
    .args = at_traced_label_args,
    .columns =
        (const at_column[]){
            {"method", AT_COLUMN_TEXT, "the rule"},
            {"note", AT_COLUMN_TEXT, "IMPUTED_OPENING, overdraft, replenished, SOURCE_CAPPED, ..."},
            {"node", AT_COLUMN_ID, "the account it is about"},
            {"transfer", AT_COLUMN_ID, "the transfer it is about"},
            {"amount", AT_COLUMN_AMOUNT, "minor units"},
            {"label", AT_COLUMN_TEXT, "of the source or sale it is about"},
            {"against", AT_COLUMN_ID, "the debit paid back or refilled, or @opening"},
            {0},
        },
    .run = run,
    .limits = at_traced_limits,
};
