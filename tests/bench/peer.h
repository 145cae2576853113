/**
 * peer.h - what a programmer would write who needs one figure a node and no evidence: arrays, one
 * label, no notes, no moves, no checks. The limit that a trace is measured by.
 *
 * Units: minor units. Returns the seconds it took, in which every account gets its opening too.
 */
#ifndef ASSETTRACE_TESTS_BENCH_PEER_H
#define ASSETTRACE_TESTS_BENCH_PEER_H

#include "tests/bench/flows.h"

/** Whose payments are traced: the debtor of the row after the first tenth. */
uint32_t bench_payer(const bench_flows *flows);
/** `tainted`: by node, what it has in the end; equal to the unit. */
double bench_peer_fifo(const bench_flows *flows, int64_t *tainted);
/** The same in fractions, which agree to a few units. */
double bench_peer_prorata(const bench_flows *flows, int64_t *tainted);

#endif
