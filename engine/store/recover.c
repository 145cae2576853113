#include "engine/store/recover.h"

#include "engine/base/file.h"
#include "engine/crypto/hash.h"
#include "engine/store/custody.h"
#include "engine/store/log.h"
#include "engine/store/piece.h"
#include "engine/store/spool.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

at_status at_recover_line(at_store *store, int descriptor, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text line = {.limit_bytes = 2 * AT_CUSTODY_LINE_BYTES};
    AT_CLEANUP(at_text_clear) at_text rest = {.limit_bytes = 4 * AT_CUSTODY_LINE_BYTES};
    char hash[AT_SHA256_TEXT_BYTES], buffer[4096], detail[64];
    int64_t torn = -1;
    AT_TRY(at_log_last(&line, &torn, descriptor, err));
    if (torn < 0)
        return AT_OK;
    for (int64_t at = torn;;) {
        const ssize_t got = pread(descriptor, buffer, sizeof buffer, at);
        if (got < 0)
            return at_fail(err, AT_IO, "E-IO", "the custody log: %s", strerror(errno));
        if (got == 0)
            break;
        AT_TRY(at_text_add_bytes(&rest, buffer, (size_t)got, err));
        at += got;
    }
    AT_TRY(at_sha256_text(hash, rest.data, rest.bytes, err));
    if (ftruncate(descriptor, torn) != 0)
        return at_fail(err, AT_IO, "E-IO", "the custody log: %s", strerror(errno));
    snprintf(detail, sizeof detail, "half a line of %zu bytes was cut off", rest.bytes);
    return at_log_append(NULL, store, descriptor,
                         &(at_custody_entry){.action = "cut", .object = hash, .detail = detail},
                         err);
}

/* What an operation was last seen doing; the log is read from its end. */
typedef struct last_operation {
    at_custody_entry entry; /* action NULL: none */
} last_operation;

static bool is_operation(const char *action) {
    static const char *const actions[] = {"import",  "publish-intent", "published",   "failed",
                                          "stopped", "resumed",        "rolled-back", "init"};
    for (size_t i = 0; i < AT_COUNT(actions); i++)
        if (strcmp(action, actions[i]) == 0)
            return true;
    return false;
}

/* The last `bytes` bytes of the log that lie before `end`. */
static at_status read_before(at_text *out, int descriptor, int64_t *start_out, int64_t end,
                             at_error *err) {
    enum { STEP_BYTES = 1 << 18 };
    const int64_t start = end > STEP_BYTES ? end - STEP_BYTES : 0;
    char buffer[4096];
    at_text_reset(out);
    for (int64_t at = start; at < end;) {
        const size_t want = end - at < (int64_t)sizeof buffer ? (size_t)(end - at) : sizeof buffer;
        const ssize_t got = pread(descriptor, buffer, want, at);
        if (got <= 0)
            return at_fail(err, AT_IO, "E-IO", "the custody log: %s", strerror(errno));
        AT_TRY(at_text_add_bytes(out, buffer, (size_t)got, err));
        at += got;
    }
    *start_out = start;
    return AT_OK;
}

/* Walk the lines of the log from the last to the first until one is about a write. */
static at_status find_last(last_operation *out, int descriptor, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text window = {.data = NULL};
    struct stat file;
    int64_t start = 0;
    out->entry = (at_custody_entry){.action = NULL};
    if (fstat(descriptor, &file) != 0)
        return at_fail(err, AT_IO, "E-IO", "the custody log: %s", strerror(errno));
    for (int64_t end = file.st_size; end > 0;) { /* `end` is always after a line feed */
        AT_TRY(read_before(&window, descriptor, &start, end, err));
        size_t line_end = window.bytes;
        while (line_end > 0) {
            size_t begin = line_end - 1;
            while (begin > 0 && window.data[begin - 1] != '\n')
                begin--;
            if (begin == 0 && start > 0)
                break; /* this line begins before the window */
            at_custody_entry entry;
            AT_TRY(at_log_parse(&entry, window.data + begin, line_end - 1 - begin, arena, err));
            if (is_operation(entry.action)) {
                out->entry = entry;
                return AT_OK;
            }
            line_end = begin;
        }
        if (line_end == window.bytes)
            return at_fail(err, AT_TAMPERED, "E-CUSTODY-CHAIN",
                           "the custody log holds a line that is too long for an entry");
        end = start + (int64_t)line_end;
    }
    return AT_OK;
}

