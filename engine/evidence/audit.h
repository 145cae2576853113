/**
 * audit.h - the last level of verification: does the content agree with itself?
 *
 * Everything here was sealed as it stands, so what is wrong is malformed (AT_BAD_INPUT), not
 * tampered with. Each part marks the files it accounts for and the records it finds cited; what is
 * left over at the end belongs to nothing.
 */
#ifndef ASSETTRACE_EVIDENCE_AUDIT_H
#define ASSETTRACE_EVIDENCE_AUDIT_H

#include "engine/evidence/case_view.h"
#include "engine/evidence/finding.h"
#include "engine/evidence/property.h"
#include "engine/evidence/verify_state.h"

typedef struct at_audit_record {
    const char *address; /* as cited */
    const char *content;
    bool cited;
} at_audit_record;

typedef struct at_audit {
    at_verify_state *state;
    bool *known; /* per line of manifest-sha256.txt */
    at_case_view view;
    at_json *summary_json;
    const at_json_value *summary; /* data/bundle.json */
    at_audit_record *records;     /* in the index's order */
    size_t record_count;
    size_t *by_address;          /* indices of records, ascending by address */
    at_finding_row *freeze_rows; /* of the answer the request rests on */
    size_t freeze_row_count;
} at_audit;

/** A payload file, whole; marked as known. Absent: a finding, *bad set. */
AT_CHECKED at_status at_audit_read(at_text *out, bool *bad, at_audit *audit, const char *path,
                                   at_error *err);
/** A finding about a payload file. */
void at_audit_bad(at_audit *audit, const char *path, const char *format, ...) AT_PRINTF(3, 4);
/** at_verify_judge with status AT_BAD_INPUT and the file's name. */
AT_CHECKED at_status at_audit_judge(at_audit *audit, bool *bad, at_status status, const char *path,
                                    const at_error *lower, at_error *err);
/** Mark the record of an address as cited; a finding about `path` when it is not in the index. */
void at_audit_cite(at_audit *audit, const char *address, const char *path);

AT_CHECKED at_status at_audit_index(at_audit *audit, at_error *err);
AT_CHECKED at_status at_audit_answers(at_audit *audit, at_error *err);
AT_CHECKED at_status at_audit_request(at_audit *audit, at_error *err);

#endif
