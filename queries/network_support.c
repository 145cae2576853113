#include "queries/network_support.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const activity_words[] = {"registration", "account", "asset", "transaction",
                                             NULL};

enum { CLASS_WORDS = 6 }; /* where the words of J2 begin */
const char *const at_tie_words[] = {"holding",    "holder",    "nominee",   "link",
                                    "identifier", "transfers", "ownership", "control",
                                    "shared",     "money",     NULL};

/* A word of J2 ties accounts to their holders too: they are resolved to entities first. */
static unsigned read_tie(int64_t word) {
    static const unsigned classes[] = {AT_TIES_OWNERSHIP, AT_TIES_CONTROL, AT_TIES_SHARED,
                                       1u << AT_TIE_TRANSFERS};
    return word < CLASS_WORDS ? 1u << word : classes[word - CLASS_WORDS] | 1u << AT_TIE_HOLDER;
}

const at_arg at_net_all_args[] = {
    {.name = "active_in",
     .type = AT_ARG_COUNTRY,
     .summary = "two countries: only networks active in both",
     .repeat = true},
    {.name = "activity",
     .type = AT_ARG_CHOICE,
     .summary = "what counts as activity; all four unless said",
     .repeat = true,
     .choices = activity_words},
    {.name = "min_members",
     .type = AT_ARG_COUNT,
     .summary = "smallest network listed: 2, with active_in 1, unless said"},
    AT_NETWORK_ARGS,
    {0},
};

/* The things of a repeated argument. */
static at_status read_things(const at_thing **out, size_t *count_out, const at_question *question,
                             const char *name, at_error *err) {
    at_thing *things;
    size_t count = 0;
    AT_TRY(AT_NEW(&things, question->arena, question->argument_count, err));
    for (const at_argument *item = at_question_get(question, name); item != NULL;
         item = at_question_next(question, item))
        things[count++] = item->thing;
    *out = things;
    *count_out = count;
    return AT_OK;
}

at_status at_net_case_load(at_net_case *out, const at_question *question, size_t loose_rows,
                           at_error *err) {
    at_graph_options options = {.since_us = at_question_time(question, "since"),
                                .until_us = at_question_time(question, "until"),
                                .min_amount = at_question_number(question, "min_amount"),
                                .hub_degree = at_question_number(question, "hub_degree"),
                                .min_total = at_question_number(question, "min_total"),
                                .loose_rows = loose_rows};
    const at_ledger *ledger = question->ledger;
    if (question->summaries != NULL)
        AT_TRY(question->summaries->ledger(question->summaries->self, &ledger, err));
    for (const at_argument *item = at_question_get(question, "tie"); item != NULL;
         item = at_question_next(question, item))
        options.tie_kinds |= read_tie(item->number);
    if (at_question_get(question, "min_share") != NULL)
        options.min_share = at_question_get(question, "min_share")->ratio;
    AT_TRY(read_things(&options.hubs, &options.hub_count, question, "hub", err));
    AT_TRY(read_things(&options.kept, &options.kept_count, question, "of", err));
    out->options = options;
    return at_graph_make(&out->graph, question->facts, ledger, &out->options, question->arena, err);
}

at_status at_losses_text(const char **out, const at_loss *losses, size_t count, at_arena *arena,
                         at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {0};
    for (size_t i = 0; i < count; i++)
        AT_TRY(at_text_print(&text, err, "%s%" PRId64 " %s", i ? ", " : "", losses[i].amount,
                             losses[i].currency.code));
    return at_arena_text(out, arena, at_text_string(&text), err);
}

