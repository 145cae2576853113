/* case.c: a case file, read strictly: what it does not say it does not mean. */
#include <stdio.h>
#include <string.h>

#include "engine/base/file.h"
#include "engine/jobs/case_read.h"
#include "engine/jobs/run.h"

enum { CASE_BYTES_MAX = 4 << 20, SUBJECTS_MAX = 1000 };

/* A value as a message shows it: whole when it is short, by its kind when it is not. */
static void show_value(char *out, size_t size, const at_json_value *value) {
    static const char *const kinds[] = {
        [AT_JSON_NULL] = "null",    [AT_JSON_FALSE] = "false",      [AT_JSON_TRUE] = "true",
        [AT_JSON_ARRAY] = "a list", [AT_JSON_OBJECT] = "an object",
    };
    if (at_json_text(value))
        snprintf(out, size, "\"%.80s\"", at_json_text(value));
    else if (at_json_number(value))
        snprintf(out, size, "%.40s", at_json_number(value));
    else
        snprintf(out, size, "%s", kinds[at_json_type_of(value)]);
}

at_status at_case_wrong(at_error *err, const at_json_value *value, const char *code,
                        const char *wanted, const char *cure) {
    char shown[128];
    const char *key = at_json_key(value);
    show_value(shown, sizeof shown, value);
    at_json_fail(err, value, code, "%s%s%s%s is not %s", key ? "\"" : "", key ? key : "",
                 key ? "\": " : "", shown, wanted);
    at_hint(err, "%s", cure);
    return AT_BAD_INPUT;
}

at_status at_case_text(const char **out, const at_json_value *object, const char *key,
                       bool required, at_error *err) {
    const at_json_value *value = at_json_get(object, key);
    if (!value) {
        if (required) {
            at_json_fail(err, object, "E-CASE-MISSING", "\"%s\" is missing", key);
            at_hint(err, "add \"%s\": \"...\"; `assettrace schema case` describes it", key);
            return AT_BAD_INPUT;
        }
        return AT_OK;
    }
    const char *text = at_json_text(value);
    if (!text || !text[0])
        return at_case_wrong(err, value, "E-CASE-TYPE", "a text that is not empty",
                             "write it in double quotes");
    *out = text;
    return AT_OK;
}

at_status at_case_type(const at_json_value *value, at_json_type type, const char *words,
                       at_error *err) {
    if (value && at_json_type_of(value) != type)
        return at_case_wrong(err, value, "E-CASE-TYPE", words,
                             type == AT_JSON_ARRAY ? "write [ ... ] around it"
                                                   : "write { ... } with its members");
    return AT_OK;
}

at_status at_case_int(int64_t *out, const at_json_value *value, int64_t low, int64_t high,
                      const char *words, at_error *err) {
    int64_t number = 0;
    if (!value)
        return AT_OK;
    if (!at_json_int(&number, value) || number < low || number > high)
        return at_case_wrong(err, value, "E-CASE-TYPE", words,
                             "write a whole number without quotes, or leave it out");
    *out = number;
    return AT_OK;
}

/* [a-z][a-z0-9_-]*, at most 32 */
static bool is_word(const char *text) {
    const size_t length = strlen(text);
    return length >= 1 && length <= 32 && text[0] >= 'a' && text[0] <= 'z' &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") == length;
}

at_status at_case_word(const at_json_value *object, const char *key, const char *word,
                       at_error *err) {
    if (is_word(word))
        return AT_OK;
    return at_case_wrong(err, at_json_get(object, key), "E-CASE-ID", "a short id",
                         "begin with a small letter; small letters, digits, _ and -, at most 32");
}

/* What would never be found is a mistake, and not a person who is not there. */
static at_status check_find(const at_json_value *find, at_error *err) {
    const at_json_value *birth = at_json_get(find, "birth"),
                        *country = at_json_get(find, "country");
    const char *code = at_json_text(country);
    int64_t day;
    if (birth && at_time_parse_start(&day, at_json_text(birth), NULL) != AT_OK)
        return at_case_wrong(err, birth, "E-CASE-TYPE", "a date", "write 1968-04-02");
    if (country && (strlen(code) != 2 || strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 2))
        return at_case_wrong(err, country, "E-CASE-TYPE", "a country",
                             "write two capital letters (ISO 3166), such as IR");
    return AT_OK;
}

