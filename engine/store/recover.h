/**
 * recover.h - what a writer that was killed left, settled by the next one.
 *
 * SQLite forgets a transaction that was not committed; what remains is to say so in the custody
 * log, to confirm a revision that was committed but not confirmed, to cut a line that was not
 * written to its end (its bytes' hash is logged), and to empty tmp/. The one file of this room that
 * removes anything.
 *
 * What a large import had committed stays until it is known who comes next (piece.h): the same
 * import goes on with it, any other change takes it back.
 *
 * Called with the writer's lock held.
 */
#ifndef ASSETTRACE_STORE_RECOVER_H
#define ASSETTRACE_STORE_RECOVER_H

#include "engine/store/handle.h"

AT_CHECKED at_status at_recover(at_store *store, at_error *err);

/**
 * Take the rows of a pending import back (piece.h), and log that with why.
 *
 * *out (may be NULL) is a sentence about it in the arena.
 */
AT_CHECKED at_status at_recover_undo(const char **out, at_store *store, const char *why,
                                     at_arena *arena, at_error *err);
/** Forget where a pending import stood: inside the transaction that publishes it. */
AT_CHECKED at_status at_recover_forget(at_store *store, at_error *err);

/** Cut a line that was not written to its end off a log locked exclusively, and log that. */
AT_CHECKED at_status at_recover_line(at_store *store, int descriptor, at_error *err);

#endif
