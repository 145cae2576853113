/**
 * query.h - DOOR 2: what a question must give to become a query.
 *
 * One file queries/<name>.c with `const at_query query_<name>`, one line QUERY(<name>) in
 * queries/queries.def, one folder fixtures/queries/<name>/<case>/. Help, completion, argument
 * checks, table heads, the case schema, the build and the conformance test take everything from
 * this descriptor.
 *
 * A query has `sql` (rows only, over the views of one revision, last columns grade and record) or
 * `run` (facts and ledger), never both. It never sees the store's tables, the clock or another
 * query; what it prints is decided by its arguments and the revision alone.
 */
#ifndef ASSETTRACE_QUERY_H
#define ASSETTRACE_QUERY_H

#include "engine/model/facts.h"
#include "engine/model/ledger.h"
#include "engine/model/summary.h"
#include "engine/model/table.h"

typedef enum at_arg_type {
    AT_ARG_TEXT,
    AT_ARG_CHOICE, /* one of `choices` */
    AT_ARG_THING,  /* an id; resolved; `kinds` says which; commas separate several when `repeat` */
    AT_ARG_NODE,   /* ledger nodes as text, comma-separated; resolved by the query (an account may
                      have several) */
    AT_ARG_TRANSFER, /* a transfer id as text */
    AT_ARG_START,    /* a time; a date means its first microsecond */
    AT_ARG_END,      /* a time; a date means its last microsecond */
    AT_ARG_RATIO,    /* "1/4", "25%" */
    AT_ARG_COUNT,    /* an integer >= 0 */
    AT_ARG_AMOUNT,   /* integer minor units >= 0 */
    AT_ARG_SOURCE,   /* LABEL=transfer:T[,AMOUNT] or LABEL=account:A@TIME[,AMOUNT]; in a case an
                        object {label, transfer | account + time, amount} */
    AT_ARG_FLAG,     /* yes or no */
    AT_ARG_COUNTRY,  /* ISO 3166 alpha-2; commas separate several when `repeat` */
    AT_ARG_DURATION, /* a length of time >= 0: 3d, 12h, 45m, 10s or microseconds */
    AT_ARG_FILE,     /* a file, read when the question is bound */
} at_arg_type;

typedef struct at_arg {
    const char *name; /* NULL ends a list */
    at_arg_type type;
    const char *fallback; /* value when not given; NULL = none */
    const char *summary;
    bool required;
    bool repeat;                /* may be given several times, order kept */
    unsigned kinds;             /* AT_ARG_THING: AT_KIND_BIT(...) | ...; 0 = AT_ANY_THING */
    const char *const *choices; /* AT_ARG_CHOICE */
} at_arg;

/* One given value. */
typedef struct at_argument {
    const at_arg *arg;
    const char *text; /* as given (or the fallback) */
    union {
        at_thing thing;
        int64_t time_us;
        int64_t number; /* COUNT, AMOUNT, DURATION (microseconds), FLAG (0, 1), CHOICE (index) */
        at_span file;   /* its bytes, with a NUL behind them */
        at_ratio ratio;
    };
} at_argument;

typedef struct at_answer {
    const char *id; /* "q1" */
    const at_table *table;
    int64_t as_of_us; /* the moment it was asked for; AT_TIME_NONE when none was given */
} at_answer;

enum {
    AT_NEEDS_ROWS = 1,
    AT_NEEDS_FACTS = 2,
    AT_NEEDS_LEDGER = 4,
    AT_NEEDS_NO_IDS = 8, /* of the ledger, what transfers are called is not looked at */
    AT_NEEDS_SUMMARY = 16 /* it asks for the ledger itself, when a summary does not do */
};

typedef struct at_question {
    const struct at_query *query;
    const at_argument
        *arguments; /* in descriptor order, repeats in the order given, fallbacks filled in */
    size_t argument_count;
    const at_facts *facts;    /* always there */
    const at_ledger *ledger;  /* NULL unless AT_NEEDS_LEDGER; may lack ids with AT_NEEDS_NO_IDS */
    const at_summaries *summaries; /* NULL unless AT_NEEDS_SUMMARY; then `ledger` is NULL */
    const at_answer *earlier; /* answers of the same case */
    size_t earlier_count;
    at_arena *arena; /* for the answer */
    size_t max_rows; /* 0 = no limit; what is cut is said: at_table.truncated and a note */
} at_question;

/** The first value of an argument, or NULL when it was not given and has no fallback. */
const at_argument *at_question_get(const at_question *question, const char *name);
/** The next value of the same argument, or NULL. */
const at_argument *at_question_next(const at_question *question, const at_argument *previous);
/** Convenience over at_question_get; the argument must have a fallback or be required, except text
 * and time (NULL, AT_TIME_NONE). */
const char *at_question_text(const at_question *question, const char *name);
int64_t at_question_number(const at_question *question, const char *name);
int64_t at_question_time(const at_question *question, const char *name);

typedef struct at_query {
    const char *name; /* in every case and bundle: never renamed, never reused */
    const char *summary;
    int version; /* raised when the same question would give another answer */
    unsigned needs;
    const at_arg *args;
    const at_column *columns; /* without grade and sources, which every answer has */
    const char *sql;
    /** Fill `out` (already initialised from the descriptor). */
    at_status (*run)(at_table *out, const at_question *question, at_error *err);
    const char *limits; /* what the answer cannot say; printed with it; may be NULL */
    bool adds_up; /* no two rows show the same money: the sums of its amounts mean something */
} at_query;

extern const at_query
    *const at_queries[]; /* sorted by name, NULL-terminated; generated from queries.def */

#endif
