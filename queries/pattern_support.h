/**
 * pattern_support.h - what the questions about patterns share: arguments, runs, tables, notes.
 *
 * A family is one pattern: its arguments, how it runs, and what innocent business looks the same.
 * Each query is a family; `patterns` runs a set of them.
 *
 * Ownership: findings and texts live in the question's arena.
 * Errors:    AT_BAD_INPUT "E-PATTERN-VALUE" for an argument outside its range; those of
 *            engine/trace/pattern.h.
 */
#ifndef ASSETTRACE_QUERIES_PATTERN_SUPPORT_H
#define ASSETTRACE_QUERIES_PATTERN_SUPPORT_H

#include "engine/query.h"
#include "engine/trace/pattern.h"

/* Values of the arguments, whichever family they are of. */
typedef struct at_pattern_settings {
    int64_t k, k1, k2, delta, d1, d2, maxlen, min, threshold, num, den, hub, cap, max_steps;
    at_ratio ratio[2], rho, tolerance;
    int ratio_count;
    const char *currency;
    bool apart; /* each currency of an account by itself */
} at_pattern_settings;

typedef struct at_pattern_family {
    const char *name; /* of the query */
    const at_arg *args;
    const char *innocent; /* a note beside the findings */
    bool by_holder;       /* needs groups */
    at_status (*run)(at_patterns *out, const at_moves *moves, const at_pattern_groups *groups,
                     const at_pattern_settings *settings, at_error *err);
} at_pattern_family;

/** Sorted by name; NULL-terminated. */
extern const at_pattern_family *const at_pattern_families[];
/** The family of that name; there is one. */
const at_pattern_family *at_pattern_family_of(const char *name);

/** "together", "apart". */
extern const char *const at_pattern_currencies[];

/** Set one value from its text; `arg` is of the family. */
AT_CHECKED at_status at_pattern_set(at_pattern_settings *settings, const at_arg *arg,
                                    const char *text, at_error *err);
/** Fallbacks of a family. */
AT_CHECKED at_status at_pattern_defaults(at_pattern_settings *out, const at_pattern_family *family,
                                         at_error *err);
/** Whether the values together make sense. */
AT_CHECKED at_status at_pattern_check(const at_pattern_family *family,
                                      const at_pattern_settings *settings, at_error *err);

/* What several families of one question share. */
typedef struct at_pattern_work {
    const at_question *question;
    at_table *table;
    bool named;               /* the first column is the pattern */
    at_moves moves, together; /* each made when it is first needed */
    at_pattern_groups groups;
    bool grouped;
    bool *reversal; /* by row: reverses another or is reversed */
} at_pattern_work;

AT_CHECKED at_status at_pattern_begin(at_pattern_work *out, at_table *table,
                                      const at_question *question, at_error *err);
/** Run a family and add its rows and notes. */
AT_CHECKED at_status at_pattern_answer(at_pattern_work *work, const at_pattern_family *family,
                                       const at_pattern_settings *settings, at_error *err);
/** The `run` of every query that is one family. */
at_status at_pattern_run(at_table *out, const at_question *question, at_error *err);

/* Columns of every pattern query; `centre` is an account where the type is AT_COLUMN_ID. */
#define AT_PATTERN_COLUMNS(centre_type, centre_summary, count_summary, amount_summary)           \
    {"finding", AT_COLUMN_COUNT, "from 1, in the order of first, centre and records"},           \
        {"centre", centre_type, centre_summary},                                                 \
        {"first", AT_COLUMN_TIME, "of the earliest record"},                                     \
        {"last", AT_COLUMN_TIME, "of the latest record"},                                        \
        {"count", AT_COLUMN_COUNT, count_summary}, {"amount", AT_COLUMN_AMOUNT, amount_summary}, \
        {"currency", AT_COLUMN_TEXT, "of amount"},                                               \
        {"reversals", AT_COLUMN_COUNT, "records that reverse another, or are reversed"},         \
        {"transfers", AT_COLUMN_IDS, "the records, in order of time"}, {                         \
        0                                                                                        \
    }

/* Arguments that several families have. */
#define AT_PATTERN_CAP                                                          \
    {                                                                           \
        .name = "cap", .type = AT_ARG_COUNT, .fallback = "100000",              \
        .summary = "list at most so many findings: the first of the whole list" \
    }
#define AT_PATTERN_STEPS(value)                                       \
    {                                                                 \
        .name = "max_steps", .type = AT_ARG_COUNT, .fallback = value, \
        .summary = "pieces of work allowed; 0 = no limit"             \
    }
#define AT_PATTERN_CURRENCIES                                                                    \
    {                                                                                            \
        .name = "currencies", .type = AT_ARG_CHOICE, .fallback = "together",                     \
        .summary = "the currencies of one account: together one account, or each of them apart", \
        .choices = at_pattern_currencies                                                         \
    }
#define AT_PATTERN_K(value, text) \
    { .name = "k", .type = AT_ARG_COUNT, .fallback = value, .summary = text }
#define AT_PATTERN_DELTA(value, text) \
    { .name = "delta", .type = AT_ARG_DURATION, .fallback = value, .summary = text }

/* What every answer of this kind has to admit. */
#define AT_PATTERN_LIMITS                                                                      \
    "A finding says that recorded transfers have this shape and nothing about why: neither a " \
    "score nor intent. What no source records is not seen, and a reversed pair is still two "  \
    "records (see reversals)."

#endif
