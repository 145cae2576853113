/**
 * pair.h - SHA-256 of two messages at once.
 *
 * The processor's SHA instructions wait for each other within one message and not across two: a
 * pair of short messages takes little more than one of them. Where there are no such instructions
 * at_pair_known says so, and whoever asks takes hash.h.
 *
 * Source: FIPS 180-4, sections 5.1.1, 5.3.3, 6.2.
 */
#ifndef ASSETTRACE_CRYPTO_PAIR_H
#define ASSETTRACE_CRYPTO_PAIR_H

#include <stdbool.h>

#include "engine/crypto/hash.h"

enum { AT_PAIR_PADDING = 72 }; /* what a message grows by, at most */

/** Whether this processor can. */
bool at_pair_known(void);

/**
 * Only where at_pair_known.
 *
 * @param messages  each with room for AT_PAIR_PADDING bytes behind it, which are written over
 */
void at_pair_sha256(uint8_t *const out[2], uint8_t *const messages[2], const size_t bytes[2]);

#endif
