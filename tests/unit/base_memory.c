/* Goal: memory comes zeroed, aligned and limited, and running out of it at any moment is survived.
 * Method: stories over the arena; then one job over every part of base/ that allocates, run once to
 * count its allocations, then again with each of them failing in turn (leaks: the sanitizers). */
#include "engine/base/arena.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/input.h"
#include "engine/base/json.h"
#include "engine/base/text.h"

static void test_take_is_aligned_and_zeroed(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    for (int round = 0; round < 3; round++) {
        for (size_t bytes = 0; bytes < 700; bytes++) {
            unsigned char *item = NULL;
            assert_int_equal(AT_NEW(&item, &arena, bytes, NULL), AT_OK);
            assert_non_null(item);
            assert_int_equal((uintptr_t)item % alignof(max_align_t), 0);
            for (size_t i = 0; i < bytes; i++)
                assert_int_equal(item[i], 0);
            memset(item, 0xA5, bytes); /* the next round must not see this */
        }
        at_arena_reset(&arena);
    }
    at_arena_clear(&arena);
    assert_int_equal(arena.used_bytes, 0);
    at_arena_reset(&arena);
    assert_null(arena.blocks);
}

static void test_limit_leaves_the_arena_usable(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 10000};
    at_error err = {0};
    char *item = (char *)&err;
    assert_int_equal(AT_NEW(&item, &arena, 20000, &err), AT_LIMIT);
    assert_ptr_equal(item, &err);
    assert_string_equal(err.code, "E-MEMORY");
    size_t taken = 0;
    while (AT_NEW(&item, &arena, 100, &err) == AT_OK) {
        taken++;
        assert_true(arena.used_bytes <= 10000);
    }
    assert_in_range(taken, 70, 100); /* most of the limit is for the items */
    at_arena_reset(&arena);
    assert_int_equal(AT_NEW(&item, &arena, 100, &err), AT_OK);
}

static void test_limit_of_all_rooms_together(void **state) {
    (void)state;
    enum { MIB = 1 << 20, LIMIT = 64 * MIB };
    size_t limit = 0;
    const size_t before = at_memory_taken();
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    AT_CLEANUP(at_text_clear) at_text text = {0};
    char *item = NULL;
    at_memory_limit(before + LIMIT);
    assert_false(at_memory_limit_met(&limit));
    assert_int_equal(limit, before + LIMIT);
    void *pages = at_memory_pages(40 * MIB);
    assert_non_null(pages);
    assert_int_equal(AT_NEW(&item, &arena, 20 * MIB, NULL), AT_OK);
    assert_in_range(at_memory_taken() - before, 60 * MIB, 61 * MIB);
    assert_false(at_memory_limit_met(&limit));
    /* Whoever asks: pages, sparse ones, an arena, a text. */
    assert_null(at_memory_pages(10 * MIB));
    assert_true(at_memory_limit_met(&limit));
    assert_false(at_memory_limit_met(&limit));
    assert_null(at_memory_sparse(10 * MIB));
    assert_int_equal(AT_NEW(&item, &arena, 10 * MIB, NULL), AT_NO_MEMORY);
    assert_null(at_memory_resize(NULL, 10 * MIB));
    assert_null(at_memory_resize(NULL, SIZE_MAX / 2));
    assert_true(at_memory_limit_met(&limit));
    /* What is small may pass it, as far as the reserve. */
    void *small[400] = {NULL};
    size_t got = 0;
    while (got < AT_COUNT(small) && (small[got] = at_memory_resize(NULL, 60 << 10)) != NULL)
        got++;
    assert_in_range(got, 180, 210);
    assert_in_range(at_memory_taken() - before, 71 * MIB, 73 * MIB);
    for (size_t i = 0; i < got; i++)
        at_memory_resize(small[i], 0);
    at_memory_pages_free(pages, 40 * MIB);
    pages = at_memory_pages(40 * MIB);
    assert_non_null(pages);
    at_memory_pages_free(pages, 40 * MIB);
    at_arena_clear(&arena);
    assert_int_equal(at_memory_taken(), before);
    at_memory_limit(0);
    assert_int_equal(at_text_add(&text, "x", NULL), AT_OK);
}

