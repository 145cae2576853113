/**
 * freeze_rate.h - how fast money has been leaving an account, from its recent past.
 *
 * The look-back is cut into steps that end at the moment asked about. The rate to another is what
 * went there in all steps over the sum of what was held at the start of each (specification F1);
 * where more left than that, all rates are scaled down to 1 together. Fees and payments to where no
 * ledger is held, and to sinks, go out of reach. An account in debt holds nothing. An asset pays
 * nobody. A payment in transit counts for the account it goes to, when it leaves.
 *
 * Units:     minor units; times in microseconds.
 * Ownership: the arena's. Errors: AT_LIMIT "E-AMOUNT-RANGE"; AT_NO_MEMORY.
 */
#ifndef ASSETTRACE_TRACE_FREEZE_RATE_H
#define ASSETTRACE_TRACE_FREEZE_RATE_H

#include "engine/trace/event.h"
#include "engine/trace/freeze.h"

enum { AT_FREEZE_LOOK_BACK_MAX = 100000 };

typedef struct at_look_back {
    int64_t end_us;  /* the last moment that counts */
    int64_t step_us; /* > 0 */
    uint32_t steps;  /* 1 .. AT_FREEZE_LOOK_BACK_MAX */
} at_look_back;

typedef struct at_outflow {
    uint32_t to; /* a ledger node, or AT_NONE: out of reach */
    int64_t amount;
    at_forecast rate;
} at_outflow;

typedef struct at_outflows {
    at_outflow *items; /* by node, out of reach last */
    size_t count;
    int64_t left;     /* all that went out */
    int64_t balances; /* sum of what was held at the starts of the steps */
} at_outflows;

/** O(rows of the node log rows + steps). */
AT_CHECKED at_status at_outflows_find(at_outflows *out, const at_effective *effective,
                                      uint32_t node, const at_look_back *look_back, at_arena *arena,
                                      at_error *err);
/** The first moment of the look-back. */
int64_t at_look_back_start(const at_look_back *look_back);

#endif
