#include "engine/trace/freeze.h"
#include "engine/trace/freeze_part.h"

#include <string.h>

#include "engine/base/interrupt.h"

enum { TABLE_NODES_MAX = 64, DEADLINE_EVERY = 1 << 22 };

at_status at_freeze_begin(at_freeze_work *out, const at_freeze_model *model, uint64_t steps_max,
                          at_arena *arena, at_error *err) {
    at_freeze_work work = {.model = model, .steps_max = steps_max};
    const size_t places = (size_t)model->count + 1;
    at_forecast total = 0;
    AT_TRY(AT_NEW(&work.stay, arena, places, err));
    AT_TRY(AT_NEW(&work.now, arena, places, err));
    AT_TRY(AT_NEW(&work.next, arena, places, err));
    AT_TRY(AT_NEW(&work.frozen, arena, places, err));
    for (size_t i = 0; places <= TABLE_NODES_MAX && i < AT_COUNT(work.table); i++)
        AT_TRY(AT_NEW(&work.table[i], arena, places * places, err));
    for (uint32_t node = 0; node < model->count; node++) {
        at_forecast leaves = 0;
        for (uint64_t i = model->start[node]; i < model->start[node + 1]; i++)
            leaves += model->rate[i];
        work.stay[node] = leaves < 1 ? 1 - leaves : 0;
        total += (at_forecast)model->held[node];
    }
    total += (at_forecast)model->held[model->count];
    work.tie = AT_FREEZE_TIE * total;
    work.least = work.tie * AT_FREEZE_TIE;
    *out = work;
    return AT_OK;
}

/* --- Steps ------------------------------------------------------------------------------------ */

static uint64_t step_cost(const at_freeze_work *work) {
    return work->model->count + work->model->start[work->model->count] + 1;
}

/* Multiplying a small table by itself as often as the number of steps has binary digits. */
static uint64_t table_cost(const at_freeze_work *work, uint64_t span) {
    const uint64_t places = work->model->count + 1;
    uint64_t digits = 0;
    for (; span > 0; span >>= 1)
        digits++;
    return work->table[0] == NULL || work->flow != NULL ? UINT64_MAX
                                                        : digits * places * places * places;
}

uint64_t at_freeze_cost(const at_freeze_work *work) {
    const uint64_t span = (uint64_t)work->model->horizon;
    const uint64_t cost = span * step_cost(work), table = table_cost(work, span);
    return 1 + (cost < table ? cost : table);
}

static void take_step(at_freeze_work *work) {
    const at_freeze_model *model = work->model;
    memset(work->next, 0, ((size_t)model->count + 1) * sizeof *work->next);
    for (uint32_t node = 0; node < model->count; node++) {
        const at_forecast held = work->now[node];
        if (held <= work->least || work->frozen[node]) {
            work->next[node] += held;
            continue;
        }
        work->next[node] += held * work->stay[node];
        for (uint64_t i = model->start[node]; i < model->start[node + 1]; i++)
            work->next[model->to[i]] += held * model->rate[i];
    }
    work->next[model->count] += work->now[model->count];
}

static void add_flow(at_freeze_work *work, uint64_t times) {
    const at_freeze_model *model = work->model;
    for (uint32_t node = 0; node < model->count; node++)
        for (uint64_t i = model->start[node]; i < model->start[node + 1]; i++)
            work->flow[i] += work->now[node] * model->rate[i] * (at_forecast)times;
}

/* Step by step, until nothing changes any more. */
static at_status walk(at_freeze_work *work, uint64_t span, at_error *err) {
    const uint64_t cost = step_cost(work);
    uint64_t since = 0;
    while (span > 0 && !work->stopped) {
        take_step(work);
        const bool settled =
            memcmp(work->now, work->next, work->model->count * sizeof *work->now) == 0;
        if (work->flow != NULL)
            add_flow(work, settled ? span : 1);
        at_forecast *last = work->now;
        work->now = work->next;
        work->next = last;
        span = settled ? 0 : span - 1;
        at_freeze_count(work, cost);
        since += cost;
        if (since >= DEADLINE_EVERY) {
            AT_TRY(at_deadline_check(err));
            since = 0;
        }
    }
    return AT_OK;
}

