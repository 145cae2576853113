/* Goal: what a store holds to be one payment is the rule over what is visible, whatever came in
 * which order, was withdrawn or judged, and however few legs are paired at a time.
 * Method: random worlds of two banks, some files of each; each world goes into two stores in two
 * orders, one of them pairing three legs at a time and with a file too many, which is withdrawn;
 * pairs are judged. After every step the store is compared with a second implementation that tries
 * every two legs; in the end both stores with each other. Revisions before are asked again. */
#include "tests/support/store.h"
#include "engine/store/pairing.h"
#include "engine/store/resolve.h"
#include "engine/store/snapshot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WORLDS = 40, FILES = 5, FILE_LEGS = 6, LEGS = FILES * FILE_LEGS };

/* A leg is known by its place in its file; its record's address names both. */
typedef struct world_leg {
    int file, line;                          /* line from 0 */
    char account[4], other[6], reference[4]; /* other "" = none named */
    bool credit;
    int64_t time_us, amount;
} world_leg;

typedef struct world {
    world_leg legs[LEGS];
    bool visible[FILES];
    char tag; /* of the first file: it makes their contents, and so their order */
    char content[FILES][65];
    int accepted[2], denied[2]; /* places of legs, debit first; -1 = nobody said so */
    int partner[LEGS];          /* -1 alone, -2 ambiguous */
    bool edge[LEGS][LEGS];
} world;

