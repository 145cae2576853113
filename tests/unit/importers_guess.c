/* Goal: from a bank's file alone, the mapping a person would write; and what the file does not say
 * is said to be unsure.
 * Method: files of our own in five languages beside the mapping a person wrote for each: nothing
 * may differ. Then files of others: nine in ten must be right, and no wrong one called sure. In the
 * end damaged files and failing memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/mapping_truth.h"
#include "engine/base/file.h"

enum { PATH_BYTES = 4096 };

static const char *root_path(char out[PATH_BYTES], const char *format, ...) {
    const char *root = getenv("ASSETTRACE_ROOT");
    assert_non_null(root);
    const int length = snprintf(out, PATH_BYTES, "%s/", root);
    va_list args;
    va_start(args, format);
    vsnprintf(out + length, PATH_BYTES - (size_t)length, format, args);
    va_end(args);
    return out;
}

static bool is_there(const char *path) {
    return at_file_kind_of(path) == AT_FILE_REGULAR;
}

/* --- Files of our own ------------------------------------------------------------------------- */

static const struct {
    const char *story, *name;
    const char *unsure; /* the fields that must be called unsure, blanks between */
} own[] = {
    {"Persian, Jalali, Persian digits, the newest row first", "fa_newest_first", "zone"},
    {"Persian, toman, names of months, tabs", "fa_toman_months", ""},
    {"Persian in windows-1256, words say in or out", "fa_1256_direction",
     "encoding account currency"},
    {"Arabic, Hijri, Arabic digits and marks", "ar_hijri", "date calendar account"},
    {"Arabic in windows-1256, dinar without decimals", "ar_1256_dinar", ""},
    {"Arabic, debit and credit that are zero where they are not meant", "ar_dirham", "account"},
    {"Russian in windows-1251, a total at the end, quotes inside", "ru_1251_total", ""},
    {"Russian, a signed amount, thin groups, the newest row first", "ru_signed_newest_first",
     "zone"},
    {"Russian, padded by a spreadsheet, columns numbered below their names", "ru_padded_numbering",
     ""},
    {"Azerbaijani, account and currency above the rows", "az_manat", ""},
    {"Azerbaijani in UTF-16, a debit is written negative", "az_utf16_negative_debit", ""},
    {"English, months first", "en_american", ""},
    {"English in Latin-1, months by name, types of transfers", "en_latin1_months", ""},
    {"English, no header at all, compact dates", "en_headerless", "header account counterparty"},
    {"English, balances of several accounts between each other", "en_many_accounts", "zone"},
    {"names that lie: the balances know better", "en_names_lie", ""},
    {"days that could be months, in no order", "en_days_or_months", "date calendar"},
    {"from where to where", "en_from_to", ""},
    {"dinars of a thousand fils", "en_three_decimals", "account"},
    {"rows of balances brought and carried forward", "en_brought_forward", ""},
    {"a row without an amount", "fa_brought_forward", ""},
    {"Russian, months by name", "ru_months", "account"},
    {"Russian, payer and payee, the currency in the number of the account", "ru_payer_payee", ""},
    {"Azerbaijani, two lines at the end, the currency by the country", "az_two_tails", "currency"},
    {"a fee beside the amount", "en_fee", "account"},
    {"the header lacks the last delimiter of its rows", "en_trailing_delimiter",
     "account currency"},
    /* In the style of banks of nine countries; written before the code had seen them. */
    {"Emirates: months by name, a block of the holder above", "ae_enbd", ""},
    {"Azerbaijan: a total below, quotes above", "az_abb_preamble", "currency"},
    {"Azerbaijan: the card is the account, fees are all zero", "az_kapital_signed", "zone"},
    {"Germany: thirteen lines above, two columns of one name", "de_ing_preamble", ""},
    {"Germany: the only IBAN is of the other side", "de_soll_haben", "counterparty account"},
    {"Germany: one's own IBAN and another's, seventeen columns", "de_sparkasse_camt",
     "counterparty"},
    {"Iraq: DR and CR beside the amount", "iq_english_drcr", ""},
    {"Iraq: dinars with their fils, the IBAN above", "iq_rafidain", ""},
    {"Iran: the number of a deposit above, the day and the hour apart", "ir_mellat_jalali",
     "currency zone"},
    {"Iran: tabs, a dash between day and hour, rial in the names", "ir_saman_tabs", "account zone"},
    {"Russia: years of two digits, a last empty column", "ru_alfa", ""},
    {"Russia: only what comes in has a sign, Moscow time", "ru_sber_plus", "account"},
    {"Russia: two cards of one account, no balance", "ru_tinkoff_card", "account zone"},
    {"Turkey: day and hour joined by a dash", "tr_isbank", "currency zone"},
    {"Turkey: debit and credit, TL", "tr_ziraat", "account"},
    {"Britain: an apostrophe before the sort code", "uk_lloyds", "currency"},
    {"Britain: the amount three times", "uk_monzo", "account zone"},
    {"Britain: blanks before names, apostrophes before numbers", "uk_natwest", "currency"},
    {"America: a summary above in other columns", "us_bofa_summary", "account currency"},
    {"America: Debit or Credit beside the amount, short years", "us_capital_one", "currency"},
    {"America: rows longer than the header", "us_chase", "account currency"},
};

