/* Goal: bags made by others are judged by the published standard: all valid ones of the
 * conformance suite are taken, all invalid and out-of-scope ones refused.
 * Method: the suite, folder by folder (skipped aloud where it is not there); then a small bag
 * of our own making, spoiled in one way a row. */
#include "engine/evidence/bagit.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tests/support/sample_bundle.h"
#include "engine/base/file.h"
#include "engine/evidence/bag.h"

/* How many of a folder's bags were taken and refused. */
static void judge_folder(const char *folder, size_t *taken, size_t *refused) {
    struct dirent **entries = NULL;
    const int count = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char path[1024];
        at_error err = {0};
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.') {
            const at_status status = at_bagit_validate(path, &err);
            *taken += status == AT_OK;
            *refused += status == AT_BAD_INPUT;
            print_message("  %s %s %s\n", status == AT_OK ? "taken  " : "refused",
                          entries[i]->d_name, err.message);
        }
        free(entries[i]);
    }
    free(entries);
}

static void test_conformance_suite(void **state) {
    (void)state;
    static const char *const versions[] = {"v0.93", "v0.94", "v0.95", "v0.96", "v0.97", "v1.0"};
    static const struct {
        const char *kind;
        bool valid;
    } kinds[] = {
        {"valid", true}, {"invalid", false}, {"linux-only", false}, {"windows-only", false}};
    size_t taken[2] = {0, 0}, refused[2] = {0, 0};
    const char *root = getenv("ASSETTRACE_ROOT");
    for (size_t v = 0; v < AT_COUNT(versions); v++)
        for (size_t k = 0; k < AT_COUNT(kinds); k++) {
            char path[512];
            snprintf(path, sizeof path, "%s/../shared/data/bagit-conformance/%s/%s",
                     root != NULL ? root : ".", versions[v], kinds[k].kind);
            judge_folder(path, &taken[kinds[k].valid], &refused[kinds[k].valid]);
        }
    if (taken[0] + taken[1] + refused[0] + refused[1] == 0) {
        print_message("SKIPPED: the BagIt conformance suite is not here\n");
        skip();
    }
    assert_int_equal(taken[true], 27);
    assert_int_equal(refused[true], 0);
    assert_int_equal(taken[false], 0);
    assert_int_equal(refused[false], 27);
}

/* --- Our own bag, spoiled --- */

static const struct {
    const char *story, *name, *text;
    bool valid;
} rows[] = {
    {"as it was made", "tag.txt", "a tag file nobody lists is allowed", true},
    {"a payload file nobody lists", "data/extra", "x", false},
    {"a changed payload file", "data/a.txt", "b", false},
    {"a changed tag file", "bag-info.txt", "Payload-Oxum: 4.2\n", false},
    {"an unknown version", "bagit.txt", "BagIt-Version: 1.1\nTag-File-Character-Encoding: UTF-8\n",
     false},
    {"an unknown encoding", "bagit.txt",
     "BagIt-Version: 1.0\nTag-File-Character-Encoding: EBCDIC\n", false},
    {"a line more in bagit.txt", "bagit.txt",
     "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\nx\n", false},
    {"a manifest by an unknown hash", "manifest-crc32.txt", "00000000  data/a.txt\n", false},
    {"a manifest that lists too little", "manifest-md5.txt",
     "0cc175b9c0f1b6a831c399e269772661  data/a.txt\n", false},
    {"a line that is no hash", "manifest-md5.txt", "data/a.txt\n", false},
    {"a way out", "manifest-md5.txt", "0cc175b9c0f1b6a831c399e269772661  data/../../a\n", false},
    {"a manifest that lists a tag file", "manifest-md5.txt",
     "0cc175b9c0f1b6a831c399e269772661  bagit.txt\n", false},
    {"something to fetch that is not there", "fetch.txt", "http://x.example/a - data/none\n",
     false},
    {"something to fetch outside", "fetch.txt", "http://x.example/a - /etc/passwd\n", false},
    {"something fetched already", "fetch.txt", "http://x.example/a 1 data/a.txt\r\n", true},
    {"bytes that are not UTF-8", "fetch.txt", "\xff\n", false},
};

