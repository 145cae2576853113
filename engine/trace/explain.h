/**
 * explain.h - which records carry an amount: the declared source and the shortest way from it.
 *
 * A move is one label's part of one transfer. Every tainted move knows the move that brought its
 * label to the debtor by the fewest transfers until then, so a path is read backward; it is a way
 * the label really took, in time order. Of several shortest ways the earliest found is kept.
 * A trace may keep the moves on such ways alone.
 *
 * Ownership: the arena's. Errors: AT_NO_MEMORY, AT_LIMIT.
 */
#ifndef ASSETTRACE_TRACE_EXPLAIN_H
#define ASSETTRACE_TRACE_EXPLAIN_H

#include "engine/model/ledger.h"
#include "engine/trace/pool.h"

typedef struct at_trace_move {
    int64_t amount;  /* in the currency of the creditor, before it repays debt */
    uint32_t row;    /* of the ledger */
    uint32_t label;  /* index in label order */
    uint32_t parent; /* the move before it, or AT_NONE */
    uint32_t source; /* the declaration its label comes from, or AT_NONE: untainted */
    bool fee;        /* the fee behind the row, not the row */
} at_trace_move;

/* How a label got to a node. */
typedef struct at_reach {
    uint64_t records; /* of all moves that brought the label here */
    uint32_t hops;    /* transfers on the shortest way; 0: declared on the account itself;
                         AT_NONE: it has not been there */
    uint32_t move;    /* the last of them, or AT_NONE */
    uint32_t source;  /* index of the declaration */
} at_reach;

typedef struct at_reach_slot {
    uint32_t node, group;
    uint32_t items; /* a number of `groups`; AT_NONE: free */
} at_reach_slot;

/* By node and label: a hash table of groups of labels that follow each other, because money of a
 * thousand labels asks for all of them in turn. A group has about as many as there are groups, so
 * that a node which few labels reach costs little. */
typedef struct at_reaches {
    at_arena *arena;
    at_reach_slot *slots;
    size_t slot_count;
    at_pool groups; /* of 2^group_bits at_reach each */
    uint32_t group_bits;
    at_reach_slot last; /* found by at_reaches_add */
} at_reaches;

void at_reaches_init(at_reaches *reaches, uint32_t label_count, at_arena *arena);
/** Where to begin to look for a group of a node's labels; there are slots. Both numbers are mixed
 *  (splitmix64), since either may be the only one that varies; the order of slots decides nothing,
 *  they are only looked up. */
static inline size_t at_reaches_slot(const at_reaches *reaches, uint32_t node, uint32_t group) {
    uint64_t key = ((uint64_t)group << 32 | node) * UINT64_C(0x9E3779B97F4A7C15);
    key = (key ^ key >> 32) * UINT64_C(0xBF58476D1CE4E5B9);
    return (size_t)(key >> 20) & (reaches->slot_count - 1);
}
/** Call for the slot of what is looked for soon; part of its caller, or gcc drops it. */
static inline __attribute__((always_inline)) void at_reaches_call(const at_reaches *reaches,
                                                                  uint32_t node) {
    if (reaches->slot_count > 0)
        __builtin_prefetch(&reaches->slots[at_reaches_slot(reaches, node, 0)], 1);
}
/** What is known of (node, label), to be filled. */
AT_CHECKED at_status at_reaches_add(at_reach **out, at_reaches *reaches, uint32_t node,
                                    uint32_t label, at_error *err);
/** NULL: the label has not been there. */
const at_reach *at_reaches_find(const at_reaches *reaches, uint32_t node, uint32_t label);
/** Keep `way` where it is shorter than what is known, and add its records to the count. */
AT_CHECKED at_status at_reaches_note(at_reaches *reaches, uint32_t node, uint32_t label,
                                     const at_reach *way, at_error *err);

/** Records behind a row or its fee: 1, or 2 where both statements show the payment. */
static inline uint64_t at_row_records(const at_ledger *ledger, uint32_t row) {
    return (ledger->record[row] != 0) + (ledger->record_in[row] != 0);
}

/** The moves that end in `last`, in the order they happened; at most `limit` of them, the first
 *  ones. AT_NONE as `last` gives none. `*hops_out` counts them all. */
AT_CHECKED at_status at_trace_path(const at_trace_move ***out, size_t *count_out, size_t *hops_out,
                                   const at_pool *moves, uint32_t last, size_t limit,
                                   at_arena *arena, at_error *err);

/** The grade of a way: the weakest link's; corroborated only when every link is. */
at_grade at_grade_join(at_grade a, at_grade b);

#endif
