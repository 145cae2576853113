#include "engine/network/exact.h"

#include <assert.h>
#include <setjmp.h>

#include "engine/network/strong.h"

#include <gmp.h>

/* Every limb lives in one of these blocks, so that leaving by longjmp loses nothing. */
typedef struct exact_block {
    struct exact_block *next, **link;
} exact_block;

typedef struct exact_guard {
    jmp_buf out;
    exact_block *blocks;
} exact_guard;

static _Thread_local exact_guard *current; /* GMP's memory functions get no argument of ours */

static void *take(size_t bytes) {
    exact_block *taken = at_memory_resize(NULL, sizeof *taken + bytes);
    if (taken == NULL)
        longjmp(current->out, 1);
    taken->next = current->blocks;
    taken->link = &current->blocks;
    if (taken->next != NULL)
        taken->next->link = &taken->next;
    current->blocks = taken;
    return taken + 1;
}

static void *move(void *old, size_t old_bytes, size_t bytes) {
    (void)old_bytes;
    exact_block *moved = at_memory_resize((exact_block *)old - 1, sizeof *moved + bytes);
    if (moved == NULL)
        longjmp(current->out, 1);
    *moved->link = moved;
    if (moved->next != NULL)
        moved->next->link = &moved->next;
    return moved + 1;
}

static void drop(void *old, size_t bytes) {
    (void)bytes;
    exact_block *dropped = (exact_block *)old - 1;
    *dropped->link = dropped->next;
    if (dropped->next != NULL)
        dropped->next->link = dropped->link;
    at_memory_resize(dropped, 0);
}

/* Run `work`; numbers it leaves behind are released with it. */
static at_status run_guarded(void (*work)(void *), void *job, at_error *err) {
    void *(*take_before)(size_t);
    void *(*move_before)(void *, size_t, size_t);
    void (*drop_before)(void *, size_t);
    exact_guard guard = {.blocks = NULL};
    mp_get_memory_functions(&take_before, &move_before, &drop_before);
    mp_set_memory_functions(take, move, drop);
    current = &guard;
    bool failed = setjmp(guard.out) != 0;
    if (!failed)
        work(job);
    while (guard.blocks != NULL)
        drop(guard.blocks + 1, 0);
    current = NULL;
    mp_set_memory_functions(take_before, move_before, drop_before);
    return failed ? at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory for exact shares") : AT_OK;
}

static void set_ratio(mpq_t out, at_ratio ratio) {
    mpq_set_si(out, ratio.num, (unsigned long)ratio.den);
    mpq_canonicalize(out);
}

/* Specification G4: two numbers within 1e-12 are one. */
static int compare_eps(const mpq_t x, const mpq_t threshold) {
    mpq_t gap, eps;
    mpq_inits(gap, eps, NULL);
    mpq_sub(gap, x, threshold);
    mpq_set_si(eps, 1, 1000000000000UL);
    int sign = mpq_cmp(gap, eps) > 0 ? 1 : 0;
    mpq_neg(eps, eps);
    if (mpq_cmp(gap, eps) < 0)
        sign = -1;
    mpq_clears(gap, eps, NULL);
    return sign;
}

/* slack = 1 - sum of lower ends; may be below 0. */
static void set_slack(mpq_t slack, const at_stake *column, uint32_t count) {
    mpq_t lo;
    mpq_init(lo);
    mpq_set_si(slack, 1, 1);
    for (uint32_t i = 0; i < count; i++) {
        set_ratio(lo, column[i].share.lo);
        mpq_sub(slack, slack, lo);
    }
    mpq_clear(lo);
}

/* Let one stake rise: weight = lo + min(hi - lo, slack), and slack shrinks. */
static void spend(mpq_t weight, mpq_t slack, const at_stake *stake) {
    mpq_t room;
    mpq_init(room);
    set_ratio(room, stake->share.hi);
    mpq_sub(room, room, weight);
    if (mpq_cmp(room, slack) > 0)
        mpq_set(room, slack);
    if (mpq_sgn(room) > 0) {
        mpq_add(weight, weight, room);
        mpq_sub(slack, slack, room);
    }
    mpq_clear(room);
}

typedef struct column_job {
    double *weight, exit;
    bool over, tighten;
    const at_stake *column;
    uint32_t count;
    const uint32_t *order;
    uint32_t order_count;
} column_job;

