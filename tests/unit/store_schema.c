/* Goal: a store is made whole, found, migrated by steps, and its facts are never rewritten by any
 * code of the room.
 * Method: toy steps over the real schema; folders at odd depths; and the room's own source read as
 * text. */
#include "tests/support/store.h"
#include "engine/base/file.h"
#include "engine/store/chunk.h"
#include "engine/store/column.h"
#include "engine/store/migrate.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include <cmocka.h>

static const at_store_options reading = {.mode = AT_READ_ONLY};
static const at_store_options writing = {.mode = AT_READ_WRITE, .now_us = test_clock};

static void database_path(char out[160], const test_store *test) {
    snprintf(out, 160, "%s/store.sqlite", test->path);
}

static void run_sql(const test_store *test, const char *sql) {
    char path[160];
    sqlite3 *db = NULL;
    database_path(path, test);
    assert_int_equal(at_db_open(&db, path, AT_DB_WRITE, 0, NULL), AT_OK);
    assert_int_equal(at_db_run(db, sql, NULL), AT_OK);
    at_db_close(&db);
}

static void answer_code(sqlite3_context *context, int count, sqlite3_value **values) {
    assert_int_equal(count, 1);
    sqlite3_result_error_code(context, sqlite3_value_int(values[0]));
}

/* What SQLite answers, and what we make of it. */
static void test_codes_of_the_database(void **state) {
    (void)state;
    static const struct {
        int code;
        at_status status;
        const char *name;
        bool hint;
    } rows[] = {
        {SQLITE_BUSY, AT_LOCKED, "E-STORE-LOCKED", true},
        {SQLITE_LOCKED, AT_LOCKED, "E-STORE-LOCKED", true},
        {SQLITE_PROTOCOL, AT_LOCKED, "E-STORE-LOCKED", true},
        {SQLITE_BUSY_SNAPSHOT, AT_LOCKED, "E-STORE-LOCKED", true},
        {SQLITE_FULL, AT_IO, "E-IO", false},
        {SQLITE_IOERR_WRITE, AT_IO, "E-IO", false},
        {SQLITE_CORRUPT, AT_TAMPERED, "E-STORE-DAMAGED", false},
        {SQLITE_INTERRUPT, AT_INTERRUPTED, "E-INTERRUPTED", false},
        {SQLITE_TOOBIG, AT_LIMIT, "E-LIMIT", false},
        {SQLITE_MISUSE, AT_BUG, "E-STORE-SQL", false},
    };
    AT_CLEANUP(at_db_close) sqlite3 *db = NULL;
    assert_int_equal(at_db_open(&db, ":memory:", AT_DB_CREATE, 0, NULL), AT_OK);
    assert_int_equal(
        sqlite3_create_function(db, "answer", 1, SQLITE_UTF8, NULL, answer_code, NULL, NULL),
        SQLITE_OK);
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        at_error err = {.status = AT_OK};
        char sql[64];
        snprintf(sql, sizeof sql, "SELECT answer(%d)", rows[i].code);
        print_message("  %s\n", sql);
        assert_int_equal(at_db_run(db, sql, &err), rows[i].status);
        assert_string_equal(err.code, rows[i].name);
        assert_int_equal(err.hint[0] != '\0', rows[i].hint);
    }
}

