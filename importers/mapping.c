#include "importers/mapping.h"

#include <assert.h>
#include <string.h>

/* What one call of at_mapping_read carries along. */
typedef struct reading {
    at_mapping *mapping;
    const at_import_options *options;
    at_arena *arena;
} reading;

/* --- Values of JSON --------------------------------------------------------------------------- */

static at_status read_text(const char **out, const at_json_value *value, at_error *err) {
    const char *text = at_json_text(value);
    if (text == NULL)
        return at_json_fail(err, value, "E-MAP-VALUE", "this must be a text");
    *out = text;
    return AT_OK;
}

static at_status read_bool(bool *out, const at_json_value *value, at_error *err) {
    const at_json_type type = at_json_type_of(value);
    if (type != AT_JSON_TRUE && type != AT_JSON_FALSE)
        return at_json_fail(err, value, "E-MAP-VALUE", "this must be true or false");
    *out = type == AT_JSON_TRUE;
    return AT_OK;
}

static at_status read_int(int64_t *out, const at_json_value *value, int64_t least, int64_t most,
                          at_error *err) {
    int64_t number = 0;
    if (!at_json_int(&number, value) || number < least || number > most)
        return at_json_fail(err, value, "E-MAP-VALUE", "this must be an integer from %lld to %lld",
                            (long long)least, (long long)most);
    *out = number;
    return AT_OK;
}

/* A text that is one of `words`. */
static at_status read_word(int *out, const at_json_value *value, const char *const *words,
                           at_error *err) {
    const char *text = NULL;
    AT_TRY(read_text(&text, value, err));
    const int word = at_word_find(words, text);
    if (word < 0) {
        const char *nearest = at_text_nearest(text, words);
        const at_status status =
            at_json_fail(err, value, "E-MAP-VALUE", "\"%s\" is not known here", text);
        if (nearest != NULL)
            at_hint(err, "did you mean \"%s\"?", nearest);
        return status;
    }
    *out = word;
    return AT_OK;
}

/* One ASCII character that does not steer otherwise; '\0' for an empty text where that is
 * allowed. */
static at_status read_char(char *out, const at_json_value *value, bool may_be_empty,
                           at_error *err) {
    const char *text = NULL;
    AT_TRY(read_text(&text, value, err));
    const bool fits = text[0] == '\0' ? may_be_empty : text[1] == '\0';
    if (!fits || (unsigned char)text[0] >= 0x80 || text[0] == '\n' || text[0] == '\r')
        return at_json_fail(err, value, "E-MAP-VALUE", "this must be one ASCII character");
    *out = text[0];
    return AT_OK;
}

static at_status check_array(const at_json_value *value, size_t most, at_error *err) {
    if (at_json_type_of(value) != AT_JSON_ARRAY || at_json_count(value) == 0 ||
        at_json_count(value) > most)
        return at_json_fail(err, value, "E-MAP-VALUE", "this must be an array of 1 to %zu items",
                            most);
    return AT_OK;
}

static at_status check_object(const at_json_value *value, const char *const *keys, at_error *err) {
    if (at_json_type_of(value) != AT_JSON_OBJECT)
        return at_json_fail(err, value, "E-MAP-VALUE", "this must be an object");
    return at_json_only(value, keys, err);
}

/* --- Columns and conditions ------------------------------------------------------------------- */

static at_status read_column(at_map_column *out, const reading *r, const at_json_value *value,
                             at_error *err) {
    const char *name = at_json_text(value);
    int64_t number = 0;
    if (name == NULL)
        AT_TRY(read_int(&number, value, 1, AT_CSV_FIELDS_MAX, err));
    else if (r->mapping->no_header)
        return at_json_fail(err, value, "E-MAP-VALUE",
                            "without a header a column is named by its number");
    else if (name[0] == '\0')
        return at_json_fail(err, value, "E-MAP-VALUE", "a column has a name or a number");
    *out = (at_map_column){.name = name, .number = (size_t)number};
    return AT_OK;
}

static at_status read_words(at_map_condition *condition, const at_json_value *value,
                            at_error *err) {
    if (at_json_text(value) != NULL) {
        condition->words[condition->word_count++] = at_json_text(value);
        return AT_OK;
    }
    AT_TRY(check_array(value, AT_MAP_WORDS_MAX, err));
    for (const at_json_value *word = at_json_first(value); word != NULL; word = at_json_next(word))
        AT_TRY(read_text(&condition->words[condition->word_count++], word, err));
    return AT_OK;
}

