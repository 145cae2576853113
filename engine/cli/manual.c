/* manual.c: the manual page, made from the same tables as the help. */
#include "engine/base/embedded.h"
#include "engine/cli/exit.h"
#include "engine/cli/help.h"

#include <stdio.h>
#include <string.h>

bool at_schema_at(char out[AT_SCHEMA_NAME_BYTES], size_t index) {
    static const char folder[] = "model/schema/", suffix[] = ".json";
    for (const at_embedded_file *file = at_embedded_files; file->name; file++) {
        const size_t length = strlen(file->name), ends = strlen(folder) + strlen(suffix);
        if (!at_text_starts(file->name, folder) || length <= ends ||
            strcmp(file->name + length - strlen(suffix), suffix) != 0 || index-- > 0)
            continue;
        snprintf(out, AT_SCHEMA_NAME_BYTES, "%.*s", (int)(length - ends),
                 file->name + strlen(folder));
        return true;
    }
    return false;
}

/* Text for roff: no line becomes a request, no dash a hyphen. */
static at_status add_plain(at_text *out, const char *text, at_error *err) {
    bool begins = true;
    for (; *text; text++) {
        if (begins && (*text == '.' || *text == '\''))
            AT_TRY(at_text_add(out, "\\&", err));
        begins = *text == '\n';
        if (*text == '\\')
            AT_TRY(at_text_add(out, "\\e", err));
        else if (*text == '-')
            AT_TRY(at_text_add(out, "\\-", err));
        else
            AT_TRY(at_text_add_char(out, *text, err));
    }
    return at_text_add_char(out, '\n', err);
}

/* A tagged paragraph: a bold name, then what it is. */
static at_status add_tagged(at_text *out, const char *name, const char *text, at_error *err) {
    AT_TRY(at_text_add(out, ".TP\n\\fB", err));
    for (; *name; name++)
        AT_TRY(*name == '-'    ? at_text_add(out, "\\-", err)
               : *name == '\\' ? at_text_add(out, "\\e", err)
                               : at_text_add_char(out, *name, err));
    AT_TRY(at_text_add(out, "\\fR\n", err));
    return add_plain(out, text, err);
}

typedef struct option_page {
    at_text *out;
    at_status status;
    at_error *err;
    const char *seen[64];
    size_t count;
} option_page;

static void add_option(void *self, const at_option *option) {
    option_page *page = self;
    char name[96], letter[8] = "";
    for (size_t i = 0; i < page->count; i++)
        if (strcmp(page->seen[i], option->name) == 0)
            return;
    for (const at_option *general = at_general_options; general->name; general++)
        if (general == option)
            return; /* they have a section of their own */
    if (page->status != AT_OK)
        return;
    if (page->count < AT_COUNT(page->seen))
        page->seen[page->count++] = option->name;
    if (option->letter)
        snprintf(letter, sizeof letter, "-%c, ", option->letter);
    snprintf(name, sizeof name, "%s--%s%s%s", letter, option->name, option->argument ? " " : "",
             option->argument ? option->argument : "");
    page->status = add_tagged(page->out, name, option->summary, page->err);
}

static at_status add_command(at_text *out, const at_command *command, at_error *err) {
    AT_TRY(at_text_print(out, err, ".SS %s\n", command->name));
    AT_TRY(add_plain(out, command->summary, err));
    for (const at_action *action = command->actions; action->name; action++) {
        char usage[256];
        snprintf(usage, sizeof usage, "assettrace %s%s%s%s%s", command->name,
                 action->name[0] ? " " : "", action->name, action->words[0] ? " " : "",
                 action->words);
        AT_TRY(add_tagged(out, usage, action->summary, err));
    }
    option_page page = {.out = out, .err = err};
    at_command_options(command, add_option, &page);
    AT_TRY(page.status);
    if (!command->details)
        return AT_OK;
    AT_TRY(at_text_add(out, ".PP\n", err));
    return add_plain(out, command->details, err);
}

static at_status add_tables(at_text *out, at_error *err) {
    AT_TRY(at_text_add(out, ".SH QUERIES\n", err));
    for (size_t i = 0; at_queries[i]; i++)
        AT_TRY(add_tagged(out, at_queries[i]->name, at_queries[i]->summary, err));
    AT_TRY(at_text_add(out, ".SH IMPORTERS\n", err));
    for (size_t i = 0; at_importers[i]; i++)
        AT_TRY(add_tagged(out, at_importers[i]->name, at_importers[i]->summary, err));
    AT_TRY(at_text_add(out, ".SH TOPICS\n", err));
    for (const at_topic *topic = at_topics; topic->name; topic++) {
        if (!topic->text)
            continue;
        AT_TRY(at_text_print(out, err, ".SS %s\n", topic->name));
        AT_TRY(add_plain(out, topic->text, err));
    }
    AT_TRY(at_text_add(out, ".SH EXIT STATUS\n", err));
    int code = 0;
    for (size_t i = 0; at_exit_text(&code, i); i++) {
        char number[16];
        snprintf(number, sizeof number, "%d", code);
        AT_TRY(add_tagged(out, number, at_exit_text(&code, i), err));
    }
    return AT_OK;
}

at_status at_help_manual(at_text *out, at_error *err) {
    AT_TRY(
        at_text_print(out, err,
                      ".TH ASSETTRACE 1 \"\" \"assettrace %s\" \"User Commands\"\n"
                      ".SH NAME\nassettrace \\- who is connected, what they own, where the money "
                      "went\n.SH SYNOPSIS\n.B assettrace\n[\\-s STORE] COMMAND [options] "
                      "[words]\n.SH DESCRIPTION\n"
                      "Answers questions from bank statements and registers. Every row of an "
                      "answer leads back to the bytes of a source.\n.SH OPTIONS\n",
                      ASSETTRACE_VERSION));
    for (const at_option *option = at_general_options; option->name; option++) {
        char name[64];
        snprintf(name, sizeof name, "%s%c%s--%s%s%s", option->letter ? "-" : "",
                 option->letter ? option->letter : ' ', option->letter ? ", " : "", option->name,
                 option->argument ? " " : "", option->argument ? option->argument : "");
        AT_TRY(add_tagged(out, name[0] == ' ' ? name + 1 : name, option->summary, err));
    }
    const char *group = "";
    for (const at_command *command = at_commands; command->name; command++) {
        if (strcmp(command->group, group) != 0)
            AT_TRY(at_text_print(out, err, ".SH COMMANDS: %s\n", command->group));
        group = command->group;
        AT_TRY(add_command(out, command, err));
    }
    AT_TRY(add_tables(out, err));
    return at_text_add(out,
                       ".SH SEE ALSO\n.B assettrace help\nexplains each query, importer and error "
                       "code.\n",
                       err);
}
