#include "engine/store/put.h"

#include "engine/store/column.h"
#include "engine/store/receipt.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* One record on its way in: our own copy of its facts, and what became known about them. */
typedef struct loading {
    at_fact *facts;
    bool *id_given;
    at_put_row *rows; /* of transfers and legs, by fact */
    size_t count;
    struct {
        at_intern_thing *thing;
        unsigned declared;
    } * mentions;
    size_t mention_count, mention_capacity;
    bool extra; /* statements about a record that was put before */
    const at_put_ahead *told;
    struct { /* where the first three are when there is one fact, as mostly */
        at_fact fact;
        bool id_given;
        at_put_row row;
    } one;
} loading;

static at_status bind_origin(sqlite3_stmt *statement, int first, const at_origin *origin,
                             at_error *err) {
    AT_TRY(at_db_bind_int(statement, first, (int64_t)origin->offset, err));
    AT_TRY(at_db_bind_int(statement, first + 1, (int64_t)origin->bytes, err));
    AT_TRY(at_db_bind_int(statement, first + 2, (int64_t)origin->line, err));
    return at_db_bind_text(statement, first + 3, origin->element, err);
}

/* A message may quote bytes that are no text: they are shown as U+FFFD. */
static at_status make_text(const char **out, at_arena *arena, const char *text, at_error *err) {
    const size_t bytes = strlen(text);
    size_t bad = 0;
    if (at_utf8_valid(text, bytes, &bad))
        return at_arena_copy(out, arena, text, bytes, err);
    AT_CLEANUP(at_text_clear) at_text clean = {.data = NULL};
    for (size_t at = 0; at < bytes;) {
        bad = 0;
        const bool valid = at_utf8_valid(text + at, bytes - at, &bad);
        const size_t good = valid ? bytes - at : bad;
        AT_TRY(at_text_add_bytes(&clean, text + at, good, err));
        at += good;
        if (!valid) {
            AT_TRY(at_text_add(&clean, "\xEF\xBF\xBD", err));
            at++;
        }
    }
    return at_arena_copy(out, arena, at_text_string(&clean), clean.bytes, err);
}

static at_status write_line(at_import *import, at_receipt_kind kind, const at_origin *origin,
                            const at_error *what, at_record_id first, at_error *err) {
    static const at_origin nowhere = {.offset = 0};
    const char *message = NULL, *hint = NULL;
    sqlite3_stmt *line = import->insert_line;
    const uint64_t number = kind == AT_RECEIPT_REJECT ? import->rejected : import->warnings;
    AT_TRY(make_text(&message, &import->scratch, what->message, err));
    if (*what->hint)
        AT_TRY(make_text(&hint, &import->scratch, what->hint, err));
    AT_TRY(at_db_bind_int(line, 1, import->source, err));
    AT_TRY(at_db_bind_int(line, 2, kind, err));
    AT_TRY(at_db_bind_int(line, 3, (int64_t)number, err));
    AT_TRY(bind_origin(line, 4, origin ? origin : &nowhere, err));
    AT_TRY(at_db_bind_text(line, 8, *what->code ? what->code : "E-BUG", err));
    AT_TRY(at_db_bind_text(line, 9, message, err));
    AT_TRY(at_db_bind_text(line, 10, hint, err));
    AT_TRY(first ? at_db_bind_int(line, 11, first, err) : at_db_bind_null(line, 11, err));
    AT_TRY(at_db_once(line, err));
    if (kind == AT_RECEIPT_REJECT)
        import->rejected++;
    else
        import->warnings++;
    return AT_OK;
}

static at_status check_origin(const at_import *import, const at_origin *origin, at_error *err) {
    if (origin->offset <= import->archived.content_bytes &&
        origin->bytes <= import->archived.content_bytes - origin->offset)
        return AT_OK;
    return at_fail(err, AT_BUG, "E-BUG",
                   "importer %s gave a record at %" PRIu64 "+%" PRIu64 " of %" PRIu64 " bytes",
                   import->info.importer, origin->offset, origin->bytes,
                   import->archived.content_bytes);
}

