/* Goal: one identifier has one key however it was typed, and a wrong digit is noticed.
 * Method: published examples of each register; then every digit of each changed, and neighbours
 * swapped, which the check must notice as often as its arithmetic promises. */
#include "engine/names/identifier.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/text.h"
#include "engine/names/check_digits.h"

static void check(const char *type, const char *text, const char *country, const char *key,
                  const char *verdict) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    const char *key_out = NULL, *check_out = NULL;
    at_error err = {0};
    assert_int_equal(at_identifier_check(&key_out, &check_out, type, text, country, &arena, &err),
                     AT_OK);
    assert_string_equal(key_out, key);
    assert_string_equal(check_out, verdict);
}

static const struct {
    const char *story, *type, *text, *country, *key, *check;
} rows[] = {
    {"Iranian code", "national_id", "0499370899", "IR", "0499370899", "ok"},
    {"Iranian code of a table", "national_id", "0684159414", "IR", "0684159414", "ok"},
    {"in Persian digits, with hyphens", "national_id", "۰۴۹-۹۳۷۰۸۹-۹", "IR", "0499370899", "ok"},
    {"a lost zero", "national_id", "499370899", "IR", "0499370899", "ok"},
    {"two lost zeros", "national_id", "67749828", "IR", "0067749828", "ok"},
    {"repeated digits are a real code", "national_id", "1111111111", "IR", "1111111111", "ok"},
    {"a wrong digit", "national_id", "0499370898", "IR", "0499370898", "failed"},
    {"too short", "national_id", "1234567", "IR", "1234567", "failed"},
    {"letters", "national_id", "04993A0899", "IR", "04993A0899", "failed"},
    {"of a country without a rule", "national_id", "499370899", "IQ", "499370899", "none"},
    {"of no country", "national_id", "499370899", NULL, "499370899", "none"},

    {"Iranian legal id", "registration", "10380284790", "IR", "10380284790", "ok"},
    {"Iranian legal id, changed", "registration", "10380285790", "IR", "10380285790", "failed"},
    {"a local number", "registration", "۱۲۳۴۵", "IR", "12345", "none"},
    {"OGRN", "registration", "1027700132195", "RU", "1027700132195", "ok"},
    {"OGRN with a wrong digit", "registration", "1027700132196", "RU", "1027700132196", "failed"},
    {"OGRNIP", "registration", "304500116000157", "RU", "304500116000157", "ok"},
    {"OGRNIP, wrong", "registration", "304500116000158", "RU", "304500116000158", "failed"},
    {"a Russian number of another length", "registration", "12345", "RU", "12345", "none"},
    {"of a country without a rule", "registration", "HRB 12345-B", "DE", "HRB12345B", "none"},

    {"INN of a company", "tax", "7707083893", "RU", "7707083893", "ok"},
    {"INN of a person", "tax", "500100732259", "RU", "500100732259", "ok"},
    {"INN, wrong", "tax", "7707083894", "RU", "7707083894", "failed"},
    {"INN of a person, first check digit wrong", "tax", "500100732269", "RU", "500100732269",
     "failed"},
    {"INN of no length", "tax", "77070838931", "RU", "77070838931", "failed"},
    {"VOEN of a company", "tax", "1700 767 721", "AZ", "1700767721", "ok"},
    {"VOEN ends in 1 or 2", "tax", "1700767723", "AZ", "1700767723", "failed"},
    {"VOEN of nine digits", "tax", "170076772", "AZ", "170076772", "failed"},
    {"an Iranian company's", "tax", "10380284790", "IR", "10380284790", "ok"},
    {"an Iranian person's", "tax", "0499370899", "IR", "0499370899", "ok"},
    {"an old Iranian economic code", "tax", "411111111111", "IR", "411111111111", "none"},
    {"of a country without a rule", "tax", "12/345/67890", "DE", "1234567890", "none"},

    {"LEI", "lei", "5493001KJTIIGC8Y1R12", NULL, "5493001KJTIIGC8Y1R12", "ok"},
    {"LEI in small letters", "lei", "inr2ejn1eran0w5zp974", NULL, "INR2EJN1ERAN0W5ZP974", "ok"},
    {"LEI, wrong", "lei", "5493001KJTIIGC8Y1R13", NULL, "5493001KJTIIGC8Y1R13", "failed"},
    {"LEI, short", "lei", "5493001KJTIIGC8Y1R1", NULL, "5493001KJTIIGC8Y1R1", "failed"},
    {"LEI with letters at the end", "lei", "5493001KJTIIGC8Y1RAB", NULL, "5493001KJTIIGC8Y1RAB",
     "failed"},
    {"LEI with a letter of another script", "lei", "5493001KJTIIGC8Y1Я12", NULL,
     "5493001KJTIIGC8Y1я12", "failed"},

    {"IBAN with blanks", "iban", "IR58 0540 1051 8002 1273 1130 07", NULL,
     "IR580540105180021273113007", "ok"},
    {"IBAN, wrong", "iban", "IR580540105180021273113008", NULL, "IR580540105180021273113008",
     "failed"},

    {"ISIN", "isin", "US0378331005", NULL, "US0378331005", "ok"},
    {"ISIN with letters", "isin", "AU0000XVGZA3", NULL, "AU0000XVGZA3", "ok"},
    {"ISIN of digits", "isin", "GB0002634946", NULL, "GB0002634946", "ok"},
    {"ISIN, two digits swapped", "isin", "US0373831005", NULL, "US0373831005", "failed"},
    {"ISIN without a country", "isin", "000378331005", NULL, "000378331005", "failed"},
    {"ISIN with one letter of a country", "isin", "U00378331005", NULL, "U00378331005", "failed"},
    {"ISIN ending in a letter", "isin", "US037833100A", NULL, "US037833100A", "failed"},
    {"ISIN, short", "isin", "US037833100", NULL, "US037833100", "failed"},
    {"ISIN with a letter of another script", "isin", "US03783З1005", NULL, "US03783з1005",
     "failed"},

    {"IMO number of a ship", "imo", "IMO 9074729", NULL, "9074729", "ok"},
    {"IMO number without its word", "imo", "9074729", NULL, "9074729", "ok"},
    {"IMO number of a company", "imo", "0289230", NULL, "0289230", "ok"},
    {"IMO number, wrong", "imo", "9074726", NULL, "9074726", "failed"},
    {"IMO number, short", "imo", "907472", NULL, "907472", "failed"},

    {"VIN", "vin", "1M8GDM9AXKP042788", NULL, "1M8GDM9AXKP042788", "ok"},
    {"VIN of ones", "vin", "1-1111-1111-1111-1111", NULL, "11111111111111111", "ok"},
    {"American VIN, wrong", "vin", "1M8GDM9A1KP042788", NULL, "1M8GDM9A1KP042788", "failed"},
    {"Chinese VIN, wrong", "vin", "LM8GDM9A1KP042788", NULL, "LM8GDM9A1KP042788", "failed"},
    {"European VIN needs no check digit", "vin", "WDB9061331N450001", NULL, "WDB9061331N450001",
     "none"},
    {"VIN with an O", "vin", "WDBO061331N450001", NULL, "WDBO061331N450001", "failed"},
    {"VIN, short", "vin", "WDB906133", NULL, "WDB906133", "failed"},

    {"card", "card", "4111 1111 1111 1111", NULL, "4111111111111111", "ok"},
    {"Iranian card in Persian digits", "card", "۶۲۷۴-۱۲۹۰-۰۵۴۷-۳۷۴۲", NULL, "6274129005473742",
     "ok"},
    {"card of 15 digits", "card", "378282246310005", NULL, "378282246310005", "ok"},
    {"card, wrong", "card", "4111111111111112", NULL, "4111111111111112", "failed"},
    {"card, short", "card", "42", NULL, "42", "failed"},
    {"masked card", "card", "603799••••••1234", NULL, "603799******1234", "none"},
    {"masked with letters", "card", "6037-99xX-XXXX-1234", NULL, "603799******1234", "none"},

    {"phone with plus", "phone", "+98 (912) 345-6789", NULL, "+989123456789", "ok"},
    {"phone with 00", "phone", "0098 912 345 6789", NULL, "+989123456789", "ok"},
    {"trunk zero with a country", "phone", "۰۹۱۲ ۳۴۵ ۶۷۸۹", "IR", "+989123456789", "ok"},
    {"without the trunk zero", "phone", "9123456789", "IR", "+989123456789", "ok"},
    {"Russian eight", "phone", "8 (495) 123-45-67", "RU", "+74951234567", "ok"},
    {"Italian zero stays", "phone", "06 1234 5678", "IT", "+390612345678", "ok"},
    {"a wide plus", "phone", "＋964 770 123 4567", NULL, "+9647701234567", "ok"},
    {"national number of no country", "phone", "0912 345 6789", NULL, "09123456789", "none"},
    {"national number of a country without a row", "phone", "0912 345 6789", "ZZ", "09123456789",
     "none"},
    {"too many digits", "phone", "+98912345678901234", NULL, "+98912345678901234", "failed"},
    {"too few digits", "phone", "+98912", NULL, "+98912", "failed"},
    {"no country begins with zero", "phone", "+0912345678", NULL, "+0912345678", "failed"},
    {"a plus inside is no prefix", "phone", "912+345", NULL, "912345", "none"},
    {"no phone at all", "phone", "none", "IR", "", "none"},

    {"BIC of the head office", "bic", "deutdeffXXX", NULL, "DEUTDEFF", "none"},
    {"BIC of a branch", "bic", "DEUTDEFF500", NULL, "DEUTDEFF500", "none"},
    {"BIC of eight", "bic", "DEUTDEFF", NULL, "DEUTDEFF", "none"},
    {"passport", "passport", "a 1234-567", "IR", "A1234567", "none"},
    {"account number keeps its zeros", "account_number", "0012.345-6", NULL, "00123456", "none"},
    {"Persian plate", "plate", "۱۲ ب ۳۴۵ ایران ۶۷", "IR", "12ب345ایران67", "none"},
    {"plate with Arabic yeh", "plate", "12 ي 345", "IR", "12ی345", "none"},
    {"MMSI", "mmsi", "422 123 456", NULL, "422123456", "none"},
    {"tail", "tail", "ep-abc", NULL, "EPABC", "none"},
    {"cadastral number keeps its parts", "cadastral", "77:01:0001001:1234", "RU",
     "77 01 0001001 1234", "none"},
    {"other", "other", "Ref. №12/a", NULL, "ref no12 a", "none"},
    {"nothing but punctuation", "passport", "---", NULL, "", "none"},

    {"email", "email", " Ali.Reza@Example.COM ", NULL, "ali.reza@example.com", "none"},
    {"handle", "handle", " @Ali_Reza", NULL, "ali_reza", "none"},
    {"handle without at", "handle", "Ali_Reza", NULL, "ali_reza", "none"},
    {"Ethereum wallet", "wallet", "0xABcdEF0123456789abcdef0123456789ABCDEF01", NULL,
     "0xabcdef0123456789abcdef0123456789abcdef01", "none"},
    {"bech32 wallet", "wallet", "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", NULL,
     "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "none"},
    {"Base58 wallet keeps its case", "wallet", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", NULL,
     "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", "none"},

    {"url", "url", "https://www.Example.com/Path/?utm_source=x&id=7&fbclid=y#top", NULL,
     "example.com/Path?id=7", "none"},
    {"url without anything", "url", "Example.COM", NULL, "example.com", "none"},
    {"url with a fragment only", "url", "example.com/a#b?c", NULL, "example.com/a", "none"},
    {"url with two parameters", "url", "http://t.me/x?a=1&&b=2", NULL, "t.me/x?a=1&b=2", "none"},
    {"url with a url inside", "url", "example.com/?u=http://other.org/", NULL,
     "example.com?u=http://other.org/", "none"},
    {"url of tracking alone", "url", "example.com?gclid=1&yclid=2&igshid=3&mc_eid=4", NULL,
     "example.com", "none"},
};

static void test_rows(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        print_message("  %s: %s\n", rows[i].type, rows[i].story);
        check(rows[i].type, rows[i].text, rows[i].country, rows[i].key, rows[i].check);
    }
}

