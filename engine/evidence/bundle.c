#include "engine/evidence/bundle.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/embedded.h"
#include "engine/base/progress.h"
#include "engine/evidence/bag.h"
#include "engine/evidence/document.h"
#include "engine/evidence/layout.h"
#include "engine/evidence/phrase.h"
#include "engine/evidence/request.h"

enum { DOCUMENT_BYTES_MAX = 1 << 30 };

/* Everything a bundle is made of while it is made. */
typedef struct maker {
    const at_bundle_content *content;
    at_arena *arena;
    at_bag *bag;
    at_case_view view;
    at_cites cites;
    const at_cite **records; /* cited, in the order of the index */
    size_t record_count;
    at_currencies currencies;
    at_property_list property;
    at_request request;
    at_attachment *attachments;
    size_t attachment_count;
} maker;

static at_status put(maker *make, const char *path, const at_text *text, bool attach,
                     at_error *err) {
    AT_TRY(at_bag_put(make->bag, path, at_text_string(text), text->bytes, err));
    if (!attach)
        return AT_OK;
    at_attachment *item = &make->attachments[make->attachment_count];
    AT_TRY(at_arena_text(&item->path, make->arena, path, err));
    AT_TRY(at_sha256_text(item->sha256, at_text_string(text), text->bytes, err));
    make->attachment_count++;
    return AT_OK;
}

/* --- Answers --- */

static bool answer_id_ok(const char *id) {
    const size_t bytes = strlen(id);
    return bytes >= 1 && bytes <= 64 && id[0] != '-' &&
           strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_-") == bytes;
}

/* Items and sums come from the bytes just written, the way the verifier will read them. */
static at_status read_property(maker *make, const at_table *table, const at_text *findings,
                               at_error *err) {
    at_finding_row *rows = NULL;
    size_t count = 0;
    if (at_table_column(table, make->view.freeze_column) < 0)
        return at_fail(err, AT_BAD_INPUT, "E-BUNDLE-CASE",
                       "the freeze request asks for \"%s.%s\", and the answer has no such column",
                       make->view.freeze_answer, make->view.freeze_column);
    AT_TRY(at_findings_read(&rows, &count, at_text_string(findings), findings->bytes, make->arena,
                            err));
    return at_property_read(&make->property, rows, count, &make->view, make->arena, err);
}

static at_status put_answer(maker *make, const at_bundle_answer *answer, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = DOCUMENT_BYTES_MAX};
    char path[AT_FINDINGS_PATH_BYTES];
    const int currency = at_table_column(answer->table, "currency");
    if (!answer_id_ok(answer->id))
        return at_fail(err, AT_BAD_INPUT, "E-BUNDLE-CASE",
                       "the question id \"%.80s\" cannot name a file", answer->id);
    for (size_t i = 0; currency >= 0 && i < answer->table->row_count; i++) {
        const at_cell *cell = &answer->table->rows[i].cells[currency];
        AT_TRY(at_currencies_add(&make->currencies, cell->empty ? NULL : cell->text, err));
    }
    AT_TRY(at_findings_write(&text, answer->table, &make->cites, err));
    at_findings_path(path, answer->id);
    AT_TRY(put(make, path, &text, true, err));
    if (strcmp(answer->id, make->view.freeze_answer) != 0)
        return AT_OK;
    return read_property(make, answer->table, &text, err);
}

/* A subject's things, or the one thing that the case names by its id. */
static at_status name_property(maker *make, at_error *err) {
    const at_bundle_content *content = make->content;
    const char **ids = NULL;
    size_t count = 0;
    AT_TRY(AT_NEW(&ids, make->arena, content->thing_count, err));
    for (size_t i = 0; i < content->thing_count; i++) {
        const at_bundle_thing *thing = &content->things[i];
        const bool wanted = make->view.freeze_kind == AT_FREEZE_SUBJECT
                                ? at_text_equal(thing->ref, make->view.freeze)
                                : thing->ref == NULL && at_text_equal(thing->id, make->view.freeze);
        if (wanted)
            ids[count++] = thing->id;
    }
    if (count == 0)
        return at_fail(err, AT_BAD_INPUT, "E-BUNDLE-CASE",
                       "the freeze request names \"%.80s\", of which nothing is known",
                       make->view.freeze);
    return at_property_named(&make->property, ids, count, &make->view, make->arena, err);
}

