#include "engine/trace/envelope.h"

#include <stdlib.h>

#include "engine/base/interrupt.h"
#include "engine/trace/flow.h"

/* Edges looked at in one question: a few seconds at most, however hostile the ledger. */
static const uint64_t steps_max = UINT64_C(1000000000);

/* The network of one label. A held account has one place between two debits: what comes in
 * meanwhile adds to what can be held, so no place needs a capacity of its own; the debit that
 * ends it lets through no more than is held then. It is built with money flowing through it: as
 * much as was declared, of which accounts part with no more than they must. */
typedef struct network {
    const at_trace *trace;
    const at_effective *effective;
    const at_ledger *ledger;
    uint32_t label;
    at_flow flow;
    uint32_t source, sink;
    at_wide declared;  /* capacities of the source's edges */
    int64_t *balance;  /* by ledger node, now */
    uint32_t *place;   /* by node of the trace: where its money is now, or AT_NONE */
    int64_t *flows;    /* by node of the trace: what flows into that place */
    uint32_t *final;   /* by node of the trace: its edge into the sink, or AT_NONE */
    uint32_t *sink_of; /* by ledger node: its overdraft sink, or AT_NONE */
    int64_t due_us;    /* no declaration on an account is due before */
    size_t records;
} network;

static int64_t held_of(const network *work, uint32_t node) {
    return work->balance[node] > 0 ? work->balance[node] : 0;
}

/* An edge into the node's place, which is made when it has none. */
static at_status flow_into(network *work, uint32_t from, uint32_t node, int64_t capacity,
                           int64_t units, bool stays, at_error *err) {
    if (work->place[node] == AT_NONE)
        AT_TRY(at_flow_node(&work->place[node], &work->flow, err));
    AT_TRY(at_money_add(&work->flows[node], units, err));
    return at_flow_edge_add(NULL, &work->flow, from, work->place[node], capacity, units, stays,
                            err);
}

/* The account's place ends and another begins, into which at most `kept` goes over. */
static at_status turn_place(network *work, uint32_t node, int64_t kept, int64_t units,
                            at_error *err) {
    const uint32_t before = work->place[node];
    work->place[node] = AT_NONE;
    work->flows[node] = 0;
    return kept > 0 ? flow_into(work, before, node, kept, units, true, err) : AT_OK;
}

static at_status flow_from_source(network *work, uint32_t to, int64_t capacity, int64_t units,
                                  at_error *err) {
    work->declared += capacity;
    return at_flow_edge_add(NULL, &work->flow, work->source, to, capacity, units, false, err);
}

/* Declared on an account: into what it holds, which holds no more for that. */
static at_status declare_on_account(network *work, const at_trace_source *source, at_error *err) {
    const uint32_t node = source->node;
    const int64_t held = held_of(work, node);
    const int64_t asked =
        source->amount < held && source->amount != AT_AMOUNT_NONE ? source->amount : held;
    if (asked == 0)
        return AT_OK;
    if (work->place[node] == AT_NONE)
        AT_TRY(at_flow_node(&work->place[node], &work->flow, err));
    const int64_t room = held - work->flows[node], units = asked < room ? asked : room;
    AT_TRY(flow_from_source(work, work->place[node], asked, units, err));
    return turn_place(work, node, held, work->flows[node] + units, err);
}

static at_status declare_until(network *work, bool *done, int64_t until_us, at_error *err) {
    const at_trace_options *options = &work->trace->options;
    if (until_us < work->due_us)
        return AT_OK;
    work->due_us = INT64_MAX;
    for (size_t i = 0; i < options->source_count; i++) {
        const at_trace_source *source = &options->sources[i];
        if (done[i] || !source->on_account || at_trace_label_of(work->trace, source) != work->label)
            continue;
        done[i] = source->time_us <= until_us;
        if (done[i])
            AT_TRY(declare_on_account(work, source, err));
        else if (source->time_us < work->due_us)
            work->due_us = source->time_us;
    }
    return AT_OK;
}

/* One transfer or fee. `to` is a node of the trace; without a ledger held money stops there. */
typedef struct movement {
    uint32_t row, from, to;
    int64_t amount;
    int64_t taken; /* of it, what the debtor holds itself */
    bool fee, stops;
} movement;

/* Where a movement's money comes from: the debtor's place, or a block of its own where something is
 * declared on it. AT_NONE: none of the label can be in it. */
typedef struct origin {
    uint32_t node;
    int64_t units; /* what flows from it */
} origin;

