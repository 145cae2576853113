#include "engine/trace/reconcile.h"

#include <string.h>

#include "engine/query.h"
#include "engine/trace/event.h"

/* One account at work. A statement speaks of one source; those of one account stand in time. */
typedef struct reconciliation {
    at_table *table;
    const at_question *question;
    const at_ledger *ledger;
    const at_effective *effective; /* for imputed openings */
    int64_t since_us, until_us;    /* the part asked for; until_us is exclusive */
} reconciliation;

/* A row of the answer in the making. */
typedef struct account_period {
    int64_t since_us, until_us;
    int64_t opening, stated;
    const char *status; /* NULL: to be found out */
    at_record_id records[2];
    uint64_t breaks;
    at_grade grade;
} account_period;

static at_status cite_rows(at_row *row, const reconciliation *work, uint32_t node,
                           const account_period *period, at_error *err) {
    const at_ledger *ledger = work->ledger;
    for (size_t i = 0; i < AT_COUNT(period->records); i++)
        AT_TRY(at_row_cite(row, work->table, period->records[i], err));
    AT_TRY(at_row_cite(row, work->table, ledger->nodes[node].opening_record, err));
    const uint32_t *const lists[] = {ledger->in_rows, ledger->out_rows};
    const uint64_t *const starts[] = {ledger->in_start, ledger->out_start};
    for (size_t list = 0; list < AT_COUNT(lists); list++)
        for (uint64_t i = starts[list][node]; i < starts[list][node + 1]; i++) {
            const uint32_t at = lists[list][i];
            const int64_t time_us = ledger->time_us[at];
            if (time_us < period->since_us ||
                (period->until_us != AT_TIME_NONE && time_us >= period->until_us))
                continue;
            AT_TRY(at_row_cite(row, work->table, ledger->record[at], err));
            AT_TRY(at_row_cite(row, work->table, ledger->record_in[at], err));
        }
    return AT_OK;
}

static const char *judge(const account_period *period, int64_t difference) {
    if (period->status != NULL)
        return period->status;
    if (difference == AT_AMOUNT_NONE)
        return period->breaks > 0 ? "broken" : "unstated";
    if (difference != 0)
        return "unreconciled";
    return period->breaks > 0 ? "broken" : "reconciled";
}

static at_status put_period(const reconciliation *work, uint32_t node, const account_period *period,
                            at_error *err) {
    at_turnover turnover;
    int64_t closing = 0, difference = AT_AMOUNT_NONE;
    AT_TRY(at_turnover_of(&turnover, work->ledger, node, period->since_us, period->until_us, err));
    AT_TRY(at_turnover_closing(&closing, period->opening, &turnover, err));
    if (closing != AT_AMOUNT_NONE && period->stated != AT_AMOUNT_NONE) {
        difference = period->stated;
        AT_TRY(at_money_add(&difference, -closing, err));
    }
    at_row *row = NULL;
    AT_TRY(at_table_row(&row, work->table, err));
    at_cell_text(&row->cells[0], work->ledger->nodes[node].id);
    at_cell_text(&row->cells[1], work->ledger->nodes[node].currency.code);
    at_cell_time(&row->cells[2], period->since_us, AT_MICROSECOND);
    at_cell_time(&row->cells[3], period->until_us, AT_MICROSECOND);
    at_cell_integer(&row->cells[4], period->opening);
    at_cell_integer(&row->cells[5], turnover.credits);
    at_cell_integer(&row->cells[6], turnover.debits);
    at_cell_integer(&row->cells[7], closing);
    at_cell_integer(&row->cells[8], period->stated);
    at_cell_integer(&row->cells[9], difference);
    at_cell_text(&row->cells[10], judge(period, difference));
    at_cell_integer(&row->cells[11], (int64_t)turnover.rows);
    at_cell_integer(&row->cells[12], (int64_t)period->breaks);
    row->grade = period->grade;
    return cite_rows(row, work, node, period, err);
}

/* Between two statements: money that moved unseen, or a hole nothing speaks about. */
static at_status put_gap(const reconciliation *work, uint32_t node, const at_fact *before,
                         const at_fact *after, at_error *err) {
    const account_period gap = {.since_us = before->statement.period.until_us,
                                .until_us = after->statement.period.since_us,
                                .opening = before->statement.closing,
                                .stated = after->statement.opening,
                                .status = "gap",
                                .records = {before->record, after->record}};
    if (gap.since_us == AT_TIME_NONE || gap.until_us == AT_TIME_NONE || gap.since_us > gap.until_us)
        return AT_OK;
    at_turnover turnover;
    int64_t closing = 0;
    AT_TRY(at_turnover_of(&turnover, work->ledger, node, gap.since_us, gap.until_us, err));
    AT_TRY(at_turnover_closing(&closing, gap.opening, &turnover, err));
    if (closing != AT_AMOUNT_NONE && closing == gap.stated)
        return AT_OK;
    return put_period(work, node, &gap, err);
}

