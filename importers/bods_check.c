#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "importers/bods.h"
#include "importers/bods_rules.h"

enum { MESSAGE_BYTES = 400 };

at_status at_bods_fail(const at_bods *statement, at_error *err, const at_json_value *value,
                       const char *code, const char *format, ...) {
    char message[MESSAGE_BYTES];
    const char *pointer = "";
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    /* Without memory for the pointer the line says enough. */
    (void)!at_json_pointer(&pointer, value, statement->arena, NULL);
    (void)at_fail(err, AT_BAD_INPUT, code, "%s", message);
    const char *element = statement->origin.element != NULL ? statement->origin.element : "";
    const uint64_t line = statement->origin.line + at_json_line(value) - 1;
    at_place(err, "%s%s%sline %" PRIu64 " of \"%s\"", element, pointer,
             *element != '\0' || *pointer != '\0' ? ", " : "", line, statement->file);
    return AT_BAD_INPUT;
}

at_status at_bods_settle(at_bods *statement, at_status status, at_error *found, at_error *err) {
    if (status != AT_BAD_INPUT) {
        if (status != AT_OK && err != NULL)
            *err = *found;
        return status;
    }
    if (statement->warning_count < AT_BODS_WARNINGS_MAX) {
        found->status = AT_PARTIAL;
        statement->warnings[statement->warning_count++] = *found;
    }
    return AT_OK;
}

/* A walk through a statement by its rules. */
typedef struct walk {
    at_bods *statement;
    bool minor; /* no fact rests on this part: what is wrong is said, not refused */
} walk;

/* What was found wrong goes to the warnings in a minor part, else to the caller. */
static at_status settle(walk *w, at_status status, at_error *found, at_error *err) {
    if (w->minor)
        return at_bods_settle(w->statement, status, found, err);
    if (status != AT_OK && err != NULL)
        *err = *found;
    return status;
}

static const char *type_word(at_json_type type) {
    static const char *const words[] = {
        [AT_JSON_NULL] = "null",       [AT_JSON_FALSE] = "a boolean", [AT_JSON_TRUE] = "a boolean",
        [AT_JSON_NUMBER] = "a number", [AT_JSON_STRING] = "a string", [AT_JSON_ARRAY] = "an array",
        [AT_JSON_OBJECT] = "an object"};
    return words[type];
}

static at_status fail_type(const walk *w, const at_json_value *value, const char *key,
                           const char *wanted, at_error *err) {
    return at_bods_fail(w->statement, err, value, "E-BODS-TYPE", "\"%s\" is %s, not %s", key,
                        type_word(at_json_type_of(value)), wanted);
}

static at_status check_word(const walk *w, const at_json_value *value, const char *key,
                            const char *const *words, at_error *err) {
    const char *text = at_json_text(value);
    if (at_word_find(words, text) >= 0)
        return AT_OK;
    (void)at_bods_fail(w->statement, err, value, "E-BODS-WORD",
                       "\"%s\" cannot be \"%s\": it is not in the codelist", key, text);
    const char *nearest = at_text_nearest(text, words);
    if (nearest != NULL)
        at_hint(err, "did you mean \"%s\"?", nearest);
    return AT_BAD_INPUT;
}

static at_status check_length(const walk *w, const at_json_value *value, const at_bods_rule *rule,
                              at_error *err) {
    const char *text = at_json_text(value);
    size_t length = 0;
    for (const char *c = text; *c != '\0'; c++)
        length += ((unsigned char)*c & 0xC0) != 0x80;
    if (length >= rule->least && (rule->most == 0 || length <= rule->most))
        return AT_OK;
    return at_bods_fail(w->statement, err, value, "E-BODS-LENGTH",
                        "\"%s\" has %zu characters, not %u to %u", rule->key, length, rule->least,
                        rule->most);
}

