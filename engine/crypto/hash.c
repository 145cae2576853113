/* OpenSSL's own SHA-256 beside its EVP layer, which takes memory and gives it back for each digest:
 * for a row of a bank's file that costs more than half of what the hashing does. It is there, and
 * marked as deprecated, since 3.0. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "engine/crypto/hash.h"

#include "engine/base/arena.h"
#include "engine/base/text.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include <sodium.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

enum { CHUNK_BYTES = 64 << 10 };

struct at_hash {
    EVP_MD_CTX *context; /* NULL: it is SHA-256 */
    SHA256_CTX sha256;
    const EVP_MD *digest;
    size_t bytes;
};

static const struct {
    const char *name;
    size_t bytes;
} kinds_known[AT_HASH_KIND_COUNT] = {
    [AT_SHA256] = {"SHA256", AT_SHA256_BYTES},
    [AT_SHA512] = {"SHA512", AT_SHA512_BYTES},
    [AT_SHA224] = {"SHA224", 28},
    [AT_SHA1] = {"SHA1", 20},
    [AT_MD5] = {"MD5", 16},
};

size_t at_hash_bytes(at_hash_kind kind) {
    assert(kind < AT_HASH_KIND_COUNT);
    return kinds_known[kind].bytes;
}

/* Fetching a digest walks OpenSSL's providers; once is enough for the life of the program. */
static at_status fetch(const EVP_MD **out, at_hash_kind kind, at_error *err) {
    static _Atomic(EVP_MD *) fetched[AT_HASH_KIND_COUNT];
    EVP_MD *digest = atomic_load(&fetched[kind]);
    if (digest == NULL) {
        EVP_MD *mine = EVP_MD_fetch(NULL, kinds_known[kind].name, NULL);
        if (mine == NULL)
            return at_fail(err, AT_BUG, "E-CRYPTO-DIGEST", "OpenSSL gives no digest \"%s\"",
                           kinds_known[kind].name);
        if (atomic_compare_exchange_strong(&fetched[kind], &digest, mine))
            digest = mine;
        else
            EVP_MD_free(mine);
    }
    *out = digest;
    return AT_OK;
}

static at_status no_memory(at_error *err) {
    return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory for a digest");
}

at_status at_hash_open(at_hash **out, at_hash_kind kind, at_error *err) {
    assert(kind < AT_HASH_KIND_COUNT);
    const EVP_MD *digest = NULL;
    AT_TRY(fetch(&digest, kind, err));
    at_hash *hash = at_memory_resize(NULL, sizeof *hash);
    if (hash == NULL)
        return no_memory(err);
    *hash = (at_hash){.digest = digest, .bytes = at_hash_bytes(kind)};
    if (kind == AT_SHA256) {
        SHA256_Init(&hash->sha256);
        *out = hash;
        return AT_OK;
    }
    hash->context = EVP_MD_CTX_new();
    if (hash->context == NULL || EVP_DigestInit_ex2(hash->context, digest, NULL) != 1) {
        at_hash_close(&hash);
        return no_memory(err);
    }
    *out = hash;
    return AT_OK;
}

void at_hash_close(at_hash **hash) {
    if (*hash == NULL)
        return;
    EVP_MD_CTX_free((*hash)->context);
    at_memory_resize(*hash, 0);
    *hash = NULL;
}

at_status at_hash_add(at_hash *hash, const void *data, size_t bytes, at_error *err) {
    if (hash->context == NULL)
        SHA256_Update(&hash->sha256, data, bytes);
    else if (EVP_DigestUpdate(hash->context, data, bytes) != 1)
        return no_memory(err);
    return AT_OK;
}

at_status at_hash_finish(uint8_t *out, at_hash *hash, at_error *err) {
    if (hash->context == NULL) {
        SHA256_Final(out, &hash->sha256);
        SHA256_Init(&hash->sha256);
        return AT_OK;
    }
    if (EVP_DigestFinal_ex(hash->context, out, NULL) != 1 ||
        EVP_DigestInit_ex2(hash->context, hash->digest, NULL) != 1)
        return no_memory(err);
    return AT_OK;
}

at_status at_hash_finish_text(char *out, at_hash *hash, at_error *err) {
    uint8_t digest[AT_HASH_BYTES_MAX];
    AT_TRY(at_hash_finish(digest, hash, err));
    at_hex_encode(out, digest, hash->bytes);
    return AT_OK;
}

