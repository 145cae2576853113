/**
 * graph.h - the case graph: things, and the ties between them that records state.
 *
 * Members are parties, accounts and assets, numbered in bytewise order of their ids, so that member
 * numbers order output. Accounts without a ledger (external, sink) and '@' nodes are no members:
 * what touches them is counted. A hub (flagged by the caller, or with more distinct counterparties
 * than hub_degree) stays a member but is cut: its ties lead nowhere, and what that loses is
 * counted.
 *
 * Ties:      a holding, an account's holder, a link, a nominee's principal, a shared strong
 *            identifier (same type and key), and the transfers of one pair in one currency taken
 *            together. Two halves of a payment in transit are one transfer. Self-transfers and
 *            self-holdings are none.
 * Window:    transfers with since <= time <= until; any other tie whose period touches the window.
 * Units:     minor units of the tie's currency; microseconds UTC.
 * Ownership: everything lives in the arena.
 * Errors:    AT_LIMIT "E-AMOUNT-RANGE" when a sum passes int64.
 * Source:    specification "analysis" N0, N2, J2; design section 4.
 */
#ifndef ASSETTRACE_NETWORK_GRAPH_H
#define ASSETTRACE_NETWORK_GRAPH_H

#include "engine/model/facts.h"
#include "engine/model/summary.h"

typedef struct at_member {
    at_thing thing;
    at_kind kind;
    const char *id;
    const char *title;   /* or NULL */
    at_record_id record; /* the first that describes it; 0 = only mentioned */
    uint32_t degree;     /* distinct counterparties, before cutting */
    bool outside;        /* external or sink: listed nowhere, cut */
    bool cut;            /* a hub, or outside */
} at_member;

typedef enum at_tie_kind {
    AT_TIE_HOLDING,
    AT_TIE_HOLDER,
    AT_TIE_NOMINEE,
    AT_TIE_LINK,
    AT_TIE_IDENTIFIER,
    AT_TIE_TRANSFERS,
} at_tie_kind;
const char *at_tie_text(at_tie_kind kind); /* "holding", "holder", ... */

/* J2: what a tie is about; bits of at_graph_options.tie_kinds behind those of the kinds. */
enum at_tie_class {
    AT_TIES_OWNERSHIP = 1 << 6, /* holdings of capital or benefits, and what is kept in a name */
    AT_TIES_CONTROL = 1 << 7,   /* other holdings, principals, who directs, signs for or acts for */
    AT_TIES_SHARED = 1 << 8,    /* identifiers, addresses, phones, devices */
};

typedef struct at_tie {
    uint32_t a, b; /* members, as stated: owner and owned, holder and account, from and to */
    at_tie_kind kind;
    const char *what;          /* interest, link kind, identifier type, currency */
    at_grade grade;            /* the best of its records */
    int64_t amount;            /* transfers: debited in all */
    int64_t first_us, last_us; /* transfers: time of the first and last */
    uint32_t transfer_count;
    const at_record_id *records; /* in order of record number, no duplicates */
    uint32_t record_count;
} at_tie;

typedef struct at_graph_options {
    int64_t since_us, until_us; /* AT_TIME_NONE = open */
    int64_t min_amount;         /* smaller transfers are left out */
    int64_t hub_degree;         /* 0 = no hub by degree */
    unsigned tie_kinds;         /* bits of at_tie_kind and at_tie_class that tie; 0 = all */
    at_ratio min_share;   /* capital, votes or benefits surely of less do not tie; den 0 = all */
    int64_t min_total;    /* nor do transfers of one pair that come to less in all */
    const at_thing *hubs; /* flagged ones */
    size_t hub_count;
    const at_thing *kept; /* never cut: the subjects of a question */
    size_t kept_count;
    size_t loose_rows; /* a longer ledger keeps its transfers: loose.h; 0 = never */
} at_graph_options;

/* A node that is no member but the middle of a payment: "@transit:...". */
#define AT_NODE_TRANSIT (AT_NONE - 1)

/* What one currency lost to a cut. */
typedef struct at_loss {
    at_currency currency;
    int64_t amount;
    uint64_t transfer_count;
} at_loss;

