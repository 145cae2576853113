#include "engine/network/share.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/network/strong.h"
#include "engine/network/system.h"

/* One solve: what carries how much, and room for one group's system. */
typedef struct share_solver {
    const at_matrix *matrix;
    const double *weight, *exit;
    at_strong strong;
    uint32_t blocked; /* body whose column is not used, UINT32_MAX = none */
    uint32_t *number; /* by body: place in its group */
    uint32_t *owner, *owned;
    double *entry, *excess, *b, *x;
    double residual;
} share_solver;

static bool is_inside(const share_solver *solver, uint32_t body) {
    return solver->strong.group_of[body] != UINT32_MAX;
}

static bool carries(const share_solver *solver, uint32_t stake) {
    const at_stake *carried = &solver->matrix->stakes[stake];
    return solver->weight[stake] > 0 && carried->owned != solver->blocked &&
           is_inside(solver, carried->owner) && is_inside(solver, carried->owned);
}

/* Groups of what a walk can meet along stakes that carry something, downward or upward from `from`;
 * each group comes after those that lead to it. */
static at_status make_solver(share_solver *out, uint32_t from, bool upward, at_arena *arena,
                             at_error *err) {
    const at_matrix *matrix = out->matrix;
    const bool lower = out->weight == matrix->weight; /* whose order of rows is there already */
    const at_edges edges = {.start = upward ? matrix->column_start : matrix->row_start,
                            .to = upward ? matrix->owner : matrix->row_owned,
                            .weight_at = upward || lower ? NULL : matrix->row_stakes,
                            .weight = lower && !upward ? matrix->row_weight : out->weight};
    uint32_t largest = 0;
    size_t most = 0;
    AT_TRY(
        at_strong_from(&out->strong, matrix->body_count, &edges, from, out->blocked, arena, err));
    for (uint32_t group = 0; group < out->strong.group_count; group++) {
        uint32_t start = out->strong.group_start[group], end = out->strong.group_start[group + 1];
        size_t stakes = 0;
        if (end - start == 1) /* needs no system */
            continue;
        for (uint32_t i = start; i < end; i++)
            stakes += matrix->column_start[out->strong.nodes[i] + 1] -
                      matrix->column_start[out->strong.nodes[i]];
        largest = end - start > largest ? end - start : largest;
        most = stakes > most ? stakes : most;
    }
    AT_TRY(AT_NEW(&out->number, arena, largest > 0 ? matrix->body_count : 0, err));
    AT_TRY(AT_NEW(&out->owner, arena, most, err));
    AT_TRY(AT_NEW(&out->owned, arena, most, err));
    AT_TRY(AT_NEW(&out->entry, arena, most, err));
    AT_TRY(AT_NEW(&out->excess, arena, largest, err));
    AT_TRY(AT_NEW(&out->b, arena, largest, err));
    return AT_NEW(&out->x, arena, largest, err);
}

/* The system of one group: entries inside it, and by body what comes from anywhere else. */
static at_system group_system(share_solver *solver, uint32_t group) {
    const at_matrix *matrix = solver->matrix;
    const uint32_t *nodes = &solver->strong.nodes[solver->strong.group_start[group]];
    at_system system = {.count = solver->strong.group_start[group + 1] -
                                 solver->strong.group_start[group],
                        .owner = solver->owner,
                        .owned = solver->owned,
                        .entry = solver->entry,
                        .excess = solver->excess};
    for (uint32_t i = 0; i < system.count; i++)
        solver->number[nodes[i]] = i;
    for (uint32_t i = 0; i < system.count; i++) {
        solver->excess[i] = solver->exit[nodes[i]];
        for (uint32_t stake = matrix->column_start[nodes[i]];
             stake < matrix->column_start[nodes[i] + 1]; stake++) {
            uint32_t owner = matrix->stakes[stake].owner;
            if (carries(solver, stake) && solver->strong.group_of[owner] == group) {
                solver->owner[system.entry_count] = solver->number[owner];
                solver->owned[system.entry_count] = i;
                solver->entry[system.entry_count++] = solver->weight[stake];
            } else {
                solver->excess[i] += solver->weight[stake];
            }
        }
    }
    return system;
}

static bool is_closed(const at_system *system) {
    for (uint32_t i = 0; i < system->count; i++)
        if (system->excess[i] > 0)
            return false;
    return true;
}

