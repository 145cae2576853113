#include "engine/store/intern.h"

#include "engine/base/state.h"

#include <inttypes.h>
#include <string.h>

enum { SLOTS_FIRST = 1024 };

at_status at_intern_begin(at_intern *intern, sqlite3 *db, at_arena *arena, at_error *err) {
    int64_t last = 0;
    *intern = (at_intern){.db = db, .arena = arena, .slot_count = SLOTS_FIRST};
    AT_TRY(AT_NEW(&intern->slots, arena, intern->slot_count, err));
    AT_TRY(at_db_number(&last, db, 0, NULL, 0, "SELECT max(number) FROM main.thing", err));
    intern->next_thing = (at_thing)last + 1;
    AT_TRY(at_db_prepare(&intern->find, db,
                         "SELECT number FROM main.thing"
                         " WHERE kind = ? AND name_space = ? AND id = ?",
                         err));
    return at_db_prepare(&intern->insert, db,
                         "INSERT INTO main.thing (number, kind, name_space, id)"
                         " VALUES (?, ?, ?, ?)",
                         err);
}

void at_intern_end(at_intern *intern) {
    at_db_done(&intern->find);
    at_db_done(&intern->insert);
}

static at_status store_name_space(int64_t *out, sqlite3 *db, const char *name, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *find = NULL;
    AT_CLEANUP(at_db_done) sqlite3_stmt *insert = NULL;
    bool row = false;
    AT_TRY(at_db_prepare(&find, db, "SELECT number FROM main.name_space WHERE name = ?", err));
    AT_TRY(at_db_bind_text(find, 1, name, err));
    AT_TRY(at_db_step(&row, find, err));
    if (row) {
        *out = at_db_int(find, 0);
        return AT_OK;
    }
    AT_TRY(at_db_prepare(&insert, db, "INSERT INTO main.name_space (name) VALUES (?)", err));
    AT_TRY(at_db_bind_text(insert, 1, name, err));
    AT_TRY(at_db_once(insert, err));
    *out = sqlite3_last_insert_rowid(db);
    return AT_OK;
}

bool at_intern_knows(const at_intern *intern, const char *name_space) {
    for (size_t i = 0; i < intern->name_space_count; i++)
        if (strcmp(intern->name_spaces[i].name, name_space) == 0)
            return true;
    return false;
}

at_status at_intern_name_space(int64_t *out, at_intern *intern, const char *name, at_error *err) {
    for (size_t i = 0; i < intern->name_space_count; i++)
        if (strcmp(intern->name_spaces[i].name, name) == 0) {
            *out = intern->name_spaces[i].number;
            return AT_OK;
        }
    int64_t number = 0;
    const char *kept = NULL;
    AT_TRY(store_name_space(&number, intern->db, name, err));
    if (intern->name_space_count < AT_COUNT(intern->name_spaces)) {
        AT_TRY(at_arena_text(&kept, intern->arena, name, err));
        intern->name_spaces[intern->name_space_count].name = kept;
        intern->name_spaces[intern->name_space_count++].number = number;
    }
    *out = number;
    return AT_OK;
}

/* FNV-1a. Decides only where in memory a thing is looked for. */
static uint64_t hash_of(at_kind kind, int64_t name_space, const char *id) {
    uint64_t hash = UINT64_C(14695981039346656037) ^ (uint64_t)kind ^ ((uint64_t)name_space << 8);
    for (; *id; id++)
        hash = (hash ^ (unsigned char)*id) * UINT64_C(1099511628211);
    return hash ^ hash >> 29;
}

static at_intern_thing **find_slot(at_intern_thing **slots, size_t slot_count, uint64_t hash,
                                   at_kind kind, int64_t name_space, const char *id) {
    size_t at = hash & (slot_count - 1);
    for (; slots[at]; at = (at + 1) & (slot_count - 1)) {
        const at_intern_thing *thing = slots[at];
        if (thing->hash == hash && thing->kind == kind && thing->name_space == name_space &&
            strcmp(thing->id, id) == 0)
            break;
    }
    return &slots[at];
}

static at_status grow(at_intern *intern, at_error *err) {
    at_intern_thing **slots = NULL;
    const size_t slot_count = 2 * intern->slot_count;
    AT_TRY(AT_NEW(&slots, intern->arena, slot_count, err));
    for (size_t i = 0; i < intern->slot_count; i++) {
        at_intern_thing *thing = intern->slots[i];
        if (thing)
            *find_slot(slots, slot_count, thing->hash, thing->kind, thing->name_space, thing->id) =
                thing;
    }
    intern->slots = slots;
    intern->slot_count = slot_count;
    return AT_OK;
}

