/**
 * pattern.h - shapes in the recorded ledger: findings with their records, never scores or intent.
 *
 * Reads:     the ledger in T2 order without fee expansion and reversals (specification N0);
 *            self-transfers and rows that move nothing are left out everywhere. A payment in
 *            transit (two rows through `@transit:`) is one move between its two accounts: it leaves
 *            at its first row and arrives at its second.
 * Accounts:  a node of the ledger has one currency. AT_MOVES_TOGETHER makes one of all nodes of an
 *            account, under its smallest node and the id without a currency.
 * Order:     findings by (first, centre, ids of the records), all bytewise.
 * Units:     minor units of the currency of `node`; times and lengths of time in microseconds.
 * Ownership: findings live in the arena given; the ledger is borrowed.
 * Errors:    AT_LIMIT "E-AMOUNT-RANGE" for a sum past int64, "E-PATTERN-STEPS" where a whole
 *            answer cannot be had within the steps allowed; AT_NO_MEMORY; AT_LIMIT past a deadline.
 * Source:    specification "analysis" N0, N4 - N10.
 */
#ifndef ASSETTRACE_TRACE_PATTERN_H
#define ASSETTRACE_TRACE_PATTERN_H

#include "engine/model/ledger.h"
#include "engine/model/share.h"

/* Memory for one pattern over ten million transfers, beside its findings. */
#define AT_PATTERN_BYTES_MAX ((size_t)4 << 30)

enum {
    AT_MOVES_BY_TIME = 1,  /* what was credited before it was debited leaves with its first row */
    AT_MOVES_TOGETHER = 2, /* all currencies of an account are one account */
};

typedef struct at_moves {
    const at_ledger *ledger;
    unsigned how;
    uint32_t count;                   /* in the order of out_row */
    const uint32_t *from, *to;        /* ledger nodes; of several together the smallest */
    const uint32_t *out_row, *in_row; /* the debit's and the credit's row; one but in transit */
    const uint64_t *out_start, *in_start;
    const uint32_t *outs, *ins; /* moves by node: debits by out_row, credits by in_row */
} at_moves;

static inline int64_t at_move_out_us(const at_moves *moves, uint32_t move) {
    return moves->ledger->time_us[moves->out_row[move]];
}

static inline int64_t at_move_in_us(const at_moves *moves, uint32_t move) {
    return moves->ledger->time_us[moves->in_row[move]];
}

/* Where the rows of a payment in transit were put in order of time, the debit may be the second:
 * then what the first row pays is no transit. */
static inline bool at_move_is_turned(const at_moves *moves, uint32_t move) {
    const uint32_t out = moves->out_row[move], in = moves->in_row[move];
    return out != in && moves->ledger->to[out] != moves->ledger->from[in];
}

static inline uint32_t at_move_debit(const at_moves *moves, uint32_t move) {
    return at_move_is_turned(moves, move) ? moves->in_row[move] : moves->out_row[move];
}

static inline uint32_t at_move_credit(const at_moves *moves, uint32_t move) {
    return at_move_is_turned(moves, move) ? moves->out_row[move] : moves->in_row[move];
}

static inline int64_t at_move_sent(const at_moves *moves, uint32_t move) {
    return moves->ledger->amount[at_move_debit(moves, move)];
}

static inline int64_t at_move_received(const at_moves *moves, uint32_t move) {
    return moves->ledger->amount_in[at_move_credit(moves, move)];
}

/* The ledger's own nodes at both ends, whose currencies the amounts have. */
static inline uint32_t at_move_payer(const at_moves *moves, uint32_t move) {
    return moves->ledger->from[at_move_debit(moves, move)];
}

static inline uint32_t at_move_paid(const at_moves *moves, uint32_t move) {
    return moves->ledger->to[at_move_credit(moves, move)];
}

/** The moves of a ledger; `how`: AT_MOVES_*. O(rows + nodes log nodes). */
AT_CHECKED at_status at_moves_make(at_moves *out, const at_ledger *ledger, unsigned how,
                                   at_arena *arena, at_error *err);
/** What a finding calls a node of `from` or `to`. */
const char *at_moves_name(const at_moves *moves, uint32_t node);

