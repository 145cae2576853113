/* facts.c - at_facts over one snapshot: facts read once a kind, references resolved. */
#include "engine/store/column.h"
#include "engine/store/facts_read.h"
#include "engine/store/snapshot.h"
#include "engine/store/views.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

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
        AT_TRY(at_facts_read(index, reader, kind, NULL, err));
    if (!about || index->count == 0) {
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

static at_status about(void *self, at_fact_list *out, at_kind kind, at_thing thing, at_error *err) {
    at_reader *reader = self;
    if (thing == 0 || kind <= AT_KIND_NONE || kind >= AT_KIND_COUNT || kind == AT_TRANSFER ||
        thing >= reader->facts.thing_limit || reader->kinds[kind].loaded)
        return list(self, out, kind, thing, err);
    const at_fact_filter filter = {.thing = thing};
    at_fact_index index;
    AT_TRY(at_facts_read(&index, reader, kind, &filter, err));
    *out = (at_fact_list){index.facts, index.count};
    return AT_OK;
}

static at_status of_record(void *self, at_fact_list *out, at_record_id record, at_error *err) {
    at_reader *reader = self;
    const at_fact_filter filter = {.record = record};
    at_fact *facts = NULL;
    size_t count = 0, capacity = 0;
    for (at_kind kind = AT_PARTY; kind < AT_KIND_COUNT; kind++) {
        at_fact_index index;
        AT_TRY(at_facts_read(&index, reader, kind, &filter, err));
        for (size_t i = 0; i < index.count; i++) {
            AT_TRY(AT_GROW(&facts, &capacity, count, reader->arena, err));
            facts[count++] = index.facts[i];
        }
    }
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

static at_status search(void *self, const at_thing **out, size_t *count_out, const char *key,
                        at_error *err) {
    at_reader *reader = self;
    return at_identity_search(out, count_out, &reader->identity, key, err);
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
        " WHERE f.description IS NOT NULL AND " AT_VISIBLE AT_IN_RECORD_ORDER,
        "SELECT f.thing, f.institution FROM main.account f JOIN main.record r ON r.id = f.record"
        " WHERE f.institution IS NOT NULL AND " AT_VISIBLE AT_IN_RECORD_ORDER,
    };
    const char **titles = NULL;
    if (reader->identity.pages)
        titles = reader->identity.titles;
    else
        AT_TRY(AT_NEW(&titles, reader->arena, reader->identity.class_count + 1, err));
    for (size_t i = 0; i < AT_COUNT(queries); i++) {
        AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
        bool row = false;
        AT_TRY(at_db_prepare(&statement, reader->db, queries[i], err));
        for (;;) {
            AT_TRY(at_db_step(&row, statement, err));
            if (!row)
                break;
            at_thing class = 0;
            AT_TRY(at_identity_need_number(&class, &reader->identity,
                                           (at_thing)at_db_int(statement, 0), err));
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
    at_identity *identity = &reader->identity;
    at_ref *refs = NULL;
    AT_TRY(check_thing(reader, thing, err));
    AT_TRY(at_identity_need(identity, thing, err));
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
                               .about = about,
                               .of_record = of_record,
                               .things = things,
                               .search = search,
                               .resolve = resolve,
                               .view = view,
                               .aliases = aliases,
                               .address = address,
                               .partial_sources = partial_sources};
}
