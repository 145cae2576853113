#include "engine/network/ordered.h"

#include <math.h>

enum { SWEEPS_MIN = 2000 };
static const uint64_t EDGES_SWEPT_MAX = UINT64_C(4000000000); /* some ten seconds */

/* Apart by this a result is the same to the 12 places that are printed, with two to spare. */
static const double APART_MAX = 1e-14;

/* Edges without those of a body to itself: into each body, and out of each. */
typedef struct ordered_group {
    const at_system *system;
    uint32_t count;
    uint32_t *in_start, *in_owner;
    double *in_weight;
    uint32_t *out_start, *out_owned;
    double *out_weight;
    double *diagonal; /* 1 less what a body owns of itself, added up from its parts */
    uint32_t *order;  /* owners before what they own, but for the edges into entries */
    bool *is_entry;
    uint32_t *entries, entry_count;
} ordered_group;

static at_status index_edges(ordered_group *group, at_arena *arena, at_error *err) {
    const at_system *system = group->system;
    uint32_t *in_next, *out_next;
    AT_TRY(AT_NEW(&group->in_start, arena, (size_t)group->count + 1, err));
    AT_TRY(AT_NEW(&group->out_start, arena, (size_t)group->count + 1, err));
    AT_TRY(AT_NEW(&in_next, arena, (size_t)group->count + 1, err));
    AT_TRY(AT_NEW(&out_next, arena, (size_t)group->count + 1, err));
    AT_TRY(AT_NEW(&group->in_owner, arena, system->entry_count, err));
    AT_TRY(AT_NEW(&group->in_weight, arena, system->entry_count, err));
    AT_TRY(AT_NEW(&group->out_owned, arena, system->entry_count, err));
    AT_TRY(AT_NEW(&group->out_weight, arena, system->entry_count, err));
    AT_TRY(AT_NEW(&group->diagonal, arena, group->count, err));
    for (size_t i = 0; i < system->entry_count; i++) {
        if (system->owner[i] == system->owned[i])
            continue;
        group->in_start[system->owned[i] + 1]++;
        group->out_start[system->owner[i] + 1]++;
    }
    for (uint32_t body = 0; body < group->count; body++) {
        group->diagonal[body] = system->excess[body];
        in_next[body + 1] = group->in_start[body + 1] += group->in_start[body];
        out_next[body + 1] = group->out_start[body + 1] += group->out_start[body];
    }
    for (size_t i = 0; i < system->entry_count; i++) {
        uint32_t owner = system->owner[i], owned = system->owned[i];
        if (owner == owned)
            continue;
        group->in_owner[in_next[owned]] = owner;
        group->in_weight[in_next[owned]++] = system->entry[i];
        group->out_owned[out_next[owner]] = owned;
        group->out_weight[out_next[owner]++] = system->entry[i];
        group->diagonal[owned] += system->entry[i];
    }
    return AT_OK;
}

/* Depth first from every body in turn; a body found again while its own search goes on is an entry.
 */
static at_status find_order(ordered_group *group, at_arena *arena, at_error *err) {
    enum { NEW, OPEN, DONE };
    uint32_t *path, *next, left = group->count, depth = 0;
    uint8_t *state;
    AT_TRY(AT_NEW(&path, arena, group->count, err));
    AT_TRY(AT_NEW(&next, arena, group->count, err));
    AT_TRY(AT_NEW(&state, arena, group->count, err));
    AT_TRY(AT_NEW(&group->order, arena, group->count, err));
    AT_TRY(AT_NEW(&group->is_entry, arena, group->count, err));
    AT_TRY(AT_NEW(&group->entries, arena, group->count, err));
    for (uint32_t root = 0; root < group->count; root++) {
        if (state[root] != NEW)
            continue;
        path[depth++] = root;
        state[root] = OPEN;
        next[root] = group->out_start[root];
        while (depth > 0) {
            uint32_t body = path[depth - 1];
            if (next[body] == group->out_start[body + 1]) {
                state[body] = DONE;
                group->order[--left] = body;
                depth--;
                continue;
            }
            uint32_t owned = group->out_owned[next[body]++];
            if (state[owned] == OPEN && !group->is_entry[owned]) {
                group->is_entry[owned] = true;
                group->entries[group->entry_count++] = owned;
            } else if (state[owned] == NEW) {
                path[depth++] = owned;
                state[owned] = OPEN;
                next[owned] = group->out_start[owned];
            }
        }
    }
    return AT_OK;
}

static double flow_in(const ordered_group *group, uint32_t body, const double *x) {
    double sum = 0;
    for (uint32_t i = group->in_start[body]; i < group->in_start[body + 1]; i++)
        sum += group->in_weight[i] * x[group->in_owner[i]];
    return sum;
}

static double flow_out(const ordered_group *group, uint32_t body, const double *x) {
    double sum = 0;
    for (uint32_t i = group->out_start[body]; i < group->out_start[body + 1]; i++)
        sum += group->out_weight[i] * x[group->out_owned[i]];
    return sum;
}

static double divide(double a, double b) {
    return b > 0 ? a / b : 0;
}

/* x of all bodies but the entries, whose x is given; `b` may be NULL. */
static void pass_down(const ordered_group *group, double *x, const double *b) {
    for (uint32_t i = 0; i < group->count; i++) {
        uint32_t body = group->order[i];
        if (!group->is_entry[body])
            x[body] =
                divide((b != NULL ? b[body] : 0) + flow_in(group, body, x), group->diagonal[body]);
    }
}

static void pass_up(const ordered_group *group, double *x, const double *b) {
    for (uint32_t i = group->count; i-- > 0;) {
        uint32_t body = group->order[i];
        if (!group->is_entry[body])
            x[body] = divide(b[body] + flow_out(group, body, x), group->diagonal[body]);
    }
}

