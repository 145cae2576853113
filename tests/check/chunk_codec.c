/* Goal: a chunk of transfers and legs comes back as it was, or is refused.
 * Method: thousands of seeded random chunks of every shape - constant, counting, wild and extreme
 * numbers, rising and random ids, absent columns - are packed and read back; then each column is
 * cut at every byte, and each of its bits is turned in turn: what is read then is refused, whatever
 * it says. Names likewise. */
#include "engine/store/chunk.h"
#include "engine/store/names.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { CASES = 1500, SPOILED = 40, ROWS_MAX = 400, CODES = 3, COLUMNS = AT_CHUNK_COLUMNS + 1 };

static uint64_t state;

static uint64_t roll(uint64_t sides) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (state >> 29) % sides;
}

/* The most that each column may hold. */
static int64_t most_of(int column) {
    static const int64_t small[AT_CHUNK_INTS] = {
        [AT_CHUNK_CURRENCY] = CODES - 1,        [AT_CHUNK_CURRENCY_IN] = CODES,
        [AT_CHUNK_SCALE_IN] = AT_SCALE_MAX + 1, [AT_CHUNK_TYPE] = AT_TRANSFER_OTHER,
        [AT_CHUNK_FROM] = UINT32_MAX,           [AT_CHUNK_TO] = UINT32_MAX,
        [AT_CHUNK_PART] = UINT32_MAX,           [AT_CHUNK_NUMBER] = AT_RECORD_EXTRA - 1};
    return small[column] ? small[column] : INT64_MAX;
}

static int64_t wild(int column) {
    const bool negative = column == AT_CHUNK_TIME || column == AT_CHUNK_SEQ ||
                          column == AT_CHUNK_VALUE_TIME || column == AT_CHUNK_BALANCE;
    const uint64_t wide = roll(UINT64_C(1) << 34) << roll(30);
    const int64_t value = (int64_t)(wide & INT64_MAX) % most_of(column);
    if (roll(50) == 0)
        return negative && roll(2) ? INT64_MIN : most_of(column);
    return negative && roll(2) ? -value : value;
}

static bool has_flags(int column) {
    return column == AT_CHUNK_FLAGS || column == AT_CHUNK_VALUE_FLAGS;
}

static int64_t flags(int column) {
    const uint64_t bits = column == AT_CHUNK_FLAGS ? AT_CHUNK_FLAGS_MAX : AT_CHUNK_ZONE_ASSUMED;
    return (int64_t)(roll(AT_YEAR + 1) |
                     (roll(AT_CHUNK_FLAGS_MAX + 1) & bits & ~AT_CHUNK_PRECISION));
}

static void fill_column(at_chunk *chunk, int column) {
    const uint64_t shape = roll(5);
    const int64_t first = has_flags(column) ? flags(column) : wild(column) / 4;
    const int64_t unit = roll(2) ? 1000000 : 1;
    if (shape == 0 && column != AT_CHUNK_NUMBER)
        return; /* absent */
    assert_int_equal(at_chunk_take(chunk, (at_chunk_column)column, NULL), AT_OK);
    for (size_t i = 0; i < chunk->count; i++) {
        int64_t value = wild(column);
        if (shape == 1)
            value = first;
        else if (shape == 2 && first < most_of(column) - ROWS_MAX)
            value = first + (int64_t)i;
        else if (shape == 3 && column == AT_CHUNK_TIME)
            value = (int64_t)roll(1 << 20) * unit;
        if (has_flags(column))
            value = shape < 3 ? first : flags(column);
        chunk->ints[column][i] = value;
    }
}

static void fill_texts(at_chunk *chunk, int which) {
    const uint64_t shape = roll(4);
    char text[600];
    chunk->has_texts[which] = shape > 0;
    for (size_t i = 0; shape > 0 && i < chunk->count; i++) {
        if (shape == 1)
            snprintf(text, sizeof text, "%zu", i + 7);
        else if (shape == 2)
            snprintf(text, sizeof text, "TX-%08" PRIu64, roll(100000000));
        else
            snprintf(text, sizeof text, "%0*d", (int)roll(500), (int)roll(10));
        if (roll(40) == 0)
            text[0] = '\0';
        assert_int_equal(at_pack_texts_add(&chunk->texts[which], text, strlen(text), NULL), AT_OK);
    }
}

static void make_chunk(at_chunk *chunk, uint64_t seed) {
    static const char *const codes[CODES] = {"EUR", "IRR", "USDT"};
    state = seed * UINT64_C(2654435761) + 11;
    *chunk = (at_chunk){.count = 1 + roll(ROWS_MAX)};
    for (int i = 0; i < CODES; i++)
        assert_int_equal(at_pack_texts_add(&chunk->codes, codes[i], strlen(codes[i]), NULL), AT_OK);
    for (int column = 0; column < AT_CHUNK_INTS; column++)
        fill_column(chunk, column);
    for (int which = 0; which < AT_CHUNK_TEXTS; which++)
        fill_texts(chunk, which);
}

typedef struct packed {
    at_text bytes[COLUMNS];
    at_span columns[COLUMNS];
} packed;

static void pack(packed *out, const at_chunk *chunk) {
    memset(out, 0, sizeof *out);
    for (int i = 0; i < COLUMNS; i++) {
        assert_int_equal(at_chunk_pack(&out->bytes[i], chunk, i, NULL), AT_OK);
        out->columns[i] = (at_span){out->bytes[i].data, out->bytes[i].bytes};
    }
}

static void clear(packed *all) {
    for (int i = 0; i < COLUMNS; i++)
        at_text_clear(&all->bytes[i]);
}

static at_status unpack(at_chunk *out, const packed *all, size_t count) {
    return at_chunk_unpack(out, count, all->columns, all->columns[AT_CHUNK_COLUMNS], CODES, NULL);
}

