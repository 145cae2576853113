/* Goal: legs become pairs exactly by the rule of engine/store/pairing.h, whatever order they come
 * in.
 * Method: a table of stories, each a handful of legs and what becomes of them; then thousands of
 * random little statements, against a second implementation that knows no sorting, groups or
 * windows: it tries every edge of every two legs and walks components. Seeds are printed on
 * failure. */
#include "engine/store/pairing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LEGS_MAX = 8, DAY = 1, WINDOW = 3, RANDOM_LEGS = 12, RANDOM_ROUNDS = 30000 };

/* source, account, counterparty, credit, time, amount, reference; `alone` for cash and fees */
typedef struct story_leg {
    int source, account, counterparty;
    bool credit;
    int time, amount;
    const char *reference;
    bool alone;
    int expect; /* index of the partner, -1 alone, -2 ambiguous */
} story_leg;

#define ALONE -1
#define AMBIGUOUS -2
#define DEBIT false
#define CREDIT true

static const struct {
    const char *story;
    story_leg legs[LEGS_MAX];
} stories[] = {
    {"two statements of one payment are one transfer",
     {{1, 10, 20, DEBIT, 0, 100, NULL, false, 1}, {2, 20, 10, CREDIT, 0, 100, NULL, false, 0}}},
    {"the credit may be booked up to the window later",
     {{1, 10, 20, DEBIT, 0, 100, NULL, false, 1},
      {2, 20, 10, CREDIT, WINDOW, 100, NULL, false, 0}}},
    {"or earlier",
     {{1, 10, 20, DEBIT, WINDOW, 100, NULL, false, 1},
      {2, 20, 10, CREDIT, 0, 100, NULL, false, 0}}},
    {"beyond the window nothing pairs",
     {{1, 10, 20, DEBIT, 0, 100, NULL, false, ALONE},
      {2, 20, 10, CREDIT, WINDOW + 1, 100, NULL, false, ALONE}}},
    {"another amount is another payment",
     {{1, 10, 20, DEBIT, 0, 100, NULL, false, ALONE},
      {2, 20, 10, CREDIT, 0, 101, NULL, false, ALONE}}},
    {"one statement cannot corroborate itself; both sides in it are listed",
     {{1, 10, 20, DEBIT, 0, 100, NULL, false, AMBIGUOUS},
      {1, 20, 10, CREDIT, 0, 100, NULL, false, AMBIGUOUS}}},
    {"two debits do not pair",
     {{1, 10, 20, DEBIT, 0, 100, NULL, false, ALONE},
      {2, 20, 10, DEBIT, 0, 100, NULL, false, ALONE}}},
    {"each must name the other",
     {{1, 10, 20, DEBIT, 0, 100, NULL, false, ALONE},
      {2, 20, 30, CREDIT, 0, 100, NULL, false, ALONE}}},
    {"different references are different payments",
     {{1, 10, 20, DEBIT, 0, 100, "R1", false, ALONE},
      {2, 20, 10, CREDIT, 0, 100, "R2", false, ALONE}}},
    {"a reference on one side does not hinder",
     {{1, 10, 20, DEBIT, 0, 100, "R1", false, 1}, {2, 20, 10, CREDIT, 0, 100, NULL, false, 0}}},
    {"an empty reference is none",
     {{1, 10, 20, DEBIT, 0, 100, "", false, 1}, {2, 20, 10, CREDIT, 0, 100, "R9", false, 0}}},
    {"two equal payments match in the order of time",
     {{1, 10, 20, DEBIT, 0, 100, NULL, false, 2},
      {1, 10, 20, DEBIT, 1, 100, NULL, false, 3},
      {2, 20, 10, CREDIT, 1, 100, NULL, false, 0},
      {2, 20, 10, CREDIT, 2, 100, NULL, false, 1}}},
    {"references decide before time",
     {{1, 10, 20, DEBIT, 0, 100, "A", false, 3},
      {1, 10, 20, DEBIT, 1, 100, "B", false, 2},
      {2, 20, 10, CREDIT, 1, 100, "B", false, 1},
      {2, 20, 10, CREDIT, 2, 100, "A", false, 0}}},
    {"two debits and one credit stay apart",
     {{1, 10, 20, DEBIT, 0, 100, NULL, false, AMBIGUOUS},
      {1, 10, 20, DEBIT, 1, 100, NULL, false, AMBIGUOUS},
      {2, 20, 10, CREDIT, 1, 100, NULL, false, AMBIGUOUS}}},
    {"a reference takes its pair out, the rest is then clear",
     {{1, 10, 20, DEBIT, 0, 100, "A", false, 3},
      {1, 10, 20, DEBIT, 1, 100, NULL, false, 2},
      {2, 20, 10, CREDIT, 1, 100, NULL, false, 1},
      {2, 20, 10, CREDIT, 2, 100, "A", false, 0}}},
    {"one reference used for two debits stays apart",
     {{1, 10, 20, DEBIT, 0, 100, "A", false, AMBIGUOUS},
      {1, 10, 20, DEBIT, 1, 100, "A", false, AMBIGUOUS},
      {2, 20, 10, CREDIT, 1, 100, "A", false, AMBIGUOUS}}},
    {"a component that does not match in order stays apart, though it could otherwise",
     {{1, 10, 20, DEBIT, 0, 100, "X", false, AMBIGUOUS},
      {1, 10, 20, DEBIT, 1, 100, NULL, false, AMBIGUOUS},
      {2, 20, 10, CREDIT, 1, 100, "Y", false, AMBIGUOUS},
      {2, 20, 10, CREDIT, 2, 100, NULL, false, AMBIGUOUS}}},
    {"a chain through the window is one component",
     {{1, 10, 20, DEBIT, 0, 100, NULL, false, AMBIGUOUS},
      {2, 20, 10, CREDIT, 3, 100, NULL, false, AMBIGUOUS},
      {1, 10, 20, DEBIT, 5, 100, NULL, false, AMBIGUOUS},
      {2, 20, 10, CREDIT, 9, 100, NULL, false, ALONE}}},
    {"payments to and fro do not mix",
     {{1, 10, 20, DEBIT, 0, 100, NULL, false, 2},
      {1, 10, 20, CREDIT, 0, 100, NULL, false, 3},
      {2, 20, 10, CREDIT, 0, 100, NULL, false, 0},
      {2, 20, 10, DEBIT, 0, 100, NULL, false, 1}}},
    {"a nameless credit pairs by its reference",
     {{1, 10, 20, DEBIT, 0, 100, "R", false, 1}, {2, 20, 0, CREDIT, 1, 100, "R", false, 0}}},
    {"a nameless credit with one reference and two debits stays apart",
     {{1, 10, 20, DEBIT, 0, 100, "R", false, AMBIGUOUS},
      {3, 30, 20, DEBIT, 0, 100, "R", false, AMBIGUOUS},
      {2, 20, 0, CREDIT, 1, 100, "R", false, AMBIGUOUS}}},
    {"a nameless credit without reference is listed beside who names it",
     {{1, 10, 20, DEBIT, 0, 100, NULL, false, AMBIGUOUS},
      {2, 20, 0, CREDIT, 1, 100, NULL, false, AMBIGUOUS}}},
    {"two nameless legs of one amount are strangers",
     {{1, 10, 0, DEBIT, 0, 100, NULL, false, ALONE},
      {2, 20, 0, CREDIT, 0, 100, NULL, false, ALONE}}},
    {"two nameless legs of one reference are one payment",
     {{1, 10, 0, DEBIT, 0, 100, "R", false, 1}, {2, 20, 0, CREDIT, 0, 100, "R", false, 0}}},
    {"cash has no other side to be found",
     {{1, 10, 20, DEBIT, 0, 100, NULL, false, ALONE},
      {2, 20, 0, CREDIT, 0, 100, NULL, true, ALONE}}},
    {"a nameless leg whose partner names somebody else is alone",
     {{1, 10, 30, DEBIT, 0, 100, "R", false, ALONE},
      {2, 20, 0, CREDIT, 0, 100, "R", false, ALONE}}},
};

