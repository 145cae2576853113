/* cmd_help.c: help, version, schema, queries, importers: what the program says of itself. */
#include "engine/base/embedded.h"
#include "engine/base/json.h"
#include "engine/cli/command.h"
#include "engine/cli/complete.h"
#include "engine/cli/help.h"
#include "engine/cli/lang.h"
#include "engine/cli/print.h"
#include "engine/cli/schema_print.h"
#include "engine/jobs/ask.h"
#include "engine/jobs/import.h"

#include <stdio.h>
#include <string.h>

/* Nothing of that name: the nearest of everything that help knows. */
static at_status unknown_topic(const char *topic, at_error *err) {
    enum { TOPICS_MAX = 1024 };
    const char *names[TOPICS_MAX + 1] = {0};
    size_t count = 0;
    for (const at_topic *known = at_topics; known->name && count < TOPICS_MAX; known++)
        names[count++] = known->name;
    for (const at_command *command = at_commands; command->name && count < TOPICS_MAX; command++)
        names[count++] = command->name;
    for (size_t i = 0; at_queries[i] && count < TOPICS_MAX; i++)
        names[count++] = at_queries[i]->name;
    for (size_t i = 0; at_importers[i] && count < TOPICS_MAX; i++)
        names[count++] = at_importers[i]->name;
    for (size_t i = 0; at_code_at(i) && count < TOPICS_MAX; i++)
        names[count++] = at_code_at(i);
    at_fail(err, AT_USAGE, "E-CLI-WORDS", "there is no help about \"%s\"", topic);
    const char *nearest = at_text_nearest(topic, names);
    if (nearest)
        at_hint(err, "Did you mean `help %s`?", nearest);
    else
        at_hint(err, "`assettrace help` lists what there is.");
    return AT_USAGE;
}

/* "help map guess": what the action does stands in the help of its command. */
static at_status check_action(const char *command_name, const char *word, at_error *err) {
    const at_command *command = at_command_find(command_name);
    const at_action *action = command ? command->actions : NULL;
    const char *names[16] = {0};
    size_t count = 0;
    for (; action && action->name && count + 1 < AT_COUNT(names); action++)
        names[count++] = action->name;
    for (size_t i = 0; i < count; i++)
        if (names[i][0] && strcmp(names[i], word) == 0)
            return AT_OK;
    at_fail(err, AT_USAGE, "E-CLI-WORDS", "there is no help about \"%s %s\"", command_name, word);
    const char *nearest = at_text_nearest(word, names);
    if (nearest)
        at_hint(err, "Did you mean `help %s %s`?", command_name, nearest);
    else
        at_hint(err, "`help` explains one thing at a time.");
    return AT_USAGE;
}

static at_status explain(at_text *out, const char *topic, at_error *err) {
    const at_command *command = at_command_find(topic);
    if (command)
        return at_help_command(out, command, err);
    const at_query *query = at_query_find(at_queries, topic);
    if (query)
        return at_help_query(out, query, err);
    const at_importer *importer = at_importer_find(at_importers, topic);
    if (importer)
        return at_help_importer(out, importer, err);
    for (const at_topic *known = at_topics; known->name; known++)
        if (strcmp(known->name, topic) == 0)
            return at_help_topic(out, known, err);
    const char *text = at_code_text(topic);
    if (text) {
        const char *title = at_word_translated("code", topic);
        return at_text_print(out, err, "%s%s%s\n%s\n", topic, title ? ": " : "", title ? title : "",
                             text);
    }
    return unknown_topic(topic, err);
}

at_status at_cmd_help(at_cli *cli, at_error *err) {
    AT_CLEANUP(at_output_clear) at_output out = {0};
    AT_CLEANUP(at_text_clear) at_text text = {0};
    AT_TRY(at_output_open(&out, cli, err));
    if (cli->command->options == at_help_options && at_cli_has(cli, "man")) {
        AT_TRY(at_help_manual(&out.text, err));
        return at_output_finish(&out, err);
    }
    if (cli->word_count > 1)
        AT_TRY(check_action(cli->words[0], cli->words[1], err));
    AT_TRY(cli->word_count ? explain(&text, cli->words[0], err) : at_help_overview(&text, err));
    AT_TRY(at_help_wrap(&out.text, at_text_string(&text), out.columns, out.terminal, err));
    return at_output_finish(&out, err);
}

at_status at_cmd_version(at_cli *cli, at_error *err) {
    AT_CLEANUP(at_output_clear) at_output out = {0};
    AT_TRY(at_output_open(&out, cli, err));
    if (out.format == AT_FORMAT_JSON) {
        at_json_writer json = {.out = &out.text};
        at_json_object(&json);
        at_json_put_key(&json, "schema");
        at_json_put_text(&json, "assettrace/version/1");
        at_json_put_key(&json, "version");
        at_json_put_text(&json, ASSETTRACE_VERSION);
        at_json_object_end(&json);
        AT_TRY(at_json_finish(&json, err));
        AT_TRY(at_text_add_char(&out.text, '\n', err));
    } else {
        AT_TRY(at_text_print(&out.text, err, "assettrace %s\n", ASSETTRACE_VERSION));
    }
    return at_output_finish(&out, err);
}

