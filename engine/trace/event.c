#include "engine/trace/event.h"

#include <string.h>

const char *const at_reversal_modes[] = {"cancel", "as_new", NULL};

bool at_node_held(at_node_kind kind) {
    return kind != AT_NODE_EXTERNAL && kind != AT_NODE_SINK;
}

/* T16 at work, walking forward. `last` and `before` chain the debits of each node, newest first;
 * dead ones are unhooked when they come to the top, so the whole walk is O(rows). */
typedef struct canceller {
    at_effective *effective;
    int64_t *left;    /* by row: amount not yet reversed */
    uint32_t *place;  /* by row: its place + 1; 0 = not yet passed */
    uint32_t *last;   /* by node: its newest debit */
    uint32_t *before; /* by row: the debit before it of the same node */
    size_t capacity;
} canceller;

static bool is_debit(const canceller *work, uint32_t row) {
    const at_ledger *ledger = work->effective->ledger;
    return at_effective_fee(work->effective, row) > 0 ||
           (work->left[row] > 0 && ledger->from[row] != ledger->to[row]);
}

/* A live debit of the node strictly after `reversed`. The row itself is found only when it is a
 * self-transfer whose fee was charged behind it. */
static bool is_spent(canceller *work, uint32_t node, uint32_t reversed) {
    uint32_t row = work->last[node];
    while (row != AT_NONE && !is_debit(work, row))
        row = work->before[row];
    work->last[node] = row;
    return row != AT_NONE && work->place[row] >= work->place[reversed];
}

static const char *judge_reversal(canceller *work, uint32_t row) {
    const at_ledger *ledger = work->effective->ledger;
    const uint32_t reversed = ledger->reverses[row];
    if (reversed >= ledger->count || work->place[reversed] == 0 || work->left[reversed] == 0)
        return "UNMATCHED";
    if (ledger->from[row] != ledger->to[reversed] || ledger->to[row] != ledger->from[reversed] ||
        ((ledger->flags[row] | ledger->flags[reversed]) & AT_ROW_CONVERSION) != 0 ||
        ledger->amount[row] > work->left[reversed])
        return "MISMATCH";
    if (is_spent(work, ledger->to[reversed], reversed))
        return "SPENT";
    work->left[reversed] -= ledger->amount[row];
    work->left[row] = 0;
    return "REVERSAL_CANCELLED";
}

static at_status cancel_rows(canceller *work, int64_t as_of_us, at_arena *arena, at_error *err) {
    at_effective *effective = work->effective;
    const at_ledger *ledger = effective->ledger;
    for (uint32_t place = 0; place < ledger->count; place++) {
        const uint32_t row = at_effective_row(effective, place);
        if (ledger->time_us[row] > as_of_us)
            break;
        if (ledger->reverses[row] != AT_NONE && ledger->amount[row] > 0) {
            AT_TRY(AT_GROW(&effective->reversals, &work->capacity, effective->reversal_count, arena,
                           err));
            effective->reversals[effective->reversal_count++] = (at_reversal){
                .code = judge_reversal(work, row), .row = row, .amount = ledger->amount[row]};
        }
        work->place[row] = place + 1;
        if (is_debit(work, row)) {
            work->before[row] = work->last[ledger->from[row]];
            work->last[ledger->from[row]] = row;
        }
    }
    return AT_OK;
}

static at_status apply_reversals(at_effective *effective, int64_t as_of_us, at_arena *arena,
                                 at_error *err) {
    const at_ledger *ledger = effective->ledger;
    uint32_t all = AT_NONE;
    for (size_t row = 0; row < ledger->count; row++)
        all &= ledger->reverses[row];
    if (all == AT_NONE) /* AT_NONE has every bit: nothing is reversed */
        return AT_OK;
    canceller work = {.effective = effective};
    AT_TRY(AT_NEW(&work.left, arena, ledger->count, err));
    AT_TRY(AT_NEW(&work.place, arena, ledger->count, err));
    AT_TRY(AT_NEW(&work.before, arena, ledger->count, err));
    AT_TRY(AT_NEW(&work.last, arena, ledger->node_count, err));
    memcpy(work.left, ledger->amount, ledger->count * sizeof *work.left);
    for (size_t node = 0; node < ledger->node_count; node++)
        work.last[node] = AT_NONE;
    AT_TRY(cancel_rows(&work, as_of_us, arena, err));
    effective->amount = work.left;
    return AT_OK;
}

/* What an account has had less than nothing, by then and at worst. */
typedef struct level {
    int64_t now, lowest;
} level;

static at_status debit(level *at, int64_t amount, at_error *err) {
    AT_TRY(at_money_add(&at->now, -amount, err));
    at->lowest = at->now < at->lowest ? at->now : at->lowest;
    return AT_OK;
}