static at_status take_block(origin *out, network *work, const movement *move, bool named,
                            at_error *err) {
    const uint32_t place = move->taken > 0 ? work->place[move->from] : AT_NONE;
    *out = (origin){.node = place};
    if (place != AT_NONE) {
        const int64_t kept = held_of(work, move->from) - move->taken;
        const int64_t flows = work->flows[move->from];
        out->units = flows > kept ? flows - kept : 0;
        AT_TRY(turn_place(work, move->from, kept, flows - out->units, err));
    }
    if (!named)
        return AT_OK;
    AT_TRY(at_flow_node(&out->node, &work->flow, err));
    return place == AT_NONE ? AT_OK
                            : at_flow_edge_add(NULL, &work->flow, place, out->node, move->taken,
                                               out->units, false, err);
}

static bool is_declared(const network *work, const movement *move, const at_trace_source *source) {
    return !source->on_account && source->row == move->row && source->fee == move->fee &&
           at_trace_label_of(work->trace, source) == work->label;
}

/* What is declared on the movement, into its block. */
static at_status declare_on_block(network *work, const movement *move, origin *block,
                                  at_error *err) {
    const at_trace_options *options = &work->trace->options;
    for (size_t i = 0; i < options->source_count; i++) {
        const at_trace_source *source = &options->sources[i];
        if (!is_declared(work, move, source))
            continue;
        const int64_t asked = source->amount < move->amount && source->amount != AT_AMOUNT_NONE
                                  ? source->amount
                                  : move->amount;
        const int64_t room = move->amount - block->units, units = asked < room ? asked : room;
        AT_TRY(flow_from_source(work, block->node, asked, units, err));
        block->units += units;
    }
    return AT_OK;
}

static at_status run_movement(network *work, movement *move, const bool *declared, at_error *err) {
    const at_trace_options *options = &work->trace->options;
    bool named = false;
    for (size_t i = 0; declared[move->row] && i < options->source_count && !named; i++)
        named = is_declared(work, move, &options->sources[i]);
    int64_t repaid = 0;
    if (!move->stops) {
        const int64_t balance = work->balance[move->to];
        repaid = balance < 0 ? (-balance < move->amount ? -balance : move->amount) : 0;
        AT_TRY(at_money_add(&work->balance[move->to], move->amount, err));
    }
    const bool held = at_node_held(work->ledger->nodes[move->from].kind);
    if (held) {
        const int64_t holding = held_of(work, move->from);
        move->taken = move->amount < holding ? move->amount : holding;
    }
    origin block;
    AT_TRY(take_block(&block, work, move, named, err));
    if (held)
        AT_TRY(at_money_add(&work->balance[move->from], -move->amount, err));
    if (named)
        AT_TRY(declare_on_block(work, move, &block, err));
    if (block.node == AT_NONE)
        return AT_OK;
    work->records++;
    const int64_t stays = move->amount - repaid;
    const int64_t units = block.units < stays ? block.units : stays;
    if (repaid > 0)
        AT_TRY(flow_into(work, block.node, work->sink_of[move->to], repaid, block.units - units,
                         false, err));
    if (stays == 0)
        return AT_OK;
    return flow_into(work, block.node, move->to, stays, units, false, err);
}

/* The sink of fees in the currency of a node. */
static uint32_t fee_node(const network *work, uint32_t node) {
    const char *code = work->ledger->nodes[node].currency.code;
    uint32_t number = 0;
    while (!work->trace->sinks[number].fee ||
           !at_text_equal(work->trace->sinks[number].currency.code, code))
        number++;
    return (uint32_t)work->ledger->node_count + number;
}

static at_status run_rows(network *work, bool *done, bool *declared, at_error *err) {
    const at_ledger *ledger = work->ledger;
    const int64_t as_of_us = work->trace->options.as_of_us;
    for (uint32_t place = 0; place < ledger->count; place++) {
        const uint32_t row = at_effective_row(work->effective, place);
        if (ledger->time_us[row] > as_of_us)
            break;
        AT_TRY(at_deadline_check(err));
        AT_TRY(declare_until(work, done, ledger->time_us[row], err));
        movement move = {.row = row,
                         .from = ledger->from[row],
                         .to = ledger->to[row],
                         .amount = work->effective->amount[row]};
        move.stops = !at_node_held(ledger->nodes[move.to].kind);
        if (at_effective_moves(work->effective, row))
            AT_TRY(run_movement(work, &move, declared, err));
        const int64_t fee = at_effective_fee(work->effective, row);
        if (fee == 0)
            continue;
        movement charge = {.row = row, .from = move.from, .amount = fee, .fee = true};
        charge.stops = true;
        charge.to = fee_node(work, charge.from);
        AT_TRY(run_movement(work, &charge, declared, err));
    }
    return declare_until(work, done, as_of_us, err);
}

