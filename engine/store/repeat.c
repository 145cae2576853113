#include "engine/store/repeat.h"

#include "engine/base/arena.h"

#include <string.h>

enum { SLOTS_FIRST = 4096, ROW_BITS = 16 };

/* --- The table -------------------------------------------------------------------------------- */

static void clear_table(at_repeat_table *table) {
    at_memory_pages_free(table->hashes, table->slot_count * sizeof *table->hashes);
    at_memory_pages_free(table->places, table->slot_count * sizeof *table->places);
    *table = (at_repeat_table){.used = 0};
}

static void insert(at_repeat_table *table, uint64_t hash, uint32_t place) {
    size_t at = hash & (table->slot_count - 1);
    while (table->hashes[at])
        at = (at + 1) & (table->slot_count - 1);
    table->hashes[at] = hash;
    table->places[at] = place;
    table->used++;
}

/* Room for `count` entries more. Where a row of slots wraps around, equal hashes keep their order
 * too: they are entered again from the first free slot on. */
static at_status make_room(at_repeat_table *table, size_t count, at_error *err) {
    size_t slot_count = table->slot_count ? table->slot_count : SLOTS_FIRST, start = 0;
    while ((table->used + count) * 10 > slot_count * 7)
        slot_count *= 2;
    if (slot_count == table->slot_count)
        return AT_OK;
    at_repeat_table grown = {.slot_count = slot_count};
    grown.hashes = at_memory_pages(slot_count * sizeof *grown.hashes);
    grown.places = at_memory_pages(slot_count * sizeof *grown.places);
    if (!grown.hashes || !grown.places) {
        clear_table(&grown);
        return at_fail(err, AT_NO_MEMORY, "E-MEMORY", "no memory to compare %zu transfers",
                       table->used + count);
    }
    while (start < table->slot_count && table->hashes[start])
        start++;
    for (size_t i = 0; i < table->slot_count; i++) {
        const size_t at = (start + i) & (table->slot_count - 1);
        if (table->hashes[at])
            insert(&grown, table->hashes[at], table->places[at]);
    }
    clear_table(table);
    *table = grown;
    return AT_OK;
}

static at_status put_entry(at_repeat_table *table, uint64_t hash, uint32_t place, at_error *err) {
    AT_TRY(make_room(table, 1, err));
    insert(table, hash, place);
    return AT_OK;
}

/* The next entry with this hash from slot *at on; false when there is none. */
static bool next_entry(uint32_t *place, size_t *at, const at_repeat_table *table, uint64_t hash) {
    if (!table->slot_count)
        return false;
    for (;; *at = *at + 1) {
        const size_t slot = *at & (table->slot_count - 1);
        if (!table->hashes[slot])
            return false;
        if (table->hashes[slot] == hash) {
            *place = table->places[slot];
            *at = *at + 1;
            return true;
        }
    }
}

static uint64_t hash_id(const char *id) {
    return at_repeat_nonzero(at_names_hash(0, id, strlen(id)));
}

/* --- Known rows ------------------------------------------------------------------------------- */

static at_status names_of(const at_names **out, const at_repeats *all, int64_t source,
                          at_error *err) {
    for (size_t i = 0; i < all->owner_count; i++)
        if (all->owners[i].source == source) {
            *out = &all->owners[i].names;
            return AT_OK;
        }
    return at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED", "a chunk has accounts without names");
}

/* A known chunk, read again only when many others were asked for since. */
static at_status chunk_at(const at_chunk **out, at_repeats *all, size_t index, at_error *err) {
    at_repeat_kept *oldest = &all->kept[0];
    for (size_t i = 0; i < AT_REPEATS_KEPT; i++) {
        at_repeat_kept *kept = &all->kept[i];
        if (kept->index == index + 1) {
            kept->used = ++all->uses;
            *out = &kept->chunk;
            return AT_OK;
        }
        if (kept->used < oldest->used)
            oldest = kept;
    }
    AT_TRY(at_chunks_load(&all->chunks, index, err));
    const at_chunk fresh = all->chunks.loaded;
    all->chunks.loaded = oldest->chunk;
    all->chunks.loaded_index = SIZE_MAX;
    *oldest = (at_repeat_kept){.chunk = fresh, .index = index + 1, .used = ++all->uses};
    *out = &oldest->chunk;
    return AT_OK;
}

