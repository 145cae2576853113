#include "engine/crypto/key.h"

#include "engine/base/file.h"
#include "engine/crypto/key_secret.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

enum {
    CHECK_BYTES = 32,
    SALT_BYTES = 32,
    SECRET_BYTES = 64,
    SEALED_BYTES = 8 + SECRET_BYTES + CHECK_BYTES, /* what scrypt's stream hides */
    FILE_BYTES = 6 + SALT_BYTES + 8 + 8 + SEALED_BYTES,
    FILE_TEXT_BYTES = 213,
    LINE_BYTES_MAX = 1024, /* minisign's own limit for a comment */
    PUBLIC_BYTES = 2 + 8 + 32,
};

static const char comment_head[] = "untrusted comment: ";
static const char test_mark[] = "TEST";
static const at_key_cost cost_default = {33554432, 1073741824};

/* The fixed part of a secret key file, before base64. */
typedef struct key_file {
    uint8_t signature_kind[2];  /* "Ed" */
    uint8_t derivation_kind[2]; /* "Sc", or two zeros: not encrypted */
    uint8_t check_kind[2];      /* "B2" */
    uint8_t salt[SALT_BYTES];
    uint8_t operations[8]; /* least significant byte first, like every number here */
    uint8_t memory[8];
    uint8_t sealed[SEALED_BYTES]; /* key id, secret, BLAKE2b-256 of kind, id and secret */
} key_file;
_Static_assert(sizeof(key_file) == FILE_BYTES, "no padding");

static void put_number(uint8_t out[8], uint64_t number) {
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(number >> 8 * i);
}

static uint64_t get_number(const uint8_t bytes[8]) {
    uint64_t number = 0;
    for (int i = 7; i >= 0; i--)
        number = number << 8 | bytes[i];
    return number;
}

void at_key_id_format(char out[AT_KEY_ID_TEXT_BYTES], const uint8_t id[8]) {
    snprintf(out, AT_KEY_ID_TEXT_BYTES, "%016llX", (unsigned long long)get_number(id));
}

/* --- Public keys --- */

