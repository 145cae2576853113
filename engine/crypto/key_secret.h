/**
 * key_secret.h - the inside of a key, for signature.c and key.c alone.
 */
#ifndef ASSETTRACE_CRYPTO_KEY_SECRET_H
#define ASSETTRACE_CRYPTO_KEY_SECRET_H

#include "engine/crypto/key.h"

struct at_key {
    at_public_key public;
    uint8_t secret[64]; /* seed and public key, as libsodium keeps them */
    bool test;
};

#endif
