/**
 * db.h - SQLite as this room speaks it: statements cleaned up by scope, errors translated.
 *
 * A busy database is AT_LOCKED, a damaged one AT_TAMPERED "E-STORE-DAMAGED", a full or unreadable
 * disk AT_IO; whatever else SQLite refuses is our mistake, AT_BUG "E-STORE-SQL".
 *
 * Ownership: AT_CLEANUP(at_db_done) sqlite3_stmt *statement; texts read are copied into an arena.
 */
#ifndef ASSETTRACE_STORE_DB_H
#define ASSETTRACE_STORE_DB_H

#include "engine/base/arena.h"
#include "engine/base/text.h"

#include <sqlite3.h>

typedef enum at_db_mode { AT_DB_READ, AT_DB_WRITE, AT_DB_CREATE, AT_DB_IMMUTABLE } at_db_mode;

/** Where SQLite puts what does not fit into memory, for all databases opened from now on: inside
 * the store, because a confined process can write nowhere else. */
AT_CHECKED at_status at_db_temporary(const char *folder, at_error *err);

AT_CHECKED at_status at_db_open(sqlite3 **out, const char *path, at_db_mode mode, int wait_ms,
                                at_error *err);
void at_db_close(sqlite3 **db);

/** What SQLite just said about `db`, as a status and a message. */
at_status at_db_fail(sqlite3 *db, at_error *err);

/** Run statements that give no rows. */
AT_CHECKED at_status at_db_run(sqlite3 *db, const char *sql, at_error *err);
/** BEGIN IMMEDIATE, COMMIT: "E-STORE-LOCKED" when another program holds the database. */
AT_CHECKED at_status at_db_begin(sqlite3 *db, at_error *err);
AT_CHECKED at_status at_db_commit(sqlite3 *db, at_error *err);
/** Give up the open transaction, if there is one. */
void at_db_rollback(sqlite3 *db);

AT_CHECKED at_status at_db_prepare(sqlite3_stmt **out, sqlite3 *db, const char *sql, at_error *err);
void at_db_done(sqlite3_stmt **statement);
/** The next row; *row_out false when there is none. */
AT_CHECKED at_status at_db_step(bool *row_out, sqlite3_stmt *statement, at_error *err);
/** Run to the end and make ready for the next values. */
AT_CHECKED at_status at_db_once(sqlite3_stmt *statement, at_error *err);
/** Forget the row at hand, keep the values. */
void at_db_again(sqlite3_stmt *statement);

/* Parameters count from 1. Texts are not copied: they must live until the statement is reset. */
AT_CHECKED at_status at_db_bind_int(sqlite3_stmt *statement, int index, int64_t value,
                                    at_error *err);
AT_CHECKED at_status at_db_bind_text(sqlite3_stmt *statement, int index, const char *text,
                                     at_error *err); /* NULL binds NULL */
AT_CHECKED at_status at_db_bind_bytes(sqlite3_stmt *statement, int index, const void *data,
                                      size_t bytes, at_error *err);
AT_CHECKED at_status at_db_bind_null(sqlite3_stmt *statement, int index, at_error *err);

/* Columns count from 0. */
int64_t at_db_int(sqlite3_stmt *statement, int column);
bool at_db_is_null(sqlite3_stmt *statement, int column);
/** A copy in the arena; NULL for NULL. */
AT_CHECKED at_status at_db_text(const char **out, sqlite3_stmt *statement, int column,
                                at_arena *arena, at_error *err);
/** At most 64 characters of hex; "" for NULL. */
void at_db_hash(char out[65], sqlite3_stmt *statement, int column);

/** The first column of the first row as a number, or `missing`; `values` are bound in order. */
AT_CHECKED at_status at_db_number(int64_t *out, sqlite3 *db, int64_t missing, const int64_t *values,
                                  size_t value_count, const char *sql, at_error *err);

#endif
