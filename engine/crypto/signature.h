/**
 * signature.h - detached signatures in minisign's prehashed form (`ED`).
 *
 * Four lines: an untrusted comment (never shown, never believed), the signature over BLAKE2b-512 of
 * the message, a trusted comment, and a second signature over the first and that comment.
 * The reader demands exactly four lines ended by LF, the shortest base64, and the form `ED`; the
 * older form `Ed`, which `minisign -V` without -H still accepts, is refused.
 *
 * Ownership: plain values; `comment` is copied.
 * Errors:    AT_TAMPERED "E-SIGNATURE-FORMAT" no such four lines, "E-SIGNATURE-LEGACY",
 *            "E-SIGNATURE-WRONG" the signature is not this key's over these bytes or this comment;
 *            AT_UNTRUSTED "E-SIGNATURE-KEY" made by another key.
 */
#ifndef ASSETTRACE_CRYPTO_SIGNATURE_H
#define ASSETTRACE_CRYPTO_SIGNATURE_H

#include "engine/crypto/key.h"

enum { AT_TRUSTED_COMMENT_BYTES = 512 };

typedef struct at_signature {
    uint8_t key_id[8];
    uint8_t bytes[AT_SIGNATURE_BYTES];
    char comment[AT_TRUSTED_COMMENT_BYTES]; /* believe it only after at_signature_check */
    uint8_t comment_bytes[AT_SIGNATURE_BYTES];
} at_signature;

/** Sign. `comment` is one line of printable UTF-8; a TEST key's gets "TEST " in front. */
AT_CHECKED at_status at_signature_make(at_signature *out, const at_key *key, const void *message,
                                       size_t bytes, const char *comment, at_error *err);
/** The file `minisign -VHm` reads. Same key, message and comment: same bytes. */
AT_CHECKED at_status at_signature_format(at_text *out, const at_signature *signature,
                                         at_error *err);
AT_CHECKED at_status at_signature_parse(at_signature *out, const char *text, size_t bytes,
                                        at_error *err);
AT_CHECKED at_status at_signature_check(const at_signature *signature, const at_public_key *key,
                                        const void *message, size_t bytes, at_error *err);
/** Does the trusted comment carry the mark of a TEST key? */
bool at_signature_is_test(const at_signature *signature);

#endif
