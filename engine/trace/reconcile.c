#include "engine/trace/reconcile.h"

static bool is_within(int64_t time_us, int64_t since_us, int64_t until_us) {
    /* AT_TIME_NONE is the lowest number, so an open beginning needs no case of its own. */
    return time_us >= since_us && (until_us == AT_TIME_NONE || time_us < until_us);
}

at_status at_turnover_of(at_turnover *out, const at_ledger *ledger, uint32_t node, int64_t since_us,
                         int64_t until_us, at_error *err) {
    at_turnover turnover = {0};
    for (uint64_t i = ledger->in_start[node]; i < ledger->in_start[node + 1]; i++) {
        const uint32_t row = ledger->in_rows[i];
        if (!is_within(ledger->time_us[row], since_us, until_us) || ledger->from[row] == node)
            continue;
        AT_TRY(at_money_add(&turnover.credits, ledger->amount_in[row], err));
        turnover.rows++;
    }
    for (uint64_t i = ledger->out_start[node]; i < ledger->out_start[node + 1]; i++) {
        const uint32_t row = ledger->out_rows[i];
        if (!is_within(ledger->time_us[row], since_us, until_us))
            continue;
        if (ledger->to[row] != node)
            AT_TRY(at_money_add(&turnover.debits, ledger->amount[row], err));
        if (ledger->amount[row] > 0)
            AT_TRY(at_money_add(&turnover.debits, ledger->fee[row], err));
        turnover.rows++;
    }
    *out = turnover;
    return AT_OK;
}

at_status at_turnover_closing(int64_t *out, int64_t opening, const at_turnover *turnover,
                              at_error *err) {
    int64_t closing = opening;
    if (closing != AT_AMOUNT_NONE) {
        AT_TRY(at_money_add(&closing, turnover->credits, err));
        AT_TRY(at_money_add(&closing, -turnover->debits, err));
    }
    *out = closing;
    return AT_OK;
}
