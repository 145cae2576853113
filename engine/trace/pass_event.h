/**
 * pass_event.h - the forward pass at work: its state, and what one event does. For pass*.c alone:
 * pass_event.c runs events, pass_source.c applies declarations (T20), pass_debt.c lends, repays and
 * lists what might be traced backward (T13), pass_poison.c has the one method that moves nothing,
 * pass_sale.c converts (T17, T18), pass_plain.c and pass_mix.c run what needs no lots,
 * pass_watch.c keeps what watched nodes hold.
 *
 * Ownership: everything lives in the pass's arena.
 */
#ifndef ASSETTRACE_TRACE_PASS_EVENT_H
#define ASSETTRACE_TRACE_PASS_EVENT_H

#include "engine/trace/pass.h"

enum { AT_PASS_LISTED = -1, AT_PASS_OUTSIDE = -2, AT_PASS_WIDE = -3 };

/* One node of the ledger. Without a ledger held (external, sink) `lots` has one lot a label. */
typedef struct at_pass_account {
    at_lots lots;
    int64_t debt;
    bool reached; /* taint has been here */
} at_pass_account;

/* An account under prorata: what it has, @unknown and the rest @clean. Instead of the total stand
 * AT_PASS_LISTED where it has lots, AT_PASS_OUTSIDE where no ledger is held, AT_PASS_WIDE where
 * other labels are among it; then `unknown` is the number of its units. */
typedef struct at_pair {
    int64_t total, unknown;
} at_pair;

enum { AT_MIX_WIDTH_MAX = 8 };
typedef struct at_mixes {
    at_pair *pairs; /* by node; NULL: all have lots */
    at_pool wide;   /* items of `width` numbers: units of the labels from `first` on, of which those
                       from the `clean`-th on are untainted */
    uint32_t width, first, clean;
    uint32_t spare; /* an item given back, which names the next; AT_NONE: none */
} at_mixes;

static inline int64_t *at_wide_of(const at_mixes *mixes, const at_pair *pair) {
    return at_pool_at(&mixes->wide, (uint32_t)pair->unknown);
}

/* Of an account that was in debt, or whose debits may be refilled. */
typedef struct at_pass_past {
    uint32_t debt_first, debt_last; /* queue of `debt`, oldest first; AT_NONE: empty */
    uint32_t sink;                  /* its overdraft sink, or AT_NONE */
    uint32_t debits;                /* newest `debit` that may be refilled, or AT_NONE */
} at_pass_past;

/* What is known at once of how 64 labels came to a node, so that an event looks at a label alone
 * only where it is new or came a shorter way. */
enum { AT_POISON_WORD = 64, AT_POISON_PLANES = 8 };
typedef struct at_poison_ways {
    uint64_t counts[AT_POISON_PLANES]; /* records not yet in at_reach.records: bit n of each label's
                                          number is in counts[n] */
    uint32_t hops[AT_POISON_WORD];     /* of the labels that came */
    uint32_t least, most;              /* of those: the least, and no less than the most */
} at_poison_ways;

/* One node of the ledger, or a sink of fees, under poison (T11). */
typedef struct at_pass_poison_node {
    int64_t balance;      /* of a held account */
    uint64_t *labels;     /* bit by label; NULL: none yet */
    at_poison_ways *ways; /* by word of `labels`; NULL: none yet, or every label is looked at */
} at_pass_poison_node;

typedef struct at_pass_debt {
    int64_t units;
    uint32_t row; /* what created it, or AT_TRACE_OPENING */
    uint32_t next;
    bool fee;
} at_pass_debt;

/* A debit with untainted units, for the class replenished. */
typedef struct at_pass_debit {
    int64_t units, time_us;
    uint32_t row;
    uint32_t older;
    bool fee;
} at_pass_debit;

/* A sink the trace adds: fees of one currency, or the debt of one account. */
typedef struct at_pass_sink {
    at_lots lots;
    uint32_t base; /* the account, or one that pays fees in this currency */
    bool fee;
} at_pass_sink;

