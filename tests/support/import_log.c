#include "tests/support/import_log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/fact_text.h"

enum { OPTIONS_MAX = 16 };

void import_log_clear(import_log *log) {
    at_text_clear(&log->text);
    at_text_clear(&log->kept);
}

static void break_log(import_log *log, const char *what, const at_origin *origin) {
    if (log->broken[0] == '\0')
        (void)snprintf(log->broken, sizeof log->broken,
                       "%s at %" PRIu64 "+%" PRIu64 " line %" PRIu64, what, origin->offset,
                       origin->bytes, origin->line);
}

static bool is_utf16(const import_log *log) {
    return log->bytes >= 2 &&
           (memcmp(log->data, "\xFF\xFE", 2) == 0 || memcmp(log->data, "\xFE\xFF", 2) == 0);
}

static bool is_json(const import_log *log) {
    size_t i = log->bytes >= 3 && memcmp(log->data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (i < log->bytes && (log->data[i] == ' ' || log->data[i] == '\n'))
        i++;
    return i < log->bytes && (log->data[i] == '[' || log->data[i] == '{');
}

/* What may stand between records: line ends, and in a JSON file its blanks, commas and brackets. */
static bool only_line_ends(const import_log *log, uint64_t from, uint64_t to) {
    const char *between = is_json(log) ? "\r\n\t ,[]" : "\r\n";
    for (uint64_t i = from; i < to; i++)
        if (strchr(between, log->data[i]) == NULL) /* finds NUL too: half a unit of UTF-16 */
            return false;
    return true;
}

static uint64_t line_of(const import_log *log, uint64_t offset) {
    uint64_t line = 1;
    const bool wide = is_utf16(log), low_first = wide && log->data[0] == '\xFF';
    for (uint64_t i = 0; i < offset; i += wide ? 2 : 1) {
        const bool feed = log->data[low_first || !wide ? i : i + 1] == '\n';
        line += feed && (!wide || log->data[low_first ? i + 1 : i] == '\0');
    }
    return line;
}

/* The next record lies where it should. */
static void follow(import_log *log, const at_origin *origin) {
    if (origin->offset + origin->bytes > log->bytes) {
        break_log(log, "a record outside the content", origin);
        return;
    }
    if (!log->any)
        log->first = origin->offset;
    else if (origin->offset < log->after)
        break_log(log, "a record begins inside the one before", origin);
    else if (!only_line_ends(log, log->after, origin->offset))
        break_log(log, "bytes between two records are in neither", origin);
    if (origin->bytes > 0 && !is_utf16(log) &&
        log->data[origin->offset + origin->bytes - 1] == '\n')
        break_log(log, "a record holds its line end", origin);
    if (!log->quiet && log->bytes < (1 << 16) && origin->line != line_of(log, origin->offset))
        break_log(log, "the line is wrong", origin);
    log->any = true;
    log->after = origin->offset + origin->bytes;
}

static void put_int(at_json_writer *writer, const char *key, uint64_t number) {
    at_json_put_key(writer, key);
    at_json_put_int(writer, (int64_t)number);
}

static void put_error(at_json_writer *writer, const at_error *error) {
    at_json_put_key(writer, "code");
    at_json_put_text(writer, error->code);
}

static void put_words(at_json_writer *writer, const at_error *error) {
    if (error->hint[0] != '\0') {
        at_json_put_key(writer, "hint");
        at_json_put_text(writer, error->hint);
    }
}

static at_status end_line(import_log *log, at_json_writer *writer, at_error *err) {
    at_json_object_end(writer);
    AT_TRY(at_json_finish(writer, err));
    return at_text_add_char(&log->text, '\n', err);
}

static at_status log_put(void *self, const at_origin *origin, const at_fact *facts,
                         size_t fact_count, at_error *err) {
    import_log *log = self;
    const bool statement = fact_count == 1 && facts[0].kind == AT_STATEMENT;
    if (!statement) {
        follow(log, origin);
        log->loaded++;
    }
    for (size_t i = 0; i < fact_count; i++)
        log->facts[facts[i].kind]++;
    if (log->quiet)
        return AT_OK;
    at_json_writer writer = {.out = &log->text};
    at_json_object(&writer);
    put_int(&writer, "bytes", origin->bytes);
    at_json_put_key(&writer, "facts");
    at_json_array(&writer);
    for (size_t i = 0; i < fact_count; i++)
        fact_print(&writer, &facts[i]);
    at_json_array_end(&writer);
    put_int(&writer, "line", origin->line);
    put_int(&writer, "offset", origin->offset);
    return end_line(log, &writer, err);
}

static at_status log_error(import_log *log, const char *what, const at_origin *origin,
                           const at_error *error, at_error *err) {
    if (error->status == AT_OK || error->code[0] == '\0' || error->message[0] == '\0' ||
        at_code_text(error->code) == NULL)
        break_log(log, "an error without words, or with an unlisted code", origin);
    if (log->quiet)
        return AT_OK;
    at_json_writer writer = {.out = &log->text};
    at_json_object(&writer);
    if (origin != NULL)
        put_int(&writer, "bytes", origin->bytes);
    put_error(&writer, error);
    put_words(&writer, error);
    if (origin != NULL) {
        put_int(&writer, "line", origin->line);
        put_int(&writer, "offset", origin->offset);
    }
    at_json_put_key(&writer, "place");
    at_json_put_text(&writer, error->place);
    at_json_put_key(&writer, what);
    at_json_put_text(&writer, error->message);
    return end_line(log, &writer, err);
}

static at_status log_reject(void *self, const at_origin *origin, const at_error *reason,
                            at_error *err) {
    import_log *log = self;
    follow(log, origin);
    log->rejected++;
    return log_error(log, "rejected", origin, reason, err);
}

static at_status log_warn(void *self, const at_origin *origin, const at_error *what,
                          at_error *err) {
    import_log *log = self;
    log->warned++;
    return log_error(log, "warned", origin, what, err);
}

static bool log_due(void *self, uint64_t offset) {
    import_log *log = self;
    if (offset < log->after)
        break_log(log, "a place to go on before what was read", &(at_origin){.offset = offset});
    return ++log->places == log->stop_at;
}

static at_status log_keep(void *self, uint64_t offset, at_span state, at_error *err) {
    import_log *log = self;
    (void)offset;
    at_text_reset(&log->kept);
    AT_TRY(at_text_add_bytes(&log->kept, state.data, state.bytes, err));
    return at_fail(err, AT_INTERRUPTED, "E-INTERRUPTED", "stopped here");
}

typedef struct told_options {
    const char *names[OPTIONS_MAX], *values[OPTIONS_MAX];
    at_token tokens[OPTIONS_MAX];
    at_import_options options;
} told_options;

static at_status read_options(told_options *out, const at_json_value *json, at_error *err) {
    const at_json_value *options = at_json_get(json, "options"),
                        *scale = at_json_get(json, "scale");
    at_import_options *into = &out->options;
    for (const at_json_value *v = options != NULL ? at_json_first(options) : NULL;
         v != NULL && into->count < OPTIONS_MAX; v = at_json_next(v)) {
        out->names[into->count] = at_json_key(v);
        out->values[into->count++] = at_json_text(v);
    }
    for (const at_json_value *v = scale != NULL ? at_json_first(scale) : NULL;
         v != NULL && into->token_count < OPTIONS_MAX; v = at_json_next(v)) {
        at_token *token = &out->tokens[into->token_count++];
        int64_t digits = 0;
        if (!at_json_int(&digits, v))
            return at_json_fail(err, v, "E-MAP-VALUE", "no number of decimals");
        token->scale = (int)digits;
        (void)snprintf(token->currency.code, sizeof token->currency.code, "%s", at_json_key(v));
    }
    into->names = out->names;
    into->values = out->values;
    into->tokens = out->tokens;
    return AT_OK;
}

at_status import_run(import_log *log, const at_importer *importer, const import_case *said,
                     const char *data, size_t bytes, const char *name, at_error *err) {
    AT_CLEANUP(at_json_close) at_json *options = NULL, *mapping = NULL;
    AT_CLEANUP(at_input_close) at_input *in = NULL;
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    told_options told = {.options = {0}};
    if (said->options != NULL) {
        AT_TRY(at_json_parse(&options, said->options, strlen(said->options), "options.json", err));
        AT_TRY(read_options(&told, at_json_root(options), err));
    }
    if (said->mapping != NULL) {
        AT_TRY(at_json_parse(&mapping, said->mapping, strlen(said->mapping), "map.json", err));
        told.options.mapping = at_json_root(mapping);
    }
    log->data = data;
    log->bytes = bytes;
    log->name = name;
    at_sink sink = {.self = log, .put = log_put, .reject = log_reject, .warn = log_warn};
    if (log->asks) {
        sink.due = log_due;
        sink.keep = log_keep;
    }
    if (log->resumes)
        sink.resumed = (at_span){log->kept.data, log->kept.bytes};
    AT_TRY(at_input_open_memory(&in, data, bytes, name, err));
    at_memory_fail_after(log->fail_after);
    log->status = importer->read(in, &told.options, &sink, &scratch, &log->err);
    at_memory_fail_after(0);
    const bool has_trailer =
        said->mapping != NULL && strstr(said->mapping, "trailer_lines") != NULL;
    if (log->status == AT_OK && log->any && !has_trailer && !only_line_ends(log, log->after, bytes))
        break_log(log, "bytes after the last record", &(at_origin){.offset = log->after});
    if (log->status != AT_OK &&
        (log->err.status != log->status || at_code_text(log->err.code) == NULL))
        break_log(log, "a failure without words", &(at_origin){.offset = 0});
    return AT_OK;
}

const at_importer *import_find(const char *name) {
    for (size_t i = 0; at_importers[i] != NULL; i++)
        if (strcmp(at_importers[i]->name, name) == 0)
            return at_importers[i];
    return NULL;
}