static at_pair_leg make_leg(const story_leg *leg, int64_t number, char id[16]) {
    snprintf(id, 16, "id%03d", (int)number);
    return (at_pair_leg){.number = number,
                         .source = leg->source,
                         .account = (at_thing)leg->account,
                         .counterparty = (at_thing)leg->counterparty,
                         .credit = leg->credit,
                         .alone = leg->alone,
                         .time_us = leg->time,
                         .seq = 0,
                         .amount = leg->amount,
                         .currency = "EUR",
                         .id = id,
                         .reference = leg->reference};
}

static int outcome_of(const at_pair_result *result) {
    if (result->ambiguous)
        return AMBIGUOUS;
    return result->partner == AT_NO_PARTNER ? ALONE : (int)result->partner;
}

static void test_stories(void **state) {
    (void)state;
    for (size_t i = 0; i < AT_COUNT(stories); i++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
        const at_pair_rule rule = {.window_us = WINDOW};
        at_pair_leg legs[LEGS_MAX];
        char ids[LEGS_MAX][16];
        at_pair_result *results = NULL;
        size_t count = 0;
        print_message("  %s\n", stories[i].story);
        while (count < LEGS_MAX && stories[i].legs[count].source) {
            legs[count] = make_leg(&stories[i].legs[count], (int64_t)count + 1, ids[count]);
            count++;
        }
        assert_int_equal(at_pair_legs(&results, legs, count, &rule, &arena, NULL), AT_OK);
        for (size_t k = 0; k < count; k++)
            assert_int_equal(outcome_of(&results[k]), stories[i].legs[k].expect);
    }
}