static bool is_of_node(const reconciliation *work, const at_statement *statement, uint32_t node) {
    const at_node *of = &work->ledger->nodes[node];
    return statement->account.thing == of->account &&
           (statement->currency == NULL || strcmp(statement->currency, of->currency.code) == 0);
}

/* An open beginning is the lowest number, an open end the highest. */
static bool is_asked(const reconciliation *work, int64_t since_us, int64_t until_us) {
    return (work->until_us == AT_TIME_NONE || since_us < work->until_us) &&
           (until_us == AT_TIME_NONE || until_us > work->since_us);
}

/* The node's statements that touch the time asked for, in time; ties in the order of records. */
static at_status list_statements(const at_fact ***out, size_t *count_out,
                                 const reconciliation *work, uint32_t node, at_error *err) {
    const at_facts *facts = work->question->facts;
    at_fact_list list = {0};
    const at_fact **found = NULL;
    size_t count = 0;
    if (work->ledger->nodes[node].account != 0)
        AT_TRY(
            facts->list(facts->self, &list, AT_STATEMENT, work->ledger->nodes[node].account, err));
    AT_TRY(AT_NEW(&found, work->question->arena, list.count, err));
    for (size_t i = 0; i < list.count; i++) {
        const at_period period = list.facts[i].statement.period;
        if (!is_of_node(work, &list.facts[i].statement, node) ||
            !is_asked(work, period.since_us, period.until_us))
            continue;
        size_t at = count++;
        for (; at > 0 && found[at - 1]->statement.period.since_us > period.since_us; at--)
            found[at] = found[at - 1];
        found[at] = &list.facts[i];
    }
    *out = found;
    *count_out = count;
    return AT_OK;
}

/* No statement speaks about this account: its rows, and the opening they are told to start with.
 * An account that no record of the time speaks about is left out: there is nothing to cite. */
static at_status put_unstated(const reconciliation *work, uint32_t node, at_error *err) {
    const at_node *of = &work->ledger->nodes[node];
    const bool imputed = at_opening_imputed(work->effective, node);
    account_period period = {.since_us = work->since_us,
                             .until_us = work->until_us,
                             .opening = AT_AMOUNT_NONE,
                             .stated = AT_AMOUNT_NONE,
                             .status = imputed ? "imputed" : "no_statement",
                             .grade = imputed ? AT_INFERRED : AT_OBSERVED};
    if (of->opening != AT_AMOUNT_NONE || imputed) {
        at_turnover before = {0};
        if (work->since_us != AT_TIME_NONE)
            AT_TRY(at_turnover_of(&before, work->ledger, node, AT_TIME_NONE, work->since_us, err));
        AT_TRY(at_turnover_closing(&period.opening, work->effective->opening[node], &before, err));
    }
    at_turnover turnover;
    AT_TRY(at_turnover_of(&turnover, work->ledger, node, period.since_us, period.until_us, err));
    if (turnover.rows == 0 && of->opening_record == 0)
        return AT_OK;
    return put_period(work, node, &period, err);
}

static at_status put_node(const reconciliation *work, uint32_t node, at_error *err) {
    const at_fact **statements = NULL;
    size_t count = 0;
    if (!at_node_held(work->ledger->nodes[node].kind))
        return AT_OK;
    AT_TRY(list_statements(&statements, &count, work, node, err));
    for (size_t i = 0; i < count; i++) {
        const at_statement *statement = &statements[i]->statement;
        const account_period period = {.since_us = statement->period.since_us,
                                       .until_us = statement->period.until_us,
                                       .opening = statement->opening,
                                       .stated = statement->closing,
                                       .records = {statements[i]->record},
                                       .breaks = statement->breaks};
        if (i > 0)
            AT_TRY(put_gap(work, node, statements[i - 1], statements[i], err));
        AT_TRY(put_period(work, node, &period, err));
    }
    return count > 0 ? AT_OK : put_unstated(work, node, err);
}

