/* network_kept.c: the networks of a whole store as an earlier question found them (summary.h of
 * engine/network): nothing of the ledger is read but what the rows of an answer need. */
#include "queries/network_support.h"
#include "engine/network/summary.h"

#include <string.h>

enum { HUB_DEGREE = 1000 }; /* the fallback of hub_degree */

/* One summary is kept: that of the arguments nobody gave. Those read here come after it. */
bool at_net_is_usual(const at_question *question) {
    static const char *const unusual[] = {"activity", "since", "until", "tie", "min_share", "hub"};
    for (size_t i = 0; i < AT_COUNT(unusual); i++)
        if (at_question_get(question, unusual[i]) != NULL)
            return false;
    return question->summaries != NULL && at_question_number(question, "min_amount") == 0 &&
           at_question_number(question, "min_total") == 0 &&
           at_question_number(question, "hub_degree") == HUB_DEGREE;
}

/* Is a network active in both countries? If none is, no row is printed and no ledger read. */
static at_status find_joint(bool *out, const at_net_all *all, at_arena *arena, at_error *err) {
    uint8_t *seen;
    *out = all->country[0] == NULL;
    AT_TRY(AT_NEW(&seen, arena, all->groups.group_count, err));
    for (size_t i = 0; !*out && i < all->places.row_count; i++) {
        const at_evidence *row = &all->places.rows[i];
        const uint32_t group = all->groups.group_of[row->entity];
        for (int country = 0; country < 2 && group != AT_NONE; country++)
            if (strcmp(row->country, all->country[country]) == 0)
                seen[group] |= (uint8_t)(1 << country);
        *out = group != AT_NONE && seen[group] == 3;
    }
    return AT_OK;
}

/* Rows as they are needed for two countries; every network cites its first tie, so all of them for
 * a list. */
static at_status get_ledger(at_graph *graph, bool all, const at_question *question, at_error *err) {
    const at_summaries *summaries = question->summaries;
    if (!all)
        AT_TRY(summaries->part(summaries->self, &graph->part, err));
    if (graph->part)
        graph->ledger = &graph->part->ledger;
    else
        AT_TRY(summaries->ledger(summaries->self, &graph->ledger, err));
    return AT_OK;
}

at_status at_net_all_kept(at_net_all *out, bool *kept_out, at_table *table,
                          const at_question *question, at_error *err) {
    const at_summary *summary = NULL;
    at_found_networks found;
    bool good = false, joint = false;
    *kept_out = false;
    AT_TRY(question->summaries->get(question->summaries->self, &summary, err));
    if (summary)
        AT_TRY(at_networks_unpack(&found, &good, summary, question->facts->thing_limit,
                                  question->arena, err));
    if (!good)
        return AT_OK;
    at_graph *graph = &out->net.graph;
    *graph = found.graph;
    graph->hub_degree = HUB_DEGREE;
    graph->options = (at_graph_options){
        .since_us = AT_TIME_NONE, .until_us = AT_TIME_NONE, .hub_degree = HUB_DEGREE};
    out->groups = found.groups;
    out->places = found.places;
    out->flows = found.flows;
    AT_TRY(find_joint(&joint, out, question->arena, err));
    if (joint) {
        AT_TRY(get_ledger(graph, out->country[0] == NULL, question, err));
        if (graph->ledger->node_count != summary->columns[AT_SUMMARY_NODE].count)
            return AT_OK;
        AT_TRY(at_loose_index_nodes(graph, question->arena, err));
    }
    for (size_t i = 0; i < found.note_count; i++)
        AT_TRY(at_table_note(table, err, found.notes[i].code, "%s", found.notes[i].text));
    *kept_out = true;
    return AT_OK;
}

at_status at_net_all_keep(const at_net_all *all, const at_note *notes, size_t note_count,
                          const at_question *question, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = SIZE_MAX};
    const at_found_networks found = {.graph = all->net.graph,
                                     .groups = all->groups,
                                     .places = all->places,
                                     .flows = all->flows,
                                     .notes = notes,
                                     .note_count = note_count};
    at_summary summary = {0};
    bool packed = false;
    AT_TRY(at_networks_pack(&summary, &packed, &found, &arena, err));
    return packed ? question->summaries->keep(question->summaries->self, &summary, err) : AT_OK;
}

at_status at_net_id(const char **out, const at_graph *graph, uint32_t member,
                    const at_question *question, at_error *err) {
    at_thing_view view;
    *out = graph->members[member].id;
    if (*out != NULL)
        return AT_OK;
    AT_TRY(question->facts->view(question->facts->self, &view, graph->members[member].thing, err));
    return at_arena_text(out, question->arena, view.shown, err);
}
