/**
 * trace_part.h - the part of a ledger that an answer about traced money needs, and the same trace
 * with transfers of one moment in the other order.
 *
 * Ownership: the scratch arena's. Errors: AT_NO_MEMORY, AT_LIMIT.
 */
#ifndef ASSETTRACE_QUERIES_TRACE_PART_H
#define ASSETTRACE_QUERIES_TRACE_PART_H

#include "queries/trace_support.h"

/** Cut the ledger down to what the declared money can have come to and number all that the
 *  arguments name anew; the ledger stays whole where a method needs it or little would be left
 *  out. A note says how much is read. */
AT_CHECKED at_status at_traced_restrict(at_traced *traced, at_table *table, int64_t as_of_us,
                                        at_arena *scratch, at_error *err);

/** What a choice names, by node of the cut. */
AT_CHECKED at_status at_traced_renumber(bool **nodes, const at_restriction *cut, at_arena *scratch,
                                        at_error *err);

/** How much of the ledger is read: the cut, or all of it for a reason. */
AT_CHECKED at_status at_traced_note_read(at_table *table, const at_ledger *ledger,
                                         const at_restriction *cut, const char *reason,
                                         at_error *err);

/** The effective ledger of `ledger`, which is that of `cut` where there is one. */
AT_CHECKED at_status at_traced_effective(at_effective *out, const at_ledger *ledger,
                                         const at_restriction *cut, at_tie tie,
                                         at_reversals reversals, int64_t as_of_us, at_arena *arena,
                                         at_error *err);

/** Whether one order of transfers of one moment differs from the other. */
AT_CHECKED at_status at_traced_has_ties(bool *out, const at_ledger *ledger, at_error *err);

/** Trace again with transfers of one moment in the other order, and say what differs. */
AT_CHECKED at_status at_traced_compare_ties(at_table *table, at_traced *traced, at_tie tie,
                                            at_reversals reversals, int64_t as_of_us,
                                            at_error *err);

#endif
