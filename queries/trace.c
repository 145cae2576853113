#include "queries/trace_cite.h"
#include "queries/trace_support.h"

#include <string.h>

/* Money that no declared label is on, or a node that a label only could have reached: then what was
 * declared stands first. */
static at_status cite_nothing(at_cite *cite, const at_trace_holding *holding, at_error *err) {
    const at_trace *trace = cite->trace;
    for (uint32_t i = 0; i < trace->options.source_count; i++)
        if (at_trace_label_of(trace, &trace->options.sources[i]) == holding->label)
            AT_TRY(at_cite_source(cite, i, err));
    return at_cite_node(cite, holding->node, err);
}

static at_status put_holding(at_table *out, const at_traced_run *run, const at_envelope *envelope,
                             const at_trace_holding *holding, at_error *err) {
    const at_trace *trace = &run->trace;
    const char *label = NULL, *node = NULL, *currency = NULL;
    at_row *row = NULL;
    AT_TRY(at_traced_text(&label, out, trace->labels[holding->label], err));
    AT_TRY(at_traced_text(&node, out, at_trace_node_id(trace, holding->node), err));
    AT_TRY(at_traced_text(&currency, out, at_trace_node_currency(trace, holding->node), err));
    AT_TRY(at_table_row(&row, out, err));
    at_cell_text(&row->cells[0], run->method);
    at_cell_text(&row->cells[1], label);
    at_cell_text(&row->cells[2], node);
    at_cell_text(&row->cells[3], currency);
    at_cell_integer(&row->cells[4], holding->amount);
    const at_bound *bound = run->rule == AT_TRACE_POISON
                                ? NULL
                                : at_envelope_find(envelope, holding->label, holding->node);
    if (bound != NULL) {
        at_cell_integer(&row->cells[5], at_bound_lo(bound, trace->injected[holding->label]));
        at_cell_integer(&row->cells[6], bound->hi);
    }

    at_cite cite = {.row = row, .table = out, .trace = trace};
    const at_reach *reach = at_reaches_find(&trace->reaches, holding->node, holding->label);
    if (reach != NULL)
        AT_TRY(at_cite_reach(&cite, reach, err));
    else
        AT_TRY(cite_nothing(&cite, holding, err));
    at_cite_end(&cite);
    if (holding->label == trace->label_count - 1) /* @unknown: a rule filled a gap (T6) */
        row->grade = AT_INFERRED;
    return AT_OK;
}

/* Every amount of a run, and every node where a label has nothing but could have something. */
static at_status put_holdings(at_table *out, const at_traced *traced, const at_traced_run *run,
                              const at_envelope *envelope, at_error *err) {
    const at_trace *trace = &run->trace;
    bool *listed = NULL; /* by bound */
    AT_TRY(AT_NEW(&listed, out->arena, envelope->count, err));
    for (size_t i = 0; i < trace->holding_count; i++) {
        const at_trace_holding *holding = &trace->holdings[i];
        const at_bound *bound = at_envelope_find(envelope, holding->label, holding->node);
        if (bound != NULL)
            listed[bound - envelope->bounds] = true;
        if (at_node_chosen(&traced->to, trace, holding->node))
            AT_TRY(put_holding(out, run, envelope, holding, err));
    }
    for (size_t i = 0; run->rule != AT_TRACE_POISON && i < envelope->count; i++) {
        const at_bound *bound = &envelope->bounds[i];
        const at_trace_holding nothing = {.node = bound->node, .label = bound->label};
        if (!listed[i] && bound->hi > 0)
            AT_TRY(put_holding(out, run, envelope, &nothing, err));
    }
    return AT_OK;
}

/* T12b: what could be in each target beside what is in those before it. */
static at_status put_claims(at_table *out, const at_traced *traced, const at_traced_run *run,
                            const at_envelope *envelope, at_error *err) {
    for (size_t i = 0; i < run->claims.count; i++) {
        const at_trace_holding claim = {.node = run->targets[i % run->target_count],
                                        .label = (uint32_t)(i / run->target_count),
                                        .amount = run->claims.amounts[i]};
        const at_bound *bound = at_envelope_find(envelope, claim.label, claim.node);
        if (at_node_chosen(&traced->to, &run->trace, claim.node) &&
            (claim.amount > 0 || (bound != NULL && bound->hi > 0)))
            AT_TRY(put_holding(out, run, envelope, &claim, err));
    }
    return AT_OK;
}

/* T10b: a claimant's part of a fund rests on how its money came into the fund's accounts, or on its
 * declaration where libr left none of it there. */
static at_status put_part(at_table *out, const at_traced_run *run, uint32_t label, const char *fund,
                          at_error *err) {
    const at_trace *trace = &run->trace;
    const at_ledger *ledger = trace->effective->ledger;
    const char *name = NULL, *currency = NULL;
    at_row *row = NULL;
    bool reached = false;
    AT_TRY(at_traced_text(&name, out, trace->labels[label], err));
    AT_TRY(at_traced_text(&currency, out, ledger->nodes[run->fund_first].currency.code, err));
    AT_TRY(at_table_row(&row, out, err));
    at_cell_text(&row->cells[0], run->method);
    at_cell_text(&row->cells[1], name);
    at_cell_text(&row->cells[2], fund);
    at_cell_text(&row->cells[3], currency);
    at_cell_integer(&row->cells[4], run->parts[label]);
    at_cite cite = {.row = row, .table = out, .trace = trace};
    for (uint32_t node = 0; node < ledger->node_count; node++) {
        const at_reach *reach =
            run->fund[node] ? at_reaches_find(&trace->reaches, node, label) : NULL;
        if (reach != NULL)
            AT_TRY(at_cite_reach(&cite, reach, err));
        reached = reached || reach != NULL;
    }
    for (uint32_t i = 0; !reached && i < trace->options.source_count; i++)
        if (strcmp(trace->options.sources[i].label, name) == 0)
            AT_TRY(at_cite_source(&cite, i, err));
    at_cite_end(&cite);
    return AT_OK;
}

