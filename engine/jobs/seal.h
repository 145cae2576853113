/**
 * seal.h - job: an answered case sealed into a dossier.
 *
 * Same store revision, same case file: the same bundle, byte for byte. When the bag is written the
 * custody log gets a `seal` entry with the bundle id; the signed statement quotes the log's head.
 *
 * Errors: AT_REFUSED "E-SEAL-TEST-KEY" for a TEST key without test_key, "E-DOSSIER-EXISTS";
 *         AT_KEY for a wrong passphrase; AT_BAD_INPUT for a case that cannot be sealed;
 *         AT_LIMIT "E-SEAL-TRUNCATED" for an answer that a limit cut, because half an answer is no
 *         evidence (raise the limit, or narrow the question).
 */
#ifndef ASSETTRACE_JOBS_SEAL_H
#define ASSETTRACE_JOBS_SEAL_H

#include "engine/crypto/key.h"
#include "engine/evidence/bundle.h"
#include "engine/jobs/run.h"

typedef struct at_seal_job {
    const char *out;                 /* the dossier's folder; must not exist unless force */
    const char *key_path;            /* secret key */
    const at_passphrase *passphrase; /* NULL for an unencrypted key */
    bool test_key, force;
} at_seal_job;

typedef struct at_seal_result {
    char bundle_id[65];
    size_t record_count, claim_count;
} at_seal_result;

/** `store` is open for writing: its custody log records the seal. */
AT_CHECKED at_status at_seal(at_seal_result *out, const at_case_run *run, at_store *store,
                             at_reader *reader, const at_seal_job *job, at_arena *arena,
                             at_error *err);

/**
 * Everything that goes into the bag of a run, gathered from the store: answers, cited records with
 * their bytes, and what is known of the subjects and of the things to be frozen. In `arena`.
 */
AT_CHECKED at_status at_gather(at_bundle_content *out, const at_case_run *run, at_store *store,
                               at_reader *reader, at_arena *arena, at_error *err);

#endif
