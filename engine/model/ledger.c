#include "engine/model/ledger.h"

#include <assert.h>
#include <string.h>

const char *at_grade_text(at_grade grade) {
    static const char *const words[] = {"observed", "corroborated", "accepted", "inferred"};
    assert(grade >= AT_OBSERVED && grade <= AT_INFERRED);
    return words[grade];
}

const char *at_node_kind_text(at_node_kind kind) {
    static const char *const words[] = {"account", "asset", "cash", "external", "sink"};
    assert(kind >= AT_NODE_ACCOUNT && kind <= AT_NODE_SINK);
    return words[kind];
}

uint32_t at_ledger_row(const at_ledger *ledger, const char *id) {
    assert(ledger != NULL && id != NULL);
    size_t low = 0, high = ledger->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const uint32_t row = ledger->by_id[middle];
        const int order = strcmp(id, at_ledger_id(ledger, row));
        if (order == 0)
            return row;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return AT_NONE;
}

uint32_t at_ledger_node(const at_ledger *ledger, const char *id) {
    assert(ledger != NULL && id != NULL);
    size_t low = 0, high = ledger->node_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = strcmp(id, ledger->nodes[middle].id);
        if (order == 0)
            return (uint32_t)middle;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return AT_NONE;
}

uint32_t at_ledger_node_of(const at_ledger *ledger, at_thing account, uint32_t start) {
    assert(ledger != NULL && account != 0);
    for (size_t node = start; node < ledger->node_count; node++)
        if (ledger->nodes[node].account == account)
            return (uint32_t)node;
    return AT_NONE;
}