/* --- The second implementation ---------------------------------------------------------------- */

typedef struct slow {
    const at_pair_leg *legs;
    size_t count;
    const at_pair_rule *rule;
    int outcome[RANDOM_LEGS];
    bool edge[RANDOM_LEGS][RANDOM_LEGS];
} slow;

static bool named(const at_pair_leg *a, const at_pair_leg *b) {
    return a->counterparty && b->counterparty && a->counterparty == b->account &&
           b->counterparty == a->account;
}

static bool ref(const at_pair_leg *leg) {
    return leg->reference && leg->reference[0];
}

static bool slow_edge(const at_pair_leg *a, const at_pair_leg *b, int phase) {
    const int64_t apart =
        a->time_us > b->time_us ? a->time_us - b->time_us : b->time_us - a->time_us;
    const bool both = ref(a) && ref(b), equal = both && strcmp(a->reference, b->reference) == 0;
    const bool a_free = a->counterparty == 0, b_free = b->counterparty == 0;
    const bool may = a->account != b->account && (a_free || a->counterparty == b->account) &&
                     (b_free || b->counterparty == a->account);
    const bool counted = (!a->alone || !a_free) && (!b->alone || !b_free);
    if (a->credit == b->credit || a->amount != b->amount || apart > WINDOW)
        return false;
    if ((a->source == b->source) != (phase == 5))
        return false;
    switch (phase) {
    case 1:
        return named(a, b) && equal;
    case 2:
        return named(a, b) && (!both || equal);
    case 3:
        return (a_free || b_free) && may && equal && counted;
    case 4:
        return a_free != b_free && may && (!both || equal) && counted;
    default:
        return named(a, b) && (!both || equal);
    }
}

static int before(const at_pair_leg *a, const at_pair_leg *b) {
    if (a->time_us != b->time_us)
        return a->time_us < b->time_us;
    if (a->seq != b->seq)
        return a->seq < b->seq;
    return strcmp(a->id, b->id) < 0;
}

/* Members of one direction among `inside`, by insertion into place. */
static size_t members(const slow *all, const bool *inside, bool credit, size_t *out) {
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++) {
        if (!inside[i] || all->legs[i].credit != credit)
            continue;
        size_t at = count++;
        while (at > 0 && before(&all->legs[i], &all->legs[out[at - 1]])) {
            out[at] = out[at - 1];
            at--;
        }
        out[at] = i;
    }
    return count;
}

