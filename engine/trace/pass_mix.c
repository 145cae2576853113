#include "engine/trace/pass_event.h"

/* prorata divides every debit by label (T9), so which untainted money was unknown or lent must be
 * known even far from taint. Nearly all accounts have nothing but @clean and @unknown, and most but
 * one of them: that is two numbers, a quarter of a line of the cache, and at most one division a
 * row. With @credit, or one of few tainted labels, an account is wide: units by label. What is in
 * debt, converted, declared on, charged a fee or tainted by one of many labels is run with lots. */

enum { UNTAINTED = 3, UNKNOWN = 2 };

bool at_pass_may_mix(const at_pass *pass) {
    const at_trace_options *options = pass->options;
    return options->method == AT_TRACE_PRORATA && !options->all_moves && options->watched == NULL &&
           options->backward_window_us == AT_TRACE_WINDOW_OFF;
}

at_status at_pass_mix_init(at_pass *pass, at_error *err) {
    at_mixes *mixes = &pass->mixes;
    const uint32_t tainted = pass->trace->tainted_count;
    const bool inside = tainted + UNTAINTED <= AT_MIX_WIDTH_MAX;
    mixes->first = inside ? 0 : tainted;
    mixes->clean = inside ? tainted : 0;
    mixes->width = mixes->clean <= 1 ? AT_MIX_WIDTH_MAX / 2 : AT_MIX_WIDTH_MAX;
    mixes->wide = (at_pool){.arena = pass->arena, .item_bytes = mixes->width * sizeof(int64_t)};
    mixes->spare = AT_NONE;
    return AT_NEW(&mixes->pairs, pass->arena, pass->node_count, err);
}

void at_pass_mix_open(at_pass *pass, uint32_t node, bool held, int64_t opening) {
    const bool imputed = at_opening_imputed(pass->effective, node);
    pass->mixes.pairs[node] = (at_pair){.total = !held         ? AT_PASS_OUTSIDE
                                                 : opening < 0 ? AT_PASS_LISTED
                                                               : opening,
                                        .unknown = imputed ? opening : 0};
}

void at_pass_mix_get(int64_t *units, const at_mixes *mixes, uint32_t node) {
    const at_pair *pair = &mixes->pairs[node];
    const int64_t *wide = pair->total == AT_PASS_WIDE ? at_wide_of(mixes, pair) : NULL;
    for (uint32_t i = 0; i < mixes->width; i++)
        units[i] = wide != NULL ? wide[i] : 0;
    if (pair->total < 0)
        return;
    units[mixes->clean] = pair->total - pair->unknown;
    units[mixes->clean + UNKNOWN] = pair->unknown;
}

static void give_back(at_mixes *mixes, at_pair *pair) {
    if (pair->total != AT_PASS_WIDE)
        return;
    *at_wide_of(mixes, pair) = mixes->spare;
    mixes->spare = (uint32_t)pair->unknown;
}

static at_status make_wide(at_mixes *mixes, at_pair *pair, at_error *err) {
    uint32_t index = mixes->spare;
    if (pair->total == AT_PASS_WIDE)
        return AT_OK;
    if (index == AT_NONE)
        AT_TRY(at_pool_add(&index, &mixes->wide, err));
    *pair = (at_pair){.total = AT_PASS_WIDE, .unknown = index};
    if (index == mixes->spare)
        mixes->spare = (uint32_t)*at_wide_of(mixes, pair);
    return AT_OK;
}

static at_status set_mix(at_mixes *mixes, uint32_t node, const int64_t *units, at_error *err) {
    at_pair *pair = &mixes->pairs[node];
    const int64_t clean = units[mixes->clean], unknown = units[mixes->clean + UNKNOWN];
    int64_t others = units[mixes->clean + 1];
    for (uint32_t i = 0; i < mixes->clean; i++)
        others |= units[i];
    if (others == 0) {
        give_back(mixes, pair);
        *pair = (at_pair){.total = clean + unknown, .unknown = unknown};
        return AT_OK;
    }
    AT_TRY(make_wide(mixes, pair, err));
    for (uint32_t i = 0; i < mixes->width; i++)
        at_wide_of(mixes, pair)[i] = units[i];
    return AT_OK;
}