static void test_migration(void **state) {
    const at_migration steps[] = {
        at_migrations[0],
        at_migrations[1],
        at_migrations[2],
        at_migrations[3],
        at_migrations[4],
        {"CREATE TABLE toy (x INTEGER) STRICT", "a toy", NULL},
        {"INSERT INTO toy VALUES (1); CREATE TABLE toy (y)", "broken", NULL},
        {"INSERT INTO toy VALUES (7)", "a fact for it", NULL}};
    test_store test;
    sqlite3 *db = NULL;
    at_error err = {.status = AT_OK};
    int64_t number = 0;
    char path[160];
    (void)state;
    test_store_make(&test);
    test_source source = test_source_begin(&test, "a", 'a', 1);
    const at_fact fact = test_leg("X", true, "Y", 1, 5);
    test_put(&source, &fact, 1);
    test_publish(&source);
    at_store_close(&test.store);
    database_path(path, &test);

    assert_int_equal(at_db_open(&db, path, AT_DB_WRITE, 0, &err), AT_OK);
    assert_int_equal(at_migrate_version(&number, db, &err), AT_OK);
    assert_int_equal(number, 5);
    assert_int_equal(at_migrate(db, steps, 6, &err), AT_OK);
    assert_int_equal(at_migrate_version(&number, db, &err), AT_OK);
    assert_int_equal(number, 6);
    /* A step that fails leaves the version before it whole. */
    assert_int_equal(at_migrate(db, steps, 7, &err), AT_BUG);
    assert_int_equal(at_migrate_version(&number, db, &err), AT_OK);
    assert_int_equal(number, 6);
    assert_int_equal(at_db_number(&number, db, -1, NULL, 0, "SELECT count(*) FROM toy", &err),
                     AT_OK);
    assert_int_equal(number, 0);
    /* What was there is still there. */
    assert_int_equal(
        at_db_number(&number, db, -1, NULL, 0, "SELECT sum(leg_count) FROM chunk", &err), AT_OK);
    assert_int_equal(number, 1);
    assert_int_equal(at_migrate(db, steps, 5, &err), AT_NO_STORE);
    assert_string_equal(err.code, "E-STORE-NEWER");
    at_db_close(&db);
    assert_int_equal(at_store_open(&test.store, test.path, &writing, &err), AT_NO_STORE);
    assert_string_equal(err.code, "E-STORE-NEWER");
    /* Transfers as rows are not read any more: neither by readers nor by writers. */
    run_sql(&test, "PRAGMA user_version = 1");
    assert_int_equal(at_store_open(&test.store, test.path, &writing, &err), AT_BAD_INPUT);
    assert_string_equal(err.code, "E-STORE-OLDER");
    assert_non_null(strstr(err.hint, "/sources\""));
    assert_int_equal(at_store_open(&test.store, test.path, &reading, &err), AT_BAD_INPUT);
    test_store_drop(&test);
}

static void test_open(void **state) {
    test_store test;
    at_error err = {.status = AT_OK};
    at_store *store = NULL;
    struct stat file;
    char path[160];
    uint8_t salt[AT_STORE_SECRET_BYTES], again[AT_STORE_SECRET_BYTES];
    (void)state;
    test_store_make(&test);
    assert_string_equal(at_store_path(test.store), test.path);
    assert_true(at_store_writable(test.store));
    snprintf(path, sizeof path, "%s/secret", test.path);
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 07777, 0600);
    assert_int_equal(file.st_size, AT_STORE_SECRET_BYTES);
    assert_int_equal(stat(test.path, &file), 0);
    assert_int_equal(file.st_mode & 07777, 0700);
    assert_int_equal(at_store_salt(salt, test.store, "x", 1, &err), AT_OK);
    assert_int_equal(at_store_salt(again, test.store, "x", 1, &err), AT_OK);
    assert_memory_equal(salt, again, sizeof salt);
    assert_int_equal(at_store_salt(again, test.store, "y", 1, &err), AT_OK);
    assert_memory_not_equal(salt, again, sizeof salt);

    assert_int_equal(at_store_create(test.path, &writing, &err), AT_BAD_INPUT);
    assert_string_equal(err.code, "E-STORE-EXISTS");
    assert_int_equal(at_store_create("/nowhere/x.at", &writing, &err), AT_IO);
    assert_int_equal(at_store_open(&store, "/nowhere/x.at", &writing, &err), AT_NO_STORE);
    assert_int_equal(at_store_open(&store, test.folder, &writing, &err), AT_NO_STORE);

    /* A reader's handle writes nothing. */
    int64_t revision = 0;
    assert_int_equal(at_store_open(&store, test.path, &reading, &err), AT_OK);
    assert_int_equal(at_setting_put(&revision, store, "leg_window_us", 1, &err), AT_IO);
    assert_string_equal(err.code, "E-STORE-READONLY");
    at_store_close(&store);

    /* Not a database of ours, and not a database. */
    run_sql(&test, "PRAGMA application_id = 1");
    at_store_close(&test.store);
    assert_int_equal(at_store_open(&test.store, test.path, &writing, &err), AT_NO_STORE);
    database_path(path, &test);
    assert_int_equal(
        at_file_write(path, "this is no database at all, only some text", 42, 0600, &err), AT_OK);
    assert_int_equal(at_store_open(&test.store, test.path, &writing, &err), AT_TAMPERED);
    assert_string_equal(err.code, "E-STORE-DAMAGED");
    test_store_drop(&test);
}

