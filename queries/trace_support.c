#include "queries/trace_support.h"

#include <stdlib.h>
#include <string.h>

#include "queries/trace_names.h"
#include "queries/trace_part.h"
#include "engine/trace/fund.h"

/* --- Texts ------------------------------------------------------------------------------------ */

at_status at_traced_text(const char **out, at_table *table, const char *text, at_error *err) {
    return at_arena_text(out, table->arena, text, err);
}

at_status at_traced_event(const char **out, at_table *table, const at_ledger *ledger, uint32_t row,
                          bool fee, at_error *err) {
    *out = row == AT_NONE ? NULL : row == AT_TRACE_OPENING ? "@opening" : "";
    if (row == AT_NONE || row == AT_TRACE_OPENING)
        return AT_OK;
    *out = at_ledger_id(ledger, row);
    return fee ? at_arena_print(out, table->arena, err, "%s/fee", *out) : AT_OK;
}

/* --- Arguments -------------------------------------------------------------------------------- */

/* An id that several namespaces use stands in the ledger with its namespace before it. */
static at_status check_ambiguous(const at_question *question, const char *id, at_error *err) {
    const at_ledger *ledger = question->ledger;
    const at_facts *facts = question->facts;
    const size_t bytes = strlen(id);
    const char *found[2] = {NULL, NULL};
    size_t count = 0;
    for (uint32_t row = 0; row < ledger->count && count < AT_COUNT(found); row++) {
        const char *full = at_ledger_id(ledger, row);
        const size_t length = strlen(full);
        at_address address;
        if (length <= bytes + 1 || full[length - bytes - 1] != '/' ||
            strcmp(full + length - bytes, id) != 0)
            continue;
        AT_TRY(facts->address(facts->self, &address, ledger->record[row], err));
        const size_t space = length - bytes - 1;
        if (address.name_space != NULL && strlen(address.name_space) == space &&
            memcmp(full, address.name_space, space) == 0)
            found[count++] = full;
    }
    if (count < AT_COUNT(found))
        return AT_OK;
    const at_status status =
        at_fail(err, AT_BAD_INPUT, "E-ID-AMBIGUOUS", "several transfers are called \"%s\"", id);
    at_hint(err, "say which: %s, %s", found[0], found[1]);
    return status;
}

static at_status bind_source(at_trace_source *source, const at_question *question,
                             at_arena *scratch, at_error *err) {
    if (!source->on_account) {
        at_trace_source_bind(source, question->ledger);
        return source->row == AT_NONE ? check_ambiguous(question, source->id, err) : AT_OK;
    }
    at_node_list list = {.arena = scratch};
    AT_TRY(at_trace_find_nodes(&list, question, AT_TRACE_PLACES, source->id, err));
    if (list.count == 1) {
        source->node = list.nodes[0];
        return AT_OK;
    }
    const at_status status = at_fail(
        err, AT_USAGE, "E-TRACE-ACCOUNT", "source \"%s\": \"%s\" %s", source->label, source->id,
        list.count == 0 ? "moves no money" : "has an account in each of several currencies");
    if (list.count > 1)
        at_hint(err, "say which: %s, %s", question->ledger->nodes[list.nodes[0]].id,
                question->ledger->nodes[list.nodes[1]].id);
    return status;
}

static at_status read_sources(at_traced *traced, const at_question *question, at_arena *scratch,
                              at_error *err) {
    const at_argument *argument = at_question_get(question, "source");
    for (size_t capacity = 0; argument != NULL; argument = at_question_next(question, argument)) {
        AT_TRY(AT_GROW(&traced->sources, &capacity, traced->source_count, scratch, err));
        at_trace_source *source = &traced->sources[traced->source_count++];
        AT_TRY(at_trace_source_parse(source, argument->text, scratch, err));
        AT_TRY(bind_source(source, question, scratch, err));
    }
    return at_trace_sources_check(traced->sources, traced->source_count, traced->ledger, err);
}

