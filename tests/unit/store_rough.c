/* Goal: memory that runs out anywhere, files that are cut or compressed, and media that cannot be
 * written are survived.
 * Method: the n-th allocation fails, for n spread over all of them, through create, open, import,
 * publish and reading; the store is whole after each. Then gzip sources, good and cut. */
#include "tests/support/store.h"
#include "engine/base/file.h"
#include "engine/store/chunk.h"
#include "engine/store/custody.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { TRIES = 300, COUNTDOWN = 1000000, GZIP_LIMIT = 1 << 16 };

static const at_store_options writing = {.mode = AT_READ_WRITE, .now_us = test_clock};

/* One import of legs, parties and links, from begin to publish. */
static at_status import_once(at_store *store, char tag, at_arena *arena, at_error *err) {
    static const at_name name = {"Anna", AT_NAME_PRIMARY, "en"};
    AT_CLEANUP(at_import_close) at_import *import = NULL;
    char text[] = "?000000\n0000001\n0000002\n0000003\n0000004\n0000005\n";
    at_receipt receipt;
    at_error reason = {.status = AT_OK};
    text[0] = tag;
    const at_token tokens[] = {{{"USDT"}, 6}};
    const at_source_info info = {.data = text,
                                 .data_bytes = 6 * TEST_LINE_BYTES,
                                 .name = "x",
                                 .name_space = "a",
                                 .importer = "test",
                                 .importer_version = 1,
                                 .options = "o",
                                 .mapping = "{}",
                                 .mapping_bytes = 2,
                                 .tokens = tokens,
                                 .token_count = 1};
    AT_TRY(at_import_begin(&import, store, &info, err));
    if (!at_import_already(import)) {
        const at_sink *sink = at_import_sink(import);
        const bool first = tag == 'a';
        const at_fact facts[] = {test_leg(first ? "X" : "Y", !first, first ? "Y" : "X", 7, 5),
                                 test_party("P1", &name), test_same(AT_PARTY, "P1", "P2"),
                                 test_transfer("T1", "X", "Y", 9, 5),
                                 test_account("X", AT_ACCOUNT_BANK, "EUR", 4)};
        at_origin origin = test_origin(0);
        for (size_t i = 0; i < AT_COUNT(facts); i++) {
            origin = test_origin(i);
            AT_TRY(sink->put(sink->self, &origin, &facts[i], 1, err));
        }
        origin = test_origin(5);
        at_fail(&reason, AT_BAD_INPUT, "E-MONEY-TEXT", "bad \xFF");
        AT_TRY(sink->reject(sink->self, &origin, &reason, err));
    }
    return at_import_publish(&receipt, import, arena, err);
}

static at_status read_once(at_store *store, at_arena *arena, at_error *err) {
    static const at_column columns[] = {{"id", AT_COLUMN_ID, ""}, {0}};
    AT_CLEANUP(at_reader_close) at_reader *reader = NULL;
    AT_CLEANUP(at_text_clear) at_text bytes = {.data = NULL};
    const at_ledger *ledger = NULL;
    at_table table;
    at_thing thing = 0;
    at_fact_list list;
    const at_thing *things = NULL;
    size_t count = 0;
    AT_TRY(at_reader_open(&reader, store, 0, arena, err));
    const at_facts *facts = at_reader_facts(reader);
    AT_TRY(at_reader_ledger(&ledger, reader, err));
    assert_int_equal(ledger->count, 2);
    AT_TRY(facts->resolve(facts->self, &thing, AT_ANY_THING, "P2", err));
    AT_TRY(facts->list(facts->self, &list, AT_PARTY, thing, err));
    assert_int_equal(list.count, 1);
    AT_TRY(facts->things(facts->self, &things, &count, AT_ACCOUNT, err));
    assert_int_equal(count, 2);
    AT_TRY(at_reader_record_bytes(&bytes, reader, ledger->record[0], err));
    assert_int_equal(bytes.bytes, TEST_LINE_BYTES);
    at_table_init(&table, "test", 1, columns, arena);
    AT_TRY(at_reader_sql(&table, reader, "SELECT id, 0, record FROM party", NULL, 0, 0, err));
    assert_int_equal(table.row_count, 1);
    return AT_OK;
}