static at_status read_subject(at_case_subject *out, const at_json_value *value, at_error *err) {
    static const char *const keys[] = {"ref", "find", "id", "expect", "note", NULL};
    static const char *const find_keys[] = {"id", "name", "birth", "country", "note", NULL};
    AT_TRY(at_case_type(value, AT_JSON_OBJECT, "a subject: an object with ref", err));
    AT_TRY(at_json_only(value, keys, err));
    *out = (at_case_subject){.where = value, .expect = 1};
    AT_TRY(at_case_text(&out->ref, value, "ref", true, err));
    AT_TRY(at_case_word(value, "ref", out->ref, err));
    AT_TRY(at_case_text(&out->id, value, "id", false, err));
    const at_json_value *find = at_json_get(value, "find");
    AT_TRY(at_case_type(find, AT_JSON_OBJECT, "an object with name, birth, country or id", err));
    if (find) {
        AT_TRY(at_json_only(find, find_keys, err));
        if (!out->id)
            AT_TRY(at_case_text(&out->id, find, "id", false, err));
        AT_TRY(at_case_text(&out->name, find, "name", false, err));
        AT_TRY(at_case_text(&out->birth, find, "birth", false, err));
        AT_TRY(at_case_text(&out->country, find, "country", false, err));
    }
    if (!out->id && !out->name) {
        at_json_fail(err, value, "E-CASE-SUBJECT", "subject \"%s\" has neither an id nor a name",
                     out->ref);
        at_hint(err, "add \"id\", or \"find\" with a \"name\"");
        return AT_BAD_INPUT;
    }
    AT_TRY(check_find(find, err));
    int64_t count = 1;
    AT_TRY(at_case_int(&count, at_json_get(value, "expect"), 0, SUBJECTS_MAX,
                       "a number of subjects from 0 to 1000", err));
    out->expect = (size_t)count;
    return AT_OK;
}

static at_status read_subjects(at_case *out, at_arena *arena, at_error *err) {
    const at_json_value *list = at_json_get(at_json_root(out->json), "subjects");
    AT_TRY(at_case_type(list, AT_JSON_ARRAY, "a list of subjects", err));
    size_t count = at_json_count(list);
    if (count > SUBJECTS_MAX)
        return at_case_wrong(err, list, "E-LIMIT", "a list of at most 1000 subjects",
                             "split it into several case files");
    at_case_subject *subjects = NULL;
    AT_TRY(AT_NEW(&subjects, arena, count, err));
    size_t i = 0;
    for (const at_json_value *value = at_json_first(list); value;
         value = at_json_next(value), i++) {
        AT_TRY(read_subject(&subjects[i], value, err));
        for (size_t k = 0; k < i; k++)
            if (at_text_equal(subjects[k].ref, subjects[i].ref)) {
                at_json_fail(err, at_json_get(value, "ref"), "E-CASE-ID", "\"%s\" is used twice",
                             subjects[i].ref);
                at_hint(err, "give every subject and question an id of its own");
                return AT_BAD_INPUT;
            }
    }
    out->subjects = subjects;
    out->subject_count = count;
    return AT_OK;
}

/* exclude: things that the request leaves out, each with a reason. */
static at_status check_freeze(const at_json_value *freeze, at_error *err) {
    static const char *const keys[] = {"request", "exclude", "note", NULL};
    static const char *const item_keys[] = {"asset",  "account", "party", "thing",
                                            "reason", "note",    NULL};
    AT_TRY(at_case_type(freeze, AT_JSON_OBJECT, "an object with request and exclude", err));
    if (!freeze)
        return AT_OK;
    AT_TRY(at_json_only(freeze, keys, err));
    const char *request = NULL;
    AT_TRY(at_case_text(&request, freeze, "request", true, err));
    const at_json_value *list = at_json_get(freeze, "exclude");
    AT_TRY(at_case_type(list, AT_JSON_ARRAY, "a list of what to leave out", err));
    for (const at_json_value *item = at_json_first(list); item; item = at_json_next(item)) {
        const char *reason = NULL, *thing = NULL;
        AT_TRY(at_case_type(item, AT_JSON_OBJECT, "an object with a thing and a reason", err));
        AT_TRY(at_json_only(item, item_keys, err));
        AT_TRY(at_case_text(&reason, item, "reason", true, err));
        for (size_t i = 0; i < 4; i++)
            AT_TRY(at_case_text(&thing, item, item_keys[i], false, err));
        if (!thing) {
            at_json_fail(err, item, "E-CASE-MISSING", "this names nothing to leave out");
            at_hint(err, "add \"asset\", \"account\", \"party\" or \"thing\" with its id");
            return AT_BAD_INPUT;
        }
    }
    return AT_OK;
}

static at_status check_output(const at_json_value *output, at_error *err) {
    static const char *const keys[] = {"languages", "note", NULL};
    static const char *const languages[] = {"fa", "ar", "ru", "az", "en", NULL};
    AT_TRY(at_case_type(output, AT_JSON_OBJECT, "an object with languages", err));
    if (!output)
        return AT_OK;
    AT_TRY(at_json_only(output, keys, err));
    const at_json_value *list = at_json_get(output, "languages");
    AT_TRY(at_case_type(list, AT_JSON_ARRAY, "a list of languages", err));
    for (const at_json_value *item = at_json_first(list); item; item = at_json_next(item))
        if (!at_json_text(item) || at_word_find(languages, at_json_text(item)) < 0)
            return at_case_wrong(err, item, "E-CASE-LANGUAGE", "a language of this program",
                                 "choose among fa, ar, ru, az, en");
    return AT_OK;
}

