/**
 * control.h - whom a body or a group reaches: control by votes, and the 50 % rules of sanctions.
 *
 * A rule has bars; a body joins the set when what the set holds of it passes one of them. Nothing
 * is multiplied along a chain, and a body that has not joined passes nothing on. Rounds are
 * synchronous: round 1 is what the seeds reach alone. A holding of a body in itself never counts.
 *
 * Source: specification "analysis" O6, O7, O8, O9.
 */
#ifndef ASSETTRACE_NETWORK_CONTROL_H
#define ASSETTRACE_NETWORK_CONTROL_H

#include "engine/network/share.h"

/* What may be assumed of ranges and of columns that are over. */
typedef enum at_certainty {
    AT_CERTAIN, /* lower ends, no column that is over: what is derived is definite */
    AT_STATED,  /* lower ends, columns as recorded */
    AT_AT_MOST, /* upper ends, columns as recorded: what is not derived is excluded */
} at_certainty;

/* The sum of what the set holds in one matrix, against a threshold. */
typedef struct at_bar {
    const at_matrix *matrix;
    at_ratio threshold;
    at_operator op;
} at_bar;

enum { AT_BARS_MAX = 2 };

typedef struct at_rule {
    at_bar bars[AT_BARS_MAX]; /* passing one is enough */
    size_t bar_count;
} at_rule;

/** O6: more than half of the votes. */
at_rule at_rule_control(const at_ownership *ownership);

/* One set under one rule, and the room to find another: a run costs what it reaches. */
typedef struct at_reach {
    at_rule rule;
    at_certainty certainty;
    uint32_t *round;   /* by body: 0 for seeds, the round it joined in, UINT32_MAX for the rest */
    uint8_t *bar;      /* by body that joined: the first bar that it passed */
    uint32_t *members; /* seeds, then by round, ascending inside it */
    uint32_t member_count;
    double *sum[AT_BARS_MAX]; /* by body: what the members hold of it */
    uint32_t *touched;        /* bodies of which a member holds something */
    uint32_t touched_count;
    uint32_t *queue;
    bool *queued, *is_touched, *in;
} at_reach;

AT_CHECKED at_status at_reach_init(at_reach *out, const at_rule *rule, at_arena *arena,
                                   at_error *err);
/** The set of these seeds; what was found before is forgotten. */
AT_CHECKED at_status at_reach_find(at_reach *reach, const uint32_t *seeds, size_t seed_count,
                                   at_certainty certainty, at_error *err);

/* A body that joined, and why. */
typedef struct at_reached {
    uint32_t body, round;
    size_t bar;             /* of the rule */
    double sum;             /* of the stakes below: lower ends, upper ends where only they pass */
    at_verdict verdict;     /* definite or possible */
    const uint32_t *stakes; /* of the bar's matrix: what members of earlier rounds hold */
    uint32_t stake_count;
} at_reached;

typedef struct at_reached_list {
    const at_reached *items; /* by (round, body); seeds are not among them */
    size_t count;
    const bool *concerned; /* by body: the set holds, or may hold, something of it */
} at_reached_list;

/**
 * All that a group reaches. Rounds and sums are those of the lower ends as recorded; what only the
 * upper ends reach is possible, and so is what cannot be derived without a column that is over.
 */
AT_CHECKED at_status at_reached_find(at_reached_list *out, const at_rule *rule,
                                     const uint32_t *seeds, size_t seed_count, at_arena *arena,
                                     at_error *err);

/* What one owner and everything it controls hold of a target (O8 by_control). */
typedef struct at_controlled {
    double share; /* lower ends as stated */
    at_verdict verdict;
} at_controlled;

/** @param reach  made with at_rule_control of the same ownership; its last set is forgotten */
AT_CHECKED at_status at_control_of(at_controlled *out, at_reach *reach,
                                   const at_ownership *ownership, uint32_t owner, uint32_t target,
                                   at_ratio threshold, at_operator op, at_error *err);

#endif