static bool says(const at_custody_entry *entry, const char *action) {
    return strcmp(entry->action, action) == 0;
}

/* Of an import in pieces some are there. */
static at_status settle_pending(at_store *store, int descriptor, const at_custody_entry *last,
                                const at_pending *pending, at_error *err) {
    char result[64];
    if (says(last, "stopped"))
        return AT_OK; /* said then */
    snprintf(result, sizeof result, "kept up to byte %" PRIu64, pending->offset);
    AT_TRY(at_log_append(
        NULL, store, descriptor,
        &(at_custody_entry){
            .action = "stopped", .object = last->object, .detail = last->detail, .result = result},
        err));
    return at_pending_say(&store->recovered, pending, &store->arena, err);
}

static at_status settle(at_store *store, int descriptor, const at_custody_entry *last,
                        const at_pending *pending, at_error *err) {
    const char *name = last->detail ? last->detail : "a change";
    const bool running = says(last, "import") || says(last, "resumed") || says(last, "stopped");
    int64_t newest = 0;
    bool published = false;
    if (says(last, "publish-intent")) {
        AT_TRY(at_store_newest(&newest, store->db, err));
        published = newest >= last->revision;
    } else if (!running) {
        return AT_OK;
    } else if (pending->source) {
        return settle_pending(store, descriptor, last, pending, err);
    }
    AT_TRY(at_log_append(NULL, store, descriptor,
                         &(at_custody_entry){.action = published ? "published" : "rolled-back",
                                             .object = last->object,
                                             .detail = last->detail,
                                             .result = "settled at the next start",
                                             .revision = last->revision},
                         err));
    if (published)
        return at_arena_print(&store->recovered, &store->arena, err,
                              "%s was interrupted after revision %" PRId64
                              " was published; it is complete",
                              name, last->revision);
    if (pending->source)
        return settle_pending(store, descriptor, last, pending, err);
    return at_arena_print(&store->recovered, &store->arena, err,
                          "%s was interrupted and rolled back; nothing of it is in the store",
                          name);
}

/* Half-copied files of a writer that is gone; another may be copying just now. */
static at_status empty_tmp(at_store *store, at_arena *arena, at_error *err) {
    const char *folder = NULL;
    AT_TRY(at_store_file(&folder, store, AT_STORE_TMP, arena, err));
    DIR *entries = opendir(folder);
    at_status status = AT_OK;
    if (!entries)
        return at_folder_make(folder, 0700, err);
    for (struct dirent *entry; status == AT_OK && (entry = readdir(entries));) {
        const char *path = NULL;
        if (entry->d_name[0] == '.')
            continue;
        status = at_path_join(&path, arena, folder, entry->d_name, err);
        if (status == AT_OK)
            status = at_spool_clear(path, err);
    }
    closedir(entries);
    return status;
}

at_status at_recover(at_store *store, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    AT_CLEANUP(at_log_close) int descriptor = -1;
    last_operation last;
    at_pending pending;
    store->recovered = NULL;
    AT_TRY(at_log_open(&descriptor, store, true, err));
    AT_TRY(at_recover_line(store, descriptor, err));
    AT_TRY(find_last(&last, descriptor, &arena, err));
    AT_TRY(at_pending_read(&pending, store->db, &arena, err));
    if (last.entry.action)
        AT_TRY(settle(store, descriptor, &last.entry, &pending, err));
    if (store->recovered && store->options.tell)
        store->options.tell(store->recovered);
    return empty_tmp(store, &arena, err);
}

