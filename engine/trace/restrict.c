#include "engine/trace/restrict.h"

#include "engine/base/interrupt.h"
#include "engine/trace/restrict_cut.h"

static const int64_t never_us = INT64_MAX;

/* --- Keeping rows ----------------------------------------------------------------------------- */

/* A row that reverses another is looked into later. */
static at_status keep_row(at_cut *cut, uint32_t row, at_error *err) {
    if (at_cut_has(cut->kept, row))
        return AT_OK;
    cut->kept[row / 64] |= UINT64_C(1) << row % 64;
    cut->row_count++;
    if (cut->ledger->reverses[row] >= cut->ledger->count)
        return AT_OK;
    AT_TRY(
        AT_GROW(&cut->reversing, &cut->reversing_capacity, cut->reversing_count, cut->arena, err));
    cut->reversing[cut->reversing_count++] = row;
    return AT_OK;
}

/* First place among a node's rows whose time is not before. */
static uint64_t find_time(const at_ledger *ledger, const uint32_t *rows, uint64_t low,
                          uint64_t high, int64_t time_us) {
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        if (ledger->time_us[rows[middle]] < time_us)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static at_status keep_between(at_cut *cut, const uint64_t *start, const uint32_t *rows,
                              uint32_t node, int64_t since_us, int64_t until_us, at_error *err) {
    const at_ledger *ledger = cut->ledger;
    const uint64_t end = start[node + 1];
    for (uint64_t at = find_time(ledger, rows, start[node], end, since_us);
         at < end && ledger->time_us[rows[at]] <= until_us; at++)
        AT_TRY(keep_row(cut, rows[at], err));
    return AT_OK;
}

static at_status keep_node(at_cut *cut, uint32_t node, int64_t since_us, int64_t until_us,
                           at_error *err) {
    const at_ledger *ledger = cut->ledger;
    AT_TRY(keep_between(cut, ledger->out_start, ledger->out_rows, node, since_us, until_us, err));
    return keep_between(cut, ledger->in_start, ledger->in_rows, node, since_us, until_us, err);
}

/* --- Where money can come to ------------------------------------------------------------------ */

static void sift_up(at_cut *cut, size_t at) {
    const at_cut_arrival last = cut->heap[at];
    for (; at > 0 && cut->heap[(at - 1) / 2].time_us > last.time_us; at = (at - 1) / 2)
        cut->heap[at] = cut->heap[(at - 1) / 2];
    cut->heap[at] = last;
}

static at_cut_arrival take_first(at_cut *cut) {
    const at_cut_arrival first = cut->heap[0], last = cut->heap[--cut->heap_count];
    size_t at = 0;
    for (size_t child = 1; child < cut->heap_count; child = 2 * at + 1) {
        if (child + 1 < cut->heap_count && cut->heap[child + 1].time_us < cut->heap[child].time_us)
            child++;
        if (cut->heap[child].time_us >= last.time_us)
            break;
        cut->heap[at] = cut->heap[child];
        at = child;
    }
    cut->heap[at] = last;
    return first;
}

/* Sooner is later on the way back: there times are counted from the end. */
static at_status arrive(at_cut *cut, uint32_t node, int64_t time_us, at_error *err) {
    if (cut->arrival_us[node] <= time_us || !at_node_held(cut->ledger->nodes[node].kind))
        return AT_OK;
    cut->arrival_us[node] = time_us;
    AT_TRY(AT_GROW(&cut->heap, &cut->heap_capacity, cut->heap_count, cut->arena, err));
    cut->heap[cut->heap_count] = (at_cut_arrival){.time_us = time_us, .node = node};
    sift_up(cut, cut->heap_count++);
    return AT_OK;
}

/* Rows of one moment may be put in another order, so what comes in a moment may leave in it. */
static at_status leave(at_cut *cut, uint32_t node, int64_t time_us, at_error *err) {
    const at_ledger *ledger = cut->ledger;
    const uint64_t end = ledger->out_start[node + 1];
    for (uint64_t at = find_time(ledger, ledger->out_rows, ledger->out_start[node], end, time_us);
         at < end && ledger->time_us[ledger->out_rows[at]] <= cut->as_of_us; at++) {
        const uint32_t row = ledger->out_rows[at];
        if (ledger->amount[row] > 0)
            AT_TRY(arrive(cut, ledger->to[row], ledger->time_us[row], err));
    }
    return AT_OK;
}

/* What may have come in for it to leave at the moment or later. */
static at_status leave_back(at_cut *cut, uint32_t node, int64_t until_us, at_error *err) {
    const at_ledger *ledger = cut->ledger;
    const uint64_t end = ledger->in_start[node + 1];
    for (uint64_t at = ledger->in_start[node];
         at < end && ledger->time_us[ledger->in_rows[at]] <= until_us; at++) {
        const uint32_t row = ledger->in_rows[at];
        if (ledger->amount[row] > 0)
            AT_TRY(arrive(cut, ledger->from[row], -ledger->time_us[row], err));
    }
    return AT_OK;
}

static bool too_many(const at_cut *cut) {
    return cut->row_count > cut->rows_max;
}

static at_status follow(at_cut *cut, at_error *err) {
    while (cut->heap_count > 0 && !too_many(cut)) {
        const at_cut_arrival next = take_first(cut);
        AT_TRY(at_deadline_check(err));
        if (cut->arrival_us[next.node] < next.time_us)
            continue; /* it was met sooner */
        cut->reached++;
        AT_TRY(keep_node(cut, next.node, INT64_MIN, INT64_MAX, err));
        AT_TRY(cut->back ? leave_back(cut, next.node, -next.time_us, err)
                         : leave(cut, next.node, next.time_us, err));
    }
    return AT_OK;
}

/* A declared transfer, where it goes, and what may have reversed it: a payment back, which stands
 * with both accounts, so the one with fewer rows is read. */
static at_status keep_declared(at_cut *cut, uint32_t row, at_error *err) {
    const at_ledger *ledger = cut->ledger;
    const uint32_t to = ledger->to[row], from = ledger->from[row];
    const uint64_t debits = ledger->out_start[to + 1] - ledger->out_start[to];
    const uint64_t credits = ledger->in_start[from + 1] - ledger->in_start[from];
    const uint32_t *rows = debits < credits ? ledger->out_rows : ledger->in_rows;
    const uint64_t first = debits < credits ? ledger->out_start[to] : ledger->in_start[from];
    const uint64_t count = debits < credits ? debits : credits;
    AT_TRY(keep_row(cut, row, err));
    AT_TRY(arrive(cut, to, ledger->time_us[row], err));
    for (uint64_t at = find_time(ledger, rows, first, first + count, ledger->time_us[row]);
         at < first + count; at++) {
        cut->looked_at++;
        if (ledger->reverses[rows[at]] == row)
            AT_TRY(keep_row(cut, rows[at], err));
    }
    return AT_OK;
}

static at_status keep_sources(at_cut *cut, const at_trace_source *sources, size_t count,
                              at_error *err) {
    for (size_t i = 0; i < count; i++) {
        if (sources[i].on_account) {
            cut->named[sources[i].node] = true;
            AT_TRY(arrive(cut, sources[i].node, sources[i].time_us, err));
        } else if (sources[i].row != AT_NONE) {
            AT_TRY(keep_declared(cut, sources[i].row, err));
        }
    }
    return AT_OK;
}

/* What became of a reversal is decided by the reversed row and all that its creditor did between
 * the two (T16); what became of that, by more of the kind. */
static at_status keep_reversed(at_cut *cut, at_error *err) {
    const at_ledger *ledger = cut->ledger;
    while (cut->reversing_count > 0 && !too_many(cut)) {
        const uint32_t row = cut->reversing[--cut->reversing_count];
        const uint32_t reversed = ledger->reverses[row];
        AT_TRY(at_deadline_check(err));
        AT_TRY(keep_row(cut, reversed, err));
        if (cut->arrival_us[ledger->to[reversed]] == never_us)
            AT_TRY(keep_node(cut, ledger->to[reversed], ledger->time_us[reversed],
                             ledger->time_us[row], err));
    }
    return AT_OK;
}

/* All rows of every moment in which a row is kept. They are there for the order alone. */
static at_status keep_moments(at_cut *cut, at_error *err) {
    const at_ledger *ledger = cut->ledger;
    const size_t words = ledger->count / 64 + 1;
    AT_TRY(AT_NEW(&cut->moments, cut->arena, words, err));
    for (size_t word = 0; word < words; word++)
        for (uint64_t left = cut->kept[word]; left != 0 && !too_many(cut); left &= left - 1) {
            const uint32_t row = (uint32_t)(word * 64) + (uint32_t)__builtin_ctzll(left);
            uint32_t first = row;
            while (first > 0 && ledger->time_us[first - 1] == ledger->time_us[row])
                first--;
            for (; first < ledger->count && ledger->time_us[first] == ledger->time_us[row];
                 first++) {
                if (at_cut_has(cut->kept, first) || at_cut_has(cut->moments, first))
                    continue;
                cut->moments[first / 64] |= UINT64_C(1) << first % 64;
                cut->row_count++;
            }
        }
    return AT_OK;
}

static at_status begin(at_cut *cut, const at_restrict_options *options, at_error *err) {
    const at_ledger *ledger = cut->ledger;
    cut->as_of_us = options->as_of_us;
    cut->rows_max = options->rows_max;
    AT_TRY(AT_NEW(&cut->kept, cut->arena, ledger->count / 64 + 1, err));
    AT_TRY(AT_NEW(&cut->named, cut->arena, ledger->node_count, err));
    AT_TRY(AT_NEW(&cut->arrival_us, cut->arena, ledger->node_count, err));
    for (size_t node = 0; node < ledger->node_count; node++) {
        cut->named[node] = options->named != NULL && options->named[node];
        cut->arrival_us[node] = never_us;
    }
    return AT_OK;
}

static at_status finish(at_restriction *out, at_cut *cut, bool moments, at_arena *arena,
                        at_error *err) {
    const uint64_t bytes = at_cut_bytes(cut->ledger);
    at_restriction restriction = {.whole = true, .bytes = bytes, .ledger_bytes = bytes};
    AT_TRY(follow(cut, err));
    AT_TRY(keep_reversed(cut, err));
    if (moments)
        AT_TRY(keep_moments(cut, err));
    if (!too_many(cut))
        AT_TRY(at_cut_make(&restriction, cut, arena, err));
    *out = restriction;
    return AT_OK;
}

at_status at_restrict(at_restriction *out, const at_ledger *ledger,
                      const at_restrict_options *options, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = arena->limit_bytes};
    at_cut cut = {.ledger = ledger, .arena = &scratch};
    AT_TRY(begin(&cut, options, err));
    AT_TRY(keep_sources(&cut, options->sources, options->source_count, err));
    return finish(out, &cut, options->moments, arena, err);
}