at_status at_public_key_parse(at_public_key *out, const char *text, at_error *err) {
    uint8_t bytes[PUBLIC_BYTES];
    char again[AT_PUBLIC_KEY_TEXT_BYTES];
    size_t count = 0;
    if (sodium_init() < 0)
        return at_fail(err, AT_IO, "E-IO", "the system gives no random bytes");
    if (strlen(text) != AT_PUBLIC_KEY_TEXT_BYTES - 1 ||
        sodium_base642bin(bytes, sizeof bytes, text, strlen(text), NULL, &count, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        count != sizeof bytes || memcmp(bytes, "Ed", 2) != 0)
        return at_fail(err, AT_BAD_INPUT, "E-KEY-FORMAT", "\"%.60s\" is no minisign public key",
                       text);
    at_public_key key = {.test = false};
    memcpy(key.id, bytes + 2, sizeof key.id);
    memcpy(key.bytes, bytes + 10, sizeof key.bytes);
    at_public_key_format(again, &key);
    if (strcmp(again, text) != 0)
        return at_fail(err, AT_BAD_INPUT, "E-KEY-FORMAT", "\"%.60s\" is not canonical base64",
                       text);
    /* Refuses non-canonical encodings and every point outside the prime-order group. */
    if (crypto_core_ed25519_is_valid_point(key.bytes) != 1)
        return at_fail(err, AT_BAD_INPUT, "E-KEY-WEAK", "\"%.60s\" is no honest Ed25519 key", text);
    *out = key;
    return AT_OK;
}

void at_public_key_format(char out[AT_PUBLIC_KEY_TEXT_BYTES], const at_public_key *key) {
    uint8_t bytes[PUBLIC_BYTES] = "Ed";
    memcpy(bytes + 2, key->id, sizeof key->id);
    memcpy(bytes + 10, key->bytes, sizeof key->bytes);
    sodium_bin2base64(out, AT_PUBLIC_KEY_TEXT_BYTES, bytes, sizeof bytes,
                      sodium_base64_VARIANT_ORIGINAL);
}

bool at_public_key_equal(const at_public_key *a, const at_public_key *b) {
    return memcmp(a->id, b->id, sizeof a->id) == 0 &&
           memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/* Two lines, the first an untrusted comment; a CR before a line end is other programs' habit. */
static bool split_lines(char **first, char **second, char *text, size_t bytes) {
    char *end = memchr(text, '\n', bytes);
    if (end == NULL || (size_t)(end - text) > LINE_BYTES_MAX || memchr(text, 0, bytes) != NULL ||
        !at_text_starts(text, comment_head))
        return false;
    *end = '\0';
    *first = text + strlen(comment_head);
    *second = end + 1;
    size_t rest = bytes - (size_t)(end + 1 - text);
    if (rest > 0 && (*second)[rest - 1] == '\n')
        rest--;
    if (rest > 0 && (*second)[rest - 1] == '\r')
        rest--;
    (*second)[rest] = '\0';
    return true;
}

at_status at_public_key_read(at_public_key *out, const char *path, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = 2 * LINE_BYTES_MAX};
    char *comment = NULL, *line = NULL;
    at_public_key key;
    AT_TRY(at_file_read(&text, path, 2 * LINE_BYTES_MAX - 1, err));
    if (text.bytes == 0 || !split_lines(&comment, &line, text.data, text.bytes))
        return at_fail(err, AT_BAD_INPUT, "E-KEY-FORMAT", "\"%s\" is no minisign public key file",
                       path);
    const at_status status = at_public_key_parse(&key, line, err);
    if (status != AT_OK) {
        at_place(err, "%s", path);
        return status;
    }
    key.test = at_text_starts(comment, test_mark);
    *out = key;
    return AT_OK;
}

/* --- Secret keys --- */

static void check_of(uint8_t out[CHECK_BYTES], const uint8_t *sealed) {
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, CHECK_BYTES);
    crypto_generichash_update(&state, (const uint8_t *)"Ed", 2);
    crypto_generichash_update(&state, sealed, 8 + SECRET_BYTES);
    crypto_generichash_final(&state, out, CHECK_BYTES);
}

/* Cover or uncover the sealed part with scrypt's stream. */
static at_status cover(key_file *file, const at_passphrase *passphrase, bool fresh, at_error *err) {
    AT_CLEANUP(at_secret_close) at_secret *words = NULL, *stream = NULL;
    const uint64_t operations = get_number(file->operations), memory = get_number(file->memory);
    if (operations > 2 * cost_default.operations || memory > 2 * cost_default.memory_bytes)
        return at_fail(err, AT_LIMIT, "E-KEY-COST",
                       "the key file asks for %llu bytes of memory to be unlocked",
                       (unsigned long long)memory);
    AT_TRY(
        at_passphrase_ask(&words, passphrase, fresh ? "new secret key" : "secret key", fresh, err));
    AT_TRY(at_secret_open(&stream, SEALED_BYTES, err));
    if (crypto_pwhash_scryptsalsa208sha256((uint8_t *)stream->data, SEALED_BYTES, words->data,
                                           words->bytes, file->salt, operations,
                                           (size_t)memory) != 0)
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY",
                       "no memory to unlock the key: it takes %llu bytes",
                       (unsigned long long)memory);
    for (size_t i = 0; i < SEALED_BYTES; i++)
        file->sealed[i] ^= (uint8_t)stream->data[i];
    return AT_OK;
}

