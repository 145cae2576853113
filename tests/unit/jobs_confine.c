/* Goal: a reader that a hostile file has taken over reaches nothing, and the store still works.
 * Method: a planted importer, run by the import job in a confined child, tries each thing and
 * writes down what the system answered; VACUUM, a copy and a sort larger than SQLite's memory
 * follow. Each attempt is first made unconfined, where it must succeed: else its refusal would say
 * nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "tests/support/store.h"
#include "engine/base/confine_part.h"
#include "engine/base/file.h"
#include "engine/crypto/hash.h"
#include "engine/jobs/import.h"
#include "engine/store/db.h"

enum { SORT_MIB = 96, ATTEMPTS_MAX = 32 };

static char inputs[TEST_FOLDER_BYTES]; /* what may be read */
static char outside[TEST_FOLDER_BYTES];

/* Each gives 0 when it succeeds, else errno. */
static int result_of(long answer) {
    return answer < 0 ? errno : 0;
}

static int close_result(int descriptor) {
    if (descriptor < 0)
        return errno;
    close(descriptor);
    return 0;
}

static int open_socket(void) {
    return close_result(socket(AF_INET, SOCK_STREAM, 0));
}

static int open_local_socket(void) {
    return close_result(socket(AF_UNIX, SOCK_STREAM, 0));
}

