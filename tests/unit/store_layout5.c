/* Goal: legs, pairs and judgements of a store of layout 4 are the same facts in layout 5.
 * Method: a database with the tables of both is filled by hand as layout 4 had it - one source of
 * legs, one with a transfer between legs - and converted; what comes out is read back. */
#include "tests/support/store.h"
#include "engine/store/chunks.h"
#include "engine/store/migrate.h"
#include "engine/store/pairs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void run_sql(sqlite3 *db, const char *sql) {
    at_error err = {.status = AT_OK};
    if (at_db_run(db, sql, &err) != AT_OK)
        fail_msg("%s: %s", sql, err.message);
}

/* Record 2 of source 2 is a transfer X -> Y of 7; its chunk names X and Y. */
static void put_transfer(sqlite3 *db) {
    AT_CLEANUP(at_chunk_writer_end) at_chunk_writer writer = {.source = 0};
    at_transfer transfer = {.amount = 7, .currency = "EUR", .amount_in = AT_AMOUNT_NONE, .id = "T"};
    const char *names[] = {"X", "Y"};
    transfer.amount_in_scale = -1;
    assert_int_equal(at_chunk_writer_begin(&writer, db, 2, NULL), AT_OK);
    for (uint32_t i = 0; i < 2; i++) {
        const uint32_t space = AT_NAME_SPACE(AT_ACCOUNT, 1);
        uint32_t number = 9;
        assert_int_equal(at_names_number(&number, &writer.names, space, names[i], 1,
                                         at_names_hash(space, names[i], 1), NULL),
                         AT_OK);
        assert_int_equal(number, i);
    }
    assert_int_equal(at_chunk_set(&writer.open, AT_CHUNK_NUMBER, 2, NULL), AT_OK);
    assert_int_equal(at_chunk_set(&writer.open, AT_CHUNK_OFFSET, 10, NULL), AT_OK);
    assert_int_equal(at_chunk_set(&writer.open, AT_CHUNK_BYTES, 10, NULL), AT_OK);
    assert_int_equal(at_chunk_set(&writer.open, AT_CHUNK_TO, 1, NULL), AT_OK);
    assert_int_equal(at_chunk_set_transfer(&writer.open, &transfer, NULL), AT_OK);
    writer.open.count = 1;
    assert_int_equal(at_chunk_writer_flush(&writer, NULL), AT_OK);
}

static void put_leg(sqlite3 *db, int64_t fact, int64_t source, int64_t record, const char *id,
                    int account, bool credit, int64_t amount, const char *rest) {
    char sql[1024];
    snprintf(sql, sizeof sql,
             "INSERT OR IGNORE INTO record (id, source, number, offset, bytes, line)"
             " VALUES (%lld, %lld, %lld, %lld, 10, %lld);"
             "INSERT INTO leg (fact, source, record, id, id_given, account, credit, time_us,"
             " time_precision, time_zone_assumed, value_precision, value_zone_assumed, seq, amount,"
             " currency, fee, type, counterparty, counterparty_name, reference, balance_after,"
             " value_us) VALUES (%lld, %lld, %lld, '%s', %d, %d, %d, %lld, 0, 1, 3, 0, %lld, %lld,"
             " 'EUR', 0, 'transfer', %s)",
             (long long)AT_RECORD_ID(source, (uint64_t)record), (long long)source,
             (long long)record, (long long)(record - 1) * 10, (long long)record, (long long)fact,
             (long long)source, (long long)AT_RECORD_ID(source, (uint64_t)record), id, *id == 'G',
             account, credit, (long long)fact * 100, (long long)record, (long long)amount, rest);
    run_sql(db, sql);
}

/* Things 1 = X, 2 = Y, 3 = Z. Pairs: 10-20 from revision 2 to 3, 11-21 from 3 on; 12 is ambiguous
 * from 2 to 3. */
static void fill(sqlite3 *db) {
    run_sql(db, "INSERT INTO name_space VALUES (1, 'a');"
                "INSERT INTO thing VALUES (1, 2, 1, 'X'), (2, 2, 1, 'Y'), (3, 2, 1, 'Z')");
    put_transfer(db);
    put_leg(db, 10, 1, 1, "1:1", 1, false, 5, "2, 'Ypsilon', 'R1', -3, 86400000000");
    put_leg(db, 11, 1, 1, "1:1.2", 1, false, 5, "NULL, NULL, NULL, NULL, NULL");
    put_leg(db, 12, 1, 2, "G12", 1, true, 6, "3, NULL, NULL, 0, NULL");
    put_leg(db, 20, 2, 1, "2:1", 2, true, 5, "1, NULL, 'R1', NULL, NULL");
    put_leg(db, 21, 2, 3, "2:3", 3, true, 5, "1, NULL, NULL, NULL, NULL");
    run_sql(db, "INSERT INTO pairing VALUES (1, 10, 20, 2), (2, 11, 21, 3);"
                "INSERT INTO pairing_end VALUES (1, 3);"
                "INSERT INTO ambiguity VALUES (1, 12, 2); INSERT INTO ambiguity_end VALUES (1, 3);"
                "INSERT INTO pairing_judgement VALUES (1, 11, 21, 1, 3, 'me', 'seen');"
                "INSERT INTO receipt_total VALUES (1, 1, 'EUR', 6, 10, 3)");
}

