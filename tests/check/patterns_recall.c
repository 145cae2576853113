/* Goal: patterns hidden in background payments are found with the parameters that the queries have
 * as fallbacks; how much else is found is stated (queries/README.md).
 * Method: three seeded worlds in the manner of AMLSim, 20,000 accounts, 118,000 payments, 150 days,
 * 50 instances of each pattern. An instance is found when one finding of its pattern holds four
 * fifths of its transfers; a finding is right when it holds half of an instance's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/planted.h"
#include "engine/trace/pattern.h"

enum {
    WORLDS = 3,
    EACH = 50,
    KEPT = PLANTED_KINDS, /* round trips that keep four fifths of each credit */
    FAN_IN_5,             /* five senders at least */
    FAN_OUT_5
};

static const struct {
    int run;
    planted_kind kind;
    const char *name;
} runs[] = {
    {PLANTED_CYCLE, PLANTED_CYCLE, "round_trips"},
    {KEPT, PLANTED_CYCLE, "round_trips ratio=4/5,1"},
    {PLANTED_FAN_IN, PLANTED_FAN_IN, "fan_in"},
    {FAN_IN_5, PLANTED_FAN_IN, "fan_in k=5 delta=10d"},
    {PLANTED_FAN_OUT, PLANTED_FAN_OUT, "fan_out"},
    {FAN_OUT_5, PLANTED_FAN_OUT, "fan_out k=5 delta=10d"},
    {PLANTED_GATHER_SCATTER, PLANTED_GATHER_SCATTER, "gather_scatter"},
    {PLANTED_SCATTER_GATHER, PLANTED_SCATTER_GATHER, "scatter_gather"},
    {PLANTED_STACK, PLANTED_STACK, "stack"},
};

typedef struct score {
    int planted, found, findings, right;
} score;

static at_status run(at_patterns *out, const at_moves *moves, int kind) {
    const int64_t week = 7 * AT_US_PER_DAY, month = 30 * AT_US_PER_DAY;
    const at_cycle_rule round = {.delta_us = 30 * AT_US_PER_DAY, .maxlen = 10};
    const at_cycle_rule kept = {
        .delta_us = 30 * AT_US_PER_DAY, .maxlen = 10, .by_ratio = true, .lo = {4, 5}, .hi = {1, 1}};
    const at_gather_rule gather = {2, 2, month, month};
    const at_scatter_rule scatter = {.k = 3, .delta_us = month, .hub = 10000};
    const at_scatter_rule stack = {.k = 2, .delta_us = week, .hub = 10000};
    switch (kind) {
    case PLANTED_CYCLE:
        return at_pattern_cycles(out, moves, &round, NULL);
    case KEPT:
        return at_pattern_cycles(out, moves, &kept, NULL);
    case PLANTED_FAN_IN:
    case PLANTED_FAN_OUT:
        return at_pattern_fan(out, moves, kind == PLANTED_FAN_IN, 3, month, NULL);
    case FAN_IN_5:
    case FAN_OUT_5:
        return at_pattern_fan(out, moves, kind == FAN_IN_5, 5, 10 * AT_US_PER_DAY, NULL);
    case PLANTED_GATHER_SCATTER:
        return at_pattern_gather(out, moves, &gather, NULL);
    case PLANTED_SCATTER_GATHER:
        return at_pattern_scatter(out, moves, &scatter, NULL);
    default:
        return at_pattern_stack(out, moves, &stack, NULL);
    }
}

/* How much of each instance of the kind lies in each finding: by transfer, whose it is. */
static void judge(score *sum, const planted_world *world, const at_patterns *found,
                  planted_kind kind) {
    int *owner = calloc((size_t)world->row_count, sizeof *owner);
    int *held = calloc((size_t)world->instance_count, sizeof *held);
    bool *seen = calloc((size_t)world->instance_count, sizeof *seen);
    assert_true(owner != NULL && held != NULL && seen != NULL);
    for (int i = 0; i < world->instance_count; i++)
        for (int k = 0; k < world->instances[i].row_count; k++)
            owner[world->instances[i].rows[k]] = world->instances[i].kind == kind ? i + 1 : 0;
    for (size_t i = 0; i < found->count; i++) {
        const at_pattern_finding *f = &found->items[i];
        bool right = false;
        for (int pass = 0; pass < 2; pass++) /* count, then look and forget */
            for (size_t row = 0; row < f->row_count; row++) {
                const int of =
                    owner[strtol(at_ledger_id(&world->ledger, f->rows[row]) + 1, NULL, 10)] - 1;
                if (of < 0)
                    continue;
                held[of] = pass == 0 ? held[of] + 1 : held[of];
                right = right || (pass == 1 && held[of] * 2 >= world->instances[of].row_count);
                if (pass == 1 && held[of] * 5 >= world->instances[of].row_count * 4)
                    seen[of] = true;
            }
        for (size_t row = 0; row < f->row_count; row++) {
            const int of =
                owner[strtol(at_ledger_id(&world->ledger, f->rows[row]) + 1, NULL, 10)] - 1;
            if (of >= 0)
                held[of] = 0;
        }
        sum->right += right;
    }
    for (int i = 0; i < world->instance_count; i++) {
        sum->planted += world->instances[i].kind == kind;
        sum->found += seen[i];
    }
    sum->findings += (int)found->count;
    free(owner);
    free(held);
    free(seen);
}

static void test_recall(void **state) {
    score scores[AT_COUNT(runs)] = {{0}};
    (void)state;
    for (uint64_t seed = 1; seed <= WORLDS; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        const planted_options options = {
            .seed = seed, .accounts = 20000, .background = 118000, .days = 150, .each = EACH};
        planted_world world;
        at_moves moves;
        assert_int_equal(planted_make(&world, &options, &arena, NULL), AT_OK);
        assert_int_equal(at_moves_make(&moves, &world.ledger, 0, &arena, NULL), AT_OK);
        for (size_t i = 0; i < AT_COUNT(runs); i++) {
            at_patterns found = {.arena = &arena};
            assert_int_equal(run(&found, &moves, runs[i].run), AT_OK);
            judge(&scores[i], &world, &found, runs[i].kind);
        }
    }
    for (size_t i = 0; i < AT_COUNT(runs); i++) {
        const score *s = &scores[i];
        print_message("  %-24s recall %d of %d (%.3f), precision %d of %d (%.3f)\n", runs[i].name,
                      s->found, s->planted, (double)s->found / s->planted, s->right, s->findings,
                      (double)s->right / s->findings);
        assert_true(s->found * 100 >= s->planted * 95);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recall),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