/* Keys of keys: what was folded once stays as it is (all but URLs, whose host is gone). */
static void test_keys_are_stable(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(rows); i++)
        check(rows[i].type, rows[i].key, rows[i].country, rows[i].key, rows[i].check);
}

static void test_iban(void **state) {
    (void)state;
    static const struct {
        const char *text, *key; /* NULL: none */
    } table[] = {
        {"IR580540105180021273113007", "IR580540105180021273113007"},
        {"IQ98NBIQ850123456789012", "IQ98NBIQ850123456789012"},
        {"AZ21NABZ00000000137010001944", "AZ21NABZ00000000137010001944"},
        {"AE070331234567890123456", "AE070331234567890123456"},
        {"TR330006100519786457841326", "TR330006100519786457841326"},
        {"GE29NB0000000101904917", "GE29NB0000000101904917"},
        {"KZ86125KZT5004100100", "KZ86125KZT5004100100"},
        {"GB29 NWBK 6016 1331 9268 19", "GB29NWBK60161331926819"},
        {"de89-3704-0044-0532-0130-00", "DE89370400440532013000"},
        {"FR1420041010050500013M02606", "FR1420041010050500013M02606"},
        {"NO9386011117947", "NO9386011117947"},
        {"BE68539007547034", "BE68539007547034"},
        {"MT84MALT011000012345MTLCAST001S", "MT84MALT011000012345MTLCAST001S"},
        {"LC55HEMM000100010012001200023015", "LC55HEMM000100010012001200023015"},
        {"RU0204452560040702810412345678901", "RU0204452560040702810412345678901"},
        {"AD1200012030200359100100", "AD1200012030200359100100"}, /* the list's first and last */
        {"YE15CBYE0001018861234567891234", "YE15CBYE0001018861234567891234"},
        {"ye15cbye0001018861234567891234", "YE15CBYE0001018861234567891234"},
        {"IR۵۸ ۰۵۴۰ ۱۰۵۱ ۸۰۰۲ ۱۲۷۳ ۱۱۳۰ ۰۷", "IR580540105180021273113007"},
        {"\xE2\x80\xAAIR580540105180021273113007\xE2\x80\xAC", "IR580540105180021273113007"},
        {"IR580540105180021273113008", NULL},  /* a digit */
        {"IR850540105180021273113007", NULL},  /* check digits swapped */
        {"IR58054010518002127311300", NULL},   /* a digit too few */
        {"IR5805401051800212731130070", NULL}, /* one too many */
        {"US580540105180021273113007", NULL},  /* no country of the registry */
        {"IRAB0540105180021273113007", NULL},  /* no check digits */
        {"IBAN IR580540105180021273113007", NULL},
        {"IR58_0540105180021273113007", NULL},
        {"IR58\xFF", NULL},
        {"IR", NULL},
        {"", NULL},
        {"1234", NULL},
        {"GB29NWBK6016133192681900000000000000000000000", NULL},
    };
    for (size_t i = 0; i < AT_COUNT(table); i++) {
        char key[AT_IBAN_BYTES] = "kept";
        assert_int_equal(at_iban_key(key, table[i].text), table[i].key != NULL);
        assert_string_equal(key, table[i].key != NULL ? table[i].key : "kept");
    }
    char text[AT_IDENTIFIER_BYTES_MAX + 2], key[AT_IBAN_BYTES];
    memset(text, ' ', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_false(at_iban_key(key, text));
}

/* --- Every single mistake --------------------------------------------------------------------- */

typedef bool checker(const char *text);

static bool is_iban(const char *text) {
    char key[AT_IBAN_BYTES];
    return at_iban_key(key, text);
}

/* How many of the texts with one digit changed the check lets pass. */
static int count_missed_changes(checker *is_right, const char *right) {
    char text[64];
    int missed = 0;
    memcpy(text, right, strlen(right) + 1);
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (right[i] < '0' || right[i] > '9')
            continue;
        for (char digit = '0'; digit <= '9'; digit++) {
            text[i] = digit;
            missed += digit != right[i] && is_right(text);
        }
        text[i] = right[i];
    }
    return missed;
}

