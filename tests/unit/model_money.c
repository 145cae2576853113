/* Goal: text becomes money exactly, or is refused with a reason; sums and shares never wrap.
 * Method: tables; a row is one story; the format is read back over every scale. */
#include "engine/model/money.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const at_number_style plain = {0};
static const at_number_style eu = {.decimal_mark = ',', .grouping = '.'};
static const at_number_style us = {.grouping = ','};
static const at_number_style swiss = {.grouping = '\''};
static const at_number_style blank = {.decimal_mark = ',', .grouping = ' '};
static const at_number_style floor_style = {.dust_floor = true};

static const struct {
    const char *story, *text;
    int scale;
    const at_number_style *style;
    const char *code; /* NULL: read */
    int64_t amount;
} rows[] = {
    {"whole euros gain their cents", "12", 2, NULL, NULL, 1200},
    {"yen have no minor unit", "12", 0, &plain, NULL, 12},
    {"one decimal is filled up", "12.5", 2, &plain, NULL, 1250},
    {"nothing before the mark", ".50", 2, &plain, NULL, 50},
    {"a leading minus", "-0.01", 2, &plain, NULL, -1},
    {"a trailing minus", "12.50-", 2, &plain, NULL, -1250},
    {"a typographic minus",
     "\xE2\x88\x92"
     "7",
     2, &plain, NULL, -700},
    {"a trailing typographic minus", "7\xE2\x88\x92", 2, &plain, NULL, -700},
    {"a plus says nothing new", "+7.00", 2, &plain, NULL, 700},
    {"zero is an amount", "0", 2, &plain, NULL, 0},
    {"minus zero is zero", "-0.00", 2, &plain, NULL, 0},
    {"leading zeros", "000000000000000000000000012", 2, &plain, NULL, 1200},
    {"Persian digits", "۱۲۳۴٫۵۰", 2, &plain, NULL, 123450},
    {"Arabic digits, Arabic marks", "١٬٢٣٤٫٥", 2, &us, NULL, 123450},
    {"Persian groups", "۱٬۲۳۴٬۵۶۷", 2, &us, NULL, 123456700},
    {"blanks and direction marks around",
     " \xE2\x80\x8F"
     "-5 \xC2\xA0\t",
     2, &plain, NULL, -500},
    {"isolates around",
     "\xE2\x81\xA6"
     "5\xE2\x81\xA9\xE2\x80\xAA\xE2\x80\xAC",
     2, &plain, NULL, 500},
    {"an Arabic letter mark",
     "\xD8\x9C"
     "5",
     2, &plain, NULL, 500},
    {"a narrow blank behind", "5\xE2\x80\xAF", 2, &plain, NULL, 500},
    {"a mark past the isolates", "5\xE2\x81\xAA", 2, &plain, "E-MONEY-TEXT", 0},
    {"groups of three", "1.234.567,89", 2, &eu, NULL, 123456789},
    {"groups may be left out", "1234567,89", 2, &eu, NULL, 123456789},
    {"groups by apostrophe", "1'234.50", 2, &swiss, NULL, 123450},
    {"groups by typographic apostrophe",
     "1\xE2\x80\x99"
     "234.50",
     2, &swiss, NULL, 123450},
    {"a typographic apostrophe is no comma",
     "1\xE2\x80\x99"
     "234.50",
     2, &us, "E-MONEY-TEXT", 0},
    {"groups by no-break space",
     "1\xC2\xA0"
     "234,50",
     2, &blank, NULL, 123450},
    {"groups by thin space",
     "1\xE2\x80\x89"
     "234,50",
     2, &blank, NULL, 123450},
    {"groups by narrow space",
     "12\xE2\x80\xAF"
     "345",
     0, &blank, NULL, 12345},
    {"groups by blank", "1 234 567", 0, &blank, NULL, 1234567},
    {"the largest amount", "92233720368547758.07", 2, &plain, NULL, INT64_MAX},
    {"the smallest amount", "-92233720368547758.07", 2, &plain, NULL, -INT64_MAX},
    {"eighteen decimals", "9.223372036854775807", 18, &plain, NULL, INT64_MAX},
    {"a mark in the style of its source", "1,5", 1, &eu, NULL, 15},

    {"nothing", "", 2, &plain, "E-MONEY-TEXT", 0},
    {"only blanks", "  ", 2, &plain, "E-MONEY-TEXT", 0},
    {"only a sign", "-", 2, &plain, "E-MONEY-TEXT", 0},
    {"only a mark", ".", 2, &plain, "E-MONEY-TEXT", 0},
    {"nothing behind the mark", "12.", 2, &plain, "E-MONEY-TEXT", 0},
    {"two signs", "--5", 2, &plain, "E-MONEY-TEXT", 0},
    {"a sign on both sides", "-5-", 2, &plain, "E-MONEY-TEXT", 0},
    {"a plus behind", "5+", 2, &plain, "E-MONEY-TEXT", 0},
    {"a sign inside", "5-5", 2, &plain, "E-MONEY-TEXT", 0},
    {"a sign after the mark", ".-5", 2, &plain, "E-MONEY-TEXT", 0},
    {"two marks", "1.2.3", 2, &plain, "E-MONEY-TEXT", 0},
    {"two kinds of mark", "1.2٫3", 2, &plain, "E-MONEY-TEXT", 0},
    {"words", "12 EUR", 2, &plain, "E-MONEY-TEXT", 0},
    {"an exponent", "5.6E7", 2, &plain, "E-MONEY-TEXT", 0},
    {"a decimal comma nobody declared", "1200,50", 2, &plain, "E-MONEY-TEXT", 0},
    {"a decimal point under the European style", "1200.50", 2, &eu, "E-MONEY-TEXT", 0},
    {"Arabic groups need a grouping style", "١٬٢٣٤", 2, &plain, "E-MONEY-TEXT", 0},
    {"a group of two", "1,23", 2, &us, "E-MONEY-TEXT", 0},
    {"a group of four", "1,2345", 2, &us, "E-MONEY-TEXT", 0},
    {"a first group of four", "1234,567", 2, &us, "E-MONEY-TEXT", 0},
    {"a short group in the middle", "1,23,456", 2, &us, "E-MONEY-TEXT", 0},
    {"two separators in one number",
     "1,234\xC2\xA0"
     "567",
     2, &us, "E-MONEY-TEXT", 0},
    {"groups behind the mark", "1.234,567", 6, &us, "E-MONEY-TEXT", 0},
    {"a short group before the mark", "1,23.45", 2, &us, "E-MONEY-TEXT", 0},
    {"a group first", ",123", 2, &us, "E-MONEY-TEXT", 0},
    {"two separators side by side", "1,,234", 2, &us, "E-MONEY-TEXT", 0},
    {"a separator last", "1,234,", 2, &us, "E-MONEY-TEXT", 0},
    {"a minus behind a short group", "1,23-", 2, &us, "E-MONEY-TEXT", 0},
    {"no UTF-8", "1\xFF", 2, &plain, "E-MONEY-TEXT", 0},

    {"a third decimal is refused, not rounded", "1.005", 2, &plain, "E-MONEY-DECIMALS", 0},
    {"even when it is zero: it may be a group", "1.000", 2, &plain, "E-MONEY-DECIMALS", 0},
    {"yen have no decimals", "1.5", 0, &plain, "E-MONEY-DECIMALS", 0},
    {"past int64 is refused, not wrapped", "92233720368547758.08", 2, &plain, "E-AMOUNT-RANGE", 0},
    {"the mark for no amount", "-9223372036854775808", 0, &plain, "E-AMOUNT-RANGE", 0},
    {"past int64 by the decimals alone", "10", 18, &plain, "E-AMOUNT-RANGE", 0},
    {"far past int64", "99999999999999999999999999", 2, &plain, "E-AMOUNT-RANGE", 0},
};

