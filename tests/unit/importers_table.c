/* Goal: real files that nobody wrote for us are read by a mapping, every row of them.
 * Method: the Berka bank excerpt (a public Czech data set of 1993) with a mapping each file, its
 * printed balances followed; csv-spectrum through a mapping, a record a row of its JSON. Data
 * that may not travel with the program is looked for beside it, and its absence is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/import_log.h"
#include "engine/base/file.h"

static const char trans_map[] =
    "{\"delimiter\": \";\", \"date\": \"YYMMDD\", \"century\": 1900, \"records\": ["
    "{\"kind\": \"leg\", \"fields\": {\"id\": \"trans_id\", \"account\": \"account_id\","
    " \"currency\": {\"constant\": \"CZK\"}, \"time\": \"date\", \"amount\": \"amount\","
    " \"direction\": {\"column\": \"type\", \"words\": {\"PRIJEM\": \"in\", \"VYDAJ\": \"out\"}},"
    " \"balance\": \"balance\", \"reference\": \"k_symbol\", \"counterparty\": \"account\"}}]}";

static const char loan_map[] =
    "{\"delimiter\": \";\", \"date\": \"YYMMDD\", \"century\": 1900, \"records\": ["
    "{\"kind\": \"account\", \"fields\": {\"id\": {\"column\": \"loan_id\", \"prefix\": \"loan-\"},"
    " \"kind\": {\"constant\": \"loan\"}, \"currency\": {\"constant\": \"CZK\"},"
    " \"opening\": \"amount\", \"opened\": \"date\"}},"
    "{\"kind\": \"link\", \"fields\": {\"a\": {\"column\": \"loan_id\", \"prefix\": \"loan-\"},"
    " \"a_kind\": {\"constant\": \"account\"}, \"b\": \"account_id\","
    " \"b_kind\": {\"constant\": \"account\"}, \"kind\": {\"constant\": \"other\"}}}]}";

static const char card_map[] =
    "{\"delimiter\": \";\", \"date\": \"YYMMDD hh:mm:ss\", \"century\": 1900,"
    " \"zone\": \"+01:00\","
    " \"records\": [{\"kind\": \"account\", \"fields\": {\"id\": \"card_id\","
    " \"opened\": \"issued\", \"kind\": {\"column\": \"type\","
    " \"words\": {\"classic\": \"card\", \"junior\": \"card\", \"gold\": \"card\"}}}}]}";

static const char first_column_map[] =
    "{\"records\": [{\"kind\": \"label\", \"fields\": {\"of\": {\"constant\": \"p\"},"
    " \"name\": {\"constant\": \"first\"}, \"text\": 1}}]}";

/* Coordinates are full of quotes that quote nothing: RFC 4180 forbids them, a mapping allows
 * them. */
static const char no_quote_map[] =
    "{\"quote\": \"\", \"records\": [{\"kind\": \"label\","
    " \"fields\": {\"of\": {\"constant\": \"p\"},"
    " \"name\": {\"constant\": \"where\"}, \"text\": \"Location Coordinates\"}}]}";

static const struct {
    const char *path, *mapping;
    uint64_t loaded;
    at_kind kind; /* what most of the rows give */
    uint64_t facts;
} rows[] = {
    {"testonly/berka-excerpt/trans.asc", trans_map, 100, AT_LEG, 100},
    {"testonly/berka-excerpt/loan.asc", loan_map, 682, AT_ACCOUNT, 682},
    {"testonly/berka-excerpt/card.asc", card_map, 892, AT_ACCOUNT, 892},
    {"csv-spectrum/csvs/comma_in_quotes.csv", first_column_map, 1, AT_LABEL, 1},
    {"csv-spectrum/csvs/empty.csv", first_column_map, 2, AT_LABEL, 2},
    {"csv-spectrum/csvs/empty_crlf.csv", first_column_map, 2, AT_LABEL, 2},
    {"csv-spectrum/csvs/escaped_quotes.csv", first_column_map, 2, AT_LABEL, 2},
    {"csv-spectrum/csvs/json.csv", first_column_map, 1, AT_LABEL, 1},
    {"csv-spectrum/csvs/location_coordinates.csv", no_quote_map, 1, AT_LABEL, 1},
    {"csv-spectrum/csvs/newlines.csv", first_column_map, 3, AT_LABEL, 3},
    {"csv-spectrum/csvs/newlines_crlf.csv", first_column_map, 3, AT_LABEL, 3},
    {"csv-spectrum/csvs/quotes_and_newlines.csv", first_column_map, 2, AT_LABEL, 2},
    {"csv-spectrum/csvs/simple.csv", first_column_map, 1, AT_LABEL, 1},
    {"csv-spectrum/csvs/simple_crlf.csv", first_column_map, 1, AT_LABEL, 1},
    {"csv-spectrum/csvs/utf8.csv", first_column_map, 2, AT_LABEL, 2},
};

static bool read_shared(at_text *out, const char *path) {
    char whole[1024];
    at_error err = {0};
    const char *root = getenv("ASSETTRACE_ROOT");
    assert_non_null(root);
    (void)snprintf(whole, sizeof whole, "%s/../shared/data/%s", root, path);
    if (at_file_kind_of(whole) != AT_FILE_REGULAR) {
        print_message("  SKIPPED: %s is not here\n", path);
        return false;
    }
    assert_int_equal(at_file_read(out, whole, 1 << 20, &err), AT_OK);
    return true;
}

static void test_files(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        AT_CLEANUP(at_text_clear) at_text bytes = {0};
        import_log log = {.status = AT_OK};
        at_error err = {0};
        const import_case said = {.mapping = rows[i].mapping};
        if (!read_shared(&bytes, rows[i].path))
            continue;
        print_message("  %s\n", rows[i].path);
        if (import_run(&log, import_find("table_csv"), &said, bytes.data, bytes.bytes, rows[i].path,
                       &err) != AT_OK)
            fail_msg("%s (%s)", err.message, err.place);
        if (log.status != AT_OK)
            fail_msg("%s (%s)", log.err.message, log.err.place);
        assert_string_equal(log.broken, "");
        /* A file without a last line end is warned of, as it may be cut. */
        const bool whole = bytes.bytes > 0 && bytes.data[bytes.bytes - 1] == '\n';
        if (log.rejected > 0 || log.warned != !whole)
            fail_msg("%s", strstr(at_text_string(&log.text), "\"code\""));
        assert_int_equal(log.loaded, rows[i].loaded);
        assert_int_equal(log.facts[rows[i].kind], rows[i].facts);
        import_log_clear(&log);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_files)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
