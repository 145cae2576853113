#include "tests/support/active_world.h"

#include <stdio.h>
#include <string.h>

static uint64_t state;

static int roll(int sides) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)((state >> 33) % (uint64_t)sides);
}

static int roll_party(void) {
    return ACCOUNTS + ASSETS + roll(PARTIES);
}

static void make_ties(active_world *world) {
    world->stated_count = roll(TIES_MAX + 1);
    for (int i = 0; i < world->stated_count; i++) {
        stated *tie = &world->stated[i];
        *tie = (stated){.a = roll_party(),
                        .b = roll(2) ? roll_party() : ACCOUNTS + roll(ASSETS),
                        .since = roll(2) ? NEVER : roll(DAYS),
                        .until = roll(2) ? NEVER : roll(DAYS),
                        .kind = AT_TIE_HOLDING};
        if (tie->b >= ACCOUNTS + ASSETS && roll(2))
            tie->kind = AT_TIE_LINK;
        if (tie->since != NEVER && tie->until != NEVER && tie->until <= tie->since)
            tie->until = tie->since + 1;
        if (tie->a == tie->b)
            tie->b = ACCOUNTS;
        if (tie->b < ACCOUNTS + ASSETS)
            tie->kind = AT_TIE_HOLDING;
    }
}

void active_world_make(active_world *world, uint64_t seed) {
    static const char *const countries[] = {"IR", "IQ", "AZ", NULL, NULL, NULL, NULL, NULL};
    memset(world, 0, sizeof *world);
    state = seed * 2654435761u + 11;
    for (int i = 0; i < 8; i++)
        roll(2);
    for (int i = 0; i < THINGS; i++) {
        const char letter = i < ACCOUNTS ? 'A' : i < ACCOUNTS + ASSETS ? 'L' : 'P';
        snprintf(world->name[i], sizeof world->name[i], "%c%02d", letter, i);
        world->country[i] = countries[roll(8)];
        world->holder[i] = i < ACCOUNTS && roll(3) ? roll_party() : NEVER;
        world->outside[i] = i < ACCOUNTS && roll(9) == 0;
        world->phone[i] = i >= ACCOUNTS + ASSETS && roll(3) == 0 ? 1 + roll(2) : 0;
    }
    make_ties(world);
    world->payment_count = roll(TRANSFERS_MAX + 1);
    for (int i = 0; i < world->payment_count; i++) {
        payment *one = &world->payments[i];
        *one = (payment){.from = roll(ACCOUNTS),
                         .to = roll(ACCOUNTS),
                         .day = roll(DAYS),
                         .second_day = NEVER,
                         .amount = 1 + roll(10)};
        snprintf(one->id, sizeof one->id, "T%02d", i);
        if (one->from != one->to && roll(5) == 0)
            one->second_day = roll(DAYS);
    }
    world->since = roll(2) ? NEVER : roll(DAYS);
    world->until = roll(2) ? NEVER : roll(DAYS);
    world->min_amount = roll(3) ? 0 : roll(6);
    world->hub_degree = roll(2) ? 0 : 2 + roll(4);
    world->tie_kinds = roll(2) ? 0 : (unsigned)roll(64);
    world->activities = roll(2) ? AT_ALL_ACTIVITIES : 1u + (unsigned)roll(15);
}

static at_period period_of(int since, int until) {
    return (at_period){.since_us = since == NEVER ? AT_TIME_NONE : since * AT_US_PER_DAY,
                       .until_us = until == NEVER ? AT_TIME_NONE : until * AT_US_PER_DAY};
}

static void tell_party(known_world *known, const active_world *world, int party) {
    at_party *told = known_party(known, world->name[party], AT_PERSON, world->country[party]);
    static const at_name name = {.text = "Ali Hassan"};
    told->names = &name;
    told->name_count = 1;
    if (world->phone[party] > 0)
        known_identifier(known, world->name[party], "phone",
                         world->phone[party] == 1 ? "+98211" : "+98212");
}

void active_world_tell(known_world *known, const active_world *world) {
    for (int i = THINGS; i-- > ACCOUNTS + ASSETS;)
        tell_party(known, world, i);
    for (int i = 0; i < ACCOUNTS; i++) {
        const char *holder = world->holder[i] == NEVER ? NULL : world->name[world->holder[i]];
        at_account *account = known_account(known, world->name[i], holder, world->country[i]);
        account->kind = world->outside[i] ? AT_ACCOUNT_EXTERNAL : AT_ACCOUNT_BANK;
        account->period = period_of(NEVER, NEVER);
    }
    for (int i = ACCOUNTS; i < ACCOUNTS + ASSETS; i++)
        known_asset(known, world->name[i], world->country[i], 1);
    for (int i = 0; i < world->stated_count; i++) {
        const stated *tie = &world->stated[i];
        char owned[16];
        snprintf(owned, sizeof owned, "%s%s", tie->b < ACCOUNTS + ASSETS ? "asset:" : "",
                 world->name[tie->b]);
        if (tie->kind == AT_TIE_LINK)
            known_link(known, world->name[tie->a], "associate", world->name[tie->b])->period =
                period_of(tie->since, tie->until);
        else
            known_hold(known, world->name[tie->a], owned, "1/2")->period =
                period_of(tie->since, tie->until);
    }
    for (int i = 0; i < world->payment_count; i++) {
        const payment *one = &world->payments[i];
        char middle[32], second[16];
        snprintf(middle, sizeof middle, "@transit:%s", one->id);
        snprintf(second, sizeof second, "%s-in", one->id);
        known_transfer(known, one->id, world->name[one->from],
                       one->second_day == NEVER ? world->name[one->to] : middle, one->day,
                       one->amount);
        if (one->second_day != NEVER)
            known_transfer(known, second, middle, world->name[one->to], one->second_day,
                           one->amount);
    }
}
