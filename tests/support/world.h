/**
 * world.h - a coin_world run through the engine, and random ones.
 *
 * Ownership: the arena's.
 */
#ifndef ASSETTRACE_TESTS_WORLD_H
#define ASSETTRACE_TESTS_WORLD_H

#include "tests/support/coin.h"
#include "engine/trace/pass.h"

/** The ledger of a world; fails the running test where it cannot be built. */
void world_ledger(at_ledger *out, const coin_world *world, at_arena *arena);
/** The sources of a world, bound to its ledger. */
void world_sources(at_trace_source *out, const coin_world *world, const at_ledger *ledger);
/** The method by its name; paripassu is traced as libr. */
at_trace_method world_method(enum coin_method method);
/** Trace a world; also gives the effective ledger. Every move is recorded. */
at_status world_trace(at_trace *out, const coin_world *world, at_arena *arena, at_error *err);
/** The lines of coin.h; paripassu is divided here. */
void world_lines(test_lines *out, const coin_world *world, const at_trace *trace, at_arena *arena);

/** An empty arena whose every item asks the system for memory: at_memory_fail_after then counts
 *  items, so that each of them can be refused in turn. */
void world_tight_arena(at_arena *out);

/** splitmix64: the next number of a seeded row. */
uint64_t world_random(uint64_t *state);
/** A small ledger with everything that can go wrong in one, and sources that T20 allows. */
void world_make(coin_world *out, uint64_t seed);

#endif
