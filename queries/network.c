/* network.c: who and what is connected with these subjects, and who holds it together? */
#include "queries/network_support.h"
#include "engine/network/keyplayer.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    THING,
    KIND,
    TITLE,
    HOPS,
    VIA,
    REASON,
    JURISDICTIONS,
    COMMUNITY,
    CUT_POINT,
    BRIDGES,
    CORE,
    RANK,
    PICK,
    KEY
};

typedef struct net_report {
    const at_question *question;
    at_table *table;
    at_net_around found;
    at_places places;
    at_key_players players;
    uint32_t *members; /* those with a position, ascending */
    uint32_t *number;  /* by member: position + 1; 0 = cut */
} net_report;

/* The structure is that of the members that are not cut. */
static at_status find_players(net_report *report, at_error *err) {
    const at_around *around = &report->found.around;
    const at_graph *graph = &report->found.net.graph;
    int64_t set_size = at_question_number(report->question, "key_set");
    uint32_t count = 0;
    if (set_size > AT_KEY_SET_MAX)
        return at_fail(err, AT_BAD_INPUT, "E-ASK-VALUE", "key_set %" PRId64 " is more than %d",
                       set_size, AT_KEY_SET_MAX);
    AT_TRY(AT_NEW(&report->members, report->question->arena, around->count, err));
    AT_TRY(AT_NEW(&report->number, report->question->arena, graph->member_count, err));
    for (uint32_t member = 0; member < graph->member_count; member++) {
        if (around->hops[member] == AT_NONE || graph->members[member].cut)
            continue;
        report->members[count++] = member;
        report->number[member] = count;
    }
    return at_key_players_find(&report->players, graph, report->members, count, (uint32_t)set_size,
                               report->question->arena, err);
}

/* "capital of X: a holding", "12 transfers, 4500 EUR (minor units)", "directs". */
static at_status tie_reason(const char **out, const at_tie *tie, bool outgoing, at_arena *arena,
                            at_error *err) {
    const char *toward = outgoing ? "to it" : "from it";
    switch (tie->kind) {
    case AT_TIE_TRANSFERS:
        return at_arena_print(out, arena, err, "%u transfers %s, %" PRId64 " %s (minor units)",
                              tie->transfer_count, toward, tie->amount, tie->what);
    case AT_TIE_IDENTIFIER:
        return at_arena_print(out, arena, err, "same %s", tie->what);
    case AT_TIE_HOLDER:
        return at_arena_text(out, arena, outgoing ? "its account holder" : "account held", err);
    case AT_TIE_NOMINEE:
        return at_arena_text(out, arena, outgoing ? "its nominee's principal" : "its nominee", err);
    case AT_TIE_HOLDING:
        return at_arena_print(out, arena, err, outgoing ? "owner (%s)" : "owned (%s)", tie->what);
    case AT_TIE_LINK:
    default:
        return at_arena_print(out, arena, err, outgoing ? "%s it" : "it %s", tie->what);
    }
}

static at_status key_reason(const char **out, const net_report *report, const at_position *position,
                            at_arena *arena, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {0};
    *out = NULL;
    if (position->pick == 0)
        return AT_OK;
    AT_TRY(at_text_print(&text, err, "removal %u of the set", position->pick));
    if (position->cut_point)
        AT_TRY(at_text_print(&text, err, "; cut point with %u bridges", position->bridges));
    if (position->rank > 0)
        AT_TRY(at_text_print(&text, err, "; on shortest paths, rank %u of %u", position->rank,
                             report->players.count));
    return at_arena_text(out, arena, at_text_string(&text), err);
}

static at_status set_position(at_row *row, const net_report *report, uint32_t member,
                              at_error *err) {
    if (report->number[member] == 0) {
        at_cell_text(&row->cells[KEY], "hub: not passed");
        return AT_OK;
    }
    const at_position *position = &report->players.positions[report->number[member] - 1];
    const at_graph *graph = &report->found.net.graph;
    const char *key;
    AT_TRY(key_reason(&key, report, position, report->table->arena, err));
    at_cell_text(&row->cells[COMMUNITY], graph->members[report->members[position->community]].id);
    at_cell_text(&row->cells[CUT_POINT], position->cut_point ? "yes" : "no");
    at_cell_integer(&row->cells[BRIDGES], position->bridges);
    at_cell_integer(&row->cells[CORE], position->core);
    if (position->rank > 0)
        at_cell_integer(&row->cells[RANK], position->rank);
    if (position->pick > 0)
        at_cell_integer(&row->cells[PICK], position->pick);
    at_cell_text(&row->cells[KEY], key);
    return AT_OK;
}

