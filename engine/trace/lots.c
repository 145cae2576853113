#include "engine/trace/lots.h"

#include <assert.h>

void at_lot_store_init(at_lot_store *store, at_arena *arena) {
    *store =
        (at_lot_store){.pool = {.arena = arena, .item_bytes = sizeof(at_lot)}, .spare = AT_NONE};
}

static at_status new_lot(uint32_t *out, at_lot_store *store, uint32_t label, int64_t units,
                         at_error *err) {
    uint32_t index = store->spare;
    if (index != AT_NONE)
        store->spare = at_lot_at(store, index)->newer;
    else
        AT_TRY(at_pool_add(&index, &store->pool, err));
    *at_lot_at(store, index) =
        (at_lot){.units = units, .label = label, .older = AT_NONE, .newer = AT_NONE};
    *out = index;
    return AT_OK;
}

static void give_back(at_lot_store *store, uint32_t index) {
    at_lot_at(store, index)->newer = store->spare;
    store->spare = index;
}

void at_lots_unlink(at_lots *lots, at_lot_store *store, uint32_t index) {
    const at_lot lot = *at_lot_at(store, index);
    if (lot.older == AT_NONE)
        lots->oldest = lot.newer;
    else
        at_lot_at(store, lot.older)->newer = lot.newer;
    if (lot.newer == AT_NONE)
        lots->newest = lot.older;
    else
        at_lot_at(store, lot.newer)->older = lot.older;
    give_back(store, index);
}

/* A lot that stands alone, behind the newest. */
static void link_newest(at_lots *lots, at_lot_store *store, uint32_t index) {
    if (lots->total == 0) {
        lots->oldest = index;
    } else {
        at_lot_at(store, index)->older = lots->newest;
        at_lot_at(store, lots->newest)->newer = index;
    }
    lots->newest = index;
    lots->total += at_lot_at(store, index)->units;
}

static at_status check_total(const at_lots *lots, int64_t units, at_error *err) {
    int64_t total = lots->total;
    return at_money_add(&total, units, err);
}

at_status at_lots_push(at_lots *lots, at_lot_store *store, uint32_t label, int64_t units,
                       at_error *err) {
    assert(units >= 0);
    if (units == 0)
        return AT_OK;
    AT_TRY(check_total(lots, units, err));
    if (lots->total > 0 && at_lot_at(store, lots->newest)->label == label) {
        at_lot_at(store, lots->newest)->units += units;
        lots->total += units;
        return AT_OK;
    }
    uint32_t index = 0;
    AT_TRY(new_lot(&index, store, label, units, err));
    link_newest(lots, store, index);
    return AT_OK;
}

at_status at_lots_insert(at_lots *lots, at_lot_store *store, uint32_t before, uint32_t label,
                         int64_t units, at_error *err) {
    assert(units > 0);
    AT_TRY(check_total(lots, units, err));
    uint32_t index = 0;
    AT_TRY(new_lot(&index, store, label, units, err));
    if (before == AT_NONE) {
        link_newest(lots, store, index);
        return AT_OK;
    }
    const uint32_t older = at_lot_at(store, before)->older;
    at_lot_at(store, index)->older = older;
    at_lot_at(store, index)->newer = before;
    at_lot_at(store, before)->older = index;
    if (older == AT_NONE)
        lots->oldest = index;
    else
        at_lot_at(store, older)->newer = index;
    lots->total += units;
    return AT_OK;
}

at_status at_lots_tally(at_lots *lots, at_lot_store *store, uint32_t label, int64_t units,
                        at_error *err) {
    AT_TRY(check_total(lots, units, err));
    uint32_t index = lots->total > 0 ? lots->oldest : AT_NONE;
    while (index != AT_NONE && at_lot_at(store, index)->label != label)
        index = at_lot_at(store, index)->newer;
    if (index == AT_NONE)
        return at_lots_push(lots, store, label, units, err);
    at_lot_at(store, index)->units += units;
    lots->total += units;
    return AT_OK;
}

at_status at_lots_append(at_lots *lots, at_lot_store *store, at_lots *block, at_error *err) {
    if (block->total == 0)
        return AT_OK;
    AT_TRY(check_total(lots, block->total, err));
    if (lots->total == 0) {
        *lots = *block;
        *block = (at_lots){0};
        return AT_OK;
    }
    at_lot *last = at_lot_at(store, lots->newest), *first = at_lot_at(store, block->oldest);
    lots->total += block->total;
    if (last->label == first->label) {
        last->units += first->units;
        block->total -= first->units;
        at_lots_unlink(block, store, block->oldest);
    }
    if (block->total > 0) {
        last->newer = block->oldest;
        at_lot_at(store, block->oldest)->older = lots->newest;
        lots->newest = block->newest;
    }
    *block = (at_lots){0};
    return AT_OK;
}

