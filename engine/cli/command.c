/* command.c: options that commands share, and finding a command in the table. */
#include "engine/cli/command.h"

#include <string.h>

const at_option at_general_options[] = {
    {"store", 's', "STORE",
     "the store's folder; else $ASSETTRACE_STORE, else the nearest *.at upward", false},
    {"lang", 0, "LANGUAGE",
     "headings and messages in ar, az, en, fa or ru; else $ASSETTRACE_LANG, else en", false},
    {"help", 'h', NULL, "show help and do nothing", false},
    {0},
};

static const at_option format_options[] = {
    {"json", 0, NULL, "one JSON document", false},
    {"ndjson", 0, NULL, "one JSON object a row", false},
    {"csv", 0, NULL, "comma-separated values", false},
    {"tsv", 0, NULL, "tab-separated values: what a pipe gets", false},
    {"table", 0, NULL, "a table for people: what a terminal gets", false},
    {"fields", 0, "NAME,...", "these fields only, in this order", false},
    {"output", 'o', "FILE", "write to FILE", false},
    {"force", 0, NULL, "overwrite FILE", false},
    {0},
};

static const at_option json_options[] = {
    {"json", 0, NULL, "one JSON document", false},
    {0},
};

static const at_option revision_options[] = {
    {"at", 0, "REVISION", "as the store was at this revision", false},
    {0},
};

static const at_option lock_options[] = {
    {"lock-wait", 0, "SECONDS", "how long to wait for another writer (30)", false},
    {0},
};

static const at_option passphrase_options[] = {
    {"passphrase-file", 0, "FILE", "the passphrase is the first line of FILE", false},
    {"passphrase-fd", 0, "N", "the passphrase is the first line of descriptor N", false},
    {0},
};

static const at_option unpack_options[] = {
    {"max-unpacked", 0, "MIB", "how much a compressed file may become (262144)", false},
    {"max-ratio", 0, "N", "how many times its size a compressed file may become (300)", false},
    {0},
};

static const at_option memory_options[] = {
    {"max-memory", 0, "MIB", "how much memory an import may take (2048)", false},
    {0},
};

static const struct {
    unsigned takes;
    const at_option *options;
} option_groups[] = {
    {AT_TAKES_FORMAT, format_options},         {AT_TAKES_JSON, json_options},
    {AT_TAKES_REVISION, revision_options},     {AT_TAKES_LOCK, lock_options},
    {AT_TAKES_PASSPHRASE, passphrase_options}, {AT_TAKES_UNPACK, unpack_options},
    {AT_TAKES_MEMORY, memory_options},
};

const at_command *at_command_find(const char *name) {
    for (const at_command *command = at_commands; command->name; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

void at_command_options(const at_command *command, void (*visit)(void *self, const at_option *),
                        void *self) {
    for (const at_option *option = command->options; option && option->name; option++)
        visit(self, option);
    for (size_t i = 0; i < AT_COUNT(option_groups); i++)
        if (command->takes & option_groups[i].takes)
            for (const at_option *option = option_groups[i].options; option->name; option++)
                visit(self, option);
    for (const at_option *option = at_general_options; option->name; option++)
        visit(self, option);
}
