#include "engine/store/facts_read.h"

#include "engine/store/chunks.h"
#include "engine/store/column.h"
#include "engine/store/views.h"

#include <inttypes.h>
#include <string.h>

/* What is asked for, as SQL: a table of the thing's numbers before the query, and conditions. */
typedef struct conditions {
    at_text with, where;
} conditions;

static at_status resolve_ref(at_reader *reader, at_ref *ref, at_error *err) {
    at_thing class = 0;
    AT_TRY(at_identity_need_number(&class, &reader->identity, ref->thing, err));
    if (class)
        *ref = at_identity_ref(&reader->identity, class);
    else
        ref->thing = 0;
    return AT_OK;
}

static at_status resolve_refs(at_reader *reader, at_fact *fact, at_error *err) {
    const at_fact_table *table = &at_fact_tables[fact->kind];
    for (size_t i = 0; i < table->column_count; i++)
        if (table->columns[i].form == AT_FORM_REF)
            AT_TRY(resolve_ref(reader, at_column_field(&table->columns[i], fact), err));
    return AT_OK;
}

/* A list that belongs to some facts of a kind, read beside them in the same order. */
typedef struct part_reader {
    sqlite3_stmt *statement;
    bool row; /* a row is at hand */
} part_reader;

static at_status next_part(part_reader *parts, at_error *err) {
    return at_db_step(&parts->row, parts->statement, err);
}

static at_status open_parts(part_reader *parts, at_reader *reader, at_kind kind,
                            const conditions *which, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text sql = {.data = NULL};
    if (kind != AT_PARTY && kind != AT_EVENT)
        return AT_OK;
    AT_TRY(at_text_print(&sql, err, "%sSELECT f.fact, %s", at_text_string(&which->with),
                         kind == AT_PARTY ? "p.text, p.kind, p.lang FROM main.party f"
                                            " JOIN main.party_name p ON p.party = f.fact"
                                          : "p.thing FROM main.event f"
                                            " JOIN main.event_thing p ON p.event = f.fact"));
    AT_TRY(at_text_print(&sql, err,
                         " JOIN main.record r ON r.id = f.record WHERE " AT_VISIBLE
                         "%s" AT_IN_RECORD_ORDER ", p.position",
                         at_text_string(&which->where)));
    AT_TRY(at_db_prepare(&parts->statement, reader->db, at_text_string(&sql), err));
    return next_part(parts, err);
}

static at_status read_names(at_party *party, part_reader *parts, int64_t number, at_arena *arena,
                            at_error *err) {
    at_name *names = NULL;
    size_t capacity = 0;
    while (parts->row && at_db_int(parts->statement, 0) == number) {
        const char *kind = NULL;
        AT_TRY(AT_GROW(&names, &capacity, party->name_count, arena, err));
        at_name *name = &names[party->name_count];
        AT_TRY(at_db_text(&name->text, parts->statement, 1, arena, err));
        AT_TRY(at_db_text(&kind, parts->statement, 2, arena, err));
        AT_TRY(at_db_text(&name->lang, parts->statement, 3, arena, err));
        const int word = at_word_find(at_name_kinds, kind);
        name->kind = word < 0 ? AT_NAME_ALIAS : (at_name_kind)word;
        party->name_count++;
        AT_TRY(next_part(parts, err));
    }
    party->names = names;
    return AT_OK;
}

static at_status read_things(at_event *event, part_reader *parts, int64_t number, at_reader *reader,
                             at_error *err) {
    at_ref *things = NULL;
    size_t capacity = 0;
    while (parts->row && at_db_int(parts->statement, 0) == number) {
        AT_TRY(AT_GROW(&things, &capacity, event->thing_count, reader->arena, err));
        things[event->thing_count] = (at_ref){.thing = (at_thing)at_db_int(parts->statement, 1)};
        AT_TRY(resolve_ref(reader, &things[event->thing_count++], err));
        AT_TRY(next_part(parts, err));
    }
    event->things = things;
    return AT_OK;
}