/* Exactly the fields of `wanted` are unsure. */
static void check_unsure(const char *name, const at_guess *guess, const char *wanted) {
    for (size_t i = 0; i < guess->point_count; i++) {
        const at_guess_point *point = &guess->points[i];
        const bool unsure = truth_unsure(guess, point->field);
        const char *at = strstr(wanted, point->field);
        if (unsure != (at != NULL))
            print_message("  %s: %s is %d%% sure: %s\n", name, point->field, point->sure,
                          point->why);
        assert_int_equal(unsure, at != NULL);
        assert_true(point->why[0] != '\0');
    }
    assert_int_equal(guess->sure, wanted[0] == '\0');
}

static void test_own(void **state) {
    (void)state;
    char path[PATH_BYTES], truth[PATH_BYTES];
    for (size_t i = 0; i < AT_COUNT(own); i++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_error err = {.status = AT_OK};
        at_guess guess;
        print_message("  %s\n", own[i].story);
        root_path(path, "fixtures/guess/%s/input.csv", own[i].name);
        root_path(truth, "fixtures/guess/%s/truth.json", own[i].name);
        assert_int_equal(at_guess_file(&guess, path, own[i].name, &arena, &err), AT_OK);
        const truth_result result = truth_compare(own[i].name, &guess, truth);
        assert_int_equal(result.wrong, 0);
        check_unsure(own[i].name, &guess, own[i].unsure);
        assert_int_equal(guess.trial.rejected, 0);
        assert_true(guess.trial.records > 0);
        assert_int_equal(guess.trial.breaks, 0);
    }
}

/* --- Files of others -------------------------------------------------------------------------- */

typedef struct tally {
    size_t files, right, unsaid;
} tally;

static void count_right(tally *t, const char *name, const char *path, const char *truth) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_error err = {.status = AT_OK};
    at_guess guess;
    assert_int_equal(at_guess_file(&guess, path, name, &arena, &err), AT_OK);
    const truth_result result = truth_compare(name, &guess, truth);
    t->files++;
    t->right += result.wrong == 0;
    t->unsaid += result.unsaid;
    assert_int_equal(guess.trial.rejected, 0);
    assert_int_equal(guess.trial.balanced, guess.trial.statements);
}

static void test_harbour(void **state) {
    (void)state;
    enum { STATEMENTS_MAX = 40 };
    tally t = {0};
    for (int n = 0; n < STATEMENTS_MAX; n++)
        for (char bank = 'a'; bank <= 'b'; bank++) {
            char path[PATH_BYTES], truth[PATH_BYTES], name[40];
            snprintf(name, sizeof name, "bank-%c/statement-%02d", bank, n);
            root_path(path, "fixtures/worlds/harbour/%s.csv", name);
            root_path(truth, "fixtures/worlds/harbour/bank-%c/statement.map.json", bank);
            if (is_there(path))
                count_right(&t, name, path, truth);
        }
    print_message("  %zu of %zu statements are right\n", t.right, t.files);
    assert_true(t.files >= 10);
    assert_true(10 * t.right >= 9 * t.files);
    assert_int_equal(t.unsaid, 0);
}

