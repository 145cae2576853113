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

/**
 * Fill `list` for question number `index` of the run (earlier answers are answers[0..index)).
 * Case defaults and the case's as_of are added where the query has such an argument and the
 * question is silent.
 */
AT_CHECKED at_status at_refer(at_pair_list *list, const at_case_run *run, size_t index,
                              const at_facts *facts, at_error *err);

/** What one text refers to, as texts added to `list` under `name`: used for questions and for
 * `freeze.request`. */
AT_CHECKED at_status at_refer_text(at_pair_list *list, const char *name, const char *text,
                                   const at_json_value *where, const at_case_run *run,
                                   size_t answer_count, const at_facts *facts, at_error *err);

#endif