at_status at_net_around_load(at_net_around *out, at_table *table, const at_question *question,
                             at_error *err) {
    uint32_t *subjects, count = 0;
    int64_t max_nodes = at_question_number(question, "max_nodes");
    int64_t hops = at_question_number(question, "hops");
    AT_TRY(at_net_case_load(&out->net, question, AT_LOOSE_ROWS, err));
    at_graph *graph = &out->net.graph;
    AT_TRY(AT_NEW(&subjects, question->arena, out->net.options.kept_count, err));
    for (size_t i = 0; i < out->net.options.kept_count; i++) {
        uint32_t member = graph->member_of[out->net.options.kept[i]];
        if (member != AT_NONE)
            subjects[count++] = member;
    }
    const uint32_t far = hops < UINT32_MAX ? (uint32_t)hops : UINT32_MAX;
    const uint32_t most = max_nodes < UINT32_MAX ? (uint32_t)max_nodes : UINT32_MAX;
    AT_TRY(at_graph_notes(table, graph, err));
    AT_TRY(at_loose_tighten(graph, subjects, count, far, most, question->arena, err));
    AT_TRY(at_around_find(&out->around, graph, subjects, count, far, most, question->arena, err));
    if (out->around.seen_count > out->around.count) {
        const char *lost;
        AT_TRY(at_losses_text(&lost, out->around.losses, out->around.loss_count, question->arena,
                              err));
        table->truncated = true;
        AT_TRY(at_table_note(table, err, "TRUNCATED",
                             "max_nodes %" PRId64 ": %u members seen, %u kept; transfers between "
                             "kept and dropped members: %s (minor units)",
                             max_nodes, out->around.seen_count, out->around.count,
                             lost[0] ? lost : "none"));
    }
    return AT_OK;
}

static at_status read_countries(at_net_all *all, const at_question *question, at_error *err) {
    size_t count = 0;
    for (const at_argument *item = at_question_get(question, "active_in"); item != NULL;
         item = at_question_next(question, item)) {
        if (count < 2)
            all->country[count] = item->text;
        count++;
    }
    if (count == 0 || (count == 2 && !at_text_equal(all->country[0], all->country[1])))
        return AT_OK;
    at_fail(err, AT_BAD_INPUT, "E-ASK-VALUE", "active_in names %zu countries, not two different",
            count);
    at_hint(err, "write active_in=IR,AZ");
    return AT_BAD_INPUT;
}

static unsigned read_activities(const at_question *question) {
    unsigned activities = 0;
    for (const at_argument *item = at_question_get(question, "activity"); item != NULL;
         item = at_question_next(question, item))
        activities |= 1u << item->number;
    return activities ? activities : AT_ALL_ACTIVITIES;
}

/* A country that no record shows is told from one in which nothing is tied to the other. */
static at_status note_countries(at_table *table, const at_net_all *all, at_error *err) {
    for (size_t i = 0; i < AT_COUNT(all->country) && all->country[i] != NULL; i++) {
        size_t row = 0;
        while (row < all->places.row_count &&
               strcmp(all->places.rows[row].country, all->country[i]) != 0)
            row++;
        if (row == all->places.row_count)
            AT_TRY(at_table_note(table, err, "NO_ACTIVITY",
                                 "no record shows activity of this kind in %s", all->country[i]));
    }
    return AT_OK;
}

/* Without countries every network, the largest first; with them those active in both, by level. */
static at_status order_groups(at_net_all *all, const at_question *question, at_error *err) {
    uint32_t *order;
    const at_argument *given = at_question_get(question, "min_members");
    int64_t least = given != NULL ? given->number : all->country[0] ? 1 : 2;
    AT_TRY(AT_NEW(&order, question->arena, all->groups.group_count, err));
    all->order = order;
    if (all->country[0] == NULL) {
        for (uint32_t group = 0; group < all->groups.group_count; group++)
            if (all->groups.groups[group].member_count >= least)
                order[all->count++] = group;
            else
                all->single_count += all->groups.groups[group].member_count == 1;
        return AT_OK;
    }
    at_joints joints;
    AT_TRY(at_joints_find(&joints, &all->net.graph, &all->groups, &all->places, all->country,
                          question->arena, err));
    AT_TRY(AT_NEW(&all->joints, question->arena, all->groups.group_count, err));
    for (uint32_t i = 0; i < joints.count; i++) {
        const at_joint *joint = &joints.joints[i];
        if (all->groups.groups[joint->group].member_count < least)
            continue;
        all->joints[joint->group] = joint;
        order[all->count++] = joint->group;
    }
    return AT_OK;
}

