/**
 * alike.h - owners that need no solve of their own.
 *
 * A range bears on what a body holds only if the body holds a range or something that leads down to
 * one; nothing else it holds can rise (O9). Two bodies that nobody owns and that hold the same
 * shares of the same bodies can be exchanged without changing the graph, so what one has of
 * anything, the other has.
 *
 * Source: specification "analysis" O5, O8, O9. O(stakes), O(bodies log bodies) comparisons of rows.
 * Errors: AT_NO_MEMORY.
 */
#ifndef ASSETTRACE_NETWORK_ALIKE_H
#define ASSETTRACE_NETWORK_ALIKE_H

#include "engine/network/stake.h"

/** @param out  by body: some stake that it holds, or that lies below what it holds, is a range */
AT_CHECKED at_status at_ranged_owners(bool **out, const at_matrix *matrix, at_arena *arena,
                                      at_error *err);

/** @param out  by body: the first that holds the same in capital and in votes; itself if owned */
AT_CHECKED at_status at_alike_owners(uint32_t **out, const at_ownership *ownership, at_arena *arena,
                                     at_error *err);

#endif
