/* Goal: what tracing costs, beside an obvious kernel and beside half the rows.
 * Method: ours and the other in turn, five times, processor time of the process; medians and their
 * ratio. One line of tests/bench/results.md an answer. Run by tests/bench/trace.sh.
 *
 *   bench_trace pass METHOD ROWS|FILE [busiest]  the pass, and the whole trace with order,
 *       reversals and openings, beside the kernel of peer.c; of what one account, or the busiest,
 *       pays
 *   bench_trace double METHOD SHAPE ROWS  twice the rows beside the rows
 *   bench_trace envelope ROWS           bounds of every node
 *   bench_trace cut METHOD ROWS         what one account's money can reach, beside the whole */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/peer.h"
#include "engine/trace/envelope.h"
#include "engine/trace/restrict.h"

enum { ROUNDS = 5 };

static const char *const shapes[] = {"power", "cycle", "labels", "debits", "islands", "mixed"};

static int compare_seconds(const void *a, const void *b) {
    const double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median_of(double *seconds, int rounds) {
    qsort(seconds, (size_t)rounds, sizeof *seconds, compare_seconds);
    return seconds[rounds / 2];
}

static double median(double *seconds) {
    return median_of(seconds, ROUNDS);
}

/* A row of results.md: what, clock, processor, limit. The clock is not looked at. */
AT_PRINTF(4, 5)
static void put_row(double seconds, double beside, const char *of, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    printf("| ");
    vprintf(format, arguments);
    va_end(arguments);
    printf(" | | %.3f |", seconds);
    if (of != NULL)
        printf(" %.2f times %s, %.3f", seconds / beside, of, beside);
    printf(" |\n");
}

static int find_word(const char *word, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(word, words[i]) == 0)
            return (int)i;
    fprintf(stderr, "bench: \"%s\" is not known\n", word);
    exit(2);
}

static at_trace_method read_method(const char *word) {
    return (at_trace_method)find_word(word, at_trace_methods, AT_TRACE_POISON + 1);
}

/* The sources of a shape: every payment of one account, or of several, each its own label. */
static void declare(at_trace_source **out, size_t *count_out, const bench_flows *flows,
                    enum bench_shape shape, uint32_t payer, at_arena *arena) {
    at_error err = {0};
    size_t capacity = 0;
    *out = NULL;
    *count_out = 0;
    for (uint32_t row = 0; row < flows->count; row++) {
        const uint32_t from = flows->rows[row].from;
        const bool labels = shape == BENCH_LABELS || shape == BENCH_MIXED;
        const bool wanted = shape == BENCH_LABELS   ? row < BENCH_CLAIMANTS
                            : shape == BENCH_MIXED  ? from < BENCH_PAYERS
                            : shape == BENCH_DEBITS ? row % 1600 == 0 /* a credit in a hundred */
                                                    : from == payer;
        if (!wanted)
            continue;
        const char *label = "S";
        if (labels)
            bench_must(at_arena_print(&label, arena, &err, "L%04u", from), &err);
        bench_must(AT_GROW(out, &capacity, *count_out, arena, &err), &err);
        (*out)[(*count_out)++] = (at_trace_source){
            .label = label, .id = "", .amount = AT_AMOUNT_NONE, .row = row, .node = AT_NONE};
    }
}

typedef struct work {
    at_ledger ledger;
    at_trace_options options;
    bench_flows flows;
    at_arena arena;
} work;

static void set_up(work *out, const bench_flows *flows, enum bench_shape shape, uint32_t payer,
                   at_trace_method method) {
    at_trace_source *sources = NULL;
    *out = (work){.flows = *flows, .arena = {.limit_bytes = (size_t)16 << 30}};
    bench_ledger(&out->ledger, flows, &out->arena);
    declare(&sources, &out->options.source_count, flows, shape, payer, &out->arena);
    out->options.sources = sources;
    out->options.method = method;
    out->options.declared_only = true;
    out->options.ways_only = true; /* as who asks for amounts does */
    out->options.as_of_us = INT64_MAX;
    out->options.backward_window_us = AT_TRACE_WINDOW_OFF;
}

/* Seconds of processor of a trace: all of it, and of that the pass with its lists. */
typedef struct taken {
    double whole, pass;
} taken;

/* One whole trace: order, reversals, openings, the pass and its lists. `tainted` and `openings`, by
 * node, may be NULL. */
