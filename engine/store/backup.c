#include "engine/store/backup.h"

#include "engine/base/file.h"
#include "engine/base/interrupt.h"
#include "engine/base/json.h"
#include "engine/crypto/hash.h"
#include "engine/store/custody.h"
#include "engine/store/handle.h"
#include "engine/store/log.h"
#include "engine/store/spool.h"
#include "engine/store/tape.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

enum { STEP_BYTES = 1 << 18, PAGES_A_STEP = 4096, FILE_MODE = 0600, KEPT_MODE = 0400 };

/* A backup in the making. */
typedef struct backup {
    at_store *store;
    at_arena *arena;
    const char *path; /* of the unfinished file; NULL when there is none */
    int file;
    at_hash *written, *one; /* of all bytes written; of the file at hand */
    at_age_writer *age;     /* NULL: plain */
    uint64_t bytes, files;
    at_text manifest;
    at_json_writer json;
    sqlite3 *db; /* holds the snapshot */
    int64_t revision;
    uint64_t log_bytes;
    char *buffer;
} backup;

static void close_file(const int *file) {
    if (*file >= 0)
        close(*file);
}

static void clear_backup(backup *work) {
    at_age_writer_close(&work->age);
    at_hash_close(&work->written);
    at_hash_close(&work->one);
    at_text_clear(&work->manifest);
    close_file(&work->file);
    if (work->path)
        unlink(work->path);
    if (work->db)
        at_db_rollback(work->db);
    at_db_close(&work->db);
}

static at_status put_file(void *self, const void *data, size_t bytes, at_error *err) {
    backup *work = self;
    const char *at = data;
    AT_TRY(at_interrupt_check(err));
    AT_TRY(at_hash_add(work->written, data, bytes, err));
    work->bytes += bytes;
    while (bytes > 0) {
        const ssize_t wrote = write(work->file, at, bytes);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return at_fail(err, AT_IO, "E-IO", "the backup cannot be written: %s",
                           strerrordesc_np(errno));
        at += wrote;
        bytes -= (size_t)wrote;
    }
    return AT_OK;
}

static at_status put(backup *work, const void *data, size_t bytes, at_error *err) {
    return work->age ? at_age_write(work->age, data, bytes, err) : put_file(work, data, bytes, err);
}

static at_status put_head(backup *work, const char *name, uint64_t bytes, unsigned mode,
                          at_error *err) {
    AT_CLEANUP(at_text_clear) at_text head = {.data = NULL};
    AT_TRY(at_tape_head(&head, name, bytes, mode, err));
    return put(work, head.data, head.bytes, err);
}

static at_status put_padding(backup *work, uint64_t bytes, at_error *err) {
    static const char zeros[AT_TAPE_BLOCK] = "";
    return put(work, zeros, at_tape_padding(bytes), err);
}

static at_status list_file(backup *work, const char *name, uint64_t bytes, at_error *err) {
    char hash[AT_HASH_TEXT_BYTES_MAX];
    AT_TRY(at_hash_finish_text(hash, work->one, err));
    at_json_object(&work->json);
    at_json_put_key(&work->json, "bytes");
    at_json_put_amount(&work->json, (int64_t)bytes);
    at_json_put_key(&work->json, "path");
    at_json_put_text(&work->json, name);
    at_json_put_key(&work->json, "sha256");
    at_json_put_text(&work->json, hash);
    at_json_object_end(&work->json);
    work->files++;
    return AT_OK;
}

/* The first `bytes` bytes of an open file, which may grow meanwhile. */
static at_status add_open(backup *work, const char *name, int from, uint64_t bytes, unsigned mode,
                          at_error *err) {
    AT_TRY(put_head(work, name, bytes, mode, err));
    for (uint64_t done = 0; done < bytes;) {
        const uint64_t left = bytes - done;
        size_t got = 0;
        AT_TRY(at_file_next(&got, from, work->buffer, left < STEP_BYTES ? (size_t)left : STEP_BYTES,
                            name, err));
        if (got == 0)
            return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED", "%s grew shorter while it was read",
                           name);
        AT_TRY(at_hash_add(work->one, work->buffer, got, err));
        AT_TRY(put(work, work->buffer, got, err));
        done += got;
    }
    AT_TRY(put_padding(work, bytes, err));
    return list_file(work, name, bytes, err);
}

static at_status add_path(backup *work, const char *name, unsigned mode, at_error *err) {
    AT_CLEANUP(close_file) int from = -1;
    const char *path = NULL;
    struct stat file;
    AT_TRY(at_store_file(&path, work->store, name, work->arena, err));
    AT_TRY(at_file_open(&from, path, name, err));
    if (fstat(from, &file) != 0)
        return at_fail(err, AT_IO, "E-IO", "\"%s\": %s", path, strerrordesc_np(errno));
    return add_open(work, name, from, (uint64_t)file.st_size, mode, err);
}

