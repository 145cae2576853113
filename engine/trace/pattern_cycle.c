/* pattern_cycle.c: simple cycles in order of time (N7). */
#include "engine/trace/pattern.h"
#include "engine/trace/pattern_closing.h"

#include <stdlib.h>
#include <string.h>

typedef struct candidate {
    uint32_t rank, move;
} candidate;

typedef struct cycling {
    at_closing closing;
    at_moves by_time; /* where some credit was booked before its debit */
    at_patterns *out;
    const at_moves *moves;
    const at_cycle_rule *rule;
    uint32_t *rank; /* by row: place of its id among all, bytewise */
    bool *on_path;  /* by node */
    uint32_t path[AT_CYCLE_LENGTH_MAX];
    uint32_t length;
    candidate *stack;
    size_t stacked, capacity;
    at_arena scratch;
} cycling;

static int compare_candidates(const void *a, const void *b) {
    const candidate *x = a, *y = b;
    return (x->rank > y->rank) - (x->rank < y->rank);
}

static at_status add_cycle(cycling *work, at_error *err) {
    const at_moves *moves = work->moves;
    at_pattern_finding finding = {.centre = at_moves_name(moves, moves->from[work->path[0]]),
                                  .node = at_move_payer(moves, work->path[0]),
                                  .count = work->length,
                                  .amount = at_move_sent(moves, work->path[0])};
    if (work->out->count == work->rule->cap && work->rule->cap > 0) {
        work->out->capped = true;
        return AT_OK;
    }
    for (uint32_t i = 1; i < work->length; i++)
        if (at_move_sent(moves, work->path[i]) < finding.amount) {
            finding.amount = at_move_sent(moves, work->path[i]);
            finding.node = at_move_payer(moves, work->path[i]);
        }
    return at_pattern_add(work->out, moves, finding, work->path, work->length, err);
}

static bool is_over(const cycling *work) {
    return work->out->stopped || work->out->capped;
}

/* What can follow the path's end and still come home, by id. */
static at_status list_candidates(cycling *work, size_t *end, at_error *err) {
    const at_closing *closing = &work->closing;
    const uint32_t last = work->path[work->length - 1], node = work->moves->to[last];
    const size_t start = work->stacked;
    for (uint32_t link = at_closing_first(closing, node); link != 0;
         link = closing->back.next[link - 1]) {
        const uint32_t move = link - 1, to = work->moves->to[move];
        AT_TRY(at_pattern_step(work->out, 1, err));
        if (work->length + 1 + closing->back.hop[move] > work->rule->maxlen ||
            (work->on_path[to] && to != work->moves->from[work->path[0]]) ||
            !at_cycle_follows(closing, last, move))
            continue;
        AT_TRY(AT_GROW(&work->stack, &work->capacity, work->stacked, &work->scratch, err));
        work->stack[work->stacked++] = (candidate){work->rank[work->moves->out_row[move]], move};
    }
    *end = work->stacked;
    if (*end > start)
        qsort(work->stack + start, *end - start, sizeof *work->stack, compare_candidates);
    return AT_OK;
}

static at_status extend(cycling *work, at_error *err) {
    const size_t start = work->stacked;
    size_t end = start;
    AT_TRY(list_candidates(work, &end, err));
    for (size_t i = start; i < end && !is_over(work); i++) {
        const uint32_t move = work->stack[i].move, to = work->moves->to[move];
        work->path[work->length++] = move;
        if (to == work->moves->from[work->path[0]]) {
            AT_TRY(add_cycle(work, err));
        } else {
            work->on_path[to] = true;
            AT_TRY(extend(work, err));
            work->on_path[to] = false;
        }
        work->length--;
    }
    work->stacked = start;
    return AT_OK;
}

static at_status begin_with(cycling *work, uint32_t root, at_error *err) {
    const uint32_t ends[] = {work->moves->from[root], work->moves->to[root]};
    bool found = false;
    AT_TRY(at_closing_find(&found, &work->closing, root, err));
    if (!found || work->out->stopped)
        return AT_OK;
    work->path[0] = root;
    work->length = 1;
    work->on_path[ends[0]] = work->on_path[ends[1]] = true;
    AT_TRY(extend(work, err));
    work->on_path[ends[0]] = work->on_path[ends[1]] = false;
    return AT_OK;
}

typedef struct root {
    const char *centre;
    uint32_t rank, move;
} root;

static int compare_roots(const void *a, const void *b) {
    const root *x = a, *y = b;
    const int centre = strcmp(x->centre, y->centre);
    if (centre != 0)
        return centre;
    return (x->rank > y->rank) - (x->rank < y->rank);
}

/* First transfers in the order of the answer: those of one moment by account and id. */
static at_status begin_all(cycling *work, root *roots, at_error *err) {
    const at_moves *moves = work->moves;
    for (uint32_t start = 0, end; start < moves->count && !is_over(work); start = end) {
        const int64_t time_us = at_move_out_us(moves, start);
        for (end = start; end < moves->count && at_move_out_us(moves, end) == time_us; end++)
            roots[end - start] = (root){at_moves_name(moves, moves->from[end]),
                                        work->rank[moves->out_row[end]], end};
        if (end - start > 1)
            qsort(roots, end - start, sizeof *roots, compare_roots);
        for (uint32_t i = 0; i < end - start && !is_over(work); i++)
            AT_TRY(begin_with(work, roots[i].move, err));
    }
    return AT_OK;
}

static void clear_cycling(cycling *work) {
    at_arena_clear(&work->scratch);
}

at_status at_pattern_cycles(at_patterns *out, const at_moves *moves, const at_cycle_rule *rule,
                            at_error *err) {
    AT_CLEANUP(clear_cycling)
    cycling work = {
        .out = out, .moves = moves, .rule = rule, .scratch.limit_bytes = AT_PATTERN_BYTES_MAX};
    const at_ledger *ledger = moves->ledger;
    root *roots = NULL;
    for (uint32_t move = 0; move < moves->count && work.by_time.ledger == NULL; move++)
        if (moves->in_row[move] < moves->out_row[move])
            AT_TRY(at_moves_make(&work.by_time, ledger, moves->how | AT_MOVES_BY_TIME,
                                 &work.scratch, err));
    if (work.by_time.ledger != NULL)
        work.moves = moves = &work.by_time;
    AT_TRY(AT_NEW(&work.rank, &work.scratch, ledger->count, err));
    AT_TRY(AT_NEW(&work.on_path, &work.scratch, ledger->node_count, err));
    AT_TRY(AT_NEW(&roots, &work.scratch, moves->count, err));
    for (uint32_t i = 0; i < ledger->count; i++)
        work.rank[ledger->by_id[i]] = i;
    AT_TRY(at_closing_begin(&work.closing, out, moves, rule, &work.scratch, err));
    return begin_all(&work, roots, err);
}
