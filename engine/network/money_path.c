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
    bool *joint; /* by network: has members active in both countries */
    at_arena *arena;
} money_scan;

/* The network of a row's two members, AT_NONE when it leads out of one. */
static uint32_t group_of_row(const money_scan *scan, const uint32_t members[2]) {
    const uint32_t *group_of = scan->groups->group_of;
    if (members[0] == AT_NONE || members[1] == AT_NONE ||
        group_of[members[0]] != group_of[members[1]])
        return AT_NONE;
    return group_of[members[0]];
}

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

static at_status mark_joint(money_scan *scan, at_error *err) {
    uint8_t *seen;
    AT_TRY(AT_NEW(&seen, scan->arena, scan->groups->group_count, err));
    AT_TRY(AT_NEW(&scan->joint, scan->arena, scan->groups->group_count, err));
    for (uint32_t member = 0; member < scan->graph->member_count; member++) {
        const uint32_t group = scan->groups->group_of[member];
        for (int country = 0; country < 2 && group != AT_NONE; country++)
            seen[group] |= (uint8_t)(scan->active[country][member] << country);
    }
    for (uint32_t group = 0; group < scan->groups->group_count; group++)
        scan->joint[group] = seen[group] == 3;
    return AT_OK;
}

/* A row that carries money inside one network, from and to these nodes; AT_NONE for the member of
 * a payment in transit. */
typedef struct money_row {
    uint32_t row, group, nodes[2], members[2];
} money_row;

/* A payment in transit arrives with its second half; where that is recorded before the first, with
 * the first. */
static bool read_row(money_row *out, const money_scan *scan, uint32_t row) {
    const at_graph *graph = scan->graph;
    const at_ledger *ledger = graph->ledger;
    uint32_t credit_row;
    *out = (money_row){.row = row, .nodes = {ledger->from[row], ledger->to[row]}};
    if (graph->node_member[out->nodes[0]] == AT_NODE_TRANSIT) {
        out->members[0] = AT_NONE;
        out->members[1] = graph->node_member[out->nodes[1]];
        if (out->members[1] >= AT_NODE_TRANSIT || !at_row_wanted(ledger, row, &graph->options))
            return false;
        out->group = scan->groups->group_of[out->members[1]];
        return out->group != AT_NONE && scan->joint[out->group];
    }
    if (!at_row_members(out->members, &credit_row, graph, row))
        return false;
    out->group = group_of_row(scan, out->members);
    if (out->group == AT_NONE || !scan->joint[out->group])
        return false;
    if (credit_row > row)
        out->members[1] = AT_NONE;
    else
        out->nodes[1] = ledger->to[credit_row];
    return at_row_wanted(ledger, credit_row, &graph->options);
}

/* Let one row carry what its sender has; the first that ends at another active entity is the
 * path. */
static at_status carry(at_money_path *path, money_scan *scan, int direction, const money_row *row,
                       at_error *err) {
    const arrival *have = scan->nodes[row->nodes[0]].of[direction];
    arrival *get = scan->nodes[row->nodes[1]].of[direction];
    const bool begins = row->members[0] != AT_NONE && is_active(scan, row->members[0], direction);
    bool ends = path->count == 0 && row->members[1] != AT_NONE &&
                is_active(scan, row->members[1], 1 - direction);
    for (uint32_t slot = 0; slot <= ORIGINS; slot++) {
        if (slot == ORIGINS ? !begins : have[slot].origin == AT_NONE)
            continue;
        const uint32_t origin =
            slot < ORIGINS ? have[slot].origin : scan->places->entity[row->members[0]];
        arrive(get, origin, row->row, slot);
        if (ends && origin != scan->places->entity[row->members[1]]) {
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
    AT_TRY(mark_joint(&scan, err));
    AT_TRY(AT_NEW(&scan.nodes, arena, ledger->node_count, err));
    memset(scan.nodes, 0xFF, ledger->node_count * sizeof *scan.nodes);
    for (uint32_t at = 0; at < ledger->count; at++) {
        money_row row;
        if (!read_row(&row, &scan, at))
            continue;
        AT_TRY(carry(&paths[row.group], &scan, 0, &row, err));
        AT_TRY(carry(&paths[row.group], &scan, 1, &row, err));
    }
    return AT_OK;
}
