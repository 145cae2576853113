/* Goal: the checksum is XXH64 and nothing else.
 * Method: the vectors of the specification's own test suite. */
#include "engine/base/checksum.h"
#include "engine/base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Seeds 0 and 0x9E3779B1, bytes of the suite's generator. */
static void test_checksum(void **state) {
    (void)state;
    static const struct {
        size_t bytes;
        uint64_t seed, sum;
    } rows[] = {{0, 0, UINT64_C(0xEF46DB3751D8E999)},
                {0, UINT64_C(0x9E3779B1), UINT64_C(0xAC75FDA2929B17EF)},
                {1, 0, UINT64_C(0xE934A84ADB052768)},
                {1, UINT64_C(0x9E3779B1), UINT64_C(0x5014607643A9B4C3)},
                {4, 0, UINT64_C(0x9136A0DCA57457EE)},
                {14, 0, UINT64_C(0x8282DCC4994E35C8)},
                {14, UINT64_C(0x9E3779B1), UINT64_C(0xC3BD6BF63DEB6DF0)},
                {222, 0, UINT64_C(0xB641AE8CB691C174)},
                {222, UINT64_C(0x9E3779B1), UINT64_C(0x20CB8AB7AE10C14A)}};
    uint8_t bytes[256];
    uint64_t number = UINT64_C(2654435761);
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(number >> 56);
        number *= UINT64_C(11400714785074694797);
    }
    for (size_t i = 0; i < AT_COUNT(rows); i++)
        assert_int_equal(at_checksum(bytes, rows[i].bytes, rows[i].seed), rows[i].sum);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_checksum)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
