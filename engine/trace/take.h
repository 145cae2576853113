/**
 * take.h - the take rules: which units leave a holding (specification 1.2). The one place where
 * methods differ; poison, which takes nothing, is in pass_poison.c.
 *
 *   fifo      the oldest units; the moved block keeps its age order (T8)
 *   lifo      the newest units, in their age order
 *   prorata   of every label its part (T9)
 *   libr      @clean, @credit, @unknown first, then of every tainted label its part (T10)
 *   oatway    as libr, but tainted labels first into what is preserved (T12)
 *   paripassu no way of its own: what libr leaves in a fund is divided (T10b, fund.h)
 *   claimant_best
 *             no way of its own: the most that could be in targets by priority (T12b, envelope.h)
 *
 * fifo and lifo keep lists (lots.h), the others vectors (vector.h).
 *
 * Units, errors: those of lots.h and vector.h.
 */
#ifndef ASSETTRACE_TRACE_TAKE_H
#define ASSETTRACE_TRACE_TAKE_H

#include "engine/trace/vector.h"

typedef enum at_trace_method {
    AT_TRACE_FIFO,
    AT_TRACE_LIFO,
    AT_TRACE_PRORATA,
    AT_TRACE_PARIPASSU,
    AT_TRACE_LIBR,
    AT_TRACE_OATWAY,
    AT_TRACE_POISON,
    AT_TRACE_CLAIMANT_BEST
} at_trace_method;
extern const char *const at_trace_methods[]; /* in that order, NULL-terminated */

/* A method at work. */
typedef struct at_take {
    at_trace_method method;
    uint32_t untainted; /* the first label that is not tainted */
    at_lot_store lots;
    at_parts parts;
    uint64_t roundings; /* divisions of prorata that left units over (T9); 0 for the others */
} at_take;

/** Lists, oldest to newest, or vectors. */
static inline bool at_take_keeps_order(const at_take *take) {
    return take->method == AT_TRACE_FIFO || take->method == AT_TRACE_LIFO;
}

AT_CHECKED at_status at_take_init(at_take *out, at_trace_method method, uint32_t tainted_count,
                                  uint32_t label_count, at_arena *arena, at_error *err);

/** `units` (<= total) of `lots` into the empty `out`; `preserved`: they go where oatway takes
 *  tainted money first. */
AT_CHECKED at_status at_take_units(at_lots *out, at_take *take, at_lots *lots, int64_t units,
                                   bool preserved, at_error *err);
/** `units` (may be 0) of `label`, as the newest where there is an order. */
AT_CHECKED at_status at_take_put(at_lots *lots, at_take *take, uint32_t label, int64_t units,
                                 at_error *err);
/** All of `block`, as the newest where there is an order; `block` is empty after. */
AT_CHECKED at_status at_take_join(at_lots *lots, at_take *take, at_lots *block, at_error *err);
/** As at_lots_count. */
AT_CHECKED at_status at_take_count(at_lots *lots, at_take *take, at_label_put *put, void *self,
                                   at_error *err);
/** Give at most `wanted` untainted units the label (T20). */
AT_CHECKED at_status at_take_relabel(int64_t *relabelled_out, at_take *take, at_lots *lots,
                                     uint32_t label, int64_t wanted, at_error *err);
/** The block's `amount` units become `amount_in` (T18). */
void at_take_convert(at_lots *block, at_take *take, int64_t amount, int64_t amount_in);

#endif