static const int64_t first = AT_RECORD_ID(1, 1), second = AT_RECORD_ID(2, 1);

static void check_legs(sqlite3 *db) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    AT_CLEANUP(at_chunks_close) at_chunks chunks = {.db = NULL};
    static const struct {
        int64_t source, record;
        const char *id;
        bool leg, credit, other, balance, value;
        int64_t amount;
    } rows[] = {
        {1, 1, "1:1", true, false, true, true, true, 5},
        {1, 1, "1:1.2", true, false, false, false, false, 5},
        {1, 2, "G12", true, true, true, true, false, 6},
        {2, 1, "2:1", true, true, true, false, false, 5},
        {2, 2, "T", false, false, false, false, false, 7},
        {2, 3, "2:3", true, true, true, false, false, 5},
    };
    size_t at = 0;
    assert_int_equal(at_chunks_open(&chunks, db, "source > ?1", 0, AT_CHUNK_ALL, &arena, NULL),
                     AT_OK);
    assert_int_equal(chunks.count, 2);
    assert_int_equal(chunks.entries[0].leg_first, 1);
    assert_int_equal(chunks.entries[1].leg_count, 2);
    for (size_t i = 0; i < chunks.count; i++) {
        assert_int_equal(at_chunks_load(&chunks, i, NULL), AT_OK);
        const at_chunk *chunk = &chunks.loaded;
        for (size_t row = 0; row < chunk->count; row++, at++) {
            const char *id = NULL;
            at_fact fact;
            print_message("  %s\n", rows[at].id);
            at_chunk_fact(&fact, chunk, chunks.entries[i].source, row);
            assert_int_equal(at_chunk_id(&id, chunk, rows[at].source, row, &arena, NULL), AT_OK);
            assert_string_equal(id, rows[at].id);
            assert_int_equal(fact.record, AT_RECORD_ID(rows[at].source, (uint64_t)rows[at].record));
            assert_int_equal(at_chunk_int(chunk, AT_CHUNK_OFFSET, row), (rows[at].record - 1) * 10);
            assert_int_equal(fact.kind == AT_LEG, rows[at].leg);
            if (!rows[at].leg)
                continue;
            assert_int_equal(fact.leg.credit, rows[at].credit);
            assert_int_equal(fact.leg.amount, rows[at].amount);
            assert_int_equal(fact.leg.counterparty.thing != 0, rows[at].other);
            assert_int_equal(fact.leg.balance_after != AT_AMOUNT_NONE, rows[at].balance);
            assert_int_equal(fact.leg.value_date.us != AT_TIME_NONE, rows[at].value);
            assert_true(fact.leg.time.zone_assumed);
        }
    }
    assert_int_equal(at, AT_COUNT(rows));
    assert_int_equal(at_chunks_load(&chunks, 0, NULL), AT_OK);
    at_leg leg;
    at_chunk_leg(&leg, &chunks.loaded, 0);
    assert_string_equal(leg.reference, "R1");
    assert_string_equal(leg.counterparty_name, "Ypsilon");
    assert_int_equal(leg.balance_after, -3);
    assert_int_equal(leg.value_date.us, 86400000000);
    assert_int_equal(leg.value_date.precision, 3);
}

static void check_standing(sqlite3 *db, int64_t revision, int64_t debit, int64_t credit,
                           int64_t ambiguous) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    at_standing standing;
    assert_int_equal(at_standing_read(&standing, db, revision, &arena, NULL), AT_OK);
    assert_int_equal(standing.pair_count, debit != 0);
    assert_int_equal(standing.ambiguous_count, ambiguous != 0);
    if (debit) {
        assert_int_equal(standing.pairs[0].debit, debit);
        assert_int_equal(standing.pairs[0].credit, credit);
    }
    if (ambiguous)
        assert_int_equal(standing.ambiguous[0], ambiguous);
}

static void test_conversion(void **state) {
    sqlite3 *db = NULL;
    at_error err = {.status = AT_OK};
    int64_t number = 0;
    (void)state;
    assert_int_equal(at_db_open(&db, ":memory:", AT_DB_CREATE, 0, NULL), AT_OK);
    assert_int_equal(at_migrate(db, at_migrations, 4, NULL), AT_OK);
    run_sql(db, at_migrations[4].sql);
    fill(db);
    if (at_layout5(db, &err) != AT_OK)
        fail_msg("%s", err.message);
    check_legs(db);
    check_standing(db, 1, 0, 0, 0);
    check_standing(db, 2, first, second, first + 2);
    check_standing(db, 3, first + 1, second + 1, 0);
    assert_int_equal(at_db_number(&number, db, -1, (int64_t[]){first + 1, second + 1}, 2,
                                  "SELECT count(*) FROM pairing_judgement WHERE debit_leg = ?1"
                                  " AND credit_leg = ?2",
                                  NULL),
                     AT_OK);
    assert_int_equal(number, 1);
    assert_int_equal(
        at_db_number(&number, db, -1, NULL, 0, "SELECT count(*) FROM receipt_total", NULL), AT_OK);
    assert_int_equal(number, 0);
    assert_int_equal(at_db_number(&number, db, -1, NULL, 0,
                                  "SELECT count(*) FROM sqlite_master WHERE name IN"
                                  " ('leg', 'pairing', 'ambiguity')",
                                  NULL),
                     AT_OK);
    assert_int_equal(number, 0);
    at_db_close(&db);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_conversion)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