/* From the whole ledger. What was found is kept, where that is wanted and pays. */
static at_status find_all(at_net_all *out, at_table *table, const at_question *question, bool keep,
                          at_error *err) {
    at_flow_count *flows;
    const size_t notes = table->note_count;
    AT_TRY(at_net_case_load(&out->net, question, AT_LOOSE_ROWS, err));
    AT_TRY(at_groups_find(&out->groups, &out->net.graph, question->arena, err));
    AT_TRY(at_places_find(&out->places, &out->net.graph, question->facts, read_activities(question),
                          question->arena, err));
    AT_TRY(at_groups_flow(&flows, &out->groups, &out->net.graph, question->arena, err));
    out->flows = flows;
    AT_TRY(at_graph_notes(table, &out->net.graph, err));
    if (!keep || out->net.graph.ledger == NULL)
        return AT_OK;
    return at_net_all_keep(out, &table->notes[notes], table->note_count - notes, question, err);
}

at_status at_net_all_load(at_net_all *out, at_table *table, const at_question *question,
                          bool may_keep, at_error *err) {
    at_net_all all = {0};
    const bool usual = may_keep && at_net_is_usual(question);
    AT_TRY(read_countries(&all, question, err));
    if (usual)
        AT_TRY(at_net_all_kept(&all, &all.kept, table, question, err));
    if (!all.kept)
        AT_TRY(find_all(&all, table, question, usual, err));
    AT_TRY(order_groups(&all, question, err));
    AT_TRY(note_countries(table, &all, err));
    if (all.single_count > 0)
        AT_TRY(at_table_note(table, err, "SINGLES",
                             "%u things have no tie and are no network: min_members=1 lists them",
                             all.single_count));
    *out = all;
    return AT_OK;
}

/* The first node of a member, AT_NONE without any. */
static at_status first_node(uint32_t *out, const at_graph *graph, uint32_t member, at_error *err) {
    const at_member *asked = &graph->members[member];
    *out = AT_NONE;
    if (graph->ledger == NULL || asked->kind == AT_PARTY)
        return AT_OK;
    AT_TRY(at_graph_need_member(graph, member, err));
    *out = graph->loose ? graph->first_node[member]
                        : at_ledger_node_of(graph->ledger, asked->thing, asked->id, 0);
    return AT_OK;
}

at_status at_cite_member(at_row *row, at_table *table, const at_graph *graph,
                         const at_question *question, uint32_t member, at_error *err) {
    const at_ledger *ledger = graph->ledger;
    uint32_t node = AT_NONE, found = AT_NONE;
    at_record_id record;
    AT_TRY(at_member_record(&record, graph, member, false, err));
    if (record == 0)
        AT_TRY(first_node(&node, graph, member, err));
    if (node != AT_NONE && ledger->out_start[node] < ledger->out_start[node + 1])
        found = ledger->out_rows[ledger->out_start[node]];
    else if (node != AT_NONE && ledger->in_start[node] < ledger->in_start[node + 1])
        found = ledger->in_rows[ledger->in_start[node]];
    if (found != AT_NONE) {
        AT_TRY(at_graph_need_row(graph, found, err));
        record = ledger->record[found];
    }
    for (at_kind kind = AT_IDENTIFIER; record == 0 && kind <= AT_LISTING; kind++) {
        at_fact_list list;
        if (kind == AT_TRANSFER || kind == AT_LEG)
            continue;
        AT_TRY(question->facts->list(question->facts->self, &list, kind,
                                     graph->members[member].thing, err));
        if (list.count > 0)
            record = list.facts[0].record;
    }
    return at_row_cite(row, table, record, err);
}
