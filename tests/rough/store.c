/* Goal: running out of memory while a record is proven, a store checked, replaced into, backed up
 * or restored is survived and said; the store stays whole and nothing half is left behind.
 * Method: each on a small store with the n-th allocation failing, for every n near the start and
 * one in 31 after, until it is not reached. Leaks are the sanitizers' to find. */
#include "engine/store/backup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/store.h"
#include "engine/base/file.h"
#include "engine/store/custody.h"
#include "engine/store/proof.h"

enum { STEP_AFTER = 60, STEP = 31, ALLOCATIONS_MAX = 20000 };

static test_store test;
static at_secret *identity;
static char backup_path[128], restored_path[128];
static int64_t standing = 1; /* the source that is replaced next */
static char tag = 'b';

static int make_store(void **state) {
    (void)state;
    test_store_make(&test);
    test_source made = test_source_begin(&test, "a", 'a', 3);
    const at_fact facts[] = {test_transfer("T1", "X", "Y", 1, 5),
                             test_transfer("T2", "Y", "X", 2, 5)};
    test_put(&made, &facts[0], 1);
    test_put(&made, &facts[1], 1);
    test_publish(&made);
    standing = 1;
    snprintf(backup_path, sizeof backup_path, "%s/b.age", test.folder);
    snprintf(restored_path, sizeof restored_path, "%s/r.at", test.folder);
    return at_age_identity_new(&identity, NULL) == AT_OK ? 0 : -1;
}

static int drop_store(void **state) {
    (void)state;
    at_secret_close(&identity);
    test_store_drop(&test);
    return 0;
}

static at_status prove(at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    AT_CLEANUP(at_reader_close) at_reader *reader = NULL;
    AT_CLEANUP(at_text_clear) at_text text = {.data = NULL};
    at_record_proof proof;
    at_address address;
    AT_TRY(at_reader_open(&reader, test.store, 1, &arena, err));
    const at_ledger *ledger = NULL;
    const at_facts *facts = at_reader_facts(reader);
    AT_TRY(at_reader_ledger(&ledger, reader, err));
    AT_TRY(facts->address(facts->self, &address, ledger->record[0], err));
    AT_TRY(at_proof_make(&proof, reader, &address, &arena, err));
    return at_proof_format(&text, &proof, err);
}

static at_status check(at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    const at_store_finding *findings = NULL;
    size_t count = 0;
    return at_store_check(&findings, &count, test.store, true, &arena, err);
}

/* Another file in the place of the source that stands. */
static at_status replace(at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    AT_CLEANUP(at_import_close) at_import *import = NULL;
    char text[] = "?000000\n0000001\n";
    at_receipt receipt;
    text[0] = tag;
    const at_source_info info = {.data = text,
                                 .data_bytes = 2 * TEST_LINE_BYTES,
                                 .name = "x",
                                 .name_space = "a",
                                 .importer = "test",
                                 .importer_version = 1,
                                 .replaces = standing,
                                 .reason = "better"};
    AT_TRY(at_import_begin(&import, test.store, &info, err));
    const at_fact fact = test_transfer("T1", "X", "Y", 1, 6);
    const at_origin origin = test_origin(0);
    AT_TRY(at_import_sink(import)->put(at_import_sink(import)->self, &origin, &fact, 1, err));
    const at_status status = at_import_publish(&receipt, import, &arena, err);
    /* What was published stands even where nothing was left to say so; one source a revision. */
    int64_t newest = 0;
    const uint64_t left = at_memory_fail_after(0);
    assert_int_equal(at_store_revision(&newest, test.store, NULL), AT_OK);
    at_memory_fail_after(left);
    if (newest > standing)
        tag++;
    standing = newest;
    return status;
}

static at_status back_up(at_error *err) {
    at_age_recipient to;
    at_backup made;
    at_age_identity_recipient(&to, identity);
    const at_backup_request request = {
        .path = backup_path, .recipients = &to, .recipient_count = 1, .replace = true};
    return at_backup_write(&made, test.store, &request, err);
}

static at_status restore(at_error *err) {
    const at_store_options options = {.now_us = test_clock};
    at_backup restored;
    return at_backup_restore(&restored, backup_path, restored_path, identity, &options, err);
}

/* Nothing under a name of its own is left by what failed. */
static void check_folder(void) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    at_file_entry *entries = NULL;
    size_t count = 0;
    assert_int_equal(at_folder_walk(&entries, &count, test.folder, &arena, NULL), AT_OK);
    for (size_t i = 0; i < count; i++)
        if (strstr(entries[i].path, ".part-") || strstr(entries[i].path, ".new-"))
            fail_msg("\"%s\" was left behind", entries[i].path);
}

static void fail_each(at_status (*act)(at_error *), const char *path) {
    uint64_t felt = 0;
    for (uint64_t n = 1;; n += n < STEP_AFTER ? 1 : STEP) {
        at_error err = {.status = AT_OK};
        at_memory_fail_after(n);
        const at_status status = act(&err);
        const bool reached = at_memory_fail_after(0) == 0;
        check_folder();
        if (status == AT_OK && path) /* a store that was made is thrown away again */
            assert_int_equal(at_folder_remove(path, NULL), AT_OK);
        if (status != AT_OK && status != AT_NO_MEMORY)
            fail_msg("allocation %d: status %d, \"%s\" %s", (int)n, (int)status, err.message,
                     err.hint);
        felt += status == AT_NO_MEMORY;
        if (!reached) {
            assert_int_equal(status, AT_OK);
            break;
        }
        assert_in_range(n, 1, ALLOCATIONS_MAX);
    }
    assert_true(felt > 20);
    at_error err = {.status = AT_OK};
    if (check(&err) != AT_OK)
        fail_msg("afterwards: %s", err.message);
    assert_int_equal(at_custody_verify(NULL, test.store, NULL), AT_OK);
}

static void test_proving(void **state) {
    (void)state;
    assert_int_equal(prove(NULL), AT_OK);
    fail_each(prove, NULL);
}

static void test_checking(void **state) {
    (void)state;
    fail_each(check, NULL);
}

static void test_replacing(void **state) {
    (void)state;
    fail_each(replace, NULL);
}

static void test_backing_up(void **state) {
    (void)state;
    fail_each(back_up, NULL);
}

static void test_restoring(void **state) {
    (void)state;
    assert_int_equal(back_up(NULL), AT_OK);
    fail_each(restore, restored_path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_proving, make_store, drop_store),
        cmocka_unit_test_setup_teardown(test_checking, make_store, drop_store),
        cmocka_unit_test_setup_teardown(test_replacing, make_store, drop_store),
        cmocka_unit_test_setup_teardown(test_backing_up, make_store, drop_store),
        cmocka_unit_test_setup_teardown(test_restoring, make_store, drop_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
