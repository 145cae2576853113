/* networks.c: which networks are in the store, and which of them are active in two countries? */
#include "queries/network_support.h"

#include <string.h>

enum {
    NETWORK,
    MEMBERS,
    LEVEL,
    PARTIES,
    ACCOUNTS,
    ASSETS,
    TRANSFERS,
    FIRST,
    LAST,
    JURISDICTIONS,
    EVIDENCE_A,
    EVIDENCE_B,
    PATH,
    MONEY_PATH,
    MONEY,
    MONEY_FIRST,
    MONEY_LAST,
    MONEY_AMOUNT,
    CURRENCY
};
enum { EVIDENCE_LISTED = 5, COUNTRIES_MAX = 676 };

/* Members by kind, transfers, and their first and last time. */
static void count_group(at_row *row, const at_net_all *all, uint32_t number) {
    const at_graph *graph = &all->net.graph;
    const at_group *group = &all->groups.groups[number];
    const at_flow_count *flow = &all->flows[number];
    int64_t kinds[AT_KIND_COUNT] = {0};
    for (uint32_t i = 0; i < group->member_count; i++)
        kinds[graph->members[group->members[i]].kind]++;
    at_cell_integer(&row->cells[PARTIES], kinds[AT_PARTY]);
    at_cell_integer(&row->cells[ACCOUNTS], kinds[AT_ACCOUNT]);
    at_cell_integer(&row->cells[ASSETS], kinds[AT_ASSET]);
    at_cell_integer(&row->cells[TRANSFERS], flow->transfer_count);
    at_cell_time(&row->cells[FIRST], flow->first_us, AT_MICROSECOND);
    at_cell_time(&row->cells[LAST], flow->last_us, AT_MICROSECOND);
}

/* Every country some member is active in, sorted. */
static at_status list_countries(at_row *row, const at_net_all *all, const at_group *group,
                                at_arena *arena, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {0};
    const char *copy;
    bool seen[COUNTRIES_MAX] = {false};
    for (uint32_t i = 0; i < group->member_count; i++) {
        uint32_t member = group->members[i];
        for (uint32_t k = all->places.start[member]; k < all->places.start[member + 1]; k++) {
            const char *country = all->places.rows[k].country;
            if (country[0] >= 'A' && country[0] <= 'Z' && country[1] >= 'A' && country[1] <= 'Z')
                seen[(country[0] - 'A') * 26 + country[1] - 'A'] = true;
        }
    }
    for (int i = 0; i < COUNTRIES_MAX; i++)
        if (seen[i])
            AT_TRY(at_text_print(&text, err, "%s%c%c", text.bytes ? "," : "", 'A' + i / 26,
                                 'A' + i % 26));
    AT_TRY(at_arena_text(&copy, arena, at_text_string(&text), err));
    at_cell_text(&row->cells[JURISDICTIONS], copy[0] ? copy : NULL);
    return AT_OK;
}

/* "P1 registration; A7 (account of P2)": the first few entities active in one country. */
static at_status list_evidence(at_row *row, at_table *table, const at_net_all *all,
                               const at_joint *joint, int side, const at_question *question,
                               at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {0};
    const at_graph *graph = &all->net.graph;
    const char *copy, *id;
    for (uint32_t i = 0; i < joint->active_count[side] && i < EVIDENCE_LISTED; i++) {
        const at_evidence *evidence =
            at_places_in(&all->places, joint->active[side][i], all->country[side]);
        AT_TRY(at_net_id(&id, graph, evidence->entity, question, err));
        AT_TRY(at_text_print(&text, err, "%s%s %s", i ? "; " : "", id,
                             at_activity_text(evidence->activity)));
        if (evidence->about != evidence->entity) {
            AT_TRY(at_net_id(&id, graph, evidence->about, question, err));
            AT_TRY(at_text_print(&text, err, " %s", id));
        }
        AT_TRY(at_row_cite(row, table, evidence->record, err));
        AT_TRY(at_row_cite(row, table, evidence->record_in, err));
    }
    if (joint->active_count[side] > EVIDENCE_LISTED)
        AT_TRY(at_text_print(&text, err, "; and %u more",
                             joint->active_count[side] - EVIDENCE_LISTED));
    AT_TRY(at_arena_text(&copy, table->arena, at_text_string(&text), err));
    at_cell_text(&row->cells[side ? EVIDENCE_B : EVIDENCE_A], copy);
    return AT_OK;
}

/* The shortest connecting path, and the records of its ties. */
static at_status list_path(at_row *row, at_table *table, const at_net_all *all,
                           const at_joint *joint, const at_question *question, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {0};
    const at_graph *graph = &all->net.graph;
    const char *copy, *id;
    for (uint32_t i = 0; i < joint->path_count; i++) {
        if (i > 0) {
            const at_tie *tie = joint->path_ties[i];
            AT_TRY(at_text_print(&text, err, " -%s- ", at_tie_text(tie->kind)));
            AT_TRY(at_row_cite(row, table, tie->records[0], err));
            row->grade = at_grade_weaker(row->grade, tie->grade);
        }
        AT_TRY(at_net_id(&id, graph, joint->path[i], question, err));
        AT_TRY(at_text_add(&text, id, err));
    }
    AT_TRY(at_arena_text(&copy, table->arena, at_text_string(&text), err));
    at_cell_text(&row->cells[PATH], copy);
    return AT_OK;
}

