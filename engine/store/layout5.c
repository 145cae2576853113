/* layout5.c - the step from layout 4 to 5: legs and what pairs them leave their rows.
 *
 * Facts stay what they are; only their form changes. So this file may remove what it has written
 * anew, inside the one transaction of the step (migrate.c). */
#include "engine/store/chunks.h"
#include "engine/store/column.h"
#include "engine/store/migrate.h"
#include "engine/store/pairs.h"

#include <inttypes.h>
#include <string.h>

typedef struct conversion {
    sqlite3 *db;
    at_arena *arena; /* of one source */
    int64_t source;
    at_chunk_writer writer;
    sqlite3_stmt *leg, *number;
    bool more; /* `leg` stands on a row */
    int64_t count;
} conversion;

static void end_source(conversion *all) {
    at_chunk_writer_end(&all->writer);
    at_db_done(&all->leg);
    at_db_done(&all->number);
}

static at_status learn_names(void *self, int64_t source, const at_name_list *list, size_t count,
                             at_error *err) {
    conversion *all = self;
    uint32_t unused = 0;
    (void)source;
    for (size_t i = 0; i < count; i++) {
        const uint32_t space = (uint32_t)list->spaces[i];
        const char *id = at_pack_text(&list->ids, i);
        const size_t bytes = strlen(id);
        AT_TRY(at_names_number(&unused, &all->writer.names, space, id, bytes,
                               at_names_hash(space, id, bytes), err));
    }
    return AT_OK;
}

static at_status next_row(at_chunk_writer *writer, at_error *err) {
    return ++writer->open.count == AT_CHUNK_ROWS ? at_chunk_writer_flush(writer, err) : AT_OK;
}

enum { FACT, RECORD, ID_GIVEN, OFFSET, BYTES, LINE, OWN, OTHER = OWN + 3, FIELDS = OTHER + 3 };

static at_status prepare_legs(conversion *all, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text sql = {.data = NULL};
    AT_TRY(at_text_add(&sql,
                       "SELECT f.fact, f.record, f.id_given, r.offset, r.bytes, r.line,"
                       " a.kind, a.name_space, a.id, c.kind, c.name_space, c.id, ",
                       err));
    AT_TRY(at_column_select_sql(&sql, AT_LEG, "f", err));
    AT_TRY(at_text_add(&sql,
                       " FROM main.leg f JOIN main.record r ON r.id = f.record"
                       " JOIN main.thing a ON a.number = f.account"
                       " LEFT JOIN main.thing c ON c.number = f.counterparty"
                       " WHERE f.source = ?1 ORDER BY f.record, f.fact",
                       err));
    AT_TRY(at_db_prepare(&all->leg, all->db, at_text_string(&sql), err));
    return at_db_bind_int(all->leg, 1, all->source, err);
}

static at_status name_of(uint32_t *out, conversion *all, int column, at_error *err) {
    const uint32_t space =
        AT_NAME_SPACE(at_db_int(all->leg, column), at_db_int(all->leg, column + 1));
    const char *id = NULL;
    AT_TRY(at_db_text(&id, all->leg, column + 2, all->arena, err));
    const size_t bytes = strlen(id);
    return at_names_number(out, &all->writer.names, space, id, bytes,
                           at_names_hash(space, id, bytes), err);
}

/* <source>:<record>.<part> was made of the place; the first has no part. */
static int64_t part_of(const char *id) {
    const char *dot = strchr(id, '.');
    int64_t part = 0;
    return dot && at_int_parse(&part, dot + 1) ? part : 0;
}

static at_status copy_leg(conversion *all, at_error *err) {
    at_chunk *open = &all->writer.open;
    const bool given = at_db_int(all->leg, ID_GIVEN) != 0;
    const bool other = !at_db_is_null(all->leg, OTHER);
    uint32_t own = 0, far = 0;
    at_fact fact;
    AT_TRY(at_column_read(&fact, AT_LEG, all->leg, FIELDS, all->arena, err));
    AT_TRY(name_of(&own, all, OWN, err));
    if (other)
        AT_TRY(name_of(&far, all, OTHER, err));
    const struct {
        at_chunk_column column;
        int64_t value;
    } values[] = {{AT_CHUNK_NUMBER, at_record_number(at_db_int(all->leg, RECORD))},
                  {AT_CHUNK_OFFSET, at_db_int(all->leg, OFFSET)},
                  {AT_CHUNK_BYTES, at_db_int(all->leg, BYTES)},
                  {AT_CHUNK_LINE, at_db_int(all->leg, LINE)},
                  {AT_CHUNK_FROM, own},
                  {AT_CHUNK_TO, far},
                  {AT_CHUNK_PART, given ? 0 : part_of(fact.leg.id)}};
    for (size_t i = 0; i < AT_COUNT(values); i++)
        AT_TRY(at_chunk_set(open, values[i].column, values[i].value, err));
    if (!given)
        fact.leg.id = NULL;
    AT_TRY(at_chunk_set_leg(open, &fact.leg, other, err));
    AT_TRY(at_db_bind_int(all->number, 1, at_db_int(all->leg, FACT), err));
    AT_TRY(at_db_bind_int(all->number, 2, AT_RECORD_ID(all->source, (uint64_t)++all->count), err));
    AT_TRY(at_db_once(all->number, err));
    AT_TRY(next_row(&all->writer, err));
    return at_db_step(&all->more, all->leg, err);
}

