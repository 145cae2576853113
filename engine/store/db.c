#include "engine/store/db.h"

#include <assert.h>
#include <string.h>

/* SQLite's memory comes through our one door, so that failing allocations reach it in tests. Each
 * block carries its size in front, because SQLite asks for it. */
enum { BLOCK_HEAD_BYTES = 16 };

static int block_size(void *block) {
    int bytes = 0;
    if (block)
        memcpy(&bytes, (char *)block - BLOCK_HEAD_BYTES, sizeof bytes);
    return bytes;
}

static void *block_resize(void *block, int bytes) {
    char *start = block ? (char *)block - BLOCK_HEAD_BYTES : NULL;
    start = at_memory_resize(start, (size_t)bytes + BLOCK_HEAD_BYTES);
    if (!start)
        return NULL;
    memcpy(start, &bytes, sizeof bytes);
    return start + BLOCK_HEAD_BYTES;
}

static void *block_take(int bytes) {
    return block_resize(NULL, bytes);
}

static void block_drop(void *block) {
    if (block)
        at_memory_resize((char *)block - BLOCK_HEAD_BYTES, 0);
}

static int round_up(int bytes) {
    return (bytes + 7) & ~7;
}

static int start_memory(void *unused) {
    (void)unused;
    return SQLITE_OK;
}

static void stop_memory(void *unused) {
    (void)unused;
}

/* Takes effect before SQLite's first use in the process and is refused, harmlessly, after it. */
static void use_our_memory(void) {
    static bool done = false;
    static const sqlite3_mem_methods methods = {.xMalloc = block_take,
                                                .xFree = block_drop,
                                                .xRealloc = block_resize,
                                                .xSize = block_size,
                                                .xRoundup = round_up,
                                                .xInit = start_memory,
                                                .xShutdown = stop_memory};
    if (!done)
        sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
    done = true;
}

at_status at_db_fail(sqlite3 *db, at_error *err) {
    const int code = sqlite3_extended_errcode(db);
    const char *words = sqlite3_errmsg(db);
    switch (code & 0xFF) {
    case SQLITE_NOMEM:
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory for the store's database");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: /* the race for the write-ahead log's locks was lost too often */
        at_fail(err, AT_LOCKED, "E-STORE-LOCKED", "another program holds the database: %s", words);
        at_hint(err, "try again in a moment, or wait longer with --lock-wait");
        return AT_LOCKED;
    case SQLITE_INTERRUPT:
        return at_fail(err, AT_INTERRUPTED, "E-INTERRUPTED", "stopped while reading the store");
    case SQLITE_TOOBIG:
        return at_fail(err, AT_LIMIT, "E-LIMIT", "a text is too long for the store: %s", words);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED", "the store's database is damaged: %s",
                       words);
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_CANTOPEN:
        return at_fail(err, AT_IO, "E-IO", "the store's database: %s (%d)", words, code);
    default:
        if (strcmp(words, "integer overflow") == 0)
            return at_fail(err, AT_LIMIT, "E-AMOUNT-RANGE", "a sum leaves 64 bits");
        return at_fail(err, AT_BUG, "E-STORE-SQL", "the database refuses: %s (%d)", words, code);
    }
}

/* "file:" and the path, with what means something in a URI written as %XX. */
static at_status write_uri(at_text *uri, const char *path, at_error *err) {
    AT_TRY(at_text_add(uri, "file:", err));
    for (const char *at = path; *at; at++) {
        if (strchr("%?#", *at))
            AT_TRY(at_text_print(uri, err, "%%%02x", (unsigned char)*at));
        else
            AT_TRY(at_text_add_char(uri, *at, err));
    }
    return AT_OK;
}

at_status at_db_temporary(const char *folder, at_error *err) {
    use_our_memory();
    if (sqlite3_temp_directory && strcmp(sqlite3_temp_directory, folder) == 0)
        return AT_OK;
    char *copy = sqlite3_initialize() == SQLITE_OK ? sqlite3_mprintf("%s", folder) : NULL;
    if (!copy)
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory for the store's database");
    sqlite3_free(sqlite3_temp_directory);
    sqlite3_temp_directory = copy;
    return AT_OK;
}

at_status at_db_open(sqlite3 **out, const char *path, at_db_mode mode, int wait_ms, at_error *err) {
    AT_CLEANUP(at_db_close) sqlite3 *db = NULL;
    AT_CLEANUP(at_text_clear) at_text uri = {.data = NULL};
    int flags = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;

    use_our_memory();
    AT_TRY(write_uri(&uri, path, err));
    if (mode == AT_DB_IMMUTABLE)
        AT_TRY(at_text_add(&uri, "?immutable=1", err));
    if (mode == AT_DB_WRITE)
        flags |= SQLITE_OPEN_READWRITE;
    else if (mode == AT_DB_CREATE)
        flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    else
        flags |= SQLITE_OPEN_READONLY;
    const int code = sqlite3_open_v2(at_text_string(&uri), &db, flags, NULL);
    if (!db)
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory for the store's database");
    if (code != SQLITE_OK)
        return at_db_fail(db, err);
    sqlite3_busy_timeout(db, wait_ms);
    AT_TRY(at_db_run(
        db, sqlite3_temp_directory ? "PRAGMA temp_store = FILE" : "PRAGMA temp_store = MEMORY",
        err));
    AT_TRY(at_db_run(db, "PRAGMA trusted_schema = OFF; PRAGMA cache_size = -65536", err));
    *out = db;
    db = NULL;
    return AT_OK;
}

