/* Goal: the tree that grows beside an import is the tree of RFC 9162 over the records' bytes,
 * whatever their order and size and however the file was packed, and its blocks say where they lie.
 * Method: 150,000 records of one text, some of them long, some further back, hashed again here by
 * the plain rule; the places are unpacked and compared; damaged places are refused. */
#include "engine/store/feed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/store.h"
#include "engine/base/file.h"

enum { LINES = 150000, LINE_BYTES = 12, LONG_BYTES = 600000 };

static const uint8_t *const secret = (const uint8_t *)"a secret of thirty-two bytes ...";
static char folder[TEST_FOLDER_BYTES], plain[128], packed[128];
static char text[LINES * LINE_BYTES + 1];
static at_record_span spans[LINES];

static int make_files(void **state) {
    char command[300];
    (void)state;
    test_folder_make(folder);
    snprintf(plain, sizeof plain, "%s/x.csv", folder);
    snprintf(packed, sizeof packed, "%s/x.csv.gz", folder);
    for (size_t i = 0; i < LINES; i++) {
        snprintf(text + i * LINE_BYTES, LINE_BYTES + 1, "row %07zu\n", i);
        spans[i] = (at_record_span){i * LINE_BYTES, LINE_BYTES};
        if (i % 9973 == 5) /* one that was given before, far back */
            spans[i].offset = i / 3 * LINE_BYTES;
        if (i % 40009 == 7) /* a long one, over others */
            spans[i].bytes = LONG_BYTES;
        if (i % 1001 == 3)
            spans[i].bytes = 0;
    }
    if (at_file_write(plain, text, sizeof text - 1, 0600, NULL) != AT_OK)
        return -1;
    snprintf(command, sizeof command, "gzip -n -k -1 %s", plain);
    return system(command);
}

static int remove_files(void **state) {
    (void)state;
    return at_folder_remove(folder, NULL) == AT_OK ? 0 : -1;
}

/* The root of leaves first .. first + count - 1, made without any of the feed's means. */
static void plain_root(at_tree_hash *out, size_t first, size_t count) {
    AT_CLEANUP(at_hash_close) at_hash *hash = NULL;
    at_tree tree = {.count = 0};
    assert_int_equal(at_hash_open(&hash, AT_SHA256, NULL), AT_OK);
    for (size_t i = first; i < first + count; i++) {
        uint8_t salt[AT_TREE_SALT_BYTES];
        at_tree_hash leaf;
        at_tree_salts(salt, secret, i, 1);
        assert_int_equal(at_hash_add(hash, "\0", 1, NULL), AT_OK);
        assert_int_equal(at_hash_add(hash, salt, sizeof salt, NULL), AT_OK);
        assert_int_equal(at_hash_add(hash, text + spans[i].offset, spans[i].bytes, NULL), AT_OK);
        assert_int_equal(at_hash_finish(leaf.bytes, hash, NULL), AT_OK);
        assert_int_equal(at_tree_add(&tree, hash, &leaf, NULL), AT_OK);
    }
    assert_int_equal(at_tree_root(out, &tree, hash, NULL), AT_OK);
}

static void check_block(at_feed_block *block, size_t first) {
    at_tree_hash root;
    plain_root(&root, first, block->count);
    assert_memory_equal(block->root.bytes, root.bytes, sizeof root.bytes);
    const uint8_t *bytes = (const uint8_t *)block->spans.data;
    at_span_reader reader = {.at = bytes, .stop = bytes + block->spans.bytes};
    for (size_t i = first;; i++) {
        at_record_span span;
        bool more = false;
        assert_int_equal(at_span_next(&span, &more, &reader, NULL), AT_OK);
        assert_int_equal(more, i < first + block->count);
        if (!more)
            break;
        assert_int_equal(span.offset, spans[i].offset);
        assert_int_equal(span.bytes, spans[i].bytes);
        assert_in_range(span.offset, block->least, block->most);
    }
    at_text_clear(&block->spans);
}

static void feed_all(const char *path, size_t count) {
    AT_CLEANUP(at_feed_close) at_feed *feed = NULL;
    at_error err = {.status = AT_OK};
    at_feed_block block;
    at_tree_hash root, wanted;
    uint64_t leaves = 0, seen = 0;
    assert_int_equal(at_feed_open(&feed, path, "x", secret, &err), AT_OK);
    for (size_t i = 0; i < count; i++) {
        bool ready = false;
        if (at_feed_add(feed, &ready, spans[i], &err) != AT_OK)
            fail_msg("%s", err.message);
        for (; ready && at_feed_take(&block, feed); seen += block.count)
            check_block(&block, seen);
    }
    if (at_feed_finish(&root, &leaves, feed, &err) != AT_OK)
        fail_msg("%s", err.message);
    for (; at_feed_take(&block, feed); seen += block.count)
        check_block(&block, seen);
    assert_int_equal(leaves, count);
    assert_int_equal(seen, count);
    plain_root(&wanted, 0, count);
    assert_memory_equal(root.bytes, wanted.bytes, sizeof root.bytes);
}

static void test_plain_file(void **state) {
    static const size_t counts[] = {0, 1, 4095, 4096, 4097, 65536, 65537, LINES - 60000};
    (void)state;
    for (size_t i = 0; i < AT_COUNT(counts); i++)
        feed_all(plain, counts[i]);
}

static void test_packed_file(void **state) {
    (void)state;
    feed_all(packed, LINES - 60000);
}

static void test_stopped_early(void **state) {
    AT_CLEANUP(at_feed_close) at_feed *feed = NULL;
    (void)state;
    assert_int_equal(at_feed_open(&feed, plain, "x", secret, NULL), AT_OK);
    for (size_t i = 0; i < 70000; i++) {
        bool ready = false;
        assert_int_equal(at_feed_add(feed, &ready, spans[i], NULL), AT_OK);
    }
}

static void test_past_the_content(void **state) {
    static const size_t before[] = {0, 20000};
    (void)state;
    for (size_t k = 0; k < AT_COUNT(before); k++) {
        AT_CLEANUP(at_feed_close) at_feed *feed = NULL;
        at_error err = {.status = AT_OK};
        at_tree_hash root;
        uint64_t count = 0;
        bool ready = false;
        assert_int_equal(at_feed_open(&feed, plain, "x", secret, NULL), AT_OK);
        for (size_t i = 0; i < before[k]; i++)
            assert_int_equal(at_feed_add(feed, &ready, spans[i], NULL), AT_OK);
        const at_record_span past = {sizeof text - 3, 3};
        assert_int_equal(at_feed_add(feed, &ready, past, &err), AT_OK);
        assert_int_equal(at_feed_finish(&root, &count, feed, &err), AT_TAMPERED);
    }
}

static void test_damaged_places(void **state) {
    static const struct {
        const char *story, *bytes;
        size_t count;
    } rows[] = {
        {"a length without its end", "\x80", 1},
        {"a distance is promised and missing", "\x09", 1},
        {"a number past 64 bits", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10},
    };
    (void)state;
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        at_span_reader reader = {.at = (const uint8_t *)rows[i].bytes,
                                 .stop = (const uint8_t *)rows[i].bytes + rows[i].count};
        at_record_span span;
        at_error err = {.status = AT_OK};
        bool more = false;
        print_message("  %s\n", rows[i].story);
        assert_int_equal(at_span_next(&span, &more, &reader, &err), AT_TAMPERED);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_file),     cmocka_unit_test(test_packed_file),
        cmocka_unit_test(test_stopped_early),  cmocka_unit_test(test_past_the_content),
        cmocka_unit_test(test_damaged_places),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
