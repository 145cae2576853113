/* Goal: no text can move the cursor or turn its neighbours, and columns stand where they should;
 *       several things at once end in the exit code that matters most.
 * Method: tables; a row is one story. The program's files are included: it is no library. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/cli/exit.c"
#include "engine/cli/width.c"

static const struct {
    const char *story, *text;
    bool isolate;
    const char *shown;
    size_t width;
} stories[] = {
    {"plain text stays", "Anna", true, "Anna", 4},
    {"an empty text", "", true, "", 0},
    {"a tab would move the cursor", "a\tb", false, "a<U+0009>b", 10},
    {"an escape sequence is spelt out", "\033[2J", false, "<U+001B>[2J", 11},
    {"C1 controls too", "\xC2\x9B", false, "<U+009B>", 8},
    {"an override would turn the row",
     "a\xE2\x80\xAE"
     "b",
     false, "a<U+202E>b", 10},
    {"so would an isolate", "\xE2\x81\xA7", false, "<U+2067>", 8},
    {"a zero-width space hides a difference",
     "a\xE2\x80\x8B"
     "b",
     false, "a<U+200B>b", 10},
    {"the non-joiner is Persian spelling", "\xD9\x85\xE2\x80\x8C\xD9\x85", false,
     "\xD9\x85\xE2\x80\x8C\xD9\x85", 2},
    {"right-to-left names are isolated", "\xD9\x85", true, "\xE2\x81\xA8\xD9\x85\xE2\x81\xA9", 1},
    {"but not in files", "\xD9\x85", false, "\xD9\x85", 1},
    {"marks take no column", "e\xCC\x81", true, "e\xCC\x81", 1},
    {"Arabic marks too", "\xD9\x85\xD9\x8E", false, "\xD9\x85\xD9\x8E", 1},
    {"Han takes two", "\xE6\xBC\xA2", true, "\xE6\xBC\xA2", 2},
    {"Cyrillic takes one", "\xD0\x96", true, "\xD0\x96", 1},
    {"Azerbaijani schwa takes one", "\xC9\x99", true, "\xC9\x99", 1},
    {"bytes that are no UTF-8 are spelt out", "a\xFF\xC3", false, "a<FF><C3>", 9},
};

static void test_visible(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(stories); i++) {
        AT_CLEANUP(at_text_clear) at_text out = {0};
        size_t width = 77;
        print_message("  %s\n", stories[i].story);
        assert_int_equal(at_visible_add(&out, &width, stories[i].text, stories[i].isolate, NULL),
                         AT_OK);
        assert_string_equal(at_text_string(&out), stories[i].shown);
        assert_int_equal(width, stories[i].width);
    }
}

static void test_tables_are_sorted(void **state) {
    (void)state;
    for (size_t i = 1; i < AT_COUNT(zero_width); i++)
        assert_true(zero_width[i - 1].last < zero_width[i].first);
    for (size_t i = 1; i < AT_COUNT(double_width); i++)
        assert_true(double_width[i - 1].last < double_width[i].first);
}

static void test_exit_codes(void **state) {
    (void)state;
    static const at_status order[] = {AT_BUG,     AT_IO,     AT_TAMPERED, AT_UNTRUSTED, AT_REFUSED,
                                      AT_KEY,     AT_LOCKED, AT_NO_STORE, AT_BAD_INPUT, AT_USAGE,
                                      AT_PARTIAL, AT_LIMIT,  AT_NO,       AT_OK};
    static const int codes[] = {70, 69, 5, 7, 6, 12, 11, 10, 4, 2, 3, 20, 1, 0};
    for (size_t i = 0; i < AT_COUNT(order); i++) {
        assert_int_equal(at_exit_code(order[i], 0), codes[i]);
        for (size_t k = i; k < AT_COUNT(order); k++) {
            assert_int_equal(at_exit_worse(order[i], order[k]), order[i]);
            assert_int_equal(at_exit_worse(order[k], order[i]), order[i]);
        }
    }
    assert_int_equal(at_exit_code(AT_NO_MEMORY, 0), 69);
    assert_int_equal(at_exit_code(AT_INTERRUPTED, 2), 130);
    assert_int_equal(at_exit_code(AT_INTERRUPTED, 15), 143);
    int code = -1, last = -1;
    for (size_t i = 0; at_exit_text(&code, i); i++) {
        assert_true(code > last && at_exit_text(&code, i)[0]);
        last = code;
    }
    assert_int_equal(last, 130);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_visible),
        cmocka_unit_test(test_tables_are_sorted),
        cmocka_unit_test(test_exit_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