static at_status choose_node(at_node_choice *out, size_t *capacity, at_table *table,
                             const at_question *question, const char *name, at_arena *scratch,
                             at_error *err) {
    at_node_list list = {.arena = scratch};
    if (name[0] == '@' && at_ledger_node(question->ledger, name) == AT_NONE) {
        AT_TRY(AT_GROW(&out->sinks, capacity, out->sink_count, scratch, err));
        out->sinks[out->sink_count++] = name;
        return AT_OK;
    }
    AT_TRY(
        at_trace_find_nodes(&list, question, AT_TRACE_PLACES | AT_KIND_BIT(AT_PARTY), name, err));
    for (size_t i = 0; i < list.count; i++)
        out->nodes[list.nodes[i]] = true;
    return list.count > 0 ? AT_OK
                          : at_table_note(table, err, "TARGET_WITHOUT_MONEY",
                                          "\"%s\" is known but no transfer names it or an account "
                                          "of it",
                                          name);
}

at_status at_node_choice_read(at_node_choice *out, at_table *table, const at_question *question,
                              const char *name, at_arena *scratch, at_error *err) {
    const at_argument *argument = at_question_get(question, name);
    size_t capacity = 0;
    AT_TRY(AT_NEW(&out->nodes, scratch, question->ledger->node_count, err));
    out->all = argument == NULL || at_text_equal(argument->text, "auto");
    for (; argument != NULL; argument = at_question_next(question, argument))
        if (!at_text_equal(argument->text, "auto") && !at_text_equal(argument->text, "none"))
            AT_TRY(choose_node(out, &capacity, table, question, argument->text, scratch, err));
    return AT_OK;
}

/* By node of the whole ledger, whether the argument names it; `*given` whether it was given. */
static at_status read_nodes(bool **out, bool *given, const at_question *question, const char *name,
                            at_arena *scratch, at_error *err) {
    const at_argument *argument = at_question_get(question, name);
    AT_TRY(AT_NEW(out, scratch, question->ledger->node_count, err));
    *given = argument != NULL;
    for (; argument != NULL; argument = at_question_next(question, argument)) {
        at_node_list list = {.arena = scratch};
        AT_TRY(at_trace_find_nodes(&list, question, AT_TRACE_PLACES, argument->text, err));
        for (size_t i = 0; i < list.count; i++)
            (*out)[list.nodes[i]] = true;
    }
    return AT_OK;
}

static at_status read_window(int64_t *out, const at_question *question, at_error *err) {
    const char *text = at_question_text(question, "backward_window");
    *out = AT_TRACE_WINDOW_OFF;
    if (text == NULL)
        return AT_OK;
    if (at_duration_parse(out, text))
        return AT_OK;
    const at_status status =
        at_fail(err, AT_USAGE, "E-TRACE-WINDOW", "window \"%s\" is not a length of time", text);
    at_hint(err, "write 30d, 12h, 45m, 10s or microseconds");
    return status;
}

/* --- Runs ------------------------------------------------------------------------------------- */

static int compare_runs(const void *a, const void *b) {
    return strcmp(((const at_traced_run *)a)->method, ((const at_traced_run *)b)->method);
}

static at_status read_methods(at_traced *traced, const at_question *question, at_arena *scratch,
                              at_error *err) {
    const at_argument *argument = at_question_get(question, "method");
    for (size_t capacity = 0; argument != NULL; argument = at_question_next(question, argument)) {
        bool known = false;
        for (size_t i = 0; i < traced->run_count; i++)
            known = known || traced->runs[i].rule == (at_trace_method)argument->number;
        if (known)
            continue;
        AT_TRY(AT_GROW(&traced->runs, &capacity, traced->run_count, scratch, err));
        traced->runs[traced->run_count++] =
            (at_traced_run){.method = at_trace_methods[argument->number],
                            .rule = (at_trace_method)argument->number};
    }
    qsort(traced->runs, traced->run_count, sizeof *traced->runs, compare_runs);
    return AT_OK;
}

