/**
 * withdraw.h - the row that takes a source back, for whoever makes the revision.
 *
 * Errors: AT_BAD_INPUT "E-SOURCE-UNKNOWN", "E-SOURCE-WITHDRAWN".
 */
#ifndef ASSETTRACE_STORE_WITHDRAW_H
#define ASSETTRACE_STORE_WITHDRAW_H

#include "engine/store/sources.h"

/** The source of that number, which must stand. */
AT_CHECKED at_status at_withdraw_find(at_source *out, at_store *store, int64_t number,
                                      at_arena *arena, at_error *err);
/** Inside a transaction: from `revision` on the source does not count. */
AT_CHECKED at_status at_withdraw_insert(at_store *store, int64_t number, int64_t revision,
                                        const char *reason, at_error *err);

#endif