static at_status write_secret(const at_key *key, const at_key_request *request, at_error *err) {
    AT_CLEANUP(at_secret_close) at_secret *binary = NULL, *text = NULL;
    AT_TRY(at_secret_open(&binary, sizeof(key_file), err));
    AT_TRY(at_secret_open(&text, LINE_BYTES_MAX, err));
    key_file *file = (key_file *)binary->data; /* bytes only: no alignment to break */
    *file = (key_file){.signature_kind = "Ed", .check_kind = "B2"};
    memcpy(file->sealed, key->public.id, 8);
    memcpy(file->sealed + 8, key->secret, SECRET_BYTES);
    check_of(file->sealed + 8 + SECRET_BYTES, file->sealed);
    if (request->passphrase != NULL) {
        const at_key_cost *asked = &request->cost;
        memcpy(file->derivation_kind, "Sc", 2);
        randombytes_buf(file->salt, sizeof file->salt);
        put_number(file->operations,
                   asked->operations > 0 ? asked->operations : cost_default.operations);
        put_number(file->memory,
                   asked->memory_bytes > 0 ? asked->memory_bytes : cost_default.memory_bytes);
        AT_TRY(cover(file, request->passphrase, true, err));
    }
    const int head =
        snprintf(text->data, text->capacity, "%s%s\n", comment_head,
                 request->passphrase != NULL ? "minisign encrypted secret key"
                                             : "TEST assettrace secret key without passphrase");
    char *base64 = text->data + head;
    sodium_bin2base64(base64, text->capacity - (size_t)head, (uint8_t *)file, sizeof *file,
                      sodium_base64_VARIANT_ORIGINAL);
    const size_t bytes = strlen(text->data);
    text->data[bytes] = '\n';
    return at_file_write(request->secret_path, text->data, bytes + 1, 0600, err);
}

static at_status write_public(const at_key *key, const at_key_request *request, at_error *err) {
    char id[AT_KEY_ID_TEXT_BYTES], base64[AT_PUBLIC_KEY_TEXT_BYTES], text[256];
    at_key_id_format(id, key->public.id);
    at_public_key_format(base64, &key->public);
    const int bytes = snprintf(text, sizeof text, "%s%sminisign public key %s\n%s\n", comment_head,
                               key->test ? "TEST " : "", id, base64);
    return at_file_write(request->public_path, text, (size_t)bytes, 0644, err);
}

static at_status refuse_existing(const char *path, bool replace, at_error *err) {
    if (replace || at_file_kind_of(path) == AT_FILE_NONE)
        return AT_OK;
    at_fail(err, AT_REFUSED, "E-KEY-EXISTS", "\"%s\" is already there", path);
    at_hint(err, "a key that is overwritten is lost; choose another name");
    return AT_REFUSED;
}

static at_status allocate(at_key **out, at_error *err) {
    if (sodium_init() < 0)
        return at_fail(err, AT_IO, "E-IO", "the system gives no random bytes");
    at_key *key = sodium_malloc(sizeof *key);
    if (key == NULL)
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no locked memory for a key");
    sodium_memzero(key, sizeof *key);
    *out = key;
    return AT_OK;
}

at_status at_key_new(at_key **out, const at_key_request *request, at_error *err) {
    AT_CLEANUP(at_key_close) at_key *key = NULL;
    AT_TRY(refuse_existing(request->secret_path, request->replace, err));
    AT_TRY(refuse_existing(request->public_path, request->replace, err));
    AT_TRY(allocate(&key, err));
    key->test = request->passphrase == NULL;
    key->public.test = key->test;
    crypto_sign_keypair(key->public.bytes, key->secret);
    randombytes_buf(key->public.id, sizeof key->public.id);
    AT_TRY(write_secret(key, request, err));
    const at_status status = write_public(key, request, err);
    if (status != AT_OK) {
        if (!request->replace)
            (void)unlink(request->secret_path); /* half a pair is none */
        return status;
    }
    if (out != NULL) {
        *out = key;
        key = NULL;
    }
    return AT_OK;
}

