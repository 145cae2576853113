#include "tests/support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/trace/fund.h"

void world_ledger(at_ledger *out, const coin_world *world, at_arena *arena) {
    at_ledger_builder *builder = NULL;
    uint32_t numbers[COIN_NODES];
    assert_int_equal(at_ledger_begin(&builder, arena, NULL), AT_OK);
    for (int i = 0; i < world->node_count; i++) {
        const coin_node *from = &world->nodes[i];
        at_node node = {.account_id = from->id,
                        .kind = !from->held   ? AT_NODE_EXTERNAL
                                : from->asset ? AT_NODE_ASSET
                                              : AT_NODE_ACCOUNT,
                        .opening = from->known ? from->opening : AT_AMOUNT_NONE};
        snprintf(node.currency.code, sizeof node.currency.code, "%s", from->currency);
        assert_int_equal(at_ledger_add_node(&numbers[i], builder, &node, NULL), AT_OK);
    }
    for (int i = 0; i < world->row_count; i++) {
        const coin_row *from = &world->rows[i];
        const at_ledger_row_in row = {
            .id = from->id,
            .reverses = from->reverses[0] != '\0' ? from->reverses : NULL,
            .from = numbers[from->from],
            .to = numbers[from->to],
            .time_us = from->time,
            .seq = from->seq,
            .amount = from->amount,
            .amount_in = from->amount_in,
            .fee = from->fee,
            .record = i + 1,
        };
        assert_int_equal(at_ledger_add_row(builder, &row, NULL), AT_OK);
    }
    at_error err = {0};
    if (at_ledger_finish(out, builder, &err) != AT_OK)
        fail_msg("%s", err.message);
}

void world_sources(at_trace_source *out, const coin_world *world, const at_ledger *ledger) {
    for (int i = 0; i < world->source_count; i++) {
        const coin_source *from = &world->sources[i];
        out[i] = (at_trace_source){.label = from->label,
                                   .on_account = from->transfer[0] == '\0',
                                   .id = from->transfer[0] != '\0' ? from->transfer
                                                                   : world->nodes[from->node].id,
                                   .time_us = from->time,
                                   .amount = from->amount < 0 ? AT_AMOUNT_NONE : from->amount,
                                   .row = AT_NONE,
                                   .node = AT_NONE};
        if (out[i].on_account)
            out[i].node = at_ledger_node(ledger, out[i].id);
        else
            at_trace_source_bind(&out[i], ledger);
    }
}

at_trace_method world_method(enum coin_method method) {
    size_t i = 0;
    while (strcmp(at_trace_methods[i], coin_methods[method]) != 0)
        i++;
    return i == AT_TRACE_PARIPASSU ? AT_TRACE_LIBR : (at_trace_method)i;
}

at_status world_trace(at_trace *out, const coin_world *world, at_arena *arena, at_error *err) {
    at_ledger *ledger = NULL;
    at_effective *effective = NULL;
    at_trace_source *sources = NULL;
    assert_int_equal(AT_NEW(&ledger, arena, 1, NULL), AT_OK);
    assert_int_equal(AT_NEW(&effective, arena, 1, NULL), AT_OK);
    assert_int_equal(AT_NEW(&sources, arena, COIN_SOURCES, NULL), AT_OK);
    world_ledger(ledger, world, arena);
    world_sources(sources, world, ledger);
    AT_TRY(at_trace_sources_check(sources, (size_t)world->source_count, ledger, err));
    AT_TRY(at_effective_make(
        effective, ledger, world->credit_first ? AT_TIE_CREDIT_FIRST : AT_TIE_RECORD,
        world->as_new ? AT_REVERSALS_AS_NEW : AT_REVERSALS_CANCEL, world->as_of, arena, err));
    bool *preserved = NULL;
    assert_int_equal(AT_NEW(&preserved, arena, ledger->node_count, NULL), AT_OK);
    for (int i = 0; i < world->node_count; i++)
        preserved[at_ledger_node(ledger, world->nodes[i].id)] = world->nodes[i].preserved;
    const at_trace_options options = {.method = world_method(world->method),
                                      .preserved = preserved,
                                      .as_of_us = world->as_of,
                                      .backward_window_us = world->window,
                                      .sources = sources,
                                      .source_count = (size_t)world->source_count,
                                      .sale = world->lien ? AT_SALE_LIEN : AT_SALE_SHARE,
                                      .all_moves = true};
    return at_trace_run(out, effective, &options, arena, err);
}

