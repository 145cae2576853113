/* flow.c: how the proceeds move. A round: cash from the street into small accounts, through
 * collectors and a money changer into euros, around the shells of one side, out in cash by the
 * broker, over the border, in again, around the shells of the other side, to the ship company and
 * the owner, and at last into land, a vehicle and a vessel. */
#include <string.h>

#include "tests/world/world.h"

enum { CLAIMS = 1 << 14, MINUTES = 1440, DAYS_MAX = 420 };
static struct {
    const wm_currency *currency;
    int64_t amount;
} amounts[CLAIMS];
static bool minute_taken[DAYS_MAX * MINUTES];

/* No two amounts that statements show are equal unless the story says so: else pairs would be a
 * matter of luck. */
int64_t unique_amount(int64_t wanted, const wm_currency *of) {
    wanted -= wanted % of->granule;
    if (wanted < of->granule)
        wanted = of->granule;
    for (;; wanted += of->granule) {
        size_t at = (size_t)((uint64_t)wanted / (uint64_t)of->granule * 0x9e3779b9u) % CLAIMS;
        while (amounts[at].currency && (amounts[at].currency != of || amounts[at].amount != wanted))
            at = (at + 1) % CLAIMS;
        if (!amounts[at].currency) {
            amounts[at].currency = of;
            amounts[at].amount = wanted;
            return wanted;
        }
    }
}

/* Banking hours of all countries: 06:00 to 13:00 UTC, so that a day is one day everywhere. */
int64_t take_minute(wm_world *w, int64_t day) {
    int64_t place = (day - w->first_day) * MINUTES + between(&w->story, 360, 779);
    while (minute_taken[place])
        place++;
    minute_taken[place] = true;
    return w->first_day * MINUTES + place;
}

static bool shown(const wm_world *w, int node) {
    return node != NONE && !is_asset(node) && w->accounts[node].statement != NONE;
}

static int64_t *balance_of(wm_world *w, int node) {
    static int64_t nobody;
    return node == NONE || is_asset(node) ? &nobody : &w->accounts[node].balance;
}

static wm_book book_of(const wm_world *w, int from) {
    if (from == NONE)
        return SWITCH_A;
    switch (w->accounts[from].keeper) {
    case EXCHANGE:
        return DESK_BOOK;
    case NOTARY:
        return NOTARY_BOOK;
    case BANK_B:
        return SWITCH_B;
    default:
        return SWITCH_A;
    }
}

int pay(wm_world *w, int64_t day, int from, int to, int64_t amount) {
    if (w->payment_count == PAYMENTS_MAX)
        die("too many payments");
    wm_payment *of = &w->payments[w->payment_count];
    const wm_currency *unit = w->accounts[from == NONE ? to : from].currency;
    if (shown(w, from) || shown(w, to))
        amount = unique_amount(amount, unit);
    *of = (wm_payment){.from = from, .to = to, .amount = amount, .amount_in = amount};
    of->minute = of->credit_minute = take_minute(w, day);
    of->debit_leg = of->credit_leg = NONE;
    of->book = book_of(w, from);
    *balance_of(w, from) -= amount;
    *balance_of(w, to) += amount;
    return w->payment_count++;
}

static int64_t part(wm_world *w, int account, int low, int high) {
    return w->accounts[account].balance * between(&w->story, low, high) / 100;
}

/* What the two statements show of one payment. */
static void settle(wm_world *w, int number, unsigned how) {
    wm_payment *of = &w->payments[number];
    of->how |= how;
    if (how & (LATE | APART)) /* two records now, and no two share a minute */
        of->credit_minute = take_minute(w, of->minute / MINUTES + 1);
    if (how & (REFERENCE | DEBIT_REFERENCE | CLASHING))
        new_number(w, "RF", 8, of->reference);
    if (how & REFERENCE)
        memcpy(of->other_reference, of->reference, ID_BYTES);
    if (how & CLASHING)
        new_number(w, "RF", 8, of->other_reference);
}

/* The sales whose notes were marked, by round and seller, carry the labels. */
static const int marked[3][2] = {{0, 0}, {0, 1}, {2, 0}};

