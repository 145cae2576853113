/* Goal: bytes, characters, digits and numbers are read and written exactly at their borders.
 * Method: one table per question; a row is one story. */
#include "engine/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_text_grows_to_its_limit(void **state) {
    (void)state;
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = 100};
    at_error err = {0};
    assert_string_equal(at_text_string(&text), "");
    for (int i = 0; i < 10; i++)
        assert_int_equal(at_text_print(&text, &err, "%s-%04d", "abcd", i), AT_OK);
    assert_int_equal(text.bytes, 90);
    assert_int_equal(at_text_add(&text, "0123456789X", &err), AT_LIMIT);
    assert_string_equal(err.code, "E-LIMIT");
    assert_int_equal(at_text_print(&text, &err, "%s", "0123456789X"), AT_LIMIT);
    assert_int_equal(text.bytes, 90);
    assert_int_equal(at_text_add(&text, "0123456789", &err), AT_OK);
    assert_int_equal(text.bytes, 100);
    assert_int_equal(at_text_add_char(&text, 'X', &err), AT_LIMIT);
    assert_int_equal(strlen(at_text_string(&text)), 100);
    assert_true(at_text_starts(text.data, "abcd-0000abcd-0001"));
    at_text_reset(&text);
    assert_string_equal(at_text_string(&text), "");
    assert_int_equal(at_text_add_bytes(&text, "a\0b", 3, &err), AT_OK);
    assert_memory_equal(text.data, "a\0b", 4);
    at_text_clear(&text);
    assert_null(text.data);
    assert_int_equal(text.limit_bytes, 100);
}

static void test_compare(void **state) {
    (void)state;
    static const struct {
        const char *story, *a, *b;
        int order;
    } rows[] = {
        {"equal", "abc", "abc", 0},
        {"shorter first", "ab", "abc", -1},
        {"capitals before small letters", "Z", "a", -1},
        {"bytes are unsigned", "z", "\xC3\xA9", -1},
        {"nothing before everything", NULL, "", -1},
        {"nothing equals nothing", NULL, NULL, 0},
        {"digits are not numbers", "10", "9", -1},
    };
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        print_message("  %s\n", rows[i].story);
        assert_int_equal(at_text_compare(rows[i].a, rows[i].b), rows[i].order);
        assert_int_equal(at_text_compare(rows[i].b, rows[i].a), -rows[i].order);
        assert_int_equal(at_text_equal(rows[i].a, rows[i].b), rows[i].order == 0);
        if (rows[i].a == NULL)
            continue;
        const at_span a = {rows[i].a, strlen(rows[i].a)}, b = {rows[i].b, strlen(rows[i].b)};
        assert_int_equal(at_span_compare(a, b), rows[i].order);
        assert_int_equal(at_span_compare(b, a), -rows[i].order);
    }
    assert_int_equal(at_span_compare((at_span){"a\0b", 3}, (at_span){"a\0c", 3}), -1);
    assert_int_equal(at_span_compare((at_span){NULL, 0}, (at_span){"", 0}), 0);
    assert_true(at_text_starts("harbour", "harb"));
    assert_true(at_text_starts("harbour", ""));
    assert_false(at_text_starts("harb", "harbour"));
}

static void test_utf8(void **state) {
    (void)state;
    static const struct {
        const char *story, *bytes;
        size_t count;
        int bad; /* offset, -1 = valid */
    } rows[] = {
        {"nothing", "", 0, -1},
        {"ascii", "az\x7F", 3, -1},
        {"a NUL is refused", "a\0b", 3, 1},
        {"first and last of two bytes", "\xC2\x80\xDF\xBF", 4, -1},
        {"two bytes for one are overlong", "x\xC1\xBF", 3, 1},
        {"C0 80 is no NUL", "\xC0\x80", 2, 0},
        {"first and last of three bytes", "\xE0\xA0\x80\xEF\xBF\xBF", 6, -1},
        {"three bytes for two are overlong", "\xE0\x9F\xBF", 3, 0},
        {"just below the surrogates", "\xED\x9F\xBF", 3, -1},
        {"first surrogate", "\xED\xA0\x80", 3, 0},
        {"last surrogate", "\xED\xBF\xBF", 3, 0},
        {"just above the surrogates", "\xEE\x80\x80", 3, -1},
        {"first and last of four bytes", "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", 8, -1},
        {"four bytes for three are overlong", "\xF0\x8F\xBF\xBF", 4, 0},
        {"past U+10FFFF", "\xF4\x90\x80\x80", 4, 0},
        {"F5 begins nothing", "ab\xF5\x80\x80\x80", 6, 2},
        {"five bytes", "\xF8\x88\x80\x80\x80", 5, 0},
        {"a lone continuation", "ab\x80", 3, 2},
        {"cut after one of two", "a\xD9", 2, 1},
        {"cut after two of three", "a\xE2\x82", 3, 1},
        {"cut after three of four", "a\xF0\x9F\x98", 4, 1},
        {"a letter where a continuation belongs", "\xE2\x28\xA1", 3, 0},
        {"a letter where the last belongs", "\xF0\x9F\x98x", 4, 0},
        {"Persian", "\xD9\xBE\xD8\xAF\xD8\xB1", 6, -1},
    };
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        size_t bad = 99;
        print_message("  %s\n", rows[i].story);
        assert_int_equal(at_utf8_valid(rows[i].bytes, rows[i].count, &bad), rows[i].bad < 0);
        assert_int_equal(bad, rows[i].bad < 0 ? 99 : (size_t)rows[i].bad);
        assert_int_equal(at_utf8_valid(rows[i].bytes, rows[i].count, NULL), rows[i].bad < 0);
    }
}

