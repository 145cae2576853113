#include "engine/cli/schema_print.h"

#include <string.h>

#include "engine/base/json.h"
#include "engine/jobs/ask.h"
#include "engine/jobs/cut.h"

/* What a file has in the place of each part; the file by itself allows what it cannot know. */
#define ANY_MEMBERS "{ \"additionalProperties\": true }"

static at_status put_text(at_text *out, const char *text, at_error *err) {
    at_json_writer json = {.out = out};
    at_json_put_text(&json, text);
    return at_json_finish(&json, err);
}

/* --- One argument ----------------------------------------------------------------------------- */

/* "#/$defs/one_<form>" and "#/$defs/many_<form>" of case.json. */
static const char *form_of(at_arg_type type) {
    static const char *const forms[] = {
        [AT_ARG_TEXT] = "text",     [AT_ARG_THING] = "text",        [AT_ARG_NODE] = "text",
        [AT_ARG_TRANSFER] = "text", [AT_ARG_START] = "time",        [AT_ARG_END] = "time",
        [AT_ARG_RATIO] = "ratio",   [AT_ARG_COUNT] = "count",       [AT_ARG_AMOUNT] = "count",
        [AT_ARG_SOURCE] = "source", [AT_ARG_FLAG] = "flag",         [AT_ARG_COUNTRY] = "country",
        [AT_ARG_FILE] = "text",     [AT_ARG_DURATION] = "duration", [AT_ARG_CHOICE] = NULL,
    };
    return forms[type];
}

static at_status put_words(at_text *out, const char *const *words, at_error *err) {
    for (size_t i = 0; words[i]; i++) {
        AT_TRY(at_text_add(out, i ? ", " : "", err));
        AT_TRY(put_text(out, words[i], err));
    }
    return AT_OK;
}

/* One of its words, several of them with commas, or what an earlier answer says. */
static at_status put_choice(at_text *out, const at_arg *arg, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text either = {0};
    AT_TRY(at_text_add(out, "{ \"anyOf\": [{ \"enum\": [", err));
    AT_TRY(put_words(out, arg->choices, err));
    AT_TRY(at_text_add(out, "] }, ", err));
    for (size_t i = 0; arg->choices[i]; i++)
        AT_TRY(at_text_print(&either, err, "%s%s", i ? "|" : "", arg->choices[i]));
    if (arg->repeat)
        AT_TRY(at_text_print(out, err,
                             "{ \"type\": \"string\", \"pattern\": \"^(%s)(,(%s))*$\" }, ",
                             at_text_string(&either), at_text_string(&either)));
    return at_text_add(out, "{ \"$ref\": \"#/$defs/reference\" }] }", err);
}

/* What may be written as its value, without the braces around. */
static at_status put_values(at_text *out, const at_arg *arg, at_error *err) {
    if (arg->type != AT_ARG_CHOICE)
        return at_text_print(out, err, "\"$ref\": \"#/$defs/%s_%s\"", arg->repeat ? "many" : "one",
                             form_of(arg->type));
    AT_TRY(at_text_add(out, "\"anyOf\": [", err));
    AT_TRY(put_choice(out, arg, err));
    AT_TRY(at_text_add(out, ", { \"type\": \"array\", \"items\": ", err));
    AT_TRY(put_choice(out, arg, err));
    return at_text_print(out, err, ", \"minItems\": 1%s }]",
                         arg->repeat ? "" : ", \"maxItems\": 1");
}

static at_status put_argument(at_text *out, const char *name, const at_arg *arg, at_error *err) {
    AT_TRY(at_text_print(out, err, "          \"%s\": { ", name));
    AT_TRY(put_values(out, arg, err));
    if (arg->fallback) {
        AT_TRY(at_text_add(out, ", \"default\": ", err));
        AT_TRY(put_text(out, arg->fallback, err));
    }
    if (arg->summary) {
        AT_TRY(at_text_add(out, ", \"description\": ", err));
        AT_TRY(put_text(out, arg->summary, err));
    }
    return at_text_add(out, " },\n", err);
}

/* --- The arguments of each query -------------------------------------------------------------- */

static const at_arg *argument_of(const at_query *query, const char *name) {
    for (const at_arg *arg = query->args; arg && arg->name; arg++)
        if (strcmp(arg->name, name) == 0)
            return arg;
    return NULL;
}

/* A window and a floor need arguments of theirs, or columns that they can be held against. */
static at_status put_filters(at_text *out, const at_query *query, at_error *err) {
    static const char *const bounds[] = {"since", "until"};
    if (!argument_of(query, "min_amount") && at_cut_column(query->columns, AT_COLUMN_AMOUNT) >= 0)
        AT_TRY(at_text_add(out, "          \"min_amount\": { \"$ref\": \"#/$defs/min_amount\" },\n",
                           err));
    AT_TRY(at_text_add(out, "          \"window\": { \"properties\": {", err));
    const bool timed = at_cut_column(query->columns, AT_COLUMN_TIME) >= 0;
    for (size_t i = 0, count = 0; i < AT_COUNT(bounds); i++)
        if (!timed && !argument_of(query, bounds[i]))
            AT_TRY(at_text_print(out, err, "%s \"%s\": false", count++ ? "," : "", bounds[i]));
    return at_text_add(out, " } }\n", err);
}

