/**
 * prefix.h - SHA-256 that can be taken up again in the middle.
 *
 * FIPS 180-4 section 6.2: after a whole number of 64-byte blocks all that the rest of the hash
 * depends on is a chaining value of 32 bytes. Whoever keeps it with the number of bytes so far can
 * go on later from there, and gets the same digest as who hashed everything at once: so the end of
 * a long file can be shown to belong to a known digest without reading its beginning again.
 *
 * Units:     AT_PREFIX_BLOCK bytes a block; states are big-endian, as the digest is.
 * Ownership: at_prefix is a plain value.
 * Errors:    none.
 */
#ifndef ASSETTRACE_CRYPTO_PREFIX_H
#define ASSETTRACE_CRYPTO_PREFIX_H

#include <stddef.h>
#include <stdint.h>

enum { AT_PREFIX_BLOCK = 64, AT_PREFIX_BYTES = 32, AT_PREFIX_ROOM = 14 };

typedef struct at_prefix {
    uint64_t room[AT_PREFIX_ROOM]; /* private to prefix.c */
} at_prefix;

void at_prefix_begin(at_prefix *out);
/** Go on after `bytes` bytes, whole blocks, that gave this state. */
void at_prefix_take_up(at_prefix *out, const uint8_t state[AT_PREFIX_BYTES], uint64_t bytes);
void at_prefix_add(at_prefix *prefix, const void *data, size_t bytes);
/** The state; what was added so far must be whole blocks. */
void at_prefix_state(uint8_t out[AT_PREFIX_BYTES], const at_prefix *prefix);
/** The digest of everything; the prefix is then to be begun anew. */
void at_prefix_finish(uint8_t out[AT_PREFIX_BYTES], at_prefix *prefix);

#endif
