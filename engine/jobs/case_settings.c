/* case_settings.c: what every question of a case takes beside its query's own arguments. */
#include "engine/jobs/case_read.h"
#include "engine/jobs/refer.h"

enum { TIMEOUT_S_MAX = 86400 };

/* The question's own member, else the default. */
static const at_json_value *setting(const at_case_question *question, const at_case *source,
                                    const char *key) {
    const at_json_value *value = at_json_get(question->where, key);
    return value ? value : at_json_get(source->defaults, key);
}

static at_status read_policy(at_cut_policy *out, const at_json_value *value, at_error *err) {
    const char *text = at_json_text(value);
    const int place = text ? at_word_find(at_cut_policies, text) : -1;
    if (!value)
        return AT_OK;
    if (place < 0)
        return at_case_wrong(err, value, "E-CASE-TYPE", "a truncation policy",
                             "choose one of last, smallest, refuse");
    *out = (at_cut_policy)place;
    return AT_OK;
}

/* Which grades `include` names; observed takes corroborated with it: it is stronger. */
static at_status read_grades(unsigned *out, const at_json_value *include, at_error *err) {
    unsigned grades = 0;
    AT_TRY(at_case_type(include, AT_JSON_ARRAY, "a list of grades", err));
    if (include && at_json_count(include) == 0)
        return at_case_wrong(err, include, "E-CASE-TYPE", "a list of at least one grade",
                             "leave it out to have every grade");
    for (const at_json_value *item = at_json_first(include); item; item = at_json_next(item)) {
        bool known = false;
        for (at_grade grade = AT_OBSERVED; grade <= AT_INFERRED; grade++)
            if (at_text_equal(at_json_text(item), at_grade_text(grade))) {
                grades |= 1u << grade;
                known = true;
            }
        if (!known)
            return at_case_wrong(err, item, "E-CASE-TYPE", "a grade",
                                 "choose among observed, corroborated, accepted, inferred");
    }
    if (grades & (1u << AT_OBSERVED))
        grades |= 1u << AT_CORROBORATED;
    *out = grades;
    return AT_OK;
}

/* A bound of the window as a filter on the answer's times, where the query has no such argument. */
static at_status read_bound(at_cut *cut, const at_json_value *window, const char *key, bool start,
                            const at_case_question *question, bool strict, at_error *err) {
    const at_json_value *value = at_json_get(window, key);
    const char *text = at_json_text(value);
    int64_t *bound = start ? &cut->since_us : &cut->until_us, time_us = 0;
    if (!value)
        return AT_OK;
    if (!text || (start ? at_time_parse_start(&time_us, text, NULL)
                        : at_time_parse_end(&time_us, text, NULL)) != AT_OK)
        return at_case_wrong(err, value, "E-CASE-TYPE", "a date or time",
                             "write 2026-11-21 or 2026-11-21T10:00:00Z");
    if (at_refer_argument(question->query, key))
        return AT_OK;
    if (at_cut_column(question->query->columns, AT_COLUMN_TIME) >= 0) {
        if (*bound == AT_TIME_NONE)
            *bound = time_us;
        return AT_OK;
    }
    if (!strict)
        return AT_OK;
    at_json_fail(err, value, "E-CASE-WINDOW", "query \"%s\" takes no window",
                 question->query->name);
    at_hint(err, "leave it out%s",
            at_refer_argument(question->query, "as_of") ? ", or use \"as_of\"" : "");
    return AT_BAD_INPUT;
}

static at_status read_window(at_cut *cut, const at_json_value *window,
                             const at_case_question *question, bool strict, at_error *err) {
    static const char *const keys[] = {"since", "until", NULL};
    if (!window)
        return AT_OK;
    AT_TRY(at_case_type(window, AT_JSON_OBJECT, "an object with since and until", err));
    AT_TRY(at_json_only(window, keys, err));
    AT_TRY(read_bound(cut, window, "since", true, question, strict, err));
    return read_bound(cut, window, "until", false, question, strict, err);
}

static at_status read_min_amount(at_case_question *question, const at_case *source, at_error *err) {
    const at_json_value *own = at_json_get(question->where, "min_amount");
    const at_json_value *value = setting(question, source, "min_amount");
    if (!value || at_refer_argument(question->query, "min_amount"))
        return AT_OK;
    int64_t amount = 0;
    AT_TRY(at_case_int(&amount, value, 0, INT64_MAX, "a whole number of minor units from 0", err));
    if (at_cut_column(question->query->columns, AT_COLUMN_AMOUNT) >= 0) {
        question->cut.min_amount = amount;
        return AT_OK;
    }
    if (!own)
        return AT_OK;
    at_json_fail(err, value, "E-CASE-FILTER", "query \"%s\" states no amounts to compare with %lld",
                 question->query->name, (long long)amount);
    at_hint(err, "leave \"min_amount\" out of this question");
    return AT_BAD_INPUT;
}

at_status at_case_settings(at_case_question *question, const at_case *source, at_error *err) {
    int64_t limit = 0;
    at_cut *cut = &question->cut;
    *cut =
        (at_cut){.min_amount = AT_AMOUNT_NONE, .since_us = AT_TIME_NONE, .until_us = AT_TIME_NONE};
    AT_TRY(at_case_int(&limit, setting(question, source, "limit"), 1, INT32_MAX,
                       "a number of rows from 1", err));
    cut->max_rows = (size_t)limit;
    AT_TRY(read_policy(&cut->policy, setting(question, source, "truncation"), err));
    AT_TRY(read_grades(&cut->grades, at_json_get(source->defaults, "include"), err));
    AT_TRY(at_case_int(&question->timeout_s, setting(question, source, "timeout_s"), 1,
                       TIMEOUT_S_MAX, "a number of seconds from 1 to 86400", err));
    AT_TRY(read_min_amount(question, source, err));
    AT_TRY(read_window(cut, at_json_get(question->where, "window"), question, true, err));
    return read_window(cut, at_json_get(source->defaults, "window"), question, false, err);
}

/* A default must be an argument of some query, or one of the run's own settings. */
at_status at_case_defaults(const at_case *source, const at_query *const *queries, at_error *err) {
    enum { KEYS_MAX = 400 };
    const char *keys[KEYS_MAX + 1] = {"include", "timeout_s",  "limit",     "window",
                                      "note",    "min_amount", "truncation"};
    size_t count = 7;
    for (size_t q = 0; queries[q]; q++)
        for (const at_arg *arg = queries[q]->args; arg && arg->name; arg++)
            if (at_word_find(keys, arg->name) < 0 && count < KEYS_MAX)
                keys[count++] = arg->name;
    return source->defaults ? at_json_only(source->defaults, keys, err) : AT_OK;
}
