/* identity_part.c - who is who out of an index, as far as somebody asks (identity.h). */
#include "engine/store/identity.h"
#include "engine/store/index_keep.h"

#include <string.h>

/* Whoever asks for so many wants all of them: one pass is faster then. */
enum { HERE_MAX = 20000, ALIGN_BYTES = 16 };

/* --- Arrays of which few pages are touched ---------------------------------------------------- */

/* Cut `count` items off the pages; *used counts on even while there are none. */
#define TAKE(out, identity, used, count)                                                \
    do {                                                                                \
        void *taken = (identity)->pages ? (char *)(identity)->pages + *(used) : NULL;   \
        memcpy(&(out), &taken, sizeof taken);                                           \
        *(used) += ((count) * sizeof *(out) + ALIGN_BYTES) / ALIGN_BYTES * ALIGN_BYTES; \
    } while (0)

static size_t lay_out(at_identity *out) {
    size_t used = 0;
    TAKE(out->things, out, &used, out->count + 1);
    TAKE(out->place_of, out, &used, out->number_limit);
    TAKE(out->by_id, out, &used, out->count + 1);
    TAKE(out->member_start, out, &used, out->class_count + 2);
    TAKE(out->members, out, &used, out->count + 1);
    TAKE(out->best, out, &used, out->class_count + 1);
    TAKE(out->shown, out, &used, out->class_count + 1);
    TAKE(out->titles, out, &used, out->class_count + 1);
    TAKE(out->here, out, &used, out->class_count + 1);
    return used;
}

static at_status make_arrays(at_identity *out, at_error *err) {
    out->page_bytes = lay_out(out);
    out->pages = at_memory_sparse(out->page_bytes);
    if (!out->pages)
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory for who is who");
    (void)lay_out(out);
    return AT_OK;
}

void at_identity_end(at_identity *identity) {
    at_memory_pages_free(identity->pages, identity->page_bytes);
    identity->pages = NULL;
}

static at_status read_sizes(at_identity *out, at_index_file *file, at_error *err) {
    const uint64_t classes = at_index_count(file, AT_INDEX_BEST);
    uint32_t last = 0;
    out->count = at_index_count(file, AT_INDEX_THING_NUMBER);
    if (classes == 0 || classes > UINT32_MAX || out->count >= UINT32_MAX ||
        at_index_count(file, AT_INDEX_MEMBER_START) != classes + 1 ||
        at_index_count(file, AT_INDEX_MEMBERS) != out->count ||
        at_index_count(file, AT_INDEX_THING_BY_ID) != out->count)
        return at_index_damaged(err, "classes cannot be so");
    out->class_count = classes - 1;
    if (out->count)
        AT_TRY(at_index_get_number(&last, file, AT_INDEX_THING_NUMBER, out->count - 1,
                                   UINT32_MAX - 1, err));
    out->number_limit = (size_t)last + 1;
    AT_TRY(at_index_get_number(&last, file, AT_INDEX_LOCAL_FIRST, 0, UINT32_MAX, err));
    out->local_first = last;
    out->source_limit = at_index_count(file, AT_INDEX_LOCAL_COUNT);
    return AT_OK;
}

at_status at_identity_part(at_identity *out, at_index_file *file, sqlite3 *db, at_arena *arena,
                           at_error *err) {
    AT_TRY(at_identity_begin(out, db, arena, err));
    AT_TRY(read_sizes(out, file, err));
    AT_TRY(make_arrays(out, err));
    out->file = file;
    out->db = db;
    return AT_OK;
}

/* --- Reading a part --------------------------------------------------------------------------- */

