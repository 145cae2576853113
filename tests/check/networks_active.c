/* Goal: networks active in two countries are what J1-J4 say: evidence, ties, hubs, levels, paths,
 * money in the order of time; and a ledger that stays loose gives the same as its ties.
 * Method: thousands of seeded random worlds of parties, accounts, assets, holdings, links, phones
 * and transfers (some in transit, outside the window, too small, through hubs), asked with random
 * options. Everything is found again from the world's own tables by relabelling, enumerating and
 * walking, without code of the engine. All parties have one name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/active_world.h"
#include "engine/network/joint.h"
#include "engine/network/loose.h"

extern const at_query query_networks;

static uint64_t state;

static int roll(int sides) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)((state >> 33) % (uint64_t)sides);
}

enum { CASES = 2500 };

/* --- The second opinion ----------------------------------------------------------------------- */

typedef struct opinion {
    const active_world *world;
    bool tied[THINGS][THINGS], cut[THINGS], active[2][THINGS];
    int label[THINGS], distance[THINGS][THINGS];
} opinion;

static bool day_wanted(const active_world *world, int day) {
    return (world->since == NEVER || day >= world->since) &&
           (world->until == NEVER || day <= world->until);
}

static bool wanted(const active_world *world, const payment *one) {
    return day_wanted(world, one->day) && one->amount >= world->min_amount && one->from != one->to;
}

/* The window's end is the first microsecond of its day; a period's until is exclusive. */
static bool touches(const active_world *world, const stated *tie) {
    return (world->until == NEVER || tie->since == NEVER || tie->since <= world->until) &&
           (world->since == NEVER || tie->until == NEVER || tie->until > world->since);
}

static bool ties_by(const active_world *world, at_tie_kind kind) {
    return world->tie_kinds == 0 || world->tie_kinds >> kind & 1;
}

static void join(opinion *found, int a, int b) {
    if (a != b)
        found->tied[a][b] = found->tied[b][a] = true;
}

static void find_ties(opinion *found) {
    const active_world *world = found->world;
    for (int i = 0; i < world->stated_count; i++)
        if (ties_by(world, world->stated[i].kind) && touches(world, &world->stated[i]))
            join(found, world->stated[i].a, world->stated[i].b);
    for (int a = 0; a < THINGS; a++) {
        if (world->holder[a] != NEVER && ties_by(world, AT_TIE_HOLDER))
            join(found, a, world->holder[a]);
        for (int b = 0; b < a && world->phone[a] > 0; b++)
            if (world->phone[a] == world->phone[b] && ties_by(world, AT_TIE_IDENTIFIER))
                join(found, a, b);
    }
    for (int i = 0; i < world->payment_count; i++)
        if (wanted(world, &world->payments[i]) && ties_by(world, AT_TIE_TRANSFERS))
            join(found, world->payments[i].from, world->payments[i].to);
    for (int a = 0; a < THINGS; a++) {
        int degree = 0;
        for (int b = 0; b < THINGS; b++)
            degree += found->tied[a][b] && !world->outside[b];
        found->cut[a] = world->outside[a] || (world->hub_degree > 0 && degree > world->hub_degree);
    }
}

static bool leads(const opinion *found, int a, int b) {
    return found->tied[a][b] && !found->cut[a] && !found->cut[b];
}

static void find_networks(opinion *found) {
    for (int a = 0; a < THINGS; a++) {
        found->label[a] = a;
        for (int b = 0; b < THINGS; b++)
            found->distance[a][b] = a == b ? 0 : leads(found, a, b) ? 1 : 99;
    }
    for (int k = 0; k < THINGS; k++)
        for (int a = 0; a < THINGS; a++)
            for (int b = 0; b < THINGS; b++)
                if (found->distance[a][k] + found->distance[k][b] < found->distance[a][b])
                    found->distance[a][b] = found->distance[a][k] + found->distance[k][b];
    for (int a = 0; a < THINGS; a++)
        for (int b = a; b-- > 0;)
            if (found->distance[a][b] < 99)
                found->label[a] = b;
}

