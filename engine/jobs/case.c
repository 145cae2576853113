/* case.c: a case file, read strictly: what it does not say it does not mean. */
#include <string.h>

#include "engine/base/file.h"
#include "engine/jobs/run.h"

enum { CASE_BYTES_MAX = 4 << 20, SUBJECTS_MAX = 1000, QUESTIONS_MAX = 1000 };

/* Keys of a question that belong to every question; all others are the query's own arguments. */
static const char *const question_keys[] = {"id", "ask", "expect", "note", "window", "limit", NULL};

static at_status want_text(const char **out, const at_json_value *object, const char *key,
                           bool required, at_error *err) {
    const at_json_value *value = at_json_get(object, key);
    if (!value) {
        if (required)
            return at_json_fail(err, object, "E-CASE-MISSING", "\"%s\" is missing", key);
        return AT_OK;
    }
    const char *text = at_json_text(value);
    if (!text || !text[0])
        return at_json_fail(err, value, "E-CASE-TYPE", "\"%s\" must be a text that is not empty",
                            key);
    *out = text;
    return AT_OK;
}

static at_status want_type(const at_json_value *value, at_json_type type, const char *key,
                           const char *words, at_error *err) {
    if (value && at_json_type_of(value) != type)
        return at_json_fail(err, value, "E-CASE-TYPE", "\"%s\" must be %s", key, words);
    return AT_OK;
}

/* An id stands before a dot and names a file: [a-z][a-z0-9_-]*, at most 32. */
static bool is_word(const char *text) {
    size_t length = strlen(text);
    if (length == 0 || length > 32 || !(text[0] >= 'a' && text[0] <= 'z'))
        return false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        bool fine = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
        if (!fine)
            return false;
    }
    return true;
}

static at_status check_word(const at_json_value *object, const char *key, const char *word,
                            at_error *err) {
    if (is_word(word))
        return AT_OK;
    return at_json_fail(err, at_json_get(object, key), "E-CASE-ID",
                        "\"%s\" is not a short id of small letters, digits, _ and -", word);
}

static at_status read_subject(at_case_subject *out, const at_json_value *value, at_error *err) {
    static const char *const keys[] = {"ref", "find", "id", "expect", "note", NULL};
    static const char *const find_keys[] = {"id", "name", "birth", "country", "note", NULL};
    AT_TRY(want_type(value, AT_JSON_OBJECT, "subjects", "a list of objects", err));
    AT_TRY(at_json_only(value, keys, err));
    *out = (at_case_subject){.where = value, .expect = 1};
    AT_TRY(want_text(&out->ref, value, "ref", true, err));
    AT_TRY(check_word(value, "ref", out->ref, err));
    AT_TRY(want_text(&out->id, value, "id", false, err));
    const at_json_value *find = at_json_get(value, "find");
    AT_TRY(want_type(find, AT_JSON_OBJECT, "find", "an object", err));
    if (find) {
        AT_TRY(at_json_only(find, find_keys, err));
        if (!out->id)
            AT_TRY(want_text(&out->id, find, "id", false, err));
        AT_TRY(want_text(&out->name, find, "name", false, err));
        AT_TRY(want_text(&out->birth, find, "birth", false, err));
        AT_TRY(want_text(&out->country, find, "country", false, err));
    }
    if (!out->id && !out->name)
        return at_json_fail(err, value, "E-CASE-SUBJECT",
                            "subject \"%s\" has neither an id nor a name", out->ref);
    const at_json_value *expect = at_json_get(value, "expect");
    int64_t count = 1;
    if (expect && (!at_json_int(&count, expect) || count < 0))
        return at_json_fail(err, expect, "E-CASE-TYPE",
                            "\"expect\" must be a number of subjects from 0");
    out->expect = (size_t)count;
    return AT_OK;
}

static at_status read_subjects(at_case *out, at_arena *arena, at_error *err) {
    const at_json_value *list = at_json_get(at_json_root(out->json), "subjects");
    AT_TRY(want_type(list, AT_JSON_ARRAY, "subjects", "a list", err));
    size_t count = at_json_count(list);
    if (count > SUBJECTS_MAX)
        return at_json_fail(err, list, "E-LIMIT", "more than %d subjects", SUBJECTS_MAX);
    at_case_subject *subjects = NULL;
    AT_TRY(AT_NEW(&subjects, arena, count, err));
    size_t i = 0;
    for (const at_json_value *value = at_json_first(list); value;
         value = at_json_next(value), i++) {
        AT_TRY(read_subject(&subjects[i], value, err));
        for (size_t k = 0; k < i; k++)
            if (at_text_equal(subjects[k].ref, subjects[i].ref))
                return at_json_fail(err, at_json_get(value, "ref"), "E-CASE-ID",
                                    "\"%s\" is used twice", subjects[i].ref);
    }
    out->subjects = subjects;
    out->subject_count = count;
    return AT_OK;
}

