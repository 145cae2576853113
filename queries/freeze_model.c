#include "queries/freeze_model.h"

#include <stdlib.h>
#include <string.h>

#include "engine/model/money.h"

at_status at_freeze_add_node(uint32_t *out, at_freeze_draft *draft, const at_freeze_node *node,
                             at_error *err) {
    if (draft->node_count == AT_FREEZE_NODES_MAX)
        return at_fail(err, AT_LIMIT, "E-FREEZE-SIZE", "the plan has more than %d accounts",
                       AT_FREEZE_NODES_MAX);
    AT_TRY(AT_GROW(&draft->nodes, &draft->node_capacity, draft->node_count, draft->arena, err));
    draft->nodes[draft->node_count] = *node;
    if (node->ledger_node != AT_NONE)
        draft->by_ledger[node->ledger_node] = (uint32_t)draft->node_count + 1;
    *out = (uint32_t)draft->node_count++;
    return AT_OK;
}

at_status at_freeze_add_rate(at_freeze_draft *draft, at_freeze_rate rate, at_error *err) {
    if (draft->rate_count == AT_FREEZE_RATES_MAX)
        return at_fail(err, AT_LIMIT, "E-FREEZE-SIZE", "the plan has more than %d rates",
                       AT_FREEZE_RATES_MAX);
    AT_TRY(AT_GROW(&draft->rates, &draft->rate_capacity, draft->rate_count, draft->arena, err));
    draft->rates[draft->rate_count++] = rate;
    return AT_OK;
}

/* --- Estimates -------------------------------------------------------------------------------- */

/* The node of the draft that stands for one of the ledger; made when it is new. */
static at_status node_of(uint32_t *out, at_freeze_draft *draft, const at_ledger *ledger,
                         uint32_t ledger_node, int64_t steps_away, at_error *err) {
    const at_node *seen = &ledger->nodes[ledger_node];
    if (draft->by_ledger[ledger_node] > 0) {
        *out = draft->by_ledger[ledger_node] - 1;
        return AT_OK;
    }
    const at_freeze_node node = {
        .id = seen->id,
        .cost = 1,
        .ledger_node = ledger_node,
        .candidate = draft->answer != NULL && seen->id[0] != '@',
        .steps_away = steps_away,
    };
    return at_freeze_add_node(out, draft, &node, err);
}

at_status at_freeze_estimate(at_freeze_draft *draft, const at_effective *effective,
                             const at_look_back *look_back, int64_t horizon, at_error *err) {
    for (uint32_t i = 0; i < draft->node_count; i++) { /* nodes are added behind */
        const at_freeze_node node = draft->nodes[i];
        at_outflows flows;
        if (node.rated || node.ledger_node == AT_NONE || node.steps_away >= horizon)
            continue;
        AT_TRY(at_outflows_find(&flows, effective, node.ledger_node, look_back, draft->arena, err));
        draft->nodes[i].balances = flows.balances;
        for (size_t k = 0; k < flows.count; k++) {
            at_freeze_rate rate = {.from = i,
                                   .to = AT_NONE,
                                   .rate = flows.items[k].rate,
                                   .amount = flows.items[k].amount};
            if (flows.items[k].to != AT_NONE)
                AT_TRY(node_of(&rate.to, draft, effective->ledger, flows.items[k].to,
                               node.steps_away + 1, err));
            AT_TRY(at_freeze_add_rate(draft, rate, err));
        }
    }
    return AT_OK;
}

/* --- Numbers ---------------------------------------------------------------------------------- */

typedef struct place {
    const char *id;
    uint32_t node;
} place;

static int by_id(const void *a, const void *b) {
    const place *x = a, *y = b;
    return at_text_compare(x->id, y->id);
}

static int by_ends(const void *a, const void *b) {
    const at_freeze_rate *x = a, *y = b;
    if (x->from != y->from)
        return (x->from > y->from) - (x->from < y->from);
    return (x->to > y->to) - (x->to < y->to);
}

/* Put the nodes in the order of their ids, rates by both ends, out of reach last. */
static at_status sort_draft(at_freeze_draft *draft, at_error *err) {
    const size_t count = draft->node_count;
    place *places;
    at_freeze_node *nodes;
    uint32_t *number;
    AT_TRY(AT_NEW(&places, draft->arena, count, err));
    AT_TRY(AT_NEW(&nodes, draft->arena, count, err));
    AT_TRY(AT_NEW(&number, draft->arena, count, err));
    for (uint32_t i = 0; i < count; i++)
        places[i] = (place){draft->nodes[i].id, i};
    qsort(places, count, sizeof *places, by_id);
    for (uint32_t i = 0; i < count; i++) {
        nodes[i] = draft->nodes[places[i].node];
        number[places[i].node] = i;
    }
    draft->nodes = nodes;
    for (size_t i = 0; i < draft->rate_count; i++) {
        at_freeze_rate *rate = &draft->rates[i];
        rate->from = number[rate->from];
        rate->to = rate->to == AT_NONE ? (uint32_t)count : number[rate->to];
    }
    if (draft->rate_count > 0)
        qsort(draft->rates, draft->rate_count, sizeof *draft->rates, by_ends);
    return AT_OK;
}

at_status at_freeze_number(at_freeze_model *out, at_freeze_draft *draft, int64_t horizon,
                           at_error *err) {
    const size_t count = draft->node_count;
    int64_t *held, *cost, *lead, total = draft->out_held;
    bool *candidate;
    uint64_t *start;
    uint32_t *to;
    at_forecast *rate;
    AT_TRY(sort_draft(draft, err));
    AT_TRY(AT_NEW(&held, draft->arena, count + 1, err));
    AT_TRY(AT_NEW(&cost, draft->arena, count + 1, err));
    AT_TRY(AT_NEW(&lead, draft->arena, count + 1, err));
    AT_TRY(AT_NEW(&candidate, draft->arena, count + 1, err));
    AT_TRY(AT_NEW(&start, draft->arena, count + 2, err));
    AT_TRY(AT_NEW(&to, draft->arena, draft->rate_count, err));
    AT_TRY(AT_NEW(&rate, draft->arena, draft->rate_count, err));
    for (size_t i = 0; i < count; i++) {
        held[i] = draft->nodes[i].held;
        cost[i] = draft->nodes[i].cost;
        lead[i] = draft->nodes[i].lead;
        candidate[i] = draft->nodes[i].candidate;
        AT_TRY(at_money_add(&total, held[i], err));
    }
    held[count] = draft->out_held;
    for (size_t i = 0; i < draft->rate_count; i++) {
        start[draft->rates[i].from + 1]++;
        to[i] = draft->rates[i].to;
        rate[i] = draft->rates[i].rate;
    }
    for (size_t i = 0; i <= count; i++)
        start[i + 1] += start[i];
    *out = (at_freeze_model){.count = (uint32_t)count,
                             .held = held,
                             .cost = cost,
                             .lead = lead,
                             .candidate = candidate,
                             .start = start,
                             .to = to,
                             .rate = rate,
                             .horizon = horizon};
    return AT_OK;
}
