#include "engine/store/views.h"

#include "engine/store/chunk.h"

#include <inttypes.h>

static const char tables_sql[] = "DROP TABLE IF EXISTS temp.visible;"
                                 "DROP TABLE IF EXISTS temp.hidden;"
                                 "CREATE TEMP TABLE visible (source INTEGER PRIMARY KEY);"
                                 "CREATE TEMP TABLE hidden (record INTEGER PRIMARY KEY);";

static const char visible_sql[] = "INSERT INTO temp.visible (source)"
                                  " SELECT s.number FROM main.source s"
                                  "  WHERE (s.revision <= ?1 AND NOT EXISTS"
                                  "   (SELECT 1 FROM main.withdrawal w"
                                  "     WHERE w.source = s.number AND w.revision <= ?1))"
                                  "   AND s.number <> ?2";

/* Of transfers and legs that say the same, the first in a visible source counts. A record's id
 * holds its source (chunk.h): not every record has a row. */
_Static_assert(AT_RECORD_BITS == 40, "hidden_sql takes the source out of an id");
static const char hidden_sql[] =
    "INSERT INTO temp.hidden (record)"
    " SELECT d.id FROM main.record d"
    "  WHERE d.duplicate_of IS NOT NULL AND d.content IS NULL"
    "    AND d.source IN (SELECT source FROM temp.visible)"
    "    AND ((d.duplicate_of >> 40) IN (SELECT source FROM temp.visible)"
    "      OR EXISTS (SELECT 1 FROM main.record e"
    "                  WHERE e.duplicate_of = d.duplicate_of AND e.id < d.id"
    "                    AND e.source IN (SELECT source FROM temp.visible)))";

/* Of other records the last: what it says was said again since, and of sources that disagree the
 * latest is believed (O1), which may have come between the two. */
static const char older_sql[] =
    "INSERT INTO temp.hidden (record)"
    " SELECT d.id FROM main.record d"
    "  WHERE d.duplicate_of IS NOT NULL AND d.content IS NOT NULL"
    "    AND d.source IN (SELECT source FROM temp.visible)"
    "    AND EXISTS (SELECT 1 FROM main.record e"
    "                 WHERE e.duplicate_of = d.duplicate_of AND e.id > d.id"
    "                   AND e.source IN (SELECT source FROM temp.visible))"
    " UNION"
    " SELECT d.duplicate_of FROM main.record d"
    "  WHERE d.duplicate_of IS NOT NULL AND d.content IS NOT NULL"
    "    AND d.source IN (SELECT source FROM temp.visible)"
    "    AND (d.duplicate_of >> 40) IN (SELECT source FROM temp.visible)";

static at_status run_with(sqlite3 *db, const char *sql, const int64_t *values, size_t count,
                          at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    AT_TRY(at_db_prepare(&statement, db, sql, err));
    for (size_t i = 0; i < count; i++)
        AT_TRY(at_db_bind_int(statement, (int)i + 1, values[i], err));
    return at_db_once(statement, err);
}

static at_status fill(sqlite3 *db, int64_t revision, int64_t without, int64_t added,
                      at_error *err) {
    const int64_t values[] = {revision, without};
    AT_TRY(at_db_run(db, tables_sql, err));
    AT_TRY(run_with(db, visible_sql, values, 2, err));
    if (added)
        AT_TRY(run_with(db, "INSERT OR IGNORE INTO temp.visible (source) VALUES (?1)", &added, 1,
                        err));
    AT_TRY(run_with(db, hidden_sql, NULL, 0, err));
    return run_with(db, older_sql, NULL, 0, err);
}

at_status at_views_visible(sqlite3 *db, int64_t revision, int64_t added, at_error *err) {
    return fill(db, revision, 0, added, err);
}

at_status at_views_without(sqlite3 *db, int64_t revision, int64_t source, at_error *err) {
    return fill(db, revision, source, 0, err);
}

static at_status read_records(at_hidden *out, sqlite3_stmt *statement, at_arena *arena,
                              at_error *err) {
    int64_t *records = NULL;
    size_t capacity = 0;
    bool row = false;
    *out = (at_hidden){.count = 0};
    for (;;) {
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            break;
        AT_TRY(AT_GROW(&records, &capacity, out->count, arena, err));
        records[out->count++] = at_db_int(statement, 0);
    }
    out->records = records;
    return AT_OK;
}

at_status at_hidden_read(at_hidden *out, sqlite3 *db, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    AT_TRY(at_db_prepare(&statement, db, "SELECT record FROM temp.hidden ORDER BY record", err));
    return read_records(out, statement, arena, err);
}

at_status at_repeated_read(at_hidden *out, sqlite3 *db, int64_t source, at_arena *arena,
                           at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    AT_TRY(at_db_prepare(&statement, db,
                         "SELECT id FROM main.record WHERE source = ?1"
                         " AND duplicate_of IS NOT NULL ORDER BY id",
                         err));
    AT_TRY(at_db_bind_int(statement, 1, source, err));
    return read_records(out, statement, arena, err);
}

bool at_hidden_has(at_hidden *hidden, int64_t record) {
    while (hidden->at < hidden->count && hidden->records[hidden->at] < record)
        hidden->at++;
    return hidden->at < hidden->count && hidden->records[hidden->at] == record;
}
