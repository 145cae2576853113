#include "tests/support/pattern_world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint64_t state;

int pw_roll(int sides) {
    uint64_t z = state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return (int)((z ^ z >> 31) >> 33) % sides;
}

void pw_seed(uint64_t seed) {
    state = seed;
}

static int compare_rows(const void *left, const void *right) {
    const pw_row *a = left, *b = right;
    if (a->time != b->time)
        return a->time - b->time;
    return a->seq != b->seq ? a->seq - b->seq : strcmp(a->id, b->id);
}

static void add_row(pw_world *world, int payment, int time, bool second) {
    pw_row *row = &world->rows[world->row_count++];
    *row = (pw_row){.payment = payment, .time = time, .seq = pw_roll(3), .second = second};
    /* ids are no order of entry: the last digit comes first */
    snprintf(row->id, sizeof row->id, "T%d%d%s", payment % 10, payment / 10, second ? "b" : "");
}

static void place_rows(pw_world *world) {
    qsort(world->rows, (size_t)world->row_count, sizeof *world->rows, compare_rows);
    for (int at = 0; at < world->row_count; at++) {
        pw_payment *p = &world->payments[world->rows[at].payment];
        if (!world->rows[at].second)
            p->out_at = at;
    }
    for (int i = 0; i < world->payment_count; i++)
        world->payments[i].in_at = world->payments[i].out_at;
    for (int at = 0; at < world->row_count; at++)
        if (world->rows[at].second)
            world->payments[world->rows[at].payment].in_at = at;
}

void pw_make(pw_world *world, int nodes, int payments, int days) {
    memset(world, 0, sizeof *world);
    world->node_count = 2 + pw_roll(nodes - 1);
    world->payment_count = pw_roll(3) == 0 ? payments : pw_roll(payments + 1);
    const bool exchange = pw_roll(4) == 0, transit = pw_roll(4) == 0, holders = pw_roll(2) == 0;
    for (int i = 0; i < world->node_count; i++) {
        snprintf(world->names[i], sizeof world->names[i], "%c%d", "nNab"[pw_roll(4)], i);
        if (i % 4 == 1) /* "n0-/EUR" stands before "n0/EUR", but "n0" before "n0-" */
            snprintf(world->names[i], sizeof world->names[i], "%.6s-", world->names[i - 1]);
        world->currency[i] = exchange ? pw_roll(2) : 0;
        world->holder[i] = holders && pw_roll(3) > 0 ? pw_roll(3) : -1;
    }
    for (int i = 0; i < world->payment_count; i++) {
        pw_payment *p = &world->payments[i];
        p->from = pw_roll(world->node_count);
        p->to = pw_roll(world->node_count);
        p->amount = p->amount_in = pw_roll(10);
        if (world->currency[p->from] != world->currency[p->to])
            p->amount_in = pw_roll(20);
        p->out_us = p->in_us = pw_roll(days);
        add_row(world, i, (int)p->out_us, false);
        if (transit && pw_roll(4) == 0 && p->from != p->to && p->amount > 0) {
            p->amount_in = p->amount;
            p->in_us = pw_roll(days);
            add_row(world, i, (int)p->in_us, true);
        }
    }
    place_rows(world);
}

void pw_set(pw_world *world, const int (*payments)[3], int count) {
    memset(world, 0, sizeof *world);
    for (int i = 0; i < PW_NODES_MAX; i++)
        snprintf(world->names[i], sizeof world->names[i], "n%d", i);
    world->node_count = PW_NODES_MAX;
    world->payment_count = count;
    for (int i = 0; i < count; i++) {
        world->payments[i] = (pw_payment){.from = payments[i][0],
                                          .to = payments[i][1],
                                          .out_us = payments[i][2],
                                          .in_us = payments[i][2],
                                          .amount = 1,
                                          .amount_in = 1};
        add_row(world, i, payments[i][2], false);
    }
    place_rows(world);
}

static uint32_t add_node(at_ledger_builder *builder, const char *name, int currency,
                         at_thing account) {
    static const char *const codes[] = {"EUR", "IRR"};
    at_node node = {
        .account_id = name, .kind = AT_NODE_ACCOUNT, .account = account, .opening = AT_AMOUNT_NONE};
    uint32_t number = 0;
    memcpy(node.currency.code, codes[currency], 4);
    assert_int_equal(at_ledger_add_node(&number, builder, &node, NULL), AT_OK);
    return number;
}

/* Rows are handed in backwards: the ledger's own order is part of what is compared. Some claim to
 * reverse another, which changes nothing. */