static void street(wm_world *w, int round, int64_t day) {
    for (int i = 0; i < w->seller_count; i++) {
        int64_t cents = between(&w->story, 180000, 620000);
        int p = pay(w, day + between(&w->story, 0, 1), NONE, w->sellers[i],
                    from_cents(cents, w->local[0]));
        w->payments[p].kind = CASH_IN;
        if (w->source_count < 3 && round == marked[w->source_count][0] &&
            i == marked[w->source_count][1])
            w->sources[w->source_count++] = p;
    }
    for (int i = 0; i < w->seller_count; i++) {
        int pair = i / 16 * 2, account = w->sellers[i];
        int to = w->collectors[pair + (i + round) % 2];
        settle(w, pay(w, day + 2, account, to, part(w, account, 85, 95)), 0);
        if (round % 2 == i % 2)
            pay(w, day + 3, account, w->hub[0],
                from_cents(between(&w->story, 900, 6000), w->local[0]));
    }
}

static void change_money(wm_world *w, int round, int64_t day) {
    for (int i = 0; i < w->collector_count; i++) {
        int account = w->collectors[i];
        pay(w, day, account, w->desk_local[(i + round) % 2], part(w, account, 90, 97));
        if (round == 1)
            pay(w, day, account, w->hub[0],
                from_cents(between(&w->story, 2000, 9000), w->local[0]));
    }
    for (int i = 0; i < 2; i++) {
        int64_t amount = part(w, w->desk_local[i], 92, 98);
        const wm_currency *local = w->local[0];
        amount -= amount % local->granule;
        int64_t euros = amount * local->per_euro_den * between(&w->story, 960, 990) /
                        (local->per_euro_num * 1000);
        if (euros < 100)
            continue;
        int p = pay(w, day + 1, w->desk_local[i], w->desk_euro[i], amount);
        w->payments[p].amount_in = euros;
        w->accounts[w->desk_euro[i]].balance += euros - amount;
        int shells = w->shell_count[0], first = (round * 2 + i) % shells;
        pay(w, day + 2, w->desk_euro[i], w->shells[0][first], part(w, w->desk_euro[i], 45, 60));
        pay(w, day + 2, w->desk_euro[i], w->shells[0][(first + 1) % shells],
            part(w, w->desk_euro[i], 80, 97));
    }
}

/* Round the ring of a side's shells; the first time plainly, then as statements will differ. */
static void layer(wm_world *w, int round, int side, int64_t day) {
    static const unsigned ways[] = {0, LATE, REFERENCE, LATE | REFERENCE, DEBIT_REFERENCE};
    for (int i = 0; i < w->shell_count[side]; i++) {
        int from = w->shells[side][i], to = w->shells[side][(i + 1) % w->shell_count[side]];
        int p = pay(w, day, from, to, part(w, from, 15, 40));
        settle(w, p, round == 0 ? 0 : ways[(round + i) % 5]);
    }
}

/* The same amount twice within two days. */
static void twice(wm_world *w, int64_t day, int from, int to, bool lost) {
    int p = pay(w, day, from, to, part(w, from, 10, 14));
    int q = pay(w, day + 1, from, to, w->payments[p].amount);
    w->payments[q].amount = w->payments[q].amount_in = w->payments[p].amount;
    if (lost) {
        settle(w, p, APART);
        settle(w, q, APART | CREDIT_LOST);
    }
}

static void odd_pairs(wm_world *w, int round, int64_t day) {
    const int *a = w->shells[0], *b = w->shells[1];
    if (round == 1)
        twice(w, day, a[1], a[2], false);
    if (round == 2) {
        twice(w, day, b[0], b[1], true);
        settle(w, pay(w, day, a[2], a[0], part(w, a[2], 5, 9)), APART | CLASHING);
    }
}

static void over_the_border(wm_world *w, int round, int64_t day) {
    for (int i = 0; i < w->shell_count[0]; i++) {
        int from = w->shells[0][i];
        int p = pay(w, day, from, w->broker_account[0][(i + round) % 2], part(w, from, 60, 85));
        settle(w, p, round && i % 3 == 0 ? REFERENCE : 0);
    }
    for (int i = 0; i < 2; i++) {
        int out = w->broker_account[0][i], in = w->broker_account[1][i];
        int p = pay(w, day + 1, out, NONE, part(w, out, 80, 94));
        w->payments[p].kind = CASH_OUT;
        int64_t carried = w->payments[p].amount * between(&w->story, 955, 985) / 1000;
        p = pay(w, day + between(&w->story, 6, 9), NONE, in, carried);
        w->payments[p].kind = CASH_IN;
    }
}

