#include "tests/support/owning_graph.h"

own_graph own_matrices;

static bool ready;

/* --- The matrices ----------------------------------------------------------------------------- */

static bool in_force(const own_world *world, const own_row *row) {
    if (world->as_of < 0)
        return row->until < 0;
    return (row->since < 0 || row->since <= world->as_of) &&
           (row->until < 0 || world->as_of < row->until);
}

static int real_owner(const own_world *world, const own_row *row) {
    if (world->legal || row->principal == OWN_NOBODY)
        return row->owner;
    return row->principal == OWN_HIDDEN ? world->body_count + row->owner : row->principal;
}

/* All that the last source to speak of a pair says, by who really owns. */
static void add_pair(const own_world *world, int right, int owner, int owned) {
    mpq_t lo[OWN_NODES_MAX], hi[OWN_NODES_MAX], part, one;
    int last = 0;
    bool found[OWN_NODES_MAX] = {false};
    mpq_inits(part, one, NULL);
    mpq_set_si(one, 1, 1);
    for (int i = 0; i < OWN_NODES_MAX; i++)
        mpq_inits(lo[i], hi[i], NULL);
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < world->row_count; i++) {
            const own_row *row = &world->rows[i];
            if (row->votes != (right == OWN_VOTES) || row->owner != owner || row->owned != owned ||
                !in_force(world, row))
                continue;
            if (pass == 0) {
                last = row->source > last ? row->source : last;
                continue;
            }
            if (row->source != last)
                continue;
            int whose = real_owner(world, row);
            found[whose] = true;
            mpq_set_si(part, row->lo < 0 ? 0 : row->lo, (unsigned long)row->den);
            mpq_canonicalize(part);
            mpq_add(lo[whose], lo[whose], part);
            mpq_set_si(part, row->lo < 0 ? row->den : row->hi, (unsigned long)row->den);
            mpq_canonicalize(part);
            mpq_add(hi[whose], hi[whose], part);
        }
    }
    for (int whose = 0; whose < OWN_NODES_MAX; whose++) {
        if (found[whose]) {
            if (mpq_cmp(hi[whose], one) > 0)
                mpq_set(hi[whose], mpq_cmp(lo[whose], one) > 0 ? lo[whose] : one);
            own_matrices.there[right][owned][whose] = true;
            mpq_add(own_matrices.lo[right][owned][whose], own_matrices.lo[right][owned][whose],
                    lo[whose]);
            mpq_add(own_matrices.hi[right][owned][whose], own_matrices.hi[right][owned][whose],
                    hi[whose]);
        }
        mpq_clears(lo[whose], hi[whose], NULL);
    }
    mpq_clears(part, one, NULL);
}

static void borrow_column(int owned) {
    for (int i = 0; i < own_matrices.count; i++)
        if (own_matrices.there[OWN_VOTES][owned][i])
            return;
    for (int i = 0; i < own_matrices.count; i++) {
        own_matrices.there[OWN_VOTES][owned][i] = own_matrices.there[OWN_CAPITAL][owned][i];
        mpq_set(own_matrices.lo[OWN_VOTES][owned][i], own_matrices.lo[OWN_CAPITAL][owned][i]);
        mpq_set(own_matrices.hi[OWN_VOTES][owned][i], own_matrices.hi[OWN_CAPITAL][owned][i]);
    }
}

static void close_column(int right, int owned) {
    mpq_t limit;
    mpq_init(limit);
    mpq_set_si(own_matrices.slack[right][owned], 1, 1);
    for (int i = 0; i < own_matrices.count; i++)
        mpq_sub(own_matrices.slack[right][owned], own_matrices.slack[right][owned],
                own_matrices.lo[right][owned][i]);
    mpq_set_si(limit, -1, 1000000000000);
    own_matrices.over[right][owned] = mpq_cmp(own_matrices.slack[right][owned], limit) < 0;
    if (mpq_sgn(own_matrices.slack[right][owned]) < 0)
        mpq_set_si(own_matrices.slack[right][owned], 0, 1);
    mpq_clear(limit);
}

void own_graph_make(const own_world *world) {
    for (int right = 0; right < 2; right++)
        for (int i = 0; i < OWN_NODES_MAX; i++) {
            if (!ready)
                mpq_init(own_matrices.slack[right][i]);
            for (int k = 0; k < OWN_NODES_MAX; k++) {
                own_matrices.there[right][i][k] = false;
                if (!ready)
                    mpq_inits(own_matrices.lo[right][i][k], own_matrices.hi[right][i][k], NULL);
                mpq_set_si(own_matrices.lo[right][i][k], 0, 1);
                mpq_set_si(own_matrices.hi[right][i][k], 0, 1);
            }
        }
    ready = true;
    own_matrices.count = 2 * world->body_count;
    for (int right = 0; right < 2; right++)
        for (int owner = 0; owner < world->body_count; owner++)
            for (int owned = 0; owned < world->body_count; owned++)
                add_pair(world, right, owner, owned);
    for (int owned = 0; owned < world->body_count; owned++)
        borrow_column(owned);
    for (int right = 0; right < 2; right++)
        for (int owned = 0; owned < own_matrices.count; owned++)
            close_column(right, owned);
}

/* --- Thresholds: two numbers within 10^-12 are one -------------------------------------------- */

bool own_reaches(const mpq_t x, int num, int den, bool more) {
    mpq_t limit, eps;
    mpq_inits(limit, eps, NULL);
    mpq_set_si(limit, num, (unsigned long)den);
    mpq_canonicalize(limit);
    mpq_set_si(eps, 1, 1000000000000);
    if (more)
        mpq_add(limit, limit, eps);
    else
        mpq_sub(limit, limit, eps);
    bool passed = more ? mpq_cmp(x, limit) > 0 : mpq_cmp(x, limit) >= 0;
    mpq_clears(limit, eps, NULL);
    return passed;
}