static void test_too_many_is_no_wrap(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    uint64_t *items = NULL;
    assert_int_equal(AT_NEW(&items, &arena, SIZE_MAX / 8 + 2, NULL), AT_LIMIT);
    assert_int_equal(AT_NEW(&items, &arena, SIZE_MAX, NULL), AT_LIMIT);
    const char *copy = NULL;
    assert_int_equal(at_arena_copy(&copy, &arena, "", SIZE_MAX, NULL), AT_LIMIT);
    assert_null(items);
    assert_null(copy);
}

static void test_a_big_item_keeps_the_small_block(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    char *small = NULL, *big = NULL, *next = NULL;
    assert_int_equal(AT_NEW(&small, &arena, 16, NULL), AT_OK);
    assert_int_equal(AT_NEW(&big, &arena, 1 << 20, NULL), AT_OK);
    assert_int_equal(AT_NEW(&next, &arena, 16, NULL), AT_OK);
    assert_ptr_equal(next, small + 16);
    memset(big, 1, 1 << 20);
    assert_int_equal(next[0], 0);
}

static void test_texts_are_copied(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    char source[] = "harbour";
    const char *text = "unset", *part = NULL, *printed = NULL;
    assert_int_equal(at_arena_text(&text, &arena, NULL, NULL), AT_OK);
    assert_null(text);
    assert_int_equal(at_arena_text(&text, &arena, source, NULL), AT_OK);
    assert_int_equal(at_arena_copy(&part, &arena, source, 4, NULL), AT_OK);
    assert_int_equal(at_arena_print(&printed, &arena, NULL, "%s/%d", source, 7), AT_OK);
    source[0] = 'X';
    assert_string_equal(text, "harbour");
    assert_string_equal(part, "harb");
    assert_string_equal(printed, "harbour/7");
}

static void test_grow_keeps_the_items(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    int *items = NULL;
    size_t capacity = 0, count = 0;
    while (count < 5000) {
        assert_int_equal(AT_GROW(&items, &capacity, count, &arena, NULL), AT_OK);
        assert_true(capacity > count);
        items[count] = (int)count * 3;
        count++;
    }
    for (size_t i = 0; i < count; i++)
        assert_int_equal(items[i], (int)i * 3);
}

/* printf 'id,sum\n1,250\n' | gzip -n */
static const unsigned char packed[] = {
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xcb,
    0x4c, 0xd1, 0x29, 0x2e, 0xcd, 0xe5, 0x32, 0xd4, 0x31, 0x32, 0x35,
    0xe0, 0x02, 0x00, 0xc7, 0x50, 0x12, 0xe5, 0x0d, 0x00, 0x00, 0x00,
};
static const char *packed_path;

static at_status read_packed(at_text *out, at_error *err) {
    AT_CLEANUP(at_input_close) at_input *input = NULL;
    at_span line;
    AT_TRY(at_input_open(&input, packed_path, "packed", 0, err));
    for (;;) {
        bool ended = false;
        AT_TRY(at_input_line(&line, &ended, NULL, NULL, input, 100, err));
        if (ended)
            return AT_OK;
        AT_TRY(at_text_add_bytes(out, line.data, line.bytes, err));
    }
}