static at_status read_facts(at_fact_index *index, at_reader *reader, at_kind kind,
                            sqlite3_stmt *statement, part_reader *parts, at_error *err) {
    size_t capacity = 0;
    bool row = false;
    for (;;) {
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            return AT_OK;
        AT_TRY(AT_GROW(&index->facts, &capacity, index->count, reader->arena, err));
        at_fact *fact = &index->facts[index->count];
        AT_TRY(at_column_read(fact, kind, statement, 2, reader->arena, err));
        const int64_t number = at_db_int(statement, 0);
        fact->record = at_db_int(statement, 1);
        AT_TRY(resolve_refs(reader, fact, err));
        if (kind == AT_PARTY)
            AT_TRY(read_names(&fact->party, parts, number, reader->arena, err));
        if (kind == AT_EVENT)
            AT_TRY(read_things(&fact->event, parts, number, reader, err));
        index->count++;
    }
}

static void close_parts(const part_reader *parts) {
    sqlite3_finalize(parts->statement);
}

/* Transfers or legs that count: all, those of one record, or those that name one thing. */
typedef struct chunk_reader {
    at_reader *reader;
    at_fact_index index;
    size_t capacity;
    at_kind kind;
    at_fact_filter only;
    at_hidden hidden;
} chunk_reader;

static at_status chunk_ref(at_ref *ref, at_identity *identity, int64_t source, at_error *err) {
    at_thing class = 0;
    if (!ref->thing)
        return AT_OK;
    AT_TRY(at_identity_need_local(&class, identity, source, (int64_t)ref->thing - 1, err));
    if (!class)
        return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED", "a chunk has accounts without names");
    *ref = at_identity_ref(identity, class);
    return AT_OK;
}

/* References resolved; *names_out whether one of them is the thing asked for. */
static at_status chunk_refs(bool *names_out, const chunk_reader *all, at_fact *fact, int64_t source,
                            at_error *err) {
    const at_fact_table *table = &at_fact_tables[fact->kind];
    *names_out = all->only.thing == 0;
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].form != AT_FORM_REF)
            continue;
        at_ref *ref = at_column_field(&table->columns[i], fact);
        AT_TRY(chunk_ref(ref, &all->reader->identity, source, err));
        *names_out = *names_out || ref->thing == all->only.thing;
    }
    return AT_OK;
}

/* The chunk's texts are gone with it. */
static at_status keep_texts(at_fact *fact, at_arena *arena, at_error *err) {
    const at_fact_table *table = &at_fact_tables[fact->kind];
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].form != AT_FORM_TEXT)
            continue;
        const char **text = at_column_field(&table->columns[i], fact);
        AT_TRY(at_arena_text(text, arena, *text, err));
    }
    return AT_OK;
}

static at_status read_chunk(chunk_reader *all, const at_chunk *chunk, int64_t source,
                            at_error *err) {
    const at_record_id only = all->only.record;
    at_arena *arena = all->reader->arena;
    for (size_t row = only ? at_chunk_row(chunk, at_record_number(only)) : 0; row < chunk->count;
         row++) {
        at_fact fact;
        bool named = false;
        if (at_chunk_is_leg(chunk, row) != (all->kind == AT_LEG))
            continue;
        at_chunk_fact(&fact, chunk, source, row);
        if (only && fact.record != only)
            return AT_OK;
        if (at_hidden_has(&all->hidden, fact.record))
            continue;
        AT_TRY(chunk_refs(&named, all, &fact, source, err));
        if (!named)
            continue;
        AT_TRY(keep_texts(&fact, arena, err));
        const char **id = all->kind == AT_LEG ? &fact.leg.id : &fact.transfer.id;
        AT_TRY(at_chunk_id(id, chunk, source, row, arena, err));
        AT_TRY(AT_GROW(&all->index.facts, &all->capacity, all->index.count, arena, err));
        all->index.facts[all->index.count++] = fact;
    }
    return AT_OK;
}

