#include "engine/network/system.h"

#include <assert.h>

#include "engine/network/ordered.h"

/* cell(t, k) = W(k, t) off the diagonal: rows are owned bodies. After elimination cells right of
 * the diagonal are the upper factor's, those left of it the multipliers, both with their sign
 * dropped. */
typedef struct dense_matrix {
    uint32_t count;
    double *cells, *diagonal;
} dense_matrix;

static double *dense_row(const dense_matrix *dense, uint32_t row) {
    return &dense->cells[(size_t)row * dense->count];
}

/* The diagonal of a row is what remains of it: its excess and its cells to bodies not yet
 * eliminated. */
static void eliminate(dense_matrix *dense, double *excess) {
    for (uint32_t pivot = 0; pivot < dense->count; pivot++) {
        const double *from = dense_row(dense, pivot);
        double diagonal = excess[pivot];
        for (uint32_t column = pivot + 1; column < dense->count; column++)
            diagonal += from[column];
        dense->diagonal[pivot] = diagonal;
        for (uint32_t row = pivot + 1; row < dense->count && diagonal > 0; row++) {
            double *to = dense_row(dense, row);
            if (to[pivot] == 0)
                continue;
            double factor = to[pivot] / diagonal;
            to[pivot] = factor;
            for (uint32_t column = pivot + 1; column < dense->count; column++)
                if (column != row)
                    to[column] += factor * from[column];
            excess[row] += factor * excess[pivot];
        }
    }
}

static at_status make_dense(dense_matrix *out, const at_system *system, at_arena *arena,
                            at_error *err) {
    double *excess;
    out->count = system->count;
    AT_TRY(AT_NEW(&out->cells, arena, (size_t)system->count * system->count, err));
    AT_TRY(AT_NEW(&out->diagonal, arena, system->count, err));
    AT_TRY(AT_NEW(&excess, arena, system->count, err));
    for (uint32_t i = 0; i < system->count; i++)
        excess[i] = system->excess[i];
    for (size_t i = 0; i < system->entry_count; i++)
        if (system->owner[i] != system->owned[i])
            dense_row(out, system->owned[i])[system->owner[i]] += system->entry[i];
    eliminate(out, excess);
    return AT_OK;
}

static double divide(double a, double b) {
    return b > 0 ? a / b : 0;
}

/* M x = b with M = I - transposed W = lower * upper. */
static void dense_down(double *x, const dense_matrix *dense, const double *b) {
    for (uint32_t row = 0; row < dense->count; row++) {
        x[row] = b[row];
        for (uint32_t column = 0; column < row; column++)
            x[row] += dense_row(dense, row)[column] * x[column];
    }
    for (uint32_t row = dense->count; row-- > 0;) {
        for (uint32_t column = row + 1; column < dense->count; column++)
            x[row] += dense_row(dense, row)[column] * x[column];
        x[row] = divide(x[row], dense->diagonal[row]);
    }
}

/* The same factors transposed. */
static void dense_up(double *x, const dense_matrix *dense, const double *b) {
    for (uint32_t row = 0; row < dense->count; row++) {
        x[row] = b[row];
        for (uint32_t column = 0; column < row; column++)
            x[row] += dense_row(dense, column)[row] * x[column];
        x[row] = divide(x[row], dense->diagonal[row]);
    }
    for (uint32_t row = dense->count; row-- > 0;)
        for (uint32_t column = row + 1; column < dense->count; column++)
            x[row] += dense_row(dense, column)[row] * x[column];
}

at_status at_system_eliminate(double *x, const at_system *system, bool down, const double *b,
                              at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    dense_matrix dense;
    AT_TRY(make_dense(&dense, system, &scratch, err));
    (down ? dense_down : dense_up)(x, &dense, b);
    return AT_OK;
}

static at_status solve(double *x, double *residual_out, const at_system *system, bool down,
                       const double *b, at_error *err) {
    assert(system->count > 0);
    *residual_out = 0;
    if (system->count > AT_SYSTEM_DENSE_MAX)
        return at_ordered_solve(x, residual_out, system, down, b, err);
    return at_system_eliminate(x, system, down, b, err);
}

at_status at_system_down(double *x, double *residual_out, const at_system *system, const double *b,
                         at_error *err) {
    return solve(x, residual_out, system, true, b, err);
}

at_status at_system_up(double *x, double *residual_out, const at_system *system, const double *b,
                       at_error *err) {
    return solve(x, residual_out, system, false, b, err);
}
