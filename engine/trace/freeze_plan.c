#include "engine/trace/freeze.h"
#include "engine/trace/freeze_part.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

const char *const at_freeze_solvers[] = {"auto", "greedy", NULL};

/* Beyond so many candidates there are too many sets of three. */
enum { TRIPLES_MAX = 60 };

typedef struct plan_work {
    at_freeze_work *work;
    const at_freeze_wish *wish;
    at_freeze_plan plan;
    at_freeze_search search;
    uint32_t candidates;
    bool *set; /* by node */
} plan_work;

static at_status value_of(at_forecast *out, plan_work *planner, const bool *set, at_error *err) {
    return at_freeze_intercepted(out, planner->work, set, err);
}

/* Take these nodes, in this order, as the search's set. */
static void take_set(plan_work *planner, const uint32_t *nodes, uint32_t count, at_forecast value) {
    at_freeze_search *search = &planner->search;
    uint32_t order[AT_FREEZE_EXACT_MAX];
    assert(count <= AT_COUNT(order)); /* as many as are searched exactly */
    memcpy(order, nodes, count * sizeof *order);
    memset(search->set, 0, planner->work->model->count * sizeof *search->set);
    search->count = 0;
    search->cost = 0;
    for (uint32_t i = 0; i < count; i++)
        at_freeze_search_add(search, order[i], value);
    search->value = value;
}

/* --- Budget ----------------------------------------------------------------------------------- */

/* The best single; the smallest id of equals. */
static at_status try_single(plan_work *planner, at_error *err) {
    const at_freeze_model *model = planner->work->model;
    uint32_t best = AT_NONE;
    at_forecast value = 0;
    memset(planner->set, 0, model->count * sizeof *planner->set);
    at_freeze_search *search = &planner->search;
    at_freeze_search alone;
    AT_TRY(at_freeze_search_begin(&alone, planner->work, search->allowed, search->arena, err));
    for (uint32_t node = 0; node < model->count && !planner->work->stopped; node++) {
        at_forecast one;
        if (!alone.allowed[node] || model->cost[node] > planner->wish->budget ||
            alone.gain[node] <= value)
            continue;
        planner->set[node] = true;
        AT_TRY(value_of(&one, planner, planner->set, err));
        planner->set[node] = false;
        if (one > value + planner->work->tie) {
            best = node;
            value = one;
        }
    }
    if (best != AT_NONE && !planner->work->stopped && value > search->value + planner->work->tie)
        take_set(planner, &best, 1, value);
    return AT_OK;
}

/* Whether it is worth trying: C(n, 3) sets, each completed by about as many choices as the greedy
 * one took, of which most are known to be too small. */
static bool triples_worthwhile(const plan_work *planner) {
    const uint64_t n = planner->candidates, picks = planner->search.count + 1;
    if (n > TRIPLES_MAX || planner->work->steps_max == 0)
        return n <= TRIPLES_MAX;
    const uint64_t sets = n * (n - 1) * (n - 2) / 6;
    return sets * picks <= planner->work->steps_max / at_freeze_cost(planner->work);
}

/* One seed of up to three nodes, completed gain per cost when it is three. */
static at_status try_seed(plan_work *planner, at_freeze_search *try, const at_forecast *alone,
                          const uint32_t *seed, uint32_t count, at_error *err) {
    const at_freeze_model *model = planner->work->model;
    at_forecast value;
    int64_t cost = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (model->cost[seed[i]] > planner->wish->budget - cost)
            return AT_OK;
        cost += model->cost[seed[i]];
    }
    AT_TRY(at_freeze_search_reset(try, err));
    for (uint32_t node = 0; node < model->count; node++)
        if (try->gain[node] > alone[node])
            try->gain[node] = alone[node];
    for (uint32_t i = 0; i < count; i++)
        at_freeze_search_add(try, seed[i], 0);
    AT_TRY(value_of(&value, planner, try->set, err));
    try->value = value;
    if (count == 3)
        AT_TRY(at_freeze_greedy_budget(try, planner->wish->budget, err));
    at_freeze_search *search = &planner->search;
    if (planner->work->stopped || try->value <= search->value + planner->work->tie)
        return AT_OK;
    memcpy(search->set, try->set, model->count * sizeof *try->set);
    memcpy(search->order, try->order, try->count * sizeof *try->order);
    search->count = try->count;
    search->cost = try->cost;
    search->value = try->value;
    return AT_OK;
}

