/* restore.c - a store out of a backup: read, checked, and only then there. */
#include "engine/store/backup.h"

#include "engine/base/file.h"
#include "engine/base/json.h"
#include "engine/crypto/hash.h"
#include "engine/store/custody.h"
#include "engine/store/handle.h"
#include "engine/store/tape.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

enum { STEP_BYTES = 1 << 18, FOLDER_MODE = 0700, MANIFEST_BYTES_MAX = 64 << 20 };

/* A file that was unpacked. */
typedef struct unpacked {
    const char *name;
    char sha256[65];
    uint64_t bytes;
    bool listed;
} unpacked;

typedef struct restoring {
    at_arena *arena;
    int file;
    at_hash *all, *one; /* of the backup's bytes; of the file at hand */
    at_age_reader *age; /* NULL: plain */
    const char *folder; /* where it is unpacked; removed unless NULL */
    unpacked *files;
    size_t count, capacity;
    at_text manifest;
    bool secret;
    char *buffer;
} restoring;

static void close_file(const int *file) {
    if (*file >= 0)
        close(*file);
}

static void clear_restoring(restoring *work) {
    at_error ignored = {.status = AT_OK};
    at_age_reader_close(&work->age);
    at_hash_close(&work->all);
    at_hash_close(&work->one);
    at_text_clear(&work->manifest);
    close_file(&work->file);
    if (work->folder)
        (void)!at_folder_remove(work->folder, &ignored);
}

static at_status bad(at_error *err, const char *what, const char *name) {
    return at_fail(err, AT_BAD_INPUT, "E-BACKUP-FORMAT", "the backup %s%s%s%s", what,
                   *name ? " \"" : "", name, *name ? "\"" : "");
}

static at_status get_file(void *self, void *data, size_t bytes, size_t *got, at_error *err) {
    restoring *work = self;
    AT_TRY(at_file_next(got, work->file, data, bytes, "the backup", err));
    return at_hash_add(work->all, data, *got, err);
}

static at_status get(restoring *work, void *data, size_t bytes, size_t *got, at_error *err) {
    return work->age ? at_age_read(work->age, data, bytes, got, err)
                     : get_file(work, data, bytes, got, err);
}

static at_status get_all(restoring *work, void *data, size_t bytes, at_error *err) {
    for (size_t done = 0, got = 0; done < bytes; done += got) {
        AT_TRY(get(work, (char *)data + done, bytes - done, &got, err));
        if (got == 0)
            return at_fail(err, AT_TAMPERED, "E-BACKUP-CHANGED", "the backup breaks off");
    }
    return AT_OK;
}

/* Names this program writes, and no other: nothing can leave the folder. */
static bool is_known(const char *name) {
    uint8_t hash[AT_SHA256_BYTES];
    return strcmp(name, AT_STORE_DATABASE) == 0 || strcmp(name, AT_STORE_LOG) == 0 ||
           strcmp(name, AT_STORE_SECRET) == 0 ||
           (at_text_starts(name, AT_STORE_SOURCES "/") &&
            at_hex_decode(hash, sizeof hash, name + strlen(AT_STORE_SOURCES "/")));
}

static at_status write_all(int file, const char *data, size_t bytes, at_error *err) {
    while (bytes > 0) {
        const ssize_t wrote = write(file, data, bytes);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return at_fail(err, AT_IO, "E-IO", "the store cannot be written: %s",
                           strerrordesc_np(errno));
        data += wrote;
        bytes -= (size_t)wrote;
    }
    return AT_OK;
}

static at_status unpack_file(restoring *work, const at_tape_entry *entry, at_error *err) {
    AT_CLEANUP(close_file) int file = -1;
    const char *path = NULL;
    AT_TRY(at_path_join(&path, work->arena, work->folder, entry->name, err));
    AT_TRY(AT_GROW(&work->files, &work->capacity, work->count, work->arena, err));
    unpacked *now = &work->files[work->count++];
    *now = (unpacked){.bytes = entry->bytes};
    AT_TRY(at_arena_text(&now->name, work->arena, entry->name, err));
    file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0 && errno == EEXIST)
        return bad(err, "holds twice", entry->name);
    if (file < 0)
        return at_fail(err, AT_IO, "E-IO", "\"%s\": %s", path, strerrordesc_np(errno));
    for (uint64_t left = entry->bytes; left > 0;) {
        const size_t step = left < STEP_BYTES ? (size_t)left : STEP_BYTES;
        AT_TRY(get_all(work, work->buffer, step, err));
        AT_TRY(at_hash_add(work->one, work->buffer, step, err));
        AT_TRY(write_all(file, work->buffer, step, err));
        left -= step;
    }
    if (fchmod(file, entry->mode & 0700) != 0 || fsync(file) != 0)
        return at_fail(err, AT_IO, "E-IO", "\"%s\": %s", path, strerrordesc_np(errno));
    work->secret = work->secret || strcmp(entry->name, AT_STORE_SECRET) == 0;
    return at_hash_finish_text(now->sha256, work->one, err);
}

