/**
 * loose.h - a case graph whose transfers stay in the ledger.
 *
 * A ledger of more than at_graph_options.loose_rows rows is not taken together pair by pair:
 * members, hubs, losses and networks come from scans of its columns (union-find), and the ties of
 * one member are made when somebody asks for them. Answers are those of a graph with all its ties;
 * only at_member.degree is 0 where nobody can be a hub. Everything here works on both.
 *
 * Source: design section 4; specification "analysis" N2. O((members + ties + rows) alpha).
 */
#ifndef ASSETTRACE_NETWORK_LOOSE_H
#define ASSETTRACE_NETWORK_LOOSE_H

#include "engine/network/graph.h"

/* Ledgers up to this long become ties (a transfer takes some 200 bytes there). */
enum { AT_LOOSE_ROWS = 2000000 };

/** Inside at_graph_make: index the nodes, cut hubs, count what is lost with them. */
AT_CHECKED at_status at_loose_cut(at_graph *graph, at_member *members, at_arena *arena,
                                  at_error *err);

/** Fill first_node and next_node, by node_member. */
AT_CHECKED at_status at_loose_index_nodes(at_graph *graph, at_arena *arena, at_error *err);

/**
 * Networks by union-find over ties and rows that lead on.
 *
 * @param of  by member, allocated: the smallest member of its network; itself when cut
 */
AT_CHECKED at_status at_members_unite(uint32_t *of, const at_graph *graph, at_error *err);

/** The ties of one member, by (other end, outgoing first, kind, what), as in tie_of. */
AT_CHECKED at_status at_member_ties(const at_tie *const **out, uint32_t *count_out,
                                    const at_graph *graph, uint32_t member, at_arena *arena,
                                    at_error *err);

/**
 * A record that states or mentions the member, 0 when none does: its own (with `tie` false), else
 * of its first tie (with `tie` true: of the first that leads on).
 */
AT_CHECKED at_status at_member_record(at_record_id *out, const at_graph *graph, uint32_t member,
                                      bool tie, at_error *err);

/** Have the rows of one member's nodes; of every node: before walking a ledger that is read in
 * part (at_graph.part). at_member_ties does so itself. */
AT_CHECKED at_status at_graph_need_member(const at_graph *graph, uint32_t member, at_error *err);
AT_CHECKED at_status at_graph_need_walks(const at_graph *graph, at_error *err);

/* The other ends of a member's ties that lead on, in any order, some more than once. */
typedef struct at_neighbours {
    const at_graph *graph;
    uint32_t member, node;
    uint64_t next; /* tie, then row of the node */
    int side;      /* 0 ties, 1 debits, 2 credits */
    /* Of the last one found in the ledger. */
    uint32_t row, credit_row;
} at_neighbours;

at_neighbours at_neighbours_of(const at_graph *graph, uint32_t member);
bool at_neighbours_next(uint32_t *other_out, at_neighbours *walk);

/**
 * Give a loose graph the ties between all that at_around_find would meet, and those of the
 * subjects: from then on it is one with ties, as far as that question goes. What is said of the
 * whole graph (at_graph_notes) is said before. Arguments as at_around_find (around.h); does
 * nothing when the graph is not loose.
 */
AT_CHECKED at_status at_loose_tighten(at_graph *graph, const uint32_t *subjects,
                                      uint32_t subject_count, uint32_t hops, uint32_t max_members,
                                      at_arena *arena, at_error *err);

#endif
