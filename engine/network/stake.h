/**
 * stake.h - who holds how much of what, as matrices: the data of ownership and control.
 *
 * A body is anything that takes part: party, account, asset, or a pseudo-owner whose id begins
 * with '@'. Bodies are numbered in bytewise order of their ids, so that body numbers order output.
 * In the economic view a nominee's stake belongs to the principal, or to `@undisclosed:<nominee>`
 * when none is named, with the legal owner beside it; in the legal view it is the nominee's.
 *
 * As of:     with a time, what holds at it (since <= as_of < until; a missing end is open); without
 *            one, every holding that states no end.
 * Parallel:  several holdings of one source for the same pair (share classes) add up, but a title
 *            to an account or asset stated again counts once; of several sources the latest
 *            imported is kept, and a conflict noted when they disagree.
 * Accounts:  the holder of an account owns all of it, joint holders an unknown part each, unless
 *            holdings of the account are recorded.
 * Units:     shares are exact rationals, weights doubles correctly rounded from them. No money.
 * Source:    specification "analysis" O1, O2, O9, O10.
 */
#ifndef ASSETTRACE_NETWORK_STAKE_H
#define ASSETTRACE_NETWORK_STAKE_H

#include "engine/model/facts.h"

typedef struct at_body {
    at_thing thing;   /* 0 for a pseudo-owner */
    at_thing nominee; /* of a pseudo-owner: the nominee whose principal is not named */
    at_kind kind;
    at_party_type type;
    const char *id;
    at_record_id record; /* the first that says what it is, else the first that mentions it */
} at_body;

/* The direct stake of one owner, held in one legal owner's name. */
typedef struct at_stake {
    uint32_t owner, owned; /* bodies */
    uint32_t legal;        /* in whose name; equal to owner unless a nominee holds it */
    at_share share;
    bool undated; /* some record of it states no beginning: held since ever */
    const at_record_id *records;
    size_t record_count;
} at_stake;

/* Stakes by (owned, owner, legal): column t holds the owners of t. */
typedef struct at_matrix {
    uint32_t body_count;
    uint32_t stake_count;
    const at_stake *stakes;
    const uint32_t *column_start;           /* body_count + 1 */
    const uint32_t *row_start, *row_stakes; /* stakes by (owner, owned, legal) */
    const uint32_t *owner;     /* by stake: stakes[i].owner, close together for long walks */
    const uint32_t *row_owned; /* by place in row_stakes: what is owned */
    const double *row_weight;  /* and `weight` */
    const double *weight;      /* lower end by stake; 0 in a column that is over */
    const double *high;        /* upper end by stake, tightened by the others' lower ends */
    const double *exit;        /* by body: what nobody is recorded to own, 1 - sum of lower ends */
    const bool *over;          /* by body: the lower ends pass 1 (OVER_100) */
    const bool *circled;       /* by body: in a circle if ranges allow one; NULL = none ranged */
    bool ranged;               /* some stake is a range */
} at_matrix;

/* Two bodies about which the sources disagree. */
typedef struct at_conflict {
    uint32_t owner, owned;
    at_record_id kept, other;
} at_conflict;

typedef struct at_ownership {
    const at_body *bodies;
    uint32_t body_count;
    at_matrix capital;
    at_matrix voting; /* votes; a column without recorded votes is the capital's */
    const at_conflict *conflicts;
    size_t conflict_count;
} at_ownership;

/** Body of a thing, or UINT32_MAX when it takes no part. */
uint32_t at_ownership_body(const at_ownership *ownership, at_thing thing);

typedef struct at_ownership_options {
    int64_t as_of_us; /* AT_TIME_NONE = only what states no end */
    bool legal;       /* the legal view */
} at_ownership_options;

AT_CHECKED at_status at_ownership_load(at_ownership *out, const at_facts *facts,
                                       const at_ownership_options *options, at_arena *arena,
                                       at_error *err);

/**
 * The part that matters for one body: everything above it (its owners, their owners, ...) or below
 * it with all direct owners of what is below. Body numbers are new, their order is kept.
 */
AT_CHECKED at_status at_ownership_above(at_ownership *out, const at_ownership *all, uint32_t body,
                                        at_arena *arena, at_error *err);
AT_CHECKED at_status at_ownership_below(at_ownership *out, const at_ownership *all, uint32_t body,
                                        at_arena *arena, at_error *err);

/** Index and weigh stakes in any order; for at_ownership_load and tests. The stakes are sorted in
 * place. */
AT_CHECKED at_status at_matrix_make(at_matrix *out, uint32_t body_count, at_stake *stakes,
                                    uint32_t stake_count, at_arena *arena, at_error *err);

/** Sum of two shares, ends exact while they fit 64 bits and else rounded outward by less than
 * 2^-59. */
at_share at_share_add(at_share a, at_share b);

#endif
