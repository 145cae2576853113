/**
 * interrupt.h - somebody asked this program to stop.
 *
 * The program's signal handler calls at_interrupt; whoever reads or writes files in a loop asks
 * at_interrupt_check and returns its answer like any other failure, so that what was begun is
 * undone by the same clean-up. Reading (at_file_next) and writing (at_file_write) ask by
 * themselves.
 *
 * A deadline is the same for one question: whoever armed a clock calls at_deadline(true) when it
 * rings; memory for the answer is then refused (at_arena_take), and loops that take none ask
 * at_deadline_check. What was begun ends as after any failure: there is no answer, never half of
 * one, so that the clock decides whether there is an answer and not what it says. Who asks many
 * questions may have a stop end the one being answered in the same way (at_interrupt_questions).
 *
 * Errors:  AT_INTERRUPTED "E-INTERRUPTED"; AT_LIMIT "E-TIME-LIMIT" past a deadline.
 * Threads: at_interrupt and at_deadline may be called from a signal handler.
 */
#ifndef ASSETTRACE_BASE_INTERRUPT_H
#define ASSETTRACE_BASE_INTERRUPT_H

#include <stdbool.h>

#include "engine/base/error.h"

/** Ask for a stop; `signal` > 0 is kept for the exit code. 0 takes the request back. */
void at_interrupt(int signal);
/** The signal that asked, or 0. */
int at_interrupt_signal(void);
AT_CHECKED at_status at_interrupt_check(at_error *err);

/** Shall at_deadline_check answer like at_interrupt_check too? Not while anything is undone. */
void at_interrupt_questions(bool yes);

/** The time allowed is over (true), or there is time again (false). */
void at_deadline(bool passed);
AT_CHECKED at_status at_deadline_check(at_error *err);

#endif