/* --- Pieces ----------------------------------------------------------------------------------- */

static at_status run_for(at_store *store, const char *sql, int64_t value, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    AT_TRY(at_db_prepare(&statement, store->db, sql, err));
    if (sqlite3_bind_parameter_count(statement))
        AT_TRY(at_db_bind_int(statement, 1, value, err));
    return at_db_once(statement, err);
}

/* Every table with a column `source`, now and in later layouts. */
static at_status remove_rows(at_store *store, int64_t source, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *tables = NULL;
    AT_CLEANUP(at_text_clear) at_text sql = {.data = NULL};
    const char **names = NULL;
    size_t count = 0, capacity = 0;
    AT_TRY(at_db_prepare(&tables, store->db,
                         "SELECT m.name FROM main.sqlite_master m JOIN pragma_table_info(m.name) c"
                         " WHERE m.type = 'table' AND c.name = 'source'"
                         "   AND m.name NOT IN ('revision', 'withdrawal') ORDER BY m.name",
                         err));
    for (bool more = false;; count++) {
        AT_TRY(at_db_step(&more, tables, err));
        if (!more)
            break;
        AT_TRY(AT_GROW(&names, &capacity, count, arena, err));
        AT_TRY(at_db_text(&names[count], tables, 0, arena, err));
    }
    for (size_t i = 0; i < count; i++) {
        at_text_reset(&sql);
        AT_TRY(at_text_print(&sql, err, "DELETE FROM main.\"%s\" WHERE source = ?1", names[i]));
        AT_TRY(run_for(store, at_text_string(&sql), source, err));
    }
    return AT_OK;
}

static at_status remove_pending(at_store *store, const at_pending *pending, at_arena *arena,
                                at_error *err) {
    static const char *const parts[] = {"DELETE FROM main.party_name WHERE party IN"
                                        " (SELECT fact FROM main.party WHERE source = ?1)",
                                        "DELETE FROM main.event_thing WHERE event IN"
                                        " (SELECT fact FROM main.event WHERE source = ?1)"};
    for (size_t i = 0; i < AT_COUNT(parts); i++)
        AT_TRY(run_for(store, parts[i], pending->source, err));
    AT_TRY(remove_rows(store, pending->source, arena, err));
    AT_TRY(run_for(store, "DELETE FROM main.thing WHERE number >= ?1", pending->first_thing, err));
    AT_TRY(run_for(store, "DELETE FROM main.name_space WHERE number >= ?1",
                   pending->first_name_space, err));
    return run_for(store,
                   "DELETE FROM main.mapping WHERE sha256 NOT IN"
                   " (SELECT mapping FROM main.source WHERE mapping IS NOT NULL)",
                   0, err);
}

at_status at_recover_undo(const char **out, at_store *store, const char *why, at_arena *arena,
                          at_error *err) {
    at_pending pending;
    AT_TRY(at_pending_read(&pending, store->db, arena, err));
    if (!pending.source)
        return AT_OK;
    AT_TRY(at_db_begin(store->db, err));
    at_status status = remove_pending(store, &pending, arena, err);
    if (status == AT_OK)
        status = at_db_commit(store->db, err);
    at_db_rollback(store->db);
    AT_TRY(status);
    const char *told = NULL;
    AT_TRY(at_arena_print(&told, arena, err,
                          "%s, stored up to byte %" PRIu64
                          " and not published, was rolled back: %s; nothing of it is in the store",
                          pending.detail, pending.offset, why));
    if (out)
        *out = told;
    if (store->options.tell)
        store->options.tell(told);
    return at_custody_append(store,
                             &(at_custody_entry){.action = "rolled-back",
                                                 .object = pending.received,
                                                 .detail = pending.detail,
                                                 .result = why},
                             err);
}

at_status at_recover_forget(at_store *store, at_error *err) {
    return at_db_run(store->db, "DELETE FROM main.piece; DELETE FROM main.pending", err);
}