/* Every place where the label can end gets an edge into the sink. */
static at_status close_network(network *work, uint32_t node_total, at_error *err) {
    for (uint32_t node = 0; node < node_total; node++) {
        work->final[node] = AT_NONE;
        if (work->place[node] == AT_NONE)
            continue;
        const bool account =
            node < work->ledger->node_count && at_node_held(work->ledger->nodes[node].kind);
        AT_TRY(at_flow_edge_add(&work->final[node], &work->flow, work->place[node], work->sink,
                                account ? held_of(work, node) : INT64_MAX, work->flows[node], false,
                                err));
    }
    return at_flow_seal(&work->flow, err);
}

static at_status build(network *work, uint32_t node_total, at_arena *arena, at_error *err) {
    const at_trace_options *options = &work->trace->options;
    const at_ledger *ledger = work->ledger;
    bool *done = NULL, *declared = NULL;
    AT_TRY(AT_NEW(&done, arena, options->source_count, err));
    AT_TRY(AT_NEW(&declared, arena, ledger->count, err));
    AT_TRY(AT_NEW(&work->balance, arena, ledger->node_count, err));
    AT_TRY(AT_NEW(&work->sink_of, arena, ledger->node_count, err));
    AT_TRY(AT_NEW(&work->place, arena, node_total, err));
    AT_TRY(AT_NEW(&work->flows, arena, node_total, err));
    AT_TRY(AT_NEW(&work->final, arena, node_total, err));
    for (uint32_t node = 0; node < node_total; node++)
        work->place[node] = AT_NONE;
    for (uint32_t node = 0; node < ledger->node_count; node++)
        work->balance[node] = work->effective->opening[node];
    for (uint32_t number = 0; number < work->trace->sink_count; number++)
        if (!work->trace->sinks[number].fee)
            work->sink_of[work->trace->sinks[number].base] = (uint32_t)ledger->node_count + number;
    for (size_t i = 0; i < options->source_count; i++)
        if (!options->sources[i].on_account && options->sources[i].row != AT_NONE)
            declared[options->sources[i].row] = true;
    AT_TRY(at_flow_node(&work->source, &work->flow, err));
    AT_TRY(at_flow_node(&work->sink, &work->flow, err));
    AT_TRY(run_rows(work, done, declared, err));
    return close_network(work, node_total, err);
}

/* All that can be anywhere. */
static at_status measure_all(at_wide *out, network *work, uint32_t node_total, uint64_t *steps,
                             at_error *err) {
    at_wide total = 0;
    int64_t more = 0;
    for (uint32_t node = 0; node < node_total; node++)
        if (work->final[node] != AT_NONE)
            total += at_flow_units(&work->flow, work->final[node]);
    const at_wide left = work->declared - total;
    AT_TRY(at_flow_push(&more, &work->flow, work->source, work->sink, AT_FLOW_OUT,
                        left < INT64_MAX ? (int64_t)left : INT64_MAX, steps, err));
    *out = total + more;
    return AT_OK;
}

/* While all that can be anywhere is, a node has the most when money of other nodes is led to it
 * instead, and the least when its own is led to others: what flows stays the greatest all the
 * time, so one node begins where the one before ended. */
static at_status measure(at_bound *bound, network *work, at_wide total, uint64_t *steps,
                         at_error *err) {
    at_flow *flow = &work->flow;
    const uint32_t edge = work->final[bound->node], place = work->place[bound->node];
    const int64_t units = at_flow_units(flow, edge), capacity = flow->edges[edge].capacity;
    int64_t more = 0, less = 0;
    at_flow_set(flow, edge, 0, 0);
    AT_TRY(at_flow_push(&more, flow, place, work->sink, AT_FLOW_IN, capacity - units, steps, err));
    bound->hi = units + more;
    AT_TRY(at_flow_push(&less, flow, place, work->sink, AT_FLOW_OUT, bound->hi, steps, err));
    at_flow_set(flow, edge, bound->hi - less, capacity - (bound->hi - less));
    bound->elsewhere = total - (bound->hi - less);
    return AT_OK;
}

/* What one question may still cost. */
typedef struct allowance {
    uint64_t work, steps;
    size_t capacity;
} allowance;

