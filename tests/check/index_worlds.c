/* Goal: the program answers the same bytes with an index and without one.
 * Method: the world of harbour is imported, every query of its case and some commands are asked, an
 * index is made, though the store is small, and all is asked again; likewise at older revisions,
 * which it does not fit, and after one bit of each block of it was changed in turn. */
#include "engine/base/file.h"
#include "engine/store/index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { COMMAND_BYTES = 2048, BLOCK = 65536 };

static const char *const commands[] = {
    "show IR-PERSON-UNKNOWN",    "status --fields field", "find ltd",
    "ask networks hub_degree=0", "ask reconcile",         "ask patterns",
    "ask networks --at 2",       "ask patterns --at 1",
};

static char folder[] = "/tmp/assettrace-index-XXXXXX";
static char shown[COMMAND_BYTES / 4];

static int run(const char *arguments, const char *out) {
    char line[COMMAND_BYTES];
    snprintf(line, sizeof line, "\"$ASSETTRACE_BIN\" -s %s/w.at %s >%s/%s 2>&1", folder, arguments,
             folder, out);
    return system(line);
}

/* What every command says, one behind another; how they end, too. */
static void answer(at_text *out) {
    char path[64], said[64];
    snprintf(path, sizeof path, "%s/out", folder);
    out->limit_bytes = SIZE_MAX;
    for (size_t i = 0; i < AT_COUNT(commands) + 1; i++) {
        snprintf(said, sizeof said, "== %zu: %d\n", i,
                 run(i < AT_COUNT(commands) ? commands[i] : shown, "out"));
        assert_int_equal(at_text_add(out, said, NULL), AT_OK);
        assert_int_equal(at_file_read(out, path, SIZE_MAX, NULL), AT_OK);
    }
}

static void make_index(void) {
    const at_store_options options = {.mode = AT_READ_ONLY, .actor = "tester"};
    AT_CLEANUP(at_store_close) at_store *store = NULL;
    at_index_state state = AT_INDEX_NONE;
    char path[64];
    bool made = false;
    uint64_t bytes = 0;
    snprintf(path, sizeof path, "%s/w.at", folder);
    assert_int_equal(at_store_open(&store, path, &options, NULL), AT_OK);
    assert_int_equal(at_index_make(&made, store, NULL), AT_OK);
    assert_true(made);
    assert_int_equal(at_index_look(&state, &bytes, store, true, NULL), AT_OK);
    assert_int_equal(state, AT_INDEX_FRESH);
}

static void expect_same(const at_text *truth, const char *story) {
    AT_CLEANUP(at_text_clear) at_text now = {.data = NULL};
    answer(&now);
    if (now.bytes != truth->bytes || memcmp(now.data, truth->data, now.bytes) != 0)
        fail_msg("%s: other bytes", story);
}

static void test_world(void **state) {
    (void)state;
    AT_CLEANUP(at_text_clear) at_text truth = {.data = NULL}, index = {.limit_bytes = SIZE_MAX};
    char line[COMMAND_BYTES], path[64];
    const char *root = getenv("ASSETTRACE_ROOT");
    unsetenv("ASSETTRACE_STORE");
    setenv("ASSETTRACE_ACTOR", "tester", 1);
    assert_non_null(mkdtemp(folder));
    assert_int_equal(run("init", "out"), 0);
    snprintf(line, sizeof line, "import %s/fixtures/worlds/harbour", root);
    assert_int_equal(run(line, "out"), 0);
    snprintf(shown, sizeof shown, "run %s/fixtures/worlds/harbour/case.json --json", root);
    answer(&truth);
    assert_true(truth.bytes > 20000);
    make_index();
    expect_same(&truth, "with an index");
    snprintf(path, sizeof path, "%s/w.at/index/ledger", folder);
    assert_int_equal(at_file_read(&index, path, SIZE_MAX, NULL), AT_OK);
    for (size_t at = 100; at < index.bytes; at += at < BLOCK ? 20000 : BLOCK) {
        index.data[at] ^= 16;
        assert_int_equal(at_file_write(path, index.data, index.bytes, 0600, NULL), AT_OK);
        index.data[at] ^= 16;
        expect_same(&truth, "with a damaged index");
    }
    assert_int_equal(at_folder_remove(folder, NULL), AT_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_world)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
