/* pattern_stack.c: scatter-gathers that share their middles (N10). */
#include <stdlib.h>
#include <string.h>

#include "engine/trace/pattern.h"

/* That a finding of N6 has a middle. */
typedef struct tie {
    uint32_t middle, pair;
} tie;

typedef struct stacking {
    at_patterns *out, pairs;
    const at_ledger *ledger;
    const at_scatter_rule *rule;
    tie *ties; /* by middle, then pair */
    size_t tie_count, tie_capacity;
    size_t *of_pair_start; /* pair_count + 1: its middles */
    uint32_t *middles;     /* by pair, ascending, each once */
    uint32_t *group;       /* by pair: union-find, the smallest pair of a group is its root */
    uint32_t *shared;      /* by pair: middles shared with the pair at work */
    at_arena scratch;
} stacking;

static int compare_ties(const void *a, const void *b) {
    const tie *x = a, *y = b;
    if (x->middle != y->middle)
        return x->middle < y->middle ? -1 : 1;
    return (x->pair > y->pair) - (x->pair < y->pair);
}

static int compare_numbers(const void *a, const void *b) {
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static size_t drop_repeats(uint32_t *items, size_t count) {
    size_t kept = 0;
    qsort(items, count, sizeof *items, compare_numbers);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || items[kept - 1] != items[i])
            items[kept++] = items[i];
    return kept;
}

static at_status list_ties(stacking *work, at_error *err) {
    size_t rows = 0, count = 0;
    for (size_t pair = 0; pair < work->pairs.count; pair++)
        rows += work->pairs.items[pair].row_count;
    AT_TRY(AT_NEW(&work->middles, &work->scratch, rows, err));
    AT_TRY(AT_NEW(&work->of_pair_start, &work->scratch, work->pairs.count + 1, err));
    for (uint32_t pair = 0; pair < work->pairs.count; pair++) {
        const at_pattern_finding *finding = &work->pairs.items[pair];
        const size_t start = count;
        for (size_t i = 0; i < finding->row_count; i++)
            if (work->ledger->from[finding->rows[i]] == finding->source)
                work->middles[count++] = at_move_payee(work->ledger, finding->rows[i]);
        count = start + drop_repeats(work->middles + start, count - start);
        work->of_pair_start[pair + 1] = count;
        for (size_t i = start; i < count; i++) {
            AT_TRY(AT_GROW(&work->ties, &work->tie_capacity, work->tie_count, &work->scratch, err));
            work->ties[work->tie_count++] = (tie){work->middles[i], pair};
        }
    }
    if (work->tie_count > 0)
        qsort(work->ties, work->tie_count, sizeof *work->ties, compare_ties);
    return AT_OK;
}

static uint32_t root_of(stacking *work, uint32_t pair) {
    while (work->group[pair] != pair)
        pair = work->group[pair] = work->group[work->group[pair]];
    return pair;
}

static void unite(stacking *work, uint32_t a, uint32_t b) {
    const uint32_t x = root_of(work, a), y = root_of(work, b);
    work->group[x > y ? x : y] = x > y ? y : x;
}

static size_t first_tie(const stacking *work, uint32_t middle) {
    size_t low = 0, high = work->tie_count;
    while (low < high) {
        const size_t at = low + (high - low) / 2;
        if (work->ties[at].middle < middle)
            low = at + 1;
        else
            high = at;
    }
    return low;
}

static bool same_currency(const stacking *work, uint32_t a, uint32_t b) {
    const at_node *nodes = work->ledger->nodes;
    return strcmp(nodes[work->pairs.items[a].node].currency.code,
                  nodes[work->pairs.items[b].node].currency.code) == 0;
}

/* Count what a pair shares with each earlier one, and forget it again. */
static at_status join_pairs(stacking *work, uint32_t pair, at_error *err) {
    for (int forgetting = 0; forgetting < 2; forgetting++)
        for (size_t i = work->of_pair_start[pair]; i < work->of_pair_start[pair + 1]; i++) {
            const uint32_t middle = work->middles[i];
            size_t at = first_tie(work, middle);
            for (; work->ties[at].pair < pair; at++) {
                const uint32_t other = work->ties[at].pair;
                work->shared[other] = forgetting ? 0 : work->shared[other] + 1;
                if (work->shared[other] == work->rule->k && same_currency(work, pair, other))
                    unite(work, pair, other);
                AT_TRY(at_pattern_step(work->out, 1, err));
            }
        }
    return at_pattern_all_or_nothing(work->out, err);
}

typedef struct stack_group {
    uint32_t *rows, *seconds, *middles, *sources, *targets;
    size_t row_count, second_count, middle_count, source_count, target_count;
} stack_group;

