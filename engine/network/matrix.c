#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/network/circle.h"
#include "engine/network/exact.h"
#include "engine/network/stake.h"

static int compare_stakes(const void *left, const void *right) {
    const at_stake *a = left, *b = right;
    if (a->owned != b->owned)
        return a->owned < b->owned ? -1 : 1;
    if (a->owner != b->owner)
        return a->owner < b->owner ? -1 : 1;
    if (a->legal != b->legal)
        return a->legal < b->legal ? -1 : 1;
    return 0;
}

/* Counting sort of the stakes by owner; inside an owner the order of columns stays. */
static at_status index_rows(at_matrix *matrix, at_arena *arena, at_error *err) {
    uint32_t *start, *stakes, *owner, *owned;
    AT_TRY(AT_NEW(&start, arena, (size_t)matrix->body_count + 2, err));
    AT_TRY(AT_NEW(&stakes, arena, matrix->stake_count, err));
    AT_TRY(AT_NEW(&owner, arena, matrix->stake_count, err));
    AT_TRY(AT_NEW(&owned, arena, matrix->stake_count, err));
    for (uint32_t i = 0; i < matrix->stake_count; i++)
        start[matrix->stakes[i].owner + 2]++;
    for (uint32_t body = 2; body <= matrix->body_count; body++)
        start[body] += start[body - 1];
    for (uint32_t i = 0; i < matrix->stake_count; i++) {
        const at_stake *stake = &matrix->stakes[i];
        uint32_t place = start[stake->owner + 1]++;
        stakes[place] = i;
        owned[place] = stake->owned;
        owner[i] = stake->owner;
    }
    matrix->row_start = start;
    matrix->row_stakes = stakes;
    matrix->owner = owner;
    matrix->row_owned = owned;
    return AT_OK;
}

static at_status weigh(at_matrix *matrix, at_arena *arena, at_error *err) {
    double *weight, *high, *exit, *row_weight;
    bool *over;
    AT_TRY(AT_NEW(&weight, arena, matrix->stake_count, err));
    AT_TRY(AT_NEW(&high, arena, matrix->stake_count, err));
    AT_TRY(AT_NEW(&row_weight, arena, matrix->stake_count, err));
    AT_TRY(AT_NEW(&exit, arena, matrix->body_count, err));
    AT_TRY(AT_NEW(&over, arena, matrix->body_count, err));
    for (uint32_t body = 0; body < matrix->body_count; body++) {
        uint32_t start = matrix->column_start[body];
        uint32_t count = matrix->column_start[body + 1] - start;
        const at_stake *column = &matrix->stakes[start];
        exit[body] = 1;
        if (count == 0)
            continue;
        AT_TRY(
            at_exact_column(&weight[start], &exit[body], &over[body], column, count, NULL, 0, err));
        AT_TRY(at_exact_highs(&high[start], column, count, err));
        for (uint32_t i = 0; i < count; i++) {
            matrix->ranged |= at_ratio_compare(column[i].share.lo, column[i].share.hi) != 0;
            if (over[body])
                weight[start + i] = 0;
        }
        if (over[body])
            exit[body] = 1;
    }
    for (uint32_t i = 0; i < matrix->stake_count; i++)
        row_weight[i] = weight[matrix->row_stakes[i]];
    matrix->row_weight = row_weight;
    matrix->weight = weight;
    matrix->high = high;
    matrix->exit = exit;
    matrix->over = over;
    return AT_OK;
}

/* Bodies whose share of themselves is not nothing, at the upper ends. */
static at_status find_circled(at_matrix *matrix, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    at_strong strong;
    bool *circled;
    AT_TRY(AT_NEW(&circled, arena, matrix->body_count, err));
    AT_TRY(at_circle_groups(&strong, matrix, matrix->high, &scratch, err));
    for (uint32_t i = 0; i < matrix->stake_count; i++)
        circled[matrix->stakes[i].owned] |=
            strong.group_of[matrix->owner[i]] == strong.group_of[matrix->stakes[i].owned];
    matrix->circled = circled;
    return AT_OK;
}