typedef struct at_graph {
    const at_member *members;
    uint32_t member_count;
    const at_tie *ties; /* by (a, b, kind, what) */
    uint32_t tie_count;
    const uint32_t *tie_start, *tie_of; /* ties by member, by (other end, tie) */
    const uint32_t *member_of;          /* by thing, AT_NONE = no member */
    uint32_t thing_limit;
    const at_ledger *ledger;     /* or NULL */
    const at_ledger_part *part;  /* whose ledger it is, when rows are read as they are needed */
    const uint32_t *node_member; /* by its nodes; AT_NONE = no member, or AT_NODE_TRANSIT */
    at_graph_options options;    /* what it was made with */
    /* Its transfers are in the ledger and none of `ties`; nodes by member, AT_NONE = last. */
    bool loose;
    const uint32_t *first_node, *next_node;
    const uint32_t *hub_ties; /* by hub, rising: ties to members that are not outside */

    uint32_t hub_count, cut_tie_count; /* hubs cut, and ties lost with them */
    const at_loss *losses;             /* by currency */
    size_t loss_count;
    uint64_t outside_count; /* transfers to or from accounts without a ledger and '@' nodes */
    uint32_t shared_widely; /* identifiers shared by more than AT_SHARED_MAX things: no tie */
    uint64_t small_count;   /* transfers left out by min_amount */
    uint32_t small_ties;    /* pairs left out by min_total */
    int64_t hub_degree;
} at_graph;

enum { AT_SHARED_MAX = 16 };

/** @param ledger  NULL = no transfers */
AT_CHECKED at_status at_graph_make(at_graph *out, const at_facts *facts, const at_ledger *ledger,
                                   const at_graph_options *options, at_arena *arena, at_error *err);

/**
 * Add a tie's transfers to the loss of its currency; losses stay sorted. Other ties change
 * nothing.
 */
AT_CHECKED at_status at_loss_add(at_loss **losses, size_t *count, size_t *capacity,
                                 const at_tie *tie, at_arena *arena, at_error *err);

/** Fill tie_start and tie_of. Ties are by (a, b, kind, what), none from a member to itself. */
AT_CHECKED at_status at_ties_index(at_graph *graph, at_arena *arena, at_error *err);

bool at_thing_listed(const at_thing *things, size_t count, at_thing thing);

/** The other end of a tie. */
static inline uint32_t at_tie_other(const at_tie *tie, uint32_t member) {
    return tie->a == member ? tie->b : tie->a;
}

/** Does the tie lead on: is neither end cut? */
static inline bool at_tie_leads(const at_graph *graph, const at_tie *tie) {
    return !graph->members[tie->a].cut && !graph->members[tie->b].cut;
}

/** Is the transfer inside the window and large enough? */
static inline bool at_row_wanted(const at_ledger *ledger, size_t row,
                                 const at_graph_options *options) {
    return (options->since_us == AT_TIME_NONE || ledger->time_us[row] >= options->since_us) &&
           (options->until_us == AT_TIME_NONE || ledger->time_us[row] <= options->until_us) &&
           ledger->amount[row] >= options->min_amount && !(ledger->flags[row] & AT_ROW_SELF);
}

/** Is this node half of a payment whose two legs have different times ("@transit:...")? */
bool at_node_is_transit(const at_node *node);

/**
 * The nodes between which a row moves money, and the row that shows the credit: a payment in
 * transit is followed to its far end. False for the second half of one (told at its first half),
 * and for a first half without a second.
 */
bool at_row_ends(uint32_t *from_out, uint32_t *to_out, uint32_t *credit_row_out,
                 const at_ledger *ledger, uint32_t row);

/**
 * The members at the ends of a row, AT_NONE for those that are none; as at_row_ends, but without a
 * look at the nodes. Is false, too, for a row that the window or its amount leaves out.
 */
static inline bool at_row_members(uint32_t members[2], uint32_t *credit_row_out,
                                  const at_graph *graph, uint32_t row) {
    const at_ledger *ledger = graph->ledger;
    uint32_t from, to = ledger->to[row];
    if (!at_row_wanted(ledger, row, &graph->options))
        return false;
    members[0] = graph->node_member[ledger->from[row]];
    members[1] = graph->node_member[to];
    *credit_row_out = row;
    if (members[0] == AT_NODE_TRANSIT)
        return false;
    if (members[1] != AT_NODE_TRANSIT)
        return true;
    if (!at_row_ends(&from, &to, credit_row_out, ledger, row))
        return false;
    members[1] = graph->node_member[to] == AT_NODE_TRANSIT ? AT_NONE : graph->node_member[to];
    return true;
}

/** Have everything about a row that was found by walking. */
static inline at_status at_graph_need_row(const at_graph *graph, uint32_t row, at_error *err) {
    return graph->part ? graph->part->need_row(graph->part->self, row, err) : AT_OK;
}

/** For tests and callers of at_row_wanted: everything, no hub. */
at_graph_options at_graph_all(void);

#endif