/* The money path of level 3: its accounts, its times, and how much can have travelled it. */
static at_status list_money(at_row *row, at_table *table, const at_joint *joint,
                            const at_ledger *ledger, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {0};
    const char *copy;
    at_cell_text(&row->cells[MONEY_PATH], joint->money_count ? "yes" : "no");
    if (joint->money_count == 0)
        return AT_OK;
    for (uint32_t i = 0; i < joint->money_count; i++) {
        uint32_t from, to, credit_row;
        if (!at_row_ends(&from, &to, &credit_row, ledger, joint->money[i]))
            continue;
        if (i == 0)
            AT_TRY(at_text_add(&text, ledger->nodes[from].id, err));
        AT_TRY(at_text_print(&text, err, " > %s", ledger->nodes[to].id));
        AT_TRY(at_row_cite(row, table, ledger->record[joint->money[i]], err));
        AT_TRY(at_row_cite(row, table, ledger->record[credit_row], err));
        if (joint->money_amount != AT_AMOUNT_NONE)
            at_cell_text(&row->cells[CURRENCY], ledger->nodes[to].currency.code);
    }
    AT_TRY(at_arena_text(&copy, table->arena, at_text_string(&text), err));
    at_cell_text(&row->cells[MONEY], copy);
    at_cell_time(&row->cells[MONEY_FIRST], ledger->time_us[joint->money[0]], AT_MICROSECOND);
    at_cell_time(&row->cells[MONEY_LAST], ledger->time_us[joint->money[joint->money_count - 1]],
                 AT_MICROSECOND);
    at_cell_integer(&row->cells[MONEY_AMOUNT], joint->money_amount);
    return AT_OK;
}

static at_status add_network(at_table *table, const at_net_all *all, uint32_t number,
                             const at_question *question, at_error *err) {
    const at_graph *graph = &all->net.graph;
    const at_group *group = &all->groups.groups[number];
    uint32_t name = group->members[0];
    at_record_id record;
    const char *id;
    at_row *row;
    AT_TRY(at_net_id(&id, graph, name, question, err));
    AT_TRY(at_table_row(&row, table, err));
    at_cell_text(&row->cells[NETWORK], id);
    at_cell_integer(&row->cells[MEMBERS], group->member_count);
    count_group(row, all, number);
    AT_TRY(list_countries(row, all, group, table->arena, err));
    AT_TRY(at_cite_member(row, table, graph, question, name, err));
    if (all->joints != NULL) {
        const at_joint *joint = all->joints[number];
        at_cell_integer(&row->cells[LEVEL], joint->level);
        AT_TRY(list_evidence(row, table, all, joint, 0, question, err));
        AT_TRY(list_evidence(row, table, all, joint, 1, question, err));
        AT_TRY(list_path(row, table, all, joint, question, err));
        return list_money(row, table, joint, graph->ledger, err);
    }
    AT_TRY(at_member_record(&record, graph, name, true, err));
    return at_row_cite(row, table, record, err);
}

static at_status answer(at_table *out, const at_question *question, bool may_keep, at_error *err) {
    at_net_all all;
    AT_TRY(at_net_all_load(&all, out, question, may_keep, err));
    for (uint32_t i = 0; i < all.count; i++)
        AT_TRY(add_network(out, &all, all.order[i], question, err));
    return AT_OK;
}

/* An index that turns out to be damaged in the middle is none: all is worked out again. */
static at_status run(at_table *out, const at_question *question, at_error *err) {
    const at_status status = answer(out, question, true, err);
    if (question->summaries == NULL || (status != AT_TAMPERED && status != AT_IO))
        return status;
    out->row_count = out->note_count = 0;
    out->truncated = false;
    return answer(out, question, false, err);
}

const at_query query_networks = {
    .name = "networks",
    .summary = "every network of the store, the largest first, or those active in two countries",
    .version = 1,
    .needs = AT_NEEDS_FACTS | AT_NEEDS_SUMMARY,
    .args = at_net_all_args,
    .columns =
        (const at_column[]){
            {"network", AT_COLUMN_ID, "its smallest member"},
            {"members", AT_COLUMN_COUNT, "things tied together"},
            {"level", AT_COLUMN_COUNT,
             "with active_in: 1 one entity is active in both countries, 2 connected ones are"},
            {"parties", AT_COLUMN_COUNT, "of the members"},
            {"accounts", AT_COLUMN_COUNT, "of the members"},
            {"assets", AT_COLUMN_COUNT, "of the members"},
            {"transfers", AT_COLUMN_COUNT, "between members"},
            {"first", AT_COLUMN_TIME, "first transfer"},
            {"last", AT_COLUMN_TIME, "last transfer"},
            {"jurisdictions", AT_COLUMN_TEXT, "countries its members are recorded to be active in"},
            {"evidence_a", AT_COLUMN_TEXT, "activity in the first country"},
            {"evidence_b", AT_COLUMN_TEXT, "activity in the second"},
            {"path", AT_COLUMN_TEXT, "the shortest path between the two"},
            {"money_path", AT_COLUMN_TEXT,
             "level 3, beside the level: does money travel between the two in order of time"},
            {"money", AT_COLUMN_TEXT, "the accounts of the path that arrives first"},
            {"money_first", AT_COLUMN_TIME, "its first transfer"},
            {"money_last", AT_COLUMN_TIME, "its last transfer"},
            {"money_amount", AT_COLUMN_AMOUNT, "its smallest transfer; empty across currencies"},
            {"currency", AT_COLUMN_TEXT, "of money_amount"},
            {0},
        },
    .run = run,
    .limits = "A country is evidence of recorded activity there; no country is evidence of none.",
};
