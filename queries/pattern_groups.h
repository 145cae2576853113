/**
 * pattern_groups.h - the nodes of the ledger by who holds them.
 *
 * Holders are resolved parties, by all visible accounts' records; an account with several holders
 * stands in each one's group, one that nobody states a holder of is a group of its own.
 *
 * Ownership: the question's arena. Errors: AT_NO_MEMORY, AT_LIMIT.
 */
#ifndef ASSETTRACE_QUERIES_PATTERN_GROUPS_H
#define ASSETTRACE_QUERIES_PATTERN_GROUPS_H

#include "engine/query.h"
#include "engine/trace/pattern.h"

AT_CHECKED at_status at_pattern_groups_load(at_pattern_groups *out, const at_question *question,
                                            at_error *err);

#endif
