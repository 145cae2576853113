/* Goal: lists of lots lose, gain and misplace no unit, however they are cut and joined.
 * Method: random operations on lists, short and long, and on plain arrays with one element a unit;
 * then the ends of int64, and memory refused at every item. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/world.h"
#include "engine/trace/explain.h"
#include "engine/trace/lots.h"

enum { LISTS = 4, UNITS_MAX = 100000, STEPS = 4000, LABELS = 4, UNTAINTED = 2 };

typedef struct unit_row {
    unsigned char label[UNITS_MAX];
    size_t count;
} unit_row;

static unit_row plain[LISTS];

static void check_list(const at_lots *lots, const at_lot_store *store, const unit_row *row) {
    size_t unit = 0;
    uint32_t older = AT_NONE, index = lots->total > 0 ? lots->oldest : AT_NONE;
    for (; index != AT_NONE; older = index, index = at_lot_at(store, index)->newer) {
        const at_lot *lot = at_lot_at(store, index);
        assert_true(lot->units > 0);
        assert_int_equal(lot->older, older);
        for (int64_t i = 0; i < lot->units; i++)
            assert_int_equal(row->label[unit++], lot->label);
    }
    assert_int_equal(unit, row->count);
    assert_int_equal(lots->total, row->count);
    if (lots->total > 0)
        assert_int_equal(lots->newest, older);
}

static void move_units(unit_row *to, unit_row *from, size_t start, size_t count) {
    memcpy(to->label + to->count, from->label + start, count);
    to->count += count;
    memmove(from->label + start, from->label + start + count, from->count - start - count);
    from->count -= count;
}

static void convert_units(unit_row *row, int64_t amount_in) {
    static unit_row old;
    old = *row;
    row->count = 0;
    for (int64_t s = 1; s <= (int64_t)old.count; s++)
        while ((int64_t)row->count < s * amount_in / (int64_t)old.count)
            row->label[row->count++] = old.label[s - 1];
}

static void step(at_lots *lots, at_lot_store *store, uint64_t *random) {
    const size_t a = world_random(random) % LISTS, b = (a + 1) % LISTS;
    const uint32_t label = (uint32_t)(world_random(random) % LABELS);
    const int64_t units = (int64_t)(world_random(random) % (uint64_t)(lots[a].total + 1));
    const bool last = world_random(random) % 2 == 0;
    at_lots block = {0};
    int64_t done = 0, wanted = 0;
    switch (world_random(random) % 5) {
    case 0:
        assert_int_equal(at_lots_push(&lots[a], store, label, units % 9, NULL), AT_OK);
        for (int64_t i = 0; i < units % 9; i++)
            plain[a].label[plain[a].count++] = (unsigned char)label;
        break;
    case 1:
        assert_int_equal(last ? at_lots_take_newest(&block, &lots[a], store, units, NULL)
                              : at_lots_take_oldest(&block, &lots[a], store, units, NULL),
                         AT_OK);
        assert_int_equal(at_lots_append(&lots[b], store, &block, NULL), AT_OK);
        move_units(&plain[b], &plain[a], last ? plain[a].count - (size_t)units : 0, (size_t)units);
        break;
    case 2:
        assert_int_equal(
            at_lots_relabel(&done, &lots[a], store, label % UNTAINTED, UNTAINTED, units, NULL),
            AT_OK);
        for (size_t i = 0; i < plain[a].count && wanted < units; i++)
            if (plain[a].label[i] >= UNTAINTED) {
                plain[a].label[i] = (unsigned char)(label % UNTAINTED);
                wanted++;
            }
        assert_int_equal(done, wanted);
        break;
    case 3:
        if (units == 0 || lots[a].total > 200)
            break;
        wanted = 1 + (int64_t)(world_random(random) % 300);
        convert_units(&plain[a], wanted);
        at_lots_convert(&lots[a], store, lots[a].total, wanted);
        break;
    default:
        assert_int_equal(at_lots_push(&lots[a], store, label, 11, NULL), AT_OK);
        memset(plain[a].label + plain[a].count, (int)label, 11);
        plain[a].count += 11;
    }
}

static void test_random(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_lots lots[LISTS] = {0};
        at_lot_store store;
        uint64_t random = seed;
        at_lot_store_init(&store, &arena);
        for (size_t i = 0; i < LISTS; i++)
            plain[i].count = 0;
        for (int i = 0; i < STEPS; i++) {
            step(lots, &store, &random);
            if (i % 16 == 0)
                for (size_t list = 0; list < LISTS; list++)
                    check_list(&lots[list], &store, &plain[list]);
        }
        at_lots_drop(&lots[0], &store);
        at_lots_drop(&lots[0], &store);
        assert_int_equal(lots[0].total, 0);
    }
}

/* --- Long lists ------------------------------------------------------------------------------- */

