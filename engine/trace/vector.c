#include "engine/trace/vector.h"

#include <assert.h>
#include <stddef.h>

at_status at_parts_make(at_parts *out, uint32_t label_count, at_arena *arena, at_error *err) {
    at_parts parts = {0};
    AT_TRY(AT_NEW(&parts.items, arena, label_count, err));
    AT_TRY(AT_NEW(&parts.room, arena, label_count, err));
    *out = parts;
    return AT_OK;
}

/* The rank-th greatest of the values (0 < rank <= count), whose order is lost: Hoare's selection,
 * O(count). Where a pivot stands is mixed, so that no order of the values is slow. */
static int64_t select_greatest(int64_t *values, size_t count, size_t rank) {
    const ptrdiff_t wanted = (ptrdiff_t)rank - 1;
    ptrdiff_t low = 0, high = (ptrdiff_t)count - 1;
    uint64_t mixed = count;
    while (low < high) {
        mixed = (mixed + 1) * UINT64_C(0x9E3779B97F4A7C15);
        const int64_t pivot = values[low + (ptrdiff_t)((mixed >> 32) % (uint64_t)(high - low + 1))];
        ptrdiff_t left = low, right = high;
        while (left <= right) {
            while (values[left] > pivot)
                left++;
            while (values[right] < pivot)
                right--;
            if (left > right)
                break;
            const int64_t swapped = values[left];
            values[left++] = values[right];
            values[right--] = swapped;
        }
        if (right < wanted)
            low = left;
        if (wanted < left)
            high = right;
    }
    return values[wanted];
}

static void divide_few(at_part *items, size_t count, int64_t amount, int64_t total) {
    for (size_t i = 0; i < count; i++) {
        const at_wide product = (at_wide)items[i].weight * amount;
        if (total > 0) /* most products are short, and a wide division is a call */
            items[i].units =
                product <= INT64_MAX ? (int64_t)product / total : (int64_t)(product / total);
        else
            items[i].units = 0;
        items[i].left_over = (int64_t)(product - (at_wide)items[i].units * total);
    }
}

/* One division for all: floor(2^64 * rest / total), times a weight below 2^63, is too small by less
 * than one half, so the quotient by at most 1. What is left over is below 2^64 either way. */
static void divide_many(at_part *items, size_t count, int64_t amount, int64_t total) {
    const uint64_t by = (uint64_t)total, whole = (uint64_t)amount / by;
    const uint64_t part = (uint64_t)(((at_wide)((uint64_t)amount % by) << 64) / by);
    for (size_t i = 0; i < count; i++) {
        const uint64_t weight = (uint64_t)items[i].weight;
        uint64_t units = weight * whole + (uint64_t)((at_wide)weight * part >> 64);
        uint64_t left_over = weight * (uint64_t)amount - units * by;
        const bool short_by_one = left_over >= by;
        units += short_by_one;
        left_over -= short_by_one ? by : 0;
        items[i].units = (int64_t)units;
        items[i].left_over = (int64_t)left_over;
    }
}

bool at_parts_divide(at_part *items, size_t count, int64_t *room, int64_t amount, int64_t total) {
    enum { FEW = 8 };
    int64_t missing = amount;
    if (count < FEW || total <= 0)
        divide_few(items, count, amount, total);
    else
        divide_many(items, count, amount, total);
    for (size_t i = 0; i < count; i++) {
        room[i] = items[i].left_over;
        missing -= items[i].units;
    }
    if (missing == 0)
        return false;
    assert(missing > 0 && (size_t)missing < count);
    const int64_t least = select_greatest(room, count, (size_t)missing);
    for (size_t i = 0; i < count; i++)
        missing -= items[i].left_over > least;
    for (size_t i = 0; i < count; i++) {
        const bool last = items[i].left_over == least && missing > 0;
        items[i].units += last || items[i].left_over > least;
        missing -= last;
    }
    return true;
}

/* The first lot from `index` on whose label is not below `label`, or AT_NONE. */
static uint32_t find_label(const at_lot_store *store, uint32_t index, uint32_t label) {
    while (index != AT_NONE && at_lot_at(store, index)->label < label)
        index = at_lot_at(store, index)->newer;
    return index;
}

