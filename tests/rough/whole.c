/* Goal: the whole job - import, question, seal, verify - is starved of memory at its n-th
 * allocation and says so: no other error, no crash, the store whole with what was published and
 * nothing else, and the same again with memory gives what it always gives.
 * Method: two banks and a ledger of one chain, imported from a fresh copy of the store for each n,
 * then asked, sealed and verified; tiny on one thread, and with some hundred rows on two threads
 * and in pieces. Of ASSETTRACE_SOAK minutes 20 try every n; fewer, or a test, one in some, from
 * ASSETTRACE_SEED on. Our allocator is also SQLite's; leaks are the sanitizers' to find. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/sample_bundle.h"
#include "tests/support/store.h"
#include "engine/base/file.h"
#include "engine/evidence/finding.h"
#include "engine/evidence/verify.h"
#include "engine/jobs/import.h"
#include "engine/jobs/seal.h"
#include "engine/model/table.h"
#include "engine/store/custody.h"

enum { FILES = 3, PATH_BYTES = 160, PIECE = 8192, STATES = FILES + 1, JOBS = 4, SOAK_MINUTES = 20 };
#define PLENTY (UINT64_C(1) << 40)

/* A world and how it is imported. */
static const struct {
    const char *story;
    int rows;
    uint64_t piece_bytes;
    unsigned tries; /* of each job, outside of a soak */
} worlds[] = {
    {"tiny, on one thread", 6, 0, 20},
    {"on two threads, in pieces", 700, PIECE, 8},
};

static const char map[] =
    "{\"schema\": \"assettrace/mapping/1\", \"delimiter\": \",\", \"date\": \"YYYY-MM-DD\","
    " \"decimal\": \".\", \"records\": [{\"kind\": \"leg\", \"fields\": {\"time\": \"date\","
    " \"account\": \"account\", \"counterparty\": \"other\", \"amount\": \"amount\","
    " \"currency\": {\"constant\": \"EUR\"}}}]}";

static const char case_file[] =
    "{\"schema\": \"assettrace/case/1\", \"id\": \"c1\", \"as_of\": \"2024-12-31\","
    " \"purpose\": \"asset-freeze\", \"legal_basis\": \"order 7\", \"subjects\": [],"
    " \"questions\": [{\"id\": \"q1\", \"ask\": \"trace\","
    " \"source\": [{\"label\": \"X\", \"transfer\": \"T1\"}], \"method\": [\"fifo\"]},"
    " {\"id\": \"q2\", \"ask\": \"reconcile\"}, {\"id\": \"q3\", \"ask\": \"timeline\","
    " \"of\": \"A0\"}], \"output\": {\"languages\": [\"en\"]}}";

static sample_keys keys;
static test_store test; /* its store is closed while a job runs */
static size_t world;
static char path[FILES][PATH_BYTES], map_path[PATH_BYTES], dossier[PATH_BYTES];
static at_text states[STATES]; /* answers when so many files are published */

/* --- The world --------------------------------------------------------------------------------
 */

static void write_file(char out[PATH_BYTES], const char *name, const char *text) {
    snprintf(out, PATH_BYTES, "%s/%s", test.folder, name);
    sample_write(test.folder, name, text, strlen(text));
}

/* What bank `bank` of two says of the payments from B0 to C0. */
static void write_bank(int bank, const char *name) {
    AT_CLEANUP(at_text_clear) at_text text = {.data = NULL};
    assert_int_equal(at_text_add(&text, "date,account,other,amount\n", NULL), AT_OK);
    for (int i = 1; i <= 4; i++)
        assert_int_equal(at_text_print(&text, NULL, "2024-03-%02d,%s,%s,%s%d.00\n", i,
                                       bank ? "C0" : "B0", bank ? "B0" : "C0", bank ? "" : "-",
                                       10 * i),
                         AT_OK);
    write_file(path[1 + bank], name, at_text_string(&text));
}

static void copy_store(const char *from, const char *to) {
    char command[4 * PATH_BYTES];
    snprintf(command, sizeof command, "rm -rf '%s%s' && cp -a '%s%s' '%s%s'", test.path, to,
             test.path, from, test.path, to);
    assert_int_equal(system(command), 0);
}

static void fresh_store(bool full) {
    copy_store(full ? ".full" : ".empty", "");
}

static int make_world(void **state) {
    AT_CLEANUP(at_text_clear) at_text text = {.data = NULL};
    world = (size_t)(*(const int *)*state);
    test_store_make(&test);
    at_store_close(&test.store);
    assert_int_equal(at_text_add(&text, "id,time,from,to,amount,currency\n", NULL), AT_OK);
    for (int i = 1; i <= worlds[world].rows; i++)
        assert_int_equal(at_text_print(&text, NULL,
                                       i % 97 == 5 ? "T%d,someday,A%d,A%d,%d.00,EUR\n"
                                                   : "T%d,2024-02-01,A%d,A%d,%d.00,EUR\n",
                                       i % 50 == 9 ? i - 3 : i, i % 7, (i + 1) % 7, 5 + i % 11),
                         AT_OK);
    write_file(path[0], "ledger.csv", at_text_string(&text));
    write_bank(0, "b.csv");
    write_bank(1, "c.csv");
    write_file(map_path, "map.json", map);
    snprintf(dossier, sizeof dossier, "%s/dossier", test.folder);
    copy_store("", ".empty");
    return 0;
}

