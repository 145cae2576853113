#include "engine/cli/grid.h"

#include "engine/cli/width.h"

#include <assert.h>
#include <string.h>

enum { GAP = 2, FLEXIBLE_MIN = 8, PIECE_MAX = 40, VALUE_MIN = 20 };

at_status at_grid_add(at_grid *grid, const char *value, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text visible = {0};
    at_grid_cell cell = {0};
    AT_TRY(at_visible_add(&visible, &cell.width, value, false, err));
    AT_TRY(at_arena_copy(&cell.text, grid->arena, at_text_string(&visible), visible.bytes, err));
    AT_TRY(AT_GROW(&grid->cells, &grid->capacity, grid->cell_count, grid->arena, err));
    grid->cells[grid->cell_count++] = cell;
    return AT_OK;
}

at_status at_grid_init(at_grid *grid, const at_output *out, const at_grid_column *columns,
                       size_t column_count, at_arena *arena, at_error *err) {
    *grid = (at_grid){.arena = arena,
                      .columns = columns,
                      .column_count = column_count,
                      .edge = out->columns,
                      .isolate = out->terminal && !out->path};
    for (size_t i = 0; i < column_count; i++)
        AT_TRY(at_grid_add(grid, columns[i].head, err));
    return AT_OK;
}

/* A flexible column can become as narrow as its longest word. */
static size_t min_width(const at_grid *grid, size_t column) {
    size_t least = grid->cells[column].width, natural = least;
    if (least < FLEXIBLE_MIN)
        least = FLEXIBLE_MIN;
    for (size_t i = column; i < grid->cell_count; i += grid->column_count) {
        size_t piece = at_visible_piece(grid->cells[i].text);
        if (piece > PIECE_MAX)
            piece = PIECE_MAX;
        least = piece > least ? piece : least;
        natural = grid->cells[i].width > natural ? grid->cells[i].width : natural;
    }
    return !grid->columns[column].flexible || natural < least ? natural : least;
}

static size_t sum_of(const size_t *widths, size_t count) {
    size_t sum = count ? GAP * (count - 1) : 0;
    for (size_t i = 0; i < count; i++)
        sum += widths[i];
    return sum;
}

/* Take from the widest column that can give until all fit; false when they cannot. */
static bool fit(const at_grid *grid, size_t *widths, size_t *least) {
    const size_t count = grid->column_count;
    for (size_t i = 0; i < count; i++) {
        least[i] = min_width(grid, i);
        if (least[i] < widths[i] && widths[i] > grid->edge)
            widths[i] = grid->edge > least[i] ? grid->edge : least[i]; /* or it takes long */
    }
    while (sum_of(widths, count) > grid->edge) {
        size_t widest = count;
        for (size_t i = 0; i < count; i++)
            if (widths[i] > least[i] && (widest == count || widths[i] > widths[widest]))
                widest = i;
        if (widest == count)
            return false;
        widths[widest]--;
    }
    return true;
}

static at_status add_repeated(at_text *out, char c, size_t count, at_error *err) {
    for (size_t i = 0; i < count; i++)
        AT_TRY(at_text_add_char(out, c, err));
    return AT_OK;
}

/* Append the next piece of `*rest` that fits, and move on. */
static at_status add_piece(at_text *out, size_t *width_out, const char **rest, size_t width,
                           bool isolate, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text piece = {0};
    size_t next = 0;
    const size_t bytes = at_visible_cut(&next, *rest, width);
    AT_TRY(at_text_add_bytes(&piece, *rest, bytes, err));
    *rest += next;
    return at_visible_add(out, width_out, at_text_string(&piece), isolate, err);
}

/* One row, over as many lines as its longest cell. Blanks are written before the next word, so that
 * no line ends in one. */