static at_status look_at(at_repeat_known *out, at_repeats *all, uint32_t place, at_error *err) {
    const size_t chunk = place >> ROW_BITS;
    *out = (at_repeat_known){.row = place & ((1u << ROW_BITS) - 1)};
    if (chunk == all->chunks.count) {
        out->chunk = &all->writer->open;
        out->source = all->source;
        out->names = &all->writer->names;
        return AT_OK;
    }
    AT_TRY(chunk_at(&out->chunk, all, chunk, err));
    out->source = all->chunks.entries[chunk].source;
    out->names = &all->writer->names;
    return out->source == all->source ? AT_OK : names_of(&out->names, all, out->source, err);
}

/* The record of a known row, or the first of those it repeats. */
static at_status root_of(at_record_id *out, const at_repeats *all, const at_repeat_known *known,
                         at_error *err) {
    const at_record_id record = AT_RECORD_ID(
        known->source, (uint64_t)at_chunk_int(known->chunk, AT_CHUNK_NUMBER, known->row));
    bool row = false;
    AT_TRY(at_db_bind_int(all->root, 1, record, err));
    at_status status = at_db_step(&row, all->root, err);
    *out = row ? at_db_int(all->root, 0) : record;
    at_db_again(all->root);
    return status;
}

/* --- Asking ----------------------------------------------------------------------------------- */

static at_status find_id(at_repeat_known *out, bool *found, at_repeats *all, const char *id,
                         at_error *err) {
    const uint64_t hash = hash_id(id);
    uint32_t place = 0;
    *found = false;
    for (size_t at = hash; next_entry(&place, &at, &all->ids, hash);) {
        AT_TRY(look_at(out, all, place, err));
        *found = strcmp(at_chunk_text(out->chunk, AT_CHUNK_ID, out->row), id) == 0;
        if (*found)
            return AT_OK;
    }
    return AT_OK;
}

/* Above all ids of this source so far? */
static bool is_rising(const at_repeats *all, const char *id) {
    const size_t bytes = strlen(id);
    if (!all->any_id || bytes != all->last_id.bytes)
        return !all->any_id || bytes > all->last_id.bytes;
    return memcmp(id, all->last_id.data, bytes) > 0;
}

static at_status index_chunk(at_repeats *all, const at_chunk *chunk, size_t index, at_error *err) {
    AT_TRY(make_room(&all->ids, chunk->count, err));
    for (size_t i = 0; i < chunk->count; i++) {
        const char *id = at_chunk_text(chunk, AT_CHUNK_ID, i);
        if (at_chunk_int(chunk, AT_CHUNK_FLAGS, i) & AT_CHUNK_ID_GIVEN)
            insert(&all->ids, hash_id(id), (uint32_t)(index << ROW_BITS | i));
    }
    return AT_OK;
}

/* The ids do not rise: from now on they are looked up. */
static at_status index_own(at_repeats *all, at_error *err) {
    for (size_t i = 0; i < all->chunks.count; i++) {
        if (all->chunks.entries[i].source != all->source)
            continue;
        AT_TRY(at_chunks_load(&all->chunks, i, err));
        AT_TRY(index_chunk(all, &all->chunks.loaded, i, err));
    }
    all->indexed = true;
    return index_chunk(all, &all->writer->open, all->chunks.count, err);
}

at_status at_repeats_by_id(at_record_id *out, bool *same_out, at_repeats *all,
                           const at_repeat_row *row, at_error *err) {
    const char *id = row->transfer ? row->transfer->id : row->leg->id;
    at_repeat_known known;
    bool found = false;
    *out = 0;
    *same_out = false;
    if (!all->indexed && all->any_id && !is_rising(all, id))
        AT_TRY(index_own(all, err));
    AT_TRY(find_id(&known, &found, all, id, err));
    if (!found)
        return AT_OK;
    AT_TRY(at_repeat_same(same_out, &known, row, err));
    return root_of(out, all, &known, err);
}