static void weigh_column(void *context) {
    column_job *job = context;
    mpq_t slack, weight, one;
    mpq_inits(slack, weight, one, NULL);
    set_slack(slack, job->column, job->count);
    mpq_set_si(one, 1, 1);
    mpq_add(weight, slack, one);
    job->over = compare_eps(weight, one) < 0;
    for (uint32_t i = 0; i < job->count; i++) {
        set_ratio(weight, job->column[i].share.lo);
        if (job->tighten) {
            mpq_set(one, slack);
            spend(weight, one, &job->column[i]);
        }
        job->weight[i] = mpq_get_d(weight);
    }
    for (uint32_t i = 0; i < job->order_count; i++) {
        set_ratio(weight, job->column[job->order[i]].share.lo);
        spend(weight, slack, &job->column[job->order[i]]);
        job->weight[job->order[i]] = mpq_get_d(weight);
    }
    job->exit = mpq_sgn(slack) > 0 ? mpq_get_d(slack) : 0;
    mpq_clears(slack, weight, one, NULL);
}

at_status at_exact_column(double *weight, double *exit_out, bool *over_out, const at_stake *column,
                          uint32_t count, const uint32_t *order, uint32_t order_count,
                          at_error *err) {
    column_job job = {.weight = weight,
                      .column = column,
                      .count = count,
                      .order = order,
                      .order_count = order_count};
    AT_TRY(run_guarded(weigh_column, &job, err));
    *exit_out = job.exit;
    *over_out = job.over;
    return AT_OK;
}

at_status at_exact_highs(double *high, const at_stake *column, uint32_t count, at_error *err) {
    column_job job = {.weight = high, .tighten = true, .column = column, .count = count};
    return run_guarded(weigh_column, &job, err);
}

typedef struct sum_job {
    const at_stake *column;
    const bool *in;
    uint32_t count;
    bool high;
    at_ratio threshold;
    int sign;
} sum_job;

static void compare_sum(void *context) {
    sum_job *job = context;
    mpq_t sum, slack, left, weight;
    mpq_inits(sum, slack, left, weight, NULL);
    if (job->high)
        set_slack(slack, job->column, job->count);
    for (uint32_t i = 0; i < job->count; i++) {
        if (!job->in[i])
            continue;
        set_ratio(weight, job->column[i].share.lo);
        if (i == 0 || job->column[i].owner != job->column[i - 1].owner)
            mpq_set(left, slack);
        if (job->high)
            spend(weight, left, &job->column[i]);
        mpq_add(sum, sum, weight);
    }
    set_ratio(weight, job->threshold);
    job->sign = compare_eps(sum, weight);
    mpq_clears(sum, slack, left, weight, NULL);
}

at_status at_exact_sum(int *out, const at_stake *column, const bool *in, uint32_t count, bool high,
                       at_ratio threshold, at_error *err) {
    sum_job job = {
        .column = column, .in = in, .count = count, .high = high, .threshold = threshold};
    AT_TRY(run_guarded(compare_sum, &job, err));
    *out = job.sign;
    return AT_OK;
}

typedef struct share_job {
    const at_matrix *matrix;
    const at_spending *spending;
    uint32_t source, target;
    at_ratio threshold;
    bool *between; /* by body: on a walk from the source to the target, which is always */
    at_strong strong;
    mpq_t *weight; /* by stake of a body between */
    mpq_t *share;  /* by body */
    mpq_t *cells;  /* largest group x (largest group + 1) */
    uint32_t largest;
    int sign;
} share_job;

static void set_weights(share_job *job) {
    const at_matrix *matrix = job->matrix;
    mpq_t slack;
    mpq_init(slack);
    for (uint32_t body = 0; body < matrix->body_count; body++) {
        uint32_t start = matrix->column_start[body], end = matrix->column_start[body + 1];
        if (!job->between[body])
            continue;
        mpq_init(job->share[body]);
        for (uint32_t stake = start; stake < end; stake++) {
            mpq_init(job->weight[stake]);
            if (!matrix->over[body])
                set_ratio(job->weight[stake], matrix->stakes[stake].share.lo);
        }
        if (job->spending->start == NULL || matrix->over[body])
            continue;
        set_slack(slack, &matrix->stakes[start], end - start);
        for (uint32_t i = job->spending->start[body]; i < job->spending->start[body + 1]; i++)
            spend(job->weight[job->spending->stakes[i]], slack,
                  &matrix->stakes[job->spending->stakes[i]]);
    }
    mpq_clear(slack);
}