static at_status hash_once(uint8_t *out, at_hash_kind kind, const void *data, size_t bytes,
                           at_error *err) {
    const EVP_MD *digest = NULL;
    AT_TRY(fetch(&digest, kind, err));
    if (EVP_Digest(data, bytes, out, NULL, digest, NULL) != 1)
        return no_memory(err);
    return AT_OK;
}

at_status at_sha256(uint8_t out[AT_SHA256_BYTES], const void *data, size_t bytes, at_error *err) {
    return hash_once(out, AT_SHA256, data, bytes, err);
}

at_status at_sha512(uint8_t out[AT_SHA512_BYTES], const void *data, size_t bytes, at_error *err) {
    return hash_once(out, AT_SHA512, data, bytes, err);
}

at_status at_sha256_text(char out[AT_SHA256_TEXT_BYTES], const void *data, size_t bytes,
                         at_error *err) {
    uint8_t digest[AT_SHA256_BYTES];
    AT_TRY(at_sha256(digest, data, bytes, err));
    at_hex_encode(out, digest, sizeof digest);
    return AT_OK;
}

static void close_file(const int *file) {
    if (*file >= 0)
        close(*file);
}

static at_status read_into(at_hash **hashes, size_t count, int file, const char *path,
                           at_error *err) {
    char buffer[CHUNK_BYTES];
    for (;;) {
        const ssize_t got = read(file, buffer, sizeof buffer);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return at_fail(err, AT_IO, "E-IO", "cannot read \"%s\": %s", path,
                           strerrordesc_np(errno));
        if (got == 0)
            return AT_OK;
        for (size_t i = 0; i < count; i++)
            AT_TRY(at_hash_add(hashes[i], buffer, (size_t)got, err));
    }
}

static void close_hashes(at_hash *(*hashes)[AT_HASH_KIND_COUNT]) {
    for (size_t i = 0; i < AT_HASH_KIND_COUNT; i++)
        at_hash_close(&(*hashes)[i]);
}

at_status at_hash_file(char texts[][AT_HASH_TEXT_BYTES_MAX], const at_hash_kind *kinds,
                       size_t count, const char *path, at_error *err) {
    assert(count <= AT_HASH_KIND_COUNT);
    AT_CLEANUP(close_hashes) at_hash *hashes[AT_HASH_KIND_COUNT] = {NULL};
    AT_CLEANUP(close_file) int file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    struct stat status;
    if (file < 0 && (errno == ENOENT || errno == ELOOP || errno == ENOTDIR))
        return at_fail(err, AT_BAD_INPUT, "E-FILE-MISSING", "there is no file \"%s\"", path);
    if (file < 0 || fstat(file, &status) != 0)
        return at_fail(err, AT_IO, "E-IO", "cannot open \"%s\": %s", path, strerrordesc_np(errno));
    if (!S_ISREG(status.st_mode))
        return at_fail(err, AT_BAD_INPUT, "E-FILE-KIND", "\"%s\" is no regular file", path);
    for (size_t i = 0; i < count; i++)
        AT_TRY(at_hash_open(&hashes[i], kinds[i], err));
    AT_TRY(read_into(hashes, count, file, path, err));
    for (size_t i = 0; i < count; i++)
        AT_TRY(at_hash_finish_text(texts[i], hashes[i], err));
    return AT_OK;
}

at_status at_hmac_sha256(uint8_t out[AT_SHA256_BYTES], const void *key, size_t key_bytes,
                         const void *data, size_t bytes, at_error *err) {
    const EVP_MD *digest = NULL;
    unsigned out_bytes = 0;
    assert(key_bytes <= INT32_MAX);
    AT_TRY(fetch(&digest, AT_SHA256, err));
    /* A NULL key means "the key of before" to OpenSSL, so an empty one needs an address. */
    if (HMAC(digest, key_bytes > 0 ? key : "", (int)key_bytes, data, bytes, out, &out_bytes) ==
        NULL)
        return no_memory(err);
    assert(out_bytes == AT_SHA256_BYTES);
    return AT_OK;
}

void at_random_bytes(void *out, size_t bytes) {
    const int started = sodium_init();
    assert(started >= 0); /* fails only where the system has no randomness at all */
    (void)started;
    randombytes_buf(out, bytes);
}

void at_crypto_versions(char *out, size_t bytes) {
    snprintf(out, bytes, "libsodium %s, OpenSSL %s", sodium_version_string(),
             OpenSSL_version(OPENSSL_VERSION_STRING));
}