static void compare(const at_chunk *a, const at_chunk *b) {
    assert_int_equal(a->count, b->count);
    for (size_t row = 0; row < a->count; row++) {
        for (int i = 0; i < AT_CHUNK_INTS; i++)
            assert_int_equal(at_chunk_int(a, (at_chunk_column)i, row),
                             at_chunk_int(b, (at_chunk_column)i, row));
        for (int i = AT_CHUNK_ID; i < AT_CHUNK_COLUMNS; i++)
            assert_string_equal(at_chunk_text(a, i, row), at_chunk_text(b, i, row));
    }
}

static void test_back(void **unused) {
    (void)unused;
    for (uint64_t seed = 0; seed < CASES; seed++) {
        AT_CLEANUP(at_chunk_clear) at_chunk chunk = {.count = 0};
        AT_CLEANUP(at_chunk_clear) at_chunk again = {.count = 0};
        AT_CLEANUP(clear) packed all;
        make_chunk(&chunk, seed);
        pack(&all, &chunk);
        assert_int_equal(unpack(&again, &all, chunk.count), AT_OK);
        compare(&chunk, &again);
        assert_int_equal(unpack(&again, &all, chunk.count + 1), AT_TAMPERED);
    }
}

/* Each column cut at each byte and with each bit turned, from memory of exactly that size. */
static void spoil(packed *all, size_t count, int column, uint64_t *refused) {
    AT_CLEANUP(at_chunk_clear) at_chunk again = {.count = 0};
    const at_span whole = all->columns[column];
    for (size_t bytes = 0; bytes < whole.bytes; bytes += bytes < 64 ? 1 : 17) {
        char *cut = test_malloc(bytes + 1); /* out of bounds is seen */
        memcpy(cut, whole.data, bytes);
        all->columns[column] = (at_span){cut, bytes};
        assert_int_equal(unpack(&again, all, count), AT_TAMPERED);
        test_free(cut);
        ++*refused;
    }
    all->columns[column] = whole;
    for (size_t bit = 0; bit < 8 * whole.bytes; bit += bit < 512 ? 1 : 37) {
        all->bytes[column].data[bit / 8] ^= (char)(1 << bit % 8);
        assert_int_equal(unpack(&again, all, count), AT_TAMPERED);
        all->bytes[column].data[bit / 8] ^= (char)(1 << bit % 8);
        ++*refused;
    }
}

static void test_spoiled(void **unused) {
    uint64_t refused = 0;
    (void)unused;
    for (uint64_t seed = 0; seed < SPOILED; seed++) {
        AT_CLEANUP(at_chunk_clear) at_chunk chunk = {.count = 0};
        AT_CLEANUP(clear) packed all;
        make_chunk(&chunk, seed);
        chunk.count = chunk.count < 30 ? chunk.count : 30;
        chunk.texts[0].count = chunk.texts[0].count < 30 ? chunk.texts[0].count : 30;
        chunk.texts[1].count = chunk.texts[1].count < 30 ? chunk.texts[1].count : 30;
        pack(&all, &chunk);
        for (int column = 0; column < COLUMNS; column++)
            if (all.columns[column].data)
                spoil(&all, chunk.count, column, &refused);
    }
    print_message("  %" PRIu64 " spoiled columns refused\n", refused);
    assert_true(refused > 10000);
}

/* A name is its own number, however long, and comes back. */
static void test_names(void **unused) {
    enum { NAMES = 3000 };
    AT_CLEANUP(at_names_clear) at_names names = {.count = 0};
    AT_CLEANUP(at_text_clear) at_text spaces = {.data = NULL}, ids = {.data = NULL};
    AT_CLEANUP(at_name_list_clear) at_name_list list = {.spaces = NULL};
    char id[400];
    (void)unused;
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < NAMES; i++) {
            uint32_t number = UINT32_MAX;
            const uint32_t space = AT_NAME_SPACE(i % 2 ? AT_ACCOUNT : AT_ASSET, 1 + i % 3);
            /* Lengths on both sides of what a slot holds, many with one beginning. */
            const int bytes = snprintf(id, sizeof id, "%0*u", (int)(1 + i / 6 % 300), i / 6);
            const uint64_t hash = at_names_hash(space, id, (size_t)bytes);
            assert_int_equal(at_names_number(&number, &names, space, id, (size_t)bytes, hash, NULL),
                             AT_OK);
            assert_int_equal(number, i);
            assert_string_equal(at_names_id(&names, number), id);
            assert_int_equal(at_names_space(&names, number), space);
        }
    assert_int_equal(at_names_pack(&spaces, &ids, &names, 10, NULL), AT_OK);
    const at_span packed_spaces = {spaces.data, spaces.bytes}, packed_ids = {ids.data, ids.bytes};
    assert_int_equal(at_names_unpack(&list, NAMES - 10, packed_spaces, packed_ids, NULL), AT_OK);
    for (uint32_t i = 10; i < NAMES; i++) {
        assert_string_equal(at_pack_text(&list.ids, i - 10), at_names_id(&names, i));
        assert_int_equal(list.spaces[i - 10], at_names_space(&names, i));
    }
    for (size_t i = 0; i < ids.bytes; i += 41) {
        ids.data[i] ^= 4;
        assert_int_equal(at_names_unpack(&list, NAMES - 10, packed_spaces, packed_ids, NULL),
                         AT_TAMPERED);
        ids.data[i] ^= 4;
    }
    assert_int_equal(at_names_unpack(&list, NAMES - 11, packed_spaces, packed_ids, NULL),
                     AT_TAMPERED);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_back), cmocka_unit_test(test_spoiled),
                                       cmocka_unit_test(test_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
