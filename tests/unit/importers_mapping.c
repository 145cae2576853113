/* Goal: a mapping is either understood whole or refused at the word that is wrong; and what it says
 * about dates, numbers, words, conditions and columns is what happens.
 * Method: two tables: mappings that are refused, with code, place and words; and cells that are
 * read by a mapping, with the line the sink gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "importers/mapping.h"
#include "tests/support/import_log.h"
#include "engine/base/embedded.h"

#define LEG(more)                                                           \
    "{'records': [{'kind': 'leg', 'fields': {'account': 'a', 'time': 't', " \
    "'currency': {'constant': 'EUR'}" more "}}]}"
#define FULL ", 'amount': 'm'"
#define TOP(more) "{" more ", 'records': [{'kind': 'label', 'fields': " LABEL "}]}"
#define LABEL "{'name': 'n', 'text': 'x', 'of': 'o'}"
#define RECORD(more) "{'records': [{'kind': 'label', " more ", 'fields': " LABEL "}]}"
#define VALUE(value)                                                        \
    "{'records': [{'kind': 'label', 'fields': {'name': 'n', 'text': 'x',\n" \
    " 'of': " value "}}]}"
#define STATEMENT(says, account, currency)                                                 \
    "{'records': [{'kind': 'leg', 'statement': {" says "}, 'fields': {'account': " account \
    ", 'time': 't', 'currency': {'constant': '" currency "'}, 'amount': 'm'}}]}"
#define ONE "{'constant': 'a'}"

static const struct {
    const char *story, *mapping, *code, *place, *words;
} refused[] = {
    {"no object", "[]", "E-MAP-VALUE", "line 1", "must be an object"},
    {"an unknown key", TOP("'delimeter': ';'"), "E-JSON-KEY", "line 1", "'delimiter'"},
    {"another schema", TOP("'schema': 'assettrace/mapping/2'"), "E-MAP-VALUE", "/schema",
     "assettrace/mapping/2"},
    {"no records", "{}", "E-MAP-VALUE", "line 1", "'records'"},
    {"records that are none", "{'records': []}", "E-MAP-VALUE", "/records", "1 to 12 items"},
    {"a record without fields", "{'records': [{'kind': 'leg'}]}", "E-MAP-VALUE", "/records/0",
     "'fields'"},
    {"a kind nobody knows", "{'records': [{'kind': 'legs', 'fields': {}}]}", "E-MAP-VALUE",
     "/records/0/kind", "did you mean 'leg'?"},
    {"a statement is no kind of its own", "{'records': [{'kind': 'statement', 'fields': {}}]}",
     "E-MAP-VALUE", "/records/0/kind", "'statement'"},
    {"a field the kind has not", LEG(FULL ", 'ammount': 'm'"), "E-JSON-KEY", "/records/0/fields",
     "'amount'"},
    {"a field it cannot do without", "{'records': [{'kind': 'leg', 'fields': {'time': 't'}}]}",
     "E-MAP-FIELD", "/records/0/fields", "needs the field 'account'"},
    {"a leg without an amount", LEG(""), "E-MAP-FIELD", "/records/0/fields", "either an 'amount'"},
    {"a leg with both ways", LEG(FULL ", 'debit': 'd', 'credit': 'c'"), "E-MAP-FIELD",
     "/records/0/fields", "either an 'amount'"},
    {"a debit alone", LEG(", 'debit': 'd'"), "E-MAP-FIELD", "/records/0/fields",
     "with 'debit' needs 'credit'"},
    {"a direction beside debit and credit", LEG(", 'debit': 'd', 'credit': 'c', 'direction': 'w'"),
     "E-MAP-FIELD", "/records/0/fields", "'direction'"},
    {"a delimiter of two letters", TOP("'delimiter': '||'"), "E-MAP-VALUE", "/delimiter",
     "one ASCII character"},
    {"a delimiter that is a line end", TOP("'delimiter': '\\n'"), "E-MAP-VALUE", "/delimiter",
     "one ASCII character"},
    {"a delimiter beyond ASCII", TOP("'delimiter': '\xC2\xA7'"), "E-MAP-VALUE", "/delimiter",
     "one ASCII character"},
    {"delimiter and quote the same", TOP("'delimiter': ';', 'quote': ';'"), "E-MAP-VALUE", "/quote",
     "the same"},
    {"an encoding we do not read", TOP("'encoding': 'windows-1250'"), "E-MAP-VALUE", "/encoding",
     "did you mean"},
    {"lines that are no number", TOP("'skip_lines': '2'"), "E-MAP-VALUE", "/skip_lines",
     "integer from 0 to 10000"},
    {"too many lines", TOP("'trailer_lines': 1001"), "E-MAP-VALUE", "/trailer_lines",
     "integer from 0 to 1000"},
    {"a header that is no truth", TOP("'header': 1"), "E-MAP-VALUE", "/header", "true or false"},
    {"decimal and grouping the same", TOP("'decimal': ',', 'grouping': ','"), "E-MAP-VALUE",
     "/grouping", "the same mark"},
    {"an unknown decimal mark", TOP("'decimal': ';'"), "E-MAP-VALUE", "/decimal", "';'"},
    {"dust in the wind", TOP("'dust': 'round'"), "E-MAP-VALUE", "/dust", "'round'"},
    {"a factor of nothing", TOP("'multiply': 0"), "E-MAP-VALUE", "/multiply", "integer from 1"},
    {"a zone with a name", TOP("'zone': 'Asia/Tehran'"), "E-MAP-VALUE", "/zone", "+03:30"},
    {"a zone of 30 hours", TOP("'zone': '+30:00'"), "E-MAP-VALUE", "/zone", "+03:30"},
    {"half a century", TOP("'century': 1950"), "E-MAP-VALUE", "/century", "1900"},
    {"an unknown calendar", TOP("'calendar': 'jalaly'"), "E-MAP-VALUE", "/calendar",
     "did you mean 'jalali'?"},
    {"a pattern that is none", TOP("'date': 'the day'"), "E-MAP-DATE", "/date", ""},
    {"a pattern without a year", TOP("'date': 'DD.MM'"), "E-MAP-DATE", "/date", ""},
    {"a century after parts of any length", TOP("'date': 'D.M.YY', 'century': 1900"), "E-MAP-DATE",
     "/date", "fixed length"},
    {"Jalali seconds", TOP("'date': 'unix_seconds', 'calendar': 'jalali'"), "E-MAP-DATE", "/date",
     "no calendar"},
    {"a number of a column with names alone", VALUE("0"), "E-MAP-VALUE",
     "/records/0/fields/of, line 2", "integer from 1 to 1024"},
    {"a column without a name", VALUE("''"), "E-MAP-VALUE", "/records/0/fields/of",
     "a name or a number"},
    {"a name where there is no header",
     "{'header': false, 'records': [{'kind': 'label', 'fields': " LABEL "}]}", "E-MAP-VALUE",
     "/records/0/fields/of", "by its number"},
    {"a value with two sources", VALUE("{'column': 'a', 'constant': 'b'}"), "E-MAP-VALUE",
     "/records/0/fields/of", "one of"},
    {"a value with none", VALUE("{'prefix': 'a'}"), "E-MAP-VALUE", "/records/0/fields/of",
     "one of"},
    {"an empty constant", VALUE("{'constant': ''}"), "E-MAP-VALUE", "/records/0/fields/of/constant",
     "not empty"},
    {"a constant that is a number", VALUE("{'constant': 7}"), "E-MAP-VALUE",
     "/records/0/fields/of/constant", "must be a text"},
    {"nine columns", VALUE("{'columns': [1,2,3,4,5,6,7,8,9]}"), "E-MAP-VALUE",
     "/records/0/fields/of/columns", "1 to 8"},
    {"words that are a list", VALUE("{'column': 'a', 'words': ['b']}"), "E-MAP-VALUE",
     "/records/0/fields/of/words", "an object"},
    {"a word that becomes a number", VALUE("{'column': 'a', 'words': {'b': 1}}"), "E-MAP-VALUE",
     "/records/0/fields/of/words/b", "must be a text"},
    {"amounts without a sign that go nowhere", VALUE("{'column': 'a', 'unsigned': 'up'}"),
     "E-MAP-VALUE", "/records/0/fields/of/unsigned", "'up'"},
    {"a misspelt part of a value", VALUE("{'colum': 'a'}"), "E-JSON-KEY", "/records/0/fields/of",
     "'column'"},
    {"a condition without a question", RECORD("'when': [{'column': 'a'}]"), "E-MAP-VALUE",
     "/records/0/when/0", "one of 'is'"},
    {"a condition with two", RECORD("'when': [{'column': 'a', 'is': 'b', 'empty': true}]"),
     "E-MAP-VALUE", "/records/0/when/0", "one of 'is'"},
    {"conditions that are no list", RECORD("'when': {'column': 'a', 'is': 'b'}"), "E-MAP-VALUE",
     "/records/0/when", "an array"},
    {"a condition on a number", RECORD("'when': [{'column': 'a', 'is': [1]}]"), "E-MAP-VALUE",
     "/records/0/when/0/is/0", "must be a text"},
    {"once upon a time", RECORD("'once': 'yes'"), "E-MAP-VALUE", "/records/0/once",
     "true or false"},
    {"a statement of a label", RECORD("'statement': {}"), "E-MAP-VALUE", "/records/0/statement",
     "only a leg"},
    {"an order of no kind", STATEMENT("'order': 'random'", ONE, "EUR"), "E-MAP-VALUE",
     "/records/0/statement/order", "'random'"},
    {"an opening for many accounts", STATEMENT("'opening': '1'", "'a'", "EUR"), "E-MAP-VALUE",
     "/records/0/statement/opening", "one constant account"},
    {"an opening in no currency", STATEMENT("'opening': '1'", ONE, "EUX"), "E-MAP-VALUE",
     "/records/0/statement/opening", "'EUX'"},
    {"an opening that is no amount", STATEMENT("'opening': '1,5'", ONE, "EUR"), "E-MAP-VALUE",
     "/records/0/statement/opening", "'1,5'"},
};

/* Mappings are written here with ' for ": JSON inside C is hard enough to read. */
static const char *quoted(char out[1024], const char *text) {
    size_t length = 0;
    for (; text[length] != '\0'; length++) {
        assert_true(length < 1023);
        out[length] = text[length] == '\'' ? '"' : text[length];
    }
    out[length] = '\0';
    return out;
}

