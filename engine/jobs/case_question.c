/* case_question.c: the questions of a case, checked against their queries before any is asked. */
#include <string.h>

#include "engine/jobs/case_read.h"
#include "engine/jobs/refer.h"

enum { QUESTIONS_MAX = 1000 };

/* Keys that belong to every question; all others are the query's own arguments. */
static const char *const question_keys[] = {
    "id", "ask", "expect", "note", "limit", "min_amount", "truncation", "window", "timeout_s"};

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
    const char *keys[KEYS_MAX + 2] = {0};
    size_t count = 0;
    for (; count < AT_COUNT(question_keys); count++)
        keys[count] = question_keys[count];
    for (const at_arg *arg = query->args; arg && arg->name && count < KEYS_MAX; arg++) {
        keys[count++] = arg->name;
        if (arg->type == AT_ARG_SOURCE)
            keys[count++] = AT_REFER_SOURCES;
    }
    return at_json_only(value, keys, err);
}

static bool is_country(const char *text) {
    return strlen(text) == 2 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'A' &&
           text[1] <= 'Z';
}

static at_status check_choice(const at_arg *arg, const char *text, const at_json_value *value,
                              at_error *err) {
    AT_CLEANUP(at_text_clear) at_text list = {0};
    if (at_word_find(arg->choices, text) >= 0)
        return AT_OK;
    const char *near = at_text_nearest(text, arg->choices);
    AT_TRY(at_text_print(&list, err, "%s%s%s", near ? "did you mean \"" : "choose one of ",
                         near ? near : "", near ? "\"?" : ""));
    for (const char *const *word = arg->choices; !near && *word; word++)
        AT_TRY(at_text_print(&list, err, "%s%s", word == arg->choices ? "" : ", ", *word));
    return at_case_wrong(err, value, "E-ASK-VALUE", "one of the choices", at_text_string(&list));
}

/* A text that is no reference, against the type its argument declares. Ids are looked up when the
   question is asked. */
static at_status check_literal(const at_arg *arg, const char *text, const at_json_value *value,
                               at_error *err) {
    int64_t number;
    at_ratio ratio;
    if (arg->repeat && strchr(text, ',') && arg->type != AT_ARG_SOURCE)
        return AT_OK; /* several in one text: split and checked when the question is asked */
    if (!text[0])
        return at_case_wrong(err, value, "E-CASE-TYPE", "a value: it is empty",
                             arg->summary ? arg->summary : "leave it out");
    switch (arg->type) {
    case AT_ARG_CHOICE:
        return check_choice(arg, text, value, err);
    case AT_ARG_START:
    case AT_ARG_END:
        if (at_time_parse_end(&number, text, NULL) != AT_OK)
            return at_case_wrong(err, value, "E-ASK-VALUE", "a date or time",
                                 "write 2026-11-21 or 2026-11-21T10:00:00Z");
        return AT_OK;
    case AT_ARG_RATIO:
        if (at_ratio_parse(&ratio, text, NULL) != AT_OK)
            return at_case_wrong(err, value, "E-ASK-VALUE", "a share", "write 1/4, 25% or 0.25");
        return AT_OK;
    case AT_ARG_COUNT:
    case AT_ARG_AMOUNT:
        if (!at_int_parse(&number, text) || number < 0)
            return at_case_wrong(err, value, "E-ASK-VALUE",
                                 arg->type == AT_ARG_COUNT ? "a whole number from 0"
                                                           : "whole minor units from 0",
                                 arg->summary ? arg->summary : "write digits alone");
        return AT_OK;
    case AT_ARG_FLAG:
        if (!at_text_equal(text, "yes") && !at_text_equal(text, "no"))
            return at_case_wrong(err, value, "E-ASK-VALUE", "yes or no", "write true or false");
        return AT_OK;
    case AT_ARG_COUNTRY:
        if (!is_country(text))
            return at_case_wrong(err, value, "E-ASK-VALUE", "a country",
                                 "write two capital letters (ISO 3166), such as IR");
        return AT_OK;
    case AT_ARG_DURATION:
        if (!at_duration_parse(&number, text))
            return at_case_wrong(err, value, "E-ASK-VALUE", "a length of time",
                                 "write 3d, 12h, 45m, 10s or microseconds");
        return AT_OK;
    default:
        return AT_OK;
    }
}

typedef struct check_state {
    const at_case *source;
    size_t before; /* questions that may be referred to */
    at_arena *arena;
} check_state;

static at_status check_item(const check_state *state, const at_arg *arg, const at_json_value *value,
                            at_error *err) {
    const char *text = at_json_text(value);
    bool reference = false;
    switch (at_json_type_of(value)) {
    case AT_JSON_STRING:
        AT_TRY(at_case_reference(&reference, state->source, state->before, value, err));
        return reference ? AT_OK : check_literal(arg, text, value, err);
    case AT_JSON_NUMBER:
        return check_literal(arg, at_json_number(value), value, err);
    case AT_JSON_TRUE:
    case AT_JSON_FALSE:
        if (arg->type == AT_ARG_FLAG)
            return AT_OK;
        break;
    case AT_JSON_OBJECT:
        if (arg->type == AT_ARG_SOURCE)
            return at_refer_source(&text, value, state->arena, err);
        break;
    case AT_JSON_ARRAY:
    case AT_JSON_NULL:
        break;
    }
    return at_case_wrong(err, value, "E-CASE-TYPE", "a value of this argument",
                         arg->summary ? arg->summary : "leave it out");
}

