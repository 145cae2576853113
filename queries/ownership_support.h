/**
 * ownership_support.h - what the questions about ownership share.
 *
 * Ownership: everything lives in the question's arena.
 */
#ifndef ASSETTRACE_QUERIES_OWNERSHIP_SUPPORT_H
#define ASSETTRACE_QUERIES_OWNERSHIP_SUPPORT_H

#include "engine/network/chain.h"
#include "engine/network/control.h"
#include "engine/query.h"

/* One question's part of the ownership graph, and the body asked about in it. */
typedef struct at_owned_case {
    at_ownership part;
    uint32_t body; /* UINT32_MAX: no recorded holding concerns it */
} at_owned_case;

/** Load the holdings at the argument as_of, and keep what lies above or below a thing. */
AT_CHECKED at_status at_owned_case_load(at_owned_case *out, const at_question *question,
                                        at_thing thing, bool above, at_error *err);

/** Notes on what the part cannot say: OVER_100, CONFLICT, NOMINEE. */
AT_CHECKED at_status at_owned_case_notes(at_table *table, const at_owned_case *owned,
                                         at_error *err);

/**
 * Is a body that owns counted as a natural person? Sets *assumed when its kind is not recorded
 * (O8).
 */
bool at_is_person(const at_owned_case *owned, uint32_t body, bool *assumed);

/** Does no recorded holding of it state an owner? */
bool at_is_unowned(const at_matrix *capital, uint32_t body);

/** Cite the first record of each step of a chain, then a body's own. */
AT_CHECKED at_status at_cite_chain(at_row *row, at_table *table, const at_owned_case *owned,
                                   const at_chain *chain, at_error *err);

#endif
