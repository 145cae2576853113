/**
 * active_world.h - a small random world for questions about two countries.
 *
 * Parties of one name, their accounts and assets; holdings, links and phones that tie them, some
 * only for a time; transfers, some in transit, outside what is asked, too small or through accounts
 * that many use; and what is asked. Things are in the order of their ids.
 */
#ifndef ASSETTRACE_TESTS_ACTIVE_WORLD_H
#define ASSETTRACE_TESTS_ACTIVE_WORLD_H

#include "tests/support/known.h"
#include "engine/network/place.h"

enum { ACCOUNTS = 9, ASSETS = 3, PARTIES = 6, THINGS = ACCOUNTS + ASSETS + PARTIES };
enum { TIES_MAX = 12, TRANSFERS_MAX = 26, DAYS = 12, NEVER = -1 };

/* A stated tie or title; since and until in days, NEVER = open. */
typedef struct stated {
    int a, b, since, until;
    at_tie_kind kind;
} stated;

typedef struct payment {
    char id[8];
    int from, to, day, second_day; /* second_day NEVER = one row */
    int amount;
} payment;

/* Things in the order of their ids: accounts A.., assets L.., parties P... */
typedef struct active_world {
    char name[THINGS][4];
    const char *country[THINGS];
    int holder[THINGS]; /* of an account, NEVER = nobody known */
    bool outside[THINGS];
    stated stated[TIES_MAX];
    payment payments[TRANSFERS_MAX];
    int phone[THINGS];
    int stated_count, payment_count;
    int since, until, min_amount, hub_degree; /* what is asked */
    unsigned tie_kinds, activities;
} active_world;

void active_world_make(active_world *world, uint64_t seed);
void active_world_tell(known_world *known, const active_world *world);

#endif
