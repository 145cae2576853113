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

/* First node not before `shown`, or not before `shown/`. */
static size_t first_called(const at_ledger *ledger, const char *shown, bool slash) {
    const size_t bytes = strlen(shown);
    size_t low = 0, high = ledger->node_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const char *id = ledger->nodes[middle].id;
        int order = strncmp(id, shown, bytes);
        if (order == 0 && slash)
            order = (unsigned char)id[bytes] < '/' ? -1 : 0;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t at_ledger_node_of(const at_ledger *ledger, at_thing account, const char *shown,
                           uint32_t start) {
    assert(ledger != NULL && account != 0 && shown != NULL);
    const size_t bytes = strlen(shown);
    size_t node = first_called(ledger, shown, false);
    if (node >= start && node < ledger->node_count && ledger->nodes[node].account == account &&
        strcmp(ledger->nodes[node].id, shown) == 0)
        return (uint32_t)node;
    node = first_called(ledger, shown, true);
    for (node = node < start ? start : node; node < ledger->node_count; node++) {
        const char *id = ledger->nodes[node].id;
        if (strncmp(id, shown, bytes) != 0 || id[bytes] != '/')
            break;
        if (ledger->nodes[node].account == account)
            return (uint32_t)node;
    }
    return AT_NONE;
}

void at_ledger_rows_by_node(uint64_t *start, uint32_t *rows, const uint32_t *node_of, size_t count,
                            size_t node_count) {
    for (size_t i = 0; i < count; i++)
        start[node_of[i] + 1]++;
    for (size_t node = 0; node < node_count; node++)
        start[node + 1] += start[node];
    for (size_t i = 0; i < count; i++)
        rows[start[node_of[i]]++] = (uint32_t)i;
    /* Each start now stands where the next one began. */
    memmove(start + 1, start, node_count * sizeof *start);
    start[0] = 0;
}