/* One moment of database and log: nothing is announced or confirmed while the log is held. */
static at_status hold_snapshot(backup *work, at_error *err) {
    AT_CLEANUP(at_log_close) int log = -1;
    const char *path = NULL;
    struct stat file;
    AT_TRY(at_store_file(&path, work->store, AT_STORE_DATABASE, work->arena, err));
    AT_TRY(at_db_open(&work->db, path, AT_DB_READ, work->store->options.lock_wait_ms, err));
    AT_TRY(at_log_open(&log, work->store, false, err));
    AT_TRY(at_db_run(work->db, "BEGIN", err));
    AT_TRY(at_store_newest(&work->revision, work->db, err)); /* the snapshot begins here */
    if (fstat(log, &file) != 0)
        return at_fail(err, AT_IO, "E-IO", "the custody log: %s", strerrordesc_np(errno));
    work->log_bytes = (uint64_t)file.st_size;
    return AT_OK;
}

/* SQLite copies the snapshot into the empty file at that path. */
static at_status copy_database(backup *work, const char *path, at_error *err) {
    AT_CLEANUP(at_db_close) sqlite3 *copy = NULL;
    AT_TRY(at_db_open(&copy, path, AT_DB_CREATE, 0, err));
    AT_TRY(at_db_run(copy, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", err));
    sqlite3_backup *task = sqlite3_backup_init(copy, "main", work->db, "main");
    if (!task)
        return at_db_fail(copy, err);
    at_status status = AT_OK;
    int step = SQLITE_OK;
    while (status == AT_OK && step == SQLITE_OK) {
        step = sqlite3_backup_step(task, PAGES_A_STEP);
        status = at_interrupt_check(err);
    }
    const int end = sqlite3_backup_finish(task);
    AT_TRY(status);
    if (step != SQLITE_DONE || end != SQLITE_OK)
        return at_db_fail(copy, err);
    return AT_OK;
}

static at_status add_database(backup *work, at_error *err) {
    AT_CLEANUP(at_spool_close) at_spool *spool = NULL;
    AT_CLEANUP(close_file) int copy = -1;
    struct stat file;
    AT_TRY(at_spool_open(&spool, work->store->path, work->arena, err));
    const char *path = at_spool_path(spool);
    AT_TRY(copy_database(work, path, err));
    AT_TRY(at_file_open(&copy, path, "the copy of the database", err));
    if (fstat(copy, &file) != 0)
        return at_fail(err, AT_IO, "E-IO", "\"%s\": %s", path, strerrordesc_np(errno));
    return add_open(work, AT_STORE_DATABASE, copy, (uint64_t)file.st_size, FILE_MODE, err);
}

static at_status add_log(backup *work, at_error *err) {
    AT_CLEANUP(close_file) int log = -1;
    const char *path = NULL;
    AT_TRY(at_store_file(&path, work->store, AT_STORE_LOG, work->arena, err));
    AT_TRY(at_file_open(&log, path, AT_STORE_LOG, err));
    return add_open(work, AT_STORE_LOG, log, work->log_bytes, FILE_MODE, err);
}

/* Every archived file; one that arrived after the snapshot does no harm. */
static at_status add_sources(backup *work, at_error *err) {
    at_file_entry *entries = NULL;
    const char *folder = NULL, *name = NULL;
    size_t count = 0;
    AT_TRY(at_store_file(&folder, work->store, AT_STORE_SOURCES, work->arena, err));
    AT_TRY(at_folder_walk(&entries, &count, folder, work->arena, err));
    for (size_t i = 0; i < count; i++) {
        uint8_t hash[AT_SHA256_BYTES];
        if (entries[i].kind != AT_FILE_REGULAR ||
            !at_hex_decode(hash, sizeof hash, entries[i].path))
            continue; /* `check` speaks of what does not belong there */
        AT_TRY(at_path_join(&name, work->arena, AT_STORE_SOURCES, entries[i].path, err));
        AT_TRY(add_path(work, name, KEPT_MODE, err));
    }
    return AT_OK;
}

static at_status add_manifest(backup *work, at_error *err) {
    static const char end[2 * AT_TAPE_BLOCK] = "";
    at_json_array_end(&work->json);
    at_json_put_key(&work->json, "revision");
    at_json_put_int(&work->json, work->revision);
    at_json_put_key(&work->json, "schema");
    at_json_put_text(&work->json, AT_BACKUP_SCHEMA);
    at_json_object_end(&work->json);
    AT_TRY(at_json_finish(&work->json, err));
    AT_TRY(at_text_add_char(&work->manifest, '\n', err));
    AT_TRY(put_head(work, AT_BACKUP_MANIFEST, work->manifest.bytes, FILE_MODE, err));
    AT_TRY(put(work, work->manifest.data, work->manifest.bytes, err));
    AT_TRY(put_padding(work, work->manifest.bytes, err));
    AT_TRY(put(work, end, sizeof end, err));
    return work->age ? at_age_finish(work->age, err) : AT_OK;
}

/* What lies on the disk is what was written there. */
static at_status read_back(char out[AT_HASH_TEXT_BYTES_MAX], backup *work, at_error *err) {
    static const at_hash_kind kinds[] = {AT_SHA256};
    char hash[1][AT_HASH_TEXT_BYTES_MAX];
    AT_TRY(at_hash_finish_text(out, work->written, err));
    if (fsync(work->file) != 0)
        return at_fail(err, AT_IO, "E-IO", "the backup cannot be written: %s",
                       strerrordesc_np(errno));
    (void)posix_fadvise(work->file, 0, 0, POSIX_FADV_DONTNEED);
    AT_TRY(at_hash_file(hash, kinds, 1, work->path, err));
    if (strcmp(hash[0], out) != 0)
        return at_fail(err, AT_IO, "E-IO",
                       "the backup does not read as it was written; the disk may be failing");
    return AT_OK;
}

static at_status begin(backup *work, const at_backup_request *request, at_error *err) {
    uint8_t random[8];
    char suffix[2 * sizeof random + 1];
    const char *part = NULL;
    if (!request->replace && at_file_kind_of(request->path) != AT_FILE_NONE)
        return at_fail(err, AT_REFUSED, "E-BACKUP-EXISTS", "\"%s\" exists already", request->path);
    at_random_bytes(random, sizeof random);
    at_hex_encode(suffix, random, sizeof random);
    AT_TRY(AT_NEW(&work->buffer, work->arena, STEP_BYTES, err));
    AT_TRY(at_arena_print(&part, work->arena, err, "%s.part-%s", request->path, suffix));
    AT_TRY(at_hash_open(&work->written, AT_SHA256, err));
    AT_TRY(at_hash_open(&work->one, AT_SHA256, err));
    work->file = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
    if (work->file < 0)
        return at_fail(err, AT_IO, "E-IO", "\"%s\": %s", part, strerrordesc_np(errno));
    work->path = part;
    work->json = (at_json_writer){.out = &work->manifest};
    at_json_object(&work->json);
    at_json_put_key(&work->json, "files");
    at_json_array(&work->json);
    if (request->recipient_count == 0)
        return AT_OK;
    return at_age_writer_open(&work->age, put_file, work, request->recipients,
                              request->recipient_count, err);
}

static at_status end(backup *work, const at_backup_request *request, at_error *err) {
    const char *slash = strrchr(request->path, '/');
    const char *folder = ".";
    if (slash)
        AT_TRY(at_arena_copy(&folder, work->arena, request->path,
                             slash == request->path ? 1 : (size_t)(slash - request->path), err));
    const int renamed = renameat2(AT_FDCWD, work->path, AT_FDCWD, request->path,
                                  request->replace ? 0 : RENAME_NOREPLACE);
    if (renamed != 0 && errno == EEXIST)
        return at_fail(err, AT_REFUSED, "E-BACKUP-EXISTS", "\"%s\" exists already", request->path);
    if (renamed != 0)
        return at_fail(err, AT_IO, "E-IO", "\"%s\": %s", request->path, strerrordesc_np(errno));
    work->path = request->path; /* until the name is sure to last */
    AT_TRY(at_folder_sync(folder, err));
    work->path = NULL;
    return AT_OK;
}

at_status at_backup_write(at_backup *out, at_store *store, const at_backup_request *request,
                          at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    AT_CLEANUP(clear_backup)
    backup work = {.store = store, .arena = &arena, .file = -1};
    char hash[AT_HASH_TEXT_BYTES_MAX];
    if (!store->writable)
        return at_fail(err, AT_IO, "E-STORE-READONLY",
                       "a store on media that cannot be written is copied, not backed up");
    AT_TRY(begin(&work, request, err));
    AT_TRY(hold_snapshot(&work, err));
    AT_TRY(add_database(&work, err));
    AT_TRY(add_log(&work, err));
    if (work.age)
        AT_TRY(add_path(&work, AT_STORE_SECRET, FILE_MODE, err));
    AT_TRY(add_sources(&work, err));
    AT_TRY(add_manifest(&work, err));
    AT_TRY(read_back(hash, &work, err));
    at_backup made = {.bytes = work.bytes, .files = work.files, .revision = work.revision};
    memcpy(made.sha256, hash, sizeof made.sha256);
    /* Logged before it gets its name: there is no backup that the log does not know. */
    AT_TRY(at_custody_append(store,
                             &(at_custody_entry){.action = "backup",
                                                 .object = made.sha256,
                                                 .result = work.age ? "encrypted" : "plain",
                                                 .revision = work.revision},
                             err));
    AT_TRY(end(&work, request, err));
    *out = made;
    return AT_OK;
}