enum { LONG_LOTS = 3000, LONG_STEPS = 3000, LONG_LABELS = 23 };

typedef struct label_count {
    int64_t units[LONG_LABELS];
} label_count;

static void count_label(void *self, uint32_t label, int64_t units) {
    label_count *count = self;
    assert_true(label < LONG_LABELS && units > 0);
    count->units[label] += units;
}

/* Units by label, as the elements have them. */
static void check_count(at_lots *lots, at_lot_store *store, const unit_row *row) {
    label_count ours = {0}, wanted = {0};
    assert_int_equal(at_lots_count(lots, store, count_label, &ours, NULL), AT_OK);
    for (size_t i = 0; i < row->count; i++)
        count_label(&wanted, row->label[i], 1);
    assert_memory_equal(ours.units, wanted.units, sizeof ours.units);
}

static void step_long(at_lots *lots, at_lot_store *store, uint64_t *random) {
    const size_t a = world_random(random) % LISTS, b = (a + 1) % LISTS;
    const uint32_t label = (uint32_t)(world_random(random) % LONG_LABELS);
    int64_t units = (int64_t)(world_random(random) % (uint64_t)(lots[a].total + 1));
    at_lots block = {0};
    int64_t done = 0;
    switch (world_random(random) % 40) {
    case 0:
        units = units < 90 ? units : 90;
        assert_int_equal(at_lots_relabel(&done, &lots[a], store, label, 0, units, NULL), AT_OK);
        memset(plain[a].label, (int)label, (size_t)units);
        break;
    case 1:
        at_lots_drop(&lots[b], store);
        plain[b].count = 0;
        break;
    case 2: /* more than there was, by lots of one unit */
        for (size_t i = 0; i < LONG_LOTS && plain[a].count < UNITS_MAX / LISTS; i++) {
            const uint32_t other = (uint32_t)(world_random(random) % (i < 1000 ? 2 : LONG_LABELS));
            assert_int_equal(at_lots_push(&lots[a], store, other, 1, NULL), AT_OK);
            plain[a].label[plain[a].count++] = (unsigned char)other;
        }
        break;
    case 3:
        check_count(&lots[a], store, &plain[a]);
        break;
    case 4:
        convert_units(&plain[a], lots[a].total);
        if (lots[a].total > 0)
            at_lots_convert(&lots[a], store, lots[a].total, lots[a].total);
        break;
    default: {
        const bool last = world_random(random) % 2 == 0;
        assert_int_equal(last ? at_lots_take_newest(&block, &lots[a], store, units, NULL)
                              : at_lots_take_oldest(&block, &lots[a], store, units, NULL),
                         AT_OK);
        if (world_random(random) % 8 == 0)
            assert_int_equal(at_lots_count(&block, store, count_label, &(label_count){0}, NULL),
                             AT_OK);
        assert_int_equal(at_lots_append(&lots[b], store, &block, NULL), AT_OK);
        move_units(&plain[b], &plain[a], last ? plain[a].count - (size_t)units : 0, (size_t)units);
    }
    }
}

