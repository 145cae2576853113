/* The digests of hash.c keep their state to themselves; OpenSSL's older functions, called
 * deprecated and computed by the same code, show it. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "engine/crypto/prefix.h"

#include <assert.h>
#include <string.h>

#include <openssl/sha.h>

_Static_assert(sizeof(SHA256_CTX) <= sizeof(at_prefix), "room for OpenSSL's state");
_Static_assert(_Alignof(SHA256_CTX) <= _Alignof(at_prefix), "and where it may lie");

static SHA256_CTX load(const at_prefix *prefix) {
    SHA256_CTX context;
    memcpy(&context, prefix->room, sizeof context);
    return context;
}

static void store(at_prefix *prefix, const SHA256_CTX *context) {
    memcpy(prefix->room, context, sizeof *context);
}

void at_prefix_begin(at_prefix *out) {
    SHA256_CTX context;
    memset(&context, 0, sizeof context);
    (void)SHA256_Init(&context); /* cannot fail without a provider */
    *out = (at_prefix){.room = {0}};
    store(out, &context);
}

void at_prefix_take_up(at_prefix *out, const uint8_t state[AT_PREFIX_BYTES], uint64_t bytes) {
    assert(bytes % AT_PREFIX_BLOCK == 0 && bytes <= UINT64_MAX / 8);
    at_prefix_begin(out);
    SHA256_CTX context = load(out);
    for (int i = 0; i < 8; i++)
        context.h[i] = (SHA_LONG)state[4 * i] << 24 | (SHA_LONG)state[4 * i + 1] << 16 |
                       (SHA_LONG)state[4 * i + 2] << 8 | (SHA_LONG)state[4 * i + 3];
    const uint64_t bits = bytes * 8;
    context.Nl = (SHA_LONG)bits;
    context.Nh = (SHA_LONG)(bits >> 32);
    store(out, &context);
}

void at_prefix_add(at_prefix *prefix, const void *data, size_t bytes) {
    SHA256_CTX context = load(prefix);
    (void)SHA256_Update(&context, data, bytes);
    store(prefix, &context);
}

void at_prefix_state(uint8_t out[AT_PREFIX_BYTES], const at_prefix *prefix) {
    const SHA256_CTX context = load(prefix);
    assert(context.num == 0);
    for (int i = 0; i < 8; i++)
        for (int k = 0; k < 4; k++)
            out[4 * i + k] = (uint8_t)(context.h[i] >> (24 - 8 * k));
}

void at_prefix_finish(uint8_t out[AT_PREFIX_BYTES], at_prefix *prefix) {
    SHA256_CTX context = load(prefix);
    (void)SHA256_Final(out, &context);
    store(prefix, &context);
}
