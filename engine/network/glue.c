#include "engine/network/glue.h"

#include <assert.h>
#include <stdio.h>

#include "engine/base/interrupt.h"

enum { REASON_BYTES = 200 };

/* igraph's handlers get no argument of ours, so its last words have to wait here for the return
 * code that follows them. */
static _Thread_local char last_reason[REASON_BYTES];

static void note_error(const char *reason, const char *file, int line, igraph_error_t code) {
    (void)file;
    (void)line;
    (void)code;
    snprintf(last_reason, sizeof last_reason, "%s", reason);
    IGRAPH_FINALLY_FREE();
}

static void ignore_warning(const char *reason, const char *file, int line) {
    (void)reason;
    (void)file;
    (void)line;
}

static igraph_error_t ask_deadline(void *data) {
    (void)data;
    if (at_deadline_check(NULL) == AT_OK)
        return IGRAPH_SUCCESS;
    IGRAPH_FINALLY_FREE();
    return IGRAPH_INTERRUPTED;
}

void at_igraph_begin(void) {
    igraph_set_interruption_handler(ask_deadline);
    igraph_set_error_handler(note_error);
    igraph_set_warning_handler(ignore_warning);
    last_reason[0] = '\0';
}

at_status at_igraph_fail(igraph_error_t code, at_error *err) {
    assert(code != IGRAPH_SUCCESS);
    if (code == IGRAPH_ENOMEM)
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory for the network");
    if (code == IGRAPH_INTERRUPTED) {
        AT_TRY(at_deadline_check(err));
        return at_fail(err, AT_INTERRUPTED, "E-INTERRUPTED", "interrupted");
    }
    return at_fail(err, AT_BUG, "E-NETWORK-IGRAPH", "the graph library refused: %s",
                   last_reason[0] ? last_reason : igraph_strerror(code));
}

at_status at_net_open(at_net *out, uint32_t vertex_count, const uint32_t *ends, size_t edge_count,
                      igraph_bool_t directed, at_error *err) {
    AT_CLEANUP(igraph_vector_int_destroy) igraph_vector_int_t edges = {0};
    at_igraph_begin();
    AT_IGRAPH(igraph_vector_int_init(&edges, (igraph_integer_t)(2 * edge_count)), err);
    for (size_t i = 0; i < 2 * edge_count; i++) {
        assert(ends[i] < vertex_count); /* igraph would add a vertex and say nothing */
        VECTOR(edges)[i] = ends[i];
    }
    AT_IGRAPH(igraph_create(&out->graph, &edges, vertex_count, directed), err);
    out->open = true;
    return AT_OK;
}

void at_net_close(at_net *net) {
    if (net->open)
        igraph_destroy(&net->graph);
    net->open = false;
}
