/**
 * freeze_part.h - the parts of the freeze plan among themselves; see freeze.h.
 *
 * A search keeps a set that grows and, by node, what the node can add to it at most. That only
 * falls while the set grows, so most nodes need not be asked again (Leskovec and others, 2007).
 */
#ifndef ASSETTRACE_TRACE_FREEZE_PART_H
#define ASSETTRACE_TRACE_FREEZE_PART_H

#include "engine/trace/freeze.h"

static inline void at_freeze_count(at_freeze_work *work, uint64_t steps) {
    work->steps += steps;
    work->stopped = work->stopped || (work->steps_max > 0 && work->steps > work->steps_max);
}

/** Steps of one forecast. */
uint64_t at_freeze_cost(const at_freeze_work *work);

typedef struct at_freeze_search {
    at_freeze_work *work;
    const bool *allowed; /* by node: may be chosen */
    bool *set;           /* by node */
    uint32_t *order;     /* the set in the order of choice */
    uint32_t count;
    int64_t cost;
    at_forecast value; /* what the set intercepts */
    at_forecast *gain; /* by node: what it can add at most; what it does add where `fresh` */
    bool *fresh;
    at_arena *arena;
} at_freeze_search;

/** An empty set. */
AT_CHECKED at_status at_freeze_search_begin(at_freeze_search *out, at_freeze_work *work,
                                            const bool *allowed, at_arena *arena, at_error *err);
/** Put back to the empty set, gains as bound as they were for it. */
AT_CHECKED at_status at_freeze_search_reset(at_freeze_search *search, at_error *err);
/** Add a node whose set is worth `value`. */
void at_freeze_search_add(at_freeze_search *search, uint32_t node, at_forecast value);
/** The largest min(gain, room) / cost among those that cost `left` at most; ties: the larger gain,
 *  the smaller id. AT_NONE: nothing adds anything, or the steps are used up. */
AT_CHECKED at_status at_freeze_search_next(uint32_t *out, at_freeze_search *search,
                                           at_forecast room, int64_t left, at_error *err);

/** F4's greedy choice for `goal` and its reverse delete. */
AT_CHECKED at_status at_freeze_greedy_cover(at_freeze_search *search, at_forecast goal,
                                            at_error *err);
/** Go on within the budget, gain per cost. */
AT_CHECKED at_status at_freeze_greedy_budget(at_freeze_search *search, int64_t budget,
                                             at_error *err);

/** Upper bounds of what each node adds to `set`: what comes to it, less what would be stopped
 *  behind it anyway. Exact where no way leads back to the node. O(horizon * rates). */
AT_CHECKED at_status at_freeze_gain_bounds(at_forecast *out, at_freeze_work *work, const bool *set,
                                           at_arena *arena, at_error *err);

/** The best set by branch and bound: by cover the cheapest that reaches `goal`, then the larger
 *  interception, then ids; by budget the larger interception, then the cheaper, then ids.
 *
 *  @param cost, value  of a set already known */
AT_CHECKED at_status at_freeze_exact(bool *set, at_freeze_work *work, const at_freeze_wish *wish,
                                     at_forecast goal, int64_t cost, at_forecast value,
                                     at_arena *arena, at_error *err);

#endif