static at_status try_all(plan_work *planner, at_freeze_search *try, const at_forecast *alone,
                         at_error *err) {
    uint32_t nodes[TRIPLES_MAX], count = 0, seed[3];
    for (uint32_t node = 0; node < planner->work->model->count; node++)
        if (planner->search.allowed[node])
            nodes[count++] = node;
    for (uint32_t a = 0; a < count; a++)
        for (uint32_t b = a + 1; b < count && !planner->work->stopped; b++) {
            seed[0] = nodes[a];
            seed[1] = nodes[b];
            AT_TRY(try_seed(planner, try, alone, seed, 2, err));
            for (uint32_t c = b + 1; c < count && !planner->work->stopped; c++) {
                seed[2] = nodes[c];
                AT_TRY(try_seed(planner, try, alone, seed, 3, err));
            }
        }
    return AT_OK;
}

/* The steps may end it; what is best until then is kept, without the guarantee. */
static at_status try_triples(plan_work *planner, at_error *err) {
    at_freeze_work *work = planner->work;
    at_freeze_search try;
    at_forecast *alone;
    if (!triples_worthwhile(planner))
        return AT_OK;
    work->steps = 0;
    AT_TRY(at_freeze_search_begin(&try, work, planner->search.allowed, planner->search.arena, err));
    AT_TRY(AT_NEW(&alone, planner->search.arena, work->model->count, err));
    for (uint32_t node = 0; node < work->model->count; node++) {
        try.set[node] = true;
        AT_TRY(value_of(&alone[node], planner, try.set, err));
        alone[node] += work->tie;
        try.set[node] = false;
    }
    AT_TRY(try_all(planner, &try, alone, err));
    if (!work->stopped)
        planner->plan.way = AT_FREEZE_TRIPLES;
    work->stopped = false;
    return AT_OK;
}

/* --- The set ---------------------------------------------------------------------------------- */

/* The same choice among the members of a set alone. */
static at_status order_set(plan_work *planner, const bool *set, at_error *err) {
    at_freeze_search *search = &planner->search;
    const bool *allowed = search->allowed;
    uint32_t count = 0, node;
    for (node = 0; node < planner->work->model->count; node++)
        count += set[node];
    search->allowed = set;
    AT_TRY(at_freeze_search_reset(search, err));
    while (search->count < count) {
        const at_forecast all = planner->work->tie / AT_FREEZE_TIE * 2;
        AT_TRY(at_freeze_search_next(&node, search, all, INT64_MAX, err));
        if (node == AT_NONE) /* what is left adds nothing to the others by this order */
            for (node = 0; !set[node] || search->set[node];)
                node++;
        at_freeze_search_add(search, node, 0);
        AT_TRY(value_of(&search->value, planner, search->set, err));
    }
    search->allowed = allowed;
    return AT_OK;
}

static at_status solve_exactly(plan_work *planner, at_error *err) {
    at_freeze_work *work = planner->work;
    at_freeze_search *search = &planner->search;
    const uint64_t allowed = work->steps_max;
    work->steps = 0;
    AT_TRY(at_freeze_exact(planner->set, work, planner->wish, planner->plan.goal, search->cost,
                           search->value, search->arena, err));
    planner->plan.cut = work->stopped;
    work->stopped = false;
    work->steps_max = 0; /* what is left is to say what was found */
    if (!planner->plan.cut) {
        planner->plan.way = AT_FREEZE_BEST;
        AT_TRY(order_set(planner, planner->set, err));
    }
    work->steps_max = allowed;
    return AT_OK;
}

static at_status choose_set(plan_work *planner, at_error *err) {
    at_freeze_plan *plan = &planner->plan;
    const bool cover = planner->wish->goal == AT_FREEZE_COVER;
    const bool exact = planner->candidates <= AT_FREEZE_EXACT_MAX &&
                       planner->wish->solver == AT_FREEZE_AUTO && (!cover || plan->reached);
    plan->way = AT_FREEZE_CHOSEN;
    if (cover) {
        AT_TRY(
            at_freeze_greedy_cover(&planner->search, plan->reached ? plan->goal : plan->most, err));
    } else {
        AT_TRY(at_freeze_greedy_budget(&planner->search, planner->wish->budget, err));
        if (!planner->work->stopped)
            AT_TRY(try_single(planner, err));
        plan->greedy = planner->search.value;
    }
    plan->stopped = planner->work->stopped;
    if (plan->stopped)
        return AT_OK;
    if (exact)
        return solve_exactly(planner, err);
    if (!cover && planner->wish->solver == AT_FREEZE_AUTO)
        AT_TRY(try_triples(planner, err));
    return AT_OK;
}

/* --- What is said of it ----------------------------------------------------------------------- */