/* Shares of one group from those of the groups before it; the source counts as 1. */
static at_status solve_down(share_solver *solver, double *share, uint32_t group, at_error *err) {
    const at_matrix *matrix = solver->matrix;
    const uint32_t *nodes = &solver->strong.nodes[solver->strong.group_start[group]];
    at_system system = group_system(solver, group);
    double residual = 0;
    for (uint32_t i = 0; i < system.count; i++) {
        solver->b[i] = 0;
        for (uint32_t stake = matrix->column_start[nodes[i]];
             stake < matrix->column_start[nodes[i] + 1]; stake++) {
            uint32_t owner = matrix->stakes[stake].owner;
            if (carries(solver, stake) && solver->strong.group_of[owner] != group)
                solver->b[i] += solver->weight[stake] * share[owner];
        }
    }
    AT_TRY(at_system_down(solver->x, &residual, &system, solver->b, err));
    solver->residual = fmax(solver->residual, residual);
    for (uint32_t i = 0; i < system.count; i++)
        share[nodes[i]] = fmin(fmax(solver->x[i], 0), 1);
    return AT_OK;
}

/* A body that is a group of its own: the sum over its owners; nobody outside has a share. */
static double solve_alone(const share_solver *solver, const double *share, uint32_t body) {
    const at_matrix *matrix = solver->matrix;
    double sum = 0, others = solver->exit[body];
    bool owns_itself = false;
    for (uint32_t i = matrix->column_start[body]; i < matrix->column_start[body + 1]; i++) {
        if (matrix->owner[i] == body) {
            owns_itself = true;
            continue;
        }
        sum += solver->weight[i] * share[matrix->owner[i]];
        others += solver->weight[i];
    }
    return fmin(owns_itself && others > 0 ? sum / others : sum, 1);
}

/* y of O3 under given weights. The source's own column is used last, for what it owns of itself. */
static at_status solve_from(double *share, double *residual, const at_matrix *matrix,
                            const double *weight, const double *exit, uint32_t source,
                            at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    share_solver solver = {.matrix = matrix, .weight = weight, .exit = exit, .blocked = source};
    AT_TRY(make_solver(&solver, source, false, &scratch, err));
    memset(share, 0, matrix->body_count * sizeof *share);
    share[source] = 1;
    for (uint32_t group = 0; group < solver.strong.group_count; group++) {
        uint32_t start = solver.strong.group_start[group], first = solver.strong.nodes[start];
        if (first == source)
            continue;
        if (solver.strong.group_start[group + 1] - start == 1)
            share[first] = solve_alone(&solver, share, first);
        else
            AT_TRY(solve_down(&solver, share, group, err));
    }
    double own = 0;
    for (uint32_t i = matrix->column_start[source]; i < matrix->column_start[source + 1]; i++)
        own += weight[i] * share[matrix->owner[i]];
    share[source] = fmin(own, 1);
    *residual = fmax(*residual, solver.residual);
    return AT_OK;
}

/* The choice of upper ends: for each column the stakes that rise, in order. */
typedef struct share_policy {
    const at_matrix *matrix;
    uint32_t source;
    const double *share; /* under the weights now */
    double *weight, *exit;
    uint32_t *order;      /* by stake: positions in its column, best owner first */
    uint32_t *rise_count; /* by body */
    double *trial;        /* by position in a column */
} share_policy;

static double worth(const share_policy *policy, uint32_t stake) {
    uint32_t owner = policy->matrix->stakes[stake].owner;
    return owner == policy->source ? 1 : policy->share[owner];
}

/* Put the positions of one column in order of falling worth; stakes are in order of ids already. */
static uint32_t rank_owners(const share_policy *policy, uint32_t *order, uint32_t start,
                            uint32_t count) {
    uint32_t used = 0;
    for (uint32_t i = 0; i < count; i++) {
        double value = worth(policy, start + i);
        if (value <= 0)
            continue;
        uint32_t place = used++;
        for (; place > 0 && worth(policy, start + order[place - 1]) < value; place--)
            order[place] = order[place - 1];
        order[place] = i;
    }
    return used;
}

static bool column_is_ranged(const at_matrix *matrix, uint32_t body) {
    for (uint32_t i = matrix->column_start[body]; i < matrix->column_start[body + 1]; i++)
        if (matrix->high[i] > matrix->weight[i])
            return !matrix->over[body];
    return false;
}

