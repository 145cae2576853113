#include "queries/timeline_moment.h"

#include <stdlib.h>
#include <string.h>

#include "engine/network/graph.h"

const char *const at_moment_kinds[] = {"party",   "event", "listing",  "link", "account",
                                       "holding", "asset", "transfer", NULL};

at_status at_moment_add(at_moments *moments, const at_moment *moment, at_error *err) {
    if (moment->time_us == AT_TIME_NONE || !(moments->kinds >> moment->kind & 1) ||
        (moments->since_us != AT_TIME_NONE && moment->time_us < moments->since_us) ||
        (moments->until_us != AT_TIME_NONE && moment->time_us > moments->until_us))
        return AT_OK;
    AT_TRY(AT_GROW(&moments->items, &moments->capacity, moments->count, moments->question->arena,
                   err));
    moments->items[moments->count++] = *moment;
    return AT_OK;
}

bool at_moment_is_held(const at_moments *moments, const at_ref *ref) {
    return ref->thing != 0 && moments->held->of[ref->thing] != 0;
}

at_status at_moment_name(const char **id_out, const char **title_out, const at_moments *moments,
                         at_thing thing, at_error *err) {
    const at_facts *facts = moments->question->facts;
    at_thing_view view = {0};
    *id_out = *title_out = NULL;
    if (thing == 0)
        return AT_OK;
    AT_TRY(facts->view(facts->self, &view, thing, err));
    *id_out = view.shown;
    if (moments->holder[thing] != 0)
        AT_TRY(facts->view(facts->self, &view, moments->holder[thing], err));
    *title_out = view.title;
    return AT_OK;
}

/* --- Transfers -------------------------------------------------------------------------------- */

/* One side of a row as one of the subjects' accounts sees it; both sides theirs is one moment. */
static at_status add_side(at_moments *moments, uint32_t row, uint32_t own, uint32_t other,
                          const char *what, bool credit, at_error *err) {
    const at_ledger *ledger = moments->question->ledger;
    const at_node *node = &ledger->nodes[own];
    const char *shown;
    at_moment moment = {.time_us = ledger->time_us[row],
                        .precision =
                            ledger->flags[row] & AT_ROW_DATE_ONLY ? AT_DAY : AT_MICROSECOND,
                        .kind = AT_MOMENT_TRANSFER,
                        .what = what,
                        .thing = node->id,
                        .id = at_ledger_id(ledger, row),
                        .amount = credit ? ledger->amount_in[row] : ledger->amount[row],
                        .currency = node->currency.code,
                        .place = row,
                        .grade = ledger->grade[row],
                        .records = {ledger->record[row], ledger->record_in[row]}};
    if (ledger->amount[row] < moments->min_amount)
        return AT_OK;
    AT_TRY(at_moment_name(&shown, &moment.title, moments, ledger->nodes[other].account, err));
    moment.counterparty = ledger->nodes[other].id;
    return at_moment_add(moments, &moment, err);
}

/* The account at the other end: behind a node of transit the one where the payment goes on. */
static uint32_t far_end(const at_ledger *ledger, uint32_t row, uint32_t node, bool credit) {
    uint32_t from, to, credit_row;
    if (!at_node_is_transit(&ledger->nodes[node]))
        return node;
    if (!credit)
        return at_row_ends(&from, &to, &credit_row, ledger, row) ? to : node;
    for (uint64_t i = ledger->in_start[node]; i < ledger->in_start[node + 1]; i++)
        if (at_row_ends(&from, &to, &credit_row, ledger, ledger->in_rows[i]) && credit_row == row)
            return from;
    return node;
}

static at_status add_transfers(at_moments *moments, at_error *err) {
    const at_ledger *ledger = moments->question->ledger;
    uint8_t *marks;
    AT_TRY(AT_NEW(&marks, moments->question->arena, ledger->node_count, err));
    AT_TRY(at_held_mark(marks, 1, moments->held, moments->question, err));
    for (uint32_t row = 0; row < ledger->count; row++) {
        const uint32_t from = ledger->from[row], to = ledger->to[row];
        if (marks[from] && marks[to])
            AT_TRY(add_side(moments, row, from, to, "within", false, err));
        else if (marks[from])
            AT_TRY(
                add_side(moments, row, from, far_end(ledger, row, to, false), "out", false, err));
        else if (marks[to])
            AT_TRY(add_side(moments, row, to, far_end(ledger, row, from, true), "in", true, err));
    }
    return AT_OK;
}

/* --- Order ------------------------------------------------------------------------------------ */

static int compare_texts(const at_moment *a, const at_moment *b) {
    const char *const left[] = {a->thing, a->counterparty, a->what, a->id, a->text};
    const char *const right[] = {b->thing, b->counterparty, b->what, b->id, b->text};
    for (size_t i = 0; i < AT_COUNT(left); i++) {
        const int order = at_text_compare(left[i], right[i]);
        if (order)
            return order;
    }
    return (a->records[0] > b->records[0]) - (a->records[0] < b->records[0]);
}

static int compare_moments(const void *left, const void *right) {
    const at_moment *a = left, *b = right;
    if (a->time_us != b->time_us)
        return a->time_us < b->time_us ? -1 : 1;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    return compare_texts(a, b);
}

static at_status find_holders(at_moments *moments, at_error *err) {
    const at_facts *facts = moments->question->facts;
    at_thing *holder;
    at_fact_list list;
    AT_TRY(AT_NEW(&holder, moments->question->arena, facts->thing_limit, err));
    AT_TRY(facts->list(facts->self, &list, AT_ACCOUNT, 0, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_account *account = &list.facts[i].account;
        if (holder[account->self.thing] == 0)
            holder[account->self.thing] = account->holder.thing;
    }
    moments->holder = holder;
    return AT_OK;
}

at_status at_moments_collect(at_moments *moments, at_error *err) {
    AT_TRY(find_holders(moments, err));
    AT_TRY(at_moments_facts(moments, err));
    if (moments->kinds >> AT_MOMENT_TRANSFER & 1)
        AT_TRY(add_transfers(moments, err));
    if (moments->count > 1)
        qsort(moments->items, moments->count, sizeof *moments->items, compare_moments);
    return AT_OK;
}