static void test_parse(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        at_error err = {0};
        int64_t amount = 77, dust = 66;
        print_message("  %s\n", rows[i].story);
        const at_status status =
            at_money_parse(&amount, rows[i].text, rows[i].scale, rows[i].style, &dust, &err);
        if (rows[i].code == NULL) {
            assert_int_equal(status, AT_OK);
            assert_int_equal(amount, rows[i].amount);
            assert_int_equal(dust, 0);
            continue;
        }
        const bool range = strcmp(rows[i].code, "E-AMOUNT-RANGE") == 0;
        assert_int_equal(status, range ? AT_LIMIT : AT_BAD_INPUT);
        assert_string_equal(err.code, rows[i].code);
        assert_int_equal(amount, 77);
        assert_int_equal(dust, 66);
        assert_int_equal(
            at_money_parse(&amount, rows[i].text, rows[i].scale, rows[i].style, NULL, NULL),
            status);
    }
}

static void test_hints(void **state) {
    (void)state;
    at_error err = {0};
    int64_t amount;
    (void)!at_money_parse(&amount, "1.200,50", 2, NULL, NULL, &err);
    assert_non_null(strstr(err.hint, "','"));
    (void)!at_money_parse(&amount, "1.200", 2, &(at_number_style){.decimal_mark = ','}, NULL, &err);
    assert_non_null(strstr(err.hint, "'.'"));
    (void)!at_money_parse(&amount, "1,23", 2, &us, NULL, &err);
    assert_non_null(strstr(err.hint, "three digits"));
    (void)!at_money_parse(&amount, "many", 2, NULL, NULL, &err);
    assert_string_equal(err.hint, "");
    (void)!at_money_parse(&amount, "0.1234567890123456789", 2, &floor_style, NULL, &err);
    assert_non_null(strstr(err.message, "18 decimals"));
}

