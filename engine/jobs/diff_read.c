#include "engine/jobs/diff_read.h"

#include <string.h>

#include "engine/base/file.h"

#define SIDE_BYTES_MAX ((size_t)1 << 30)

static void close_json(at_json **json) {
    at_json_close(json);
}

static at_status wrong_kind(const char *path, at_error *err) {
    at_fail(err, AT_BAD_INPUT, "E-DIFF-KIND", "\"%s\" is neither answers in JSON nor a bundle",
            path);
    at_hint(err, "make it with `assettrace ask --json`, `run --json` or `seal`");
    return AT_BAD_INPUT;
}

/* A cell as a text: numbers as written, sources with spaces between. */
static at_status copy_cell(const char **out, const at_json_value *value, at_arena *arena,
                           at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {0};
    const char *plain = at_json_text(value) ? at_json_text(value) : at_json_number(value);
    if (at_json_type_of(value) != AT_JSON_ARRAY)
        return at_arena_text(out, arena, plain, err);
    for (const at_json_value *item = at_json_first(value); item; item = at_json_next(item))
        AT_TRY(at_text_print(&text, err, "%s%s", text.bytes ? " " : "",
                             at_json_text(item) ? at_json_text(item) : ""));
    return at_arena_text(out, arena, at_text_string(&text), err);
}

static at_status read_columns(at_diff_answer *out, const at_json_value *answer, at_arena *arena,
                              at_error *err) {
    const at_json_value *list = at_json_get(answer, "columns");
    const size_t count = at_json_count(list);
    if (count == 0 || count > AT_DIFF_COLUMNS_MAX)
        return at_fail(err, AT_BAD_INPUT, "E-DIFF-KIND", "an answer states no columns");
    AT_TRY(AT_NEW(&out->names, arena, count + 2, err));
    AT_TRY(AT_NEW(&out->types, arena, count + 2, err));
    for (const at_json_value *item = at_json_first(list); item; item = at_json_next(item)) {
        const char *name = at_json_text(at_json_get(item, "name"));
        const char *type = at_json_text(at_json_get(item, "type"));
        if (!name || !type)
            return at_json_fail(err, item, "E-DIFF-KIND", "a column has no name and type");
        AT_TRY(at_arena_text(&out->names[out->column_count], arena, name, err));
        AT_TRY(at_arena_text(&out->types[out->column_count++], arena, type, err));
    }
    out->names[out->column_count] = "grade";
    out->types[out->column_count++] = "";
    out->names[out->column_count] = "sources";
    out->types[out->column_count++] = "";
    return AT_OK;
}

/* `cells` holds the columns; grade and sources stand in `row`. */
static at_status read_row(at_diff_answer *answer, const at_json_value *cells,
                          const at_json_value *row, size_t *capacity, at_arena *arena,
                          at_error *err) {
    AT_TRY(AT_GROW(&answer->rows, capacity, answer->row_count, arena, err));
    at_diff_row *made = &answer->rows[answer->row_count++];
    *made = (at_diff_row){.met = false};
    AT_TRY(AT_NEW(&made->cells, arena, answer->column_count, err));
    for (size_t i = 0; i < answer->column_count; i++) {
        const bool own = i + 2 < answer->column_count;
        AT_TRY(copy_cell(&made->cells[i], at_json_get(own ? cells : row, answer->names[i]), arena,
                         err));
    }
    return AT_OK;
}

/* "assettrace/network/1" -> "network" */
static at_status name_of(const char **out, const char *schema, at_arena *arena, at_error *err) {
    const char *start = strchr(schema, '/');
    start = start ? start + 1 : schema;
    return at_arena_copy(out, arena, start, strcspn(start, "/"), err);
}

static at_status read_head(at_diff_answer *out, const at_json_value *answer, const char *id_key,
                           at_arena *arena, at_error *err) {
    const char *schema = at_json_text(at_json_get(answer, "schema"));
    const char *id = at_json_text(at_json_get(answer, id_key));
    if (!schema)
        return at_json_fail(err, answer, "E-DIFF-KIND", "an answer states no schema");
    AT_TRY(at_arena_text(&out->schema, arena, schema, err));
    AT_TRY(id ? at_arena_text(&out->id, arena, id, err) : name_of(&out->id, schema, arena, err));
    return read_columns(out, answer, arena, err);
}

