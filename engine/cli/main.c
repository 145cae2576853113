/* main.c: clean the surroundings, run one command, turn its status into an exit code. */
#include "engine/base/interrupt.h"
#include "engine/cli/cli.h"
#include "engine/cli/environment.h"
#include "engine/cli/exit.h"
#include "engine/cli/help.h"
#include "engine/cli/lang.h"
#include "engine/cli/options.h"
#include "engine/cli/output.h"
#include "engine/cli/progress.h"
#include "engine/cli/signals.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_error err = {0};
    at_status status = at_environment_clean(&err);
    if (status == AT_OK)
        status = at_cli_run(argc, argv, &arena, &err);
    if (status != AT_OK)
        at_cli_complain(&err);
    at_language_clear();
    return at_exit_code(status, at_interrupt_signal());
}

/* Help goes to stdout when asked for, to stderr beside a usage error. */
static at_status say_help(const at_cli *cli, FILE *stream, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {0}, wrapped = {0};
    const int descriptor = fileno(stream);
    AT_TRY(cli->command ? at_help_command(&text, cli->command, err) : at_help_overview(&text, err));
    AT_TRY(at_help_wrap(&wrapped, at_text_string(&text), at_terminal_columns(descriptor),
                        isatty(descriptor) == 1, err));
    fputs(at_text_string(&wrapped), stream);
    if (fflush(stream) != 0)
        return at_fail(err, AT_IO, "E-IO", "cannot write the help");
    return AT_OK;
}

at_status at_cli_run(int argc, char **argv, at_arena *arena, at_error *err) {
    at_cli cli = {.arena = arena};
    const at_status parsed = at_options_parse(&cli, argc, argv, err);
    const char *language = at_cli_value(&cli, "lang");
    at_error unknown = {0};
    if (at_language_choose(language ? language : getenv("ASSETTRACE_LANG"), &unknown) != AT_OK &&
        parsed == AT_OK) {
        *err = unknown;
        return AT_USAGE;
    }
    AT_TRY(parsed);
    if (!cli.command && !at_cli_has(&cli, "help")) {
        AT_TRY(say_help(&cli, stderr, err));
        return at_fail(err, AT_USAGE, "E-CLI-COMMAND", "no command is given");
    }
    if (!cli.command)
        return say_help(&cli, stdout, err);
    if (at_cli_has(&cli, "help")) /* `ask QUERY --help` is about the query */
        return cli.word_count && cli.action->run == at_cmd_ask ? at_cmd_help(&cli, err)
                                                               : say_help(&cli, stdout, err);
    at_signals_install(cli.command->writes);
    at_progress_start();
    const at_status status = cli.action->run(&cli, err);
    at_progress_stop();
    return status;
}
