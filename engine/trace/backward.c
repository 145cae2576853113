#include "engine/trace/backward.h"

/* One transfer or fee of the effective ledger, met on the way back. */
typedef struct step {
    uint32_t row, from, to; /* to: a node of the trace */
    int64_t amount, amount_in;
    bool fee, from_held, to_held;
} step;

typedef struct sweep {
    const at_effective *effective;
    const at_ledger *ledger;
    const at_trace *sinks;
    uint32_t *overdraft; /* by ledger node: its sink, or AT_NONE */
    int64_t *balance;    /* by ledger node */
} sweep;

static uint32_t fee_node(const sweep *work, uint32_t node) {
    const char *code = work->ledger->nodes[node].currency.code;
    uint32_t number = 0;
    while (!work->sinks->sinks[number].fee ||
           !at_text_equal(work->sinks->sinks[number].currency.code, code))
        number++;
    return (uint32_t)work->ledger->node_count + number;
}

/* The row itself, when it moves anything, and the fee behind it: in the order they happened. */
static size_t steps_of(step *out, const sweep *work, uint32_t row) {
    const at_ledger *ledger = work->ledger;
    const uint32_t from = ledger->from[row], to = ledger->to[row];
    const int64_t fee = at_effective_fee(work->effective, row);
    const bool from_held = at_node_held(ledger->nodes[from].kind);
    size_t count = 0;
    if (at_effective_moves(work->effective, row))
        out[count++] = (step){.row = row,
                              .from = from,
                              .to = to,
                              .amount = work->effective->amount[row],
                              .amount_in = at_effective_in(work->effective, row),
                              .from_held = from_held,
                              .to_held = at_node_held(ledger->nodes[to].kind)};
    if (fee > 0)
        out[count++] = (step){.row = row,
                              .from = from,
                              .to = fee_node(work, from),
                              .amount = fee,
                              .amount_in = fee,
                              .fee = true,
                              .from_held = from_held};
    return count;
}

static at_status set_up(sweep *work, const at_effective *effective, const at_trace *sinks,
                        at_arena *arena, at_error *err) {
    const at_ledger *ledger = effective->ledger;
    *work = (sweep){.effective = effective, .ledger = ledger, .sinks = sinks};
    AT_TRY(AT_NEW(&work->overdraft, arena, ledger->node_count, err));
    AT_TRY(AT_NEW(&work->balance, arena, ledger->node_count, err));
    for (size_t node = 0; node < ledger->node_count; node++)
        work->overdraft[node] = AT_NONE;
    for (uint32_t number = 0; number < sinks->sink_count; number++)
        if (!sinks->sinks[number].fee)
            work->overdraft[sinks->sinks[number].base] = (uint32_t)ledger->node_count + number;
    return AT_OK;
}