static at_status read_json_answer(at_diff_answer *out, const at_json_value *value, at_arena *arena,
                                  at_error *err) {
    size_t capacity = 0;
    AT_TRY(read_head(out, value, "question", arena, err));
    const at_json_value *rows = at_json_get(value, "rows");
    for (const at_json_value *row = at_json_first(rows); row; row = at_json_next(row))
        AT_TRY(read_row(out, row, row, &capacity, arena, err));
    return AT_OK;
}

static at_status open_json(at_json **out, const char *path, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = SIDE_BYTES_MAX};
    AT_TRY(at_file_read(&text, path, SIDE_BYTES_MAX, err));
    return at_json_parse(out, at_text_string(&text), text.bytes, path, err);
}

static at_status read_answers(at_diff_side *out, const char *path, at_arena *arena, at_error *err) {
    AT_CLEANUP(close_json) at_json *json = NULL;
    AT_TRY(open_json(&json, path, err));
    const at_json_value *root = at_json_root(json), *list = at_json_get(root, "answers");
    if (!list && !at_json_get(root, "rows"))
        return wrong_kind(path, err);
    AT_TRY(AT_NEW(&out->answers, arena, list ? at_json_count(list) : 1, err));
    if (!list)
        return read_json_answer(&out->answers[out->answer_count++], root, arena, err);
    for (const at_json_value *item = at_json_first(list); item; item = at_json_next(item))
        AT_TRY(read_json_answer(&out->answers[out->answer_count++], item, arena, err));
    return AT_OK;
}

/* One finding a line. */
static at_status read_findings(at_diff_answer *out, const char *path, at_arena *arena,
                               at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = SIDE_BYTES_MAX};
    size_t capacity = 0;
    AT_TRY(at_file_read(&text, path, SIDE_BYTES_MAX, err));
    const char *line = at_text_string(&text), *end = line + text.bytes;
    while (line < end) {
        AT_CLEANUP(close_json) at_json *json = NULL;
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        stop = stop ? stop : end;
        AT_TRY(at_json_parse(&json, line, (size_t)(stop - line), path, err));
        const at_json_value *row = at_json_root(json);
        AT_TRY(read_row(out, at_json_get(row, "cells"), row, &capacity, arena, err));
        line = stop + 1;
    }
    return AT_OK;
}

static at_status read_bundle(at_diff_side *out, const char *folder, at_arena *arena,
                             at_error *err) {
    AT_CLEANUP(close_json) at_json *json = NULL;
    const char *bag = NULL, *summary = NULL;
    AT_TRY(at_path_join(&bag, arena, folder, "bundle", err));
    if (at_file_kind_of(bag) != AT_FILE_FOLDER)
        bag = folder;
    AT_TRY(at_path_join(&summary, arena, bag, "data/bundle.json", err));
    if (at_file_kind_of(summary) != AT_FILE_REGULAR)
        return wrong_kind(folder, err);
    AT_TRY(open_json(&json, summary, err));
    const at_json_value *list = at_json_get(at_json_root(json), "answers");
    out->is_bundle = true;
    AT_TRY(AT_NEW(&out->answers, arena, at_json_count(list), err));
    for (const at_json_value *item = at_json_first(list); item; item = at_json_next(item)) {
        const char *file = at_json_text(at_json_get(item, "file")), *path = NULL;
        if (!file || strstr(file, "..") || file[0] == '/')
            return at_json_fail(err, item, "E-DIFF-KIND", "an answer names no file of its bundle");
        at_diff_answer *answer = &out->answers[out->answer_count++];
        AT_TRY(read_head(answer, item, "id", arena, err));
        AT_TRY(at_path_join(&path, arena, bag, file, err));
        AT_TRY(read_findings(answer, path, arena, err));
    }
    return AT_OK;
}

at_status at_diff_read(at_diff_side *out, const char *path, at_arena *arena, at_error *err) {
    at_diff_side side = {.answer_count = 0};
    AT_TRY(at_file_kind_of(path) == AT_FILE_FOLDER ? read_bundle(&side, path, arena, err)
                                                   : read_answers(&side, path, arena, err));
    *out = side;
    return AT_OK;
}