static void run(import_log *log, const char *mapping, const char *bytes) {
    char json[1024];
    at_error err = {0};
    const import_case said = {.mapping = quoted(json, mapping)};
    const at_importer *table = import_find("table_csv");
    if (import_run(log, table, &said, bytes, strlen(bytes), "t.csv", &err) != AT_OK)
        fail_msg("%s (%s)", err.message, err.place);
    assert_string_equal(log->broken, "");
}

static void test_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(refused); i++) {
        import_log log = {.status = AT_OK};
        print_message("  %s\n", refused[i].story);
        run(&log, refused[i].mapping, "o,n,x,a,t,m\n");
        assert_int_equal(log.status, AT_BAD_INPUT);
        assert_string_equal(log.err.code, refused[i].code);
        if (strstr(log.err.place, refused[i].place) == NULL)
            fail_msg("the place is \"%s\"", log.err.place);
        char words[1024];
        (void)quoted(words, refused[i].words);
        if (strstr(log.err.message, words) == NULL && strstr(log.err.hint, words) == NULL)
            fail_msg("it says \"%s\" (%s)", log.err.message, log.err.hint);
        assert_int_equal(log.loaded + log.rejected, 0);
        import_log_clear(&log);
    }
}

/* --- What is read ----------------------------------------------------------------------------- */