/* Transfers of the source in the same order of records, and the legs between them. */
static at_status copy_chunks(conversion *all, at_error *err) {
    AT_CLEANUP(at_chunks_close) at_chunks chunks = {.db = NULL};
    AT_TRY(at_chunks_open(&chunks, all->db, AT_CHUNKS_SOURCE, all->source, AT_CHUNK_ALL, all->arena,
                          err));
    for (size_t i = 0; i < chunks.count; i++) {
        AT_TRY(at_chunks_load(&chunks, i, err));
        for (size_t row = 0; row < chunks.loaded.count; row++) {
            const int64_t number = at_chunk_int(&chunks.loaded, AT_CHUNK_NUMBER, row);
            while (all->more && at_record_number(at_db_int(all->leg, RECORD)) < number)
                AT_TRY(copy_leg(all, err));
            AT_TRY(at_chunk_copy_row(&all->writer.open, &chunks.loaded, row, err));
            AT_TRY(next_row(&all->writer, err));
        }
    }
    return AT_OK;
}

static at_status run_with(sqlite3 *db, const char *sql, int64_t first, int64_t second,
                          at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    AT_TRY(at_db_prepare(&statement, db, sql, err));
    AT_TRY(at_db_bind_int(statement, 1, first, err));
    AT_TRY(at_db_bind_int(statement, 2, second, err));
    return at_db_once(statement, err);
}

static at_status convert_source(sqlite3 *db, int64_t source, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = SIZE_MAX};
    AT_CLEANUP(end_source) conversion all = {.db = db, .arena = &arena, .source = source};
    int64_t last = 0;
    AT_TRY(at_db_number(&last, db, 0, NULL, 0, "SELECT max(chunk) FROM main.chunk", err));
    AT_TRY(at_chunk_writer_begin(&all.writer, db, source, err));
    AT_TRY(at_chunks_names(db, AT_CHUNKS_SOURCE, source, learn_names, &all, err));
    AT_TRY(prepare_legs(&all, err));
    AT_TRY(at_db_prepare(&all.number, db, "INSERT INTO temp.leg_number (fact, leg) VALUES (?, ?)",
                         err));
    AT_TRY(at_db_step(&all.more, all.leg, err));
    AT_TRY(copy_chunks(&all, err));
    while (all.more)
        AT_TRY(copy_leg(&all, err));
    AT_TRY(at_chunk_writer_flush(&all.writer, err));
    return run_with(db, "DELETE FROM main.chunk WHERE source = ?1 AND chunk <= ?2", source, last,
                    err);
}

/* Each change of pairs and doubts at its revision, as pairs.h keeps them. */
static at_status convert_pairs(sqlite3 *db, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = SIZE_MAX};
    AT_CLEANUP(at_pair_writer_end) at_pair_writer writer = {.insert = NULL};
    AT_CLEANUP(at_db_done) sqlite3_stmt *changes = NULL;
    bool row = false;
    AT_TRY(at_pair_writer_begin(&writer, db, &arena, err));
    AT_TRY(at_db_prepare(&changes, db,
                         "SELECT e.revision, 1, d.leg, 0 FROM main.pairing p"
                         " JOIN main.pairing_end e ON e.pairing = p.number"
                         " JOIN temp.leg_number d ON d.fact = p.debit_leg"
                         " UNION ALL SELECT e.revision, 2, l.leg, 0 FROM main.ambiguity a"
                         " JOIN main.ambiguity_end e ON e.ambiguity = a.number"
                         " JOIN temp.leg_number l ON l.fact = a.leg"
                         " UNION ALL SELECT p.revision, 3, d.leg, c.leg FROM main.pairing p"
                         " JOIN temp.leg_number d ON d.fact = p.debit_leg"
                         " JOIN temp.leg_number c ON c.fact = p.credit_leg"
                         " UNION ALL SELECT a.revision, 4, l.leg, 0 FROM main.ambiguity a"
                         " JOIN temp.leg_number l ON l.fact = a.leg ORDER BY 1, 2, 3",
                         err));
    for (;;) {
        AT_TRY(at_db_step(&row, changes, err));
        if (!row)
            return at_pair_writer_flush(&writer, err);
        const at_pair_event event = {.leg = at_db_int(changes, 2),
                                     .partner = at_db_int(changes, 3),
                                     .kind = (at_pair_kind)at_db_int(changes, 1)};
        AT_TRY(at_pair_writer_add(&writer, at_db_int(changes, 0), &event, err));
    }
}
_Static_assert(AT_PAIR_ENDS == 1 && AT_PAIR_DOUBTED == 4, "convert_pairs names the kinds");

at_status at_layout5(sqlite3 *db, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *sources = NULL;
    bool row = false;
    AT_TRY(
        at_db_run(db, "CREATE TEMP TABLE leg_number (fact INTEGER PRIMARY KEY, leg INTEGER)", err));
    AT_TRY(
        at_db_prepare(&sources, db, "SELECT DISTINCT source FROM main.leg ORDER BY source", err));
    for (;;) {
        AT_TRY(at_db_step(&row, sources, err));
        if (!row)
            break;
        AT_TRY(convert_source(db, at_db_int(sources, 0), err));
    }
    AT_TRY(convert_pairs(db, err));
    at_db_done(&sources);
    return at_db_run(
        db,
        "UPDATE main.pairing_judgement SET"
        " debit_leg = (SELECT leg FROM temp.leg_number WHERE fact = debit_leg),"
        " credit_leg = (SELECT leg FROM temp.leg_number WHERE fact = credit_leg);"
        /* a pending import was kept in the form of before: it is taken back, not gone on with */
        "UPDATE main.pending SET request = '';"
        /* totals of legs follow from the chunks now, as those of transfers do */
        "DELETE FROM main.receipt_total WHERE source IN (SELECT source FROM main.leg);"
        "DROP TABLE temp.leg_number; DROP TABLE main.leg; DROP TABLE main.pairing;"
        "DROP TABLE main.pairing_end; DROP TABLE main.ambiguity; DROP TABLE main.ambiguity_end",
        err);
}
