/**
 * signals.h - SIGINT and SIGTERM.
 *
 * A command that only reads has nothing to undo: it ends at once. One that writes is asked to stop
 * (base/interrupt.h) and undoes its step on the way out; a second signal ends it, and what it had
 * begun is settled when the store is opened next.
 */
#ifndef ASSETTRACE_CLI_SIGNALS_H
#define ASSETTRACE_CLI_SIGNALS_H

#include <stdbool.h>

void at_signals_install(bool writes);
/** Shall a waiting system call return when a signal comes? For the passphrase prompt. */
void at_signals_break_calls(bool yes);

#endif
