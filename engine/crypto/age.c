#include "engine/crypto/age.h"

#include "engine/base/arena.h"
#include "engine/base/text.h"
#include "engine/crypto/hash.h"

#include <assert.h>
#include <string.h>

#include <sodium.h>

enum {
    CHUNK_BYTES = 64 << 10,
    TAG_BYTES = 16,
    FILE_KEY_BYTES = 16,
    WRAPPED_BYTES = FILE_KEY_BYTES + TAG_BYTES,
    NONCE_BYTES = 16,
    COLUMNS = 64,
    HEADER_BYTES_MAX = 1 << 20,
    BASE64_32_BYTES = 43, /* of 32 bytes, unpadded */
    STANZAS_MAX = 1000,
};

static const char version_line[] = "age-encryption.org/v1\n";
static const char wrap_info[] = "age-encryption.org/v1/X25519";

static at_status bad_header(at_error *err, const char *what) {
    return at_fail(err, AT_BAD_INPUT, "E-AGE-FORMAT", "the header of the age file %s", what);
}

/* HKDF-SHA-256 (RFC 5869), one block of output. */
static at_status derive(uint8_t out[AT_SHA256_BYTES], const void *secret, size_t secret_bytes,
                        const void *salt, size_t salt_bytes, const char *info, at_error *err) {
    uint8_t key[AT_SHA256_BYTES], message[64];
    const size_t bytes = strlen(info);
    assert(bytes < sizeof message);
    memcpy(message, info, bytes);
    message[bytes] = 1;
    at_status status = at_hmac_sha256(key, salt, salt_bytes, secret, secret_bytes, err);
    if (status == AT_OK)
        status = at_hmac_sha256(out, key, sizeof key, message, bytes + 1, err);
    sodium_memzero(key, sizeof key);
    return status;
}

/* The key that wraps the file key for one recipient. */
static at_status wrap_key(uint8_t out[AT_SHA256_BYTES], const uint8_t *shared, const uint8_t *share,
                          const uint8_t *recipient, at_error *err) {
    uint8_t salt[2 * AT_AGE_KEY_BYTES];
    memcpy(salt, share, AT_AGE_KEY_BYTES);
    memcpy(salt + AT_AGE_KEY_BYTES, recipient, AT_AGE_KEY_BYTES);
    return derive(out, shared, AT_AGE_KEY_BYTES, salt, sizeof salt, wrap_info, err);
}

static at_status header_mac(uint8_t out[AT_SHA256_BYTES], const uint8_t *file_key,
                            const at_text *header, size_t bytes, at_error *err) {
    uint8_t key[AT_SHA256_BYTES];
    at_status status = derive(key, file_key, FILE_KEY_BYTES, "", 0, "header", err);
    if (status == AT_OK)
        status = at_hmac_sha256(out, key, sizeof key, header->data, bytes, err);
    sodium_memzero(key, sizeof key);
    return status;
}

