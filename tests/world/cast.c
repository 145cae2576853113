/* cast.c: who is in the story. Roles are given out in order of need: a network of three has the
 * broker, the owner and the ship company, a larger one what stands between them. */
#include <stdio.h>
#include <string.h>

#include "tests/world/world.h"

static bool used_person[64][64], used_company[64][64];

static void take_name(wm_world *w, wm_party *of) {
    int firsts = of->company ? company_names() : given_names();
    int lasts = of->company ? trades() : family_names();
    bool(*used)[64] = of->company ? used_company : used_person;
    do {
        of->first = (int)between(&w->story, 0, firsts - 1);
        of->last = (int)between(&w->story, 0, lasts - 1);
    } while (used[of->first][of->last]);
    used[of->first][of->last] = true;
}

static int script_named(const char *lang) {
    for (int i = 0; i < SCRIPTS; i++)
        if (strncmp(script_langs[i], lang, 2) == 0)
            return i;
    die("no script \"%s\"", lang);
}

static int side_of(const wm_party *of) {
    return of->cell == SIDE_A || of->cell == BACK_A || of->cell == DECOY_A ? 0 : 1;
}

int new_party(wm_world *w, wm_cell cell, bool company, int country) {
    if (w->party_count == PARTIES_MAX)
        die("too many parties");
    wm_party *of = &w->parties[w->party_count];
    *of = (wm_party){.company = company, .cell = cell, .country = country};
    take_name(w, of);
    const char *nationals = w->countries[country]->nationals;
    bool second = between(&w->story, 0, 3) == 0;
    of->script = script_named(nationals + (second ? 3 : 0));
    of->alias_script = between(&w->story, 0, 2) == 0 ? script_named(nationals + (second ? 0 : 3))
                       : company                     ? EN
                                                     : NONE;
    if (of->alias_script == of->script)
        of->alias_script = NONE;
    int64_t new_year = day_of((int)between(&w->story, 1955, 1999), 1, 1);
    of->birth = new_year + between(&w->story, 0, 364) + w->shift;
    of->registered = cell == SIDE_A || cell == SIDE_B;
    if (of->registered) {
        char prefix[16];
        snprintf(prefix, sizeof prefix, "%s-%c-", w->countries[side_of(of)]->code,
                 company ? 'C' : 'P');
        new_number(w, prefix, 6, of->register_id);
        new_national(w, of);
        new_phone(w, w->countries[side_of(of)], of->phone);
    }
    return w->party_count++;
}

/* Most members are nationals of their side's country, some of a third. */
static int nationality(wm_world *w, int side) {
    bool foreign = w->country_count > 2 && between(&w->story, 0, 3) == 0;
    return foreign ? (int)between(&w->story, 2, w->country_count - 1) : side;
}

static int add_member(wm_world *w, int side, bool company) {
    return new_party(w, side ? SIDE_B : SIDE_A, company, company ? side : nationality(w, side));
}

static void add_tie(wm_world *w, int a, const char *kind, int b, bool suspected) {
    if (w->tie_count == TIES_MAX)
        die("too many ties");
    w->ties[w->tie_count++] = (wm_tie){a, b, kind, suspected};
}

/* Somebody of a side who came before `before`; the broker stands in on side A, the owner on B. */
static int person_of(wm_world *w, int side, int before) {
    int found[PARTIES_MAX], count = 0;
    for (int i = 0; i < before; i++)
        if (!w->parties[i].company && side_of(&w->parties[i]) == side && i != w->broker)
            found[count++] = i;
    return count ? found[between(&w->story, 0, count - 1)] : side ? w->owner : w->broker;
}

/* A further person is somebody's relative or employee; half of them are reached by one phone. */
static void attach_person(wm_world *w, int who) {
    static const char *const kinds[] = {"sibling", "relative", "associate"};
    int side = side_of(&w->parties[who]), other = person_of(w, side, who);
    add_tie(w, who, kinds[between(&w->story, 0, 2)], other, false);
    if (between(&w->story, 0, 1) && !w->parties[other].phone_shared) {
        w->parties[other].phone_shared = w->parties[who].phone_shared = true;
        memcpy(w->parties[who].phone, w->parties[other].phone, ID_BYTES);
        add_tie(w, who, "shares_phone", other, false);
    }
}

static void add_stake(wm_world *w, int owner, int owned, int num, int den, int nominee_for) {
    if (w->stake_count == STAKES_MAX)
        die("too many stakes");
    int64_t since = w->first_day - between(&w->story, 100, 2500);
    w->stakes[w->stake_count] =
        (wm_stake){owner, owned, num, den, nominee_for, w->stake_count % 3, since};
    w->stake_count++;
}

/* A further company has an owner, a director and, while there are any, an account. */
static void attach_company(wm_world *w, int which) {
    static const int shares[][2] = {{1, 1}, {1, 2}, {3, 4}, {51, 100}, {2, 3}, {9, 10}};
    int side = side_of(&w->parties[which]);
    const int *share = shares[between(&w->story, 0, 5)];
    add_stake(w, person_of(w, side, which), which, share[0], share[1], NONE);
    int director = person_of(w, side, which);
    add_tie(w, director, "directs", which, between(&w->story, 0, 9) == 0);
}

