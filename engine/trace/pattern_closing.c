#include "engine/trace/pattern_closing.h"

#include <string.h>

/* What can follow a credit, and what can lead to a debit, by time alone: the same for every first
 * transfer, so it is looked up once. */
static void list_neighbours(const at_closing *closing, uint32_t node) {
    const at_moves *moves = closing->moves;
    const uint64_t out_stop = moves->out_start[node + 1], in_stop = moves->in_start[node + 1];
    uint64_t out = moves->out_start[node], in = moves->in_start[node];
    for (uint64_t at = out; at < out_stop; at++)
        closing->leaves_us[at] = at_move_out_us(moves, moves->outs[at]);
    for (uint64_t at = in; at < in_stop; at++) {
        const int64_t arrives_us = at_move_in_us(moves, moves->ins[at]);
        while (out < out_stop && closing->leaves_us[out] <= arrives_us)
            out++;
        closing->arrives_us[at] = arrives_us;
        closing->onward[moves->ins[at]] = (uint32_t)out;
    }
    for (uint64_t at = moves->out_start[node]; at < out_stop; at++) {
        while (in < in_stop && closing->arrives_us[in] < closing->leaves_us[at])
            in++;
        closing->origin[moves->outs[at]] = (uint32_t)in;
    }
}

at_status at_closing_begin(at_closing *out, at_patterns *patterns, const at_moves *moves,
                           const at_cycle_rule *rule, at_arena *arena, at_error *err) {
    const size_t nodes = moves->ledger->node_count;
    at_closing closing = {.out = patterns, .moves = moves, .rule = rule};
    at_closing_side *const sides[] = {&closing.ahead, &closing.back};
    for (size_t i = 0; i < AT_COUNT(sides); i++) {
        uint32_t **const by_move[] = {&sides[i]->epoch, &sides[i]->next, &sides[i]->queue};
        uint32_t **const by_node[] = {&sides[i]->node_epoch, &sides[i]->head,
                                      &sides[i]->scan_epoch};
        for (size_t k = 0; k < AT_COUNT(by_move); k++)
            AT_TRY(AT_NEW(by_move[k], arena, moves->count, err));
        for (size_t k = 0; k < AT_COUNT(by_node); k++)
            AT_TRY(AT_NEW(by_node[k], arena, nodes, err));
        AT_TRY(AT_NEW(&sides[i]->hop, arena, moves->count, err));
        AT_TRY(AT_NEW(&sides[i]->scanned, arena, nodes, err));
    }
    AT_TRY(AT_NEW(&closing.leaves_us, arena, moves->count, err));
    AT_TRY(AT_NEW(&closing.arrives_us, arena, moves->count, err));
    AT_TRY(AT_NEW(&closing.onward, arena, moves->count, err));
    AT_TRY(AT_NEW(&closing.origin, arena, moves->count, err));
    for (uint32_t node = 0; node < nodes; node++)
        list_neighbours(&closing, node);
    *out = closing;
    return AT_OK;
}

bool at_cycle_follows(const at_closing *closing, uint32_t move, uint32_t next) {
    const at_moves *moves = closing->moves;
    const at_cycle_rule *rule = closing->rule;
    if (at_move_out_us(moves, next) <= at_move_in_us(moves, move))
        return false;
    if (!rule->by_ratio)
        return true;
    const at_node *nodes = moves->ledger->nodes;
    const uint32_t credited = at_move_paid(moves, move), debited = at_move_payer(moves, next);
    if (credited != debited &&
        strcmp(nodes[credited].currency.code, nodes[debited].currency.code) != 0)
        return false;
    const at_wide sent = at_move_sent(moves, next), received = at_move_received(moves, move);
    return sent * rule->lo.den >= received * rule->lo.num &&
           sent * rule->hi.den <= received * rule->hi.num;
}

/* After the first transfer, and in time: what every other transfer of a cycle must be. */
static bool is_inside(const at_closing *closing, uint32_t move) {
    const int64_t root_us = at_move_in_us(closing->moves, closing->root);
    const int64_t in_us = at_move_in_us(closing->moves, move);
    return in_us <= closing->until_us && at_move_out_us(closing->moves, move) > root_us;
}

