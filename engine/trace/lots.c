#include "engine/trace/lots.h"

#include <assert.h>

#include "engine/trace/runs.h"

/* Lots that are walked at most before a list gets an index. */
static const uint32_t far = 2 * AT_RUN_LOTS;

void at_lot_store_init(at_lot_store *store, at_arena *arena) {
    *store =
        (at_lot_store){.pool = {.arena = arena, .item_bytes = sizeof(at_lot)}, .spare = AT_NONE};
    at_runs_init(store, arena);
}

static at_status new_lot(uint32_t *out, at_lot_store *store, uint32_t label, int64_t units,
                         at_error *err) {
    uint32_t index = store->spare;
    if (index != AT_NONE)
        store->spare = at_lot_at(store, index)->newer;
    else
        AT_TRY(at_pool_add(&index, &store->pool, err));
    *at_lot_at(store, index) = (at_lot){
        .units = units, .label = label, .older = AT_NONE, .newer = AT_NONE, .runs = AT_NONE};
    *out = index;
    return AT_OK;
}

static void give_back(at_lot_store *store, uint32_t index) {
    at_lot_at(store, index)->newer = store->spare;
    store->spare = index;
}

/* The index of the list, or AT_NONE. */
static uint32_t index_of(const at_lots *lots, const at_lot_store *store) {
    return lots->total > 0 ? at_lot_at(store, lots->oldest)->runs : AT_NONE;
}

static void set_index(const at_lots *lots, const at_lot_store *store, uint32_t root) {
    at_lot_at(store, lots->oldest)->runs = root;
}

void at_lots_loosen(const at_lots *lots, at_lot_store *store) {
    const uint32_t root = index_of(lots, store);
    if (root == AT_NONE)
        return;
    at_runs_free(store, root);
    set_index(lots, store, AT_NONE);
}

