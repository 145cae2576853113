/* Goal: a query's SQL sees the visible facts, and nothing else.
 * Method: a table of SQL that must work, with its answer; and one of hostile SQL, each refused. */
#include "tests/support/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const at_column columns[] = {{"what", AT_COLUMN_TEXT, ""}, {0}};

static void fill(test_store *test) {
    static const at_name name = {"Anna", AT_NAME_PRIMARY, "en"};
    at_fact holding = at_fact_new(AT_HOLDING), event = at_fact_new(AT_EVENT);
    at_fact identifier = at_fact_new(AT_IDENTIFIER), listing = at_fact_new(AT_LISTING);
    at_fact label = at_fact_new(AT_LABEL), asset = at_fact_new(AT_ASSET);
    const at_ref things[] = {test_ref(AT_ASSET, "V1")};
    asset.asset.self = test_ref(AT_ASSET, "V1");
    asset.asset.type = "vessel";
    holding.holding.owner = test_ref(AT_PARTY, "P1");
    holding.holding.owned = test_ref(AT_ASSET, "V1");
    holding.holding.share = at_share_exact((at_ratio){1, 4});
    event.event.self = test_ref(AT_EVENT, "E1");
    event.event.kind = "seizure";
    event.event.things = things;
    event.event.thing_count = 1;
    identifier.identifier.of = test_ref(AT_ASSET, "V1");
    identifier.identifier.type = "imo";
    identifier.identifier.text = "9074729";
    listing.listing.party = test_ref(AT_PARTY, "P1");
    listing.listing.kind = "notice";
    label.label.transfer = "T1";
    label.label.name = "isFraud";
    const at_fact facts[] = {test_party("P1", &name),
                             asset,
                             holding,
                             event,
                             identifier,
                             listing,
                             label,
                             test_account("A", AT_ACCOUNT_BANK, "EUR", 9),
                             test_same(AT_PARTY, "P1", "P9"),
                             test_transfer("T1", "A", "B", 7, 5),
                             test_leg("A", true, NULL, 8, 6)};
    test_source source = test_source_begin(test, "n", 'a', 16);
    for (size_t i = 0; i < AT_COUNT(facts); i++)
        test_put(&source, &facts[i], 1);
    at_fact statement = at_fact_new(AT_STATEMENT);
    statement.statement.account = test_ref(AT_ACCOUNT, "A");
    statement.statement.currency = "EUR";
    test_put(&source, &statement, 1);
    test_publish(&source);
    /* A withdrawn source, of which nothing may be seen. */
    source = test_source_begin(test, "n", 'b', 4);
    const at_fact hidden = test_transfer("HIDDEN", "A", "B", 1, 1);
    test_put(&source, &hidden, 1);
    test_publish(&source);
    int64_t revision = 0;
    assert_int_equal(at_source_withdraw(&revision, test->store, 2, "gone", NULL), AT_OK);
}

/* SQL, and its rows joined with ',' */
static const struct {
    const char *sql, *answer;
} good[] = {
    {"SELECT id, 0, record FROM party ORDER BY id, record", "P1"},
    {"SELECT a.id || ' ' || h.share_lo_num || '/' || h.share_lo_den, 0, h.record FROM holding h"
     " JOIN asset a ON a.thing = h.owned WHERE h.owner = :of ORDER BY 1, 3",
     "V1 1/4"},
    {"SELECT owner_id || '>' || owned_id, 0, record FROM holding ORDER BY 1, 3", "P1>V1"},
    {"SELECT text || lang, 0, record FROM party_name ORDER BY 1, 3", "Annaen"},
    {"SELECT event_id || id, 0, record FROM event_thing ORDER BY 1, 3", "E1V1"},
    {"SELECT of_id || type || text, 0, record FROM identifier ORDER BY 1, 3", "V1imo9074729"},
    {"SELECT party_id || kind, 0, record FROM listing ORDER BY 1, 3", "P1notice"},
    {"SELECT name || transfer, 0, record FROM label ORDER BY 1, 3", "isFraudT1"},
    {"SELECT from_account_id || to_account_id || amount || time_us, 0, record FROM transfer"
     " ORDER BY 1, 3",
     "AB57"},
    {"SELECT account_id || credit || amount, 0, record FROM leg ORDER BY 1, 3", "A16"},
    {"SELECT id || opening, 0, record FROM account ORDER BY 1, 3", "A9"},
    {"SELECT account_id, 0, record FROM statement ORDER BY 1, 3", "A"},
    {"SELECT a_id || kind || b_id, 0, record FROM link ORDER BY 1, 3", "P1same_as_statedP1"},
    {"SELECT kind, 0, record FROM event ORDER BY 1, 3", "seizure"},
    {"SELECT id, 0, '' FROM thing WHERE kind = 'party' ORDER BY id", "P1"},
    {"SELECT title, 0, NULL FROM thing WHERE title IS NOT NULL ORDER BY id", "Anna"},
    {"SELECT count(*), 0, group_concat(record) FROM (SELECT record FROM account UNION ALL"
     " SELECT record FROM leg)",
     "2"},
    {"WITH far AS (SELECT * FROM holding) SELECT owner_id, 3, record FROM far ORDER BY 1, 3", "P1"},
    {"SELECT count(*), 0, NULL FROM party", "1"},
    {"SELECT count(*), 0, NULL FROM transfer, leg", "1"},
    {"SELECT :text, 0, NULL", "O'Brien"},
    {"SELECT coalesce(:absent, 'none'), 0, NULL", "none"},
};