static at_status add_base64(at_text *out, const uint8_t *bytes, at_error *err) {
    char
        text[sodium_base64_ENCODED_LEN(AT_SHA256_BYTES, sodium_base64_VARIANT_ORIGINAL_NO_PADDING)];
    sodium_bin2base64(text, sizeof text, bytes, AT_SHA256_BYTES,
                      sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
    return at_text_add(out, text, err);
}

/* --- Chunks --- */

typedef struct chunk_key {
    uint8_t key[AT_SHA256_BYTES];
    uint64_t number; /* of the next chunk */
} chunk_key;

static void chunk_nonce(uint8_t out[12], uint64_t number, bool last) {
    memset(out, 0, 12);
    for (int i = 0; i < 8; i++)
        out[10 - i] = (uint8_t)(number >> (8 * i));
    out[11] = last;
}

/* --- Writing --- */

struct at_age_writer {
    at_age_put *put;
    void *self;
    chunk_key stream;
    size_t filled;
    uint8_t plain[CHUNK_BYTES], sealed[CHUNK_BYTES + TAG_BYTES];
};

static at_status add_stanza(at_text *header, const uint8_t *file_key,
                            const at_age_recipient *recipient, at_error *err) {
    static const uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES] = {0};
    uint8_t secret[AT_AGE_KEY_BYTES], share[AT_AGE_KEY_BYTES], shared[AT_AGE_KEY_BYTES];
    uint8_t key[AT_SHA256_BYTES], wrapped[WRAPPED_BYTES];
    at_random_bytes(secret, sizeof secret);
    (void)crypto_scalarmult_base(share, secret);
    const bool good = crypto_scalarmult(shared, secret, recipient->bytes) == 0;
    sodium_memzero(secret, sizeof secret);
    if (!good)
        return at_fail(err, AT_BAD_INPUT, "E-AGE-FORMAT", "the recipient is no honest key");
    at_status status = wrap_key(key, shared, share, recipient->bytes, err);
    if (status == AT_OK)
        (void)crypto_aead_chacha20poly1305_ietf_encrypt(wrapped, NULL, file_key, FILE_KEY_BYTES,
                                                        NULL, 0, NULL, nonce, key);
    sodium_memzero(shared, sizeof shared);
    sodium_memzero(key, sizeof key);
    AT_TRY(status);
    AT_TRY(at_text_add(header, "-> X25519 ", err));
    AT_TRY(add_base64(header, share, err));
    AT_TRY(at_text_add_char(header, '\n', err));
    AT_TRY(add_base64(header, wrapped, err));
    return at_text_add_char(header, '\n', err);
}

static at_status write_header(at_age_writer *writer, const uint8_t *file_key,
                              const at_age_recipient *recipients, size_t count, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text header = {.data = NULL};
    uint8_t mac[AT_SHA256_BYTES], nonce[NONCE_BYTES];
    AT_TRY(at_text_add(&header, version_line, err));
    for (size_t i = 0; i < count; i++)
        AT_TRY(add_stanza(&header, file_key, &recipients[i], err));
    AT_TRY(at_text_add(&header, "---", err));
    AT_TRY(header_mac(mac, file_key, &header, header.bytes, err));
    AT_TRY(at_text_add_char(&header, ' ', err));
    AT_TRY(add_base64(&header, mac, err));
    AT_TRY(at_text_add_char(&header, '\n', err));
    at_random_bytes(nonce, sizeof nonce);
    AT_TRY(at_text_add_bytes(&header, nonce, sizeof nonce, err));
    AT_TRY(
        derive(writer->stream.key, file_key, FILE_KEY_BYTES, nonce, sizeof nonce, "payload", err));
    return writer->put(writer->self, header.data, header.bytes, err);
}

at_status at_age_writer_open(at_age_writer **out, at_age_put *put, void *self,
                             const at_age_recipient *recipients, size_t count, at_error *err) {
    uint8_t file_key[FILE_KEY_BYTES];
    assert(count > 0);
    AT_CLEANUP(at_age_writer_close)
    at_age_writer *writer = at_memory_resize(NULL, sizeof *writer);
    if (!writer)
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory to encrypt");
    memset(writer, 0, sizeof *writer);
    writer->put = put;
    writer->self = self;
    at_random_bytes(file_key, sizeof file_key);
    const at_status status = write_header(writer, file_key, recipients, count, err);
    sodium_memzero(file_key, sizeof file_key);
    AT_TRY(status);
    *out = writer;
    writer = NULL;
    return AT_OK;
}

static at_status seal_chunk(at_age_writer *writer, bool last, at_error *err) {
    uint8_t nonce[12];
    chunk_nonce(nonce, writer->stream.number++, last);
    (void)crypto_aead_chacha20poly1305_ietf_encrypt(writer->sealed, NULL, writer->plain,
                                                    writer->filled, NULL, 0, NULL, nonce,
                                                    writer->stream.key);
    const size_t bytes = writer->filled + TAG_BYTES;
    writer->filled = 0;
    return writer->put(writer->self, writer->sealed, bytes, err);
}