static at_status put_answers(maker *make, at_error *err) {
    bool found = make->view.freeze_kind != AT_FREEZE_ANSWER;
    for (size_t i = 0; i < make->content->answer_count; i++) {
        AT_TRY(put_answer(make, &make->content->answers[i], err));
        found |= strcmp(make->content->answers[i].id, make->view.freeze_answer) == 0;
    }
    if (found && make->view.freeze_kind > AT_FREEZE_ANSWER)
        return name_property(make, err);
    if (!found)
        return at_fail(err, AT_BAD_INPUT, "E-BUNDLE-CASE",
                       "the freeze request rests on question \"%s\", which was not asked",
                       make->view.freeze_answer);
    return AT_OK;
}

/* --- Records --- */

static at_status write_index_line(at_text *out, const at_cite *cite, const char *path,
                                  at_error *err) {
    const at_bundle_record *record = cite->record;
    char hash[AT_SHA256_TEXT_BYTES];
    at_json_writer writer = {.out = out};
    AT_TRY(at_sha256_text(hash, record->bytes.data, record->bytes.bytes, err));
    at_json_object(&writer);
    at_document_put(&writer, "address", cite->address);
    at_document_put(&writer, "importer", record->importer);
    at_json_put_key(&writer, "importer_version");
    at_json_put_int(&writer, record->importer_version);
    at_json_put_key(&writer, "line");
    at_json_put_int(&writer, (int64_t)record->address.line);
    at_document_put(&writer, "namespace", record->address.name_space);
    at_document_put(&writer, "path", path);
    at_document_put(&writer, "sha256", hash);
    at_document_put(&writer, "source", record->address.source_name);
    at_json_object_end(&writer);
    return at_document_finish(&writer, err);
}

static at_status put_records(maker *make, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text index = {.limit_bytes = DOCUMENT_BYTES_MAX};
    AT_TRY(at_cites_list(&make->records, &make->record_count, &make->cites, make->arena, err));
    AT_CLEANUP(at_progress_end)
    at_progress bar = {.what = "records", .unit = AT_PROGRESS_COUNT, .total = make->record_count};
    at_progress_begin(&bar);
    for (size_t i = 0; i < make->record_count; i++) {
        at_progress_step(&bar, i);
        const at_bundle_record *record = make->records[i]->record;
        char path[AT_RECORD_PATH_BYTES];
        at_record_path(path, &record->address);
        AT_TRY(at_bag_put(make->bag, path, record->bytes.data, record->bytes.bytes, err));
        AT_TRY(write_index_line(&index, make->records[i], path, err));
    }
    return put(make, AT_PATH_INDEX, &index, true, err);
}

/* --- The request --- */

static void close_json(at_json **json) {
    at_json_close(json);
}

static at_status put_request(maker *make, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = DOCUMENT_BYTES_MAX};
    AT_CLEANUP(close_json) at_json *json = NULL;
    AT_TRY(at_request_write(&text, &make->request, &make->currencies, make->attachments,
                            make->attachment_count, err));
    AT_TRY(put(make, AT_PATH_REQUEST, &text, false, err));
    AT_TRY(at_json_parse(&json, at_text_string(&text), text.bytes - 1, AT_PATH_REQUEST, err));
    for (size_t i = 0; i < make->view.language_count; i++) {
        AT_CLEANUP(at_text_clear) at_text page = {.limit_bytes = DOCUMENT_BYTES_MAX};
        char path[AT_REQUEST_PATH_BYTES];
        const char *code = make->view.languages[i];
        AT_TRY(at_request_render(&page, at_json_root(json), at_phrase_language(code), err));
        at_request_text_path(path, code);
        AT_TRY(put(make, path, &page, false, err));
    }
    return AT_OK;
}

/* --- bundle.json --- */

static void write_arguments(at_json_writer *writer, const at_bundle_answer *answer) {
    at_json_array(writer);
    for (size_t i = 0; i < answer->argument_count; i++) {
        at_json_object(writer);
        at_document_put(writer, "name", answer->arguments[i].name);
        at_document_put(writer, "value", answer->arguments[i].value);
        at_json_object_end(writer);
    }
    at_json_array_end(writer);
}

