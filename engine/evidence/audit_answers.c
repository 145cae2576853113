#include <inttypes.h>
#include <string.h>

#include "engine/evidence/audit.h"
#include "engine/evidence/document.h"

typedef struct answer_head {
    const char *id, *file;
    int64_t rows;
    const at_json_value *columns;
} answer_head;

static at_status read_pairs(const at_json_value *list, const char *first, const char *second,
                            at_error *err) {
    const char *const keys[] = {first, second, NULL};
    for (const at_json_value *item = at_json_first(list); item; item = at_json_next(item)) {
        const char *text = NULL;
        AT_TRY(at_document_members(item, keys, err));
        AT_TRY(at_document_text(&text, item, first, false, err));
        AT_TRY(at_document_text(&text, item, second, true, err));
    }
    return AT_OK;
}

static at_status read_head(answer_head *out, const at_json_value *answer, at_error *err) {
    static const char *const keys[] = {"arguments", "columns", "file",   "id",        "limits",
                                       "notes",     "rows",    "schema", "truncated", NULL};
    const at_json_value *arguments = NULL, *notes = NULL;
    const char *text = NULL;
    char path[AT_FINDINGS_PATH_BYTES];
    AT_TRY(at_document_members(answer, keys, err));
    AT_TRY(at_document_text(&out->id, answer, "id", false, err));
    AT_TRY(at_document_text(&out->file, answer, "file", false, err));
    AT_TRY(at_document_text(&text, answer, "limits", true, err));
    AT_TRY(at_document_text(&text, answer, "schema", false, err));
    AT_TRY(at_document_count(&out->rows, answer, "rows", err));
    AT_TRY(at_document_list(&arguments, answer, "arguments", err));
    AT_TRY(at_document_list(&out->columns, answer, "columns", err));
    AT_TRY(at_document_list(&notes, answer, "notes", err));
    AT_TRY(read_pairs(arguments, "name", "value", err));
    AT_TRY(read_pairs(out->columns, "name", "type", err));
    AT_TRY(read_pairs(notes, "code", "text", err));
    at_findings_path(path, out->id);
    if (strcmp(path, out->file) != 0)
        return at_json_fail(err, answer, "E-BUNDLE-CONTENT", "the file is not the answer's");
    return AT_OK;
}

/* Every row has the cells the head declares, whatever order they stand in. */
static bool has_columns(const at_finding_row *row, const at_json_value *columns) {
    if (row->cell_count != at_json_count(columns))
        return false;
    for (const at_json_value *item = at_json_first(columns); item; item = at_json_next(item)) {
        const char *name = at_json_text(at_json_get(item, "name"));
        bool found = false;
        for (size_t i = 0; i < row->cell_count; i++)
            found = found || strcmp(row->names[i], name) == 0;
        if (!found)
            return false;
    }
    return true;
}

static at_status check_answer(at_audit *audit, const answer_head *head, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = AT_VERIFY_FILE_BYTES_MAX};
    at_finding_row *rows = NULL;
    size_t count = 0;
    at_error lower = {.status = AT_OK};
    bool bad = false;
    AT_TRY(at_audit_read(&text, &bad, audit, head->file, err));
    if (bad)
        return AT_OK;
    const at_status status = at_findings_read(&rows, &count, at_text_string(&text), text.bytes,
                                              audit->state->arena, &lower);
    AT_TRY(at_audit_judge(audit, &bad, status, head->file, &lower, err));
    if (bad)
        return AT_OK;
    if ((int64_t)count != head->rows)
        at_audit_bad(audit, head->file, "it has %zu rows, the head says %" PRId64, count,
                     head->rows);
    for (size_t i = 0; i < count; i++) {
        if (!has_columns(&rows[i], head->columns))
            at_audit_bad(audit, head->file, "row %zu has not the columns of its head", i + 1);
        for (size_t k = 0; k < rows[i].source_count; k++)
            at_audit_cite(audit, rows[i].sources[k], head->file);
    }
    audit->state->out->rows += count;
    if (strcmp(head->id, audit->view.freeze_answer) == 0) {
        audit->freeze_rows = rows;
        audit->freeze_row_count = count;
    }
    return AT_OK;
}

/* counts, and the sources with their number of records, follow from the rest. */
static at_status check_counts(at_audit *audit, size_t answers, at_error *err) {
    static const char *const keys[] = {"answers", "records", "rows", NULL};
    const at_json_value *counts = at_json_get(audit->summary, "counts");
    int64_t said[3] = {0};
    AT_TRY(at_document_members(counts, keys, err));
    for (size_t i = 0; i < AT_COUNT(said); i++)
        AT_TRY(at_document_count(&said[i], counts, keys[i], err));
    if (said[0] != (int64_t)answers || said[1] != (int64_t)audit->record_count ||
        said[2] != (int64_t)audit->state->out->rows)
        return at_json_fail(err, counts, "E-BUNDLE-CONTENT", "the counts are not those counted");
    return AT_OK;
}

static at_status check_sources(at_audit *audit, at_error *err) {
    static const char *const keys[] = {
        "content", "importer", "importer_version", "name", "namespace", "records", NULL};
    const at_json_value *list = NULL;
    size_t next = 0;
    AT_TRY(at_document_list(&list, audit->summary, "sources", err));
    for (const at_json_value *item = at_json_first(list); item; item = at_json_next(item)) {
        const size_t first = next;
        const char *content = NULL;
        int64_t records = 0;
        AT_TRY(at_document_members(item, keys, err));
        AT_TRY(at_document_text(&content, item, "content", false, err));
        AT_TRY(at_document_count(&records, item, "records", err));
        while (next < audit->record_count && strcmp(audit->records[next].content, content) == 0)
            next++;
        if (next == first || (int64_t)(next - first) != records)
            return at_json_fail(err, item, "E-BUNDLE-CONTENT",
                                "the source has not the records it is said to have");
    }
    if (next != audit->record_count)
        return at_json_fail(err, list, "E-BUNDLE-CONTENT", "a source is not listed");
    return AT_OK;
}

at_status at_audit_answers(at_audit *audit, at_error *err) {
    const at_json_value *list = NULL;
    at_error lower = {.status = AT_OK};
    bool bad = false;
    at_status status = at_document_list(&list, audit->summary, "answers", &lower);
    AT_TRY(at_audit_judge(audit, &bad, status, AT_PATH_SUMMARY, &lower, err));
    for (const at_json_value *item = bad ? NULL : at_json_first(list); item;
         item = at_json_next(item)) {
        answer_head head;
        status = read_head(&head, item, &lower);
        AT_TRY(at_audit_judge(audit, &bad, status, AT_PATH_SUMMARY, &lower, err));
        if (bad)
            return AT_OK;
        AT_TRY(check_answer(audit, &head, err));
    }
    if (audit->state->worst != AT_OK)
        return AT_OK;
    status = check_counts(audit, at_json_count(list), &lower);
    if (status == AT_OK)
        status = check_sources(audit, &lower);
    return at_audit_judge(audit, &bad, status, AT_PATH_SUMMARY, &lower, err);
}
