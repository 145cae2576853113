#include "engine/base/interrupt.h"

#include <signal.h>

static volatile sig_atomic_t asked;
static volatile sig_atomic_t late;
static bool ends_questions;

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

void at_interrupt_questions(bool yes) {
    ends_questions = yes;
}

void at_deadline(bool passed) {
    late = passed;
}

at_status at_deadline_check(at_error *err) {
    if (ends_questions && asked)
        return at_interrupt_check(err);
    if (late)
        return at_fail(err, AT_LIMIT, "E-TIME-LIMIT", "the time allowed is over");
    return AT_OK;
}
