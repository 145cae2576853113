#include "engine/trace/pattern_closing.h"

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

/* First of list[low..high) that leaves (or arrives) after a time. */
static uint64_t first_after(const at_moves *moves, const uint32_t *list, uint64_t low,
                            uint64_t high, int64_t time_us, bool leaving) {
    while (low < high) {
        const uint64_t at = low + (high - low) / 2;
        const int64_t at_us =
            leaving ? at_move_out_us(moves, list[at]) : at_move_in_us(moves, list[at]);
        if (at_us > time_us)
            high = at;
        else
            low = at + 1;
    }
    return low;
}

/* What may follow `move`: [start, end) of outs. */
static void after(const at_closing *closing, uint32_t move, uint64_t *start, uint64_t *end) {
    const at_moves *moves = closing->moves;
    const uint32_t node = moves->to[move];
    const uint64_t stop = moves->out_start[node + 1];
    *start = first_after(moves, moves->outs, moves->out_start[node], stop,
                         at_move_in_us(moves, move), true);
    *end = first_after(moves, moves->outs, *start, stop, closing->until_us, true);
}

/* What may lead to a debit of `node` at `before_us`: [start, end) of ins. */
static void before(const at_closing *closing, uint32_t node, int64_t before_us, uint64_t *start,
                   uint64_t *end) {
    const at_moves *moves = closing->moves;
    const uint64_t stop = moves->in_start[node + 1];
    *start = first_after(moves, moves->ins, moves->in_start[node], stop,
                         at_move_in_us(moves, closing->root), false);
    *end = first_after(moves, moves->ins, *start, stop, before_us - 1, false);
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
        if (ahead)
            after(closing, move, &start, &end);
        else
            before(closing, closing->moves->from[move], at_move_out_us(closing->moves, move),
                   &start, &end);
        cost += 1 + end - start;
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
        before(closing, node, at_move_out_us(moves, move), &start, &end);
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
    before(closing, moves->from[closing->root], at_time_after(closing->until_us, 1), &start, &end);
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

at_status at_closing_find(bool *found, at_closing *closing, uint32_t root, at_error *err) {
    const at_moves *moves = closing->moves;
    const int most = (int)closing->rule->maxlen - 1; /* transfers after the first */
    at_closing_side *ahead = &closing->ahead, *back = &closing->back;
    uint64_t start, end;
    *found = false;
    closing->root = root;
    closing->until_us = at_time_after(at_move_out_us(moves, root), closing->rule->delta_us);
    ahead->start = ahead->end = back->start = back->end = 0;
    ahead->level = 0;
    back->level = -1;
    before(closing, moves->from[root], at_time_after(closing->until_us, 1), &start, &end);
    if (start == end)
        return AT_OK;
    const uint64_t ends = end - start;
    see(closing, ahead, root, moves->to[root], 0);
    while (ahead->start < ahead->end && (back->level < 0 || back->start < back->end) &&
           ahead->level + back->level < most - 1) {
        const uint64_t forth = cost_of(closing, true);
        if (forth <= (back->level < 0 ? ends : cost_of(closing, false)))
            AT_TRY(step_ahead(closing, err));
        else
            AT_TRY(back->level < 0 ? list_ends(closing, err) : step_back(closing, err));
    }
    if (ahead->start == ahead->end || back->level < 0)
        list_ends_ahead(closing);
    AT_TRY(finish_back(closing, most, err));
    *found = at_closing_first(closing, moves->to[root]) != 0;
    return AT_OK;
}
