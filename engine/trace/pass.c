#include "engine/trace/pass.h"

#include <stdlib.h>
#include <string.h>

#include "engine/trace/pass_event.h"

/* --- Sinks ------------------------------------------------------------------------------------ */

at_status at_pass_add_sink(uint32_t *out, at_pass *pass, uint32_t base, bool fee, at_error *err) {
    uint32_t number = 0;
    AT_TRY(at_pool_add(&number, &pass->sinks, err));
    *(at_pass_sink *)at_pool_at(&pass->sinks, number) = (at_pass_sink){.base = base, .fee = fee};
    *out = number;
    return AT_OK;
}

/* Fee sink of a currency, or AT_NONE. */
static uint32_t find_fee_sink(const at_pass *pass, uint32_t node) {
    const char *code = pass->ledger->nodes[node].currency.code;
    for (uint32_t number = 0; number < pass->fee_sinks; number++) {
        const at_pass_sink *sink = at_pool_at(&pass->sinks, number);
        if (strcmp(pass->ledger->nodes[sink->base].currency.code, code) == 0)
            return number;
    }
    return AT_NONE;
}

uint32_t at_pass_fee_sink(const at_pass *pass, uint32_t node) {
    return find_fee_sink(pass, node);
}

/* In the ledger's order, so that the tie option does not number them otherwise. */
static at_status add_fee_sinks(at_pass *pass, at_error *err) {
    for (uint32_t row = 0; row < pass->ledger->count; row++) {
        const uint32_t from = pass->ledger->from[row];
        uint32_t number = 0;
        if (!at_effective_apart(pass->effective, row) ||
            at_effective_fee(pass->effective, row) == 0 || find_fee_sink(pass, from) != AT_NONE)
            continue;
        AT_TRY(at_pass_add_sink(&number, pass, from, true, err));
        pass->fee_sinks = number + 1;
    }
    return AT_OK;
}

static at_status name_sinks(at_pass *pass, at_error *err) {
    at_trace *trace = pass->trace;
    AT_TRY(AT_NEW(&trace->sinks, pass->arena, pass->sinks.count, err));
    for (uint32_t number = 0; number < pass->sinks.count; number++) {
        const at_pass_sink *from = at_pool_at(&pass->sinks, number);
        const at_node *base = &pass->ledger->nodes[from->base];
        at_trace_sink *sink = &trace->sinks[number];
        *sink = (at_trace_sink){
            .id = "@fee", .currency = base->currency, .base = from->base, .fee = from->fee};
        if (!from->fee)
            AT_TRY(at_arena_print(&sink->id, pass->arena, err, "@overdraft:%s", base->id));
        else if (pass->fee_sinks > 1 || pass->effective->fees_elsewhere)
            AT_TRY(at_arena_print(&sink->id, pass->arena, err, "@fee/%s", base->currency.code));
    }
    trace->sink_count = pass->sinks.count;
    return AT_OK;
}

const char *at_trace_node_id(const at_trace *trace, uint32_t node) {
    const at_ledger *ledger = trace->effective->ledger;
    return node < ledger->node_count ? ledger->nodes[node].id
                                     : trace->sinks[node - ledger->node_count].id;
}

const char *at_trace_node_currency(const at_trace *trace, uint32_t node) {
    const at_ledger *ledger = trace->effective->ledger;
    return node < ledger->node_count ? ledger->nodes[node].currency.code
                                     : trace->sinks[node - ledger->node_count].currency.code;
}

/* --- Setting up ------------------------------------------------------------------------------- */

