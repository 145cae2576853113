#include <stdio.h>
#include <string.h>

#include "engine/crypto/signature.h"
#include "engine/crypto/statement.h"
#include "engine/evidence/seal.h"
#include "engine/evidence/verify_state.h"

static const char tag_manifest_path[] = AT_PATH_BUNDLE "/" AT_PATH_TAG_MANIFEST;

static bool is_hash(const char *text) {
    uint8_t bytes[AT_SHA256_BYTES];
    return at_hex_decode(bytes, sizeof bytes, text);
}

/* Fields that have a form of their own. False when one has another. */
static bool read_fields(at_verification *out, const at_signed_statement *seal) {
    const char *marking = at_signed_statement_get(seal, "marking");
    const char *case_id = at_signed_statement_get(seal, "case");
    const char *signer = at_signed_statement_get(seal, "signer");
    const char *custody = at_signed_statement_get(seal, "custody-head");
    const char *bundle = at_signed_statement_get(seal, "bundle");
    out->test = strcmp(marking, AT_MARKING_TEST) == 0;
    if (!out->test && strcmp(marking, AT_MARKING_NONE) != 0)
        return false;
    if (strlen(case_id) >= sizeof out->case_id || strlen(signer) >= sizeof out->signer ||
        !is_hash(custody) || !is_hash(bundle) ||
        strcmp(at_signed_statement_get(seal, "sequence"), "1") != 0 ||
        !at_int_parse(&out->revision, at_signed_statement_get(seal, "revision")))
        return false;
    snprintf(out->case_id, sizeof out->case_id, "%s", case_id);
    snprintf(out->signer, sizeof out->signer, "%s", signer);
    snprintf(out->custody_head, sizeof out->custody_head, "%s", custody);
    snprintf(out->bundle_id, sizeof out->bundle_id, "%s", bundle);
    snprintf(out->builder, sizeof out->builder, "%s", at_signed_statement_get(seal, "builder"));
    return true;
}

/* Is every byte of the signature file accounted for? The untrusted comment is under no signature,
 * so the seal's has one fixed wording. */
static at_status check_spelling(bool *out, const at_signature *signature, const at_text *file,
                                at_error *err) {
    AT_CLEANUP(at_text_clear) at_text again = {.limit_bytes = 0};
    AT_TRY(at_signature_format(&again, signature, err));
    *out = again.bytes == file->bytes && memcmp(again.data, file->data, file->bytes) == 0;
    return AT_OK;
}

static at_status read_statement(at_signed_statement *seal, const at_text *text,
                                at_verify_state *state, at_public_key *key, at_error *err) {
    bool bad = false;
    at_error lower = {.status = AT_OK};
    at_status status = at_signed_statement_parse(seal, at_text_string(text), text->bytes,
                                                 AT_SEAL_TYPE, at_seal_keys, state->arena, &lower);
    AT_TRY(at_verify_judge(state, &bad, status, AT_TAMPERED, AT_PATH_SEAL, &lower, err));
    if (bad)
        return AT_OK;
    if (!read_fields(state->out, seal)) {
        at_verify_bad(state, AT_TAMPERED, AT_PATH_SEAL, "E-SEAL-FIELD",
                      "was changed: a field has not the form of a seal's");
        return AT_OK;
    }
    const char *key_text = at_signed_statement_get(seal, "signer-key");
    status = at_public_key_parse(key, key_text, &lower);
    AT_TRY(at_verify_judge(state, &bad, status, AT_TAMPERED, AT_PATH_SEAL, &lower, err));
    if (!bad)
        snprintf(state->out->signer_key, sizeof state->out->signer_key, "%s", key_text);
    return AT_OK;
}

static at_status check_signature(at_verify_state *state, const at_text *statement,
                                 const at_public_key *key, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text file = {.limit_bytes = 0};
    char id[AT_KEY_ID_TEXT_BYTES];
    at_signature signature;
    at_error lower = {.status = AT_OK};
    bool bad = false, spelled = false;
    AT_TRY(at_verify_read(&file, state, AT_PATH_SEAL_SIGNATURE, err));
    at_status status = at_signature_parse(&signature, at_text_string(&file), file.bytes, &lower);
    AT_TRY(at_verify_judge(state, &bad, status, AT_TAMPERED, AT_PATH_SEAL_SIGNATURE, &lower, err));
    if (bad)
        return AT_OK;
    AT_TRY(check_spelling(&spelled, &signature, &file, err));
    if (!spelled) {
        at_verify_bad(state, AT_TAMPERED, AT_PATH_SEAL_SIGNATURE, "E-SIGNATURE-FORMAT",
                      "was changed: it is not spelled as a seal's signature is");
        return AT_OK;
    }
    at_key_id_format(id, key->id);
    if (strcmp(id, state->out->signer) != 0) {
        at_verify_bad(state, AT_TAMPERED, AT_PATH_SEAL, "E-SEAL-FIELD",
                      "was changed: signer and signer-key are two keys");
        return AT_OK;
    }
    status =
        at_signature_check(&signature, key, at_text_string(statement), statement->bytes, &lower);
    if (status != AT_OK) {
        at_verify_bad(state, AT_TAMPERED, AT_PATH_SEAL_SIGNATURE, lower.code,
                      "does not fit \"%s\", one of the two was changed: %s", AT_PATH_SEAL,
                      lower.message);
        return AT_OK;
    }
    if (at_signature_is_test(&signature) != state->out->test)
        at_verify_bad(state, AT_TAMPERED, AT_PATH_SEAL, "E-SEAL-FIELD",
                      "is marked otherwise than its signature");
    return AT_OK;
}