static void clear(double *x, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        x[i] = 0;
}

/* The chain watched at its entries: what a walk upward from one meets next, or that it leaves. */
static at_status watch_entries(at_system *out, const ordered_group *group, double *x,
                               at_arena *arena, at_error *err) {
    uint32_t *owner, *owned, count = group->entry_count;
    double *entry, *excess;
    size_t used = 0;
    AT_TRY(AT_NEW(&owner, arena, (size_t)count * count, err));
    AT_TRY(AT_NEW(&owned, arena, (size_t)count * count, err));
    AT_TRY(AT_NEW(&entry, arena, (size_t)count * count, err));
    AT_TRY(AT_NEW(&excess, arena, count, err));
    for (uint32_t from = 0; from < count; from++) {
        clear(x, group->count);
        x[group->entries[from]] = 1;
        pass_down(group, x, NULL);
        for (uint32_t to = 0; to < count; to++) {
            double met = flow_in(group, group->entries[to], x);
            if (to == from || met <= 0)
                continue;
            owner[used] = from;
            owned[used] = to;
            entry[used++] = met;
        }
    }
    clear(x, group->count);
    pass_down(group, x, group->system->excess);
    for (uint32_t to = 0; to < count; to++)
        excess[to] =
            group->system->excess[group->entries[to]] + flow_in(group, group->entries[to], x);
    *out = (at_system){.count = count,
                       .entry_count = used,
                       .owner = owner,
                       .owned = owned,
                       .entry = entry,
                       .excess = excess};
    return AT_OK;
}

static at_status solve_watched(double *x, const ordered_group *group, bool down, const double *b,
                               at_arena *arena, at_error *err) {
    at_system watched;
    double *entry_b, *entry_x;
    AT_TRY(watch_entries(&watched, group, x, arena, err));
    AT_TRY(AT_NEW(&entry_b, arena, group->entry_count, err));
    AT_TRY(AT_NEW(&entry_x, arena, group->entry_count, err));
    clear(x, group->count);
    (down ? pass_down : pass_up)(group, x, b);
    for (uint32_t i = 0; i < group->entry_count; i++)
        entry_b[i] =
            b[group->entries[i]] + (down ? flow_in : flow_out)(group, group->entries[i], x);
    AT_TRY(at_system_eliminate(entry_x, &watched, down, entry_b, err));
    for (uint32_t i = 0; i < group->entry_count; i++)
        x[group->entries[i]] = entry_x[i];
    (down ? pass_down : pass_up)(group, x, b);
    return AT_OK;
}

/* Shares lie between 0 and 1, and a sweep never leads one end past the other. */
static at_status sweep_down(double *x, double *apart_out, const ordered_group *group,
                            const double *b, uint64_t sweeps, at_arena *arena, at_error *err) {
    double *high, apart = 1;
    AT_TRY(AT_NEW(&high, arena, group->count, err));
    for (uint32_t i = 0; i < group->count; i++) {
        x[i] = 0;
        high[i] = 1;
    }
    for (uint64_t sweep = 0; sweep < sweeps && apart > APART_MAX; sweep++) {
        apart = 0;
        for (uint32_t i = 0; i < group->count; i++) {
            uint32_t body = group->order[i];
            double most = divide(b[body] + flow_in(group, body, high), group->diagonal[body]);
            x[body] = divide(b[body] + flow_in(group, body, x), group->diagonal[body]);
            high[body] = fmin(most, 1);
            apart = fmax(apart, high[body] - x[body]);
        }
    }
    for (uint32_t i = 0; i < group->count; i++)
        x[i] = fmin((x[i] + high[i]) / 2, 1);
    *apart_out = apart;
    return AT_OK;
}

/* All that a walk begins with leaves at last: what has not is all that any end can still gain. */
static void sweep_up(double *x, double *apart_out, const ordered_group *group, const double *b,
                     uint64_t sweeps) {
    long double all = 0, kept = 1;
    clear(x, group->count);
    for (uint32_t i = 0; i < group->count; i++)
        all += b[i];
    for (uint64_t sweep = 0; sweep < sweeps && kept > (long double)APART_MAX; sweep++) {
        kept = all;
        for (uint32_t i = group->count; i-- > 0;) {
            uint32_t body = group->order[i];
            x[body] = divide(b[body] + flow_out(group, body, x), group->diagonal[body]);
            kept -= (long double)x[body] * group->system->excess[body];
        }
    }
    *apart_out = kept > 0 ? (double)kept : 0;
}

at_status at_ordered_solve(double *x, double *residual_out, const at_system *system, bool down,
                           const double *b, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    ordered_group group = {.system = system, .count = system->count};
    uint64_t sweeps = SWEEPS_MIN;
    double apart = 1;
    AT_TRY(index_edges(&group, &scratch, err));
    AT_TRY(find_order(&group, &scratch, err));
    const bool watchable = group.entry_count <= AT_ORDERED_WATCHED_MAX;
    if (!watchable && EDGES_SWEPT_MAX / system->entry_count > sweeps)
        sweeps = EDGES_SWEPT_MAX / system->entry_count;
    if (group.entry_count > AT_SYSTEM_DENSE_MAX && down)
        AT_TRY(sweep_down(x, &apart, &group, b, sweeps, &scratch, err));
    else if (group.entry_count > AT_SYSTEM_DENSE_MAX)
        sweep_up(x, &apart, &group, b, sweeps);
    if (apart <= APART_MAX || !watchable) {
        *residual_out = apart;
        return AT_OK;
    }
    *residual_out = 0;
    return solve_watched(x, &group, down, b, &scratch, err);
}
