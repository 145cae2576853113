/**
 * bods_rules.h - what the schema of the standard says, as tables; private to bods_*.c.
 *
 * A table lists the members of one kind of object; members that are not listed are allowed and not
 * looked at, as the schema does. Rules between members are functions.
 *
 * Source: openownership data-standard, version 0.4: statement.json, entity-record.json,
 *         person-record.json, relationship-record.json, components.json.
 */
#ifndef ASSETTRACE_IMPORTERS_BODS_RULES_H
#define ASSETTRACE_IMPORTERS_BODS_RULES_H

#include "importers/bods.h"

typedef enum at_bods_form {
    AT_BODS_TEXT,
    AT_BODS_URI,
    AT_BODS_DATE,
    AT_BODS_MOMENT,       /* a date, or a date and a time of day */
    AT_BODS_PARTIAL_DATE, /* a year, a month or a day */
    AT_BODS_VERSION,
    AT_BODS_FLAG,
    AT_BODS_PERCENT,
    AT_BODS_WORD,
    AT_BODS_OBJECT,
    AT_BODS_RECORD, /* the id of a record, or why there is none */
} at_bods_form;

enum {
    AT_BODS_NEEDED = 1,
    AT_BODS_MANY = 2,  /* an array of these */
    AT_BODS_MINOR = 4, /* no fact rests on it */
};

typedef struct at_bods_rule {
    const char *key; /* NULL ends a table */
    at_bods_form form;
    unsigned flags;
    unsigned least, most;               /* characters of a text; most 0 = any */
    const char *const *words;           /* of a word */
    const struct at_bods_rule *members; /* of an object; NULL = any */
    /** What holds between the members of an object; may be NULL. */
    at_status (*also)(const at_bods *statement, const at_json_value *object, at_error *err);
} at_bods_rule;

extern const at_bods_rule at_bods_statement_rules[];
extern const at_bods_rule *const at_bods_details_rules[]; /* by at_bods_type */
extern const char *const at_bods_record_types[];          /* index: at_bods_type */
extern const char *const at_bods_record_statuses[];       /* index: at_bods_status */
extern const char *const at_bods_interest_types[];

/** A component of a wider relationship has no components itself. */
AT_CHECKED at_status at_bods_components_rule(const at_bods *statement, at_error *err);

#endif
