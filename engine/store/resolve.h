/**
 * resolve.h - legs that could be one payment, and a person's word on them.
 *
 * A judgement is a revision: from it on the rule of pairing.h goes by it, before it nothing
 * changes. It is about two legs of two records as they stand; of a record that is withdrawn it says
 * nothing.
 *
 * Ownership: everything lives in the arena given.
 * Errors:    AT_BAD_INPUT "E-RESOLVE-REFUSED" when a judgement does not fit; AT_LOCKED.
 */
#ifndef ASSETTRACE_STORE_RESOLVE_H
#define ASSETTRACE_STORE_RESOLVE_H

#include "engine/store/pairing.h"
#include "engine/store/reader.h"

enum { AT_RESOLVE_REASON_BYTES = 2000, AT_REVIEW_MAX = 1000000 };

/* One side of a payment that may be. */
typedef struct at_review_leg {
    at_record_id record;
    int64_t number; /* leg.fact */
    at_address address;
    const char *account, *counterparty; /* as shown; counterparty NULL when none is named */
    const char *reference;
    int64_t time_us;
    at_precision precision;
} at_review_leg;

typedef struct at_review_pair {
    at_review_leg debit, credit;
    int64_t amount;
    const char *currency;
    size_t group; /* from 1: pairs that hang together */
    at_pair_doubt doubt;
} at_review_pair;

/** "several", "reference", "nameless", "one_source". */
const char *at_pair_doubt_text(at_pair_doubt doubt);

/** Every candidate of every ambiguous leg at the reader's revision, by group, debit and credit;
 * `limit` at most, *cut_out when there are more. */
AT_CHECKED at_status at_review_list(const at_review_pair **out, size_t *count_out, bool *cut_out,
                                    at_reader *reader, size_t limit, at_arena *arena,
                                    at_error *err);

/* A judgement that stands at a revision. */
typedef struct at_judged_pair {
    at_address debit, credit;
    int64_t debit_leg, credit_leg, revision;
    bool accepted;
    const char *actor, *reason; /* actor NULL when not stated */
} at_judged_pair;

/** By revision, then as they were given. */
AT_CHECKED at_status at_judged_list(const at_judged_pair **out, size_t *count_out,
                                    at_reader *reader, at_arena *arena, at_error *err);

typedef enum at_resolution { AT_RESOLVE_DENY, AT_RESOLVE_ACCEPT, AT_RESOLVE_UNDO } at_resolution;

typedef struct at_judgement {
    at_address debit, credit; /* of the records; content, offset, bytes */
    at_resolution what;
    const char *reason;
    uint64_t line; /* of the file it stands in; 0 = none */
    /* Filled: why it does not fit, NULL when it does. */
    const char *code, *fault;
    int64_t debit_leg, credit_leg;
} at_judgement;

/**
 * Do they fit, and if all do and `revision_out` is not NULL: publish them as one revision. Accepted
 * can be what at_review_list lists; denied also what is a pair; undone what stands.
 *
 * @return AT_BAD_INPUT "E-RESOLVE-REFUSED" with `code` and `fault` set in those that do not fit
 */
AT_CHECKED at_status at_resolve(int64_t *revision_out, at_store *store, at_judgement *items,
                                size_t count, at_arena *arena, at_error *err);

#endif
