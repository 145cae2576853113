/* Goal: how long the parts of `networks`, `networks active_in` and of key players take.
 * Method: bench_networks ROWS [players|peers]: a seeded world in memory (an account for five
 *         transfers, paid more often the smaller its number; half have holders, one in a hundred a
 *         country). Prints rows of results.md: what, seconds on the clock, of processor, limit.
 *         With `peers` components, hops and reach beside igraph and arrays, without holders: five
 *         times in turn, medians and ratios. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/bench/peer_graph.h"
#include "engine/network/around.h"
#include "engine/network/joint.h"
#include "engine/network/keyplayer.h"
#include "engine/network/loose.h"
#include "engine/network/route.h"

typedef struct bench_world {
    at_fact *accounts, *parties;
    at_thing *account_things, *party_things;
    const char **ids; /* by thing */
    uint32_t account_count, party_count;
    at_ledger ledger;
} bench_world;

static uint64_t state = 20261121;

static uint32_t roll(uint32_t sides) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((state >> 33) % sides);
}

static void must(at_status status, const at_error *err) {
    if (status == AT_OK)
        return;
    fprintf(stderr, "bench: %s\n", err->message);
    exit(1);
}

/* Clock and processor; each row tells what passed since the last. */
static double began[2];

static double seconds(clockid_t which) {
    struct timespec now;
    clock_gettime(which, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void begin(void) {
    began[0] = seconds(CLOCK_MONOTONIC);
    began[1] = seconds(CLOCK_PROCESS_CPUTIME_ID);
}

static void row(uint32_t rows, const char *what, const char *limit) {
    printf("| %" PRIu32 " transfers: %s | %.2f | %.2f | %s |\n", rows, what,
           seconds(CLOCK_MONOTONIC) - began[0], seconds(CLOCK_PROCESS_CPUTIME_ID) - began[1],
           limit);
    fflush(stdout);
    begin();
}

/* --- The world as facts ----------------------------------------------------------------------- */

static at_status list(void *self, at_fact_list *out, at_kind kind, at_thing about, at_error *err) {
    const bench_world *world = self;
    (void)about;
    (void)err;
    *out = (at_fact_list){0};
    if (kind == AT_ACCOUNT)
        *out = (at_fact_list){world->accounts, world->account_count};
    if (kind == AT_PARTY)
        *out = (at_fact_list){world->parties, world->party_count};
    return AT_OK;
}

static at_status things(void *self, const at_thing **out, size_t *count_out, at_kind kind,
                        at_error *err) {
    const bench_world *world = self;
    (void)err;
    *out = kind == AT_ACCOUNT ? world->account_things : world->party_things;
    *count_out = kind == AT_ACCOUNT ? world->account_count
                 : kind == AT_PARTY ? world->party_count
                                    : 0;
    return AT_OK;
}

static at_status view(void *self, at_thing_view *out, at_thing thing, at_error *err) {
    const bench_world *world = self;
    (void)err;
    *out = (at_thing_view){.kind = thing <= world->account_count ? AT_ACCOUNT : AT_PARTY,
                           .id = world->ids[thing],
                           .shown = world->ids[thing]};
    return AT_OK;
}

/* Accounts are things 1.., their holders follow; ids are in the order of numbers. */
static void make_facts(bench_world *world, at_arena *arena, at_error *err) {
    static const char *const countries[] = {"IR", "IQ", "AZ", "TR"};
    const uint32_t parties = world->account_count / 2;
    must(AT_NEW(&world->accounts, arena, world->account_count, err), err);
    must(AT_NEW(&world->parties, arena, parties, err), err);
    must(AT_NEW(&world->account_things, arena, world->account_count, err), err);
    must(AT_NEW(&world->party_things, arena, parties, err), err);
    must(AT_NEW(&world->ids, arena, (size_t)world->account_count + parties + 1, err), err);
    world->party_count = parties;
    for (uint32_t i = 0; i < world->account_count; i++) {
        at_account *account = &world->accounts[i].account;
        world->accounts[i].kind = AT_ACCOUNT;
        world->accounts[i].record = i + 1;
        must(at_arena_print(&world->ids[i + 1], arena, err, "A%08" PRIu32, i), err);
        account->self = (at_ref){.id = world->ids[i + 1], .kind = AT_ACCOUNT, .thing = i + 1};
        account->period = (at_period){.since_us = AT_TIME_NONE, .until_us = AT_TIME_NONE};
        account->country = roll(100) == 0 ? countries[roll(4)] : NULL;
        if (roll(2) == 0)
            account->holder =
                (at_ref){.kind = AT_PARTY, .thing = world->account_count + 1 + roll(parties)};
        world->account_things[i] = i + 1;
    }
    for (uint32_t i = 0; i < parties; i++) {
        const at_thing thing = world->account_count + 1 + i;
        world->parties[i].kind = AT_PARTY;
        world->parties[i].record = thing;
        must(at_arena_print(&world->ids[thing], arena, err, "P%08" PRIu32, i), err);
        world->parties[i].party.self =
            (at_ref){.id = world->ids[thing], .kind = AT_PARTY, .thing = thing};
        world->party_things[i] = thing;
    }
}

static void make_ledger(bench_world *world, uint32_t rows, at_arena *arena, at_error *err) {
    at_ledger_builder *builder;
    uint32_t *nodes;
    must(at_ledger_begin(&builder, arena, err), err);
    must(AT_NEW(&nodes, arena, world->account_count, err), err);
    for (uint32_t i = 0; i < world->account_count; i++) {
        const at_node node = {.account_id = world->ids[i + 1],
                              .currency = {"EUR"},
                              .account = i + 1,
                              .opening = AT_AMOUNT_NONE};
        must(at_ledger_add_node(&nodes[i], builder, &node, err), err);
    }
    for (uint32_t i = 0; i < rows; i++) {
        char id[16];
        const uint32_t payer = roll(world->account_count);
        uint32_t payee = roll(1 + roll(1 + roll(world->account_count)));
        payee = roll(3) == 0 ? payee : roll(world->account_count);
        snprintf(id, sizeof id, "T%09" PRIu32, i);
        const at_ledger_row_in in = {.id = id,
                                     .from = nodes[payer],
                                     .to = nodes[payee],
                                     .time_us = (int64_t)i * 1000000,
                                     .amount = 100,
                                     .amount_in = 100,
                                     .record = i + 1};
        must(at_ledger_add_row(builder, &in, err), err);
    }
    must(at_ledger_finish(&world->ledger, builder, err), err);
}

/* --- What is measured ------------------------------------------------------------------------- */

static void measure(bench_world *world, const at_facts *facts, uint32_t rows, bool with_players,
                    at_error *err) {
    static const char *const country[2] = {"IR", "IQ"};
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = (size_t)12 << 30};
    at_graph_options options = at_graph_all();
    at_graph graph;
    at_groups groups;
    at_places places;
    at_joints joints;
    options.hub_degree = 1000;
    options.loose_rows = AT_LOOSE_ROWS;
    begin();
    must(at_graph_make(&graph, facts, &world->ledger, &options, &arena, err), err);
    row(rows, "members and ties", "");
    must(at_groups_find(&groups, &graph, &arena, err), err);
    row(rows, "networks", "");
    must(at_places_find(&places, &graph, facts, AT_ALL_ACTIVITIES, &arena, err), err);
    row(rows, "evidence of countries", "");
    must(at_joints_find(&joints, &graph, &groups, &places, country, &arena, err), err);
    row(rows, "active in two countries", "");
    if (with_players) {
        at_key_players players;
        const at_group *group = &groups.groups[0];
        must(at_key_players_find(&players, &graph, group->members, group->member_count, 3, &arena,
                                 err),
             err);
        row(rows, "key players of the largest network", "");
        fprintf(stderr, "%u members, %u edges\n", players.count, players.edge_count);
    }
}

/* --- Beside others ---------------------------------------------------------------------------- */

enum { ROUNDS = 5, SEEDS = 100, HOPS = 3, WINDOW_DAYS = 60 };

static int compare_seconds(const void *a, const void *b) {
    const double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median(double *taken) {
    qsort(taken, ROUNDS, sizeof *taken, compare_seconds);
    return taken[ROUNDS / 2];
}

static void compare(uint32_t rows, const char *what, double *ours, double *peer, const char *whose,
                    const char *goal) {
    const double mine = median(ours), theirs = median(peer);
    printf("| %" PRIu32 " transfers: %s | %.5f | %s | %.5f | %.2f | %s |\n", rows, what, mine,
           whose, theirs, mine > 0 ? theirs / mine : 0, goal);
}

static void expect_equal(const char *what, uint64_t ours, uint64_t theirs) {
    if (ours == theirs)
        return;
    fprintf(stderr, "bench: %s: %" PRIu64 " here, %" PRIu64 " there\n", what, ours, theirs);
    exit(1);
}

static void compare_components(const bench_world *world, const at_facts *facts, uint32_t rows,
                               at_error *err) {
    double ours[ROUNDS], igraph[ROUNDS], limit[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = (size_t)12 << 30};
        at_graph_options options = at_graph_all();
        at_graph graph;
        uint32_t *of, found = 0, count = 0;
        options.loose_rows = 1;
        must(AT_NEW(&of, &arena, world->account_count, err), err);
        const double start = bench_clock();
        must(at_graph_make(&graph, facts, &world->ledger, &options, &arena, err), err);
        must(at_members_unite(of, &graph, err), err);
        ours[round] = bench_clock() - start;
        for (uint32_t i = 0; i < graph.member_count; i++)
            found += of[i] == i;
        igraph[round] = bench_peer_igraph(&world->ledger, &count);
        expect_equal("components by igraph", found, count);
        limit[round] = bench_peer_unite(&world->ledger, &count);
        expect_equal("components by union-find", found, count);
    }
    compare(rows, "components, graph and search", ours, igraph, "igraph, the same",
            "at least 20 times");
    compare(rows, "components, graph and search", ours, limit, "union-find over arrays",
            "at least 0.67");
}

static void compare_hops(const bench_world *world, const at_facts *facts, uint32_t rows,
                         at_error *err) {
    double ours[ROUNDS], limit[ROUNDS];
    uint32_t seeds[SEEDS];
    const int64_t since = (int64_t)rows / 2 * 1000000;
    const int64_t until = since + (int64_t)rows / 30 * 1000000; /* 60 days of five years */
    for (uint32_t i = 0; i < SEEDS; i++)
        seeds[i] = world->ledger.from[rows / 2 + i * (rows / 10000)];
    for (int round = 0; round < ROUNDS; round++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = (size_t)12 << 30};
        at_graph_options options = at_graph_all();
        at_graph graph;
        at_around around;
        uint64_t count = 0;
        options.loose_rows = 1;
        options.since_us = since;
        options.until_us = until;
        must(at_graph_make(&graph, facts, &world->ledger, &options, &arena, err), err);
        const double start = bench_clock();
        for (uint32_t i = 0; i < SEEDS; i++) {
            AT_CLEANUP(at_arena_clear) at_arena each = {.limit_bytes = (size_t)2 << 30};
            const uint32_t member = graph.node_member[seeds[i]];
            must(at_around_find(&around, &graph, &member, 1, HOPS, 0, &each, err), err);
        }
        ours[round] = bench_clock() - start;
        limit[round] = bench_peer_hops(&world->ledger, seeds, SEEDS, HOPS, since, until, &count);
    }
    compare(rows, "3 hops of 100 seeds in a thirtieth of the time, both directions", ours, limit,
            "arrays, payees alone", "");
}

