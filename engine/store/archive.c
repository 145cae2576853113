#include "engine/store/archive.h"

#include "engine/base/file.h"
#include "engine/base/input.h"
#include "engine/base/progress.h"
#include "engine/crypto/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

enum { STEP_BYTES = 1 << 18, KEPT_MODE = 0400 };

at_status at_archive_path(const char **out, const at_store *store, const char *received,
                          at_arena *arena, at_error *err) {
    return at_arena_print(out, arena, err, "%s/%s/%s", store->path, AT_STORE_SOURCES, received);
}

static void close_file(const int *descriptor) {
    if (*descriptor >= 0)
        close(*descriptor);
}

static at_status write_all(int descriptor, const char *data, size_t bytes, at_error *err) {
    while (bytes) {
        const ssize_t wrote = write(descriptor, data, bytes);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return at_fail(err, AT_IO, "E-IO", "the copy of the source: %s", strerror(errno));
        data += wrote;
        bytes -= (size_t)wrote;
    }
    return AT_OK;
}

/* From the file or the memory of `info`, into `descriptor` and `hash`. */
static at_status copy_bytes(uint64_t *bytes_out, int descriptor, at_hash *hash,
                            const at_source_info *info, at_arena *arena, at_error *err) {
    AT_CLEANUP(close_file) int from = -1;
    char *buffer = NULL;
    if (!info->path) {
        *bytes_out = info->data_bytes;
        AT_TRY(at_hash_add(hash, info->data, info->data_bytes, err));
        return write_all(descriptor, info->data, info->data_bytes, err);
    }
    AT_TRY(AT_NEW(&buffer, arena, STEP_BYTES, err));
    AT_TRY(at_file_open(&from, info->path, info->name, err));
    struct stat kind;
    AT_CLEANUP(at_progress_end) at_progress bar = {.what = info->name};
    if (fstat(from, &kind) == 0 && kind.st_size > 0)
        bar.total = (uint64_t)kind.st_size;
    at_progress_begin(&bar);
    for (size_t got = 0;; *bytes_out += got) {
        at_progress_step(&bar, *bytes_out);
        AT_TRY(at_file_next(&got, from, buffer, STEP_BYTES, info->name, err));
        if (got == 0)
            return AT_OK;
        AT_TRY(at_hash_add(hash, buffer, got, err));
        AT_TRY(write_all(descriptor, buffer, got, err));
    }
}

static at_status copy_to(at_archived *out, const char *path, const at_source_info *info,
                         at_arena *arena, at_error *err) {
    AT_CLEANUP(at_hash_close) at_hash *hash = NULL;
    AT_TRY(at_hash_open(&hash, AT_SHA256, err));
    AT_CLEANUP(close_file)
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return at_fail(err, AT_IO, "E-IO", "\"%s\": %s", path, strerror(errno));
    out->bytes = 0;
    AT_TRY(copy_bytes(&out->bytes, descriptor, hash, info, arena, err));
    AT_TRY(at_hash_finish_text(out->received, hash, err));
    if (fchmod(descriptor, KEPT_MODE) != 0 || fsync(descriptor) != 0)
        return at_fail(err, AT_IO, "E-IO", "\"%s\": %s", path, strerror(errno));
    return AT_OK;
}

at_status at_archive(at_archived *out, at_store *store, const at_source_info *info, at_arena *arena,
                     at_error *err) {
    const char *half = NULL, *folder = NULL;
    at_archived archived = {.path = NULL};
    uint8_t random[8];
    char name[2 * sizeof random + 1];

    at_random_bytes(random, sizeof random);
    at_hex_encode(name, random, sizeof random);
    AT_TRY(at_arena_print(&half, arena, err, "%s/%s/%s", store->path, AT_STORE_TMP, name));
    at_status status = copy_to(&archived, half, info, arena, err);
    if (status == AT_OK)
        status = at_archive_path(&archived.path, store, archived.received, arena, err);
    /* Over a copy of the same bytes, should there be one: what was just hashed is what is kept. */
    if (status == AT_OK && rename(half, archived.path) != 0)
        status = at_fail(err, AT_IO, "E-IO", "\"%s\": %s", archived.path, strerror(errno));
    if (status != AT_OK) {
        unlink(half);
        return status;
    }
    AT_TRY(at_store_file(&folder, store, AT_STORE_SOURCES, arena, err));
    AT_TRY(at_folder_sync(folder, err));
    *out = archived;
    return AT_OK;
}

at_status at_archive_content(at_archived *archived, const char *name, at_error *err) {
    AT_CLEANUP(at_input_close) at_input *input = NULL;
    AT_CLEANUP(at_hash_close) at_hash *hash = NULL;
    AT_TRY(at_input_open(&input, archived->path, name, 0, err));
    if (!at_input_compressed(input)) {
        memcpy(archived->content, archived->received, sizeof archived->content);
        archived->content_bytes = archived->bytes;
        return AT_OK;
    }
    AT_TRY(at_hash_open(&hash, AT_SHA256, err));
    for (at_span span;;) {
        AT_TRY(at_input_peek(&span, input, STEP_BYTES, err));
        if (span.bytes == 0)
            break;
        AT_TRY(at_hash_add(hash, span.data, span.bytes, err));
        at_input_take(input, span.bytes);
    }
    archived->content_bytes = at_input_offset(input);
    return at_hash_finish_text(archived->content, hash, err);
}
