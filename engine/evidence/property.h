/**
 * property.h - the items a case asks to freeze, read off the findings.
 *
 * The builder and the verifier both derive items and sums from the bytes of one findings file,
 * never from each other: distinct things of the named column, in the order of their first row; the
 * value and currency of the first row that states one (columns "value" and "currency"). A case that
 * names a subject or one thing instead has items without rows, and no sums.
 *
 * Ownership: texts live as long as the rows.
 * Errors:    AT_BAD_INPUT "E-BUNDLE-FINDING" for a value that is no amount;
 *            AT_LIMIT "E-AMOUNT-RANGE".
 */
#ifndef ASSETTRACE_EVIDENCE_PROPERTY_H
#define ASSETTRACE_EVIDENCE_PROPERTY_H

#include "engine/evidence/case_view.h"
#include "engine/evidence/finding.h"

typedef struct at_property {
    const char *thing;
    const at_finding_row *row;       /* the first; NULL for a thing named by the case itself */
    const at_finding_row *value_row; /* the one that states the value, or NULL */
    const char *value, *currency;    /* NULL when no row states both */
    const char *excluded;            /* the case's reason for leaving it out, or NULL */
} at_property;

typedef struct at_property_total {
    const char *currency;
    int64_t amount; /* of items not excluded */
    size_t items;
} at_property_total;

typedef struct at_property_list {
    at_property *items;
    size_t count;
    at_property_total *totals; /* by currency, ascending */
    size_t total_count;
} at_property_list;

AT_CHECKED at_status at_property_read(at_property_list *out, const at_finding_row *rows,
                                      size_t row_count, const at_case_view *view, at_arena *arena,
                                      at_error *err);

/** Items that the case names itself, without rows and values. */
AT_CHECKED at_status at_property_named(at_property_list *out, const char *const *ids, size_t count,
                                       const at_case_view *view, at_arena *arena, at_error *err);

#endif