/* The number the store knows the thing by; a new one when it does not. */
static at_status number_of(at_intern *intern, at_intern_thing *thing, at_error *err) {
    bool row = false;
    AT_TRY(at_db_bind_int(intern->find, 1, thing->kind, err));
    AT_TRY(at_db_bind_int(intern->find, 2, thing->name_space, err));
    AT_TRY(at_db_bind_text(intern->find, 3, thing->id, err));
    at_status status = at_db_step(&row, intern->find, err);
    if (row)
        thing->number = (at_thing)at_db_int(intern->find, 0);
    at_db_again(intern->find);
    AT_TRY(status);
    if (row)
        return AT_OK;
    if (intern->next_thing == 0 || intern->next_thing == UINT32_MAX)
        return at_fail(err, AT_LIMIT, "E-LIMIT", "a store holds %" PRIu32 " things at most",
                       UINT32_MAX - 1);
    thing->number = intern->next_thing;
    AT_TRY(at_db_bind_int(intern->insert, 1, thing->number, err));
    AT_TRY(at_db_bind_int(intern->insert, 2, thing->kind, err));
    AT_TRY(at_db_bind_int(intern->insert, 3, thing->name_space, err));
    AT_TRY(at_db_bind_text(intern->insert, 4, thing->id, err));
    AT_TRY(at_db_once(intern->insert, err));
    intern->next_thing++;
    return AT_OK;
}

at_status at_intern_ref(at_intern_thing **out, at_intern *intern, const at_ref *ref,
                        int64_t name_space, at_error *err) {
    at_intern_thing *thing = NULL;
    if (ref->name_space)
        AT_TRY(at_intern_name_space(&name_space, intern, ref->name_space, err));
    const uint64_t hash = hash_of(ref->kind, name_space, ref->id);
    at_intern_thing **slot =
        find_slot(intern->slots, intern->slot_count, hash, ref->kind, name_space, ref->id);
    if (*slot) {
        *out = *slot;
        return AT_OK;
    }
    AT_TRY(AT_NEW(&thing, intern->arena, 1, err));
    *thing = (at_intern_thing){.hash = hash, .name_space = name_space, .kind = ref->kind};
    AT_TRY(at_arena_text(&thing->id, intern->arena, ref->id, err));
    AT_TRY(number_of(intern, thing, err));
    *slot = thing;
    if (2 * ++intern->thing_count > intern->slot_count)
        AT_TRY(grow(intern, err));
    *out = thing;
    return AT_OK;
}

static at_status save_thing(at_text *out, const at_intern_thing *thing, at_error *err) {
    const uint64_t numbers[] = {(uint64_t)thing->kind, (uint64_t)thing->name_space,
                                thing->mentioned, thing->declared};
    AT_TRY(at_state_put_text(out, thing->id, err));
    for (size_t i = 0; i < AT_COUNT(numbers); i++)
        AT_TRY(at_state_put(out, numbers[i], err));
    return AT_OK;
}

at_status at_intern_save(at_text *out, at_intern *intern, at_error *err) {
    for (size_t i = 0; i < intern->slot_count; i++) {
        at_intern_thing *thing = intern->slots[i];
        if (!thing || !thing->changed)
            continue;
        AT_TRY(save_thing(out, thing, err));
        thing->changed = false;
    }
    return AT_OK;
}

static at_status load_thing(at_intern *intern, at_state_reader *state, at_error *err) {
    at_intern_thing *thing = NULL;
    at_ref ref = {.id = at_state_next_text(state)};
    ref.kind = (at_kind)at_state_next(state);
    const int64_t name_space = (int64_t)at_state_next(state);
    if (!ref.id || ref.kind <= AT_KIND_NONE || ref.kind >= AT_KIND_COUNT) {
        state->failed = true;
        return AT_OK;
    }
    AT_TRY(at_intern_ref(&thing, intern, &ref, name_space, err));
    thing->mentioned = at_state_next(state) != 0;
    thing->declared = (unsigned)at_state_next(state);
    return AT_OK;
}

at_status at_intern_load(at_intern *intern, at_span saved, at_error *err) {
    at_state_reader state = at_state_read(saved);
    while (state.left > 0)
        AT_TRY(load_thing(intern, &state, err));
    return at_state_whole(&state) ? AT_OK
                                  : at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED",
                                            "the things of a pending import cannot be read back");
}

at_status at_intern_write(at_intern *intern, int64_t source, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *mention = NULL;
    AT_TRY(at_db_prepare(&mention, intern->db,
                         "INSERT INTO main.mention (source, thing, declared) VALUES (?, ?, ?)",
                         err));
    for (size_t i = 0; i < intern->slot_count; i++) {
        const at_intern_thing *thing = intern->slots[i];
        if (!thing || !thing->mentioned)
            continue;
        AT_TRY(at_db_bind_int(mention, 1, source, err));
        AT_TRY(at_db_bind_int(mention, 2, thing->number, err));
        AT_TRY(at_db_bind_int(mention, 3, thing->declared, err));
        AT_TRY(at_db_once(mention, err));
    }
    return AT_OK;
}
