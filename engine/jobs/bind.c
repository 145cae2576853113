/* bind.c: the pairs a person wrote become the typed arguments a descriptor declares. */
#include <string.h>

#include "engine/base/file.h"
#include "engine/jobs/ask.h"

enum { ARGUMENTS_MAX = 100000 };

typedef struct bind_state {
    at_argument *items;
    size_t count, capacity;
    const at_query *query;
    const at_facts *facts;
    at_arena *arena;
} bind_state;

static const at_arg *arg_named(const at_query *query, const char *name) {
    for (const at_arg *arg = query->args; arg && arg->name; arg++)
        if (at_text_equal(arg->name, name))
            return arg;
    return NULL;
}

static at_status unknown_argument(const at_query *query, const char *name, at_error *err) {
    enum { NAMES_MAX = 64 };
    const char *names[NAMES_MAX + 1] = {0};
    size_t count = 0;
    for (const at_arg *arg = query->args; arg && arg->name && count < NAMES_MAX; arg++)
        names[count++] = arg->name;
    const char *near = at_text_nearest(name, names);
    at_fail(err, AT_USAGE, "E-ASK-ARGUMENT", "query \"%s\" has no argument \"%s\"", query->name,
            name);
    if (near)
        at_hint(err, "did you mean \"%s\"? see `assettrace help %s`", near, query->name);
    else
        at_hint(err, "see `assettrace help %s` for its arguments", query->name);
    return AT_USAGE;
}

static at_status bad_value(const at_arg *arg, const char *text, const char *wanted, at_error *err) {
    at_fail(err, AT_BAD_INPUT, "E-ASK-VALUE", "argument %s: \"%s\" is not %s", arg->name, text,
            wanted);
    if (arg->summary)
        at_hint(err, "%s: %s", arg->name, arg->summary);
    return AT_BAD_INPUT;
}

static at_status choose(at_argument *item, at_error *err) {
    const at_arg *arg = item->arg;
    int index = at_word_find(arg->choices, item->text);
    if (index >= 0) {
        item->number = index;
        return AT_OK;
    }
    at_fail(err, AT_BAD_INPUT, "E-ASK-VALUE", "argument %s: \"%s\" is not one of its choices",
            arg->name, item->text);
    const char *near = at_text_nearest(item->text, arg->choices);
    if (near) {
        at_hint(err, "did you mean \"%s\"?", near);
        return AT_BAD_INPUT;
    }
    AT_CLEANUP(at_text_clear) at_text list = {0};
    for (const char *const *word = arg->choices; *word; word++) {
        AT_TRY(at_text_add(&list, word == arg->choices ? "" : ", ", NULL));
        AT_TRY(at_text_add(&list, *word, NULL));
    }
    at_hint(err, "choose one of %s", at_text_string(&list));
    return AT_BAD_INPUT;
}

static bool is_country(const char *text) {
    return strlen(text) == 2 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'A' &&
           text[1] <= 'Z';
}

static at_status read_file(bind_state *state, at_argument *item, at_error *err) {
    enum { FILE_BYTES_MAX = 16 << 20 };
    AT_CLEANUP(at_text_clear) at_text content = {0};
    const char *copy = NULL;
    AT_TRY(at_file_read(&content, item->text, FILE_BYTES_MAX, err));
    AT_TRY(at_arena_copy(&copy, state->arena, at_text_string(&content), content.bytes, err));
    item->file = (at_span){.data = copy, .bytes = content.bytes};
    return AT_OK;
}

/* One value already split: item->text becomes what its type says. */
static at_status type_value(bind_state *state, at_argument *item, at_error *err) {
    const at_arg *arg = item->arg;
    switch (arg->type) {
    case AT_ARG_TEXT:
    case AT_ARG_NODE:
    case AT_ARG_TRANSFER:
    case AT_ARG_SOURCE:
        return item->text[0] ? AT_OK : bad_value(arg, item->text, "a value: it is empty", err);
    case AT_ARG_CHOICE:
        return choose(item, err);
    case AT_ARG_THING: {
        unsigned kinds = arg->kinds ? arg->kinds : AT_ANY_THING;
        at_status status =
            state->facts->resolve(state->facts->self, &item->thing, kinds, item->text, err);
        if (status != AT_OK)
            at_place(err, "argument %s", arg->name);
        return status;
    }
    case AT_ARG_START:
    case AT_ARG_END: {
        at_status status = arg->type == AT_ARG_START
                               ? at_time_parse_start(&item->time_us, item->text, err)
                               : at_time_parse_end(&item->time_us, item->text, err);
        if (status != AT_OK)
            at_place(err, "argument %s", arg->name);
        return status;
    }
    case AT_ARG_RATIO:
        if (at_ratio_parse(&item->ratio, item->text, NULL) != AT_OK)
            return bad_value(arg, item->text, "a share such as 1/4, 25% or 0.25", err);
        return AT_OK;
    case AT_ARG_COUNT:
    case AT_ARG_AMOUNT:
        if (!at_int_parse(&item->number, item->text) || item->number < 0)
            return bad_value(arg, item->text,
                             arg->type == AT_ARG_COUNT ? "a whole number from 0"
                                                       : "a whole number of minor units from 0",
                             err);
        return AT_OK;
    case AT_ARG_FLAG:
        if (!at_text_equal(item->text, "yes") && !at_text_equal(item->text, "no"))
            return bad_value(arg, item->text, "yes or no", err);
        item->number = at_text_equal(item->text, "yes");
        return AT_OK;
    case AT_ARG_COUNTRY:
        return is_country(item->text)
                   ? AT_OK
                   : bad_value(arg, item->text, "a country of two capital letters (ISO 3166)", err);
    case AT_ARG_DURATION:
        return at_duration_parse(&item->number, item->text)
                   ? AT_OK
                   : bad_value(arg, item->text, "a length of time such as 3d, 12h, 45m or 10s",
                               err);
    case AT_ARG_FILE:
        return read_file(state, item, err);
    }
    return at_fail(err, AT_BUG, "E-BUG", "argument type %d is not known", (int)arg->type);
}

