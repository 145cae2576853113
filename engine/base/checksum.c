#include "engine/base/checksum.h"

#include <string.h>

static const uint64_t prime[] = {0, /* the specification counts them from 1 */
                                 UINT64_C(0x9E3779B185EBCA87),
                                 UINT64_C(0xC2B2AE3D27D4EB4F),
                                 UINT64_C(0x165667B19E3779F9),
                                 UINT64_C(0x85EBCA77C2B2AE63),
                                 UINT64_C(0x27D4EB2F165667C5)};

static inline uint64_t turn(uint64_t value, int bits) {
    return value << bits | value >> (64 - bits);
}

/* Little endian, wherever it runs. */
static inline uint64_t lane_at(const unsigned char *at) {
    uint64_t value;
    memcpy(&value, at, sizeof value);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap64(value);
#endif
    return value;
}

static inline uint64_t half_lane_at(const unsigned char *at) {
    uint32_t value;
    memcpy(&value, at, sizeof value);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap32(value);
#endif
    return value;
}

static inline uint64_t round_of(uint64_t accumulator, uint64_t lane) {
    return turn(accumulator + lane * prime[2], 31) * prime[1];
}

static inline uint64_t merge(uint64_t accumulator, uint64_t other) {
    return (accumulator ^ round_of(0, other)) * prime[1] + prime[4];
}

static uint64_t finish(uint64_t sum, const unsigned char *at, size_t left) {
    for (; left >= 8; at += 8, left -= 8)
        sum = turn(sum ^ round_of(0, lane_at(at)), 27) * prime[1] + prime[4];
    if (left >= 4) {
        sum = turn(sum ^ half_lane_at(at) * prime[1], 23) * prime[2] + prime[3];
        at += 4;
        left -= 4;
    }
    for (; left; at++, left--)
        sum = turn(sum ^ *at * prime[5], 11) * prime[1];
    sum = (sum ^ sum >> 33) * prime[2];
    sum = (sum ^ sum >> 29) * prime[3];
    return sum ^ sum >> 32;
}

uint64_t at_checksum(const void *data, size_t bytes, uint64_t seed) {
    const unsigned char *at = data;
    size_t left = bytes;
    uint64_t sum = seed + prime[5];
    if (left >= 32) {
        uint64_t a = seed + prime[1] + prime[2], b = seed + prime[2], c = seed, d = seed - prime[1];
        for (; left >= 32; at += 32, left -= 32) {
            a = round_of(a, lane_at(at));
            b = round_of(b, lane_at(at + 8));
            c = round_of(c, lane_at(at + 16));
            d = round_of(d, lane_at(at + 24));
        }
        sum = turn(a, 1) + turn(b, 7) + turn(c, 12) + turn(d, 18);
        sum = merge(merge(merge(merge(sum, a), b), c), d);
    }
    return finish(sum + bytes, at, left);
}