/* Whom evidence about a thing concerns: its holder, its owners in the window, else itself. */
static void mark(opinion *found, int thing, const char *country, at_activity activity) {
    static const char *const asked[2] = {"IR", "IQ"};
    const active_world *world = found->world;
    bool owned = false;
    if (country == NULL || !(world->activities >> activity & 1))
        return;
    for (int side = 0; side < 2; side++) {
        if (strcmp(country, asked[side]) != 0)
            continue;
        if (thing < ACCOUNTS && world->holder[thing] != NEVER)
            owned = found->active[side][world->holder[thing]] = true;
        for (int i = 0; i < world->stated_count && thing < ACCOUNTS + ASSETS; i++)
            if (world->stated[i].b == thing && touches(world, &world->stated[i]))
                owned = found->active[side][world->stated[i].a] = true;
        if (!owned)
            found->active[side][thing] = true;
    }
}

static void find_activity(opinion *found) {
    const active_world *world = found->world;
    for (int i = 0; i < THINGS; i++)
        mark(found, i, world->country[i],
             i < ACCOUNTS            ? AT_ACCOUNT_THERE
             : i < ACCOUNTS + ASSETS ? AT_ASSET_THERE
                                     : AT_REGISTRATION);
    for (int i = 0; i < world->payment_count; i++) {
        const payment *one = &world->payments[i];
        if (!wanted(world, one))
            continue;
        const int ends[2] = {one->from, one->to};
        for (int side = 0; side < 2; side++)
            for (int where = 0; where < 2 && !world->outside[ends[side]]; where++)
                mark(found, ends[side], world->country[ends[where]], AT_TRANSACTION);
    }
}

static int entity(const active_world *world, int account) {
    return world->holder[account] == NEVER ? account : world->holder[account];
}

/* When money of a payment can be sent on: behind (day, id) of the row that arrives last. */
static void arrival(int *day, char id[16], const payment *one) {
    *day = one->day;
    snprintf(id, 16, "%s", one->id);
    char second[16];
    snprintf(second, sizeof second, "%s-in", one->id);
    if (one->second_day != NEVER && one->second_day >= one->day) {
        *day = one->second_day;
        snprintf(id, 16, "%s", second);
    }
}

static bool can_follow(const payment *before, const payment *after) {
    char id[16];
    int day;
    arrival(&day, id, before);
    return day < after->day || (day == after->day && strcmp(id, after->id) < 0);
}

static bool money_wanted(const opinion *found, const payment *one) {
    const active_world *world = found->world;
    return wanted(world, one) && !found->cut[one->from] && !found->cut[one->to] &&
           found->label[one->from] == found->label[one->to] &&
           (one->second_day == NEVER || day_wanted(world, one->second_day));
}

/* The best (day, id) at which money of `origin`, having come with this payment, ends at another
 * active in the country. */
static void follow(const opinion *found, int origin, int last, int side, int *day, char id[16]) {
    const active_world *world = found->world;
    const payment *one = &world->payments[last];
    const int end = entity(world, one->to);
    char here[16];
    int when;
    arrival(&when, here, one);
    if (*day != NEVER && (when > *day || (when == *day && strcmp(here, id) > 0)))
        return;
    if (end != origin && found->active[side][end]) {
        *day = when;
        memcpy(id, here, sizeof here);
        return;
    }
    for (int next = 0; next < world->payment_count; next++)
        if (world->payments[next].from == one->to && money_wanted(found, &world->payments[next]) &&
            can_follow(one, &world->payments[next]))
            follow(found, origin, next, side, day, id);
}

/* The earliest arrival of money in a network, either way; false when there is none. */
static bool money_arrives(const opinion *found, int network, char id[16]) {
    const active_world *world = found->world;
    int day = NEVER;
    for (int side = 0; side < 2; side++)
        for (int i = 0; i < world->payment_count; i++) {
            const payment *one = &world->payments[i];
            if (money_wanted(found, one) && found->label[one->from] == network &&
                found->active[side][entity(world, one->from)])
                follow(found, entity(world, one->from), i, 1 - side, &day, id);
        }
    return day != NEVER;
}

