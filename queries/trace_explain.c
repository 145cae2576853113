#include "queries/trace_cite.h"
#include "queries/trace_support.h"

enum { LOTS_LISTED = 100, WAY_STEPS = 40 };

enum column {
    METHOD,
    NODE,
    LINE,
    LABEL,
    EVENT,
    AMOUNT,
    BEFORE,
    AFTER,
    REPAID,
    CURRENCY,
    TIME,
    TRANSFER,
    COUNTERPARTY,
    WAY,
    HELD_BEFORE,
    HELD_AFTER,
    SAYS
};

/* One account under one method, read from its opening on. */
typedef struct explanation {
    at_table *table;
    const at_traced_run *run;
    const at_trace *trace;
    const at_ledger *ledger;
    uint32_t node;
    int64_t line;
    const at_trace_moment *moment; /* NULL: what is held in the end */
    int64_t *before, *after;       /* by label */
    int64_t *moved;                /* by label, what the event credited */
    uint32_t *move;                /* by label, that credit's move; AT_NONE */
    const char *held_before, *held_after;
} explanation;

/* --- Words ------------------------------------------------------------------------------------ */

/* "600.00 EUR", or units where the decimals of a token are not known here. */
static at_status print_money(const char **out, const explanation *work, int64_t amount,
                             at_error *err) {
    const char *currency = at_trace_node_currency(work->trace, work->node);
    const int scale = at_currency_scale(currency, NULL, 0);
    char text[AT_AMOUNT_TEXT_BYTES];
    at_money_format(text, amount, scale > 0 ? scale : 0);
    return at_arena_print(out, work->table->arena, err, "%s%s %s", text,
                          scale < 0 ? " smallest units of" : "", currency);
}

/* The holding, oldest lot first where the method keeps an order: "SALE-01 600, @clean 100". */
static at_status print_held(const char **out, const explanation *work, at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {0};
    const at_trace_moment *moment = work->moment;
    for (uint32_t i = 0; i < moment->lot_count && i < LOTS_LISTED; i++) {
        const at_trace_lot *lot = at_pool_at(&work->trace->moment_lots, moment->lot_first + i);
        AT_TRY(at_text_print(&text, err, "%s%s %lld", i > 0 ? ", " : "",
                             work->trace->labels[lot->label], (long long)lot->units));
    }
    if (moment->lot_count > LOTS_LISTED)
        AT_TRY(at_text_print(&text, err, ", and %u lots more", (moment->lot_count - LOTS_LISTED)));
    return at_traced_text(out, work->table, at_text_string(&text), err);
}

/* The transfers that brought a label here: "T-1 > T-7 > T-9". */
static at_status print_way(const char **out, const explanation *work, uint32_t last,
                           at_error *err) {
    AT_CLEANUP(at_text_clear) at_text text = {0};
    const at_trace_move **path = NULL;
    size_t listed = 0, hops = 0;
    *out = NULL;
    if (last == AT_NONE)
        return AT_OK;
    AT_TRY(at_trace_path(&path, &listed, &hops, &work->trace->moves, last, WAY_STEPS,
                         work->table->arena, err));
    for (size_t i = 0; i < listed; i++)
        AT_TRY(at_text_print(&text, err, "%s%s%s", i > 0 ? " > " : "",
                             at_ledger_id(work->ledger, path[i]->row), path[i]->fee ? "/fee" : ""));
    if (hops > listed)
        AT_TRY(at_text_print(&text, err, " > and %zu more", hops - listed));
    return at_traced_text(out, work->table, at_text_string(&text), err);
}

