/* background.c: everybody else. Ordinary people and shops of each country, a utility that all of
 * them pay, and two innocent ties across the border that a question about both countries finds. */
#include "tests/world/world.h"

static int customer(wm_world *w, int side, bool company, bool decoy) {
    wm_cell cell = decoy ? side ? DECOY_B : DECOY_A : side ? BACK_B : BACK_A;
    return new_party(w, cell, company, side);
}

static int local_account(wm_world *w, int side, int holder) {
    int number = new_account(w, side ? BANK_B : BANK_A, w->local[side], holder, NONE);
    w->accounts[number].known = between(&w->story, 0, 3) > 0;
    w->accounts[number].opening = from_cents(between(&w->story, 60000, 700000), w->local[side]);
    return number;
}

/* Some day of the story's first ten months. */
static int64_t some_day(wm_world *w) {
    return w->first_day + between(&w->story, 1, 330);
}

void make_hubs(wm_world *w) {
    for (int side = 0; side < 2; side++) {
        int utility = customer(w, side, true, false);
        w->parties[utility].last = trades(); /* the one behind them: power */
        w->hub[side] = local_account(w, side, utility);
        w->accounts[w->hub[side]].known = true;
    }
}

static void make_people(wm_world *w, int side, int count) {
    for (int i = 0; i < count; i++) {
        bool shop = i % 7 == 3;
        int holder = customer(w, side, shop, false);
        w->back[side][w->back_count[side]++] = local_account(w, side, holder);
    }
    /* A namesake of the broker: found by name, told apart by the date of birth. */
    wm_party *namesake = &w->parties[w->accounts[w->back[side][0]].holder];
    if (side == 0) {
        namesake->first = w->parties[w->broker].first;
        namesake->last = w->parties[w->broker].last;
        namesake->birth = w->parties[w->broker].birth - 4000;
    }
}

static void pay_hub(wm_world *w, int account, int hub) {
    int64_t cents = between(&w->story, 800, 9000), day = some_day(w);
    pay(w, day, account, hub, from_cents(cents, w->accounts[account].currency));
}

/* An importer and its supplier: one body active in both countries. A brother and a sister, an
 * account each: connected, but neither is active in both. */
static void make_decoys(wm_world *w) {
    w->importer = customer(w, 0, true, true);
    w->supplier = customer(w, 1, true, true);
    int from = new_account(w, BANK_A, w->euro, w->importer, NONE);
    int to = new_account(w, BANK_B, w->euro, w->supplier, NONE);
    w->accounts[from].opening = 4000000;
    for (int i = 0; i < 3; i++) {
        int64_t day = some_day(w);
        pay(w, day, from, to, between(&w->story, 200000, 900000));
    }
    int brother = customer(w, 0, false, true), sister = customer(w, 1, false, true);
    pay_hub(w, local_account(w, 0, brother), w->hub[0]);
    pay_hub(w, local_account(w, 1, sister), w->hub[1]);
    w->ties[w->tie_count++] = (wm_tie){brother, sister, "sibling", false};
}

void make_background(wm_world *w) {
    int rest = w->transfers_wanted - w->payment_count, count = rest / 6;
    if (count < 32)
        count = 32;
    if (count > 120)
        count = 120;
    make_people(w, 0, count);
    make_people(w, 1, count);
    make_decoys(w);
    for (int side = 0; side < 2; side++)
        for (int i = 0; i < count; i++)
            pay_hub(w, w->back[side][i], w->hub[side]);
    for (int step = 0; w->payment_count < w->transfers_wanted; step++) {
        int side = step % 2;
        int from = w->back[side][between(&w->story, 0, count - 1)];
        int to = w->back[side][between(&w->story, 0, count - 1)];
        if (between(&w->story, 0, 2) == 0) /* a shop */
            to = w->back[side][3 + 7 * between(&w->story, 0, (count - 4) / 7)];
        if (between(&w->story, 0, 9) == 0)
            to = w->hub[side];
        int64_t day = some_day(w), cents = between(&w->story, 500, 40000);
        if (from != to)
            pay(w, day, from, to, from_cents(cents, w->local[side]));
    }
}
