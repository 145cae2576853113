#include "engine/network/route.h"

#include <stdlib.h>
#include <string.h>

#include "engine/network/graph.h"

const char *const at_route_kinds[] = {"fewest", "earliest", "widest", NULL};

enum { MARK_TRANSIT = 8 }; /* beside the caller's marks */

/* One walk down the ledger. A row that is reached knows the row it continues. */
typedef struct route_scan {
    const at_ledger *ledger;
    const uint8_t *marks;
    at_route_options options;
    bool wide;          /* the most that can be carried counts, not the fewest payments */
    int64_t least;      /* > 0: only rows that carry so much, without exchange */
    const char *wanted; /* currency of the end; NULL = any */
    uint32_t *before;   /* by row; AT_NONE = the route begins here */
    uint32_t *payments; /* by row; 0 = not reached */
    int64_t *width;     /* by row: what can arrive with it */
    uint32_t *best;     /* by node: the row by which it is best reached; AT_NONE = not yet */
    at_arena *arena;
} route_scan;

static bool is_wanted(const route_scan *scan, uint32_t row) {
    const at_ledger *ledger = scan->ledger;
    const at_route_options *options = &scan->options;
    if ((options->since_us != AT_TIME_NONE && ledger->time_us[row] < options->since_us) ||
        (options->until_us != AT_TIME_NONE && ledger->time_us[row] > options->until_us) ||
        ledger->amount[row] <= 0 || ledger->amount_in[row] <= 0 ||
        ledger->amount[row] < options->min_amount || ledger->flags[row] & AT_ROW_SELF)
        return false;
    return scan->least == 0 ||
           (ledger->amount[row] >= scan->least && !(ledger->flags[row] & AT_ROW_CONVERSION));
}

/* What arrives of `width` units that are at the sender. */
static at_status carry(int64_t *out, const at_ledger *ledger, uint32_t row, int64_t width,
                       at_error *err) {
    const int64_t sent = width < ledger->amount[row] ? width : ledger->amount[row];
    if (ledger->amount[row] == ledger->amount_in[row]) {
        *out = sent;
        return AT_OK;
    }
    return at_money_share(out, sent, ledger->amount_in[row], ledger->amount[row], err);
}

/* Reach a row as the continuation of another, or (AT_NONE) as a beginning. */
static at_status reach(route_scan *scan, uint32_t row, uint32_t before, at_error *err) {
    const bool second_half = scan->marks[scan->ledger->from[row]] & MARK_TRANSIT;
    int64_t width = 0;
    AT_TRY(
        carry(&width, scan->ledger, row, before == AT_NONE ? INT64_MAX : scan->width[before], err));
    if (scan->wide && width == 0)
        return AT_OK;
    scan->before[row] = before;
    scan->width[row] = width;
    scan->payments[row] = before == AT_NONE ? 1 : scan->payments[before] + !second_half;
    return AT_OK;
}

/* Is a row a better way to its receiver than another, met before it? */
static bool is_better(const route_scan *scan, uint32_t row, uint32_t other) {
    if (scan->wide && scan->width[row] != scan->width[other])
        return scan->width[row] > scan->width[other];
    return scan->payments[row] < scan->payments[other];
}

static void improve(route_scan *scan, uint32_t row) {
    uint32_t *best = &scan->best[scan->ledger->to[row]];
    if (*best == AT_NONE || is_better(scan, row, *best))
        *best = row;
}

/* Let what came with a row count at its receiver. */
static at_status settle(route_scan *scan, uint32_t row, at_error *err) {
    uint32_t from, to, credit_row;
    if (scan->payments[row] == 0)
        return AT_OK;
    improve(scan, row);
    if (!(scan->marks[scan->ledger->to[row]] & MARK_TRANSIT) ||
        !at_row_ends(&from, &to, &credit_row, scan->ledger, row) || credit_row > row ||
        !is_wanted(scan, credit_row))
        return AT_OK;
    AT_TRY(reach(scan, credit_row, row, err));
    if (scan->payments[credit_row] > 0)
        improve(scan, credit_row);
    return AT_OK;
}

