#include "engine/cli/complete.h"

#include "engine/cli/help.h"
#include "engine/cli/lang.h"
#include "engine/importer.h"
#include "engine/query.h"

#include <stdio.h>
#include <string.h>

/* What is being completed. */
typedef struct typing {
    at_text *out;
    const char *word;   /* as far as it is typed */
    const char *before; /* what stays in front of every candidate: "from,to," */
    size_t before_bytes;
    const at_command *command;
    const at_query *query;   /* NULL: none is named yet */
    const at_option *option; /* whose argument is typed, or NULL */
    at_status status;
    at_error *err;
} typing;

static void offer(typing *self, const char *candidate, const char *end, const char *summary) {
    const char *typed = self->word + self->before_bytes;
    if (self->status != AT_OK || !at_text_starts(candidate, typed))
        return;
    self->status = at_text_print(self->out, self->err, "%.*s%s%s\t%s\n", (int)self->before_bytes,
                                 self->word, candidate, end, summary ? summary : "");
}

static void offer_queries(typing *self) {
    for (size_t i = 0; at_queries[i]; i++)
        offer(self, at_queries[i]->name, "", at_queries[i]->summary);
}

static void offer_importers(typing *self) {
    for (size_t i = 0; at_importers[i]; i++)
        offer(self, at_importers[i]->name, "", at_importers[i]->summary);
}

static void offer_commands(typing *self) {
    for (const at_command *command = at_commands; command->name; command++)
        offer(self, command->name, "", command->summary);
}

static void offer_option(void *self, const at_option *option) {
    char name[64];
    snprintf(name, sizeof name, "--%s", option->name);
    offer(self, name, "", option->summary);
}

static void offer_fields(typing *self) {
    const char *comma = strrchr(self->word, ',');
    self->before_bytes = comma ? (size_t)(comma + 1 - self->word) : 0;
    for (const at_column *column = self->query ? self->query->columns : NULL;
         column && column->name; column++)
        offer(self, column->name, "", column->summary);
    offer(self, "grade", "", "how the row is known");
    offer(self, "sources", "", "the records that it rests on");
    offer(self, "support", "", "how many they are");
}

/* "of=", and after the '=' the words that the argument can have. */
static void offer_arguments(typing *self) {
    static const char *const flag[] = {"yes", "no", NULL};
    const char *equals = strchr(self->word, '=');
    for (const at_arg *arg = self->query ? self->query->args : NULL; arg && arg->name; arg++) {
        if (!equals) {
            offer(self, arg->name, "=", arg->summary);
            continue;
        }
        const size_t length = (size_t)(equals - self->word);
        if (strlen(arg->name) != length || memcmp(arg->name, self->word, length) != 0)
            continue;
        const char *const *choice = arg->type == AT_ARG_CHOICE ? arg->choices
                                    : arg->type == AT_ARG_FLAG ? flag
                                                               : NULL;
        self->before_bytes = length + 1;
        for (; choice && *choice; choice++)
            offer(self, *choice, "", arg->summary);
    }
}

static void offer_topics(typing *self) {
    offer_commands(self);
    offer_queries(self);
    offer_importers(self);
    for (size_t i = 0; at_topics[i].name; i++)
        offer(self, at_topics[i].name, "", at_topics[i].summary);
    for (size_t i = 0; self->word[0] == 'E' && at_code_at(i); i++)
        offer(self, at_code_at(i), "", "an error code");
}

static void offer_option_argument(typing *self) {
    const char *argument = self->option->argument;
    if (strcmp(argument, "IMPORTER") == 0)
        offer_importers(self);
    else if (strcmp(argument, "NAME,...") == 0)
        offer_fields(self);
    else if (strcmp(argument, "LANGUAGE") == 0)
        for (size_t i = 0; at_language_at(i); i++)
            offer(self, at_language_at(i), "", "");
}

static void offer_schemas(typing *self) {
    char name[AT_SCHEMA_NAME_BYTES];
    for (size_t i = 0; at_schema_at(name, i); i++)
        offer(self, name, "", "a JSON schema");
}

/* The word at `index` after the command (and its action). */
static void offer_word(typing *self, size_t index) {
    const char *command = self->command->name;
    const at_action *action = self->command->actions;
    if (strcmp(command, "ask") == 0 && index > 0)
        offer_arguments(self);
    else if (index > 0)
        return;
    else if (action->name[0])
        for (; action->name; action++)
            offer(self, action->name, "", action->summary);
    else if (strcmp(command, "ask") == 0 || strcmp(command, "queries") == 0)
        offer_queries(self);
    else if (strcmp(command, "importers") == 0)
        offer_importers(self);
    else if (strcmp(command, "help") == 0)
        offer_topics(self);
    else if (strcmp(command, "schema") == 0)
        offer_schemas(self);
}

typedef struct option_search {
    const char *word;
    const at_option *found;
} option_search;

static void match_option(void *self, const at_option *option) {
    option_search *search = self;
    const char *word = search->word;
    const bool by_letter = option->letter && word[1] == option->letter && !word[2];
    if (!search->found && (by_letter || (word[1] == '-' && strcmp(word + 2, option->name) == 0)))
        search->found = option;
}

/* The option that takes the next word as its argument, or NULL. */
static const at_option *wanting_option(const at_command *command, const char *word) {
    option_search search = {.word = word};
    if (word[0] != '-' || !word[1])
        return NULL;
    if (command)
        at_command_options(command, match_option, &search);
    for (const at_option *option = at_general_options; option->name; option++)
        match_option(&search, option);
    return search.found && search.found->argument ? search.found : NULL;
}

at_status at_complete(at_text *out, const char *const *words, size_t word_count, at_error *err) {
    typing self = {.out = out, .word = "", .err = err, .status = AT_OK};
    size_t index = 0; /* of the word after the command */
    for (size_t i = 0; i + 1 < word_count; i++) {
        if (self.option || words[i][0] == '-') {
            self.option = self.option ? NULL : wanting_option(self.command, words[i]);
        } else if (!self.command) {
            self.command = at_command_find(words[i]);
            if (!self.command)
                return AT_OK; /* nothing sensible can follow */
        } else {
            if (index++ == 0)
                for (size_t k = 0; at_queries[k]; k++)
                    if (strcmp(at_queries[k]->name, words[i]) == 0)
                        self.query = at_queries[k];
        }
    }
    if (word_count)
        self.word = words[word_count - 1];
    if (self.option)
        offer_option_argument(&self);
    else if (self.word[0] == '-' && self.command)
        at_command_options(self.command, offer_option, &self);
    else if (self.word[0] == '-')
        for (const at_option *option = at_general_options; option->name; option++)
            offer_option(&self, option);
    else if (self.command)
        offer_word(&self, index);
    else
        offer_commands(&self);
    return self.status;
}