uint32_t at_trace_label_of(const at_trace *trace, const at_trace_source *source) {
    uint32_t low = 0, high = trace->tainted_count;
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        if (strcmp(trace->labels[middle], source->label) <= 0)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static at_status make_labels(at_pass *pass, at_error *err) {
    static const char *const untainted[] = {"@clean", "@credit", "@unknown"};
    at_trace *trace = pass->trace;
    const char **tainted = NULL, **labels = NULL;
    AT_TRY(at_trace_labels(&tainted, &trace->tainted_count, pass->options->sources,
                           pass->source_count, pass->arena, err));
    trace->label_count = trace->tainted_count + (uint32_t)AT_COUNT(untainted);
    AT_TRY(AT_NEW(&labels, pass->arena, trace->label_count, err));
    for (uint32_t i = 0; i < trace->label_count; i++)
        labels[i] = i < trace->tainted_count ? tainted[i] : untainted[i - trace->tainted_count];
    trace->labels = labels;
    AT_TRY(AT_NEW(&trace->injected, pass->arena, trace->tainted_count, err));
    AT_TRY(AT_NEW(&pass->source_label, pass->arena, pass->source_count, err));
    for (uint32_t i = 0; i < pass->source_count; i++)
        pass->source_label[i] = at_trace_label_of(trace, &pass->options->sources[i]);
    return AT_OK;
}

static int compare_numbers(int64_t a, int64_t b) {
    return (a > b) - (a < b);
}

/* Argument checks leave no two equal. */
static int compare_sources(const void *a, const void *b, void *self) {
    const at_pass *pass = self;
    const uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;
    const at_trace_source *left = &pass->options->sources[one];
    const at_trace_source *right = &pass->options->sources[other];
    if (left->on_account != right->on_account)
        return left->on_account ? -1 : 1;
    if (left->on_account && left->time_us != right->time_us)
        return compare_numbers(left->time_us, right->time_us);
    if (left->on_account && left->node != right->node)
        return compare_numbers(left->node, right->node);
    if (left->row != right->row)
        return compare_numbers(left->row, right->row);
    return compare_numbers(pass->source_label[one], pass->source_label[other]);
}

static at_status sort_sources(at_pass *pass, at_error *err) {
    AT_TRY(AT_NEW(&pass->source_order, pass->arena, pass->source_count, err));
    AT_TRY(AT_NEW(&pass->applied, pass->arena, pass->source_count, err));
    AT_TRY(AT_NEW(&pass->apart, pass->arena, pass->ledger->count / 64 + 1, err));
    memcpy(pass->apart, pass->effective->apart,
           (pass->ledger->count / 64 + 1) * sizeof *pass->apart);
    for (uint32_t i = 0; i < pass->source_count; i++)
        pass->source_order[i] = i;
    qsort_r(pass->source_order, pass->source_count, sizeof *pass->source_order, compare_sources,
            pass);
    for (uint32_t i = 0; i < pass->source_count; i++) {
        const at_trace_source *source = &pass->options->sources[i];
        if (!source->on_account && source->row != AT_NONE)
            pass->apart[source->row / 64] |= UINT64_C(1) << source->row % 64;
    }
    return AT_OK;
}

static at_status set_up(at_pass *pass, at_error *err) {
    at_arena *arena = pass->arena;
    AT_TRY(make_labels(pass, err));
    AT_TRY(sort_sources(pass, err));
    const uint32_t labels = pass->trace->label_count;
    AT_TRY(AT_NEW(&pass->accounts, arena, pass->node_count, err));
    AT_TRY(AT_NEW(&pass->past_of, arena, pass->node_count, err));
    AT_TRY(AT_NEW(&pass->units, arena, labels, err));
    AT_TRY(AT_NEW(&pass->repaid, arena, labels, err));
    AT_TRY(AT_NEW(&pass->label_source, arena, labels, err));
    AT_TRY(AT_NEW(&pass->ways, arena, labels, err));
    AT_TRY(AT_NEW(&pass->touched, arena, labels, err));
    for (uint32_t label = 0; label < labels; label++)
        pass->label_source[label] = AT_NONE;
    AT_TRY(at_take_init(&pass->take, pass->options->method, pass->trace->tainted_count, labels,
                        arena, err));
    if (at_pass_may_be_plain(pass))
        AT_TRY(AT_NEW(&pass->plain, arena, pass->node_count, err));
    if (at_pass_may_mix(pass))
        AT_TRY(at_pass_mix_init(pass, err));
    pass->sinks = (at_pool){.arena = arena, .item_bytes = sizeof(at_pass_sink)};
    pass->pasts = (at_pool){.arena = arena, .item_bytes = sizeof(at_pass_past)};
    pass->debts = (at_pool){.arena = arena, .item_bytes = sizeof(at_pass_debt)};
    pass->debits = (at_pool){.arena = arena, .item_bytes = sizeof(at_pass_debit)};
    pass->trace->moves = (at_pool){.arena = arena, .item_bytes = sizeof(at_trace_move)};
    at_reaches_init(&pass->trace->reaches, pass->trace->tainted_count, arena);
    pass->trace->moments = (at_pool){.arena = arena, .item_bytes = sizeof(at_trace_moment)};
    pass->trace->moment_lots = (at_pool){.arena = arena, .item_bytes = sizeof(at_trace_lot)};
    AT_TRY(add_fee_sinks(pass, err));
    if (pass->options->method != AT_TRACE_POISON)
        return AT_OK;
    AT_TRY(AT_NEW(&pass->spread, arena, labels / AT_POISON_WORD + 1, err));
    return AT_NEW(&pass->poison, arena, (size_t)pass->node_count + pass->fee_sinks, err);
}

/* --- The result ------------------------------------------------------------------------------- */

static int compare_labels(const void *a, const void *b) {
    return compare_numbers(*(const uint32_t *)a, *(const uint32_t *)b);
}

static size_t add_held(at_pass *pass, const at_lot *lot, uint32_t end, size_t count) {
    if (lot->label >= end)
        return count;
    if (pass->units[lot->label] == 0)
        pass->touched[count++] = lot->label;
    pass->units[lot->label] += lot->units;
    return count;
}

static at_status list_holding(at_pass *pass, size_t *capacity, uint32_t node, const at_lots *lots,
                              at_error *err) {
    at_trace *trace = pass->trace;
    const uint32_t end = pass->options->declared_only ? trace->tainted_count : trace->label_count;
    size_t count = 0;
    /* From both ends, so that two lots are waited for at a time. */
    uint32_t front = lots->total > 0 ? lots->oldest : AT_NONE;
    uint32_t back = front != AT_NONE ? lots->newest : AT_NONE;
    for (bool last = front == AT_NONE; !last;) {
        const at_lot *older = at_lot_at(&pass->take.lots, front);
        const at_lot *newer = at_lot_at(&pass->take.lots, back);
        count = add_held(pass, older, end, count);
        if (front != back)
            count = add_held(pass, newer, end, count);
        last = front == back || older->newer == back;
        front = older->newer;
        back = newer->older;
    }
    qsort(pass->touched, count, sizeof *pass->touched, compare_labels);
    for (size_t i = 0; i < count; i++) {
        const uint32_t label = pass->touched[i];
        AT_TRY(AT_GROW(&trace->holdings, capacity, trace->holding_count, pass->arena, err));
        trace->holdings[trace->holding_count++] =
            (at_trace_holding){.node = node, .label = label, .amount = pass->units[label]};
        pass->units[label] = 0;
    }
    return AT_OK;
}

static at_status list_mix(at_pass *pass, size_t *capacity, uint32_t node, at_error *err) {
    at_trace *trace = pass->trace;
    const at_mixes *mixes = &pass->mixes;
    int64_t units[AT_MIX_WIDTH_MAX];
    at_pass_mix_get(units, mixes, node);
    const uint32_t end = pass->options->declared_only ? mixes->clean : mixes->width;
    for (uint32_t i = 0; i < end; i++) {
        if (units[i] == 0)
            continue;
        AT_TRY(AT_GROW(&trace->holdings, capacity, trace->holding_count, pass->arena, err));
        trace->holdings[trace->holding_count++] =
            (at_trace_holding){.node = node, .label = mixes->first + i, .amount = units[i]};
    }
    return AT_OK;
}

/* Every label that ever reached the account, with all that is left there. */
static at_status list_poisoned(at_pass *pass, size_t *capacity, uint32_t node, at_error *err) {
    at_trace *trace = pass->trace;
    const int64_t balance = pass->poison[node].balance;
    if ((pass->effective->marks[node] & AT_MARK_HELD) == 0)
        return AT_OK; /* what stopped there is listed by label */
    for (uint32_t label = 0; label < trace->tainted_count; label++) {
        if (!at_pass_infected(pass, node, label))
            continue;
        AT_TRY(AT_GROW(&trace->holdings, capacity, trace->holding_count, pass->arena, err));
        trace->holdings[trace->holding_count++] =
            (at_trace_holding){.node = node, .label = label, .amount = balance > 0 ? balance : 0};
    }
    return AT_OK;
}

/* The sinks in an order that does not depend on who fell into debt first. */
static at_status list_holdings(at_pass *pass, at_error *err) {
    size_t capacity = 0;
    for (uint32_t node = 0; node < pass->node_count; node++) {
        const int64_t number = at_pass_number(pass, node);
        if (number == AT_PASS_LISTED || number == AT_PASS_OUTSIDE)
            AT_TRY(list_holding(pass, &capacity, node, &pass->accounts[node].lots, err));
        else if (number == AT_PASS_WIDE || !pass->options->declared_only)
            AT_TRY(list_mix(pass, &capacity, node, err));
        if (pass->poison != NULL)
            AT_TRY(list_poisoned(pass, &capacity, node, err));
    }
    for (uint32_t number = 0; number < pass->fee_sinks; number++) {
        const at_pass_sink *sink = at_pool_at(&pass->sinks, number);
        AT_TRY(list_holding(pass, &capacity, pass->node_count + number, &sink->lots, err));
    }
    for (uint32_t node = 0; node < pass->node_count; node++) {
        const uint32_t past = pass->past_of[node];
        if (past == 0 || ((at_pass_past *)at_pool_at(&pass->pasts, past - 1))->sink == AT_NONE)
            continue;
        const uint32_t number = ((at_pass_past *)at_pool_at(&pass->pasts, past - 1))->sink;
        const at_pass_sink *sink = at_pool_at(&pass->sinks, number);
        AT_TRY(list_holding(pass, &capacity, pass->node_count + number, &sink->lots, err));
    }
    return AT_OK;
}

at_status at_trace_run(at_trace *out, const at_effective *effective,
                       const at_trace_options *options, at_arena *arena, at_error *err) {
    at_trace trace = {.effective = effective, .options = *options};
    at_pass pass = {.trace = &trace,
                    .effective = effective,
                    .ledger = effective->ledger,
                    .options = options,
                    .arena = arena,
                    .node_count = (uint32_t)effective->ledger->node_count,
                    .source_count = (uint32_t)options->source_count};
    AT_TRY(set_up(&pass, err));
    AT_TRY(at_pass_open(&pass, err));
    AT_TRY(at_pass_note_reversals(&pass, err));
    AT_TRY(at_pass_rows(&pass, err));
    AT_TRY(at_pass_note_missing(&pass, err));
    if (pass.poison != NULL)
        AT_TRY(at_pass_poison_end(&pass, err));
    trace.roundings = pass.take.roundings;
    AT_TRY(name_sinks(&pass, err));
    AT_TRY(list_holdings(&pass, err));
    *out = trace;
    return AT_OK;
}

/* --- Comparing two runs ----------------------------------------------------------------------- */

static int compare_moves(const void *a, const void *b) {
    const at_trace_move *left = *(const at_trace_move *const *)a;
    const at_trace_move *right = *(const at_trace_move *const *)b;
    if (left->row != right->row)
        return compare_numbers(left->row, right->row);
    if (left->fee != right->fee)
        return compare_numbers(left->fee, right->fee);
    return compare_numbers(left->label, right->label);
}

static at_status sort_tainted(const at_trace_move ***out, size_t *count_out, const at_trace *trace,
                              at_arena *arena, at_error *err) {
    const at_trace_move **moves = NULL;
    size_t count = 0;
    AT_TRY(AT_NEW(&moves, arena, trace->moves.count, err));
    for (uint32_t i = 0; i < trace->moves.count; i++) {
        const at_trace_move *move = at_pool_at(&trace->moves, i);
        if (move->label < trace->tainted_count)
            moves[count++] = move;
    }
    qsort(moves, count, sizeof *moves, compare_moves);
    *out = moves;
    *count_out = count;
    return AT_OK;
}

static bool holdings_equal(const at_trace *a, const at_trace *b) {
    bool equal = a->holding_count == b->holding_count;
    for (size_t i = 0; equal && i < a->holding_count; i++) {
        const at_trace_holding *left = &a->holdings[i], *right = &b->holdings[i];
        equal = left->label == right->label && left->amount == right->amount &&
                strcmp(at_trace_node_id(a, left->node), at_trace_node_id(b, right->node)) == 0;
    }
    return equal;
}

at_status at_trace_equal(bool *out, const at_trace *a, const at_trace *b, at_arena *arena,
                         at_error *err) {
    const at_trace_move **left = NULL, **right = NULL;
    size_t left_count = 0, right_count = 0;
    AT_TRY(sort_tainted(&left, &left_count, a, arena, err));
    AT_TRY(sort_tainted(&right, &right_count, b, arena, err));
    bool equal = holdings_equal(a, b) && left_count == right_count;
    for (size_t i = 0; equal && i < left_count; i++)
        equal = compare_moves(&left[i], &right[i]) == 0 && left[i]->amount == right[i]->amount;
    *out = equal;
    return AT_OK;
}
