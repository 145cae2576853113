#include "engine/cli/progress.h"

#include "engine/cli/cli.h"
#include "engine/cli/output.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SECOND_US = 1000000, REDRAW_US = 200000 };

/* One line of one terminal: there is no second. */
static volatile sig_atomic_t ticking, seconds, measured, drawn;
static timer_t timer;
static int64_t began_us, shown_us;
static const char *measured_what;

static void on_tick(int signal) {
    (void)signal;
    seconds = seconds + 1;
    if (!ticking || measured)
        return;
    char line[32];
    size_t at = sizeof line;
    line[--at] = 's';
    line[--at] = ' ';
    for (int left = seconds; left > 0 || at == sizeof line - 2; left /= 10)
        line[--at] = (char)('0' + left % 10);
    line[--at] = '\r';
    drawn = 1;
    (void)!write(STDERR_FILENO, line + at, sizeof line - at);
}

void at_progress_start(void) {
    const char *told = getenv("ASSETTRACE_PROGRESS"), *terminal = getenv("TERM");
    if (isatty(STDERR_FILENO) != 1 || (told && strcmp(told, "no") == 0) ||
        (terminal && strcmp(terminal, "dumb") == 0))
        return;
    /* Not SIGALRM: that is the clock of a question's time limit. */
    struct sigaction action = {.sa_handler = on_tick, .sa_flags = SA_RESTART};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
    const struct itimerspec each = {.it_interval = {.tv_sec = 1}, .it_value = {.tv_sec = 1}};
    sigemptyset(&action.sa_mask);
    began_us = at_cli_now_us();
    if (sigaction(SIGRTMIN, &action, NULL) != 0 ||
        timer_create(CLOCK_MONOTONIC, &event, &timer) != 0)
        return;
    ticking = 1;
    if (timer_settime(timer, 0, &each, NULL) != 0)
        at_progress_stop();
}

void at_progress_erase(void) {
    if (!drawn)
        return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    drawn = 0;
}

void at_progress_stop(void) {
    if (!ticking)
        return;
    ticking = 0;
    timer_delete(timer);
    at_progress_erase();
}

void at_progress_measure(const char *what, uint64_t done, uint64_t total) {
    AT_CLEANUP(at_text_clear) at_text line = {0};
    const int64_t now = at_cli_now_us();
    if (!ticking)
        return;
    if (measured_what != what) {
        measured_what = what;
        began_us = now;
    }
    measured = 1;
    if (now - began_us < SECOND_US || now - shown_us < REDRAW_US)
        return;
    shown_us = now;
    if (at_progress_line(&line, what, done, total, now - began_us,
                         at_terminal_columns(STDERR_FILENO), NULL) != AT_OK)
        return;
    fprintf(stderr, "\r\033[K%s", at_text_string(&line));
    fflush(stderr);
    drawn = 1;
}