static const char *const hostile[] = {
    "SELECT id, 0, record FROM main.transfer",
    "SELECT count(*), 0, NULL FROM main.transfer",
    "SELECT count(*), 0, NULL FROM temp.same",
    "WITH party AS (SELECT 1 FROM main.transfer) SELECT count(*), 0, NULL FROM party",
    "SELECT received, 0, NULL FROM source",
    "SELECT name, 0, NULL FROM main.sqlite_schema",
    "SELECT sql, 0, NULL FROM sqlite_temp_schema",
    "SELECT source, 0, NULL FROM temp.visible",
    "SELECT id, 0, thing FROM temp.same",
    "WITH party AS (SELECT id FROM main.transfer) SELECT id, 0, NULL FROM party",
    "WITH thing AS (SELECT title FROM temp.named) SELECT title, 0, NULL FROM thing",
    "INSERT INTO main.setting VALUES ('leg_window_us', 1, 1)",
    "UPDATE main.source SET name = 'x'",
    "DELETE FROM main.record",
    "DROP TABLE main.record",
    "CREATE TEMP TABLE x (y)",
    "ATTACH DATABASE '/tmp/x' AS y",
    "PRAGMA user_version = 9",
    "SELECT user_version, 0, NULL FROM pragma_user_version",
    "SELECT random(), 0, NULL",
    "SELECT datetime('now'), 0, NULL",
    "SELECT load_extension('x'), 0, NULL",
    "SELECT writefile('/tmp/x', 'y'), 0, NULL",
    "SELECT id, 0, record FROM party; SELECT 1",
    "SELECT id FROM party",
    "SELECT id, 9, record FROM party",
    "SELECT id, 0, 'all of them' FROM party",
    "SELEKT",
    "",
    "BEGIN",
};

static void test_good(void **state) {
    test_store test;
    (void)state;
    test_store_make(&test);
    fill(&test);
    at_reader *reader = test_reader(&test, 0);
    const at_facts *facts = at_reader_facts(reader);
    at_thing anna = 0;
    assert_int_equal(facts->resolve(facts->self, &anna, AT_ANY_THING, "P1", NULL), AT_OK);
    const at_sql_value values[] = {{"of", NULL, anna}, {"text", "O'Brien", 0}};
    for (size_t i = 0; i < AT_COUNT(good); i++) {
        at_error err = {.status = AT_OK};
        at_table table;
        AT_CLEANUP(at_text_clear) at_text text = {.data = NULL};
        print_message("  %s\n", good[i].sql);
        at_table_init(&table, "test", 1, columns, &test.arena);
        if (at_reader_sql(&table, reader, good[i].sql, values, 2, 0, &err) != AT_OK)
            fail_msg("%s", err.message);
        for (size_t k = 0; k < table.row_count; k++) {
            if (k)
                assert_int_equal(at_text_add_char(&text, ',', NULL), AT_OK);
            assert_int_equal(at_cell_print(&text, &columns[0], &table.rows[k].cells[0], 12, NULL),
                             AT_OK);
        }
        assert_string_equal(at_text_string(&text), good[i].answer);
    }
    at_reader_close(&reader);
    test_store_drop(&test);
}

static void test_hostile(void **state) {
    test_store test;
    (void)state;
    test_store_make(&test);
    fill(&test);
    at_reader *reader = test_reader(&test, 0);
    for (size_t i = 0; i < AT_COUNT(hostile); i++) {
        at_error err = {.status = AT_OK};
        at_table table;
        at_table_init(&table, "test", 1, columns, &test.arena);
        const at_status status = at_reader_sql(&table, reader, hostile[i], NULL, 0, 0, &err);
        print_message("  %s: %s\n", hostile[i], err.message);
        assert_int_equal(status, AT_BUG);
        assert_string_equal(err.code, "E-QUERY-SQL");
    }
    /* The reader is as good as before. */
    at_table table;
    at_table_init(&table, "test", 1, columns, &test.arena);
    assert_int_equal(at_reader_sql(&table, reader, good[0].sql, NULL, 0, 0, NULL), AT_OK);
    assert_int_equal(table.row_count, 1);
    at_reader_close(&reader);
    test_store_drop(&test);
}

