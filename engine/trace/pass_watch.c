#include "engine/trace/pass_event.h"

at_status at_pass_watch(at_pass *pass, at_trace_moment moment, at_error *err) {
    at_trace *trace = pass->trace;
    if (pass->options->watched == NULL || !pass->options->watched[moment.node] ||
        pass->take.method == AT_TRACE_POISON)
        return AT_OK;
    const at_pass_account *account = &pass->accounts[moment.node];
    uint32_t number = 0;
    moment.debt = account->debt;
    moment.move_count = trace->moves.count - moment.move_first;
    moment.lot_first = trace->moment_lots.count;
    uint32_t index = account->lots.total > 0 ? account->lots.oldest : AT_NONE;
    for (; index != AT_NONE; index = at_lot_at(&pass->take.lots, index)->newer) {
        const at_lot *lot = at_lot_at(&pass->take.lots, index);
        AT_TRY(at_pool_add(&number, &trace->moment_lots, err));
        *(at_trace_lot *)at_pool_at(&trace->moment_lots, number) =
            (at_trace_lot){.units = lot->units, .label = lot->label};
    }
    moment.lot_count = trace->moment_lots.count - moment.lot_first;
    AT_TRY(at_pool_add(&number, &trace->moments, err));
    *(at_trace_moment *)at_pool_at(&trace->moments, number) = moment;
    return AT_OK;
}

at_status at_pass_watch_event(at_pass *pass, const at_pass_event *event, uint32_t move_first,
                              at_error *err) {
    if (pass->options->watched == NULL)
        return AT_OK;
    at_trace_moment moment = {.node = event->from,
                              .row = event->row,
                              .source = AT_NONE,
                              .fee = event->fee,
                              .move_first = move_first};
    if (event->from_held)
        AT_TRY(at_pass_watch(pass, moment, err));
    moment.node = event->to;
    moment.credit = true;
    return event->to < pass->node_count ? at_pass_watch(pass, moment, err) : AT_OK;
}
