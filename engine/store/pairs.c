#include "engine/store/pairs.h"

#include <inttypes.h>
#include <stdlib.h>

enum { KEY_LEG = 80, KEY_PARTNER };

/* --- Writing ---------------------------------------------------------------------------------- */

at_status at_pair_writer_begin(at_pair_writer *out, sqlite3 *db, at_arena *arena, at_error *err) {
    *out = (at_pair_writer){.count = 0};
    AT_TRY(AT_NEW(&out->ordinals, arena, AT_CHUNK_ROWS, err));
    AT_TRY(AT_NEW(&out->partners, arena, AT_CHUNK_ROWS, err));
    return at_db_prepare(&out->insert, db,
                         "INSERT INTO main.pair_chunk (source, revision, kind, row_count, first,"
                         " last, leg, partner) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                         err);
}

at_status at_pair_writer_flush(at_pair_writer *writer, at_error *err) {
    at_text *legs = &writer->bytes[0], *partners = &writer->bytes[1];
    if (!writer->count)
        return AT_OK;
    at_text_reset(legs);
    at_text_reset(partners);
    AT_TRY(at_pack_ints(legs, KEY_LEG, writer->ordinals, writer->count, err));
    if (writer->kind == AT_PAIR_BEGINS)
        AT_TRY(at_pack_ints(partners, KEY_PARTNER, writer->partners, writer->count, err));
    const int64_t numbers[] = {writer->source,        writer->revision,
                               (int64_t)writer->kind, (int64_t)writer->count,
                               writer->ordinals[0],   writer->ordinals[writer->count - 1]};
    int index = 1;
    for (size_t i = 0; i < AT_COUNT(numbers); i++)
        AT_TRY(at_db_bind_int(writer->insert, index++, numbers[i], err));
    AT_TRY(at_db_bind_bytes(writer->insert, index++, legs->data, legs->bytes, err));
    AT_TRY(partners->bytes
               ? at_db_bind_bytes(writer->insert, index, partners->data, partners->bytes, err)
               : at_db_bind_null(writer->insert, index, err));
    writer->count = 0;
    return at_db_once(writer->insert, err);
}

at_status at_pair_writer_add(at_pair_writer *writer, int64_t revision, const at_pair_event *event,
                             at_error *err) {
    const int64_t source = at_record_source(event->leg);
    if (writer->count == AT_CHUNK_ROWS || writer->revision != revision ||
        writer->kind != event->kind || writer->source != source)
        AT_TRY(at_pair_writer_flush(writer, err));
    writer->revision = revision;
    writer->kind = event->kind;
    writer->source = source;
    writer->ordinals[writer->count] = at_record_number(event->leg);
    writer->partners[writer->count++] = event->partner;
    return AT_OK;
}

void at_pair_writer_end(at_pair_writer *writer) {
    at_db_done(&writer->insert);
    at_text_clear(&writer->bytes[0]);
    at_text_clear(&writer->bytes[1]);
}

/* --- Reading ---------------------------------------------------------------------------------- */

#define PAIR_COLUMNS "number, source, kind, row_count, first, last, leg, partner"

typedef struct pair_row {
    int64_t source;
    at_pair_kind kind;
    size_t count;
} pair_row;

static at_span blob_of(sqlite3_stmt *statement, int column) {
    return (at_span){sqlite3_column_blob(statement, column),
                     (size_t)sqlite3_column_bytes(statement, column)};
}

/* Both arrays have room for AT_CHUNK_ROWS. */
static at_status unpack(pair_row *out, int64_t *ordinals, int64_t *partners, sqlite3_stmt *row,
                        at_error *err) {
    const int64_t kind = at_db_int(row, 2), count = at_db_int(row, 3);
    bool good = kind >= AT_PAIR_ENDS && kind < AT_PAIR_KINDS && count > 0 && count <= AT_CHUNK_ROWS;
    *out = (pair_row){.source = at_db_int(row, 1), .kind = (at_pair_kind)kind};
    at_status status = AT_OK;
    if (good) {
        out->count = (size_t)count;
        status = at_unpack_ints(ordinals, KEY_LEG, out->count, blob_of(row, 6), err);
    }
    if (good && status == AT_OK && out->kind == AT_PAIR_BEGINS)
        status = at_unpack_ints(partners, KEY_PARTNER, out->count, blob_of(row, 7), err);
    if (good && status == AT_OK) {
        good = ordinals[0] == at_db_int(row, 4) && ordinals[0] > 0 &&
               ordinals[count - 1] == at_db_int(row, 5);
        for (int64_t i = 1; good && i < count; i++)
            good = ordinals[i - 1] < ordinals[i];
    }
    if (good && status != AT_TAMPERED)
        return status;
    if (!good)
        status = at_fail(err, AT_TAMPERED, "E-STORE-DAMAGED", "pairs of legs are damaged");
    at_place(err, "pairs %" PRId64 " of the store", at_db_int(row, 0));
    return status;
}

at_status at_pairs_visit(sqlite3 *db, int64_t revision, at_pair_visitor *visit, void *self,
                         at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    AT_CLEANUP(at_db_done) sqlite3_stmt *statement = NULL;
    int64_t *ordinals = NULL, *partners = NULL;
    bool more = false;
    AT_TRY(at_db_prepare(&statement, db,
                         "SELECT " PAIR_COLUMNS " FROM main.pair_chunk WHERE revision <= ?1"
                         " ORDER BY number",
                         err));
    AT_TRY(at_db_bind_int(statement, 1, revision, err));
    for (;;) {
        pair_row row;
        AT_TRY(at_db_step(&more, statement, err));
        if (!more)
            return AT_OK;
        if (!ordinals) {
            AT_TRY(AT_NEW(&ordinals, &arena, AT_CHUNK_ROWS, err));
            AT_TRY(AT_NEW(&partners, &arena, AT_CHUNK_ROWS, err));
        }
        AT_TRY(unpack(&row, ordinals, partners, statement, err));
        for (size_t i = 0; i < row.count; i++) {
            const at_pair_event event = {.leg = AT_RECORD_ID(row.source, (uint64_t)ordinals[i]),
                                         .partner = row.kind == AT_PAIR_BEGINS ? partners[i] : 0,
                                         .kind = row.kind};
            AT_TRY(visit(self, &event, err));
        }
    }
}

at_status at_pair_window_begin(at_pair_window *out, sqlite3 *db, at_arena *arena, at_error *err) {
    *out = (at_pair_window){.select = NULL};
    AT_TRY(AT_NEW(&out->ordinals, arena, AT_CHUNK_ROWS, err));
    AT_TRY(AT_NEW(&out->partners, arena, AT_CHUNK_ROWS, err));
    AT_TRY(AT_NEW(&out->partner, arena, AT_CHUNK_ROWS, err));
    AT_TRY(AT_NEW(&out->doubted, arena, AT_CHUNK_ROWS, err));
    return at_db_prepare(&out->select, db,
                         "SELECT " PAIR_COLUMNS " FROM main.pair_chunk"
                         " WHERE source = ?1 AND first <= ?2 AND last >= ?3 ORDER BY number",
                         err);
}

void at_pair_window_end(at_pair_window *window) {
    at_db_done(&window->select);
}

static at_status apply_rows(at_pair_window *window, int64_t first, size_t count, at_error *err) {
    bool more = false;
    for (;;) {
        pair_row row;
        AT_TRY(at_db_step(&more, window->select, err));
        if (!more)
            return AT_OK;
        AT_TRY(unpack(&row, window->ordinals, window->partners, window->select, err));
        for (size_t i = 0; i < row.count; i++) {
            const int64_t place = window->ordinals[i] - first;
            if (place < 0 || place >= (int64_t)count)
                continue;
            if (row.kind == AT_PAIR_BEGINS || row.kind == AT_PAIR_ENDS)
                window->partner[place] = row.kind == AT_PAIR_BEGINS ? window->partners[i] : 0;
            else
                window->doubted[place] = row.kind == AT_PAIR_DOUBTED;
        }
    }
}

at_status at_pair_window_read(at_pair_window *window, int64_t first_leg, size_t count,
                              at_error *err) {
    const int64_t first = at_record_number(first_leg);
    for (size_t i = 0; i < count; i++) {
        window->partner[i] = 0;
        window->doubted[i] = false;
    }
    AT_TRY(at_db_bind_int(window->select, 1, at_record_source(first_leg), err));
    AT_TRY(at_db_bind_int(window->select, 2, first + (int64_t)count - 1, err));
    AT_TRY(at_db_bind_int(window->select, 3, first, err));
    const at_status status = apply_rows(window, first, count, err);
    at_db_again(window->select);
    return status;
}

/* --- What stands ------------------------------------------------------------------------------ */

/* Changes in the order in which they came. */
typedef struct change {
    at_pair_event event;
    size_t place;
} change;

typedef struct change_list {
    change *items;
    size_t count, capacity;
    at_arena *arena;
} change_list;

static at_status add_change(void *self, const at_pair_event *event, at_error *err) {
    change_list *list = self;
    AT_TRY(AT_GROW(&list->items, &list->capacity, list->count, list->arena, err));
    list->items[list->count] = (change){*event, list->count};
    list->count++;
    return AT_OK;
}

static bool is_pair(const change *item) {
    return item->event.kind == AT_PAIR_BEGINS || item->event.kind == AT_PAIR_ENDS;
}

/* Of pairs, then of doubts: by leg, the last first. */
static int compare_changes(const void *first, const void *second) {
    const change *a = first, *b = second;
    if (is_pair(a) != is_pair(b))
        return is_pair(a) ? -1 : 1;
    if (a->event.leg != b->event.leg)
        return a->event.leg < b->event.leg ? -1 : 1;
    return (a->place < b->place) - (a->place > b->place);
}

at_status at_standing_read(at_standing *out, sqlite3 *db, int64_t revision, at_arena *arena,
                           at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = SIZE_MAX};
    change_list list = {.arena = &scratch};
    *out = (at_standing){.pair_count = 0};
    AT_TRY(at_pairs_visit(db, revision, add_change, &list, err));
    if (!list.count)
        return AT_OK;
    qsort(list.items, list.count, sizeof *list.items, compare_changes);
    AT_TRY(AT_NEW(&out->pairs, arena, list.count, err));
    AT_TRY(AT_NEW(&out->ambiguous, arena, list.count, err));
    for (size_t i = 0; i < list.count; i++) {
        const change *now = &list.items[i];
        if (i > 0 && is_pair(now) == is_pair(now - 1) && now->event.leg == now[-1].event.leg)
            continue; /* something later was said of this leg */
        if (now->event.kind == AT_PAIR_BEGINS)
            out->pairs[out->pair_count++] = (at_pair_standing){now->event.leg, now->event.partner};
        else if (now->event.kind == AT_PAIR_DOUBTED)
            out->ambiguous[out->ambiguous_count++] = now->event.leg;
    }
    return AT_OK;
}