static at_status gather_group(stack_group *group, stacking *work, const uint32_t *pairs,
                              size_t count, at_error *err) {
    size_t rows = 0, middles = 0;
    for (size_t i = 0; i < count; i++) {
        rows += work->pairs.items[pairs[i]].row_count;
        middles += work->of_pair_start[pairs[i] + 1] - work->of_pair_start[pairs[i]];
    }
    AT_TRY(AT_NEW(&group->rows, work->out->arena, rows, err));
    AT_TRY(AT_NEW(&group->seconds, &work->scratch, rows, err));
    AT_TRY(AT_NEW(&group->middles, &work->scratch, middles, err));
    AT_TRY(AT_NEW(&group->sources, &work->scratch, count, err));
    AT_TRY(AT_NEW(&group->targets, &work->scratch, count, err));
    for (size_t i = 0; i < count; i++) {
        const at_pattern_finding *pair = &work->pairs.items[pairs[i]];
        group->sources[group->source_count++] = pair->source;
        group->targets[group->target_count++] = pair->node;
        for (size_t row = 0; row < pair->row_count; row++) {
            group->rows[group->row_count++] = pair->rows[row];
            if (work->ledger->to[pair->rows[row]] == pair->node)
                group->seconds[group->second_count++] = pair->rows[row];
        }
        for (size_t at = work->of_pair_start[pairs[i]]; at < work->of_pair_start[pairs[i] + 1];
             at++)
            group->middles[group->middle_count++] = work->middles[at];
    }
    group->row_count = drop_repeats(group->rows, group->row_count);
    group->second_count = drop_repeats(group->seconds, group->second_count);
    group->middle_count = drop_repeats(group->middles, group->middle_count);
    group->source_count = drop_repeats(group->sources, group->source_count);
    group->target_count = drop_repeats(group->targets, group->target_count);
    return AT_OK;
}

static at_status add_stack(stacking *work, const uint32_t *pairs, size_t count, at_error *err) {
    const at_ledger *ledger = work->ledger;
    stack_group group = {.row_count = 0};
    AT_TRY(gather_group(&group, work, pairs, count, err));
    at_pattern_finding finding = {.node = work->pairs.items[pairs[0]].node,
                                  .centre = work->pairs.items[pairs[0]].centre,
                                  .count = group.middle_count,
                                  .rows = group.rows,
                                  .row_count = group.row_count};
    if (group.source_count < 2 || group.target_count < 2)
        return AT_OK;
    for (size_t i = 1; i < count; i++)
        if (strcmp(work->pairs.items[pairs[i]].centre, finding.centre) < 0)
            finding.centre = work->pairs.items[pairs[i]].centre;
    for (size_t i = 0; i < group.second_count; i++)
        AT_TRY(at_money_add(&finding.amount, ledger->amount_in[group.seconds[i]], err));
    AT_TRY(
        AT_GROW(&work->out->items, &work->out->capacity, work->out->count, work->out->arena, err));
    work->out->items[work->out->count++] = finding;
    return AT_OK;
}

static at_status add_stacks(stacking *work, at_error *err) {
    const size_t count = work->pairs.count;
    tie *order = NULL; /* group and pair */
    uint32_t *pairs = NULL;
    AT_TRY(AT_NEW(&order, &work->scratch, count, err));
    AT_TRY(AT_NEW(&pairs, &work->scratch, count, err));
    for (uint32_t pair = 0; pair < count; pair++)
        order[pair] = (tie){root_of(work, pair), pair};
    qsort(order, count, sizeof *order, compare_ties);
    for (size_t start = 0, end; start < count; start = end) {
        for (end = start; end < count && order[end].middle == order[start].middle; end++)
            pairs[end - start] = order[end].pair;
        if (end - start > 1)
            AT_TRY(add_stack(work, pairs, end - start, err));
    }
    return AT_OK;
}

static void clear_stacking(stacking *work) {
    at_arena_clear(&work->scratch);
}

at_status at_pattern_stack(at_patterns *out, const at_moves *moves, const at_scatter_rule *rule,
                           at_error *err) {
    AT_CLEANUP(clear_stacking)
    stacking work = {.out = out,
                     .ledger = moves->ledger,
                     .rule = rule,
                     .scratch.limit_bytes = AT_PATTERN_BYTES_MAX};
    work.pairs = (at_patterns){.arena = out->arena, .steps_max = out->steps_max};
    AT_TRY(at_pattern_scatter(&work.pairs, moves, rule, err));
    at_patterns_finish(&work.pairs, moves->ledger, 0);
    out->steps = work.pairs.steps;
    out->hubs = work.pairs.hubs;
    AT_TRY(list_ties(&work, err));
    AT_TRY(AT_NEW(&work.group, &work.scratch, work.pairs.count, err));
    AT_TRY(AT_NEW(&work.shared, &work.scratch, work.pairs.count, err));
    for (uint32_t pair = 0; pair < work.pairs.count; pair++)
        work.group[pair] = pair;
    for (uint32_t pair = 0; pair < work.pairs.count; pair++)
        AT_TRY(join_pairs(&work, pair, err));
    return add_stacks(&work, err);
}
