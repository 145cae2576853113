#include <stdlib.h>
#include <string.h>

#include "tests/support/owning_graph.h"

enum { FAR = 1000000 };
enum { CERTAIN, STATED, AT_MOST, RUNS };

/* --- Sets ------------------------------------------------------------------------------------- */

typedef struct own_bar {
    int right;
    bool more;
} own_bar;

typedef struct own_set {
    int round[OWN_NODES_MAX];
    mpq_t sum[OWN_NODES_MAX]; /* by which it joined */
} own_set;

/* What members hold of `owned`; at most: as far as one owner's range and the column allow. */
static void sum_members(mpq_t out, const int *round, int now, int right, int owned, int run) {
    mpq_t part, most;
    mpq_inits(part, most, NULL);
    mpq_set_si(out, 0, 1);
    for (int k = 0; k < own_matrices.count; k++) {
        if (k == owned || round[k] >= now)
            continue;
        mpq_set(part, own_matrices.lo[right][owned][k]);
        if (run == AT_MOST) {
            mpq_add(part, part, own_matrices.slack[right][owned]);
            if (mpq_cmp(part, own_matrices.hi[right][owned][k]) > 0)
                mpq_set(part, own_matrices.hi[right][owned][k]);
        }
        mpq_add(out, out, part);
    }
    mpq_clears(part, most, NULL);
}

static void find_set(own_set *set, const int *of, int count, const own_bar *bars, int bar_count,
                     int run) {
    bool again = true;
    for (int i = 0; i < own_matrices.count; i++)
        set->round[i] = FAR;
    for (int i = 0; i < count; i++)
        set->round[of[i]] = 0;
    for (int now = 1; again; now++) {
        again = false;
        for (int t = 0; t < own_matrices.count; t++) {
            for (int bar = 0; bar < bar_count && set->round[t] == FAR; bar++) {
                if (run == CERTAIN && own_matrices.over[bars[bar].right][t])
                    continue;
                sum_members(set->sum[t], set->round, now, bars[bar].right, t, run);
                if (own_reaches(set->sum[t], 1, 2, bars[bar].more)) {
                    set->round[t] = now;
                    again = true;
                }
            }
        }
    }
}

static void init_sets(own_set *sets) {
    for (int run = 0; run < RUNS; run++)
        for (int i = 0; i < OWN_NODES_MAX; i++)
            mpq_init(sets[run].sum[i]);
}

static void clear_sets(own_set *sets) {
    for (int run = 0; run < RUNS; run++)
        for (int i = 0; i < OWN_NODES_MAX; i++)
            mpq_clear(sets[run].sum[i]);
}

/* --- Answers ---------------------------------------------------------------------------------- */

static double *add_line(own_answer *out, const char *key) {
    if (out->count == OWN_LINES_MAX)
        abort();
    snprintf(out->key[out->count], sizeof out->key[0], "%s", key);
    memset(out->real[out->count], 0, sizeof out->real[0]);
    return out->real[out->count++];
}

void own_assets(own_answer *out, const own_world *world, int of, int num, int den) {
    own_vector lo, hi;
    own_graph_make(world);
    out->count = 0;
    for (int i = 0; i < OWN_NODES_MAX; i++)
        mpq_inits(lo[i], hi[i], NULL);
    own_shares_find(lo, hi, of);
    for (int t = 0; t < world->body_count; t++) {
        char key[80];
        if (t == of || mpq_sgn(hi[t]) == 0 || !own_reaches(hi[t], num, den, false))
            continue;
        snprintf(key, sizeof key, "%s party", own_name(world, t));
        double *real = add_line(out, key);
        real[0] = mpq_get_d(lo[t]);
        real[1] = mpq_get_d(hi[t]);
    }
    for (int i = 0; i < OWN_NODES_MAX; i++)
        mpq_clears(lo[i], hi[i], NULL);
}

static bool has_owner(int body) {
    for (int k = 0; k < own_matrices.count; k++)
        if (own_matrices.there[OWN_VOTES][body][k])
            return true;
    return false;
}

static bool is_concerned(int body) {
    for (int k = 0; k < own_matrices.count; k++)
        for (int right = 0; right < 2; right++)
            if (own_matrices.there[right][body][k] || own_matrices.there[right][k][body])
                return true;
    return false;
}

