/**
 * freeze_game.h - plans of freezing once more, slow and obvious, with no header of the engine.
 *
 * What a set stops is told backwards: the chance that a unit on a node at a step is stopped sooner
 * or later. Every set of candidates is weighed; the rules for many candidates (specification F4,
 * F5) are followed to the letter. Nodes are numbered by id, sets are bits.
 */
#ifndef ASSETTRACE_TESTS_FREEZE_GAME_H
#define ASSETTRACE_TESTS_FREEZE_GAME_H

#include <stdbool.h>
#include <stdint.h>

enum { GAME_NODES_MAX = 26, GAME_STEPS_MAX = 64 };

typedef struct freeze_game {
    int count, horizon; /* node `count` is out of reach */
    int64_t held[GAME_NODES_MAX + 1], cost[GAME_NODES_MAX], lead[GAME_NODES_MAX];
    bool candidate[GAME_NODES_MAX];
    double rate[GAME_NODES_MAX][GAME_NODES_MAX + 1];
} freeze_game;

double game_total(const freeze_game *game);
/** F2, told backwards. */
double game_value(const freeze_game *game, uint32_t set);
/** F2 as it is written, step by step, for any number of steps. */
double game_walk(const freeze_game *game, uint32_t set, int64_t steps);
int64_t game_cost(const freeze_game *game, uint32_t set);
uint32_t game_candidates(const freeze_game *game);

/** Set by set; `values` is by set, for up to 12 nodes. */
void game_values(double *values, const freeze_game *game);
uint32_t game_best_cover(const freeze_game *game, const double *values, double goal);
uint32_t game_best_budget(const freeze_game *game, const double *values, int64_t budget);

/** The letter of F4 and F5. `order` has the picks in the order of choice; gives how many. */
int game_greedy_cover(int *order, const freeze_game *game, double goal);
int game_greedy_budget(int *order, const freeze_game *game, int64_t budget);
/** The largest value by the greedy choice, the best single one and every completed set of three. */
double game_triples(const freeze_game *game, int64_t budget);
/** F5's bound for a set. */
double game_bound(const freeze_game *game, uint32_t set, int64_t budget);

#endif