static int drop_world(void **state) {
    (void)state;
    for (size_t i = 0; i < STATES; i++)
        at_text_clear(&states[i]);
    test_store_drop(&test);
    return 0;
}

/* --- The job ----------------------------------------------------------------------------------
 */

static at_status open_store(at_store **out, at_error *err) {
    const at_store_options options = {.mode = AT_READ_WRITE,
                                      .now_us = test_clock,
                                      .actor = "tester",
                                      .piece_bytes = worlds[world].piece_bytes};
    return at_store_open(out, test.path, &options, err);
}

static at_status import_first(size_t count, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    AT_CLEANUP(at_store_close) at_store *store = NULL;
    AT_TRY(open_store(&store, err));
    for (size_t i = 0; i < count; i++) {
        at_receipt receipt;
        const at_import_request request = {.path = path[i],
                                           .importer = i ? "table_csv" : NULL,
                                           .map_path = i ? map_path : NULL,
                                           .name_space = "bank"};
        AT_TRY(at_import_file(&receipt, store, at_importers, &request, &arena, err));
    }
    return AT_OK;
}

static at_status import_files(at_error *err) {
    return import_first(FILES, err);
}

/* The case answered; `seal` too where asked for. */
static at_status answer(at_text *out, bool seal, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    AT_CLEANUP(at_store_close) at_store *store = NULL;
    AT_CLEANUP(at_reader_close) at_reader *reader = NULL;
    AT_CLEANUP(at_case_close) at_case source = {.json = NULL};
    at_case_run run;
    at_seal_result sealed;
    AT_TRY(open_store(&store, err));
    AT_TRY(at_reader_open(&reader, store, 0, &arena, err));
    AT_TRY(
        at_case_read_bytes(&source, case_file, strlen(case_file), "case", at_queries, &arena, err));
    AT_TRY(at_case_answer_all(&run, &source, reader, &arena, NULL, NULL, err));
    for (size_t a = 0; out && a < run.answer_count; a++) {
        const at_table *table = &run.answers[a].table;
        for (size_t i = 0; i < table->row_count * table->column_count; i++) {
            const size_t row = i / table->column_count, column = i % table->column_count;
            AT_TRY(at_cell_print(out, &table->columns[column], &table->rows[row].cells[column],
                                 AT_SHARE_PLACES, err));
            AT_TRY(at_text_add(out, "|", err));
        }
    }
    const at_passphrase passphrase = at_passphrase_text("harbour");
    const at_seal_job job = {.out = dossier,
                             .key_path = seal ? keys.test_secret : NULL,
                             .passphrase = &passphrase,
                             .test_key = true,
                             .force = true};
    return seal ? at_seal(&sealed, &run, store, reader, &job, &arena, err) : AT_OK;
}

static at_status ask_case(at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {.data = NULL};
    const at_status status = answer(&text, false, err);
    if (status == AT_OK && strcmp(at_text_string(&text), at_text_string(&states[FILES])) != 0)
        fail_msg("another answer: %s", at_text_string(&text));
    return status;
}

static at_status seal_case(at_error *err) {
    return answer(NULL, true, err);
}

static at_status verify(at_error *err) {
    const char *const roots[] = {keys.test_public};
    at_verification verified;
    const at_verify_request request = {.dossier = dossier, .root_paths = roots, .root_count = 1};
    const at_status status = at_bundle_verify(&verified, &request, err);
    return status == AT_UNTRUSTED ? AT_OK : status; /* that is what a TEST key gets */
}

/* --- Every n ----------------------------------------------------------------------------------
 */

static void whole_store(uint64_t n) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    AT_CLEANUP(at_store_close) at_store *store = NULL;
    const at_store_finding *findings = NULL;
    size_t count = 0;
    at_error err = {.status = AT_OK};
    assert_int_equal(open_store(&store, &err), AT_OK);
    if (at_store_check(&findings, &count, store, true, &arena, &err) != AT_OK)
        for (size_t i = 0; i < count; i++)
            if (findings[i].status != AT_OK)
                fail_msg("after allocation %d: %s", (int)n, findings[i].text);
    assert_int_equal(err.status, AT_OK);
    assert_int_equal(at_custody_verify(NULL, store, &err), AT_OK);
}

