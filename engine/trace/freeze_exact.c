#include "engine/trace/freeze_part.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* Branches by id, the set with the smaller id first: of two sets that are worth the same the one
 * met first has the smaller ids, so only what is really better replaces it. Every set is forecast
 * once. */
typedef struct exact_search {
    at_freeze_work *work;
    const at_freeze_wish *wish;
    at_forecast goal;
    uint32_t nodes[AT_FREEZE_EXACT_MAX]; /* by id */
    uint32_t count;
    bool *set;           /* by node, scratch */
    at_forecast *values; /* by set of `nodes`; below 0: not yet known */

    bool found;
    uint32_t best; /* a set of `nodes` */
    int64_t cost;  /* of it, or of what was known before */
    at_forecast value;
} exact_search;

/* What others can add at most is bought by the piece. */
typedef struct exact_offer {
    at_forecast gain;
    int64_t cost;
} exact_offer;

static at_status value_of(at_forecast *out, exact_search *search, uint32_t members, at_error *err) {
    if (search->values[members] < 0) {
        for (uint32_t i = 0; i < search->count; i++)
            search->set[search->nodes[i]] = (members >> i & 1) != 0;
        AT_TRY(at_freeze_intercepted(&search->values[members], search->work, search->set, err));
    }
    *out = search->values[members];
    return AT_OK;
}

/* The gains of those from `from` on, best per cost first. */
static at_status list_offers(exact_offer *offers, exact_search *search, uint32_t members,
                             uint32_t from, at_forecast value, at_error *err) {
    uint32_t count = 0;
    for (uint32_t i = from; i < search->count && !search->work->stopped; i++) {
        at_forecast with;
        AT_TRY(value_of(&with, search, members | 1u << i, err));
        exact_offer offer = {with - value, search->work->model->cost[search->nodes[i]]};
        uint32_t place = count++;
        for (; place > 0 && offers[place - 1].gain * (at_forecast)offer.cost <
                                offer.gain * (at_forecast)offers[place - 1].cost;
             place--)
            offers[place] = offers[place - 1];
        offers[place] = offer;
    }
    return AT_OK;
}

/* The least that `need` costs, by the piece. */
static at_forecast price(const exact_offer *offers, uint32_t count, at_forecast need) {
    at_forecast sum = 0;
    for (uint32_t i = 0; i < count && need > 0; i++) {
        const at_forecast cost = (at_forecast)offers[i].cost;
        if (offers[i].gain <= 0)
            break;
        sum += offers[i].gain > need ? cost * need / offers[i].gain : cost;
        need -= offers[i].gain;
    }
    return need > 0 ? INFINITY : sum;
}

/* The most that `left` buys, by the piece. */
static at_forecast purchase(const exact_offer *offers, uint32_t count, int64_t left) {
    at_forecast sum = 0;
    for (uint32_t i = 0; i < count && left > 0 && offers[i].gain > 0; i++) {
        const bool whole = offers[i].cost <= left;
        sum += whole ? offers[i].gain
                     : offers[i].gain * (at_forecast)left / (at_forecast)offers[i].cost;
        left -= whole ? offers[i].cost : left;
    }
    return sum;
}

static void keep(exact_search *search, uint32_t members, int64_t cost, at_forecast value) {
    const at_forecast tie = search->work->tie;
    bool better;
    if (search->wish->goal == AT_FREEZE_COVER)
        better = cost < search->cost ||
                 (cost == search->cost && (!search->found || value > search->value + tie));
    else
        better = value > search->value + tie ||
                 (value >= search->value - tie &&
                  (cost < search->cost || (cost == search->cost && !search->found)));
    if (!better)
        return;
    search->found = true;
    search->best = members;
    search->cost = cost;
    search->value = value;
}

/* Whether a larger set made of this one and some from `from` on can still be better than the best.
 */