static at_status read_condition(at_map_condition *out, const reading *r, const at_json_value *value,
                                at_error *err) {
    static const char *const keys[] = {"column", "empty", "is", "not", NULL};
    AT_TRY(check_object(value, keys, err));
    const at_json_value *column = at_json_get(value, "column"), *is = at_json_get(value, "is");
    const at_json_value *not = at_json_get(value, "not"), *empty = at_json_get(value, "empty");
    if (column == NULL || (is != NULL) + (not != NULL) + (empty != NULL) != 1)
        return at_json_fail(err, value, "E-MAP-VALUE",
                            "a condition has a \"column\" and one of \"is\", \"not\", \"empty\"");
    AT_TRY(read_column(&out->column, r, column, err));
    out->about_empty = empty != NULL;
    if (empty != NULL)
        return read_bool(&out->wanted, empty, err);
    out->wanted = is != NULL;
    return read_words(out, is != NULL ? is : not, err);
}

static at_status read_conditions(at_map_conditions *out, const reading *r,
                                 const at_json_value *value, at_error *err) {
    if (value == NULL)
        return AT_OK;
    AT_TRY(check_array(value, AT_MAP_CONDITIONS_MAX, err));
    AT_TRY(AT_NEW(&out->items, r->arena, at_json_count(value), err));
    for (const at_json_value *item = at_json_first(value); item != NULL; item = at_json_next(item))
        AT_TRY(read_condition(&out->items[out->count++], r, item, err));
    return AT_OK;
}

/* --- Dates ------------------------------------------------------------------------------------ */

static at_status read_zone(int32_t *out, const at_json_value *value, at_error *err) {
    const char *text = NULL;
    AT_TRY(read_text(&text, value, err));
    if (strcmp(text, "Z") == 0) {
        *out = 0;
        return AT_OK;
    }
    int parts[2] = {0};
    bool fits = strlen(text) == 6 && (text[0] == '+' || text[0] == '-') && text[3] == ':';
    for (size_t i = 1; fits && i < 6; i++)
        if (i != 3) {
            fits = text[i] >= '0' && text[i] <= '9';
            parts[i > 3] = parts[i > 3] * 10 + (text[i] - '0');
        }
    if (!fits || parts[0] > 23 || parts[1] > 59)
        return at_json_fail(err, value, "E-MAP-VALUE", "a zone is Z or an offset such as +03:30");
    *out = (text[0] == '-' ? -1 : 1) * (parts[0] * 60 + parts[1]);
    return AT_OK;
}

/* "date" and "calendar" of an object onto *date. */
static at_status read_date(at_map_date *date, const at_json_value *object, at_error *err) {
    static const char *const forms[] = {"iso", "unix_seconds", "unix_milliseconds", NULL};
    const at_json_value *form = at_json_get(object, "date");
    const at_json_value *calendar = at_json_get(object, "calendar");
    if (form != NULL) {
        AT_TRY(read_text(&date->style.pattern, form, err));
        const int word = at_word_find(forms, date->style.pattern);
        date->form = word >= 0 ? (at_date_form)word : AT_DATE_PATTERN;
    }
    if (calendar != NULL) {
        int word = 0;
        AT_TRY(read_word(&word, calendar, at_calendars, err));
        date->style.calendar = (at_calendar)word;
        date->calendar_stated = true;
    }
    return AT_OK;
}

/* Is this a way to write dates? `at` is where the mapping says so. */
static at_status ready_date(at_map_date *date, const reading *r, const at_json_value *at,
                            at_error *err) {
    at_error reason = {.status = AT_OK};
    const at_status status = at_map_date_ready(date, r->arena, &reason);
    if (status == AT_BAD_INPUT)
        return at_json_fail(err, at, "E-MAP-DATE", "%s", reason.message);
    if (status != AT_OK && err != NULL)
        *err = reason;
    return status;
}

/* --- Values of fields ------------------------------------------------------------------------- */

static at_status read_translation(at_map_value *out, const reading *r, const at_json_value *value,
                                  at_error *err) {
    if (value == NULL)
        return AT_OK;
    if (at_json_type_of(value) != AT_JSON_OBJECT || at_json_count(value) > AT_MAP_WORDS_MAX)
        return at_json_fail(err, value, "E-MAP-VALUE", "this must be an object of at most %d texts",
                            AT_MAP_WORDS_MAX);
    at_map_word *words = NULL;
    AT_TRY(AT_NEW(&words, r->arena, at_json_count(value), err));
    for (const at_json_value *word = at_json_first(value); word != NULL;
         word = at_json_next(word)) {
        at_map_word *into = &words[out->word_count++];
        into->from = at_json_key(word);
        AT_TRY(read_text(&into->to, word, err));
    }
    out->words = words;
    return AT_OK;
}

