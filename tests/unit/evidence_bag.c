/* Goal: bags and manifests have one spelling; the order in which files come decides nothing.
 * Method: one payload put in every order of four files; tables of names and of manifest texts. */
#include "engine/evidence/bag.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/sample_bundle.h"
#include "engine/base/file.h"
#include "engine/evidence/manifest.h"

static const char *const names[] = {"data/a.json", "data/a-b/x", "data/a/x", "data/z"};

static void test_order_decides_nothing(void **state) {
    (void)state;
    AT_CLEANUP(sample_folder_clear) sample_folder folder;
    char first[AT_SHA256_TEXT_BYTES] = "", id[AT_SHA256_TEXT_BYTES];
    sample_folder_make(folder);
    for (int order = 0; order < 24; order++) {
        AT_CLEANUP(at_bag_close) at_bag *bag = NULL;
        int left[] = {0, 1, 2, 3}, code = order;
        char path[128];
        at_error err = {0};
        snprintf(path, sizeof path, "%s/%d", folder, order);
        assert_int_equal(at_bag_open(&bag, path, &err), AT_OK);
        for (int count = 4; count > 0; count--) {
            const int pick = code % count;
            code /= count;
            assert_int_equal(at_bag_put(bag, names[left[pick]], names[left[pick]], 6, &err), AT_OK);
            left[pick] = left[count - 1];
        }
        assert_int_equal(at_bag_finish(id, bag, "assettrace:test", &err), AT_OK);
        if (order == 0)
            memcpy(first, id, sizeof first);
        assert_string_equal(id, first);
    }
    assert_int_equal(sample_run(folder, "diff", "-r 0 23"), 0);
}

static void test_names(void **state) {
    (void)state;
    static const char *const refused[] = {"a",           "../data/a", "data",      "data/",
                                          "data/A",      "data/a b",  "data/../x", "/data/a",
                                          "data/.git/x", "data/con",  "data/a\n",  "bagit.txt"};
    AT_CLEANUP(sample_folder_clear) sample_folder folder;
    AT_CLEANUP(at_bag_close) at_bag *bag = NULL;
    char path[128];
    at_error err = {0};
    sample_folder_make(folder);
    snprintf(path, sizeof path, "%s/bag", folder);
    assert_int_equal(at_bag_open(&bag, folder, &err), AT_REFUSED);
    assert_int_equal(at_bag_open(&bag, path, &err), AT_OK);
    for (size_t i = 0; i < AT_COUNT(refused); i++) {
        assert_int_equal(at_bag_put(bag, refused[i], "x", 1, &err), AT_BAD_INPUT);
        assert_string_equal(err.code, "E-BAG-PATH");
    }
    assert_int_equal(at_bag_put(bag, "data/a", "x", 1, &err), AT_OK);
    assert_int_equal(at_bag_put(bag, "data/a", "x", 1, &err), AT_BAD_INPUT);
    assert_int_equal(at_bag_put(bag, "data/a/b", "x", 1, &err), AT_BAD_INPUT); /* a is a file */
    at_bag_close(&bag);
    assert_int_equal(at_file_kind_of(path), AT_FILE_NONE); /* not finished: nothing is left */
}

#define HASH "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static const struct {
    const char *story, *text;
    bool good;
} manifests[] = {
    {"two files", HASH "  data/a\n" HASH "  data/b\n", true},
    {"nothing", "", false},
    {"no last line end", HASH "  data/a", false},
    {"an empty line", HASH "  data/a\n\n", false},
    {"a carriage return", HASH "  data/a\r\n", false},
    {"one blank", HASH " data/a\n", false},
    {"three blanks", HASH "   data/a\n", false},
    {"binary mode", HASH " *data/a\n", false},
    {"an escaped line", "\\" HASH "  data/a\n", false},
    {"capital hex", "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD  data/a\n",
     false},
    {"a short hash", "ba7816bf  data/a\n", false},
    {"a longer hash", HASH "00  data/a\n", false},
    {"no path", HASH "  \n", false},
    {"out of order", HASH "  data/b\n" HASH "  data/a\n", false},
    {"a file twice", HASH "  data/a\n" HASH "  data/a\n", false},
    {"a way out", HASH "  data/../a\n", false},
    {"an absolute path", HASH "  /data/a\n", false},
    {"a home", HASH "  ~/a\n", false},
    {"a drive", HASH "  c:/a\n", false},
    {"percent signs", HASH "  data/%2e%2e/a\n", false},
    {"another script", HASH "  data/\xd1\x81\n", false},
};

static void test_manifests(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(manifests); i++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        AT_CLEANUP(at_text_clear) at_text again = {0};
        at_manifest manifest = {.count = 77};
        at_error err = {0};
        const char *text = manifests[i].text;
        print_message("  %s\n", manifests[i].story);
        const at_status status =
            at_manifest_parse(&manifest, text, strlen(text), AT_SHA256, &arena, &err);
        assert_int_equal(status, manifests[i].good ? AT_OK : AT_BAD_INPUT);
        if (!manifests[i].good) {
            assert_int_equal(manifest.count, 77);
            assert_string_equal(err.code, "E-MANIFEST-FORMAT");
            continue;
        }
        assert_int_equal(at_manifest_format(&again, &manifest, &err), AT_OK);
        assert_string_equal(again.data, text);
        assert_string_equal(at_manifest_find(&manifest, "data/b")->path, "data/b");
        assert_null(at_manifest_find(&manifest, "data/c"));
        assert_int_equal(at_manifest_parse(&manifest, text, strlen(text), AT_SHA512, &arena, &err),
                         AT_BAD_INPUT);
    }
}

static void test_a_nul_byte(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_manifest manifest;
    char text[] = HASH "  data/a\n" HASH "  data/b\n";
    text[sizeof HASH + 6] = '\0';
    assert_int_equal(at_manifest_parse(&manifest, text, sizeof text - 1, AT_SHA256, &arena, NULL),
                     AT_BAD_INPUT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_decides_nothing),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_manifests),
        cmocka_unit_test(test_a_nul_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
