#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/evidence/audit.h"
#include "engine/evidence/document.h"

/* One line of the index, as far as it is checked against other files. */
typedef struct index_line {
    at_address address;
    const char *address_text, *path, *sha256;
} index_line;

static void close_json(at_json **json) {
    at_json_close(json);
}

static at_status read_line(index_line *out, const char *line, size_t bytes, at_arena *arena,
                           at_error *err) {
    static const char *const keys[] = {"address", "importer",  "importer_version",
                                       "line",    "namespace", "path",
                                       "sha256",  "source",    NULL};
    AT_CLEANUP(close_json) at_json *json = NULL;
    const char *ignored = NULL;
    int64_t number = 0;
    AT_TRY(at_document_open(&json, line, bytes, "the line", err));
    const at_json_value *root = at_json_root(json);
    AT_TRY(at_document_members(root, keys, err));
    AT_TRY(at_document_text(&out->address_text, root, "address", false, err));
    AT_TRY(at_document_text(&out->path, root, "path", false, err));
    AT_TRY(at_document_text(&out->sha256, root, "sha256", false, err));
    AT_TRY(at_document_text(&ignored, root, "importer", true, err));
    AT_TRY(at_document_text(&ignored, root, "namespace", true, err));
    AT_TRY(at_document_text(&ignored, root, "source", true, err));
    AT_TRY(at_document_count(&number, root, "importer_version", err));
    AT_TRY(at_document_count(&number, root, "line", err));
    AT_TRY(at_address_parse(&out->address, out->address_text, err));
    AT_TRY(at_arena_text(&out->address_text, arena, out->address_text, err));
    AT_TRY(at_arena_text(&out->path, arena, out->path, err));
    return at_arena_text(&out->sha256, arena, out->sha256, err);
}

static int compare_addresses(const at_address *a, const at_address *b) {
    const int order = strcmp(a->content, b->content);
    if (order != 0)
        return order;
    if (a->offset != b->offset)
        return a->offset < b->offset ? -1 : 1;
    return (a->bytes > b->bytes) - (a->bytes < b->bytes);
}

static uint64_t file_bytes(const at_verify_state *state, const char *path) {
    for (size_t low = 0, high = state->entry_count; low < high;) {
        const size_t middle = low + (high - low) / 2;
        const int order = at_text_compare(state->entries[middle].path, path);
        if (order == 0)
            return state->entries[middle].bytes;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return UINT64_MAX;
}

/* The file is named after the address, as long as it says, and has the hash the index states. */
static at_status check_line(at_audit *audit, const index_line *line, at_error *err) {
    const at_manifest *manifest = &audit->state->sha256;
    char path[AT_RECORD_PATH_BYTES], text[AT_ADDRESS_TEXT_BYTES];
    at_record_path(path, &line->address);
    at_address_format(text, &line->address);
    if (strcmp(path, line->path) != 0 || strcmp(text, line->address_text) != 0)
        return at_fail(err, AT_BAD_INPUT, "E-BUNDLE-RECORD", "path and address do not agree");
    const at_manifest_line *listed = at_manifest_find(manifest, path);
    if (listed == NULL)
        return at_fail(err, AT_BAD_INPUT, "E-BUNDLE-RECORD", "the bundle has no \"%s\"", path);
    audit->known[listed - manifest->lines] = true;
    if (strcmp(listed->hash, line->sha256) != 0 ||
        file_bytes(audit->state, path) != line->address.bytes)
        return at_fail(err, AT_BAD_INPUT, "E-BUNDLE-RECORD",
                       "\"%s\" does not hold the bytes of its address", path);
    return AT_OK;
}

static at_status add_line(at_audit *audit, size_t *capacity, at_address *last, const char *line,
                          size_t bytes, at_error *err) {
    index_line read;
    AT_TRY(read_line(&read, line, bytes, audit->state->arena, err));
    AT_TRY(check_line(audit, &read, err));
    if (audit->record_count > 0 && compare_addresses(last, &read.address) >= 0)
        return at_fail(err, AT_BAD_INPUT, "E-BUNDLE-RECORD", "it is out of order or there twice");
    *last = read.address;
    AT_TRY(AT_GROW(&audit->records, capacity, audit->record_count, audit->state->arena, err));
    at_audit_record *record = &audit->records[audit->record_count++];
    *record = (at_audit_record){.address = read.address_text};
    return at_arena_text(&record->content, audit->state->arena, read.address.content, err);
}

static at_status read_lines(at_audit *audit, const at_text *text, at_error *err) {
    size_t capacity = 0;
    at_address last = {.content = ""};
    for (size_t offset = 0; offset < text->bytes;) {
        const char *start = text->data + offset;
        const char *end = memchr(start, '\n', text->bytes - offset);
        const size_t bytes = end != NULL ? (size_t)(end + 1 - start) : text->bytes - offset;
        const at_status status = add_line(audit, &capacity, &last, start, bytes, err);
        if (status != AT_OK) {
            at_place(err, "line %zu", audit->record_count + 1);
            return status;
        }
        offset += bytes;
    }
    return AT_OK;
}

static int compare_indices(const void *a, const void *b, void *records) {
    const at_audit_record *list = records;
    return strcmp(list[*(const size_t *)a].address, list[*(const size_t *)b].address);
}

at_status at_audit_index(at_audit *audit, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {.limit_bytes = AT_VERIFY_FILE_BYTES_MAX};
    at_error lower = {.status = AT_OK};
    bool bad = false;
    AT_TRY(at_audit_read(&text, &bad, audit, AT_PATH_INDEX, err));
    if (bad)
        return AT_OK;
    const at_status status = read_lines(audit, &text, &lower);
    AT_TRY(at_audit_judge(audit, &bad, status, AT_PATH_INDEX, &lower, err));
    if (bad)
        return AT_OK;
    AT_TRY(AT_NEW(&audit->by_address, audit->state->arena, audit->record_count, err));
    for (size_t i = 0; i < audit->record_count; i++)
        audit->by_address[i] = i;
    qsort_r(audit->by_address, audit->record_count, sizeof *audit->by_address, compare_indices,
            audit->records);
    audit->state->out->records = audit->record_count;
    return AT_OK;
}
