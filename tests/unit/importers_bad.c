/* Goal: every kind of bad input ends in a clear error with its code and place, and the rest is
 * read.
 * Method: one table; a row is one file, who reads it, and what must come of it: the importer's
 * own answer, how many records were loaded and rejected, and a code, place and words that were
 * said. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include <cmocka.h>

#include "tests/support/import_log.h"
#include "engine/base/file.h"

#define BYTES(text) text, sizeof(text) - 1
#define LEDGER "id,time,from,to,amount,currency\n"
#define GOOD "g,2024-03-01,A,B,1.00,EUR\n"
#define MAP(more)                                                                    \
    "{" more "\"records\": [{\"kind\": \"leg\", \"fields\": {\"account\": \"acc\", " \
    "\"time\": \"day\", \"amount\": \"sum\", \"currency\": {\"constant\": \"EUR\"}}}]}"

static const struct {
    const char *story, *importer, *bytes;
    size_t count;
    const char *options, *mapping;
    at_status status;
    int loaded, rejected;
    const char *code, *place, *words;
} rows[] = {
    {"an empty file", "ledger_csv", BYTES(""), NULL, NULL, AT_BAD_INPUT, 0, 0, "E-CSV-EMPTY",
     "\"bad.csv\"", "\"bad.csv\" is empty"},
    {"nothing but blank lines", "ledger_csv", BYTES("\n\r\n\n"), NULL, NULL, AT_BAD_INPUT, 0, 0,
     "E-CSV-EMPTY", "\"bad.csv\"", "is empty"},
    {"a header alone is fine", "ledger_csv", BYTES(LEDGER), NULL, NULL, AT_OK, 0, 0, NULL, NULL,
     NULL},
    {"a missing column", "ledger_csv", BYTES("id,time,from,to,amount\n" GOOD), NULL, NULL,
     AT_BAD_INPUT, 0, 0, "E-CSV-COLUMN", "line 1 of \"bad.csv\"",
     "the column \"currency\" is missing"},
    {"no amount in either unit", "ledger_csv", BYTES("id,time,from,to,currency\n"), NULL, NULL,
     AT_BAD_INPUT, 0, 0, "E-CSV-COLUMN", "line 1 of \"bad.csv\"",
     "\"amount\" (or \"amount_minor\")"},
    {"major and minor units at once", "ledger_csv",
     BYTES("id,time,from,to,amount_minor,currency,amount_in\n"), NULL, NULL, AT_BAD_INPUT, 0, 0,
     "E-CSV-COLUMN", "line 1 of \"bad.csv\"",
     "\"amount_minor\" and \"amount_in\" do not go together"},
    {"a misspelt column", "ledger_csv", BYTES("id,time,from,to,ammount,currency\n" GOOD), NULL,
     NULL, AT_BAD_INPUT, 0, 0, "E-CSV-COLUMN", "line 1 of \"bad.csv\"", "did you mean \"amount\"?"},
    {"a column twice", "ledger_csv", BYTES("id,id,time,from,to,amount,currency\n"), NULL, NULL,
     AT_BAD_INPUT, 0, 0, "E-CSV-COLUMN", "line 1 of \"bad.csv\"", "\"id\" stands twice"},
    {"two openings", "accounts_csv", BYTES("id,kind,opening,opening_minor\n"), NULL, NULL,
     AT_BAD_INPUT, 0, 0, "E-CSV-COLUMN", "line 1 of \"bad.csv\"", "do not go together"},
    {"no opening", "accounts_csv", BYTES("id,kind\n"), NULL, NULL, AT_BAD_INPUT, 0, 0,
     "E-CSV-COLUMN", "line 1 of \"bad.csv\"", "\"opening\" (or \"opening_minor\") is missing"},
    {"an unclosed quote", "ledger_csv", BYTES(LEDGER GOOD "x,2024-03-01,\"A,B,1,EUR\n" GOOD), NULL,
     NULL, AT_BAD_INPUT, 1, 0, "E-CSV-QUOTE", "line 3 of \"bad.csv\"", "opened on line 3"},
    {"an unclosed quote in the header", "ledger_csv", BYTES("id,\"time\nx\n"), NULL, NULL,
     AT_BAD_INPUT, 0, 0, "E-CSV-QUOTE", "line 1 of \"bad.csv\"", "opened on line 1"},
    {"a NUL byte", "ledger_csv", BYTES(LEDGER "x,2024-03-01,A\0,B,1,EUR\n" GOOD), NULL, NULL, AT_OK,
     1, 1, "E-CSV-NUL", "line 2 of \"bad.csv\"", "byte 46 is a NUL"},
    {"a NUL byte in the header", "ledger_csv", BYTES("id\0,time\n"), NULL, NULL, AT_BAD_INPUT, 0, 0,
     "E-CSV-NUL", "line 1 of \"bad.csv\"", "byte 2 is a NUL"},
    {"Latin-1 that was not declared", "ledger_csv",
     BYTES(LEDGER "x,2024-03-01,Andr\xE9,B,1,EUR\n" GOOD), NULL, NULL, AT_OK, 1, 1, "E-CSV-UTF8",
     "line 2 of \"bad.csv\"", "byte 49, 0xE9, is not UTF-8"},
    {"UTF-16 that was not declared", "ledger_csv", BYTES("\xFF\xFEi\0d\0,\0"), NULL, NULL,
     AT_BAD_INPUT, 0, 0, "E-CSV-ENCODING", "\"bad.csv\"", "\"encoding\": \"utf-16le\""},
    {"the wrong encoding declared", "table_csv",
     BYTES("acc;day;sum\nA\x98;2024-03-01;1\nA;2024-03-01;1\n"), NULL,
     MAP("\"delimiter\": \";\", \"encoding\": \"windows-1251\", "), AT_OK, 1, 1, "E-ENCODING-BYTE",
     "line 2 of \"bad.csv\"", "is the encoding the right one?"},
    {"too many decimals", "ledger_csv", BYTES(LEDGER "x,2024-03-01,A,B,1.005,EUR\n" GOOD), NULL,
     NULL, AT_OK, 1, 1, "E-MONEY-DECIMALS", "line 2 of \"bad.csv\", column \"amount\"",
     "\"1.005\" has more than 2 decimals"},
    {"an amount past 64 bits", "ledger_csv",
     BYTES(LEDGER "x,2024-03-01,A,B,92233720368547758.08,EUR\n" GOOD), NULL, NULL, AT_OK, 1, 1,
     "E-AMOUNT-RANGE", "line 2 of \"bad.csv\", column \"amount\"", "92233720368547758.08"},
    {"an amount that is multiplied past 64 bits", "table_csv",
     BYTES("acc,day,sum\nA,2024-03-01,9223372036854775.80\nA,2024-03-01,1\n"), NULL,
     MAP("\"multiply\": 1000, "), AT_OK, 1, 1, "E-AMOUNT-RANGE",
     "line 2 of \"bad.csv\", column \"sum\"", "times 1000 is too large"},
    {"30 February", "ledger_csv", BYTES(LEDGER "x,2024-02-30,A,B,1,EUR\n" GOOD), NULL, NULL, AT_OK,
     1, 1, "E-TIME-VALUE", "line 2 of \"bad.csv\", column \"time\"", "day 30 does not exist"},
    {"30 Esfand of a common year", "table_csv",
     BYTES("acc,day,sum\nA,1402/12/30,1\nA,1403/12/30,1\n"), NULL,
     MAP("\"date\": \"YYYY/MM/DD\", \"calendar\": \"jalali\", "), AT_OK, 1, 1, "E-DATE-VALUE",
     "line 2 of \"bad.csv\", column \"day\"", "1402-12-30"},
    {"a Jalali year in a Gregorian column", "table_csv",
     BYTES("acc,day,sum\nA,1402/12/29,1\nA,2024/12/30,1\n"), NULL,
     MAP("\"date\": \"YYYY/MM/DD\", "), AT_OK, 1, 1, "E-TIME-CALENDAR",
     "line 2 of \"bad.csv\", column \"day\"", "\"calendar\": \"jalali\""},
    {"an unknown currency", "ledger_csv", BYTES(LEDGER "x,2024-03-01,A,B,1,EUX\n" GOOD), NULL, NULL,
     AT_OK, 1, 1, "E-CURRENCY-UNKNOWN", "line 2 of \"bad.csv\", column \"currency\"", "\"EUX\""},
    {"a currency that is no code", "ledger_csv", BYTES(LEDGER "x,2024-03-01,A,B,1,euro\n" GOOD),
     NULL, NULL, AT_OK, 1, 1, "E-CURRENCY-UNKNOWN", "line 2 of \"bad.csv\", column \"currency\"",
     "\"euro\""},
    {"equal ids are the store's to judge", "ledger_csv", BYTES(LEDGER GOOD GOOD), NULL, NULL, AT_OK,
     2, 0, NULL, NULL, NULL},
    {"a file cut in the middle of a field", "ledger_csv", BYTES(LEDGER GOOD "x,2024-03-0"), NULL,
     NULL, AT_OK, 1, 1, "E-CSV-FIELDS", "line 3 of \"bad.csv\"",
     "the row has 2 fields, the header 6"},
    {"a seq that is no number", "ledger_csv",
     BYTES("id,time,from,to,amount,currency,seq\nx,2024-03-01,A,B,1,EUR,one\n"), NULL, NULL, AT_OK,
     0, 1, "E-FIELD-NUMBER", "line 2 of \"bad.csv\", column \"seq\"", "\"one\""},
    {"no mapping", "table_csv", BYTES("a\n1\n"), NULL, NULL, AT_USAGE, 0, 0, "E-IMPORT-MAPPING",
     NULL, "needs a mapping"},
    {"a mapping with an unknown key", "table_csv", BYTES("a\n1\n"), NULL,
     "{\"records\": [{\"kind\": \"leg\",\n \"feilds\": {}}]}", AT_BAD_INPUT, 0, 0, "E-JSON-KEY",
     "line 2 of map.json", "did you mean \"fields\"?"},
    {"a mapping whose column is not there", "table_csv", BYTES("acc,day,summ\nA,2024-03-01,1\n"),
     NULL, MAP(""), AT_BAD_INPUT, 0, 0, "E-MAP-COLUMN", "line 1 of \"bad.csv\"",
     "did you mean \"summ\"?"},
    {"a mapping whose column is there twice", "table_csv",
     BYTES("acc,day,sum,sum\nA,2024-03-01,1,2\n"), NULL, MAP(""), AT_BAD_INPUT, 0, 0,
     "E-MAP-COLUMN", "line 1 of \"bad.csv\"", "name it by its number: 3 or 4"},
    {"AMLSim without a currency", "amlsim_csv", BYTES("nodeid,isFraud,init_balance\n"), NULL, NULL,
     AT_USAGE, 0, 0, "E-IMPORT-OPTION", NULL, "currency=USD"},
    {"AMLSim without its day zero", "amlsim_csv", BYTES("sourceNodeId,targetNodeId,value,time\n"),
     "{\"options\": {\"currency\": \"USD\"}}", NULL, AT_BAD_INPUT, 0, 0, "E-IMPORT-OPTION",
     "line 1 of \"bad.csv\"", "epoch=2020-01-01"},
    {"AMLSim of no known shape", "amlsim_csv", BYTES("a,b\n"),
     "{\"options\": {\"currency\": \"USD\"}}", NULL, AT_BAD_INPUT, 0, 0, "E-CSV-COLUMN",
     "line 1 of \"bad.csv\"", "no header of AMLSim"},
    {"AMLSim with an impossible day zero", "amlsim_csv",
     BYTES("sourceNodeId,targetNodeId,value,time\n"),
     "{\"options\": {\"currency\": \"USD\", \"epoch\": \"2020-02-30\"}}", NULL, AT_BAD_INPUT, 0, 0,
     "E-TIME-VALUE", NULL, "2020-02-30"},
    {"AMLSim with steps where its times are", "amlsim_csv",
     BYTES("tran_id,orig_acct,bene_acct,base_amt,tran_timestamp\n"
           "1,A,B,1.00,12\n2,A,B,1.00,2017-01-13T00:00:00Z\n"),
     "{\"options\": {\"currency\": \"USD\"}}", NULL, AT_OK, 1, 1, "E-IMPORT-OPTION",
     "line 2 of \"bad.csv\"", "epoch=2020-01-01"},
    {"AMLSim in a currency nobody knows", "amlsim_csv", BYTES("nodeid,isFraud,init_balance\n"),
     "{\"options\": {\"currency\": \"ZZZ\"}}", NULL, AT_BAD_INPUT, 0, 0, "E-CURRENCY-UNKNOWN", NULL,
     "\"ZZZ\""},
};

/* Does the log, or the importer's own error, say `words`? */
static bool says(const import_log *log, const char *words) {
    AT_CLEANUP(at_text_clear) at_text quoted = {0};
    at_error err = {0};
    for (const char *c = words; *c != '\0'; c++) {
        if (*c == '"')
            assert_int_equal(at_text_add_char(&quoted, '\\', &err), AT_OK);
        assert_int_equal(at_text_add_char(&quoted, *c, &err), AT_OK);
    }
    return strstr(at_text_string(&log->text), at_text_string(&quoted)) != NULL ||
           strstr(log->err.code, words) != NULL || strstr(log->err.place, words) != NULL ||
           strstr(log->err.message, words) != NULL || strstr(log->err.hint, words) != NULL;
}

