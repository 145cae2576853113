/* Goal: one writer, many readers; whoever is killed at any moment leaves nothing half done, and the
 * next start says so.
 * Method: child processes - one that holds the lock while another waits or gives up, readers beside
 * a writer, and a writer killed by SIGKILL after a random while, hundreds of times, with the store
 * checked after each. */
#include "tests/support/store.h"
#include "engine/base/file.h"
#include "engine/store/custody.h"

#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/wait.h>

#include <cmocka.h>

enum { KILLS = 100, ROWS = 40 };

static void pause_us(long microseconds) {
    nanosleep(&(struct timespec){.tv_sec = microseconds / 1000000,
                                 .tv_nsec = microseconds % 1000000 * 1000},
              NULL);
}

/* In a child: import ROWS transfers under a tag, holding the lock `hold_us` before publishing. */
static at_status import_in_child(const char *path, int tag, int lock_wait_ms, long hold_us,
                                 int ready) {
    at_error err = {.status = AT_OK};
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    AT_CLEANUP(at_store_close) at_store *store = NULL;
    AT_CLEANUP(at_import_close) at_import *import = NULL;
    const at_store_options options = {
        .mode = AT_READ_WRITE, .lock_wait_ms = lock_wait_ms, .now_us = test_clock};
    at_receipt receipt;
    char text[ROWS * TEST_LINE_BYTES + 1];
    for (int i = 0; i < ROWS; i++)
        snprintf(text + i * TEST_LINE_BYTES, TEST_LINE_BYTES + 1, "%03u%04u\n",
                 (unsigned)tag % 1000, (unsigned)i % 10000);
    const at_source_info info = {.data = text,
                                 .data_bytes = ROWS * TEST_LINE_BYTES,
                                 .name = "child",
                                 .name_space = "a",
                                 .importer = "test",
                                 .importer_version = 1};
    AT_TRY(at_store_open(&store, path, &options, &err));
    AT_TRY(at_import_begin(&import, store, &info, &err));
    if (ready >= 0 && write(ready, "x", 1) != 1)
        return AT_IO;
    for (size_t i = 0; !at_import_already(import) && i < ROWS; i++) {
        const at_sink *sink = at_import_sink(import);
        const at_origin origin = test_origin(i);
        const at_fact facts[] = {
            test_leg("X", i % 2 == 0, "Y", tag * 1000 + (int64_t)i, 5),
            test_account(i % 2 ? "X" : "Y", AT_ACCOUNT_BANK, "EUR", AT_AMOUNT_NONE)};
        AT_TRY(sink->put(sink->self, &origin, facts, i < 2 ? 2 : 1, &err));
    }
    pause_us(hold_us);
    return at_import_publish(&receipt, import, &arena, &err);
}

static pid_t start_child(const char *path, int tag, int lock_wait_ms, long hold_us, int ready) {
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit((int)import_in_child(path, tag, lock_wait_ms, hold_us, ready));
    return child;
}

static int wait_child(pid_t child) {
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void test_two_writers(void **state) {
    test_store test;
    int ready[2];
    char byte;
    (void)state;
    test_store_make(&test);
    assert_int_equal(pipe(ready), 0);
    const pid_t first = start_child(test.path, 1, 0, 400000, ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1); /* it holds the lock now */
    const pid_t hasty = start_child(test.path, 2, 50, 0, -1);
    const pid_t patient = start_child(test.path, 3, 20000, 0, -1);
    assert_int_equal(wait_child(hasty), AT_LOCKED);

    /* Readers see the store as it was, without waiting. */
    at_reader *reader = test_reader(&test, 0);
    assert_int_equal(at_reader_revision(reader), 0);
    at_reader_close(&reader);
    const at_custody_entry question = {.action = "ask"};
    assert_int_equal(at_custody_append(test.store, &question, NULL), AT_OK);

    assert_int_equal(wait_child(first), AT_OK);
    assert_int_equal(wait_child(patient), AT_OK);
    int64_t revision = 0;
    assert_int_equal(at_store_revision(&revision, test.store, NULL), AT_OK);
    assert_int_equal(revision, 2);
    assert_int_equal(at_custody_verify(NULL, test.store, NULL), AT_OK);
    /* This handle waits for none of its own imports, and says so. */
    test_source source = test_source_begin(&test, "a", 'q', 1);
    at_error err = {.status = AT_OK};
    assert_int_equal(at_source_withdraw(&revision, test.store, 1, "x", &err), AT_BUG);
    at_import_close(&source.import);
    close(ready[0]);
    close(ready[1]);
    test_store_drop(&test);
}

static size_t count_files(const test_store *test, const char *folder) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    char path[160];
    at_file_entry *entries = NULL;
    size_t count = 0;
    snprintf(path, sizeof path, "%s/%s", test->path, folder);
    assert_int_equal(at_folder_walk(&entries, &count, path, &arena, NULL), AT_OK);
    return count;
}

/* Every published source is there with all its rows; nothing of any other. */
static void check_whole(test_store *test) {
    at_error err = {.status = AT_OK};
    const at_source *sources = NULL;
    const at_ledger *ledger = NULL;
    size_t count = 0;
    int64_t revision = 0;
    assert_int_equal(at_store_revision(&revision, test->store, &err), AT_OK);
    assert_int_equal(at_sources_list(&sources, &count, test->store, 0, &test->arena, &err), AT_OK);
    assert_int_equal(count, revision);
    at_reader *reader = test_reader(test, 0);
    assert_int_equal(at_reader_ledger(&ledger, reader, &err), AT_OK);
    assert_int_equal(ledger->count, count * ROWS);
    at_reader_close(&reader);
    if (at_custody_verify(NULL, test->store, &err) != AT_OK)
        fail_msg("%s (%s)", err.message, err.place);
    assert_int_equal(count_files(test, "tmp"), 0);
}

static void test_kills(void **state) {
    test_store test;
    size_t rolled_back = 0, completed = 0, killed = 0;
    uint64_t seed = 42;
    (void)state;
    test_store_make(&test);
    /* Once undisturbed, to know how long it takes. */
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    assert_int_equal(wait_child(start_child(test.path, 0, 0, 0, -1)), AT_OK);
    clock_gettime(CLOCK_MONOTONIC, &end);
    const long whole_us =
        (end.tv_sec - start.tv_sec) * 1000000 + (end.tv_nsec - start.tv_nsec) / 1000;
    for (int i = 1; i <= KILLS; i++) {
        seed = seed * UINT64_C(6364136223846793005) + 1;
        const pid_t child = start_child(test.path, i, 0, 0, -1);
        pause_us((long)(seed >> 33) % (whole_us * 5 / 4 + 1));
        kill(child, SIGKILL);
        killed += wait_child(child) == -SIGKILL;
        test_store_reopen(&test);
        const char *said = at_store_recovered(test.store);
        rolled_back += said && strstr(said, "rolled back");
        completed += said && strstr(said, "it is complete");
        check_whole(&test);
    }
    print_message("  %zu killed: %zu rolled back, %zu found complete\n", killed, rolled_back,
                  completed);
    assert_true(killed > KILLS / 4);
    assert_true(rolled_back > 0);
    test_store_drop(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_writers),
        cmocka_unit_test(test_kills),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
