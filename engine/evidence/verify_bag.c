#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/progress.h"
#include "engine/evidence/verify_state.h"

/* Two digests of one file; NULL where there is none to compare with. */
typedef struct expected {
    const char *sha256, *sha512;
} expected;

static at_status check_file(at_verify_state *state, const char *path, expected want,
                            at_error *err) {
    static const at_hash_kind kinds[] = {AT_SHA256, AT_SHA512};
    const char *full = NULL, *subject = NULL;
    char got[2][AT_HASH_TEXT_BYTES_MAX] = {"", ""};
    at_error lower = {.status = AT_OK};
    bool bad = false;
    AT_TRY(at_verify_subject(&subject, state, path, err));
    AT_TRY(at_path_join(&full, state->arena, state->bundle, path, err));
    const at_status status = at_hash_file(got, kinds, want.sha512 != NULL ? 2 : 1, full, &lower);
    AT_TRY(at_verify_judge(state, &bad, status, AT_TAMPERED, subject, &lower, err));
    if (!bad && (strcmp(got[0], want.sha256) != 0 ||
                 (want.sha512 != NULL && strcmp(got[1], want.sha512) != 0)))
        at_verify_bad(state, AT_TAMPERED, subject, "E-BUNDLE-CHANGED",
                      "was changed: it is not the file that was sealed");
    return AT_OK;
}

static at_status read_manifest(at_manifest *out, at_verify_state *state, const char *name,
                               at_hash_kind kind, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = AT_VERIFY_FILE_BYTES_MAX};
    const char *subject = NULL;
    at_error lower = {.status = AT_OK};
    bool bad = false;
    AT_TRY(at_verify_subject(&subject, state, name, err));
    AT_TRY(at_verify_read(&text, state, subject, err));
    const at_status status =
        at_manifest_parse(out, at_text_string(&text), text.bytes, kind, state->arena, &lower);
    return at_verify_judge(state, &bad, status, AT_BAD_INPUT, subject, &lower, err);
}

at_status at_verify_tags(at_verify_state *state, at_error *err) {
    static const char *const names[] = {"bag-info.txt", "bagit.txt", "manifest-sha256.txt",
                                        "manifest-sha512.txt"};
    AT_TRY(read_manifest(&state->tags, state, AT_PATH_TAG_MANIFEST, AT_SHA256, err));
    if (state->worst != AT_OK)
        return AT_OK;
    for (size_t i = 0; i < AT_COUNT(names); i++)
        if (state->tags.count != AT_COUNT(names) ||
            strcmp(state->tags.lines[i].path, names[i]) != 0) {
            at_verify_bad(state, AT_BAD_INPUT, AT_PATH_BUNDLE "/" AT_PATH_TAG_MANIFEST,
                          "E-MANIFEST-FORMAT", "is malformed: it lists other files");
            return AT_OK;
        }
    for (size_t i = 0; i < AT_COUNT(names); i++)
        AT_TRY(check_file(state, names[i], (expected){state->tags.lines[i].hash, NULL}, err));
    return AT_OK;
}

/* Both manifests list the same files, all of them below data/. */
static void check_lists(at_verify_state *state) {
    bool same = state->sha256.count == state->sha512.count;
    for (size_t i = 0; same && i < state->sha256.count; i++)
        same = strcmp(state->sha256.lines[i].path, state->sha512.lines[i].path) == 0 &&
               at_text_starts(state->sha256.lines[i].path, "data/");
    if (!same)
        at_verify_bad(state, AT_BAD_INPUT, AT_PATH_BUNDLE "/manifest-sha512.txt",
                      "E-MANIFEST-FORMAT",
                      "is malformed: it does not list what manifest-sha256.txt lists");
}

static const at_file_entry *find_entry(const at_verify_state *state, const char *path) {
    size_t low = 0, high = state->entry_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = at_text_compare(state->entries[middle].path, path);
        if (order == 0)
            return &state->entries[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* Entries are sorted, so whatever lies in a folder follows it at once. */
static bool is_empty_folder(const at_verify_state *state, size_t index) {
    const at_file_entry *folder = &state->entries[index];
    const size_t bytes = strlen(folder->path);
    for (size_t i = index + 1; i < state->entry_count; i++) {
        const char *path = state->entries[i].path;
        if (strncmp(path, folder->path, bytes) != 0)
            return true;
        if (path[bytes] == '/')
            return false;
    }
    return true;
}

/* A folder whose only file was removed is empty too, but then the file is what is missed. */
static bool holds_listed_file(const at_manifest *manifest, const char *folder) {
    const size_t bytes = strlen(folder);
    for (size_t i = 0; i < manifest->count; i++)
        if (at_text_starts(manifest->lines[i].path, folder) &&
            manifest->lines[i].path[bytes] == '/')
            return true;
    return false;
}

static at_status check_extra(at_verify_state *state, at_error *err) {
    for (size_t i = 0; i < state->entry_count; i++) {
        const at_file_entry *entry = &state->entries[i];
        const bool is_folder = entry->kind == AT_FILE_FOLDER;
        const char *subject = NULL;
        AT_TRY(at_verify_subject(&subject, state, entry->path, err));
        if (is_folder && is_empty_folder(state, i) &&
            !holds_listed_file(&state->sha256, entry->path))
            at_verify_bad(state, AT_TAMPERED, subject, "E-BUNDLE-EXTRA", "is an empty folder");
        if (!is_folder && at_text_starts(entry->path, "data/") &&
            at_manifest_find(&state->sha256, entry->path) == NULL)
            at_verify_bad(state, AT_TAMPERED, subject, "E-BUNDLE-EXTRA", "was added after sealing");
    }
    return AT_OK;
}

at_status at_verify_payload(at_verify_state *state, at_error *err) {
    AT_TRY(read_manifest(&state->sha256, state, "manifest-sha256.txt", AT_SHA256, err));
    AT_TRY(read_manifest(&state->sha512, state, "manifest-sha512.txt", AT_SHA512, err));
    if (state->worst == AT_OK)
        check_lists(state);
    if (state->worst != AT_OK)
        return AT_OK;
    AT_TRY(check_extra(state, err));
    AT_CLEANUP(at_progress_end)
    at_progress bar = {.what = "files", .unit = AT_PROGRESS_COUNT, .total = state->sha256.count};
    at_progress_begin(&bar);
    for (size_t i = 0; i < state->sha256.count; i++) {
        at_progress_step(&bar, i);
        const at_manifest_line *line = &state->sha256.lines[i];
        const at_file_entry *entry = find_entry(state, line->path);
        const char *subject = NULL;
        if (entry != NULL && entry->kind == AT_FILE_REGULAR) {
            AT_TRY(check_file(state, line->path,
                              (expected){line->hash, state->sha512.lines[i].hash}, err));
            continue;
        }
        AT_TRY(at_verify_subject(&subject, state, line->path, err));
        at_verify_bad(state, AT_TAMPERED, subject, "E-BUNDLE-MISSING", "is missing");
    }
    if (state->worst == AT_OK)
        at_verify_say(state, AT_FINDING_GOOD, AT_PATH_BUNDLE, "%zu files are as they were sealed",
                      state->out->files);
    return AT_OK;
}
