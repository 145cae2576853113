/**
 * owning_graph.h - inside of owning.h: the matrices of one world, and shares by exact elimination.
 */
#ifndef ASSETTRACE_TESTS_OWNING_GRAPH_H
#define ASSETTRACE_TESTS_OWNING_GRAPH_H

#include "tests/support/owning.h"

#include <gmp.h>

enum { OWN_NODES_MAX = 2 * OWN_BODIES_MAX, OWN_CAPITAL = 0, OWN_VOTES = 1 };

typedef mpq_t own_vector[OWN_NODES_MAX];

/* Two matrices by (owned, owner), after dates, sources, classes and nominees. */
typedef struct own_graph {
    int count;
    bool there[2][OWN_NODES_MAX][OWN_NODES_MAX], over[2][OWN_NODES_MAX];
    mpq_t lo[2][OWN_NODES_MAX][OWN_NODES_MAX], hi[2][OWN_NODES_MAX][OWN_NODES_MAX];
    mpq_t slack[2][OWN_NODES_MAX];
} own_graph;

/** The last one made; valid until the next. */
extern own_graph own_matrices;

void own_graph_make(const own_world *world);
/** x against num/den, where two numbers within 10^-12 are one. */
bool own_reaches(const mpq_t x, int num, int den, bool more);
/** Both ends of O9 from one source; the upper one by choosing columns until none is worth more. */
void own_shares_find(own_vector lo, own_vector hi, int source);

#endif
