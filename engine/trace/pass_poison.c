#include "engine/trace/pass_event.h"

/* T11: labels spread to everything that money from a poisoned account touches, and never shrink.
 * Amounts are only looked at in the end. */

static const uint32_t bits = 64;

at_status at_pass_infect(at_pass *pass, uint32_t node, uint32_t label, at_error *err) {
    at_pass_poison_node *at = &pass->poison[node];
    if (at->labels == NULL)
        AT_TRY(AT_NEW(&at->labels, pass->arena, pass->trace->tainted_count / bits + 1, err));
    at->labels[label / bits] |= UINT64_C(1) << label % bits;
    return AT_OK;
}

/* Touch every label of the debtor, and those declared on the event. */
static at_status touch_labels(at_pass *pass, const at_pass_event *event, at_error *err) {
    const uint64_t *labels = pass->poison[event->from].labels;
    const uint32_t tainted = pass->trace->tainted_count;
    bool declared = false;
    AT_TRY(at_pass_transfer_sources(&declared, pass, event, NULL, err));
    if (!declared && (labels == NULL || !event->from_held))
        return AT_OK;
    for (uint32_t label = 0; label < tainted; label++) {
        if (pass->label_source[label] == AT_NONE &&
            !(event->from_held && at_pass_infected(pass, event->from, label)))
            continue;
        pass->touched[pass->touched_count++] = label;
        pass->units[label] = event->amount_in;
    }
    return AT_OK;
}

at_status at_pass_poison(at_pass *pass, const at_pass_event *event, at_error *err) {
    AT_TRY(touch_labels(pass, event, err));
    AT_TRY(at_pass_moves(pass, event, err));
    for (size_t i = 0; i < pass->touched_count; i++) {
        const uint32_t label = pass->touched[i];
        if (event->stopped != NULL)
            AT_TRY(at_lots_tally(event->stopped, &pass->take.lots, label, event->amount_in, err));
        else
            AT_TRY(at_pass_infect(pass, event->to, label, err));
        AT_TRY(at_pass_reach(pass, event, event->to, label, err));
    }
    if (event->from_held)
        AT_TRY(at_money_add(&pass->poison[event->from].balance, -event->amount, err));
    if (event->stopped == NULL)
        AT_TRY(at_money_add(&pass->poison[event->to].balance, event->amount_in, err));
    at_pass_forget(pass);
    return AT_OK;
}
