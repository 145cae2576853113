/* Goal: rows in any order become one ledger: sorted by (time, seq, id), nodes numbered by id,
 * indexed both ways, with every reference found.
 * Method: stories on small ledgers; random ledgers against slow searches through all rows; a large
 * one for its time; every allocation failing in turn. */
#include "engine/model/ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static uint64_t seed = 1;

/* A linear congruential generator (Knuth's MMIX): the same numbers everywhere. */
static uint32_t draw(uint32_t below) {
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % below;
}

static uint32_t add_node(at_ledger_builder *builder, const char *account, const char *currency) {
    at_node node = {.account_id = account, .opening = AT_AMOUNT_NONE};
    uint32_t number = AT_NONE;
    assert_true(strlen(currency) < sizeof node.currency.code);
    memcpy(node.currency.code, currency, strlen(currency));
    assert_int_equal(at_ledger_add_node(&number, builder, &node, NULL), AT_OK);
    return number;
}

static void add_row(at_ledger_builder *builder, const char *id, uint32_t from, uint32_t to,
                    int64_t time_us, int64_t seq) {
    const at_ledger_row_in row = {.id = id,
                                  .from = from,
                                  .to = to,
                                  .time_us = time_us,
                                  .seq = seq,
                                  .amount = 5,
                                  .amount_in = 5,
                                  .record = 9};
    assert_int_equal(at_ledger_add_row(builder, &row, NULL), AT_OK);
}

static void test_empty(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_ledger_builder *builder = NULL;
    at_ledger ledger;
    assert_int_equal(at_ledger_begin(&builder, &arena, NULL), AT_OK);
    assert_int_equal(at_ledger_finish(&ledger, builder, NULL), AT_OK);
    assert_int_equal(ledger.count, 0);
    assert_int_equal(ledger.node_count, 0);
    assert_int_equal(ledger.out_start[0], 0);
    assert_int_equal(at_ledger_row(&ledger, "T1"), AT_NONE);
    assert_int_equal(at_ledger_node(&ledger, "A"), AT_NONE);
    assert_int_equal(at_ledger_node_of(&ledger, 1, "A", 0), AT_NONE);
}

static void test_words(void **state) {
    (void)state;
    assert_string_equal(at_grade_text(AT_OBSERVED), "observed");
    assert_string_equal(at_grade_text(AT_CORROBORATED), "corroborated");
    assert_string_equal(at_grade_text(AT_ACCEPTED), "accepted");
    assert_string_equal(at_grade_text(AT_INFERRED), "inferred");
    assert_string_equal(at_node_kind_text(AT_NODE_ACCOUNT), "account");
    assert_string_equal(at_node_kind_text(AT_NODE_ASSET), "asset");
    assert_string_equal(at_node_kind_text(AT_NODE_CASH), "cash");
    assert_string_equal(at_node_kind_text(AT_NODE_EXTERNAL), "external");
    assert_string_equal(at_node_kind_text(AT_NODE_SINK), "sink");
}

static void test_order(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_ledger_builder *builder = NULL;
    at_ledger ledger;
    assert_int_equal(at_ledger_begin(&builder, &arena, NULL), AT_OK);
    const uint32_t b = add_node(builder, "B", "EUR"), a = add_node(builder, "A", "EUR");
    static const struct {
        const char *id;
        int64_t time_us, seq;
    } rows[] = {
        {"z", 5, 0},
        {"T10", 5, 1},
        {"T9", 5, 1},
        {"T\xD8\xA7", 5, 1}, /* bytes are unsigned: after every letter of ASCII */
        {"early", -5, 9},
        {"negative seq", 5, -1},
        {"first", INT64_MIN + 1, 0},
        {"last", INT64_MAX, 0},
    };
    static const char *const wanted[] = {"first", "early", "negative seq", "z",
                                         "T10",   "T9",    "T\xD8\xA7",    "last"};
    for (size_t i = 0; i < AT_COUNT(rows); i++)
        add_row(builder, rows[i].id, b, a, rows[i].time_us, rows[i].seq);
    assert_int_equal(at_ledger_finish(&ledger, builder, NULL), AT_OK);
    assert_int_equal(ledger.count, AT_COUNT(rows));
    for (size_t i = 0; i < AT_COUNT(wanted); i++) {
        assert_string_equal(at_ledger_id(&ledger, i), wanted[i]);
        assert_int_equal(at_ledger_row(&ledger, wanted[i]), i);
        assert_int_equal(ledger.from[i], 1);
        assert_int_equal(ledger.to[i], 0);
        assert_int_equal(ledger.record[i], 9);
    }
    assert_int_equal(at_ledger_row(&ledger, "T1"), AT_NONE);
    assert_int_equal(at_ledger_row(&ledger, "zz"), AT_NONE);
}

