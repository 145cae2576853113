/**
 * glue.h - igraph inside this room: its errors become ours, its objects close by scope.
 *
 * igraph reports through handlers of the process; ours keep the words of the last report, print
 * nothing and never abort. Every call goes through AT_IGRAPH. No object of igraph leaves the room.
 *
 * Errors:  AT_NO_MEMORY "E-MEMORY", AT_INTERRUPTED, else AT_BUG "E-NETWORK-IGRAPH" with the words.
 * Threads: one (Debian's igraph is not built thread-safe).
 */
#ifndef ASSETTRACE_NETWORK_GLUE_H
#define ASSETTRACE_NETWORK_GLUE_H

#include "engine/base/arena.h"

#include <igraph/igraph.h>

/** Install our handlers; harmless when done before. To be called before any other igraph call. */
void at_igraph_begin(void);

/** Translate what igraph just returned. */
at_status at_igraph_fail(igraph_error_t code, at_error *err);

/** Run an igraph call; when it did not succeed, return the status it stands for. */
#define AT_IGRAPH(call, err)                         \
    do {                                             \
        const igraph_error_t igraph_code = (call);   \
        if (igraph_code != IGRAPH_SUCCESS)           \
            return at_igraph_fail(igraph_code, err); \
    } while (0)

/* Vectors may be destroyed while zero, so AT_CLEANUP(igraph_vector_int_destroy) on a zeroed vector
 * is safe; a graph may not, hence this wrapper. */
typedef struct at_net {
    igraph_t graph;
    igraph_bool_t open;
} at_net;

/**
 * An undirected or directed graph of `vertex_count` vertices.
 *
 * @param ends  2 * edge_count vertex numbers, edge after edge
 */
AT_CHECKED at_status at_net_open(at_net *out, uint32_t vertex_count, const uint32_t *ends,
                                 size_t edge_count, igraph_bool_t directed, at_error *err);
void at_net_close(at_net *net);

#endif