static at_status read_thing(at_identity *identity, uint32_t place, at_error *err) {
    at_index_file *file = identity->file;
    at_identity_thing thing = {.class = 0};
    uint32_t kind = 0;
    if (identity->things[place].class)
        return AT_OK;
    AT_TRY(at_index_get_number(&thing.number, file, AT_INDEX_THING_NUMBER, place,
                               identity->number_limit - 1, err));
    AT_TRY(at_index_get_number(&thing.class, file, AT_INDEX_THING_CLASS, place,
                               identity->class_count, err));
    AT_TRY(at_index_get_number(&thing.name_space, file, AT_INDEX_THING_SPACE, place,
                               identity->name_space_limit - 1, err));
    AT_TRY(at_index_get_number(&kind, file, AT_INDEX_THING_KIND, place, UINT8_MAX, err));
    at_index_finish_thing(&thing, (uint8_t)kind);
    if (!thing.class || !identity->name_spaces[thing.name_space] || thing.kind >= AT_KIND_COUNT ||
        thing.kind == AT_KIND_NONE)
        return at_index_damaged(err, "a thing cannot be");
    AT_TRY(at_index_get_text(&thing.id, file, AT_INDEX_THING_IDS, AT_INDEX_THING_STARTS, place,
                             identity->arena, err));
    identity->things[place] = thing;
    identity->place_of[thing.number] = place + 1;
    return AT_OK;
}

static at_status read_class(at_identity *identity, at_thing class, at_error *err) {
    at_index_file *file = identity->file;
    const uint64_t last = identity->count ? identity->count - 1 : 0;
    uint32_t *const start = &identity->member_start[class];
    if (class == 0 || class > identity->class_count || identity->here[class])
        return AT_OK;
    for (size_t i = 0; i < 2; i++)
        AT_TRY(at_index_get_number(&start[i], file, AT_INDEX_MEMBER_START, class + i,
                                   identity->count, err));
    AT_TRY(at_index_get_number(&identity->best[class], file, AT_INDEX_BEST, class, last, err));
    if (start[0] >= start[1])
        return at_index_damaged(err, "classes cannot be so");
    for (uint32_t i = start[0]; i < start[1]; i++) {
        AT_TRY(at_index_get_number(&identity->members[i], file, AT_INDEX_MEMBERS, i, last, err));
        AT_TRY(read_thing(identity, identity->members[i], err));
    }
    AT_TRY(read_thing(identity, identity->best[class], err));
    identity->here[class] = true;
    identity->here_count++;
    return AT_OK;
}

/* Numbers rise with places. */
static at_status find_number(uint32_t *place_out, at_identity *identity, at_thing number,
                             at_error *err) {
    size_t low = 0, high = identity->count;
    uint32_t found = 0;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        AT_TRY(at_index_get_number(&found, identity->file, AT_INDEX_THING_NUMBER, middle,
                                   identity->number_limit - 1, err));
        if (found == number) {
            *place_out = (uint32_t)middle + 1;
            return AT_OK;
        }
        if (found < number)
            low = middle + 1;
        else
            high = middle;
    }
    return AT_OK;
}

static at_status read_number(at_identity *identity, at_thing number, at_error *err) {
    uint32_t place = 0;
    if (number == 0 || number >= identity->number_limit)
        return AT_OK;
    place = identity->place_of[number];
    if (!place)
        AT_TRY(find_number(&place, identity, number, err));
    if (!place)
        return AT_OK;
    AT_TRY(read_thing(identity, place - 1, err));
    return read_class(identity, identity->things[place - 1].class, err);
}

static at_status read_local(at_thing *number_out, at_identity *identity, int64_t source,
                            int64_t local, at_error *err) {
    at_index_file *file = identity->file;
    if (!identity->local_start) {
        AT_TRY(AT_NEW(&identity->local_start, identity->arena, identity->source_limit + 1, err));
        for (size_t i = 0; i < identity->source_limit; i++) {
            uint32_t count = 0;
            AT_TRY(at_index_get_number(&count, file, AT_INDEX_LOCAL_COUNT, i, UINT32_MAX, err));
            identity->local_start[i + 1] = identity->local_start[i] + count;
        }
    }
    if (source < 0 || (size_t)source >= identity->source_limit || local < 0)
        return AT_OK;
    const uint64_t *start = &identity->local_start[source];
    if ((uint64_t)local < start[1] - start[0])
        AT_TRY(at_index_get_number(number_out, file, AT_INDEX_LOCALS, start[0] + (uint64_t)local,
                                   identity->number_limit - 1, err));
    return AT_OK;
}

