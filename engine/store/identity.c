#include "engine/store/identity.h"

#include "engine/model/order.h"
#include "engine/store/chunks.h"
#include "engine/store/intern.h"

#include <stdlib.h>
#include <string.h>

static at_status load_name_spaces(at_identity *out, sqlite3 *db, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    int64_t last = 0;
    bool row = false;
    AT_TRY(at_db_number(&last, db, 0, NULL, 0, "SELECT max(number) FROM main.name_space", err));
    out->name_space_limit = (size_t)last + 1;
    AT_TRY(AT_NEW(&out->name_spaces, out->arena, out->name_space_limit, err));
    AT_TRY(at_db_prepare(&statement, db, "SELECT number, name FROM main.name_space", err));
    for (;;) {
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            return AT_OK;
        AT_TRY(
            at_db_text(&out->name_spaces[at_db_int(statement, 0)], statement, 1, out->arena, err));
    }
}

static at_status load_things(at_identity *out, size_t *capacity_out, sqlite3 *db, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    size_t capacity = 0;
    bool row = false;
    AT_TRY(at_db_prepare(
        &statement, db,
        "SELECT t.number, t.kind, t.name_space, t.id, m.declared FROM"
        " (SELECT thing, max(declared & 1) | max(declared & 2) AS declared FROM main.mention"
        "   WHERE source IN (SELECT source FROM temp.visible) GROUP BY thing) m"
        " JOIN main.thing t ON t.number = m.thing ORDER BY t.number",
        err));
    for (;;) {
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            break;
        AT_TRY(AT_GROW(&out->things, &capacity, out->count, out->arena, err));
        at_identity_thing *thing = &out->things[out->count];
        *thing = (at_identity_thing){.number = (at_thing)at_db_int(statement, 0),
                                     .kind = (uint8_t)at_db_int(statement, 1),
                                     .name_space = (uint32_t)at_db_int(statement, 2),
                                     .declared = (uint8_t)at_db_int(statement, 4)};
        AT_TRY(at_db_text(&thing->id, statement, 3, out->arena, err));
        out->count++;
    }
    *capacity_out = capacity;
    return AT_OK;
}

/* Things that chunks name, joined with those that have rows. */
typedef struct name_reader {
    at_identity *out;
    at_names names;     /* of everything known so far */
    at_thing *thing_of; /* by number in `names` */
    size_t known, known_capacity, capacity;
    at_thing next;
    at_thing *numbers; /* of the source being read */
    size_t count, count_capacity;
    int64_t source;
} name_reader;

static void end_names(name_reader *reader) {
    at_names_clear(&reader->names);
}

static at_status learn_thing(uint32_t *out, name_reader *reader, uint32_t space, const char *id,
                             at_error *err) {
    const size_t bytes = strlen(id);
    return at_names_number(out, &reader->names, space, id, bytes, at_names_hash(space, id, bytes),
                           err);
}

static at_status keep_number(name_reader *reader, at_thing number, at_error *err) {
    AT_TRY(AT_GROW(&reader->thing_of, &reader->known_capacity, reader->known, reader->out->arena,
                   err));
    reader->thing_of[reader->known++] = number;
    return AT_OK;
}

static at_status learn_rows(name_reader *reader, at_error *err) {
    for (size_t i = 0; i < reader->out->count; i++) {
        const at_identity_thing *thing = &reader->out->things[i];
        uint32_t unused = 0;
        AT_TRY(learn_thing(&unused, reader, AT_NAME_SPACE(thing->kind, thing->name_space),
                           thing->id, err));
        AT_TRY(keep_number(reader, thing->number, err));
    }
    return AT_OK;
}

static at_status add_name(name_reader *reader, uint32_t space, const char *id, at_error *err) {
    at_identity *out = reader->out;
    AT_TRY(AT_GROW(&out->things, &reader->capacity, out->count, out->arena, err));
    at_identity_thing *thing = &out->things[out->count];
    *thing = (at_identity_thing){
        .number = reader->next, .kind = (uint8_t)(space & 15), .name_space = space >> 4};
    if (thing->name_space >= out->name_space_limit || !out->name_spaces[thing->name_space])
        return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED",
                       "a chunk has an account of no known namespace");
    AT_TRY(at_arena_text(&thing->id, out->arena, id, err));
    AT_TRY(keep_number(reader, reader->next++, err));
    out->count++;
    return AT_OK;
}