static bool is_seen(const at_closing *closing, const at_closing_side *side, uint32_t move) {
    return side->epoch[move] == closing->root + 1;
}

static void see(const at_closing *closing, at_closing_side *side, uint32_t move, uint32_t node,
                int hop) {
    const uint32_t epoch = closing->root + 1;
    side->epoch[move] = epoch;
    side->hop[move] = (uint8_t)hop;
    side->next[move] = side->node_epoch[node] == epoch ? side->head[node] : 0;
    side->node_epoch[node] = epoch;
    side->head[node] = move + 1;
    side->queue[side->end++] = move;
}

/* First place in [low, high) with a time after `time_us`. */
static uint64_t first_after(const int64_t *times, uint64_t low, uint64_t high, int64_t time_us) {
    while (low < high) {
        const uint64_t at = low + (high - low) / 2;
        if (times[at] > time_us)
            high = at;
        else
            low = at + 1;
    }
    return low;
}

/* What may follow `move`: [start, end) of outs. */
static void after(const at_closing *closing, uint32_t move, uint64_t *start, uint64_t *end) {
    const uint64_t stop = closing->moves->out_start[closing->moves->to[move] + 1];
    *start = closing->onward[move];
    *end = first_after(closing->leaves_us, *start, stop, closing->until_us);
}

/* What may lead to `move`: [start, end) of ins. */
static void before(const at_closing *closing, uint32_t move, uint64_t *start, uint64_t *end) {
    const at_moves *moves = closing->moves;
    *end = closing->origin[move];
    *start = first_after(closing->arrives_us, moves->in_start[moves->from[move]], *end,
                         at_move_in_us(moves, closing->root));
}

/* What may be the last: credits of the account where it began, [start, end) of ins. */
static void homeward(const at_closing *closing, uint64_t *start, uint64_t *end) {
    const at_moves *moves = closing->moves;
    const uint64_t stop = moves->in_start[moves->from[closing->root] + 1];
    *start = first_after(closing->arrives_us, closing->origin[closing->root], stop,
                         at_move_in_us(moves, closing->root));
    *end = first_after(closing->arrives_us, *start, stop, closing->until_us);
}

/* Whether a scan of so many transfers at `node` is spared; the first such account is it. */
static bool is_spared(const at_closing *closing, uint32_t node, uint64_t count) {
    const uint64_t many = closing->rule->many == 0 ? AT_CYCLE_MANY : closing->rule->many;
    return closing->spared == AT_NONE ? count > many : closing->spared == node;
}

static bool spare(at_closing *closing, at_closing_side *side, uint32_t node, uint64_t count) {
    if (!is_spared(closing, node, count))
        return false;
    closing->spared = node;
    if (side->held < 0)
        side->held = side->level - 1;
    return true;
}

/* What following a level would cost; levels of more than a few are not measured to the end. */
static uint64_t cost_of(const at_closing *closing, bool ahead) {
    enum { SAMPLE_MAX = 64, SEARCH_STEPS = 16 };
    const at_closing_side *side = ahead ? &closing->ahead : &closing->back;
    const size_t count = side->end - side->start;
    const size_t sample = count < SAMPLE_MAX ? count : SAMPLE_MAX;
    uint64_t cost = 0, start, end;
    closing->out->steps += sample * SEARCH_STEPS;
    for (size_t i = 0; i < sample; i++) {
        const uint32_t move = side->queue[side->start + i];
        const uint32_t node = ahead ? closing->moves->to[move] : closing->moves->from[move];
        if (ahead)
            after(closing, move, &start, &end);
        else
            before(closing, move, &start, &end);
        cost += is_spared(closing, node, end - start) ? 1 : 1 + end - start;
    }
    return sample == 0 ? 0 : cost * count / sample;
}

/* Without ratios, what was scanned of an account once need not be scanned again: debits from
 * `scanned` on when looking ahead, credits before it when looking back. */
