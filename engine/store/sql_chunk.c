/* sql_chunk.c - transfers and legs as tables that SQL can read: chunks, row by row.
 *
 * Eponymous virtual tables with the columns that column.c names, then source and record. Bounds
 * on time_us pass over whole chunks; everything else SQLite checks itself. */
#include "engine/store/chunks.h"
#include "engine/store/column.h"
#include "engine/store/snapshot.h"

#include <string.h>

/* Which bounds xFilter is given, in this order. */
enum { LOW = 1, HIGH = 2 };

typedef struct table {
    sqlite3_vtab base;
    at_reader *reader;
    at_kind kind;
    int time; /* the column time_us */
} table;

typedef struct cursor {
    sqlite3_vtab_cursor base;
    at_chunks chunks;
    at_arena arena;
    size_t index, row;
    int64_t low, high;
} cursor;

static int fail_with(sqlite3_vtab *base, const at_error *err) {
    sqlite3_free(base->zErrMsg);
    base->zErrMsg = sqlite3_mprintf("%s", err->message);
    if (err->status == AT_TAMPERED)
        return SQLITE_CORRUPT_VTAB;
    return err->status == AT_NO_MEMORY ? SQLITE_NOMEM : SQLITE_ERROR;
}

static int connect_table(sqlite3 *db, void *self, int argument_count, const char *const *arguments,
                         sqlite3_vtab **out, char **message) {
    AT_CLEANUP(at_text_clear) at_text sql = {.data = NULL};
    at_error err = {.status = AT_OK};
    const at_sql_kind *what = self;
    const at_fact_table *facts = &at_fact_tables[what->kind];
    int time = 0;
    (void)argument_count;
    (void)arguments;
    (void)message;
    at_status status = at_text_add(&sql, "CREATE TABLE x (", &err);
    for (size_t i = 0; status == AT_OK && i < facts->column_count; i++) {
        status = at_text_print(&sql, &err, "%s, ", facts->columns[i].name);
        if (strcmp(facts->columns[i].name, "time_us") == 0)
            time = (int)i;
    }
    if (status == AT_OK)
        status = at_text_add(&sql, "source INTEGER, record INTEGER)", &err);
    if (status != AT_OK)
        return SQLITE_NOMEM;
    const int code = sqlite3_declare_vtab(db, sql.data);
    if (code != SQLITE_OK)
        return code;
    table *made = sqlite3_malloc(sizeof *made);
    if (!made)
        return SQLITE_NOMEM;
    *made = (table){.reader = what->reader, .kind = what->kind, .time = time};
    *out = &made->base;
    return SQLITE_OK;
}

static int disconnect_table(sqlite3_vtab *base) {
    sqlite3_free(base);
    return SQLITE_OK;
}

static int best_index(sqlite3_vtab *base, sqlite3_index_info *info) {
    const int time = ((table *)base)->time;
    int argument = 0;
    for (int want = LOW; want <= HIGH; want++)
        for (int i = 0; i < info->nConstraint; i++) {
            const struct sqlite3_index_constraint *constraint = &info->aConstraint[i];
            const bool fits = constraint->op == SQLITE_INDEX_CONSTRAINT_EQ ||
                              constraint->op == (want == LOW ? SQLITE_INDEX_CONSTRAINT_GE
                                                             : SQLITE_INDEX_CONSTRAINT_LE) ||
                              constraint->op == (want == LOW ? SQLITE_INDEX_CONSTRAINT_GT
                                                             : SQLITE_INDEX_CONSTRAINT_LT);
            if (!constraint->usable || constraint->iColumn != time || !fits ||
                info->aConstraintUsage[i].argvIndex)
                continue;
            info->aConstraintUsage[i].argvIndex = ++argument;
            info->idxNum |= want;
            break;
        }
    info->estimatedCost = info->idxNum ? 1e5 : 1e6;
    return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **out) {
    const table *of = (table *)base;
    at_reader *reader = of->reader;
    at_error err = {.status = AT_OK};
    cursor *made = sqlite3_malloc(sizeof *made);
    if (!made)
        return SQLITE_NOMEM;
    *made = (cursor){.arena = {.limit_bytes = 0}};
    reader->own_sql = true; /* what is prepared here is ours, not the question's */
    const at_status status =
        at_chunks_open(&made->chunks, reader->db,
                       of->kind == AT_LEG ? AT_CHUNKS_VISIBLE AT_CHUNKS_LEGS
                                          : AT_CHUNKS_VISIBLE AT_CHUNKS_TRANSFERS,
                       0, AT_CHUNK_FACTS, &made->arena, &err);
    reader->own_sql = false;
    if (status != AT_OK) {
        at_chunks_close(&made->chunks);
        at_arena_clear(&made->arena);
        sqlite3_free(made);
        return fail_with(base, &err);
    }
    *out = &made->base;
    return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base) {
    cursor *closing = (cursor *)base;
    at_chunks_close(&closing->chunks);
    at_arena_clear(&closing->arena);
    sqlite3_free(closing);
    return SQLITE_OK;
}

