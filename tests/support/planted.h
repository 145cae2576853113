/**
 * planted.h - a seeded world in the manner of AMLSim: background payments, and patterns whose
 * members are known hidden among them.
 *
 * Background: receivers are skewed (some accounts are paid by hundreds, as shops are), senders less
 * so; amounts are skewed too; times are whole days. Patterns take random accounts, so that their
 * members also pay and are paid as everybody is.
 */
#ifndef ASSETTRACE_TESTS_PLANTED_H
#define ASSETTRACE_TESTS_PLANTED_H

#include "engine/model/ledger.h"

typedef enum planted_kind {
    PLANTED_CYCLE,
    PLANTED_FAN_IN,
    PLANTED_FAN_OUT,
    PLANTED_GATHER_SCATTER,
    PLANTED_SCATTER_GATHER,
    PLANTED_STACK,
    PLANTED_BIPARTITE,
    PLANTED_RANDOM,
    PLANTED_KINDS
} planted_kind;

extern const char *const planted_names[PLANTED_KINDS];

enum { PLANTED_ROWS_MAX = 64 };

typedef struct planted_instance {
    planted_kind kind;
    int rows[PLANTED_ROWS_MAX]; /* numbers of transfers: their id is T%d */
    int row_count;
    int centre; /* account, its id is A%d; -1 = none */
} planted_instance;

typedef struct planted_options {
    uint64_t seed;
    int accounts, background, days, each; /* `each`: instances of every kind */
    bool hub; /* every fourth payment of the background is to or from account 0 */
} planted_options;

typedef struct planted_world {
    planted_instance *instances;
    int instance_count, row_count;
    at_ledger ledger;
} planted_world;

/** Everything lives in the arena. */
AT_CHECKED at_status planted_make(planted_world *out, const planted_options *options,
                                  at_arena *arena, at_error *err);

#endif