at_status at_age_write(at_age_writer *writer, const void *data, size_t bytes, at_error *err) {
    const uint8_t *from = data;
    while (bytes > 0) {
        if (writer->filled == CHUNK_BYTES) /* more follows, so it is not the last */
            AT_TRY(seal_chunk(writer, false, err));
        const size_t room = CHUNK_BYTES - writer->filled;
        const size_t take = bytes < room ? bytes : room;
        memcpy(writer->plain + writer->filled, from, take);
        writer->filled += take;
        from += take;
        bytes -= take;
    }
    return AT_OK;
}

at_status at_age_finish(at_age_writer *writer, at_error *err) {
    return seal_chunk(writer, true, err);
}

void at_age_writer_close(at_age_writer **writer) {
    if (!*writer)
        return;
    sodium_memzero(*writer, sizeof **writer);
    at_memory_resize(*writer, 0);
    *writer = NULL;
}

/* --- Reading --- */

struct at_age_reader {
    at_age_get *get;
    void *self;
    chunk_key stream;
    bool ended;         /* the last chunk was opened */
    size_t have;        /* bytes of `sealed` */
    size_t ready, used; /* bytes of `plain` */
    uint8_t plain[CHUNK_BYTES];
    uint8_t sealed[CHUNK_BYTES + TAG_BYTES + 1];
};

/* Fill `sealed` up to `want` bytes, fewer only at the end of the file. */
static at_status fill(at_age_reader *reader, size_t want, at_error *err) {
    while (reader->have < want) {
        size_t got = 0;
        AT_TRY(reader->get(reader->self, reader->sealed + reader->have, want - reader->have, &got,
                           err));
        if (got == 0)
            break;
        reader->have += got;
    }
    return AT_OK;
}

static void drop(at_age_reader *reader, size_t bytes) {
    memmove(reader->sealed, reader->sealed + bytes, reader->have - bytes);
    reader->have -= bytes;
}

/* The next line with its line feed onto the header. */
static at_status next_line(at_span *out, at_age_reader *reader, at_text *header, at_error *err) {
    AT_TRY(fill(reader, CHUNK_BYTES, err));
    const uint8_t *end = memchr(reader->sealed, '\n', reader->have);
    if (!end)
        return bad_header(err, "breaks off");
    const size_t bytes = (size_t)(end - reader->sealed) + 1, start = header->bytes;
    for (size_t i = 0; i + 1 < bytes; i++)
        if (reader->sealed[i] < 32 || reader->sealed[i] > 126)
            return bad_header(err, "holds a byte that is no letter");
    AT_TRY(at_text_add_bytes(header, reader->sealed, bytes, err));
    drop(reader, bytes);
    *out = (at_span){header->data + start, bytes - 1};
    return AT_OK;
}

