/**
 * ledger.h - all transfers visible at one revision, as columns, in the total order of tracing.
 *
 * Order:     (time, seq, id), specification T2; row index = place in that order. Fees are not
 * expanded and reversals not applied: that is the trace's preparation (T15, T16). Nodes:     one
 * per (account, currency), specification T1; nodes[] is sorted bytewise by id, so node indices
 * order output. `id` is the account's shown id, or `id/CUR` when it has several currencies (or when
 * another node's `id/CUR` reads like it: no two nodes share an id). Legs:      two legs of one
 * payment are one row citing both records (grade corroborated); when their times differ they are
 * two rows through node `@transit:<id>` (T3b). A leg without partner ends at the counterparty as
 * named; at external `@unmatched:<id>` when that account's own statement covers the time and does
 * not show it; at external `@external:<account>` when none is named. Cash legs go through
 * `@cash:<holder>` or `@cash-unknown` (T19), grade inferred. Units:     minor units of the node's
 * currency; amount_in in the currency of `to`. Ownership: borrowed, read-only, lives as long as the
 * question. Threads: free to share.
 */
#ifndef ASSETTRACE_MODEL_LEDGER_H
#define ASSETTRACE_MODEL_LEDGER_H

#include "engine/base/arena.h"
#include "engine/model/record.h"

#define AT_NONE UINT32_MAX

typedef enum at_node_kind {
    AT_NODE_ACCOUNT,
    AT_NODE_ASSET,
    AT_NODE_CASH,
    AT_NODE_EXTERNAL,
    AT_NODE_SINK
} at_node_kind;

typedef struct at_node {
    const char *id;
    const char *account_id; /* without the currency */
    at_currency currency;
    at_node_kind kind;
    at_thing account;            /* the account or asset; 0 for '@' nodes */
    int64_t opening;             /* AT_AMOUNT_NONE = unknown */
    at_record_id opening_record; /* 0 when undeclared */
    bool unreconciled;           /* a running balance breaks, or a statement does not add up */
} at_node;

typedef enum at_grade { AT_OBSERVED = 0, AT_CORROBORATED, AT_ACCEPTED, AT_INFERRED } at_grade;
const char *at_grade_text(at_grade grade);

enum {
    AT_ROW_DATE_ONLY = 1,    /* midnight of the written date */
    AT_ROW_ZONE_ASSUMED = 2, /* local time read as UTC */
    AT_ROW_SELF = 4,         /* from == to: moves nothing (T4) */
    AT_ROW_UNPAIRED = 8,     /* a leg without partner */
    AT_ROW_AMBIGUOUS = 16,   /* a leg with several possible partners (LEG_AMBIGUOUS) */
    AT_ROW_TRANSIT = 32,     /* one half of a payment whose legs have different times */
    AT_ROW_CONVERSION = 64,  /* amount != amount_in or currencies differ */
};

typedef struct at_ledger {
    size_t count;              /* rows */
    const uint32_t *from, *to; /* node indices */
    const int64_t *time_us;
    const int64_t *seq;
    const int64_t *amount, *amount_in; /* >= 0; amount_in always filled */
    const int64_t *fee;
    const uint32_t *reverses; /* row index of the reversed transfer; AT_NONE = no reversal; AT_NONE
                                 - 1 = names a transfer that is not here */
    const uint8_t *flags, *grade;
    const at_record_id *record;    /* debit side or only record */
    const at_record_id *record_in; /* credit side's record of a paired transfer, else 0 */
    const uint64_t *id_offset;     /* into id_pool, NUL-terminated */
    const char *id_pool;

    const at_node *nodes;
    size_t node_count;

    /* Rows by node in T2 order: out_rows[out_start[n] .. out_start[n+1]) are the debits of node n.
     */
    const uint64_t *out_start, *in_start; /* node_count + 1 */
    const uint32_t *out_rows, *in_rows;

    /* Rows by transfer id, sorted bytewise by id: for at_ledger_row. */
    const uint32_t *by_id;
} at_ledger;

static inline const char *at_ledger_id(const at_ledger *ledger, size_t row) {
    return ledger->id_pool + ledger->id_offset[row];
}

/** Row of a transfer id, or AT_NONE. O(log n). `namespace/id` is accepted where two namespaces use
 * one id (then the pool holds that form). */
uint32_t at_ledger_row(const at_ledger *ledger, const char *id);
/** Node of an exact node id, or AT_NONE. O(log n). */
uint32_t at_ledger_node(const at_ledger *ledger, const char *id);
/** First node of an account or asset in nodes order at or after `start`, or AT_NONE (an account has
 * one node a currency). O(log n), and the nodes called `shown/...`.
 * @param shown  its shown id: its nodes are called so, or `shown/CUR` */
uint32_t at_ledger_node_of(const at_ledger *ledger, at_thing account, const char *shown,
                           uint32_t start);
const char *at_node_kind_text(at_node_kind kind);
/** Counting sort of `count` rows by one of their nodes, `node_of` by row; the order of rows stays
 *  within a node.
 * @param start  node_count + 1 zeros; after it the rows of node n are from start[n] to start[n+1]
 * @param rows   room for `count` */
void at_ledger_rows_by_node(uint64_t *start, uint32_t *rows, const uint32_t *node_of, size_t count,
                            size_t node_count);

/* A ledger in the making: rows in any order, nodes by id; finish sorts, numbers and indexes. Used
 * by the store and by tests; the arena owns everything. */
typedef struct at_ledger_row_in {
    const char *id, *reverses; /* reverses: id as written or NULL */
    uint32_t from, to;         /* as returned by at_ledger_add_node */
    int64_t time_us, seq, amount, amount_in, fee;
    uint8_t flags;
    at_grade grade;
    at_record_id record, record_in;
} at_ledger_row_in;

typedef struct at_ledger_builder at_ledger_builder;
AT_CHECKED at_status at_ledger_begin(at_ledger_builder **out, at_arena *arena, at_error *err);
/** A node by (account_id, currency); the same pair twice gives the same number, and what was said
 * of it first stays. `node->id` is ignored. Texts are copied. */
AT_CHECKED at_status at_ledger_add_node(uint32_t *out, at_ledger_builder *builder,
                                        const at_node *node, at_error *err);
/** Flags SELF and CONVERSION are set by finish. Equal ids are AT_BAD_INPUT "E-LEDGER-DUPID" at
 * finish. */
AT_CHECKED at_status at_ledger_add_row(at_ledger_builder *builder, const at_ledger_row_in *row,
                                       at_error *err);
AT_CHECKED at_status at_ledger_finish(at_ledger *out, at_ledger_builder *builder, at_error *err);

/* For who makes a ledger otherwise (engine/store/index_build.c): what finish says of nodes and
 * flags. */

/** Give each node its `id` and put them in its order; no two have account_id and currency alike. */
AT_CHECKED at_status at_ledger_name_nodes(at_node **nodes, size_t count, at_arena *arena,
                                          at_error *err);
/** What was given, with SELF and CONVERSION as they are; a node is the same by its address. */
uint8_t at_ledger_flags(uint8_t given, bool amounts_differ, const at_node *from, const at_node *to);

#endif
