/* check_files.c - every archived file against its name, what lies beside them, and who may read. */
#include "engine/store/check.h"
#include "engine/store/log.h"

#include "engine/base/file.h"
#include "engine/crypto/hash.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { NAME_BYTES = 64, OTHERS = 07, GROUP_AND_OTHERS = 077, WRITE_BITS = 0222 };

/* Names of files that the log speaks of: sources, and what failed imports left. */
typedef struct known_names {
    char (*names)[NAME_BYTES + 1];
    size_t count, capacity;
    at_arena *arena;
} known_names;

static at_status add_name(void *self, const at_custody_entry *entry, at_error *err) {
    known_names *known = self;
    if (!entry->object || strlen(entry->object) != NAME_BYTES)
        return AT_OK;
    AT_TRY(AT_GROW(&known->names, &known->capacity, known->count, known->arena, err));
    memcpy(known->names[known->count++], entry->object, NAME_BYTES + 1);
    return AT_OK;
}

static int compare_names(const void *a, const void *b) {
    return memcmp(a, b, NAME_BYTES);
}

static const at_source *source_of(const at_checking *all, const char *name) {
    for (size_t i = 0; i < all->source_count; i++)
        if (strcmp(all->sources[i].received, name) == 0)
            return &all->sources[i];
    return NULL;
}

static at_status check_hash(at_checking *all, const char *path, const char *name, at_error *err) {
    static const at_hash_kind kinds[] = {AT_SHA256};
    const at_source *source = source_of(all, name);
    char hash[1][AT_HASH_TEXT_BYTES_MAX];
    at_error found = {.status = AT_OK};
    if (at_hash_file(hash, kinds, 1, path, &found) != AT_OK)
        return at_check_failed(all, &found, err);
    if (strcmp(hash[0], name) == 0)
        return AT_OK;
    if (source)
        return at_check_add(all, AT_TAMPERED, "E-SOURCE-TAMPERED", err,
                            "the archived copy of source %" PRId64 " \"%s\" was changed",
                            source->number, source->name);
    return at_check_add(all, AT_TAMPERED, "E-SOURCE-TAMPERED", err,
                        "sources/%.16s does not have the hash it is named by", name);
}

static at_status check_missing(at_checking *all, at_error *err) {
    for (size_t i = 0; i < all->source_count; i++) {
        const at_source *source = &all->sources[i];
        const char *path = NULL;
        AT_TRY(at_source_path(&path, all->store, source, all->arena, err));
        if (at_file_kind_of(path) != AT_FILE_REGULAR)
            AT_TRY(at_check_add(all, AT_TAMPERED, "E-SOURCE-TAMPERED", err,
                                "the archived copy of source %" PRId64 " \"%s\" is missing",
                                source->number, source->name));
    }
    return AT_OK;
}

static at_status check_sources(at_checking *all, at_error *err) {
    known_names known = {.arena = all->arena};
    at_file_entry *entries = NULL;
    const char *folder = NULL, *path = NULL;
    size_t count = 0;
    at_error ignored = {.status = AT_OK}; /* a broken log has its own finding */
    (void)!at_log_walk(all->store, add_name, &known, all->arena, &ignored);
    if (known.count)
        qsort(known.names, known.count, sizeof *known.names, compare_names);
    AT_TRY(check_missing(all, err));
    AT_TRY(at_store_file(&folder, all->store, AT_STORE_SOURCES, all->arena, err));
    AT_TRY(at_folder_walk(&entries, &count, folder, all->arena, err));
    for (size_t i = 0; i < count; i++) {
        const at_file_entry *entry = &entries[i];
        const char *name = entry->path;
        uint8_t bytes[AT_SHA256_BYTES];
        AT_TRY(at_path_join(&path, all->arena, folder, name, err));
        if (entry->kind != AT_FILE_REGULAR || !at_hex_decode(bytes, sizeof bytes, name)) {
            AT_TRY(at_check_add(all, AT_TAMPERED, "E-STORE-STRAY", err,
                                "sources/%s is nothing that this program put there", name));
            continue;
        }
        if (!source_of(all, name) && !(known.count && bsearch(name, known.names, known.count,
                                                              sizeof *known.names, compare_names)))
            AT_TRY(at_check_add(all, AT_OK, "E-STORE-STRAY", err,
                                "sources/%.16s belongs to no import that the log knows: one that "
                                "was stopped before it read a record, or one at work",
                                name));
        if (all->read_data)
            AT_TRY(check_hash(all, path, name, err));
    }
    return at_check_add(all, AT_OK, NULL, err, "%zu files of %zu sources %s", count,
                        all->source_count, all->read_data ? "read and hashed" : "found, not read");
}