/* One transfer, or the fee behind it. */
typedef struct at_pass_event {
    uint32_t row, from, to;
    bool fee, from_held;
    int64_t time_us, amount, amount_in;
    at_lots *stopped; /* where it ends when `to` holds no ledger, else NULL */
} at_pass_event;

/* How a label of the block at hand came to it. */
typedef struct at_pass_way {
    uint32_t move;           /* this event's, AT_NONE while it is not kept */
    uint32_t parent, source; /* as in at_trace_move */
    uint32_t hops;           /* with this event */
} at_pass_way;

typedef struct at_pass {
    at_trace *trace;
    const at_effective *effective;
    const at_ledger *ledger;
    const at_trace_options *options;
    at_arena *arena;
    at_take take;
    at_pass_account *accounts;   /* by node */
    uint32_t *past_of;           /* by node: one more than its number in `pasts`; 0: none yet */
    at_pass_poison_node *poison; /* by node and sink of fees; NULL under the other methods */
    uint64_t *spread;            /* under poison: the labels of the event, bit by label */
    uint32_t node_count;
    at_pool sinks, pasts, debts, debits;
    int64_t *plain;     /* by node: what an account without lots or debt holds, AT_PASS_LISTED or
                           AT_PASS_OUTSIDE; NULL: all have lots */
    at_mixes mixes;     /* the same for prorata, with labels */
    uint64_t *apart;    /* a bit a row: at_effective_apart, or a source names it or its fee */
    bool busy;          /* of late many rows had to do with lots: call for them ahead too */
    uint32_t fee_sinks; /* the first ones of `sinks` */
    size_t note_capacity;

    uint32_t source_count;
    uint32_t *source_order; /* those on accounts by (time, node, label), then the others by (row,
                               label); a row that is not there comes last */
    uint32_t next_source;   /* the first of them not yet applied to its account */
    uint32_t *source_label; /* by source */
    bool *applied;          /* by source on a transfer */

    /* Of the block at hand, by label; `touched` lists those that are not at rest. */
    int64_t *units, *repaid;
    uint32_t *label_source; /* declared on this very event, else AT_NONE */
    at_pass_way *ways;
    uint32_t *touched;
    size_t touched_count;
} at_pass;

static inline bool at_pass_apart(const at_pass *pass, uint32_t row) {
    return (pass->apart[row / 64] >> row % 64 & 1) != 0;
}
/** One more than the place in source_order of the first source that names the row or its fee; 0:
 *  none does. O(log sources) where the row is apart. */
uint32_t at_pass_declared(const at_pass *pass, uint32_t row);
/** The past of a node, made when it has none yet. */
AT_CHECKED at_status at_pass_past_of(at_pass_past **out, at_pass *pass, uint32_t node,
                                     at_error *err);

/** A new sink; `out` is its number among the sinks. */
AT_CHECKED at_status at_pass_add_sink(uint32_t *out, at_pass *pass, uint32_t base, bool fee,
                                      at_error *err);
/** The sink of fees in the currency of `node`; it was added before the first event. */
uint32_t at_pass_fee_sink(const at_pass *pass, uint32_t node);

AT_CHECKED at_status at_pass_note(at_pass *pass, at_trace_note note, at_error *err);
/** The tainted units of a block. */
AT_CHECKED at_status at_pass_tainted(int64_t *out, at_pass *pass, at_lots *lots, at_error *err);
/** Record what the event moves of each label in `touched`. */
AT_CHECKED at_status at_pass_moves(at_pass *pass, const at_pass_event *event, at_error *err);
/** A recorded move of the event brought `label` to `node`. */
AT_CHECKED at_status at_pass_reach(at_pass *pass, const at_pass_event *event, uint32_t node,
                                   uint32_t label, at_error *err);
/** Back to rest after an event: no label is touched. */
void at_pass_forget(at_pass *pass);