static void slow_component(slow *all, size_t start, int phase, bool *done) {
    bool inside[RANDOM_LEGS] = {false};
    size_t debits[RANDOM_LEGS], credits[RANDOM_LEGS];
    bool grew = true;
    inside[start] = true;
    while (grew) {
        grew = false;
        for (size_t i = 0; i < all->count; i++)
            for (size_t k = 0; k < all->count; k++)
                if (inside[i] && !inside[k] && all->edge[i][k])
                    grew = inside[k] = true;
    }
    const size_t debit_count = members(all, inside, false, debits);
    const size_t credit_count = members(all, inside, true, credits);
    for (size_t i = 0; i < all->count; i++)
        done[i] = done[i] || inside[i];
    if (debit_count + credit_count < 2)
        return;
    bool good = debit_count == credit_count && phase < 4 && (phase != 3 || debit_count == 1);
    for (size_t i = 0; good && i < debit_count; i++)
        good = all->edge[debits[i]][credits[i]];
    for (size_t i = 0; i < all->count; i++)
        if (inside[i])
            all->outcome[i] = AMBIGUOUS;
    for (size_t i = 0; good && i < debit_count; i++) {
        all->outcome[debits[i]] = (int)credits[i];
        all->outcome[credits[i]] = (int)debits[i];
    }
}

/* Number i + 1 is leg i. */
static bool is_denied(const slow *all, size_t a, size_t b) {
    for (size_t i = 0; i < all->rule->word_count; i++) {
        const at_pair_word *word = &all->rule->words[i];
        const size_t debit = (size_t)word->debit - 1, credit = (size_t)word->credit - 1;
        if (!word->accepted && ((debit == a && credit == b) || (debit == b && credit == a)))
            return true;
    }
    return false;
}

static void slow_accept(slow *all) {
    for (size_t i = 0; i < all->rule->word_count; i++) {
        const at_pair_word *word = &all->rule->words[i];
        const size_t debit = (size_t)word->debit - 1, credit = (size_t)word->credit - 1;
        if (!word->accepted || debit >= all->count || credit >= all->count ||
            all->outcome[debit] != ALONE || all->outcome[credit] != ALONE)
            continue;
        all->outcome[debit] = (int)credit;
        all->outcome[credit] = (int)debit;
    }
}

static void slow_pair(slow *all) {
    for (size_t i = 0; i < all->count; i++)
        all->outcome[i] = ALONE;
    slow_accept(all);
    for (int phase = 1; phase <= 5; phase++) {
        bool done[RANDOM_LEGS] = {false};
        for (size_t i = 0; i < all->count; i++)
            for (size_t k = 0; k < all->count; k++)
                all->edge[i][k] = all->outcome[i] == ALONE && all->outcome[k] == ALONE &&
                                  slow_edge(&all->legs[i], &all->legs[k], phase) &&
                                  !is_denied(all, i, k);
        for (size_t i = 0; i < all->count; i++)
            if (!done[i])
                slow_component(all, i, phase, done);
    }
}