/* What flows into `body` from outside its group; the source counts 1, and never as an intermediate.
 */
static void set_inflow(mpq_t out, const share_job *job, uint32_t body, bool whole) {
    const at_matrix *matrix = job->matrix;
    mpq_t part;
    mpq_init(part);
    mpq_set_si(out, 0, 1);
    for (uint32_t i = matrix->column_start[body]; i < matrix->column_start[body + 1]; i++) {
        uint32_t owner = matrix->stakes[i].owner;
        if (owner == job->source) {
            mpq_add(out, out, job->weight[i]);
        } else if (job->between[owner] &&
                   (whole || job->strong.group_of[owner] != job->strong.group_of[body])) {
            mpq_mul(part, job->share[owner], job->weight[i]);
            mpq_add(out, out, part);
        }
    }
    mpq_clear(part);
}

/* cells = [I - W | inflow] of one group, a row for each owned body. */
static void fill_cells(share_job *job, const uint32_t *nodes, uint32_t count) {
    const at_matrix *matrix = job->matrix;
    for (uint32_t row = 0; row < count; row++) {
        mpq_t *cells = &job->cells[row * (count + 1)];
        for (uint32_t column = 0; column < count; column++)
            mpq_set_si(cells[column], row == column, 1);
        for (uint32_t i = matrix->column_start[nodes[row]];
             i < matrix->column_start[nodes[row] + 1]; i++)
            for (uint32_t column = 0; column < count; column++)
                if (nodes[column] == matrix->stakes[i].owner &&
                    matrix->stakes[i].owner != job->source)
                    mpq_sub(cells[column], cells[column], job->weight[i]);
        set_inflow(cells[count], job, nodes[row], false);
    }
}

/* Gauss without pivoting: the matrix is diagonally dominant with a positive diagonal, unless the
 * group is closed; then nothing flows into it and its shares stay 0. */
static void solve_group(share_job *job, const uint32_t *nodes, uint32_t count) {
    mpq_t *cells = job->cells, factor, part;
    uint32_t width = count + 1;
    mpq_inits(factor, part, NULL);
    fill_cells(job, nodes, count);
    for (uint32_t pivot = 0; pivot < count; pivot++) {
        if (mpq_sgn(cells[pivot * width + pivot]) == 0)
            continue;
        for (uint32_t row = pivot + 1; row < count; row++) {
            if (mpq_sgn(cells[row * width + pivot]) == 0)
                continue;
            mpq_div(factor, cells[row * width + pivot], cells[pivot * width + pivot]);
            for (uint32_t column = pivot; column < width; column++) {
                mpq_mul(part, factor, cells[pivot * width + column]);
                mpq_sub(cells[row * width + column], cells[row * width + column], part);
            }
        }
    }
    for (uint32_t row = count; row-- > 0;) {
        mpq_set(factor, cells[row * width + count]);
        for (uint32_t column = row + 1; column < count; column++) {
            mpq_mul(part, cells[row * width + column], job->share[nodes[column]]);
            mpq_sub(factor, factor, part);
        }
        if (mpq_sgn(cells[row * width + row]) != 0)
            mpq_div(job->share[nodes[row]], factor, cells[row * width + row]);
    }
    mpq_clears(factor, part, NULL);
}

static void compare_share(void *context) {
    share_job *job = context;
    mpq_t threshold;
    set_weights(job);
    for (uint32_t i = 0; i < job->largest * (job->largest + 1); i++)
        mpq_init(job->cells[i]);
    for (uint32_t group = 0; group < job->strong.group_count; group++) {
        const uint32_t *nodes = &job->strong.nodes[job->strong.group_start[group]];
        if (nodes[0] != job->source && job->between[nodes[0]])
            solve_group(job, nodes,
                        job->strong.group_start[group + 1] - job->strong.group_start[group]);
    }
    mpq_init(threshold);
    set_ratio(threshold, job->threshold);
    if (job->target == job->source)
        set_inflow(job->share[job->target], job, job->target, true);
    job->sign = compare_eps(job->share[job->target], threshold);
}

