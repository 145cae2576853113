#include "engine/network/loose.h"

#include <stdlib.h>
#include <string.h>

#include "engine/network/graph_ties.h"

/* --- Walking from one member ------------------------------------------------------------------ */

at_neighbours at_neighbours_of(const at_graph *graph, uint32_t member) {
    return (at_neighbours){.graph = graph,
                           .member = member,
                           .node = graph->loose ? graph->first_node[member] : AT_NONE,
                           .next = graph->tie_start[member]};
}

/* The row by which a payment entered a transit node, of the row by which it left. */
static uint32_t first_half(const at_ledger *ledger, uint32_t row) {
    const uint32_t node = ledger->from[row];
    uint64_t place = ledger->out_start[node];
    while (ledger->out_rows[place] != row)
        place++;
    place = ledger->in_start[node] + (place - ledger->out_start[node]);
    return place < ledger->in_start[node + 1] ? ledger->in_rows[place] : AT_NONE;
}

/* The next row of the walk's nodes that ties the member to another; cut or not. */
static bool next_row(uint32_t *other_out, at_neighbours *walk) {
    const at_graph *graph = walk->graph;
    const at_ledger *ledger = graph->ledger;
    while (walk->node != AT_NONE) {
        const bool debits = walk->side == 1;
        const uint64_t *start = debits ? ledger->out_start : ledger->in_start;
        uint32_t ends[2];
        if (walk->next == start[walk->node + 1]) {
            walk->side = debits ? 2 : 1;
            walk->node = debits ? walk->node : graph->next_node[walk->node];
            if (walk->node != AT_NONE)
                walk->next = (debits ? ledger->in_start : ledger->out_start)[walk->node];
            continue;
        }
        walk->row = (debits ? ledger->out_rows : ledger->in_rows)[walk->next++];
        if (!debits && graph->node_member[ledger->from[walk->row]] == AT_NODE_TRANSIT)
            walk->row = first_half(ledger, walk->row);
        if (walk->row == AT_NONE || !at_row_members(ends, &walk->credit_row, graph, walk->row))
            continue;
        *other_out = ends[debits];
        if (*other_out < AT_NODE_TRANSIT && *other_out != walk->member)
            return true;
    }
    return false;
}

static void turn_to_rows(at_neighbours *walk) {
    walk->side = 1;
    if (walk->node != AT_NONE)
        walk->next = walk->graph->ledger->out_start[walk->node];
}

bool at_neighbours_next(uint32_t *other_out, at_neighbours *walk) {
    const at_graph *graph = walk->graph;
    if (graph->members[walk->member].cut)
        return false;
    while (walk->side == 0 && walk->next < graph->tie_start[walk->member + 1]) {
        const at_tie *tie = &graph->ties[graph->tie_of[walk->next++]];
        *other_out = at_tie_other(tie, walk->member);
        if (!graph->members[*other_out].cut)
            return true;
    }
    if (walk->side == 0)
        turn_to_rows(walk);
    while (next_row(other_out, walk))
        if (!graph->members[*other_out].cut)
            return true;
    return false;
}

at_status at_graph_need_member(const at_graph *graph, uint32_t member, at_error *err) {
    if (!graph->part)
        return AT_OK;
    for (uint32_t node = graph->first_node[member]; node != AT_NONE; node = graph->next_node[node])
        AT_TRY(graph->part->need_node(graph->part->self, node, err));
    return AT_OK;
}

at_status at_graph_need_walks(const at_graph *graph, at_error *err) {
    return graph->part ? graph->part->need_all_nodes(graph->part->self, err) : AT_OK;
}

/* --- The ties of one member ------------------------------------------------------------------- */

typedef struct placed_tie {
    const at_tie *tie;
    uint32_t other;
    bool incoming;
} placed_tie;

static int compare_placed(const void *left, const void *right) {
    const placed_tie *a = left, *b = right;
    if (a->other != b->other)
        return a->other < b->other ? -1 : 1;
    if (a->incoming != b->incoming)
        return a->incoming ? 1 : -1;
    if (a->tie->kind != b->tie->kind)
        return a->tie->kind < b->tie->kind ? -1 : 1;
    return at_text_compare(a->tie->what, b->tie->what);
}