static void add_seller(wm_world *w) {
    int who = add_member(w, 0, false);
    w->seller_parties[w->seller_party_count++] = who; /* an account follows: make_accounts */
}

static void add_extra(wm_world *w, int step, int sellers_max) {
    static const char pattern[] = "sCsPcPsCpP"; /* seller, company, person; capitals: side B */
    char what = pattern[step % 10];
    if (what == 's' && w->seller_party_count < sellers_max) {
        add_seller(w);
        return;
    }
    int side = what == 'C' || what == 'P' ? 1 : 0;
    bool company = what == 'C' || what == 'c';
    int who = add_member(w, side, company);
    if (company)
        attach_company(w, who);
    else
        attach_person(w, who);
}

/* The roles in order of need; returns how many parties there are. */
static int add_roles(wm_world *w, int wanted) {
    enum { ROLES = 16 };
    static const struct {
        char side;
        bool company;
    } roles[ROLES] = {{0, 0}, {1, 0}, {1, 1}, {1, 1}, {0, 1}, {1, 0}, {1, 1}, {0, 0},
                      {1, 1}, {0, 0}, {0, 1}, {1, 0}, {1, 0}, {1, 0}, {1, 1}, {1, 1}};
    int count = wanted < ROLES ? wanted > 12 ? 12 : wanted : ROLES;
    for (int i = 0; i < count; i++) {
        int who = add_member(w, roles[i].side, roles[i].company);
        if (i == 7 || i == 9)
            w->seller_parties[w->seller_party_count++] = who;
        if (i == 4) {
            add_stake(w, w->broker, who, 3, 5, NONE);
            add_tie(w, w->broker, "directs", who, false);
        }
        if (i == 10) {
            add_stake(w, w->seller_parties[0], who, 1, 1, NONE);
            add_tie(w, w->seller_parties[1], "directs", who, false);
        }
    }
    return count;
}

/* Who owns the ship company: a chain of holdings, a nominee, a cross-holding, a stranger. */
static void make_ownership(wm_world *w) {
    static const int shares[][2] = {{3, 5}, {13, 20}, {7, 10}, {3, 4}, {4, 5}};
    int above = w->owner, first = 12, ship = w->ship;
    for (int i = w->chain_count - 1; i >= -1; i--) {
        int owned = i < 0 ? ship : w->chain[i];
        const int *share = shares[between(&w->story, 0, i < 0 ? 1 : 4)];
        add_stake(w, above, owned, share[0], share[1], NONE);
        above = owned;
    }
    add_tie(w, w->owner, "signs_for", w->chain_count ? w->chain[w->chain_count - 1] : ship, false);
    if (w->nominee != NONE) {
        add_stake(w, w->nominee, ship, 1, 8, w->owner);
        add_tie(w, w->nominee, "nominee_of", w->owner, false);
        add_tie(w, w->nominee, "directs", ship, false);
    }
    if (w->party_count > 11)
        add_stake(w, 11, ship, 1, 20, NONE);
    if (w->party_count < 16)
        return;
    /* P 58 % and Q 58 % of two companies that own 42 % of each other. */
    add_stake(w, first, first + 2, 29, 50, NONE);
    add_stake(w, first + 1, first + 3, 29, 50, NONE);
    add_stake(w, first + 2, first + 3, 21, 50, NONE);
    add_stake(w, first + 3, first + 2, 21, 50, NONE);
    add_stake(w, first + 2, ship, 1, 10, NONE);
    add_stake(w, first + 3, w->chain[w->chain_count - 1], 1, 10, NONE);
    add_tie(w, first, "relative", w->owner, false);
    add_tie(w, first + 1, "associate", first, true);
}

void make_cast(wm_world *w) {
    int wanted = w->parties_wanted;
    w->broker = 0;
    w->owner = 1;
    w->ship = 2;
    int count = add_roles(w, wanted);
    if (w->harbour) { /* the broker a Persian, the owner an Azerbaijani name */
        w->parties[w->broker].country = 0;
        w->parties[w->broker].script = FA;
        w->parties[w->broker].alias_script = AZ;
        w->parties[w->owner].country = 1;
        w->parties[w->owner].script = AZ;
        w->parties[w->owner].alias_script = RU;
        new_national(w, &w->parties[w->broker]);
        new_national(w, &w->parties[w->owner]);
    }
    wm_party *ship = &w->parties[w->ship];
    enum { SHIPPING = 1 }; /* its place in names.c */
    if (!used_company[ship->first][SHIPPING])
        ship->last = SHIPPING;
    used_company[ship->first][SHIPPING] = true;
    w->nominee = count > 5 ? 5 : NONE;
    w->exchange = count > 10 ? 10 : NONE;
    static const int links[] = {3, 6, 8}; /* from the ship upwards */
    for (int i = 0; i < 3; i++)
        if (count > links[i])
            w->chain[w->chain_count++] = links[i];
    make_ownership(w);
    int sellers_max = w->transfers_wanted / 30 < 4 ? 4 : w->transfers_wanted / 30;
    if (sellers_max > SELLERS_MAX)
        sellers_max = SELLERS_MAX;
    for (int step = 0; w->party_count < wanted; step++)
        add_extra(w, step, sellers_max);
}
