/**
 * flows.h - money to trace by the million: made from a seed or read from a file, as a ledger in
 * memory without the store.
 *
 * A file is what lies between numbers and nothing else: rows of {u32 from, u32 to, i64 time in
 * seconds, i64 amount in minor units}, in the order of time.
 *
 * Ownership: the arena's. Errors: ends the program, saying why.
 */
#ifndef ASSETTRACE_TESTS_BENCH_FLOWS_H
#define ASSETTRACE_TESTS_BENCH_FLOWS_H

#include "engine/trace/pass.h"

typedef struct bench_row {
    uint32_t from, to;
    int64_t time_s, amount;
} bench_row;

typedef struct bench_flows {
    bench_row *rows;
    uint32_t count, node_count;
} bench_flows;

enum bench_shape {
    BENCH_POWER,   /* a few accounts have most of the transfers, relations repeat */
    BENCH_CYCLE,   /* money in small pieces goes round and round */
    BENCH_LABELS,  /* a thousand claimants pay into one account that pays others */
    BENCH_DEBITS,  /* one account has nearly all the debits */
    BENCH_ISLANDS, /* many small groups that do not pay each other */
    BENCH_MIXED    /* as BENCH_CYCLE, pieces of a dozen labels in turn */
};

/* Labels of BENCH_LABELS; accounts of a group of BENCH_ISLANDS; payers of BENCH_MIXED, each its own
 * label. */
enum { BENCH_CLAIMANTS = 1000, BENCH_ISLAND = 100, BENCH_PAYERS = 12 };

/** Ends the program with a message where the status is not AT_OK. */
void bench_must(at_status status, const at_error *err);
/** Seconds of this process, user and system. */
double bench_seconds(void);
void *bench_memory(size_t count, size_t bytes);

void bench_make(bench_flows *out, enum bench_shape shape, uint32_t rows, uint64_t seed);
void bench_read(bench_flows *out, const char *path);
/** Every account's opening is unknown; ids are numbers. */
void bench_ledger(at_ledger *out, const bench_flows *flows, at_arena *arena);

#endif