/* RFC 3986 section 3.1: a scheme and a colon; and no blanks. */
static bool is_uri(const char *text) {
    size_t i = 0;
    while ((text[i] >= 'A' && text[i] <= 'Z') || (text[i] >= 'a' && text[i] <= 'z') ||
           (i > 0 && ((text[i] >= '0' && text[i] <= '9') || text[i] == '+' || text[i] == '-' ||
                      text[i] == '.')))
        i++;
    if (i == 0 || text[i] != ':')
        return false;
    for (; text[i] != '\0'; i++)
        if ((unsigned char)text[i] <= ' ' || text[i] == 0x7F)
            return false;
    return true;
}

static bool is_date(const char *text) {
    int32_t day = 0;
    return at_day_parse(&day, text, NULL) == AT_OK;
}

/* RFC 3339 section 5.6: a date, or a date with a time of day to the second and a zone. */
static bool is_moment(const char *text) {
    enum { DATE_BYTES = 10, SECOND_BYTES = 19 };
    at_time time;
    if (is_date(text))
        return true;
    return strlen(text) > SECOND_BYTES && (text[DATE_BYTES] == 'T' || text[DATE_BYTES] == 't') &&
           text[SECOND_BYTES - 3] == ':' && at_time_parse(&time, text, NULL) == AT_OK &&
           !time.zone_assumed;
}

/* YYYY, YYYY-MM or YYYY-MM-DD. */
static bool is_partial_date(const char *text) {
    char whole[] = "0000-01-01";
    const size_t bytes = strlen(text);
    if (bytes != 4 && bytes != 7)
        return is_date(text);
    memcpy(whole, text, bytes);
    return is_date(whole);
}

static bool is_version(const char *text) {
    const size_t major = strspn(text, "0123456789");
    const size_t minor = text[major] == '.' ? strspn(text + major + 1, "0123456789") : 0;
    return major > 0 && minor > 0 && text[major + 1 + minor] == '\0';
}

static at_status check_format(const walk *w, const at_json_value *value, const at_bods_rule *rule,
                              at_error *err) {
    static const struct {
        bool (*holds)(const char *text);
        const char *wanted;
    } formats[] = {
        [AT_BODS_URI] = {is_uri, "a URI with its scheme"},
        [AT_BODS_DATE] = {is_date, "a date YYYY-MM-DD"},
        [AT_BODS_MOMENT] = {is_moment, "a date YYYY-MM-DD or a time with its zone"},
        [AT_BODS_PARTIAL_DATE] = {is_partial_date, "a date YYYY, YYYY-MM or YYYY-MM-DD"},
        [AT_BODS_VERSION] = {is_version, "a version such as 0.4"},
    };
    const char *text = at_json_text(value);
    if (formats[rule->form].holds(text))
        return AT_OK;
    return at_bods_fail(w->statement, err, value, "E-BODS-FORMAT", "\"%s\" is \"%s\", not %s",
                        rule->key, text, formats[rule->form].wanted);
}

static at_status check_members(walk *w, const at_json_value *object, const at_bods_rule *rules,
                               at_error *err);

static at_status check_object(walk *w, const at_json_value *value, const at_bods_rule *rule,
                              at_error *err) {
    if (at_json_type_of(value) != AT_JSON_OBJECT)
        return fail_type(w, value, rule->key,
                         rule->form == AT_BODS_RECORD ? "a string or an object" : "an object", err);
    AT_TRY(check_members(w, value, rule->members, err));
    return rule->also != NULL ? rule->also(w->statement, value, err) : AT_OK;
}

static at_status check_one(walk *w, const at_json_value *value, const at_bods_rule *rule,
                           at_error *err) {
    const at_json_type type = at_json_type_of(value);
    at_ratio ratio;
    switch (rule->form) {
    case AT_BODS_OBJECT:
        return check_object(w, value, rule, err);
    case AT_BODS_RECORD:
        return type == AT_JSON_STRING ? AT_OK : check_object(w, value, rule, err);
    case AT_BODS_FLAG:
        return type == AT_JSON_TRUE || type == AT_JSON_FALSE
                   ? AT_OK
                   : fail_type(w, value, rule->key, "true or false", err);
    case AT_BODS_PERCENT:
        return type == AT_JSON_NUMBER ? at_bods_percent(&ratio, w->statement, value, err)
                                      : fail_type(w, value, rule->key, "a number", err);
    default:
        break;
    }
    if (type != AT_JSON_STRING)
        return fail_type(w, value, rule->key, "a string", err);
    if (rule->form == AT_BODS_WORD)
        return check_word(w, value, rule->key, rule->words, err);
    return rule->form == AT_BODS_TEXT ? check_length(w, value, rule, err)
                                      : check_format(w, value, rule, err);
}