/* The index of a long list is true whatever happens to the list. */
static void test_long(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        AT_CLEANUP(at_arena_clear) at_arena arena = {0};
        at_lots lots[LISTS] = {0};
        at_lot_store store;
        uint64_t random = seed;
        at_lot_store_init(&store, &arena);
        for (size_t i = 0; i < LISTS; i++)
            plain[i].count = 0;
        for (int i = 0; i < LONG_STEPS; i++) {
            step_long(lots, &store, &random);
            if (i % 64 != 0)
                continue;
            for (size_t list = 0; list < LISTS; list++) {
                check_list(&lots[list], &store, &plain[list]);
                check_count(&lots[list], &store, &plain[list]);
            }
        }
        assert_true(store.runs.count > 100);
    }
}

/* A list of INT64_MAX units takes no more, by any door, and stays as it was. */
static void test_range(void **state) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_lot_store store;
    at_lots full = {0}, one = {0};
    at_error err = {0};
    (void)state;
    at_lot_store_init(&store, &arena);
    assert_int_equal(at_lots_push(&full, &store, 1, INT64_MAX, NULL), AT_OK);
    assert_int_equal(at_lots_push(&one, &store, 1, 1, NULL), AT_OK);
    assert_int_equal(at_lots_push(&full, &store, 1, 1, &err), AT_LIMIT);
    assert_string_equal(err.code, "E-AMOUNT-RANGE");
    assert_int_equal(at_lots_tally(&full, &store, 1, 1, NULL), AT_LIMIT);
    assert_int_equal(at_lots_append(&full, &store, &one, NULL), AT_LIMIT);
    assert_int_equal(full.total, INT64_MAX);
    assert_int_equal(one.total, 1);
}

/* What T9 says, by counting for each part how many go before it. */
static void check_division(const at_part *parts, size_t count, int64_t amount, int64_t total,
                           bool left_over) {
    int64_t given = 0;
    for (size_t i = 0; i < count; i++)
        given += (int64_t)((at_wide)parts[i].weight * amount / total);
    assert_int_equal(left_over, given < amount);
    for (size_t i = 0; i < count; i++) {
        const at_wide product = (at_wide)parts[i].weight * amount;
        int64_t before = 0;
        for (size_t j = 0; j < count; j++) {
            const at_wide other = (at_wide)parts[j].weight * amount % total;
            before += other > product % total || (other == product % total && j < i);
        }
        assert_int_equal(parts[i].units,
                         (int64_t)(product / total) + (before < amount - given ? 1 : 0));
    }
}

/* Few parts and many, small and at the end of int64, equal ones, and more than there are units. */
static void test_divide(void **state) {
    enum { PARTS = 60, ROUNDS = 3000 };
    at_part parts[PARTS];
    int64_t room[PARTS];
    uint64_t random = 11;
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        const size_t count = 1 + world_random(&random) % PARTS;
        const uint64_t most = round % 3 == 0   ? 4
                              : round % 3 == 1 ? 1000000
                                               : (uint64_t)INT64_MAX / count;
        int64_t total = 0;
        const int64_t times = round % 7 == 0 && most <= 1000000 ? 3 : 1;
        for (size_t i = 0; i < count; i++) {
            parts[i] = (at_part){.weight = times * (int64_t)(world_random(&random) % (most + 1))};
            total += parts[i].weight;
        }
        if (total == 0)
            continue;
        const uint64_t top = round % 2 == 0 ? (uint64_t)total : (uint64_t)INT64_MAX;
        const int64_t amount = times == 3       ? total / 3 /* nothing is left over */
                               : round % 5 == 0 ? total
                                                : (int64_t)(world_random(&random) % top);
        int64_t given = 0;
        const bool left_over = at_parts_divide(parts, count, room, amount, total);
        for (size_t i = 0; i < count; i++)
            given += parts[i].units;
        assert_int_equal(given, amount);
        check_division(parts, count, amount, total, left_over);
    }
}

