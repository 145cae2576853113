/* index.c - which index fits, and keeping one (index.h). */
#include "engine/store/index.h"

#include "engine/base/file.h"
#include "engine/base/release.h"
#include "engine/store/index_keep.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/file.h>
#include <sys/stat.h>

const at_index_names at_index_of_ledger = {.name = "ledger", .building = "building"};
const at_index_names at_index_of_networks = {.name = "networks", .building = "building-networks"};

enum { OWN_MODE = 0600, FOLDER_MODE = 0700, SHARED_BITS = 0660, WRITE_BITS = 0022 };

const char *at_index_state_text(at_index_state state) {
    static const char *const words[] = {"none", "fresh", "stale", "damaged", "foreign"};
    return words[state];
}

/* --- What it is bound to ---------------------------------------------------------------------- */

static at_status add_rows(at_text *out, sqlite3 *db, const char *sql, int64_t revision,
                          at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    bool row = false;
    AT_TRY(at_db_prepare(&statement, db, sql, err));
    AT_TRY(at_db_bind_int(statement, 1, revision, err));
    for (;;) {
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            return at_text_add_char(out, '\n', err);
        const char *text = (const char *)sqlite3_column_text(statement, 0);
        AT_TRY(at_text_print(out, err, "%s\n", text ? text : ""));
    }
}

/* Names come last in a line, so that none can look like the rest of one. */
static at_status make_key(uint8_t out[AT_INDEX_KEY_BYTES], at_store *store, sqlite3 *db,
                          int64_t revision, at_error *err) {
    static const char *const parts[] = {
        "SELECT number || ' ' || kind || ' ' || coalesce(source, 0) || ' ' || announced"
        " FROM main.revision WHERE number <= ?1 ORDER BY number",
        "SELECT number || ' ' || revision || ' ' || name_space || ' ' || content || ' ' || state"
        " FROM main.source WHERE revision <= ?1 ORDER BY number",
        "SELECT source || ' ' || revision FROM main.withdrawal WHERE revision <= ?1"
        " ORDER BY source",
        "SELECT revision || ' ' || value || ' ' || name FROM main.setting WHERE revision <= ?1"
        " ORDER BY name, revision"};
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = SIZE_MAX};
    AT_TRY(at_text_print(&text, err, "assettrace/index/%d %s\n%s\n%" PRId64 "\n",
                         (int)AT_INDEX_VERSION, at_release, at_source_tree, revision));
    for (size_t i = 0; i < AT_COUNT(parts); i++)
        AT_TRY(add_rows(&text, db, parts[i], revision, err));
    _Static_assert((int)AT_INDEX_KEY_BYTES == (int)AT_STORE_SECRET_BYTES, "the key is a MAC");
    return at_store_salt(out, store, text.data, text.bytes, err);
}

/* --- Finding one ------------------------------------------------------------------------------ */

static at_status open_folder(int *out, const at_store *store, bool make, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    const char *path = NULL;
    AT_TRY(at_store_file(&path, store, AT_INDEX_FOLDER, &arena, err));
    if (make && mkdir(path, FOLDER_MODE) != 0 && errno != EEXIST)
        return at_fail(err, AT_IO, "E-IO", "\"%s\": %s", path, strerror(errno));
    *out = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return AT_OK;
}

/* A file that nobody could have put there who could not have changed the store itself. */
static bool is_ours(const at_store *store, int descriptor, struct stat *file) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    const char *path = NULL;
    struct stat database;
    return fstat(descriptor, file) == 0 && S_ISREG(file->st_mode) &&
           at_store_file(&path, store, AT_STORE_DATABASE, &arena, NULL) == AT_OK &&
           stat(path, &database) == 0 &&
           (file->st_uid == geteuid() || file->st_uid == database.st_uid) &&
           (file->st_mode & WRITE_BITS & ~database.st_mode) == 0;
}

