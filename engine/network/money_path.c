#include "engine/network/money_path.h"

#include <string.h>

enum { ORIGINS = 2 };

/* Money of one origin reached a node by this row; `slot` is the origin's place at the sender, or
 * ORIGINS when it began there. */
typedef struct arrival {
    uint32_t origin; /* member; AT_NONE = free */
    uint32_t row;
    uint32_t slot;
} arrival;

typedef struct node_arrivals {
    arrival of[2][ORIGINS]; /* by direction: from the first country, from the second */
} node_arrivals;

typedef struct money_scan {
    const at_graph *graph;
    const at_groups *groups;
    const at_places *places;
    const at_ledger *ledger;
    const bool *const *active;
    node_arrivals *nodes;
    uint32_t *group; /* by node: its network if it is active in both countries, else AT_NONE;
                      * AT_NODE_TRANSIT */
    uint32_t wanted; /* networks whose path is not found yet */
    uint8_t *begins; /* by node: bit 0 and 1, an entity of its account is active in a country */
    at_arena *arena;
} money_scan;

/* Is an account's entity (any of its owners) active in a country? */
static bool is_active(const money_scan *scan, uint32_t member, int country) {
    const at_places *places = scan->places;
    if (places->owner_start[member] == places->owner_start[member + 1])
        return scan->active[country][member];
    for (uint32_t i = places->owner_start[member]; i < places->owner_start[member + 1]; i++)
        if (scan->active[country][places->owners[i]])
            return true;
    return false;
}

static void arrive(arrival *arrivals, uint32_t origin, uint32_t row, uint32_t slot) {
    for (uint32_t i = 0; i < ORIGINS; i++) {
        if (arrivals[i].origin == origin)
            return;
        if (arrivals[i].origin == AT_NONE) {
            arrivals[i] = (arrival){.origin = origin, .row = row, .slot = slot};
            return;
        }
    }
}

/* Follow the arrivals back to where the money began. */
static at_status trace_back(at_money_path *path, const money_scan *scan, int direction,
                            uint32_t row, uint32_t slot, at_error *err) {
    uint32_t count = 1, step = row, step_slot = slot;
    uint32_t *rows;
    while (step_slot < ORIGINS) {
        const arrival *before = &scan->nodes[scan->ledger->from[step]].of[direction][step_slot];
        step = before->row;
        step_slot = before->slot;
        count++;
    }
    AT_TRY(AT_NEW(&rows, scan->arena, count, err));
    for (uint32_t place = count; place-- > 0;) {
        rows[place] = row;
        if (place == 0)
            break;
        const arrival *before = &scan->nodes[scan->ledger->from[row]].of[direction][slot];
        row = before->row;
        slot = before->slot;
    }
    path->rows = rows;
    path->count = count;
    return AT_OK;
}

/* Which networks a path is looked for in, and how many. */
static at_status mark_joint(bool **out, uint32_t *count_out, const money_scan *scan,
                            at_error *err) {
    uint8_t *seen;
    bool *joint;
    AT_TRY(AT_NEW(&seen, scan->arena, scan->groups->group_count, err));
    AT_TRY(AT_NEW(&joint, scan->arena, scan->groups->group_count, err));
    for (uint32_t member = 0; member < scan->graph->member_count; member++) {
        const uint32_t group = scan->groups->group_of[member];
        for (int country = 0; country < 2 && group != AT_NONE; country++)
            seen[group] |= (uint8_t)(scan->active[country][member] << country);
    }
    *count_out = 0;
    for (uint32_t group = 0; group < scan->groups->group_count; group++) {
        joint[group] = seen[group] == 3;
        *count_out += joint[group];
    }
    *out = joint;
    return AT_OK;
}

