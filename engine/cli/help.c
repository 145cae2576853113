#include "engine/cli/help.h"

#include "engine/cli/exit.h"
#include "engine/cli/lang.h"
#include "engine/cli/width.h"

#include <stdio.h>
#include <string.h>

enum { NAME_COLUMN = 26, TEXT_COLUMNS = 96 };

/* `  name    summary`, the summary on the next line where the name is long. */
static at_status add_entry(at_text *out, const char *name, const char *summary, at_error *err) {
    const size_t length = strlen(name);
    if (length + 2 > NAME_COLUMN)
        return at_text_print(out, err, "  %s\n%*s%s\n", name, NAME_COLUMN + 2, "", summary);
    return at_text_print(out, err, "  %-*s%s\n", NAME_COLUMN, name, summary);
}

/* A paragraph broken at blanks. */
static at_status add_paragraph(at_text *out, const char *text, at_error *err) {
    size_t column = 0;
    for (const char *word = text; *word;) {
        const size_t length = strcspn(word, " \n");
        if (*word == '\n') { /* examples stand as they are, to the end */
            AT_TRY(at_text_add(out, word, err));
            break;
        }
        if (column && column + 1 + length > TEXT_COLUMNS) {
            AT_TRY(at_text_add_char(out, '\n', err));
            column = 0;
        } else if (column) {
            AT_TRY(at_text_add_char(out, ' ', err));
            column++;
        }
        AT_TRY(at_text_add_bytes(out, word, length, err));
        column += length;
        word += length;
        word += strspn(word, " ");
    }
    return at_text_add_char(out, '\n', err);
}

typedef struct option_list {
    at_text *out;
    const at_command *command;
    at_status status;
    at_error *err;
    const char *seen[64];
    size_t count;
} option_list;

static void add_option(void *self, const at_option *option) {
    option_list *list = self;
    char name[96];
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->seen[i], option->name) == 0)
            return;
    if (list->count < AT_COUNT(list->seen))
        list->seen[list->count++] = option->name;
    char letter[8] = "    ";
    if (option->letter)
        snprintf(letter, sizeof letter, "-%c, ", option->letter);
    snprintf(name, sizeof name, "%s--%s%s%s%s", letter, option->name, option->argument ? " " : "",
             option->argument ? option->argument : "", option->repeat ? "..." : "");
    if (list->status == AT_OK)
        list->status = add_entry(list->out, name, option->summary, list->err);
}

static const char *summary_of(const at_command *command) {
    const char *words = at_word_translated("command", command->name);
    return words ? words : command->summary;
}

at_status at_help_overview(at_text *out, at_error *err) {
    AT_TRY(at_text_add(out,
                       "assettrace: who is connected, what they own, where the money went; with\n"
                       "every row leading back to the bytes of a source.\n\n"
                       "usage: assettrace [-s STORE] COMMAND [options] [words]\n",
                       err));
    const char *group = "";
    for (const at_command *command = at_commands; command->name; command++) {
        if (strcmp(command->group, group) != 0)
            AT_TRY(at_text_print(out, err, "\n%s\n", at_word_of("group", command->group)));
        group = command->group;
        AT_TRY(add_entry(out, command->name, summary_of(command), err));
    }
    AT_TRY(at_text_add(out, "\ntopics\n", err));
    for (const at_topic *topic = at_topics; topic->name; topic++)
        AT_TRY(add_entry(out, topic->name, topic->summary, err));
    return at_text_add(
        out,
        "\n`assettrace help COMMAND` says more of each; `help TOPIC`, `help QUERY`,\n"
        "`help IMPORTER` and `help E-CODE` too.\n",
        err);
}