void at_db_close(sqlite3 **db) {
    if (!*db)
        return;
    const int code = sqlite3_close(*db);
    assert(code == SQLITE_OK); /* every statement was finished */
    (void)code;
    *db = NULL;
}

at_status at_db_run(sqlite3 *db, const char *sql, at_error *err) {
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? AT_OK : at_db_fail(db, err);
}

at_status at_db_begin(sqlite3 *db, at_error *err) {
    return at_db_run(db, "BEGIN IMMEDIATE", err);
}

at_status at_db_commit(sqlite3 *db, at_error *err) {
    return at_db_run(db, "COMMIT", err);
}

void at_db_rollback(sqlite3 *db) {
    if (db && !sqlite3_get_autocommit(db))
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
}

at_status at_db_prepare(sqlite3_stmt **out, sqlite3 *db, const char *sql, at_error *err) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        return at_db_fail(db, err);
    assert(statement); /* never an empty text */
    *out = statement;
    return AT_OK;
}

void at_db_done(sqlite3_stmt **statement) {
    sqlite3_finalize(*statement);
    *statement = NULL;
}

at_status at_db_step(bool *row_out, sqlite3_stmt *statement, at_error *err) {
    const int code = sqlite3_step(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return at_db_fail(sqlite3_db_handle(statement), err);
    *row_out = code == SQLITE_ROW;
    return AT_OK;
}

at_status at_db_once(sqlite3_stmt *statement, at_error *err) {
    at_status status = AT_OK;
    if (sqlite3_step(statement) != SQLITE_DONE)
        status = at_db_fail(sqlite3_db_handle(statement), err);
    sqlite3_reset(statement);
    return status;
}

void at_db_again(sqlite3_stmt *statement) {
    sqlite3_reset(statement);
}

static at_status bound(int code, sqlite3_stmt *statement, at_error *err) {
    return code == SQLITE_OK ? AT_OK : at_db_fail(sqlite3_db_handle(statement), err);
}

at_status at_db_bind_int(sqlite3_stmt *statement, int index, int64_t value, at_error *err) {
    return bound(sqlite3_bind_int64(statement, index, value), statement, err);
}

at_status at_db_bind_text(sqlite3_stmt *statement, int index, const char *text, at_error *err) {
    return bound(sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC), statement, err);
}

at_status at_db_bind_bytes(sqlite3_stmt *statement, int index, const void *data, size_t bytes,
                           at_error *err) {
    return bound(sqlite3_bind_blob64(statement, index, data, bytes, SQLITE_STATIC), statement, err);
}

at_status at_db_bind_null(sqlite3_stmt *statement, int index, at_error *err) {
    return bound(sqlite3_bind_null(statement, index), statement, err);
}

int64_t at_db_int(sqlite3_stmt *statement, int column) {
    return sqlite3_column_int64(statement, column);
}

bool at_db_is_null(sqlite3_stmt *statement, int column) {
    return sqlite3_column_type(statement, column) == SQLITE_NULL;
}

at_status at_db_text(const char **out, sqlite3_stmt *statement, int column, at_arena *arena,
                     at_error *err) {
    if (at_db_is_null(statement, column)) {
        *out = NULL;
        return AT_OK;
    }
    const unsigned char *text = sqlite3_column_text(statement, column);
    if (!text) /* SQLite could not make the copy it hands out */
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory for a text of the store");
    return at_arena_copy(out, arena, (const char *)text,
                         (size_t)sqlite3_column_bytes(statement, column), err);
}

void at_db_hash(char out[65], sqlite3_stmt *statement, int column) {
    const unsigned char *text = sqlite3_column_text(statement, column);
    size_t bytes = text ? strnlen((const char *)text, 64) : 0;
    if (bytes)
        memcpy(out, text, bytes);
    out[bytes] = '\0';
}

at_status at_db_number(int64_t *out, sqlite3 *db, int64_t missing, const int64_t *values,
                       size_t value_count, const char *sql, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    bool row = false;
    AT_TRY(at_db_prepare(&statement, db, sql, err));
    for (size_t i = 0; i < value_count; i++)
        AT_TRY(at_db_bind_int(statement, (int)i + 1, values[i], err));
    AT_TRY(at_db_step(&row, statement, err));
    *out = row && !at_db_is_null(statement, 0) ? at_db_int(statement, 0) : missing;
    return AT_OK;
}
