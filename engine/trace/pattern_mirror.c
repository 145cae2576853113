/* pattern_mirror.c: a deposit, and a remittance of about the same to somebody else. */
#include <stdlib.h>
#include <string.h>

#include "engine/trace/pattern.h"

/* A credit or a debit of a holder. */
typedef struct item {
    uint32_t row, move, other;
    bool debit;
    int64_t time_us, amount;
} item;

/* The two oldest free credits of a span of amounts that differ in counterparty. */
typedef struct oldest {
    uint32_t first, second; /* places in items; AT_NONE */
} oldest;

typedef struct mirroring {
    at_patterns *out;
    const at_moves *moves;
    const at_mirror_rule *rule;
    const char *name;
    uint8_t *own; /* by node: of the holder at work */
    item *items;  /* in order */
    size_t count, capacity;
    uint32_t *by_amount; /* places of credits, by amount then place */
    size_t credits;
    oldest *tree; /* over by_amount: 2 * width */
    size_t width;
    uint32_t *leaf; /* by place in items */
    at_arena scratch;
} mirroring;

static int compare_items(const void *a, const void *b) {
    const item *x = a, *y = b;
    return (x->row > y->row) - (x->row < y->row);
}

static oldest combine(const mirroring *work, oldest a, oldest b) {
    const uint32_t all[] = {a.first, a.second, b.first, b.second};
    oldest out = {AT_NONE, AT_NONE};
    for (size_t i = 0; i < AT_COUNT(all); i++)
        out.first = all[i] < out.first ? all[i] : out.first;
    for (size_t i = 0; i < AT_COUNT(all); i++)
        if (all[i] < out.second && work->items[all[i]].other != work->items[out.first].other)
            out.second = all[i];
    return out;
}

static void set_leaf(mirroring *work, uint32_t place, bool free) {
    size_t at = work->width + work->leaf[place];
    work->tree[at] = (oldest){free ? place : AT_NONE, AT_NONE};
    for (at /= 2; at > 0; at /= 2)
        work->tree[at] = combine(work, work->tree[2 * at], work->tree[2 * at + 1]);
}

