#include "engine/evidence/dossier.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/file.h"
#include "engine/crypto/signature.h"
#include "engine/crypto/statement.h"
#include "engine/evidence/layout.h"
#include "engine/evidence/seal.h"

struct at_dossier {
    at_arena arena;
    const char *folder; /* its name when sealed */
    const char *part;   /* its name until then */
    at_bundle_summary bundle;
    char case_id[AT_CASE_ID_BYTES];
    int64_t revision;
    bool replace, sealed;
};

const char *at_dossier_bundle_id(const at_dossier *dossier) {
    return dossier->bundle.id;
}

const at_bundle_summary *at_dossier_summary(const at_dossier *dossier) {
    return &dossier->bundle;
}

const char *at_dossier_path(const at_dossier *dossier) {
    return dossier->part;
}

void at_dossier_close(at_dossier **dossier) {
    if (*dossier == NULL)
        return;
    const char *part = (*dossier)->sealed ? NULL : (*dossier)->part;
    if (part != NULL && at_folder_remove(part, NULL) != AT_OK) {
        /* The next run removes it; nobody takes NAME.part for a dossier. */
    }
    at_arena_clear(&(*dossier)->arena);
    at_memory_resize(*dossier, 0);
    *dossier = NULL;
}

static at_status refuse_existing(const at_dossier *dossier, at_error *err) {
    if (at_file_kind_of(dossier->folder) == AT_FILE_NONE)
        return AT_OK;
    const char *seal = NULL;
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", dossier->folder, AT_PATH_SEAL);
    seal = path;
    /* Only a dossier is ever replaced: a mistyped --out must not cost somebody a folder. */
    if (dossier->replace && at_file_kind_of(seal) == AT_FILE_REGULAR)
        return AT_OK;
    at_fail(err, AT_REFUSED, "E-DOSSIER-EXISTS", "\"%s\" is already there", dossier->folder);
    at_hint(err, dossier->replace ? "it is no dossier, so it is not replaced"
                                  : "choose another name, or say --force to replace the dossier");
    return AT_REFUSED;
}

static at_status begin(at_dossier *dossier, const at_bundle_content *content, at_error *err) {
    const char *bundle = NULL;
    AT_CLEANUP(at_case_view_close) at_case_view view = {.language_count = 0};
    AT_TRY(refuse_existing(dossier, err));
    AT_TRY(at_case_view_open(&view, content->case_file.data, content->case_file.bytes, err));
    snprintf(dossier->case_id, sizeof dossier->case_id, "%s", view.id);
    dossier->revision = content->revision;
    AT_TRY(at_arena_print(&dossier->part, &dossier->arena, err, "%s.part", dossier->folder));
    AT_TRY(at_folder_remove(dossier->part, err)); /* what an earlier run left behind */
    AT_TRY(at_path_join(&bundle, &dossier->arena, dossier->part, AT_PATH_BUNDLE, err));
    return at_bundle_write(&dossier->bundle, bundle, content, err);
}

at_status at_dossier_begin(at_dossier **out, const char *folder, const at_bundle_content *content,
                           bool replace, at_error *err) {
    AT_CLEANUP(at_dossier_close) at_dossier *dossier = at_memory_resize(NULL, sizeof *dossier);
    size_t bytes = strlen(folder);
    if (dossier == NULL)
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory for a dossier");
    *dossier = (at_dossier){.replace = replace};
    while (bytes > 1 && folder[bytes - 1] == '/')
        bytes--;
    AT_TRY(at_arena_copy(&dossier->folder, &dossier->arena, folder, bytes, err));
    AT_TRY(begin(dossier, content, err));
    *out = dossier;
    dossier = NULL;
    return AT_OK;
}

/* --- Sealing --- */

static at_status list_file(at_statement_hash *out, at_dossier *dossier, const char *path,
                           at_error *err) {
    const char *full = NULL;
    char hash[1][AT_HASH_TEXT_BYTES_MAX];
    AT_TRY(at_path_join(&full, &dossier->arena, dossier->part, path, err));
    AT_TRY(at_hash_file(hash, (const at_hash_kind[]){AT_SHA256}, 1, full, err));
    memcpy(out->sha256, hash[0], sizeof out->sha256);
    out->path = path;
    return AT_OK;
}

/* The tag manifest, and every reading copy that was put beside the bundle. */
static at_status list_files(at_statement_hash **out, size_t *count_out, at_dossier *dossier,
                            at_error *err) {
    at_statement_hash *hashes = NULL;
    at_file_entry *entries = NULL;
    const char *reading = NULL;
    size_t count = 0, entry_count = 0;
    AT_TRY(at_path_join(&reading, &dossier->arena, dossier->part, AT_PATH_READING, err));
    if (at_file_kind_of(reading) == AT_FILE_FOLDER)
        AT_TRY(at_folder_walk(&entries, &entry_count, reading, &dossier->arena, err));
    AT_TRY(AT_NEW(&hashes, &dossier->arena, entry_count + 1, err));
    AT_TRY(list_file(&hashes[count++], dossier, AT_PATH_BUNDLE "/" AT_PATH_TAG_MANIFEST, err));
    for (size_t i = 0; i < entry_count; i++) {
        const char *path = NULL;
        if (entries[i].kind == AT_FILE_FOLDER)
            continue;
        AT_TRY(at_path_join(&path, &dossier->arena, AT_PATH_READING, entries[i].path, err));
        AT_TRY(list_file(&hashes[count++], dossier, path, err));
    }
    *out = hashes;
    *count_out = count;
    return AT_OK;
}