static at_status tell_picks(plan_work *planner, at_arena *arena, at_error *err) {
    at_freeze_plan *plan = &planner->plan;
    const at_freeze_search *search = &planner->search;
    const size_t count = planner->work->model->count;
    at_forecast before = 0;
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = arena->limit_bytes};
    bool *alone;
    plan->count = search->count;
    plan->cost = search->cost;
    AT_TRY(AT_NEW(&plan->picks, arena, plan->count, err));
    AT_TRY(AT_NEW(&alone, &scratch, count, err));
    memset(planner->set, 0, count * sizeof *planner->set);
    for (uint32_t i = 0; i < plan->count; i++) {
        at_freeze_pick *pick = &plan->picks[i];
        pick->node = search->order[i];
        alone[pick->node] = true;
        planner->set[pick->node] = true;
        AT_TRY(value_of(&pick->alone, planner, alone, err));
        AT_TRY(value_of(&pick->intercepted, planner, planner->set, err));
        alone[pick->node] = false;
        pick->marginal = pick->intercepted - before;
        before = pick->intercepted;
    }
    plan->intercepted = before;
    return AT_OK;
}

typedef struct offer {
    at_forecast gain;
    int64_t cost;
} offer;

static int by_worth(const void *a, const void *b) {
    const offer *x = a, *y = b;
    const at_forecast left = x->gain * (at_forecast)y->cost, right = y->gain * (at_forecast)x->cost;
    return (left < right) - (left > right);
}

/* F5: what the set intercepts, and the fractional knapsack of what each other one would add. */
static at_status tell_bound(plan_work *planner, at_error *err) {
    at_freeze_plan *plan = &planner->plan;
    const at_freeze_model *model = planner->work->model;
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    at_forecast *gains;
    offer *offers;
    uint32_t count = 0;
    int64_t left = planner->wish->goal == AT_FREEZE_BUDGET ? planner->wish->budget : plan->cost;
    AT_TRY(AT_NEW(&gains, &scratch, model->count, err));
    AT_TRY(AT_NEW(&offers, &scratch, model->count, err));
    const uint64_t each = planner->candidates * at_freeze_cost(planner->work);
    plan->bound_loose =
        plan->stopped || (planner->work->steps_max > 0 && each > planner->work->steps_max / 4);
    planner->work->steps = 0;
    if (plan->bound_loose)
        AT_TRY(at_freeze_gain_bounds(gains, planner->work, planner->set, &scratch, err));
    if (planner->work->stopped) {
        plan->bound = plan->most;
        return AT_OK;
    }
    for (uint32_t node = 0; node < model->count; node++) {
        if (!planner->search.allowed[node] || planner->set[node])
            continue;
        if (!plan->bound_loose) {
            planner->set[node] = true;
            AT_TRY(value_of(&gains[node], planner, planner->set, err));
            gains[node] -= plan->intercepted;
            planner->set[node] = false;
        }
        if (gains[node] > 0)
            offers[count++] = (offer){gains[node], model->cost[node]};
    }
    qsort(offers, count, sizeof *offers, by_worth);
    plan->bound = plan->intercepted;
    for (uint32_t i = 0; i < count && left > 0; i++) {
        const int64_t taken = offers[i].cost < left ? offers[i].cost : left;
        plan->bound += offers[i].gain * (at_forecast)taken / (at_forecast)offers[i].cost;
        left -= taken;
    }
    if (plan->bound_loose && plan->bound > plan->most)
        plan->bound = plan->most;
    return AT_OK;
}

at_status at_freeze_solve(at_freeze_plan *out, at_freeze_work *work, const at_freeze_wish *wish,
                          at_arena *arena, at_error *err) {
    const at_freeze_model *model = work->model;
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = arena->limit_bytes};
    plan_work planner = {.work = work, .wish = wish};
    at_freeze_plan *plan = &planner.plan;
    const uint64_t steps_max = work->steps_max;
    AT_TRY(AT_NEW(&planner.set, &scratch, model->count, err));
    for (uint32_t node = 0; node < model->count; node++)
        planner.candidates += model->candidate[node];
    plan->total = work->tie / AT_FREEZE_TIE;
    plan->goal = wish->cover * plan->total;
    AT_TRY(value_of(&plan->most, &planner, model->candidate, err));
    if (work->stopped) {
        at_fail(err, AT_LIMIT, "E-FREEZE-STEPS", "one forecast takes more than %llu steps",
                (unsigned long long)work->steps_max);
        at_hint(err, "shorten the horizon, or allow more with max_steps");
        return AT_LIMIT;
    }
    AT_TRY(at_freeze_search_begin(&planner.search, work, model->candidate, &scratch, err));
    plan->reached = plan->most >= plan->goal - work->tie;
    if (!work->stopped)
        AT_TRY(choose_set(&planner, err));
    plan->stopped = plan->stopped || work->stopped;
    work->stopped = false;
    work->steps_max = 0; /* no more forecasts than the choice took */
    AT_TRY(tell_picks(&planner, arena, err));
    work->steps_max = steps_max;
    AT_TRY(tell_bound(&planner, err));
    plan->reached = plan->reached && plan->intercepted >= plan->goal - work->tie;
    *out = *plan;
    return AT_OK;
}
