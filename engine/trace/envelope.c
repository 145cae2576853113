#include "engine/trace/envelope.h"

#include <stdlib.h>

#include "engine/trace/flow.h"

/* Edges looked at in one question: a few seconds at most, however hostile the ledger. */
static const uint64_t steps_max = UINT64_C(1000000000);

/* The network of one label. A held account has one place between two debits: what comes in
 * meanwhile adds to what can be held, so no place needs a capacity of its own; the debit that
 * ends it lets through no more than is held then. */
typedef struct network {
    const at_trace *trace;
    const at_effective *effective;
    const at_ledger *ledger;
    uint32_t label;
    at_flow flow;
    uint32_t source, sink;
    int64_t *balance;  /* by ledger node, now */
    uint32_t *place;   /* by node of the trace: where its money is now, or AT_NONE */
    uint32_t *pair;    /* by node of the trace: its edge into the sink, or AT_NONE */
    int64_t *final;    /* by node of the trace: capacity of that edge */
    uint32_t *sink_of; /* by ledger node: its overdraft sink, or AT_NONE */
    int64_t due_us;    /* no declaration on an account is due before */
    size_t records;
} network;

static int64_t held_of(const network *work, uint32_t node) {
    return work->balance[node] > 0 ? work->balance[node] : 0;
}

static at_status need_place(uint32_t *out, network *work, uint32_t node, at_error *err) {
    if (work->place[node] == AT_NONE)
        AT_TRY(at_flow_node(&work->place[node], &work->flow, err));
    *out = work->place[node];
    return AT_OK;
}

/* The account's place ends and another begins, into which at most `kept` goes over. */
static at_status turn_place(network *work, uint32_t node, int64_t kept, at_error *err) {
    const uint32_t before = work->place[node];
    work->place[node] = AT_NONE;
    if (kept == 0)
        return AT_OK;
    uint32_t after = 0;
    AT_TRY(need_place(&after, work, node, err));
    return at_flow_edge_add(NULL, &work->flow, before, after, kept, err);
}

/* Declared on an account: into what it holds, which holds no more for that. */
static at_status declare_on_account(network *work, const at_trace_source *source, at_error *err) {
    const int64_t held = held_of(work, source->node);
    const int64_t asked = source->amount == AT_AMOUNT_NONE ? held : source->amount;
    uint32_t place = 0;
    if (held == 0 || asked == 0)
        return AT_OK;
    AT_TRY(need_place(&place, work, source->node, err));
    AT_TRY(
        at_flow_edge_add(NULL, &work->flow, work->source, place, asked < held ? asked : held, err));
    return turn_place(work, source->node, held, err);
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
    bool fee, stops;
} movement;

/* The block of a movement: what the account can give it, and what is declared on it. */
static at_status fill_block(uint32_t *out, network *work, const movement *move, bool *declared,
                            at_error *err) {
    const at_trace_options *options = &work->trace->options;
    *out = AT_NONE;
    if (at_node_held(work->ledger->nodes[move->from].kind)) {
        const int64_t held = held_of(work, move->from);
        const int64_t taken = move->amount < held ? move->amount : held;
        const uint32_t place = work->place[move->from];
        if (place != AT_NONE && taken > 0) {
            AT_TRY(at_flow_node(out, &work->flow, err));
            AT_TRY(at_flow_edge_add(NULL, &work->flow, place, *out, taken, err));
            AT_TRY(turn_place(work, move->from, held - taken, err));
        }
        AT_TRY(at_money_add(&work->balance[move->from], -move->amount, err));
    }
    for (size_t i = 0; declared[move->row] && i < options->source_count; i++) {
        const at_trace_source *source = &options->sources[i];
        const int64_t asked = source->amount < move->amount && source->amount != AT_AMOUNT_NONE
                                  ? source->amount
                                  : move->amount;
        if (source->on_account || source->row != move->row || source->fee != move->fee ||
            at_trace_label_of(work->trace, source) != work->label)
            continue;
        if (*out == AT_NONE)
            AT_TRY(at_flow_node(out, &work->flow, err));
        AT_TRY(at_flow_edge_add(NULL, &work->flow, work->source, *out, asked, err));
    }
    return AT_OK;
}

