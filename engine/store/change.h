/**
 * change.h - a revision that brings no file: withdrawal, setting, judgement.
 *
 * Errors: AT_LOCKED; AT_IO; those of the function that writes.
 */
#ifndef ASSETTRACE_STORE_CHANGE_H
#define ASSETTRACE_STORE_CHANGE_H

#include "engine/store/pairing.h"
#include "engine/store/publish.h"

/** Write what makes the change, inside the transaction; `task` says what it does to the pairing.
 * publication->revision is set, the rest is to be filled. */
typedef at_status at_change_write(void *self, at_store *store, at_pairing_task *task,
                                  at_publication *publication, at_error *err);

/** Become the writer, write, pair legs anew and publish - or leave nothing. */
AT_CHECKED at_status at_store_change(int64_t *revision_out, at_store *store, at_change_write *write,
                                     void *self, at_error *err);

#endif
