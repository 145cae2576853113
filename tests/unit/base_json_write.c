/* Goal: what is written in blocks is what is written byte by byte.
 * Method: every length around the blocks with every special piece at every place, against a plain
 * loop; integers around every power of two and ten against the C library. */
#include "engine/base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What canonical JSON makes of a text, byte by byte. */
static void add_plainly(at_text *out, const char *text) {
    static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
    assert_int_equal(at_text_add(out, "\"", NULL), AT_OK);
    for (; *text != '\0'; text++) {
        const char *found = strchr(from, *text);
        if (found != NULL)
            assert_int_equal(at_text_print(out, NULL, "\\%c", to[found - from]), AT_OK);
        else if ((unsigned char)*text < 0x20)
            assert_int_equal(at_text_print(out, NULL, "\\u%04x", (unsigned)*text), AT_OK);
        else
            assert_int_equal(at_text_add_char(out, *text, NULL), AT_OK);
    }
    assert_int_equal(at_text_add(out, "\"", NULL), AT_OK);
}

/* [{"<name>":<text>,"<name>":<text>,"<name>":-12},<text>] */
static at_status write_both(at_text *out, const at_json_name *names, const char *text) {
    at_json_writer writer = {.out = out};
    at_json_array(&writer);
    at_json_object(&writer);
    at_json_member_text(&writer, &names[0], text);
    at_json_put_name(&writer, &names[1]);
    at_json_put_text(&writer, text);
    at_json_member_int(&writer, &names[2], -12);
    at_json_object_end(&writer);
    at_json_put_text(&writer, text);
    at_json_array_end(&writer);
    return at_json_finish(&writer, NULL);
}

/* Every length around the blocks with every special piece at every place; a fresh text, in which
 * all goes byte by byte at first, one with room, and every limit that is too small. */
static void test_texts_in_blocks(void **state) {
    (void)state;
    static const char *const pieces[] = {"",     "\"",   "\\",       "\n",
                                         "\x01", "\x7F", "\xD9\xBE", "\xF0\x9F\x98\x82\x1F"};
    static const char long_name[] =
        "a_name_of_sixty_three_bytes_which_is_as_long_as_one_may_ever_be";
    at_json_name names[3];
    AT_CLEANUP(at_text_clear) at_text text = {0}, wanted = {0}, roomy = {0};
    assert_int_equal(sizeof long_name, AT_JSON_KEY_BYTES);
    at_json_name_make(&names[0], long_name);
    at_json_name_make(&names[1], "b");
    at_json_name_make(&names[2], "c");
    for (size_t length = 0; length <= 50; length++)
        for (size_t at = 0; at <= length; at++)
            for (size_t p = 0; p < AT_COUNT(pieces); p++) {
                AT_CLEANUP(at_text_clear) at_text fresh = {0};
                at_text_reset(&text);
                at_text_reset(&wanted);
                at_text_reset(&roomy);
                for (size_t i = 0; i <= length; i++)
                    assert_int_equal(at_text_print(&text, NULL, "%s%.*s", i == at ? pieces[p] : "",
                                                   i < length, "z"),
                                     AT_OK);
                assert_int_equal(at_text_print(&wanted, NULL, "[{\"%s\":", long_name), AT_OK);
                add_plainly(&wanted, text.data);
                assert_int_equal(at_text_add(&wanted, ",\"b\":", NULL), AT_OK);
                add_plainly(&wanted, text.data);
                assert_int_equal(at_text_add(&wanted, ",\"c\":-12},", NULL), AT_OK);
                add_plainly(&wanted, text.data);
                assert_int_equal(at_text_add(&wanted, "]", NULL), AT_OK);
                assert_int_equal(write_both(&fresh, names, text.data), AT_OK);
                assert_string_equal(fresh.data, wanted.data);
                assert_int_equal(write_both(&roomy, names, text.data), AT_OK);
                assert_string_equal(roomy.data, wanted.data);
                assert_true(at_json_is_canonical(roomy.data, roomy.bytes));
            }
    for (size_t limit = 1; limit <= wanted.bytes; limit++) {
        AT_CLEANUP(at_text_clear) at_text tight = {.limit_bytes = limit};
        assert_int_equal(write_both(&tight, names, text.data),
                         limit < wanted.bytes ? AT_LIMIT : AT_OK);
        assert_true(tight.bytes <= limit);
    }
}

static void test_bad_texts_in_blocks(void **state) {
    (void)state;
    char text[41];
    AT_CLEANUP(at_text_clear) at_text roomy = {0};
    at_json_name names[3];
    for (size_t i = 0; i < AT_COUNT(names); i++)
        at_json_name_make(&names[i], (const char *[]){"a", "b", "c"}[i]);
    for (size_t at = 0; at < 40; at++) {
        memset(text, 'z', 40);
        text[40] = '\0';
        assert_int_equal(write_both(&roomy, names, text), AT_OK); /* there is room now */
        text[at] = '\xFF';
        at_text_reset(&roomy);
        assert_int_equal(write_both(&roomy, names, text), AT_BAD_INPUT);
        text[(at + 7) % 40] = '"'; /* an escape before it or behind it */
        at_text_reset(&roomy);
        assert_int_equal(write_both(&roomy, names, text), AT_BAD_INPUT);
        at_text_reset(&roomy);
    }
}

static void test_integers(void **state) {
    (void)state;
    char text[AT_INT_BYTES_MAX], wanted[AT_INT_BYTES_MAX + 2];
    for (int power = 0; power <= 63; power++)
        for (int64_t beside = -2; beside <= 2; beside++) {
            const uint64_t near = (UINT64_C(1) << power) + (uint64_t)beside;
            for (size_t negative = 0; negative < 2; negative++) {
                const int64_t number = (int64_t)(negative ? UINT64_C(0) - near : near);
                snprintf(wanted, sizeof wanted, "%lld", (long long)number);
                const size_t bytes = at_int_write(text, number);
                assert_int_equal(bytes, strlen(wanted));
                assert_memory_equal(text, wanted, bytes);
            }
        }
    for (int64_t number = 1, digits = 1; digits <= 18; digits++, number *= 10)
        for (int64_t beside = -1; beside <= 1; beside++) {
            snprintf(wanted, sizeof wanted, "%lld", (long long)(number + beside));
            const size_t bytes = at_int_write(text, number + beside);
            assert_int_equal(bytes, strlen(wanted));
            assert_memory_equal(text, wanted, bytes);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_in_blocks),
        cmocka_unit_test(test_bad_texts_in_blocks),
        cmocka_unit_test(test_integers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
