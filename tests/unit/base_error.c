/* Goal: an error says what happened, what to do and where, once, in whole characters.
 * Method: small stories over at_fail, at_hint and at_place; the list of codes as a whole. */
#include "engine/base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/text.h"

static void test_fail_fills_and_clears(void **state) {
    (void)state;
    at_error err = {0};
    assert_int_equal(at_fail(&err, AT_LIMIT, "E-LIMIT", "%d rows of \"%s\"", 3, "a.csv"), AT_LIMIT);
    at_hint(&err, "try %s", "less");
    at_place(&err, "line %d", 7);
    at_place(&err, "line %d", 8);
    assert_int_equal(err.status, AT_LIMIT);
    assert_string_equal(err.code, "E-LIMIT");
    assert_string_equal(err.message, "3 rows of \"a.csv\"");
    assert_string_equal(err.hint, "try less");
    assert_string_equal(err.place, "line 7"); /* the lower layer knew better */

    assert_int_equal(at_fail(&err, AT_IO, "E-IO", "gone"), AT_IO);
    assert_string_equal(err.hint, "");
    assert_string_equal(err.place, "");
}

static void test_nobody_listens(void **state) {
    (void)state;
    assert_int_equal(at_fail(NULL, AT_NO, "E-IO", "%s", "x"), AT_NO);
    at_hint(NULL, "x");
    at_place(NULL, "x");
}

static void test_wrapping_own_message(void **state) {
    (void)state;
    at_error err = {0};
    (void)!at_fail(&err, AT_IO, "E-IO", "disk full");
    (void)!at_fail(&err, AT_IO, err.code, "cannot seal: %s", err.message);
    assert_string_equal(err.message, "cannot seal: disk full");
    assert_string_equal(err.code, "E-IO");
}

/* A long text of each character, shifted by 0 to 3 bytes so that the cut falls on every byte. */
static void test_cut_between_characters(void **state) {
    (void)state;
    static const char *const characters[] = {"a", "\xC3\xA9", "\xD9\xBE", "\xE2\x82\xAC",
                                             "\xF0\x9F\x98\x82"};
    for (size_t c = 0; c < AT_COUNT(characters); c++) {
        for (size_t shift = 0; shift < 4; shift++) {
            char text[1200] = "xxx";
            size_t end = shift;
            while (end + 5 < sizeof text) {
                memcpy(text + end, characters[c], strlen(characters[c]));
                end += strlen(characters[c]);
            }
            text[end] = '\0';
            at_error err = {0};
            (void)!at_fail(&err, AT_NO, "E-IO", "%s", text);
            at_hint(&err, "%s", text);
            at_place(&err, "%s", text);
            assert_true(at_utf8_valid(err.message, strlen(err.message), NULL));
            assert_true(at_utf8_valid(err.hint, strlen(err.hint), NULL));
            assert_true(at_utf8_valid(err.place, strlen(err.place), NULL));
            assert_true(strlen(err.message) >= sizeof err.message - 4);
            assert_true(strlen(err.hint) >= sizeof err.hint - 4);
            assert_true(at_text_starts(text, err.message));
        }
    }
}

static void test_codes_are_a_sorted_list(void **state) {
    (void)state;
    size_t count = 0;
    for (const char *code; (code = at_code_at(count)) != NULL; count++) {
        assert_true(at_text_starts(code, "E-"));
        assert_true(strlen(code) < sizeof(((at_error *)0)->code));
        assert_true(strlen(at_code_text(code)) > 20);
        if (count > 0 && at_text_compare(at_code_at(count - 1), code) >= 0)
            fail_msg("%s stands after %s", code, at_code_at(count - 1));
    }
    assert_true(count >= 10);
    assert_null(at_code_at(count + 1));
    assert_null(at_code_text("E-no-such-code"));
    assert_null(at_code_text(""));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fail_fills_and_clears),
        cmocka_unit_test(test_nobody_listens),
        cmocka_unit_test(test_wrapping_own_message),
        cmocka_unit_test(test_cut_between_characters),
        cmocka_unit_test(test_codes_are_a_sorted_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