static at_status run_movement(network *work, const movement *move, bool *declared, at_error *err) {
    uint32_t block = AT_NONE, place = 0;
    AT_TRY(fill_block(&block, work, move, declared, err));
    work->records += block != AT_NONE;
    int64_t repaid = 0;
    if (!move->stops) {
        const int64_t balance = work->balance[move->to];
        repaid = balance < 0 ? (-balance < move->amount ? -balance : move->amount) : 0;
        AT_TRY(at_money_add(&work->balance[move->to], move->amount, err));
    }
    if (block == AT_NONE)
        return AT_OK;
    if (repaid > 0) {
        const uint32_t overdraft = work->sink_of[move->to];
        AT_TRY(need_place(&place, work, overdraft, err));
        AT_TRY(at_flow_edge_add(NULL, &work->flow, block, place, repaid, err));
    }
    if (repaid == move->amount)
        return AT_OK;
    AT_TRY(need_place(&place, work, move->to, err));
    return at_flow_edge_add(NULL, &work->flow, block, place, move->amount - repaid, err);
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
        AT_TRY(declare_until(work, done, ledger->time_us[row], err));
        movement move = {.row = row,
                         .from = ledger->from[row],
                         .to = ledger->to[row],
                         .amount = work->effective->amount[row]};
        move.stops = !at_node_held(ledger->nodes[move.to].kind);
        if (at_effective_moves(work->effective, row))
            AT_TRY(run_movement(work, &move, declared, err));
        move.amount = at_effective_fee(work->effective, row);
        if (move.amount == 0)
            continue;
        move.fee = move.stops = true;
        move.to = fee_node(work, move.from);
        AT_TRY(run_movement(work, &move, declared, err));
    }
    return declare_until(work, done, as_of_us, err);
}

/* Every place where the label can end gets an edge into the sink, closed at first. */
static at_status close_network(network *work, uint32_t node_total, at_error *err) {
    for (uint32_t node = 0; node < node_total; node++) {
        work->pair[node] = AT_NONE;
        if (work->place[node] == AT_NONE)
            continue;
        const bool account =
            node < work->ledger->node_count && at_node_held(work->ledger->nodes[node].kind);
        work->final[node] = account ? held_of(work, node) : INT64_MAX;
        AT_TRY(at_flow_edge_add(&work->pair[node], &work->flow, work->place[node], work->sink, 0,
                                err));
    }
    return AT_OK;
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
    AT_TRY(AT_NEW(&work->pair, arena, node_total, err));
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

/* The greatest flow into `node` alone, or into everything else. */
static at_status measure(at_wide *out, network *work, uint32_t node_total, uint32_t node,
                         bool others, uint64_t *steps, at_error *err) {
    for (uint32_t other = 0; other < node_total; other++)
        if (work->pair[other] != AT_NONE)
            at_flow_limit(&work->flow, work->pair[other],
                          (other == node) != others ? work->final[other] : 0);
    at_flow_reset(&work->flow);
    return at_flow_run(out, &work->flow, work->source, work->sink, steps, err);
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
    AT_TRY(build(&work, node_total, &scratch, err));
    left->steps -= left->steps > work.ledger->count ? work.ledger->count : left->steps;
    for (uint32_t node = 0; node < node_total && !out->limited; node++) {
        at_bound bound = {.label = label, .node = node};
        at_wide hi = 0;
        if (work.pair[node] == AT_NONE || (wanted != NULL && !wanted[node]))
            continue;
        out->limited = left->work < work.records;
        left->work -= out->limited ? 0 : work.records;
        if (!out->limited) {
            AT_TRY(measure(&hi, &work, node_total, node, false, &left->steps, err));
            AT_TRY(measure(&bound.elsewhere, &work, node_total, node, true, &left->steps, err));
            out->limited = left->steps == 0;
        }
        if (out->limited)
            break;
        bound.hi = hi > INT64_MAX ? INT64_MAX : (int64_t)hi;
        AT_TRY(AT_GROW(&out->bounds, &left->capacity, out->count, arena, err));
        out->bounds[out->count++] = bound;
    }
    return AT_OK;
}

static bool converts(const at_trace *trace) {
    const at_ledger *ledger = trace->effective->ledger;
    for (size_t row = 0; row < ledger->count; row++)
        if ((ledger->flags[row] & AT_ROW_CONVERSION) != 0 && ledger->amount[row] > 0 &&
            ledger->time_us[row] <= trace->options.as_of_us)
            return true;
    return false;
}

at_status at_envelope_make(at_envelope *out, const at_trace *trace, const bool *wanted,
                           at_arena *arena, at_error *err) {
    at_envelope envelope = {.undefined = converts(trace)};
    allowance left = {.work = AT_ENVELOPE_WORK_MAX, .steps = steps_max};
    for (uint32_t label = 0; !envelope.undefined && label < trace->tainted_count; label++)
        if (!envelope.limited)
            AT_TRY(bound_label(&envelope, label, trace, wanted, &left, arena, err));
    *out = envelope;
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
