#include "engine/network/group.h"

#include <inttypes.h>
#include <stdlib.h>

#include "engine/network/glue.h"
#include "engine/network/loose.h"

/* Ties that lead on, as edges. */
static at_status collect_ends(uint32_t **ends_out, size_t *count_out, const at_graph *graph,
                              at_arena *arena, at_error *err) {
    uint32_t *ends;
    size_t count = 0;
    AT_TRY(AT_NEW(&ends, arena, 2 * (size_t)graph->tie_count, err));
    for (uint32_t i = 0; i < graph->tie_count; i++) {
        if (!at_tie_leads(graph, &graph->ties[i]))
            continue;
        ends[2 * count] = graph->ties[i].a;
        ends[2 * count++ + 1] = graph->ties[i].b;
    }
    *ends_out = ends;
    *count_out = count;
    return AT_OK;
}

static int compare_groups(const void *left, const void *right) {
    const at_group *a = left, *b = right;
    if (a->member_count != b->member_count)
        return a->member_count > b->member_count ? -1 : 1;
    return a->members[0] < b->members[0] ? -1 : 1;
}

/* Numbers by member, each below `count`, become lists of members in order. */
static at_status list_groups(at_groups *out, const at_graph *graph, const uint32_t *of,
                             uint32_t count, at_arena *arena, at_error *err) {
    at_group *groups;
    uint32_t *members, *group_of, *start, used = 0;
    AT_TRY(AT_NEW(&groups, arena, count, err));
    AT_TRY(AT_NEW(&members, arena, graph->member_count, err));
    AT_TRY(AT_NEW(&group_of, arena, graph->member_count, err));
    AT_TRY(AT_NEW(&start, arena, (size_t)count + 1, err));
    for (uint32_t member = 0; member < graph->member_count; member++)
        if (!graph->members[member].cut)
            start[of[member] + 1]++;
    for (uint32_t group = 0; group < count; group++)
        start[group + 1] += start[group];
    for (uint32_t group = 0; group < count; group++)
        groups[group].members = &members[start[group]];
    for (uint32_t member = 0; member < graph->member_count; member++) {
        group_of[member] = AT_NONE;
        if (!graph->members[member].cut) {
            at_group *group = &groups[of[member]];
            members[(group->members - members) + group->member_count++] = member;
        }
    }
    for (uint32_t group = 0; group < count; group++)
        if (groups[group].member_count > 0)
            groups[used++] = groups[group];
    if (used > 1)
        qsort(groups, used, sizeof *groups, compare_groups);
    for (uint32_t group = 0; group < used; group++)
        for (uint32_t i = 0; i < groups[group].member_count; i++)
            group_of[groups[group].members[i]] = group;
    *out = (at_groups){.groups = groups, .group_count = used, .group_of = group_of};
    return AT_OK;
}

/* Which of `count` components each member is in, by igraph. */
static at_status number_components(uint32_t *of_out, uint32_t *count_out, const at_graph *graph,
                                   at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    AT_CLEANUP(at_net_close) at_net net = {0};
    AT_CLEANUP(igraph_vector_int_destroy) igraph_vector_int_t of = {0};
    igraph_integer_t count = 0;
    uint32_t *ends;
    size_t edge_count;
    AT_TRY(collect_ends(&ends, &edge_count, graph, &scratch, err));
    AT_TRY(at_net_open(&net, graph->member_count, ends, edge_count, false, err));
    AT_IGRAPH(igraph_vector_int_init(&of, 0), err);
    AT_IGRAPH(igraph_connected_components(&net.graph, &of, NULL, &count, IGRAPH_WEAK), err);
    for (uint32_t member = 0; member < graph->member_count; member++)
        of_out[member] = (uint32_t)VECTOR(of)[member];
    *count_out = (uint32_t)count;
    return AT_OK;
}

at_status at_groups_find(at_groups *out, const at_graph *graph, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    uint32_t *of, count = graph->member_count;
    AT_TRY(AT_NEW(&of, &scratch, graph->member_count, err));
    if (graph->loose)
        AT_TRY(at_members_unite(of, graph, err));
    else
        AT_TRY(number_components(of, &count, graph, err));
    return list_groups(out, graph, of, count, arena, err);
}

static void add_flow(at_flow_count *flow, int64_t count, int64_t first_us, int64_t last_us) {
    flow->transfer_count += count;
    if (flow->first_us == AT_TIME_NONE || first_us < flow->first_us)
        flow->first_us = first_us;
    if (flow->last_us == AT_TIME_NONE || last_us > flow->last_us)
        flow->last_us = last_us;
}

at_status at_groups_flow(at_flow_count **out, const at_groups *groups, const at_graph *graph,
                         at_arena *arena, at_error *err) {
    at_flow_count *flows;
    AT_TRY(AT_NEW(&flows, arena, groups->group_count, err));
    for (uint32_t group = 0; group < groups->group_count; group++)
        flows[group].first_us = flows[group].last_us = AT_TIME_NONE;
    for (uint32_t i = 0; i < graph->tie_count; i++) {
        const at_tie *tie = &graph->ties[i];
        if (tie->kind == AT_TIE_TRANSFERS && at_tie_leads(graph, tie))
            add_flow(&flows[groups->group_of[tie->a]], tie->transfer_count, tie->first_us,
                     tie->last_us);
    }
    for (uint32_t row = 0; graph->loose && row < graph->ledger->count; row++) {
        const int64_t time_us = graph->ledger->time_us[row];
        uint32_t ends[2], credit_row;
        if (at_row_members(ends, &credit_row, graph, row) && ends[0] != AT_NONE &&
            ends[1] != AT_NONE && ends[0] != ends[1] && groups->group_of[ends[0]] != AT_NONE &&
            groups->group_of[ends[1]] != AT_NONE)
            add_flow(&flows[groups->group_of[ends[0]]], 1, time_us, time_us);
    }
    *out = flows;
    return AT_OK;
}