static at_status promises(bool *out, exact_search *search, uint32_t members, uint32_t from,
                          int64_t cost, at_forecast value, at_error *err) {
    exact_offer offers[AT_FREEZE_EXACT_MAX];
    const uint32_t count = search->count - from;
    const at_forecast tie = search->work->tie;
    const uint32_t rest = (uint32_t)((UINT64_C(1) << search->count) - (UINT64_C(1) << from));
    const bool cover = search->wish->goal == AT_FREEZE_COVER;
    at_forecast all;
    *out = false;
    AT_TRY(value_of(&all, search, members | rest, err));
    if (count == 0 || (cover && (cost >= search->cost || all < search->goal - tie)))
        return AT_OK;
    AT_TRY(list_offers(offers, search, members, from, value, err));
    if (cover) {
        const int64_t left = search->cost - cost;
        const at_forecast least = price(offers, count, search->goal - 2 * tie - value);
        const bool affordable = least <= (at_forecast)left * (1 + AT_FREEZE_TIE);
        const bool cheaper = least * (1 - AT_FREEZE_TIE) <= (at_forecast)(left - 1);
        *out = affordable && (cheaper || !search->found ||
                              value + purchase(offers, count, left) > search->value + tie);
        return AT_OK;
    }
    int64_t cheapest = INT64_MAX;
    for (uint32_t i = 0; i < count; i++)
        if (offers[i].cost < cheapest)
            cheapest = offers[i].cost;
    const int64_t spare = search->cost - cost;
    const bool cheaper = cheapest < spare || (cheapest == spare && !search->found);
    const at_forecast most = value + purchase(offers, count, search->wish->budget - cost);
    *out = most > search->value + tie || (cheaper && most >= search->value - 2 * tie);
    return AT_OK;
}

static at_status branch(exact_search *search, uint32_t members, uint32_t from, int64_t cost,
                        at_error *err) {
    const bool cover = search->wish->goal == AT_FREEZE_COVER;
    at_forecast value;
    bool promise;
    AT_TRY(value_of(&value, search, members, err));
    if (search->work->stopped)
        return AT_OK;
    if (!cover || value >= search->goal - search->work->tie)
        keep(search, members, cost, value);
    if (cover && value >= search->goal - search->work->tie)
        return AT_OK; /* more would cost more */
    for (uint32_t i = from; i < search->count && !search->work->stopped; i++) {
        const int64_t with = cost + search->work->model->cost[search->nodes[i]];
        AT_TRY(promises(&promise, search, members, i, cost, value, err));
        if (!promise)
            return AT_OK;
        if (with <= (cover ? search->cost : search->wish->budget))
            AT_TRY(branch(search, members | 1u << i, i + 1, with, err));
    }
    return AT_OK;
}

at_status at_freeze_exact(bool *set, at_freeze_work *work, const at_freeze_wish *wish,
                          at_forecast goal, int64_t cost, at_forecast value, at_arena *arena,
                          at_error *err) {
    const at_freeze_model *model = work->model;
    exact_search search = {
        .work = work, .wish = wish, .goal = goal, .cost = cost, .value = value, .set = set};
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = arena->limit_bytes};
    memset(set, 0, model->count * sizeof *set);
    for (uint32_t node = 0; node < model->count; node++) {
        at_forecast alone;
        if (!model->candidate[node])
            continue;
        set[node] = true;
        AT_TRY(at_freeze_intercepted(&alone, work, set, err));
        set[node] = false;
        assert(search.count < AT_FREEZE_EXACT_MAX);
        if (alone > 0) /* it adds nothing to any set otherwise */
            search.nodes[search.count++] = node;
    }
    const size_t sets = (size_t)1 << search.count;
    AT_TRY(AT_NEW(&search.values, &scratch, sets, err));
    for (size_t i = 0; i < sets; i++)
        search.values[i] = -1;
    AT_TRY(branch(&search, 0, 0, 0, err));
    memset(set, 0, model->count * sizeof *set);
    for (uint32_t i = 0; i < search.count; i++)
        set[search.nodes[i]] = search.found && (search.best >> i & 1) != 0;
    return AT_OK;
}
