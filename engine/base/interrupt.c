#include "engine/base/interrupt.h"

#include <signal.h>

static volatile sig_atomic_t asked;
static volatile sig_atomic_t late;

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

void at_deadline(bool passed) {
    late = passed;
}

at_status at_deadline_check(at_error *err) {
    if (late)
        return at_fail(err, AT_LIMIT, "E-TIME-LIMIT", "the time allowed is over");
    return AT_OK;
}
