/* Goal: how long each pattern takes over a million and ten million rows, and with a hub.
 * Method: bench_patterns ROWS [hub]: a world of support/planted.c in memory, ten rows an account;
 * with `hub` every fourth row is to or from one account. Seconds of processor, and findings. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/support/planted.h"
#include "engine/trace/pattern.h"

enum { CAP = 100000, STEPS_MAX = 2000000000 };

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void must(at_status status, const at_error *err) {
    if (status == AT_OK)
        return;
    fprintf(stderr, "bench: %s\n", err->message);
    exit(1);
}

static const char *const names[] = {"fan_in",
                                    "fan_out",
                                    "gather_scatter",
                                    "scatter_gather",
                                    "stack",
                                    "round_trips",
                                    "round_trips ratio=4/5,1",
                                    "pass_through",
                                    "structuring",
                                    "mirror",
                                    NULL};

/* With the fallbacks of the queries; each account is a holder. */
static at_status run(at_patterns *out, const at_moves *moves, const at_pattern_groups *groups,
                     int which, at_error *err) {
    const int64_t day = AT_US_PER_DAY;
    const at_gather_rule gather = {3, 3, 7 * day, 7 * day};
    const at_scatter_rule scatter = {which == 3 ? 3 : 2, 7 * day, 10000};
    const at_cycle_rule round = {.delta_us = 30 * day,
                                 .maxlen = 10,
                                 .by_ratio = which == 6,
                                 .lo = {4, 5},
                                 .hi = {1, 1},
                                 .cap = CAP};
    const at_pass_rule pass = {3 * day, {9, 10}, 0};
    const at_structuring_rule below = {100000, 4, 5, 3, 7 * day, NULL};
    const at_mirror_rule mirror = {3 * day, {1, 50}, 0};
    switch (which) {
    case 0:
    case 1:
        return at_pattern_fan(out, moves, which == 0, 3, 7 * day, err);
    case 2:
        return at_pattern_gather(out, moves, &gather, err);
    case 3:
        return at_pattern_scatter(out, moves, &scatter, err);
    case 4:
        return at_pattern_stack(out, moves, &scatter, err);
    case 5:
    case 6:
        return at_pattern_cycles(out, moves, &round, err);
    case 7:
        return at_pattern_pass(out, moves, &pass, err);
    case 8:
        return at_pattern_structuring(out, moves, groups, &below, err);
    default:
        return at_pattern_mirror(out, moves, groups, &mirror, err);
    }
}

static void make_groups(at_pattern_groups *out, const at_ledger *ledger, at_arena *arena,
                        at_error *err) {
    const char **holders;
    uint64_t *start;
    uint32_t *nodes;
    must(AT_NEW(&holders, arena, ledger->node_count, err), err);
    must(AT_NEW(&start, arena, ledger->node_count + 1, err), err);
    must(AT_NEW(&nodes, arena, ledger->node_count, err), err);
    for (uint32_t i = 0; i < ledger->node_count; i++) {
        holders[i] = ledger->nodes[i].id;
        nodes[i] = i;
        start[i + 1] = i + 1;
    }
    *out = (at_pattern_groups){ledger->node_count, holders, start, nodes};
}

int main(int argc, char **argv) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = (size_t)16 << 30};
    at_error err = {.status = AT_OK};
    const int rows = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 1000000;
    const planted_options options = {.seed = 1,
                                     .accounts = rows / 10,
                                     .background = rows,
                                     .days = 150,
                                     .each = 100,
                                     .hub = argc > 2 && strcmp(argv[2], "hub") == 0};
    planted_world world;
    at_moves moves;
    at_pattern_groups groups;
    must(planted_make(&world, &options, &arena, &err), &err);
    make_groups(&groups, &world.ledger, &arena, &err);
    double began = seconds();
    must(at_moves_make(&moves, &world.ledger, 0, &arena, &err), &err);
    printf("| %d rows%s, moves | %.2f | |\n", rows, options.hub ? ", hub" : "", seconds() - began);
    for (int i = 0; names[i] != NULL; i++) {
        AT_CLEANUP(at_arena_clear) at_arena found = {.limit_bytes = (size_t)8 << 30};
        at_patterns out = {.arena = &found, .steps_max = STEPS_MAX};
        began = seconds();
        const at_status status = run(&out, &moves, &groups, i, &err);
        if (status == AT_LIMIT) {
            printf("| %s | %.2f | refused: %s |\n", names[i], seconds() - began, err.message);
            continue;
        }
        must(status, &err);
        at_patterns_finish(&out, &world.ledger, CAP);
        printf("| %s | %.2f | %zu findings%s%s |\n", names[i], seconds() - began, out.count,
               out.capped ? ", capped" : "", out.stopped ? ", out of steps" : "");
        fflush(stdout);
    }
    return 0;
}