at_status at_pass_unmix(at_pass *pass, uint32_t node, at_error *err) {
    at_mixes *mixes = &pass->mixes;
    at_pass_account *account = &pass->accounts[node];
    int64_t units[AT_MIX_WIDTH_MAX];
    at_pair *pair = &mixes->pairs[node];
    if (pair->total == AT_PASS_LISTED || pair->total == AT_PASS_OUTSIDE)
        return AT_OK;
    at_pass_mix_get(units, mixes, node);
    give_back(mixes, pair);
    pair->total = AT_PASS_LISTED;
    for (uint32_t i = 0; i < mixes->width; i++) {
        account->reached = account->reached || (units[i] > 0 && i < mixes->clean);
        AT_TRY(at_take_put(&account->lots, &pass->take, mixes->first + i, units[i], err));
    }
    return AT_OK;
}

at_status at_pass_remix(at_pass *pass, uint32_t node, at_error *err) {
    at_mixes *mixes = &pass->mixes;
    const at_lot_store *store = &pass->take.lots;
    at_pass_account *account = &pass->accounts[node];
    at_lots *lots = &account->lots;
    int64_t units[AT_MIX_WIDTH_MAX] = {0};
    if (mixes->pairs[node].total != AT_PASS_LISTED || account->debt > 0 ||
        (lots->total > 0 && at_lot_at(store, lots->oldest)->label < mixes->first))
        return AT_OK;
    uint32_t index = lots->total > 0 ? lots->oldest : AT_NONE;
    for (; index != AT_NONE; index = at_lot_at(store, index)->newer)
        units[at_lot_at(store, index)->label - mixes->first] = at_lot_at(store, index)->units;
    at_lots_drop(lots, &pass->take.lots);
    return set_mix(mixes, node, units, err);
}

/* --- Any row between accounts without lots ---------------------------------------------------- */

/* The part of each label in a debit of `amount` <= `total`, which is above 0 (T9); whether units
 * were left over. The last label's part follows from the others', so that one is all of it. */
static bool divide_mix(int64_t *block, const int64_t *from, uint32_t width, int64_t amount,
                       int64_t total) {
    int64_t lost[AT_MIX_WIDTH_MAX] = {0}, rest = amount, missing = 0;
    at_wide lost_by_others = 0;
    uint32_t last = width;
    while (from[--last] == 0)
        block[last] = 0;
    for (uint32_t i = 0; i < last; i++) {
        const at_wide product = (at_wide)from[i] * amount;
        block[i] = product <= INT64_MAX ? (int64_t)product / total : (int64_t)(product / total);
        lost[i] = (int64_t)(product - (at_wide)block[i] * total);
        lost_by_others += lost[i];
        rest -= block[i];
    }
    for (; lost_by_others > 0; lost_by_others -= total)
        missing++;
    block[last] = rest - missing;
    lost[last] = (int64_t)-lost_by_others;
    const bool rounded = missing > 0;
    for (; missing > 0; missing--) {
        uint32_t most = 0; /* of equals the earlier label */
        for (uint32_t i = 1; i <= last; i++)
            most = lost[i] > lost[most] ? i : most;
        block[most]++;
        lost[most] = -1;
    }
    return rounded;
}

/* Labels that the block brings to the node: each tainted one is a move, and what stops is kept. */
static at_status bring_mix(at_pass *pass, uint32_t row, const int64_t *block, bool stops,
                           at_error *err) {
    const at_mixes *mixes = &pass->mixes;
    const at_pass_event event = {
        .row = row, .from = pass->ledger->from[row], .to = pass->ledger->to[row]};
    const uint32_t kept = pass->options->declared_only ? mixes->clean : mixes->width;
    for (uint32_t i = 0; stops && i < kept; i++)
        if (block[i] > 0)
            AT_TRY(at_lots_tally(&pass->accounts[event.to].lots, &pass->take.lots, mixes->first + i,
                                 block[i], err));
    for (uint32_t i = 0; i < mixes->clean; i++) {
        if (block[i] == 0)
            continue;
        pass->touched[pass->touched_count++] = i;
        pass->units[i] = block[i];
    }
    AT_TRY(at_pass_moves(pass, &event, err));
    for (size_t i = 0; i < pass->touched_count; i++)
        AT_TRY(at_pass_reach(pass, &event, event.to, pass->touched[i], err));
    at_pass_forget(pass);
    return AT_OK;
}