static at_status bound_label(at_envelope *out, uint32_t label, const at_trace *trace,
                             const bool *wanted, allowance *left, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = arena->limit_bytes};
    const uint32_t node_total = (uint32_t)trace->effective->ledger->node_count + trace->sink_count;
    network work = {.trace = trace,
                    .effective = trace->effective,
                    .ledger = trace->effective->ledger,
                    .label = label,
                    .due_us = INT64_MIN,
                    .flow = {.arena = &scratch}};
    at_wide total = 0;
    AT_TRY(build(&work, node_total, &scratch, err));
    left->steps -= left->steps > work.ledger->count ? work.ledger->count : left->steps;
    AT_TRY(measure_all(&total, &work, node_total, &left->steps, err));
    for (uint32_t node = 0; node < node_total && !out->limited; node++) {
        at_bound bound = {.label = label, .node = node};
        if (work.final[node] == AT_NONE || (wanted != NULL && !wanted[node]))
            continue;
        out->limited = left->work < work.records || left->steps == 0;
        if (out->limited)
            break;
        left->work -= work.records;
        AT_TRY(measure(&bound, &work, total, &left->steps, err));
        out->limited = left->steps == 0;
        if (out->limited)
            break;
        AT_TRY(AT_GROW(&out->bounds, &left->capacity, out->count, arena, err));
        out->bounds[out->count++] = bound;
    }
    return AT_OK;
}

at_status at_envelope_make(at_envelope *out, const at_trace *trace, const bool *wanted,
                           at_arena *arena, at_error *err) {
    at_envelope envelope = {.undefined =
                                at_effective_converts(trace->effective, trace->options.as_of_us)};
    allowance left = {.work = AT_ENVELOPE_WORK_MAX, .steps = steps_max};
    for (uint32_t label = 0; !envelope.undefined && label < trace->tainted_count; label++)
        if (!envelope.limited)
            AT_TRY(bound_label(&envelope, label, trace, wanted, &left, arena, err));
    *out = envelope;
    return AT_OK;
}

/* A target takes what others hold; then its edge stays closed, so that none after it takes that
 * away, and what flows inside may still be led otherwise. */
static at_status claim(int64_t *out, network *work, uint32_t node, uint64_t *steps, at_error *err) {
    at_flow *flow = &work->flow;
    const uint32_t edge = work->final[node];
    int64_t more = 0;
    *out = 0;
    if (edge == AT_NONE)
        return AT_OK;
    const int64_t units = at_flow_units(flow, edge), capacity = flow->edges[edge].capacity;
    at_flow_set(flow, edge, 0, 0);
    AT_TRY(at_flow_push(&more, flow, work->place[node], work->sink, AT_FLOW_IN, capacity - units,
                        steps, err));
    *out = units + more;
    return AT_OK;
}

static at_status claim_label(at_claims *out, uint32_t label, const at_trace *trace,
                             const uint32_t *targets, size_t count, allowance *left,
                             at_arena *arena, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = arena->limit_bytes};
    const uint32_t node_total = (uint32_t)trace->effective->ledger->node_count + trace->sink_count;
    network work = {.trace = trace,
                    .effective = trace->effective,
                    .ledger = trace->effective->ledger,
                    .label = label,
                    .due_us = INT64_MIN,
                    .flow = {.arena = &scratch}};
    at_wide total = 0;
    AT_TRY(build(&work, node_total, &scratch, err));
    AT_TRY(measure_all(&total, &work, node_total, &left->steps, err));
    for (size_t i = 0; i < count; i++) {
        int64_t amount = 0;
        out->limited = out->limited || left->work < work.records || left->steps == 0;
        if (out->limited)
            return AT_OK;
        left->work -= work.records;
        AT_TRY(claim(&amount, &work, targets[i], &left->steps, err));
        out->limited = left->steps == 0;
        if (!out->limited)
            out->amounts[out->count++] = amount;
    }
    return AT_OK;
}

at_status at_envelope_claims(at_claims *out, const at_trace *trace, const uint32_t *targets,
                             size_t count, at_arena *arena, at_error *err) {
    at_claims claims = {.undefined =
                            at_effective_converts(trace->effective, trace->options.as_of_us)};
    allowance left = {.work = AT_ENVELOPE_WORK_MAX, .steps = steps_max};
    AT_TRY(AT_NEW(&claims.amounts, arena, trace->tainted_count * count, err));
    for (uint32_t label = 0; !claims.undefined && label < trace->tainted_count; label++)
        AT_TRY(claim_label(&claims, label, trace, targets, count, &left, arena, err));
    *out = claims;
    return AT_OK;
}

static int compare_bounds(const void *a, const void *b) {
    const at_bound *left = a, *right = b;
    if (left->label != right->label)
        return left->label < right->label ? -1 : 1;
    return (left->node > right->node) - (left->node < right->node);
}

const at_bound *at_envelope_find(const at_envelope *envelope, uint32_t label, uint32_t node) {
    const at_bound key = {.label = label, .node = node};
    return envelope->count == 0 ? NULL
                                : bsearch(&key, envelope->bounds, envelope->count,
                                          sizeof *envelope->bounds, compare_bounds);
}