/* What the ledger says of a member, as ties. */
static at_status join_rows(at_tie **out, uint32_t *count_out, const at_graph *graph,
                           uint32_t member, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    at_neighbours walk = at_neighbours_of(graph, member);
    at_strands strands = {0};
    uint32_t other;
    AT_TRY(at_graph_need_member(graph, member, err));
    turn_to_rows(&walk);
    while (next_row(&other, &walk)) {
        AT_TRY(at_graph_need_row(graph, walk.row, err));
        AT_TRY(AT_GROW(&strands.items, &strands.capacity, strands.count, &scratch, err));
        strands.items[strands.count++] = at_row_strand(graph, walk.row, walk.credit_row);
    }
    return at_strands_join(out, count_out, &strands, arena, err);
}

at_status at_member_ties(const at_tie *const **out, uint32_t *count_out, const at_graph *graph,
                         uint32_t member, at_arena *arena, at_error *err) {
    const uint32_t start = graph->tie_start[member], stated = graph->tie_start[member + 1] - start;
    at_tie *joined = NULL;
    uint32_t joined_count = 0;
    const at_tie **ties;
    placed_tie *placed;
    if (graph->loose)
        AT_TRY(join_rows(&joined, &joined_count, graph, member, arena, err));
    const uint32_t count = stated + joined_count;
    AT_TRY(AT_NEW(&placed, arena, count, err));
    AT_TRY(AT_NEW(&ties, arena, count, err));
    for (uint32_t i = 0; i < count; i++) {
        const at_tie *tie =
            i < stated ? &graph->ties[graph->tie_of[start + i]] : &joined[i - stated];
        placed[i] = (placed_tie){tie, at_tie_other(tie, member), tie->b == member};
    }
    if (joined_count > 0)
        qsort(placed, count, sizeof *placed, compare_placed);
    for (uint32_t i = 0; i < count; i++)
        ties[i] = placed[i].tie;
    *out = ties;
    *count_out = count;
    return AT_OK;
}

at_status at_member_record(at_record_id *out, const at_graph *graph, uint32_t member, bool tie,
                           at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    const at_tie *const *ties;
    uint32_t count;
    *out = tie ? 0 : graph->members[member].record;
    if (*out != 0)
        return AT_OK;
    AT_TRY(at_member_ties(&ties, &count, graph, member, &scratch, err));
    for (uint32_t i = 0; i < count && *out == 0; i++)
        if (!tie || at_tie_leads(graph, ties[i]))
            *out = ties[i]->records[0];
    return AT_OK;
}

/* --- Hubs ------------------------------------------------------------------------------------- */

at_status at_loose_index_nodes(at_graph *graph, at_arena *arena, at_error *err) {
    uint32_t *first, *next;
    const size_t node_count = graph->ledger->node_count;
    AT_TRY(AT_NEW(&first, arena, graph->member_count, err));
    AT_TRY(AT_NEW(&next, arena, node_count, err));
    memset(first, 0xFF, graph->member_count * sizeof *first);
    for (size_t node = node_count; node-- > 0;) {
        const uint32_t member = graph->node_member[node];
        next[node] = AT_NONE;
        if (member >= AT_NODE_TRANSIT)
            continue;
        next[node] = first[member];
        first[member] = (uint32_t)node;
    }
    graph->first_node = first;
    graph->next_node = next;
    return AT_OK;
}

static uint64_t count_ties(const at_graph *graph, uint32_t member) {
    const at_ledger *ledger = graph->ledger;
    uint64_t count = graph->tie_start[member + 1] - graph->tie_start[member];
    for (uint32_t node = graph->first_node[member]; node != AT_NONE; node = graph->next_node[node])
        count += ledger->out_start[node + 1] - ledger->out_start[node] +
                 ledger->in_start[node + 1] - ledger->in_start[node];
    return count;
}

