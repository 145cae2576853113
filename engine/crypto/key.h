/**
 * key.h - Ed25519 key pairs in the files of minisign 0.11.
 *
 * A secret key file with a passphrase is minisign's scrypt form and signs with `minisign -S`; its
 * default cost is minisign's own (1 GiB, some seconds). One without a passphrase is for tests: it
 * says TEST in its comment, every signature by it says TEST, `seal` refuses it unless told, and
 * `verify` answers untrusted.
 *
 * Format:    https://jedisct1.github.io/minisign/ "Key format", "Signature format".
 * Ownership: at_key is a handle on locked memory, wiped when closed. at_public_key is a value.
 * Errors:    AT_KEY "E-KEY-PASSPHRASE" wrong passphrase; AT_BAD_INPUT "E-KEY-FORMAT" no key file,
 *            "E-KEY-WEAK" a point that is no honest public key; AT_REFUSED "E-KEY-EXISTS".
 */
#ifndef ASSETTRACE_CRYPTO_KEY_H
#define ASSETTRACE_CRYPTO_KEY_H

#include <stdbool.h>

#include "engine/base/text.h"
#include "engine/crypto/secret.h"

enum { AT_KEY_ID_TEXT_BYTES = 17, AT_PUBLIC_KEY_TEXT_BYTES = 57, AT_SIGNATURE_BYTES = 64 };

typedef struct at_public_key {
    uint8_t id[8]; /* as in the files: least significant byte first */
    uint8_t bytes[32];
    bool test; /* its file says TEST */
} at_public_key;

typedef struct at_key at_key;

/* scrypt's cost, as libsodium counts it; zero = minisign's. Stored in the key file. */
typedef struct at_key_cost {
    uint64_t operations;
    uint64_t memory_bytes;
} at_key_cost;

typedef struct at_key_request {
    const char *secret_path;         /* written with mode 0600 */
    const char *public_path;         /* written with mode 0644 */
    const at_passphrase *passphrase; /* NULL: a TEST key */
    at_key_cost cost;
    bool replace; /* overwrite existing files */
} at_key_request;

/** Make a key pair and write both files. `out` may be NULL. */
AT_CHECKED at_status at_key_new(at_key **out, const at_key_request *request, at_error *err);

/** Read a secret key file; `passphrase` is asked only when it is encrypted (NULL then gives
 * AT_KEY). */
AT_CHECKED at_status at_key_open(at_key **out, const char *secret_path,
                                 const at_passphrase *passphrase, at_error *err);
void at_key_close(at_key **key);

bool at_key_is_test(const at_key *key);
const at_public_key *at_key_public(const at_key *key);

/** A public key file: two lines; only the second is believed, save for the word TEST in the first.
 */
AT_CHECKED at_status at_public_key_read(at_public_key *out, const char *path, at_error *err);
/** The base64 line alone ("RWQ..."), as `minisign -P` takes it. */
AT_CHECKED at_status at_public_key_parse(at_public_key *out, const char *text, at_error *err);
void at_public_key_format(char out[AT_PUBLIC_KEY_TEXT_BYTES], const at_public_key *key);
bool at_public_key_equal(const at_public_key *a, const at_public_key *b); /* id and bytes */
/** "8A3D2B6E4C0F1122", as minisign shows it. */
void at_key_id_format(char out[AT_KEY_ID_TEXT_BYTES], const uint8_t id[8]);

/**
 * Is this the Ed25519 signature (RFC 8032, pure) of the message? Refuses S >= L, a non-canonical or
 * small-order key, a small-order R and everything that only a cofactored equation accepts.
 */
bool at_ed25519_verify(const uint8_t public_key[32], const void *message, size_t bytes,
                       const uint8_t signature[AT_SIGNATURE_BYTES]);

#endif
