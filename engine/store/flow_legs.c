/* flow_legs.c - legs as rows: pairs, cash, and what stays alone (engine/model/ledger.h, "Legs"). */
#include "engine/store/chunks.h"
#include "engine/store/flow.h"
#include "engine/store/pairing.h"
#include "engine/store/pairs.h"
#include "engine/store/views.h"

#include <stdlib.h>
#include <string.h>

static at_status keep_text(const char **text, at_flow *flow, at_error *err) {
    return at_arena_text(text, flow->arena, *text, err);
}

/* Of what a leg says only what a row of the ledger needs. */
static at_status keep_leg(at_flow_leg *out, at_flow *flow, const at_chunk *chunk, size_t row,
                          at_error *err) {
    const at_identity *identity = &flow->reader->identity;
    at_fact fact;
    at_chunk_fact(&fact, chunk, out->source, row);
    out->leg = fact.leg;
    out->record = fact.record;
    out->account = at_identity_local(identity, out->source, (int64_t)fact.leg.account.thing - 1);
    if (fact.leg.counterparty.thing)
        out->counterparty =
            at_identity_local(identity, out->source, (int64_t)fact.leg.counterparty.thing - 1);
    if (!out->account || (fact.leg.counterparty.thing && !out->counterparty))
        return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED", "a chunk has accounts without names");
    out->id_given = (at_chunk_int(chunk, AT_CHUNK_FLAGS, row) & AT_CHUNK_ID_GIVEN) != 0;
    AT_TRY(at_chunk_id(&out->leg.id, chunk, out->source, row, flow->arena, err));
    out->leg.counterparty_name = out->leg.counterparty_institution = NULL;
    out->leg.counterparty_country = out->leg.reference = NULL;
    AT_TRY(keep_text(&out->leg.currency, flow, err));
    return keep_text(&out->leg.reverses, flow, err);
}

static at_status read_chunk(at_flow *flow, const at_chunk *chunk, const at_chunk_entry *entry,
                            at_hidden *hidden, at_error *err) {
    int64_t number = AT_RECORD_ID(entry->source, (uint64_t)entry->leg_first);
    for (size_t row = 0; row < chunk->count; row++) {
        if (!at_chunk_is_leg(chunk, row))
            continue;
        AT_TRY(AT_GROW(&flow->legs, &flow->leg_capacity, flow->leg_count, flow->arena, err));
        at_flow_leg *leg = &flow->legs[flow->leg_count];
        *leg = (at_flow_leg){.number = number++,
                             .source = entry->source,
                             .name_space = flow->name_space_of[entry->source],
                             .partner = AT_NONE};
        AT_TRY(keep_leg(leg, flow, chunk, row, err));
        leg->hidden = at_hidden_has(hidden, leg->record);
        at_flow_account *account = &flow->accounts[leg->account];
        leg->next = account->legs;
        account->legs = (uint32_t)flow->leg_count++;
    }
    return AT_OK;
}

static at_status load_legs(at_flow *flow, at_error *err) {
    AT_CLEANUP(at_chunks_close) at_chunks chunks = {.db = NULL};
    at_hidden hidden;
    AT_TRY(at_hidden_read(&hidden, flow->reader->db, flow->arena, err));
    AT_TRY(at_chunks_open(&chunks, flow->reader->db, AT_CHUNKS_VISIBLE AT_CHUNKS_LEGS, 0,
                          AT_CHUNK_FACTS, flow->arena, err));
    for (size_t i = 0; i < chunks.count; i++) {
        AT_TRY(at_chunks_load(&chunks, i, err));
        AT_TRY(read_chunk(flow, &chunks.loaded, &chunks.entries[i], &hidden, err));
    }
    return AT_OK;
}

