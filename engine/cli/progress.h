/**
 * progress.h - how far a long job is, on a terminal and after one second.
 *
 * What the job measures (base/progress.h) gets a bar with rate and time left; the rest a clock that
 * shows that the program lives. One line of stderr, erased before anything else is written there.
 * Never in a pipe, never with ASSETTRACE_PROGRESS=no.
 *
 * Units:   bytes or things counted; microseconds.
 * Threads: one. The clock ticks in a signal handler that only writes.
 */
#ifndef ASSETTRACE_CLI_PROGRESS_H
#define ASSETTRACE_CLI_PROGRESS_H

#include "engine/base/progress.h"
#include "engine/base/text.h"

/** Begin to watch the job of this command. */
void at_progress_start(void);
/** Erase the line: something is about to be printed. */
void at_progress_erase(void);
void at_progress_stop(void);
/** Erase the line from a signal handler that ends the program. */
void at_progress_abandon(void);

enum { AT_PROGRESS_WHOLE = 1 << 20 }; /* parts of a step */

/** How much of the step that the outermost bar is at the bars inside it have done. */
uint64_t at_progress_part(const at_progress *innermost);

/**
 * "bank.csv  [##########..........]  50%  12.0 MiB/s  0:05 left", or of things counted
 * "cases  [##########..........]  50%  100 of 200  12.5/s  0:08 left"; at most `columns` wide.
 *
 * @param bar         the outermost one
 * @param part        of the step it is at, in AT_PROGRESS_WHOLE
 * @param elapsed_us  since the job began; > 0
 */
AT_CHECKED at_status at_progress_line(at_text *out, const at_progress *bar, uint64_t part,
                                      int64_t elapsed_us, size_t columns, at_error *err);

#endif
