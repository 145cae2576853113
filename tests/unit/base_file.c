/* Goal: a file is the old bytes or the new, a folder is walked and removed without surprises.
 * Method: stories in a folder of their own, made for each test and removed after it. */
#include "engine/base/file.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cmocka.h>

static char root[64];

/* "name" -> "/tmp/.../name"; a few stay valid at a time. */
static const char *at(const char *name) {
    static char paths[4][256];
    static int turn;
    turn = (turn + 1) % 4;
    (void)snprintf(paths[turn], sizeof paths[turn], "%s/%s", root, name);
    return paths[turn];
}

static int set_up(void **state) {
    (void)state;
    (void)snprintf(root, sizeof root, "/tmp/assettrace-test-XXXXXX");
    return mkdtemp(root) == NULL;
}

static int tear_down(void **state) {
    (void)state;
    at_error err = {0};
    return at_folder_remove(root, &err) != AT_OK || at_file_kind_of(root) != AT_FILE_NONE;
}

static void expect_content(const char *path, const char *content) {
    AT_CLEANUP(at_text_clear) at_text text = {0};
    at_error err = {0};
    if (at_file_read(&text, path, 0, &err) != AT_OK)
        fail_msg("%s", err.message);
    assert_string_equal(at_text_string(&text), content);
}

static void put(const char *name, const char *content) {
    at_error err = {0};
    if (at_file_write(at(name), content, strlen(content), 0644, &err) != AT_OK)
        fail_msg("%s", err.message);
}

static size_t count_below(const char *folder) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_file_entry *entries = NULL;
    size_t count = 0;
    assert_int_equal(at_folder_walk(&entries, &count, folder, &arena, NULL), AT_OK);
    return count;
}

static unsigned mode_of(const char *path) {
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return status.st_mode & 07777;
}

static void test_write_replaces_as_a_whole(void **state) {
    (void)state;
    const mode_t mask = umask(077);
    put("a", "old");
    const int reader = open(at("a"), O_RDONLY);
    char still[8] = {0};
    assert_int_equal(at_file_write(at("a"), "newer", 5, 0640, NULL), AT_OK);
    (void)umask(mask);
    expect_content(at("a"), "newer");
    assert_int_equal(mode_of(at("a")), 0640);
    assert_int_equal(read(reader, still, sizeof still),
                     3); /* who had it open keeps the old bytes */
    assert_string_equal(still, "old");
    assert_int_equal(close(reader), 0);
    assert_int_equal(at_file_write(at("empty"), NULL, 0, 0600, NULL), AT_OK);
    expect_content(at("empty"), "");
    assert_int_equal(count_below(root), 2); /* no temporary name is left */
}

static void test_write_through_a_link_replaces_the_link(void **state) {
    (void)state;
    put("target", "precious");
    assert_int_equal(symlink(at("target"), at("link")), 0);
    put("link", "new");
    expect_content(at("target"), "precious");
    assert_int_equal(at_file_kind_of(at("link")), AT_FILE_REGULAR);
}

/* A file-size limit stands in for the full disk. */
static void test_failed_write_keeps_the_old(void **state) {
    (void)state;
    static char large[200000];
    struct rlimit before, tight;
    at_error err = {0};
    put("a", "old");
    put("from", "");
    FILE *from = fopen(at("from"), "wb");
    assert_non_null(from);
    assert_int_equal(fwrite(large, 1, sizeof large, from), sizeof large);
    assert_int_equal(fclose(from), 0);

    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    tight = before;
    tight.rlim_cur = 100000;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    const at_status written = at_file_write(at("a"), large, sizeof large, 0644, &err);
    const at_status copied = at_file_copy(at("b"), at("from"), 0644, NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, handler);

    assert_int_equal(written, AT_IO);
    assert_int_equal(copied, AT_IO);
    assert_string_equal(err.code, "E-IO");
    assert_non_null(strstr(err.message, "File too large"));
    expect_content(at("a"), "old");
    assert_int_equal(at_file_kind_of(at("b")), AT_FILE_NONE);
    assert_int_equal(count_below(root), 2);
}

static void test_writing_where_it_cannot_be(void **state) {
    (void)state;
    at_error err = {0};
    put("file", "x");
    assert_int_equal(at_file_write(at("no/such/file"), "x", 1, 0644, &err), AT_BAD_INPUT);
    assert_string_equal(err.code, "E-FILE-MISSING");
    assert_int_equal(at_folder_make(at("folder"), 0755, &err), AT_OK);
    assert_int_equal(at_file_write(at("folder"), "x", 1, 0644, &err), AT_IO);
    assert_non_null(strstr(err.message, "Is a directory"));
    assert_int_equal(at_file_write(at("file/below"), "x", 1, 0644, &err), AT_BAD_INPUT);
    assert_int_equal(at_file_copy(at("copy"), at("missing"), 0644, &err), AT_BAD_INPUT);
    assert_int_equal(at_file_copy(at("copy"), at("folder"), 0644, &err), AT_BAD_INPUT);
    assert_string_equal(err.code, "E-FILE-KIND");
    assert_int_equal(count_below(root), 2);
}

