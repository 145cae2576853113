/**
 * trace_support.h - what the questions about traced money share: arguments and runs.
 *
 * `trace` says where the money is, `trace_transfers` which transfers carried it, `trace_notes`
 * what has to be said beside it. All three take the same arguments and do the same work; `to`
 * selects rows of `trace` alone, its companions list everything. With labels=declared only what
 * declared money can have come to is traced (specification T23), where that serves every method.
 *
 * Ownership: a preparation lives in the scratch arena given; texts that go into a table are
 *            copied into the table's arena first (at_traced_text).
 * Errors:    those of engine/trace/source.h; AT_BAD_INPUT "E-ID-UNKNOWN", "E-ID-AMBIGUOUS" for
 *            names, "E-TRACE-WINDOW", "E-TRACE-FUND"; AT_LIMIT.
 */
#ifndef ASSETTRACE_QUERIES_TRACE_SUPPORT_H
#define ASSETTRACE_QUERIES_TRACE_SUPPORT_H

#include "engine/query.h"
#include "engine/trace/envelope.h"
#include "engine/trace/restrict.h"

/* Memory for one question: ten million transfers and their lots. */
#define AT_TRACE_BYTES_MAX ((size_t)8 << 30)

/* The first is `labels`, which answers that show untainted money go without. */
extern const at_arg at_traced_label_args[];
#define AT_TRACED_ARGS (at_traced_label_args + 1)
extern const char at_traced_limits[];

/* One method's answer. */
typedef struct at_traced_run {
    const char *method;
    at_trace_method rule;
    at_trace trace;       /* of paripassu and claimant_best: the libr trace beneath */
    bool order_sensitive; /* the other tie option gives something else */

    bool *fund; /* paripassu: by ledger node */
    uint32_t fund_first;
    size_t fund_count;
    const int64_t *parts; /* by tainted label, what it gets of the fund */

    const uint32_t *targets; /* claimant_best: by priority */
    size_t target_count;
    at_claims claims;
} at_traced_run;

/** Whether a rule moves money itself: paripassu divides what libr left, claimant_best says what is
 *  possible, without a way. */
static inline bool at_traced_moves(at_trace_method rule) {
    return rule != AT_TRACE_PARIPASSU && rule != AT_TRACE_CLAIMANT_BEST;
}

/* Nodes an argument selects. */
typedef struct at_node_choice {
    bool all;
    bool *nodes;        /* by ledger node */
    const char **sinks; /* names starting with '@' that are no node of the ledger */
    size_t sink_count;
} at_node_choice;

/* What other arguments name, by node of the ledger that is traced. */
typedef struct at_traced_named {
    bool *preserved, *fund;
    bool fund_given;
    uint32_t *targets; /* by priority */
    size_t target_count;
} at_traced_named;

typedef struct at_traced {
    const at_ledger *ledger;   /* that is traced: the question's, or its cut */
    const at_restriction *cut; /* labels=declared where it serves every method, else NULL */
    bool declared_only;        /* untainted labels are left out */
    at_traced_named named;
    at_traced_run *runs; /* sorted by method */
    size_t run_count;
    at_trace_source *sources;
    size_t source_count;
    at_node_choice to, bounded; /* what is shown; what of it gets lo and hi */
} at_traced;

/* What a question wants beside the holdings. */
typedef enum at_traced_detail {
    AT_TRACED_AMOUNTS,
    AT_TRACED_TAINTED, /* moves of declared labels */
    AT_TRACED_MOVES,   /* and of untainted ones */
    AT_TRACED_MOMENTS  /* what the nodes of `to` held after every event */
} at_traced_detail;

/** Read the arguments and run every method. Notes about the whole answer go into `table`. */
AT_CHECKED at_status at_traced_prepare(at_traced *out, at_table *table, const at_question *question,
                                       at_traced_detail detail, at_arena *scratch, at_error *err);

/** The nodes an argument names, all when it is not given or says auto; "none" names none. */
AT_CHECKED at_status at_node_choice_read(at_node_choice *out, at_table *table,
                                         const at_question *question, const char *name,
                                         at_arena *scratch, at_error *err);
/** Whether this node of a run is selected. */
bool at_node_chosen(const at_node_choice *choice, const at_trace *trace, uint32_t node);

/** The bounds of what `to` and `envelope` select; none where no method has any. Node numbers are
 *  those of every run but poison's. Notes say what is missing. */
AT_CHECKED at_status at_traced_bounds(at_envelope *out, at_table *table, const at_traced *traced,
                                      at_arena *scratch, at_error *err);

/** A text of the preparation as a table may keep it; so is a currency, which may stand in a cut. */
AT_CHECKED at_status at_traced_text(const char **out, at_table *table, const char *text,
                                    at_error *err);
/** The id of a row, "<id>/fee" for its fee, "@opening" for AT_TRACE_OPENING, NULL for AT_NONE. */
AT_CHECKED at_status at_traced_event(const char **out, at_table *table, const at_ledger *ledger,
                                     uint32_t row, bool fee, at_error *err);

#endif
