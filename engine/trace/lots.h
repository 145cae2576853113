/**
 * lots.h - money in the order it arrived: a list of (label, units), oldest to newest.
 *
 * Lists are spliced, not copied: a block leaves one list and joins another in the time it takes
 * to find where it ends, walked from both sides at once (specification 1.6, "the smaller side");
 * where that is far, a list gets an index (runs.h) and keeps it. Neighbours with one label are kept
 * as one lot where two lists meet.
 *
 * Units:     minor units of the account's currency; every lot holds at least 1.
 * Ownership: lots live in the store's arena; a list is a value that names its first and last.
 * Errors:    AT_NO_MEMORY, AT_LIMIT; AT_LIMIT "E-AMOUNT-RANGE" past int64.
 */
#ifndef ASSETTRACE_TRACE_LOTS_H
#define ASSETTRACE_TRACE_LOTS_H

#include "engine/model/ledger.h"
#include "engine/trace/pool.h"

typedef struct at_lot {
    int64_t units;
    uint32_t label;
    uint32_t older, newer; /* AT_NONE at the ends */
    uint32_t runs;         /* of a list's oldest lot: the root of its index, else AT_NONE */
} at_lot;

typedef struct at_lots {
    int64_t total;
    uint32_t oldest, newest; /* meaningful while total > 0 */
} at_lots;

typedef struct at_lot_store {
    at_pool pool, runs;
    uint32_t spare;     /* lots given back, chained by `newer` */
    uint32_t spare_run; /* and runs */
} at_lot_store;

typedef void at_label_put(void *self, uint32_t label, int64_t units);

void at_lot_store_init(at_lot_store *store, at_arena *arena);

static inline at_lot *at_lot_at(const at_lot_store *store, uint32_t index) {
    return at_pool_at(&store->pool, index);
}

/** `units` (may be 0) of `label` at the newest end. */
AT_CHECKED at_status at_lots_push(at_lots *lots, at_lot_store *store, uint32_t label, int64_t units,
                                  at_error *err);
/** `units` of `label` into a list that keeps one lot a label: where money stops (sinks). */
AT_CHECKED at_status at_lots_tally(at_lots *lots, at_lot_store *store, uint32_t label,
                                   int64_t units, at_error *err);
/** All of `block` to the newest end, its order kept; `block` is empty after. */
AT_CHECKED at_status at_lots_append(at_lots *lots, at_lot_store *store, at_lots *block,
                                    at_error *err);
/** The oldest `units` (<= total) of `lots` into the empty list `out`. */
AT_CHECKED at_status at_lots_take_oldest(at_lots *out, at_lots *lots, at_lot_store *store,
                                         int64_t units, at_error *err);
/** The newest `units` (<= total) of `lots` into the empty list `out`. */
AT_CHECKED at_status at_lots_take_newest(at_lots *out, at_lots *lots, at_lot_store *store,
                                         int64_t units, at_error *err);
/** Tell units by label, in any order; together they are the list, but a label may be told of in
 *  parts. */
AT_CHECKED at_status at_lots_count(at_lots *lots, at_lot_store *store, at_label_put *put,
                                   void *self, at_error *err);
/** Give the oldest untainted units (labels >= `untainted`), at most `wanted`, the label. */
AT_CHECKED at_status at_lots_relabel(int64_t *relabelled_out, at_lots *lots, at_lot_store *store,
                                     uint32_t label, uint32_t untainted, int64_t wanted,
                                     at_error *err);
/** Specification T18: `amount` units become `amount_in`; a lot that rounds to 0 goes. */
void at_lots_convert(at_lots *lots, at_lot_store *store, int64_t amount, int64_t amount_in);
/** A new lot of `units` (> 0) in front of the lot `before`, or at the newest end for AT_NONE;
 *  neighbours are left as they are. The list has no index. */
AT_CHECKED at_status at_lots_insert(at_lots *lots, at_lot_store *store, uint32_t before,
                                    uint32_t label, int64_t units, at_error *err);
/** Before lots are changed or unlinked by hand: the list has no index any more. */
void at_lots_loosen(const at_lots *lots, at_lot_store *store);
/** Take a lot out of the list, which keeps its total, and give it back. */
void at_lots_unlink(at_lots *lots, at_lot_store *store, uint32_t index);
/** Empty the list and give its lots back. */
void at_lots_drop(at_lots *lots, at_lot_store *store);

#endif
