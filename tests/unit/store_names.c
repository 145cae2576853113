/* Goal: each name of an account has one number, in order of first use, whatever its length.
 * Method: names that differ in one place only - the last byte, the length, the namespace - are
 *         given twice over in another order, through several growths of the table. */
#include "engine/store/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { NAMES = 6000, LENGTHS = 6, ID_BYTES = 301 };

/* Lengths around what a slot holds (22) and what its length can say (255). */
static const int lengths[LENGTHS] = {6, 22, 23, 40, 254, 300};

/* Name `i`: the number stands at the end of a run of zeros. */
static uint32_t name_of(char id[ID_BYTES], int i) {
    snprintf(id, ID_BYTES, "%0*d", lengths[i % LENGTHS], i / LENGTHS / 2);
    return AT_NAME_SPACE(AT_ACCOUNT, 1 + i / LENGTHS % 2);
}

static uint32_t number_of(at_names *names, int i) {
    char id[ID_BYTES];
    uint32_t number = 0;
    const uint32_t space = name_of(id, i);
    const size_t bytes = strlen(id);
    const uint64_t hash = at_names_hash(space, id, bytes);
    at_names_ahead(names, hash);
    assert_int_equal(at_names_number(&number, names, space, id, bytes, hash, NULL), AT_OK);
    return number;
}

static void test_numbers(void **state) {
    AT_CLEANUP(at_names_clear) at_names names = {.count = 0};
    char id[ID_BYTES];
    (void)state;
    for (int i = 0; i < NAMES; i++)
        assert_int_equal(number_of(&names, i), i);
    for (int i = 0; i < NAMES; i++) {
        const int other = (int)((i * 4099L) % NAMES);
        assert_int_equal(number_of(&names, other), other);
        assert_int_equal(at_names_space(&names, (uint32_t)other), name_of(id, other));
        assert_string_equal(at_names_id(&names, (uint32_t)other), id);
    }
    assert_int_equal(names.count, NAMES);
}

/* Two names of one hash are two names: the hash only says where to look. */
static void test_equal_hashes(void **state) {
    static const char *const ids[] = {"a", "b", "a name that is longer than a slot, number 1",
                                      "a name that is longer than a slot, number 2"};
    AT_CLEANUP(at_names_clear) at_names names = {.count = 0};
    (void)state;
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < AT_COUNT(ids); i++) {
            uint32_t number = 77;
            assert_int_equal(
                at_names_number(&number, &names, 16, ids[i], strlen(ids[i]), 12345, NULL), AT_OK);
            assert_int_equal(number, i);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_numbers),
                                       cmocka_unit_test(test_equal_hashes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