static at_status check_argument(const check_state *state, const at_arg *arg,
                                const at_json_value *value, at_error *err) {
    if (at_json_type_of(value) != AT_JSON_ARRAY)
        return check_item(state, arg, value, err);
    const size_t count = at_json_count(value);
    if (count == 0 || (count > 1 && !arg->repeat))
        return at_case_wrong(err, value, "E-CASE-TYPE",
                             count ? "one value: this argument takes no list" : "a list of values",
                             count ? "ask one question for each" : "leave it out");
    for (const at_json_value *item = at_json_first(value); item; item = at_json_next(item))
        AT_TRY(check_item(state, arg, item, err));
    return AT_OK;
}

static bool has_default(const at_case *source, const at_case_question *question, const char *name) {
    const bool ends = at_text_equal(name, "as_of") || at_text_equal(name, "until");
    return at_json_get(source->defaults, name) || (ends && source->as_of) ||
           at_json_get(at_json_get(question->where, "window"), name) ||
           at_json_get(at_json_get(source->defaults, "window"), name);
}

/* Every argument that is given, here or as a default, and every one that must be. */
static at_status check_arguments(const check_state *state, const at_case_question *question,
                                 at_error *err) {
    for (const at_arg *arg = question->query->args; arg && arg->name; arg++) {
        const at_json_value *given = at_json_get(question->where, arg->name);
        const at_json_value *more =
            arg->type == AT_ARG_SOURCE ? at_json_get(question->where, AT_REFER_SOURCES) : NULL;
        if (!given && !more)
            given = at_json_get(state->source->defaults, arg->name);
        if (given)
            AT_TRY(check_argument(state, arg, given, err));
        if (more)
            AT_TRY(check_argument(state, arg, more, err));
        if (given || more || !arg->required || has_default(state->source, question, arg->name))
            continue;
        at_json_fail(err, question->where, "E-CASE-MISSING", "query \"%s\" needs \"%s\"",
                     question->query->name, arg->name);
        if (arg->summary)
            at_hint(err, "add \"%s\": %s", arg->name, arg->summary);
        return AT_BAD_INPUT;
    }
    return AT_OK;
}

static at_status read_question(at_case_question *out, const at_json_value *value,
                               const at_case *source, const at_query *const *queries,
                               at_error *err) {
    AT_TRY(at_case_type(value, AT_JSON_OBJECT, "a question: an object with id and ask", err));
    *out = (at_case_question){.where = value, .expect_rows = -1};
    const char *ask = NULL;
    AT_TRY(at_case_text(&out->id, value, "id", true, err));
    AT_TRY(at_case_word(value, "id", out->id, err));
    AT_TRY(at_case_text(&ask, value, "ask", true, err));
    out->query = at_query_find(queries, ask);
    if (!out->query)
        return unknown_query(at_json_get(value, "ask"), ask, queries, err);
    AT_TRY(check_keys(value, out->query, err));
    AT_TRY(at_case_int(&out->expect_rows, at_json_get(value, "expect"), 0, INT64_MAX,
                       "a number of rows from 0", err));
    return at_case_settings(out, source, err);
}

static bool is_taken(const at_case *source, const char *id) {
    for (size_t k = 0; k < source->question_count; k++)
        if (at_text_equal(source->questions[k].id, id))
            return true;
    for (size_t k = 0; k < source->subject_count; k++)
        if (at_text_equal(source->subjects[k].ref, id))
            return true;
    return false;
}

at_status at_case_questions(at_case *out, const at_query *const *queries, at_arena *arena,
                            at_error *err) {
    const at_json_value *root = at_json_root(out->json);
    const at_json_value *list = at_json_get(root, "questions");
    if (!list) {
        at_json_fail(err, root, "E-CASE-MISSING", "\"questions\" is missing");
        at_hint(err, "add \"questions\": a list of {\"id\", \"ask\", ...}");
        return AT_BAD_INPUT;
    }
    AT_TRY(at_case_type(list, AT_JSON_ARRAY, "a list of questions", err));
    const size_t count = at_json_count(list);
    if (count == 0 || count > QUESTIONS_MAX)
        return at_case_wrong(err, list, "E-CASE-TYPE", "a list of 1 to 1000 questions",
                             "split it into several case files, or add a question");
    at_case_question *questions = NULL;
    AT_TRY(AT_NEW(&questions, arena, count, err));
    out->questions = questions;
    for (const at_json_value *value = at_json_first(list); value; value = at_json_next(value)) {
        at_case_question *question = &questions[out->question_count];
        AT_TRY(read_question(question, value, out, queries, err));
        if (is_taken(out, question->id)) {
            at_json_fail(err, at_json_get(value, "id"), "E-CASE-ID", "\"%s\" is used twice",
                         question->id);
            at_hint(err, "give every subject and question an id of its own");
            return AT_BAD_INPUT;
        }
        out->question_count++;
    }
    for (size_t i = 0; i < count; i++) {
        const check_state state = {out, i, arena};
        AT_TRY(check_arguments(&state, &questions[i], err));
    }
    return AT_OK;
}
