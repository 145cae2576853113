/* Goal: on the public AMLSim sample the cycles of round_trips are those of a walk without look
 * ahead; the share of its marked accounts that lie on one is stated.
 * Method: the file is read here, line by line, into plain arrays; every path that a cycle may begin
 * with is walked to its end. Skipped where the data is not there (../shared/data). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/trace/pattern.h"

enum { ACCOUNTS = 20000, TRANSFERS_MAX = 120000, LENGTH_MAX = 16, SKIPPED = 77 };

typedef struct transfer {
    int from, to, day, number;
    int64_t cents;
} transfer;

typedef struct walk {
    int delta, most, path[LENGTH_MAX], length;
    uint64_t cycles, hash;
    bool on_cycle[ACCOUNTS];
} walk;

static transfer list[TRANSFERS_MAX];
static int count, start_of[ACCOUNTS + 1];
static bool marked[ACCOUNTS], on_path[ACCOUNTS];

static FILE *open_data(const char *name) {
    const char *root = getenv("ASSETTRACE_ROOT");
    char path[4096];
    snprintf(path, sizeof path, "%s/../shared/data/amlsim-20k-cycle/%s", root ? root : ".", name);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        print_message("skipped: there is no %s\n", path);
    return file;
}

/* By account, then day, then line: what an account sends in the order of time. */
static int by_sender(const void *a, const void *b) {
    const transfer *x = a, *y = b;
    if (x->from != y->from)
        return x->from - y->from;
    return x->day != y->day ? x->day - y->day : x->number - y->number;
}

static bool read_data(void) {
    FILE *file = open_data("transactions.csv"), *nodes = open_data("nodes.csv");
    char line[256];
    if (file == NULL || nodes == NULL) {
        if (file != NULL)
            fclose(file);
        if (nodes != NULL)
            fclose(nodes);
        return false;
    }
    for (bool head = true; fgets(line, sizeof line, file) != NULL; head = false) {
        char *at = line;
        if (head)
            continue;
        transfer *t = &list[count];
        t->from = (int)strtol(at, &at, 10);
        t->to = (int)strtol(at + 1, &at, 10);
        t->cents = 100 * strtoll(at + 1, &at, 10);
        if (*at == '.')
            for (int place = 10; *++at >= '0' && *at <= '9'; place /= 10)
                t->cents += (*at - '0') * place;
        t->day = (int)strtol(at + 1, &at, 10);
        t->number = ++count;
    }
    while (fgets(line, sizeof line, nodes) != NULL) {
        int account = 0, fraud = 0;
        char *at = line;
        account = (int)strtol(at, &at, 10);
        fraud = at != line && *at == ',' ? (int)strtol(at + 1, &at, 10) : 0;
        marked[account] = marked[account] || fraud == 1;
    }
    fclose(file);
    fclose(nodes);
    qsort(list, (size_t)count, sizeof *list, by_sender);
    for (int i = 0; i < count; i++)
        start_of[list[i].from + 1] = i + 1;
    for (int i = 1; i <= ACCOUNTS; i++)
        start_of[i] = start_of[i] > start_of[i - 1] ? start_of[i] : start_of[i - 1];
    return true;
}

/* The same for both sides: a cycle is its row numbers in order. */
static uint64_t mix(uint64_t hash, uint64_t number) {
    hash = (hash ^ number) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 29;
}

static void close_walk(walk *w) {
    uint64_t hash = (uint64_t)w->length;
    for (int i = 0; i < w->length; i++) {
        hash = mix(hash, (uint64_t)list[w->path[i]].number);
        w->on_cycle[list[w->path[i]].from] = true;
    }
    w->hash += hash;
    w->cycles++;
}

static void go_on(walk *w) {
    const transfer *first = &list[w->path[0]], *last = &list[w->path[w->length - 1]];
    if (w->length == w->most)
        return;
    for (int i = start_of[last->to]; i < start_of[last->to + 1]; i++) {
        const transfer *t = &list[i];
        if (t->day <= last->day || t->cents == 0)
            continue;
        if (t->day - first->day > w->delta)
            return;
        w->path[w->length++] = i;
        if (t->to == first->from) {
            close_walk(w);
        } else if (!on_path[t->to]) {
            on_path[t->to] = true;
            go_on(w);
            on_path[t->to] = false;
        }
        w->length--;
    }
}

