#include "engine/trace/take.h"

const char *const at_trace_methods[] = {"fifo",   "lifo",   "prorata",       "paripassu", "libr",
                                        "oatway", "poison", "claimant_best", NULL};

at_status at_take_init(at_take *out, at_trace_method method, uint32_t tainted_count,
                       uint32_t label_count, at_arena *arena, at_error *err) {
    at_take take = {.method = method, .untainted = tainted_count};
    at_lot_store_init(&take.lots, arena);
    AT_TRY(at_parts_make(&take.parts, label_count, arena, err));
    *out = take;
    return AT_OK;
}

/* Labels in their order, each wholly before the next; what they do not hold is left. */
static int64_t take_in_turn(at_part *items, size_t count, int64_t units) {
    for (size_t i = 0; i < count; i++) {
        items[i].units = items[i].weight < units ? items[i].weight : units;
        units -= items[i].units;
    }
    return units;
}

/* T9, T10, T12: what each label gives. */
static at_status take_shares(at_lots *out, at_take *take, at_lots *vector, int64_t units,
                             bool preserved, at_error *err) {
    at_part *items = take->parts.items;
    int64_t *room = take->parts.room;
    const size_t count = at_vector_list(&take->parts, vector, &take->lots);
    size_t tainted = 0;
    int64_t held = 0; /* of it tainted */
    for (; tainted < count; tainted++) {
        if (at_lot_at(&take->lots, items[tainted].lot)->label >= take->untainted)
            break;
        held += items[tainted].weight;
    }
    if (take->method == AT_TRACE_PRORATA) {
        take->roundings += at_parts_divide(items, count, room, units, vector->total);
    } else if (take->method == AT_TRACE_OATWAY && preserved) {
        const int64_t first = units < held ? units : held;
        (void)at_parts_divide(items, tainted, room, first, held);
        (void)take_in_turn(items + tainted, count - tainted, units - first);
    } else {
        const int64_t rest = take_in_turn(items + tainted, count - tainted, units);
        (void)at_parts_divide(items, tainted, room, rest, held);
    }
    return at_vector_move(out, vector, &take->lots, &take->parts, count, err);
}

at_status at_take_units(at_lots *out, at_take *take, at_lots *lots, int64_t units, bool preserved,
                        at_error *err) {
    if (take->method == AT_TRACE_FIFO)
        return at_lots_take_oldest(out, lots, &take->lots, units, err);
    if (take->method == AT_TRACE_LIFO)
        return at_lots_take_newest(out, lots, &take->lots, units, err);
    if (units == lots->total) { /* everything, whatever the rule */
        *out = *lots;
        *lots = (at_lots){0};
        return AT_OK;
    }
    if (units > 0 && lots->oldest == lots->newest) /* one label, whatever the rule */
        return at_lots_take_oldest(out, lots, &take->lots, units, err);
    return units > 0 ? take_shares(out, take, lots, units, preserved, err) : AT_OK;
}

at_status at_take_put(at_lots *lots, at_take *take, uint32_t label, int64_t units, at_error *err) {
    return at_take_keeps_order(take) ? at_lots_push(lots, &take->lots, label, units, err)
                                     : at_vector_add(lots, &take->lots, label, units, err);
}

at_status at_take_join(at_lots *lots, at_take *take, at_lots *block, at_error *err) {
    return at_take_keeps_order(take) ? at_lots_append(lots, &take->lots, block, err)
                                     : at_vector_join(lots, &take->lots, block, err);
}

at_status at_take_count(at_lots *lots, at_take *take, at_label_put *put, void *self,
                        at_error *err) {
    if (at_take_keeps_order(take))
        return at_lots_count(lots, &take->lots, put, self, err);
    uint32_t index = lots->total > 0 ? lots->oldest : AT_NONE; /* no index: lots come and go */
    for (; index != AT_NONE; index = at_lot_at(&take->lots, index)->newer) {
        const at_lot *lot = at_lot_at(&take->lots, index);
        put(self, lot->label, lot->units);
    }
    return AT_OK;
}

at_status at_take_relabel(int64_t *relabelled_out, at_take *take, at_lots *lots, uint32_t label,
                          int64_t wanted, at_error *err) {
    return at_take_keeps_order(take) ? at_lots_relabel(relabelled_out, lots, &take->lots, label,
                                                       take->untainted, wanted, err)
                                     : at_vector_relabel(relabelled_out, lots, &take->lots, label,
                                                         take->untainted, wanted, err);
}

void at_take_convert(at_lots *block, at_take *take, int64_t amount, int64_t amount_in) {
    if (at_take_keeps_order(take))
        at_lots_convert(block, &take->lots, amount, amount_in);
    else
        at_vector_convert(block, &take->lots, &take->parts, amount_in);
}
