/* Goal: no bytes bring a parser of evidence down: keys, signatures, signed statements, manifests,
 * findings, documents, lines of the custody log, cases.
 * Method: the first byte chooses the parser; what can be written again must be the same bytes. */
#include "engine/crypto/key.h"
#include "engine/crypto/signature.h"
#include "engine/crypto/statement.h"
#include "engine/evidence/document.h"
#include "engine/evidence/finding.h"
#include "engine/evidence/manifest.h"
#include "engine/jobs/run.h"
#include "engine/store/log.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void read_key(const char *text, size_t bytes, at_arena *arena, at_error *err) {
    at_public_key key;
    const char *line = NULL;
    if (at_arena_copy(&line, arena, text, bytes, err) == AT_OK)
        (void)!at_public_key_parse(&key, line, err);
}

static void read_signature(const char *text, size_t bytes, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text again = {0};
    at_signature signature;
    (void)arena;
    if (at_signature_parse(&signature, text, bytes, err) != AT_OK)
        return;
    assert(at_signature_format(&again, &signature, err) == AT_OK);
    assert(again.bytes == bytes && memcmp(again.data, text, bytes) == 0);
}

static void read_statement(const char *text, size_t bytes, at_arena *arena, at_error *err) {
    static const char *const keys[] = {"bundle", "case", NULL};
    AT_CLEANUP(at_text_clear) at_text again = {0};
    at_signed_statement statement;
    if (at_signed_statement_parse(&statement, text, bytes, "seal", keys, arena, err) != AT_OK)
        return;
    assert(at_signed_statement_format(&again, &statement, err) == AT_OK);
    assert(again.bytes == bytes && memcmp(again.data, text, bytes) == 0);
}

static void read_manifest(const char *text, size_t bytes, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text again = {0};
    at_manifest manifest;
    if (at_manifest_parse(&manifest, text, bytes, AT_SHA256, arena, err) != AT_OK)
        return;
    assert(at_manifest_format(&again, &manifest, err) == AT_OK);
    assert(again.bytes == bytes && memcmp(again.data, text, bytes) == 0);
}

static void read_findings(const char *text, size_t bytes, at_arena *arena, at_error *err) {
    at_finding_row *rows = NULL;
    size_t count = 0;
    (void)!at_findings_read(&rows, &count, text, bytes, arena, err);
}

static void read_document(const char *text, size_t bytes, at_arena *arena, at_error *err) {
    AT_CLEANUP(at_json_close) at_json *json = NULL;
    (void)arena;
    (void)!at_document_open(&json, text, bytes, "fuzz.json", err);
}

static void read_log_line(const char *text, size_t bytes, at_arena *arena, at_error *err) {
    at_custody_entry entry;
    (void)!at_log_parse(&entry, text, bytes, arena, err);
}

static void read_case(const char *text, size_t bytes, at_arena *arena, at_error *err) {
    at_case read = {0};
    if (at_case_read_bytes(&read, text, bytes, "case.json", at_queries, arena, err) == AT_OK)
        at_case_close(&read);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    static void (*const readers[])(const char *, size_t, at_arena *, at_error *) = {
        read_key,      read_signature, read_statement, read_manifest,
        read_findings, read_document,  read_log_line,  read_case};
    AT_CLEANUP(at_arena_clear) at_arena arena = {0};
    at_error err = {0};
    if (bytes > 0)
        readers[data[0] % AT_COUNT(readers)]((const char *)data + 1, bytes - 1, &arena, &err);
    return 0;
}
