#include "queries/trace_cite.h"
#include "queries/trace_support.h"
#include "engine/trace/backward.h"

#include <stdlib.h>

static const char *const methods[] = {"fifo", "lifo", "prorata", NULL};
enum { FIFO, LIFO, PRORATA };

/* What every method works on. */
typedef struct backtrace {
    const at_effective *effective;
    const at_trace *plain; /* a trace of nothing: which sinks there are */
    at_node_choice of;
    int64_t as_of_us;
    at_arena *scratch;
} backtrace;

static at_status put_entry(at_row **out, at_table *table, const backtrace *back, int method,
                           const char *entry, uint32_t node, const char *amount, at_error *err) {
    const char *id = NULL, *currency = NULL;
    at_row *row = NULL;
    AT_TRY(at_traced_text(&entry, table, entry, err));
    AT_TRY(at_traced_text(&id, table, at_trace_node_id(back->plain, node), err));
    AT_TRY(at_traced_text(&currency, table, at_trace_node_currency(back->plain, node), err));
    AT_TRY(at_table_row(&row, table, err));
    at_cell_text(&row->cells[0], methods[method]);
    at_cell_text(&row->cells[1], entry);
    at_cell_text(&row->cells[2], id);
    at_cell_text(&row->cells[3], currency);
    at_cell_text(&row->cells[4], amount);
    *out = row;
    return AT_OK;
}

/* A forward trace in which every entry is declared under its own name (T22). */
static at_status run_exact(at_table *table, const backtrace *back, int method, at_error *err) {
    at_trace trace;
    bool *targets = NULL;
    at_trace_source *sources = NULL;
    size_t count = 0;
    const uint32_t total = (uint32_t)back->effective->ledger->node_count + back->plain->sink_count;
    AT_TRY(AT_NEW(&targets, back->scratch, total, err));
    for (uint32_t node = 0; node < total; node++)
        targets[node] = at_node_chosen(&back->of, back->plain, node);
    AT_TRY(at_backward_sources(&sources, &count, back->effective, back->plain, targets,
                               back->as_of_us, back->scratch, err));
    const at_trace_options options = {.method = method == FIFO ? AT_TRACE_FIFO : AT_TRACE_LIFO,
                                      .as_of_us = back->as_of_us,
                                      .backward_window_us = AT_TRACE_WINDOW_OFF,
                                      .sources = sources,
                                      .source_count = count};
    AT_TRY(at_trace_run(&trace, back->effective, &options, back->scratch, err));
    for (size_t i = 0; i < trace.holding_count; i++) {
        const at_trace_holding *holding = &trace.holdings[i];
        const char *amount = NULL;
        at_row *row = NULL;
        if (!targets[holding->node])
            continue;
        const bool named = holding->label < trace.tainted_count;
        AT_TRY(at_arena_print(&amount, table->arena, err, "%lld", (long long)holding->amount));
        AT_TRY(put_entry(&row, table, back, method, named ? trace.labels[holding->label] : "credit",
                         holding->node, amount, err));
        at_cite cite = {.row = row, .table = table, .trace = &trace};
        const at_reach *reach = at_reaches_find(&trace.reaches, holding->node, holding->label);
        if (reach != NULL)
            AT_TRY(at_cite_reach(&cite, reach, err));
        else
            AT_TRY(at_cite_node(&cite, holding->node, err));
        at_cite_end(&cite);
    }
    return AT_OK;
}

static at_status name_entry(const char **out, const backtrace *back, const at_entry *entry,
                            at_arena *arena, at_error *err) {
    const at_ledger *ledger = back->effective->ledger;
    if (entry->row != AT_NONE)
        return at_arena_print(out, arena, err, "in:%s%s", at_ledger_id(ledger, entry->row),
                              entry->fee ? "/fee" : "");
    if (entry->node != AT_NONE)
        return at_arena_print(out, arena, err, "open:%s", ledger->nodes[entry->node].id);
    *out = "credit";
    return AT_OK;
}

/* Fractions have no way of their own: an entry cites itself, and what the node holds. */
static at_status put_fraction(at_table *table, const backtrace *back, const at_entry *entry,
                              uint32_t node, at_error *err) {
    static const at_fraction least = 0.0000005; /* prints as nothing */
    const char *name = NULL, *amount = NULL;
    at_row *row = NULL;
    if (entry->amount < least)
        return AT_OK;
    AT_TRY(name_entry(&name, back, entry, table->arena, err));
    AT_TRY(at_arena_print(&amount, table->arena, err, "%.6f", entry->amount));
    AT_TRY(put_entry(&row, table, back, PRORATA, name, node, amount, err));
    at_cite cite = {.row = row, .table = table, .trace = back->plain};
    if (entry->row != AT_NONE)
        AT_TRY(at_cite_row(&cite, entry->row, err));
    if (entry->node != AT_NONE && entry->node != node)
        AT_TRY(at_cite_node(&cite, entry->node, err));
    AT_TRY(at_cite_node(&cite, node, err));
    at_cite_end(&cite);
    if (entry->node != AT_NONE && at_opening_imputed(back->effective, entry->node))
        row->grade = AT_INFERRED;
    return AT_OK;
}