static at_status whole_job(at_arena *arena, at_text *out, at_json **json, at_error *err) {
    static const char document[] =
        "{\"b\": [1, 2.50, \"\\u20ac\"], \"a/b\": {\"z\": null, \"y\": true, \"x\": [[]]},\n"
        " \"long\": \"0123456789012345678901234567890123456789012345678901234567890123456789\"}";
    const char *pointer = NULL;
    AT_TRY(at_json_parse(json, document, sizeof document - 1, "job.json", err));
    const at_json_value *member = at_json_get(at_json_root(*json), "a/b");
    AT_TRY(at_json_pointer(&pointer, at_json_get(member, "x"), arena, err));
    AT_TRY(at_text_print(out, err, "%s\n", pointer));
    at_json_writer writer = {.out = out};
    at_json_array(&writer);
    at_json_put_value(&writer, member);
    for (int i = 0; i < 40; i++)
        at_json_put_text(&writer, "some more text");
    at_json_array_end(&writer);
    AT_TRY(at_json_finish(&writer, err));
    int *items = NULL;
    size_t capacity = 0;
    for (size_t count = 0; count < 3000; count++)
        AT_TRY(AT_GROW(&items, &capacity, count, arena, err));
    return read_packed(out, err);
}

static at_status run_job(at_text *out, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    AT_CLEANUP(at_json_close) at_json *json = NULL;
    const at_status status = whole_job(&arena, out, &json, err);
    if (status == AT_OK)
        assert_string_equal(
            at_json_number(at_json_next(at_json_first(at_json_get(at_json_root(json), "b")))),
            "2.50");
    return status;
}

/* Allocations of one job: what is left of a long countdown tells. */
static uint64_t count_allocations(void) {
    enum { FAR = 100000 };
    AT_CLEANUP(at_text_clear) at_text out = {0};
    at_memory_fail_after(FAR);
    assert_int_equal(run_job(&out, NULL), AT_OK);
    assert_true(at_text_starts(out.data, "/a~1b/x\n[{\"x\":[[]],\"y\":true,\"z\":null},"));
    assert_non_null(strstr(out.data, "]id,sum1,250"));
    uint64_t left = 1;
    for (void *memory; (memory = at_memory_resize(NULL, 1)) != NULL; left++)
        at_memory_resize(memory, 0);
    return FAR - left;
}

static void test_each_allocation_may_fail(void **state) {
    (void)state;
    char path[] = "/tmp/assettrace-test-XXXXXX";
    const int descriptor = mkstemp(path);
    FILE *file = fdopen(descriptor, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(packed, 1, sizeof packed, file), sizeof packed);
    assert_int_equal(fclose(file), 0);
    packed_path = path;

    const uint64_t total = count_allocations();
    assert_in_range(total, 40, 2000);
    for (uint64_t n = 1; n <= total; n++) {
        AT_CLEANUP(at_text_clear) at_text out = {0};
        at_error err = {0};
        at_memory_fail_after(n);
        const at_status status = run_job(&out, &err);
        at_memory_fail_after(0);
        if (status != AT_NO_MEMORY || strcmp(err.code, "E-MEMORY") != 0)
            fail_msg("allocation %d of %d: status %d, %s", (int)n, (int)total, status, err.message);
    }
    assert_int_equal(count_allocations(), total); /* nothing was spoilt for the next run */
    at_memory_fail_after(0);
    assert_int_equal(remove(path), 0);
}

static void test_memory_door(void **state) {
    (void)state;
    at_memory_fail_after(2);
    char *memory = at_memory_resize(NULL, 8);
    assert_non_null(memory);
    memcpy(memory, "1234567", 8);
    assert_null(at_memory_resize(memory, 1 << 20)); /* the old block stays ours */
    assert_string_equal(memory, "1234567");
    memory = at_memory_resize(memory, 1 << 20); /* only the n-th fails */
    assert_non_null(memory);
    assert_string_equal(memory, "1234567");
    assert_null(at_memory_resize(memory, 0));
    assert_null(at_memory_resize(NULL, 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_take_is_aligned_and_zeroed),
        cmocka_unit_test(test_limit_leaves_the_arena_usable),
        cmocka_unit_test(test_limit_of_all_rooms_together),
        cmocka_unit_test(test_too_many_is_no_wrap),
        cmocka_unit_test(test_a_big_item_keeps_the_small_block),
        cmocka_unit_test(test_texts_are_copied),
        cmocka_unit_test(test_grow_keeps_the_items),
        cmocka_unit_test(test_each_allocation_may_fail),
        cmocka_unit_test(test_memory_door),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
