#include "engine/trace/freeze_part.h"

#include <string.h>

/* Bounds for all nodes cost about as much as two forecasts; below this many nodes asking each is
 * as quick. */
enum { BOUNDS_NODES_MIN = 64, WAVES_MAX = 1 << 24 };

/* --- What can be added at most ---------------------------------------------------------------- */

/* By time and node: which part of what lies there then is stopped by the set later on. */
static at_status wave_back(at_forecast *stopped, const at_freeze_work *work, const bool *set) {
    const at_freeze_model *model = work->model;
    const size_t count = model->count;
    for (int64_t now = model->horizon; now >= 0; now--) {
        at_forecast *here = &stopped[(size_t)now * count];
        const at_forecast *later = now < model->horizon ? here + count : NULL;
        for (uint32_t node = 0; node < count; node++) {
            if (set[node] && now >= model->lead[node]) {
                here[node] = 1;
                continue;
            }
            here[node] = later != NULL ? work->stay[node] * later[node] : 0;
            for (uint64_t i = model->start[node]; later != NULL && i < model->start[node + 1]; i++)
                if (model->to[i] < count)
                    here[node] += model->rate[i] * later[model->to[i]];
        }
    }
    return AT_OK;
}

/* One step that tells what came from elsewhere; whether anything did. */
static bool wave_on(at_freeze_work *work, at_forecast *came, const bool *set, int64_t now) {
    const at_freeze_model *model = work->model;
    memset(work->next, 0, ((size_t)model->count + 1) * sizeof *work->next);
    memset(came, 0, ((size_t)model->count + 1) * sizeof *came);
    bool moved = false;
    for (uint32_t node = 0; node < model->count; node++) {
        const at_forecast held = work->now[node];
        if (held <= work->least || (set[node] && now >= model->lead[node])) {
            work->next[node] += held;
            continue;
        }
        work->next[node] += held * work->stay[node];
        for (uint64_t i = model->start[node]; i < model->start[node + 1]; i++) {
            work->next[model->to[i]] += held * model->rate[i];
            if (model->to[i] != node)
                came[model->to[i]] += held * model->rate[i];
            moved = moved || (model->to[i] != node && model->rate[i] > 0);
        }
    }
    at_forecast *last = work->now;
    work->now = work->next;
    work->next = last;
    return moved;
}

at_status at_freeze_gain_bounds(at_forecast *out, at_freeze_work *work, const bool *set,
                                at_arena *arena, at_error *err) {
    const at_freeze_model *model = work->model;
    const uint64_t waves = ((uint64_t)model->horizon + 1) * model->count;
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = arena->limit_bytes};
    at_forecast *stopped = NULL, *came = NULL;
    AT_TRY(AT_NEW(&came, &scratch, (size_t)model->count + 1, err));
    if (waves <= WAVES_MAX) {
        AT_TRY(AT_NEW(&stopped, &scratch, waves, err));
        AT_TRY(wave_back(stopped, work, set));
        at_freeze_count(work, waves + (uint64_t)model->horizon * model->start[model->count]);
    }
    for (uint32_t node = 0; node <= model->count; node++)
        work->now[node] = (at_forecast)model->held[node];
    memset(out, 0, model->count * sizeof *out);
    int64_t last_lead = 0;
    for (uint32_t node = 0; node < model->count; node++)
        if (model->lead[node] > last_lead)
            last_lead = model->lead[node];
    bool moves = true;
    for (int64_t now = 0; now <= model->horizon && !work->stopped; now++) {
        moves = moves && (now == 0 || wave_on(work, came, set, now - 1));
        if (!moves && now > last_lead)
            break;
        if (!moves)
            memset(came, 0, ((size_t)model->count + 1) * sizeof *came);
        for (uint32_t node = 0; node < model->count; node++) {
            const at_forecast behind =
                stopped != NULL ? stopped[(size_t)now * model->count + node] : 0;
            const at_forecast held = now == model->lead[node]  ? work->now[node]
                                     : now > model->lead[node] ? came[node]
                                                               : 0;
            if (behind < 1)
                out[node] += held * (1 - behind);
        }
        at_freeze_count(work, model->count + model->start[model->count]);
    }
    return AT_OK;
}

