/**
 * held_support.h - what a subject has directly: its accounts and assets, and their ledger nodes.
 *
 * A party has an account whose recorded holder it is, and an account or asset of which it is
 * recorded to hold capital, votes or control, or to be trustee or beneficiary. A director,
 * signatory or registered keeper does not have a thing by that. Ended holdings count too: the
 * questions that use this are about all of time. An account or asset has itself.
 *
 * Ownership: everything lives in the question's arena.
 */
#ifndef ASSETTRACE_QUERIES_HELD_SUPPORT_H
#define ASSETTRACE_QUERIES_HELD_SUPPORT_H

#include "engine/query.h"

enum { AT_HELD_SUBJECT = 1, AT_HELD_DIRECTLY = 2 };

typedef struct at_held {
    uint8_t *of;            /* by thing: bits above, 0 = neither */
    const at_thing *things; /* the subjects first, then what they have, each once */
    size_t thing_count, subject_count;
} at_held;

/** The values of argument `name` and what they have. */
AT_CHECKED at_status at_held_load(at_held *out, const at_question *question, const char *name,
                                  at_error *err);

/** Set `mark` on every node of what is held, a party's cash (T19) too. @param marks  by node */
AT_CHECKED at_status at_held_mark(uint8_t *marks, uint8_t mark, const at_held *held,
                                  const at_question *question, at_error *err);

/** Does owning by this interest mean to have the thing? */
bool at_interest_has(at_interest interest);

#endif