static at_status walk(route_scan *scan, at_error *err) {
    const at_ledger *ledger = scan->ledger;
    uint32_t open = 0; /* strict: first row whose moment has not passed */
    memset(scan->best, 0xFF, ledger->node_count * sizeof *scan->best);
    memset(scan->payments, 0, ledger->count * sizeof *scan->payments);
    for (uint32_t row = 0; row < ledger->count; row++) {
        const uint32_t from = ledger->from[row];
        for (; scan->options.strict && ledger->time_us[open] < ledger->time_us[row]; open++)
            AT_TRY(settle(scan, open, err));
        if (!is_wanted(scan, row))
            continue;
        if (scan->marks[from] & AT_ROUTE_FROM)
            AT_TRY(reach(scan, row, AT_NONE, err));
        else if (scan->best[from] != AT_NONE && !(scan->marks[from] & AT_ROUTE_SHUT))
            AT_TRY(reach(scan, row, scan->best[from], err));
        if (!scan->options.strict)
            AT_TRY(settle(scan, row, err));
    }
    for (; scan->options.strict && open < ledger->count; open++)
        AT_TRY(settle(scan, open, err));
    return AT_OK;
}

/* The row with which the route asked for ends, or AT_NONE. */
static uint32_t find_end(const route_scan *scan, bool first) {
    const at_ledger *ledger = scan->ledger;
    uint32_t end = AT_NONE;
    for (uint32_t row = 0; row < ledger->count; row++) {
        const uint32_t to = ledger->to[row];
        if (scan->payments[row] == 0 || !(scan->marks[to] & AT_ROUTE_TO) ||
            (scan->wanted != NULL && strcmp(ledger->nodes[to].currency.code, scan->wanted) != 0))
            continue;
        if (end == AT_NONE || is_better(scan, row, end))
            end = row;
        if (first)
            return end;
    }
    return end;
}

/* Follow a route back from its last row. */
static at_status keep_route(at_route *out, const route_scan *scan, at_route_kind kind, uint32_t end,
                            at_error *err) {
    const at_ledger *ledger = scan->ledger;
    uint32_t *rows, count = 0;
    int64_t *carried, width = INT64_MAX;
    for (uint32_t row = end; row != AT_NONE; row = scan->before[row])
        count++;
    AT_TRY(AT_NEW(&rows, scan->arena, count, err));
    AT_TRY(AT_NEW(&carried, scan->arena, count, err));
    for (uint32_t row = end, place = count; row != AT_NONE; row = scan->before[row])
        rows[--place] = row;
    for (uint32_t i = 0; i < count; i++) {
        carried[i] = width < ledger->amount[rows[i]] ? width : ledger->amount[rows[i]];
        AT_TRY(carry(&width, ledger, rows[i], width, err));
    }
    *out = (at_route){.kind = kind,
                      .rows = rows,
                      .carried = carried,
                      .count = count,
                      .payments = scan->payments[end],
                      .arriving = width,
                      .currency = ledger->nodes[ledger->to[end]].currency};
    return AT_OK;
}

typedef struct route_list {
    at_route *routes;
    size_t count, capacity;
} route_list;

static at_status add_route(route_list *list, const route_scan *scan, at_route_kind kind,
                           uint32_t end, at_error *err) {
    if (end == AT_NONE)
        return AT_OK;
    AT_TRY(AT_GROW(&list->routes, &list->capacity, list->count, scan->arena, err));
    AT_TRY(keep_route(&list->routes[list->count], scan, kind, end, err));
    list->count++;
    return AT_OK;
}

static int compare_routes(const void *left, const void *right) {
    const at_route *a = left, *b = right;
    return strcmp(a->currency.code, b->currency.code);
}

/* The widest by currency. A node keeps one way, the widest so far, which may be longer than one
 * that is wide enough for the rest: so the fewest payments are sought among rows wide enough. */
