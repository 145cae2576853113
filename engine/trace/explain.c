#include "engine/trace/explain.h"

enum { SLOTS_FIRST = 256, GROUP_BITS_MAX = 5 };

void at_reaches_init(at_reaches *reaches, uint32_t label_count, at_arena *arena) {
    *reaches = (at_reaches){.arena = arena, .last = {.items = AT_NONE}};
    while (reaches->group_bits < GROUP_BITS_MAX && label_count >> 2 * reaches->group_bits > 1)
        reaches->group_bits++;
    reaches->groups =
        (at_pool){.arena = arena, .item_bytes = sizeof(at_reach) << reaches->group_bits};
}

/* The slot of a group of a node's labels, or the free one where it belongs. */
static size_t find_slot(const at_reaches *reaches, uint32_t node, uint32_t group) {
    size_t slot = at_reaches_slot(reaches, node, group);
    while (reaches->slots[slot].items != AT_NONE &&
           (reaches->slots[slot].node != node || reaches->slots[slot].group != group))
        slot = (slot + 1) & (reaches->slot_count - 1);
    return slot;
}

static at_reach *reach_in(const at_reaches *reaches, uint32_t items, uint32_t label) {
    at_reach *group = at_pool_at(&reaches->groups, items);
    return &group[label & ((UINT32_C(1) << reaches->group_bits) - 1)];
}

const at_reach *at_reaches_find(const at_reaches *reaches, uint32_t node, uint32_t label) {
    if (reaches->slot_count == 0)
        return NULL;
    const size_t slot = find_slot(reaches, node, label >> reaches->group_bits);
    if (reaches->slots[slot].items == AT_NONE)
        return NULL;
    const at_reach *reach = reach_in(reaches, reaches->slots[slot].items, label);
    return reach->hops != AT_NONE ? reach : NULL;
}

static at_status grow_slots(at_reaches *reaches, at_error *err) {
    at_reaches grown = *reaches;
    grown.slot_count = reaches->slot_count == 0 ? (size_t)SLOTS_FIRST : reaches->slot_count * 2;
    AT_TRY(AT_NEW(&grown.slots, grown.arena, grown.slot_count, err));
    for (size_t i = 0; i < grown.slot_count; i++)
        grown.slots[i].items = AT_NONE;
    for (size_t i = 0; i < reaches->slot_count; i++) {
        const at_reach_slot *slot = &reaches->slots[i];
        if (slot->items != AT_NONE)
            grown.slots[find_slot(&grown, slot->node, slot->group)] = *slot;
    }
    *reaches = grown;
    return AT_OK;
}

at_status at_reaches_add(at_reach **out, at_reaches *reaches, uint32_t node, uint32_t label,
                         at_error *err) {
    const uint32_t group = label >> reaches->group_bits;
    const at_reach_slot last = reaches->last;
    if (last.items != AT_NONE && last.node == node && last.group == group) {
        *out = reach_in(reaches, last.items, label);
        return AT_OK;
    }
    if ((size_t)reaches->groups.count * 2 >= reaches->slot_count)
        AT_TRY(grow_slots(reaches, err));
    at_reach_slot *slot = &reaches->slots[find_slot(reaches, node, group)];
    if (slot->items == AT_NONE) {
        uint32_t items = 0;
        AT_TRY(at_pool_add(&items, &reaches->groups, err));
        *slot = (at_reach_slot){.node = node, .group = group, .items = items};
        for (uint32_t i = 0; i < UINT32_C(1) << reaches->group_bits; i++)
            reach_in(reaches, items, i)->hops = AT_NONE;
    }
    reaches->last = *slot;
    *out = reach_in(reaches, slot->items, label);
    return AT_OK;
}

at_status at_reaches_note(at_reaches *reaches, uint32_t node, uint32_t label, const at_reach *way,
                          at_error *err) {
    at_reach *reach = NULL;
    AT_TRY(at_reaches_add(&reach, reaches, node, label, err));
    const uint64_t records = reach->records + way->records;
    if (way->hops < reach->hops)
        *reach = *way;
    reach->records = records;
    return AT_OK;
}

at_status at_trace_path(const at_trace_move ***out, size_t *count_out, size_t *hops_out,
                        const at_pool *moves, uint32_t last, size_t limit, at_arena *arena,
                        at_error *err) {
    size_t hops = 0;
    for (uint32_t move = last; move != AT_NONE; hops++)
        move = ((const at_trace_move *)at_pool_at(moves, move))->parent;
    const size_t count = hops < limit ? hops : limit;
    const at_trace_move **path = NULL;
    AT_TRY(AT_NEW(&path, arena, count, err));
    uint32_t move = last;
    for (size_t place = hops; place-- > 0;) {
        const at_trace_move *at = at_pool_at(moves, move);
        if (place < count)
            path[place] = at;
        move = at->parent;
    }
    *out = path;
    *count_out = count;
    *hops_out = hops;
    return AT_OK;
}

at_grade at_grade_join(at_grade a, at_grade b) {
    static const int strength[] = {
        [AT_CORROBORATED] = 3, [AT_OBSERVED] = 2, [AT_ACCEPTED] = 1, [AT_INFERRED] = 0};
    return strength[a] < strength[b] ? a : b;
}