/* The accounts asked for, or all. */
static at_status choose_nodes(bool *chosen, const reconciliation *work, at_error *err) {
    const at_ledger *ledger = work->ledger;
    const at_facts *facts = work->question->facts;
    const at_argument *argument = at_question_get(work->question, "of");
    for (uint32_t node = 0; node < ledger->node_count && argument == NULL; node++)
        chosen[node] = true;
    for (; argument != NULL; argument = at_question_next(work->question, argument)) {
        uint32_t node = at_ledger_node(ledger, argument->text);
        at_thing thing = 0;
        at_thing_view view;
        if (node != AT_NONE) {
            chosen[node] = true;
            continue;
        }
        AT_TRY(facts->resolve(facts->self, &thing, AT_KIND_BIT(AT_ACCOUNT) | AT_KIND_BIT(AT_ASSET),
                              argument->text, err));
        AT_TRY(facts->view(facts->self, &view, thing, err));
        node = at_ledger_node_of(ledger, thing, view.shown, 0);
        if (node == AT_NONE)
            AT_TRY(at_table_note(work->table, err, "TARGET_WITHOUT_MONEY",
                                 "\"%s\" is known but no transfer names it", argument->text));
        for (; node != AT_NONE; node = at_ledger_node_of(ledger, thing, view.shown, node + 1))
            chosen[node] = true;
    }
    return AT_OK;
}

static at_status run(at_table *out, const at_question *question, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = (size_t)4 << 30};
    at_effective effective;
    bool *chosen = NULL;
    reconciliation work = {.table = out,
                           .question = question,
                           .ledger = question->ledger,
                           .effective = &effective,
                           .since_us = at_question_time(question, "since"),
                           .until_us = at_question_time(question, "until")};
    if (work.until_us != AT_TIME_NONE && work.until_us < INT64_MAX)
        work.until_us++; /* the argument is inclusive, periods are not */
    AT_TRY(at_effective_make(&effective, work.ledger, AT_TIE_RECORD, AT_REVERSALS_AS_NEW, INT64_MAX,
                             &scratch, err));
    AT_TRY(AT_NEW(&chosen, &scratch, work.ledger->node_count, err));
    AT_TRY(choose_nodes(chosen, &work, err));
    for (uint32_t node = 0; node < work.ledger->node_count; node++)
        if (chosen[node])
            AT_TRY(put_node(&work, node, err));
    return at_table_sort(out, err);
}

const at_query query_reconcile = {
    .name = "reconcile",
    .summary = "whether accounts add up: each statement against its rows, and the gaps between",
    .version = 1,
    .adds_up = true,
    .needs = AT_NEEDS_FACTS | AT_NEEDS_LEDGER,
    .args =
        (const at_arg[]){
            {.name = "of",
             .type = AT_ARG_NODE,
             .summary = "these accounts only; all when not given",
             .repeat = true},
            {.name = "since", .type = AT_ARG_START, .summary = "leave out what ended before"},
            {.name = "until", .type = AT_ARG_END, .summary = "leave out what began after"},
            {.name = NULL},
        },
    .columns =
        (const at_column[]){
            {"node", AT_COLUMN_ID, "the account"},
            {"currency", AT_COLUMN_TEXT, "of the account"},
            {"since", AT_COLUMN_TIME, "first moment of the period"},
            {"until", AT_COLUMN_TIME, "first moment after it"},
            {"opening", AT_COLUMN_AMOUNT, "as stated, or imputed from the rows"},
            {"credits", AT_COLUMN_AMOUNT, "sum of the ledger's rows"},
            {"debits", AT_COLUMN_AMOUNT, "sum of the ledger's rows, fees with them"},
            {"closing", AT_COLUMN_AMOUNT, "opening + credits - debits"},
            {"stated", AT_COLUMN_AMOUNT, "closing balance as stated; in a gap, the next opening"},
            {"difference", AT_COLUMN_AMOUNT, "stated - closing"},
            {"status", AT_COLUMN_TEXT,
             "reconciled, unreconciled, broken, unstated, gap, imputed, no_statement"},
            {"rows", AT_COLUMN_COUNT, "rows of the ledger in the period"},
            {"breaks", AT_COLUMN_COUNT, "rows whose running balance does not follow"},
            {0},
        },
    .run = run,
    .limits = "An account without statements cannot be checked; an imputed opening is the least "
              "that keeps the balance at or above zero. A gap without stated balances says only "
              "that nothing shows the account to be complete there.",
};
