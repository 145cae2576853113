#include "engine/network/graph_ties.h"

#include <stdlib.h>
#include <string.h>

typedef struct tie_collector {
    at_strands *strands;
    at_graph *graph;
    const at_facts *facts;
    const at_graph_options *options;
    at_arena *arena;
} tie_collector;

/* Identifiers that name one thing; a BIC, a handle or "other" may be shared by right. */
static const char *const strong_types[] = {
    "national_id", "passport", "tax",   "registration", "lei",   "iban",   "account_number",
    "card",        "vin",      "imo",   "mmsi",         "tail",  "icao24", "cadastral",
    "msn",         "wallet",   "plate", "phone",        "email", NULL,
};

static const char *const control_links[] = {"directs",    "signs_for", "nominee_of",
                                            "trustee_of", "agent_of",  NULL};
static const char *const shared_links[] = {"shares_address", "shares_phone", "shares_device",
                                           "signs_in", NULL};

static uint32_t member_of(const tie_collector *collector, const at_ref *ref) {
    if (ref->thing == 0 || ref->thing >= collector->graph->thing_limit)
        return AT_NONE;
    return collector->graph->member_of[ref->thing];
}

/* A class of ties besides the kind of the strand, or 0. */
static at_status add_strand(tie_collector *collector, const at_strand *strand, unsigned class,
                            at_error *err) {
    at_strands *strands = collector->strands;
    unsigned kinds = collector->options->tie_kinds;
    if (strand->a == AT_NONE || strand->b == AT_NONE || strand->a == strand->b ||
        (kinds != 0 && !(kinds >> strand->kind & 1) && !(kinds & class)))
        return AT_OK;
    AT_TRY(AT_GROW(&strands->items, &strands->capacity, strands->count, collector->arena, err));
    strands->items[strands->count++] = *strand;
    return AT_OK;
}

/* Does a period touch the window? The window's end is inclusive, a period's exclusive. */
static bool touches(const at_period *period, const at_graph_options *options) {
    return (options->until_us == AT_TIME_NONE || period->since_us == AT_TIME_NONE ||
            period->since_us <= options->until_us) &&
           (options->since_us == AT_TIME_NONE || period->until_us == AT_TIME_NONE ||
            period->until_us > options->since_us);
}

static at_status list_facts(at_fact_list *out, const tie_collector *collector, at_kind kind,
                            at_error *err) {
    return collector->facts->list(collector->facts->self, out, kind, 0, err);
}

/* Is a share surely as large as was asked? Who directs or signs has none. */
static bool is_large(const at_holding *holding, at_ratio least) {
    return least.den == 0 ||
           (holding->interest != AT_CAPITAL && holding->interest != AT_VOTES &&
            holding->interest != AT_BENEFICIARY) ||
           at_ratio_compare(holding->share.lo, least) >= 0;
}