static void test_find(void **state) {
    test_store test;
    at_error err = {.status = AT_OK};
    AT_CLEANUP(at_text_clear) at_text found = {.data = NULL};
    char deep[160], decoy[160];
    (void)state;
    test_store_make(&test);
    snprintf(deep, sizeof deep, "%s/one/two", test.folder);
    snprintf(decoy, sizeof decoy, "%s/one/empty.at", test.folder);
    assert_int_equal(at_folder_make(deep, 0700, &err), AT_OK);
    assert_int_equal(at_folder_make(decoy, 0700, &err), AT_OK); /* is called like a store only */
    assert_int_equal(at_store_find(&found, deep, &err), AT_OK);
    assert_string_equal(at_text_string(&found), test.path);
    at_text_reset(&found);
    snprintf(deep, sizeof deep, "%s/a.at", test.folder);
    assert_int_equal(at_store_create(deep, &writing, &err), AT_OK);
    assert_int_equal(at_store_find(&found, test.folder, &err), AT_OK);
    assert_string_equal(at_text_string(&found), deep); /* the bytewise first of two */
    at_text_reset(&found);
    assert_int_equal(at_store_find(&found, "/proc/self", &err), AT_NO_STORE);
    assert_int_equal(at_store_find(&found, "/nowhere", &err), AT_IO);
    test_store_drop(&test);
}

/* Evidence that was changed or lost is never handed out. */
static void test_archive(void **state) {
    test_store test;
    at_error err = {.status = AT_OK};
    at_source source;
    const char *path = NULL;
    const at_store_finding *findings = NULL;
    size_t count = 0;
    struct stat file;
    AT_CLEANUP(at_text_clear) at_text bytes = {.data = NULL};
    (void)state;
    test_store_make(&test);
    test_source made = test_source_begin(&test, "a", 'a', 3);
    const at_fact fact = test_transfer("T1", "X", "Y", 1, 5);
    test_put(&made, &fact, 1);
    test_publish(&made);
    assert_int_equal(at_source_find(&source, test.store, "1", &test.arena, &err), AT_OK);
    assert_int_equal(at_source_find(&source, test.store, source.content, &test.arena, &err), AT_OK);
    assert_int_equal(at_source_find(&source, test.store, "a", &test.arena, &err), AT_OK);
    assert_int_equal(at_source_find(&source, test.store, "b", &test.arena, &err), AT_BAD_INPUT);
    assert_int_equal(at_source_path(&path, test.store, &source, &test.arena, &err), AT_OK);
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 07777, 0400);
    assert_int_equal(at_store_check(&findings, &count, test.store, true, &test.arena, &err), AT_OK);

    at_reader *reader = test_reader(&test, 0);
    at_address address = {.offset = TEST_LINE_BYTES, .bytes = TEST_LINE_BYTES};
    memcpy(address.content, source.content, sizeof address.content);
    assert_int_equal(at_reader_address_bytes(&bytes, reader, &address, &err), AT_OK);
    assert_memory_equal(bytes.data, made.text + TEST_LINE_BYTES, TEST_LINE_BYTES);
    address.offset = 0; /* back to the beginning of the stream */
    assert_int_equal(at_reader_address_bytes(&bytes, reader, &address, &err), AT_OK);
    assert_memory_equal(bytes.data + TEST_LINE_BYTES, made.text, TEST_LINE_BYTES);
    address.bytes = 1000;
    assert_int_equal(at_reader_address_bytes(&bytes, reader, &address, &err), AT_BAD_INPUT);
    assert_string_equal(err.code, "E-ADDRESS-UNKNOWN");
    address.offset = 1000;
    assert_int_equal(at_reader_address_bytes(&bytes, reader, &address, &err), AT_BAD_INPUT);
    memset(address.content, '0', 64);
    assert_int_equal(at_reader_address_bytes(&bytes, reader, &address, &err), AT_BAD_INPUT);
    at_reader_close(&reader);

    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(at_file_write(path, "a000000\na000009\na000002\n", 24, 0400, &err), AT_OK);
    reader = test_reader(&test, 0);
    assert_int_equal(at_reader_record_bytes(&bytes, reader, AT_RECORD_ID(1, 1), &err), AT_TAMPERED);
    assert_string_equal(err.code, "E-SOURCE-TAMPERED");
    assert_int_equal(at_store_check(&findings, &count, test.store, true, &test.arena, &err),
                     AT_TAMPERED);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(at_reader_record_bytes(&bytes, reader, AT_RECORD_ID(1, 1), &err), AT_TAMPERED);
    assert_int_equal(at_store_check(&findings, &count, test.store, false, &test.arena, &err),
                     AT_TAMPERED);
    at_reader_close(&reader);
    test_store_drop(&test);
}

