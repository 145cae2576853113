/* Goal: money paths are what their definitions say (N0, N1, N12): in order of time, the fewest
 * payments, the earliest arrival, the widest.
 * Method: thousands of seeded random ledgers with exchanges, accounts without a ledger, equal times
 * and self-transfers; every route is enumerated by walking and the best are compared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/network/route.h"

enum { NODES_MAX = 8, ROWS_MAX = 20, CASES = 8000, CURRENCIES = 2 };

typedef struct random_row {
    int from, to, time, seq;
    int64_t amount, amount_in;
    char id[8];
} random_row;

typedef struct random_world {
    int node_count, row_count;
    bool outside[NODES_MAX];
    int currency[NODES_MAX];
    uint8_t marks[NODES_MAX];
    random_row rows[ROWS_MAX]; /* in the order of time */
    bool exchange, strict;
    int since, until; /* until < 0: open */
    int64_t min_amount;
} random_world;

static uint64_t state;

static int roll(int sides) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)((state >> 33) % (uint64_t)sides);
}

static int compare_rows(const void *left, const void *right) {
    const random_row *a = left, *b = right;
    if (a->time != b->time)
        return a->time - b->time;
    return a->seq != b->seq ? a->seq - b->seq : strcmp(a->id, b->id);
}

static void make_world(random_world *world, uint64_t seed) {
    memset(world, 0, sizeof *world);
    state = seed * 2654435761u + 11;
    for (int i = 0; i < 8; i++)
        roll(2);
    world->node_count = 2 + roll(NODES_MAX - 1);
    world->row_count = roll(ROWS_MAX + 1);
    world->exchange = roll(3) == 0;
    world->strict = roll(3) == 0;
    world->since = roll(4) == 0 ? roll(5) : 0;
    world->until = roll(4) == 0 ? roll(12) : -1;
    world->min_amount = roll(4) == 0 ? roll(6) : 0;
    for (int i = 0; i < world->node_count; i++) {
        world->outside[i] = roll(12) == 0;
        world->currency[i] = world->exchange ? roll(CURRENCIES) : 0;
        world->marks[i] =
            (uint8_t)((roll(4) == 0 ? AT_ROUTE_FROM : 0) | (roll(4) == 0 ? AT_ROUTE_TO : 0) |
                      (roll(12) == 0 ? AT_ROUTE_SHUT : 0));
    }
    for (int i = 0; i < world->row_count; i++) {
        random_row *row = &world->rows[i];
        row->from = roll(world->node_count);
        row->to = roll(world->node_count);
        row->time = roll(10);
        row->seq = roll(3);
        row->amount = row->amount_in = roll(10);
        if (world->currency[row->from] != world->currency[row->to])
            row->amount_in = roll(20);
        snprintf(row->id, sizeof row->id, "T%02u", (unsigned)i % 100U);
    }
    qsort(world->rows, (size_t)world->row_count, sizeof *world->rows, compare_rows);
}

/* Rows are handed in backwards: the ledger's own order is part of what is compared. */
static void make_ledger(at_ledger *out, const random_world *world, at_arena *arena) {
    static const char *const codes[CURRENCIES] = {"EUR", "IRR"};
    at_ledger_builder *builder;
    uint32_t nodes[NODES_MAX];
    assert_int_equal(at_ledger_begin(&builder, arena, NULL), AT_OK);
    for (int i = 0; i < world->node_count; i++) {
        char id[8];
        snprintf(id, sizeof id, "N%d", i);
        at_node node = {.account_id = id,
                        .kind = world->outside[i] ? AT_NODE_EXTERNAL : AT_NODE_ACCOUNT,
                        .opening = AT_AMOUNT_NONE};
        memcpy(node.currency.code, codes[world->currency[i]], 4);
        assert_int_equal(at_ledger_add_node(&nodes[i], builder, &node, NULL), AT_OK);
    }
    for (int i = world->row_count; i-- > 0;) {
        const random_row *row = &world->rows[i];
        const at_ledger_row_in in = {.id = row->id,
                                     .from = nodes[row->from],
                                     .to = nodes[row->to],
                                     .time_us = row->time,
                                     .seq = row->seq,
                                     .amount = row->amount,
                                     .amount_in = row->amount_in,
                                     .record = i + 1};
        assert_int_equal(at_ledger_add_row(builder, &in, NULL), AT_OK);
    }
    assert_int_equal(at_ledger_finish(out, builder, NULL), AT_OK);
}