/* A whole row, with what few have. */
static at_status add_row(level *levels, const at_effective *effective, uint32_t row,
                         at_error *err) {
    level *from = &levels[effective->ledger->from[row]], *to = &levels[effective->ledger->to[row]];
    if (at_effective_moves(effective, row)) {
        AT_TRY(debit(from, effective->amount[row], err));
        AT_TRY(at_money_add(&to->now, at_effective_in(effective, row), err));
    }
    const int64_t fee = at_effective_fee(effective, row);
    return fee > 0 ? debit(from, fee, err) : AT_OK;
}

static at_status find_levels(level *levels, const at_effective *effective, at_error *err) {
    enum { AHEAD = 24 }; /* rows: levels lie all over memory, and a row waits for two */
    const at_ledger *ledger = effective->ledger;
    for (uint32_t place = 0; place < ledger->count; place++) {
        const uint32_t row = at_effective_row(effective, place);
        if (place + AHEAD < ledger->count) {
            const uint32_t far = at_effective_row(effective, place + AHEAD);
            __builtin_prefetch(&levels[ledger->from[far]], 1);
            __builtin_prefetch(&levels[ledger->to[far]], 1);
        }
        level *from = &levels[ledger->from[row]], *to = &levels[ledger->to[row]];
        const int64_t amount = effective->amount[row];
        int64_t less = 0, more = 0;
        if (at_effective_apart(effective, row) || from == to ||
            __builtin_sub_overflow(from->now, amount, &less) || less == AT_AMOUNT_NONE ||
            __builtin_add_overflow(to->now, amount, &more)) {
            AT_TRY(add_row(levels, effective, row, err));
            continue;
        }
        from->now = less;
        from->lowest = less < from->lowest ? less : from->lowest;
        to->now = more;
    }
    return AT_OK;
}

/* T6: over the whole ledger, whatever as_of says. */
static at_status find_openings(at_effective *effective, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = arena->limit_bytes};
    const at_ledger *ledger = effective->ledger;
    level *levels = NULL;
    uint8_t *marks = NULL;
    AT_TRY(AT_NEW(&effective->opening, arena, ledger->node_count, err));
    AT_TRY(AT_NEW(&marks, arena, ledger->node_count, err));
    AT_TRY(AT_NEW(&levels, &scratch, ledger->node_count, err));
    AT_TRY(find_levels(levels, effective, err));
    for (size_t index = 0; index < ledger->node_count; index++) {
        const at_node *node = &ledger->nodes[index];
        int64_t opening = 0;
        marks[index] = node->kind == AT_NODE_ASSET ? AT_MARK_ASSET : 0;
        if (at_node_held(node->kind)) {
            marks[index] |= AT_MARK_HELD;
            opening = node->opening;
        }
        if (opening == AT_AMOUNT_NONE) {
            opening = -(levels[index].lowest + 1); /* in two steps: -INT64_MIN is no int64_t */
            AT_TRY(at_money_add(&opening, 1, err));
            marks[index] |= opening > 0 ? AT_MARK_IMPUTED : 0;
        }
        effective->opening[index] = opening;
    }
    effective->marks = marks;
    return AT_OK;
}

static at_status mark_rows(at_effective *effective, at_arena *arena, at_error *err) {
    enum { BITS = 64 };
    const at_ledger *ledger = effective->ledger;
    uint64_t *apart = NULL;
    AT_TRY(AT_NEW(&apart, arena, ledger->count / BITS + 1, err));
    for (size_t first = 0; first < ledger->count; first += BITS) {
        const size_t end = ledger->count - first < BITS ? ledger->count : first + BITS;
        uint64_t any = 0; /* nearly always 0, and soon known */
        for (size_t row = first; row < end; row++)
            any |= (uint64_t)ledger->fee[row] | (ledger->flags[row] & AT_ROW_CONVERSION);
        for (size_t row = first; any != 0 && row < end; row++)
            if (ledger->fee[row] > 0 || (ledger->flags[row] & AT_ROW_CONVERSION) != 0)
                apart[row / BITS] |= UINT64_C(1) << row % BITS;
    }
    effective->apart = apart;
    return AT_OK;
}

at_status at_effective_make(at_effective *out, const at_ledger *ledger, at_tie tie,
                            at_reversals reversals, int64_t as_of_us, at_arena *arena,
                            at_error *err) {
    at_effective effective = {.ledger = ledger, .amount = ledger->amount};
    AT_TRY(at_trace_order(&effective.order, ledger, tie, arena, err));
    if (reversals == AT_REVERSALS_CANCEL)
        AT_TRY(apply_reversals(&effective, as_of_us, arena, err));
    AT_TRY(mark_rows(&effective, arena, err));
    AT_TRY(find_openings(&effective, arena, err));
    *out = effective;
    return AT_OK;
}

bool at_effective_converts(const at_effective *effective, int64_t as_of_us) {
    const at_ledger *ledger = effective->ledger;
    if (effective->converts_elsewhere)
        return true;
    for (size_t row = 0; row < ledger->count; row++)
        if ((ledger->flags[row] & AT_ROW_CONVERSION) != 0 && ledger->amount[row] > 0 &&
            ledger->time_us[row] <= as_of_us)
            return true;
    return false;
}