#define TIMES(more)                                                                               \
    "{" more "'records': [{'kind': 'leg', 'fields': {'account': {'constant': '7'}, 'time': 'v', " \
    "'amount': {'constant': '1'}, 'currency': {'constant': 'EUR'}}}]}"
#define AMOUNTS(more, field)                                                         \
    "{" more "'records': [{'kind': 'leg', 'fields': {'account': {'constant': '7'}, " \
    "'time': {'constant': '2024-01-01'}, 'amount': " field ", 'currency': {'constant': 'IRR'}}}]}"
#define TEXTS(field)                                                      \
    "{'records': [{'kind': 'label', 'fields': {'of': {'constant': 'p'}, " \
    "'name': {'constant': 'n'}, 'text': " field "}}]}"

static const struct {
    const char *story, *mapping, *cell, *told;
} cells[] = {
    {"ISO is how dates are written unless said", TIMES(""), "2024-03-01",
     "\"time\":\"2024-03-01\""},
    {"a time without a zone is said to be read as UTC", TIMES(""), "2024-03-01 10:20",
     "10:20:00Z zone assumed\""},
    {"the zone of the file", TIMES("'zone': '+03:30', "), "2024-03-01 10:20",
     "\"time\":\"2024-03-01T06:50:00Z\""},
    {"a zone in the cell is stronger", TIMES("'zone': '+03:30', "), "2024-03-01T10:20Z",
     "\"time\":\"2024-03-01T10:20:00Z\""},
    {"a whole day is not moved", TIMES("'zone': '-05:00', "), "2024-03-01",
     "\"time\":\"2024-03-01\""},
    {"west", TIMES("'zone': '-05:00', 'date': 'DD/MM/YYYY hh:mm:ss', "), "01/03/2024 23:00:00",
     "\"time\":\"2024-03-02T04:00:00Z\""},
    {"Persian digits in ISO", TIMES(""), "۲۰۲۴-۰۳-۰۱", "\"time\":\"2024-03-01\""},
    {"Jalali", TIMES("'date': 'YYYY/MM/DD', 'calendar': 'jalali', "), "۱۴۰۳/۱۲/۳۰",
     "\"time\":\"2025-03-20\""},
    {"Arabic digits, Umm al-Qura", TIMES("'date': 'YYYY/M/D', 'calendar': 'hijri', "), "١٤٤٦/١/١",
     "\"time\":\"2024-07-07\""},
    {"the civil Hijri calendar", TIMES("'date': 'YYYY/M/D', 'calendar': 'hijri_civil', "),
     "1446/1/1", "\"time\":\"2024-07-08\""},
    {"English months", TIMES("'date': 'MMM DD YYYY', "), "Mar 25 2015", "\"time\":\"2015-03-25\""},
    {"two digits after a century", TIMES("'date': 'YYMMDD', 'century': 1900, "), "930101",
     "\"time\":\"1993-01-01\""},
    {"in Persian digits, in the middle",
     TIMES("'date': 'DD.MM.YY', 'century': 1300, 'calendar': 'jalali', "), "۱۵.۰۷.۹۹",
     "\"time\":\"2020-10-06\""},
    {"a cell too short for it", TIMES("'date': 'DD.MM.YY', 'century': 1900, "), "1.1",
     "E-DATE-TEXT"},
    {"two digits as the calendar has them", TIMES("'date': 'YYMMDD', "), "240101",
     "\"time\":\"2024-01-01\""},
    {"seconds since 1970", TIMES("'date': 'unix_seconds', "), "1709286031",
     "\"time\":\"2024-03-01T09:40:31Z\""},
    {"milliseconds since 1970", TIMES("'date': 'unix_milliseconds', "), "۱۷۰۹۲۸۶۰۳۱۰۰۱",
     "\"time\":\"2024-03-01T09:40:31.001Z\""},
    {"seconds that are words", TIMES("'date': 'unix_seconds', "), "now", "E-TIME-FORM"},
    {"seconds past all years", TIMES("'date': 'unix_seconds', "), "9223372036854775807",
     "E-TIME-FORM"},
    {"day and month of any length", TIMES("'date': 'D.M.YYYY', "), "1.3.2024",
     "\"time\":\"2024-03-01\""},
    {"a decimal comma", AMOUNTS("'decimal': ',', 'grouping': '.', ", "'v'"), "\"-1.234,56\"",
     "\"amount\":\"123456\",\"credit\":false"},
    {"Persian marks and digits", AMOUNTS("'grouping': ',', ", "'v'"), "۱۲٬۳۴۵٫۵",
     "\"amount\":\"1234550\",\"credit\":true"},
    {"toman", AMOUNTS("'multiply': 10, ", "'v'"), "1200", "\"amount\":\"1200000\""},
    {"a thousandth of a toman is a hundredth of a rial", AMOUNTS("'multiply': 10, ", "'v'"),
     "0.001", "\"amount\":\"1\""},
    {"and less is refused", AMOUNTS("'multiply': 10, ", "'v'"), "0.0001", "E-MONEY-DECIMALS"},
    {"or dropped and told", AMOUNTS("'multiply': 10, 'dust': 'floor', ", "'v'"), "1.0019",
     "0.009000000000000000 IRR"},
    {"negative dust is counted too", AMOUNTS("'dust': 'floor', ", "'v'"), "-1.009",
     "0.009000000000000000 IRR"},
    {"a factor of the field alone", AMOUNTS("'multiply': 10, ", "{'column': 'v', 'multiply': 1}"),
     "12", "\"amount\":\"1200\""},
    {"without a sign it went out", AMOUNTS("", "{'column': 'v', 'unsigned': 'out'}"), "12.50",
     "\"amount\":\"1250\",\"credit\":false"},
    {"with its plus it came in", AMOUNTS("", "{'column': 'v', 'unsigned': 'out'}"), "+12.50",
     "\"amount\":\"1250\",\"credit\":true"},
    {"a minus stays one", AMOUNTS("", "{'column': 'v', 'unsigned': 'out'}"), "-12.50",
     "\"amount\":\"1250\",\"credit\":false"},
    {"no grouping was declared", AMOUNTS("", "'v'"), "\"1,200\"", "E-MONEY-TEXT"},
    {"blanks around a cell", TEXTS("'v'"), " \xC2\xA0x y\t ", "\"text\":\"x y\""},
    {"nothing but blanks", TEXTS("'v'"), "  ", "E-FIELD-EMPTY"},
    {"words are translated", TEXTS("{'column': 'v', 'words': {'J': 'yes'}}"), "J",
     "\"text\":\"yes\""},
    {"others pass", TEXTS("{'column': 'v', 'words': {'J': 'yes'}}"), "N", "\"text\":\"N\""},
    {"a word may mean nothing", TEXTS("{'column': 'v', 'words': {'n/a': ''}}"), "n/a",
     "E-FIELD-EMPTY"},
    {"a prefix", TEXTS("{'column': 'v', 'prefix': 'bank/'}"), "7", "\"text\":\"bank/7\""},
    {"columns by number", TEXTS("1"), "q", "\"text\":\"q\""},
    {"several columns", TEXTS("{'columns': [1, 'w', 1], 'separator': '+'}"), "q",
     "\"text\":\"q+q\""},
};

