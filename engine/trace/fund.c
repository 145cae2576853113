#include "engine/trace/fund.h"

at_status at_fund_divide(const int64_t **out, const at_trace *libr, const bool *fund,
                         at_arena *arena, at_error *err) {
    const uint32_t count = libr->tainted_count;
    int64_t left = 0, injected = 0, *parts = NULL;
    at_parts room;
    AT_TRY(AT_NEW(&parts, arena, count, err));
    AT_TRY(at_parts_make(&room, count, arena, err));
    for (size_t i = 0; i < libr->holding_count; i++) {
        const at_trace_holding *holding = &libr->holdings[i];
        if (holding->label < count && holding->node < libr->effective->ledger->node_count &&
            fund[holding->node])
            AT_TRY(at_money_add(&left, holding->amount, err));
    }
    for (uint32_t label = 0; label < count; label++) {
        room.items[label].weight = libr->injected[label];
        AT_TRY(at_money_add(&injected, libr->injected[label], err));
    }
    (void)at_parts_divide(room.items, count, room.room, left, injected);
    for (uint32_t label = 0; label < count; label++)
        parts[label] = room.items[label].units;
    *out = parts;
    return AT_OK;
}
