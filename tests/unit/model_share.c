/* Goal: a stated share is kept as the exact ratio that was written, or refused.
 * Method: tables of texts; every ratio is printed and read again. */
#include "engine/model/share.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_ratio(void **state) {
    (void)state;
    static const struct {
        const char *story, *text;
        int64_t num, den; /* den 0: refused */
    } rows[] = {
        {"a percentage", "12.5%", 1, 8},
        {"a fraction", "1/8", 1, 8},
        {"a fraction not in lowest terms", "50/100", 1, 2},
        {"a decimal", "0.125", 1, 8},
        {"the whole", "1", 1, 1},
        {"the whole in percent", "100 %", 1, 1},
        {"nothing", "0", 0, 1},
        {"nothing of eight", "0/8", 0, 1},
        {"blanks around", "  25%  ", 1, 4},
        {"a no-break space before the sign", "25\xC2\xA0%", 1, 4},
        {"Persian digits and sign", "۵۰٪", 1, 2},
        {"Arabic digits and decimal mark", "١٢٫٥٪", 1, 8},
        {"Persian fraction", "۱/۳", 1, 3},
        {"more than the whole is still a ratio", "150%", 3, 2},
        {"eighteen decimals", "0.000000000000000001", 1, INT64_C(1000000000000000000)},
        {"zeros cost nothing", "0.500000000000000000", 1, 2},
        {"sixteen decimals of a percent", "0.0000000000000001%", 1, INT64_C(1000000000000000000)},
        {"the empty text", "", 0, 0},
        {"only blanks", "   ", 0, 0},
        {"a sign alone", "%", 0, 0},
        {"below nothing", "-5%", 0, 0},
        {"a plus", "+5%", 0, 0},
        {"no denominator", "1/", 0, 0},
        {"a zero denominator", "1/0", 0, 0},
        {"no numerator", "/8", 0, 0},
        {"three parts", "1/2/3", 0, 0},
        {"a fraction of percent", "1/2%", 0, 0},
        {"a fraction of decimals", "1.5/2", 0, 0},
        {"a denominator with decimals", "1/2.5", 0, 0},
        {"nothing behind the mark", "1.", 0, 0},
        {"nothing before the mark", ".5", 0, 0},
        {"a decimal comma", "12,5%", 0, 0},
        {"two signs", "5%%", 0, 0},
        {"something behind the sign", "5% x", 0, 0},
        {"words", "half", 0, 0},
        {"nineteen decimals", "0.0000000000000000001", 0, 0},
        {"eighteen decimals of a percent", "0.000000000000000001%", 0, 0},
        {"a denominator past 64 bits", "1/99999999999999999999", 0, 0},
        {"decimals past 64 bits", "12345678901234567890.5", 0, 0},
        {"decimals of which the last are past it", "12345678901234.567890123", 0, 0},
        {"no UTF-8", "5\xC3", 0, 0},
    };
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        at_error err = {0};
        at_ratio ratio = {7, 7}, back = {0, 0};
        char text[AT_RATIO_TEXT_BYTES];
        print_message("  %s\n", rows[i].story);
        const at_status status = at_ratio_parse(&ratio, rows[i].text, &err);
        if (rows[i].den == 0) {
            assert_int_equal(status, AT_BAD_INPUT);
            assert_string_equal(err.code, "E-SHARE-TEXT");
            assert_int_equal(ratio.num, 7);
            continue;
        }
        assert_int_equal(status, AT_OK);
        assert_int_equal(ratio.num, rows[i].num);
        assert_int_equal(ratio.den, rows[i].den);
        at_ratio_format(text, ratio);
        assert_int_equal(at_ratio_parse(&back, text, NULL), AT_OK);
        assert_int_equal(at_ratio_compare(ratio, back), 0);
    }
}

static void test_compare_and_print(void **state) {
    (void)state;
    char text[AT_RATIO_TEXT_BYTES];
    const at_ratio large = {INT64_MAX, INT64_MAX - 1}, larger = {INT64_MAX - 1, INT64_MAX - 2};
    assert_int_equal(at_ratio_compare((at_ratio){1, 3}, (at_ratio){1, 2}), -1);
    assert_int_equal(at_ratio_compare((at_ratio){1, 2}, (at_ratio){1, 3}), 1);
    assert_int_equal(at_ratio_compare(large, larger), -1); /* products past 64 bits */
    assert_true(fabs(at_ratio_real((at_ratio){1, 3}) - 1.0 / 3.0) < 1e-15);
    at_ratio_format(text, (at_ratio){1, 8});
    assert_string_equal(text, "1/8");
    at_ratio_format(text, (at_ratio){INT64_MIN, INT64_MAX});
    assert_string_equal(text, "-9223372036854775808/9223372036854775807");
}

static void test_share(void **state) {
    (void)state;
    static const struct {
        const char *story, *lo, *hi, *code;
        at_ratio lo_out, hi_out;
        bool known;
    } rows[] = {
        {"nothing stated", NULL, NULL, "", {0, 1}, {1, 1}, false},
        {"one exact share", "25%", NULL, "", {1, 4}, {1, 4}, true},
        {"a range", "25%", "50%", "", {1, 4}, {1, 2}, true},
        {"only an upper end", NULL, "50%", "", {0, 1}, {1, 2}, true},
        {"a range of one point", "1/2", "50%", "", {1, 2}, {1, 2}, true},
        {"the whole", "100%", NULL, "", {1, 1}, {1, 1}, true},
        {"more than the whole", "101%", NULL, "E-SHARE-RANGE", {0, 0}, {0, 0}, false},
        {"fifty is not fifty percent", "50", NULL, "E-SHARE-RANGE", {0, 0}, {0, 0}, false},
        {"an upper end above the whole", "1/2", "3/2", "E-SHARE-RANGE", {0, 0}, {0, 0}, false},
        {"the ends swapped", "50%", "25%", "E-SHARE-RANGE", {0, 0}, {0, 0}, false},
        {"a bad lower end", "x", "25%", "E-SHARE-TEXT", {0, 0}, {0, 0}, false},
        {"a bad upper end", "25%", "x", "E-SHARE-TEXT", {0, 0}, {0, 0}, false},
        {"an empty text is not nothing stated", "", NULL, "E-SHARE-TEXT", {0, 0}, {0, 0}, false},
    };
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        at_error err = {0};
        at_share share = at_share_exact((at_ratio){7, 7});
        print_message("  %s\n", rows[i].story);
        const at_status status = at_share_parse(&share, rows[i].lo, rows[i].hi, &err);
        assert_string_equal(err.code, rows[i].code);
        if (rows[i].code[0] != '\0') {
            assert_int_equal(status, AT_BAD_INPUT);
            assert_int_equal(share.lo.num, 7);
            continue;
        }
        assert_int_equal(status, AT_OK);
        assert_int_equal(at_ratio_compare(share.lo, rows[i].lo_out), 0);
        assert_int_equal(at_ratio_compare(share.hi, rows[i].hi_out), 0);
        assert_int_equal(share.known, rows[i].known);
        assert_false(share.lo_open || share.hi_open);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ratio),
        cmocka_unit_test(test_compare_and_print),
        cmocka_unit_test(test_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
