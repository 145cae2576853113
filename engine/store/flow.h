/**
 * flow.h - the ledger in the making: visible transfers and legs as rows between nodes.
 *
 * Rows are gathered first (flow_rows.c, flow_legs.c), between nodes made as they are met; then
 * nodes learn their kind, opening and whether their statements add up (flow_nodes.c); then ids are
 * made unique and all is handed to the builder of engine/model/ledger.h (flow.c) - or rows go to
 * who makes an index as they are met, and none is kept (index_build.c).
 *
 * Ownership: everything lives in the reader's arena, but nodes, which are many and grow: an at_flow
 *            is ended by scope.
 */
#ifndef ASSETTRACE_STORE_FLOW_H
#define ASSETTRACE_STORE_FLOW_H

#include "engine/store/snapshot.h"

/* What a node is to its thing. */
typedef enum at_flow_role {
    AT_ROLE_SELF,      /* the account or asset */
    AT_ROLE_EXTERNAL,  /* @external:<account>: the other side of a leg that names none */
    AT_ROLE_UNMATCHED, /* @unmatched:<account>: named, but its own statement does not show it */
    AT_ROLE_CASH,      /* @cash:<holder>, @cash:account:<account> where no holder is known */
    AT_ROLE_UNKNOWN,   /* @cash-unknown; thing 0 */
    AT_ROLE_TRANSIT,   /* @transit:<leg>; never looked up again */
} at_flow_role;

typedef struct at_flow_node {
    at_node node;
    at_flow_role role;
    uint32_t next; /* another node of the same thing, or AT_NONE */
    int64_t opening_at_us;
    int64_t earliest_us; /* of its rows; INT64_MAX = none */
    bool opening_stated; /* by an account fact */
} at_flow_node;

/* What account facts say of one class. */
typedef struct at_flow_account {
    const at_fact *first;  /* the first that describes it, or NULL */
    at_thing holder;       /* the first stated */
    const char *currency;  /* the only one declared; NULL when none or several */
    size_t currency_count; /* different ones declared, 2 = several */
    uint32_t nodes;        /* chain of at_flow_node, or AT_NONE */
    uint32_t covers;       /* chain of at_flow_cover, or AT_NONE */
    uint32_t legs;         /* chain of at_flow_leg, or AT_NONE */
} at_flow_account;

/* A time in which one source shows what an account did. */
typedef struct at_flow_cover {
    int64_t source;
    int64_t since_us, until_us; /* [since, until) */
    bool stated;                /* by a statement; else from its first to its last leg */
    uint32_t next;
} at_flow_cover;

typedef struct at_flow_row {
    at_ledger_row_in row; /* from, to are places in nodes; reverses as written */
    uint32_t name_space;
    bool id_given;
    const char *second_id; /* of the credit leg that shares this row, or NULL; and whose it is */
    uint32_t second_name_space;
} at_flow_row;

typedef struct at_flow_leg {
    at_leg leg; /* texts and times; references not resolved */
    int64_t number, source;
    uint32_t name_space;
    at_record_id record;
    at_thing account, counterparty; /* classes */
    bool id_given, hidden, ambiguous;
    bool judged;      /* of a debit leg: without a person's word its pair would not be one */
    uint32_t partner; /* AT_NONE when unpaired */
    uint32_t next;    /* leg of the same account */
} at_flow_leg;

/* Whoever takes rows as they are met; texts are borrowed for the call. */
typedef at_status at_flow_taker(void *self, const at_flow_row *row, at_error *err);

typedef struct at_flow {
    at_reader *reader;
    at_arena *arena;
    at_arena *texts;     /* ids of transfers; where it is another one, kept for a chunk only */
    at_flow_taker *take; /* NULL = rows are kept here */
    void *taker;
    const at_token *tokens;
    size_t token_count;
    const bool
        *only; /* by class: rows of transfers that touch none of these are left out; or NULL */
    uint32_t *name_space_of; /* by source number */
    size_t source_limit;

    at_flow_account *accounts; /* by class; 0 for nodes of no thing */
    at_flow_node *nodes;
    size_t node_count, node_capacity;
    at_flow_cover *covers;
    size_t cover_count, cover_capacity;
    at_flow_row *rows;
    size_t row_count, row_capacity;
    at_flow_leg *legs; /* by number, hidden ones too */
    size_t leg_count, leg_capacity;
} at_flow;

/* flow.c */
/** All but the last step: reader, arena, texts, only, take and taker are set. */
AT_CHECKED at_status at_flow_read(at_flow *flow, at_error *err);
void at_flow_end(at_flow *flow);
AT_CHECKED at_status at_flow_add_row(at_flow *flow, const at_flow_row *row, at_error *err);
/** Flags of a time: DATE_ONLY, ZONE_ASSUMED. */
uint8_t at_flow_time_flags(const at_time *time);
/** Amount written with `from` decimals in the minor units of a currency; "E-LEDGER-SCALE" when
 * digits would be lost. */
AT_CHECKED at_status at_flow_rescale(int64_t *out, const at_flow *flow, int64_t amount, int from,
                                     const char *currency, at_record_id record, at_error *err);

/* flow_nodes.c */
AT_CHECKED at_status at_flow_read_accounts(at_flow *flow, at_error *err);
AT_CHECKED at_status at_flow_node_of(uint32_t *out, at_flow *flow, at_thing thing,
                                     at_flow_role role, const char *currency, at_error *err);
AT_CHECKED at_status at_flow_transit(uint32_t *out, at_flow *flow, const char *leg_id,
                                     const char *currency, at_error *err);
/** Nodes of declared accounts, openings, statements. After all rows. */
AT_CHECKED at_status at_flow_finish_nodes(at_flow *flow, at_error *err);

/* flow_rows.c */
AT_CHECKED at_status at_flow_read_transfers(at_flow *flow, at_error *err);

/* flow_legs.c */
AT_CHECKED at_status at_flow_read_legs(at_flow *flow, at_error *err);
/** The leg of that number (leg.fact), or AT_NONE. */
uint32_t at_flow_find_leg(const at_flow *flow, int64_t number);

/* flow_judged.c */
/** Fill `judged` of the legs that have a partner. */
AT_CHECKED at_status at_flow_mark_judged(at_flow *flow, at_error *err);

/* flow_ids.c */
/** Make ids unique and point `reverses` at them. */
AT_CHECKED at_status at_flow_settle_ids(at_flow *flow, at_error *err);

#endif
