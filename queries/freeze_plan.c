/* freeze_plan.c: what to freeze first so that a given part of the traced money stays. */
#include <string.h>

#include "queries/freeze_model.h"
#include "engine/trace/explain.h"

enum { PICK, NODE, COST, ALONE, MARGINAL, INTERCEPTED };
enum { TRACE_NODE = 2 }; /* column of `trace` */

static const char *const methods[] = {"fifo", "libr", "lifo", "oatway", "prorata", NULL};

/* --- What is asked ---------------------------------------------------------------------------- */

static at_status read_wish(at_freeze_wish *out, const at_question *question, at_error *err) {
    const at_argument *cover = at_question_get(question, "cover");
    const at_argument *budget = at_question_get(question, "budget");
    at_ratio part = cover != NULL ? cover->ratio : (at_ratio){9, 10};
    if (cover != NULL && budget != NULL)
        return at_fail(err, AT_USAGE, "E-FREEZE-GOAL",
                       "cover= and budget= are two questions: give one of them");
    if ((at_question_get(question, "holdings") != NULL) ==
        (at_question_get(question, "of") != NULL))
        return at_fail(err, AT_USAGE, "E-FREEZE-GOAL",
                       "a plan starts from holdings=FILE or from of=QUESTION: give one of them");
    if (at_ratio_compare(part, (at_ratio){1, 1}) > 0)
        return at_fail(err, AT_BAD_INPUT, "E-FREEZE-GOAL",
                       "argument cover: \"%s\" is more than all of it", cover->text);
    *out = (at_freeze_wish){.goal = budget != NULL ? AT_FREEZE_BUDGET : AT_FREEZE_COVER,
                            .solver = (at_freeze_solver)at_question_number(question, "solver"),
                            .cover = budget != NULL ? 0 : at_ratio_real(part),
                            .budget = budget != NULL ? budget->number : 0};
    return AT_OK;
}

static at_status read_horizon(int64_t *out, const at_freeze_draft *draft, at_table *table,
                              const at_question *question, at_error *err) {
    enum { HORIZON_FALLBACK = 30 };
    const at_argument *given = at_question_get(question, "horizon");
    int64_t horizon = given != NULL ? given->number : draft->horizon;
    if (horizon < 0) {
        horizon = HORIZON_FALLBACK;
        AT_TRY(
            at_table_note(table, err, "HORIZON", "%d steps, as none was stated", HORIZON_FALLBACK));
    } else if (given != NULL && draft->horizon >= 0 && given->number != draft->horizon) {
        AT_TRY(at_table_note(table, err, "HORIZON", "%lld steps as asked, not the %lld of the file",
                             (long long)given->number, (long long)draft->horizon));
    }
    if (horizon > AT_FREEZE_HORIZON_MAX) {
        at_fail(err, AT_LIMIT, "E-FREEZE-SIZE", "a horizon of %lld steps is longer than %d",
                (long long)horizon, AT_FREEZE_HORIZON_MAX);
        at_hint(err, "make the steps longer");
        return AT_LIMIT;
    }
    *out = horizon;
    return AT_OK;
}

static at_status read_look_back(at_look_back *out, const at_freeze_draft *draft,
                                const at_question *question, at_error *err) {
    const at_ledger *ledger = question->ledger;
    const int64_t steps = at_question_number(question, "look_back");
    const int64_t asked =
        draft->answer != NULL ? draft->as_of_us : at_question_time(question, "as_of");
    const int64_t last = ledger->count > 0 ? ledger->time_us[ledger->count - 1] : 0;
    *out = (at_look_back){.end_us = asked == AT_TIME_NONE ? last : asked,
                          .step_us = at_question_number(question, "step"),
                          .steps = (uint32_t)steps};
    if (out->step_us == 0)
        return at_fail(err, AT_BAD_INPUT, "E-FREEZE-GOAL", "argument step: no time is no step");
    if (steps == 0 || steps > AT_FREEZE_LOOK_BACK_MAX)
        return at_fail(err, AT_BAD_INPUT, "E-FREEZE-GOAL",
                       "argument look_back: %lld steps are not from 1 to %d", (long long)steps,
                       AT_FREEZE_LOOK_BACK_MAX);
    return AT_OK;
}

/* --- Rows ------------------------------------------------------------------------------------- */

