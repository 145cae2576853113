/**
 * sample_bundle.h - a small, complete case to seal: six records of one source, two answers, a
 * freeze request with a land plot, an account and a home that is left out.
 *
 * Nothing in it names a living institution or a real account.
 */
#ifndef ASSETTRACE_TESTS_SAMPLE_BUNDLE_H
#define ASSETTRACE_TESTS_SAMPLE_BUNDLE_H

#include "engine/crypto/statement.h"
#include "engine/evidence/dossier.h"

enum { SAMPLE_RECORDS = 6 };

/* Owned by the caller's arena; everything may be changed before sealing. */
typedef struct sample_bundle {
    at_bundle_content content;
    at_bundle_answer answers[2];
    at_table tables[2];
    at_bundle_record records[SAMPLE_RECORDS];
    at_bundle_thing things[4];
    at_fact facts[6];
    at_name names[2];
} sample_bundle;

void sample_bundle_init(sample_bundle *sample, at_arena *arena);

/** A fresh folder below the system's temporary one; removed by sample_folder_clear. */
typedef char sample_folder[64];
void sample_folder_make(sample_folder out);
void sample_folder_clear(sample_folder *folder);

/** Made once per program: a key with the passphrase "harbour" at low cost, and a TEST key. */
typedef struct sample_keys {
    sample_folder folder;
    char secret[96], public[96], test_secret[96], test_public[96];
} sample_keys;
void sample_keys_make(sample_keys *keys);
void sample_key_open(at_key **out, const sample_keys *keys, bool test);

/** Seal `content` as `folder`. */
at_status sample_seal(const char *folder, const at_bundle_content *content, const sample_keys *keys,
                      bool test, at_error *err);

/** Run a command of the system in a folder; -1 when its program is not installed. */
int sample_run(const char *folder, const char *program, const char *arguments);

/** A file, whole; the test fails when it cannot be read. */
void sample_read(at_text *out, const char *folder, const char *name);
/** Replace or make a file, whatever was there; no care for the disk. */
void sample_write(const char *folder, const char *name, const void *data, size_t bytes);

/** Make manifests and seal anew over whatever bundle/data now holds: a signer who lies. */
void sample_reseal(const char *dossier, const sample_keys *keys);
/** The same over manifests as they now stand: only the tag manifest is made anew. */
void sample_reseal_tags(const char *dossier, const sample_keys *keys);
/** The same over the tag manifest as it now stands; `more` is a further hash line, or NULL. */
void sample_resign(const char *dossier, const sample_keys *keys, const at_statement_hash *more);

#endif
