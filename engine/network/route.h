/**
 * route.h - ways of money through the ledger: transfers each of which could pass on the one before.
 *
 * A route is a list of rows in the order of the ledger; each begins at the node where the one
 * before ended, the first at a node marked FROM, the last ends at one marked TO. It says that money
 * could have gone this way in this order, not that it did: that is what tracing is for.
 *
 * Passed are accounts, assets and cash; never external accounts and sinks (no ledger of theirs is
 * held, so nothing says that what left came in), nor nodes marked SHUT. Self-transfers and rows
 * that move nothing are left out. Both halves of a payment in transit are one payment; when its
 * credit is booked before its debit it arrives with the debit.
 *
 * `carried` of a row is the most that can have come with it along the route: the least amount so
 * far, turned into other currencies as the rows themselves turn it (floor, specification G3).
 *
 * Units:     minor units of the row's debit currency; `arriving` of the last credit's currency.
 * Ownership: everything lives in the arena.
 * Source:    specification "analysis" N0, N1, N12. O(nodes + rows) for each kind of route.
 */
#ifndef ASSETTRACE_NETWORK_ROUTE_H
#define ASSETTRACE_NETWORK_ROUTE_H

#include "engine/model/ledger.h"

typedef enum at_route_kind {
    AT_ROUTE_FEWEST,   /* the fewest payments; of several the one that arrives first */
    AT_ROUTE_EARLIEST, /* arrives first; of those the fewest payments */
    AT_ROUTE_WIDEST,   /* can have carried the most; one for each currency it can arrive in */
    AT_ROUTE_KIND_COUNT
} at_route_kind;
extern const char *const at_route_kinds[]; /* fewest earliest widest */

/* What the caller says of a node. */
enum { AT_ROUTE_FROM = 1, AT_ROUTE_TO = 2, AT_ROUTE_SHUT = 4 };

typedef struct at_route_options {
    int64_t since_us, until_us; /* both inclusive; AT_TIME_NONE = open */
    int64_t min_amount;         /* smaller rows are left out (their own debit currency) */
    bool strict;                /* each row later than the one before, not only further down */
    unsigned kinds;             /* bits of at_route_kind; 0 = all */
} at_route_options;

typedef struct at_route {
    at_route_kind kind;
    const uint32_t *rows;
    const int64_t *carried; /* by place in rows */
    uint32_t count;
    uint32_t payments; /* count, two halves of one payment taken together */
    int64_t arriving;
    at_currency currency; /* of `arriving` */
} at_route;

typedef struct at_routes {
    const at_route *routes; /* by kind, the widest by currency */
    size_t count;
} at_routes;

/** @param marks  by node */
AT_CHECKED at_status at_routes_find(at_routes *out, const at_ledger *ledger, const uint8_t *marks,
                                    const at_route_options *options, at_arena *arena,
                                    at_error *err);

/* A node that money can have reached, and the first row by which. */
typedef struct at_money_reach {
    uint32_t row;
    uint32_t payments; /* the fewest by which it can have come with that row */
} at_money_reach;

/**
 * N1: everything that money from the nodes marked AT_ROUTE_FROM can have reached, those apart, in
 * the order of arrival; `kinds` is not read. One scan, O(nodes + rows).
 *
 * @param out  in the arena
 */
AT_CHECKED at_status at_money_reach_find(at_money_reach **out, size_t *count_out,
                                         const at_ledger *ledger, const uint8_t *marks,
                                         const at_route_options *options, at_arena *arena,
                                         at_error *err);

#endif