at_status at_restrict_back(at_restriction *out, const at_ledger *ledger,
                           const at_restrict_options *options, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = arena->limit_bytes};
    at_cut cut = {.ledger = ledger, .arena = &scratch, .back = true};
    AT_TRY(begin(&cut, options, err));
    for (uint32_t node = 0; node < ledger->node_count; node++) {
        if (!cut.named[node])
            continue;
        if (at_node_held(ledger->nodes[node].kind)) {
            AT_TRY(arrive(&cut, node, -options->as_of_us, err));
            continue;
        }
        AT_TRY(keep_node(&cut, node, INT64_MIN, INT64_MAX, err));
        AT_TRY(leave_back(&cut, node, options->as_of_us, err));
    }
    return finish(out, &cut, options->moments, arena, err);
}

size_t at_restrict_rows(const at_ledger *ledger) {
    const size_t part = ledger->count / AT_RESTRICT_PART;
    return part > AT_RESTRICT_FEW ? part : AT_RESTRICT_FEW;
}

uint64_t at_restrict_bytes(const at_ledger *ledger) {
    return at_cut_bytes(ledger);
}

bool at_restriction_serves(const at_restriction *restriction, at_trace_method method) {
    return !restriction->whole && method != AT_TRACE_PRORATA &&
           (!restriction->converts || method == AT_TRACE_FIFO || method == AT_TRACE_LIFO ||
            method == AT_TRACE_POISON);
}

uint32_t at_restricted_node(const at_restriction *restriction, uint32_t node) {
    return at_cut_find(restriction->nodes, restriction->ledger.node_count, node);
}

at_status at_restricted_sources(at_trace_source **out, const at_restriction *restriction,
                                const at_trace_source *sources, size_t count, at_arena *arena,
                                at_error *err) {
    AT_TRY(AT_NEW(out, arena, count, err));
    for (size_t i = 0; i < count; i++) {
        at_trace_source *source = &(*out)[i];
        *source = sources[i];
        if (source->on_account)
            source->node = at_restricted_node(restriction, source->node);
        else if (source->row != AT_NONE)
            source->row = at_cut_find(restriction->rows, restriction->ledger.count, source->row);
    }
    return AT_OK;
}

at_status at_restricted_effective(at_effective *out, const at_restriction *restriction, at_tie tie,
                                  at_reversals reversals, int64_t as_of_us, at_arena *arena,
                                  at_error *err) {
    at_effective effective;
    AT_TRY(
        at_effective_make(&effective, &restriction->ledger, tie, reversals, as_of_us, arena, err));
    effective.converts_elsewhere = restriction->converts;
    effective.fees_elsewhere = restriction->fees;
    *out = effective;
    return AT_OK;
}