static void end_source(name_reader *reader) {
    if (reader->source && (size_t)reader->source < reader->out->source_limit) {
        reader->out->locals[reader->source].numbers = reader->numbers;
        reader->out->locals[reader->source].count = reader->count;
    }
    reader->numbers = NULL;
    reader->count = reader->count_capacity = 0;
}

static at_status visit_names(void *self, int64_t source, const at_name_list *list, size_t count,
                             at_error *err) {
    name_reader *reader = self;
    if (source != reader->source)
        end_source(reader);
    reader->source = source;
    for (size_t i = 0; i < count; i++) {
        const uint32_t space = (uint32_t)list->spaces[i];
        const char *id = at_pack_text(&list->ids, i);
        uint32_t known = 0;
        AT_TRY(learn_thing(&known, reader, space, id, err));
        if (known == reader->known)
            AT_TRY(add_name(reader, space, id, err));
        AT_TRY(AT_GROW(&reader->numbers, &reader->count_capacity, reader->count, reader->out->arena,
                       err));
        reader->numbers[reader->count++] = reader->thing_of[known];
    }
    return AT_OK;
}

static at_status load_names(at_identity *out, sqlite3 *db, size_t capacity, at_error *err) {
    AT_CLEANUP(end_names) name_reader reader = {.out = out, .capacity = capacity};
    int64_t last = 0, chunks = 0;
    AT_TRY(at_db_number(&last, db, 0, NULL, 0, "SELECT max(number) FROM main.thing", err));
    out->local_first = reader.next = (at_thing)last + 1;
    AT_TRY(at_db_number(&last, db, 0, NULL, 0, "SELECT max(source) FROM temp.visible", err));
    out->source_limit = (size_t)last + 1;
    AT_TRY(AT_NEW(&out->locals, out->arena, out->source_limit, err));
    AT_TRY(at_db_number(&chunks, db, 0, NULL, 0,
                        "SELECT EXISTS (SELECT 1 FROM main.chunk WHERE " AT_CHUNKS_VISIBLE ")",
                        err));
    if (!chunks)
        return AT_OK;
    AT_TRY(learn_rows(&reader, err));
    AT_TRY(at_chunks_names(db, AT_CHUNKS_VISIBLE, 0, visit_names, &reader, err));
    end_source(&reader);
    return AT_OK;
}

at_status at_identity_place_numbers(at_identity *out, at_error *err) {
    out->number_limit = out->count ? (size_t)out->things[out->count - 1].number + 1 : 1;
    AT_TRY(AT_NEW(&out->place_of, out->arena, out->number_limit, err));
    for (size_t i = 0; i < out->count; i++)
        out->place_of[out->things[i].number] = (uint32_t)i + 1;
    return AT_OK;
}

static int compare_things(const at_identity_thing *a, const at_identity_thing *b) {
    const int by_id = strcmp(a->id, b->id);
    if (by_id)
        return by_id;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    return (a->name_space > b->name_space) - (a->name_space < b->name_space);
}

static int compare_places(const void *a, const void *b, void *context) {
    const at_identity *identity = context;
    return compare_things(&identity->things[*(const uint32_t *)a],
                          &identity->things[*(const uint32_t *)b]);
}

/* Equal ids, which were sorted by nothing else yet, by kind and namespace; which have none. */
static void order_equal(at_identity *out) {
    for (size_t start = 0, end; start < out->count; start = end) {
        const char *id = out->things[out->by_id[start]].id;
        for (end = start + 1; end < out->count; end++)
            if (strcmp(out->things[out->by_id[end]].id, id) != 0)
                break;
        if (end - start > 1)
            qsort_r(out->by_id + start, end - start, sizeof *out->by_id, compare_places, out);
        out->things[out->by_id[start]].alone = end - start == 1;
    }
}

static at_status sort_by_id(at_identity *out, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = SIZE_MAX};
    at_sort_key *keys = NULL;
    AT_TRY(AT_NEW(&out->by_id, out->arena, out->count, err));
    AT_TRY(AT_NEW(&keys, &scratch, out->count, err));
    for (size_t i = 0; i < out->count; i++)
        keys[i] = (at_sort_key){.text = out->things[i].id, .item = (uint32_t)i};
    at_sort_pack_texts(keys, out->count);
    AT_TRY(at_sort(keys, out->count, &scratch, err));
    for (size_t i = 0; i < out->count; i++)
        out->by_id[i] = keys[i].item;
    order_equal(out);
    return AT_OK;
}