static at_status collect_holdings(tie_collector *collector, at_error *err) {
    at_fact_list list;
    AT_TRY(list_facts(&list, collector, AT_HOLDING, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_holding *holding = &list.facts[i].holding;
        if (!touches(&holding->period, collector->options) ||
            !is_large(holding, collector->options->min_share))
            continue;
        const bool owns = holding->interest == AT_CAPITAL || holding->interest == AT_BENEFICIARY ||
                          holding->interest == AT_REGISTERED_KEEPER;
        at_strand strand = {.a = member_of(collector, &holding->owner),
                            .b = member_of(collector, &holding->owned),
                            .kind = AT_TIE_HOLDING,
                            .what = at_interests[holding->interest],
                            .time_us = AT_TIME_NONE,
                            .record = list.facts[i].record};
        AT_TRY(add_strand(collector, &strand, owns ? AT_TIES_OWNERSHIP : AT_TIES_CONTROL, err));
        if (holding->nominee_for.thing == 0)
            continue;
        strand.b = strand.a;
        strand.a = member_of(collector, &holding->nominee_for);
        strand.kind = AT_TIE_NOMINEE;
        strand.what = "principal_of";
        AT_TRY(add_strand(collector, &strand, AT_TIES_CONTROL, err));
    }
    return AT_OK;
}

static at_status collect_holders(tie_collector *collector, at_error *err) {
    at_fact_list list;
    AT_TRY(list_facts(&list, collector, AT_ACCOUNT, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_account *account = &list.facts[i].account;
        at_strand strand = {.a = member_of(collector, &account->holder),
                            .b = member_of(collector, &account->self),
                            .kind = AT_TIE_HOLDER,
                            .what = "holds",
                            .time_us = AT_TIME_NONE,
                            .record = list.facts[i].record};
        if (touches(&account->period, collector->options))
            AT_TRY(add_strand(collector, &strand, 0, err));
    }
    return AT_OK;
}

static at_status collect_links(tie_collector *collector, at_error *err) {
    at_fact_list list;
    AT_TRY(list_facts(&list, collector, AT_LINK, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_link *link = &list.facts[i].link;
        at_strand strand = {.a = member_of(collector, &link->a),
                            .b = member_of(collector, &link->b),
                            .kind = AT_TIE_LINK,
                            .what = link->kind,
                            .time_us = AT_TIME_NONE,
                            .record = list.facts[i].record};
        if (link->suspected)
            AT_TRY(
                at_arena_print(&strand.what, collector->arena, err, "%s (suspected)", link->kind));
        const unsigned class = at_word_find(control_links, link->kind) >= 0  ? AT_TIES_CONTROL
                               : at_word_find(shared_links, link->kind) >= 0 ? AT_TIES_SHARED
                                                                             : 0;
        if (touches(&link->period, collector->options))
            AT_TRY(add_strand(collector, &strand, class, err));
    }
    return AT_OK;
}

/* One use of a strong identifier. */
typedef struct identifier_use {
    const char *type, *key;
    uint32_t member;
    at_record_id record;
} identifier_use;

static int compare_uses(const void *left, const void *right) {
    const identifier_use *a = left, *b = right;
    int order = strcmp(a->type, b->type);
    order = order ? order : strcmp(a->key, b->key);
    if (order)
        return order;
    if (a->member != b->member)
        return a->member < b->member ? -1 : 1;
    return a->record < b->record ? -1 : a->record > b->record;
}

static bool same_key(const identifier_use *a, const identifier_use *b) {
    return strcmp(a->type, b->type) == 0 && strcmp(a->key, b->key) == 0;
}

/* Tie every two things that use one identifier; one that everybody uses ties nobody. */
static at_status tie_users(tie_collector *collector, const identifier_use *uses, size_t count,
                           at_error *err) {
    size_t members = count > 0;
    for (size_t i = 1; i < count; i++)
        members += uses[i].member != uses[i - 1].member;
    if (members > AT_SHARED_MAX) {
        collector->graph->shared_widely++;
        return AT_OK;
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t k = i + 1; k < count; k++) {
            at_strand strand = {.a = uses[i].member,
                                .b = uses[k].member,
                                .kind = AT_TIE_IDENTIFIER,
                                .what = uses[i].type,
                                .time_us = AT_TIME_NONE,
                                .record = uses[i].record,
                                .record_in = uses[k].record};
            AT_TRY(add_strand(collector, &strand, AT_TIES_SHARED, err));
        }
    }
    return AT_OK;
}

static at_status collect_identifiers(tie_collector *collector, at_error *err) {
    at_fact_list list;
    identifier_use *uses;
    size_t count = 0;
    AT_TRY(list_facts(&list, collector, AT_IDENTIFIER, err));
    AT_TRY(AT_NEW(&uses, collector->arena, list.count, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_identifier *identifier = &list.facts[i].identifier;
        uint32_t member = member_of(collector, &identifier->of);
        const char *key = identifier->key ? identifier->key : identifier->text;
        if (member == AT_NONE || key == NULL || identifier->type == NULL ||
            at_word_find(strong_types, identifier->type) < 0 ||
            at_text_equal(identifier->check, "failed") ||
            !touches(&identifier->period, collector->options))
            continue;
        uses[count++] = (identifier_use){
            .type = identifier->type, .key = key, .member = member, .record = list.facts[i].record};
    }
    if (count > 1)
        qsort(uses, count, sizeof *uses, compare_uses);
    for (size_t start = 0, end = 0; start < count; start = end) {
        for (end = start + 1; end < count && same_key(&uses[start], &uses[end]);)
            end++;
        AT_TRY(tie_users(collector, &uses[start], end - start, err));
    }
    return AT_OK;
}

at_strand at_row_strand(const at_graph *graph, uint32_t row, uint32_t credit_row) {
    const at_ledger *ledger = graph->ledger;
    const uint32_t from = ledger->from[row], to = graph->node_member[ledger->to[credit_row]];
    at_strand strand = {.a = graph->node_member[from],
                        .b = to == AT_NODE_TRANSIT ? AT_NONE : to,
                        .kind = AT_TIE_TRANSFERS,
                        .grade = ledger->grade[row],
                        .what = ledger->nodes[from].currency.code,
                        .amount = ledger->amount[row],
                        .time_us = ledger->time_us[row],
                        .record = ledger->record[row],
                        .record_in = ledger->record_in[credit_row]};
    if (credit_row != row && strand.record_in == 0)
        strand.record_in = ledger->record[credit_row];
    return strand;
}

static at_status collect_transfers(tie_collector *collector, at_error *err) {
    at_graph *graph = collector->graph;
    for (uint32_t row = 0; row < graph->ledger->count; row++) {
        uint32_t ends[2], credit_row;
        if (!at_row_members(ends, &credit_row, graph, row)) {
            graph->small_count += graph->ledger->amount[row] < graph->options.min_amount;
            continue;
        }
        const at_strand strand = at_row_strand(graph, row, credit_row);
        graph->outside_count += ends[0] == AT_NONE || ends[1] == AT_NONE ||
                                graph->members[ends[0]].outside || graph->members[ends[1]].outside;
        AT_TRY(add_strand(collector, &strand, 0, err));
    }
    return AT_OK;
}

at_status at_strands_collect(at_strands *out, at_graph *graph, const at_facts *facts,
                             bool transfers, const at_graph_options *options, at_arena *arena,
                             at_error *err) {
    tie_collector collector = {
        .strands = out, .graph = graph, .facts = facts, .options = options, .arena = arena};
    AT_TRY(collect_holdings(&collector, err));
    AT_TRY(collect_holders(&collector, err));
    AT_TRY(collect_links(&collector, err));
    AT_TRY(collect_identifiers(&collector, err));
    if (transfers)
        AT_TRY(collect_transfers(&collector, err));
    return AT_OK;
}
