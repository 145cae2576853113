/* Goal: spellings of one word share a key, different words do not, and a key is its own key.
 * Method: a table of pairs; every key is folded again; every allocation failing in turn. */
#include "engine/names/fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/arena.h"

static void test_keys(void **state) {
    (void)state;
    static const struct {
        const char *story, *text, *key;
    } rows[] = {
        {"capitals", "ALI Hosseini", "ali hosseini"},
        {"the example of the header", "علي  (Ali)", "علی ali"},
        {"Arabic and Persian yeh", "علي رضايي", "علی رضایی"},
        {"alef maksura", "مصطفى", "مصطفی"},
        {"Arabic and Persian kaf", "شركة", "شرکه"},
        {"teh marbuta and heh", "فاطمة", "فاطمه"},
        {"Urdu heh", "شاہ", "شاه"},
        {"vowel signs", "مُحَمَّد", "محمد"},
        {"a superscript alef", "رحمٰن", "رحمن"},
        {"hamza and madda", "أحمد آذر إسماعيل مؤمن", "احمد اذر اسماعیل مومن"},
        {"tatweel", "محـــمد", "محمد"},
        {"a joiner inside a word", "می\xE2\x80\x8Cخواهم", "میخواهم"},
        {"direction marks",
         "\xE2\x80\xAE"
         "abc\xE2\x80\xAC\xE2\x81\xA9",
         "abc"},
        {"Persian and Arabic digits", "۱۲۳ ٤٥٦", "123 456"},
        {"digits of other scripts", "१२", "12"},
        {"full width", "ＡＢＣ１２３", "abc123"},
        {"a ligature", "ﷲ ﬁ", "الله fi"},
        {"a presentation form", "ﻋﻠﻲ", "علی"},
        {"Cyrillic capitals", "ЩЕРБАКОВ", "щербаков"},
        {"sharp s", "Straße", "strasse"},
        {"Turkish capitals of i", "İSTANBUL ISTANBUL ıstanbul", "istanbul istanbul istanbul"},
        {"Azerbaijani letters stay", "Əliyev Çingiz oğlu", "əliyev çingiz oğlu"},
        {"a composed and a decomposed letter", "Ç C\xCC\xA7", "ç ç"},
        {"apostrophes join", "O'Brien O’Brien O`Brien O´Brien", "obrien obrien obrien obrien"},
        {"an apostrophe inside a letter", "\xC5\x89", "n"},
        {"ayn written as an apostrophe", "Ibn ʿAbbās", "ibn abbās"},
        {"punctuation parts", "al-Karim,Abd.(Ltd)/X", "al karim abd ltd x"},
        {"symbols part", "A&B + C", "a b c"},
        {"blanks of every kind", "a\xC2\xA0\xE2\x80\x89\t\n b", "a b"},
        {"nothing at the ends", " --a-- ", "a"},
        {"only punctuation", "...", ""},
        {"nothing", "", ""},
        {"a letter beyond the first plane", "\xF0\x90\x90\x80", "\xF0\x90\x90\xA8"},
    };
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        AT_CLEANUP(at_text_clear) at_text key = {0};
        AT_CLEANUP(at_text_clear) at_text again = {0};
        print_message("  %s\n", rows[i].story);
        assert_int_equal(at_fold_key(&key, rows[i].text, NULL), AT_OK);
        assert_string_equal(at_text_string(&key), rows[i].key);
        assert_int_equal(at_fold_key(&again, at_text_string(&key), NULL), AT_OK);
        assert_string_equal(at_text_string(&again), rows[i].key);
    }
}

static void test_different_words_stay_apart(void **state) {
    (void)state;
    static const char *const words[] = {
        "علی", "على‌پور", "کریم",      "گریم", "Әли", "Али", "Ali",
        "Aly", "0499370899",      "499370899", "ә",    "ə"};
    for (size_t i = 0; i < AT_COUNT(words); i++)
        for (size_t k = 0; k < i; k++) {
            AT_CLEANUP(at_text_clear) at_text a = {0};
            AT_CLEANUP(at_text_clear) at_text b = {0};
            assert_int_equal(at_fold_key(&a, words[i], NULL), AT_OK);
            assert_int_equal(at_fold_key(&b, words[k], NULL), AT_OK);
            assert_string_not_equal(at_text_string(&a), at_text_string(&b));
        }
}

static void test_appends(void **state) {
    (void)state;
    AT_CLEANUP(at_text_clear) at_text out = {0};
    assert_int_equal(at_text_add(&out, "kept:", NULL), AT_OK);
    assert_int_equal(at_fold_key(&out, " A  b", NULL), AT_OK);
    assert_string_equal(at_text_string(&out), "kept:a b");
}

static void test_refusals(void **state) {
    (void)state;
    at_error err = {0};
    AT_CLEANUP(at_text_clear) at_text out = {0};
    assert_int_equal(at_text_add(&out, "kept", NULL), AT_OK);
    assert_int_equal(at_fold_key(&out, "ab\xFF", &err), AT_BAD_INPUT);
    assert_string_equal(err.code, "E-TEXT-UTF8");
    assert_non_null(strstr(err.message, "byte 2"));
    char *huge = calloc((1 << 24) + 2, 1);
    assert_non_null(huge);
    memset(huge, 'a', (1 << 24) + 1);
    assert_int_equal(at_fold_key(&out, huge, &err), AT_LIMIT);
    free(huge);
    AT_CLEANUP(at_text_clear) at_text small = {.limit_bytes = 8};
    assert_int_equal(at_text_add(&small, "kept", NULL), AT_OK);
    assert_int_equal(at_fold_key(&small, "longer than that", &err), AT_LIMIT);
    assert_string_equal(at_text_string(&out), "kept");
    assert_string_equal(at_text_string(&small), "kept");
}

/* U+FDFA grows to 18 characters: the buffer has to be asked for twice. */
static void test_growth(void **state) {
    (void)state;
    char text[3 * 200 + 1] = "";
    for (size_t i = 0; i < 200; i++)
        memcpy(text + 3 * i, "\xEF\xB7\xBA", 3);
    AT_CLEANUP(at_text_clear) at_text out = {0};
    assert_int_equal(at_fold_key(&out, text, NULL), AT_OK);
    assert_true(at_text_starts(at_text_string(&out), "صلی الله علیه وسلم"));
    assert_int_equal(out.bytes, 200 * strlen("صلی الله علیه وسلم"));
}

static void test_memory_runs_out(void **state) {
    (void)state;
    char text[1000];
    for (size_t i = 0; i + 3 < sizeof text; i += 3)
        memcpy(text + i, "\xEF\xB7\xBA", 4);
    at_status status = AT_NO_MEMORY;
    uint64_t n = 0;
    while (status != AT_OK) {
        AT_CLEANUP(at_text_clear) at_text out = {0};
        at_memory_fail_after(++n);
        status = at_fold_key(&out, text, NULL);
        at_memory_fail_after(0);
        assert_true(status == AT_OK || (status == AT_NO_MEMORY && out.bytes == 0));
    }
    assert_true(n > 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),    cmocka_unit_test(test_different_words_stay_apart),
        cmocka_unit_test(test_appends), cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_growth),  cmocka_unit_test(test_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