/* --- The comparison --------------------------------------------------------------------------- */

typedef struct answer {
    at_graph graph;
    at_groups groups;
    at_places places;
    at_joints joints;
    at_flow_count *flows;
} answer;

static void ask(answer *out, const active_world *world, const at_facts *facts,
                const at_ledger *ledger, size_t loose_rows, at_arena *arena) {
    static const char *const country[2] = {"IR", "IQ"};
    at_graph_options options = at_graph_all();
    if (world->since != NEVER)
        options.since_us = world->since * AT_US_PER_DAY;
    if (world->until != NEVER)
        options.until_us = world->until * AT_US_PER_DAY;
    options.min_amount = world->min_amount;
    options.hub_degree = world->hub_degree;
    options.tie_kinds = world->tie_kinds;
    options.loose_rows = loose_rows;
    assert_int_equal(at_graph_make(&out->graph, facts, ledger, &options, arena, NULL), AT_OK);
    assert_int_equal(at_groups_find(&out->groups, &out->graph, arena, NULL), AT_OK);
    assert_int_equal(
        at_places_find(&out->places, &out->graph, facts, world->activities, arena, NULL), AT_OK);
    assert_int_equal(at_groups_flow(&out->flows, &out->groups, &out->graph, arena, NULL), AT_OK);
    assert_int_equal(
        at_joints_find(&out->joints, &out->graph, &out->groups, &out->places, country, arena, NULL),
        AT_OK);
}

/* One network against the second opinion. */
static void check_joint(uint64_t seed, const opinion *found, const answer *given,
                        const at_joint *joint, size_t *seen) {
    const int name = (int)joint->name;
    int least = 99;
    char id[16];
    for (int a = 0; a < THINGS; a++) {
        bool listed[2] = {false, false};
        for (int side = 0; side < 2; side++)
            for (uint32_t i = 0; i < joint->active_count[side]; i++)
                listed[side] |= joint->active[side][i] == (uint32_t)a;
        for (int side = 0; side < 2; side++)
            if (listed[side] !=
                (found->label[a] == name && !found->cut[a] && found->active[side][a]))
                fail_msg("seed %llu: %s in country %d", (unsigned long long)seed,
                         found->world->name[a], side);
        for (int b = 0; b < THINGS; b++)
            if (found->label[a] == name && !found->cut[a] && !found->cut[b] &&
                found->active[0][a] && found->active[1][b] && found->distance[a][b] < least)
                least = found->distance[a][b];
    }
    assert_int_equal(joint->path_count, least + 1);
    assert_int_equal(joint->level, least == 0 ? 1 : 2);
    assert_true(found->active[0][joint->path[0]]);
    assert_true(found->active[1][joint->path[least]]);
    for (int i = 1; i <= least; i++)
        assert_true(leads(found, (int)joint->path[i - 1], (int)joint->path[i]));
    const bool arrives = money_arrives(found, name, id);
    if (arrives != (joint->money_count > 0) ||
        (arrives &&
         strcmp(id, at_ledger_id(given->graph.ledger, joint->money[joint->money_count - 1])) != 0))
        fail_msg("seed %llu: money arrives %d by %s, not %u", (unsigned long long)seed, arrives,
                 arrives ? id : "-", joint->money_count);
    seen[joint->level]++;
    seen[3] += arrives;
}

