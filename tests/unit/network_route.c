/* Goal: routes of money through payments in transit, ends that have none, and memory that fails.
 * Method: one table; a row is a small ledger, who is asked about, and the routes in words. Random
 * ledgers are compared with enumeration in tests/check/routes_brute.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/known.h"
#include "engine/network/route.h"

enum { TRANSFERS_MAX = 6 };

static const struct {
    const char *story;
    struct {
        const char *id, *from, *to;
        int32_t day;
        int64_t amount;
    } transfers[TRANSFERS_MAX];
    const char *from, *to, *shut;
    bool strict;
    const char *routes; /* "kind:ids=arriving in payments" */
} rows[] = {
    {"each kind its own way",
     {{"a", "A", "B", 1, 10},
      {"b", "B", "C", 2, 5},
      {"c", "A", "D", 3, 90},
      {"d", "D", "E", 4, 80},
      {"e", "E", "C", 5, 70},
      {"f", "A", "C", 9, 1}},
     "A",
     "C",
     NULL,
     false,
     "fewest:f=1 in 1 earliest:a,b=5 in 2 widest:c,d,e=70 in 3"},
    {"what leaves before it came leads nowhere",
     {{"a", "A", "B", 5, 10}, {"b", "B", "C", 4, 10}},
     "A",
     "C",
     NULL,
     false,
     ""},
    {"of one moment the order of records decides",
     {{"a", "A", "B", 1, 10}, {"b", "B", "C", 1, 10}},
     "A",
     "C",
     NULL,
     false,
     "fewest:a,b=10 in 2 earliest:a,b=10 in 2 widest:a,b=10 in 2"},
    {"unless each must be later",
     {{"a", "A", "B", 1, 10}, {"b", "B", "C", 1, 10}},
     "A",
     "C",
     NULL,
     true,
     ""},
    {"a shut account is not passed, but may be an end",
     {{"a", "A", "B", 1, 10}, {"b", "B", "C", 2, 10}, {"c", "A", "D", 3, 4}, {"d", "D", "C", 4, 3}},
     "A",
     "C",
     "B",
     false,
     "fewest:c,d=3 in 2 earliest:c,d=3 in 2 widest:c,d=3 in 2"},
    {"nobody knows what an account abroad did with it",
     {{"a", "A", "@external:B", 1, 10}, {"b", "@external:B", "C", 2, 10}},
     "A",
     "C",
     NULL,
     false,
     ""},
    {"two halves of a payment in transit are one payment",
     {{"a", "A", "@transit:x", 1, 10}, {"b", "@transit:x", "B", 3, 10}, {"c", "B", "C", 4, 8}},
     "A",
     "C",
     NULL,
     false,
     "fewest:a,b,c=8 in 2 earliest:a,b,c=8 in 2 widest:a,b,c=8 in 2"},
    {"a credit booked before its debit arrives with the debit",
     {{"b", "@transit:x", "B", 1, 10},
      {"n", "B", "C", 2, 9},
      {"a", "A", "@transit:x", 3, 10},
      {"c", "B", "C", 4, 8}},
     "A",
     "C",
     NULL,
     false,
     "fewest:a,b,c=8 in 2 earliest:a,b,c=8 in 2 widest:a,b,c=8 in 2"},
    {"and strictly after it",
     {{"b", "@transit:x", "B", 1, 10},
      {"a", "A", "@transit:x", 3, 10},
      {"n", "B", "C", 3, 9},
      {"c", "B", "C", 4, 8}},
     "A",
     "C",
     NULL,
     true,
     "fewest:a,b,c=8 in 2 earliest:a,b,c=8 in 2 widest:a,b,c=8 in 2"},
    {"a long way is not taken where a short one carries as much",
     {{"a", "A", "B", 1, 9}, {"b", "B", "D", 2, 9}, {"c", "A", "D", 3, 7}, {"d", "D", "C", 4, 5}},
     "A",
     "C",
     NULL,
     false,
     "fewest:c,d=5 in 2 earliest:c,d=5 in 2 widest:c,d=5 in 2"},
    {"there and back",
     {{"a", "A", "B", 1, 9}, {"b", "B", "A", 2, 8}},
     "A",
     "A",
     NULL,
     false,
     "fewest:a,b=8 in 2 earliest:a,b=8 in 2 widest:a,b=8 in 2"},
    {"nothing moves nothing",
     {{"a", "A", "C", 1, 0}, {"b", "A", "A", 1, 5}},
     "A",
     "C",
     NULL,
     false,
     ""},
};