at_status at_matrix_make(at_matrix *out, uint32_t body_count, at_stake *stakes,
                         uint32_t stake_count, at_arena *arena, at_error *err) {
    at_matrix matrix = {.body_count = body_count, .stake_count = stake_count, .stakes = stakes};
    uint32_t *start;
    if (stake_count > 1)
        qsort(stakes, stake_count, sizeof *stakes, compare_stakes);
    AT_TRY(AT_NEW(&start, arena, (size_t)body_count + 1, err));
    for (uint32_t i = 0; i < stake_count; i++) {
        assert(stakes[i].owner < body_count && stakes[i].owned < body_count);
        start[stakes[i].owned + 1]++;
    }
    for (uint32_t body = 0; body < body_count; body++)
        start[body + 1] += start[body];
    matrix.column_start = start;
    AT_TRY(index_rows(&matrix, arena, err));
    AT_TRY(weigh(&matrix, arena, err));
    if (matrix.ranged)
        AT_TRY(find_circled(&matrix, arena, err));
    *out = matrix;
    return AT_OK;
}

uint32_t at_ownership_body(const at_ownership *ownership, at_thing thing) {
    for (uint32_t body = 0; thing != 0 && body < ownership->body_count; body++)
        if (ownership->bodies[body].thing == thing)
            return body;
    return UINT32_MAX;
}

/* Mark what can be reached from `from` in one matrix, and put it at the end of `queue`. */
static void spread(bool *in, uint32_t *queue, uint32_t *count, const at_matrix *matrix,
                   uint32_t body, bool upward) {
    uint32_t start = upward ? matrix->column_start[body] : matrix->row_start[body];
    uint32_t end = upward ? matrix->column_start[body + 1] : matrix->row_start[body + 1];
    for (uint32_t i = start; i < end; i++) {
        const at_stake *stake = &matrix->stakes[upward ? i : matrix->row_stakes[i]];
        uint32_t next = upward ? stake->owner : stake->owned;
        if (!in[next]) {
            in[next] = true;
            queue[(*count)++] = next;
        }
    }
}

/* Which columns of a matrix are kept, and the numbers of bodies there. */
typedef struct column_cut {
    const at_matrix *matrix;
    const bool *kept; /* by body */
    const uint32_t *number;
    uint32_t body_count;
} column_cut;

/* A column is kept whole, so its weights stay what they are. */
static at_status keep_weights(at_matrix *out, const column_cut *cut, at_arena *arena,
                              at_error *err) {
    const at_matrix *matrix = cut->matrix;
    double *weight, *high, *exit, *row_weight;
    bool *over, *circled;
    uint32_t count = 0;
    AT_TRY(AT_NEW(&weight, arena, out->stake_count, err));
    AT_TRY(AT_NEW(&high, arena, out->stake_count, err));
    AT_TRY(AT_NEW(&row_weight, arena, out->stake_count, err));
    AT_TRY(AT_NEW(&exit, arena, out->body_count, err));
    AT_TRY(AT_NEW(&over, arena, out->body_count, err));
    AT_TRY(AT_NEW(&circled, arena, out->body_count, err));
    for (uint32_t body = 0; body < out->body_count; body++)
        exit[body] = 1;
    for (uint32_t body = 0; body < matrix->body_count; body++) {
        if (!cut->kept[body])
            continue;
        exit[cut->number[body]] = matrix->exit[body];
        over[cut->number[body]] = matrix->over[body];
        circled[cut->number[body]] = matrix->circled != NULL && matrix->circled[body];
        for (uint32_t i = matrix->column_start[body]; i < matrix->column_start[body + 1]; i++) {
            weight[count] = matrix->weight[i];
            high[count++] = matrix->high[i];
            out->ranged |=
                at_ratio_compare(matrix->stakes[i].share.lo, matrix->stakes[i].share.hi) != 0;
        }
    }
    for (uint32_t i = 0; i < count; i++)
        row_weight[i] = weight[out->row_stakes[i]];
    out->row_weight = row_weight;
    out->weight = weight;
    out->high = high;
    out->exit = exit;
    out->over = over;
    out->circled = circled;
    return AT_OK;
}

/* Keep the columns of marked bodies; their owners and legal owners come along without columns. The
 * order of stakes stays, as that of bodies does. */
