/* Goal: transfers and legs of the store become the ledger of engine/model/ledger.h.
 * Method: stories of a few facts in up to three sources, each put under its own namespace or that
 * of the story, and the ledger printed: "id from>to amount[>amount_in] fee flags grade" a row, "id
 * kind opening" a node. */
#include "tests/support/store.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PUTS_MAX = 12 };
static const int64_t day = AT_US_PER_DAY;

typedef struct put_row {
    int source; /* 1.. ; 0 ends the list */
    at_fact fact;
} put_row;

static at_fact leg_with(at_fact leg, const char *id, const char *reference, at_transfer_type type) {
    leg.leg.id = id;
    leg.leg.reference = reference;
    leg.leg.type = type;
    return leg;
}

static at_fact statement(const char *account, int64_t since_us, int64_t until_us, int64_t opening,
                         int64_t closing, uint64_t breaks) {
    at_fact fact = at_fact_new(AT_STATEMENT);
    fact.statement.account = test_ref(AT_ACCOUNT, account);
    fact.statement.currency = "EUR";
    fact.statement.period = (at_period){since_us, until_us};
    fact.statement.opening = opening;
    fact.statement.closing = closing;
    fact.statement.rows = 1;
    fact.statement.breaks = breaks;
    return fact;
}

static at_fact conversion(int64_t amount_in, int8_t scale, const char *currency_in) {
    at_fact fact = test_transfer("T1", "X", "Y", 1, 500);
    fact.transfer.amount_in = amount_in;
    fact.transfer.amount_in_scale = scale;
    fact.transfer.currency_in = currency_in;
    return fact;
}

static at_fact reversal(const char *id, const char *of) {
    at_fact fact = test_transfer(id, "Y", "X", 9, 500);
    fact.transfer.reverses = of;
    return fact;
}

static at_fact held_by(at_fact account, const char *holder) {
    account.account.holder = test_ref(AT_PARTY, holder);
    return account;
}

static at_fact written_opening(const char *id, int64_t opening, int8_t scale) {
    at_fact fact = test_account(id, AT_ACCOUNT_BANK, NULL, opening);
    fact.account.opening_scale = scale;
    return fact;
}

static void add_flags(at_text *out, unsigned flags) {
    /* date zone self unpaired ambiguous transit conversion */
    static const char letters[] = "dzsuatc";
    for (size_t i = 0; letters[i]; i++)
        if (flags & (1u << i))
            assert_int_equal(at_text_add_char(out, letters[i], NULL), AT_OK);
}

static void print_ledger(at_text *out, const at_ledger *ledger) {
    at_error err = {.status = AT_OK};
    for (size_t i = 0; i < ledger->count; i++) {
        assert_int_equal(at_text_print(out, &err, "%s %s>%s %" PRId64, at_ledger_id(ledger, i),
                                       ledger->nodes[ledger->from[i]].id,
                                       ledger->nodes[ledger->to[i]].id, ledger->amount[i]),
                         AT_OK);
        if (ledger->amount_in[i] != ledger->amount[i])
            assert_int_equal(at_text_print(out, &err, ">%" PRId64, ledger->amount_in[i]), AT_OK);
        if (ledger->fee[i])
            assert_int_equal(at_text_print(out, &err, " fee %" PRId64, ledger->fee[i]), AT_OK);
        if (ledger->flags[i])
            assert_int_equal(at_text_add_char(out, ' ', &err), AT_OK);
        add_flags(out, ledger->flags[i]);
        if (ledger->grade[i])
            assert_int_equal(
                at_text_print(out, &err, " %s", at_grade_text((at_grade)ledger->grade[i])), AT_OK);
        if (ledger->record_in[i])
            assert_int_equal(at_text_add(out, " 2", &err), AT_OK);
        if (ledger->reverses[i] != AT_NONE)
            assert_int_equal(at_text_print(out, &err, " reverses %s",
                                           ledger->reverses[i] == AT_NONE - 1
                                               ? "nothing"
                                               : at_ledger_id(ledger, ledger->reverses[i])),
                             AT_OK);
        assert_int_equal(at_text_add(out, "; ", &err), AT_OK);
    }
    for (size_t i = 0; i < ledger->node_count; i++) {
        const at_node *node = &ledger->nodes[i];
        assert_int_equal(at_text_print(out, &err, "%s%s %s", i ? ", " : "| ", node->id,
                                       at_node_kind_text(node->kind)),
                         AT_OK);
        if (node->opening != AT_AMOUNT_NONE)
            assert_int_equal(at_text_print(out, &err, " %" PRId64, node->opening), AT_OK);
        if (node->unreconciled)
            assert_int_equal(at_text_add(out, "!", &err), AT_OK);
    }
}