/* 0 no, 1 possible, 2 definite; the stated sum. */
static int judge_control(mpq_t stated, int owner, int of, int num, int den, bool more) {
    static const own_bar votes = {OWN_VOTES, true};
    own_set sets[RUNS];
    mpq_t sum;
    int verdict = 0;
    mpq_init(sum);
    init_sets(sets);
    for (int run = CERTAIN; run < RUNS; run++) {
        find_set(&sets[run], &owner, 1, &votes, 1, run);
        sum_members(sum, sets[run].round, FAR, OWN_CAPITAL, of, run);
        if (run == STATED)
            mpq_set(stated, sum);
        if (verdict == 0 && mpq_sgn(sum) > 0 && own_reaches(sum, num, den, more))
            verdict = run == CERTAIN && !own_matrices.over[OWN_CAPITAL][of] ? 2 : 1;
    }
    clear_sets(sets);
    mpq_clear(sum);
    return verdict;
}

void own_owners(own_answer *out, const own_world *world, int of, int num, int den, bool more) {
    own_vector lo, hi;
    mpq_t control;
    own_graph_make(world);
    out->count = 0;
    mpq_init(control);
    for (int i = 0; i < OWN_NODES_MAX; i++)
        mpq_inits(lo[i], hi[i], NULL);
    for (int p = 0; p < own_matrices.count; p++) {
        char key[80];
        if (p == of || has_owner(p) || !is_concerned(p))
            continue;
        own_shares_find(lo, hi, p);
        int verdict = judge_control(control, p, of, num, den, more);
        if (mpq_sgn(hi[of]) > 0 && own_reaches(lo[of], num, den, more))
            verdict = 2;
        else if (mpq_sgn(hi[of]) > 0 && own_reaches(hi[of], num, den, more) && verdict == 0)
            verdict = 1;
        if (verdict == 0)
            continue;
        snprintf(key, sizeof key, "%s %s", own_name(world, p),
                 verdict == 2 ? "definite" : "possible");
        double *real = add_line(out, key);
        real[0] = mpq_get_d(lo[of]);
        real[1] = mpq_get_d(hi[of]);
        real[2] = mpq_get_d(control);
    }
    for (int i = 0; i < OWN_NODES_MAX; i++)
        mpq_clears(lo[i], hi[i], NULL);
    mpq_clear(control);
}

/* The best reason for each body so far. */
typedef struct own_best {
    int verdict[OWN_NODES_MAX], round[OWN_NODES_MAX];
    double sum[OWN_NODES_MAX];
} own_best;

static void improve(own_best *best, const int *of, int count, const own_bar *bars, int bar_count) {
    own_set sets[RUNS];
    init_sets(sets);
    for (int run = 0; run < RUNS; run++)
        find_set(&sets[run], of, count, bars, bar_count, run);
    for (int t = 0; t < own_matrices.count; t++) {
        const own_set *set = sets[STATED].round[t] != FAR ? &sets[STATED] : &sets[AT_MOST];
        int verdict = set->round[t] == FAR ? 0 : sets[CERTAIN].round[t] != FAR ? 2 : 1;
        if (verdict == 0 || set->round[t] == 0)
            continue;
        double sum = mpq_get_d(set->sum[t]);
        if (verdict < best->verdict[t] ||
            (verdict == best->verdict[t] &&
             (set->round[t] > best->round[t] ||
              (set->round[t] == best->round[t] && sum <= best->sum[t]))))
            continue;
        best->verdict[t] = verdict;
        best->round[t] = set->round[t];
        best->sum[t] = sum;
    }
    clear_sets(sets);
}

static void list_best(own_answer *out, const own_world *world, const own_best *best) {
    for (int t = 0; t < world->body_count; t++) {
        char key[80];
        if (best->verdict[t] == 0)
            continue;
        snprintf(key, sizeof key, "%s %d %s", own_name(world, t), best->round[t],
                 best->verdict[t] == 2 ? "definite" : "possible");
        add_line(out, key)[0] = best->sum[t];
    }
}

void own_controls(own_answer *out, const own_world *world, const int *of, int count) {
    static const own_bar votes = {OWN_VOTES, true};
    own_best best = {{0}, {0}, {0}};
    own_graph_make(world);
    out->count = 0;
    improve(&best, of, count, &votes, 1);
    list_best(out, world, &best);
}

