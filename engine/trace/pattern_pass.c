/* pattern_pass.c: credits that leave again within a time (N8). */
#include "engine/trace/pattern.h"

/* A credit and the debits that used it: side by side, as the oldest credit takes each first. */
typedef struct open_credit {
    uint32_t move;
    int64_t until_us, amount, used;
    size_t first, end; /* debits of the account; end 0 = none */
} open_credit;

static at_status close_credit(at_patterns *out, const at_moves *moves, const at_pass_rule *rule,
                              const open_credit *credit, const uint32_t *outs, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = AT_PATTERN_BYTES_MAX};
    const uint32_t node = moves->to[credit->move];
    uint32_t *members = NULL;
    if (credit->amount < rule->min_amount || credit->used == 0 ||
        (at_wide)credit->used * rule->rho.den < (at_wide)credit->amount * rule->rho.num)
        return AT_OK;
    const size_t count = credit->end - credit->first;
    AT_TRY(AT_NEW(&members, &scratch, count + 1, err));
    members[0] = credit->move;
    for (size_t i = 0; i < count; i++)
        members[i + 1] = outs[credit->first + i];
    const at_pattern_finding finding = {.centre = moves->ledger->nodes[node].id,
                                        .node = node,
                                        .count = count,
                                        .amount = credit->used};
    return at_pattern_add(out, moves, finding, members, count + 1, err);
}

static void use(open_credit *credit, int64_t *left, size_t debit) {
    const int64_t rest = credit->amount - credit->used;
    const int64_t taken = rest < *left ? rest : *left;
    if (credit->end == 0)
        credit->first = debit;
    credit->end = debit + 1;
    credit->used += taken;
    *left -= taken;
}

static at_status pass_at(at_patterns *out, const at_moves *moves, const at_pass_rule *rule,
                         uint32_t node, open_credit *queue, at_error *err) {
    const uint32_t *ins = moves->ins + moves->in_start[node];
    const uint32_t *outs = moves->outs + moves->out_start[node];
    const size_t in_count = moves->in_start[node + 1] - moves->in_start[node];
    const size_t out_count = moves->out_start[node + 1] - moves->out_start[node];
    size_t head = 0, tail = 0;
    AT_TRY(at_pattern_step(out, in_count + out_count, err));
    for (size_t debit = 0; debit < out_count; debit++) {
        const int64_t time_us = at_move_out_us(moves, outs[debit]);
        int64_t left = at_move_sent(moves, outs[debit]);
        for (; tail < in_count && moves->in_row[ins[tail]] < moves->out_row[outs[debit]]; tail++)
            queue[tail] = (open_credit){
                .move = ins[tail],
                .until_us = at_time_after(at_move_in_us(moves, ins[tail]), rule->delta_us),
                .amount = at_move_received(moves, ins[tail])};
        while (head < tail && (left > 0 || queue[head].until_us < time_us)) {
            if (queue[head].until_us >= time_us)
                use(&queue[head], &left, debit);
            if (queue[head].until_us >= time_us && queue[head].used < queue[head].amount)
                break;
            AT_TRY(close_credit(out, moves, rule, &queue[head++], outs, err));
        }
    }
    for (; head < tail; head++)
        AT_TRY(close_credit(out, moves, rule, &queue[head], outs, err));
    return AT_OK;
}

at_status at_pattern_pass(at_patterns *out, const at_moves *moves, const at_pass_rule *rule,
                          at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = AT_PATTERN_BYTES_MAX};
    open_credit *queue = NULL;
    size_t most = 0;
    for (size_t node = 0; node < moves->ledger->node_count; node++) {
        const size_t count = moves->in_start[node + 1] - moves->in_start[node];
        most = count > most ? count : most;
    }
    AT_TRY(AT_NEW(&queue, &scratch, most, err));
    for (uint32_t node = 0; node < moves->ledger->node_count; node++)
        AT_TRY(pass_at(out, moves, rule, node, queue, err));
    return AT_OK;
}