static void test_node_ids(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_ledger_builder *builder = NULL;
    at_ledger ledger;
    static const struct {
        const char *account, *currency;
    } nodes[] = {
        {"C", "EUR"},   {"A", "USD"},         {"A", "EUR"}, {"A/EUR", "IRR"},
        {"A-1", "EUR"}, {"A/EUR/IRR", "AZN"}, {"B", "AZN"}, {"\xD8\xB9", "IQD"},
    };
    /* "A/EUR" in rial reads like A's euros, so it adds its currency; so then does "A/EUR/IRR". */
    static const char *const wanted[] = {
        "A-1", "A/EUR", "A/EUR/IRR", "A/EUR/IRR/AZN", "A/USD", "B", "C", "\xD8\xB9",
    };
    assert_int_equal(at_ledger_begin(&builder, &arena, NULL), AT_OK);
    for (size_t i = 0; i < AT_COUNT(nodes); i++) {
        const uint32_t number = add_node(builder, nodes[i].account, nodes[i].currency);
        assert_int_equal(number, i);
        assert_int_equal(add_node(builder, nodes[i].account, nodes[i].currency), number);
    }
    for (uint32_t i = 0; i < AT_COUNT(nodes); i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "T%u", i);
        add_row(builder, id, i, 6, 0, 0);
    }
    assert_int_equal(at_ledger_finish(&ledger, builder, NULL), AT_OK);
    assert_int_equal(ledger.node_count, AT_COUNT(wanted));
    for (size_t i = 0; i < AT_COUNT(wanted); i++) {
        assert_string_equal(ledger.nodes[i].id, wanted[i]);
        assert_int_equal(at_ledger_node(&ledger, wanted[i]), i);
    }
    for (size_t i = 0; i < AT_COUNT(nodes); i++) {
        const at_node *node = &ledger.nodes[ledger.from[i]]; /* row i is Ti */
        assert_string_equal(node->account_id, nodes[i].account);
        assert_string_equal(node->currency.code, nodes[i].currency);
        const int conversion = strcmp(nodes[i].currency, "AZN") != 0 ? AT_ROW_CONVERSION : 0;
        assert_int_equal(ledger.flags[i], conversion | (i == 6 ? AT_ROW_SELF : 0));
    }
    assert_int_equal(at_ledger_node(&ledger, "A"), AT_NONE);
    assert_int_equal(at_ledger_node(&ledger, "zzz"), AT_NONE);
}

/* The nodes of an account are found as a look at every node finds them. */
static void test_nodes_of(void **state) {
    static const char *const accounts[] = {"A",     "A-1",       "A/", "A/B",
                                           "A/EUR", "A/EUR/USD", "A0", "B"};
    static const char *const currencies[] = {"EUR", "USD", "IRR"};
    (void)state;
    for (uint32_t shape = 1; shape < 1u << (2 * AT_COUNT(accounts)); shape += 37) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_ledger_builder *builder = NULL;
        at_ledger ledger;
        assert_int_equal(at_ledger_begin(&builder, &arena, NULL), AT_OK);
        for (uint32_t i = 0; i < AT_COUNT(accounts); i++) {
            for (uint32_t k = 0; k < (shape >> 2 * i) % 4; k++) {
                at_node node = {.account_id = accounts[i], .account = i + 1};
                uint32_t number;
                memcpy(node.currency.code, currencies[k], sizeof "EUR");
                assert_int_equal(at_ledger_add_node(&number, builder, &node, NULL), AT_OK);
            }
        }
        assert_int_equal(at_ledger_finish(&ledger, builder, NULL), AT_OK);
        for (uint32_t i = 0; i < AT_COUNT(accounts); i++) {
            for (uint32_t start = 0; start <= ledger.node_count; start++) {
                uint32_t node = start;
                while (node < ledger.node_count && ledger.nodes[node].account != i + 1)
                    node++;
                assert_int_equal(at_ledger_node_of(&ledger, i + 1, accounts[i], start),
                                 node < ledger.node_count ? node : AT_NONE);
            }
        }
    }
}

