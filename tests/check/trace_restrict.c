/* Goal: what a trace says of declared labels is the same whether it reads the whole ledger or only
 * what they can have come to (T23), and whether it keeps untainted money apart or not.
 * Method: random ledgers with everything that can go wrong in one; the whole run, a run for
 * declared labels alone and one over the cut, as lines; and the bounds of the cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/world.h"
#include "engine/trace/envelope.h"
#include "engine/trace/restrict.h"

enum { WORLDS = 15000 };

/* What the worlds must have had, lest their agreement mean little. */
static size_t cuts, rows_left_out, refused, bounds_met, moves_left_out, lines_met, reversals_met;

static const char *move_id(char *out, size_t bytes, const at_ledger *ledger, uint32_t row,
                           bool fee) {
    if (row == AT_NONE || row == AT_TRACE_OPENING)
        return row == AT_NONE ? "-" : "@opening";
    snprintf(out, bytes, "%s%s", at_ledger_id(ledger, row), fee ? "/fee" : "");
    return out;
}

/* Notes that do not speak of what no taint comes to. */
static bool is_common(const char *code) {
    return strncmp(code, "SOURCE_", 7) == 0 || strncmp(code, "SALE_", 5) == 0 ||
           strcmp(code, "overdraft") == 0 || strcmp(code, "replenished") == 0;
}

static void tainted_lines(test_lines *out, const at_trace *trace) {
    const at_ledger *ledger = trace->effective->ledger;
    char id[48], against[48];
    out->count = 0;
    for (size_t i = 0; i < trace->holding_count; i++) {
        const at_trace_holding *holding = &trace->holdings[i];
        if (holding->label >= trace->tainted_count)
            continue;
        const at_reach *reach = at_reaches_find(&trace->reaches, holding->node, holding->label);
        test_line(out, "holding %s %s %lld, %u hops, %llu records", trace->labels[holding->label],
                  at_trace_node_id(trace, holding->node), (long long)holding->amount, reach->hops,
                  (unsigned long long)reach->records);
    }
    for (uint32_t i = 0; i < trace->moves.count; i++) {
        const at_trace_move *move = at_pool_at(&trace->moves, i);
        if (move->label < trace->tainted_count)
            test_line(out, "move %s %s %lld", trace->labels[move->label],
                      move_id(id, sizeof id, ledger, move->row, move->fee),
                      (long long)move->amount);
    }
    for (uint32_t label = 0; label < trace->tainted_count; label++)
        test_line(out, "injected %s %lld", trace->labels[label], (long long)trace->injected[label]);
    for (size_t i = 0; i < trace->note_count; i++) {
        const at_trace_note *note = &trace->notes[i];
        if (is_common(note->code))
            test_line(out, "note %s %s %s %s %lld", note->code,
                      note->node == AT_NONE ? "-" : at_trace_node_id(trace, note->node),
                      move_id(id, sizeof id, ledger, note->row, note->fee),
                      move_id(against, sizeof against, ledger, note->against, note->against_fee),
                      (long long)note->amount);
    }
    test_lines_sort(out);
}

static void bound_lines(test_lines *out, const at_trace *trace, at_arena *arena) {
    at_envelope envelope;
    assert_int_equal(at_envelope_make(&envelope, trace, NULL, arena, NULL), AT_OK);
    out->count = 0;
    for (size_t i = 0; i < envelope.count; i++) {
        const at_bound *bound = &envelope.bounds[i];
        test_line(out, "bound %s %s %lld %lld", trace->labels[bound->label],
                  at_trace_node_id(trace, bound->node), (long long)bound->hi,
                  (long long)bound->elsewhere);
    }
    if (envelope.undefined)
        test_line(out, "undefined");
    test_lines_sort(out);
    bounds_met += out->count;
}

/* Kept accounts begin with what they begin with, and what was reversed there was. */
static void check_kept(const at_restriction *cut, const at_effective *whole,
                       const at_effective *part) {
    for (uint32_t i = 0; i < cut->ledger.node_count; i++)
        if (at_node_held(cut->ledger.nodes[i].kind))
            assert_int_equal(part->opening[i], whole->opening[cut->nodes[i]]);
    for (uint32_t i = 0; i < cut->ledger.count; i++) {
        const bool kept = at_node_held(cut->ledger.nodes[cut->ledger.from[i]].kind) ||
                          at_node_held(cut->ledger.nodes[cut->ledger.to[i]].kind);
        if (!kept)
            continue;
        assert_int_equal(part->amount[i], whole->amount[cut->rows[i]]);
        reversals_met += part->amount[i] != cut->ledger.amount[i];
    }
}