/* Everything, in one store, up to the first failure. */
static at_status live_once(const char *path, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    AT_CLEANUP(at_store_close) at_store *store = NULL;
    int64_t revision = 0;
    AT_TRY(at_store_create(path, &writing, err));
    AT_TRY(at_store_open(&store, path, &writing, err));
    AT_TRY(import_once(store, 'a', &arena, err));
    AT_TRY(import_once(store, 'b', &arena, err));
    AT_TRY(read_once(store, &arena, err));
    AT_TRY(at_custody_verify(NULL, store, err));
    return at_source_withdraw(&revision, store, 2, "x", err);
}

static void check_whole(const char *path) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    AT_CLEANUP(at_store_close) at_store *store = NULL;
    const at_store_finding *findings = NULL;
    size_t count = 0;
    at_error err = {.status = AT_OK};
    if (at_file_kind_of(path) == AT_FILE_NONE)
        return; /* it was not made at all */
    if (at_store_open(&store, path, &writing, &err) != AT_OK)
        fail_msg("%s", err.message);
    if (at_store_check(&findings, &count, store, true, &arena, &err) != AT_OK)
        fail_msg("%s", findings[0].text);
}

/* How many allocations a life takes: what is left of a countdown that is long enough. */
static uint64_t count_allocations(const char *path) {
    at_error err = {.status = AT_OK};
    uint64_t left = 1;
    at_memory_fail_after(COUNTDOWN);
    assert_int_equal(live_once(path, &err), AT_OK);
    for (void *memory; (memory = at_memory_resize(NULL, 1)) != NULL; left++)
        at_memory_resize(memory, 0);
    assert_int_equal(at_folder_remove(path, &err), AT_OK);
    return COUNTDOWN - left;
}

static void test_no_memory(void **state) {
    char folder[TEST_FOLDER_BYTES], path[2 * TEST_FOLDER_BYTES];
    size_t felt = 0;
    (void)state;
    test_folder_make(folder);
    snprintf(path, sizeof path, "%s/x.at", folder);
    const uint64_t total = count_allocations(path);
    for (uint64_t i = 0; i < TRIES; i++) {
        const uint64_t n = 1 + i * total / TRIES;
        at_error err = {.status = AT_OK};
        at_memory_fail_after(n);
        const at_status status = live_once(path, &err);
        at_memory_fail_after(0);
        /* SQLite lives on without some of its memory: then all is done. */
        if (status != AT_OK && status != AT_NO_MEMORY)
            fail_msg("allocation %d: %d %s", (int)n, (int)status, err.message);
        felt += status == AT_NO_MEMORY;
        check_whole(path);
        assert_int_equal(at_folder_remove(path, &err), AT_OK);
    }
    print_message("  %d allocations, %zu of %d failures were felt\n", (int)total, felt, TRIES);
    assert_true(felt > TRIES / 4);
    assert_int_equal(at_folder_remove(folder, NULL), AT_OK);
}

/* gzip of `text` made by the program of that name; false when there is none. */
static bool make_gzip(at_text *out, const test_store *test, const char *text) {
    char plain[160], command[512], packed[170];
    snprintf(plain, sizeof plain, "%s/x.csv", test->folder);
    snprintf(packed, sizeof packed, "%s.gz", plain);
    snprintf(command, sizeof command, "gzip -n -f -k %s 2>/dev/null", plain);
    assert_int_equal(at_file_write(plain, text, strlen(text), 0600, NULL), AT_OK);
    if (system(command) != 0)
        return false;
    assert_int_equal(at_file_read(out, packed, GZIP_LIMIT, NULL), AT_OK);
    return true;
}

