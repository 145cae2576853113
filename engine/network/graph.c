#include "engine/network/graph.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/network/graph_ties.h"
#include "engine/network/loose.h"

static const char *const tie_words[] = {"holding", "holder",     "nominee",
                                        "link",    "identifier", "transfers"};

const char *at_tie_text(at_tie_kind kind) {
    assert((size_t)kind < AT_COUNT(tie_words));
    return tie_words[kind];
}

bool at_node_is_transit(const at_node *node) {
    return at_text_starts(node->id, "@transit:");
}

/* The k-th debit of a transit node belongs to its k-th credit: they are one payment's two
 * halves. */
static uint32_t second_half(const at_ledger *ledger, uint32_t row) {
    uint32_t node = ledger->to[row];
    uint64_t place = ledger->in_start[node];
    while (ledger->in_rows[place] != row)
        place++;
    place = ledger->out_start[node] + (place - ledger->in_start[node]);
    return place < ledger->out_start[node + 1] ? ledger->out_rows[place] : AT_NONE;
}

bool at_row_ends(uint32_t *from_out, uint32_t *to_out, uint32_t *credit_row_out,
                 const at_ledger *ledger, uint32_t row) {
    uint32_t credit_row = row;
    if (at_node_is_transit(&ledger->nodes[ledger->from[row]]))
        return false;
    if (at_node_is_transit(&ledger->nodes[ledger->to[row]]))
        credit_row = second_half(ledger, row);
    if (credit_row == AT_NONE)
        return false;
    *from_out = ledger->from[row];
    *to_out = ledger->to[credit_row];
    *credit_row_out = credit_row;
    return true;
}

at_graph_options at_graph_all(void) {
    return (at_graph_options){.since_us = AT_TIME_NONE, .until_us = AT_TIME_NONE};
}

static int compare_members(const void *left, const void *right) {
    const at_member *a = left, *b = right;
    return at_text_compare(a->id, b->id);
}

/* One kind after the other is in order already (facts.h): two runs become one. */
static void merge_runs(at_member *out, const at_member *a, size_t a_count, const at_member *b,
                       size_t b_count) {
    while (a_count > 0 || b_count > 0) {
        const bool first = b_count == 0 || (a_count > 0 && compare_members(a, b) <= 0);
        *out++ = first ? *a++ : *b++;
        a_count -= first;
        b_count -= !first;
    }
}

/* Every party, account and asset, in bytewise order of ids. */
static at_status number_members(at_graph *graph, at_member **members_out, const at_facts *facts,
                                at_arena *arena, at_error *err) {
    static const at_kind kinds[] = {AT_PARTY, AT_ACCOUNT, AT_ASSET};
    at_member *members, *other = NULL;
    uint32_t *member_of;
    AT_TRY(AT_NEW(&members, arena, facts->thing_limit, err));
    AT_TRY(AT_NEW(&member_of, arena, facts->thing_limit, err));
    memset(member_of, 0xFF, facts->thing_limit * sizeof *member_of);
    for (size_t k = 0; k < AT_COUNT(kinds); k++) {
        const uint32_t before = graph->member_count;
        const at_thing *things;
        size_t count;
        AT_TRY(facts->things(facts->self, &things, &count, kinds[k], err));
        for (size_t i = 0; i < count; i++) {
            at_thing_view view;
            if (member_of[things[i]] != AT_NONE)
                continue;
            AT_TRY(facts->view(facts->self, &view, things[i], err));
            member_of[things[i]] = 0;
            members[graph->member_count++] = (at_member){
                .thing = things[i], .kind = view.kind, .id = view.shown, .title = view.title};
        }
        if (before == 0 || before == graph->member_count ||
            compare_members(&members[before - 1], &members[before]) <= 0)
            continue;
        if (other == NULL)
            AT_TRY(AT_NEW(&other, arena, facts->thing_limit, err));
        merge_runs(other, members, before, &members[before], graph->member_count - before);
        at_member *merged = other;
        other = members;
        members = merged;
    }
    for (uint32_t i = 0; i < graph->member_count; i++)
        member_of[members[i].thing] = i;
    graph->members = *members_out = members;
    graph->member_of = member_of;
    graph->thing_limit = facts->thing_limit;
    return AT_OK;
}

