#include "queries/trace_cite.h"
#include "queries/trace_part.h"
#include "engine/trace/backward.h"

#include <stdlib.h>
#include <string.h>

static const char *const methods[] = {"fifo", "lifo", "prorata", "libr", "oatway", "poison", NULL};
enum { FIFO, LIFO, PRORATA, LIBR, OATWAY, POISON };

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

/* Where no way is known an entry cites itself, and what the node holds. */
static at_status cite_entry(at_row *row, at_table *table, const backtrace *back, uint32_t entry_row,
                            uint32_t opened, uint32_t node, at_error *err) {
    at_cite cite = {.row = row, .table = table, .trace = back->plain};
    if (entry_row != AT_NONE)
        AT_TRY(at_cite_row(&cite, entry_row, err));
    if (opened != AT_NONE && opened != node)
        AT_TRY(at_cite_node(&cite, opened, err));
    AT_TRY(at_cite_node(&cite, node, err));
    at_cite_end(&cite);
    if (opened != AT_NONE && at_opening_imputed(back->effective, opened))
        row->grade = AT_INFERRED;
    return AT_OK;
}

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
    return cite_entry(row, table, back, entry->row, entry->node, node, err);
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

/* Which entries can have come to a node, for rules that say how much only of what is declared. */
static at_status run_reach(at_table *table, const backtrace *back, const bool *asked,
                           at_error *err) {
    const uint32_t nodes = (uint32_t)back->effective->ledger->node_count;
    const uint32_t total = nodes + back->plain->sink_count;
    bool *targets = NULL;
    AT_TRY(AT_NEW(&targets, back->scratch, total, err));
    for (uint32_t node = 0; node < total; node++) {
        at_trace_source *entries = NULL;
        size_t count = 0;
        if (!at_node_chosen(&back->of, back->plain, node))
            continue;
        targets[node] = true;
        AT_TRY(at_backward_sources(&entries, &count, back->effective, back->plain, targets,
                                   back->as_of_us, back->scratch, err));
        targets[node] = false;
        for (int method = LIBR; method <= POISON; method++)
            for (size_t i = 0; asked[method] && i < count; i++) {
                at_row *row = NULL;
                if (method == POISON && node >= nodes && !back->plain->sinks[node - nodes].fee)
                    continue; /* labels stay with who repays (T11) */
                AT_TRY(put_entry(&row, table, back, method, entries[i].label, node, NULL, err));
                AT_TRY(cite_entry(row, table, back, entries[i].row, entries[i].node, node, err));
            }
    }
    return AT_OK;
}

/* Every method over one order of the ledger. */
static at_status run_order(at_table *table, backtrace *back, const bool *asked, at_error *err) {
    at_trace plain;
    const at_trace_options nothing = {.as_of_us = back->as_of_us,
                                      .backward_window_us = AT_TRACE_WINDOW_OFF};
    AT_TRY(at_trace_run(&plain, back->effective, &nothing, back->scratch, err));
    back->plain = &plain;
    for (int method = FIFO; method <= LIFO; method++)
        if (asked[method])
            AT_TRY(run_exact(table, back, method, err));
    if (asked[PRORATA])
        AT_TRY(run_prorata(table, back, err));
    if (asked[LIBR] || asked[OATWAY] || asked[POISON])
        AT_TRY(run_reach(table, back, asked, err));
    back->plain = NULL;
    return at_table_sort(table, err);
}

/* By method, node and entry, which name a row. */
static int compare_rows(const at_row *left, const at_row *right) {
    int order = 0;
    for (size_t i = 0; order == 0 && i < 3; i++)
        order = strcmp(left->cells[i].text, right->cells[i].text);
    return order;
}

static const char *amount_of(const at_row *row) {
    return row == NULL ? "0" : row->cells[4].text != NULL ? row->cells[4].text : "possible";
}

/* Of two amounts that are not negative and have as many decimals. */
static bool is_less(const char *left, const char *right) {
    const size_t left_bytes = strlen(left), right_bytes = strlen(right);
    return left_bytes != right_bytes ? left_bytes < right_bytes : strcmp(left, right) < 0;
}

/* What the order of equal times decides; `other` are the rows by the other order. */
static at_status note_intervals(at_table *table, const at_table *other, at_error *err) {
    enum { INTERVALS_LISTED = 50 };
    size_t found = 0, i = 0, j = 0;
    while (i < table->row_count || j < other->row_count) {
        const at_row *left = i < table->row_count ? &table->rows[i] : NULL;
        const at_row *right = j < other->row_count ? &other->rows[j] : NULL;
        const int order = left == NULL ? 1 : right == NULL ? -1 : compare_rows(left, right);
        const at_row *row = order <= 0 ? left : right;
        const char *here = amount_of(order <= 0 ? left : NULL);
        const char *there = amount_of(order >= 0 ? right : NULL);
        i += order <= 0;
        j += order >= 0;
        if (strcmp(here, there) == 0 || found++ >= INTERVALS_LISTED)
            continue;
        const bool less = is_less(here, there);
        AT_TRY(at_table_note(table, err, "ORDER_INTERVAL", "%s: %s in %s is %s to %s",
                             row->cells[0].text, row->cells[1].text, row->cells[2].text,
                             less ? here : there, less ? there : here));
    }
    if (found > INTERVALS_LISTED)
        AT_TRY(at_table_note(table, err, "ORDER_INTERVAL",
                             "and %zu more; ask with the other tie to see them",
                             found - INTERVALS_LISTED));
    return found == 0 ? AT_OK
                      : at_table_note(table, err, "ORDER_SENSITIVE",
                                      "with transfers of one moment in another order (tie) the "
                                      "entries differ");
}