/* Without the moves of untainted labels everything else is as with them. */
static void check_fewer_moves(const at_trace *whole, uint64_t seed, at_arena *arena) {
    at_trace trace;
    at_trace_options options = whole->options;
    options.all_moves = false;
    assert_int_equal(at_trace_run(&trace, whole->effective, &options, arena, NULL), AT_OK);
    bool equal = trace.holding_count == whole->holding_count &&
                 trace.roundings == whole->roundings && trace.note_count == whole->note_count;
    for (size_t i = 0; equal && i < trace.holding_count; i++)
        equal = trace.holdings[i].node == whole->holdings[i].node &&
                trace.holdings[i].label == whole->holdings[i].label &&
                trace.holdings[i].amount == whole->holdings[i].amount;
    for (size_t i = 0; equal && i < trace.note_count; i++)
        equal = strcmp(trace.notes[i].code, whole->notes[i].code) == 0 &&
                trace.notes[i].node == whole->notes[i].node &&
                trace.notes[i].row == whole->notes[i].row &&
                trace.notes[i].amount == whole->notes[i].amount;
    if (!equal)
        fail_msg("seed %llu: fewer moves, and other figures", (unsigned long long)seed);
}

static void check_way(const at_trace *whole, const at_trace *trace, const at_trace_holding *holding,
                      uint64_t seed, at_arena *arena) {
    const at_reach *left = at_reaches_find(&whole->reaches, holding->node, holding->label);
    const at_reach *right = at_reaches_find(&trace->reaches, holding->node, holding->label);
    const at_trace_move **path = NULL, **other = NULL;
    size_t count = 0, hops = 0, other_count = 0;
    bool equal = (left == NULL) == (right == NULL);
    if (equal && left != NULL) {
        assert_int_equal(
            at_trace_path(&path, &count, &hops, &whole->moves, left->move, SIZE_MAX, arena, NULL),
            AT_OK);
        assert_int_equal(at_trace_path(&other, &other_count, &hops, &trace->moves, right->move,
                                       SIZE_MAX, arena, NULL),
                         AT_OK);
        equal = count == other_count && left->records == right->records &&
                left->source == right->source && left->hops == right->hops;
    }
    for (size_t i = 0; equal && i < count; i++)
        equal = path[i]->row == other[i]->row && path[i]->fee == other[i]->fee &&
                path[i]->amount == other[i]->amount && path[i]->source == other[i]->source;
    if (!equal)
        fail_msg("seed %llu: a shortest way is another when only such are kept",
                 (unsigned long long)seed);
}

/* Of the moves only those on shortest ways: figures and ways stay. */
static void check_ways_only(const at_trace *whole, uint64_t seed, at_arena *arena) {
    at_trace trace;
    at_trace_options options = whole->options;
    options.all_moves = false;
    options.ways_only = true;
    assert_int_equal(at_trace_run(&trace, whole->effective, &options, arena, NULL), AT_OK);
    assert_int_equal(trace.holding_count, whole->holding_count);
    assert_true(trace.moves.count <= whole->moves.count);
    moves_left_out += whole->moves.count - trace.moves.count;
    for (size_t i = 0; i < trace.holding_count; i++) {
        assert_int_equal(trace.holdings[i].amount, whole->holdings[i].amount);
        if (trace.holdings[i].label < trace.tainted_count)
            check_way(whole, &trace, &trace.holdings[i], seed, arena);
    }
}

static void check_declared_only(const at_trace *whole, const test_lines *lines, uint64_t seed,
                                at_arena *arena) {
    static test_lines others;
    at_trace trace;
    at_trace_options options = whole->options;
    options.all_moves = false;
    options.declared_only = true;
    assert_int_equal(at_trace_run(&trace, whole->effective, &options, arena, NULL), AT_OK);
    tainted_lines(&others, &trace);
    if (!test_lines_equal(lines, &others))
        fail_msg("seed %llu: the whole run (<) and one for declared labels (>) differ",
                 (unsigned long long)seed);
}

