/**
 * index_columns.h - columns of rows in a file of tmp/, until the index that is made has room for
 * them.
 *
 * Rows are added in their order; a column is read from its first value to its last, as often as
 * one likes.
 *
 * Ownership: a value, ended by scope; the spool lives in the arena given.
 */
#ifndef ASSETTRACE_STORE_INDEX_COLUMNS_H
#define ASSETTRACE_STORE_INDEX_COLUMNS_H

#include "engine/store/index_file.h"
#include "engine/store/spool.h"

typedef struct at_index_column_of {
    at_index_column_name name;
    size_t size; /* bytes a value: 1, 4 or 8 */
} at_index_column_of;

typedef struct at_index_columns {
    const at_index_column_of *list;
    size_t list_count;
    at_spool *spool;
    uint8_t *room;  /* values of so many rows, one column behind another */
    size_t *offset; /* of each column in it */
    size_t room_bytes, count;
} at_index_columns;

AT_CHECKED at_status at_index_columns_begin(at_index_columns *out, const at_index_column_of *list,
                                            size_t list_count, const char *store, at_arena *arena,
                                            at_error *err);
void at_index_columns_end(at_index_columns *columns);
/** One row: its values in the order of the list. */
AT_CHECKED at_status at_index_columns_add(at_index_columns *columns, const int64_t *values,
                                          at_error *err);
/** No more rows come. */
AT_CHECKED at_status at_index_columns_finish(at_index_columns *columns, at_error *err);
/** Part of a column, as at_index_values. */
AT_CHECKED at_status at_index_columns_read(const at_index_columns *columns, size_t column,
                                           void *out, size_t first, size_t count, at_error *err);
/** A column of the list, into an index. */
AT_CHECKED at_status at_index_columns_put(at_index_writer *writer, const at_index_columns *columns,
                                          at_index_column_name name, at_error *err);

#endif
