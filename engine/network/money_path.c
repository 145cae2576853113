#include "engine/network/money_path.h"

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
    const at_graph_options *options;
    const bool *const *active;
    node_arrivals *nodes;
    at_arena *arena;
} money_scan;

/* The network of a row, AT_NONE when it leads out of one. */
static uint32_t group_of_row(const money_scan *scan, uint32_t from, uint32_t to) {
    const at_node *nodes = scan->ledger->nodes;
    uint32_t a = nodes[from].account ? scan->graph->member_of[nodes[from].account] : AT_NONE;
    uint32_t b = nodes[to].account ? scan->graph->member_of[nodes[to].account] : AT_NONE;
    if (a == AT_NONE || b == AT_NONE || scan->groups->group_of[a] != scan->groups->group_of[b])
        return AT_NONE;
    return scan->groups->group_of[a];
}

/* Is an account's entity (any of its owners) active in a country? */
static bool is_active(const money_scan *scan, uint32_t node, int country) {
    uint32_t member = scan->graph->member_of[scan->ledger->nodes[node].account];
    const at_places *places = scan->places;
    if (places->owner_start[member] == places->owner_start[member + 1])
        return scan->active[country][member];
    for (uint32_t i = places->owner_start[member]; i < places->owner_start[member + 1]; i++)
        if (scan->active[country][places->owners[i]])
            return true;
    return false;
}

static uint32_t entity_of(const money_scan *scan, uint32_t node) {
    return scan->places->entity[scan->graph->member_of[scan->ledger->nodes[node].account]];
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
    uint32_t count = 1, from, to, credit_row;
    uint32_t step = row, step_slot = slot;
    uint32_t *rows;
    while (step_slot < ORIGINS) {
        at_row_ends(&from, &to, &credit_row, scan->ledger, step);
        const arrival *before = &scan->nodes[from].of[direction][step_slot];
        step = before->row;
        step_slot = before->slot;
        count++;
    }
    AT_TRY(AT_NEW(&rows, scan->arena, count, err));
    for (uint32_t place = count; place-- > 0;) {
        rows[place] = row;
        if (place == 0)
            break;
        at_row_ends(&from, &to, &credit_row, scan->ledger, row);
        const arrival *before = &scan->nodes[from].of[direction][slot];
        row = before->row;
        slot = before->slot;
    }
    path->rows = rows;
    path->count = count;
    return AT_OK;
}

/* Let one row carry what its sender has; the first that ends at another active entity is the
 * path. */
static at_status carry(at_money_path *path, money_scan *scan, int direction, uint32_t row,
                       uint32_t from, uint32_t to, at_error *err) {
    const arrival *have = scan->nodes[from].of[direction];
    arrival *get = scan->nodes[to].of[direction];
    uint32_t receiver = entity_of(scan, to);
    bool ends = path->count == 0 && is_active(scan, to, 1 - direction);
    for (uint32_t slot = 0; slot <= ORIGINS; slot++) {
        uint32_t origin = slot < ORIGINS ? have[slot].origin : entity_of(scan, from);
        if (origin == AT_NONE || (slot == ORIGINS && !is_active(scan, from, direction)))
            continue;
        arrive(get, origin, row, slot);
        if (ends && origin != receiver) {
            AT_TRY(trace_back(path, scan, direction, row, slot, err));
            ends = false;
        }
    }
    return AT_OK;
}

at_status at_money_paths(at_money_path *paths, const at_graph *graph, const at_groups *groups,
                         const at_places *places, const at_ledger *ledger,
                         const at_graph_options *options, const bool *const active[2],
                         at_arena *arena, at_error *err) {
    money_scan scan = {.graph = graph,
                       .groups = groups,
                       .places = places,
                       .ledger = ledger,
                       .options = options,
                       .active = active,
                       .arena = arena};
    AT_TRY(AT_NEW(&scan.nodes, arena, ledger->node_count, err));
    for (size_t node = 0; node < ledger->node_count; node++)
        for (int direction = 0; direction < 2; direction++)
            for (int slot = 0; slot < ORIGINS; slot++)
                scan.nodes[node].of[direction][slot].origin = AT_NONE;
    for (uint32_t row = 0; row < ledger->count; row++) {
        uint32_t from, to, credit_row, group;
        if (!at_row_wanted(ledger, row, options) ||
            !at_row_ends(&from, &to, &credit_row, ledger, row))
            continue;
        group = group_of_row(&scan, from, to);
        if (group == AT_NONE)
            continue;
        AT_TRY(carry(&paths[group], &scan, 0, row, from, to, err));
        AT_TRY(carry(&paths[group], &scan, 1, row, from, to, err));
    }
    return AT_OK;
}