static taken run_ours(const work *at, int64_t *tainted, int64_t *openings) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = (size_t)16 << 30};
    at_error err = {0};
    at_effective effective;
    at_trace trace;
    const double start = bench_seconds();
    bench_must(at_effective_make(&effective, &at->ledger, AT_TIE_RECORD, AT_REVERSALS_CANCEL,
                                 INT64_MAX, &arena, &err),
               &err);
    const double middle = bench_seconds();
    bench_must(at_trace_run(&trace, &effective, &at->options, &arena, &err), &err);
    const double end = bench_seconds();
    for (size_t i = 0; tainted != NULL && i < trace.holding_count; i++)
        if (trace.holdings[i].label < trace.tainted_count)
            tainted[trace.holdings[i].node] = trace.holdings[i].amount;
    if (openings != NULL)
        memcpy(openings, effective.opening, at->ledger.node_count * sizeof *openings);
    return (taken){.whole = end - start, .pass = end - middle};
}

/* fifo is equal to the unit; prorata's units stay within a few of fractions. */
static void compare_tainted(const int64_t *ours, const int64_t *theirs, const bench_flows *flows,
                            bool exact) {
    int64_t here = 0, there = 0;
    for (uint32_t node = 0; node < flows->node_count; node++) {
        here += ours[node];
        there += theirs[node];
        if (exact && ours[node] != theirs[node]) {
            fprintf(stderr, "bench: account %u has %lld here and %lld there\n", node,
                    (long long)ours[node], (long long)theirs[node]);
            exit(1);
        }
    }
    /* A kernel's units are cut off, up to one a node. */
    if (there > here || here - there > flows->node_count) {
        fprintf(stderr, "bench: %lld here and %lld there\n", (long long)here, (long long)there);
        exit(1);
    }
}

static void bench_pass(const char *word, const char *from, bool busiest) {
    static const char *const kernels[] = {"fifo", "prorata"};
    const at_trace_method method = read_method(word);
    const bool fifo = find_word(word, kernels, 2) == 0;
    bench_flows flows;
    work at;
    double whole[ROUNDS], pass[ROUNDS], theirs[ROUNDS];
    char *end = NULL;
    const unsigned long rows = strtoul(from, &end, 10);
    if (*end == '\0')
        bench_make(&flows, BENCH_POWER, (uint32_t)rows, 1);
    else
        bench_read(&flows, from);
    const uint32_t payer = bench_payer(&flows, busiest);
    set_up(&at, &flows, BENCH_POWER, payer, method);
    int64_t *left = bench_memory(flows.node_count, sizeof *left);
    int64_t *right = bench_memory(flows.node_count, sizeof *right);
    int64_t *openings = bench_memory(flows.node_count, sizeof *openings);
    for (int round = 0; round < ROUNDS; round++) {
        const taken ours = run_ours(&at, left, openings);
        whole[round] = ours.whole;
        pass[round] = ours.pass;
        theirs[round] = fifo ? bench_peer_fifo(&flows, payer, openings, right)
                             : bench_peer_prorata(&flows, payer, openings, right);
    }
    compare_tainted(left, right, &flows, fifo);
    const double kernel = median(theirs);
    const char *of = busiest ? ", the busiest account's money" : "";
    put_row(median(pass), kernel, "the kernel's", "the pass, %s, %u transfers%s", word, flows.count,
            of);
    put_row(median(whole), kernel, "the kernel's", "whole trace, %s, %u transfers%s", word,
            flows.count, of);
    at_arena_clear(&at.arena);
    free(flows.rows);
    free(left);
    free(right);
    free(openings);
}

static void bench_double(const char *word, const char *shape_word, const char *rows_word) {
    const at_trace_method method = read_method(word);
    const enum bench_shape shape =
        (enum bench_shape)find_word(shape_word, shapes, AT_COUNT(shapes));
    const uint32_t rows = (uint32_t)strtoul(rows_word, NULL, 10);
    bench_flows flows[2];
    work at[2];
    double seconds[2][ROUNDS];
    /* Minutes are long enough to be measured once. */
    const bool slow = shape == BENCH_LABELS && method != AT_TRACE_FIFO && method != AT_TRACE_LIFO &&
                      method != AT_TRACE_POISON && rows > 100000;
    const int rounds = slow ? 1 : ROUNDS;
    for (uint32_t i = 0; i < 2; i++) {
        bench_make(&flows[i], shape, rows * (i + 1), 1);
        set_up(&at[i], &flows[i], shape, bench_payer(&flows[i], false), method);
    }
    for (int round = 0; round < rounds; round++)
        for (size_t i = 0; i < 2; i++)
            seconds[i][round] = run_ours(&at[i], NULL, NULL).whole;
    const double one = median_of(seconds[0], rounds), two = median_of(seconds[1], rounds);
    put_row(two, one, "that of half of them", "trace, %s, %s, %u transfers", word, shape_word,
            rows * 2);
    for (size_t i = 0; i < 2; i++) {
        at_arena_clear(&at[i].arena);
        free(flows[i].rows);
    }
}

