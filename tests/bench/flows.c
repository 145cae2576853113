#include "tests/bench/flows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CLAIMANTS = BENCH_CLAIMANTS, CYCLE_NODES = 16, ISLAND = BENCH_ISLAND, NEIGHBOURS = 64 };

void bench_must(at_status status, const at_error *err) {
    if (status == AT_OK)
        return;
    fprintf(stderr, "bench: %s\n", err->message);
    exit(1);
}

double bench_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void *bench_memory(size_t count, size_t bytes) {
    void *memory = calloc(count == 0 ? 1 : count, bytes);
    if (memory == NULL) {
        fprintf(stderr, "bench: no memory\n");
        exit(1);
    }
    return memory;
}

/* splitmix64 */
static uint64_t next_random(uint64_t *state) {
    uint64_t mixed = *state += UINT64_C(0x9E3779B97F4A7C15);
    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94D049BB133111EB);
    return mixed ^ mixed >> 31;
}

static double random_part(uint64_t *state) {
    return (double)(next_random(state) >> 11) * 0x1p-53;
}

static uint32_t random_below(uint64_t *state, uint32_t limit) {
    return (uint32_t)(next_random(state) % limit);
}

/* Account ranks with a heavy head, spread over the numbers. */
static uint32_t random_account(uint64_t *state, uint32_t count) {
    const double part = random_part(state);
    const uint64_t rank = (uint64_t)((double)count * part * part * part * part);
    return (uint32_t)((rank * 2654435761u + 12345) % count);
}

static bench_row power_row(uint64_t *state, uint32_t nodes) {
    bench_row row = {.from = random_account(state, nodes), .to = random_account(state, nodes)};
    if (random_below(state, 8) < 3)
        row.to = (row.from / NEIGHBOURS * NEIGHBOURS + random_below(state, NEIGHBOURS)) % nodes;
    if (row.from == row.to)
        row.to = (row.to + 1) % nodes;
    double spread = 0;
    for (int i = 0; i < 4; i++)
        spread += random_part(state) - 0.5;
    row.amount = 1 + (int64_t)(100 * exp(5.5 + 3.2 * spread));
    return row;
}

/* Half of the rows fragment the money, the feeders in turn; the others send half of what an
 * account has to the next, in which it meets its own pieces. */
static bench_row cycle_row(uint64_t *state, uint32_t place, uint32_t rows, uint32_t feeders) {
    const uint32_t next = place % CYCLE_NODES;
    if (place < rows / 2)
        return (bench_row){.from = place % feeders, .to = feeders, .amount = 100};
    const uint32_t from = place == rows / 2 ? 0 : next;
    return (bench_row){.from = feeders + from,
                       .to = feeders + (from + 1) % CYCLE_NODES,
                       .amount = 1 + (int64_t)(random_below(state, rows) * UINT64_C(20))};
}

static bench_row labels_row(uint64_t *state, uint32_t place, uint32_t nodes) {
    if (place < CLAIMANTS)
        return (bench_row){.from = place, .to = CLAIMANTS, .amount = 1000000000};
    bench_row row = {.from = CLAIMANTS + random_below(state, nodes - CLAIMANTS),
                     .to = CLAIMANTS + random_below(state, nodes - CLAIMANTS),
                     .amount = 1 + random_below(state, 100000)};
    if (place % 4 == 0)
        row.from = CLAIMANTS;
    if (row.to == row.from)
        row.to = row.from + 1 < nodes ? row.from + 1 : CLAIMANTS;
    return row;
}

static bench_row debits_row(uint64_t *state, uint32_t place, uint32_t nodes) {
    if (place % 16 == 0)
        return (bench_row){.from = 1 + random_below(state, nodes - 1), .amount = 16000};
    return (bench_row){.to = 1 + random_below(state, nodes - 1),
                       .from = 0,
                       .amount = 1 + random_below(state, 2000)};
}

static bench_row island_row(uint64_t *state, uint32_t nodes) {
    const uint32_t island = random_below(state, nodes / ISLAND) * ISLAND;
    const uint32_t from = random_below(state, ISLAND);
    return (bench_row){.from = island + from,
                       .to = island + (from + 1 + random_below(state, ISLAND - 1)) % ISLAND,
                       .amount = 1 + random_below(state, 100000)};
}

void bench_make(bench_flows *out, enum bench_shape shape, uint32_t rows, uint64_t seed) {
    static const uint32_t least = 4 * CLAIMANTS;
    const uint32_t spread = rows / 5 > least ? rows / 5 / ISLAND * ISLAND : least;
    uint64_t state = seed;
    int64_t time_s = 1577836800;
    *out = (bench_flows){.rows = bench_memory(rows, sizeof *out->rows), .count = rows};
    out->node_count = shape == BENCH_CYCLE    ? CYCLE_NODES + 2
                      : shape == BENCH_MIXED  ? CYCLE_NODES + BENCH_PAYERS
                      : shape == BENCH_LABELS ? 2 * CLAIMANTS
                                              : spread;
    for (uint32_t i = 0; i < rows; i++) {
        bench_row *row = &out->rows[i];
        switch (shape) {
        case BENCH_POWER:
            *row = power_row(&state, out->node_count);
            break;
        case BENCH_CYCLE:
            *row = cycle_row(&state, i, rows, 2);
            break;
        case BENCH_LABELS:
            *row = labels_row(&state, i, out->node_count);
            break;
        case BENCH_DEBITS:
            *row = debits_row(&state, i, out->node_count);
            break;
        case BENCH_MIXED:
            *row = cycle_row(&state, i, rows, BENCH_PAYERS);
            break;
        case BENCH_ISLANDS:
            *row = island_row(&state, out->node_count);
            break;
        }
        time_s += random_below(&state, 31);
        row->time_s = time_s;
    }
}

