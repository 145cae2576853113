/**
 * reconcile.h - what an account's own rows add up to over a period.
 *
 * As the ledger has them: reversed payments count both ways, fees are debits, self-transfers move
 * nothing but their fee.
 *
 * Units:  minor units; times in microseconds. Errors: AT_LIMIT "E-AMOUNT-RANGE".
 */
#ifndef ASSETTRACE_TRACE_RECONCILE_H
#define ASSETTRACE_TRACE_RECONCILE_H

#include "engine/model/ledger.h"

typedef struct at_turnover {
    int64_t credits, debits;
    uint64_t rows;
} at_turnover;

/** Rows with since_us <= time < until_us; AT_TIME_NONE leaves an end open. O(rows of the node). */
AT_CHECKED at_status at_turnover_of(at_turnover *out, const at_ledger *ledger, uint32_t node,
                                    int64_t since_us, int64_t until_us, at_error *err);

/** opening + credits - debits, or AT_AMOUNT_NONE where the opening is. */
AT_CHECKED at_status at_turnover_closing(int64_t *out, int64_t opening, const at_turnover *turnover,
                                         at_error *err);

#endif
