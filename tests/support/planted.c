#include "tests/support/planted.h"

#include <stdio.h>

enum { PERIOD_DAYS = 10, ROUND_DAYS = 20 };

const char *const planted_names[PLANTED_KINDS] = {"cycle",          "fan_in",         "fan_out",
                                                  "gather_scatter", "scatter_gather", "stack",
                                                  "bipartite",      "random"};

typedef struct planting {
    const planted_options *options;
    uint64_t state;
    at_ledger_builder *builder;
    at_arena *arena;
    uint32_t *nodes;
    planted_world world;
    planted_instance *now; /* NULL: background */
} planting;

static int roll(planting *p, int sides) {
    uint64_t z = p->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return (int)((z ^ z >> 31) >> 33) % sides;
}

static int anybody(planting *p) {
    return roll(p, p->options->accounts);
}

/* The least of several rolls: low numbers are busy. */
static int somebody_busy(planting *p, int rolls) {
    int least = anybody(p);
    for (int i = 1; i < rolls; i++) {
        const int other = anybody(p);
        least = other < least ? other : least;
    }
    return least;
}

static at_status pay(planting *p, int from, int to, int day, int64_t amount, at_error *err) {
    char id[16];
    const int number = p->world.row_count++;
    snprintf(id, sizeof id, "T%d", number);
    if (p->now != NULL && p->now->row_count < PLANTED_ROWS_MAX)
        p->now->rows[p->now->row_count++] = number;
    const at_ledger_row_in row = {.id = id,
                                  .from = p->nodes[from],
                                  .to = p->nodes[to],
                                  .time_us = day * AT_US_PER_DAY,
                                  .seq = number,
                                  .amount = amount,
                                  .amount_in = amount,
                                  .flags = AT_ROW_DATE_ONLY,
                                  .record = number + 1};
    return at_ledger_add_row(p->builder, &row, err);
}

static at_status plant_background(planting *p, at_error *err) {
    for (int i = 0; i < p->options->background; i++) {
        const int side = p->options->hub ? i % 8 : -1;
        const int from = side == 0 ? 0 : somebody_busy(p, 2);
        const int to = side == 4 ? 0 : somebody_busy(p, 3);
        const int64_t amount = 100 + (int64_t)roll(p, 1000) * (1 + roll(p, 100));
        AT_TRY(pay(p, from, to, roll(p, p->options->days), amount, err));
    }
    return AT_OK;
}

/* Different accounts. */
static void choose(planting *p, int *out, int count) {
    for (int i = 0; i < count; i++) {
        out[i] = anybody(p);
        for (int k = 0; k < i; k++)
            if (out[k] == out[i]) {
                i--;
                break;
            }
    }
}

static at_status plant_cycle(planting *p, int day, at_error *err) {
    int who[8];
    const int length = 3 + roll(p, 6);
    int64_t amount = 100000 + roll(p, 900000);
    choose(p, who, length);
    p->now->centre = who[0];
    for (int i = 0; i < length; i++) {
        AT_TRY(pay(p, who[i], who[(i + 1) % length], day, amount, err));
        day += 1 + roll(p, ROUND_DAYS / length);
        amount -= amount * roll(p, 10) / 100;
    }
    return AT_OK;
}

static at_status plant_fan(planting *p, bool in, int day, at_error *err) {
    int who[11];
    const int others = 5 + roll(p, 6);
    choose(p, who, others + 1);
    p->now->centre = who[0];
    for (int i = 1; i <= others; i++)
        AT_TRY(pay(p, who[in ? i : 0], who[in ? 0 : i], day + roll(p, PERIOD_DAYS),
                   50000 + roll(p, 50000), err));
    return AT_OK;
}