static at_status add_mention(loading *record, at_import *import, at_ref *ref, unsigned declared,
                             at_error *err) {
    at_intern_thing *thing = NULL;
    AT_TRY(at_intern_ref(&thing, &import->intern, ref, import->name_space, err));
    ref->thing = thing->number;
    AT_TRY(AT_GROW(&record->mentions, &record->mention_capacity, record->mention_count,
                   &import->scratch, err));
    record->mentions[record->mention_count].thing = thing;
    record->mentions[record->mention_count++].declared = declared;
    return AT_OK;
}

static bool is_money(const at_fact *fact) {
    return fact->kind == AT_TRANSFER || fact->kind == AT_LEG;
}

/* What a chunk cannot tell from nothing is nothing. */
static void drop_empty(at_leg *leg) {
    const char **texts[] = {&leg->reverses, &leg->reference, &leg->counterparty_name,
                            &leg->counterparty_institution, &leg->counterparty_country};
    for (size_t i = 0; i < AT_COUNT(texts); i++)
        if (*texts[i] && !**texts[i])
            *texts[i] = NULL;
}

/* Accounts of transfers and legs have names in their chunks, and no rows. */
static at_status name_sides(loading *record, at_import *import, at_fact *fact, at_error *err) {
    at_repeat_row *row = &record->rows[fact - record->facts].row;
    if (fact->kind == AT_TRANSFER) {
        row->transfer = &fact->transfer;
        if (!record->told)
            return at_put_sides(&row->from, &row->to, import, &fact->transfer, err);
        row->from = record->told->from;
        row->to = record->told->to;
        return AT_OK;
    }
    drop_empty(&fact->leg);
    row->leg = &fact->leg;
    return at_put_leg_sides(&row->from, &row->to, import, &fact->leg, err);
}

static at_status intern_fact(loading *record, at_import *import, at_fact *fact, at_error *err) {
    const at_fact_table *table = &at_fact_tables[fact->kind];
    if (is_money(fact))
        return name_sides(record, import, fact, err);
    for (size_t i = 0; i < table->column_count; i++) {
        const at_fact_column *column = &table->columns[i];
        at_ref *ref = at_column_field(column, fact);
        unsigned declared = 0;
        if (column->form != AT_FORM_REF)
            continue;
        ref->thing = 0;
        if (!ref->id || !*ref->id)
            continue;
        if (column->flags & AT_SELF)
            declared = AT_DECLARED;
        if (fact->kind == AT_ACCOUNT && declared && fact->account.kind != AT_ACCOUNT_ASSET)
            declared |= AT_DECLARED_ACCOUNT;
        AT_TRY(add_mention(record, import, ref, declared, err));
    }
    if (fact->kind == AT_EVENT && fact->event.thing_count) {
        at_ref *things = NULL;
        AT_TRY(AT_NEW(&things, &import->scratch, fact->event.thing_count, err));
        memcpy(things, fact->event.things, fact->event.thing_count * sizeof *things);
        for (size_t i = 0; i < fact->event.thing_count; i++)
            AT_TRY(add_mention(record, import, &things[i], 0, err));
        fact->event.things = things;
    }
    return AT_OK;
}

/* Transfers and legs that the source gives no id: who reads a chunk knows it from their place. */
static void count_nameless(loading *record) {
    unsigned nameless = 0;
    for (size_t i = 0; i < record->count; i++) {
        const at_fact *fact = &record->facts[i];
        if (!is_money(fact))
            continue;
        record->id_given[i] = (fact->kind == AT_LEG ? fact->leg.id : fact->transfer.id) != NULL;
        if (!record->id_given[i])
            record->rows[i].part = ++nameless;
    }
}

