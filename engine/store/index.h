/**
 * index.h - what questions need of a store, kept ready in one file: `index/ledger`.
 *
 * It holds who is who (identity.h) and the ledger (engine/model/ledger.h) of one revision. It is no
 * evidence and nothing rests on it: whatever is missing, older, of another store, changed, cut
 * short, a link or somebody else's is passed over, the same is worked out from the store, and a new
 * one is written if it pays. It may be removed at any time, and read-only media need none.
 *
 * Beside it lies `index/networks`: what `networks` found when nothing else was asked
 * (engine/model/summary.h), of the same format and bound to the same, written by the first question
 * of that kind. Without `index/ledger` it is not looked at.
 *
 * Bound to: HMAC-SHA-256 under the store's secret of layout, release, index version, every revision
 * up to this one with the hash it was announced with, the content of its sources, its settings.
 * Made under the name `building`, which is locked, and renamed: two that build at once do not meet,
 * and what a killed one left is built over.
 *
 * Errors: only memory, a deadline and a stop; everything else means no index.
 */
#ifndef ASSETTRACE_STORE_INDEX_H
#define ASSETTRACE_STORE_INDEX_H

#include "engine/store/store.h"

typedef enum at_index_state {
    AT_INDEX_NONE,
    AT_INDEX_FRESH,
    AT_INDEX_STALE,   /* of another revision, store or release */
    AT_INDEX_DAMAGED, /* changed or cut short */
    AT_INDEX_FOREIGN  /* no file of ours: a link, another owner, writable by others */
} at_index_state;
const char *at_index_state_text(at_index_state state);

/** What there is, for the newest revision; `whole` checks every block. */
AT_CHECKED at_status at_index_look(at_index_state *out, uint64_t *bytes_out, at_store *store,
                                   bool whole, at_error *err);

/** Make one for the newest revision, however small, unless it is there. *made_out: is there one
 * now? */
AT_CHECKED at_status at_index_make(bool *made_out, at_store *store, at_error *err);

/**
 * Make one after an import, where that pays: the store has AT_INDEX_ROWS_MIN rows of money (65,536)
 * and at least a quarter of them came after revision `since`. So however often a large store
 * grows a little, all making together costs what some rows of each import do; the first question
 * makes it otherwise. What was imported is published whatever becomes of this.
 *
 * @param due_out  did it pay, whether one was made or not?
 */
AT_CHECKED at_status at_index_make_after(bool *due_out, bool *made_out, at_store *store,
                                         int64_t since, at_error *err);

#endif