static uint64_t next_random(uint64_t *seed) {
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

static story_leg random_leg(uint64_t *seed) {
    static const char *const references[] = {NULL, NULL, "", "A", "B"};
    story_leg leg = {.source = 1 + (int)(next_random(seed) % 3),
                     .account = 10 + (int)(next_random(seed) % 2),
                     .credit = next_random(seed) % 2,
                     .time = (int)(next_random(seed) % 9),
                     .amount = 100,
                     .reference = references[next_random(seed) % 5],
                     .alone = next_random(seed) % 8 == 0};
    const int other = (int)(next_random(seed) % 4);
    leg.counterparty = other > 2 ? 0 : 10 + other;
    return leg;
}

/* Words on some pairs, on a leg that is not there too. A word on a pair that was accepted with
 * another leg says nothing, so no leg is accepted twice. */
static size_t random_words(at_pair_word *out, const slow *world, uint64_t *seed) {
    bool taken[RANDOM_LEGS] = {false};
    size_t count = 0;
    if (next_random(seed) % 2)
        return 0;
    for (size_t debit = 0; debit < world->count; debit++)
        for (size_t credit = 0; credit <= world->count; credit++) {
            const bool there = credit < world->count;
            if (world->legs[debit].credit || (there && !world->legs[credit].credit) ||
                next_random(seed) % 4)
                continue;
            const bool accepted = next_random(seed) % 3 == 0;
            if (accepted && there && (taken[debit] || taken[credit]))
                continue;
            taken[debit] = taken[debit] || (accepted && there);
            if (there)
                taken[credit] = taken[credit] || accepted;
            out[count++] = (at_pair_word){(int64_t)debit + 1, (int64_t)credit + 1, accepted};
        }
    return count;
}

/* Who stays apart has a candidate, each of whom stays apart too and would pair if it were alone. */
static void check_candidates(const slow *expected, const at_pair_candidates *found) {
    bool listed[RANDOM_LEGS] = {false};
    for (size_t i = 0; i < found->count; i++) {
        const size_t debit = found->items[i].debit, credit = found->items[i].credit;
        bool edge = false;
        for (int phase = 1; phase <= 5; phase++)
            edge = edge || slow_edge(&expected->legs[debit], &expected->legs[credit], phase);
        assert_true(edge && !is_denied(expected, debit, credit));
        assert_true(!expected->legs[debit].credit && expected->legs[credit].credit);
        assert_true(found->items[i].group >= 1 && found->items[i].group <= found->groups);
        listed[debit] = listed[credit] = true;
        for (size_t k = 0; k < i; k++)
            assert_false(found->items[k].debit == debit && found->items[k].credit == credit);
    }
    for (size_t i = 0; i < expected->count; i++)
        assert_int_equal(listed[i], expected->outcome[i] == AMBIGUOUS);
}

static void test_random(void **state) {
    size_t pairs = 0, ambiguous = 0, accepted = 0;
    (void)state;
    for (uint64_t round = 1; round <= RANDOM_ROUNDS; round++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
        uint64_t seed = round;
        at_pair_leg legs[RANDOM_LEGS], turned[RANDOM_LEGS];
        char ids[RANDOM_LEGS][16];
        at_pair_result *results = NULL, *again = NULL;
        at_pair_word words[RANDOM_LEGS * (RANDOM_LEGS + 1)];
        at_pair_candidates candidates = {.limit = SIZE_MAX};
        at_pair_rule rule = {.window_us = WINDOW, .words = words};
        slow expected = {
            .legs = legs, .count = 2 + next_random(&seed) % (RANDOM_LEGS - 1), .rule = &rule};
        for (size_t i = 0; i < expected.count; i++) {
            const story_leg leg = random_leg(&seed);
            legs[i] = make_leg(&leg, (int64_t)i + 1, ids[i]);
            turned[expected.count - 1 - i] = legs[i];
        }
        rule.word_count = random_words(words, &expected, &seed);
        slow_pair(&expected);
        for (size_t i = 0; i < rule.word_count; i++)
            accepted += words[i].accepted;
        rule.candidates = &candidates;
        assert_int_equal(at_pair_legs(&results, legs, expected.count, &rule, &arena, NULL), AT_OK);
        check_candidates(&expected, &candidates);
        rule.candidates = NULL;
        assert_int_equal(at_pair_legs(&again, turned, expected.count, &rule, &arena, NULL), AT_OK);
        for (size_t i = 0; i < expected.count; i++) {
            const int found = outcome_of(&results[i]);
            int mirrored = outcome_of(&again[expected.count - 1 - i]);
            mirrored = mirrored < 0 ? mirrored : (int)expected.count - 1 - mirrored;
            if (found != expected.outcome[i] || mirrored != found)
                fail_msg("seed %d, leg %zu: %d, expected %d, turned round %d", (int)round, i, found,
                         expected.outcome[i], mirrored);
            pairs += found >= 0;
            ambiguous += found == AMBIGUOUS;
        }
    }
    assert_true(pairs > 10000 && ambiguous > 10000 &&
                accepted > 1000); /* the random world is not an empty one */
    print_message("  %zu legs paired, %zu ambiguous\n", pairs, ambiguous);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stories),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
