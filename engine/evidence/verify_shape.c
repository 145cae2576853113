#include <string.h>

#include "engine/crypto/statement.h"
#include "engine/evidence/verify_state.h"

static const char *const tag_files[AT_TAG_FILES] = {"bag-info.txt", "bagit.txt",
                                                    "manifest-sha256.txt", "manifest-sha512.txt",
                                                    AT_PATH_TAG_MANIFEST};

static bool is_tag_file(const char *path) {
    for (size_t i = 0; i < AT_COUNT(tag_files); i++)
        if (strcmp(tag_files[i], path) == 0)
            return true;
    return false;
}

static void check_entry(at_verify_state *state, const at_file_entry *entry, const char *subject) {
    const bool folder = entry->kind == AT_FILE_FOLDER;
    if (entry->kind == AT_FILE_LINK)
        at_verify_bad(state, AT_TAMPERED, subject, "E-BUNDLE-SHAPE", "is a link");
    else if (!folder && entry->kind != AT_FILE_REGULAR)
        at_verify_bad(state, AT_TAMPERED, subject, "E-BUNDLE-SHAPE",
                      "is neither a file nor a folder");
    else if (!at_plain_path_ok(entry->path))
        at_verify_bad(state, AT_TAMPERED, subject, "E-BUNDLE-SHAPE",
                      "has a name that no bundle holds");
    else if (!folder && entry->links > 1)
        at_verify_bad(state, AT_TAMPERED, subject, "E-BUNDLE-SHAPE",
                      "shares its bytes with a file elsewhere (a hard link)");
    else if (strncmp(entry->path, "data/", 5) != 0 &&
             (folder ? strcmp(entry->path, "data") != 0 : !is_tag_file(entry->path)))
        at_verify_bad(state, AT_TAMPERED, subject, "E-BUNDLE-EXTRA", "is not part of the bundle");
}

static void check_tag_file(at_verify_state *state, const char *name, const char *subject) {
    for (size_t i = 0; i < state->entry_count; i++)
        if (strcmp(state->entries[i].path, name) == 0)
            return;
    at_verify_bad(state, AT_TAMPERED, subject, "E-BUNDLE-MISSING", "is missing");
}

static at_status check_bag(at_verify_state *state, at_error *err) {
    AT_TRY(at_folder_walk(&state->entries, &state->entry_count, state->bundle, state->arena, err));
    for (size_t i = 0; i < state->entry_count; i++) {
        const char *subject = NULL;
        AT_TRY(at_verify_subject(&subject, state, state->entries[i].path, err));
        check_entry(state, &state->entries[i], subject);
        state->out->files += state->entries[i].kind == AT_FILE_REGULAR;
    }
    for (size_t i = 0; i < AT_COUNT(tag_files); i++) {
        const char *subject = NULL;
        AT_TRY(at_verify_subject(&subject, state, tag_files[i], err));
        check_tag_file(state, tag_files[i], subject);
    }
    return AT_OK;
}

/* The parts of a dossier that must be what they are called; a link could lead anywhere. */
static at_status check_part(at_verify_state *state, const char *path, at_file_kind wanted,
                            at_error *err) {
    const char *full = NULL;
    AT_TRY(at_path_join(&full, state->arena, state->request->dossier, path, err));
    const at_file_kind kind = at_file_kind_of(full);
    if (kind == AT_FILE_NONE)
        at_verify_bad(state, AT_TAMPERED, path, "E-BUNDLE-MISSING", "is missing");
    else if (kind != wanted)
        at_verify_bad(state, AT_TAMPERED, path, "E-BUNDLE-SHAPE", "is not a plain %s",
                      wanted == AT_FILE_FOLDER ? "folder" : "file");
    return AT_OK;
}

/* What a dossier gathers beside its bundle is not the seal's matter, but it is said. */
static at_status note_others(at_verify_state *state, at_error *err) {
    static const char *const covered[] = {"bundle",    "reading",    "review",
                                          AT_PATH_HOW, AT_PATH_SEAL, AT_PATH_SEAL_SIGNATURE};
    at_file_entry *entries = NULL;
    size_t count = 0;
    AT_TRY(at_folder_walk(&entries, &count, state->request->dossier, state->arena, err));
    for (size_t i = 0; i < count; i++) {
        const char *path = entries[i].path;
        bool known = strncmp(path, "bundle/", 7) == 0 || strncmp(path, "reading/", 8) == 0;
        for (size_t k = 0; k < AT_COUNT(covered); k++)
            known = known || strcmp(covered[k], path) == 0;
        if (!known)
            at_verify_say(state, AT_FINDING_NOTE, path, "is not covered by the seal");
    }
    return AT_OK;
}

at_status at_verify_shape(at_verify_state *state, at_error *err) {
    const char *seal = NULL;
    AT_TRY(at_path_join(&seal, state->arena, state->request->dossier, AT_PATH_SEAL, err));
    if (at_file_kind_of(state->bundle) == AT_FILE_NONE && at_file_kind_of(seal) == AT_FILE_NONE) {
        at_fail(err, AT_BAD_INPUT, "E-VERIFY-DOSSIER", "\"%s\" is no dossier",
                state->request->dossier);
        at_hint(err, "a dossier is a folder that holds bundle/ and review/0001-seal.txt");
        return AT_BAD_INPUT;
    }
    AT_TRY(check_part(state, AT_PATH_BUNDLE, AT_FILE_FOLDER, err));
    AT_TRY(check_part(state, "review", AT_FILE_FOLDER, err));
    if (state->worst != AT_OK)
        return AT_OK;
    AT_TRY(check_part(state, AT_PATH_SEAL, AT_FILE_REGULAR, err));
    AT_TRY(check_part(state, AT_PATH_SEAL_SIGNATURE, AT_FILE_REGULAR, err));
    AT_TRY(note_others(state, err));
    return check_bag(state, err);
}