static void test_a_row_is_kept_whole(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_ledger_builder *builder = NULL;
    at_ledger ledger;
    char account[] = "X", id[] = "T1", reverses[] = "T0";
    at_node node = {.account_id = account,
                    .currency = {"EUR"},
                    .kind = AT_NODE_ASSET,
                    .account = 4,
                    .opening = 100,
                    .opening_record = 3,
                    .unreconciled = true};
    uint32_t number = AT_NONE, again = AT_NONE;
    assert_int_equal(at_ledger_begin(&builder, &arena, NULL), AT_OK);
    assert_int_equal(at_ledger_add_node(&number, builder, &node, NULL), AT_OK);
    node.opening = 7;
    assert_int_equal(at_ledger_add_node(&again, builder, &node, NULL), AT_OK);
    const at_ledger_row_in row = {.id = id,
                                  .reverses = reverses,
                                  .from = number,
                                  .to = number,
                                  .time_us = 3,
                                  .seq = 4,
                                  .amount = 10,
                                  .amount_in = 9,
                                  .fee = 2,
                                  .flags = AT_ROW_DATE_ONLY | AT_ROW_UNPAIRED,
                                  .grade = AT_INFERRED,
                                  .record = 11,
                                  .record_in = 12};
    assert_int_equal(at_ledger_add_row(builder, &row, NULL), AT_OK);
    account[0] = id[0] = reverses[0] = '?'; /* the builder has its own copies */
    assert_int_equal(at_ledger_finish(&ledger, builder, NULL), AT_OK);
    assert_int_equal(again, number);
    assert_int_equal(ledger.node_count, 1);
    assert_string_equal(ledger.nodes[0].id, "X");
    assert_int_equal(ledger.nodes[0].opening, 100); /* what was said first stays */
    assert_int_equal(ledger.nodes[0].opening_record, 3);
    assert_int_equal(ledger.nodes[0].kind, AT_NODE_ASSET);
    assert_true(ledger.nodes[0].unreconciled);
    assert_string_equal(at_ledger_id(&ledger, 0), "T1");
    assert_int_equal(ledger.time_us[0], 3);
    assert_int_equal(ledger.seq[0], 4);
    assert_int_equal(ledger.amount[0], 10);
    assert_int_equal(ledger.amount_in[0], 9);
    assert_int_equal(ledger.fee[0], 2);
    assert_int_equal(ledger.grade[0], AT_INFERRED);
    assert_int_equal(ledger.record[0], 11);
    assert_int_equal(ledger.record_in[0], 12);
    assert_int_equal(ledger.flags[0],
                     AT_ROW_DATE_ONLY | AT_ROW_UNPAIRED | AT_ROW_SELF | AT_ROW_CONVERSION);
    assert_int_equal(ledger.reverses[0], AT_NONE - 1); /* T0 is not here */
    assert_int_equal(at_ledger_node_of(&ledger, 4, "X", 0), 0);
    assert_int_equal(at_ledger_node_of(&ledger, 4, "X", 1), AT_NONE);
    assert_int_equal(at_ledger_node_of(&ledger, 5, "X", 0), AT_NONE);
}

static void test_double_id(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_ledger_builder *builder = NULL;
    at_ledger ledger = {.count = 77};
    at_error err = {0};
    assert_int_equal(at_ledger_begin(&builder, &arena, NULL), AT_OK);
    const uint32_t a = add_node(builder, "A", "EUR");
    add_row(builder, "same", a, a, 1, 0);
    add_row(builder, "other", a, a, 2, 0);
    add_row(builder, "same", a, a, 3, 0);
    assert_int_equal(at_ledger_finish(&ledger, builder, &err), AT_BAD_INPUT);
    assert_string_equal(err.code, "E-LEDGER-DUPID");
    assert_non_null(strstr(err.message, "\"same\""));
    assert_int_equal(ledger.count, 77);
}

static void test_reversals_are_found(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_ledger_builder *builder = NULL;
    at_ledger ledger;
    assert_int_equal(at_ledger_begin(&builder, &arena, NULL), AT_OK);
    const uint32_t a = add_node(builder, "A", "EUR"), b = add_node(builder, "B", "EUR");
    const at_ledger_row_in rows[] = {
        {.id = "R", .reverses = "T", .from = b, .to = a, .time_us = 9},
        {.id = "T", .from = a, .to = b, .time_us = 1},
        {.id = "Q", .reverses = "?", .from = a, .to = b, .time_us = 2},
    };
    for (size_t i = 0; i < AT_COUNT(rows); i++)
        assert_int_equal(at_ledger_add_row(builder, &rows[i], NULL), AT_OK);
    assert_int_equal(at_ledger_finish(&ledger, builder, NULL), AT_OK);
    assert_int_equal(ledger.reverses[0], AT_NONE);
    assert_int_equal(ledger.reverses[1], AT_NONE - 1);
    assert_int_equal(ledger.reverses[2], 0);
}

