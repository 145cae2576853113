/**
 * coin.h - the trace again, coin by coin: the slow check of specification section 1.
 *
 * Written from the specification alone, with no header of the engine: one array element a minor
 * unit, each with its label, so amounts must be small. Answers come as text lines, sorted, which
 * another implementation must match letter for letter:
 *
 *   holding LABEL NODE AMOUNT | move LABEL TRANSFER AMOUNT | injected LABEL AMOUNT
 *   note CODE NODE TRANSFER AGAINST AMOUNT    ("-" where a field means nothing)
 *   roundings NUMBER (prorata) | part LABEL AMOUNT (paripassu, and nothing else then)
 *
 * Errors: asserts, and nothing else.
 */
#ifndef ASSETTRACE_TESTS_COIN_H
#define ASSETTRACE_TESTS_COIN_H

#include <stdbool.h>

#include "tests/support/lines.h"

enum { COIN_NODES = 10, COIN_ROWS = 80, COIN_SOURCES = 8, COIN_UNITS = 3000 };

enum coin_method {
    COIN_FIFO,
    COIN_LIFO,
    COIN_PRORATA,
    COIN_PARIPASSU,
    COIN_LIBR,
    COIN_OATWAY,
    COIN_POISON,
    COIN_METHODS
};
extern const char *const coin_methods[COIN_METHODS];

typedef struct coin_node {
    char id[16], currency[4];
    bool held; /* false: external or sink */
    bool known;
    bool asset, preserved; /* oatway: both are taken for first */
    bool fund;             /* paripassu */
    int opening;
} coin_node;

typedef struct coin_row {
    char id[16], reverses[16]; /* reverses "": none */
    int time, seq, from, to, amount, amount_in, fee;
} coin_row;

typedef struct coin_source {
    char label[8], transfer[16]; /* transfer "": on an account */
    int node, time, amount;      /* amount -1: all */
} coin_source;

typedef struct coin_world {
    coin_node nodes[COIN_NODES];
    coin_row rows[COIN_ROWS]; /* in any order */
    coin_source sources[COIN_SOURCES];
    int node_count, row_count, source_count;
    int as_of, window; /* window -1: off */
    enum coin_method method;
    bool credit_first, as_new, lien;
} coin_world;

/** Fill `out` with the sorted lines of the answer. */
void coin_run(test_lines *out, const coin_world *world);

#endif