static at_status fail_format(at_error *err, const char *path) {
    return at_fail(err, AT_BAD_INPUT, "E-KEY-FORMAT", "\"%s\" is no minisign secret key file",
                   path);
}

static at_status read_file(key_file *file, const char *path, at_error *err) {
    AT_CLEANUP(at_secret_close) at_secret *text = NULL;
    char *comment = NULL, *line = NULL;
    size_t bytes = 0;
    AT_TRY(at_secret_read(&text, path, 2 * LINE_BYTES_MAX, err));
    if (text->bytes == text->capacity || text->bytes == 0 ||
        !split_lines(&comment, &line, text->data, text->bytes) ||
        strlen(line) != FILE_TEXT_BYTES - 1 ||
        sodium_base642bin((uint8_t *)file, sizeof *file, line, strlen(line), NULL, &bytes, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        bytes != sizeof *file || memcmp(file->signature_kind, "Ed", 2) != 0 ||
        memcmp(file->check_kind, "B2", 2) != 0)
        return fail_format(err, path);
    return AT_OK;
}

/* Does the uncovered part hold a key? minisign writes no check into a file without a passphrase. */
static bool is_whole(const key_file *file, bool encrypted) {
    uint8_t check[CHECK_BYTES], public_bytes[32], again[SECRET_BYTES];
    const uint8_t *secret = file->sealed + 8, *stored = secret + SECRET_BYTES;
    crypto_sign_seed_keypair(public_bytes, again, secret);
    const bool is_pair = sodium_memcmp(again, secret, SECRET_BYTES) == 0;
    sodium_memzero(again, sizeof again);
    check_of(check, file->sealed);
    return is_pair && (sodium_memcmp(check, stored, CHECK_BYTES) == 0 ||
                       (!encrypted && sodium_is_zero(stored, CHECK_BYTES)));
}

at_status at_key_open(at_key **out, const char *secret_path, const at_passphrase *passphrase,
                      at_error *err) {
    AT_CLEANUP(at_key_close) at_key *key = NULL;
    AT_CLEANUP(at_secret_close) at_secret *binary = NULL;
    AT_TRY(at_secret_open(&binary, sizeof(key_file), err));
    AT_TRY(allocate(&key, err));
    key_file *file = (key_file *)binary->data;
    AT_TRY(read_file(file, secret_path, err));
    const bool encrypted = memcmp(file->derivation_kind, "Sc", 2) == 0;
    if (!encrypted && !sodium_is_zero(file->derivation_kind, 2))
        return fail_format(err, secret_path);
    if (encrypted && passphrase == NULL)
        return at_fail(err, AT_KEY, "E-KEY-PASSPHRASE", "the key \"%s\" needs its passphrase",
                       secret_path);
    if (encrypted)
        AT_TRY(cover(file, passphrase, false, err));
    if (!is_whole(file, encrypted))
        return encrypted ? at_fail(err, AT_KEY, "E-KEY-PASSPHRASE",
                                   "the passphrase does not open \"%s\"", secret_path)
                         : fail_format(err, secret_path);
    memcpy(key->public.id, file->sealed, 8);
    memcpy(key->secret, file->sealed + 8, SECRET_BYTES);
    crypto_sign_ed25519_sk_to_pk(key->public.bytes, key->secret);
    key->test = !encrypted;
    key->public.test = key->test;
    *out = key;
    key = NULL;
    return AT_OK;
}

void at_key_close(at_key **key) {
    if (*key != NULL)
        sodium_free(*key);
    *key = NULL;
}

bool at_key_is_test(const at_key *key) {
    return key->test;
}

const at_public_key *at_key_public(const at_key *key) {
    return &key->public;
}

bool at_ed25519_verify(const uint8_t public_key[32], const void *message, size_t bytes,
                       const uint8_t signature[AT_SIGNATURE_BYTES]) {
    return sodium_init() >= 0 &&
           crypto_sign_verify_detached(signature, message, bytes, public_key) == 0;
}