/* --- Against slow searches -------------------------------------------------------------------- */

/* Whether row i comes strictly before row k in T2 order. */
static bool is_before(const at_ledger *ledger, size_t i, size_t k) {
    if (ledger->time_us[i] != ledger->time_us[k])
        return ledger->time_us[i] < ledger->time_us[k];
    if (ledger->seq[i] != ledger->seq[k])
        return ledger->seq[i] < ledger->seq[k];
    return strcmp(at_ledger_id(ledger, i), at_ledger_id(ledger, k)) < 0;
}

static void check_adjacency(const at_ledger *ledger, const uint64_t *start, const uint32_t *rows,
                            const uint32_t *node_of) {
    size_t at = 0;
    for (uint32_t node = 0; node < ledger->node_count; node++) {
        assert_int_equal(start[node], at);
        for (uint32_t row = 0; row < ledger->count; row++)
            if (node_of[row] == node)
                assert_int_equal(rows[at++], row);
    }
    assert_int_equal(start[ledger->node_count], at);
    assert_int_equal(at, ledger->count);
}

/* Rows whose number stands in their id, amount and record, so that a mix-up shows. */
static void build_random(at_ledger *ledger, at_arena *arena, uint32_t rows, uint32_t nodes) {
    static const char *const currencies[] = {"EUR", "IRR", "AZN"};
    at_ledger_builder *builder = NULL;
    uint32_t numbers[400];
    assert_int_equal(at_ledger_begin(&builder, arena, NULL), AT_OK);
    for (uint32_t i = 0; i < nodes; i++) {
        char account[24];
        (void)snprintf(account, sizeof account, "ACC-%u", draw(nodes));
        numbers[i] = add_node(builder, account, currencies[draw(3)]);
    }
    for (uint32_t i = 0; i < rows; i++) {
        char id[40], reverses[40];
        const uint32_t number = (uint32_t)((uint64_t)(i + 1) * 7919 % 104729);
        (void)snprintf(id, sizeof id, "a common beginning:%u", number);
        (void)snprintf(reverses, sizeof reverses, "a common beginning:%u", draw(104729));
        const at_ledger_row_in row = {.id = id,
                                      .reverses = draw(4) == 0 ? reverses : NULL,
                                      .from = numbers[draw(nodes)],
                                      .to = numbers[draw(nodes)],
                                      .time_us = draw(9),
                                      .seq = draw(3),
                                      .amount = number,
                                      .amount_in = number,
                                      .record = (at_record_id)number};
        assert_int_equal(at_ledger_add_row(builder, &row, NULL), AT_OK);
    }
    assert_int_equal(at_ledger_finish(ledger, builder, NULL), AT_OK);
}

static void test_random_ledgers(void **state) {
    (void)state;
    for (uint32_t round = 0; round < 40; round++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_ledger ledger;
        seed = round + 1;
        build_random(&ledger, &arena, 1 + draw(round < 36 ? 120 : 9000), 1 + draw(300));
        for (size_t i = 1; i < ledger.count; i++)
            assert_true(is_before(&ledger, i - 1, i));
        for (size_t i = 1; i < ledger.node_count; i++)
            assert_true(strcmp(ledger.nodes[i - 1].id, ledger.nodes[i].id) < 0);
        for (uint32_t i = 0; i < ledger.count; i++) {
            char id[40];
            (void)snprintf(id, sizeof id, "a common beginning:%u", (unsigned)ledger.amount[i]);
            assert_string_equal(at_ledger_id(&ledger, i), id);
            assert_int_equal(at_ledger_row(&ledger, id), i);
            assert_int_equal(ledger.record[i], ledger.amount[i]);
            assert_int_equal((ledger.flags[i] & AT_ROW_SELF) != 0, ledger.from[i] == ledger.to[i]);
        }
        check_adjacency(&ledger, ledger.out_start, ledger.out_rows, ledger.from);
        check_adjacency(&ledger, ledger.in_start, ledger.in_rows, ledger.to);
    }
}

