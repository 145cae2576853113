/* Goal: an import in pieces that is stopped anywhere and gone on, or starved of memory and gone on,
 * leaves row for row what it leaves undisturbed; one that is taken back leaves nothing.
 * Method: a reader of 8-byte lines with facts of every form, pieces of some lines; every table of
 * the database as text (secrets and what follows from them left out) compared with that of a store
 * that met no trouble. Leaks are the sanitizers' to find. */
#include "tests/support/store.h"
#include "engine/base/state.h"
#include "engine/store/custody.h"
#include "engine/store/handle.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LINES = 300, PIECE_LINES = 40, STEP_AFTER = 40, STEP = 67, ALLOCATIONS_MAX = 100000 };

static const at_store_options in_pieces = {.mode = AT_READ_WRITE,
                                           .now_us = test_clock,
                                           .actor = "tester",
                                           .piece_bytes = (uint64_t)PIECE_LINES * TEST_LINE_BYTES};
static char content[LINES * TEST_LINE_BYTES + 1];

/* --- A reader ---------------------------------------------------------------------------------
 */

/* Line `i` as facts; sets how many. Ids of transfers fall, and some come again. */
static size_t facts_of(at_fact out[3], size_t i, char ids[3][32], at_name *name, at_ref things[2]) {
    snprintf(ids[0], sizeof ids[0], "T%zu", (LINES - i) / 2 * 2);
    snprintf(ids[1], sizeof ids[1], "A%zu", i % 23);
    snprintf(ids[2], sizeof ids[2], "P%zu", i % 31);
    switch (i % 6) {
    case 0:
        out[0] = test_transfer(NULL, ids[1], "X", (int64_t)(i % 40), 5);
        return 1;
    case 1:
        out[0] = test_transfer(ids[0], ids[1], ids[2], (int64_t)i, (int64_t)(i % 9));
        out[1] = test_transfer(NULL, ids[2], ids[1], (int64_t)i, 1);
        return 2;
    case 2:
        out[0] = test_leg(ids[1], i % 4 == 0, ids[2], (int64_t)i, (int64_t)i);
        return 1;
    case 3:
        *name = (at_name){.text = ids[2], .kind = AT_NAME_PRIMARY};
        out[0] = test_party(ids[2], name);
        out[1] = test_account(ids[1], AT_ACCOUNT_BANK, "EUR", (int64_t)(i % 9));
        return 2;
    case 4:
        out[0] = at_fact_new(AT_EVENT);
        out[0].event.self = test_ref(AT_EVENT, ids[0]);
        out[0].event.kind = "shipment";
        things[0] = test_ref(AT_PARTY, ids[2]);
        things[1] = test_ref(AT_ACCOUNT, ids[1]);
        things[1].name_space = "elsewhere";
        out[0].event.things = things;
        out[0].event.thing_count = 2;
        return 1;
    default:
        return 0;
    }
}

static at_status put_line(const at_sink *sink, size_t i, at_error *err) {
    const at_origin origin = test_origin(i);
    char ids[3][32];
    at_fact facts[3];
    at_name name;
    at_ref things[2];
    at_error reason = {.status = AT_OK};
    (void)at_fail(&reason, AT_BAD_INPUT, "E-FIELD-EMPTY", "line %zu says nothing", i);
    if (i % 12 == 5)
        return sink->reject(sink->self, &origin, &reason, err);
    AT_TRY(sink->put(sink->self, &origin, facts, facts_of(facts, i, ids, &name, things), err));
    return i % 12 == 11 ? sink->warn(sink->self, &origin, &reason, err) : AT_OK;
}

/* Lines from where the sink stands up to `stop`; the state is the number of the next line. */
static at_status read_lines(const at_sink *sink, size_t stop, at_error *err) {
    at_state_reader resumed = at_state_read(sink->resumed);
    size_t i = sink->resumed.bytes ? (size_t)at_state_next(&resumed) : 0;
    for (; i < stop; i++) {
        AT_CLEANUP(at_text_clear) at_text state = {.data = NULL};
        const uint64_t offset = i * TEST_LINE_BYTES;
        if (sink->due && sink->due(sink->self, offset)) {
            AT_TRY(at_state_put(&state, i, err));
            AT_TRY(sink->keep(sink->self, offset, (at_span){state.data, state.bytes}, err));
        }
        AT_TRY(put_line(sink, i, err));
    }
    return stop == LINES ? AT_OK
                         : at_fail(err, AT_INTERRUPTED, "E-INTERRUPTED", "stopped by a signal");
}