void own_blocked(own_answer *out, const own_world *world, const int *of, int count, own_rule rule) {
    const own_bar bars[] = {{OWN_CAPITAL, rule == OWN_UK || rule == OWN_EU_EARLIER},
                            {OWN_VOTES, true}};
    own_best best = {{0}, {0}, {0}};
    own_graph_make(world);
    out->count = 0;
    for (int i = 0; i < (rule == OWN_UK ? count : 1); i++)
        improve(&best, &of[i], rule == OWN_UK ? 1 : count, bars, rule == OWN_OFAC ? 1 : 2);
    list_best(out, world, &best);
}

static void list_links(own_answer *out, const own_world *world, own_vector lo, own_vector hi,
                       int holder, int of, int num, int den) {
    for (int t = 0; t < world->body_count; t++) {
        char key[80];
        if (t == holder || mpq_sgn(hi[t]) == 0 || !own_reaches(hi[t], num, den, false))
            continue;
        snprintf(key, sizeof key, "%s", own_name(world, holder));
        snprintf(key + strlen(key), sizeof key - strlen(key), " %s %s ", own_name(world, t),
                 own_reaches(lo[t], num, den, false) ? "definite" : "possible");
        snprintf(key + strlen(key), sizeof key - strlen(key), "%s%s",
                 t == of || holder == of ? "direct" : "common:",
                 t == of || holder == of ? "" : own_name(world, holder));
        double *real = add_line(out, key);
        real[0] = mpq_get_d(lo[t]);
        real[1] = mpq_get_d(hi[t]);
    }
}

void own_links(own_answer *out, const own_world *world, int of, int num, int den) {
    own_vector lo, hi;
    own_graph_make(world);
    out->count = 0;
    for (int i = 0; i < OWN_NODES_MAX; i++)
        mpq_inits(lo[i], hi[i], NULL);
    for (int holder = 0; holder < own_matrices.count; holder++) {
        own_shares_find(lo, hi, holder);
        if (holder == of || (mpq_sgn(hi[of]) > 0 && own_reaches(hi[of], num, den, false)))
            list_links(out, world, lo, hi, holder, of, num, den);
    }
    for (int i = 0; i < OWN_NODES_MAX; i++)
        mpq_clears(lo[i], hi[i], NULL);
}

/* Members of one circle reach each other along certain shares. */
static void close_reach(bool reach[OWN_NODES_MAX][OWN_NODES_MAX]) {
    const int n = own_matrices.count;
    for (int t = 0; t < n; t++)
        for (int k = 0; k < n; k++)
            reach[k][t] = !own_matrices.over[OWN_CAPITAL][t] &&
                          mpq_sgn(own_matrices.lo[OWN_CAPITAL][t][k]) > 0;
    for (int via = 0; via < n; via++)
        for (int a = 0; a < n; a++)
            for (int b = 0; b < n; b++)
                reach[a][b] = reach[a][b] || (reach[a][via] && reach[via][b]);
}

void own_circles(own_answer *out, const own_world *world) {
    static bool reach[OWN_NODES_MAX][OWN_NODES_MAX];
    mpq_t inner[OWN_BODIES_MAX], one;
    own_graph_make(world);
    close_reach(reach);
    out->count = 0;
    mpq_init(one);
    mpq_set_si(one, 1, 1);
    for (int t = 0; t < world->body_count; t++) {
        mpq_init(inner[t]);
        for (int k = 0; k < world->body_count; k++)
            if (reach[t][k] && reach[k][t])
                mpq_add(inner[t], inner[t], own_matrices.lo[OWN_CAPITAL][t][k]);
    }
    for (int t = 0; t < world->body_count; t++) {
        char key[80];
        int first = t;
        bool closed = true;
        if (!reach[t][t])
            continue;
        for (int k = world->body_count; k-- > 0;) {
            if (!reach[t][k] || !reach[k][t])
                continue;
            first = k < first ? k : first;
            closed = closed && mpq_cmp(inner[k], one) == 0;
        }
        snprintf(key, sizeof key, "%s", own_name(world, first));
        snprintf(key + strlen(key), sizeof key - strlen(key), " %s %s", own_name(world, t),
                 closed ? "yes" : "no");
        add_line(out, key)[0] = mpq_get_d(inner[t]);
    }
    for (int t = 0; t < world->body_count; t++)
        mpq_clear(inner[t]);
    mpq_clear(one);
}