static at_status plant_gather(planting *p, int day, at_error *err) {
    int who[13];
    const int before = 3 + roll(p, 4), after = 3 + roll(p, 4);
    choose(p, who, 1 + before + after);
    p->now->centre = who[0];
    for (int i = 0; i < before; i++)
        AT_TRY(pay(p, who[1 + i], who[0], day + roll(p, PERIOD_DAYS / 2), 80000, err));
    for (int i = 0; i < after; i++)
        AT_TRY(pay(p, who[0], who[1 + before + i], day + PERIOD_DAYS / 2 + roll(p, PERIOD_DAYS / 2),
                   70000, err));
    return AT_OK;
}

/* `layer` sources and targets over shared middles; each middle is passed in a few days. */
static at_status plant_scatter(planting *p, int layer, int day, at_error *err) {
    int who[12];
    const int middles = 3 + roll(p, 4);
    choose(p, who, 2 * layer + middles);
    p->now->centre = layer == 1 ? who[0] : -1;
    for (int m = 2 * layer; m < 2 * layer + middles; m++)
        for (int side = 0; side < layer; side++) {
            const int start = day + roll(p, 3);
            AT_TRY(pay(p, who[side], who[m], start, 60000, err));
            AT_TRY(pay(p, who[m], who[layer + side], start + 3 + roll(p, 4), 55000, err));
        }
    return AT_OK;
}

static at_status plant_bipartite(planting *p, int day, at_error *err) {
    int who[8];
    choose(p, who, 8);
    p->now->centre = -1;
    for (int from = 0; from < 4; from++)
        for (int step = 0; step < 2 + roll(p, 2); step++)
            AT_TRY(pay(p, who[from], who[4 + (from + step) % 4], day + roll(p, PERIOD_DAYS), 40000,
                       err));
    return AT_OK;
}

static at_status plant_random(planting *p, int day, at_error *err) {
    int who[6];
    choose(p, who, 6);
    p->now->centre = -1;
    for (int i = 1; i < 6; i++)
        AT_TRY(pay(p, who[roll(p, i)], who[i], day + roll(p, PERIOD_DAYS), 40000, err));
    return AT_OK;
}

static at_status plant(planting *p, planted_kind kind, at_error *err) {
    const int day = roll(p, p->options->days - 2 * ROUND_DAYS);
    p->now = &p->world.instances[p->world.instance_count++];
    p->now->kind = kind;
    switch (kind) {
    case PLANTED_CYCLE:
        return plant_cycle(p, day, err);
    case PLANTED_FAN_IN:
    case PLANTED_FAN_OUT:
        return plant_fan(p, kind == PLANTED_FAN_IN, day, err);
    case PLANTED_GATHER_SCATTER:
        return plant_gather(p, day, err);
    case PLANTED_SCATTER_GATHER:
    case PLANTED_STACK:
        return plant_scatter(p, kind == PLANTED_STACK ? 2 : 1, day, err);
    case PLANTED_BIPARTITE:
        return plant_bipartite(p, day, err);
    default:
        return plant_random(p, day, err);
    }
}

at_status planted_make(planted_world *out, const planted_options *options, at_arena *arena,
                       at_error *err) {
    planting p = {.options = options, .state = options->seed, .arena = arena};
    char id[16];
    AT_TRY(at_ledger_begin(&p.builder, arena, err));
    AT_TRY(AT_NEW(&p.nodes, arena, (size_t)options->accounts, err));
    AT_TRY(AT_NEW(&p.world.instances, arena, (size_t)options->each * PLANTED_KINDS, err));
    for (int i = 0; i < options->accounts; i++) {
        snprintf(id, sizeof id, "A%d", i);
        const at_node node = {
            .account_id = id, .currency = {"USD"}, .kind = AT_NODE_ACCOUNT, .opening = 0};
        AT_TRY(at_ledger_add_node(&p.nodes[i], p.builder, &node, err));
    }
    AT_TRY(plant_background(&p, err));
    for (int kind = 0; kind < PLANTED_KINDS; kind++)
        for (int i = 0; i < options->each; i++)
            AT_TRY(plant(&p, (planted_kind)kind, err));
    AT_TRY(at_ledger_finish(&p.world.ledger, p.builder, err));
    *out = p.world;
    return AT_OK;
}