static const char *event_id(char *out, size_t bytes, const at_ledger *ledger, uint32_t row,
                            bool fee) {
    if (row == AT_NONE)
        return "-";
    if (row == AT_TRACE_OPENING)
        return "@opening";
    snprintf(out, bytes, "%s%s", at_ledger_id(ledger, row), fee ? "/fee" : "");
    return out;
}

static void note_line(test_lines *out, const at_trace *trace, const at_trace_note *note) {
    const at_ledger *ledger = trace->effective->ledger;
    char transfer[48], against[48], amount[24] = "-";
    const char *id = event_id(transfer, sizeof transfer, ledger, note->row, note->fee);
    if (strcmp(note->code, "SOURCE_MISSING") == 0)
        id = trace->options.sources[note->source].id;
    if (note->amount != AT_AMOUNT_NONE)
        snprintf(amount, sizeof amount, "%lld", (long long)note->amount);
    test_line(out, "note %s %s %s %s %s", note->code,
              note->node == AT_NONE ? "-" : at_trace_node_id(trace, note->node), id,
              event_id(against, sizeof against, ledger, note->against, note->against_fee), amount);
}

static void part_lines(test_lines *out, const coin_world *world, const at_trace *trace,
                       at_arena *arena) {
    const at_ledger *ledger = trace->effective->ledger;
    const int64_t *parts = NULL;
    bool fund[COIN_NODES] = {false};
    for (int i = 0; i < world->node_count; i++)
        fund[at_ledger_node(ledger, world->nodes[i].id)] = world->nodes[i].fund;
    assert_int_equal(at_fund_divide(&parts, trace, fund, arena, NULL), AT_OK);
    for (uint32_t label = 0; label < trace->tainted_count; label++)
        if (parts[label] > 0)
            test_line(out, "part %s %lld", trace->labels[label], (long long)parts[label]);
    test_lines_sort(out);
}

void world_lines(test_lines *out, const coin_world *world, const at_trace *trace, at_arena *arena) {
    out->count = 0;
    if (world->method == COIN_PARIPASSU) {
        part_lines(out, world, trace, arena);
        return;
    }
    for (size_t i = 0; i < trace->holding_count; i++) {
        const at_trace_holding *holding = &trace->holdings[i];
        test_line(out, "holding %s %s %lld", trace->labels[holding->label],
                  at_trace_node_id(trace, holding->node), (long long)holding->amount);
    }
    for (uint32_t i = 0; i < trace->moves.count; i++) {
        const at_trace_move *move = at_pool_at(&trace->moves, i);
        char id[48];
        test_line(out, "move %s %s %lld", trace->labels[move->label],
                  event_id(id, sizeof id, trace->effective->ledger, move->row, move->fee),
                  (long long)move->amount);
    }
    if (world->method == COIN_PRORATA)
        test_line(out, "roundings %llu", (unsigned long long)trace->roundings);
    else
        assert_int_equal(trace->roundings, 0);
    for (uint32_t label = 0; world->method != COIN_POISON && label < trace->tainted_count; label++)
        test_line(out, "injected %s %lld", trace->labels[label], (long long)trace->injected[label]);
    for (size_t i = 0; i < trace->note_count; i++)
        note_line(out, trace, &trace->notes[i]);
    test_lines_sort(out);
}

void world_tight_arena(at_arena *out) {
    /* After its first mebibyte an arena asks for another, or for just enough where the limit does
     * not leave that much. */
    enum { FILLER_BYTES = 1 << 20, ROOM_BYTES = 900 << 10 };
    void *filler = NULL;
    *out = (at_arena){.limit_bytes = FILLER_BYTES + ROOM_BYTES};
    assert_int_equal(at_arena_take(&filler, out, 1, FILLER_BYTES, NULL), AT_OK);
}