static at_status put_query(at_text *out, const at_query *query, at_error *err) {
    AT_TRY(
        at_text_print(out, err,
                      ",\n        { \"if\": { \"properties\": { \"ask\": { \"const\": \"%s\" } }, "
                      "\"required\": [\"ask\"] },\n        \"then\": { \"properties\": {\n",
                      query->name));
    for (const at_arg *arg = query->args; arg && arg->name; arg++) {
        AT_TRY(put_argument(out, arg->name, arg, err));
        if (arg->type == AT_ARG_SOURCE)
            AT_TRY(put_argument(out, "sources", arg, err));
    }
    AT_TRY(put_filters(out, query, err));
    return at_text_add(out, "        } } }", err);
}

static at_status put_queries(at_text *out, at_error *err) {
    AT_TRY(at_text_add(
        out, "{\n      \"allOf\": [\n        { \"properties\": { \"ask\": { \"enum\": [", err));
    for (size_t i = 0; at_queries[i]; i++) {
        AT_TRY(at_text_add(out, i ? ", " : "", err));
        AT_TRY(put_text(out, at_queries[i]->name, err));
    }
    AT_TRY(at_text_add(out, "] } } }", err));
    for (size_t i = 0; at_queries[i]; i++)
        AT_TRY(put_query(out, at_queries[i], err));
    return at_text_add(out, "\n      ]\n    }", err);
}

/* --- Every name of an argument, once ---------------------------------------------------------- */

/* Has a query before `query`, or an argument of it before `arg`, the same name (and need)? */
static bool met_before(size_t query, const at_arg *arg, bool required) {
    for (size_t i = 0; i < query; i++) {
        const at_arg *same = argument_of(at_queries[i], arg->name);
        if (same && (same->required || !required))
            return true;
    }
    return false;
}

/* What the argument of that name may be in any query: a default may be meant for each of them. */
static at_status put_default(at_text *out, const char *name, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text forms = {0};
    AT_CLEANUP(at_text_clear) at_text form = {0};
    for (size_t i = 0; at_queries[i]; i++) {
        const at_arg *arg = argument_of(at_queries[i], name);
        if (!arg)
            continue;
        at_text_reset(&form);
        AT_TRY(at_text_add(&form, "{ ", err));
        AT_TRY(put_values(&form, arg, err));
        AT_TRY(at_text_add(&form, " }", err));
        if (!forms.bytes || !strstr(at_text_string(&forms), at_text_string(&form)))
            AT_TRY(
                at_text_print(&forms, err, "%s%s", forms.bytes ? ", " : "", at_text_string(&form)));
    }
    return at_text_print(out, err, ",\n        \"%s\": { \"anyOf\": [%s] }", name,
                         at_text_string(&forms));
}

static at_status put_defaults(at_text *out, at_error *err) {
    AT_TRY(at_text_add(out,
                       "{\n      \"properties\": {\n        \"min_amount\": "
                       "{ \"$ref\": \"#/$defs/count\" }",
                       err));
    for (size_t i = 0; at_queries[i]; i++)
        for (const at_arg *arg = at_queries[i]->args; arg && arg->name; arg++)
            if (!met_before(i, arg, false) && strcmp(arg->name, "min_amount") != 0)
                AT_TRY(put_default(out, arg->name, err));
    return at_text_add(out, "\n      }\n    }", err);
}

/* --- What a question cannot do without -------------------------------------------------------- */

/* An argument is given by the question, by the defaults, or by what stands for it: a window for
 * its bounds, the case's as_of for the end of time, `sources` for `source`. */
static at_status put_need(at_text *out, const at_arg *arg, at_error *err) {
    const char *name = arg->name;
    const bool bound = strcmp(name, "since") == 0 || strcmp(name, "until") == 0;
    const bool end = strcmp(name, "as_of") == 0 || strcmp(name, "until") == 0;
    AT_TRY(at_text_print(out, err,
                         "        { \"anyOf\": [\n          { \"required\": [\"defaults\"], "
                         "\"properties\": { \"defaults\": { \"required\": [\"%s\"] } } },\n",
                         name));
    if (end)
        AT_TRY(at_text_add(out, "          { \"required\": [\"as_of\"] },\n", err));
    if (bound)
        AT_TRY(at_text_print(out, err,
                             "          { \"required\": [\"defaults\"], \"properties\": { "
                             "\"defaults\": { \"required\": [\"window\"], \"properties\": { "
                             "\"window\": { \"required\": [\"%s\"] } } } } },\n",
                             name));
    AT_TRY(at_text_add(out,
                       "          { \"properties\": { \"questions\": { \"items\": {\n"
                       "            \"if\": { \"required\": [\"ask\"], \"properties\": { \"ask\": "
                       "{ \"enum\": [",
                       err));
    for (size_t i = 0, count = 0; at_queries[i]; i++) {
        const at_arg *same = argument_of(at_queries[i], name);
        if (same && same->required)
            AT_TRY(at_text_print(out, err, "%s\"%s\"", count++ ? ", " : "", at_queries[i]->name));
    }
    AT_TRY(at_text_print(out, err,
                         "] } } },\n            \"then\": { \"anyOf\": [{ \"required\": [\"%s\"] }",
                         name));
    if (arg->type == AT_ARG_SOURCE)
        AT_TRY(at_text_add(out, ", { \"required\": [\"sources\"] }", err));
    if (bound)
        AT_TRY(at_text_print(out, err,
                             ", { \"required\": [\"window\"], \"properties\": { \"window\": { "
                             "\"required\": [\"%s\"] } } }",
                             name));
    return at_text_add(out, "] } } } } }\n        ] }", err);
}

