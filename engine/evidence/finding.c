#include "engine/evidence/finding.h"

#include <stdio.h>
#include <string.h>

#include "engine/evidence/document.h"

static const char *const row_keys[] = {"cells", "grade", "row", "sources", "support", NULL};

/* Members stand in the order of their names, not of the columns. */
static at_status order_columns(size_t **out, at_json_name **names_out, const at_table *table,
                               at_arena *arena, at_error *err) {
    size_t *order = NULL;
    at_json_name *names = NULL;
    AT_TRY(AT_NEW(&order, arena, table->column_count, err));
    AT_TRY(AT_NEW(&names, arena, table->column_count, err));
    for (size_t i = 0; i < table->column_count; i++) {
        size_t place = i;
        for (; place > 0 &&
               at_text_compare(table->columns[order[place - 1]].name, table->columns[i].name) > 0;
             place--)
            order[place] = order[place - 1];
        order[place] = i;
    }
    for (size_t i = 0; i < table->column_count; i++)
        at_json_name_make(&names[i], table->columns[order[i]].name);
    *out = order;
    *names_out = names;
    return AT_OK;
}

static at_status write_cells(at_json_writer *writer, const at_table *table, const at_row *row,
                             const size_t *order, const at_json_name *names, at_text *printed,
                             at_error *err) {
    at_json_object(writer);
    for (size_t i = 0; i < table->column_count; i++) {
        const at_cell *cell = &row->cells[order[i]];
        at_text_reset(printed);
        AT_TRY(at_cell_print(printed, &table->columns[order[i]], cell, AT_SHARE_PLACES, err));
        at_json_member_text(writer, &names[i], cell->empty ? NULL : at_text_string(printed));
    }
    at_json_object_end(writer);
    return AT_OK;
}

at_status at_findings_write(at_text *out, const at_table *table, at_cites *cites, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = 1 << 20};
    AT_CLEANUP(at_text_clear) at_text printed = {.limit_bytes = AT_FINDING_LINE_BYTES_MAX};
    size_t *order = NULL;
    at_json_name *names = NULL;
    at_json_writer writer = {.out = out};
    AT_TRY(order_columns(&order, &names, table, &scratch, err));
    for (size_t i = 0; i < table->row_count; i++) {
        const at_row *row = &table->rows[i];
        at_json_object(&writer);
        at_json_put_key(&writer, "cells");
        AT_TRY(write_cells(&writer, table, row, order, names, &printed, err));
        at_document_put(&writer, "grade", at_grade_text(row->grade));
        at_json_put_key(&writer, "row");
        at_json_put_int(&writer, (int64_t)i + 1);
        at_json_put_key(&writer, "sources");
        at_json_array(&writer);
        for (size_t k = 0; k < row->record_count; k++) {
            const char *address = NULL;
            AT_TRY(at_cites_use(&address, cites, row->records[k], err));
            at_json_put_text(&writer, address);
        }
        at_json_array_end(&writer);
        at_json_put_key(&writer, "support");
        at_json_put_int(&writer, (int64_t)row->support);
        at_json_object_end(&writer);
        AT_TRY(at_document_finish(&writer, err));
    }
    return AT_OK;
}

/* --- Reading --- */

static at_status read_cells(at_finding_row *row, const at_json_value *cells, at_arena *arena,
                            at_error *err) {
    const char **names = NULL, **values = NULL;
    if (at_json_type_of(cells) != AT_JSON_OBJECT)
        return at_json_fail(err, cells, "E-BUNDLE-FINDING", "the cells are no object");
    AT_TRY(AT_NEW(&names, arena, at_json_count(cells), err));
    AT_TRY(AT_NEW(&values, arena, at_json_count(cells), err));
    for (const at_json_value *cell = at_json_first(cells); cell; cell = at_json_next(cell)) {
        if (at_json_text(cell) == NULL && at_json_type_of(cell) != AT_JSON_NULL)
            return at_json_fail(err, cell, "E-BUNDLE-FINDING", "a cell is neither text nor null");
        AT_TRY(at_arena_text(&names[row->cell_count], arena, at_json_key(cell), err));
        AT_TRY(at_arena_text(&values[row->cell_count++], arena, at_json_text(cell), err));
    }
    row->names = names;
    row->values = values;
    return AT_OK;
}