static void write_columns(at_json_writer *writer, const at_table *table) {
    static const char *const types[] = {
        [AT_COLUMN_TEXT] = "text",     [AT_COLUMN_ID] = "id",       [AT_COLUMN_COUNT] = "count",
        [AT_COLUMN_AMOUNT] = "amount", [AT_COLUMN_SHARE] = "share", [AT_COLUMN_RATIO] = "ratio",
        [AT_COLUMN_TIME] = "time",     [AT_COLUMN_IDS] = "ids",
    };
    at_json_array(writer);
    for (size_t i = 0; i < table->column_count; i++) {
        at_json_object(writer);
        at_document_put(writer, "name", table->columns[i].name);
        at_document_put(writer, "type", types[table->columns[i].type]);
        at_json_object_end(writer);
    }
    at_json_array_end(writer);
}

static void write_notes(at_json_writer *writer, const at_table *table) {
    at_json_array(writer);
    for (size_t i = 0; i < table->note_count; i++) {
        at_json_object(writer);
        at_document_put(writer, "code", table->notes[i].code);
        at_document_put(writer, "text", table->notes[i].text);
        at_json_object_end(writer);
    }
    at_json_array_end(writer);
}

static at_status write_answer(at_json_writer *writer, const at_bundle_answer *answer,
                              at_error *err) {
    AT_CLEANUP(at_text_clear) at_text schema = {.limit_bytes = 1024};
    char path[AT_FINDINGS_PATH_BYTES];
    const at_table *table = answer->table;
    at_findings_path(path, answer->id);
    AT_TRY(at_text_print(&schema, err, "assettrace/%s/%d", table->query, table->version));
    at_json_object(writer);
    at_json_put_key(writer, "arguments");
    write_arguments(writer, answer);
    at_json_put_key(writer, "columns");
    write_columns(writer, table);
    at_document_put(writer, "file", path);
    at_document_put(writer, "id", answer->id);
    at_document_put(writer, "limits", answer->limits);
    at_json_put_key(writer, "notes");
    write_notes(writer, table);
    at_json_put_key(writer, "rows");
    at_json_put_int(writer, (int64_t)table->row_count);
    at_document_put(writer, "schema", at_text_string(&schema));
    at_json_put_key(writer, "truncated");
    at_json_put_bool(writer, table->truncated);
    at_json_object_end(writer);
    return AT_OK;
}

/* The sources behind the records, one entry a content and importer. */
static void write_sources(at_json_writer *writer, const maker *make) {
    at_json_array(writer);
    for (size_t i = 0, next = 0; i < make->record_count; i = next) {
        const at_bundle_record *record = make->records[i]->record;
        while (next < make->record_count &&
               strcmp(make->records[next]->record->address.content, record->address.content) == 0)
            next++;
        at_json_object(writer);
        at_document_put(writer, "content", record->address.content);
        at_document_put(writer, "importer", record->importer);
        at_json_put_key(writer, "importer_version");
        at_json_put_int(writer, record->importer_version);
        at_document_put(writer, "name", record->address.source_name);
        at_document_put(writer, "namespace", record->address.name_space);
        at_json_put_key(writer, "records");
        at_json_put_int(writer, (int64_t)(next - i));
        at_json_object_end(writer);
    }
    at_json_array_end(writer);
}

static void write_texts(at_json_writer *writer, const char *const *texts, size_t count) {
    at_json_array(writer);
    for (size_t i = 0; i < count; i++)
        at_json_put_text(writer, texts[i]);
    at_json_array_end(writer);
}

static size_t count_rows(const at_bundle_content *content) {
    size_t rows = 0;
    for (size_t i = 0; i < content->answer_count; i++)
        rows += content->answers[i].table->row_count;
    return rows;
}

static void write_counts(at_json_writer *writer, const maker *make) {
    at_json_object(writer);
    at_json_put_key(writer, "answers");
    at_json_put_int(writer, (int64_t)make->content->answer_count);
    at_json_put_key(writer, "records");
    at_json_put_int(writer, (int64_t)make->record_count);
    at_json_put_key(writer, "rows");
    at_json_put_int(writer, (int64_t)count_rows(make->content));
    at_json_object_end(writer);
}

