#include "engine/jobs/rejects.h"

#include "engine/base/file.h"
#include "engine/base/json.h"
#include "engine/store/content.h"
#include "engine/store/sources.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { STEP_LINES = 4096, FLUSH_BYTES = 1 << 20, FILE_MODE = 0600, HASH_SHOWN = 12 };
enum { EDGE_BYTES_MAX = 1 << 20 };

/* Two files on their way. */
typedef struct writing {
    at_store *store;
    const at_source *source;
    at_content *content;
    at_new_file list, rows;
    bool has_rows;
    at_text list_text, row_text, record;
    const char *line_end; /* of the row before */
    size_t line_end_bytes;
} writing;

static void end_writing(writing *all) {
    at_content_close(&all->content);
    at_new_file_clear(&all->list);
    at_new_file_clear(&all->rows);
    at_text_clear(&all->list_text);
    at_text_clear(&all->row_text);
    at_text_clear(&all->record);
}

/* `bytes` bytes of the content from `offset` on, or what there is of them. */
static at_status read_part(at_text *out, writing *all, uint64_t offset, uint64_t bytes,
                           at_error *err) {
    at_text_reset(out);
    while (out->bytes < bytes) {
        at_span piece;
        const uint64_t rest = bytes - out->bytes;
        AT_TRY(at_content_piece(&piece, all->content, offset + out->bytes, rest, err));
        if (piece.bytes == 0)
            break;
        AT_TRY(at_text_add_bytes(out, piece.data, piece.bytes < rest ? piece.bytes : (size_t)rest,
                                 err));
    }
    return AT_OK;
}

/* How the row that ends at `offset` is ended, in the file's own encoding; the last row of a file
 * may have no end and gets that of the row before. */
static at_status find_line_end(writing *all, uint64_t offset, at_error *err) {
    static const struct {
        const char *bytes;
        size_t count;
    } ends[] = {{"\r\0\n", 4}, {"\0\r\0\n", 4}, {"\n\0", 2}, {"\0\n", 2},
                {"\r\n", 2},   {"\n", 1},       {"\r", 1}};
    AT_CLEANUP(at_text_clear) at_text after = {.data = NULL};
    AT_TRY(read_part(&after, all, offset, 4, err));
    for (size_t i = 0; i < AT_COUNT(ends); i++) {
        if (after.bytes < ends[i].count || memcmp(after.data, ends[i].bytes, ends[i].count) != 0)
            continue;
        all->line_end = ends[i].bytes;
        all->line_end_bytes = ends[i].count;
        return AT_OK;
    }
    return AT_OK;
}

static at_status add_row(writing *all, const at_receipt_line *line, at_error *err) {
    if (!all->has_rows)
        return AT_OK;
    AT_TRY(find_line_end(all, line->origin.offset + line->origin.bytes, err));
    AT_TRY(at_text_add_bytes(&all->row_text, all->record.data, all->record.bytes, err));
    return at_text_add_bytes(&all->row_text, all->line_end, all->line_end_bytes, err);
}

static void put_text(at_json_writer *json, const char *key, const char *text) {
    at_json_put_key(json, key);
    at_json_put_text(json, text);
}

static void put_count(at_json_writer *json, const char *key, uint64_t count) {
    at_json_put_key(json, key);
    at_json_put_int(json, (int64_t)count);
}

static at_status add_object(writing *all, const at_receipt_line *line, const char *text,
                            const char *hex, at_error *err) {
    char address[AT_ADDRESS_TEXT_BYTES], first[AT_ADDRESS_TEXT_BYTES];
    at_address here = {.offset = line->origin.offset, .bytes = line->origin.bytes};
    at_json_writer json = {.out = &all->list_text};
    memcpy(here.content, all->source->content, sizeof here.content);
    at_address_format(address, &here);
    if (line->first.content[0])
        at_address_format(first, &line->first);
    at_json_object(&json);
    put_text(&json, "address", address);
    put_count(&json, "bytes", line->origin.bytes);
    put_text(&json, "code", line->code);
    put_text(&json, "element", line->origin.element);
    put_text(&json, "first", line->first.content[0] ? first : NULL);
    put_text(&json, "hex", hex);
    put_text(&json, "hint", line->hint);
    put_count(&json, "line", line->origin.line);
    put_text(&json, "message", line->message);
    put_count(&json, "offset", line->origin.offset);
    put_text(&json, "text", text);
    at_json_object_end(&json);
    AT_TRY(at_json_finish(&json, err));
    return at_text_add_char(&all->list_text, '\n', err);
}

static at_status add_line(writing *all, const at_receipt_line *line, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text hex = {.data = NULL};
    const at_text *record = &all->record;
    AT_TRY(read_part(&all->record, all, line->origin.offset, line->origin.bytes, err));
    if (record->bytes < line->origin.bytes)
        return at_fail(err, AT_TAMPERED, "E-SOURCE-TAMPERED",
                       "the archived copy of \"%s\" ends before a record of it does",
                       all->source->name);
    const bool is_text = record->bytes == 0 || (at_utf8_valid(record->data, record->bytes, NULL) &&
                                                !memchr(record->data, '\0', record->bytes));
    for (size_t i = 0; !is_text && i < record->bytes; i++)
        AT_TRY(at_text_print(&hex, err, "%02x", (unsigned char)record->data[i]));
    AT_TRY(add_object(all, line, is_text ? at_text_string(record) : NULL,
                      is_text ? NULL : at_text_string(&hex), err));
    return add_row(all, line, err);
}