static int count_missed_swaps(checker *is_right, const char *right) {
    char text[64];
    int missed = 0;
    memcpy(text, right, strlen(right) + 1);
    for (size_t i = 0; text[i + 1] != '\0'; i++) {
        text[i] = right[i + 1];
        text[i + 1] = right[i];
        missed += text[i] != right[i] && is_right(text);
        text[i] = right[i];
        text[i + 1] = right[i + 1];
    }
    return missed;
}

static void test_mistakes_are_noticed(void **state) {
    (void)state;
    static const struct {
        const char *name;
        checker *is_right;
        const char *text;
        int changes, swaps; /* the most that may pass unnoticed */
    } table[] = {
        {"IBAN", is_iban, "IR580540105180021273113007", 0, 0},
        {"LEI", at_check_lei, "5493001KJTIIGC8Y1R12", 0, 0},
        {"Luhn", at_check_luhn, "4539578763621486", 0, 0},
        {"ISIN", at_check_isin, "US0378331005", 0, 1},
        {"INN", at_check_inn, "7707083893", 3, 3}, /* remainder 10 reads as 0 */
        {"OGRN", at_check_ogrn, "1027700132195", 3, 3},
        {"Iranian code", at_check_iran_person, "0499370899", 3, 1},
        {"VIN", at_check_vin, "1M8GDM9AXKP042788", 0, 2},
    };
    for (size_t i = 0; i < AT_COUNT(table); i++) {
        print_message("  %s\n", table[i].name);
        assert_true(table[i].is_right(table[i].text));
        assert_in_range(count_missed_changes(table[i].is_right, table[i].text), 0,
                        table[i].changes);
        assert_in_range(count_missed_swaps(table[i].is_right, table[i].text), 0, table[i].swaps);
    }
}

