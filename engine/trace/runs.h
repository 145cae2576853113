/**
 * runs.h - the index of a long list of lots: where its n-th unit is, and what of which label.
 *
 * A balanced tree over runs of neighbouring lots, each of which knows the units of its subtree and,
 * where somebody has counted, those by label. A cut, a join or a count looks at O(log lots) runs,
 * so money that is broken into a million lots and sent in a circle costs about as much as money
 * that is whole. Beyond AT_RUN_LABELS labels a count goes down to where there are fewer of them.
 * The tree is a treap whose priorities are the runs' numbers, mixed: the same calls give the same
 * tree, and no answer depends on it.
 *
 * The lots stay a list, linked as ever; whoever links or unlinks one keeps its index true or frees
 * it. A root is a number of `store->runs`; AT_NONE is the index of nothing. For lots.c alone.
 *
 * Units:  minor units. A list's total is below int64's end before it gets an index.
 * Errors: AT_NO_MEMORY, AT_LIMIT.
 */
#ifndef ASSETTRACE_TRACE_RUNS_H
#define ASSETTRACE_TRACE_RUNS_H

#include "engine/trace/lots.h"

enum { AT_RUN_LOTS = 32, AT_RUN_LABELS = 16 };

void at_runs_init(at_lot_store *store, at_arena *arena);
/** Index the lots from `first` to the end of its list. O(lots). */
AT_CHECKED at_status at_runs_make(uint32_t *out, at_lot_store *store, uint32_t first,
                                  at_error *err);
/** The lot that holds the last of the oldest `units` (0 < units < total), and how many units of it
 *  come after them. */
uint32_t at_runs_find(int64_t *left_out, const at_lot_store *store, uint32_t root, int64_t units);
/** Two indexes: of the oldest `units`, which end with the lot `cut`, and of the lots from `rest`,
 *  its next, which may be a part of `cut` that the index does not know yet. */
AT_CHECKED at_status at_runs_cut(uint32_t *older_out, uint32_t *newer_out, at_lot_store *store,
                                 uint32_t root, int64_t units, uint32_t cut, uint32_t rest,
                                 at_error *err);
/** One index of the lots of both. */
uint32_t at_runs_join(at_lot_store *store, uint32_t older, uint32_t newer);
/** The newest lot has grown by `units`. */
void at_runs_grow(at_lot_store *store, uint32_t root, int64_t units);
/** Its only run, and so not worth having. */
bool at_runs_short(const at_lot_store *store, uint32_t root);
/** Tell units by label, in any order; all of them are the list. */
void at_runs_count(const at_lot_store *store, uint32_t root, at_label_put *put, void *self);
void at_runs_free(at_lot_store *store, uint32_t root);

#endif
