/* freeze_notes.c: what a plan of freezing has to say beside its rows. */
#include <math.h>
#include <string.h>

#include "queries/freeze_model.h"
#include "engine/network/cutset.h"

/* Long lists are shown in part and counted whole. */
enum { LISTED_MAX = 50, CUT_LISTED_MAX = 20, PAIRS_MAX = 200000, PLACES = 12 };

/* Fifteen digits at most, as far as a double says something, and no zeros behind. */
static at_status figure(const char **out, const at_freeze_report *report, at_forecast value,
                        at_error *err) {
    static const at_column column = {"", AT_COLUMN_SHARE, ""};
    AT_CLEANUP(at_text_clear) at_text text = {0};
    at_cell cell = {0};
    int places = PLACES;
    for (at_forecast size = fabs(value); size >= 1000 && places > 0; size /= 10)
        places--;
    at_cell_real(&cell, value);
    AT_TRY(at_cell_print(&text, &column, &cell, places, err));
    const char *digits = at_text_string(&text);
    size_t bytes = strlen(digits);
    while (strchr(digits, '.') != NULL && digits[bytes - 1] == '0')
        bytes--;
    bytes -= digits[bytes - 1] == '.';
    return at_arena_copy(out, report->draft->arena, digits, bytes, err);
}

/* --- The plan --------------------------------------------------------------------------------- */

static at_status note_reached(const at_freeze_report *report, at_error *err) {
    const at_freeze_plan *plan = report->plan;
    const char *kept, *goal, *total, *most;
    AT_TRY(figure(&kept, report, plan->intercepted, err));
    AT_TRY(figure(&goal, report, plan->goal, err));
    AT_TRY(figure(&total, report, plan->total, err));
    AT_TRY(figure(&most, report, plan->most, err));
    if (report->wish->goal == AT_FREEZE_BUDGET)
        return at_table_note(report->table, err, "INTERCEPTED",
                             "%s of %s minor units held, at cost %lld of %lld; freezing all "
                             "candidates would keep %s",
                             kept, total, (long long)plan->cost, (long long)report->wish->budget,
                             most);
    return at_table_note(report->table, err, "REACHED",
                         "%s: %s of %s minor units held, at cost %lld, where %s were wanted; "
                         "freezing all candidates would keep %s",
                         plan->reached ? "yes" : "no", kept, total, (long long)plan->cost, goal,
                         most);
}

static at_status note_guarantee(const at_freeze_report *report, at_error *err) {
    static const char *const words[] = {
        [AT_FREEZE_BEST] = "the best set: branch and bound over all sets of up to 20 candidates",
        [AT_FREEZE_CHOSEN] = "at least (1 - 1/e) / 2 = .316 of the best: the better of the greedy "
                             "choice by gain per cost and the best single one",
        [AT_FREEZE_TRIPLES] = "at least 1 - 1/e = .632 of the best: every set of three was "
                              "completed greedily too",
    };
    const at_freeze_plan *plan = report->plan;
    const bool cover = report->wish->goal == AT_FREEZE_COVER;
    if (plan->stopped)
        return at_table_note(report->table, err, "GUARANTEE",
                             "none: the choice was stopped before its end");
    if (cover && plan->way != AT_FREEZE_BEST)
        return at_table_note(report->table, err, "GUARANTEE",
                             "none for the cost: greedy choice by gain per cost, then whatever "
                             "the goal does not need is taken out again, the most expensive first");
    AT_TRY(at_table_note(report->table, err, "GUARANTEE", "%s", words[plan->way]));
    if (cover)
        return AT_OK;
    const char *greedy;
    AT_TRY(figure(&greedy, report, plan->greedy, err));
    return at_table_note(report->table, err, "GREEDY",
                         "%s by the better of the greedy choice and the best single one", greedy);
}

at_status at_freeze_note_plan(const at_freeze_report *report, at_error *err) {
    const at_freeze_plan *plan = report->plan;
    const bool cover = report->wish->goal == AT_FREEZE_COVER;
    const char *bound;
    AT_TRY(figure(&bound, report, plan->bound, err));
    AT_TRY(note_reached(report, err));
    AT_TRY(note_guarantee(report, err));
    AT_TRY(at_table_note(report->table, err, "BOUND",
                         "%s: no set of cost %lld keeps more; what the plan keeps and the best "
                         "buys among what every other candidate %s",
                         bound, (long long)(cover ? plan->cost : report->wish->budget),
                         plan->bound_loose ? "could add at most" : "would add"));
    if (!plan->cut && !plan->stopped)
        return AT_OK;
    report->table->truncated = true;
    return at_table_note(report->table, err, "STEPS_USED",
                         plan->stopped ? "the steps allowed ended the choice: the rows are its "
                                         "beginning"
                                       : "the steps allowed ended the search for the best set: "
                                         "the rows are the greedy choice");
}

/* --- Rates ------------------------------------------------------------------------------------ */

