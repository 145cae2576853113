/**
 * interrupt.h - somebody asked this program to stop.
 *
 * The program's signal handler calls at_interrupt; whoever reads or writes files in a loop asks
 * at_interrupt_check and returns its answer like any other failure, so that what was begun is
 * undone by the same clean-up. Reading (at_file_next) and writing (at_file_write) ask by
 * themselves.
 *
 * Errors:  AT_INTERRUPTED "E-INTERRUPTED".
 * Threads: at_interrupt may be called from a signal handler.
 */
#ifndef ASSETTRACE_BASE_INTERRUPT_H
#define ASSETTRACE_BASE_INTERRUPT_H

#include "engine/base/error.h"

/** Ask for a stop; `signal` > 0 is kept for the exit code. 0 takes the request back. */
void at_interrupt(int signal);
/** The signal that asked, or 0. */
int at_interrupt_signal(void);
AT_CHECKED at_status at_interrupt_check(at_error *err);

#endif