/* --- A set that grows ------------------------------------------------------------------------- */

/* Room for rounding in a figure that was found by another way. */
static at_forecast above(const at_freeze_search *search, at_forecast bound) {
    return bound + search->work->tie;
}

static at_status lower_bounds(at_freeze_search *search, at_error *err) {
    const uint32_t count = search->work->model->count;
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = search->arena->limit_bytes};
    at_forecast *bounds;
    if (count < BOUNDS_NODES_MIN)
        return AT_OK;
    AT_TRY(AT_NEW(&bounds, &scratch, count, err));
    AT_TRY(at_freeze_gain_bounds(bounds, search->work, search->set, &scratch, err));
    for (uint32_t node = 0; node < count; node++)
        if (!search->fresh[node] && above(search, bounds[node]) < search->gain[node])
            search->gain[node] = above(search, bounds[node]);
    return AT_OK;
}

at_status at_freeze_search_reset(at_freeze_search *search, at_error *err) {
    const at_freeze_model *model = search->work->model;
    memset(search->set, 0, model->count * sizeof *search->set);
    memset(search->fresh, 0, model->count * sizeof *search->fresh);
    for (uint32_t node = 0; node < model->count; node++)
        search->gain[node] = search->work->tie / AT_FREEZE_TIE * 2; /* more than there is */
    search->count = 0;
    search->cost = 0;
    search->value = 0;
    return lower_bounds(search, err);
}

at_status at_freeze_search_begin(at_freeze_search *out, at_freeze_work *work, const bool *allowed,
                                 at_arena *arena, at_error *err) {
    at_freeze_search search = {.work = work, .allowed = allowed, .arena = arena};
    const size_t count = work->model->count;
    AT_TRY(AT_NEW(&search.set, arena, count, err));
    AT_TRY(AT_NEW(&search.order, arena, count, err));
    AT_TRY(AT_NEW(&search.gain, arena, count, err));
    AT_TRY(AT_NEW(&search.fresh, arena, count, err));
    AT_TRY(at_freeze_search_reset(&search, err));
    *out = search;
    return AT_OK;
}

void at_freeze_search_add(at_freeze_search *search, uint32_t node, at_forecast value) {
    search->set[node] = true;
    search->order[search->count++] = node;
    search->cost += search->work->model->cost[node];
    search->value = value;
    for (uint32_t other = 0; other < search->work->model->count; other++) {
        if (search->fresh[other])
            search->gain[other] = above(search, search->gain[other]);
        search->fresh[other] = false;
    }
}

/* A bound has room for rounding: one of hardly more than that room means nothing. */
static bool open(const at_freeze_search *search, uint32_t node, int64_t left) {
    const at_forecast least = search->fresh[node] ? 0 : 1.5 * search->work->tie;
    return search->allowed[node] && !search->set[node] && search->gain[node] > least &&
           search->work->model->cost[node] <= left;
}

static at_forecast worth(const at_freeze_search *search, uint32_t node, at_forecast room) {
    const at_forecast gain = search->gain[node];
    return (gain < room ? gain : room) / (at_forecast)search->work->model->cost[node];
}

/* The node not yet asked that promises most; AT_NONE when none can come up to `best`. */
static uint32_t most_promising(const at_freeze_search *search, at_forecast room, int64_t left,
                               uint32_t best) {
    const at_forecast tie = search->work->tie;
    uint32_t found = AT_NONE;
    for (uint32_t node = 0; node < search->work->model->count; node++) {
        if (!open(search, node, left) || search->fresh[node])
            continue;
        const at_forecast promise = worth(search, node, room);
        const at_forecast lead = best == AT_NONE ? 1 : promise - worth(search, best, room);
        if (best != AT_NONE && lead < -2 * tie)
            continue;
        if (best != AT_NONE && lead <= 2 * tie && search->gain[node] < search->gain[best] - 2 * tie)
            continue;
        if (found == AT_NONE || promise > worth(search, found, room) ||
            (promise >= worth(search, found, room) && search->gain[node] > search->gain[found]))
            found = node;
    }
    return found;
}

