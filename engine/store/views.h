/**
 * views.h - which rows count at one revision, as TEMP tables of one connection.
 *
 *   temp.visible(source)  sources published at or before the revision and not withdrawn by then
 *   temp.hidden(record)   records of visible sources that say what another says that counts: of
 *                         transfers and legs the first counts, of all else the last
 *
 * A fact counts when its source is visible and its record is not hidden (AT_VISIBLE).
 */
#ifndef ASSETTRACE_STORE_VIEWS_H
#define ASSETTRACE_STORE_VIEWS_H

#include "engine/store/db.h"

/** Condition for a row of a fact table named `f`. */
#define AT_VISIBLE                                  \
    "f.source IN (SELECT source FROM temp.visible)" \
    " AND f.record NOT IN (SELECT record FROM temp.hidden)"

/** Make both tables anew. @param added  a source not published yet that counts too, or 0 */
AT_CHECKED at_status at_views_visible(sqlite3 *db, int64_t revision, int64_t added, at_error *err);

/** The same but for a source: what a revision that replaces it begins from. 0 = none. */
AT_CHECKED at_status at_views_without(sqlite3 *db, int64_t revision, int64_t source, at_error *err);

/* temp.hidden as a list that is asked in rising order of records. */
typedef struct at_hidden {
    const int64_t *records;
    size_t count, at;
} at_hidden;
AT_CHECKED at_status at_hidden_read(at_hidden *out, sqlite3 *db, at_arena *arena, at_error *err);
/** Records of one source that repeated others when it was read, in the same form. */
AT_CHECKED at_status at_repeated_read(at_hidden *out, sqlite3 *db, int64_t source, at_arena *arena,
                                      at_error *err);
bool at_hidden_has(at_hidden *hidden, int64_t record);

#endif