/* Distinct counterparties with a ledger; `seen` holds who saw a member last, plus 1. */
static uint32_t count_others(const at_graph *graph, uint32_t member, uint32_t *seen) {
    at_neighbours walk = at_neighbours_of(graph, member);
    uint32_t count = 0, other;
    for (uint32_t i = graph->tie_start[member]; i < graph->tie_start[member + 1]; i++) {
        other = at_tie_other(&graph->ties[graph->tie_of[i]], member);
        count += seen[other] != member + 1 && !graph->members[other].outside;
        seen[other] = member + 1;
    }
    turn_to_rows(&walk);
    while (next_row(&other, &walk)) {
        count += seen[other] != member + 1 && !graph->members[other].outside;
        seen[other] = member + 1;
    }
    return count;
}

static at_status find_hubs(at_graph *graph, at_member *members, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    const at_graph_options *options = &graph->options;
    uint32_t *seen;
    AT_TRY(AT_NEW(&seen, &scratch, graph->member_count, err));
    for (uint32_t member = 0; member < graph->member_count; member++) {
        const at_thing thing = members[member].thing;
        if (members[member].outside || at_thing_listed(options->kept, options->kept_count, thing))
            continue;
        if (options->hub_degree > 0 && count_ties(graph, member) > (uint64_t)options->hub_degree)
            members[member].degree = count_others(graph, member, seen);
        members[member].cut =
            at_thing_listed(options->hubs, options->hub_count, thing) ||
            (options->hub_degree > 0 && members[member].degree > options->hub_degree);
        graph->hub_count += members[member].cut;
    }
    return AT_OK;
}

/* A tie between two hubs is met at both, and lost once. */
static at_status lose_ties(uint32_t *count_out, at_graph *graph, uint32_t hub, at_loss **losses,
                           size_t *capacity, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    const at_tie *const *ties;
    uint32_t count;
    AT_TRY(at_member_ties(&ties, &count, graph, hub, &scratch, err));
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t other = at_tie_other(ties[i], hub);
        const at_member *met = &graph->members[other];
        *count_out += !met->outside;
        if (met->outside || (met->cut && other < hub))
            continue;
        graph->cut_tie_count++;
        AT_TRY(at_loss_add(losses, &graph->loss_count, capacity, ties[i], arena, err));
    }
    return AT_OK;
}

/* Does every row tie two members, so that none need be looked at? */
static bool is_all_inside(const at_graph *graph) {
    bool inside = graph->options.min_amount == 0;
    for (size_t node = 0; inside && node < graph->ledger->node_count; node++)
        inside = graph->node_member[node] < AT_NODE_TRANSIT &&
                 !graph->members[graph->node_member[node]].outside;
    return inside;
}

/* Rows that tie no members, for the notes. */
static at_status count_outside(at_graph *graph, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    bool *outside;
    if (is_all_inside(graph))
        return AT_OK;
    AT_TRY(AT_NEW(&outside, &scratch, graph->member_count, err));
    for (uint32_t member = 0; member < graph->member_count; member++)
        outside[member] = graph->members[member].outside;
    for (uint32_t row = 0; row < graph->ledger->count; row++) {
        uint32_t ends[2], credit_row;
        if (!at_row_members(ends, &credit_row, graph, row))
            graph->small_count += graph->ledger->amount[row] < graph->options.min_amount;
        else
            graph->outside_count +=
                ends[0] == AT_NONE || ends[1] == AT_NONE || outside[ends[0]] || outside[ends[1]];
    }
    return AT_OK;
}

at_status at_loose_cut(at_graph *graph, at_member *members, at_arena *arena, at_error *err) {
    at_loss *losses = NULL;
    uint32_t *hub_ties = NULL, hub = 0;
    size_t capacity = 0;
    AT_TRY(at_loose_index_nodes(graph, arena, err));
    AT_TRY(find_hubs(graph, members, err));
    AT_TRY(AT_NEW(&hub_ties, arena, graph->hub_count, err));
    for (uint32_t member = 0; member < graph->member_count; member++)
        if (members[member].cut && !members[member].outside)
            AT_TRY(lose_ties(&hub_ties[hub++], graph, member, &losses, &capacity, arena, err));
    graph->hub_ties = hub_ties;
    graph->losses = losses;
    return count_outside(graph, err);
}

