/* pattern_scatter.c: one source, many middles, one target (N6). */
#include <stdlib.h>

#include "engine/trace/pattern.h"

/* A first leg: by middle, then in order. */
typedef struct first_leg {
    uint32_t middle, in_row, move;
} first_leg;

/* A transfer of a finding. */
typedef struct member {
    uint32_t target, move;
    bool second;
} member;

/* One source at a time. */
typedef struct scatter {
    at_patterns *out;
    const at_moves *moves;
    const at_scatter_rule *rule;
    uint32_t source;
    first_leg *legs;
    size_t leg_count;
    uint32_t *middles;  /* by target: distinct ones so far */
    uint32_t *stamp;    /* by target: the last place in legs whose middle counted, plus one */
    uint32_t *last_leg; /* by target: the last first leg listed for it, plus one */
    uint32_t *taken;    /* by move: the last source that took it as second leg, plus one */
    uint32_t *touched;  /* targets with a count */
    size_t touched_count;
    member *members;
    size_t member_count, member_capacity;
    uint32_t *listed;
    size_t listed_capacity;
    at_arena scratch;
} scatter;

static int compare_legs(const void *a, const void *b) {
    const first_leg *x = a, *y = b;
    if (x->middle != y->middle)
        return x->middle < y->middle ? -1 : 1;
    return (x->in_row > y->in_row) - (x->in_row < y->in_row);
}

static int compare_members(const void *a, const void *b) {
    const member *x = a, *y = b;
    if (x->target != y->target)
        return x->target < y->target ? -1 : 1;
    return (x->move > y->move) - (x->move < y->move);
}

static bool is_hub(const scatter *work, uint32_t middle) {
    const at_moves *moves = work->moves;
    return moves->out_start[middle + 1] - moves->out_start[middle] > work->rule->hub ||
           moves->in_start[middle + 1] - moves->in_start[middle] > work->rule->hub;
}

static void list_legs(scatter *work) {
    const at_moves *moves = work->moves;
    work->leg_count = 0;
    for (uint64_t i = moves->out_start[work->source]; i < moves->out_start[work->source + 1]; i++) {
        const uint32_t move = moves->outs[i];
        if (!is_hub(work, moves->to[move]))
            work->legs[work->leg_count++] = (first_leg){moves->to[move], moves->in_row[move], move};
    }
    qsort(work->legs, work->leg_count, sizeof *work->legs, compare_legs);
}

/* The middle's debits that can follow a first leg: [start, end) of moves->outs. */
static void find_window(const scatter *work, const first_leg *leg, uint64_t *start, uint64_t *end) {
    const at_moves *moves = work->moves;
    const uint64_t stop = moves->out_start[leg->middle + 1];
    const int64_t until_us = at_time_after(at_move_in_us(moves, leg->move), work->rule->delta_us);
    uint64_t low = moves->out_start[leg->middle], high = stop;
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        if (moves->out_row[moves->outs[middle]] > leg->in_row)
            high = middle;
        else
            low = middle + 1;
    }
    *start = low;
    for (high = stop; low < high;) {
        const uint64_t middle = low + (high - low) / 2;
        if (at_move_out_us(moves, moves->outs[middle]) > until_us)
            high = middle;
        else
            low = middle + 1;
    }
    *end = low;
}

/* How many middles lead to each target; true when some target has enough. */
static at_status count_middles(bool *found, scatter *work, at_error *err) {
    const at_moves *moves = work->moves;
    uint64_t seen = 0; /* debits of this middle already counted */
    uint32_t place = 0;
    *found = false;
    work->touched_count = 0;
    for (size_t i = 0; i < work->leg_count; i++) {
        uint64_t start, end;
        if (i == 0 || work->legs[i].middle != work->legs[i - 1].middle) {
            place = (uint32_t)i + 1;
            seen = 0;
        }
        find_window(work, &work->legs[i], &start, &end);
        start = start > seen ? start : seen;
        seen = end > seen ? end : seen;
        AT_TRY(at_pattern_step(work->out, 1 + (end > start ? end - start : 0), err));
        for (uint64_t at = start; at < end; at++) {
            const uint32_t target = moves->to[moves->outs[at]];
            if (target == work->source || work->stamp[target] == place)
                continue;
            if (work->middles[target] == 0)
                work->touched[work->touched_count++] = target;
            work->stamp[target] = place;
            *found = ++work->middles[target] >= work->rule->k || *found;
        }
    }
    for (size_t i = 0; i < work->touched_count; i++)
        work->stamp[work->touched[i]] = 0;
    return AT_OK;
}

