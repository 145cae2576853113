/* patterns.c: several patterns with the parameters of one file: a method that can be kept. */
#include <string.h>

#include "queries/pattern_support.h"
#include "engine/base/json.h"

/* --- The file --------------------------------------------------------------------------------- */

static at_status find_family(const at_pattern_family **out, const at_json_value *value,
                             at_error *err) {
    const char *name = at_json_text(value);
    for (size_t i = 0; name != NULL && at_pattern_families[i] != NULL; i++)
        if (strcmp(at_pattern_families[i]->name, name) == 0) {
            *out = at_pattern_families[i];
            return AT_OK;
        }
    const at_status status = at_json_fail(err, value, "E-PATTERN-SET", "there is no pattern \"%s\"",
                                          name != NULL ? name : "");
    at_hint(err, "`assettrace schema patterns` lists them");
    return status;
}

/* A number or a text; two of them for a repeated argument. */
static at_status set_member(at_pattern_settings *settings, const at_arg *arg,
                            const at_json_value *value, at_error *err) {
    const char *text = at_json_text(value) != NULL ? at_json_text(value) : at_json_number(value);
    if (at_json_type_of(value) == AT_JSON_ARRAY && arg->repeat) {
        for (const at_json_value *item = at_json_first(value); item != NULL;
             item = at_json_next(item))
            AT_TRY(set_member(settings, arg, item, err));
        return AT_OK;
    }
    if (text == NULL)
        return at_json_fail(err, value, "E-PATTERN-SET", "\"%s\" wants a number or a text",
                            arg->name);
    at_error why = {0};
    if (at_pattern_set(settings, arg, text, &why) != AT_OK)
        return at_json_fail(err, value, "E-PATTERN-SET", "%s", why.message);
    return AT_OK;
}

static at_status read_member(at_pattern_settings *settings, const at_pattern_family *family,
                             const at_json_value *member, at_error *err) {
    const char *key = at_json_key(member);
    for (const at_arg *arg = family->args; arg->name != NULL; arg++)
        if (strcmp(arg->name, key) == 0)
            return set_member(settings, arg, member, err);
    if (strcmp(key, "pattern") == 0 || strcmp(key, "note") == 0)
        return AT_OK;
    const at_status status = at_json_fail(
        err, member, "E-PATTERN-SET", "pattern \"%s\" has no parameter \"%s\"", family->name, key);
    at_hint(err, "see `assettrace help %s`", family->name);
    return status;
}

static at_status read_item(const at_pattern_family **family, at_pattern_settings *settings,
                           const at_json_value *item, at_error *err) {
    if (at_json_type_of(item) != AT_JSON_OBJECT || at_json_get(item, "pattern") == NULL)
        return at_json_fail(err, item, "E-PATTERN-SET",
                            "an item of a set is an object with a \"pattern\"");
    AT_TRY(find_family(family, at_json_get(item, "pattern"), err));
    AT_TRY(at_pattern_defaults(settings, *family, err));
    for (const at_json_value *member = at_json_first(item); member != NULL;
         member = at_json_next(member))
        AT_TRY(read_member(settings, *family, member, err));
    at_error why = {0};
    for (const at_arg *arg = (*family)->args; arg->name != NULL; arg++)
        if (arg->required && at_json_get(item, arg->name) == NULL)
            return at_json_fail(err, item, "E-PATTERN-SET", "pattern \"%s\" needs \"%s\"",
                                (*family)->name, arg->name);
    if (at_pattern_check(*family, settings, &why) != AT_OK)
        return at_json_fail(err, item, "E-PATTERN-SET", "%s", why.message);
    return AT_OK;
}

static at_status check_head(const at_json_value *root, at_error *err) {
    static const char *const keys[] = {"schema", "id", "version", "patterns", NULL};
    const char *schema = at_json_text(at_json_get(root, "schema"));
    const at_json_value *patterns = at_json_get(root, "patterns");
    if (at_json_type_of(root) != AT_JSON_OBJECT || schema == NULL ||
        strcmp(schema, "assettrace/patterns/1") != 0)
        return at_json_fail(err, root, "E-PATTERN-SET",
                            "this is no set of patterns: \"schema\" is not "
                            "\"assettrace/patterns/1\"");
    AT_TRY(at_json_only(root, keys, err));
    if (patterns == NULL || at_json_type_of(patterns) != AT_JSON_ARRAY ||
        at_json_count(patterns) == 0)
        return at_json_fail(err, root, "E-PATTERN-SET", "\"patterns\" is no list of patterns");
    if (at_json_text(at_json_get(root, "id")) == NULL ||
        at_json_number(at_json_get(root, "version")) == NULL)
        return at_json_fail(err, root, "E-PATTERN-SET",
                            "a set needs an \"id\" and the number of its \"version\"");
    return AT_OK;
}

/* --- The answer ------------------------------------------------------------------------------- */

/* Twice the same pattern with other parameters: its findings are told apart by their place. */
static at_status answer(at_table *out, const at_question *question, const at_json_value *root,
                        at_error *err) {
    const at_json_value *list = at_json_get(root, "patterns");
    at_pattern_work work;
    /* The whole file is read before anything is searched. */
    for (const at_json_value *item = at_json_first(list); item != NULL; item = at_json_next(item)) {
        const at_pattern_family *family = NULL;
        at_pattern_settings settings;
        AT_TRY(read_item(&family, &settings, item, err));
    }
    AT_TRY(at_pattern_begin(&work, out, question, err));
    work.named = true;
    AT_TRY(at_table_note(out, err, "SET", "set \"%s\", version %s",
                         at_json_text(at_json_get(root, "id")),
                         at_json_number(at_json_get(root, "version"))));
    for (const at_json_value *item = at_json_first(list); item != NULL; item = at_json_next(item)) {
        const at_pattern_family *family = NULL;
        at_pattern_settings settings;
        AT_TRY(read_item(&family, &settings, item, err));
        if (settings.currency != NULL)
            AT_TRY(at_arena_text(&settings.currency, question->arena, settings.currency, err));
        AT_TRY(at_pattern_answer(&work, family, &settings, err));
    }
    return AT_OK;
}

static at_status run(at_table *out, const at_question *question, at_error *err) {
    AT_CLEANUP(at_json_close) at_json *json = NULL;
    const at_argument *set = at_question_get(question, "set");
    AT_TRY(at_json_parse(&json, set->file.data, set->file.bytes, set->text, err));
    const at_json_value *root = at_json_root(json);
    AT_TRY(check_head(root, err));
    return answer(out, question, root, err);
}

const at_query query_patterns = {
    .name = "patterns",
    .summary = "the patterns of a set, with its parameters, in one table",
    .version = 1,
    .needs = AT_NEEDS_FACTS | AT_NEEDS_LEDGER,
    .args =
        (const at_arg[]){
            {.name = "set",
             .type = AT_ARG_FILE,
             .summary = "JSON: patterns and their parameters, see `assettrace schema patterns`",
             .required = true},
            {0},
        },
    .columns =
        (const at_column[]){
            {"pattern", AT_COLUMN_TEXT, "the query that would list this finding alone"},
            AT_PATTERN_COLUMNS(AT_COLUMN_TEXT, "account, holder or source>target",
                               "as the pattern counts", "as the pattern sums"),
        },
    .run = run,
    .limits = AT_PATTERN_LIMITS,
};
