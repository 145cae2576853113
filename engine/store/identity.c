#include "engine/store/identity.h"

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

static at_status load_things(at_identity *out, sqlite3 *db, at_error *err) {
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

static at_status sort_by_id(at_identity *out, at_error *err) {
    AT_TRY(AT_NEW(&out->by_id, out->arena, out->count, err));
    for (size_t i = 0; i < out->count; i++)
        out->by_id[i] = (uint32_t)i;
    qsort_r(out->by_id, out->count, sizeof *out->by_id, compare_places, out);
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
    const uint32_t asset = find_thing(identity, AT_ASSET, thing->name_space, thing->id);
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

at_status at_identity_load(at_identity *out, sqlite3 *db, at_arena *arena, at_error *err) {
    uint32_t *parent = NULL;
    *out = (at_identity){.arena = arena};
    AT_TRY(load_name_spaces(out, db, err));
    AT_TRY(load_things(out, db, err));
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
