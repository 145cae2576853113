#include "engine/store/archive.h"

#include "engine/base/belt.h"
#include "engine/base/file.h"
#include "engine/base/input.h"
#include "engine/base/progress.h"
#include "engine/crypto/hash.h"
#include "engine/crypto/prefix.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

enum { STEP_BYTES = 1 << 18, KEPT_MODE = 0400, SAMPLES = 16, SAMPLE_BYTES = 4096 };
enum { STATES_BYTES_MAX = 1 << 30, WRITE_AHEAD_BYTES = 8 << 20 };

at_status at_archive_path(const char **out, const at_store *store, const char *received,
                          at_arena *arena, at_error *err) {
    return at_arena_print(out, arena, err, "%s/%s/%s", store->path, AT_STORE_SOURCES, received);
}

static void close_file(const int *descriptor) {
    if (*descriptor >= 0)
        close(*descriptor);
}

void at_file_mark_of(at_file_mark *out, const char *path) {
    struct stat file;
    *out = (at_file_mark){.known = path && stat(path, &file) == 0 && S_ISREG(file.st_mode)};
    if (!out->known)
        return;
    const int64_t ns = INT64_C(1000000000);
    out->device = (uint64_t)file.st_dev;
    out->inode = (uint64_t)file.st_ino;
    out->bytes = (uint64_t)file.st_size;
    out->written_ns = (int64_t)file.st_mtim.tv_sec * ns + file.st_mtim.tv_nsec;
    out->changed_ns = (int64_t)file.st_ctim.tv_sec * ns + file.st_ctim.tv_nsec;
}

