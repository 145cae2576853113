#include "engine/trace/vector.h"

#include <assert.h>
#include <stdlib.h>

at_status at_parts_make(at_parts *out, uint32_t label_count, at_arena *arena, at_error *err) {
    at_parts parts = {0};
    AT_TRY(AT_NEW(&parts.items, arena, label_count, err));
    AT_TRY(AT_NEW(&parts.sorted, arena, label_count, err));
    *out = parts;
    return AT_OK;
}

/* Who lost most first; of equals the earlier item, which is the earlier label. */
static int compare_left_over(const void *a, const void *b) {
    const at_part *left = *(const at_part *const *)a, *right = *(const at_part *const *)b;
    if (left->left_over != right->left_over)
        return left->left_over > right->left_over ? -1 : 1;
    return (left > right) - (left < right);
}

bool at_parts_divide(at_part *items, size_t count, const at_part **room, int64_t amount,
                     int64_t total) {
    int64_t missing = amount;
    for (size_t i = 0; i < count; i++) {
        const at_wide product = (at_wide)items[i].weight * amount;
        if (total > 0) /* most products are short, and a wide division is a call */
            items[i].units =
                product <= INT64_MAX ? (int64_t)product / total : (int64_t)(product / total);
        else
            items[i].units = 0;
        items[i].left_over = (int64_t)(product - (at_wide)items[i].units * total);
        missing -= items[i].units;
    }
    if (missing == 0)
        return false;
    assert(missing > 0 && (size_t)missing < count);
    for (size_t i = 0; i < count; i++)
        room[i] = &items[i];
    qsort(room, count, sizeof *room, compare_left_over);
    for (size_t i = 0; i < (size_t)missing; i++)
        items[room[i] - items].units++;
    return true;
}

/* The first lot from `index` on whose label is not below `label`, or AT_NONE. */
static uint32_t find_label(const at_lot_store *store, uint32_t index, uint32_t label) {
    while (index != AT_NONE && at_lot_at(store, index)->label < label)
        index = at_lot_at(store, index)->newer;
    return index;
}

/* `*from` is where to look, and after it where the label stands. */
static at_status add_from(uint32_t *from, at_lots *vector, at_lot_store *store, uint32_t label,
                          int64_t units, at_error *err) {
    const uint32_t index = find_label(store, *from, label);
    *from = index;
    if (index == AT_NONE || at_lot_at(store, index)->label != label)
        return at_lots_insert(vector, store, index, label, units, err);
    AT_TRY(at_money_add(&vector->total, units, err));
    at_lot_at(store, index)->units += units;
    return AT_OK;
}

at_status at_vector_add(at_lots *vector, at_lot_store *store, uint32_t label, int64_t units,
                        at_error *err) {
    uint32_t from = vector->total > 0 ? vector->oldest : AT_NONE;
    return units > 0 ? add_from(&from, vector, store, label, units, err) : AT_OK;
}

at_status at_vector_join(at_lots *vector, at_lot_store *store, at_lots *block, at_error *err) {
    if (vector->total == 0 || block->total == 0) {
        if (block->total > 0)
            *vector = *block;
        *block = (at_lots){0};
        return AT_OK;
    }
    uint32_t from = vector->oldest;
    for (uint32_t index = block->oldest; index != AT_NONE; index = at_lot_at(store, index)->newer) {
        const at_lot lot = *at_lot_at(store, index);
        AT_TRY(add_from(&from, vector, store, lot.label, lot.units, err));
    }
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
    (void)at_parts_divide(parts->items, count, parts->sorted, amount_in, vector->total);
    for (size_t i = 0; i < count; i++) {
        const at_part *part = &parts->items[i];
        at_lot_at(store, part->lot)->units = part->units;
        if (part->units == 0)
            at_lots_unlink(vector, store, part->lot);
    }
    vector->total = amount_in;
}