static at_status unknown_query(const at_json_value *where, const char *name,
                               const at_query *const *queries, at_error *err) {
    at_error known = {0};
    (void)at_query_unknown(queries, name, &known);
    at_json_fail(err, where, "E-ASK-QUERY", "there is no query \"%s\"", name);
    at_hint(err, "%s", known.hint);
    return AT_BAD_INPUT;
}

/* Every member is one of ours or an argument of the query. */
static at_status check_keys(const at_json_value *value, const at_query *query, at_error *err) {
    enum { KEYS_MAX = 80 };
    const char *keys[KEYS_MAX + 1] = {0};
    size_t count = 0;
    for (const char *const *key = question_keys; *key; key++)
        keys[count++] = *key;
    for (const at_arg *arg = query->args; arg && arg->name && count < KEYS_MAX; arg++)
        keys[count++] = arg->name;
    return at_json_only(value, keys, err);
}

static at_status read_question(at_case_question *out, const at_json_value *value,
                               const at_query *const *queries, at_error *err) {
    AT_TRY(want_type(value, AT_JSON_OBJECT, "questions", "a list of objects", err));
    *out = (at_case_question){.where = value, .expect_rows = -1};
    const char *ask = NULL;
    AT_TRY(want_text(&out->id, value, "id", true, err));
    AT_TRY(check_word(value, "id", out->id, err));
    AT_TRY(want_text(&ask, value, "ask", true, err));
    out->query = at_query_find(queries, ask);
    if (!out->query)
        return unknown_query(at_json_get(value, "ask"), ask, queries, err);
    AT_TRY(check_keys(value, out->query, err));
    const at_json_value *expect = at_json_get(value, "expect");
    if (expect && (!at_json_int(&out->expect_rows, expect) || out->expect_rows < 0))
        return at_json_fail(err, expect, "E-CASE-TYPE",
                            "\"expect\" must be a number of rows from 0");
    return AT_OK;
}

static at_status read_questions(at_case *out, const at_query *const *queries, at_arena *arena,
                                at_error *err) {
    const at_json_value *root = at_json_root(out->json);
    const at_json_value *list = at_json_get(root, "questions");
    if (!list)
        return at_json_fail(err, root, "E-CASE-MISSING", "\"questions\" is missing");
    AT_TRY(want_type(list, AT_JSON_ARRAY, "questions", "a list", err));
    size_t count = at_json_count(list);
    if (count == 0 || count > QUESTIONS_MAX)
        return at_json_fail(err, list, "E-CASE-TYPE", "a case asks 1 to %d questions",
                            QUESTIONS_MAX);
    at_case_question *questions = NULL;
    AT_TRY(AT_NEW(&questions, arena, count, err));
    size_t i = 0;
    for (const at_json_value *value = at_json_first(list); value;
         value = at_json_next(value), i++) {
        AT_TRY(read_question(&questions[i], value, queries, err));
        const char *id = questions[i].id;
        bool taken = false;
        for (size_t k = 0; k < i; k++)
            taken |= at_text_equal(questions[k].id, id);
        for (size_t k = 0; k < out->subject_count; k++)
            taken |= at_text_equal(out->subjects[k].ref, id);
        if (taken)
            return at_json_fail(err, at_json_get(value, "id"), "E-CASE-ID", "\"%s\" is used twice",
                                id);
    }
    out->questions = questions;
    out->question_count = count;
    return AT_OK;
}

/* exclude: things that the request leaves out, each with a reason. */
static at_status check_freeze(const at_json_value *freeze, at_error *err) {
    static const char *const keys[] = {"request", "exclude", "note", NULL};
    static const char *const item_keys[] = {"asset",  "account", "party", "thing",
                                            "reason", "note",    NULL};
    AT_TRY(want_type(freeze, AT_JSON_OBJECT, "freeze", "an object", err));
    if (!freeze)
        return AT_OK;
    AT_TRY(at_json_only(freeze, keys, err));
    const char *request = NULL;
    AT_TRY(want_text(&request, freeze, "request", true, err));
    const at_json_value *list = at_json_get(freeze, "exclude");
    AT_TRY(want_type(list, AT_JSON_ARRAY, "exclude", "a list", err));
    for (const at_json_value *item = at_json_first(list); item; item = at_json_next(item)) {
        AT_TRY(want_type(item, AT_JSON_OBJECT, "exclude", "a list of objects", err));
        AT_TRY(at_json_only(item, item_keys, err));
        const char *reason = NULL;
        AT_TRY(want_text(&reason, item, "reason", true, err));
    }
    return AT_OK;
}

