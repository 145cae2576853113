#include "engine/trace/order.h"

#include <stdbool.h>

const char *const at_ties[] = {"record", "credit_first", NULL};

/* One group of equal time at work. Per node: credits of the group not yet taken, and the rows
 * that wait for them; a heap holds the rows that wait for nothing. */
typedef struct tie_group {
    const at_ledger *ledger;
    uint32_t *credits; /* by node; 0 outside a group */
    uint32_t *waiting; /* by node: first row of the group it debits, or AT_NONE */
    uint32_t *next;    /* by row: the next row debiting the same node */
    bool *taken;       /* by row */
    uint32_t *heap;
    size_t heap_count;
} tie_group;

static void heap_put(tie_group *group, uint32_t row) {
    size_t at = group->heap_count++;
    for (; at > 0 && group->heap[(at - 1) / 2] > row; at = (at - 1) / 2)
        group->heap[at] = group->heap[(at - 1) / 2];
    group->heap[at] = row;
}

static uint32_t heap_take(tie_group *group) {
    const uint32_t first = group->heap[0], last = group->heap[--group->heap_count];
    size_t at = 0;
    for (size_t child = 1; child < group->heap_count; child = 2 * at + 1) {
        if (child + 1 < group->heap_count && group->heap[child + 1] < group->heap[child])
            child++;
        if (group->heap[child] >= last)
            break;
        group->heap[at] = group->heap[child];
        at = child;
    }
    group->heap[at] = last;
    return first;
}

/* A row of amount 0 does not exist (T3) and holds nobody up. */
static bool counts(const at_ledger *ledger, uint32_t row) {
    return ledger->amount[row] > 0;
}

static void release(tie_group *group, uint32_t node) {
    for (uint32_t row = group->waiting[node]; row != AT_NONE; row = group->next[row])
        if (!group->taken[row])
            heap_put(group, row);
    group->waiting[node] = AT_NONE;
}

static void order_group(uint32_t *order, tie_group *group, uint32_t first, uint32_t end) {
    const at_ledger *ledger = group->ledger;
    size_t placed = first;
    for (uint32_t row = end; row-- > first;) {
        const uint32_t from = ledger->from[row];
        if (!counts(ledger, row))
            continue;
        group->next[row] = group->waiting[from];
        group->waiting[from] = row;
        if (from != ledger->to[row])
            group->credits[ledger->to[row]]++;
    }
    for (uint32_t row = first; row < end; row++) {
        if (!counts(ledger, row)) {
            group->taken[row] = true;
            order[placed++] = row;
        } else if (group->credits[ledger->from[row]] == 0) {
            release(group, ledger->from[row]);
        }
    }
    for (uint32_t remaining = first; placed < end;) {
        while (remaining < end && group->taken[remaining])
            remaining++;
        const uint32_t row = group->heap_count > 0 ? heap_take(group) : remaining;
        const uint32_t to = ledger->to[row];
        group->taken[row] = true;
        order[placed++] = row;
        if (to != ledger->from[row] && --group->credits[to] == 0)
            release(group, to);
    }
    /* Debtors of a cycle may still be listed as waiting for rows that are all taken. */
    for (uint32_t row = first; row < end; row++)
        group->waiting[ledger->from[row]] = AT_NONE;
}

at_status at_trace_order(const uint32_t **out, const at_ledger *ledger, at_tie tie, at_arena *arena,
                         at_error *err) {
    *out = NULL;
    const uint32_t count = (uint32_t)ledger->count;
    bool tied = false;
    for (uint32_t row = 1; row < count && !tied; row++)
        tied = ledger->time_us[row] == ledger->time_us[row - 1];
    if (tie == AT_TIE_RECORD || !tied)
        return AT_OK;

    uint32_t *order = NULL;
    tie_group group = {.ledger = ledger};
    AT_TRY(AT_NEW(&order, arena, count, err));
    AT_TRY(AT_NEW(&group.credits, arena, ledger->node_count, err));
    AT_TRY(AT_NEW(&group.waiting, arena, ledger->node_count, err));
    AT_TRY(AT_NEW(&group.next, arena, count, err));
    AT_TRY(AT_NEW(&group.taken, arena, count, err));
    AT_TRY(AT_NEW(&group.heap, arena, count, err));
    for (size_t node = 0; node < ledger->node_count; node++)
        group.waiting[node] = AT_NONE;
    bool moved = false;
    for (uint32_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count && ledger->time_us[end] == ledger->time_us[first];)
            end++;
        order_group(order, &group, first, end);
        for (uint32_t row = first; row < end; row++)
            moved = moved || order[row] != row;
    }
    if (moved)
        *out = order;
    return AT_OK;
}