/* Why these units and no others left. */
static const char *rule_of(at_trace_method method) {
    static const char *const rules[] = {
        [AT_TRACE_FIFO] = "the oldest money goes first",
        [AT_TRACE_LIFO] = "the newest money goes first",
        [AT_TRACE_PRORATA] = "of every label goes its part",
        [AT_TRACE_PARIPASSU] = "",
        [AT_TRACE_LIBR] = "untraced money goes first, then of every label its part",
        [AT_TRACE_OATWAY] = "untraced money goes first, but into what is preserved traced money",
        [AT_TRACE_POISON] = "",
        [AT_TRACE_CLAIMANT_BEST] = ""};
    return rules[method];
}

static const char *event_of(const explanation *work) {
    const at_trace_moment *moment = work->moment;
    if (moment == NULL)
        return "held";
    if (moment->row == AT_NONE)
        return moment->source == AT_NONE ? "opening" : "declared";
    return moment->fee ? "fee" : moment->credit ? "credit" : "debit";
}

static const char *other_side(const explanation *work) {
    const at_trace_moment *moment = work->moment;
    if (moment == NULL || moment->row == AT_NONE)
        return NULL;
    if (moment->fee)
        return moment->credit ? work->ledger->nodes[work->ledger->from[moment->row]].id : "@fee";
    return work->ledger
        ->nodes[moment->credit ? work->ledger->from[moment->row] : work->ledger->to[moment->row]]
        .id;
}

static const char *words_for(const char *label) {
    static const struct {
        const char *label, *words;
    } known[] = {{"@clean", "untraced money"},
                 {"@credit", "money lent by the bank"},
                 {"@unknown", "money from before the first record"}};
    for (size_t i = 0; i < AT_COUNT(known); i++)
        if (at_text_equal(known[i].label, label))
            return known[i].words;
    return label;
}

/* What a person would say of the line, of one label or (AT_NONE) of none. */
static at_status print_saying(const char **out, const explanation *work, uint32_t label,
                              at_error *err) {
    at_arena *arena = work->table->arena;
    const bool named = label != AT_NONE;
    const int64_t change = named ? work->after[label] - work->before[label] : 0;
    const int64_t repaid = named ? work->moved[label] - change : 0;
    const char *event = event_of(work), *other = other_side(work);
    const char *name = named ? words_for(work->trace->labels[label]) : "", *amount = NULL,
               *debt = NULL;
    AT_TRY(print_money(&amount, work, change < 0 ? -change : change, err));
    if (work->moment == NULL) {
        AT_TRY(print_money(&amount, work, work->after[label], err));
        return at_arena_print(out, arena, err, "%s of %s is here in the end", amount, name);
    }
    AT_TRY(print_money(&debt, work, work->moment->debt, err));
    if (at_text_equal(event, "opening"))
        return named ? at_arena_print(out, arena, err, "%s was here in the beginning: %s", amount,
                                      name)
                     : at_arena_print(out, arena, err,
                                      "nothing was here in the beginning, and %s "
                                      "was owed",
                                      debt);
    if (at_text_equal(event, "declared"))
        return at_arena_print(out, arena, err,
                              change < 0 ? "%s of %s is declared to be traced"
                                         : "%s is declared to be %s",
                              amount, name);
    if (!named)
        return at_arena_print(out, arena, err,
                              "%s %s; nothing of what was held moved, and %s is owed after it",
                              work->moment->credit ? "paid in by" : "paid to", other, debt);
    if (!work->moment->credit)
        return at_arena_print(out, arena, err, "%s of %s left for %s: %s", amount, name, other,
                              rule_of(work->run->rule));
    if (label < work->trace->tainted_count && repaid > 0) {
        const char *lost = NULL;
        AT_TRY(print_money(&lost, work, repaid, err));
        return at_arena_print(out, arena, err,
                              "%s of %s came in from %s and stayed; %s more of it repaid a debt",
                              amount, name, other, lost);
    }
    return at_arena_print(out, arena, err, "%s of %s came in from %s", amount, name, other);
}

/* --- Rows ------------------------------------------------------------------------------------- */