static at_status import_lines(at_receipt *out, test_store *test, size_t stop, at_error *err) {
    AT_CLEANUP(at_import_close) at_import *import = NULL;
    const at_source_info info = {.data = content,
                                 .data_bytes = LINES * TEST_LINE_BYTES,
                                 .name = "lines",
                                 .name_space = "a",
                                 .importer = "test",
                                 .importer_version = 1};
    AT_TRY(at_import_begin(&import, test->store, &info, err));
    if (!at_import_already(import) && read_lines(at_import_sink(import), stop, err) != AT_OK)
        return at_import_fail(out, import, &test->arena, err);
    return at_import_publish(out, import, &test->arena, err);
}

/* --- Every table as text ----------------------------------------------------------------------
 */

static void add_rows(at_text *out, sqlite3 *db, const char *table) {
    AT_CLEANUP(at_text_clear) at_text sql = {.data = NULL};
    AT_CLEANUP(at_db_done) sqlite3_stmt *rows = NULL;
    at_error err = {.status = AT_OK};
    bool row = false;
    assert_int_equal(at_text_print(&sql, &err, "SELECT * FROM main.\"%s\"", table), AT_OK);
    assert_int_equal(at_db_prepare(&rows, db, at_text_string(&sql), &err), AT_OK);
    for (;;) {
        assert_int_equal(at_db_step(&row, rows, &err), AT_OK);
        if (!row)
            return;
        assert_int_equal(at_text_add(out, table, &err), AT_OK);
        for (int i = 0; i < sqlite3_column_count(rows); i++) {
            const char *name = sqlite3_column_name(rows, i);
            if (strcmp(name, "secret") == 0 || strcmp(name, "root") == 0 ||
                strcmp(name, "announced") == 0)
                continue;
            assert_int_equal(at_text_print(out, &err, "|%d:", sqlite3_column_type(rows, i)), AT_OK);
            const size_t bytes = (size_t)sqlite3_column_bytes(rows, i);
            const void *data = sqlite3_column_blob(rows, i);
            if (bytes)
                assert_int_equal(at_text_add_bytes(out, data, bytes, &err), AT_OK);
        }
        assert_int_equal(at_text_add_char(out, '\n', &err), AT_OK);
    }
}

static void dump(at_text *out, const test_store *test) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *tables = NULL;
    at_error err = {.status = AT_OK};
    bool row = false;
    at_text_reset(out);
    assert_int_equal(at_db_prepare(&tables, test->store->db,
                                   "SELECT name FROM main.sqlite_master WHERE type = 'table'"
                                   " ORDER BY name",
                                   &err),
                     AT_OK);
    for (;;) {
        assert_int_equal(at_db_step(&row, tables, &err), AT_OK);
        if (!row)
            return;
        add_rows(out, test->store->db, (const char *)sqlite3_column_text(tables, 0));
    }
}

static void same(const at_text *a, const at_text *b, const char *story) {
    size_t i = 0, line = 0;
    for (; i < a->bytes && i < b->bytes && a->data[i] == b->data[i]; i++)
        line = a->data[i] == '\n' ? i + 1 : line;
    if (i != a->bytes || i != b->bytes)
        fail_msg("%s: %.100s is not %.100s", story, at_text_string(a) + line,
                 at_text_string(b) + line);
}

static void check(test_store *test) {
    at_error err = {.status = AT_OK};
    const at_store_finding *findings = NULL;
    size_t count = 0;
    if (at_store_check(&findings, &count, test->store, true, &test->arena, &err) != AT_OK)
        for (size_t i = 0; i < count; i++)
            if (findings[i].status != AT_OK)
                fail_msg("%s", findings[i].text);
    assert_int_equal(err.status, AT_OK);
}

/* --- Stories ----------------------------------------------------------------------------------
 */

static void reopen(test_store *test) {
    at_store_close(&test->store);
    assert_int_equal(at_store_open(&test->store, test->path, &in_pieces, NULL), AT_OK);
}

/* A store with an older source of the same namespace that says some of the same. */
static void begin_store(test_store *test) {
    test_store_make(test);
    test_source older = test_source_begin(test, "a", 'o', 40);
    for (size_t i = 0; i < 40; i++) {
        const at_fact fact = test_transfer(NULL, i % 2 ? "A6" : "A12", "X", (int64_t)i, 5);
        test_put(&older, &fact, 1);
    }
    test_publish(&older);
    reopen(test);
}