/* The file, whatever is in it: -1 when there is none. */
static at_status open_file(int *out, at_index_state *state_out, uint64_t *bytes_out,
                           const at_index_names *names, const at_store *store, at_error *err) {
    struct stat file;
    int folder = -1;
    *out = -1;
    *bytes_out = 0;
    *state_out = AT_INDEX_NONE;
    AT_TRY(open_folder(&folder, store, false, err));
    if (folder < 0)
        return AT_OK;
    const int found = openat(folder, names->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    const bool there = found >= 0 || errno != ENOENT;
    close(folder);
    if (!there)
        return AT_OK;
    if (found < 0 || !is_ours(store, found, &file)) {
        *state_out = AT_INDEX_FOREIGN;
        if (found >= 0)
            close(found);
        return AT_OK;
    }
    *bytes_out = (uint64_t)file.st_size;
    *out = found;
    return AT_OK;
}

/* Only these concern whoever asked: anything else means that there is no index to be had. */
static bool concerns_caller(at_status status) {
    return status == AT_NO_MEMORY || status == AT_LIMIT || status == AT_INTERRUPTED ||
           status == AT_BUG;
}

bool at_index_passed_over(at_index_file *file, at_status status) {
    if (status == AT_OK || concerns_caller(status))
        return false;
    at_index_file_close(file);
    return true;
}

static at_status open_index(at_index_file *out, at_index_state *state_out, uint64_t *bytes_out,
                            const at_index_names *names, const at_store *store,
                            const uint8_t key[AT_INDEX_KEY_BYTES], at_error *err) {
    int descriptor = -1;
    bool fresh = false;
    AT_TRY(open_file(&descriptor, state_out, bytes_out, names, store, err));
    if (descriptor < 0)
        return AT_OK;
    const at_status status = at_index_file_open(out, &fresh, descriptor, key, err);
    if (concerns_caller(status))
        return status;
    *state_out = status != AT_OK ? AT_INDEX_DAMAGED : fresh ? AT_INDEX_FRESH : AT_INDEX_STALE;
    return AT_OK;
}

at_status at_index_open(at_reader *reader, at_error *err) {
    at_index_state state = AT_INDEX_NONE;
    uint64_t bytes = 0;
    at_status status =
        make_key(reader->index_key, reader->store, reader->db, reader->revision, err);
    if (status == AT_OK)
        status = open_index(&reader->index, &state, &bytes, &at_index_of_ledger, reader->store,
                            reader->index_key, err);
    else
        reader->newest = false; /* without the secret none can be bound */
    return concerns_caller(status) ? status : AT_OK;
}

at_status at_index_look(at_index_state *out, uint64_t *bytes_out, at_store *store, bool whole,
                        at_error *err) {
    AT_CLEANUP(at_index_file_close) at_index_file file = {.descriptor = -1};
    uint8_t key[AT_INDEX_KEY_BYTES];
    int64_t newest = 0;
    *out = AT_INDEX_NONE;
    *bytes_out = 0;
    AT_TRY(at_store_newest(&newest, store->db, err));
    const at_status bound = make_key(key, store, store->db, newest, err);
    if (bound != AT_OK)
        return concerns_caller(bound) ? bound : AT_OK; /* without the secret there is none */
    AT_TRY(open_index(&file, out, bytes_out, &at_index_of_ledger, store, key, err));
    if (*out != AT_INDEX_FRESH || !whole)
        return AT_OK;
    const at_status status = at_index_file_check(&file, err);
    if (concerns_caller(status))
        return status;
    *out = status == AT_OK ? AT_INDEX_FRESH : AT_INDEX_DAMAGED;
    return AT_OK;
}

/* --- Keeping one ------------------------------------------------------------------------------ */

/* The file that is written to, locked; -1 when somebody else does. A name that leads elsewhere than
 * to the file locked was renamed meanwhile: then there is an index. */
static int lock_building(int folder, const char *building, mode_t mode) {
    struct stat opened, named;
    const int file =
        openat(folder, building, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, OWN_MODE);
    if (file < 0)
        return -1;
    if (flock(file, LOCK_EX | LOCK_NB) == 0 && fstat(file, &opened) == 0 &&
        S_ISREG(opened.st_mode) && opened.st_nlink == 1 &&
        fstatat(folder, building, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
        named.st_ino == opened.st_ino && named.st_dev == opened.st_dev && ftruncate(file, 0) == 0 &&
        fchmod(file, mode) == 0)
        return file;
    close(file);
    return -1;
}

static void end_writer(at_index_writer *writer) {
    at_index_writer_end(writer);
}

/* One file of it; a summary, or who is who and the ledger. */
static at_status write_index(int descriptor, at_reader *reader, const at_summary *summary,
                             at_error *err) {
    AT_CLEANUP(end_writer) at_index_writer writer = {.descriptor = -1};
    AT_TRY(at_index_writer_begin(&writer, descriptor, reader->index_key, err));
    for (int i = 0; summary && i < (int)AT_SUMMARY_COLUMNS; i++)
        AT_TRY(at_index_put(&writer, (at_index_column_name)((int)AT_INDEX_SUMMARY + i),
                            summary->columns[i].values, at_summary_size((at_summary_column)i),
                            summary->columns[i].count, err));
    if (!summary)
        AT_TRY(at_index_build(&writer, reader, err));
    return at_index_writer_finish(&writer, err);
}

/* As the database may be used by others, so may the index. */
static mode_t shared_mode(const at_store *store) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    const char *path = NULL;
    struct stat database;
    if (at_store_file(&path, store, AT_STORE_DATABASE, &arena, NULL) != AT_OK ||
        stat(path, &database) != 0)
        return OWN_MODE;
    return database.st_mode & SHARED_BITS;
}

static at_status keep(bool *kept_out, int folder, const at_index_names *names, at_reader *reader,
                      const at_summary *summary, at_error *err) {
    const int file = lock_building(folder, names->building, shared_mode(reader->store));
    if (file < 0)
        return AT_OK;
    const at_status status = write_index(file, reader, summary, err);
    if (status == AT_OK)
        *kept_out = renameat(folder, names->building, folder, names->name) == 0;
    if (!*kept_out)
        (void)unlinkat(folder, names->building, 0);
    close(file);
    return status;
}

bool at_index_possible(const at_reader *reader) {
    return reader->newest && reader->store->writable;
}

/* Not synced: what a failing power supply leaves is found by its checksums. */
static at_status keep_file(bool *kept_out, const at_index_names *names, at_reader *reader,
                           const at_summary *summary, at_error *err) {
    int folder = -1;
    *kept_out = false;
    if (!at_index_possible(reader))
        return AT_OK;
    at_status status = open_folder(&folder, reader->store, true, err);
    if (status == AT_OK && folder >= 0) {
        status = keep(kept_out, folder, names, reader, summary, err);
        close(folder);
    }
    return status == AT_INTERRUPTED ? status : AT_OK;
}

at_status at_index_keep(bool *kept_out, at_reader *reader, at_error *err) {
    return keep_file(kept_out, &at_index_of_ledger, reader, NULL, err);
}

at_status at_index_make(bool *made_out, at_store *store, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = SIZE_MAX};
    AT_CLEANUP(at_reader_close) at_reader *reader = NULL;
    AT_TRY(at_reader_open(&reader, store, 0, &arena, err));
    if (reader->index.descriptor >= 0) {
        const at_status status = at_index_file_check(&reader->index, err);
        *made_out = status == AT_OK;
        if (!at_index_passed_over(&reader->index, status))
            return status;
    }
    return at_index_keep(made_out, reader, err);
}

