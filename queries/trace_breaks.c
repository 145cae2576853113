#include "queries/trace_cite.h"
#include "queries/trace_support.h"

#include <stdlib.h>
#include <string.h>

/* Where traced money left the ledgers that are known, and why it is followed no further or not
 * with certainty. */
enum column { METHOD, LABEL, CURRENCY, RANK, NODE, TYPE, AMOUNT, TRANSFER, SINCE };

/* One label in one node. */
typedef struct break_point {
    const at_trace_holding *holding;
    const char *type;
} break_point;

/* No statement speaks of the account, and nobody states what it had: only others' payments do. */
static at_status is_unstated(bool *out, const at_question *question, const at_node *node,
                             at_error *err) {
    const at_facts *facts = question->facts;
    at_fact_list list = {.facts = NULL};
    *out = false;
    if (node->opening != AT_AMOUNT_NONE || node->account == 0)
        return AT_OK;
    AT_TRY(facts->list(facts->self, &list, AT_STATEMENT, node->account, err));
    *out = list.count == 0;
    return AT_OK;
}

/* NULL: money that is here is in a ledger that is known. */
static at_status type_of(const char **out, const at_question *question, const at_node *node,
                         at_error *err) {
    bool unstated = false;
    *out = NULL;
    if (node->kind == AT_NODE_CASH || at_text_equal(node->account_id, "@cash-unknown"))
        *out = "cash";
    else if (at_text_starts(node->account_id, "@unmatched:"))
        *out = "unreconciled"; /* its own statement covers the time and does not show it */
    else if (node->kind == AT_NODE_EXTERNAL)
        *out = "external";
    else if (node->kind == AT_NODE_ACCOUNT && node->unreconciled)
        *out = "unreconciled";
    else if (node->kind == AT_NODE_ACCOUNT) {
        AT_TRY(is_unstated(&unstated, question, node, err));
        *out = unstated ? "no_statement" : NULL;
    }
    return AT_OK;
}

/* By label and currency the most money first: that is whom to ask next. */
static int compare_points(const void *a, const void *b, void *self) {
    const at_trace *trace = self;
    const at_trace_holding *left = ((const break_point *)a)->holding;
    const at_trace_holding *right = ((const break_point *)b)->holding;
    if (left->label != right->label)
        return left->label < right->label ? -1 : 1;
    const int currencies = strcmp(at_trace_node_currency(trace, left->node),
                                  at_trace_node_currency(trace, right->node));
    if (currencies != 0)
        return currencies;
    if (left->amount != right->amount)
        return left->amount > right->amount ? -1 : 1;
    return (left->node > right->node) - (left->node < right->node);
}

static at_status put_point(at_table *out, const at_traced_run *run, const break_point *point,
                           int64_t rank, at_error *err) {
    const at_trace *trace = &run->trace;
    const at_ledger *ledger = trace->effective->ledger;
    const at_trace_holding *holding = point->holding;
    const at_reach *reach = at_reaches_find(&trace->reaches, holding->node, holding->label);
    const char *label = NULL, *currency = NULL, *node = NULL, *transfer = NULL;
    at_row *row = NULL;
    AT_TRY(at_traced_text(&label, out, trace->labels[holding->label], err));
    AT_TRY(at_traced_text(&currency, out, at_trace_node_currency(trace, holding->node), err));
    AT_TRY(at_traced_text(&node, out, at_trace_node_id(trace, holding->node), err));
    const at_trace_move *move =
        reach != NULL && reach->move != AT_NONE ? at_pool_at(&trace->moves, reach->move) : NULL;
    if (move != NULL)
        AT_TRY(at_traced_event(&transfer, out, ledger, move->row, move->fee, err));
    AT_TRY(at_table_row(&row, out, err));
    at_cell_text(&row->cells[METHOD], run->method);
    at_cell_text(&row->cells[LABEL], label);
    at_cell_text(&row->cells[CURRENCY], currency);
    at_cell_integer(&row->cells[RANK], rank);
    at_cell_text(&row->cells[NODE], node);
    at_cell_text(&row->cells[TYPE], point->type);
    at_cell_integer(&row->cells[AMOUNT], holding->amount);
    at_cell_text(&row->cells[TRANSFER], transfer);
    at_cell_time(&row->cells[SINCE], move != NULL ? ledger->time_us[move->row] : AT_TIME_NONE,
                 move != NULL && (ledger->flags[move->row] & AT_ROW_DATE_ONLY) != 0
                     ? AT_DAY
                     : AT_MICROSECOND);
    at_cite cite = {.row = row, .table = out, .trace = trace};
    if (reach != NULL)
        AT_TRY(at_cite_reach(&cite, reach, err));
    else
        AT_TRY(at_cite_node(&cite, holding->node, err));
    at_cite_end(&cite);
    return AT_OK;
}