static void skip_scanned(const at_closing *closing, at_closing_side *side, uint32_t node,
                         bool ahead, uint64_t *start, uint64_t *end) {
    if (closing->rule->by_ratio)
        return;
    const bool known = side->scan_epoch[node] == closing->root + 1;
    const uint64_t from = *start, to = *end;
    if (known && ahead && side->scanned[node] < to)
        *end = side->scanned[node] > from ? side->scanned[node] : from;
    if (known && !ahead && side->scanned[node] > from)
        *start = side->scanned[node] < to ? side->scanned[node] : to;
    if (!known || (ahead ? from < side->scanned[node] : to > side->scanned[node]))
        side->scanned[node] = ahead ? from : to;
    side->scan_epoch[node] = closing->root + 1;
}

static at_status step_ahead(at_closing *closing, at_error *err) {
    const at_moves *moves = closing->moves;
    at_closing_side *side = &closing->ahead;
    const size_t stop = side->end;
    side->level++;
    for (size_t i = side->start; i < stop && !closing->out->stopped; i++) {
        const uint32_t move = side->queue[i];
        uint64_t start, end;
        if (moves->to[move] == moves->from[closing->root])
            continue;
        after(closing, move, &start, &end);
        if (spare(closing, side, moves->to[move], end - start))
            continue;
        skip_scanned(closing, side, moves->to[move], true, &start, &end);
        AT_TRY(at_pattern_step(closing->out, 1 + end - start, err));
        for (uint64_t at = start; at < end; at++) {
            const uint32_t next = moves->outs[at];
            if (!is_seen(closing, side, next) && moves->to[next] != moves->to[closing->root] &&
                is_inside(closing, next) && at_cycle_follows(closing, move, next))
                see(closing, side, next, moves->to[next], side->level);
        }
    }
    side->start = stop;
    return AT_OK;
}

static at_status step_back(at_closing *closing, at_error *err) {
    const at_moves *moves = closing->moves;
    at_closing_side *side = &closing->back;
    const size_t stop = side->end;
    side->level++;
    for (size_t i = side->start; i < stop && !closing->out->stopped; i++) {
        const uint32_t move = side->queue[i], node = moves->from[move];
        uint64_t start, end;
        if (node == moves->to[closing->root])
            continue;
        before(closing, move, &start, &end);
        if (spare(closing, side, node, end - start))
            continue;
        skip_scanned(closing, side, node, false, &start, &end);
        AT_TRY(at_pattern_step(closing->out, 1 + end - start, err));
        for (uint64_t at = start; at < end; at++) {
            const uint32_t previous = moves->ins[at];
            if (!is_seen(closing, side, previous) &&
                moves->from[previous] != moves->from[closing->root] &&
                is_inside(closing, previous) && at_cycle_follows(closing, previous, move))
                see(closing, side, previous, moves->from[previous], side->level);
        }
    }
    side->start = stop;
    return AT_OK;
}

/* The last transfers: credits of the account that it began with. */
static at_status list_ends(at_closing *closing, at_error *err) {
    const at_moves *moves = closing->moves;
    uint64_t start, end;
    closing->back.level = 0;
    homeward(closing, &start, &end);
    AT_TRY(at_pattern_step(closing->out, end - start, err));
    for (uint64_t at = start; at < end; at++)
        if (is_inside(closing, moves->ins[at]))
            see(closing, &closing->back, moves->ins[at], moves->from[moves->ins[at]], 0);
    return AT_OK;
}

static void clear_back(at_closing *closing) {
    at_closing_side *side = &closing->back;
    for (size_t i = 0; i < side->end; i++)
        side->epoch[side->queue[i]] = side->node_epoch[closing->moves->from[side->queue[i]]] = 0;
    side->start = side->end = 0;
}

/* The way back among what was reached forward, from where `back` stands. */
static at_status finish_back(at_closing *closing, int most, at_error *err) {
    const at_moves *moves = closing->moves;
    at_closing_side *side = &closing->back;
    while (side->start < side->end && side->level < most - 1) {
        const size_t stop = side->end;
        side->level++;
        for (size_t i = side->start; i < stop && !closing->out->stopped; i++) {
            const uint32_t move = side->queue[i], node = moves->from[move];
            if (node == moves->to[closing->root] ||
                closing->ahead.node_epoch[node] != closing->root + 1)
                continue;
            for (uint32_t link = closing->ahead.head[node]; link != 0;
                 link = closing->ahead.next[link - 1]) {
                AT_TRY(at_pattern_step(closing->out, 1, err));
                if (!is_seen(closing, side, link - 1) &&
                    closing->ahead.hop[link - 1] + side->level <= most &&
                    at_cycle_follows(closing, link - 1, move))
                    see(closing, side, link - 1, moves->from[link - 1], side->level);
            }
        }
        side->start = stop;
    }
    return AT_OK;
}

