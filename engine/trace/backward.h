/**
 * backward.h - where a node's money came from, by entry point (specification T22).
 *
 * Entries are payments from where no ledger is held (`in:<transfer>`), what accounts had in the
 * beginning (`open:<account>`) and money that banks lent (`credit`); they sum to the holding. For
 * fifo and lifo a forward trace in which each entry is declared under its own name is exact. For
 * prorata it is not, because dividing whole units depends on how they are named: there the shares
 * are swept back through the ledger as fractions, which are rounded only as doubles are.
 *
 * Ownership:  the arena's. Errors: AT_NO_MEMORY, AT_LIMIT, AT_LIMIT "E-AMOUNT-RANGE".
 * Complexity: O(rows), fifo and lifo O(rows + lot moves).
 */
#ifndef ASSETTRACE_TRACE_BACKWARD_H
#define ASSETTRACE_TRACE_BACKWARD_H

#include "engine/trace/pass.h"

/* Shares of money, and what they sum to. */
typedef double at_fraction; /* not money */

/** The entries whose money could have come to a node of `targets` by as_of, as sources of a trace;
 *  labels are their names.
 *
 *  @param targets  by node: ledger nodes, then the sinks of `sinks` */
AT_CHECKED at_status at_backward_sources(at_trace_source **out, size_t *count_out,
                                         const at_effective *effective, const at_trace *sinks,
                                         const bool *targets, int64_t as_of_us, at_arena *arena,
                                         at_error *err);

/* One entry's part of a holding, in its units. */
typedef struct at_entry {
    uint32_t row;  /* of the ledger; AT_NONE: an opening or credit */
    uint32_t node; /* the opening's account; AT_NONE: a row or credit */
    bool fee;      /* the fee behind the row */
    at_fraction amount;
} at_entry;

/** The entries of what one node holds, or has taken in, by prorata; those above 0, in no order that
 *  means anything but always the same. */
AT_CHECKED at_status at_backward_prorata(at_entry **out, size_t *count_out,
                                         const at_effective *effective, const at_trace *sinks,
                                         uint32_t target, int64_t as_of_us, at_arena *arena,
                                         at_error *err);

#endif
