#include "engine/trace/pass_event.h"

/* Who asks for declared labels alone need not know which untainted money was unknown or lent: to
 * fifo and lifo it is one, and to libr and oatway too until a conversion divides by label. So an
 * account is one number until taint comes near it (specification T23): eight bytes a row touches
 * instead of lots. prorata divides by every label and always needs them (T9). */

bool at_pass_may_be_plain(const at_pass *pass) {
    const at_trace_options *options = pass->options;
    if (!options->declared_only || options->all_moves || options->watched != NULL ||
        options->backward_window_us != AT_TRACE_WINDOW_OFF)
        return false;
    if (options->method == AT_TRACE_FIFO || options->method == AT_TRACE_LIFO)
        return true;
    return (options->method == AT_TRACE_LIBR || options->method == AT_TRACE_OATWAY) &&
           !at_effective_converts(pass->effective, options->as_of_us);
}

at_status at_pass_list(at_pass *pass, uint32_t node, at_error *err) {
    const int64_t units = pass->plain != NULL ? pass->plain[node] : AT_PASS_LISTED;
    if (units < 0)
        return AT_OK;
    pass->plain[node] = AT_PASS_LISTED;
    return at_take_put(&pass->accounts[node].lots, &pass->take, pass->trace->tainted_count, units,
                       err);
}

void at_pass_plain_rows(uint32_t *place, at_pass *pass, uint32_t end) {
    const at_ledger *ledger = pass->ledger;
    for (; *place < end; ++*place) {
        const uint32_t row = at_effective_row(pass->effective, *place);
        const int64_t amount = pass->effective->amount[row];
        int64_t *from = &pass->plain[ledger->from[row]], *to = &pass->plain[ledger->to[row]];
        int64_t after = 0;
        at_pass_call(pass, *place);
        if (at_pass_apart(pass, row) || from == to || *to == AT_PASS_LISTED ||
            (*from < amount && *from != AT_PASS_OUTSIDE) ||
            __builtin_add_overflow(*to, amount, &after))
            return;
        *from -= *from == AT_PASS_OUTSIDE ? 0 : amount;
        *to = *to == AT_PASS_OUTSIDE ? *to : after;
    }
}

/* Untainted units of an event arrive. */
static at_status put_plain(at_pass *pass, const at_pass_event *event, at_error *err) {
    at_lots block = {0};
    if (event->stopped != NULL)
        return AT_OK;
    if (pass->plain[event->to] >= 0)
        return at_money_add(&pass->plain[event->to], event->amount_in, err);
    AT_TRY(at_take_put(&block, &pass->take, pass->trace->tainted_count, event->amount_in, err));
    AT_TRY(at_pass_repay(pass, event, &block, err));
    return at_take_join(&pass->accounts[event->to].lots, &pass->take, &block, err);
}

/* Whether a list has nothing tainted in it and is short enough to see that at once. */
static bool is_plain(const at_pass *pass, const at_lots *lots) {
    return lots->total == 0 ||
           (lots->oldest == lots->newest &&
            at_lot_at(&pass->take.lots, lots->oldest)->label >= pass->trace->tainted_count);
}

at_status at_pass_plain_event(bool *done, at_pass *pass, const at_pass_event *event,
                              at_error *err) {
    *done = at_pass_declared(pass, event->row) == 0 &&
            (!event->from_held || pass->plain[event->from] >= event->amount);
    if (!*done)
        return event->from_held ? at_pass_list(pass, event->from, err) : AT_OK;
    if (event->from_held)
        pass->plain[event->from] -= event->amount;
    return put_plain(pass, event, err);
}

at_status at_pass_plain_block(bool *done, at_pass *pass, const at_pass_event *event, at_lots *block,
                              at_error *err) {
    at_pass_account *from = &pass->accounts[event->from];
    *done = at_pass_declared(pass, event->row) == 0 && is_plain(pass, block);
    if (!*done)
        return event->stopped == NULL ? at_pass_list(pass, event->to, err) : AT_OK;
    at_lots_drop(block, &pass->take.lots);
    if (event->from_held && from->debt == 0 && is_plain(pass, &from->lots)) {
        pass->plain[event->from] = from->lots.total;
        at_lots_drop(&from->lots, &pass->take.lots);
    }
    return put_plain(pass, event, err);
}
