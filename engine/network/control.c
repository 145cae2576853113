#include "engine/network/control.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Closer than this to a threshold a sum of doubles does not decide. */
static const double NEAR = 1e-9;

/* Weights are rounded; closer than this two numbers are one (G4). */
static const double EPS = 1e-12;

at_rule at_rule_control(const at_ownership *ownership) {
    return (at_rule){.bars = {{&ownership->voting, {1, 2}, AT_MORE_THAN}}, .bar_count = 1};
}

/* What one owner holds of one body: stakes in several names stand together. Upper ends together
 * rise by the column's slack at most.
 *
 * @param count_out  how many stakes those are
 */
static double held_from(const at_matrix *matrix, uint32_t first, bool high, uint32_t *count_out) {
    const at_stake *stake = &matrix->stakes[first];
    double low = 0, most = 0;
    uint32_t count = 0;
    do {
        low += at_ratio_real(stake[count].share.lo);
        most += matrix->high[first + count];
        count++;
    } while (first + count < matrix->column_start[stake->owned + 1] &&
             stake[count].owner == stake->owner);
    *count_out = count;
    return high ? fmin(most, low + matrix->exit[stake->owned]) : low;
}

/* Does the sum of the marked stakes of a column pass, given that it is `sum` to rounding? At
 * equality an upper end that is not attained fails, a lower one that is not is more (O9). */
static at_status passes(bool *out, const at_bar *bar, uint32_t body, const bool *in, double sum,
                        bool high, at_error *err) {
    const at_matrix *matrix = bar->matrix;
    uint32_t start = matrix->column_start[body], count = matrix->column_start[body + 1] - start;
    double gap = sum - at_ratio_real(bar->threshold);
    int sign = gap < 0 ? -1 : 1;
    bool open = false;
    if (fabs(gap) < NEAR)
        AT_TRY(at_exact_sum(&sign, &matrix->stakes[start], in, count, high, bar->threshold, err));
    if (sign != 0) {
        *out = sign > 0;
        return AT_OK;
    }
    for (uint32_t i = 0; i < count; i++) {
        const at_share *share = &matrix->stakes[start + i].share;
        const bool risen = matrix->high[start + i] >= at_ratio_real(share->hi) - EPS;
        open |= in[i] && (high ? share->hi_open && risen : share->lo_open);
    }
    *out = bar->op == AT_AT_LEAST ? !(high && open) : !high && open;
    return AT_OK;
}

/* Mark the stakes of a column whose owners joined before `now`. */
static void mark_members(bool *in, const at_reach *reach, const at_matrix *matrix, uint32_t body,
                         uint32_t now) {
    uint32_t start = matrix->column_start[body];
    for (uint32_t i = start; i < matrix->column_start[body + 1]; i++)
        in[i - start] =
            matrix->stakes[i].owner != body && reach->round[matrix->stakes[i].owner] < now;
}

static at_status joins(bool *out, at_reach *reach, uint32_t body, uint32_t now, at_error *err) {
    *out = false;
    for (size_t i = 0; i < reach->rule.bar_count && !*out; i++) {
        const at_bar *bar = &reach->rule.bars[i];
        double sum = reach->sum[i][body];
        if (sum < at_ratio_real(bar->threshold) - NEAR ||
            (reach->certainty == AT_CERTAIN && bar->matrix->over[body]))
            continue;
        if (sum < at_ratio_real(bar->threshold) + 2 * NEAR)
            mark_members(reach->in, reach, bar->matrix, body, now);
        AT_TRY(passes(out, bar, body, reach->in, sum, reach->certainty == AT_AT_MOST, err));
        reach->bar[body] = (uint8_t)i;
    }
    return AT_OK;
}

/* Add what a new member holds, and put what it holds something of among the candidates, once. */
static void add_holdings(at_reach *reach, uint32_t *queue_count, uint32_t member) {
    for (size_t bar = 0; bar < reach->rule.bar_count; bar++) {
        const at_matrix *matrix = reach->rule.bars[bar].matrix;
        uint32_t count;
        for (uint32_t i = matrix->row_start[member]; i < matrix->row_start[member + 1];
             i += count) {
            uint32_t stake = matrix->row_stakes[i], owned = matrix->stakes[stake].owned;
            double held = held_from(matrix, stake, reach->certainty == AT_AT_MOST, &count);
            if (!reach->is_touched[owned]) {
                reach->is_touched[owned] = true;
                reach->touched[reach->touched_count++] = owned;
            }
            reach->sum[bar][owned] += held;
            if (!reach->queued[owned] && reach->round[owned] == UINT32_MAX) {
                reach->queued[owned] = true;
                reach->queue[(*queue_count)++] = owned;
            }
        }
    }
}

