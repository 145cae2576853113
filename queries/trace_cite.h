/**
 * trace_cite.h - the records behind a row about traced money, and the row's grade.
 *
 * A tainted amount cites its declaration and the shortest way from it; `support` counts every
 * record that brought its label to the place. Untainted money cites the account's declaration and
 * its latest rows. A row's grade is that of its weakest record, listed or counted.
 *
 * Errors: AT_NO_MEMORY, AT_LIMIT.
 */
#ifndef ASSETTRACE_QUERIES_TRACE_CITE_H
#define ASSETTRACE_QUERIES_TRACE_CITE_H

#include "engine/model/table.h"
#include "engine/trace/pass.h"

/* A row under citation; begin with {.row, .table, .trace}, end with at_cite_end. */
typedef struct at_cite {
    at_row *row;
    at_table *table;
    const at_trace *trace;
    uint64_t more; /* records counted, not listed */
    bool graded;
} at_cite;

/** A row of the ledger: both records of a paired payment. */
AT_CHECKED at_status at_cite_row(at_cite *cite, uint32_t row, at_error *err);
/** What a node's balance rests on: its declaration, and its rows up to as_of, latest first. */
AT_CHECKED at_status at_cite_node(at_cite *cite, uint32_t node, at_error *err);
/** A declaration: its transfer, or what is known of its account. */
AT_CHECKED at_status at_cite_source(at_cite *cite, uint32_t source, at_error *err);
/** The way that ends in move `last`, or the declaration alone where `last` is AT_NONE. */
AT_CHECKED at_status at_cite_way(at_cite *cite, uint32_t source, uint32_t last, at_error *err);
/** How a label came to a node: the shortest way, and the count of all the records. */
AT_CHECKED at_status at_cite_reach(at_cite *cite, const at_reach *reach, at_error *err);
/** Set the row's support. */
void at_cite_end(at_cite *cite);

#endif