/* Both ways of every sale of an asset (T17). */
static at_status note_sales(const at_traced_run *run, at_table *table, at_error *err) {
    enum { SALES_LISTED = 50 };
    const at_trace *trace = &run->trace;
    const at_ledger *ledger = trace->effective->ledger;
    size_t listed = 0;
    for (size_t i = 0; i < trace->note_count && listed < SALES_LISTED; i++) {
        const at_trace_note *share = &trace->notes[i], *lien = NULL;
        if (!at_text_equal(share->code, "SALE_SHARE"))
            continue;
        for (size_t j = i + 1; j < trace->note_count && trace->notes[j].row == share->row; j++)
            if (trace->notes[j].label == share->label)
                lien = &trace->notes[j];
        listed++;
        const char *claim = "no lien in another currency";
        if (lien != NULL)
            AT_TRY(at_arena_print(&claim, table->arena, err, "%lld as a lien",
                                  (long long)lien->amount));
        AT_TRY(at_table_note(table, err, "SALE",
                             "%s: of what \"%s\" was sold for in \"%s\", \"%s\" has %lld minor "
                             "units by share, %s",
                             run->method, ledger->nodes[share->node].id,
                             at_ledger_id(ledger, share->row), trace->labels[share->label - 1],
                             (long long)share->amount, claim));
    }
    return AT_OK;
}

static at_status note_runs(const at_traced *traced, at_table *table, at_error *err) {
    for (size_t i = 0; i < traced->run_count; i++) {
        const at_traced_run *run = &traced->runs[i];
        for (uint32_t label = 0; run->rule != AT_TRACE_POISON && label < run->trace.tainted_count;
             label++)
            AT_TRY(at_table_note(table, err, "INJECTED",
                                 "%s: %lld minor units were found to be \"%s\"", run->method,
                                 (long long)run->trace.injected[label], run->trace.labels[label]));
        if (run->rule == AT_TRACE_PRORATA)
            AT_TRY(at_table_note(table, err, "ROUNDINGS",
                                 "%s: %llu divisions left units over; without conversions no "
                                 "amount is further from the exact fraction",
                                 run->method, (unsigned long long)run->trace.roundings));
        AT_TRY(note_sales(run, table, err));
        if (run->order_sensitive)
            AT_TRY(at_table_note(table, err, "ORDER_SENSITIVE",
                                 "%s: with transfers of one moment in another order (tie) the "
                                 "amounts differ",
                                 run->method));
    }
    return AT_OK;
}

/* The accounts that are divided together (T10b), and what each claimant gets. */
static at_status divide_fund(at_traced_run *run, const at_traced *traced, at_arena *scratch,
                             at_error *err) {
    const at_trace *libr = &run->trace;
    const at_ledger *ledger = traced->ledger;
    run->fund = traced->named.fund;
    for (size_t i = 0; !traced->named.fund_given && i < libr->holding_count; i++) {
        const uint32_t node = libr->holdings[i].node;
        if (node < ledger->node_count && at_node_held(ledger->nodes[node].kind) &&
            libr->holdings[i].label < libr->tainted_count)
            run->fund[node] = true;
    }
    for (uint32_t node = 0; node < ledger->node_count; node++) {
        if (!run->fund[node])
            continue;
        if (run->fund_count++ == 0)
            run->fund_first = node;
        const at_node *first = &ledger->nodes[run->fund_first];
        if (strcmp(ledger->nodes[node].currency.code, first->currency.code) != 0 ||
            (!traced->named.fund_given && run->fund_count > 1)) {
            const at_status status =
                at_fail(err, AT_USAGE, "E-TRACE-FUND", "\"%s\" and \"%s\" are not one fund",
                        first->id, ledger->nodes[node].id);
            at_hint(err, "say fund=NODE,...: accounts of one currency that are divided together");
            return status;
        }
    }
    return at_fund_divide(&run->parts, libr, run->fund, scratch, err);
}