/* The weights of a column in no circle: what it leaves is never divided by, so doubles do. */
static double spend_plainly(const share_policy *policy, uint32_t body, const uint32_t *order,
                            uint32_t rise_count) {
    const at_matrix *matrix = policy->matrix;
    const uint32_t start = matrix->column_start[body];
    double left = matrix->exit[body];
    memcpy(policy->trial, &matrix->weight[start],
           (matrix->column_start[body + 1] - start) * sizeof *policy->trial);
    for (uint32_t i = 0; i < rise_count && left > 0; i++) {
        const double room = matrix->high[start + order[i]] - matrix->weight[start + order[i]];
        policy->trial[order[i]] += fmin(fmax(room, 0), left);
        left -= fmin(fmax(room, 0), left);
    }
    return left;
}

/* Spend one column's slack on its best owners; keep the change only if the column's value rises. */
static at_status improve_column(bool *changed, share_policy *policy, uint32_t body, uint32_t *order,
                                at_error *err) {
    const at_matrix *matrix = policy->matrix;
    uint32_t start = matrix->column_start[body], count = matrix->column_start[body + 1] - start;
    uint32_t rise_count = rank_owners(policy, order, start, count);
    double exit = 0, before = 0, after = 0;
    bool over;
    if (rise_count == 0) /* nobody here leads up to the source: nothing can rise */
        return AT_OK;
    if (matrix->circled[body])
        AT_TRY(at_exact_column(policy->trial, &exit, &over, &matrix->stakes[start], count, order,
                               rise_count, err));
    else
        exit = spend_plainly(policy, body, order, rise_count);
    for (uint32_t i = 0; i < count; i++) {
        before += policy->weight[start + i] * worth(policy, start + i);
        after += policy->trial[i] * worth(policy, start + i);
    }
    if (after <= before + 4 * DBL_EPSILON * before)
        return AT_OK;
    memcpy(&policy->weight[start], policy->trial, count * sizeof *policy->weight);
    memcpy(&policy->order[start], order, rise_count * sizeof *order);
    policy->exit[body] = exit;
    policy->rise_count[body] = rise_count;
    *changed = true;
    return AT_OK;
}

/* O9: least fixpoint from below by policy iteration; each round solves exactly for its weights. */
static at_status raise_shares(at_shares *shares, share_policy *policy, double *high,
                              at_arena *arena, at_error *err) {
    const at_matrix *matrix = policy->matrix;
    uint32_t *order;
    bool changed = true;
    AT_TRY(AT_NEW(&order, arena, matrix->stake_count, err));
    memcpy(high, shares->lo, matrix->body_count * sizeof *high);
    policy->share = high;
    while (changed) {
        changed = false;
        for (uint32_t body = 0; body < matrix->body_count; body++)
            if (column_is_ranged(matrix, body))
                AT_TRY(improve_column(&changed, policy, body, order, err));
        if (changed)
            AT_TRY(solve_from(high, &shares->residual, matrix, policy->weight, policy->exit,
                              policy->source, err));
    }
    return AT_OK;
}

static at_status keep_spending(at_spending *out, const share_policy *policy, at_arena *arena,
                               at_error *err) {
    const at_matrix *matrix = policy->matrix;
    uint32_t *start, *stakes, count = 0;
    AT_TRY(AT_NEW(&start, arena, (size_t)matrix->body_count + 1, err));
    AT_TRY(AT_NEW(&stakes, arena, matrix->stake_count, err));
    for (uint32_t body = 0; body < matrix->body_count; body++) {
        uint32_t column = matrix->column_start[body];
        start[body] = count;
        for (uint32_t i = 0; i < policy->rise_count[body]; i++)
            stakes[count++] = column + policy->order[column + i];
    }
    start[matrix->body_count] = count;
    *out = (at_spending){.start = start, .stakes = stakes};
    return AT_OK;
}

at_status at_shares_from(at_shares *out, const at_matrix *matrix, uint32_t source, at_arena *arena,
                         at_error *err) {
    at_shares shares = {.source = source};
    share_policy policy = {.matrix = matrix, .source = source};
    double *low, *high;
    assert(source < matrix->body_count);
    AT_TRY(AT_NEW(&low, arena, matrix->body_count, err));
    AT_TRY(solve_from(low, &shares.residual, matrix, matrix->weight, matrix->exit, source, err));
    shares.lo = shares.hi = low;
    shares.weight_hi = matrix->weight;
    shares.exit_hi = matrix->exit;
    if (matrix->ranged) {
        AT_TRY(AT_NEW(&high, arena, matrix->body_count, err));
        AT_TRY(AT_NEW(&policy.weight, arena, matrix->stake_count, err));
        AT_TRY(AT_NEW(&policy.exit, arena, matrix->body_count, err));
        AT_TRY(AT_NEW(&policy.order, arena, matrix->stake_count, err));
        AT_TRY(AT_NEW(&policy.rise_count, arena, matrix->body_count, err));
        AT_TRY(AT_NEW(&policy.trial, arena, matrix->stake_count, err));
        memcpy(policy.weight, matrix->weight, matrix->stake_count * sizeof *policy.weight);
        memcpy(policy.exit, matrix->exit, matrix->body_count * sizeof *policy.exit);
        AT_TRY(raise_shares(&shares, &policy, high, arena, err));
        AT_TRY(keep_spending(&shares.spending, &policy, arena, err));
        shares.hi = high;
        shares.weight_hi = policy.weight;
        shares.exit_hi = policy.exit;
    }
    *out = shares;
    return AT_OK;
}

