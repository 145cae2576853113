/* pattern_gather.c: an account that many pay and that pays many soon after (N5). */
#include "engine/trace/pattern.h"

/* Distinct counterparties of a window that only moves on. */
typedef struct counter {
    uint32_t *inside; /* by node */
    uint64_t distinct;
} counter;

static void enter(counter *side, uint32_t node) {
    side->distinct += side->inside[node]++ == 0;
}

static void leave(counter *side, uint32_t node) {
    side->distinct -= --side->inside[node] == 0;
}

/* One account. Credits [in_start, in_end) and debits [pivot, out_end) are the pivot's windows;
 * a run collects those of hits that share a record, each once. */
typedef struct gathering {
    at_patterns *out;
    const at_moves *moves;
    const at_gather_rule *rule;
    uint32_t node;
    counter senders, receivers;
    uint32_t *credits, *debits; /* of the run */
    size_t credit_count, debit_count;
    size_t credits_end, debits_end; /* what the run covers so far */
    uint32_t *stamp_in, *stamp_out; /* by node */
    uint32_t run;
    bool open;
} gathering;

static at_status close_run(gathering *work, at_error *err) {
    const at_moves *moves = work->moves;
    at_pattern_finding finding = {.centre = at_moves_name(moves, work->node), .node = AT_NONE};
    if (!work->open)
        return AT_OK;
    work->open = false;
    work->run++;
    for (size_t i = 0; i < work->credit_count; i++) {
        uint32_t *stamp = &work->stamp_in[moves->from[work->credits[i]]];
        finding.count += *stamp != work->run;
        *stamp = work->run;
    }
    for (size_t i = 0; i < work->debit_count; i++) {
        uint32_t *stamp = &work->stamp_out[moves->to[work->debits[i]]];
        finding.count += *stamp != work->run;
        *stamp = work->run;
        AT_TRY(at_pattern_sum(&finding, moves, at_move_payer(moves, work->debits[i]),
                              at_move_sent(moves, work->debits[i]), err));
        work->credits[work->credit_count + i] = work->debits[i]; /* room for both */
    }
    return at_pattern_add(work->out, moves, finding, work->credits,
                          work->credit_count + work->debit_count, err);
}

static at_status take_hit(gathering *work, const uint32_t *ins, size_t in_start, size_t in_end,
                          const uint32_t *outs, size_t pivot, size_t out_end, at_error *err) {
    if (work->open && in_start >= work->credits_end && pivot >= work->debits_end)
        AT_TRY(close_run(work, err));
    if (!work->open) {
        work->open = true;
        work->credit_count = work->debit_count = 0;
        work->credits_end = in_start;
        work->debits_end = pivot;
    }
    for (size_t i = in_start > work->credits_end ? in_start : work->credits_end; i < in_end; i++)
        work->credits[work->credit_count++] = ins[i];
    for (size_t i = pivot > work->debits_end ? pivot : work->debits_end; i < out_end; i++)
        work->debits[work->debit_count++] = outs[i];
    work->credits_end = in_end;
    work->debits_end = out_end;
    return AT_OK;
}

static at_status gather_at(gathering *work, uint32_t node, at_error *err) {
    const at_moves *moves = work->moves;
    const uint32_t *ins = moves->ins + moves->in_start[node];
    const uint32_t *outs = moves->outs + moves->out_start[node];
    const size_t in_count = moves->in_start[node + 1] - moves->in_start[node];
    const size_t out_count = moves->out_start[node + 1] - moves->out_start[node];
    size_t in_start = 0, in_end = 0, out_end = 0;
    if (in_count < work->rule->k1 || out_count < work->rule->k2)
        return AT_OK;
    work->node = node;
    AT_TRY(at_pattern_step(work->out, in_count + out_count, err));
    for (size_t pivot = 0; pivot < out_count; pivot++) {
        const int64_t time_us = at_move_out_us(moves, outs[pivot]);
        const int64_t since_us = at_time_before(time_us, work->rule->d1_us);
        const int64_t until_us = at_time_after(time_us, work->rule->d2_us);
        for (; in_end < in_count && moves->in_row[ins[in_end]] < moves->out_row[outs[pivot]];
             in_end++)
            enter(&work->senders, moves->from[ins[in_end]]);
        for (; in_start < in_end && at_move_in_us(moves, ins[in_start]) < since_us; in_start++)
            leave(&work->senders, moves->from[ins[in_start]]);
        for (; out_end < out_count && at_move_out_us(moves, outs[out_end]) <= until_us; out_end++)
            enter(&work->receivers, moves->to[outs[out_end]]);
        if (work->senders.distinct >= work->rule->k1 && work->receivers.distinct >= work->rule->k2)
            AT_TRY(take_hit(work, ins, in_start, in_end, outs, pivot, out_end, err));
        leave(&work->receivers, moves->to[outs[pivot]]);
    }
    for (; in_start < in_end; in_start++)
        leave(&work->senders, moves->from[ins[in_start]]);
    return close_run(work, err);
}

at_status at_pattern_gather(at_patterns *out, const at_moves *moves, const at_gather_rule *rule,
                            at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = AT_PATTERN_BYTES_MAX};
    const size_t nodes = moves->ledger->node_count;
    gathering work = {.out = out, .moves = moves, .rule = rule};
    size_t ins = 0, outs = 0;
    for (size_t node = 0; node < nodes; node++) {
        const size_t in = moves->in_start[node + 1] - moves->in_start[node];
        const size_t away = moves->out_start[node + 1] - moves->out_start[node];
        ins = in > ins ? in : ins;
        outs = away > outs ? away : outs;
    }
    uint32_t **const by_node[] = {&work.senders.inside, &work.receivers.inside, &work.stamp_in,
                                  &work.stamp_out};
    for (size_t i = 0; i < AT_COUNT(by_node); i++)
        AT_TRY(AT_NEW(by_node[i], &scratch, nodes, err));
    AT_TRY(AT_NEW(&work.credits, &scratch, ins + outs, err));
    AT_TRY(AT_NEW(&work.debits, &scratch, outs, err));
    for (uint32_t node = 0; node < nodes; node++)
        AT_TRY(gather_at(&work, node, err));
    return AT_OK;
}
