/**
 * summary.h - the networks of a store, packed into columns and taken out again (model/summary.h).
 *
 * What comes out is what `networks` reads of a graph, its networks, evidence and flows: members
 * have neither id nor title nor degree, ties have one record and no transfers, and countries by
 * member are not there. The graph is loose (loose.h) and has no ledger yet.
 *
 * Ownership: everything lives in the arena given, or in that of the summary.
 */
#ifndef ASSETTRACE_NETWORK_SUMMARY_H
#define ASSETTRACE_NETWORK_SUMMARY_H

#include "engine/model/summary.h"
#include "engine/network/group.h"
#include "engine/network/place.h"

typedef struct at_found_networks {
    at_graph graph;
    at_groups groups;
    at_places places;
    const at_flow_count *flows; /* by group */
    const at_note *notes;       /* on the graph (at_graph_notes) */
    size_t note_count;
} at_found_networks;

/** *packed_out: false, and nothing done, where payments are in transit. */
AT_CHECKED at_status at_networks_pack(at_summary *out, bool *packed_out,
                                      const at_found_networks *found, at_arena *arena,
                                      at_error *err);

/**
 * *good_out: false when the columns cannot be such a store's; whatever they hold, nothing in *out
 * leads outside of it.
 *
 * @param thing_limit  as at_facts
 */
AT_CHECKED at_status at_networks_unpack(at_found_networks *out, bool *good_out,
                                        const at_summary *summary, at_thing thing_limit,
                                        at_arena *arena, at_error *err);

#endif
