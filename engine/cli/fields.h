/**
 * fields.h - which fields of an answer are printed, and in which order.
 *
 * An answer has its columns, then "grade", "sources" and "support" (how many records it rests on).
 * Without --fields, JSON shows all of them and the other formats all but "support".
 *
 * Errors: AT_USAGE "E-CLI-FIELD" for a field that the answer has not, or one named twice.
 */
#ifndef ASSETTRACE_CLI_FIELDS_H
#define ASSETTRACE_CLI_FIELDS_H

#include "engine/cli/print.h"

/* A field that is no column of the table. */
enum { AT_FIELD_GRADE = -1, AT_FIELD_SOURCES = -2, AT_FIELD_SUPPORT = -3, AT_FIELDS_MAX = 128 };

typedef struct at_field {
    const char *name;
    int index; /* of the column, or AT_FIELD_... */
} at_field;

typedef struct at_field_list {
    at_field items[AT_FIELDS_MAX];
    size_t count;
} at_field_list;

/**
 * The fields of this answer by --fields. Names are borrowed from the table. Inside a case
 * (print->question set) a field that only other queries have is left out.
 */
AT_CHECKED at_status at_fields_choose(at_field_list *out, const at_output *output,
                                      const at_print *print, at_error *err);

#endif