static at_status find_widest(route_list *list, route_scan *scan, at_error *err) {
    const size_t first = list->count;
    scan->wide = true;
    AT_TRY(walk(scan, err));
    for (uint32_t node = 0; node < scan->ledger->node_count; node++) {
        bool known = !(scan->marks[node] & AT_ROUTE_TO);
        const char *currency = scan->ledger->nodes[node].currency.code;
        for (size_t i = first; i < list->count && !known; i++)
            known = strcmp(list->routes[i].currency.code, currency) == 0;
        scan->wanted = currency;
        if (!known)
            AT_TRY(add_route(list, scan, AT_ROUTE_WIDEST, find_end(scan, false), err));
    }
    scan->wide = false;
    for (size_t i = first; i < list->count; i++) {
        scan->wanted = list->routes[i].currency.code;
        scan->least = list->routes[i].arriving;
        AT_TRY(walk(scan, err));
        const uint32_t end = find_end(scan, false);
        if (end != AT_NONE && scan->payments[end] < list->routes[i].payments)
            AT_TRY(keep_route(&list->routes[i], scan, AT_ROUTE_WIDEST, end, err));
    }
    if (list->count - first > 1)
        qsort(&list->routes[first], list->count - first, sizeof *list->routes, compare_routes);
    return AT_OK;
}

/* The caller's marks, and what the nodes themselves say. */
static at_status read_marks(const uint8_t **out, const at_ledger *ledger, const uint8_t *marks,
                            at_arena *arena, at_error *err) {
    uint8_t *all;
    AT_TRY(AT_NEW(&all, arena, ledger->node_count, err));
    for (uint32_t node = 0; node < ledger->node_count; node++) {
        const at_node_kind kind = ledger->nodes[node].kind;
        all[node] = marks[node];
        if (kind == AT_NODE_EXTERNAL || kind == AT_NODE_SINK)
            all[node] |= AT_ROUTE_SHUT;
        if (at_node_is_transit(&ledger->nodes[node]))
            all[node] |= MARK_TRANSIT;
    }
    *out = all;
    return AT_OK;
}

static at_status begin_scan(route_scan *scan, const uint8_t *marks, at_error *err) {
    const at_ledger *ledger = scan->ledger;
    AT_TRY(read_marks(&scan->marks, ledger, marks, scan->arena, err));
    AT_TRY(AT_NEW(&scan->before, scan->arena, ledger->count, err));
    AT_TRY(AT_NEW(&scan->payments, scan->arena, ledger->count, err));
    AT_TRY(AT_NEW(&scan->width, scan->arena, ledger->count, err));
    return AT_NEW(&scan->best, scan->arena, ledger->node_count, err);
}

at_status at_money_reach_find(at_money_reach **out, size_t *count_out, const at_ledger *ledger,
                              const uint8_t *marks, const at_route_options *options,
                              at_arena *arena, at_error *err) {
    route_scan scan = {.ledger = ledger, .options = *options, .arena = arena};
    at_money_reach *reached;
    size_t count = 0;
    bool *met;
    AT_TRY(begin_scan(&scan, marks, err));
    AT_TRY(walk(&scan, err));
    AT_TRY(AT_NEW(&reached, arena, ledger->node_count, err));
    AT_TRY(AT_NEW(&met, arena, ledger->node_count, err));
    for (uint32_t row = 0; row < ledger->count; row++) {
        const uint32_t to = ledger->to[row];
        if (scan.payments[row] == 0 || met[to] || scan.marks[to] & (AT_ROUTE_FROM | MARK_TRANSIT))
            continue;
        met[to] = true;
        reached[count++] = (at_money_reach){row, scan.payments[row]};
    }
    *out = reached;
    *count_out = count;
    return AT_OK;
}

at_status at_routes_find(at_routes *out, const at_ledger *ledger, const uint8_t *marks,
                         const at_route_options *options, at_arena *arena, at_error *err) {
    route_scan scan = {.ledger = ledger, .options = *options, .arena = arena};
    const unsigned kinds = options->kinds ? options->kinds : (1u << AT_ROUTE_KIND_COUNT) - 1;
    route_list list = {0};
    AT_TRY(begin_scan(&scan, marks, err));
    if (kinds & (1u << AT_ROUTE_FEWEST | 1u << AT_ROUTE_EARLIEST))
        AT_TRY(walk(&scan, err));
    if (kinds & 1u << AT_ROUTE_FEWEST)
        AT_TRY(add_route(&list, &scan, AT_ROUTE_FEWEST, find_end(&scan, false), err));
    if (kinds & 1u << AT_ROUTE_EARLIEST)
        AT_TRY(add_route(&list, &scan, AT_ROUTE_EARLIEST, find_end(&scan, true), err));
    if (kinds & 1u << AT_ROUTE_WIDEST)
        AT_TRY(find_widest(&list, &scan, err));
    *out = (at_routes){list.routes, list.count};
    return AT_OK;
}