/* The same with transfers of one moment in the other order. */
static at_status compare_ties(at_table *table, const backtrace *back, const at_ledger *ledger,
                              const at_restriction *cut, const at_question *question,
                              const bool *asked, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = AT_TRACE_BYTES_MAX};
    const at_tie tie = (at_tie)at_question_number(question, "tie");
    const uint32_t *order = NULL;
    at_effective effective;
    at_table other;
    backtrace again = *back;
    AT_TRY(at_trace_order(&order, ledger, AT_TIE_CREDIT_FIRST, &arena, err));
    if (order == NULL)
        return AT_OK; /* both orders are the ledger's */
    AT_TRY(at_traced_effective(
        &effective, ledger, cut, tie == AT_TIE_RECORD ? AT_TIE_CREDIT_FIRST : AT_TIE_RECORD,
        (at_reversals)at_question_number(question, "reversals"), back->as_of_us, &arena, err));
    again.effective = &effective;
    again.scratch = &arena;
    at_table_init(&other, table->query, table->version, table->columns, &arena);
    AT_TRY(run_order(&other, &again, asked, err));
    return note_intervals(table, &other, err);
}

/* The part of the ledger that can have led money to what is asked about. */
static at_status restrict_back(at_restriction *out, at_table *table, backtrace *back,
                               const at_ledger *ledger, at_error *err) {
    *out = (at_restriction){.whole = true};
    if (back->of.sink_count > 0)
        return at_traced_note_read(table, ledger, NULL, "what every account paid is asked about",
                                   err);
    const at_restrict_options options = {.named = back->of.nodes,
                                         .as_of_us = back->as_of_us,
                                         .moments = true,
                                         .rows_max = at_restrict_rows(ledger)};
    AT_TRY(at_restrict_back(out, ledger, &options, back->scratch, err));
    if (out->whole)
        return at_traced_note_read(table, ledger, NULL,
                                   "money can have come from more than a quarter of it", err);
    AT_TRY(at_traced_renumber(&back->of.nodes, out, back->scratch, err));
    return at_traced_note_read(table, ledger, out, "what money can have come from", err);
}

static at_status run(at_table *out, const at_question *question, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = AT_TRACE_BYTES_MAX};
    at_effective effective;
    at_restriction cut;
    backtrace back = {.effective = &effective,
                      .as_of_us = at_question_time(question, "as_of"),
                      .scratch = &scratch};
    bool asked[POISON + 1] = {false};
    if (back.as_of_us == AT_TIME_NONE)
        back.as_of_us = INT64_MAX;
    AT_TRY(at_node_choice_read(&back.of, out, question, "of", &scratch, err));
    for (const at_argument *method = at_question_get(question, "method"); method != NULL;
         method = at_question_next(question, method))
        asked[method->number] = true;
    AT_TRY(restrict_back(&cut, out, &back, question->ledger, err));
    const at_ledger *ledger = cut.whole ? question->ledger : &cut.ledger;
    const at_restriction *part = cut.whole ? NULL : &cut;
    AT_TRY(at_traced_effective(
        &effective, ledger, part, (at_tie)at_question_number(question, "tie"),
        (at_reversals)at_question_number(question, "reversals"), back.as_of_us, &scratch, err));
    AT_TRY(run_order(out, &back, asked, err));
    for (int method = LIBR; method <= POISON; method++)
        if (asked[method])
            AT_TRY(at_table_note(out, err, "REVERSE_REACH",
                                 "%s: what it takes depends on what is declared, so entries have "
                                 "no amounts: those listed are all whose money can have come to "
                                 "the node in time; credit is not among them",
                                 methods[method]));
    return compare_ties(out, &back, ledger, part, question, asked, err);
}

const at_query query_trace_back = {
    .name = "trace_back",
    .summary = "where the money of an account or asset came from: payments from outside the known "
               "ledgers, opening balances and credit",
    .version = 2,
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
            {"amount", AT_COLUMN_TEXT,
             "minor units; by prorata with 6 decimals; empty where only "
             "reach is known"},
            {0},
        },
    .run = run,
    .limits =
        "Money from where no ledger is held is followed no further: its statements are the next to "
        "ask for. fifo and lifo are exact and agree with the forward trace; prorata is swept back "
        "in fractions, because dividing whole units depends on how many claimants there are, and "
        "rounded to 6 places. libr, oatway and poison have no backward trace: what they take "
        "depends on what is declared; they list every entry whose money can have come there. An "
        "opening that had to be imputed is the least it can have been.",
};