/* The files of ../shared/data: what kind of record is in them ("" = no table), and the layout. */
static const struct {
    const char *path, *kind;
    char delimiter;
    bool header, unsure;
    const char *fields; /* "field=column field=column" */
} others[] = {
    {"testonly/berka-excerpt/trans.asc", "leg", ';', true, true,
     "account=account_id time=date amount=amount direction=type balance=balance id=trans_id"},
    {"testonly/bitcoin-alpha/soc-sign-bitcoinalpha.csv", "transfer", ',', true, true,
     "from=source to=target time=time"},
    {"ldbc-finbench-snapshot/snapshot/AccountTransferAccount.csv", "transfer", '|', true, true,
     "from=fromId to=toId amount=amount time=createTime"},
    {"ldbc-finbench-snapshot/snapshot/AccountWithdrawAccount.csv", "transfer", '|', true, true,
     "from=fromId to=toId amount=amount time=createTime"},
    {"ldbc-finbench-snapshot/snapshot/Account.csv", "account", '|', true, false, "id=accountId"},
    {"ldbc-finbench-snapshot/snapshot/Company.csv", "party", '|', true, true,
     "id=companyId name=companyName"},
    {"ldbc-finbench-snapshot/snapshot/Person.csv", "party", '|', true, true,
     "id=personId name=personName"},
    {"ldbc-finbench-snapshot/snapshot/PersonOwnAccount.csv", "holding", '|', true, true,
     "owner=personId owned=accountId since=createTime"},
    {"ldbc-finbench-snapshot/snapshot/CompanyOwnAccount.csv", "holding", '|', true, true,
     "owner=companyId owned=accountId since=createTime"},
    {"ldbc-finbench-snapshot/snapshot/PersonInvestCompany.csv", "holding", '|', true, true,
     "owner=investorId owned=companyId share=ratio since=createTime"},
    {"ldbc-finbench-snapshot/snapshot/CompanyInvestCompany.csv", "holding", '|', true, true,
     "owner=investorId owned=companyId share=ratio since=createTime"},
    {"gleif-csv/lei2-golden-copy-part.csv", "party", ',', true, true,
     "id=LEI name=Entity.LegalName"},
    {"amlsim-20k-cycle/nodes.csv", "account", ',', true, false, "id=nodeid"},
    {"amlsim-20k-cycle/transactions.csv", "label", ',', true, true, ""},
    {"bods-data-standard/schema/codelists/entityType.csv", "label", ',', true, true, ""},
    {"bods-data-standard/schema/codelists/interestType.csv", "label", ',', true, true, ""},
    {"bods-data-standard/tests/data/invalid-statements/expected_errors.csv", "label", ',', false,
     true, ""},
    {"ftm-nomenklatura/contrib/name_bench/cases.csv", "label", ',', true, true, ""},
    {"ofac-watchman/sdn.csv", "label", ',', false, true, ""},
    {"ofac-watchman/alt.csv", "label", ',', false, true, ""},
    {"ofac-watchman/add.csv", "label", ',', false, true, ""},
    {"ofac-watchman/cons_prim.csv", "label", ',', false, true, ""},
    {"csv-spectrum/csvs/comma_in_quotes.csv", "label", ',', true, true, ""},
    {"csv-spectrum/csvs/empty.csv", "label", ',', true, true, ""},
    {"csv-spectrum/csvs/newlines_crlf.csv", "label", ',', true, true, ""},
    {"csv-spectrum/csvs/simple.csv", "label", ',', true, true, ""},
    {"csv-spectrum/csvs/utf8.csv", "label", ',', true, true, ""},
    {"csv-spectrum/csvs/escaped_quotes.csv", "label", ',', true, true, ""},
    {"testonly/csv-test-data/csv/header-simple.csv", "label", ',', true, true, ""},
    {"testonly/csv-test-data/csv/quotes-with-newline.csv", "label", ',', true, true, ""},
    {"testonly/csv-test-data/csv/trailing-space.csv", "label", ',', true, true, ""},
    {"testonly/csv-test-data/csv/utf8.csv", "label", ',', true, true, ""},
    {"testonly/csv-test-data/csv/one-column.csv", "", 0, false, false, ""},
    {"testonly/csv-test-data/csv/all-empty.csv", "", 0, false, false, ""},
    {"testonly/csv-test-data/csv/bad-header-no-header.csv", "", 0, false, false, ""},
};