static at_status note_estimates(const at_freeze_report *report, at_error *err) {
    const at_freeze_draft *draft = report->draft;
    char end[AT_TIME_TEXT_BYTES];
    size_t count = 0;
    at_time_format(end, report->look_back->end_us, AT_MICROSECOND);
    for (size_t i = 0; i < draft->rate_count; i++) {
        const at_freeze_rate *rate = &draft->rates[i];
        const at_freeze_node *from = &draft->nodes[rate->from];
        const char *value;
        if (rate->amount == AT_AMOUNT_NONE || count++ >= LISTED_MAX)
            continue;
        AT_TRY(figure(&value, report, rate->rate, err));
        AT_TRY(at_table_note(
            report->table, err, "ESTIMATED_RATE",
            "%s to %s: %s of what is left, a step; %lld minor units left in %u steps of %s up to "
            "%s, the balances at their starts sum to %lld",
            from->id, rate->to < draft->node_count ? draft->nodes[rate->to].id : AT_FREEZE_EXIT,
            value, (long long)rate->amount, report->look_back->steps, report->step, end,
            (long long)from->balances));
    }
    if (count > LISTED_MAX)
        return at_table_note(report->table, err, "ESTIMATED_RATE",
                             "%zu rates were estimated, the first %d are said", count, LISTED_MAX);
    return AT_OK;
}

/* Money that stays because nothing says where it would go. */
static at_status note_no_rates(const at_freeze_report *report, at_error *err) {
    const at_freeze_draft *draft = report->draft;
    const at_freeze_model *model = report->model;
    AT_CLEANUP(at_text_clear) at_text list = {0};
    size_t count = 0;
    for (uint32_t node = 0; node < model->count; node++) {
        const at_freeze_node *from = &draft->nodes[node];
        if (from->held == 0 || from->rated || model->start[node] < model->start[node + 1])
            continue;
        if (count++ < CUT_LISTED_MAX)
            AT_TRY(at_text_print(&list, err, "%s%s", count > 1 ? ", " : "", from->id));
    }
    if (count == 0)
        return AT_OK;
    return at_table_note(report->table, err, "NO_OUTFLOW",
                         "no rate is stated or seen in the look-back, so the money stays: %s%s "
                         "(%zu in all)",
                         at_text_string(&list), count > CUT_LISTED_MAX ? ", ..." : "", count);
}

at_status at_freeze_note_rates(const at_freeze_report *report, at_error *err) {
    AT_TRY(note_estimates(report, err));
    return note_no_rates(report, err);
}

/* --- F6 --------------------------------------------------------------------------------------- */

/* Steps from the money to each node, and from each node out of reach; INT64_MAX: never. */
typedef struct distances {
    int64_t *from_money, *to_exit;
    uint32_t *queue;
} distances;

static at_status measure_from(distances *out, const at_freeze_model *model, at_arena *arena,
                              at_error *err) {
    size_t head = 0, tail = 0;
    AT_TRY(AT_NEW(&out->from_money, arena, (size_t)model->count + 1, err));
    AT_TRY(AT_NEW(&out->queue, arena, (size_t)model->count + 1, err));
    for (uint32_t node = 0; node <= model->count; node++) {
        out->from_money[node] = INT64_MAX;
        if (node < model->count && model->held[node] > 0) {
            out->from_money[node] = 0;
            out->queue[tail++] = node;
        }
    }
    while (head < tail) {
        const uint32_t node = out->queue[head++];
        for (uint64_t i = model->start[node]; node < model->count && i < model->start[node + 1];
             i++)
            if (model->rate[i] > 0 && out->from_money[model->to[i]] == INT64_MAX) {
                out->from_money[model->to[i]] = out->from_money[node] + 1;
                out->queue[tail++] = model->to[i];
            }
    }
    return AT_OK;
}

/* The same backwards, over rates by where they lead. */
static at_status measure_to(distances *out, const at_freeze_model *model, at_arena *arena,
                            at_error *err) {
    const uint64_t rates = model->start[model->count];
    uint64_t *start;
    uint32_t *from;
    size_t head = 0, tail = 0;
    AT_TRY(AT_NEW(&out->to_exit, arena, (size_t)model->count + 1, err));
    AT_TRY(AT_NEW(&start, arena, (size_t)model->count + 3, err));
    AT_TRY(AT_NEW(&from, arena, rates, err));
    for (uint64_t i = 0; i < rates; i++)
        start[model->to[i] + 2]++;
    for (uint32_t node = 0; node <= model->count; node++)
        start[node + 2] += start[node + 1];
    for (uint32_t node = 0; node < model->count; node++)
        for (uint64_t i = model->start[node]; i < model->start[node + 1]; i++)
            if (model->rate[i] > 0)
                from[start[model->to[i] + 1]++] = node;
            else
                from[start[model->to[i] + 1]++] = AT_NONE;
    for (uint32_t node = 0; node < model->count; node++)
        out->to_exit[node] = INT64_MAX;
    out->queue[tail++] = model->count;
    while (head < tail) {
        const uint32_t node = out->queue[head++];
        for (uint64_t i = start[node]; i < start[node + 1]; i++)
            if (from[i] != AT_NONE && out->to_exit[from[i]] == INT64_MAX) {
                out->to_exit[from[i]] = out->to_exit[node] + 1;
                out->queue[tail++] = from[i];
            }
    }
    return AT_OK;
}