static at_status copy_facts(loading *record, at_import *import, const at_fact *facts, size_t count,
                            at_error *err) {
    record->count = count;
    record->mentions = NULL;
    record->mention_count = record->mention_capacity = 0;
    record->told = at_put_told(import, facts);
    record->extra = count > 0;
    for (size_t i = 0; i < count; i++)
        record->extra = record->extra && facts[i].kind == AT_STATEMENT;
    if (count == 1) {
        record->one.fact = facts[0];
        record->one.id_given = false;
        record->one.row = (at_put_row){.part = 0};
        record->facts = &record->one.fact;
        record->id_given = &record->one.id_given;
        record->rows = &record->one.row;
        return AT_OK;
    }
    AT_TRY(AT_NEW(&record->facts, &import->scratch, count, err));
    AT_TRY(AT_NEW(&record->id_given, &import->scratch, count, err));
    AT_TRY(AT_NEW(&record->rows, &import->scratch, count, err));
    if (count)
        memcpy(record->facts, facts, count * sizeof *facts);
    return AT_OK;
}

/* What only chunks say of a record, and what needs a row: a repetition, an element, other facts. */
static bool needs_row(const at_origin *origin, const loading *record, const at_finding *finding) {
    bool money = record->count > 0;
    for (size_t i = 0; i < record->count; i++)
        money = money && is_money(&record->facts[i]);
    return !money || finding->verdict == AT_VERDICT_DUPLICATE || origin->element;
}

static at_status insert_record(at_record_id id, at_import *import, const at_origin *origin,
                               const at_finding *finding, at_error *err) {
    sqlite3_stmt *statement = import->insert_record;
    AT_TRY(at_db_bind_int(statement, 1, import->source, err));
    AT_TRY(at_db_bind_int(statement, 2, (int64_t)import->rows, err));
    AT_TRY(bind_origin(statement, 3, origin, err));
    AT_TRY(finding->verdict == AT_VERDICT_DUPLICATE
               ? at_db_bind_int(statement, 7, finding->first, err)
               : at_db_bind_null(statement, 7, err));
    AT_TRY(finding->has_content
               ? at_db_bind_bytes(statement, 8, finding->content, sizeof finding->content, err)
               : at_db_bind_null(statement, 8, err));
    AT_TRY(at_db_bind_int(statement, 9, id, err));
    return at_db_once(statement, err);
}

static at_status insert_parts(at_import *import, const at_fact *fact, int64_t number,
                              at_error *err) {
    sqlite3_stmt *name = import->insert_name, *thing = import->insert_event_thing;
    for (size_t i = 0; fact->kind == AT_PARTY && i < fact->party.name_count; i++) {
        AT_TRY(at_db_bind_int(name, 1, number, err));
        AT_TRY(at_db_bind_int(name, 2, (int64_t)i, err));
        AT_TRY(at_db_bind_text(name, 3, fact->party.names[i].text, err));
        AT_TRY(at_db_bind_text(name, 4, at_name_kinds[fact->party.names[i].kind], err));
        AT_TRY(at_db_bind_text(name, 5, fact->party.names[i].lang, err));
        AT_TRY(at_db_once(name, err));
    }
    for (size_t i = 0; fact->kind == AT_EVENT && i < fact->event.thing_count; i++) {
        AT_TRY(at_db_bind_int(thing, 1, number, err));
        AT_TRY(at_db_bind_int(thing, 2, (int64_t)i, err));
        AT_TRY(at_db_bind_int(thing, 3, fact->event.things[i].thing, err));
        AT_TRY(at_db_once(thing, err));
    }
    return AT_OK;
}

static at_status prepare_insert(at_import *import, at_kind kind, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text sql = {.data = NULL};
    if (import->insert[kind])
        return AT_OK;
    AT_TRY(at_column_insert_sql(&sql, kind, err));
    return at_db_prepare(&import->insert[kind], import->store->db, at_text_string(&sql), err);
}

static at_status insert_fact(at_import *import, const at_fact *fact, at_record_id record,
                             at_error *err) {
    AT_TRY(prepare_insert(import, fact->kind, err));
    sqlite3_stmt *statement = import->insert[fact->kind];
    AT_TRY(at_db_bind_int(statement, 1, import->source, err));
    AT_TRY(at_db_bind_int(statement, 2, record, err));
    AT_TRY(at_column_bind(statement, 3, fact, err));
    AT_TRY(at_db_once(statement, err));
    return insert_parts(import, fact, sqlite3_last_insert_rowid(import->store->db), err);
}