static at_status run_prorata(at_table *table, const backtrace *back, at_error *err) {
    const uint32_t total = (uint32_t)back->effective->ledger->node_count + back->plain->sink_count;
    for (uint32_t node = 0; node < total; node++) {
        at_entry *entries = NULL;
        size_t count = 0;
        if (!at_node_chosen(&back->of, back->plain, node))
            continue;
        AT_TRY(at_backward_prorata(&entries, &count, back->effective, back->plain, node,
                                   back->as_of_us, back->scratch, err));
        for (size_t i = 0; i < count; i++)
            AT_TRY(put_fraction(table, back, &entries[i], node, err));
    }
    return AT_OK;
}

static at_status run(at_table *out, const at_question *question, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = AT_TRACE_BYTES_MAX};
    at_effective effective;
    at_trace plain;
    backtrace back = {.effective = &effective,
                      .plain = &plain,
                      .as_of_us = at_question_time(question, "as_of"),
                      .scratch = &scratch};
    bool asked[PRORATA + 1] = {false};
    if (back.as_of_us == AT_TIME_NONE)
        back.as_of_us = INT64_MAX;
    AT_TRY(at_node_choice_read(&back.of, out, question, "of", &scratch, err));
    AT_TRY(at_effective_make(
        &effective, question->ledger, (at_tie)at_question_number(question, "tie"),
        (at_reversals)at_question_number(question, "reversals"), back.as_of_us, &scratch, err));
    const at_trace_options nothing = {.as_of_us = back.as_of_us,
                                      .backward_window_us = AT_TRACE_WINDOW_OFF};
    AT_TRY(at_trace_run(&plain, &effective, &nothing, &scratch, err));
    for (const at_argument *method = at_question_get(question, "method"); method != NULL;
         method = at_question_next(question, method))
        asked[method->number] = true;
    for (int method = FIFO; method <= LIFO; method++)
        if (asked[method])
            AT_TRY(run_exact(out, &back, method, err));
    if (asked[PRORATA])
        AT_TRY(run_prorata(out, &back, err));
    return at_table_sort(out, err);
}

const at_query query_trace_back = {
    .name = "trace_back",
    .summary = "where the money of an account or asset came from: payments from outside the known "
               "ledgers, opening balances and credit",
    .version = 1,
    .needs = AT_NEEDS_FACTS | AT_NEEDS_LEDGER,
    .args =
        (const at_arg[]){
            {.name = "of",
             .type = AT_ARG_NODE,
             .summary = "whose money: accounts, assets or parties' accounts",
             .required = true,
             .repeat = true},
            {.name = "method",
             .type = AT_ARG_CHOICE,
             .summary = "the rule by which money leaves an account",
             .required = true,
             .repeat = true,
             .choices = methods},
            {.name = "as_of",
             .type = AT_ARG_END,
             .summary = "last moment counted; all when not given"},
            {.name = "tie",
             .type = AT_ARG_CHOICE,
             .fallback = "record",
             .summary = "order of transfers of one moment: as recorded, or credits first",
             .choices = at_ties},
            {.name = "reversals",
             .type = AT_ARG_CHOICE,
             .fallback = "cancel",
             .summary = "a reversal undoes its transfer, or is a new one",
             .choices = at_reversal_modes},
            {.name = NULL},
        },
    .columns =
        (const at_column[]){
            {"method", AT_COLUMN_TEXT, "the rule"},
            {"entry", AT_COLUMN_TEXT, "in:TRANSFER, open:ACCOUNT, or credit lent by a bank"},
            {"node", AT_COLUMN_ID, "whose money"},
            {"currency", AT_COLUMN_TEXT, "of the node"},
            {"amount", AT_COLUMN_TEXT, "minor units; by prorata with 6 decimals"},
            {0},
        },
    .run = run,
    .limits =
        "Money from where no ledger is held is followed no further: its statements are the next to "
        "ask for. fifo and lifo are exact and agree with the forward trace; prorata is swept back "
        "in fractions, because dividing whole units depends on how many claimants there are, and "
        "rounded to 6 places. libr, oatway and poison have no backward trace: what they take "
        "depends on what is declared. An opening that had to be imputed is the least it can have "
        "been.",
};