/* A root with the signer's number and another key is not an unknown signer but an impostor. */
static at_status compare_roots(at_verify_state *state, const at_public_key *key, at_error *err) {
    for (size_t i = 0; i < state->request->root_count; i++) {
        at_public_key root;
        AT_TRY(at_public_key_read(&root, state->request->root_paths[i], err));
        if (at_public_key_equal(&root, key)) {
            state->out->known = true;
            state->out->test |= root.test;
        } else if (memcmp(root.id, key->id, sizeof key->id) == 0) {
            at_verify_bad(state, AT_TAMPERED, AT_PATH_SEAL, "E-SEAL-IMPOSTOR",
                          "is signed by another key that bears the number of root \"%s\"",
                          state->out->signer);
        }
    }
    return AT_OK;
}

/* --- What the seal lists --- */

static at_status check_listed(at_verify_state *state, const at_statement_hash *line,
                              at_error *err) {
    const char *full = NULL;
    char hash[1][AT_HASH_TEXT_BYTES_MAX] = {""};
    at_error lower = {.status = AT_OK};
    bool bad = false;
    const bool reading = at_text_starts(line->path, AT_PATH_READING "/");
    AT_TRY(at_path_join(&full, state->arena, state->request->dossier, line->path, err));
    const at_status status = at_hash_file(hash, (const at_hash_kind[]){AT_SHA256}, 1, full, &lower);
    AT_TRY(at_verify_judge(state, &bad, status, AT_TAMPERED, line->path, &lower, err));
    if (!bad && strcmp(hash[0], line->sha256) != 0)
        at_verify_bad(state, AT_TAMPERED, line->path, reading ? "E-READING" : "E-BUNDLE-CHANGED",
                      "was changed: it is not the file that was sealed");
    return AT_OK;
}

static bool is_listed(const at_signed_statement *seal, const char *path) {
    for (size_t i = 0; i < seal->hash_count; i++)
        if (strcmp(seal->hashes[i].path, path) == 0)
            return true;
    return false;
}

/* Reading copies that nobody sealed would be taken for sealed ones. */
static at_status check_reading(at_verify_state *state, const at_signed_statement *seal,
                               at_error *err) {
    const char *folder = NULL;
    at_file_entry *entries = NULL;
    size_t count = 0;
    AT_TRY(at_path_join(&folder, state->arena, state->request->dossier, AT_PATH_READING, err));
    const at_file_kind kind = at_file_kind_of(folder);
    if (kind != AT_FILE_NONE && kind != AT_FILE_FOLDER)
        at_verify_bad(state, AT_TAMPERED, AT_PATH_READING, "E-READING", "is not a plain folder");
    if (kind != AT_FILE_FOLDER)
        return AT_OK;
    AT_TRY(at_folder_walk(&entries, &count, folder, state->arena, err));
    for (size_t i = 0; i < count; i++) {
        const char *path = NULL;
        AT_TRY(at_path_join(&path, state->arena, AT_PATH_READING, entries[i].path, err));
        if (entries[i].kind != AT_FILE_FOLDER && !is_listed(seal, path))
            at_verify_bad(state, AT_TAMPERED, path, "E-READING", "was added after sealing");
    }
    return AT_OK;
}

static at_status check_list(at_verify_state *state, const at_signed_statement *seal,
                            at_error *err) {
    const at_statement_hash *first = &seal->hashes[0];
    if (strcmp(first->path, tag_manifest_path) != 0 ||
        strcmp(first->sha256, state->out->bundle_id) != 0) {
        at_verify_bad(state, AT_BAD_INPUT, AT_PATH_SEAL, "E-SEAL-FIELD",
                      "is malformed: it does not list the bundle it names");
        return AT_OK;
    }
    for (size_t i = 1; i < seal->hash_count; i++)
        if (!at_text_starts(seal->hashes[i].path, AT_PATH_READING "/")) {
            at_verify_bad(state, AT_BAD_INPUT, AT_PATH_SEAL, "E-SEAL-FIELD",
                          "is malformed: it lists \"%s\"", seal->hashes[i].path);
            return AT_OK;
        }
    for (size_t i = 0; i < seal->hash_count; i++)
        AT_TRY(check_listed(state, &seal->hashes[i], err));
    return check_reading(state, seal, err);
}

at_status at_verify_seal(at_verify_state *state, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = 0};
    at_signed_statement seal = {.hash_count = 0};
    at_public_key key = {.test = false};
    AT_TRY(at_verify_read(&text, state, AT_PATH_SEAL, err));
    AT_TRY(read_statement(&seal, &text, state, &key, err));
    if (state->worst != AT_OK)
        return AT_OK;
    AT_TRY(check_signature(state, &text, &key, err));
    if (state->worst != AT_OK)
        return AT_OK;
    AT_TRY(compare_roots(state, &key, err));
    if (state->worst != AT_OK)
        return AT_OK;
    AT_TRY(check_list(state, &seal, err));
    if (state->worst == AT_OK)
        at_verify_say(state, AT_FINDING_GOOD, AT_PATH_SEAL, "signed by key %s", state->out->signer);
    return AT_OK;
}
