/**
 * fund.h - paripassu: what is left in a fund, divided over what each claimant put into the trace
 * (specification T10b).
 *
 * A distribution, not a path: what a libr trace leaves tainted in the fund's accounts together is
 * divided as T9 does, the weights being what was found to be each label's.
 *
 * Units:     minor units of the fund's currency. Ownership: the arena's.
 * Errors:    AT_LIMIT "E-AMOUNT-RANGE" past int64, AT_NO_MEMORY.
 */
#ifndef ASSETTRACE_TRACE_FUND_H
#define ASSETTRACE_TRACE_FUND_H

#include "engine/trace/pass.h"

/** @param out   by tainted label, its part; may be 0
 *  @param libr  a trace by libr
 *  @param fund  by ledger node: belongs to the fund */
AT_CHECKED at_status at_fund_divide(const int64_t **out, const at_trace *libr, const bool *fund,
                                    at_arena *arena, at_error *err);

#endif
