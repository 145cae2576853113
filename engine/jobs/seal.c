/* seal.c: write the bag, log it, sign it - in that order. */
#include "engine/jobs/seal.h"

#include <string.h>

#include "engine/base/release.h"
#include "engine/evidence/dossier.h"
#include "engine/store/custody.h"

/* Half an answer is no evidence. */
static at_status refuse_truncated(const at_case_run *run, at_error *err) {
    for (size_t i = 0; i < run->answer_count; i++) {
        if (!run->answers[i].table.truncated)
            continue;
        at_fail(err, AT_LIMIT, "E-SEAL-TRUNCATED",
                "the answer to question \"%s\" was cut by a limit", run->answers[i].question->id);
        at_hint(err, "raise the limit or narrow the question; see the answer's notes");
        return AT_LIMIT;
    }
    return AT_OK;
}

static at_status log_seal(at_store *store, const at_case_run *run, const char *bundle_id,
                          at_error *err) {
    at_custody_entry entry = {.action = "seal",
                              .object = bundle_id,
                              .detail = run->source->id,
                              .revision = run->revision};
    return at_custody_append(store, &entry, err);
}

at_status at_seal(at_seal_result *out, const at_case_run *run, at_store *store, at_reader *reader,
                  const at_seal_job *job, at_arena *arena, at_error *err) {
    AT_TRY(refuse_truncated(run, err));
    AT_CLEANUP(at_key_close) at_key *key = NULL;
    AT_TRY(at_key_open(&key, job->key_path, job->passphrase, err));
    if (at_key_is_test(key) && !job->test_key) {
        at_fail(err, AT_REFUSED, "E-SEAL-TEST-KEY", "\"%s\" is a TEST key without a passphrase",
                job->key_path);
        at_hint(err, "make a real one with `assettrace key new`, or say --test-key");
        return AT_REFUSED;
    }
    at_bundle_content content;
    AT_TRY(at_gather(&content, run, store, reader, arena, err));
    AT_CLEANUP(at_dossier_close) at_dossier *dossier = NULL;
    AT_TRY(at_dossier_begin(&dossier, job->out, &content, job->force, err));
    const at_bundle_summary *made = at_dossier_summary(dossier);
    at_seal_result result = {.record_count = made->records, .claim_count = made->rows};
    memcpy(result.bundle_id, made->id, sizeof result.bundle_id);
    AT_TRY(log_seal(store, run, result.bundle_id, err));
    char head[65];
    int64_t seq;
    AT_TRY(at_custody_head(head, &seq, store, err));
    const char *builder = NULL;
    char versions[64];
    at_crypto_versions(versions, sizeof versions);
    AT_TRY(at_arena_print(&builder, arena, err, "%s; %s", at_compiler, versions));
    at_seal_request request = {
        .key = key, .allow_test_key = job->test_key, .custody_head = head, .builder = builder};
    AT_TRY(at_dossier_seal(dossier, &request, err));
    *out = result;
    return AT_OK;
}