at_status at_help_command(at_text *out, const at_command *command, at_error *err) {
    AT_TRY(at_text_print(out, err, "%s - %s\n\n", command->name, summary_of(command)));
    AT_TRY(at_text_print(out, err, "%s:", at_word("lead.usage")));
    for (const at_action *action = command->actions; action->name; action++)
        AT_TRY(at_text_print(out, err, "%s assettrace %s%s%s%s%s\n",
                             action > command->actions ? "      " : "", command->name,
                             action->name[0] ? " " : "", action->name, action->words[0] ? " " : "",
                             action->words));
    AT_TRY(at_text_add_char(out, '\n', err));
    for (const at_action *action = command->actions; action->name && action->name[0]; action++)
        AT_TRY(add_entry(out, action->name, action->summary, err));
    if (command->actions[0].name[0])
        AT_TRY(at_text_add_char(out, '\n', err));
    option_list list = {.out = out, .command = command, .err = err};
    at_command_options(command, add_option, &list);
    AT_TRY(list.status);
    if (command->details)
        AT_TRY(at_text_print(out, err, "\n%s\n", command->details));
    return AT_OK;
}

const char *at_help_argument_type(const at_arg *arg) {
    static const char *const words[] = {
        [AT_ARG_TEXT] = "TEXT",
        [AT_ARG_CHOICE] = "WORD",
        [AT_ARG_THING] = "ID",
        [AT_ARG_NODE] = "NODE",
        [AT_ARG_TRANSFER] = "TRANSFER",
        [AT_ARG_START] = "TIME",
        [AT_ARG_END] = "TIME",
        [AT_ARG_RATIO] = "SHARE",
        [AT_ARG_COUNT] = "COUNT",
        [AT_ARG_AMOUNT] = "MINOR-UNITS",
        [AT_ARG_SOURCE] = "LABEL=transfer:T[,AMOUNT] | LABEL=account:A@TIME[,AMOUNT]",
        [AT_ARG_FLAG] = "yes | no",
        [AT_ARG_COUNTRY] = "COUNTRY",
        [AT_ARG_DURATION] = "DURATION",
        [AT_ARG_FILE] = "FILE",
    };
    return words[arg->type];
}

/* "method=fifo | lifo", in brackets when it may be left out. */
static at_status add_argument(at_text *out, const at_arg *arg, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text name = {0}, summary = {0};
    AT_TRY(at_text_print(&name, err, "%s%s=", arg->required ? "" : "[", arg->name));
    if (arg->type == AT_ARG_CHOICE && arg->choices) {
        for (size_t i = 0; arg->choices[i]; i++)
            AT_TRY(at_text_print(&name, err, "%s%s", i ? "|" : "", arg->choices[i]));
    } else {
        AT_TRY(at_text_add(&name, at_help_argument_type(arg), err));
    }
    AT_TRY(at_text_print(&name, err, "%s%s", arg->required ? "" : "]", arg->repeat ? "..." : ""));
    AT_TRY(at_text_add(&summary, arg->summary ? arg->summary : "", err));
    if (arg->fallback)
        AT_TRY(at_text_print(&summary, err, " (%s)", arg->fallback));
    return add_entry(out, at_text_string(&name), at_text_string(&summary), err);
}

at_status at_help_query(at_text *out, const at_query *query, at_error *err) {
    AT_TRY(at_text_print(out, err, "%s - %s (version %d)\n\nusage: assettrace ask %s%s\n",
                         query->name, query->summary, query->version, query->name,
                         query->args && query->args->name ? " KEY=VALUE..." : ""));
    if (query->args && query->args->name)
        AT_TRY(at_text_add(out, "\narguments\n", err));
    for (const at_arg *arg = query->args; arg && arg->name; arg++)
        AT_TRY(add_argument(out, arg, err));
    AT_TRY(at_text_add(out, "\ncolumns\n", err));
    for (const at_column *column = query->columns; column && column->name; column++)
        AT_TRY(add_entry(out, column->name, column->summary ? column->summary : "", err));
    AT_TRY(add_entry(out, "grade", "observed, corroborated, accepted or inferred", err));
    AT_TRY(add_entry(out, "sources", "the addresses of the records that say so", err));
    if (!query->limits)
        return AT_OK;
    AT_TRY(at_text_add(out, "\nlimits\n", err));
    return add_paragraph(out, query->limits, err);
}

