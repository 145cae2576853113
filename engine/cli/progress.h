/**
 * progress.h - how far a long job is, on a terminal and after one second.
 *
 * What can be measured gets a bar with rate and time left; the rest a clock that shows that the
 * program lives. One line of stderr, erased before anything else is written there. Never in a
 * pipe, never with ASSETTRACE_PROGRESS=no.
 *
 * Units:   bytes; microseconds.
 * Threads: one. The clock ticks in a signal handler that only writes.
 */
#ifndef ASSETTRACE_CLI_PROGRESS_H
#define ASSETTRACE_CLI_PROGRESS_H

#include "engine/base/text.h"

/** Begin to watch the job of this command. */
void at_progress_start(void);
/** Erase the line: something is about to be printed. */
void at_progress_erase(void);
void at_progress_stop(void);

/** `done` of `total` bytes (0: unknown) of `what` are through. */
void at_progress_measure(const char *what, uint64_t done, uint64_t total);

/**
 * "bank.csv  [#####.....]  50%  12.0 MiB/s  0:05 left", at most `columns` wide.
 *
 * @param elapsed_us  since the job began; > 0
 */
AT_CHECKED at_status at_progress_line(at_text *out, const char *what, uint64_t done, uint64_t total,
                                      int64_t elapsed_us, size_t columns, at_error *err);

#endif
