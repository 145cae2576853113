/* refer.c: from the members of a question to text pairs. */
#include "engine/jobs/refer.h"

#include <string.h>

typedef struct refer_state {
    at_pair_list *list;
    const at_case_run *run;
    size_t index;
    const at_facts *facts;
} refer_state;

static at_status add_pair(at_pair_list *list, const char *name, const char *value, at_error *err) {
    AT_TRY(AT_GROW(&list->items, &list->capacity, list->count, list->arena, err));
    list->items[list->count++] = (at_pair){name, value};
    return AT_OK;
}

/* An id that holds a comma or a quote mark must survive being split again. */
static at_status add_id(at_pair_list *list, const char *name, const char *id, at_error *err) {
    if (strchr(id, ','))
        AT_TRY(at_arena_print(&id, list->arena, err, "\"%s\"", id));
    return add_pair(list, name, id, err);
}

static at_status add_subject(at_pair_list *list, const char *name, const at_thing *things,
                             const at_facts *facts, at_error *err) {
    for (; *things; things++) {
        at_thing_view view = {0};
        AT_TRY(facts->view(facts->self, &view, *things, err));
        AT_TRY(add_id(list, name, view.shown, err));
    }
    return AT_OK;
}

static bool already(const at_pair_list *list, size_t from, const char *value) {
    for (size_t i = from; i < list->count; i++)
        if (at_text_equal(list->items[i].value, value))
            return true;
    return false;
}

static at_status add_column(at_pair_list *list, const char *name, const at_table *table, int column,
                            at_error *err) {
    size_t from = list->count;
    AT_CLEANUP(at_text_clear) at_text text = {0};
    for (size_t i = 0; i < table->row_count; i++) {
        at_text_reset(&text);
        AT_TRY(
            at_cell_print(&text, &table->columns[column], &table->rows[i].cells[column], 12, err));
        const char *value = NULL;
        AT_TRY(at_arena_text(&value, list->arena, at_text_string(&text), err));
        if (value[0] && !already(list, from, value))
            AT_TRY(add_id(list, name, value, err));
    }
    return AT_OK;
}

static at_status no_column(const at_json_value *where, const at_case_answer *answer,
                           const char *column, at_error *err) {
    enum { NAMES_MAX = 64 };
    const char *names[NAMES_MAX + 1] = {0};
    for (size_t i = 0; i < answer->table.column_count && i < NAMES_MAX; i++)
        names[i] = answer->table.columns[i].name;
    const char *near = at_text_nearest(column, names);
    at_json_fail(err, where, "E-CASE-REFERENCE", "answer \"%s\" has no column \"%s\"",
                 answer->question->id, column);
    if (near)
        at_hint(err, "did you mean \"%s.%s\"?", answer->question->id, near);
    return AT_BAD_INPUT;
}

/* Is `text` `id.column` of a question of this case? Then its place in questions[], else
   question_count. */
static size_t question_of(const at_case *source, const char *text, const char **column) {
    const char *dot = strchr(text, '.');
    if (!dot)
        return source->question_count;
    for (size_t i = 0; i < source->question_count; i++) {
        const char *id = source->questions[i].id;
        if (strlen(id) == (size_t)(dot - text) && memcmp(id, text, strlen(id)) == 0) {
            *column = dot + 1;
            return i;
        }
    }
    return source->question_count;
}

at_status at_refer_text(at_pair_list *list, const char *name, const char *text,
                        const at_json_value *where, const at_case_run *run, size_t answer_count,
                        const at_facts *facts, at_error *err) {
    const at_case *source = run->source;
    for (size_t i = 0; i < source->subject_count; i++)
        if (at_text_equal(source->subjects[i].ref, text))
            return add_subject(list, name, run->subject_things[i], facts, err);
    const char *column_name = NULL;
    size_t place = question_of(source, text, &column_name);
    if (place == source->question_count)
        return add_pair(list, name, text, err);
    if (place >= answer_count)
        return at_json_fail(err, where, "E-CASE-REFERENCE",
                            "\"%s\" refers to a question that comes later", text);
    const at_case_answer *answer = &run->answers[place];
    int column = at_table_column(&answer->table, column_name);
    if (column < 0)
        return no_column(where, answer, column_name, err);
    return add_column(list, name, &answer->table, column, err);
}

/* Ids holding '@' or ',' are quoted so that the source's own grammar can be read back. */
static at_status quoted(const char **out, const char *id, at_arena *arena, at_error *err) {
    if (!strchr(id, '@') && !strchr(id, ',')) {
        *out = id;
        return AT_OK;
    }
    return at_arena_print(out, arena, err, "\"%s\"", id);
}

/* {"label", "transfer"} or {"label", "account", "time"}, with an optional "amount":
   LABEL=transfer:T,AMOUNT. */
