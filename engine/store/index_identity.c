/* index_identity.c - who is who, into an index and out of it. */
#include "engine/store/index_keep.h"

#include <string.h>

enum { DECLARED_BIT = 4, SPELLING_BIT = 6, ALONE_BIT = 7, KIND_MASK = 15, DECLARED_MASK = 3 };

/* Columns of things, each by what says its values. */
static at_status thing_id(const char **out, void *self, size_t place, at_error *err) {
    const at_identity *identity = self;
    (void)err;
    *out = identity->things[place].id;
    return AT_OK;
}

static at_status thing_numbers(void *self, void *out, size_t first, size_t count, at_error *err) {
    const at_identity *identity = self;
    (void)err;
    for (size_t i = 0; i < count; i++)
        ((uint32_t *)out)[i] = identity->things[first + i].number;
    return AT_OK;
}

static at_status thing_classes(void *self, void *out, size_t first, size_t count, at_error *err) {
    const at_identity *identity = self;
    (void)err;
    for (size_t i = 0; i < count; i++)
        ((uint32_t *)out)[i] = identity->things[first + i].class;
    return AT_OK;
}

static at_status thing_spaces(void *self, void *out, size_t first, size_t count, at_error *err) {
    const at_identity *identity = self;
    (void)err;
    for (size_t i = 0; i < count; i++)
        ((uint32_t *)out)[i] = identity->things[first + i].name_space;
    return AT_OK;
}

static at_status thing_kinds(void *self, void *out, size_t first, size_t count, at_error *err) {
    const at_identity *identity = self;
    (void)err;
    for (size_t i = 0; i < count; i++) {
        const at_identity_thing *thing = &identity->things[first + i];
        ((uint8_t *)out)[i] = (uint8_t)(thing->kind | thing->declared << DECLARED_BIT |
                                        (thing->spelling ? 1 << SPELLING_BIT : 0) |
                                        (thing->alone ? 1 << ALONE_BIT : 0));
    }
    return AT_OK;
}

static at_status put_things(at_index_writer *writer, at_identity *identity, at_error *err) {
    static const struct {
        at_index_column_name name;
        size_t size;
        at_index_values *values;
    } columns[] = {{AT_INDEX_THING_NUMBER, sizeof(uint32_t), thing_numbers},
                   {AT_INDEX_THING_CLASS, sizeof(uint32_t), thing_classes},
                   {AT_INDEX_THING_SPACE, sizeof(uint32_t), thing_spaces},
                   {AT_INDEX_THING_KIND, sizeof(uint8_t), thing_kinds}};
    AT_TRY(at_index_put_texts(writer, AT_INDEX_THING_IDS, AT_INDEX_THING_STARTS, identity->count,
                              thing_id, identity, err));
    for (size_t i = 0; i < AT_COUNT(columns); i++)
        AT_TRY(at_index_put_values(writer, columns[i].name, columns[i].size, identity->count,
                                   columns[i].values, identity, err));
    return AT_OK;
}

static at_status put_locals(at_index_writer *writer, const at_identity *identity, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = SIZE_MAX};
    uint32_t *counts = NULL, *numbers = NULL;
    size_t count = 0;
    for (size_t i = 0; i < identity->source_limit; i++)
        count += identity->locals[i].count;
    AT_TRY(AT_NEW(&counts, &arena, identity->source_limit, err));
    AT_TRY(AT_NEW(&numbers, &arena, count, err));
    count = 0;
    for (size_t i = 0; i < identity->source_limit; i++) {
        counts[i] = (uint32_t)identity->locals[i].count;
        for (size_t k = 0; k < counts[i]; k++)
            numbers[count++] = identity->locals[i].numbers[k];
    }
    AT_TRY(AT_INDEX_PUT(writer, AT_INDEX_LOCAL_COUNT, counts, identity->source_limit, err));
    AT_TRY(AT_INDEX_PUT(writer, AT_INDEX_LOCALS, numbers, count, err));
    return AT_INDEX_PUT(writer, AT_INDEX_LOCAL_FIRST, &identity->local_first, 1, err);
}

at_status at_index_put_identity(at_index_writer *writer, at_identity *identity, at_error *err) {
    const size_t classes = identity->class_count;
    AT_TRY(put_things(writer, identity, err));
    AT_TRY(AT_INDEX_PUT(writer, AT_INDEX_THING_BY_ID, identity->by_id, identity->count, err));
    AT_TRY(AT_INDEX_PUT(writer, AT_INDEX_MEMBER_START, identity->member_start, classes + 2, err));
    AT_TRY(AT_INDEX_PUT(writer, AT_INDEX_MEMBERS, identity->members, identity->count, err));
    AT_TRY(AT_INDEX_PUT(writer, AT_INDEX_BEST, identity->best, classes + 1, err));
    return put_locals(writer, identity, err);
}

void at_index_finish_thing(at_identity_thing *thing, uint8_t kind) {
    thing->kind = kind & KIND_MASK;
    thing->declared = (uint8_t)(kind >> DECLARED_BIT & DECLARED_MASK);
    thing->spelling = (kind >> SPELLING_BIT & 1) != 0;
    thing->alone = (kind >> ALONE_BIT & 1) != 0;
}

