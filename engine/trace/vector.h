/**
 * vector.h - money by label alone: what the methods without a memory of order keep of a holding.
 *
 * A vector is an at_lots with one lot a label, in label order (specification T5): tainted labels
 * first, then @clean, @credit, @unknown. Its "oldest" is its first label. The functions here keep
 * that shape; at_lots_push and at_lots_append do not.
 *
 * Units:      minor units; every lot holds at least 1. Products are 128 bits wide.
 * Errors:     AT_NO_MEMORY, AT_LIMIT; AT_LIMIT "E-AMOUNT-RANGE" past int64.
 * Complexity: O(labels present) a call.
 */
#ifndef ASSETTRACE_TRACE_VECTOR_H
#define ASSETTRACE_TRACE_VECTOR_H

#include "engine/trace/lots.h"

/* One label's part in a division. */
typedef struct at_part {
    int64_t weight, units; /* units: what it gets */
    int64_t left_over;     /* of the division: weight * amount mod total */
    uint32_t lot;          /* whose part, where that matters */
} at_part;

/* Room for the parts of every label, and for finding who gets what is left over. */
typedef struct at_parts {
    at_part *items;
    int64_t *room;
} at_parts;

AT_CHECKED at_status at_parts_make(at_parts *out, uint32_t label_count, at_arena *arena,
                                   at_error *err);

/**
 * Divide `amount` >= 0 over `count` weights that sum to `total` (specification T9): everyone gets
 * floor(weight * amount / total), the units left over go one each to those who lost most by it,
 * the earlier one of two that lost the same. No weights, or all 0: amount must be 0. `room` is for
 * `count` numbers.
 *
 * @return whether units were left over
 */
bool at_parts_divide(at_part *items, size_t count, int64_t *room, int64_t amount, int64_t total);

/** `units` (may be 0) more of `label`. */
AT_CHECKED at_status at_vector_add(at_lots *vector, at_lot_store *store, uint32_t label,
                                   int64_t units, at_error *err);
/** All of `block` into the vector; `block` is empty after. */
AT_CHECKED at_status at_vector_join(at_lots *vector, at_lot_store *store, at_lots *block,
                                    at_error *err);
/** The parts of all labels as items of `parts`, weights and lots set; their number. */
size_t at_vector_list(at_parts *parts, const at_lots *vector, const at_lot_store *store);
/** Move what at_vector_list's parts say (`units`) into the empty vector `out`. */
AT_CHECKED at_status at_vector_move(at_lots *out, at_lots *vector, at_lot_store *store,
                                    const at_parts *parts, size_t count, at_error *err);
/** As at_lots_relabel, the untainted labels in label order (T20). */
AT_CHECKED at_status at_vector_relabel(int64_t *relabelled_out, at_lots *vector,
                                       at_lot_store *store, uint32_t label, uint32_t untainted,
                                       int64_t wanted, at_error *err);
/** Specification T18: `amount_in` units divided over the block as T9 does. */
void at_vector_convert(at_lots *vector, at_lot_store *store, at_parts *parts, int64_t amount_in);

#endif
