/* Goal: gaps and overlaps of titles are what counting day by day says.
 * Method: thousands of seeded random lists of titles over twelve days, shares in twelfths; each day
 * is judged alone in whole numbers and compared with the stretch of time that covers it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/network/tenure.h"

enum { DAYS = 12, TITLES_MAX = 6, OWNERS = 3, SOURCES = 2, WHOLE = 12, CASES = 20000 };

typedef struct random_title {
    int owner, source, since, until; /* since -1, until DAYS + 1: not stated */
    int lo, hi;                      /* twelfths; lo < 0: not stated */
} random_title;

static uint64_t state;

static int roll(int sides) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)((state >> 33) % (uint64_t)sides);
}

static int make_titles(random_title *titles, uint64_t seed) {
    static const int shares[] = {-1, 12, 6, 6, 3, 4, 8, 9};
    state = seed * 2654435761u + 5;
    for (int i = 0; i < 8; i++)
        roll(2);
    const int count = roll(TITLES_MAX + 1);
    for (int i = 0; i < count; i++) {
        random_title *title = &titles[i];
        title->owner = roll(OWNERS);
        title->source = roll(SOURCES);
        title->since = roll(5) == 0 ? -1 : roll(DAYS);
        title->until = title->since + 1 + roll(DAYS);
        if (roll(4) == 0 || title->until > DAYS)
            title->until = DAYS + 1;
        title->lo = title->hi = shares[roll(8)];
        if (title->lo > 0 && title->lo < WHOLE && roll(4) == 0)
            title->hi = title->lo + roll(WHOLE - title->lo + 1);
    }
    return count;
}

/* --- The second opinion ----------------------------------------------------------------------- */

static bool covers(const random_title *title, int day) {
    return title->since <= day && day < title->until;
}

/* What one owner holds on a day; false when it holds nothing then. */
static bool count_owner(int *lo, int *hi, const random_title *titles, int count, int owner, int day,
                        bool adds_up) {
    bool any = false;
    *lo = *hi = -1;
    for (int source = 0; source < SOURCES; source++) {
        int low = -1, high = -1;
        for (int i = 0; i < count; i++) {
            const random_title *title = &titles[i];
            if (title->owner != owner || title->source != source || !covers(title, day))
                continue;
            any = true;
            if (title->lo < 0)
                continue;
            if (low < 0 || !adds_up) {
                low = title->lo > low ? title->lo : low;
                high = title->hi > high ? title->hi : high;
                continue;
            }
            low += title->lo;
            high += title->hi;
            if (high > WHOLE)
                high = low > WHOLE ? low : WHOLE;
        }
        *lo = low > *lo ? low : *lo;
        *hi = high > *hi ? high : *hi;
    }
    return any;
}

static at_tenure_state judge_day(const random_title *titles, int count, int day, bool adds_up) {
    int owners = 0, unknown = 0, sum_lo = 0, sum_hi = 0;
    for (int owner = 0; owner < OWNERS; owner++) {
        int lo, hi;
        if (!count_owner(&lo, &hi, titles, count, owner, day, adds_up))
            continue;
        owners++;
        unknown += lo < 0;
        sum_lo += lo < 0 ? 0 : lo;
        sum_hi += lo < 0 ? WHOLE : hi;
    }
    if (owners == 0)
        return AT_TENURE_GAP;
    if (sum_lo > WHOLE)
        return AT_TENURE_OVERLAP;
    if (owners > 1 && unknown > 0)
        return AT_TENURE_UNCLEAR;
    return sum_hi < WHOLE ? AT_TENURE_PART : AT_TENURE_HELD;
}

/* --- The comparison --------------------------------------------------------------------------- */

