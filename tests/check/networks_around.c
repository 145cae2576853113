/* Goal: what lies around a subject is the same, whether every transfer became a tie or the ledger
 * stayed loose and only ties around the subject were made.
 * Method: thousands of seeded random worlds (active_world.h) with random subjects, hops and limits;
 * the two graphs are walked by the same code and compared member by member and tie by tie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/active_world.h"
#include "engine/network/around.h"
#include "engine/network/loose.h"

enum { CASES = 2500, SUBJECTS_MAX = 3 };

static uint64_t state;

static uint32_t roll(uint32_t sides) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((state >> 33) % sides);
}

typedef struct asked_around {
    uint32_t subjects[SUBJECTS_MAX], count, hops, most;
} asked_around;

static void find(at_graph *graph, at_around *around, const active_world *world,
                 known_world *known, const at_ledger *ledger, const asked_around *asked_for,
                 bool loose, at_arena *arena) {
    at_graph_options options = at_graph_all();
    const at_facts facts = known_facts(known);
    at_thing *kept;
    at_graph plain;
    assert_int_equal(AT_NEW(&kept, arena, SUBJECTS_MAX, NULL), AT_OK);
    if (world->since != NEVER)
        options.since_us = world->since * AT_US_PER_DAY;
    if (world->until != NEVER)
        options.until_us = world->until * AT_US_PER_DAY;
    options.min_amount = world->min_amount;
    options.hub_degree = world->hub_degree;
    options.tie_kinds = world->tie_kinds;
    options.loose_rows = loose;
    assert_int_equal(at_graph_make(&plain, &facts, ledger, &options, arena, NULL), AT_OK);
    for (uint32_t i = 0; i < asked_for->count; i++)
        kept[i] = plain.members[asked_for->subjects[i]].thing;
    options.kept = kept;
    options.kept_count = asked_for->count;
    assert_int_equal(at_graph_make(graph, &facts, ledger, &options, arena, NULL), AT_OK);
    assert_int_equal(at_loose_tighten(graph, asked_for->subjects, asked_for->count, asked_for->hops,
                                      asked_for->most, arena, NULL),
                     AT_OK);
    assert_false(graph->loose);
    assert_int_equal(at_around_find(around, graph, asked_for->subjects, asked_for->count,
                                    asked_for->hops, asked_for->most, arena, NULL),
                     AT_OK);
}

static void same_tie(const at_tie *a, const at_tie *b) {
    assert_true(a->a == b->a && a->b == b->b && a->kind == b->kind && a->grade == b->grade);
    assert_true(a->amount == b->amount && a->transfer_count == b->transfer_count);
    assert_true(a->first_us == b->first_us && a->last_us == b->last_us);
    assert_int_equal(a->record_count, b->record_count);
    assert_memory_equal(a->records, b->records, a->record_count * sizeof *a->records);
}

/* Ties between those listed, as key players and network_ties see them. */
static uint32_t next_tie(const at_graph *graph, const at_around *around, uint32_t place) {
    while (place < graph->tie_count && (around->hops[graph->ties[place].a] == AT_NONE ||
                                        around->hops[graph->ties[place].b] == AT_NONE))
        place++;
    return place;
}

static void compare(const at_graph graphs[2], const at_around arounds[2]) {
    const at_around *one = &arounds[0], *two = &arounds[1];
    uint32_t places[2] = {0, 0};
    assert_int_equal(one->count, two->count);
    assert_int_equal(one->seen_count, two->seen_count);
    assert_int_equal(one->loss_count, two->loss_count);
    for (size_t i = 0; i < one->loss_count; i++)
        assert_memory_equal(&one->losses[i], &two->losses[i], sizeof(at_loss));
    for (uint32_t i = 0; i < one->count; i++) {
        const uint32_t member = one->members[i];
        assert_int_equal(member, two->members[i]);
        assert_int_equal(one->hops[member], two->hops[member]);
        assert_int_equal(one->grade[member], two->grade[member]);
        assert_int_equal(one->tie[member] == AT_NONE, two->tie[member] == AT_NONE);
        if (one->tie[member] != AT_NONE)
            same_tie(&graphs[0].ties[one->tie[member]], &graphs[1].ties[two->tie[member]]);
        for (int tie = 0; tie < 2 && one->tie[member] == AT_NONE; tie++) {
            at_record_id record[2];
            for (int k = 0; k < 2; k++)
                assert_int_equal(at_member_record(&record[k], &graphs[k], member, tie, NULL),
                                 AT_OK);
            assert_int_equal(record[0], record[1]);
        }
    }
    for (;;) {
        for (int k = 0; k < 2; k++)
            places[k] = next_tie(&graphs[k], &arounds[k], places[k]);
        assert_int_equal(places[0] == graphs[0].tie_count, places[1] == graphs[1].tie_count);
        if (places[0] == graphs[0].tie_count)
            return;
        same_tie(&graphs[0].ties[places[0]++], &graphs[1].ties[places[1]++]);
    }
}

static void test_around(void **unused) {
    (void)unused;
    size_t cut = 0, fewer = 0;
    for (uint64_t seed = 1; seed <= CASES; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        known_world known;
        active_world world;
        at_ledger ledger;
        at_graph graphs[2];
        at_around arounds[2];
        state = seed;
        active_world_make(&world, seed);
        known_begin(&known, &arena);
        active_world_tell(&known, &world);
        known_ledger(&ledger, &known);
        if (ledger.count == 0)
            continue;
        asked_around asked_for = {.count = 1 + roll(SUBJECTS_MAX), .hops = roll(5)};
        asked_for.most = roll(2) ? 0 : 1 + roll(12);
        for (uint32_t i = 0; i < asked_for.count; i++)
            asked_for.subjects[i] = roll(THINGS);
        for (int k = 0; k < 2; k++)
            find(&graphs[k], &arounds[k], &world, &known, &ledger, &asked_for, k == 1, &arena);
        compare(graphs, arounds);
        cut += arounds[0].seen_count > arounds[0].count;
        fewer += graphs[1].tie_count < graphs[0].tie_count;
    }
    assert_true(cut > CASES / 20);
    assert_true(fewer > CASES / 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_around)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