static void test_dust(void **state) {
    (void)state;
    static const struct {
        const char *story, *text;
        int scale;
        at_status status;
        int64_t amount, dust;
    } table[] = {
        {"nothing is dropped", "1.25", 2, AT_OK, 125, 0},
        {"a tenth of a cent", "1.251", 2, AT_OK, 125, INT64_C(1000000000000000)},
        {"toward zero, dust with the sign", "-1.259", 2, AT_OK, -125, INT64_C(-9000000000000000)},
        {"down to the last place", "0.000000000000000001", 2, AT_OK, 0, 1},
        {"zeros below that place", "0.0000000000000000010000", 2, AT_OK, 0, 1},
        {"all of it is dust", "0.999999999999999999", 0, AT_OK, 0, INT64_C(999999999999999999)},
        {"a digit below 10^-18", "0.0000000000000000001", 2, AT_BAD_INPUT, 0, 0},
        {"no dust at scale 18", "0.000000000000000007", 18, AT_OK, 7, 0},
    };
    for (size_t i = 0; i < AT_COUNT(table); i++) {
        int64_t amount = 77, dust = 66;
        print_message("  %s\n", table[i].story);
        const at_status status =
            at_money_parse(&amount, table[i].text, table[i].scale, &floor_style, &dust, NULL);
        assert_int_equal(status, table[i].status);
        assert_int_equal(amount, status == AT_OK ? table[i].amount : 77);
        assert_int_equal(dust, status == AT_OK ? table[i].dust : 66);
    }
}

static void test_format(void **state) {
    (void)state;
    static const struct {
        int64_t amount;
        int scale;
        const char *text;
    } table[] = {
        {123450, 2, "1234.50"},
        {0, 2, "0.00"},
        {0, 0, "0"},
        {5, 2, "0.05"},
        {-5, 2, "-0.05"},
        {-1200, 0, "-1200"},
        {10, 1, "1.0"},
        {1, 18, "0.000000000000000001"},
        {INT64_MAX, 18, "9.223372036854775807"},
        {-INT64_MAX, 2, "-92233720368547758.07"},
    };
    for (size_t i = 0; i < AT_COUNT(table); i++) {
        char text[AT_AMOUNT_TEXT_BYTES];
        at_money_format(text, table[i].amount, table[i].scale);
        assert_string_equal(text, table[i].text);
    }
    const int64_t step = INT64_C(7000000000000000);
    for (int scale = 0; scale <= AT_SCALE_MAX; scale++)
        for (int64_t amount = -INT64_MAX; amount < INT64_MAX - step; amount += step) {
            char text[AT_AMOUNT_TEXT_BYTES];
            int64_t back = 0;
            at_money_format(text, amount, scale);
            assert_int_equal(at_money_parse(&back, text, scale, NULL, NULL, NULL), AT_OK);
            assert_int_equal(back, amount);
        }
}

static void test_add(void **state) {
    (void)state;
    static const struct {
        const char *story;
        int64_t total, amount;
        at_status status;
        int64_t sum;
    } table[] = {
        {"a sum", 2, 3, AT_OK, 5},
        {"up to the edge", INT64_MAX - 1, 1, AT_OK, INT64_MAX},
        {"past the edge", INT64_MAX, 1, AT_LIMIT, INT64_MAX},
        {"down to the edge", -INT64_MAX + 1, -1, AT_OK, -INT64_MAX},
        {"the mark for no amount", -INT64_MAX, -1, AT_LIMIT, -INT64_MAX},
        {"past the lower edge", -INT64_MAX, -2, AT_LIMIT, -INT64_MAX},
    };
    for (size_t i = 0; i < AT_COUNT(table); i++) {
        at_error err = {0};
        int64_t total = table[i].total;
        print_message("  %s\n", table[i].story);
        assert_int_equal(at_money_add(&total, table[i].amount, &err), table[i].status);
        assert_int_equal(total, table[i].sum);
        assert_string_equal(err.code, table[i].status == AT_OK ? "" : "E-AMOUNT-RANGE");
    }
}

