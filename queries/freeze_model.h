/**
 * freeze_model.h - what a plan of freezing is made of, from a file or from traced money.
 *
 * Nodes are gathered, each with what it holds, then the rates nobody stated are estimated from the
 * ledger, which may lead to further nodes; last everything is numbered by id.
 *
 * Ownership: the draft's arena; ids are borrowed from file, ledger or answer.
 * Errors:    AT_BAD_INPUT "E-FREEZE-FILE", "E-FREEZE-OF", "E-FREEZE-METHOD", "E-FREEZE-CURRENCY";
 *            AT_LIMIT "E-FREEZE-SIZE", "E-AMOUNT-RANGE".
 */
#ifndef ASSETTRACE_QUERIES_FREEZE_MODEL_H
#define ASSETTRACE_QUERIES_FREEZE_MODEL_H

#include "engine/base/json.h"
#include "engine/query.h"
#include "engine/trace/freeze.h"
#include "engine/trace/freeze_rate.h"

#define AT_FREEZE_EXIT "@exit"

enum { AT_FREEZE_NODES_MAX = 1000000, AT_FREEZE_RATES_MAX = 10000000 };

typedef struct at_freeze_node {
    const char *id;
    int64_t held, cost, lead;
    uint32_t ledger_node; /* AT_NONE: not in the ledger */
    bool candidate;
    bool rated;         /* rates are stated */
    int64_t steps_away; /* from money, by estimated rates */
    bool traced;        /* the answer says what it holds */
    int64_t balances;   /* behind its estimated rates */
} at_freeze_node;

typedef struct at_freeze_rate {
    uint32_t from, to; /* nodes of the draft; AT_NONE: out of reach */
    at_forecast rate;
    int64_t amount; /* that left in the look-back; AT_AMOUNT_NONE: stated */
} at_freeze_rate;

typedef struct at_freeze_draft {
    at_freeze_node *nodes;
    size_t node_count, node_capacity;
    at_freeze_rate *rates;
    size_t rate_count, rate_capacity;
    uint32_t *by_ledger; /* by ledger node: draft node + 1 */
    int64_t out_held;    /* stated as out of reach */
    int64_t horizon;     /* -1: not stated */
    int64_t as_of_us;    /* AT_TIME_NONE: not stated */
    /* From an answer: further accounts are candidates too. */
    const at_table *answer;        /* NULL: from a file */
    const char *method, *currency; /* whose rows of it count */
    at_arena *arena;
} at_freeze_draft;

AT_CHECKED at_status at_freeze_add_node(uint32_t *out, at_freeze_draft *draft,
                                        const at_freeze_node *node, at_error *err);
AT_CHECKED at_status at_freeze_add_rate(at_freeze_draft *draft, at_freeze_rate rate, at_error *err);

/** From `holdings=`. The texts live as long as `json`. */
AT_CHECKED at_status at_freeze_read_file(at_freeze_draft *draft, const at_json_value *root,
                                         const at_ledger *ledger, at_error *err);
/** From `of=`: an earlier answer of `trace`. Notes say what of it counts. */
AT_CHECKED at_status at_freeze_read_answer(at_freeze_draft *draft, at_table *table,
                                           const at_question *question, at_error *err);
/** Whether a row of the answer says what a node of the plan holds. */
bool at_freeze_counts(const at_freeze_draft *draft, const at_row *row);
/** Rates of nodes for which none are stated, and the nodes they lead to. */
AT_CHECKED at_status at_freeze_estimate(at_freeze_draft *draft, const at_effective *effective,
                                        const at_look_back *look_back, int64_t horizon,
                                        at_error *err);
/** Number everything by id: the draft's nodes are put in that order, and the model is filled. */
AT_CHECKED at_status at_freeze_number(at_freeze_model *out, at_freeze_draft *draft, int64_t horizon,
                                      at_error *err);

/* What is said beside the rows. */
typedef struct at_freeze_report {
    at_table *table;
    const at_freeze_draft *draft;
    const at_freeze_model *model;
    at_freeze_work *work;
    const at_freeze_wish *wish;
    const at_freeze_plan *plan;
    const at_look_back *look_back;
    const char *step; /* as given */
} at_freeze_report;

/** How the plan was found and what is certain of it. */
AT_CHECKED at_status at_freeze_note_plan(const at_freeze_report *report, at_error *err);
/** Rates that were estimated, accounts for which there was nothing to estimate from. */
AT_CHECKED at_status at_freeze_note_rates(const at_freeze_report *report, at_error *err);
/** F6: what could leave, and the cut without time. */
AT_CHECKED at_status at_freeze_note_cut(const at_freeze_report *report, at_error *err);

#endif
