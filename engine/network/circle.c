#include "engine/network/circle.h"

#include <stdlib.h>

at_status at_circle_groups(at_strong *out, const at_matrix *matrix, const double *weight,
                           at_arena *arena, at_error *err) {
    uint32_t *start, *to, count = 0;
    AT_TRY(AT_NEW(&start, arena, (size_t)matrix->body_count + 1, err));
    AT_TRY(AT_NEW(&to, arena, matrix->stake_count, err));
    for (uint32_t body = 0; body < matrix->body_count; body++) {
        start[body] = count;
        for (uint32_t i = matrix->row_start[body]; i < matrix->row_start[body + 1]; i++) {
            uint32_t stake = matrix->row_stakes[i], owned = matrix->stakes[stake].owned;
            if (weight[stake] > 0 && !matrix->over[owned])
                to[count++] = owned;
        }
    }
    start[matrix->body_count] = count;
    return at_strong_find(out, matrix->body_count, start, to, arena, err);
}

static bool has_inner_edge(const at_strong *strong, const at_matrix *matrix, const double *weight,
                           uint32_t group) {
    uint32_t start = strong->group_start[group];
    if (strong->group_start[group + 1] - start > 1)
        return true;
    uint32_t body = strong->nodes[start];
    for (uint32_t i = matrix->column_start[body]; i < matrix->column_start[body + 1]; i++)
        if (matrix->stakes[i].owner == body && weight[i] > 0 && !matrix->over[body])
            return true;
    return false;
}

static at_status make_circle(at_circle *out, const at_strong *strong, const at_matrix *matrix,
                             uint32_t group, at_arena *arena, at_error *err) {
    uint32_t start = strong->group_start[group];
    double *internal;
    at_circle circle = {.bodies = &strong->nodes[start],
                        .body_count = strong->group_start[group + 1] - start,
                        .closed = true};
    AT_TRY(AT_NEW(&internal, arena, circle.body_count, err));
    for (uint32_t i = 0; i < circle.body_count; i++) {
        uint32_t body = circle.bodies[i];
        circle.closed &= matrix->exit[body] <= 0;
        for (uint32_t k = matrix->column_start[body]; k < matrix->column_start[body + 1]; k++) {
            if (strong->group_of[matrix->stakes[k].owner] == group)
                internal[i] += matrix->weight[k];
            else
                circle.closed &= matrix->weight[k] <= 0;
        }
    }
    circle.internal = internal;
    *out = circle;
    return AT_OK;
}

static int compare_circles(const void *left, const void *right) {
    const at_circle *a = left, *b = right;
    return a->bodies[0] < b->bodies[0] ? -1 : a->bodies[0] > b->bodies[0];
}

at_status at_circles_find(at_circles *out, const at_matrix *capital, at_arena *arena,
                          at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    at_circles found = {0};
    at_circle *circles = NULL;
    size_t capacity = 0;
    at_strong strong, loose;
    AT_TRY(at_circle_groups(&strong, capital, capital->weight, arena, err));
    for (uint32_t group = 0; group < strong.group_count; group++) {
        if (!has_inner_edge(&strong, capital, capital->weight, group))
            continue;
        AT_TRY(AT_GROW(&circles, &capacity, found.count, arena, err));
        AT_TRY(make_circle(&circles[found.count++], &strong, capital, group, arena, err));
    }
    if (found.count > 1)
        qsort(circles, found.count, sizeof *circles, compare_circles);
    if (capital->ranged) {
        AT_TRY(at_circle_groups(&loose, capital, capital->high, &scratch, err));
        for (uint32_t group = 0; group < loose.group_count; group++)
            if (has_inner_edge(&loose, capital, capital->high, group))
                found.possible += loose.group_start[group + 1] - loose.group_start[group];
        for (size_t i = 0; i < found.count; i++)
            found.possible -= circles[i].body_count;
    }
    found.circles = circles;
    *out = found;
    return AT_OK;
}