/* T12b: the targets by priority, each once. */
static at_status read_targets(at_traced *traced, const at_question *question, at_arena *scratch,
                              at_error *err) {
    const at_argument *argument = at_question_get(question, "targets");
    at_node_list list = {.arena = scratch};
    bool needed = false;
    for (size_t i = 0; i < traced->run_count; i++)
        needed = needed || traced->runs[i].rule == AT_TRACE_CLAIMANT_BEST;
    if (needed && argument == NULL) {
        const at_status status =
            at_fail(err, AT_USAGE, "E-TRACE-TARGETS", "claimant_best needs targets");
        at_hint(err, "say targets=NODE,...: where the claim is wanted, the first choice first");
        return status;
    }
    for (; needed && argument != NULL; argument = at_question_next(question, argument))
        AT_TRY(at_trace_find_nodes(&list, question, AT_TRACE_PLACES | AT_KIND_BIT(AT_PARTY),
                                   argument->text, err));
    size_t kept = 0;
    for (size_t i = 0; i < list.count; i++) {
        bool known = false;
        for (size_t j = 0; j < kept && !known; j++)
            known = list.nodes[j] == list.nodes[i];
        if (!known)
            list.nodes[kept++] = list.nodes[i];
    }
    traced->named.targets = list.nodes;
    traced->named.target_count = kept;
    return AT_OK;
}

/* T12b: what could be in the targets. */
static at_status claim_targets(at_traced_run *run, at_table *table, const at_traced *traced,
                               at_arena *scratch, at_error *err) {
    run->targets = traced->named.targets;
    run->target_count = traced->named.target_count;
    AT_TRY(at_envelope_claims(&run->claims, &run->trace, run->targets, run->target_count, scratch,
                              err));
    if (run->claims.undefined)
        return at_table_note(table, err, "CLAIMANT_BEST_UNDEFINED",
                             "claimant_best is not defined: amounts were changed into other units "
                             "by then");
    if (run->claims.limited)
        AT_TRY(at_table_note(table, err, "ENVELOPE_LIMIT",
                             "claimant_best: targets are missing where their number times the "
                             "reachable records passes %llu",
                             (unsigned long long)AT_ENVELOPE_WORK_MAX));
    return at_table_note(table, err, "WITNESS_NOT_UNIQUE",
                         "claimant_best: of each label the most that could be in the targets, the "
                         "first choice first; its amounts can be there together, but more than one "
                         "way of the money leads to them, and none is shown");
}

static at_status read_arguments(at_traced *traced, at_table *table, const at_question *question,
                                at_arena *scratch, at_error *err) {
    const at_argument *labels = at_question_get(question, "labels");
    bool given = false;
    traced->declared_only = labels != NULL && at_text_equal(labels->text, "declared");
    AT_TRY(read_sources(traced, question, scratch, err));
    AT_TRY(at_node_choice_read(&traced->to, table, question, "to", scratch, err));
    AT_TRY(at_node_choice_read(&traced->bounded, table, question, "envelope", scratch, err));
    AT_TRY(read_methods(traced, question, scratch, err));
    AT_TRY(read_nodes(&traced->named.preserved, &given, question, "preserve", scratch, err));
    AT_TRY(
        read_nodes(&traced->named.fund, &traced->named.fund_given, question, "fund", scratch, err));
    return read_targets(traced, question, scratch, err);
}

/* Every method over one effective ledger. */
static at_status run_methods(at_traced *traced, at_table *table, const at_effective *effective,
                             const at_trace_options *shared, at_arena *scratch, at_error *err) {
    for (size_t i = 0; i < traced->run_count; i++) {
        const at_trace_method rule = traced->runs[i].rule;
        at_trace_options options = *shared;
        options.method = at_traced_moves(rule) ? rule : AT_TRACE_LIBR;
        AT_TRY(at_trace_run(&traced->runs[i].trace, effective, &options, scratch, err));
        if (rule == AT_TRACE_PARIPASSU)
            AT_TRY(divide_fund(&traced->runs[i], traced, scratch, err));
        if (rule == AT_TRACE_CLAIMANT_BEST)
            AT_TRY(claim_targets(&traced->runs[i], table, traced, scratch, err));
    }
    return AT_OK;
}

