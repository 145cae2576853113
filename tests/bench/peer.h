/**
 * peer.h - what a programmer would write who needs one figure a node and no evidence: arrays, one
 * label, no notes, no moves, no checks. The limit that a trace is measured by: the work is that of
 * the published kernel, one walk over the rows with sixteen bytes an account.
 *
 * Units: minor units. `openings` by node keep every account from debt. Returns the seconds of
 * processor of the walk and of the memory it begins with.
 */
#ifndef ASSETTRACE_TESTS_BENCH_PEER_H
#define ASSETTRACE_TESTS_BENCH_PEER_H

#include "tests/bench/flows.h"

/** Whose payments are traced: the debtor of the row after the first tenth, or who pays most. */
uint32_t bench_payer(const bench_flows *flows, bool busiest);
/** `tainted`: by node, what it has in the end; equal to the unit. */
double bench_peer_fifo(const bench_flows *flows, uint32_t payer, const int64_t *openings,
                       int64_t *tainted);
/** The same in fractions, which agree to a few units. */
double bench_peer_prorata(const bench_flows *flows, uint32_t payer, const int64_t *openings,
                          int64_t *tainted);

#endif