/* Half-copied files of a writer that is gone, or of one that is at work. */
static at_status check_tmp(at_checking *all, at_error *err) {
    at_file_entry *entries = NULL;
    const char *folder = NULL;
    uint64_t bytes = 0;
    size_t count = 0;
    AT_TRY(at_store_file(&folder, all->store, AT_STORE_TMP, all->arena, err));
    if (at_file_kind_of(folder) == AT_FILE_NONE)
        return AT_OK;
    AT_TRY(at_folder_walk(&entries, &count, folder, all->arena, err));
    for (size_t i = 0; i < count; i++)
        bytes += entries[i].bytes;
    if (count == 0)
        return AT_OK;
    return at_check_add(all, AT_OK, "E-STORE-LEFT", err,
                        "tmp/ holds %zu files, %" PRIu64 " bytes: of a writer at work, or left",
                        count, bytes);
}

static at_status check_mode(at_checking *all, const char *name, unsigned refused, at_error *err) {
    const char *path = NULL;
    struct stat file;
    AT_TRY(at_store_file(&path, all->store, name, all->arena, err));
    if (stat(path, &file) != 0)
        return at_check_add(all, AT_TAMPERED, "E-STORE-DAMAGED", err, "%s is missing", name);
    if (!(file.st_mode & refused))
        return AT_OK;
    return at_check_add(all, AT_OK, "E-STORE-MODE", err, "%s can be read by others: mode %04o",
                        *name == '.' ? "the store's folder" : name, file.st_mode & 07777);
}

static at_status check_modes(at_checking *all, at_error *err) {
    static const struct {
        const char *name;
        unsigned refused;
    } rows[] = {{".", OTHERS},
                {AT_STORE_DATABASE, OTHERS},
                {AT_STORE_LOG, OTHERS},
                {AT_STORE_SECRET, GROUP_AND_OTHERS}};
    for (size_t i = 0; i < AT_COUNT(rows); i++)
        AT_TRY(check_mode(all, rows[i].name, rows[i].refused, err));
    for (size_t i = 0; i < all->source_count; i++) {
        const char *path = NULL;
        struct stat file;
        AT_TRY(at_source_path(&path, all->store, &all->sources[i], all->arena, err));
        if (stat(path, &file) == 0 && file.st_mode & WRITE_BITS)
            AT_TRY(at_check_add(all, AT_OK, "E-STORE-MODE", err,
                                "the archived copy of source %" PRId64 " can be written: mode %04o",
                                all->sources[i].number, file.st_mode & 07777));
    }
    return AT_OK;
}

static at_status check_secret(at_checking *all, at_error *err) {
    uint8_t salt[AT_STORE_SECRET_BYTES];
    return at_store_salt(salt, all->store, "", 0, err);
}

at_status at_check_files(at_checking *all, at_error *err) {
    static at_status (*const parts[])(at_checking *, at_error *) = {check_sources, check_tmp,
                                                                    check_modes, check_secret};
    for (size_t i = 0; i < AT_COUNT(parts); i++) {
        at_error found = {.status = AT_OK};
        if (parts[i](all, &found) != AT_OK)
            AT_TRY(at_check_failed(all, &found, err));
    }
    return AT_OK;
}