static at_status put_summary(maker *make, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = DOCUMENT_BYTES_MAX};
    const at_bundle_content *content = make->content;
    at_json_writer writer = {.out = &text};
    at_json_object(&writer);
    at_json_put_key(&writer, "answers");
    at_json_array(&writer);
    for (size_t i = 0; i < content->answer_count; i++)
        AT_TRY(write_answer(&writer, &content->answers[i], err));
    at_json_array_end(&writer);
    at_document_put(&writer, "as_of", make->view.as_of);
    at_document_put(&writer, "case", make->view.id);
    at_json_put_key(&writer, "counts");
    write_counts(&writer, make);
    at_json_put_key(&writer, "currencies");
    at_currencies_write(&writer, &make->currencies);
    at_json_put_key(&writer, "languages");
    write_texts(&writer, make->view.languages, make->view.language_count);
    at_json_put_key(&writer, "partial_sources");
    write_texts(&writer, content->partial_sources, content->partial_count);
    at_document_put(&writer, "release", content->release);
    at_json_put_key(&writer, "revision");
    at_json_put_int(&writer, content->revision);
    at_document_put(&writer, "schema", AT_BUNDLE_SCHEMA);
    at_document_put(&writer, "source_tree", content->source_tree);
    at_json_put_key(&writer, "sources");
    write_sources(&writer, make);
    at_json_object_end(&writer);
    AT_TRY(at_document_finish(&writer, err));
    return put(make, AT_PATH_SUMMARY, &text, false, err);
}

/* --- Schemas --- */

static at_status put_schemas(maker *make, at_error *err) {
    for (const at_embedded_file *file = at_embedded_files; file->name != NULL; file++) {
        AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = DOCUMENT_BYTES_MAX};
        AT_CLEANUP(close_json) at_json *json = NULL;
        char path[AT_SCHEMA_PATH_BYTES];
        at_json_writer writer = {.out = &text};
        if (!at_schema_path(path, file->name))
            continue;
        AT_TRY(at_json_parse(&json, file->data, file->bytes, file->name, err));
        at_json_put_value(&writer, at_json_root(json));
        AT_TRY(at_document_finish(&writer, err));
        AT_TRY(put(make, path, &text, false, err));
    }
    return AT_OK;
}

/* --- The whole --- */

static at_status fill(maker *make, at_error *err) {
    const at_span *file = &make->content->case_file;
    AT_TRY(at_cites_init(&make->cites, make->content->records, make->content->record_count,
                         make->arena, err));
    AT_TRY(AT_NEW(&make->attachments, make->arena, make->content->answer_count + 1, err));
    AT_TRY(at_bag_put(make->bag, AT_PATH_CASE, file->data, file->bytes, err));
    AT_TRY(put_answers(make, err));
    AT_TRY(at_request_collect(&make->request, make->content, &make->view, &make->property,
                              &make->cites, make->arena, err));
    AT_TRY(at_request_currencies(&make->currencies, &make->request, err));
    AT_TRY(put_records(make, err));
    AT_TRY(put_request(make, err));
    AT_TRY(put_summary(make, err));
    return put_schemas(make, err);
}

static void clear_maker(maker *make) {
    at_bag_close(&make->bag);
    at_case_view_close(&make->view);
}

at_status at_bundle_write(at_bundle_summary *out, const char *folder,
                          const at_bundle_content *content, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = 0};
    AT_CLEANUP(clear_maker) maker make = {.content = content, .arena = &arena};
    at_bundle_summary summary = {.rows = count_rows(content)};
    char identifier[AT_IDENTIFIER_BYTES];
    make.currencies = (at_currencies){
        .tokens = content->tokens, .token_count = content->token_count, .arena = &arena};
    AT_TRY(at_case_view_open(&make.view, content->case_file.data, content->case_file.bytes, err));
    AT_TRY(at_bag_open(&make.bag, folder, err));
    AT_TRY(fill(&make, err));
    at_bundle_identifier(identifier, make.view.id);
    AT_TRY(at_bag_finish(summary.id, make.bag, identifier, err));
    summary.records = make.record_count;
    summary.bytes = at_bag_bytes(make.bag);
    *out = summary;
    return AT_OK;
}