/* Every code point there is, written and read back. */
static void test_utf8_round_trip(void **state) {
    (void)state;
    AT_CLEANUP(at_text_clear) at_text text = {0};
    for (uint32_t point = 1; point <= 0x10FFFF; point++) {
        if (point == 0xD800)
            point = 0xE000;
        size_t offset = 0;
        at_text_reset(&text);
        if (at_utf8_add(&text, point, NULL) != AT_OK ||
            !at_utf8_valid(text.data, text.bytes, NULL) ||
            at_utf8_next(text.data, text.bytes, &offset) != point || offset != text.bytes)
            fail_msg("U+%04X", (unsigned)point);
    }
}

static void test_digits(void **state) {
    (void)state;
    static const struct { uint32_t zero; } rows[] = {{'0'}, {0x0660}, {0x06F0}};
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        for (int digit = 0; digit <= 9; digit++)
            assert_int_equal(at_digit_value(rows[i].zero + (uint32_t)digit), digit);
        assert_int_equal(at_digit_value(rows[i].zero - 1), -1);
        assert_int_equal(at_digit_value(rows[i].zero + 10), -1);
    }
    assert_int_equal(at_digit_value(0x0966), -1); /* Devanagari is not promised */
    assert_int_equal(at_digit_value(0), -1);
}

static void test_hex(void **state) {
    (void)state;
    static const struct {
        const char *story, *hex;
        size_t count;
        bool good;
    } rows[] = {
        {"all digits", "0123456789abcdef", 8, true},
        {"none", "", 0, true},
        {"capitals are another spelling", "AB", 1, false},
        {"too short", "ab1", 2, false},
        {"too long", "ab12f", 2, false},
        {"not hex", "0g", 1, false},
        {"just outside the digits", "0:", 1, false},
        {"just outside the letters", "0`", 1, false},
        {"some for none", "00", 0, false},
    };
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        uint8_t bytes[8] = {0x5A, 0x5A};
        char back[17];
        print_message("  %s\n", rows[i].story);
        assert_int_equal(at_hex_decode(bytes, rows[i].count, rows[i].hex), rows[i].good);
        if (rows[i].good) {
            at_hex_encode(back, bytes, rows[i].count);
            assert_string_equal(back, rows[i].hex);
        } else {
            assert_int_equal(bytes[0], 0x5A);
        }
    }
}

static void test_integers(void **state) {
    (void)state;
    static const struct {
        const char *story, *text;
        bool good;
        int64_t value;
        const char *back;
    } rows[] = {
        {"zero", "0", true, 0, "0"},
        {"minus zero is zero", "-0", true, 0, "0"},
        {"leading zeros", "007", true, 7, "7"},
        {"largest", "9223372036854775807", true, INT64_MAX, "9223372036854775807"},
        {"one too large", "9223372036854775808", false, 0, NULL},
        {"ten times too large", "92233720368547758070", false, 0, NULL},
        {"smallest", "-9223372036854775808", true, INT64_MIN, "-9223372036854775808"},
        {"one too small", "-9223372036854775809", false, 0, NULL},
        {"nothing", "", false, 0, NULL},
        {"a sign alone", "-", false, 0, NULL},
        {"a plus sign", "+1", false, 0, NULL},
        {"two signs", "--1", false, 0, NULL},
        {"space before", " 1", false, 0, NULL},
        {"space after", "1 ", false, 0, NULL},
        {"a point", "1.0", false, 0, NULL},
        {"Persian digits are not read here", "\xDB\xB1", false, 0, NULL},
    };
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        AT_CLEANUP(at_text_clear) at_text text = {0};
        int64_t value = 77;
        print_message("  %s\n", rows[i].story);
        assert_int_equal(at_int_parse(&value, rows[i].text), rows[i].good);
        assert_int_equal(value, rows[i].good ? rows[i].value : 77);
        if (!rows[i].good)
            continue;
        assert_int_equal(at_text_add_int(&text, value, NULL), AT_OK);
        assert_string_equal(text.data, rows[i].back);
    }
}

static void test_nearest(void **state) {
    (void)state;
    static const char *const words[] = {"question", "questions", "as_of", "purpose", "to", NULL};
    static const char *const one_long[] = {
        "a_word_of_more_than_sixty_four_bytes_is_not_measured_against_anything_here", NULL};
    static const char *const none[] = {NULL};
    static const struct {
        const char *story, *word, *nearest;
    } rows[] = {
        {"the word itself", "questions", "questions"},
        {"a letter missing", "questons", "questions"},
        {"two neighbours swapped", "prupose", "purpose"},
        {"swap counts once even in a short word", "ot", "to"},
        {"the nearer of two", "questiom", "question"},
        {"of two as near the first", "questionz", "question"},
        {"a third of the word may be wrong", "qestyons", "questions"},
        {"more is another word", "quayside", NULL},
        {"three of seven is too far", "pxxxose", NULL},
        {"empty is near nothing here", "", NULL},
    };
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        print_message("  %s\n", rows[i].story);
        const char *nearest = at_text_nearest(rows[i].word, words);
        if (!at_text_equal(nearest, rows[i].nearest))
            fail_msg("found %s", nearest != NULL ? nearest : "nothing");
    }
    assert_null(at_text_nearest("question", none));
    assert_null(at_text_nearest(one_long[0], one_long));
    assert_null(at_text_nearest("question", one_long));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_grows_to_its_limit),
        cmocka_unit_test(test_compare),
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_utf8_round_trip),
        cmocka_unit_test(test_digits),
        cmocka_unit_test(test_hex),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