static void check_answer(uint64_t seed, const opinion *found, const answer *given, size_t *seen) {
    uint32_t expected = 0;
    for (int a = 0; a < THINGS; a++) {
        bool active[2] = {false, false};
        assert_string_equal(given->graph.members[a].id, found->world->name[a]);
        assert_int_equal(given->graph.members[a].cut, found->cut[a]);
        for (int b = 0; b < THINGS && found->label[a] == a && !found->cut[a]; b++)
            for (int side = 0; side < 2; side++)
                active[side] |= found->label[b] == a && !found->cut[b] && found->active[side][b];
        expected += active[0] && active[1];
    }
    if (expected != given->joints.count)
        fail_msg("seed %llu: %u networks, not %u", (unsigned long long)seed, given->joints.count,
                 expected);
    for (uint32_t i = 0; i < given->joints.count; i++)
        check_joint(seed, found, given, &given->joints.joints[i], seen);
}

static void same_ties(const answer *one, const answer *two, uint32_t member, at_arena *arena) {
    const at_tie *const *ties[2];
    uint32_t count[2];
    at_record_id record[2];
    assert_int_equal(at_member_ties(&ties[0], &count[0], &one->graph, member, arena, NULL), AT_OK);
    assert_int_equal(at_member_ties(&ties[1], &count[1], &two->graph, member, arena, NULL), AT_OK);
    assert_int_equal(count[0], count[1]);
    for (uint32_t i = 0; i < count[0]; i++) {
        const at_tie *a = ties[0][i], *b = ties[1][i];
        assert_true(a->a == b->a && a->b == b->b && a->kind == b->kind && a->grade == b->grade);
        assert_true(a->amount == b->amount && a->transfer_count == b->transfer_count);
        assert_true(a->first_us == b->first_us && a->last_us == b->last_us);
        assert_int_equal(a->record_count, b->record_count);
        assert_memory_equal(a->records, b->records, a->record_count * sizeof *a->records);
    }
    for (int tie = 0; tie < 2; tie++) {
        assert_int_equal(at_member_record(&record[0], &one->graph, member, tie, NULL), AT_OK);
        assert_int_equal(at_member_record(&record[1], &two->graph, member, tie, NULL), AT_OK);
        assert_int_equal(record[0], record[1]);
    }
}

/* By igraph over ties, and by union-find over the ledger. */
static void check_same(const answer *one, const answer *two, at_arena *arena) {
    assert_int_equal(one->graph.hub_count, two->graph.hub_count);
    assert_int_equal(one->graph.cut_tie_count, two->graph.cut_tie_count);
    assert_int_equal(one->graph.outside_count, two->graph.outside_count);
    assert_int_equal(one->graph.small_count, two->graph.small_count);
    assert_int_equal(one->graph.loss_count, two->graph.loss_count);
    for (size_t i = 0; i < one->graph.loss_count; i++)
        assert_memory_equal(&one->graph.losses[i], &two->graph.losses[i], sizeof(at_loss));
    assert_int_equal(one->groups.group_count, two->groups.group_count);
    for (uint32_t i = 0; i < one->groups.group_count; i++)
        assert_memory_equal(&one->flows[i], &two->flows[i], sizeof(at_flow_count));
    for (uint32_t member = 0; member < THINGS; member++) {
        assert_int_equal(one->groups.group_of[member], two->groups.group_of[member]);
        same_ties(one, two, member, arena);
    }
    for (uint32_t i = 0; i < one->joints.count; i++) {
        const at_joint *a = &one->joints.joints[i], *b = &two->joints.joints[i];
        assert_memory_equal(a->path, b->path, a->path_count * sizeof *a->path);
        for (uint32_t k = 1; k < a->path_count; k++)
            assert_int_equal(a->path_ties[k]->kind, b->path_ties[k]->kind);
        assert_int_equal(a->money_count, b->money_count);
        assert_memory_equal(a->money, b->money, a->money_count * sizeof *a->money);
    }
}

