/* sql.c - a query's own SQL over the visible facts, and over nothing else.
 *
 * Each fact table is seen through two views: an inner one that reads the table, named by chance so
 * that no SQL can claim to be it, and the one with the plain name. The authorizer lets tables be
 * read by inner views only, inner views by plain ones, and of everything else nothing: no write,
 * PRAGMA, ATTACH, schema, and no function that knows the time or makes things up. */
#include "engine/store/column.h"
#include "engine/store/reader.h"
#include "engine/store/snapshot.h"
#include "engine/store/views.h"

#include "engine/crypto/hash.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const view_names[] = {
    "party", "account", "asset",     "event",      "identifier",  "holding", "transfer", "leg",
    "link",  "listing", "statement", "party_name", "event_thing", "thing",   "label"};

static const char *const functions[] = {
    "abs",        "avg",          "char",       "coalesce", "count",   "dense_rank", "first_value",
    "glob",       "group_concat", "hex",        "ifnull",   "iif",     "instr",      "lag",
    "last_value", "lead",         "length",     "like",     "lower",   "ltrim",      "max",
    "min",        "nth_value",    "ntile",      "nullif",   "printf",  "quote",      "rank",
    "replace",    "round",        "row_number", "rtrim",    "sign",    "substr",     "substring",
    "sum",        "total",        "trim",       "typeof",   "unicode", "upper"};

