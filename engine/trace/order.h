/**
 * order.h - in which order transfers of one moment count (specification T2).
 *
 * The ledger's rows already stand in (time, seq, id): option tie=record. tie=credit_first takes,
 * inside each group of equal time, the first row whose debtor waits for no credit of the group.
 *
 * Ownership: the arena's. Complexity: O(rows log of the largest group).
 */
#ifndef ASSETTRACE_TRACE_ORDER_H
#define ASSETTRACE_TRACE_ORDER_H

#include "engine/model/ledger.h"

typedef enum at_tie { AT_TIE_RECORD, AT_TIE_CREDIT_FIRST } at_tie;
extern const char *const at_ties[]; /* record credit_first, NULL-terminated */

/** Rows in the order of `tie`, or NULL where that is the ledger's own order. */
AT_CHECKED at_status at_trace_order(const uint32_t **out, const at_ledger *ledger, at_tie tie,
                                    at_arena *arena, at_error *err);

#endif