static at_status cite_line(at_cite *cite, const explanation *work, uint32_t label,
                           const at_reach *reach, at_error *err) {
    const at_trace_moment *moment = work->moment;
    if (moment == NULL)
        return reach != NULL ? at_cite_reach(cite, reach, err)
                             : at_cite_node(cite, work->node, err);
    if (moment->source != AT_NONE)
        return at_cite_source(cite, moment->source, err);
    const at_record_id opening = work->ledger->nodes[work->node].opening_record;
    if (moment->row == AT_NONE)
        return opening != 0 ? at_row_cite(cite->row, cite->table, opening, err)
                            : at_cite_node(cite, work->node, err);
    if (label != AT_NONE && work->move[label] != AT_NONE) {
        const at_trace_move *move = at_pool_at(&work->trace->moves, work->move[label]);
        return at_cite_way(cite, move->source, work->move[label], err);
    }
    return at_cite_row(cite, moment->row, err);
}

static at_status put_line(const explanation *work, uint32_t label, at_error *err) {
    const at_trace_moment *moment = work->moment;
    const bool named = label != AT_NONE, moves = moment != NULL && moment->row != AT_NONE;
    const bool tainted = named && label < work->trace->tainted_count;
    const at_reach *reach = tainted && moment == NULL
                                ? at_reaches_find(&work->trace->reaches, work->node, label)
                                : NULL;
    const char *texts[SAYS + 1] = {[METHOD] = work->run->method, [EVENT] = event_of(work)};
    at_row *row = NULL;
    AT_TRY(at_traced_text(&texts[NODE], work->table, work->ledger->nodes[work->node].id, err));
    AT_TRY(at_traced_text(&texts[CURRENCY], work->table,
                          work->ledger->nodes[work->node].currency.code, err));
    AT_TRY(at_traced_text(&texts[COUNTERPARTY], work->table, other_side(work), err));
    if (named)
        AT_TRY(at_traced_text(&texts[LABEL], work->table, work->trace->labels[label], err));
    if (moves)
        AT_TRY(at_traced_event(&texts[TRANSFER], work->table, work->ledger, moment->row,
                               moment->fee, err));
    const uint32_t last = reach != NULL ? reach->move : tainted ? work->move[label] : AT_NONE;
    AT_TRY(print_way(&texts[WAY], work, last, err));
    AT_TRY(print_saying(&texts[SAYS], work, label, err));
    texts[HELD_BEFORE] = work->held_before;
    texts[HELD_AFTER] = work->held_after;
    AT_TRY(at_table_row(&row, work->table, err));
    for (size_t i = 0; i <= SAYS; i++)
        at_cell_text(&row->cells[i], texts[i]);
    at_cell_integer(&row->cells[LINE], work->line);
    const int64_t change = named ? work->after[label] - work->before[label] : 0;
    at_cell_integer(&row->cells[AMOUNT], moment != NULL ? change : AT_AMOUNT_NONE);
    at_cell_integer(&row->cells[BEFORE], named ? work->before[label] : 0);
    at_cell_integer(&row->cells[AFTER], named ? work->after[label] : 0);
    at_cell_integer(&row->cells[REPAID], tainted && moves && moment->credit
                                             ? work->moved[label] - change
                                             : AT_AMOUNT_NONE);
    at_cell_time(&row->cells[TIME], moves ? work->ledger->time_us[moment->row] : AT_TIME_NONE,
                 moves && (work->ledger->flags[moment->row] & AT_ROW_DATE_ONLY) != 0
                     ? AT_DAY
                     : AT_MICROSECOND);
    at_cite cite = {.row = row, .table = work->table, .trace = work->trace};
    AT_TRY(cite_line(&cite, work, label, reach, err));
    at_cite_end(&cite);
    if (named && label == work->trace->label_count - 1) /* @unknown: a rule filled a gap (T6) */
        row->grade = AT_INFERRED;
    return AT_OK;
}