void pw_ledger(at_ledger *out, const pw_world *world, at_arena *arena) {
    at_ledger_builder *builder;
    uint32_t nodes[2][PW_NODES_MAX];
    assert_int_equal(at_ledger_begin(&builder, arena, NULL), AT_OK);
    for (int i = 0; i < world->node_count; i++)
        for (int k = 0; k < 2; k++)
            nodes[k][i] = add_node(builder, world->names[i], world->spread ? k : world->currency[i],
                                   world->spread ? i + 1 : 0);
    for (int at = world->row_count; at-- > 0;) {
        const pw_row *row = &world->rows[at];
        const pw_payment *p = &world->payments[row->payment];
        const bool split = p->in_at != p->out_at;
        at_ledger_row_in in = {.id = row->id,
                               .reverses = at % 5 == 4 ? world->rows[at - 1].id : NULL,
                               .from = nodes[row->payment * 3 / 2 % 2][p->from],
                               .to = nodes[row->payment * 7 / 4 % 2][p->to],
                               .time_us = row->time,
                               .seq = row->seq,
                               .amount = p->amount,
                               .amount_in = p->amount_in,
                               .record = at + 1};
        if (split) {
            char name[32];
            snprintf(name, sizeof name, "@transit:T%d", row->payment);
            const uint32_t transit = add_node(builder, name, world->currency[p->from], 0);
            in.flags = AT_ROW_TRANSIT;
            *(row->second ? &in.from : &in.to) = transit;
        }
        assert_int_equal(at_ledger_add_row(builder, &in, NULL), AT_OK);
    }
    assert_int_equal(at_ledger_finish(out, builder, NULL), AT_OK);
}

bool pw_counts(const pw_payment *payment) {
    return payment->from != payment->to && payment->amount > 0 && payment->amount_in > 0;
}

uint64_t pw_mask(const pw_payment *payment) {
    return UINT64_C(1) << payment->out_at | UINT64_C(1) << payment->in_at;
}

int pw_merge(uint64_t *masks, int count) {
    for (bool again = true; again;) {
        again = false;
        for (int i = 0; i < count; i++)
            for (int k = i + 1; k < count; k++)
                if (masks[i] & masks[k]) {
                    masks[i] |= masks[k];
                    masks[k] = masks[--count];
                    again = true;
                }
    }
    return count;
}

/* --- Lines ------------------------------------------------------------------------------------ */

static char *new_line(pw_lines *lines) {
    assert_true(lines->count < PW_LINES_MAX);
    return lines->lines[lines->count++];
}

void pw_add(pw_lines *lines, const pw_world *world, const char *centre, uint64_t mask, int count,
            int64_t amount) {
    char *line = new_line(lines);
    int first = -1, last = -1, length = 0;
    for (int at = 0; at < world->row_count; at++)
        if (mask >> at & 1) {
            first = first < 0 ? world->rows[at].time : first;
            last = world->rows[at].time;
        }
    length = snprintf(line, PW_LINE_BYTES, "%04d %s\x01", first, centre);
    for (int at = 0; at < world->row_count; at++)
        if (mask >> at & 1)
            length += snprintf(line + length, PW_LINE_BYTES - (size_t)length, "%s\x01",
                               world->rows[at].id);
    snprintf(line + length, PW_LINE_BYTES - (size_t)length, "| %d %d %" PRId64, last, count,
             amount);
}

void pw_add_patterns(pw_lines *lines, const at_patterns *patterns, const at_ledger *ledger) {
    for (size_t i = 0; i < patterns->count; i++) {
        const at_pattern_finding *f = &patterns->items[i];
        char *line = new_line(lines);
        int length = snprintf(line, PW_LINE_BYTES, "%04" PRId64 " %s\x01",
                              ledger->time_us[f->rows[0]], f->centre);
        for (size_t row = 0; row < f->row_count; row++)
            length += snprintf(line + length, PW_LINE_BYTES - (size_t)length, "%s\x01",
                               at_ledger_id(ledger, f->rows[row]));
        snprintf(line + length, PW_LINE_BYTES - (size_t)length,
                 "| %" PRId64 " %" PRIu64 " %" PRId64, ledger->time_us[f->rows[f->row_count - 1]],
                 f->count, f->amount);
    }
}

static int compare_lines(const void *a, const void *b) {
    return strcmp(a, b);
}

static void say(const char *line) {
    char text[PW_LINE_BYTES];
    snprintf(text, sizeof text, "%s", line);
    for (char *c = text; *c != '\0'; c++)
        if (*c == '\x01')
            *c = ' ';
    print_message("    %s\n", text);
}

void pw_compare(const char *what, uint64_t seed, pw_lines *wanted, const pw_lines *found) {
    qsort(wanted->lines, (size_t)wanted->count, sizeof *wanted->lines, compare_lines);
    for (int i = 0; i < wanted->count || i < found->count; i++)
        if (i >= wanted->count || i >= found->count ||
            strcmp(wanted->lines[i], found->lines[i]) != 0) {
            print_message("  wanted %d, found %d\n", wanted->count, found->count);
            for (int k = 0; k < wanted->count; k++)
                say(wanted->lines[k]);
            print_message("  found\n");
            for (int k = 0; k < found->count; k++)
                say(found->lines[k]);
            fail_msg("%s, seed %" PRIu64 ": finding %d differs", what, seed, i + 1);
        }
}
