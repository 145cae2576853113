#include "engine/cli/signals.h"

#include "engine/base/interrupt.h"
#include "engine/cli/progress.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t undo_first;

static void on_signal(int signal) {
    if (!undo_first || at_interrupt_signal()) {
        at_progress_abandon();
        _exit(128 + signal);
    }
    at_interrupt(signal);
}

/* A signal that the caller ignores (a shell does so for what it starts in the background) stays
 * ignored. */
static void install(int flags) {
    static const int signals[] = {SIGINT, SIGTERM};
    struct sigaction before, action = {.sa_handler = on_signal, .sa_flags = flags};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
}

void at_signals_install(bool writes) {
    undo_first = writes;
    install(SA_RESTART);
}

void at_signals_break_calls(bool yes) {
    install(yes ? 0 : SA_RESTART);
}