/* Each source under its own namespace n1, n2, n3 - or all under one. */
static void run_story(const char *story, const put_row *puts, bool one_name_space,
                      const char *expected) {
    static const char *const spaces[] = {"n1", "n2", "n3"};
    test_store test;
    at_error err = {.status = AT_OK};
    const at_ledger *ledger = NULL;
    AT_CLEANUP(at_text_clear) at_text text = {.data = NULL};
    print_message("  %s\n", story);
    test_store_make(&test);
    for (int number = 1; number <= 3; number++) {
        test_source source = test_source_begin(&test, spaces[one_name_space ? 0 : number - 1],
                                               (char)('a' + number), PUTS_MAX);
        for (size_t i = 0; i < PUTS_MAX && puts[i].source; i++)
            if (puts[i].source == number)
                test_put(&source, &puts[i].fact, 1);
        assert_int_equal(test_publish(&source).rejected, 0);
    }
    at_reader *reader = test_reader(&test, 0);
    const at_status status = at_reader_ledger(&ledger, reader, &err);
    if (status == AT_OK)
        print_ledger(&text, ledger);
    assert_string_equal(status == AT_OK ? at_text_string(&text) : err.code, expected);
    at_reader_close(&reader);
    test_store_drop(&test);
}

#define STORY(story, one_name_space, expected, ...) \
    run_story(story, (const put_row[PUTS_MAX]){__VA_ARGS__}, one_name_space, expected)

static void test_transfers(void **state) {
    at_fact local = test_transfer("T1", "X", "Y", 1, 5);
    local.transfer.time.precision = AT_DAY;
    local.transfer.time.zone_assumed = true;
    at_fact charged = test_transfer("T1", "X", "Y", 1, 5);
    charged.transfer.fee = 2;
    at_fact vessel = at_fact_new(AT_ASSET);
    vessel.asset.self = test_ref(AT_ASSET, "Y");
    vessel.asset.type = "vessel";
    at_fact early = test_account("X", AT_ACCOUNT_BANK, "EUR", 7);
    early.account.opening_at_us = -5;
    (void)state;
    STORY("a transfer between accounts nobody described", true, "T1 X>Y 5; | X account, Y account",
          {1, test_transfer("T1", "X", "Y", 1, 5)});
    STORY("order is time, then seq, then id", true,
          "T3 X>Y 1; T1 X>Y 1; T2 X>Y 1; | X account, Y account",
          {1, test_transfer("T2", "X", "Y", 2, 1)}, {1, test_transfer("T1", "X", "Y", 2, 1)},
          {1, test_transfer("T3", "X", "Y", 1, 1)});
    STORY("flags of a date in local time", true, "T1 X>Y 5 dz; | X account, Y account", {1, local});
    STORY("a fee stays beside the amount", true, "T1 X>Y 5 fee 2; | X account, Y account",
          {1, charged});
    STORY("a payment to oneself", true, "T1 X>X 5 s; | X account",
          {1, test_transfer("T1", "X", "X", 1, 5)});
    STORY("kinds and openings are as declared", true,
          "T1 X>Y 5; | E external, G asset 3, S sink, X account 100, Y account",
          {1, test_transfer("T1", "X", "Y", 1, 5)},
          {1, test_account("X", AT_ACCOUNT_BANK, "EUR", 100)},
          {1, test_account("E", AT_ACCOUNT_EXTERNAL, "EUR", AT_AMOUNT_NONE)},
          {1, test_account("S", AT_ACCOUNT_SINK, "EUR", AT_AMOUNT_NONE)},
          {1, test_account("G", AT_ACCOUNT_ASSET, "EUR", 3)});
    STORY("money can go into an asset", true, "T1 X>Y 5; | X account, Y asset", {1, vessel},
          {1, test_transfer("T1", "X", "Y", 1, 5)});
    STORY("an account in two currencies is two nodes", true,
          "T1 X>Y/USD 500>600 c; | X account, Y/EUR account 1, Y/USD account",
          {1, test_account("Y", AT_ACCOUNT_BANK, "EUR", 1)}, {1, conversion(600, -1, "USD")});
    STORY("the currency received is what the account is declared with", true,
          "T1 X>Y 500>600 c; | X account, Y account 1",
          {1, test_account("Y", AT_ACCOUNT_BANK, "IQD", 1)}, {1, conversion(600, -1, NULL)});
    STORY("and its decimals are those of that currency", true,
          "T1 X>Y 500>6000 c; | X account, Y account 1",
          {1, test_account("Y", AT_ACCOUNT_BANK, "IQD", 1)}, {1, conversion(600, 2, NULL)});
    STORY("digits are never lost", true, "E-LEDGER-SCALE",
          {1, test_account("Y", AT_ACCOUNT_BANK, "JPY", 1)}, {1, conversion(605, 2, NULL)});
    STORY("zeros may go", true, "T1 X>Y 500>6 c; | X account, Y account 1",
          {1, test_account("Y", AT_ACCOUNT_BANK, "JPY", 1)}, {1, conversion(600, 2, NULL)});
    STORY("declared in two currencies: that of the amount", true,
          "T1 X>Y/EUR 500>600 c; | X account, Y/EUR account 1, Y/USD account 1",
          {1, test_account("Y", AT_ACCOUNT_BANK, "EUR", 1)},
          {1, test_account("Y", AT_ACCOUNT_BANK, "USD", 1)}, {1, conversion(600, 2, NULL)});
    STORY("an opening without currency takes the account's only one", true,
          "T1 X>Y 5; | X account 1050, Y account", {1, written_opening("X", 105, 1)},
          {1, test_transfer("T1", "X", "Y", 1, 5)});
    STORY("the earliest opening counts", true, "T1 X>Y 5; | X account 3, Y account", {1, early},
          {2, test_account("X", AT_ACCOUNT_BANK, "EUR", 3)},
          {1, test_transfer("T1", "X", "Y", 1, 5)});
    STORY("two openings for one time do not agree", true, "| X account 3!",
          {1, test_account("X", AT_ACCOUNT_BANK, "EUR", 3)},
          {2, test_account("X", AT_ACCOUNT_BANK, "EUR", 4)});
}

