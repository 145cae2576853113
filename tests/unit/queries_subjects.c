/* Goal: money_paths, timeline, asset_history and shared_details over facts by hand: what fixtures
 * cannot say (payments in transit, cash, many holders), and no harm when memory or disk fails.
 * Method: one invented world; a row is a question and its answer, each row "a | b | c". */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/known.h"
#include "tests/support/world.h"

extern const at_query query_asset_history, query_money_paths, query_shared_details, query_timeline;

enum { DAY_NOWRUZ = 19802 }; /* 2024-03-20 = 1403-01-01 */

static at_period days(int32_t since, int32_t until) {
    return (at_period){since ? since * AT_US_PER_DAY : AT_TIME_NONE,
                       until ? until * AT_US_PER_DAY : AT_TIME_NONE};
}

static void add_event(known_world *known, const char *id, const char *of, int32_t day) {
    at_ref *things;
    char reference[32];
    snprintf(reference, sizeof reference, "event:%s", id);
    const at_thing self = known_thing(known, reference), about = known_thing(known, of);
    assert_int_equal(AT_NEW(&things, known->arena, 1, NULL), AT_OK);
    things[0] = known->things[about - 1];
    at_event *event = &known_add(known, AT_EVENT)->event;
    event->self = known->things[self - 1];
    event->kind = "seizure";
    event->things = things;
    event->thing_count = 1;
    event->time = (at_time){.us = day * AT_US_PER_DAY, .precision = AT_MONTH};
    event->amount = "2";
    event->unit = "kg";
}

static void make_world(known_world *known, at_ledger *ledger, at_arena *arena) {
    known_begin(known, arena);
    known_party(known, "P", AT_PERSON, "AZ");
    known_party(known, "C", AT_COMPANY, "AZ")->founded_us = 0;
    known_party(known, "D", AT_COMPANY, "IR");
    known_account(known, "P-1", "P", "AZ");
    known_account(known, "C-1", "C", "AZ")->period = days(DAY_NOWRUZ - 10, DAY_NOWRUZ + 90);
    known_account(known, "D-1", "D", "IR");
    known_asset(known, "LAND", "AZ", 5000)->valued_on_us = (DAY_NOWRUZ + 5) * AT_US_PER_DAY;
    known_hold(known, "P", "asset:LAND", "1/2")->period = days(DAY_NOWRUZ, 0);
    known_hold(known, "D", "asset:LAND", "(1/2..1")->period = days(0, DAY_NOWRUZ + 3);
    known_hold(known, "P", "C", "1/4")->interest = AT_DIRECTOR;
    known_link(known, "P", "directs", "D");
    known_link(known, "C", "shares_address", "D")->suspected = true;
    known_identifier(known, "C", "phone", "+994125550101");
    known_identifier(known, "D", "phone", "+994125550101");
    known_identifier(known, "D", "bic", "ZZZQAZ22");
    known_identifier(known, "P", "bic", "ZZZQAZ22");
    add_event(known, "E", "asset:LAND", DAY_NOWRUZ + 7);
    known_transfer(known, "t1", "P-1", "@transit:t1", DAY_NOWRUZ, 100);
    known_transfer(known, "t2", "@transit:t1", "C-1", DAY_NOWRUZ + 2, 100);
    known_transfer(known, "t3", "C-1", "D-1", DAY_NOWRUZ + 4, 60);
    known_transfer(known, "t4", "P-1", "@cash:P", DAY_NOWRUZ + 5, 40);
    known_transfer(known, "t5", "@external:P-1", "P-1", DAY_NOWRUZ + 6, 7);
    known_ledger(ledger, known);
}

