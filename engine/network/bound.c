#include "engine/network/bound.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "engine/network/circle.h"

/* Where less than this leaves a circle, digits would be lost: no bound is given. */
static const double LEAVES_MIN = 1.0 / 64;

/* An owner of the body held, from which a walk can come back to that body. */
typedef struct way_back {
    double returns; /* how likely, at most */
    double weight, room;
} way_back;

struct at_passage {
    double to; /* how likely a walk from the target comes here, at most */
    way_back *ways;
    uint32_t way_count;
};

/* By body: 1 / (1 - what its circles can hold of it). */
static at_status find_again(const double **out, const at_matrix *matrix, at_arena *arena,
                            at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    at_strong strong;
    double *again;
    AT_TRY(AT_NEW(&again, arena, matrix->body_count, err));
    AT_TRY(at_circle_groups(&strong, matrix, matrix->high, &scratch, err));
    for (uint32_t body = 0; body < matrix->body_count; body++) {
        double inside = 0, outside = 0;
        for (uint32_t i = matrix->column_start[body];
             i < matrix->column_start[body + 1] && !matrix->over[body]; i++) {
            if (strong.group_of[matrix->owner[i]] == strong.group_of[body])
                inside += matrix->high[i];
            else
                outside += matrix->weight[i];
        }
        const double leaves = 1 - fmin(inside, 1 - outside);
        again[body] = leaves < LEAVES_MIN ? INFINITY : 1 / leaves;
    }
    *out = again;
    return AT_OK;
}

at_status at_bounds_make(at_bounds *out, const at_matrix *matrix, uint32_t target, at_arena *arena,
                         at_error *err) {
    at_bounds bounds = {.matrix = matrix, .target = target, .arena = arena};
    AT_TRY(find_again(&bounds.again, matrix, arena, err));
    if (target != UINT32_MAX)
        AT_TRY(AT_NEW(&bounds.passages, arena, matrix->body_count, err));
    *out = bounds;
    return AT_OK;
}

/* Can a walk come to the owner by this stake? Columns that are over carry nothing. */
static bool leads_to(const at_matrix *matrix, uint32_t owner, uint32_t stake) {
    const uint32_t owned = matrix->stakes[stake].owned;
    return owned != owner && !matrix->over[owned] && matrix->high[stake] > 0;
}

double at_bounds_anywhere(const at_bounds *bounds, uint32_t owner) {
    const at_matrix *matrix = bounds->matrix;
    double most = 0;
    for (uint32_t r = matrix->row_start[owner]; r < matrix->row_start[owner + 1]; r++) {
        const uint32_t stake = matrix->row_stakes[r];
        if (leads_to(matrix, owner, stake))
            most += matrix->high[stake] * bounds->again[matrix->stakes[stake].owned];
    }
    return most;
}

static int compare_ways(const void *left, const void *right) {
    const way_back *a = left, *b = right;
    return (a->returns < b->returns) - (a->returns > b->returns);
}

static at_status make_passage(at_bounds *bounds, uint32_t body, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    const at_matrix *matrix = bounds->matrix;
    const uint32_t start = matrix->column_start[body], end = matrix->column_start[body + 1];
    at_passage *passage;
    at_shares shares;
    uint32_t count = 0;
    AT_TRY(at_shares_from(&shares, matrix, body, &scratch, err));
    bounds->solve_count++;
    AT_TRY(AT_NEW(&passage, bounds->arena, 1, err));
    for (uint32_t i = start; i < end; i++)
        count += matrix->owner[i] == body || shares.hi[matrix->owner[i]] > 0;
    AT_TRY(AT_NEW(&passage->ways, bounds->arena, count, err));
    for (uint32_t i = start; i < end; i++) {
        const double returns = matrix->owner[i] == body ? 1 : shares.hi[matrix->owner[i]];
        if (returns > 0)
            passage->ways[passage->way_count++] =
                (way_back){.returns = returns,
                           .weight = matrix->weight[i],
                           .room = fmax(matrix->high[i] - matrix->weight[i], 0)};
    }
    if (passage->way_count > 1)
        qsort(passage->ways, passage->way_count, sizeof *passage->ways, compare_ways);
    passage->to = body == bounds->target ? 1 : shares.hi[bounds->target];
    bounds->passages[body] = passage;
    return AT_OK;
}

/* What one stake brings its owner when the slack that it leaves goes to the best ways back. A stake
 * of the owner in another name is not counted as slack spent: never too little. */
static double bring(const at_matrix *matrix, const at_passage *passage, uint32_t stake) {
    const uint32_t body = matrix->stakes[stake].owned;
    double left = fmax(matrix->exit[body] - (matrix->high[stake] - matrix->weight[stake]), 0);
    double back = 0;
    for (uint32_t i = 0; i < passage->way_count; i++) {
        const double rise = fmin(passage->ways[i].room, left);
        back += (passage->ways[i].weight + rise) * passage->ways[i].returns;
        left -= rise;
    }
    if (1 - back < LEAVES_MIN)
        return INFINITY;
    return passage->to * (matrix->high[stake] / (1 - back));
}

at_status at_bounds_of(at_bounded *out, at_bounds *bounds, uint32_t owner, at_error *err) {
    const at_matrix *matrix = bounds->matrix;
    const uint32_t start = matrix->row_start[owner], end = matrix->row_start[owner + 1];
    double most = 0;
    assert(owner != bounds->target && bounds->target < matrix->body_count);
    for (uint32_t r = start; r < end; r++) {
        const uint32_t stake = matrix->row_stakes[r], owned = matrix->stakes[stake].owned;
        if (!leads_to(matrix, owner, stake))
            continue;
        if (bounds->passages[owned] == NULL)
            AT_TRY(make_passage(bounds, owned, err));
        most += bring(matrix, bounds->passages[owned], stake);
    }
    out->exact = most < 2 && end - start <= 1 &&
                 matrix->column_start[owner] == matrix->column_start[owner + 1];
    out->most = fmin(most, 1);
    return AT_OK;
}