/* What the answer says of a node rests on: all its rows about it. */
static at_status cite_answer(at_row *row, at_table *table, const at_freeze_draft *draft,
                             const char *id, at_error *err) {
    bool graded = false;
    size_t more = 0;
    for (size_t i = 0; i < draft->answer->row_count; i++) {
        const at_row *from = &draft->answer->rows[i];
        if (!at_freeze_counts(draft, from) || strcmp(from->cells[TRACE_NODE].text, id) != 0)
            continue;
        row->grade = graded ? at_grade_join(row->grade, from->grade) : from->grade;
        graded = true;
        more += from->support - from->record_count;
        for (size_t k = 0; k < from->record_count; k++)
            AT_TRY(at_row_cite(row, table, from->records[k], err));
    }
    row->support += more;
    return AT_OK;
}

/* Where no traced money is yet: the latest payments of the look-back that led there. */
static at_status cite_payments(at_row *row, at_table *table, const at_freeze_node *node,
                               const at_ledger *ledger, const at_look_back *look_back,
                               at_error *err) {
    bool graded = false;
    for (uint64_t i = ledger->in_start[node->ledger_node + 1];
         i-- > ledger->in_start[node->ledger_node];) {
        const uint32_t credit = ledger->in_rows[i];
        if (ledger->time_us[credit] > look_back->end_us ||
            ledger->time_us[credit] < at_look_back_start(look_back))
            continue;
        const at_grade grade = (at_grade)ledger->grade[credit];
        row->grade = graded ? at_grade_join(row->grade, grade) : grade;
        graded = true;
        AT_TRY(at_row_cite(row, table, ledger->record[credit], err));
        AT_TRY(at_row_cite(row, table, ledger->record_in[credit], err));
    }
    return AT_OK;
}

static at_status add_rows(const at_freeze_report *report, const at_ledger *ledger, at_error *err) {
    const at_freeze_draft *draft = report->draft;
    for (uint32_t i = 0; i < report->plan->count; i++) {
        const at_freeze_pick *pick = &report->plan->picks[i];
        const at_freeze_node *node = &draft->nodes[pick->node];
        const char *id;
        at_row *row;
        AT_TRY(at_arena_text(&id, report->table->arena, node->id, err));
        AT_TRY(at_table_row(&row, report->table, err));
        at_cell_integer(&row->cells[PICK], i + 1);
        at_cell_text(&row->cells[NODE], id);
        at_cell_integer(&row->cells[COST], node->cost);
        at_cell_real(&row->cells[ALONE], pick->alone);
        at_cell_real(&row->cells[MARGINAL], pick->marginal);
        at_cell_real(&row->cells[INTERCEPTED], pick->intercepted);
        if (node->traced)
            AT_TRY(cite_answer(row, report->table, draft, node->id, err));
        else if (draft->answer != NULL)
            AT_TRY(cite_payments(row, report->table, node, ledger, report->look_back, err));
        else
            row->grade = AT_ACCEPTED; /* whoever wrote the file answers for it */
    }
    return AT_OK;
}

/* --- The query -------------------------------------------------------------------------------- */

static at_status estimate(at_freeze_draft *draft, const at_question *question,
                          const at_look_back *look_back, int64_t horizon, at_error *err) {
    at_effective effective;
    bool wanted = false;
    for (size_t i = 0; i < draft->node_count; i++)
        wanted = wanted || (!draft->nodes[i].rated && draft->nodes[i].ledger_node != AT_NONE);
    if (!wanted)
        return AT_OK;
    AT_TRY(at_effective_make(&effective, question->ledger, AT_TIE_RECORD, AT_REVERSALS_CANCEL,
                             look_back->end_us, draft->arena, err));
    return at_freeze_estimate(draft, &effective, look_back, horizon, err);
}