/* A duplicate's facts are kept too: they count again when the record they repeat is withdrawn. */
static at_status store_record(at_import *import, const at_origin *origin, const loading *record,
                              const at_finding *finding, at_error *err) {
    const at_record_id number = AT_RECORD_ID(
        import->source, record->extra ? AT_RECORD_EXTRA + ++import->extra_lines : import->rows);
    if (needs_row(origin, record, finding))
        AT_TRY(insert_record(number, import, origin, finding, err));
    for (size_t i = 0; i < record->count; i++) {
        record->rows[i].counts = finding->verdict == AT_VERDICT_NEW;
        if (is_money(&record->facts[i]))
            AT_TRY(at_put_money(import, origin, &record->rows[i], err));
        else
            AT_TRY(insert_fact(import, &record->facts[i], number, err));
        if (finding->verdict == AT_VERDICT_NEW)
            import->facts[record->facts[i].kind]++;
    }
    for (size_t i = 0; i < record->mention_count; i++) {
        record->mentions[i].thing->mentioned = true;
        record->mentions[i].thing->changed = true;
        record->mentions[i].thing->declared |= record->mentions[i].declared;
    }
    if (record->extra)
        return AT_OK;
    if (finding->verdict == AT_VERDICT_NEW)
        import->loaded++;
    else
        import->duplicate_rows++;
    return AT_OK;
}

/* A refused record goes into the receipt; a refused addition to a record that counts already is
 * said. */
static at_status refuse(at_import *import, const at_origin *origin, const loading *record,
                        const at_error *reason, at_record_id first, at_error *err) {
    return write_line(import, record->extra ? AT_RECEIPT_WARNING : AT_RECEIPT_REJECT, origin,
                      reason, first, err);
}

/* Every record that the receipt counts is a leaf of the source's tree. */
static at_status count_row(at_import *import, const at_origin *origin, at_error *err) {
    if (origin->offset < import->pieces.resumed)
        return at_fail(err, AT_BUG, "E-BUG", "importer %s gave a record again that is stored",
                       import->info.importer);
    import->rows++;
    return at_leaves_add(&import->leaves, origin, err);
}

static at_status put(void *self, const at_origin *origin, const at_fact *facts, size_t fact_count,
                     at_error *err) {
    at_import *import = self;
    loading record;
    at_finding finding = {.verdict = AT_VERDICT_NEW};
    at_error *reason = &import->reason;

    reason->status = AT_OK;
    assert(origin && (facts || !fact_count));
    at_arena_reset(&import->scratch);
    AT_TRY(check_origin(import, origin, err));
    AT_TRY(copy_facts(&record, import, facts, fact_count, err));
    if (!record.extra)
        AT_TRY(count_row(import, origin, err));
    for (size_t i = 0; i < fact_count; i++) {
        const at_status status = at_validate(&facts[i], &import->known, reason);
        if (status == AT_BAD_INPUT || status == AT_LIMIT)
            return refuse(import, origin, &record, reason, 0, err);
        AT_TRY(status);
    }
    for (size_t i = 0; i < fact_count; i++)
        AT_TRY(intern_fact(&record, import, &record.facts[i], err));
    count_nameless(&record);
    const at_candidate candidate = {record.facts, record.id_given, record.rows, record.count};
    if (!record.extra)
        AT_TRY(at_duplicates_find(&finding, reason, &import->duplicates, &candidate,
                                  &import->scratch, err));
    if (finding.verdict == AT_VERDICT_REFUSED)
        return refuse(import, origin, &record, reason, finding.first, err);
    return store_record(import, origin, &record, &finding, err);
}

static at_status reject(void *self, const at_origin *origin, const at_error *reason,
                        at_error *err) {
    at_import *import = self;
    assert(origin && reason);
    at_arena_reset(&import->scratch);
    AT_TRY(check_origin(import, origin, err));
    AT_TRY(count_row(import, origin, err));
    return write_line(import, AT_RECEIPT_REJECT, origin, reason, 0, err);
}