static void test_read(void **state) {
    (void)state;
    AT_CLEANUP(at_text_clear) at_text text = {0};
    at_error err = {0};
    put("a", "12345");
    assert_int_equal(at_file_read(&text, at("a"), 5, &err), AT_OK);
    assert_int_equal(text.bytes, 5);
    assert_int_equal(at_file_read(&text, at("a"), 4, &err), AT_LIMIT);
    assert_non_null(strstr(err.message, "limit of 4 bytes"));
    assert_int_equal(at_file_read(&text, root, 0, &err), AT_BAD_INPUT);
    assert_string_equal(err.code, "E-FILE-KIND");
    assert_int_equal(at_file_read(&text, at("missing"), 0, &err), AT_BAD_INPUT);
    assert_string_equal(err.code, "E-FILE-MISSING");
    assert_non_null(strstr(err.message, "missing"));
    assert_int_equal(at_file_read(&text, "/proc/self/mem", 0, &err), AT_IO); /* EIO at offset 0 */
    assert_string_equal(text.data, "12345"); /* untouched by every failure */
    put("b", "67");
    assert_int_equal(at_file_read(&text, at("b"), 0, &err), AT_OK); /* replaces, does not append */
    assert_string_equal(text.data, "67");
}

static void test_copy(void **state) {
    (void)state;
    static char content[300000];
    AT_CLEANUP(at_text_clear) at_text text = {0};
    for (size_t i = 0; i < sizeof content; i++)
        content[i] = (char)(i * 7 + i / 256);
    assert_int_equal(at_file_write(at("a"), content, sizeof content, 0644, NULL), AT_OK);
    assert_int_equal(at_file_copy(at("b"), at("a"), 0444, NULL), AT_OK);
    assert_int_equal(at_file_read(&text, at("b"), 0, NULL), AT_OK);
    assert_int_equal(text.bytes, sizeof content);
    assert_memory_equal(text.data, content, sizeof content);
    assert_int_equal(mode_of(at("b")), 0444);
}

static void test_folder_make(void **state) {
    (void)state;
    at_error err = {0};
    const mode_t mask = umask(077);
    assert_int_equal(at_folder_make(at("a/b//c/"), 02770, &err), AT_OK);
    assert_int_equal(at_folder_make(at("a/b/c"), 0700, &err), AT_OK); /* there: left as it is */
    (void)umask(mask);
    assert_int_equal(mode_of(at("a")), 02770);
    assert_int_equal(mode_of(at("a/b/c")), 02770);
    put("file", "x");
    assert_int_equal(at_folder_make(at("file"), 0700, &err), AT_BAD_INPUT);
    assert_string_equal(err.code, "E-FILE-KIND");
    assert_int_equal(at_folder_make(at("file/b"), 0700, &err), AT_BAD_INPUT);
    assert_int_equal(at_folder_sync(at("a"), &err), AT_OK);
    assert_int_equal(at_folder_sync(at("missing"), &err), AT_BAD_INPUT);
}

static void test_walk_is_sorted_and_complete(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    static const struct {
        const char *path;
        at_file_kind kind;
        uint64_t bytes, links;
    } rows[] = {
        {"Z", AT_FILE_REGULAR, 1, 1},     {"a", AT_FILE_FOLDER, 0, 0},
        {"a-b", AT_FILE_REGULAR, 2, 2},   {"a/b", AT_FILE_FOLDER, 0, 0},
        {"a/b/c", AT_FILE_REGULAR, 3, 1}, {"a/hard", AT_FILE_REGULAR, 2, 2},
        {"link", AT_FILE_LINK, 0, 1},     {"pipe", AT_FILE_OTHER, 0, 1},
    };
    assert_int_equal(at_folder_make(at("a/b"), 0700, NULL), AT_OK);
    put("Z", "1");
    put("a-b", "12");
    put("a/b/c", "123");
    assert_int_equal(link(at("a-b"), at("a/hard")), 0);
    assert_int_equal(symlink("a", at("link")), 0); /* listed, not followed */
    assert_int_equal(mkfifo(at("pipe"), 0600), 0);

    at_file_entry *entries = NULL;
    size_t count = 0;
    assert_int_equal(at_folder_walk(&entries, &count, root, &arena, NULL), AT_OK);
    assert_int_equal(count, AT_COUNT(rows));
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(entries[i].path, rows[i].path);
        assert_int_equal(entries[i].kind, rows[i].kind);
        if (rows[i].kind == AT_FILE_REGULAR)
            assert_int_equal(entries[i].bytes, rows[i].bytes);
        if (rows[i].links > 0)
            assert_int_equal(entries[i].links, rows[i].links);
    }
    at_error err = {0};
    assert_int_equal(at_folder_walk(&entries, &count, at("Z"), &arena, &err), AT_BAD_INPUT);
    assert_string_equal(err.code, "E-FILE-KIND");
    assert_int_equal(at_folder_walk(&entries, &count, at("missing"), &arena, &err), AT_BAD_INPUT);
    assert_string_equal(err.code, "E-FILE-MISSING");
}