/* --- The ties around some members ------------------------------------------------------------- */

enum { SEEN = 1, SUBJECT = 2 };

typedef struct loose_walk {
    const at_graph *graph;
    uint8_t *seen; /* by member: SEEN, SUBJECT */
    uint32_t *queue, count;
} loose_walk;

static void meet(loose_walk *walk, uint32_t member) {
    if (walk->seen[member] || walk->graph->members[member].outside)
        return;
    walk->seen[member] = SEEN;
    walk->queue[walk->count++] = member;
}

/* Hubs are met but not passed: who is asked about is none. */
static void meet_others(loose_walk *walk, uint32_t member) {
    const at_graph *graph = walk->graph;
    at_neighbours rows = at_neighbours_of(graph, member);
    uint32_t other;
    for (uint32_t i = graph->tie_start[member]; i < graph->tie_start[member + 1]; i++)
        meet(walk, at_tie_other(&graph->ties[graph->tie_of[i]], member));
    turn_to_rows(&rows);
    while (next_row(&other, &rows))
        meet(walk, other);
}

static void meet_around(loose_walk *walk, const uint32_t *subjects, uint32_t subject_count,
                        uint32_t hops, uint32_t max_members) {
    for (uint32_t i = 0; i < subject_count; i++) {
        if (!walk->seen[subjects[i]])
            walk->queue[walk->count++] = subjects[i];
        walk->seen[subjects[i]] = SEEN | SUBJECT;
    }
    for (uint32_t layer = 0, start = 0; layer < hops && start < walk->count; layer++) {
        const uint32_t end = walk->count;
        for (; start < end; start++)
            if (layer == 0 || !walk->graph->members[walk->queue[start]].cut)
                meet_others(walk, walk->queue[start]);
        if (max_members != 0 && walk->count > max_members)
            break;
    }
}

/* The ties that the ledger states between those met, and of the subjects. */
static at_status join_met(at_tie **out, uint32_t *count_out, const loose_walk *walk,
                          at_arena *arena, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    const at_graph *graph = walk->graph;
    at_strands strands = {0};
    for (uint32_t row = 0; row < graph->ledger->count; row++) {
        uint32_t ends[2], credit_row;
        if (!at_row_members(ends, &credit_row, graph, row) || ends[0] == AT_NONE ||
            ends[1] == AT_NONE || ends[0] == ends[1])
            continue;
        const uint8_t a = walk->seen[ends[0]], b = walk->seen[ends[1]];
        if (!(a && b) && !((a | b) & SUBJECT))
            continue;
        AT_TRY(AT_GROW(&strands.items, &strands.capacity, strands.count, &scratch, err));
        strands.items[strands.count++] = at_row_strand(graph, row, credit_row);
    }
    return at_strands_join(out, count_out, &strands, arena, err);
}

static bool comes_first(const at_tie *x, const at_tie *y) {
    if (x->a != y->a)
        return x->a < y->a;
    if (x->b != y->b)
        return x->b < y->b;
    return x->kind < y->kind; /* one kind is not stated both ways */
}

static at_status merge_ties(at_graph *graph, const at_tie *joined, uint32_t joined_count,
                            at_arena *arena, at_error *err) {
    const uint32_t count = graph->tie_count + joined_count;
    at_tie *ties;
    uint32_t next = 0, stated = 0;
    AT_TRY(AT_NEW(&ties, arena, count, err));
    for (uint32_t i = 0; i < count; i++) {
        const bool take =
            next == joined_count ||
            (stated < graph->tie_count && comes_first(&graph->ties[stated], &joined[next]));
        ties[i] = take ? graph->ties[stated++] : joined[next++];
    }
    graph->ties = ties;
    graph->tie_count = count;
    graph->loose = false;
    return at_ties_index(graph, arena, err);
}