static void test_cells(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(cells); i++) {
        import_log log = {.status = AT_OK};
        char bytes[256];
        print_message("  %s\n", cells[i].story);
        (void)snprintf(bytes, sizeof bytes, " v ,w\n%s,\n", cells[i].cell);
        run(&log, cells[i].mapping, bytes);
        if (log.status != AT_OK)
            fail_msg("%s (%s)", log.err.message, log.err.place);
        assert_int_equal(log.loaded + log.rejected, 1);
        if (strstr(at_text_string(&log.text), cells[i].told) == NULL)
            fail_msg("not told %s:\n%s", cells[i].told, at_text_string(&log.text));
        import_log_clear(&log);
    }
}

/* Which rows give which records. */
static void test_conditions(void **state) {
    (void)state;
    static const char mapping[] =
        "{'where': [{'column': 's', 'not': ['X', 'Y']}], 'records': ["
        "{'kind': 'party', 'once': true, 'fields': {'id': {'constant': 'p'}}},"
        "{'kind': 'label', 'when': [{'column': 'v', 'empty': true}], 'fields': "
        "{'of': 'id', 'name': {'constant': 'n'}, 'text': {'constant': 'none'}}},"
        "{'kind': 'label', 'when': [{'column': 'v', 'empty': false}, "
        "{'column': 's', 'is': 'A'}], 'fields': "
        "{'of': 'id', 'name': {'constant': 'n'}, 'text': 'v'}}]}";
    import_log log = {.status = AT_OK};
    run(&log, mapping, "id,s,v\n1,X,1\n@2,A,\n3,A,\n4,A,4\n5,B,5\n6,Y,\n");
    assert_int_equal(log.status, AT_OK);
    assert_int_equal(log.loaded, 5);
    assert_int_equal(log.rejected, 1);
    assert_int_equal(log.facts[AT_PARTY], 1); /* with row 3: row 1 is filtered, row 2 rejected */
    assert_int_equal(log.facts[AT_LABEL], 2);
    assert_non_null(strstr(at_text_string(&log.text), "\"of\":\"party:3\",\"text\":\"none\""));
    assert_non_null(strstr(at_text_string(&log.text), "\"of\":\"party:4\",\"text\":\"4\""));
    import_log_clear(&log);
}

