/* money_paths.c: by which transfers, in order of time, could money get from here to there? */
#include <inttypes.h>
#include <string.h>

#include "queries/held_support.h"
#include "engine/network/route.h"

enum {
    PATH,
    STEP,
    TRANSFER,
    TIME,
    FROM,
    TO,
    AMOUNT,
    CURRENCY,
    CARRIED,
    AMOUNT_IN,
    CURRENCY_IN,
    REVERSAL
};

/* What is asked, and by row the one that reverses it. */
typedef struct path_report {
    const at_question *question;
    at_table *table;
    uint32_t *reversed_by; /* AT_NONE = none; the first of several */
} path_report;

static at_status list_reversals(path_report *report, at_error *err) {
    const at_ledger *ledger = report->question->ledger;
    AT_TRY(AT_NEW(&report->reversed_by, report->question->arena, ledger->count, err));
    memset(report->reversed_by, 0xFF, ledger->count * sizeof *report->reversed_by);
    for (uint32_t row = (uint32_t)ledger->count; row-- > 0;)
        if (ledger->reverses[row] < ledger->count)
            report->reversed_by[ledger->reverses[row]] = row;
    return AT_OK;
}

/* What a row has to do with a reversal: N0 leaves both in and says so. */
static at_status find_reversal(const char **out, const path_report *report, uint32_t row,
                               at_error *err) {
    const at_ledger *ledger = report->question->ledger;
    at_arena *arena = report->table->arena;
    *out = NULL;
    if (ledger->reverses[row] < ledger->count)
        return at_arena_print(out, arena, err, "reverses %s",
                              at_ledger_id(ledger, ledger->reverses[row]));
    if (report->reversed_by[row] != AT_NONE)
        return at_arena_print(out, arena, err, "reversed by %s",
                              at_ledger_id(ledger, report->reversed_by[row]));
    return AT_OK;
}

/* @param carried  AT_AMOUNT_NONE = not said */
static at_status add_step(const path_report *report, const char *path, uint32_t step, uint32_t at,
                          int64_t carried, at_error *err) {
    const at_ledger *ledger = report->question->ledger;
    at_table *table = report->table;
    const at_node *from = &ledger->nodes[ledger->from[at]], *to = &ledger->nodes[ledger->to[at]];
    const char *reversal;
    at_row *row;
    AT_TRY(find_reversal(&reversal, report, at, err));
    AT_TRY(at_table_row(&row, table, err));
    at_cell_text(&row->cells[PATH], path);
    at_cell_integer(&row->cells[STEP], step);
    at_cell_text(&row->cells[TRANSFER], at_ledger_id(ledger, at));
    at_cell_time(&row->cells[TIME], ledger->time_us[at],
                 ledger->flags[at] & AT_ROW_DATE_ONLY ? AT_DAY : AT_MICROSECOND);
    at_cell_text(&row->cells[FROM], from->id);
    at_cell_text(&row->cells[TO], to->id);
    at_cell_integer(&row->cells[AMOUNT], ledger->amount[at]);
    at_cell_text(&row->cells[CURRENCY], from->currency.code);
    at_cell_integer(&row->cells[CARRIED], carried);
    at_cell_integer(&row->cells[AMOUNT_IN], ledger->amount_in[at]);
    at_cell_text(&row->cells[CURRENCY_IN], to->currency.code);
    at_cell_text(&row->cells[REVERSAL], reversal);
    row->grade = ledger->grade[at];
    AT_TRY(at_row_cite(row, table, ledger->record[at], err));
    return at_row_cite(row, table, ledger->record_in[at], err);
}

static at_status add_route(const path_report *report, const at_route *route, at_error *err) {
    const at_ledger *ledger = report->question->ledger;
    char departs[AT_TIME_TEXT_BYTES], arrives[AT_TIME_TEXT_BYTES];
    for (uint32_t place = 0; place < route->count; place++)
        AT_TRY(add_step(report, at_route_kinds[route->kind], place + 1, route->rows[place],
                        route->carried[place], err));
    at_time_format(departs, ledger->time_us[route->rows[0]], AT_MICROSECOND);
    at_time_format(arrives, ledger->time_us[route->rows[route->count - 1]], AT_MICROSECOND);
    return at_table_note(report->table, err, "PATH",
                         "%s: payments: %" PRIu32 ", from %s to %s; at most %" PRId64
                         " %s (minor units) can have come this way",
                         at_route_kinds[route->kind], route->payments, departs, arrives,
                         route->arriving, route->currency.code);
}

/* Somebody who moves no money is told from somebody whom none reaches. */
static at_status note_none(at_table *table, const at_question *question, const uint8_t *marks,
                           at_error *err) {
    static const char *const names[] = {"from", "to"};
    static const uint8_t bits[] = {AT_ROUTE_FROM, AT_ROUTE_TO};
    uint8_t seen = 0;
    for (size_t node = 0; node < question->ledger->node_count; node++)
        seen |= marks[node];
    for (size_t i = 0; i < AT_COUNT(names); i++)
        if (!(seen & bits[i]))
            AT_TRY(at_table_note(table, err, "WITHOUT_MONEY",
                                 "no transfer names an account or asset of \"%s\" (%s)",
                                 at_question_text(question, names[i]), names[i]));
    return at_table_note(table, err, "NO_PATH",
                         "no transfers in order of time lead from one to the other");
}