at_status at_vector_add(at_lots *vector, at_lot_store *store, uint32_t label, int64_t units,
                        at_error *err) {
    if (units == 0)
        return AT_OK;
    const uint32_t index = find_label(store, vector->total > 0 ? vector->oldest : AT_NONE, label);
    if (index == AT_NONE || at_lot_at(store, index)->label != label)
        return at_lots_insert(vector, store, index, label, units, err);
    AT_TRY(at_money_add(&vector->total, units, err));
    at_lot_at(store, index)->units += units;
    return AT_OK;
}

at_status at_vector_join(at_lots *vector, at_lot_store *store, at_lots *block, at_error *err) {
    int64_t total = vector->total;
    if (vector->total == 0 || block->total == 0) {
        if (block->total > 0)
            *vector = *block;
        *block = (at_lots){0};
        return AT_OK;
    }
    AT_TRY(at_money_add(&total, block->total, err)); /* so no sum below can leave int64 */
    uint32_t at = vector->oldest;
    for (uint32_t index = block->oldest; index != AT_NONE;) {
        const at_lot *lot = at_lot_at(store, index);
        index = lot->newer;
        at = find_label(store, at, lot->label);
        if (at != AT_NONE && at_lot_at(store, at)->label == lot->label)
            at_lot_at(store, at)->units += lot->units;
        else
            AT_TRY(at_lots_insert(vector, store, at, lot->label, lot->units, err));
    }
    vector->total = total;
    at_lots_drop(block, store);
    return AT_OK;
}

size_t at_vector_list(at_parts *parts, const at_lots *vector, const at_lot_store *store) {
    size_t count = 0;
    uint32_t index = vector->total > 0 ? vector->oldest : AT_NONE;
    for (; index != AT_NONE; index = at_lot_at(store, index)->newer)
        parts->items[count++] = (at_part){.weight = at_lot_at(store, index)->units, .lot = index};
    return count;
}

at_status at_vector_move(at_lots *out, at_lots *vector, at_lot_store *store, const at_parts *parts,
                         size_t count, at_error *err) {
    for (size_t i = 0; i < count; i++) {
        const at_part *part = &parts->items[i];
        if (part->units == 0)
            continue;
        const uint32_t label = at_lot_at(store, part->lot)->label;
        AT_TRY(at_lots_insert(out, store, AT_NONE, label, part->units, err));
        at_lot *lot = at_lot_at(store, part->lot);
        lot->units -= part->units;
        if (lot->units == 0)
            at_lots_unlink(vector, store, part->lot);
        vector->total -= part->units;
    }
    return AT_OK;
}

at_status at_vector_relabel(int64_t *relabelled_out, at_lots *vector, at_lot_store *store,
                            uint32_t label, uint32_t untainted, int64_t wanted, at_error *err) {
    int64_t done = 0;
    uint32_t index = vector->total > 0 ? vector->oldest : AT_NONE;
    index = find_label(store, index, untainted);
    for (uint32_t next; index != AT_NONE && done < wanted; index = next) {
        at_lot *lot = at_lot_at(store, index);
        const int64_t units = lot->units <= wanted - done ? lot->units : wanted - done;
        next = lot->newer;
        lot->units -= units;
        if (lot->units == 0)
            at_lots_unlink(vector, store, index);
        done += units;
    }
    vector->total -= done;
    AT_TRY(at_vector_add(vector, store, label, done, err));
    *relabelled_out = done;
    return AT_OK;
}

void at_vector_convert(at_lots *vector, at_lot_store *store, at_parts *parts, int64_t amount_in) {
    const size_t count = at_vector_list(parts, vector, store);
    (void)at_parts_divide(parts->items, count, parts->room, amount_in, vector->total);
    for (size_t i = 0; i < count; i++) {
        const at_part *part = &parts->items[i];
        at_lot_at(store, part->lot)->units = part->units;
        if (part->units == 0)
            at_lots_unlink(vector, store, part->lot);
    }
    vector->total = amount_in;
}
