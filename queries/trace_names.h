/**
 * trace_names.h - which nodes of the ledger a person means by a name.
 *
 * Ownership: the list's arena. Errors: AT_BAD_INPUT "E-ID-UNKNOWN", "E-ID-AMBIGUOUS"; AT_LIMIT.
 */
#ifndef ASSETTRACE_QUERIES_TRACE_NAMES_H
#define ASSETTRACE_QUERIES_TRACE_NAMES_H

#include "engine/query.h"

/* {.arena = arena} is a valid empty one. */
typedef struct at_node_list {
    uint32_t *nodes;
    size_t count, capacity;
    at_arena *arena;
} at_node_list;

enum { AT_TRACE_PLACES = AT_KIND_BIT(AT_ACCOUNT) | AT_KIND_BIT(AT_ASSET) };

/** Add a node by its exact id, an account's or asset's nodes, or (with AT_PARTY among `kinds`)
 *  those of all accounts a party holds; none when the thing is known but moves no money here. */
AT_CHECKED at_status at_trace_find_nodes(at_node_list *list, const at_question *question,
                                         unsigned kinds, const char *name, at_error *err);

#endif