size_t at_identity_find(const at_identity *identity, const char *id) {
    size_t low = 0, high = identity->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (strcmp(identity->things[identity->by_id[middle]].id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Place of (kind, namespace, id), or UINT32_MAX. */
static uint32_t find_thing(const at_identity *identity, at_kind kind, uint32_t name_space,
                           const char *id) {
    for (size_t i = at_identity_find(identity, id); i < identity->count; i++) {
        const uint32_t place = identity->by_id[i];
        const at_identity_thing *thing = &identity->things[place];
        if (strcmp(thing->id, id) != 0)
            break;
        if (thing->kind == kind && thing->name_space == name_space)
            return place;
    }
    return UINT32_MAX;
}

static uint32_t root_of(uint32_t *parent, uint32_t place) {
    while (parent[place] != place)
        place = parent[place] = parent[parent[place]];
    return place;
}

/* The smaller place becomes the root: roots are then in the order of their first members. */
static void unite(uint32_t *parent, uint32_t a, uint32_t b) {
    a = root_of(parent, a);
    b = root_of(parent, b);
    if (a < b)
        parent[b] = a;
    else
        parent[a] = b;
}

/* A reference `namespace/id`, where that namespace has the thing - an account, or else an asset. */
static void unite_spelling(at_identity *identity, uint32_t *parent, uint32_t place) {
    at_identity_thing *thing = &identity->things[place];
    const char *slash = strchr(thing->id, '/');
    if (!slash || slash == thing->id || !slash[1])
        return;
    for (uint32_t number = 0; number < identity->name_space_limit; number++) {
        const char *name = identity->name_spaces[number];
        if (!name || number == thing->name_space || strlen(name) != (size_t)(slash - thing->id) ||
            memcmp(name, thing->id, (size_t)(slash - thing->id)) != 0)
            continue;
        uint32_t other = find_thing(identity, thing->kind, number, slash + 1);
        if (other == UINT32_MAX && thing->kind == AT_ACCOUNT)
            other = find_thing(identity, AT_ASSET, number, slash + 1);
        if (other == UINT32_MAX)
            return;
        thing->spelling = true;
        unite(parent, place, other);
        return;
    }
}

static void unite_account_with_asset(at_identity *identity, uint32_t *parent, uint32_t place) {
    const at_identity_thing *thing = &identity->things[place];
    if (thing->kind != AT_ACCOUNT || (thing->declared & AT_DECLARED_ACCOUNT))
        return;
    const uint32_t asset =
        thing->alone ? UINT32_MAX : find_thing(identity, AT_ASSET, thing->name_space, thing->id);
    if (asset != UINT32_MAX && identity->things[asset].declared)
        unite(parent, place, asset);
}

static at_status unite_stated(at_identity *identity, uint32_t *parent, sqlite3 *db, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    bool row = false;
    AT_TRY(at_db_prepare(&statement, db,
                         "SELECT a, b FROM main.link WHERE kind = 'same_as_stated'"
                         " AND suspected = 0 AND source IN (SELECT source FROM temp.visible)",
                         err));
    for (;;) {
        AT_TRY(at_db_step(&row, statement, err));
        if (!row)
            return AT_OK;
        const at_thing pair[2] = {(at_thing)at_db_int(statement, 0),
                                  (at_thing)at_db_int(statement, 1)};
        if (pair[0] >= identity->number_limit || pair[1] >= identity->number_limit)
            continue;
        const uint32_t a = identity->place_of[pair[0]], b = identity->place_of[pair[1]];
        if (a && b && identity->things[a - 1].kind == identity->things[b - 1].kind)
            unite(parent, a - 1, b - 1);
    }
}

/* Lower names first: described, mentioned, spelled; then (id, namespace) bytewise. */
static bool names_better(const at_identity *identity, uint32_t a, uint32_t b) {
    const at_identity_thing *first = &identity->things[a], *second = &identity->things[b];
    const int first_tier = first->declared ? 0 : first->spelling ? 2 : 1;
    const int second_tier = second->declared ? 0 : second->spelling ? 2 : 1;
    if (first_tier != second_tier)
        return first_tier < second_tier;
    const int by_id = strcmp(first->id, second->id);
    if (by_id)
        return by_id < 0;
    return strcmp(identity->name_spaces[first->name_space],
                  identity->name_spaces[second->name_space]) < 0;
}

static at_status number_classes(at_identity *out, uint32_t *parent, at_error *err) {
    for (uint32_t i = 0; i < out->count; i++) {
        const uint32_t root = root_of(parent, i);
        out->things[i].class = root == i ? (at_thing)++out->class_count : out->things[root].class;
    }
    AT_TRY(AT_NEW(&out->member_start, out->arena, out->class_count + 2, err));
    AT_TRY(AT_NEW(&out->members, out->arena, out->count, err));
    AT_TRY(AT_NEW(&out->best, out->arena, out->class_count + 1, err));
    AT_TRY(AT_NEW(&out->shown, out->arena, out->class_count + 1, err));
    uint32_t *next = NULL;
    AT_TRY(AT_NEW(&next, out->arena, out->class_count + 2, err));
    for (size_t i = 0; i < out->count; i++)
        out->member_start[out->things[i].class + 1]++;
    for (size_t c = 1; c < out->class_count + 2; c++)
        out->member_start[c] += out->member_start[c - 1];
    memcpy(next, out->member_start, (out->class_count + 2) * sizeof *next);
    for (uint32_t i = 0; i < out->count; i++) {
        const at_thing class = out->things[i].class;
        if (next[class] == out->member_start[class] || names_better(out, i, out->best[class]))
            out->best[class] = i;
        out->members[next[class]++] = i;
    }
    return AT_OK;
}

at_status at_identity_begin(at_identity *out, sqlite3 *db, at_arena *arena, at_error *err) {
    *out = (at_identity){.arena = arena};
    return load_name_spaces(out, db, err);
}

at_status at_identity_load(at_identity *out, sqlite3 *db, at_arena *arena, at_error *err) {
    uint32_t *parent = NULL;
    size_t capacity = 0;
    AT_TRY(at_identity_begin(out, db, arena, err));
    AT_TRY(load_things(out, &capacity, db, err));
    AT_TRY(load_names(out, db, capacity, err));
    AT_TRY(at_identity_place_numbers(out, err));
    AT_TRY(sort_by_id(out, err));
    AT_TRY(AT_NEW(&parent, arena, out->count, err));
    for (uint32_t i = 0; i < out->count; i++)
        parent[i] = i;
    for (uint32_t i = 0; i < out->count; i++) {
        unite_spelling(out, parent, i);
        unite_account_with_asset(out, parent, i);
    }
    AT_TRY(unite_stated(out, parent, db, err));
    return number_classes(out, parent, err);
}

at_thing at_identity_class(const at_identity *identity, at_thing number) {
    const uint32_t place = number < identity->number_limit ? identity->place_of[number] : 0;
    return place ? identity->things[place - 1].class : 0;
}

at_thing at_identity_local(const at_identity *identity, int64_t source, int64_t local) {
    if (source < 0 || (size_t)source >= identity->source_limit || local < 0 ||
        (size_t)local >= identity->locals[source].count)
        return 0;
    return at_identity_class(identity, identity->locals[source].numbers[local]);
}

at_kind at_identity_kind(const at_identity *identity, at_thing class) {
    at_kind kind = (at_kind)identity->things[identity->best[class]].kind;
    for (uint32_t i = identity->member_start[class]; i < identity->member_start[class + 1]; i++)
        if (identity->things[identity->members[i]].kind == AT_ASSET)
            kind = AT_ASSET; /* an account that turned out to be one */
    return kind;
}

at_ref at_identity_ref(const at_identity *identity, at_thing class) {
    const at_identity_thing *thing = &identity->things[identity->best[class]];
    return (at_ref){.id = thing->id,
                    .name_space = identity->name_spaces[thing->name_space],
                    .kind = at_identity_kind(identity, class),
                    .thing = class};
}

bool at_identity_declared(const at_identity *identity, at_thing class) {
    return identity->things[identity->best[class]].declared != 0;
}