/* Does the first record of the mapping feed each field of "field=column" from that column? */
static bool has_fields(const at_json_value *mapping, const char *fields) {
    const at_json_value *record = at_json_first(at_json_get(mapping, "records"));
    while (*fields != '\0') {
        char name[100], column[100];
        int length = 0;
        assert_int_equal(sscanf(fields, "%99[^=]=%99s%n", name, column, &length), 2);
        fields += length + (fields[length] == ' ');
        const at_json_value *value = at_json_get(at_json_get(record, "fields"), name);
        const char *text = at_json_text(
            at_json_type_of(value) == AT_JSON_OBJECT ? at_json_get(value, "column") : value);
        if (text == NULL || strcmp(text, column) != 0) {
            print_message("  %s is fed by \"%s\", not by \"%s\"\n", name,
                          text != NULL ? text : "nothing", column);
            return false;
        }
    }
    return true;
}

static bool is_right(size_t i, const at_guess *guess) {
    AT_CLEANUP(at_json_close) at_json *json = NULL;
    at_error err = {.status = AT_OK};
    assert_int_equal(at_json_parse(&json, guess->mapping, strlen(guess->mapping), "guess", &err),
                     AT_OK);
    const at_json_value *mapping = at_json_root(json);
    const at_json_value *record = at_json_first(at_json_get(mapping, "records"));
    const char delimiter[] = {others[i].delimiter, '\0'};
    const bool header = at_json_type_of(at_json_get(mapping, "header")) == AT_JSON_TRUE;
    return strcmp(at_json_text(at_json_get(record, "kind")), others[i].kind) == 0 &&
           strcmp(at_json_text(at_json_get(mapping, "delimiter")), delimiter) == 0 &&
           header == others[i].header && guess->sure == !others[i].unsure &&
           has_fields(mapping, others[i].fields);
}

static void test_others(void **state) {
    (void)state;
    size_t files = 0, right = 0;
    for (size_t i = 0; i < AT_COUNT(others); i++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_error err = {.status = AT_OK};
        at_guess guess;
        char path[PATH_BYTES];
        root_path(path, "../shared/data/%s", others[i].path);
        if (!is_there(path))
            continue;
        files++;
        const at_status status = at_guess_file(&guess, path, others[i].path, &arena, &err);
        if (others[i].kind[0] == '\0') {
            right += status == AT_BAD_INPUT && strcmp(err.code, "E-GUESS-TABLE") == 0;
            continue;
        }
        assert_int_equal(status, AT_OK);
        const bool good = is_right(i, &guess);
        right += good;
        if (!good)
            print_message("  %s is wrong\n%s", others[i].path, guess.mapping);
        assert_true(good || !guess.sure);
    }
    if (files == 0) {
        print_message("SKIPPED: ../shared/data is not here; nothing of others was guessed\n");
        skip();
    }
    print_message("  %zu of %zu files are right\n", right, files);
    assert_true(10 * right >= 9 * files);
}

/* --- Rough weather ---------------------------------------------------------------------------- */

#define BYTES(text) text, sizeof(text) - 1

