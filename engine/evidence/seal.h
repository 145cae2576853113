/**
 * seal.h - what a seal says, in its order, and the page that tells a stranger how to check it.
 *
 *   case           the case's id
 *   sequence       1: the seal is the first statement of a dossier
 *   bundle         SHA-256 of bundle/tagmanifest-sha256.txt
 *   revision       the store's, when the questions were asked
 *   custody-head   hash of the custody log's last entry before the seal
 *   builder        compiler and libraries: what the bag itself must not depend on
 *   signer         key id
 *   signer-key     the public key, so that a changed byte is found without knowing the signer; it
 *                  proves nothing about who signed
 *   marking        "TEST" for a TEST key, else "none"
 */
#ifndef ASSETTRACE_EVIDENCE_SEAL_H
#define ASSETTRACE_EVIDENCE_SEAL_H

#include "engine/base/text.h"
#include "engine/evidence/case_view.h"
#include "engine/evidence/dossier.h"

#define AT_MARKING_TEST "TEST"
#define AT_MARKING_NONE "none"

enum { AT_CASE_ID_BYTES = 65 };

/* NULL-terminated, as at_signed_statement_parse wants them. */
extern const char *const at_seal_keys[];

/** VERIFY.txt: plain commands in English, Persian, Arabic, Russian and Azerbaijani. */
AT_CHECKED at_status at_how_to_verify(at_text *out, const char *public_key, bool test,
                                      at_error *err);

#endif