/* out = a * b, tables of one step or of many. */
static void multiply(at_forecast *out, const at_forecast *a, const at_forecast *b, size_t places) {
    memset(out, 0, places * places * sizeof *out);
    for (size_t i = 0; i < places; i++)
        for (size_t k = 0; k < places; k++) {
            const at_forecast part = a[i * places + k];
            for (size_t j = 0; part > 0 && j < places; j++)
                out[i * places + j] += part * b[k * places + j];
        }
}

static void fill_table(at_forecast *table, const at_freeze_work *work) {
    const at_freeze_model *model = work->model;
    const size_t places = (size_t)model->count + 1;
    memset(table, 0, places * places * sizeof *table);
    for (uint32_t node = 0; node <= model->count; node++) {
        at_forecast *row = &table[node * places];
        const bool keeps = node == model->count || work->frozen[node];
        row[node] = keeps ? 1 : work->stay[node];
        for (uint64_t i = model->start[node]; !keeps && i < model->start[node + 1]; i++)
            row[model->to[i]] += model->rate[i];
    }
}

static void leap(at_freeze_work *work, uint64_t span) {
    const size_t places = (size_t)work->model->count + 1;
    at_forecast *power = work->table[0], *square = work->table[1];
    fill_table(power, work);
    at_freeze_count(work, table_cost(work, span));
    for (; span > 0; span >>= 1) {
        if (span & 1) {
            memset(work->next, 0, places * sizeof *work->next);
            for (size_t i = 0; i < places; i++)
                for (size_t j = 0; work->now[i] > 0 && j < places; j++)
                    work->next[j] += work->now[i] * power[i * places + j];
            at_forecast *last = work->now;
            work->now = work->next;
            work->next = last;
        }
        if (span > 1) {
            multiply(square, power, power, places);
            at_forecast *last = power;
            power = square;
            square = last;
        }
    }
}

/* --- Forecasts -------------------------------------------------------------------------------- */

/* From one moment at which an order begins to bite to the next. */
static at_status run(at_freeze_work *work, const bool *set, at_error *err) {
    const at_freeze_model *model = work->model;
    AT_TRY(at_deadline_check(err));
    for (uint32_t node = 0; node <= model->count; node++)
        work->now[node] = (at_forecast)model->held[node];
    for (int64_t now = 0; now < model->horizon && !work->stopped;) {
        int64_t until = model->horizon;
        for (uint32_t node = 0; node < model->count; node++) {
            work->frozen[node] = set != NULL && set[node] && now >= model->lead[node];
            if (set != NULL && set[node] && model->lead[node] > now && model->lead[node] < until)
                until = model->lead[node];
        }
        const uint64_t span = (uint64_t)(until - now);
        if (table_cost(work, span) < span * step_cost(work))
            leap(work, span);
        else
            AT_TRY(walk(work, span, err));
        now = until;
    }
    return AT_OK;
}

at_status at_freeze_intercepted(at_forecast *out, at_freeze_work *work, const bool *set,
                                at_error *err) {
    const at_freeze_model *model = work->model;
    at_forecast sum = 0;
    at_freeze_count(work, 1);
    AT_TRY(run(work, set, err));
    for (uint32_t node = 0; node < model->count; node++)
        if (set[node] && model->horizon >= model->lead[node])
            sum += work->now[node];
    *out = sum;
    return AT_OK;
}

at_status at_freeze_flows(at_forecast *out, at_freeze_work *work, at_error *err) {
    memset(out, 0, work->model->start[work->model->count] * sizeof *out);
    work->flow = out;
    const at_status status = run(work, NULL, err);
    work->flow = NULL;
    return status;
}