static uint64_t next_random(uint64_t *seed) {
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

static void make_world(world *all, uint64_t *seed) {
    static const char *const references[] = {"", "", "R1", "R2"};
    memset(all, 0, sizeof *all);
    all->tag = (char)('a' + next_random(seed) % 20);
    for (int i = 0; i < LEGS; i++) {
        world_leg *leg = &all->legs[i];
        const int bank = (i / FILE_LEGS) % 2; /* files 0, 2, 4 are those of bank a */
        leg->file = i / FILE_LEGS;
        leg->line = i % FILE_LEGS;
        snprintf(leg->account, sizeof leg->account, "%c%d", bank ? 'B' : 'A',
                 (int)(next_random(seed) % 2));
        if (next_random(seed) % 6)
            snprintf(leg->other, sizeof leg->other, "%s%d", bank ? "a/A" : "b/B",
                     (int)(next_random(seed) % 2));
        snprintf(leg->reference, sizeof leg->reference, "%s", references[next_random(seed) % 4]);
        leg->credit = next_random(seed) % 2;
        leg->time_us = (int64_t)(next_random(seed) % 8) * AT_US_PER_DAY;
        leg->amount = 100 * (int64_t)(1 + next_random(seed) % 4);
        if (leg->line == 0 &&
            leg->file < 4) { /* alike in all: the content of their files decides */
            snprintf(leg->other, sizeof leg->other, "%s", bank ? "a/A0" : "b/B0");
            leg->account[1] = '0';
            leg->reference[0] = '\0';
            leg->credit = bank;
            leg->time_us = AT_US_PER_DAY;
            leg->amount = 999;
        }
    }
}

/* --- The rule, tried on every two legs -------------------------------------------------------- */

static bool says_other(const world_leg *leg, const world_leg *other) {
    return strcmp(leg->other + 2, other->account) == 0;
}

static bool slow_edge(const world_leg *a, const world_leg *b, int phase) {
    const int64_t apart = llabs(a->time_us - b->time_us);
    const bool both = *a->reference && *b->reference;
    const bool equal = both && strcmp(a->reference, b->reference) == 0;
    const bool a_free = !*a->other, b_free = !*b->other;
    const bool named = !a_free && !b_free && says_other(a, b) && says_other(b, a);
    const bool may = strcmp(a->account, b->account) != 0 && (a_free || says_other(a, b)) &&
                     (b_free || says_other(b, a));
    if (a->credit == b->credit || a->amount != b->amount || apart > 3 * AT_US_PER_DAY ||
        (a->file == b->file) != (phase == 5))
        return false;
    if (phase == 1)
        return named && equal;
    if (phase == 3)
        return (a_free || b_free) && may && equal;
    if (phase == 4)
        return a_free != b_free && may && (!both || equal);
    return named && (!both || equal);
}

static bool before(const world *all, int a, int b) {
    const world_leg *x = &all->legs[a], *y = &all->legs[b];
    if (x->time_us != y->time_us)
        return x->time_us < y->time_us;
    const int order = strcmp(all->content[x->file], all->content[y->file]);
    return order ? order < 0 : x->line < y->line;
}

static int members(const world *all, const bool *inside, bool credit, int *out) {
    int count = 0;
    for (int i = 0; i < LEGS; i++) {
        int at = count;
        if (!inside[i] || all->legs[i].credit != credit)
            continue;
        for (; at > 0 && before(all, i, out[at - 1]); at--)
            out[at] = out[at - 1];
        out[at] = i;
        count++;
    }
    return count;
}

static void settle(world *all, int start, int phase, bool *done) {
    bool inside[LEGS] = {false}, grew = true;
    int debits[LEGS], credits[LEGS];
    inside[start] = true;
    while (grew) {
        grew = false;
        for (int i = 0; i < LEGS; i++)
            for (int k = 0; k < LEGS; k++)
                if (inside[i] && !inside[k] && all->edge[i][k])
                    grew = inside[k] = true;
    }
    const int debit_count = members(all, inside, false, debits);
    const int credit_count = members(all, inside, true, credits);
    bool good = debit_count == credit_count && phase < 4 && (phase != 3 || debit_count == 1);
    for (int i = 0; i < LEGS; i++)
        done[i] = done[i] || inside[i];
    if (debit_count + credit_count < 2)
        return;
    for (int i = 0; good && i < debit_count; i++)
        good = all->edge[debits[i]][credits[i]];
    for (int i = 0; i < LEGS; i++)
        all->partner[i] = inside[i] ? -2 : all->partner[i];
    for (int i = 0; good && i < debit_count; i++) {
        all->partner[debits[i]] = credits[i];
        all->partner[credits[i]] = debits[i];
    }
}

static bool is_denied(const world *all, int a, int b) {
    return (a == all->denied[0] && b == all->denied[1]) ||
           (b == all->denied[0] && a == all->denied[1]);
}

static void pair_slowly(world *all) {
    for (int i = 0; i < LEGS; i++)
        all->partner[i] = -1;
    if (all->accepted[0] >= 0 && all->visible[all->legs[all->accepted[0]].file] &&
        all->visible[all->legs[all->accepted[1]].file]) {
        all->partner[all->accepted[0]] = all->accepted[1];
        all->partner[all->accepted[1]] = all->accepted[0];
    }
    for (int phase = 1; phase <= 5; phase++) {
        bool done[LEGS] = {false};
        for (int i = 0; i < LEGS; i++)
            for (int k = 0; k < LEGS; k++)
                all->edge[i][k] =
                    all->visible[all->legs[i].file] && all->visible[all->legs[k].file] &&
                    all->partner[i] == -1 && all->partner[k] == -1 &&
                    slow_edge(&all->legs[i], &all->legs[k], phase) && !is_denied(all, i, k);
        for (int i = 0; i < LEGS; i++)
            if (!done[i])
                settle(all, i, phase, done);
    }
}

/* --- The store -------------------------------------------------------------------------------- */

static void import_file(test_store *test, world *all, int file) {
    test_source source =
        test_source_begin(test, file % 2 ? "b" : "a", (char)(all->tag + file), FILE_LEGS);
    at_source known;
    char number[8];
    for (int line = 0; line < FILE_LEGS; line++) {
        const world_leg *leg = &all->legs[file * FILE_LEGS + line];
        at_fact fact = test_leg(leg->account, leg->credit, *leg->other ? leg->other : NULL,
                                leg->time_us, leg->amount);
        fact.leg.reference = *leg->reference ? leg->reference : NULL;
        fact.leg.balance_after = file * FILE_LEGS + line; /* no two say the same */
        test_put(&source, &fact, 1);
    }
    const at_receipt receipt = test_publish(&source);
    assert_int_equal(receipt.loaded, FILE_LEGS);
    snprintf(number, sizeof number, "%d", (int)receipt.source);
    assert_int_equal(at_source_find(&known, test->store, number, &test->arena, NULL), AT_OK);
    memcpy(all->content[file], known.content, sizeof known.content);
    all->visible[file] = true;
}

/* The place of the leg with that record. */
static int place_of(const world *all, at_reader *reader, at_record_id record) {
    at_address address;
    assert_int_equal(at_reader_address(reader, &address, record, NULL), AT_OK);
    for (int file = 0; file < FILES; file++)
        if (strcmp(all->content[file], address.content) == 0)
            return file * FILE_LEGS + (int)(address.offset / TEST_LINE_BYTES);
    fail_msg("a pair of no file");
    return -1;
}

static void read_store(int partner[LEGS], const world *all, test_store *test, int64_t revision) {
    at_reader *reader = test_reader(test, revision);
    const at_pair_view *pairs = NULL;
    const at_record_id *ambiguous = NULL;
    size_t count = 0;
    for (int i = 0; i < LEGS; i++)
        partner[i] = -1;
    assert_int_equal(at_reader_pairs(&pairs, &count, reader, NULL), AT_OK);
    for (size_t i = 0; i < count; i++) {
        const int debit = place_of(all, reader, pairs[i].debit);
        const int credit = place_of(all, reader, pairs[i].credit);
        partner[debit] = credit;
        partner[credit] = debit;
    }
    assert_int_equal(at_reader_ambiguous(&ambiguous, &count, reader, NULL), AT_OK);
    for (size_t i = 0; i < count; i++)
        partner[place_of(all, reader, ambiguous[i])] = -2;
    at_reader_close(&reader);
}

static void compare(world *all, test_store *test, int64_t revision, uint64_t seed) {
    int found[LEGS];
    pair_slowly(all);
    read_store(found, all, test, revision);
    for (int i = 0; i < LEGS; i++)
        if (found[i] != all->partner[i])
            fail_msg("seed %d, leg %d: %d, expected %d", (int)seed, i, found[i], all->partner[i]);
}

/* Accept the first open pair and deny the last, if there are two without a common leg. */
static void judge(world *all, test_store *test) {
    const at_review_pair *open = NULL;
    at_judgement words[2];
    size_t count = 0;
    bool cut = false;
    at_reader *reader = test_reader(test, 0);
    assert_int_equal(at_review_list(&open, &count, &cut, reader, 0, &test->arena, NULL), AT_OK);
    if (count > 1 && open[0].debit.number != open[count - 1].debit.number &&
        open[0].credit.number != open[count - 1].credit.number) {
        int64_t revision = 0;
        for (int i = 0; i < 2; i++) {
            const at_review_pair *pair = &open[i ? count - 1 : 0];
            int *said = i ? all->denied : all->accepted;
            words[i] = (at_judgement){.what = i ? AT_RESOLVE_DENY : AT_RESOLVE_ACCEPT,
                                      .debit = pair->debit.address,
                                      .credit = pair->credit.address,
                                      .reason = "seen"};
            said[0] = place_of(all, reader, pair->debit.record);
            said[1] = place_of(all, reader, pair->credit.record);
        }
        at_reader_close(&reader);
        assert_int_equal(at_resolve(&revision, test->store, words, 2, &test->arena, NULL), AT_OK);
        return;
    }
    at_reader_close(&reader);
}

static void open_small(test_store *test) {
    const at_store_options few = {
        .mode = AT_READ_WRITE, .now_us = test_clock, .actor = "tester", .pair_legs = 3};
    at_store_close(&test->store);
    assert_int_equal(at_store_open(&test->store, test->path, &few, NULL), AT_OK);
}

static void withdraw(test_store *test, world *all, int file) {
    int64_t revision = 0;
    at_source source;
    assert_int_equal(at_source_find(&source, test->store, all->content[file], &test->arena, NULL),
                     AT_OK);
    assert_int_equal(at_source_withdraw(&revision, test->store, source.number, "wrong", NULL),
                     AT_OK);
    all->visible[file] = false;
}

/* How many legs were paired and ambiguous in all, so that the worlds are no empty ones. */
static size_t paired, apart;

static void try_world(uint64_t number) {
    uint64_t seed = number;
    world forward, back;
    test_store one, other;
    make_world(&forward, &seed);
    forward.accepted[0] = forward.denied[0] = -1;
    back = forward;
    test_store_make(&one);
    test_store_make(&other);
    open_small(&other);
    for (int file = 0; file < FILES - 1; file++) {
        import_file(&one, &forward, file);
        compare(&forward, &one, 0, number);
    }
    const world half = forward;
    for (int file = FILES - 1; file >= 0; file--) {
        import_file(&other, &back, file);
        compare(&back, &other, 0, number);
    }
    withdraw(&other, &back, FILES - 1);
    compare(&back, &other, 0, number);
    assert_memory_equal(back.partner, forward.partner, sizeof back.partner);
    judge(&forward, &one);
    compare(&forward, &one, 0, number);
    judge(&back, &other);
    compare(&back, &other, 0, number);
    withdraw(&one, &forward, 0);
    compare(&forward, &one, 0, number);
    world again = half;
    compare(&again, &one, FILES - 1, number);
    for (int i = 0; i < LEGS; i++) {
        paired += half.partner[i] >= 0;
        apart += half.partner[i] == -2;
    }
    test_store_drop(&one);
    test_store_drop(&other);
}

static void test_worlds(void **state) {
    (void)state;
    for (uint64_t number = 1; number <= WORLDS; number++)
        try_world(number);
    print_message("  %zu legs paired, %zu ambiguous\n", paired, apart);
    assert_true(paired > WORLDS && apart > WORLDS);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_worlds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