static at_status write_text(at_dossier *dossier, const char *path, const at_text *text,
                            at_error *err) {
    const char *full = NULL;
    AT_TRY(at_path_join(&full, &dossier->arena, dossier->part, path, err));
    return at_file_write(full, at_text_string(text), text->bytes, 0444, err);
}

static at_status write_seal(at_dossier *dossier, const at_seal_request *request, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text statement = {.limit_bytes = 0};
    AT_CLEANUP(at_text_clear) at_text signed_text = {.limit_bytes = 0};
    AT_CLEANUP(at_text_clear) at_text how = {.limit_bytes = 0};
    char revision[24], key_id[AT_KEY_ID_TEXT_BYTES], key[AT_PUBLIC_KEY_TEXT_BYTES], comment[256];
    at_statement_hash *hashes = NULL;
    at_signature signature;
    const char *review = NULL;
    size_t hash_count = 0;
    at_key_id_format(key_id, at_key_public(request->key)->id);
    at_public_key_format(key, at_key_public(request->key));
    snprintf(revision, sizeof revision, "%" PRId64, dossier->revision);
    snprintf(comment, sizeof comment, "%s case=%s bundle=%.16s", AT_SEAL_TYPE, dossier->case_id,
             dossier->bundle.id);
    const at_statement_field fields[] = {
        {"case", dossier->case_id},
        {"sequence", "1"},
        {"bundle", dossier->bundle.id},
        {"revision", revision},
        {"custody-head", request->custody_head},
        {"builder", request->builder},
        {"signer", key_id},
        {"signer-key", key},
        {"marking", at_key_is_test(request->key) ? AT_MARKING_TEST : AT_MARKING_NONE},
    };
    AT_TRY(list_files(&hashes, &hash_count, dossier, err));
    const at_signed_statement seal = {AT_SEAL_TYPE, fields, AT_COUNT(fields), hashes, hash_count};
    AT_TRY(at_signed_statement_format(&statement, &seal, err));
    AT_TRY(at_signature_make(&signature, request->key, at_text_string(&statement), statement.bytes,
                             comment, err));
    AT_TRY(at_signature_format(&signed_text, &signature, err));
    AT_TRY(at_how_to_verify(&how, key, at_key_is_test(request->key), err));
    AT_TRY(at_path_join(&review, &dossier->arena, dossier->part, "review", err));
    AT_TRY(at_folder_make(review, 0755, err));
    AT_TRY(write_text(dossier, AT_PATH_SEAL, &statement, err));
    AT_TRY(write_text(dossier, AT_PATH_SEAL_SIGNATURE, &signed_text, err));
    return write_text(dossier, AT_PATH_HOW, &how, err);
}

static at_status sync_parent(at_dossier *dossier, at_error *err) {
    const char *name = at_path_name(dossier->folder), *parent = ".";
    if (name > dossier->folder + 1)
        AT_TRY(at_arena_copy(&parent, &dossier->arena, dossier->folder,
                             (size_t)(name - dossier->folder) - 1, err));
    else if (name > dossier->folder)
        parent = "/";
    return at_folder_sync(parent, err);
}

static at_status publish(at_dossier *dossier, at_error *err) {
    const char *old = NULL;
    const bool replaced = at_file_kind_of(dossier->folder) != AT_FILE_NONE;
    AT_TRY(at_arena_print(&old, &dossier->arena, err, "%s.replaced", dossier->folder));
    if (replaced) {
        AT_TRY(at_folder_remove(old, err));
        if (rename(dossier->folder, old) != 0)
            return at_fail(err, AT_IO, "E-IO", "cannot move \"%s\" aside: %s", dossier->folder,
                           strerrordesc_np(errno));
    }
    if (rename(dossier->part, dossier->folder) != 0) {
        const int number = errno;
        if (replaced)
            (void)rename(old, dossier->folder);
        return at_fail(err, AT_IO, "E-IO", "cannot name \"%s\": %s", dossier->folder,
                       strerrordesc_np(number));
    }
    dossier->sealed = true;
    AT_TRY(sync_parent(dossier, err));
    return replaced ? at_folder_remove(old, err) : AT_OK;
}

at_status at_dossier_seal(at_dossier *dossier, const at_seal_request *request, at_error *err) {
    assert(!dossier->sealed);
    if (at_key_is_test(request->key) && !request->allow_test_key) {
        at_fail(err, AT_REFUSED, "E-SEAL-TEST-KEY", "a TEST key seals no evidence");
        at_hint(err, "make a key with a passphrase, or say --test-key; such a seal never verifies "
                     "as trusted");
        return AT_REFUSED;
    }
    AT_TRY(refuse_existing(dossier, err));
    AT_TRY(write_seal(dossier, request, err));
    return publish(dossier, err);
}
