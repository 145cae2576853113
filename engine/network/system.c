#include "engine/network/system.h"

#include <assert.h>
#include <math.h>

#include "engine/network/glue.h"

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

/* igraph's LU takes a compressed matrix: I - W with the diagonal summed from its parts. */
static at_status fill_sparse(igraph_sparsemat_t *out, const at_system *system, bool down,
                             const double *diagonal, at_error *err) {
    igraph_sparsemat_t triplets;
    AT_IGRAPH(igraph_sparsemat_init(&triplets, system->count, system->count,
                                    (igraph_integer_t)(system->entry_count + system->count)),
              err);
    igraph_error_t code = IGRAPH_SUCCESS;
    for (uint32_t i = 0; i < system->count && code == IGRAPH_SUCCESS; i++)
        code = igraph_sparsemat_entry(&triplets, i, i, diagonal[i]);
    for (size_t i = 0; i < system->entry_count && code == IGRAPH_SUCCESS; i++) {
        uint32_t row = down ? system->owned[i] : system->owner[i];
        uint32_t column = down ? system->owner[i] : system->owned[i];
        if (row != column)
            code = igraph_sparsemat_entry(&triplets, row, column, -system->entry[i]);
    }
    igraph_sparsemat_t doubled = {0};
    if (code == IGRAPH_SUCCESS)
        code = igraph_sparsemat_compress(&triplets, &doubled);
    igraph_sparsemat_destroy(&triplets);
    if (code != IGRAPH_SUCCESS)
        return at_igraph_fail(code, err);
    code = igraph_sparsemat_dupl(&doubled);
    if (code != IGRAPH_SUCCESS) {
        igraph_sparsemat_destroy(&doubled);
        return at_igraph_fail(code, err);
    }
    *out = doubled;
    return AT_OK;
}

/* residual = b - A x with sums in long double, so that refinement gains something. */
static at_status measure(double *residual, double *largest, const at_system *system, bool down,
                         const double *diagonal, const double *x, const double *b, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    long double *sum;
    AT_TRY(AT_NEW(&sum, &scratch, system->count, err));
    for (uint32_t i = 0; i < system->count; i++)
        sum[i] = (long double)b[i] - (long double)diagonal[i] * x[i];
    for (size_t i = 0; i < system->entry_count; i++) {
        uint32_t row = down ? system->owned[i] : system->owner[i];
        uint32_t column = down ? system->owner[i] : system->owned[i];
        if (row != column)
            sum[row] += (long double)system->entry[i] * x[column];
    }
    *largest = 0;
    for (uint32_t i = 0; i < system->count; i++) {
        residual[i] = (double)sum[i];
        *largest = fmax(*largest, fabs(residual[i]));
    }
    return AT_OK;
}

static at_status factor_and_solve(double *x, double *residual_out, igraph_sparsemat_t *matrix,
                                  const at_system *system, bool down, const double *diagonal,
                                  const double *b, at_error *err) {
    AT_CLEANUP(igraph_vector_destroy) igraph_vector_t right = {0};
    AT_CLEANUP(igraph_vector_destroy) igraph_vector_t left = {0};
    AT_IGRAPH(igraph_vector_init(&right, system->count), err);
    AT_IGRAPH(igraph_vector_init(&left, system->count), err);
    igraph_sparsemat_symbolic_t symbolic;
    igraph_sparsemat_numeric_t numeric;
    AT_IGRAPH(igraph_sparsemat_symblu(1, matrix, &symbolic), err);
    igraph_error_t code = igraph_sparsemat_lu(matrix, &symbolic, &numeric, 1e-3);
    if (code != IGRAPH_SUCCESS) {
        igraph_sparsemat_symbolic_destroy(&symbolic);
        return at_igraph_fail(code, err);
    }
    at_status status = AT_OK;
    for (uint32_t i = 0; i < system->count; i++) {
        x[i] = 0;
        VECTOR(right)[i] = b[i];
    }
    for (int step = 0; step < 2 && status == AT_OK; step++) {
        code = igraph_sparsemat_luresol(&symbolic, &numeric, &right, &left);
        for (uint32_t i = 0; i < system->count; i++)
            x[i] += VECTOR(left)[i];
        status = code == IGRAPH_SUCCESS
                     ? measure(VECTOR(right), residual_out, system, down, diagonal, x, b, err)
                     : at_igraph_fail(code, err);
    }
    igraph_sparsemat_numeric_destroy(&numeric);
    igraph_sparsemat_symbolic_destroy(&symbolic);
    return status;
}

static at_status solve_sparse(double *x, double *residual_out, const at_system *system, bool down,
                              const double *b, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    igraph_sparsemat_t matrix;
    double *diagonal;
    at_igraph_begin();
    AT_TRY(AT_NEW(&diagonal, &scratch, system->count, err));
    for (uint32_t i = 0; i < system->count; i++)
        diagonal[i] = system->excess[i];
    for (size_t i = 0; i < system->entry_count; i++)
        if (system->owner[i] != system->owned[i])
            diagonal[system->owned[i]] += system->entry[i];
    AT_TRY(fill_sparse(&matrix, system, down, diagonal, err));
    at_status status = factor_and_solve(x, residual_out, &matrix, system, down, diagonal, b, err);
    igraph_sparsemat_destroy(&matrix);
    return status;
}

static at_status solve(double *x, double *residual_out, const at_system *system, bool down,
                       const double *b, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    dense_matrix dense;
    assert(system->count > 0);
    if (system->count > AT_SYSTEM_DENSE_MAX)
        return solve_sparse(x, residual_out, system, down, b, err);
    AT_TRY(make_dense(&dense, system, &scratch, err));
    (down ? dense_down : dense_up)(x, &dense, b);
    *residual_out = 0;
    return AT_OK;
}

at_status at_system_down(double *x, double *residual_out, const at_system *system, const double *b,
                         at_error *err) {
    return solve(x, residual_out, system, true, b, err);
}

at_status at_system_up(double *x, double *residual_out, const at_system *system, const double *b,
                       at_error *err) {
    return solve(x, residual_out, system, false, b, err);
}