static void test_random(void **unused) {
    size_t seen[4] = {0}, loose = 0;
    (void)unused;
    for (uint64_t seed = 0; seed < CASES; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        known_world known;
        active_world world;
        opinion found = {.world = &world};
        answer whole, streamed;
        at_ledger ledger;
        active_world_make(&world, seed);
        known_begin(&known, &arena);
        active_world_tell(&known, &world);
        known_ledger(&ledger, &known);
        const at_facts facts = known_facts(&known);
        ask(&whole, &world, &facts, &ledger, 0, &arena);
        ask(&streamed, &world, &facts, &ledger, 1, &arena);
        loose += streamed.graph.loose;
        find_ties(&found);
        find_networks(&found);
        find_activity(&found);
        check_answer(seed, &found, &whole, seen);
        check_answer(seed, &found, &streamed, seen);
        check_same(&whole, &streamed, &arena);
    }
    print_message("level 1: %zu, level 2: %zu, with money: %zu; loose %zu of %d\n", seen[1],
                  seen[2], seen[3], loose, CASES);
    assert_true(seen[1] > CASES / 10 && seen[2] > CASES / 20 && seen[3] > CASES / 20);
    assert_true(loose > CASES / 3);
}

/* --- Decoys ----------------------------------------------------------------------------------- */

/* Two sides of persons of one name, one in each country; all pay one bank, and each other only
 * before or after what is asked, too little, or through an account without a ledger. */
static void tell_decoys(known_world *known, uint64_t seed, bool tied) {
    enum { SIDE = 4 };
    static const char *const country[2] = {"IR", "IQ"};
    static const char *const at[3] = {"early", "late", "small"};
    static const at_name name = {.text = "Ali Hassan"};
    char id[2][8], account[2][8], transfer[24];
    state = seed * 77 + 5;
    known_account(known, "BANK", NULL, NULL);
    known_account(known, "ABROAD", NULL, NULL)->kind = AT_ACCOUNT_EXTERNAL;
    for (int i = 0; i < SIDE; i++) {
        for (int side = 0; side < 2; side++) {
            snprintf(id[side], sizeof id[side], "%s-P%d", country[side], i);
            snprintf(account[side], sizeof account[side], "%s-A%d", country[side], i);
            at_party *party = known_party(known, id[side], AT_PERSON, country[side]);
            party->names = &name;
            party->name_count = 1;
            known_account(known, account[side], id[side], country[side]);
            snprintf(transfer, sizeof transfer, "%s-bank%d", country[side], i);
            known_transfer(known, transfer, account[side], "BANK", 15, 900);
            snprintf(transfer, sizeof transfer, "%s-out%d", country[side], i);
            known_transfer(known, transfer, side ? "ABROAD" : account[side],
                           side ? account[side] : "ABROAD", 12 + 2 * side, 900);
        }
        const int how = roll(3), back = roll(2);
        snprintf(transfer, sizeof transfer, "%s%d", at[how], i);
        known_transfer(known, transfer, account[back], account[1 - back],
                       how == 0   ? roll(10)
                       : how == 1 ? 21 + roll(9)
                                  : 11,
                       how == 2 ? 99 : 900);
    }
    if (tied)
        known_transfer(known, "tie", account[0], account[1], 10 + roll(11), 100);
}

static void test_decoys(void **unused) {
    (void)unused;
    for (uint64_t seed = 0; seed < 400; seed++) {
        for (int tied = 0; tied < 2; tied++) {
            AT_CLEANUP(at_arena_clear) at_arena arena = {0};
            AT_CLEANUP(at_text_clear) at_text printed = {0};
            known_world known;
            at_ledger ledger;
            at_table table;
            known_begin(&known, &arena);
            tell_decoys(&known, seed, tied);
            known_ledger(&ledger, &known);
            assert_int_equal(known_ask(&printed, &table, &query_networks, &known, &ledger,
                                       "active_in=IR,IQ since=1970-01-11 until=1970-01-21 "
                                       "min_amount=100 hub_degree=6",
                                       NULL),
                             AT_OK);
            if (table.row_count != (size_t)tied)
                fail_msg("seed %llu: %s", (unsigned long long)seed, at_text_string(&printed));
            if (tied)
                assert_non_null(strstr(at_text_string(&printed), "| yes |"));
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_decoys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
