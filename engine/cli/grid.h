/**
 * grid.h - cells set in columns for people: nothing is broken by a long or a turned name.
 *
 * Columns stand by display width. When they do not fit, flexible ones are wrapped, at blanks where
 * there are some; numbers, dates and ids are never cut. When even that does not fit, every row
 * becomes a block of lines, one a field. Columns always run from left to right, and right-to-left
 * text is isolated piece by piece, so that no name turns its neighbours.
 *
 * Units:     columns of a terminal.
 * Ownership: all lives in the arena; texts put in are copied.
 */
#ifndef ASSETTRACE_CLI_GRID_H
#define ASSETTRACE_CLI_GRID_H

#include "engine/cli/output.h"

typedef struct at_grid_column {
    const char *head;
    bool right;    /* numbers */
    bool flexible; /* may be wrapped */
} at_grid_column;

typedef struct at_grid_cell {
    const char *text; /* visible, not isolated */
    size_t width;
} at_grid_cell;

typedef struct at_grid {
    at_arena *arena;
    const at_grid_column *columns;
    size_t column_count;
    at_grid_cell *cells; /* the heads first */
    size_t cell_count, capacity;
    size_t edge;  /* 0: none */
    bool isolate; /* on terminals only: files hold the names as they are */
} at_grid;

/** Columns are borrowed. */
AT_CHECKED at_status at_grid_init(at_grid *grid, const at_output *out,
                                  const at_grid_column *columns, size_t column_count,
                                  at_arena *arena, at_error *err);
/** The next cell, row by row. */
AT_CHECKED at_status at_grid_add(at_grid *grid, const char *value, at_error *err);
AT_CHECKED at_status at_grid_print(at_output *out, const at_grid *grid, at_error *err);

#endif