at_status at_help_importer(at_text *out, const at_importer *importer, at_error *err) {
    AT_TRY(at_text_print(out, err,
                         "%s - %s (version %d)\n\nusage: assettrace import --as %s --source "
                         "NAMESPACE%s FILE...\n",
                         importer->name, importer->summary, importer->version, importer->name,
                         importer->needs_mapping ? " --map MAP.json" : ""));
    if (importer->options && importer->options->name)
        AT_TRY(at_text_add(out, "\noptions, each as --option KEY=VALUE\n", err));
    for (const at_importer_option *option = importer->options; option && option->name; option++) {
        char name[96];
        snprintf(name, sizeof name, "%s%s", option->name, option->required ? " (needed)" : "");
        AT_TRY(add_entry(out, name, option->summary, err));
    }
    if (importer->needs_mapping)
        AT_TRY(
            at_text_add(out, "\nThe mapping is explained by `assettrace schema mapping`.\n", err));
    return at_text_add(out,
                       importer->sniff ? "\nRecognised by its first bytes, without --as.\n"
                                       : "\nNever recognised unasked: say --as.\n",
                       err);
}

at_status at_help_topic(at_text *out, const at_topic *topic, at_error *err) {
    AT_TRY(at_text_print(out, err, "%s - %s\n\n", topic->name, topic->summary));
    return topic->text ? add_paragraph(out, topic->text, err) : at_help_exit_codes(out, err);
}

at_status at_help_exit_codes(at_text *out, at_error *err) {
    int code = 0;
    for (size_t i = 0; at_exit_text(&code, i); i++)
        AT_TRY(at_text_print(out, err, "%4d  %s\n", code, at_exit_text(&code, i)));
    return AT_OK;
}

/* One line, cut into several where it is too long. */
static at_status wrap_line(at_text *out, const char *line, size_t columns, bool isolate,
                           at_error *err) {
    const bool entry = at_text_starts(line, "  ");
    const size_t indent = entry && columns > 2 * NAME_COLUMN ? NAME_COLUMN + 2 : entry ? 4 : 0;
    size_t margin = 0;
    do {
        AT_CLEANUP(at_text_clear) at_text piece = {0};
        size_t next = strlen(line), bytes = next;
        if (columns)
            bytes = at_visible_cut(&next, line, columns - margin);
        AT_TRY(at_text_print(&piece, err, "%*s", (int)margin, ""));
        AT_TRY(at_text_add_bytes(&piece, line, bytes, err));
        AT_TRY(at_visible_add(out, NULL, at_text_string(&piece), isolate, err));
        AT_TRY(at_text_add_char(out, '\n', err));
        line += next;
        margin = indent;
    } while (*line);
    return AT_OK;
}

/* Is the line at `text` prose that goes on in the next? Entries, examples and heads are not. */
static bool goes_on(const char *text, size_t length) {
    enum { PROSE = 60 };
    return length >= PROSE && text[0] != ' ' && text[length] == '\n' && text[length + 1] != ' ' &&
           text[length + 1] != '\n' && text[length + 1] != '\0';
}

at_status at_help_wrap(at_text *out, const char *text, size_t columns, bool isolate,
                       at_error *err) {
    AT_CLEANUP(at_text_clear) at_text line = {0};
    while (*text) {
        size_t length = strcspn(text, "\n");
        at_text_reset(&line);
        AT_TRY(at_text_add_bytes(&line, text, length, err));
        size_t room = columns;
        while (columns && goes_on(text, length)) {
            room = columns < TEXT_COLUMNS ? columns : TEXT_COLUMNS;
            text += length + 1;
            length = strcspn(text, "\n");
            AT_TRY(at_text_add_char(&line, ' ', err));
            AT_TRY(at_text_add_bytes(&line, text, length, err));
        }
        AT_TRY(wrap_line(out, at_text_string(&line), room, isolate, err));
        text += length + (text[length] == '\n');
    }
    return AT_OK;
}