/* A text, or one a language. */
static at_status check_title(const at_json_value *title, at_error *err) {
    const char *text = NULL;
    if (!title || at_json_text(title))
        return AT_OK;
    AT_TRY(at_case_type(title, AT_JSON_OBJECT, "a title by language", err));
    for (const at_json_value *item = at_json_first(title); item; item = at_json_next(item))
        AT_TRY(at_case_text(&text, title, at_json_key(item), true, err));
    return AT_OK;
}

/* A bundle bears it in its name, and a batch in its files. */
static at_status check_id(const at_json_value *root, const char *id, at_error *err) {
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    const size_t bytes = strlen(id);
    if (bytes <= 64 && strspn(id, allowed) == bytes)
        return AT_OK;
    return at_case_wrong(err, at_json_get(root, "id"), "E-CASE-ID", "the id of a case",
                         "letters A-Z and a-z, digits, '.', '_' and '-', at most 64");
}

static at_status read_head(at_case *out, at_error *err) {
    static const char *const keys[] = {"schema",  "id",          "title",    "as_of",     "at",
                                       "purpose", "legal_basis", "subjects", "questions", "freeze",
                                       "output",  "note",        "defaults", NULL};
    const at_json_value *root = at_json_root(out->json);
    AT_TRY(at_case_type(root, AT_JSON_OBJECT, "a case: an object", err));
    AT_TRY(at_json_only(root, keys, err));
    const char *schema = NULL;
    AT_TRY(at_case_text(&schema, root, "schema", true, err));
    if (!at_text_equal(schema, "assettrace/case/1"))
        return at_case_wrong(err, at_json_get(root, "schema"), "E-CASE-SCHEMA",
                             "the format this program reads", "write \"assettrace/case/1\"");
    AT_TRY(at_case_text(&out->id, root, "id", true, err));
    AT_TRY(check_id(root, out->id, err));
    AT_TRY(at_case_text(&out->purpose, root, "purpose", true, err));
    AT_TRY(at_case_text(&out->legal_basis, root, "legal_basis", true, err));
    AT_TRY(at_case_text(&out->as_of, root, "as_of", false, err));
    int64_t as_of_us;
    if (out->as_of && at_time_parse_end(&as_of_us, out->as_of, NULL) != AT_OK)
        return at_case_wrong(err, at_json_get(root, "as_of"), "E-CASE-TYPE", "a date or time",
                             "write 2026-11-21 or 2026-11-21T10:00:00Z");
    AT_TRY(at_case_int(&out->at_revision, at_json_get(root, "at"), 1, INT64_MAX,
                       "a revision from 1", err));
    out->title = at_json_get(root, "title");
    AT_TRY(check_title(out->title, err));
    out->defaults = at_json_get(root, "defaults");
    AT_TRY(at_case_type(out->defaults, AT_JSON_OBJECT, "an object of arguments", err));
    out->freeze = at_json_get(root, "freeze");
    out->output = at_json_get(root, "output");
    AT_TRY(check_freeze(out->freeze, err));
    return check_output(out->output, err);
}

/* A reference in freeze.request must be one that can be followed. */
static at_status check_request(const at_case *made, at_error *err) {
    const at_json_value *request = at_json_get(made->freeze, "request");
    bool reference = false;
    return request ? at_case_reference(&reference, made, made->question_count, request, err)
                   : AT_OK;
}

at_status at_case_read_bytes(at_case *out, const char *bytes, size_t count, const char *name,
                             const at_query *const *queries, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_case_close) at_case made = {.byte_count = count};
    AT_TRY(at_arena_copy(&made.bytes, arena, bytes, count, err));
    AT_TRY(at_sha256_text(made.sha256, bytes, count, err));
    AT_TRY(at_json_parse(&made.json, made.bytes, count, name, err));
    AT_TRY(read_head(&made, err));
    AT_TRY(read_subjects(&made, arena, err));
    AT_TRY(at_case_defaults(&made, queries, err));
    AT_TRY(at_case_questions(&made, queries, arena, err));
    AT_TRY(check_request(&made, err));
    *out = made;
    made.json = NULL;
    return AT_OK;
}

at_status at_case_read(at_case *out, const char *path, const at_query *const *queries,
                       at_arena *arena, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = CASE_BYTES_MAX};
    AT_TRY(at_file_read(&text, path, CASE_BYTES_MAX, err));
    return at_case_read_bytes(out, at_text_string(&text), text.bytes, path, queries, arena, err);
}

void at_case_close(at_case *value) {
    at_json_close(&value->json);
}
