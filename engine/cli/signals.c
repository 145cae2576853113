#include "engine/cli/signals.h"

#include "engine/base/interrupt.h"

#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t undo_first;

static void on_signal(int signal) {
    if (!undo_first || at_interrupt_signal())
        _exit(128 + signal);
    at_interrupt(signal);
}

static void install(int flags) {
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = flags};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

void at_signals_install(bool writes) {
    undo_first = writes;
    install(SA_RESTART);
}

void at_signals_break_calls(bool yes) {
    install(yes ? 0 : SA_RESTART);
}