static void test_ids(void **state) {
    (void)state;
    STORY("ids of two namespaces are told apart, the rest stays plain", false,
          "n1/T1 n1/X>n1/Y 5; n2/T1 n2/X>n2/Y 6; T2 n1/X>n1/Y 7; | n1/X account, n1/Y account,"
          " n2/X account, n2/Y account",
          {1, test_transfer("T1", "X", "Y", 1, 5)}, {2, test_transfer("T1", "X", "Y", 1, 6)},
          {1, test_transfer("T2", "X", "Y", 2, 7)});
    STORY("a derived id that somebody gave steps aside", true,
          "n1/#1:1 X>Y 5; n1/1:1 X>Y 6; | X account, Y account",
          {1, test_transfer(NULL, "X", "Y", 1, 5)}, {2, test_transfer("1:1", "X", "Y", 1, 6)});
    STORY("a reversal names a transfer of its own namespace", false,
          "n1/T1 n1/X>n1/Y 5; n2/T1 n2/X>n2/Y 6; R n2/Y>n2/X 500 reverses n2/T1; | n1/X account,"
          " n1/Y account, n2/X account, n2/Y account",
          {1, test_transfer("T1", "X", "Y", 1, 5)}, {2, test_transfer("T1", "X", "Y", 1, 6)},
          {2, reversal("R", "T1")});
    STORY("or says which", false,
          "T1 n1/X>n1/Y 5; R n2/Y>n2/X 500 reverses T1; | n1/X account, n1/Y account,"
          " n2/X account, n2/Y account",
          {1, test_transfer("T1", "X", "Y", 1, 5)}, {2, reversal("R", "n1/T1")});
    STORY("but never one of another by chance", false,
          "T1 n1/X>n1/Y 5; R n2/Y>n2/X 500 reverses nothing; | n1/X account, n1/Y account,"
          " n2/X account, n2/Y account",
          {1, test_transfer("T1", "X", "Y", 1, 5)}, {2, reversal("R", "T1")});
}