at_status at_cmd_schema(at_cli *cli, at_error *err) {
    enum { SCHEMAS_MAX = 64 };
    char names[SCHEMAS_MAX][AT_SCHEMA_NAME_BYTES], path[AT_SCHEMA_NAME_BYTES + 32];
    const char *known[SCHEMAS_MAX + 1] = {0};
    AT_CLEANUP(at_output_clear) at_output out = {0};
    AT_TRY(at_output_open(&out, cli, err));
    for (size_t i = 0; i < SCHEMAS_MAX && at_schema_at(names[i], i); i++) {
        known[i] = names[i];
        if (!cli->word_count)
            AT_TRY(at_text_print(&out.text, err, "%s\n", names[i]));
    }
    if (!cli->word_count)
        return at_output_finish(&out, err);
    snprintf(path, sizeof path, "model/schema/%.*s.json", AT_SCHEMA_NAME_BYTES, cli->words[0]);
    for (const at_embedded_file *file = at_embedded_files; file->name; file++) {
        if (strcmp(file->name, path) != 0)
            continue;
        AT_TRY(at_schema_print(&out.text, file, err));
        return at_output_finish(&out, err);
    }
    at_fail(err, AT_USAGE, "E-CLI-WORDS", "there is no schema \"%s\"", cli->words[0]);
    const char *nearest = at_text_nearest(cli->words[0], known);
    if (nearest)
        at_hint(err, "Did you mean `schema %s`?", nearest);
    else
        at_hint(err, "`assettrace schema` lists them.");
    return AT_USAGE;
}

/* A script for a shell, or what may stand where its cursor is. */
at_status at_cmd_completion(at_cli *cli, at_error *err) {
    AT_CLEANUP(at_output_clear) at_output out = {0};
    AT_TRY(at_output_open(&out, cli, err));
    if (strcmp(cli->action->name, "words") == 0)
        AT_TRY(at_complete(&out.text, cli->words, cli->word_count, err));
    else
        AT_TRY(at_text_add(&out.text, at_complete_script(cli->action->name), err));
    return at_output_finish(&out, err);
}

static at_status explain_one(at_cli *cli, bool known,
                             at_status (*unknown)(const char *, at_error *), at_error *err) {
    return known ? at_cmd_help(cli, err) : unknown(cli->words[0], err);
}

static at_status unknown_query(const char *name, at_error *err) {
    return at_query_unknown(at_queries, name, err);
}

static at_status unknown_importer(const char *name, at_error *err) {
    enum { NAMES_MAX = 256 };
    const char *names[NAMES_MAX + 1] = {0};
    for (size_t i = 0; at_importers[i] && i < NAMES_MAX; i++)
        names[i] = at_importers[i]->name;
    at_fail(err, AT_USAGE, "E-CLI-WORDS", "there is no importer \"%s\"", name);
    const char *nearest = at_text_nearest(name, names);
    if (nearest)
        at_hint(err, "Did you mean `importers %s`?", nearest);
    return AT_USAGE;
}

/* "of [hops] [since]" */
static at_status list_arguments(const char **out, const at_query *query, at_arena *arena,
                                at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {0};
    for (const at_arg *arg = query->args; arg && arg->name; arg++)
        AT_TRY(at_text_print(&text, err, "%s%s%s%s", text.bytes ? " " : "",
                             arg->required ? "" : "[", arg->name, arg->required ? "" : "]"));
    return at_arena_text(out, arena, at_text_string(&text), err);
}

at_status at_cmd_queries(at_cli *cli, at_error *err) {
    static const at_column columns[] = {
        {"query", AT_COLUMN_TEXT, "its name"},
        {"version", AT_COLUMN_COUNT, "raised when the same question would give another answer"},
        {"arguments", AT_COLUMN_TEXT, "in brackets what may be left out"},
        {"summary", AT_COLUMN_TEXT, "what it answers"},
        {0},
    };
    if (cli->word_count)
        return explain_one(cli, at_query_find(at_queries, cli->words[0]), unknown_query, err);
    at_table table;
    at_table_init(&table, "queries", 1, columns, cli->arena);
    for (size_t i = 0; at_queries[i]; i++) {
        at_row *row = NULL;
        const char *arguments = NULL;
        AT_TRY(at_table_row(&row, &table, err));
        at_cell_text(&row->cells[0], at_queries[i]->name);
        at_cell_integer(&row->cells[1], at_queries[i]->version);
        AT_TRY(list_arguments(&arguments, at_queries[i], cli->arena, err));
        at_cell_text(&row->cells[2], arguments);
        at_cell_text(&row->cells[3], at_queries[i]->summary);
    }
    return at_print_listing(cli, &table, err);
}

at_status at_cmd_importers(at_cli *cli, at_error *err) {
    static const at_column columns[] = {
        {"importer", AT_COLUMN_TEXT, "its name"},
        {"version", AT_COLUMN_COUNT, "raised when the same bytes would give other records"},
        {"recognised", AT_COLUMN_TEXT, "by the first bytes, without --as?"},
        {"summary", AT_COLUMN_TEXT, "what it reads"},
        {0},
    };
    if (cli->word_count)
        return explain_one(cli, at_importer_find(at_importers, cli->words[0]), unknown_importer,
                           err);
    at_table table;
    at_table_init(&table, "importers", 1, columns, cli->arena);
    for (size_t i = 0; at_importers[i]; i++) {
        at_row *row = NULL;
        AT_TRY(at_table_row(&row, &table, err));
        at_cell_text(&row->cells[0], at_importers[i]->name);
        at_cell_integer(&row->cells[1], at_importers[i]->version);
        at_cell_text(&row->cells[2], at_importers[i]->sniff ? "yes" : "no");
        at_cell_text(&row->cells[3], at_importers[i]->summary);
    }
    return at_print_listing(cli, &table, err);
}
