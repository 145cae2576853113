/**
 * restrict_cut.h - a cut in the making, and the ledger that is made from it. For restrict*.c alone.
 *
 * Ownership: what is being made lives in the scratch arena, the result in the one given.
 */
#ifndef ASSETTRACE_TRACE_RESTRICT_CUT_H
#define ASSETTRACE_TRACE_RESTRICT_CUT_H

#include "engine/trace/restrict.h"

typedef struct at_cut_arrival {
    int64_t time_us;
    uint32_t node;
} at_cut_arrival;

typedef struct at_cut {
    const at_ledger *ledger;
    at_arena *arena; /* scratch */
    int64_t as_of_us;
    bool back;                  /* times are negative: the later, the sooner met */
    uint64_t *kept;             /* bit by row */
    uint64_t *moments;          /* bit by row: kept for the order of its moment alone; NULL: none */
    size_t row_count, rows_max; /* of both */
    uint64_t looked_at;         /* rows read and not kept */
    int64_t *arrival_us;        /* by node, when money can have been there, or the last
                                   * it can have left from there; INT64_MAX: never */
    bool *named;                /* by node: kept though it may have no row */
    uint32_t reached;
    at_cut_arrival *heap; /* earliest first */
    size_t heap_count, heap_capacity;
    uint32_t *reversing; /* kept rows whose reversed row was not looked at yet */
    size_t reversing_count, reversing_capacity;
} at_cut;

static inline bool at_cut_has(const uint64_t *bits, uint32_t row) {
    return (bits[row / 64] >> row % 64 & 1) != 0;
}

/** Where `wanted` stands among ascending numbers, or AT_NONE. */
uint32_t at_cut_find(const uint32_t *numbers, size_t count, uint32_t wanted);
/** What columns and nodes of a ledger take. */
uint64_t at_cut_bytes(const at_ledger *ledger);
AT_CHECKED at_status at_cut_make(at_restriction *out, const at_cut *cut, at_arena *arena,
                                 at_error *err);

#endif
