/**
 * age.h - files encrypted to a key, as the program `age` writes and reads them.
 *
 * Format: https://github.com/C2SP/C2SP/blob/main/age.md, version 1: X25519 recipients, payload in
 *         chunks of 64 KiB under ChaCha20-Poly1305 (STREAM). Other kinds of recipient are passed
 *         over when reading. Neither armour nor passphrases.
 * Ownership: handles, closed by scope; keys lie in locked memory and are wiped.
 * Errors:    AT_BAD_INPUT "E-AGE-FORMAT" no age file or key, or a header not written as the format
 *            wants; AT_KEY "E-AGE-KEY" encrypted to others; AT_TAMPERED "E-AGE-CHANGED" for a
 *            changed header, a changed, cut or reordered payload; AT_IO, AT_NO_MEMORY.
 *            What was read before a failure must not be used.
 */
#ifndef ASSETTRACE_CRYPTO_AGE_H
#define ASSETTRACE_CRYPTO_AGE_H

#include <stdbool.h>

#include "engine/crypto/secret.h"

enum { AT_AGE_KEY_BYTES = 32, AT_AGE_RECIPIENT_TEXT_BYTES = 63, AT_AGE_IDENTITY_TEXT_BYTES = 75 };

typedef struct at_age_recipient {
    uint8_t bytes[AT_AGE_KEY_BYTES];
} at_age_recipient;

/** "age1..." */
AT_CHECKED at_status at_age_recipient_parse(at_age_recipient *out, const char *text, at_error *err);
void at_age_recipient_format(char out[AT_AGE_RECIPIENT_TEXT_BYTES], const at_age_recipient *key);

/** The first identity ("AGE-SECRET-KEY-1...") of a file of `age-keygen`. */
AT_CHECKED at_status at_age_identity_read(at_secret **out, const char *path, at_error *err);
AT_CHECKED at_status at_age_identity_parse(at_secret **out, const char *text, at_error *err);
AT_CHECKED at_status at_age_identity_new(at_secret **out, at_error *err);
void at_age_identity_recipient(at_age_recipient *out, const at_secret *identity);
void at_age_identity_format(char out[AT_AGE_IDENTITY_TEXT_BYTES], const at_secret *identity);

/* Where the bytes of an age file go, or come from (*got 0 at the end). */
typedef at_status at_age_put(void *self, const void *data, size_t bytes, at_error *err);
typedef at_status at_age_get(void *self, void *data, size_t bytes, size_t *got, at_error *err);

typedef struct at_age_writer at_age_writer;
AT_CHECKED at_status at_age_writer_open(at_age_writer **out, at_age_put *put, void *self,
                                        const at_age_recipient *recipients, size_t count,
                                        at_error *err);
AT_CHECKED at_status at_age_write(at_age_writer *writer, const void *data, size_t bytes,
                                  at_error *err);
/** Without it the file is cut short, and a reader says so. */
AT_CHECKED at_status at_age_finish(at_age_writer *writer, at_error *err);
void at_age_writer_close(at_age_writer **writer);

typedef struct at_age_reader at_age_reader;
AT_CHECKED at_status at_age_reader_open(at_age_reader **out, at_age_get *get, void *self,
                                        const at_secret *identity, at_error *err);
/** The next bytes, at most `bytes`; *got 0 at the end, which was checked then. */
AT_CHECKED at_status at_age_read(at_age_reader *reader, void *data, size_t bytes, size_t *got,
                                 at_error *err);
void at_age_reader_close(at_age_reader **reader);

#endif