/* How the id at a place of by_id compares. */
static at_status compare_id(int *out, at_identity *identity, size_t rank, const char *id,
                            at_arena *scratch, at_error *err) {
    const char *met = NULL;
    AT_TRY(at_index_get_number(&identity->by_id[rank], identity->file, AT_INDEX_THING_BY_ID, rank,
                               identity->count - 1, err));
    AT_TRY(at_index_get_text(&met, identity->file, AT_INDEX_THING_IDS, AT_INDEX_THING_STARTS,
                             identity->by_id[rank], scratch, err));
    *out = strcmp(met, id);
    at_arena_reset(scratch);
    return AT_OK;
}

static at_status find_id(size_t *first, size_t *end, at_identity *identity, const char *id,
                         at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = 0};
    size_t low = 0, high = identity->count;
    int order = 0;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        AT_TRY(compare_id(&order, identity, middle, id, &scratch, err));
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (high = low; high < identity->count; high++) {
        AT_TRY(compare_id(&order, identity, high, id, &scratch, err));
        if (order != 0)
            break;
        AT_TRY(read_thing(identity, identity->by_id[high], err));
        AT_TRY(read_class(identity, identity->things[identity->by_id[high]].class, err));
    }
    *first = low;
    *end = high;
    return AT_OK;
}

/* --- Needing it ------------------------------------------------------------------------------- */

static at_status load_store(at_identity *identity, at_error *err) {
    at_identity whole;
    AT_TRY(at_identity_load(&whole, identity->db, identity->arena, err));
    if (whole.class_count != identity->class_count || whole.count != identity->count)
        return at_index_damaged(err, "it counts other things than the store");
    whole.pages = identity->pages;
    whole.page_bytes = identity->page_bytes;
    whole.titles = identity->titles;
    *identity = whole;
    return AT_OK;
}

at_status at_identity_need_all(at_identity *identity, at_error *err) {
    at_identity whole;
    if (!identity->file)
        return AT_OK;
    const at_status status =
        at_index_get_identity(&whole, identity->file, identity->db, identity->arena, err);
    if (at_index_passed_over(identity->file, status))
        return load_store(identity, err);
    AT_TRY(status);
    whole.pages = identity->pages;
    whole.page_bytes = identity->page_bytes;
    whole.titles = identity->titles;
    *identity = whole;
    return AT_OK;
}

at_status at_identity_settle(at_identity *identity, at_status status, at_error *err) {
    if (at_index_passed_over(identity->file, status))
        return load_store(identity, err);
    AT_TRY(status);
    return identity->here_count > HERE_MAX ? at_identity_need_all(identity, err) : AT_OK;
}

at_status at_identity_need(at_identity *identity, at_thing class, at_error *err) {
    if (!identity->file || identity->here[class])
        return AT_OK;
    return at_identity_settle(identity, read_class(identity, class, err), err);
}

at_status at_identity_need_number(at_thing *class_out, at_identity *identity, at_thing number,
                                  at_error *err) {
    if (identity->file)
        AT_TRY(at_identity_settle(identity, read_number(identity, number, err), err));
    *class_out = at_identity_class(identity, number);
    return AT_OK;
}

at_status at_identity_need_local(at_thing *class_out, at_identity *identity, int64_t source,
                                 int64_t local, at_error *err) {
    at_thing number = 0;
    if (identity->file)
        AT_TRY(
            at_identity_settle(identity, read_local(&number, identity, source, local, err), err));
    if (identity->file)
        return at_identity_need_number(class_out, identity, number, err);
    *class_out = at_identity_local(identity, source, local);
    return AT_OK;
}

at_status at_identity_need_id(size_t *first, size_t *end, at_identity *identity, const char *id,
                              at_error *err) {
    if (identity->file) {
        AT_TRY(at_identity_settle(identity, find_id(first, end, identity, id, err), err));
        if (identity->file)
            return AT_OK;
    }
    *first = *end = at_identity_find(identity, id);
    while (*end < identity->count && strcmp(identity->things[identity->by_id[*end]].id, id) == 0)
        ++*end;
    return AT_OK;
}
