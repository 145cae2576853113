/**
 * spool.h - a copy of what can be read only once, while it is needed.
 *
 * Standard input, and the database of a backup, are copied beside the data they belong to (a
 * store's tmp/, which lies on the same encrypted disk), and not to a place that everybody shares.
 * The file is locked while it is in use: a store that is opened meanwhile leaves it alone, and one
 * that is opened after its owner died removes it (store/recover.c).
 *
 * Ownership: the spool lives in `arena`; the file is removed by at_spool_close.
 * Errors:    AT_IO for a folder or disk that takes no file.
 */
#ifndef ASSETTRACE_STORE_SPOOL_H
#define ASSETTRACE_STORE_SPOOL_H

#include "engine/base/arena.h"

typedef struct at_spool at_spool;

/** A new file in the tmp/ of the store at that path, or in /tmp for NULL: empty, and readable by
 * its owner alone. */
AT_CHECKED at_status at_spool_open(at_spool **out, const char *store, at_arena *arena,
                                   at_error *err);
AT_CHECKED at_status at_spool_add(at_spool *spool, const void *data, size_t bytes, at_error *err);
/** Bytes that were added before. */
AT_CHECKED at_status at_spool_read(const at_spool *spool, void *out, uint64_t offset, size_t bytes,
                                   at_error *err);
const char *at_spool_path(const at_spool *spool);
void at_spool_close(at_spool **spool);

/** Remove a file unless it is a spool that a running program holds. */
AT_CHECKED at_status at_spool_clear(const char *path, at_error *err);

#endif