static at_status read_columns(at_map_value *out, const reading *r, const at_json_value *value,
                              at_error *err) {
    AT_TRY(check_array(value, AT_MAP_JOIN_MAX, err));
    for (const at_json_value *item = at_json_first(value); item != NULL; item = at_json_next(item))
        AT_TRY(read_column(&out->columns[out->column_count++], r, item, err));
    return AT_OK;
}

static at_status read_unsigned(bool *out, const at_json_value *value, at_error *err) {
    static const char *const ways[] = {"in", "out", NULL};
    int way = 0;
    if (value != NULL)
        AT_TRY(read_word(&way, value, ways, err));
    *out = way == 1;
    return AT_OK;
}

static at_status read_value_object(at_map_value *out, const reading *r, const at_json_value *value,
                                   at_error *err) {
    static const char *const keys[] = {"calendar", "column",   "columns", "constant",
                                       "date",     "multiply", "prefix",  "separator",
                                       "unsigned", "words",    NULL};
    AT_TRY(check_object(value, keys, err));
    const at_json_value *constant = at_json_get(value, "constant"), *prefix = NULL;
    const at_json_value *column = at_json_get(value, "column"), *multiply = NULL, *separator = NULL;
    const at_json_value *columns = at_json_get(value, "columns");
    if ((constant != NULL) + (column != NULL) + (columns != NULL) != 1)
        return at_json_fail(err, value, "E-MAP-VALUE",
                            "a value has one of \"constant\", \"column\", \"columns\"");
    if (constant != NULL) {
        AT_TRY(read_text(&out->constant, constant, err));
        if (out->constant[0] == '\0')
            return at_json_fail(err, constant, "E-MAP-VALUE", "a constant is not empty");
    } else if (column != NULL) {
        out->column_count = 1;
        AT_TRY(read_column(&out->columns[0], r, column, err));
    } else {
        AT_TRY(read_columns(out, r, columns, err));
    }
    if ((prefix = at_json_get(value, "prefix")) != NULL)
        AT_TRY(read_text(&out->prefix, prefix, err));
    if ((separator = at_json_get(value, "separator")) != NULL)
        AT_TRY(read_text(&out->separator, separator, err));
    if ((multiply = at_json_get(value, "multiply")) != NULL)
        AT_TRY(read_int(&out->multiply, multiply, 1, 1000000, err));
    AT_TRY(read_unsigned(&out->unsigned_out, at_json_get(value, "unsigned"), err));
    AT_TRY(read_translation(out, r, at_json_get(value, "words"), err));
    out->own_date = at_json_get(value, "date") != NULL;
    return read_date(&out->date, value, err);
}

static at_status read_value(at_map_value **out, const reading *r, const at_json_value *value,
                            at_error *err) {
    at_map_value *made = NULL;
    AT_TRY(AT_NEW(&made, r->arena, 1, err));
    made->separator = " ";
    made->multiply = r->mapping->multiply;
    made->date = r->mapping->date;
    if (at_json_type_of(value) == AT_JSON_OBJECT) {
        AT_TRY(read_value_object(made, r, value, err));
    } else {
        made->column_count = 1;
        AT_TRY(read_column(&made->columns[0], r, value, err));
    }
    AT_TRY(ready_date(&made->date, r, value, err));
    *out = made;
    return AT_OK;
}

/* --- Records ---------------------------------------------------------------------------------- */

static at_status read_fields(at_map_record *record, const reading *r, const at_json_value *fields,
                             at_error *err) {
    const at_map_rule *rules = record->kind->rules;
    const char *names[AT_MAP_FIELDS_MAX + 1] = {NULL};
    size_t count = 0;
    for (; rules[count].name != NULL; count++)
        names[count] = rules[count].name;
    AT_TRY(check_object(fields, names, err));
    for (size_t i = 0; i < count; i++) {
        const at_json_value *value = at_json_get(fields, names[i]);
        if (value != NULL)
            AT_TRY(read_value(&record->values[i], r, value, err));
        else if (rules[i].required)
            return at_json_fail(err, fields, "E-MAP-FIELD",
                                "a record of kind %s needs the field "
                                "\"%s\"",
                                at_kind_text(record->kind->kind), names[i]);
    }
    return record->kind->check != NULL ? record->kind->check(record, fields, err) : AT_OK;
}