static at_status build(at_arena *arena) {
    at_lot_store store;
    at_lots lots = {0}, part = {0};
    int64_t done = 0;
    at_lot_store_init(&store, arena);
    AT_TRY(at_lots_push(&lots, &store, 2, 10, NULL));
    AT_TRY(at_lots_tally(&lots, &store, 3, 10, NULL));
    for (uint32_t i = 0; i < 2 * AT_POOL_CHUNK; i++)
        AT_TRY(at_lots_push(&lots, &store, 2 + i % 2, 10, NULL));
    AT_TRY(at_lots_take_oldest(&part, &lots, &store, 5, NULL));
    AT_TRY(at_lots_take_newest(&part, &lots, &store, 5, NULL));
    for (int64_t i = 0; i < AT_POOL_CHUNK; i++)
        AT_TRY(at_lots_relabel(&done, &lots, &store, 0, 2, 3, NULL));
    at_reaches reaches;
    at_reaches_init(&reaches, 7, arena);
    for (uint32_t i = 0; i < 3000; i++) {
        const at_reach way = {.hops = i % 5, .records = 1};
        AT_TRY(at_reaches_note(&reaches, i % 1000, i % 7, &way, NULL));
    }
    return AT_OK;
}

static void test_memory(void **state) {
    (void)state;
    uint64_t refused = 0;
    for (at_status status = AT_NO_MEMORY; status != AT_OK; refused++) {
        AT_CLEANUP(at_arena_clear) at_arena arena;
        world_tight_arena(&arena);
        at_memory_fail_after(refused + 1);
        status = build(&arena);
        at_memory_fail_after(0);
        assert_true(status == AT_OK || status == AT_NO_MEMORY);
    }
    assert_true(refused > 5);
}

enum { WAY_NODES = 1000, WAY_NOTES = 40000 };

static void check_reaches(uint32_t labels) {
    static struct {
        uint32_t hops, source;
        uint64_t records;
    } wanted[WAY_NODES];
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_reaches reaches;
    uint64_t random = 5;
    memset(wanted, 0, sizeof wanted);
    at_reaches_init(&reaches, labels, &arena);
    assert_null(at_reaches_find(&reaches, 0, 0));
    for (uint32_t i = 0; i < WAY_NOTES; i++) {
        const uint32_t node = (uint32_t)(world_random(&random) % WAY_NODES);
        const at_reach way = {
            .hops = (uint32_t)(world_random(&random) % 50), .source = i, .records = 1 + i % 2};
        if (wanted[node].records == 0 || way.hops < wanted[node].hops) {
            wanted[node].hops = way.hops;
            wanted[node].source = i;
        }
        wanted[node].records += way.records;
        assert_int_equal(at_reaches_note(&reaches, node, node % labels, &way, NULL), AT_OK);
    }
    for (uint32_t node = 0; node < WAY_NODES; node++) {
        const at_reach *reach = at_reaches_find(&reaches, node, node % labels);
        assert_non_null(reach);
        assert_int_equal(reach->hops, wanted[node].hops);
        assert_int_equal(reach->source, wanted[node].source);
        assert_int_equal(reach->records, wanted[node].records);
        assert_null(at_reaches_find(&reaches, node, node % labels + 1));
        assert_null(at_reaches_find(&reaches, node, node % labels + 8));
    }
}

/* The table of ways keeps the shortest, the first of equals, and counts all records. */
static void test_reaches(void **state) {
    (void)state;
    check_reaches(1);
    check_reaches(3);
    check_reaches(100);
}

static void test_grades(void **state) {
    static const at_grade weakest_first[] = {AT_INFERRED, AT_ACCEPTED, AT_OBSERVED,
                                             AT_CORROBORATED};
    (void)state;
    for (size_t a = 0; a < AT_COUNT(weakest_first); a++)
        for (size_t b = a; b < AT_COUNT(weakest_first); b++) {
            assert_int_equal(at_grade_join(weakest_first[a], weakest_first[b]), weakest_first[a]);
            assert_int_equal(at_grade_join(weakest_first[b], weakest_first[a]), weakest_first[a]);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random), cmocka_unit_test(test_long),
        cmocka_unit_test(test_range),  cmocka_unit_test(test_divide),
        cmocka_unit_test(test_memory), cmocka_unit_test(test_reaches),
        cmocka_unit_test(test_grades),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
