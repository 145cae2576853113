#include "engine/model/table.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SHARE_PLACES = 12, SHARE_TEXT_BYTES = 64, SEEN_FIRST = 128 };

void at_table_init(at_table *table, const char *query, int version, const at_column *columns,
                   at_arena *arena) {
    assert(table != NULL && query != NULL && columns != NULL && arena != NULL);
    *table = (at_table){.query = query, .version = version, .columns = columns, .arena = arena};
    while (columns[table->column_count].name != NULL)
        table->column_count++;
}

at_status at_table_row(at_row **out, at_table *table, at_error *err) {
    assert(out != NULL && table != NULL);
    at_cell *cells;
    AT_TRY(AT_GROW(&table->rows, &table->row_capacity, table->row_count, table->arena, err));
    AT_TRY(AT_NEW(&cells, table->arena, table->column_count, err));
    for (size_t i = 0; i < table->column_count; i++)
        cells[i].empty = true;
    at_row *row = &table->rows[table->row_count++];
    *row = (at_row){.cells = cells, .grade = AT_OBSERVED};
    *out = row;
    return AT_OK;
}

void at_cell_text(at_cell *cell, const char *text) {
    *cell = (at_cell){.empty = text == NULL, .text = text};
}

void at_cell_integer(at_cell *cell, int64_t integer) {
    *cell = (at_cell){.empty = integer == AT_AMOUNT_NONE, .integer = integer};
}

void at_cell_real(at_cell *cell, double real) {
    assert(isfinite(real));
    *cell = (at_cell){.real = real};
}

void at_cell_ratio(at_cell *cell, at_ratio ratio) {
    assert(ratio.den > 0);
    *cell = (at_cell){.ratio = ratio};
}

void at_cell_time(at_cell *cell, int64_t us, at_precision precision) {
    *cell = (at_cell){.empty = us == AT_TIME_NONE, .integer = us, .precision = precision};
}

/* --- Citing ----------------------------------------------------------------------------------- */