uint64_t world_random(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static int below(uint64_t *state, int limit) {
    return (int)(world_random(state) % (uint64_t)limit);
}

static bool one_in(uint64_t *state, int chances) {
    return below(state, chances) == 0;
}

static void make_nodes(coin_world *out, uint64_t *state) {
    out->node_count = 2 + below(state, 6);
    const int foreign = one_in(state, 3) ? 2 : 99;
    for (int i = 0; i < out->node_count; i++) {
        coin_node *node = &out->nodes[i];
        snprintf(node->id, sizeof node->id, "%c%d", "NaZ"[below(state, 3)], i);
        snprintf(node->currency, sizeof node->currency, "%s",
                 one_in(state, foreign) ? "USD" : "EUR");
        node->held = !one_in(state, 5);
        node->known = node->held && !one_in(state, 3);
        if (node->known)
            node->opening = below(state, 60) - (one_in(state, 3) ? 50 : 0);
        node->asset = node->held && one_in(state, 5);
        node->preserved = node->held && one_in(state, 8);
        node->fund =
            (i == 0 || one_in(state, 2)) && strcmp(node->currency, out->nodes[0].currency) == 0;
    }
}

static void make_reversal(coin_world *out, int i, uint64_t *state) {
    coin_row *row = &out->rows[i];
    const coin_row *target = &out->rows[below(state, i + 1)];
    snprintf(row->reverses, sizeof row->reverses, "%s", one_in(state, 12) ? "gone" : target->id);
    if (one_in(state, 6))
        return;
    row->from = target->to;
    row->to = target->from;
    row->amount = one_in(state, 2) ? target->amount : 1 + below(state, 40);
    row->amount_in = row->amount;
    if (target->time > row->time)
        row->time = target->time + below(state, 2);
}

static void make_rows(coin_world *out, uint64_t *state) {
    const int days = 1 + below(state, 20);
    out->row_count = 1 + below(state, 26);
    const int offset = below(state, 100);
    for (int i = 0; i < out->row_count; i++) {
        coin_row *row = &out->rows[i];
        snprintf(row->id, sizeof row->id, "t%d", (i * 37 + offset) % 101);
        row->time = below(state, days);
        row->seq = one_in(state, 2) ? 0 : below(state, 4);
        row->from = below(state, out->node_count);
        row->to = below(state, out->node_count);
        row->amount = one_in(state, 20) ? 0 : 1 + below(state, 40);
        row->amount_in = row->amount;
        if (strcmp(out->nodes[row->from].currency, out->nodes[row->to].currency) != 0 ||
            (one_in(state, 25) && row->from != row->to))
            row->amount_in = row->amount == 0 ? 0 : 1 + below(state, 90);
        row->fee = one_in(state, 5) ? 1 + below(state, 5) : 0;
        if (one_in(state, 5))
            make_reversal(out, i, state);
        /* The mirror of a conversion, or of a transfer between currencies. */
        if (row->from == row->to)
            row->amount_in = row->amount;
    }
}

static bool declared_before(const coin_world *world, int count, const coin_source *source) {
    for (int i = 0; i < count; i++) {
        const coin_source *other = &world->sources[i];
        if (strcmp(other->label, source->label) == 0 &&
            strcmp(other->transfer, source->transfer) == 0 &&
            (source->transfer[0] != '\0' ||
             (other->node == source->node && other->time == source->time)))
            return true;
    }
    return false;
}

static void make_sources(coin_world *out, uint64_t *state) {
    static const char *const labels[] = {"B", "A", "a", "0-9"};
    for (int tries = 1 + below(state, 4); tries > 0; tries--) {
        coin_source source = {.amount = one_in(state, 3) ? below(state, 50) : -1};
        snprintf(source.label, sizeof source.label, "%s", labels[below(state, 4)]);
        if (one_in(state, 4)) {
            source.node = below(state, out->node_count);
            source.time = below(state, 22);
            if (!out->nodes[source.node].held)
                continue;
        } else {
            const coin_row *row = &out->rows[below(state, out->row_count)];
            const bool fee = row->fee > 0 && row->amount > 0 && one_in(state, 6);
            snprintf(source.transfer, sizeof source.transfer, "%.8s%s",
                     one_in(state, 15) ? "none" : row->id, fee ? "/fee" : "");
        }
        if (!declared_before(out, out->source_count, &source))
            out->sources[out->source_count++] = source;
    }
}

/* Many assets are sold for more or less than they cost. */
static void sell_assets(coin_world *out, uint64_t *state) {
    for (int i = 0; i < out->row_count; i++) {
        coin_row *row = &out->rows[i];
        if (out->nodes[row->from].asset && row->from != row->to && row->amount > 0 &&
            one_in(state, 2))
            row->amount_in = 1 + below(state, 60);
    }
}

void world_make(coin_world *out, uint64_t seed) {
    uint64_t state = seed;
    *out = (coin_world){0};
    make_nodes(out, &state);
    make_rows(out, &state);
    make_sources(out, &state);
    out->as_of = one_in(&state, 3) ? below(&state, 20) : 1000;
    out->window = one_in(&state, 2) ? below(&state, 12) : -1;
    out->method = (enum coin_method)below(&state, COIN_METHODS);
    out->credit_first = one_in(&state, 3);
    out->as_new = one_in(&state, 5);
    out->lien = one_in(&state, 2);
    if (one_in(&state, 3))
        sell_assets(out, &state);
}