void bench_read(bench_flows *out, const char *path) {
    FILE *file = fopen(path, "rb");
    long bytes = -1;
    if (file != NULL && fseek(file, 0, SEEK_END) == 0)
        bytes = ftell(file);
    if (bytes < 0 || fseek(file, 0, SEEK_SET) != 0) {
        fprintf(stderr, "bench: \"%s\" cannot be read\n", path);
        exit(1);
    }
    *out = (bench_flows){.count = (uint32_t)((size_t)bytes / sizeof *out->rows)};
    out->rows = bench_memory(out->count, sizeof *out->rows);
    if (fread(out->rows, sizeof *out->rows, out->count, file) != out->count) {
        fprintf(stderr, "bench: \"%s\" ends early\n", path);
        exit(1);
    }
    fclose(file);
    for (uint32_t i = 0; i < out->count; i++) {
        const bench_row *row = &out->rows[i];
        const uint32_t last = row->from > row->to ? row->from : row->to;
        out->node_count = last >= out->node_count ? last + 1 : out->node_count;
    }
}

/* The columns of a ledger, to be written. */
typedef struct columns {
    uint32_t *from, *to, *reverses, *by_id, *out_rows, *in_rows;
    int64_t *time_us, *amount, *zero;
    uint64_t *out_start, *in_start, *id_offset;
    uint8_t *flags;
    at_record_id *record, *none;
    at_node *nodes;
    char *pool;
} columns;

static void take_columns(columns *out, size_t rows, size_t nodes, at_arena *arena) {
    at_error err = {0};
    enum { ID_BYTES = 12 };
    bench_must(AT_NEW(&out->from, arena, rows, &err), &err);
    bench_must(AT_NEW(&out->to, arena, rows, &err), &err);
    bench_must(AT_NEW(&out->reverses, arena, rows, &err), &err);
    bench_must(AT_NEW(&out->by_id, arena, rows, &err), &err);
    bench_must(AT_NEW(&out->out_rows, arena, rows, &err), &err);
    bench_must(AT_NEW(&out->in_rows, arena, rows, &err), &err);
    bench_must(AT_NEW(&out->time_us, arena, rows, &err), &err);
    bench_must(AT_NEW(&out->amount, arena, rows, &err), &err);
    bench_must(AT_NEW(&out->zero, arena, rows, &err), &err);
    bench_must(AT_NEW(&out->out_start, arena, nodes + 1, &err), &err);
    bench_must(AT_NEW(&out->in_start, arena, nodes + 1, &err), &err);
    bench_must(AT_NEW(&out->flags, arena, rows, &err), &err);
    bench_must(AT_NEW(&out->record, arena, rows, &err), &err);
    bench_must(AT_NEW(&out->none, arena, rows, &err), &err);
    bench_must(AT_NEW(&out->id_offset, arena, rows, &err), &err);
    bench_must(AT_NEW(&out->nodes, arena, nodes, &err), &err);
    bench_must(AT_NEW(&out->pool, arena, ID_BYTES * nodes, &err), &err);
    for (size_t node = 0; node < nodes; node++) {
        char *id = out->pool + ID_BYTES * node;
        snprintf(id, ID_BYTES, "A%010zu", node);
        out->nodes[node] = (at_node){.id = id,
                                     .account_id = id,
                                     .currency = {.code = "EUR"},
                                     .kind = AT_NODE_ACCOUNT,
                                     .opening = AT_AMOUNT_NONE};
    }
}

void bench_ledger(at_ledger *out, const bench_flows *flows, at_arena *arena) {
    columns column;
    take_columns(&column, flows->count, flows->node_count, arena);
    for (uint32_t i = 0; i < flows->count; i++) {
        const bench_row *row = &flows->rows[i];
        column.from[i] = row->from;
        column.to[i] = row->to;
        column.time_us[i] = row->time_s * 1000000;
        column.amount[i] = row->amount;
        column.reverses[i] = AT_NONE;
        column.record[i] = (at_record_id)i + 1;
        column.by_id[i] = i;
    }
    at_ledger_rows_by_node(column.out_start, column.out_rows, column.from, flows->count,
                           flows->node_count);
    at_ledger_rows_by_node(column.in_start, column.in_rows, column.to, flows->count,
                           flows->node_count);
    *out = (at_ledger){.count = flows->count,
                       .from = column.from,
                       .to = column.to,
                       .time_us = column.time_us,
                       .seq = column.zero,
                       .amount = column.amount,
                       .amount_in = column.amount,
                       .fee = column.zero,
                       .reverses = column.reverses,
                       .flags = column.flags,
                       .grade = column.flags,
                       .record = column.record,
                       .record_in = column.none,
                       .id_offset = column.id_offset,
                       .id_pool = column.pool,
                       .nodes = column.nodes,
                       .node_count = flows->node_count,
                       .out_start = column.out_start,
                       .in_start = column.in_start,
                       .out_rows = column.out_rows,
                       .in_rows = column.in_rows,
                       .by_id = column.by_id};
}