/* The lot that holds the last of the oldest `units`, 0 < units < total, and how many units of it
 * come after them. Walks from both ends in turn, so the cost is the smaller side's. */
static uint32_t find_cut(int64_t *left_out, const at_lots *lots, const at_lot_store *store,
                         int64_t units) {
    const int64_t keep = lots->total - units;
    uint32_t front = lots->oldest, back = lots->newest;
    for (int64_t front_sum = 0, back_sum = 0;;) {
        const at_lot *lot = at_lot_at(store, front);
        front_sum += lot->units;
        if (front_sum >= units) {
            *left_out = front_sum - units;
            return front;
        }
        front = lot->newer;
        lot = at_lot_at(store, back);
        back_sum += lot->units;
        if (back_sum > keep) {
            *left_out = lot->units - (back_sum - keep);
            return back;
        }
        back = lot->older;
    }
}

at_status at_lots_take_oldest(at_lots *out, at_lots *lots, at_lot_store *store, int64_t units,
                              at_error *err) {
    assert(units >= 0 && units <= lots->total);
    if (units == 0 || units == lots->total) {
        *out = units == 0 ? (at_lots){0} : *lots;
        if (units > 0)
            *lots = (at_lots){0};
        return AT_OK;
    }
    int64_t left = 0;
    const uint32_t cut = find_cut(&left, lots, store, units);
    uint32_t rest = at_lot_at(store, cut)->newer;
    if (left > 0) {
        uint32_t part = 0;
        AT_TRY(new_lot(&part, store, at_lot_at(store, cut)->label, left, err));
        at_lot_at(store, cut)->units -= left;
        at_lot_at(store, part)->newer = rest;
        if (rest != AT_NONE)
            at_lot_at(store, rest)->older = part;
        else
            lots->newest = part;
        rest = part;
    }
    *out = (at_lots){.total = units, .oldest = lots->oldest, .newest = cut};
    at_lot_at(store, cut)->newer = AT_NONE;
    at_lot_at(store, rest)->older = AT_NONE;
    lots->oldest = rest;
    lots->total -= units;
    return AT_OK;
}

at_status at_lots_take_newest(at_lots *out, at_lots *lots, at_lot_store *store, int64_t units,
                              at_error *err) {
    assert(units >= 0 && units <= lots->total);
    at_lots older = {0};
    AT_TRY(at_lots_take_oldest(&older, lots, store, lots->total - units, err));
    *out = *lots;
    *lots = older;
    return AT_OK;
}

at_status at_lots_relabel(int64_t *relabelled_out, at_lots *lots, at_lot_store *store,
                          uint32_t label, uint32_t untainted, int64_t wanted, at_error *err) {
    int64_t done = 0;
    uint32_t index = lots->total > 0 ? lots->oldest : AT_NONE;
    while (index != AT_NONE && done < wanted) {
        at_lot *lot = at_lot_at(store, index);
        const int64_t units = lot->units <= wanted - done ? lot->units : wanted - done;
        const uint32_t newer = lot->newer;
        if (lot->label >= untainted) {
            if (units < lot->units) {
                uint32_t part = 0;
                AT_TRY(new_lot(&part, store, lot->label, lot->units - units, err));
                at_lot *rest = at_lot_at(store, part);
                rest->older = index;
                rest->newer = newer;
                if (newer != AT_NONE)
                    at_lot_at(store, newer)->older = part;
                else
                    lots->newest = part;
                lot->newer = part;
                lot->units = units;
            }
            lot->label = label;
            done += units;
        }
        index = newer;
    }
    *relabelled_out = done;
    return AT_OK;
}

void at_lots_convert(at_lots *lots, at_lot_store *store, int64_t amount, int64_t amount_in) {
    assert(lots->total == amount && amount > 0 && amount_in > 0);
    int64_t before = 0, sum = 0;
    for (uint32_t index = lots->oldest, newer; index != AT_NONE; index = newer) {
        at_lot *lot = at_lot_at(store, index);
        newer = lot->newer;
        sum += lot->units;
        /* floor(sum * amount_in / amount) <= amount_in because sum <= amount. */
        const int64_t boundary = (int64_t)((at_wide)sum * amount_in / amount);
        lot->units = boundary - before;
        before = boundary;
        if (lot->units == 0)
            at_lots_unlink(lots, store, index);
    }
    lots->total = amount_in;
}

void at_lots_drop(at_lots *lots, at_lot_store *store) {
    if (lots->total > 0) {
        at_lot_at(store, lots->newest)->newer = store->spare;
        store->spare = lots->oldest;
    }
    *lots = (at_lots){0};
}
