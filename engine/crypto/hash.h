/**
 * hash.h - digests, message authentication and random bytes.
 *
 * SHA-256 names sources, records and bundles; SHA-512 stands beside it in a bag for the decades.
 * SHA-224, MD5 and SHA-1 are here to read bags made by others and never to protect ours.
 * Digests are OpenSSL's, fetched once: FIPS 180-4; HMAC is RFC 2104.
 *
 * Ownership: at_hash is a handle. A finished hash starts anew, so one handle serves many files.
 * Errors:    AT_NO_MEMORY "E-MEMORY"; AT_BUG "E-CRYPTO-DIGEST" when OpenSSL lacks the digest.
 * Threads:   one handle, one thread; the one-shot functions may be called from any thread.
 */
#ifndef ASSETTRACE_CRYPTO_HASH_H
#define ASSETTRACE_CRYPTO_HASH_H

#include "engine/base/error.h"

enum {
    AT_SHA256_BYTES = 32,
    AT_SHA512_BYTES = 64,
    AT_HASH_BYTES_MAX = 64,
    AT_SHA256_TEXT_BYTES = 65, /* lower-case hex and its NUL */
    AT_HASH_TEXT_BYTES_MAX = 129,
};

typedef enum at_hash_kind {
    AT_SHA256,
    AT_SHA512,
    AT_SHA224,
    AT_SHA1,
    AT_MD5,
    AT_HASH_KIND_COUNT
} at_hash_kind;

typedef struct at_hash at_hash;

AT_CHECKED at_status at_hash_open(at_hash **out, at_hash_kind kind, at_error *err);
void at_hash_close(at_hash **hash);
AT_CHECKED at_status at_hash_add(at_hash *hash, const void *data, size_t bytes, at_error *err);
/** The digest of everything added, at_hash_bytes(kind) long; the handle is empty again. */
AT_CHECKED at_status at_hash_finish(uint8_t *out, at_hash *hash, at_error *err);
/** The same as lower-case hex with a NUL. */
AT_CHECKED at_status at_hash_finish_text(char *out, at_hash *hash, at_error *err);

size_t at_hash_bytes(at_hash_kind kind);

/** One-shot, allocating nothing of ours. */
AT_CHECKED at_status at_sha256(uint8_t out[AT_SHA256_BYTES], const void *data, size_t bytes,
                               at_error *err);
AT_CHECKED at_status at_sha512(uint8_t out[AT_SHA512_BYTES], const void *data, size_t bytes,
                               at_error *err);
AT_CHECKED at_status at_sha256_text(char out[AT_SHA256_TEXT_BYTES], const void *data, size_t bytes,
                                    at_error *err);

/**
 * Digests of one file in one pass, as lower-case hex.
 *
 * @param texts  one per kind, each AT_HASH_TEXT_BYTES_MAX long
 * Errors: AT_IO, AT_BAD_INPUT when there is no such regular file (links are not followed).
 */
AT_CHECKED at_status at_hash_file(char texts[][AT_HASH_TEXT_BYTES_MAX], const at_hash_kind *kinds,
                                  size_t count, const char *path, at_error *err);

AT_CHECKED at_status at_hmac_sha256(uint8_t out[AT_SHA256_BYTES], const void *key, size_t key_bytes,
                                    const void *data, size_t bytes, at_error *err);

/** From the operating system's generator; for secrets and key ids, never for a result. */
void at_random_bytes(void *out, size_t bytes);

/** "libsodium 1.0.18, OpenSSL 3.0.15": what did the work, for the seal statement; 64 bytes suffice.
 */
void at_crypto_versions(char *out, size_t bytes);

#endif