#define PAIR_SAME test_same(AT_ACCOUNT, "Y", "n2/Y")
#define PAIR_OTHER test_same(AT_ACCOUNT, "X", "n1/X")

static void test_legs(void **state) {
    (void)state;
    STORY("a leg alone ends at the account it names", true, "1:1 X>Y 5 u; | X account, Y account",
          {1, test_leg("X", false, "Y", 1, 5)});
    STORY("or begins there", true, "1:1 Y>X 5 u; | X account, Y account",
          {1, test_leg("X", true, "Y", 1, 5)});
    STORY("or outside, when it names none", true,
          "1:1 @external:X>X 5 u; 1:2 X>@external:X 6 u; | @external:X external, X account",
          {1, test_leg("X", true, NULL, 1, 5)}, {1, test_leg("X", false, NULL, 2, 6)});
    STORY("two legs of one time are one row that cites both", true,
          "1:1 X>Y 5 corroborated 2; | X account, Y account", {1, test_leg("X", false, "Y", 1, 5)},
          {2, test_leg("Y", true, "X", 1, 5)});
    STORY("of two banks as well", false, "1:1 X>Y 5 corroborated 2; | X account, Y account",
          {1, test_leg("X", false, "Y", 1, 5)}, {2, test_leg("Y", true, "X", 1, 5)}, {1, PAIR_SAME},
          {2, PAIR_OTHER});
    STORY("of two times they go through a node of their own", true,
          "1:1 X>@transit:1:1 5 t corroborated 2; 2:1 @transit:1:1>Y 5 t corroborated 2;"
          " | @transit:1:1 account 0, X account, Y account",
          {1, test_leg("X", false, "Y", 1, 5)}, {2, test_leg("Y", true, "X", 2, 5)});
    STORY("what the other's statement does not show is nobody's", true,
          "1:1 X>@unmatched:Y 5 u; 2:1 Z>Y 9 u; | @unmatched:Y external, X account, Y account,"
          " Z account",
          {1, test_leg("X", false, "Y", 5, 5)}, {2, test_leg("Y", true, "Z", 5, 9)});
    STORY("unless it does not cover the time", true,
          "1:1 X>Y 5 u; 2:1 Z>Y 9 u; | X account, Y account, Z account",
          {1, test_leg("X", false, "Y", 5, 5)}, {2, test_leg("Y", true, "Z", 7, 9)});
    STORY("its statement says how far it reaches", true,
          "1:1 X>@unmatched:Y 5 u; 2:1 Z>Y 9 u; | @unmatched:Y external, X account, Y account,"
          " Z account",
          {1, test_leg("X", false, "Y", 5, 5)}, {2, test_leg("Y", true, "Z", 7, 9)},
          {2, statement("Y", 1, 9, AT_AMOUNT_NONE, AT_AMOUNT_NONE, 0)});
    STORY("ambiguous legs count on neither side", true,
          "1:1 X>@unmatched:Y 5 ua; 1:2 X>@unmatched:Y 5 ua; 2:1 @unmatched:X>Y 5 ua;"
          " | @unmatched:X external, @unmatched:Y external, X account, Y account",
          {1, test_leg("X", false, "Y", 1, 5)}, {1, test_leg("X", false, "Y", 2, 5)},
          {2, test_leg("Y", true, "X", 2, 5)});
    STORY("references keep them apart", true,
          "B X>Y 5 corroborated 2; A X>@transit:A 5 t corroborated 2;"
          " 2:1 @transit:A>Y 5 t corroborated 2; | @transit:A account 0, X account, Y account",
          {1, leg_with(test_leg("X", false, "Y", 3, 5), "A", "R1", AT_TRANSFER_PLAIN)},
          {1, leg_with(test_leg("X", false, "Y", 2, 5), "B", "R2", AT_TRANSFER_PLAIN)},
          {2, leg_with(test_leg("Y", true, "X", 4, 5), NULL, "R1", AT_TRANSFER_PLAIN)},
          {2, leg_with(test_leg("Y", true, "X", 2, 5), NULL, "R2", AT_TRANSFER_PLAIN)});
}