static at_status read_sources(at_finding_row *row, const at_json_value *list, at_arena *arena,
                              at_error *err) {
    const char **sources = NULL;
    AT_TRY(AT_NEW(&sources, arena, at_json_count(list), err));
    for (const at_json_value *item = at_json_first(list); item; item = at_json_next(item)) {
        at_address address;
        if (at_json_text(item) == NULL)
            return at_json_fail(err, item, "E-BUNDLE-FINDING", "a source is no address");
        AT_TRY(at_address_parse(&address, at_json_text(item), err));
        AT_TRY(at_arena_text(&sources[row->source_count++], arena, at_json_text(item), err));
    }
    row->sources = sources;
    return AT_OK;
}

static bool grade_ok(const char *grade) {
    for (at_grade known = AT_OBSERVED; known <= AT_INFERRED; known++)
        if (strcmp(at_grade_text(known), grade) == 0)
            return true;
    return false;
}

static void close_json(at_json **json) {
    at_json_close(json);
}

static at_status read_row(at_finding_row *out, const char *line, size_t bytes, at_arena *arena,
                          at_error *err) {
    AT_CLEANUP(close_json) at_json *json = NULL;
    at_finding_row row = {.row = 0};
    const at_json_value *sources = NULL;
    AT_TRY(at_document_open(&json, line, bytes, "the row", err));
    const at_json_value *root = at_json_root(json);
    AT_TRY(at_document_members(root, row_keys, err));
    AT_TRY(at_document_text(&row.grade, root, "grade", false, err));
    AT_TRY(at_document_count(&row.row, root, "row", err));
    AT_TRY(at_document_count(&row.support, root, "support", err));
    AT_TRY(at_document_list(&sources, root, "sources", err));
    if (!grade_ok(row.grade))
        return at_json_fail(err, root, "E-BUNDLE-FINDING", "\"%.40s\" is no grade", row.grade);
    AT_TRY(at_arena_text(&row.grade, arena, row.grade, err));
    AT_TRY(read_cells(&row, at_json_get(root, "cells"), arena, err));
    AT_TRY(read_sources(&row, sources, arena, err));
    *out = row;
    return AT_OK;
}

at_status at_findings_read(at_finding_row **out, size_t *count_out, const char *data, size_t bytes,
                           at_arena *arena, at_error *err) {
    at_finding_row *rows = NULL;
    size_t count = 0, capacity = 0;
    for (size_t offset = 0; offset < bytes;) {
        const char *end = memchr(data + offset, '\n', bytes - offset);
        const size_t length = end != NULL ? (size_t)(end + 1 - (data + offset)) : bytes - offset;
        AT_TRY(AT_GROW(&rows, &capacity, count, arena, err));
        at_status status = read_row(&rows[count], data + offset, length, arena, err);
        if (status == AT_OK && (rows[count].row != (int64_t)count + 1 ||
                                rows[count].source_count > (uint64_t)rows[count].support))
            status = at_fail(err, AT_BAD_INPUT, "E-BUNDLE-FINDING",
                             "the row is out of sequence or counts its sources wrongly");
        if (status != AT_OK) {
            at_place(err, "row %zu", count + 1);
            return status;
        }
        count++;
        offset += length;
    }
    *out = rows;
    *count_out = count;
    return AT_OK;
}

const char *at_finding_cell(const at_finding_row *row, const char *name) {
    for (size_t i = 0; i < row->cell_count; i++)
        if (strcmp(row->names[i], name) == 0)
            return row->values[i];
    return NULL;
}
