/**
 * progress.h - how far a long job is: the one door through which every job says so.
 *
 *   AT_CLEANUP(at_progress_end)
 *   at_progress bar = {.what = "records", .unit = AT_PROGRESS_COUNT, .total = count};
 *   at_progress_begin(&bar);
 *   for (size_t i = 0; i < count; i++)
 *       at_progress_step(&bar, i);
 *
 * A job inside another is a part of the step the outer one is at. Nothing is printed here: a
 * program that shows progress listens, and says by a timer when it wants to be told, so that a step
 * costs one comparison. What a job answers never depends on it.
 *
 * Units:     bytes, or things counted; a total of 0 is unknown.
 * Ownership: a bar is a variable of the job; `what` is borrowed until its end.
 * Threads:   one; at_progress_ask may be called from a signal handler.
 */
#ifndef ASSETTRACE_BASE_PROGRESS_H
#define ASSETTRACE_BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef enum at_progress_unit { AT_PROGRESS_BYTES, AT_PROGRESS_COUNT } at_progress_unit;

typedef struct at_progress {
    const char *what; /* "bank.csv", "cases" */
    at_progress_unit unit;
    uint64_t total, done;
    const struct at_progress *outer; /* set by at_progress_begin */
    bool begun;
} at_progress;

void at_progress_begin(at_progress *bar);
/** `done` of the total are through. */
void at_progress_step(at_progress *bar, uint64_t done);
/** The job is over, or given up. Does nothing for a bar that was not begun. */
void at_progress_end(at_progress *bar);

/** Told of the innermost bar when a step comes after at_progress_ask; of the outermost when it
 * begins, and with NULL when it ends. */
typedef void at_progress_listener(const at_progress *bar);
void at_progress_listen(at_progress_listener *listener);
/** Tell at the next step. */
void at_progress_ask(void);

#endif