static bool is_taken(const at_repeats *all, at_record_id record) {
    uint32_t place = 0;
    size_t at = at_repeat_nonzero((uint64_t)record * UINT64_C(0x9E3779B97F4A7C15));
    return next_entry(&place, &at, &all->taken, at);
}

at_status at_repeats_take(at_repeats *all, at_record_id record, at_error *err) {
    /* A multiplication by an odd number is one to one: equal hashes are equal records. */
    return put_entry(&all->taken,
                     at_repeat_nonzero((uint64_t)record * UINT64_C(0x9E3779B97F4A7C15)), 0, err);
}

at_status at_repeats_by_match(at_record_id *out, at_repeats *all, const at_repeat_row *row,
                              at_error *err) {
    const uint64_t hash = at_repeat_row_hash(row);
    uint32_t place = 0;
    for (size_t at = hash; next_entry(&place, &at, &all->matches, hash);) {
        at_repeat_known known;
        bool same = false;
        AT_TRY(look_at(&known, all, place, err));
        AT_TRY(at_repeat_matches(&same, &known, row, err));
        if (!same)
            continue;
        AT_TRY(root_of(out, all, &known, err));
        if (!is_taken(all, *out))
            return AT_OK;
    }
    *out = 0;
    return AT_OK;
}

/* --- Learning --------------------------------------------------------------------------------- */

at_status at_repeats_added(at_repeats *all, const char *id, at_error *err) {
    const size_t row = all->writer->open.count - 1;
    if (!id)
        return AT_OK;
    if (all->indexed)
        return put_entry(&all->ids, hash_id(id), (uint32_t)(all->chunks.count << ROW_BITS | row),
                         err);
    all->any_id = true;
    at_text_reset(&all->last_id);
    return at_text_add(&all->last_id, id, err);
}

at_status at_repeats_flushed(at_repeats *all, size_t count, at_error *err) {
    AT_TRY(AT_GROW(&all->chunks.entries, &all->entry_capacity, all->chunks.count, all->arena, err));
    all->chunks.entries[all->chunks.count++] = (at_chunk_entry){
        .chunk = sqlite3_last_insert_rowid(all->db), .source = all->source, .count = count};
    if (all->chunks.count >= UINT32_MAX >> ROW_BITS)
        return at_fail(err, AT_LIMIT, "E-LIMIT", "a namespace holds %u transfers at most",
                       UINT32_MAX);
    return AT_OK;
}

static at_status add_names(void *self, int64_t source, const at_name_list *list, size_t count,
                           at_error *err) {
    at_repeats *all = self;
    uint32_t unused = 0;
    if (!all->owner_count || all->owners[all->owner_count - 1].source != source) {
        AT_TRY(AT_GROW(&all->owners, &all->owner_capacity, all->owner_count, all->arena, err));
        all->owners[all->owner_count++] = (at_repeat_owner){.source = source};
    }
    at_names *names = &all->owners[all->owner_count - 1].names;
    for (size_t i = 0; i < count; i++) {
        const char *id = at_pack_text(&list->ids, i);
        const uint32_t space = (uint32_t)list->spaces[i];
        const size_t bytes = strlen(id);
        AT_TRY(at_names_number(&unused, names, space, id, bytes, at_names_hash(space, id, bytes),
                               err));
    }
    return AT_OK;
}

/* Whether a record is hidden: they come in rising order. */
static at_status is_hidden(bool *out, int64_t *next, sqlite3_stmt *hidden, at_record_id record,
                           at_error *err) {
    while (*next < record) {
        bool row = false;
        AT_TRY(at_db_step(&row, hidden, err));
        *next = row ? at_db_int(hidden, 0) : INT64_MAX;
    }
    *out = *next == record;
    return AT_OK;
}