/* First record that describes each member; accounts without a ledger are outside. */
static at_status describe_members(const at_graph *graph, at_member *members, const at_facts *facts,
                                  at_error *err) {
    static const at_kind kinds[] = {AT_PARTY, AT_ACCOUNT, AT_ASSET};
    for (size_t k = 0; k < AT_COUNT(kinds); k++) {
        at_fact_list list;
        AT_TRY(facts->list(facts->self, &list, kinds[k], 0, err));
        for (size_t i = 0; i < list.count; i++) {
            const at_fact *fact = &list.facts[i];
            const at_ref *self = kinds[k] == AT_PARTY     ? &fact->party.self
                                 : kinds[k] == AT_ACCOUNT ? &fact->account.self
                                                          : &fact->asset.self;
            uint32_t member = graph->member_of[self->thing];
            if (member == AT_NONE)
                continue;
            if (members[member].record == 0)
                members[member].record = fact->record;
            if (kinds[k] == AT_ACCOUNT && (fact->account.kind == AT_ACCOUNT_EXTERNAL ||
                                           fact->account.kind == AT_ACCOUNT_SINK))
                members[member].outside = members[member].cut = true;
        }
    }
    return AT_OK;
}

/* Which member each node of the ledger belongs to. */
static at_status place_nodes(at_graph *graph, const at_ledger *ledger, at_arena *arena,
                             at_error *err) {
    uint32_t *node_member;
    graph->ledger = ledger;
    if (ledger == NULL)
        return AT_OK;
    AT_TRY(AT_NEW(&node_member, arena, ledger->node_count, err));
    for (size_t node = 0; node < ledger->node_count; node++) {
        const at_thing thing = ledger->nodes[node].account;
        node_member[node] = thing != 0                                 ? graph->member_of[thing]
                            : at_node_is_transit(&ledger->nodes[node]) ? AT_NODE_TRANSIT
                                                                       : AT_NONE;
    }
    graph->node_member = node_member;
    return AT_OK;
}

static int compare_strands(const void *left, const void *right) {
    const at_strand *a = left, *b = right;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    if (a->b != b->b)
        return a->b < b->b ? -1 : 1;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    int order = at_text_compare(a->what, b->what);
    if (order)
        return order;
    if (a->record != b->record)
        return a->record < b->record ? -1 : 1;
    return a->record_in < b->record_in ? -1 : a->record_in > b->record_in;
}

static bool same_tie(const at_strand *a, const at_strand *b) {
    return a->a == b->a && a->b == b->b && a->kind == b->kind && at_text_equal(a->what, b->what);
}

/* How far each grade can be relied on; one well-founded record is enough to state a tie. */
static bool is_better(at_grade a, at_grade b) {
    static const uint8_t strength[] = {
        [AT_CORROBORATED] = 3, [AT_OBSERVED] = 2, [AT_ACCEPTED] = 1, [AT_INFERRED] = 0};
    return strength[a] > strength[b];
}