static at_status get_things(at_identity *out, at_index_file *file, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = SIZE_MAX};
    const size_t count = out->count;
    uint32_t *numbers = NULL, *classes = NULL, *spaces = NULL;
    uint64_t *starts = NULL;
    uint8_t *kinds = NULL;
    const char *ids = NULL;
    AT_TRY(AT_NEW(&out->things, arena, count, err));
    AT_TRY(AT_NEW(&starts, &scratch, count, err));
    AT_TRY(AT_NEW(&numbers, &scratch, count, err));
    AT_TRY(AT_NEW(&classes, &scratch, count, err));
    AT_TRY(AT_NEW(&spaces, &scratch, count, err));
    AT_TRY(AT_NEW(&kinds, &scratch, count, err));
    AT_TRY(at_index_get_texts(&ids, starts, file, AT_INDEX_THING_IDS, count, arena, err));
    AT_TRY(AT_INDEX_GET(numbers, file, AT_INDEX_THING_NUMBER, count, UINT32_MAX - 1, err));
    AT_TRY(AT_INDEX_GET(classes, file, AT_INDEX_THING_CLASS, count, out->class_count, err));
    AT_TRY(AT_INDEX_GET(spaces, file, AT_INDEX_THING_SPACE, count, out->name_space_limit - 1, err));
    AT_TRY(AT_INDEX_GET(kinds, file, AT_INDEX_THING_KIND, count, UINT8_MAX, err));
    for (size_t i = 0; i < count; i++) {
        out->things[i] = (at_identity_thing){.id = ids + starts[i],
                                             .number = numbers[i],
                                             .class = classes[i],
                                             .name_space = spaces[i]};
        at_index_finish_thing(&out->things[i], kinds[i]);
        const bool rises = i == 0 || numbers[i] > numbers[i - 1];
        if (!rises || !classes[i] || !out->name_spaces[spaces[i]] ||
            out->things[i].kind >= AT_KIND_COUNT || out->things[i].kind == AT_KIND_NONE)
            return at_index_damaged(err, "a thing cannot be");
    }
    return AT_OK;
}

/* Numbers that never fall and end with `end`: where the parts of a list begin. */
static bool are_starts(const uint32_t *starts, size_t count, size_t end) {
    for (size_t i = 1; i < count; i++)
        if (starts[i] < starts[i - 1])
            return false;
    return count > 0 && starts[0] == 0 && starts[count - 1] == end;
}

static at_status get_classes(at_identity *out, at_index_file *file, at_arena *arena,
                             at_error *err) {
    const size_t classes = out->class_count;
    const uint64_t last = out->count ? out->count - 1 : 0;
    AT_TRY(AT_NEW(&out->by_id, arena, out->count, err));
    AT_TRY(AT_NEW(&out->member_start, arena, classes + 2, err));
    AT_TRY(AT_NEW(&out->members, arena, out->count, err));
    AT_TRY(AT_NEW(&out->best, arena, classes + 1, err));
    AT_TRY(AT_NEW(&out->shown, arena, classes + 1, err));
    AT_TRY(AT_INDEX_GET(out->by_id, file, AT_INDEX_THING_BY_ID, out->count, last, err));
    AT_TRY(
        AT_INDEX_GET(out->member_start, file, AT_INDEX_MEMBER_START, classes + 2, out->count, err));
    AT_TRY(AT_INDEX_GET(out->members, file, AT_INDEX_MEMBERS, out->count, last, err));
    AT_TRY(AT_INDEX_GET(out->best, file, AT_INDEX_BEST, classes + 1, last, err));
    if (!are_starts(out->member_start, classes + 2, out->count))
        return at_index_damaged(err, "classes cannot be so");
    return AT_OK;
}

static at_status get_locals(at_identity *out, at_index_file *file, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = SIZE_MAX};
    const size_t count = at_index_count(file, AT_INDEX_LOCALS);
    uint32_t *counts = NULL, *numbers = NULL, first = 0;
    size_t done = 0;
    out->source_limit = at_index_count(file, AT_INDEX_LOCAL_COUNT);
    AT_TRY(AT_NEW(&out->locals, arena, out->source_limit, err));
    AT_TRY(AT_NEW(&counts, &scratch, out->source_limit, err));
    AT_TRY(AT_NEW(&numbers, arena, count, err));
    AT_TRY(AT_INDEX_GET(counts, file, AT_INDEX_LOCAL_COUNT, out->source_limit, count, err));
    AT_TRY(AT_INDEX_GET(numbers, file, AT_INDEX_LOCALS, count, out->number_limit - 1, err));
    AT_TRY(AT_INDEX_GET(&first, file, AT_INDEX_LOCAL_FIRST, 1, UINT32_MAX, err));
    out->local_first = first;
    for (size_t i = 0; i < out->source_limit && counts[i] <= count - done; done += counts[i++]) {
        out->locals[i].numbers = counts[i] ? numbers + done : NULL;
        out->locals[i].count = counts[i];
    }
    return done == count ? AT_OK : at_index_damaged(err, "names of sources cannot be so");
}

at_status at_index_get_identity(at_identity *out, at_index_file *file, sqlite3 *db, at_arena *arena,
                                at_error *err) {
    at_identity identity;
    AT_TRY(at_identity_begin(&identity, db, arena, err));
    identity.count = at_index_count(file, AT_INDEX_THING_NUMBER);
    if (at_index_count(file, AT_INDEX_BEST) == 0)
        return at_index_damaged(err, "it has no classes");
    identity.class_count = at_index_count(file, AT_INDEX_BEST) - 1;
    AT_TRY(get_things(&identity, file, arena, err));
    AT_TRY(at_identity_place_numbers(&identity, err));
    AT_TRY(get_classes(&identity, file, arena, err));
    AT_TRY(get_locals(&identity, file, arena, err));
    *out = identity;
    return AT_OK;
}
