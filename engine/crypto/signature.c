#include "engine/crypto/signature.h"

#include "engine/crypto/key_secret.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

enum {
    DIGEST_BYTES = 64, /* BLAKE2b-512 */
    LINE_BYTES = 2 + 8 + AT_SIGNATURE_BYTES,
    LINE_TEXT_BYTES = 101,
    COMMENT_TEXT_BYTES = 89,
};

static const char untrusted_head[] = "untrusted comment: ";
static const char trusted_head[] = "trusted comment: ";
static const char untrusted_line[] = "untrusted comment: signature from assettrace";
static const char test_mark[] = "TEST ";

static void digest_of(uint8_t out[DIGEST_BYTES], const void *message, size_t bytes) {
    crypto_generichash(out, DIGEST_BYTES, message, bytes, NULL, 0);
}

/* The second signature covers the first and the comment, which minisign joins without a divider. */
static size_t comment_message(uint8_t *out, const at_signature *signature) {
    const size_t bytes = strlen(signature->comment);
    memcpy(out, signature->bytes, AT_SIGNATURE_BYTES);
    memcpy(out + AT_SIGNATURE_BYTES, signature->comment, bytes);
    return AT_SIGNATURE_BYTES + bytes;
}

/* minisign divides its own comments by tabs; ours have none. */
static bool comment_ok(const char *text, size_t bytes) {
    if (bytes == 0 || !at_utf8_valid(text, bytes, NULL))
        return false;
    for (size_t i = 0; i < bytes; i++)
        if (((unsigned char)text[i] < ' ' && text[i] != '\t') || text[i] == 0x7f)
            return false;
    return true;
}

at_status at_signature_make(at_signature *out, const at_key *key, const void *message, size_t bytes,
                            const char *comment, at_error *err) {
    at_signature made = {.comment = ""};
    uint8_t digest[DIGEST_BYTES], joined[AT_SIGNATURE_BYTES + AT_TRUSTED_COMMENT_BYTES];
    const int length =
        snprintf(made.comment, sizeof made.comment, "%s%s", key->test ? test_mark : "", comment);
    if ((size_t)length >= sizeof made.comment || !comment_ok(made.comment, (size_t)length))
        return at_fail(err, AT_BAD_INPUT, "E-SIGNATURE-COMMENT",
                       "\"%.80s\" cannot be a trusted comment", comment);
    memcpy(made.key_id, key->public.id, sizeof made.key_id);
    digest_of(digest, message, bytes);
    crypto_sign_detached(made.bytes, NULL, digest, sizeof digest, key->secret);
    crypto_sign_detached(made.comment_bytes, NULL, joined, comment_message(joined, &made),
                         key->secret);
    *out = made;
    return AT_OK;
}

at_status at_signature_format(at_text *out, const at_signature *signature, at_error *err) {
    uint8_t line[LINE_BYTES] = "ED";
    char first[LINE_TEXT_BYTES], second[COMMENT_TEXT_BYTES];
    memcpy(line + 2, signature->key_id, sizeof signature->key_id);
    memcpy(line + 10, signature->bytes, AT_SIGNATURE_BYTES);
    sodium_bin2base64(first, sizeof first, line, sizeof line, sodium_base64_VARIANT_ORIGINAL);
    sodium_bin2base64(second, sizeof second, signature->comment_bytes, AT_SIGNATURE_BYTES,
                      sodium_base64_VARIANT_ORIGINAL);
    return at_text_print(out, err, "%s\n%s\n%s%s\n%s\n", untrusted_line, first, trusted_head,
                         signature->comment, second);
}

