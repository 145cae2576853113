/**
 * bundle.h - answers and the records they cite, as a sealed bag's payload.
 *
 * What is written is described in FORMATS.md. It is a function of at_bundle_content alone: no
 * clock, host, user, path or locale. Case id, date, purpose, languages and the freeze request's
 * scope are read from the case file, which goes in byte for byte.
 *
 * Records nobody cites are left out; a cited record that was not given is our bug.
 *
 * Ownership: everything in the content is borrowed for the call.
 * Errors:    AT_BAD_INPUT "E-BUNDLE-CASE" for a case that cannot be sealed, "E-BUNDLE-RECORD" for
 * bytes that are not their address's, "E-BAG-PATH"; AT_LIMIT "E-AMOUNT-RANGE"; AT_IO.
 */
#ifndef ASSETTRACE_EVIDENCE_BUNDLE_H
#define ASSETTRACE_EVIDENCE_BUNDLE_H

#include "engine/base/text.h"
#include "engine/crypto/hash.h"
#include "engine/model/table.h"

typedef struct at_bundle_argument {
    const char *name,
        *value; /* as text, references resolved: what the question was really asked with */
} at_bundle_argument;

typedef struct at_bundle_answer {
    const char *id; /* "q1": [a-z0-9_-]{1,64}, it names a file */
    const at_bundle_argument *arguments;
    size_t argument_count;
    const at_table *table; /* names the query and its version */
    const char *limits;    /* what the query says it cannot say; may be NULL */
} at_bundle_answer;

typedef struct at_bundle_record {
    at_record_id id;
    at_address address;
    at_span bytes; /* exactly those of the address */
    const char *importer;
    int importer_version;
} at_bundle_record;

/* What records say of one thing itself: a subject of the case, or an item of the freeze request. */
typedef struct at_bundle_thing {
    const char *ref;      /* a subject's "s1" in the case; NULL for an item */
    const char *id;       /* as answers show it */
    const at_fact *facts; /* party, identifier, listing, account, asset; each with its record */
    size_t fact_count;
} at_bundle_thing;

typedef struct at_bundle_content {
    at_span case_file;
    int64_t revision;
    const at_bundle_answer *answers; /* in the case's order */
    size_t answer_count;
    const at_bundle_record *records; /* any order */
    size_t record_count;
    const at_bundle_thing *things;
    size_t thing_count;
    const at_token *tokens; /* declared scales */
    size_t token_count;
    const char *const *partial_sources; /* names of sources not loaded whole */
    size_t partial_count;
    const char *release;     /* "0.1.0" */
    const char *source_tree; /* hash of the program's source, or "unknown" */
} at_bundle_content;

/* What was written. */
typedef struct at_bundle_summary {
    char id[AT_SHA256_TEXT_BYTES];
    size_t records; /* cited, each address once */
    size_t rows;    /* of all answers */
    uint64_t bytes; /* of the payload */
} at_bundle_summary;

/** Write the bag into `folder`, which must not exist. */
AT_CHECKED at_status at_bundle_write(at_bundle_summary *out, const char *folder,
                                     const at_bundle_content *content, at_error *err);

#endif
