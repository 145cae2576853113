/* facts.c - at_facts over one snapshot: facts read once a kind, references resolved. */
#include "engine/store/chunks.h"
#include "engine/store/column.h"
#include "engine/store/snapshot.h"
#include "engine/store/views.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Facts in the order of their records: source, offset, and then as they were put. */
#define IN_RECORD_ORDER " ORDER BY f.source, r.offset, f.fact"

static at_status chunk_ref(at_ref *out, const at_identity *identity, int64_t source, int64_t local,
                           at_error *err) {
    const at_thing class = at_identity_local(identity, source, local);
    if (!class)
        return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED", "a chunk has accounts without names");
    *out = at_identity_ref(identity, class);
    return AT_OK;
}

/* A row of a chunk as its source stated it, references resolved. */
static at_status chunk_fact(at_fact *out, const at_identity *identity, const at_chunk *chunk,
                            int64_t source, size_t row, at_arena *arena, at_error *err) {
    const int64_t code_in = at_chunk_int(chunk, AT_CHUNK_CURRENCY_IN, row);
    *out = at_fact_new(AT_TRANSFER);
    out->record = AT_RECORD_ID(source, (uint64_t)at_chunk_int(chunk, AT_CHUNK_NUMBER, row));
    at_transfer *transfer = &out->transfer;
    at_chunk_transfer(transfer, chunk, row);
    AT_TRY(at_chunk_id(&transfer->id, chunk, source, row, arena, err));
    AT_TRY(at_arena_text(&transfer->reverses, arena, transfer->reverses, err));
    AT_TRY(at_arena_text(
        &transfer->currency, arena,
        at_pack_text(&chunk->codes, (size_t)at_chunk_int(chunk, AT_CHUNK_CURRENCY, row)), err));
    if (code_in)
        AT_TRY(at_arena_text(&transfer->currency_in, arena,
                             at_pack_text(&chunk->codes, (size_t)code_in - 1), err));
    AT_TRY(
        chunk_ref(&transfer->from, identity, source, at_chunk_int(chunk, AT_CHUNK_FROM, row), err));
    return chunk_ref(&transfer->to, identity, source, at_chunk_int(chunk, AT_CHUNK_TO, row), err);
}

static void resolve_ref(const at_reader *reader, at_ref *ref) {
    const at_thing class = at_identity_class(&reader->identity, ref->thing);
    if (class)
        *ref = at_identity_ref(&reader->identity, class);
    else
        ref->thing = 0;
}

static void resolve_refs(const at_reader *reader, at_fact *fact) {
    const at_fact_table *table = &at_fact_tables[fact->kind];
    for (size_t i = 0; i < table->column_count; i++)
        if (table->columns[i].form == AT_FORM_REF)
            resolve_ref(reader, at_column_field(&table->columns[i], fact));
}

/* A list that belongs to some facts of a kind, read beside them in the same order. */
typedef struct part_reader {
    sqlite3_stmt *statement;
    bool row; /* a row is at hand */
} part_reader;

static at_status next_part(part_reader *parts, at_error *err) {
    return at_db_step(&parts->row, parts->statement, err);
}