void at_lots_unlink(at_lots *lots, at_lot_store *store, uint32_t index) {
    const at_lot lot = *at_lot_at(store, index);
    assert(lot.runs == AT_NONE);
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
    const uint32_t root = index_of(lots, store);
    if (lots->total > 0 && at_lot_at(store, lots->newest)->label == label) {
        at_lot_at(store, lots->newest)->units += units;
        lots->total += units;
        if (root != AT_NONE)
            at_runs_grow(store, root, units);
        return AT_OK;
    }
    uint32_t index = 0, more = 0;
    AT_TRY(new_lot(&index, store, label, units, err));
    if (root != AT_NONE) {
        AT_TRY(at_runs_make(&more, store, index, err));
        set_index(lots, store, at_runs_join(store, root, more));
    }
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

/* One index for two lists that become one, if either has one. */
static at_status join_indexes(const at_lots *lots, at_lot_store *store, const at_lots *block,
                              at_error *err) {
    uint32_t older = index_of(lots, store), newer = index_of(block, store);
    if (older == AT_NONE && newer == AT_NONE)
        return AT_OK;
    if (older == AT_NONE)
        AT_TRY(at_runs_make(&older, store, lots->oldest, err));
    if (newer == AT_NONE)
        AT_TRY(at_runs_make(&newer, store, block->oldest, err));
    set_index(block, store, AT_NONE);
    set_index(lots, store, at_runs_join(store, older, newer));
    return AT_OK;
}

static at_status drop_oldest(at_lots *lots, at_lot_store *store, at_error *err) {
    const at_lot oldest = *at_lot_at(store, lots->oldest);
    at_lots one = {0};
    if (oldest.runs != AT_NONE) {
        AT_TRY(at_lots_take_oldest(&one, lots, store, oldest.units, err));
        at_lots_drop(&one, store);
        return AT_OK;
    }
    lots->total -= oldest.units;
    at_lots_unlink(lots, store, lots->oldest);
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
    const at_lot first = *at_lot_at(store, block->oldest);
    if (at_lot_at(store, lots->newest)->label == first.label) {
        AT_TRY(at_lots_push(lots, store, first.label, first.units, err));
        AT_TRY(drop_oldest(block, store, err));
    }
    if (block->total > 0) {
        AT_TRY(join_indexes(lots, store, block, err));
        at_lot_at(store, lots->newest)->newer = block->oldest;
        at_lot_at(store, block->oldest)->older = lots->newest;
        lots->newest = block->newest;
        lots->total += block->total;
    }
    *block = (at_lots){0};
    return AT_OK;
}

/* Where a walk to a cut has come to: the next lot of either side and the units behind it. */
typedef struct walk {
    uint32_t front, back;
    int64_t front_sum, back_sum;
    int64_t units, keep;
} walk;

/* One lot further; whether the cut is in it. */
static bool step_front(int64_t *left_out, walk *at, const at_lot_store *store) {
    const at_lot *lot = at_lot_at(store, at->front);
    at->front_sum += lot->units;
    *left_out = at->front_sum - at->units;
    if (*left_out >= 0)
        return true;
    at->front = lot->newer;
    return false;
}

static bool step_back(int64_t *left_out, walk *at, const at_lot_store *store) {
    const at_lot *lot = at_lot_at(store, at->back);
    at->back_sum += lot->units;
    *left_out = lot->units - (at->back_sum - at->keep);
    if (at->back_sum > at->keep)
        return true;
    at->back = lot->older;
    return false;
}

/* Walk a little from the end that has fewer units to the cut, then from both in turn, so that the
 * cost is the smaller side's and the far end is rarely called from memory; AT_NONE if it is far. */
static uint32_t walk_to_cut(int64_t *left_out, const at_lots *lots, const at_lot_store *store,
                            int64_t units) {
    enum { FIRST = 8 };
    walk at = {
        .front = lots->oldest, .back = lots->newest, .units = units, .keep = lots->total - units};
    const bool front_first = units <= at.keep;
    for (uint32_t steps = 0; steps < far; steps++) {
        if ((front_first || steps >= FIRST) && step_front(left_out, &at, store))
            return at.front;
        if ((!front_first || steps >= FIRST) && step_back(left_out, &at, store))
            return at.back;
    }
    return AT_NONE;
}

/* The lot that holds the last of the oldest `units`, 0 < units < total, and how many units of it
 * come after them. */
static at_status find_cut(uint32_t *cut_out, int64_t *left_out, const at_lots *lots,
                          at_lot_store *store, int64_t units, at_error *err) {
    uint32_t root = index_of(lots, store);
    if (root == AT_NONE) {
        *cut_out = walk_to_cut(left_out, lots, store, units);
        if (*cut_out != AT_NONE)
            return AT_OK;
        AT_TRY(at_runs_make(&root, store, lots->oldest, err));
        set_index(lots, store, root);
    }
    *cut_out = at_runs_find(left_out, store, root, units);
    return AT_OK;
}

static void keep_index(const at_lots *lots, at_lot_store *store, uint32_t root) {
    const bool kept = !at_runs_short(store, root);
    if (!kept)
        at_runs_free(store, root);
    set_index(lots, store, kept ? root : AT_NONE);
}

/* Between the lots `cut` and `rest`. */
static at_status cut_index(const at_lots *older, const at_lots *newer, at_lot_store *store,
                           at_error *err) {
    const uint32_t root = index_of(older, store);
    uint32_t before = AT_NONE, after = AT_NONE;
    if (root == AT_NONE)
        return AT_OK;
    AT_TRY(
        at_runs_cut(&before, &after, store, root, older->total, older->newest, newer->oldest, err));
    keep_index(older, store, before);
    keep_index(newer, store, after);
    return AT_OK;
}

/* Break the last `left` units off the lot `cut` and link them behind it. */
static at_status split_behind(at_lots *lots, at_lot_store *store, uint32_t cut, int64_t left,
                              at_error *err) {
    uint32_t part = 0;
    const uint32_t newer = at_lot_at(store, cut)->newer;
    AT_TRY(new_lot(&part, store, at_lot_at(store, cut)->label, left, err));
    at_lot_at(store, cut)->units -= left;
    at_lot_at(store, cut)->newer = part;
    at_lot_at(store, part)->older = cut;
    at_lot_at(store, part)->newer = newer;
    if (newer != AT_NONE)
        at_lot_at(store, newer)->older = part;
    else
        lots->newest = part;
    return AT_OK;
}

/* Break the first units off the lot, which keeps `left`, and link them before it: who comes from
 * the oldest end has that side at hand. The list has no index. */
static at_status split_before(uint32_t *cut, at_lots *lots, at_lot_store *store, int64_t left,
                              at_error *err) {
    uint32_t part = 0;
    const at_lot whole = *at_lot_at(store, *cut);
    AT_TRY(new_lot(&part, store, whole.label, whole.units - left, err));
    at_lot_at(store, *cut)->units = left;
    at_lot_at(store, *cut)->older = part;
    at_lot_at(store, part)->newer = *cut;
    at_lot_at(store, part)->older = whole.older;
    if (whole.older != AT_NONE)
        at_lot_at(store, whole.older)->newer = part;
    else
        lots->oldest = part;
    *cut = part;
    return AT_OK;
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
    uint32_t cut = 0;
    AT_TRY(find_cut(&cut, &left, lots, store, units, err));
    if (left > 0 && index_of(lots, store) == AT_NONE && units <= lots->total - units)
        AT_TRY(split_before(&cut, lots, store, left, err));
    else if (left > 0)
        AT_TRY(split_behind(lots, store, cut, left, err));
    const uint32_t rest = at_lot_at(store, cut)->newer;
    *out = (at_lots){.total = units, .oldest = lots->oldest, .newest = cut};
    at_lot_at(store, cut)->newer = AT_NONE;
    at_lot_at(store, rest)->older = AT_NONE;
    lots->oldest = rest;
    lots->total -= units;
    return cut_index(out, lots, store, err);
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

/* Whether there are more than `far` lots. */
static bool is_long(const at_lots *lots, const at_lot_store *store) {
    uint32_t index = lots->oldest, steps = 0;
    while (index != AT_NONE && steps++ < far)
        index = at_lot_at(store, index)->newer;
    return index != AT_NONE;
}

at_status at_lots_count(at_lots *lots, at_lot_store *store, at_label_put *put, void *self,
                        at_error *err) {
    if (lots->total == 0)
        return AT_OK;
    uint32_t root = index_of(lots, store);
    if (root == AT_NONE && is_long(lots, store)) {
        AT_TRY(at_runs_make(&root, store, lots->oldest, err));
        set_index(lots, store, root);
    }
    if (root != AT_NONE) {
        at_runs_count(store, root, put, self);
        return AT_OK;
    }
    for (uint32_t index = lots->oldest; index != AT_NONE; index = at_lot_at(store, index)->newer)
        put(self, at_lot_at(store, index)->label, at_lot_at(store, index)->units);
    return AT_OK;
}

at_status at_lots_relabel(int64_t *relabelled_out, at_lots *lots, at_lot_store *store,
                          uint32_t label, uint32_t untainted, int64_t wanted, at_error *err) {
    int64_t done = 0;
    uint32_t index = lots->total > 0 ? lots->oldest : AT_NONE;
    at_lots_loosen(lots, store);
    while (index != AT_NONE && done < wanted) {
        at_lot *lot = at_lot_at(store, index);
        const int64_t units = lot->units <= wanted - done ? lot->units : wanted - done;
        const uint32_t newer = lot->newer;
        if (lot->label >= untainted) {
            if (units < lot->units)
                AT_TRY(split_behind(lots, store, index, lot->units - units, err));
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
    at_lots_loosen(lots, store);
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
    at_lots_loosen(lots, store);
    if (lots->total > 0) {
        at_lot_at(store, lots->newest)->newer = store->spare;
        store->spare = lots->oldest;
    }
    *lots = (at_lots){0};
}