/* The answers are those of as many files as there are revisions; how many. */
static size_t check_state(uint64_t n) {
    AT_CLEANUP(at_text_clear) at_text text = {.data = NULL};
    at_error err = {.status = AT_OK};
    at_store *store = NULL;
    int64_t newest = 0;
    whole_store(n);
    assert_int_equal(open_store(&store, &err), AT_OK);
    assert_int_equal(at_store_revision(&newest, store, &err), AT_OK);
    at_store_close(&store);
    assert_in_range(newest, 0, FILES);
    if (newest == 0)
        return 0;
    assert_int_equal(answer(&text, false, &err), AT_OK);
    if (strcmp(at_text_string(&text), at_text_string(&states[newest])) != 0)
        fail_msg("after allocation %d: %s", (int)n, at_text_string(&text));
    return (size_t)newest;
}

/* Do it once with the n-th allocation failing; whether it was reached. */
static bool starve(at_status (*act)(at_error *), uint64_t n, size_t *felt) {
    at_error err = {.status = AT_OK};
    at_memory_fail_after(n);
    const at_status status = act(&err);
    const bool reached = at_memory_fail_after(0) == 0;
    if (status != AT_OK && status != AT_NO_MEMORY)
        fail_msg("allocation %d: status %d, \"%s\" %s", (int)n, (int)status, err.message, err.hint);
    if (status == AT_NO_MEMORY)
        assert_string_equal(err.code, "E-MEMORY");
    *felt += status == AT_NO_MEMORY;
    assert_true(reached || status == AT_OK);
    return reached;
}

static uint64_t number_of(const char *name, uint64_t otherwise) {
    const char *text = getenv(name);
    return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

/* What a job takes when nothing fails; from it, which n are tried. */
static uint64_t count_job(at_status (*act)(at_error *), uint64_t *first, uint64_t *step) {
    const uint64_t minutes = number_of("ASSETTRACE_SOAK", 0);
    at_memory_fail_after(PLENTY);
    assert_int_equal(act(NULL), AT_OK);
    const uint64_t count = PLENTY - at_memory_fail_after(0);
    *step = minutes ? SOAK_MINUTES / minutes : count / worlds[world].tries;
    *step += *step == 0;
    *first = 1 + number_of("ASSETTRACE_SEED", 1) * 7919 % *step;
    return count;
}

/* What is known when one, two, three files are published. */
static void learn_states(void) {
    at_error err = {.status = AT_OK};
    fresh_store(false);
    for (size_t i = 1; i <= FILES; i++) {
        assert_int_equal(import_first(i, &err), AT_OK);
        assert_int_equal(answer(&states[i], false, &err), AT_OK);
        assert_int_equal(check_state(0), i);
    }
    copy_store("", ".full");
}

static void starve_importing(size_t *tried, size_t *felt) {
    uint64_t step = 0, n = 0;
    size_t between = 0;
    fresh_store(false);
    print_message("  import: %d allocations\n", (int)count_job(import_files, &n, &step));
    for (;; n += step) {
        fresh_store(false);
        if (!starve(import_files, n, felt))
            break;
        const size_t published = check_state(n);
        between += published > 0 && published < FILES;
        assert_int_equal(import_files(NULL), AT_OK);
        assert_int_equal(check_state(n), FILES);
        (*tried)++;
    }
    assert_true(between > 2);
}

static void test_whole_job(void **state) {
    static const struct {
        const char *name;
        at_status (*act)(at_error *);
    } jobs[] = {{"question", ask_case}, {"seal", seal_case}, {"verify", verify}};
    size_t tried = 0, felt = 0;
    char part[PATH_BYTES + 8];
    (void)state;
    print_message("  %s\n", worlds[world].story);
    learn_states();
    starve_importing(&tried, &felt);
    snprintf(part, sizeof part, "%s.part", dossier);
    for (size_t i = 0; i < AT_COUNT(jobs); i++) {
        uint64_t n = 0, step = 0;
        fresh_store(true);
        print_message("  %s: %d allocations\n", jobs[i].name,
                      (int)count_job(jobs[i].act, &n, &step));
        for (; starve(jobs[i].act, n, &felt); n += step) {
            assert_int_equal(at_file_kind_of(part), AT_FILE_NONE);
            whole_store(n);
            fresh_store(true);
            tried++;
        }
    }
    assert_int_equal(check_state(0), FILES);
    assert_true(felt > tried / 2);
    print_message("  %zu failed, %zu were felt\n", tried, felt);
}

static int make_keys(void **state) {
    (void)state;
    sample_keys_make(&keys);
    return 0;
}

static int drop_keys(void **state) {
    (void)state;
    sample_folder_clear(&keys.folder);
    return 0;
}

int main(void) {
    static int tiny = 0, threads = 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate_setup_teardown(test_whole_job, make_world, drop_world, &tiny),
        cmocka_unit_test_prestate_setup_teardown(test_whole_job, make_world, drop_world, &threads),
    };
    return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
