#include "engine/store/store.h"

#include "engine/base/file.h"
#include "engine/crypto/hash.h"
#include "engine/store/custody.h"
#include "engine/store/handle.h"
#include "engine/store/migrate.h"
#include "engine/store/recover.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

enum { FOLDER_MODE = 0700, SECRET_MODE = 0600, LOCK_MODE = 0600 };

at_status at_store_file(const char **out, const at_store *store, const char *name, at_arena *arena,
                        at_error *err) {
    return at_path_join(out, arena, store->path, name, err);
}

static at_status is_store(bool *out, const char *path, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    const char *database = NULL;
    AT_TRY(at_path_join(&database, &arena, path, AT_STORE_DATABASE, err));
    *out = at_file_kind_of(database) == AT_FILE_REGULAR;
    return AT_OK;
}

static at_status no_store(const char *path, at_error *err) {
    at_fail(err, AT_NO_STORE, "E-STORE-NONE", "\"%s\" is not a store", path);
    at_hint(err, "Make one with: assettrace -s %s init", path);
    return AT_NO_STORE;
}

/* An empty database in the layout of this program, in WAL mode, closed again. */
static at_status make_database(const char *path, at_error *err) {
    AT_CLEANUP(at_db_close) sqlite3 *db = NULL;
    AT_TRY(at_db_open(&db, path, AT_DB_CREATE, 0, err));
    if (chmod(path, SECRET_MODE) != 0)
        return at_fail(err, AT_IO, "E-IO", "\"%s\": %s", path, strerror(errno));
    AT_TRY(at_db_run(db, "PRAGMA journal_mode = WAL", err));
    return at_migrate(db, at_migrations, at_migration_count, err);
}

static at_status fill_folder(const char *folder, at_arena *arena, at_error *err) {
    static const char *const folders[] = {AT_STORE_SOURCES, AT_STORE_TMP, "custody", "index"};
    const char *path = NULL;
    uint8_t secret[AT_STORE_SECRET_BYTES];

    /* Not its parents: a mistyped path should not become one. */
    if (mkdir(folder, FOLDER_MODE) != 0)
        return at_fail(err, AT_IO, "E-IO", "\"%s\": %s", folder, strerror(errno));
    for (size_t i = 0; i < AT_COUNT(folders); i++) {
        AT_TRY(at_path_join(&path, arena, folder, folders[i], err));
        AT_TRY(at_folder_make(path, FOLDER_MODE, err));
    }
    AT_TRY(at_path_join(&path, arena, folder, AT_STORE_SECRET, err));
    at_random_bytes(secret, sizeof secret);
    AT_TRY(at_file_write(path, secret, sizeof secret, SECRET_MODE, err));
    AT_TRY(at_path_join(&path, arena, folder, AT_STORE_LOCK, err));
    AT_TRY(at_file_write(path, "", 0, LOCK_MODE, err));
    AT_TRY(at_path_join(&path, arena, folder, AT_STORE_DATABASE, err));
    return make_database(path, err);
}

static at_status log_creation(const char *folder, const at_store_options *options, at_error *err) {
    AT_CLEANUP(at_store_close) at_store *store = NULL;
    at_store_options writing = *options;
    writing.mode = AT_READ_WRITE;
    AT_TRY(at_store_open(&store, folder, &writing, err));
    return at_custody_append(
        store, &(at_custody_entry){.action = "init", .detail = "assettrace " ASSETTRACE_VERSION},
        err);
}

/* Made under another name and then renamed: a store is there whole or not at all. */
at_status at_store_create(const char *path, const at_store_options *options, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    uint8_t random[8];
    char suffix[2 * sizeof random + 1];
    const char *folder = NULL;

    assert(path && options);
    if (at_file_kind_of(path) != AT_FILE_NONE)
        return at_fail(err, AT_BAD_INPUT, "E-STORE-EXISTS", "\"%s\" exists already", path);
    at_random_bytes(random, sizeof random);
    at_hex_encode(suffix, random, sizeof random);
    AT_TRY(at_arena_print(&folder, &arena, err, "%s.new-%s", path, suffix));
    at_status status = fill_folder(folder, &arena, err);
    if (status == AT_OK)
        status = log_creation(folder, options, err);
    if (status == AT_OK && rename(folder, path) != 0)
        status = at_fail(err, AT_IO, "E-IO", "\"%s\": %s", path, strerror(errno));
    if (status != AT_OK) {
        at_error ignored = {.status = AT_OK};
        (void)!at_folder_remove(folder, &ignored);
    }
    return status;
}

