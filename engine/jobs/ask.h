/**
 * ask.h - job: one question, checked against its descriptor, answered as a table.
 *
 * Arguments come as text pairs, as the command line or a case file gives them; they are typed and
 * resolved here (bind.c), so that a query never parses what its descriptor declares.
 *
 * Errors: AT_USAGE for an unknown, missing or repeated argument (nearest name in the hint);
 *         AT_BAD_INPUT for a value that is not of its type, an unknown or ambiguous id.
 */
#ifndef ASSETTRACE_JOBS_ASK_H
#define ASSETTRACE_JOBS_ASK_H

#include "engine/query.h"
#include "engine/store/reader.h"

typedef struct at_pair {
    const char *name, *value;
} at_pair;

typedef struct at_ask_request {
    const at_query *query;
    const at_pair *pairs;
    size_t pair_count;
    const at_answer *earlier; /* answers of the same case */
    size_t earlier_count;
    size_t max_rows; /* 0 = no limit */
} at_ask_request;

/** The query of that name, or NULL. */
const at_query *at_query_find(const at_query *const *registry, const char *name);

/** AT_USAGE "E-ASK-QUERY" about an unknown query, with the nearest name. */
at_status at_query_unknown(const at_query *const *registry, const char *name, at_error *err);

/** Answer one question at the reader's revision. The table and all it needs live in `arena`. */
AT_CHECKED at_status at_ask(at_table *out, at_reader *reader, const at_ask_request *request,
                            at_arena *arena, at_error *err);

/** Type and check the pairs of a request into `question` (arguments only). For at_ask and tests. */
AT_CHECKED at_status at_bind(at_question *question, const at_ask_request *request,
                             const at_facts *facts, at_arena *arena, at_error *err);

#endif
