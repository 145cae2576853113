/* Goal: owners_of, assets_of, close_links, controls, blocked_by and circular_ownership answer as
 * the exact fractions of an implementation that shares nothing with the engine (owning.h).
 * Method: random worlds with cycles, ranges, closed groups, columns over 100 %, several sources,
 * classes of shares, votes, nominees and days, asked through facts in memory; verdicts and rounds
 * must be equal, figures within 10^-12 and the rounding of 12 places. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/known.h"
#include "tests/support/owning.h"

extern const at_query query_owners_of, query_assets_of, query_controls, query_blocked_by,
    query_circular_ownership, query_close_links;

enum { WORLDS = 600 };

static own_world world;
static own_answer ours, theirs;
static size_t asked, rows_seen, possible_seen;

/* The rows of source after source, as imports would bring them. */
static void state_world(known_world *known) {
    for (int source = 1; source <= world.source_count; source++) {
        known->source = source;
        for (int i = 0; i < world.row_count; i++) {
            const own_row *row = &world.rows[i];
            char owner[8], owned[8], share[80];
            if (row->source != source)
                continue;
            snprintf(owner, sizeof owner, "b%d", row->owner);
            snprintf(owned, sizeof owned, "b%d", row->owned);
            own_share_text(share, sizeof share, row);
            at_holding *holding = known_hold(known, owner, owned, share[0] == '?' ? NULL : share);
            holding->interest = row->votes ? AT_VOTES : AT_CAPITAL;
            if (row->since >= 0)
                holding->period.since_us = row->since * AT_US_PER_DAY;
            if (row->until >= 0)
                holding->period.until_us = row->until * AT_US_PER_DAY;
            if (row->principal == OWN_NOBODY)
                continue;
            at_ref principal = {.id = ""};
            if (row->principal != OWN_HIDDEN) {
                at_thing thing = known_thing(known, own_name(&world, row->principal));
                principal = known->things[thing - 1];
            }
            known->facts[known->fact_count - 1].holding.nominee_for = principal;
        }
    }
}

static void ask(known_world *known, const at_query *query, const char *pairs, const char *columns) {
    AT_CLEANUP(at_text_clear) at_text printed = {0};
    char all[160];
    at_table table;
    int used = snprintf(all, sizeof all, "graph=%s", world.legal ? "legal" : "economic");
    if (world.as_of >= 0)
        used += snprintf(all + used, sizeof all - used, " as_of=1970-01-%02d", world.as_of + 1);
    snprintf(all + used, sizeof all - used, " %s", pairs);
    assert_int_equal(known_ask(&printed, &table, query, known, NULL, all, NULL), AT_OK);
    own_read(&ours, at_text_string(&printed), " | ", columns);
    assert_int_equal(ours.count, table.row_count);
    for (size_t i = 0; i < table.row_count; i++)
        assert_true(table.rows[i].record_count > 0);
}

static void expect_equal(uint64_t seed, const char *what) {
    asked++;
    rows_seen += ours.count;
    for (int i = 0; i < ours.count; i++)
        possible_seen += strstr(ours.key[i], "possible") != NULL;
    if (!own_equal(&ours, &theirs))
        fail_msg("seed %llu: %s: the query (<) and the fractions (>) differ",
                 (unsigned long long)seed, what);
}

static void check_shares(known_world *known, uint64_t seed, int of) {
    static const int limits[][2] = {{1, 4}, {1, 2}, {1, 5}, {250000001, 1000000000}};
    const int *limit = limits[seed % AT_COUNT(limits)];
    const bool more = seed / 4 % 2;
    char pairs[80];
    snprintf(pairs, sizeof pairs, "of=b%d threshold=%d/%d op=%s", of, limit[0], limit[1],
             more ? "gt" : "ge");
    ask(known, &query_owners_of, pairs, "trrrt");
    own_owners(&theirs, &world, of, limit[0], limit[1], more);
    expect_equal(seed, pairs);
    snprintf(pairs, sizeof pairs, "of=b%d min_share=%d/%d", of, seed % 3 ? 0 : limit[0], limit[1]);
    ask(known, &query_assets_of, pairs, "ttrr");
    own_assets(&theirs, &world, of, seed % 3 ? 0 : limit[0], limit[1]);
    expect_equal(seed, pairs);
    snprintf(pairs, sizeof pairs, "of=b%d th=%d/%d", of, limit[0], limit[1]);
    ask(known, &query_close_links, pairs, "ttrrtt");
    own_links(&theirs, &world, of, limit[0], limit[1]);
    expect_equal(seed, pairs);
}

static void check_sets(known_world *known, uint64_t seed, int first, int second) {
    static const char *const rules[] = {"ofac", "uk", "eu edition=latest", "eu edition=earlier"};
    const int of[] = {first, second}, count = first == second ? 1 : 2;
    char pairs[80];
    snprintf(pairs, sizeof pairs, "of=b%d,b%d", first, second);
    ask(known, &query_controls, pairs, "ttrt");
    own_controls(&theirs, &world, of, count);
    expect_equal(seed, pairs);
    for (int rule = OWN_OFAC; rule <= OWN_EU_EARLIER; rule++) {
        snprintf(pairs, sizeof pairs, "of=b%d,b%d rule=%s", first, second, rules[rule]);
        ask(known, &query_blocked_by, pairs, "ttrt");
        own_blocked(&theirs, &world, of, count, (own_rule)rule);
        expect_equal(seed, pairs);
    }
}

static bool is_used(int body) {
    bool used = false;
    for (int i = 0; i < world.row_count; i++)
        used = used || world.rows[i].owner == body || world.rows[i].owned == body ||
               world.rows[i].principal == body;
    return used;
}

static void test_random(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= WORLDS; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        known_world known;
        int bodies[2];
        own_make(&world, seed);
        for (int i = 0; i < 2; i++)
            bodies[i] = (int)((seed / (i + 1)) % (uint64_t)world.body_count);
        if (!is_used(bodies[0]) || !is_used(bodies[1]))
            continue;
        known_begin(&known, &arena);
        state_world(&known);
        check_shares(&known, seed, bodies[0]);
        check_sets(&known, seed, bodies[0], bodies[1]);
        ask(&known, &query_circular_ownership, "", "ttrt");
        own_circles(&theirs, &world);
        expect_equal(seed, "circular_ownership");
    }
    print_message("  %zu questions, %zu rows, %zu of them possible\n", asked, rows_seen,
                  possible_seen);
    assert_true(asked > 7 * (size_t)WORLDS / 2 && rows_seen > 5000 && possible_seen > 600);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