/* Settings that decide answers are revisions. */
static void test_settings(void **state) {
    test_store test;
    at_error err = {.status = AT_OK};
    int64_t value = 0, revision = 0;
    const at_revision *revisions = NULL;
    const at_pair_view *pairs = NULL;
    size_t count = 0;
    (void)state;
    test_store_make(&test);
    for (int i = 0; i < 2; i++) {
        test_source source = test_source_begin(&test, "a", (char)('a' + i), 1);
        const at_fact leg = test_leg(i ? "Y" : "X", i == 1, i ? "X" : "Y", 100 * i, 5);
        test_put(&source, &leg, 1);
        const at_receipt receipt = test_publish(&source);
        assert_int_equal(receipt.pairs_made, i);
    }
    assert_int_equal(at_setting_get(&value, test.store, "leg_window_us", 0, &err), AT_OK);
    assert_int_equal(value, 3 * AT_US_PER_DAY);
    assert_int_equal(at_setting_put(&revision, test.store, "leg_window_us", 99, &err), AT_OK);
    assert_int_equal(revision, 3);
    assert_int_equal(at_setting_get(&value, test.store, "leg_window_us", 2, &err), AT_OK);
    assert_int_equal(value, 3 * AT_US_PER_DAY);
    assert_int_equal(at_setting_get(&value, test.store, "leg_window_us", 3, &err), AT_OK);
    assert_int_equal(value, 99);
    for (int64_t at = 2; at <= 3; at++) {
        at_reader *reader = test_reader(&test, at);
        assert_int_equal(at_reader_pairs(&pairs, &count, reader, &err), AT_OK);
        assert_int_equal(count, at == 2);
        at_reader_close(&reader);
    }
    assert_int_equal(at_setting_put(&revision, test.store, "leg_window", 1, &err), AT_BAD_INPUT);
    assert_string_equal(err.code, "E-SETTING-UNKNOWN");
    assert_int_equal(at_setting_put(&revision, test.store, "leg_window_us", -1, &err),
                     AT_BAD_INPUT);
    assert_int_equal(at_revisions_list(&revisions, &count, test.store, &test.arena, &err), AT_OK);
    assert_int_equal(count, 3);
    assert_string_equal(revisions[0].kind, "import");
    assert_int_equal(revisions[0].source, 1);
    assert_int_equal(revisions[0].at_us, test_clock());
    assert_string_equal(revisions[2].kind, "setting");
    test_store_drop(&test);
}

/* Is `word` in the text as a whole word? */
static bool has_word(const char *text, const char *word) {
    const size_t bytes = strlen(word);
    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
        if ((at == text || !isalnum((unsigned char)at[-1])) && !isalnum((unsigned char)at[bytes]))
            return true;
    return false;
}

static void test_append_only(void **state) {
    const char *root = getenv("ASSETTRACE_ROOT");
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    at_file_entry *entries = NULL;
    size_t count = 0, read = 0;
    const char *folder = NULL;
    (void)state;
    assert_non_null(root);
    assert_int_equal(at_path_join(&folder, &arena, root, "engine/store", NULL), AT_OK);
    assert_int_equal(at_folder_walk(&entries, &count, folder, &arena, NULL), AT_OK);
    for (size_t i = 0; i < count; i++) {
        AT_CLEANUP(at_text_clear) at_text text = {.data = NULL};
        const char *path = NULL;
        if (strcmp(entries[i].path, "recover.c") == 0 || strcmp(entries[i].path, "layout5.c") == 0)
            continue; /* what nobody published; the same facts in another form */
        assert_int_equal(at_path_join(&path, &arena, folder, entries[i].path, NULL), AT_OK);
        assert_int_equal(at_file_read(&text, path, 1 << 20, NULL), AT_OK);
        if (has_word(text.data, "UPDATE") || has_word(text.data, "DELETE") ||
            has_word(text.data, "REPLACE"))
            fail_msg("%s rewrites facts", entries[i].path);
        read++;
    }
    assert_true(read > 30);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_migration),
        cmocka_unit_test(test_open),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_archive),
        cmocka_unit_test(test_codes_of_the_database),
        cmocka_unit_test(test_settings),
        cmocka_unit_test(test_append_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