static void undisturbed(at_text *out, at_receipt *receipt) {
    test_store test;
    begin_store(&test);
    assert_int_equal(import_lines(receipt, &test, LINES, NULL), AT_OK);
    assert_true(receipt->duplicates >= 3 && receipt->rejected > 20 && receipt->warnings > 20);
    assert_int_equal(receipt->resumed_at, 0);
    dump(out, &test);
    check(&test);
    test_store_drop(&test);
}

static void test_stopped(void **state) {
    AT_CLEANUP(at_text_clear) at_text good = {.data = NULL};
    AT_CLEANUP(at_text_clear) at_text now = {.data = NULL};
    at_receipt receipt;
    size_t resumed = 0;
    (void)state;
    undisturbed(&good, &receipt);
    for (size_t stop = 3; stop < LINES; stop += 31) {
        test_store test;
        begin_store(&test);
        at_error err = {.status = AT_OK};
        assert_int_equal(import_lines(&receipt, &test, stop, &err), AT_INTERRUPTED);
        assert_int_equal(receipt.state, AT_SOURCE_FAILED);
        assert_true(receipt.kept_to <= stop * TEST_LINE_BYTES);
        const uint64_t kept = receipt.kept_to;
        check(&test);
        if (stop % 2) /* as the next start would */
            reopen(&test);
        if (stop % 3 == 0) { /* stopped once more before the end */
            assert_int_equal(import_lines(&receipt, &test, stop + (LINES - stop) / 2, &err),
                             AT_INTERRUPTED);
            assert_true(receipt.kept_to >= kept);
        }
        assert_int_equal(import_lines(&receipt, &test, LINES, &err), AT_OK);
        assert_true(receipt.resumed_at >= kept);
        resumed += receipt.resumed_at > 0;
        dump(&now, &test);
        same(&now, &good, "stopped and gone on");
        check(&test);
        assert_int_equal(at_custody_verify(NULL, test.store, NULL), AT_OK);
        test_store_drop(&test);
    }
    assert_true(resumed >= 7);
}

static void test_taken_back(void **state) {
    AT_CLEANUP(at_text_clear) at_text good = {.data = NULL};
    AT_CLEANUP(at_text_clear) at_text now = {.data = NULL};
    at_receipt receipt;
    int64_t revision = 0;
    test_store test;
    const char *pending = NULL;
    at_error err = {.status = AT_OK};
    (void)state;
    begin_store(&test);
    assert_int_equal(at_setting_put(&revision, test.store, "leg_window_us", 7, &err), AT_OK);
    dump(&good, &test);
    test_store_drop(&test);

    begin_store(&test);
    assert_int_equal(import_lines(&receipt, &test, LINES - 9, &err), AT_INTERRUPTED);
    assert_int_equal(at_store_pending(&pending, test.store, &test.arena, &err), AT_OK);
    assert_non_null(strstr(pending, "import of \"lines\" as test/1 in a is stored up to byte "));
    assert_int_equal(at_setting_put(&revision, test.store, "leg_window_us", 7, &err), AT_OK);
    assert_int_equal(at_store_pending(&pending, test.store, &test.arena, &err), AT_OK);
    assert_null(pending);
    dump(&now, &test);
    same(&now, &good, "taken back");
    check(&test);
    assert_int_equal(at_custody_verify(NULL, test.store, NULL), AT_OK);
    test_store_drop(&test);
}

/* Each try gets further than the one before, or at least no less far. */
static void test_no_memory(void **state) {
    AT_CLEANUP(at_text_clear) at_text good = {.data = NULL};
    AT_CLEANUP(at_text_clear) at_text now = {.data = NULL};
    at_receipt receipt;
    test_store test;
    size_t felt = 0;
    (void)state;
    undisturbed(&good, &receipt);
    begin_store(&test);
    at_error err = {.status = AT_OK};
    assert_int_equal(import_lines(&receipt, &test, 100, &err), AT_INTERRUPTED);
    for (uint64_t n = 1;; n += n < STEP_AFTER ? 1 : STEP) {
        err = (at_error){.status = AT_OK};
        at_memory_fail_after(n);
        const at_status status = import_lines(&receipt, &test, LINES, &err);
        at_memory_fail_after(0);
        if (status == AT_OK)
            break;
        if (status != AT_NO_MEMORY)
            fail_msg("allocation %d: status %d, \"%s\" %s", (int)n, (int)status, err.message,
                     err.hint);
        felt++;
        assert_in_range(n, 1, ALLOCATIONS_MAX);
    }
    assert_true(felt > 20);
    dump(&now, &test);
    same(&now, &good, "starved and gone on");
    check(&test);
    assert_int_equal(at_custody_verify(NULL, test.store, NULL), AT_OK);
    test_store_drop(&test);
}