static at_status index_others(at_repeats *all, at_error *err) {
    AT_CLEANUP(at_db_done) sqlite3_stmt *hidden = NULL;
    int64_t next = 0;
    AT_TRY(at_db_prepare(&hidden, all->db, "SELECT record FROM temp.hidden ORDER BY record", err));
    for (size_t i = 0; i < all->chunks.count; i++) {
        AT_TRY(at_chunks_load(&all->chunks, i, err));
        const at_chunk *chunk = &all->chunks.loaded;
        at_repeat_known known = {.chunk = chunk, .source = all->chunks.entries[i].source};
        AT_TRY(names_of(&known.names, all, known.source, err));
        AT_TRY(index_chunk(all, chunk, i, err));
        AT_TRY(make_room(&all->matches, chunk->count, err));
        for (known.row = 0; known.row < chunk->count; known.row++) {
            bool skip = (at_chunk_int(chunk, AT_CHUNK_FLAGS, known.row) & AT_CHUNK_ID_GIVEN) != 0;
            uint64_t hash = 0;
            if (!skip)
                AT_TRY(is_hidden(&skip, &next, hidden,
                                 AT_RECORD_ID(known.source, (uint64_t)at_chunk_int(
                                                                chunk, AT_CHUNK_NUMBER, known.row)),
                                 err));
            if (skip)
                continue;
            AT_TRY(at_repeat_hash(&hash, &known, err));
            insert(&all->matches, hash, (uint32_t)(i << ROW_BITS | known.row));
        }
    }
    return AT_OK;
}

at_status at_repeats_begin(at_repeats *out, sqlite3 *db, const at_chunk_writer *writer, bool others,
                           at_arena *arena, at_error *err) {
    static const char kin[] = "source IN (SELECT source FROM temp.kin)";
    *out = (at_repeats){.db = db,
                        .source = writer->source,
                        .writer = writer,
                        .others = others,
                        .arena = arena,
                        .chunks = {.loaded_index = SIZE_MAX}};
    AT_TRY(at_db_prepare(&out->root, db,
                         "SELECT coalesce(duplicate_of, id) FROM main.record WHERE id = ?1", err));
    AT_TRY(at_chunks_open(&out->chunks, db, kin, 0, AT_CHUNK_FACTS, arena, err));
    out->entry_capacity = out->chunks.count;
    AT_TRY(at_chunks_names(db, kin, 0, add_names, out, err));
    return index_others(out, err);
}

at_status at_repeats_resume(at_repeats *all, bool indexed, at_error *err) {
    AT_CLEANUP(at_chunks_close) at_chunks own = {.db = NULL};
    AT_CLEANUP(at_db_done) sqlite3_stmt *row = NULL;
    AT_TRY(at_chunks_open(&own, all->db, AT_CHUNKS_SOURCE, all->source, AT_CHUNK_FACTS, all->arena,
                          err));
    for (size_t i = 0; i < own.count; i++) {
        AT_TRY(AT_GROW(&all->chunks.entries, &all->entry_capacity, all->chunks.count, all->arena,
                       err));
        all->chunks.entries[all->chunks.count++] = own.entries[i];
    }
    if (indexed)
        AT_TRY(index_own(all, err));
    if (!all->others)
        return AT_OK;
    AT_TRY(at_db_prepare(&row, all->db,
                         "SELECT duplicate_of FROM main.record"
                         " WHERE source = ?1 AND duplicate_of IS NOT NULL ORDER BY id",
                         err));
    AT_TRY(at_db_bind_int(row, 1, all->source, err));
    for (bool more = false;;) {
        AT_TRY(at_db_step(&more, row, err));
        if (!more)
            return AT_OK;
        AT_TRY(at_repeats_take(all, at_db_int(row, 0), err));
    }
}

void at_repeats_end(at_repeats *all) {
    at_db_done(&all->root);
    at_chunks_close(&all->chunks);
    for (size_t i = 0; i < AT_REPEATS_KEPT; i++)
        at_chunk_clear(&all->kept[i].chunk);
    for (size_t i = 0; i < all->owner_count; i++)
        at_names_clear(&all->owners[i].names);
    all->owner_count = 0;
    clear_table(&all->ids);
    clear_table(&all->matches);
    clear_table(&all->taken);
    at_text_clear(&all->last_id);
}