/* --- The second opinion ----------------------------------------------------------------------- */

typedef struct opinion {
    int fewest, fewest_end;     /* 0 = no route */
    int earliest, earliest_end; /* payments of the shortest that ends so early */
    int64_t widest[CURRENCIES]; /* 0 = none */
    int widest_payments[CURRENCIES];
} opinion;

static bool counts(const random_world *world, const random_row *row) {
    return row->from != row->to && row->amount > 0 && row->amount_in > 0 &&
           row->amount >= world->min_amount && row->time >= world->since &&
           (world->until < 0 || row->time <= world->until);
}

static int64_t pass(const random_row *row, int64_t width) {
    const int64_t sent = width < row->amount ? width : row->amount;
    return sent * row->amount_in / row->amount;
}

static void judge(opinion *found, const random_world *world, int end, int payments, int64_t width) {
    const int currency = world->currency[world->rows[end].to];
    if (found->fewest == 0 || payments < found->fewest ||
        (payments == found->fewest && end < found->fewest_end)) {
        found->fewest = payments;
        found->fewest_end = end;
    }
    if (found->earliest == 0 || end < found->earliest_end ||
        (end == found->earliest_end && payments < found->earliest)) {
        found->earliest = payments;
        found->earliest_end = end;
    }
    if (width > found->widest[currency] || (width == found->widest[currency] && width > 0 &&
                                            payments < found->widest_payments[currency])) {
        found->widest[currency] = width;
        found->widest_payments[currency] = payments;
    }
}

/* Every route that goes on with a row. */
static void enumerate(opinion *found, const random_world *world, int last, int payments,
                      int64_t width) {
    const int node = world->rows[last].to;
    if (world->marks[node] & AT_ROUTE_TO)
        judge(found, world, last, payments, width);
    if (world->outside[node] || world->marks[node] & AT_ROUTE_SHUT)
        return;
    for (int next = last + 1; next < world->row_count; next++)
        if (counts(world, &world->rows[next]) && world->rows[next].from == node &&
            (!world->strict || world->rows[next].time > world->rows[last].time))
            enumerate(found, world, next, payments + 1, pass(&world->rows[next], width));
}

static void seek(opinion *found, const random_world *world) {
    memset(found, 0, sizeof *found);
    for (int row = 0; row < world->row_count; row++)
        if (counts(world, &world->rows[row]) && world->marks[world->rows[row].from] & AT_ROUTE_FROM)
            enumerate(found, world, row, 1, pass(&world->rows[row], INT32_MAX));
}

/* --- The comparison --------------------------------------------------------------------------- */

/* A route is one: each row counts, continues the one before, and carries what it says. */
static void check_route(uint64_t seed, const random_world *world, const at_ledger *ledger,
                        const at_route *route) {
    int64_t width = INT32_MAX;
    assert_true(route->count > 0);
    for (uint32_t i = 0; i < route->count; i++) {
        const random_row *row = &world->rows[route->rows[i]];
        if (strcmp(at_ledger_id(ledger, route->rows[i]), row->id) != 0 || !counts(world, row))
            fail_msg("seed %llu: step %u", (unsigned long long)seed, i);
        if (i > 0) {
            const random_row *before = &world->rows[route->rows[i - 1]];
            assert_true(route->rows[i] > route->rows[i - 1] && before->to == row->from);
            assert_true(!world->strict || row->time > before->time);
            assert_false(world->outside[row->from] || (world->marks[row->from] & AT_ROUTE_SHUT &&
                                                       !(world->marks[row->from] & AT_ROUTE_FROM)));
        }
        assert_int_equal(route->carried[i], width < row->amount ? width : row->amount);
        width = pass(row, width);
    }
    assert_true(world->marks[world->rows[route->rows[0]].from] & AT_ROUTE_FROM);
    assert_true(world->marks[world->rows[route->rows[route->count - 1]].to] & AT_ROUTE_TO);
    assert_int_equal(route->arriving, width);
    assert_int_equal(route->payments, route->count);
}