/* What a walk that is in `body` for the first time brings to it: its own beginning, and what comes
 * from the bodies it owns, but those of its group. */
static double sum_arrivals(const share_solver *solver, const double *visits, uint32_t body,
                           uint32_t target) {
    const at_matrix *matrix = solver->matrix;
    double sum = body == target;
    for (uint32_t r = matrix->row_start[body]; r < matrix->row_start[body + 1]; r++) {
        uint32_t owned = matrix->row_owned[r];
        if (is_inside(solver, owned) &&
            solver->strong.group_of[owned] != solver->strong.group_of[body])
            sum += solver->weight[matrix->row_stakes[r]] * visits[owned];
    }
    return sum;
}

/* A body that is a group of its own; false when it belongs wholly to itself. */
static bool visit_alone(double *out, const share_solver *solver, const double *visits,
                        uint32_t body, uint32_t target) {
    const at_matrix *matrix = solver->matrix;
    double sum = sum_arrivals(solver, visits, body, target), others = solver->exit[body];
    bool owns_itself = false;
    for (uint32_t i = matrix->column_start[body]; i < matrix->column_start[body + 1]; i++) {
        owns_itself |= matrix->owner[i] == body;
        others += matrix->owner[i] == body ? 0 : solver->weight[i];
    }
    *out = owns_itself && others > 0 ? sum / others : sum;
    return others > 0;
}

/* Visits of one group from those of the groups it leads down to. */
static at_status solve_up(share_solver *solver, double *visits, uint32_t target, uint32_t group,
                          at_ultimate *ultimate, at_closed *closed, at_error *err) {
    const uint32_t start = solver->strong.group_start[group];
    const uint32_t *nodes = &solver->strong.nodes[start];
    at_closed kept = {.bodies = nodes, .body_count = solver->strong.group_start[group + 1] - start};
    double residual = 0, total = 0, visit = 0;
    if (kept.body_count == 1) {
        if (visit_alone(&visit, solver, visits, nodes[0], target)) {
            visits[nodes[0]] = visit;
            return AT_OK;
        }
        kept.share = fmin(visit, 1);
        closed[ultimate->closed_count++] = kept;
        return AT_OK;
    }
    at_system system = group_system(solver, group);
    for (uint32_t i = 0; i < system.count; i++) {
        solver->b[i] = sum_arrivals(solver, visits, nodes[i], target);
        total += solver->b[i];
    }
    if (is_closed(&system)) {
        kept.share = fmin(total, 1);
        closed[ultimate->closed_count++] = kept;
        return AT_OK;
    }
    AT_TRY(at_system_up(solver->x, &residual, &system, solver->b, err));
    solver->residual = fmax(solver->residual, residual);
    for (uint32_t i = 0; i < system.count; i++)
        visits[nodes[i]] = fmax(solver->x[i], 0);
    return AT_OK;
}

at_status at_ultimate_of(at_ultimate *out, const at_matrix *matrix, uint32_t target,
                         at_arena *arena, at_error *err) {
    share_solver solver = {
        .matrix = matrix, .weight = matrix->weight, .exit = matrix->exit, .blocked = UINT32_MAX};
    at_ultimate ultimate = {.target = target};
    double *visits;
    at_closed *closed;
    assert(target < matrix->body_count);
    AT_TRY(AT_NEW(&visits, arena, matrix->body_count, err));
    AT_TRY(make_solver(&solver, target, true, arena, err));
    AT_TRY(AT_NEW(&closed, arena, solver.strong.group_count, err));
    for (uint32_t group = 0; group < solver.strong.group_count; group++)
        AT_TRY(solve_up(&solver, visits, target, group, &ultimate, closed, err));
    ultimate.visits = visits;
    ultimate.closed = closed;
    ultimate.residual = solver.residual;
    *out = ultimate;
    return AT_OK;
}
