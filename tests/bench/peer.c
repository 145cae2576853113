#include "tests/bench/peer.h"

#include <stdlib.h>
#include <string.h>

enum { AHEAD = 24 };

uint32_t bench_payer(const bench_flows *flows) {
    return flows->count > 0 ? flows->rows[flows->count / 10].from : 0;
}

/* The least openings that keep every account from debt. */
static int64_t *find_openings(const bench_flows *flows) {
    struct level {
        int64_t now, lowest;
    } *levels = bench_memory(flows->node_count, sizeof *levels);
    int64_t *openings = bench_memory(flows->node_count, sizeof *openings);
    for (uint32_t i = 0; i < flows->count; i++) {
        const bench_row *row = &flows->rows[i];
        if (i + AHEAD < flows->count) {
            __builtin_prefetch(&levels[row[AHEAD].from], 1);
            __builtin_prefetch(&levels[row[AHEAD].to], 1);
        }
        struct level *from = &levels[row->from];
        from->now -= row->amount;
        if (from->now < from->lowest)
            from->lowest = from->now;
        levels[row->to].now += row->amount;
    }
    for (uint32_t node = 0; node < flows->node_count; node++)
        openings[node] = -levels[node].lowest;
    free(levels);
    return openings;
}

/* --- fifo: a queue of runs an account, tainted and other in turn ------------------------------ */

typedef struct run {
    int64_t units;
    uint32_t next;
    bool tainted;
} run;

typedef struct queue {
    int64_t clean; /* an account that taint never reached has no runs */
    uint32_t first, last;
} queue;

typedef struct runs {
    run *items; /* 0 stands for none */
    uint32_t used, spare, capacity;
} runs;

static void append(queue *to, runs *all, int64_t units, bool tainted) {
    if (to->first == 0 && !tainted) {
        to->clean += units;
        return;
    }
    if (to->first == 0 && to->clean > 0) {
        const int64_t before = to->clean;
        to->clean = 0;
        to->first = to->last = all->spare != 0 ? all->spare : ++all->used;
        all->spare = all->items[to->first].next;
        all->items[to->first] = (run){.units = before};
    }
    if (to->first != 0 && all->items[to->last].tainted == tainted) {
        all->items[to->last].units += units;
        return;
    }
    const uint32_t made = all->spare != 0 ? all->spare : ++all->used;
    all->spare = all->items[made].next;
    all->items[made] = (run){.units = units, .tainted = tainted};
    if (to->first == 0)
        to->first = made;
    else
        all->items[to->last].next = made;
    to->last = made;
}

static void pay(queue *from, queue *to, runs *all, int64_t units) {
    if (from->first == 0) {
        from->clean -= units;
        append(to, all, units, false);
        return;
    }
    while (units > 0) {
        const uint32_t oldest = from->first;
        run *at = &all->items[oldest];
        const int64_t taken = at->units < units ? at->units : units;
        const bool tainted = at->tainted;
        at->units -= taken;
        units -= taken;
        if (at->units == 0) {
            from->first = at->next;
            at->next = all->spare;
            all->spare = oldest;
        }
        append(to, all, taken, tainted);
    }
}

double bench_peer_fifo(const bench_flows *flows, int64_t *tainted) {
    const double start = bench_seconds();
    const uint32_t payer = bench_payer(flows);
    int64_t *openings = find_openings(flows);
    queue *queues = bench_memory(flows->node_count, sizeof *queues);
    runs all = {.items = bench_memory((size_t)flows->count * 4 + 2, sizeof *all.items)};
    for (uint32_t node = 0; node < flows->node_count; node++)
        queues[node].clean = openings[node];
    for (uint32_t i = 0; i < flows->count; i++) {
        const bench_row *row = &flows->rows[i];
        if (i + AHEAD < flows->count) {
            __builtin_prefetch(&queues[row[AHEAD].from], 1);
            __builtin_prefetch(&queues[row[AHEAD].to], 1);
            __builtin_prefetch(&all.items[queues[row[AHEAD / 3].from].first]);
        }
        if (row->from != payer) {
            pay(&queues[row->from], &queues[row->to], &all, row->amount);
            continue;
        }
        /* What the payer pays is the traced money, whatever it was before. */
        queue block = {0};
        pay(&queues[payer], &block, &all, row->amount);
        while (block.first != 0) {
            const uint32_t next = all.items[block.first].next;
            all.items[block.first].next = all.spare;
            all.spare = block.first;
            block.first = next;
        }
        append(&queues[row->to], &all, row->amount, true);
    }
    const double end = bench_seconds();
    memset(tainted, 0, flows->node_count * sizeof *tainted);
    for (uint32_t node = 0; node < flows->node_count; node++)
        for (uint32_t at = queues[node].first; at != 0; at = all.items[at].next)
            tainted[node] += all.items[at].tainted ? all.items[at].units : 0;
    free(openings);
    free(queues);
    free(all.items);
    return end - start;
}

/* --- prorata: a balance and a share an account ------------------------------------------------ */

double bench_peer_prorata(const bench_flows *flows, int64_t *tainted) {
    struct mix {
        double all, tainted;
    } *mixes = bench_memory(flows->node_count, sizeof *mixes);
    const double start = bench_seconds();
    const uint32_t payer = bench_payer(flows);
    int64_t *openings = find_openings(flows);
    for (uint32_t node = 0; node < flows->node_count; node++)
        mixes[node].all = (double)openings[node];
    for (uint32_t i = 0; i < flows->count; i++) {
        const bench_row *row = &flows->rows[i];
        if (i + AHEAD < flows->count) {
            __builtin_prefetch(&mixes[row[AHEAD].from], 1);
            __builtin_prefetch(&mixes[row[AHEAD].to], 1);
        }
        struct mix *from = &mixes[row->from], *to = &mixes[row->to];
        const double amount = (double)row->amount;
        const double share = from->all > amount ? amount / from->all : 1;
        const double moved = from->tainted * share;
        from->all -= amount;
        from->tainted -= moved;
        to->all += amount;
        to->tainted += row->from == payer ? amount : moved;
    }
    const double end = bench_seconds();
    for (uint32_t node = 0; node < flows->node_count; node++)
        tainted[node] = (int64_t)mixes[node].tainted;
    free(openings);
    free(mixes);
    return end - start;
}