static void check_cut(const at_trace *whole, const coin_world *world, const test_lines *lines,
                      uint64_t seed, at_arena *arena) {
    static test_lines others, bounds, other_bounds;
    const at_ledger *ledger = whole->effective->ledger;
    at_restriction cut;
    at_effective effective;
    at_trace trace;
    at_trace_options options = whole->options;
    at_trace_source *sources = NULL;
    bool preserved[COIN_NODES] = {false};
    const at_restrict_options asked = {.sources = options.sources,
                                       .source_count = options.source_count,
                                       .as_of_us = options.as_of_us,
                                       .moments = world->credit_first,
                                       .rows_max = SIZE_MAX};
    assert_int_equal(at_restrict(&cut, ledger, &asked, arena, NULL), AT_OK);
    assert_false(cut.whole);
    rows_left_out += ledger->count - cut.ledger.count;
    if (!at_restriction_serves(&cut, options.method)) {
        refused++;
        return;
    }
    cuts += cut.ledger.count < ledger->count;
    assert_int_equal(
        at_restricted_sources(&sources, &cut, options.sources, options.source_count, arena, NULL),
        AT_OK);
    assert_int_equal(
        at_restricted_effective(&effective, &cut,
                                world->credit_first ? AT_TIE_CREDIT_FIRST : AT_TIE_RECORD,
                                world->as_new ? AT_REVERSALS_AS_NEW : AT_REVERSALS_CANCEL,
                                options.as_of_us, arena, NULL),
        AT_OK);
    for (uint32_t node = 0; node < ledger->node_count; node++)
        if (at_restricted_node(&cut, node) != AT_NONE)
            preserved[at_restricted_node(&cut, node)] = options.preserved[node];
    options.sources = sources;
    options.preserved = preserved;
    options.all_moves = false;
    options.declared_only = true;
    assert_int_equal(at_trace_run(&trace, &effective, &options, arena, NULL), AT_OK);
    tainted_lines(&others, &trace);
    if (!test_lines_equal(lines, &others))
        fail_msg("seed %llu: the whole run (<) and the cut (>) differ", (unsigned long long)seed);
    check_kept(&cut, whole->effective, &effective);
    if (options.method == AT_TRACE_POISON)
        return;
    bound_lines(&bounds, whole, arena);
    bound_lines(&other_bounds, &trace, arena);
    if (!test_lines_equal(&bounds, &other_bounds))
        fail_msg("seed %llu: bounds of the whole (<) and the cut (>) differ",
                 (unsigned long long)seed);
}

/* Fewer declarations and earlier ends leave more of a world alone. */
static void thin_out(coin_world *world, uint64_t *random) {
    const uint64_t kind = world_random(random) % 4;
    if (kind > 0 && world->source_count > 1)
        world->source_count = 1;
    if (kind > 1)
        world->node_count = COIN_NODES;
    for (int i = 0; kind > 1 && i < COIN_NODES; i++) {
        coin_node *node = &world->nodes[i];
        if (node->id[0] != '\0')
            continue;
        *node = world->nodes[0];
        snprintf(node->id, sizeof node->id, "N%d", i);
        node->held = true;
    }
    for (int i = 0; kind > 1 && i < world->row_count; i++) {
        coin_row *row = &world->rows[i];
        if (row->reverses[0] != '\0' || world_random(random) % 2 == 0 ||
            row->amount != row->amount_in)
            continue;
        row->from = (int)(world_random(random) % COIN_NODES);
        row->to = (int)(world_random(random) % COIN_NODES);
        const bool same =
            strcmp(world->nodes[row->from].currency, world->nodes[row->to].currency) == 0;
        if (!same)
            row->to = row->from;
    }
}

static void test_restricted(void **state) {
    static coin_world world;
    static test_lines lines;
    (void)state;
    for (uint64_t seed = 1; seed <= WORLDS; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_trace trace;
        uint64_t random = seed;
        world_make(&world, seed * 7919);
        thin_out(&world, &random);
        assert_int_equal(world_trace(&trace, &world, &arena, NULL), AT_OK);
        tainted_lines(&lines, &trace);
        lines_met += lines.count;
        check_declared_only(&trace, &lines, seed, &arena);
        check_fewer_moves(&trace, seed, &arena);
        check_ways_only(&trace, seed, &arena);
        check_cut(&trace, &world, &lines, seed, &arena);
    }
    print_message("  %zu ledgers cut by %zu rows, %zu not, %zu lines, %zu bounds, %zu reversals\n",
                  cuts, rows_left_out, refused, lines_met, bounds_met, reversals_met);
    assert_true(cuts > WORLDS / 4 && rows_left_out > 4 * WORLDS && refused < WORLDS / 2);
    assert_true(moves_left_out > WORLDS);
    assert_true(lines_met > 3 * WORLDS && bounds_met > WORLDS / 2 && reversals_met > WORLDS / 10);
}

/* More than may be kept is not cut, and says so. */
static void test_whole(void **state) {
    static coin_world world;
    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_trace trace;
        at_restriction cut, again;
        world_make(&world, seed);
        assert_int_equal(world_trace(&trace, &world, &arena, NULL), AT_OK);
        const at_trace_options *options = &trace.options;
        at_restrict_options asked = {.sources = options->sources,
                                     .source_count = options->source_count,
                                     .as_of_us = options->as_of_us,
                                     .moments = true,
                                     .rows_max = SIZE_MAX};
        assert_int_equal(at_restrict(&cut, trace.effective->ledger, &asked, &arena, NULL), AT_OK);
        if (cut.ledger.count == 0)
            continue;
        asked.rows_max = cut.ledger.count - 1;
        assert_int_equal(at_restrict(&again, trace.effective->ledger, &asked, &arena, NULL), AT_OK);
        assert_true(again.whole && !at_restriction_serves(&again, AT_TRACE_FIFO));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_restricted),
        cmocka_unit_test(test_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
