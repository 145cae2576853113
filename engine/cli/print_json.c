/* print_json.c: tables as canonical JSON (RFC 8785): members sorted, so that equal is equal. */
#include "engine/base/json.h"
#include "engine/cli/fields.h"
#include "engine/cli/print.h"

#include <string.h>

/* Members of a row object stand in byte order of their names, whatever the order of the fields. */
typedef struct members {
    at_field_list list;
    at_json_name names[AT_FIELDS_MAX];
} members;

static at_status sort_members(members *out, const at_output *output, const at_print *print,
                              at_error *err) {
    at_field_list chosen;
    AT_TRY(at_fields_choose(&chosen, output, print, err));
    out->list.count = 0;
    for (size_t i = 0; i < chosen.count; i++) {
        at_field *items = out->list.items;
        size_t at = out->list.count++;
        for (; at > 0 && strcmp(items[at - 1].name, chosen.items[i].name) > 0; at--)
            items[at] = items[at - 1];
        items[at] = chosen.items[i];
    }
    for (size_t i = 0; i < out->list.count; i++)
        at_json_name_make(&out->names[i], out->list.items[i].name);
    return AT_OK;
}

static const char *type_text(at_column_type type) {
    static const char *const words[] = {
        [AT_COLUMN_TEXT] = "text",     [AT_COLUMN_ID] = "id",       [AT_COLUMN_COUNT] = "count",
        [AT_COLUMN_AMOUNT] = "amount", [AT_COLUMN_SHARE] = "share", [AT_COLUMN_RATIO] = "ratio",
        [AT_COLUMN_TIME] = "time",     [AT_COLUMN_IDS] = "ids",
    };
    return words[type];
}

static at_status put_ids(at_json_writer *json, const char *ids, at_text *scratch, at_error *err) {
    at_json_array(json);
    for (size_t bytes; *ids != '\0'; ids += bytes + (ids[bytes] != '\0')) {
        bytes = strcspn(ids, "\n");
        at_text_reset(scratch);
        AT_TRY(at_text_add_bytes(scratch, ids, bytes, err));
        at_json_put_text(json, at_text_string(scratch));
    }
    at_json_array_end(json);
    return AT_OK;
}

static at_status put_cell(at_json_writer *json, const at_column *column, const at_cell *cell,
                          at_text *scratch, at_error *err) {
    enum { EXACT_BITS = 53 };
    const int64_t exact = (INT64_C(1) << EXACT_BITS) - 1;
    if (cell->empty) {
        at_json_put_text(json, NULL);
    } else if (column->type == AT_COLUMN_IDS) {
        return put_ids(json, cell->text, scratch, err);
    } else if (column->type == AT_COLUMN_TEXT || column->type == AT_COLUMN_ID) {
        at_json_put_text(json, cell->text);
    } else if (column->type == AT_COLUMN_AMOUNT) {
        at_json_put_amount(json, cell->integer);
    } else if (column->type == AT_COLUMN_COUNT && cell->integer >= -exact &&
               cell->integer <= exact) {
        at_json_put_int(json, cell->integer);
    } else {
        at_text_reset(scratch);
        AT_TRY(at_cell_print(scratch, column, cell, AT_ASK_PLACES, err));
        at_json_put_text(json, at_text_string(scratch));
    }
    return AT_OK;
}

static at_status put_sources(at_json_writer *json, const at_print *print, const at_row *row,
                             at_error *err) {
    at_json_array(json);
    for (size_t i = 0; i < row->record_count; i++) {
        at_address address = {0};
        char text[AT_ADDRESS_TEXT_BYTES];
        AT_TRY(print->facts->address(print->facts->self, &address, row->records[i], err));
        at_address_format(text, &address);
        at_json_put_text(json, text);
    }
    at_json_array_end(json);
    return AT_OK;
}

static at_status put_row(at_json_writer *json, const at_print *print, const members *fields,
                         const at_row *row, at_text *scratch, at_error *err) {
    at_json_object(json);
    for (size_t i = 0; i < fields->list.count; i++) {
        const at_field *item = &fields->list.items[i];
        at_json_put_name(json, &fields->names[i]);
        if (item->index == AT_FIELD_GRADE)
            at_json_put_text(json, at_grade_text(row->grade));
        else if (item->index == AT_FIELD_SOURCES)
            AT_TRY(put_sources(json, print, row, err));
        else if (item->index == AT_FIELD_SUPPORT)
            at_json_put_int(json, (int64_t)row->support);
        else
            AT_TRY(put_cell(json, &print->table->columns[item->index], &row->cells[item->index],
                            scratch, err));
    }
    at_json_object_end(json);
    return AT_OK;
}

/* The columns printed, in their order. */
static void put_columns(at_json_writer *json, const at_table *table, const at_field_list *fields) {
    at_json_put_key(json, "columns");
    at_json_array(json);
    for (size_t i = 0; i < fields->count; i++) {
        if (fields->items[i].index < 0)
            continue;
        at_json_object(json);
        at_json_put_key(json, "name");
        at_json_put_text(json, fields->items[i].name);
        at_json_put_key(json, "type");
        at_json_put_text(json, type_text(table->columns[fields->items[i].index].type));
        at_json_object_end(json);
    }
    at_json_array_end(json);
}

static void put_notes(at_json_writer *json, const at_table *table) {
    at_json_put_key(json, "notes");
    at_json_array(json);
    for (size_t i = 0; i < table->note_count; i++) {
        at_json_object(json);
        at_json_put_key(json, "code");
        at_json_put_text(json, table->notes[i].code);
        at_json_put_key(json, "text");
        at_json_put_text(json, table->notes[i].text);
        at_json_object_end(json);
    }
    at_json_array_end(json);
}

at_status at_print_json(at_output *out, const at_print *print, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text scratch = {0}, schema = {0};
    const at_table *table = print->table;
    at_json_writer json = {.out = &out->text};
    at_field_list fields;
    members sorted;
    AT_TRY(at_fields_choose(&fields, out, print, err));
    AT_TRY(sort_members(&sorted, out, print, err));
    AT_TRY(at_text_print(&schema, err, "assettrace/%s/%d", table->query, table->version));
    at_json_object(&json);
    put_columns(&json, table, &fields);
    put_notes(&json, table);
    if (print->question) {
        at_json_put_key(&json, "question");
        at_json_put_text(&json, print->question);
    }
    if (print->revision >= 0) {
        at_json_put_key(&json, "revision");
        at_json_put_int(&json, print->revision);
    }
    at_json_put_key(&json, "rows");
    at_json_array(&json);
    for (size_t i = 0; i < table->row_count; i++) {
        AT_TRY(put_row(&json, print, &sorted, &table->rows[i], &scratch, err));
        AT_TRY(at_output_flush(out, err));
    }
    at_json_array_end(&json);
    at_json_put_key(&json, "schema");
    at_json_put_text(&json, at_text_string(&schema));
    at_json_put_key(&json, "truncated");
    at_json_put_bool(&json, table->truncated);
    at_json_object_end(&json);
    return at_json_finish(&json, err);
}

at_status at_print_ndjson(at_output *out, const at_print *print, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text scratch = {0};
    at_json_writer json = {.out = &out->text};
    members sorted;
    AT_TRY(sort_members(&sorted, out, print, err));
    for (size_t i = 0; i < print->table->row_count; i++) {
        AT_TRY(put_row(&json, print, &sorted, &print->table->rows[i], &scratch, err));
        AT_TRY(at_json_finish(&json, err));
        AT_TRY(at_text_add_char(&out->text, '\n', err));
        AT_TRY(at_output_flush(out, err));
    }
    return AT_OK;
}
