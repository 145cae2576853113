/**
 * index_nodes.h - nodes of the ledger in an index, all of them or one.
 */
#ifndef ASSETTRACE_STORE_INDEX_NODES_H
#define ASSETTRACE_STORE_INDEX_NODES_H

#include "engine/model/ledger.h"
#include "engine/store/index_file.h"

/* Currencies in the order of first use. */
typedef struct at_index_codes {
    at_currency *codes;
    size_t count, capacity;
} at_index_codes;

/* Nodes in their order; where the rows of each begin, by node, and one more. */
typedef struct at_index_node_list {
    at_node *const *nodes;
    size_t count;
    const uint32_t *out_start, *in_start;
    at_index_codes codes; /* filled here */
} at_index_node_list;
AT_CHECKED at_status at_index_put_nodes(at_index_writer *writer, at_index_node_list *list,
                                        at_error *err);

AT_CHECKED at_status at_index_get_codes(at_index_codes *out, at_index_file *file, at_arena *arena,
                                        at_error *err);
/** All of them, into room for `count`. */
AT_CHECKED at_status at_index_get_nodes(at_node *nodes, size_t count, at_index_file *file,
                                        at_thing class_count, at_arena *arena, at_error *err);
/** One. */
AT_CHECKED at_status at_index_get_node(at_node *out, at_index_file *file,
                                       const at_index_codes *codes, uint32_t node,
                                       at_thing class_count, at_arena *arena, at_error *err);
/** What AT_INDEX_NODE_KIND says of a node whose other fields are filled; its id. */
AT_CHECKED at_status at_index_finish_node(at_node *node, uint8_t kind, at_arena *arena,
                                          at_error *err);

#endif