/* Read-only media: the file system says so, or nothing can be made in the folder and no writer has
 * left a write-ahead file that this copy would need. */
static at_status look_at_media(at_store *store, const char *database, at_error *err) {
    struct statvfs media;
    struct stat ahead;
    const char *wal = NULL;
    const bool frozen = statvfs(store->path, &media) == 0 && (media.f_flag & ST_RDONLY);
    store->writable = !frozen && faccessat(AT_FDCWD, store->path, W_OK, AT_EACCESS) == 0;
    if (store->writable)
        return AT_OK;
    AT_TRY(at_arena_print(&wal, &store->arena, err, "%s-wal", database));
    if (stat(wal, &ahead) == 0 && ahead.st_size > 0) {
        if (!frozen)
            return AT_OK; /* no right to write here, but somebody else may be writing */
        at_fail(err, AT_BAD_INPUT, "E-STORE-COPY", "\"%s\" was copied while it was written to",
                store->path);
        at_hint(err, "Open the copy once on media that can be written, then copy it again.");
        return AT_BAD_INPUT;
    }
    store->immutable = true;
    return AT_OK;
}

static at_status use_own_temporary(at_store *store, at_error *err) {
    const char *folder = NULL;
    if (!store->writable)
        return AT_OK;
    AT_TRY(at_store_file(&folder, store, AT_STORE_TMP, &store->arena, err));
    return at_db_temporary(folder, err);
}

static at_status check_layout(at_store *store, at_error *err) {
    int64_t version = 0;
    AT_TRY(at_migrate_version(&version, store->db, err));
    if (version == 0)
        return no_store(store->path, err);
    if (version == (int64_t)at_migration_count)
        return AT_OK;
    if (version == 1) { /* its records have other numbers: nothing of it could be cited */
        at_fail(err, AT_BAD_INPUT, "E-STORE-OLDER",
                "the store has layout 1, with transfers as rows; this program reads layout %zu",
                at_migration_count);
        at_hint(err, "Everything it received is in \"%s/%s\": make a new store and import that.",
                store->path, AT_STORE_SOURCES);
        return AT_BAD_INPUT;
    }
    const bool reading = store->options.mode == AT_READ_ONLY || !store->writable;
    if (version < (int64_t)at_migration_count && reading) {
        at_fail(err, AT_BAD_INPUT, "E-STORE-OLDER",
                "the store has layout %" PRId64 ", this program reads %zu", version,
                at_migration_count);
        at_hint(err, "Whatever changes the store, such as an import, converts it first; of"
                     " read-only media make a copy.");
        return AT_BAD_INPUT;
    }
    return at_migrate(store->db, at_migrations, at_migration_count, err);
}

/* The next start settles what a killed writer left - unless a living one holds the lock. */
static at_status settle(at_store *store, at_error *err) {
    AT_CLEANUP(at_store_unlock) at_store *locked = NULL;
    if (store->options.mode == AT_READ_ONLY || !store->writable)
        return AT_OK;
    at_status status = at_store_lock(store, 0, err);
    if (status == AT_OK)
        locked = store;
    return status == AT_LOCKED ? AT_OK : status;
}

at_status at_store_open(at_store **out, const char *path, const at_store_options *options,
                        at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    AT_CLEANUP(at_store_close) at_store *store = NULL;
    at_store *fresh = NULL;
    const char *database = NULL;
    bool found = false;

    assert(path && options);
    AT_TRY(is_store(&found, path, err));
    if (!found)
        return no_store(path, err);
    AT_TRY(AT_NEW(&fresh, &arena, 1, err));
    *fresh = (at_store){.arena = arena, .options = *options, .lock = -1};
    arena = (at_arena){.limit_bytes = 0};
    store = fresh;
    AT_TRY(at_arena_text(&store->path, &store->arena, path, err));
    AT_TRY(at_arena_text(&store->options.actor, &store->arena, options->actor, err));
    AT_TRY(at_store_file(&database, store, AT_STORE_DATABASE, &store->arena, err));
    AT_TRY(look_at_media(store, database, err));
    AT_TRY(use_own_temporary(store, err));
    AT_TRY(at_db_open(&store->db, database,
                      store->immutable                                    ? AT_DB_IMMUTABLE
                      : options->mode == AT_READ_ONLY || !store->writable ? AT_DB_READ
                                                                          : AT_DB_WRITE,
                      options->lock_wait_ms, err));
    AT_TRY(at_db_run(store->db, "PRAGMA synchronous = FULL", err));
    AT_TRY(check_layout(store, err));
    AT_TRY(settle(store, err));
    *out = store;
    store = NULL;
    return AT_OK;
}