static bool same_mark(const at_file_mark *a, const at_file_mark *b) {
    return a->known && b->known && a->device == b->device && a->inode == b->inode &&
           a->bytes == b->bytes && a->written_ns == b->written_ns && a->changed_ns == b->changed_ns;
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

/* A hash on its way, and the states it had. */
typedef struct noted_hash {
    at_prefix prefix;
    uint64_t bytes;
    at_text states;
} noted_hash;

static void clear_noted(noted_hash *hash) {
    at_text_clear(&hash->states);
}

static at_status add_noted(noted_hash *hash, const char *data, size_t bytes, at_error *err) {
    while (bytes > 0) {
        const uint64_t room = AT_ARCHIVE_STEP - hash->bytes % AT_ARCHIVE_STEP;
        const size_t part = bytes < room ? bytes : (size_t)room;
        at_prefix_add(&hash->prefix, data, part);
        hash->bytes += part;
        data += part;
        bytes -= part;
        if (hash->bytes % AT_ARCHIVE_STEP == 0) {
            uint8_t state[AT_PREFIX_BYTES];
            at_prefix_state(state, &hash->prefix);
            AT_TRY(at_text_add_bytes(&hash->states, (const char *)state, sizeof state, err));
        }
    }
    return AT_OK;
}

/* A file on its way into the store: it is hashed beside (belt.h). */
typedef struct copying {
    at_belt belt;
    noted_hash *hash;
    char *steps[AT_BELT_SLOTS];
    size_t bytes[AT_BELT_SLOTS];
} copying;

static void end_copying(copying *copy) {
    at_belt_clear(&copy->belt);
}

static at_status hash_step(void *self, size_t slot, at_error *err) {
    copying *copy = self;
    return add_noted(copy->hash, copy->steps[slot], copy->bytes[slot], err);
}

/* The disk begins before it is waited for; whether it does changes nothing but time. */
static void write_ahead(int descriptor, uint64_t end) {
    if (end % WRITE_AHEAD_BYTES == 0)
        (void)sync_file_range(descriptor, (off64_t)(end - WRITE_AHEAD_BYTES), WRITE_AHEAD_BYTES,
                              SYNC_FILE_RANGE_WRITE);
}

static at_status copy_steps(uint64_t *bytes_out, copying *copy, int from, int descriptor,
                            const at_source_info *info, at_progress *bar, at_arena *arena,
                            at_error *err) {
    for (;;) {
        const size_t slot = at_belt_slot(&copy->belt);
        at_progress_step(bar, *bytes_out);
        if (!copy->steps[slot])
            AT_TRY(AT_NEW(&copy->steps[slot], arena, STEP_BYTES, err));
        AT_TRY(
            at_file_next(&copy->bytes[slot], from, copy->steps[slot], STEP_BYTES, info->name, err));
        const size_t got = copy->bytes[slot];
        if (got == 0)
            return at_belt_finish(&copy->belt, err);
        AT_TRY(at_belt_hand(&copy->belt, err));
        /* The slot is not filled again before three others are. */
        AT_TRY(write_all(descriptor, copy->steps[slot], got, err));
        *bytes_out += got;
        write_ahead(descriptor, *bytes_out);
    }
}

/* From the file or the memory of `info`, into `descriptor` and `hash`. */
static at_status copy_bytes(uint64_t *bytes_out, int descriptor, noted_hash *hash,
                            const at_source_info *info, at_arena *arena, at_error *err) {
    AT_CLEANUP(close_file) int from = -1;
    if (!info->path) {
        *bytes_out = info->data_bytes;
        AT_TRY(add_noted(hash, info->data, info->data_bytes, err));
        return write_all(descriptor, info->data, info->data_bytes, err);
    }
    AT_TRY(at_file_open(&from, info->path, info->name, err));
    struct stat kind;
    AT_CLEANUP(at_progress_end) at_progress bar = {.what = info->name};
    AT_CLEANUP(end_copying) copying copy = {.hash = hash};
    if (fstat(from, &kind) == 0 && kind.st_size > 0)
        bar.total = (uint64_t)kind.st_size;
    at_progress_begin(&bar);
    at_belt_init(&copy.belt, hash_step, &copy);
    return copy_steps(bytes_out, &copy, from, descriptor, info, &bar, arena, err);
}

static at_status copy_to(at_archived *out, const char *path, const at_source_info *info,
                         at_arena *arena, at_error *err) {
    AT_CLEANUP(clear_noted) noted_hash hash = {.states = {.limit_bytes = STATES_BYTES_MAX}};
    uint8_t digest[AT_SHA256_BYTES];
    char *states = NULL;
    at_file_mark after = {.known = false};
    at_prefix_begin(&hash.prefix);
    AT_CLEANUP(close_file)
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return at_fail(err, AT_IO, "E-IO", "\"%s\": %s", path, strerror(errno));
    out->bytes = 0;
    at_file_mark_of(&out->mark, info->path);
    AT_TRY(copy_bytes(&out->bytes, descriptor, &hash, info, arena, err));
    at_file_mark_of(&after, info->path);
    if (!same_mark(&out->mark, &after) || out->mark.bytes != out->bytes)
        out->mark = (at_file_mark){.known = false};
    at_prefix_finish(digest, &hash.prefix);
    at_hex_encode(out->received, digest, sizeof digest);
    AT_TRY(AT_NEW(&states, arena, hash.states.bytes, err));
    if (hash.states.bytes)
        memcpy(states, hash.states.data, hash.states.bytes);
    out->states = (at_span){states, hash.states.bytes};
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

static bool same_sample(int one, int other, uint64_t offset) {
    char bytes[SAMPLE_BYTES], others[SAMPLE_BYTES];
    const ssize_t got = pread(one, bytes, sizeof bytes, (off_t)offset);
    return got >= 0 && pread(other, others, sizeof others, (off_t)offset) == got &&
           memcmp(bytes, others, (size_t)got) == 0;
}

bool at_archive_is_of(const at_archived *archived, const char *path) {
    at_file_mark now;
    at_file_mark_of(&now, path);
    if (!same_mark(&archived->mark, &now))
        return false;
    AT_CLEANUP(close_file) int one = open(path, O_RDONLY | O_CLOEXEC);
    AT_CLEANUP(close_file) int other = open(archived->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool same = one >= 0 && other >= 0;
    /* A file system without such times may not tell of a change; most changes show here. */
    for (uint64_t i = 0; same && i <= SAMPLES; i++)
        same = same_sample(one, other, archived->bytes / SAMPLES * i);
    return same;
}

at_status at_archive_check_end(uint64_t *again_out, const at_archived *archived, uint64_t offset,
                               const char *name, at_error *err) {
    AT_CLEANUP(close_file) int file = -1;
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    const uint64_t noted = archived->states.bytes / AT_PREFIX_BYTES;
    const uint64_t state = offset / AT_ARCHIVE_STEP < noted ? offset / AT_ARCHIVE_STEP : noted;
    uint8_t digest[AT_SHA256_BYTES];
    char text[AT_SHA256_TEXT_BYTES], *buffer = NULL;
    at_prefix prefix;
    *again_out = offset - state * AT_ARCHIVE_STEP;
    at_prefix_begin(&prefix);
    if (state)
        at_prefix_take_up(&prefix,
                          (const uint8_t *)archived->states.data + (state - 1) * AT_PREFIX_BYTES,
                          state * AT_ARCHIVE_STEP);
    AT_TRY(AT_NEW(&buffer, &arena, STEP_BYTES, err));
    AT_TRY(at_file_open(&file, archived->path, name, err));
    if (lseek(file, (off_t)(state * AT_ARCHIVE_STEP), SEEK_SET) < 0)
        return at_fail(err, AT_IO, "E-IO", "\"%s\": %s", archived->path, strerrordesc_np(errno));
    for (size_t got = 1; got > 0;) {
        AT_TRY(at_file_next(&got, file, buffer, STEP_BYTES, name, err));
        at_prefix_add(&prefix, buffer, got);
    }
    at_prefix_finish(digest, &prefix);
    at_hex_encode(text, digest, sizeof digest);
    if (strcmp(text, archived->received) == 0)
        return AT_OK;
    return at_fail(err, AT_TAMPERED, "E-SOURCE-TAMPERED",
                   "the archived copy of \"%s\" is not what was received", name);
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