/* What the moment left of each label, and what its event credited of the tainted ones. */
static void read_moment(explanation *work) {
    const at_trace_moment *moment = work->moment;
    for (uint32_t label = 0; label < work->trace->label_count; label++) {
        work->after[label] = work->moved[label] = 0;
        work->move[label] = AT_NONE;
    }
    for (uint32_t i = 0; i < moment->lot_count; i++) {
        const at_trace_lot *lot = at_pool_at(&work->trace->moment_lots, moment->lot_first + i);
        work->after[lot->label] += lot->units;
    }
    for (uint32_t i = 0; moment->credit && i < moment->move_count; i++) {
        const at_trace_move *move = at_pool_at(&work->trace->moves, moment->move_first + i);
        work->moved[move->label] = move->amount;
        work->move[move->label] = moment->move_first + i;
    }
}

static at_status put_moment(explanation *work, at_error *err) {
    bool said = work->moment->row == AT_NONE && work->moment->debt == 0;
    read_moment(work);
    AT_TRY(print_held(&work->held_after, work, err));
    work->line++;
    for (uint32_t label = 0; label < work->trace->label_count; label++) {
        if (work->before[label] == work->after[label] && work->moved[label] == 0)
            continue;
        said = true;
        AT_TRY(put_line(work, label, err));
    }
    if (!said)
        AT_TRY(put_line(work, AT_NONE, err));
    for (uint32_t label = 0; label < work->trace->label_count; label++)
        work->before[label] = work->after[label];
    work->held_before = work->held_after;
    return AT_OK;
}

/* The moments of each node, as lists: a run may have watched every node. */
typedef struct moment_lists {
    uint32_t *first; /* by node, AT_NONE: none */
    uint32_t *next;  /* by moment */
} moment_lists;

static at_status list_moments(moment_lists *out, const at_trace *trace, size_t node_count,
                              at_arena *scratch, at_error *err) {
    AT_TRY(AT_NEW(&out->first, scratch, node_count, err));
    AT_TRY(AT_NEW(&out->next, scratch, trace->moments.count, err));
    for (size_t node = 0; node < node_count; node++)
        out->first[node] = AT_NONE;
    for (uint32_t i = trace->moments.count; i-- > 0;) {
        const at_trace_moment *moment = at_pool_at(&trace->moments, i);
        out->next[i] = out->first[moment->node];
        out->first[moment->node] = i;
    }
    return AT_OK;
}

static at_status put_node(explanation *work, const moment_lists *lists, at_error *err) {
    const at_trace *trace = work->trace;
    work->line = 0;
    work->held_before = NULL;
    for (uint32_t label = 0; label < trace->label_count; label++)
        work->before[label] = 0;
    for (uint32_t i = lists->first[work->node]; i != AT_NONE; i = lists->next[i]) {
        work->moment = at_pool_at(&trace->moments, i);
        AT_TRY(put_moment(work, err));
    }
    work->moment = NULL;
    work->line++;
    for (uint32_t label = 0; label < trace->label_count; label++)
        if (work->before[label] > 0)
            AT_TRY(put_line(work, label, err));
    return AT_OK;
}

/* Without `to`, the accounts and assets that traced money reached: what the ledger itself puts
 * between them is shown when it is asked for. */
static bool is_asked(const at_traced *traced, const at_trace *trace, uint32_t node) {
    bool reached = false;
    for (uint32_t label = 0; label < trace->tainted_count && !reached; label++)
        reached = at_reaches_find(&trace->reaches, node, label) != NULL;
    return traced->to.all ? reached && traced->ledger->nodes[node].account != 0
                          : traced->to.nodes[node];
}

