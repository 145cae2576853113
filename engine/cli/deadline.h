/**
 * deadline.h - the clock behind `timeout_s`.
 *
 * When it rings, base/interrupt.h is told, and the question ends as after any failure. One that
 * does not end within AT_DEADLINE_GRACE_S after that is ended with the whole program (exit code
 * 20): what was written before is whole, since files appear by renaming.
 */
#ifndef ASSETTRACE_CLI_DEADLINE_H
#define ASSETTRACE_CLI_DEADLINE_H

#include <stdint.h>

enum { AT_DEADLINE_GRACE_S = 60 };

/** Ring once in so many seconds of wall clock; 0: never, and what has rung is forgotten. */
void at_deadline_arm(int64_t seconds);

#endif
