/* Goal: no text can move the cursor or turn its neighbours, and columns stand where they should;
 *       several things at once end in the exit code that matters most.
 * Method: tables; a row is one story. The program's files are included: it is no library. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <unicode/ubidi.h>
#include <unicode/ustring.h>

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
    {"a sentence is one stretch", "\xD9\x85 (\xD9\x85) \xD9\x85", true,
     "\xE2\x81\xA8\xD9\x85 (\xD9\x85) \xD9\x85\xE2\x81\xA9", 7},
    {"its brackets are closed inside", "\xD9\x85 (\xD9\x85) b", true,
     "\xE2\x81\xA8\xD9\x85 (\xD9\x85)\xE2\x81\xA9 b", 7},
    {"a number of its own stays in it", "\xD9\x85 12 \xD9\x85", true,
     "\xE2\x81\xA8\xD9\x85 12 \xD9\x85\xE2\x81\xA9", 6},
    {"a date after a name stays outside", "\xD9\x85 2024-05-01", true,
     "\xE2\x81\xA8\xD9\x85\xE2\x81\xA9 2024-05-01", 12},
    {"so does a line number", "\xD9\x85:41", true, "\xE2\x81\xA8\xD9\x85\xE2\x81\xA9:41", 4},
    {"two stretches", "\xD9\x85 a \xD9\x85", true,
     "\xE2\x81\xA8\xD9\x85\xE2\x81\xA9 a \xE2\x81\xA8\xD9\x85\xE2\x81\xA9", 5},
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

static const struct {
    const char *story, *text;
    size_t width;
    const char *lines; /* '|' between them */
    size_t piece;
} cuts[] = {
    {"what fits stays whole", "one two", 7, "one two", 3},
    {"cut at a blank", "one two three", 8, "one two|three", 5},
    {"a blank at the edge is dropped", "one two", 3, "one|two", 3},
    {"several too", "one   two", 4, "one|two", 3},
    {"behind a slash when there is no blank", "bank/march.csv:4", 12, "bank/|march.csv:4", 11},
    {"between characters when there is nothing else", "abcdef", 4, "abcd|ef", 6},
    {"at least one character", "\xE6\xBC\xA2\xE6\xBC\xA2", 1, "\xE6\xBC\xA2|\xE6\xBC\xA2", 4},
    {"a mark stays with its letter",
     "e\xCC\x81"
     "e\xCC\x81",
     1, "e\xCC\x81|e\xCC\x81", 2},
    {"nothing", "", 5, "", 0},
};

static void test_cut(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(cuts); i++) {
        AT_CLEANUP(at_text_clear) at_text lines = {0};
        print_message("  %s\n", cuts[i].story);
        for (const char *rest = cuts[i].text; *rest;) {
            size_t next = 0;
            const size_t bytes = at_visible_cut(&next, rest, cuts[i].width);
            assert_true(bytes > 0 && next >= bytes);
            if (lines.bytes)
                assert_int_equal(at_text_add_char(&lines, '|', NULL), AT_OK);
            assert_int_equal(at_text_add_bytes(&lines, rest, bytes, NULL), AT_OK);
            rest += next;
        }
        assert_string_equal(at_text_string(&lines), cuts[i].lines);
        assert_int_equal(at_visible_piece(cuts[i].text), cuts[i].piece);
    }
}

/* What a terminal that follows UAX #9 shows, left to right, of a line that begins left to right. */
static void show_line(char *out, size_t size, const char *line) {
    enum { UNITS = 512 };
    UErrorCode status = U_ZERO_ERROR;
    UChar units[UNITS], shown[UNITS];
    int32_t length = 0;
    u_strFromUTF8(units, UNITS, &length, line, -1, &status);
    UBiDi *bidi = ubidi_open();
    ubidi_setPara(bidi, units, length, UBIDI_LTR, NULL, &status);
    length = ubidi_writeReordered(bidi, shown, UNITS, UBIDI_REMOVE_BIDI_CONTROLS, &status);
    u_strToUTF8(out, (int32_t)size, NULL, shown, length, &status);
    ubidi_close(bidi);
    assert_true(U_SUCCESS(status));
}

static const struct {
    const char *story, *text, *kept; /* this must be readable as it is */
} bidi[] = {
    {"a date after a name", "\u06A9\u0631\u06CC\u0645\u06CC 2024-05-01", "2024-05-01"},
    {"a date between names", "\u0645 2024-05-01 \u0645", "2024-05-01"},
    {"a time", "\u0645, 2024-05-01T10:20:30Z", "2024-05-01T10:20:30Z"},
    {"a date in Persian digits", "x \u06F1\u06F4\u06F0\u06F3/\u06F0\u06F2/\u06F0\u06F5 y",
     "\u06F1\u06F4\u06F0\u06F3/\u06F0\u06F2/\u06F0\u06F5"},
    {"an id after a name", "\u0645 AZ-P-418885", "AZ-P-418885"},
    {"an amount with decimals", "\u0645\u0645 -1234.50 EUR", "-1234.50"},
    {"file and line", "\u0645.csv:41", ".csv:41"},
    {"an IBAN between names", "\u0645 IR639900600660049078327807 \u0645",
     "IR639900600660049078327807"},
};

static void test_nothing_is_turned(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(bidi); i++) {
        AT_CLEANUP(at_text_clear) at_text out = {0};
        char shown[512];
        print_message("  %s\n", bidi[i].story);
        assert_int_equal(at_visible_add(&out, NULL, bidi[i].text, true, NULL), AT_OK);
        show_line(shown, sizeof shown, at_text_string(&out));
        assert_non_null(strstr(shown, bidi[i].kept));
    }
    /* The method can tell: without isolation the date is turned. */
    char shown[512];
    show_line(shown, sizeof shown, bidi[0].text);
    assert_null(strstr(shown, bidi[0].kept));
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
        cmocka_unit_test(test_visible),           cmocka_unit_test(test_cut),
        cmocka_unit_test(test_nothing_is_turned), cmocka_unit_test(test_tables_are_sorted),
        cmocka_unit_test(test_exit_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