static void test_share(void **state) {
    (void)state;
    static const struct {
        const char *story;
        int64_t a, b, c;
        at_status status;
        int64_t share;
    } table[] = {
        {"floor, not round", 2, 1, 3, AT_OK, 0},
        {"nothing of something", 0, 5, 7, AT_OK, 0},
        {"a product past 64 bits", INT64_MAX, INT64_MAX, INT64_MAX, AT_OK, INT64_MAX},
        {"a share past 64 bits", INT64_MAX, 2, 1, AT_LIMIT, 77},
        {"one less than the whole", 1000, 999, 1000, AT_OK, 999},
    };
    for (size_t i = 0; i < AT_COUNT(table); i++) {
        int64_t share = 77;
        print_message("  %s\n", table[i].story);
        assert_int_equal(at_money_share(&share, table[i].a, table[i].b, table[i].c, NULL),
                         table[i].status);
        assert_int_equal(share, table[i].share);
    }
}

static void test_currency(void **state) {
    (void)state;
    const at_token tokens[] = {{{"USDT"}, 6}, {{"ETH"}, 18}, {{"EUR"}, 5}};
    static const struct {
        const char *code;
        int scale; /* -1: refused */
    } table[] = {
        {"EUR", 2},   {"IRR", 2},  {"IQD", 3},           {"AZN", 2},          {"KWD", 3},
        {"JPY", 0},   {"BHD", 3},  {"CLF", 4},           {"UYW", 4},          {"AED", 2},
        {"ZWL", 2},   {"AFN", 2},  {"ISK", 0},           {"XOF", 0},          {"XCG", 2},
        {"HRK", 2},   {"TRY", 2},  {"GEL", 2},           {"RUB", 2},          {"TND", 3},
        {"VND", 0},   {"USDT", 6}, {"ETH", 18},          {"XAU", -1},         {"XTS", -1},
        {"XDR", -1},  {"BTC", -1}, {"eur", -1},          {"EU", -1},          {"", -1},
        {"EURO", -1}, {"E R", -1}, {"ABCDEFGHIJKL", -1}, {"ABCDEFGHIJK", -1}, {"AAA", -1},
        {"ZZZ", -1},  {"E~R", -1}, {"123", -1},          {"E/R", -1},         {"E:R", -1},
        {"E[R", -1},
    };
    for (size_t i = 0; i < AT_COUNT(table); i++) {
        at_error err = {0};
        at_currency currency = {"kept"};
        assert_int_equal(at_currency_scale(table[i].code, tokens, 3), table[i].scale);
        const at_status status = at_currency_parse(&currency, table[i].code, tokens, 3, &err);
        assert_int_equal(status, table[i].scale < 0 ? AT_BAD_INPUT : AT_OK);
        assert_string_equal(currency.code, table[i].scale < 0 ? "kept" : table[i].code);
        assert_string_equal(err.code, table[i].scale < 0 ? "E-CURRENCY-UNKNOWN" : "");
    }
    assert_int_equal(at_currency_scale(NULL, NULL, 0), -1);
    assert_int_equal(at_currency_scale("USDT", NULL, 0), -1);
}

/* Whatever was asked before, a code is answered as if nothing had been. */
static void test_recalled_currencies(void **state) {
    (void)state;
    static const char *const codes[] = {"EUR",  "USD", "",    "EUR",  "JPY",  "eur", "USDT", "EUR",
                                        "ABCD", "JPY", "KWD", "USDT", "USDT", "",    "KWD"};
    const at_token tokens[] = {{.currency = {.code = "USDT"}, .scale = 6}};
    at_currency_memo memo = {.next = 0};
    for (size_t i = 0; i < AT_COUNT(codes) * AT_COUNT(codes); i++) {
        const char *both[] = {codes[i % AT_COUNT(codes)], codes[i / AT_COUNT(codes)]};
        for (size_t k = 0; k < 2; k++) {
            const at_currency *got = NULL;
            at_currency wanted;
            int scale = -7;
            const at_status status = at_currency_parse(&wanted, both[k], tokens, 1, NULL);
            assert_int_equal(at_currency_recall(&got, &scale, &memo, both[k], tokens, 1, NULL),
                             status);
            assert_int_equal(scale, status == AT_OK ? at_currency_scale(both[k], tokens, 1) : -7);
            if (status == AT_OK)
                assert_string_equal(got->code, both[k]);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recalled_currencies),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_hints),
        cmocka_unit_test(test_dust),
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_add),
        cmocka_unit_test(test_share),
        cmocka_unit_test(test_currency),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