static void walk_all(walk *w) {
    for (int i = 0; i < count; i++) {
        if (list[i].from == list[i].to || list[i].cents == 0)
            continue;
        w->path[0] = i;
        w->length = 1;
        on_path[list[i].from] = on_path[list[i].to] = true;
        go_on(w);
        on_path[list[i].from] = on_path[list[i].to] = false;
    }
}

static void make_ledger(at_ledger *out, at_arena *arena) {
    at_ledger_builder *builder;
    static uint32_t nodes[ACCOUNTS];
    char id[16];
    assert_int_equal(at_ledger_begin(&builder, arena, NULL), AT_OK);
    for (int i = 0; i < ACCOUNTS; i++) {
        snprintf(id, sizeof id, "%d", i);
        const at_node node = {
            .account_id = id, .currency = {"USD"}, .kind = AT_NODE_ACCOUNT, .opening = 0};
        assert_int_equal(at_ledger_add_node(&nodes[i], builder, &node, NULL), AT_OK);
    }
    for (int i = 0; i < count; i++) {
        snprintf(id, sizeof id, "%d", list[i].number);
        const at_ledger_row_in row = {.id = id,
                                      .from = nodes[list[i].from],
                                      .to = nodes[list[i].to],
                                      .time_us = list[i].day * AT_US_PER_DAY,
                                      .seq = list[i].number,
                                      .amount = list[i].cents,
                                      .amount_in = list[i].cents,
                                      .record = list[i].number};
        assert_int_equal(at_ledger_add_row(builder, &row, NULL), AT_OK);
    }
    assert_int_equal(at_ledger_finish(out, builder, NULL), AT_OK);
}

static uint64_t hash_of(const at_pattern_finding *finding, const at_ledger *ledger) {
    uint64_t hash = finding->count;
    for (size_t i = 0; i < finding->row_count; i++)
        hash = mix(hash, strtoull(at_ledger_id(ledger, finding->rows[i]), NULL, 10));
    return hash;
}

static void test_cycles(void **state) {
    static const struct { int delta, most; } rows[] = {{7, 4}, {30, 10}, {150, 5}};
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    static walk w;
    at_ledger ledger;
    at_moves moves;
    int fraud = 0;
    (void)state;
    for (int i = 0; i < ACCOUNTS; i++)
        fraud += marked[i];
    assert_int_equal(fraud, 945);
    make_ledger(&ledger, &arena);
    assert_int_equal(at_moves_make(&moves, &ledger, 0, &arena, NULL), AT_OK);
    for (size_t i = 0; i < AT_COUNT(rows); i++) {
        at_patterns found = {.arena = &arena};
        const at_cycle_rule rule = {.delta_us = rows[i].delta * AT_US_PER_DAY,
                                    .maxlen = (uint32_t)rows[i].most};
        uint64_t hash = 0;
        int all = 0, of_marked = 0;
        w = (walk){.delta = rows[i].delta, .most = rows[i].most};
        walk_all(&w);
        assert_int_equal(at_pattern_cycles(&found, &moves, &rule, NULL), AT_OK);
        for (size_t k = 0; k < found.count; k++)
            hash += hash_of(&found.items[k], &ledger);
        for (int k = 0; k < ACCOUNTS; k++) {
            all += w.on_cycle[k];
            of_marked += w.on_cycle[k] && marked[k];
        }
        print_message("  delta %dd, maxlen %d: %zu cycles, %d accounts on one, of them %d of the "
                      "%d marked\n",
                      rows[i].delta, rows[i].most, found.count, all, of_marked, fraud);
        assert_int_equal(found.count, w.cycles);
        assert_true(hash == w.hash);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cycles),
    };
    if (!read_data())
        return SKIPPED;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
