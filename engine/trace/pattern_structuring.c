/* pattern_structuring.c: several credits just below a threshold (N9). */
#include <stdlib.h>
#include <string.h>

#include "engine/trace/pattern.h"

static int compare_items(const void *a, const void *b) {
    const at_window_item *x = a, *y = b;
    return (x->key > y->key) - (x->key < y->key); /* the row of the credit: T2 order */
}

static bool is_below(const at_structuring_rule *rule, int64_t amount) {
    return amount < rule->threshold &&
           (at_wide)amount * rule->den >= (at_wide)rule->threshold * rule->num;
}

/* The credits of nodes of one holder and currency. */
static at_status look_at(at_patterns *out, const at_moves *moves, at_windows *windows,
                         const at_structuring_rule *rule, const char *name, const uint32_t *nodes,
                         size_t node_count, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = AT_PATTERN_BYTES_MAX};
    at_window_item *items = NULL;
    size_t count = 0, capacity = 0;
    for (size_t i = 0; i < node_count; i++)
        for (uint64_t at = moves->in_start[nodes[i]]; at < moves->in_start[nodes[i] + 1]; at++) {
            const uint32_t move = moves->ins[at];
            if (!is_below(rule, at_move_received(moves, move)))
                continue;
            AT_TRY(AT_GROW(&items, &capacity, count, &scratch, err));
            items[count++] = (at_window_item){.move = move,
                                              .key = moves->in_row[move],
                                              .node = nodes[i],
                                              .time_us = at_move_in_us(moves, move),
                                              .amount = at_move_received(moves, move)};
        }
    if (count < rule->k)
        return AT_OK;
    if (node_count > 1)
        qsort(items, count, sizeof *items, compare_items);
    const at_pattern_finding finding = {.centre = name, .node = nodes[0]};
    return at_windows_slide(out, windows, moves, items, count, finding, err);
}

at_status at_pattern_structuring(at_patterns *out, const at_moves *moves,
                                 const at_pattern_groups *groups, const at_structuring_rule *rule,
                                 at_error *err) {
    const at_node *nodes = moves->ledger->nodes;
    at_windows windows = {
        .k = rule->k, .delta_us = rule->delta_us, .total_min = rule->threshold, .by_item = true};
    for (size_t group = 0; group < groups->count; group++) {
        const uint64_t stop = groups->start[group + 1];
        for (uint64_t start = groups->start[group], end; start < stop; start = end) {
            const char *currency = nodes[groups->nodes[start]].currency.code;
            for (end = start; end < stop; end++)
                if (strcmp(nodes[groups->nodes[end]].currency.code, currency) != 0)
                    break;
            if (rule->currency == NULL || strcmp(rule->currency, currency) == 0)
                AT_TRY(look_at(out, moves, &windows, rule, groups->names[group],
                               groups->nodes + start, end - start, err));
        }
    }
    return AT_OK;
}