static void bench_envelope(const char *rows_word) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = (size_t)16 << 30};
    at_error err = {0};
    bench_flows flows;
    work at;
    at_effective effective;
    at_trace trace;
    double seconds[ROUNDS];
    at_envelope envelope = {0};
    bench_make(&flows, BENCH_POWER, (uint32_t)strtoul(rows_word, NULL, 10), 1);
    set_up(&at, &flows, BENCH_POWER, bench_payer(&flows, false), AT_TRACE_FIFO);
    bench_must(at_effective_make(&effective, &at.ledger, AT_TIE_RECORD, AT_REVERSALS_CANCEL,
                                 INT64_MAX, &arena, &err),
               &err);
    bench_must(at_trace_run(&trace, &effective, &at.options, &arena, &err), &err);
    for (int round = 0; round < ROUNDS; round++) {
        const double start = bench_seconds();
        bench_must(at_envelope_make(&envelope, &trace, NULL, &arena, &err), &err);
        seconds[round] = bench_seconds() - start;
    }
    put_row(median(seconds), 0, NULL, "bounds of %zu nodes%s, %u transfers", envelope.count,
            envelope.limited ? " and no more" : "", flows.count);
    at_arena_clear(&at.arena);
    free(flows.rows);
}

/* A trace over what is reached, from the whole ledger to the end. */
static double run_cut(const work *at, at_restriction *cut) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = (size_t)16 << 30};
    at_error err = {0};
    at_effective effective;
    at_trace trace;
    at_trace_source *sources = NULL;
    at_trace_options options = at->options;
    const double start = bench_seconds();
    const at_restrict_options asked = {.sources = options.sources,
                                       .source_count = options.source_count,
                                       .as_of_us = INT64_MAX,
                                       .moments = true,
                                       .rows_max = at->ledger.count / AT_RESTRICT_PART};
    bench_must(at_restrict(cut, &at->ledger, &asked, &arena, &err), &err);
    if (cut->whole) {
        fprintf(stderr, "bench: too much is reached to cut anything\n");
        exit(1);
    }
    bench_must(
        at_restricted_sources(&sources, cut, options.sources, options.source_count, &arena, &err),
        &err);
    options.sources = sources;
    bench_must(at_restricted_effective(&effective, cut, AT_TIE_RECORD, AT_REVERSALS_CANCEL,
                                       INT64_MAX, &arena, &err),
               &err);
    bench_must(at_trace_run(&trace, &effective, &options, &arena, &err), &err);
    return bench_seconds() - start;
}

/* Every payment of one account of one in fifty groups, each of which its group's can reach. */
static void declare_islands(work *at) {
    at_error err = {0};
    at_trace_source *sources = NULL;
    size_t count = 0, capacity = 0;
    for (uint32_t row = 0; row < at->flows.count; row++) {
        const uint32_t from = at->flows.rows[row].from;
        if (from % BENCH_ISLAND != 0 || from / BENCH_ISLAND % 50 != 0)
            continue;
        bench_must(AT_GROW(&sources, &capacity, count, &at->arena, &err), &err);
        sources[count++] = (at_trace_source){
            .label = "S", .id = "", .amount = AT_AMOUNT_NONE, .row = row, .node = AT_NONE};
    }
    at->options.sources = sources;
    at->options.source_count = count;
}

static void bench_cut(const char *word, const char *rows_word) {
    bench_flows flows;
    work at;
    at_restriction cut = {0};
    double whole[ROUNDS], part[ROUNDS];
    bench_make(&flows, BENCH_ISLANDS, (uint32_t)strtoul(rows_word, NULL, 10), 1);
    set_up(&at, &flows, BENCH_ISLANDS, bench_payer(&flows, false), read_method(word));
    declare_islands(&at);
    for (int round = 0; round < ROUNDS; round++) {
        whole[round] = run_ours(&at, NULL, NULL).whole;
        part[round] = run_cut(&at, &cut);
    }
    put_row(median(part), median(whole), "that of the whole ledger",
            "trace, %s, %u transfers, %.2f %% of the accounts reached, %.2f %% of the bytes read",
            word, flows.count, 100.0 * cut.reached / flows.node_count,
            100.0 * (double)cut.bytes / (double)cut.ledger_bytes);
    at_arena_clear(&at.arena);
    free(flows.rows);
}

int main(int argc, char **argv) {
    const bool busiest = argc == 5 && strcmp(argv[4], "busiest") == 0;
    if ((argc == 4 || busiest) && strcmp(argv[1], "pass") == 0)
        bench_pass(argv[2], argv[3], busiest);
    else if (argc == 5 && strcmp(argv[1], "double") == 0)
        bench_double(argv[2], argv[3], argv[4]);
    else if (argc == 3 && strcmp(argv[1], "envelope") == 0)
        bench_envelope(argv[2]);
    else if (argc == 4 && strcmp(argv[1], "cut") == 0)
        bench_cut(argv[2], argv[3]);
    else
        return 2;
    return 0;
}