/* What each row asks of its nodes, together. */
static at_status place_nodes(money_scan *scan, at_error *err) {
    const at_graph *graph = scan->graph;
    bool *joint;
    AT_TRY(mark_joint(&joint, &scan->wanted, scan, err));
    AT_TRY(AT_NEW(&scan->group, scan->arena, graph->ledger->node_count, err));
    AT_TRY(AT_NEW(&scan->begins, scan->arena, graph->ledger->node_count, err));
    for (size_t node = 0; node < graph->ledger->node_count; node++) {
        const uint32_t member = graph->node_member[node];
        scan->group[node] = member;
        if (member >= AT_NODE_TRANSIT)
            continue;
        scan->group[node] = scan->groups->group_of[member];
        if (scan->group[node] == AT_NONE || !joint[scan->group[node]])
            scan->group[node] = AT_NONE;
        else
            scan->begins[node] =
                (uint8_t)(is_active(scan, member, 0) | is_active(scan, member, 1) << 1);
    }
    return AT_OK;
}

/* A row that carries money inside one network. A payment in transit arrives with its second half;
 * where that is recorded before the first, with the first. */
typedef struct money_row {
    uint32_t row, group, from, to;
} money_row;

static bool read_row(money_row *out, const money_scan *scan, uint32_t row) {
    const at_ledger *ledger = scan->ledger;
    const uint32_t *group = scan->group;
    uint32_t from, to, credit_row;
    *out = (money_row){.row = row, .from = ledger->from[row], .to = ledger->to[row]};
    out->group = group[out->from] == AT_NODE_TRANSIT ? group[out->to] : group[out->from];
    if (out->group >= AT_NODE_TRANSIT ||
        (group[out->to] != out->group && group[out->to] != AT_NODE_TRANSIT) ||
        !at_row_wanted(ledger, row, &scan->graph->options))
        return false;
    if (group[out->to] != AT_NODE_TRANSIT)
        return true;
    if (!at_row_ends(&from, &to, &credit_row, ledger, row) || group[to] != out->group ||
        !at_row_wanted(ledger, credit_row, &scan->graph->options))
        return false;
    if (credit_row < row)
        out->to = to;
    return true;
}

/* Where money of a node is counted from. */
static uint32_t entity_of(const money_scan *scan, uint32_t node) {
    return scan->places->entity[scan->graph->node_member[node]];
}

/* Let one row carry what its sender has; the first that ends at another active entity is the
 * path. */
static at_status carry(at_money_path *path, money_scan *scan, int direction, const money_row *row,
                       at_error *err) {
    const arrival *have = scan->nodes[row->from].of[direction];
    arrival *get = scan->nodes[row->to].of[direction];
    const bool begins = scan->begins[row->from] >> direction & 1;
    bool ends = path->count == 0 && scan->begins[row->to] >> (1 - direction) & 1;
    for (uint32_t slot = 0; slot <= ORIGINS; slot++) {
        if (slot == ORIGINS ? !begins : have[slot].origin == AT_NONE)
            continue;
        const uint32_t origin = slot < ORIGINS ? have[slot].origin : entity_of(scan, row->from);
        arrive(get, origin, row->row, slot);
        if (ends && origin != entity_of(scan, row->to)) {
            AT_TRY(trace_back(path, scan, direction, row->row, slot, err));
            ends = false;
        }
    }
    return AT_OK;
}

at_status at_money_paths(at_money_path *paths, const at_graph *graph, const at_groups *groups,
                         const at_places *places, const bool *const active[2], at_arena *arena,
                         at_error *err) {
    const at_ledger *ledger = graph->ledger;
    money_scan scan = {.graph = graph,
                       .groups = groups,
                       .places = places,
                       .ledger = ledger,
                       .active = active,
                       .arena = arena};
    AT_TRY(place_nodes(&scan, err));
    AT_TRY(AT_NEW(&scan.nodes, arena, ledger->node_count, err));
    memset(scan.nodes, 0xFF, ledger->node_count * sizeof *scan.nodes);
    for (uint32_t at = 0; at < ledger->count && scan.wanted > 0; at++) {
        money_row row;
        /* The first path to arrive is the answer: its network needs no more rows. */
        if (!read_row(&row, &scan, at) || paths[row.group].count > 0)
            continue;
        AT_TRY(carry(&paths[row.group], &scan, 0, &row, err));
        AT_TRY(carry(&paths[row.group], &scan, 1, &row, err));
        scan.wanted -= paths[row.group].count > 0;
    }
    return AT_OK;
}