/* Without an end: the transfer by which each account is reached first. */
static at_status add_reached(const path_report *report, const uint8_t *marks,
                             const at_route_options *options, at_error *err) {
    at_money_reach *reached;
    size_t count;
    AT_TRY(at_money_reach_find(&reached, &count, report->question->ledger, marks, options,
                               report->question->arena, err));
    for (size_t i = 0; i < count; i++)
        AT_TRY(add_step(report, "reach", reached[i].payments, reached[i].row, AT_AMOUNT_NONE, err));
    return at_table_note(report->table, err, "REACH",
                         "money can have come to %zu accounts and assets; each is listed with the "
                         "transfer that arrives there first, and its place on the way",
                         count);
}

static at_status run(at_table *out, const at_question *question, at_error *err) {
    at_route_options options = {.since_us = at_question_time(question, "since"),
                                .until_us = at_question_time(question, "until"),
                                .min_amount = at_question_number(question, "min_amount"),
                                .strict = at_question_number(question, "strict") != 0};
    at_held from, to;
    at_routes routes;
    path_report report = {.question = question, .table = out};
    uint8_t *marks;
    AT_TRY(list_reversals(&report, err));
    AT_TRY(AT_NEW(&marks, question->arena, question->ledger->node_count, err));
    AT_TRY(at_held_load(&from, question, "from", err));
    AT_TRY(at_held_mark(marks, AT_ROUTE_FROM, &from, question, err));
    at_held avoid;
    AT_TRY(at_held_load(&avoid, question, "avoid", err));
    AT_TRY(at_held_mark(marks, AT_ROUTE_SHUT, &avoid, question, err));
    if (at_question_get(question, "to") == NULL)
        return add_reached(&report, marks, &options, err);
    AT_TRY(at_held_load(&to, question, "to", err));
    AT_TRY(at_held_mark(marks, AT_ROUTE_TO, &to, question, err));
    for (const at_argument *item = at_question_get(question, "path"); item != NULL;
         item = at_question_next(question, item))
        options.kinds |= 1u << item->number;
    AT_TRY(at_routes_find(&routes, question->ledger, marks, &options, question->arena, err));
    for (size_t i = 0; i < routes.count; i++)
        AT_TRY(add_route(&report, &routes.routes[i], err));
    return routes.count > 0 ? AT_OK : note_none(out, question, marks, err);
}

#define ENDS (AT_KIND_BIT(AT_PARTY) | AT_KIND_BIT(AT_ACCOUNT) | AT_KIND_BIT(AT_ASSET))

const at_query query_money_paths = {
    .name = "money_paths",
    .summary = "transfers in order of time by which money could get from one thing to another",
    .version = 1,
    .needs = AT_NEEDS_FACTS | AT_NEEDS_LEDGER,
    .args =
        (const at_arg[]){
            {.name = "from",
             .type = AT_ARG_THING,
             .summary = "where it begins: an account or asset, or a party with all it has",
             .required = true,
             .repeat = true,
             .kinds = ENDS},
            {.name = "to",
             .type = AT_ARG_THING,
             .summary = "where it ends; without it everything that money can have reached",
             .repeat = true,
             .kinds = ENDS},
            {.name = "path",
             .type = AT_ARG_CHOICE,
             .summary = "fewest payments, earliest arrival, or widest: the most that can have "
                        "come through; all three unless said",
             .repeat = true,
             .choices = at_route_kinds},
            {.name = "since", .type = AT_ARG_START, .summary = "only transfers from this time on"},
            {.name = "until", .type = AT_ARG_END, .summary = "only transfers up to this time"},
            {.name = "min_amount",
             .type = AT_ARG_AMOUNT,
             .fallback = "0",
             .summary = "leave out smaller transfers (minor units of their currency)"},
            {.name = "strict",
             .type = AT_ARG_FLAG,
             .fallback = "no",
             .summary = "yes: each transfer later than the one before; no: the order of records "
                        "decides between transfers of one moment"},
            {.name = "avoid",
             .type = AT_ARG_THING,
             .summary = "not through this: a service that everybody uses",
             .repeat = true,
             .kinds = ENDS},
            {0},
        },
    .columns =
        (const at_column[]){
            {"path", AT_COLUMN_TEXT,
             "fewest, earliest or widest, its steps in order; reach: the first arrival there"},
            {"step", AT_COLUMN_COUNT, "from 1"},
            {"transfer", AT_COLUMN_ID, "its id; a payment in transit has two, one at each bank"},
            {"time", AT_COLUMN_TIME, "of the transfer; a date where no hour is recorded"},
            {"from", AT_COLUMN_ID, "account debited"},
            {"to", AT_COLUMN_ID, "account credited"},
            {"amount", AT_COLUMN_AMOUNT, "debited"},
            {"currency", AT_COLUMN_TEXT, "of amount and carried"},
            {"carried", AT_COLUMN_AMOUNT,
             "the most of it that can have come along the path: the least amount so far"},
            {"amount_in", AT_COLUMN_AMOUNT, "credited"},
            {"currency_in", AT_COLUMN_TEXT, "of amount_in"},
            {"reversal", AT_COLUMN_TEXT, "what reverses it, or what it reverses"},
            {0},
        },
    .run = run,
    .limits = "A path says that money could have gone this way in this order, not that it did: "
              "that is traced by `trace`. Accounts whose ledger nobody holds are never passed.",
};