static void compare_reach(const bench_world *world, uint32_t rows, at_error *err) {
    double ours[ROUNDS], limit[ROUNDS];
    const uint32_t seed = world->ledger.from[rows / 2];
    for (int round = 0; round < ROUNDS; round++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = (size_t)12 << 30};
        const at_route_options options = {.since_us = (int64_t)rows / 2 * 1000000,
                                          .until_us = AT_TIME_NONE,
                                          .kinds = 1u << AT_ROUTE_EARLIEST};
        at_routes routes;
        uint8_t *marks;
        uint32_t count = 0;
        must(AT_NEW(&marks, &arena, world->ledger.node_count, err), err);
        memset(marks, 0, world->ledger.node_count);
        marks[seed] = AT_ROUTE_FROM;
        marks[world->ledger.to[rows - 1]] |= AT_ROUTE_TO;
        const double start = bench_clock();
        must(at_routes_find(&routes, &world->ledger, marks, &options, &arena, err), err);
        ours[round] = bench_clock() - start;
        limit[round] = bench_peer_reach(&world->ledger, seed, (int64_t)rows / 2 * 1000000, &count);
    }
    compare(rows, "the earliest way of money from one account to another", ours, limit,
            "earliest arrival everywhere, arrays", "at least 0.67");
}

int main(int argc, char **argv) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = (size_t)12 << 30};
    at_error err = {.status = AT_OK};
    const uint32_t rows = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1000000;
    const bool peers = argc > 2 && strcmp(argv[2], "peers") == 0;
    bench_world world = {.account_count = rows / 5};
    make_facts(&world, &arena, &err);
    make_ledger(&world, rows, &arena, &err);
    if (peers) {
        world.party_count = 0;
        for (uint32_t i = 0; i < world.account_count; i++)
            world.accounts[i].account.holder = (at_ref){.kind = AT_PARTY};
    }
    const at_facts facts = {.self = &world,
                            .thing_limit = world.account_count + world.party_count + 1,
                            .list = list,
                            .things = things,
                            .view = view};
    if (peers) {
        compare_components(&world, &facts, rows, &err);
        compare_hops(&world, &facts, rows, &err);
        compare_reach(&world, rows, &err);
    } else {
        measure(&world, &facts, rows, argc > 2, &err);
    }
    return 0;
}
