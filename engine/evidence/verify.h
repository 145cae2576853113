/**
 * verify.h - does a dossier hold what was sealed, and by whom?
 *
 * Works on the folder alone: no store, no network, no clock, nothing written. Levels, each trusted
 * only when the one before holds: shape of the folder, seal and signature, tag manifest, manifests,
 * payload, and then whether the content agrees with itself: canonical JSON, record bytes at their
 * addresses, citations, sums of the freeze request, rendered texts.
 *
 * Status (exit code), the first that applies:
 *   AT_TAMPERED (5)   something was changed, added or removed; the message names the file
 *   AT_BAD_INPUT (4)  no dossier, or sealed as it is but malformed: its maker's fault, not
 * tampering AT_UNTRUSTED (7)  intact, but no root was given, the signer is not among them, or the
 * key is a TEST key AT_OK (0)         intact and sealed by a given root
 *
 * Ownership: paths and callback are borrowed for the call; the result is a value.
 * Errors:    besides the above AT_IO, AT_NO_MEMORY, AT_LIMIT.
 */
#ifndef ASSETTRACE_EVIDENCE_VERIFY_H
#define ASSETTRACE_EVIDENCE_VERIFY_H

#include <stdbool.h>

#include "engine/base/error.h"

typedef enum at_finding { AT_FINDING_GOOD, AT_FINDING_NOTE, AT_FINDING_BAD } at_finding;

/* Told of everything found, in a fixed order; `subject` is a path below the dossier or a level's
 * name. */
typedef struct at_verify_report {
    void *self;
    void (*say)(void *self, at_finding finding, const char *subject, const char *text);
} at_verify_report;

typedef struct at_verify_request {
    const char *dossier;
    const char *const *root_paths; /* public key files pinned by whoever asks */
    size_t root_count;
    const at_verify_report *report; /* may be NULL */
} at_verify_request;

/* What the seal says; filled as far as it was read, also when the answer is no. */
typedef struct at_verification {
    char bundle_id[65];
    char case_id[65];
    char signer[17];     /* key id */
    char signer_key[57]; /* as `minisign -P` takes it */
    char custody_head[65];
    char builder[256];
    int64_t revision;
    bool test;    /* a TEST key's seal */
    bool known;   /* the signer is one of the roots */
    size_t files; /* in the bundle */
    size_t records, rows;
} at_verification;

AT_CHECKED at_status at_bundle_verify(at_verification *out, const at_verify_request *request,
                                      at_error *err);

#endif
