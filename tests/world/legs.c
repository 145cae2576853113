/* legs.c: what each bank's statements show of the payments. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/world/world.h"

bool is_asset(int node) {
    return node >= ASSET_NODE;
}

static void add_leg(wm_world *w, int number, int account, bool credit, int64_t minute) {
    if (account == NONE || is_asset(account) || w->accounts[account].statement == NONE)
        return;
    wm_payment *of = &w->payments[number];
    *(credit ? &of->credit_leg : &of->debit_leg) = w->leg_count;
    w->legs[w->leg_count++] =
        (wm_leg){.payment = number, .account = account, .credit = credit, .minute = minute};
}

static wm_world *sorted_world; /* qsort takes no context */

static int by_minute(const void *a, const void *b) {
    const wm_leg *x = &sorted_world->legs[*(const size_t *)a];
    const wm_leg *y = &sorted_world->legs[*(const size_t *)b];
    if (x->minute != y->minute)
        return x->minute < y->minute ? -1 : 1;
    return (x->credit > y->credit) - (x->credit < y->credit);
}

static int payment_by_minute(const void *a, const void *b) {
    const wm_payment *x = &sorted_world->payments[*(const size_t *)a];
    const wm_payment *y = &sorted_world->payments[*(const size_t *)b];
    return (x->minute > y->minute) - (x->minute < y->minute);
}

/* Numbers of a bank's or a book's rows rise with time. */
static void number_rows(wm_world *w, const size_t *legs, const size_t *payments) {
    static const char *const leg_heads[] = {"A", "B"};
    static const char *const heads[BOOKS] = {"SA", "SB", "FX", "NT"};
    int64_t last[2 + BOOKS];
    for (int i = 0; i < 2 + BOOKS; i++)
        last[i] = between(&w->ids, 10000000, 80000000);
    for (int i = 0; i < w->leg_count; i++) {
        wm_leg *of = &w->legs[legs[i]];
        wm_keeper bank = w->accounts[of->account].keeper;
        last[bank] += between(&w->ids, 1, 40);
        snprintf(of->id, ID_BYTES, "%.4s%c%lld", leg_heads[bank], w->permute ? 'Q' : '-',
                 (long long)last[bank]);
        claim_id(of->id);
    }
    for (int i = 0; i < w->payment_count; i++) {
        wm_payment *of = &w->payments[payments[i]];
        if (of->debit_leg != NONE || of->credit_leg != NONE)
            continue;
        last[2 + of->book] += between(&w->ids, 1, 40);
        snprintf(of->id, ID_BYTES, "%.4s%c%lld", heads[of->book], w->permute ? 'Q' : '-',
                 (long long)last[2 + of->book]);
        claim_id(of->id);
    }
}

/* A movement of an account as its keeper books it. */
typedef struct wm_movement {
    int64_t minute, amount;
    int account;
} wm_movement;

static int by_movement(const void *a, const void *b) {
    const wm_movement *x = a, *y = b;
    if (x->account != y->account)
        return x->account < y->account ? -1 : 1;
    return (x->minute > y->minute) - (x->minute < y->minute);
}

/* An opening is at least what the movements need: no bank here lends. */
static void set_openings(wm_world *w) {
    static wm_movement list[LEGS_MAX];
    int count = 0;
    for (int i = 0; i < w->payment_count; i++) {
        const wm_payment *of = &w->payments[i];
        if (of->from != NONE)
            list[count++] = (wm_movement){of->minute, -of->amount, of->from};
        if (of->to != NONE && !is_asset(of->to) && !(of->how & CREDIT_LOST))
            list[count++] = (wm_movement){of->credit_minute, of->amount_in, of->to};
    }
    qsort(list, (size_t)count, sizeof *list, by_movement);
    int64_t running = 0, low = 0;
    for (int i = 0; i < count; i++) {
        wm_account *of = &w->accounts[list[i].account];
        bool first = i == 0 || list[i - 1].account != list[i].account;
        running = (first ? 0 : running) + list[i].amount;
        low = first ? (running < 0 ? running : 0) : running < low ? running : low;
        *(list[i].amount < 0 ? &of->out : &of->in) +=
            list[i].amount < 0 ? -list[i].amount : list[i].amount;
        if (of->opening + low < 0) {
            of->opening = -low + of->currency->granule - 1;
            of->opening -= of->opening % of->currency->granule;
        }
    }
    for (int i = 0; i < w->account_count; i++)
        w->accounts[i].balance = w->accounts[i].opening;
}

void make_legs(wm_world *w) {
    static size_t legs[LEGS_MAX], payments[PAYMENTS_MAX];
    int seq[LEGS_MAX / 8] = {0};
    set_openings(w);
    for (int i = 0; i < w->payment_count; i++) {
        const wm_payment *of = &w->payments[i];
        payments[i] = (size_t)i;
        add_leg(w, i, of->from, false, of->minute);
        if (!(of->how & CREDIT_LOST))
            add_leg(w, i, of->to, true, of->credit_minute);
    }
    for (int i = 0; i < w->leg_count; i++)
        legs[i] = (size_t)i;
    sorted_world = w;
    qsort(legs, (size_t)w->leg_count, sizeof *legs, by_minute);
    qsort(payments, (size_t)w->payment_count, sizeof *payments, payment_by_minute);
    number_rows(w, legs, payments);
    for (int i = 0; i < w->leg_count; i++) {
        wm_leg *of = &w->legs[legs[i]];
        wm_account *owner = &w->accounts[of->account];
        const wm_payment *why = &w->payments[of->payment];
        owner->balance += of->credit ? why->amount_in : -why->amount;
        of->balance = owner->balance;
        of->seq = ++seq[owner->statement];
        if (of->balance < 0)
            die("account %s is overdrawn", owner->iban);
    }
}