/* Exactly `bytes` bytes, in their one spelling. */
static bool read_base64(uint8_t *out, size_t bytes, at_span text) {
    char again[COLUMNS + 1];
    size_t count = 0;
    if (text.bytes > COLUMNS ||
        sodium_base642bin(out, bytes, text.data, text.bytes, NULL, &count, NULL,
                          sodium_base64_VARIANT_ORIGINAL_NO_PADDING) != 0 ||
        count != bytes)
        return false;
    sodium_bin2base64(again, sizeof again, out, count, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
    return strlen(again) == text.bytes && memcmp(again, text.data, text.bytes) == 0;
}

/* One line of a body of any length: base64 in its one spelling. */
static bool is_base64(at_span text) {
    uint8_t bytes[COLUMNS];
    return text.bytes <= COLUMNS && text.bytes % 4 != 1 &&
           read_base64(bytes, text.bytes * 3 / 4, text);
}

typedef struct stanza {
    bool x25519;
    uint8_t share[AT_AGE_KEY_BYTES], wrapped[WRAPPED_BYTES];
} stanza;

static at_status read_arguments(stanza *out, at_span line, at_error *err) {
    static const char type[] = "X25519 ";
    const char *at = line.data + 3, *stop = line.data + line.bytes;
    if (at == stop || *at == ' ' || stop[-1] == ' ')
        return bad_header(err, "has a stanza without arguments");
    for (const char *c = at; c + 1 < stop; c++)
        if (c[0] == ' ' && c[1] == ' ')
            return bad_header(err, "has a stanza with an empty argument");
    const size_t bytes = (size_t)(stop - at);
    out->x25519 = (bytes >= 7 && memcmp(at, type, 7) == 0) || (bytes == 6 && !memcmp(at, type, 6));
    if (out->x25519 &&
        (bytes < 7 || !read_base64(out->share, sizeof out->share, (at_span){at + 7, bytes - 7})))
        return bad_header(err, "has an X25519 stanza without a proper share");
    return AT_OK;
}

static at_status read_stanza(stanza *out, at_span line, at_age_reader *reader, at_text *header,
                             at_error *err) {
    size_t lines = 0;
    bool wrapped = false;
    AT_TRY(read_arguments(out, line, err));
    do {
        AT_TRY(next_line(&line, reader, header, err));
        if (!is_base64(line))
            return bad_header(err, "has a stanza whose body is no base64");
        wrapped = lines++ == 0 && line.bytes == BASE64_32_BYTES &&
                  read_base64(out->wrapped, sizeof out->wrapped, line);
    } while (line.bytes == COLUMNS);
    if (out->x25519 && !wrapped)
        return bad_header(err, "has an X25519 stanza with another body");
    return AT_OK;
}

/* *opened: is the stanza for this identity? */
static at_status open_stanza(uint8_t file_key[FILE_KEY_BYTES], bool *opened, const stanza *from,
                             const at_secret *identity, at_error *err) {
    static const uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES] = {0};
    uint8_t shared[AT_AGE_KEY_BYTES], key[AT_SHA256_BYTES];
    at_age_recipient mine;
    at_age_identity_recipient(&mine, identity);
    if (crypto_scalarmult(shared, (const uint8_t *)identity->data, from->share) != 0)
        return bad_header(err, "has an X25519 stanza with a share of small order");
    const at_status status = wrap_key(key, shared, from->share, mine.bytes, err);
    if (status == AT_OK)
        *opened = crypto_aead_chacha20poly1305_ietf_decrypt(file_key, NULL, NULL, from->wrapped,
                                                            sizeof from->wrapped, NULL, 0, nonce,
                                                            key) == 0;
    sodium_memzero(shared, sizeof shared);
    sodium_memzero(key, sizeof key);
    return status;
}

/* Stanzas up to the last line; the last line is checked with the file key. */
static at_status read_header(uint8_t file_key[FILE_KEY_BYTES], at_age_reader *reader,
                             const at_secret *identity, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text header = {.limit_bytes = HEADER_BYTES_MAX};
    uint8_t stated[AT_SHA256_BYTES], mac[AT_SHA256_BYTES];
    bool opened = false;
    at_span line;
    AT_TRY(next_line(&line, reader, &header, err));
    if (header.bytes != strlen(version_line) || memcmp(header.data, version_line, header.bytes))
        return bad_header(err, "is not of version 1");
    size_t stanzas = 0;
    for (;; stanzas++) {
        stanza now = {.x25519 = false};
        AT_TRY(next_line(&line, reader, &header, err));
        if (line.bytes < 3 || memcmp(line.data, "-> ", 3) != 0)
            break;
        if (stanzas == STANZAS_MAX)
            return bad_header(err, "has too many stanzas");
        AT_TRY(read_stanza(&now, line, reader, &header, err));
        if (now.x25519 && !opened)
            AT_TRY(open_stanza(file_key, &opened, &now, identity, err));
    }
    if (stanzas == 0 || line.bytes < 4 || memcmp(line.data, "--- ", 4) != 0 ||
        !read_base64(stated, sizeof stated, (at_span){line.data + 4, line.bytes - 4}))
        return bad_header(err, "does not end as it should");
    if (!opened) {
        at_fail(err, AT_KEY, "E-AGE-KEY", "the file is not encrypted to this identity");
        return AT_KEY;
    }
    const size_t before = header.bytes - 1 - BASE64_32_BYTES - 1;
    AT_TRY(header_mac(mac, file_key, &header, before, err));
    if (sodium_memcmp(mac, stated, sizeof mac) != 0)
        return at_fail(err, AT_TAMPERED, "E-AGE-CHANGED", "the header of the age file was changed");
    return AT_OK;
}

