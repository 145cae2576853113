/* Goal: what is laid down comes back in its order, and whatever else is read says that it is not
 * whole, without a look past its end.
 * Method: one state with a value of every form, read back; then cut at every byte and with each
 * byte changed in turn. */
#include "engine/base/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint64_t numbers[] = {0, 1, 255, 256, UINT64_C(1) << 63, UINT64_MAX};
static const at_state_wide wides[] = {0, -1, INT64_MAX, (at_state_wide)INT64_MAX * INT64_MAX,
                                      -(at_state_wide)INT64_MAX * 7};

static void write_all(at_text *out) {
    at_error err = {.status = AT_OK};
    for (size_t i = 0; i < AT_COUNT(numbers); i++)
        assert_int_equal(at_state_put(out, numbers[i], &err), AT_OK);
    for (size_t i = 0; i < AT_COUNT(wides); i++)
        assert_int_equal(at_state_put_wide(out, wides[i], &err), AT_OK);
    assert_int_equal(at_state_put_text(out, "two words", &err), AT_OK);
    assert_int_equal(at_state_put_text(out, NULL, &err), AT_OK);
    assert_int_equal(at_state_put_text(out, "", &err), AT_OK);
    assert_int_equal(at_state_put_bytes(out, "a\0b", 3, &err), AT_OK);
    assert_int_equal(at_state_put_bytes(out, NULL, 0, &err), AT_OK);
}

/* How many of the values came back as they were. */
static size_t read_all(at_state_reader *reader) {
    size_t same = 0;
    for (size_t i = 0; i < AT_COUNT(numbers); i++)
        same += at_state_next(reader) == numbers[i];
    for (size_t i = 0; i < AT_COUNT(wides); i++)
        same += at_state_next_wide(reader) == wides[i];
    same += at_text_equal(at_state_next_text(reader), "two words");
    same += at_state_next_text(reader) == NULL;
    same += at_text_equal(at_state_next_text(reader), "");
    const at_span bytes = at_state_next_bytes(reader);
    same += bytes.bytes == 3 && memcmp(bytes.data, "a\0b", 3) == 0;
    same += at_state_next_bytes(reader).bytes == 0;
    return same;
}

enum { VALUES = AT_COUNT(numbers) + AT_COUNT(wides) + 5 };

static void test_back(void **state) {
    AT_CLEANUP(at_text_clear) at_text text = {.data = NULL};
    (void)state;
    write_all(&text);
    at_state_reader reader = at_state_read((at_span){text.data, text.bytes});
    assert_int_equal(read_all(&reader), VALUES);
    assert_true(at_state_whole(&reader));
    assert_int_equal(at_state_next(&reader), 0);
    assert_false(at_state_whole(&reader));
    reader = at_state_read((at_span){text.data, text.bytes});
    (void)at_state_next(&reader);
    assert_false(at_state_whole(&reader)); /* the rest was not read */
}

static void test_cut(void **state) {
    AT_CLEANUP(at_text_clear) at_text text = {.data = NULL};
    (void)state;
    write_all(&text);
    for (size_t length = 0; length < text.bytes; length++) {
        char *copy = malloc(length + 1); /* so that a look past the end is seen */
        assert_non_null(copy);
        memcpy(copy, text.data, length);
        at_state_reader reader = at_state_read((at_span){copy, length});
        (void)read_all(&reader);
        assert_false(at_state_whole(&reader));
        free(copy);
    }
}

static void test_changed(void **state) {
    AT_CLEANUP(at_text_clear) at_text text = {.data = NULL};
    (void)state;
    write_all(&text);
    for (size_t i = 0; i < text.bytes; i++) {
        text.data[i] = (char)~text.data[i];
        at_state_reader reader = at_state_read((at_span){text.data, text.bytes});
        const size_t same = read_all(&reader);
        assert_true(same < VALUES || !at_state_whole(&reader));
        text.data[i] = (char)~text.data[i];
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_back),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