static at_status put_run(at_table *out, const at_traced *traced, const at_traced_run *run,
                         const at_question *question, at_arena *scratch, at_error *err) {
    const at_trace *trace = &run->trace;
    break_point *points = NULL;
    size_t count = 0;
    int64_t rank = 0;
    AT_TRY(AT_NEW(&points, scratch, trace->holding_count, err));
    for (size_t i = 0; i < trace->holding_count; i++) {
        const at_trace_holding *holding = &trace->holdings[i];
        if (holding->label >= trace->tainted_count || holding->amount == 0 ||
            holding->node >= traced->ledger->node_count ||
            !at_node_chosen(&traced->to, trace, holding->node))
            continue;
        points[count].holding = holding;
        AT_TRY(type_of(&points[count].type, question, &traced->ledger->nodes[holding->node], err));
        count += points[count].type != NULL;
    }
    qsort_r(points, count, sizeof *points, compare_points, (void *)trace);
    for (size_t i = 0; i < count; i++) {
        const at_trace_holding *here = points[i].holding;
        const at_trace_holding *before = i > 0 ? points[i - 1].holding : NULL;
        const bool same = before != NULL && before->label == here->label &&
                          at_text_equal(at_trace_node_currency(trace, before->node),
                                        at_trace_node_currency(trace, here->node));
        rank = same ? rank + 1 : 1;
        AT_TRY(put_point(out, run, &points[i], rank, err));
    }
    return AT_OK;
}

static at_status run(at_table *out, const at_question *question, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = AT_TRACE_BYTES_MAX};
    at_traced traced;
    AT_TRY(at_traced_prepare(&traced, out, question, AT_TRACED_AMOUNTS, &scratch, err));
    for (size_t i = 0; i < traced.run_count; i++)
        if (at_traced_moves(traced.runs[i].rule))
            AT_TRY(put_run(out, &traced, &traced.runs[i], question, &scratch, err));
    return at_table_sort(out, err);
}

const at_query query_trace_breaks = {
    .name = "trace_breaks",
    .summary = "where traced money left the known ledgers, the most first: whose records to ask "
               "for next",
    .version = 1,
    .needs = AT_NEEDS_FACTS | AT_NEEDS_LEDGER,
    .args = at_traced_label_args,
    .columns =
        (const at_column[]){
            [METHOD] = {"method", AT_COLUMN_TEXT, "the rule"},
            [LABEL] = {"label", AT_COLUMN_TEXT, "whose money"},
            [CURRENCY] = {"currency", AT_COLUMN_TEXT, "of the node"},
            [RANK] = {"rank", AT_COLUMN_COUNT, "by amount, within label and currency"},
            [NODE] = {"node", AT_COLUMN_ID, "where the money was last seen"},
            [TYPE] = {"type", AT_COLUMN_TEXT,
                      "external: no ledger is held; cash; no_statement: only others' payments "
                      "name it; unreconciled: its statements do not add up or do not show it"},
            [AMOUNT] = {"amount", AT_COLUMN_AMOUNT, "minor units of the label there"},
            [TRANSFER] = {"transfer", AT_COLUMN_ID, "that ends the shortest way there"},
            [SINCE] = {"since", AT_COLUMN_TIME, "its time"},
            {0},
        },
    .run = run,
    .limits = at_traced_limits,
};