at_status at_reach_init(at_reach *out, const at_rule *rule, at_arena *arena, at_error *err) {
    at_reach reach = {.rule = *rule};
    size_t count = rule->bars[0].matrix->body_count, stakes = 0;
    assert(rule->bar_count > 0 && rule->bar_count <= AT_BARS_MAX);
    AT_TRY(AT_NEW(&reach.round, arena, count, err));
    AT_TRY(AT_NEW(&reach.bar, arena, count, err));
    AT_TRY(AT_NEW(&reach.members, arena, count, err));
    AT_TRY(AT_NEW(&reach.touched, arena, count, err));
    AT_TRY(AT_NEW(&reach.queue, arena, count, err));
    AT_TRY(AT_NEW(&reach.queued, arena, count, err));
    AT_TRY(AT_NEW(&reach.is_touched, arena, count, err));
    for (size_t i = 0; i < rule->bar_count; i++) {
        assert(rule->bars[i].matrix->body_count == count);
        AT_TRY(AT_NEW(&reach.sum[i], arena, count, err));
        stakes =
            rule->bars[i].matrix->stake_count > stakes ? rule->bars[i].matrix->stake_count : stakes;
    }
    AT_TRY(AT_NEW(&reach.in, arena, stakes, err));
    memset(reach.round, 0xFF, count * sizeof *reach.round);
    *out = reach;
    return AT_OK;
}

static void forget(at_reach *reach) {
    for (uint32_t i = 0; i < reach->member_count; i++)
        reach->round[reach->members[i]] = UINT32_MAX;
    for (uint32_t i = 0; i < reach->touched_count; i++) {
        reach->is_touched[reach->touched[i]] = false;
        for (size_t bar = 0; bar < reach->rule.bar_count; bar++)
            reach->sum[bar][reach->touched[i]] = 0;
    }
    reach->member_count = reach->touched_count = 0;
}

