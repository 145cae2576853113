/* network_ties.c: every tie between the members of a network, with its records. */
#include "queries/network_support.h"

static at_status add_tie(at_table *table, const at_graph *graph, const at_tie *tie, at_error *err) {
    enum { A, B, TIE, WHAT, COUNT, AMOUNT, CURRENCY, FIRST, LAST };
    at_row *row;
    AT_TRY(at_table_row(&row, table, err));
    at_cell_text(&row->cells[A], graph->members[tie->a].id);
    at_cell_text(&row->cells[B], graph->members[tie->b].id);
    at_cell_text(&row->cells[TIE], at_tie_text(tie->kind));
    at_cell_text(&row->cells[WHAT], tie->kind == AT_TIE_TRANSFERS ? NULL : tie->what);
    at_cell_integer(&row->cells[COUNT],
                    tie->kind == AT_TIE_TRANSFERS ? tie->transfer_count : tie->record_count);
    if (tie->kind == AT_TIE_TRANSFERS) {
        at_cell_integer(&row->cells[AMOUNT], tie->amount);
        at_cell_text(&row->cells[CURRENCY], tie->what);
        at_cell_time(&row->cells[FIRST], tie->first_us, AT_MICROSECOND);
        at_cell_time(&row->cells[LAST], tie->last_us, AT_MICROSECOND);
    }
    row->grade = tie->grade;
    for (uint32_t i = 0; i < tie->record_count; i++)
        AT_TRY(at_row_cite(row, table, tie->records[i], err));
    return AT_OK;
}

static at_status run(at_table *out, const at_question *question, at_error *err) {
    at_net_around found;
    AT_TRY(at_net_around_load(&found, out, question, err));
    const at_graph *graph = &found.net.graph;
    for (uint32_t i = 0; i < graph->tie_count; i++)
        if (found.around.hops[graph->ties[i].a] != AT_NONE &&
            found.around.hops[graph->ties[i].b] != AT_NONE)
            AT_TRY(add_tie(out, graph, &graph->ties[i], err));
    return AT_OK;
}

const at_query query_network_ties = {
    .name = "network_ties",
    .summary = "every tie between the members that `network` lists, by the same arguments",
    .version = 1,
    .adds_up = true,
    .needs = AT_NEEDS_FACTS | AT_NEEDS_LEDGER | AT_NEEDS_NO_IDS,
    .args =
        (const at_arg[]){
            AT_AROUND_ARGS,
            AT_NETWORK_ARGS,
            {0},
        },
    .columns =
        (const at_column[]){
            {"a", AT_COLUMN_ID, "owner, holder, sender, or first of a link"},
            {"b", AT_COLUMN_ID, "owned, account, receiver, or second of a link"},
            {"tie", AT_COLUMN_TEXT, "holding, holder, nominee, link, identifier or transfers"},
            {"what", AT_COLUMN_TEXT, "interest, kind of link, or type of identifier"},
            {"count", AT_COLUMN_COUNT, "transfers, or records that state the tie"},
            {"amount", AT_COLUMN_AMOUNT, "debited in all"},
            {"currency", AT_COLUMN_TEXT, "of the amount"},
            {"first", AT_COLUMN_TIME, "first transfer"},
            {"last", AT_COLUMN_TIME, "last transfer"},
            {0},
        },
    .run = run,
};
