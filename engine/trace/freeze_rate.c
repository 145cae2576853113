#include "engine/trace/freeze_rate.h"

#include <stdlib.h>
#include <string.h>

#include "engine/model/money.h"
#include "engine/trace/pattern.h"

int64_t at_look_back_start(const at_look_back *look_back) {
    int64_t length, start;
    if (__builtin_mul_overflow(look_back->step_us, (int64_t)look_back->steps, &length) ||
        __builtin_sub_overflow(look_back->end_us, length, &start))
        return INT64_MIN;
    return start + 1; /* the last moment belongs to the last step */
}

/* Which step from the end a moment lies in; `steps` for all that is earlier. */
static uint32_t step_of(const at_look_back *look_back, int64_t time_us) {
    const uint64_t before = (uint64_t)look_back->end_us - (uint64_t)time_us;
    const uint64_t step = before / (uint64_t)look_back->step_us;
    return step < look_back->steps ? (uint32_t)step : look_back->steps;
}

/* The sum of what was held at the start of each step. */
static at_status sum_balances(int64_t *out, const at_effective *effective, uint32_t node,
                              const at_look_back *look_back, at_error *err) {
    const at_ledger *ledger = effective->ledger;
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    int64_t *change, held = effective->opening[node], sum = 0;
    AT_TRY(AT_NEW(&change, &scratch, (size_t)look_back->steps + 1, err));
    for (uint64_t i = ledger->in_start[node]; i < ledger->in_start[node + 1]; i++) {
        const uint32_t row = ledger->in_rows[i];
        if (ledger->time_us[row] <= look_back->end_us && at_effective_moves(effective, row))
            AT_TRY(at_money_add(&change[step_of(look_back, ledger->time_us[row])],
                                at_effective_in(effective, row), err));
    }
    for (uint64_t i = ledger->out_start[node]; i < ledger->out_start[node + 1]; i++) {
        const uint32_t row = ledger->out_rows[i];
        if (ledger->time_us[row] > look_back->end_us)
            continue;
        int64_t *step = &change[step_of(look_back, ledger->time_us[row])];
        AT_TRY(at_money_add(step, -at_effective_fee(effective, row), err));
        if (at_effective_moves(effective, row))
            AT_TRY(at_money_add(step, -effective->amount[row], err));
    }
    for (uint32_t step = look_back->steps; step > 0; step--) {
        AT_TRY(at_money_add(&held, change[step], err));
        if (held > 0)
            AT_TRY(at_money_add(&sum, held, err));
    }
    *out = sum;
    return AT_OK;
}

static int by_payee(const void *a, const void *b) {
    const at_outflow *x = a, *y = b;
    return (x->to > y->to) - (x->to < y->to);
}

static at_status list_payments(at_outflows *out, const at_effective *effective, uint32_t node,
                               const at_look_back *look_back, at_arena *arena, at_error *err) {
    const at_ledger *ledger = effective->ledger;
    const int64_t start_us = at_look_back_start(look_back);
    size_t capacity = 0, count = 0;
    for (uint64_t i = ledger->out_start[node]; i < ledger->out_start[node + 1]; i++) {
        const uint32_t row = ledger->out_rows[i];
        const int64_t fee = at_effective_fee(effective, row);
        if (ledger->time_us[row] < start_us || ledger->time_us[row] > look_back->end_us)
            continue;
        uint32_t payee = at_move_payee(ledger, row);
        if (fee > 0) {
            AT_TRY(AT_GROW(&out->items, &capacity, out->count, arena, err));
            out->items[out->count++] = (at_outflow){.to = AT_NONE, .amount = fee};
        }
        if (!at_effective_moves(effective, row) || payee == node)
            continue;
        if (!at_node_held(ledger->nodes[payee].kind))
            payee = AT_NONE;
        AT_TRY(AT_GROW(&out->items, &capacity, out->count, arena, err));
        out->items[out->count++] = (at_outflow){.to = payee, .amount = effective->amount[row]};
    }
    if (out->count > 0)
        qsort(out->items, out->count, sizeof *out->items, by_payee);
    for (size_t i = 0; i < out->count; i++) {
        AT_TRY(at_money_add(&out->left, out->items[i].amount, err));
        if (count > 0 && out->items[count - 1].to == out->items[i].to)
            out->items[count - 1].amount += out->items[i].amount; /* within `left` */
        else
            out->items[count++] = out->items[i];
    }
    out->count = count;
    return AT_OK;
}

at_status at_outflows_find(at_outflows *out, const at_effective *effective, uint32_t node,
                           const at_look_back *look_back, at_arena *arena, at_error *err) {
    at_outflows found = {0};
    if (effective->ledger->nodes[node].kind != AT_NODE_ASSET) {
        AT_TRY(sum_balances(&found.balances, effective, node, look_back, err));
        AT_TRY(list_payments(&found, effective, node, look_back, arena, err));
    }
    if (found.balances == 0) /* what left had come in the same step: no rate can be told */
        found.count = 0;
    const at_forecast whole =
        (at_forecast)(found.balances > found.left ? found.balances : found.left);
    for (size_t i = 0; i < found.count; i++)
        found.items[i].rate = (at_forecast)found.items[i].amount / whole;
    *out = found;
    return AT_OK;
}