static at_status put_parts(at_table *out, const at_traced *traced, const at_traced_run *run,
                           at_error *err) {
    const at_ledger *ledger = traced->ledger;
    const char *fund = "";
    bool wanted = false;
    for (uint32_t node = 0; node < ledger->node_count; node++)
        wanted = wanted || (run->fund[node] && at_node_chosen(&traced->to, &run->trace, node));
    for (uint32_t node = 0; wanted && node < ledger->node_count; node++)
        if (run->fund[node])
            AT_TRY(at_arena_print(&fund, out->arena, err, "%s%s%s", fund, *fund != '\0' ? "," : "",
                                  ledger->nodes[node].id));
    for (uint32_t label = 0; wanted && label < run->trace.tainted_count; label++)
        if (run->parts[label] > 0)
            AT_TRY(put_part(out, run, label, fund, err));
    return AT_OK;
}

/* How much of each label is where, by the grade of what shows it. */
static at_status note_grades(at_table *out, const at_traced_run *run, size_t first, at_error *err) {
    enum { CURRENCIES_MAX = 64 };
    const at_trace *trace = &run->trace;
    for (uint32_t label = 0; label < trace->tainted_count; label++) {
        const char *done[CURRENCIES_MAX];
        size_t done_count = 0;
        for (size_t i = first; i < out->row_count; i++) {
            int64_t total[AT_INFERRED + 1] = {0};
            const char *currency = out->rows[i].cells[3].text;
            bool known = !at_text_equal(out->rows[i].cells[1].text, trace->labels[label]) ||
                         out->rows[i].cells[4].integer == 0;
            for (size_t j = 0; j < done_count && !known; j++)
                known = at_text_equal(done[j], currency);
            if (known || done_count == CURRENCIES_MAX)
                continue;
            done[done_count++] = currency;
            for (size_t j = i; j < out->row_count; j++)
                if (at_text_equal(out->rows[j].cells[1].text, trace->labels[label]) &&
                    at_text_equal(out->rows[j].cells[3].text, currency))
                    AT_TRY(at_money_add(&total[out->rows[j].grade], out->rows[j].cells[4].integer,
                                        err));
            AT_TRY(at_table_note(out, err, "GRADES",
                                 "%s, \"%s\" in %s: observed %lld, corroborated %lld, accepted "
                                 "%lld, inferred %lld minor units",
                                 run->method, trace->labels[label], currency,
                                 (long long)total[AT_OBSERVED], (long long)total[AT_CORROBORATED],
                                 (long long)total[AT_ACCEPTED], (long long)total[AT_INFERRED]));
        }
    }
    return AT_OK;
}

static at_status run(at_table *out, const at_question *question, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = AT_TRACE_BYTES_MAX};
    at_traced traced;
    at_envelope envelope;
    AT_TRY(at_traced_prepare(&traced, out, question, AT_TRACED_AMOUNTS, &scratch, err));
    AT_TRY(at_traced_bounds(&envelope, out, &traced, &scratch, err));
    for (size_t i = 0; i < traced.run_count; i++) {
        const at_traced_run *one = &traced.runs[i];
        const size_t first = out->row_count;
        if (one->rule == AT_TRACE_PARIPASSU)
            AT_TRY(put_parts(out, &traced, one, err));
        else if (one->rule == AT_TRACE_CLAIMANT_BEST)
            AT_TRY(put_claims(out, &traced, one, &envelope, err));
        else
            AT_TRY(put_holdings(out, &traced, one, &envelope, err));
        if (one->rule != AT_TRACE_POISON) /* which counts money once for every label */
            AT_TRY(note_grades(out, one, first, err));
    }
    return at_table_sort(out, err);
}

const at_query query_trace = {
    .name = "trace",
    .summary = "where declared money is at a moment, by the rules of tracing side by side and "
               "within the bounds of any rule",
    .version = 2,
    .adds_up = true,
    .needs = AT_NEEDS_FACTS | AT_NEEDS_LEDGER,
    .args = at_traced_label_args,
    .columns =
        (const at_column[]){
            {"method", AT_COLUMN_TEXT, "the rule"},
            {"label", AT_COLUMN_TEXT, "whose money: a declared label, @clean, @credit, @unknown"},
            {"node", AT_COLUMN_ID, "account or asset; @fee, @overdraft:ACCOUNT"},
            {"currency", AT_COLUMN_TEXT, "of the node"},
            {"amount", AT_COLUMN_AMOUNT, "minor units"},
            {"lo", AT_COLUMN_AMOUNT, "least amount under any rule"},
            {"hi", AT_COLUMN_AMOUNT, "greatest amount under any rule"},
            {0},
        },
    .run = run,
    .limits = at_traced_limits,
};