/* Long ids that differ anywhere, shuffled: sorting must not depend on luck. */
static void test_a_large_ledger(void **state) {
    (void)state;
    enum { ROWS = 200000, NODES = 20000 };
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_ledger_builder *builder = NULL;
    at_ledger ledger;
    const clock_t start = clock();
    assert_int_equal(at_ledger_begin(&builder, &arena, NULL), AT_OK);
    for (uint32_t i = 0; i < NODES; i++) {
        char account[40];
        (void)snprintf(account, sizeof account, "IR%024u", i * 7919u % NODES);
        assert_int_equal(add_node(builder, account, "IRR"), i);
    }
    for (uint32_t i = 0; i < ROWS; i++) {
        char id[48];
        const uint32_t number = (uint32_t)((uint64_t)i * 104729 % ROWS);
        (void)snprintf(id, sizeof id, "%u-reference-of-a-bank", number);
        add_row(builder, id, draw(NODES), draw(NODES), draw(ROWS), 0);
    }
    assert_int_equal(at_ledger_finish(&ledger, builder, NULL), AT_OK);
    print_message("  %d rows in %.3f s of processor time\n", ROWS,
                  (double)(clock() - start) / CLOCKS_PER_SEC);
    for (size_t i = 1; i < ledger.count; i++)
        if (!is_before(&ledger, i - 1, i))
            fail_msg("rows %zu and %zu are swapped", i - 1, i);
}

/* --- Rough weather ---------------------------------------------------------------------------- */

/* A ledger with every kind of growth: nodes, twins of one account, chunks, pool, reversals. */
static at_status build_all(at_ledger *out, at_arena *arena, uint32_t rows, at_error *err) {
    at_ledger_builder *builder = NULL;
    uint32_t node = 0;
    AT_TRY(at_ledger_begin(&builder, arena, err));
    for (uint32_t i = rows; i > 0; i--) {
        char id[64];
        (void)snprintf(id, sizeof id, "%u", i);
        at_node in = {.account_id = i % 2 != 0 ? "twin" : id, .currency = {"USD"}};
        if (i % 4 == 1)
            in.currency = (at_currency){"EUR"};
        AT_TRY(at_ledger_add_node(&node, builder, &in, err));
        if (i == 1) {
            const at_node pair = {.account_id = "twin/EUR", .currency = {"EUR"}};
            AT_TRY(at_ledger_add_node(&node, builder, &pair, err));
        }
        const at_ledger_row_in row = {.id = id, .reverses = id, .from = node, .to = node};
        AT_TRY(at_ledger_add_row(builder, &row, err));
    }
    return at_ledger_finish(out, builder, err);
}

static void test_memory_runs_out(void **state) {
    (void)state;
    at_status status = AT_NO_MEMORY;
    uint64_t n = 0;
    while (status != AT_OK) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_ledger ledger = {.count = 77};
        at_error err = {0};
        at_memory_fail_after(++n);
        status = build_all(&ledger, &arena, 9000, &err);
        at_memory_fail_after(0);
        assert_int_equal(ledger.count, status == AT_OK ? 9000 : 77);
        assert_int_equal(status, status == AT_OK ? AT_OK : AT_NO_MEMORY);
        assert_string_equal(err.code, status == AT_OK ? "" : "E-MEMORY");
    }
    assert_true(n > 10);
}

/* The arena's own limit falls on every step in turn, also between its blocks. */
static void test_memory_limit(void **state) {
    (void)state;
    at_status status = AT_LIMIT;
    size_t steps = 0;
    for (size_t limit = 512; status != AT_OK; limit += 64, steps++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = limit};
        at_ledger ledger = {.count = 77};
        status = build_all(&ledger, &arena, 40, NULL);
        assert_int_equal(ledger.count, status == AT_OK ? 40 : 77);
        assert_int_equal(status, status == AT_OK ? AT_OK : AT_LIMIT);
    }
    assert_true(steps > 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),           cmocka_unit_test(test_words),
        cmocka_unit_test(test_order),           cmocka_unit_test(test_node_ids),
        cmocka_unit_test(test_nodes_of),        cmocka_unit_test(test_a_row_is_kept_whole),
        cmocka_unit_test(test_double_id),       cmocka_unit_test(test_reversals_are_found),
        cmocka_unit_test(test_random_ledgers),  cmocka_unit_test(test_a_large_ledger),
        cmocka_unit_test(test_memory_runs_out), cmocka_unit_test(test_memory_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