static void test_cash(void **state) {
    const at_fact out = leg_with(test_leg("X", false, NULL, day, 5), NULL, NULL, AT_CASH_OUT);
    const at_fact in = leg_with(test_leg("Z", true, NULL, 31 * day, 5), NULL, NULL, AT_CASH_IN);
    const at_fact late =
        leg_with(test_leg("Z", true, NULL, 31 * day + 1, 5), NULL, NULL, AT_CASH_IN);
    const at_fact account = held_by(test_account("X", AT_ACCOUNT_BANK, "EUR", AT_AMOUNT_NONE), "P");
    const at_fact other = held_by(test_account("Z", AT_ACCOUNT_BANK, "EUR", AT_AMOUNT_NONE), "P");
    (void)state;
    STORY(
        "cash goes through its holder, thirty days long", true,
        "1:1 X>@cash:P 5 inferred; 1:2 @cash:P>Z 5 inferred; | @cash:P cash, X account, Z account",
        {1, out}, {1, in}, {2, account}, {2, other});
    STORY("and comes from nobody known after that", true,
          "1:1 X>@cash:P 5 inferred; 1:2 @cash-unknown>Z 5 inferred; | @cash-unknown external,"
          " @cash:P cash, X account, Z account",
          {1, out}, {1, late}, {2, account}, {2, other});
    STORY("or when somebody else withdrew", true,
          "1:1 X>@cash:account:X 5 inferred; 1:2 @cash-unknown>Z 5 inferred; | @cash-unknown"
          " external, @cash:account:X cash, X account, Z account",
          {1, out}, {1, in});
    STORY("a till's own rows are inferred too", true,
          "T1 X>K 5 inferred; T2 K>Z 5 inferred; T3 X>Z 5; | K cash, X account, Z account",
          {1, test_account("K", AT_ACCOUNT_CASH, "EUR", AT_AMOUNT_NONE)},
          {1, test_transfer("T1", "X", "K", 1, 5)}, {1, test_transfer("T2", "K", "Z", 2, 5)},
          {1, test_transfer("T3", "X", "Z", 3, 5)});
}

static void test_statements(void **state) {
    const at_fact in = test_leg("X", true, "Y", 5, 10);
    at_fact out = test_leg("X", false, "Y", 6, 3);
    out.leg.fee = 1;
    (void)state;
    STORY("a statement that adds up opens the account", true,
          "1:1 Y>X 10 u; 1:2 X>Y 3 fee 1 u; | X account 100, Y account", {1, in}, {1, out},
          {1, statement("X", 5, 7, 100, 106, 0)});
    STORY("one that does not is said", true,
          "1:1 Y>X 10 u; 1:2 X>Y 3 fee 1 u; | X account 100!, Y account", {1, in}, {1, out},
          {1, statement("X", 5, 7, 100, 107, 0)});
    STORY("nor one whose balance breaks", true, "1:1 Y>X 10 u; | X account 100!, Y account",
          {1, in}, {1, statement("X", 5, 7, 100, 110, 2)});
    STORY("a declared opening goes before", true, "1:1 Y>X 10 u; | X account 7, Y account", {1, in},
          {1, statement("X", 5, 7, 100, 110, 0)},
          {2, test_account("X", AT_ACCOUNT_BANK, "EUR", 7)});
    STORY("two statements in one file each have their own rows", true,
          "1:1 Y>X 10 u; 1:2 X>Y 3 fee 1 u; | X account 100, Y account", {1, in}, {1, out},
          {1, statement("X", 5, 6, 100, 110, 0)}, {1, statement("X", 6, 7, 110, 106, 0)});
    STORY("what came before a statement leaves the opening unknown", true,
          "T X>Y 2; 1:1 Y>X 10 u; | X account, Y account", {1, in},
          {1, statement("X", 5, 7, 100, 110, 0)}, {2, test_transfer("T", "X", "Y", 1, 2)});
    STORY("a row that another file shows too counts for both statements", true,
          "1:1 Y>X 10 u; 2:2 X>Y 3 fee 1 u; | X account 100, Y account", {1, in},
          {1, statement("X", 5, 6, 100, 110, 0)}, {2, in}, {2, out},
          {2, statement("X", 5, 7, 100, 106, 0)});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_transfers),  cmocka_unit_test(test_ids),
        cmocka_unit_test(test_legs),       cmocka_unit_test(test_cash),
        cmocka_unit_test(test_statements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
