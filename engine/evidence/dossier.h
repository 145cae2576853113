/**
 * dossier.h - the folder around a bundle: seal, reading copies, how to check.
 *
 *   NAME/bundle/                        the bag, never changed again
 *   NAME/review/0001-seal.txt           the signed statement about it, and 0001-seal.txt.minisig
 *   NAME/reading/                       reading copies, where some were made
 *   NAME/VERIFY.txt                     how to check with public tools (not evidence)
 *
 * It grows under NAME.part and appears under its own name when sealed: half a dossier is never
 * seen. Between begin and seal the caller may write at_dossier_path(...)/reading/ and append to the
 * custody log.
 *
 * Ownership: at_dossier is a handle; closing an unsealed one removes NAME.part.
 * Errors:    AT_REFUSED "E-DOSSIER-EXISTS", "E-SEAL-TEST-KEY"; those of at_bundle_write; AT_IO.
 */
#ifndef ASSETTRACE_EVIDENCE_DOSSIER_H
#define ASSETTRACE_EVIDENCE_DOSSIER_H

#include "engine/crypto/key.h"
#include "engine/evidence/bundle.h"

#define AT_SEAL_TYPE "assettrace/seal/v1"

typedef struct at_dossier at_dossier;

typedef struct at_seal_request {
    const at_key *key;
    bool allow_test_key;
    const char *custody_head; /* 64 hex: hash of the custody log's last entry */
    const char *builder;      /* compiler and libraries, one line: "gcc 12.2.0; sqlite 3.40.1" */
} at_seal_request;

/** Write the bundle. `replace` lets the seal take the place of an existing dossier. */
AT_CHECKED at_status at_dossier_begin(at_dossier **out, const char *folder,
                                      const at_bundle_content *content, bool replace,
                                      at_error *err);
const char *at_dossier_bundle_id(const at_dossier *dossier);
const at_bundle_summary *at_dossier_summary(const at_dossier *dossier);
const char *at_dossier_path(const at_dossier *dossier);
/** Sign and publish. */
AT_CHECKED at_status at_dossier_seal(at_dossier *dossier, const at_seal_request *request,
                                     at_error *err);
void at_dossier_close(at_dossier **dossier);

#endif
