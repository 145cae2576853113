#include "engine/cli/preview.h"

#include "engine/jobs/show_fact.h"

static const at_column columns[] = {
    {"record", AT_COLUMN_COUNT, "counted from 1"},
    {"line", AT_COLUMN_COUNT, "of its first byte"},
    {"offset", AT_COLUMN_COUNT, "of its first byte in the content"},
    {"bytes", AT_COLUMN_COUNT, "its length"},
    {"what", AT_COLUMN_TEXT, "the kind of statement"},
    {"field", AT_COLUMN_TEXT, "its field"},
    {"value", AT_COLUMN_TEXT, "as it would be stored"},
    {0},
};
enum { RECORD, LINE, OFFSET, BYTES, WHAT, FIELD, VALUE };

/* What a row says is copied: the importer lends it for one call. */
static at_status add_row(at_preview *preview, const at_origin *origin, const char *what,
                         const char *field, const char *value, at_error *err) {
    at_row *row = NULL;
    const char *texts[3] = {what, field, value};
    AT_TRY(at_table_row(&row, &preview->table, err));
    at_cell_integer(&row->cells[RECORD], (int64_t)(preview->records + preview->rejected));
    if (origin && origin->line)
        at_cell_integer(&row->cells[LINE], (int64_t)origin->line);
    if (origin && origin->bytes) {
        at_cell_integer(&row->cells[OFFSET], (int64_t)origin->offset);
        at_cell_integer(&row->cells[BYTES], (int64_t)origin->bytes);
    }
    for (size_t i = 0; i < AT_COUNT(texts); i++) {
        AT_TRY(at_arena_text(&texts[i], preview->table.arena, texts[i], err));
        at_cell_text(&row->cells[WHAT + i], texts[i]);
    }
    return AT_OK;
}

static at_status put(void *self, const at_origin *origin, const at_fact *facts, size_t fact_count,
                     at_error *err) {
    at_preview *preview = self;
    preview->records++;
    if (preview->records + preview->rejected > preview->limit)
        return AT_OK;
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    at_table fields;
    at_table_init(&fields, "show", 1, at_show_columns, &scratch);
    at_fact_show show = {.table = &fields, .arena = &scratch};
    for (size_t i = 0; i < fact_count; i++)
        AT_TRY(at_show_fact(&show, &facts[i], err));
    for (size_t i = 0; i < fields.row_count; i++)
        AT_TRY(add_row(preview, origin, fields.rows[i].cells[0].text, fields.rows[i].cells[1].text,
                       fields.rows[i].cells[2].text, err));
    return AT_OK;
}

static at_status reject(void *self, const at_origin *origin, const at_error *reason,
                        at_error *err) {
    at_preview *preview = self;
    preview->rejected++;
    if (preview->rejected > preview->limit)
        return AT_OK;
    return add_row(preview, origin, "rejected", reason->code, reason->message, err);
}

static at_status warn(void *self, const at_origin *origin, const at_error *what, at_error *err) {
    at_preview *preview = self;
    preview->warnings++;
    if (preview->warnings > preview->limit)
        return AT_OK;
    return add_row(preview, origin, "warning", what->code, what->message, err);
}

void at_preview_init(at_preview *preview, uint64_t limit, at_arena *arena) {
    *preview = (at_preview){.limit = limit};
    at_table_init(&preview->table, "import_preview", 1, columns, arena);
}

at_sink at_preview_sink(at_preview *preview) {
    return (at_sink){.self = preview, .put = put, .reject = reject, .warn = warn};
}