/** Apply the declarations on accounts that are due at `until_us`. */
AT_CHECKED at_status at_pass_account_sources(at_pass *pass, int64_t until_us, at_error *err);
/** Apply the declarations on this very event to its block; without a block only mark the labels.
 *  `*any_out`: some label was given. */
AT_CHECKED at_status at_pass_transfer_sources(bool *any_out, at_pass *pass,
                                              const at_pass_event *event, at_lots *block,
                                              at_error *err);

/** The block's units become those of what is credited; what an asset was sold for is noted both
 *  ways. */
AT_CHECKED at_status at_pass_convert(at_pass *pass, const at_pass_event *event, at_lots *block,
                                     at_error *err);

AT_CHECKED at_status at_pass_lend(at_pass *pass, uint32_t node, int64_t units, uint32_t row,
                                  bool fee, at_error *err);
/** The part of the block that pays debt back, into its sink. */
AT_CHECKED at_status at_pass_repay(at_pass *pass, const at_pass_event *event, at_lots *block,
                                   at_error *err);
/** Class replenished: keep the debit; list debits that the block's tainted units refill. */
AT_CHECKED at_status at_pass_remember(at_pass *pass, const at_pass_event *event, at_lots *block,
                                      at_error *err);
AT_CHECKED at_status at_pass_refill(at_pass *pass, const at_pass_event *event, at_lots *block,
                                    at_error *err);

/** Whether untainted money may be one number, whatever it is (declared_only). */
bool at_pass_may_be_plain(const at_pass *pass);
/** An account with lots from now on. */
AT_CHECKED at_status at_pass_list(at_pass *pass, uint32_t node, at_error *err);
/** Run rows between two plain accounts, from `*place` on; nearly every row is one. `*place` is the
 *  first that is not, or `end`. */
void at_pass_plain_rows(uint32_t *place, at_pass *pass, uint32_t end);
/** Run an event of a plain debtor; else the debtor is listed. */
AT_CHECKED at_status at_pass_plain_event(bool *done, at_pass *pass, const at_pass_event *event,
                                         at_error *err);
/** Run the rest of an event whose block has nothing tainted; else the creditor is listed. */
AT_CHECKED at_status at_pass_plain_block(bool *done, at_pass *pass, const at_pass_event *event,
                                         at_lots *block, at_error *err);

/** Whether prorata may keep accounts without lots. */
bool at_pass_may_mix(const at_pass *pass);
AT_CHECKED at_status at_pass_mix_init(at_pass *pass, at_error *err);
/** What a node begins with. */
void at_pass_mix_open(at_pass *pass, uint32_t node, bool held, int64_t opening);
/** Units of `width` labels of an account without lots; all 0 of others. */
void at_pass_mix_get(int64_t *units, const at_mixes *mixes, uint32_t node);
/** An account with lots from now on; one without again, if it may be. */
AT_CHECKED at_status at_pass_unmix(at_pass *pass, uint32_t node, at_error *err);
AT_CHECKED at_status at_pass_remix(at_pass *pass, uint32_t node, at_error *err);
/** As at_pass_plain_rows, between two accounts without lots. */
AT_CHECKED at_status at_pass_mix_rows(uint32_t *place, at_pass *pass, uint32_t end, at_error *err);

/** One event under poison. */
AT_CHECKED at_status at_pass_poison(at_pass *pass, const at_pass_event *event, at_error *err);
/** The node carries the label from now on; it came over so many transfers. */
AT_CHECKED at_status at_pass_infect(at_pass *pass, uint32_t node, uint32_t label, uint32_t hops,
                                    at_error *err);
/** After the last event: all records are in `reaches`. */
AT_CHECKED at_status at_pass_poison_end(at_pass *pass, at_error *err);
static inline bool at_pass_infected(const at_pass *pass, uint32_t node, uint32_t label) {
    const uint64_t *labels = pass->poison[node].labels;
    return labels != NULL && (labels[label / 64] >> label % 64 & 1) != 0;
}

/** Keep what a node holds now, if it is watched. `moment` has what led to it, and as move_first the
 *  number of moves before it. */