static at_status read_manifest(restoring *work, const at_tape_entry *entry, at_error *err) {
    if (entry->bytes > MANIFEST_BYTES_MAX)
        return bad(err, "has a list of files that is too long", "");
    for (uint64_t left = entry->bytes; left > 0;) {
        const size_t step = left < STEP_BYTES ? (size_t)left : STEP_BYTES;
        AT_TRY(get_all(work, work->buffer, step, err));
        AT_TRY(at_text_add_bytes(&work->manifest, work->buffer, step, err));
        left -= step;
    }
    return AT_OK;
}

/* Only zeros after the last file, and the end of what is encrypted is checked by reading it. */
static at_status read_end(restoring *work, at_error *err) {
    for (size_t got = 1; got > 0;) {
        AT_TRY(get(work, work->buffer, STEP_BYTES, &got, err));
        for (size_t i = 0; i < got; i++)
            if (work->buffer[i])
                return bad(err, "goes on after its end", "");
    }
    return AT_OK;
}

static at_status unpack(restoring *work, at_error *err) {
    uint8_t block[AT_TAPE_BLOCK];
    uint64_t long_size = 0;
    for (;;) {
        at_tape_entry entry;
        AT_TRY(get_all(work, block, sizeof block, err));
        AT_TRY(at_tape_read(&entry, block, err));
        if (!*entry.name)
            return read_end(work, err);
        if (work->manifest.bytes)
            return bad(err, "holds after its list of files", entry.name);
        if (entry.is_pax) {
            AT_TRY(get_all(work, block, sizeof block, err));
            AT_TRY(at_tape_read_pax(&long_size, (const char *)block, (size_t)entry.bytes, err));
            continue;
        }
        entry.bytes = long_size ? long_size : entry.bytes;
        long_size = 0;
        if (strcmp(entry.name, AT_BACKUP_MANIFEST) == 0)
            AT_TRY(read_manifest(work, &entry, err));
        else if (is_known(entry.name))
            AT_TRY(unpack_file(work, &entry, err));
        else
            return bad(err, "holds what no store has:", entry.name);
        AT_TRY(get_all(work, block, at_tape_padding(entry.bytes), err));
    }
}

static unpacked *find_file(restoring *work, const char *name) {
    for (size_t i = 0; i < work->count; i++)
        if (at_text_equal(work->files[i].name, name))
            return &work->files[i];
    return NULL;
}

static at_status check_manifest(restoring *work, at_error *err) {
    AT_CLEANUP(at_json_close) at_json *json = NULL;
    const at_text *text = &work->manifest;
    if (text->bytes == 0)
        return at_fail(err, AT_TAMPERED, "E-BACKUP-CHANGED", "the backup has no list of its files");
    AT_TRY(at_json_parse(&json, text->data, text->bytes, AT_BACKUP_MANIFEST, err));
    const at_json_value *root = at_json_root(json);
    if (!at_text_equal(at_json_text(at_json_get(root, "schema")), AT_BACKUP_SCHEMA))
        return bad(err, "is of another kind than", AT_BACKUP_SCHEMA);
    const at_json_value *one = at_json_first(at_json_get(root, "files"));
    for (; one; one = at_json_next(one)) {
        const char *name = at_json_text(at_json_get(one, "path"));
        unpacked *file = find_file(work, name);
        if (!file || !at_text_equal(at_json_text(at_json_get(one, "sha256")), file->sha256))
            return at_fail(err, AT_TAMPERED, "E-BACKUP-CHANGED", "\"%s\" is missing or was changed",
                           name ? name : "");
        file->listed = true;
    }
    for (size_t i = 0; i < work->count; i++)
        if (!work->files[i].listed)
            return at_fail(err, AT_TAMPERED, "E-BACKUP-CHANGED", "\"%s\" is not in the list",
                           work->files[i].name);
    return AT_OK;
}

/* What a store has beside what was in the backup. */
static at_status complete(restoring *work, at_error *err) {
    const char *path = NULL;
    if (!find_file(work, AT_STORE_DATABASE) || !find_file(work, AT_STORE_LOG))
        return bad(err, "lacks the database or the log", "");
    AT_TRY(at_path_join(&path, work->arena, work->folder, AT_STORE_LOCK, err));
    AT_TRY(at_file_write(path, "", 0, 0600, err));
    if (work->secret)
        return AT_OK;
    uint8_t secret[AT_STORE_SECRET_BYTES];
    at_random_bytes(secret, sizeof secret);
    AT_TRY(at_path_join(&path, work->arena, work->folder, AT_STORE_SECRET, err));
    return at_file_write(path, secret, sizeof secret, 0600, err);
}

