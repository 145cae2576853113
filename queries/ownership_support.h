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

extern const char *const at_ownership_graphs[]; /* economic legal */

/* What every question about ownership may be given. */
#define AT_OWNERSHIP_ARGS                                                                     \
    {.name = "as_of",                                                                         \
     .type = AT_ARG_END,                                                                      \
     .summary = "holdings in force at this time; without it, those that state no end"},       \
    {                                                                                         \
        .name = "graph", .type = AT_ARG_CHOICE, .fallback = "economic",                       \
        .summary = "economic: what a nominee holds is the principal's; legal: the nominee's", \
        .choices = at_ownership_graphs                                                        \
    }

/** All holdings by the arguments as_of and graph. */
AT_CHECKED at_status at_ownership_ask(at_ownership *out, const at_question *question,
                                      at_error *err);

/**
 * The bodies of the argument `of`, each once; what no holding concerns is left out and noted.
 *
 * @param out  room for question->argument_count
 */
AT_CHECKED at_status at_ownership_seeds(uint32_t **out, size_t *count_out, at_table *table,
                                        const at_ownership *all, const at_question *question,
                                        at_error *err);

/* One question's part of the ownership graph, and the body asked about in it. */
typedef struct at_owned_case {
    at_ownership part;
    uint32_t body; /* UINT32_MAX: no recorded holding concerns it */
} at_owned_case;

/** Load the holdings, and keep what lies above or below a thing. */
AT_CHECKED at_status at_owned_case_load(at_owned_case *out, const at_question *question,
                                        at_thing thing, bool above, at_error *err);

/**
 * Notes on what holdings cannot say: OVER_100, CONFLICT, NOMINEE, START_ASSUMED.
 *
 * @param concerned  by body: only about what is owned of these; NULL = of all
 */
AT_CHECKED at_status at_ownership_notes(at_table *table, const at_ownership *ownership,
                                        const bool *concerned, const at_question *question,
                                        at_error *err);

/**
 * Is a body that owns counted as a natural person? Sets *assumed when its kind is not recorded
 * (O8): then it is one if nobody is recorded to hold shares or votes in it.
 */
bool at_is_person(const at_ownership *ownership, uint32_t body, bool *assumed);

/** Does no recorded holding of it state an owner? */
bool at_is_unowned(const at_matrix *capital, uint32_t body);

/** The title of a body's thing; empty for a pseudo-owner. */
AT_CHECKED at_status at_cell_title(at_cell *cell, const at_facts *facts, const at_body *body,
                                   at_error *err);

/** "P 1/2, A [1/4,1/2]": who holds the stakes, and how much; their records are cited. */
AT_CHECKED at_status at_cell_holders(at_row *row, size_t cell, at_table *table,
                                     const at_ownership *ownership, const at_matrix *matrix,
                                     const at_reached *reached, at_error *err);

/** Cite the records of each step of a chain. */
AT_CHECKED at_status at_cite_chain(at_row *row, at_table *table, const at_owned_case *owned,
                                   const at_chain *chain, at_error *err);

#endif