AT_CHECKED at_status at_pass_watch(at_pass *pass, at_trace_moment moment, at_error *err);
/** The two sides of an event that is over. */
AT_CHECKED at_status at_pass_watch_event(at_pass *pass, const at_pass_event *event,
                                         uint32_t move_first, at_error *err);

AT_CHECKED at_status at_pass_open(at_pass *pass, at_error *err);
AT_CHECKED at_status at_pass_rows(at_pass *pass, at_error *err);
AT_CHECKED at_status at_pass_note_reversals(at_pass *pass, at_error *err);
AT_CHECKED at_status at_pass_note_missing(at_pass *pass, at_error *err);

/* Accounts and lots lie all over memory and a row waits for each of them, so they are called for
 * some rows ahead: first their numbers, then, where lots are in use at all, the accounts, then what
 * they hold. Half the time at ten million rows. gcc sees no effect in a function that only calls
 * for memory, and drops the calls of it: these must become part of their caller. */
#define AT_CALLED static inline __attribute__((always_inline))

AT_CALLED int64_t at_pass_number(const at_pass *pass, uint32_t node) {
    return pass->mixes.pairs != NULL ? pass->mixes.pairs[node].total
           : pass->plain != NULL     ? pass->plain[node]
                                     : AT_PASS_LISTED;
}

AT_CALLED void at_pass_call_account(const at_pass *pass, uint32_t node, int64_t number) {
    if (number == AT_PASS_WIDE)
        __builtin_prefetch(at_wide_of(&pass->mixes, &pass->mixes.pairs[node]), 1);
    else if (number == AT_PASS_LISTED)
        __builtin_prefetch(&pass->accounts[node], 1);
}

AT_CALLED void at_pass_call_lots(const at_pass *pass, uint32_t node, bool newest) {
    const at_lots *lots = &pass->accounts[node].lots;
    if (at_pass_number(pass, node) == AT_PASS_LISTED && lots->total > 0)
        __builtin_prefetch(at_lot_at(&pass->take.lots, newest ? lots->newest : lots->oldest));
}

AT_CALLED void at_pass_call_busy(const at_pass *pass, uint32_t place) {
    enum { ACCOUNTS_AHEAD = 24, LOTS_AHEAD = 8 };
    const at_ledger *ledger = pass->ledger;
    const uint32_t far = at_effective_row(pass->effective, place + ACCOUNTS_AHEAD);
    const uint32_t near = at_effective_row(pass->effective, place + LOTS_AHEAD);
    const int64_t from = at_pass_number(pass, ledger->from[far]);
    const int64_t to = at_pass_number(pass, ledger->to[far]);
    at_pass_call_account(pass, ledger->from[far], from);
    at_pass_call_account(pass, ledger->to[far], to);
    /* Where taint may come from, it is noted where it goes. */
    if (pass->trace->tainted_count == 1 && from < 0) {
        at_reaches_call(&pass->trace->reaches, ledger->from[far]);
        at_reaches_call(&pass->trace->reaches, ledger->to[far]);
    }
    at_pass_call_lots(pass, ledger->from[near], false);
    at_pass_call_lots(pass, ledger->to[near], true);
}

/* What the rows after `place` need. */
AT_CALLED void at_pass_call(const at_pass *pass, uint32_t place) {
    enum { AHEAD = 36 };
    const at_ledger *ledger = pass->ledger;
    if (place + AHEAD >= ledger->count)
        return;
    const uint32_t row = at_effective_row(pass->effective, place + AHEAD);
    if (pass->mixes.pairs != NULL) {
        __builtin_prefetch(&pass->mixes.pairs[ledger->from[row]], 1);
        __builtin_prefetch(&pass->mixes.pairs[ledger->to[row]], 1);
    } else if (pass->plain != NULL) {
        __builtin_prefetch(&pass->plain[ledger->from[row]], 1);
        __builtin_prefetch(&pass->plain[ledger->to[row]], 1);
    }
    if (pass->busy)
        at_pass_call_busy(pass, place);
}

#endif