/* Seen from a child, because success replaces the program. */
static int run_program(void) {
    const pid_t child = vfork();
    if (child == 0) {
        execl("/bin/true", "true", (char *)NULL);
        _exit(errno);
    }
    int status = 0;
    if (child < 0)
        return errno;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

/* Without a child: tried only where it must fail. */
static int run_program_here(void) {
    execl("/bin/true", "true", (char *)NULL);
    return errno;
}

static int read_path(const char *folder, const char *name, int flags) {
    char path[TEST_FOLDER_BYTES + 32];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return close_result(open(path, flags | O_CLOEXEC, 0600));
}

static int read_outside(void) {
    return read_path(outside, "secret", O_RDONLY);
}

static int read_by_link(void) {
    return read_path(inputs, "link", O_RDONLY);
}

static int list_outside(void) {
    return read_path(outside, "", O_RDONLY | O_DIRECTORY);
}

static int read_passwords(void) {
    return close_result(open("/etc/passwd", O_RDONLY | O_CLOEXEC));
}

static int write_input(void) {
    return read_path(inputs, "input", O_WRONLY);
}

static int make_file_outside(void) {
    return read_path(outside, "made", O_WRONLY | O_CREAT);
}

static int remove_outside(void) {
    char path[TEST_FOLDER_BYTES + 32];
    snprintf(path, sizeof path, "%s/removable", outside);
    const int result = result_of(unlink(path));
    if (result == 0)
        (void)read_path(outside, "removable", O_WRONLY | O_CREAT);
    return result;
}

static int trace_parent(void) {
    return result_of(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

static int start_ring(void) {
    char parameters[256] = {0};
    return close_result((int)syscall(SYS_io_uring_setup, 1, parameters));
}

static int load_program(void) {
    char attributes[128] = {0};
    return result_of(syscall(SYS_bpf, -1, attributes, sizeof attributes));
}

static int mount_something(void) {
    return result_of(syscall(SYS_mount, "none", outside, "tmpfs", 0, NULL));
}

static int ask_keyring(void) {
    return result_of(syscall(SYS_keyctl, 0, -3, 0)); /* id of the session's */
}

static int signal_other(void) {
    return result_of(kill(getppid(), 0));
}

static int make_code(void) {
    void *page = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return errno;
    munmap(page, 4096);
    return 0;
}

static int fork_self(void) {
    const pid_t child = fork();
    if (child == 0)
        _exit(0);
    return child < 0 ? errno : result_of(waitpid(child, NULL, 0));
}

static const struct {
    const char *story;
    int (*attempt)(void);
    int refusal;
    bool by_calls;  /* seccomp refuses it, else Landlock */
    bool tried_out; /* unconfined it succeeds everywhere */
    bool sanitized; /* refused under a sanitizer too */
} rows[] = {
    {"a socket to the network", open_socket, EPERM, true, true, true},
    {"a socket on this machine", open_local_socket, EPERM, true, true, true},
    {"another program in a child", run_program, EPERM, true, true, true},
    {"another program instead of this one", run_program_here, EPERM, true, false, true},
    {"a second process", fork_self, EPERM, true, true, false},
    {"tracing", trace_parent, EPERM, true, true, false},
    {"io_uring", start_ring, EPERM, true, false, true},
    {"a BPF program", load_program, EPERM, true, false, true},
    {"a mount", mount_something, EPERM, true, false, true},
    {"a keyring", ask_keyring, EPERM, true, false, true},
    {"a signal to another", signal_other, EPERM, true, true, false},
    {"memory that is code", make_code, EPERM, true, true, true},
    {"a file outside the inputs", read_outside, EACCES, false, true, true},
    {"a link out of the inputs", read_by_link, EACCES, false, true, true},
    {"a folder outside", list_outside, EACCES, false, true, true},
    {"/etc/passwd", read_passwords, EACCES, false, true, true},
    {"an input, to be changed", write_input, EACCES, false, true, true},
    {"a new file outside", make_file_outside, EACCES, false, true, true},
    {"removing outside", remove_outside, EACCES, false, true, true},
};

static int found[ATTEMPTS_MAX]; /* what each attempt of the planted importer gave */

static void *in_thread(void *unused) {
    (void)unused;
    return found;
}

/* The reader that was taken over. Threads of its own it may have. */
static at_status read_planted(at_input *in, const at_import_options *options, const at_sink *sink,
                              at_arena *scratch, at_error *err) {
    pthread_t thread;
    void *answer = NULL;
    (void)options;
    (void)scratch;
    at_span all;
    AT_TRY(at_input_peek(&all, in, 5, err));
    for (size_t i = 0; i < AT_COUNT(rows); i++)
        if (rows[i].sanitized || !AT_CONFINE_SANITIZED)
            found[i] = rows[i].attempt();
    if (pthread_create(&thread, NULL, in_thread, NULL) != 0 || pthread_join(thread, &answer) != 0 ||
        answer != found)
        return at_fail(err, AT_BUG, "E-BUG", "no thread can be started");
    const at_fact fact = test_account("A", AT_ACCOUNT_BANK, "EUR", 0);
    return sink->put(sink->self, &(at_origin){.bytes = all.bytes, .line = 1}, &fact, 1, err);
}

static const at_importer planted = {.name = "planted",
                                    .summary = "a reader that was taken over",
                                    .version = 1,
                                    .read = read_planted};
static const at_importer *const registry[] = {&planted, NULL};

/* More than SQLite may keep in memory, so that it goes through files. ASSETTRACE_SORT_MIB=1024
 * sorts a gigabyte; twice that must be free where the test's stores lie. */
static at_status sort_much(sqlite3 *db, at_error *err) {
    int64_t first = 0, mib = SORT_MIB;
    const char *said = getenv("ASSETTRACE_SORT_MIB");
    if (said && !at_int_parse(&mib, said))
        return at_fail(err, AT_USAGE, "E-CLI-OPTION", "\"%s\" is no number of MiB", said);
    char sql[256];
    snprintf(sql, sizeof sql,
             "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < %lld)"
             " SELECT length(x) FROM (SELECT randomblob(65536) AS x FROM n ORDER BY x) LIMIT 1",
             (long long)mib * 16);
    AT_TRY(at_db_run(db, "PRAGMA cache_size = -2048", err));
    AT_TRY(at_db_number(&first, db, 0, NULL, 0, sql, err));
    return first == 65536 ? AT_OK : AT_BUG;
}

static at_status use_store(const char *path, at_error *err) {
    char copy[128], file[128], input[TEST_FOLDER_BYTES + 8];
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    AT_CLEANUP(at_store_close) at_store *store = NULL;
    AT_CLEANUP(at_db_close) sqlite3 *db = NULL;
    at_receipt receipt;
    const at_store_options options = {.mode = AT_READ_WRITE, .actor = "tester"};
    snprintf(input, sizeof input, "%s/input", inputs);
    snprintf(file, sizeof file, "%s/store.sqlite", path);
    snprintf(copy, sizeof copy, "%s/tmp/copy", path);
    AT_TRY(at_store_open(&store, path, &options, err));
    const at_import_request request = {.path = input, .importer = "planted"};
    AT_TRY(at_import_file(&receipt, store, registry, &request, &arena, err));
    if (receipt.state != AT_SOURCE_COMPLETE || receipt.loaded != 1)
        return at_fail(err, AT_BUG, "E-BUG", "the record is not loaded");
    at_store_close(&store);

    AT_TRY(at_db_open(&db, file, AT_DB_WRITE, 0, err));
    AT_TRY(at_db_run(db, "VACUUM", err));
    at_db_close(&db);
    AT_TRY(at_file_copy(copy, file, 0600, err));
    AT_TRY(at_db_open(&db, copy, AT_DB_WRITE, 0, err));
    AT_TRY(sort_much(db, err));
    return at_db_run(db, "VACUUM", err);
}

/* In the child; what it found goes through the pipe, because it can open nothing. */
static int confined_child(int report, const char *path, at_confinement offer) {
    at_error err = {0};
    struct rlimit core;
    at_confinement got;
    const at_confine_path paths[] = {
        {inputs, AT_CONFINE_READ}, {path, AT_CONFINE_WRITE}, {"/nowhere/at/all", AT_CONFINE_READ}};
    char hash[AT_SHA256_TEXT_BYTES];
    if (at_sha256_text(hash, "", 0, &err) != AT_OK) /* OpenSSL reads its configuration */
        return 1;
    at_status status = at_confine(&got, paths, AT_COUNT(paths), &err);
    if (status == AT_OK && (got.landlock != offer.landlock || got.calls != offer.calls))
        return 2;
    if (getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_cur != 0 || core.rlim_max != 0)
        return 3;
    if (status == AT_OK)
        status = use_store(path, &err);
    if (status != AT_OK) {
        fprintf(stderr, "%s: %s [%s]\n", err.place, err.message, err.code);
        return 4;
    }
    return write(report, found, sizeof found) == (ssize_t)sizeof found ? 0 : 5;
}

static void check_attempts(at_confinement offer) {
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        print_message("  %s\n", rows[i].story);
        if (AT_CONFINE_SANITIZED && !rows[i].sanitized)
            continue;
        if (rows[i].by_calls ? offer.calls : offer.landlock > 0)
            assert_int_equal(found[i], rows[i].refusal);
    }
}

static void test_confined(void **state) {
    (void)state;
    test_store test;
    int report[2], status = 0;
    const at_confinement offer = at_confine_offer();
    if (!offer.landlock)
        print_message("THIS KERNEL LACKS LANDLOCK 2: what is read and written is NOT CHECKED\n");
    if (!offer.calls)
        print_message("THIS KERNEL LACKS SECCOMP: sockets and programs are NOT CHECKED\n");
    for (size_t i = 0; i < AT_COUNT(rows); i++)
        if (rows[i].tried_out && rows[i].attempt != trace_parent)
            assert_int_equal(rows[i].attempt(), 0);

    test_store_make(&test);
    at_store_close(&test.store);
    assert_int_equal(pipe(report), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(confined_child(report[1], test.path, offer));
    close(report[1]);
    assert_int_equal(read(report[0], found, sizeof found), sizeof found);
    close(report[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    check_attempts(offer);
    test_store_reopen(&test);
    int64_t revision = 0;
    at_error err = {0};
    assert_int_equal(at_store_revision(&revision, test.store, &err), AT_OK);
    assert_int_equal(revision, 1);
    test_store_drop(&test);
}

static int make_folders(void **state) {
    (void)state;
    char from[TEST_FOLDER_BYTES + 32], to[TEST_FOLDER_BYTES + 32];
    test_folder_make(inputs);
    test_folder_make(outside);
    snprintf(from, sizeof from, "%s/input", inputs);
    assert_int_equal(at_file_write(from, "bytes", 5, 0600, NULL), AT_OK);
    snprintf(to, sizeof to, "%s/secret", outside);
    assert_int_equal(at_file_write(to, "secret", 6, 0600, NULL), AT_OK);
    snprintf(from, sizeof from, "%s/link", inputs);
    assert_int_equal(symlink(to, from), 0);
    snprintf(to, sizeof to, "%s/removable", outside);
    assert_int_equal(at_file_write(to, "", 0, 0600, NULL), AT_OK);
    return 0;
}

static int drop_folders(void **state) {
    (void)state;
    return at_folder_remove(inputs, NULL) == AT_OK && at_folder_remove(outside, NULL) == AT_OK ? 0
                                                                                               : 1;
}

int main(void) {
    const char *preloaded = getenv("LD_PRELOAD");
    if (preloaded && strstr(preloaded, "vgpreload")) {
        fprintf(stderr, "SKIPPED: valgrind would be confined itself\n");
        return 77;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_confined)};
    return cmocka_run_group_tests(tests, make_folders, drop_folders);
}
