/* refer.c: from the members of a question to text pairs. */
#include "engine/jobs/refer.h"

#include <string.h>

#include "engine/jobs/case_read.h"

typedef struct refer_state {
    at_pair_list *list;
    const at_case_run *run;
    size_t index;
    const at_facts *facts;
    const at_json_value *empty; /* the first member that named nothing */
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

static at_status no_column(const at_json_value *where, const at_case_question *question,
                           const char *column, at_error *err) {
    enum { NAMES_MAX = 64 };
    const char *names[NAMES_MAX + 1] = {0};
    for (size_t i = 0; question->query->columns[i].name && i < NAMES_MAX; i++)
        names[i] = question->query->columns[i].name;
    const char *near = at_text_nearest(column, names);
    at_json_fail(err, where, "E-CASE-REFERENCE",
                 "\"%s\": the answer to \"%s\" has no column \"%s\"", at_json_text(where),
                 question->id, column);
    if (near)
        at_hint(err, "did you mean \"%s.%s\"?", question->id, near);
    else
        at_hint(err, "`assettrace help %s` lists its columns", question->query->name);
    return AT_BAD_INPUT;
}

/* The subject of that ref, or NULL. */
static const at_thing *const *subject_of(const at_case_run *run, const char *text) {
    for (size_t i = 0; i < run->source->subject_count; i++)
        if (at_text_equal(run->source->subjects[i].ref, text))
            return &run->subject_things[i];
    return NULL;
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

static int column_of(const at_query *query, const char *name) {
    for (int i = 0; query->columns[i].name; i++)
        if (at_text_equal(query->columns[i].name, name))
            return i;
    return -1;
}

at_status at_case_reference(bool *is_one, const at_case *source, size_t before,
                            const at_json_value *value, at_error *err) {
    const char *text = at_json_text(value), *column = NULL;
    bool found = false;
    for (size_t i = 0; i < source->subject_count; i++)
        found |= at_text_equal(source->subjects[i].ref, text);
    const size_t place = found ? source->question_count : question_of(source, text, &column);
    if (place < source->question_count) {
        found = true;
        if (place >= before) {
            at_json_fail(err, value, "E-CASE-REFERENCE",
                         "\"%s\" refers to a question that comes later", text);
            at_hint(err, "put question \"%s\" before this one", source->questions[place].id);
            return AT_BAD_INPUT;
        }
        if (column_of(source->questions[place].query, column) < 0)
            return no_column(value, &source->questions[place], column, err);
    }
    *is_one = found;
    return AT_OK;
}

/* What one text refers to, as texts added to the list under `name`. */
static at_status add_text(refer_state *state, const char *name, const char *text,
                          const at_json_value *where, at_error *err) {
    const at_thing *const *things = subject_of(state->run, text);
    const char *column = NULL;
    if (things)
        return add_subject(state->list, name, *things, state->facts, err);
    const size_t place = question_of(state->run->source, text, &column);
    if (place == state->run->source->question_count)
        return add_pair(state->list, name, text, err);
    if (place >= state->index) /* refused when the case was read; a run may be built by hand */
        return at_json_fail(err, where, "E-CASE-REFERENCE",
                            "\"%s\" refers to a question that comes later", text);
    const at_case_answer *answer = &state->run->answers[place];
    const int index = at_table_column(&answer->table, column);
    if (index < 0)
        return no_column(where, answer->question, column, err);
    return add_column(state->list, name, &answer->table, index, err);
}

at_status at_refer_freeze(at_reference *out, const at_case_run *run, const at_facts *facts,
                          at_error *err) {
    const at_json_value *where = at_json_get(run->source->freeze, "request");
    const char *text = at_json_text(where), *column = NULL;
    const at_thing *const *things = subject_of(run, text);
    const size_t place = question_of(run->source, text, &column);
    at_reference made = {.column = -1};
    if (things) {
        made.things = *things;
    } else if (place < run->answer_count) {
        made.table = &run->answers[place].table;
        made.column = at_table_column(made.table, column);
        if (made.column < 0)
            return no_column(where, run->answers[place].question, column, err);
    } else {
        at_error unknown = {0};
        const at_status status =
            facts->resolve(facts->self, &made.thing, AT_ANY_THING, text, &unknown);
        if (status == AT_BAD_INPUT) {
            at_json_fail(err, where, unknown.code, "\"request\": %s", unknown.message);
            at_hint(err, "%s",
                    unknown.hint[0] ? unknown.hint
                                    : "name a column such as q2.thing, a subject, or an id");
            return AT_BAD_INPUT;
        }
        if (status != AT_OK)
            return at_fail(err, status, unknown.code, "%s", unknown.message);
    }
    *out = made;
    return AT_OK;
}

/* Ids holding '@' or ',' are quoted so that the source's own grammar can be read back. */
static at_status quoted(const char **out, const char *id, at_arena *arena, at_error *err) {
    if (!strchr(id, '@') && !strchr(id, ',')) {
        *out = id;
        return AT_OK;
    }
    return at_arena_print(out, arena, err, "\"%s\"", id);
}

at_status at_refer_source(const char **out, const at_json_value *value, at_arena *arena,
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
        return at_case_wrong(err, value, "E-CASE-SOURCE", "a source of money",
                             "give a label and either a transfer or an account with a time");
    int64_t units = 0;
    if (amount && (!amount_text || !at_int_parse(&units, amount_text) || units < 0))
        return at_case_wrong(err, amount, "E-CASE-TYPE", "a whole number of minor units",
                             "write 150000 for 1,500.00");
    const char *id = NULL;
    AT_TRY(quoted(&id, transfer ? transfer : account, arena, err));
    const char *comma = amount_text ? "," : "", *tail = amount_text ? amount_text : "";
    if (transfer)
        return at_arena_print(out, arena, err, "%s=transfer:%s%s%s", label, id, comma, tail);
    return at_arena_print(out, arena, err, "%s=account:%s@%s%s%s", label, id, time, comma, tail);
}

static at_status add_value(refer_state *state, const char *name, const at_json_value *value,
                           at_error *err) {
    const char *text = at_json_text(value);
    switch (at_json_type_of(value)) {
    case AT_JSON_STRING:
        return add_text(state, name, text, value, err);
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
        AT_TRY(at_refer_source(&text, value, state->list->arena, err));
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

const at_arg *at_refer_argument(const at_query *query, const char *name) {
    for (const at_arg *arg = query->args; arg && arg->name; arg++)
        if (at_text_equal(arg->name, name))
            return arg;
    return NULL;
}

/* The argument that a member of a question gives, or NULL for a setting of the run. */
static const char *argument_of(const at_query *query, const char *key) {
    static const char *const settings[] = {"id", "ask", "expect", "limit", "note", "window", NULL};
    if (at_word_find(settings, key) >= 0)
        return NULL;
    if (at_refer_argument(query, key))
        return key;
    const at_arg *source = at_refer_argument(query, "source");
    const bool plural = at_text_equal(key, AT_REFER_SOURCES);
    return plural && source && source->type == AT_ARG_SOURCE ? source->name : NULL;
}

static at_status add_member(refer_state *state, const char *name, const at_json_value *value,
                            at_error *err) {
    const size_t before = state->list->count;
    AT_TRY(add_value(state, name, value, err));
    if (state->list->count == before && !state->empty)
        state->empty = value;
    return AT_OK;
}

/* "window": {"since", "until"} is the two arguments of that name; where the query has none it is a
   filter (cut.h). */
static at_status add_window(refer_state *state, const at_json_value *window, const at_query *query,
                            at_error *err) {
    static const char *const keys[] = {"since", "until"};
    for (size_t i = 0; i < AT_COUNT(keys); i++) {
        const at_json_value *value = at_json_get(window, keys[i]);
        if (value && !given(state->list, keys[i]) && at_refer_argument(query, keys[i]))
            AT_TRY(add_value(state, keys[i], value, err));
    }
    return AT_OK;
}

at_status at_refer(at_pair_list *list, const at_json_value **empty_out, const at_case_run *run,
                   size_t index, const at_facts *facts, at_error *err) {
    const at_case *source = run->source;
    const at_case_question *question = &source->questions[index];
    const at_query *query = question->query;
    refer_state state = {list, run, index, facts, NULL};
    const at_json_value *value;
    for (value = at_json_first(question->where); value; value = at_json_next(value)) {
        const char *name = argument_of(query, at_json_key(value));
        if (name)
            AT_TRY(add_member(&state, name, value, err));
    }
    AT_TRY(add_window(&state, at_json_get(question->where, "window"), query, err));
    const size_t stated = list->count;
    for (value = at_json_first(source->defaults); value; value = at_json_next(value)) {
        const char *name = argument_of(query, at_json_key(value));
        const at_pair_list own = {list->items, stated, stated, NULL};
        if (name && !given(&own, name))
            AT_TRY(add_member(&state, name, value, err));
    }
    AT_TRY(add_window(&state, at_json_get(source->defaults, "window"), query, err));
    static const char *const ends[] = {"as_of", "until"};
    for (size_t i = 0; source->as_of && i < AT_COUNT(ends); i++)
        if (at_refer_argument(query, ends[i]) && !given(list, ends[i]))
            AT_TRY(add_pair(list, ends[i], source->as_of, err));
    *empty_out = state.empty;
    return AT_OK;
}