/* May the stake carry something? */
static bool may_carry(const share_job *job, uint32_t stake) {
    const at_stake *carried = &job->matrix->stakes[stake];
    return !job->matrix->over[carried->owned] &&
           (carried->share.lo.num > 0 || job->spending->start != NULL);
}

/* Mark what leads up from the target to the source; the source itself only where it is both. */
static at_status find_between(uint32_t *count_out, share_job *job, at_arena *arena, at_error *err) {
    const at_matrix *matrix = job->matrix;
    uint32_t *queue, count = 0, between = 0;
    bool *below;
    AT_TRY(AT_NEW(&queue, arena, (size_t)matrix->body_count + 1, err));
    AT_TRY(AT_NEW(&below, arena, matrix->body_count, err));
    queue[count++] = job->source;
    for (uint32_t next = 0; next < count; next++) {
        for (uint32_t r = matrix->row_start[queue[next]]; r < matrix->row_start[queue[next] + 1];
             r++) {
            const uint32_t owned = matrix->row_owned[r];
            if (!may_carry(job, matrix->row_stakes[r]) || below[owned] || owned == job->source)
                continue;
            below[owned] = true;
            queue[count++] = owned;
        }
    }
    queue[0] = job->target;
    count = 1;
    job->between[job->target] = true;
    for (uint32_t next = 0; next < count; next++) {
        between++;
        for (uint32_t i = matrix->column_start[queue[next]];
             i < matrix->column_start[queue[next] + 1]; i++) {
            const uint32_t owner = matrix->owner[i];
            if (!may_carry(job, i) || !below[owner] || job->between[owner])
                continue;
            job->between[owner] = true;
            queue[count++] = owner;
        }
    }
    *count_out = between;
    return AT_OK;
}

/* Groups of the bodies between, without edges into the source, which is never passed through. */
static at_status find_groups(at_strong *out, const share_job *job, at_arena *arena, at_error *err) {
    const at_matrix *matrix = job->matrix;
    uint32_t *start, *to, count = 0;
    AT_TRY(AT_NEW(&start, arena, (size_t)matrix->body_count + 1, err));
    AT_TRY(AT_NEW(&to, arena, matrix->stake_count, err));
    for (uint32_t body = 0; body < matrix->body_count; body++) {
        start[body] = count;
        for (uint32_t i = matrix->row_start[body]; i < matrix->row_start[body + 1]; i++) {
            uint32_t owned = matrix->stakes[matrix->row_stakes[i]].owned;
            if (owned != job->source && job->between[owned] && job->between[body] &&
                may_carry(job, matrix->row_stakes[i]))
                to[count++] = owned;
        }
    }
    start[matrix->body_count] = count;
    return at_strong_find(out, matrix->body_count, start, to, arena, err);
}

at_status at_exact_share(int *out, bool *decided, const at_matrix *matrix,
                         const at_spending *spending, uint32_t source, uint32_t target,
                         at_ratio threshold, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    share_job job = {.matrix = matrix,
                     .spending = spending,
                     .source = source,
                     .target = target,
                     .threshold = threshold};
    assert(source < matrix->body_count && target < matrix->body_count);
    uint32_t between;
    *decided = false;
    AT_TRY(AT_NEW(&job.between, &scratch, matrix->body_count, err));
    AT_TRY(find_between(&between, &job, &scratch, err));
    if (between > AT_EXACT_BODIES_MAX)
        return AT_OK;
    AT_TRY(find_groups(&job.strong, &job, &scratch, err));
    for (uint32_t group = 0; group < job.strong.group_count; group++) {
        uint32_t count = job.strong.group_start[group + 1] - job.strong.group_start[group];
        job.largest = count > job.largest ? count : job.largest;
    }
    if (job.largest > AT_EXACT_GROUP_MAX)
        return AT_OK;
    AT_TRY(AT_NEW(&job.weight, &scratch, matrix->stake_count, err));
    AT_TRY(AT_NEW(&job.share, &scratch, matrix->body_count, err));
    AT_TRY(AT_NEW(&job.cells, &scratch, (size_t)job.largest * (job.largest + 1), err));
    AT_TRY(run_guarded(compare_share, &job, err));
    *decided = true;
    *out = job.sign;
    return AT_OK;
}