static void test_walk_of_many(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_file_entry *entries = NULL;
    size_t count = 0;
    assert_int_equal(at_folder_make(at("many"), 0700, NULL), AT_OK);
    for (int i = 0; i < 300; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "many/%d", i);
        const int descriptor = open(at(name), O_CREAT | O_WRONLY, 0600);
        assert_true(descriptor >= 0);
        assert_int_equal(close(descriptor), 0);
    }
    assert_int_equal(at_folder_walk(&entries, &count, at("many"), &arena, NULL), AT_OK);
    assert_int_equal(count, 300);
    for (size_t i = 1; i < count; i++)
        assert_true(at_text_compare(entries[i - 1].path, entries[i].path) < 0);
    at_arena tight = {.limit_bytes = 5000};
    assert_int_equal(at_folder_walk(&entries, &count, at("many"), &tight, NULL), AT_LIMIT);
    at_arena_clear(&tight);
}

static void test_remove(void **state) {
    (void)state;
    at_error err = {0};
    assert_int_equal(at_folder_make(at("keep"), 0700, NULL), AT_OK);
    assert_int_equal(at_folder_make(at("gone/deep/er"), 0700, NULL), AT_OK);
    put("keep/me", "x");
    put("gone/deep/er/file", "x");
    assert_int_equal(symlink(at("keep"), at("gone/deep/link")), 0);
    assert_int_equal(at_folder_remove(at("gone"), &err), AT_OK);
    assert_int_equal(at_file_kind_of(at("gone")), AT_FILE_NONE);
    expect_content(at("keep/me"), "x");
    assert_int_equal(at_folder_remove(at("gone"), &err), AT_OK); /* absent is fine */
    assert_int_equal(symlink(at("keep"), at("link")), 0);
    assert_int_equal(at_folder_remove(at("link"), &err), AT_BAD_INPUT);
    assert_int_equal(at_folder_remove(at("keep/me"), &err), AT_BAD_INPUT);
    expect_content(at("keep/me"), "x");
}

static void test_paths(void **state) {
    (void)state;
    static const struct {
        const char *folder, *name, *joined;
    } joins[] = {{"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"", "b", "b"}, {"/", "b", "/b"}};
    static const struct {
        const char *path, *name;
    } names[] = {{"a/b.csv", "b.csv"}, {"b", "b"}, {"/b", "b"}, {"a/", ""}, {"", ""}};
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    for (size_t i = 0; i < AT_COUNT(joins); i++) {
        const char *joined = NULL;
        assert_int_equal(at_path_join(&joined, &arena, joins[i].folder, joins[i].name, NULL),
                         AT_OK);
        assert_string_equal(joined, joins[i].joined);
    }
    for (size_t i = 0; i < AT_COUNT(names); i++)
        assert_string_equal(at_path_name(names[i].path), names[i].name);
    /* A bare name is written beside the working folder's other files. */
    char before[4096];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(root), 0);
    assert_int_equal(at_file_write("bare", "x", 1, 0600, NULL), AT_OK);
    assert_int_equal(chdir(before), 0);
    expect_content(at("bare"), "x");
}

static void test_each_allocation_may_fail(void **state) {
    (void)state;
    put("a", "old");
    int failures = 0;
    for (uint64_t n = 1; n < 100; n++) {
        AT_CLEANUP(at_text_clear) at_text text = {0};
        at_error err = {0};
        at_memory_fail_after(n);
        at_status status = at_file_write(at("a"), "new", 3, 0644, &err);
        if (status == AT_OK)
            status = at_file_read(&text, at("a"), 0, &err);
        if (status == AT_OK)
            status = at_folder_make(at("x/y"), 0700, &err);
        if (status == AT_OK)
            status = at_folder_remove(at("x"), &err);
        at_memory_fail_after(0);
        assert_int_equal(count_below(root), at_file_kind_of(at("x")) == AT_FILE_NONE     ? 1
                                            : at_file_kind_of(at("x/y")) == AT_FILE_NONE ? 2
                                                                                         : 3);
        if (status == AT_OK)
            break;
        assert_int_equal(status, AT_NO_MEMORY);
        failures++;
    }
    assert_in_range(failures, 5, 98);
    expect_content(at("a"), "new");
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_write_replaces_as_a_whole),
        IN_FOLDER(test_write_through_a_link_replaces_the_link),
        IN_FOLDER(test_failed_write_keeps_the_old),
        IN_FOLDER(test_writing_where_it_cannot_be),
        IN_FOLDER(test_read),
        IN_FOLDER(test_copy),
        IN_FOLDER(test_folder_make),
        IN_FOLDER(test_walk_is_sorted_and_complete),
        IN_FOLDER(test_walk_of_many),
        IN_FOLDER(test_remove),
        IN_FOLDER(test_paths),
        IN_FOLDER(test_each_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
