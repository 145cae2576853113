#include "engine/evidence/bag.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "engine/crypto/statement.h"
#include "engine/evidence/manifest.h"

static const char bagit_txt[] = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

typedef struct bag_file {
    const char *path;
    const char *sha256, *sha512;
} bag_file;

struct at_bag {
    at_arena arena;
    const char *folder;
    const char *made; /* the subfolder known to exist */
    bag_file *files;
    size_t count, capacity;
    uint64_t bytes;
    bool finished;
};

at_status at_bag_open(at_bag **out, const char *folder, at_error *err) {
    if (at_file_kind_of(folder) != AT_FILE_NONE)
        return at_fail(err, AT_REFUSED, "E-DOSSIER-EXISTS", "\"%s\" is already there", folder);
    at_bag *bag = at_memory_resize(NULL, sizeof *bag);
    if (bag == NULL)
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory for a bag");
    *bag = (at_bag){.finished = false};
    at_status status = at_arena_text(&bag->folder, &bag->arena, folder, err);
    if (status == AT_OK)
        status = at_folder_make(folder, 0755, err);
    if (status != AT_OK) {
        at_arena_clear(&bag->arena);
        at_memory_resize(bag, 0);
        return status;
    }
    *out = bag;
    return AT_OK;
}

void at_bag_close(at_bag **bag) {
    if (*bag == NULL)
        return;
    if (!(*bag)->finished && at_folder_remove((*bag)->folder, NULL) != AT_OK) {
        /* Remains are no bag: the last manifest is missing. */
    }
    at_arena_clear(&(*bag)->arena);
    at_memory_resize(*bag, 0);
    *bag = NULL;
}

uint64_t at_bag_bytes(const at_bag *bag) {
    return bag->bytes;
}

static void close_file(const int *file) {
    if (*file >= 0)
        (void)close(*file);
}

static at_status fail_write(at_error *err, const char *path) {
    const int number = errno;
    return at_fail(err, AT_IO, "E-IO", "cannot write \"%s\": %s", path, strerrordesc_np(number));
}

/* Without at_file_write's rename and sync a file: the whole bag is synced once, and nobody reads it
 * before. */
static at_status write_file(const char *path, const char *data, size_t bytes, at_error *err) {
    AT_CLEANUP(close_file)
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0444);
    if (file < 0 && errno == EEXIST)
        return at_fail(err, AT_BAD_INPUT, "E-BAG-PATH", "\"%s\" is given twice", path);
    if (file < 0)
        return fail_write(err, path);
    while (bytes > 0) {
        const ssize_t written = write(file, data, bytes);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return fail_write(err, path);
        data += written;
        bytes -= (size_t)written;
    }
    const int closed = close(file);
    file = -1;
    return closed == 0 ? AT_OK : fail_write(err, path);
}

static at_status make_folder_of(at_bag *bag, const char *full, at_error *err) {
    const size_t bytes = (size_t)(at_path_name(full) - full) - 1;
    if (bag->made != NULL && strlen(bag->made) == bytes && memcmp(bag->made, full, bytes) == 0)
        return AT_OK;
    AT_TRY(at_arena_copy(&bag->made, &bag->arena, full, bytes, err));
    const at_status status = at_folder_make(bag->made, 0755, err);
    if (status != AT_OK)
        bag->made = NULL;
    return status;
}

static at_status put(at_bag *bag, const char *path, const void *data, size_t bytes, at_error *err) {
    uint8_t digest[AT_SHA512_BYTES];
    char sha256[AT_SHA256_TEXT_BYTES], sha512[2 * AT_SHA512_BYTES + 1];
    const char *full = NULL;
    bag_file file = {0};
    AT_TRY(at_path_join(&full, &bag->arena, bag->folder, path, err));
    AT_TRY(make_folder_of(bag, full, err));
    AT_TRY(at_sha256_text(sha256, data, bytes, err));
    AT_TRY(at_sha512(digest, data, bytes, err));
    at_hex_encode(sha512, digest, sizeof digest);
    AT_TRY(at_arena_text(&file.path, &bag->arena, path, err));
    AT_TRY(at_arena_text(&file.sha256, &bag->arena, sha256, err));
    AT_TRY(at_arena_text(&file.sha512, &bag->arena, sha512, err));
    AT_TRY(AT_GROW(&bag->files, &bag->capacity, bag->count, &bag->arena, err));
    AT_TRY(write_file(full, data, bytes, err));
    bag->files[bag->count++] = file;
    return AT_OK;
}

at_status at_bag_put(at_bag *bag, const char *path, const void *data, size_t bytes, at_error *err) {
    if (!at_plain_path_ok(path) || !at_text_starts(path, "data/"))
        return at_fail(err, AT_BAD_INPUT, "E-BAG-PATH", "\"%.200s\" cannot be a file of a bundle",
                       path);
    AT_TRY(put(bag, path, data, bytes, err));
    bag->bytes += bytes;
    return AT_OK;
}

static int compare_files(const void *a, const void *b) {
    return at_text_compare(((const bag_file *)a)->path, ((const bag_file *)b)->path);
}

/* The manifest of files[first..] into the bag, where it becomes the last file itself. */
static at_status put_manifest(at_bag *bag, const char *name, at_hash_kind kind, size_t first,
                              size_t count, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = (size_t)1 << 30};
    at_manifest manifest = {.count = count};
    AT_TRY(AT_NEW(&manifest.lines, &bag->arena, count, err));
    for (size_t i = 0; i < count; i++) {
        const bag_file *file = &bag->files[first + i];
        manifest.lines[i] =
            (at_manifest_line){kind == AT_SHA256 ? file->sha256 : file->sha512, file->path};
    }
    AT_TRY(at_manifest_format(&text, &manifest, err));
    return put(bag, name, at_text_string(&text), text.bytes, err);
}

static at_status sync_all(const at_bag *bag, at_error *err) {
    AT_CLEANUP(close_file) int folder = open(bag->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 || syncfs(folder) != 0)
        return fail_write(err, bag->folder);
    return AT_OK;
}

at_status at_bag_finish(char id_out[AT_SHA256_TEXT_BYTES], at_bag *bag, const char *identifier,
                        at_error *err) {
    char info[512];
    const size_t payload = bag->count;
    assert(payload > 0 && !bag->finished && strlen(identifier) < 256);
    qsort(bag->files, payload, sizeof *bag->files, compare_files);
    snprintf(info, sizeof info, "External-Identifier: %s\nPayload-Oxum: %" PRIu64 ".%zu\n",
             identifier, bag->bytes, payload);
    AT_TRY(put(bag, "bag-info.txt", info, strlen(info), err));
    AT_TRY(put(bag, "bagit.txt", bagit_txt, strlen(bagit_txt), err));
    AT_TRY(put_manifest(bag, "manifest-sha256.txt", AT_SHA256, 0, payload, err));
    AT_TRY(put_manifest(bag, "manifest-sha512.txt", AT_SHA512, 0, payload, err));
    AT_TRY(put_manifest(bag, "tagmanifest-sha256.txt", AT_SHA256, payload, 4, err));
    AT_TRY(sync_all(bag, err));
    memcpy(id_out, bag->files[bag->count - 1].sha256, AT_SHA256_TEXT_BYTES);
    bag->finished = true;
    return AT_OK;
}
