#include "engine/crypto/pair.h"

#include <assert.h>
#include <string.h>

enum { BLOCK_BYTES = 64, LENGTH_BYTES = 8 };

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>
#include <stdatomic.h>

#define WITH_SHA __attribute__((target("sha,sse4.1,ssse3")))

/* The constants of the 64 rounds: section 4.2.2. */
static const uint32_t rounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/* The eight words of a state as the instructions want them: A B E F and C D G H, and four rounds'
 * worth of four words of the message each. */
typedef struct lane {
    __m128i abef, cdgh;
    __m128i words[4];
} lane;

static bool ask_processor(void) {
    enum { SHA_BIT = 1 << 29, SSSE3_BIT = 1 << 9, SSE41_BIT = 1 << 19 };
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & SSSE3_BIT) || !(c & SSE41_BIT))
        return false;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & SHA_BIT);
}

/* Asked once: within a virtual machine each question takes microseconds. */
bool at_pair_known(void) {
    enum { UNKNOWN, NO, YES };
    static atomic_int answer;
    int known = atomic_load_explicit(&answer, memory_order_relaxed);
    if (known == UNKNOWN) {
        known = ask_processor() ? YES : NO;
        atomic_store_explicit(&answer, known, memory_order_relaxed);
    }
    return known == YES;
}

WITH_SHA static inline void take_block(lane *now, const uint8_t *block) {
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    for (int i = 0; i < 4; i++)
        now->words[i] = _mm_shuffle_epi8(
            _mm_loadu_si128((const __m128i *)(const void *)(block + 16 * i)), swap);
}

/* Four rounds with the words at `i`, which become those of sixteen rounds later. */
WITH_SHA static inline void four(lane *now, __m128i constants, int i, bool more) {
    __m128i *w = now->words;
    const __m128i first = w[i];
    const __m128i sum = _mm_add_epi32(first, constants);
    now->cdgh = _mm_sha256rnds2_epu32(now->cdgh, now->abef, sum);
    now->abef = _mm_sha256rnds2_epu32(now->abef, now->cdgh, _mm_shuffle_epi32(sum, 0x0E));
    if (!more)
        return;
    const __m128i last = w[(i + 3) & 3];
    const __m128i middle = _mm_alignr_epi8(last, w[(i + 2) & 3], 4);
    w[i] = _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(first, w[(i + 1) & 3]), middle),
                                last);
}

/* Written out: the words stay in registers only where `i` is a constant. */
WITH_SHA static inline void sixteen(lane *one, lane *other, const uint32_t *at, bool more) {
    const __m128i *constants = (const __m128i *)(const void *)at;
    const __m128i c0 = _mm_loadu_si128(constants), c1 = _mm_loadu_si128(constants + 1),
                  c2 = _mm_loadu_si128(constants + 2), c3 = _mm_loadu_si128(constants + 3);
    four(one, c0, 0, more);
    four(other, c0, 0, more);
    four(one, c1, 1, more);
    four(other, c1, 1, more);
    four(one, c2, 2, more);
    four(other, c2, 2, more);
    four(one, c3, 3, more);
    four(other, c3, 3, more);
}

WITH_SHA static void two_blocks(lane *one, lane *other, const uint8_t *first,
                                const uint8_t *second) {
    lane a = *one, b = *other;
    take_block(&a, first);
    take_block(&b, second);
    for (int i = 0; i < 48; i += 16)
        sixteen(&a, &b, rounds + i, true);
    sixteen(&a, &b, rounds + 48, false);
    one->abef = _mm_add_epi32(one->abef, a.abef);
    one->cdgh = _mm_add_epi32(one->cdgh, a.cdgh);
    other->abef = _mm_add_epi32(other->abef, b.abef);
    other->cdgh = _mm_add_epi32(other->cdgh, b.cdgh);
}

WITH_SHA static lane begin(void) {
    return (lane){.abef = _mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c),
                  .cdgh = _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19)};
}

WITH_SHA static void finish(uint8_t *out, const lane *now) {
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    const __m128i feba = _mm_shuffle_epi32(now->abef, 0x1B);
    const __m128i dchg = _mm_shuffle_epi32(now->cdgh, 0xB1);
    const __m128i dcba = _mm_blend_epi16(feba, dchg, 0xF0);
    const __m128i hgfe = _mm_alignr_epi8(dchg, feba, 8);
    _mm_storeu_si128((__m128i *)(void *)out, _mm_shuffle_epi8(dcba, swap));
    _mm_storeu_si128((__m128i *)(void *)(out + 16), _mm_shuffle_epi8(hgfe, swap));
}

/* One bit, zeros, and the length in bits: section 5.1.1. How many blocks it then is. */
static size_t pad(uint8_t *message, size_t bytes) {
    const size_t blocks = (bytes + 1 + LENGTH_BYTES + BLOCK_BYTES - 1) / BLOCK_BYTES;
    const size_t whole = blocks * BLOCK_BYTES;
    const uint64_t bits = __builtin_bswap64((uint64_t)bytes * 8);
    message[bytes] = 0x80;
    memset(message + bytes + 1, 0, whole - LENGTH_BYTES - bytes - 1);
    memcpy(message + whole - LENGTH_BYTES, &bits, sizeof bits);
    return blocks;
}

WITH_SHA void at_pair_sha256(uint8_t *const out[2], uint8_t *const messages[2],
                             const size_t bytes[2]) {
    lane one = begin(), other = one, idle = one;
    const size_t first = pad(messages[0], bytes[0]), second = pad(messages[1], bytes[1]);
    const size_t both = first < second ? first : second;
    for (size_t i = 0; i < both; i++)
        two_blocks(&one, &other, messages[0] + i * BLOCK_BYTES, messages[1] + i * BLOCK_BYTES);
    for (size_t i = both; i < first; i++)
        two_blocks(&one, &idle, messages[0] + i * BLOCK_BYTES, messages[0]);
    for (size_t i = both; i < second; i++)
        two_blocks(&idle, &other, messages[1], messages[1] + i * BLOCK_BYTES);
    finish(out[0], &one);
    finish(out[1], &other);
}

#else

bool at_pair_known(void) {
    return false;
}

void at_pair_sha256(uint8_t *const out[2], uint8_t *const messages[2], const size_t bytes[2]) {
    (void)out;
    (void)messages;
    (void)bytes;
    assert(!"asked for what this processor cannot do");
}

#endif