/* --- Integrated shares ------------------------------------------------------------------------ */

/* weight[owned][owner]; y of O3 for every node, by Gauss over what the source reaches. */
static void solve(own_vector share, mpq_t weight[OWN_NODES_MAX][OWN_NODES_MAX], int source) {
    static mpq_t cells[OWN_NODES_MAX][OWN_NODES_MAX + 1];
    static bool made;
    bool reached[OWN_NODES_MAX] = {false};
    mpq_t factor, part;
    int n = own_matrices.count;
    mpq_inits(factor, part, NULL);
    for (bool again = true; again;) {
        again = false;
        for (int t = 0; t < n; t++)
            for (int k = 0; k < n && !reached[t]; k++)
                if (t != source && mpq_sgn(weight[t][k]) > 0 && (k == source || reached[k]))
                    reached[t] = again = true;
    }
    for (int row = 0; row < OWN_NODES_MAX && !made; row++)
        for (int column = 0; column <= OWN_NODES_MAX; column++)
            mpq_init(cells[row][column]);
    made = true;
    for (int row = 0; row < n; row++) {
        for (int column = 0; column <= n; column++)
            mpq_set_si(cells[row][column], row == column, 1);
        for (int k = 0; k < n && reached[row]; k++) {
            if (k == source)
                mpq_set(cells[row][n], weight[row][k]);
            else if (reached[k])
                mpq_sub(cells[row][k], cells[row][k], weight[row][k]);
        }
    }
    for (int pivot = 0; pivot < n; pivot++) {
        int best = pivot;
        while (best < n - 1 && mpq_sgn(cells[best][pivot]) == 0)
            best++;
        for (int column = 0; column <= n && best != pivot; column++)
            mpq_swap(cells[best][column], cells[pivot][column]);
        for (int row = 0; row < n; row++) {
            if (row == pivot || mpq_sgn(cells[row][pivot]) == 0)
                continue;
            mpq_div(factor, cells[row][pivot], cells[pivot][pivot]);
            for (int column = pivot; column <= n; column++) {
                mpq_mul(part, factor, cells[pivot][column]);
                mpq_sub(cells[row][column], cells[row][column], part);
            }
        }
    }
    for (int row = 0; row < n; row++)
        mpq_div(share[row], cells[row][n], cells[row][row]);
    mpq_clears(factor, part, NULL);
}

/* The column of `owned` that is worth most: all lower ends, then slack to the best owners. */
static void best_column(own_vector out, own_vector worth, int owned) {
    bool used[OWN_NODES_MAX] = {false};
    mpq_t slack, room;
    mpq_inits(slack, room, NULL);
    mpq_set(slack, own_matrices.slack[OWN_CAPITAL][owned]);
    for (int i = 0; i < own_matrices.count; i++)
        mpq_set(out[i], own_matrices.lo[OWN_CAPITAL][owned][i]);
    for (;;) {
        int best = -1;
        for (int i = 0; i < own_matrices.count; i++)
            if (!used[i] && mpq_sgn(worth[i]) > 0 &&
                (best < 0 || mpq_cmp(worth[i], worth[best]) > 0))
                best = i;
        if (best < 0)
            break;
        used[best] = true;
        mpq_sub(room, own_matrices.hi[OWN_CAPITAL][owned][best], out[best]);
        if (mpq_cmp(room, slack) > 0)
            mpq_set(room, slack);
        mpq_add(out[best], out[best], room);
        mpq_sub(slack, slack, room);
    }
    mpq_clears(slack, room, NULL);
}

static void value_of(mpq_t out, own_vector weight, own_vector worth) {
    mpq_t part;
    mpq_init(part);
    mpq_set_si(out, 0, 1);
    for (int i = 0; i < own_matrices.count; i++) {
        mpq_mul(part, weight[i], worth[i]);
        mpq_add(out, out, part);
    }
    mpq_clear(part);
}

void own_shares_find(own_vector lo, own_vector hi, int source) {
    static mpq_t weight[OWN_NODES_MAX][OWN_NODES_MAX];
    static own_vector worth, trial;
    static bool made;
    mpq_t before, after;
    mpq_inits(before, after, NULL);
    for (int t = 0; t < OWN_NODES_MAX && !made; t++) {
        mpq_inits(worth[t], trial[t], NULL);
        for (int k = 0; k < OWN_NODES_MAX; k++)
            mpq_init(weight[t][k]);
    }
    made = true;
    for (int t = 0; t < own_matrices.count; t++)
        for (int k = 0; k < own_matrices.count; k++)
            if (own_matrices.over[OWN_CAPITAL][t])
                mpq_set_si(weight[t][k], 0, 1);
            else
                mpq_set(weight[t][k], own_matrices.lo[OWN_CAPITAL][t][k]);
    solve(lo, weight, source);
    for (bool changed = true; changed;) {
        solve(hi, weight, source);
        changed = false;
        for (int i = 0; i < own_matrices.count; i++)
            mpq_set(worth[i], hi[i]);
        mpq_set_si(worth[source], 1, 1);
        for (int t = 0; t < own_matrices.count; t++) {
            if (own_matrices.over[OWN_CAPITAL][t] || t == source)
                continue;
            best_column(trial, worth, t);
            value_of(before, weight[t], worth);
            value_of(after, trial, worth);
            if (mpq_cmp(after, before) <= 0)
                continue;
            changed = true;
            for (int k = 0; k < own_matrices.count; k++)
                mpq_set(weight[t][k], trial[k]);
        }
    }
    mpq_clears(before, after, NULL);
}