static at_status add_value(bind_state *state, const at_arg *arg, const char *text, at_error *err) {
    if (state->count >= ARGUMENTS_MAX)
        return at_fail(err, AT_LIMIT, "E-LIMIT", "more than %d argument values", ARGUMENTS_MAX);
    AT_TRY(AT_GROW(&state->items, &state->capacity, state->count, state->arena, err));
    at_argument item = {.arg = arg, .text = text};
    AT_TRY(type_value(state, &item, err));
    state->items[state->count++] = item;
    return AT_OK;
}

/* One value; double quotes around the whole of it only protect its commas. */
static at_status add_part(bind_state *state, const at_arg *arg, const char *text, size_t bytes,
                          at_error *err) {
    if (bytes >= 2 && text[0] == '"' && text[bytes - 1] == '"') {
        text++;
        bytes -= 2;
    }
    const char *part = NULL;
    AT_TRY(at_arena_copy(&part, state->arena, text, bytes, err));
    return add_value(state, arg, part, err);
}

/* Split at commas outside double quotes. */
static at_status add_list(bind_state *state, const at_arg *arg, const char *text, at_error *err) {
    const char *start = text;
    bool quoted = false;
    for (const char *p = text;; p++) {
        if (*p == '"')
            quoted = !quoted;
        if (*p && (*p != ',' || quoted))
            continue;
        AT_TRY(add_part(state, arg, start, (size_t)(p - start), err));
        if (!*p)
            return AT_OK;
        start = p + 1;
    }
}

/* A repeatable list may also be written with commas; sources keep theirs (a comma divides the
   amount). */
static at_status add_text(bind_state *state, const at_arg *arg, const char *text, at_error *err) {
    if (arg->type == AT_ARG_TEXT || arg->type == AT_ARG_SOURCE)
        return add_value(state, arg, text, err);
    return arg->repeat ? add_list(state, arg, text, err)
                       : add_part(state, arg, text, strlen(text), err);
}

static at_status bind_one(bind_state *state, const at_arg *arg, const at_ask_request *request,
                          at_error *err) {
    size_t given = 0;
    for (size_t i = 0; i < request->pair_count; i++) {
        if (!at_text_equal(request->pairs[i].name, arg->name))
            continue;
        if (given++ && !arg->repeat)
            return at_fail(err, AT_USAGE, "E-ASK-REPEATED", "argument %s is given twice",
                           arg->name);
        AT_TRY(add_text(state, arg, request->pairs[i].value, err));
    }
    if (given)
        return AT_OK;
    if (arg->required) {
        at_fail(err, AT_USAGE, "E-ASK-MISSING", "query \"%s\" needs %s=", state->query->name,
                arg->name);
        if (arg->summary)
            at_hint(err, "%s: %s", arg->name, arg->summary);
        return AT_USAGE;
    }
    if (!arg->fallback)
        return AT_OK;
    return add_text(state, arg, arg->fallback, err);
}

/* A window that ends before it begins would be answered with nothing. */
static at_status check_window(const at_question *question, at_error *err) {
    const int64_t since_us = at_question_time(question, "since");
    const int64_t until_us = at_question_time(question, "until");
    if (since_us == AT_TIME_NONE || until_us == AT_TIME_NONE || since_us <= until_us)
        return AT_OK;
    return at_fail(err, AT_BAD_INPUT, "E-ASK-VALUE", "since \"%s\" is after until \"%s\"",
                   at_question_text(question, "since"), at_question_text(question, "until"));
}

at_status at_bind(at_question *question, const at_ask_request *request, const at_facts *facts,
                  at_arena *arena, at_error *err) {
    const at_query *query = request->query;
    bind_state state = {.query = query, .facts = facts, .arena = arena};
    for (size_t i = 0; i < request->pair_count; i++)
        if (!arg_named(query, request->pairs[i].name))
            return unknown_argument(query, request->pairs[i].name, err);
    for (const at_arg *arg = query->args; arg && arg->name; arg++)
        AT_TRY(bind_one(&state, arg, request, err));
    at_question bound = *question;
    bound.query = query;
    bound.arguments = state.items;
    bound.argument_count = state.count;
    AT_TRY(check_window(&bound, err));
    *question = bound;
    return AT_OK;
}
