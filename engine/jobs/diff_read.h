/** diff_read.h - one side of a comparison, read whole: answers, their columns and rows as texts. */
#ifndef ASSETTRACE_JOBS_DIFF_READ_H
#define ASSETTRACE_JOBS_DIFF_READ_H

#include "engine/base/json.h"

enum { AT_DIFF_COLUMNS_MAX = 128 };

typedef struct at_diff_row {
    const char **cells; /* by column; then grade and sources; NULL = empty */
    const char *key;    /* its ids and texts, or its ids alone */
    bool met;
} at_diff_row;

typedef struct at_diff_answer {
    const char *id, *schema;
    const char **names, **types; /* of the columns, then "grade", "sources" */
    size_t column_count;         /* with those two */
    at_diff_row *rows;
    size_t row_count;
    bool met;
} at_diff_answer;

typedef struct at_diff_side {
    bool is_bundle;
    at_diff_answer *answers;
    size_t answer_count;
} at_diff_side;

AT_CHECKED at_status at_diff_read(at_diff_side *out, const char *path, at_arena *arena,
                                  at_error *err);

#endif
