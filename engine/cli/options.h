/**
 * options.h - the command line, read by the table of commands.
 *
 * Errors: AT_USAGE "E-CLI-COMMAND", "E-CLI-OPTION", "E-CLI-WORDS", with the nearest known name.
 */
#ifndef ASSETTRACE_CLI_OPTIONS_H
#define ASSETTRACE_CLI_OPTIONS_H

#include "engine/cli/cli.h"

/**
 * Fill command, action, options and words of `cli`, whose arena is set. `command` stays NULL when
 * nothing but general options was given. With --help no word is asked for.
 */
AT_CHECKED at_status at_options_parse(at_cli *cli, int argc, char **argv, at_error *err);

#endif
