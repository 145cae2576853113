/**
 * pattern_world.h - small random ledgers for the checks of patterns, and findings as text.
 *
 * A payment is one row, or two where its legs stand at different times (through `@transit:`).
 * Positions are places in the order of time, sequence and id, sorted here once more; a set of rows
 * is a mask of positions.
 */
#ifndef ASSETTRACE_TESTS_PATTERN_WORLD_H
#define ASSETTRACE_TESTS_PATTERN_WORLD_H

#include <stdint.h>

#include "engine/trace/pattern.h"

enum { PW_NODES_MAX = 9, PW_PAYMENTS_MAX = 30, PW_LINE_BYTES = 1024, PW_LINES_MAX = 4000 };

typedef struct pw_payment {
    int from, to;
    int out_at, in_at; /* positions of its rows */
    int64_t out_us, in_us, amount, amount_in;
} pw_payment;

typedef struct pw_row {
    int payment, time, seq;
    bool second;
    char id[32];
} pw_row;

typedef struct pw_world {
    int node_count, payment_count, row_count;
    bool spread; /* pw_ledger: each account has two currencies, and a payment one at either end */
    char names[PW_NODES_MAX][8];
    int currency[PW_NODES_MAX], holder[PW_NODES_MAX]; /* holder < 0: none */
    pw_payment payments[PW_PAYMENTS_MAX];             /* self-transfers and zeros are in */
    pw_row rows[2 * PW_PAYMENTS_MAX];                 /* by position */
} pw_world;

/* Findings: "first centre ids | last count amount", sorted. */
typedef struct pw_lines {
    char (*lines)[PW_LINE_BYTES];
    int count;
} pw_lines;

int pw_roll(int sides);
void pw_seed(uint64_t seed);
void pw_make(pw_world *world, int nodes, int payments, int days);
/** Payments of one unit: from, to and time. */
void pw_set(pw_world *world, const int (*payments)[3], int count);
/** Nodes belong to accounts only where the world is spread. */
void pw_ledger(at_ledger *out, const pw_world *world, at_arena *arena);
/** Payments that move something to somebody else. */
bool pw_counts(const pw_payment *payment);
uint64_t pw_mask(const pw_payment *payment);
/** Join masks that share a bit until none do; returns how many are left. */
int pw_merge(uint64_t *masks, int count);

void pw_add(pw_lines *lines, const pw_world *world, const char *centre, uint64_t mask, int count,
            int64_t amount);
void pw_add_patterns(pw_lines *lines, const at_patterns *patterns, const at_ledger *ledger);
/** Compare the sorted lists; the engine's must already stand in order. */
void pw_compare(const char *what, uint64_t seed, pw_lines *wanted, const pw_lines *found);

#endif
