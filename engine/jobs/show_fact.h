/**
 * show_fact.h - one stated fact as rows `what, field, value`: for `show` and for a preview.
 *
 * A missing field gives no row. Amounts are minor units, times RFC 3339.
 *
 * Ownership: texts are borrowed from the fact, or live in the arena.
 */
#ifndef ASSETTRACE_JOBS_SHOW_FACT_H
#define ASSETTRACE_JOBS_SHOW_FACT_H

#include "engine/model/facts.h"
#include "engine/model/table.h"

extern const at_column at_show_columns[]; /* what, field, value */

typedef struct at_fact_show {
    at_table *table;
    const at_facts *facts; /* names references; NULL: they are shown as written, own id too */
    at_arena *arena;
    at_thing thing;   /* what was asked for: its own id is not repeated; 0 = nothing */
    const char *what; /* first column of the next rows */
    at_record_id record;
} at_fact_show;

/** All fields of a fact; sets what and record by it. */
AT_CHECKED at_status at_show_fact(at_fact_show *state, const at_fact *fact, at_error *err);
/** One row; none when `value` is NULL. */
AT_CHECKED at_status at_show_field(at_fact_show *state, const char *field, const char *value,
                                   at_error *err);

#endif