static at_status source_text(const char **out, const at_json_value *value, at_arena *arena,
                             at_error *err) {
    static const char *const keys[] = {"label",  "transfer", "account", "time",
                                       "amount", "note",     NULL};
    AT_TRY(at_json_only(value, keys, err));
    const char *label = at_json_text(at_json_get(value, "label"));
    const char *transfer = at_json_text(at_json_get(value, "transfer"));
    const char *account = at_json_text(at_json_get(value, "account"));
    const char *time = at_json_text(at_json_get(value, "time"));
    const at_json_value *amount = at_json_get(value, "amount");
    const char *amount_text = at_json_text(amount) ? at_json_text(amount) : at_json_number(amount);
    if (!label || (transfer != NULL) == (account != NULL) || (account != NULL) != (time != NULL))
        return at_json_fail(err, value, "E-CASE-SOURCE",
                            "a source has a label and either a transfer or an account with a time");
    if (amount && !amount_text)
        return at_json_fail(err, amount, "E-CASE-TYPE", "\"amount\" must be minor units");
    const char *id = NULL;
    AT_TRY(quoted(&id, transfer ? transfer : account, arena, err));
    const char *comma = amount_text ? "," : "", *units = amount_text ? amount_text : "";
    if (transfer)
        return at_arena_print(out, arena, err, "%s=transfer:%s%s%s", label, id, comma, units);
    return at_arena_print(out, arena, err, "%s=account:%s@%s%s%s", label, id, time, comma, units);
}

static at_status add_value(refer_state *state, const char *name, const at_json_value *value,
                           at_error *err) {
    const char *text = at_json_text(value);
    switch (at_json_type_of(value)) {
    case AT_JSON_STRING:
        return at_refer_text(state->list, name, text, value, state->run, state->index, state->facts,
                             err);
    case AT_JSON_NUMBER:
        return add_pair(state->list, name, at_json_number(value), err);
    case AT_JSON_TRUE:
        return add_pair(state->list, name, "yes", err);
    case AT_JSON_FALSE:
        return add_pair(state->list, name, "no", err);
    case AT_JSON_ARRAY:
        for (const at_json_value *item = at_json_first(value); item; item = at_json_next(item)) {
            if (at_json_type_of(item) == AT_JSON_ARRAY)
                return at_json_fail(err, item, "E-CASE-TYPE",
                                    "a list in a list is not an argument");
            AT_TRY(add_value(state, name, item, err));
        }
        return AT_OK;
    case AT_JSON_OBJECT:
        AT_TRY(source_text(&text, value, state->list->arena, err));
        return add_pair(state->list, name, text, err);
    case AT_JSON_NULL:
        break;
    }
    return at_json_fail(err, value, "E-CASE-TYPE", "null is not an argument: leave it out");
}

static bool given(const at_pair_list *list, const char *name) {
    for (size_t i = 0; i < list->count; i++)
        if (at_text_equal(list->items[i].name, name))
            return true;
    return false;
}

static bool has_argument(const at_query *query, const char *name) {
    for (const at_arg *arg = query->args; arg && arg->name; arg++)
        if (at_text_equal(arg->name, name))
            return true;
    return false;
}

/* "window": {"since", "until"} is the two arguments of that name. */
static at_status add_window(refer_state *state, const at_json_value *window, const at_query *query,
                            bool strict, at_error *err) {
    static const char *const keys[] = {"since", "until", NULL};
    if (!window)
        return AT_OK;
    if (at_json_type_of(window) != AT_JSON_OBJECT)
        return at_json_fail(err, window, "E-CASE-TYPE",
                            "\"window\" must be an object with since and until");
    AT_TRY(at_json_only(window, keys, err));
    for (const char *const *key = keys; *key; key++) {
        const at_json_value *value = at_json_get(window, *key);
        if (!value || given(state->list, *key))
            continue;
        if (has_argument(query, *key))
            AT_TRY(add_value(state, *key, value, err));
        else if (strict)
            return at_json_fail(err, value, "E-CASE-WINDOW", "query \"%s\" takes no window",
                                query->name);
    }
    return AT_OK;
}

static bool is_argument(const at_query *query, const char *key) {
    return !at_text_equal(key, "limit") && !at_text_equal(key, "note") &&
           !at_text_equal(key, "window") && has_argument(query, key);
}

at_status at_refer(at_pair_list *list, const at_case_run *run, size_t index, const at_facts *facts,
                   at_error *err) {
    const at_case *source = run->source;
    const at_case_question *question = &source->questions[index];
    const at_query *query = question->query;
    refer_state state = {list, run, index, facts};
    const at_json_value *value;
    for (value = at_json_first(question->where); value; value = at_json_next(value))
        if (is_argument(query, at_json_key(value)))
            AT_TRY(add_value(&state, at_json_key(value), value, err));
    AT_TRY(add_window(&state, at_json_get(question->where, "window"), query, true, err));
    size_t stated = list->count;
    for (value = at_json_first(source->defaults); value; value = at_json_next(value)) {
        const char *key = at_json_key(value);
        at_pair_list own = {list->items, stated, stated, NULL};
        if (is_argument(query, key) && !given(&own, key))
            AT_TRY(add_value(&state, key, value, err));
    }
    AT_TRY(add_window(&state, at_json_get(source->defaults, "window"), query, false, err));
    static const char *const ends[] = {"as_of", "until"};
    for (size_t i = 0; source->as_of && i < AT_COUNT(ends); i++)
        if (has_argument(query, ends[i]) && !given(list, ends[i]))
            AT_TRY(add_pair(list, ends[i], source->as_of, err));
    return AT_OK;
}