static void make_bag(const char *path) {
    AT_CLEANUP(at_bag_close) at_bag *bag = NULL;
    char id[AT_SHA256_TEXT_BYTES];
    at_error err = {0};
    assert_int_equal(at_bag_open(&bag, path, &err), AT_OK);
    assert_int_equal(at_bag_put(bag, "data/deep/b.txt", "bcd", 3, &err), AT_OK);
    assert_int_equal(at_bag_put(bag, "data/a.txt", "a", 1, &err), AT_OK);
    assert_int_equal(at_bag_finish(id, bag, "assettrace:test", &err), AT_OK);
}

static void test_spoiled_bags(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        AT_CLEANUP(sample_folder_clear) sample_folder folder;
        char path[128];
        at_error err = {0};
        print_message("  %s\n", rows[i].story);
        sample_folder_make(folder);
        snprintf(path, sizeof path, "%s/bag", folder);
        make_bag(path);
        assert_int_equal(at_bagit_validate(path, &err), AT_OK);
        sample_write(path, rows[i].name, rows[i].text, strlen(rows[i].text));
        assert_int_equal(at_bagit_validate(path, &err), rows[i].valid ? AT_OK : AT_BAD_INPUT);
    }
}

static void test_what_is_no_bag(void **state) {
    (void)state;
    AT_CLEANUP(sample_folder_clear) sample_folder folder;
    char path[128], linked[160];
    at_error err = {0};
    sample_folder_make(folder);
    assert_int_equal(at_bagit_validate(folder, &err), AT_BAD_INPUT);
    assert_int_equal(at_bagit_validate("/nonexistent", &err), AT_BAD_INPUT);
    snprintf(path, sizeof path, "%s/bag", folder);
    make_bag(path);
    snprintf(linked, sizeof linked, "%s/link", path);
    assert_int_equal(symlink("bagit.txt", linked), 0);
    assert_int_equal(at_bagit_validate(path, &err), AT_BAD_INPUT);
}

/* Names escaped as version 1.0 wants, and a manifest in UTF-16 with the small end first. */
static void test_names_and_encodings(void **state) {
    (void)state;
    AT_CLEANUP(sample_folder_clear) sample_folder folder;
    static const char line[] = "0cc175b9c0f1b6a831c399e269772661  data/a%0Ab%25.txt\n";
    static const char narrow[] = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
    static const char wide[] = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-16\n";
    char units[2 + 2 * sizeof line] = "\xff\xfe", data[96];
    at_error err = {0};
    sample_folder_make(folder);
    snprintf(data, sizeof data, "%s/data", folder);
    assert_int_equal(mkdir(data, 0755), 0);
    sample_write(folder, "data/a\nb%.txt", "a", 1);
    sample_write(folder, "bagit.txt", narrow, strlen(narrow));
    sample_write(folder, "manifest-md5.txt", line, strlen(line));
    assert_int_equal(at_bagit_validate(folder, &err), AT_OK);
    for (size_t i = 0; i < strlen(line); i++) {
        units[2 + 2 * i] = line[i];
        units[3 + 2 * i] = '\0';
    }
    sample_write(folder, "bagit.txt", wide, strlen(wide));
    sample_write(folder, "manifest-md5.txt", units, 2 + 2 * strlen(line));
    assert_int_equal(at_bagit_validate(folder, &err), AT_OK);
    units[3] = (char)0xd8; /* half a pair */
    sample_write(folder, "manifest-md5.txt", units, 2 + 2 * strlen(line));
    assert_int_equal(at_bagit_validate(folder, &err), AT_BAD_INPUT);
}

static void test_memory(void **state) {
    (void)state;
    AT_CLEANUP(sample_folder_clear) sample_folder folder;
    char path[128];
    sample_folder_make(folder);
    snprintf(path, sizeof path, "%s/bag", folder);
    make_bag(path);
    for (uint64_t n = 1;; n++) {
        at_error err = {0};
        at_memory_fail_after(n);
        const at_status status = at_bagit_validate(path, &err);
        at_memory_fail_after(0);
        if (status == AT_OK)
            break;
        assert_int_equal(status, AT_NO_MEMORY);
        assert_in_range(n, 1, 500);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conformance_suite),
        cmocka_unit_test(test_spoiled_bags),
        cmocka_unit_test(test_what_is_no_bag),
        cmocka_unit_test(test_names_and_encodings),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
