/* print_terminal.c: tables for people: columns by display width, names that cannot disturb them. */
#include "engine/cli/print.h"
#include "engine/cli/width.h"

#include <string.h>

enum { GAP = 2, PLACES_SHOWN = 3 };

/* One cell ready to print. */
typedef struct shown_cell {
    const char *text;
    size_t width;
} shown_cell;

typedef struct grid {
    at_arena *arena;
    shown_cell *cells; /* head row first */
    size_t columns, rows;
} grid;

static at_status show(shown_cell *cell, const grid *shape, const char *value, bool isolate,
                      at_error *err) {
    AT_CLEANUP(at_text_clear) at_text visible = {0};
    AT_TRY(at_visible_add(&visible, &cell->width, value, isolate, err));
    return at_arena_copy(&cell->text, shape->arena, at_text_string(&visible), visible.bytes, err);
}

/* "bank-a/march.csv:41": what a person looks up; where lines mean nothing, the byte. */
static at_status add_place(at_text *out, const at_address *address, at_error *err) {
    if (address->name_space && strcmp(address->name_space, "default") != 0)
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

static at_status fill_row(grid *shape, const at_print *print, size_t index, bool isolate,
                          at_error *err) {
    AT_CLEANUP(at_text_clear) at_text value = {0};
    const at_table *table = print->table;
    const at_row *row = &table->rows[index];
    shown_cell *cells = &shape->cells[(index + 1) * shape->columns];
    for (size_t i = 0; i < table->column_count; i++) {
        at_text_reset(&value);
        AT_TRY(at_cell_print(&value, &table->columns[i], &row->cells[i], AT_ASK_PLACES, err));
        AT_TRY(show(&cells[i], shape, at_text_string(&value), isolate, err));
    }
    if (!print->facts)
        return AT_OK;
    AT_TRY(show(&cells[table->column_count], shape, at_grade_text(row->grade), false, err));
    at_text_reset(&value);
    AT_TRY(print->whole_addresses ? at_print_sources(&value, print, row, err)
                                  : add_places(&value, print, row, err));
    return show(&cells[table->column_count + 1], shape, at_text_string(&value), isolate, err);
}

static at_status fill_grid(grid *shape, const at_print *print, bool isolate, at_error *err) {
    const at_table *table = print->table;
    shape->columns = table->column_count + (print->facts ? 2 : 0);
    shape->rows = table->row_count + 1;
    AT_TRY(AT_NEW(&shape->cells, shape->arena, shape->rows * shape->columns, err));
    for (size_t i = 0; i < shape->columns; i++) {
        const char *head = i < table->column_count    ? table->columns[i].name
                           : i == table->column_count ? "grade"
                                                      : "sources";
        AT_TRY(show(&shape->cells[i], shape, head, false, err));
    }
    for (size_t i = 0; i < table->row_count; i++)
        AT_TRY(fill_row(shape, print, i, isolate, err));
    return AT_OK;
}

static bool is_right(const at_table *table, size_t column) {
    if (column >= table->column_count)
        return false;
    const at_column_type type = table->columns[column].type;
    return type == AT_COLUMN_COUNT || type == AT_COLUMN_AMOUNT || type == AT_COLUMN_SHARE ||
           type == AT_COLUMN_RATIO;
}

static at_status add_repeated(at_text *out, char c, size_t count, at_error *err) {
    for (size_t i = 0; i < count; i++)
        AT_TRY(at_text_add_char(out, c, err));
    return AT_OK;
}

/* Blanks are written before the next word, so that no line ends in one. */
static at_status add_line(at_text *out, const grid *shape, const at_table *table, size_t row,
                          const size_t *widths, at_error *err) {
    size_t owed = 0;
    for (size_t i = 0; i < shape->columns; i++) {
        const shown_cell *cell = &shape->cells[row * shape->columns + i];
        const size_t space = widths[i] - cell->width;
        const bool right = is_right(table, i);
        owed += right ? space : 0;
        if (cell->text[0]) {
            AT_TRY(add_repeated(out, ' ', owed, err));
            AT_TRY(at_text_add(out, cell->text, err));
            owed = 0;
        }
        owed += (right ? 0 : space) + GAP;
    }
    return at_text_add_char(out, '\n', err);
}

at_status at_print_terminal(at_output *out, const at_print *print, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    grid shape = {.arena = &arena};
    size_t *widths = NULL;
    AT_TRY(fill_grid(&shape, print, out->terminal && !out->path, err));
    AT_TRY(AT_NEW(&widths, &arena, shape.columns, err));
    for (size_t i = 0; i < shape.rows * shape.columns; i++)
        if (shape.cells[i].width > widths[i % shape.columns])
            widths[i % shape.columns] = shape.cells[i].width;
    AT_TRY(add_line(&out->text, &shape, print->table, 0, widths, err));
    for (size_t i = 0; i < shape.columns; i++) {
        AT_TRY(add_repeated(&out->text, '-', widths[i], err));
        AT_TRY(at_text_add(&out->text, i + 1 < shape.columns ? "  " : "\n", err));
    }
    for (size_t row = 1; row < shape.rows; row++) {
        AT_TRY(add_line(&out->text, &shape, print->table, row, widths, err));
        AT_TRY(at_output_flush(out, err));
    }
    return AT_OK;
}