static at_status changed(at_error *err, const char *what) {
    return at_fail(err, AT_TAMPERED, "E-AGE-CHANGED", "the age file %s", what);
}

at_status at_age_reader_open(at_age_reader **out, at_age_get *get, void *self,
                             const at_secret *identity, at_error *err) {
    uint8_t file_key[FILE_KEY_BYTES];
    AT_CLEANUP(at_age_reader_close)
    at_age_reader *reader = at_memory_resize(NULL, sizeof *reader);
    if (!reader)
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory to decrypt");
    memset(reader, 0, sizeof *reader);
    reader->get = get;
    reader->self = self;
    at_status status = read_header(file_key, reader, identity, err);
    if (status == AT_OK)
        status = fill(reader, NONCE_BYTES, err);
    if (status == AT_OK && reader->have < NONCE_BYTES)
        status = bad_header(err, "breaks off");
    if (status == AT_OK)
        status = derive(reader->stream.key, file_key, FILE_KEY_BYTES, reader->sealed, NONCE_BYTES,
                        "payload", err);
    sodium_memzero(file_key, sizeof file_key);
    AT_TRY(status);
    drop(reader, NONCE_BYTES);
    *out = reader;
    reader = NULL;
    return AT_OK;
}

static at_status open_chunk(at_age_reader *reader, at_error *err) {
    uint8_t nonce[12];
    AT_TRY(fill(reader, sizeof reader->sealed, err));
    const bool last = reader->have < sizeof reader->sealed;
    const size_t bytes = last ? reader->have : CHUNK_BYTES + TAG_BYTES;
    if (bytes < TAG_BYTES)
        return changed(err, "breaks off");
    if (last && bytes == TAG_BYTES && reader->stream.number > 0)
        return changed(err, "ends in an empty chunk");
    chunk_nonce(nonce, reader->stream.number++, last);
    if (crypto_aead_chacha20poly1305_ietf_decrypt(reader->plain, NULL, NULL, reader->sealed, bytes,
                                                  NULL, 0, nonce, reader->stream.key) != 0)
        return changed(err, "was changed or cut");
    drop(reader, bytes);
    reader->ready = bytes - TAG_BYTES;
    reader->used = 0;
    reader->ended = last;
    return AT_OK;
}

at_status at_age_read(at_age_reader *reader, void *data, size_t bytes, size_t *got, at_error *err) {
    if (reader->used == reader->ready && !reader->ended)
        AT_TRY(open_chunk(reader, err));
    const size_t left = reader->ready - reader->used;
    *got = bytes < left ? bytes : left;
    if (*got > 0)
        memcpy(data, reader->plain + reader->used, *got);
    reader->used += *got;
    return AT_OK;
}

void at_age_reader_close(at_age_reader **reader) {
    if (!*reader)
        return;
    sodium_memzero(*reader, sizeof **reader);
    at_memory_resize(*reader, 0);
    *reader = NULL;
}