static bool better(const at_freeze_search *search, uint32_t node, uint32_t best, at_forecast room) {
    const at_forecast tie = search->work->tie;
    if (best == AT_NONE)
        return true;
    const at_forecast lead = worth(search, node, room) - worth(search, best, room);
    return lead > tie || (lead >= -tie && search->gain[node] > search->gain[best] + tie);
}

at_status at_freeze_search_next(uint32_t *out, at_freeze_search *search, at_forecast room,
                                int64_t left, at_error *err) {
    uint32_t best = AT_NONE, node;
    if (search->count > 0)
        AT_TRY(lower_bounds(search, err));
    while ((node = most_promising(search, room, left, best)) != AT_NONE) {
        at_forecast value;
        search->set[node] = true;
        const at_status status = at_freeze_intercepted(&value, search->work, search->set, err);
        search->set[node] = false;
        AT_TRY(status);
        at_freeze_count(search->work, search->work->model->count);
        if (search->work->stopped)
            break;
        search->gain[node] = value - search->value;
        search->fresh[node] = true;
        if (search->gain[node] > 0 && better(search, node, best, room))
            best = node;
    }
    best = AT_NONE; /* again, in the order of ids */
    for (node = 0; node < search->work->model->count && !search->work->stopped; node++)
        if (open(search, node, left) && search->fresh[node] && better(search, node, best, room))
            best = node;
    *out = best;
    return AT_OK;
}

/* --- F4 and F5 -------------------------------------------------------------------------------- */

/* Most expensive first, of equals the latest added first. */
static at_status delete_again(at_freeze_search *search, at_forecast goal, at_error *err) {
    const int64_t *cost = search->work->model->cost;
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = search->arena->limit_bytes};
    uint32_t *queue, kept = 0;
    AT_TRY(AT_NEW(&queue, &scratch, search->count, err));
    for (uint32_t i = 0; i < search->count; i++) { /* by insertion: the latest before its equals */
        uint32_t place = i;
        for (; place > 0 && cost[queue[place - 1]] <= cost[search->order[i]]; place--)
            queue[place] = queue[place - 1];
        queue[place] = search->order[i];
    }
    for (uint32_t i = 0; i < search->count && !search->work->stopped; i++) {
        at_forecast value;
        search->set[queue[i]] = false;
        AT_TRY(at_freeze_intercepted(&value, search->work, search->set, err));
        if (search->work->stopped || value < goal - search->work->tie)
            search->set[queue[i]] = true;
        else
            search->value = value;
    }
    search->cost = 0;
    for (uint32_t i = 0; i < search->count; i++) {
        if (!search->set[search->order[i]])
            continue;
        search->cost += cost[search->order[i]];
        search->order[kept++] = search->order[i];
    }
    search->count = kept;
    return AT_OK;
}

at_status at_freeze_greedy_cover(at_freeze_search *search, at_forecast goal, at_error *err) {
    while (search->value < goal - search->work->tie) {
        uint32_t node;
        AT_TRY(at_freeze_search_next(&node, search, goal - search->value, INT64_MAX, err));
        if (node == AT_NONE)
            break;
        at_freeze_search_add(search, node, search->value + search->gain[node]);
    }
    return search->work->stopped ? AT_OK : delete_again(search, goal, err);
}

at_status at_freeze_greedy_budget(at_freeze_search *search, int64_t budget, at_error *err) {
    for (;;) {
        uint32_t node;
        const at_forecast all = search->work->tie / AT_FREEZE_TIE * 2;
        AT_TRY(at_freeze_search_next(&node, search, all, budget - search->cost, err));
        if (node == AT_NONE || search->gain[node] <= search->work->tie)
            return AT_OK;
        at_freeze_search_add(search, node, search->value + search->gain[node]);
    }
}