static void test_published_codes(void **state) {
    (void)state;
    static const char *const persons[] = {
        "0684159415", "0499370899", "0790419904", "0084575948", "0963695398", "0684159414",
        "0067749828", "0650451252", "1583250689", "4032152314", "0076229645", "4271467685",
    };
    for (size_t i = 0; i < AT_COUNT(persons); i++)
        assert_int_equal(at_check_iran_person(persons[i]), i != 0); /* the first is a wrong one */
    assert_true(at_check_iran_company("10380284790"));
    assert_false(at_check_iran_company("10380285692"));
    assert_false(at_check_iran_company("1038028479"));
    assert_true(at_check_inn("7736050003"));
    assert_true(at_check_ogrn("1027700070518"));
    assert_false(at_check_ogrn("102770007051"));
    assert_true(at_check_imo_ship("9074729"));
    assert_false(at_check_imo_company("907472"));
    assert_false(at_check_luhn("0"));
    assert_false(at_check_luhn("41111111a1111111"));
    assert_false(at_check_mod_97("a1"));
}

/* --- Rough weather ---------------------------------------------------------------------------- */

static void test_refusals(void **state) {
    (void)state;
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    const char *key = "kept", *verdict = "kept";
    at_error err = {0};
    char text[AT_IDENTIFIER_BYTES_MAX + 2];
    memset(text, '1', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_int_equal(at_identifier_check(&key, &verdict, "other", text, NULL, &arena, &err),
                     AT_LIMIT);
    assert_int_equal(at_identifier_check(&key, &verdict, "card", "4\xFF", NULL, &arena, &err),
                     AT_BAD_INPUT);
    assert_string_equal(err.code, "E-TEXT-UTF8");
    assert_string_equal(key, "kept");
    assert_string_equal(verdict, "kept");
    text[AT_IDENTIFIER_BYTES_MAX] = '\0';
    assert_int_equal(at_identifier_check(&key, &verdict, "url", text, NULL, &arena, &err), AT_OK);
    assert_int_equal(strlen(key), AT_IDENTIFIER_BYTES_MAX);
}

static void test_memory_runs_out(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        at_status status = AT_NO_MEMORY;
        uint64_t n = 0;
        while (status != AT_OK) {
            AT_CLEANUP(at_arena_clear) at_arena arena = {0};
            const char *key = "kept", *verdict = NULL;
            at_memory_fail_after(++n);
            status = at_identifier_check(&key, &verdict, rows[i].type, rows[i].text,
                                         rows[i].country, &arena, NULL);
            at_memory_fail_after(0);
            assert_true(status == AT_OK || status == AT_NO_MEMORY);
            assert_string_equal(key, status == AT_OK ? rows[i].key : "kept");
        }
        assert_true(n > 1);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_keys_are_stable),
        cmocka_unit_test(test_iban),
        cmocka_unit_test(test_mistakes_are_noticed),
        cmocka_unit_test(test_published_codes),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
