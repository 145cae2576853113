#include "tests/bench/peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AHEAD = 24 };

uint32_t bench_payer(const bench_flows *flows, bool busiest) {
    if (flows->count == 0)
        return 0;
    if (!busiest)
        return flows->rows[flows->count / 10].from;
    uint32_t *payments = bench_memory(flows->node_count, sizeof *payments), most = 0;
    for (uint32_t i = 0; i < flows->count; i++)
        payments[flows->rows[i].from]++;
    for (uint32_t node = 1; node < flows->node_count; node++)
        most = payments[node] > payments[most] ? node : most;
    free(payments);
    return most;
}

/* Memory as the engine's own: small pages would cost more than the walk. */
static void *take_pages(size_t count, size_t bytes) {
    void *pages = at_memory_pages(count * bytes);
    if (pages == NULL) {
        fprintf(stderr, "bench: no memory\n");
        exit(1);
    }
    return pages;
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

double bench_peer_fifo(const bench_flows *flows, uint32_t payer, const int64_t *openings,
                       int64_t *tainted) {
    const double start = bench_seconds();
    const size_t runs_max = (size_t)flows->count * 4 + 2;
    queue *queues = take_pages(flows->node_count, sizeof *queues);
    runs all = {.items = take_pages(runs_max, sizeof *all.items)};
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
    at_memory_pages_free(queues, flows->node_count * sizeof *queues);
    at_memory_pages_free(all.items, runs_max * sizeof *all.items);
    return end - start;
}

/* --- prorata: a balance and a share an account ------------------------------------------------ */

double bench_peer_prorata(const bench_flows *flows, uint32_t payer, const int64_t *openings,
                          int64_t *tainted) {
    struct mix {
        double all, tainted;
    } *mixes = NULL;
    const double start = bench_seconds();
    mixes = take_pages(flows->node_count, sizeof *mixes);
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
    at_memory_pages_free(mixes, flows->node_count * sizeof *mixes);
    return end - start;
}
