/**
 * peer_graph.h - components, hops and reach as igraph and plain arrays find them: what networks are
 * measured by.
 *
 * Units: seconds on the clock; microseconds UTC. Accounts are node numbers of the ledger.
 */
#ifndef ASSETTRACE_TESTS_BENCH_PEER_GRAPH_H
#define ASSETTRACE_TESTS_BENCH_PEER_GRAPH_H

#include "engine/model/ledger.h"

double bench_clock(void);

/** Union-find over the rows as they come: the limit. *count_out: components. */
double bench_peer_unite(const at_ledger *ledger, uint32_t *count_out);
/** igraph: the graph made from the edges, then its components. */
double bench_peer_igraph(const at_ledger *ledger, uint32_t *count_out);

/** Everything within `hops` payments sent by a seed from since_us to until_us, for each seed alone,
 * over arrays by payer; the arrays are not part of the time. *count_out: nodes met, seeds too. */
double bench_peer_hops(const at_ledger *ledger, const uint32_t *seeds, uint32_t seed_count,
                       uint32_t hops, int64_t since_us, int64_t until_us, uint64_t *count_out);

/** When money that leaves `seed` from since_us on can first be at each node: one pass over the
 * rows. *count_out: nodes reached. */
double bench_peer_reach(const at_ledger *ledger, uint32_t seed, int64_t since_us,
                        uint32_t *count_out);

#endif
