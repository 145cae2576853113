/* print_terminal.c: tables for people: columns by display width, names that cannot disturb them. */
#include "engine/cli/fields.h"
#include "engine/cli/grid.h"
#include "engine/cli/lang.h"
#include "engine/cli/print.h"
#include "engine/cli/totals.h"

enum { PLACES_SHOWN = 3 };

/* "bank-a/march.csv:41": what a person looks up; where lines mean nothing, the byte. */
static at_status add_place(at_text *out, const at_address *address, at_error *err) {
    if (address->name_space && !at_text_equal(address->name_space, "default"))
        AT_TRY(at_text_print(out, err, "%s/", address->name_space));
    AT_TRY(at_text_add(out, address->source_name ? address->source_name : "?", err));
    if (address->line)
        return at_text_print(out, err, ":%llu", (unsigned long long)address->line);
    return at_text_print(out, err, "@%llu", (unsigned long long)address->offset);
}

/* The first few, then how many more. */
static at_status add_places(at_text *out, const at_print *print, const at_row *row, at_error *err) {
    const size_t shown = row->record_count < PLACES_SHOWN ? row->record_count : PLACES_SHOWN;
    for (size_t i = 0; i < shown; i++) {
        at_address address = {0};
        AT_TRY(print->facts->address(print->facts->self, &address, row->records[i], err));
        AT_TRY(at_text_add(out, i ? " " : "", err));
        AT_TRY(add_place(out, &address, err));
    }
    if (row->support > shown)
        AT_TRY(at_text_print(out, err, " +%zu", row->support - shown));
    return AT_OK;
}

static at_grid_column column_of(const at_table *table, const at_field *field) {
    at_grid_column column = {.head = at_word_of("column", field->name)};
    const at_column_type type =
        field->index >= 0 ? table->columns[field->index].type : AT_COLUMN_TEXT;
    column.right = type == AT_COLUMN_COUNT || type == AT_COLUMN_AMOUNT || type == AT_COLUMN_SHARE ||
                   type == AT_COLUMN_RATIO || field->index == AT_FIELD_SUPPORT;
    column.flexible = type == AT_COLUMN_TEXT && !column.right && field->index != AT_FIELD_GRADE;
    return column;
}

static at_status add_value(at_grid *grid, const at_print *print, const at_row *row, int field,
                           at_text *scratch, at_error *err) {
    at_text_reset(scratch);
    if (field == AT_FIELD_GRADE)
        return at_grid_add(grid, at_word_of("grade", at_grade_text(row->grade)), err);
    if (field == AT_FIELD_SOURCES && !print->whole_addresses)
        AT_TRY(add_places(scratch, print, row, err));
    else
        AT_TRY(at_print_value(scratch, print, row, field, err));
    return at_grid_add(grid, at_text_string(scratch), err);
}

at_status at_print_terminal(at_output *out, const at_print *print, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    AT_CLEANUP(at_text_clear) at_text scratch = {0};
    at_grid_column columns[AT_FIELDS_MAX];
    at_field_list fields;
    at_grid grid;
    AT_TRY(at_fields_choose(&fields, out, print, err));
    for (size_t i = 0; i < fields.count; i++)
        columns[i] = column_of(print->table, &fields.items[i]);
    AT_TRY(at_grid_init(&grid, out, columns, fields.count, &arena, err));
    for (size_t row = 0; row < print->table->row_count; row++)
        for (size_t i = 0; i < fields.count; i++)
            AT_TRY(add_value(&grid, print, &print->table->rows[row], fields.items[i].index,
                             &scratch, err));
    AT_TRY(at_grid_print(out, &grid, err));
    return at_totals_print(out, print, &fields, &arena, err);
}