typedef struct at_pattern_finding {
    const char *centre;
    uint32_t node;   /* whose currency `amount` has */
    uint32_t source; /* N6: who pays the middles; `node` is the target */
    bool mixed;      /* there are amounts of other currencies, which `amount` leaves out */
    uint64_t count;
    int64_t amount;
    const uint32_t *rows; /* ledger rows in order; first and last are their times */
    size_t row_count;
} at_pattern_finding;

/* {.arena = arena, .steps_max = N} is a valid empty one; steps_max 0 = no limit. */
typedef struct at_patterns {
    at_arena *arena;
    at_pattern_finding *items;
    size_t count, capacity;
    uint64_t steps, steps_max; /* pieces of work done and allowed */
    uint64_t hubs;             /* accounts left out as middles (scatter_gather, stack) */
    bool stopped;              /* the steps ended the search: what is listed is a prefix */
    bool capped;               /* the cap did */
} at_patterns;

/** Where the money of a debit's row arrives: beyond `@transit:` too. */
uint32_t at_move_payee(const at_ledger *ledger, uint32_t row);
/** One piece of work; asks now and then whether to stop. Past steps_max: `stopped`. */
AT_CHECKED at_status at_pattern_step(at_patterns *patterns, uint64_t steps, at_error *err);
/** Add a finding made of these moves; `finding->rows` is filled from them. */
AT_CHECKED at_status at_pattern_add(at_patterns *patterns, const at_moves *moves,
                                    at_pattern_finding finding, const uint32_t *members,
                                    size_t member_count, at_error *err);
/** Add an amount that `node` sent or received, if it is of the finding's currency: that of
 *  `finding->node`, or of the first node where that is AT_NONE. */
AT_CHECKED at_status at_pattern_sum(at_pattern_finding *finding, const at_moves *moves,
                                    uint32_t node, int64_t amount, at_error *err);
/** AT_LIMIT "E-PATTERN-STEPS" once the steps are used up. */
AT_CHECKED at_status at_pattern_all_or_nothing(const at_patterns *patterns, at_error *err);
/** Put the findings in order and keep the first `cap`. */
void at_patterns_finish(at_patterns *patterns, const at_ledger *ledger, size_t cap);

/* time - delta and time + delta, kept within int64. */
static inline int64_t at_time_before(int64_t time_us, int64_t delta_us) {
    int64_t out;
    return __builtin_sub_overflow(time_us, delta_us, &out) ? INT64_MIN : out;
}

static inline int64_t at_time_after(int64_t time_us, int64_t delta_us) {
    int64_t out;
    return __builtin_add_overflow(time_us, delta_us, &out) ? INT64_MAX : out;
}

/* --- Windows (N4, N9) --- */

typedef struct at_window_item {
    uint32_t move, key; /* key: what is counted once, below key_limit */
    uint32_t node;      /* whose currency the amount has */
    int64_t time_us, amount;
} at_window_item;

typedef struct at_windows {
    uint64_t k; /* distinct keys needed */
    int64_t delta_us;
    int64_t total_min;        /* and their sum */
    bool by_item;             /* count items, not keys */
    uint32_t *inside, *stamp; /* by key: how often in the window; the last run that counted it */
    uint32_t run;
} at_windows;

/** Slide over the items of one centre, ascending in time; windows that hit and share an item are
 *  one finding. `finding` gives the centre, and the node or AT_NONE (at_pattern_sum). */
AT_CHECKED at_status at_windows_slide(at_patterns *out, at_windows *windows, const at_moves *moves,
                                      const at_window_item *items, size_t count,
                                      at_pattern_finding finding, at_error *err);

/* --- Families --- */

/** N4: k senders to (or receivers from) one account within delta. O(moves). */
AT_CHECKED at_status at_pattern_fan(at_patterns *out, const at_moves *moves, bool incoming,
                                    uint64_t k, int64_t delta_us, at_error *err);

typedef struct at_gather_rule {
    uint64_t k1, k2;
    int64_t d1_us, d2_us;
} at_gather_rule;

/** N5: many senders, then many receivers. O(moves). */
AT_CHECKED at_status at_pattern_gather(at_patterns *out, const at_moves *moves,
                                       const at_gather_rule *rule, at_error *err);

typedef struct at_scatter_rule {
    uint64_t k;
    int64_t delta_us;
    uint64_t hub; /* accounts with more debits or credits than this are no middles */
} at_scatter_rule;