static void test_cells(void **state) {
    static const at_column all[] = {
        {"t", AT_COLUMN_TEXT, ""},   {"i", AT_COLUMN_ID, ""},    {"c", AT_COLUMN_COUNT, ""},
        {"a", AT_COLUMN_AMOUNT, ""}, {"s", AT_COLUMN_SHARE, ""}, {"r", AT_COLUMN_RATIO, ""},
        {"u", AT_COLUMN_TIME, ""},   {"e", AT_COLUMN_COUNT, ""}, {0}};
    test_store test;
    at_table table;
    at_error err = {.status = AT_OK};
    (void)state;
    test_store_make(&test);
    fill(&test);
    at_reader *reader = test_reader(&test, 0);
    at_table_init(&table, "test", 1, all, &test.arena);
    const char *sql = "SELECT 'x', id, 3, -4, 0.5, '2/6', 1000000, NULL, 2, record || ',' || record"
                      " FROM account UNION ALL SELECT 'y', '', 0, 0, 0, '1', 0, 0, 0, NULL";
    assert_int_equal(at_reader_sql(&table, reader, sql, NULL, 0, 1, &err), AT_OK);
    assert_int_equal(table.row_count, 1);
    assert_true(table.truncated);
    assert_int_equal(table.note_count, 1);
    const at_row *row = &table.rows[0];
    static const char *const printed[] = {
        "x", "A", "3", "-4", "0.500000000000", "1/3", "1970-01-01T00:00:01Z", ""};
    for (size_t i = 0; i < AT_COUNT(printed); i++) {
        AT_CLEANUP(at_text_clear) at_text text = {.data = NULL};
        assert_int_equal(at_cell_print(&text, &all[i], &row->cells[i], 12, &err), AT_OK);
        assert_string_equal(at_text_string(&text), printed[i]);
    }
    assert_int_equal(row->grade, AT_ACCEPTED);
    assert_int_equal(row->record_count, 1); /* repeats count once */
    /* A sum that leaves 64 bits is an error, not a wrong number. */
    at_table_init(&table, "test", 1, columns, &test.arena);
    sql = "SELECT sum(9223372036854775807), 0, NULL FROM thing";
    assert_int_equal(at_reader_sql(&table, reader, sql, NULL, 0, 0, &err), AT_LIMIT);
    assert_string_equal(err.code, "E-AMOUNT-RANGE");
    at_reader_close(&reader);
    test_store_drop(&test);
}

/* Row i, from 0, happens at i and moves i % 10 + 1; every seventh is a leg. */
static void sums_of(char out[64], bool legs, int64_t from, int64_t to) {
    int64_t count = 0, sum = 0;
    for (int64_t i = from; i < to; i++)
        if ((i % 7 == 0) == legs) {
            count++;
            sum += i % 10 + 1;
        }
    snprintf(out, 64, "%lld %lld", (long long)count, (long long)sum);
}

/* Windows of time inside, at and across the borders of chunks, in both tables. */
static void test_chunks(void **state) {
    enum { ROWS = 2 * 65536 + 9000, CHUNK = 65536 };
    static const int64_t windows[][2] = {
        {0, ROWS},
        {0, CHUNK},
        {CHUNK, 2 * CHUNK},
        {CHUNK - 1, CHUNK + 1},
        {CHUNK, CHUNK + 1},
        {2 * CHUNK - 3, ROWS},
        {5, 6},
        {100, 2 * CHUNK + 50},
        {ROWS - 1, ROWS},
        {ROWS, ROWS + 10},
    };
    (void)state;
    test_store test;
    test_store_make(&test);
    test_source source = test_source_begin(&test, "n", 'c', ROWS);
    for (int64_t i = 0; i < ROWS; i++) {
        const at_fact fact = i % 7 == 0 ? test_leg("A", true, NULL, i, i % 10 + 1)
                                        : test_transfer(NULL, "A", "B", i, i % 10 + 1);
        test_put(&source, &fact, 1);
    }
    test_publish(&source);
    at_reader *reader = test_reader(&test, 0);
    for (size_t i = 0; i < 2 * AT_COUNT(windows); i++) {
        const int64_t *window = windows[i / 2];
        const bool legs = i % 2 == 1;
        char sql[256], wanted[64];
        at_table table;
        at_error err = {.status = AT_OK};
        snprintf(sql, sizeof sql,
                 "SELECT count(*) || ' ' || coalesce(sum(amount), 0), 0, NULL FROM %s"
                 " WHERE time_us >= %lld AND time_us < %lld",
                 legs ? "leg" : "transfer", (long long)window[0], (long long)window[1]);
        sums_of(wanted, legs, window[0], window[1] < ROWS ? window[1] : ROWS);
        at_table_init(&table, "q", 1, columns, &test.arena);
        assert_int_equal(at_reader_sql(&table, reader, sql, NULL, 0, 10, &err), AT_OK);
        assert_int_equal(table.row_count, 1);
        print_message("  %s\n", sql);
        assert_string_equal(table.rows[0].cells[0].text, wanted);
    }
    at_reader_close(&reader);
    test_store_drop(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_chunks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
