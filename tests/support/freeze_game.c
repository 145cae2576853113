#include "tests/support/freeze_game.h"

#include <string.h>

double game_total(const freeze_game *game) {
    double total = 0;
    for (int a = 0; a <= game->count; a++)
        total += (double)game->held[a];
    return total;
}

static double tie_of(const freeze_game *game) {
    return 1e-12 * game_total(game);
}

static bool in(uint32_t set, int node) {
    return (set >> node & 1) != 0;
}

double game_value(const freeze_game *game, uint32_t set) {
    static double stopped[GAME_STEPS_MAX + 1][GAME_NODES_MAX + 1];
    double sum = 0;
    for (int t = game->horizon; t >= 0; t--) {
        stopped[t][game->count] = 0;
        for (int a = 0; a < game->count; a++) {
            double chance = 0, moved = 0;
            for (int b = 0; t < game->horizon && b <= game->count; b++) {
                chance += game->rate[a][b] * stopped[t + 1][b];
                moved += game->rate[a][b];
            }
            if (t < game->horizon)
                chance += (1 - moved) * stopped[t + 1][a];
            stopped[t][a] = in(set, a) && t >= game->lead[a] ? 1 : chance;
        }
    }
    for (int a = 0; a < game->count; a++)
        sum += (double)game->held[a] * stopped[0][a];
    return sum;
}

double game_walk(const freeze_game *game, uint32_t set, int64_t steps) {
    double now[GAME_NODES_MAX + 1], next[GAME_NODES_MAX + 1], sum = 0;
    for (int a = 0; a <= game->count; a++)
        now[a] = (double)game->held[a];
    for (int64_t t = 0; t < steps; t++) {
        memcpy(next, now, sizeof next);
        for (int a = 0; a < game->count; a++)
            for (int b = 0; b <= game->count; b++)
                if (!(in(set, a) && t >= game->lead[a])) {
                    next[a] -= game->rate[a][b] * now[a];
                    next[b] += game->rate[a][b] * now[a];
                }
        memcpy(now, next, sizeof now);
    }
    for (int a = 0; a < game->count; a++)
        if (in(set, a) && steps >= game->lead[a])
            sum += now[a];
    return sum;
}

int64_t game_cost(const freeze_game *game, uint32_t set) {
    int64_t sum = 0;
    for (int a = 0; a < game->count; a++)
        if (in(set, a))
            sum += game->cost[a];
    return sum;
}

uint32_t game_candidates(const freeze_game *game) {
    uint32_t set = 0;
    for (int a = 0; a < game->count; a++)
        if (game->candidate[a])
            set |= 1u << a;
    return set;
}

/* --- All sets --------------------------------------------------------------------------------- */

void game_values(double *values, const freeze_game *game) {
    for (uint32_t set = 0; set < 1u << game->count; set++)
        values[set] = game_value(game, set);
}

/* Does the sorted list of ids of `a` come before that of `b`? */
static bool ids_before(uint32_t a, uint32_t b) {
    while (a != 0 && b != 0) {
        if ((a & -a) != (b & -b))
            return (a & -a) < (b & -b);
        a &= a - 1;
        b &= b - 1;
    }
    return a == 0 && b != 0;
}

/* Among the sets that are allowed and cost the same, the largest value, then the smallest ids. */
static uint32_t largest_of(const freeze_game *game, const double *values, double goal,
                           int64_t cost) {
    uint32_t best = 0;
    double most = -1;
    bool found = false;
    for (uint32_t set = 0; set < 1u << game->count; set++)
        if ((set & ~game_candidates(game)) == 0 && game_cost(game, set) == cost &&
            values[set] > most)
            most = values[set];
    for (uint32_t set = 0; set < 1u << game->count; set++)
        if ((set & ~game_candidates(game)) == 0 && game_cost(game, set) == cost &&
            values[set] >= most - tie_of(game) && values[set] >= goal &&
            (!found || ids_before(set, best))) {
            best = set;
            found = true;
        }
    return best;
}

uint32_t game_best_cover(const freeze_game *game, const double *values, double goal) {
    int64_t least = INT64_MAX;
    for (uint32_t set = 0; set < 1u << game->count; set++)
        if ((set & ~game_candidates(game)) == 0 && values[set] >= goal - tie_of(game) &&
            game_cost(game, set) < least)
            least = game_cost(game, set);
    return largest_of(game, values, goal - tie_of(game), least);
}

uint32_t game_best_budget(const freeze_game *game, const double *values, int64_t budget) {
    int64_t least = INT64_MAX;
    double most = -1;
    for (uint32_t set = 0; set < 1u << game->count; set++)
        if ((set & ~game_candidates(game)) == 0 && game_cost(game, set) <= budget &&
            values[set] > most)
            most = values[set];
    for (uint32_t set = 0; set < 1u << game->count; set++)
        if ((set & ~game_candidates(game)) == 0 && game_cost(game, set) <= budget &&
            values[set] >= most - tie_of(game) && game_cost(game, set) < least)
            least = game_cost(game, set);
    return largest_of(game, values, most - tie_of(game), least);
}