static at_status keep_matrix(at_matrix *out, const column_cut *cut, at_arena *arena,
                             at_error *err) {
    const at_matrix *matrix = cut->matrix;
    at_matrix part = {.body_count = cut->body_count};
    at_stake *stakes;
    uint32_t *start;
    for (uint32_t body = 0; body < matrix->body_count; body++)
        if (cut->kept[body])
            part.stake_count += matrix->column_start[body + 1] - matrix->column_start[body];
    AT_TRY(AT_NEW(&stakes, arena, part.stake_count, err));
    AT_TRY(AT_NEW(&start, arena, (size_t)part.body_count + 1, err));
    part.stakes = stakes;
    for (uint32_t body = 0, count = 0; body < matrix->body_count; body++) {
        for (uint32_t i = matrix->column_start[body];
             i < matrix->column_start[body + 1] && cut->kept[body]; i++) {
            stakes[count] = matrix->stakes[i];
            stakes[count].owner = cut->number[stakes[count].owner];
            stakes[count].owned = cut->number[stakes[count].owned];
            stakes[count].legal = cut->number[stakes[count].legal];
            start[stakes[count++].owned + 1]++;
        }
    }
    for (uint32_t body = 0; body < part.body_count; body++)
        start[body + 1] += start[body];
    part.column_start = start;
    AT_TRY(index_rows(&part, arena, err));
    AT_TRY(keep_weights(&part, cut, arena, err));
    *out = part;
    return AT_OK;
}

static void mark_owners(bool *kept, const at_matrix *matrix, const bool *column_kept) {
    for (uint32_t i = 0; i < matrix->stake_count; i++) {
        if (column_kept[matrix->stakes[i].owned]) {
            kept[matrix->stakes[i].owner] = true;
            kept[matrix->stakes[i].legal] = true;
        }
    }
}

static at_status keep_conflicts(at_ownership *out, const at_ownership *all, const bool *column_kept,
                                const uint32_t *number, at_arena *arena, at_error *err) {
    at_conflict *conflicts;
    AT_TRY(AT_NEW(&conflicts, arena, all->conflict_count, err));
    for (size_t i = 0; i < all->conflict_count; i++) {
        at_conflict conflict = all->conflicts[i];
        if (!column_kept[conflict.owned] || number[conflict.owner] == UINT32_MAX)
            continue;
        conflict.owner = number[conflict.owner];
        conflict.owned = number[conflict.owned];
        conflicts[out->conflict_count++] = conflict;
    }
    out->conflicts = conflicts;
    return AT_OK;
}

static at_status cut(at_ownership *out, const at_ownership *all, uint32_t body, bool upward,
                     at_arena *arena, at_error *err) {
    at_ownership part = {0};
    bool *column_kept, *kept;
    uint32_t *queue, *number, count = 1;
    at_body *bodies;
    assert(body < all->body_count);
    AT_TRY(AT_NEW(&column_kept, arena, all->body_count, err));
    AT_TRY(AT_NEW(&kept, arena, all->body_count, err));
    AT_TRY(AT_NEW(&queue, arena, all->body_count, err));
    AT_TRY(AT_NEW(&number, arena, all->body_count, err));
    AT_TRY(AT_NEW(&bodies, arena, all->body_count, err));
    queue[0] = body;
    column_kept[body] = true;
    for (uint32_t next = 0; next < count; next++) {
        spread(column_kept, queue, &count, &all->capital, queue[next], upward);
        spread(column_kept, queue, &count, &all->voting, queue[next], upward);
    }
    memcpy(kept, column_kept, all->body_count * sizeof *kept);
    mark_owners(kept, &all->capital, column_kept);
    mark_owners(kept, &all->voting, column_kept);
    for (uint32_t i = 0; i < all->body_count; i++) {
        number[i] = UINT32_MAX;
        if (kept[i]) {
            bodies[part.body_count] = all->bodies[i];
            number[i] = part.body_count++;
        }
    }
    part.bodies = bodies;
    column_cut columns = {&all->capital, column_kept, number, part.body_count};
    AT_TRY(keep_matrix(&part.capital, &columns, arena, err));
    columns.matrix = &all->voting;
    AT_TRY(keep_matrix(&part.voting, &columns, arena, err));
    AT_TRY(keep_conflicts(&part, all, column_kept, number, arena, err));
    *out = part;
    return AT_OK;
}

at_status at_ownership_above(at_ownership *out, const at_ownership *all, uint32_t body,
                             at_arena *arena, at_error *err) {
    return cut(out, all, body, true, arena, err);
}

at_status at_ownership_below(at_ownership *out, const at_ownership *all, uint32_t body,
                             at_arena *arena, at_error *err) {
    return cut(out, all, body, false, arena, err);
}