static at_status put_run(at_table *out, const at_traced *traced, const at_traced_run *run,
                         at_arena *scratch, at_error *err) {
    const at_trace *trace = &run->trace;
    explanation work = {.table = out, .run = run, .trace = trace, .ledger = traced->ledger};
    moment_lists lists;
    AT_TRY(AT_NEW(&work.before, scratch, trace->label_count, err));
    AT_TRY(AT_NEW(&work.after, scratch, trace->label_count, err));
    AT_TRY(AT_NEW(&work.moved, scratch, trace->label_count, err));
    AT_TRY(AT_NEW(&work.move, scratch, trace->label_count, err));
    AT_TRY(list_moments(&lists, trace, traced->ledger->node_count, scratch, err));
    for (; work.node < traced->ledger->node_count; work.node++)
        if (is_asked(traced, trace, work.node))
            AT_TRY(put_node(&work, &lists, err));
    return AT_OK;
}

/* What can be told step by step: not a division, nor a rule that counts money once a label. */
static bool has_steps(at_trace_method rule) {
    return at_traced_moves(rule) && rule != AT_TRACE_POISON;
}

static at_status run(at_table *out, const at_question *question, at_error *err) {
    AT_CLEANUP(at_arena_clear) at_arena scratch = {.limit_bytes = AT_TRACE_BYTES_MAX};
    at_traced traced;
    AT_TRY(at_traced_prepare(&traced, out, question, AT_TRACED_MOMENTS, &scratch, err));
    for (size_t i = 0; i < traced.run_count; i++) {
        if (has_steps(traced.runs[i].rule))
            AT_TRY(put_run(out, &traced, &traced.runs[i], &scratch, err));
        else
            AT_TRY(at_table_note(out, err, "NOT_IN_STEPS",
                                 "%s moves no money of its own: there are no steps to show",
                                 traced.runs[i].method));
    }
    return at_table_sort(out, err);
}

const at_query query_trace_explain = {
    .name = "trace_explain",
    .summary = "how the traced amounts of an account came about, step by step: what it held before "
               "and after every credit and debit, the way of the traced money; to= chooses",
    .version = 1,
    .needs = AT_NEEDS_FACTS | AT_NEEDS_LEDGER,
    .args = AT_TRACED_ARGS,
    .columns =
        (const at_column[]){
            [METHOD] = {"method", AT_COLUMN_TEXT, "the rule"},
            [NODE] = {"node", AT_COLUMN_ID, "the account"},
            [LINE] = {"line", AT_COLUMN_COUNT, "the step's number; a step has a row a label"},
            [LABEL] = {"label", AT_COLUMN_TEXT,
                       "whose money; empty where none that was held moved"},
            [EVENT] = {"event", AT_COLUMN_TEXT,
                       "opening, declared, credit, debit, fee; held is what is left in the end"},
            [AMOUNT] = {"amount", AT_COLUMN_AMOUNT, "after less before; sums to what is held"},
            [BEFORE] = {"before", AT_COLUMN_AMOUNT, "of the label, held before the step"},
            [AFTER] = {"after", AT_COLUMN_AMOUNT, "of the label, held after the step"},
            [REPAID] = {"repaid", AT_COLUMN_AMOUNT,
                        "of a credit's label, what paid a debt instead of staying"},
            [CURRENCY] = {"currency", AT_COLUMN_TEXT, "of the account"},
            [TIME] = {"time", AT_COLUMN_TIME, "as the ledger orders it"},
            [TRANSFER] = {"transfer", AT_COLUMN_ID, "its id; ID/fee is the fee charged behind it"},
            [COUNTERPARTY] = {"counterparty", AT_COLUMN_ID, "the other side"},
            [WAY] = {"way", AT_COLUMN_TEXT,
                     "the transfers by which the label came here, the fewest"},
            [HELD_BEFORE] = {"held_before", AT_COLUMN_TEXT,
                             "all that was held: oldest first by fifo and lifo, else by label"},
            [HELD_AFTER] = {"held_after", AT_COLUMN_TEXT, "the same after the step"},
            [SAYS] = {"says", AT_COLUMN_TEXT, "the row in words"},
            {0},
        },
    .run = run,
    .limits = at_traced_limits,
};
