/**
 * command.h - what a command is: one row that gives parsing, help and usage errors.
 *
 * A command does one thing (one action without a name) or has a few named actions (`sources list`).
 * Options of a command are its own and those of the groups it takes; every command takes the
 * general ones (--store, --help).
 */
#ifndef ASSETTRACE_CLI_COMMAND_H
#define ASSETTRACE_CLI_COMMAND_H

#include <stdbool.h>

#include "engine/base/error.h"

typedef struct at_cli at_cli;

typedef struct at_option {
    const char *name;     /* "output"; NULL ends a list */
    char letter;          /* 'o', or 0 */
    const char *argument; /* "FILE"; NULL: a flag */
    const char *summary;
    bool repeat; /* may be given several times */
} at_option;

/* Groups of options that several commands share. */
enum {
    AT_TAKES_FORMAT = 1,      /* --json --ndjson --csv --tsv --table --fields --output --force */
    AT_TAKES_JSON = 2,        /* --json alone: what is printed is no table */
    AT_TAKES_REVISION = 4,    /* --at */
    AT_TAKES_LOCK = 8,        /* --lock-wait */
    AT_TAKES_PASSPHRASE = 16, /* --passphrase-file, --passphrase-fd */
    AT_TAKES_UNPACK = 32,     /* --max-unpacked, --max-ratio */
    AT_TAKES_MEMORY = 64,     /* --max-memory */
};

enum { AT_WORDS_ANY = 100000 };

typedef struct at_action {
    const char *name;  /* "withdraw"; "" for a command's only action; NULL ends a list */
    const char *words; /* "N", "FILE... | DIR | -"; "" = none */
    const char *summary;
    size_t words_min, words_max;
    /* What it answers becomes the exit code; an empty message in `err` means it said all itself. */
    at_status (*run)(at_cli *cli, at_error *err);
} at_action;

typedef struct at_command {
    const char *name, *group, *summary;
    const at_action *actions;
    bool action_optional; /* the first action is meant when none is named */
    bool writes;          /* an interruption is waited out until it can be undone */
    unsigned takes;
    const at_option *options; /* its own; may be NULL */
    const char *details;      /* more help, may be NULL */
} at_command;

extern const at_command at_commands[]; /* grouped; the row after the last has the name NULL */
extern const at_option at_general_options[];
extern const at_option at_help_options[];

/** The command of that name, or NULL. */
const at_command *at_command_find(const char *name);
/** Call `visit` for every option of a command: its own, those of its groups, the general ones. */
void at_command_options(const at_command *command, void (*visit)(void *self, const at_option *),
                        void *self);

at_status at_cmd_init(at_cli *cli, at_error *err);
at_status at_cmd_status(at_cli *cli, at_error *err);
at_status at_cmd_diff(at_cli *cli, at_error *err);
at_status at_cmd_backup(at_cli *cli, at_error *err);
at_status at_cmd_restore(at_cli *cli, at_error *err);
at_status at_cmd_key_recipient(at_cli *cli, at_error *err);
at_status at_cmd_check(at_cli *cli, at_error *err);
at_status at_cmd_doctor(at_cli *cli, at_error *err);
at_status at_cmd_log_show(at_cli *cli, at_error *err);
at_status at_cmd_log_verify(at_cli *cli, at_error *err);
at_status at_cmd_import(at_cli *cli, at_error *err);
at_status at_cmd_inbox(at_cli *cli, at_error *err);
at_status at_cmd_map_guess(at_cli *cli, at_error *err);
at_status at_cmd_map_check(at_cli *cli, at_error *err);
at_status at_cmd_sources_list(at_cli *cli, at_error *err);
at_status at_cmd_sources_show(at_cli *cli, at_error *err);
at_status at_cmd_sources_withdraw(at_cli *cli, at_error *err);
at_status at_cmd_sources_replace(at_cli *cli, at_error *err);
at_status at_cmd_sources_republish(at_cli *cli, at_error *err);
at_status at_cmd_resolve_review(at_cli *cli, at_error *err);
at_status at_cmd_resolve_accept(at_cli *cli, at_error *err);
at_status at_cmd_resolve_deny(at_cli *cli, at_error *err);
at_status at_cmd_resolve_undo(at_cli *cli, at_error *err);
at_status at_cmd_resolve_file(at_cli *cli, at_error *err);
at_status at_cmd_resolve_list(at_cli *cli, at_error *err);
at_status at_cmd_find(at_cli *cli, at_error *err);
at_status at_cmd_show(at_cli *cli, at_error *err);
at_status at_cmd_queries(at_cli *cli, at_error *err);
at_status at_cmd_importers(at_cli *cli, at_error *err);
at_status at_cmd_ask(at_cli *cli, at_error *err);
at_status at_cmd_run(at_cli *cli, at_error *err);
at_status at_cmd_seal(at_cli *cli, at_error *err);
at_status at_cmd_verify(at_cli *cli, at_error *err);
at_status at_cmd_key_new(at_cli *cli, at_error *err);
at_status at_cmd_key_show(at_cli *cli, at_error *err);
at_status at_cmd_schema(at_cli *cli, at_error *err);
at_status at_cmd_completion(at_cli *cli, at_error *err);
at_status at_cmd_help(at_cli *cli, at_error *err);
at_status at_cmd_version(at_cli *cli, at_error *err);

#endif
