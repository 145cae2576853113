/* Goal: labels by the word spread as labels one by one do (T11): who has them, what stopped where,
 * how many records brought them and by how many transfers.
 * Method: random ledgers with many labels, a sink, fees and declarations on both kinds, and the
 * definition label by label; with every move kept and with shortest ways alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/world.h"

enum { NODES = 7, OUTSIDE = 6, FEES = 7, PLACES = 8, ROWS = 2500, LABELS = 150, SEEDS = 12 };

typedef struct story {
    at_ledger ledger;
    at_trace_source sources[LABELS];
    char labels[LABELS][8];
} story;

/* What is known of a label at a place: at a node, or in the sink of fees. */
typedef struct known {
    bool here;
    uint32_t hops;
    uint64_t records;
    int64_t stopped;
} known;

static void make_ledger(story *out, uint64_t *random, at_arena *arena) {
    at_ledger_builder *builder = NULL;
    uint32_t nodes[NODES];
    char id[16];
    assert_int_equal(at_ledger_begin(&builder, arena, NULL), AT_OK);
    for (uint32_t n = 0; n < NODES; n++) {
        snprintf(id, sizeof id, "N%u", n);
        const at_node node = {.account_id = id,
                              .currency = {"EUR"},
                              .kind = n == OUTSIDE ? AT_NODE_EXTERNAL : AT_NODE_ACCOUNT,
                              .opening = n == OUTSIDE ? AT_AMOUNT_NONE : 100000};
        assert_int_equal(at_ledger_add_node(&nodes[n], builder, &node, NULL), AT_OK);
    }
    for (uint32_t r = 0; r < ROWS; r++) {
        snprintf(id, sizeof id, "R%05u", r);
        const uint32_t from = (uint32_t)(world_random(random) % NODES);
        const uint32_t to =
            (uint32_t)((from + 1 + world_random(random) % (1 + r * NODES / ROWS)) % NODES);
        const int64_t amount = 1 + (int64_t)(world_random(random) % 90);
        const at_ledger_row_in row = {.id = id,
                                      .from = nodes[from],
                                      .to = nodes[to],
                                      .time_us = r,
                                      .amount = amount,
                                      .amount_in = amount,
                                      .fee = world_random(random) % 40 == 0,
                                      .record = 1 + r,
                                      .record_in = world_random(random) % 3 == 0 ? ROWS + r : 0};
        assert_int_equal(at_ledger_add_row(builder, &row, NULL), AT_OK);
    }
    assert_int_equal(at_ledger_finish(&out->ledger, builder, NULL), AT_OK);
}

static void declare(story *out, uint64_t *random) {
    for (uint32_t i = 0; i < LABELS; i++) {
        snprintf(out->labels[i], sizeof out->labels[i], "L%03u", i);
        out->sources[i] = (at_trace_source){.label = out->labels[i],
                                            .id = "",
                                            .amount = AT_AMOUNT_NONE,
                                            .row = (uint32_t)(world_random(random) % ROWS),
                                            .node = AT_NONE};
        if (i % 5 != 0)
            continue;
        out->sources[i].on_account = true;
        out->sources[i].time_us = (int64_t)out->sources[i].row;
        out->sources[i].row = AT_NONE;
        out->sources[i].node = (uint32_t)(world_random(random) % OUTSIDE);
    }
}

static void carry(known *to, const known *from, const story *at, uint32_t row, int64_t stopped) {
    const uint32_t hops = from->hops + 1;
    to->hops = !to->here || hops < to->hops ? hops : to->hops;
    to->here = true;
    to->records += at_row_records(&at->ledger, row);
    to->stopped += stopped;
}

/* The definition: one label after the other, one row after the other. */
static void spread(known *places, const story *at, uint32_t label) {
    static const known declared = {.here = true};
    const at_trace_source *source = &at->sources[label];
    const at_ledger *ledger = &at->ledger;
    memset(places, 0, PLACES * sizeof *places);
    for (uint32_t row = 0; row < ROWS; row++) {
        const uint32_t from = ledger->from[row], to = ledger->to[row];
        if (source->on_account && source->time_us == (int64_t)row)
            places[source->node] = (known){.here = true, .records = places[source->node].records};
        const bool held = from != OUTSIDE && places[from].here;
        const bool here = !source->on_account && source->row == row;
        const int64_t amount = to == OUTSIDE ? ledger->amount[row] : 0;
        if (from != to && (held || here))
            carry(&places[to], here ? &declared : &places[from], at, row, amount);
        if (ledger->fee[row] > 0 && held)
            carry(&places[FEES], &places[from], at, row, ledger->fee[row]);
    }
}

static int64_t held_by(const at_trace *trace, uint32_t node, uint32_t label) {
    for (size_t i = 0; i < trace->holding_count; i++)
        if (trace->holdings[i].node == node && trace->holdings[i].label == label)
            return trace->holdings[i].amount;
    return -1;
}

static void check_label(const at_trace *trace, const known *places, uint32_t label) {
    for (uint32_t place = 0; place < PLACES; place++) {
        const known *wanted = &places[place];
        const at_reach *reach = at_reaches_find(&trace->reaches, place, label);
        const int64_t held = held_by(trace, place, label);
        assert_int_equal(reach != NULL, wanted->here);
        if (!wanted->here) {
            assert_int_equal(held, -1);
            continue;
        }
        assert_int_equal(reach->hops, wanted->hops);
        assert_int_equal(reach->records, wanted->records);
        if (place >= OUTSIDE)
            assert_int_equal(held, wanted->stopped);
        else
            assert_true(held >= 0);
        uint32_t hops = 0, move = reach->move;
        for (; move != AT_NONE; hops++)
            move = ((const at_trace_move *)at_pool_at(&trace->moves, move))->parent;
        assert_int_equal(hops, reach->hops);
    }
}

static void test_words(void **state) {
    static story at;
    static known places[PLACES];
    uint64_t most = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_effective effective;
        at_trace every, ways;
        uint64_t random = seed;
        make_ledger(&at, &random, &arena);
        declare(&at, &random);
        assert_int_equal(at_effective_make(&effective, &at.ledger, AT_TIE_RECORD,
                                           AT_REVERSALS_CANCEL, INT64_MAX, &arena, NULL),
                         AT_OK);
        at_trace_options options = {.method = AT_TRACE_POISON,
                                    .as_of_us = INT64_MAX,
                                    .backward_window_us = AT_TRACE_WINDOW_OFF,
                                    .sources = at.sources,
                                    .source_count = seed % 4 == 0 ? 3 : LABELS};
        assert_int_equal(at_trace_run(&every, &effective, &options, &arena, NULL), AT_OK);
        options.ways_only = true;
        assert_int_equal(at_trace_run(&ways, &effective, &options, &arena, NULL), AT_OK);
        for (uint32_t label = 0; label < options.source_count; label++) {
            spread(places, &at, label);
            check_label(&every, places, label);
            check_label(&ways, places, label);
            for (uint32_t place = 0; place < PLACES; place++)
                most = places[place].records > most ? places[place].records : most;
        }
    }
    assert_true(most > 300); /* the counts by the word were carried on */
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