static void test_compressed(void **state) {
    static const char text[] = "a000000\na000001\na000002\n";
    test_store test;
    at_error err = {.status = AT_OK};
    AT_CLEANUP(at_text_clear) at_text packed = {.data = NULL};
    AT_CLEANUP(at_text_clear) at_text bytes = {.data = NULL};
    AT_CLEANUP(at_import_close) at_import *import = NULL;
    at_receipt receipt;
    at_address address;
    (void)state;
    test_store_make(&test);
    if (!make_gzip(&packed, &test, text)) {
        test_store_drop(&test);
        print_message("SKIPPED: no gzip here\n");
        skip();
    }
    at_source_info info = {.data = packed.data,
                           .data_bytes = packed.bytes,
                           .name = "x.csv.gz",
                           .name_space = "a",
                           .importer = "test",
                           .importer_version = 1};
    assert_int_equal(at_import_begin(&import, test.store, &info, &err), AT_OK);
    const at_sink *sink = at_import_sink(import);
    const at_fact fact = test_transfer("T1", "X", "Y", 1, 5);
    const at_origin origin = test_origin(2);
    assert_int_equal(sink->put(sink->self, &origin, &fact, 1, &err), AT_OK);
    assert_int_equal(at_import_publish(&receipt, import, &test.arena, &err), AT_OK);
    at_import_close(&import);
    assert_string_not_equal(receipt.received, receipt.content);
    at_reader *reader = test_reader(&test, 0);
    assert_int_equal(at_reader_record_bytes(&bytes, reader, AT_RECORD_ID(1, 1), &err), AT_OK);
    assert_memory_equal(bytes.data, text + 16, 8);
    const at_facts *facts = at_reader_facts(reader);
    assert_int_equal(facts->address(facts->self, &address, AT_RECORD_ID(1, 1), &err), AT_OK);
    assert_string_equal(address.content, receipt.content); /* that of the text inside */
    at_reader_close(&reader);

    /* The same text unpacked is the same content: nothing new. */
    info.data = text;
    info.data_bytes = strlen(text);
    assert_int_equal(at_import_begin(&import, test.store, &info, &err), AT_OK);
    assert_true(at_import_already(import));
    at_import_close(&import);

    /* A cut file is refused; its bytes and the reason are kept. */
    const at_custody_entry *entries = NULL;
    size_t count = 0;
    info.data = packed.data;
    info.data_bytes = packed.bytes - 6;
    assert_int_equal(at_import_begin(&import, test.store, &info, &err), AT_BAD_INPUT);
    assert_string_equal(err.code, "E-INPUT-DAMAGED");
    assert_int_equal(at_custody_list(&entries, &count, test.store, 1, 0, &test.arena, &err), AT_OK);
    assert_string_equal(entries[count - 1].action, "failed");
    at_source kept = {.number = 0};
    const char *path = NULL;
    memcpy(kept.received, entries[count - 1].object, sizeof kept.received);
    assert_int_equal(at_source_path(&path, test.store, &kept, &test.arena, &err), AT_OK);
    assert_int_equal(at_file_kind_of(path), AT_FILE_REGULAR);
    assert_int_equal(at_custody_verify(NULL, test.store, &err), AT_OK);
    test_store_drop(&test);
}

/* A copy that cannot be written to is read all the same. Root may write anywhere: it skips this. */
static void test_read_only(void **state) {
    test_store test;
    at_error err = {.status = AT_OK};
    const at_ledger *ledger = NULL;
    (void)state;
    test_store_make(&test);
    assert_int_equal(import_once(test.store, 'a', &test.arena, &err), AT_OK);
    at_store_close(&test.store);
    assert_int_equal(chmod(test.path, 0500), 0);
    const uid_t user = geteuid();
    if (user == 0 && (chown(test.folder, 65534, 65534) != 0 || seteuid(65534) != 0)) {
        chmod(test.path, 0700);
        test_store_drop(&test);
        print_message("SKIPPED: cannot become another user\n");
        skip();
    }
    if (user == 0) {
        /* Another user, who may look but not write. */
        assert_int_equal(seteuid(0), 0);
        char command[256];
        snprintf(command, sizeof command, "chown -R 65534:65534 %s", test.folder);
        assert_int_equal(system(command), 0);
        assert_int_equal(seteuid(65534), 0);
    }
    const at_store_options reading = {.mode = AT_READ_ONLY};
    at_status status = at_store_open(&test.store, test.path, &reading, &err);
    const at_status logged =
        status == AT_OK ? at_custody_append(test.store, &(at_custody_entry){.action = "ask"}, &err)
                        : AT_OK;
    at_reader *reader = NULL;
    if (status == AT_OK)
        status = at_reader_open(&reader, test.store, 0, &test.arena, &err);
    if (status == AT_OK)
        status = at_reader_ledger(&ledger, reader, &err);
    at_reader_close(&reader);
    if (user == 0)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(chmod(test.path, 0700), 0);
    if (status != AT_OK)
        fail_msg("%s", err.message);
    assert_int_equal(ledger->count, 2);
    assert_false(at_store_writable(test.store));
    assert_int_equal(logged, AT_REFUSED);
    test_store_drop(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_compressed),
        cmocka_unit_test(test_read_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