static int64_t sum_mix(const int64_t *units, uint32_t width) {
    int64_t sum = 0; /* fits: more is refused */
    for (uint32_t i = 0; i < width; i++)
        sum += units[i];
    return sum;
}

static at_status run_mix(bool *done, at_pass *pass, uint32_t row, at_error *err) {
    at_mixes *mixes = &pass->mixes;
    const uint32_t from = pass->ledger->from[row], to = pass->ledger->to[row];
    const int64_t amount = pass->effective->amount[row];
    const bool outside = mixes->pairs[from].total == AT_PASS_OUTSIDE;
    const bool stops = mixes->pairs[to].total == AT_PASS_OUTSIDE;
    int64_t left[AT_MIX_WIDTH_MAX], more[AT_MIX_WIDTH_MAX], block[AT_MIX_WIDTH_MAX] = {0};
    at_pass_mix_get(left, mixes, from);
    at_pass_mix_get(more, mixes, to);
    const int64_t total = sum_mix(left, mixes->width);
    int64_t after = sum_mix(more, mixes->width), tainted = 0;
    *done = !at_pass_apart(pass, row) && from != to && mixes->pairs[to].total != AT_PASS_LISTED &&
            mixes->pairs[from].total != AT_PASS_LISTED && (outside || total >= amount) &&
            !__builtin_add_overflow(after, amount, &after);
    if (!*done)
        return AT_OK;
    if (outside) /* money from where no ledger is held is clean */
        block[mixes->clean] = amount;
    else if (total > 0)
        pass->take.roundings += divide_mix(block, left, mixes->width, amount, total);
    for (uint32_t i = 0; i < mixes->width; i++) {
        left[i] -= block[i];
        more[i] += block[i];
        tainted |= i < mixes->clean ? block[i] : 0;
    }
    if (!outside)
        AT_TRY(set_mix(mixes, from, left, err));
    if (!stops)
        AT_TRY(set_mix(mixes, to, more, err));
    return tainted > 0 || (stops && !pass->options->declared_only)
               ? bring_mix(pass, row, block, stops, err)
               : AT_OK;
}

/* --- Nearly every row ------------------------------------------------------------------------- */

/* What of a debit is unknown where the debtor has clean money too. The clean money loses what the
 * unknown does not, and of two that lost the same it is the earlier label. False: too large. */
static bool divide_pair(int64_t *unknown, uint64_t *roundings, const at_pair *from,
                        int64_t amount) {
    int64_t product = 0;
    if (__builtin_mul_overflow(from->unknown, amount, &product))
        return false;
    const int64_t lost = product % from->total;
    *unknown = product / from->total + (lost > from->total - lost);
    *roundings += lost > 0;
    return true;
}

static inline bool run_pair(at_pass *pass, uint32_t row) {
    const int64_t amount = pass->effective->amount[row];
    at_pair *from = &pass->mixes.pairs[pass->ledger->from[row]];
    at_pair *to = &pass->mixes.pairs[pass->ledger->to[row]];
    int64_t after = 0, unknown = amount;
    if (at_pass_apart(pass, row) || from == to || to->total < 0 || from->total < amount ||
        __builtin_add_overflow(to->total, amount, &after))
        return false;
    if (from->unknown != from->total) {
        unknown = 0;
        if (from->unknown > 0 && !divide_pair(&unknown, &pass->take.roundings, from, amount))
            return false;
    }
    from->total -= amount;
    from->unknown -= unknown;
    to->total = after;
    to->unknown += unknown;
    return true;
}

at_status at_pass_mix_rows(uint32_t *place, at_pass *pass, uint32_t end, at_error *err) {
    for (bool done = true; *place < end; ++*place) {
        const uint32_t row = at_effective_row(pass->effective, *place);
        at_pass_call(pass, *place);
        if (!run_pair(pass, row))
            AT_TRY(run_mix(&done, pass, row, err));
        if (!done)
            break;
    }
    return AT_OK;
}
