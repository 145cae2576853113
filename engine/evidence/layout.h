/**
 * layout.h - where things lie in a bundle and a dossier: the names that writer and verifier share.
 */
#ifndef ASSETTRACE_EVIDENCE_LAYOUT_H
#define ASSETTRACE_EVIDENCE_LAYOUT_H

#include <stdbool.h>

#define AT_BUNDLE_SCHEMA "assettrace/bundle/1"

#define AT_PATH_SUMMARY "data/bundle.json"
#define AT_PATH_CASE "data/derivation/case.json"
#define AT_PATH_INDEX "data/records/index.jsonl"
#define AT_PATH_REQUEST "data/request/freeze-request.json"

#define AT_PATH_BUNDLE "bundle"
#define AT_PATH_TAG_MANIFEST "tagmanifest-sha256.txt"
#define AT_PATH_SEAL "review/0001-seal.txt"
#define AT_PATH_SEAL_SIGNATURE "review/0001-seal.txt.minisig"
#define AT_PATH_READING "reading"
#define AT_PATH_HOW "VERIFY.txt"

enum {
    AT_FINDINGS_PATH_BYTES = 96,
    AT_REQUEST_PATH_BYTES = 64,
    AT_SCHEMA_PATH_BYTES = 64,
    AT_IDENTIFIER_BYTES = 96,
};

/** "data/findings/q1.jsonl" */
void at_findings_path(char out[AT_FINDINGS_PATH_BYTES], const char *answer_id);
/** "data/request/freeze-request.en.txt" */
void at_request_text_path(char out[AT_REQUEST_PATH_BYTES], const char *language);
/** "data/schema/x.json" for "model/schema/x.json"; false for a schema no bundle holds. */
bool at_schema_path(char out[AT_SCHEMA_PATH_BYTES], const char *embedded_name);
/** The bag's External-Identifier: "assettrace:2026-014". */
void at_bundle_identifier(char out[AT_IDENTIFIER_BYTES], const char *case_id);

#endif