static at_status read_chunks(at_fact_index *out, at_reader *reader, at_kind kind,
                             const at_fact_filter *filter, at_error *err) {
    AT_CLEANUP(at_chunks_close) at_chunks chunks = {.db = NULL};
    chunk_reader all = {.reader = reader, .kind = kind, .index = {.loaded = true}};
    if (filter)
        all.only = *filter;
    AT_TRY(at_hidden_read(&all.hidden, reader->db, reader->arena, err));
    AT_TRY(at_chunks_open(&chunks, reader->db,
                          kind == AT_LEG ? AT_CHUNKS_VISIBLE AT_CHUNKS_LEGS
                                         : AT_CHUNKS_VISIBLE AT_CHUNKS_TRANSFERS,
                          0, AT_CHUNK_FACTS, reader->arena, err));
    size_t first = all.only.record ? at_chunks_find(&chunks, all.only.record) : 0;
    size_t end = chunks.count;
    if (all.only.record)
        end = first == SIZE_MAX ? first : first + 1;
    for (size_t i = first; i < end; i++) {
        AT_TRY(at_chunks_load(&chunks, i, err));
        AT_TRY(read_chunk(&all, &chunks.loaded, chunks.entries[i].source, err));
    }
    *out = all.index;
    return AT_OK;
}

static void clear_conditions(conditions *which) {
    at_text_clear(&which->with);
    at_text_clear(&which->where);
}

/* Every number that is the thing, and every column that may name it. */
static at_status name_thing(conditions *out, at_identity *identity, at_kind kind, at_thing class,
                            at_error *err) {
    const at_fact_table *table = &at_fact_tables[kind];
    AT_TRY(at_identity_need(identity, class, err));
    AT_TRY(at_text_add(&out->with, "WITH asked (thing) AS (VALUES (0)", err));
    for (uint32_t i = identity->member_start[class]; i < identity->member_start[class + 1]; i++)
        AT_TRY(at_text_print(&out->with, err, ", (%" PRIu32 ")",
                             identity->things[identity->members[i]].number));
    AT_TRY(at_text_add(&out->with, ") ", err));
    AT_TRY(at_text_add(&out->where, " AND (0", err));
    for (size_t i = 0; i < table->column_count; i++)
        if (table->columns[i].form == AT_FORM_REF)
            AT_TRY(at_text_print(&out->where, err, " OR f.%s IN asked", table->columns[i].name));
    if (kind == AT_EVENT)
        AT_TRY(at_text_add(
            &out->where, " OR f.fact IN (SELECT event FROM main.event_thing WHERE thing IN asked)",
            err));
    return at_text_add(&out->where, ")", err);
}

static at_status make_conditions(conditions *out, at_reader *reader, at_kind kind,
                                 const at_fact_filter *filter, at_error *err) {
    if (filter && filter->record)
        AT_TRY(at_text_print(&out->where, err, " AND f.record = %" PRId64, filter->record));
    if (filter && filter->thing)
        AT_TRY(name_thing(out, &reader->identity, kind, filter->thing, err));
    return AT_OK;
}

at_status at_facts_read(at_fact_index *out, at_reader *reader, at_kind kind,
                        const at_fact_filter *filter, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text sql = {.data = NULL};
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    AT_CLEANUP(close_parts) part_reader parts = {.statement = NULL};
    AT_CLEANUP(clear_conditions) conditions which = {.with = {.data = NULL}};
    at_fact_index index = {.loaded = true};
    if (kind == AT_TRANSFER || kind == AT_LEG)
        return read_chunks(out, reader, kind, filter, err);
    AT_TRY(make_conditions(&which, reader, kind, filter, err));
    AT_TRY(at_text_print(&sql, err, "%sSELECT f.fact, f.record, ", at_text_string(&which.with)));
    AT_TRY(at_column_select_sql(&sql, kind, "f", err));
    AT_TRY(at_text_print(&sql, err,
                         " FROM main.%s f JOIN main.record r ON r.id = f.record WHERE " AT_VISIBLE
                         "%s" AT_IN_RECORD_ORDER,
                         at_fact_tables[kind].name, at_text_string(&which.where)));
    AT_TRY(at_db_prepare(&statement, reader->db, at_text_string(&sql), err));
    AT_TRY(open_parts(&parts, reader, kind, &which, err));
    AT_TRY(read_facts(&index, reader, kind, statement, &parts, err));
    *out = index;
    return AT_OK;
}
