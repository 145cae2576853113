#include "engine/network/control.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* Closer than this to a threshold a sum of doubles does not decide. */
static const double NEAR = 1e-9;

/* Sum of the marked stakes of a column against a threshold: -1, 0 (within 1e-12), 1. */
static at_status compare_sum(int *out, const at_matrix *matrix, uint32_t body, const bool *in,
                             bool high, at_ratio threshold, at_error *err) {
    uint32_t start = matrix->column_start[body], count = matrix->column_start[body + 1] - start;
    double gap = -at_ratio_real(threshold);
    for (uint32_t i = 0; i < count; i++)
        if (in[i])
            gap +=
                high ? matrix->high[start + i] : at_ratio_real(matrix->stakes[start + i].share.lo);
    if (fabs(gap) < NEAR)
        return at_exact_sum(out, &matrix->stakes[start], in, count, high, threshold, err);
    *out = gap < 0 ? -1 : 1;
    return AT_OK;
}

/* Does the set, as it stood before `now`, vote more than half of `body`? */
static at_status joins(bool *out, const at_matrix *voting, uint32_t body, const uint32_t *round,
                       uint32_t now, bool *in, at_certainty certainty, at_error *err) {
    static const at_ratio half = {1, 2};
    uint32_t start = voting->column_start[body];
    int sign;
    *out = false;
    if (certainty == AT_CERTAIN && voting->over[body])
        return AT_OK;
    for (uint32_t i = start; i < voting->column_start[body + 1]; i++)
        in[i - start] = round[voting->stakes[i].owner] < now;
    AT_TRY(compare_sum(&sign, voting, body, in, certainty == AT_AT_MOST, half, err));
    *out = sign > 0;
    return AT_OK;
}

/* Put what the body votes in among the candidates of the next round, once. */
static void add_candidates(uint32_t *queue, uint32_t *count, bool *queued, const uint32_t *round,
                           const at_matrix *voting, uint32_t body) {
    for (uint32_t i = voting->row_start[body]; i < voting->row_start[body + 1]; i++) {
        uint32_t owned = voting->stakes[voting->row_stakes[i]].owned;
        if (!queued[owned] && round[owned] == UINT32_MAX) {
            queued[owned] = true;
            queue[(*count)++] = owned;
        }
    }
}

at_status at_control_set(uint32_t *round, const at_matrix *voting, const uint32_t *seeds,
                         size_t seed_count, at_certainty certainty, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    uint32_t *queue, *joined, count = 0, joined_count = 0;
    bool *queued, *in;
    AT_TRY(AT_NEW(&queue, &scratch, voting->body_count, err));
    AT_TRY(AT_NEW(&joined, &scratch, voting->body_count, err));
    AT_TRY(AT_NEW(&queued, &scratch, voting->body_count, err));
    AT_TRY(AT_NEW(&in, &scratch, voting->stake_count, err));
    memset(round, 0xFF, voting->body_count * sizeof *round);
    for (size_t i = 0; i < seed_count; i++) {
        assert(seeds[i] < voting->body_count);
        if (round[seeds[i]] != 0)
            joined[joined_count++] = seeds[i];
        round[seeds[i]] = 0;
    }
    for (uint32_t now = 1; joined_count > 0; now++) {
        count = 0;
        for (uint32_t i = 0; i < joined_count; i++)
            add_candidates(queue, &count, queued, round, voting, joined[i]);
        joined_count = 0;
        for (uint32_t i = 0; i < count; i++) {
            bool is_in;
            queued[queue[i]] = false;
            AT_TRY(joins(&is_in, voting, queue[i], round, now, in, certainty, err));
            if (is_in)
                joined[joined_count++] = queue[i];
        }
        for (uint32_t i = 0; i < joined_count; i++)
            round[joined[i]] = now;
    }
    return AT_OK;
}

/* Mark the owners of `target` that belong to the set; a holding of the target in itself never
 * counts. */
static bool mark_owners(bool *in, const at_matrix *capital, uint32_t target, const uint32_t *round,
                        bool *open_lo, bool *open_hi) {
    bool any = false;
    uint32_t start = capital->column_start[target];
    *open_lo = *open_hi = false;
    for (uint32_t i = start; i < capital->column_start[target + 1]; i++) {
        const at_stake *stake = &capital->stakes[i];
        in[i - start] = stake->owner != target && round[stake->owner] != UINT32_MAX;
        any |= in[i - start];
        *open_lo |= in[i - start] && stake->share.lo_open;
        *open_hi |= in[i - start] && stake->share.hi_open &&
                    capital->high[i] >= at_ratio_real(stake->share.hi);
    }
    return any;
}

static bool passes(int sign, at_operator op, bool high, bool open) {
    if (sign != 0)
        return sign > 0;
    return op == AT_AT_LEAST ? !(high && open) : !high && open;
}

at_status at_control_of(at_controlled *out, const at_ownership *ownership, uint32_t owner,
                        uint32_t target, at_ratio threshold, at_operator op, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    static const at_certainty order[] = {AT_CERTAIN, AT_STATED, AT_AT_MOST};
    const at_matrix *capital = &ownership->capital;
    at_controlled controlled = {0};
    uint32_t *round, start = capital->column_start[target];
    bool *in;
    AT_TRY(AT_NEW(&round, &scratch, ownership->body_count, err));
    AT_TRY(AT_NEW(&in, &scratch, capital->stake_count, err));
    for (size_t i = 0; i < AT_COUNT(order); i++) {
        bool high = order[i] == AT_AT_MOST, open_lo, open_hi;
        int sign;
        AT_TRY(at_control_set(round, &ownership->voting, &owner, 1, order[i], err));
        if (!mark_owners(in, capital, target, round, &open_lo, &open_hi))
            continue;
        AT_TRY(compare_sum(&sign, capital, target, in, high, threshold, err));
        if (passes(sign, op, high, high ? open_hi : open_lo) && controlled.verdict == AT_VERDICT_NO)
            controlled.verdict = order[i] == AT_CERTAIN && !capital->over[target]
                                     ? AT_VERDICT_DEFINITE
                                     : AT_VERDICT_POSSIBLE;
        for (uint32_t k = start; order[i] == AT_STATED && k < capital->column_start[target + 1];
             k++)
            if (in[k - start])
                controlled.share += at_ratio_real(capital->stakes[k].share.lo);
    }
    *out = controlled;
    return AT_OK;
}
