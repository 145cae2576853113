/* network_members.c: every member of every network that `networks` lists. */
#include "queries/network_support.h"

static at_status add_member(at_table *table, const at_net_all *all, uint32_t group, uint32_t member,
                            const at_question *question, at_error *err) {
    enum { NETWORK, THING, KIND, TITLE, JURISDICTIONS };
    const at_graph *graph = &all->net.graph;
    const at_member *listed = &graph->members[member];
    const char *countries;
    at_record_id record;
    at_row *row;
    AT_TRY(at_table_row(&row, table, err));
    at_cell_text(&row->cells[NETWORK], graph->members[all->groups.groups[group].members[0]].id);
    at_cell_text(&row->cells[THING], listed->id);
    at_cell_text(&row->cells[KIND], at_kind_text(listed->kind));
    at_cell_text(&row->cells[TITLE], listed->title);
    AT_TRY(at_places_text(&countries, &all->places, member, table->arena, err));
    at_cell_text(&row->cells[JURISDICTIONS], countries);
    AT_TRY(at_cite_member(row, table, graph, question, member, err));
    /* The tie that makes it a member of more than itself. */
    AT_TRY(at_member_record(&record, graph, member, true, err));
    return at_row_cite(row, table, record, err);
}

static at_status run(at_table *out, const at_question *question, at_error *err) {
    at_net_all all;
    uint32_t *network_of;
    AT_TRY(at_net_all_load(&all, out, question, false, err));
    AT_TRY(AT_NEW(&network_of, question->arena, all.net.graph.member_count, err));
    for (uint32_t i = 0; i < all.count; i++)
        network_of[all.groups.groups[all.order[i]].members[0]] = all.order[i] + 1;
    /* By name of the network, which is its smallest member, then by member. */
    for (uint32_t member = 0; member < all.net.graph.member_count; member++) {
        if (network_of[member] == 0)
            continue;
        const at_group *group = &all.groups.groups[network_of[member] - 1];
        for (uint32_t i = 0; i < group->member_count; i++)
            AT_TRY(add_member(out, &all, network_of[member] - 1, group->members[i], question, err));
    }
    return AT_OK;
}

const at_query query_network_members = {
    .name = "network_members",
    .summary = "every member of every network that `networks` lists, by the same arguments",
    .version = 1,
    .needs = AT_NEEDS_FACTS | AT_NEEDS_LEDGER | AT_NEEDS_NO_IDS,
    .args = at_net_all_args,
    .columns =
        (const at_column[]){
            {"network", AT_COLUMN_ID, "its smallest member"},
            {"thing", AT_COLUMN_ID, "member"},
            {"kind", AT_COLUMN_TEXT, "party, account or asset"},
            {"title", AT_COLUMN_TEXT, "name or description"},
            {"jurisdictions", AT_COLUMN_TEXT, "countries it is recorded to be active in"},
            {0},
        },
    .run = run,
};