at_status at_index_make_after(bool *due_out, bool *made_out, at_store *store, int64_t since,
                              at_error *err) {
    enum { PART_MIN = 4 };
    int64_t all = 0, fresh = 0;
    *due_out = *made_out = false;
    AT_TRY(at_db_number(&all, store->db, 0, NULL, 0, "SELECT sum(row_count) FROM main.chunk", err));
    AT_TRY(at_db_number(&fresh, store->db, 1, &since, 1,
                        "SELECT sum(c.row_count) FROM main.source s JOIN main.chunk c"
                        " ON c.source = s.number WHERE s.revision > ?1",
                        err));
    *due_out = store->writable && all >= AT_INDEX_ROWS_MIN && fresh >= all / PART_MIN;
    return *due_out ? at_index_make(made_out, store, err) : AT_OK;
}

/* --- What networks found ---------------------------------------------------------------------- */

at_status at_index_keep_summary(at_reader *reader, const at_summary *summary, at_error *err) {
    bool kept = false;
    return reader->index.descriptor < 0
               ? AT_OK
               : keep_file(&kept, &at_index_of_networks, reader, summary, err);
}

static at_status read_summary(at_summary *out, at_index_file *file, at_arena *arena,
                              at_error *err) {
    for (int i = 0; i < (int)AT_SUMMARY_COLUMNS; i++) {
        const at_index_column_name column = (at_index_column_name)((int)AT_INDEX_SUMMARY + i);
        const size_t size = at_summary_size((at_summary_column)i);
        const size_t count = at_index_count(file, column);
        void *values = NULL;
        AT_TRY(at_arena_take(&values, arena, count, size, err));
        AT_TRY(at_index_get(values, file, column, size, count, UINT64_MAX, err));
        out->columns[i].values = values;
        out->columns[i].count = count;
    }
    return AT_OK;
}

at_status at_index_get_summary(const at_summary **out, at_reader *reader, at_error *err) {
    AT_CLEANUP(at_index_file_close) at_index_file file = {.descriptor = -1};
    at_index_state state = AT_INDEX_NONE;
    at_summary *summary = NULL;
    uint64_t bytes = 0;
    *out = NULL;
    if (reader->index.descriptor < 0)
        return AT_OK;
    AT_TRY(open_index(&file, &state, &bytes, &at_index_of_networks, reader->store,
                      reader->index_key, err));
    if (state != AT_INDEX_FRESH)
        return AT_OK;
    AT_TRY(AT_NEW(&summary, reader->arena, 1, err));
    const at_status status = read_summary(summary, &file, reader->arena, err);
    if (status == AT_OK)
        *out = summary;
    return concerns_caller(status) ? status : AT_OK;
}