/* A hub that was cut, and how many ties went with it. */
typedef struct cut_hub {
    uint32_t member, ties;
} cut_hub;

static int compare_hubs(const void *left, const void *right) {
    const cut_hub *a = left, *b = right;
    if (a->ties != b->ties)
        return a->ties > b->ties ? -1 : 1;
    return a->member < b->member ? -1 : a->member > b->member;
}

static at_status count_hub(at_text *out, uint32_t *count_out, const at_graph *graph, uint32_t hub,
                           at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    at_loss *losses = NULL;
    size_t loss_count = 0, capacity = 0;
    const at_tie *const *ties;
    uint32_t count, lost = 0;
    AT_TRY(at_member_ties(&ties, &count, graph, hub, &scratch, err));
    for (uint32_t i = 0; i < count; i++) {
        if (graph->members[at_tie_other(ties[i], hub)].outside)
            continue;
        lost++;
        AT_TRY(at_loss_add(&losses, &loss_count, &capacity, ties[i], &scratch, err));
    }
    *count_out = lost;
    if (out == NULL)
        return AT_OK;
    AT_TRY(at_text_print(out, err, "%s (%u ties", graph->members[hub].id, lost));
    for (size_t i = 0; i < loss_count; i++)
        AT_TRY(
            at_text_print(out, err, ", %" PRId64 " %s", losses[i].amount, losses[i].currency.code));
    return at_text_add(out, ")", err);
}

/* Which hubs were cut, those that lost the most ties first. */
static at_status note_hubs(at_table *table, const at_graph *graph, at_error *err) {
    enum { HUBS_LISTED = 20 };
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    AT_CLEANUP(at_text_clear) at_text text = {0};
    cut_hub *hubs;
    uint32_t count = 0;
    AT_TRY(AT_NEW(&hubs, &scratch, graph->hub_count, err));
    for (uint32_t member = 0; member < graph->member_count; member++) {
        if (!graph->members[member].cut || graph->members[member].outside)
            continue;
        hubs[count].member = member;
        if (graph->loose)
            hubs[count].ties = graph->hub_ties[count];
        else
            AT_TRY(count_hub(NULL, &hubs[count].ties, graph, member, err));
        count++;
    }
    if (count == 0)
        return AT_OK;
    qsort(hubs, count, sizeof *hubs, compare_hubs);
    for (uint32_t i = 0; i < count && i < HUBS_LISTED; i++) {
        AT_TRY(at_text_add(&text, i ? ", " : "", err));
        AT_TRY(count_hub(&text, &hubs[i].ties, graph, hubs[i].member, err));
    }
    if (count > HUBS_LISTED)
        AT_TRY(at_text_print(&text, err, ", and %u more", count - HUBS_LISTED));
    return at_table_note(table, err, "HUBS", "hubs cut (money in minor units): %s",
                         at_text_string(&text));
}

at_status at_graph_notes(at_table *table, const at_graph *graph, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text lost = {0};
    for (size_t i = 0; i < graph->loss_count; i++)
        AT_TRY(at_text_print(&lost, err, ", %" PRId64 " %s (minor units) in %" PRIu64 " transfers",
                             graph->losses[i].amount, graph->losses[i].currency.code,
                             graph->losses[i].transfer_count));
    if (graph->hub_degree > 0)
        AT_TRY(at_table_note(
            table, err, "HUB_CUT",
            "hubs with more than %" PRId64
            " counterparties or flagged are cut: %u hubs; lost with them: %u ties%s",
            graph->hub_degree, graph->hub_count, graph->cut_tie_count, at_text_string(&lost)));
    else
        AT_TRY(at_table_note(table, err, "HUB_CUT",
                             "only flagged hubs are cut: %u hubs; lost with them: %u ties%s",
                             graph->hub_count, graph->cut_tie_count, at_text_string(&lost)));
    AT_TRY(note_hubs(table, graph, err));
    if (graph->outside_count > 0)
        AT_TRY(at_table_note(table, err, "OUTSIDE",
                             "%" PRIu64 " transfers lead to or from accounts without a ledger "
                             "(external, sink, cash): they tie no members",
                             graph->outside_count));
    if (graph->small_count > 0)
        AT_TRY(at_table_note(table, err, "SMALL_LEFT_OUT",
                             "%" PRIu64 " transfers are below min_amount and left out",
                             graph->small_count));
    if (graph->small_ties > 0)
        AT_TRY(at_table_note(table, err, "SMALL_LEFT_OUT",
                             "transfers of %u pairs come to less than min_total and tie none",
                             graph->small_ties));
    if (graph->shared_widely > 0)
        AT_TRY(at_table_note(table, err, "SHARED_WIDELY",
                             "%u identifiers are shared by more than %d things and tie none",
                             graph->shared_widely, AT_SHARED_MAX));
    return AT_OK;
}