static at_status add_member(net_report *report, uint32_t member, at_error *err) {
    const at_graph *graph = &report->found.net.graph;
    const at_around *around = &report->found.around;
    const at_member *asked = &graph->members[member];
    at_table *table = report->table;
    const char *countries, *reason;
    at_row *row;
    AT_TRY(at_table_row(&row, table, err));
    at_cell_text(&row->cells[THING], asked->id);
    at_cell_text(&row->cells[KIND], at_kind_text(asked->kind));
    at_cell_text(&row->cells[TITLE], asked->title);
    at_cell_integer(&row->cells[HOPS], around->hops[member]);
    AT_TRY(at_places_text(&countries, &report->places, member, table->arena, err));
    at_cell_text(&row->cells[JURISDICTIONS], countries);
    AT_TRY(set_position(row, report, member, err));
    if (around->tie[member] == AT_NONE) {
        at_cell_text(&row->cells[REASON], "subject");
        return at_cite_member(row, table, graph, report->question, member, err);
    }
    const at_tie *tie = &graph->ties[around->tie[member]];
    AT_TRY(tie_reason(&reason, tie, tie->a == member, table->arena, err));
    at_cell_text(&row->cells[VIA], graph->members[at_tie_other(tie, member)].id);
    at_cell_text(&row->cells[REASON], reason);
    row->grade = (at_grade)around->grade[member];
    AT_TRY(at_row_cite(row, table, tie->records[0], err));
    AT_TRY(at_row_cite(row, table, asked->record, err));
    for (uint32_t i = 1; i < tie->record_count; i++)
        AT_TRY(at_row_cite(row, table, tie->records[i], err));
    return AT_OK;
}

static at_status note_structure(const net_report *report, at_error *err) {
    const at_key_players *players = &report->players;
    char before[AT_RATIO_TEXT_BYTES], after[AT_RATIO_TEXT_BYTES];
    at_ratio_format(before, players->before);
    at_ratio_format(after, players->after);
    AT_TRY(at_table_note(report->table, err, "FRAGMENTATION",
                         "pairs of members not connected: %s; with the members picked removed: %s",
                         before, after));
    if (players->betweenness_cut)
        AT_TRY(at_table_note(report->table, err, "BETWEENNESS_CUT",
                             "%u ties are more than %d: only shortest paths of up to %u steps "
                             "are counted",
                             players->edge_count, AT_EXACT_EDGES_MAX, players->betweenness_steps));
    return at_table_note(report->table, err, "COMMUNITIES",
                         "%u communities by Leiden (seed %d, gamma 1, a pair weighs as many as its "
                         "transfers and other ties): modularity %.6f",
                         players->community_count, AT_COMMUNITY_SEED, players->modularity);
}

static at_status run(at_table *out, const at_question *question, at_error *err) {
    net_report report = {.question = question, .table = out};
    AT_TRY(at_net_around_load(&report.found, out, question, err));
    AT_TRY(at_places_find(&report.places, &report.found.net.graph, question->facts,
                          AT_ALL_ACTIVITIES, question->arena, err));
    AT_TRY(find_players(&report, err));
    for (uint32_t i = 0; i < report.found.around.count; i++)
        AT_TRY(add_member(&report, report.found.around.members[i], err));
    return note_structure(&report, err);
}

const at_query query_network = {
    .name = "network",
    .summary = "everything tied to some subjects within a number of hops, nearest first",
    .version = 1,
    .needs = AT_NEEDS_FACTS | AT_NEEDS_LEDGER | AT_NEEDS_NO_IDS,
    .args =
        (const at_arg[]){
            AT_AROUND_ARGS,
            {.name = "key_set",
             .type = AT_ARG_COUNT,
             .fallback = "3",
             .summary = "how many members to remove so that most pairs fall apart (up to 16)"},
            AT_NETWORK_ARGS,
            {0},
        },
    .columns =
        (const at_column[]){
            {"thing", AT_COLUMN_ID, "member"},
            {"kind", AT_COLUMN_TEXT, "party, account or asset"},
            {"title", AT_COLUMN_TEXT, "name or description"},
            {"hops", AT_COLUMN_COUNT, "ties away from the nearest subject"},
            {"via", AT_COLUMN_ID, "the member by which it was reached"},
            {"reason", AT_COLUMN_TEXT, "the tie by which it was reached: what it is to `via`"},
            {"jurisdictions", AT_COLUMN_TEXT, "countries it is recorded to be active in"},
            {"community", AT_COLUMN_ID, "smallest member of its community (Leiden, fixed seed)"},
            {"cut_point", AT_COLUMN_TEXT, "yes: without it the network falls apart"},
            {"bridges", AT_COLUMN_COUNT, "its ties that are the only way across"},
            {"core", AT_COLUMN_COUNT, "largest k for which it is in the k-core"},
            {"rank", AT_COLUMN_COUNT, "by betweenness; empty when no shortest path passes through"},
            {"pick", AT_COLUMN_COUNT, "place in the set whose removal leaves most pairs apart"},
            {"key", AT_COLUMN_TEXT, "why it is a key player, or that it is a hub"},
            {0},
        },
    .run = run,
    .limits = "Ties are what records state, not who knows whom. Structure describes the members "
              "listed here; another window or number of hops gives another one.",
};