static void compare(uint64_t seed, const random_world *world, const opinion *wanted,
                    const at_routes *routes, size_t *longest) {
    size_t next = 0;
    if (wanted->fewest > 0) {
        assert_true(routes->count >= 2);
        const at_route *fewest = &routes->routes[next++], *earliest = &routes->routes[next++];
        if (fewest->kind != AT_ROUTE_FEWEST || fewest->payments != (uint32_t)wanted->fewest ||
            fewest->rows[fewest->count - 1] != (uint32_t)wanted->fewest_end)
            fail_msg("seed %llu: fewest %u", (unsigned long long)seed, fewest->payments);
        if (earliest->kind != AT_ROUTE_EARLIEST ||
            earliest->payments != (uint32_t)wanted->earliest ||
            earliest->rows[earliest->count - 1] != (uint32_t)wanted->earliest_end)
            fail_msg("seed %llu: earliest", (unsigned long long)seed);
        *longest = fewest->count > *longest ? fewest->count : *longest;
    }
    for (int currency = 0; currency < CURRENCIES; currency++) {
        if (wanted->widest[currency] == 0)
            continue;
        assert_true(next < routes->count);
        const at_route *widest = &routes->routes[next++];
        if (widest->kind != AT_ROUTE_WIDEST || widest->arriving != wanted->widest[currency])
            fail_msg("seed %llu: widest %lld, not %lld", (unsigned long long)seed,
                     (long long)widest->arriving, (long long)wanted->widest[currency]);
        if (!world->exchange && widest->payments != (uint32_t)wanted->widest_payments[currency])
            fail_msg("seed %llu: widest in %u payments", (unsigned long long)seed,
                     widest->payments);
    }
    assert_int_equal(next, routes->count);
}

/* Reach is where an earliest route ends, whatever the end is; where none does, there is none. */
static void check_reach(uint64_t seed, const random_world *world, const at_ledger *ledger,
                        const at_route_options *options, at_arena *arena) {
    at_money_reach *reached;
    size_t count, ends = 0;
    assert_int_equal(
        at_money_reach_find(&reached, &count, ledger, world->marks, options, arena, NULL), AT_OK);
    for (size_t i = 1; i < count; i++)
        assert_true(reached[i - 1].row < reached[i].row);
    for (uint32_t node = 0; node < ledger->node_count; node++) {
        random_world other = *world;
        opinion wanted;
        size_t place = 0;
        if (world->marks[node] & AT_ROUTE_FROM)
            continue;
        for (size_t i = 0; i < ledger->node_count; i++)
            other.marks[i] &= (uint8_t)~AT_ROUTE_TO;
        other.marks[node] |= AT_ROUTE_TO;
        seek(&wanted, &other);
        while (place < count && ledger->to[reached[place].row] != node)
            place++;
        if ((wanted.fewest > 0) != (place < count))
            fail_msg("seed %llu: node %u", (unsigned long long)seed, node);
        ends += place < count;
        if (place < count) {
            assert_int_equal(reached[place].row, wanted.earliest_end);
            assert_int_equal(reached[place].payments, wanted.earliest);
        }
    }
    assert_int_equal(ends, count);
}

static void test_random(void **test_state) {
    (void)test_state;
    size_t found = 0, longest = 0;
    for (uint64_t seed = 1; seed <= CASES; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        random_world world;
        opinion wanted;
        at_ledger ledger;
        at_routes routes;
        make_world(&world, seed);
        make_ledger(&ledger, &world, &arena);
        seek(&wanted, &world);
        const at_route_options options = {.since_us = world.since > 0 ? world.since : AT_TIME_NONE,
                                          .until_us = world.until >= 0 ? world.until : AT_TIME_NONE,
                                          .min_amount = world.min_amount,
                                          .strict = world.strict};
        assert_int_equal(at_routes_find(&routes, &ledger, world.marks, &options, &arena, NULL),
                         AT_OK);
        for (size_t i = 0; i < routes.count; i++)
            check_route(seed, &world, &ledger, &routes.routes[i]);
        compare(seed, &world, &wanted, &routes, &longest);
        check_reach(seed, &world, &ledger, &options, &arena);
        found += wanted.fewest > 0;
    }
    print_message("  %d ledgers, %zu with routes, up to %zu payments\n", CASES, found, longest);
    assert_true(found > CASES / 5);
    assert_true(longest >= 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