static at_status flush(writing *all, size_t from_bytes, at_error *err) {
    if (all->list_text.bytes >= from_bytes) {
        AT_TRY(at_new_file_add(&all->list, all->list_text.data, all->list_text.bytes, err));
        at_text_reset(&all->list_text);
    }
    if (all->row_text.bytes >= from_bytes) {
        AT_TRY(at_new_file_add(&all->rows, all->row_text.data, all->row_text.bytes, err));
        at_text_reset(&all->row_text);
    }
    return AT_OK;
}

static at_status write_lines(writing *all, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    size_t count = STEP_LINES;
    for (uint64_t first = 0; count == STEP_LINES; first += count) {
        const at_receipt_line *lines = NULL;
        at_arena_reset(&arena);
        AT_TRY(at_receipt_lines(&lines, &count, all->store, all->source->number, AT_RECEIPT_REJECT,
                                first, STEP_LINES, &arena, err));
        for (size_t i = 0; i < count; i++) {
            AT_TRY(add_line(all, &lines[i], err));
            AT_TRY(flush(all, FLUSH_BYTES, err));
        }
    }
    return flush(all, 1, err);
}

/* "x.csv.gz" -> "x" and ".csv". */
static void name_parts(size_t *stem_out, size_t *end_out, const char *name) {
    static const char *const packed[] = {".gz", ".zst"};
    size_t end = strlen(name);
    for (size_t i = 0; i < AT_COUNT(packed); i++) {
        const size_t bytes = strlen(packed[i]);
        if (end > bytes && memcmp(name + end - bytes, packed[i], bytes) == 0)
            end -= bytes;
    }
    size_t stem = end;
    while (stem > 1 && name[stem - 1] != '.')
        stem--;
    *stem_out = stem > 1 ? stem - 1 : end;
    *end_out = end;
}

static at_status name_files(at_rejects *out, const at_source *source, at_arena *arena,
                            at_error *err) {
    const char *name = at_path_name(source->name);
    size_t stem = 0, end = 0;
    name_parts(&stem, &end, name);
    AT_TRY(at_arena_print(&out->list, arena, err, "%.*s-%.*s.rejects.ndjson", HASH_SHOWN,
                          source->received, (int)stem, name));
    return at_arena_print(&out->rows, arena, err, "%.*s-%.*s.rejects%.*s", HASH_SHOWN,
                          source->received, (int)stem, name, (int)(end - stem), name + stem);
}

static at_status begin_file(at_new_file *file, const char *folder, const char *name,
                            at_arena *arena, at_error *err) {
    const char *path = NULL;
    AT_TRY(at_path_join(&path, arena, folder, name, err));
    return at_new_file_begin(file, path, err);
}

/* What stands above the first record, or below the last: a mapping may count lines there. */
static at_status add_edge(writing *all, uint64_t from, uint64_t to, at_error *err) {
    if (to <= from || to - from > EDGE_BYTES_MAX)
        return AT_OK;
    AT_TRY(read_part(&all->record, all, from, to - from, err));
    AT_TRY(at_text_add_bytes(&all->row_text, all->record.data, all->record.bytes, err));
    return flush(all, 1, err);
}

static at_status write_rows(writing *all, at_error *err) {
    uint64_t first = 0, end = 0;
    if (!all->has_rows)
        return write_lines(all, err);
    AT_TRY(at_source_edges(&first, &end, all->store, all->source->number, err));
    AT_TRY(add_edge(all, 0, first, err));
    AT_TRY(write_lines(all, err));
    AT_TRY(find_line_end(all, end, err));
    return add_edge(all, end + all->line_end_bytes, all->source->content_bytes, err);
}

static at_status write_files(at_rejects *out, writing *all, const char *folder, at_arena *arena,
                             at_error *err) {
    AT_TRY(begin_file(&all->list, folder, out->list, arena, err));
    if (all->has_rows)
        AT_TRY(begin_file(&all->rows, folder, out->rows, arena, err));
    AT_TRY(write_rows(all, err));
    if (all->has_rows)
        AT_TRY(at_new_file_commit(&all->rows, FILE_MODE, err));
    return at_new_file_commit(&all->list, FILE_MODE, err);
}

at_status at_rejects_write(at_rejects *out, at_store *store, int64_t source, const char *folder,
                           at_arena *arena, at_error *err) {
    AT_CLEANUP(end_writing)
    writing all = {.store = store,
                   .list = AT_NEW_FILE_NONE,
                   .rows = AT_NEW_FILE_NONE,
                   .line_end = "\n",
                   .line_end_bytes = 1};
    at_rejects written = {.count = 0};
    at_source found;
    char number[32];
    const char *path = NULL;
    const at_receipt_line *first = NULL;
    size_t count = 0;
    snprintf(number, sizeof number, "%" PRId64, source);
    AT_TRY(at_source_find(&found, store, number, arena, err));
    AT_TRY(at_receipt_lines(&first, &count, store, source, AT_RECEIPT_REJECT, 0, 1, arena, err));
    written.count = found.rejected;
    if (count == 0) {
        *out = written;
        return AT_OK;
    }
    all.source = &found;
    all.has_rows = first->origin.element == NULL && first->origin.line > 0;
    AT_TRY(name_files(&written, &found, arena, err));
    if (!all.has_rows)
        written.rows = NULL;
    AT_TRY(at_source_path(&path, store, &found, arena, err));
    AT_TRY(at_content_open(&all.content, path, found.name, err));
    AT_TRY(write_files(&written, &all, folder, arena, err));
    *out = written;
    return AT_OK;
}
