#include "engine/network/share.h"

#include <math.h>

/* Closer than this to a threshold a double does not decide. */
static const double NEAR = 1e-9;

/* Closer than this two numbers are one (G4). */
static const double EPS = 1e-12;

static const at_spending none = {0};

/* Is some stake that carries `weight` on a walk from `source` to `target` stated with an open end?
 * At the upper end only a stake that is wholly risen counts: one capped by the others is attained.
 * Weights are rounded, hence EPS. */
static at_status passes_open_end(bool *out, const at_matrix *matrix, const double *weight,
                                 bool high, uint32_t source, uint32_t target, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    bool *below, *above;
    uint32_t *queue;
    AT_TRY(AT_NEW(&below, &scratch, matrix->body_count, err));
    AT_TRY(AT_NEW(&above, &scratch, matrix->body_count, err));
    AT_TRY(AT_NEW(&queue, &scratch, matrix->body_count, err));
    uint32_t count = 1;
    queue[0] = source;
    for (uint32_t next = 0; next < count; next++) {
        for (uint32_t i = matrix->row_start[queue[next]]; i < matrix->row_start[queue[next] + 1];
             i++) {
            uint32_t stake = matrix->row_stakes[i], owned = matrix->stakes[stake].owned;
            if (weight[stake] > 0 && !below[owned] && owned != source) {
                below[owned] = true;
                queue[count++] = owned;
            }
        }
    }
    below[source] = true;
    count = 1;
    queue[0] = target;
    above[target] = true;
    *out = false;
    for (uint32_t next = 0; next < count; next++) {
        for (uint32_t i = matrix->column_start[queue[next]];
             i < matrix->column_start[queue[next] + 1]; i++) {
            const at_stake *stake = &matrix->stakes[i];
            if (weight[i] <= 0 || !below[stake->owner])
                continue;
            *out |= high ? stake->share.hi_open && weight[i] >= at_ratio_real(stake->share.hi) - EPS
                         : stake->share.lo_open;
            if (!above[stake->owner] && stake->owner != source) {
                above[stake->owner] = true;
                queue[count++] = stake->owner;
            }
        }
    }
    return AT_OK;
}

/* -1 below the threshold, 0 at it, 1 above. */
static at_status compare(int *out, const at_matrix *matrix, double share,
                         const at_spending *spending, uint32_t source, uint32_t target,
                         at_ratio threshold, at_error *err) {
    double gap = share - at_ratio_real(threshold);
    bool decided = false;
    if (fabs(gap) < NEAR)
        AT_TRY(at_exact_share(out, &decided, matrix, spending, source, target, threshold, err));
    if (!decided)
        *out = fabs(gap) <= EPS ? 0 : gap < 0 ? -1 : 1;
    return AT_OK;
}

at_status at_shares_verdict(at_verdict *out, const at_matrix *matrix, const at_shares *shares,
                            uint32_t target, at_ratio threshold, at_operator op, at_error *err) {
    int sign;
    bool open = false;
    at_verdict verdict = AT_VERDICT_NO;
    AT_TRY(
        compare(&sign, matrix, shares->lo[target], &none, shares->source, target, threshold, err));
    if (sign == 0 && op == AT_MORE_THAN)
        AT_TRY(passes_open_end(&open, matrix, matrix->weight, false, shares->source, target, err));
    if (sign > 0 || (sign == 0 && (op == AT_AT_LEAST || open))) {
        *out = AT_VERDICT_DEFINITE;
        return AT_OK;
    }
    AT_TRY(compare(&sign, matrix, shares->hi[target], &shares->spending, shares->source, target,
                   threshold, err));
    if (sign == 0 && op == AT_AT_LEAST)
        AT_TRY(
            passes_open_end(&open, matrix, shares->weight_hi, true, shares->source, target, err));
    if (sign > 0 || (sign == 0 && op == AT_AT_LEAST && !open))
        verdict = AT_VERDICT_POSSIBLE;
    *out = verdict;
    return AT_OK;
}

at_status at_exact_verdict(at_verdict *out, const at_matrix *matrix, double share, uint32_t source,
                           uint32_t target, at_ratio threshold, at_operator op, at_error *err) {
    int sign;
    AT_TRY(compare(&sign, matrix, share, &none, source, target, threshold, err));
    *out = sign > 0 || (sign == 0 && op == AT_AT_LEAST) ? AT_VERDICT_DEFINITE : AT_VERDICT_NO;
    return AT_OK;
}