/* The constant that feeds a field; NULL when columns do. */
static const char *constant_of(const at_map_record *record, const char *name) {
    const at_map_rule *rules = record->kind->rules;
    size_t i = 0;
    while (strcmp(rules[i].name, name) != 0)
        i++;
    return record->values[i] != NULL ? record->values[i]->constant : NULL;
}

static at_status read_stated(int64_t *out, const at_map_record *record, const reading *r,
                             const at_json_value *value, at_error *err) {
    if (value == NULL)
        return AT_OK;
    const char *text = NULL, *currency = constant_of(record, "currency");
    AT_TRY(read_text(&text, value, err));
    if (currency == NULL || constant_of(record, "account") == NULL)
        return at_json_fail(
            err, value, "E-MAP-VALUE",
            "an opening or closing is stated for one constant account and currency");
    const int scale = at_currency_scale(currency, r->options->tokens, r->options->token_count);
    if (scale < 0)
        return at_json_fail(err, value, "E-MAP-VALUE", "the currency \"%s\" is not known",
                            currency);
    at_map_row map = {.mapping = r->mapping};
    const at_map_value plain = {.multiply = r->mapping->multiply};
    at_error reason = {.status = AT_OK};
    if (at_map_amount(out, text, scale, &plain, &map, &reason) != AT_OK)
        return at_json_fail(err, value, "E-MAP-VALUE", "%s", reason.message);
    return AT_OK;
}

static at_status read_statement(at_map_record *record, const reading *r, const at_json_value *value,
                                at_error *err) {
    static const char *const keys[] = {"closing", "opening", "order", NULL};
    static const char *const orders[] = {"oldest_first", "newest_first", NULL};
    int order = 0;
    if (value == NULL)
        return AT_OK;
    AT_TRY(check_object(value, keys, err));
    if (record->kind->kind != AT_LEG)
        return at_json_fail(err, value, "E-MAP-VALUE", "only a leg belongs to a statement");
    if (at_json_get(value, "order") != NULL)
        AT_TRY(read_word(&order, at_json_get(value, "order"), orders, err));
    record->newest_first = order == 1;
    AT_TRY(read_stated(&record->opening, record, r, at_json_get(value, "opening"), err));
    return read_stated(&record->closing, record, r, at_json_get(value, "closing"), err);
}

static at_status read_record(at_map_record *out, const reading *r, const at_json_value *value,
                             at_error *err) {
    static const char *const keys[] = {"fields", "kind", "once", "statement", "when", NULL};
    AT_TRY(check_object(value, keys, err));
    const at_json_value *kind = at_json_get(value, "kind"), *once = at_json_get(value, "once");
    const at_json_value *fields = at_json_get(value, "fields");
    if (kind == NULL || fields == NULL)
        return at_json_fail(err, value, "E-MAP-VALUE", "a record has a \"kind\" and \"fields\"");
    int word = 0;
    AT_TRY(read_word(&word, kind, at_map_kinds, err));
    *out = (at_map_record){.kind = at_map_kind_of(at_kind_parse(at_map_kinds[word])),
                           .opening = AT_AMOUNT_NONE,
                           .closing = AT_AMOUNT_NONE};
    if (once != NULL)
        AT_TRY(read_bool(&out->once, once, err));
    AT_TRY(read_conditions(&out->when, r, at_json_get(value, "when"), err));
    AT_TRY(read_fields(out, r, fields, err));
    return read_statement(out, r, at_json_get(value, "statement"), err);
}

/* --- The whole -------------------------------------------------------------------------------- */

static at_status read_style(at_csv_style *style, const at_json_value *json, at_error *err) {
    const at_json_value *delimiter = at_json_get(json, "delimiter");
    const at_json_value *quote = at_json_get(json, "quote");
    const at_json_value *encoding = at_json_get(json, "encoding");
    const at_json_value *skip = at_json_get(json, "skip_lines");
    const at_json_value *trailer = at_json_get(json, "trailer_lines");
    int64_t lines = 0;
    *style = (at_csv_style){.delimiter = ',', .quote = '"'};
    if (delimiter != NULL)
        AT_TRY(read_char(&style->delimiter, delimiter, false, err));
    if (quote != NULL)
        AT_TRY(read_char(&style->quote, quote, true, err));
    style->no_quote = style->quote == '\0';
    if (!style->no_quote && style->quote == style->delimiter)
        return at_json_fail(err, quote != NULL ? quote : delimiter, "E-MAP-VALUE",
                            "delimiter and quote are the same");
    if (encoding != NULL) {
        int word = 0;
        AT_TRY(read_word(&word, encoding, at_encodings, err));
        style->encoding = (at_encoding)word;
    }
    if (skip != NULL)
        AT_TRY(read_int(&lines, skip, 0, AT_CSV_LINES_MAX, err));
    style->skip_lines = (size_t)lines;
    lines = 0;
    if (trailer != NULL)
        AT_TRY(read_int(&lines, trailer, 0, AT_CSV_TRAILER_MAX, err));
    style->trailer_lines = (size_t)lines;
    return AT_OK;
}