/* Open it as the next writer would, look at everything, and log where it came from. */
static at_status try_store(at_backup *out, restoring *work, const at_store_options *options,
                           at_error *err) {
    AT_CLEANUP(at_store_close) at_store *store = NULL;
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = SIZE_MAX};
    const at_store_finding *findings = NULL;
    at_store_options writing = *options;
    size_t count = 0;
    writing.mode = AT_READ_WRITE;
    AT_TRY(at_store_open(&store, work->folder, &writing, err));
    const at_status status = at_store_check(&findings, &count, store, true, &arena, err);
    for (size_t i = 0; status != AT_OK && i < count; i++)
        if (findings[i].status != AT_OK) {
            at_hint(err, "%s", findings[i].text);
            break;
        }
    AT_TRY(status);
    AT_TRY(at_store_revision(&out->revision, store, err));
    return at_custody_append(
        store,
        &(at_custody_entry){.action = "restore",
                            .object = out->sha256,
                            .detail = "restored from the backup with this hash",
                            .revision = out->revision},
        err);
}

static at_status begin(restoring *work, const char *path, const char *folder,
                       const at_secret *identity, at_error *err) {
    static const char *const folders[] = {AT_STORE_SOURCES, AT_STORE_TMP, "custody", "index"};
    static const char age_head[] = "age-encryption.org/v1\n";
    char head[sizeof age_head] = "", suffix[17];
    const char *inner = NULL;
    uint8_t random[8];
    if (at_file_kind_of(folder) != AT_FILE_NONE)
        return at_fail(err, AT_BAD_INPUT, "E-STORE-EXISTS", "\"%s\" exists already", folder);
    AT_TRY(at_hash_open(&work->all, AT_SHA256, err));
    AT_TRY(at_hash_open(&work->one, AT_SHA256, err));
    AT_TRY(AT_NEW(&work->buffer, work->arena, STEP_BYTES, err));
    AT_TRY(at_file_open(&work->file, path, path, err));
    if (pread(work->file, head, sizeof head - 1, 0) < 0)
        return at_fail(err, AT_IO, "E-IO", "\"%s\": %s", path, strerrordesc_np(errno));
    if (strcmp(head, age_head) == 0) {
        if (!identity)
            return at_fail(err, AT_KEY, "E-AGE-KEY", "\"%s\" is encrypted", path);
        AT_TRY(at_age_reader_open(&work->age, get_file, work, identity, err));
    }
    at_random_bytes(random, sizeof random);
    at_hex_encode(suffix, random, sizeof random);
    AT_TRY(at_arena_print(&inner, work->arena, err, "%s.new-%s", folder, suffix));
    if (mkdir(inner, FOLDER_MODE) != 0)
        return at_fail(err, AT_IO, "E-IO", "\"%s\": %s", inner, strerrordesc_np(errno));
    work->folder = inner;
    for (size_t i = 0; i < AT_COUNT(folders); i++) {
        AT_TRY(at_path_join(&inner, work->arena, work->folder, folders[i], err));
        AT_TRY(at_folder_make(inner, FOLDER_MODE, err));
    }
    return AT_OK;
}

at_status at_backup_restore(at_backup *out, const char *path, const char *folder,
                            const at_secret *identity, const at_store_options *options,
                            at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    AT_CLEANUP(clear_restoring) restoring work = {.arena = &arena, .file = -1};
    char hash[AT_HASH_TEXT_BYTES_MAX];
    at_backup restored = {.bytes = 0};
    work.manifest.limit_bytes = MANIFEST_BYTES_MAX;
    AT_TRY(begin(&work, path, folder, identity, err));
    AT_TRY(unpack(&work, err));
    AT_TRY(check_manifest(&work, err));
    AT_TRY(at_hash_finish_text(hash, work.all, err));
    memcpy(restored.sha256, hash, sizeof restored.sha256);
    AT_TRY(complete(&work, err));
    AT_TRY(try_store(&restored, &work, options, err));
    if (renameat2(AT_FDCWD, work.folder, AT_FDCWD, folder, RENAME_NOREPLACE) != 0)
        return at_fail(err, AT_IO, "E-IO", "\"%s\": %s", folder, strerrordesc_np(errno));
    work.folder = NULL;
    restored.files = work.count;
    restored.new_secret = !work.secret;
    for (size_t i = 0; i < work.count; i++)
        restored.bytes += work.files[i].bytes;
    *out = restored;
    return AT_OK;
}