static void mark(uint8_t *marks, const at_ledger *ledger, const char *id, uint8_t bit) {
    const uint32_t node = id != NULL ? at_ledger_node(ledger, id) : AT_NONE;
    if (node != AT_NONE)
        marks[node] |= bit;
}

static void print_routes(at_text *out, const at_routes *routes, const at_ledger *ledger) {
    for (size_t i = 0; i < routes->count; i++) {
        const at_route *route = &routes->routes[i];
        assert_int_equal(
            at_text_print(out, NULL, "%s%s:", i ? " " : "", at_route_kinds[route->kind]), AT_OK);
        for (uint32_t k = 0; k < route->count; k++)
            assert_int_equal(at_text_print(out, NULL, "%s%s", k ? "," : "",
                                           at_ledger_id(ledger, route->rows[k])),
                             AT_OK);
        assert_int_equal(
            at_text_print(out, NULL, "=%lld in %u", (long long)route->arriving, route->payments),
            AT_OK);
    }
}

static void make(at_ledger *ledger, uint8_t *marks, size_t row, at_arena *arena) {
    known_world known;
    known_begin(&known, arena);
    for (size_t i = 0; i < TRANSFERS_MAX && rows[row].transfers[i].id != NULL; i++)
        known_transfer(&known, rows[row].transfers[i].id, rows[row].transfers[i].from,
                       rows[row].transfers[i].to, rows[row].transfers[i].day,
                       rows[row].transfers[i].amount);
    known_ledger(ledger, &known);
    mark(marks, ledger, rows[row].from, AT_ROUTE_FROM);
    mark(marks, ledger, rows[row].to, AT_ROUTE_TO);
    mark(marks, ledger, rows[row].shut, AT_ROUTE_SHUT);
}

static void test_routes(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        AT_CLEANUP(at_text_clear) at_text said = {0};
        at_route_options options = {
            .since_us = AT_TIME_NONE, .until_us = AT_TIME_NONE, .strict = rows[i].strict};
        uint8_t marks[16] = {0};
        at_ledger ledger;
        at_routes routes;
        print_message("  %s\n", rows[i].story);
        make(&ledger, marks, i, &arena);
        assert_int_equal(at_routes_find(&routes, &ledger, marks, &options, &arena, NULL), AT_OK);
        print_routes(&said, &routes, &ledger);
        assert_string_equal(at_text_string(&said), rows[i].routes);
    }
}

/* Every allocation refused in turn. */
static void test_memory(void **state) {
    AT_CLEANUP(at_arena_clear) at_arena setup = {0};
    const at_route_options options = {.since_us = AT_TIME_NONE, .until_us = AT_TIME_NONE};
    uint8_t marks[16] = {0};
    at_ledger ledger;
    size_t refused = 0;
    (void)state;
    make(&ledger, marks, 0, &setup);
    for (uint64_t n = 1;; n++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_routes routes = {0};
        at_memory_fail_after(n);
        const at_status status = at_routes_find(&routes, &ledger, marks, &options, &arena, NULL);
        at_memory_fail_after(0);
        if (status == AT_OK)
            break;
        assert_int_equal(status, AT_NO_MEMORY);
        refused++;
    }
    assert_true(refused > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_routes),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
