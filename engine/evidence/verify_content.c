#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/evidence/audit.h"
#include "engine/evidence/document.h"
#include "engine/evidence/verify_state.h"

void at_audit_bad(at_audit *audit, const char *path, const char *format, ...) {
    char subject[256], text[384];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    snprintf(subject, sizeof subject, "%s/%s", AT_PATH_BUNDLE, path);
    at_verify_bad(audit->state, AT_BAD_INPUT, subject, "E-BUNDLE-CONTENT", "is malformed: %s",
                  text);
}

at_status at_audit_judge(at_audit *audit, bool *bad, at_status status, const char *path,
                         const at_error *lower, at_error *err) {
    char subject[256];
    snprintf(subject, sizeof subject, "%s/%s", AT_PATH_BUNDLE, path);
    return at_verify_judge(audit->state, bad, status, AT_BAD_INPUT, subject, lower, err);
}

at_status at_audit_read(at_text *out, bool *bad, at_audit *audit, const char *path, at_error *err) {
    const at_manifest *manifest = &audit->state->sha256;
    const at_manifest_line *line = at_manifest_find(manifest, path);
    const char *full = NULL;
    at_error lower = {.status = AT_OK};
    *bad = line == NULL;
    if (line == NULL) {
        at_audit_bad(audit, path, "the bundle has no such file");
        return AT_OK;
    }
    audit->known[line - manifest->lines] = true;
    AT_TRY(at_path_join(&full, audit->state->arena, audit->state->bundle, path, err));
    const at_status status = at_file_read(out, full, AT_VERIFY_FILE_BYTES_MAX, &lower);
    return at_audit_judge(audit, bad, status, path, &lower, err);
}

void at_audit_cite(at_audit *audit, const char *address, const char *path) {
    size_t low = 0, high = audit->record_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        at_audit_record *record = &audit->records[audit->by_address[middle]];
        const int order = strcmp(record->address, address);
        if (order == 0) {
            record->cited = true;
            return;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    at_audit_bad(audit, path, "it cites \"%s\", which is not in the bundle", address);
}

/* --- The bag's own papers --- */

static at_status check_tag_text(at_audit *audit, const char *name, const char *wanted,
                                at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = AT_VERIFY_FILE_BYTES_MAX};
    const char *path = NULL;
    AT_TRY(at_verify_subject(&path, audit->state, name, err));
    AT_TRY(at_verify_read(&text, audit->state, path, err));
    if (strcmp(at_text_string(&text), wanted) != 0 || text.bytes != strlen(wanted))
        at_audit_bad(audit, name, "it does not say what this bundle's must say");
    return AT_OK;
}

static at_status check_tag_texts(at_audit *audit, at_error *err) {
    char identifier[AT_IDENTIFIER_BYTES], info[256];
    uint64_t bytes = 0;
    size_t count = 0;
    for (size_t i = 0; i < audit->state->entry_count; i++)
        if (audit->state->entries[i].kind == AT_FILE_REGULAR &&
            at_text_starts(audit->state->entries[i].path, "data/")) {
            bytes += audit->state->entries[i].bytes;
            count++;
        }
    at_bundle_identifier(identifier, audit->state->out->case_id);
    snprintf(info, sizeof info, "External-Identifier: %s\nPayload-Oxum: %" PRIu64 ".%zu\n",
             identifier, bytes, count);
    AT_TRY(check_tag_text(audit, "bag-info.txt", info, err));
    return check_tag_text(audit, "bagit.txt",
                          "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", err);
}

/* --- bundle.json and case.json --- */

static at_status open_case(at_audit *audit, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = AT_VERIFY_FILE_BYTES_MAX};
    at_error lower = {.status = AT_OK};
    bool bad = false;
    AT_TRY(at_audit_read(&text, &bad, audit, AT_PATH_CASE, err));
    if (bad)
        return AT_OK;
    const at_status status =
        at_case_view_open(&audit->view, at_text_string(&text), text.bytes, &lower);
    AT_TRY(at_audit_judge(audit, &bad, status, AT_PATH_CASE, &lower, err));
    if (!bad && strcmp(audit->view.id, audit->state->out->case_id) != 0)
        at_audit_bad(audit, AT_PATH_CASE, "it is the case \"%s\", not the one sealed",
                     audit->view.id);
    return AT_OK;
}

