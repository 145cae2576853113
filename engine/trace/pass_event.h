/**
 * pass_event.h - the forward pass at work: its state, and what one event does. For pass*.c alone:
 * pass_event.c runs events, pass_source.c applies declarations (T20), pass_debt.c lends, repays and
 * lists what might be traced backward (T13), pass_poison.c has the one method that moves nothing,
 * pass_sale.c converts (T17, T18), pass_plain.c and pass_mix.c run what taint is far from,
 * pass_watch.c keeps what watched nodes hold.
 *
 * Ownership: everything lives in the pass's arena.
 */
#ifndef ASSETTRACE_TRACE_PASS_EVENT_H
#define ASSETTRACE_TRACE_PASS_EVENT_H

#include "engine/trace/pass.h"

enum { AT_PASS_LISTED = -1, AT_PASS_OUTSIDE = -2 };

/* One node of the ledger. Without a ledger held (external, sink) `lots` has one lot a label. */
typedef struct at_pass_account {
    at_lots lots;
    int64_t debt;
    bool held;      /* a ledger is (T1); kept here, nodes lie far away */
    bool reached;   /* taint has been here */
    bool preserved; /* oatway takes tainted money first for it (T12) */
} at_pass_account;

/* An account that prorata need not list: units of @clean, @credit and @unknown, and their sum, or
 * AT_PASS_LISTED or AT_PASS_OUTSIDE. */
enum { AT_PASS_UNTAINTED = 3 };
typedef struct at_pass_mix {
    int64_t total;
    int64_t units[AT_PASS_UNTAINTED];
} at_pass_mix;

/* Of an account, what few events look at: an account is two to a line of the cache without. */
typedef struct at_pass_past {
    uint32_t debt_first, debt_last; /* queue of `debt`, oldest first; AT_NONE: empty */
    uint32_t sink;                  /* its overdraft sink, or AT_NONE */
    uint32_t debits;                /* newest `debit` that may be refilled, or AT_NONE */
} at_pass_past;

/* One node of the ledger under poison (T11). */
typedef struct at_pass_poison_node {
    int64_t balance;  /* of a held account */
    uint64_t *labels; /* bit by label; NULL: none yet */
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
    at_pass_past *pasts;         /* by node */
    at_pass_poison_node *poison; /* by node; NULL under the other methods */
    uint32_t node_count;
    at_pool sinks, debts, debits;
    int64_t *plain;     /* by node: what an account without lots or debt holds, AT_PASS_LISTED or
                           AT_PASS_OUTSIDE; NULL: all have lots */
    at_pass_mix *mixes; /* the same for prorata, with labels; NULL: all have lots */
    uint32_t fee_sinks; /* the first ones of `sinks` */
    size_t note_capacity;

    uint32_t source_count;
    uint32_t *source_order; /* those on accounts by (time, node, label), then the others by (row,
                               label); a row that is not there comes last */
    uint32_t next_source;   /* the first of them not yet applied to its account */
    uint32_t *source_label; /* by source */
    bool *applied;          /* by source on a transfer */
    uint32_t *declared;     /* by row: one more than the place in source_order of the first source
                               that names it or its fee; 0: none does */

    /* Of the block at hand, by label; `touched` lists those that are not at rest. */
    int64_t *units, *repaid;
    uint32_t *label_source; /* declared on this very event, else AT_NONE */
    at_pass_way *ways;
    uint32_t *touched;
    size_t touched_count;
} at_pass;

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
/** Run a row between two plain accounts that charges no fee; nearly every row is one. False:
 *  nothing was done. */
bool at_pass_plain_row(at_pass *pass, uint32_t row);
/** Run an event of a plain debtor; else the debtor is listed. */
AT_CHECKED at_status at_pass_plain_event(bool *done, at_pass *pass, const at_pass_event *event,
                                         at_error *err);
/** Run the rest of an event whose block has nothing tainted; else the creditor is listed. */
AT_CHECKED at_status at_pass_plain_block(bool *done, at_pass *pass, const at_pass_event *event,
                                         at_lots *block, at_error *err);

/** Whether prorata may keep accounts without lots. */
bool at_pass_may_mix(const at_pass *pass);
/** An account with lots from now on; one without again, if it has neither taint nor debt. */
AT_CHECKED at_status at_pass_unmix(at_pass *pass, uint32_t node, at_error *err);
void at_pass_remix(at_pass *pass, uint32_t node);
/** Run a row between two accounts without lots. False: nothing was done. */
AT_CHECKED at_status at_pass_mix_row(bool *done, at_pass *pass, uint32_t row, at_error *err);

/** One event under poison. */
AT_CHECKED at_status at_pass_poison(at_pass *pass, const at_pass_event *event, at_error *err);
/** The node carries the label from now on. */
AT_CHECKED at_status at_pass_infect(at_pass *pass, uint32_t node, uint32_t label, at_error *err);
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

#endif
