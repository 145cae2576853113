#include "engine/base/interrupt.h"

#include <signal.h>

static volatile sig_atomic_t asked;

void at_interrupt(int signal) {
    asked = signal;
}

int at_interrupt_signal(void) {
    return asked;
}

at_status at_interrupt_check(at_error *err) {
    if (asked)
        return at_fail(err, AT_INTERRUPTED, "E-INTERRUPTED", "interrupted");
    return AT_OK;
}