/* Base64 has many spellings of the same bytes; only the one we would write is taken. */
static bool decode(uint8_t *out, size_t count, at_span line) {
    char again[LINE_TEXT_BYTES];
    size_t bytes = 0;
    if (line.bytes != sodium_base64_encoded_len(count, sodium_base64_VARIANT_ORIGINAL) - 1 ||
        sodium_base642bin(out, count, line.data, line.bytes, NULL, &bytes, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        bytes != count)
        return false;
    sodium_bin2base64(again, sizeof again, out, count, sodium_base64_VARIANT_ORIGINAL);
    return memcmp(again, line.data, line.bytes) == 0;
}

static bool starts(at_span line, const char *head) {
    return line.bytes >= strlen(head) && memcmp(line.data, head, strlen(head)) == 0;
}

static bool split_four(at_span lines[4], const char *text, size_t bytes) {
    size_t offset = 0;
    for (int i = 0; i < 4; i++) {
        const char *end = memchr(text + offset, '\n', bytes - offset);
        if (end == NULL)
            return false;
        lines[i] = (at_span){text + offset, (size_t)(end - (text + offset))};
        offset += lines[i].bytes + 1;
    }
    return offset == bytes;
}

at_status at_signature_parse(at_signature *out, const char *text, size_t bytes, at_error *err) {
    at_span line[4];
    uint8_t first[LINE_BYTES];
    at_signature read = {.comment = ""};
    const size_t head = strlen(trusted_head);
    if (sodium_init() < 0)
        return at_fail(err, AT_IO, "E-IO", "the system gives no random bytes");
    if (bytes == 0 || !split_four(line, text, bytes))
        return at_fail(err, AT_TAMPERED, "E-SIGNATURE-FORMAT",
                       "the signature is not exactly four lines");
    if (!starts(line[0], untrusted_head) || !starts(line[2], trusted_head) ||
        line[2].bytes - head >= sizeof read.comment ||
        !comment_ok(line[2].data + head, line[2].bytes - head) ||
        !decode(first, sizeof first, line[1]) ||
        !decode(read.comment_bytes, sizeof read.comment_bytes, line[3]))
        return at_fail(err, AT_TAMPERED, "E-SIGNATURE-FORMAT",
                       "the signature is not written as minisign writes one");
    if (memcmp(first, "Ed", 2) == 0)
        return at_fail(err, AT_TAMPERED, "E-SIGNATURE-LEGACY",
                       "the signature has the older form \"Ed\"");
    if (memcmp(first, "ED", 2) != 0)
        return at_fail(err, AT_TAMPERED, "E-SIGNATURE-FORMAT", "the signature has no known form");
    memcpy(read.key_id, first + 2, sizeof read.key_id);
    memcpy(read.bytes, first + 10, sizeof read.bytes);
    memcpy(read.comment, line[2].data + head, line[2].bytes - head);
    *out = read;
    return AT_OK;
}

at_status at_signature_check(const at_signature *signature, const at_public_key *key,
                             const void *message, size_t bytes, at_error *err) {
    uint8_t digest[DIGEST_BYTES], joined[AT_SIGNATURE_BYTES + AT_TRUSTED_COMMENT_BYTES];
    char made_by[AT_KEY_ID_TEXT_BYTES], asked[AT_KEY_ID_TEXT_BYTES];
    at_key_id_format(made_by, signature->key_id);
    at_key_id_format(asked, key->id);
    if (memcmp(signature->key_id, key->id, sizeof key->id) != 0)
        return at_fail(err, AT_UNTRUSTED, "E-SIGNATURE-KEY",
                       "the signature was made by key \"%s\", not by \"%s\"", made_by, asked);
    digest_of(digest, message, bytes);
    if (!at_ed25519_verify(key->bytes, digest, sizeof digest, signature->bytes))
        return at_fail(err, AT_TAMPERED, "E-SIGNATURE-WRONG",
                       "the signature of key \"%s\" does not fit these bytes", made_by);
    if (!at_ed25519_verify(key->bytes, joined, comment_message(joined, signature),
                           signature->comment_bytes))
        return at_fail(err, AT_TAMPERED, "E-SIGNATURE-WRONG",
                       "the trusted comment is not the one key \"%s\" signed", made_by);
    return AT_OK;
}

bool at_signature_is_test(const at_signature *signature) {
    return at_text_starts(signature->comment, test_mark);
}