static void check(const import_log *log, const char *what, const char *words) {
    if (words != NULL && !says(log, words))
        fail_msg("the %s \"%s\" was not said: %s %s (%s) at %s\n%s", what, words, log->err.code,
                 log->err.message, log->err.hint, log->err.place, at_text_string(&log->text));
}

static void test_rows(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        import_log log = {.status = AT_OK};
        at_error err = {0};
        const import_case said = {.options = rows[i].options, .mapping = rows[i].mapping};
        print_message("  %s\n", rows[i].story);
        assert_int_equal(import_run(&log, import_find(rows[i].importer), &said, rows[i].bytes,
                                    rows[i].count, "bad.csv", &err),
                         AT_OK);
        assert_string_equal(log.broken, "");
        if (log.status != rows[i].status)
            fail_msg("%s: %s", log.err.code, log.err.message);
        assert_int_equal(log.loaded, rows[i].loaded);
        assert_int_equal(log.rejected, rows[i].rejected);
        check(&log, "code", rows[i].code);
        check(&log, "place", rows[i].place);
        check(&log, "words", rows[i].words);
        import_log_clear(&log);
    }
}

static void test_long_field(void **state) {
    (void)state;
    enum { LONG = 10 << 20 };
    static const char head[] = LEDGER GOOD "x,2024-03-01,", tail[] = ",B,1,EUR\n" GOOD;
    char *bytes = malloc(sizeof head + LONG + sizeof tail);
    assert_non_null(bytes);
    memcpy(bytes, head, sizeof head - 1);
    memset(bytes + sizeof head - 1, 'x', LONG);
    memcpy(bytes + sizeof head - 1 + LONG, tail, sizeof tail - 1);
    import_log log = {.status = AT_OK};
    at_error err = {0};
    assert_int_equal(import_run(&log, import_find("ledger_csv"), &(import_case){0}, bytes,
                                sizeof head + LONG + sizeof tail - 2, "bad.csv", &err),
                     AT_OK);
    assert_int_equal(log.status, AT_OK);
    assert_int_equal(log.loaded, 2);
    assert_int_equal(log.rejected, 1);
    check(&log, "code", "E-CSV-RECORD");
    check(&log, "place", "line 3 of \"bad.csv\"");
    import_log_clear(&log);
    free(bytes);
}

/* What is no file, or may not be read, is refused where inputs are opened. */
static void test_no_file(void **state) {
    (void)state;
    at_input *in = NULL;
    at_error err = {0};
    assert_int_not_equal(at_input_open(&in, "/", "the root", 0, &err), AT_OK);
    assert_string_equal(err.code, "E-FILE-KIND");
    assert_int_not_equal(at_input_open(&in, "/no/such/file.csv", "file.csv", 0, &err), AT_OK);
    assert_string_equal(err.code, "E-FILE-MISSING");
    char path[] = "/tmp/assettrace-test-XXXXXX";
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    (void)close(descriptor);
    assert_int_equal(chmod(path, 0), 0);
    if (geteuid() == 0) {
        print_message("  SKIPPED: root may read every file\n");
    } else {
        assert_int_equal(at_input_open(&in, path, "file.csv", 0, &err), AT_IO);
        assert_string_equal(err.code, "E-IO");
    }
    assert_int_equal(unlink(path), 0);
    assert_null(in);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_long_field),
        cmocka_unit_test(test_no_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
