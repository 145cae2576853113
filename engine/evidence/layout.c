#include "engine/evidence/layout.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/error.h"

void at_findings_path(char out[AT_FINDINGS_PATH_BYTES], const char *answer_id) {
    snprintf(out, AT_FINDINGS_PATH_BYTES, "data/findings/%.64s.jsonl", answer_id);
}

void at_request_text_path(char out[AT_REQUEST_PATH_BYTES], const char *language) {
    snprintf(out, AT_REQUEST_PATH_BYTES, "data/request/freeze-request.%.8s.txt", language);
}

bool at_schema_path(char out[AT_SCHEMA_PATH_BYTES], const char *embedded_name) {
    static const char *const names[] = {"bundle.json", "case.json", "finding.json",
                                        "freeze-request.json", "record.json"};
    static const char folder[] = "model/schema/";
    if (strncmp(embedded_name, folder, strlen(folder)) != 0)
        return false;
    for (size_t i = 0; i < AT_COUNT(names); i++)
        if (strcmp(embedded_name + strlen(folder), names[i]) == 0) {
            snprintf(out, AT_SCHEMA_PATH_BYTES, "data/schema/%s", names[i]);
            return true;
        }
    return false;
}

void at_bundle_identifier(char out[AT_IDENTIFIER_BYTES], const char *case_id) {
    snprintf(out, AT_IDENTIFIER_BYTES, "assettrace:%.64s", case_id);
}