static at_status warn(void *self, const at_origin *origin, const at_error *what, at_error *err) {
    at_import *import = self;
    assert(what);
    at_arena_reset(&import->scratch);
    return write_line(import, AT_RECEIPT_WARNING, origin, what, 0, err);
}

at_status at_put_begin(at_import *import, const uint8_t *secret, at_error *err) {
    sqlite3 *db = import->store->db;
    const struct {
        sqlite3_stmt **out;
        const char *sql;
    } statements[] = {
        {&import->insert_record,
         "INSERT INTO main.record (source, number, offset, bytes, line, element, duplicate_of,"
         " content, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"},
        {&import->insert_name, "INSERT INTO main.party_name (party, position, text, kind, lang)"
                               " VALUES (?, ?, ?, ?, ?)"},
        {&import->insert_event_thing, "INSERT INTO main.event_thing (event, position, thing)"
                                      " VALUES (?, ?, ?)"},
        {&import->insert_line,
         "INSERT INTO main.receipt_line (source, kind, number, offset, bytes, line, element, code,"
         " message, hint, first) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
    };
    for (size_t i = 0; i < AT_COUNT(statements); i++)
        AT_TRY(at_db_prepare(statements[i].out, db, statements[i].sql, err));
    import->known =
        (at_known){.tokens = import->info.tokens, .token_count = import->info.token_count};
    AT_TRY(at_chunk_writer_begin(&import->chunks, db, import->source, err));
    AT_TRY(at_duplicates_begin(&import->duplicates, import, err));
    AT_TRY(at_leaves_begin(&import->leaves, db, import->source, import->archived.path,
                           import->info.name, secret, err));
    import->sink =
        (at_sink){.self = import, .put = put, .reject = reject, .warn = warn, .ahead = at_put_tell};
    if (import->pieces.piece_bytes) {
        import->sink.due = at_pieces_due;
        import->sink.keep = at_pieces_keep;
    }
    return AT_OK;
}

static at_status write_fact_counts(at_import *import, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    AT_TRY(at_db_prepare(
        &statement, import->store->db,
        "INSERT INTO main.receipt_fact (source, kind, fact_count) VALUES (?, ?, ?)", err));
    for (int kind = AT_PARTY; kind < AT_KIND_COUNT; kind++) {
        if (!import->facts[kind])
            continue;
        AT_TRY(at_db_bind_int(statement, 1, import->source, err));
        AT_TRY(at_db_bind_int(statement, 2, kind, err));
        AT_TRY(at_db_bind_int(statement, 3, (int64_t)import->facts[kind], err));
        AT_TRY(at_db_once(statement, err));
    }
    return AT_OK;
}

static at_status write_tree(at_import *import, at_error *err) {
    at_tree_hash root;
    uint64_t count = 0;
    AT_TRY(at_leaves_finish(&root, &count, &import->leaves, err));
    assert(count == import->rows);
    at_tree_text(import->tree, &root, count);
    return AT_OK;
}

at_status at_put_finish(at_import *import, at_error *err) {
    AT_TRY(at_chunk_writer_flush(&import->chunks, err));
    AT_TRY(at_intern_write(&import->intern, import->source, err));
    AT_TRY(write_fact_counts(import, err));
    AT_TRY(write_tree(import, err));
    at_put_end(import);
    return AT_OK;
}

void at_put_end(at_import *import) {
    for (int kind = 0; kind < AT_KIND_COUNT; kind++)
        at_db_done(&import->insert[kind]);
    at_db_done(&import->insert_record);
    at_db_done(&import->insert_name);
    at_db_done(&import->insert_event_thing);
    at_db_done(&import->insert_line);
    at_duplicates_end(&import->duplicates);
    at_repeats_end(&import->repeats);
    at_chunk_writer_end(&import->chunks);
    at_intern_end(&import->intern);
    at_leaves_end(&import->leaves);
}
