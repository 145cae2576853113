/**
 * totals.h - what stands under a table: its rows counted by grade, its amounts added up by currency
 * and grade.
 *
 * For people only; the machine formats carry the rows alone. Sums are made of queries that say
 * that their rows add up (at_query.adds_up), in minor units, one method for itself.
 */
#ifndef ASSETTRACE_CLI_TOTALS_H
#define ASSETTRACE_CLI_TOTALS_H

#include "engine/cli/fields.h"

AT_CHECKED at_status at_totals_print(at_output *out, const at_print *print,
                                     const at_field_list *fields, at_arena *arena, at_error *err);

#endif