static int compare_records(const void *left, const void *right) {
    const at_record_id *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

static at_status join_strands(at_tie *tie, at_record_id *records, const at_strand *strands,
                              size_t count, at_error *err) {
    uint32_t all = 0, kept = 0;
    *tie = (at_tie){.a = strands[0].a,
                    .b = strands[0].b,
                    .kind = strands[0].kind,
                    .what = strands[0].what,
                    .grade = strands[0].grade,
                    .first_us = AT_TIME_NONE,
                    .last_us = AT_TIME_NONE};
    for (size_t i = 0; i < count; i++) {
        const at_strand *strand = &strands[i];
        AT_TRY(at_money_add(&tie->amount, strand->amount, err));
        tie->transfer_count += strand->kind == AT_TIE_TRANSFERS;
        if (is_better(strand->grade, tie->grade))
            tie->grade = strand->grade;
        if (tie->first_us == AT_TIME_NONE || strand->time_us < tie->first_us)
            tie->first_us = strand->time_us;
        if (strand->time_us > tie->last_us)
            tie->last_us = strand->time_us;
        records[all++] = strand->record;
        if (strand->record_in != 0)
            records[all++] = strand->record_in;
    }
    if (all > 1)
        qsort(records, all, sizeof *records, compare_records);
    for (uint32_t i = 0; i < all; i++)
        if (i == 0 || records[i] != records[kept - 1])
            records[kept++] = records[i];
    tie->records = records;
    tie->record_count = kept;
    return AT_OK;
}

/* By what compare_strands orders by: first into the drawer of `a`, where few are left to sort. */
static at_status sort_strands(at_strands *strands, uint32_t member_count, at_arena *arena,
                              at_error *err) {
    at_strand *sorted;
    size_t *start;
    AT_TRY(AT_NEW(&sorted, arena, strands->count, err));
    AT_TRY(AT_NEW(&start, arena, (size_t)member_count + 1, err));
    for (size_t i = 0; i < strands->count; i++)
        start[strands->items[i].a]++;
    for (size_t member = 0, next = 0; member <= member_count; member++) {
        const size_t count = start[member];
        start[member] = next;
        next += count;
    }
    for (size_t i = 0; i < strands->count; i++)
        sorted[start[strands->items[i].a]++] = strands->items[i];
    for (size_t member = 0, first = 0; member < member_count; first = start[member++])
        if (start[member] - first > 1)
            qsort(&sorted[first], start[member] - first, sizeof *sorted, compare_strands);
    strands->items = sorted;
    return AT_OK;
}

/* Sorted strands become ties. */
static at_status join_sorted(at_tie **out, uint32_t *count_out, const at_strands *strands,
                             at_arena *arena, at_error *err) {
    at_tie *ties;
    at_record_id *records;
    size_t used = 0, tie_count = 0;
    for (size_t i = 0; i < strands->count; i++)
        tie_count += i == 0 || !same_tie(&strands->items[i], &strands->items[i - 1]);
    AT_TRY(AT_NEW(&ties, arena, tie_count, err));
    AT_TRY(AT_NEW(&records, arena, 2 * strands->count, err));
    uint32_t count = 0;
    for (size_t start = 0, end = 0; start < strands->count; start = end) {
        for (end = start + 1;
             end < strands->count && same_tie(&strands->items[start], &strands->items[end]);)
            end++;
        AT_TRY(
            join_strands(&ties[count], &records[used], &strands->items[start], end - start, err));
        used += ties[count++].record_count;
    }
    *out = ties;
    *count_out = count;
    return AT_OK;
}

at_status at_strands_join(at_tie **out, uint32_t *count_out, const at_strands *strands,
                          at_arena *arena, at_error *err) {
    if (strands->count > 1)
        qsort(strands->items, strands->count, sizeof *strands->items, compare_strands);
    return join_sorted(out, count_out, strands, arena, err);
}

static at_status join_ties(at_graph *graph, at_strands *strands, at_arena *arena, at_error *err) {
    at_tie *ties;
    AT_TRY(sort_strands(strands, graph->member_count, arena, err));
    AT_TRY(join_sorted(&ties, &graph->tie_count, strands, arena, err));
    uint32_t kept = 0;
    for (uint32_t i = 0; i < graph->tie_count; i++)
        if (ties[i].kind != AT_TIE_TRANSFERS || ties[i].amount >= graph->options.min_total)
            ties[kept++] = ties[i];
    graph->small_ties = graph->tie_count - kept;
    graph->tie_count = kept;
    graph->ties = ties;
    return AT_OK;
}

/* Ties by member. They are in order of (a, b): those that come in are met by rising a, so a
 * member's incoming ties are in order, and so are its outgoing ones; the two are merged by the
 * other end. */
at_status at_ties_index(at_graph *graph, at_arena *arena, at_error *err) {
    uint32_t *start, *in, *in_start, *tie_of;
    AT_TRY(AT_NEW(&start, arena, (size_t)graph->member_count + 1, err));
    AT_TRY(AT_NEW(&in_start, arena, (size_t)graph->member_count + 2, err));
    AT_TRY(AT_NEW(&in, arena, graph->tie_count, err));
    AT_TRY(AT_NEW(&tie_of, arena, 2 * (size_t)graph->tie_count, err));
    for (uint32_t i = 0; i < graph->tie_count; i++)
        in_start[graph->ties[i].b + 2]++;
    for (uint32_t member = 2; member <= graph->member_count; member++)
        in_start[member] += in_start[member - 1];
    for (uint32_t i = 0; i < graph->tie_count; i++)
        in[in_start[graph->ties[i].b + 1]++] = i;
    uint32_t out = 0, count = 0;
    for (uint32_t member = 0; member < graph->member_count; member++) {
        uint32_t next = in_start[member], end = in_start[member + 1];
        start[member] = count;
        while (next < end || (out < graph->tie_count && graph->ties[out].a == member)) {
            bool is_out = out < graph->tie_count && graph->ties[out].a == member;
            if (is_out && next < end)
                is_out = graph->ties[out].b <= graph->ties[in[next]].a;
            tie_of[count++] = is_out ? out++ : in[next++];
        }
    }
    start[graph->member_count] = count;
    graph->tie_start = start;
    graph->tie_of = tie_of;
    return AT_OK;
}

bool at_thing_listed(const at_thing *things, size_t count, at_thing thing) {
    for (size_t i = 0; i < count; i++)
        if (things[i] == thing)
            return true;
    return false;
}

/* Counterparties are counted among members with a ledger. */
static void cut_hubs(at_graph *graph, at_member *members, const at_graph_options *options) {
    for (uint32_t member = 0; member < graph->member_count; member++) {
        uint32_t last = AT_NONE;
        for (uint32_t i = graph->tie_start[member]; i < graph->tie_start[member + 1]; i++) {
            uint32_t other = at_tie_other(&graph->ties[graph->tie_of[i]], member);
            members[member].degree += other != last && !members[other].outside;
            last = other;
        }
        if (members[member].outside ||
            at_thing_listed(options->kept, options->kept_count, members[member].thing))
            continue;
        members[member].cut =
            at_thing_listed(options->hubs, options->hub_count, members[member].thing) ||
            (options->hub_degree > 0 && members[member].degree > options->hub_degree);
        graph->hub_count += members[member].cut;
    }
}

at_status at_loss_add(at_loss **losses, size_t *count, size_t *capacity, const at_tie *tie,
                      at_arena *arena, at_error *err) {
    size_t place = 0;
    if (tie->kind != AT_TIE_TRANSFERS)
        return AT_OK;
    while (place < *count && strcmp((*losses)[place].currency.code, tie->what) < 0)
        place++;
    if (place == *count || strcmp((*losses)[place].currency.code, tie->what) != 0) {
        AT_TRY(AT_GROW(losses, capacity, *count, arena, err));
        memmove(&(*losses)[place + 1], &(*losses)[place], (*count - place) * sizeof **losses);
        (*losses)[place] = (at_loss){0};
        memcpy((*losses)[place].currency.code, tie->what, strlen(tie->what) + 1);
        ++*count;
    }
    (*losses)[place].transfer_count += tie->transfer_count;
    return at_money_add(&(*losses)[place].amount, tie->amount, err);
}

/* What is lost with hubs; ties to accounts outside are no loss, they were never members. */
static at_status count_losses(at_graph *graph, at_arena *arena, at_error *err) {
    at_loss *losses = NULL;
    size_t capacity = 0;
    for (uint32_t i = 0; i < graph->tie_count; i++) {
        const at_tie *tie = &graph->ties[i];
        const at_member *a = &graph->members[tie->a], *b = &graph->members[tie->b];
        if (a->outside || b->outside || (!a->cut && !b->cut))
            continue;
        graph->cut_tie_count++;
        AT_TRY(at_loss_add(&losses, &graph->loss_count, &capacity, tie, arena, err));
    }
    graph->losses = losses;
    return AT_OK;
}

at_status at_graph_make(at_graph *out, const at_facts *facts, const at_ledger *ledger,
                        const at_graph_options *options, at_arena *arena, at_error *err) {
    at_graph graph = {.hub_degree = options->hub_degree, .options = *options};
    at_strands strands = {0};
    at_member *members;
    graph.loose = ledger != NULL && options->loose_rows > 0 &&
                  ledger->count > options->loose_rows && options->min_total == 0 &&
                  (options->tie_kinds == 0 || options->tie_kinds >> AT_TIE_TRANSFERS & 1);
    AT_TRY(number_members(&graph, &members, facts, arena, err));
    AT_TRY(describe_members(&graph, members, facts, err));
    AT_TRY(place_nodes(&graph, ledger, arena, err));
    AT_TRY(at_strands_collect(&strands, &graph, facts, ledger != NULL && !graph.loose, options,
                              arena, err));
    AT_TRY(join_ties(&graph, &strands, arena, err));
    AT_TRY(at_ties_index(&graph, arena, err));
    if (graph.loose) {
        AT_TRY(at_loose_cut(&graph, members, arena, err));
    } else {
        cut_hubs(&graph, members, options);
        AT_TRY(count_losses(&graph, arena, err));
    }
    *out = graph;
    return AT_OK;
}