static const struct {
    const char *story;
    const at_query *query;
    const char *arguments, *said;
} rows[] = {
    {"a payment in transit is two steps and one payment", &query_money_paths,
     "from=P to=D path=fewest",
     "fewest | 1 | t1 | 2024-03-20T00:00:00Z | P-1 | @transit:t1 | 100 | EUR | 100 | 100 | EUR | \n"
     "fewest | 2 | t2 | 2024-03-22T00:00:00Z | @transit:t1 | C-1 | 100 | EUR | 100 | 100 | EUR | \n"
     "fewest | 3 | t3 | 2024-03-24T00:00:00Z | C-1 | D-1 | 60 | EUR | 60 | 60 | EUR | \n"
     "PATH: fewest: payments: 2, from 2024-03-20T00:00:00Z to 2024-03-24T00:00:00Z; at most 60 EUR "
     "(minor units) can have come this way\n"},
    {"an account shut on the way", &query_money_paths, "from=P-1 to=D-1 avoid=C",
     "NO_PATH: no transfers in order of time lead from one to the other\n"},
    {"a thing that moves no money", &query_money_paths, "from=P to=LAND",
     "WITHOUT_MONEY: no transfer names an account or asset of \"LAND\" (to)\n"
     "NO_PATH: no transfers in order of time lead from one to the other\n"},
    {"the far end of a payment in transit; cash that stays theirs", &query_timeline,
     "of=P kind=transfer",
     "2024-03-20T00:00:00Z | 1403-01-01 | transfer | out | P-1 | C-1 | 100 | EUR |  | t1 | \n"
     "2024-03-25T00:00:00Z | 1403-01-06 | transfer | within | P-1 | @cash:P | 40 | EUR |  | t4 | \n"
     "2024-03-26T00:00:00Z | 1403-01-07 | transfer | in | P-1 | @external:P-1 | 7 | EUR |  | t5 | "
     "\n"},
    {"and from the other side, with what a company is", &query_timeline,
     "of=C since=2024-03-10 until=2024-03-22",
     "2024-03-10 | 1402-12-20 | account | opened | C-1 | C |  |  |  |  | \n"
     "2024-03-22T00:00:00Z | 1403-01-03 | transfer | in | C-1 | P-1 | 100 | EUR |  | t2 | \n"
     "UNDATED: holdings, links and listings that state neither beginning nor end are left out: "
     "2\n"},
    {"a month has no Solar Hijri day; things held have their moments", &query_timeline,
     "of=P kind=event,asset,holding",
     "2024-03-20 | 1403-01-01 | holding | capital begins | P | LAND |  |  |  |  | 1/2\n"
     "2024-03-23 | 1403-01-04 | holding | capital ends | LAND | D |  |  |  |  | more than 1/2 to "
     "1/1\n"
     "2024-03-25 | 1403-01-06 | asset | valued | LAND |  | 5000 | EUR |  |  | \n"
     "2024-03 |  | event | seizure | LAND |  |  |  |  | E | 2 kg\n"
     "UNDATED: holdings, links and listings that state neither beginning nor end are left out: "
     "1\n"},
    {"more than a half and a half is more than the whole", &query_asset_history, "of=LAND",
     "LAND | held |  | 2024-03-23 | D | capital | 1/2 | 1/1 |  |  | \n"
     "LAND | overlap | 2024-03-20 | 2024-03-23 | D,P | capital | 1/1 | 1/1 |  |  | \n"
     "LAND | held | 2024-03-20 |  | P | capital | 1/2 | 1/2 |  |  | \n"
     "LAND | part | 2024-03-23 |  | P | capital | 1/2 | 1/2 |  |  | \n"},
    {"an account's holder, and one interest of a company", &query_asset_history,
     "of=C-1,C interest=holder,director",
     "C-1 | held | 2024-03-10 | 2024-06-18 | C | holder |  |  |  |  | \n"
     "C-1 | gap | 2024-06-18 |  |  | capital |  |  |  |  | \n"
     "C | held |  |  | P | director | 1/4 | 1/4 |  |  | \n"},
    {"a phone, a director by a holding and a link, a stated address", &query_shared_details, "",
     "address | C,D | 2 | C |  | suspected to be shared |  |  | \n"
     "address | C,D | 2 | D |  | suspected to be shared |  |  | \n"
     "director | P | 2 | C |  |  |  |  | \n"
     "director | P | 2 | D |  |  |  |  | \n"
     "phone | +994125550101 | 2 | C |  | +994125550101 |  |  | \n"
     "phone | +994125550101 | 2 | D |  | +994125550101 |  |  | \n"},
    {"nothing is shared with somebody else", &query_shared_details, "of=P", ""},
};

static void test_answers(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        AT_CLEANUP(at_text_clear) at_text said = {0};
        known_world known;
        at_ledger ledger;
        at_table table;
        at_error err = {0};
        print_message("  %s\n", rows[i].story);
        make_world(&known, &ledger, &arena);
        if (known_ask(&said, &table, rows[i].query, &known, &ledger, rows[i].arguments, &err) !=
            AT_OK)
            fail_msg("%s", err.message);
        assert_string_equal(at_text_string(&said), rows[i].said);
        for (size_t k = 0; k < table.row_count; k++)
            assert_true(table.rows[k].record_count > 0);
        known.failing = true;
        assert_int_equal(
            known_ask(&said, &table, rows[i].query, &known, &ledger, rows[i].arguments, NULL),
            AT_IO);
    }
}

/* Every allocation of every question refused in turn. */
static void test_memory(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        AT_CLEANUP(at_arena_clear) at_arena setup = {0};
        known_world known;
        at_ledger ledger;
        make_world(&known, &ledger, &setup);
        for (uint64_t n = 1;; n++) {
            AT_CLEANUP(at_arena_clear) at_arena arena = {0};
            AT_CLEANUP(at_text_clear) at_text said = {0};
            at_table table;
            world_tight_arena(&arena);
            known.arena = &arena;
            at_memory_fail_after(n);
            const at_status status =
                known_ask(&said, &table, rows[i].query, &known, &ledger, rows[i].arguments, NULL);
            at_memory_fail_after(0);
            if (status == AT_OK) {
                assert_true(n > 5);
                break;
            }
            assert_int_equal(status, AT_NO_MEMORY);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