static at_status check_summary(const at_audit *audit, at_error *err) {
    static const char *const keys[] = {
        "answers",     "as_of",           "case",    "counts",   "currencies",
        "languages",   "partial_sources", "release", "revision", "schema",
        "source_tree", "sources",         NULL};
    const char *schema = NULL, *case_id = NULL, *as_of = NULL, *release = NULL, *tree = NULL;
    int64_t revision = 0;
    AT_TRY(at_document_members(audit->summary, keys, err));
    AT_TRY(at_document_text(&schema, audit->summary, "schema", false, err));
    AT_TRY(at_document_text(&case_id, audit->summary, "case", false, err));
    AT_TRY(at_document_text(&as_of, audit->summary, "as_of", true, err));
    AT_TRY(at_document_text(&release, audit->summary, "release", false, err));
    AT_TRY(at_document_text(&tree, audit->summary, "source_tree", false, err));
    AT_TRY(at_document_count(&revision, audit->summary, "revision", err));
    if (strcmp(schema, AT_BUNDLE_SCHEMA) != 0)
        return at_fail(err, AT_BAD_INPUT, "E-BUNDLE-SCHEMA",
                       "its schema \"%.60s\" is not known to this release", schema);
    if (strcmp(case_id, audit->state->out->case_id) != 0 ||
        revision != audit->state->out->revision || !at_text_equal(as_of, audit->view.as_of))
        return at_fail(err, AT_BAD_INPUT, "E-BUNDLE-CONTENT",
                       "case, date or revision are not those of the seal and the case file");
    return AT_OK;
}

static at_status open_summary(at_audit *audit, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = AT_VERIFY_FILE_BYTES_MAX};
    at_error lower = {.status = AT_OK};
    bool bad = false;
    AT_TRY(at_audit_read(&text, &bad, audit, AT_PATH_SUMMARY, err));
    if (bad)
        return AT_OK;
    at_status status = at_document_open(&audit->summary_json, at_text_string(&text), text.bytes,
                                        "bundle.json", &lower);
    AT_TRY(at_audit_judge(audit, &bad, status, AT_PATH_SUMMARY, &lower, err));
    if (bad)
        return AT_OK;
    audit->summary = at_json_root(audit->summary_json);
    status = check_summary(audit, &lower);
    return at_audit_judge(audit, &bad, status, AT_PATH_SUMMARY, &lower, err);
}

/* --- Schemas, and what is left over --- */

static void close_json(at_json **json) {
    at_json_close(json);
}

static at_status check_schema(at_audit *audit, const char *path, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = AT_VERIFY_FILE_BYTES_MAX};
    AT_CLEANUP(close_json) at_json *json = NULL;
    char embedded[256], wanted[AT_SCHEMA_PATH_BYTES];
    at_error lower = {.status = AT_OK};
    bool bad = false;
    snprintf(embedded, sizeof embedded, "model/schema/%s", path + strlen("data/schema/"));
    if (!at_schema_path(wanted, embedded))
        return AT_OK; /* left over, and said so */
    AT_TRY(at_audit_read(&text, &bad, audit, path, err));
    if (bad)
        return AT_OK;
    const at_status status =
        at_document_open(&json, at_text_string(&text), text.bytes, "the schema", &lower);
    return at_audit_judge(audit, &bad, status, path, &lower, err);
}

static at_status check_schemas(at_audit *audit, at_error *err) {
    const at_manifest *manifest = &audit->state->sha256;
    for (size_t i = 0; i < manifest->count; i++)
        if (at_text_starts(manifest->lines[i].path, "data/schema/"))
            AT_TRY(check_schema(audit, manifest->lines[i].path, err));
    return AT_OK;
}

static at_status check_leftovers(at_audit *audit, at_error *err) {
    (void)err;
    for (size_t i = 0; i < audit->state->sha256.count; i++)
        if (!audit->known[i])
            at_audit_bad(audit, audit->state->sha256.lines[i].path,
                         "nothing in the bundle refers to it");
    for (size_t i = 0; i < audit->record_count; i++)
        if (!audit->records[i].cited)
            at_audit_bad(audit, AT_PATH_INDEX, "nothing cites \"%s\"", audit->records[i].address);
    return AT_OK;
}

static void clear_audit(at_audit *audit) {
    at_case_view_close(&audit->view);
    at_json_close(&audit->summary_json);
}

at_status at_verify_content(at_verify_state *state, at_error *err) {
    /* The bag's own papers come last: their sums are off whenever a file is, and say less. */
    static at_status (*const parts[])(at_audit *, at_error *) = {
        open_case,        open_summary,  at_audit_index,  at_audit_answers,
        at_audit_request, check_schemas, check_leftovers, check_tag_texts};
    AT_CLEANUP(clear_audit) at_audit audit = {.state = state};
    AT_TRY(AT_NEW(&audit.known, state->arena, state->sha256.count, err));
    for (size_t i = 0; i < AT_COUNT(parts) && state->worst == AT_OK; i++)
        AT_TRY(parts[i](&audit, err));
    if (state->worst == AT_OK)
        at_verify_say(state, AT_FINDING_GOOD, "content",
                      "%zu rows rest on %zu records, each with its bytes", state->out->rows,
                      state->out->records);
    return AT_OK;
}
