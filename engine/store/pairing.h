/**
 * pairing.h - which two legs are one payment.
 *
 * Design section 4 rule 7, made exact. A debit leg and a credit leg can be one payment (are
 * compatible) when they come from different sources, have equal amount and currency, times at most
 * `window_us` apart, each names the other's account, and references are equal where both have one.
 *
 *  1 Legs that name each other, with equal references; then the rest of them. Compatible legs form
 *    components; a component of as many debits as credits is matched i-th to i-th by (time, seq,
 *    id) if every such pair is compatible; any other component of two or more stays apart and is
 *    ambiguous.
 *  2 A leg that names no account, with an equal reference: matched if each is the other's only
 *    candidate, else ambiguous.
 *  3 A leg that names no account and one that names its account, references not at odds: ambiguous.
 *  4 Two legs of one source that would be compatible but for that: ambiguous, because they may show
 *    one payment twice.
 *
 * A person's word goes before: legs accepted as one payment are a pair, legs denied to be one are
 * not compatible.
 *
 * A result is a function of legs and words alone: neither their order nor history decides. Cash,
 * fees and interest without a counterparty are payments with nobody who would show the other side:
 * they take no part in 2 and 3.
 *
 * Ownership: results and working memory live in the arena given.
 */
#ifndef ASSETTRACE_STORE_PAIRING_H
#define ASSETTRACE_STORE_PAIRING_H

#include "engine/model/record.h"
#include "engine/store/identity.h"

#define AT_NO_PARTNER SIZE_MAX

typedef struct at_pair_leg {
    int64_t number; /* leg.fact */
    int64_t source;
    at_record_id record;
    at_thing account, counterparty; /* classes; counterparty 0 = none named */
    bool credit;
    bool alone; /* cash, fee, interest */
    int64_t time_us, seq, amount;
    at_precision precision; /* of the time; nothing depends on it */
    const char *currency, *id;
    const char *reference; /* NULL or "" = none */
} at_pair_leg;

typedef struct at_pair_result {
    size_t partner; /* index of the other leg, or AT_NO_PARTNER */
    bool ambiguous;
} at_pair_result;

/* Why legs that could be one payment stay apart. */
typedef enum at_pair_doubt {
    AT_PAIR_SEVERAL,    /* 1: several, and nothing says which belong together */
    AT_PAIR_REFERENCE,  /* 2: one names no account, and several have its reference */
    AT_PAIR_NAMELESS,   /* 3: one names no account, and no reference stands for it */
    AT_PAIR_ONE_SOURCE, /* 4: one source shows both */
} at_pair_doubt;

typedef struct at_pair_candidate {
    size_t debit, credit; /* indexes of legs */
    size_t group;         /* from 1: what is connected */
    at_pair_doubt doubt;
} at_pair_candidate;

/* Candidates of ambiguous legs, `limit` at most. */
typedef struct at_pair_candidates {
    at_pair_candidate *items;
    size_t count, capacity, limit, groups;
    bool cut;
} at_pair_candidates;

/* A person's word on two legs, by their numbers. */
typedef struct at_pair_word {
    int64_t debit, credit;
    bool accepted; /* else denied */
} at_pair_word;

typedef struct at_pair_rule {
    int64_t window_us;
    const at_pair_word *words; /* by debit and credit */
    size_t word_count;
    at_pair_candidates *candidates; /* filled; NULL: nobody asks */
} at_pair_rule;

/** One result a leg. O(n log n) and the number of compatible pairs. */
AT_CHECKED at_status at_pair_legs(at_pair_result **out, const at_pair_leg *legs, size_t count,
                                  const at_pair_rule *rule, at_arena *arena, at_error *err);

/* pairing_legs.c: legs and words of a store. */

/** Visible legs with an (amount, currency) that `amounts`, an SQL query with the parameter ?1 for
 * the revision, lists; by number. temp.visible must be there. */
AT_CHECKED at_status at_pairing_load(at_pair_leg **out, size_t *count_out, sqlite3 *db,
                                     const char *amounts, int64_t revision,
                                     const at_identity *identity, at_arena *arena, at_error *err);
/** The words that stand at a revision, by debit and credit. */
AT_CHECKED at_status at_pairing_words(at_pair_word **out, size_t *count_out, sqlite3 *db,
                                      int64_t revision, at_arena *arena, at_error *err);

/* pairing_store.c: the same over the store's legs, kept by revision. */

typedef struct at_pairing_task {
    int64_t newest;    /* the newest revision; the change becomes newest + 1 */
    int64_t added;     /* a source not published yet, or 0 */
    int64_t withdrawn; /* a source with its withdrawal inserted, or 0 */
    bool everything;   /* a setting changed: look at all legs */
} at_pairing_task;

typedef struct at_pairing_change {
    uint64_t made, ended, ambiguous; /* ambiguous: legs newly found so */
} at_pairing_change;

/** Write what changes at revision newest + 1, looking only at amounts that the change touches - at
 * all legs when it unites or parts things. Inside the writer's transaction. */
AT_CHECKED at_status at_pairing_update(at_pairing_change *out, sqlite3 *db,
                                       const at_pairing_task *task, at_error *err);

/** Effective value of a setting at a revision. */
AT_CHECKED at_status at_setting_at(int64_t *out, sqlite3 *db, const char *name, int64_t revision,
                                   at_error *err);

#endif