/* First place of by_amount whose amount is not below `amount`. */
static size_t at_least(const mirroring *work, at_wide amount) {
    size_t low = 0, high = work->credits;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (work->items[work->by_amount[middle]].amount < amount)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The oldest free credit c with |debit - c| * den <= c * num, not from the one who is paid. */
static uint32_t find_credit(const mirroring *work, const item *debit) {
    const at_wide num = work->rule->tolerance.num, den = work->rule->tolerance.den;
    const at_wide scaled = (at_wide)debit->amount * den;
    size_t low = work->width + at_least(work, (scaled + den + num - 1) / (den + num));
    size_t high = work->width + at_least(work, scaled / (den - num) + 1);
    oldest best = {AT_NONE, AT_NONE};
    for (; low < high; low /= 2, high /= 2) {
        if (low & 1)
            best = combine(work, best, work->tree[low++]);
        if (high & 1)
            best = combine(work, best, work->tree[--high]);
    }
    return best.first != AT_NONE && work->items[best.first].other == debit->other ? best.second
                                                                                  : best.first;
}

static int compare_amounts(const void *a, const void *b) {
    const item *x = a, *y = b;
    if (x->amount != y->amount)
        return x->amount < y->amount ? -1 : 1;
    return compare_items(a, b);
}

static at_status plant_tree(mirroring *work, at_error *err) {
    AT_TRY(AT_NEW(&work->by_amount, &work->scratch, work->count, err));
    AT_TRY(AT_NEW(&work->leaf, &work->scratch, work->count, err));
    item *sorted = NULL;
    AT_TRY(AT_NEW(&sorted, &work->scratch, work->count, err));
    work->credits = 0;
    for (uint32_t i = 0; i < work->count; i++)
        if (!work->items[i].debit && work->items[i].amount >= work->rule->min_amount) {
            sorted[work->credits] = work->items[i];
            sorted[work->credits++].row = i;
        }
    qsort(sorted, work->credits, sizeof *sorted, compare_amounts);
    for (uint32_t i = 0; i < work->credits; i++) {
        work->by_amount[i] = sorted[i].row;
        work->leaf[sorted[i].row] = i;
    }
    for (work->width = 1; work->width < work->credits; work->width *= 2) {
    }
    AT_TRY(AT_NEW(&work->tree, &work->scratch, 2 * work->width, err));
    for (size_t i = 0; i < 2 * work->width; i++)
        work->tree[i] = (oldest){AT_NONE, AT_NONE};
    return AT_OK;
}

static at_status add_pair(mirroring *work, const item *credit, const item *debit, at_error *err) {
    const uint32_t members[] = {credit->move, debit->move};
    const at_pattern_finding finding = {.centre = work->name,
                                        .node = work->moves->from[debit->move],
                                        .count = AT_COUNT(members),
                                        .amount = debit->amount};
    return at_pattern_add(work->out, work->moves, finding, members, AT_COUNT(members), err);
}

static bool is_candidate(const mirroring *work, uint32_t place) {
    return !work->items[place].debit && work->items[place].amount >= work->rule->min_amount;
}

static at_status match(mirroring *work, at_error *err) {
    size_t expired = 0;
    AT_TRY(plant_tree(work, err));
    AT_TRY(at_pattern_step(work->out, work->count, err));
    for (uint32_t i = 0; i < work->count && work->credits > 0; i++) {
        const item *debit = &work->items[i];
        if (is_candidate(work, i))
            set_leaf(work, i, true);
        if (!debit->debit)
            continue;
        const int64_t since_us = at_time_before(debit->time_us, work->rule->delta_us);
        for (; work->items[expired].time_us < since_us; expired++)
            if (is_candidate(work, (uint32_t)expired))
                set_leaf(work, (uint32_t)expired, false);
        const uint32_t credit = find_credit(work, debit);
        if (credit == AT_NONE)
            continue;
        set_leaf(work, credit, false);
        AT_TRY(add_pair(work, &work->items[credit], debit, err));
    }
    return AT_OK;
}

static at_status add_item(mirroring *work, uint32_t move, bool debit, at_error *err) {
    const at_moves *moves = work->moves;
    const uint32_t other = debit ? moves->to[move] : moves->from[move];
    if (work->own[other])
        return AT_OK;
    AT_TRY(AT_GROW(&work->items, &work->capacity, work->count, &work->scratch, err));
    work->items[work->count++] =
        (item){.row = debit ? moves->out_row[move] : moves->in_row[move],
               .move = move,
               .other = other,
               .debit = debit,
               .time_us = debit ? at_move_out_us(moves, move) : at_move_in_us(moves, move),
               .amount = debit ? at_move_sent(moves, move) : at_move_received(moves, move)};
    return AT_OK;
}

/* The nodes of one holder in one currency. */
static at_status look_at(mirroring *work, const uint32_t *nodes, size_t node_count, at_error *err) {
    const at_moves *moves = work->moves;
    at_arena_reset(&work->scratch);
    work->items = NULL;
    work->count = work->capacity = 0;
    for (size_t i = 0; i < node_count; i++) {
        for (uint64_t at = moves->in_start[nodes[i]]; at < moves->in_start[nodes[i] + 1]; at++)
            AT_TRY(add_item(work, moves->ins[at], false, err));
        for (uint64_t at = moves->out_start[nodes[i]]; at < moves->out_start[nodes[i] + 1]; at++)
            AT_TRY(add_item(work, moves->outs[at], true, err));
    }
    if (work->count < 2)
        return AT_OK;
    qsort(work->items, work->count, sizeof *work->items, compare_items);
    return match(work, err);
}

static void mark(mirroring *work, const at_pattern_groups *groups, size_t group, uint8_t own) {
    for (uint64_t i = groups->start[group]; i < groups->start[group + 1]; i++)
        work->own[groups->nodes[i]] = own;
}

static void clear_mirroring(mirroring *work) {
    at_arena_clear(&work->scratch);
}

at_status at_pattern_mirror(at_patterns *out, const at_moves *moves,
                            const at_pattern_groups *groups, const at_mirror_rule *rule,
                            at_error *err) {
    AT_CLEANUP(clear_mirroring)
    mirroring work = {
        .out = out, .moves = moves, .rule = rule, .scratch.limit_bytes = AT_PATTERN_BYTES_MAX};
    AT_CLEANUP(at_arena_clear) at_arena marks = {.limit_bytes = AT_PATTERN_BYTES_MAX};
    const at_node *nodes = moves->ledger->nodes;
    AT_TRY(AT_NEW(&work.own, &marks, moves->ledger->node_count, err));
    for (size_t group = 0; group < groups->count; group++) {
        const uint64_t stop = groups->start[group + 1];
        work.name = groups->names[group];
        mark(&work, groups, group, 1);
        for (uint64_t start = groups->start[group], end; start < stop; start = end) {
            const char *currency = nodes[groups->nodes[start]].currency.code;
            for (end = start; end < stop; end++)
                if (strcmp(nodes[groups->nodes[end]].currency.code, currency) != 0)
                    break;
            AT_TRY(look_at(&work, groups->nodes + start, end - start, err));
        }
        mark(&work, groups, group, 0);
    }
    return AT_OK;
}
