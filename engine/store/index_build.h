/**
 * index_build.h - the rows of an index while it is made.
 *
 * Rows come from the flow (flow.h) as they are met and go into a sorter by time, seq and id; what
 * makes ids unique and finds what is reversed sorts them by id (index_ids.c). Then they are read in
 * their order once, which makes columns of them in a file of tmp/ (index_columns.c), and the index
 * is written column by column (index_build.c). In memory are who is who, the nodes, a number or two
 * a row, and rooms to sort in.
 *
 * Ownership: values, ended by scope.
 * Errors:    AT_IO, AT_NO_MEMORY, AT_INTERRUPTED; what a ledger is refused for.
 */
#ifndef ASSETTRACE_STORE_INDEX_BUILD_H
#define ASSETTRACE_STORE_INDEX_BUILD_H

#include "engine/store/flow.h"
#include "engine/store/sorter.h"

enum { AT_INDEX_ROOM_BYTES = 32 << 20 }; /* to sort in */

/* What a sorter carries along of a row; time, seq and id are what it is sorted by. Behind it stand
 * the texts it has, in the order of the bits. */
typedef struct at_index_row {
    int64_t amount, amount_in, fee;
    at_record_id record, record_in;
    uint32_t from, to; /* as the flow numbers nodes */
    uint32_t item;     /* which row of the flow */
    uint32_t name_space, second_name_space;
    uint8_t flags, grade, id_given, texts;
} at_index_row;

enum {
    AT_INDEX_REVERSES_BIT = 1, /* as written */
    AT_INDEX_SECOND_BIT = 2,   /* the id of the credit leg that shares the row */
    AT_INDEX_KNOWN_BIT = 4     /* the id in its namespace, where it was made another */
};

/* One as it is read. */
typedef struct at_index_row_view {
    const at_index_row *row;
    int64_t time_us, seq;
    const char *id, *known; /* known: the id before it was made unique */
    const char *reverses, *second;
} at_index_row_view;

typedef struct at_index_rows {
    at_sorter sorter;
    at_text data;        /* of the row being added */
    size_t count;        /* of rows */
    bool reversing;      /* some row reverses another */
    bool mixed;          /* several namespaces, or ids both given and derived: they may be equal */
    uint32_t name_space; /* of the first row, as the next */
    uint8_t id_given;
    const char *store;
    size_t room_bytes;
} at_index_rows;

at_index_rows at_index_rows_begin(const char *store, size_t room_bytes);
void at_index_rows_end(at_index_rows *rows);
/** For at_flow.take, an at_index_rows being `taker`. */
at_status at_index_rows_take(void *rows, const at_flow_row *row, at_error *err);
AT_CHECKED at_status at_index_rows_add(at_index_rows *rows, const at_index_row_view *view,
                                       at_error *err);
/** From at_sorter_rewind(&rows->sorter) on. */
AT_CHECKED at_status at_index_rows_next(at_index_row_view *out, bool *got_out, at_index_rows *rows,
                                        at_error *err);

/* index_ids.c */

/** Make ids unique, as at_flow_settle_ids does. */
AT_CHECKED at_status at_index_unique_ids(at_index_rows *rows, const at_identity *identity,
                                         at_error *err);

/* Which rows are reversed: every row is shown in its order, by its place in it. */
typedef struct at_index_reversals {
    at_sorter sorter;
    at_text key;
    uint32_t *rows; /* by row: as at_ledger.reverses; NULL when nothing is reversed */
    at_arena arena;
} at_index_reversals;
AT_CHECKED at_status at_index_reversals_begin(at_index_reversals *out, const at_index_rows *rows,
                                              at_error *err);
void at_index_reversals_end(at_index_reversals *reversals);
AT_CHECKED at_status at_index_reversals_see(at_index_reversals *reversals,
                                            const at_identity *identity,
                                            const at_index_row_view *view, size_t place,
                                            at_error *err);
AT_CHECKED at_status at_index_reversals_find(at_index_reversals *reversals, at_error *err);

/* Rows by id, each once: "E-LEDGER-DUPID". */
AT_CHECKED at_status at_index_by_id(uint32_t *out, at_sorter *ids, at_error *err);

#endif
