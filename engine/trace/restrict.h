/**
 * restrict.h - the part of a ledger that declared money can have come to, or that a node's money
 * can have come from (specification T23, T22).
 *
 * Accounts that money may have reached in time are kept with their whole history, because openings,
 * debts and reversals are found from it; of the accounts they deal with only those rows are kept,
 * and they count as external. What a reversal needs to be judged is kept too, and where rows of
 * one moment are put in another order, whole moments. A trace with `declared_only` over what is
 * kept gives the tainted figures of one over everything, except by prorata, which divides what
 * others pay in by labels only their own history knows.
 *
 * Rows and nodes keep their order, so ids, records and adjacency are used as in any ledger.
 *
 * Ownership:  the arena's; ids and records are the ledger's.
 * Errors:     AT_NO_MEMORY, AT_LIMIT, AT_LIMIT "E-TIME-LIMIT".
 * Complexity: O(rows kept log accounts reached) and a bit a row and some bytes a node to mark them.
 */
#ifndef ASSETTRACE_TRACE_RESTRICT_H
#define ASSETTRACE_TRACE_RESTRICT_H

#include "engine/trace/pass.h"

typedef struct at_restriction {
    bool whole; /* so much is reached that the ledger itself is as good: nothing was cut */
    at_ledger ledger;
    uint32_t *rows, *nodes; /* by row and node of the cut, those of the ledger, ascending */
    uint32_t reached;       /* accounts kept with their history */
    uint64_t bytes;         /* of the ledger's columns and nodes that were read */
    uint64_t ledger_bytes;  /* of all it has */
    bool converts, fees;    /* at_effective.converts_elsewhere, .fees_elsewhere */
} at_restriction;

/** Of how many rows of a ledger one may be kept before the ledger itself is read sooner; a ledger
 *  of few rows is cut whatever is kept. */
enum { AT_RESTRICT_PART = 4, AT_RESTRICT_FEW = 4096 };

typedef struct at_restrict_options {
    const at_trace_source *sources; /* at_restrict alone */
    size_t source_count;
    const bool *named; /* by node, kept even without a row; at_restrict_back: where to */
    int64_t as_of_us;
    bool moments;    /* keep whole moments: rows will be ordered by AT_TIE_CREDIT_FIRST */
    size_t rows_max; /* more than that are not kept: `whole` */
} at_restrict_options;

/** What the money of `sources` can have come to by as_of. */
AT_CHECKED at_status at_restrict(at_restriction *out, const at_ledger *ledger,
                                 const at_restrict_options *options, at_arena *arena,
                                 at_error *err);
/** What can have led money to the nodes of `named` by as_of (specification T22): every backward
 *  answer about them is the same over the cut, by any method. */
AT_CHECKED at_status at_restrict_back(at_restriction *out, const at_ledger *ledger,
                                      const at_restrict_options *options, at_arena *arena,
                                      at_error *err);

/** Whether a method's tainted figures are the same over the cut (specification T9, T18). */
bool at_restriction_serves(const at_restriction *restriction, at_trace_method method);

/** The greatest rows_max that pays: see AT_RESTRICT_PART. */
size_t at_restrict_rows(const at_ledger *ledger);
/** What a trace of everything reads. */
uint64_t at_restrict_bytes(const at_ledger *ledger);

/** The node of the cut, or AT_NONE. O(log nodes). */
uint32_t at_restricted_node(const at_restriction *restriction, uint32_t node);
/** Sources as the cut numbers their rows and nodes. */
AT_CHECKED at_status at_restricted_sources(at_trace_source **out, const at_restriction *restriction,
                                           const at_trace_source *sources, size_t count,
                                           at_arena *arena, at_error *err);
/** As at_effective_make, over the cut. */
AT_CHECKED at_status at_restricted_effective(at_effective *out, const at_restriction *restriction,
                                             at_tie tie, at_reversals reversals, int64_t as_of_us,
                                             at_arena *arena, at_error *err);

#endif