/* Come to rest on a row, or after the last. */
static int settle(cursor *now) {
    const bool legs = ((table *)now->base.pVtab)->kind == AT_LEG;
    at_error err = {.status = AT_OK};
    for (; now->index < now->chunks.count; now->index++, now->row = 0) {
        const at_chunk_entry *entry = &now->chunks.entries[now->index];
        if (now->row >= entry->count || entry->time_last < now->low ||
            entry->time_first > now->high)
            continue;
        if (at_chunks_load(&now->chunks, now->index, &err) != AT_OK)
            return fail_with(now->base.pVtab, &err);
        while (now->row < entry->count && at_chunk_is_leg(&now->chunks.loaded, now->row) != legs)
            now->row++;
        if (now->row < entry->count)
            return SQLITE_OK;
    }
    return SQLITE_OK;
}

static int filter(sqlite3_vtab_cursor *base, int bounds, const char *unused, int value_count,
                  sqlite3_value **values) {
    cursor *now = (cursor *)base;
    int at = 0;
    (void)unused;
    now->index = now->row = 0;
    now->low = INT64_MIN;
    now->high = INT64_MAX;
    /* A bound that is no integer passes over nothing; SQLite compares each row itself. */
    for (int want = LOW; want <= HIGH && at < value_count; want++) {
        if (!(bounds & want))
            continue;
        if (sqlite3_value_type(values[at]) == SQLITE_INTEGER)
            *(want == LOW ? &now->low : &now->high) = sqlite3_value_int64(values[at]);
        at++;
    }
    return settle(now);
}

static int next(sqlite3_vtab_cursor *base) {
    cursor *now = (cursor *)base;
    now->row++;
    return settle(now);
}

static int at_end(sqlite3_vtab_cursor *base) {
    const cursor *now = (cursor *)base;
    return now->index >= now->chunks.count;
}

/* The number that temp.same knows. */
static int give_account(sqlite3_context *context, const cursor *now, const at_ref *ref) {
    const at_reader *reader = ((table *)now->base.pVtab)->reader;
    const int64_t source = now->chunks.entries[now->index].source;
    if (!ref->thing)
        return SQLITE_OK;
    if (!at_identity_local(&reader->identity, source, (int64_t)ref->thing - 1))
        return SQLITE_CORRUPT_VTAB;
    sqlite3_result_int64(context, reader->identity.locals[source].numbers[ref->thing - 1]);
    return SQLITE_OK;
}

static int give_id(sqlite3_context *context, const cursor *now) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    at_error err = {.status = AT_OK};
    const char *id = NULL;
    if (at_chunk_id(&id, &now->chunks.loaded, now->chunks.entries[now->index].source, now->row,
                    &arena, &err) != AT_OK)
        return SQLITE_NOMEM;
    sqlite3_result_text(context, id, -1, SQLITE_TRANSIENT);
    return SQLITE_OK;
}

static int give_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int index) {
    const cursor *now = (cursor *)base;
    const at_fact_table *facts = &at_fact_tables[((table *)base->pVtab)->kind];
    const int64_t source = now->chunks.entries[now->index].source;
    const size_t place = (size_t)index;
    at_fact fact;
    at_chunk_fact(&fact, &now->chunks.loaded, source, now->row);
    if (place >= facts->column_count) {
        sqlite3_result_int64(context, place == facts->column_count ? source : fact.record);
        return SQLITE_OK;
    }
    const at_fact_column *column = &facts->columns[place];
    if (column->form == AT_FORM_REF)
        return give_account(context, now, at_column_field(column, &fact));
    if (place == 0)
        return give_id(context, now); /* of both kinds the first (column.c) */
    at_column_give(context, column, &fact);
    return SQLITE_OK;
}

static int give_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out) {
    const cursor *now = (cursor *)base;
    *out = (sqlite3_int64)(now->index * AT_CHUNK_ROWS + now->row);
    return SQLITE_OK;
}

at_status at_reader_make_tables(at_reader *reader, at_error *err) {
    static const sqlite3_module module = {.xConnect = connect_table,
                                          .xDisconnect = disconnect_table,
                                          .xBestIndex = best_index,
                                          .xOpen = open_cursor,
                                          .xClose = close_cursor,
                                          .xFilter = filter,
                                          .xNext = next,
                                          .xEof = at_end,
                                          .xColumn = give_column,
                                          .xRowid = give_rowid};
    static const char *const names[] = {"chunked_transfer", "chunked_leg"};
    for (size_t i = 0; i < AT_COUNT(names); i++) {
        reader->sql_kinds[i] = (at_sql_kind){reader, i ? AT_LEG : AT_TRANSFER};
        if (sqlite3_create_module(reader->db, names[i], &module, &reader->sql_kinds[i]) !=
            SQLITE_OK)
            return at_db_fail(reader->db, err);
    }
    return AT_OK;
}
