/* Goal: what counts at a revision depends on the sources that stand then, not on how the store came
 * there.
 * Method: random histories of imports, withdrawals and changed windows, over statements that
 * overlap, repeat each other and name each other's accounts under several ids. After each step a
 * fresh store is made of the standing sources alone, and both must give the same ledger, pairs and
 * ambiguities, told by the places of their records. At the end every revision of the history is
 * asked again and must give what it gave then; what is read for one record, one thing or the money
 * of one thing alone must be what stands of it in the whole. */
#include "tests/support/store.h"
#include "engine/store/column.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { HISTORIES = 40, STEPS = 8, ROWS = 6, LINES_MAX = 600 };

static uint64_t seed;

static unsigned next(unsigned below) {
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(seed >> 33) % below;
}

/* A statement decided by its own number alone, so that it can be made again in another store. */
typedef struct statement {
    uint64_t seed;
    char tag;
    bool standing;
} statement;

static const char *const spaces[] = {"n1", "n2"};

static void put_statement(test_store *test, const statement *made) {
    static const char *const accounts[] = {"A", "B", "n1/A", "n2/B", NULL};
    static const char *const references[] = {NULL, NULL, "R1", "R2"};
    const uint64_t before = seed;
    seed = made->seed;
    test_source source = test_source_begin(test, spaces[next(2)], made->tag, ROWS + 2);
    if (next(3) == 0) {
        const at_fact same = test_same(AT_ACCOUNT, accounts[next(2)], accounts[2 + next(2)]);
        test_put(&source, &same, 1);
    }
    for (int i = 0; i < ROWS; i++) {
        at_fact fact =
            test_leg(accounts[next(2)], next(2), accounts[next(5)], next(5), 5 + next(2));
        fact.leg.reference = references[next(4)];
        if (next(6) == 0)
            fact = test_transfer(NULL, accounts[next(2)], accounts[next(4)], next(5), 5);
        test_put(&source, &fact, 1);
    }
    test_publish(&source);
    seed = before;
}