void at_store_close(at_store **store) {
    if (!*store)
        return;
    at_store_unlock(store);
    at_db_rollback((*store)->db);
    at_db_close(&(*store)->db);
    at_arena arena = (*store)->arena; /* it holds *store itself */
    *store = NULL;
    at_arena_clear(&arena);
}

const char *at_store_path(const at_store *store) {
    return store->path;
}

bool at_store_writable(const at_store *store) {
    return store->writable;
}

const char *at_store_recovered(const at_store *store) {
    return store->recovered;
}

at_status at_store_newest(int64_t *out, sqlite3 *db, at_error *err) {
    return at_db_number(out, db, 0, NULL, 0, "SELECT max(number) FROM main.revision", err);
}

at_status at_store_revision(int64_t *out, at_store *store, at_error *err) {
    return at_store_newest(out, store->db, err);
}

/* The bytewise first store among the entries of `folder`, or nothing. */
static at_status find_in(at_text *out, const char *folder, at_arena *arena, at_error *err) {
    const char *best = NULL, *path = NULL;
    DIR *entries = opendir(folder);
    at_status status = AT_OK;
    bool found = false;
    if (!entries)
        return AT_OK; /* a folder above that may not be listed is passed over */
    for (struct dirent *entry; status == AT_OK && (entry = readdir(entries));) {
        const size_t length = strlen(entry->d_name);
        if (length < 4 || strcmp(entry->d_name + length - 3, ".at") != 0)
            continue;
        status = at_path_join(&path, arena, folder, entry->d_name, err);
        if (status == AT_OK)
            status = is_store(&found, path, err);
        if (status == AT_OK && found && (!best || strcmp(path, best) < 0))
            best = path;
    }
    closedir(entries);
    if (status == AT_OK && best)
        status = at_text_add(out, best, err);
    return status;
}

at_status at_store_find(at_text *out, const char *folder, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    char path[PATH_MAX];
    if (!realpath(folder, path))
        return at_fail(err, AT_IO, "E-IO", "\"%s\": %s", folder, strerror(errno));
    for (size_t length = strlen(path); length;) {
        AT_TRY(find_in(out, path, &arena, err));
        if (out->bytes)
            return AT_OK;
        if (length == 1)
            break;
        while (length && path[--length] != '/')
            ;
        length += length == 0;
        path[length] = '\0';
    }
    at_fail(err, AT_NO_STORE, "E-STORE-NONE", "no store in \"%s\" or above it", folder);
    at_hint(err, "Name one with -s, or make one with: assettrace -s NAME.at init");
    return AT_NO_STORE;
}

at_status at_store_salt(uint8_t out[AT_STORE_SECRET_BYTES], at_store *store, const void *data,
                        size_t bytes, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    AT_CLEANUP(at_text_clear) at_text secret = {.limit_bytes = 2 * AT_STORE_SECRET_BYTES};
    const char *path = NULL;
    AT_TRY(at_store_file(&path, store, AT_STORE_SECRET, &arena, err));
    AT_TRY(at_file_read(&secret, path, AT_STORE_SECRET_BYTES, err));
    if (secret.bytes != AT_STORE_SECRET_BYTES)
        return at_fail(err, AT_TAMPERED, "E-STORE-SECRET", "\"%s\" is not %d bytes long", path,
                       (int)AT_STORE_SECRET_BYTES);
    at_status status = at_hmac_sha256(out, secret.data, secret.bytes, data, bytes, err);
    explicit_bzero(secret.data, secret.bytes);
    return status;
}
