/**
 * timeline_moment.h - what facts and transfers say about the moments of some subjects.
 *
 * A moment is one thing that happened at one time: a holding that begins and ends gives two. Facts
 * without a time give none; those that ought to have one are counted.
 *
 * Ownership: everything lives in the question's arena.
 */
#ifndef ASSETTRACE_QUERIES_TIMELINE_MOMENT_H
#define ASSETTRACE_QUERIES_TIMELINE_MOMENT_H

#include "queries/held_support.h"

typedef enum at_moment_kind {
    AT_MOMENT_PARTY,
    AT_MOMENT_EVENT,
    AT_MOMENT_LISTING,
    AT_MOMENT_LINK,
    AT_MOMENT_ACCOUNT,
    AT_MOMENT_HOLDING,
    AT_MOMENT_ASSET,
    AT_MOMENT_TRANSFER,
    AT_MOMENT_KIND_COUNT
} at_moment_kind;
extern const char *const at_moment_kinds[]; /* party event listing link account holding asset
                                              transfer */

typedef struct at_moment {
    int64_t time_us;
    at_precision precision;
    at_moment_kind kind;
    const char *what, *thing, *counterparty, *title, *id, *text; /* NULL = none */
    int64_t amount;                                              /* AT_AMOUNT_NONE = none */
    const char *currency;
    int64_t place; /* of a transfer in the ledger */
    at_grade grade;
    at_record_id records[2];
} at_moment;

typedef struct at_moments {
    at_moment *items;
    size_t count, capacity;
    size_t undated; /* holdings and links of which neither end is stated */
    const at_question *question;
    const at_held *held;
    const at_thing *holder; /* by account: who holds it, 0 = nobody recorded */
    int64_t since_us, until_us, min_amount;
    unsigned kinds; /* bits of at_moment_kind */
} at_moments;

/** Fill `moments`, whose question, held, window and kinds are set; in the order of time. */
AT_CHECKED at_status at_moments_collect(at_moments *moments, at_error *err);

/** Add one, when its time is stated and lies in the window. For timeline_moment.c and
 *  timeline_facts.c. */
AT_CHECKED at_status at_moment_add(at_moments *moments, const at_moment *moment, at_error *err);
/** All facts; for timeline_moment.c. */
AT_CHECKED at_status at_moments_facts(at_moments *moments, at_error *err);
/** Is a thing one of the subjects, or had by one? */
bool at_moment_is_held(const at_moments *moments, const at_ref *ref);
/** How a thing is shown, and its name (an account's is its holder's); NULL for none. */
AT_CHECKED at_status at_moment_name(const char **id_out, const char **title_out,
                                    const at_moments *moments, at_thing thing, at_error *err);

#endif