static at_status open_parts(part_reader *parts, at_reader *reader, at_kind kind, at_error *err) {
    static const char names_sql[] =
        "SELECT f.fact, n.text, n.kind, n.lang FROM main.party f"
        " JOIN main.record r ON r.id = f.record JOIN main.party_name n ON n.party = f.fact"
        " WHERE " AT_VISIBLE IN_RECORD_ORDER ", n.position";
    static const char things_sql[] =
        "SELECT f.fact, t.thing FROM main.event f"
        " JOIN main.record r ON r.id = f.record JOIN main.event_thing t ON t.event = f.fact"
        " WHERE " AT_VISIBLE IN_RECORD_ORDER ", t.position";
    if (kind != AT_PARTY && kind != AT_EVENT)
        return AT_OK;
    AT_TRY(at_db_prepare(&parts->statement, reader->db, kind == AT_PARTY ? names_sql : things_sql,
                         err));
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
        resolve_ref(reader, &things[event->thing_count++]);
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
        resolve_refs(reader, fact);
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

static at_status load_transfers(at_reader *reader, at_error *err) {
    AT_CLEANUP(at_chunks_close) at_chunks chunks = {.db = NULL};
    at_fact_index index = {.loaded = true};
    size_t capacity = 0;
    at_hidden hidden;
    AT_TRY(at_hidden_read(&hidden, reader->db, reader->arena, err));
    AT_TRY(at_chunks_open(&chunks, reader->db, AT_CHUNKS_VISIBLE, 0, AT_CHUNK_FACTS, reader->arena,
                          err));
    for (size_t i = 0; i < chunks.count; i++) {
        const int64_t source = chunks.entries[i].source;
        AT_TRY(at_chunks_load(&chunks, i, err));
        for (size_t row = 0; row < chunks.loaded.count; row++) {
            const at_record_id record =
                AT_RECORD_ID(source, (uint64_t)at_chunk_int(&chunks.loaded, AT_CHUNK_NUMBER, row));
            if (at_hidden_has(&hidden, record))
                continue;
            AT_TRY(AT_GROW(&index.facts, &capacity, index.count, reader->arena, err));
            AT_TRY(chunk_fact(&index.facts[index.count++], &reader->identity, &chunks.loaded,
                              source, row, reader->arena, err));
        }
    }
    reader->kinds[AT_TRANSFER] = index;
    return AT_OK;
}

static at_status load_kind(at_reader *reader, at_kind kind, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text sql = {.data = NULL};
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    AT_CLEANUP(close_parts) part_reader parts = {.statement = NULL};
    at_fact_index index = {.loaded = true};
    if (kind == AT_TRANSFER)
        return load_transfers(reader, err);
    AT_TRY(at_text_add(&sql, "SELECT f.fact, f.record, ", err));
    AT_TRY(at_column_select_sql(&sql, kind, "f", err));
    AT_TRY(at_text_print(&sql, err, " FROM main.%s f JOIN main.record r ON r.id = f.record WHERE ",
                         at_fact_tables[kind].name));
    AT_TRY(at_text_add(&sql, AT_VISIBLE IN_RECORD_ORDER, err));
    AT_TRY(at_db_prepare(&statement, reader->db, at_text_string(&sql), err));
    AT_TRY(open_parts(&parts, reader, kind, err));
    AT_TRY(read_facts(&index, reader, kind, statement, &parts, err));
    reader->kinds[kind] = index;
    return AT_OK;
}

/* Call `visit` for each class that a fact is about, once. */
typedef void visit_class(void *self, const at_fact *fact, at_thing class);

static void visit_classes(const at_fact *fact, visit_class *visit, void *self) {
    enum { SEEN_MAX = 8 };
    at_thing seen[SEEN_MAX];
    size_t seen_count = 0;
    const at_fact_table *table = &at_fact_tables[fact->kind];
    for (size_t i = 0; i < table->column_count; i++) {
        const at_ref *ref = at_column_field(&table->columns[i], fact);
        bool known = table->columns[i].form != AT_FORM_REF || ref->thing == 0;
        for (size_t k = 0; !known && k < seen_count; k++)
            known = seen[k] == ref->thing;
        if (known)
            continue;
        seen[seen_count++] = ref->thing; /* no kind has more references than SEEN_MAX */
        visit(self, fact, ref->thing);
    }
    for (size_t i = 0; fact->kind == AT_EVENT && i < fact->event.thing_count; i++) {
        const at_thing class = fact->event.things[i].thing;
        bool known = class == 0 || class == fact->event.self.thing;
        for (size_t k = 0; !known && k < i; k++)
            known = fact->event.things[k].thing == class;
        if (!known)
            visit(self, fact, class);
    }
}

typedef struct about_builder {
    size_t *next;
    const at_fact **about;
} about_builder;

static void count_class(void *self, const at_fact *fact, at_thing class) {
    size_t *start = self;
    (void)fact;
    start[class + 1]++;
}

static void place_class(void *self, const at_fact *fact, at_thing class) {
    about_builder *builder = self;
    builder->about[builder->next[class]++] = fact;
}

static at_status index_kind(at_reader *reader, at_fact_index *index, at_error *err) {
    const size_t limit = reader->identity.class_count + 2;
    about_builder builder;
    AT_TRY(AT_NEW(&index->start, reader->arena, limit, err));
    for (size_t i = 0; i < index->count; i++)
        visit_classes(&index->facts[i], count_class, index->start);
    for (size_t c = 1; c < limit; c++)
        index->start[c] += index->start[c - 1];
    AT_TRY(AT_NEW(&builder.next, reader->arena, limit, err));
    AT_TRY(AT_NEW(&builder.about, reader->arena, index->start[limit - 1], err));
    memcpy(builder.next, index->start, limit * sizeof *builder.next);
    for (size_t i = 0; i < index->count; i++)
        visit_classes(&index->facts[i], place_class, &builder);
    index->about = builder.about;
    index->indexed = true;
    return AT_OK;
}

static at_status list(void *self, at_fact_list *out, at_kind kind, at_thing about, at_error *err) {
    at_reader *reader = self;
    if (kind <= AT_KIND_NONE || kind >= AT_KIND_COUNT || about >= reader->facts.thing_limit)
        return at_fail(err, AT_BUG, "E-BUG", "facts of kind %d about %" PRIu32, (int)kind, about);
    at_fact_index *index = &reader->kinds[kind];
    if (!index->loaded)
        AT_TRY(load_kind(reader, kind, err));
    if (!about) {
        *out = (at_fact_list){index->facts, index->count};
        return AT_OK;
    }
    if (!index->indexed)
        AT_TRY(index_kind(reader, index, err));
    const size_t first = index->start[about], count = index->start[about + 1] - first;
    at_fact *facts = NULL;
    AT_TRY(AT_NEW(&facts, reader->arena, count, err));
    for (size_t i = 0; i < count; i++)
        facts[i] = *index->about[first + i];
    *out = (at_fact_list){facts, count};
    return AT_OK;
}

static at_status things(void *self, const at_thing **out, size_t *count_out, at_kind kind,
                        at_error *err) {
    at_reader *reader = self;
    at_thing_list *list = &reader->things[kind];
    if (!list->things)
        AT_TRY(at_identity_list(&list->things, &list->count, &reader->identity, kind, err));
    *out = list->things;
    *count_out = list->count;
    return AT_OK;
}

static at_status resolve(void *self, at_thing *out, unsigned kinds, const char *text,
                         at_error *err) {
    at_reader *reader = self;
    return at_identity_resolve(out, &reader->identity, kinds, text, err);
}

/* The first of each class counts; rows of a better source of titles come first. */
static at_status load_titles(at_reader *reader, at_error *err) {
    static const char *const queries[] = {
        "SELECT f.thing, n.text FROM main.party f JOIN main.record r ON r.id = f.record"
        " JOIN main.party_name n ON n.party = f.fact WHERE " AT_VISIBLE
        " ORDER BY n.kind <> 'primary', f.source, r.offset, f.fact, n.position",
        "SELECT f.thing, f.description FROM main.asset f JOIN main.record r ON r.id = f.record"
        " WHERE f.description IS NOT NULL AND " AT_VISIBLE IN_RECORD_ORDER,
        "SELECT f.thing, f.institution FROM main.account f JOIN main.record r ON r.id = f.record"
        " WHERE f.institution IS NOT NULL AND " AT_VISIBLE IN_RECORD_ORDER,
    };
    const char **titles = NULL;
    AT_TRY(AT_NEW(&titles, reader->arena, reader->identity.class_count + 1, err));
    for (size_t i = 0; i < AT_COUNT(queries); i++) {
        AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
        bool row = false;
        AT_TRY(at_db_prepare(&statement, reader->db, queries[i], err));
        for (;;) {
            AT_TRY(at_db_step(&row, statement, err));
            if (!row)
                break;
            const at_thing class =
                at_identity_class(&reader->identity, (at_thing)at_db_int(statement, 0));
            if (class && !titles[class])
                AT_TRY(at_db_text(&titles[class], statement, 1, reader->arena, err));
        }
    }
    reader->titles = titles;
    return AT_OK;
}

static at_status check_thing(const at_reader *reader, at_thing thing, at_error *err) {
    if (thing && thing < reader->facts.thing_limit)
        return AT_OK;
    return at_fail(err, AT_BUG, "E-BUG", "%" PRIu32 " is no thing of this question", thing);
}

static at_status view(void *self, at_thing_view *out, at_thing thing, at_error *err) {
    at_reader *reader = self;
    const char *shown = NULL;
    AT_TRY(check_thing(reader, thing, err));
    AT_TRY(at_identity_shown(&shown, &reader->identity, thing, err));
    if (!reader->titles)
        AT_TRY(load_titles(reader, err));
    const at_ref ref = at_identity_ref(&reader->identity, thing);
    *out = (at_thing_view){.kind = ref.kind,
                           .id = ref.id,
                           .name_space = ref.name_space,
                           .shown = shown,
                           .title = reader->titles[thing],
                           .declared = at_identity_declared(&reader->identity, thing)};
    return AT_OK;
}

/* Numbers of things depend on what was imported first; names do not. */
static int compare_aliases(const void *first, const void *second) {
    const at_ref *a = first, *b = second;
    int order = strcmp(a->name_space, b->name_space);
    order = order ? order : strcmp(a->id, b->id);
    return order ? order : (a->kind > b->kind) - (a->kind < b->kind);
}

static at_status aliases(void *self, const at_ref **out, size_t *count_out, at_thing thing,
                         at_error *err) {
    at_reader *reader = self;
    const at_identity *identity = &reader->identity;
    at_ref *refs = NULL;
    AT_TRY(check_thing(reader, thing, err));
    const uint32_t first = identity->member_start[thing];
    const size_t count = identity->member_start[thing + 1] - first;
    AT_TRY(AT_NEW(&refs, reader->arena, count, err));
    for (size_t i = 0; i < count; i++) {
        const at_identity_thing *member = &identity->things[identity->members[first + i]];
        refs[i] = (at_ref){.id = member->id,
                           .name_space = identity->name_spaces[member->name_space],
                           .kind = (at_kind)member->kind,
                           .thing = thing};
    }
    qsort(refs, count, sizeof *refs, compare_aliases);
    *out = refs;
    *count_out = count;
    return AT_OK;
}

static at_status address(void *self, at_address *out, at_record_id record, at_error *err) {
    return at_reader_address(self, out, record, err);
}

static at_status partial_sources(void *self, const char *const **out, size_t *count_out,
                                 at_error *err) {
    at_reader *reader = self;
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    const char **names = NULL;
    size_t count = 0, capacity = 0;
    bool row = false;
    AT_TRY(at_db_prepare(&statement, reader->db,
                         "SELECT name FROM main.source WHERE state = 'partial'"
                         " AND number IN (SELECT source FROM temp.visible) ORDER BY number",
                         err));
    for (;;) {
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            break;
        AT_TRY(AT_GROW(&names, &capacity, count, reader->arena, err));
        AT_TRY(at_db_text(&names[count++], statement, 0, reader->arena, err));
    }
    *out = names;
    *count_out = count;
    return AT_OK;
}

void at_reader_make_facts(at_reader *reader) {
    reader->facts = (at_facts){.self = reader,
                               .revision = reader->revision,
                               .thing_limit = (at_thing)reader->identity.class_count + 1,
                               .list = list,
                               .things = things,
                               .resolve = resolve,
                               .view = view,
                               .aliases = aliases,
                               .address = address,
                               .partial_sources = partial_sources};
}