/* Pairs on a way from money out of reach that can be gone within the horizon. */
static at_status make_crossing(at_crossing *out, at_forecast **room, const at_freeze_model *model,
                               const distances *steps, const at_forecast *flow, at_arena *arena,
                               at_error *err) {
    const uint64_t rates = model->start[model->count];
    uint32_t *ends;
    bool *begins;
    AT_TRY(AT_NEW(&ends, arena, 2 * rates, err));
    AT_TRY(AT_NEW(room, arena, rates, err));
    AT_TRY(AT_NEW(&begins, arena, model->count, err));
    *out = (at_crossing){.count = model->count, .ends = ends, .begins = begins};
    for (uint32_t node = 0; node < model->count; node++) {
        begins[node] = model->held[node] > 0;
        for (uint64_t i = model->start[node]; i < model->start[node + 1]; i++) {
            const uint32_t to = model->to[i];
            if (model->rate[i] <= 0 || to == node || steps->from_money[node] == INT64_MAX ||
                steps->to_exit[to] == INT64_MAX ||
                steps->from_money[node] + 1 + steps->to_exit[to] > model->horizon)
                continue;
            ends[2 * out->pair_count] = node;
            ends[2 * out->pair_count + 1] = to;
            (*room)[out->pair_count++] = flow[i];
        }
    }
    return AT_OK;
}

static at_status note_cutset(const at_freeze_report *report, const at_crossing *crossing,
                             const distances *steps, at_arena *arena, at_error *err) {
    const at_freeze_model *model = report->model;
    AT_CLEANUP(at_text_clear) at_text list = {0};
    at_cutset cut;
    int64_t *cost;
    AT_TRY(AT_NEW(&cost, arena, model->count, err));
    for (uint32_t node = 0; node < model->count; node++) /* served before the money can go on */
        cost[node] = model->candidate[node] && model->lead[node] <= steps->from_money[node]
                         ? model->cost[node]
                         : 0;
    AT_TRY(at_cutset_find(&cut, crossing, cost, arena, err));
    if (!cut.found)
        return at_table_note(report->table, err, "STATIC_CUT",
                             "none: some money can leave before any order on its way bites");
    for (uint32_t i = 0; i < cut.count && i < CUT_LISTED_MAX; i++)
        AT_TRY(at_text_print(&list, err, "%s%s", i > 0 ? ", " : ": ",
                             report->draft->nodes[cut.nodes[i]].id));
    return at_table_note(report->table, err, "STATIC_CUT",
                         "%.0f stops everything%s%s. An upper bound only: minimum "
                         "time-respecting vertex separators are NP-hard",
                         cut.cost, at_text_string(&list),
                         cut.count > CUT_LISTED_MAX ? ", ..." : "");
}

at_status at_freeze_note_cut(const at_freeze_report *report, at_error *err) {
    const at_freeze_model *model = report->model;
    AT_CLEANUP(at_arena_clear) at_arena scratch = {0};
    at_forecast *flow, *room, bound = 0;
    at_crossing crossing;
    distances steps;
    const char *text;
    AT_TRY(AT_NEW(&flow, &scratch, model->start[model->count], err));
    report->work->steps = 0;
    report->work->stopped = false;
    AT_TRY(at_freeze_flows(flow, report->work, err));
    AT_TRY(measure_from(&steps, model, &scratch, err));
    AT_TRY(measure_to(&steps, model, &scratch, err));
    AT_TRY(make_crossing(&crossing, &room, model, &steps, flow, &scratch, err));
    if (crossing.pair_count > PAIRS_MAX || report->work->stopped) {
        report->table->truncated = true;
        return at_table_note(report->table, err, "CUT_LIMIT",
                             "the exfiltration bound and the static cut are left out: %zu pairs, "
                             "or the steps allowed, are more than is searched",
                             crossing.pair_count);
    }
    if (crossing.pair_count > 0)
        AT_TRY(at_crossing_flow(&bound, &crossing, model->held, room, &scratch, err));
    AT_TRY(figure(&text, report, bound, err));
    AT_TRY(at_table_note(report->table, err, "EXFILTRATION",
                         "%s minor units at most can get out of reach in %lld steps if nothing is "
                         "frozen: the greatest flow through the predicted amounts",
                         text, (long long)model->horizon));
    return note_cutset(report, &crossing, &steps, &scratch, err);
}