static bool is_one_of(const char *word, const char *const *words, size_t count) {
    for (size_t i = 0; word && i < count; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

static bool is_plain_view(const char *name) {
    return is_one_of(name, view_names, AT_COUNT(view_names));
}

static bool is_inner_view(const at_reader *reader, const char *name) {
    return name && at_text_starts(name, reader->view_prefix);
}

static int authorize(void *self, int action, const char *first, const char *second,
                     const char *database, const char *accessor) {
    const at_reader *reader = self;
    if (reader->own_sql)
        return SQLITE_OK;
    switch (action) {
    case SQLITE_SELECT:
        return SQLITE_OK;
    case SQLITE_FUNCTION:
        return is_one_of(second, functions, AT_COUNT(functions)) ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_READ:
        /* A view is read under its own name; what it is made of is read on its behalf. */
        if (is_inner_view(reader, first)) /* no column: rows are only counted, by whoever */
            return is_plain_view(accessor) || !*second ? SQLITE_OK : SQLITE_DENY;
        if (is_inner_view(reader, accessor))
            return SQLITE_OK;
        return is_plain_view(first) && strcmp(database ? database : "temp", "temp") == 0
                   ? SQLITE_OK
                   : SQLITE_DENY;
    default:
        return SQLITE_DENY;
    }
}

/* temp.same: number of the store's thing -> class and shown id; temp.named: one row a class. */
static at_status fill_names(at_reader *reader, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *same = NULL;
    AT_CLEANUP(at_db_done) sqlite3_stmt *named = NULL;
    at_identity *identity = &reader->identity;
    AT_TRY(at_identity_need_all(identity, err));
    AT_TRY(at_db_run(reader->db,
                     "DROP TABLE IF EXISTS temp.same; DROP TABLE IF EXISTS temp.named;"
                     "CREATE TEMP TABLE same (number INTEGER PRIMARY KEY, thing INTEGER, id TEXT);"
                     "CREATE TEMP TABLE named (thing INTEGER PRIMARY KEY, kind TEXT, id TEXT,"
                     " title TEXT)",
                     err));
    AT_TRY(at_db_prepare(&same, reader->db,
                         "INSERT INTO temp.same (number, thing, id) VALUES (?, ?, ?)", err));
    AT_TRY(at_db_prepare(&named, reader->db,
                         "INSERT INTO temp.named (thing, kind, id, title) VALUES (?, ?, ?, ?)",
                         err));
    for (size_t i = 0; i < identity->count; i++) {
        const char *shown = NULL;
        AT_TRY(at_identity_shown(&shown, identity, identity->things[i].class, err));
        AT_TRY(at_db_bind_int(same, 1, identity->things[i].number, err));
        AT_TRY(at_db_bind_int(same, 2, identity->things[i].class, err));
        AT_TRY(at_db_bind_text(same, 3, shown, err));
        AT_TRY(at_db_once(same, err));
    }
    for (at_thing thing = 1; thing <= identity->class_count; thing++) {
        at_thing_view view;
        AT_TRY(reader->facts.view(reader, &view, thing, err));
        AT_TRY(at_db_bind_int(named, 1, thing, err));
        AT_TRY(at_db_bind_text(named, 2, at_kind_text(view.kind), err));
        AT_TRY(at_db_bind_text(named, 3, view.shown, err));
        AT_TRY(at_db_bind_text(named, 4, view.title, err));
        AT_TRY(at_db_once(named, err));
    }
    return AT_OK;
}

static at_status add_reference(at_text *sql, const char *column, const char *number,
                               const char *id_name, const char *end, at_error *err) {
    return at_text_print(sql, err,
                         "(SELECT s.thing FROM temp.same s WHERE s.number = %s) AS %s,"
                         " (SELECT s.id FROM temp.same s WHERE s.number = %s) AS %s%s, ",
                         number, column, number, id_name, end);
}

static at_status add_columns(at_text *sql, at_kind kind, at_error *err) {
    const at_fact_table *table = &at_fact_tables[kind];
    for (size_t i = 0; i < table->column_count; i++) {
        const at_fact_column *column = &table->columns[i];
        char number[64] = "f.";
        memcpy(number + 2, column->name, strlen(column->name) + 1);
        if (column->form != AT_FORM_REF)
            AT_TRY(at_text_print(sql, err, "%s AS %s, ", number, column->name));
        else if (column->flags & AT_SELF)
            AT_TRY(add_reference(sql, "thing", number, "id", "", err));
        else
            AT_TRY(add_reference(sql, column->name, number, column->name, "_id", err));
    }
    return AT_OK;
}

static at_status add_view(at_text *sql, const at_reader *reader, const char *name, at_error *err) {
    return at_text_print(sql, err, "CREATE TEMP VIEW %s%s AS SELECT ", reader->view_prefix, name);
}

static at_status add_fact_view(at_text *sql, const at_reader *reader, at_kind kind, at_error *err) {
    const char *name = at_fact_tables[kind].name;
    AT_TRY(add_view(sql, reader, name, err));
    AT_TRY(add_columns(sql, kind, err));
    return at_text_print(sql, err, "f.record AS record FROM %s%s f WHERE " AT_VISIBLE ";",
                         kind == AT_TRANSFER || kind == AT_LEG ? "chunked_" : "main.", name);
}

static at_status make_views(at_reader *reader, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text sql = {.data = NULL};
    for (at_kind kind = AT_PARTY; kind < AT_KIND_COUNT; kind++)
        AT_TRY(add_fact_view(&sql, reader, kind, err));
    AT_TRY(add_view(&sql, reader, "party_name", err));
    AT_TRY(add_reference(&sql, "thing", "f.thing", "id", "", err));
    AT_TRY(at_text_add(&sql,
                       "n.position, n.text, n.kind, n.lang, f.record AS record"
                       " FROM main.party f JOIN main.party_name n ON n.party = f.fact"
                       " WHERE " AT_VISIBLE ";",
                       err));
    AT_TRY(add_view(&sql, reader, "event_thing", err));
    AT_TRY(add_reference(&sql, "event", "f.thing", "event_id", "", err));
    AT_TRY(add_reference(&sql, "thing", "t.thing", "id", "", err));
    AT_TRY(at_text_add(&sql,
                       "t.position, f.record AS record FROM main.event f"
                       " JOIN main.event_thing t ON t.event = f.fact WHERE " AT_VISIBLE ";",
                       err));
    /* The condition uses a column: to SQLite's authorizer a view whose rows are only counted is
     * else its bare table. */
    AT_TRY(add_view(&sql, reader, "thing", err));
    AT_TRY(at_text_add(
        &sql, "n.thing, n.kind, n.id, n.title FROM temp.named n WHERE n.kind IS NOT NULL;", err));
    for (size_t i = 0; i < AT_COUNT(view_names); i++)
        AT_TRY(at_text_print(&sql, err,
                             "DROP VIEW IF EXISTS temp.%s;"
                             "CREATE TEMP VIEW %s AS SELECT * FROM temp.%s%s;",
                             view_names[i], view_names[i], reader->view_prefix, view_names[i]));
    return at_db_run(reader->db, at_text_string(&sql), err);
}

static at_status prepare_reader(at_reader *reader, at_error *err) {
    uint8_t random[12];
    char hex[2 * sizeof random + 1];
    const char *prefix = NULL;
    if (reader->view_prefix)
        return AT_OK;
    at_random_bytes(random, sizeof random);
    at_hex_encode(hex, random, sizeof random);
    AT_TRY(at_arena_print(&prefix, reader->arena, err, "v%s_", hex));
    AT_TRY(fill_names(reader, err));
    AT_TRY(at_reader_make_tables(reader, err));
    reader->view_prefix = prefix;
    at_status status = make_views(reader, err);
    if (status != AT_OK)
        reader->view_prefix = NULL;
    return status;
}

static at_status bind_values(sqlite3_stmt *statement, const at_sql_value *values, size_t count,
                             at_error *err) {
    const int parameters = sqlite3_bind_parameter_count(statement);
    for (int index = 1; index <= parameters; index++) {
        const char *name = sqlite3_bind_parameter_name(statement, index);
        size_t found = 0;
        while (name && found < count && strcmp(values[found].name, name + 1) != 0)
            found++;
        if (!name || found == count)
            continue; /* stays NULL */
        if (values[found].text)
            AT_TRY(at_db_bind_text(statement, index, values[found].text, err));
        else
            AT_TRY(at_db_bind_int(statement, index, values[found].integer, err));
    }
    return AT_OK;
}

static at_status read_cell(at_cell *cell, const at_column *column, sqlite3_stmt *statement,
                           int index, at_arena *arena, at_error *err) {
    const char *text = NULL;
    at_ratio ratio;
    if (at_db_is_null(statement, index))
        return AT_OK; /* cells start empty */
    switch (column->type) {
    case AT_COLUMN_TEXT:
    case AT_COLUMN_ID:
    case AT_COLUMN_IDS:
        AT_TRY(at_db_text(&text, statement, index, arena, err));
        at_cell_text(cell, text);
        break;
    case AT_COLUMN_COUNT:
    case AT_COLUMN_AMOUNT:
        at_cell_integer(cell, at_db_int(statement, index));
        break;
    case AT_COLUMN_TIME:
        at_cell_time(cell, at_db_int(statement, index), AT_MICROSECOND);
        break;
    case AT_COLUMN_SHARE:
        at_cell_real(cell, sqlite3_column_double(statement, index));
        break;
    case AT_COLUMN_RATIO:
        AT_TRY(at_db_text(&text, statement, index, arena, err));
        AT_TRY(at_ratio_parse(&ratio, text, err));
        at_cell_ratio(cell, ratio);
        break;
    }
    return AT_OK;
}

/* "12" or "12,15,9". */
static at_status cite(at_row *row, at_table *table, sqlite3_stmt *statement, int index,
                      at_error *err) {
    const char *text = (const char *)sqlite3_column_text(statement, index);
    while (text && *text) {
        char *end = NULL;
        const long long record = strtoll(text, &end, 10);
        if (end == text || record <= 0 || (*end && *end != ','))
            return at_fail(err, AT_BUG, "E-QUERY-SQL", "\"%s\" cites no record", text);
        AT_TRY(at_row_cite(row, table, record, err));
        text = *end ? end + 1 : end;
    }
    return AT_OK;
}

static at_status read_rows(at_table *table, sqlite3_stmt *statement, size_t max_rows,
                           at_error *err) {
    const int columns = (int)table->column_count;
    bool more = false;
    for (;;) {
        at_row *row = NULL;
        AT_TRY(at_db_step(&more, statement, err));
        if (!more)
            return AT_OK;
        if (max_rows && table->row_count == max_rows) {
            table->truncated = true;
            return at_table_note(table, err, "ROW_LIMIT", "only the first %zu rows are shown",
                                 max_rows);
        }
        AT_TRY(at_table_row(&row, table, err));
        for (int i = 0; i < columns; i++)
            AT_TRY(read_cell(&row->cells[i], &table->columns[i], statement, i, table->arena, err));
        const int64_t grade = at_db_int(statement, columns);
        if (grade < AT_OBSERVED || grade > AT_INFERRED)
            return at_fail(err, AT_BUG, "E-QUERY-SQL", "%" PRId64 " is no grade", grade);
        row->grade = (at_grade)grade;
        AT_TRY(cite(row, table, statement, columns + 1, err));
    }
}

static at_status run(at_table *table, at_reader *reader, const char *sql,
                     const at_sql_value *values, size_t value_count, size_t max_rows,
                     at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    const char *rest = NULL;
    if (sqlite3_prepare_v2(reader->db, sql, -1, &statement, &rest) != SQLITE_OK) {
        if (sqlite3_errcode(reader->db) == SQLITE_NOMEM)
            return at_db_fail(reader->db, err);
        return at_fail(err, AT_BUG, "E-QUERY-SQL", "query %s: %s", table->query,
                       sqlite3_errmsg(reader->db));
    }
    if (!statement || rest[strspn(rest, " \t\r\n;")])
        return at_fail(err, AT_BUG, "E-QUERY-SQL", "query %s is not one statement", table->query);
    if (sqlite3_column_count(statement) != (int)table->column_count + 2)
        return at_fail(err, AT_BUG, "E-QUERY-SQL",
                       "query %s gives %d columns, not %zu and grade and record", table->query,
                       sqlite3_column_count(statement), table->column_count);
    AT_TRY(bind_values(statement, values, value_count, err));
    return read_rows(table, statement, max_rows, err);
}

at_status at_reader_sql(at_table *table, at_reader *reader, const char *sql,
                        const at_sql_value *values, size_t value_count, size_t max_rows,
                        at_error *err) {
    assert(table && table->arena && sql);
    AT_TRY(prepare_reader(reader, err));
    sqlite3_set_authorizer(reader->db, authorize, reader);
    const at_status status = run(table, reader, sql, values, value_count, max_rows, err);
    sqlite3_set_authorizer(reader->db, NULL, NULL);
    return status;
}
