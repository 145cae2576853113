/* check.c - at_store_check: is the store whole? */
#include "engine/store/custody.h"
#include "engine/store/handle.h"
#include "engine/store/sources.h"
#include "engine/store/store.h"

#include "engine/base/file.h"
#include "engine/crypto/hash.h"

#include <inttypes.h>
#include <string.h>

typedef struct findings {
    at_store_finding *list;
    size_t count, capacity;
    at_arena *arena;
    bool bad;
} findings;

static at_status add(findings *all, at_status status, const char *code, const char *text,
                     at_error *err) {
    AT_TRY(AT_GROW(&all->list, &all->capacity, all->count, all->arena, err));
    at_store_finding *finding = &all->list[all->count];
    *finding = (at_store_finding){.status = status};
    AT_TRY(at_arena_text(&finding->code, all->arena, code, err));
    AT_TRY(at_arena_text(&finding->text, all->arena, text, err));
    all->count++;
    all->bad = all->bad || status != AT_OK;
    return AT_OK;
}

static at_status check_database(findings *all, at_store *store, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    bool row = false;
    AT_TRY(at_db_prepare(&statement, store->db, "PRAGMA integrity_check(20)", err));
    for (;;) {
        const char *text = NULL;
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            return AT_OK;
        AT_TRY(at_db_text(&text, statement, 0, all->arena, err));
        if (strcmp(text, "ok") == 0)
            AT_TRY(add(all, AT_OK, NULL, "the database is whole", err));
        else
            AT_TRY(add(all, AT_TAMPERED, "E-STORE-DAMAGED", text, err));
    }
}

static at_status check_log(findings *all, at_store *store, at_error *err) {
    at_error found = {.status = AT_OK};
    int64_t count = 0;
    const char *text = NULL;
    const at_status status = at_custody_verify(&count, store, &found);
    if (status == AT_OK) {
        AT_TRY(at_arena_print(&text, all->arena, err,
                              "the custody log is whole: %" PRId64 " entries", count));
        return add(all, AT_OK, NULL, text, err);
    }
    if (status != AT_TAMPERED) {
        if (err)
            *err = found;
        return status;
    }
    AT_TRY(at_arena_print(&text, all->arena, err, "%s%s%s", found.message,
                          *found.place ? " at " : "", found.place));
    return add(all, status, found.code, text, err);
}

static at_status check_source(findings *all, at_store *store, const at_source *source,
                              bool read_data, at_error *err) {
    static const at_hash_kind kinds[] = {AT_SHA256};
    char hash[1][AT_HASH_TEXT_BYTES_MAX];
    const char *path = NULL, *what = NULL, *text = NULL;
    AT_TRY(at_source_path(&path, store, source, all->arena, err));
    if (at_file_kind_of(path) != AT_FILE_REGULAR) {
        what = "is missing";
    } else if (read_data) {
        AT_TRY(at_hash_file(hash, kinds, 1, path, err));
        if (strcmp(hash[0], source->received) != 0)
            what = "was changed";
    }
    if (!what)
        return AT_OK;
    AT_TRY(at_arena_print(&text, all->arena, err,
                          "the archived copy of source %" PRId64 " \"%s\" %s", source->number,
                          source->name, what));
    return add(all, AT_TAMPERED, "E-SOURCE-TAMPERED", text, err);
}

static at_status check_sources(findings *all, at_store *store, bool read_data, at_error *err) {
    const at_source *sources = NULL;
    const char *text = NULL;
    size_t count = 0;
    AT_TRY(at_sources_list(&sources, &count, store, 0, all->arena, err));
    for (size_t i = 0; i < count; i++)
        AT_TRY(check_source(all, store, &sources[i], read_data, err));
    AT_TRY(at_arena_print(&text, all->arena, err, "%zu sources %s", count,
                          read_data ? "read and hashed" : "found, not read"));
    return add(all, AT_OK, NULL, text, err);
}

at_status at_store_check(const at_store_finding **out, size_t *count_out, at_store *store,
                         bool read_data, at_arena *arena, at_error *err) {
    findings all = {.arena = arena};
    AT_TRY(check_database(&all, store, err));
    AT_TRY(check_log(&all, store, err));
    AT_TRY(check_sources(&all, store, read_data, err));
    *out = all.list;
    *count_out = all.count;
    if (!all.bad)
        return AT_OK;
    return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED", "the store is not whole");
}