static at_status check_output(const at_json_value *output, at_error *err) {
    static const char *const keys[] = {"languages", "note", NULL};
    static const char *const languages[] = {"fa", "ar", "ru", "az", "en", NULL};
    AT_TRY(want_type(output, AT_JSON_OBJECT, "output", "an object", err));
    if (!output)
        return AT_OK;
    AT_TRY(at_json_only(output, keys, err));
    const at_json_value *list = at_json_get(output, "languages");
    AT_TRY(want_type(list, AT_JSON_ARRAY, "languages", "a list", err));
    for (const at_json_value *item = at_json_first(list); item; item = at_json_next(item))
        if (!at_json_text(item) || at_word_find(languages, at_json_text(item)) < 0)
            return at_json_fail(err, item, "E-CASE-LANGUAGE",
                                "a language is one of fa, ar, ru, az, en");
    return AT_OK;
}

static at_status read_head(at_case *out, at_error *err) {
    static const char *const keys[] = {"schema",  "id",          "title",    "as_of",     "at",
                                       "purpose", "legal_basis", "subjects", "questions", "freeze",
                                       "output",  "note",        "defaults", NULL};
    const at_json_value *root = at_json_root(out->json);
    AT_TRY(want_type(root, AT_JSON_OBJECT, "case", "an object", err));
    AT_TRY(at_json_only(root, keys, err));
    const char *schema = NULL;
    AT_TRY(want_text(&schema, root, "schema", true, err));
    if (!at_text_equal(schema, "assettrace/case/1"))
        return at_json_fail(err, at_json_get(root, "schema"), "E-CASE-SCHEMA",
                            "schema \"%s\" is not \"assettrace/case/1\"", schema);
    AT_TRY(want_text(&out->id, root, "id", true, err));
    AT_TRY(want_text(&out->purpose, root, "purpose", true, err));
    AT_TRY(want_text(&out->legal_basis, root, "legal_basis", true, err));
    AT_TRY(want_text(&out->as_of, root, "as_of", false, err));
    int64_t as_of_us;
    if (out->as_of && at_time_parse_end(&as_of_us, out->as_of, err) != AT_OK)
        return at_json_fail(err, at_json_get(root, "as_of"), "E-CASE-TYPE",
                            "\"as_of\": \"%s\" is not a date or time", out->as_of);
    const at_json_value *at = at_json_get(root, "at");
    if (at && (!at_json_int(&out->at_revision, at) || out->at_revision < 1))
        return at_json_fail(err, at, "E-CASE-TYPE", "\"at\" must be a revision from 1");
    out->title = at_json_get(root, "title");
    out->defaults = at_json_get(root, "defaults");
    AT_TRY(want_type(out->defaults, AT_JSON_OBJECT, "defaults", "an object", err));
    out->freeze = at_json_get(root, "freeze");
    out->output = at_json_get(root, "output");
    AT_TRY(check_freeze(out->freeze, err));
    return check_output(out->output, err);
}

/* A default must be an argument of some query, or one of the run's own settings. */
static at_status check_defaults(const at_case *value, const at_query *const *queries,
                                at_error *err) {
    enum { KEYS_MAX = 400 };
    const char *keys[KEYS_MAX + 1] = {"include", "timeout_s", "limit", "window", "note", NULL};
    size_t count = 5;
    for (size_t q = 0; queries[q]; q++)
        for (const at_arg *arg = queries[q]->args; arg && arg->name; arg++)
            if (at_word_find(keys, arg->name) < 0 && count < KEYS_MAX)
                keys[count++] = arg->name;
    return value->defaults ? at_json_only(value->defaults, keys, err) : AT_OK;
}

at_status at_case_read_bytes(at_case *out, const char *bytes, size_t count, const char *name,
                             const at_query *const *queries, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_case_close) at_case made = {.byte_count = count};
    AT_TRY(at_arena_copy(&made.bytes, arena, bytes, count, err));
    AT_TRY(at_json_parse(&made.json, made.bytes, count, name, err));
    AT_TRY(read_head(&made, err));
    AT_TRY(read_subjects(&made, arena, err));
    AT_TRY(read_questions(&made, queries, arena, err));
    AT_TRY(check_defaults(&made, queries, err));
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