static void spend(wm_world *w, int round, int64_t day) {
    for (int i = 0; i < 2; i++) {
        int from = w->broker_account[1][i], shells = w->shell_count[1];
        int p = pay(w, day, from, w->shells[1][(round + i) % shells], part(w, from, 40, 60));
        settle(w, p, round && i ? LATE : 0);
        pay(w, day, from, w->shells[1][(round + i + 1) % shells], part(w, from, 70, 95));
    }
    layer(w, round, 1, day + 1);
    for (int i = 0; i < w->shell_count[1]; i++) {
        int from = w->shells[1][i],
            p = pay(w, day + 2, from, w->ship_account[(i + round) % 2], part(w, from, 45, 75));
        settle(w, p, round && i % 2 ? REFERENCE : 0);
        if ((i + round) % 3 == 0)
            pay(w, day + 3, from, w->owner_account, part(w, from, 20, 40));
    }
    pay(w, day + 3, w->ship_account[round % 2], w->exits[round % 3],
        part(w, w->ship_account[round % 2], 5, 12));
    pay(w, day + 4, w->ship_local, w->hub[1],
        from_cents(between(&w->story, 4000, 30000), w->local[1]));
    pay(w, day + 4, w->owner_local, w->hub[1],
        from_cents(between(&w->story, 3000, 9000), w->local[1]));
}

/* Into the notary's account, and the day after - known to the day only - into the thing. */
static void buy(wm_world *w, int64_t day, int which, int from, int percent) {
    int64_t price = w->accounts[from].balance * percent / 100;
    int escrow = w->escrow[which];
    int p = pay(w, day, from, escrow, price);
    price = w->payments[p].amount;
    p = pay(w, day + 1, escrow, ASSET_NODE + which, price);
    wm_payment *deed = &w->payments[p];
    deed->minute = deed->credit_minute = (day + 1 + which) * MINUTES;
    w->assets[which].value += price;
    w->assets[which].since = day + 1 + which;
}

static void purchases(wm_world *w, int round, int64_t day) {
    int last = w->rounds - 1;
    if (round == 2)
        buy(w, day, 0, w->shells[1][0], 70);
    if (round == last)
        buy(w, day, 1, w->owner_account, 60);
    if (round == last) {
        buy(w, day, 2, w->ship_account[0], 75);
        buy(w, day + 5, 2, w->ship_account[1], 80);
    }
}

/* Payments from firms abroad for goods nobody saw, and what the banks take. */
static void cover(wm_world *w, int round, int64_t day) {
    for (int i = 0; i < 4; i++) {
        int to = w->shells[i / 2][(round + i) % w->shell_count[i / 2]];
        if ((round + i) % 2 == 0)
            pay(w, day, w->payers[i], to, between(&w->story, 90000, 480000));
    }
    for (int side = 0; side < 2; side++)
        for (int i = 0; i < w->shell_count[side]; i++)
            if ((i + round) % 3 == 0) {
                int p = pay(w, day + 1, w->shells[side][i], NONE, between(&w->story, 150, 1900));
                w->payments[p].kind = FEE;
            }
}

/* What lies on an account before the story begins: little, so that the proceeds move on. */
static void start_balances(wm_world *w) {
    for (int i = 0; i < w->account_count; i++) {
        wm_account *of = &w->accounts[i];
        if (of->statement != NONE || of->keeper == EXCHANGE)
            of->balance = from_cents(between(&w->story, 9000, 80000), of->currency);
        of->opening = of->balance;
    }
}

void make_flow(wm_world *w) {
    start_balances(w);
    int per_round = 3 * w->seller_count + 2 * w->collector_count + 5 * w->shell_count[0] + 24;
    w->rounds = w->transfers_wanted * 55 / 100 / per_round;
    if (w->rounds < 3)
        w->rounds = 3;
    if (w->rounds > 8)
        w->rounds = 8;
    int period = 320 / w->rounds > 36 ? 36 : 320 / w->rounds;
    for (int round = 0; round < w->rounds; round++) {
        int64_t day = w->first_day + 4 + round * period;
        cover(w, round, day);
        street(w, round, day + 1);
        change_money(w, round, day + 5);
        layer(w, round, 0, day + 8);
        odd_pairs(w, round, day + 9);
        over_the_border(w, round, day + 11);
        spend(w, round, day + 22);
        purchases(w, round, day + 28);
    }
}
