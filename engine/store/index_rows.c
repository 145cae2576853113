/* index_rows.c - rows of an index that is made, into a sorter and out of it (index_build.h). */
#include "engine/store/index_build.h"

#include "engine/model/order.h"

#include <string.h>

at_index_rows at_index_rows_begin(const char *store, size_t room_bytes) {
    return (at_index_rows){.sorter = at_sorter_begin(store, room_bytes),
                           .data = {.limit_bytes = SIZE_MAX},
                           .store = store,
                           .room_bytes = room_bytes};
}

void at_index_rows_end(at_index_rows *rows) {
    at_sorter_end(&rows->sorter);
    at_text_clear(&rows->data);
}

/* With its NUL, so that the next one begins behind it. */
static at_status add_text(at_index_rows *rows, const char *text, at_error *err) {
    return text ? at_text_add_bytes(&rows->data, text, strlen(text) + 1, err) : AT_OK;
}

at_status at_index_rows_add(at_index_rows *rows, const at_index_row_view *view, at_error *err) {
    const char *known = view->known == view->id ? NULL : view->known;
    at_index_row row = *view->row;
    row.texts =
        (uint8_t)((view->reverses ? AT_INDEX_REVERSES_BIT : 0) |
                  (view->second ? AT_INDEX_SECOND_BIT : 0) | (known ? AT_INDEX_KNOWN_BIT : 0));
    at_text_reset(&rows->data);
    AT_TRY(at_text_add_bytes(&rows->data, &row, sizeof row, err));
    AT_TRY(add_text(rows, view->reverses, err));
    AT_TRY(add_text(rows, view->second, err));
    AT_TRY(add_text(rows, known, err));
    const at_sorted record = {.high = at_sort_signed(view->time_us),
                              .low = at_sort_signed(view->seq),
                              .text = view->id,
                              .data = rows->data.data,
                              .bytes = rows->data.bytes};
    if (rows->count == 0) {
        rows->name_space = row.name_space;
        rows->id_given = row.id_given;
    }
    rows->mixed =
        rows->mixed || row.name_space != rows->name_space || row.id_given != rows->id_given;
    rows->reversing = rows->reversing || view->reverses;
    rows->count++;
    return at_sorter_add(&rows->sorter, &record, err);
}

at_status at_index_rows_take(void *self, const at_flow_row *given, at_error *err) {
    at_index_rows *rows = self;
    const at_ledger_row_in *from = &given->row;
    if (rows->count >= AT_NONE - 1)
        return at_fail(err, AT_LIMIT, "E-LIMIT", "a ledger of more than %u transfers", AT_NONE - 1);
    const at_index_row row = {.amount = from->amount,
                              .amount_in = from->amount_in,
                              .fee = from->fee,
                              .record = from->record,
                              .record_in = from->record_in,
                              .from = from->from,
                              .to = from->to,
                              .item = (uint32_t)rows->count,
                              .name_space = given->name_space,
                              .second_name_space = given->second_name_space,
                              .flags = from->flags,
                              .grade = (uint8_t)from->grade,
                              .id_given = given->id_given};
    const at_index_row_view view = {.row = &row,
                                    .time_us = from->time_us,
                                    .seq = from->seq,
                                    .id = from->id,
                                    .known = from->id,
                                    .reverses = from->reverses,
                                    .second = given->second_id};
    return at_index_rows_add(rows, &view, err);
}

static const char *take_text(const char **at, bool there) {
    const char *text = *at;
    if (!there)
        return NULL;
    *at += strlen(text) + 1;
    return text;
}

at_status at_index_rows_next(at_index_row_view *out, bool *got_out, at_index_rows *rows,
                             at_error *err) {
    at_sorted record;
    AT_TRY(at_sorter_next(&record, got_out, &rows->sorter, err));
    if (!*got_out)
        return AT_OK;
    const at_index_row *row = record.data;
    const char *at = (const char *)(row + 1);
    *out = (at_index_row_view){.row = row,
                               .time_us = (int64_t)at_sort_signed((int64_t)record.high),
                               .seq = (int64_t)at_sort_signed((int64_t)record.low),
                               .id = record.text,
                               .known = record.text};
    out->reverses = take_text(&at, row->texts & AT_INDEX_REVERSES_BIT);
    out->second = take_text(&at, row->texts & AT_INDEX_SECOND_BIT);
    if (row->texts & AT_INDEX_KNOWN_BIT)
        out->known = at;
    return AT_OK;
}
