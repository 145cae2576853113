#include "engine/cli/deadline.h"

#include "engine/base/interrupt.h"
#include "engine/cli/exit.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>
#include <sys/time.h>

static volatile sig_atomic_t has_rung;

static void on_alarm(int signal) {
    static const char words[] = "error: a question did not end after its time  [E-TIME-LIMIT]\n";
    (void)signal;
    if (has_rung) {
        if (write(STDERR_FILENO, words, sizeof words - 1) < 0)
            _exit(at_exit_code(AT_IO, 0));
        _exit(at_exit_code(AT_LIMIT, 0));
    }
    has_rung = 1;
    at_deadline(true);
}

void at_deadline_arm(int64_t seconds) {
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    struct itimerval clock = {.it_value = {.tv_sec = seconds}};
    if (seconds > 0)
        clock.it_interval.tv_sec = AT_DEADLINE_GRACE_S;
    sigemptyset(&action.sa_mask);
    setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL);
    has_rung = 0;
    at_deadline(false);
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &clock, NULL);
}
