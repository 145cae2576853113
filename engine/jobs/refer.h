/**
 * refer.h - the arguments of one case question as text pairs, references replaced by what they
 * name.
 *
 * `s1` names the things of a subject; `q2.thing` names the distinct values of a column of an
 * earlier answer,
 * in the order of its rows. Everything else is taken as written.
 *
 * Errors: AT_BAD_INPUT with the JSON pointer of the value.
 */
#ifndef ASSETTRACE_JOBS_REFER_H
#define ASSETTRACE_JOBS_REFER_H

#include "engine/jobs/run.h"

/* Pairs being collected, in the arena. */
typedef struct at_pair_list {
    at_pair *items;
    size_t count, capacity;
    at_arena *arena;
} at_pair_list;

/* A case may write the argument `source` in the plural. */
#define AT_REFER_SOURCES "sources"

/**
 * Fill `list` for question number `index` of the run (earlier answers are answers[0..index)).
 * Case defaults and the case's as_of are added where the query has such an argument and the
 * question is silent.
 *
 * @param empty_out  the first reference that names nothing (a subject expected to be absent, a
 *                   column without values), or NULL: then there is nothing to ask about
 */
AT_CHECKED at_status at_refer(at_pair_list *list, const at_json_value **empty_out,
                              const at_case_run *run, size_t index, const at_facts *facts,
                              at_error *err);

/* What `freeze.request` names: one of the three. */
typedef struct at_reference {
    const at_thing *things; /* "s1": 0-terminated */
    const at_table *table;  /* "q2.thing" */
    int column;
    at_thing thing; /* an id */
} at_reference;

AT_CHECKED at_status at_refer_freeze(at_reference *out, const at_case_run *run,
                                     const at_facts *facts, at_error *err);

/** {"label", "transfer" | "account" + "time", "amount"} as LABEL=transfer:T,AMOUNT. */
AT_CHECKED at_status at_refer_source(const char **out, const at_json_value *value, at_arena *arena,
                                     at_error *err);
/** The argument of that name, or NULL. */
const at_arg *at_refer_argument(const at_query *query, const char *name);

#endif
