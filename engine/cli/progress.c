#include "engine/cli/progress.h"

#include "engine/cli/cli.h"
#include "engine/cli/output.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SECOND_US = 1000000, TICKS_A_SECOND = 5 };

#define ERASE "\r\033[K"

/* One line of one terminal: there is no second. */
static volatile sig_atomic_t ticking, ticks, measured, drawn;
static timer_t timer;

/* The outermost bar, since when, and how far it was drawn last. A bar inside may begin anew in one
 * step of the outer: the line never goes back. */
static const at_progress *shown;
static int64_t shown_since_us;
static uint64_t shown_done, shown_part;

static void on_tick(int signal) {
    (void)signal;
    ticks = ticks + 1;
    if (!ticking || ticks < TICKS_A_SECOND)
        return;
    at_progress_ask();
    if (measured || ticks % TICKS_A_SECOND != 0)
        return;
    char line[32];
    size_t at = sizeof line;
    line[--at] = 's';
    line[--at] = ' ';
    for (int left = ticks / TICKS_A_SECOND; left > 0 || at == sizeof line - 2; left /= 10)
        line[--at] = (char)('0' + left % 10);
    at -= sizeof ERASE - 1;
    memcpy(line + at, ERASE, sizeof ERASE - 1);
    drawn = 1;
    (void)!write(STDERR_FILENO, line + at, sizeof line - at);
}

static int64_t now_us(void) {
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * SECOND_US + now.tv_nsec / 1000;
}

static void draw(const at_progress *bar) {
    AT_CLEANUP(at_text_clear) at_text line = {0};
    const at_progress *outermost = bar;
    if (!bar) { /* what follows is not measured */
        measured = 0;
        shown = NULL;
        return;
    }
    uint64_t part = at_progress_part(bar);
    while (outermost->outer)
        outermost = outermost->outer;
    if (shown != outermost) { /* it begins */
        shown = outermost;
        shown_since_us = now_us();
        shown_done = 0;
        return;
    }
    if (shown_done == outermost->done && part < shown_part)
        part = shown_part;
    shown_done = outermost->done;
    shown_part = part;
    const int64_t elapsed_us = now_us() - shown_since_us;
    if (elapsed_us <= 0 || at_progress_line(&line, outermost, part, elapsed_us,
                                            at_terminal_columns(STDERR_FILENO), NULL) != AT_OK)
        return;
    measured = 1;
    fprintf(stderr, ERASE "%s", at_text_string(&line));
    fflush(stderr);
    drawn = 1;
}

void at_progress_start(void) {
    const char *told = getenv("ASSETTRACE_PROGRESS"), *terminal = getenv("TERM");
    if (isatty(STDERR_FILENO) != 1 || (told && strcmp(told, "no") == 0) ||
        (terminal && strcmp(terminal, "dumb") == 0))
        return;
    /* Not SIGALRM: that is the clock of a question's time limit. */
    struct sigaction action = {.sa_handler = on_tick, .sa_flags = SA_RESTART};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
    const struct timespec step = {.tv_nsec = 1000000000L / TICKS_A_SECOND};
    const struct itimerspec each = {.it_interval = step, .it_value = step};
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGRTMIN, &action, NULL) != 0 ||
        timer_create(CLOCK_MONOTONIC, &event, &timer) != 0)
        return;
    ticking = 1;
    at_progress_listen(draw);
    if (timer_settime(timer, 0, &each, NULL) != 0)
        at_progress_stop();
}

void at_progress_erase(void) {
    if (!drawn)
        return;
    fputs(ERASE, stderr);
    fflush(stderr);
    drawn = 0;
}

void at_progress_abandon(void) {
    if (drawn)
        (void)!write(STDERR_FILENO, ERASE, sizeof ERASE - 1);
}

void at_progress_stop(void) {
    if (!ticking)
        return;
    ticking = 0;
    timer_delete(timer);
    at_progress_listen(NULL);
    at_progress_erase();
}
