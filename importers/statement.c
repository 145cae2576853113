#include "importers/statement.h"

#include <assert.h>
#include <string.h>

enum { SLOTS_FIRST = 64 };

/* FNV-1a; the order of accounts is that of the file, so no hash is ever seen. */
static uint64_t hash_key(const char *account, const char *currency) {
    uint64_t hash = UINT64_C(14695981039346656037);
    for (const char *c = account; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
    for (const char *c = currency; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
    return hash;
}

/* The slot of an account, or the empty one where it belongs. */
static size_t find_slot(const at_statements *s, const char *account, const char *currency) {
    size_t slot = (size_t)hash_key(account, currency) & (s->slot_count - 1);
    for (; s->slots[slot] != 0; slot = (slot + 1) & (s->slot_count - 1)) {
        const at_running *running = &s->items[s->slots[slot] - 1];
        if (strcmp(running->account, account) == 0 && strcmp(running->currency, currency) == 0)
            break;
    }
    return slot;
}

static at_status grow_slots(at_statements *s, at_error *err) {
    const size_t wanted = s->slot_count == 0 ? SLOTS_FIRST : 2 * s->slot_count;
    uint32_t *slots = NULL;
    AT_TRY(AT_NEW(&slots, s->arena, wanted, err));
    s->slots = slots;
    s->slot_count = wanted;
    for (size_t i = 0; i < s->count; i++)
        s->slots[find_slot(s, s->items[i].account, s->items[i].currency)] = (uint32_t)i + 1;
    return AT_OK;
}

static at_wide wide_of(int64_t amount) {
    return amount;
}

static at_status add_account(at_running **out, at_statements *s, size_t slot, const at_leg *leg,
                             const at_statement_terms *terms, at_error *err) {
    if (s->count == AT_STATEMENTS_MAX)
        return at_fail(err, AT_LIMIT, "E-IMPORT-ACCOUNTS",
                       "the file has statements of more than %d accounts", AT_STATEMENTS_MAX);
    AT_TRY(AT_GROW(&s->items, &s->capacity, s->count, s->arena, err));
    at_running *running = &s->items[s->count];
    *running = (at_running){.newest_first = terms->newest_first,
                            .opening = wide_of(terms->opening),
                            .closing = wide_of(terms->closing),
                            .stated_opening = terms->opening,
                            .stated_closing = terms->closing,
                            .first_us = AT_TIME_NONE,
                            .after_us = AT_TIME_NONE};
    AT_TRY(at_arena_text(&running->account, s->arena, leg->account.id, err));
    AT_TRY(at_arena_text(&running->currency, s->arena, leg->currency, err));
    const int64_t begin = terms->newest_first ? terms->closing : terms->opening;
    running->known = begin != AT_AMOUNT_NONE;
    running->balance = running->known ? begin : 0;
    s->slots[slot] = (uint32_t)++s->count;
    *out = running;
    return AT_OK;
}

static at_status find_account(at_running **out, at_statements *s, const at_leg *leg,
                              const at_statement_terms *terms, at_error *err) {
    if (2 * (s->count + 1) > s->slot_count)
        AT_TRY(grow_slots(s, err));
    const size_t slot = find_slot(s, leg->account.id, leg->currency);
    if (s->slots[slot] == 0)
        return add_account(out, s, slot, leg, terms, err);
    *out = &s->items[s->slots[slot] - 1];
    return AT_OK;
}

/* One row, the balance it states and what it should be. */
static void follow(at_break *out, at_running *running, at_wide change, int64_t stated) {
    const bool newest_first = running->newest_first;
    const at_wide expected = newest_first ? running->balance : running->balance + change;
    at_wide now = expected;
    if (stated != AT_AMOUNT_NONE) {
        now = stated;
        if (running->known && now != expected)
            *out = (at_break){.found = true, .expected = expected, .stated = now};
        else if (!running->known && newest_first)
            running->closing = now + running->pending;
        else if (!running->known)
            running->opening = now - change - running->pending;
        running->known = true;
    }
    if (running->known)
        running->balance = newest_first ? now - change : now;
    else
        running->pending += change;
}

/* The first microsecond after a time as exact as it was written. */
static int64_t end_of(const at_time *time) {
    switch (time->precision) {
    case AT_SECOND:
        return time->us + AT_US_PER_SECOND;
    case AT_MINUTE:
        return time->us + 60 * AT_US_PER_SECOND;
    case AT_DAY:
        return time->us + AT_US_PER_DAY;
    default:
        return time->us + 1;
    }
}

at_status at_statements_add(at_break *out, at_statements *statements, const at_leg *leg,
                            const at_origin *origin, const at_statement_terms *terms,
                            at_error *err) {
    assert(leg->account.id != NULL && leg->currency != NULL);
    at_running *running = NULL;
    AT_TRY(find_account(&running, statements, leg, terms, err));
    const at_wide amount = leg->credit ? wide_of(leg->amount) : -wide_of(leg->amount);
    const int64_t after_us = end_of(&leg->time);
    *out = (at_break){.found = false};
    follow(out, running, amount - leg->fee, leg->balance_after);
    running->breaks += out->found;
    running->rows++;
    running->last = *origin;
    if (running->first_us == AT_TIME_NONE || leg->time.us < running->first_us)
        running->first_us = leg->time.us;
    if (running->after_us == AT_TIME_NONE || after_us > running->after_us)
        running->after_us = after_us;
    return AT_OK;
}

static at_status save_origin(at_text *out, const at_origin *origin, at_error *err) {
    AT_TRY(at_state_put(out, origin->offset, err));
    AT_TRY(at_state_put(out, origin->bytes, err));
    return at_state_put(out, origin->line, err);
}

at_status at_statements_save(at_text *out, const at_statements *statements, at_error *err) {
    AT_TRY(at_state_put(out, statements->count, err));
    for (size_t i = 0; i < statements->count; i++) {
        const at_running *one = &statements->items[i];
        const at_wide sums[] = {one->balance, one->pending, one->opening, one->closing};
        const uint64_t numbers[] = {one->newest_first,
                                    one->known,
                                    (uint64_t)one->stated_opening,
                                    (uint64_t)one->stated_closing,
                                    (uint64_t)one->first_us,
                                    (uint64_t)one->after_us,
                                    one->rows,
                                    one->breaks};
        AT_TRY(at_state_put_text(out, one->account, err));
        AT_TRY(at_state_put_text(out, one->currency, err));
        for (size_t k = 0; k < AT_COUNT(sums); k++)
            AT_TRY(at_state_put_wide(out, sums[k], err));
        for (size_t k = 0; k < AT_COUNT(numbers); k++)
            AT_TRY(at_state_put(out, numbers[k], err));
        AT_TRY(save_origin(out, &one->last, err));
    }
    return AT_OK;
}

static at_status load_one(at_statements *s, at_state_reader *state, at_error *err) {
    at_running *one = NULL;
    const at_statement_terms terms = {.opening = AT_AMOUNT_NONE, .closing = AT_AMOUNT_NONE};
    at_leg leg = {.account = {.id = at_state_next_text(state)}};
    leg.currency = at_state_next_text(state);
    if (leg.account.id == NULL || leg.currency == NULL) {
        state->failed = true;
        return AT_OK;
    }
    AT_TRY(find_account(&one, s, &leg, &terms, err));
    at_wide *const sums[] = {&one->balance, &one->pending, &one->opening, &one->closing};
    for (size_t i = 0; i < AT_COUNT(sums); i++)
        *sums[i] = at_state_next_wide(state);
    one->newest_first = at_state_next(state) != 0;
    one->known = at_state_next(state) != 0;
    int64_t *const numbers[] = {&one->stated_opening, &one->stated_closing, &one->first_us,
                                &one->after_us};
    for (size_t i = 0; i < AT_COUNT(numbers); i++)
        *numbers[i] = (int64_t)at_state_next(state);
    uint64_t *const counts[] = {&one->rows, &one->breaks, &one->last.offset, &one->last.bytes,
                                &one->last.line};
    for (size_t i = 0; i < AT_COUNT(counts); i++)
        *counts[i] = at_state_next(state);
    return AT_OK;
}

at_status at_statements_load(at_statements *statements, at_state_reader *state, at_error *err) {
    const uint64_t count = at_state_next(state);
    for (uint64_t i = 0; i < count && !state->failed; i++)
        AT_TRY(load_one(statements, state, err));
    return AT_OK;
}

static int64_t narrow(at_wide amount) {
    return amount > INT64_MAX || amount < -INT64_MAX ? AT_AMOUNT_NONE : (int64_t)amount;
}

void at_statement_close(at_statement *statement_out, at_break *out, at_running *running) {
    const int64_t end = running->newest_first ? running->stated_opening : running->stated_closing;
    *out = (at_break){.found = false};
    if (running->known && end != AT_AMOUNT_NONE && running->balance != end) {
        *out = (at_break){.found = true, .expected = running->balance, .stated = end};
        running->breaks++;
    } else if (running->known && end == AT_AMOUNT_NONE) {
        *(running->newest_first ? &running->opening : &running->closing) = running->balance;
    }
    *statement_out =
        (at_statement){.account = {.id = running->account, .kind = AT_ACCOUNT},
                       .currency = running->currency,
                       .period = {.since_us = running->first_us, .until_us = running->after_us},
                       .opening = narrow(running->opening),
                       .closing = narrow(running->closing),
                       .rows = running->rows,
                       .breaks = running->breaks};
}
