/**
 * event.h - the effective ledger: what a trace reads (specification T3-T7, T15, T16).
 *
 * Rows in the order of the tie option, reversed payments cut down or gone, every account with an
 * opening. A row of effective amount 0 moves nothing; its fee is charged all the same unless the
 * row was written with amount 0, which is no transfer at all (T3). A fee is the event right behind
 * its row and is named "<id>/fee".
 *
 * Ownership: the arena's. Errors: AT_LIMIT "E-AMOUNT-RANGE". Complexity: O(rows).
 */
#ifndef ASSETTRACE_TRACE_EVENT_H
#define ASSETTRACE_TRACE_EVENT_H

#include "engine/trace/order.h"

typedef enum at_reversals { AT_REVERSALS_CANCEL, AT_REVERSALS_AS_NEW } at_reversals;
extern const char *const at_reversal_modes[]; /* cancel as_new, NULL-terminated */

enum { AT_MARK_HELD = 1, AT_MARK_IMPUTED = 2, AT_MARK_ASSET = 4 };

/* What became of one reversing row: REVERSAL_CANCELLED, UNMATCHED, MISMATCH or SPENT. */
typedef struct at_reversal {
    const char *code;
    uint32_t row;
    int64_t amount; /* as written */
} at_reversal;

typedef struct at_effective {
    const at_ledger *ledger;
    const uint32_t *order; /* NULL: the ledger's own */
    const int64_t *amount; /* by row, what remains after T16; 0 = moves nothing */
    int64_t *opening;      /* by node: known, or imputed (T6); 0 where no ledger is held */
    const uint64_t *apart; /* a bit a row: it has a fee or is a conversion, as few are */
    const uint8_t *marks;  /* by node: AT_MARK_; the ledger's nodes themselves lie far apart */
    at_reversal *reversals;
    size_t reversal_count;
    bool converts_elsewhere; /* the ledger is part of one that has a conversion by as_of */
    bool fees_elsewhere;     /* and fees in another currency */
} at_effective;

/** Whether a ledger is held for nodes of this kind (T1); money leaving the others is clean. */
bool at_node_held(at_node_kind kind);

/** The opening of this node had to be imputed: IMPUTED_OPENING when it is above 0. */
static inline bool at_opening_imputed(const at_effective *effective, uint32_t node) {
    return (effective->marks[node] & AT_MARK_IMPUTED) != 0;
}

/** @param as_of_us  reversals after it are not yet known (T16) and stay ordinary transfers */
AT_CHECKED at_status at_effective_make(at_effective *out, const at_ledger *ledger, at_tie tie,
                                       at_reversals reversals, int64_t as_of_us, at_arena *arena,
                                       at_error *err);

static inline uint32_t at_effective_row(const at_effective *effective, uint32_t place) {
    return effective->order != NULL ? effective->order[place] : place;
}

/** A row that charges a fee or converts, of those by as_of or not. */
static inline bool at_effective_apart(const at_effective *effective, uint32_t row) {
    return (effective->apart[row / 64] >> row % 64 & 1) != 0;
}

/** Money really moves: not deleted, not a self-transfer (T4). */
static inline bool at_effective_moves(const at_effective *effective, uint32_t row) {
    return effective->amount[row] > 0 && effective->ledger->from[row] != effective->ledger->to[row];
}

/** Credited to `to`; a row that was cut down is never a conversion. */
static inline int64_t at_effective_in(const at_effective *effective, uint32_t row) {
    const at_ledger *ledger = effective->ledger;
    return (ledger->flags[row] & AT_ROW_CONVERSION) != 0 ? ledger->amount_in[row]
                                                         : effective->amount[row];
}

/** Whether a conversion (T18) lies at or before as_of. O(rows). */
bool at_effective_converts(const at_effective *effective, int64_t as_of_us);

/** The fee charged behind this row, or 0. */
static inline int64_t at_effective_fee(const at_effective *effective, uint32_t row) {
    const at_ledger *ledger = effective->ledger;
    return ledger->amount[row] > 0 ? ledger->fee[row] : 0;
}

#endif