static at_status add_row(at_text *out, const at_grid *grid, size_t row, const size_t *widths,
                         const char **rests, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text piece = {0};
    const at_grid_cell *cells = &grid->cells[row * grid->column_count];
    bool more = true;
    for (size_t i = 0; i < grid->column_count; i++)
        rests[i] = cells[i].text;
    while (more) {
        size_t owed = 0;
        more = false;
        for (size_t i = 0; i < grid->column_count; i++) {
            size_t width = 0;
            at_text_reset(&piece);
            AT_TRY(add_piece(&piece, &width, &rests[i], widths[i], grid->isolate, err));
            assert(width <= widths[i]);
            const size_t space = widths[i] - width;
            owed += grid->columns[i].right ? space : 0;
            if (piece.bytes) {
                AT_TRY(add_repeated(out, ' ', owed, err));
                AT_TRY(at_text_add(out, at_text_string(&piece), err));
                owed = 0;
            }
            owed += (grid->columns[i].right ? 0 : space) + GAP;
            more |= *rests[i] != '\0';
        }
        AT_TRY(at_text_add_char(out, '\n', err));
    }
    return AT_OK;
}

static at_status print_columns(at_output *out, const at_grid *grid, const size_t *widths,
                               at_error *err) {
    const char **rests = NULL;
    AT_TRY(AT_NEW(&rests, grid->arena, grid->column_count, err));
    AT_TRY(add_row(&out->text, grid, 0, widths, rests, err));
    for (size_t i = 0; i < grid->column_count; i++) {
        AT_TRY(add_repeated(&out->text, '-', widths[i], err));
        AT_TRY(at_text_add(&out->text, i + 1 < grid->column_count ? "  " : "\n", err));
    }
    for (size_t row = 1; row < grid->cell_count / grid->column_count; row++) {
        AT_TRY(add_row(&out->text, grid, row, widths, rests, err));
        AT_TRY(at_output_flush(out, err));
    }
    return AT_OK;
}

static at_status print_field(at_text *out, const at_grid *grid, size_t column,
                             const at_grid_cell *cell, size_t label, size_t room, at_error *err) {
    const char *rest = cell->text;
    AT_TRY(at_visible_add(out, NULL, grid->cells[column].text, grid->isolate, err));
    size_t owed = label - grid->cells[column].width + GAP;
    do {
        AT_TRY(add_repeated(out, ' ', owed, err));
        AT_TRY(add_piece(out, NULL, &rest, room, grid->isolate, err));
        AT_TRY(at_text_add_char(out, '\n', err));
        owed = label + GAP;
    } while (*rest);
    return AT_OK;
}

/* Every row as a block: "field  value", empty fields left out. */
static at_status print_blocks(at_output *out, const at_grid *grid, at_error *err) {
    size_t label = 0;
    for (size_t i = 0; i < grid->column_count; i++)
        if (grid->cells[i].width > label)
            label = grid->cells[i].width;
    const size_t room = grid->edge > label + GAP + VALUE_MIN ? grid->edge - label - GAP : VALUE_MIN;
    for (size_t row = 1; row < grid->cell_count / grid->column_count; row++) {
        AT_TRY(at_text_print(&out->text, err, "%s- %zu -\n", row > 1 ? "\n" : "", row));
        for (size_t i = 0; i < grid->column_count; i++) {
            const at_grid_cell *cell = &grid->cells[row * grid->column_count + i];
            if (cell->text[0])
                AT_TRY(print_field(&out->text, grid, i, cell, label, room, err));
        }
        AT_TRY(at_output_flush(out, err));
    }
    return AT_OK;
}

at_status at_grid_print(at_output *out, const at_grid *grid, at_error *err) {
    size_t *widths = NULL, *least = NULL;
    if (grid->column_count == 0)
        return AT_OK;
    assert(grid->cell_count % grid->column_count == 0);
    AT_TRY(AT_NEW(&widths, grid->arena, grid->column_count, err));
    AT_TRY(AT_NEW(&least, grid->arena, grid->column_count, err));
    for (size_t i = 0; i < grid->cell_count; i++)
        if (grid->cells[i].width > widths[i % grid->column_count])
            widths[i % grid->column_count] = grid->cells[i].width;
    if (grid->edge && !fit(grid, widths, least))
        return print_blocks(out, grid, err);
    return print_columns(out, grid, widths, err);
}
