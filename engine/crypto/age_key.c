/* age_key.c - age's keys as text: Bech32 of BIP 173, without its limit of 90 characters. */
#include "engine/crypto/age.h"

#include "engine/base/text.h"
#include "engine/crypto/hash.h"

#include <ctype.h>
#include <string.h>

#include <sodium.h>

enum { CHECK_DIGITS = 6, FILE_BYTES_MAX = 1 << 16, DATA_DIGITS = 52, TEXT_DIGITS = 58 };

static const char digits[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
static const char recipient_head[] = "age", identity_head[] = "age-secret-key-";

static uint32_t add_to_check(uint32_t check, uint8_t value) {
    static const uint32_t generator[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                         0x2a1462b3};
    const uint32_t top = check >> 25;
    check = (check & 0x1ffffff) << 5 ^ value;
    for (int i = 0; i < 5; i++)
        if (top >> i & 1)
            check ^= generator[i];
    return check;
}

static uint32_t check_of_head(const char *head) {
    uint32_t check = 1;
    for (const char *at = head; *at; at++)
        check = add_to_check(check, (uint8_t)*at >> 5);
    check = add_to_check(check, 0);
    for (const char *at = head; *at; at++)
        check = add_to_check(check, (uint8_t)*at & 31);
    return check;
}

/* 32 bytes as 52 digits of five bits, the last filled with zeros, then the checksum. */
static void write_digits(char *out, const char *head, const uint8_t *bytes) {
    uint32_t check = check_of_head(head), pending = 0;
    int bits = 0;
    size_t count = 0;
    for (size_t i = 0; i < AT_AGE_KEY_BYTES || bits > 0; i++) {
        pending = pending << 8 | (i < AT_AGE_KEY_BYTES ? bytes[i] : 0);
        bits += 8;
        for (; bits >= 5 && count < DATA_DIGITS; bits -= 5) {
            const uint8_t value = pending >> (bits - 5) & 31;
            out[count++] = digits[value];
            check = add_to_check(check, value);
        }
        if (count == DATA_DIGITS)
            break;
    }
    for (int i = 0; i < CHECK_DIGITS; i++)
        check = add_to_check(check, 0);
    check ^= 1;
    for (int i = 0; i < CHECK_DIGITS; i++)
        out[count++] = digits[check >> (5 * (CHECK_DIGITS - 1 - i)) & 31];
    out[count] = '\0';
    sodium_memzero(&pending, sizeof pending);
}

/* `text` is what follows the head and its '1', in lower case. */
static bool read_digits(uint8_t *out, const char *head, const char *text) {
    uint32_t check = check_of_head(head), pending = 0;
    int bits = 0;
    size_t count = 0;
    if (strlen(text) != TEXT_DIGITS)
        return false;
    for (size_t i = 0; i < TEXT_DIGITS; i++) {
        const char *found = strchr(digits, text[i]);
        if (!found)
            return false;
        const uint8_t value = (uint8_t)(found - digits);
        check = add_to_check(check, value);
        if (i >= DATA_DIGITS)
            continue;
        pending = pending << 5 | value;
        bits += 5;
        if (bits >= 8) {
            out[count++] = (uint8_t)(pending >> (bits - 8));
            bits -= 8;
        }
    }
    return check == 1 && count == AT_AGE_KEY_BYTES && (pending & ((1u << bits) - 1)) == 0;
}

at_status at_age_recipient_parse(at_age_recipient *out, const char *text, at_error *err) {
    at_age_recipient key;
    if (!at_text_starts(text, "age1") ||
        !read_digits(key.bytes, recipient_head, text + strlen("age1"))) {
        at_fail(err, AT_BAD_INPUT, "E-AGE-FORMAT", "\"%.80s\" is no recipient of age", text);
        at_hint(err, "It begins with age1; `age-keygen` prints it as the public key.");
        return AT_BAD_INPUT;
    }
    *out = key;
    return AT_OK;
}

void at_age_recipient_format(char out[AT_AGE_RECIPIENT_TEXT_BYTES], const at_age_recipient *key) {
    memcpy(out, "age1", 4);
    write_digits(out + 4, recipient_head, key->bytes);
}

at_status at_age_identity_parse(at_secret **out, const char *text, at_error *err) {
    static const char begin[] = "AGE-SECRET-KEY-1";
    AT_CLEANUP(at_secret_close) at_secret *key = NULL;
    char lower[TEXT_DIGITS + 1] = "";
    AT_TRY(at_secret_open(&key, AT_AGE_KEY_BYTES, err));
    bool good = at_text_starts(text, begin) && strlen(text) == strlen(begin) + TEXT_DIGITS;
    for (size_t i = 0; good && i < TEXT_DIGITS; i++) {
        const char c = text[strlen(begin) + i];
        good = !islower((unsigned char)c);
        lower[i] = (char)tolower((unsigned char)c);
    }
    good = good && read_digits((uint8_t *)key->data, identity_head, lower);
    sodium_memzero(lower, sizeof lower);
    if (!good)
        return at_fail(err, AT_BAD_INPUT, "E-AGE-FORMAT", "this is no identity of age");
    key->bytes = AT_AGE_KEY_BYTES;
    *out = key;
    key = NULL;
    return AT_OK;
}

at_status at_age_identity_new(at_secret **out, at_error *err) {
    AT_CLEANUP(at_secret_close) at_secret *key = NULL;
    AT_TRY(at_secret_open(&key, AT_AGE_KEY_BYTES, err));
    at_random_bytes(key->data, AT_AGE_KEY_BYTES);
    key->bytes = AT_AGE_KEY_BYTES;
    *out = key;
    key = NULL;
    return AT_OK;
}

void at_age_identity_recipient(at_age_recipient *out, const at_secret *identity) {
    (void)crypto_scalarmult_base(out->bytes, (const uint8_t *)identity->data);
}

void at_age_identity_format(char out[AT_AGE_IDENTITY_TEXT_BYTES], const at_secret *identity) {
    memcpy(out, "age-secret-key-1", 16);
    write_digits(out + 16, identity_head, (const uint8_t *)identity->data);
    for (char *at = out; *at; at++)
        *at = (char)toupper((unsigned char)*at);
}

at_status at_age_identity_read(at_secret **out, const char *path, at_error *err) {
    AT_CLEANUP(at_secret_close) at_secret *file = NULL;
    AT_TRY(at_secret_read(&file, path, FILE_BYTES_MAX, err));
    for (size_t at = 0; at < file->bytes;) {
        char *line = file->data + at;
        char *end = memchr(line, '\n', file->bytes - at);
        const size_t bytes = end ? (size_t)(end - line) : file->bytes - at;
        at += bytes + 1;
        if (bytes == 0 || *line == '#')
            continue;
        char text[AT_AGE_IDENTITY_TEXT_BYTES + 1] = "";
        if (bytes < sizeof text)
            memcpy(text, line, bytes);
        if (bytes > 0 && bytes < sizeof text && text[bytes - 1] == '\r')
            text[bytes - 1] = '\0';
        const at_status status = at_age_identity_parse(out, text, err);
        sodium_memzero(text, sizeof text);
        if (status != AT_OK)
            at_place(err, "%s", path);
        return status;
    }
    return at_fail(err, AT_BAD_INPUT, "E-AGE-FORMAT", "\"%s\" holds no identity of age", path);
}