static const struct {
    const char *story, *bytes;
    size_t count;
    const char *code; /* NULL: a guess, whatever it is */
} rough[] = {
    {"nothing", BYTES(""), "E-GUESS-TABLE"},
    {"blank lines", BYTES("\n\n\r\n"), "E-GUESS-TABLE"},
    {"one word", BYTES("word"), "E-GUESS-TABLE"},
    {"prose with commas",
     BYTES("To whom it may concern,\nwe write, today, to you\nand say\nno more\nend\n"),
     "E-GUESS-TABLE"},
    {"zero bytes", BYTES("a;b\0c\nd;e\0\n"), "E-GUESS-TABLE"},
    {"an open quote", BYTES("a;b\n1;\"2\n3;4\n"), NULL},
    {"delimiters alone", BYTES(";;;\n;;;\n;;;\n"), NULL},
    {"a header alone", BYTES("date;amount;balance\n"), NULL},
    {"one row", BYTES("2024-01-02;5.00;7.00\n"), NULL},
};

static at_status guess_bytes(at_guess *out, const void *bytes, size_t count, at_arena *arena,
                             at_error *err) {
    char path[] = "/tmp/assettrace-guess-XXXXXX";
    const int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, bytes, count), (ssize_t)count);
    close(file);
    const at_status status = at_guess_file(out, path, "rough.csv", arena, err);
    unlink(path);
    return status;
}

static void test_rough(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(rough); i++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_error err = {.status = AT_OK};
        at_guess guess;
        print_message("  %s\n", rough[i].story);
        const at_status status = guess_bytes(&guess, rough[i].bytes, rough[i].count, &arena, &err);
        if (rough[i].code == NULL) {
            assert_int_equal(status, AT_OK);
            assert_false(guess.sure);
            continue;
        }
        assert_int_equal(status, AT_BAD_INPUT);
        assert_string_equal(err.code, rough[i].code);
    }
}

/* Cut at many places, a guess ends in a mapping that is one, or in a refusal. */
static void test_cut(void **state) {
    (void)state;
    enum { STEP = 61 };
    size_t guessed = 0;
    for (size_t i = 0; i < AT_COUNT(own); i += 4) {
        AT_CLEANUP(at_text_clear) at_text text = {0};
        char path[PATH_BYTES];
        root_path(path, "fixtures/guess/%s/input.csv", own[i].name);
        assert_int_equal(at_file_read(&text, path, 1 << 20, NULL), AT_OK);
        for (size_t bytes = 1; bytes < text.bytes; bytes += STEP) {
            AT_CLEANUP(at_arena_clear) at_arena arena = {0};
            AT_CLEANUP(at_json_close) at_json *json = NULL;
            at_error err = {.status = AT_OK};
            at_guess guess;
            const char *kinds[AT_TRIAL_KINDS_MAX];
            size_t count = 0;
            const at_status status = guess_bytes(&guess, text.data, bytes, &arena, &err);
            assert_true(status == AT_OK || status == AT_BAD_INPUT);
            if (status != AT_OK)
                continue;
            guessed++;
            assert_int_equal(
                at_json_parse(&json, guess.mapping, strlen(guess.mapping), "guess", &err), AT_OK);
            if (strstr(guess.mapping, "@account") == NULL)
                assert_int_equal(at_trial_check(kinds, &count, at_json_root(json), &arena, &err),
                                 AT_OK);
        }
    }
    assert_true(guessed > 20);
}

static void test_memory(void **state) {
    (void)state;
    char path[PATH_BYTES];
    root_path(path, "fixtures/guess/%s/input.csv", "ru_1251_total");
    bool done = false;
    size_t refused = 0;
    for (uint64_t n = 1; !done; n += 1 + n / 8) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_error err = {.status = AT_OK};
        at_guess guess;
        at_memory_fail_after(n);
        const at_status status = at_guess_file(&guess, path, "memory", &arena, &err);
        at_memory_fail_after(0);
        assert_true(status == AT_OK || status == AT_NO_MEMORY);
        refused += status == AT_NO_MEMORY;
        done = status == AT_OK;
    }
    assert_true(refused > 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own),   cmocka_unit_test(test_harbour), cmocka_unit_test(test_others),
        cmocka_unit_test(test_rough), cmocka_unit_test(test_cut),     cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
