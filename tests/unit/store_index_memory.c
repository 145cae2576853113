/* Goal: an index when memory is short, and when there is much to keep.
 * Method: each allocation of reading one fails in turn; a ledger as large as the least one kept. */
#include "tests/support/store.h"

#include "engine/store/index.h"
#include "engine/store/index_keep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATH_BYTES = 160 };

static void must(at_status status, const at_error *err) {
    if (status != AT_OK)
        fail_msg("%s: %s", err->code, err->message);
}

static void put_rows(test_store *test, char tag, int count) {
    test_source source = test_source_begin(test, "alpha", tag, (size_t)count);
    for (int i = 0; i < count; i++) {
        char id[32];
        snprintf(id, sizeof id, "%c%d", tag, i);
        const at_fact row = test_transfer(id, i % 2 ? "A1" : "A2", "A3", i, i + 1);
        test_put(&source, &row, 1);
    }
    (void)test_publish(&source);
}

/* An error that says so, or the ledger. */
static void test_memory(void **state) {
    (void)state;
    test_store test;
    at_error err = {.status = AT_OK};
    at_status status = AT_NO_MEMORY;
    bool made = false;
    test_store_make(&test);
    put_rows(&test, 'a', 300);
    must(at_index_make(&made, test.store, &err), &err);
    assert_true(made);
    for (uint64_t n = 1; status != AT_OK; n++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
        AT_CLEANUP(at_reader_close) at_reader *reader = NULL;
        const at_ledger *ledger = NULL;
        at_memory_fail_after(n);
        status = at_reader_open(&reader, test.store, 0, &arena, NULL);
        if (status == AT_OK)
            status = at_reader_ledger(&ledger, reader, NULL);
        at_memory_fail_after(0);
        assert_true(status == AT_OK ? ledger != NULL && reader->index.descriptor >= 0
                                    : status == AT_NO_MEMORY);
        assert_true(n < 100000);
    }
    test_store_drop(&test);
}

/* A question over a large ledger leaves an index; one at an older revision does not. */
static void test_large(void **state) {
    (void)state;
    test_store test;
    char path[PATH_BYTES];
    at_error err = {.status = AT_OK};
    test_store_make(&test);
    snprintf(path, sizeof path, "%s/index/ledger", test.path);
    put_rows(&test, 'a', AT_INDEX_ROWS_MIN);
    put_rows(&test, 'b', 1);
    for (int64_t revision = 1; revision >= 0; revision--) { /* 0 is the newest */
        AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
        AT_CLEANUP(at_reader_close) at_reader *reader = NULL;
        const at_ledger *ledger = NULL;
        must(at_reader_open(&reader, test.store, revision, &arena, &err), &err);
        assert_int_equal(reader->index.descriptor, -1);
        must(at_reader_ledger(&ledger, reader, &err), &err);
        assert_int_equal(ledger->count, AT_INDEX_ROWS_MIN + (revision == 0));
        assert_int_equal(access(path, F_OK), revision == 0 ? 0 : -1);
        assert_int_equal(reader->index.descriptor >= 0, revision == 0);
    }
    test_store_drop(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_memory), cmocka_unit_test(test_large)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
