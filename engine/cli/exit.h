/**
 * exit.h - from a status to an exit code, in one place.
 *
 *   0 done   1 the answer is no   2 usage   3 partial   4 bad input   5 tampered   6 refused
 *   7 untrusted   10 no store   11 locked   12 wrong key   20 a limit   69 memory, disk, I/O
 *   70 our bug   130 SIGINT   143 SIGTERM
 */
#ifndef ASSETTRACE_CLI_EXIT_H
#define ASSETTRACE_CLI_EXIT_H

#include "engine/base/error.h"

/** @param signal  the one that interrupted, for AT_INTERRUPTED */
int at_exit_code(at_status status, int signal);
/** What a code means, for `help exit-codes`; NULL past the last. `index` counts from 0. */
const char *at_exit_text(int *code_out, size_t index);
/** Of two things that happened, the one the exit code speaks of. */
at_status at_exit_worse(at_status a, at_status b);

#endif
