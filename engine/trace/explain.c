#include "engine/trace/explain.h"

enum { SLOTS_FIRST = 256 };

/* The slot of (node, label), or the free one where it belongs. Fibonacci hashing; the order of
 * slots decides nothing, they are only looked up. */
static size_t find_slot(const at_reaches *reaches, uint32_t node, uint32_t label) {
    const uint64_t key = ((uint64_t)label << 32 | node) * UINT64_C(0x9E3779B97F4A7C15);
    size_t slot = (size_t)(key >> 20) & (reaches->slot_count - 1);
    while (reaches->slots[slot].hops != AT_NONE &&
           (reaches->slots[slot].node != node || reaches->slots[slot].label != label))
        slot = (slot + 1) & (reaches->slot_count - 1);
    return slot;
}

const at_reach *at_reaches_find(const at_reaches *reaches, uint32_t node, uint32_t label) {
    if (reaches->slot_count == 0)
        return NULL;
    const at_reach *reach = &reaches->slots[find_slot(reaches, node, label)];
    return reach->hops != AT_NONE ? reach : NULL;
}

static at_status grow_slots(at_reaches *reaches, at_error *err) {
    at_reaches grown = {.arena = reaches->arena, .count = reaches->count};
    grown.slot_count = reaches->slot_count == 0 ? (size_t)SLOTS_FIRST : reaches->slot_count * 2;
    AT_TRY(AT_NEW(&grown.slots, grown.arena, grown.slot_count, err));
    for (size_t i = 0; i < grown.slot_count; i++)
        grown.slots[i].hops = AT_NONE;
    for (size_t i = 0; i < reaches->slot_count; i++) {
        const at_reach *reach = &reaches->slots[i];
        if (reach->hops != AT_NONE)
            grown.slots[find_slot(&grown, reach->node, reach->label)] = *reach;
    }
    *reaches = grown;
    return AT_OK;
}

at_status at_reaches_note(at_reaches *reaches, const at_reach *way, at_error *err) {
    if (reaches->count * 2 >= reaches->slot_count)
        AT_TRY(grow_slots(reaches, err));
    at_reach *reach = &reaches->slots[find_slot(reaches, way->node, way->label)];
    const uint64_t records = (reach->hops != AT_NONE ? reach->records : 0) + way->records;
    reaches->count += reach->hops == AT_NONE;
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