static int compare_lines(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "@transit:1:4" -> "@transit": ids of legs count sources, which differ between the stores. */
static const char *short_name(char out[64], const char *id) {
    snprintf(out, 64, "%s", id);
    if (strncmp(id, "@transit", 8) == 0)
        out[8] = '\0';
    return out;
}

/* Where a record stands: tag of its source and line. */
static const char *place(char out[16], const at_facts *facts, at_record_id record) {
    at_address address = {.line = 0};
    out[0] = '\0';
    if (record) {
        assert_int_equal(facts->address(facts->self, &address, record, NULL), AT_OK);
        snprintf(out, 16, "%.1s%u", address.source_name, (unsigned)address.line % 1000);
    }
    return out;
}

static bool same_facts(const at_fact *a, const at_fact *b) {
    AT_CLEANUP(at_text_clear) at_text first = {.limit_bytes = 0}, second = {.limit_bytes = 0};
    assert_int_equal(at_column_content(&first, a, NULL), AT_OK);
    assert_int_equal(at_column_content(&second, b, NULL), AT_OK);
    return a->kind == b->kind && a->record == b->record &&
           at_text_equal(at_text_string(&first), at_text_string(&second));
}

static size_t records_checked;

/* What is read for one record or thing alone is what stands of it in the whole. */
static void check_records(const at_facts *whole, const at_facts *few) {
    for (at_kind kind = AT_PARTY; kind < AT_KIND_COUNT; kind++) {
        at_fact_list all = {0}, own = {0};
        assert_int_equal(whole->list(whole->self, &all, kind, 0, NULL), AT_OK);
        for (size_t i = 0; i < all.count; i++) {
            size_t found = 0, wanted = 0;
            assert_int_equal(few->of_record(few->self, &own, all.facts[i].record, NULL), AT_OK);
            for (size_t k = 0; k < own.count; k++)
                found += same_facts(&own.facts[k], &all.facts[i]);
            for (size_t k = 0; k < all.count; k++)
                wanted += same_facts(&all.facts[k], &all.facts[i]);
            assert_true(found > 0 && found == wanted);
            records_checked++;
        }
    }
}

static void check_things(const at_facts *whole, const at_facts *few) {
    assert_int_equal(whole->thing_limit, few->thing_limit);
    for (at_kind kind = AT_PARTY; kind < AT_KIND_COUNT; kind++)
        for (at_thing thing = 1; thing < few->thing_limit; thing++) {
            at_fact_list all = {0}, own = {0};
            assert_int_equal(whole->list(whole->self, &all, kind, thing, NULL), AT_OK);
            assert_int_equal(few->about(few->self, &own, kind, thing, NULL), AT_OK);
            assert_int_equal(own.count, all.count);
            for (size_t i = 0; i < own.count; i++)
                assert_true(same_facts(&own.facts[i], &all.facts[i]));
        }
}

/* The rows that touch the node of the thing, told by their ends and records. */
static void tell_money(at_text *out, const at_ledger *ledger, at_thing thing) {
    for (size_t i = 0; i < ledger->count; i++) {
        const at_node *from = &ledger->nodes[ledger->from[i]], *to = &ledger->nodes[ledger->to[i]];
        if (from->account == thing || to->account == thing)
            assert_int_equal(at_text_print(out, NULL,
                                           "%s %s %" PRId64 " %d %" PRId64 " %" PRId64 "\n",
                                           from->id, to->id, ledger->amount[i], ledger->grade[i],
                                           ledger->record[i], ledger->record_in[i]),
                             AT_OK);
    }
}

static void check_money(at_reader *whole, at_reader *few) {
    bool marked[LINES_MAX] = {false};
    const at_ledger *all = NULL, *own = NULL;
    const at_thing limit = at_reader_facts(few)->thing_limit;
    assert_true(limit <= LINES_MAX);
    assert_int_equal(at_reader_ledger(&all, whole, NULL), AT_OK);
    for (at_thing thing = 1; thing < limit; thing++) {
        AT_CLEANUP(at_text_clear) at_text wanted = {.limit_bytes = 0}, found = {.limit_bytes = 0};
        marked[thing] = true;
        assert_int_equal(at_reader_ledger_of(&own, few, marked, NULL), AT_OK);
        marked[thing] = false;
        assert_int_equal(own->node_count, all->node_count);
        tell_money(&wanted, all, thing);
        tell_money(&found, own, thing);
        assert_string_equal(at_text_string(&found), at_text_string(&wanted));
    }
}

static void check_doors(test_store *test) {
    AT_CLEANUP(at_reader_close) at_reader *whole = test_reader(test, 0);
    AT_CLEANUP(at_reader_close) at_reader *few = test_reader(test, 0);
    check_records(at_reader_facts(whole), at_reader_facts(few));
    check_things(at_reader_facts(whole), at_reader_facts(few));
    check_money(whole, few);
}

/* Everything that counts at a revision, as sorted lines. */
static void tell(at_text *out, test_store *test, int64_t revision) {
    const char *lines[LINES_MAX];
    size_t count = 0, listed = 0;
    const at_ledger *ledger = NULL;
    const at_pair_view *pairs = NULL;
    const at_record_id *ambiguous = NULL;
    char first[16], second[16], from[64], to[64];
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    at_reader *reader = test_reader(test, revision);
    const at_facts *facts = at_reader_facts(reader);
    assert_int_equal(at_reader_ledger(&ledger, reader, NULL), AT_OK);
    for (size_t i = 0; i < ledger->count; i++)
        assert_int_equal(at_arena_print(&lines[count++], &arena, NULL,
                                        "%s>%s %" PRId64 " %d %d %s %s\n",
                                        short_name(from, ledger->nodes[ledger->from[i]].id),
                                        short_name(to, ledger->nodes[ledger->to[i]].id),
                                        ledger->amount[i], ledger->flags[i], ledger->grade[i],
                                        place(first, facts, ledger->record[i]),
                                        place(second, facts, ledger->record_in[i])),
                         AT_OK);
    assert_int_equal(at_reader_pairs(&pairs, &listed, reader, NULL), AT_OK);
    for (size_t i = 0; i < listed; i++)
        assert_int_equal(at_arena_print(&lines[count++], &arena, NULL, "pair %s %s\n",
                                        place(first, facts, pairs[i].debit),
                                        place(second, facts, pairs[i].credit)),
                         AT_OK);
    assert_int_equal(at_reader_ambiguous(&ambiguous, &listed, reader, NULL), AT_OK);
    for (size_t i = 0; i < listed; i++)
        assert_int_equal(at_arena_print(&lines[count++], &arena, NULL, "ambiguous %s\n",
                                        place(first, facts, ambiguous[i])),
                         AT_OK);
    assert_true(count < LINES_MAX);
    qsort(lines, count, sizeof *lines, compare_lines);
    at_text_reset(out);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(at_text_add(out, lines[i], NULL), AT_OK);
    at_reader_close(&reader);
}

/* The same sources, without the history. */
static void tell_afresh(at_text *out, const statement *made, size_t count, int64_t window) {
    test_store fresh;
    int64_t revision = 0;
    test_store_make(&fresh);
    if (window >= 0)
        assert_int_equal(at_setting_put(&revision, fresh.store, "leg_window_us", window, NULL),
                         AT_OK);
    for (size_t i = 0; i < count; i++)
        if (made[i].standing)
            put_statement(&fresh, &made[i]);
    tell(out, &fresh, 0);
    test_store_drop(&fresh);
}

static void live(uint64_t history, size_t *pairs, size_t *ambiguous) {
    test_store test;
    statement made[STEPS];
    at_text answers[STEPS] = {{.data = NULL}};
    AT_CLEANUP(at_text_clear) at_text now = {.data = NULL};
    size_t count = 0;
    int64_t window = -1, revision = 0;
    seed = history;
    test_store_make(&test);
    for (int step = 0; step < STEPS; step++) {
        const unsigned what = next(6);
        const size_t which = count ? next((unsigned)count) : 0;
        if (what == 0 && count && made[which].standing) {
            made[which].standing = false;
            assert_int_equal(
                at_source_withdraw(&revision, test.store, (int64_t)which + 1, "x", NULL), AT_OK);
        } else if (what == 1) {
            window = next(4);
            assert_int_equal(at_setting_put(&revision, test.store, "leg_window_us", window, NULL),
                             AT_OK);
        } else {
            made[count] = (statement){next(1000), (char)('a' + count), true};
            put_statement(&test, &made[count++]);
        }
        tell(&answers[step], &test, 0);
        tell_afresh(&now, made, count, window);
        if (strcmp(at_text_string(&now), at_text_string(&answers[step])) != 0)
            fail_msg("history %d, step %d:\n%s--- afresh:\n%s", (int)history, step,
                     at_text_string(&answers[step]), at_text_string(&now));
        for (const char *at = at_text_string(&now); (at = strstr(at, "pair ")); at++)
            ++*pairs;
        for (const char *at = at_text_string(&now); (at = strstr(at, "ambiguous ")); at++)
            ++*ambiguous;
    }
    for (int step = 0; step < STEPS; step++) {
        tell(&now, &test, step + 1);
        assert_string_equal(at_text_string(&now), at_text_string(&answers[step]));
        at_text_clear(&answers[step]);
    }
    if (history % 4 == 0)
        check_doors(&test);
    test_store_drop(&test);
}

static void test_histories(void **state) {
    size_t pairs = 0, ambiguous = 0;
    (void)state;
    for (uint64_t history = 1; history <= HISTORIES; history++)
        live(history, &pairs, &ambiguous);
    print_message("  %zu pairs and %zu ambiguous legs compared\n", pairs, ambiguous);
    print_message("  %zu records read alone\n", records_checked);
    assert_true(pairs > 100 && ambiguous > 100 && records_checked > 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_histories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