static at_status put_needs(at_text *out, at_error *err) {
    size_t count = 0;
    AT_TRY(at_text_add(out, "{\n      \"allOf\": [\n", err));
    for (size_t i = 0; at_queries[i]; i++)
        for (const at_arg *arg = at_queries[i]->args; arg && arg->name; arg++)
            if (arg->required && !met_before(i, arg, true)) {
                AT_TRY(at_text_add(out, count++ ? ",\n" : "", err));
                AT_TRY(put_need(out, arg, err));
            }
    return at_text_add(out, "\n      ]\n    }", err);
}

/* --- The columns of each answer --------------------------------------------------------------- */

static at_status put_columns(at_text *out, const at_query *query, at_error *err) {
    AT_TRY(
        at_text_print(out, err,
                      "        { \"if\": { \"required\": [\"schema\"], \"properties\": { "
                      "\"schema\": { \"const\": \"assettrace/%s/%d\" } } },\n        \"then\": { "
                      "\"properties\": { \"rows\": { \"items\": {\n"
                      "          \"additionalProperties\": false,\n"
                      "          \"properties\": {\n            \"grade\": true, "
                      "\"sources\": true, \"support\": true",
                      query->name, query->version));
    for (const at_column *column = query->columns; column->name; column++) {
        const bool list = column->type == AT_COLUMN_IDS, count = column->type == AT_COLUMN_COUNT;
        AT_TRY(at_text_print(out, err, ",\n            \"%s\": { \"type\": [\"%s\"%s, \"null\"]%s",
                             column->name, list ? "array" : "string", count ? ", \"integer\"" : "",
                             list ? ", \"items\": { \"type\": \"string\" }" : ""));
        AT_TRY(at_text_add(out, ", \"description\": ", err));
        AT_TRY(put_text(out, column->summary, err));
        AT_TRY(at_text_add(out, " }", err));
    }
    return at_text_add(out, "\n          } } } } } }", err);
}

static at_status put_answers(at_text *out, at_error *err) {
    AT_TRY(at_text_add(out, "{\n      \"allOf\": [\n", err));
    for (size_t i = 0; at_queries[i]; i++) {
        AT_TRY(at_text_add(out, i ? ",\n" : "", err));
        AT_TRY(put_columns(out, at_queries[i], err));
    }
    return at_text_add(out, "\n      ]\n    }", err);
}

/* --- The file and its parts ------------------------------------------------------------------- */

static const struct part {
    const char *file, *place; /* in the order of the file */
    size_t key_bytes;         /* of `place`, which stay */
    at_status (*put)(at_text *out, at_error *err);
} parts[] = {
    {"model/schema/answer.json", "\"query_columns\": true", sizeof "\"query_columns\": " - 1,
     put_answers},
    {"model/schema/case.json", "\"query_arguments\": " ANY_MEMBERS,
     sizeof "\"query_arguments\": " - 1, put_queries},
    {"model/schema/case.json", "\"default_arguments\": " ANY_MEMBERS,
     sizeof "\"default_arguments\": " - 1, put_defaults},
    {"model/schema/case.json", "\"needed_arguments\": true", sizeof "\"needed_arguments\": " - 1,
     put_needs},
};

at_status at_schema_print(at_text *out, const at_embedded_file *file, at_error *err) {
    const char *rest = file->data;
    for (size_t i = 0; i < AT_COUNT(parts); i++) {
        if (strcmp(parts[i].file, file->name) != 0)
            continue;
        const char *place = strstr(rest, parts[i].place);
        if (!place)
            return at_fail(err, AT_BUG, "E-BUG", "\"%s\" has no place for %s", file->name,
                           parts[i].place);
        AT_TRY(at_text_add_bytes(out, rest, (size_t)(place - rest) + parts[i].key_bytes, err));
        AT_TRY(parts[i].put(out, err));
        rest = place + strlen(parts[i].place);
    }
    return at_text_add_bytes(out, rest, file->bytes - (size_t)(rest - file->data), err);
}