/* Slot of a record among a power of two of slots, 0 meaning free. */
static size_t find_seen(const at_record_id *seen, size_t capacity, at_record_id record) {
    size_t slot = ((uint64_t)record * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (capacity - 1);
    while (seen[slot] != 0 && seen[slot] != record)
        slot = (slot + 1) & (capacity - 1);
    return slot;
}

/* Keep the records of a row with many as a set, at most half full. */
static at_status grow_seen(at_row *row, at_arena *arena, at_error *err) {
    if (row->support < row->seen_capacity / 2)
        return AT_OK;
    const size_t wanted = row->seen_capacity == 0 ? SEEN_FIRST : row->seen_capacity * 2;
    at_record_id *seen;
    AT_TRY(AT_NEW(&seen, arena, wanted, err));
    const at_record_id *old = row->seen_capacity == 0 ? row->records : row->seen;
    const size_t old_count = row->seen_capacity == 0 ? row->record_count : row->seen_capacity;
    for (size_t i = 0; i < old_count; i++)
        if (old[i] != 0)
            seen[find_seen(seen, wanted, old[i])] = old[i];
    row->seen = seen;
    row->seen_capacity = wanted;
    return AT_OK;
}

at_status at_row_cite(at_row *row, at_table *table, at_record_id record, at_error *err) {
    assert(row != NULL && table != NULL);
    if (record == 0)
        return AT_OK;
    for (size_t i = 0; i < row->record_count; i++)
        if (row->records[i] == record)
            return AT_OK;
    if (row->record_count < AT_SOURCES_MAX) {
        at_record_id *records = row->records;
        /* The list doubles: most rows cite one or two records. */
        if ((row->record_count & (row->record_count - 1)) == 0) {
            const size_t wanted = row->record_count == 0 ? 1 : row->record_count * 2;
            AT_TRY(AT_NEW(&records, table->arena, wanted, err));
            if (row->record_count > 0)
                memcpy(records, row->records, row->record_count * sizeof *records);
        }
        records[row->record_count++] = record;
        row->records = records;
        row->support++;
        return AT_OK;
    }
    AT_TRY(grow_seen(row, table->arena, err));
    const size_t slot = find_seen(row->seen, row->seen_capacity, record);
    if (row->seen[slot] == 0) {
        row->seen[slot] = record;
        row->support++;
    }
    return AT_OK;
}

at_status at_table_note(at_table *table, at_error *err, const char *code, const char *format, ...) {
    assert(table != NULL && code != NULL && format != NULL);
    va_list arguments;
    va_start(arguments, format);
    const int needed = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (needed < 0)
        return at_fail(err, AT_BUG, "E-BUG", "the format \"%s\" cannot be printed", format);
    char *text;
    AT_TRY(AT_NEW(&text, table->arena, (size_t)needed + 1, err));
    va_start(arguments, format);
    (void)vsnprintf(text, (size_t)needed + 1, format, arguments);
    va_end(arguments);
    AT_TRY(AT_GROW(&table->notes, &table->note_capacity, table->note_count, table->arena, err));
    table->notes[table->note_count++] = (at_note){.code = code, .text = text};
    return AT_OK;
}

int at_table_column(const at_table *table, const char *name) {
    assert(table != NULL && name != NULL);
    for (size_t i = 0; i < table->column_count; i++)
        if (strcmp(table->columns[i].name, name) == 0)
            return (int)i;
    return -1;
}

/* --- Printing --------------------------------------------------------------------------------- */

/* A decimal with '.' whatever the locale says, and no minus before zero. */
static void print_share(char out[SHARE_TEXT_BYTES], double share, int places) {
    char text[SHARE_TEXT_BYTES];
    const int length = snprintf(text, sizeof text, "%.*f", places, share);
    assert(length > 0 && length < (int)sizeof text);
    (void)length;
    const bool nothing = text[strcspn(text, "123456789")] == '\0';
    size_t written = 0;
    bool in_mark = false;
    for (const char *c = text + (nothing && text[0] == '-'); *c != '\0'; c++) {
        const bool kept = *c == '-' || (*c >= '0' && *c <= '9');
        if (kept)
            out[written++] = *c;
        else if (!in_mark)
            out[written++] = '.';
        in_mark = !kept;
    }
    out[written] = '\0';
}

/* One blank between ids: a line feed would break the row. */
static at_status print_ids(at_text *out, const char *ids, at_error *err) {
    for (size_t bytes; *ids != '\0'; ids += bytes + (ids[bytes] != '\0')) {
        bytes = strcspn(ids, "\n");
        AT_TRY(at_text_add_bytes(out, ids, bytes, err));
        if (ids[bytes] != '\0')
            AT_TRY(at_text_add_char(out, ' ', err));
    }
    return AT_OK;
}

at_status at_cell_print(at_text *out, const at_column *column, const at_cell *cell, int places,
                        at_error *err) {
    assert(out != NULL && column != NULL && cell != NULL && places > 0 && places <= 15);
    char time[AT_TIME_TEXT_BYTES], ratio[AT_RATIO_TEXT_BYTES], share[SHARE_TEXT_BYTES];
    if (cell->empty)
        return AT_OK;
    switch (column->type) {
    case AT_COLUMN_TEXT:
    case AT_COLUMN_ID:
        return at_text_add(out, cell->text, err);
    case AT_COLUMN_IDS:
        return print_ids(out, cell->text, err);
    case AT_COLUMN_COUNT:
    case AT_COLUMN_AMOUNT:
        return at_text_add_int(out, cell->integer, err);
    case AT_COLUMN_SHARE:
        print_share(share, cell->real, places);
        return at_text_add(out, share, err);
    case AT_COLUMN_RATIO:
        at_ratio_format(ratio, cell->ratio);
        return at_text_add(out, ratio, err);
    case AT_COLUMN_TIME:
        at_time_format(time, cell->integer, cell->precision);
        return at_text_add(out, time, err);
    }
    return AT_OK;
}

/* --- Sorting ---------------------------------------------------------------------------------- */

static bool is_number(const at_column *column) {
    return column->type == AT_COLUMN_COUNT || column->type == AT_COLUMN_AMOUNT;
}

/* What one cell is ordered by. */
typedef struct sort_key {
    uint64_t head;    /* of a text: its first eight bytes; of a number: all of it, from the least */
    const char *text; /* NULL for an empty cell and in number columns */
} sort_key;

/* A row and its keys: made once, compared often. */
typedef struct sortable {
    const at_row *row;
    const sort_key *keys; /* one a column */
} sortable;

/* As strcmp orders: the first byte weighs most, and nothing comes before something. */
static uint64_t head_of(const char *text) {
    uint64_t head = 0;
    size_t i = 0;
    for (; i < sizeof head && text[i] != '\0'; i++)
        head = head << 8 | (unsigned char)text[i];
    return i == 0 ? 0 : head << 8 * (sizeof head - i);
}

/* AT_AMOUNT_NONE is the least number, and no number of a cell that is not empty. */
static uint64_t head_of_number(const at_cell *cell) {
    return cell->empty ? 0 : (uint64_t)cell->integer ^ UINT64_C(1) << 63;
}

/* Rows that read alike are ordered by grade and by what they cite, not by who came first. */
static int compare_sources(const at_row *a, const at_row *b) {
    if (a->grade != b->grade)
        return a->grade < b->grade ? -1 : 1;
    for (size_t i = 0; i < a->record_count && i < b->record_count; i++)
        if (a->records[i] != b->records[i])
            return a->records[i] < b->records[i] ? -1 : 1;
    return (a->record_count > b->record_count) - (a->record_count < b->record_count);
}

/* Most names differ early or are one pointer, so few texts are read to their ends. */
static int compare_keys(const sort_key *a, const sort_key *b) {
    if (a->head != b->head)
        return a->head < b->head ? -1 : 1;
    const bool whole = a->head != 0 && (a->head & 0xFF) == 0; /* the texts end in their heads */
    return whole || a->text == b->text ? 0 : at_text_compare(a->text, b->text);
}

static int compare_rows(const at_table *table, const sortable *a, const sortable *b) {
    for (size_t i = 0; i < table->column_count; i++) {
        const int order = compare_keys(&a->keys[i], &b->keys[i]);
        if (order != 0)
            return order;
    }
    return compare_sources(a->row, b->row);
}

static at_status make_keys(sortable *out, const at_table *table, at_text *text, at_arena *scratch,
                           at_error *err) {
    sort_key *keys;
    AT_TRY(AT_NEW(&keys, scratch, table->column_count, err));
    for (size_t i = 0; i < table->column_count; i++) {
        const at_column *column = &table->columns[i];
        const at_cell *cell = &out->row->cells[i];
        if (is_number(column)) {
            keys[i].head = head_of_number(cell);
            continue;
        }
        if (cell->empty)
            continue;
        keys[i].text = cell->text;
        if (column->type != AT_COLUMN_TEXT && column->type != AT_COLUMN_ID) {
            at_text_reset(text);
            AT_TRY(at_cell_print(text, column, cell, SHARE_PLACES, err));
            AT_TRY(at_arena_copy(&keys[i].text, scratch, at_text_string(text), text->bytes, err));
        }
        keys[i].head = head_of(keys[i].text);
    }
    out->keys = keys;
    return AT_OK;
}

/* Bottom-up merge sort: stable, no worse on a hostile order, and one pass over rows in order. */
static sortable *sort_rows(const at_table *table, sortable *from, sortable *to) {
    const size_t count = table->row_count;
    for (size_t run = 1; run < count; run *= 2) {
        for (size_t start = 0; start < count; start += 2 * run) {
            const size_t middle = count - start < run ? count : start + run;
            const size_t end = count - start < 2 * run ? count : start + 2 * run;
            size_t a = start, b = middle;
            if (b == end || compare_rows(table, &from[b - 1], &from[b]) <= 0) {
                memcpy(&to[start], &from[start], (end - start) * sizeof *to);
                continue;
            }
            for (size_t i = start; i < end; i++) {
                const bool left =
                    a < middle && (b == end || compare_rows(table, &from[a], &from[b]) <= 0);
                to[i] = left ? from[a++] : from[b++];
            }
        }
        sortable *swap = from;
        from = to;
        to = swap;
    }
    return from;
}

at_status at_table_sort(at_table *table, at_error *err) {
    assert(table != NULL);
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = table->arena->limit_bytes};
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = table->arena->limit_bytes};
    sortable *rows, *spare;
    at_row *unsorted;
    AT_TRY(AT_NEW(&unsorted, &scratch, table->row_count, err));
    AT_TRY(AT_NEW(&rows, &scratch, table->row_count, err));
    AT_TRY(AT_NEW(&spare, &scratch, table->row_count, err));
    for (size_t i = 0; i < table->row_count; i++) {
        unsorted[i] = table->rows[i];
        rows[i].row = &unsorted[i];
        AT_TRY(make_keys(&rows[i], table, &text, &scratch, err));
    }
    const sortable *sorted = sort_rows(table, rows, spare);
    for (size_t i = 0; i < table->row_count; i++)
        table->rows[i] = *sorted[i].row;
    return AT_OK;
}
