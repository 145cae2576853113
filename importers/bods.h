/**
 * bods.h - one statement of the Beneficial Ownership Data Standard 0.4 on its way to facts.
 *
 * A statement is checked first (bods_check.c), then read: an entity or a person (bods_party.c), or
 * a relationship between two of them (bods_relation.c). bods.c walks over the file.
 *
 * Source:    openownership data-standard, version 0.4: schema and codelists.
 * Ownership: everything a statement points to lives until the next statement.
 * Errors:    AT_BAD_INPUT E-BODS-*, E-JSON-*, and those of fields.h: the statement is refused.
 */
#ifndef ASSETTRACE_IMPORTERS_BODS_H
#define ASSETTRACE_IMPORTERS_BODS_H

#include "engine/base/json.h"
#include "engine/model/sink.h"

enum { AT_BODS_WARNINGS_MAX = 8 };

typedef enum at_bods_type { AT_BODS_ENTITY, AT_BODS_PERSON, AT_BODS_RELATIONSHIP } at_bods_type;
typedef enum at_bods_status {
    AT_BODS_NEW,
    AT_BODS_UPDATED,
    AT_BODS_CLOSED,
    AT_BODS_UNSAID
} at_bods_status;

/* What other statements about the same record leave to this one: nothing before since_us, nothing
 * from until_us on. AT_TIME_NONE = no bound. */
typedef struct at_bods_window {
    int64_t since_us, until_us;
} at_bods_window;

typedef struct at_bods {
    const char *file; /* for messages */
    at_origin origin;
    at_arena *arena;
    const at_json_value *root, *details;
    at_bods_type type;
    at_bods_status status;
    const char *id, *record; /* statementId, recordId */
    int64_t stated_us;       /* statementDate */
    at_bods_window window;
    at_fact *facts;
    size_t fact_count, fact_capacity;
    size_t warning_count;
    at_error warnings[AT_BODS_WARNINGS_MAX];
} at_bods;

/**
 * Is `statement->root` what the standard wants? Fills type, status, id, record, stated_us, details.
 * What is wrong with a part that facts are made from refuses the statement; what is wrong with the
 * rest (annotations, publication, source, listing on an exchange, political exposure) is a warning.
 */
AT_CHECKED at_status at_bods_check(at_bods *statement, at_error *err);

/** AT_BAD_INPUT about a value of the statement, with pointer, line and file as place. */
at_status at_bods_fail(const at_bods *statement, at_error *err, const at_json_value *value,
                       const char *code, const char *format, ...) AT_PRINTF(5, 6);

/** What is wrong with a part that no fact rests on: AT_BAD_INPUT becomes a warning and AT_OK; any
 * other status goes on with `found` in `err`. */
AT_CHECKED at_status at_bods_settle(at_bods *statement, at_status status, at_error *found,
                                    at_error *err);

/** A percentage as written, such as 76.5 or 1e2: a part of the whole. "E-BODS-RANGE" outside 0 to
 * 100. */
AT_CHECKED at_status at_bods_percent(at_ratio *out, const at_bods *statement,
                                     const at_json_value *value, at_error *err);

/** A new fact of the statement. */
AT_CHECKED at_status at_bods_add(at_fact **out, at_bods *statement, at_kind kind, at_error *err);
/** What the source says and no field of ours holds: a label of the party `of`. */
AT_CHECKED at_status at_bods_label(at_bods *statement, const char *of, const char *name,
                                   const char *text, at_error *err);
/** The text of a member; NULL when there is none, or an empty one. */
const char *at_bods_text(const at_json_value *object, const char *key);

AT_CHECKED at_status at_bods_party(at_bods *statement, at_error *err);
AT_CHECKED at_status at_bods_relation(at_bods *statement, at_error *err);
/** When the interests of a relationship began and ended: the first start; the last end, when each
 * has one, or the day the record was closed. */
AT_CHECKED at_status at_bods_span(at_period *out, const at_bods *statement, at_error *err);

/** ISO 3166 alpha-2 of an alpha-3 code in capitals; NULL when there is none. */
const char *at_bods_country2(const char *alpha3);

#endif
