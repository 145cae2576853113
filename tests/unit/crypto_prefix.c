/* Goal: a digest that was taken up in the middle is that of the whole, wherever it was left.
 * Method: the standard's own example, and bytes of many lengths in pieces of many lengths, against
 * the digests of hash.c. */
#include "engine/crypto/prefix.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/text.h"
#include "engine/crypto/hash.h"

enum { BYTES_MAX = 20 * AT_PREFIX_BLOCK + 3 };

static uint8_t data[BYTES_MAX];

static void check(const uint8_t digest[AT_PREFIX_BYTES], size_t bytes) {
    uint8_t wanted[AT_SHA256_BYTES];
    assert_int_equal(at_sha256(wanted, data, bytes, NULL), AT_OK);
    assert_memory_equal(digest, wanted, sizeof wanted);
}

/* FIPS 180-4, "abc". */
static void test_known(void **state) {
    uint8_t digest[AT_PREFIX_BYTES];
    char text[AT_SHA256_TEXT_BYTES];
    at_prefix prefix;
    (void)state;
    at_prefix_begin(&prefix);
    at_prefix_add(&prefix, "abc", 3);
    at_prefix_finish(digest, &prefix);
    at_hex_encode(text, digest, sizeof digest);
    assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void test_pieces(void **state) {
    (void)state;
    for (size_t bytes = 0; bytes < sizeof data; bytes += 7)
        for (size_t step = 1; step < 200; step += 31) {
            uint8_t digest[AT_PREFIX_BYTES];
            at_prefix prefix;
            at_prefix_begin(&prefix);
            for (size_t at = 0; at < bytes; at += step)
                at_prefix_add(&prefix, data + at, bytes - at < step ? bytes - at : step);
            at_prefix_finish(digest, &prefix);
            check(digest, bytes);
        }
}

static void test_taken_up(void **state) {
    (void)state;
    for (size_t bytes = 0; bytes < sizeof data; bytes += 13)
        for (size_t left = 0; left <= bytes; left += AT_PREFIX_BLOCK) {
            uint8_t kept[AT_PREFIX_BYTES], digest[AT_PREFIX_BYTES];
            at_prefix before, after;
            at_prefix_begin(&before);
            at_prefix_add(&before, data, left);
            at_prefix_state(kept, &before);
            at_prefix_take_up(&after, kept, left);
            at_prefix_add(&after, data + left, bytes - left);
            at_prefix_finish(digest, &after);
            check(digest, bytes);
            /* Another beginning leads elsewhere. */
            kept[left % AT_PREFIX_BYTES] ^= 1;
            at_prefix_take_up(&after, kept, left);
            at_prefix_add(&after, data + left, bytes - left);
            uint8_t other[AT_PREFIX_BYTES];
            at_prefix_finish(other, &after);
            assert_memory_not_equal(digest, other, sizeof other);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_taken_up),
    };
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 131 + i / 64);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
