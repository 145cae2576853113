#include "engine/trace/pass_event.h"

/* prorata divides every debit by label (T9), so which untainted money was unknown or lent must be
 * known even far from taint. There an account is three numbers: half a line of the cache, no lots,
 * and no arithmetic while only one of them is not 0, which is nearly always. What is tainted,
 * in debt, converted, declared on or charged a fee is run with lots, as ever. */

bool at_pass_may_mix(const at_pass *pass) {
    const at_trace_options *options = pass->options;
    return options->method == AT_TRACE_PRORATA && !options->all_moves && options->watched == NULL &&
           options->backward_window_us == AT_TRACE_WINDOW_OFF;
}

at_status at_pass_unmix(at_pass *pass, uint32_t node, at_error *err) {
    at_pass_mix *mix = &pass->mixes[node];
    if (mix->total < 0)
        return AT_OK;
    mix->total = AT_PASS_LISTED;
    for (uint32_t i = 0; i < AT_PASS_UNTAINTED; i++)
        AT_TRY(at_take_put(&pass->accounts[node].lots, &pass->take, pass->trace->tainted_count + i,
                           mix->units[i], err));
    return AT_OK;
}

void at_pass_remix(at_pass *pass, uint32_t node) {
    at_pass_account *account = &pass->accounts[node];
    const at_lot_store *store = &pass->take.lots;
    const uint32_t tainted = pass->trace->tainted_count;
    at_lots *lots = &account->lots;
    if (pass->mixes[node].total != AT_PASS_LISTED || account->debt > 0 ||
        (lots->total > 0 && at_lot_at(store, lots->oldest)->label < tainted))
        return;
    at_pass_mix mix = {.total = lots->total};
    uint32_t index = lots->total > 0 ? lots->oldest : AT_NONE;
    for (; index != AT_NONE; index = at_lot_at(store, index)->newer)
        mix.units[at_lot_at(store, index)->label - tainted] = at_lot_at(store, index)->units;
    pass->mixes[node] = mix;
    at_lots_drop(lots, &pass->take.lots);
}

/* The part of each label in a debit of `amount` <= total. */
static void divide_mix(at_pass *pass, at_pass_mix *block, const at_pass_mix *from, int64_t amount) {
    at_part parts[AT_PASS_UNTAINTED];
    int64_t room[AT_PASS_UNTAINTED];
    *block = (at_pass_mix){.total = amount};
    for (uint32_t i = 0; i < AT_PASS_UNTAINTED; i++)
        if (from->units[i] == from->total) {
            block->units[i] = amount;
            return;
        }
    for (uint32_t i = 0; i < AT_PASS_UNTAINTED; i++)
        parts[i] = (at_part){.weight = from->units[i]};
    pass->take.roundings += at_parts_divide(parts, AT_PASS_UNTAINTED, room, amount, from->total);
    for (uint32_t i = 0; i < AT_PASS_UNTAINTED; i++)
        block->units[i] = parts[i].units;
}

static at_status put_mix(at_pass *pass, uint32_t node, const at_pass_mix *block, at_error *err) {
    at_pass_mix *to = &pass->mixes[node];
    if (to->total == AT_PASS_OUTSIDE && pass->options->declared_only)
        return AT_OK;
    for (uint32_t i = 0; i < AT_PASS_UNTAINTED; i++)
        if (to->total != AT_PASS_OUTSIDE)
            to->units[i] += block->units[i];
        else if (block->units[i] > 0)
            AT_TRY(at_lots_tally(&pass->accounts[node].lots, &pass->take.lots,
                                 pass->trace->tainted_count + i, block->units[i], err));
    to->total += to->total != AT_PASS_OUTSIDE ? block->total : 0;
    return AT_OK;
}

at_status at_pass_mix_row(bool *done, at_pass *pass, uint32_t row, at_error *err) {
    const at_ledger *ledger = pass->ledger;
    const uint32_t to = ledger->to[row];
    const int64_t amount = pass->effective->amount[row];
    at_pass_mix *from = &pass->mixes[ledger->from[row]], block = {.total = amount};
    int64_t after = 0;
    *done = false;
    if (!at_effective_moves(pass->effective, row) || ledger->fee[row] > 0 ||
        (ledger->flags[row] & AT_ROW_CONVERSION) != 0 || pass->declared[row] != 0 ||
        (from->total < amount && from->total != AT_PASS_OUTSIDE) ||
        pass->mixes[to].total == AT_PASS_LISTED ||
        __builtin_add_overflow(pass->mixes[to].total, amount, &after))
        return AT_OK;
    if (from->total == AT_PASS_OUTSIDE) {
        block.units[0] = amount;
    } else {
        divide_mix(pass, &block, from, amount);
        for (uint32_t i = 0; i < AT_PASS_UNTAINTED; i++)
            from->units[i] -= block.units[i];
        from->total -= amount;
    }
    *done = true;
    return put_mix(pass, to, &block, err);
}