static at_status read_numbers(at_mapping *mapping, const at_json_value *json, at_error *err) {
    static const char *const dusts[] = {"refuse", "floor", NULL};
    static const char *const decimals[] = {".", ",", NULL};
    static const char *const groupings[] = {"", ",", ".", " ", "'", NULL};
    const at_json_value *decimal = at_json_get(json, "decimal"), *dust = at_json_get(json, "dust");
    const at_json_value *grouping = at_json_get(json, "grouping");
    const at_json_value *multiply = at_json_get(json, "multiply");
    int word = 0;
    if (decimal != NULL)
        AT_TRY(read_word(&word, decimal, decimals, err));
    mapping->numbers.decimal_mark = decimals[word][0];
    word = 0;
    if (grouping != NULL)
        AT_TRY(read_word(&word, grouping, groupings, err));
    mapping->numbers.grouping = groupings[word][0];
    if (mapping->numbers.grouping == mapping->numbers.decimal_mark)
        return at_json_fail(err, grouping, "E-MAP-VALUE", "decimal and grouping are the same mark");
    word = 0;
    if (dust != NULL)
        AT_TRY(read_word(&word, dust, dusts, err));
    mapping->numbers.dust_floor = word == 1;
    mapping->multiply = 1;
    return multiply != NULL ? read_int(&mapping->multiply, multiply, 1, 1000000, err) : AT_OK;
}

static at_status read_dates(const reading *r, const at_json_value *json, at_error *err) {
    at_map_date *date = &r->mapping->date;
    const at_json_value *zone = at_json_get(json, "zone"), *century = at_json_get(json, "century");
    *date = (at_map_date){.century = -1};
    date->style = (at_date_style){.calendar = AT_GREGORIAN, .zone_minutes = AT_ZONE_UNKNOWN};
    if (zone != NULL)
        AT_TRY(read_zone(&date->style.zone_minutes, zone, err));
    if (century != NULL) {
        int64_t years = 0;
        AT_TRY(read_int(&years, century, 0, 9900, err));
        if (years % 100 != 0)
            return at_json_fail(err, century, "E-MAP-VALUE", "a century is 1900, 2000, 1300");
        date->century = (int)years;
    }
    AT_TRY(read_date(date, json, err));
    at_map_date trial = *date; /* each field makes its own ready: it may add to it */
    const at_json_value *form = at_json_get(json, "date");
    return ready_date(&trial, r, form != NULL ? form : json, err);
}

at_status at_mapping_read(at_mapping *out, const at_json_value *json,
                          const at_import_options *options, at_arena *arena, at_error *err) {
    static const char *const keys[] = {
        "calendar", "century",    "date",          "decimal",  "delimiter", "dust",
        "encoding", "grouping",   "header",        "multiply", "quote",     "records",
        "schema",   "skip_lines", "trailer_lines", "where",    "zone",      NULL};
    static const char *const schemas[] = {"assettrace/mapping/1", NULL};
    const reading r = {.mapping = out, .options = options, .arena = arena};
    const at_json_value *records = at_json_get(json, "records"), *schema = NULL, *header = NULL;
    int word = 0;
    *out = (at_mapping){.multiply = 1};
    AT_TRY(check_object(json, keys, err));
    if ((schema = at_json_get(json, "schema")) != NULL)
        AT_TRY(read_word(&word, schema, schemas, err));
    AT_TRY(read_style(&out->style, json, err));
    if ((header = at_json_get(json, "header")) != NULL) {
        AT_TRY(read_bool(&out->no_header, header, err));
        out->no_header = !out->no_header;
    }
    AT_TRY(read_numbers(out, json, err));
    AT_TRY(read_dates(&r, json, err));
    AT_TRY(read_conditions(&out->where, &r, at_json_get(json, "where"), err));
    if (records == NULL)
        return at_json_fail(err, json, "E-MAP-VALUE", "a mapping has \"records\"");
    AT_TRY(check_array(records, AT_MAP_RECORDS_MAX, err));
    for (const at_json_value *item = at_json_first(records); item != NULL;
         item = at_json_next(item))
        AT_TRY(read_record(&out->records[out->record_count++], &r, item, err));
    return AT_OK;
}