at_status at_loose_tighten(at_graph *graph, const uint32_t *subjects, uint32_t subject_count,
                           uint32_t hops, uint32_t max_members, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = SIZE_MAX};
    loose_walk walk = {.graph = graph};
    at_tie *joined = NULL;
    uint32_t joined_count = 0;
    if (!graph->loose)
        return AT_OK;
    AT_TRY(AT_NEW(&walk.seen, &scratch, graph->member_count, err));
    AT_TRY(AT_NEW(&walk.queue, &scratch, graph->member_count, err));
    meet_around(&walk, subjects, subject_count, hops, max_members);
    AT_TRY(join_met(&joined, &joined_count, &walk, arena, err));
    return merge_ties(graph, joined, joined_count, arena, err);
}

/* --- Networks --------------------------------------------------------------------------------- */

static uint32_t root_of(uint32_t *of, uint32_t place) {
    while (of[place] != place) {
        of[place] = of[of[place]];
        place = of[place];
    }
    return place;
}

/* The smaller root stays one, so a root is the smallest of its network. */
static void unite(uint32_t *of, uint32_t a, uint32_t b) {
    a = root_of(of, a);
    b = root_of(of, b);
    if (a < b)
        of[b] = a;
    else
        of[a] = b;
}

/* Rows unite nodes, which are few enough to stay near the processor; ahead of them, what they will
 * read is fetched. */
static void unite_nodes(uint32_t *of, const at_graph *graph) {
    enum { AHEAD = 24 };
    const at_ledger *ledger = graph->ledger;
    for (uint32_t row = 0; row < ledger->count; row++) {
        uint32_t ends[2] = {ledger->from[row], ledger->to[row]};
        if (row + AHEAD < ledger->count) {
            __builtin_prefetch(&of[ledger->from[row + AHEAD]]);
            __builtin_prefetch(&of[ledger->to[row + AHEAD]]);
        }
        if (of[ends[0]] >= AT_NODE_TRANSIT || of[ends[1]] == AT_NONE ||
            !at_row_wanted(ledger, row, &graph->options))
            continue;
        if (of[ends[1]] == AT_NODE_TRANSIT) {
            uint32_t credit_row;
            if (!at_row_ends(&ends[0], &ends[1], &credit_row, ledger, row) ||
                of[ends[1]] >= AT_NODE_TRANSIT)
                continue;
        }
        if (of[ends[0]] != of[ends[1]])
            unite(of, ends[0], ends[1]);
    }
}

/* Members of nodes that rows unite, united. */
static at_status unite_rows(uint32_t *of, const at_graph *graph, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    const size_t count = graph->ledger->node_count;
    uint32_t *node_of; /* AT_NONE where nothing leads on, AT_NODE_TRANSIT */
    AT_TRY(AT_NEW(&node_of, &scratch, count, err));
    for (uint32_t node = 0; node < count; node++) {
        const uint32_t member = graph->node_member[node];
        node_of[node] = member >= AT_NODE_TRANSIT    ? member
                        : graph->members[member].cut ? AT_NONE
                                                     : node;
    }
    unite_nodes(node_of, graph);
    for (uint32_t node = 0; node < count; node++)
        if (node_of[node] < AT_NODE_TRANSIT)
            unite(of, graph->node_member[node], graph->node_member[root_of(node_of, node)]);
    return AT_OK;
}

at_status at_members_unite(uint32_t *of, const at_graph *graph, at_error *err) {
    for (uint32_t member = 0; member < graph->member_count; member++)
        of[member] = member;
    for (uint32_t i = 0; i < graph->tie_count; i++)
        if (at_tie_leads(graph, &graph->ties[i]))
            unite(of, graph->ties[i].a, graph->ties[i].b);
    if (graph->loose)
        AT_TRY(unite_rows(of, graph, err));
    for (uint32_t member = 0; member < graph->member_count; member++)
        of[member] = root_of(of, member);
    return AT_OK;
}