at_status at_traced_prepare(at_traced *out, at_table *table, const at_question *question,
                            at_traced_detail detail, at_arena *scratch, at_error *err) {
    at_traced traced = {.ledger = question->ledger};
    const at_tie tie = (at_tie)at_question_number(question, "tie");
    const at_reversals reversals = (at_reversals)at_question_number(question, "reversals");
    int64_t as_of_us = at_question_time(question, "as_of"), window_us = 0;
    if (as_of_us == AT_TIME_NONE)
        as_of_us = INT64_MAX;
    AT_TRY(read_window(&window_us, question, err));
    AT_TRY(read_arguments(&traced, table, question, scratch, err));
    if (traced.declared_only)
        AT_TRY(at_traced_restrict(&traced, table, as_of_us, scratch, err));
    bool *watched = NULL;
    if (detail == AT_TRACED_MOMENTS)
        AT_TRY(AT_NEW(&watched, scratch, traced.ledger->node_count, err));
    for (size_t node = 0; watched != NULL && node < traced.ledger->node_count; node++)
        watched[node] = traced.to.all || traced.to.nodes[node];
    bool ties = false;
    at_effective *effective = NULL;
    AT_TRY(AT_NEW(&effective, scratch, 1, err));
    AT_TRY(at_traced_has_ties(&ties, traced.ledger, err));
    AT_TRY(at_traced_effective(effective, traced.ledger, traced.cut, tie, reversals, as_of_us,
                               scratch, err));
    const at_trace_options options = {.preserved = traced.named.preserved,
                                      .watched = watched,
                                      .sale = (at_sale)at_question_number(question, "sale"),
                                      .as_of_us = as_of_us,
                                      .backward_window_us = window_us,
                                      .sources = traced.sources,
                                      .source_count = traced.source_count,
                                      .all_moves =
                                          detail == AT_TRACED_MOVES && !traced.declared_only,
                                      .ways_only = detail == AT_TRACED_AMOUNTS && !ties,
                                      .declared_only = traced.declared_only};
    AT_TRY(run_methods(&traced, table, effective, &options, scratch, err));
    if (ties)
        AT_TRY(at_traced_compare_ties(table, &traced, tie, reversals, as_of_us, err));
    AT_TRY(note_runs(&traced, table, err));
    *out = traced;
    return AT_OK;
}

bool at_node_chosen(const at_node_choice *choice, const at_trace *trace, uint32_t node) {
    const at_ledger *ledger = trace->effective->ledger;
    if (choice->all)
        return true;
    if (node < ledger->node_count)
        return choice->nodes[node];
    for (size_t i = 0; i < choice->sink_count; i++)
        if (strcmp(choice->sinks[i], at_trace_node_id(trace, node)) == 0)
            return true;
    return false;
}

at_status at_traced_bounds(at_envelope *out, at_table *table, const at_traced *traced,
                           at_arena *scratch, at_error *err) {
    const at_trace *trace = NULL;
    bool *wanted = NULL, any = false;
    *out = (at_envelope){0};
    for (size_t i = 0; i < traced->run_count && trace == NULL; i++)
        if (traced->runs[i].rule != AT_TRACE_POISON && traced->runs[i].rule != AT_TRACE_PARIPASSU)
            trace = &traced->runs[i].trace;
    if (trace == NULL)
        return AT_OK;
    const uint32_t total = (uint32_t)traced->ledger->node_count + trace->sink_count;
    AT_TRY(AT_NEW(&wanted, scratch, total, err));
    for (uint32_t node = 0; node < total; node++) {
        wanted[node] = at_node_chosen(&traced->bounded, trace, node) &&
                       at_node_chosen(&traced->to, trace, node);
        any = any || wanted[node];
    }
    if (!any)
        return AT_OK;
    AT_TRY(at_envelope_make(out, trace, wanted, scratch, err));
    if (out->undefined)
        return at_table_note(table, err, "ENVELOPE_UNDEFINED",
                             "lo and hi are not defined: amounts were changed into other units by "
                             "then");
    return out->limited ? at_table_note(table, err, "ENVELOPE_LIMIT",
                                        "lo and hi are missing where rows times reachable records "
                                        "pass %llu; name nodes: envelope=NODE,...",
                                        (unsigned long long)AT_ENVELOPE_WORK_MAX)
                        : AT_OK;
}