static at_status check_value(walk *w, const at_json_value *value, const at_bods_rule *rule,
                             at_error *err) {
    at_error found = {.status = AT_OK};
    if ((rule->flags & AT_BODS_MANY) == 0)
        return settle(w, check_one(w, value, rule, &found), &found, err);
    if (at_json_type_of(value) != AT_JSON_ARRAY)
        return settle(w, fail_type(w, value, rule->key, "an array", &found), &found, err);
    for (const at_json_value *v = at_json_first(value); v != NULL; v = at_json_next(v))
        AT_TRY(settle(w, check_one(w, v, rule, &found), &found, err));
    return AT_OK;
}

static at_status check_members(walk *w, const at_json_value *object, const at_bods_rule *rules,
                               at_error *err) {
    for (const at_bods_rule *rule = rules; rule != NULL && rule->key != NULL; rule++) {
        const at_json_value *value = at_json_get(object, rule->key);
        const bool outer = w->minor;
        at_status status = AT_OK;
        w->minor = outer || (rule->flags & AT_BODS_MINOR) != 0;
        if (value != NULL) {
            status = check_value(w, value, rule, err);
        } else if ((rule->flags & AT_BODS_NEEDED) != 0) {
            at_error found = {.status = AT_OK};
            status = at_bods_fail(w->statement, &found, object, "E-BODS-MISSING",
                                  "\"%s\" is missing", rule->key);
            status = settle(w, status, &found, err);
        }
        w->minor = outer;
        AT_TRY(status);
    }
    return AT_OK;
}

static at_status check_version(const at_bods *statement, at_error *err) {
    static const char *const old[] = {"statementID", "statementType"};
    for (size_t i = 0; i < AT_COUNT(old); i++) {
        const at_json_value *value = at_json_get(statement->root, old[i]);
        if (value == NULL || at_json_get(statement->root, "recordType") != NULL)
            continue;
        (void)at_bods_fail(statement, err, value, "E-BODS-VERSION",
                           "\"%s\" is of version 0.3 or older of the standard", old[i]);
        at_hint(err, "ask the publisher for version 0.4");
        return AT_BAD_INPUT;
    }
    return AT_OK;
}

at_status at_bods_check(at_bods *statement, at_error *err) {
    walk w = {.statement = statement};
    at_time stated;
    if (at_json_type_of(statement->root) != AT_JSON_OBJECT)
        return fail_type(&w, statement->root, "statement", "an object", err);
    AT_TRY(check_version(statement, err));
    AT_TRY(check_members(&w, statement->root, at_bods_statement_rules, err));
    statement->id = at_json_text(at_json_get(statement->root, "statementId"));
    statement->record = at_json_text(at_json_get(statement->root, "recordId"));
    const char *type = at_json_text(at_json_get(statement->root, "recordType"));
    statement->type = (at_bods_type)at_word_find(at_bods_record_types, type);
    const char *status = at_json_text(at_json_get(statement->root, "recordStatus"));
    statement->status = status != NULL
                            ? (at_bods_status)at_word_find(at_bods_record_statuses, status)
                            : AT_BODS_UNSAID;
    AT_TRY(
        at_time_parse(&stated, at_json_text(at_json_get(statement->root, "statementDate")), err));
    statement->stated_us = stated.us;
    statement->details = at_json_get(statement->root, "recordDetails");
    AT_TRY(check_members(&w, statement->details, at_bods_details_rules[statement->type], err));
    return statement->type == AT_BODS_RELATIONSHIP ? at_bods_components_rule(statement, err)
                                                   : AT_OK;
}
