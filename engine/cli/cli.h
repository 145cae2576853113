/**
 * cli.h - the program: one invocation, and what every command needs of it.
 *
 * engine/cli is the only place that prints or reads argv, the environment or the clock. A command
 * is a row of the table in commands.c and a function in cmd_*.c that gets an at_cli.
 *
 * Ownership: words and values are borrowed from argv; everything else lives in the arena, which
 *            main clears.
 */
#ifndef ASSETTRACE_CLI_CLI_H
#define ASSETTRACE_CLI_CLI_H

#include "engine/base/arena.h"
#include "engine/cli/command.h"
#include "engine/store/reader.h"

/* One option as given. */
typedef struct at_given {
    const at_option *option;
    const char *value; /* NULL for a flag */
} at_given;

struct at_cli {
    const at_command *command;
    const at_action *action;
    const at_given *given;
    size_t given_count;
    const char *const *words; /* after the command and its action; NULL-terminated */
    size_t word_count;
    at_arena *arena;
    const char *actor, *store_path; /* once found: a confined process cannot look again */
};

/** Was the option given? Asserts that the command takes it. */
bool at_cli_has(const at_cli *cli, const char *option);
/** Its value, or NULL. */
const char *at_cli_value(const at_cli *cli, const char *option);
/** All values of a repeated option, in the order given. */
AT_CHECKED at_status at_cli_values(const char *const **out, size_t *count_out, const at_cli *cli,
                                   const char *option, at_error *err);
/** Its value as a whole number in [low, high]; `fallback` when not given. AT_USAGE. */
AT_CHECKED at_status at_cli_number(int64_t *out, const at_cli *cli, const char *option, int64_t low,
                                   int64_t high, int64_t fallback, at_error *err);

/** Microseconds UTC by this machine's clock. */
int64_t at_cli_now_us(void);
/** Who runs this: $ASSETTRACE_ACTOR, else the user's name, else the user's number. */
const char *at_cli_actor(at_cli *cli);

/** The store meant: -s, else $ASSETTRACE_STORE, else the nearest *.at upward. */
AT_CHECKED at_status at_cli_store_path(const char **out, at_cli *cli, at_error *err);
/** Open it; what was found half done and settled is said as a note. */
AT_CHECKED at_status at_cli_open_store(at_store **out, at_cli *cli, at_store_mode mode,
                                       at_error *err);
/** A reader at --at, or at the newest revision. */
AT_CHECKED at_status at_cli_open_reader(at_reader **out, at_cli *cli, at_store *store,
                                        at_error *err);
/** Write down that something was asked, unless the store lies on read-only media. */
AT_CHECKED at_status at_cli_log(at_store *store, const char *action, const char *object,
                                const char *result, int64_t revision, at_error *err);

/** `note: CODE: text` on stderr; `code` may be NULL. */
void at_cli_note(const char *code, const char *format, ...) AT_PRINTF(2, 3);
/** `error: place: message`, the hint and the code, on stderr. Silent without a message. */
void at_cli_complain(const at_error *err);

/** Parse argv and run the command. AT_OK with nothing done after printing help. */
AT_CHECKED at_status at_cli_run(int argc, char **argv, at_arena *arena, at_error *err);

#endif