/** N6: one source, k middles, one target. "E-PATTERN-STEPS" past steps_max: no half answer.
 *  O(sum over first legs of the middle's debits in the window). */
AT_CHECKED at_status at_pattern_scatter(at_patterns *out, const at_moves *moves,
                                        const at_scatter_rule *rule, at_error *err);

/**
 * N10: several sources and several targets over shared middles. Two findings of N6 are tied when
 * they share at least k middles; a connected group of them with two or more sources and two or
 * more targets is one stack. Centre is the group's smallest `u>w`, count its middles, amount
 * the sum of the second legs.
 */
AT_CHECKED at_status at_pattern_stack(at_patterns *out, const at_moves *moves,
                                      const at_scatter_rule *rule, at_error *err);

typedef struct at_cycle_rule {
    int64_t delta_us;
    uint32_t maxlen; /* 2 .. AT_CYCLE_LENGTH_MAX */
    bool by_ratio;
    at_ratio lo, hi; /* next.amount / previous.amount_in */
    size_t cap;      /* stop after so many */
    uint64_t many;   /* transfers of an account that are not listed; 0 = AT_CYCLE_MANY */
} at_cycle_rule;

enum { AT_CYCLE_LENGTH_MAX = 100, AT_CYCLE_MANY = 512 };

/**
 * N7: simple cycles strictly ascending in time. Found in the order of the answer, so that a stop
 * leaves a prefix. `amount` is the smallest leg in minor units of its own currency. A ratio
 * compares amounts of one currency: with another one no transfer follows.
 *
 * For each first transfer the transfers that can follow it and those that can lead back are
 * searched from both ends in turn, the cheaper first, until the two meet; only what lies on a
 * closing walk is then tried (the idea of 2SCENT, Kumar and Calders 2018: candidates before
 * enumeration). The first account met with more than `many` transfers to look at is passed over on
 * both sides (pattern_closing.h); the answer is the same whatever `many` is.
 */
AT_CHECKED at_status at_pattern_cycles(at_patterns *out, const at_moves *moves,
                                       const at_cycle_rule *rule, at_error *err);

typedef struct at_pass_rule {
    int64_t delta_us;
    at_ratio rho;
    int64_t min_amount;
} at_pass_rule;

/** N8: what comes in leaves again. O(moves). */
AT_CHECKED at_status at_pattern_pass(at_patterns *out, const at_moves *moves,
                                     const at_pass_rule *rule, at_error *err);

/* Nodes that are looked at together: the accounts of one holder. An account whose holder nobody
 * states is a group of its own. */
typedef struct at_pattern_groups {
    size_t count;
    const char *const *names;
    const uint64_t *start; /* count + 1 */
    const uint32_t *nodes; /* of a group: by currency, then ascending */
} at_pattern_groups;

typedef struct at_structuring_rule {
    int64_t threshold; /* T: credits below it, from T * num / den on */
    int64_t num, den;
    uint64_t k;
    int64_t delta_us;
    const char *currency; /* only this one; NULL = each by itself */
} at_structuring_rule;

/** N9: credits just below a threshold, by holder and currency. O(moves log moves). */
AT_CHECKED at_status at_pattern_structuring(at_patterns *out, const at_moves *moves,
                                            const at_pattern_groups *groups,
                                            const at_structuring_rule *rule, at_error *err);

typedef struct at_mirror_rule {
    int64_t delta_us;
    at_ratio tolerance; /* of the deposit, below 1 */
    int64_t min_amount;
} at_mirror_rule;

/**
 * A deposit mirrored by a remittance, as where an informal value transfer is settled through
 * accounts: money comes to a holder from one party and about the same leaves to another within
 * days. By holder and currency; transfers between the holder's own accounts are left out. Each
 * debit in order takes the oldest free credit c >= min of another counterparty with
 * time(c) <= its own time <= time(c) + delta, earlier in order, and |debit - c| <= tolerance * c;
 * each transfer is in one pair at most. Count is 2, amount the remittance.
 * Source: FATF, The Role of Hawala and Other Similar Service Providers in Money Laundering and
 * Terrorist Financing (2013), on settlement through accounts. O(moves log moves).
 */
AT_CHECKED at_status at_pattern_mirror(at_patterns *out, const at_moves *moves,
                                       const at_pattern_groups *groups, const at_mirror_rule *rule,
                                       at_error *err);

#endif
