/* ledger_nodes.c: what nodes are called, and their order. */
#include "engine/model/ledger.h"

#include <string.h>

#include "engine/model/order.h"

static at_status add_currency(at_node *node, at_arena *arena, at_error *err) {
    return at_arena_print(&node->id, arena, err, "%s/%s", node->account_id, node->currency.code);
}

static bool same_account(const at_node *a, const at_node *b) {
    return strcmp(a->account_id, b->account_id) == 0;
}

/* Node ids, in the order of account_id: alone it keeps that id, several add their currency. */
static at_status name_nodes(at_node **nodes, size_t count, at_arena *arena, at_error *err) {
    for (size_t i = 0; i < count; i++) {
        at_node *node = nodes[i];
        node->id = node->account_id;
        if ((i > 0 && same_account(nodes[i - 1], node)) ||
            (i + 1 < count && same_account(nodes[i + 1], node)))
            AT_TRY(add_currency(node, arena, err));
    }
    return AT_OK;
}

/* An account really called "A/EUR" beside account "A" in euros and dollars takes its currency too.
 * True when there was such a pair: the order must be made again. */
static at_status part_equal_ids(bool *again, at_node **nodes, size_t count, at_arena *arena,
                                at_error *err) {
    *again = false;
    for (size_t i = 1; i < count; i++) {
        at_node *a = nodes[i - 1], *b = nodes[i];
        if (strcmp(a->id, b->id) != 0)
            continue;
        AT_TRY(add_currency(a->id == a->account_id ? a : b, arena, err));
        *again = true;
    }
    return AT_OK;
}

static at_status sort_nodes(at_node **nodes, size_t count, bool by_id, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = SIZE_MAX};
    at_sort_key *keys;
    at_node **sorted;
    AT_TRY(AT_NEW(&keys, &scratch, count, err));
    AT_TRY(AT_NEW(&sorted, &scratch, count, err));
    for (size_t i = 0; i < count; i++)
        keys[i] =
            (at_sort_key){.item = (uint32_t)i, .text = by_id ? nodes[i]->id : nodes[i]->account_id};
    at_sort_pack_texts(keys, count);
    AT_TRY(at_sort(keys, count, &scratch, err));
    for (size_t i = 0; i < count; i++)
        sorted[i] = nodes[keys[i].item];
    memcpy(nodes, sorted, count * sizeof *sorted);
    return AT_OK;
}

at_status at_ledger_name_nodes(at_node **nodes, size_t count, at_arena *arena, at_error *err) {
    bool again = true;
    AT_TRY(sort_nodes(nodes, count, false, err));
    AT_TRY(name_nodes(nodes, count, arena, err));
    while (again) {
        AT_TRY(sort_nodes(nodes, count, true, err));
        AT_TRY(part_equal_ids(&again, nodes, count, arena, err));
    }
    return AT_OK;
}

uint8_t at_ledger_flags(uint8_t given, bool amounts_differ, const at_node *from,
                        const at_node *to) {
    int flags = given & ~(AT_ROW_SELF | AT_ROW_CONVERSION);
    if (from == to)
        flags |= AT_ROW_SELF;
    if (amounts_differ || strcmp(from->currency.code, to->currency.code) != 0)
        flags |= AT_ROW_CONVERSION;
    return (uint8_t)flags;
}