/* --- The letter of F4 and F5 ------------------------------------------------------------------ */

/* The next node: the largest min(f, goal) gain per cost; ties: the larger gain, the smaller id. */
static int next_of(const freeze_game *game, uint32_t set, double goal, int64_t left) {
    const double now = game_value(game, set), tie = tie_of(game);
    double best_rank = 0, best_gain = 0;
    int best = -1;
    for (int v = 0; v < game->count; v++) {
        if (!game->candidate[v] || in(set, v) || game->cost[v] > left)
            continue;
        const double with = game_value(game, set | 1u << v);
        const double rank =
            ((with < goal ? with : goal) - (now < goal ? now : goal)) / (double)game->cost[v];
        const double gain = with - now;
        if (gain <= 0)
            continue;
        if (best < 0 || rank > best_rank + tie ||
            (rank >= best_rank - tie && gain > best_gain + tie)) {
            best = v;
            best_rank = rank;
            best_gain = gain;
        }
    }
    return best;
}

int game_greedy_cover(int *order, const freeze_game *game, double goal) {
    uint32_t set = 0;
    int count = 0, kept = 0;
    while (game_value(game, set) < goal - tie_of(game)) {
        const int v = next_of(game, set, goal, INT64_MAX);
        if (v < 0)
            break;
        order[count++] = v;
        set |= 1u << v;
    }
    bool tried[GAME_NODES_MAX] = {false};
    for (int round = 0; round < count; round++) {
        int v = -1; /* the most expensive not yet tried, the latest of equals */
        for (int i = 0; i < count; i++)
            if (!tried[i] && (v < 0 || game->cost[order[i]] >= game->cost[order[v]]))
                v = i;
        tried[v] = true;
        if (game_value(game, set & ~(1u << order[v])) >= goal - tie_of(game))
            set &= ~(1u << order[v]);
    }
    for (int i = 0; i < count; i++)
        if (in(set, order[i]))
            order[kept++] = order[i];
    return kept;
}

static uint32_t complete(int *order, int *count, const freeze_game *game, uint32_t set,
                         int64_t budget) {
    for (;;) {
        const int v = next_of(game, set, 2 * game_total(game), budget - game_cost(game, set));
        if (v < 0 || game_value(game, set | 1u << v) - game_value(game, set) <= tie_of(game))
            return set;
        order[(*count)++] = v;
        set |= 1u << v;
    }
}

int game_greedy_budget(int *order, const freeze_game *game, int64_t budget) {
    int count = 0, single = -1;
    double most = 0;
    const uint32_t set = complete(order, &count, game, 0, budget);
    for (int v = 0; v < game->count; v++)
        if (game->candidate[v] && game->cost[v] <= budget &&
            game_value(game, 1u << v) > most + tie_of(game)) {
            single = v;
            most = game_value(game, 1u << v);
        }
    if (single >= 0 && most > game_value(game, set) + tie_of(game)) {
        order[0] = single;
        count = 1;
    }
    return count;
}

double game_triples(const freeze_game *game, int64_t budget) {
    int order[GAME_NODES_MAX + 3], count = game_greedy_budget(order, game, budget);
    uint32_t set = 0;
    for (int i = 0; i < count; i++)
        set |= 1u << order[i];
    double most = game_value(game, set);
    for (int a = 0; a < game->count; a++)
        for (int b = a; b < game->count; b++)
            for (int c = b; c < game->count; c++) {
                set = 1u << a | 1u << b | 1u << c;
                if ((set & ~game_candidates(game)) != 0 || game_cost(game, set) > budget)
                    continue;
                count = 0;
                if (a != b && b != c)
                    set = complete(order, &count, game, set, budget);
                if (game_value(game, set) > most)
                    most = game_value(game, set);
            }
    return most;
}

double game_bound(const freeze_game *game, uint32_t set, int64_t budget) {
    const double now = game_value(game, set);
    double bound = now;
    bool taken[GAME_NODES_MAX] = {false};
    while (budget > 0) {
        int best = -1;
        double most = 0;
        for (int v = 0; v < game->count; v++) {
            const double worth = (game_value(game, set | 1u << v) - now) / (double)game->cost[v];
            if (game->candidate[v] && !in(set, v) && !taken[v] && worth > most) {
                most = worth;
                best = v;
            }
        }
        if (best < 0)
            break;
        taken[best] = true;
        bound += most * (double)(game->cost[best] < budget ? game->cost[best] : budget);
        budget -= game->cost[best];
    }
    return bound;
}
