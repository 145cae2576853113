/**
 * spool.h - a copy of what can be read only once, while it is needed.
 *
 * Standard input is copied beside the data it will become part of (a store's tmp/, which lies on
 * the same encrypted disk), and not to a place that everybody shares. The file is locked while it
 * is in use: a store that is opened meanwhile leaves it alone, and one that is opened after its
 * writer died removes it (store/recover.c).
 *
 * Ownership: the spool lives in `arena`; the file is removed by at_spool_close.
 * Errors:    AT_IO for a folder or disk that takes no file.
 */
#ifndef ASSETTRACE_STORE_SPOOL_H
#define ASSETTRACE_STORE_SPOOL_H

#include <stdbool.h>

#include "engine/base/arena.h"

typedef struct at_spool at_spool;

/** A new file in the tmp/ of the store at that path, or in /tmp for NULL: empty, and readable by
 * its owner alone. */
AT_CHECKED at_status at_spool_open(at_spool **out, const char *store, at_arena *arena,
                                   at_error *err);
AT_CHECKED at_status at_spool_add(at_spool *spool, const void *data, size_t bytes, at_error *err);
const char *at_spool_path(const at_spool *spool);
void at_spool_close(at_spool **spool);

/** Is the file of a folder in use by a spool of a program that runs? Not for a file that is gone.
 */
bool at_spool_used(const char *path);

#endif