/* Places of the order up to as_of. */
static uint32_t places_until(const at_effective *effective, int64_t as_of_us) {
    const at_ledger *ledger = effective->ledger;
    uint32_t low = 0, high = (uint32_t)ledger->count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (ledger->time_us[at_effective_row(effective, middle)] <= as_of_us)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static at_status add_source(at_trace_source **sources, size_t *capacity, size_t *count,
                            at_trace_source source, const char *form, const char *id,
                            at_arena *arena, at_error *err) {
    AT_TRY(AT_GROW(sources, capacity, *count, arena, err));
    AT_TRY(at_arena_print(&source.label, arena, err, form, id));
    source.id = id;
    source.amount = AT_AMOUNT_NONE;
    (*sources)[(*count)++] = source;
    return AT_OK;
}

at_status at_backward_sources(at_trace_source **out, size_t *count_out,
                              const at_effective *effective, const at_trace *sinks,
                              const bool *targets, int64_t as_of_us, at_arena *arena,
                              at_error *err) {
    const at_ledger *ledger = effective->ledger;
    at_trace_source *sources = NULL;
    size_t capacity = 0, count = 0;
    bool *leads = NULL; /* by node of the trace: its money may come to a target */
    sweep work;
    AT_TRY(set_up(&work, effective, sinks, arena, err));
    AT_TRY(AT_NEW(&leads, arena, ledger->node_count + sinks->sink_count, err));
    for (size_t node = 0; node < ledger->node_count + sinks->sink_count; node++)
        leads[node] = targets[node];
    for (uint32_t place = places_until(effective, as_of_us); place-- > 0;) {
        step steps[2];
        for (size_t i = steps_of(steps, &work, at_effective_row(effective, place)); i-- > 0;) {
            const step *at = &steps[i];
            const uint32_t debt = at->to_held ? work.overdraft[at->to] : AT_NONE;
            if (!leads[at->to] && (debt == AT_NONE || !leads[debt]))
                continue;
            if (at->from_held)
                leads[at->from] = true;
            else
                AT_TRY(add_source(
                    &sources, &capacity, &count,
                    (at_trace_source){.row = at->row, .fee = at->fee, .node = AT_NONE},
                    at->fee ? "in:%s/fee" : "in:%s", at_ledger_id(ledger, at->row), arena, err));
        }
    }
    for (uint32_t node = 0; node < ledger->node_count; node++)
        if (effective->opening[node] > 0 && leads[node])
            AT_TRY(add_source(
                &sources, &capacity, &count,
                (at_trace_source){
                    .on_account = true, .time_us = INT64_MIN, .row = AT_NONE, .node = node},
                "open:%s", ledger->nodes[node].id, arena, err));
    *out = sources;
    *count_out = count;
    return AT_OK;
}

/* --- prorata ---------------------------------------------------------------------------------- */

static int64_t above_zero(int64_t balance) {
    return balance > 0 ? balance : 0;
}

static at_status close_balances(sweep *work, uint32_t places, at_error *err) {
    for (size_t node = 0; node < work->ledger->node_count; node++)
        work->balance[node] = work->effective->opening[node];
    for (uint32_t place = 0; place < places; place++) {
        step steps[2];
        const size_t count = steps_of(steps, work, at_effective_row(work->effective, place));
        for (size_t i = 0; i < count; i++) {
            if (steps[i].from_held)
                AT_TRY(at_money_add(&work->balance[steps[i].from], -steps[i].amount, err));
            if (steps[i].to_held)
                AT_TRY(at_money_add(&work->balance[steps[i].to], steps[i].amount_in, err));
        }
    }
    return AT_OK;
}

/* What a unit of the block becomes in the target, `way[node]` being what a unit there becomes: part
 * of the block repays debt, the rest stays, and a conversion changes how many units there are. */
static at_fraction follow_block(const sweep *work, const at_fraction *way, const step *at) {
    at_fraction stays = 1, worth = 0;
    if (at->to_held) {
        const int64_t debt = above_zero(-work->balance[at->to]);
        const int64_t repaid = debt < at->amount_in ? debt : at->amount_in;
        if (repaid > 0) {
            worth = (at_fraction)repaid / (at_fraction)at->amount_in * way[work->overdraft[at->to]];
            stays = (at_fraction)(at->amount_in - repaid) / (at_fraction)at->amount_in;
        }
    }
    worth += stays * way[at->to];
    return worth * ((at_fraction)at->amount_in / (at_fraction)at->amount);
}

static at_status add_entry(at_entry **entries, size_t *capacity, size_t *count, at_entry entry,
                           at_arena *arena, at_error *err) {
    if (!(entry.amount > 0))
        return AT_OK;
    AT_TRY(AT_GROW(entries, capacity, *count, arena, err));
    (*entries)[(*count)++] = entry;
    return AT_OK;
}

at_status at_backward_prorata(at_entry **out, size_t *count_out, const at_effective *effective,
                              const at_trace *sinks, uint32_t target, int64_t as_of_us,
                              at_arena *arena, at_error *err) {
    const at_ledger *ledger = effective->ledger;
    const uint32_t places = places_until(effective, as_of_us);
    at_entry *entries = NULL;
    size_t capacity = 0, count = 0;
    at_entry credit = {.row = AT_NONE, .node = AT_NONE};
    at_fraction *way = NULL;
    sweep work;
    AT_TRY(set_up(&work, effective, sinks, arena, err));
    AT_TRY(AT_NEW(&way, arena, ledger->node_count + sinks->sink_count, err));
    AT_TRY(close_balances(&work, places, err));
    way[target] = 1;
    for (uint32_t place = places; place-- > 0;) {
        step steps[2];
        for (size_t i = steps_of(steps, &work, at_effective_row(effective, place)); i-- > 0;) {
            const step *at = &steps[i];
            if (at->to_held)
                work.balance[at->to] -= at->amount_in;
            const at_fraction unit = follow_block(&work, way, at);
            if (!at->from_held) {
                const at_entry entry = {.row = at->row,
                                        .node = AT_NONE,
                                        .fee = at->fee,
                                        .amount = unit * (at_fraction)at->amount};
                AT_TRY(add_entry(&entries, &capacity, &count, entry, arena, err));
                continue;
            }
            work.balance[at->from] += at->amount;
            const int64_t held = above_zero(work.balance[at->from]);
            const int64_t taken = at->amount < held ? at->amount : held;
            credit.amount += unit * (at_fraction)(at->amount - taken);
            if (held > 0)
                way[at->from] =
                    ((at_fraction)(held - taken) * way[at->from] + (at_fraction)taken * unit) /
                    (at_fraction)held;
        }
    }
    for (uint32_t node = 0; node < ledger->node_count; node++) {
        const at_entry opening = {.row = AT_NONE,
                                  .node = node,
                                  .amount = way[node] *
                                            (at_fraction)above_zero(effective->opening[node])};
        AT_TRY(add_entry(&entries, &capacity, &count, opening, arena, err));
    }
    AT_TRY(add_entry(&entries, &capacity, &count, credit, arena, err));
    *out = entries;
    *count_out = count;
    return AT_OK;
}