/* The published schema names every field and kind that is read, and no other. */
static void test_schema(void **state) {
    (void)state;
    const at_embedded_file *asset = at_embedded_files;
    while (asset->name != NULL && strcmp(asset->name, "model/schema/mapping.json") != 0)
        asset++;
    assert_non_null(asset->name);
    AT_CLEANUP(at_json_close) at_json *json = NULL;
    at_error err = {0};
    assert_int_equal(at_json_parse(&json, asset->data, asset->bytes, "mapping.json", &err), AT_OK);
    const at_json_value *record = at_json_get(at_json_get(at_json_root(json), "$defs"), "record");
    size_t kinds = 0;
    for (const at_json_value *rule = at_json_first(at_json_get(record, "allOf")); rule != NULL;
         rule = at_json_next(rule), kinds++) {
        const at_json_value *kind = at_json_get(
            at_json_get(at_json_get(at_json_get(rule, "if"), "properties"), "kind"), "const");
        const at_json_value *names = at_json_get(
            at_json_get(at_json_get(at_json_get(at_json_get(rule, "then"), "properties"), "fields"),
                        "propertyNames"),
            "enum");
        size_t rules = 0;
        while (at_map_kind_of(at_kind_parse(at_json_text(kind)))->rules[rules].name != NULL)
            rules++;
        assert_int_equal(at_json_count(names), rules);
        for (const at_json_value *name = at_json_first(names); name != NULL;
             name = at_json_next(name)) {
            char mapping[256];
            import_log log = {.status = AT_OK};
            (void)snprintf(mapping, sizeof mapping,
                           "{'records': [{'kind': '%s', 'fields': {'%s': 'v'}}]}",
                           at_json_text(kind), at_json_text(name));
            run(&log, mapping, "v\n");
            if (strcmp(log.err.code, "E-JSON-KEY") == 0)
                fail_msg("%s is not read by a %s", at_json_text(name), at_json_text(kind));
            import_log_clear(&log);
        }
    }
    size_t known = 0;
    while (at_map_kinds[known] != NULL)
        known++;
    assert_int_equal(kinds, known);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_schema),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
