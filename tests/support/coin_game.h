/**
 * coin_game.h - one game of coins: its pieces, and what is done before the first coin moves (T7).
 *
 * For coin*.c alone; no header of the engine.
 */
#ifndef ASSETTRACE_TESTS_COIN_GAME_H
#define ASSETTRACE_TESTS_COIN_GAME_H

#include <assert.h>

#include "tests/support/coin_rules.h"

enum { EVENTS = 2 * COIN_ROWS, LABELS = COIN_LABELS, OPENING = -1, DEBITS = EVENTS };

/* A transaction of the effective ledger. */
typedef struct coin_entry {
    char id[24];
    const char *reverses;
    int time, seq, from, to, amount, in;
    bool deleted, converted;
    int fee;
} coin_entry;

/* A row of coins, oldest first; what a coin carries is its label or, for debts, its creator. */
typedef struct coin_pile {
    short unit[COIN_UNITS];
    int count;
} coin_pile;

typedef struct coin_purse {
    coin_pile held, debt;
    struct {
        int entry, untainted;
    } debits[DEBITS];
    int debit_count;
    int balance, carried[LABELS]; /* poison: units, credited where no ledger is; labels met */
} coin_purse;

typedef struct coin_game {
    const coin_world *world;
    enum coin_method method; /* paripassu runs as libr */
    test_lines *out;
    coin_node nodes[3 * COIN_NODES]; /* the world's, then @fee by currency, then @overdraft */
    int node_count;
    coin_purse purses[3 * COIN_NODES];
    coin_entry list[EVENTS];
    int count;
    char labels[LABELS][12];
    int tainted;
    int injected[LABELS], roundings;
    bool used[COIN_SOURCES];
} coin_game;

static inline bool is_self(const coin_entry *entry) {
    return entry->from == entry->to;
}

static inline void add_coin(coin_pile *coins, int what) {
    assert(coins->count < COIN_UNITS);
    coins->unit[coins->count++] = (short)what;
}

void coin_note(coin_game *run, const char *code, const char *node, const char *id,
               const char *against, int amount);

/* In this order: T2 and T3, the tie option, T15, T16, T6. */
void coin_sort_entries(coin_game *run);
void coin_credit_first(coin_game *run);
void coin_expand_fees(coin_game *run);
void coin_cancel(coin_game *run);
void coin_open_accounts(coin_game *run);

#endif
