/**
 * seal.h - job: a case answered and sealed into a dossier.
 *
 * Same store revision, same case file: the same bundle, byte for byte. The custody log gets a
 * `seal` entry with the bundle id; the statement quotes the log's head before it.
 *
 * Errors: AT_REFUSED for a TEST key without test_key, for counter-evidence nobody stated
 *         ("E-SEAL-COUNTER"), AT_KEY for a wrong passphrase, and everything run.h says.
 */
#ifndef ASSETTRACE_JOBS_SEAL_H
#define ASSETTRACE_JOBS_SEAL_H

#include "engine/jobs/run.h"

typedef struct at_seal_job {
    const char *out;        /* the dossier's folder; must not exist unless force */
    const char *key_path;   /* secret key */
    const char *passphrase; /* NULL for an unencrypted key */
    bool test_key, force;
    int64_t now_us; /* for the custody log only; nothing in the bag knows it */
} at_seal_job;

typedef struct at_seal_result {
    char bundle_id[65];
    size_t record_count, claim_count;
    uint64_t bytes;
} at_seal_result;

AT_CHECKED at_status at_seal(at_seal_result *out, const at_case_run *run, at_store *store,
                             at_reader *reader, const at_seal_job *request, at_arena *arena,
                             at_error *err);

#endif