uint32_t at_flow_find_leg(const at_flow *flow, int64_t number) {
    size_t low = 0, high = flow->leg_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (flow->legs[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < flow->leg_count && flow->legs[low].number == number ? (uint32_t)low : AT_NONE;
}

/* Pairs and ambiguities as they stood at the revision, one change after another. */
static at_status apply_change(void *self, const at_pair_event *event, at_error *err) {
    at_flow *flow = self;
    const uint32_t place = at_flow_find_leg(flow, event->leg);
    (void)err;
    if (place == AT_NONE)
        return AT_OK;
    at_flow_leg *leg = &flow->legs[place];
    if (event->kind == AT_PAIR_DOUBTED || event->kind == AT_PAIR_CLEAR) {
        leg->ambiguous = event->kind == AT_PAIR_DOUBTED;
        return AT_OK;
    }
    if (leg->partner != AT_NONE && flow->legs[leg->partner].partner == place)
        flow->legs[leg->partner].partner = AT_NONE;
    leg->partner = event->kind == AT_PAIR_BEGINS ? at_flow_find_leg(flow, event->partner) : AT_NONE;
    if (leg->partner != AT_NONE)
        flow->legs[leg->partner].partner = place;
    return AT_OK;
}

static at_status add_cover(at_flow *flow, at_thing account, const at_flow_cover *cover,
                           at_error *err) {
    AT_TRY(AT_GROW(&flow->covers, &flow->cover_capacity, flow->cover_count, flow->arena, err));
    at_flow_cover *kept = &flow->covers[flow->cover_count];
    *kept = *cover;
    kept->next = flow->accounts[account].covers;
    flow->accounts[account].covers = (uint32_t)flow->cover_count++;
    return AT_OK;
}

static at_flow_cover *find_cover(const at_flow *flow, at_thing account, int64_t source) {
    for (uint32_t i = flow->accounts[account].covers; i != AT_NONE; i = flow->covers[i].next)
        if (flow->covers[i].source == source)
            return &flow->covers[i];
    return NULL;
}

/* When does which source show what an account did? As its statements say, else from its first leg
 * to its last. */
static at_status read_covers(at_flow *flow, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    bool row = false;
    AT_TRY(at_db_prepare(&statement, flow->reader->db,
                         "SELECT f.source, f.account, f.since_us, f.until_us"
                         " FROM main.statement f WHERE " AT_VISIBLE " ORDER BY f.fact",
                         err));
    for (;;) {
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            break;
        const at_flow_cover cover = {
            .source = at_db_int(statement, 0),
            .since_us = at_db_is_null(statement, 2) ? INT64_MIN : at_db_int(statement, 2),
            .until_us = at_db_is_null(statement, 3) ? INT64_MAX : at_db_int(statement, 3),
            .stated = true};
        AT_TRY(add_cover(
            flow, at_identity_class(&flow->reader->identity, (at_thing)at_db_int(statement, 1)),
            &cover, err));
    }
    for (size_t i = 0; i < flow->leg_count; i++) {
        const at_flow_leg *leg = &flow->legs[i];
        const int64_t time = leg->leg.time.us;
        at_flow_cover *cover = find_cover(flow, leg->account, leg->source);
        if (!cover) {
            const at_flow_cover fresh = {
                .source = leg->source, .since_us = time, .until_us = time + 1};
            AT_TRY(add_cover(flow, leg->account, &fresh, err));
        } else if (!cover->stated) {
            cover->since_us = time < cover->since_us ? time : cover->since_us;
            cover->until_us = time >= cover->until_us ? time + 1 : cover->until_us;
        }
    }
    return AT_OK;
}

/* Does another source show what the counterparty did at that time? */
static bool is_covered(const at_flow *flow, const at_flow_leg *leg) {
    for (uint32_t i = flow->accounts[leg->counterparty].covers; i != AT_NONE;
         i = flow->covers[i].next) {
        const at_flow_cover *cover = &flow->covers[i];
        if (cover->source != leg->source && cover->since_us <= leg->leg.time.us &&
            leg->leg.time.us < cover->until_us)
            return true;
    }
    return false;
}

static at_flow_row row_of(const at_flow_leg *leg) {
    return (at_flow_row){.name_space = leg->name_space,
                         .id_given = leg->id_given,
                         .row = {.id = leg->leg.id,
                                 .reverses = leg->leg.reverses,
                                 .time_us = leg->leg.time.us,
                                 .seq = leg->leg.seq,
                                 .amount = leg->leg.amount,
                                 .amount_in = leg->leg.amount,
                                 .fee = leg->leg.fee,
                                 .flags = at_flow_time_flags(&leg->leg.time),
                                 .grade = AT_OBSERVED,
                                 .record = leg->record}};
}

/* One row when both sides agree on the time, else two through a node of their own (T3b). */
static at_status add_pair(at_flow *flow, const at_flow_leg *debit, const at_flow_leg *credit,
                          at_error *err) {
    at_flow_row row = row_of(debit);
    uint32_t to = 0, transit = 0;
    AT_TRY(at_flow_node_of(&row.row.from, flow, debit->account, AT_ROLE_SELF, debit->leg.currency,
                           err));
    AT_TRY(at_flow_node_of(&to, flow, credit->account, AT_ROLE_SELF, credit->leg.currency, err));
    row.row.grade = debit->judged ? AT_ACCEPTED : AT_CORROBORATED;
    row.row.record_in = credit->record;
    row.row.to = to;
    if (debit->leg.time.us == credit->leg.time.us) {
        row.second_id = credit->leg.id;
        row.second_name_space = credit->name_space;
        if (!row.row.reverses)
            row.row.reverses = credit->leg.reverses;
        return at_flow_add_row(flow, &row, err);
    }
    AT_TRY(at_flow_transit(&transit, flow, debit->leg.id, debit->leg.currency, err));
    row.row.to = transit;
    row.row.flags |= AT_ROW_TRANSIT;
    AT_TRY(at_flow_add_row(flow, &row, err));
    at_flow_row second = row_of(credit);
    second.row.from = transit;
    second.row.to = to;
    second.row.flags |= AT_ROW_TRANSIT;
    second.row.grade = row.row.grade;
    second.row.record = debit->record;
    second.row.record_in = credit->record;
    return at_flow_add_row(flow, &second, err);
}

/* A cash withdrawal, by who holds the cash. */
typedef struct withdrawal {
    at_thing holder;
    const char *currency;
    int64_t time_us;
} withdrawal;

static bool is_cash(const at_flow_leg *leg) {
    return !leg->counterparty && leg->partner == AT_NONE && !leg->hidden &&
           leg->leg.type == (leg->leg.credit ? AT_CASH_IN : AT_CASH_OUT);
}

static at_thing cash_holder(const at_flow *flow, const at_flow_leg *leg) {
    const at_thing holder = flow->accounts[leg->account].holder;
    return holder ? holder : leg->account;
}

static int compare_withdrawals(const void *first, const void *second) {
    const withdrawal *a = first, *b = second;
    if (a->holder != b->holder)
        return a->holder < b->holder ? -1 : 1;
    const int by_currency = strcmp(a->currency, b->currency);
    if (by_currency)
        return by_currency;
    return (a->time_us > b->time_us) - (a->time_us < b->time_us);
}

static at_status read_withdrawals(withdrawal **out, size_t *count_out, at_flow *flow,
                                  at_error *err) {
    withdrawal *list = NULL;
    size_t count = 0, capacity = 0;
    for (size_t i = 0; i < flow->leg_count; i++) {
        const at_flow_leg *leg = &flow->legs[i];
        if (!is_cash(leg) || leg->leg.credit)
            continue;
        AT_TRY(AT_GROW(&list, &capacity, count, flow->arena, err));
        list[count++] = (withdrawal){cash_holder(flow, leg), leg->leg.currency, leg->leg.time.us};
    }
    if (count)
        qsort(list, count, sizeof *list, compare_withdrawals);
    *out = list;
    *count_out = count;
    return AT_OK;
}

/* Did the holder withdraw cash in this currency at most `window_us` before (specification T19)? */
static bool withdrew_before(const withdrawal *list, size_t count, at_thing holder,
                            const at_leg *leg, int64_t window_us) {
    const withdrawal now = {holder, leg->currency, leg->time.us};
    size_t low = 0, high = count; /* the first that is after `now` */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare_withdrawals(&list[middle], &now) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return false;
    const withdrawal *last = &list[low - 1];
    int64_t apart = 0;
    return last->holder == holder && strcmp(last->currency, leg->currency) == 0 &&
           !__builtin_sub_overflow(leg->time.us, last->time_us, &apart) && apart <= window_us;
}

static at_status add_single(at_flow *flow, const at_flow_leg *leg, at_flow_role role,
                            at_thing other, at_error *err) {
    at_flow_row row = row_of(leg);
    uint32_t own = 0, far = 0;
    const char *currency = leg->leg.currency;
    AT_TRY(at_flow_node_of(&own, flow, leg->account, AT_ROLE_SELF, currency, err));
    AT_TRY(at_flow_node_of(&far, flow, other, role, currency, err));
    row.row.from = leg->leg.credit ? far : own;
    row.row.to = leg->leg.credit ? own : far;
    if (role == AT_ROLE_CASH || role == AT_ROLE_UNKNOWN)
        row.row.grade = AT_INFERRED;
    else
        row.row.flags |= AT_ROW_UNPAIRED;
    if (leg->ambiguous)
        row.row.flags |= AT_ROW_AMBIGUOUS;
    return at_flow_add_row(flow, &row, err);
}

static at_status add_legs(at_flow *flow, int64_t cash_window_us, at_error *err) {
    withdrawal *withdrawals = NULL;
    size_t withdrawal_count = 0;
    AT_TRY(read_withdrawals(&withdrawals, &withdrawal_count, flow, err));
    for (size_t i = 0; i < flow->leg_count; i++) {
        const at_flow_leg *leg = &flow->legs[i];
        at_flow_role role = AT_ROLE_SELF;
        at_thing other = leg->counterparty;
        if (leg->hidden || (leg->partner != AT_NONE && leg->leg.credit))
            continue;
        if (leg->partner != AT_NONE) {
            AT_TRY(add_pair(flow, leg, &flow->legs[leg->partner], err));
            continue;
        }
        if (is_cash(leg)) {
            other = cash_holder(flow, leg);
            role = AT_ROLE_CASH;
            if (leg->leg.credit &&
                !withdrew_before(withdrawals, withdrawal_count, other, &leg->leg, cash_window_us)) {
                other = 0;
                role = AT_ROLE_UNKNOWN;
            }
        } else if (!other) {
            other = leg->account;
            role = AT_ROLE_EXTERNAL;
        } else if (leg->ambiguous || is_covered(flow, leg)) {
            role = AT_ROLE_UNMATCHED; /* its own statement may show it: no money twice */
        }
        AT_TRY(add_single(flow, leg, role, other, err));
    }
    return AT_OK;
}

at_status at_flow_read_legs(at_flow *flow, at_error *err) {
    int64_t cash_window_us = 0;
    AT_TRY(load_legs(flow, err));
    AT_TRY(at_pairs_visit(flow->reader->db, flow->reader->revision, apply_change, flow, err));
    AT_TRY(at_flow_mark_judged(flow, err));
    AT_TRY(read_covers(flow, err));
    AT_TRY(at_setting_at(&cash_window_us, flow->reader->db, "cash_window_us",
                         flow->reader->revision, err));
    return add_legs(flow, cash_window_us, err);
}