/* --- A flipped bit ---------------------------------------------------------------------------- */

static const char *const kept_columns[] = {"state", "things"};

/* The last piece's column, copied; put back with `set`. */
static void get_kept(at_text *out, const test_store *test, const char *column) {
    AT_CLEANUP(at_text_clear) at_text sql = {.data = NULL};
    AT_CLEANUP(at_db_done) sqlite3_stmt *row = NULL;
    bool found = false;
    at_text_reset(out);
    assert_int_equal(
        at_text_print(&sql, NULL, "SELECT %s FROM piece ORDER BY number DESC LIMIT 1", column),
        AT_OK);
    assert_int_equal(at_db_prepare(&row, test->store->db, at_text_string(&sql), NULL), AT_OK);
    assert_int_equal(at_db_step(&found, row, NULL), AT_OK);
    assert_int_equal(at_text_add_bytes(out, sqlite3_column_blob(row, 0),
                                       (size_t)sqlite3_column_bytes(row, 0), NULL),
                     AT_OK);
}

static void set_kept(const test_store *test, const char *column, const at_text *value) {
    AT_CLEANUP(at_text_clear) at_text sql = {.data = NULL};
    AT_CLEANUP(at_db_done) sqlite3_stmt *row = NULL;
    assert_int_equal(at_text_print(&sql, NULL,
                                   "UPDATE piece SET %s = ? WHERE number ="
                                   " (SELECT max(number) FROM piece)",
                                   column),
                     AT_OK);
    assert_int_equal(at_db_prepare(&row, test->store->db, at_text_string(&sql), NULL), AT_OK);
    assert_int_equal(sqlite3_bind_blob(row, 1, value->data, (int)value->bytes, SQLITE_STATIC),
                     SQLITE_OK);
    assert_int_equal(at_db_once(row, NULL), AT_OK);
}

/* One bit of what a piece keeps, or its end, is gone: that is said once, nothing of it stays, and
 * the same import comes in anew. */
static void test_flipped(void **state) {
    AT_CLEANUP(at_text_clear) at_text good = {.data = NULL};
    AT_CLEANUP(at_text_clear) at_text now = {.data = NULL};
    AT_CLEANUP(at_text_clear) at_text kept = {.data = NULL};
    at_receipt receipt;
    test_store test;
    size_t tried = 0, bytes = 0;
    (void)state;
    undisturbed(&good, &receipt);
    begin_store(&test);
    for (size_t i = 0; i < AT_COUNT(kept_columns); i++)
        for (size_t at = bytes = 0; at <= bytes; at += at < 16 ? 1 : 29, tried++) {
            at_error err = {.status = AT_OK};
            assert_int_equal(import_lines(&receipt, &test, LINES - 9, &err), AT_INTERRUPTED);
            get_kept(&kept, &test, kept_columns[i]);
            bytes = kept.bytes;
            assert_true(bytes > 50);
            if (at < bytes)
                kept.data[at] ^= (char)(1 << at % 8);
            kept.bytes -= at >= bytes;
            set_kept(&test, kept_columns[i], &kept);
            if (import_lines(&receipt, &test, LINES, &err) != AT_TAMPERED)
                fail_msg("%s, byte %zu: nothing is said", kept_columns[i], at);
            assert_string_equal(err.code, "E-STORE-DAMAGED");
        }
    assert_true(tried > 50);
    assert_int_equal(import_lines(&receipt, &test, LINES, NULL), AT_OK);
    assert_int_equal(receipt.resumed_at, 0);
    dump(&now, &test);
    same(&now, &good, "damaged and begun anew");
    check(&test);
    test_store_drop(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stopped),
        cmocka_unit_test(test_taken_back),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_flipped),
    };
    for (size_t i = 0; i < LINES; i++)
        snprintf(content + i * TEST_LINE_BYTES, TEST_LINE_BYTES + 1, "n%06zu\n", i);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