static void convert(at_title *out, const random_title *titles, int count) {
    for (int i = 0; i < count; i++) {
        char lo[16], hi[16];
        out[i] = (at_title){.owner = (uint32_t)titles[i].owner,
                            .source = (uint32_t)titles[i].source,
                            .period = {titles[i].since < 0 ? AT_TIME_NONE : titles[i].since,
                                       titles[i].until > DAYS ? AT_TIME_NONE : titles[i].until},
                            .share = at_share_unknown()};
        if (titles[i].lo < 0)
            continue;
        snprintf(lo, sizeof lo, "%d/%d", titles[i].lo, WHOLE);
        snprintf(hi, sizeof hi, "%d/%d", titles[i].hi, WHOLE);
        assert_int_equal(at_share_parse(&out[i].share, lo, hi, NULL), AT_OK);
    }
}

static at_tenure_state state_on(const at_tenures *tenures, int day) {
    at_tenure_state found = AT_TENURE_HELD;
    for (size_t i = 0; i < tenures->count; i++) {
        const at_period *period = &tenures->items[i].period;
        if (period->since_us <= day &&
            (period->until_us == AT_TIME_NONE || day < period->until_us)) {
            assert_int_equal(found, AT_TENURE_HELD); /* no two say something of one day */
            found = tenures->items[i].state;
        }
    }
    return found;
}

static void check_titles(const at_tenures *tenures, const random_title *titles, int count) {
    for (size_t i = 0; i < tenures->count; i++) {
        const at_tenure *item = &tenures->items[i];
        const int day = item->period.since_us == AT_TIME_NONE ? -1 : (int)item->period.since_us;
        uint32_t listed = 0;
        for (int k = 0; k < count && item->state != AT_TENURE_GAP; k++)
            if (covers(&titles[k], day))
                assert_int_equal(item->titles[listed++], k);
        if (item->state == AT_TENURE_GAP)
            assert_true(item->title_count > 0);
        else
            assert_int_equal(item->title_count, listed);
    }
}

static void test_random(void **test_state) {
    size_t seen[AT_TENURE_PART + 1] = {0};
    (void)test_state;
    for (uint64_t seed = 1; seed <= CASES; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        random_title titles[TITLES_MAX];
        at_title given[TITLES_MAX];
        at_tenures tenures;
        const int count = make_titles(titles, seed);
        const bool adds_up = roll(2);
        bool begun = false;
        convert(given, titles, count);
        assert_int_equal(at_tenures_find(&tenures, given, (uint32_t)count, adds_up, &arena, NULL),
                         AT_OK);
        check_titles(&tenures, titles, count);
        for (int day = -1; day <= DAYS; day++) {
            at_tenure_state wanted = judge_day(titles, count, day, adds_up);
            begun |= wanted != AT_TENURE_GAP;
            if (!begun) /* before anybody is recorded nothing is missing */
                wanted = AT_TENURE_HELD;
            if (state_on(&tenures, day) != wanted)
                fail_msg("seed %llu: day %d is not %s", (unsigned long long)seed, day,
                         at_tenure_text(wanted));
            seen[wanted]++;
        }
    }
    for (size_t i = 0; i < AT_COUNT(seen); i++)
        assert_true(seen[i] > 1000);
}

/* Every allocation refused in turn. */
static void test_memory(void **test_state) {
    at_title titles[] = {{.owner = 1, .period = {1, 2}}, {.owner = 2, .period = {3, AT_TIME_NONE}}};
    size_t refused = 0;
    (void)test_state;
    titles[0].share = titles[1].share = at_share_exact((at_ratio){1, 1});
    for (uint64_t n = 1;; n++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_tenures tenures = {0};
        at_memory_fail_after(n);
        const at_status status = at_tenures_find(&tenures, titles, 2, false, &arena, NULL);
        at_memory_fail_after(0);
        if (status == AT_OK) {
            assert_int_equal(tenures.count, 1);
            assert_int_equal(tenures.items[0].state, AT_TENURE_GAP);
            assert_int_equal(tenures.items[0].title_count, 2);
            break;
        }
        assert_int_equal(status, AT_NO_MEMORY);
        refused++;
    }
    assert_true(refused > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