/* Everything ahead is known: the ends are those of them that lead home. */
static void list_ends_ahead(at_closing *closing) {
    const uint32_t home = closing->moves->from[closing->root];
    clear_back(closing);
    closing->back.level = 0;
    if (closing->ahead.node_epoch[home] != closing->root + 1)
        return;
    for (uint32_t link = closing->ahead.head[home]; link != 0; link = closing->ahead.next[link - 1])
        see(closing, &closing->back, link - 1, closing->moves->from[link - 1], 0);
}

/* What was seen back joins what was seen ahead: beyond the spared account, and beyond the last
 * level. Past the spared account a hop ahead is only known to be greater than the one there. */
static void unite(at_closing *closing) {
    at_closing_side *ahead = &closing->ahead, *back = &closing->back;
    const int least = 1 + (ahead->held < 0 ? ahead->level : ahead->held);
    if (ahead->held >= 0)
        for (size_t i = 0; i < ahead->end; i++)
            if (ahead->hop[ahead->queue[i]] > least)
                ahead->hop[ahead->queue[i]] = (uint8_t)least;
    for (size_t i = 0; i < back->end; i++)
        if (!is_seen(closing, ahead, back->queue[i]))
            see(closing, ahead, back->queue[i], closing->moves->to[back->queue[i]], least);
}

/* Which sides must still be followed. A side that has come to its end has every level; behind a
 * spared account the other side answers for all that is left of the length. */
static void still_wanted(const at_closing *closing, int most, bool *forth, bool *home) {
    const at_closing_side *ahead = &closing->ahead, *back = &closing->back;
    const bool ahead_ended = ahead->start == ahead->end;
    const bool back_ended = back->level >= 0 && back->start == back->end;
    const int a = ahead_ended ? most : ahead->level, b = back_ended ? most : back->level;
    const bool apart = a + b < most - 1;
    *forth = apart || (back->held >= 0 && a < most - 1 - back->held);
    *home = apart || (ahead->held >= 0 && b < most - 1 - ahead->held);
}

static at_status search_both(at_closing *closing, int most, uint64_t ends, at_error *err) {
    const at_closing_side *back = &closing->back;
    bool forth, home;
    for (still_wanted(closing, most, &forth, &home); (forth || home) && !closing->out->stopped;
         still_wanted(closing, most, &forth, &home)) {
        if (forth && home)
            forth = cost_of(closing, true) <= (back->level < 0 ? ends : cost_of(closing, false));
        if (forth)
            AT_TRY(step_ahead(closing, err));
        else
            AT_TRY(back->level < 0 ? list_ends(closing, err) : step_back(closing, err));
    }
    return AT_OK;
}

at_status at_closing_find(bool *found, at_closing *closing, uint32_t root, at_error *err) {
    const at_moves *moves = closing->moves;
    const int most = (int)closing->rule->maxlen - 1; /* transfers after the first */
    at_closing_side *ahead = &closing->ahead, *back = &closing->back;
    uint64_t start, end;
    *found = false;
    closing->root = root;
    closing->spared = AT_NONE;
    closing->until_us = at_time_after(at_move_out_us(moves, root), closing->rule->delta_us);
    ahead->start = ahead->end = back->start = back->end = 0;
    ahead->level = 0;
    back->level = ahead->held = back->held = -1;
    homeward(closing, &start, &end);
    if (start == end)
        return AT_OK;
    see(closing, ahead, root, moves->to[root], 0);
    AT_TRY(search_both(closing, most, end - start, err));
    const bool all_ahead = ahead->start == ahead->end && ahead->held < 0;
    const bool spared = ahead->held >= 0 || back->held >= 0;
    if (spared && !all_ahead)
        unite(closing);
    if (spared || all_ahead || back->level < 0)
        list_ends_ahead(closing);
    AT_TRY(finish_back(closing, most, err));
    *found = at_closing_first(closing, moves->to[root]) != 0;
    return AT_OK;
}