static int compare_numbers(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

at_status at_reach_find(at_reach *reach, const uint32_t *seeds, size_t seed_count,
                        at_certainty certainty, at_error *err) {
    uint32_t first = 0;
    forget(reach);
    reach->certainty = certainty;
    for (size_t i = 0; i < seed_count; i++) {
        if (reach->round[seeds[i]] == 0)
            continue;
        reach->round[seeds[i]] = 0;
        reach->members[reach->member_count++] = seeds[i];
    }
    for (uint32_t now = 1; first < reach->member_count; now++) {
        uint32_t count = 0, last = reach->member_count;
        for (uint32_t i = first; i < last; i++)
            add_holdings(reach, &count, reach->members[i]);
        for (uint32_t i = 0; i < count; i++)
            reach->queued[reach->queue[i]] = false;
        for (uint32_t i = 0; i < count; i++) {
            bool is_in;
            AT_TRY(joins(&is_in, reach, reach->queue[i], now, err));
            if (is_in)
                reach->members[reach->member_count++] = reach->queue[i];
        }
        for (uint32_t i = last; i < reach->member_count; i++)
            reach->round[reach->members[i]] = now;
        qsort(&reach->members[last], reach->member_count - last, sizeof *reach->members,
              compare_numbers);
        first = last;
    }
    return AT_OK;
}

/* The stakes by which a member joined. */
static at_status explain(at_reached *item, const at_reach *reach, at_arena *arena, at_error *err) {
    const at_matrix *matrix = reach->rule.bars[item->bar].matrix;
    uint32_t start = matrix->column_start[item->body], end = matrix->column_start[item->body + 1];
    uint32_t *stakes;
    AT_TRY(AT_NEW(&stakes, arena, end - start, err));
    for (uint32_t i = start, count; i < end; i += count) {
        double held = held_from(matrix, i, reach->certainty == AT_AT_MOST, &count);
        if (reach->round[matrix->stakes[i].owner] >= item->round || held <= 0)
            continue;
        item->sum += held;
        for (uint32_t k = 0; k < count; k++)
            stakes[item->stake_count++] = i + k;
    }
    item->stakes = stakes;
    return AT_OK;
}

static int compare_reached(const void *left, const void *right) {
    const at_reached *a = left, *b = right;
    if (a->round != b->round)
        return a->round < b->round ? -1 : 1;
    return compare_numbers(&a->body, &b->body);
}

at_status at_reached_find(at_reached_list *out, const at_rule *rule, const uint32_t *seeds,
                          size_t seed_count, at_arena *arena, at_error *err) {
    at_reach runs[AT_AT_MOST + 1];
    at_reached_list list = {0};
    at_reached *items;
    for (int i = AT_CERTAIN; i <= AT_AT_MOST; i++) {
        AT_TRY(at_reach_init(&runs[i], rule, arena, err));
        AT_TRY(at_reach_find(&runs[i], seeds, seed_count, (at_certainty)i, err));
    }
    const at_reach *most = &runs[AT_AT_MOST];
    AT_TRY(AT_NEW(&items, arena, most->member_count, err));
    for (uint32_t i = 0; i < most->member_count; i++) {
        uint32_t body = most->members[i];
        const at_reach *run = runs[AT_STATED].round[body] != UINT32_MAX ? &runs[AT_STATED] : most;
        if (run->round[body] == 0)
            continue;
        at_reached *item = &items[list.count++];
        *item = (at_reached){.body = body,
                             .round = run->round[body],
                             .bar = run->bar[body],
                             .verdict = runs[AT_CERTAIN].round[body] != UINT32_MAX
                                            ? AT_VERDICT_DEFINITE
                                            : AT_VERDICT_POSSIBLE};
        AT_TRY(explain(item, run, arena, err));
    }
    if (list.count > 1)
        qsort(items, list.count, sizeof *items, compare_reached);
    list.items = items;
    list.concerned = most->is_touched;
    *out = list;
    return AT_OK;
}

/* What the members hold of the target, marked in its column when that is near a threshold. The
 * shorter way is taken: down the members' rows or along the target's column. */
static double sum_held(const at_reach *reach, const at_matrix *capital, uint32_t target,
                       bool *any_out) {
    uint32_t start = capital->column_start[target], end = capital->column_start[target + 1];
    bool high = reach->certainty == AT_AT_MOST;
    size_t rows = 0;
    double sum = 0;
    *any_out = false;
    for (uint32_t i = 0; i < reach->member_count; i++)
        rows += capital->row_start[reach->members[i] + 1] - capital->row_start[reach->members[i]];
    if (end - start <= rows) {
        for (uint32_t i = start, count; i < end; i += count) {
            double held = held_from(capital, i, high, &count);
            uint32_t owner = capital->stakes[i].owner;
            if (owner != target && reach->round[owner] != UINT32_MAX) {
                sum += held;
                *any_out = true;
            }
        }
        return sum;
    }
    for (uint32_t i = 0; i < reach->member_count; i++) {
        uint32_t member = reach->members[i];
        for (uint32_t r = capital->row_start[member], count;
             member != target && r < capital->row_start[member + 1]; r += count) {
            uint32_t stake = capital->row_stakes[r];
            double held = held_from(capital, stake, high, &count);
            if (capital->stakes[stake].owned == target) {
                sum += held;
                *any_out = true;
            }
        }
    }
    return sum;
}

at_status at_control_of(at_controlled *out, at_reach *reach, const at_ownership *ownership,
                        uint32_t owner, uint32_t target, at_ratio threshold, at_operator op,
                        at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    const at_bar bar = {&ownership->capital, threshold, op};
    at_controlled controlled = {0};
    bool *in = NULL;
    for (int i = AT_CERTAIN; i <= AT_AT_MOST; i++) {
        bool any, passed;
        AT_TRY(at_reach_find(reach, &owner, 1, (at_certainty)i, err));
        double sum = sum_held(reach, bar.matrix, target, &any);
        if (i == AT_STATED)
            controlled.share = sum;
        if (!any || controlled.verdict != AT_VERDICT_NO)
            continue;
        if (fabs(sum - at_ratio_real(threshold)) < NEAR) {
            uint32_t count =
                bar.matrix->column_start[target + 1] - bar.matrix->column_start[target];
            if (in == NULL)
                AT_TRY(AT_NEW(&in, &scratch, count, err));
            mark_members(in, reach, bar.matrix, target, UINT32_MAX);
        }
        AT_TRY(passes(&passed, &bar, target, in, sum, i == AT_AT_MOST, err));
        if (passed)
            controlled.verdict = i == AT_CERTAIN && !bar.matrix->over[target] ? AT_VERDICT_DEFINITE
                                                                              : AT_VERDICT_POSSIBLE;
    }
    *out = controlled;
    return AT_OK;
}
