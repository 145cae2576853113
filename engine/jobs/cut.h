/**
 * cut.h - what a case leaves out of an answer, and the words that say so.
 *
 * Filters (grades, a window of time, a smallest amount) are part of the question: what they leave
 * out is noted with its number of rows and its amounts by currency. A limit on rows is a cut: the
 * answer is marked as truncated as well, and the exit code says so.
 *
 * Units:  amounts in minor units, as the table states them; a row without an amount or a time
 *         stays.
 * Errors: AT_LIMIT "E-CASE-LIMIT" under AT_CUT_REFUSE; AT_BAD_INPUT "E-CASE-FILTER" when amounts of
 *         several currencies would have to be compared.
 */
#ifndef ASSETTRACE_JOBS_CUT_H
#define ASSETTRACE_JOBS_CUT_H

#include "engine/model/table.h"

/* Which rows go when there are more than the limit. */
typedef enum at_cut_policy {
    AT_CUT_LAST,     /* the last in the order of the answer */
    AT_CUT_SMALLEST, /* those of the smallest amounts */
    AT_CUT_REFUSE,   /* none: there is no answer then */
} at_cut_policy;

extern const char *const at_cut_policies[]; /* "last", "smallest", "refuse", NULL */

typedef struct at_cut {
    size_t max_rows; /* 0 = no limit */
    at_cut_policy policy;
    unsigned grades;            /* 1 << at_grade of each that stays; 0 = all */
    int64_t min_amount;         /* AT_AMOUNT_NONE = no filter */
    int64_t since_us, until_us; /* AT_TIME_NONE = open */
} at_cut;

/** The first column of that type, or -1. */
int at_cut_column(const at_column *columns, at_column_type type);

/** All filters, then the limit. */
AT_CHECKED at_status at_cut_table(at_table *table, const at_cut *cut, at_error *err);
/** The limit alone. */
AT_CHECKED at_status at_cut_rows(at_table *table, size_t max_rows, at_cut_policy policy,
                                 at_error *err);

#endif
