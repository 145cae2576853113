/**
 * pairing.h - which two legs are one payment.
 *
 * Design section 4 rule 7, made exact. A debit leg and a credit leg can be one payment (are
 * compatible) when they come from different sources, have equal amount and currency, times at most
 * `window_us` apart, each names the other's account, and references are equal where both have one.
 *
 *  1 Legs that name each other, with equal references; then the rest of them. Compatible legs form
 *    components; a component of as many debits as credits is matched i-th to i-th by (time, seq,
 *    given id, content of the source, place in it) if every such pair is compatible; any other
 *    component of two or more stays apart and is ambiguous.
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

#include "engine/store/chunk.h"
#include "engine/store/handle.h"
#include "engine/store/identity.h"

#define AT_NO_PARTNER SIZE_MAX

typedef struct at_pair_leg {
    int64_t number; /* source << 40 | which of its legs (chunk.h) */
    int64_t source;
    at_record_id record;
    at_thing account, counterparty; /* classes; counterparty 0 = none named */
    bool credit;
    bool alone; /* cash, fee, interest */
    int64_t time_us, seq, amount;
    at_precision precision; /* of the time; nothing depends on it */
    const char *currency;
    const char *id;        /* NULL: the source gave none */
    const char *reference; /* NULL or "" = none */
    uint32_t rank;         /* of its source among all, by content: not by when it came */
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

/* Which amounts of which currencies are looked at: a bit each, by hash. One that shares the bit of
 * another is looked at too, which costs time and changes nothing. */
typedef struct at_pair_amounts {
    uint64_t *bits; /* a power of two of them */
    size_t bit_count;
    bool all;
} at_pair_amounts;
/** @param count  how many there will be, about */
AT_CHECKED at_status at_pair_amounts_begin(at_pair_amounts *out, size_t count, at_arena *arena,
                                           at_error *err);
uint64_t at_pair_amount_hash(int64_t amount, const char *currency);
void at_pair_amounts_add(at_pair_amounts *amounts, int64_t amount, const char *currency);
bool at_pair_amounts_have(const at_pair_amounts *amounts, int64_t amount, const char *currency);

/* A leg looked up by its number. */
typedef struct at_leg_found {
    int64_t number;
    at_record_id record; /* 0: there is none */
    uint64_t offset, bytes;
    int64_t amount;
    at_currency currency;
} at_leg_found;
/** Legs of any source, visible or not. */
AT_CHECKED at_status at_legs_find(at_leg_found *items, size_t count, sqlite3 *db, at_error *err);
/** The amounts of some legs. */
AT_CHECKED at_status at_pair_amounts_of(at_pair_amounts *out, const int64_t *numbers, size_t count,
                                        sqlite3 *db, at_arena *arena, at_error *err);

typedef struct at_pairing_task {
    int64_t newest;      /* the newest revision; the change becomes newest + 1 */
    int64_t added;       /* a source not published yet, or 0 */
    int64_t withdrawn;   /* a source with its withdrawal inserted, or 0 */
    bool everything;     /* a setting changed: look at all legs */
    const char *content; /* of the source added, as its row will say */
    int64_t name_space;
} at_pairing_task;

/* Who is who, and the ranks of sources. */
typedef struct at_pair_context {
    const at_identity *identity;
    uint32_t *ranks; /* by source */
    size_t source_limit;
} at_pair_context;
/** @param task  names a source that has no row yet; or NULL */
AT_CHECKED at_status at_pair_context_make(at_pair_context *out, sqlite3 *db,
                                          const at_identity *identity, const at_pairing_task *task,
                                          at_arena *arena, at_error *err);

/** What the rule needs of a row that is a leg; texts are those of the chunk, and id NULL where the
 * source gave none. */
AT_CHECKED at_status at_pair_leg_read(at_pair_leg *out, const at_chunk *chunk, int64_t source,
                                      size_t row, const at_pair_context *context, at_error *err);
/** Visible legs of some amounts, by number. temp.visible and temp.hidden must be there. */
AT_CHECKED at_status at_pairing_load(at_pair_leg **out, size_t *count_out, sqlite3 *db,
                                     const at_pair_amounts *amounts, const at_identity *identity,
                                     at_arena *arena, at_error *err);
/** The words that stand at a revision, by debit and credit. */
AT_CHECKED at_status at_pairing_words(at_pair_word **out, size_t *count_out, sqlite3 *db,
                                      int64_t revision, at_arena *arena, at_error *err);

/* pairing_store.c: the same over the store's legs, kept by revision. */

enum { AT_PAIR_PART_LEGS = 1 << 17 };

typedef struct at_pairing_change {
    uint64_t made, ended, ambiguous; /* ambiguous: legs newly found so */
} at_pairing_change;

/** Write what changes at revision newest + 1, looking only at amounts that the change touches - at
 * all legs when it unites or parts things. Inside the writer's transaction. Memory is bounded by
 * accounts, not by legs: those of about AT_PAIR_PART_LEGS are looked at together, the rest waits in
 * files of the store's tmp/ (parts.h). */
AT_CHECKED at_status at_pairing_update(at_pairing_change *out, const at_store *store,
                                       const at_pairing_task *task, at_error *err);

/** Effective value of a setting at a revision. */
AT_CHECKED at_status at_setting_at(int64_t *out, sqlite3 *db, const char *name, int64_t revision,
                                   at_error *err);

#endif