static at_status list_member(scatter *work, uint32_t target, uint32_t move, bool second,
                             at_error *err) {
    AT_TRY(
        AT_GROW(&work->members, &work->member_capacity, work->member_count, &work->scratch, err));
    work->members[work->member_count++] = (member){target, move, second};
    return AT_OK;
}

static at_status list_members(scatter *work, at_error *err) {
    const at_moves *moves = work->moves;
    work->member_count = 0;
    for (size_t i = 0; i < work->leg_count; i++) {
        const uint32_t leg = work->legs[i].move;
        uint64_t start, end;
        find_window(work, &work->legs[i], &start, &end);
        AT_TRY(at_pattern_step(work->out, end > start ? end - start : 0, err));
        for (uint64_t at = start; at < end; at++) {
            const uint32_t move = moves->outs[at], target = moves->to[move];
            if (target == work->source || work->middles[target] < work->rule->k)
                continue;
            if (work->taken[move] != work->source + 1)
                AT_TRY(list_member(work, target, move, true, err));
            if (work->last_leg[target] != leg + 1)
                AT_TRY(list_member(work, target, leg, false, err));
            work->taken[move] = work->source + 1;
            work->last_leg[target] = leg + 1;
        }
    }
    qsort(work->members, work->member_count, sizeof *work->members, compare_members);
    return AT_OK;
}

static at_status add_findings(scatter *work, at_error *err) {
    const at_moves *moves = work->moves;
    for (size_t start = 0, end; start < work->member_count; start = end) {
        const uint32_t target = work->members[start].target;
        at_pattern_finding finding = {
            .node = AT_NONE, .source = work->source, .count = work->middles[target]};
        size_t count = 0;
        for (end = start; end < work->member_count && work->members[end].target == target; end++) {
            const member *item = &work->members[end];
            AT_TRY(AT_GROW(&work->listed, &work->listed_capacity, count, &work->scratch, err));
            work->listed[count++] = item->move;
            if (item->second)
                AT_TRY(at_pattern_sum(&finding, moves, at_move_paid(moves, item->move),
                                      at_move_received(moves, item->move), err));
        }
        AT_TRY(at_arena_print(&finding.centre, work->out->arena, err, "%s>%s",
                              at_moves_name(moves, work->source), at_moves_name(moves, target)));
        AT_TRY(at_pattern_add(work->out, moves, finding, work->listed, count, err));
    }
    return AT_OK;
}

static at_status scatter_from(scatter *work, uint32_t source, at_error *err) {
    bool found = false;
    work->source = source;
    list_legs(work);
    AT_TRY(count_middles(&found, work, err));
    if (found && !work->out->stopped) { /* so there are members */
        AT_TRY(list_members(work, err));
        AT_TRY(add_findings(work, err));
    }
    for (size_t i = 0; i < work->touched_count; i++)
        work->middles[work->touched[i]] = work->last_leg[work->touched[i]] = 0;
    return at_pattern_all_or_nothing(work->out, err);
}

static void clear_scatter(scatter *work) {
    at_arena_clear(&work->scratch);
}

at_status at_pattern_scatter(at_patterns *out, const at_moves *moves, const at_scatter_rule *rule,
                             at_error *err) {
    AT_CLEANUP(clear_scatter)
    scatter work = {
        .out = out, .moves = moves, .rule = rule, .scratch.limit_bytes = AT_PATTERN_BYTES_MAX};
    const size_t nodes = moves->ledger->node_count;
    size_t most = 0;
    for (uint32_t node = 0; node < nodes; node++) {
        const size_t count = moves->out_start[node + 1] - moves->out_start[node];
        most = count > most ? count : most;
        out->hubs += is_hub(&work, node);
    }
    uint32_t **const by_node[] = {&work.middles, &work.stamp, &work.last_leg, &work.touched};
    for (size_t i = 0; i < AT_COUNT(by_node); i++)
        AT_TRY(AT_NEW(by_node[i], &work.scratch, nodes, err));
    AT_TRY(AT_NEW(&work.taken, &work.scratch, moves->count, err));
    AT_TRY(AT_NEW(&work.legs, &work.scratch, most, err));
    for (uint32_t node = 0; node < nodes; node++)
        if (moves->out_start[node + 1] - moves->out_start[node] >= rule->k)
            AT_TRY(scatter_from(&work, node, err));
    return AT_OK;
}