static at_status run(at_table *out, const at_question *question, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    AT_CLEANUP(at_json_close) at_json *json = NULL;
    at_freeze_draft draft = {.horizon = -1, .as_of_us = AT_TIME_NONE, .arena = &scratch};
    at_freeze_wish wish;
    at_freeze_model model;
    at_freeze_work work;
    at_freeze_plan plan;
    at_look_back look_back;
    int64_t horizon;
    AT_TRY(read_wish(&wish, question, err));
    AT_TRY(AT_NEW(&draft.by_ledger, &scratch, question->ledger->node_count, err));
    const at_argument *file = at_question_get(question, "holdings");
    if (file != NULL) {
        AT_TRY(at_json_parse(&json, file->file.data, file->file.bytes, file->text, err));
        AT_TRY(at_freeze_read_file(&draft, at_json_root(json), question->ledger, err));
    } else {
        AT_TRY(at_freeze_read_answer(&draft, out, question, err));
    }
    AT_TRY(read_horizon(&horizon, &draft, out, question, err));
    AT_TRY(read_look_back(&look_back, &draft, question, err));
    AT_TRY(estimate(&draft, question, &look_back, horizon, err));
    AT_TRY(at_freeze_number(&model, &draft, horizon, err));
    const uint64_t steps_max = (uint64_t)at_question_number(question, "max_steps");
    AT_TRY(at_freeze_begin(&work, &model, steps_max, &scratch, err));
    AT_TRY(at_freeze_solve(&plan, &work, &wish, &scratch, err));
    const at_freeze_report report = {.table = out,
                                     .draft = &draft,
                                     .model = &model,
                                     .work = &work,
                                     .wish = &wish,
                                     .plan = &plan,
                                     .look_back = &look_back,
                                     .step = at_question_get(question, "step")->text};
    AT_TRY(add_rows(&report, question->ledger, err));
    AT_TRY(at_freeze_note_plan(&report, err));
    AT_TRY(at_freeze_note_cut(&report, err));
    return at_freeze_note_rates(&report, err);
}

const at_query query_freeze_plan = {
    .name = "freeze_plan",
    .summary = "the cheapest accounts and assets whose freezing keeps a given part of the traced "
               "money from leaving",
    .version = 1,
    .needs = AT_NEEDS_FACTS | AT_NEEDS_LEDGER,
    .args =
        (const at_arg[]){
            {.name = "holdings",
             .type = AT_ARG_FILE,
             .summary = "JSON: {\"holdings\": {ID: minor units}, \"rate\": {ID: {ID or @exit: "
                        "\"n/d\"}}, \"cost\": {ID: 1}, \"lead\": {ID: 0}, \"horizon\": 30}"},
            {.name = "of",
             .type = AT_ARG_TEXT,
             .summary = "instead of a file: an earlier question of the same case that asks trace"},
            {.name = "cover",
             .type = AT_ARG_RATIO,
             .summary = "the part of all money held that shall stay; 9/10 when neither this nor a "
                        "budget is given"},
            {.name = "budget",
             .type = AT_ARG_COUNT,
             .summary = "instead: as much as possible shall stay at this cost"},
            {.name = "horizon",
             .type = AT_ARG_COUNT,
             .summary = "steps looked ahead; that of the file, or 30, when not given"},
            {.name = "step",
             .type = AT_ARG_DURATION,
             .fallback = "1d",
             .summary = "length of a step, where rates are estimated"},
            {.name = "look_back",
             .type = AT_ARG_COUNT,
             .fallback = "30",
             .summary = "steps looked back, where rates are estimated"},
            {.name = "method",
             .type = AT_ARG_CHOICE,
             .summary = "which rule's amounts of the trace count; the first it has when not given",
             .choices = methods},
            {.name = "currency",
             .type = AT_ARG_TEXT,
             .summary = "which of the trace's currencies; needed when it has several"},
            {.name = "as_of",
             .type = AT_ARG_END,
             .summary = "with a file, where the look-back ends; the last transfer when not given"},
            {.name = "solver",
             .type = AT_ARG_CHOICE,
             .fallback = "auto",
             .summary = "auto: the best set among up to 20 candidates; greedy: never more than "
                        "the greedy choice",
             .choices = at_freeze_solvers},
            {.name = "max_steps",
             .type = AT_ARG_COUNT,
             .fallback = "2000000000",
             .summary = "pieces of work allowed; 0 = no limit"},
            {.name = NULL},
        },
    .columns =
        (const at_column[]){
            {"pick", AT_COLUMN_COUNT, "from 1, in the order in which to act"},
            {"node", AT_COLUMN_ID, "account or asset"},
            {"cost", AT_COLUMN_COUNT, "of the order"},
            {"alone", AT_COLUMN_SHARE, "minor units it would keep as the only one frozen"},
            {"marginal", AT_COLUMN_SHARE, "minor units it adds to the picks before it"},
            {"intercepted", AT_COLUMN_SHARE, "minor units kept by it and the picks before it"},
            {0},
        },
    .run = run,
    .limits = "A plan is a forecast: it holds if money goes on leaving as it did or as was stated. "
              "It says where an order would stop the most, and nothing about whether one is due.",
};
